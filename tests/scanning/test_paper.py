"""A page carries one encoding: JPEG, PNG of few colours, or a G4 strip; browsers can be shown all of them."""

import io
from dataclasses import replace

import cv2
import numpy as np
import pytest
import simplejpeg
from PIL import Image

from scanning import Page, Word, card_sheet, g4, paper, plain
from tests.scanning import draw
from tests.scanning.compare import pixels

LETTER = cv2.resize(draw.letter(3), (1654, 2339), interpolation=cv2.INTER_CUBIC)  # BGR, A4 at 200 dpi
INK = LETTER.min(axis=2) < 128


def test_the_pixels_say_the_mode_and_come_back():
    colour, grey, bw = (Page.from_image(image) for image in (LETTER, LETTER[:, :, 1].copy(), INK))
    assert (colour.mode, grey.mode, bw.mode) == ("colour", "grey", "bw")
    assert colour.pixels().shape == LETTER.shape and grey.pixels().shape == INK.shape
    assert np.abs(colour.pixels().astype(int) - LETTER).mean() < 3
    assert (bw.pixels() == INK).all()


@pytest.mark.parametrize("size", [(1, 1), (3, 7), (40, 8), (33, 9), (2, 4000)])
def test_a_strip_of_any_size_gives_back_every_pixel(size):
    ink = np.random.default_rng(1).random(size) < 0.3
    assert (g4.decode(g4.encode(ink), size[1], size[0]) == ink).all()


def planes(grey: np.ndarray, small: np.ndarray) -> paper.Planes:
    """A grey page with the colours of a small one in BGR."""
    _, red, blue = cv2.split(cv2.cvtColor(small, cv2.COLOR_BGR2YCrCb))
    return paper.Planes.of(grey, blue, red)


