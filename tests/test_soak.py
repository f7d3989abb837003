"""Short versions of tests/soak, and what those found: kill -9, a power cut, errors of the disk, restarts."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import itertools
import logging
import os
import random
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.store import people
from app.store.files import Files
from tests.browser.office import wait_until
from tests.make import make_photo
from tests.soak import phones
from tests.soak.checks import Folder, is_finished, is_kept
from tests.soak.cut import Cuts
from tests.soak.disk import impossible
from tests.soak.errors import Errors
from tests.soak.errors import impossible as strace_impossible
from tests.soak.kill import Round
from tests.soak.offices import Office, settle
from tests.soak.phones import Book, Load, Phone
from tests.soak.restart import Restarts

pytestmark = pytest.mark.hunt

logging.getLogger("werkzeug").setLevel(logging.WARNING)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    opened = Office(settle(tmp_path / "data", phones.people(1))).start()
    yield opened
    opened.end()


@pytest.fixture
def phone(office: Office) -> Iterator[Phone]:
    signed_in = Phone(office.url, phones.people(1)[0], Book())
    signed_in.sign_in()
    yield signed_in
    assert signed_in.book.findings == []
    signed_in.close()


def asked(office: Office, question: str) -> list:
    with Folder(office.data) as folder:
        return folder.ask(question)


def test_processes_killed_at_random_lose_double_and_leave_nothing(tmp_path):
    done = Round(tmp_path / "round", seed=1, clients=3, load=Load(largest=60_000, most=2))
    assert done.run(seconds=5, patient=False) == []
    assert done.book.counts["receipts"] > 0


@pytest.mark.skipif(bool(impossible()), reason=f"no disk of our own can be made here: {impossible()}")
def test_what_was_told_a_moment_before_a_power_cut_is_kept(tmp_path):
    cuts = Cuts(tmp_path / "cuts", seed=1)
    assert cuts.after_each_answer() == []
    assert cuts.counts["promised bytes looked for"] > 0


@pytest.mark.skipif(bool(impossible()), reason=f"no disk of our own can be made here: {impossible()}")
def test_a_program_that_does_not_flush_is_caught_by_the_cuts(tmp_path):
    assert Cuts(tmp_path / "cuts", seed=1, fsync="none").after_each_answer() != []


def test_a_worker_that_is_killed_alone_takes_its_scan_along(office, phone):
    phone.hand_in(phone.book.open(phone.login, [make_photo()]))
    wait_until(lambda: asked(office, "SELECT 1 FROM job WHERE state = 'done'"), "a first scan")
    idle = office.below("worker")
    phone.hand_in(phone.book.open(phone.login, [make_photo(n, size=(2400, 3200)) for n in range(3)]))
    wait_until(lambda: len(office.below("worker") - idle) > 1, "a scan and its cell")
    office.signal("serve", signal.SIGSTOP)  # nobody starts a new worker
    try:
        before = office.below("worker")
        office.kill_one("worker")
        office.wait_until_gone(before)
        states = [row["state"] for row in asked(office, "SELECT state FROM submission ORDER BY state")]
        assert states == ["ready", "received"], "nobody went on with it"
    finally:
        office.signal("serve", signal.SIGCONT)


def test_whichever_flush_fails_once_everything_is_flushed_in_the_end(tmp_path, monkeypatch):
    """A second try must flush what the first could not, though it finds file and folder there already."""
    page, sha256, flush = b"page", hashlib.sha256(b"page").hexdigest(), os.fsync
    for n in range(1, 9):
        root = tmp_path / str(n)
        root.mkdir()
        files, flushed, calls = Files(root), set[str](), itertools.count(1)

        def fsync(file, n=n, flushed=flushed, calls=calls):
            if next(calls) == n:
                raise OSError(errno.EIO, "Input/output error")
            flush(file)
            flushed.add(os.readlink(f"/proc/self/fd/{file if isinstance(file, int) else file.fileno()}"))

        monkeypatch.setattr(os, "fsync", fsync)
        for _ in range(2):
            with contextlib.suppress(OSError), files.receiving("s", "p") as part:
                if not files.kept("person", sha256):
                    part.append(0, page)
                    files.keep(part, "person", sha256)
        wanted = {str(root / name) for name in ("", "parts", "parts/s", "parts/s/p", "blobs", "blobs/person")}
        assert wanted <= flushed, f"flush {n} failed once"
        assert files.blob("person", sha256).read_bytes() == page


@pytest.mark.skipif(bool(strace_impossible()), reason=f"no strace here: {strace_impossible()}")
def test_a_call_that_fails_is_told_and_the_same_phone_goes_on(tmp_path):
    """Some of what `python -m tests.soak.errors` does in full."""
    with Errors(tmp_path) as errors:
        for which, call, fault, n, stays in (
            ("web", "pwrite64", "ENOSPC", 1, True),
            ("web", "pread64", "EIO", 1, False),
            ("web", "fsync", "EIO", 2, False),
            ("web", "fdatasync", "EIO", 3, False),
            ("web", "openat", "EMFILE", 3, True),
            ("worker", "fsync", "ENOSPC", 1, True),
        ):
            assert errors.one(which, call, fault, n, stays), f"{call} was never asked for"
        assert errors.end() == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 40 MiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=40m,mode=700", "tmpfs", str(folder)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("nothing may be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_disk_full_to_the_last_byte_is_told_keeps_everything_and_needs_no_restart(small_disk, tmp_path):
    office = Office(settle(small_disk / "data", phones.people(1)), BELEGBOTE_MIN_FREE_MB="0")
    office.log = tmp_path / "office.log"
    try:
        office.start()
        phone = Phone(office.url, phones.people(1)[0], Book())
        phone.sign_in()
        photo, big = make_photo(), random.Random(1).randbytes(1_500_000)
        begun, late = (phone.book.open(phone.login, [photo, big]) for _ in range(2))
        phone.announce(begun)
        phone.send_page(begun, "p1", None)
        fill(small_disk / "filler")
        path = f"/submissions/{begun.id}/pages/p2"
        headers = {"Upload-Offset": "0", "Content-Type": "application/partial-upload"}
        refused = [
            phone.once("PUT", f"/submissions/{late.id}", json=late.manifest),
            phone.once("PATCH", path, data=big, headers=headers),
        ]
        assert {answer.status_code for answer in refused if answer is not None} == {507}
        assert is_kept(office.data, phone.book.as_told()) == []
        (small_disk / "filler").unlink()
        for handed in (begun, late):
            phone.hand_in(handed)
        phones.finish_all(office.url, phone.book, phones.people(1), 60)
        assert is_finished(office.data, phone.book.handed()) == []
        assert phone.book.findings == []
        phone.close()
    finally:
        office.end()


def fill(path: Path) -> None:
    """Take all that is left of a disk."""
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))


def test_restarts_under_load_lose_no_request(tmp_path):
    done = Restarts(tmp_path, seed=1, clients=2, load=Load(largest=20_000, most=4, rest=0.5))
    assert done.run(2, ways=("web HUP", "serve TERM")) == []
    assert done.book.counts["receipts"] > 0


def test_a_transaction_that_a_fault_left_open_does_not_swallow_what_is_written_later(store, config):
    store.db.conn.execute('SAVEPOINT "left by a read that met an error of the disk"')
    people.add_team(store.db, "three", "Team Drei")
    store.db.conn.execute('SAVEPOINT "left by another"')
    with store.atomic() as db:
        people.add_team(db, "four", "Team Vier")
    with Folder(config.data) as folder:
        assert {"three", "four"} <= {row["id"] for row in folder.ask("SELECT id FROM team")}


def test_an_inner_transaction_is_part_of_the_outer_one(store, config):
    with contextlib.suppress(ZeroDivisionError), store.atomic():
        with store.atomic() as db:
            people.add_team(db, "three", "Team Drei")
        people.add_team(store.db, "four", "Team Vier")
        raise ZeroDivisionError
    with Folder(config.data) as folder:
        assert not {"three", "four"} & {row["id"] for row in folder.ask("SELECT id FROM team")}
