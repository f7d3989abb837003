"""What can fail between a photo and the disk of a phone; each test proves a row of docs/failures.md."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import signal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import scenes
from tests.browser.browsers import Browsers, wait_in
from tests.browser.database import (
    ATTEMPTED,
    FAULTS,
    FIRST_VERSION,
    HOLD_DATABASE,
    NAMES,
    PURGED,
    SIZES,
    SLOW_SESSION,
    fault,
)
from tests.browser.office import ELIF, Office, copy_program
from tests.browser.steps import (
    as_file,
    choose_files,
    go,
    open_phone,
    prepare,
    receipt_number,
    send,
    sent_pages,
    shoot,
    sign_in,
    signed_in_phone,
    submission_of,
    to_check,
    words,
)


def test_01_a_phone_that_dies_between_shutter_and_disk_says_that_the_last_photo_was_not_saved(
    office: Office, browsers: Browsers, paper
):
    browser = browsers.phone(camera=paper)
    browser.add_init_script(FAULTS)
    phone = signed_in_phone(browser, office.url, ELIF)
    phone.locator("#scan").click()
    shoot(phone, 2)
    fault(phone, hang=True)
    phone.locator("#shutter").click()
    expect(phone.locator(".strip__count")).to_have_text("2")
    phone.goto("about:blank")  # the tab dies
    phone = open_phone(browser, office.url)
    expect(phone.locator("#trouble")).to_contain_text(words("scan.unsaved"))
    expect(phone.locator(".strip__count")).to_have_text("2")
    phone.locator("#trouble-close").click()
    shoot(phone)
    expect(phone.locator(".strip__count")).to_have_text("3")
    phone.reload()
    expect(phone.locator("#trouble")).to_have_count(0)


@pytest.mark.hunt
def test_02_what_was_said_to_be_saved_is_there_after_kill_9(office: Office, browsers: Browsers, paper, tmp_path):
    phone = signed_in_phone(browsers.phone(profile="phone", camera=paper), office.url, ELIF)
    phone.locator("#scan").click()
    shoot(phone, 3)
    draft = submission_of(phone)
    kill_browser(tmp_path / "phone")
    phone = open_phone(browsers.phone(profile="phone", camera=paper), office.url)
    go(phone, f"#/d/{draft}/pages")
    expect(phone.locator("#tiles .tile__page")).to_have_count(3)
    to_kind_and_send(phone)
    receipt_number(phone)


@pytest.mark.hunt
def test_04_a_photo_that_crashes_the_tab_twice_is_sent_as_it_is(office: Office, browsers: Browsers, paper):
    browser = browsers.phone(camera=paper)
    browser.add_init_script("window.createImageBitmap = () => new Promise(() => {})")
    phone = signed_in_phone(browser, office.url, ELIF)
    original = scenes.photo("Zu viel für diesen Browser")
    phone.locator("#scan").click()
    phone.wait_for_url(re.compile("#/d/"))
    draft = submission_of(phone)
    choose_files(phone, as_file("gross.jpg", "image/jpeg", original))
    expect(phone.locator(".strip__count")).to_have_text("1")
    for _ in range(2):
        wait_in(phone, ATTEMPTED)
        phone.reload()
    go(phone, f"#/d/{draft}/kind/check")
    phone.locator("#kind-bank_statement").click()
    send(phone)
    receipt_number(phone)
    assert sent_pages(office, ELIF, submission_of(phone)) == [hashlib.sha256(original).hexdigest()]


def test_05_a_full_phone_makes_room_then_takes_a_smaller_photo_then_says_no(office: Office, browsers: Browsers, paper):
    browser = browsers.phone(camera=paper)
    browser.add_init_script(FAULTS)
    phone = signed_in_phone(browser, office.url, ELIF)
    prepare(phone)
    send(phone)
    receipt_number(phone)

    # Small pictures of what has arrived go first.
    wait_in(phone, PURGED)
    go(phone, "#/")
    phone.locator("#scan").click()
    wait_in(phone, "document.querySelector('#video')?.videoWidth > 0")
    fault(phone, full=True)
    shoot(phone)

    # Then a photo is made smaller than usual.
    usual = phone.evaluate(SIZES)[-1]
    fault(phone, largest=usual - 1)
    shoot(phone)
    assert phone.evaluate(SIZES)[-1] < usual

    # Then it says no: no tick, the photo may be kept elsewhere, and the other pages are safe.
    fault(phone, largest=0)
    phone.locator("#shutter").click()
    expect(phone.locator("#trouble")).to_contain_text(words("error.phone_full"))
    expect(phone.locator(".strip__count")).to_have_text("2")
    with phone.expect_download() as download:
        phone.evaluate("navigator.canShare = undefined")
        phone.locator("#keep-photo").click()
    assert Path(download.value.path()).read_bytes()[:3] == b"\xff\xd8\xff"
    phone.locator("#trouble-close").click()
    to_check(phone)
    send(phone)
    receipt_number(phone)


@pytest.mark.hunt
def test_06_a_queue_on_a_phone_that_has_become_full_is_sent_and_new_photos_are_refused(
    office: Office, browsers: Browsers, paper
):
    browser = browsers.phone(camera=paper)
    browser.add_init_script(FAULTS)
    phone = signed_in_phone(browser, office.url, ELIF)
    browser.set_offline(True)
    prepare(phone, pages=2)
    send(phone)
    submission = submission_of(phone)
    fault(phone, largest=0)
    go(phone, "#/scan")
    wait_in(phone, "document.querySelector('#video')?.videoWidth > 0")
    phone.locator("#shutter").click()
    expect(phone.locator("#trouble")).to_contain_text(words("error.phone_full"))
    browser.set_offline(False)
    go(phone, f"#/r/{submission}")
    receipt_number(phone)


@pytest.mark.hunt
def test_08_a_lost_connection_to_the_database_is_opened_again_and_never_a_silent_success(
    office: Office, browsers: Browsers, paper
):
    browser = browsers.phone(camera=paper)
    browser.add_init_script(FAULTS)
    phone = signed_in_phone(browser, office.url, ELIF)
    phone.locator("#scan").click()
    shoot(phone)
    fault(phone, lose=2)
    shoot(phone)
    fault(phone, lose=1000)
    phone.locator("#shutter").click()
    expect(phone.locator("#trouble")).to_contain_text(words("error.not_saved"))
    go(phone, "#/sent")
    expect(phone.locator("h1")).to_have_text(words("trouble.title"))
    phone.locator("#reload").click()
    go(phone, "#/")
    expect(phone.locator("#home-here").get_by_text("2 Seiten").first).to_be_visible()


def test_09_a_private_window_is_warned_of_before_the_first_photo(office: Office, browsers: Browsers):
    browser = browsers.phone()
    browser.add_init_script("navigator.storage.estimate = async () => ({ quota: 50_000_000, usage: 0 })")
    phone = signed_in_phone(browser, office.url, ELIF)
    expect(phone.locator("#private-mode")).to_have_text(words("home.private"))


def test_who_signs_in_while_the_phone_still_looks_who_was_here_is_in(office: Office, browsers: Browsers):
    browser = browsers.phone()
    browser.add_init_script(SLOW_SESSION)
    phone = open_phone(browser, office.url)
    sign_in(phone, ELIF)
    phone.wait_for_timeout(2000)
    expect(phone.locator("#scan")).to_be_visible()


@pytest.mark.hunt
def test_10_a_new_version_of_the_database_keeps_every_row_and_asks_to_close_an_old_window(
    demo_folder: Path, tmp_path: Path, browsers: Browsers, paper
):
    office = Office.like(demo_folder, tmp_path / "data", code=copy_program(tmp_path / "program")).start()
    try:
        browser = browsers.phone(camera=paper)
        phone = signed_in_phone(browser, office.url, ELIF)
        old = browser.new_page()
        old.goto(f"{office.url}/")
        phone.bring_to_front()
        browser.set_offline(True)
        prepare(phone, pages=2)
        send(phone)
        submission = submission_of(phone)
        source = office.code / "pwa" / "lib" / "store.js"
        text = source.read_text("utf-8").replace("VERSION = 2", "VERSION = 3")
        source.write_text(text.replace('["submissions"', '["more", "submissions"'), "utf-8")
        office.stop()
        office.start()
        old.evaluate(HOLD_DATABASE)
        busy = {"status": 503, "headers": {"X-App": "1"}, "json": {"code": "store_busy"}}
        browser.route(re.compile("/pages/"), lambda route: route.fulfill(**busy))
        browser.set_offline(False)
        phone.evaluate("navigator.serviceWorker.ready.then(r => r.update()).then(() => 0)")
        go(phone, "#/")
        with phone.expect_navigation():
            phone.locator("#new-version button").click()
        expect(phone.locator("#toasts")).to_contain_text(words("store.blocked"))
        old.close()
        expect(phone.locator(f"#card-{submission}")).to_be_visible()
        browser.unroute(re.compile("/pages/"))
        phone.evaluate("dispatchEvent(new Event('online'))")
        go(phone, f"#/r/{submission}")
        receipt_number(phone)
        assert len(sent_pages(office, ELIF, submission)) == 2
    finally:
        office.stop()


def test_10_the_first_version_of_the_database_keeps_its_rows_and_loses_what_is_kept_no_longer(
    office: Office, browsers: Browsers, paper
):
    context = browsers.phone(camera=paper)
    phone = context.new_page()
    phone.goto(f"{office.url}/lib/ids.js")
    phone.evaluate(FIRST_VERSION)
    phone = signed_in_phone(context, office.url, ELIF)
    found = phone.evaluate(NAMES)
    assert "receipts" not in found["names"]
    assert found["device"] == "0190"


def kill_browser(profile: Path) -> None:
    """kill -9 of every process of the browser with this profile."""
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ProcessLookupError):
            if folder.name.isdigit() and f"--user-data-dir={profile}".encode() in (folder / "cmdline").read_bytes():
                os.kill(int(folder.name), signal.SIGKILL)
    (profile / "SingletonLock").unlink(missing_ok=True)


def to_kind_and_send(phone: Page) -> None:
    phone.locator("#next").click()
    phone.locator("#kind-bank_statement").click()
    send(phone)
