"""Pages → one PDF/A-2b. img2pdf embeds each JPEG untouched; pikepdf adds what PDF/A asks for.

The same pages, title, language and time give the same bytes.

source  ISO 19005-2 (PDF/A-2, level B): XMP, output intent, no encryption, no device colour without intent
"""

import io
from collections.abc import Iterable
from datetime import UTC, datetime

import img2pdf
import pikepdf
from pikepdf import Array, Dictionary, Name, String

from . import icc, paper
from .errors import NoPages
from .paper import Page

OWN_SIZE = ("A3", "A5", "A6", "Letter", "ID-1", "receipt")  # everything else lies on A4
PRODUCER = "Belegbote"


def make_pdf(pages: Iterable[Page], *, title: str, language: str, made_at: datetime) -> bytes:
    """Merge pages, in the order given, into one PDF/A-2b.

    pages      at least one
    title      shown by the viewer; may be any text
    language   BCP 47, "de" or "en"
    made_at    written as the date of making; naive is taken as UTC
    raises     NoPages
    """
    pages = list(pages)
    if not pages:
        raise NoPages("There is no page to merge.")
    with pikepdf.open(io.BytesIO(_embed(pages))) as pdf:
        _describe(pdf, title, language, made_at if made_at.tzinfo else made_at.replace(tzinfo=UTC))
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True, min_version="1.7", object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def layout(page: Page) -> tuple[float, float, float, float]:
    """(sheet width, sheet height, image width, image height) in pt; A4, standing or lying, by default."""
    wide, high = page.mm
    if page.size in OWN_SIZE:
        return _pt(wide), _pt(high), _pt(wide), _pt(high)
    sheet = paper.A4 if high >= wide else paper.A4[::-1]
    if page.size == "A4":
        return _pt(sheet[0]), _pt(sheet[1]), _pt(sheet[0]), _pt(sheet[1])
    fit = min(sheet[0] / wide, sheet[1] / high)
    return _pt(sheet[0]), _pt(sheet[1]), _pt(wide * fit), _pt(high * fit)


def _pt(mm: float) -> float:
    return mm / paper.MM * 72


def _embed(pages: list[Page]) -> bytes:
    places = iter([layout(page) for page in pages])  # img2pdf asks once for each image, in order
    return img2pdf.convert(
        [page.jpeg for page in pages],
        layout_fun=lambda width, height, dpi: next(places),
        engine=img2pdf.Engine.internal,
        nodate=True,
    )


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
