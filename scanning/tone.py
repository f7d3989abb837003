"""Shadow, contrast, colour: the light of a table lamp → the light of a scanner."""

import cv2
import numpy as np


def even(page: np.ndarray) -> np.ndarray:
    """Divide a page by its background, so that paper is white and shadows are gone.

    page     (H, W, 3) uint8, BGR
    returns  the same shape
    """
    height, width = page.shape[:2]
    small = cv2.resize(page, (max(1, width // 8), max(1, height // 8)), interpolation=cv2.INTER_AREA)
    back = cv2.medianBlur(cv2.dilate(small, np.ones((5, 5), np.uint8)), 9)
    back = cv2.resize(back, (width, height), interpolation=cv2.INTER_LINEAR)
    return cv2.divide(page, back, scale=250)
