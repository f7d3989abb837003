"""Bad links and many phones: what goes over the wire, and when."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.browsers import Browsers
from tests.browser.buffering import BufferingProxy
from tests.browser.network import BadNet
from tests.browser.office import ELIF, Office
from tests.browser.outbox import EMPTY, Outbox
from tests.browser.slow import BYTES_AIM, DOWN, PAGES, RATE, ROUND_TRIP, SIZE, UP

pytestmark = pytest.mark.hunt

FASTER = 100


@pytest.fixture
def buffered(office: Office) -> Iterator[BufferingProxy]:
    """A proxy that wants whole requests."""
    between = BufferingProxy(office.port)
    yield between
    between.close()


@pytest.mark.parametrize("way", ["direct", "behind a buffering proxy"])
def test_14_four_pages_over_a_slow_link_that_breaks_cost_little_more_than_their_bytes(
    office: Office, buffered: BufferingProxy, browsers: Browsers, way: str
):
    """The link of `make slow`, a hundred times as fast, and broken by bytes: a busy machine changes nothing."""
    net = BadNet(office.port if way == "direct" else buffered.port)
    try:
        phone = Outbox.signed_in(browsers.phone(), net.url, ELIF, faster=FASTER)
        submission, hashes = phone.queue(*[SIZE] * PAGES)
        net.up = net.down = RATE * FASTER
        net.round_trip, net.gone = ROUND_TRIP / FASTER, DOWN / FASTER
        net.cut_every = int(RATE * UP)
        net.sent = net.cuts = 0
        phone.rounds(200)
        sent, cuts = net.sent, net.cuts
        assert cuts >= 10
        assert sent <= BYTES_AIM * PAGES * SIZE, f"{sent / PAGES / SIZE:.2f} times the payload"
        client = office.client(ELIF)
        receipt = client.get(f"/submissions/{submission}")["receipt"]
        client.close()
        assert [page["sha256"] for page in receipt["pages"]] == hashes
    finally:
        net.close()


# A thousand phones that all met the same outage, without disks: what they ask of the office, by its clock.
CROWD = """async ({ phones, outage, retryAfter }) => {
    const { makeOutbox } = await import("/lib/outbox.js")
    const { Offline, Refused } = await import("/lib/api.js")
    let now = 0, chance = 1
    const random = () => (chance = (Math.imul(chance, 1664525) + 1013904223) >>> 0) / 2 ** 32
    const timers = new Set(), began = []
    const receipt = { number: "1", pages: [{ id: "page", sha256: "hash" }] }
    const refuse = () => {
        if (retryAfter === null) throw new Offline()
        throw new Refused(503, { code: "store_busy" }, new Headers({ "Retry-After": String(retryAfter) }))
    }
    const call = async method => {
        if (now < outage) refuse()
        if (method === "PUT") began.push(now)
        const data = { stored: [], receipt: method === "PUT" ? null : receipt, state: "received" }
        return { status: method === "PUT" ? 201 : 200, data, headers: new Headers({ "Upload-Complete": "?1" }) }
    }
    const makeStore = () => {
        const page = { id: "page", size: 4, sha256: "hash" }
        const row = { id: "one", state: "sealed", pages: ["page"], bytes: 4, manifest: { pages: [page] } }
        return {
            row, log: async () => {}, bytes: async () => new ArrayBuffer(4), manifest: async () => row.manifest,
            submissionsOf: async () => [row], submission: async () => row,
            mark: async (_, changes) => void Object.assign(row, changes),
            keepReceipt: async () => void Object.assign(row, { state: "complete", receipt }),
            purge: async () => void (row.purged = true),
        }
    }
    const all = Array.from({ length: phones }, () => {
        const store = makeStore()
        const outbox = makeOutbox({
            store, call, random, now: () => now, identity: async () => ({ owner: "", token: "token" }),
            lock: async work => (await work(), true),
            later(ms, work) {
                const timer = { at: now + ms, work, outbox: () => outbox }
                timers.add(timer)
                return () => timers.delete(timer)
            },
        })
        return { store, outbox }
    })
    for (const { outbox } of all) await outbox.drain()
    while (timers.size) {
        let next = null
        for (const timer of timers) if (!next || timer.at < next.at) next = timer
        timers.delete(next)
        now = next.at
        next.work()
        while (next.outbox().busy) await null
    }
    const seconds = new Map()
    for (const at of began) seconds.set(Math.floor(at / 1000), (seconds.get(Math.floor(at / 1000)) ?? 0) + 1)
    return {
        complete: all.filter(({ store }) => store.row.state === "complete").length,
        began: began.length, busiest: Math.max(...seconds.values()), last: Math.max(...began) - outage,
    }
}"""


@pytest.mark.parametrize(("kind", "retry_after"), [("silent", None), ("saying when to come back", 30)])
def test_28_a_thousand_phones_do_not_storm_an_office_that_is_back(
    office: Office, browsers: Browsers, kind: str, retry_after: int | None
):
    page = browsers.phone().pages[0]
    page.goto(f"{office.url}{EMPTY}")
    crowd = page.evaluate(CROWD, {"phones": 1000, "outage": 600_000, "retryAfter": retry_after})
    assert crowd["complete"] == crowd["began"] == 1000
    # Within five and a half minutes all are there, and no second sees more than a fiftieth of them.
    assert crowd["last"] <= 330_000
    assert crowd["busiest"] <= 20, crowd
