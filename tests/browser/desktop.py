"""A desktop that shows alerts: a notification daemon on a private D-Bus, as Chromium expects one on Linux."""

from __future__ import annotations

import asyncio
import os
import subprocess
import threading
from dataclasses import dataclass

from dbus_fast import Message, MessageType
from dbus_fast.aio import MessageBus

SERVICE = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"
ADDRESS = "DBUS_SESSION_BUS_ADDRESS"


@dataclass(frozen=True)
class Alert:
    """One alert as the desktop was asked to show it."""

    title: str
    body: str
    actions: tuple[str, ...]


class Desktop:
    """Start the browser with `env=desktop.env`; its alerts arrive in `shown`, and `tap` clicks one."""

    def __init__(self) -> None:
        self.shown: list[Alert] = []
        command = ["dbus-daemon", "--session", "--nofork", "--print-address"]
        self._bus = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self._bus.stdout is not None
        self.address = self._bus.stdout.readline().strip()
        self.env = {**os.environ, ADDRESS: self.address}
        self._ready, self._loop = threading.Event(), asyncio.new_event_loop()
        self._end = asyncio.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(10), "the notification daemon did not start"

    def number_of(self, body: str) -> int | None:
        """The number of the newest alert that says this, for `tap`; None while there is none."""
        numbers = range(len(self.shown), 0, -1)
        return next((n for n in numbers if body in self.shown[n - 1].body), None)  # Chromium adds where from

    def tap(self, number: int, action: str = "default") -> None:
        """Click the alert with this number (1 is the first), or one of its buttons ("0", "1")."""
        self._signal("ActionInvoked", "us", number, action)

    def close(self) -> None:
        """End daemon and bus."""
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(10)
        self._bus.terminate()
        self._bus.wait(10)
        assert self._bus.stdout is not None
        self._bus.stdout.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._connection = await MessageBus(self.address).connect()
        self._connection.add_message_handler(self._answer)
        await self._connection.request_name(SERVICE)
        self._ready.set()
        await self._end.wait()
        self._connection.disconnect()

    def _answer(self, call: Message) -> Message | None:
        if call.interface != SERVICE or call.message_type != MessageType.METHOD_CALL:
            return None
        if call.member == "Notify":
            _app, replaces, _icon, title, body, actions = call.body[:6]
            self.shown.append(Alert(title, body, tuple(actions)))
            return Message.new_method_return(call, "u", [replaces or len(self.shown)])
        if call.member == "CloseNotification":
            self._signal("NotificationClosed", "uu", call.body[0], 3)
        if call.member == "GetCapabilities":
            return Message.new_method_return(call, "as", [["actions", "body"]])
        if call.member == "GetServerInformation":
            return Message.new_method_return(call, "ssss", ["desktop", "tests", "1", "1.2"])
        return Message.new_method_return(call)

    def _signal(self, member: str, signature: str, *body: object) -> None:
        signal = Message.new_signal(PATH, SERVICE, member, signature, list(body))
        self._loop.call_soon_threadsafe(self._connection.send, signal)
