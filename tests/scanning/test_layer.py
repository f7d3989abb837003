"""The invisible text layer: found, marked and copied where the words stand; and tesseract, which reads them."""

import io
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import page as page_validation
import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from scanning import (
    Page,
    ReaderFailed,
    Word,
    add_text,
    can_read,
    make_pdf,
    pdf_sheets,
    read_words,
    reader,
    silent_pages,
)
from tests.scanning.papers import LETTER, pdf_of
from tests.scanning.spoil import FONTS
from tests.scanning.turns import DEJAVU

FIRA = str(FONTS / "FiraSans-Regular.ttf")

AT = datetime(2026, 11, 24, tzinfo=UTC)
WORDS = (
    Word("Grüße", (200, 300, 400, 340)),
    Word("für", (420, 300, 500, 340)),
    Word("5,00", (520, 300, 620, 340)),
    Word("€", (640, 300, 660, 340)),
    Word("(Straße\\)", (200, 1000, 420, 1050)),
)

needs_tesseract = pytest.mark.skipif(not can_read(), reason="tesseract with German cannot be installed here")


def blank(text: tuple[Word, ...] = ()) -> Page:
    return replace(Page.from_image(np.full((2339, 1654), 255, np.uint8)), text=text)


def merge(*pages: Page) -> bytes:
    return make_pdf(pages, title="Test", language="de", made_at=AT)


def added(pdf: bytes, *texts: tuple[Word, ...]) -> bytes:
    out = io.BytesIO()
    add_text(io.BytesIO(pdf), out, lambda n: texts[n])
    return out.getvalue()


def test_words_can_be_found_where_they_stand_umlauts_and_euro_too():
    text = pypdfium2.PdfDocument(merge(blank(WORDS)))[0].get_textpage()
    assert text.get_text_range().split() == [word.text for word in WORDS]
    assert text.count_rects() == len(WORDS)
    for n, word in enumerate(WORDS):
        x0, y0, x1, y1 = word.box
        wanted = (x0 * 0.36, 841.89 - y1 * 0.36, x1 * 0.36, 841.89 - y0 * 0.36)  # 200 dpi
        assert text.get_rect(n) == pytest.approx(wanted, abs=2), word.text


def test_a_line_is_a_line_and_words_stay_apart():
    text = pypdfium2.PdfDocument(merge(blank(WORDS)))[0].get_textpage().get_text_range()
    assert text.splitlines() == ["Grüße für 5,00 €", "(Straße\\)"]


def test_the_text_is_never_seen_and_the_pdf_stays_pdf_a():
    pdf = merge(blank(WORDS), blank(), blank(WORDS))
    assert np.asarray(pypdfium2.PdfDocument(pdf)[0].render(scale=2).to_pil()).min() == 255
    verdict = page_validation.validate_pdf_bytes(pdf, profile="2b")
    assert verdict.is_compliant, [(f.rule_id, f.message) for f in verdict.failures]
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert sum(1 for thing in opened.objects if "/FontFile2" in (thing if hasattr(thing, "keys") else ())) == 1


def test_text_that_comes_later_is_the_same_as_text_that_was_there_at_once():
    later = added(merge(blank(), blank()), WORDS, WORDS)
    assert page_validation.validate_pdf_bytes(later, profile="2b").is_compliant
    assert pypdfium2.PdfDocument(later)[1].get_textpage().get_text_range().split() == [word.text for word in WORDS]
    assert later == added(merge(blank(), blank()), WORDS, WORDS)
    with pikepdf.open(io.BytesIO(later)) as pdf:
        assert str(pdf.docinfo.Title) == "Test" and str(pdf.Root.Lang) == "de"


def test_only_pages_without_text_get_some_and_only_once():
    pdf = merge(blank(WORDS), blank())
    assert silent_pages(io.BytesIO(pdf)) == [1]
    once = added(pdf, (Word("never", (0, 0, 9, 9)),), ())
    assert silent_pages(io.BytesIO(once)) == [], "a page on which nothing stands has been read as well"
    assert "never" not in pypdfium2.PdfDocument(once)[0].get_textpage().get_text_range()


@pytest.mark.parametrize("word", [Word("", (1, 1, 9, 9)), Word("x", (5, 5, 5, 9)), Word("\ud800", (1, 1, 9, 9))])
def test_a_word_that_is_none_does_no_harm(word):
    assert page_validation.validate_pdf_bytes(merge(blank((word,))), profile="2b").is_compliant


