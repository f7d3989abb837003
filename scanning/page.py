"""One photo → one page. The steps meet only here: load → find → level, curl → warp → judge → upright → tone.

Whatever has to be decided is decided on a small preview of the page; only then are the photo's own pixels taken, once
and in grey. Colours come from the preview: eyes see them much coarser, and JPEG keeps them so, too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import cv2
import numpy as np

from . import alike, curl, find, judge, letters, level, load, paper, sheets, tone, upright, warp
from . import quad as quads
from .paper import Page, Planes
from .view import View, shrink, view

WHOLE = 2339  # px, long side of a photo that is kept whole: what an A4 sheet has at 200 dpi
PREVIEW = 600  # px, most for the long side of the preview
AROUND = 0.02  # of a sheet's longer side: so far outside of its corners a bent sheet is sampled
JUDGED = 2.0  # dots of the page that is judged for one of the photo, at most

Corners = Sequence[Sequence[float]]


class Detected(NamedTuple):
    """size (width, height) of the upright photo, px; corners clockwise from the page's top-left as read, or None."""

    size: tuple[int, int]
    corners: tuple[tuple[float, float], ...] | None
    confidence: float


class Sheet(NamedTuple):
    """Where the page lies in the photo and how it is laid flat.

    corners  (4, 2) px of the photo, clockwise; the page's print is level in them
    plan     paper, size and resolution of the page
    preview  (h, w, 3) uint8 BGR, the flat page made small
    mesh     where the straight page is seen in the bent one, see warp.flatten; None when it is straight
    """

    corners: np.ndarray
    plan: warp.Plan
    preview: np.ndarray
    mesh: np.ndarray | None


def scan_page(
    photo: bytes, *, corners: Corners | None = None, rotation: int = 0, mode: str = "auto", size: str | None = None
) -> Page:
    """Make a page of a photo, as a flatbed scanner would.

    photo      JPEG, PNG or WebP
    corners    four (x, y) in px of the upright photo, set by a person: they win over what is found; four that
               make no convex quad are as good as none
    rotation   0, 90, 180 or 270 degrees clockwise that make the upright photo read upright, set by a person:
               it wins over what is read; 0 means nobody turned it
    mode       what the page becomes, one of tone.MODES; "auto" chooses by what is on it
    size       name of the paper, one of paper.SIZES, if somebody knows it; by itself its shape and print tell
    returns    Page; its `problem` says when the whole photo was kept, or bytes were missing; its `verdict` what
               the eyes should check
    raises     Empty, NotAnImage, TooLarge; ValueError for another rotation, mode or size
    """
    if rotation % 90:
        raise ValueError("A rotation is 0, 90, 180 or 270 degrees.")
    if mode not in tone.MODES:
        raise ValueError(f"A mode is one of {', '.join(tone.MODES)}.")
    if size is not None and size not in paper.SIZES:
        raise ValueError(f"A size is one of {', '.join(paper.SIZES)}.")
    with load.borrowed(photo) as loaded:
        look = view(loaded.bgr)
        found = _corners(loaded, look, corners)
        if found.corners is None:
            page = _keep_whole(loaded.bgr, rotation % 360)
            page = replace(page, confidence=found.confidence, problem="not_found")
        else:
            page = _straighten(loaded, look, found, rotation % 360, mode, size)
    return replace(page, problem="cut_off", verdict=()) if loaded.cut_off else page


def detect(photo: bytes) -> Detected:
    """Find the page and which way up it is printed, and leave it at that. Raises as scan_page."""
    loaded = load.load(photo)
    height, width = loaded.bgr.shape[:2]
    found = _corners(loaded, view(loaded.bgr), None)
    if found.corners is None:
        return Detected((width, height), None, found.confidence)
    plan = warp.plan(found.corners, (width, height), loaded.focal)
    turned = upright.turn(warp.flatten(_grey(loaded.bgr), found.corners, plan.width, plan.height))
    return Detected((width, height), _tuples(_from_top_left(found.corners, turned)), found.confidence)


def pdf_sheets(pdf: bytes, *, most: int) -> Iterator[Page]:
    """Draw the pages of a handed-in PDF, one after the other, see sheets.py; annotations and forms become pixels.

    most     the most pages that are taken
    raises   Empty, PdfBroken, PdfEncrypted, PdfTooLong (the last two before the first page)
    """
    for page in sheets.render(pdf, most=most):
        yield replace(page, fingerprint=alike.fingerprint(judge.look(_colour(page.pixels())).ink))


