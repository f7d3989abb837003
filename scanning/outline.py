"""Areas of one colour → their outlines → quads. Many maps, because each fails somewhere else."""

from collections.abc import Iterator

import cv2
import numpy as np

from . import quad as quads

LEAST = 0.02  # share of the picture that a page fills at least
MOST = 6  # outlines taken from one map


def proposals(lab: np.ndarray) -> np.ndarray:
    """Quads around areas that differ from the rest.

    lab      (h, w, 3) float32
    returns  (N, 4, 2) px, clockwise
    """
    found = [quad for mask in maps(lab) for quad in around(mask)]
    return quads.clockwise(np.array(found, dtype=float).reshape(-1, 4, 2))


def maps(lab: np.ndarray) -> Iterator[np.ndarray]:
    """Yield (h, w) uint8 masks, 0 or 255."""
    planes = planes_of(lab)
    border = _distance(lab, _border_colour(lab))
    middle = _distance(lab, _middle_colour(lab))
    for plane in (planes[0], planes[1], planes[2], border, middle):
        level, mask = cv2.threshold(plane, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
        yield mask
        yield 255 - mask
    for part in (0.5, 1.6):
        level, _ = cv2.threshold(border, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
        yield cv2.threshold(border, min(250, part * level), 255, cv2.THRESH_BINARY)[1]
        level, _ = cv2.threshold(middle, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
        yield cv2.threshold(middle, min(250, part * level), 255, cv2.THRESH_BINARY_INV)[1]
    yield from _closed_edges(planes)


def planes_of(lab: np.ndarray) -> list[np.ndarray]:
    """L, a and b as uint8, colours stretched so that faint paper tints show."""
    light = np.clip(lab[..., 0] * 2.55, 0, 255).astype(np.uint8)
    return [light] + [np.clip(lab[..., k] * 3 + 128, 0, 255).astype(np.uint8) for k in (1, 2)]


def _border_colour(lab: np.ndarray) -> np.ndarray:
    wide = max(2, round(0.02 * max(lab.shape)))
    strips = [lab[:wide], lab[-wide:], lab[:, :wide], lab[:, -wide:]]
    return np.median(np.concatenate([strip.reshape(-1, 3) for strip in strips]), axis=0)


def _middle_colour(lab: np.ndarray) -> np.ndarray:
    """The commonest light colour in the middle: the paper, not its print."""
    height, width = lab.shape[:2]
    part = lab[height // 3 : -height // 3, width // 3 : -width // 3].reshape(-1, 3)
    bright = part[part[:, 0] >= np.percentile(part[:, 0], 50)]
    return np.median(bright, axis=0)


def _distance(lab: np.ndarray, colour: np.ndarray) -> np.ndarray:
    off = np.linalg.norm((lab - colour.astype(np.float32)) * np.array([1, 1.5, 1.5], np.float32), axis=2)
    return np.clip(off * 3, 0, 255).astype(np.uint8)


def _closed_edges(planes: list[np.ndarray]) -> Iterator[np.ndarray]:
    """What Canny edges enclose, at two levels."""
    kernel = np.ones((3, 3), np.uint8)
    for low, high in ((15, 45), (40, 120)):
        edges = cv2.bitwise_or(cv2.Canny(planes[0], low, high), cv2.Canny(planes[2], low, high))
        yield cv2.dilate(edges, kernel)


def around(mask: np.ndarray) -> list[np.ndarray]:
    """Quads, (4, 2) each, around the largest areas of a mask."""
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
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
