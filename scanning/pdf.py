"""Pages → one PDF/A-2b. The bytes of each page go in untouched: JPEG and PNG by img2pdf, a G4 strip as it is.

Written piece by piece into unnamed temporary files, so that 200 pages need no more memory than ten.
The same pages, title, language and time give the same bytes.

source  ISO 19005-2 (PDF/A-2, level B): XMP, output intent, no encryption, no device colour without intent
"""

import io
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import BinaryIO

import img2pdf
import pikepdf
from pikepdf import Array, Dictionary, Name, String

from . import ending, icc, layer, paper
from .errors import NoPages
from .paper import Page

OWN_SIZE = ("A3", "A5", "A6", "Letter", "ID-1", "receipt")  # everything else lies on A4
PRODUCER = "Belegbote"
PIECE_PAGES, PIECE_BYTES = 60, 4_000_000  # a piece is closed when it has so many


def make_pdf(pages: Iterable[Page], *, title: str, language: str, made_at: datetime) -> bytes:
    """Merge pages, in the order given, into one PDF/A-2b, and return it whole: see write_pdf."""
    out = io.BytesIO()
    write_pdf(pages, out, title=title, language=language, made_at=made_at)
    return out.getvalue()


def write_pdf(pages: Iterable[Page], out: BinaryIO, *, title: str, language: str, made_at: datetime) -> int:
    """Merge pages, in the order given, into one PDF/A-2b, with flat memory; returns how many there were.

    pages      at least one; may be a generator, of which only a few are held at a time. What has been taken lies in
               unnamed files in the folder for temporary files, about as large as the PDF
    out        open for reading and writing, seekable
    title      shown by the viewer; may be any text
    language   BCP 47, "de" or "en"
    made_at    written as the date of making; naive is taken as UTC
    raises     NoPages; OSError when there is no room
    """
    with ExitStack() as held:
        pdf = held.enter_context(pikepdf.new())
        for piece in _pieces(pages):
            spool = held.enter_context(tempfile.TemporaryFile())
            _save_piece(piece, spool)
            pdf.pages.extend(held.enter_context(pikepdf.open(spool)).pages)
        if not pdf.pages:
            raise NoPages("There is no page to merge.")
        layer.share_font(pdf)
        _describe(pdf, title, language, made_at if made_at.tzinfo else made_at.replace(tzinfo=UTC))
        ending.save(pdf, out)
        return len(pdf.pages)


def layout(page: Page) -> tuple[float, float, float, float]:
    """(sheet width, sheet height, image width, image height) in pt; A4, standing or lying, by default.

    Nothing is enlarged: what is smaller than its sheet lies in the middle, as large as it is.
    """
    wide, high = page.mm
    if page.size in OWN_SIZE:
        return _pt(wide), _pt(high), _pt(wide), _pt(high)
    sheet = paper.A4 if high >= wide else paper.A4[::-1]
    if page.size == "A4":
        return _pt(sheet[0]), _pt(sheet[1]), _pt(sheet[0]), _pt(sheet[1])
    fit = min(1.0, sheet[0] / wide, sheet[1] / high)
    return _pt(sheet[0]), _pt(sheet[1]), _pt(wide * fit), _pt(high * fit)


def _pt(mm: float) -> float:
    return mm / paper.MM * 72


def _pieces(pages: Iterable[Page]) -> Iterator[list[Page]]:
    """The pages in order, a few at a time."""
    piece: list[Page] = []
    for page in pages:
        piece.append(page)
        if len(piece) >= PIECE_PAGES or sum(len(one.data) for one in piece) >= PIECE_BYTES:
            yield piece
            piece = []
    if piece:
        yield piece


def _save_piece(piece: list[Page], spool: BinaryIO) -> None:
    with pikepdf.new() as pdf:
        for page in piece:
            if page.mode == "bw":
                _add_strip(pdf, page)
            else:
                _add_image(pdf, page)
            if page.text:
                layer.put(pdf, pdf.pages[-1], page.text)
        pdf.save(spool)


def _add_image(pdf: pikepdf.Pdf, page: Page) -> None:
    """Add a page of a JPEG or PNG, whose bytes img2pdf takes as they are."""
    one = img2pdf.convert(
        page.data, layout_fun=lambda width, height, dpi: layout(page), engine=img2pdf.Engine.internal, nodate=True
    )
    with pikepdf.open(io.BytesIO(one)) as opened:
        pdf.pages.extend(opened.pages)


def _add_strip(pdf: pikepdf.Pdf, page: Page) -> None:
    """Add a page of a G4 strip, which img2pdf would decode and encode again."""
    width, height, wide, high = layout(page)
    strip = pdf.make_stream(
        page.data, Type=Name.XObject, Subtype=Name.Image, Width=page.width, Height=page.height, BitsPerComponent=1,
        ColorSpace=Name.DeviceGray, Filter=Name.CCITTFaxDecode,
        DecodeParms=Dictionary(K=-1, Columns=page.width, Rows=page.height),
    )  # fmt: skip
    content = f"q {wide:.4f} 0 0 {high:.4f} {(width - wide) / 2:.4f} {(height - high) / 2:.4f} cm /Im0 Do Q"
    sheet = pdf.add_blank_page(page_size=(round(width, 4), round(height, 4)))
    sheet.obj.Resources = Dictionary(XObject=Dictionary(Im0=strip))
    sheet.obj.Contents = pdf.make_stream(content.encode())


def _describe(pdf: pikepdf.Pdf, title: str, language: str, made_at: datetime) -> None:
    """Write metadata twice, as PDF/A wants: the Info dictionary and XMP must say the same."""
    stamp = made_at.astimezone(UTC).replace(microsecond=0)
    date = String(stamp.strftime("D:%Y%m%d%H%M%SZ"))
    pdf.docinfo = pdf.make_indirect(
        Dictionary(Title=title, Producer=PRODUCER, Creator=PRODUCER, CreationDate=date, ModDate=date)
    )
    with pdf.open_metadata(set_pikepdf_as_editor=False) as xmp:
        xmp["dc:title"] = title
        xmp["dc:language"] = [language]
        xmp["pdf:Producer"] = PRODUCER
        xmp["xmp:CreatorTool"] = PRODUCER
        xmp["xmp:CreateDate"] = xmp["xmp:ModifyDate"] = stamp.strftime("%Y-%m-%dT%H:%M:%SZ")
        xmp["pdfaid:part"] = "2"
        xmp["pdfaid:conformance"] = "B"
    pdf.Root.Lang = String(language)
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    profile = pdf.make_stream(icc.srgb(), N=3)
    intent = Dictionary(
        Type=Name.OutputIntent,
        S=Name.GTS_PDFA1,
        OutputConditionIdentifier="sRGB",
        Info="sRGB",
        DestOutputProfile=profile,
    )
    pdf.Root.OutputIntents = Array([pdf.make_indirect(intent)])
