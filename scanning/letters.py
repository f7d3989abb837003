"""The letters of a flat page, as marks darker than what is around them. Nobody reads them here."""

import cv2
import numpy as np

LONG = 1654  # px, long side of the page that is read: small letters of an A4 are 8 px high then
AROUND = 25  # px: letters are narrower
SMALL, LARGE = 6, 45  # px, longer side of a mark that can be a letter
LABELS = 65_000  # they fit into 16 bits, which takes half the time; no more than every fourth px is a mark of its own
MOST = 6000  # letters in all; more are noise, and the first ones do
FEW = 60  # with fewer letters nothing is said about how high they are
MIXED = 1.2  # capitals are so much higher than small letters; print without this mixture has only one kind


def ink(page: np.ndarray) -> tuple[np.ndarray, float]:
    """How much darker than the paper around it each px is, and from where on that is print.

    page     (H, W, 3) or (H, W) uint8, BGR or grey
    returns  (h, w) uint8, at most LONG px long, and a grey level
    """
    scale = min(1.0, LONG / max(page.shape[:2]))
    grey = page if page.ndim == 2 else cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)
    if scale < 1:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    dark = cv2.subtract(cv2.blur(grey, (AROUND, AROUND)), grey)
    return dark, max(14.0, 0.4 * float(np.percentile(dark[::3, ::3], 99)))


def boxes(dark: np.ndarray, level: float, least: int = SMALL) -> np.ndarray:
    """(N, 4) int32 x y width height, px, of marks that can be letters, at most MOST of them."""
    marks = (dark > level).astype(np.uint8)
    few = (marks.shape[0] + 1) // 2 * ((marks.shape[1] + 1) // 2) < LABELS
    _, _, box, _ = cv2.connectedComponentsWithStats(marks, connectivity=8, ltype=cv2.CV_16U if few else cv2.CV_32S)
    box = box[1:]
    size = box[:, 2:4].max(axis=1)
    box = box[(size >= least) & (size <= LARGE) & (box[:, 2:4].min(axis=1) >= 2) & (box[:, 4] >= 10)]
    return np.asarray(box[:MOST, :4])


def high(preview: np.ndarray, down: bool = False) -> float | None:
    """How high the small letters are, as a share of the page's long side.

    preview   (h, w) uint8, grey, the flat page, 600 to 900 px its long side
    down      the lines run down the page, not across
    returns   None when there are too few letters, or all are about as high: then they may be capitals
    """
    box = boxes(*ink(preview), least=4)
    if len(box) < FEW:
        return None
    low, usual = np.percentile(box[:, 2 if down else 3], (25, 75))
    return float(low) / max(preview.shape) if usual > MIXED * low else None
