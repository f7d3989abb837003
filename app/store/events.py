"""event: something that happened to a case. Only ever added to; the history and the push read it."""

from __future__ import annotations

import json
from typing import Any

from sqlite_utils import Database

from app.store.database import Row, row, rows


def add(
    db: Database,
    submission: Row,
    what: str,
    at: str,
    actor: str | None = None,
    detail: dict[str, Any] | None = None,
) -> int:
    """Write down that `what` happened to a submission; returns the event's number."""
    found = row(
        db,
        """INSERT INTO event ("case", submission, what, at, actor, detail)
           VALUES (:case, :submission, :what, :at, :actor, :detail) RETURNING id""",
        {
            "case": submission["case"],
            "submission": submission["id"],
            "what": what,
            "at": at,
            "actor": actor,
            "detail": json.dumps(detail or {}, ensure_ascii=False),
        },
    )
    assert found is not None
    return int(found["id"])


def of(db: Database, submission: str) -> list[Row]:
    """What happened to a submission, oldest first, with the name of whoever did it."""
    found = rows(
        db,
        """SELECT event.id, what, at, detail, person.name AS actor_name, person.role AS actor_role
           FROM event LEFT JOIN person ON person.id = event.actor
           WHERE submission = :submission ORDER BY event.id""",
        {"submission": submission},
    )
    return [{**r, "detail": json.loads(r["detail"])} for r in found]


def happened(db: Database, submission: str, what: str, actor: str) -> bool:
    """Whether this person already did this to the submission."""
    found = row(
        db,
        "SELECT 1 FROM event WHERE submission = :submission AND what = :what AND actor = :actor LIMIT 1",
        {"submission": submission, "what": what, "actor": actor},
    )
    return found is not None
