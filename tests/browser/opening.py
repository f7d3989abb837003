"""How long a caseworker waits for a submission: python -m tests.browser.opening [TIMES]

The demo office on loopback, filled up with drawn letters until TIMES submissions are ready (20), in a Chromium that has
never seen it. Each is opened from the inbox, by Enter and by a click in turn, looked at, and left by Escape. Time goes
from the key press or click, as the browser stamps it, until the frame that shows the straightened first page is drawn.
"""

from __future__ import annotations

import math
import os
import sys
import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser import scenes
from tests.browser.browsers import Browsers, wait_in
from tests.browser.office import ALBERS, DARIUSZ, ELIF, Office, fill_demo, wait_until
from tests.browser.steps import open_desk
from tests.scanning import draw

SIZE = (1650, 2200)  # px, as large as the phone sends a photo
REST, LOOK = 700, 1500  # ms: in the list before the next one is opened, and at its first page
READY = ("ready", "attention")

WATCH = """() => {
    globalThis.opening = { begun: 0, took: null, fetched: [] }
    const begin = event => {
        const opens = event.type === "click" ? event.target.closest("[data-id]") : event.key === "Enter"
        if (!opens || location.hash.startsWith("#/s/")) return
        globalThis.opening = { begun: event.timeStamp, took: null, fetched: [] }
        performance.clearResourceTimings()
        requestAnimationFrame(look)
    }
    const look = () => {
        const image = document.querySelector(".pane--page .pane__image")
        if (!location.hash.startsWith("#/s/") || !image?.naturalWidth) return requestAnimationFrame(look)
        const channel = new MessageChannel() // its message comes when this frame is drawn
        channel.port1.onmessage = () => {
            const { begun } = globalThis.opening
            const since = time => Math.round(time - begun)
            globalThis.opening.fetched = performance.getEntriesByType("resource").map(one =>
                `${one.name.split("/").at(-1)} ${since(one.startTime)}-${since(one.responseEnd)}`)
            globalThis.opening.took = performance.now() - begun
        }
        channel.port2.postMessage(null)
    }
    addEventListener("keydown", begin, true)
    addEventListener("click", begin, true)
}"""


def fill_up(office: Office, times: int) -> None:
    """Hand in letters of two pages until so many are ready at the desk."""
    desk, people = office.client(ALBERS), [office.client(who) for who in (ELIF, DARIUSZ)]

    def ready() -> int:
        listed = desk.get("/desk/submissions?state=new")["submissions"]
        return sum(row["state"] in READY for row in listed)

    for n in range(times - ready()):
        photos = [scenes.jpeg(draw.photograph(draw.letter(s), s, SIZE, fill=0.85).bgr) for s in (2 * n + 1, 2 * n + 2)]
        people[n % 2].hand_in(*photos, kind="other")
    wait_until(lambda: ready() >= times, "all are ready", 600)
    for client in (desk, *people):
        client.close()


def opened(desk: Page, n: int) -> dict:
    """Open what is under the cursor, by a key or by the mouse; how long it took, and what was fetched when."""
    if n % 2:
        desk.locator(".row--cursor a").click()
    else:
        desk.keyboard.press("Enter")
    wait_in(desk, "globalThis.opening.took !== null")
    return desk.evaluate("globalThis.opening")


def main() -> None:
    """Print each, and what they say together."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        fill_demo(Path(folder) / "data")
        office = Office(Path(folder) / "data").start()
        browsers = Browsers(playwright, Path(folder))
        try:
            fill_up(office, times)
            load, took, known = os.getloadavg()[0], [], set()
            desk = open_desk(browsers.desk(), office.url, ALBERS)
            expect(desk.locator(".row--cursor")).to_be_visible()
            desk.evaluate(WATCH)
            for n in range(times):
                known.add(desk.locator(".row--cursor a").get_attribute("data-id"))
                told = opened(desk, n)
                took.append(told["took"])
                print(f"{n + 1:3} {told['took']:6.0f} ms  {', '.join(told['fetched'])}")
                desk.wait_for_timeout(LOOK)
                desk.keyboard.press("Escape")
                expect(desk.locator(".row--cursor")).to_be_visible()
                for _ in range(2):  # the first one only puts the focus where the cursor is
                    desk.keyboard.press("j")
                desk.wait_for_timeout(REST)
        finally:
            browsers.close()
            office.stop()
    assert len(known) == times, "each was another one"
    nine = sorted(took)[math.ceil(0.95 * len(took)) - 1]
    print(f"median {median(took):.0f}, 95 % within {nine:.0f}, slowest {max(took):.0f}, the first {took[0]:.0f} ms")
    print(f"load average {load:.1f} before and {os.getloadavg()[0]:.1f} after, {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
