"""notice: a decision or letter of the office for one person, as a PDF; what became of it, and when it was read."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from app.store.database import Row, insert, row, rows, run

_TOLD = """
    SELECT notice.*, person.name AS person_name, person.language AS person_language, c.number AS case_number, c.team,
           c.approved_until, maker.name AS maker_name
    FROM notice JOIN person ON person.id = notice.person JOIN "case" AS c ON c.id = notice."case"
         JOIN person AS maker ON maker.id = notice.created_by
"""
_THERE = "notice.state = 'ready' AND notice.withdrawn_at IS NULL"
_HERE = "notice.state NOT IN ('erasing', 'erased')"
# What the person has read, or has on paper; and what they were never shown, or are not shown any more.
_SETTLED = "(notice.read_at IS NOT NULL OR notice.by_post = 1 OR notice.withdrawn_at IS NOT NULL)"
MOST = 300


def add(db: Database, notice: Row) -> None:
    """Add a notice whose bytes have not arrived."""
    insert(db, "notice", notice)


def get(db: Database, notice: str) -> Row | None:
    """A notice, whoever it is for."""
    return row(db, f"{_TOLD} WHERE notice.id = :id", {"id": notice})


def of(db: Database, notice: str, person: str) -> Row | None:
    """A notice that this person may read."""
    return row(
        db, f"{_TOLD} WHERE notice.id = :id AND notice.person = :person AND {_THERE}", {"id": notice, "person": person}
    )


def all_of(db: Database, person: str) -> list[Row]:
    """The notices that this person may read, the newest first."""
    return rows(
        db,
        f"{_TOLD} WHERE notice.person = :person AND {_THERE} ORDER BY notice.available_at DESC, notice.id",
        {"person": person},
    )


def at_desk(db: Database, notice: str, team: str) -> Row | None:
    """A notice in a case of this team."""
    return row(db, f"{_TOLD} WHERE notice.id = :id AND c.team = :team AND {_HERE}", {"id": notice, "team": team})


def of_team(db: Database, team: str, person: str | None) -> list[Row]:
    """The team's notices, or those to one person, the newest first."""
    return rows(
        db,
        f"""{_TOLD} WHERE c.team = :team AND {_HERE} AND (:person IS NULL OR notice.person = :person)
            ORDER BY notice.created_at DESC, notice.id LIMIT {MOST}""",
        {"team": team, "person": person},
    )


def move(db: Database, notice: str, before: str, after: str, changes: dict[str, Any] | None = None) -> bool:
    """Take a notice from one state to the next, with what is known then; False when it was not in that state."""
    among = "".join(f", {name} = :new_{name}" for name in changes or {})
    values = {f"new_{name}": value for name, value in (changes or {}).items()}
    sql = f"UPDATE notice SET state = :after{among} WHERE id = :id AND state = :before"
    return run(db, sql, {"id": notice, "before": before, "after": after, **values}) == 1


def set_read(db: Database, notice: str, at: str) -> bool:
    """The person has read it; False when they had before."""
    return run(db, "UPDATE notice SET read_at = :at WHERE id = :id AND read_at IS NULL", {"id": notice, "at": at}) == 1


def withdraw(db: Database, notice: str, at: str) -> bool:
    """The office takes it back; False when it had before."""
    sql = "UPDATE notice SET withdrawn_at = :at WHERE id = :id AND withdrawn_at IS NULL"
    return run(db, sql, {"id": notice, "at": at}) == 1


def over(db: Database, before: str, most: int) -> list[str]:
    """Notices whose deletion was begun, and those that were made available, or put up at all, before a time: never one
    that the person has neither read nor on paper.
    """
    found = rows(
        db,
        f"""SELECT id FROM notice WHERE state = 'erasing' OR (
              {_HERE} AND state <> 'checking' AND COALESCE(available_at, created_at) < :before AND {_SETTLED})
            ORDER BY created_at, id LIMIT :most""",
        {"before": before, "most": most},
    )
    return [each["id"] for each in found]


def begin_erasing(db: Database, notice: str) -> None:
    """Nobody is shown it any more; kind, days and SHA-256 stay."""
    sql = "UPDATE notice SET state = 'erasing', title = '', said = '' WHERE id = :id"
    run(db, sql, {"id": notice})


def set_erased(db: Database, notice: str) -> bool:
    """Its files are gone from the disk; False when that was known."""
    return run(db, "UPDATE notice SET state = 'erased' WHERE id = :id AND state = 'erasing'", {"id": notice}) == 1


def has(db: Database, person: str, sha256: str, but: str = "") -> bool:
    """Whether a notice to this person has this content and is not deleted; the one with the id `but` does not count."""
    sql = """SELECT 1 FROM notice WHERE person = :person AND sha256 = :sha256 AND id <> :but
             AND state <> 'erased' LIMIT 1"""
    return row(db, sql, {"person": person, "sha256": sha256, "but": but}) is not None


def everything(db: Database) -> list[Row]:
    """All notices that are not deleted, for backup and check."""
    return rows(db, f"SELECT * FROM notice WHERE {_HERE} ORDER BY id")
