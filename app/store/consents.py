"""consent: that a person wants to get notices here, since when, until when. Rows are never changed back."""

from __future__ import annotations

from sqlite_utils import Database

from app.store.database import Row, row, rows, run


def of(db: Database, person: str) -> list[Row]:
    """Every consent of a person, the newest first: given_at, revoked_at."""
    return rows(
        db, "SELECT given_at, revoked_at FROM consent WHERE person = :person ORDER BY id DESC", {"person": person}
    )


def holds(db: Database, person: str) -> bool:
    """Whether a consent of this person holds now."""
    sql = "SELECT 1 FROM consent WHERE person = :person AND revoked_at IS NULL"
    return row(db, sql, {"person": person}) is not None


def give(db: Database, person: str, at: str) -> None:
    """A consent begins."""
    run(db, "INSERT INTO consent (person, given_at) VALUES (:person, :at)", {"person": person, "at": at})


def revoke(db: Database, person: str, at: str) -> None:
    """The consent that holds ends."""
    run(
        db,
        "UPDATE consent SET revoked_at = :at WHERE person = :person AND revoked_at IS NULL",
        {"person": person, "at": at},
    )
