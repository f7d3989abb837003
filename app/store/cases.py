"""case: a household's file with its responsible team; member: who belongs to it."""

from __future__ import annotations

from sqlite_utils import Database

from app.store.database import Row, insert, row, rows, run


def add(db: Database, case: Row) -> None:
    """Add a case: id, number, team, approved_until."""
    insert(db, "case", case)


def add_member(db: Database, case: str, person: str) -> None:
    """Put a person into a case, unless they are in it."""
    run(
        db,
        'INSERT INTO member ("case", person) VALUES (:case, :person) ON CONFLICT DO NOTHING',
        {"case": case, "person": person},
    )


def get(db: Database, case: str) -> Row | None:
    """A case by id."""
    return row(db, 'SELECT * FROM "case" WHERE id = :id', {"id": case})


def by_number(db: Database, number: str) -> Row | None:
    """A case by its BG number."""
    return row(db, 'SELECT * FROM "case" WHERE number = :number', {"number": number})


def of_person(db: Database, person: str) -> Row | None:
    """The case of a person, or None."""
    return row(
        db,
        """SELECT c.* FROM "case" AS c JOIN member ON member."case" = c.id
           WHERE member.person = :person ORDER BY c.number LIMIT 1""",
        {"person": person},
    )


def people_of(db: Database, team: str) -> list[Row]:
    """The jobseekers in a team's cases with their case's number, by name."""
    return rows(
        db,
        """SELECT person.id, person.name, person.language, c.number AS case_number, c.approved_until
           FROM member JOIN person ON person.id = member.person JOIN "case" AS c ON c.id = member."case"
           WHERE c.team = :team AND person.role = 'jobseeker' ORDER BY person.name, person.id""",
        {"team": team},
    )


def of_team_person(db: Database, person: str, team: str) -> Row | None:
    """The case of a jobseeker, if this team is responsible for it."""
    return row(
        db,
        """SELECT c.* FROM "case" AS c JOIN member ON member."case" = c.id JOIN person ON person.id = member.person
           WHERE member.person = :person AND c.team = :team AND person.role = 'jobseeker'
           ORDER BY c.number LIMIT 1""",
        {"person": person, "team": team},
    )
