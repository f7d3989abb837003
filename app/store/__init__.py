"""The store: the only SQL and the only file paths. `open_store(folder)` is the door.

Every module here is one table (or one table and its satellites); functions take the database first,
ask one question each, and ask for a row together with its owner.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlite_utils import Database

from app.errors import CommandError
from app.store import database
from app.store.files import Files, alone
from app.store.keys import Keys, bears, load_keys, public_keys
from app.store.refill import DATABASE, half_full
from app.store.schema import bring_up_to_date, migrations

SNAPSHOT, RESTORED = ".backup", "restored.json"


class Store:
    """The rows, the bytes and the keys of one office, below one data folder."""

    keys: Keys

    def __init__(self, folder: Path, clock: Callable[[], float], *, as_it_is: bool = False) -> None:
        self.files = Files(folder)
        self.now = clock
        self._path = folder / DATABASE
        self._local = threading.local()
        if not as_it_is:
            self.keys = load_keys(folder / "keys")
            database.migrate(self._path, bring_up_to_date)

    @functools.cached_property
    def receipt_keys(self) -> dict[str, Ed25519PublicKey]:
        """The public keys that receipts were signed with, by their ids; they outlive the keys that signed."""
        return public_keys(self.files.root / "keys")

    def bears(self, key: str, signature: bytes, message: bytes) -> bool:
        """Whether the key with this id, now or once ours, signed this message."""
        return bears(self.receipt_keys.get(key), signature, message)

    @property
    def db(self) -> Database:
        """This thread's connection. It is in no transaction but that of `atomic`.

        If a fault left another one open, everything written from now on would be told and never count: it is ended.
        """
        if not hasattr(self._local, "db"):
            self._local.db, self._local.inside = database.connect(self._path), False
        db: Database = self._local.db
        if db.conn.in_transaction and not self._local.inside:
            db.conn.rollback()
        return db

    @contextlib.contextmanager
    def atomic(self) -> Iterator[Database]:
        """All or nothing: one transaction that holds the write lock from its start; an inner one is part of it."""
        db = self.db
        if self._local.inside:
            yield db
            return
        with database.immediate(db):
            self._local.inside = True
            try:
                yield db
            finally:
                self._local.inside = False

    def can_write(self) -> bool:
        """Whether the database takes a write lock now."""
        try:
            with self.atomic():
                return True
        except database.Fault:
            return False

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """All rows as they are at this moment, in a place of their own. Raises CommandError while there is another."""
        here = self.files.root / SNAPSHOT
        root = os.open(self.files.root, os.O_RDONLY | os.O_DIRECTORY)
        with alone(root, "Another backup of this office is running."), self.files.nothing_erased():
            shutil.rmtree(here, ignore_errors=True)  # of one that was killed
            here.mkdir(mode=0o700)
            try:
                database.copy(self.db, here / DATABASE)
                with contextlib.closing(Snapshot(here)) as made:
                    yield made
            except database.Fault as error:
                raise CommandError(f"The database cannot be copied: {error}.") from error
            finally:
                shutil.rmtree(here, ignore_errors=True)

    def faults(self) -> list[str]:
        """What is wrong with the database itself, as far as SQLite can tell. Raises Busy when it could not look."""
        try:
            return _faults(self.db)
        except database.Busy:
            raise
        except database.Fault as error:
            return [str(error)]

    def is_older(self) -> bool:
        """Whether the tables wait for changes that the next start makes."""
        with contextlib.suppress(database.Fault):
            return bool(migrations.applied(self.db) and migrations.pending(self.db))
        return False

    def note_restore(self, made_at: str) -> None:
        """Write down that this folder comes from a backup, and of which time."""
        (self.files.root / RESTORED).write_text(json.dumps({"at": self.time(), "backup_of": made_at}) + "\n", "utf-8")

    def restored_at(self) -> str:
        """When this folder was restored from a backup, as in the rows; empty if never."""
        try:
            return str(json.loads((self.files.root / RESTORED).read_text("utf-8"))["at"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return ""

    def time(self) -> str:
        """Now, as it stands in the rows: UTC, ISO 8601, to the second."""
        return iso(self.now())

    def close(self) -> None:
        """Close this thread's connection."""
        if hasattr(self._local, "db"):
            self._local.db.close()
            del self._local.db


class Snapshot:
    """A copy of the rows, and the folder in which it lies."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.path = folder, folder / DATABASE
        self.db = database.connect(self.path)

    def faults(self) -> list[str]:
        """What is wrong with it, as far as SQLite can tell."""
        return _faults(self.db)

    def close(self) -> None:
        """Nothing more is asked or mended: from now on it is one file."""
        self.db.close()


def _faults(db: Database) -> list[str]:
    """What is wrong with a database: as SQLite sees it, and when it is a whole one, but not ours."""
    return database.faults(db) or ([] if migrations.applied(db) else ["it has none of our tables"])


def iso(seconds: float) -> str:
    """Seconds since 1970 as UTC, ISO 8601."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def open_store(folder: Path, clock: Callable[[], float] = time.time) -> Store:
    """Open the data folder, making it when it is not there yet; only its owner may look inside."""
    if half_full(folder):
        raise CommandError(f"{folder} is half restored. Wait for `belegbote restore`, or run it again.")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Store(folder, clock)


def open_to_look(folder: Path, clock: Callable[[], float] = time.time) -> Store:
    """Open a data folder without making, mending or migrating anything. Raises CommandError when none is there."""
    if not (folder / DATABASE).exists():
        raise CommandError(f"{folder} holds no database ({DATABASE}). BELEGBOTE_DATA names the data folder.")
    return Store(folder, clock, as_it_is=True)
