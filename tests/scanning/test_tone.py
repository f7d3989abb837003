"""Paper becomes white, ink stays dark, colours stay colours."""

import shutil
from functools import cache

import cv2
import numpy as np
import pytest

from scanning import tone
from tests.scanning import draw, recall, stationery


@cache
def _printed() -> stationery.Sheet:
    sheet = stationery.letter(np.random.default_rng(7))
    return sheet._replace(bgr=cv2.resize(sheet.bgr, (1654, 2339), interpolation=cv2.INTER_AREA))


@pytest.fixture
def printed() -> np.ndarray:
    """A letter in real type, as it comes from the printer, 200 dpi."""
    return _printed().bgr.copy()


def chosen(page: np.ndarray, card: bool = False) -> str:
    """What `auto` makes of a page under a lamp."""
    page = shaded(page)
    plan = tone.plan(page, card=card)
    out = tone.apply(page, plan)
    return "bw" if out.dtype == bool else "grey" if out.ndim == 2 else plan.mode


def hue(bgr: np.ndarray) -> tuple[float, float]:
    """Direction in degrees and strength of a colour in Lab."""
    a, b = cv2.cvtColor(np.full((1, 1, 3), bgr, np.uint8), cv2.COLOR_BGR2Lab)[0, 0, 1:].astype(float) - 128
    return float(np.degrees(np.arctan2(b, a))), float(np.hypot(a, b))


def shaded(page: np.ndarray) -> np.ndarray:
    """A page under a lamp to the left, with the shadow of a hand."""
    height, width = page.shape[:2]
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    light = 0.95 - 0.3 * x - 0.3 / (1 + np.exp(-(x + y - 1.2) * 25))
    return (page * light[..., None] * [0.85, 0.95, 1.0]).clip(0, 255).astype(np.uint8)


def test_shadow_and_lamp_are_gone_and_paper_is_white():
    page = draw.letter(2)
    out = tone.even(shaded(page))
    paper = (page.min(axis=2) > 240) & (cv2.erode(page.min(axis=2), np.ones((9, 9), np.uint8)) > 240)
    assert np.percentile(out[paper], 5) > 235
    ink = page.max(axis=2) < 80
    assert np.median(out[ink]) < 90


def test_a_stamp_and_a_coloured_field_keep_their_colour():
    page = np.full((1414, 1000, 3), 250, np.uint8)
    cv2.circle(page, (300, 400), 90, (170, 60, 40), 12)
    cv2.rectangle(page, (500, 700), (900, 1100), (60, 160, 240), -1)
    out = tone.even(shaded(page))
    blue, green, red = out[900, 700].astype(int)
    assert red - blue > 80 and red > green > blue
    ring = out[400, 390].astype(int)
    assert ring[0] - ring[2] > 60
    assert out[200, 150].min() > 240


def test_a_card_keeps_its_colours():
    card = draw.card(3)
    out = tone.even(card, card=True)
    change = cv2.cvtColor(out, cv2.COLOR_BGR2Lab).astype(float) - cv2.cvtColor(card, cv2.COLOR_BGR2Lab)
    assert np.abs(np.median(change[..., 1:], axis=(0, 1))).max() < 10


def test_a_coloured_cover_becomes_pale_and_keeps_its_hue_and_a_yellow_lamp_does_not():
    orange = np.full((600, 400, 3), (40, 130, 235), np.uint8)
    blue, green, red = tone.even(orange)[300, 200].astype(int)
    assert red > green + 20 > blue + 50
    assert blue > 150
    lamp = (draw.letter(4) * [0.75, 0.92, 1.0]).astype(np.uint8)
    assert np.median(tone.even(lamp), axis=(0, 1)).min() > 245


def test_what_is_nearly_grey_becomes_grey_and_ink_in_colour_keeps_it():
    page = np.full((600, 424, 3), 250, np.uint8)
    page[100:130, 100:130], page[300:330, 100:130] = (150, 150, 158), (180, 60, 40)
    plan = tone.plan(page)
    blue, red = tone.colours(page, plan, "colour")
    assert blue[115, 115] == red[115, 115] == blue[0, 0] == 128
    assert blue[315, 115] > 160
    assert tone.colours(page, plan, "natural")[1][115, 115] > 128


def test_pages_of_one_colour_do_no_harm():
    for value in (0, 90, 255):
        out = tone.even(np.full((400, 300, 3), value, np.uint8))
        assert out.shape == (400, 300, 3)


