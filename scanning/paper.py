"""The page that comes out, and the sizes of paper it can have (mm, portrait)."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
import simplejpeg

SIZES = {  # ISO 216, ISO/IEC 7810, ANSI
    "A4": (210.0, 297.0),
    "A5": (148.0, 210.0),
    "A6": (105.0, 148.0),
    "A3": (297.0, 420.0),
    "Letter": (215.9, 279.4),
    "ID-1": (53.98, 85.6),
}
A4 = SIZES["A4"]
MM = 25.4  # mm in an inch
STRIP_THUMB = 6  # a thumb is at most so many times as high as wide
QUALITY = 78  # JPEG quality of a page: about 450 KB for a colour A4 at 200 dpi


@dataclass(frozen=True)
class Page:
    """One straightened page.

    jpeg         bytes, baseline JPEG without any metadata
    width        px
    height       px
    dpi          px to the inch on the paper
    size         "A4", "A5", "A6", "A3", "Letter", "ID-1", "receipt", "photo" (kept whole) or "other"
    mm           (width, height) of the paper
    corners      four (x, y) in px of the upright photo, clockwise from the page's top-left as read; None = whole
    confidence   0..1, how sure the corners are; 1.0 when a person set them
    problem      None, "not_found" (no page seen, whole photo kept) or "cut_off" (bytes were missing)
    numbers      what was measured: see judge.py
    """

    jpeg: bytes
    width: int
    height: int
    dpi: float
    size: str
    mm: tuple[float, float]
    corners: tuple[tuple[float, float], ...] | None = None
    confidence: float = 1.0
    problem: str | None = None
    numbers: dict[str, float] | None = None

    @classmethod
    def from_image(
        cls, bgr: np.ndarray, dpi: float = 200.0, *, size: str | None = None, quality: int = QUALITY
    ) -> "Page":
        """Make a page of ready pixels: (H, W, 3) BGR or (H, W) grey, uint8."""
        height, width = bgr.shape[:2]
        mm = (width / dpi * MM, height / dpi * MM)
        return cls(encode(bgr, quality), width, height, dpi, size or name_of(mm), mm)

    def thumb(self, width: int = 240) -> bytes:
        """A small JPEG of the page, `width` px wide; of a strip only the top."""
        bgr = simplejpeg.decode_jpeg(self.jpeg, colorspace="BGR", min_width=2 * width, min_height=1)
        bgr = bgr[: STRIP_THUMB * bgr.shape[1]]
        height = max(1, round(bgr.shape[0] * width / bgr.shape[1]))
        return encode(cv2.resize(bgr, (width, height), interpolation=cv2.INTER_AREA), 75)

    def with_problem(self, problem: str | None) -> "Page":
        """The same page with another problem."""
        return replace(self, problem=problem)


def encode(pixels: np.ndarray, quality: int = QUALITY) -> bytes:
    """(H, W, 3) BGR or (H, W) grey uint8 → JPEG bytes without metadata."""
    pixels = np.ascontiguousarray(pixels)
    if pixels.ndim == 2:
        return simplejpeg.encode_jpeg(pixels[:, :, None], quality=quality, colorspace="GRAY", colorsubsampling="Gray")
    return simplejpeg.encode_jpeg(pixels, quality=quality, colorspace="BGR", colorsubsampling="420")


RATIOS = {"A4": (1.353, 1.497), "Letter": (1.24, 1.353), "ID-1": (1.497, 1.68)}  # long side to short, as measured
RECEIPT = 2.05  # from here on it is a strip
STRIP = 80.0  # mm, the usual width of till paper
LARGE = {"A6": 3.9, "A5": 2.9}  # mm: small letters that are so high on A4 are normal ones on a smaller sheet


def guess(ratio: float, letter: float | None = None) -> tuple[str, tuple[float, float]]:
    """Guess the paper from its shape, width to height; returns (name, (width, height) mm).

    A shape does not tell the size: every A is taken for A4 unless its print would be too large for that, a card for
    ID-1, a strip for a till receipt. What fits nothing is "other" and as large as A4 allows.

    letter   height of the small letters, as a share of the long side; body text is 1.6 to 2.3 mm high (9 to 12 point)
    """
    long = max(ratio, 1 / ratio)
    name = next((name for name, (low, high) in RATIOS.items() if low <= long < high), "other")
    if name == "A4" and letter is not None:
        name = next((small for small, high in LARGE.items() if letter * A4[1] >= high), name)
    if name != "other":
        mm = SIZES[name]
    elif long >= RECEIPT:
        name, mm = "receipt", (STRIP, STRIP * min(long, 12))
    else:
        mm = fitting(1 / long)
    return name, mm if ratio <= 1 else mm[::-1]


def lying(name: str, ratio: float) -> tuple[str, tuple[float, float]]:
    """The paper of that name, standing or lying as the ratio, width to height, says. KeyError for an unknown name."""
    mm = SIZES[name]
    return name, mm if ratio <= 1 else mm[::-1]


def fitting(ratio: float) -> tuple[float, float]:
    """The largest (width, height) mm of that ratio on A4, standing or lying as the ratio does."""
    sheet = A4 if ratio <= 1 else A4[::-1]
    width = min(sheet[0], sheet[1] * ratio)
    return width, width / ratio


def dpi_of(name: str, usual: float) -> float:
    """Small papers carry small print, and their size is only guessed: they get more dots."""
    return {"ID-1": 2.0, "receipt": 1.5}.get(name, 1.0) * usual


def name_of(mm: tuple[float, float], slack: float = 0.02) -> str:
    """Name a paper by its true size in mm, either way round; "other" when none is within `slack`."""
    short, long = sorted(mm)
    for name, (width, height) in SIZES.items():
        if abs(short / width - 1) < slack and abs(long / height - 1) < slack:
            return name
    return "other"
