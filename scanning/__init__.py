"""Photos of papers → pages as a flatbed scanner would give them → one PDF/A. Bytes and arrays in and out.

    page = scan_page(open("photo.jpg", "rb").read())
    pdf = make_pdf([page], title="Rent", language="de", made_at=datetime.now(UTC))

Knows nothing of web, database or files. The caller of a worker process sets cv2.setNumThreads(1).
"""

from .alike import same
from .card import card_places, card_sheet, is_card
from .cell import Cell
from .ending import with_clear_ends
from .errors import (
    Died,
    Empty,
    NoPages,
    NotAnImage,
    NotASheet,
    OutOfMemory,
    PdfBroken,
    PdfEncrypted,
    PdfError,
    PdfTooLong,
    Poison,
    ReaderFailed,
    ReaderMissing,
    ScanError,
    TookTooLong,
    TooLarge,
)
from .layer import add_text, layer_words, silent_pages
from .load import Header, kind_of, measure
from .page import pdf_sheets, scan_page
from .paper import Page, Word
from .pdf import make_pdf, write_pdf
from .reader import can_read, read_words
from .walls import Limits

__all__ = [
    "Cell",
    "Died",
    "Empty",
    "Header",
    "Limits",
    "NoPages",
    "NotASheet",
    "NotAnImage",
    "OutOfMemory",
    "Page",
    "PdfBroken",
    "PdfEncrypted",
    "PdfError",
    "PdfTooLong",
    "Poison",
    "ReaderFailed",
    "ReaderMissing",
    "ScanError",
    "TooLarge",
    "TookTooLong",
    "Word",
    "add_text",
    "can_read",
    "card_places",
    "card_sheet",
    "is_card",
    "kind_of",
    "layer_words",
    "make_pdf",
    "measure",
    "pdf_sheets",
    "read_words",
    "same",
    "scan_page",
    "silent_pages",
    "with_clear_ends",
    "write_pdf",
]
