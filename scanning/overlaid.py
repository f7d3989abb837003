"""A second sheet that lies over the page: how much of the page it hides.

Two things show it. Its edges are straight and sharp, run at an angle to the page, and look the same all along; print
has no such edges, for it has gaps, and a shadow is soft. A crease is as straight and as sharp, but about as bright and
of the same colour on both sides, and print goes on across it. And the sheet's own print runs at an angle to the page's.
A sheet that lies as straight as the page looks like a part of it, and nothing is said.

Places are px of the small picture from its middle, x right and y down. A line is told by the direction across it, from
dark to bright, and by how far from the middle it lies in that direction.
"""

from typing import NamedTuple

import cv2
import numpy as np

from .view import halve

BARE = 0.04  # share of the light: where print takes less there is none
PAPER = 0.62  # of the page without print; with less it is a picture
HIDES = 0.07  # of the page: edges that cut off less are those of a page that is not straight

TURNS = 90  # directions that are told apart by the vote
AXIS = 4.0  # degrees to a side of the page: what is nearer to it is taken for print, a rule or a field of the page
WEAK, STRONG = 16, 30  # of a Sobel filter, four times the levels: less is noise, more counts no more
PRINTED = 0.2  # by which print is darker than the paper around it
VOTES = 700  # least for a line to be looked at
LINES = 4  # most that are looked at

REACH = 7  # px to both sides of a line
STEP = 2  # px along it
FITTED = 32, 64  # places that a line is laid through, coarsely and then finely
OFF = 1.5  # px by which an edge may leave its line
LEAST = 4  # levels of an edge
MOSTLY = 0.65  # share of an edge that has to be seen; print close to it hides some
SHORT = 0.2  # of the page's shorter side, the least of an edge
ALONE = 0.3  # the same of an edge that comes in from the rim and has no corner
ALIKE = 0.035  # by which the step may differ along the edge
RIM = 12  # px to the rim of the page from which on an edge comes in from there
CORNER = 8  # px: two edges that end so near to each other make a corner

TILE = 16  # px of a picture half as large, side of a piece of the page in which print runs one way
FAN = 14  # degrees: where the corners of the page were missed, its own lines fan out by less
LEVEL = 0.04  # of the page, so much print has to run straight
PRINT = 0.05  # of the page: so much print at an angle is on a sheet of its own
SOME = 0.02  # the same when an edge runs along it


class Edge(NamedTuple):
    """A straight edge.

    turn, away   the line it lies on
    ends         (2, 2) px
    long         share of the page's shorter side
    free         how many of its ends are at the rim of the page
    sure         whether it can be no crease
    """

    turn: float
    away: float
    ends: np.ndarray
    long: float
    free: int
    sure: bool


def overlaid(bgr: np.ndarray, ink: np.ndarray) -> float:
    """The share of a page under a second sheet, 0..1; 0 when in doubt.

    bgr   (h, w, 3) uint8, the flat page, 300 to 600 px its long side
    ink   (h, w) float32, the share of the light that print takes, 0..1
    """
    if min(ink.shape) < 4 * TILE or (ink < BARE).mean() < PAPER:
        return 0.0
    grey = cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY)
    edges = [edge for line in _lines(grey) if (edge := _edge(bgr, grey, line))]
    printed, way = _slanting(ink)
    if printed > SOME:
        edges = [edge._replace(sure=edge.sure or abs(np.sin(2 * (edge.turn - way))) < 0.1) for edge in edges]
    hidden = _hidden(edges, bgr.shape[1::-1])
    return max(hidden, printed) if printed > PRINT else hidden


def _slant(turn: float | np.ndarray) -> np.ndarray:
    """Degrees from a direction, radians, to the nearest side of the page."""
    return np.asarray(np.abs((np.degrees(turn) + 45) % 90 - 45))


# ---------- print at an angle ----------


