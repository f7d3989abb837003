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
    return _add(db, {"case": submission["case"], "submission": submission["id"], "ask": None}, what, at, actor, detail)


def add_to_ask(
    db: Database, ask: Row, what: str, at: str, actor: str | None = None, detail: dict[str, Any] | None = None
) -> int:
    """Write down that `what` happened to an ask; returns the event's number."""
    return _add(db, {"case": ask["case"], "submission": None, "ask": ask["id"]}, what, at, actor, detail)


def add_to_case(
    db: Database, case: str, what: str, at: str, actor: str | None = None, detail: dict[str, Any] | None = None
) -> int:
    """Write down that `what` happened to a case, of no paper and no ask; returns the event's number."""
    return _add(db, {"case": case, "submission": None, "ask": None}, what, at, actor, detail)


def _add(db: Database, of: Row, what: str, at: str, actor: str | None, detail: dict[str, Any] | None) -> int:
    said = json.dumps(detail or {}, ensure_ascii=False)
    found = row(
        db,
        """INSERT INTO event ("case", submission, ask, what, at, actor, detail)
           VALUES (:case, :submission, :ask, :what, :at, :actor, :detail) RETURNING id""",
        {**of, "what": what, "at": at, "actor": actor, "detail": said},
    )
    assert found is not None
    return int(found["id"])


def of(db: Database, submission: str) -> list[Row]:
    """What happened to a submission, oldest first, with the name of whoever did it."""
    return _of(db, "submission", submission)


def of_ask(db: Database, ask: str) -> list[Row]:
    """What happened to an ask, oldest first, with the name of whoever did it."""
    return _of(db, "ask", ask)


def _of(db: Database, column: str, id: str) -> list[Row]:
    found = rows(
        db,
        f"""SELECT event.id, what, at, detail, person.name AS actor_name, person.role AS actor_role
            FROM event LEFT JOIN person ON person.id = event.actor
            WHERE {column} = :id ORDER BY event.id""",
        {"id": id},
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
