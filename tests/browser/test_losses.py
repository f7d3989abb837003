"""What was on a phone and is gone, or lies on another: the person is told, and the office."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.access import violations
from tests.browser.browsers import Browsers, wait_in
from tests.browser.database import (
    OLDER_RECEIPTS,
    PURGED,
)
from tests.browser.office import ALBERS, ELIF, Office
from tests.browser.steps import (
    go,
    open_desk,
    open_phone,
    prepare,
    receipt_number,
    send,
    sent_pages,
    shoot,
    sign_in,
    sign_out,
    signed_in_phone,
    submission_of,
    words,
)


@pytest.mark.hunt
def test_43_an_installed_app_knows_of_the_queue_in_the_browser_and_that_is_still_sent(
    office: Office, newcomer: dict, browsers: Browsers, paper
):
    tab = browsers.phone(camera=paper)
    phone = signed_in_phone(tab, office.url, newcomer)
    with phone.expect_response(lambda answer: tells(answer, pages=2)):
        prepare(phone, pages=2)
    installed = signed_in_phone(browsers.phone(camera=paper), office.url, newcomer)
    expect(installed.locator("#elsewhere")).to_contain_text(words("elsewhere.title.other", count=2))
    installed.locator("#elsewhere-there").click()
    expect(installed.locator("#elsewhere")).to_have_count(0)
    with phone.expect_response(lambda answer: tells(answer, pages=0)):
        send(phone)
        receipt_number(phone)
    installed.reload()
    expect(installed.locator("#scan")).to_be_visible()
    expect(installed.locator("#elsewhere, #lost")).to_have_count(0)


@pytest.mark.hunt
def test_07_a_phone_whose_database_was_thrown_away_says_what_is_gone_and_the_office_sees_it(
    office: Office, newcomer: dict, browsers: Browsers, paper
):
    browser = browsers.phone(camera=paper)
    phone = signed_in_phone(browser, office.url, newcomer)
    with phone.expect_response(lambda answer: tells(answer, pages=3)):
        phone.locator("#scan").click()
        shoot(phone, 3)
    throw_database_away(browser, phone)

    phone = open_phone(browser, office.url)
    sign_in(phone, newcomer)
    expect(phone.locator("#lost")).to_contain_text(words("lost.title.other", count=3))
    assert violations(phone) == []
    desk = open_desk(browsers.desk(), office.url, ALBERS)
    loss = desk.locator("#losses .loss").filter(has_text=f"3 Seiten von {newcomer['name']}")
    expect(loss).to_have_count(1)
    assert violations(desk) == []
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


@pytest.mark.hunt
def test_07_a_phone_whose_data_were_cleared_asks_whether_the_papers_were_on_it(
    office: Office, newcomer: dict, browsers: Browsers, paper
):
    browser = browsers.phone(camera=paper)
    phone = signed_in_phone(browser, office.url, newcomer)
    with phone.expect_response(lambda answer: tells(answer, pages=2)):
        phone.locator("#scan").click()
        shoot(phone, 2)
    throw_database_away(browser, phone, everything=True)

    phone = open_phone(browser, office.url)
    sign_in(phone, newcomer)
    expect(phone.locator("#elsewhere")).to_contain_text(words("elsewhere.title.other", count=2))
    phone.reload()  # asked until it is answered
    expect(phone.locator("#elsewhere")).to_contain_text(words("elsewhere.title.other", count=2))
    phone.locator("#elsewhere-gone").click()
    expect(phone.locator("#lost")).to_contain_text(words("lost.title.other", count=2))
    phone.locator("#lost-again").click()
    expect(phone.locator("#shutter")).to_be_visible()
    go(phone, "#/")
    expect(phone.locator("#lost")).to_have_count(0)


def test_07_what_a_person_deletes_is_not_lost(office: Office, newcomer: dict, browsers: Browsers, paper):
    browser = browsers.phone(camera=paper)
    phone = signed_in_phone(browser, office.url, newcomer)
    with phone.expect_response(lambda answer: tells(answer, pages=1)):
        phone.locator("#scan").click()
        shoot(phone)
    sign_out(phone, "delete")
    with phone.expect_response(lambda answer: tells(answer, pages=0)):
        sign_in(phone, newcomer)
    expect(phone.locator("#scan")).to_be_visible()
    expect(phone.locator("#lost, #elsewhere")).to_have_count(0)


@pytest.mark.hunt
def test_07_what_an_office_lost_by_an_older_backup_is_sent_again_or_told_as_lost(
    demo_folder: Path, tmp_path: Path, browsers: Browsers, paper
):
    office = Office.like(demo_folder, tmp_path / "data").start()
    try:
        browser = browsers.phone(camera=paper)
        phone = signed_in_phone(browser, office.url, ELIF)
        office.stop()
        backup = shutil.copytree(office.data, tmp_path / "backup")
        office.start()
        prepare(phone, pages=2)
        send(phone)
        receipt_number(phone)
        wait_in(phone, PURGED)
        second_look = re.compile(r"/submissions/[\w-]+$")
        browser.route(second_look, lambda route: route.abort() if route.request.method == "GET" else route.fallback())
        go(phone, "#/")
        prepare(phone)
        send(phone)
        first = receipt_number(phone)
        kept_here = submission_of(phone)

        office.stop()
        shutil.rmtree(office.data)
        shutil.copytree(backup, office.data)
        office.start()
        browser.unroute(second_look)
        phone.evaluate(OLDER_RECEIPTS)
        go(phone, "#/")
        phone.reload()
        expect(phone.locator("#lost")).to_contain_text(words("lost.title.other", count=2))
        go(phone, f"#/r/{kept_here}")
        receipt_number(phone)
        assert len(sent_pages(office, ELIF, kept_here)) == 1, f"{first} is known again, by another number or the same"
    finally:
        office.stop()


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
