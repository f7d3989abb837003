"""The days on which no deadline ends: Sundays, Saturdays, and the public holidays of a federal state.

Holidays are computed from the holiday acts of the states as of 2026: fixed days, and those that move with Easter. The
ones that are always a Sunday (Easter, Whitsun) are not named. Some hold in parts of a state only: the office says
whether it lies there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta

REGIONS = "BW BY BE BB HB HH HE MV NI NW RP SL SN ST SH TH".split()  # ISO 3166-2:DE
LOCAL = {  # in parts of these states only; elsewhere in them it is an ordinary day
    "peace_festival": "BY",  # the city of Augsburg
    "assumption": "BY",  # communes with more Catholics than Protestants
    "corpus_christi": "SN TH",  # some communes of the Sorbs, the Eichsfeld
}
SATURDAY, SUNDAY = "saturday", "sunday"
_ALL = " ".join(REGIONS)


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Jones, Butcher)."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), (i, k) = divmod(b, 4), divmod(c, 4)
    h = (19 * a + b - d - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    x = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * x) // 451
    month, day = divmod(h + x - 7 * m + 114, 31)
    return date(year, month, day + 1)


def _fixed(month: int, day: int) -> Callable[[int], date]:
    return lambda year: date(year, month, day)


def _after_easter(days: int) -> Callable[[int], date]:
    return lambda year: easter(year) + timedelta(days)


def _repentance(year: int) -> date:
    """The Wednesday before 23 November."""
    last = date(year, 11, 22)
    return last - timedelta((last.weekday() - 2) % 7)


HOLIDAYS: Mapping[str, tuple[Callable[[int], date], str]] = {  # when, and in which states everywhere
    "new_year": (_fixed(1, 1), _ALL),
    "epiphany": (_fixed(1, 6), "BW BY ST"),
    "womens_day": (_fixed(3, 8), "BE MV"),
    "good_friday": (_after_easter(-2), _ALL),
    "easter_monday": (_after_easter(1), _ALL),
    "labour_day": (_fixed(5, 1), _ALL),
    "ascension": (_after_easter(39), _ALL),
    "whit_monday": (_after_easter(50), _ALL),
    "corpus_christi": (_after_easter(60), "BW BY HE NW RP SL"),
    "peace_festival": (_fixed(8, 8), ""),
    "assumption": (_fixed(8, 15), "SL"),
    "childrens_day": (_fixed(9, 20), "TH"),
    "unity_day": (_fixed(10, 3), _ALL),
    "reformation_day": (_fixed(10, 31), "BB HB HH MV NI SH SN ST TH"),
    "all_saints": (_fixed(11, 1), "BW BY NW RP SL"),
    "repentance_day": (_repentance, "SN"),
    "christmas": (_fixed(12, 25), _ALL),
    "boxing_day": (_fixed(12, 26), _ALL),
}


def of_year(year: int, region: str = "", local: Collection[str] = ()) -> dict[date, str]:
    """The holidays of a year by day, each with its name's id; without a region those of all of Germany."""
    found = {}
    for name, (when, regions) in HOLIDAYS.items():
        here = name in local and region in LOCAL.get(name, "").split()
        if regions == _ALL or region in regions.split() or here:
            found[when(year)] = name
    return found


def why_free(day: date, region: str = "", local: Collection[str] = ()) -> str | None:
    """Why no deadline ends on a day: a holiday's id, "sunday" or "saturday"; None for a working day."""
    holiday = of_year(day.year, region, local).get(day)
    return holiday or {5: SATURDAY, 6: SUNDAY}.get(day.weekday())


def workday(day: date, region: str = "", local: Collection[str] = ()) -> date:
    """The day itself, or the next working day (§ 26 (3) SGB X, § 193 BGB)."""
    while why_free(day, region, local):
        day += timedelta(1)
    return day
