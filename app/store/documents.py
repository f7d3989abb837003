"""document: the one PDF of a submission; sheet: each page of that PDF, with what was noticed about it."""

from __future__ import annotations

from sqlite_utils import Database

from app.store.database import Row, insert, row, rows, run

FILES = ("document.pdf", "searchable.pdf")  # as the scan makes it; the same with a text layer


def put(db: Database, document: Row, sheets: list[Row]) -> None:
    """Write down a made document and its sheets, in place of an earlier try."""
    run(db, "DELETE FROM sheet WHERE submission = :id", {"id": document["submission"]})
    run(db, "DELETE FROM document WHERE submission = :id", {"id": document["submission"]})
    insert(db, "document", document)
    insert(db, "sheet", *sheets)


def replace(db: Database, old: Row, new: Row) -> None:
    """Let another file be the document, if the old one still is."""
    run(
        db,
        """UPDATE document SET file = :file, size = :size, sha256 = :sha256
           WHERE submission = :submission AND sha256 = :old""",
        {**new, "submission": old["submission"], "old": old["sha256"]},
    )


def get(db: Database, submission: str) -> Row | None:
    """The document of a submission."""
    return row(db, "SELECT * FROM document WHERE submission = :id", {"id": submission})


def sheets(db: Database, submission: str) -> list[Row]:
    """The sheets of a submission's document, in order."""
    return rows(db, "SELECT * FROM sheet WHERE submission = :id ORDER BY n", {"id": submission})


def problems(db: Database, team: str) -> dict[str, list[Row]]:
    """What was noticed about sheets, by submission, in one team."""
    found = rows(
        db,
        """SELECT sheet.submission, n, problem FROM sheet JOIN submission AS s ON s.id = sheet.submission
           JOIN "case" AS c ON c.id = s."case" WHERE problem IS NOT NULL AND c.team = :team ORDER BY n""",
        {"team": team},
    )
    by_submission: dict[str, list[Row]] = {}
    for r in found:
        by_submission.setdefault(r["submission"], []).append({"n": r["n"], "problem": r["problem"]})
    return by_submission
