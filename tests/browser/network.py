"""A bad network: a TCP proxy before the office that is slow, cuts, refuses, or answers like a hotel's."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading

PORTAL = b"<!doctype html><title>Free Wifi</title><p>Please accept our terms."


class BadNet:
    """Browsers reach the office at `url` through here; every property may be changed while it runs.

    up, down      bytes per second towards the office and back; None is as fast as the machine
    refuse        reset every new connection, as with no network at all
    portal        answer everything with 200 and a page of its own, as a captive portal does
    cut_after     reset all connections once that many bytes went up, then carry on
    lose_answers  that many answers are cut off before their first byte, though the office has acted on the request
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.up: float | None = None
        self.down: float | None = None
        self.refuse = False
        self.portal = False
        self.cut_after: int | None = None
        self.lose_answers = 0
        self.sent = 0
        self._closed = threading.Event()
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        _start(self._accept)

    def cut(self) -> None:
        """Reset every connection there is."""
        gone, self._open = self._open, []
        for each in gone:
            _reset(each)

    def close(self) -> None:
        """End the proxy."""
        self._closed.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                browser, _ = self._listener.accept()
            except OSError:
                return
            if self.refuse:
                _reset(browser)
            elif self.portal:
                self._open.append(browser)
                _start(_answer_as_portal, browser)
            else:
                self._connect(browser)

    def _connect(self, browser: socket.socket) -> None:
        try:
            office = socket.create_connection(("127.0.0.1", self.port))
        except OSError:
            _reset(browser)
            return
        self._open += [browser, office]
        _start(self._pump, browser, office, True)
        _start(self._pump, office, browser, False)

    def _pump(self, source: socket.socket, target: socket.socket, upwards: bool) -> None:
        try:
            while data := source.recv(4096):
                rate = self.up if upwards else self.down
                if rate:
                    self._closed.wait(len(data) / rate)
                if not upwards and self.lose_answers > 0:
                    self.lose_answers -= 1
                    self.cut()
                    return
                target.sendall(data)
                if upwards:
                    self._count(len(data))
            target.shutdown(socket.SHUT_WR)
        except OSError:
            _reset(source)
            _reset(target)

    def _count(self, size: int) -> None:
        self.sent += size
        if self.cut_after is not None and self.sent >= self.cut_after:
            self.cut_after = None
            self.cut()


def _answer_as_portal(browser: socket.socket) -> None:
    try:
        browser.settimeout(5)
        while browser.recv(65536):
            head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(PORTAL)}\r\n\r\n"
            browser.sendall(head.encode() + PORTAL)
    except OSError:
        pass
    finally:
        browser.close()


def _reset(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


def _start(work, *arguments) -> None:
    threading.Thread(target=work, args=arguments, daemon=True).start()
