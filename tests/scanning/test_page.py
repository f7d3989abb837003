"""One photo becomes one page: the door as others use it."""

from datetime import UTC, datetime

import cv2
import numpy as np
import pytest

from scanning import NotAnImage, Page, TooLarge, make_pdf, scan_page, tone
from scanning.find import SURE
from scanning.page import detect
from tests.scanning import draw, exif, typeset
from tests.scanning.compare import iou, likeness, pixels
from tests.scanning.test_load import png_claiming


def test_a_photo_becomes_an_a4_page_that_looks_like_the_paper(shot, photo):
    page = scan_page(photo)
    assert (page.size, page.width, page.height, page.dpi) == ("A4", 1654, 2339, 200.0)
    assert page.mm == (210.0, 297.0)
    assert page.problem is None
    assert page.confidence > 0.8
    assert iou(page.corners, shot.corners, shot.bgr) > 0.95
    assert likeness(page.data, draw.letter(3)) > 0.9


def test_the_page_is_small_enough_to_keep(photo):
    assert 50_000 < len(scan_page(photo).data) < 600_000


def test_a_thumb_is_240_px_wide(photo):
    thumb = pixels(scan_page(photo).thumb())
    assert thumb.shape[:2] == (339, 240)
    assert pixels(Page.from_image(np.full((50, 100, 3), 9, np.uint8)).thumb(40)).shape[:2] == (20, 40)


def test_a_photo_taken_upside_down_reads_upright(shot):
    page = scan_page(draw.jpeg(np.rot90(shot.bgr, 2)))
    assert likeness(page.data, draw.letter(3)) > 0.9


def test_exif_turns_the_photo_before_anything_else(shot, photo):
    stored = np.ascontiguousarray(np.rot90(shot.bgr, 1))
    page = scan_page(exif.into_jpeg(draw.jpeg(stored), 6))
    assert iou(page.corners, shot.corners, shot.bgr) > 0.95
    assert likeness(page.data, draw.letter(3)) > 0.9


def test_corners_of_a_person_win_over_what_is_found(shot, photo):
    middle = shot.corners.mean(axis=0)
    given = (middle + 0.5 * (shot.corners - middle)).tolist()
    page = scan_page(photo, corners=given)
    assert page.confidence == 1.0
    assert iou(page.corners, np.array(given), shot.bgr) > 0.999


@pytest.mark.parametrize("turned", [0, 1])
def test_what_has_the_shape_of_a_card_is_one_when_its_lines_run_along_it(turned):
    card = typeset.paper("letter", 3, high=4.0, dpi=300, mm=(85.6, 53.98)).bgr
    shot = draw.photograph(np.ascontiguousarray(np.rot90(card, turned)), 2, size=(1600, 1600), turn=4)
    page = scan_page(draw.jpeg(shot.bgr))
    assert (page.size, page.mm) == ("ID-1", (85.6, 53.98))


def test_a_slip_in_the_shape_of_a_card_whose_lines_run_across_it_is_no_card():
    slip = typeset.paper("letter", 3, high=4.0, dpi=250, mm=(85.0, 136.0)).bgr
    page = scan_page(draw.jpeg(draw.photograph(slip, 2, tilt=5, turn=4).bgr))
    assert page.size == "other"
    assert page.mm[1] / page.mm[0] == pytest.approx(1.6, rel=0.04)


