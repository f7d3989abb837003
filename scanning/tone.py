"""Shadow, contrast, colour: the light of a table lamp → the light of a scanner.

A page is divided by its background, the light as it would look on bare paper. The background is searched at
an eighth of the size: ink is closed over by what is around it; places that cannot be paper, because they are
coloured or far darker than light can make them (a photo, a stamp pad, a logo), take the light of their
neighbours, so that they keep their colour.
"""

import cv2
import numpy as np

SMALL = 8  # the background is searched at one px for so many
WHITE = 250  # what paper becomes; what is brighter becomes 255 below
TINT = 14.0  # Lab units of colour by which a place differs from the paper before it counts as printed
DARK = 0.3  # share of the paper's light below which a place counts as printed
PAPER = 0.45  # share of paper that a page needs; a photo has less and is left natural
TINTED = 34.0  # Lab units of colour that no lamp gives to white paper: a coloured cover is left natural
CARD = (0.85, 10.0)  # share of paper and colour for what has the shape of a card, which may be no card
SLIVER = 0.006  # of a side: how far in a bent edge lets the table show, 14 px on an A4 sheet at 200 dpi
TABLE = 200  # what is darker than this at an edge is no evened paper


def even(page: np.ndarray, *, card: bool = False) -> np.ndarray:
    """Give a page the light of a scanner: paper white, shadows gone, ink dark, colours kept.

    page     (H, W, 3) uint8, BGR, flat
    card     True when it has the shape of a card, and more must speak for plain paper
    returns  the same shape; what is mostly picture, or of a colour of its own, is left natural
    """
    light, paper, tint = background(_small(page))
    least, most = CARD if card else (PAPER, TINTED)
    if paper < least or tint > most:
        return natural(page)
    light = cv2.resize(light, page.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return _contrast(cv2.divide(page, light, scale=WHITE))


def background(small: np.ndarray) -> tuple[np.ndarray, float, float]:
    """The light on bare paper, (h, w, 3) uint8 BGR; which share of the page is paper; and its colour, Lab units.

    small    (h, w, 3) uint8, BGR, about 25 dpi
    """
    reach = max(3, round(max(small.shape) / 40) | 1)
    filled = cv2.morphologyEx(small, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    filled = cv2.medianBlur(filled, 5)
    printed, tint = _printed(filled)
    if printed.any() and not printed.all():
        filled = _fill(filled, printed)
    light = cv2.GaussianBlur(filled, (0, 0), 2.0)
    return np.maximum(light, 24), 1 - float(printed.mean()), tint


def _printed(filled: np.ndarray) -> tuple[np.ndarray, float]:
    """(h, w) bool: places with a colour or a darkness which light on paper does not explain; and the paper's colour."""
    lab = cv2.cvtColor(filled, cv2.COLOR_BGR2Lab).astype(np.float32)
    level = np.percentile(lab[..., 0], 80)
    bright = lab[..., 0] >= 0.8 * level
    tint = np.median(lab[bright][:, 1:], axis=0)
    colour = np.linalg.norm(lab[..., 1:] - tint, axis=-1)
    printed = (colour > TINT) | (lab[..., 0] < DARK * level)
    own = float(np.linalg.norm(tint - 128))
    return cv2.dilate(printed.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0, own


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


def _small(page: np.ndarray) -> np.ndarray:
    size = max(8, page.shape[1] // SMALL), max(8, page.shape[0] // SMALL)
    return cv2.resize(page, size, interpolation=cv2.INTER_AREA)


def _contrast(page: np.ndarray) -> np.ndarray:
    """Pull ink down and paper up: 60 → 40, 235 and more → 255."""
    levels = np.arange(256, dtype=np.float32)
    curve = np.interp(levels, [0, 30, 120, 232, 255], [0, 12, 108, 255, 255])
    return cv2.LUT(page, curve.astype(np.uint8))


def natural(page: np.ndarray) -> np.ndarray:
    """Stretch the light of a picture, a card or a photo, to the full range without touching its colours."""
    low, high = np.percentile(page[::8, ::8], (0.5, 99))
    if high - low < 40:
        return page
    curve = np.clip((np.arange(256) - 0.7 * low) * 250 / (high - 0.7 * low), 0, 255)
    return cv2.LUT(page, curve.astype(np.uint8))


def trim(page: np.ndarray) -> np.ndarray:
    """Turn the slivers of table along the edges of a page to paper, in place.

    page     (H, W, 3) uint8, BGR, evened: paper is white
    returns  `page`; whatever is dark from the edge inwards and ends within SLIVER of the side is white. What goes
             on further belongs to the page: a coloured cover, a printed border.
    """
    for turns in range(4):
        side = np.rot90(page, turns)  # a view: each side once at the top
        depth = max(2, round(SLIVER * side.shape[0]))
        dark = np.logical_and.accumulate(side[: depth + 1].min(axis=2) < TABLE, axis=0)
        sliver = dark & ~dark[-1]
        sliver[1:] |= sliver[:-1] & ~dark[-1]  # one px more: the blurred foot of the edge
        side[: depth + 1][sliver] = 255
    return page
