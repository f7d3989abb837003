"""Shadow, contrast, colour: the light of a table lamp → the light of a scanner, in the fewest colours that keep all.

`plan` looks at a small picture of the page and decides; `apply` touches every pixel once.

A page is divided by its background, the light as it would look on bare paper. The background is searched at
50 dpi: ink is closed over by what is around it; places that cannot be paper, because they are coloured or far
darker than light can make them (a photo, a stamp pad, a logo), take the light of their neighbours, so that they
keep their colour.

Black-and-white is cut a third of the way from the brightest to the darkest nearby, so that faint print, print in
shade and print on a grey field stay; `auto` takes it only where ink is black and sharp, and nothing would be lost.
"""

import math
from typing import Any, NamedTuple

import cv2
import numpy as np

from .view import shrink

MODES = ("auto", "colour", "grey", "bw", "natural")
LOOK = 600  # px, long side of the picture that is looked at; an A4 sheet has 50 dpi then
WHITE = 250  # what paper becomes; what is brighter becomes 255 below
PALE = 246  # of 255, once evened: from here on it is paper; faint strokes are darker, and stay
BLACK = 20  # of 255, what the ink becomes
CRISP = 1.0  # sharpened so much before the cut to black-and-white: thin strokes of a soft photo would go
INK = (30, 80)  # of 255, once evened: ink within this becomes black; paler ink is no ink but a grey
TINT = 14.0  # Lab units of colour by which a place differs from the paper before it counts as printed
DARK = 0.3  # share of the paper's light below which a place counts as printed
PAPER = 0.45  # share of paper that a page needs; a photo has less and is left natural
TINTED = 34.0  # Lab units of colour that no lamp gives to white paper: paper of a colour keeps it
HUE = 0.2  # how much of it, 0..1: what is dark in one channel only is easily taken for print
LAMP = 0.7  # what a unit of yellow counts: lamps are yellow
CARD = (0.75, 10.0)  # share of paper and colour for what has the shape of a card, which may be no card
PICTURE = 0.7  # share of paper below which steep light is none, but a picture from rim to rim
STEEP = 0.6  # darkest to brightest light: what falls off more is steep
VIVID = 22  # of 255, between the strongest and the weakest channel of 3 by 3 px: a colour that somebody put there
COLOURED = 0.001  # share of the page that vivid places need: a signature in blue has twice that
SHADE = (60, 205)  # of 255: a grey that black-and-white would not show
SHADED = 0.006  # share of the page that such grey may have: the pale rows of a table are brighter
FAINT = 0.35  # ink above this share of the light around it is faint: pencil, worn thermal print, or out of focus
FAINTLY = 0.2  # share of the ink that may be faint
NOISE = 0.16  # share of the light that grain takes: no ink
CUT = 0.36  # from the brightest down to the darkest nearby: here ink begins
MIDDLE = 128  # stands for the level of the cut where a page is what it differs by from that
SOLID = 100  # of 255: a place with nothing brighter around is black through and through
GRAINY = 0.025  # noise against the contrast of the print, from which on a photo was taken in the dark
# levels of Cb and Cr: 6 off grey are none, 14 and more stay
GREYER = np.interp(np.arange(256), (0, 114, 122, 134, 142, 255), (0, 114, 128, 128, 142, 255)).round().astype(np.uint8)
# broad light of a picture → what it is divided by: the darker a place, the more light falls in, up to 2.6 times as much
FILL = (WHITE * (np.arange(256) / WHITE).clip(0, 1) ** 0.4).round().astype(np.uint8)
FINER = 1.5  # black-and-white has no greys to hide its steps: 200 dpi become 300
RIM = 0.03  # of the long side: what is there may be the table, and speaks for no colour
SLIVER = 0.006  # of a side: how far in a bent edge lets the table show, 14 px on an A4 sheet at 200 dpi
TABLE = 200  # what is darker than this at an edge is no evened paper


class Plan(NamedTuple):
    """What a page becomes.

    mode     "colour", "grey", "bw" (apply makes grey of it when the ink turns out to be faint) or "natural"
    light    (h, w, 3) uint8, BGR: the light on bare paper; None on a picture, which has none
    levels   the darkest and brightest grey, 0..255, of a picture
    pale     the same light for a page in colour: paper of a strong colour keeps a part of it
    """

    mode: str
    light: np.ndarray | None
    levels: tuple[float, float]
    pale: np.ndarray | None = None


