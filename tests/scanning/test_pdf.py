"""Pages become one PDF/A-2b, and a handed-in PDF becomes pages."""

import io
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import page as page_validation
import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageCms

from scanning import (
    Empty,
    NoPages,
    Page,
    PdfBroken,
    PdfEncrypted,
    PdfError,
    PdfTooLong,
    ScanError,
    Word,
    icc,
    make_pdf,
    pdf_sheets,
    plain,
    scan_page,
    write_pdf,
)
from scanning.paper import SIZES
from tests.scanning import draw, exif
from tests.scanning.compare import likeness

ROOT = Path(__file__).parents[2]

AT = datetime(2026, 11, 24, 8, 30, 12, 345678, tzinfo=UTC)


def merge(*pages: Page, title: str = "Kontoauszug", made_at: datetime = AT) -> bytes:
    return make_pdf(pages, title=title, language="de", made_at=made_at)


def coloured(*bgr: int, size: tuple[int, int] = (1654, 2339), dpi: float = 200) -> Page:
    return Page.from_image(np.full((size[1], size[0], 3), bgr, np.uint8), dpi)


def bw(size: tuple[int, int] = (1654, 2339), dpi: float = 200) -> Page:
    """A page with a black bar in its upper half."""
    ink = np.zeros(size[::-1], bool)
    ink[size[1] // 4 : size[1] // 3, size[0] // 4 : size[0] // 2] = True
    return Page.from_image(ink, dpi)


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf))


def boxes(pdf: bytes) -> list[tuple[int, int]]:
    return [(round(float(p.mediabox[2])), round(float(p.mediabox[3]))) for p in opened(pdf).pages]


def test_the_pdf_is_pdf_a_2b(photo):
    grey = Page.from_image(np.full((2339, 1654), 200, np.uint8))
    few = replace(coloured(9, 9, 9), data=plain.png(np.full((2339, 1654, 3), 9, np.uint8)))
    pdf = merge(scan_page(photo), coloured(10, 200, 90), grey, bw(), few, title="Müller & Söhne <2026> € – „Miete“")
    verdict = page_validation.validate_pdf_bytes(pdf, profile="2b")
    assert verdict.is_compliant, [(f.rule_id, f.message) for f in verdict.failures]


def test_the_same_pages_give_the_same_bytes():
    assert merge(coloured(1, 2, 3), bw()) == merge(coloured(1, 2, 3), bw())
    berlin = AT.astimezone(timezone(timedelta(hours=1)))
    assert merge(coloured(1, 2, 3), made_at=berlin) == merge(coloured(1, 2, 3))
    assert merge(coloured(1, 2, 3), title="Anders") != merge(coloured(1, 2, 3))


def test_title_language_and_date_are_right():
    pdf = opened(merge(coloured(1, 2, 3), title="Bescheid – Ümläute"))
    assert str(pdf.docinfo.Title) == "Bescheid – Ümläute"
    assert str(pdf.docinfo.CreationDate) == str(pdf.docinfo.ModDate)
    assert str(pdf.docinfo.CreationDate).startswith("D:20261124083012")
    assert str(pdf.Root.Lang) == "de"
    with pdf.open_metadata() as xmp:
        assert xmp["dc:title"] == "Bescheid – Ümläute"
        assert xmp["xmp:CreateDate"] == "2026-11-24T08:30:12Z"


def test_pages_keep_the_order_they_were_given_in():
    colours = [(250, 20, 20), (20, 250, 20), (20, 20, 250), (120, 120, 120)]
    pages = [coloured(*bgr, size=(165, 234), dpi=20) for bgr in colours]
    back = [p.pixels()[50, 50] for p in pdf_sheets(merge(*pages), most=9)]
    for seen, wanted in zip(back, colours, strict=True):
        assert np.abs(seen.astype(int) - wanted).max() < 12


def test_each_jpeg_and_each_strip_lies_in_the_pdf_untouched(photo):
    pages = [scan_page(photo), bw(), coloured(9, 99, 200)]
    with opened(merge(*pages)) as pdf:
        inside = [next(iter(p.get_images().values())).read_raw_bytes() for p in pdf.pages]
    assert inside == [page.data for page in pages]


def test_an_image_of_few_colours_lies_in_the_pdf_untouched():
    image = np.random.default_rng(0).integers(0, 4, (300, 200, 1), dtype=np.uint8).repeat(3, axis=2) * 80
    png = plain.png(image)
    with opened(merge(Page.from_image(image, data=png))) as pdf:
        inside = next(iter(pdf.pages[0].get_images().values())).read_raw_bytes()
    assert inside in png


def test_ink_is_black_in_a_black_and_white_page():
    drawn = np.asarray(pypdfium2.PdfDocument(merge(bw()))[0].render(scale=1).to_pil().convert("L"))
    assert drawn[240, 200] == 0 and drawn[10, 10] == 255 and drawn[600, 400] == 255


