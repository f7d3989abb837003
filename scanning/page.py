"""One photo → one page. The steps meet only here: load → find → warp → tone → judge."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np

from . import curl, find, judge, letters, level, load, paper, sheets, tone, upright, warp
from . import quad as quads
from .paper import Page
from .view import shrink

TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
PREVIEW = 850  # px, long side of the flat page that is looked at before the whole is made
WHOLE = 2339  # px, long side of a photo that is kept whole: what an A4 sheet has at 200 dpi

Corners = Sequence[Sequence[float]]


class Detected(NamedTuple):
    """size (width, height) of the upright photo, px; corners clockwise from the page's top-left as read, or None."""

    size: tuple[int, int]
    corners: tuple[tuple[float, float], ...] | None
    confidence: float


def scan_page(photo: bytes, *, corners: Corners | None = None, rotation: int = 0) -> Page:
    """Make a page of a photo, as a flatbed scanner would.

    photo      JPEG, PNG or WebP
    corners    four (x, y) in px of the upright photo, set by a person: they win over what is found; four that
               make no convex quad are as good as none
    rotation   0, 90, 180 or 270 degrees clockwise that make the upright photo read upright, set by a person:
               it wins over what is read; 0 means nobody turned it
    returns    Page; its `problem` says when the whole photo was kept, or bytes were missing
    raises     Empty, NotAnImage, TooLarge; ValueError for another rotation
    """
    if rotation % 90:
        raise ValueError("A rotation is 0, 90, 180 or 270 degrees.")
    loaded = load.load(photo)
    found = _corners(loaded, corners)
    if found.corners is None:
        page = _keep_whole(loaded.bgr, rotation % 360)
        page = replace(page, confidence=found.confidence, problem="not_found")
    else:
        page = _straighten(loaded.bgr, found, rotation % 360, loaded.focal)
    return replace(page, problem="cut_off") if loaded.cut_off else page


def detect(photo: bytes) -> Detected:
    """Find the page and which way up it is printed, and leave it at that. Raises as scan_page."""
    loaded = load.load(photo)
    height, width = loaded.bgr.shape[:2]
    found = _corners(loaded, None)
    if found.corners is None:
        return Detected((width, height), None, found.confidence)
    plan = warp.plan(found.corners, (width, height), loaded.focal)
    turned = upright.turn(warp.flatten(loaded.bgr, found.corners, plan.width, plan.height))
    return Detected((width, height), _tuples(_from_top_left(found.corners, turned)), found.confidence)


def pdf_sheets(pdf: bytes, *, most: int) -> Iterator[Page]:
    """Draw the pages of a handed-in PDF, one after the other, at 200 dpi; annotations and forms become pixels.

    most     the most pages that are taken
    raises   Empty, PdfBroken, PdfEncrypted, PdfTooLong (the last two before the first page)
    """
    for pixels, dpi in sheets.render(pdf, most=most):
        yield Page.from_image(pixels, dpi)


def _corners(loaded: load.Photo, given: Corners | None) -> find.Found:
    """A person's corners if they make a sheet, else the engine's; a photo with bytes missing is kept whole."""
    if given is not None:
        points = np.asarray([list(point)[:2] for point in given], dtype=float)
        if points.shape == (4, 2) and np.isfinite(points).all() and quads.is_sheet(quads.order(points)):
            return find.Found(quads.order(points), 1.0)
    return find.Found(None, 0.0) if loaded.cut_off else find.find(loaded.bgr)


def _straighten(bgr: np.ndarray, found: find.Found, rotation: int, focal: float | None) -> Page:
    """The page of four corners: flat, upright, evenly lit."""
    height, width = bgr.shape[:2]
    assert found.corners is not None
    plan, sheet, mesh = _shape(bgr, found.corners, focal)
    flat = warp.flatten(bgr, sheet, plan.width, plan.height, mesh)
    missing = warp.missing(sheet, (width, height), plan.width, plan.height)
    numbers = judge.numbers(flat, missing, warp.native_dpi(found.corners, plan.mm))
    turned = rotation or upright.turn(flat)
    card = plan.size == "ID-1"
    flat = tone.even(flat, card=card)
    if not card:
        tone.trim(flat)
    if missing is not None:
        flat[missing] = 255
    page = Page.from_image(_turn(flat, turned), plan.dpi, size=plan.size)
    return replace(
        page,
        mm=plan.mm if turned in (0, 180) else plan.mm[::-1],
        corners=_tuples(_from_top_left(found.corners, turned)),
        confidence=found.confidence,
        numbers=numbers,
    )


def _shape(
    bgr: np.ndarray, corners: np.ndarray, focal: float | None
) -> tuple[warp.Plan, np.ndarray, np.ndarray | None]:
    """What the page becomes, the sheet whose print is level, and the mesh of a sheet that is curled."""
    frame = bgr.shape[1], bgr.shape[0]
    plan = warp.plan(corners, frame, focal)
    scale = PREVIEW / max(plan.width, plan.height)
    size = max(1, round(plan.width * scale)), max(1, round(plan.height * scale))
    preview = cv2.cvtColor(warp.flatten(bgr, corners, *size), cv2.COLOR_BGR2GRAY)
    if plan.size == "A4":
        plan = warp.plan(corners, frame, focal, letter=letters.high(preview))
    strips = level.strips(preview)
    mesh = None if plan.size == "ID-1" else curl.mesh(strips)
    part = None if mesh is not None else level.level(strips)
    return plan, corners if part is None else warp.part(corners, part), mesh


def _keep_whole(bgr: np.ndarray, rotation: int) -> Page:
    """The photo as it is, at most as fine as a scan of A4."""
    native = warp.DPI * max(bgr.shape[:2]) / WHOLE
    factor = WHOLE / max(bgr.shape[:2])
    if factor < 1:
        bgr = shrink(bgr, (max(1, round(bgr.shape[1] * factor)), max(1, round(bgr.shape[0] * factor))))
    numbers = judge.numbers(bgr, None, native)
    bgr = _turn(bgr, rotation)
    mm = paper.fitting(bgr.shape[1] / bgr.shape[0])
    dpi = bgr.shape[1] / mm[0] * paper.MM
    return replace(Page.from_image(bgr, dpi, size="photo"), mm=mm, numbers=numbers)


def _from_top_left(corners: np.ndarray, turned: int) -> np.ndarray:
    """Let the corners begin with the one that is the top-left after turning clockwise by `turned` degrees."""
    return np.roll(corners, turned // 90, axis=0)


def _turn(bgr: np.ndarray, degrees: int) -> np.ndarray:
    return cv2.rotate(bgr, TURNS[degrees]) if degrees else bgr


def _tuples(corners: np.ndarray) -> tuple[tuple[float, float], ...]:
    return tuple((round(float(x), 2), round(float(y), 2)) for x, y in corners)
