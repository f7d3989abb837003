"""Bends a paper and takes a picture of it: curled like a book, wavy, folded. Where its corners are is known.

A point (u, v) of the paper, mm, keeps its distances on the paper: the sheet bends along one direction as its profile
says and stays straight across it (a developable surface), then a pinhole camera sees it.
"""

import itertools
from typing import NamedTuple

import cv2
import numpy as np

from . import draw

STEP = 8  # px: the way back from photo to paper is computed on so coarse a grid, and smooth in between
FINE = 2000  # places at which a profile is known


class Bend(NamedTuple):
    """How a paper bends.

    slope   (FINE,) radians by which the profile leans, from one end of the paper to the other
    across  degrees from the paper's x axis to the direction in which it bends; 0: rulings parallel to its left side
    """

    slope: np.ndarray
    across: float = 0.0


def flat() -> Bend:
    """No bend at all."""
    return Bend(np.zeros(FINE))


def curl(seed: int, strength: float = 1.0, across: float = 0.0) -> Bend:
    """A book's page or a sheet in a lap: one or one and a half smooth waves. Strength 1: leans about 20 degrees."""
    rng = np.random.default_rng(seed)
    t = np.linspace(0, 1, FINE)
    way = rng.uniform(0.8, 1.5) * np.pi * t + rng.uniform(0, 2 * np.pi)
    return Bend(strength * np.radians(20) * np.sin(way) * rng.choice([-1, 1]), across)


def fold(seed: int, strength: float = 1.0, across: float = 90.0, folds: int = 1) -> Bend:
    """Folded once or twice, as letters are, and not quite flat any more. Strength 1: leans about 8 degrees."""
    rng = np.random.default_rng(seed)
    t = np.linspace(0, 1, FINE)
    slope, sign = np.zeros(FINE), rng.choice([-1, 1])
    edges = [0, *(np.arange(1, folds + 1) / (folds + 1)), 1]
    for k, (start, end) in enumerate(itertools.pairwise(edges)):
        slope[(t >= start) & (t <= end)] = sign * (-1) ** k * rng.uniform(0.6, 1.2)
    soft = cv2.GaussianBlur(slope[None], (0, 0), FINE * 0.012)[0]
    return Bend(strength * np.radians(8) * soft, across)


