"""The store: the only SQL and the only file paths. `open_store(folder)` is the door.

Every module here is one table (or one table and its satellites); functions take the database first,
ask one question each, and ask for a row together with its owner.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from app.store import database
from app.store.files import Files
from app.store.keys import Keys, load_keys
from app.store.schema import migrations


class Store:
    """The rows, the bytes and the keys of one office, below one data folder."""

    def __init__(self, folder: Path, clock: Callable[[], float]) -> None:
        self.files = Files(folder)
        self.keys: Keys = load_keys(folder / "keys")
        self.now = clock
        self._path = folder / "belegbote.sqlite"
        self._local = threading.local()
        database.migrate(self._path, migrations)

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

    def time(self) -> str:
        """Now, as it stands in the rows: UTC, ISO 8601, to the second."""
        return iso(self.now())

    def close(self) -> None:
        """Close this thread's connection."""
        if hasattr(self._local, "db"):
            self._local.db.close()
            del self._local.db


def iso(seconds: float) -> str:
    """Seconds since 1970 as UTC, ISO 8601."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def open_store(folder: Path, clock: Callable[[], float] = time.time) -> Store:
    """Open the data folder, making it when it is not there yet; only its owner may look inside."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Store(folder, clock)
