"""arrangement: how caseworkers want the sheets of a submission's document to lie. Only added to, but for a failure.

n          counts from 1 in each submission; the document that was made by it has it as its `version`
based_on   the version of the document that was looked at when it was said; 0 is the one as handed in
said       what the desk said, exactly: the same again changes nothing
sheets     what the document is made of, in order, each as `made_of` in a sheet (documents.py)
split_off  the submission that the sheets went into which are left out here
failed_at  the worker gave it up: the document stays as it was
"""

from __future__ import annotations

import json

from sqlite_utils import Database

from app.store.database import Row, insert, row, run

_WITH_NAME = """SELECT arrangement.*, person.name AS by_name FROM arrangement
                JOIN person ON person.id = arrangement."by\""""


def add(db: Database, arrangement: Row) -> int:
    """Add an arrangement `{submission, based_on, said, sheets, split_off, by, at}`; returns its number."""
    last = row(db, "SELECT MAX(n) AS n FROM arrangement WHERE submission = :submission", arrangement)
    n = ((last or {})["n"] or 0) + 1
    insert(db, "arrangement", {**arrangement, "n": n, "sheets": json.dumps(arrangement["sheets"])})
    return n


def latest(db: Database, submission: str) -> Row | None:
    """The arrangement that counts, made already or not, with the name of who said it as `by_name`."""
    found = row(
        db,
        f"{_WITH_NAME} WHERE submission = :id AND failed_at IS NULL ORDER BY n DESC LIMIT 1",
        {"id": submission},
    )
    return {**found, "sheets": json.loads(found["sheets"])} if found else None


def pending(db: Database, submission: str) -> Row | None:
    """The arrangement by which a document that is there will be made anew."""
    found = latest(db, submission)
    made = row(db, "SELECT version FROM document WHERE submission = :id", {"id": submission})
    return found if found and made and found["n"] > made["version"] else None


def of_split(db: Database, new: str) -> Row | None:
    """The arrangement by which a submission was split off from another one."""
    return row(db, "SELECT * FROM arrangement WHERE split_off = :id ORDER BY n LIMIT 1", {"id": new})


def fail(db: Database, arrangement: Row, at: str) -> None:
    """It could not be made."""
    sql = "UPDATE arrangement SET failed_at = :at WHERE submission = :submission AND n = :n"
    run(db, sql, {"at": at, "submission": arrangement["submission"], "n": arrangement["n"]})
