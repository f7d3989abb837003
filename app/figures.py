"""What the head of an office asks for: how many papers came, how fast they were decided, what was returned and why.

Counts only, and no names. In what is broken down by a property of people or their papers (kind, reason, language, how
long they waited) no number below LEAST is told: small ones go together, and where one number could be found by
subtraction a second one stays out. It is no protection from who subtracts one period, or one team, from another.
"""

from __future__ import annotations

import functools
import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from app import states
from app.errors import BadRequest, NotFound
from app.handover import csv_lines
from app.office import ZONE, Office, local
from app.store import Store, iso, people
from app.store import figures as rows
from app.store.database import Row
from app.words import text

PERIODS = (30, 90, 365)
LEAST = 5
TABLES = ("days", "weeks", "kinds", "reasons", "languages", "waits")
# From the photo, by the phone's clock, to the arrival, by ours, in seconds; what is beyond the last is no time at all.
WAITS = {"minutes": 600.0, "hour": 3600.0, "day": 86400.0, "longer": 60 * 86400.0}
UNKNOWN, OWN_WORDS = "unknown", "own"


@dataclass(frozen=True)
class Period:
    """So many whole days on the office's own calendar, the first and the last included."""

    begins: date
    ends: date

    @classmethod
    def until(cls, now: float, days: int) -> Period:
        """The period that ends today."""
        today = datetime.fromtimestamp(now, ZONE).date()
        return cls(today - timedelta(days - 1), today)

    @property
    def before(self) -> Period:
        """The period of the same length just before."""
        days = (self.ends - self.begins).days + 1
        return Period(self.begins - timedelta(days), self.ends - timedelta(days))

    @property
    def days(self) -> list[date]:
        """Each of its days."""
        return [self.begins + timedelta(n) for n in range((self.ends - self.begins).days + 1)]

    @property
    def bounds(self) -> tuple[str, str]:
        """Its first moment and the first one after it, as in the rows."""
        first, after = (datetime.combine(day, time(), ZONE) for day in (self.begins, self.ends + timedelta(1)))
        return iso(first.timestamp()), iso(after.timestamp())


def of(store: Store, office: Office, days: int, team: str | None) -> dict[str, Any]:
    """The figures of the last so many days, in one team or everywhere, as in `web/shapes.py`.

    Raises BadRequest for another length than PERIODS, NotFound for a team that is not there.
    """
    if days not in PERIODS:
        raise BadRequest(extra={"days": list(PERIODS)})
    if team and not people.team(store.db, team):
        raise NotFound()
    period = Period.until(store.now(), days)
    came, decided = (ask(store.db, *period.bounds, team) for ask in (rows.received, rows.decided))
    earlier = [ask(store.db, *period.before.bounds, team) for ask in (rows.received, rows.decided)]
    return {
        "at": store.time(),
        "days": days,
        "begins": period.begins.isoformat(),
        "ends": period.ends.isoformat(),
        "team": team,
        "teams": [{key: each[key] for key in ("id", "name")} for each in people.teams(store.db)],
        "least": LEAST,
        "now": _totals(came, decided),
        "before": _totals(*earlier),
        "per_day": _per_day(period, came),
        "per_week": _per_week(period, came, decided),
        "kinds": _kinds(office, decided),
        "reasons": _shares(_reasons(office, decided)),
        "languages": _shares(Counter({row["owner"]: row["language"] for row in came}.values())),
        "waits": _waits(came),
    }


def _totals(came: list[Row], decided: list[Row]) -> dict[str, Any]:
    return {
        "submissions": len(came),
        "pages": sum(row["pages"] for row in came),
        "decided": len(decided),
        "returned": sum(row["outcome"] == states.RETURNED for row in decided),
        **_hours(decided),
    }


def _hours(decided: list[Row]) -> dict[str, float | None]:
    """From arrival to decision: the half, and nine of ten, were faster than these. Not told of fewer than LEAST."""
    took = sorted(_seconds(row["received_at"], row["decided_at"]) / 3600 for row in decided)
    if len(took) < LEAST:
        return {"median": None, "nine_in_ten": None}
    return {"median": round(statistics.median(took), 1), "nine_in_ten": round(took[math.ceil(len(took) * 0.9) - 1], 1)}


