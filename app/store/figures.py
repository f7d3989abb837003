"""What rows say of many submissions at once. No name leaves here; a person is told from another by an id only."""

from __future__ import annotations

from sqlite_utils import Database

from app.store.database import Row, rows

_OF = """FROM submission AS s JOIN "case" AS c ON c.id = s."case" JOIN person ON person.id = s.owner
         LEFT JOIN decision ON decision.submission = s.id"""


def received(db: Database, since: str, until: str, team: str | None) -> list[Row]:
    """What arrived in a time, in one team or everywhere: received_at, captured_at, owner, language, pages. What was
    split off here came with what it was split from.
    """
    return rows(
        db,
        f"""SELECT s.received_at, s.captured_at, s.owner, person.language,
                   (SELECT COUNT(*) FROM page WHERE page.submission = s.id) AS pages {_OF}
            WHERE s.received_at >= :since AND s.received_at < :until AND s.split_from IS NULL
                  AND (:team IS NULL OR c.team = :team)""",
        {"since": since, "until": until, "team": team},
    )


def decided(db: Database, since: str, until: str, team: str | None) -> list[Row]:
    """What was decided in a time, in one team or everywhere: kind, outcome, reason, received_at, decided_at."""
    return rows(
        db,
        f"""SELECT s.kind, s.received_at, decision.outcome, decision.reason, decision.at AS decided_at {_OF}
            WHERE decision.at >= :since AND decision.at < :until AND (:team IS NULL OR c.team = :team)""",
        {"since": since, "until": until, "team": team},
    )
