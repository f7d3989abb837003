"""How near two quads or two pages are."""

import cv2
import numpy as np

from tests.scanning.fit import overlap


def iou(found, corners: np.ndarray, bgr: np.ndarray) -> float:
    """Overlap of found corners (None: nothing) and the true ones, both cut to the frame; 0..1."""
    return 0.0 if found is None else overlap(np.array(found), corners, bgr.shape[1::-1])


def pixels(jpeg: bytes) -> np.ndarray:
    """Decode a page."""
    return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)


def likeness(page: bytes, paper: np.ndarray) -> float:
    """Correlation of a page with the paper it shows, -1..1; near 1 only the same way up."""
    seen = pixels(page)
    size = 200, round(200 * paper.shape[0] / paper.shape[1])
    grey = [cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY) for bgr in (seen, paper)]
    one, two = (cv2.resize(bgr, size, interpolation=cv2.INTER_AREA).ravel() for bgr in grey)
    return float(np.corrcoef(one, two)[0, 1])
