"""What the eyes should check on a page: numbers first, then the problems that the numbers name.

Everything is decided on a small picture of the page and on a few clippings of it at full size. Who is in doubt
stays silent: a verdict that is wrong on one good photo in ten would teach people to look away.
"""

from collections.abc import Mapping
from typing import NamedTuple

import cv2
import numpy as np

from .overlaid import overlaid
from .view import halve

SMALL = 600  # px, the small picture's long side is between this and half of it
TILE = 128  # px of the page, side of a clipping: three lines of small print at 200 dpi
TINY = 32  # px of the small picture: a side shorter than this shows nothing
TILES = 8  # most clippings
PRINT = 0.1  # share of the light that print takes away at least
FAINT = 0.08  # of the light: what differs less from the paper shines through from its other side
SMOOTH = 0.03  # of its light by which skin differs from px to px; print on a coloured field differs by more
NEAR = 0.03  # of the photo's long side: only where a page ends nearer than this to the frame can it be cut
DIMMER = 235  # level that paper beside a lamp stays below; else all of the page is as bright
BLOWN = 252  # level from which on a sensor sees nothing any more
Sides = tuple[bool, bool, bool, bool]  # top, right, bottom, left of the flat page
NONE: Sides = (False, False, False, False)


class Look(NamedTuple):
    """A page made small.

    bgr      (h, w, 3) uint8
    light    (h, w) uint8, the light on bare paper
    ink      (h, w) float32, the share of that light which print takes, 0..1
    step     px of the page for one px here
    """

    bgr: np.ndarray
    light: np.ndarray
    ink: np.ndarray
    step: int


class Clipping(NamedTuple):
    """What a piece of the page at full size shows. Levels are grey levels, 0..255.

    letter    height of its letters, px; 0 when none are seen
    edge      width of its sharpest common edges, px
    contrast  paper against ink, levels
    grain     standard deviation of the noise, levels
    """

    letter: float
    edge: float
    contrast: float
    grain: float


