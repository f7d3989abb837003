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
    return _add(db, {"case": submission["case"], "submission": submission["id"]}, what, at, actor, detail)


def add_to_ask(
    db: Database, ask: Row, what: str, at: str, actor: str | None = None, detail: dict[str, Any] | None = None
) -> int:
    """Write down that `what` happened to an ask; returns the event's number."""
    return _add(db, {"case": ask["case"], "ask": ask["id"]}, what, at, actor, detail)


def add_to_notice(
    db: Database, notice: Row, what: str, at: str, actor: str | None = None, detail: dict[str, Any] | None = None
) -> int:
    """Write down that `what` happened to a notice; returns the event's number."""
    return _add(db, {"case": notice["case"], "notice": notice["id"]}, what, at, actor, detail)


def add_to_case(
    db: Database, case: str, what: str, at: str, actor: str | None = None, detail: dict[str, Any] | None = None
) -> int:
    """Write down that `what` happened in a case, to no paper, ask or notice; returns the event's number."""
    return _add(db, {"case": case}, what, at, actor, detail)


def _add(db: Database, of: Row, what: str, at: str, actor: str | None, detail: dict[str, Any] | None) -> int:
    said = json.dumps(detail or {}, ensure_ascii=False)
    values = {**of, "what": what, "at": at, "actor": actor, "detail": said}
    names, places = (", ".join(f"{mark}{name}{end}" for name in values) for mark, end in (('"', '"'), (":", "")))
    found = row(db, f"INSERT INTO event ({names}) VALUES ({places}) RETURNING id", values)
    assert found is not None
    return int(found["id"])


def of(db: Database, submission: str) -> list[Row]:
    """What happened to a submission, oldest first, with the name of whoever did it."""
    return _of(db, "submission", submission)


def of_ask(db: Database, ask: str) -> list[Row]:
    """What happened to an ask, oldest first, with the name of whoever did it."""
    return _of(db, "ask", ask)


def of_person(db: Database, person: str) -> list[Row]:
    """What happened to a person's own papers, asks and notices, and what they did, oldest first; without names."""
    found = rows(
        db,
        """SELECT event.what, event.at, event.detail, submission.number, event.submission, event.ask, event.notice
           FROM event LEFT JOIN submission ON submission.id = event.submission
                LEFT JOIN ask ON ask.id = event.ask LEFT JOIN notice ON notice.id = event.notice
           WHERE submission.owner = :person OR ask.person = :person OR notice.person = :person
              OR (event.submission IS NULL AND event.ask IS NULL AND event.notice IS NULL AND event.actor = :person)
           ORDER BY event.id""",
        {"person": person},
    )
    return [{**r, "detail": json.loads(r["detail"])} for r in found]


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
