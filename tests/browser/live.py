"""How well and how fast the camera's live view finds pages: python -m tests.browser.live [FOLDER]

FOLDER holds labelled photos, as for `make bench`; without one, photos are drawn. Each is made as small as a frame of
the camera. Time is that of Chromium's main thread, slowed down four times.
"""

from __future__ import annotations

import base64
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from playwright.sync_api import Page, Route, sync_playwright

from tests.browser.chromium import find_chromium
from tests.scanning.bench import COLUMNS, Tried, drawn, labelled, row, tried

PWA = Path(__file__).resolve().parents[2] / "pwa"

SIDE = 320  # px, long side of a frame
SLOWER = 4
TIMES = 5  # each picture, of which the middle one counts

LOOK = """async ({ picture, times }) => {
    const { findPage } = await import("/live/find.js")
    const { measure } = await import("/live/measure.js")
    const { makeAim } = await import("/live/aim.js")
    const bytes = Uint8Array.from(atob(picture), letter => letter.charCodeAt(0))
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }))
    const { width, height } = image
    const paper = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d")
    paper.drawImage(image, 0, 0)
    const { data } = paper.getImageData(0, 0, width, height)
    const whole = [[0, 0], [width, 0], [width, height], [0, height]]
    const took = []
    let found, measures
    for (let i = 0; i < times; i++) {
        const begun = performance.now()
        found = findPage(data, width, height, null)
        measures = measure(data, width, height, found?.corners ?? whole)
        took.push(performance.now() - begun)
    }
    const aim = makeAim()
    let hint
    for (let at = 0; at < 3000; at += 100) hint = aim.see({ found, width, height, full: 1920, at, ...measures }).hint
    return { found, width, height, took, hint }
}"""


def look_at(page: Page, bgr: np.ndarray, times: int = 1) -> dict[str, Any]:
    """What the live view sees in a picture: {found, width, height, took, hint}; `page` shows any file of the office."""
    scale = SIDE / max(bgr.shape[:2])
    small = cv2.resize(bgr, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    png = base64.b64encode(cv2.imencode(".png", small)[1].tobytes()).decode()
    return page.evaluate(LOOK, {"picture": png, "times": times})


def found_on(page: Page, bgr: np.ndarray) -> list[list[float]] | None:
    """The corners in parts of the picture, or None."""
    seen = look_at(page, bgr)
    return seen["found"] and [[x / seen["width"], y / seen["height"]] for x, y in seen["found"]["corners"]]


def hint_on(page: Page, bgr: np.ndarray) -> str | None:
    """What is said to who holds the camera over this for three seconds."""
    return look_at(page, bgr)["hint"]


def main() -> None:
    """Print the table."""
    photos = labelled(Path(sys.argv[1])) if len(sys.argv) > 1 else drawn(200)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium())
        page = browser.new_page()
        page.route("**/*", serve)
        page.goto("http://localhost/live/find.js")
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        done: list[Tried] = []
        for photo in photos:
            seen = look_at(page, photo.bgr, TIMES)
            found = seen["found"]
            back = max(photo.bgr.shape[:2]) / max(seen["width"], seen["height"])
            corners = found and np.float32(found["corners"]) * back
            done.append(tried(photo, corners, found["confidence"] if found else 0.0, sorted(seen["took"])[TIMES // 2]))
        browser.close()
    for name, value in zip(COLUMNS, row(done), strict=True):
        print(f"{name:>12} {value}")


def serve(route: Route) -> None:
    """Our scripts as they lie there."""
    path = PWA / route.request.url.split("/", 3)[3]
    route.fulfill(body=path.read_bytes(), content_type="text/javascript") if path.is_file() else route.abort()


if __name__ == "__main__":
    main()
