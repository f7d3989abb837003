"""Phones and desks: real Chromium, either a window of one that runs or, with a profile on disk, one to open again."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, ConsoleMessage, Page, Playwright

from tests.browser.chromium import find_chromium

# Of two such flags Chromium takes the last, so these are Playwright's own (1.64.1, which is pinned) and then ours: the
# two pages that stand ready behind the address bar of each window cost more than a screen of the app, and nobody types.
WITHOUT = (
    "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,DialMediaRouteProvider,GlobalMediaControls,"
    "HttpsUpgrades,LensOverlay,MediaRouter,PaintHolding,ThirdPartyStoragePartitioning,"
    "BlockOriginHeaderModificationOnRedirect,AvoidCorsURLLoaderRestartOnRedirect,Translate,AutoDeElevate,"
    "OptimizationHints,NetworkTimeServiceQuerying,AimEnabled,"
    "WebUIOmniboxPopup,WebUIOmniboxFullPopup,WebUIOmniboxAimPopup"
)
QUIET = (
    f"--disable-features={WITHOUT}",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE = {
    "viewport": {"width": 360, "height": 740},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "locale": "de-DE",
    "timezone_id": "Europe/Berlin",
}
DESK = {
    "viewport": {"width": 1440, "height": 900},
    "device_scale_factor": 1,
    "locale": "de-DE",
    "timezone_id": "Europe/Berlin",
}
CAMERA = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
NO_CAMERA = ("--use-fake-ui-for-media-stream",)
CAMERA_DENIED = ("--use-fake-ui-for-media-stream=deny", "--use-fake-device-for-media-stream")

# What the browser's push service knows of this page, in the page.
SUBSCRIPTION = "navigator.serviceWorker.ready.then(r => r.pushManager.getSubscription())"
# Most tests are not about the live view, which keeps a core busy, and press the shutter themselves.
WITHOUT_LIVE_VIEW = "delete globalThis.Worker"
ONLY_CHECKS = """globalThis.Worker = class extends Worker {
    constructor(path, options) {
        if (String(path).startsWith("/live/")) throw new Error("no live view")
        super(path, options)
    }
}"""
BY_HAND = "try { localStorage.auto = 'off' } catch {}"  # an empty tab has no storage
PATIENCE = 30_000  # ms; a machine that does other things too is slow


def sees(camera: Path) -> list[str]:
    """The flags of a Chromium whose camera sees this video."""
    return [*CAMERA, f"--use-file-for-fake-video-capture={camera}"]


class Browsers:
    """Opens browsers and closes them all; keeps what their pages complained about in `complaints`.

    `running` is a Chromium that runs already, with a camera: what needs no flags and no profile of its own is a window
    in that, which is forgotten when it is closed.
    """

    def __init__(self, playwright: Playwright, folder: Path, running: Browser | None = None) -> None:
        self._playwright, self._folder, self._running = playwright, folder, running
        self._open: list[BrowserContext] = []
        self.complaints: list[str] = []

    def phone(
        self, *flags: str, profile: str | None = None, camera: Path | None = None, live: str = "", **options: Any
    ) -> BrowserContext:
        """A phone; the same profile again is the same phone. `camera` is what its camera sees; `live` what works beside
        the page: nothing, the "checks" of photos, or the live view as well, "auto" with the shutter by itself, or
        "by hand"."""
        if self._is_a_window(flags, profile):
            context = self._window(PHONE, options)
        else:
            seen = sees(camera) if camera else []
            context = self._launch([*seen, *flags], profile or "phone", {**PHONE, **options})
        if live != "auto":
            context.add_init_script({"": WITHOUT_LIVE_VIEW, "checks": ONLY_CHECKS, "by hand": BY_HAND}[live])
        return context

    def desk(self, *flags: str, profile: str | None = None, **options: Any) -> BrowserContext:
        """A desktop computer."""
        if self._is_a_window(flags, profile):
            return self._window(DESK, options)
        return self._launch(list(flags), profile or "desk", {**DESK, **options})

    def close(self) -> None:
        """Close all that are still open."""
        for context in list(self._open):
            context.close()

    def _is_a_window(self, flags: tuple[str, ...], profile: str | None) -> bool:
        return self._running is not None and not flags and not profile

    def _window(self, device: dict[str, Any], options: dict[str, Any]) -> BrowserContext:
        assert self._running is not None
        context = self._watch(self._running.new_context(**{**device, **options}))
        context.new_page()
        return context

    def _launch(self, flags: list[str], profile: str, options: dict[str, Any]) -> BrowserContext:
        return self._watch(
            self._playwright.chromium.launch_persistent_context(
                self._folder / profile,
                executable_path=find_chromium(),
                args=[*QUIET, *flags],
                env={**os.environ, **options.pop("env", {})},
                **options,
            )
        )

    def _watch(self, context: BrowserContext) -> BrowserContext:
        context.set_default_timeout(PATIENCE)
        context.on("console", self._note_console)
        context.on("weberror", lambda error: self.complaints.append(f"uncaught: {error.error}"))
        self._open.append(context)
        context.on("close", lambda closed: self._open.remove(closed) if closed in self._open else None)
        return context

    def _note_console(self, message: ConsoleMessage) -> None:
        text = message.text
        if "Content Security Policy" in text or "Content-Security-Policy" in text or "TrustedScript" in text:
            self.complaints.append(f"{message.type}: {text}")


def service_worker(page: Page) -> tuple[CDPSession, dict[str, str]]:
    """A DevTools session, and the arguments that name the page's service worker in it."""
    session, found = page.context.new_cdp_session(page), []
    session.on("ServiceWorker.workerRegistrationUpdated", lambda event: found.extend(event["registrations"]))
    session.send("ServiceWorker.enable")
    while not found:
        page.wait_for_timeout(50)
    return session, {"origin": page.evaluate("origin"), "registrationId": found[-1]["registrationId"]}


def wait_in(page: Page, expression: str, arg: Any = None) -> None:
    """Until the expression is true in the page; Playwright's own wait needs `eval`, which our CSP forbids."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not page.evaluate(expression, arg):
        assert time.monotonic() < deadline, f"waited in vain: {expression}"
        page.wait_for_timeout(50)


def wait_for_shell(page: Page) -> None:
    """Until the service worker has all files: from now on the page opens without a network."""
    wait_in(page, "navigator.serviceWorker.getRegistration().then(r => r?.active?.state === 'activated')")