def plan(page: np.ndarray, *, card: bool = False) -> Plan:
    """Decide what a page becomes.

    page     (H, W, 3) uint8, BGR, flat, of any size; a small one, LOOK px, is enough
    card     True when it has the shape of a card, and more must speak for plain paper
    """
    small = _look(page)
    low, high = np.percentile(small[::8, ::8], (0.5, 99))
    levels = float(low), float(high)
    light, paper, tint = background(small)
    least, most = CARD if card else (PAPER, TINTED)
    if paper < least or (card and tint > most) or (paper < PICTURE and _steep(light)):
        return Plan("natural", None, levels)
    pale = _pale(light) if tint > most else light
    return Plan(_choose(_divide(small, pale)), light, levels, pale)


def apply(
    page: np.ndarray, plan: Plan, mode: str = "auto", missing: np.ndarray | None = None, *, grainy: bool = False
) -> np.ndarray:
    """Give a page the light of a scanner: paper white, shadows gone, ink dark, colours kept.

    page     (H, W, 3) uint8, BGR, flat; or (H, W), whose grey becomes what it would in colour
    plan     of the same page
    mode     one of MODES; "auto" does what the plan says
    missing  (H, W) bool: what the photo does not show; it becomes paper
    grainy   True for a photo taken in the dark: its grain must not become ink in black-and-white
    returns  uint8 of the shape of `page` of "colour" and "natural"; (H, W) uint8 of "grey"; of "bw" bool, True = ink,
             and FINER times as fine
    """
    become = chosen(plan, mode)
    if become == "natural":
        return _finish(natural(page, plan.levels), plan, missing)
    if become == "colour":
        return _finish(_contrast(_divide(page, plan.pale)), plan, missing)
    grey = page if page.ndim == 2 else cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)
    if plan.light is not None:
        grey = _divide(grey, plan.light)
    else:
        grey = _divide(grey, _around(grey)) if become == "bw" else natural(grey, plan.levels)
    if become == "bw":
        crisp = _finish(cv2.GaussianBlur(grey, (5, 5), 0) if grainy else _sharpen(grey), plan, missing)
        bright, dark = _nearby(crisp)
        if mode == "bw" or _faint(bright, dark) < FAINTLY:
            return _cut(crisp, bright, dark)
    return _finish(grey if plan.light is None else _contrast(grey), plan, missing)


def chosen(plan: Plan, mode: str = "auto") -> str:
    """What a page becomes: "colour", "grey", "bw" (in "auto" grey after all, if its ink is faint) or "natural"."""
    become = plan.mode if mode == "auto" else mode
    return "natural" if become == "colour" and plan.light is None else become


