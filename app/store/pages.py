"""page: one photo, or one PDF, of a submission. `bytes_here` never exceeds what is durable on disk."""

from __future__ import annotations

from sqlite_utils import Database

from app.store.database import Row, insert, row, rows, run


def add_all(db: Database, pages: list[Row]) -> None:
    """Add the pages of a manifest."""
    insert(db, "page", *pages)


def get(db: Database, submission: str, page: str) -> Row | None:
    """One page."""
    return row(
        db,
        "SELECT * FROM page WHERE submission = :submission AND id = :page",
        {"submission": submission, "page": page},
    )


def of(db: Database, submission: str, page: str, owner: str) -> Row | None:
    """One page of this owner."""
    return row(
        db,
        """SELECT page.* FROM page JOIN submission ON submission.id = page.submission
           WHERE page.submission = :submission AND page.id = :page AND submission.owner = :owner""",
        {"submission": submission, "page": page, "owner": owner},
    )


def all_of(db: Database, submission: str) -> list[Row]:
    """The pages of a submission, in order. `same_as` is an earlier page with the same bytes, or None."""
    return rows(
        db,
        """SELECT page.*, (SELECT twin.id FROM page AS twin WHERE twin.submission = page.submission
                           AND twin.sha256 = page.sha256 AND twin.seq < page.seq ORDER BY twin.seq LIMIT 1) AS same_as
           FROM page WHERE submission = :submission ORDER BY seq""",
        {"submission": submission},
    )


def set_bytes_here(db: Database, submission: str, page: str, count: int) -> None:
    """So many bytes of this page count from now on."""
    run(
        db,
        "UPDATE page SET bytes_here = :count WHERE submission = :submission AND id = :page AND stored_at IS NULL",
        {"count": count, "submission": submission, "page": page},
    )


def set_stored(db: Database, submission: str, page: str, at: str) -> None:
    """All bytes of this page are here and right."""
    run(
        db,
        """UPDATE page SET bytes_here = size, stored_at = :at
           WHERE submission = :submission AND id = :page AND stored_at IS NULL""",
        {"at": at, "submission": submission, "page": page},
    )


def all_stored(db: Database, submission: str) -> bool:
    """Whether no page of a submission is missing."""
    return (
        row(
            db,
            "SELECT 1 FROM page WHERE submission = :submission AND stored_at IS NULL LIMIT 1",
            {"submission": submission},
        )
        is None
    )


def forget_parts(db: Database) -> None:
    """No byte is here of any page that is not whole; the phones send them again."""
    run(db, "UPDATE page SET bytes_here = 0 WHERE stored_at IS NULL AND bytes_here > 0")


def has(db: Database, owner: str, sha256: str) -> bool:
    """Whether a person has sent, or announced, a page with this content, and not all of it is deleted."""
    return _named(db, owner, sha256, "erased_at")


def needed(db: Database, owner: str, sha256: str) -> bool:
    """Whether a page with this content belongs to a submission of this person whose papers stay."""
    return _named(db, owner, sha256, "erasing_at")


def _named(db: Database, owner: str, sha256: str, gone_since: str) -> bool:
    return (
        row(
            db,
            f"""SELECT 1 FROM page JOIN submission ON submission.id = page.submission
                LEFT JOIN handover ON handover.submission = page.submission
                WHERE submission.owner = :owner AND page.sha256 = :sha256 AND handover.{gone_since} IS NULL LIMIT 1""",
            {"owner": owner, "sha256": sha256},
        )
        is not None
    )
