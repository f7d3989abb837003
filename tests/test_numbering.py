"""The numbers that papers have in print, and which pages are missing or doubled by them."""

from __future__ import annotations

import pytest

from app.numbering import Gap, gaps, read


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Kontoauszug 11/2026 Seite 2 von 4 Saldo 12,50", (2, 4)),
        ("Seite 2/4", (2, 4)),
        ("Seite: 2 / 4", (2, 4)),
        ("SEITE 12 VON 120", (12, 120)),
        ("Blatt 2 von 4.", (2, 4)),
        ("- Page 3 of 3 -", (3, 3)),
        ("Seite l von 4", (1, 4)),  # as tesseract reads a 1
        ("Seite2von4", (2, 4)),
        ("Seite (2/4) 27.11.2026", (2, 4)),
        ("Seite 2 von 4 Text Seite 2 von 4", (2, 4)),  # in the head and in the foot
        ("Lesen Sie auf Seite 3 von 4 weiter. Seite 2 von 4", (2, 4)),
        ("Seite 2 von 4 Seite 12 von 3", (2, 4)),
        ("Seite 12 von 3", None),
        ("Seite 0 von 3", None),
        ("Seite 1 von 4 Seite 2 von 4", None),  # two pages on one sheet
        ("siehe Seite 2 von 4", None),
        ("Seite 3/2026", None),
        ("Seite 3 von 2026", None),
        ("Seite 1/2/26", None),
        ("Blatt 1/2.500", None),
        ("Seite 2 von 4,5", None),
        ("Seite 2 von 10 %", None),
        ("Rückseite 1 von 2", None),
        ("Die Seiten 2/4 fehlen", None),
        ("1/2 Seite", None),
        ("2 von 4 Kindern", None),
        ("Seite 1234 von 5", None),
        ("Seite 2", None),
        ("", None),
    ],
)
def test_a_sheet_has_the_number_that_it_says_of_itself(text: str, number):
    assert read(text.split()) == number


@pytest.mark.parametrize(
    ("sheets", "told"),
    [
        ([(1, 4), (2, 4)], [Gap(4, [3, 4], [])]),
        ([(1, 3)], [Gap(3, [2, 3], [])]),  # one sheet says so
        ([(1, 1)], []),
        ([(1, 3), (2, 3), (3, 3)], []),
        ([(3, 3), (1, 3), (2, 3)], []),  # all there, in another order
        ([(1, 3), (2, 3), (2, 3), (3, 3)], [Gap(3, [], [2])]),
        ([(1, 3), (1, 3), (3, 3)], [Gap(3, [2], [1])]),
        ([(1, 2), (2, 2), (1, 2), (2, 2), (1, 2), (2, 2)], []),  # three statements
        ([(1, 2), (2, 2), (1, 2), (2, 2), (1, 2)], []),  # one page more or one less: nobody can tell
        ([None, (2, 4), (3, 4), (4, 4)], []),  # the first page has no number
        ([None, (2, 4), (3, 4)], [Gap(4, [4], [])]),
        ([(1, 4), (2, 4), (4, 4), None], []),  # the last one may be the third
        ([None, (1, 9)], []),  # a letter before it, or any of the eight
        ([(1, 4), (2, 4), (3, 41), (4, 4)], []),  # misread
        ([(1, 4), (2, 4), (1, 9)], [Gap(4, [4], [])]),  # the odd one may be the third
        ([(1, 2), (1, 3)], []),  # they contradict each other
        ([(1, 3), (2, 3), (1, 2), (1, 2)], [Gap(3, [3], []), Gap(2, [2], [])]),
        ([None, None], []),
        ([], []),
    ],
)
def test_what_a_submission_lacks_is_told_only_when_its_sheets_agree(sheets, told):
    assert gaps(sheets) == told
