"""case: a household's file with its responsible team; member: who belongs to it and can sign in; household: who belongs
to it and cannot, children for example.
"""

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


def change(db: Database, case: str, team: str, approved_until: str | None) -> None:
    """Give a case another team, and another end of its approval period."""
    run(
        db,
        'UPDATE "case" SET team = :team, approved_until = :until WHERE id = :id',
        {"team": team, "until": approved_until, "id": case},
    )


def move_member(db: Database, person: str, case: str) -> None:
    """Put a person into this case and no other; what they sent stays where it was sent."""
    run(db, "DELETE FROM member WHERE person = :person", {"person": person})
    add_member(db, case, person)


def members(db: Database, case: str) -> list[Row]:
    """Who belongs to a case now, those who can sign in first: id, name, relation (None for them), signs_in."""
    return rows(
        db,
        """SELECT person.id, person.name, NULL AS relation, 1 AS signs_in, person.created_at
           FROM member JOIN person ON person.id = member.person
           WHERE member."case" = :case AND person.ended_at IS NULL
           UNION ALL
           SELECT id, name, relation, 0, created_at FROM household WHERE "case" = :case AND left_at IS NULL
           ORDER BY signs_in DESC, created_at, name""",
        {"case": case},
    )


def is_or_was_member(db: Database, case: str, member: str) -> bool:
    """Whether somebody belongs to a case, or did: a paper may have waited on a phone since."""
    found = row(
        db,
        """SELECT 1 FROM member WHERE "case" = :case AND person = :id
           UNION ALL SELECT 1 FROM household WHERE "case" = :case AND id = :id""",
        {"case": case, "id": member},
    )
    return found is not None


def household(db: Database, case: str) -> list[Row]:
    """Who ever belonged to a case without a sign-in: id, case, name, relation, created_at, left_at."""
    return rows(db, 'SELECT * FROM household WHERE "case" = :case ORDER BY created_at, name', {"case": case})


def in_household(db: Database, member: str) -> Row | None:
    """Somebody without a sign-in by id, in whatever case."""
    return row(db, "SELECT * FROM household WHERE id = :id", {"id": member})


def households(db: Database) -> list[Row]:
    """Who belongs to any case now, without a sign-in: case, name, relation."""
    return rows(db, 'SELECT "case", name, relation FROM household WHERE left_at IS NULL ORDER BY created_at, name')


def add_to_household(db: Database, member: Row) -> None:
    """Add somebody without a sign-in: id, case, name, relation, created_at."""
    insert(db, "household", member)


def change_in_household(db: Database, member: str, name: str, relation: str | None, left_at: str | None) -> None:
    """Change what somebody without a sign-in is called or is to the others, or since when they belong there no more."""
    run(
        db,
        "UPDATE household SET name = :name, relation = :relation, left_at = :left WHERE id = :id",
        {"name": name, "relation": relation, "left": left_at, "id": member},
    )
