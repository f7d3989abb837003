"""A handed-in PDF → its pages as pixels. Scripts, forms, links, attachments and layers stay behind.

Print is drawn at 300 dpi and becomes black-and-white, or an image of few colours: sharp, and smaller than a photo of
it. Pictures are drawn at 200 dpi, scans no finer than they are. The words come along with their places, but only
those that can be seen.

PDFium is not safe for threads: render in one thread of a process only.
"""

import ctypes
import io
from collections.abc import Iterator
from typing import Any, NamedTuple

import cv2
import numpy as np
import pikepdf
import pypdfium2 as pdfium
from pypdfium2 import raw

from . import plain
from .errors import Empty, PdfBroken, PdfEncrypted, PdfTooLong
from .paper import MOST_BYTES, Box, Page, Word
from .view import shrink

DPI, PICTURE_DPI, LEAST_DPI = 300.0, 200.0, 100.0
MOST_PIXELS = 20_000_000  # an A3 sheet at 300 dpi; what is larger is drawn coarser
MOST_SIDE = 30_000  # px; no JPEG has more than 65500
INK = 128  # grey level below which print becomes black
SEEN = 48  # grey levels between ink and paper that a word needs to be seen
MOST_CHARACTERS = 30_000  # of a page; a dense one has 6000
HYPHEN = 2  # what PDFium calls a hyphen at the end of a line


class _Drawn(NamedTuple):
    """A page as pixels, and its words with boxes in px of them."""

    bgr: np.ndarray
    dpi: float
    words: list[Word]


def render(data: bytes, *, most: int) -> Iterator[Page]:
    """Draw each page with its annotations and form fields as seen on screen, one after the other.

    data     a PDF; one that only its owner's password protects, against printing or changing, is drawn as any other
    most     the most pages that are taken; a longer one is refused before anything is drawn
    raises   Empty, PdfBroken, PdfEncrypted, PdfTooLong
    """
    document = _open(data)
    try:
        count = len(document)
        if count > most:
            raise PdfTooLong(count, most)
        if count == 0:
            raise PdfBroken("The PDF has no pages.")
        _with_forms(document)
        with_words = not _hides(data)
        for index in range(count):
            yield _encode(_draw(document, index, with_words))
    finally:
        document.close()


def _open(data: bytes) -> pdfium.PdfDocument:
    if not data:
        raise Empty
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise PdfEncrypted from error
        raise PdfBroken("The PDF cannot be opened.") from error


def _with_forms(document: pdfium.PdfDocument) -> None:
    try:
        document.init_forms()
    except pdfium.PdfiumError as error:
        raise PdfBroken("The form in the PDF cannot be opened.") from error


def _hides(data: bytes) -> bool:
    """Whether a layer is switched off. PDFium does not draw it but would tell its words, so none are taken then."""
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            layers: Any = pdf.Root.get("/OCProperties", {})
            usual = layers.get("/D", {})
            return bool(usual.get("/OFF") or usual.get("/AS")) or usual.get("/BaseState", "/ON") != "/ON"
    except (pikepdf.PdfError, AttributeError, TypeError, ValueError):
        return True


def _encode(drawn: _Drawn) -> Page:
    """The smallest encoding that stays sharp."""
    grey = cv2.cvtColor(drawn.bgr, cv2.COLOR_BGR2GRAY)
    text = tuple(_seen(drawn.words, grey))
    kind = plain.kind(drawn.bgr, grey)
    if kind == "bw":
        return Page.from_image(grey < INK, drawn.dpi, text=text)
    if kind == "few":
        png = plain.png(drawn.bgr)
        if len(png) <= MOST_BYTES:
            return Page.from_image(drawn.bgr, drawn.dpi, data=png, text=text)
    pixels = drawn.bgr if plain.is_coloured(drawn.bgr) else grey
    scale = min(1.0, PICTURE_DPI / drawn.dpi)
    if scale < 1:
        pixels = shrink(pixels, (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale))))
    return Page.from_image(pixels, drawn.dpi * scale, text=tuple(_scaled(word, scale) for word in text))