def _seconds(since: str, until: str) -> float:
    return (datetime.fromisoformat(until) - datetime.fromisoformat(since)).total_seconds()


def _day(at: str) -> date:
    """The day of the office's calendar on which a time of the rows falls."""
    return _day_of_hour(at[:13])


@functools.lru_cache(10_000)
def _day_of_hour(hour: str) -> date:
    """The same for all times of an hour: a large office has as many as its papers, but a year has few hours."""
    return local(f"{hour}:00Z").date()


def _per_day(period: Period, came: list[Row]) -> list[dict[str, Any]]:
    counted, leaves = Counter[date](), Counter[date]()
    for row in came:
        day = _day(row["received_at"])
        counted[day] += 1
        leaves[day] += row["pages"]
    return [{"day": day.isoformat(), "submissions": counted[day], "pages": leaves[day]} for day in period.days]


def _per_week(period: Period, came: list[Row], decided: list[Row]) -> list[dict[str, Any]]:
    weeks = dict.fromkeys(_monday(day) for day in period.days)
    arrived, settled = _by_week(came, "received_at"), _by_week(decided, "decided_at")
    return [
        {
            "week": week.isoformat(),
            "submissions": len(arrived[week]),
            "pages": sum(row["pages"] for row in arrived[week]),
            "decided": len(settled[week]),
            **_hours(settled[week]),
        }
        for week in weeks
    ]


def _by_week(found: list[Row], when: str) -> dict[date, list[Row]]:
    weeks = defaultdict[date, list[Row]](list)
    for row in found:
        weeks[_monday(_day(row[when]))].append(row)
    return weeks


def _monday(day: date) -> date:
    return day - timedelta(day.weekday())


def _kinds(office: Office, decided: list[Row]) -> list[dict[str, Any]]:
    """How much of each kind was returned, the worst first; kinds nobody knows go with the small ones."""
    known = {kind["id"] for kind in office.kinds}
    by_kind: dict[str | None, list[Row]] = {}
    for row in decided:
        by_kind.setdefault(row["kind"] if row["kind"] in known else None, []).append(row)
    named, rest = _folded({kind: len(found) for kind, found in by_kind.items()})
    groups: list[tuple[str | None, list[Row]]] = [(kind, by_kind[kind]) for kind in named]
    if rest:
        groups.append((None, [row for kind, found in by_kind.items() if kind not in named for row in found]))
    returned = _hidden([sum(row["outcome"] == states.RETURNED for row in found) for _, found in groups])
    lines = [_kind(office, *group, count) for group, count in zip(groups, returned, strict=True)]
    return sorted(lines, key=_how_bad)


def _how_bad(each: dict[str, Any]) -> tuple[bool, bool, float, int]:
    return each["kind"] is None, each["rate"] is None, -(each["rate"] or 0.0), -each["decided"]


def _kind(office: Office, kind: str | None, found: list[Row], returned: int | None) -> dict[str, Any]:
    commonest = _reasons(office, found).most_common(1)
    told = kind is not None and commonest and commonest[0][1] >= LEAST and returned is not None
    if len(found) < LEAST:
        returned = None
    return {
        "kind": kind,
        "decided": len(found),
        "returned": returned,
        "rate": None if returned is None else round(returned / len(found), 3),
        "reason": commonest[0][0] if told else None,
    }


def _reasons(office: Office, decided: list[Row]) -> Counter[str]:
    """Why papers were returned, by the office's reasons; a sentence of a caseworker's own is one of all others."""
    known = {reason["id"] for reason in office.reasons}
    returned = [row for row in decided if row["outcome"] == states.RETURNED]
    return Counter(row["reason"] if row["reason"] in known else OWN_WORDS for row in returned)