@pytest.mark.parametrize("corners", [[], [[0, 0]] * 4, [[0, 0], [99, 0], [0, 99]], [[float("nan"), 1]] * 4])
def test_corners_that_make_no_sheet_are_as_good_as_none(shot, photo, corners):
    assert iou(scan_page(photo, corners=corners).corners, shot.corners, shot.bgr) > 0.95


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_the_rotation_of_a_person_wins_over_what_is_read(shot, photo, rotation):
    page = scan_page(photo, rotation=rotation)
    wanted = np.rot90(draw.letter(3), -rotation // 90)
    assert likeness(page.data, np.ascontiguousarray(wanted)) > 0.9
    if rotation != 180:
        assert (page.width, page.height, page.mm) == (2339, 1654, (297.0, 210.0))


def test_another_rotation_is_a_mistake_of_the_caller(photo):
    with pytest.raises(ValueError, match="rotation"):
        scan_page(photo, rotation=45)


def test_corners_begin_with_the_top_left_of_the_page_as_read(shot):
    found = detect(draw.jpeg(np.rot90(shot.bgr, 1)))  # lies on its left side: the top-left is now at the bottom
    assert found.size == (shot.bgr.shape[0], shot.bgr.shape[1])
    x, y = found.corners[0]
    assert np.hypot(x - shot.corners[0][1], y - (shot.bgr.shape[1] - shot.corners[0][0])) < 40


def test_a_table_without_a_page_is_kept_whole():
    bgr = draw.empty(61, size=(900, 1200), kind="wood")
    page = scan_page(draw.jpeg(bgr))
    assert (page.problem, page.corners, page.size) == ("not_found", None, "photo")
    assert (page.width, page.height) == (900, 1200)
    assert page.confidence < SURE
    assert scan_page(draw.jpeg(bgr), rotation=90).width == 1200


def test_a_large_photo_that_is_kept_whole_is_made_as_fine_as_a_scan():
    page = scan_page(draw.jpeg(np.full((3000, 4000, 3), 120, np.uint8)))
    assert (page.width, page.height) == (2339, 1754)


def test_a_cut_off_photo_keeps_what_is_there_and_says_so(photo):
    page = scan_page(photo[: len(photo) // 2])
    assert (page.problem, page.corners, page.size) == ("cut_off", None, "photo")
    assert (page.width, page.height) == (1500, 2000)


def test_a_page_that_reaches_over_the_frame_is_white_there(shot, photo):
    wide = shot.corners + np.array([[-900, 0], [0, 0], [0, 0], [-900, 0]])
    page = scan_page(photo, corners=wide.tolist())
    left = pixels(page.data)[:, : page.width // 8]
    assert left.mean() > 250
    assert page.numbers["cut"] > 0.1


def test_a_page_asked_for_as_it_is_keeps_even_the_palest_colour(shot):
    pale = np.clip(shot.bgr * [0.985, 1, 1], 0, 255).astype(np.uint8)
    page = scan_page(draw.jpeg(pale), corners=shot.corners.tolist(), mode="natural")
    seen = cv2.cvtColor(page.pixels(), cv2.COLOR_BGR2YCrCb)
    assert 118 < np.median(seen[..., 2]) < 127
    even = cv2.cvtColor(scan_page(draw.jpeg(pale), mode="colour").pixels(), cv2.COLOR_BGR2YCrCb)
    assert np.median(even[..., 2]) == 128


def test_the_colours_of_a_photo_taken_in_the_dark_have_no_grain(shot):
    noise = np.random.default_rng(4).normal(0, 6, shot.bgr.shape)
    dark = np.clip(shot.bgr * [0.18, 0.2, 0.21] + noise, 0, 255).astype(np.uint8)
    page = scan_page(draw.jpeg(dark), corners=shot.corners.tolist(), mode="colour")
    assert page.numbers["grain"] > tone.GRAINY
    colours = cv2.cvtColor(page.pixels(), cv2.COLOR_BGR2YCrCb)[300:-300, 200:-200, 1:]
    assert (np.abs(colours.astype(int) - 128).max(axis=2) > 12).mean() < 0.02


def test_paper_of_no_known_shape_gets_more_dots(photo, shot):
    top, bottom = shot.corners[:2], shot.corners[[2, 3]]
    short = [*top, *(0.82 * bottom + 0.18 * top[::-1])]
    page = scan_page(photo, corners=np.asarray(short).tolist())
    assert (page.size, page.dpi) == ("other", 300)


def test_numbers_tell_a_dark_or_blurred_photo_from_a_good_one(shot):
    good = scan_page(draw.jpeg(shot.bgr), corners=shot.corners).numbers
    dark = scan_page(draw.jpeg((shot.bgr * 0.3).astype(np.uint8)), corners=shot.corners).numbers
    blurred = scan_page(draw.jpeg(cv2.GaussianBlur(shot.bgr, (0, 0), 6)), corners=shot.corners).numbers
    assert dark["light"] < 0.5 * good["light"]
    assert blurred["sharp"] < 0.6 * good["sharp"]
    assert good["dpi"] > 100 and good["cut"] == 0


@pytest.mark.parametrize("size", [(8, 8), (8, 2000), (3000, 9), (9, 300)])
def test_the_oddest_sizes_become_a_page(size):
    page = scan_page(draw.jpeg(np.full((*size, 3), 200, np.uint8)))
    assert page.problem == "not_found"
    assert pixels(page.thumb()).shape[1] == 240
    make_pdf([page], title="-", language="de", made_at=datetime(2026, 11, 24, tzinfo=UTC))


def test_errors_are_named_and_carry_a_stable_code():
    for data, error, code in (
        (b"", NotAnImage, "unreadable"),
        (b"garbage" * 99, NotAnImage, "unreadable"),
        (png_claiming(30000, 30000), TooLarge, "too_large"),
    ):
        with pytest.raises(error) as caught:
            scan_page(data)
        assert caught.value.code == code


def test_a_page_can_be_made_of_ready_pixels_grey_or_colour():
    page = Page.from_image(np.full((2339, 1654, 3), 255, np.uint8), 200)
    assert (page.size, page.width, page.height, page.problem) == ("A4", 1654, 2339, None)
    grey = Page.from_image(np.full((100, 100), 255, np.uint8), 200)
    assert grey.size == "other"
    assert len(grey.thumb()) > 100
