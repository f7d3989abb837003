"""subscription: one browser's push endpoint; push_outbox: what still has to be told to it."""

from __future__ import annotations

from collections.abc import Collection

from sqlite_utils import Database

from app.store.database import Row, row, rows, run

LEASE = 60.0
MOST_EACH = 10
NOBODY = "nobody there"  # the subscription is gone: nobody waits for this push, and it is no failure of ours
REPLACED = "replaced by a newer one"  # neither is this


def put(db: Database, subscription: Row) -> bool:
    """Add or renew a subscription; True when it is new. A browser belongs to whoever signed in last."""
    known = row(db, "SELECT 1 FROM subscription WHERE id = :id", subscription)
    run(
        db,
        """INSERT INTO subscription (id, person, endpoint, p256dh, auth, language, created_at, seen_at)
           VALUES (:id, :person, :endpoint, :p256dh, :auth, :language, :at, :at)
           ON CONFLICT (id) DO UPDATE SET person = :person, p256dh = :p256dh, auth = :auth,
              language = :language, seen_at = :at""",
        subscription,
    )
    return known is None


def drop_oldest(db: Database, person: str) -> None:
    """Keep a person's newest subscriptions only."""
    run(
        db,
        """DELETE FROM subscription WHERE person = :person AND id NOT IN
           (SELECT id FROM subscription WHERE person = :person ORDER BY seen_at DESC, created_at DESC LIMIT :most)""",
        {"person": person, "most": MOST_EACH},
    )


def drop_unseen(db: Database, person: str, before: str) -> None:
    """Forget a person's subscriptions that no browser has renewed since."""
    run(
        db,
        "DELETE FROM subscription WHERE person = :person AND seen_at < :before",
        {"person": person, "before": before},
    )


def drop(db: Database, subscription: str, person: str) -> None:
    """Forget a subscription of this person."""
    run(
        db,
        "DELETE FROM subscription WHERE id = :id AND person = :person",
        {"id": subscription, "person": person},
    )


def drop_all(db: Database, person: str) -> None:
    """Forget all subscriptions of a person, and what was meant for them."""
    for subscription in of_person(db, person):
        forget(db, subscription["id"])


def forget(db: Database, subscription: str) -> None:
    """Forget a dead subscription and what was meant for it."""
    run(db, "DELETE FROM subscription WHERE id = :id", {"id": subscription})
    run(
        db,
        """UPDATE push_outbox SET state = 'dropped', fault = :fault
           WHERE subscription = :id AND state IN ('waiting', 'sending')""",
        {"id": subscription, "fault": NOBODY},
    )


def get(db: Database, subscription: str) -> Row | None:
    """A subscription by id."""
    return row(db, "SELECT * FROM subscription WHERE id = :id", {"id": subscription})


def of_person(db: Database, person: str) -> list[Row]:
    """All subscriptions of a person."""
    return rows(db, "SELECT * FROM subscription WHERE person = :person ORDER BY created_at", {"person": person})


def queue(db: Database, push: Row) -> None:
    """Queue one push: subscription, event or alarm, topic, urgency, payload, not_before, ends_at. Twice is once."""
    run(
        db,
        """INSERT INTO push_outbox (subscription, event, alarm, topic, urgency, payload, not_before, ends_at)
           VALUES (:subscription, :event, :alarm, :topic, :urgency, :payload, :not_before, :ends_at)
           ON CONFLICT DO NOTHING""",
        {"event": None, "alarm": None, **push},
    )


def claim(db: Database, now: float, closed: Collection[str] = ()) -> Row | None:
    """Take the oldest push that is due, or None; `attempt` is the fence, as for jobs. None of a `closed` host."""
    hosts = {f"host{n}": _at(host) for n, host in enumerate(closed)}
    barred = " OR ".join(f"lower(endpoint) LIKE :{name}" for name in hosts) or "1 = 0"
    return row(
        db,
        f"""UPDATE push_outbox SET state = 'sending', attempt = attempt + 1, lease_until = :lease
           WHERE id = (SELECT id FROM push_outbox WHERE ((state = 'waiting' AND not_before <= :now)
                          OR (state = 'sending' AND lease_until < :now))
                          AND subscription NOT IN (SELECT id FROM subscription WHERE {barred})
                       ORDER BY not_before, id LIMIT 1)
           RETURNING *""",
        {"now": now, "lease": now + LEASE, **hosts},
    )