def _corners(loaded: load.Photo, look: View, given: Corners | None) -> find.Found:
    """A person's corners if they make a sheet, else the engine's; a photo with bytes missing is kept whole."""
    if given is not None:
        points = np.asarray([list(point)[:2] for point in given], dtype=float)
        seen = points.shape == (4, 2) and np.isfinite(points).all()
        if seen and quads.is_sheet(quads.order(points) * look.to_fine):  # large enough on the preview, too
            return find.Found(quads.order(points), 1.0)
    return find.Found(None, 0.0) if loaded.cut_off else find.find(look)


def _straighten(loaded: load.Photo, look: View, found: find.Found, rotation: int, mode: str, size: str | None) -> Page:
    """The page of four corners: flat, upright, evenly lit."""
    assert found.corners is not None
    sheet = _lay_flat(loaded, look, found.corners, size)
    plan = sheet.plan
    frame = loaded.bgr.shape[1], loaded.bgr.shape[0]
    pixels, corners = _seen(loaded, sheet)
    flat = warp.flatten(pixels, corners, plan.width, plan.height, sheet.mesh)
    missing = warp.missing(sheet.corners, frame, plan.width, plan.height)
    native = warp.native_dpi(sheet.corners, plan.mm)
    plainly = _plain(flat, pixels, sheet._replace(corners=corners), native)
    seen = judge.look(plainly, sheet.preview)
    numbers = judge.numbers(
        plainly,
        seen,
        native=native,
        dpi=plan.dpi * plainly.shape[1] / plan.width,
        missing=missing,
        framed=judge.framed(look.fine, sheet.corners * look.to_fine),
    )
    turned = rotation or upright.turn(flat)
    grainy = numbers["grain"] > tone.GRAINY
    preview = tone.calm(sheet.preview) if grainy else sheet.preview
    tones = tone.plan(preview, card=plan.size == "ID-1")
    grey = tone.apply(flat, tones, mode, missing, grainy=grainy)
    made: np.ndarray | Planes
    made = upright_grey = _turn(grey, turned)
    become = tone.chosen(tones, mode)
    if become in ("colour", "natural"):
        small = preview if become == "colour" else _picture(look, sheet)
        outside = warp.missing(sheet.corners, frame, *small.shape[1::-1])
        colours = tone.colours(small, tones, become, outside)
        made = Planes.of(upright_grey, *(_turn(plane, turned) for plane in colours))
    page = Page.from_image(made, plan.dpi * grey.shape[1] / plan.width, size=plan.size)
    return replace(
        page,
        mm=plan.mm if turned in (0, 180) else plan.mm[::-1],
        corners=_tuples(_from_top_left(found.corners, turned)),
        confidence=found.confidence,
        numbers=numbers,
        verdict=judge.verdict(numbers),
        fingerprint=alike.fingerprint(seen.ink),
    )


def _seen(loaded: load.Photo, sheet: Sheet) -> tuple[np.ndarray, np.ndarray]:
    """The grey of the photo around a sheet, (h, w) uint8, and the corners of the sheet in it."""
    around = AROUND * float(np.ptp(sheet.corners, axis=0).max()) + 8
    last = np.array(loaded.bgr.shape[1::-1])
    left, top = np.clip(sheet.corners.min(axis=0) - around, 0, last - 1).astype(int) // 8 * 8  # it may be halved
    right, bottom = np.clip(sheet.corners.max(axis=0) + around, (left + 1, top + 1), last).astype(int)
    grey = _grey(loaded.bgr[top:bottom, left:right], loaded.spare)
    return grey, sheet.corners - (left, top)


def _picture(look: View, sheet: Sheet) -> np.ndarray:
    """The flat page in colour, half as wide and high: a picture needs finer colours than print."""
    size = (sheet.plan.width + 1) // 2, (sheet.plan.height + 1) // 2
    return warp.flatten(look.fine, sheet.corners * look.to_fine, *size, sheet.mesh, finer=False)


def _plain(flat: np.ndarray, pixels: np.ndarray, sheet: Sheet, native: float) -> np.ndarray:
    """The flat page to be judged: one that was much enlarged looks sharper than the photo is, and is made anew."""
    plan = sheet.plan
    if plan.dpi < warp.COARSE * native:
        return flat
    part = min(1.0, JUDGED * native / plan.dpi)
    size = max(1, round(part * plan.width)), max(1, round(part * plan.height))
    return warp.flatten(pixels, sheet.corners, *size, sheet.mesh, finer=False)


