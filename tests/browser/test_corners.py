"""Setting the corners of a page by hand: by finger, by keys, and as the server takes them."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, expect

from tests.browser import scenes
from tests.browser.access import violations
from tests.browser.browsers import Browsers, wait_in
from tests.browser.office import ELIF, Office
from tests.browser.steps import KIND, as_file, choose_files, receipt_number, send, signed_in_phone, submission_of, words
from tests.scanning.fit import overlap

# The corners as drawn, in parts of the photo.
DRAWN = """() => [1, 2, 3, 4].map(i => {
    const { left, top } = document.querySelector(`#corner-${i}`).style
    return [parseFloat(left) / 100, parseFloat(top) / 100]
})"""


def test_corners_begin_at_the_sheet_and_follow_the_finger(office: Office, browsers: Browsers, paper: Path):
    phone = corners_of(browsers.phone(camera=paper), office, scenes.photo("Seite eins"))
    assert overlap(np.array(phone.evaluate(DRAWN)), np.array(scenes.CORNERS), (1, 1)) > 0.95
    assert violations(phone) == []
    phone.emulate_media(color_scheme="dark")
    expect(phone.locator("html")).to_have_attribute("data-kern-theme", "dark")
    assert violations(phone) == []
    drag(phone, (0.86, 0.10), (-0.10, 0.05))
    moved = phone.evaluate(DRAWN)
    assert np.allclose(moved[1], np.add(scenes.CORNERS[1], (-0.10, 0.05)), atol=0.03)
    assert np.allclose(moved[2], scenes.CORNERS[2], atol=0.03)
    phone.locator("#corners-find").click()
    assert overlap(np.array(phone.evaluate(DRAWN)), np.array(scenes.CORNERS), (1, 1)) > 0.95


def test_the_lens_shows_what_is_under_the_finger_and_goes_with_it(office: Office, browsers: Browsers, paper: Path):
    phone = corners_of(browsers.phone(camera=paper), office, scenes.photo("Seite eins"))
    expect(phone.locator(".lens")).to_be_hidden()
    box = phone.locator("#corners-board").bounding_box()
    phone.mouse.move(box["x"] + 0.12 * box["width"], box["y"] + 0.09 * box["height"])
    phone.mouse.down()
    expect(phone.locator(".lens")).to_be_visible()
    far = phone.locator(".lens").bounding_box()
    assert far["x"] > box["x"] + 0.3 * box["width"]
    phone.mouse.up()
    expect(phone.locator(".lens")).to_be_hidden()


def test_corners_move_by_keys_and_never_fold_over(office: Office, browsers: Browsers, paper: Path):
    phone = corners_of(browsers.phone(camera=paper), office, scenes.photo("Seite eins"))
    before = phone.evaluate(DRAWN)
    first = phone.get_by_role("button", name=words("corners.top_left"))
    first.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        phone.keyboard.press(key)
    after = phone.evaluate(DRAWN)
    assert after[0][0] > before[0][0] and after[0][1] > before[0][1] and after[1:] == before[1:]
    for _ in range(120):
        phone.keyboard.press("ArrowRight")
    drawn = phone.evaluate(DRAWN)
    assert drawn[0][0] < drawn[1][0] and drawn[0][0] > after[0][0]


def test_what_a_person_sets_is_what_the_server_takes(office: Office, browsers: Browsers, paper: Path):
    phone = corners_of(browsers.phone(camera=paper), office, scenes.photo("Seite eins"))
    drag(phone, (0.14, 0.90), (0.10, -0.10))
    wanted = phone.evaluate(DRAWN)
    phone.locator("#corners-keep").click()
    expect(phone.locator("#tiles")).to_contain_text(words("corners.kept"))
    phone.locator("#next").click()
    phone.locator(f"#kind-{KIND}").click()
    send(phone)
    receipt_number(phone)
    with contextlib.closing(sqlite3.connect(office.data / "belegbote.sqlite", timeout=20)) as db:
        (kept,) = db.execute("SELECT corners FROM page WHERE submission = ?", [submission_of(phone)]).fetchone()
    assert np.allclose(np.array(json.loads(kept)) / (1500, 2000), wanted, atol=0.002)


def test_the_whole_picture_rescues_where_no_sheet_is_found(office: Office, browsers: Browsers, paper: Path):
    table = scenes.jpeg(scenes.draw_table((1500, 2000)))
    phone = corners_of(browsers.phone(camera=paper), office, table)
    phone.locator("#corners-find").click()
    expect(phone.locator("#main")).to_contain_text(words("corners.not_found"))
    phone.locator("#corners-whole").click()
    assert phone.evaluate(DRAWN) == [[0, 0], [1, 0], [1, 1], [0, 1]]


def corners_of(context, office: Office, photo: bytes) -> Page:
    """The corners of a photo from the gallery."""
    phone = signed_in_phone(context, office.url, ELIF)
    phone.locator("#scan").click()
    choose_files(phone, as_file("eins.jpg", "image/jpeg", photo))
    phone.locator("#see-pages").click()
    phone.locator("#corners").click()
    wait_in(phone, "document.querySelector('.corners__image')?.naturalWidth > 0")
    return phone


def drag(phone: Page, start: tuple[float, float], by: tuple[float, float]) -> None:
    """With the finger, in parts of the photo."""
    box = phone.locator("#corners-board").bounding_box()
    at = [box["x"] + start[0] * box["width"], box["y"] + start[1] * box["height"]]
    phone.mouse.move(*at)
    phone.mouse.down()
    for part in (0.5, 1):
        phone.mouse.move(at[0] + part * by[0] * box["width"], at[1] + part * by[1] * box["height"])
    phone.mouse.up()
