"""Curled and folded pages are laid flat by their lines of text; straight ones are left alone."""

import functools

import cv2
import numpy as np
import pytest

from scanning import curl, level, quad, warp
from tests.scanning import bend, draw, typeset

SIZE = 601, 850  # px of the preview
FRAME = 750, 1000  # px of the photo

BENDS = {
    "a book": bend.curl(1, 0.8),
    "a lap": bend.curl(4, 0.8, across=25),
    "a fold": bend.fold(2, across=0),
    "flat": bend.flat(),
    "a letter folded twice": bend.fold(3, folds=2),
}


@functools.cache
def paper(kind: str) -> typeset.Paper:
    return typeset.paper(kind, 3, dpi=90)


def preview(shot: draw.Shot) -> np.ndarray:
    return cv2.cvtColor(warp.flatten(shot.bgr, shot.corners, *SIZE), cv2.COLOR_BGR2GRAY)


def wave(kind: str, bent: bend.Bend, shot: draw.Shot, mesh: np.ndarray | None) -> float:
    """px of the preview by which straight lines on the paper still leave a straight line, at most."""
    space = bend.space(paper(kind).mm, bent, seed=3, size=FRAME)
    assert np.allclose(space.see(space.corners()), shot.corners)
    home = cv2.getPerspectiveTransform(np.float32(shot.corners), np.float32(quad.frame(1, 1)))
    most = 0.0
    for high in np.linspace(0.15, 0.85, 8):
        line = np.stack([np.linspace(0.12, 0.88, 30), np.full(30, high)], axis=1) * space.mm
        seen = cv2.perspectiveTransform(np.float32(space.see(line))[None], home)[0]
        x, y = (seen if mesh is None else back(mesh, seen)).T * np.array(SIZE)[:, None]
        most = max(most, float(np.ptp(y - np.polyval(np.polyfit(x, y, 1), x))))
    return most


def back(mesh: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Where on the page places of the preview come to lie."""
    rows, columns = mesh.shape[:2]
    place = seen.copy()
    for _ in range(10):
        x, y = np.float32(np.clip(place, 0, 1) * [columns - 1, rows - 1]).T
        place = place + seen - cv2.remap(mesh, x[None], y[None], cv2.INTER_LINEAR)[0]
    return place


@functools.cache
def photographed(kind: str, name: str) -> draw.Shot:
    page = paper(kind)
    return bend.photograph(page.bgr, page.mm, BENDS[name], seed=3, size=FRAME)


@pytest.mark.parametrize(("name", "kind"), [("a book", "letter"), ("a lap", "letter"), ("a fold", "form")])
def test_lines_that_bend_are_laid_straight(name, kind):
    shot = photographed(kind, name)
    mesh = curl.mesh(level.strips(preview(shot)))
    before = wave(kind, BENDS[name], shot, None)
    assert before > 4
    assert wave(kind, BENDS[name], shot, mesh) < 0.35 * before


@pytest.mark.parametrize("name", ["flat", "a letter folded twice"])
def test_straight_lines_are_left_alone(name):
    assert curl.mesh(level.strips(preview(photographed("letter", name)))) is None


def test_a_curled_page_that_lies_on_its_side_is_laid_straight_too():
    seen = np.ascontiguousarray(np.rot90(preview(photographed("letter", "a book"))))
    lying = curl.mesh(level.strips(seen))
    standing = curl.mesh(level.strips(np.ascontiguousarray(np.rot90(seen, -1))))
    assert lying is not None and standing is not None
    turned = np.rot90(lying, -1)  # its x runs along the y of the other
    assert np.abs(turned[..., 0] - standing[..., 1]).max() < 0.004
    assert np.abs(1 - turned[..., 1] - standing[..., 0]).max() < 0.004


@pytest.mark.parametrize(
    "grey",
    [
        np.full((850, 600), 255, np.uint8),
        np.random.default_rng(2).integers(0, 255, (850, 600), dtype=np.uint8),
        cv2.cvtColor(draw.table(3, (600, 850), "wood"), cv2.COLOR_BGR2GRAY),
        np.full((40, 850), 255, np.uint8),
    ],
    ids=["blank", "noise", "wood", "a thread"],
)
def test_what_is_no_print_has_no_curl(grey):
    assert curl.mesh(level.strips(grey)) is None


def test_a_mesh_that_says_nothing_new_gives_the_flat_page():
    shot = photographed("letter", "flat")
    still = np.stack(np.meshgrid(np.linspace(0, 1, 19), np.linspace(0, 1, 25)), axis=-1)
    plain = warp.flatten(shot.bgr, shot.corners, 500, 700)
    assert np.abs(warp.flatten(shot.bgr, shot.corners, 500, 700, still).astype(int) - plain).mean() < 1
