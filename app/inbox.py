"""The team's inbox: which submissions are in which queue, in whose hands, and which can wait."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app import duty, review, states
from app.errors import BadRequest
from app.finding import Search
from app.office import ZONE, Office
from app.store import Store, documents, events, iso, submissions
from app.store.database import Row

MOST = 300  # rows in one answer
MOST_DAYS = 366


@dataclass(frozen=True)
class View:
    """What a caseworker's queues depend on: whose hands are theirs, today, and since when something is overdue."""

    hands: frozenset[str]
    today: str
    late: str


def _waits(row: Row, view: View) -> bool:
    return row["state"] in states.AT_THE_DESK and (row["postponed_until"] or "") <= view.today


QUEUES: dict[str, Callable[[Row, View], bool]] = {
    "new": _waits,
    "mine": lambda row, view: _waits(row, view) and row["taken_by"] in view.hands,
    "overdue": lambda row, view: _waits(row, view) and row["received_at"] < view.late,
    "postponed": lambda row, view: row["state"] in states.AT_THE_DESK and not _waits(row, view),
    "returned": lambda row, view: row["state"] == states.RETURNED,
    "accepted": lambda row, view: row["state"] == states.ACCEPTED,
    "all": lambda row, view: True,
    **{
        state: functools.partial(lambda state, row, view: row["state"] == state, state)
        for state in states.STATES
        if state != states.SENDING
    },
}
COUNTED = ("new", "mine", "overdue", "postponed", "returned", "accepted")


@dataclass(frozen=True)
class Found:
    """A queue as it is shown: its first rows, how many there are, and how many lie in each queue."""

    rows: list[Row]
    total: int
    counts: dict[str, int]


def look(
    store: Store, office: Office, caseworker: Row, queue: str, words: str = "", kind: str = "", most: int = MOST
) -> Found:
    """The team's submissions of a queue, each with its `problems`: the oldest first, what is accepted the newest first.
    `found` is where in its document that stands what was looked for, if not all of it is known without.

    Raises BadRequest for a queue that we do not know.
    """
    if queue not in QUEUES:
        raise BadRequest(extra={"state": sorted(QUEUES)})
    team, view = caseworker["team"] or "", _view(store, office, caseworker)
    index = submissions.desk_index(store.db, team)
    wanted = [row for row in index if QUEUES[queue](row, view) and kind in ("", row["kind"])]
    search = Search(store, office, team, words)
    if words:
        wanted = [row for row in wanted if search.holds(row["id"], _said(row, office))]
    if queue == "accepted":
        decided = submissions.decided_at(store.db, team)
        wanted.sort(key=lambda row: decided.get(row["id"], ""), reverse=True)
    first = {row["id"]: _said(row, office) for row in wanted[: max(0, min(most, MOST))]}
    shown, places = list(first), search.places(first)
    noticed = documents.problems(store.db, shown)
    rows = [
        {**row, "problems": noticed.get(row["id"], []), "found": places.get(row["id"])}
        for row in submissions.desk_rows(store.db, team, shown)
    ]
    counts = {name: sum(QUEUES[name](row, view) for row in index) for name in COUNTED}
    return Found([{**row, "late": QUEUES["overdue"](row, view)} for row in rows], len(wanted), counts)


def _view(store: Store, office: Office, caseworker: Row) -> View:
    hands = frozenset([caseworker["id"], *(one["id"] for one in duty.stood_in_for(store, caseworker["id"]))])
    return View(hands, duty.today(store), iso(store.now() - office.decide_within_days * 86_400))


def _said(row: Row, office: Office) -> str:
    """What is known of a submission, in words: whose it is, its numbers, what its papers are and were called."""
    names = f"{row['person_name']} {row['about_name'] or ''}"
    return f"{names} {row['case_number']} {row['number']} {' '.join(office.kind_names(row['kind'], 'de'))}"


def take(store: Store, caseworker: Row, submission: str, taken: bool) -> None:
    """Take a submission into one's own hands, from a colleague's too, or give it back. Raises NotFound."""
    with store.atomic() as db:
        row = review.find(store, caseworker, submission)
        taker = caseworker["id"] if taken else None
        if row["taken_by"] != taker:
            submissions.set_taker(db, submission, taker)
            events.add(db, row, "taken" if taken else "given_back", store.time(), caseworker["id"])


def postpone(store: Store, caseworker: Row, submission: str, until: str | None) -> None:
    """Let a submission wait until a day, then it is in the inbox again; None: it is there now.

    Raises NotFound, BadRequest (a day that is not ahead).
    """
    with store.atomic() as db:
        row = review.find(store, caseworker, submission)
        _check_ahead(store, until)
        if row["postponed_until"] != until:
            submissions.set_postponed(db, submission, until)
            what = "postponed" if until else "wanted_now"
            events.add(db, row, what, store.time(), caseworker["id"], {"until": until} if until else None)


def _check_ahead(store: Store, until: str | None) -> None:
    if until is None:
        return
    first = datetime.fromtimestamp(store.now(), ZONE).date() + timedelta(1)
    try:
        ahead = first <= date.fromisoformat(until) <= first + timedelta(MOST_DAYS)
    except ValueError:
        ahead = False
    if not ahead:
        raise BadRequest(extra={"where": "until", "what": f"a day from tomorrow to {MOST_DAYS} days ahead"})
