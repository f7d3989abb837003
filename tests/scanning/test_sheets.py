"""What a handed-in PDF looks like afterwards: sharp, small, with its text, and with nothing that could not be seen."""

import io
from datetime import UTC, datetime

import img2pdf
import numpy as np
import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name

from scanning import Page, make_pdf, pdf_sheets
from tests.scanning.papers import LETTER, line, pdf_of

AT = datetime(2026, 11, 24, tzinfo=UTC)


def only(pdf: bytes) -> Page:
    (page,) = pdf_sheets(pdf, most=1)
    return page


def words(page: Page) -> list[str]:
    return [word.text for word in page.text]


def seen(page: Page) -> np.ndarray:
    """The page in grey, as a person sees it."""
    pixels = page.pixels()
    return np.where(pixels, 0, 255) if page.mode == "bw" else pixels if pixels.ndim == 2 else pixels.min(axis=2)


def text_of(pdf: bytes) -> str:
    return pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range()


def test_print_in_black_becomes_sharp_black_and_white_and_small():
    page = only(pdf_of(LETTER))
    assert (page.mode, page.size, round(page.dpi)) == ("bw", "A4", 300)
    assert len(page.data) < 60_000


@pytest.mark.parametrize("colour", ["0.8 0 0 rg", "0.5 0.5 0.5 rg"])
def test_print_with_colour_or_grey_keeps_it_and_stays_sharp_and_small(colour):
    table = "0.93 0.95 1 rg 60 400 450 30 re f 0 g "
    page = only(pdf_of(f"{table} {LETTER} {colour} {line('Frist: 3.12.2026', 70, 300, 20)}"))
    picture, kind = page.picture()
    assert (page.mode, kind, round(page.dpi)) == ("colour", "image/png", 300)
    assert len(picture) < 200_000
    x0, y0, x1, y1 = (round(v) for v in next(w.box for w in page.text if w.text.startswith("3.12")))
    darkest = page.pixels()[y0:y1, x0:x1].reshape(-1, 3).min(axis=0)
    wanted = {"0.8": (0, 0, 204), "0.5": (128, 128, 128)}[colour[:3]]
    assert np.abs(darkest.astype(int) - wanted).max() <= 8


def scan(dpi: int, size: tuple[int, int] = (1240, 1754)) -> bytes:
    """A scanner's PDF: one noisy grey JPEG."""
    noise = np.random.default_rng(0).normal(235, 6, size[::-1]).clip(0, 255).astype(np.uint8)
    noise[200:260, 200:900] = 30
    return img2pdf.convert(Page.from_image(noise).data, layout_fun=img2pdf.get_fixed_dpi_layout_fun((dpi, dpi)))


def test_a_scan_stays_a_jpeg_no_finer_than_it_was():
    page = only(scan(150))
    assert (page.mode, page.picture()[1], page.size) == ("grey", "image/jpeg", "A4")
    assert (page.width, page.height) == pytest.approx((1240, 1754), abs=2)
    assert len(page.data) < 1.3 * len(scan(150))


def test_a_fine_scan_is_made_as_fine_as_a_page():
    assert only(scan(300, (2480, 3508))).dpi == pytest.approx(200, abs=0.5)


def test_the_words_come_along_where_they_stand():
    page = only(pdf_of(line("Miete: 512,30 €", 100, 600) + line("Grüße aus Köln", 100, 500)))
    assert words(page) == ["Miete:", "512,30", "€", "Grüße", "aus", "Köln"]
    pdf = make_pdf([page], title="-", language="de", made_at=AT)
    text = pypdfium2.PdfDocument(pdf)[0].get_textpage()
    assert text.get_text_range().split() == words(page)
    assert text.count_rects() == 6
    left, bottom, _, top = text.get_rect(0)
    assert left == pytest.approx(100, abs=3) and 590 < bottom < 600 < top < 615
    assert text.get_text_bounded(95, 495, 220, 515).split() == ["Grüße", "aus", "Köln"]


