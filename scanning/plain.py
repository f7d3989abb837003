"""Drawn pixels, not photographed ones: how few colours a page really has, and the smallest sharp encoding for it.

Print on white has ink, paper and the soft px between them; only a picture has places where px change softly.
"""

import io
from typing import Literal

import cv2
import numpy as np
from PIL import Image

DARK, LIGHT = 64, 230  # grey levels; what lies between them is neither ink nor paper
SOFT = (1, 16)  # grey levels by which the surroundings of a px differ where it is soft
PICTURE = 0.004  # share of px that are soft all around; a drawn page has none, a scan a tenth
SHADED = 0.01  # share of soft px that are neither ink nor paper; 0.0005 on a page with tables in colour
TINT = 28  # difference of a px's channels from which it has a colour
SPECKS = 5e-5  # share of coloured or grey px that may be overlooked: 400 of an A4 page at 300 dpi
BITS = 4  # of each channel, by which colours are told apart
ROWS = 16  # parts in which px are counted, each of which takes eight bytes a px for a moment

Kind = Literal["bw", "few", "picture"]


def kind(bgr: np.ndarray, grey: np.ndarray) -> Kind:
    """Tell print in black on white, drawings of few colours, and pictures apart.

    bgr    (H, W, 3) uint8
    grey   (H, W) uint8, the same without colour
    """
    square = np.ones((3, 3), np.uint8)
    steps = cv2.subtract(cv2.dilate(grey, square), cv2.erode(grey, square))
    soft, between = cv2.inRange(steps, *SOFT), cv2.inRange(grey, DARK, LIGHT)
    if np.count_nonzero(cv2.erode(soft, square)) > PICTURE * grey.size:
        return "picture"
    if np.count_nonzero(cv2.bitwise_and(soft, between)) > SHADED * grey.size:
        return "picture"
    if is_coloured(bgr) or np.count_nonzero(cv2.erode(between, square)) > SPECKS * grey.size:
        return "few"
    return "bw"


def is_coloured(bgr: np.ndarray) -> bool:
    """Whether more than specks have a colour."""
    blue, green, red = cv2.split(bgr)
    tint = cv2.subtract(cv2.max(cv2.max(blue, green), red), cv2.min(cv2.min(blue, green), red))
    return bool(np.count_nonzero(tint > TINT) > SPECKS * tint.size)


def png(bgr: np.ndarray) -> bytes:
    """(H, W, 3) uint8 → a PNG of at most 256 colours, without any metadata; each colour is off by 8 levels at most."""
    codes = _codes(bgr)
    cells = sum(np.bincount(rows.ravel(), minlength=1 << 3 * BITS) for rows in np.array_split(codes, ROWS))
    used = np.argsort(-cells, kind="stable")[: min(256, np.count_nonzero(cells))]
    colours = _means(bgr, codes, used)
    image = Image.fromarray(_nearest(used)[codes], "P")
    image.putpalette(colours[:, ::-1].tobytes())
    out = io.BytesIO()
    image.save(out, "PNG", bits=4 if len(used) <= 16 else 8, compress_level=6)
    return out.getvalue()


def _codes(bgr: np.ndarray) -> np.ndarray:
    """(H, W) uint16: the cell of the colour cube in which a px lies."""
    blue, green, red = (channel.astype(np.uint16) for channel in cv2.split(bgr >> (8 - BITS)))
    return (blue << (2 * BITS)) | (green << BITS) | red


def _means(bgr: np.ndarray, codes: np.ndarray, used: np.ndarray) -> np.ndarray:
    """(n, 3) uint8: the mean colour of each cell, from every fourth px; its middle where none of those lies in it."""
    some, colours = codes[::2, ::2].ravel(), bgr[::2, ::2].reshape(-1, 3)
    count = np.bincount(some, minlength=1 << 3 * BITS)[used]
    means = np.empty((len(used), 3))
    for channel in range(3):
        total = np.bincount(some, weights=colours[:, channel], minlength=1 << 3 * BITS)[used]
        means[:, channel] = np.where(count > 0, total / np.maximum(count, 1), _middles(used)[:, channel])
    return means.round().astype(np.uint8)


def _middles(cells: np.ndarray) -> np.ndarray:
    step, mask = 1 << (8 - BITS), (1 << BITS) - 1
    channels = [cells >> (2 * BITS), (cells >> BITS) & mask, cells & mask]
    return np.stack(channels, axis=-1) * step + step // 2


def _nearest(used: np.ndarray) -> np.ndarray:
    """(cells,) uint8: for every cell the number of the used one that is nearest."""
    every = _middles(np.arange(1 << 3 * BITS)).astype(np.float32)
    chosen = every[used]
    far = (every**2).sum(1)[:, None] - 2 * every @ chosen.T + (chosen**2).sum(1)
    return far.argmin(axis=1).astype(np.uint8)
