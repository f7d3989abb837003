"""Curled and folded pages: where the lines of text bend, and the mesh that lays them straight.

Neighbouring narrow strips of a flat preview hold the same lines of text, a little higher or lower. How much, all over
the page, is the slope of the lines there. A smooth field of slopes is fitted to what the windows say, summed up across
the page to how far each line rises and falls, and put into a coarse mesh. Lines keep their distance from the left and
right edge of the paper; only what is between them moves, up or down.

source  one smooth sheet fitted to all text lines at once: Zucker 2016, "Page dewarping" (page_dewarp); lines tracked
        from window to window by their likeness: Tian & Narasimhan 2011, "Rectification and 3D reconstruction of curved
        document images", CVPR. Both trace lines one by one; strips need no letters to be told apart.
"""

from typing import NamedTuple

import cv2
import numpy as np

from . import level

STRIPS = level.STRIPS
BANDS = 20  # from top to bottom, in which slopes are measured
REACH = 6  # px, most by which lines shift from strip to strip
KNOTS = (6, 13)  # of the smooth field, down and across
STIFF = 0.6  # weight of smoothness against one window that is sure
FOLDS = 0.2  # how much of that counts across the page, where a fold turns all lines at once
ALIKE = 0.3  # likeness of neighbouring strips from which on they say something
ENOUGH = 0.18  # share of the windows that have to say something
BENT = 0.0025  # of the page's height: lines that bend less are straight enough to read
ROUGH = 0.75  # of that, by a rough fit: below, it is not worth a closer look; curled pages begin at 1.2
MOST = 0.08  # of the page's height: no paper in a photo bends more, the windows are wrong
BETTER = 0.1  # by how much distant strips have to be more alike afterwards
CELLS = (24, 18)  # of the mesh


class _Windows(NamedTuple):
    """What the windows say, (BANDS, n) each: slope dy/dx of the lines in them, and how sure that is, 0..1."""

    slope: np.ndarray
    sure: np.ndarray


def mesh(strips: level.Strips) -> np.ndarray | None:
    """Where each point of the straight page is seen in the preview.

    strips    of the preview of the page flattened by its corners; text may run across or down
    returns   (m, n, 2) float32, 0..1 across and down the preview, for places spread evenly over the page, its corners
              included; None when the lines are straight or do not say
    """
    height, width = len(strips.across), len(strips.down)
    if min(height, width) < 4 * STRIPS:
        return None
    across, down = _look(strips.across, width / STRIPS), _look(strips.down, height / STRIPS)
    if across.sure.sum() >= down.sure.sum():
        rise = _rise(strips.across, across, (height, width))
        return None if rise is None else _grid(rise, height)
    rise = _rise(strips.down, down, (width, height))
    return None if rise is None else np.ascontiguousarray(_grid(rise, width).transpose(1, 0, 2)[..., ::-1])


