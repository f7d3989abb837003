"""Photos of papers → pages as a flatbed scanner would give them → one PDF/A. Bytes and arrays in and out.

    page = scan_page(open("photo.jpg", "rb").read())
    pdf = make_pdf([page], title="Rent", language="de", made_at=datetime.now(UTC))

Knows nothing of web, database or files. The caller of a worker process sets cv2.setNumThreads(1).
"""

from .alike import same
from .errors import (
    Empty,
    NoPages,
    NotAnImage,
    NotASheet,
    PdfBroken,
    PdfEncrypted,
    PdfError,
    PdfTooLong,
    ScanError,
    TooLarge,
)
from .load import Header, kind_of, measure
from .page import pdf_sheets, scan_page
from .paper import Page
from .pdf import make_pdf

__all__ = [
    "Empty",
    "Header",
    "NoPages",
    "NotASheet",
    "NotAnImage",
    "Page",
    "PdfBroken",
    "PdfEncrypted",
    "PdfError",
    "PdfTooLong",
    "ScanError",
    "TooLarge",
    "kind_of",
    "make_pdf",
    "measure",
    "pdf_sheets",
    "same",
    "scan_page",
]
