"""Numbers about a page: how light, how sharp, how fine, how much of it the frame cut off.

Only numbers here. A verdict that is wrong on one good photo in ten would teach people to look away.
"""

import cv2
import numpy as np

SAME = 1000  # px, long side at which sharpness is compared, so that photos of any size can be


def numbers(flat: np.ndarray, missing: np.ndarray | None, native: float) -> dict[str, float]:
    """Measure a flat page before its light is evened.

    flat     (H, W, 3) uint8, BGR
    missing  (H, W) bool, what lies outside of the photo; or None
    native   dpi that the camera gave on the paper
    returns  light   0..1, how bright the paper is
             dark    0..1, how bright the darkest tenth of the paper is against the rest: a shadow
             sharp   steepest edges, grey levels a px at 1000 px; below about 25 print starts to swim
             dpi     dots that the camera gave to an inch of paper
             cut     0..1, share of the page outside of the frame
    """
    grey = cv2.cvtColor(flat, cv2.COLOR_BGR2GRAY)
    scale = min(1.0, SAME / max(grey.shape))
    size = max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    paper = cv2.dilate(cv2.resize(small, (48, 48), interpolation=cv2.INTER_AREA), np.ones((3, 3), np.uint8))
    bright = float(np.percentile(paper, 80))
    return {
        "light": round(bright / 255, 3),
        "dark": round(float(np.percentile(paper, 10)) / max(bright, 1.0), 3),
        "sharp": round(_steepest(small), 1),
        "dpi": round(native, 1),
        "cut": 0.0 if missing is None else round(float(missing.mean()), 4),
    }


def _steepest(grey: np.ndarray) -> float:
    """The 99.5th percentile of the step from px to px."""
    if min(grey.shape) < 3:
        return 0.0
    across = cv2.absdiff(grey[:, 1:], grey[:, :-1])[:-1]
    down = cv2.absdiff(grey[1:], grey[:-1])[:, :-1]
    return float(np.percentile(np.maximum(across, down)[::2], 99.5))
