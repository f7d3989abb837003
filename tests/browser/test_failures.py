"""What else can fail on a phone; each test proves a row of docs/failures.md."""

from __future__ import annotations

import contextlib
import re
import sqlite3
import time
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.browsers import SUBSCRIPTION, Browsers, service_worker, wait_in
from tests.browser.database import (
    FILL_QUEUE,
)
from tests.browser.office import ELIF, Office, wait_until
from tests.browser.pushservice import PushService
from tests.browser.steps import (
    go,
    prepare,
    receipt_number,
    send,
    sent_pages,
    shoot,
    signed_in_phone,
    submission_of,
    words,
)


def test_12_an_app_that_is_too_old_keeps_its_queue_and_says_what_to_do(office: Office, browsers: Browsers, paper):
    browser = browsers.phone(camera=paper)
    phone = signed_in_phone(browser, office.url, ELIF)
    too_old = re.compile(r"/api/v1/submissions/[\w-]+$")
    browser.route(too_old, lambda route: route.fulfill(status=426, headers={"X-App": "1"}, json={"code": "too_old"}))
    prepare(phone)
    send(phone)
    expect(phone.locator("#main")).to_contain_text(words("card.waiting_update"))
    browser.unroute(too_old)
    go(phone, f"#/s/{submission_of(phone)}")
    phone.locator("#next").click()
    go(phone, f"#/r/{submission_of(phone)}")
    receipt_number(phone)


@pytest.mark.parametrize("years", [-2, 2])
@pytest.mark.hunt
def test_36_a_clock_that_is_wrong_by_years_changes_nothing_and_is_pointed_out(
    office: Office, browsers: Browsers, paper, years: int
):
    browser = browsers.phone(camera=paper)
    phone = signed_in_phone(browser, office.url, ELIF)
    phone.clock.set_fixed_time(datetime.now(UTC) + timedelta(days=365 * years))
    phone.reload()
    expect(phone.locator("#date")).to_be_visible()
    expect(phone.locator("#scan")).to_be_visible()
    browser.set_offline(True)
    prepare(phone)
    send(phone)
    first = submission_of(phone)
    go(phone, "#/")
    expect(phone.locator("#date")).to_be_visible()
    browser.set_offline(False)
    prepare(phone)
    send(phone)
    receipt_number(phone)
    client = office.client(ELIF)
    wait_until(lambda: all(row["receipt"] for row in client.submissions()[:2]), "both arrived")
    arrived = [client.get(f"/submissions/{one}")["receipt"]["arrived_at"][:10] for one in (first, submission_of(phone))]
    client.close()
    assert arrived == [time.strftime("%Y-%m-%d", time.gmtime())] * 2


def test_38_a_camera_that_stopped_is_started_again(office: Office, browsers: Browsers, paper):
    phone = signed_in_phone(browsers.phone(camera=paper), office.url, ELIF)
    phone.locator("#scan").click()
    wait_in(phone, "document.querySelector('#video')?.videoWidth > 0")
    phone.evaluate("""{
        window.before = document.querySelector('#video').srcObject.getTracks()[0]
        before.stop()
        before.dispatchEvent(new Event('ended'))
    }""")
    wait_in(phone, "document.querySelector('#video')?.srcObject?.getTracks()[0].readyState === 'live'")
    shoot(phone)


def test_42_another_tab_takes_over_from_one_that_is_frozen(office: Office, browsers: Browsers, paper):
    browser = browsers.phone(camera=paper)
    phone = signed_in_phone(browser, office.url, ELIF)
    frozen = browser.new_page()
    frozen.goto(f"{office.url}/")
    phone.bring_to_front()
    frozen.evaluate("navigator.locks.request('belegbote-outbox', () => new Promise(() => {})).catch(() => {}) && 0")
    phone.evaluate("localStorage.outbox_beat = Date.now()")
    prepare(phone)
    send(phone)
    expect(phone.locator("#main")).to_contain_text(words("card.not_there"))
    phone.evaluate("localStorage.outbox_beat = Date.now() - 121_000")
    phone.evaluate("dispatchEvent(new Event('online'))")
    receipt_number(phone)
    assert len(sent_pages(office, ELIF, submission_of(phone))) == 1


@pytest.mark.hunt
def test_45_an_address_that_the_office_forgot_is_told_again_at_the_next_start(
    office: Office, push: PushService, browsers: Browsers, paper
):
    phone = with_push(office, push, browsers)
    with contextlib.closing(sqlite3.connect(office.data / "belegbote.sqlite", timeout=20)) as db:
        wait_until(lambda: addresses(db) == 1, "the phone told its address")
        db.execute("DELETE FROM subscription")
        db.commit()
        phone.reload()
        wait_until(lambda: addresses(db) == 1, "the phone told its address again")


