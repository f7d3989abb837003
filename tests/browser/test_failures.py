"""What can fail on a phone, one test a row of docs/failures.md: in a real Chromium against the real office."""

from __future__ import annotations

import json
import re

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.browsers import Browsers
from tests.browser.office import ALBERS, DARIUSZ, ELIF, ROOT, Office, wait_until
from tests.browser.steps import (
    go,
    open_desk,
    open_phone,
    prepare,
    receipt_number,
    send,
    shoot,
    sign_in,
    signed_in_phone,
    submission_of,
)

GERMAN = json.loads((ROOT / "pwa" / "words" / "de.json").read_text("utf-8"))


def words(key: str, **values: object) -> str:
    """A sentence of the phone, in German."""
    text = GERMAN[key]
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


# ---------- 7: what was here is gone ----------


def test_07_a_phone_whose_database_was_thrown_away_says_what_is_gone_and_the_office_sees_it(
    office: Office, browsers: Browsers, paper
):
    browser = browsers.phone(camera=paper)
    phone = signed_in_phone(browser, office.url, ELIF)
    with phone.expect_response(lambda answer: tells(answer, pages=3)):
        phone.locator("#scan").click()
        shoot(phone, 3)
    throw_database_away(browser, phone)

    phone = open_phone(browser, office.url)
    sign_in(phone, ELIF)
    expect(phone.locator("#lost")).to_contain_text(words("lost.title.other", count=3))
    desk = open_desk(browsers.desk(), office.url, ALBERS)
    loss = desk.locator("#losses .loss").filter(has_text=f"3 Seiten von {ELIF['name']}")
    expect(loss).to_have_count(1)
    loss.get_by_role("button").click()
    expect(loss).to_have_count(0)

    # It is said again at every start, until the person knows.
    phone.reload()
    expect(phone.locator("#lost")).to_be_visible()
    phone.locator("#lost-known").click()
    expect(phone.locator("#lost")).to_have_count(0)
    phone.reload()
    expect(phone.locator("#scan")).to_be_visible()
    expect(phone.locator("#lost")).to_have_count(0)


def test_07_a_phone_whose_data_were_cleared_asks_whether_the_papers_were_on_it(
    office: Office, browsers: Browsers, paper
):
    browser = browsers.phone(camera=paper)
    phone = signed_in_phone(browser, office.url, ELIF)
    with phone.expect_response(lambda answer: tells(answer, pages=2)):
        phone.locator("#scan").click()
        shoot(phone, 2)
    throw_database_away(browser, phone, everything=True)

    phone = open_phone(browser, office.url)
    sign_in(phone, ELIF)
    expect(phone.locator("#elsewhere")).to_contain_text(words("elsewhere.title.other", count=2))
    phone.locator("#elsewhere-gone").click()
    expect(phone.locator("#lost")).to_contain_text(words("lost.title.other", count=2))
    phone.locator("#lost-again").click()
    expect(phone.locator("#shutter")).to_be_visible()
    go(phone, "#/")
    expect(phone.locator("#lost")).to_have_count(0)


def test_07_what_a_person_deletes_is_not_lost(office: Office, browsers: Browsers, paper):
    browser = browsers.phone(camera=paper)
    phone = signed_in_phone(browser, office.url, DARIUSZ)
    with phone.expect_response(lambda answer: tells(answer, pages=1)):
        phone.locator("#scan").click()
        shoot(phone)
    go(phone, "#/person")
    phone.locator("#sign-out").click()
    phone.locator("#signout-delete").click()
    phone.locator("#delete-yes").click()
    expect(phone.locator("#signin")).to_be_visible()
    with phone.expect_response(lambda answer: tells(answer, pages=0)):
        sign_in(phone, DARIUSZ)
    expect(phone.locator("#scan")).to_be_visible()
    expect(phone.locator("#lost, #elsewhere")).to_have_count(0)


def tells(answer, pages: int) -> bool:
    """Whether this is the phone telling the office that it holds so many pages."""
    if not answer.ok or not re.search(r"/devices/[\w-]+/outbox$", answer.url):
        return False
    return sum(paper["pages"] for paper in answer.request.post_data_json["pending"]) == pages


