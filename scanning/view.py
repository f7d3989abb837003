"""A photo made small for searching: Lab colours at one working size, and the way back to photo pixels."""

from typing import NamedTuple

import cv2
import numpy as np

WORK = 480  # px, long side of the picture that is searched; a page edge is still 3 px sharp
LITTLE = 1.3  # times smaller
FINE = 1400  # px, most for the picture in which the sides get their last precision


class View(NamedTuple):
    """What the search looks at.

    lab      (h, w, 3) float32, see to_lab
    small    (h, w, 3) uint8 BGR, the same
    scale    (2,) px of the view for one px of the photo, x and y
    fine     (H, W, 3) uint8 BGR, a larger picture of the same, for the last bit of precision
    """

    lab: np.ndarray
    small: np.ndarray
    scale: np.ndarray
    fine: np.ndarray

    @property
    def size(self) -> tuple[int, int]:
        """(width, height), px."""
        return self.lab.shape[1], self.lab.shape[0]

    @property
    def to_fine(self) -> np.ndarray:
        """(2,) px of `fine` for one px of the photo, x and y."""
        return self.scale * np.array(self.fine.shape[1::-1]) / self.size

    @property
    def diagonal(self) -> float:
        """px"""
        return float(np.hypot(*self.size))


def view(photo: np.ndarray, long_side: int = WORK) -> View:
    """Make a photo, (H, W, 3) uint8 BGR, small enough to search; a small one is enlarged."""
    height, width = photo.shape[:2]
    factor = long_side / max(height, width)
    size = max(8, round(width * factor)), max(8, round(height * factor))
    fine = photo
    while max(fine.shape) > FINE:
        fine = quarter(fine) if max(fine.shape) > 2 * FINE and min(fine.shape[:2]) >= 8 else halve(fine)
    small = shrink(fine, size) if factor < 1 else cv2.resize(photo, size, interpolation=cv2.INTER_LINEAR)
    lab = to_lab(small)
    return View(lab, small, np.array([size[0] / width, size[1] / height]), fine)


def to_lab(bgr: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8 BGR → float32 Lab, a and b 128 too high: only differences of colours are looked at."""
    lab = cv2.cvtColor(bgr, cv2.COLOR_BGR2Lab).astype(np.float32)
    lab[..., 0] *= np.float32(100 / 255)
    return lab


def shrink(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Make an image smaller to (width, height) by area; halving first is three times as fast for a phone photo."""
    while pixels.shape[1] >= 2 * size[0] and pixels.shape[0] >= 2 * size[1]:
        pixels = halve(pixels)
    little = pixels.shape[1] < LITTLE * size[0]  # then both do the same, and one is five times as fast
    return cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR if little else cv2.INTER_AREA)


def halve(pixels: np.ndarray) -> np.ndarray:
    """Half as wide and high, but never nothing; an odd last row or column is left out."""
    height, width = (max(1, side // 2) for side in pixels.shape[:2])
    even = pixels[: height * 2, : width * 2]
    return cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA)


def quarter(pixels: np.ndarray) -> np.ndarray:
    """A quarter as wide and high, of the middle four of every sixteen pixels: half the time of halving twice."""
    height, width = (side // 4 for side in pixels.shape[:2])
    return cv2.resize(pixels[: height * 4, : width * 4], (width, height), interpolation=cv2.INTER_LINEAR)
