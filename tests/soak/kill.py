"""Hand in for a long time while processes are killed with -9: make soak SECONDS=600

Several phones send real submissions over the API, well and badly; two go for the same one now and then. Web, worker,
both at once and `serve` itself are killed at random moments. Time is cut into rounds, each with a data folder of its
own: after the kills honest phones finish everything, and the whole folder is checked and thrown away.

Exit status 1, and a line for each broken promise, when anything was lost, doubled or left lying.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import logging
import random
import shutil
import sqlite3
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import requests

from tests.pushservice import PushService
from tests.soak import phones
from tests.soak.checks import is_finished, is_kept, wanted_pushes
from tests.soak.offices import CASEWORKER, Office, end_in_order, settle
from tests.soak.phones import Book, Load

PHONES = 4
ROUND = 300.0  # seconds of kills, then everything is finished and checked
EVERY = 2.5  # seconds between two kills, on the average
FINISH = 300.0  # seconds without a step ahead
LOAD = Load(rest=1.5)  # so that the worker, killed as often, is not left too far behind
KINDS = ("web", "web", "worker", "worker", "both", "serve")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600, help="how long to kill and hand in")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="repeats the dice, not the timing")
    asked = parser.parse_args()
    end_in_order()
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    print(f"seed {asked.seed}, {asked.seconds:.0f} seconds", flush=True)
    counts, findings = Counter[str](), list[str]()
    with tempfile.TemporaryDirectory(prefix="belegbote-soak-") as folder:
        end, n = time.monotonic() + asked.seconds, 0
        while (left := end - time.monotonic()) > 0:
            n += 1
            done = Round(Path(folder) / f"round{n}", asked.seed + n)
            findings += done.run(min(ROUND, left))
            counts += done.book.counts
            say(counts, findings, time.monotonic() - end + asked.seconds)
            shutil.rmtree(done.data.parent, ignore_errors=True)
    print("\n".join(findings) or "nothing was lost, nothing doubled, nothing left lying")
    return 1 if findings else 0


def say(counts: Counter[str], findings: list[str], seconds: float) -> None:
    """The counts so far as a table, and what was found."""
    print(f"after {seconds:.0f} seconds:", flush=True)
    for what, n in sorted(counts.items()):
        print(f"{n:>9} {what}", flush=True)
    print("\n".join([f"{len(findings):>9} broken promises", *findings, ""]), flush=True)


class Round:
    """One office, from its opening to the check of everything it ever took."""

    def __init__(self, folder: Path, seed: int, clients: int = PHONES, load: Load = LOAD) -> None:
        folder.mkdir(parents=True)
        self.book, self._load = Book(), load
        self.people = phones.people(clients)
        self.data = settle(folder / "data", self.people)
        self._seed, self._chance = seed, random.Random(seed)

    def run(self, seconds: float, patient: bool = True) -> list[str]:
        """Kill for so long, then finish and check. Unless `patient`, nobody waits for the leases of the dead."""
        with PushService() as service:
            office = Office(self.data, BELEGBOTE_PUSH_GATEWAY=service.url)
            try:
                office.start()
                subscribe(office, service, [*self.people, CASEWORKER])
                self._kill_while_they_send(office, seconds)
                if not patient:
                    office.kill("worker")
                    end_leases(self.data)
                phones.finish_all(office.url, self.book, self.people, FINISH)
                self._wait_for_quiet()
                findings = is_finished(self.data, self.book.handed())
                findings += self._told_once(service)
                office.stop()
                office.wait_until_gone(office.living())
            except Exception as error:
                findings = [f"{type(error).__name__}: {error}"]
            finally:
                office.end()
        return [*self.book.findings, *findings]

    def _kill_while_they_send(self, office: Office, seconds: float) -> None:
        stopping = threading.Event()
        senders = phones.let_all_hand_in(office.url, self.book, self._seed, self.people, stopping, self._load)
        for sender in senders:
            sender.start()
        try:
            end = minute = time.monotonic()
            end += seconds
            while time.monotonic() < end:
                time.sleep(min(self._chance.expovariate(1 / EVERY), max(0.0, end - time.monotonic())))
                self._hurt(office)
                if time.monotonic() - minute > 60:
                    minute = time.monotonic()
                    say(self.book.counts, self.book.findings, seconds - (end - minute))
        finally:
            stopping.set()
            for sender in senders:
                sender.join(60)
        if any(sender.is_alive() for sender in senders):
            self.book.find("a phone waits without end")

    def _hurt(self, office: Office) -> None:
        """kill -9 at this moment, whatever is going on; then look at once that what was promised is there."""
        kind = self._chance.choice(KINDS)
        promised, before = self.book.as_told(), office.living()
        for which in ("web", "worker") if kind == "both" else (kind,):
            office.kill(which)
        self.book.count(f"kill -9 of {kind}")
        if kind == "serve":
            office.wait_until_gone(before)
            for finding in is_kept(self.data, promised):
                self.book.find(f"after kill of serve: {finding}")
            office.start()
        elif self._chance.random() < 0.5:
            office.wait_until_up()

    def _wait_for_quiet(self) -> None:
        """Until every push is sent; a push that was in the hands of a killed worker waits for its lease."""
        end = time.monotonic() + FINISH
        while time.monotonic() < end and count(self.data, "push_outbox WHERE state IN ('waiting', 'sending')"):
            time.sleep(0.2)

    def _told_once(self, service: PushService) -> list[str]:
        """Nobody hears the same thing twice, but for a push that was on its way when its worker was killed."""
        all_heard = list(service.got)
        heard = Counter((got.token, got.headers["Topic"], got.said["notification"]["body"]) for got in all_heard)
        again = sum(n - 1 for n in heard.values())
        self.book.counts["pushes"] += len(heard)
        self.book.counts["pushes sent again after a kill"] += again
        kills = sum(self.book.counts[f"kill -9 of {kind}"] for kind in set(KINDS) - {"web"})
        findings = []
        if again > kills:
            findings.append(f"{again} pushes came twice, and only {kills} kills could be the reason")
        wanted = wanted_pushes(self.data)
        self.book.counts["pushes replaced by a later one"] += len(wanted) - 1
        if len(heard) not in wanted:
            findings.append(f"{len(heard)} different pushes were heard, and there were {wanted[-1]} to hear")
        return findings


def count(data: Path, rows: str) -> int:
    """How many rows there are."""
    with contextlib.closing(sqlite3.connect(data / "belegbote.sqlite", timeout=30)) as db:
        return int(db.execute(f"SELECT COUNT(*) FROM {rows}").fetchone()[0])


def end_leases(data: Path) -> None:
    """What a killed worker had in hand would be taken up a minute later: take it up now."""
    with contextlib.closing(sqlite3.connect(data / "belegbote.sqlite", timeout=30)) as db:
        db.execute("UPDATE job SET lease_until = 0 WHERE state = 'running'")
        db.execute("UPDATE push_outbox SET lease_until = 0 WHERE state = 'sending'")
        db.commit()


def subscribe(office: Office, service: PushService, everybody: list[dict[str, Any]]) -> None:
    """Each person has one browser that wants to be told."""
    for person in everybody:
        with contextlib.closing(requests.Session()) as browser:
            browser.headers["X-App"] = "1"
            said = {"login": person["login"], "secret": person["secret"]}
            browser.put(f"{office.url}/api/v1/session", json=said).raise_for_status()
            key = browser.get(f"{office.url}/api/v1/push/key").json()["key"]
            wish = service.subscribe(key)
            address = hashlib.sha256(wish["endpoint"].encode()).hexdigest()
            wish = {"endpoint": wish["endpoint"], "keys": wish["keys"]}
            browser.put(f"{office.url}/api/v1/push/subscriptions/{address}", json=wish).raise_for_status()


if __name__ == "__main__":
    sys.exit(main())