def look(flat: np.ndarray, colours: np.ndarray | None = None) -> Look:
    """Make a flat page small, and tell its print from its light.

    flat      (H, W, 3) uint8, BGR, or (H, W) uint8, grey
    colours   (h, w, 3) uint8, BGR: a preview of a page that is grey
    """
    small, step = flat, 1
    while max(small.shape[:2]) > SMALL and min(small.shape[:2]) > 1:
        small, step = halve(small), 2 * step
    grey = small if small.ndim == 2 else cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    if small.ndim == 2:
        seen = grey if colours is None else cv2.resize(colours, grey.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        small = cv2.cvtColor(seen, cv2.COLOR_GRAY2BGR) if seen.ndim == 2 else seen
    reach = max(5, round(max(grey.shape) / 40)) | 1
    closed = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    light = np.maximum(cv2.blur(closed, (reach, reach)), 8)
    ink = cv2.divide(cv2.subtract(light, grey), light, dtype=cv2.CV_32F)
    return Look(small, light, ink, step)


def numbers(
    flat: np.ndarray,
    seen: Look,
    *,
    native: float,
    dpi: float,
    missing: np.ndarray | None = None,
    framed: Sides = NONE,
    whole: bool = False,
) -> dict[str, float]:
    """Measure a flat page before its light is evened.

    flat     (H, W, 3) uint8, BGR, or (H, W) uint8
    seen     its `look`
    native   dpi that the camera gave on the paper
    dpi      of `flat`
    missing  (H, W) bool, what lies outside of the photo; or None
    framed   sides of the page at which the photo ends before the paper does: see `framed`
    whole    True for a photo that is kept whole, because no page was seen in it
    returns  light     0..1, how bright the paper is
             dpi       dots that the camera gave to an inch of paper
             ink       0..1, share of the page that is print
             lettered  0..1, share of the clippings in which letters were seen
             letter    px of the photo, how high they are
             sharp     how often the width of an edge goes into the height of a letter
             edge      px of the page, width of the edges in the sharpest clipping
             grain     0..1, noise against the contrast of the print
             whole     1 for a photo that is kept whole, no page was seen in it; else 0
             cut       0..1, share of the page outside of the frame
             runs_out  0..1, share of a side on the frame along which print goes on
             glare     0..1, share of the printed part that a lamp washed out
             covered   0..1, share of the printed part under a hand
             overlaid  0..1, share of the page under a second sheet
    """
    tiny = min(seen.ink.shape) < TINY
    clip = clippings(flat, seen)
    lettered = clip[clip[:, 0] > 0]
    said = {
        "light": _levels(seen.light, 0.7)[0] / 255,
        "dpi": native,
        "ink": float((seen.ink > PRINT).mean()),
        "lettered": len(lettered) / max(1, len(clip)),
        "letter": _median(lettered[:, 0]) * native / dpi,
        "sharp": _median(lettered[:, 0] / lettered[:, 1]),
        "edge": float(clip[:, 1].min()) if len(clip) else 0.0,
        "grain": _median(clip[:, 3] / np.maximum(clip[:, 2], 1)),
        "whole": float(whole),
        "cut": 0.0 if missing is None else float(missing.mean()),
        "runs_out": 0.0 if tiny else runs_out(seen, framed),
        "glare": 0.0 if tiny else glare(seen),
        "covered": 0.0 if tiny else covered(seen),
        "overlaid": 0.0 if tiny else overlaid(seen.bgr, seen.ink),
    }
    return {name: round(value, 3) for name, value in said.items()}


# ---------- verdict ----------

# What must be true of the numbers for a problem to be named, the worst first. Each line is one way to have it: all
# of (number, above, below) hold. Fitted on drawn photos, held against real ones: tests/scanning/calibrate.py.
ANY = float("inf")
PAGE = ("whole", -1, 0.5)
PLAIN = (("ink", 0.02, 0.45), ("grain", -1, 0.02))  # print on paper, no picture and no table
STILL = (("grain", -1, 0.02), PAGE)  # a page that is not taken in the dark: grain looks like letters and edges
CALM = (("grain", -1, 0.03), PAGE)  # or nearly so
LIMITS: tuple[tuple[str, tuple[tuple[str, float, float], ...]], ...] = (
    ("empty", (("ink", -1, 0.006), ("lettered", -1, 0.01), ("light", 0.15, ANY), PAGE)),
    ("dark", (("light", -1, 0.25), ("grain", 0.09, ANY))),
    ("dark", (("light", -1, 0.25), ("ink", 0.5, ANY))),
    ("dark", (("light", -1, 0.115), ("grain", 0.045, ANY))),
    ("dark", (("light", -1, 0.06),)),
    ("far", (("letter", 0.1, 6.9), ("lettered", 0.2, ANY), ("ink", 0.006, 0.45), *CALM)),
    ("far", (("letter", 0.1, 9.0), ("sharp", 0.1, 6.0), ("lettered", 0.2, ANY), ("ink", 0.006, 0.45), *CALM)),
    ("far", (("dpi", -1, 60), ("edge", 2.3, ANY), ("lettered", -1, 0.45), ("ink", 0.15, 0.45), *CALM)),
    ("blurred", (("sharp", 0.1, 5.4), ("letter", 9.0, ANY), ("lettered", 0.45, ANY), *PLAIN)),
    ("blurred", (("edge", 2.6, ANY), ("lettered", -1, 0.1), ("ink", 0.15, 0.45), *STILL)),
    ("blurred", (("sharp", 0.1, 5.4), ("letter", 6.9, ANY), ("lettered", -1, 0.2), ("ink", 0.15, 0.45), *STILL)),
    ("blurred", (("edge", 2.9, ANY), ("lettered", -1, 0.45), ("ink", 0.1, 0.45), *STILL)),
    ("blurred", (("edge", 5.0, ANY), ("lettered", -1, 0.45), ("ink", 0.006, 0.45), *STILL)),
    ("glare", (("glare", 0.06, ANY), PAGE)),
    ("covered", (("covered", 0.04, ANY), PAGE)),
    ("covered", (("overlaid", 0.04, ANY), ("lettered", 0.1, ANY), ("cut", -1, 0.03), PAGE)),
    ("cropped", (("cut", 0.08, ANY),)),
    ("cropped", (("runs_out", 0.15, ANY), *PLAIN, PAGE)),
    ("cropped", (("runs_out", 0.25, ANY), *PLAIN)),
)  # fmt: skip


def verdict(said: Mapping[str, float]) -> tuple[str, ...]:
    """The names of what is wrong with a page of these `numbers`, the worst first; none when nothing surely is.

    "empty"    there is no print
    "dark"     too little light: the print drowns in the grain
    "far"      the camera was too far away: small letters have too few px
    "blurred"  out of focus or shaken
    "glare"    a lamp left no print in a part of the page
    "covered"  a hand or another sheet lies on the print
    "cropped"  the page goes on outside of the photo
    """
    named = [name for name, all_of in LIMITS if all(above < said[what] < below for what, above, below in all_of)]
    return tuple(dict.fromkeys(named))


# ---------- clippings: how large and how sharp are the letters ----------


def clippings(flat: np.ndarray, seen: Look) -> np.ndarray:
    """Measure the print at up to TILES places, spread over the page: (N, 4), each row a Clipping."""
    side = max(4, TILE // seen.step)
    rows, columns = seen.ink.shape[0] // side, seen.ink.shape[1] // side
    if not rows or not columns:
        return np.zeros((0, 4))
    ink = (seen.ink[: rows * side, : columns * side] > PRINT).astype(np.float32)
    busy = cv2.resize(ink, (columns, rows), interpolation=cv2.INTER_AREA)
    at = np.argwhere(busy >= max(0.02, 0.3 * float(np.percentile(busy, 90))))
    if len(at) > TILES:
        at = at[np.linspace(0, len(at) - 1, TILES).round().astype(int)]
    found = [clipping(flat[y : y + TILE, x : x + TILE]) for y, x in at * side * seen.step]
    return np.array(found).reshape(-1, 4)


def clipping(bgr: np.ndarray) -> Clipping:
    """Measure one piece of a page, (H, W, 3) uint8 BGR or (H, W) uint8."""
    grey = bgr if bgr.ndim == 2 else cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY)
    low, middle, high = _levels(grey[::2, ::2], 0.04, 0.5, 0.96)
    contrast = high - low
    across, down = (_levels(step[::2], 0.97)[0] / 2 for step in _steps(grey))
    edge = contrast / (2 * max(min(across, down), 0.5))
    level = (low + high) / 2
    marks = (grey < level) if middle > level else (grey > level)
    letter = _letter(marks.astype(np.uint8)) if contrast > max(5, FAINT * high) else 0.0
    return Clipping(letter, edge, contrast, _grain(grey))


def _steps(grey: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How far the level changes over two px, across and down."""
    return cv2.absdiff(grey[1:-1, 2:], grey[1:-1, :-2]), cv2.absdiff(grey[2:, 1:-1], grey[:-2, 1:-1])


def _grain(grey: np.ndarray) -> float:
    """Standard deviation of the noise, levels: where there is no edge, a px differs from its neighbours by it."""
    bend = np.abs(2 * grey[1::4, 1:-1].astype(np.int16) - grey[1::4, 2:] - grey[1::4, :-2])
    count = np.bincount(bend.ravel()).cumsum()
    at = int(np.searchsorted(count, 0.4 * count[-1]))
    if at == 0:
        return 0.0
    within = (0.4 * count[-1] - count[at - 1]) / max(1, count[at] - count[at - 1])
    return float(at - 0.5 + within) / (0.524 * 6**0.5)  # 40 % of a normal distribution are nearer than 0.524 sigma


def _letter(marks: np.ndarray) -> float:
    """Height of the letters among the marks, px; letters that run together are as high as their line; 0: none.

    Large ones weigh more, for specks and dots are many and say nothing.
    """
    _, _, box, _ = cv2.connectedComponentsWithStats(marks, connectivity=8, ltype=cv2.CV_16U)  # half the time
    left, top, wide, high, area = box[1:].T
    inside = (left > 0) & (top > 0) & (left + wide < marks.shape[1]) & (top + high < marks.shape[0])
    long, short = np.maximum(wide, high), np.minimum(wide, high)
    letters = inside & (area >= 8) & (long >= 4) & (long < 0.6 * TILE)
    if letters.sum() < 3:
        return 0.0
    size = np.where(long > 2.5 * short, short, long)[letters]
    rank = np.argsort(size)
    weight = area[letters][rank].cumsum()
    return float(size[rank][np.searchsorted(weight, weight[-1] / 2)])


# ---------- what lies on the page, and where it ends ----------


def framed(photo: np.ndarray, corners: np.ndarray) -> Sides:
    """Which sides of a page have the frame of the photo near, and no table between.

    photo     (H, W, 3) uint8, BGR
    corners   (4, 2) px, clockwise from the corner that becomes the top-left of the flat page
    """
    height, width = photo.shape[:2]
    last = np.array([width - 1, height - 1])
    sides = []
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        along = np.linspace(0.1, 0.9, 24)[:, None] * (end - start) + start
        out = np.array([end[1] - start[1], start[0] - end[0]]) / max(1.0, float(np.linalg.norm(end - start)))
        room = _room(along, out, last)
        if np.median(room) > NEAR * max(width, height):
            sides.append(False)
            continue
        inner, outer = along - out * 0.006 * max(width, height), along + out * np.maximum(room - 2, 0)[:, None] * 0.8
        levels = [_sample(photo, points, last) for points in (inner, outer)]
        table = (room > 4) & (np.abs(levels[0] - levels[1]).max(axis=1) > 20)
        sides.append(bool(table.mean() < 0.5))
    return tuple(sides)  # type: ignore[return-value]


def _room(points: np.ndarray, out: np.ndarray, last: np.ndarray) -> np.ndarray:
    """(N,) px from each point in the direction `out` to the frame of the photo."""
    with np.errstate(divide="ignore", invalid="ignore"):
        way = np.where(out > 0, (last - points) / out, np.where(out < 0, -points / out, np.inf))
    return np.maximum(way.min(axis=1), 0)


def _sample(photo: np.ndarray, points: np.ndarray, last: np.ndarray) -> np.ndarray:
    x, y = np.clip(points.round().astype(int), 0, last).T
    return photo[y, x].astype(np.int16)


def runs_out(seen: Look, sides: Sides) -> float:
    """The share of a side along which print touches it, 0..1: the worst of the `sides` that lie on the frame."""
    worst = 0.0
    for turns in np.flatnonzero(sides):
        side = np.rot90(seen.ink, int(turns))
        strip = np.ascontiguousarray(side[: max(6, round(0.035 * side.shape[0]))] > PRINT, dtype=np.uint8)
        if not strip.size:  # OpenCV crashes on nothing
            continue
        _, label, box, _ = cv2.connectedComponentsWithStats(strip, connectivity=8)
        wide, full = box[:, 2] / strip.shape[1], box[:, 4] / np.maximum(box[:, 2] * box[:, 3], 1)
        word = (wide < 0.3) & (full < 0.8)  # letters that run together leave gaps, a shadow does not
        letters = (box[:, 1] < 2) & ((wide < 0.08) | word) & (box[:, 4] >= 3)
        letters[0] = False
        worst = max(worst, float(letters[label].any(axis=0).mean()))
    return worst


def glare(seen: Look) -> float:
    """The share of the printed part of the page in which a lamp left no print."""
    blown = seen.light >= BLOWN
    printed = seen.ink > PRINT
    box = _box_of(printed)
    if box is None or not blown[box].any():
        return 0.0
    blown, printed, light = blown[box], printed[box], seen.light[box]
    if blown.all() or np.median(light[~blown]) > DIMMER:
        return 0.0
    return float(blown.mean()) if printed[blown].mean() < 0.3 * printed[~blown].mean() else 0.0


def covered(seen: Look) -> float:
    """The share of the printed part of the page under something of the colour of skin that comes in from a side."""
    bgr, paper = halve(seen.bgr) if max(seen.ink.shape) > SMALL // 2 else seen.bgr, _paper(seen)
    if min(bgr.shape[:2]) < 3:  # a strip so thin has no sides
        return 0.0
    rim = np.concatenate([bgr[1], bgr[-2], bgr[:, 1], bgr[:, -2]])
    if _skin(rim, paper).sum() < 4:  # nothing comes in: as nearly always
        return 0.0
    printed = cv2.resize(seen.ink, bgr.shape[1::-1], interpolation=cv2.INTER_AREA) > PRINT
    skin = _skin(bgr, paper)
    mask = cv2.morphologyEx(skin.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    _, label, box, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    hands = _from_a_side(label, len(box)) & (box[:, 4] > 0.004 * mask.size)
    if not hands.any():
        return 0.0
    hand = hands[label].astype(np.uint8)
    grey = cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY)
    rough = cv2.absdiff(grey, cv2.blur(grey, (3, 3)))[cv2.erode(hand, np.ones((5, 5), np.uint8)) > 0]
    if not len(rough) or rough.mean() > SMOOTH * grey[hand > 0].mean():
        return 0.0
    inside = _box_of(printed & (cv2.dilate(hand, np.ones((5, 5), np.uint8)) == 0))
    return float(hand[inside].mean()) if inside else 0.0


def _skin(bgr: np.ndarray, paper: np.ndarray) -> np.ndarray:
    """(...,) bool: which px, (..., 3), have the colour of skin in the light that falls on the paper."""
    b, g, r = (bgr[..., k].astype(np.float32) / level for k, level in enumerate(paper))
    return (r > 0.15) & (r < 1.1) & (r - b > 0.18 * r) & (r - g > 0.07 * r) & (g > b)


def _from_a_side(label: np.ndarray, count: int) -> np.ndarray:
    """(count,) bool: which of the labelled areas come in from a side of the page; a field runs along it."""
    share = np.array(
        [np.bincount(side, minlength=count) / len(side) for side in (label[1], label[:, -2], label[-2], label[:, 1])]
    )
    on = share > 0
    facing = (on[0] & on[2]) | (on[1] & on[3])
    return on.any(axis=0) & ~facing & (share.max(axis=0) < 0.5)


def _box_of(printed: np.ndarray) -> tuple[slice, slice] | None:
    """The rows and columns between which nearly all print lies; None without print."""
    rows, columns = (printed.sum(axis=axis).cumsum() for axis in (1, 0))
    if not rows[-1]:
        return None
    top, bottom = (int(np.searchsorted(rows, share * rows[-1])) for share in (0.02, 0.98))
    left, right = (int(np.searchsorted(columns, share * columns[-1])) for share in (0.02, 0.98))
    return slice(top, bottom + 1), slice(left, right + 1)


def _paper(seen: Look) -> np.ndarray:
    """(3,) the colour of the paper, BGR levels."""
    light, ink, bgr = seen.light[::4, ::4], seen.ink[::4, ::4], seen.bgr[::4, ::4]
    bright = (light >= _levels(light, 0.5)[0]) & (ink < 0.05)
    return np.maximum(np.median(bgr[bright], axis=0), 8) if bright.any() else np.full(3, 255.0)


def _levels(grey: np.ndarray, *share: float) -> list[float]:
    """The levels that so large shares of the px, uint8, stay below."""
    count = np.bincount(grey.ravel(), minlength=256).cumsum()
    return np.searchsorted(count, np.array(share) * count[-1]).astype(float).tolist()


def _median(values: np.ndarray) -> float:
    return float(np.median(values)) if len(values) else 0.0
