"""One system call fails, each in turn: python -m tests.soak.errors

strace makes the n-th pwrite64, fsync, openat, rename ... of one whole hand-in fail in the web process, for every n till
none is left; then the same for one whole scan in the worker's child. After each: the answers were clean errors or true,
a receipt only where everything is safe; and once the fault is gone the same phone goes on and has its receipt. Each
fault comes once, and once more as one that stays (a disk that is full, or broken, from then on).
"""

from __future__ import annotations

import argparse
import contextlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.browser.office import wait_until
from tests.make import make_photo
from tests.soak import phones
from tests.soak.checks import Folder, is_finished
from tests.soak.offices import Office, end_in_order, settle
from tests.soak.phones import Book, Handed, Phone

# Not `write`: all but a scan's files is written to pipes by it, which no disk makes fail. The fsync and rename of those
# files fail here, and a disk that is full to the last byte (tests/test_soak.py) fails the writing itself.
FAULTS = {
    "pwrite64": ("ENOSPC", "EIO"),
    "fsync": ("EIO", "ENOSPC"),
    "fdatasync": ("EIO", "ENOSPC"),
    "openat": ("EMFILE", "ENOSPC", "EIO"),
    "rename": ("EIO", "ENOSPC"),
    "mkdir": ("ENOSPC", "EIO"),
    "ftruncate": ("EIO",),
    "unlink": ("EIO",),
    "unlinkat": ("EIO",),
    "rmdir": ("EIO",),
    "link": ("EIO",),
    "flock": ("ENOLCK",),
    "pread64": ("EIO",),
    "statfs": ("EIO",),
}
LEASE = 150.0  # seconds until a job whose child was never heard of is taken up again, and is done
GIVE_UP = 60.0  # seconds in which a phone comes to its receipt once nothing fails any more
MOST = {"web": 10**6, "worker": 40}  # a scan that asks how long its cell has worked opens files without end


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=("web", "worker"), help="one of the two processes")
    parser.add_argument("--calls", nargs="+", choices=FAULTS, default=list(FAULTS), help="which system calls fail")
    parser.add_argument("--step", type=int, default=1, help="every so manieth call only")
    asked = parser.parse_args()
    end_in_order()
    if why_not := impossible():
        print(f"skipped: {why_not}")
        return 0
    with tempfile.TemporaryDirectory(prefix="belegbote-errors-") as folder, Errors(Path(folder)) as errors:
        for which in (asked.only,) if asked.only else ("web", "worker"):
            for call in asked.calls:
                for fault in FAULTS[call]:
                    for stays in (False, True):
                        errors.all_of(which, call, fault, stays, asked.step)
                print(f"{which}: {call}, {len(errors.book.findings)} broken promises so far", flush=True)
        findings = errors.end()
    for what, n in sorted(errors.counts.items()):
        print(f"{n:>9} {what}")
    print("\n".join(findings) or "nothing was lost, no answer was false")
    return 1 if findings else 0


def impossible() -> str:
    """Why strace cannot be used here; empty when it can."""
    if not shutil.which("strace"):
        return "strace is not installed"
    tried = subprocess.run(["strace", "-qq", "-e", "trace=none", "true"], check=False, capture_output=True, text=True)
    return "" if tried.returncode == 0 else f"strace may not trace here: {tried.stderr.strip()}"