def _at(host: str) -> str:
    """All endpoints at a host, for LIKE."""
    return f"https://{host}/%"


def has_newer(db: Database, push: Row) -> bool:
    """Whether the same subscription was told, or will be, of something later under the same topic."""
    found = row(
        db,
        """SELECT 1 FROM push_outbox WHERE subscription = :subscription AND topic = :topic AND id > :id
              AND state <> 'dropped' LIMIT 1""",
        {name: push[name] for name in ("subscription", "topic", "id")},
    )
    return found is not None


def hurry(db: Database, now: float, host: str = "%", fault: str = "") -> None:
    """What waits for a host to be well again, or because of a `fault`, waits no longer; a 429 is not hurried."""
    run(
        db,
        """UPDATE push_outbox SET not_before = :now WHERE state = 'waiting' AND not_before > :now
              AND fault LIKE :fault AND fault NOT LIKE 'answered 4%'
              AND subscription IN (SELECT id FROM subscription WHERE lower(endpoint) LIKE :host)""",
        {"now": now, "host": _at(host), "fault": f"{fault}%"},
    )


def settle(db: Database, push: Row, state: str, now: float, fault: str | None = None, not_before: float = 0) -> None:
    """Write down how a try ended: 'sent', 'dropped', or 'waiting' until `not_before`."""
    run(
        db,
        """UPDATE push_outbox SET state = :state, fault = :fault, not_before = :not_before, settled_at = :now
           WHERE id = :id AND attempt = :attempt AND state = 'sending'""",
        {
            "id": push["id"],
            "attempt": push["attempt"],
            "state": state,
            "now": now,
            "fault": fault[:300] if fault else None,
            "not_before": not_before,
        },
    )


def begin_again(db: Database, now: float) -> None:
    """Nobody is sending anything: what was half sent waits again, for a second alert is better than none."""
    run(
        db,
        "UPDATE push_outbox SET state = 'waiting', not_before = :now WHERE state IN ('waiting', 'sending')",
        {"now": now},
    )


def stuck(db: Database, before: float) -> list[Row]:
    """Pushes that nobody has gone on with since `before`, with the submission they tell of."""
    return rows(
        db,
        """SELECT push_outbox.*, event.submission FROM push_outbox LEFT JOIN event ON event.id = push_outbox.event
           WHERE (push_outbox.state = 'sending' AND lease_until < :before)
              OR (push_outbox.state = 'waiting' AND not_before < :before) ORDER BY push_outbox.id""",
        {"before": before},
    )


def count_by_state(db: Database) -> dict[str, int]:
    """How many pushes stand in each state."""
    return {r["state"]: r["n"] for r in rows(db, "SELECT state, COUNT(*) AS n FROM push_outbox GROUP BY state")}


def refused(db: Database) -> int:
    """How many pushes wait because a push service refuses our key."""
    found = row(db, "SELECT COUNT(*) AS n FROM push_outbox WHERE state = 'waiting' AND fault LIKE 'key refused%'")
    return int(found["n"]) if found else 0


def failing(db: Database) -> int:
    """How many pushes wait because a try went wrong, whatever went wrong."""
    found = row(db, "SELECT COUNT(*) AS n FROM push_outbox WHERE state = 'waiting' AND fault IS NOT NULL")
    return int(found["n"]) if found else 0


def dropped(db: Database) -> dict[str, int]:
    """How many pushes were given up, by reason."""
    found = rows(
        db,
        """SELECT COALESCE(fault, :nobody) AS reason, COUNT(*) AS n FROM push_outbox WHERE state = 'dropped'
           GROUP BY COALESCE(fault, :nobody) ORDER BY 1""",
        {"nobody": NOBODY},
    )
    return {r["reason"]: r["n"] for r in found}


def lost_since(db: Database, since: float) -> Row:
    """How many pushes were given up since then though somebody waits for them: `n`, and `at`, when the first was."""
    found = row(
        db,
        """SELECT COUNT(*) AS n, MIN(settled_at) AS at FROM push_outbox
           WHERE state = 'dropped' AND fault NOT IN (:nobody, :replaced) AND settled_at > :since""",
        {"nobody": NOBODY, "replaced": REPLACED, "since": since},
    )
    assert found is not None
    return found
