"""A blurred page, a missing one: the phone says so in kind words, the desk beside the page, and nothing is held up."""

from __future__ import annotations

import cv2
import pytest
from playwright.sync_api import expect

from tests.browser.browsers import Browsers
from tests.browser.office import ALBERS, ELIF, Office
from tests.browser.scenes import draw_paper, photograph
from tests.browser.steps import (
    DESK_GERMAN,
    GERMAN,
    as_file,
    choose_files,
    go,
    open_desk,
    open_review,
    receipt_number,
    send,
    signed_in_phone,
    submission_of,
    to_check,
)
from tests.scanning.papers import line, pdf_of


def taken(title: str, blur: float = 0.0) -> dict:
    """A file as from the gallery: a statement on a table, out of focus or not."""
    bgr = photograph(draw_paper(title))
    if blur:
        bgr = cv2.GaussianBlur(bgr, (0, 0), blur)
    return as_file(f"{title}.jpg", "image/jpeg", cv2.imencode(".jpg", bgr)[1].tobytes())


@pytest.mark.hunt
def test_both_sides_read_what_should_be_looked_at(office: Office, browsers: Browsers):
    numbered = as_file("Brief.pdf", "application/pdf", pdf_of(line("Seite 4 von 6", 70, 700)))
    phone = signed_in_phone(browsers.phone(), office.url, ELIF)
    go(phone, "#/scan")
    choose_files(phone, taken("September"), taken("Oktober", blur=6), taken("September"), numbered)
    expect(phone.locator("#see-pages")).to_contain_text("4")
    to_check(phone)
    send(phone)
    receipt_number(phone)
    submission = submission_of(phone)

    desk = open_desk(browsers.desk(), office.url, ALBERS)
    open_review(desk, submission)
    expect(desk.locator("[data-page='2']")).to_contain_text(DESK_GERMAN["problem.blurred"])
    expect(desk.locator("[data-page='3']")).to_contain_text(DESK_GERMAN["problem.same_page"])
    expect(desk.get_by_text(DESK_GERMAN["problem.blurred.means"])).to_be_visible()
    gap = DESK_GERMAN["panel.gap_missing.other"].format(total=6, pages="5 und 6")
    expect(desk.get_by_text(gap)).to_be_visible()

    go(phone, f"#/s/{submission}")
    verdict = phone.locator("#verdict")
    expect(verdict).to_contain_text(f"{GERMAN['verdict.page'].format(number=2)} {GERMAN['verdict.blurred']}")
    expect(verdict).to_contain_text(GERMAN["verdict.same_page"].format(twin=1))
    expect(verdict).to_contain_text(GERMAN["verdict.missing.other"].format(list="5 und 6", total=6))
    expect(phone.locator("#next")).to_have_count(0)  # advice only: nothing is asked for
