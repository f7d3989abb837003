"""What goes wrong on an ordinary day: refusals, lost answers, a killed browser, a version that comes in between."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import scenes
from tests.browser.browsers import Browsers, wait_in
from tests.browser.network import BadNet
from tests.browser.office import ELIF, Office, copy_program, wait_until
from tests.browser.steps import (
    GERMAN,
    as_file,
    choose_files,
    go,
    open_phone,
    prepare,
    receipt_number,
    send,
    shoot,
    signed_in_phone,
    submission_of,
    to_check,
)


def test_03_the_browser_is_killed_behind_the_camera_app(office: Office, browsers: Browsers, paper):
    browser = browsers.phone(profile="phone", camera=paper)
    phone = signed_in_phone(browser, office.url, ELIF)
    phone.locator("#scan").click()
    shoot(phone, 2)
    draft = phone.url.partition("#")[2]
    with phone.expect_file_chooser():
        phone.locator("#camera-app").click()
    wait_in(phone, NOTED)
    browser.close()

    # Opened again it is on the same screen, with the pages that were there, and says what is missing.
    phone = open_phone(browsers.phone(profile="phone", camera=paper), office.url)
    expect(phone.locator("#trouble")).to_contain_text(GERMAN["scan.lost_photo"])
    assert phone.url.partition("#")[2] == draft
    expect(phone.locator(".strip__count")).to_have_text("2")
    phone.locator("#trouble-close").click()
    shoot(phone)
    phone.locator("#see-pages").click()
    expect(phone.locator("#tiles .tile__page")).to_have_count(3)


# Whether the phone has written down that its camera app is in front.
NOTED = """new Promise((done, failed) => {
    const opening = indexedDB.open("belegbote")
    opening.onerror = () => failed(opening.error)
    opening.onsuccess = () => {
        const asked = opening.result.transaction("kv").objectStore("kv").get("camera")
        asked.onsuccess = () => { opening.result.close(); done(Boolean(asked.result)) }
        asked.onerror = () => { opening.result.close(); failed(asked.error) }
    }
})"""


@pytest.mark.hunt
def test_answers_that_are_lost_change_nothing(office: Office, bad_net: BadNet, browsers: Browsers, paper):
    phone = signed_in_phone(browsers.phone(camera=paper), bad_net.url, ELIF)
    prepare(phone, pages=2)
    bad_net.lose_answers = 3
    send(phone)
    receipt_number(phone)
    assert bad_net.lose_answers == 0
    jobseeker = office.client(ELIF)
    sent = [row for row in jobseeker.submissions() if row["id"] == submission_of(phone)]
    jobseeker.close()
    assert len(sent) == 1
    assert len(sent[0]["receipt"]["pages"]) == 2
    assert [event["what"] for event in sent[0]["events"]].count("received") == 1


def test_a_screen_that_is_never_kept_on_holds_up_nothing(office: Office, browsers: Browsers, paper):
    browser = browsers.phone(camera=paper)
    browser.add_init_script("WakeLock.prototype.request = () => new Promise(() => {})")
    phone = signed_in_phone(browser, office.url, ELIF)
    prepare(phone)
    send(phone)
    receipt_number(phone)


def test_a_refused_paper_stays_here_and_the_others_go(office: Office, browsers: Browsers, paper):
    browser = browsers.phone(camera=paper)
    phone = signed_in_phone(browser, office.url, ELIF)
    browser.set_offline(True)
    prepare(phone, pages=2, kind="payslip")
    send(phone)
    refused = submission_of(phone)
    go(phone, "#/")
    prepare(phone)
    send(phone)
    accepted = submission_of(phone)
    browser.route(re.compile(rf"/api/v1/submissions/{refused}$"), refuse_type)
    browser.set_offline(False)
    phone.evaluate("dispatchEvent(new Event('online'))")
    receipt_number(phone)
    assert submission_of(phone) == accepted

    # The refused one says why and what to do; its pages are still here.
    go(phone, f"#/s/{refused}")
    expect(phone.locator("#main")).to_contain_text(GERMAN["error.type_not_accepted"])
    phone.locator("#next").click()
    expect(phone.locator("#tiles .tile__page")).to_have_count(2)
    browser.unroute(re.compile(rf"/api/v1/submissions/{refused}$"))
    phone.locator("#next").click()
    send(phone)
    receipt_number(phone)


def refuse_type(route: Route) -> None:
    if route.request.method != "PUT":
        route.fallback()
        return
    said = {"code": "type_not_accepted", "message_key": "error.type_not_accepted", "retryable": False}
    route.fulfill(status=415, headers={"X-App": "1"}, json=said)


def test_once_the_office_answers_anything_what_waits_for_a_network_goes_at_once(
    office: Office, browsers: Browsers, paper
):
    browser = browsers.phone(camera=paper)
    browser.add_init_script("Math.random = () => 0.999")  # the longest pauses there are
    phone = signed_in_phone(browser, office.url, ELIF)
    prepare(phone)
    browser.route("**/api/v1/submissions/*", lambda route: route.abort())
    tries: list[str] = []
    phone.on("requestfailed", lambda request: tries.append(request.url))
    send(phone)
    while len(tries) < 8:  # by now it would wait a minute for its next try
        before = len(tries)
        phone.evaluate("dispatchEvent(new Event('online'))")
        wait_until(lambda: phone.wait_for_timeout(20) or len(tries) > before, "a try")  # noqa: B023

    held: list[Route] = []
    # The first try after the break fails still; then the office answers another question.
    browser.route("**/api/v1/office", lambda route: held.append(route))
    before = len(tries)
    phone.evaluate("dispatchEvent(new Event('online'))")
    wait_until(lambda: phone.wait_for_timeout(20) or (held and len(tries) > before), "the last try")
    browser.unroute("**/api/v1/submissions/*")
    held[0].continue_()
    receipt_number(phone)


@pytest.mark.hunt
def test_the_same_photo_twice_arrives_twice(office: Office, browsers: Browsers, paper):
    phone = signed_in_phone(browsers.phone(camera=paper), office.url, ELIF)
    phone.locator("#scan").click()
    same = as_file("seite.jpg", "image/jpeg", scenes.photo("Zweimal gewählt"))
    choose_files(phone, same)
    expect(phone.locator(".strip__count")).to_have_text("1")
    choose_files(phone, same)
    expect(phone.locator(".strip__count")).to_have_text("2")
    to_check(phone)
    send(phone)
    receipt_number(phone)
    jobseeker = office.client(ELIF)
    pages = jobseeker.get(f"/submissions/{submission_of(phone)}")["pages"]
    jobseeker.close()
    assert pages[0]["sha256"] == pages[1]["sha256"]
    assert pages[1]["same_as"] == pages[0]["id"]


@pytest.mark.hunt
def test_39_who_wants_no_alerts_is_not_asked_again(office: Office, browsers: Browsers, paper):
    phone = signed_in_phone(browsers.phone(profile="phone", camera=paper), office.url, ELIF)
    prepare(phone)
    send(phone)
    receipt_number(phone)
    phone.locator("#push-on").click()  # the browser answers no, as nobody granted it
    expect(phone.locator("#push-card")).to_contain_text(GERMAN["push.denied"])
    go(phone, "#/")
    prepare(phone)
    send(phone)
    receipt_number(phone)
    expect(phone.locator("#push-card")).to_have_count(0)


@pytest.mark.hunt
def test_11_a_new_version_waits_until_it_is_let_in(demo_folder: Path, tmp_path: Path, browsers: Browsers, paper):
    office = Office.like(demo_folder, tmp_path / "data", code=copy_program(tmp_path / "program")).start()
    network = BadNet(office.port)
    try:
        phone = signed_in_phone(browsers.phone(camera=paper), network.url, ELIF)
        first = phone.evaluate("caches.keys()")
        prepare(phone, pages=2)
        network.up = 60_000
        before = network.sent
        send(phone)
        wait_until(lambda: network.sent > before + 60_000, "some bytes on their way")

        # The office installs a new version while pages are on their way.
        office.stop()
        with (office.code / "pwa" / "app.css").open("a") as sheet:
            sheet.write("/* the next version */\n")
        office.start()
        phone.evaluate("navigator.serviceWorker.ready.then(r => r.update()).then(() => 0)")
        wait_in(phone, "navigator.serviceWorker.ready.then(r => r.waiting?.state === 'installed')")
        assert caches(phone) >= set(first)
        network.up = None
        receipt_number(phone)

        # Only a tap lets it in.
        go(phone, "#/")
        with phone.expect_navigation():
            phone.locator("#new-version button").click()
        wait_in(phone, "navigator.serviceWorker.ready.then(r => r.waiting === null)")
        wait_until(lambda: phone.wait_for_timeout(50) or not caches(phone) & set(first), "the old files go")
        expect(phone.locator("#scan")).to_be_visible()
    finally:
        network.close()
        office.stop()


@pytest.mark.hunt
def test_11_a_phone_takes_nothing_of_a_new_version_before_it_is_let_in(
    demo_folder: Path, tmp_path: Path, browsers: Browsers
):
    """Some files come when they are first needed. Those of the next version may ask for what this one has not."""
    office = Office.like(demo_folder, tmp_path / "data", code=copy_program(tmp_path / "program")).start()
    parts, shows = office.code / "pwa" / "phone" / "parts.js", office.code / "pwa" / "phone" / "sheets.js"
    try:
        phone = signed_in_phone(browsers.phone(), office.url, ELIF)
        assert not phone.evaluate("caches.match('/phone/sheets.js').then(Boolean)")
        office.stop()
        parts.write_text(parts.read_text("utf-8") + "\nexport const fresh = () => 'fresh'\n", "utf-8")
        shows.write_text('import { fresh } from "./parts.js"\n' + shows.read_text("utf-8") + "\nfresh()\n", "utf-8")
        office.start()
        assert phone.evaluate(TEXT_OF, "/phone/sheets.js") is None
        assert not phone.evaluate("caches.match('/phone/sheets.js').then(Boolean)")

        # It learns by this that there is a new one. That has it, and all that goes with it.
        with phone.expect_navigation():
            phone.locator("#new-version button").click()
        assert "fresh()" in wait_until(lambda: phone.evaluate(TEXT_OF, "/phone/sheets.js"), "what shows PDFs")
        assert phone.evaluate("import('/phone/sheets.js').then(Boolean)")
        assert phone.evaluate("caches.match('/phone/sheets.js').then(Boolean)")
    finally:
        office.stop()


TEXT_OF = "path => fetch(path).then(answer => answer.ok ? answer.text() : null, () => null)"


def test_29_a_captive_portals_page_is_not_kept_as_a_part_of_the_app(
    office: Office, bad_net: BadNet, browsers: Browsers
):
    phone = signed_in_phone(browsers.phone(), bad_net.url, ELIF)
    bad_net.portal = "page"
    bad_net.cut()
    assert phone.evaluate(TEXT_OF, "/phone/sheets.js") is None
    bad_net.portal = None
    bad_net.cut()
    assert "import" in wait_until(lambda: phone.evaluate(TEXT_OF, "/phone/sheets.js"), "what shows PDFs")


def caches(phone: Page) -> set[str]:
    return set(phone.evaluate("caches.keys()"))
