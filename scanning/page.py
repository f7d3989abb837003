"""One photo → one page. The steps meet only here: load → find → warp → tone → judge."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import cv2
import numpy as np

from . import find, judge, load, paper, sheets, tone, warp
from . import quad as quads
from .paper import Page

TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


def scan_page(photo: bytes, *, corners: Sequence[Sequence[float]] | None = None, rotation: int = 0) -> Page:
    """Make a page of a photo, as a flatbed scanner would.

    photo      JPEG, PNG or WebP
    corners    four (x, y) in px of the upright photo, set by a person: they win over what is found
    rotation   0, 90, 180 or 270 degrees clockwise, set by a person: it wins over what is read
    returns    Page; its `problem` says when the whole photo was kept, or bytes were missing
    raises     Empty, NotAnImage, TooLarge
    """
    loaded = load.load(photo)
    bgr, height, width = loaded.bgr, *loaded.bgr.shape[:2]
    found = _choose(loaded, corners)
    if found.corners is None:
        flat, size = bgr, "photo"
        page = _whole(bgr)
    else:
        size, mm, dpi = warp.plan(found.corners, (width, height))
        flat = warp.flatten(bgr, found.corners, *(round(side / paper.MM * dpi) for side in mm))
        page = Page.from_image(_turn(tone.even(flat), rotation), dpi, size=size)
    problem = "cut_off" if loaded.cut_off else None if found.corners is not None else "not_found"
    given = None if found.corners is None else tuple((float(x), float(y)) for x, y in found.corners)
    return replace(page, corners=given, confidence=found.confidence, problem=problem, numbers=judge.numbers(flat))


def _whole(bgr: np.ndarray) -> Page:
    most = 2339 / max(bgr.shape[:2])
    if most < 1:
        bgr = cv2.resize(bgr, None, fx=most, fy=most, interpolation=cv2.INTER_AREA)
    return Page.from_image(bgr, warp.DPI, size="photo")


def _choose(loaded: load.Photo, corners: Sequence[Sequence[float]] | None) -> find.Found:
    if corners is not None:
        given = quads.order(np.asarray(corners, dtype=float))
        if quads.is_sheet(given):
            return find.Found(given, 1.0)
    return find.Found(None, 0.0) if loaded.cut_off else find.find(loaded.bgr)


def _turn(bgr: np.ndarray, rotation: int) -> np.ndarray:
    return cv2.rotate(bgr, TURNS[rotation]) if rotation else bgr


def pdf_sheets(pdf: bytes, *, most: int) -> Iterator[Page]:
    """Draw the pages of a handed-in PDF, one after the other, at 200 dpi; annotations and forms become pixels.

    most     the most pages that are taken
    raises   Empty, PdfBroken, PdfEncrypted, PdfTooLong (the last two before the first page)
    """
    for pixels, dpi in sheets.render(pdf, most=most):
        yield Page.from_image(pixels, dpi)
