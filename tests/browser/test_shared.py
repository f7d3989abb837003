"""Several people, one phone: nobody sees, reads or sends what is not theirs."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.browsers import SUBSCRIPTION, Browsers
from tests.browser.database import (
    ANOTHER_KEY,
    NO_KEYS,
    ROWS,
    kept,
)
from tests.browser.office import DARIUSZ, ELIF, Office, wait_until
from tests.browser.steps import (
    go,
    prepare,
    receipt_number,
    send,
    shoot,
    sign_in,
    sign_out,
    signed_in_phone,
    submission_of,
    words,
)


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
    assert [key for key in kept(phone)["keys"] if "token" in key or "key" in key] == kept(phone)["own"]
    browser.unroute(re.compile("/pages/"))
    phone.reload()
    expect(phone.locator("#scan")).to_be_visible()
    elif_ = office.client(ELIF)
    assert not any(row["receipt"] for row in elif_.submissions() if row["id"] == submission)
    sign_out(phone, "leave")
    sign_in(phone, ELIF)
    wait_until(lambda: submission in [row["id"] for row in elif_.submissions() if row["receipt"]], "it arrived")
    elif_.close()


def test_34_leaving_with_delete_leaves_nothing(office: Office, browsers: Browsers, paper):
    browser = browsers.phone(camera=paper)
    phone = signed_in_phone(browser, office.url, DARIUSZ)
    phone.locator("#scan").click()
    shoot(phone)
    sign_out(phone, "delete")
    assert phone.evaluate(ROWS) == 0
    assert [cookie["name"] for cookie in browser.cookies()] == ["device"]
    assert phone.evaluate(SUBSCRIPTION) is None
    # What is left names nobody: clocks, and that all was deleted on purpose.
    assert set(phone.evaluate("Object.keys(localStorage)")) <= {"emptied", "held", "outbox_beat", "server_time"}
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
