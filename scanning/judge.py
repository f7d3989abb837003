"""Numbers about a page: how sharp, how light, cut by the frame. No verdict that nobody can check."""

import cv2
import numpy as np


def numbers(page: np.ndarray) -> dict[str, float]:
    """Measure a page, (H, W, 3) uint8 BGR before its tone is changed.

    light    0..1, brightness of the paper (its 90th percentile)
    sharp    variance of the Laplacian over the variance of the grey values; scale-free
    """
    grey = cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)
    spread = float(grey.std()) ** 2 + 1e-6
    return {
        "light": round(float(np.percentile(grey[::4, ::4], 90)) / 255, 3),
        "sharp": round(float(cv2.Laplacian(grey, cv2.CV_16S).std()) ** 2 / spread, 3),
    }
