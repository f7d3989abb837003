"""WebKitGTK's small browser on a display of its own, by plain WebDriver (https://www.w3.org/TR/webdriver2/)."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import requests

from tests.browser.engines import find_webkit
from tests.browser.office import wait_until

PATIENCE = 60.0  # s
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class WebKit:
    """One window; each step waits until its element is there."""

    def __init__(self) -> None:
        found = find_webkit()
        assert found, "ask engines.missing() first"
        driver, browser, display = found
        self._display = subprocess.Popen(
            [display, "-displayfd", "1", "-nolisten", "tcp", "-screen", "0", "800x1000x24"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._display.stdout
        screen = f":{self._display.stdout.readline().strip()}"
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        self._driver = subprocess.Popen(
            [driver, f"--port={port}"],
            env={**os.environ, "DISPLAY": screen},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._http = requests.Session()
        self._url = f"http://127.0.0.1:{port}"
        wait_until(self._ready, "WebKitWebDriver answers", PATIENCE)
        options = {"binary": browser, "args": ["--automation"]}
        asked = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
        self._url += f"/session/{self._post('/session', asked)['sessionId']}"

    def _ready(self) -> bool:
        try:
            return self._http.get(f"{self._url}/status", timeout=5).ok
        except requests.ConnectionError:
            return False

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        answer = self._http.post(f"{self._url}{path}", json=body, timeout=PATIENCE)
        said = answer.json()["value"]
        if not answer.ok:
            raise WebDriverError(f"{path}: {said['error']}: {said['message']}")
        return said

    def close(self) -> None:
        """End the window, the driver and the display."""
        try:
            self._http.delete(self._url, timeout=PATIENCE)
        finally:
            self._http.close()
            for process in (self._driver, self._display):
                process.terminate()
                process.wait(PATIENCE)
            if self._display.stdout:
                self._display.stdout.close()

    def open(self, url: str) -> None:
        """Go to an address."""
        self._post("/url", {"url": url})

    def run(self, script: str) -> Any:
        """What a script returns."""
        return self._post("/execute/sync", {"script": script, "args": []})

    def click(self, css: str) -> None:
        """Click on what the selector names."""
        self._do(css, "click", {})

    def click_while(self, css: str, script: str) -> None:
        """Press on what the selector names, run the script, let go."""
        element = self._post("/element", {"using": "css selector", "value": css})
        self._point({"type": "pointerMove", "origin": element, "x": 0, "y": 0}, {"type": "pointerDown", "button": 0})
        self.run(script)
        self._point({"type": "pointerUp", "button": 0})

    def type(self, css: str, text: str) -> None:
        """Type into a field."""
        self._do(css, "value", {"text": text})

    def choose(self, css: str, *files: Path) -> None:
        """Take these files."""
        self._do(css, "value", {"text": "\n".join(str(path) for path in files)})

    def wait(self, script: str) -> Any:
        """Until the script returns something true."""
        return wait_until(lambda: self.run(script), script, PATIENCE)

    def _point(self, *steps: dict[str, Any]) -> None:
        mouse = {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": steps}
        self._post("/actions", {"actions": [mouse]})

    def _do(self, css: str, what: str, body: dict[str, Any]) -> None:
        """Elements come and go while a screen is drawn: the step is repeated until it succeeds."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                found = self._post("/element", {"using": "css selector", "value": css})
                self._post(f"/element/{found[ELEMENT]}/{what}", body)
                return
            except WebDriverError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)


class WebDriverError(Exception):
    """The browser could not do it."""
