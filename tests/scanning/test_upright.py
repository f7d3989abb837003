"""A printed page is turned the right way up; a page that says nothing stays as it is."""

import numpy as np
import pytest

from scanning import upright
from tests.scanning import draw, fit_upright, turns, typeset

PIECE = (130.0, 110.0)  # mm: enough print to tell


def left_by(page: np.ndarray, quarters: int) -> int:
    """What is read of a page turned against the clock."""
    return upright.turn(np.ascontiguousarray(np.rot90(page, quarters)))


@pytest.mark.parametrize("kind", typeset.KINDS)
def test_print_of_every_kind_is_turned_upright_from_any_side(kind):
    page = turns.shot(3, kind, "de", mm=(210.0, 297.0) if kind in ("sparse", "form") else PIECE)
    assert [left_by(page, quarters) for quarters in range(4)] == [0, 90, 180, 270]


@pytest.mark.parametrize("seed", [1, 5, 9])
def test_a_letter_in_line_letters_is_turned_upright_too(seed):
    page = draw.letter(seed, (1400, 1980))
    assert [left_by(page, quarters) for quarters in range(4)] == [0, 90, 180, 270]


@pytest.mark.parametrize("seed", [901, 905, 908])
def test_small_print_taken_from_far_away_is_turned_upright_by_all_its_letters_where_some_leave_it_open(seed):
    rng, every = np.random.default_rng(seed), typeset.fonts()
    font = every[int(rng.integers(len(every)))]
    paper = typeset.paper("small", seed, font=font, language="de", high=3.2, dpi=62, mm=(210.0, 297.0))
    page = turns.worn(paper.bgr[..., 1], rng, larger=3.0)
    assert [left_by(page, quarters) for quarters in range(4)] == [0, 90, 180, 270]


@pytest.mark.parametrize(
    "page",
    [
        np.full((800, 600, 3), 255, np.uint8),
        np.random.default_rng(2).integers(0, 255, (800, 600, 3), dtype=np.uint8),
        draw.card(1)[:, :300],
        fit_upright.marks(900),
        fit_upright.marks(901),
    ],
    ids=["blank", "noise", "a picture", "boxes and dashes", "more of them"],
)
def test_what_is_no_print_stays_as_it_was_taken(page):
    assert [left_by(page, quarters) for quarters in range(4)] == [0, 0, 0, 0]
