"""Where a page may be, said by a small net that was trained on drawn photos only (tests/scanning/train.py).

The net knows what a page looks like as a whole, where the pixels of one side do not say enough: a finger over the
edge, print that is stronger than the rim of the paper, white on white. It sees too coarsely to say where exactly.
"""

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

from . import outline
from . import quad as quads

SIDE = 256  # px, the photo is squeezed to a square of this side
MODEL = Path(__file__).with_name("page.onnx")
SAMPLES, GRID = 24, 12  # places along a side, and across the inside each way
LEVELS = (0.12, 0.27, 0.5, 0.7, 0.86)  # from where on a place counts as page
OUT = 0.5  # px of the net's answer: a place this near to its border is outside of the photo
NEUTRAL = 0.6  # what a place outside of the photo counts


class Sight(NamedTuple):
    """What the net says of each place, (SIDE / 2, SIDE / 2) float32, 0..1: is it page, on its edge, a corner."""

    page: np.ndarray
    edge: np.ndarray
    corner: np.ndarray


def look(bgr: np.ndarray) -> Sight:
    """Look at a whole photo, (H, W, 3) uint8 BGR, best made small before."""
    small = cv2.resize(bgr, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    net = _net()
    net.setInput(cv2.dnn.blobFromImage(small, 1 / 255))
    page, edge, corner = net.forward()[0]
    return Sight(page, edge, corner)


@cache
def _net() -> Any:
    data = np.frombuffer(MODEL.read_bytes(), np.uint8)
    return cv2.dnn.readNetFromONNX(data, cv2.dnn.ENGINE_CLASSIC)  # the newer one takes a quarter longer


def proposals(sight: Sight) -> np.ndarray:
    """Quads around what the net takes for the page, (N, 4, 2) px of its answer, clockwise.

    The page alone, at several levels; the page without its edge, where two sheets touch; and both together, where
    the net saw an edge and doubted what is inside.
    """
    maps = [
        (sight.page, LEVELS),
        (sight.page * (1 - sight.edge), LEVELS[:2]),
        (np.maximum(sight.page, sight.edge), LEVELS[1:3]),
    ]
    around = [quad for plane, levels in maps for level in levels for quad in outline.around(plane > level)]
    return quads.clockwise(np.array(around, float).reshape(-1, 4, 2) + 0.5)


def quick(sight: Sight, quad: np.ndarray) -> np.ndarray:
    """A first rank for many quads, (N,): half the mean, half the worst side, and the corners."""
    edge = _along(sight.edge, quad, samples=10)
    return 0.5 * edge.mean(axis=1) + 0.5 * edge.min(axis=1) + 0.3 * _corners(sight.corner, quad).mean(axis=1)


def features(sight: Sight, quad: np.ndarray) -> np.ndarray:
    """How far the net agrees with many quads: (N, 6) for (N, 4, 2), px of the net's answer; names in FEATURES."""
    edge = np.sort(_along(sight.edge, quad), axis=1)
    inside, share = _inside(sight.page, quad)
    area = quads.area(quad) * share
    both = inside * area
    overlap = both / np.maximum(sight.page.sum() + area - both, 1)
    corner = _corners(sight.corner, quad)
    return np.stack(
        [edge.mean(axis=1), edge[:, 0], edge[:, 1], overlap, corner.mean(axis=1), corner.min(axis=1)], axis=1
    )


NAMES = ("edge", "worst side", "second worst side", "overlap", "corners", "worst corner")
FEATURES = tuple(f"net: {name}" for name in NAMES)


def _along(edge: np.ndarray, quad: np.ndarray, samples: int = SAMPLES) -> np.ndarray:
    """(N, 4) how much of each side lies on what the net takes for an edge, a px to either side being near enough."""
    start = quad.astype(np.float32)
    run = quads.after(start) - start
    along = ((np.arange(samples, dtype=np.float32) + 0.5) / samples)[:, None]
    place = start[:, :, None] + along * run[:, :, None]  # (N, 4, S, 2)
    return _at(cv2.dilate(edge, np.ones((3, 3), np.uint8)), place).mean(axis=2)


def _inside(page: np.ndarray, quad: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(N,) mean of page inside each quad, as far as it lies in the photo, and (N,) the share that does."""
    part = (np.arange(GRID, dtype=np.float32) + 0.5) / GRID
    u, v = (g.reshape(-1, 1) for g in np.meshgrid(part, part))
    weight = np.hstack([(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v])
    place = np.einsum("gk,nkc->ngc", weight, quad.astype(np.float32))
    seen = _seen(place, page.shape[0])
    value = _at(page, place) * seen
    return value.sum(axis=1) / np.maximum(seen.sum(axis=1), 1), seen.mean(axis=1)


def _corners(corner: np.ndarray, quad: np.ndarray) -> np.ndarray:
    """(N, 4) how surely there is a corner, near enough, at each of the four."""
    return _at(cv2.dilate(corner, np.ones((3, 3), np.uint8)), quad.astype(np.float32))


def _at(plane: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Values of a plane at places (..., 2) px; outside NEUTRAL."""
    size = plane.shape[0]
    index = np.clip(place, 0, size - 1).astype(np.int32)
    value = np.take(plane.ravel(), index[..., 1] * size + index[..., 0])
    return np.where(_seen(place, size), value, NEUTRAL)


def _seen(place: np.ndarray, size: int) -> np.ndarray:
    return np.asarray(((place > OUT) & (place < size - OUT)).all(axis=-1))
