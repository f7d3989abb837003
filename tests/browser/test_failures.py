"""What can fail on a phone, one test a row of docs/failures.md: in a real Chromium against the real office."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import signal
import sqlite3
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import scenes
from tests.browser.access import violations
from tests.browser.browsers import Browsers, service_worker, wait_in
from tests.browser.office import ALBERS, DARIUSZ, ELIF, ROOT, Office, copy_program, wait_until
from tests.browser.pushservice import PushService
from tests.browser.steps import (
    as_file,
    choose_files,
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
    to_check,
)

GERMAN = json.loads((ROOT / "pwa" / "words" / "de.json").read_text("utf-8"))


def words(key: str, **values: object) -> str:
    """A sentence of the phone, in German."""
    text = GERMAN[key]
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


# What a browser's database may do to us: it is full, it loses its connection, it never answers.
FAULTS = """{
    window.faults = { largest: Infinity, full: false, lose: 0, hang: false }
    const { put, delete: remove } = IDBObjectStore.prototype
    const size = value => value?.data?.byteLength ?? value?.byteLength ?? 0
    IDBObjectStore.prototype.put = function (value, ...rest) {
        if (this.name === "bytes" && (faults.full || size(value) > faults.largest))
            throw new DOMException("full", "QuotaExceededError")
        return put.call(this, value, ...rest)
    }
    IDBObjectStore.prototype.delete = function (...what) {
        if (this.name === "pages") faults.full = false
        return remove.call(this, ...what)
    }
    const { transaction } = IDBDatabase.prototype
    IDBDatabase.prototype.transaction = function (...what) {
        if (faults.lose-- > 0) throw new DOMException("connection lost", "InvalidStateError")
        return transaction.apply(this, what)
    }
    const { digest } = globalThis.SubtleCrypto?.prototype ?? {} // none on an empty tab
    if (digest) SubtleCrypto.prototype.digest = function (...what) {
        return faults.hang ? new Promise(() => {}) : digest.apply(this, what)
    }
}"""


def fault(phone: Page, **faults: object) -> None:
    """Let these faults happen from now on."""
    phone.evaluate("faults => Object.assign(window.faults, faults)", faults)


# ---------- 1, 2, 4: the phone dies ----------


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


def test_02_what_was_said_to_be_saved_is_there_after_kill_9(office: Office, browsers: Browsers, paper, tmp_path):
    phone = signed_in_phone(browsers.phone(camera=paper), office.url, ELIF)
    phone.locator("#scan").click()
    shoot(phone, 3)
    draft = submission_of(phone)
    kill_browser(tmp_path / "phone")
    phone = open_phone(browsers.phone(camera=paper), office.url)
    go(phone, f"#/d/{draft}/pages")
    expect(phone.locator("#tiles .tile__page")).to_have_count(3)
    to_kind_and_send(phone)
    receipt_number(phone)


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


def sent_pages(office: Office, person: dict[str, str], submission: str) -> list[str]:
    """The SHA-256 of the pages that the office has of a submission."""
    client = office.client(person)
    try:
        return [page["sha256"] for page in client.get(f"/submissions/{submission}")["receipt"]["pages"]]
    finally:
        client.close()


# ---------- 5, 6, 8, 9, 10: the phone's storage ----------


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


def test_10_a_new_version_of_the_database_keeps_every_row_and_asks_to_close_an_old_window(
    demo_folder: Path, tmp_path: Path, browsers: Browsers, paper
):
    office = Office.like(demo_folder, tmp_path / "data", code=copy_program(tmp_path / "program")).start()
    try:
        browser = browsers.phone(camera=paper)
        phone = signed_in_phone(browser, office.url, ELIF)
        old = browser.new_page()
        old.goto(f"{office.url}/")
        browser.set_offline(True)
        prepare(phone, pages=2)
        send(phone)
        submission = submission_of(phone)
        source = office.code / "pwa" / "lib" / "store.js"
        text = source.read_text("utf-8").replace("VERSION = 1", "VERSION = 2")
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


# A window that does not let go of the database.
HOLD_DATABASE = """new Promise(done => {
    indexedDB.open("belegbote").onsuccess = event => {
        window.db = event.target.result
        done()
    }
})"""


# ---------- 12, 36, 38, 42, 43: versions, clocks, cameras, tabs ----------


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
    frozen.evaluate("navigator.locks.request('belegbote-outbox', () => new Promise(() => {})).catch(() => {}) && 0")
    phone.evaluate("localStorage.outbox_beat = Date.now()")
    prepare(phone)
    send(phone)
    expect(phone.locator("#main")).to_contain_text(words("card.not_there"))
    phone.evaluate("localStorage.outbox_beat = Date.now() - 121_000")
    phone.evaluate("dispatchEvent(new Event('online'))")
    receipt_number(phone)
    assert len(sent_pages(office, ELIF, submission_of(phone))) == 1


def test_43_an_installed_app_knows_of_the_queue_in_the_browser_and_that_is_still_sent(
    office: Office, browsers: Browsers, paper
):
    tab = browsers.phone(camera=paper, profile="tab")
    phone = signed_in_phone(tab, office.url, DARIUSZ)
    with phone.expect_response(lambda answer: tells(answer, pages=2)):
        prepare(phone, pages=2)
    installed = signed_in_phone(browsers.phone(camera=paper, profile="installed"), office.url, DARIUSZ)
    expect(installed.locator("#elsewhere")).to_contain_text(words("elsewhere.title.other", count=2))
    installed.locator("#elsewhere-there").click()
    expect(installed.locator("#elsewhere")).to_have_count(0)
    send(phone)
    receipt_number(phone)
    installed.reload()
    expect(installed.locator("#scan")).to_be_visible()
    expect(installed.locator("#elsewhere, #lost")).to_have_count(0)


# ---------- 45, 48, 49, 50: push ----------


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


def addresses(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT COUNT(*) FROM subscription").fetchone()[0])


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


SUBSCRIPTION = "navigator.serviceWorker.ready.then(r => r.pushManager.getSubscription())"


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


def test_49_a_tapped_notice_on_a_shared_phone_asks_who_is_there_and_shows_it_to_its_owner_only(
    office: Office, browsers: Browsers, paper
):
    phone = signed_in_phone(browsers.phone(camera=paper), office.url, ELIF)
    prepare(phone)
    send(phone)
    number, submission = receipt_number(phone), submission_of(phone)
    go(phone, "#/person")
    phone.locator("#sign-out").click()
    phone.locator("#signout-leave").click()
    expect(phone.locator("#signin")).to_be_visible()
    phone.goto(f"{office.url}/#/n/{submission}")
    phone.locator("#login").fill(DARIUSZ["login"])
    phone.locator("#pin").fill(DARIUSZ["secret"])
    phone.locator("#signin").click()
    expect(phone.locator("#main")).to_contain_text(words("error.not_found"))
    expect(phone.get_by_text(number)).to_have_count(0)
    go(phone, "#/person")
    phone.locator("#sign-out").click()
    phone.locator("#signout-leave").click()
    expect(phone.locator("#signin")).to_be_visible()
    phone.goto(f"{office.url}/#/n/{submission}")
    phone.locator("#login").fill(ELIF["login"])
    phone.locator("#pin").fill(ELIF["secret"])
    phone.locator("#signin").click()
    expect(phone.locator("#receipt-number")).to_have_text(number)


@pytest.mark.parametrize("data", ["", "{", '{"notification": 7}', "\u0000", '{"notification": {"title": {}}}'])
def test_50_a_push_that_makes_no_sense_still_shows_a_notice(office: Office, browsers: Browsers, data: str):
    browser = browsers.phone()
    browser.grant_permissions(["notifications"], origin=office.url)
    phone = signed_in_phone(browser, office.url, ELIF)
    worker, named = service_worker(phone)
    for _ in range(5):  # a worker that is just being put to sleep drops what DevTools hand it
        worker.send("ServiceWorker.deliverPushMessage", {**named, "data": data})
        phone.wait_for_timeout(1000)
        if shown := phone.evaluate(NOTICES):
            break
    assert set(shown) == {"Es gibt Neues zu Ihren Unterlagen."}


NOTICES = "navigator.serviceWorker.ready.then(r => r.getNotifications()).then(all => all.map(one => one.body))"


# ---------- 52: a full queue ----------


def test_52_two_hundred_pages_in_ten_submissions_go_out_in_order_with_flat_memory(office: Office, browsers: Browsers):
    browser = browsers.phone()
    phone = signed_in_phone(browser, office.url, ELIF)
    browser.set_offline(True)
    queued = phone.evaluate(FILL_QUEUE, {"submissions": 10, "pages": 20, "size": 150_000})
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
    for one in queued:
        if one["id"] in wanted:
            assert sent_pages(office, ELIF, one["id"]) == one["hashes"]
    client.close()
    assert most < 30 * 150_000, "a few pages in memory, not the queue"
    go(phone, f"#/s/{queued[4]['id']}")
    expect(phone.locator("#main")).to_contain_text(words("error.type_not_accepted"))


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
    assert violations(phone) == []
    desk = open_desk(browsers.desk(), office.url, ALBERS)
    loss = desk.locator("#losses .loss").filter(has_text=f"3 Seiten von {ELIF['name']}")
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


def test_07_a_phone_whose_data_were_cleared_asks_whether_the_papers_were_on_it(
    office: Office, browsers: Browsers, paper
):
    browser = browsers.phone(camera=paper)
    phone = signed_in_phone(browser, office.url, DARIUSZ)
    with phone.expect_response(lambda answer: tells(answer, pages=2)):
        phone.locator("#scan").click()
        shoot(phone, 2)
    throw_database_away(browser, phone, everything=True)

    phone = open_phone(browser, office.url)
    sign_in(phone, DARIUSZ)
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
SIZES = f"""async () => {{ {WITH_DATABASE}
    const sizes = (await all("pages")).map(page => page.size)
    db.close()
    return sizes
}}"""
PURGED = f"""(async () => {{ {WITH_DATABASE}
    const pages = await all("pages")
    db.close()
    return pages.length > 0 && pages.every(page => page.state === "purged")
}})()"""
ATTEMPTED = f"""(async () => {{ {WITH_DATABASE}
    const [page] = await all("pages")
    db.close()
    const before = window.attempts ??= Number(sessionStorage.attempts ?? 0)
    if (page.attempts > before) sessionStorage.attempts = page.attempts
    return page.attempts > before
}})()"""
# Submissions that wait in the queue, made by the app's own modules.
FILL_QUEUE = """async ({ submissions, pages, size }) => {
    const { openStore } = await import("/lib/store.js")
    const store = openStore()
    const owner = (await store.get("session")).person.id
    const made = []
    for (let s = 0; s < submissions; s++) {
        const draft = await store.startDraft(owner, { kind: "bank_statement" })
        for (let p = 0; p < pages; p++) {
            const bytes = new Uint8Array(size)
            for (let i = 0; i < size; i += 65536) crypto.getRandomValues(bytes.subarray(i, Math.min(size, i + 65536)))
            bytes.set([0xff, 0xd8, 0xff, 0xe0])
            await store.addPage(draft.id, { buffer: bytes.buffer, type: "image/jpeg", state: "ready" })
        }
        const sealed = await store.seal(draft.id, { app: "test", clock_offset: 0 })
        made.push({ id: draft.id, hashes: sealed.manifest.pages.map(page => page.sha256) })
    }
    store.close()
    return made
}"""
# Receipts are older than a list that was on its way.
OLDER_RECEIPTS = f"""async () => {{ {WITH_DATABASE}
    for (const row of (await all("submissions")).filter(one => one.receipt)) {{
        row.receipt.arrived_at = "2026-01-01T00:00:00Z"
        await asked(db.transaction("submissions", "readwrite").objectStore("submissions").put(row, row.id))
    }}
    db.close()
}}"""
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
