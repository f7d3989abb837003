"""An event becomes words, and words a push to every subscription; dead ones are forgotten.

Two halves: `tell` writes rows into the push outbox inside the event's own transaction, `deliver` takes one row
and sends it. Words are generic: whoever sees a lock screen learns that there is news, and nothing else.
A push is a hint; the list in the app is the truth.

Push services fail alone: each is sent one push at a time, and one that is in trouble is let be for a while, so that
neither a slow nor a dead one holds up what goes to the others (`Hosts`).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from app import duty
from app.config import Config
from app.errors import BadRequest, PushHost
from app.store import Store, cases, iso, people, subscriptions
from app.store.database import Row
from app.words import text

HOUR = 3600.0
PATIENCE = (60.0, 300.0, 900.0, HOUR, 3 * HOUR)
TTL = {"jobseeker": 72 * HOUR, "caseworker": 12 * HOUR, "admin": 12 * HOUR}
URGENCY = {"jobseeker": "normal", "caseworker": "high", "admin": "high"}
KEY_REFUSED = "key refused"
# A push service that drops an address may never say so (FCM answers, Apple says 201): who has not opened the app for so
# long has no such subscription any more. The app renews it at every start.
UNSEEN = 60 * 24 * HOUR
LET_BE, LET_BE_LONGEST = 60.0, 900.0
OUTAGE = 2
AUTH_BYTES = 16


@dataclass(frozen=True)
class Outcome:
    """What a push service said: an HTTP status (0: nobody answered) and how long it asks us to wait, in seconds."""

    status: int
    retry_after: float | None = None


Send = Callable[[Row], Outcome]


class Hosts:
    """Which push services are not to be asked now: those we are talking to, and those in trouble.

    After a failure a host is let be for LET_BE seconds, twice as long after the next, at most LET_BE_LONGEST; then
    the oldest push that is due tries it out. Kept in memory: a new worker asks each host once.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._talking: set[str] = set()
        self._until: dict[str, float] = {}
        self._failures: dict[str, int] = {}

    def closed(self, now: float) -> set[str]:
        """The hosts that get no push now."""
        with self._lock:
            return self._talking | {host for host, until in self._until.items() if until > now}

    def begin(self, host: str) -> None:
        """We are talking to this host."""
        with self._lock:
            self._talking.add(host)

    def end(self, host: str) -> None:
        """We are no longer talking to it, however that went."""
        with self._lock:
            self._talking.discard(host)

    def failed(self, host: str, now: float, asked: float | None) -> None:
        """It is in trouble, or our key is; `asked` is how long it wants to be let be, in seconds."""
        with self._lock:
            count = self._failures[host] = self._failures.get(host, 0) + 1
            wait = max(LET_BE * 2.0 ** min(count - 1, 10), asked or 0.0)
            self._until[host] = now + min(wait, LET_BE_LONGEST)

    def answered(self, host: str) -> bool:
        """It does its work; True when it did not the last times."""
        with self._lock:
            self._until.pop(host, None)
            return self._failures.pop(host, 0) >= OUTAGE


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


ASK_TO_JOBSEEKER = {"asked", "reminded", "time_granted", "time_refused", "waived", "wanted", "closed"}
ASK_TO_CASEWORKERS = {"declined", "time_wished"}


def tell_ask(store: Store, ask: Row, what: str, event: int) -> None:
    """Queue the pushes for what happened to an ask. Call it inside the event's transaction."""
    if what in ASK_TO_JOBSEEKER:
        person = people.get(store.db, ask["person"])
        assert person is not None
        _queue(store, person, {"event": event}, ask["id"], f"push.{what}", f"/#/a/{ask['id']}")
    if what in ASK_TO_CASEWORKERS:
        for caseworker in _responsible(store, ask):
            _queue(store, caseworker, {"event": event}, ask["id"], "push.desk_ask", f"/desk/#/a/{ask['id']}")


def tell_message(store: Store, message: Row, event: int) -> None:
    """Queue the pushes for a message, to the side that did not write it. Call it inside the message's transaction."""
    thread = f"messages {message['person']}"
    if message["author"] == message["person"]:
        for caseworker in _responsible(store, message):
            path = f"/desk/#/m/{message['person']}"
            _queue(store, caseworker, {"event": event}, thread, "push.desk_message", path)
    else:
        person = people.get(store.db, message["person"])
        assert person is not None
        _queue(store, person, {"event": event}, thread, "push.message", "/#/m")


def tell_notice(store: Store, notice: Row, event: int) -> None:
    """Queue the pushes for a notice that can be read now. Call it inside the event's transaction."""
    person = people.get(store.db, notice["person"])
    assert person is not None
    _queue(store, person, {"event": event}, notice["id"], "push.notice", f"/#/notices/{notice['id']}")


def tell_admins(store: Store, alarm: int) -> None:
    """Queue the pushes for an alarm. Call it inside the alarm's transaction."""
    for admin in people.admins(store.db):
        _queue(store, admin, {"alarm": alarm}, "operation", "push.desk_alarm", "/desk/#/operation")


def _responsible(store: Store, of: Row) -> list[Row]:
    case = cases.get(store.db, of["case"])
    return duty.on_duty(store, people.caseworkers_of(store.db, case["team"])) if case else []


def _queue(store: Store, person: Row, of: dict[str, int], thread: str, key: str, path: str) -> None:
    """One push to each browser of a person, of an event or an alarm; newer words take the place of older ones of
    the same thread. A caseworker chooses when: at once, gathered, not in quiet hours, or never. An alarm never waits.
    """
    now = store.now()
    hour = duty.hour(store, person["id"]) if "event" in of and person["role"] != "jobseeker" else duty.Hour(now, False)
    if not hour:
        return
    if hour.summary:
        thread, key, path = "summary", "push.desk_summary", "/desk/"
    subscriptions.drop_unseen(store.db, person["id"], iso(now - UNSEEN))
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
            "not_before": hour.at,
            "ends_at": hour.at + TTL[person["role"]],
        }
        subscriptions.queue(store.db, push)


