"""Which way up a page is printed, by its letters: cheap, and silent when it is not sure.

A letter's nearest neighbour stands beside it, not above it: the lines of text lie where most neighbours are.
And neighbours share their feet more often than their heads, because more Latin letters reach up (b d f h k l t,
capitals) than down (g j p q y).

source  nearest neighbours: O'Gorman 1993, "The document spectrum for page layout analysis", IEEE PAMI 15(11)
"""

from typing import NamedTuple

import cv2
import numpy as np

LONG = 1654  # px, long side of the page that is read: small letters of an A4 are 8 px high then
ASKED = 500  # letters whose neighbour is looked for
MOST = 6000  # letters in all; more are noise, and the first ones do
FEW = 40  # with fewer pairs of letters nothing is said
LYING = 0.9  # log of neighbours above to neighbours beside, from which on a page lies
FEET = 0.25  # surplus of shared feet over shared heads that makes sure; real pages have 0.3 to 0.8


class Reading(NamedTuple):
    """What the letters say.

    lying   log of (neighbours above or below) to (neighbours beside); below 0 the lines run across
    feet    -1..1, above 0 when the lines stand on their feet as the page is held
    right   -1..1, the same if the page were turned 90 degrees clockwise
    pairs   how many neighbours were counted
    """

    lying: float
    feet: float
    right: float
    pairs: int


def turn(page: np.ndarray) -> int:
    """Degrees clockwise, 0, 90, 180 or 270, that make a page read upright; 0 when unsure.

    page     (H, W, 3) uint8, BGR, flat
    """
    found = read(page)
    if found.pairs < FEW:
        return 0
    if found.lying > LYING:
        return 90 if found.right >= 0 else 270
    return 180 if found.feet < -FEET and found.lying < 0 else 0


def read(page: np.ndarray) -> Reading:
    """Measure the letters of a flat page, (H, W, 3) uint8 BGR."""
    box = letters(page)
    if len(box) < 8:
        return Reading(0.0, 0.0, 0.0, 0)
    asked = np.arange(0, len(box), max(1, len(box) // ASKED))
    other, step, away = _neighbours(box, asked)
    alike = np.maximum(box[asked, 2:], box[other, 2:]).max(axis=1) * 3 > away
    beside = alike & (step[:, 0] > 2 * step[:, 1])
    above = alike & (step[:, 1] > 2 * step[:, 0])
    lying = float(np.log((above.sum() + 3) / (beside.sum() + 3)))
    low, high = box[:, :2], box[:, :2] + box[:, 2:]
    one, two = (low[asked], high[asked]), (low[other], high[other])
    feet = _surplus(one[0][beside, 1] - two[0][beside, 1], one[1][beside, 1] - two[1][beside, 1])
    right = _surplus(one[0][above, 0] - two[0][above, 0], one[1][above, 0] - two[1][above, 0])
    return Reading(lying, feet, right, int(beside.sum() + above.sum()))


def _neighbours(box: np.ndarray, asked: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For the letters asked about: the nearest other one, the step to it (|dx|, |dy|) and how far it is."""
    middle = box[:, :2] + box[:, 2:] / 2
    dx, dy = (middle[None, :, k] - middle[asked, None, k] for k in (0, 1))
    away = dx * dx + dy * dy
    away[np.arange(len(asked)), asked] = np.inf
    other = away.argmin(axis=1)
    pick = np.arange(len(asked)), other
    return other, np.abs(np.stack([dx[pick], dy[pick]], axis=1)), np.sqrt(away[pick])


def _surplus(heads: np.ndarray, feet: np.ndarray) -> float:
    """How many more neighbours share their feet but not their heads than the other way round; -1..1.

    heads, feet   (N,) px by which the neighbours' differ
    """
    heads, feet = np.abs(heads), np.abs(feet)
    stands, hangs = ((feet <= 1) & (heads >= 3)).sum(), ((heads <= 1) & (feet >= 3)).sum()
    return float((stands - hangs) / (stands + hangs + 8))


def letters(page: np.ndarray) -> np.ndarray:
    """(N, 4) x y width height, px, of marks that can be letters, at most MOST of them."""
    scale = min(1.0, LONG / max(page.shape[:2]))
    grey = page if page.ndim == 2 else cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)
    if scale < 1:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    dark = cv2.subtract(cv2.blur(grey, (25, 25)), grey)
    level = max(14.0, 0.4 * float(np.percentile(dark[::3, ::3], 99)))
    marks = (dark > level).astype(np.uint8)
    _, _, box, _ = cv2.connectedComponentsWithStats(marks, connectivity=8)
    box = box[1:]
    size = box[:, 2:4].max(axis=1)
    box = box[(size >= 6) & (size <= 45) & (box[:, 2:4].min(axis=1) >= 2) & (box[:, 4] >= 10)]
    return box[:MOST, :4].astype(np.float32)
