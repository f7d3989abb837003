"""decision: accepted, or returned with a reason; one for each submission, made once."""

from __future__ import annotations

import json

from sqlite_utils import Database

from app.store.database import Row, insert, row


def add(db: Database, decision: Row) -> None:
    """Add a decision: submission, outcome, reason, text, pages (ids), caseworker, at."""
    insert(db, "decision", {**decision, "pages": json.dumps(decision["pages"])})


def of(db: Database, submission: str) -> Row | None:
    """The decision on a submission, with the caseworker's name."""
    found = row(
        db,
        """SELECT decision.*, person.name AS caseworker_name FROM decision
           JOIN person ON person.id = decision.caseworker WHERE submission = :id""",
        {"id": submission},
    )
    return {**found, "pages": json.loads(found["pages"])} if found else None