def throw_database_away(browser: BrowserContext, phone: Page, everything: bool = False) -> None:
    """What a browser does that needs room; or, with everything, a person who clears the browser's data."""
    origin = phone.evaluate("origin")
    phone.goto("about:blank")
    kinds = "all" if everything else "indexeddb,local_storage"
    session = browser.new_cdp_session(phone)
    session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": kinds})
    if everything:
        browser.clear_cookies()


# ---------- 33, 34, 35: two people, one phone ----------


def test_33_what_one_person_left_waiting_is_locked_and_invisible_to_the_next(office: Office, browsers: Browsers, paper):
    browser = browsers.phone(camera=paper)
    phone = signed_in_phone(browser, office.url, ELIF)
    browser.set_offline(True)
    prepare(phone, pages=2, note="Geheime Notiz an das Amt")
    send(phone)
    submission = submission_of(phone)
    assert kept(phone)["bytes"] == 2
    assert kept(phone)["readable"] == []
    go(phone, "#/person")
    phone.locator("#sign-out").click()
    phone.locator("#signout-keep").click()
    expect(phone.locator("#signin")).to_be_visible()
    assert kept(phone)["keys"] == []
    browser.set_offline(False)

    # Somebody else signs in: nothing to see, nothing is sent, and nothing could be read.
    sign_in(phone, DARIUSZ)
    expect(phone.locator("#home-here")).to_be_hidden()
    expect(phone.locator(f"#card-{submission}")).to_have_count(0)
    assert kept(phone)["bytes"] == 2
    elif_ = office.client(ELIF)
    assert submission not in [row["id"] for row in elif_.submissions()]
    go(phone, "#/person")
    phone.locator("#sign-out").click()
    phone.locator("#signout-leave").click()

    # The first one comes back, and it goes on.
    sign_in(phone, ELIF)
    wait_until(lambda: submission in [row["id"] for row in elif_.submissions() if row["receipt"]], "it arrived")
    assert elif_.get(f"/submissions/{submission}")["note"] == "Geheime Notiz an das Amt"
    elif_.close()


def test_33_an_expired_session_and_another_sign_in_lock_what_waits(office: Office, browsers: Browsers, paper):
    browser = browsers.phone(camera=paper)
    phone = signed_in_phone(browser, office.url, ELIF)
    browser.set_offline(True)
    prepare(phone)
    send(phone)
    submission = submission_of(phone)
    browser.clear_cookies()
    browser.route(re.compile("/pages/"), lambda route: route.abort())
    browser.set_offline(False)
    go(phone, "#/signin")
    phone.reload()
    expect(phone.locator("#login")).to_be_visible()
    sign_in(phone, DARIUSZ)
    expect(phone.locator("#home-here")).to_be_hidden()
    expect(phone.locator(f"#card-{submission}")).to_have_count(0)
    assert [key for key in kept(phone)["keys"] if "token" in key or "key" in key] == kept(phone)["own"]
    browser.unroute(re.compile("/pages/"))
    phone.reload()
    expect(phone.locator("#scan")).to_be_visible()
    elif_ = office.client(ELIF)
    assert not any(row["receipt"] for row in elif_.submissions() if row["id"] == submission)
    sign_in_instead(phone, ELIF)
    wait_until(lambda: submission in [row["id"] for row in elif_.submissions() if row["receipt"]], "it arrived")
    elif_.close()


def sign_in_instead(phone: Page, person: dict[str, str]) -> None:
    go(phone, "#/person")
    phone.locator("#sign-out").click()
    phone.locator("#signout-leave").click()
    sign_in(phone, person)


def test_34_leaving_with_delete_leaves_nothing(office: Office, browsers: Browsers, paper):
    browser = browsers.phone(camera=paper)
    phone = signed_in_phone(browser, office.url, DARIUSZ)
    phone.locator("#scan").click()
    shoot(phone)
    go(phone, "#/person")
    phone.locator("#sign-out").click()
    phone.locator("#signout-delete").click()
    phone.locator("#delete-yes").click()
    expect(phone.locator("#signin")).to_be_visible()
    assert phone.evaluate(ROWS) == 0
    assert [cookie["name"] for cookie in browser.cookies()] == ["device"]
    assert phone.evaluate("navigator.serviceWorker.ready.then(r => r.pushManager.getSubscription())") is None
    assert phone.evaluate("Object.keys(localStorage).filter(key => key !== 'emptied' && key !== 'theme')") == ["held"]
    assert phone.evaluate("localStorage.held") == "{}"


