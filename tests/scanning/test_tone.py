"""Paper becomes white, ink stays dark, colours stay colours."""

import cv2
import numpy as np

from scanning import tone
from tests.scanning import draw


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


def test_a_coloured_cover_keeps_its_colour_and_a_yellow_lamp_does_not():
    orange = np.full((600, 400, 3), (40, 130, 235), np.uint8)
    blue, green, red = tone.even(orange)[300, 200].astype(int)
    assert red > green + 60 > blue + 100
    lamp = (draw.letter(4) * [0.75, 0.92, 1.0]).astype(np.uint8)
    assert np.median(tone.even(lamp), axis=(0, 1)).min() > 245


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
