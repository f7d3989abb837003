"""A slow link that breaks all the time, in real time: `make slow` prints how the outbox does on it; ten minutes.

Four pages of 500 KB over 50 kbit/s with a round trip of 600 ms, gone for 5 s after every 30 s; straight to the office
and behind a proxy that wants whole requests. The phone is the real page with its own outbox and its own clock. The
lower bound is what the link could carry at best: the payload at its speed, and the breaks.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.browsers import Browsers
from tests.browser.buffering import BufferingProxy
from tests.browser.network import BadNet
from tests.browser.office import ELIF, SAMIRA, Office, fill_demo
from tests.browser.steps import signed_in_phone

PAGES, SIZE = 4, 500_000
RATE = 50_000 / 8  # bytes a second
ROUND_TRIP = 0.6  # s
UP, DOWN = 30.0, 5.0  # s
LOWER_BOUND = PAGES * SIZE / RATE * (UP + DOWN) / UP
TIME_AIM, BYTES_AIM = 1.5, 1.2
GIVE_UP = 3 * LOWER_BOUND

QUEUE = """async ({ pages, size }) => {
    const { openStore } = await import("/lib/store.js")
    const store = openStore()
    const draft = await store.startDraft((await store.get("session")).person.id, { kind: "bank_statement" })
    for (let n = 0; n < pages; n++) {
        const bytes = new Uint8Array(size)
        for (let i = 0; i < size; i += 65536) crypto.getRandomValues(bytes.subarray(i, Math.min(size, i + 65536)))
        bytes.set([0xff, 0xd8, 0xff, 0xe0])
        await store.addPage(draft.id, { buffer: bytes.buffer, type: "image/jpeg", state: "ready" })
    }
    await store.seal(draft.id, { app: "test", clock_offset: 0 })
    store.close()
    return draft.id
}"""
HERE = """async id => {
    const { openStore } = await import("/lib/store.js")
    const store = openStore()
    const { state, sent } = await store.submission(id)
    store.close()
    return { state, sent }
}"""


class Way:
    """One phone that sends over the slow link."""

    def __init__(self, name: str, browsers: Browsers, person: dict[str, str], port: int) -> None:
        self.name, self.net, self.appends, self.others = name, BadNet(port), 0, 0
        self.page = signed_in_phone(browsers.phone(profile=name), self.net.url, person)
        self.page.wait_for_timeout(3000)  # what the app tells at its start is told
        self.page.on("request", self._note)
        self.took: float | None = None

    def _note(self, request) -> None:
        self.appends += request.method == "PATCH"
        self.others += request.method != "PATCH"

    def start(self) -> None:
        """The link becomes slow, and somebody sends."""
        self.net.up = self.net.down = RATE
        self.net.round_trip = ROUND_TRIP
        self.id = self.page.evaluate(QUEUE, {"pages": PAGES, "size": SIZE})
        self.net.sent = self.net.cuts = 0
        self.begun = time.monotonic()
        self.net.break_down(UP, DOWN)
        self.page.evaluate("dispatchEvent(new Event('online'))")

    def look(self) -> bool:
        """Whether it is over, one way or the other."""
        if self.took is None and self.page.evaluate(HERE, self.id)["state"] == "complete":
            self.took = time.monotonic() - self.begun
            self.wire = self.net.sent
            self.breaks = int(self.took / (UP + DOWN))
        return self.took is not None or time.monotonic() > self.begun + GIVE_UP

    def row(self) -> str:
        """A row of the table."""
        if self.took is None:
            sent = self.page.evaluate(HERE, self.id)["sent"]
            part = f"{sent / PAGES / SIZE:.0%} after {GIVE_UP / LOWER_BOUND:.1f}"
            return f"| {self.name} | **not complete**, {part} | | | | |"
        time_ratio, bytes_ratio = self.took / LOWER_BOUND, self.wire / PAGES / SIZE
        return (
            f"| {self.name} | {time_ratio:.2f} | {bytes_ratio:.2f} | {self.appends} | {self.others} | {self.breaks} |"
        )

    @property
    def good(self) -> bool:
        """Whether it reached the aims."""
        if self.took is None:
            return False
        return self.took <= TIME_AIM * LOWER_BOUND and self.wire <= BYTES_AIM * PAGES * SIZE


def measure(folder: Path) -> list[Way]:
    """Both ways at once, each over a link of its own."""
    fill_demo(folder / "data")
    office = Office(folder / "data").start()
    proxy = BufferingProxy(office.port)
    try:
        with sync_playwright() as playwright:
            browsers = Browsers(playwright, folder)
            direct = Way("direct", browsers, ELIF, office.port)
            buffered = Way("behind a buffering proxy", browsers, SAMIRA, proxy.port)
            ways = [direct, buffered]
            for way in ways:
                way.start()
            while sum(way.look() for way in ways) < len(ways):  # each has a look every time
                direct.page.wait_for_timeout(1000)
            rows = [way.row() for way in ways]
            browsers.close()
    finally:
        proxy.close()
        office.stop()
    print("| way | time / lower bound | bytes on the wire / payload | appends | other requests | breaks |")
    print("|---|---|---|---|---|---|")
    print("\n".join(rows))
    print(f"aims: {TIME_AIM} and {BYTES_AIM}; thrown away by the proxy: {proxy.thrown_away} bodies")
    return ways


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        sys.exit(0 if all(way.good for way in measure(Path(made))) else 1)
