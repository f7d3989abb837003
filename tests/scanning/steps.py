"""Draws the pictures of docs/scanning.md: how one drawn photo becomes a page, step by step.

python -m tests.scanning.steps [FOLDER]          docs/steps by itself
"""

import sys
from pathlib import Path

import cv2
import numpy as np

from scanning import Page, curl, find, level, tone, warp
from scanning.paper import Planes
from scanning.view import view

from . import bend, draw, stationery, typeset

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "steps"
HIGH = 420  # px of a picture
RED, GREEN, BLUE = (60, 60, 230), (70, 170, 40), (200, 110, 30)
GAP = np.full((HIGH, 14, 3), 255, np.uint8)


def main(folder: Path = FOLDER) -> None:
    """Draw them all."""
    folder.mkdir(parents=True, exist_ok=True)
    photo, paper = _photo()
    for name, pictures in (
        ("find", _find(photo)),
        ("tone", _tone(photo)),
        ("curl", _curl()),
    ):
        row = [part for picture in pictures for part in (_high(picture), GAP)][:-1]
        cv2.imwrite(str(folder / f"{name}.jpg"), np.hstack(row), [cv2.IMWRITE_JPEG_QUALITY, 82])
    print(f"{folder}: the steps of a photo of {len(paper)} words")


def _photo() -> tuple[np.ndarray, tuple[str, ...]]:
    """A letter with a stamp and a shadow, on a wooden table, held by a finger."""
    rng = np.random.default_rng(8)
    sheet = stationery.letter(rng)
    bgr = sheet.bgr.copy()
    stationery.stamp(bgr, rng)
    shot = draw.photograph(bgr, seed=21, size=(1500, 2000), fill=0.82, tilt=18, turn=7.0, kind="wood", fingers=1)
    return shot.bgr, tuple(sheet.text)


def _find(photo: np.ndarray) -> list[np.ndarray]:
    """The photo, what the net says, the quads that are judged, the edges that are followed."""
    look = view(photo)
    scene = find.see(look)
    sight = np.dstack([scene.sight.corner, scene.sight.edge, scene.sight.page]) * 255
    said = cv2.resize(sight.clip(0, 255).astype(np.uint8), look.size, interpolation=cv2.INTER_LINEAR)
    quad, rated = find.improve(scene, find.candidates(scene))
    tried, chosen = look.small.copy(), look.small.copy()
    for one in quad:
        _outline(tried, one, BLUE, 1)
    _outline(tried, quad[rated.argmax()], GREEN, 2)
    _outline(chosen, find.refine(look, quad[rated.argmax()]), GREEN, 2)
    return [photo, said, tried, chosen]


def _tone(photo: np.ndarray) -> list[np.ndarray]:
    """Flat; the light on it; in colour, in grey, in black and white."""
    corners = find.find(photo).corners
    flat = warp.flatten(photo, corners, 1240, 1754)
    plan = tone.plan(flat)
    grey = cv2.cvtColor(flat, cv2.COLOR_BGR2GRAY)
    colour = Planes.of(tone.apply(grey, plan, "colour"), *tone.colours(flat, plan, "colour"))
    made = [tone.apply(grey, plan, mode) for mode in ("grey", "bw")]
    return [flat, plan.light, Page.from_image(colour).pixels(), *made]


def _curl() -> list[np.ndarray]:
    """A curled letter: the photo, flat by its corners alone, with the mesh, and through the mesh."""
    paper = typeset.paper("letter", 4, dpi=150)
    photo, corners = bend.photograph(paper.bgr, (210.0, 297.0), bend.curl(3, 1.2), seed=5)
    size = 620, 877
    flat = warp.flatten(photo, corners, *size)
    mesh = curl.mesh(level.strips(cv2.cvtColor(flat, cv2.COLOR_BGR2GRAY)))
    assert mesh is not None, "this page is bent"
    lined = flat.copy()
    for line in [*mesh, *mesh.transpose(1, 0, 2)]:
        cv2.polylines(lined, [np.int32(line * size)], False, RED, 1, cv2.LINE_AA)
    return [photo, flat, lined, warp.flatten(photo, corners, *size, mesh)]


def _outline(bgr: np.ndarray, quad: np.ndarray, colour: tuple[int, int, int], thick: int) -> None:
    cv2.polylines(bgr, [np.int32(np.round(quad * 16))], True, colour, thick, cv2.LINE_AA, shift=4)


def _high(pixels: np.ndarray) -> np.ndarray:
    """A picture of any kind, HIGH px high, in colour, with a thin frame."""
    if pixels.dtype == bool:
        pixels = np.where(pixels, np.uint8(0), np.uint8(255))
    if pixels.ndim == 2:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR)
    size = round(pixels.shape[1] * HIGH / pixels.shape[0]), HIGH
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if pixels.shape[0] > HIGH else cv2.INTER_CUBIC)
    return cv2.rectangle(small, (0, 0), (size[0] - 1, size[1] - 1), (190, 190, 190), 1)


if __name__ == "__main__":
    cv2.setNumThreads(1)
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