@pytest.mark.hunt
def test_48_a_subscription_that_died_silently_is_noticed_and_offered_again(
    office: Office, push: PushService, browsers: Browsers
):
    phone = with_push(office, push, browsers)
    phone.evaluate(f"{SUBSCRIPTION}.then(s => s.unsubscribe())")
    phone.reload()
    expect(phone.locator("#push-died")).to_contain_text(words("push.died"))
    phone.locator("#push-again").click()
    expect(phone.locator("#push-died")).to_have_count(0)
    wait_in(phone, f"{SUBSCRIPTION}.then(s => s !== null)")


def test_50_a_push_that_makes_no_sense_still_shows_a_notice(office: Office, browsers: Browsers):
    browser = browsers.phone(profile="phone")
    browser.grant_permissions(["notifications"], origin=office.url)
    phone = signed_in_phone(browser, office.url, ELIF)
    worker, named = service_worker(phone)
    for data in ("", "{", '{"notification": 7}', "\0", '{"notification": {"title": {}}}'):
        phone.evaluate(CLOSE_NOTICES)
        for n in range(100):
            if n % 20 == 0:  # a worker that is just being put to sleep drops what DevTools hand it
                worker.send("ServiceWorker.deliverPushMessage", {**named, "data": data})
            phone.wait_for_timeout(50)
            if shown := phone.evaluate(NOTICES):
                break
        assert set(shown) == {"Es gibt Neues zu Ihren Unterlagen."}, data


@pytest.mark.hunt
def test_52_two_hundred_pages_in_ten_submissions_go_out_in_order_with_flat_memory(office: Office, browsers: Browsers):
    browser = browsers.phone()
    phone = signed_in_phone(browser, office.url, ELIF)
    browser.set_offline(True)
    queued = phone.evaluate(FILL_QUEUE, {"submissions": 10, "pages": 20, "size": 40_000})
    phone.reload()
    watch = browser.new_cdp_session(phone)
    refused = re.compile(rf"/submissions/{queued[4]['id']}$")
    answer = {"status": 415, "headers": {"X-App": "1"}, "json": {"code": "type_not_accepted"}}
    browser.route(refused, lambda route: route.fulfill(**answer))
    browser.set_offline(False)
    client, most = office.client(ELIF), 0
    wanted = {one["id"] for one in queued} - {queued[4]["id"]}
    deadline = time.monotonic() + 120
    while wanted - {row["id"] for row in client.submissions() if row["receipt"]}:
        assert time.monotonic() < deadline, "two hundred pages did not arrive"
        watch.send("HeapProfiler.collectGarbage")
        most = max(most, watch.send("Runtime.getHeapUsage").get("backingStorageSize", 0))
        go(phone, "#/sent" if "#/sent" not in phone.url else "#/")  # somebody uses the app meanwhile
        expect(phone.locator("#tab-home")).to_be_visible()
        phone.wait_for_timeout(250)  # and reads, and leaves the machine to what is sent
    for one in queued:
        if one["id"] in wanted:
            assert sent_pages(office, ELIF, one["id"]) == one["hashes"]
    client.close()
    to_be_scanned_last(office, wanted)
    assert most < 50 * 40_000, "a few pages in memory, not the queue"
    go(phone, f"#/s/{queued[4]['id']}")
    expect(phone.locator("#main")).to_contain_text(words("error.type_not_accepted"))


def to_be_scanned_last(office: Office, submissions: set[str]) -> None:
    """All that these bytes can become is pages that cannot be read: the papers of other tests go first."""
    with contextlib.closing(sqlite3.connect(office.data / "belegbote.sqlite", timeout=20)) as db:
        for submission in submissions:
            db.execute("UPDATE job SET run_at = run_at + 86400 WHERE submission = ?", (submission,))
        db.commit()


def addresses(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT COUNT(*) FROM subscription").fetchone()[0])


def with_push(office: Office, push: PushService, browsers: Browsers) -> Page:
    """A phone on which somebody has turned notices on, as the only one."""
    with contextlib.closing(sqlite3.connect(office.data / "belegbote.sqlite", timeout=20)) as db:
        db.execute("DELETE FROM subscription")
        db.commit()
    browser = browsers.phone(*push.flags())
    browser.grant_permissions(["notifications"], origin=office.url)
    phone = signed_in_phone(browser, office.url, ELIF)
    go(phone, "#/person")
    phone.locator("#push-on").click()
    expect(phone.locator("#push-off")).to_be_visible()
    go(phone, "#/")
    return phone


NOTICES = "navigator.serviceWorker.ready.then(r => r.getNotifications()).then(all => all.map(one => one.body))"
CLOSE_NOTICES = (
    "navigator.serviceWorker.ready.then(r => r.getNotifications()).then(all => all.forEach(one => one.close()))"
)
