"""device: a browser that holds papers; held: what it says it holds; loss: what was held, and is gone.

doubt: what others hold, or a browser held before its data were cleared.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlite_utils import Database

from app.store.database import Row, insert, row, rows, run

_NOT_ARRIVED = """
    SELECT held.*,
           (SELECT COUNT(*) FROM page WHERE page.submission = held.submission AND stored_at IS NOT NULL) AS stored
    FROM held LEFT JOIN submission AS s ON s.id = held.submission AND s.owner = held.person
    WHERE held.person = :person AND (s.state IS NULL OR s.state = 'sending')
"""

# What was thought to be gone may have lain on another phone, and arrived after all.
_STILL_GONE = "NOT EXISTS (SELECT 1 FROM submission WHERE submission.id = loss.submission AND state <> 'sending')"


def see(db: Database, device: str, person: str, at: str) -> None:
    """This person's app runs on this device now."""
    run(
        db,
        """INSERT INTO device (id, person, created_at, seen_at) VALUES (:id, :person, :at, :at)
           ON CONFLICT (id, person) DO UPDATE SET seen_at = :at""",
        {"id": device, "person": person, "at": at},
    )


def knows(db: Database, device: str, person: str) -> bool:
    """Whether this person's app has run on this device."""
    named = {"device": device, "person": person}
    return row(db, "SELECT 1 FROM device WHERE id = :device AND person = :person", named) is not None


def of_person(db: Database, person: str) -> list[Row]:
    """The phones that a person used, the last one first."""
    return rows(db, "SELECT * FROM device WHERE person = :person ORDER BY seen_at DESC, id", {"person": person})


def hold(db: Database, device: str, person: str, held: Iterable[Row]) -> None:
    """What a device holds now, in place of what it held before: submission, kind, pages, since."""
    run(db, "DELETE FROM held WHERE device = :device AND person = :person", {"device": device, "person": person})
    insert(db, "held", *({**each, "device": device, "person": person} for each in held))


def held_by(db: Database, device: str, person: str) -> list[Row]:
    """What a device holds that has not arrived; `stored` of its pages have."""
    return rows(db, f"{_NOT_ARRIVED} AND device = :device ORDER BY since", {"device": device, "person": person})


def doubt(db: Database, device: str, person: str) -> None:
    """What this person's other devices hold may have lain on this one."""
    run(
        db,
        """INSERT INTO doubt (device, person, submission)
           SELECT DISTINCT :device, person, submission FROM held WHERE person = :person AND device <> :device""",
        {"device": device, "person": person},
    )


def doubted(db: Database, device: str, person: str) -> list[Row]:
    """What may have lain on this device, is said to lie on another, and has not arrived."""
    return rows(
        db,
        f"""{_NOT_ARRIVED} AND device <> :device AND EXISTS (
                SELECT 1 FROM doubt WHERE doubt.device = :device AND doubt.person = held.person
                                      AND doubt.submission = held.submission)
            ORDER BY since""",
        {"device": device, "person": person},
    )


def let_go(db: Database, person: str, submission: str) -> None:
    """No device of this person holds that submission any more."""
    run(
        db,
        "DELETE FROM held WHERE person = :person AND submission = :submission",
        {"person": person, "submission": submission},
    )


def add_loss(db: Database, loss: Row) -> bool:
    """Write down that a submission is gone; False when that was known."""
    return (
        run(
            db,
            """INSERT INTO loss (submission, person, "case", kind, pages, since, at)
               VALUES (:submission, :person, :case, :kind, :pages, :since, :at) ON CONFLICT (submission) DO NOTHING""",
            loss,
        )
        == 1
    )


def losses_untold(db: Database, person: str) -> list[Row]:
    """What is gone of a person's papers, and they have not said that they know."""
    return rows(
        db,
        f"SELECT * FROM loss WHERE person = :person AND told_at IS NULL AND {_STILL_GONE} ORDER BY at, id",
        {"person": person},
    )


def set_told(db: Database, person: str, submission: str, at: str) -> None:
    """The person knows of this loss."""
    run(
        db,
        "UPDATE loss SET told_at = :at WHERE person = :person AND submission = :submission AND told_at IS NULL",
        {"person": person, "submission": submission, "at": at},
    )


def losses_unseen(db: Database, team: str) -> list[Row]:
    """What is gone in a team's cases, and nobody at the desk has ticked off, oldest first."""
    return rows(
        db,
        f"""SELECT loss.*, person.name AS person_name, person.language AS person_language, c.number AS case_number
           FROM loss JOIN person ON person.id = loss.person JOIN "case" AS c ON c.id = loss."case"
           WHERE c.team = :team AND loss.seen_at IS NULL AND {_STILL_GONE} ORDER BY loss.at, loss.id""",
        {"team": team},
    )


def loss_of(db: Database, loss: int, team: str) -> Row | None:
    """A loss in one of a team's cases."""
    return row(
        db,
        'SELECT loss.* FROM loss JOIN "case" AS c ON c.id = loss."case" WHERE loss.id = :id AND c.team = :team',
        {"id": loss, "team": team},
    )


def set_seen(db: Database, loss: int, caseworker: str, at: str) -> bool:
    """A caseworker ticked a loss off; False when somebody had."""
    return (
        run(
            db,
            "UPDATE loss SET seen_at = :at, seen_by = :caseworker WHERE id = :id AND seen_at IS NULL",
            {"id": loss, "caseworker": caseworker, "at": at},
        )
        == 1
    )
