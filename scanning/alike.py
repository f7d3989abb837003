"""Whether two pages are the same paper: photographed twice, or one file sent again, turned or saved anew.

Two forms that look alike are not the same, so it is not enough that they are alike as a whole: piece by piece,
the print of one must lie where the other's lies.
"""

import cv2
import numpy as np

WIDTH, HEIGHT = 192, 256  # px of a fingerprint, the paper standing: a line of small print is 4 px high
PIECE = 16  # px, side of what is compared: two words wide, four lines high on A4
REACH = 5  # px, how far the same print may lie off: two photos are never straightened quite alike
PRINT = 0.03  # of full black that a piece varies by at least to be worth comparing
FEW = 6  # pieces; with fewer nothing is said
WORST = 0.8  # how alike even the worst piece must be: one other word costs 0.1 to 0.4, another photo 0.01 to 0.06
ASPECT = 0.12  # how far the shapes of the two papers may differ


def fingerprint(ink: np.ndarray) -> bytes:
    """What is remembered of a page: its shape and its print, small.

    ink     (h, w) float32, the share of light that print takes, 0..1, as in judge.Look
    """
    if ink.shape[1] > ink.shape[0]:
        ink = np.rot90(ink)
    small = cv2.resize(np.ascontiguousarray(ink), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(np.minimum(small, 0.5) * 2, (0, 0), 0.8)
    shape = min(255, round(50 * ink.shape[0] / ink.shape[1]))
    return bytes([shape]) + (small * 255).astype(np.uint8).tobytes()


def same(one: bytes, two: bytes) -> bool:
    """Whether two fingerprints are of the same paper, either way up."""
    if not one or not two or abs(one[0] / two[0] - 1) > ASPECT:
        return False
    first, second = _picture(one), _picture(two)
    return any(_fits(first, turned) for turned in (second, np.ascontiguousarray(second[::-1, ::-1])))


def _picture(said: bytes) -> np.ndarray:
    return np.frombuffer(said, np.uint8, offset=1).reshape(HEIGHT, WIDTH)


def _fits(one: np.ndarray, two: np.ndarray) -> bool:
    if _coarse(one, two) < 0.5:
        return False
    alike = likeness(one, two)
    return len(alike) >= FEW and bool(alike.min() > WORST)


def _coarse(one: np.ndarray, two: np.ndarray) -> float:
    """Correlation of the two, 24 by 32 px."""
    small = [cv2.resize(each, (24, 32), interpolation=cv2.INTER_AREA).ravel().astype(np.float32) for each in (one, two)]
    spread = [each - each.mean() for each in small]
    size = float(np.linalg.norm(spread[0]) * np.linalg.norm(spread[1]))
    return float(spread[0] @ spread[1]) / size if size else 0.0


def likeness(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """How alike each printed piece of `one` is to what lies there, or near there, in `two`: (N,), -1..1."""
    around = cv2.copyMakeBorder(two, REACH, REACH, REACH, REACH, cv2.BORDER_CONSTANT)
    found = []
    for y in range(0, HEIGHT, PIECE):
        for x in range(0, WIDTH, PIECE):
            piece = one[y : y + PIECE, x : x + PIECE]
            if piece.std() < PRINT * 255:
                continue
            where = around[y : y + PIECE + 2 * REACH, x : x + PIECE + 2 * REACH]
            found.append(float(cv2.matchTemplate(where, piece, cv2.TM_CCOEFF_NORMED).max()))
    return np.array(found)