def test_a_paper_has_its_true_size_on_paper():
    for name in ("A5", "A6", "ID-1", "Letter", "receipt"):
        mm = SIZES.get(name, (80.0, 240.0))
        size = tuple(round(value / 25.4 * 200) for value in mm)
        for page in (coloured(1, 2, 3, size=size), bw(size)):
            with opened(merge(replace(page, size=name, mm=mm))) as pdf:
                box = [float(value) / 72 * 25.4 for value in pdf.pages[0].mediabox]
            assert box[2:] == pytest.approx(mm, abs=0.05)


def test_what_is_smaller_than_a4_and_has_no_name_is_not_enlarged():
    with opened(merge(coloured(1, 2, 3, size=(1000, 1000)))) as pdf:
        (placing,) = pikepdf.parse_content_stream(pdf.pages[0], "cm")
        wide = float(str(placing.operands[0]))
    assert wide == pytest.approx(1000 / 200 * 72, abs=0.1)


MEMORY = """
import io, resource, sys
from datetime import UTC, datetime
from scanning import Page, write_pdf
import numpy as np, tempfile
noise = Page.from_image(np.random.default_rng(0).integers(0, 255, (700, 700, 3), dtype=np.uint8), 72)
def pages(count):
    for _ in range(count):
        yield Page(bytes(bytearray(noise.data)), "colour", 700, 700, 72.0, "other", (247.0, 247.0))
def peak(count):
    with tempfile.TemporaryFile() as out:
        write_pdf(pages(count), out, title="-", language="de", made_at=datetime(2026, 11, 24, tzinfo=UTC))
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, out.tell()
(few, small), (many, large) = peak(20), peak(200)
print(few, many, small, large)
"""


def test_two_hundred_pages_take_no_more_memory_than_twenty():
    done = subprocess.run([sys.executable, "-c", MEMORY], cwd=ROOT, capture_output=True, text=True, check=True)
    few, many, small, large = map(int, done.stdout.split())
    assert large > 9 * small > 30_000_000, "pages of a few hundred kB"
    assert many - few < 0.3 * (large - small), "what is finished is not held"


def test_pages_are_taken_one_after_the_other():
    taken, written = [], io.BytesIO()
    count = write_pdf(
        (taken.append(n) or coloured(1, 2, 3, size=(20, 20)) for n in range(70)),
        written, title="-", language="de", made_at=AT,
    )  # fmt: skip
    assert count == len(taken) == len(opened(written.getvalue()).pages) == 70


def test_where_a_photo_was_taken_is_never_in_the_pdf(photo):
    tagged = exif.into_jpeg(photo, 1)
    assert exif.SECRET in tagged
    page = scan_page(tagged)
    kept_whole = scan_page(exif.into_jpeg(draw.jpeg(np.full((300, 400, 3), 90, np.uint8)), 1))
    pdf = merge(page, kept_whole)
    for data in (page.data, kept_whole.data, page.thumb(), pdf):
        assert exif.SECRET not in data and b"Exif" not in data
    with opened(pdf) as opened_pdf:
        assert all("/Rotate" not in p for p in opened_pdf.pages)


def test_the_sheet_is_a4_standing_or_lying_unless_the_paper_is_something_else():
    a4, wide, odd = coloured(1, 2, 3), coloured(1, 2, 3, size=(2339, 1654)), coloured(1, 2, 3, size=(1000, 1000))
    card = coloured(1, 2, 3, size=(674, 425))
    assert (a4.size, card.size, odd.size) == ("A4", "ID-1", "other")
    assert boxes(merge(a4, wide, odd, card)) == [(595, 842), (842, 595), (595, 842), (243, 153)]


def test_a_whole_photo_lies_on_a4(photo):
    page = scan_page(draw.jpeg(np.full((300, 400, 3), 90, np.uint8)))
    assert boxes(merge(page)) == [(842, 595)]


def test_a_pdf_of_nothing_is_refused():
    with pytest.raises(NoPages):
        merge()


def test_the_colour_profile_is_srgb_and_small():
    profile = ImageCms.ImageCmsProfile(io.BytesIO(icc.srgb()))
    assert len(icc.srgb()) < 4000
    ours = ImageCms.buildTransform(profile, ImageCms.createProfile("sRGB"), "RGB", "RGB")
    values = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    back = np.asarray(ImageCms.applyTransform(Image.fromarray(values), ours))
    assert np.abs(back.astype(int) - values).max() <= 2


# ---------- handed-in PDFs ----------


def handed_in(pages: int = 2, **options) -> bytes:
    """A PDF as a bank's app makes it, with a script, an attachment and a form field."""
    pdf = pikepdf.new()
    for _ in range(pages):
        pdf.add_blank_page(page_size=(595.28, 841.89))
        page = pdf.pages[-1]
        content = b"0 0 1 rg 100 500 200 200 re f"
        page.Contents = pdf.make_stream(content)
    field = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.Widget,
        FT=pikepdf.Name.Tx,
        T="iban",
        V="DE12",
        Rect=[300, 300, 500, 400],
        F=4,
        AP=pikepdf.Dictionary(
            N=pdf.make_stream(
                b"1 0 0 rg 0 0 200 100 re f",
                Type=pikepdf.Name.XObject,
                Subtype=pikepdf.Name.Form,
                BBox=[0, 0, 200, 100],
            )
        ),
    )
    field = pdf.make_indirect(field)
    pdf.pages[0].Annots = pikepdf.Array([field])
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[field])
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('hello')")
    pdf.attachments["evil.exe"] = b"MZ attachment"
    out = io.BytesIO()
    pdf.save(out, **options)
    return out.getvalue()


