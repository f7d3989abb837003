"""An office to be hurt: the real processes, killed one by one or all at once, and what may live on afterwards."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import Any

from app import accounts
from app.store import open_store, people
from tests.browser import office
from tests.browser.office import wait_until

CASEWORKER = {"role": "caseworker", "name": "Mira Kern", "login": "mira", "secret": "a long password", "team": "one"}
GONE = 40.0  # seconds: web may take 20 to finish what it has in hand


def settle(data: Path, jobseekers: list[dict[str, Any]]) -> Path:
    """A data folder with one team, its caseworker and these people."""
    store = open_store(data)
    people.add_team(store.db, "one", "Team Eins")
    for person in (*jobseekers, CASEWORKER):
        accounts.add_person(store, person, person.get("case"))
    store.close()
    return data


def end_in_order() -> None:
    """Whoever ends one of these programs (SIGTERM, a closed terminal) ends all that it has started."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup
            signal.signal(number, lambda number, _frame: sys.exit(f"ended by {signal.Signals(number).name}"))


class Office(office.Office):
    """As in the browser tests; `serve` itself can be killed too, and every process it ever started is found again."""

    def living(self) -> set[int]:
        """Every process that works on this data folder: they all have its name in their environment."""
        mark = f"BELEGBOTE_DATA={self.data}\0".encode()
        return {int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit() and _has(path, mark)}

    def kill(self, which: str) -> None:
        """kill -9 the "web", the "worker" with all that belongs to it, or "serve" alone; the last one stays down."""
        if which != "serve":
            return super().kill(which)
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None
        return None

    def kill_one(self, which: str) -> None:
        """kill -9 one process, the "web" master or the "worker", and none of its children."""
        for pid in self._children(which):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def signal(self, which: str, number: int) -> None:
        """Send a signal to "serve", or to the process that it started as "web" or "worker"."""
        assert self._process is not None
        for pid in [self._process.pid] if which == "serve" else self._children(which):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def below(self, which: str) -> set[int]:
        """The "web" or the "worker" process and all that it has started."""
        found, left = set[int](), self._children(which)
        while left:
            found.add(pid := left.pop())
            with contextlib.suppress(OSError):
                left += [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        return found

    def wait_until_gone(self, pids: set[int]) -> None:
        """Until none of these processes lives."""
        wait_until(lambda: not pids & self.living(), f"processes live on: {pids}", GONE)

    def end(self) -> None:
        """However it stands, nothing of it lives afterwards."""
        with contextlib.suppress(Exception):
            self.stop()
        for pid in self.living():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.wait_until_gone(self.living())


def _has(path: Path, mark: bytes) -> bool:
    with contextlib.suppress(OSError):
        return mark in (path / "environ").read_bytes()
    return False