class _Space:
    """Where each point of a bent paper lies, and is seen."""

    def __init__(self, mm, bend: Bend, size, fill, lean, turn, shift) -> None:
        self.mm, self.size, self.focal = np.array(mm), np.array(size), 0.78 * max(size)
        angle = np.radians(bend.across)
        self.along = np.array([np.cos(angle), np.sin(angle)])
        reach = np.abs(self.mm * self.along).sum() / 2
        self.t = np.linspace(-reach, reach, FINE)
        step = self.t[1] - self.t[0]
        self.x = np.cumsum(np.cos(bend.slope)) * step
        self.z = np.cumsum(np.sin(bend.slope)) * step
        self.x -= self.x[FINE // 2]
        self.z -= self.z.mean()
        self.pose = _rotation(*np.radians(lean), np.radians(turn))
        self.away = self.focal * max(self.mm / np.array(size)) / fill
        self.middle = np.zeros(2)
        for _ in range(6):  # move the picture until the page is in its middle
            seen = self.see(self.corners())
            self.middle += self.size * (0.5 + np.array(shift)) - (seen.max(0) + seen.min(0)) / 2

    def corners(self) -> np.ndarray:
        width, height = self.mm
        return np.array([[0, 0], [width, 0], [width, height], [0, height]], float)

    def see(self, paper: np.ndarray) -> np.ndarray:
        """(N, 2) mm on the paper → (N, 2) px in the photo."""
        centred = paper - self.mm / 2
        t = centred @ self.along
        other = centred @ np.array([-self.along[1], self.along[0]])
        x, z = _beyond(t, self.t, self.x), _beyond(t, self.t, self.z)
        point = np.stack([x * self.along[0] - other * self.along[1], x * self.along[1] + other * self.along[0], -z])
        point = self.pose @ point
        return (point[:2] / (1 + point[2] / self.away) * self.focal / self.away).T + self.middle

    def lean(self, paper: np.ndarray) -> np.ndarray:
        """(N,) radians by which the paper leans there."""
        t = (paper - self.mm / 2) @ self.along
        slope = np.arctan2(np.gradient(self.z), np.gradient(self.x))
        return np.interp(t, self.t, slope)


def _beyond(at, t, value):
    """np.interp that goes on straight behind the ends."""
    inside = np.interp(at, t, value)
    low, high = at < t[0], at > t[-1]
    inside[low] = value[0] + (at[low] - t[0]) * (value[1] - value[0]) / (t[1] - t[0])
    inside[high] = value[-1] + (at[high] - t[-1]) * (value[-1] - value[-2]) / (t[1] - t[0])
    return inside


def _rotation(lean_x, lean_y, turn):
    cx, sx, cy, sy, ct, st = (*(f(a) for a in (lean_x, lean_y, turn) for f in (np.cos, np.sin)),)
    rx = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    ry = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    rz = np.array([[ct, -st, 0], [st, ct, 0], [0, 0, 1]])
    return ry @ rx @ rz


def space(mm, bend: Bend, seed: int, size=(1500, 2000), fill=0.85, tilt=15.0, turn=5.0) -> _Space:
    """Where the paper of photograph() with the same arguments lies."""
    rng = np.random.default_rng(seed + 1)
    lean, turned = rng.uniform(-tilt, tilt, 2), rng.uniform(-turn, turn)
    return _Space(mm, bend, size, fill, lean, turned, rng.uniform(-0.03, 0.03, 2))


def photograph(
    page: np.ndarray,
    mm: tuple[float, float],
    bend: Bend,
    seed: int = 1,
    size: tuple[int, int] = (1500, 2000),
    fill: float = 0.85,
    tilt: float = 15.0,
    turn: float = 5.0,
    kind: str = "wood",
    blur: float = 0.8,
) -> draw.Shot:
    """Take a picture of a bent paper on a table; tilt and turn are the most degrees. Corners as in draw.photograph."""
    rng = np.random.default_rng(seed)
    there = space(mm, bend, seed, size, fill, tilt, turn)
    paper = _back(there, size)
    page = _as_fine(page, there)
    scale = np.array(page.shape[1::-1]) / there.mm
    place = cv2.resize(((paper * scale) - 0.5).astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    seen = cv2.remap(page, place, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
    shade = 1 - 0.5 * np.sin(there.lean(paper.reshape(-1, 2))).reshape(paper.shape[:2])
    seen *= cv2.resize(np.clip(shade, 0.5, 1.2).astype(np.float32), size)[..., None] * np.float32(0.93)
    inside = ((place > -0.5) & (place < np.array(page.shape[1::-1]) - 0.5)).all(axis=2).astype(np.float32)
    cover = cv2.GaussianBlur(inside, (0, 0), 0.7)[..., None]
    scene = draw.table(seed + 1, size, kind) * (1 - cover) + np.minimum(seen, 255) * cover
    scene = cv2.GaussianBlur(scene, (0, 0), blur) * np.float32(rng.uniform(0.75, 0.97))
    y, x = np.mgrid[-1 : 1 : size[1] * 1j, -1 : 1 : size[0] * 1j].astype(np.float32)
    slope = rng.uniform(-0.15, 0.15, 2)
    scene *= (1 + slope[0] * x + slope[1] * y)[..., None]
    scene += rng.standard_normal(scene.shape).astype(np.float32) * 2
    return draw.Shot(np.clip(scene, 0, 255).astype(np.uint8), there.see(there.corners()))


def _as_fine(page, space):
    """Halve the page while it is more than twice as fine as the photo."""
    while page.shape[1] / space.mm[0] > 2 * space.focal / space.away:
        page = cv2.resize(page, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    return page


def _back(space: _Space, size) -> np.ndarray:
    """Which mm of the paper is seen where, on a grid of STEP px, (h, w, 2): Newton's method from the flat sheet."""
    shape = size[1] // STEP + 1, size[0] // STEP + 1
    x, y = np.meshgrid(np.linspace(0, size[0], shape[1]), np.linspace(0, size[1], shape[0]))
    goal = np.stack([x.ravel(), y.ravel()], axis=1)
    corners = np.float32(space.corners())
    home = cv2.getPerspectiveTransform(np.float32(space.see(space.corners())), corners)
    at = cv2.perspectiveTransform(goal[None], home)[0]
    limit = space.mm * 0.5
    for _ in range(12):
        at = np.clip(at, -limit, space.mm + limit)
        here = space.see(at)
        dx, dy = ((space.see(at + step) - here) / 0.5 for step in ([0.5, 0], [0, 0.5]))
        miss = goal - here
        det = dx[:, 0] * dy[:, 1] - dx[:, 1] * dy[:, 0]
        det = np.where(np.abs(det) < 1e-6, 1e-6, det)
        move = np.stack([miss[:, 0] * dy[:, 1] - miss[:, 1] * dy[:, 0], dx[:, 0] * miss[:, 1] - dx[:, 1] * miss[:, 0]])
        at = at + np.clip(move / det, -30, 30).T
    return at.reshape(*shape, 2)
