"""duty: when a caseworker wants to be alerted, when they are away, and who stands in for them."""

from __future__ import annotations

from sqlite_utils import Database

from app.store.database import Row, row, rows, run


def put(db: Database, duty: Row) -> None:
    """Write down a person's duty, in place of the one before: all columns."""
    run(
        db,
        """INSERT INTO duty (person, pace, quiet_from, quiet_until, away_from, away_until, stand_in)
           VALUES (:person, :pace, :quiet_from, :quiet_until, :away_from, :away_until, :stand_in)
           ON CONFLICT (person) DO UPDATE SET pace = :pace, quiet_from = :quiet_from, quiet_until = :quiet_until,
              away_from = :away_from, away_until = :away_until, stand_in = :stand_in""",
        duty,
    )


def of(db: Database, person: str) -> Row | None:
    """A person's duty, with the name of who stands in."""
    return row(
        db,
        """SELECT duty.*, other.name AS stand_in_name FROM duty LEFT JOIN person AS other ON other.id = duty.stand_in
           WHERE duty.person = :person""",
        {"person": person},
    )


def stood_in_for(db: Database, stand_in: str, day: str) -> list[Row]:
    """The people who are away on a day and for whom this person stands in, with their teams."""
    return rows(
        db,
        """SELECT person.id, person.name, person.team, team.name AS team_name
           FROM duty JOIN person ON person.id = duty.person LEFT JOIN team ON team.id = person.team
           WHERE duty.stand_in = :person AND duty.away_from <= :day AND duty.away_until >= :day
                 AND person.ended_at IS NULL ORDER BY person.name""",
        {"person": stand_in, "day": day},
    )
