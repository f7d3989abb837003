"""A scan fails for good: the admin is alerted, sees what to do, has it tried again, and the alarm ends by itself."""

from __future__ import annotations

import re
import sqlite3

from playwright.sync_api import expect

from tests.browser.browsers import Browsers
from tests.browser.desktop import Desktop
from tests.browser.network import BadNet
from tests.browser.office import ALBERS, ELIF, VOSS, Office, wait_until
from tests.browser.pushservice import PushService
from tests.browser.steps import (
    DESK_GERMAN,
    SENT_GERMAN,
    alerts_on,
    go,
    open_desk,
    prepare,
    receipt_number,
    send,
    signed_in_phone,
    submission_of,
)

SOON = 60  # s; the worker looks every ten seconds
PAGE_LOOKS = 20_000  # ms; the page's own clock is turned forward by so much
FAULT = "the child ended with -9"


def park(office: Office, submission: str) -> int:
    """As it is when a scan has failed four times: no document, the job parked with its fault; returns the job."""
    with sqlite3.connect(office.data / "belegbote.sqlite", timeout=20) as db:
        for table in ("sheet", "document"):
            db.execute(f"DELETE FROM {table} WHERE submission = ?", (submission,))
        db.execute("UPDATE submission SET state = 'received' WHERE id = ?", (submission,))
        parking = "UPDATE job SET state = 'parked', attempt = 4, fault = ? WHERE submission = ? RETURNING id"
        return db.execute(parking, (FAULT, submission)).fetchone()[0]


def test_alerts_are_switched_on_while_the_desk_is_still_being_fetched(
    bad_net: BadNet, push: PushService, desktop: Desktop, browsers: Browsers
):
    bad_net.hold = b"GET /desk.pack"
    desk_browser = browsers.desk(*push.flags(), env=desktop.env)
    desk_browser.grant_permissions(["notifications"], origin=bad_net.url)
    desk = open_desk(desk_browser, bad_net.url, ALBERS)

    desk.locator("#alerts").click()
    expect(desk.locator("#alerts")).to_have_text(DESK_GERMAN["push.turning_on"])
    desk.wait_for_timeout(500)
    expect(desk.locator("#alerts")).to_have_text(DESK_GERMAN["push.turning_on"])

    bad_net.hold = None
    expect(desk.locator("#alerts")).to_have_text(DESK_GERMAN["push.on"])


def test_a_scan_that_failed_for_good_is_told_seen_and_tried_again(
    office: Office, push: PushService, desktop: Desktop, browsers: Browsers, paper
):
    phone = signed_in_phone(browsers.phone(camera=paper), office.url, ELIF)
    prepare(phone)
    send(phone)
    number, submission = receipt_number(phone), submission_of(phone)
    caseworker = office.client(ALBERS)

    def state() -> str:
        return caseworker.get(f"/desk/submissions/{submission}")["state"]

    wait_until(lambda: state() == "ready", "the scan")

    # The admin switches alerts on and looks: it runs.
    desk_browser = browsers.desk(*push.flags(), env=desktop.env)
    desk_browser.grant_permissions(["notifications"], origin=office.url)
    desk_browser.pages[0].clock.install()
    desk = open_desk(desk_browser, office.url, VOSS)
    alerts_on(desk, push)
    desk.locator("#to-operation").click()
    expect(desk.locator("#figures tr")).to_have_count(9)
    expect(desk.locator("[data-alarm='scan_parked']")).to_have_count(0)
    go(desk, "#/")

    # The scan fails for good. An alert says that there is something to do, and nothing else.
    job = park(office, submission)
    alert = SENT_GERMAN["push.desk_alarm"]
    shown = wait_until(lambda: desktop.number_of(alert), "an alert for the admin", seconds=SOON)
    assert not any(word in desktop.shown[shown - 1].body for word in (number, "Elif", "Konto"))
    desktop.tap(shown)
    desk.wait_for_url(re.compile("#/operation"))

    # The page says what it is, which one, and what to do; the frame counts.
    alarm = desk.locator("[data-alarm='scan_parked']")
    expect(alarm).to_contain_text(DESK_GERMAN["alarm.scan_parked"])
    expect(alarm).to_contain_text(DESK_GERMAN["alarm.scan_parked.do"])
    expect(alarm).to_contain_text(number)
    expect(desk.locator("#to-operation .count")).to_have_text(re.compile(r"^[1-9]"))
    expect(desk.locator("#parked")).to_contain_text(FAULT)

    # Her team sees the submission with its photos, and that the scan failed.
    albers = open_desk(browsers.desk(), office.url, ALBERS)
    expect(albers.locator("#to-operation")).to_have_count(0)
    expect(albers.locator(f"[data-id='{submission}']")).to_contain_text(DESK_GERMAN["state.parked"])
    go(albers, f"#/s/{submission}")
    expect(albers.locator(".decision")).to_contain_text(DESK_GERMAN["review.parked"])
    expect(albers.locator("img[src]").first).to_be_visible()
    go(albers, "#/operation")
    expect(albers.locator("#list")).to_be_visible()

    # By keyboard alone the admin has it tried again; the alarm ends, and the document is there.
    desk.locator(f"#retry-{job}").focus()
    desk.keyboard.press("Enter")
    expect(desk.locator(".said")).to_have_text(DESK_GERMAN["operation.retried"].format(number=number))
    expect(alarm).to_have_count(0)
    ended = desk.locator("[data-ended='scan_parked']").filter(has_text=number)

    def seen_to_end() -> bool:
        desk.clock.fast_forward(PAGE_LOOKS)
        desk.wait_for_timeout(200)
        return ended.is_visible()

    wait_until(seen_to_end, "the page learns by itself that it is over", seconds=SOON)
    wait_until(lambda: state() == "ready", "the scan, tried again")
    caseworker.close()