def _slanting(ink: np.ndarray) -> tuple[float, float]:
    """The share of the page whose print runs at an angle, and which way, radians; 0 when no print runs straight.

    source  structure tensors: Bigun & Granlund 1987, "Optimal orientation detection of linear symmetry", ICCV
    """
    soft = cv2.GaussianBlur(np.minimum(halve(ink), 0.25), (3, 3), 0.8)  # letters flow into lines
    gx, gy = cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    high, wide = (side // TILE for side in soft.shape)
    parts = cv2.merge([gx * gx - gy * gy, 2 * gx * gy, gx * gx + gy * gy])[: high * TILE, : wide * TILE]
    parts = cv2.resize(parts, (wide, high), interpolation=cv2.INTER_AREA)
    x, y, much = cv2.split(cv2.blur(parts, (3, 3)))
    way = np.arctan2(y, x) / 2
    lines = (much > 0.2 * np.percentile(parts[..., 2], 80)) & (np.hypot(x, y) > 0.55 * much)
    if (lines & (_slant(way) < 3)).mean() < LEVEL:
        return 0.0, 0.0
    count, label = cv2.connectedComponents((lines & (_slant(way) > FAN)).astype(np.uint8), connectivity=4)
    best = 0.0, 0.0
    for k in range(1, count):
        mean = np.exp(4j * way[label == k]).mean()  # a quarter turn is the same
        if abs(mean) > 0.9:
            best = max(best, (float((label == k).mean()), float(np.angle(mean)) / 4))
    return best


# ---------- lines on which an edge may lie ----------


def _lines(grey: np.ndarray) -> list[tuple[float, float]]:
    """Lines (turn, away) for which many px vote: each for those that its gradient stands on.

    source  Duda & Hart 1972, "Use of the Hough transformation to detect lines and curves in pictures", CACM 15(1)
    """
    small = halve(grey)
    x, y, dx, dy = _voters(small)
    weight = np.minimum(np.hypot(dx, dy), STRONG)
    turn = np.rint(np.arctan2(dy, dx) * (TURNS / 2 / np.pi)).astype(np.intp)
    angle = (np.arange(TURNS) * (2 * np.pi / TURNS)).astype(np.float32)
    cos, sin = np.cos(angle), np.sin(angle)
    reach = int(np.hypot(*small.shape)) // 4 + 2  # bins of two px
    votes = np.zeros((TURNS, 2 * reach))
    for beside in (-1, 0, 1):  # a gradient tells its direction only so well
        k = (turn + beside) % TURNS
        at = ((x * cos[k] + y * sin[k]) / 2 + reach).astype(np.intp)
        votes += np.bincount(k * 2 * reach + at, weight, votes.size).reshape(votes.shape)
    votes += cv2.blur(votes, (3, 1), borderType=cv2.BORDER_CONSTANT)
    best = []
    for _ in range(LINES):
        k, at = divmod(int(votes.argmax()), 2 * reach)
        if votes[k, at] < VOTES:
            break
        best.append((float(angle[k]), 4 * (at + 0.5 - reach)))
        votes[(k + np.arange(-3, 4)) % TURNS, max(0, at - 4) : at + 5] = 0
    return best


def _voters(small: np.ndarray) -> tuple[np.ndarray, ...]:
    """Where a small grey page has gradients at an angle, and no print: x, y from its middle, dx, dy; (n,) each."""
    dark = cv2.morphologyEx(small, cv2.MORPH_BLACKHAT, np.ones((5, 5), np.uint8))  # 0 on both sides of an edge
    letters = cv2.dilate(cv2.subtract(dark, cv2.convertScaleAbs(small, alpha=PRINTED)), np.ones((3, 3), np.uint8))
    soft = cv2.GaussianBlur(small, (3, 3), 0)
    gx, gy = cv2.Sobel(soft, cv2.CV_16S, 1, 0), cv2.Sobel(soft, cv2.CV_16S, 0, 1)
    across, down = cv2.convertScaleAbs(gx), cv2.convertScaleAbs(gy)
    low, high = cv2.min(across, down), cv2.max(across, down)
    vote = (letters == 0) & (high >= WEAK) & (low > cv2.convertScaleAbs(high, alpha=np.tan(np.radians(AXIS))))
    vote[:2] = vote[-2:] = vote[:, :2] = vote[:, -2:] = False
    y, x = np.nonzero(vote)
    x, y = x - small.shape[1] / 2, y - small.shape[0] / 2
    return x.astype(np.float32), y.astype(np.float32), gx[vote].astype(np.float32), gy[vote].astype(np.float32)


# ---------- edges ----------


def _edge(bgr: np.ndarray, grey: np.ndarray, line: tuple[float, float]) -> Edge | None:
    """The edge on a line, or nearly on it."""
    straight: tuple[float, float] | None = line
    for points in FITTED:
        if straight is not None:
            straight = _straightened(grey, *straight, points)
    if straight is None or _slant(straight[0]) < AXIS:
        return None
    turn, away = straight
    band, low = _along(grey, turn, away)
    start, end, on = _run(band)
    long = (end - start) * STEP / min(grey.shape)
    if long < SHORT or on[start:end].mean() < MOSTLY:
        return None
    band, on = band[:, start:end], on[start:end]
    if not _sharp_and_even(band[:, on]):
        return None
    ends = np.array([_place(turn, away, low + at * STEP) for at in (start, end)])
    free = int((np.abs(ends) > np.array(grey.shape[::-1]) / 2 - RIM).any(axis=1).sum())
    colours = _along(bgr, turn, away)[0][:, start:end][:, on]
    return Edge(turn, away, ends, long, free, _no_crease(band, colours))


def _along(picture: np.ndarray, turn: float, away: float) -> tuple[np.ndarray, float]:
    """What is seen beside a line, (2 REACH + 1, n), from dark to bright, every STEP px; where along it that begins."""
    size = np.array(picture.shape[1::-1])
    cos, sin = np.cos(turn), np.sin(turn)
    low, high = -1e9, 1e9
    for middle, way, half in zip((away * cos, away * sin), (-sin, cos), size / 2 - 3, strict=True):
        if abs(way) > 1e-6:
            sides = sorted(((-half - middle) / way, (half - middle) / way))
            low, high = max(low, sides[0]), min(high, sides[1])
    count = max(1, int((high - low) / STEP))
    x, y = (size - 1) / 2 + _place(turn, away - REACH, low)
    matrix = np.array([[-sin * STEP, cos, x], [cos * STEP, sin, y]])
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    band = cv2.warpAffine(picture, matrix, (count, 2 * REACH + 1), flags=how, borderMode=cv2.BORDER_REPLICATE)
    return band, low


def _place(turn: float, away: float, along: float) -> np.ndarray:
    """(2,) px, a place on a line."""
    cos, sin = np.cos(turn), np.sin(turn)
    return np.array([away * cos - along * sin, away * sin + along * cos])


def _steepest(band: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How far from the line it becomes brighter the most, px, and by how many levels; (n,) each."""
    rise = band[3:].astype(np.int16) - band[:-3]
    return rise.argmax(axis=0) - (REACH - 1.5), rise.max(axis=0)


def _straightened(grey: np.ndarray, turn: float, away: float, points: int) -> tuple[float, float] | None:
    """The line through so many of the steepest places near a line, about; None when there is none."""
    band, low = _along(grey, turn, away)
    off, high = _steepest(band)
    at = np.flatnonzero(high > LEAST)
    if len(at) < 10:
        return None
    places = np.stack([at * STEP + low, off[at]], axis=1)[:: max(1, len(at) // points)].astype(np.float32)
    dx, dy, x, y = cv2.fitLine(places, cv2.DIST_WELSCH, 0, 0.01, 0.01).ravel().tolist()
    if abs(dy) > 0.12 * abs(dx):
        return None
    there = _place(turn, away + y, x)
    turn -= float(np.arctan(dy / dx))
    return (turn, float(there @ (np.cos(turn), np.sin(turn)))) if _slant(turn) > AXIS - 1 else None


def _run(band: np.ndarray) -> tuple[int, int, np.ndarray]:
    """From where to where an edge runs along the line, and at which places, (n,) bool, it is seen."""
    off, high = _steepest(band)
    near = (np.abs(off) <= OFF) & (high > LEAST)
    if near.sum() < 10:
        return 0, 0, near
    rise = band[REACH + 1].astype(np.int16) + band[REACH + 2] - band[REACH - 1] - band[REACH - 2]
    on = rise > max(LEAST, 0.5 * float(np.median(rise[near])))
    total = np.concatenate([[0], (on - MOSTLY + 0.05).cumsum()])
    end = int((total - np.minimum.accumulate(total)).argmax())
    return int(total[: end + 1].argmin()), end, on


def _sharp_and_even(band: np.ndarray) -> bool:
    """Whether an edge has nearly all of its step within a few px, and the same step everywhere."""
    usual = np.median(band, axis=1)
    step = usual[REACH + 2] - usual[REACH - 2]
    if step < 0.65 * np.ptp(usual) or usual[REACH + 1] - usual[REACH - 1] < 0.5 * step:
        return False
    dark, bright = band[REACH - 3 : REACH - 1].sum(axis=0), band[REACH + 2 : REACH + 4].sum(axis=0)
    low, high = np.percentile(dark / np.maximum(bright, 1.0), (30, 70))
    stays = usual[REACH + 6] - usual[REACH - 6] > 0.5 * step  # so does no line of print; print may be close to it
    return bool(high - low < max(ALIKE, 0.2 * stays * step / max(usual[REACH + 2], 1)))


def _no_crease(band: np.ndarray, colours: np.ndarray) -> bool:
    """Whether both sides differ much in brightness or colour, or print ends there."""
    usual = np.median(colours, axis=1) + 1.0
    part = usual[REACH - 4] / usual[REACH + 4]
    if np.ptp(part) > 0.12 or part.max() < 0.8:
        return True
    jump = np.abs(np.diff(band.astype(np.int16), axis=1)) > 0.1 * band[:, 1:]
    few, many = sorted((float(jump[: REACH - 1].mean()), float(jump[REACH + 3 :].mean())))
    return many > 0.08 and few < 0.2 * many


# ---------- what they hide ----------


def _hidden(edges: list[Edge], size: tuple[int, ...]) -> float:
    """The share of the page, (width, height) px, that a sheet of these edges hides."""
    x, y = np.meshgrid(*((np.arange(32) - 15.5) / 32 * side for side in size))
    inside, alone = np.ones(x.shape, bool), 0.0
    for edge in edges:
        cos, sin = np.cos(edge.turn), np.sin(edge.turn)
        side = x * cos + y * sin > edge.away
        beside = [other for other in edges if _corner(edge, other, np.array(size) / 2)]
        if beside:
            inside &= side == (beside[0].ends.mean(axis=0) @ (cos, sin) > edge.away)
        elif edge.sure and edge.long > (ALONE if edge.free else 0.5):
            alone = max(alone, min(float(side.mean()), 1 - float(side.mean())))
    share = alone if inside.all() else max(alone, float(inside.mean()))
    return share if share > HIDES else 0.0


def _corner(one: Edge, other: Edge, half: np.ndarray) -> bool:
    """Whether two edges stand upright on each other and neither goes on beyond where they meet.

    half   (2,) px, half of the page's width and height
    """
    if abs(np.cos(one.turn - other.turn)) > 0.08 or one.long + other.long < 0.5:
        return False
    ways = np.array([[np.cos(edge.turn), np.sin(edge.turn)] for edge in (one, other)])
    corner = np.linalg.solve(ways, [one.away, other.away])
    to = np.array([one.ends, other.ends]) - corner
    gap = np.linalg.norm(to, axis=2).min(axis=1)
    if gap.max() < CORNER and (np.abs(corner) < half - RIM).all():  # creases do not end together
        return True
    if not (one.sure or other.sure) or (np.abs(corner) > half + RIM).any():
        return False
    beyond = ((to[:, 0] * to[:, 1]).sum(axis=1) < 0) & (gap > RIM)
    length = np.linalg.norm(to[:, 1] - to[:, 0], axis=1)
    return not (beyond | (gap > 2 * RIM + 0.5 * length)).any()