def colours(
    page: np.ndarray, plan: Plan, mode: str, missing: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The colours of a page in colour, without its light and dark: Cb and Cr of ITU-R BT.601, (h, w) uint8 each.

    page     (h, w, 3) uint8, BGR, flat; a small one will do, eyes see colours coarsely
    plan     of the same page
    mode     "colour": what is nearly grey becomes grey, and the fringes of a lens go; or "natural"
    missing  as in apply, (h, w)
    """
    even = chosen(plan, mode) == "colour"
    page = apply(cv2.GaussianBlur(page, (3, 3), 0) if even else page, plan, mode, missing)
    _, red, blue = cv2.split(cv2.cvtColor(page, cv2.COLOR_BGR2YCrCb))
    return (cv2.LUT(blue, GREYER), cv2.LUT(red, GREYER)) if even else (blue, red)


def calm(preview: np.ndarray) -> np.ndarray:
    """The preview of a photo taken in the dark without its grain, (h, w, 3) uint8."""
    return cv2.GaussianBlur(preview, (9, 9), 0)


def even(page: np.ndarray, *, card: bool = False) -> np.ndarray:
    """The page in colour, by a plan of its own: (H, W, 3) uint8 BGR in and out."""
    return apply(page, plan(page, card=card), "colour")


# ---------- what is on it ----------


def _look(page: np.ndarray) -> np.ndarray:
    factor = LOOK / max(page.shape[:2])
    if factor >= 1:
        return page
    return shrink(page, (max(8, round(page.shape[1] * factor)), max(8, round(page.shape[0] * factor))))


def _pale(light: np.ndarray) -> np.ndarray:
    """The light by which paper of a strong colour becomes pale, and keeps its hue."""
    own = light.astype(np.float32)
    return np.asarray(own * (own.max(axis=2, keepdims=True) / own) ** HUE, dtype=np.uint8)


def _steep(light: np.ndarray) -> bool:
    dark, bright = np.percentile(light[::4, ::4, 1], (5, 95))
    return bool(dark < STEEP * bright)


def _choose(small: np.ndarray) -> str:
    """Colour, grey or black-and-white, of an evened page made small; not of its rim, where a table may show."""
    rim = round(RIM * max(small.shape)) + 1
    small = small[rim:-rim, rim:-rim] if min(small.shape[:2]) > 4 * rim else small
    blue, green, red = cv2.split(cv2.blur(small, (3, 3)))  # grain and the coloured fringes of a lens go
    high, low = cv2.max(cv2.max(blue, green), red), cv2.min(cv2.min(blue, green), red)
    if _share(cv2.subtract(high, low), VIVID, 255) > COLOURED:
        return "colour"
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    solid = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))  # without the strokes of print
    return "grey" if _share(solid, *SHADE) > SHADED else "bw"


def _share(values: np.ndarray, low: int, high: int) -> float:
    return cv2.countNonZero(cv2.inRange(values, low, high)) / max(1, values.size)


# ---------- the light ----------


def background(small: np.ndarray) -> tuple[np.ndarray, float, float]:
    """The light on bare paper, (h/2, w/2, 3) uint8 BGR; which share of the page is paper; and its colour, Lab units.

    small    (h, w, 3) uint8, BGR, about 50 dpi
    """
    reach = max(3, round(max(small.shape) / 40) | 1)
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    filled = cv2.medianBlur(cv2.resize(closed, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), 3)
    printed, tint = _printed(filled)
    if printed.any() and not printed.all():
        cv2.copyTo(_fill(filled, printed), printed.view(np.uint8), filled)
    soft = 2 * round(max(filled.shape) / 240) + 1
    light = cv2.blur(cv2.blur(filled, (soft, soft)), (soft, soft))
    return np.maximum(light, 24), 1 - float(printed.mean()), tint


def _printed(filled: np.ndarray) -> tuple[np.ndarray, float]:
    """(h, w) bool: places with a colour or a darkness which light on paper does not explain; and the paper's colour."""
    lightness, *ab = cv2.split(cv2.cvtColor(filled, cv2.COLOR_BGR2Lab))
    level = float(np.percentile(lightness[::4, ::4], 80))
    bright = lightness >= 0.8 * level
    fuller = level / np.maximum(lightness, 0.5 * level + 1).astype(np.float32)  # colours fade with the light on them
    chroma = [(channel.astype(np.float32) - 128) * fuller for channel in ab]
    some = bright[::4, ::4]
    tint = [float(np.median(channel[::4, ::4][some])) for channel in chroma]
    colour = sum(np.square(channel - own) for channel, own in zip(chroma, tint, strict=True))
    printed = (colour > TINT * TINT) | (lightness < DARK * level)
    yellow = max(tint[1], 0.0) * LAMP + min(tint[1], 0.0)
    own = float(np.hypot(tint[0], yellow))
    return cv2.dilate(printed.view(np.uint8), np.ones((3, 3), np.uint8)) > 0, own


def _fill(filled: np.ndarray, printed: np.ndarray) -> np.ndarray:
    """Spread the light of the paper around into the printed places: a blur that only paper takes part in."""
    weight = (~printed).astype(np.float32)
    colour = filled.astype(np.float32) * weight[..., None]
    out, done = filled.astype(np.float32), ~printed
    for reach in (9, 25, 61, 151):
        mass = cv2.blur(weight, (reach, reach))
        here = ~done & (mass > 0.05)
        if here.any():
            mean = cv2.blur(colour, (reach, reach))[here] / mass[here][:, None]
            out[here], done = mean, done | here
        if done.all():
            break
    out[~done] = np.median(filled[~printed], axis=0)
    return out.clip(0, 255).astype(np.uint8)


# ---------- every pixel ----------


def _divide(page: np.ndarray, light: np.ndarray | None) -> np.ndarray:
    """A page, (H, W, 3) or (H, W) uint8, by its light, (h, w, 3) or (h, w): bare paper becomes WHITE."""
    assert light is not None
    if page.ndim < light.ndim:
        light = cv2.cvtColor(light, cv2.COLOR_BGR2GRAY)
    light = cv2.resize(light, page.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return cv2.divide(page, light, scale=WHITE, dst=light)


def _around(grey: np.ndarray) -> np.ndarray:
    """The light of a picture, as if all that is broad were paper, (h, w) uint8: its print shows, its areas do not."""
    small = _look(grey)
    reach = max(3, round(max(small.shape) / 40) | 1)
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    return np.maximum(cv2.GaussianBlur(closed, (0, 0), max(small.shape) / 300), 24)


def _sharpen(page: np.ndarray) -> np.ndarray:
    blurred = cv2.blur(page, (5, 5))
    return cv2.addWeighted(page, 1 + CRISP, blurred, -CRISP, 0, dst=blurred)


def _contrast(page: np.ndarray) -> np.ndarray:
    """Pull the ink of an evened page, (H, W, 3) or (H, W) uint8, down to black, near-paper up to white; in place."""
    black = _black(page[::4, ::4])  # single pixels, not means: the middle of a stroke keeps its darkness
    return _line(page, (255 - BLACK) / (PALE - black), black - BLACK * (PALE - black) / (255 - BLACK))


def _line(page: np.ndarray, slope: float, zero: float) -> np.ndarray:
    """slope * (page - zero) within 0..255, uint8, in place: a third of the time of a table."""
    least: Any = (max(0, math.ceil(zero)),) * 4  # a scalar of OpenCV, of which its types do not know
    cv2.max(page, least, dst=page)
    return np.asarray(cv2.convertScaleAbs(page, page, slope, -slope * zero))


def _black(some: np.ndarray) -> float:
    """How dark the ink is, 0..255 within INK, by some pixels of an evened page; that of coloured ink does not count."""
    if some.ndim == 3:
        blue, green, red = (some[..., channel] for channel in range(3))
        high, low = np.maximum(np.maximum(blue, green), red), np.minimum(np.minimum(blue, green), red)
        some = high[high - low < 2 * VIVID]
    levels = cv2.calcHist([np.ascontiguousarray(some)], [0], None, [256], [0, 256]) if some.size else np.zeros(256)
    count = levels.ravel()[: round(0.8 * WHITE)].cumsum()
    return float(np.clip(np.searchsorted(count, 0.2 * count[-1]), *INK)) if count[-1] else float(INK[0])


def natural(page: np.ndarray, levels: tuple[float, float]) -> np.ndarray:
    """Stretch the light of a picture, a card or a photo, to the full range, and let some light into its dark areas."""
    low, high = levels
    if high - low < 40:
        return page.copy()
    return _filled(_line(page.copy(), WHITE / (high - 0.7 * low), 0.7 * low))


def _filled(page: np.ndarray) -> np.ndarray:
    """A picture, (H, W, 3) or (H, W) uint8, with a fill light: print on a dark card is seen, and tesseract sees it."""
    around = _around(page if page.ndim == 2 else cv2.cvtColor(page, cv2.COLOR_BGR2GRAY))
    light = cv2.LUT(around, FILL)
    return _divide(page, light if page.ndim == 2 else cv2.cvtColor(light, cv2.COLOR_GRAY2BGR))


def _nearby(grey: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The brightest and the darkest within 2.5 mm, (H/4, W/4) uint8 each; grain is smoothed before."""
    smooth = cv2.blur(grey, (3, 3))
    square, reach = np.ones((5, 5), np.uint8), np.ones((9, 9), np.uint8)
    bright = cv2.dilate(cv2.dilate(smooth, square)[2::4, 2::4], reach)
    dark = cv2.erode(cv2.erode(smooth, square)[2::4, 2::4], reach)
    return bright, dark


def _faint(bright: np.ndarray, dark: np.ndarray) -> float:
    """Which share of the ink is faint, 0..1: more than FAINT of the light around it."""
    share = dark / np.maximum(bright, 1).astype(np.float32)
    ink = share < 1 - 2 * NOISE
    return float((share[ink] > FAINT).mean()) if ink.any() else 1.0


def _cut(grey: np.ndarray, bright: np.ndarray, dark: np.ndarray) -> np.ndarray:
    """Black-and-white, FINER times as fine: (H, W) bool, True = ink."""
    bright, dark = (cv2.blur(level, (9, 9)).astype(np.float32) for level in (bright, dark))
    level = np.minimum(bright - CUT * (bright - dark), (1 - NOISE) * bright)
    level[bright < SOLID] = SOLID
    level = cv2.resize(level.astype(np.uint8), grey.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    above = cv2.addWeighted(grey, 1, level, -1, MIDDLE, dst=level)
    size = round(FINER * grey.shape[1]), round(FINER * grey.shape[0])
    return cv2.resize(above, size, interpolation=cv2.INTER_CUBIC) <= MIDDLE


def _finish(page: np.ndarray, plan: Plan, missing: np.ndarray | None) -> np.ndarray:
    if plan.light is not None:
        trim(page)
    if missing is not None:
        page[missing] = 255
    return page


def trim(page: np.ndarray) -> np.ndarray:
    """Turn the slivers of table along the edges of a page to paper, in place.

    page     (H, W, 3) or (H, W) uint8, evened: paper is white
    returns  `page`; whatever is dark from the edge inwards and ends within SLIVER of the side is white. What goes
             on further belongs to the page: a coloured cover, a printed border.
    """
    for turns in range(4):
        side = np.rot90(page, turns)  # a view: each side once at the top
        edge = side[: max(2, round(SLIVER * side.shape[0])) + 1]
        level = edge if edge.ndim == 2 else np.minimum(np.minimum(edge[..., 0], edge[..., 1]), edge[..., 2])
        dark = np.logical_and.accumulate(level < TABLE, axis=0)
        sliver = dark & ~dark[-1]
        if sliver.any():
            sliver[1:] |= sliver[:-1] & ~dark[-1]  # one px more: the blurred foot of the edge
            edge[sliver] = 255
    return page