def test_a_handed_in_pdf_becomes_a4_pages_at_300_dpi():
    pages = list(pdf_sheets(handed_in(2), most=60))
    assert [(p.size, p.width, p.height, p.problem) for p in pages] == [("A4", 2481, 3508, None)] * 2
    blue = pages[1].pixels()[3508 - round(600 / 72 * 300), round(200 / 72 * 300)]
    assert blue[0] > 240 and blue[2] < 15


def test_form_fields_become_pixels_and_scripts_and_attachments_stay_behind():
    (page, _) = pdf_sheets(handed_in(2), most=60)
    red = page.pixels()[3508 - round(350 / 72 * 300), round(400 / 72 * 300)]
    assert red[2] > 200 and red[0] < 60
    merged = merge(page)
    for word in (b"JavaScript", b"AcroForm", b"Annots", b"evil", b"EmbeddedFile", b"OpenAction"):
        assert word not in merged
    assert page_validation.validate_pdf_bytes(merged, profile="2b").is_compliant


def test_what_we_write_can_be_handed_in_again(photo):
    (page,) = pdf_sheets(merge(scan_page(photo)), most=1)
    assert page.size == "A4"
    assert likeness(page.data, draw.letter(3)) > 0.9


def test_a_pdf_with_a_password_is_refused():
    locked = handed_in(1, encryption=pikepdf.Encryption(user="secret", owner="boss"))
    with pytest.raises(PdfEncrypted) as caught:
        list(pdf_sheets(locked, most=60))
    assert caught.value.code == "pdf_encrypted"


def test_a_pdf_that_anyone_may_read_is_taken_though_its_owner_locked_the_rest():
    restricted = handed_in(1, encryption=pikepdf.Encryption(user="", owner="bank"))
    assert len(list(pdf_sheets(restricted, most=60))) == 1


def test_a_pdf_of_too_many_pages_is_refused_before_any_is_drawn():
    with pytest.raises(PdfTooLong) as caught:
        next(pdf_sheets(handed_in(61), most=60))
    assert (caught.value.code, caught.value.pages) == ("pdf_too_long", 61)
    assert len(handed_in(1)) > 0


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"%PDF-1.7 garbage" * 50, handed_in(1)[:300]])
def test_a_broken_pdf_is_refused(data):
    with pytest.raises(PdfBroken) as caught:
        list(pdf_sheets(data, most=60))
    assert caught.value.code == "pdf_broken"
    assert isinstance(caught.value, PdfError) and isinstance(caught.value, ScanError)


def test_an_empty_pdf_is_empty():
    with pytest.raises(Empty):
        list(pdf_sheets(b"", most=60))


def test_a_giant_page_is_drawn_coarser_and_a_tiny_one_still_has_pixels():
    for side in (14400, 3):
        pdf = pikepdf.new()
        pdf.add_blank_page(page_size=(side, side))
        out = io.BytesIO()
        pdf.save(out)
        (page,) = pdf_sheets(out.getvalue(), most=1)
        assert 1 <= page.width <= 4500


def test_a_stream_whose_last_byte_looks_like_a_line_end_is_read_whole_by_every_validator():
    doubtful = 0
    for n in range(300):
        page = replace(coloured(10, 10, 10, size=(40, 30)), text=(Word(f"Nr{n}", (1, 1, 20, 10)),))
        pdf = merge(page, title=f"Nr {n}")
        if b"/ASCII85Decode" not in pdf:
            continue
        doubtful += 1
        assert page_validation.validate_pdf_bytes(pdf, profile="2b").is_compliant
        assert merge(page, title=f"Nr {n}") == pdf
        text = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_bounded()
        assert f"Nr{n}" in text
        whole = opened(pdf)
        (picture,) = whole.pages[0].obj.Resources.XObject.values()
        assert picture.read_raw_bytes() == page.data, "the picture goes in untouched all the same"
    assert doubtful, "some of so many are doubtful"


def test_a_picture_whose_last_byte_looks_like_a_line_end_is_the_same_picture():
    rng = np.random.default_rng(5)
    while True:
        pixels = rng.choice(np.array([0, 96, 255], np.uint8), (16, 16, 1)).repeat(3, axis=2)
        png = plain.png(pixels)
        if png[png.rindex(b"IEND") - 9 :][0] == ord("\r"):  # its last byte of pixels, before sums and lengths
            break
    pdf = merge(replace(coloured(0, 0, 0, size=(16, 16)), data=png))
    assert page_validation.validate_pdf_bytes(pdf, profile="2b").is_compliant
    whole = opened(pdf)
    (picture,) = whole.pages[0].obj.Resources.XObject.values()
    assert (np.asarray(pikepdf.PdfImage(picture).as_pil_image().convert("RGB")) == pixels).all()