def _look(strip: np.ndarray, wide: float) -> _Windows:
    """Compare neighbouring strips (h, n), each `wide` px, window by window."""
    count = strip.shape[1] - 1
    energy = _bands(strip * strip)
    noise = 0.25 * float(np.sort(energy.ravel())[energy.size // 2 :].mean()) + 1e-6
    scale = np.sqrt((energy[:, :-1] + noise) * (energy[:, 1:] + noise))
    alike = np.empty((2 * REACH + 1, BANDS, count), np.float32)
    for k, shift in enumerate(range(-REACH, REACH + 1)):
        alike[k] = cv2.blur(_bands(strip[:, :-1] * _lift(strip[:, 1:], shift)) / scale, (3, 3))
    best = alike.argmax(axis=0)
    inner = np.clip(best, 1, 2 * REACH - 1)[None]
    before, here, after = (np.take_along_axis(alike, inner + step, axis=0)[0] for step in (-1, 0, 1))
    bend = before - 2 * here + after
    finer = np.where(bend < -1e-6, np.clip((before - after) / (2 * np.minimum(bend, -1e-6)), -0.5, 0.5), 0)
    sure = np.clip((here - ALIKE) / (0.9 - ALIKE), 0, 1) * (best == inner[0])
    return _Windows((inner[0] - REACH + finer) / wide, sure)


def _bands(strip: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.resize(strip, (strip.shape[1], BANDS), interpolation=cv2.INTER_AREA))


def _lift(strip: np.ndarray, shift: int) -> np.ndarray:
    """Move all strips up by some px."""
    out = np.zeros_like(strip)
    if shift >= 0:
        out[: len(strip) - shift] = strip[shift:]
    else:
        out[-shift:] = strip[:shift]
    return out


def _rise(strip: np.ndarray, seen: _Windows, shape: tuple[int, int]) -> np.ndarray | None:
    """How far the lines lie below their place, px, (BANDS, STRIPS + 1) from the left edge of the page to the right."""
    if (seen.sure > 0.2).mean() < ENOUGH:
        return None
    height, width = shape
    wide = width / STRIPS
    if _bent(_sum(_roughly(seen), wide)) < ROUGH * BENT * height:  # most pages: no more need be asked
        return None
    rise = _sum(_smooth(seen), wide)
    if not BENT * height < _bent(rise) < MOST * height:
        return None
    once = _straighten(strip, rise)
    rest = _look(once, wide)
    rise = rise + _sum(_smooth(rest), wide)
    plain = _straighten(strip, _plane(rise))
    before, after = (_distant(moved, wide) for moved in (plain, _straighten(strip, rise)))
    return rise if after > (1 + BETTER) * before else None


def _smooth(seen: _Windows) -> np.ndarray:
    """The smooth field of slopes, at the windows' places."""
    rows, columns = seen.slope.shape
    down, across = _hats(rows, KNOTS[0]), _hats(columns, KNOTS[1])
    base = np.einsum("ra,cb->rcab", down, across).reshape(rows * columns, -1)
    stiff = np.concatenate(
        [np.kron(_bends(KNOTS[0]), np.eye(KNOTS[1])), np.kron(np.eye(KNOTS[0]), FOLDS * _bends(KNOTS[1]))]
    )
    return _fitted(seen, base, STIFF**2 * (stiff.T @ stiff), 5)


def _roughly(seen: _Windows) -> np.ndarray:
    """The same with few bends: slopes that change evenly down and across."""
    rows, columns = seen.slope.shape
    y, x = (grid.ravel() for grid in np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : columns * 1j])
    base = np.stack([np.ones_like(x), x, y, x * y, x * x, x**3, y * x * x], axis=1)
    return _fitted(seen, base, np.diag([0.0, 0, 0, 0, 1, 1, 1]), 3)


def _fitted(seen: _Windows, base: np.ndarray, stiff: np.ndarray, rounds: int) -> np.ndarray:
    """Least squares over a base, (windows, M); windows that disagree with the others count less and less."""
    slope, sure = seen.slope.ravel(), seen.sure.ravel()
    weight, field = sure, np.zeros(len(slope))
    stiff = stiff + 1e-6 * np.eye(len(stiff))
    for _ in range(rounds):
        heavy = base.T * weight
        field = base @ np.linalg.solve(heavy @ base + stiff, heavy @ slope)
        miss = np.abs(slope - field)
        scale = 2 * np.median(miss[sure > 0.2]) + 0.004
        weight = sure / (1 + (miss / scale) ** 2) ** 2
    return np.asarray(field.reshape(seen.slope.shape))


def _hats(places: int, knots: int) -> np.ndarray:
    """(places, knots): weights of linear interpolation between evenly spread knots."""
    at = np.linspace(0, knots - 1, places)
    return np.maximum(0, 1 - np.abs(at[:, None] - np.arange(knots)))


def _bends(knots: int) -> np.ndarray:
    """(knots - 2, knots): second differences."""
    return np.diff(np.eye(knots), 2, axis=0)


def _sum(slope: np.ndarray, wide: float) -> np.ndarray:
    """Slopes between the middles of strips → how far lines lie below their place, at the strips' edges.

    Both ends of a line are as far from their place on the whole: the corners of the page are where they are.
    """
    slope = np.concatenate([slope[:, :1], (slope[:, 1:] + slope[:, :-1]) / 2, slope[:, -1:]], axis=1)  # inside strips
    slope = np.concatenate([slope, slope[:, -1:]], axis=1)[:, :STRIPS]
    rise = np.concatenate([np.zeros((len(slope), 1)), np.cumsum(slope, axis=1) * wide], axis=1)
    return rise - rise[:, -1:] / 2


def _plane(rise: np.ndarray) -> np.ndarray:
    """The part of a rise that turned or fanned straight lines have: each row from end to end."""
    t = np.linspace(-1, 1, rise.shape[1])
    return np.outer(rise @ t / (t @ t), t)


def _bent(rise: np.ndarray) -> float:
    """px by which the lines of the most bent part of the page leave a straight line, up and down together."""
    return float(np.percentile(np.ptp(rise - _plane(rise), axis=1), 80))


def _straighten(strip: np.ndarray, rise: np.ndarray) -> np.ndarray:
    """Move the strips so that lines with this rise become straight."""
    height, count = strip.shape
    there = cv2.resize(((rise[:, 1:] + rise[:, :-1]) / 2).astype(np.float32), (count, height))
    x, y = np.meshgrid(np.arange(count, dtype=np.float32), np.arange(height, dtype=np.float32))
    return np.asarray(cv2.remap(strip, x, y + there, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT))


def _distant(strip: np.ndarray, wide: float) -> float:
    """How alike strips are that lie 3 to 8 apart: only straight lines go on so far at one height."""
    energy = _bands(strip * strip)
    noise = 0.25 * float(np.sort(energy.ravel())[energy.size // 2 :].mean()) + 1e-6
    found = [
        (_bands(strip[:, :-lag] * strip[:, lag:]) / np.sqrt((energy[:, :-lag] + noise) * (energy[:, lag:] + noise)))
        for lag in (3, 5, 8)
    ]
    return float(np.mean([one.mean() for one in found]))


def _grid(rise: np.ndarray, height: int) -> np.ndarray:
    """The mesh of a rise: it is known in the middles of BANDS and goes on as it is above and below."""
    rows, columns = CELLS[0] + 1, CELLS[1] + 1
    y = np.linspace(0, 1, rows) * BANDS - 0.5
    low = np.clip(np.floor(y).astype(int), 0, BANDS - 2)
    part = (y - low)[:, None]
    row = rise[low] * (1 - part) + rise[low + 1] * part
    at = np.linspace(0, STRIPS, columns)
    there = np.array([np.interp(at, np.arange(STRIPS + 1), line) for line in row])
    px, py = np.meshgrid(np.linspace(0, 1, columns), np.linspace(0, 1, rows))
    return np.stack([px, py + there / height], axis=-1).astype(np.float32)
