"""No silent failure: what needs a person becomes an alarm, which begins once, is told once, and ends by itself.

The worker looks every ten seconds, writes down what began and what ended, and tells the admins by push. What it cannot
see or write, that it is dead itself or that the database takes nothing, whoever asks sees all the same: `present` looks
anew each time and believes no row.
"""

from __future__ import annotations

import contextlib
import logging
from dataclasses import dataclass, replace

from app import handover, notify, retention
from app.config import Config
from app.errors import NotFound
from app.store import Store, handovers, iso, jobs, submissions, subscriptions
from app.store import alarms as rows
from app.store.database import Fault, Row

log = logging.getLogger("belegbote.alarms")

LOOK_EVERY = 10.0
LATE_AFTER = 600.0  # from the receipt to the document
QUEUE_MAY_WAIT = 600.0
SILENT_AFTER = 120.0  # twelve looks of the worker
DROPPED_COUNTS = 86400.0  # nothing undoes a push that was given up; after a day it is history
KEPT = 90 * 86400.0
SHOWN = 20
WORKER = "worker"

# What can be wrong; what threatens most comes first.
KINDS = (
    "database",
    "disk",
    "worker_silent",
    "queue_stands",
    "scan_parked",
    "late",
    "handover_stands",
    "handover_parked",
    "handover_unacknowledged",
    "erase_stands",
    "push_key_refused",
    "push_dropped",
    "show_parked",
    "read_parked",
)


@dataclass(frozen=True)
class Condition:
    """Something that needs a person: its kind, the submission it is about ("" is none) and its number, since when."""

    what: str
    subject: str
    since: str
    number: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same condition at the next look."""
        return self.what, self.subject


class Watch:
    """The worker's eyes. `look` is one round; a round that could not write is told by the next one that can."""

    def __init__(self, store: Store, config: Config) -> None:
        self._store, self._config = store, config
        self._unwritable_since: str | None = None

    def look(self, beat: float) -> None:
        """Write down what began and what ended since the last round, and that the worker was at work at `beat`."""
        try:
            with self._store.atomic() as db:
                self._settle(self._seen())
                rows.beat(db, WORKER, beat)
                rows.forget(db, iso(self._store.now() - KEPT))
            self._unwritable_since = None
        except Fault as error:
            self._unwritable_since = self._unwritable_since or self._store.time()
            log.error("no alarm can be written down, the database takes nothing: %s", error)

    def stop(self) -> None:
        """The worker ends in good order: nobody need look for it, and whoever asks knows that none is at work."""
        with contextlib.suppress(Fault):
            rows.no_beat(self._store.db, WORKER)

    def _seen(self) -> list[Condition]:
        store = self._store
        seen = _conditions(store, self._config)
        if self._unwritable_since:
            seen.append(Condition("database", "", self._unwritable_since))
        last = rows.last_beat(store.db, WORKER)
        if last is not None and store.now() - last > SILENT_AFTER:  # it was killed, or its own rounds stand still
            seen.append(Condition("worker_silent", "", iso(last)))
        return seen

    def _settle(self, seen: list[Condition]) -> None:
        db, keys, begun = self._store.db, {each.key for each in seen}, []
        for alarm in rows.lasting(db):
            if _key(alarm) not in keys:
                rows.end(db, alarm["id"], self._store.time())
                log.info("alarm is over: %s %s", *_key(alarm))
        for each in seen:
            if number := rows.begin(db, each.what, each.subject, each.since):
                begun.append(number)
                log.warning("alarm: %s %s", *each.key)
        if begun:  # one look, one push, however much it saw
            notify.tell_admins(self._store, begun[0])


def present(store: Store, config: Config) -> list[Condition]:
    """What needs a person now, the worst first. Looks for itself and writes nothing."""
    seen = _conditions(store, config)
    if not store.can_write():
        seen.append(Condition("database", "", store.time()))
    last = rows.last_beat(store.db, WORKER)
    if last is None or store.now() - last > SILENT_AFTER:
        seen.append(Condition("worker_silent", "", store.time() if last is None else iso(last)))
    began = {_key(alarm): alarm["began_at"] for alarm in rows.lasting(store.db)}
    known = [replace(each, since=began.get(each.key, each.since)) for each in seen]
    return sorted(known, key=lambda each: (KINDS.index(each.what), each.since, each.subject))


def by_kind(found: list[Condition]) -> dict[str, int]:
    """How many conditions of each kind there are; a kind with none is 0."""
    return {kind: sum(each.what == kind for each in found) for kind in KINDS}


def ended(store: Store) -> list[Row]:
    """The alarms that ended last, the newest first."""
    return rows.ended(store.db, SHOWN)


def late(store: Store) -> list[Row]:
    """Submissions whose document, or the one that was arranged anew, should long be there and is not."""
    return submissions.late(store.db, iso(store.now() - LATE_AFTER))


def worker_seen(store: Store) -> float | None:
    """How many seconds ago the worker went its last round; None when none is at work."""
    last = rows.last_beat(store.db, WORKER)
    return None if last is None else max(0.0, store.now() - last)


def retry(store: Store, job: int) -> Row:
    """Let a parked job be tried again, and return it; one that is not parked stays as it is. Raises NotFound."""
    with store.atomic() as db:
        if jobs.unpark(db, job, store.now()):
            log.info("job %s is tried again", job)
        found = jobs.get(db, job)
    if not found:
        raise NotFound()
    return found


def _key(alarm: Row) -> tuple[str, str]:
    return alarm["what"], alarm["subject"]


def _conditions(store: Store, config: Config) -> list[Condition]:
    """What the rows and the disk show."""
    now, at = store.now(), store.time()
    seen = [Condition("late", each["id"], each["since"], each["number"]) for each in late(store)]
    for job in jobs.parked(store.db):
        seen.append(Condition(f"{job['what']}_parked", jobs.subject(job), at, job["number"]))
    waits = jobs.queue(store.db, now)["oldest"]
    if waits >= QUEUE_MAY_WAIT:
        seen.append(Condition("queue_stands", "", iso(now - waits)))
    if subscriptions.refused(store.db):
        seen.append(Condition("push_key_refused", "", at))
    seen += _of_the_handover(store, config)
    lost = subscriptions.lost_since(store.db, now - DROPPED_COUNTS)
    if lost["n"]:
        seen.append(Condition("push_dropped", "", iso(lost["at"])))
    if store.files.free_bytes() <= config.min_free_bytes:
        seen.append(Condition("disk", "", at))
    return seen


def _of_the_handover(store: Store, config: Config) -> list[Condition]:
    """What stands between the office's decision and its file. Only rows are asked: a share that hangs hangs nobody."""
    now, found = store.now(), {"erase_stands": handovers.unerased(store.db, iso(store.now() - retention.MAY_STAND))}
    if config.handover:
        found["handover_stands"] = handovers.standing(store.db, iso(now - handover.MAY_STAND))
    found["handover_unacknowledged"] = handovers.forgotten(store.db, iso(now - handover.ACK_PATIENCE))
    return [Condition(what, "", told["since"]) for what, told in found.items() if told["n"]]
