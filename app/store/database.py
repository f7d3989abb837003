"""One SQLite connection per thread, and the few ways in which the tables talk to it.

SQL here stays in the subset that SQLite >= 3.38 and PostgreSQL >= 14 share, with named parameters.
"""

from __future__ import annotations

import contextlib
import fcntl
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlite_utils import Database

Row = dict[str, Any]
Fault = sqlite3.Error
Busy = sqlite3.OperationalError  # locked for too long, or no room to write: it passes

BUSY_SECONDS = 20
# Releases before these can lose commits in write-ahead mode when two connections meet at a reset:
# https://sqlite.org/changes.html, 3.51.3 and its backports.
WAL_FIXED = ((3, 44, 6, 3, 45), (3, 50, 7, 3, 51), (3, 51, 3, 4, 0))


def wal_is_safe(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite has the fix for the write-ahead log's reset."""
    return any((major, minor, patch) <= version < (until, below) for major, minor, patch, until, below in WAL_FIXED)


def connect(path: Path) -> Database:
    """Open a connection whose commits survive a power cut.

    A commit is the end of the rollback journal, and with FULL its name may come back with the power: then the commit is
    undone. EXTRA flushes the folder too (https://sqlite.org/pragma.html#pragma_synchronous).
    """
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    journal = "WAL" if wal_is_safe(sqlite3.sqlite_version_info) else "DELETE"
    for pragma in (
        f"journal_mode={journal}",
        "synchronous=EXTRA",
        "foreign_keys=ON",
        "trusted_schema=OFF",
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
    return Database(connection, strict=True)


def migrate(path: Path, bring_up_to_date: Callable[[Database], None]) -> None:
    """Bring the schema up to date; a lock file keeps processes that start together apart."""
    with open(path.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        db = connect(path)
        try:
            bring_up_to_date(db)
        finally:
            db.close()


def copy(db: Database, target: Path) -> None:
    """Copy the whole database as it is at one moment; who wants to write waits until the copy is made."""
    connection = sqlite3.connect(target)
    try:
        db.conn.backup(connection)
    finally:
        connection.close()


def faults(db: Database) -> list[str]:
    """What SQLite finds wrong with the database's own file, and with rows that name a row that is not there.

    Raises Busy when it could not look.
    """
    try:
        said = [r[0] for r in db.conn.execute("PRAGMA integrity_check").fetchall()]
        loose = db.conn.execute("PRAGMA foreign_key_check").fetchall()
    except Busy:
        raise
    except Fault as error:
        return [str(error)]
    return [s for s in said if s != "ok"] + [f"row {n} of {table} names no row of {of}" for table, n, of, _ in loose]


@contextlib.contextmanager
def immediate(db: Database) -> Iterator[None]:
    """One transaction that holds the write lock from its start, so that what it reads stays true."""
    db.conn.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.conn.execute("COMMIT")
    except BaseException:
        db.conn.rollback()
        raise


def rows(db: Database, sql: str, values: Mapping[str, Any] | None = None) -> list[Row]:
    """All rows of a query, read to the end: a half-read cursor would hold its snapshot.

    Not by sqlite_utils' `query`: it opens a savepoint around each, and one error of the disk could leave that open.
    """
    cursor = db.execute(sql, dict(values or {}))
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, found, strict=True)) for found in cursor]


def row(db: Database, sql: str, values: Mapping[str, Any] | None = None) -> Row | None:
    """The first row of a query, or None."""
    found = rows(db, sql, values)
    return found[0] if found else None


def insert(db: Database, table: str, *records: Row) -> None:
    """Add rows to a table."""
    db.table(table).insert_all(records)


def run(db: Database, sql: str, values: Mapping[str, Any] | None = None) -> int:
    """Do a change; returns how many rows it touched."""
    return db.execute(sql, dict(values or {})).rowcount
