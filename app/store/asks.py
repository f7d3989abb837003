"""ask: what the office asks of a person by a date; wanted: each named paper of it; reminder: what was said and when."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from app.store.database import Row, insert, row, rows, run

_TOLD = """
    SELECT ask.*, person.name AS person_name, person.language AS person_language, c.number AS case_number, c.team,
           c.approved_until, maker.name AS maker_name, person.street AS person_street, person.place AS person_place
    FROM ask JOIN person ON person.id = ask.person AND ask.erased_at IS NULL
         JOIN "case" AS c ON c.id = ask."case" JOIN person AS maker ON maker.id = ask.created_by
"""
TEXTS = ("reason", "basis")
# Whether something is still wanted of the person: not closed, and a paper neither let go nor accepted for good.
OPEN = """
    (ask.closed_at IS NULL AND EXISTS (SELECT 1 FROM wanted AS w WHERE w.ask = ask.id AND w.waived_at IS NULL AND (
        NOT EXISTS (SELECT 1 FROM submission AS done
                    WHERE done.ask = ask.id AND done.wanted = w.n AND done.state = 'accepted')
        OR EXISTS (SELECT 1 FROM submission AS back
                   WHERE back.ask = ask.id AND back.wanted = w.n AND back.state <> 'accepted'
                     AND NOT EXISTS (SELECT 1 FROM submission AS later WHERE later.follows = back.id)))))
"""


def add(db: Database, ask: Row, papers: Iterable[Row]) -> None:
    """Add an ask with its papers: `reason`, `basis` and each paper's `note` are texts by language."""
    insert(db, "ask", {**ask, **{key: _packed(ask[key]) for key in TEXTS}})
    insert(db, "wanted", *({**paper, "ask": ask["id"], "note": _packed(paper["note"])} for paper in papers))


def _packed(texts: dict[str, str]) -> str:
    return json.dumps(texts, ensure_ascii=False, sort_keys=True)


def _unpacked(found: Row) -> Row:
    return {**found, **{key: json.loads(found[key]) for key in TEXTS}}


def get(db: Database, ask: str) -> Row | None:
    """An ask, whoever it is for, deleted ones, too: for telling a new id from a used one."""
    found = row(db, "SELECT * FROM ask WHERE id = :id", {"id": ask})
    return _unpacked(found) if found else None


def over(db: Database, before: str, most: int) -> list[Row]:
    """What is asked no longer, since before a time: closed, or complete with its date over. The oldest first."""
    return rows(
        db,
        f"""SELECT ask.id, ask."case" FROM ask
            WHERE ask.erased_at IS NULL AND COALESCE(ask.closed_at, ask.due) < :before AND NOT {OPEN}
            ORDER BY COALESCE(ask.closed_at, ask.due), ask.id LIMIT :most""",
        {"before": before, "most": most},
    )


def erase(db: Database, ask: str, at: str) -> None:
    """Forget what an ask and its person said; that it was made, with its days, and by whom it was answered, stays."""
    for sql in (
        "DELETE FROM wanted WHERE ask = :ask",
        "DELETE FROM reminder WHERE ask = :ask",
        "UPDATE event SET detail = '{}' WHERE ask = :ask",
    ):
        run(db, sql, {"ask": ask})
    set_ask(db, ask, {"reason": "{}", "basis": "{}", "said": "", "wish_text": None, "erased_at": at})


def of(db: Database, ask: str, person: str) -> Row | None:
    """An ask to this person."""
    found = row(db, f"{_TOLD} WHERE ask.id = :id AND ask.person = :person", {"id": ask, "person": person})
    return _unpacked(found) if found else None


def at_desk(db: Database, ask: str, team: str) -> Row | None:
    """An ask in a case of this team."""
    found = row(db, f"{_TOLD} WHERE ask.id = :id AND c.team = :team", {"id": ask, "team": team})
    return _unpacked(found) if found else None


def all_of(db: Database, person: str) -> list[Row]:
    """All asks to a person, the next date first."""
    found = rows(db, f"{_TOLD} WHERE ask.person = :person ORDER BY ask.due, ask.id", {"person": person})
    return [_unpacked(each) for each in found]


def of_team(db: Database, team: str) -> list[Row]:
    """All asks of a team that are not closed, or were closed in the last 90 asks; the next date first."""
    found = rows(
        db,
        f"""{_TOLD} WHERE c.team = :team AND (ask.closed_at IS NULL OR ask.id IN (
              SELECT id FROM ask WHERE closed_at IS NOT NULL ORDER BY closed_at DESC LIMIT 90))
            ORDER BY ask.due, ask.id""",
        {"team": team},
    )
    return [_unpacked(each) for each in found]


