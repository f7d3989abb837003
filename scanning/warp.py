"""Photo + quad → flat page of the right shape and resolution."""

from typing import NamedTuple

import cv2
import numpy as np

from . import paper
from . import quad as quads
from .errors import NotASheet
from .view import halve

DPI = 200.0  # on the paper: small print stays readable, a colour A4 stays below 600 KB
ENLARGE = 4.0  # most by which a coarse photo is enlarged; tesseract and eyes gain from it
COARSE = 1.25  # px of the page for one of the photo, from which on it is worth to be enlarged by a curve
FOCAL = 0.76  # of the long side: the main camera of a phone is 24 to 28 mm in full-frame terms
SPREAD = 0.12  # of its logarithm, over phones
TOLD = 0.03  # the same when the photo says its focal length
LOOSE = 0.02  # of a side of the paper: how well its direction is known from corners set by hand or by the engine
BAND = 256  # rows of the page that are sampled at a time


class Plan(NamedTuple):
    """What a sheet becomes: paper name, (width, height) in mm as it lies in the photo, dpi, and px."""

    size: str
    mm: tuple[float, float]
    dpi: float
    width: int
    height: int


def plan(
    sheet: np.ndarray,
    frame: tuple[int, int],
    focal: float | None = None,
    size: str | None = None,
    letter: float | None = None,
    card: bool = True,
) -> Plan:
    """Choose paper and resolution for a sheet.

    sheet    (4, 2), px, clockwise from the corner that becomes the top-left
    frame    (width, height) of the photo, px
    focal    focal length in long sides of the photo, when the photo says it
    size     name of the paper, when somebody said it; one of paper.SIZES
    letter   height of the small letters as a share of the page's long side, when they were measured: letters.high
    card     False when its print says that it is no card
    """
    ratio = aspect(sheet, frame, focal)
    size, mm = paper.guess(ratio, letter, card=card) if size is None else paper.lying(size, ratio)
    dpi = min(paper.dpi_of(size, DPI), ENLARGE * native_dpi(sheet, mm))
    width, height = (max(16, round(side / paper.MM * dpi)) for side in mm)
    return Plan(size, mm, dpi, width, height)


def native_dpi(sheet: np.ndarray, mm: tuple[float, float]) -> float:
    """Dots that the camera gave to an inch of a paper of `mm`, in its poorer direction."""
    length = quads.sides(sheet)
    return float(min(max(length[0], length[2]) / mm[0], max(length[1], length[3]) / mm[1]) * paper.MM)


def aspect(sheet: np.ndarray, frame: tuple[int, int], focal: float | None = None) -> float:
    """True width to height of a rectangle from its four corners in a photo.

    The corners tell the focal length too, the better the stronger the perspective; it is weighed against what phones
    have, or what the photo says of itself.

    source  Zhang & He 2007, "Whiteboard scanning and image enhancement", section 3; the principal point is
            taken in the middle of the photo
    """
    long_side = max(frame)
    points = np.c_[(np.asarray(sheet, float) - np.array(frame) / 2) / long_side, np.ones(4)]
    top_left, top_right, bottom_right, bottom_left = points
    diagonal = np.cross(top_left, bottom_right)
    k2 = diagonal @ bottom_left / (np.cross(top_right, bottom_right) @ bottom_left)
    k3 = diagonal @ top_right / (np.cross(bottom_left, bottom_right) @ top_right)
    across, down = k2 * top_right - top_left, k3 * bottom_left - top_left
    likely = _focal(across, down, *((FOCAL, SPREAD) if focal is None else (focal, TOLD)))
    scale = np.array([1 / likely, 1 / likely, 1])
    return float(np.linalg.norm(across * scale) / np.linalg.norm(down * scale))


def _focal(across: np.ndarray, down: np.ndarray, usual: float, spread: float) -> float:
    """Focal length in long sides of the photo: the two sides of the paper stand upright on each other."""
    depth = abs(across[2] * down[2])
    square = -(across[:2] @ down[:2]) * np.sign(across[2] * down[2])
    if square < 0.05 * depth or depth < 1e-9:  # noise, or no perspective at all
        return usual
    seen = 0.5 * np.log(square / depth)
    loose = LOOSE * np.linalg.norm(across[:2]) * np.linalg.norm(down[:2]) / (2 * usual**2 * depth)
    weight = spread**2 / (spread**2 + loose**2)
    return float(np.exp(weight * seen + (1 - weight) * np.log(usual)))


