"""Blacking out: what is under a box is gone, from what is sent and from the phone; the rule is told and noted."""

from __future__ import annotations

import contextlib
import io
import sqlite3
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser import scenes
from tests.browser.access import violations
from tests.browser.browsers import Browsers
from tests.browser.database import WITH_DATABASE
from tests.browser.office import ALBERS, ELIF, Office
from tests.browser.steps import (
    DESK_GERMAN,
    as_file,
    choose_files,
    open_desk,
    open_review,
    receipt_number,
    send,
    sent_pages,
    signed_in_phone,
    submission_of,
    words,
)

SECRET = (0.40, 0.50, 0.25, 0.03)  # where the two photos differ, in parts of the photo
BOX = (0.30, 0.45, 0.75, 0.60)  # the corners of the box that is drawn over it
# How many photos lie in the phone's database.
KEPT = f"""(async () => {{ {WITH_DATABASE}
    const photos = await all("bytes")
    db.close()
    return photos.length
}})()"""


def photo(secret: str) -> bytes:
    """A photo of a paper, as a PNG, with a secret on it that only this photo has."""
    picture = scenes.photograph(scenes.draw_paper("Kontoauszug"), (1200, 1600))
    left, top, width, height = (round(part * size) for part, size in zip(SECRET, (1200, 1600) * 2, strict=True))
    picture[top : top + height, left : left + width] = 250
    cv2.putText(picture, secret, (left + 8, top + height - 12), cv2.FONT_HERSHEY_SIMPLEX, 1.1, (20, 20, 20), 2)
    return cv2.imencode(".png", picture)[1].tobytes()


def test_nothing_of_what_is_under_a_box_can_be_recovered(office: Office, browsers: Browsers):
    """Two photos that differ only under the box become the same bytes: so nothing of the difference is in them."""
    sent = []
    for secret in ("Praxis Dr. Brandt", "Partei der Mitte"):
        phone = blackout(browsers, office, photo(secret))
        draw(phone, *BOX)
        phone.locator("#blackout-burn").click()
        expect(phone.locator(".tile__verdict")).to_have_text(words("blackout.tile.one"))
        assert phone.evaluate(KEPT) == 1, "the photo as it was is gone from the phone"
        to_receipt(phone)
        sent.append(sent_pages(office, ELIF, submission_of(phone))[0])
        phone.context.close()
    assert sent[0] == sent[1]
    arrived = Image.open(io.BytesIO(blob(office, sent[0]).read_bytes()))
    assert not arrived.getexif() and "thumbnail" not in arrived.info
    pixels = np.asarray(arrived.convert("L"), dtype=int)
    height, width = pixels.shape
    under = pixels[round(0.46 * height) : round(0.59 * height), round(0.31 * width) : round(0.74 * width)]
    assert under.max() <= 2


def test_an_earlier_photo_of_the_same_page_goes_too(office: Office, browsers: Browsers):
    phone = blackout(browsers, office, photo("eins"))
    phone.locator("#back").click()
    phone.locator("#again").click()
    choose_files(phone, as_file("zwei.png", "image/png", photo("zwei")))
    expect(phone.locator("#blackout")).to_be_visible()
    assert phone.evaluate(KEPT) == 2, "a photo that was taken again can be had back for a while"
    phone.locator("#blackout").click()
    draw(phone, *BOX)
    phone.locator("#blackout-burn").click()
    expect(phone.locator(".tile__verdict")).to_have_text(words("blackout.tile.one"))
    assert phone.evaluate(KEPT) == 1


def test_boxes_are_drawn_moved_undone_and_taken_away(office: Office, browsers: Browsers):
    phone = blackout(browsers, office, photo("eins"))
    expect(phone.locator("#blackout-burn")).to_be_disabled()
    draw(phone, 0.2, 0.3, 0.5, 0.34)
    draw(phone, 0.2, 0.6, 0.5, 0.64)
    expect(phone.locator("#blackout-burn")).to_have_text(words("blackout.burn.other", count=2))
    assert violations(phone) == []
    before = places(phone)
    draw(phone, 0.35, 0.62, 0.45, 0.72)
    assert np.allclose(places(phone)[1], np.add(before[1], (10, 10, 0, 0)), atol=1.5)
    phone.locator("#blackout-undo").click()
    assert np.allclose(places(phone), before, atol=0.01)
    phone.locator("#blackout-undo").click()
    assert len(places(phone)) == 1
    phone.locator("#blackout-drop").click()
    expect(phone.locator(".black")).to_have_count(0)


