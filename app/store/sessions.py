"""session: a signed-in browser or a phone's upload token, known by the hash of its token only.

failed_try: how often somebody was wrong, to slow them down.
"""

from __future__ import annotations

from sqlite_utils import Database

from app.store.database import Row, row, run


def add(db: Database, token_hash: str, person: str, scope: str, now: float, ends_at: float) -> None:
    """Remember a token by its hash. `scope` is 'browser' or 'upload'."""
    run(
        db,
        """INSERT INTO session (token_hash, person, scope, created_at, seen_at, ends_at)
           VALUES (:hash, :person, :scope, :now, :now, :ends)""",
        {"hash": token_hash, "person": person, "scope": scope, "now": now, "ends": ends_at},
    )


def person_of(db: Database, token_hash: str, scope: str, now: float, idle: float) -> Row | None:
    """The person behind a token that was used within `idle` seconds and has not ended, with `seen_at`."""
    return row(
        db,
        """SELECT person.*, session.seen_at FROM session JOIN person ON person.id = session.person
           WHERE token_hash = :hash AND scope = :scope AND ends_at > :now AND seen_at > :since
                 AND person.ended_at IS NULL""",
        {"hash": token_hash, "scope": scope, "now": now, "since": now - idle},
    )


def touch(db: Database, token_hash: str, now: float) -> None:
    """The token was used now."""
    run(db, "UPDATE session SET seen_at = :now WHERE token_hash = :hash", {"now": now, "hash": token_hash})


def end(db: Database, token_hash: str) -> None:
    """Forget one token; it is worth nothing from now on."""
    run(db, "DELETE FROM session WHERE token_hash = :hash", {"hash": token_hash})


def end_all(db: Database, person: str) -> None:
    """Forget every token of a person."""
    run(db, "DELETE FROM session WHERE person = :person", {"person": person})


def end_others(db: Database, person: str, token_hash: str) -> None:
    """Forget every token of a person but this one."""
    run(
        db,
        "DELETE FROM session WHERE person = :person AND token_hash != :hash",
        {"person": person, "hash": token_hash},
    )


def end_everybodys(db: Database) -> None:
    """Forget every token there is."""
    run(db, "DELETE FROM session")


def end_old(db: Database, now: float) -> None:
    """Forget tokens whose time is over."""
    run(db, "DELETE FROM session WHERE ends_at <= :now", {"now": now})


def failed_tries(db: Database, key: str) -> Row | None:
    """How often and when something failed last."""
    return row(db, "SELECT * FROM failed_try WHERE key = :key", {"key": key})


def count_failed(db: Database, key: str, now: float, forget_after: float) -> None:
    """One more failure; failures from before `forget_after` seconds ago no longer count."""
    run(
        db,
        """INSERT INTO failed_try (key, count, last_at) VALUES (:key, 1, :now)
           ON CONFLICT (key) DO UPDATE SET last_at = :now,
              count = CASE WHEN failed_try.last_at < :old THEN 1 ELSE failed_try.count + 1 END""",
        {"key": key, "now": now, "old": now - forget_after},
    )


def forget_failed(db: Database, key: str) -> None:
    """It went right; start counting anew."""
    run(db, "DELETE FROM failed_try WHERE key = :key", {"key": key})


def uncount_failed(db: Database, key: str) -> None:
    """The last try was not a failure after all."""
    run(db, "UPDATE failed_try SET count = count - 1 WHERE key = :key AND count > 0", {"key": key})


def forget_old_tries(db: Database, before: float) -> None:
    """Forget failures that no longer count."""
    run(db, "DELETE FROM failed_try WHERE last_at < :before", {"before": before})
