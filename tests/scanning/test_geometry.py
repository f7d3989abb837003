"""Corners, shapes of paper, and the view from straight above."""

import math

import cv2
import numpy as np
import pytest

from scanning import NotASheet, letters, paper, quad, tone, warp
from tests.scanning import draw, typeset
from tests.scanning.compare import likeness


def test_four_corners_in_any_order_become_clockwise_from_the_top_left():
    corners = [[90, 12], [10, 10], [12, 80], [95, 85]]
    for order in ([0, 1, 2, 3], [3, 1, 0, 2], [2, 0, 3, 1]):
        assert quad.order(np.array(corners)[order]).tolist() == [[10, 10], [90, 12], [95, 85], [12, 80]]


@pytest.mark.parametrize(
    "corners",
    [
        [[0, 0], [100, 100], [100, 0], [0, 100]],  # a fold
        [[0, 0], [100, 0], [20, 20], [0, 100]],  # dented
        [[0, 0], [0, 100], [100, 100], [100, 0]],  # against the clock
        [[0, 0], [100, 0], [100, 1], [0, 1]],  # a thread
        [[0, 0], [100, 0], [100, math.nan], [0, 100]],
    ],
)
def test_what_is_no_sheet_is_refused(corners):
    assert not quad.is_sheet(np.array(corners, dtype=float))
    with pytest.raises(NotASheet):
        warp.flatten(np.zeros((200, 200, 3), np.uint8), np.array(corners, dtype=float), 100, 100)


@pytest.mark.parametrize(("name", "ratio"), [("A4", 210 / 297), ("Letter", 8.5 / 11), ("ID-1", 85.6 / 53.98)])
def test_the_paper_is_known_by_its_true_shape_however_the_camera_leans(name, ratio):
    rng = np.random.default_rng(7)
    for _ in range(12):
        page = (1000, round(1000 / ratio))
        corners = draw._pose(rng, page, (1500, 2000), 0.7, 28, rng.uniform(-25, 25), 0.05)
        assert warp.plan(corners, (1500, 2000)).size == name


def test_the_focal_length_that_a_photo_tells_is_believed():
    off = {}
    for focal in (None, 1.55):
        rng = np.random.default_rng(3)
        shots = [seen_by(1.55, rng) + rng.uniform(-5, 5, (4, 2)) for _ in range(30)]
        off[focal] = np.mean([abs(math.log(warp.aspect(quad, (1500, 2000), focal) * 297 / 210)) for quad in shots])
    assert off[1.55] < 0.02 < off[None]


def seen_by(focal: float, rng: np.random.Generator) -> np.ndarray:
    """Corners of an A4 sheet that leans 20 to 35 degrees, seen by a camera of that focal length, 1500 x 2000 px."""
    flat = np.array([[-210, -297], [210, -297], [210, 297], [-210, 297]]) / 594
    lean, away = np.radians(rng.uniform(20, 35)), 1.4 * focal
    space = np.stack([flat[:, 0], flat[:, 1] * np.cos(lean), away + flat[:, 1] * np.sin(lean)])
    return (space[:2] / space[2]).T * focal * 2000 + [750, 1000]


@pytest.mark.parametrize(("letter", "name"), [(2.1, "A4"), (2.6, "A4"), (3.2, "A5"), (4.2, "A6"), (None, "A4")])
def test_print_too_large_for_a4_shows_a_smaller_sheet(letter, name):
    share = None if letter is None else letter / 297
    assert paper.guess(210 / 297, share)[0] == name
    assert paper.guess(297 / 210, share)[1] == paper.SIZES[name][::-1]


def test_the_height_of_small_letters_is_measured_and_capitals_say_nothing():
    assert letters.high(_small("letter")) * 297 == pytest.approx(2.1, abs=0.4)
    assert letters.high(_small("capitals")) is None


def _small(kind: str) -> np.ndarray:
    page = cv2.cvtColor(typeset.paper(kind, 3, dpi=100).bgr, cv2.COLOR_BGR2GRAY)
    return cv2.resize(page, (601, 850), interpolation=cv2.INTER_AREA)


def test_a_paper_that_somebody_names_is_believed():
    lying = quad.frame(1400, 1000)
    assert warp.plan(lying, (1600, 1200), size="A5")[:2] == ("A5", (210.0, 148.0))


def test_a_strip_is_a_receipt_and_an_odd_shape_fits_on_a4():
    assert paper.guess(1 / 3.1) == ("receipt", (80.0, pytest.approx(248)))
    name, (width, height) = paper.guess(1 / 1.1)
    assert name == "other"
    assert width == 210 and height == pytest.approx(231)
    assert paper.guess(297 / 210) == ("A4", (297.0, 210.0))


def test_a_page_has_200_dots_to_the_inch_and_a_coarse_photo_is_enlarged_four_times_at_most():
    fine = warp.plan(quad.frame(3000, 4243), (3000, 4243))
    assert (fine.size, fine.dpi, fine.width, fine.height) == ("A4", 200.0, 1654, 2339)
    coarse = warp.plan(quad.frame(300, 424), (300, 424))
    assert coarse.width == pytest.approx(1200, abs=3)


def test_a_coarse_sheet_is_enlarged_in_its_place_and_smoothly():
    y, x = np.mgrid[0:160, 0:120].astype(np.float32)
    photo = cv2.merge([(128 + 100 * np.sin(x / 5) * np.cos(y / 7)).astype(np.uint8)] * 3)
    sheet = np.array([[20.0, 30], [100, 30], [100, 130], [20, 130]])
    flat = warp.flatten(photo, sheet, 320, 400)[..., 0].astype(float)
    y, x = np.mgrid[0:400, 0:320]
    true = 128 + 100 * np.sin(((x + 0.5) / 4 + 19.5) / 5) * np.cos(((y + 0.5) / 4 + 29.5) / 7)
    assert np.abs(flat - true).mean() < 1.5


def test_the_flat_page_looks_like_the_paper(shot):
    flat = warp.flatten(shot.bgr, shot.corners, 1000, 1414)
    assert likeness(paper.encode(tone.even(flat)), draw.letter(3)) > 0.9


def test_what_the_frame_cut_off_is_known():
    sheet = np.array([[-50.0, 0], [100, 0], [100, 200], [-50, 200]])
    gone = warp.missing(sheet, (200, 200), 150, 200)
    assert gone is not None
    assert gone.mean() == pytest.approx(1 / 3, abs=0.05)
    assert gone[:, :30].all() and not gone[:, 80:].any()
    assert warp.missing(quad.frame(200, 200), (200, 200), 50, 50) is None
