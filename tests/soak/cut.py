"""Cut the power at random moments, and look what was lost: make cuts, or python -m tests.soak.cut --cuts 300

The data folder lies on a disk of our own (disk.py), phones hand in, and again and again the disk is copied as it would
be without power from one moment to the next. Each copy is mounted, which replays its journal, and must hold everything
that any phone had been told before the copy was ordered. Then the office is opened on the copy and finishes what was
begun: mostly its story in this process, up to the receipts; once for each disk all its processes and honest phones, up
to the last document.

To show that this finds something: `--fsync none` makes fsync do nothing for the office, `--fsync files` makes it do
nothing for folders. Neither is a setting of the program.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from app import intake
from app.config import Config
from app.errors import AppError
from app.manifest import Manifest
from app.store import Store, open_store, people
from tests.soak import phones
from tests.soak.checks import is_finished, is_kept
from tests.soak.disk import CACHES, Disk, NoDisk, impossible, mounted
from tests.soak.offices import Office, end_in_order, settle
from tests.soak.phones import Book, Handed

MEGABYTES = 192
PHONES = 4
CUTS_A_DISK = 25
WHOLE_OFFICE_AT = 3  # of a disk's cuts, before there is too much to finish
FINISH = 300.0
LOAD = phones.Load(largest=60_000)

# fsync as some other disk or some other program might have it; for the office's processes only.
SHIM = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
static int skipped(int file) {
    const char *which = getenv("SOAK_FSYNC");
    struct stat about;
    if (which && !strcmp(which, "none")) return 1;
    return which && !strcmp(which, "files") && !fstat(file, &about) && S_ISDIR(about.st_mode);
}
int fsync(int file) { return skipped(file) ? 0 : ((int (*)(int)) dlsym(RTLD_NEXT, "fsync"))(file); }
int fdatasync(int file) { return skipped(file) ? 0 : ((int (*)(int)) dlsym(RTLD_NEXT, "fdatasync"))(file); }
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cuts", type=int, default=300)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="repeats the dice, not the timing")
    parser.add_argument("--fsync", choices=("all", "files", "none"), default="all", help="which fsyncs do something")
    asked = parser.parse_args()
    end_in_order()
    if why_not := impossible():
        print(f"skipped: {why_not}")
        return 0
    print(f"seed {asked.seed}, {asked.cuts} cuts, fsync of {asked.fsync}", flush=True)
    counts, findings = Counter[str](), list[str]()
    with tempfile.TemporaryDirectory(prefix="belegbote-cut-") as folder:
        for n, first in enumerate(range(0, asked.cuts, CUTS_A_DISK)):
            cuts = min(CUTS_A_DISK, asked.cuts - first)
            done = Cuts(Path(folder) / f"disk{n}", asked.seed + n, asked.fsync)
            findings += done.run(cuts)
            counts += done.counts
            say(counts, findings)
    print("\n".join(findings[:40]) or "nothing was lost")
    return 1 if findings else 0


def say(counts: Counter[str], findings: list[str]) -> None:
    for what, n in sorted(counts.items()):
        print(f"{n:>9} {what}")
    print(f"{len(findings):>9} broken promises\n", flush=True)


class Cuts:
    """One disk, one office on it, and so many cuts."""

    def __init__(self, folder: Path, seed: int, fsync: str = "all") -> None:
        self._folder, self._seed, self._chance = folder, seed, random.Random(seed)
        folder.mkdir(parents=True)
        self.counts = Counter[str]()
        self._settings = {"BELEGBOTE_MIN_FREE_MB": "8"}
        if fsync != "all":
            self._settings |= {"LD_PRELOAD": str(shim(folder)), "SOAK_FSYNC": fsync}

    def run(self, cuts: int) -> list[str]:
        """Cut so often under load; returns what was lost."""
        findings: list[str] = []
        with self._opened(PHONES) as (disk, office, book, clients):
            stopping = threading.Event()
            senders = phones.let_all_hand_in(office.url, book, self._seed, clients, stopping, LOAD)
            for sender in senders:
                sender.start()
            try:
                for n in range(1, cuts + 1):
                    time.sleep(self._chance.expovariate(1 / 0.7))
                    cache = self._chance.choice(CACHES)
                    findings += self._cut(disk, book, cache, clients if n == WHOLE_OFFICE_AT else [])
            finally:
                stopping.set()
                for sender in senders:
                    sender.join(60)
            self.counts["submissions"] += book.counts["submissions"]
            self.counts["receipts"] += book.counts["receipts"]
            return [*findings, *book.findings]

    def after_each_answer(self) -> list[str]:
        """One phone alone, and a cut after each answer on a disk that has written nothing of its cache."""
        with self._opened(1) as (disk, office, book, clients):
            phone = phones.Phone(office.url, clients[0], book)
            phone.sign_in()
            handed = book.open(phone.login, [self._chance.randbytes(5000), self._chance.randbytes(300)])
            phone.announce(handed)
            findings = self._cut(disk, book, "none")
            for page, data, at in phones.appends(handed):
                phone.append(handed, page, data, at)
                findings += self._cut(disk, book, "none")
            phone.close()
            return [*findings, *book.findings]

    @contextlib.contextmanager
    def _opened(self, count: int) -> Iterator[tuple[Disk, Office, Book, list[dict]]]:
        """A disk, an office that runs on it, an empty book, and so many people."""
        with Disk(self._folder / "disk", MEGABYTES) as disk:
            clients = phones.people(count)
            data = settle(disk.mounted / "data", clients)
            os.sync()  # people are settled in before the office opens: of interest is what comes from now on
            office = Office(data, **self._settings)
            office.log = self._folder / "office.log"
            try:
                yield disk, office.start(), Book(), clients
            finally:
                office.end()

    def _cut(self, disk: Disk, book: Book, cache: str, clients: list[dict] | None = None) -> list[str]:
        """Cut once: what was promised before must be on the copy, and the copy must be of use, to `clients` too."""
        # a file of its own for each copy: a loop device that still had an older one would show that one
        copy = self._folder / f"copy{self.counts.total()}.img"
        promised = book.as_told()
        cached = disk.cut(copy, cache, self._chance.randrange(2**32))
        known = {each.id for each in promised}  # what began in between may be there, and nothing of it must be
        begun = promised + [Handed(each.owner, each.parts, each.id) for each in book.handed() if each.id not in known]
        self.counts[f"cuts, of the disk's cache {cache} written"] += 1
        self.counts["cuts while something was in the cache"] += bool(cached["cached"])
        self.counts["promised bytes looked for"] += sum(sum(each.offsets.values()) for each in promised)
        try:
            with mounted(copy, self._folder / "copy") as folder:
                # the office's own start rolls back what was half-written, so it comes before the look
                findings = opened(folder / "data") or is_kept(folder / "data", promised)
                if not findings:
                    findings = self._finish(folder / "data", begun, clients)
        except NoDisk as error:
            findings = [f"the copy cannot be mounted: {error}"]
        finally:
            copy.unlink()
        self.counts["cuts with a loss"] += bool(findings)
        for finding in findings[:5]:
            print(finding, flush=True)
        return findings

    def _finish(self, data: Path, begun: list[Handed], clients: list[dict] | None) -> list[str]:
        if not clients:
            return finished_here(data, begun)
        self.counts["cuts after which all processes finished everything"] += 1
        return finished_by_all(data, self._folder / "after.log", begun, clients)


def opened(data: Path) -> list[str]:
    """Open the store as the office does at its start."""
    try:
        open_store(data).close()
    except Exception as error:
        return [f"the office cannot be opened: {type(error).__name__}: {error}"]
    return []


def finished_here(data: Path, begun: list[Handed]) -> list[str]:
    """What the phones would send is sent, by the story itself; then every submission has its receipt."""
    store, findings = open_store(data), []
    config = Config(data=data, min_free_bytes=0)
    try:
        for handed in begun:
            try:
                _send_the_rest(store, config, handed)
            except (AppError, OSError, ValueError) as error:
                findings.append(f"{handed.id}: could not be finished: {type(error).__name__} {error}")
    finally:
        store.close()
    return findings or is_kept(data, [_as_whole(handed) for handed in begun])


def _send_the_rest(store: Store, config: Config, handed: Handed) -> None:
    owner = people.by_login(store.db, handed.owner)
    assert owner is not None
    intake.announce(store, config, owner["id"], handed.id, Manifest.model_validate(handed.manifest))
    for page, data in handed.pages.items():
        at = intake.where(store, owner["id"], handed.id, page)["bytes_here"]
        intake.append(store, config, owner["id"], handed.id, page, at, iter([data[at:]]), None)
    row = intake.resume(store, owner["id"], handed.id)
    if row["state"] == "sending":
        raise ValueError("all was sent, and there is no receipt")


def _as_whole(handed: Handed) -> Handed:
    sizes = {page: len(data) for page, data in handed.pages.items()}
    return Handed(handed.owner, handed.parts, handed.id, True, sizes, handed.receipt)


def finished_by_all(data: Path, log: Path, begun: list[Handed], clients: list[dict]) -> list[str]:
    """All processes start on the copy, honest phones finish, and every document is made."""
    book, office = Book(), Office(data, BELEGBOTE_MIN_FREE_MB="1")
    office.log = log
    book.take(begun)
    with contextlib.closing(open_store(data)) as store:  # what was running when the power went is taken up at once
        store.db.execute("UPDATE job SET lease_until = 0 WHERE state = 'running'")
    try:
        office.start()
        phones.finish_all(office.url, book, clients, FINISH)
        office.stop()
        return [*book.findings, *is_finished(data, book.handed())]
    finally:
        office.end()


def shim(folder: Path) -> Path:
    """A library that takes the place of fsync. Raises NoDisk where there is no compiler."""
    source, made = folder / "shim.c", folder / "shim.so"
    source.write_text(SHIM)
    try:
        command = ["cc", "-shared", "-fPIC", "-o", str(made), str(source), "-ldl"]
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise NoDisk(f"no C compiler: {error}") from error
    return made


if __name__ == "__main__":
    sys.exit(main())