@pytest.mark.parametrize("size", [(16, 17), (17, 16), (17, 33)])
def test_a_page_of_odd_size_has_pixels_of_its_own_where_the_encoder_reads_on_behind_it(size, monkeypatch):
    handed = []
    monkeypatch.setattr(simplejpeg, "encode_jpeg_yuv_planes", lambda luma, *_, **__: handed.append(luma))
    high, wide = size
    grey, colour = np.zeros(size, np.uint8), np.zeros(((high + 1) // 2, (wide + 1) // 2), np.uint8)
    paper.encode(paper.Planes(grey, colour, colour))
    assert handed[0].base.size >= (high + high % 2) * wide + wide % 2


@pytest.mark.parametrize("size", [(16, 16), (17, 33), (40, 25), (2339, 1654)])
def test_a_grey_page_takes_the_colours_of_a_smaller_one(size):
    high, wide = size
    small = np.full((high // 3, wide // 3, 3), (60, 60, 200), np.uint8)
    small[:, : wide // 6] = 255
    grey = cv2.cvtColor(cv2.resize(small, (wide, high), interpolation=cv2.INTER_NEAREST), cv2.COLOR_BGR2GRAY)
    page = Page.from_image(planes(grey, small))
    assert (page.mode, page.width, page.height) == ("colour", wide, high)
    seen = page.pixels()
    assert np.abs(seen[:, -4:].astype(int) - (60, 60, 200)).mean() < 12
    assert seen[:, :4].min() > 235


def test_a_page_in_colour_has_the_same_bytes_whatever_lay_in_memory_behind_it():
    grey, small = LETTER[:, :, 1], cv2.resize(LETTER, (424, 600), interpolation=cv2.INTER_AREA)
    made = set()
    for junk in range(0, 250, 50):
        behind = np.full(grey.size + 5000, junk, np.uint8)
        behind[: grey.size] = grey.ravel()
        made.add(Page.from_image(planes(behind[: grey.size].reshape(grey.shape), small)).data)
    assert len(made) == 1


def test_a_browser_is_shown_every_mode_with_ink_dark_and_paper_white():
    for image in (LETTER, LETTER[:, :, 1].copy(), INK):
        page = Page.from_image(image)
        picture, kind = page.picture()
        with Image.open(io.BytesIO(picture)) as shown:
            assert f"image/{shown.format.lower()}" == kind
            seen = np.asarray(shown.convert("L"))
        assert seen[INK].mean() < 90 and seen[~INK].mean() > 240
        thumb = pixels(page.thumb(240))
        assert thumb.shape[1] == 240 and thumb.mean() > 200


def test_black_and_white_print_has_at_most_120_kb():
    page = Page.from_image(INK)
    assert page.size == "A4" and len(page.data) < 120_000 and len(page.picture()[0]) < 200_000


def test_a_noisy_page_loses_quality_until_it_has_600_kb_and_a_calm_one_none():
    noise = np.random.default_rng(0).normal(0, 14, LETTER.shape)
    noisy = Page.from_image((LETTER + noise).clip(0, 255).astype(np.uint8))
    assert len(noisy.data) <= 600_000
    assert np.abs(noisy.pixels().astype(int) - LETTER)[INK].mean() < 40, "print stays print"
    assert len(Page.from_image(LETTER).data) == len(Page.from_image(LETTER, quality=78).data)


def test_few_colours_stay_the_very_colours_and_are_small():
    drawn = np.full((600, 800, 3), 255, np.uint8)
    drawn[100:200, 100:700] = (204, 0, 17)
    drawn[300:310, 50:600] = (238, 242, 248)
    png = plain.png(drawn)
    assert (pixels(png) == drawn).all() and len(png) < 3000


# ---------- cards ----------


def side(colour: tuple[int, int, int], mm: tuple[float, float] = (85.6, 53.98), dpi: float = 400) -> Page:
    width, height = (round(value / 25.4 * dpi) for value in mm)
    return Page.from_image(np.full((height, width, 3), colour, np.uint8), dpi)


def placed(sheet: Page, colour: tuple[int, int, int]) -> tuple[float, float]:
    """(width, height) mm of what has a colour on a sheet."""
    near = cv2.inRange(sheet.pixels(), np.subtract(colour, 60), np.add(colour, 60))
    rows, columns = np.flatnonzero(near.any(axis=1)), np.flatnonzero(near.any(axis=0))
    return tuple(float(np.ptp(at) + 1) / sheet.dpi * 25.4 for at in (columns, rows))


def test_both_sides_of_a_card_lie_on_one_a4_sheet_at_true_size_in_their_colours():
    sheet = card_sheet(side((180, 120, 60)), side((60, 160, 90), dpi=310))
    assert (sheet.size, sheet.dpi) == ("A4", 400.0)
    for colour in ((180, 120, 60), (60, 160, 90)):
        assert placed(sheet, colour) == pytest.approx((85.6, 53.98), abs=0.1)
    assert sheet.pixels()[:400].min() > 250, "the rest is white"


def test_a_standing_side_stands_and_a_side_that_is_no_card_keeps_its_shape():
    sheet = card_sheet(side((180, 120, 60), mm=(53.98, 85.6)), side((60, 160, 90), mm=(210, 297), dpi=50))
    assert placed(sheet, (180, 120, 60)) == pytest.approx((53.98, 85.6), abs=0.1)
    assert placed(sheet, (60, 160, 90)) == pytest.approx((105 * 210 / 297, 105), abs=0.3)


def test_a_page_is_turned_clockwise_whatever_it_is_encoded_as_and_keeps_its_size_on_paper():
    ink = np.zeros((60, 40), bool)
    ink[5, 3] = True
    few = np.full((60, 40, 3), 255, np.uint8)
    few[5, 3] = (0, 0, 200)
    grey = np.full((60, 40), 250, np.uint8)
    grey[:30, :20] = 10
    pages = {
        "bw": Page.from_image(ink, 100.0),
        "png": Page.from_image(few, 100.0, data=cv2.imencode(".png", few)[1].tobytes()),
        "jpeg": Page.from_image(grey, 100.0),
        "colour": Page.from_image(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), 100.0),
    }
    for kind, page in pages.items():
        for degrees in (90, 180, 270):
            turned = page.turned(degrees)
            wanted = np.rot90(page.pixels(), -degrees // 90)
            assert turned.pixels().shape == wanted.shape and turned.mode == page.mode, kind
            assert turned.mm == (page.mm if degrees == 180 else page.mm[::-1]), kind
            off = np.abs(turned.pixels().astype(int) - wanted.astype(int)).max()
            assert off == 0 if kind in ("bw", "png") else off < 40, (kind, degrees)
            assert turned.turned(360 - degrees).pixels().shape == page.pixels().shape
        assert page.turned(0) is page


def test_the_words_of_a_page_that_is_turned_are_to_be_read_anew():
    page = replace(Page.from_image(np.full((60, 40), 255, np.uint8)), text=(Word("Miete", (1, 1, 9, 9)),))
    assert page.turned(90).text == () and page.turned(0).text == page.text
