"""How long the phone's check of a photo takes: python -m tests.browser.checking [PWA ...]

PWA is another folder like pwa/, of an earlier version perhaps; all are asked in turn about the same drawn photos, so
that other work on the machine hits them alike. Time is that of Chromium's main thread, slowed down four times: what the
thread itself was at work, and what went by until the answer, decoding and encoding beside it included.
"""

from __future__ import annotations

import base64
import sys
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, CDPSession, Route, sync_playwright

from tests.browser import scenes
from tests.browser.chromium import find_chromium
from tests.browser.live import PWA, SLOWER
from tests.scanning import draw

SIZE = (1650, 2200)  # px, as large as the phone sends a photo
SEEDS = range(1, 8)
THUMB = 480  # px, as phone/checker.js asks

# The worker's own module, beside the page for once: main threads alone are slowed down.
ASK = """async ([photo, wanted]) => {
    await import("/check/worker.js")
    const begun = performance.now()
    await new Promise((done, failed) => {
        globalThis.postMessage = ({ error }) => error ? failed(new Error(error)) : done()
        const data = { photo: globalThis[photo], corners: null, wanted }
        globalThis.dispatchEvent(new MessageEvent("message", { data }))
    })
    return performance.now() - begun
}"""
KEEP = """([name, picture]) => {
    const bytes = Uint8Array.from(atob(picture), letter => letter.charCodeAt(0))
    globalThis[name] = new Blob([bytes], { type: "image/jpeg" })
}"""


class Phone:
    """A page with one version's scripts and all photos, and its thread's clock."""

    def __init__(self, browser: Browser, pwa: Path, photos: list[str]) -> None:
        context = browser.new_context()
        self.pwa, self.page = pwa, context.new_page()
        self.page.route("**/*", lambda route: serve(route, pwa))
        self.page.goto("http://localhost/check/flat.js")
        for n, photo in enumerate(photos):
            self.page.evaluate(KEEP, [f"photo{n}", photo])
        self.cdp = context.new_cdp_session(self.page)
        self.cdp.send("Performance.enable")
        self.cdp.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        self.took: dict[int | None, list[tuple[float, float]]] = {None: [], THUMB: []}

    def check(self, n: int, wanted: int | None) -> None:
        """Ask about a photo; `wanted` as in a Question."""
        before = at_work(self.cdp)
        passed = self.page.evaluate(ASK, [f"photo{n}", wanted])
        self.took[wanted].append((at_work(self.cdp) - before, passed))


def at_work(cdp: CDPSession) -> float:
    """Since its start, ms."""
    told = cdp.send("Performance.getMetrics")["metrics"]
    return 1000 * next(one["value"] for one in told if one["name"] == "ThreadTime")


def main() -> None:
    """Print the table: medians, ms."""
    photos = [
        base64.b64encode(scenes.jpeg(draw.photograph(draw.letter(seed), seed, SIZE, fill=0.85, tilt=12).bgr)).decode()
        for seed in SEEDS
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium())
        phones = [Phone(browser, Path(name), photos) for name in sys.argv[1:] or [str(PWA)]]
        for n in (0, *range(len(photos))):
            for wanted in (None, THUMB):
                for phone in phones:
                    phone.check(n, wanted)
        browser.close()
    for phone in phones:
        for wanted, took in phone.took.items():
            worked, passed = (median(each) for each in zip(*took[1:], strict=True))  # the first one warms up
            name = "with the picture" if wanted else "the verdict alone"
            print(f"{phone.pwa}  {name:>17}: at work {worked:.0f} ms, until the answer {passed:.0f} ms")


def serve(route: Route, pwa: Path) -> None:
    """A version's scripts as they lie there."""
    path = pwa / route.request.url.split("/", 3)[3]
    route.fulfill(body=path.read_bytes(), content_type="text/javascript") if path.is_file() else route.abort()


if __name__ == "__main__":
    main()
