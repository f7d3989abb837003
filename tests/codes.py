"""QR codes on a page of a PDF, read by OpenCV. At each size its reader misses some good codes, so there are several."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import pypdfium2

SCALES = (2, 3, 4, 5, 6)  # px for a point


def codes_on(page: pypdfium2.PdfPage, top: float = 0.0, right: float = 1.0) -> Iterator[str]:
    """What is read, as often as it is read. Looks below `top` and left of `right`, parts of the page."""
    for scale in SCALES:
        drawn = cv2.cvtColor(np.asarray(page.render(scale=scale).to_pil()), cv2.COLOR_RGB2GRAY)
        height, width = drawn.shape
        part = np.ascontiguousarray(drawn[int(height * top) :, : int(width * right)])
        for reader in (cv2.QRCodeDetector(), cv2.QRCodeDetectorAruco()):
            if said := reader.detectAndDecode(part)[0]:
                yield said
