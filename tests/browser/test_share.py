"""What another app shares with Belegbote: kept by the service worker, shown to its owner only, taken once."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import scenes
from tests.browser.browsers import Browsers, wait_for_shell, wait_in
from tests.browser.database import FAULTS, WITH_DATABASE, fault, kept
from tests.browser.office import DARIUSZ, ELIF, Office, wait_until
from tests.browser.steps import (
    KIND,
    as_file,
    choose_files,
    go,
    open_phone,
    receipt_number,
    send,
    sent_pages,
    share,
    sign_in,
    sign_out,
    signed_in_phone,
    submission_of,
    words,
)
from tests.browser.test_files import bad_files, page_keys, told

PHOTO = as_file("Kontoauszug.jpg", "image/jpeg", scenes.photo("Geteilt"))
SECOND = as_file("Zweites Blatt.jpg", "image/jpeg", scenes.photo("Zweites Blatt"))
PDF = as_file("Mietvertrag.pdf", "application/pdf", scenes.pdf(pages=3))

# All that lies on the shelf, and which of the bytes can be read by who opens the database.
SHELF = f"""async () => {{ {WITH_DATABASE}
    const rows = await asked(db.transaction("kv").objectStore("kv").getAll(IDBKeyRange.bound("shared:", "shared:~")))
    const plain = (await all("bytes")).filter(one => one instanceof ArrayBuffer).length
    const names = rows.filter(row => row.facts instanceof ArrayBuffer).map(row => new TextDecoder().decode(row.facts))
    const bytes = await asked(db.transaction("bytes").objectStore("bytes").count())
    db.close()
    return {{ owners: rows.map(row => row.owner), names, plain, bytes, ids: rows.map(row => row.id) }}
}}"""

# The clock of what was shared is turned back by that many minutes.
AGE = f"""async minutes => {{ {WITH_DATABASE}
    const kv = () => db.transaction("kv", "readwrite").objectStore("kv")
    for (const row of await asked(kv().getAll(IDBKeyRange.bound("shared:", "shared:~"))))
        await asked(kv().put({{ ...row, at: row.at - minutes * 60000 }}, `shared:${{row.id}}`))
    db.close()
}}"""

# The tab dies after a page was added and before what it was made of is forgotten.
DIES_BEFORE_FORGETTING = """() => {
    const remove = IDBObjectStore.prototype.delete
    IDBObjectStore.prototype.delete = function (key) {
        if (String(key).startsWith("shared:")) throw new DOMException("killed", "AbortError")
        return remove.call(this, key)
    }
}"""


DELETE = """new Promise(done => {
    const deleting = indexedDB.deleteDatabase("belegbote")
    deleting.onsuccess = deleting.onerror = () => done()
})"""


# The pages that papers list.
LISTED = f"""async () => {{ {WITH_DATABASE}
    const found = (await all("submissions")).flatMap(row => row.pages)
    db.close()
    return found
}}"""


def shelf(page: Page) -> dict:
    return page.evaluate(SHELF)


def tiles(page: Page) -> list[str]:
    return page.locator("#shared-files .tile__name").all_inner_texts()


def test_what_is_shared_is_shown_taken_and_sent(office: Office, browsers: Browsers):
    phone = signed_in_phone(browsers.phone(), office.url, ELIF)
    share(phone, PHOTO, SECOND, PDF)
    assert phone.url == f"{office.url}/#/shared"
    expect(phone.locator("#shared-files .tile")).to_have_count(3)
    assert tiles(phone) == ["Kontoauszug.jpg", "Zweites Blatt.jpg", "Mietvertrag.pdf"]
    expect(phone.locator("#shared-files img")).to_have_count(2)
    expect(phone.locator("#shared-files .second").last).to_contain_text(f"PDF · {words('app.pages.other', count=3)}")
    assert all(phone.locator("#shared-files input").evaluate_all("boxes => boxes.map(box => box.checked)"))
    expect(phone.locator("#shared-take")).to_have_text(words("shared.take.other", count=3))

    phone.get_by_label("Zweites Blatt.jpg").uncheck()
    expect(phone.locator("#shared-take")).to_have_text(words("shared.take.other", count=2))
    phone.locator("#shared-take").click()
    phone.wait_for_url("**/#/d/*/pages")
    expect(phone.locator("#tiles .tile__page")).to_have_count(2)
    phone.locator("#next").click()
    phone.locator(f"#kind-{KIND}").click()
    send(phone)
    receipt_number(phone)
    assert len(sent_pages(office, ELIF, submission_of(phone))) == 2

    # What was left out is still there, and the start says so.
    go(phone, "#/")
    expect(phone.locator("#home-shared")).to_contain_text(words("shared.waiting.one"))
    phone.locator("#see-shared").click()
    expect(phone.locator("#shared-files .tile")).to_have_count(1)
    phone.locator("#shared-drop").click()
    phone.locator("#drop-keep").click()
    expect(phone.locator("#shared-files .tile")).to_have_count(1)
    phone.locator("#shared-drop").click()
    phone.locator("#drop-do").click()
    expect(phone.locator("#scan")).to_be_visible()
    expect(phone.locator("#home-shared")).to_have_count(0)
    assert (shelf(phone)["ids"], shelf(phone)["bytes"]) == ([], 0)


def test_sharing_works_without_a_network_and_survives_the_end_of_the_browser(office: Office, browsers: Browsers):
    browser = browsers.phone(profile="shared")
    phone = signed_in_phone(browser, office.url, ELIF)
    browser.set_offline(True)
    share(phone, PHOTO)
    expect(phone.locator("#shared-files .tile")).to_have_count(1)
    browser.close()

    browser = browsers.phone(profile="shared")
    browser.set_offline(True)
    phone = open_phone(browser, office.url)
    expect(phone.locator("#home-shared")).to_contain_text(words("shared.waiting.one"))
    share(phone, SECOND)  # a second time, before the first was taken: it adds to it
    expect(phone.locator("#shared-files .tile")).to_have_count(2)
    assert tiles(phone) == ["Kontoauszug.jpg", "Zweites Blatt.jpg"]
    phone.locator("#shared-take").click()
    expect(phone.locator("#tiles .tile__page")).to_have_count(2)
    phone.locator("#next").click()
    phone.locator(f"#kind-{KIND}").click()
    send(phone)
    browser.set_offline(False)
    phone.evaluate("window.dispatchEvent(new Event('online'))")
    receipt_number(phone)


def test_it_can_go_into_a_paper_that_was_begun(office: Office, browsers: Browsers, paper):
    phone = signed_in_phone(browsers.phone(camera=paper), office.url, ELIF)
    phone.locator("#scan").click()
    choose_files(phone, as_file("eins.jpg", "image/jpeg", scenes.photo("Seite eins")))
    phone.locator("#see-pages").click()
    phone.locator("#choose-kind").click()
    phone.locator("#kind-payslip").click()
    draft = submission_of(phone)
    expect(phone.locator("#tiles .tile__page")).to_have_count(1)
    share(phone, PHOTO)
    expect(phone.locator("#shared-target")).to_have_value("")
    phone.locator("#shared-target").select_option(draft)
    phone.locator("#shared-take").click()
    phone.wait_for_url(f"**/#/d/{draft}/pages")
    expect(phone.locator("#tiles .tile__page")).to_have_count(2)


def test_a_file_taken_once_is_not_taken_twice(office: Office, browsers: Browsers):
    browser = browsers.phone()
    phone = signed_in_phone(browser, office.url, ELIF)
    share(phone, PHOTO, SECOND)
    expect(phone.locator("#shared-files img")).to_have_count(2)
    ids = shelf(phone)["ids"]
    phone.evaluate(DIES_BEFORE_FORGETTING)
    phone.locator("#shared-take").click()
    expect(phone.locator("#trouble")).to_be_visible()
    assert shelf(phone)["ids"] == ids, "the forgetting failed"

    phone.goto("about:blank")
    phone.goto(f"{office.url}/#/shared")
    expect(phone.locator("#scan")).to_be_visible()
    expect(phone.locator("#home-shared")).to_have_count(0)
    wait_until(lambda: shelf(phone)["ids"] == [], "what was taken is forgotten")
    phone.locator("#home-here .card__head").first.click()
    expect(phone.locator("#tiles .tile__page")).to_have_count(2)
    assert page_keys(phone) == ids


def test_two_tabs_take_the_same_files_once(office: Office, browsers: Browsers):
    browser = browsers.phone()
    phone = signed_in_phone(browser, office.url, ELIF)
    share(phone, PHOTO, SECOND)
    expect(phone.locator("#shared-files img")).to_have_count(2)
    other = browser.new_page()
    other.goto(f"{office.url}/#/shared")
    expect(other.locator("#shared-files img")).to_have_count(2)
    for page in (phone, other):
        page.evaluate("document.querySelector('#shared-take').click()")
    wait_in(phone, f"({LISTED})().then(found => found.length === 2 && new Set(found).size === 2)")


def test_what_does_not_go_is_told_and_stays_until_it_is_thrown_away(office: Office, browsers: Browsers, tmp_path: Path):
    phone = signed_in_phone(browsers.phone(), office.url, ELIF)
    bad = bad_files(tmp_path)
    large = bad.pop("gross.jpg")[1]
    files = [as_file(name, "application/octet-stream", path.read_bytes()) for name, (_, path) in bad.items()]
    share(phone, PHOTO, *files)
    refused = phone.locator("#shared-refused .note")
    expect(refused).to_have_count(len(bad))
    for name, (key, _) in bad.items():
        assert any(name in text and told(key) in text for text in refused.all_inner_texts()), name
    assert tiles(phone) == ["Kontoauszug.jpg"]
    phone.locator("#shared-take").click()
    expect(phone.locator("#tiles .tile__page")).to_have_count(1)
    go(phone, "#/shared")
    expect(refused).to_have_count(len(bad))
    expect(phone.locator("#shared-take")).to_be_hidden()
    phone.locator("#shared-drop").click()
    phone.locator("#drop-do").click()
    expect(phone.locator("#scan")).to_be_visible()

    # Too large: its name is kept, its bytes are not. By path, for Playwright carries no more than 50 MB.
    share(phone, large)
    expect(refused).to_have_count(1)
    expect(refused).to_contain_text("gross.jpg")
    expect(refused).to_contain_text(told("error.file_too_large"))
    assert shelf(phone)["bytes"] == 1, "that of the page that was taken"


def test_a_full_phone_keeps_what_was_shared_until_it_fits(office: Office, browsers: Browsers):
    browser = browsers.phone()
    browser.add_init_script(FAULTS)
    phone = signed_in_phone(browser, office.url, ELIF)
    share(phone, PDF)
    expect(phone.locator("#shared-files .second")).to_contain_text("PDF")
    fault(phone, full=True)
    phone.locator("#shared-take").click()
    expect(phone.locator("#trouble")).to_contain_text(told("error.phone_full"))
    expect(phone.locator("#shared-files .tile")).to_have_count(1)
    fault(phone, full=False)
    phone.locator("#shared-take").click()
    expect(phone.locator("#tiles .tile__page")).to_have_count(1)


@pytest.mark.hunt
def test_more_than_fit_into_one_paper_are_told_and_stay(office: Office, browsers: Browsers):
    phone = signed_in_phone(browsers.phone(), office.url, ELIF)
    small = scenes.jpeg(scenes.photograph(scenes.draw_paper("Seite"), (360, 480)))
    share(phone, *(as_file(f"{n:02d}.jpg", "image/jpeg", small) for n in range(62)))
    expect(phone.locator("#shared-files img")).to_have_count(62)
    assert tiles(phone) == [f"{n:02d}.jpg" for n in range(62)]
    phone.locator("#shared-take").click()
    expect(phone.locator("#trouble")).to_contain_text(words("scan.full", count=60))
    expect(phone.locator("#shared-files .tile")).to_have_count(2)
    expect(phone.locator("#shared-see")).to_contain_text("60")
    share(phone, *(as_file(f"{n}.jpg", "image/jpeg", small) for n in range(99)))
    expect(phone.get_by_role("heading", name=words("shared.failed"))).to_be_visible()
    assert len(shelf(phone)["ids"]) == 2, "nobody fills a phone from outside"


# Whose it is


def test_what_was_shared_by_one_person_another_neither_sees_nor_can_read(office: Office, browsers: Browsers):
    browser = browsers.phone()
    phone = signed_in_phone(browser, office.url, ELIF)
    share(phone, PHOTO, PDF)
    expect(phone.locator("#shared-files .tile")).to_have_count(2)
    lies = shelf(phone)
    assert (lies["plain"], lies["names"], lies["bytes"]) == (0, [], 2), "locked from the first byte"

    # Her session runs out, she shares once more, and another person signs in.
    browser.clear_cookies()
    phone.goto("about:blank")
    phone.goto(f"{office.url}/#/shared")
    expect(phone.locator("#login")).to_be_visible()
    share(phone, SECOND)
    expect(phone.locator("#signin-shared")).to_contain_text(words("signin.shared_again"))
    phone.locator("#login").fill(DARIUSZ["login"])
    phone.locator("#pin").fill(DARIUSZ["secret"])
    phone.locator("#signin").click()
    expect(phone.locator("#scan")).to_be_visible()
    expect(phone.locator("#home-shared")).to_have_count(0)
    go(phone, "#/shared")
    expect(phone.locator("#scan")).to_be_visible()
    assert kept(phone)["keys"] == kept(phone)["own"]
    lies = shelf(phone)
    assert (lies["plain"], lies["names"], len(lies["ids"])) == (0, [], 3)
    sign_out(phone, "leave")
    assert len(shelf(phone)["ids"]) == 3

    sign_in(phone, ELIF)
    expect(phone.locator("#home-shared")).to_contain_text(words("shared.waiting.other", count=3))
    phone.locator("#see-shared").click()
    expect(phone.locator("#shared-files img")).to_have_count(2)
    expect(phone.locator("#shared-alone")).to_have_count(0)
    phone.locator("#shared-take").click()
    expect(phone.locator("#tiles .tile__page")).to_have_count(3)


@pytest.mark.parametrize("how", ["keep", "delete"])
def test_leaving_asks_about_what_was_shared_and_keeps_it_locked_or_deletes_it(
    office: Office, browsers: Browsers, how: str
):
    phone = signed_in_phone(browsers.phone(), office.url, ELIF)
    share(phone, PHOTO)
    expect(phone.locator("#shared-files img")).to_have_count(1)
    sign_out(phone, how)
    lies = shelf(phone)
    assert (lies["plain"], lies["names"], len(lies["ids"])) == (0, [], 1 if how == "keep" else 0)
    assert kept(phone)["keys"] == []
    expect(phone.locator("#signin-shared")).to_be_empty()
    sign_in(phone, ELIF)
    expect(phone.locator("#home-shared")).to_have_count(1 if how == "keep" else 0)


def test_what_is_shared_while_nobody_is_signed_in_belongs_to_who_signs_in_next(office: Office, browsers: Browsers):
    browser = browsers.phone()
    phone = open_phone(browser, office.url)
    wait_for_shell(phone)
    browser.set_offline(True)
    share(phone, PHOTO)
    expect(phone.locator("#signin-shared")).to_contain_text(words("signin.shared"))
    browser.set_offline(False)
    phone.locator("#login").fill(DARIUSZ["login"])
    phone.locator("#pin").fill(DARIUSZ["secret"])
    phone.locator("#signin").click()
    expect(phone.locator("#shared-files img")).to_have_count(1)
    expect(phone.locator("#shared-alone")).to_contain_text(words("shared.alone"))
    lies = shelf(phone)
    assert (lies["plain"], lies["names"]) == (0, []) and lies["owners"] != [""], "locked for him now"
    phone.locator("#shared-take").click()
    expect(phone.locator("#tiles .tile__page")).to_have_count(1)


def test_it_is_kept_on_a_phone_whose_last_person_left_nothing_behind(office: Office, browsers: Browsers):
    browser = browsers.phone()
    phone = signed_in_phone(browser, office.url, ELIF)
    sign_out(phone, "leave")
    phone.goto(f"{office.url}/lib/ids.js")  # a page of ours without the app
    phone.evaluate(DELETE)
    assert phone.evaluate("indexedDB.databases().then(all => all.length)") == 0
    share(phone, PHOTO)
    expect(phone.locator("#signin-shared")).to_contain_text(words("signin.shared"))
    phone.locator("#login").fill(ELIF["login"])
    phone.locator("#pin").fill(ELIF["secret"])
    phone.locator("#signin").click()
    expect(phone.locator("#shared-files img")).to_have_count(1)
    phone.locator("#shared-take").click()
    expect(phone.locator("#tiles .tile__page")).to_have_count(1)


def test_what_nobody_signs_in_for_is_deleted_after_half_an_hour(office: Office, browsers: Browsers):
    phone = open_phone(browsers.phone(), office.url)
    wait_for_shell(phone)
    share(phone, PHOTO)
    expect(phone.locator("#signin-shared")).to_contain_text("30 Minuten")
    phone.evaluate(AGE, 29)
    phone.reload()
    expect(phone.locator("#signin-shared")).to_contain_text("30 Minuten")
    phone.evaluate(AGE, 2)
    phone.reload()
    wait_until(lambda: (shelf(phone)["ids"], shelf(phone)["bytes"]) == ([], 0), "it is deleted")
    expect(phone.locator("#signin-shared")).to_be_empty()
    sign_in(phone, ELIF)
    expect(phone.locator("#home-shared")).to_have_count(0)


# Without a service worker


def test_without_a_service_worker_it_says_plainly_that_it_did_not_work(
    office: Office, browsers: Browsers, tmp_path: Path
):
    large = tmp_path / "gross.jpg"
    large.write_bytes(bytes(30_000_000))
    browser = browsers.phone(service_workers="block")
    phone = open_phone(browser, office.url)
    expect(phone.locator("#login")).to_be_visible()
    share(phone, large)
    assert phone.url == f"{office.url}/#/shared/failed"
    expect(phone.locator("#main")).to_contain_text(words("shared.failed_now"))
    phone.locator("#shared-home").click()
    sign_in(phone, ELIF)
    share(phone, PHOTO)
    expect(phone.get_by_role("heading", name=words("shared.failed"))).to_be_visible()
    phone.locator("#shared-home").click()
    expect(phone.locator("#scan")).to_be_visible()


def test_an_empty_share_says_that_it_did_not_work(office: Office, browsers: Browsers):
    phone = signed_in_phone(browsers.phone(), office.url, ELIF)
    share(phone)
    expect(phone.get_by_role("heading", name=words("shared.failed"))).to_be_visible()


def test_the_system_is_told_what_can_be_shared(office: Office, browsers: Browsers):
    phone = open_phone(browsers.phone(), office.url)
    told_system = phone.evaluate("fetch('/manifest.webmanifest').then(answer => answer.json())")["share_target"]
    assert (told_system["method"], told_system["enctype"]) == ("POST", "multipart/form-data")
    assert told_system["action"] == "/share"
    assert told_system["params"]["files"] == [{"name": "files", "accept": ["image/*", "application/pdf"]}]
