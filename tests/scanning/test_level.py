"""Print that lies a little off level is found out to a tenth of a degree; what does not say is left alone."""

import functools

import cv2
import numpy as np
import pytest

from scanning import level, quad
from tests.scanning import draw, typeset

HIGH = 850  # px of the preview


@functools.cache
def paper(kind: str) -> typeset.Paper:
    return typeset.paper(kind, 5, dpi=90)


def preview(page: np.ndarray, print_at: np.ndarray | None = None) -> np.ndarray:
    """A page made small and grey; `print_at`: where the corners of what is printed come to lie, 0..1."""
    size = round(HIGH * page.shape[1] / page.shape[0]), HIGH
    grey = cv2.resize(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), size, interpolation=cv2.INTER_AREA)
    if print_at is None:
        return grey
    matrix = cv2.getPerspectiveTransform(np.float32(quad.frame(*size)), np.float32(print_at * size))
    return cv2.warpPerspective(grey, matrix, size, borderValue=250)


def turned(degrees: float, size: tuple[float, float] = (210, 297)) -> np.ndarray:
    """The corners of a page turned clockwise about its middle, 0..1."""
    around = np.radians(degrees)
    spin = np.array([[np.cos(around), np.sin(around)], [-np.sin(around), np.cos(around)]])
    return (quad.frame(*size) - np.array(size) / 2) @ spin / size + 0.5


def off_level(found: np.ndarray, print_at: np.ndarray, shape: tuple[int, int]) -> float:
    """Degrees by which lines at three heights still lean, at most, when `found` becomes the page."""
    size = np.array(shape[::-1])
    there = cv2.getPerspectiveTransform(np.float32([[0, 0], [1, 0], [1, 1], [0, 1]]), np.float32(print_at * size))
    back = cv2.getPerspectiveTransform(np.float32(found * size), np.float32(quad.frame(*size)))
    ends = np.float32([[[x, y] for x in (0.1, 0.9)] for y in (0.2, 0.5, 0.8)])
    run = np.diff([cv2.perspectiveTransform(end[None], back @ there)[0] for end in ends], axis=1)[:, 0]
    return float(np.abs(np.degrees(np.arctan2(run[:, 1], run[:, 0]))).max())


@pytest.mark.parametrize("kind", ["letter", "capitals", "numbers", "form"])
@pytest.mark.parametrize("degrees", [-2.3, 0.6])
def test_print_that_is_turned_a_little_is_laid_level(kind, degrees):
    page = preview(paper(kind).bgr, turned(degrees))
    found = level.level(level.strips(page))
    assert off_level(found, turned(degrees), page.shape) < 0.1


def test_a_receipt_is_laid_level_by_its_two_columns():
    receipt = paper("receipt")
    page = preview(receipt.bgr, turned(1.5, receipt.mm))
    assert off_level(level.level(level.strips(page)), turned(1.5, receipt.mm), page.shape) < 0.25


def test_text_that_runs_down_the_page_is_laid_level_too():
    page = np.ascontiguousarray(np.rot90(preview(paper("letter").bgr, turned(1.2))))
    found = level.level(level.strips(page))
    sides = (found[3] - found[0]) * page.shape[::-1]  # what will be the left side, along which the lines run
    assert np.degrees(np.arctan2(-sides[0], sides[1])) == pytest.approx(1.2, abs=0.1)


def test_lines_that_fan_out_show_a_corner_that_was_missed():
    wrong = np.array([[0, 0], [1, 0.012], [1, 1], [0, 1]])
    page = preview(paper("form").bgr, wrong)
    found = level.level(level.strips(page))
    assert off_level(found, wrong, page.shape) < 0.15
    assert off_level(quad.frame(1, 1), wrong, page.shape) > 0.5


def test_a_level_page_stays_as_it_is():
    found = level.level(level.strips(preview(paper("letter").bgr)))
    assert found is None or np.abs(found - quad.frame(1, 1)).max() < 0.0015


@pytest.mark.parametrize(
    "page",
    [
        np.full((850, 600), 255, np.uint8),
        np.zeros((850, 600), np.uint8),
        np.random.default_rng(2).integers(0, 255, (850, 600), dtype=np.uint8),
        cv2.cvtColor(draw.table(3, (600, 850), "cloth"), cv2.COLOR_BGR2GRAY),
        np.full((20, 850), 255, np.uint8),
    ],
    ids=["blank", "black", "noise", "cloth", "a thread"],
)
def test_what_is_no_print_says_nothing(page):
    assert level.level(level.strips(page)) is None
