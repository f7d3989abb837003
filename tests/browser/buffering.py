"""A proxy that reads whole requests, as nginx does by default: a body that breaks off never reaches the office."""

from __future__ import annotations

import contextlib
import http.client
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

HOP = {"connection", "keep-alive", "transfer-encoding"}


class Asked(NamedTuple):
    """A request that came through."""

    method: str
    path: str
    offset: int | None  # of an append
    size: int


class Answer(NamedTuple):
    """What is said in the office's place; as JSON."""

    status: int
    data: dict
    headers: dict[str, str]


class BufferingProxy:
    """The office is behind `port`. Being in the middle, it can also do what the office or a bad box on the way would.

    answer      says something in the office's place; None asks the office
    alter       that many appends are changed by a byte on their way
    lose_each   lose the answer to every request the first time it is asked, though the office has acted on it

    `asked` has every whole request, `thrown_away` counts the bodies that broke off.
    """

    def __init__(self, office: int) -> None:
        self.office = office
        self.answer: Callable[[Asked], Answer | None] = lambda asked: None
        self.alter = 0
        self.lose_each = False
        self.asked: list[Asked] = []
        self.thrown_away = 0
        self._lost: set[Asked] = set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._server.handle_error = lambda request, address: None  # type: ignore[method-assign]  # a reset by the browser
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """End the proxy."""
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_request(self) -> None:
                proxy._pass_on(self)

            do_GET = do_HEAD = do_PUT = do_POST = do_PATCH = do_DELETE = handle_request

            def log_message(self, *said: object) -> None:
                """Tests read `asked` instead."""

        return Handler

    def _pass_on(self, browser: BaseHTTPRequestHandler) -> None:
        size = int(browser.headers.get("Content-Length") or 0)
        body = browser.rfile.read(size)
        if len(body) < size:
            self.thrown_away += 1
            browser.close_connection = True
            return
        offset = browser.headers.get("Upload-Offset")
        asked = Asked(browser.command, browser.path, int(offset) if offset else None, size)
        self.asked.append(asked)
        said = self.answer(asked)
        if said:
            _say(browser, said.status, [("X-App", "1"), *said.headers.items()], json.dumps(said.data).encode())
            return
        if asked.offset is not None and self.alter:
            self.alter -= 1
            body = body[:-1] + bytes([body[-1] ^ 1])
        self._ask_office(browser, asked, body)

    def _ask_office(self, browser: BaseHTTPRequestHandler, asked: Asked, body: bytes) -> None:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.office, timeout=60)) as office:
            headers = {name: value for name, value in browser.headers.items() if name.lower() not in HOP}
            office.request(asked.method, asked.path, body, headers)
            answer = office.getresponse()
            data = answer.read()
        if self.lose_each and "/submissions/" in asked.path and asked not in self._lost:
            self._lost.add(asked)
            browser.close_connection = True
            return
        kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in HOP | {"content-length"}]
        _say(browser, answer.status, kept, data, answer.getheader("Content-Length"))


def _say(
    browser: BaseHTTPRequestHandler, status: int, headers: list[tuple[str, str]], data: bytes, length: str | None = None
) -> None:
    browser.send_response_only(status)
    for name, value in headers:
        browser.send_header(name, value)
    if status != 204:
        browser.send_header("Content-Length", length or str(len(data)))
    browser.end_headers()
    browser.wfile.write(data)
