"""Photo → the four corners of the page in it, or none when unsure."""

from typing import NamedTuple

import cv2
import numpy as np

from . import quad as quads

WORK = 512  # px, long side of the picture that is searched


class Found(NamedTuple):
    """corners (4, 2) float px, clockwise from the top-left of the frame, or None; confidence 0..1."""

    corners: np.ndarray | None
    confidence: float


def find(photo: np.ndarray) -> Found:
    """Find the page in a photo.

    photo    (H, W, 3) uint8, BGR, upright
    returns  Found; corners in px of `photo`
    """
    scale = WORK / max(photo.shape[:2])
    small = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    edges = cv2.dilate(cv2.Canny(grey, 40, 120), np.ones((3, 3), np.uint8))
    outlines, _ = cv2.findContours(edges, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    for outline in sorted(outlines, key=cv2.contourArea, reverse=True)[:5]:
        shape = cv2.approxPolyDP(outline, 0.02 * cv2.arcLength(outline, True), True)
        if len(shape) == 4 and cv2.contourArea(shape) > 0.05 * grey.size:
            corners = quads.order(shape[:, 0].astype(float) / scale)
            if quads.is_sheet(corners):
                return Found(corners, 0.7)
    return Found(None, 0.0)
