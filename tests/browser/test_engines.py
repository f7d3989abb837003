"""What can fail between phone and office, one test a row, in every engine that is installed here.

The outbox is the app's own, in a real browser, against the real office; only its clock is turned forward.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Playwright, expect

from tests.browser import scenes
from tests.browser.browsers import wait_for_shell
from tests.browser.buffering import Answer, Asked, BufferingProxy
from tests.browser.engines import missing, open_engine
from tests.browser.network import BadNet
from tests.browser.office import DARIUSZ, ELIF, Office, wait_until
from tests.browser.outbox import UNREADABLE, Outbox
from tests.browser.steps import KIND, NUMBER, open_phone, sign_in, signed_in_phone
from tests.browser.webkit import WebKit

KIB = 1024


@pytest.fixture(scope="module", params=["chromium", pytest.param("firefox", marks=pytest.mark.hunt)])
def engine(
    request: pytest.FixtureRequest, playwright: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    """A browser for all tests of this file: each test has a port, thus a database, of its own."""
    if why := missing(request.param):
        pytest.skip(why)
    context = open_engine(playwright, request.param, tmp_path_factory.mktemp(request.param))
    yield context
    context.close()


@pytest.fixture
def context(engine: BrowserContext) -> Iterator[BrowserContext]:
    """The browser, without the tabs of the test before."""
    yield engine
    for page in engine.pages[1:]:
        page.close()
    engine.pages[0].goto("about:blank")


@pytest.fixture
def proxy(office: Office) -> Iterator[BufferingProxy]:
    """Somebody in the middle who sees every request."""
    between = BufferingProxy(office.port)
    yield between
    between.close()


def appends(proxy: BufferingProxy) -> list[Asked]:
    """The appends that came through whole."""
    return [asked for asked in proxy.asked if asked.method == "PATCH" and asked.offset is not None]


def once(office: Office, submission: str, hashes: list[str]) -> dict:
    """The office has these pages under one receipt, and will make one PDF and give one alert; returns the receipt."""
    client = office.client(DARIUSZ)
    row = client.get(f"/submissions/{submission}")
    client.close()
    assert [page["sha256"] for page in row["receipt"]["pages"]] == hashes
    with contextlib.closing(sqlite3.connect(office.data / "belegbote.sqlite", timeout=20)) as db:
        events = db.execute("SELECT COUNT(*) FROM event WHERE submission = ? AND what = 'received'", (submission,))
        jobs = db.execute("SELECT COUNT(*) FROM job WHERE submission = ? AND what = 'scan'", (submission,))
        assert (events.fetchone()[0], jobs.fetchone()[0]) == (1, 1)
    return row["receipt"]


def test_08_a_queue_that_cannot_be_read_for_a_while_is_sent_when_it_can(context, office: Office, bad_net: BadNet):
    phone = Outbox.signed_in(context, bad_net.url, DARIUSZ)
    submission, hashes = phone.queue(5_000)
    phone.page.evaluate(UNREADABLE, 3)
    assert phone.rounds() > 3
    once(office, submission, hashes)


def test_13_an_append_that_breaks_off_goes_on_at_the_offices_byte(context, office: Office, bad_net: BadNet):
    phone = Outbox.signed_in(context, bad_net.url, DARIUSZ)
    submission, hashes = phone.queue(300_000)
    bad_net.cut_every = 32 * KIB
    phone.rounds(200)  # some thirty are usual: a break takes along what the office has not read yet
    assert bad_net.cuts >= 9
    once(office, submission, hashes)
    for before, after in zip(phone.appends, phone.appends[1:], strict=False):
        assert before["offset"] <= after["offset"] <= before["offset"] + before["size"]
    # An append of which bytes arrived is no failure that makes it wait longer and longer.
    assert sorted(phone.waits)[len(phone.waits) // 2] <= 4


def test_14_after_a_break_it_asks_how_far_the_page_is_and_nothing_else(context, office: Office, proxy: BufferingProxy):
    phone = Outbox.signed_in(context, proxy.url, DARIUSZ)
    submission, hashes = phone.queue(200_000)
    breaks = [Answer(502, {}, {})] * 2
    proxy.answer = lambda asked: breaks.pop() if asked.offset and breaks else None
    phone.rounds()
    once(office, submission, hashes)
    asked = [one.method for one in proxy.asked if submission in one.path and one.method != "PATCH"]
    assert asked == ["PUT", "HEAD", "HEAD", "GET"], "what it is, twice how far, and whether it is whole"


def test_15_an_answer_that_is_lost_doubles_nothing(context, office: Office, proxy: BufferingProxy):
    phone = Outbox.signed_in(context, proxy.url, DARIUSZ)
    submission, hashes = phone.queue(100_000, 5_000)
    proxy.lose_each = True
    phone.rounds()
    receipt = once(office, submission, hashes)
    assert phone.state(submission)["receipt"] == receipt
    lost = [asked.method for asked in proxy.asked if submission in asked.path]
    assert {"PUT", "PATCH", "HEAD", "GET"} <= set(lost)


def test_20_bytes_that_changed_on_the_way_are_sent_again(context, office: Office, proxy: BufferingProxy):
    phone = Outbox.signed_in(context, proxy.url, DARIUSZ)
    submission, hashes = phone.queue(50_000)
    proxy.alter = 2
    phone.rounds()
    assert proxy.alter == 0
    once(office, submission, hashes)
    assert [asked.offset for asked in appends(proxy)].count(0) >= 2


def test_20_after_three_times_it_stops_and_keeps_the_page(context, office: Office, proxy: BufferingProxy):
    phone = Outbox.signed_in(context, proxy.url, DARIUSZ)
    submission, hashes = phone.queue(20_000)
    proxy.alter = 1000
    phone.rounds()
    assert len(appends(proxy)) == 3
    state = phone.state(submission)
    assert (state["state"], state["reason"]) == ("blocked", "wrong_hash")
    assert state["here"] == hashes


def test_21_the_same_picture_twice_is_two_pages_and_a_hint(context, office: Office, proxy: BufferingProxy):
    phone = Outbox.signed_in(context, proxy.url, DARIUSZ)
    submission, hashes = phone.queue(20_000, 20_000, seeds=[4, 4])
    assert hashes[0] == hashes[1]
    phone.rounds()
    once(office, submission, hashes)
    client = office.client(DARIUSZ)
    first, second = client.get(f"/submissions/{submission}")["pages"]
    client.close()
    assert second["same_as"] == first["id"]


def test_22_two_tabs_that_send_at_once_have_the_same_receipt(context, office: Office, proxy: BufferingProxy):
    phone = Outbox.signed_in(context, proxy.url, DARIUSZ)
    other = phone.other_tab()
    submission, hashes = phone.queue(150_000, 150_000)
    phone.page.evaluate("void window.phone.rounds(20)")
    other.rounds()
    phone.page.evaluate("window.phone.resting()")
    phone.rounds()
    receipt = once(office, submission, hashes)
    assert phone.state(submission)["receipt"] == other.state(submission)["receipt"] == receipt


def test_23_of_two_page_lists_for_one_draft_the_first_is_sent_and_the_rest_is_offered(
    context, office: Office, proxy: BufferingProxy
):
    phone = Outbox.signed_in(context, proxy.url, DARIUSZ)
    other = phone.other_tab()
    draft = phone.draft(9_000, 11_000)
    hashes = phone.seal(draft)
    # A tab that still shows the draft can add nothing to what is sealed.
    late = "id => window.phone.store.editDraft(id, () => {}).then(() => 'changed', error => error.constructor.name)"
    assert other.page.evaluate(late, draft) == "AlreadySealed"

    # Under this id the office already knows another list, of the first page only.
    announce = """async id => {
        const { call } = await import("/lib/api.js")
        const { manifest } = await window.phone.store.submission(id)
        await call("PUT", `/submissions/${id}`, { ...manifest, pages: manifest.pages.slice(0, 1) })
        return manifest.pages[1].id
    }"""
    rest = other.page.evaluate(announce, draft)
    phone.rounds()
    state = phone.state(draft)
    assert (state["state"], state["reason"], state["lacking"]) == ("blocked", "manifest_changed", [rest])
    assert state["here"] == hashes
    again = phone.page.evaluate(
        "async ([id, rest]) => (await window.phone.store.fork(id, rest, false)).id", [draft, [rest]]
    )
    assert phone.seal(again) == hashes[1:]
    phone.rounds()
    once(office, again, hashes[1:])


def test_25_five_taps_and_a_network_that_comes_back_make_one_submission(context, office: Office, bad_net: BadNet):
    phone = Outbox.signed_in(context, bad_net.url, DARIUSZ)
    draft = phone.draft(30_000)
    bad_net.refuse = True
    bad_net.cut()
    taps = f"id => Promise.all([1, 2, 3, 4, 5].map(() => ({SEAL_AND_SEND})(id)))"
    phone.page.evaluate(taps, draft)
    assert phone.state(draft)["state"] == "waiting"
    bad_net.refuse = False
    phone.page.evaluate(taps, draft)
    phone.rounds()
    once(office, draft, phone.seal(draft))


SEAL_AND_SEND = """async id => {
    await window.phone.store.seal(id, { app: "test", clock_offset: 0 })
    await window.phone.outbox.drain()
}"""


def test_26_a_refused_submission_holds_up_no_other(context, office: Office, proxy: BufferingProxy):
    phone = Outbox.signed_in(context, proxy.url, DARIUSZ)
    refused = {415: "type_not_accepted", 413: "page_too_large", 403: "forbidden"}
    said, kept = {}, {}
    for status, code in refused.items():
        submission, kept[code] = phone.queue(10_000 + status)
        said[f"/api/v1/submissions/{submission}"] = Answer(status, {"code": code}, {})
    proxy.answer = lambda asked: said.get(asked.path)
    good, hashes = phone.queue(10_000)
    phone.rounds()
    once(office, good, hashes)
    for path, answer in said.items():
        state, code = phone.state(path.rsplit("/", 1)[1]), answer.data["code"]
        assert (state["state"], state["reason"], state["here"]) == ("blocked", code, kept[code])


def test_27_an_office_that_is_broken_for_a_week_loses_nothing(context, office: Office, proxy: BufferingProxy):
    phone = Outbox.signed_in(context, proxy.url, DARIUSZ)
    submission, hashes = phone.queue(40_000)
    proxy.answer = lambda asked: Answer(500, {"code": "server_fault"}, {}) if asked.path.startswith("/api/") else None
    for _ in range(8):  # days
        assert phone.rounds(3) == 3
        assert phone.state(submission)["state"] == "waiting"
        phone.sleep(86_400)
    assert max(phone.waits) <= 300
    assert phone.state(submission)["here"] == hashes
    phone.start()  # and the phone was off in between
    assert phone.rounds(3) == 3
    proxy.answer = lambda asked: None
    phone.rounds()
    once(office, submission, hashes)


@pytest.mark.parametrize("status", [429, 503, 507])
def test_28_who_is_told_to_wait_waits(context, office: Office, proxy: BufferingProxy, status: int):
    phone = Outbox.signed_in(context, proxy.url, DARIUSZ)
    submission, hashes = phone.queue(10_000)
    proxy.answer = lambda asked: Answer(status, {"code": "slow_down"}, {"Retry-After": "120"})
    phone.drain()
    asked = len(proxy.asked)
    phone.drain()  # taps, and a network that comes back, shorten nothing
    phone.sleep(100)
    phone.drain()
    assert len(proxy.asked) == asked
    assert 120 <= phone.waits[0] <= 240
    proxy.answer = lambda asked: None
    phone.rounds()
    once(office, submission, hashes)


@pytest.mark.parametrize("kind", ["page", "redirect"])
def test_29_a_captive_portal_is_no_office(context, office: Office, bad_net: BadNet, kind):
    phone = Outbox.signed_in(context, bad_net.url, DARIUSZ)
    submission, hashes = phone.queue(10_000)
    bad_net.portal = kind
    bad_net.cut()
    assert phone.rounds(4) == 4
    state = phone.state(submission)
    assert (state["state"], state["reason"], state["receipt"]) == ("waiting", "offline", None)
    assert state["here"] == hashes
    bad_net.portal = None
    bad_net.cut()
    phone.rounds()
    once(office, submission, hashes)


@pytest.mark.parametrize("said", [True, False])
def test_30_whether_there_is_a_network_is_found_out_by_asking(context, office: Office, bad_net: BadNet, said: bool):
    phone = Outbox.signed_in(context, bad_net.url, DARIUSZ)
    phone.page.evaluate("said => Object.defineProperty(navigator, 'onLine', { get: () => said })", said)
    submission, hashes = phone.queue(10_000)
    bad_net.refuse = said
    bad_net.cut()
    phone.drain()
    assert phone.state(submission)["state"] == ("waiting" if said else "complete")
    bad_net.refuse = False
    phone.rounds()
    once(office, submission, hashes)


def test_31_a_session_that_ends_in_the_middle_does_not_stop_it(context, office: Office, bad_net: BadNet):
    phone = Outbox.signed_in(context, bad_net.url, DARIUSZ)
    submission, hashes = phone.queue(200_000)
    bad_net.cut_after = bad_net.sent + 100_000
    phone.drain()
    context.clear_cookies()
    phone.rounds()
    once(office, submission, hashes)


def test_31_without_a_token_it_waits_for_the_sign_in_and_goes_on_at_the_same_byte(
    context, office: Office, proxy: BufferingProxy
):
    phone = Outbox.signed_in(context, proxy.url, DARIUSZ)
    submission, hashes = phone.queue(200_000)
    proxy.answer = lambda asked: end_everybodys_session(office) if asked.offset == 96 * KIB else None
    phone.rounds()
    state = phone.state(submission)
    assert (state["state"], state["here"]) == ("needs_login", hashes)
    proxy.answer = lambda asked: None
    before = len(appends(proxy))
    sign_in(open_phone(context, proxy.url), DARIUSZ)
    client = office.client(DARIUSZ)
    wait_until(lambda: client.get(f"/submissions/{submission}")["receipt"], "it is sent after the sign-in")
    client.close()
    once(office, submission, hashes)
    assert appends(proxy)[before].offset == 96 * KIB


def end_everybodys_session(office: Office) -> None:
    """All sessions and upload tokens end now."""
    with contextlib.closing(sqlite3.connect(office.data / "belegbote.sqlite", timeout=20)) as db:
        db.execute("DELETE FROM session")
        db.commit()


def test_44_a_receipt_counts_although_the_photos_cannot_be_deleted(context, office: Office, proxy: BufferingProxy):
    phone = Outbox.signed_in(context, proxy.url, DARIUSZ)
    submission, hashes = phone.queue(30_000)
    phone.page.evaluate("() => { window.phone.store.purge = () => Promise.reject(new Error('disk')) }")
    phone.rounds()
    state = phone.state(submission)
    assert (state["state"], state["purged"], state["here"]) == ("complete", None, hashes)
    sent = len(appends(proxy))
    phone.start()  # the next start deletes them, and sends nothing again
    phone.rounds()
    state = phone.state(submission)
    assert (state["state"], state["purged"], state["here"]) == ("complete", True, [])
    assert len(appends(proxy)) == sent
    assert state["receipt"] == once(office, submission, hashes)


def test_the_app_opens_without_a_network(context, office: Office, bad_net: BadNet):
    context.clear_cookies()
    phone = signed_in_phone(context, bad_net.url, DARIUSZ)
    wait_for_shell(phone)
    bad_net.refuse = True
    bad_net.cut()
    phone.reload()
    expect(phone.locator("#scan")).to_be_visible()
    expect(phone.locator("#offline")).to_be_visible()


@pytest.fixture
def webkit() -> Iterator[WebKit]:
    """A browser with the engine of every iPhone."""
    if why := missing("webkit"):
        pytest.skip(why)
    browser = WebKit()
    yield browser
    browser.close()


# What another tab writes down is shown here, too.
REDRAWN = """
    const words = document.querySelector("#see-pages-2 span")
    const changes = { childList: true, characterData: true, subtree: true }
    const redrawn = new Promise(done => new MutationObserver(done).observe(words, changes))
    new BroadcastChannel("belegbote").postMessage("something")
    return redrawn.then(() => true)
