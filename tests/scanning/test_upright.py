"""A printed page is turned the right way up; a page that says nothing stays as it is."""

import numpy as np
import pytest

from scanning import upright
from tests.scanning import draw


@pytest.mark.parametrize("quarters", range(4))
@pytest.mark.parametrize("seed", [1, 5, 9])
def test_a_letter_is_turned_upright_from_any_side(seed, quarters):
    page = draw.letter(seed, (1400, 1980))
    turned = np.ascontiguousarray(np.rot90(page, quarters))  # against the clock
    assert upright.turn(turned) == 90 * quarters


@pytest.mark.parametrize(
    "page",
    [
        np.full((800, 600, 3), 255, np.uint8),
        np.random.default_rng(2).integers(0, 255, (800, 600, 3), dtype=np.uint8),
        draw.card(1)[:, :300],
    ],
    ids=["blank", "noise", "a picture"],
)
def test_what_is_no_print_stays_as_it_was_taken(page):
    assert upright.turn(np.ascontiguousarray(page)) == 0
