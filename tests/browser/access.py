"""axe in a page: what keeps people out, as one readable line each."""

from __future__ import annotations

from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page

SCRIPT = next(Path(axe_playwright_python.__file__).parent.glob("**/axe.min.js"))


def violations(page: Page, only: str | None = None) -> list[str]:
    """What axe finds on the page as it stands, or what one of its rules finds.

    axe comes in by DevTools, so our CSP does not mind.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT.read_text("utf-8") + ";0")
    rules = {"runOnly": [only]} if only else {}
    # All is looked at, but only what is wrong is told in full.
    asked = {**rules, "resultTypes": ["violations"]}
    found = page.evaluate("async asked => (await axe.run(asked)).violations", asked)
    return [
        f"{each['id']}: {node['target']} {' '.join(node['failureSummary'].split())}"
        for each in found
        for node in each["nodes"]
    ]


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    assert page.viewport_size
    wide = page.evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)")
    return max(0, wide - page.viewport_size["width"])  # a phone's innerWidth grows with what is in it