"""


def test_webkit_counts_a_tap_although_the_words_under_the_finger_are_redrawn(
    office: Office, webkit: WebKit, tmp_path: Path
):
    open_camera(webkit, office, ELIF)
    webkit.choose("#file-input", photo_file(tmp_path, "eins"))
    webkit.wait("return /1/.test(document.querySelector('#see-pages-2')?.textContent)")
    webkit.click_while("#see-pages-2", REDRAWN)
    webkit.wait("return document.querySelector('#tiles .tile__page') !== null")


def test_webkit_opens_signs_in_sends_two_pages_and_shows_the_receipt(office: Office, webkit: WebKit, tmp_path: Path):
    open_camera(webkit, office, DARIUSZ)
    webkit.choose("#file-input", photo_file(tmp_path, "eins"), photo_file(tmp_path, "zwei"))
    webkit.wait("return /2/.test(document.querySelector('#see-pages, #see-pages-2')?.textContent)")
    webkit.click("#see-pages, #see-pages-2")
    webkit.click("#next")
    webkit.click(f"#kind-{KIND}")
    webkit.click("#send")
    number = webkit.wait("return document.querySelector('#receipt-number')?.textContent")
    assert NUMBER.fullmatch(number)
    submission = webkit.run("return location.hash").rsplit("/", 1)[1]
    client = office.client(DARIUSZ)
    receipt = client.get(f"/submissions/{submission}")["receipt"]
    client.close()
    assert (receipt["number"], len(receipt["pages"])) == (number, 2)


def open_camera(webkit: WebKit, office: Office, person: dict) -> None:
    """Sign in and go where photos are chosen."""
    webkit.open(f"{office.url}/")
    webkit.type("#login", person["login"])
    webkit.type("#pin", person["secret"])
    webkit.click("#signin")
    webkit.click("#scan")


def photo_file(folder: Path, name: str) -> Path:
    """A photo of a sheet with this name."""
    path = folder / f"{name}.jpg"
    path.write_bytes(scenes.photo(f"Blatt {name}"))
    return path
