"""survey: what somebody thinks of Belegbote: stars, a text, a number to call; or that they would not say."""

from __future__ import annotations

from sqlite_utils import Database

from app.store.database import Row, insert, row, rows, run


def get(db: Database, survey: str) -> Row | None:
    """One answer, whoever gave it."""
    return row(db, "SELECT * FROM survey WHERE id = :id", {"id": survey})


def put(db: Database, survey: Row, since: str) -> None:
    """Write an answer down, in place of what the same person said after `since`."""
    run(db, "DELETE FROM survey WHERE person = :person AND at > :since", {"person": survey["person"], "since": since})
    run(db, "DELETE FROM survey WHERE id = :id", {"id": survey["id"]})
    insert(db, "survey", survey)


def of(db: Database, person: str) -> list[Row]:
    """What a person said, the newest first."""
    return rows(db, "SELECT * FROM survey WHERE person = :person ORDER BY at DESC, id", {"person": person})


def told(db: Database) -> list[Row]:
    """All answers with stars, the newest first; the person's name and case only where they want to be called."""
    return rows(
        db,
        """SELECT survey.id, stars, text, call, phone, at, called_at, caller.name AS called_by,
                  CASE WHEN call = 1 THEN person.name END AS person_name,
                  CASE WHEN call = 1 THEN (
                      SELECT c.number FROM "case" AS c JOIN member ON member."case" = c.id
                      WHERE member.person = person.id ORDER BY c.number LIMIT 1) END AS case_number
           FROM survey JOIN person ON person.id = survey.person LEFT JOIN person AS caller ON caller.id = called_by
           WHERE stars IS NOT NULL ORDER BY at DESC, survey.id""",
    )


def set_called(db: Database, survey: str, caseworker: str | None, at: str | None) -> None:
    """Somebody called, or takes that back."""
    run(
        db,
        "UPDATE survey SET called_at = :at, called_by = :by WHERE id = :id AND call = 1",
        {"id": survey, "at": at, "by": caseworker},
    )