def _waits(came: list[Row]) -> list[dict[str, Any]]:
    found = Counter(_waited(row) for row in came)
    names = [*WAITS, UNKNOWN]
    return [
        {"name": name, "count": count}
        for name, count in zip(names, _hidden([found[name] for name in names]), strict=True)
    ]


def _waited(row: Row) -> str:
    if not row["captured_at"]:
        return UNKNOWN
    seconds = _seconds(row["captured_at"], row["received_at"])
    return next((name for name, most in WAITS.items() if -60.0 <= seconds <= most), UNKNOWN)


def _shares(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """The parts of a whole, the largest first; small ones together under no name."""
    named, rest = _folded(counts)
    told: list[dict[str, Any]] = [{"name": name, "count": counts[str(name)]} for name in named]
    return told + ([{"name": None, "count": rest if rest >= LEAST else None}] if rest else [])


def _folded(counts: Mapping[Any, int]) -> tuple[list[str | None], int]:
    """Which parts may stand by themselves, the largest first, and how many the rest are together: LEAST or more, so
    that no small part is found by subtraction, or all there are.
    """
    named = sorted((name for name in counts if name and counts[name] >= LEAST), key=lambda name: -counts[name])
    rest = sum(counts.values()) - sum(counts[name] for name in named)
    while named and 0 < rest < LEAST:
        rest += counts[named.pop()]
    return list(named), rest


def _hidden(counts: list[int]) -> list[int | None]:
    """The same counts without those from 1 to below LEAST; and if that is one alone, without the smallest other."""
    out = {n for n, count in enumerate(counts) if 0 < count < LEAST}
    if len(out) == 1 and len(counts) > 1:
        out.add(min((n for n in range(len(counts)) if n not in out), key=lambda n: (counts[n] == 0, counts[n])))
    return [None if n in out else count for n, count in enumerate(counts)]


# As a table to save


def as_csv(office: Office, found: dict[str, Any], table: str, language: str) -> bytes:
    """One of TABLES as a file for a spreadsheet, in a language. Raises BadRequest."""
    if table not in TABLES:
        raise BadRequest(extra={"table": list(TABLES)})
    head, lines = _table(office, found, table, language)
    names = [text(language, f"figures.{name}") for name in head]
    return csv_lines(names, [[_cell(cell, language) for cell in line] for line in lines])


def _table(office: Office, found: dict[str, Any], table: str, language: str) -> tuple[list[str], Iterable[list[Any]]]:
    if table == "days":
        return _columns(found["per_day"], "day", "submissions", "pages")
    if table == "weeks":
        return _columns(found["per_week"], "week", "submissions", "pages", "decided", "median", "nine_in_ten")
    if table == "kinds":
        named = [
            {
                **each,
                "kind": office.kind_name(each["kind"], language) if each["kind"] else text(language, "figures.others"),
                "percent": None if each["rate"] is None else round(each["rate"] * 100, 1),
                "reason": _reason(office, each["reason"], language) if each["reason"] else "",
            }
            for each in found["kinds"]
        ]
        return _columns(named, "kind", "decided", "returned", "percent", "reason")
    return [table, "count"], [[_name(office, table, each["name"], language), each["count"]] for each in found[table]]


def _name(office: Office, table: str, name: str | None, language: str) -> str:
    if name is None:
        return text(language, "figures.others")
    if table == "reasons":
        return _reason(office, name, language)
    key = f"figures.wait_{name}"
    return text(language, key) if table == "waits" else name


def _columns(lines: list[dict[str, Any]], *names: str) -> tuple[list[str], list[list[Any]]]:
    return list(names), [[line[name] for name in names] for line in lines]


def _reason(office: Office, reason: str, language: str) -> str:
    found = next((each["names"] for each in office.reasons if each["id"] == reason), None)
    return str(found.get(language) or found["de"]) if found else text(language, "figures.own_words")


def _cell(cell: Any, language: str) -> Any:
    if cell is None:
        return text(language, "figures.too_few", least=LEAST)
    return str(cell).replace(".", ",") if isinstance(cell, float) and language == "de" else cell