def test_a_turned_page_is_drawn_upright_and_its_words_with_it():
    def turn(pdf):
        pdf.pages[0].obj.Rotate = 90

    page = only(pdf_of(line("Quer gelesen", 100, 600), then=turn))
    assert page.width > page.height
    x0, y0, x1, _ = (value / page.dpi * 72 for value in page.text[0].box)
    assert ((x0 + x1) / 2, y0) == pytest.approx((604, 100), abs=8)


def layered(**usual) -> bytes:
    """A PDF with a line on a layer that is off, and one that is on none."""

    def hide(pdf):
        layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="secret"))
        pdf.pages[0].obj.Resources.Properties = Dictionary(L=layer)
        pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer]), **usual))

    return pdf_of("/OC /L BDC " + line("GEHEIM", 100, 600, 40) + "EMC " + line("offen", 100, 400), then=hide)


def test_a_hidden_layer_is_neither_drawn_nor_told():
    page = only(layered())
    top = round((841.89 - 640) / 72 * page.dpi)
    assert seen(page)[top : top + 200].min() > 250
    assert seen(page).min() < 50, "what is not hidden is drawn"
    assert "GEHEIM" not in words(page)
    assert b"GEHEIM" not in make_pdf([page], title="-", language="de", made_at=AT)


def test_text_that_nobody_can_see_is_not_told():
    under_a_bar = line("unter", 100, 600) + "0 g 90 590 100 30 re f "
    white = "1 g " + line("weiss", 100, 500) + "0 g "
    outside = line("draussen", 700, 400)
    page = only(pdf_of(under_a_bar + white + outside + line("sichtbar", 100, 300)))
    assert words(page) == ["sichtbar"]


def test_the_invisible_text_of_a_searchable_scan_is_kept():
    def scanned(pdf):
        image = pdf.make_stream(
            np.repeat(np.uint8([[255, 0, 255]]), 60, axis=0).tobytes(), Type=Name.XObject, Subtype=Name.Image,
            Width=3, Height=60, ColorSpace=Name.DeviceGray, BitsPerComponent=8,
        )  # fmt: skip
        pdf.pages[0].obj.Resources.XObject = Dictionary(I=image)

    page = only(pdf_of("q 595 0 0 842 0 0 cm /I Do Q 3 Tr " + line("Suchwort", 180, 600, 40), then=scanned))
    assert words(page) == ["Suchwort"]
    assert page.dpi == pytest.approx(100), "as coarse as the scan"


def test_links_scripts_and_files_stay_behind():
    def dangerous(pdf):
        link = Dictionary(
            Type=Name.Annot, Subtype=Name.Link, Rect=[90, 590, 300, 620], Border=[0, 0, 0],
            A=Dictionary(S=Name.URI, URI="https://evil.example/"),
        )  # fmt: skip
        pdf.pages[0].obj.Annots = Array([pdf.make_indirect(link)])
        pdf.pages[0].obj.AA = Dictionary(O=Dictionary(S=Name.JavaScript, JS="app.alert(1)"))
        pdf.attachments["evil.exe"] = b"MZ evil"

    made = make_pdf(pdf_sheets(pdf_of(LETTER, then=dangerous), most=1), title="-", language="de", made_at=AT)
    with pikepdf.open(io.BytesIO(made)) as pdf:
        kinds = {str(key) for thing in pdf.objects if isinstance(thing, Dictionary) for key in thing}
    assert not kinds & {"/Annots", "/AA", "/A", "/URI", "/JS", "/OpenAction", "/EmbeddedFiles", "/AcroForm", "/EF"}
    assert "Özdemir" in text_of(made)


@pytest.mark.parametrize("size", [(3, 3), (20, 5000), (14400, 14400), (842, 595), (612, 1008)])
def test_the_oddest_page_sizes_have_bounded_pixels(size):
    page = only(pdf_of("0 g 0 0 2 2 re f", size=size))
    assert 1 <= page.width * page.height <= 20_100_000
    make_pdf([page], title="-", language="de", made_at=AT)
