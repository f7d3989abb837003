"""The engines that people's phones run: Chromium, Firefox, and WebKit, each as Debian brings it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from playwright.sync_api import BrowserContext, Playwright

from tests.browser.browsers import PATIENCE, QUIET
from tests.browser.chromium import find_chromium

FIREFOX_NAMES = ("firefox-esr", "firefox")
FIREFOX_LEAST = 153  # the oldest that our Playwright was seen to drive; 140 lacks commands that it sends
WEBKIT_DRIVER = "WebKitWebDriver"
MINI_BROWSER = "webkit2gtk-4.*/MiniBrowser"
LIBRARIES = (*Path("/usr/lib").glob("*-linux-gnu"), Path("/usr/lib64"), Path("/usr/libexec"))
FAKE_CAMERA = {"media.navigator.streams.fake": True, "media.navigator.permission.disabled": True}


def find_firefox() -> str | None:
    """The path of an executable Firefox, or None; FIREFOX names one."""
    named = os.environ.get("FIREFOX")
    if named:
        return shutil.which(named)
    return next((path for name in FIREFOX_NAMES if (path := shutil.which(name))), None)


def firefox_version(path: str) -> int:
    """The number before the first dot of what it says of itself."""
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+)\.", said)
    return int(found[1]) if found else 0


def find_webkit() -> tuple[str, str, str] | None:
    """WebKitGTK's driver, its small browser, and a display for it to draw on; None unless all three are here."""
    driver, display = shutil.which(WEBKIT_DRIVER), shutil.which("Xvfb")
    browser = next((path for base in LIBRARIES for path in sorted(base.glob(MINI_BROWSER), reverse=True)), None)
    return (driver, str(browser), display) if driver and browser and display else None


def open_engine(playwright: Playwright, name: str, folder: Path) -> BrowserContext:
    """A phone-like profile on disk in the engine of that name, "chromium" or "firefox"."""
    size = {"width": 360, "height": 740}
    if name == "firefox":
        context = playwright.firefox.launch_persistent_context(
            folder,
            channel="moz-firefox",
            executable_path=find_firefox(),
            firefox_user_prefs=FAKE_CAMERA,
            viewport=size,
            locale="de-DE",
        )
    else:
        context = playwright.chromium.launch_persistent_context(
            folder, executable_path=find_chromium(), args=[*QUIET], viewport=size, locale="de-DE"
        )
    context.set_default_timeout(PATIENCE)
    return context


def missing(name: str) -> str | None:
    """Why the engine of that name cannot be driven here, in a sentence, or None."""
    if name == "firefox":
        path = find_firefox()
        if not path:
            return "Firefox is not installed here (Debian: firefox-esr), so this was not tried in it."
        if (version := firefox_version(path)) < FIREFOX_LEAST:
            return f"Firefox {version} is too old to be driven ({FIREFOX_LEAST} is not), so this was not tried in it."
    if name == "webkit" and not find_webkit():
        return "WebKitGTK is not installed here (Debian: webkit2gtk-driver xvfb), so this was not tried in it."
    return None
