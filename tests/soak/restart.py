"""Stop and start again under load: python -m tests.soak.restart --times 200

Phones hand in all the time, and ask each question twice at most. Meanwhile web is told to load anew (HUP) or to end
(TERM, `serve` starts it again), the worker is told to end, or `serve` as a whole is ended and started. The second try
of a phone waits until the office answers again; when that fails too, a request is lost. A scan that is running when its
worker is told to end is handed back at once: the try does not count, and nobody waits for its lease.
"""

from __future__ import annotations

import argparse
import logging
import random
import signal
import sqlite3
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import requests

from tests.browser.office import wait_until
from tests.soak import phones
from tests.soak.checks import is_finished
from tests.soak.offices import Office, end_in_order, settle
from tests.soak.phones import Book, Load, Phone

WAYS = ("web HUP", "web TERM", "worker TERM", "serve TERM")
FINISH = 300.0
DRAIN = 40.0  # seconds: web has 20 for what it has in hand
LOAD = Load(largest=60_000, rest=1.0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=200, help="restarts")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="repeats the dice, not the timing")
    asked = parser.parse_args()
    end_in_order()
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    print(f"seed {asked.seed}, {asked.times} restarts", flush=True)
    with tempfile.TemporaryDirectory(prefix="belegbote-restart-") as folder:
        done = Restarts(Path(folder), asked.seed)
        findings = done.run(asked.times)
    for what, n in sorted(done.counts().items()):
        print(f"{n:>9} {what}")
    print("\n".join(findings) or "no request was lost")
    return 1 if findings else 0


class Once(Phone):
    """A phone with one second try, made as soon as the office answers again."""

    def once(self, method: str, path: str, patience: float = phones.TIMEOUT, **more: Any) -> requests.Response | None:
        first = super().once(method, path, patience, **more)
        if patience < phones.TIMEOUT or (first is not None and first.status_code < 500):
            return first
        self.book.count("second tries")
        if not self._answers():
            self.book.find("the office did not answer again")
        second = super().once(method, path, patience, **more)
        if second is None or second.status_code >= 500:
            self.book.find(f"{method} {path}: lost, and lost again ({second.status_code if second else 'no answer'})")
        return second

    def _answers(self) -> bool:
        end = time.monotonic() + DRAIN
        while time.monotonic() < end:
            try:
                if requests.get(f"{self.url}/livez", timeout=5).ok:
                    return True
            except requests.RequestException:
                self.book.count("connections refused, or ended without an answer")
            time.sleep(0.05)
        return False


class Restarts:
    """One office that is stopped and started again and again."""

    def __init__(self, folder: Path, seed: int, clients: int = 4, load: Load = LOAD) -> None:
        self._seed, self._chance, self._load = seed, random.Random(seed), load
        self._people = phones.people(clients)
        self.book = Book()
        self.office = Office(settle(folder / "data", self._people), BELEGBOTE_WEB_PROCESSES="2")

    def counts(self) -> Counter[str]:
        return self.book.counts

    def run(self, times: int, ways: tuple[str, ...] = WAYS) -> list[str]:
        """Restart so often under load; returns what was lost."""
        stopping = threading.Event()
        try:
            self.office.start()
            senders = phones.let_all_hand_in(
                self.office.url, self.book, self._seed, self._people, stopping, self._load, Once
            )
            for sender in senders:
                sender.start()
            for n in range(times):
                time.sleep(self._chance.expovariate(1 / 0.5))
                self._restart(ways[n % len(ways)])
            stopping.set()
            for sender in senders:
                sender.join(60)
            phones.finish_all(self.office.url, self.book, self._people, FINISH)
            findings = is_finished(self.office.data, self.book.handed())
        except Exception as error:
            findings = [f"{type(error).__name__}: {error}"]
        finally:
            stopping.set()
            self.office.end()
        return [*self.book.findings, *findings]

    def _restart(self, way: str) -> None:
        which, what = way.split()
        before = self.office.below(which) if which != "serve" else self.office.living()
        running = self._running() if way in ("worker TERM", "serve TERM") else {}
        self.office.signal(which, getattr(signal, f"SIG{what}"))
        self.book.count(f"restarts by {way}")
        if way == "web HUP":
            self.office.wait_until_up()
            master = min(before)
            wait_until(lambda: not (before - {master}) & self.office.living(), "the old web processes end", DRAIN)
        else:
            self.office.wait_until_gone(before)
        if running:
            self._handed_back(running)
        if which == "serve":
            self.office.stop()
            self.office.start()
        wait_until(lambda: self.office.below("worker") and self.office.below("web"), "both processes", DRAIN)
        self.office.wait_until_up()

    def _running(self) -> dict[str, int]:
        """The scan that is running, and which try it is."""
        return {row[0]: row[1] for row in self._ask("SELECT submission, attempt FROM job WHERE state = 'running'")}

    def _handed_back(self, running: dict[str, int]) -> None:
        """What ran when the worker was told to end is done, or waits as if this try had never been."""
        for submission, attempt in running.items():
            state, now = self._ask("SELECT state, attempt FROM job WHERE submission = ?", submission)[0]
            self.book.count(f"running scans that were {'done' if state == 'done' else 'handed back'} at the end")
            late = state == "running" and now == attempt  # a new worker may have taken it: then it counts this try anew
            if state == "parked" or now > attempt or (late and not self.office.below("worker")):
                self.book.find(f"{submission}: its scan is {state} at try {now}, after try {attempt} was ended")

    def _ask(self, question: str, *values: Any) -> list[Any]:
        db = sqlite3.connect(self.office.data / "belegbote.sqlite", timeout=30)
        try:
            return db.execute(question, values).fetchall()
        finally:
            db.close()


if __name__ == "__main__":
    sys.exit(main())