def topic(store: Store, thread: str) -> str:
    """32 hexadecimal digits that are the same for one thread, say a submission, and tell nothing about it."""
    return hmac.new(store.keys.receipt, b"topic " + thread.encode(), hashlib.sha256).hexdigest()[:32]


def deliver(store: Store, send: Send, hosts: Hosts) -> bool:
    """Send the oldest push that is due; False when there is none, or only for hosts that are not to be asked now."""
    push = take(store, hosts)
    if push:
        give(store, send, push, hosts)
    return push is not None


def take(store: Store, hosts: Hosts) -> Row | None:
    """Claim the oldest push that is due at a host that may be asked, or None. One caller at a time; then `give` it."""
    with store.atomic() as db:
        push = subscriptions.claim(db, store.now(), hosts.closed(store.now()))
    if not push:
        return None
    subscription = subscriptions.get(store.db, push["subscription"])
    if subscription:
        hosts.begin(_host(subscription))
    return {**push, "to": subscription}


def give(store: Store, send: Send, push: Row, hosts: Hosts) -> None:
    """Send a push that was taken.

    404 and 410: the subscription is dead, forget it. 401 and 403: our key is at fault, keep the subscription,
    wait, and let the alarm ring. 429, 5xx and silence: later, until its time to live is over. Of two pushes for one
    subscription and topic only the newer is sent: a phone that was off sees the news once.
    """
    subscription = push["to"]
    if not subscription:
        _settle(store, push, "dropped", subscriptions.NOBODY)
        return
    try:
        if push["ends_at"] <= store.now():
            _settle(store, push, "dropped", "too late")
        elif subscriptions.has_newer(store.db, push):
            _settle(store, push, "dropped", subscriptions.REPLACED)
        else:
            _send(store, send, push, subscription, hosts)
    finally:
        hosts.end(_host(subscription))


def _send(store: Store, send: Send, push: Row, subscription: Row, hosts: Hosts) -> None:
    host = _host(subscription)
    outcome = send({**subscription, **push, "ttl": int(push["ends_at"] - store.now())})
    if outcome.status in (200, 201, 202, 204):
        _settle(store, push, "sent")
    elif outcome.status in (404, 410):
        with store.atomic() as db:
            subscriptions.forget(db, push["subscription"])
    elif outcome.status in (400, 413):
        _settle(store, push, "dropped", f"refused with {outcome.status}")
    else:
        hosts.failed(host, store.now(), outcome.retry_after)
        _again(store, push, outcome)
        return
    if hosts.answered(host):
        subscriptions.hurry(store.db, store.now(), host)


def _host(subscription: Row) -> str:
    """The host of an endpoint, with its port where one is written."""
    return str(subscription["endpoint"]).split("/", 3)[2].lower()


def _again(store: Store, push: Row, outcome: Outcome) -> None:
    refused = outcome.status in (401, 403)
    fault = f"{KEY_REFUSED} with {outcome.status}" if refused else f"answered {outcome.status or 'nothing'}"
    wait = outcome.retry_after or PATIENCE[min(push["attempt"], len(PATIENCE)) - 1]
    later = store.now() + wait * random.uniform(1.0, 1.2)
    if later > push["ends_at"]:
        _settle(store, push, "dropped", fault)
    else:
        _settle(store, push, "waiting", fault, later)


def hurry(store: Store) -> None:
    """What waits because our key was refused is tried soon: call it at the start, for a key is mended by a restart."""
    subscriptions.hurry(store.db, store.now(), fault=KEY_REFUSED)


def _settle(store: Store, push: Row, state: str, fault: str | None = None, not_before: float = 0) -> None:
    with store.atomic() as db:
        subscriptions.settle(db, push, state, store.now(), fault, not_before)


def subscribe(store: Store, config: Config, person: str, subscription: Row) -> bool:
    """Remember a browser's endpoint `{id, endpoint, p256dh, auth, language}`; True when it is new.

    Raises PushHost when the endpoint is not at a push service we know, or the id is not its hash; BadRequest when
    nothing can be encrypted for its keys.
    """
    if not endpoint_is_allowed(subscription["endpoint"], config.push_hosts):
        raise PushHost()
    if hashlib.sha256(subscription["endpoint"].encode()).hexdigest() != subscription["id"]:
        raise PushHost()
    _check_keys(subscription)
    with store.atomic() as db:
        fresh = subscriptions.put(db, {**subscription, "person": person, "at": store.time()})
        subscriptions.drop_oldest(db, person)
    return fresh


def _check_keys(subscription: Row) -> None:
    """p256dh is a point on P-256, uncompressed; auth is 16 bytes (RFC 8291)."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _decoded(subscription["p256dh"]))
    except ValueError as error:
        raise BadRequest(extra={"where": "keys.p256dh", "what": "no point on the curve P-256"}) from error
    try:
        short = len(_decoded(subscription["auth"])) != AUTH_BYTES
    except binascii.Error:
        short = True
    if short:
        raise BadRequest(extra={"where": "keys.auth", "what": f"{AUTH_BYTES} bytes are needed"})


def _decoded(said: str) -> bytes:
    """base64url with or without its padding. Raises ValueError."""
    plain = said.rstrip("=")
    return base64.b64decode(plain + "=" * (-len(plain) % 4), altchars=b"-_", validate=True)


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
        and parts.path.startswith("/")
        and port in (None, 443)
        and "@" not in parts.netloc
        and len(endpoint) < 2000
    )
