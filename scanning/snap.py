"""Move the sides of a quad onto the straight edges that are really there."""

from functools import cache

import cv2
import numpy as np

from . import quad as quads
from .evidence import inwards
from .view import to_lab

SAMPLES = 24  # points along a side
TRACED = 64  # points along a side that is followed
BEND = 0.25  # of an edge's strength: what one px of bend costs between two points
STRAIGHT = 0.9  # px off a straight line, by the median, up to which a side counts as straight
NARROW = 4  # px to either side of a followed edge where its middle is looked for
END = 0.35  # share of a bent side that makes its corner
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
    run = quads.after(start) - start
    normal = inwards(run)
    steps = _steps(picture, start, run, normal * np.float32(pitch), reach)
    first, last = _best(steps, reach)
    line = quads.through(start + pitch * first[..., None] * normal, start + run + pitch * last[..., None] * normal)
    moved = quads.corners(line)
    fine = quads.convex(moved)
    fine &= np.abs(moved - quad).max(axis=(1, 2)) < pitch * (4 * reach + 4)
    return np.where(fine[:, None, None], moved, quad)


def trace(picture: np.ndarray, quad: np.ndarray, reach: int) -> np.ndarray:
    """Follow the four sides of one quad along the true edge, bent as it may be, and put the corners where they meet.

    A sheet that curls has no straight sides. Each corner is where the last part of one side meets the first part of
    the next; sides that are straight are taken whole, for that is more exact.

    picture  (h, w, 3) uint8 BGR
    quad     (4, 2) px, clockwise
    reach    px that an edge may lie off its side
    returns  (4, 2); as it was where it would lose its shape
    """
    start = quad[None].astype(np.float32)
    run = quads.after(start) - start
    normal = inwards(run)
    steps = _steps(picture, start, run, normal, reach, TRACED)[0]  # (4, TRACED, W)
    away = _paths_through(steps, reach)  # (4, TRACED)
    along = (np.arange(TRACED) + 0.5) / TRACED
    place = start[0][:, None] + along[:, None] * run[0][:, None] + away[..., None] * normal[0][:, None]
    place = place + _off_centre(picture, place, normal[0])[..., None] * normal[0][:, None]
    weight = np.take_along_axis(steps, (away.round().astype(int) + reach)[..., None], axis=2)[..., 0] + 0.1
    ends = [_ends(place[side], weight[side]) for side in range(4)]
    line = np.array([[ends[side - 1][1], ends[side][0]] for side in range(4)])  # (4, 2, 3): the two that meet
    meet = np.cross(line[:, 0], line[:, 1])
    moved = meet[:, :2] / np.where(np.abs(meet[:, 2:]) < 1e-9, 1e-9, meet[:, 2:])
    near = np.abs(moved - quad).max() < 3 * reach + 3
    return moved if near and quads.convex(moved) else quad


def _off_centre(picture: np.ndarray, place: np.ndarray, normal: np.ndarray) -> np.ndarray:
    """How far the middle of the edge lies from places (4, S, 2) along the sides' normals (4, 2), px: (4, S)."""
    away = np.arange(-NARROW - 1, NARROW + 2, dtype=np.float32)
    at = place[:, :, None] + away[:, None] * normal[:, None, None] - 0.5  # (4, S, W, 2); remap counts from px middles
    x, y = (np.ascontiguousarray(at[..., k].reshape(1, -1), np.float32) for k in (0, 1))
    across = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    colour = across.reshape(*at.shape[:3], 3).astype(np.float32)
    steep = np.abs(colour[:, :, 2:] - colour[:, :, :-2]).sum(axis=-1)
    steep = np.maximum(steep - 0.3 * steep.max(axis=-1, keepdims=True), 0)
    return np.asarray((steep * away[1:-1]).sum(axis=-1) / (steep.sum(axis=-1) + 1e-3))


def _paths_through(steps: np.ndarray, reach: int) -> np.ndarray:
    """(sides, S, W) → (sides, S) offsets of the smooth path that collects most, by dynamic programming."""
    shy = 0.02 * steps.max() * np.abs(np.arange(-reach, reach + 1)) / reach
    total = steps - shy.astype(steps.dtype)
    price = BEND * np.median(steps.max(axis=2), axis=1)[:, None]
    sides, samples, wide = total.shape
    before = np.full((sides, wide + 2), -np.inf, total.dtype)  # with a border that is never chosen
    came = np.zeros((samples - 1, sides, wide), np.int8)
    best = total[:, 0]
    for sample in range(1, samples):
        before[:, 1:-1] = best - price
        left, right = before[:, :-2], before[:, 2:]
        side = np.maximum(left, right)
        bent = side > best
        came[sample - 1] = np.where(bent, np.where(left > right, -1, 1), 0)
        best = np.where(bent, side, best) + total[:, sample]
    at = best.argmax(axis=1)
    path = [at]
    for step in came[::-1]:
        at = at + np.take_along_axis(step, at[:, None], axis=1)[:, 0]
        path.append(at)
    return np.array(path[::-1]).T.astype(np.float32) - reach


def _ends(place: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The lines at the start and at the end of one traced side, (S, 2); one and the same where it is straight."""
    whole, off = _robust(place, weight)
    if off < STRAIGHT:
        return whole, whole
    part = round(END * len(place))
    return _robust(place[:part], weight[:part])[0], _robust(place[-part:], weight[-part:])[0]


def _robust(place: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, float]:
    """A line through places of which some are wrong, and how far off the others lie, px."""
    for _ in range(4):
        middle = (place * weight[:, None]).sum(axis=0) / weight.sum()
        off = place - middle
        (xx, xy), (_, yy) = (weight[:, None] * off).T @ off
        turn = 0.5 * np.arctan2(2 * xy, xx - yy)
        a, b = -np.sin(turn), np.cos(turn)
        away = np.abs(off @ np.array([a, b]))
        spread = float(np.partition(away, len(away) // 2)[len(away) // 2]) + 0.15  # np.median takes three times as long
        weight = weight / (1 + (away / (2 * spread)) ** 2)
    return np.array([a, b, -(a * middle[0] + b * middle[1])]), spread


def _steps(
    picture: np.ndarray, start: np.ndarray, run: np.ndarray, normal: np.ndarray, reach: int, samples: int = SAMPLES
) -> np.ndarray:
    """(N, 4, samples, 2 reach + 1) the colour step across each place, capped so that no ink outshouts an edge."""
    height, width = picture.shape[:2]
    along = ((np.arange(samples, dtype=np.float32) + 0.5) / samples)[None, None, :, None]
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
