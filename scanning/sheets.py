"""A handed-in PDF → its pages as pixels. Scripts, forms, links, attachments and layers stay behind.

PDFium is not safe for threads: render in one thread of a process only.
"""

from collections.abc import Iterator

import numpy as np
import pypdfium2 as pdfium
from pypdfium2 import raw

from .errors import Empty, PdfBroken, PdfEncrypted, PdfTooLong

DPI = 200.0
MOST_PIXELS = 20_000_000  # an A2 sheet at 200 dpi; what is larger is drawn coarser


def render(data: bytes, *, most: int) -> Iterator[tuple[np.ndarray, float]]:
    """Draw each page with its annotations and form fields as seen on screen; yields (BGR pixels, dpi).

    data     a PDF
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
        document.init_forms()
        for index in range(count):
            yield _draw(document, index)
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


def _draw(document: pdfium.PdfDocument, index: int) -> tuple[np.ndarray, float]:
    try:
        page = document[index]
        width, height = page.get_size()
        dpi = min(DPI, (MOST_PIXELS / max(width * height, 1.0)) ** 0.5 * 72)
        bitmap = page.render(scale=dpi / 72, may_draw_forms=True, rev_byteorder=False)
        pixels = bitmap.to_numpy()[:, :, :3].copy()
        bitmap.close()
        page.close()
    except (pdfium.PdfiumError, ValueError) as error:
        raise PdfBroken(f"Page {index + 1} of the PDF cannot be drawn.") from error
    return pixels, dpi