def test_35_pages_whose_key_is_lost_are_told_as_lost_and_never_as_sent(office: Office, browsers: Browsers, paper):
    browser = browsers.phone(camera=paper)
    phone = signed_in_phone(browser, office.url, ELIF)
    browser.set_offline(True)
    prepare(phone)
    send(phone)
    submission = submission_of(phone)
    phone.evaluate(ANOTHER_KEY)
    phone.reload()
    browser.set_offline(False)
    go(phone, f"#/s/{submission}")
    expect(phone.locator("#main")).to_contain_text(words("error.page_missing"))
    expect(phone.locator("#receipt-number")).to_have_count(0)


def test_35_a_browser_that_cannot_keep_a_key_keeps_papers_all_the_same(office: Office, browsers: Browsers, paper):
    browser = browsers.phone(camera=paper)
    browser.add_init_script(NO_KEYS)
    phone = signed_in_phone(browser, office.url, ELIF)
    browser.set_offline(True)
    prepare(phone)
    send(phone)
    assert kept(phone)["readable"] == []
    phone.reload()
    browser.set_offline(False)
    go(phone, f"#/r/{submission_of(phone)}")
    receipt_number(phone)


# A key that scripts cannot read is refused, as in Lockdown Mode.
NO_KEYS = """{
    const put = IDBObjectStore.prototype.put
    IDBObjectStore.prototype.put = function (value, ...rest) {
        if (value instanceof CryptoKey) throw new DOMException("no keys here", "DataCloneError")
        return put.call(this, value, ...rest)
    }
}"""

WITH_DATABASE = """
    const opening = indexedDB.open("belegbote")
    const db = await new Promise((done, failed) => {
        opening.onsuccess = () => done(opening.result)
        opening.onerror = () => failed(opening.error)
    })
    const asked = request => new Promise((done, failed) => {
        request.onsuccess = () => done(request.result)
        request.onerror = () => failed(request.error)
    })
    const all = name => asked(db.transaction(name).objectStore(name).getAll())
"""
ANOTHER_KEY = f"""async () => {{ {WITH_DATABASE}
    const keys = await asked(db.transaction("kv").objectStore("kv").getAllKeys())
    const fresh = await crypto.subtle.generateKey({{ name: "AES-GCM", length: 256 }}, false, ["encrypt", "decrypt"])
    const kv = db.transaction("kv", "readwrite").objectStore("kv")
    for (const name of keys.filter(one => one.startsWith("key:"))) await asked(kv.put(fresh, name))
    db.close()
}}"""
ROWS = f"""async () => {{ {WITH_DATABASE}
    let rows = 0
    for (const name of db.objectStoreNames) rows += (await all(name)).length
    db.close()
    return rows
}}"""
# How many pages lie here, what of it can be read by who opens the database, and whose keys are here.
KEPT = f"""async () => {{ {WITH_DATABASE}
    const readable = []
    const look = (value, where) => {{
        if (value instanceof ArrayBuffer) {{
            const [a, b, c] = new Uint8Array(value)
            if (a === 0xff && b === 0xd8 && c === 0xff) readable.push(where)
        }} else if (typeof value === "string") {{
            if (value.includes("Geheime")) readable.push(where)
        }} else if (value && typeof value === "object" && !(value instanceof CryptoKey)) {{
            for (const [name, each] of Object.entries(value)) look(each, `${{where}}.${{name}}`)
        }}
    }}
    for (const name of ["submissions", "pages", "bytes"]) look(await all(name), name)
    const bytes = await asked(db.transaction("bytes").objectStore("bytes").count())
    const names = await asked(db.transaction("kv").objectStore("kv").getAllKeys())
    const session = await asked(db.transaction("kv").objectStore("kv").get("session"))
    const keys = names.filter(name => /^(key|token):/.test(name)).sort()
    const own = session ? [`key:${{session.person.id}}`, `token:${{session.person.id}}`] : []
    db.close()
    return {{ bytes, readable, keys, own }}
}}"""


def kept(phone: Page) -> dict:
    """What lies in the phone's database."""
    return phone.evaluate(KEPT)
