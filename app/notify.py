"""An event becomes words, and words a push to every subscription; dead ones are forgotten.

Two halves: `tell` writes rows into the push outbox inside the event's own transaction, `deliver` takes one row
and sends it. Words are generic: whoever sees a lock screen learns that there is news, and nothing else.
A push is a hint; the list in the app is the truth.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.config import Config
from app.errors import PushHost
from app.store import Store, cases, people, subscriptions
from app.store.database import Row
from app.words import text

HOUR = 3600.0
PATIENCE = (60.0, 300.0, 900.0, HOUR, 3 * HOUR)
MOST_TRIES = 12
TTL = {"jobseeker": 72 * HOUR, "caseworker": 12 * HOUR, "admin": 12 * HOUR}
URGENCY = {"jobseeker": "normal", "caseworker": "high", "admin": "high"}
KEY_REFUSED = "key refused"


@dataclass(frozen=True)
class Outcome:
    """What a push service said: an HTTP status (0: nobody answered) and how long it asks us to wait, in seconds."""

    status: int
    retry_after: float | None = None


Send = Callable[[Row], Outcome]

TO_JOBSEEKER = {"received", "attention", "accepted", "returned"}
TO_CASEWORKERS = {"ready", "attention", "lost"}


def tell(store: Store, submission: Row, what: str, event: int) -> None:
    """Queue the pushes for an event. Call it inside the event's transaction."""
    if what in TO_JOBSEEKER:
        owner = people.get(store.db, submission["owner"])
        assert owner is not None
        _queue(store, owner, {"event": event}, submission["id"], f"push.{what}", f"/#/n/{submission['id']}")
    if what in TO_CASEWORKERS:
        path = "/desk/" if what == "lost" else f"/desk/#/n/{submission['id']}"
        for caseworker in _responsible(store, submission):
            _queue(store, caseworker, {"event": event}, submission["id"], f"push.desk_{what}", path)


def tell_admins(store: Store, alarm: int) -> None:
    """Queue the pushes for an alarm. Call it inside the alarm's transaction."""
    for admin in people.admins(store.db):
        _queue(store, admin, {"alarm": alarm}, "operation", "push.desk_alarm", "/desk/#/operation")


def _responsible(store: Store, submission: Row) -> list[Row]:
    case = cases.get(store.db, submission["case"])
    return people.caseworkers_of(store.db, case["team"]) if case else []


def _queue(store: Store, person: Row, of: dict[str, int], thread: str, key: str, path: str) -> None:
    """One push to each browser of a person, of an event or an alarm; newer words take the place of older ones of
    the same thread.
    """
    now = store.now()
    for subscription in subscriptions.of_person(store.db, person["id"]):
        language = subscription["language"]
        notification = {
            "title": text(language, "push.title"),
            "body": text(language, key),
            "navigate": path,
            "lang": language,
            "tag": topic(store, thread),
        }
        push = {
            "subscription": subscription["id"],
            **of,
            "topic": topic(store, thread),
            "urgency": URGENCY[person["role"]],
            "payload": json.dumps({"web_push": 8030, "notification": notification}, ensure_ascii=False),
            "not_before": now,
            "ends_at": now + TTL[person["role"]],
        }
        subscriptions.queue(store.db, push)


def topic(store: Store, thread: str) -> str:
    """32 hexadecimal digits that are the same for one thread, say a submission, and tell nothing about it."""
    return hmac.new(store.keys.receipt, b"topic " + thread.encode(), hashlib.sha256).hexdigest()[:32]


def deliver(store: Store, send: Send) -> bool:
    """Send the oldest push that is due; False when there is none.

    404 and 410: the subscription is dead, forget it. 401 and 403: our key is at fault, keep the subscription,
    wait, and let the alarm ring. 429, 5xx and silence: later, until its time to live is over.
    """
    with store.atomic() as db:
        push = subscriptions.claim(db, store.now())
    if not push:
        return False
    subscription = subscriptions.get(store.db, push["subscription"])
    if not subscription or push["ends_at"] <= store.now():
        _settle(store, push, "dropped", "too late" if subscription else subscriptions.NOBODY)
        return True
    outcome = send({**subscription, **push, "ttl": int(push["ends_at"] - store.now())})
    if outcome.status in (200, 201, 202, 204):
        _settle(store, push, "sent")
    elif outcome.status in (404, 410):
        with store.atomic() as db:
            subscriptions.forget(db, push["subscription"])
    elif outcome.status in (400, 413):
        _settle(store, push, "dropped", f"refused with {outcome.status}")
    else:
        _again(store, push, outcome)
    return True


def _again(store: Store, push: Row, outcome: Outcome) -> None:
    refused = outcome.status in (401, 403)
    fault = f"{KEY_REFUSED} with {outcome.status}" if refused else f"answered {outcome.status or 'nothing'}"
    wait = outcome.retry_after or PATIENCE[min(push["attempt"], len(PATIENCE)) - 1]
    later = store.now() + wait * random.uniform(1.0, 1.2)
    if push["attempt"] >= MOST_TRIES or later > push["ends_at"]:
        _settle(store, push, "dropped", fault)
    else:
        _settle(store, push, "waiting", fault, later)


def _settle(store: Store, push: Row, state: str, fault: str | None = None, not_before: float = 0) -> None:
    with store.atomic() as db:
        subscriptions.settle(db, push, state, store.now(), fault, not_before)


def subscribe(store: Store, config: Config, person: str, subscription: Row) -> bool:
    """Remember a browser's endpoint `{id, endpoint, p256dh, auth, language}`; True when it is new.

    Raises PushHost when the endpoint is not at a push service we know, or the id is not its hash.
    """
    if not endpoint_is_allowed(subscription["endpoint"], config.push_hosts):
        raise PushHost()
    if hashlib.sha256(subscription["endpoint"].encode()).hexdigest() != subscription["id"]:
        raise PushHost()
    with store.atomic() as db:
        fresh = subscriptions.put(db, {**subscription, "person": person, "at": store.time()})
        subscriptions.drop_oldest(db, person)
    return fresh


def unsubscribe(store: Store, person: str, subscription: str) -> None:
    """Forget a browser's endpoint."""
    subscriptions.drop(store.db, subscription, person)


def endpoint_is_allowed(endpoint: str, hosts: tuple[str, ...]) -> bool:
    """Whether we would ever connect there: https, the usual port, nobody's password, and a known push service."""
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return False
    host = (parts.hostname or "").lower()
    known = any(host == name or host.endswith("." + name) for name in hosts)
    plain = endpoint.isascii() and not any(c.isspace() or c == "\\" for c in endpoint)
    return (
        parts.scheme == "https"
        and known
        and plain
        and port in (None, 443)
        and "@" not in parts.netloc
        and len(endpoint) < 2000
    )
