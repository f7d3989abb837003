"""The numbers that papers have in print, "Seite 2 von 4": what a sheet says of itself, what a submission lacks by that.

All of it is advice. Print is misread, first pages have no number, and a letter names pages of others: where the sheets
do not agree, nothing is said.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.store.database import Row

Printed = tuple[int, int]  # number of the page, and of how many

# What is no count of pages goes on: a date, an amount, a percentage. 1 is read as l or I.
_PRINTED = re.compile(
    r"""(?P<meant>(?<!\w)(?:auf|siehe|vgl\.?|ab|bis|zu|nach|on|see|from|cf\.?)\s+)?
        (?<!\w)(?:seite|blatt|page|sheet)\W{0,3}
        (?P<number>\d{1,3}|[lI|])\s*(?:von|of|/)\s*(?P<total>\d{1,3})(?!\d|\s*[%€]|\s?[.,/:-]\s?\d)""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True)
class Gap:
    """Of the pages that say "of `total`", those that are not there, and those that are there more often than others."""

    total: int
    missing: list[int]
    doubled: list[int]


def read(words: Iterable[str]) -> Printed | None:
    """The number that a sheet has by its words, in the order of reading; None when it says none, or several.

    "auf Seite 2 von 4" speaks of another page, and "Seite 12 von 3" is no number of a page.
    """
    found = set()
    for match in _PRINTED.finditer(" ".join(words)):
        number, total = (int(part) if part.isdigit() else 1 for part in (match["number"], match["total"]))
        if not match["meant"] and 1 <= number <= total:
            found.add((number, total))
    return found.pop() if len(found) == 1 else None


def gaps(sheets: Sequence[Printed | None]) -> list[Gap]:
    """What is missing or doubled among the sheets of one submission, by their numbers.

    One sheet is believed when no other contradicts it; where they name several totals (two letters in one, or one
    misread), those that two sheets name.
    """
    totals = Counter(printed[1] for printed in sheets if printed)
    agreed = [total for total, count in totals.items() if count > 1 or len(totals) == 1]
    found = (_gap(total, sheets, set(agreed)) for total in agreed)
    return [gap for gap in found if gap.missing or gap.doubled]


def of(submission: Row, sheets: list[Row]) -> list[Gap]:
    """What is missing or doubled in a submission; nothing of single pages that were asked for anew."""
    if submission["follows"]:
        return []
    return gaps([(sheet["printed"], sheet["printed_of"]) if sheet["printed"] else None for sheet in sheets])


def _gap(total: int, sheets: Sequence[Printed | None], agreed: set[int]) -> Gap:
    own = {at: printed[0] for at, printed in enumerate(sheets) if printed and printed[1] == total}
    silent = [at for at, printed in enumerate(sheets) if not printed or printed[1] not in agreed]
    there = Counter(own.values())
    copies = _copies(there)
    doubled = sorted(number for number, count in there.items() if copies and count > copies)
    missing = {number for number in range(1, total + 1) if number not in there}
    presumed = {_presumed(at, own) for at in silent}
    anywhere = len(silent) > len(presumed & missing)  # a sheet without a number that may be any of them
    return Gap(total, [] if anywhere else sorted(missing - presumed), doubled)


def _presumed(at: int, own: dict[int, int]) -> int:
    """The number that a sheet without one would have after the nearest one that has."""
    near = min(own, key=lambda one: abs(one - at))
    return own[near] + at - near


def _copies(there: Counter[int]) -> int | None:
    """How often the paper is there: three statements of two pages are no doubles. None when nobody can tell."""
    counts = Counter(there.values()).most_common()
    likely = [copies for copies, count in counts if count == counts[0][1]]
    return min(likely) if len(likely) == 1 or min(likely) == 1 else None