def test_slivers_of_table_at_the_edges_become_paper_and_what_goes_on_stays():
    page = np.full((1000, 700, 3), 250, np.uint8)
    page[100:600, :3] = 60  # a sliver on the left
    page[-4:, 200:500] = 90  # and at the foot
    page[300:360, 650:] = (40, 40, 160)  # a printed bar that runs off the page
    trimmed = tone.trim(page.copy())
    assert trimmed[100:600, :3].min() == 255 and trimmed[-4:, 200:500].min() == 255
    assert (trimmed[300:360, 650:] == page[300:360, 650:]).all()
    grey = tone.trim(page.max(axis=2))
    assert grey[100:600, :3].min() == 255 and (grey[300:360, 650:] == page.max(axis=2)[300:360, 650:]).all()


def test_plain_print_becomes_black_and_white_and_finer(printed):
    page = shaded(printed)
    out = tone.apply(page, tone.plan(page))
    assert out.dtype == bool and out.shape == (3508, 2481)
    ink = cv2.resize(printed.min(axis=2), out.shape[::-1], interpolation=cv2.INTER_CUBIC)
    assert out[ink < 80].all()
    assert out[cv2.erode(ink, np.ones((9, 9), np.uint8)) > 240].mean() < 0.0001


def test_what_has_a_colour_stays_in_colour(printed):
    rng = np.random.default_rng(1)
    with_stamp, with_pen, with_marker = printed.copy(), printed.copy(), printed.copy()
    stationery.stamp(with_stamp, rng)
    stationery.scrawl(with_pen, rng, (170, 60, 30), 5)
    stationery.marker(with_marker, rng)
    assert [chosen(page) for page in (with_stamp, with_pen, with_marker)] == ["colour"] * 3


def test_a_grey_picture_faint_print_and_a_soft_photo_become_grey(printed):
    with_picture = printed.copy()
    stationery.picture(with_picture, np.random.default_rng(2))
    worn = (150 + printed * (105 / 255)).astype(np.uint8)
    soft = cv2.GaussianBlur(printed, (0, 0), 2.5)
    assert [chosen(page) for page in (printed, with_picture, worn, soft)] == ["bw", "grey", "grey", "grey"]


def test_a_card_stays_natural():
    assert chosen(draw.card(3), card=True) == "natural"


@pytest.mark.skipif(not shutil.which("tesseract"), reason="needs tesseract")
def test_print_on_a_dark_card_can_be_read_and_the_card_still_looks_like_one():
    press = stationery.Press(np.random.default_rng(5), (144, 92))
    press.block(500, 60, 1100, press.some(3), press.font("sans", 10))
    press.block(100, 700, 1500, press.some(3), press.font("sans", 10))
    sheet = press.sheet()
    lamp = np.linspace(1, 0.55, len(sheet.bgr))[:, None, None]
    card = (sheet.bgr * np.array([30, 110, 225]) / 255 * lamp).astype(np.uint8)
    cv2.ellipse(card, (260, 300), (150, 190), 0, 0, 360, (25, 20, 20), -1)  # hair
    cv2.ellipse(card, (260, 330), (100, 140), 0, 0, 360, (150, 175, 215), -1)  # a face
    cv2.rectangle(card, (1200, 420), (1600, 620), (255, 255, 255), -1)
    plan = tone.plan(card, card=True)
    out = tone.apply(card, plan)
    assert plan.mode == "natural"
    words, read = recall.count([sheet.text], recall.TOKENS), recall.Reader()
    for page in (out, tone.apply(card, plan, "grey")):
        assert recall.recall(words, recall.count([text for text, _ in read(page)], recall.TOKENS)) > 0.9
    assert out[140, 260].max() < 80
    assert abs(hue(out[1000, 1300])[0] - hue(card[1000, 1300])[0]) < 6


def test_a_mode_that_is_asked_for_wins_and_tells_itself_by_its_shape(printed):
    plan = tone.plan(printed)
    out = {mode: tone.apply(printed, plan, mode) for mode in tone.MODES}
    assert {mode: (page.ndim, page.dtype.kind) for mode, page in out.items()} == {
        "auto": (2, "b"), "bw": (2, "b"), "grey": (2, "u"), "colour": (3, "u"), "natural": (3, "u"),
    }  # fmt: skip
    card = draw.card(3)
    assert tone.apply(card, tone.plan(card, card=True), "bw").dtype == bool


