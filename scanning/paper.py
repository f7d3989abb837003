"""The page that comes out, and the sizes of paper it can have (mm, portrait)."""

import io
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import cv2
import numpy as np
import simplejpeg
from PIL import Image

from . import g4

Mode = Literal["colour", "grey", "bw"]
Box = tuple[float, float, float, float]  # left, top, right, bottom

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
TURNED_QUALITY = 90  # encoded a second time, which shall not be seen
LOWER = (86, 78, 70, 62, 54, 46, 38)  # what is tried for a page that would be larger than MOST_BYTES; the last may be
MOST_BYTES = 600_000


class Word(NamedTuple):
    """A word on a page: its text, and its box in px of the page; the words of a line share top and bottom."""

    text: str
    box: Box


class Planes(NamedTuple):
    """Pixels in colour as a JPEG keeps them: ITU-R BT.601, full range.

    luma     (H, W) uint8
    blue     (ceil(H / 2), ceil(W / 2)) uint8, Cb; 128 has no colour
    red      of the same shape, Cr
    """

    luma: np.ndarray
    blue: np.ndarray
    red: np.ndarray

    @classmethod
    def of(cls, grey: np.ndarray, blue: np.ndarray, red: np.ndarray) -> "Planes":
        """A grey page, (H, W) uint8, with the Cb and Cr of a smaller one, (h, w) uint8 each."""
        size = (grey.shape[1] + 1) // 2, (grey.shape[0] + 1) // 2
        return cls(grey, *(cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR) for plane in (blue, red)))

    @property
    def shape(self) -> tuple[int, ...]:
        """(H, W, 3), as of the same in BGR"""
        return (*self.luma.shape, 3)


@dataclass(frozen=True)
class Page:
    """One straightened page, encoded once: the very bytes of `data` go into the PDF.

    data         a baseline JPEG without any metadata; a PNG of few colours (pages that were never photos); or, when
                 `mode` is "bw", the bare strip of g4.py. Browsers are shown `picture()`
    mode         "colour", "grey" or "bw"
    width        px
    height       px
    dpi          px to the inch on the paper
    size         "A4", "A5", "A6", "A3", "Letter", "ID-1", "receipt", "photo" (kept whole) or "other"
    mm           (width, height) of the paper
    corners      four (x, y) in px of the upright photo, clockwise from the page's top-left as read; None = whole
    confidence   0..1, how sure the corners are; 1.0 when a person set them
    problem      None, "not_found" (no page seen, whole photo kept) or "cut_off" (bytes were missing)
    numbers      what was measured: see judge.numbers
    verdict      what the eyes should check, the worst first, by name: see judge.verdict
    fingerprint  by which alike.same knows the same paper again
    text         the words on it, as far as they are known, in the order in which they are read
    """

    data: bytes
    mode: Mode
    width: int
    height: int
    dpi: float
    size: str
    mm: tuple[float, float]
    corners: tuple[tuple[float, float], ...] | None = None
    confidence: float = 1.0
    problem: str | None = None
    numbers: dict[str, float] | None = None
    verdict: tuple[str, ...] = ()
    fingerprint: bytes = b""
    text: tuple[Word, ...] = ()

    @classmethod
    def from_image(
        cls,
        pixels: np.ndarray | Planes,
        dpi: float = 200.0,
        *,
        size: str | None = None,
        quality: int = QUALITY,
        data: bytes | None = None,
        text: tuple[Word, ...] = (),
    ) -> "Page":
        """Make a page of ready pixels, whose kind says its mode.

        pixels    colour: (H, W, 3) uint8, BGR, or Planes; grey: (H, W) uint8; bw: (H, W) bool, True where there is ink
        dpi       px to the inch on the paper
        size      name of the paper; by itself from pixels and dpi
        quality   of the JPEG; lowered in steps when the page would be larger than MOST_BYTES
        data      the pixels encoded already, as JPEG or PNG
        text      the words on it, if they are known
        """
        height, width = pixels.shape[:2]
        mm = (width / dpi * MM, height / dpi * MM)
        mode: Mode = "colour" if len(pixels.shape) == 3 else "grey"
        if isinstance(pixels, np.ndarray) and pixels.dtype == bool:
            mode, data = "bw", data or g4.encode(pixels)
        data = data or _bounded(pixels, quality)
        return cls(data, mode, width, height, dpi, size or name_of(mm), mm, text=text)

    def pixels(self) -> np.ndarray:
        """Decode the page, to the same kind of array as `from_image` takes."""
        if self.mode == "bw":
            return g4.decode(self.data, self.width, self.height)
        kind = cv2.IMREAD_GRAYSCALE if self.mode == "grey" else cv2.IMREAD_COLOR
        return np.asarray(cv2.imdecode(np.frombuffer(self.data, np.uint8), kind))

    def picture(self) -> tuple[bytes, str]:
        """What a browser can show, and its media type: `data` itself, or a PNG of a black-and-white page."""
        if self.mode == "bw":
            return g4.png(self.data, self.width, self.height), "image/png"
        return self.data, "image/png" if self.data.startswith(b"\x89PNG") else "image/jpeg"

    def thumb(self, width: int = 240) -> bytes:
        """A small JPEG of the page, `width` px wide; of a strip only the top."""
        pixels = self._small(width)
        pixels = pixels[: STRIP_THUMB * pixels.shape[1]]
        height = max(1, round(pixels.shape[0] * width / pixels.shape[1]))
        return encode(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), 75)

    def _small(self, width: int) -> np.ndarray:
        """The page as BGR or grey, at least twice as wide as `width` if it has so many px; a JPEG decodes small."""
        if self.mode == "bw":
            return np.where(self.pixels(), np.uint8(0), np.uint8(255))
        if self.data.startswith(b"\x89PNG"):
            return self.pixels()
        colours = "GRAY" if self.mode == "grey" else "BGR"
        pixels = simplejpeg.decode_jpeg(self.data, colorspace=colours, min_width=2 * width, min_height=1)
        return pixels[:, :, 0] if self.mode == "grey" else pixels

    def turned(self, degrees: int) -> "Page":
        """The same page, turned clockwise by 0, 90, 180 or 270 degrees. Its words go: they were read as it lay."""
        if not degrees % 360:
            return self
        quarter = degrees // 90 % 4
        mm = self.mm if quarter == 2 else self.mm[::-1]
        corners = self.corners and tuple(np.roll(np.asarray(self.corners), quarter, axis=0).tolist())
        if self.data.startswith(b"\x89PNG"):  # of few colours, and it keeps them
            width, height, data = _turned_png(self.data, quarter)
            return replace(self, data=data, width=width, height=height, mm=mm, corners=corners, text=())
        pixels = np.ascontiguousarray(np.rot90(self.pixels(), -quarter))
        made = Page.from_image(pixels, self.dpi, size=self.size, quality=TURNED_QUALITY)
        return replace(self, data=made.data, width=made.width, height=made.height, mm=mm, corners=corners, text=())

    def with_problem(self, problem: str | None) -> "Page":
        """The same page with another problem."""
        return replace(self, problem=problem)


