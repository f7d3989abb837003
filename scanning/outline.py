"""An area of a picture → the quads that may stand around it."""

import cv2
import numpy as np

LEAST = 0.02  # share of the picture that a page fills at least
MOST = 4  # areas of one picture


def around(area: np.ndarray) -> list[np.ndarray]:
    """Quads, (4, 2) px each, around the largest parts of an area, (h, w) bool."""
    mask = cv2.morphologyEx(area.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    outlines, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    least = LEAST * mask.size
    sizes = [(cv2.contourArea(outline), outline) for outline in outlines if len(outline) > 3]
    found = []
    for _, outline in sorted((one for one in sizes if one[0] > 0.3 * least), key=lambda one: -one[0])[:MOST]:
        hull = cv2.convexHull(outline)
        if len(hull) >= 4 and cv2.contourArea(hull) > least:
            found += _quads(hull)
    return found


def _quads(hull: np.ndarray) -> list[np.ndarray]:
    """The quad of the hull's corners, the smallest quad around it, and the smallest rectangle."""
    reach = cv2.arcLength(hull, True)
    found = [cv2.boxPoints(cv2.minAreaRect(hull)), cv2.approxPolyN(hull, 4).reshape(-1, 2)]
    for part in (0.02, 0.05):
        shape = cv2.approxPolyDP(hull, part * reach, True)
        if len(shape) == 4:
            return [*found, shape[:, 0]]
    return found
