"""A bad network: a TCP proxy before the office that is slow, far, cuts, refuses, or answers like a hotel's."""

from __future__ import annotations

import contextlib
import queue
import socket
import struct
import threading
import time
from typing import Literal

PORTAL = b"<!doctype html><title>Free Wifi</title><p>Please accept our terms."
PACKET = 1400


class BadNet:
    """Browsers reach the office at `url` through here; every property may be changed while it runs.

    up, down      bytes per second towards the office and back, shared by all; None is as fast as the machine
    round_trip    seconds there and back, of every byte and of every new connection
    refuse        reset every new connection, as with no network at all
    portal        answer everything as a captive portal does: "page" with 200 and a page of its own, "redirect" with
                  302 to one
    cut_after     reset all connections once that many bytes went up, then carry on
    cut_every     the same, again and again, each time that many bytes more went up
    gone          seconds without any network after each such cut
    lose_answers  that many answers are cut off before their first byte, though the office has acted on the request
    hold          requests in which these bytes are wait until it is None again

    `sent` counts the bytes that went up, `cuts` how often connections were reset.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.up: float | None = None
        self.down: float | None = None
        self.round_trip = 0.0
        self.refuse = False
        self.portal: Literal["page", "redirect"] | None = None
        self.cut_after: int | None = None
        self.cut_every: int | None = None
        self.gone = 0.0
        self.lose_answers = 0
        self.hold: bytes | None = None
        self.sent = 0
        self.cuts = 0
        self._since_cut = 0
        self._free = {True: 0.0, False: 0.0}  # when the link upwards and downwards has carried what it was given
        self._link = threading.Lock()
        self._closed = threading.Event()
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        _start(self._accept)

    def cut(self) -> None:
        """Reset every connection there is."""
        gone, self._open = self._open, []
        self.cuts += bool(gone)
        self._since_cut = 0
        for each in gone:
            _reset(each)

    def break_down(self, every: float, lasting: float) -> None:
        """From now on it works for `every` seconds, is gone for `lasting` seconds, and so on."""
        _start(self._come_and_go, every, lasting)

    def close(self) -> None:
        """End the proxy."""
        self._closed.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def _come_and_go(self, every: float, lasting: float) -> None:
        while not self._closed.wait(every):
            self._vanish(lasting)

    def _vanish(self, seconds: float) -> None:
        self.refuse = True
        self.cut()
        self._closed.wait(seconds)
        self.refuse = False

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
                _start(_answer_as_portal, browser, self.portal)
            else:
                _start(self._connect, browser)

    def _connect(self, browser: socket.socket) -> None:
        self._closed.wait(self.round_trip)
        if self.refuse:
            _reset(browser)
            return
        try:
            office = socket.create_connection(("127.0.0.1", self.port))
        except OSError:
            _reset(browser)
            return
        self._open += [browser, office]
        _start(self._pump, browser, office, True)
        _start(self._pump, office, browser, False)

    def _pump(self, source: socket.socket, target: socket.socket, upwards: bool) -> None:
        way: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
        _start(self._deliver, way, source, target)
        try:
            while data := source.recv(PACKET):
                self._carry(len(data), upwards)
                while upwards and self.hold and self.hold in data and not self._closed.wait(0.05):
                    pass
                if not upwards and self.lose_answers > 0:
                    self.lose_answers -= 1
                    self.cut()
                    break
                way.put((time.monotonic() + self.round_trip / 2, data))
                if upwards:
                    self._count(len(data))
        except OSError:
            _reset(source)
            _reset(target)
        way.put((time.monotonic() + self.round_trip / 2, b""))

    def _carry(self, size: int, upwards: bool) -> None:
        """Wait until the link has carried so many bytes more."""
        rate = self.up if upwards else self.down
        if not rate:
            return
        with self._link:
            until = self._free[upwards] = max(self._free[upwards], time.monotonic()) + size / rate
        self._closed.wait(max(0.0, until - time.monotonic()))

    def _deliver(self, way: queue.SimpleQueue, source: socket.socket, target: socket.socket) -> None:
        """What was carried arrives after its time on the way, in order."""
        try:
            while True:
                due, data = way.get()
                self._closed.wait(max(0.0, due - time.monotonic()))
                if not data:
                    target.shutdown(socket.SHUT_WR)
                    return
                target.sendall(data)
        except OSError:
            _reset(source)
            _reset(target)

    def _count(self, size: int) -> None:
        self.sent += size
        self._since_cut += size
        if self.cut_after is not None and self.sent >= self.cut_after:
            self.cut_after = None
            self.cut()
        elif self.cut_every is not None and self._since_cut >= self.cut_every:
            self._vanish(self.gone)


def _answer_as_portal(browser: socket.socket, how: str) -> None:
    found = "302 Found\r\nLocation: http://login.hotel.test/" if how == "redirect" else "200 OK"
    try:
        browser.settimeout(5)
        while browser.recv(65536):
            head = f"HTTP/1.1 {found}\r\nContent-Type: text/html\r\nContent-Length: {len(PORTAL)}\r\n\r\n"
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
