"""alarm: a condition that needs a person, from its begin to its end; beat: when the worker last went its round."""

from __future__ import annotations

from sqlite_utils import Database

from app.store.database import Row, row, rows, run

_WITH_NUMBER = """SELECT alarm.*, submission.number FROM alarm LEFT JOIN submission ON submission.id = alarm.subject"""


def begin(db: Database, what: str, subject: str, at: str) -> int | None:
    """An alarm begins; returns its number, or None when it lasts already."""
    found = row(
        db,
        """INSERT INTO alarm (what, subject, began_at) VALUES (:what, :subject, :at)
           ON CONFLICT DO NOTHING RETURNING id""",
        {"what": what, "subject": subject, "at": at},
    )
    return int(found["id"]) if found else None


def end(db: Database, alarm: int, at: str) -> None:
    """An alarm is over; its row stays, as history."""
    run(db, "UPDATE alarm SET ended_at = :at WHERE id = :id AND ended_at IS NULL", {"id": alarm, "at": at})


def lasting(db: Database) -> list[Row]:
    """The alarms that last, oldest first."""
    return rows(db, "SELECT * FROM alarm WHERE ended_at IS NULL ORDER BY began_at, id")


def ended(db: Database, most: int) -> list[Row]:
    """The alarms that ended last, the newest first, each with the `number` of the submission it was about, if any."""
    newest = "WHERE ended_at IS NOT NULL ORDER BY ended_at DESC, alarm.id DESC LIMIT :most"
    return rows(db, f"{_WITH_NUMBER} {newest}", {"most": most})


def forget(db: Database, before: str) -> None:
    """Forget alarms that ended before a time, and the pushes that told of them."""
    for alarm in rows(db, "SELECT id FROM alarm WHERE ended_at < :before", {"before": before}):
        run(db, "DELETE FROM push_outbox WHERE alarm = :id", alarm)
        run(db, "DELETE FROM alarm WHERE id = :id", alarm)


def beat(db: Database, name: str, at: float) -> None:
    """Write down that somebody went their round."""
    run(
        db,
        "INSERT INTO beat (name, at) VALUES (:name, :at) ON CONFLICT (name) DO UPDATE SET at = :at",
        {"name": name, "at": at},
    )


def last_beat(db: Database, name: str) -> float | None:
    """When somebody last went their round; None when nobody is at work."""
    found = row(db, "SELECT at FROM beat WHERE name = :name", {"name": name})
    return float(found["at"]) if found else None


def no_beat(db: Database, name: str) -> None:
    """Somebody has stopped in good order."""
    run(db, "DELETE FROM beat WHERE name = :name", {"name": name})
