"""Data, battery, honesty: only over Wi-Fi, held and let go, what is left, the icon's count, the screen that stays on.

Chromium on a desk does not tell the kind of network; a script of ours tells it in its place, as Chrome on Android does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.access import violations
from tests.browser.browsers import Browsers, wait_in
from tests.browser.database import FILL_QUEUE, WITH_DATABASE
from tests.browser.network import BadNet
from tests.browser.office import DARIUSZ, ELIF, SAMIRA, Office, wait_until
from tests.browser.outbox import Outbox
from tests.browser.steps import (
    go,
    open_phone,
    prepare,
    receipt_number,
    send,
    sent_pages,
    signed_in_phone,
    submission_of,
    words,
)

SLOW = 60_000  # bytes/s, so that there is time to look
SMALL = 16 * 1024  # what goes over the wire without any page

# The kind of network, told by the browser and changed by `network("wifi")`; a new tab is on mobile data.
TELLS = """{
    let kind = "cellular"
    try { kind = sessionStorage.network ?? kind } catch {}
    const connection = new EventTarget()
    Object.defineProperty(connection, "type", { get: () => kind })
    Object.defineProperty(navigator, "connection", { get: () => connection })
    window.network = now => {
        sessionStorage.network = kind = now
        connection.dispatchEvent(new Event("change"))
    }
}"""

# What the browser is asked about the icon and the screen, in order.
BADGE = """{
    window.badges = []
    navigator.setAppBadge = async count => void badges.push(count)
    navigator.clearAppBadge = async () => void badges.push(0)
}"""
LOCKS = """{
    window.locks = { asked: 0, held: 0 }
    const request = navigator.wakeLock?.request
    if (request) WakeLock.prototype.request = async function (...what) {
        locks.asked++
        const lock = await request.apply(this, what)
        locks.held++
        locks.last = lock
        lock.addEventListener("release", () => locks.held--)
        return lock
    }
}"""
# All that the card of a paper says on its way.
FOLLOW = """{
    window.shown = { left: new Set(), chip: new Set() }
    const look = () => {
        for (const [name, all] of Object.entries(shown))
            all.add(document.querySelector(`.screen--detail .${name}`)?.textContent ?? "")
    }
    look()
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true })
}"""
# Where each append begins.
APPENDS = """{
    const { fetch } = window
    window.appends = []
    window.fetch = (address, how) => {
        if (how?.method === "PATCH") appends.push(Number(how.headers["Upload-Offset"]))
        return fetch(address, how)
    }
}"""
# Everything the page says to those who do not see it.
LISTEN = """{
    window.heard = []
    new MutationObserver(() => heard.push(document.querySelector("#live").textContent))
        .observe(document.querySelector("#live"), { childList: true })
}"""
# What lies on the phone is another way; `hours` is how long ago it was sent.
CHANGE = f"""async ([id, changes, hours]) => {{ {WITH_DATABASE}
    const store = db.transaction("submissions", "readwrite").objectStore("submissions")
    const row = {{ ...await asked(store.get(id)), ...changes }}
    if (hours) row.sealed_at = new Date(Date.now() - hours * 3_600_000).toISOString()
    await asked(store.put(row, id))
    db.close()
}}"""
# A browser without a window is never hidden; what it does then with its locks is done here.
HIDE = """{
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => "hidden" })
    document.dispatchEvent(new Event("visibilitychange"))
    locks.last.release()
}"""
SHOW = """{
    delete document.visibilityState
    document.dispatchEvent(new Event("visibilitychange"))
}"""


@pytest.fixture
def slow_net(bad_net: BadNet) -> BadNet:
    """A network on which a page takes some seconds."""
    bad_net.up = SLOW
    return bad_net


# Only over Wi-Fi


def test_only_over_wifi_sends_no_page_over_mobile_data_and_goes_by_itself_when_wifi_comes(
    office: Office, browsers: Browsers, paper
):
    browser = with_network(browsers.phone(camera=paper, viewport={"width": 320, "height": 568}))
    phone = signed_in_phone(browser, office.url, ELIF)
    phone.evaluate(APPENDS)
    prepare(phone, pages=2)
    switch = phone.locator("#wifi-only")
    expect(switch).to_have_attribute("aria-checked", "false")
    expect(switch).to_contain_text(words("wifi.mobile"))
    expect(phone.locator("#send")).to_have_text(words("send.do"))
    network(phone, "wifi")
    expect(switch).to_contain_text(words("wifi.wifi"))
    network(phone, "cellular")
    switch.press("Space")
    expect(switch).to_have_attribute("aria-checked", "true")
    expect(phone.locator("#send")).to_have_text(words("send.do_wifi"))
    assert switch.bounding_box()["height"] >= 48
    assert violations(phone) == []
    send(phone)
    submission = submission_of(phone)
    for screen in ("#/", "#/sent", f"#/s/{submission}", f"#/r/{submission}"):
        go(phone, screen)
        expect(phone.locator(".chip").filter(has_text=words("state.wifi"))).to_be_visible()
        expect(phone.locator("#main")).to_contain_text(words("card.not_there"))
        assert violations(phone) == [], screen
    assert appends_of(phone) == []
    phone.reload()
    phone.evaluate(APPENDS)
    expect(phone.locator(".chip").filter(has_text=words("state.wifi"))).to_be_visible()
    go(phone, "#/person")
    expect(phone.locator("#wifi-only")).to_have_attribute("aria-checked", "true")
    assert violations(phone) == []
    for kind in ("none", "unknown", "bluetooth", "cellular"):
        network(phone, kind)
    expect(phone.locator("#wifi-only")).to_contain_text(words("wifi.mobile"))
    assert appends_of(phone) == [] and not known(office, ELIF, submission)
    go(phone, f"#/r/{submission}")
    network(phone, "wifi")
    receipt_number(phone)
    assert len(sent_pages(office, ELIF, submission)) == 2


def test_one_paper_is_sent_over_mobile_data_all_the_same_and_the_others_wait(office: Office, browsers: Browsers):
    phone = signed_in_phone(with_network(browsers.phone()), office.url, ELIF)
    only_over_wifi(phone)
    first, second = fill(phone, 2)
    go(phone, "#/")
    for one in (first, second):
        expect(card(phone, one)).to_contain_text(words("state.wifi"))
    card(phone, first).locator(f"#act-{first}").click()
    wait_for_receipt(office, ELIF, first)
    expect(card(phone, second)).to_contain_text(words("state.wifi"))
    assert not known(office, ELIF, second)
    go(phone, f"#/s/{second}")
    expect(phone.locator("#next")).to_have_class(re.compile("kern-btn--secondary"))
    go(phone, "#/person")
    phone.locator("#wifi-only").click()  # off: all goes
    wait_for_receipt(office, ELIF, second)


def test_a_phone_that_leaves_the_wifi_stops_and_goes_on_at_the_byte(
    office: Office, slow_net: BadNet, browsers: Browsers
):
    phone = signed_in_phone(with_network(browsers.phone()), slow_net.url, ELIF)
    network(phone, "wifi")
    only_over_wifi(phone)
    phone.evaluate(APPENDS)
    [paper] = fill(phone, 1, pages=2, size=300_000)
    go(phone, f"#/r/{paper}")
    wait_in(phone, "appends.at(-1) > 32_000")
    network(phone, "cellular")
    expect(phone.locator(".chip")).to_have_text(words("state.wifi"))
    begun = len(appends_of(phone))
    before = slow_net.sent
    phone.evaluate("dispatchEvent(new Event('online'))")
    expect(phone.locator(".chip")).to_have_text(words("state.wifi"))
    assert len(appends_of(phone)) == begun and slow_net.sent < before + SMALL
    slow_net.up = None
    network(phone, "wifi")
    receipt_number(phone)
    assert appends_of(phone)[begun] >= 32_000, "it goes on where it was"


def test_where_the_browser_does_not_tell_there_is_no_switch_and_nothing_waits(
    office: Office, browsers: Browsers, paper
):
    phone = signed_in_phone(browsers.phone(camera=paper), office.url, ELIF)
    phone.evaluate("localStorage.wifi_only = '1'")
    go(phone, "#/person")
    expect(phone.locator("#sign-out")).to_be_visible()
    expect(phone.locator("#wifi-only")).to_have_count(0)
    go(phone, "#/")
    prepare(phone)
    expect(phone.locator("#send")).to_have_text(words("send.do"))
    expect(phone.locator("#wifi-only")).to_have_count(0)
    send(phone)
    receipt_number(phone)


def test_waiting_for_wifi_and_held_survive_closing_the_browser(office: Office, browsers: Browsers):
    phone = signed_in_phone(with_network(browsers.phone(profile="phone")), office.url, ELIF)
    only_over_wifi(phone)
    waits, held = fill(phone, 2)
    go(phone, "#/")
    card(phone, held).locator(f"#pause-{held}").click()
    expect(card(phone, held)).to_contain_text(words("state.paused"))
    phone.context.close()
    phone = open_phone(with_network(browsers.phone(profile="phone")), office.url)
    expect(card(phone, waits)).to_contain_text(words("state.wifi"))
    expect(card(phone, held)).to_contain_text(words("state.paused"))
    network(phone, "wifi")
    wait_for_receipt(office, ELIF, waits)
    expect(card(phone, held)).to_contain_text(words("state.paused"))
    assert not known(office, ELIF, held)
    card(phone, held).locator(f"#pause-{held}").click()
    wait_for_receipt(office, ELIF, held)


# Held and let go


def test_a_paper_that_is_held_holds_up_no_other_and_goes_on_at_the_byte(
    office: Office, slow_net: BadNet, browsers: Browsers
):
    phone = signed_in_phone(browsers.phone(viewport={"width": 320, "height": 568}), slow_net.url, ELIF)
    phone.evaluate(APPENDS)
    [paper] = fill(phone, 1, pages=2, size=300_000)
    go(phone, "#/")
    wait_in(phone, "appends.at(-1) > 90_000")
    pause = card(phone, paper).locator(f"#pause-{paper}")
    pause.focus()
    pause.press("Enter")
    expect(card(phone, paper).locator(".chip")).to_have_text(words("state.paused"))
    expect(pause).to_have_text(words("card.send_on"))
    expect(pause).to_be_focused()
    expect(phone.locator("#live")).to_have_text(words("state.paused"))
    assert pause.bounding_box()["height"] >= 48
    assert violations(phone) == []
    begun = len(appends_of(phone))
    slow_net.up = None
    [other] = fill(phone, 1)
    wait_for_receipt(office, ELIF, other)
    assert len(appends_of(phone)) == begun + 1
    phone.reload()
    expect(card(phone, paper).locator(".chip")).to_have_text(words("state.paused"))
    go(phone, f"#/s/{paper}")
    expect(phone.locator(".screen--detail .left")).to_have_text(re.compile("0,[345] MB"))
    assert violations(phone) == []
    phone.evaluate(APPENDS)
    phone.locator("#pause").click()
    wait_for_receipt(office, ELIF, paper)
    assert appends_of(phone)[0] >= 90_000, "it goes on where it was"


@pytest.mark.hunt
def test_what_arrived_in_the_moment_of_its_pause_has_its_receipt(office: Office, bad_net: BadNet, browsers: Browsers):
    phone = Outbox.signed_in(browsers.phone(), bad_net.url, DARIUSZ)
    submission, hashes = phone.queue(20_000)
    bad_net.round_trip = 4.0
    phone.begin()
    wait_for_receipt(office, DARIUSZ, submission)
    assert phone.state(submission)["state"] == "sending"
    bad_net.round_trip = 0.0
    phone.pause(submission)
    phone.rest()
    state = phone.state(submission)
    assert state["state"] == "complete"
    assert [page["sha256"] for page in state["receipt"]["pages"]] == hashes


def test_what_arrived_and_was_held_before_the_phone_heard_is_told_at_the_next_start(office: Office, browsers: Browsers):
    phone = signed_in_phone(browsers.phone(), office.url, ELIF)
    [paper] = fill(phone, 1)
    wait_for_receipt(office, ELIF, paper)
    go(phone, f"#/r/{paper}")
    number = receipt_number(phone)
    phone.evaluate(CHANGE, [paper, {"state": "paused", "receipt": None, "purged": False}])
    phone.reload()
    assert receipt_number(phone) == number


@pytest.mark.parametrize("how", ["held", "waits for Wi-Fi"])
def test_a_second_outbox_obeys_what_was_decided_in_another_tab(
    office: Office, bad_net: BadNet, browsers: Browsers, how: str
):
    phone = Outbox.signed_in(browsers.phone(), bad_net.url, SAMIRA)
    submission, hashes = phone.queue(300_000, 200_000)
    other = phone.other_tab()
    phone.page.bring_to_front()
    bad_net.up = SLOW / 2
    phone.begin()
    wait_until(lambda: phone.appends, "it sends")
    if how == "held":
        other.pause(submission)
    else:
        phone.network(mobile=True)
    phone.rest()
    state = phone.state(submission)
    assert (state["state"], state["reason"]) == (("paused", None) if how == "held" else ("waiting", "wifi"))
    assert state["here"] == hashes and state["stored"] == 0, "not even to the end of a page"
    begun = len(phone.appends)
    phone.drain()
    assert len(phone.appends) == begun
    bad_net.up = None
    phone.retry(submission, anyway=True)
    assert phone.state(submission)["receipt"]
    assert sent_pages(office, SAMIRA, submission) == hashes


def test_send_first_on_leaving_lets_go_of_what_is_held(office: Office, browsers: Browsers):
    browser = browsers.phone()
    phone = signed_in_phone(browser, office.url, ELIF)
    browser.set_offline(True)
    [paper] = fill(phone, 1)
    phone.reload()
    card(phone, paper).locator(f"#pause-{paper}").click()
    expect(card(phone, paper)).to_contain_text(words("state.paused"))
    browser.set_offline(False)
    go(phone, "#/person")
    phone.locator("#sign-out").click()
    phone.locator("#signout-send").click()
    wait_for_receipt(office, ELIF, paper)


# What is left


@pytest.mark.hunt
def test_what_is_left_is_said_with_the_bytes_and_not_read_out_with_each(
    office: Office, slow_net: BadNet, browsers: Browsers
):
    phone = signed_in_phone(browsers.phone(), slow_net.url, ELIF)
    [paper] = fill(phone, 1, pages=3, size=250_000)
    go(phone, f"#/s/{paper}")
    phone.evaluate(LISTEN)
    pause = phone.locator("#pause")
    expect(pause).to_have_text(words("card.pause"))
    expect(phone.locator(".screen--detail .chip")).to_have_text(words("state.sending", stored=0, pages=3))
    pause.focus()
    phone.evaluate("window.button = document.querySelector('#pause')")
    phone.evaluate(FOLLOW)
    expect(phone.locator(".screen--detail .chip")).to_have_text(words("state.sending", stored=2, pages=3))
    assert phone.evaluate("document.activeElement === button"), "what is under a finger or the keyboard stays"
    expect(phone.locator("#receipt-number")).to_be_visible()
    seen, chips = phone.evaluate("[...shown.left].filter(Boolean)"), phone.evaluate("[...shown.chip]")
    left = [float(re.search(r"([\d,]+) MB", one)[1].replace(",", ".")) for one in seen if "MB" in one]
    assert left == sorted(left, reverse=True) and len(left) >= 4, seen
    assert seen[0] in [words("card.left.other", count=3, size=f"0,{n} MB") for n in (7, 8)]
    assert [words("state.sending", stored=n, pages=3) in chips for n in (0, 1, 2)] == [True] * 3, chips
    heard = phone.evaluate("heard")
    assert 1 <= len(heard) <= 3, heard


# The icon, the screen, the day that has passed


def test_the_icon_counts_what_is_only_on_this_phone_also_when_it_is_held_or_waits(office: Office, browsers: Browsers):
    browser = with_network(browsers.phone())
    browser.add_init_script(BADGE)
    phone = signed_in_phone(browser, office.url, ELIF)
    before = pending(phone)
    only_over_wifi(phone)
    waits, held = fill(phone, 2, pages=2)
    expect_badge(phone, before + 4)
    go(phone, "#/")
    card(phone, held).locator(f"#pause-{held}").click()
    expect(card(phone, held)).to_contain_text(words("state.paused"))
    expect_badge(phone, before + 4)
    network(phone, "wifi")
    wait_for_receipt(office, ELIF, waits)
    expect_badge(phone, before + 2)
    card(phone, held).locator(f"#pause-{held}").click()
    wait_for_receipt(office, ELIF, held)
    expect_badge(phone, before)


def test_the_screen_stays_on_while_bytes_go_out_also_after_the_app_was_hidden(
    office: Office, slow_net: BadNet, browsers: Browsers
):
    browser = browsers.phone(profile="phone")  # only a browser with a screen can keep it on
    browser.add_init_script(LOCKS)
    phone = signed_in_phone(browser, slow_net.url, ELIF)
    assert phone.evaluate("locks.asked") == 0
    [paper] = fill(phone, 1, pages=2, size=400_000)
    go(phone, f"#/r/{paper}")
    expect(phone.locator("#main")).to_contain_text(words("card.keep_open"))
    wait_in(phone, "locks.asked > 0")  # each sign that there is a network asks anew
    wait_in(phone, "locks.held === 1")
    phone.evaluate(HIDE)
    wait_in(phone, "locks.held === 0")
    asked = phone.evaluate("locks.asked")
    phone.evaluate(SHOW)
    wait_in(phone, "asked => locks.asked > asked && locks.held === 1", asked)
    slow_net.refuse = True
    slow_net.cut()
    expect(phone.locator(".screen--receipt .chip")).to_have_text(words("state.waiting"))
    wait_in(phone, "locks.held === 0")
    slow_net.refuse = False  # nothing but the outbox's own timer wakes it
    wait_in(phone, "locks.held === 1")
    slow_net.up = None
    receipt_number(phone)
    wait_in(phone, "locks.held === 0")


@pytest.mark.parametrize("state", ["waits", "is held"])
def test_a_paper_that_has_waited_for_a_day_is_said_on_the_start_screen(office: Office, browsers: Browsers, state: str):
    browser = browsers.phone(viewport={"width": 320, "height": 568})
    phone = signed_in_phone(browser, office.url, ELIF)
    browser.set_offline(True)
    [paper] = fill(phone, 1, pages=3)
    phone.reload()
    if state == "is held":
        card(phone, paper).locator(f"#pause-{paper}").click()
    expect(card(phone, paper)).to_contain_text(words("state.paused" if state == "is held" else "state.waiting"))
    phone.evaluate(CHANGE, [paper, {}, 23])
    phone.reload()
    expect(card(phone, paper)).to_be_visible()
    expect(phone.locator("#late")).to_have_count(0)
    phone.evaluate(CHANGE, [paper, {}, 25])
    phone.reload()
    expect(phone.locator("#late")).to_have_text(words("home.late"))
    assert violations(phone) == []
    browser.set_offline(False)
    if state == "is held":
        card(phone, paper).locator(f"#pause-{paper}").click()
    wait_for_receipt(office, ELIF, paper)
    expect(phone.locator("#late")).to_have_count(0)


def with_network(browser: BrowserContext) -> BrowserContext:
    """A phone whose browser tells the kind of network."""
    browser.add_init_script(TELLS)
    return browser


def network(phone: Page, kind: str) -> None:
    """The phone comes into another network."""
    phone.evaluate("kind => network(kind)", kind)


def only_over_wifi(phone: Page) -> None:
    """Turn the switch on, in the menu."""
    go(phone, "#/person")
    phone.locator("#wifi-only").click()
    expect(phone.locator("#wifi-only")).to_have_attribute("aria-checked", "true")


def fill(phone: Page, papers: int, pages: int = 1, size: int = 20_000) -> list[str]:
    """So many papers that were just sent, as the outbox finds them."""
    made = phone.evaluate(FILL_QUEUE, {"submissions": papers, "pages": pages, "size": size})
    phone.evaluate("dispatchEvent(new Event('online'))")
    return [one["id"] for one in made]


def card(phone: Page, paper: str) -> Locator:
    """Its card on the start screen or in the list."""
    return phone.locator(f"#card-{paper}")


def appends_of(phone: Page) -> list[int]:
    """The offset of each append that this page has begun."""
    return phone.evaluate("appends")


def known(office: Office, person: dict[str, str], paper: str) -> bool:
    """Whether the office has all of it."""
    client = office.client(person)
    try:
        return any(row["id"] == paper and row["receipt"] for row in client.submissions())
    finally:
        client.close()


def wait_for_receipt(office: Office, person: dict[str, str], paper: str) -> None:
    """Until the office has all of it."""
    client = office.client(person)
    wait_until(lambda: any(row["id"] == paper and row["receipt"] for row in client.submissions()), "it arrived")
    client.close()


def pending(phone: Page) -> int:
    """How many pages the icon counted last."""
    return int(phone.evaluate("window.badges?.at(-1) ?? 0"))


def expect_badge(phone: Page, count: int) -> None:
    """Until the icon counts so many pages."""
    wait_in(phone, "count => badges.at(-1) === count", count)


@pytest.fixture(autouse=True)
def no_complaints(browsers: Browsers) -> Iterator[None]:
    """Ends the browsers before the proxies that they talk through."""
    yield
    browsers.close()