def _scaled(word: Word, scale: float) -> Word:
    x0, y0, x1, y1 = word.box
    return Word(word.text, (x0 * scale, y0 * scale, x1 * scale, y1 * scale))


def _draw(document: pdfium.PdfDocument, index: int, with_words: bool) -> _Drawn:
    try:
        page = document[index]
        width, height = page.get_size()
        most = min((MOST_PIXELS / max(width * height, 1.0)) ** 0.5, MOST_SIDE / max(width, height, 1.0))
        dpi = min(_finest(page), most * 72)
        bitmap = page.render(scale=dpi / 72, may_draw_forms=True, rev_byteorder=False)
        pixels = np.ascontiguousarray(bitmap.to_numpy()[:, :, :3])
        words = list(_words(page, bitmap.get_posconv(page))) if with_words else []
        bitmap.close()
        page.close()
    except (pdfium.PdfiumError, ValueError, ArithmeticError) as error:  # a size of 1e38 has no pixels
        raise PdfBroken(f"Page {index + 1} of the PDF cannot be drawn.") from error
    return _Drawn(pixels, dpi, words)


def _finest(page: pdfium.PdfPage) -> float:
    """The dpi at which to draw: a page that is one scan, with or without invisible text, no finer than the scan."""
    finest = 0.0
    for thing in page.get_objects(max_depth=3):
        if thing.type == raw.FPDF_PAGEOBJ_IMAGE:
            told = thing.get_metadata()
            finest = max(finest, told.horizontal_dpi, told.vertical_dpi)
        elif thing.type == raw.FPDF_PAGEOBJ_TEXT:
            if raw.FPDFTextObj_GetTextRenderMode(thing) != raw.FPDF_TEXTRENDERMODE_INVISIBLE:
                return DPI
        elif thing.type != raw.FPDF_PAGEOBJ_FORM:
            return DPI
    return min(max(finest, LEAST_DPI), DPI) if finest else DPI


def _words(page: pdfium.PdfPage, places: pdfium.PdfPosConv) -> Iterator[Word]:
    """The words of a page in the order in which it has them, with boxes in px."""
    text = page.get_textpage()
    letters: list[str] = []
    boxes: list[Box] = []
    for at in range(min(text.count_chars(), MOST_CHARACTERS) + 1):
        letter = _letter(text, at)
        if letter:
            letters.append(letter)
            boxes.append(text.get_charbox(at, loose=True))
        elif letters:
            yield Word("".join(letters), _box(boxes, places))
            letters, boxes = [], []
    text.close()


def _letter(text: pdfium.PdfTextPage, at: int) -> str:
    """A character of a word; nothing between words and behind the last."""
    code = raw.FPDFText_GetUnicode(text, ctypes.c_int(at))
    if code == HYPHEN:
        return "-"
    letter = chr(code) if 0x20 < code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000 else ""
    return "" if letter.isspace() else letter


def _box(boxes: list[Box], places: pdfium.PdfPosConv) -> Box:
    """One box around boxes in pt of the page, in px."""
    left, bottom, right, top = (column.tolist() for column in np.array(boxes).T)
    one, two = places.to_bitmap(min(left), min(bottom)), places.to_bitmap(max(right), max(top))
    (x0, x1), (y0, y1) = (sorted((float(one[axis]), float(two[axis]))) for axis in (0, 1))
    return x0, y0, x1, y1


def _seen(words: list[Word], grey: np.ndarray) -> Iterator[Word]:
    """The words that can be seen: not white on white, not below a black bar, not outside of the page."""
    for word in words:
        x0, y0, x1, y1 = (max(0, round(value)) for value in word.box)
        place = grey[y0 : y1 + 1, x0 : x1 + 1]
        if place.size and int(place.max()) - int(place.min()) >= SEEN:
            yield word