def open_between(db: Database, first: str, last: str) -> list[Row]:
    """Asks that are not closed and end on one of these days, both included."""
    found = rows(
        db,
        f"{_TOLD} WHERE ask.closed_at IS NULL AND ask.due BETWEEN :first AND :last ORDER BY ask.due, ask.id",
        {"first": first, "last": last},
    )
    return [_unpacked(each) for each in found]


def papers(db: Database, ask: str) -> list[Row]:
    """The papers of an ask, in order."""
    found = rows(db, "SELECT * FROM wanted WHERE ask = :ask ORDER BY n", {"ask": ask})
    return [{**each, "note": json.loads(each["note"])} for each in found]


def submissions(db: Database, ask: str, person: str) -> list[Row]:
    """What this person has handed in for an ask and has arrived, oldest first; never what is still on its way."""
    return rows(
        db,
        """SELECT id, kind, wanted, state, follows, number, received_at FROM submission
           WHERE ask = :ask AND owner = :person AND state <> 'sending' ORDER BY received_at, id""",
        {"ask": ask, "person": person},
    )


def unsettled(db: Database, team: str, today: str) -> list[Row]:
    """Of a team's asks that are not closed, all that may wait for the office: with a wish or a declined paper, or over
    and a paper not accepted. Few, however many there are; whether they do wait is not said.
    """
    found = rows(
        db,
        f"""{_TOLD} WHERE c.team = :team AND ask.closed_at IS NULL AND (
              (ask.wish IS NOT NULL AND ask.wish_outcome IS NULL)
              OR EXISTS (SELECT 1 FROM wanted AS w WHERE w.ask = ask.id AND w.waived_at IS NULL AND (
                w.declined IS NOT NULL OR (ask.due < :today AND (
                  NOT EXISTS (SELECT 1 FROM submission AS s
                              WHERE s.ask = ask.id AND s.wanted = w.n AND s.state = 'accepted')
                  OR EXISTS (SELECT 1 FROM submission AS s
                             WHERE s.ask = ask.id AND s.wanted = w.n AND s.state = 'returned'))))))""",
        {"team": team, "today": today},
    )
    return [_unpacked(each) for each in found]


def papers_of_team(db: Database, team: str) -> dict[str, list[Row]]:
    """The papers of all asks of a team by ask, in order."""
    found = rows(
        db,
        """SELECT wanted.* FROM wanted JOIN ask ON ask.id = wanted.ask JOIN "case" AS c ON c.id = ask."case"
           WHERE c.team = :team ORDER BY wanted.ask, wanted.n""",
        {"team": team},
    )
    return _by_ask({**each, "note": json.loads(each["note"])} for each in found)


def submissions_of_team(db: Database, team: str) -> dict[str, list[Row]]:
    """As `submissions`, for all asks of a team by ask."""
    found = rows(
        db,
        """SELECT s.id, s.ask, s.wanted, s.state, s.follows, s.number, s.received_at
           FROM submission AS s JOIN ask ON ask.id = s.ask AND ask.person = s.owner
                JOIN "case" AS c ON c.id = ask."case"
           WHERE c.team = :team AND s.state <> 'sending' ORDER BY s.received_at, s.id""",
        {"team": team},
    )
    return _by_ask(found)


def _by_ask(found: Iterable[Row]) -> dict[str, list[Row]]:
    asks: dict[str, list[Row]] = {}
    for each in found:
        asks.setdefault(each["ask"], []).append(each)
    return asks


def set_paper(db: Database, ask: str, n: int, changes: dict[str, Any]) -> int:
    """Note what became of a paper."""
    return _set(db, "wanted", "ask = :ask AND n = :n", {"ask": ask, "n": n}, changes)


def set_ask(db: Database, ask: str, changes: dict[str, Any]) -> int:
    """Note what became of an ask."""
    return _set(db, "ask", "id = :ask", {"ask": ask}, changes)


def _set(db: Database, table: str, where: str, keys: dict[str, Any], changes: dict[str, Any]) -> int:
    among = ", ".join(f"{name} = :new_{name}" for name in changes)
    values = {f"new_{name}": value for name, value in changes.items()}
    return run(db, f"UPDATE {table} SET {among} WHERE {where}", {**keys, **values})


def remind_once(db: Database, ask: Row, days: int, at: str) -> bool:
    """Write down that a reminder goes out so many days before the date; False when it did before."""
    values = {"ask": ask["id"], "due": ask["due"], "days": days, "at": at}
    return (
        run(
            db,
            "INSERT INTO reminder (ask, due, days, at) VALUES (:ask, :due, :days, :at) ON CONFLICT DO NOTHING",
            values,
        )
        == 1
    )
