"""The page is found where it lies, and nothing is found where nothing lies."""

import cv2
import numpy as np
import pytest

from scanning.find import SURE, find
from tests.scanning import draw
from tests.scanning.compare import iou

TABLES = ["plain", "wood", "planks", "tiles", "carpet", "cloth", "dark", "pale"]


@pytest.mark.parametrize("kind", TABLES)
def test_a_letter_is_found_on_any_table(kind):
    seed = 40 + TABLES.index(kind)
    shot = draw.photograph(draw.letter(seed), seed, size=(900, 1200), fill=0.75, kind=kind)
    found = find(shot.bgr)
    assert iou(found.corners, shot.corners, shot.bgr) >= 0.95


@pytest.mark.parametrize(
    ("name", "paper", "how"),
    [
        ("a card", draw.card(3), {"fill": 0.5, "kind": "dark"}),
        ("a receipt", draw.receipt(4), {"fill": 0.8, "kind": "dark"}),
        ("a form with a frame around it", draw.form(5), {"fill": 0.8, "kind": "plain"}),
        ("a leaflet of two colours", draw.flyer(3), {"fill": 0.7, "kind": "wood"}),
        ("a page from far away", draw.letter(6), {"fill": 0.35, "kind": "plain"}),
        ("a page turned by 45 degrees", draw.letter(7), {"fill": 0.7, "turn": 45.0, "kind": "dark"}),
        ("a page from the side", draw.letter(8), {"fill": 0.8, "tilt": 35.0, "kind": "wood"}),
        ("a page that lies among other things", draw.letter(9), {"fill": 0.6, "clutter": 4, "kind": "pale"}),
        ("a page held by a finger", draw.letter(10), {"fill": 0.8, "fingers": 1, "kind": "dark"}),
    ],
)
@pytest.mark.hunt
def test_it_is_found_when_it_is(name, paper, how):
    shot = draw.photograph(paper, seed=11, size=(900, 1200), **how)
    found = find(shot.bgr)
    assert iou(found.corners, shot.corners, shot.bgr) >= 0.95, name


def test_corners_come_clockwise_from_the_top_left_of_the_photo(shot):
    corners = find(shot.bgr).corners
    assert np.abs(corners - shot.corners).max() < 0.01 * max(shot.bgr.shape)


@pytest.mark.parametrize("kind", TABLES)
def test_an_empty_table_has_no_page(kind):
    found = find(draw.empty(60 + TABLES.index(kind), size=(900, 1200), kind=kind))
    assert found.corners is None
    assert 0 <= found.confidence < SURE


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((300, 400, 3), np.uint8),
        np.full((40, 3000, 3), 255, np.uint8),
        np.full((1, 1, 3), 90, np.uint8),
        np.random.default_rng(0).integers(0, 255, (500, 500, 3), dtype=np.uint8),
    ],
    ids=["black", "a white strip", "one pixel", "noise"],
)
def test_pictures_of_nothing_have_no_page(picture):
    assert find(picture).corners is None


def test_the_same_photo_gives_the_same_corners(shot):
    one, two = find(shot.bgr), find(shot.bgr.copy())
    assert one.corners.tolist() == two.corners.tolist()
    assert one.confidence == two.confidence


def test_a_small_and_a_large_photo_of_the_same_page_agree(shot):
    half = cv2.resize(shot.bgr, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    assert iou(find(half).corners * 2, find(shot.bgr).corners, shot.bgr) > 0.98


@pytest.mark.hunt
def test_most_of_many_drawn_photos_are_found_and_the_unsure_ones_say_so():
    right = sure_and_wrong = pages = 0
    for seed in range(5000, 5030):
        shot = draw.any_shot(seed, size=(720, 960))
        if not isinstance(shot, draw.Shot):
            continue
        found = find(shot.bgr)
        good = iou(found.corners, shot.corners, shot.bgr) >= 0.9
        pages, right = pages + 1, right + good
        sure_and_wrong += found.confidence >= 0.9 and not good
    assert right >= 0.85 * pages
    assert sure_and_wrong <= 0.1 * pages