class Errors:
    """An office whose processes meet faults, and the one phone that hands in there."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._people = folder, phones.people(1)
        self._chance = random.Random(1)
        self.book, self.counts = Book(), Counter[str]()
        settings = {"BELEGBOTE_WEB_THREADS": "1", "BELEGBOTE_MIN_FREE_MB": "1"}  # one thread counts all calls
        self.office = Office(settle(folder / "data", self._people), **settings)
        self._photo = make_photo(size=(300, 400))

    def __enter__(self) -> Errors:
        self.office.start()
        self._phone = Phone(self.office.url, self._people[0], self.book)
        self._phone.sign_in()
        self._hand_in_well()  # whatever a process does only once is done
        return self

    def __exit__(self, *_: object) -> None:
        self._phone.close()
        self.office.end()

    def all_of(self, which: str, call: str, fault: str, stays: bool = False, step: int = 1) -> None:
        """The 1st, 2nd, 3rd ... such call fails, until there is none left to fail."""
        for n in range(1, MOST[which], step):
            if not self.one(which, call, fault, n, stays):
                return
            self.counts[f"{which}: {call} {fault}{', staying' if stays else ''}"] += 1
        self.counts[f"{which}: {call} {fault}{', staying' if stays else ''}, not tried to the last"] += 1

    def one(self, which: str, call: str, fault: str, n: int, stays: bool = False) -> bool:
        """The n-th such call fails (and with `stays` all after it); False when there was none to fail."""
        known = len(self.book.findings)
        given_up = threading.Timer(GIVE_UP, self._phone.stopping.set)
        given_up.start()
        when = f"{call}:error={fault}:when={n}{'+' if stays else ''}"
        try:
            met = self._hand_in_badly(call, when) if which == "web" else self._scan_badly(call, when)
        except Exception as error:
            self.book.find(f"{type(error).__name__}: {error}")
            met = True
        finally:
            given_up.cancel()
            self._phone.stopping.clear()
        found = [f"{which}, {when}: {finding}" for finding in self.book.findings[known:]]
        self.book.findings[known:] = found
        print(*found, sep="\n", end="\n" if found else "", flush=True)
        return met

    def end(self) -> list[str]:
        """Wait until everything is scanned; returns all findings."""
        phones.finish_all(self.office.url, self.book, self._people, 600)
        return [*self.book.findings, *is_finished(self.office.data, self.book.handed())]

    # the hand-in

    def _hand_in_badly(self, call: str, when: str) -> bool:
        handed = self.book.open(self._phone.login, [self._chance.randbytes(5000), self._chance.randbytes(300)])
        with self._failing(self._web(), call, when) as met:
            self._try_once(handed)
        if handed.receipt:
            self._look(handed)
        self._phone.hand_in(handed)
        self._look(handed)
        return met()

    def _try_once(self, handed: Handed) -> None:
        """A phone that asks everything once, in the order of a hand-in, and believes what it is told."""
        phone = self._phone
        answer = phone.once("PUT", f"/submissions/{handed.id}", json=handed.manifest)
        if answer is not None and answer.status_code in (200, 201):
            self.book.told_announced(handed)
        for page, data, at in phones.appends(handed):
            headers = {"Upload-Offset": str(at), "Content-Type": "application/partial-upload"}
            answer = phone.once("PATCH", f"/submissions/{handed.id}/pages/{page}", data=data, headers=headers)
            if answer is not None and answer.status_code in (200, 204):
                self.book.told_offset(handed, page, int(answer.headers["Upload-Offset"]), 0)
            if answer is not None and answer.status_code == 200:
                self.book.told_receipt(handed, answer.json()["receipt"])
            if answer is not None:
                self.counts[f"answers {answer.status_code}"] += 1

    def _hand_in_well(self) -> Handed:
        handed = self.book.open(self._phone.login, [self._photo])
        self._phone.hand_in(handed)
        self._done(handed)
        return handed

    def _look(self, handed: Handed) -> None:
        with Folder(self.office.data) as folder:
            for lost in folder.lost(handed):
                self.book.find(lost)

    # the scan

    def _scan_badly(self, call: str, when: str) -> bool:
        handed = self.book.open(self._phone.login, [self._photo])
        with self._failing(self._forkserver(), call, when) as met:
            self._phone.hand_in(handed)
            wait_until(
                lambda: self._job(handed) in ("waiting", "done", "parked") and self._attempted(handed), "a scan", LEASE
            )
        self._done(handed)
        with Folder(self.office.data) as folder:
            for finding in folder.not_once(handed):
                self.book.find(finding)
        return met()

    def _job(self, handed: Handed) -> str:
        with Folder(self.office.data) as folder:
            return str(folder.ask("SELECT state FROM job WHERE submission = ?", handed.id)[0]["state"])

    def _attempted(self, handed: Handed) -> bool:
        """Whether the scan was tried: a try that does not count leaves only its time behind."""
        with Folder(self.office.data) as folder:
            row = folder.ask("SELECT * FROM job WHERE submission = ?", handed.id)[0]
            return bool(row["attempt"] or row["lease_until"])

    def _done(self, handed: Handed) -> None:
        """Until its scan is done; nobody waits for the time between two tries."""

        def done() -> bool:
            with Folder(self.office.data) as folder:
                folder.hurry()
            return self._job(handed) == "done"

        wait_until(done, f"the scan of {handed.id}", LEASE)

    # the fault

    @contextlib.contextmanager
    def _failing(self, pid: int, call: str, when: str) -> Iterator:
        """Within, that call fails there; yields a function that tells afterwards whether it did."""
        log = self._folder / "strace.log"
        command = ["strace", "-f", "-qq", "-o", str(log), "-e", f"trace={call}", "-e", f"inject={when}", "-p", str(pid)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as tracer:
            try:
                wait_until(lambda: tracer.poll() is not None or _traced(pid), "strace")
                yield lambda: "(INJECTED)" in log.read_text(errors="replace")
            finally:
                tracer.send_signal(signal.SIGINT)
                tracer.wait()

    def _web(self) -> int:
        """The process that answers; the other one of two is its master."""
        self.office.wait_until_up()
        return max(self.office.below("web"))

    def _forkserver(self) -> int:
        def found() -> int:
            for pid in sorted(self.office.below("worker")):  # a scan has the same words, and is younger
                with contextlib.suppress(OSError):
                    if b"multiprocessing.forkserver" in Path(f"/proc/{pid}/cmdline").read_bytes():
                        return pid
            return 0

        if not found():  # it dies when it cannot tell the worker of a child, and comes again with the next job
            self._hand_in_well()
        return int(wait_until(found, "the server of the worker's children"))


def _traced(pid: int) -> bool:
    """Whether every thread of a process has a tracer."""
    with contextlib.suppress(OSError):
        return all(
            "TracerPid:\t0\n" not in (task / "status").read_text() for task in Path(f"/proc/{pid}/task").iterdir()
        )
    return False


if __name__ == "__main__":
    sys.exit(main())
