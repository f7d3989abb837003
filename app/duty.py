"""A caseworker's duty: at what pace and hours they are alerted, when they are away, and who stands in for them.

Who stands in sees what is in the hands of the absent as their own, is alerted in their place, and may work in their
team's inbox. Nothing of it changes whose case it is: when the day comes, it is all as before. Who leaves the team for
good leaves what they had in hand to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from app.errors import BadRequest
from app.office import ZONE
from app.store import Store, duties, events, people, submissions
from app.store.database import Row

PACES = ("now", "summary", "none")
SUMMARY_EVERY = 15 * 60  # s
AT_ANY_HOUR: dict[str, Any] = {
    "pace": "now",
    "quiet_from": None,
    "quiet_until": None,
    "away_from": None,
    "away_until": None,
    "stand_in": None,
    "stand_in_name": None,
}


@dataclass(frozen=True)
class Hour:
    """When a push may go out: `at`, seconds since 1970; `summary`: one for all that happened until then."""

    at: float
    summary: bool


def of(store: Store, person: str) -> dict[str, Any]:
    """A person's duty; who never said anything is alerted at once, at any hour."""
    return {**AT_ANY_HOUR, **(duties.of(store.db, person) or {})}


def put(store: Store, caseworker: Row, said: dict[str, Any]) -> None:
    """Write down a duty: pace, quiet_from, quiet_until ("18:00"), away_from, away_until (days), stand_in.

    Raises BadRequest: half a span, a span that ends before it begins, or nobody who could stand in.
    """
    _check_span(said, "quiet_from", "quiet_until", in_order=False)
    _check_span(said, "away_from", "away_until", in_order=True)
    other = people.get(store.db, said["stand_in"]) if said["stand_in"] else None
    if said["stand_in"] and other not in colleagues_of(store, caseworker["id"]):
        raise BadRequest(extra={"where": "stand_in", "what": "another caseworker is needed"})
    with store.atomic() as db:
        duties.put(
            db, {**{key: said[key] for key in AT_ANY_HOUR if key != "stand_in_name"}, "person": caseworker["id"]}
        )


def colleagues_of(store: Store, caseworker: str) -> list[Row]:
    """The caseworkers who could stand in for this one: all others who have access."""
    found = [one for one in people.everybody(store.db) if one["role"] == "caseworker" and not one["ended_at"]]
    return [one for one in found if one["id"] != caseworker]


def _check_span(said: dict[str, Any], first: str, last: str, *, in_order: bool) -> None:
    if bool(said[first]) != bool(said[last]):
        raise BadRequest(extra={"where": last, "what": f"{first} and {last} belong together"})
    try:
        read = date.fromisoformat if in_order else time.fromisoformat
        ends = [read(said[name]) for name in (first, last) if said[name]]
    except ValueError as error:
        raise BadRequest(extra={"where": first, "what": "no such day or hour"}) from error
    if in_order and ends and said[last] < said[first]:
        raise BadRequest(extra={"where": last, "what": f"it is before {first}"})


def today(store: Store) -> str:
    """The day it is where the office is."""
    return datetime.fromtimestamp(store.now(), ZONE).date().isoformat()


def is_away(store: Store, person: str) -> bool:
    """Whether a person is away today."""
    found = of(store, person)
    return bool(found["away_from"]) and found["away_from"] <= today(store) <= found["away_until"]


def on_duty(store: Store, team: list[Row]) -> list[Row]:
    """Of these caseworkers those who are here, and who stands in for the others. Never nobody: then all of them."""
    here = [one for one in team if not is_away(store, one["id"])]
    absent = [of(store, one["id"])["stand_in"] for one in team if one not in here]
    known = {one["id"] for one in here}
    found = [people.get(store.db, stand_in) for stand_in in dict.fromkeys(absent) if stand_in and stand_in not in known]
    return here + [one for one in found if one and not one["ended_at"] and not is_away(store, one["id"])] or team


def lay_down(store: Store, person: str) -> None:
    """What is in this person's hands, or in nobody's and put off by them, is in their team's inbox again. Call it
    inside the transaction by which they leave the team.
    """
    for row in submissions.in_hand(store.db, person):
        submissions.set_taker(store.db, row["id"], None)
        submissions.set_postponed(store.db, row["id"], None)
        events.add(store.db, row, "let_go", store.time(), person)


def stood_in_for(store: Store, person: str) -> list[Row]:
    """For whom this person stands in today."""
    return duties.stood_in_for(store.db, person, today(store))


def hour(store: Store, person: str) -> Hour | None:
    """When a person may be alerted of what happens now; None: they want no alerts."""
    wanted = of(store, person)
    if wanted["pace"] == "none":
        return None
    summary = wanted["pace"] == "summary"
    at = store.now()
    if summary:
        at = (at // SUMMARY_EVERY + 1) * SUMMARY_EVERY
    return Hour(_after_quiet(at, wanted["quiet_from"], wanted["quiet_until"]), summary)


def _after_quiet(at: float, first: str | None, last: str | None) -> float:
    """The same moment, or the end of the quiet hours in which it falls; they may go over midnight."""
    if not first or not last or first == last:
        return at
    here = datetime.fromtimestamp(at, ZONE)
    clock = here.strftime("%H:%M")
    quiet = first <= clock < last if first < last else clock >= first or clock < last
    if not quiet:
        return at
    day = here.date() if clock < last else here.date() + timedelta(1)
    return datetime.combine(day, time.fromisoformat(last), ZONE).timestamp()