def flatten(
    photo: np.ndarray, sheet: np.ndarray, width: int, height: int, mesh: np.ndarray | None = None, finer: bool = True
) -> np.ndarray:
    """Return the sheet as seen from straight above.

    photo    (H, W, 3) or (H, W) uint8, upright
    sheet    (4, 2), px in `photo`, clockwise from the corner that becomes the top-left
    mesh     (m, n, 2) for a sheet that is not flat: where places spread evenly over the page, its corners included,
             lie between the corners of the sheet, 0..1; see curl.mesh
    finer    whether a coarse photo is made smooth before it is enlarged
    returns  (height, width, 3) or (height, width) uint8; what the frame cut off repeats the nearest pixels
    raises   NotASheet when the corners are not convex (a fold, or two corners swapped)
    source   Hartley & Zisserman, Multiple View Geometry, 2nd ed., ch. 4: four point pairs fix a homography
    """
    if not quads.is_sheet(sheet):
        raise NotASheet("The four corners do not make a sheet.")
    photo, sheet = _coarser(photo, np.asarray(sheet, dtype=float), width, height)
    if finer:
        photo, sheet = _finer(photo, sheet, width, height)
    if mesh is not None:
        return _through(photo, part(sheet, mesh), width, height)
    matrix = _straightening(sheet, width, height)
    return cv2.warpPerspective(photo, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def part(sheet: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Where places on a sheet lie in the photo.

    sheet    (4, 2), px, clockwise
    places   (..., 2), 0..1 from its first corner along its first side and its last; beyond that it goes on
    returns  (..., 2) float64, px
    """
    matrix = cv2.getPerspectiveTransform(quads.frame(1, 1).astype(np.float32), np.asarray(sheet, np.float32))
    flat = np.asarray(places, dtype=float).reshape(1, -1, 2)
    return np.asarray(cv2.perspectiveTransform(flat, matrix)).reshape(np.shape(places))


def _through(photo: np.ndarray, mesh: np.ndarray, width: int, height: int) -> np.ndarray:
    """Sample a photo where a mesh of px, (m, n, 2), says; a band of the page at a time, so that maps stay small."""
    flat = np.empty((height, width, *photo.shape[2:]), np.uint8)
    down, across = _hats(height, mesh.shape[0]), _hats(width, mesh.shape[1])
    row = np.einsum("mnk,wn->kmw", mesh.astype(np.float32) - np.float32(0.5), across)
    for top in range(0, height, BAND):
        band = down[top : top + BAND]
        flat[top : top + BAND] = cv2.remap(
            photo, band @ row[0], band @ row[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
    return flat


def _hats(pixels: int, knots: int) -> np.ndarray:
    """(pixels, knots) float32: weights of the knots, spread from edge to edge, in the middle of each px."""
    at = (np.arange(pixels) + 0.5) / pixels * (knots - 1)
    return np.maximum(0, 1 - np.abs(at[:, None] - np.arange(knots))).astype(np.float32)


def _straightening(sheet: np.ndarray, width: int, height: int) -> np.ndarray:
    """The homography, (3, 3), from a sheet to a page; corners are edges of pixels, warps count from their middles."""
    start, end = (corners.astype(np.float32) - np.float32(0.5) for corners in (sheet, quads.frame(width, height)))
    return np.asarray(cv2.getPerspectiveTransform(start, end))


def _coarser(photo: np.ndarray, sheet: np.ndarray, width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """Halve the photo while it is more than twice as fine as the page, so that no pixel is skipped."""
    length = quads.sides(sheet)
    while min(length[0::2].min() / width, length[1::2].min() / height) > 2:
        photo, sheet, length = halve(photo), sheet / 2, length / 2
    return photo, sheet


def _finer(photo: np.ndarray, sheet: np.ndarray, width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """Double what is seen of a coarse sheet by cubics: a quarter of the time of a cubic warp, and as readable."""
    length = quads.sides(sheet)
    if max(width / length[0::2].max(), height / length[1::2].max()) < COARSE:
        return photo, sheet
    size = np.array(photo.shape[1::-1])
    left, top = np.clip(np.floor(sheet.min(axis=0)) - 4, 0, size - 1).astype(int)
    right, bottom = np.clip(np.ceil(sheet.max(axis=0)) + 4, 1, size).astype(int)
    if right <= left or bottom <= top:
        return photo, sheet
    part = cv2.resize(photo[top:bottom, left:right], None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    return part, 2 * (sheet - (left, top))


def missing(sheet: np.ndarray, frame: tuple[int, int], width: int, height: int) -> np.ndarray | None:
    """(height, width) bool: which part of the flat page lies outside of the photo; None when nothing does."""
    slack = 0.004 * max(frame)
    if (sheet > -slack).all() and (sheet < np.array(frame) + slack).all():
        return None
    seen = np.full((max(frame[1] // 8, 1), max(frame[0] // 8, 1)), 255, np.uint8)
    small = sheet * np.array(seen.shape[::-1]) / np.array(frame)
    matrix = _straightening(small, width, height)
    return cv2.warpPerspective(seen, matrix, (width, height), flags=cv2.INTER_NEAREST) == 0
