"""Several people, one phone: nobody sees, reads or sends what is not theirs."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser import scenes
from tests.browser.browsers import SUBSCRIPTION, Browsers
from tests.browser.database import (
    ALL_ROWS,
    ANOTHER_KEY,
    FAULTS,
    NO_KEYS,
    ROWS,
    SPOIL_LOCKS,
    fault,
    kept,
)
from tests.browser.office import DARIUSZ, ELIF, Office, wait_until
from tests.browser.steps import (
    KIND,
    as_file,
    choose_files,
    go,
    prepare,
    receipt_number,
    send,
    shoot,
    sign_in,
    sign_out,
    signed_in_phone,
    submission_of,
    to_check,
    words,
)

# All that can be read of what waits locked: whose it is, and what belongs together.
IDS = ["id", "owner", "pages", "submission"]


def test_49_a_tapped_notice_on_a_shared_phone_asks_who_is_there_and_shows_it_to_its_owner_only(
    office: Office, browsers: Browsers, paper
):
    phone = signed_in_phone(browsers.phone(camera=paper), office.url, ELIF)
    prepare(phone)
    send(phone)
    number, submission = receipt_number(phone), submission_of(phone)
    sign_out(phone, "leave")
    phone.goto(f"{office.url}/#/n/{submission}")
    phone.locator("#login").fill(DARIUSZ["login"])
    phone.locator("#pin").fill(DARIUSZ["secret"])
    phone.locator("#signin").click()
    expect(phone.locator("#main")).to_contain_text(words("error.not_found"))
    expect(phone.get_by_text(number)).to_have_count(0)
    sign_out(phone, "leave")
    phone.goto(f"{office.url}/#/n/{submission}")
    phone.locator("#login").fill(ELIF["login"])
    phone.locator("#pin").fill(ELIF["secret"])
    phone.locator("#signin").click()
    expect(phone.locator("#receipt-number")).to_have_text(number)


def test_33_what_one_person_left_waiting_is_locked_and_invisible_to_the_next(office: Office, browsers: Browsers, paper):
    browser = browsers.phone(camera=paper)
    phone = signed_in_phone(browser, office.url, ELIF)
    browser.set_offline(True)
    prepare(phone, pages=2, note="Geheime Notiz an das Amt")
    send(phone)
    submission = submission_of(phone)
    assert kept(phone)["bytes"] == 2
    assert kept(phone)["readable"] == []
    sign_out(phone, "keep")
    assert kept(phone)["keys"] == []
    assert kept(phone)["open"] == IDS
    assert KIND not in phone.evaluate("localStorage.held")
    browser.set_offline(False)

    # Somebody else signs in: nothing to see, nothing is sent, and nothing could be read.
    sign_in(phone, DARIUSZ)
    expect(phone.locator(f"#card-{submission}")).to_have_count(0)
    assert kept(phone)["bytes"] == 2
    elif_ = office.client(ELIF)
    assert submission not in [row["id"] for row in elif_.submissions()]
    sign_out(phone, "leave")

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
    expect(phone.locator(f"#card-{submission}")).to_have_count(0)
    assert kept(phone)["keys"] == kept(phone)["own"]
    assert kept(phone)["open"] == IDS
    browser.unroute(re.compile("/pages/"))
    phone.reload()
    expect(phone.locator("#scan")).to_be_visible()
    elif_ = office.client(ELIF)
    assert not any(row["receipt"] for row in elif_.submissions() if row["id"] == submission)
    sign_out(phone, "leave")
    sign_in(phone, ELIF)
    wait_until(lambda: submission in [row["id"] for row in elif_.submissions() if row["receipt"]], "it arrived")
    elif_.close()


def test_33_what_was_locked_comes_back_as_it_was(office: Office, browsers: Browsers, paper):
    browser = browsers.phone(camera=paper)
    phone = signed_in_phone(browser, office.url, ELIF)
    browser.set_offline(True)
    prepare(phone, note="Geheime Notiz")
    send(phone)
    go(phone, "#/scan")
    shoot(phone)
    choose_files(phone, as_file("Geheimer Vertrag.pdf", "application/pdf", scenes.pdf(pages=2)))
    expect(phone.locator(".strip__count")).to_have_text("2")
    phone.locator("#see-pages").click()
    phone.locator("#turn").click()
    expect(phone.locator("#tiles img").first).to_have_attribute("data-turn", "90")
    before = phone.evaluate(ALL_ROWS)
    assert len(before) == 5
    sign_out(phone, "keep")
    assert "Geheimer" not in str(phone.evaluate(ALL_ROWS))
    browser.route(re.compile("/submissions/"), lambda route: route.abort())
    browser.set_offline(False)
    sign_in(phone, ELIF)
    for row in before:
        if "pages" in row:
            expect(phone.locator(f"#card-{row['id']}")).to_be_visible()
    after = [{key: row[key] for key in old} for row, old in zip(phone.evaluate(ALL_ROWS), before, strict=True)]
    assert [{**row, "state": old["state"]} for row, old in zip(after, before, strict=True)] == before


def test_33_a_phone_that_is_full_lets_a_person_leave_all_the_same(office: Office, browsers: Browsers, paper):
    browser = browsers.phone(camera=paper)
    browser.add_init_script(FAULTS)
    phone = signed_in_phone(browser, office.url, ELIF)
    browser.set_offline(True)
    prepare(phone)
    send(phone)
    submission = submission_of(phone)
    fault(phone, tight=True)
    sign_out(phone, "keep")
    assert (kept(phone)["keys"], kept(phone)["bytes"], kept(phone)["readable"]) == ([], 1, [])
    browser.set_offline(False)
    sign_in(phone, ELIF)
    go(phone, f"#/r/{submission}")
    receipt_number(phone)


def test_34_leaving_with_delete_leaves_nothing(office: Office, browsers: Browsers, paper):
    browser = browsers.phone(camera=paper)
    phone = signed_in_phone(browser, office.url, DARIUSZ)
    phone.locator("#scan").click()
    shoot(phone)
    sign_out(phone, "delete")
    assert phone.evaluate(ROWS) == 0
    assert [cookie["name"] for cookie in browser.cookies()] == ["device"]
    assert phone.evaluate(SUBSCRIPTION) is None
    # What is left names nobody: clocks, how to shoot, and that all was deleted on purpose.
    assert set(phone.evaluate("Object.keys(localStorage)")) <= {"auto", "emptied", "held", "outbox_beat", "server_time"}
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


def test_35_papers_whose_lock_is_damaged_are_told_as_lost_and_can_be_taken_again(
    office: Office, browsers: Browsers, paper
):
    browser = browsers.phone(camera=paper)
    phone = signed_in_phone(browser, office.url, ELIF)
    browser.set_offline(True)
    prepare(phone, pages=2)
    send(phone)
    submission = submission_of(phone)
    sign_out(phone, "keep")
    phone.evaluate(SPOIL_LOCKS)
    browser.set_offline(False)
    sign_in(phone, ELIF)
    card = phone.locator(f"#card-{submission}")
    expect(card).to_contain_text(words("error.page_missing"))
    expect(card).to_contain_text(words("app.pages.other", count=2))
    card.locator(f"#act-{submission}").click()
    phone.locator("#next").click()
    shoot(phone)
    to_check(phone)
    send(phone)
    receipt_number(phone)


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