def test_the_colour_of_a_stamp_survives_lamp_and_shadow():
    for colour in ((150, 60, 40), (50, 40, 190), (60, 130, 40)):
        page = np.full((1414, 1000, 3), 250, np.uint8)
        for x, y in ((150, 200), (850, 1250)):  # in the light and in the shadow
            cv2.circle(page, (x, y), 60, colour, 12)
        out = tone.even(shaded(page))
        before = hue(np.array(colour))
        for x, y in ((150, 200), (850, 1250)):
            after = hue(np.median(out[y - 3 : y + 4, x - 63 : x - 57], axis=(0, 1)))
            assert abs((after[0] - before[0] + 180) % 360 - 180) < 15
            assert after[1] > 0.7 * before[1]


def test_worn_ink_stays_as_it_is_and_the_paper_around_it_becomes_white(printed):
    worn = (150 + printed * (105 / 255)).astype(np.uint8)
    out = tone.apply(worn, tone.plan(worn), "grey")
    assert np.median(out[printed.max(axis=2) < 90]) < 165 and np.median(out) == 255


def test_black_and_white_keeps_print_on_a_grey_field_and_a_thin_line_in_shadow():
    page = np.full((1414, 1000, 3), 250, np.uint8)
    page[300:700] = 150
    cv2.putText(page, "Miete", (200, 560), cv2.FONT_HERSHEY_SIMPLEX, 4, (40, 40, 40), 8)
    page[1200, 100:900] = 140
    page = shaded(page)
    out = tone.apply(page, tone.plan(page), "bw")
    field = out[int(1.5 * 420) : int(1.5 * 580), 150:1350]
    assert 0.02 < field.mean() < 0.4
    assert out[1797:1806].any(axis=0)[200:1300].mean() > 0.99


def test_grain_makes_no_specks():
    noise = np.random.default_rng(5).normal(0, 8, (1414, 1000, 3))
    page = np.clip(150 + cv2.GaussianBlur(noise, (0, 0), 0.8), 0, 255).astype(np.uint8)
    assert tone.apply(page, tone.plan(page), "bw").mean() < 0.0001


def test_grain_of_a_photo_taken_in_the_dark_makes_few_specks_and_leaves_its_print(printed):
    noise = np.random.default_rng(6).normal(0, 8, printed.shape)
    dark = np.clip(0.3 * printed + noise, 0, 255).astype(np.uint8)
    plan = tone.plan(dark)
    sharp, calm = (tone.apply(dark, plan, "bw", grainy=grainy) for grainy in (False, True))
    ink = cv2.resize(printed.min(axis=2), calm.shape[::-1], interpolation=cv2.INTER_CUBIC)
    paper = cv2.erode(ink, np.ones((15, 15), np.uint8)) > 240
    assert calm[paper].mean() < 0.1 * sharp[paper].mean()
    assert calm[ink < 60].mean() > 0.9


def test_what_the_photo_does_not_show_is_paper_in_every_mode(printed):
    missing = np.zeros(printed.shape[:2], bool)
    missing[:, :300] = True
    dark = printed.copy()
    dark[missing] = 40
    for mode in tone.MODES:
        out = tone.apply(dark, tone.plan(printed), mode, missing)
        assert not out[:, :290].any() if out.dtype == bool else out[:, :290].min() == 255


@pytest.mark.skipif(not shutil.which("tesseract"), reason="tesseract is not on this machine: nobody to read the page")
def test_a_letter_under_a_lamp_reads_as_well_in_every_mode():
    rng = np.random.default_rng(8)
    press = stationery.Press(rng, (148, 60), ink=60)
    press.block(120, 90, 1500, press.some(4), press.font("sans", 9))
    sheet = press.sheet()
    page = cv2.GaussianBlur(cv2.resize(sheet.bgr, (1165, 472), interpolation=cv2.INTER_AREA), (0, 0), 1.0)
    page = shaded(page)
    words, read = recall.count([sheet.text], recall.TOKENS), recall.Reader()
    for mode in ("colour", "grey", "bw"):
        out = tone.apply(page, tone.plan(page), mode)
        assert recall.recall(words, recall.count([text for text, _ in read(out)], recall.TOKENS)) > 0.93, mode


def test_black_and_white_of_a_picture_keeps_its_print(printed):
    colours = np.random.default_rng(3).integers(90, 250, (4, 3, 3)).astype(np.uint8)
    field = cv2.resize(colours, printed.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    page = cv2.multiply(printed, field, scale=1 / 255)
    plan = tone.plan(page)
    assert plan.mode == "natural"
    out = tone.apply(page, plan, "bw")
    ink = cv2.resize(printed.min(axis=2), out.shape[::-1], interpolation=cv2.INTER_CUBIC)
    assert out[ink < 60].mean() > 0.97
    assert out[cv2.erode(ink, np.ones((9, 9), np.uint8)) > 240].mean() < 0.05
