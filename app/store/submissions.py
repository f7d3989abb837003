"""submission: what a person sends in one go; receipt_number: the running number of the year."""

from __future__ import annotations

from sqlite_utils import Database

from app import states
from app.store.database import Row, insert, row, rows, run

_AT_THE_DESK = """
    SELECT s.*, person.name AS person_name, person.language AS person_language, c.number AS case_number,
           COALESCE(household.name, other.name) AS about_name, taker.name AS taker_name,
           c.approved_until, c.team, document.sheets, document.size AS document_size, document.version,
           (SELECT COUNT(*) FROM page WHERE page.submission = s.id) AS page_count,
           (SELECT MIN(at) FROM event WHERE event.submission = s.id AND what = 'opened') AS opened_at,
           (SELECT at FROM decision WHERE decision.submission = s.id) AS decided_at,
           (SELECT COUNT(*) FROM job WHERE job.submission = s.id AND what = 'scan' AND job.state = 'parked') AS parked
    FROM submission AS s JOIN person ON person.id = s.owner JOIN "case" AS c ON c.id = s."case"
         LEFT JOIN household ON household.id = s.about LEFT JOIN person AS other ON other.id = s.about
         LEFT JOIN document ON document.submission = s.id LEFT JOIN person AS taker ON taker.id = s.taken_by
    WHERE s.state <> 'sending' AND c.team = :team
"""


def add(db: Database, submission: Row) -> None:
    """Add a submission with all its columns."""
    insert(db, "submission", submission)


def get(db: Database, submission: str) -> Row | None:
    """A submission, whoever it belongs to: for the worker, and for telling a new id from a used one."""
    return row(db, "SELECT * FROM submission WHERE id = :id", {"id": submission})


def of(db: Database, submission: str, owner: str) -> Row | None:
    """A submission of this owner."""
    return row(db, "SELECT * FROM submission WHERE id = :id AND owner = :owner", {"id": submission, "owner": owner})


def all_of(db: Database, owner: str) -> list[Row]:
    """All submissions of an owner, newest first."""
    return rows(
        db,
        "SELECT * FROM submission WHERE owner = :owner ORDER BY created_at DESC, id DESC",
        {"owner": owner},
    )


def all_at(db: Database, owner: str, team: str) -> list[Row]:
    """The submissions of an owner that have arrived at this team, newest first."""
    return rows(
        db,
        """SELECT s.* FROM submission AS s JOIN "case" AS c ON c.id = s."case"
           WHERE s.owner = :owner AND s.state <> 'sending' AND c.team = :team ORDER BY s.created_at DESC, s.id DESC""",
        {"owner": owner, "team": team},
    )


def ids(db: Database) -> list[str]:
    """The ids of all submissions, in order."""
    return [r["id"] for r in rows(db, "SELECT id FROM submission ORDER BY id")]


def count_open(db: Database, owner: str) -> int:
    """How many submissions of an owner are still arriving."""
    found = row(
        db,
        "SELECT COUNT(*) AS n FROM submission WHERE owner = :owner AND state = 'sending'",
        {"owner": owner},
    )
    return int(found["n"]) if found else 0


def move(db: Database, submission: str, old: str, new: str) -> bool:
    """Change the state if it is still `old`; False when somebody else was first."""
    if not states.may_move(old, new):
        raise ValueError(f"No submission goes from {old} to {new}.")
    return (
        run(
            db,
            "UPDATE submission SET state = :new WHERE id = :id AND state = :old",
            {"id": submission, "old": old, "new": new},
        )
        == 1
    )


def set_received(db: Database, submission: str, number: str, at: str) -> None:
    """Write the receipt's number and time onto a submission."""
    run(
        db,
        "UPDATE submission SET number = :number, received_at = :at WHERE id = :id",
        {"id": submission, "number": number, "at": at},
    )


def next_number(db: Database, year: int) -> int:
    """The next running number of a year, starting at 1. Call it inside the transaction that uses it."""
    return skip_numbers(db, year, 1)


def skip_numbers(db: Database, year: int, count: int) -> int:
    """Leave out so many running numbers of a year; returns the last one left out."""
    found = row(
        db,
        """INSERT INTO receipt_number (year, last) VALUES (:year, :count)
           ON CONFLICT (year) DO UPDATE SET last = receipt_number.last + :count RETURNING last""",
        {"year": year, "count": count},
    )
    assert found is not None
    return int(found["last"])


