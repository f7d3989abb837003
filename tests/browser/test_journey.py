"""The whole way, as two people go it: from the camera to the caseworker and back, told by real alerts."""

from __future__ import annotations

import io
import re

import pikepdf
from playwright.sync_api import expect

from tests.browser.browsers import Browsers
from tests.browser.desktop import Desktop
from tests.browser.office import ALBERS, ELIF, Office, wait_until
from tests.browser.pushservice import PushService
from tests.browser.steps import (
    GERMAN,
    LISTENS,
    SENT_GERMAN,
    alerts_on,
    open_desk,
    prepare,
    receipt_number,
    send,
    signed_in_phone,
    submission_of,
)

REASON = "Unscharf, nicht zu lesen"


def test_a_paper_goes_in_and_comes_back(office: Office, push: PushService, desktop: Desktop, browsers: Browsers, paper):
    phone_browser = browsers.phone(*push.flags(), camera=paper, env=desktop.env)
    desk_browser = browsers.desk(*push.flags(), env=desktop.env)
    for browser in (phone_browser, desk_browser):
        browser.grant_permissions(["notifications"], origin=office.url)

    # The caseworker switches alerts on with a button.
    desk = open_desk(desk_browser, office.url, ALBERS)
    alerts_on(desk, push)

    # Elif photographs three pages and sends them with a note.
    phone = signed_in_phone(phone_browser, office.url, ELIF)
    prepare(phone, pages=3, note="Meine neuen Auszüge")
    send(phone)
    number = receipt_number(phone)
    submission = submission_of(phone)

    # Only now the phone asks whether it may tell.
    before = set(push.streams)
    phone.locator("#push-on").click()
    wait_until(lambda: set(push.streams) - before, "the phone listens for alerts", LISTENS)
    expect(phone.locator("#push-card")).to_contain_text(GERMAN["push.is_on"])

    # The desk is alerted, without a word about the person; a tap opens the submission.
    desktop.tap(wait_until(lambda: desktop.number_of(SENT_GERMAN["push.desk_ready"]), "an alert for the desk"))
    desk.wait_for_url(re.compile(f"{submission}"))
    expect(desk.locator("h1")).to_have_text("Kontoauszug")
    expect(desk.get_by_text("Meine neuen Auszüge")).to_be_visible()

    # What she sees is one PDF of three upright A4 pages.
    expect(desk.locator("#pdf")).to_be_visible()
    caseworker = office.client(ALBERS)
    with pikepdf.open(io.BytesIO(caseworker.bytes(f"/desk/submissions/{submission}/document"))) as document:
        assert len(document.pages) == 3
        for page in document.pages:
            _, _, width, height = [float(side) for side in page.mediabox]
            assert abs(width - 595) < 3 and abs(height - 842) < 3
    caseworker.close()

    # She returns it with a reason.
    desk.locator("#return").click()
    desk.get_by_label(REASON).check()
    desk.locator("#return-send").click()

    # Elif's phone is told, and the tap shows her why.
    desktop.tap(wait_until(lambda: desktop.number_of(SENT_GERMAN["push.returned"]), "an alert for the phone"))
    phone.wait_for_url(re.compile(f"#/s/{submission}"))
    expect(phone.get_by_text("Das Foto ist unscharf.").first).to_be_visible()
    expect(phone.locator("#receipt-number")).to_have_text(number)

    # No alert says who, or what.
    for alert in desktop.shown:
        assert not any(word in alert.title + alert.body for word in ("Elif", "Konto", number))
    assert all(int(sent.headers["Ttl"]) > 0 for sent in push.sent)


def test_a_paper_is_accepted_and_the_phone_shows_it(office: Office, browsers: Browsers, paper):
    phone = signed_in_phone(browsers.phone(camera=paper), office.url, ELIF)
    prepare(phone)
    send(phone)
    receipt_number(phone)
    submission = submission_of(phone)

    desk = open_desk(browsers.desk(), office.url, ALBERS)
    desk.locator(f"[data-id='{submission}']").click()
    expect(desk.locator("#accept")).to_be_enabled(timeout=30_000)
    desk.locator("#accept").click()
    caseworker = office.client(ALBERS)
    wait_until(lambda: caseworker.get(f"/desk/submissions/{submission}")["state"] == "accepted", "the decision")
    caseworker.close()

    phone.reload()
    phone.goto(f"{office.url}/#/s/{submission}")
    expect(phone.locator("#history")).to_contain_text("nge")  # Angenommen
    expect(phone.locator("#document-open")).to_be_visible()
