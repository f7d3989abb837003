"""Short versions of tests/soak, and what those found: kill -9, a power cut, errors of the disk, restarts."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import itertools
import logging
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.store.files import Files
from tests.browser.office import wait_until
from tests.make import make_photo
from tests.soak import phones
from tests.soak.checks import Folder
from tests.soak.cut import Cuts
from tests.soak.disk import impossible
from tests.soak.kill import Round
from tests.soak.offices import Office, settle
from tests.soak.phones import Book, Load, Phone

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
    done = Round(tmp_path / "round", seed=1, clients=3, load=Load(largest=60_000, most=3))
    assert done.run(seconds=6, patient=False) == []
    assert done.book.counts["receipts"] > 0


@pytest.mark.skipif(bool(impossible()), reason=f"no disk of our own can be made here: {impossible()}")
def test_a_power_cut_takes_nothing_that_was_promised(tmp_path):
    cuts = Cuts(tmp_path / "cuts", seed=1)
    assert cuts.run(5, whole_office_at=0) == []
    assert cuts.counts["promised bytes looked for"] > 0


@pytest.mark.skipif(bool(impossible()), reason=f"no disk of our own can be made here: {impossible()}")
def test_a_program_that_does_not_flush_would_be_caught_by_the_cuts(tmp_path):
    assert Cuts(tmp_path / "cuts", seed=1, fsync="none").run(3, whole_office_at=0) != []


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
