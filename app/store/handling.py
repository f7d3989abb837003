"""note: what colleagues tell each other about a submission; present: who looks at it now."""

from __future__ import annotations

from sqlite_utils import Database

from app.store.database import Row, row, rows, run


def add_note(db: Database, note: Row) -> bool:
    """Add a note: id, submission, author, text, at, withheld. False when it is known."""
    return (
        run(
            db,
            """INSERT INTO note (id, submission, author, text, at, withheld)
               VALUES (:id, :submission, :author, :text, :at, :withheld) ON CONFLICT DO NOTHING""",
            note,
        )
        == 1
    )


def get_note(db: Database, note: str) -> Row | None:
    """A note by its id."""
    return row(db, "SELECT * FROM note WHERE id = :id", {"id": note})


def notes(db: Database, submission: str) -> list[Row]:
    """The notes on a submission, oldest first, with who wrote them; what is `withheld` the person cannot read."""
    found = rows(
        db,
        """SELECT note.id, note.text, note.at, note.withheld, person.name AS "by"
           FROM note JOIN person ON person.id = note.author WHERE submission = :id ORDER BY note.at, note.id""",
        {"id": submission},
    )
    return [{**each, "withheld": bool(each["withheld"])} for each in found]


def notes_about(db: Database, person: str) -> list[Row]:
    """The notes on a person's submissions that they may read, oldest first: text, at, number, role of who wrote it."""
    return rows(
        db,
        """SELECT note.text, note.at, submission.number, author.role FROM note
           JOIN submission ON submission.id = note.submission JOIN person AS author ON author.id = note.author
           WHERE submission.owner = :person AND note.withheld = 0 ORDER BY note.at, note.id""",
        {"person": person},
    )


def be_present(db: Database, submission: str, person: str, at: str, now: float) -> None:
    """A person looks at a submission."""
    run(
        db,
        """INSERT INTO present (submission, person, since, seen_at) VALUES (:submission, :person, :at, :now)
           ON CONFLICT (submission, person) DO UPDATE SET seen_at = :now""",
        {"submission": submission, "person": person, "at": at, "now": now},
    )


def leave(db: Database, submission: str, person: str) -> None:
    """A person looks at it no longer."""
    values = {"submission": submission, "person": person}
    run(db, "DELETE FROM present WHERE submission = :submission AND person = :person", values)


def forget_absent(db: Database, before: float) -> None:
    """Who has not been seen since then is gone."""
    run(db, "DELETE FROM present WHERE seen_at < :before", {"before": before})


def present(db: Database, submission: str, but: str) -> list[Row]:
    """Who looks at a submission beside this person, the first first."""
    return rows(
        db,
        """SELECT person.name, present.since FROM present JOIN person ON person.id = present.person
           WHERE submission = :submission AND person.id <> :but ORDER BY present.since, person.name""",
        {"submission": submission, "but": but},
    )