def desk_one(db: Database, submission: str, team: str) -> Row | None:
    """A submission that has arrived at this team."""
    return row(db, _AT_THE_DESK + " AND s.id = :id", {"id": submission, "team": team})


def desk_index(db: Database, team: str) -> list[Row]:
    """What tells a team's submissions apart, oldest first; `desk_rows` has all about those that are shown."""
    return rows(
        db,
        """SELECT s.id, s.state, s.kind, s.number, s.received_at, s.taken_by, s.postponed_until,
                  person.name AS person_name, COALESCE(household.name, other.name) AS about_name,
                  c.number AS case_number
           FROM submission AS s JOIN person ON person.id = s.owner JOIN "case" AS c ON c.id = s."case"
                LEFT JOIN household ON household.id = s.about LEFT JOIN person AS other ON other.id = s.about
           WHERE s.state <> 'sending' AND c.team = :team ORDER BY s.received_at, s.id""",
        {"team": team},
    )


def desk_rows(db: Database, team: str, wanted: list[str]) -> list[Row]:
    """A team's submissions by their ids, in that order."""
    chosen = {f"id{i}": id for i, id in enumerate(wanted)}
    among = ", ".join(f":{name}" for name in chosen)
    found = rows(db, f"{_AT_THE_DESK} AND s.id IN ({among})", {"team": team, **chosen}) if chosen else []
    by_id = {row["id"]: row for row in found}
    return [by_id[id] for id in wanted if id in by_id]


def decided_at(db: Database, team: str) -> dict[str, str]:
    """When a team's submissions were decided on, by their ids."""
    found = rows(
        db,
        """SELECT decision.submission, decision.at FROM decision JOIN submission AS s ON s.id = decision.submission
           JOIN "case" AS c ON c.id = s."case" WHERE c.team = :team""",
        {"team": team},
    )
    return {row["submission"]: row["at"] for row in found}


def set_taker(db: Database, submission: str, person: str | None) -> None:
    """Note in whose hands a submission is."""
    run(db, "UPDATE submission SET taken_by = :person WHERE id = :id", {"person": person, "id": submission})


def in_hand(db: Database, person: str) -> list[Row]:
    """The submissions in a person's hands, and those in nobody's that they have put off until a day: id, case."""
    return rows(
        db,
        """SELECT s.id, s."case" FROM submission AS s
           WHERE s.taken_by = :person OR (s.taken_by IS NULL AND s.postponed_until IS NOT NULL
             AND :person = (SELECT actor FROM event WHERE event.submission = s.id AND what = 'postponed'
                            ORDER BY event.id DESC LIMIT 1))
           ORDER BY s.received_at, s.id""",
        {"person": person},
    )


def set_postponed(db: Database, submission: str, until: str | None) -> None:
    """Note until which day a submission can wait."""
    run(db, "UPDATE submission SET postponed_until = :until WHERE id = :id", {"until": until, "id": submission})


def set_kind(db: Database, submission: str, kind: str) -> None:
    """Call a submission's papers something else."""
    run(db, "UPDATE submission SET kind = :kind WHERE id = :id", {"kind": kind, "id": submission})


def late(db: Database, before: str) -> list[Row]:
    """Submissions that wait since before a time for their document, the oldest first, with `since` when: they were
    received then, split off, or arranged anew.
    """
    return rows(
        db,
        """SELECT id, number, COALESCE(split_at, received_at) AS since FROM submission
           WHERE state = 'received' AND COALESCE(split_at, received_at) < :before
           UNION SELECT s.id, s.number, a.at FROM arrangement AS a JOIN submission AS s ON s.id = a.submission
             JOIN document ON document.submission = a.submission AND document.version < a.n
           WHERE a.failed_at IS NULL AND a.at < :before
           ORDER BY 3, 1""",
        {"before": before},
    )


def split_off(db: Database, submission: str) -> list[Row]:
    """What was split off from a submission, in order: id, number, kind."""
    return rows(
        db,
        "SELECT id, number, kind FROM submission WHERE split_from = :id ORDER BY split_at, id",
        {"id": submission},
    )


def count_by_state(db: Database, team: str | None = None) -> dict[str, int]:
    """How many submissions stand in each state, in one team or everywhere."""
    found = rows(
        db,
        """SELECT state, COUNT(*) AS n FROM submission JOIN "case" AS c ON c.id = submission."case"
           WHERE :team IS NULL OR c.team = :team GROUP BY state""",
        {"team": team},
    )
    return {r["state"]: r["n"] for r in found}