def test_everything_works_by_keys(office: Office, browsers: Browsers):
    phone = blackout(browsers, office, photo("eins"))
    phone.locator("#blackout-add").focus()
    phone.keyboard.press("Enter")
    expect(phone.locator(".black")).to_be_focused()
    before = places(phone)[0]
    for key in ("ArrowRight", "ArrowDown", "Shift+ArrowRight", "Shift+ArrowDown"):
        phone.keyboard.press(key)
    assert np.allclose(places(phone)[0], np.add(before, (1, 1, 1, 1)), atol=0.01)
    phone.keyboard.press("Delete")
    expect(phone.locator(".black")).to_have_count(0)


def test_boxes_that_are_not_burned_in_are_asked_about(office: Office, browsers: Browsers):
    phone = blackout(browsers, office, photo("eins"))
    draw(phone, *BOX)
    phone.locator("#back").click()
    phone.locator("#blackout-stay").click()
    expect(phone.locator(".black")).to_have_count(1)
    phone.locator("#back").click()
    phone.locator("#blackout-discard").click()
    expect(phone.locator("#tiles")).to_be_visible()


def test_a_larger_picture_can_be_moved_without_drawing(office: Office, browsers: Browsers):
    phone = blackout(browsers, office, photo("eins"))
    wide = phone.locator("#blackout-board").bounding_box()["width"]
    phone.locator("#blackout-zoom").click()
    assert phone.locator("#blackout-board").bounding_box()["width"] > 1.9 * wide
    phone.locator("#blackout-move").click()
    phone.mouse.move(180, 330)
    phone.mouse.down()
    phone.mouse.move(220, 380, steps=4)
    phone.mouse.up()
    expect(phone.locator(".black")).to_have_count(0)


def test_the_rule_is_told_and_that_is_noted(office: Office, browsers: Browsers):
    """The office has to say that parts may be blacked out; the caseworker sees when that was, and what was done."""
    phone = blackout(browsers, office, photo("eins"))
    draw(phone, *BOX)
    phone.locator("#blackout-burn").click()
    phone.locator("#next").click()
    phone.locator("#kind-bank_statement").click()
    expect(phone.locator("#blackout-offer")).to_contain_text("Gewerkschaft")
    send(phone)
    receipt_number(phone)
    submission = submission_of(phone)
    with contextlib.closing(sqlite3.connect(office.data / "belegbote.sqlite", timeout=20)) as db:
        offered, said = db.execute(
            "SELECT blackout_offered_at, page.blackened FROM submission JOIN page ON page.submission = submission.id"
            " WHERE submission.id = ?",
            (submission,),
        ).fetchone()
    assert offered and said == 1
    desk = open_desk(browsers.desk(), office.url, ALBERS)
    open_review(desk, submission)
    expect(desk.locator(".panel")).to_contain_text(DESK_GERMAN["panel.blackened.one"].replace("{n}", "1"))


def blackout(browsers: Browsers, office: Office, data: bytes) -> Page:
    """A phone on the screen on which this photo is blacked out."""
    phone = signed_in_phone(browsers.phone(), office.url, ELIF)
    phone.locator("#scan").click()
    choose_files(phone, as_file("auszug.png", "image/png", data))
    phone.locator("#see-pages, #see-pages-2").locator("visible=true").first.click()
    phone.locator("#blackout").click()
    expect(phone.locator("#blackout-board")).to_be_visible()
    return phone


def draw(phone: Page, left: float, top: float, right: float, bottom: float) -> None:
    """A stroke over the photo, in parts of it."""
    box = phone.locator("#blackout-board").bounding_box()
    phone.mouse.move(box["x"] + left * box["width"], box["y"] + top * box["height"])
    phone.mouse.down()
    phone.mouse.move(box["x"] + right * box["width"], box["y"] + bottom * box["height"], steps=4)
    phone.mouse.up()


def places(phone: Page) -> list[list[float]]:
    """The boxes as drawn: left, top, width, height in parts of a hundred."""
    return phone.locator(".black").evaluate_all(
        "bars => bars.map(({ style: s }) => [s.left, s.top, s.width, s.height].map(parseFloat))"
    )


def to_receipt(phone: Page) -> None:
    """From the list of pages to the receipt."""
    phone.locator("#next").click()
    phone.locator("#kind-other").click()
    send(phone)
    receipt_number(phone)


def blob(office: Office, sha256: str) -> Path:
    """The file of a page on the server."""
    return next(office.data.rglob(f"*{sha256}*"))