@needs_tesseract
def test_tesseract_reads_words_with_their_places():
    (page,) = pdf_sheets(pdf_of(LETTER), most=1)
    found = read_words(page.picture()[0], page.dpi)
    told = {word.text: word.box for word in page.text}
    read = {word.text: word.box for word in found}
    common = set(told) & set(read)
    assert {"Bescheid", "Größere", "Özdemir,", "563,00", "€"} <= common
    for word in ("Bescheid", "Größere", "Jobcenter"):
        assert np.abs(np.subtract(told[word], read[word])).max() / page.dpi * 25.4 < 4, word


@needs_tesseract
def test_dark_print_on_a_coloured_card_with_something_white_on_it_is_read_too():
    height, width = 700, 1200
    lamp = np.linspace(1, 0.6, height)[:, None, None]
    card = np.ascontiguousarray(np.broadcast_to(np.array([225, 110, 30]) * lamp, (height, width, 3)), np.uint8)
    sheet = Image.fromarray(card)
    pen, font = ImageDraw.Draw(sheet), ImageFont.truetype(DEJAVU, 40)
    pen.ellipse((40, 40, 360, 300), fill="white")
    pen.text((400, 120), "Kundenkarte Stadtbibliothek", (40, 20, 10), font)
    pen.text((80, 480), "Nummer 4711 gültig bis Dezember", (40, 20, 10), font)
    picture = io.BytesIO()
    sheet.save(picture, "PNG")
    read = {word.text for word in read_words(picture.getvalue(), 300)}
    assert {"Kundenkarte", "Stadtbibliothek", "Nummer", "4711", "bis", "Dezember"} <= read


@needs_tesseract
def test_the_words_beside_the_bubbles_of_a_questionnaire_are_read_too():
    sheet = Image.new("L", (1654, 2339), 255)
    pen, font, small = ImageDraw.Draw(sheet), ImageFont.truetype(FIRA, 22), ImageFont.truetype(FIRA, 16)
    words = "Straße Hausnummer Vermieter Heizung Kaltmiete Nebenkosten Warmwasser Unterschrift Personen Zimmer".split()
    words += ["Beginn", "Kündigung"]
    pen.text((120, 80), "Fragebogen zur Wohnung", 0, ImageFont.truetype(FIRA, 44))
    pen.rectangle((100, 280, 380, 2200), outline=0, width=3)
    for row, word in enumerate(words):
        pen.text((120, 320 + 150 * row), word, 0, font)
    for left in range(420, 1400, 300):
        pen.rectangle((left - 10, 280, left + 280, 2200), outline=0, width=3)
        for row in range(50):
            y = 300 + 37 * row
            pen.text((left, y), str((left - 420) // 6 + row + 1), 0, font)
            for answer, x in zip("ABCD", range(left + 70, left + 290, 55), strict=True):
                pen.ellipse((x, y, x + 18, y + 18), outline=0, width=2)
                pen.text((x + 4, y), answer, 0, small)
    for y in range(300, 2200, 36):  # marks for the machine that reads the answers
        pen.rectangle((30, y, 74, y + 15), 0)
        pen.rectangle((1580, y, 1624, y + 15), 0)
    picture = io.BytesIO()
    sheet.filter(ImageFilter.GaussianBlur(1.4)).save(picture, "PNG")
    assert set(words) <= {word.text for word in read_words(picture.getvalue(), 200)}


@needs_tesseract
def test_a_page_that_takes_too_long_or_is_no_picture_is_a_clear_error():
    with pytest.raises(ReaderFailed):
        read_words(b"no picture", 200)
    (page,) = pdf_sheets(pdf_of(LETTER), most=1)
    with pytest.raises(ReaderFailed) as caught:
        read_words(page.picture()[0], page.dpi, patience=0.01)
    assert caught.value.code == "reader_failed"


def test_without_tesseract_it_says_so(monkeypatch):
    monkeypatch.setenv("PATH", "")
    reader.languages.cache_clear()
    try:
        assert not can_read()
        with pytest.raises(reader.ReaderMissing) as caught:
            read_words(b"", 200)
        assert caught.value.code == "no_reader"
    finally:
        reader.languages.cache_clear()
