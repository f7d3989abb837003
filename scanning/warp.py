"""Photo + quad → flat page."""

import math

import cv2
import numpy as np

from . import paper
from . import quad as quads
from .errors import NotASheet

DPI = 200.0  # on the paper; small print stays readable, a colour A4 stays below 600 KB


def flatten(photo: np.ndarray, sheet: np.ndarray, width: int, height: int) -> np.ndarray:
    """Return the sheet as seen from straight above.

    photo    (H, W, 3) uint8, BGR, upright
    sheet    (4, 2), px in `photo`, clockwise from the corner that becomes the top-left
    returns  (height, width, 3) uint8, BGR
    raises   NotASheet when the corners are not convex (a fold, or two corners swapped)
    source   Hartley & Zisserman, Multiple View Geometry, 2nd ed., ch. 4: four point pairs fix a homography
    """
    if not quads.is_sheet(sheet):
        raise NotASheet("The four corners do not make a sheet.")
    photo, sheet = _shrink(photo, np.asarray(sheet, dtype=float), width, height)
    to = quads.frame(width, height).astype(np.float32)
    matrix = cv2.getPerspectiveTransform((sheet - 0.5).astype(np.float32), to - 0.5)
    return cv2.warpPerspective(photo, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _shrink(photo: np.ndarray, sheet: np.ndarray, width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """Halve the photo while it is more than twice as fine as the page, so that no pixel is skipped."""
    length = quads.sides(sheet)
    ratio = min(length[0::2].min() / width, length[1::2].min() / height)
    if ratio < 2:
        return photo, sheet
    scale = 1 / 2 ** int(math.log2(ratio))
    small = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    factor = np.array([small.shape[1] / photo.shape[1], small.shape[0] / photo.shape[0]])
    return small, sheet * factor


def plan(sheet: np.ndarray, frame: tuple[int, int]) -> tuple[str, tuple[float, float], float]:
    """Choose paper and resolution: returns (size name, (width, height) mm, dpi).

    sheet    (4, 2), px; `frame` (width, height) of the photo, px
    """
    length = quads.sides(sheet)
    wide, high = max(length[0], length[2]), max(length[1], length[3])
    mm = paper.A4 if wide < high else paper.A4[::-1]
    return "A4", mm, DPI