def _turned_png(data: bytes, quarter: int) -> tuple[int, int, bytes]:
    """(width, height, PNG) of a PNG that is turned clockwise by so many quarters."""
    ways = {1: Image.Transpose.ROTATE_270, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_90}
    turned = Image.open(io.BytesIO(data)).transpose(ways[quarter])
    out = io.BytesIO()
    turned.save(out, "PNG", optimize=True)
    return turned.width, turned.height, out.getvalue()


def encode(pixels: np.ndarray | Planes, quality: int = QUALITY) -> bytes:
    """(H, W, 3) BGR or (H, W) grey uint8, or Planes → JPEG bytes without metadata."""
    if isinstance(pixels, Planes):
        luma = pixels.luma
        if luma.shape[0] % 2 or luma.shape[1] % 2:  # simplejpeg reads an even number of rows and columns
            luma = cv2.copyMakeBorder(luma, 0, 2, 0, 0, cv2.BORDER_REPLICATE)[: len(luma)]
        return simplejpeg.encode_jpeg_yuv_planes(luma, *map(np.ascontiguousarray, pixels[1:]), quality=quality)
    pixels = np.ascontiguousarray(pixels)
    if pixels.ndim == 2:
        return simplejpeg.encode_jpeg(pixels[:, :, None], quality=quality, colorspace="GRAY", colorsubsampling="Gray")
    return simplejpeg.encode_jpeg(pixels, quality=quality, colorspace="BGR", colorsubsampling="420")


def _bounded(pixels: np.ndarray | Planes, quality: int) -> bytes:
    """Encode, and again with less quality while it is too large: noise costs bytes and says nothing."""
    data = encode(pixels, quality)
    for lower in LOWER:
        if len(data) <= MOST_BYTES:
            break
        if lower < quality:
            data = encode(pixels, lower)
    return data


RATIOS = {"A4": (1.353, 1.497), "Letter": (1.24, 1.353), "ID-1": (1.497, 1.68)}  # long side to short, as measured
STEEP = 1.55  # an A4 sheet seen at a slant may seem so long; where it cannot be a card that is what it is
RECEIPT = 2.05  # from here on it is a strip
STRIP = 80.0  # mm, the usual width of till paper
LARGE = {"A6": 3.9, "A5": 2.9}  # mm: small letters that are so high on A4 are normal ones on a smaller sheet


def guess(ratio: float, letter: float | None = None, *, card: bool = True) -> tuple[str, tuple[float, float]]:
    """Guess the paper from its shape, width to height; returns (name, (width, height) mm).

    A shape does not tell the size: every A is taken for A4 unless its print would be too large for that, a card for
    ID-1, a strip for a till receipt. What fits nothing is "other" and as large as A4 allows.

    letter   height of the small letters, as a share of the long side; body text is 1.6 to 2.3 mm high (9 to 12 point)
    card     False when it cannot be a card: a card's lines run along its long side
    """
    long = max(ratio, 1 / ratio)
    name = next((name for name, (low, high) in RATIOS.items() if low <= long < high), "other")
    if name == "ID-1" and not card:
        name = "A4" if long < STEEP else "other"
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
    return {"ID-1": 2.0, "receipt": 1.5, "other": 1.5}.get(name, 1.0) * usual


def name_of(mm: tuple[float, float], slack: float = 0.02) -> str:
    """Name a paper by its true size in mm, either way round; "other" when none is within `slack`."""
    short, long = sorted(mm)
    for name, (width, height) in SIZES.items():
        if abs(short / width - 1) < slack and abs(long / height - 1) < slack:
            return name
    return "other"