def _lay_flat(loaded: load.Photo, look: View, corners: np.ndarray, size: str | None) -> Sheet:
    """Decide on a preview how the page of four corners, px of the photo, is laid flat."""
    frame = loaded.bgr.shape[1], loaded.bgr.shape[0]
    plan = warp.plan(corners, frame, loaded.focal, size)
    grey = _grey(look.fine)
    seen = _preview(grey, look, corners, plan)
    if size is None and (other := _by_print(seen, plan)):
        plan = warp.plan(corners, frame, loaded.focal, **other)
        seen = _preview(grey, look, corners, plan)
    strips = level.strips(seen)
    mesh = None if plan.size == "ID-1" else curl.mesh(strips)
    print_quad = level.level(strips) if mesh is None else None
    if print_quad is not None:
        corners = warp.part(corners, print_quad)
    preview = _preview(look.fine, look, corners, plan, mesh)
    return Sheet(corners, plan, preview, mesh)


def _by_print(seen: np.ndarray, plan: warp.Plan) -> dict[str, Any]:
    """What the print on a grey preview says against its shape, for another warp.plan; nothing when they agree."""
    if plan.size == "A4" and (letter := letters.high(seen)) is not None:
        smaller, _ = paper.guess(plan.mm[0] / plan.mm[1], letter)
        return {"letter": letter} if smaller != plan.size else {}
    if plan.size == "ID-1" and upright.runs_across(seen) is (plan.mm[0] < plan.mm[1]):
        return {"card": False}
    return {}


def _preview(
    fine: np.ndarray, look: View, corners: np.ndarray, plan: warp.Plan, mesh: np.ndarray | None = None
) -> np.ndarray:
    """The flat page made small, of the fine picture or of its grey."""
    part = min(1.0, PREVIEW / max(plan.width, plan.height))
    size = max(1, round(part * plan.width)), max(1, round(part * plan.height))
    return warp.flatten(fine, corners * look.to_fine, *size, mesh)


def _grey(bgr: np.ndarray, room: np.ndarray | None = None) -> np.ndarray:
    """(H, W, 3) → (H, W), in memory that is there already if it is large enough."""
    size = bgr.shape[0] * bgr.shape[1]
    dst = room[:size].reshape(bgr.shape[:2]) if room is not None and len(room) >= size else None
    return cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY, dst=dst)


def _keep_whole(bgr: np.ndarray, rotation: int) -> Page:
    """The photo as it is, at most as fine as a scan of A4."""
    native = warp.DPI * max(bgr.shape[:2]) / WHOLE
    factor = WHOLE / max(bgr.shape[:2])
    if factor < 1:
        bgr = shrink(bgr, (max(1, round(bgr.shape[1] * factor)), max(1, round(bgr.shape[0] * factor))))
    seen = judge.look(bgr)
    all_sides = (True, True, True, True)
    numbers = judge.numbers(bgr, seen, native=native, dpi=min(native, warp.DPI), framed=all_sides, whole=True)
    bgr = _turn(bgr, rotation)
    mm = paper.fitting(bgr.shape[1] / bgr.shape[0])
    page = Page.from_image(bgr, bgr.shape[1] / mm[0] * paper.MM, size="photo")
    return replace(
        page, mm=mm, numbers=numbers, verdict=judge.verdict(numbers), fingerprint=alike.fingerprint(seen.ink)
    )


def _from_top_left(corners: np.ndarray, turned: int) -> np.ndarray:
    """Let the corners begin with the one that is the top-left after turning clockwise by `turned` degrees."""
    return np.roll(corners, turned // 90, axis=0)


def _turn(pixels: np.ndarray, degrees: int) -> np.ndarray:
    """Turn pixels of any kind clockwise."""
    return np.ascontiguousarray(np.rot90(pixels, -degrees // 90)) if degrees else pixels


def _colour(pixels: np.ndarray) -> np.ndarray:
    """Pixels of any mode as (H, W, 3) uint8 BGR."""
    if pixels.dtype == bool:
        pixels = np.where(pixels, np.uint8(0), np.uint8(255))
    return cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR) if pixels.ndim == 2 else pixels


def _tuples(corners: np.ndarray) -> tuple[tuple[float, float], ...]:
    return tuple((round(float(x), 2), round(float(y), 2)) for x, y in corners)
