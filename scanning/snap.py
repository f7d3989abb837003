"""Move the sides of a quad onto the straight edges that are really there."""

from functools import cache

import numpy as np

from . import quad as quads
from .evidence import inwards
from .view import to_lab

SAMPLES = 24  # points along a side
SHY = 0.1  # how much less the farthest edge counts than the nearest


def snap(picture: np.ndarray, quad: np.ndarray, reach: int, pitch: float = 1.0) -> np.ndarray:
    """Move each side of many quads to the strongest straight colour step nearby.

    picture  (h, w, 3) float32 Lab or uint8 BGR
    quad     (N, 4, 2) px, clockwise
    reach    how many steps of `pitch` px either end of a side may move along the side's normal
    returns  (N, 4, 2); a quad that would lose its shape stays as it was
    """
    if not len(quad):
        return quad
    start = quad.astype(np.float32)
    run = np.roll(start, -1, axis=1) - start
    normal = inwards(run)
    steps = _steps(picture, start, run, normal * np.float32(pitch), reach)
    first, last = _best(steps, reach)
    line = quads.through(start + pitch * first[..., None] * normal, start + run + pitch * last[..., None] * normal)
    moved = quads.corners(line)
    fine = quads.convex(moved)
    fine &= np.abs(moved - quad).max(axis=(1, 2)) < pitch * (4 * reach + 4)
    return np.where(fine[:, None, None], moved, quad)


def _steps(picture: np.ndarray, start: np.ndarray, run: np.ndarray, normal: np.ndarray, reach: int) -> np.ndarray:
    """(N, 4, SAMPLES, 2 reach + 1) the colour step across each place, capped so that no ink outshouts an edge."""
    height, width = picture.shape[:2]
    along = ((np.arange(SAMPLES, dtype=np.float32) + 0.5) / SAMPLES)[None, None, :, None]
    base = start[:, :, None] + along * run[:, :, None]
    offset = np.arange(-reach - 3, reach + 4, dtype=np.float32)
    x, y = (base[..., k, None] + offset * normal[:, :, None, k, None] for k in (0, 1))
    x = np.minimum(np.maximum(x, 0), width - 1).astype(np.int32)
    y = np.minimum(np.maximum(y, 0), height - 1).astype(np.int32)
    colour = np.take(picture.reshape(-1, 3), y * width + x, axis=0)
    if colour.dtype == np.uint8:
        colour = to_lab(colour.reshape(1, -1, 3)).reshape(colour.shape)
    pair = colour[..., 1:, :] + colour[..., :-1, :]  # two places each, so that one grain is no edge
    step = pair[..., 5:, :] - pair[..., :-5, :]
    step = step[..., : 2 * reach + 1, :]
    size = np.sqrt(np.einsum("nkswc,nkswc->nksw", step, step)) / 2
    cap = np.maximum(4.0, 1.2 * np.median(size.max(axis=-1), axis=-1))[..., None, None]
    return np.minimum(size, cap)


def _best(steps: np.ndarray, reach: int) -> tuple[np.ndarray, np.ndarray]:
    """For each side the pair of end offsets whose straight line collects most; (N, 4) and (N, 4), in steps."""
    one, two, paths = _paths(reach)
    total = steps.reshape(steps.shape[0], 4, -1) @ paths
    best = total.argmax(axis=-1)
    return one[best], two[best]


@cache
def _paths(reach: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Every straight line across a strip: its offsets at both ends (P,) and what it collects (S * W, P)."""
    ends = np.arange(-reach, reach + 1)
    one, two = (g.ravel() for g in np.meshgrid(ends, ends, indexing="ij"))
    keep = np.abs(one - two) <= 1.4 * reach
    one, two = one[keep], two[keep]
    along = (np.arange(SAMPLES)[:, None] + 0.5) / SAMPLES
    place = one * (1 - along) + two * along + reach  # (S, P)
    shy = 1 - SHY * (np.abs(one) + np.abs(two)) / (2 * max(reach, 1))
    paths = np.zeros((SAMPLES, len(ends), len(one)), np.float32)
    sample, path = np.indices(place.shape)
    low = np.minimum(place.astype(int), len(ends) - 2)
    part = place - low
    np.add.at(paths, (sample, low, path), (1 - part) * shy)
    np.add.at(paths, (sample, low + 1, path), part * shy)
    return one.astype(np.float32), two.astype(np.float32), paths.reshape(-1, len(one))
