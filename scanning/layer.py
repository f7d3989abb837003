"""The text layer: words written invisibly where they stand in the picture, so that a page can be searched and copied.

A PDF that `pdf.py` made gets it here, at once or later; nothing else in the file changes.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

import pikepdf
from pikepdf import Dictionary, Name

from . import ending, glyphless
from .paper import Word

FONT = "/F"
INVISIBLE = 3  # text render mode, ISO 32000-1, table 106


def silent_pages(pdf: BinaryIO) -> list[int]:
    """The pages of a PDF of ours without a text layer, counted from 0. `pdf` is a file open for reading."""
    with pikepdf.open(pdf) as opened:
        return [n for n, page in enumerate(opened.pages) if not _speaks(page)]


def layer_words(pdf: BinaryIO) -> list[list[str]]:
    """The words of the text layer of each page of a PDF of ours; none where a page has no layer."""
    with pikepdf.open(pdf) as opened:
        return [list(_said(page)) if _speaks(page) else [] for page in opened.pages]


def _said(page: pikepdf.Page) -> Iterator[str]:
    for instruction in pikepdf.parse_content_stream(page, "Tj"):
        if str(instruction.operator) == "Tj":
            yield bytes(instruction.operands[0]).decode("utf-16-be", "replace")


def add_text(pdf: BinaryIO, out: BinaryIO, texts: Callable[[int], Sequence[Word]]) -> None:
    """Copy a PDF of ours with a text layer on each page that has none yet.

    pdf      a PDF that make_pdf or write_pdf made, open for reading
    out      open for reading and writing, seekable; the same words give the same bytes
    texts    gives the words of page n, counted from 0; boxes in px of the page's picture
    """
    with pikepdf.open(pdf) as opened:
        for n, page in enumerate(opened.pages):
            if not _speaks(page):
                put(opened, page, texts(n))
        share_font(opened)
        ending.save(opened, out)


def put(pdf: pikepdf.Pdf, page: pikepdf.Page, words: Sequence[Word]) -> None:
    """Write words on a page that shows one picture. Its font comes with share_font, once for the whole document."""
    page.obj.Resources.Font = Dictionary()
    if words:
        page.contents_add(pdf.make_stream(_content(page, words)))


def share_font(pdf: pikepdf.Pdf) -> None:
    """Give the pages that have a text layer their one font."""
    speaking = [page for page in pdf.pages if _speaks(page)]
    known = next((font[FONT] for page in speaking if FONT in (font := page.obj.Resources.Font)), None)
    if speaking:
        shared = glyphless.font(pdf) if known is None else known
        for page in speaking:
            page.obj.Resources.Font = Dictionary({FONT: shared})


def _speaks(page: pikepdf.Page) -> bool:
    return Name.Font in page.obj.Resources


def _content(page: pikepdf.Page, words: Sequence[Word]) -> bytes:
    (picture,) = page.obj.Resources.XObject.values()
    wide, _, _, high, left, bottom = _matrix(page)
    across, up = wide / int(picture.Width), high / int(picture.Height)
    lines = [f"BT {INVISIBLE} Tr"]
    for word in words:
        x0, y0, x1, y1 = word.box
        code = word.text.encode("utf-16-be", "replace")
        size, width = (y1 - y0) * up, (x1 - x0) * across
        if not code or size <= 0 or width <= 0:
            continue
        stretch = 100 * width / (len(code) / 2 * size * glyphless.ADVANCE / glyphless.EM)
        x, y = left + x0 * across, bottom + high - y1 * up - size * glyphless.DESCENT / glyphless.EM
        lines.append(f"{FONT} {size:.2f} Tf {stretch:.2f} Tz 1 0 0 1 {x:.2f} {y:.2f} Tm <{code.hex()}> Tj")
    return "\n".join([*lines, "ET"]).encode()


def _matrix(page: pikepdf.Page) -> list[float]:
    """Where the page's picture lies, in pt: the operands of its `cm`."""
    for instruction in pikepdf.parse_content_stream(page, "cm"):
        if str(instruction.operator) == "cm":
            return [float(str(value)) for value in instruction.operands]
    raise ValueError("The page shows no picture.")
