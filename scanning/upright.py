"""Which way up a page is printed, by its letters, silent when it is not sure.

A small network looks at single letters, digits and what is beside them, in all four turns, and says how upright each
looks. One letter says little, an O nothing; some hundred together say it safely, in capitals and in columns of numbers
as well. The network was trained on drawn print alone (tests/scanning/fit_upright.py).
"""

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from . import letters

WEIGHTS = Path(__file__).with_name("upright.npz")
ASKED = (320, 1500)  # letters that are looked at; all of them only when the first ones leave it open
FEW = 12  # with fewer letters nothing is said
SIDE = 20  # px of a letter's picture
AROUND = 1.8  # of the letter's longer side that its picture shows: a bit of the neighbours belongs to it
DOUBT = 0.25  # chance that a mark is no letter and says nothing: no single one may say too much
GUESS = -1.386  # log of 1/4: what a turn is worth of which nothing is known
TOLD = 0.03  # by how much letters tell more than that; less, and the marks are no letters
SURE = 0.05  # by how much, in the mean over all letters, the log likelihood of a turn must be above staying
LIKELY = 0.03  # and above its opposite: the way that lines run is seen before which end of them is up
CLEAR = 2.0  # standard errors of the mean: less may be chance
OPEN = 0.1  # so near to TOLD, above or below, more letters may say something else
SAFE = 4.0  # standard errors above its opposite, from which on more letters say the same


class Told(NamedTuple):
    """What a page's letters say together.

    best     quarters clockwise that make most of them upright
    told     by how much they tell more than a guess
    gain     how much likelier that is than to stay, (N,)
    over     than its opposite, (N,)
    """

    best: int
    told: float
    gain: np.ndarray
    over: np.ndarray

    @property
    def open(self) -> bool:
        """More letters may change what is said."""
        return abs(self.told - TOLD) < OPEN or (self.told > TOLD and self.over.mean() < SAFE * error(self.over))

    @property
    def sure(self) -> bool:
        """Together they say it safely."""
        return (
            self.told > TOLD
            and self.gain.mean() > max(SURE, CLEAR * error(self.gain))
            and self.over.mean() > max(LIKELY, CLEAR * error(self.over))
        )


def turn(page: np.ndarray) -> int:
    """Degrees clockwise, 0, 90, 180 or 270, that make a page read upright; 0 when unsure.

    page     (H, W, 3) uint8, BGR, flat, or (H, W), grey
    """
    said = None
    for found in asked(page):
        said = listen(found)
        if not said.open:
            break
    return 90 * said.best if said and said.sure else 0


def runs_across(page: np.ndarray) -> bool | None:
    """Whether the lines of print run across a page, and not down it; None when that is not sure. As turn."""
    found = next(asked(page), None)
    if found is None:
        return None
    across = np.logaddexp(found[:, 0], found[:, 2]) - np.logaddexp(found[:, 1], found[:, 3])
    sure = listen(found).told > TOLD and abs(across.mean()) > max(SURE, CLEAR * error(across))
    return bool(across.mean() > 0) if sure else None


def asked(page: np.ndarray) -> Iterator[np.ndarray]:
    """What the letters of a page say, see likelihoods: some of them, then more; nothing when there are too few."""
    dark, level = letters.ink(page)
    box = letters.boxes(dark, level)
    for most in ASKED if len(box) >= FEW else ():
        yield likelihoods(pictures(dark, level, spread(box, most)))
        if len(box) <= most:
            return


def listen(found: np.ndarray) -> Told:
    """Sum up the likelihoods of letters, (N, 4)."""
    mean = found.mean(axis=0)
    best = int(mean.argmax())
    return Told(
        best, float(mean[best]) - GUESS, found[:, best] - found[:, 0], found[:, best] - found[:, (best + 2) % 4]
    )


def error(values: np.ndarray) -> float:
    """The standard error of a mean."""
    return float(values.std()) / len(values) ** 0.5


def likelihoods(seen: np.ndarray) -> np.ndarray:
    """Log likelihood that a letter becomes upright by turning it 0, 90, 180, 270 degrees clockwise.

    seen     (N, SIDE, SIDE) float32, ink 0..1
    returns  (N, 4) float32
    """
    first, first_bias, second = _network()
    score = np.empty((len(seen), 4), np.float32)
    for quarters in range(4):
        turned = np.rot90(seen, -quarters, axes=(1, 2)).reshape(len(seen), -1)
        score[:, quarters] = np.maximum(turned @ first + first_bias, 0) @ second
    share = np.exp(score - score.max(axis=1, keepdims=True))
    share /= share.sum(axis=1, keepdims=True)
    return np.asarray(np.log((1 - DOUBT) * share + DOUBT / 4))


@functools.cache
def _network() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights (SIDE², hidden), bias (hidden,) and weights (hidden,) of the second layer."""
    with np.load(WEIGHTS) as file:
        first, bias, second = (file[name].astype(np.float32) for name in ("first", "bias", "second"))
    return first, bias, second


def spread(box: np.ndarray, most: int) -> np.ndarray:
    """At most so many boxes, from all over the page."""
    return box[np.linspace(0, len(box) - 1, min(most, len(box))).astype(int)]


def pictures(dark: np.ndarray, level: float, box: np.ndarray) -> np.ndarray:
    """Small pictures of letters, (N, SIDE, SIDE) float32, ink 0..1.

    dark, level   what letters.ink says of a flat page
    box           (N, 4) x y width height, see letters.boxes
    """
    seen = np.empty((len(box), SIDE, SIDE), np.float32)
    for k, (x, y, width, height) in enumerate(box):
        scale = SIDE / (AROUND * max(width, height))
        shift = SIDE / 2 - 0.5
        matrix = np.array([[scale, 0, shift - scale * (x + width / 2 - 0.5)],
                           [0, scale, shift - scale * (y + height / 2 - 0.5)]])  # fmt: skip
        seen[k] = cv2.warpAffine(dark, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR)
    return np.minimum(seen / np.float32(2.5 * level), 1)
