"""Without a network: all up to "send" works, survives closing the browser, and goes out later by itself."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.browsers import Browsers, wait_in
from tests.browser.network import BadNet
from tests.browser.office import ELIF, SAMIRA, Office, wait_until
from tests.browser.steps import (
    KIND,
    NUMBER,
    open_phone,
    prepare,
    receipt_number,
    send,
    shoot,
    sign_in,
    signed_in_phone,
    submission_of,
    to_check,
)


def test_the_whole_flow_works_offline_and_sends_after_a_restart(office: Office, browsers: Browsers, paper):
    before = count(office)
    browser = browsers.phone(profile="phone", camera=paper)
    phone = signed_in_phone(browser, office.url, ELIF)
    browser.set_offline(True)
    phone.reload()
    expect(phone.locator("#offline")).to_be_visible()
    prepare(phone, pages=2, note="Ohne Netz fotografiert")
    send(phone)
    expect(phone.get_by_text("nur auf diesem Handy", exact=False).first).to_be_visible()
    submission = submission_of(phone)
    assert count(office) == before
    browser.close()

    # Opened again, still without a network: it is all there.
    browser = browsers.phone(profile="phone", camera=paper)
    browser.set_offline(True)
    phone = open_phone(browser, office.url)
    expect(phone.locator("#home-here")).to_be_visible()
    assert count(office) == before

    # The network comes back; nobody taps anything.
    browser.set_offline(False)
    expect(phone.locator("#home-sent, #home-here").filter(has_text="Kontoauszug").first).to_be_visible()
    jobseeker = office.client(ELIF)
    wait_until(lambda: state_of(jobseeker, submission) not in (None, "sending"), "the pages arrived")
    arrived = jobseeker.get(f"/submissions/{submission}")
    assert arrived["note"] == "Ohne Netz fotografiert"
    assert len(arrived["receipt"]["pages"]) == 2
    phone.goto(f"{office.url}/#/s/{submission}")
    expect(phone.locator("#receipt-number")).to_have_text(arrived["receipt"]["number"])
    jobseeker.close()


def test_an_upload_that_breaks_goes_on_where_it_was(office: Office, bad_net: BadNet, browsers: Browsers, paper):
    phone = signed_in_phone(browsers.phone(camera=paper), bad_net.url, ELIF)
    prepare(phone, pages=3)
    bad_net.cut_after = bad_net.sent + 200_000
    send(phone)
    receipt_number(phone)
    assert bad_net.cut_after is None, "the connection was cut on the way"
    one_submission_of(office, submission_of(phone), pages=3)


@pytest.mark.hunt
def test_a_captive_portal_is_no_network(office: Office, bad_net: BadNet, browsers: Browsers, paper):
    phone = signed_in_phone(browsers.phone(camera=paper), bad_net.url, ELIF)
    bad_net.portal = "page"
    bad_net.cut()
    prepare(phone)
    send(phone)
    expect(phone.get_by_text("nur auf diesem Handy", exact=False).first).to_be_visible()
    expect(phone.locator("#receipt-number")).to_have_count(0)
    bad_net.portal = None
    bad_net.cut()
    phone.evaluate("dispatchEvent(new Event('online'))")
    receipt_number(phone)
    one_submission_of(office, submission_of(phone), pages=1)


def test_five_taps_and_two_tabs_make_one_submission(office: Office, browsers: Browsers, paper):
    before = count(office)
    browser = browsers.phone(camera=paper)
    phone = signed_in_phone(browser, office.url, ELIF)
    prepare(phone, pages=2)
    other = browser.new_page()
    other.goto(phone.url)
    expect(other.locator("#send")).to_be_visible()
    for _ in range(5):
        phone.evaluate("document.querySelector('#send')?.click()")
        other.evaluate("document.querySelector('#send')?.click()")
    for page in (phone, other):
        receipt_number(page)
    assert count(office) == before + 1
    one_submission_of(office, submission_of(phone), pages=2)


@pytest.mark.hunt
def test_a_session_that_ends_in_the_middle_loses_nothing(office: Office, browsers: Browsers, paper):
    browser = browsers.phone(camera=paper)
    phone = signed_in_phone(browser, office.url, ELIF)
    prepare(phone, pages=2)
    browser.set_offline(True)
    send(phone)
    browser.clear_cookies()
    submission = submission_of(phone)
    browser.set_offline(False)
    # The upload token sends the pages although the session is over; signing in again shows them.
    jobseeker = office.client(ELIF)
    wait_until(lambda: state_of(jobseeker, submission) not in (None, "sending"), "the pages arrived")
    jobseeker.close()
    phone.goto(f"{office.url}/#/")
    phone.reload()
    expect(phone.locator("#signin")).to_be_visible()
    sign_in(phone, ELIF)
    phone.goto(f"{office.url}/#/s/{submission}")
    expect(phone.locator("#receipt-number")).to_have_text(NUMBER)


def test_32_a_revoked_phone_asks_to_sign_in_and_then_sends(office: Office, browsers: Browsers, paper):
    browser = browsers.phone(camera=paper)
    phone = signed_in_phone(browser, office.url, SAMIRA)
    prepare(phone)
    browser.set_offline(True)
    send(phone)
    submission = submission_of(phone)
    # Somebody resets her PIN: all her sessions and upload tokens end. She chooses the one again that tests know.
    code = reset(office, SAMIRA["login"])
    browser.set_offline(False)
    wait_in(phone, "!document.querySelector('#offline')")
    expect(phone.locator("a[href='#/signin'], #signin").first).to_be_visible(timeout=30_000)
    if not phone.locator("#login").is_visible():
        phone.locator("a[href='#/signin']").first.click()
    phone.locator("#login").fill(SAMIRA["login"])
    phone.locator("#pin").fill(code)
    phone.locator("#signin").click()
    for field in ("#new-pin", "#new-pin-again"):
        phone.locator(field).fill(SAMIRA["secret"])
    phone.locator("#pin-take").click()
    expect(phone.locator("#new-pin")).to_have_count(0)
    jobseeker = office.client(SAMIRA)
    wait_until(lambda: state_of(jobseeker, submission) not in (None, "sending"), "the pages arrived")
    jobseeker.close()


@pytest.mark.hunt
def test_web_and_worker_killed_in_the_middle_lose_nothing(office: Office, bad_net: BadNet, browsers: Browsers, paper):
    phone = signed_in_phone(browsers.phone(camera=paper), bad_net.url, ELIF)
    prepare(phone, pages=3)
    bad_net.up = 300_000
    before = bad_net.sent
    send(phone)
    wait_until(lambda: bad_net.sent > before + 100_000, "some bytes on their way")
    office.kill("web")
    office.kill("worker")
    bad_net.up = None
    office.wait_until_up()
    receipt_number(phone)
    submission = submission_of(phone)
    one_submission_of(office, submission, pages=3)
    jobseeker = office.client(ELIF)
    wait_until(lambda: state_of(jobseeker, submission) == "ready", "the PDF is made", seconds=60)
    jobseeker.close()


def test_a_draft_survives_the_browser(office: Office, browsers: Browsers, paper):
    browser = browsers.phone(profile="phone", camera=paper)
    phone = signed_in_phone(browser, office.url, ELIF)
    phone.locator("#scan").click()
    shoot(phone, 2)
    browser.close()
    browser = browsers.phone(profile="phone", camera=paper)
    phone = open_phone(browser, office.url)
    draft = phone.locator("#home-here .card").filter(has_text="2 Seiten").first
    draft.get_by_role("link").first.click()
    expect(phone.locator("#tiles .tile__page")).to_have_count(2)
    phone.locator("#add-page").click()
    shoot(phone)
    to_check(phone, KIND)
    send(phone)
    receipt_number(phone)
    one_submission_of(office, submission_of(phone), pages=3)


def reset(office: Office, login: str) -> str:
    """A code for somebody, good once, as the office's machine gives it."""
    return re.search(r"code, once\s+(\d{8})", office.run("person", "reset", login))[1]


def count(office: Office) -> int:
    jobseeker = office.client(ELIF)
    try:
        return len(jobseeker.submissions())
    finally:
        jobseeker.close()


def state_of(jobseeker, submission: str) -> str | None:
    return next((row["state"] for row in jobseeker.submissions() if row["id"] == submission), None)


def one_submission_of(office: Office, submission: str, pages: int) -> None:
    jobseeker = office.client(ELIF)
    rows = [row for row in jobseeker.submissions() if row["id"] == submission]
    assert len(rows) == 1
    assert len(rows[0]["receipt"]["pages"]) == pages
    assert all(page["stored"] for page in rows[0]["pages"])
    jobseeker.close()
