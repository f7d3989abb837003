"""Pages at the desk: turned, put in order and split off, by keyboard, and asked about before they are lost."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pypdfium2
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.access import violations
from tests.browser.browsers import Browsers, wait_in
from tests.browser.office import ALBERS, ELIF, Office, wait_until
from tests.browser.steps import DESK_GERMAN, go, open_desk, open_review, signed_in_phone
from tests.make import make_photo
from tests.test_assembly import card_side


def test_pages_are_turned_put_in_order_and_split_off_and_nothing_unsaved_is_lost_by_a_slip(
    office: Office, browsers: Browsers
):
    elif_ = office.client(ELIF)
    id = elif_.hand_in(*(make_photo(seed, size=(300, 400)) for seed in (81, 82, 83)), kind="payslip")
    wait_until(lambda: elif_.get(f"/submissions/{id}")["state"] == "ready", "the document")
    desk = open_desk(browsers.desk(), office.url, ALBERS)
    open_review(desk, id)
    desk.keyboard.press("s")
    expect(desk.locator(".arrange__row .leaf").first).to_be_focused()
    expect(desk.locator("#arrange-save")).to_be_disabled()

    # The first page is turned and goes behind the second, by keys; what is not saved cannot be decided on.
    desk.keyboard.press("t")
    desk.keyboard.press("Shift+ArrowDown")
    expect(desk.locator(".arrange__row .leaf").nth(1)).to_have_attribute("data-page", "1")
    expect(desk.locator(".arrange__row .leaf").nth(1)).to_have_attribute("aria-current", "true")
    expect(desk.locator("#accept")).to_be_disabled()
    assert violations(desk) == []
    desk.keyboard.press("?")
    expect(desk.locator(".keylist")).to_contain_text(DESK_GERMAN["keys.arrange_left"])
    desk.keyboard.press("Escape")

    # The mouse pulls the last page to the front, and a key takes it back step by step.
    first, last = (desk.locator(".arrange__row").nth(at) for at in (0, 2))
    last.drag_to(first, source_position={"x": 70, "y": 60}, target_position={"x": 70, "y": 8})
    expect(desk.locator(".arrange__row .leaf").first).to_have_attribute("data-page", "3")
    for _ in range(2):
        desk.keyboard.press("Shift+ArrowDown")
    expect(desk.locator(".arrange__row .leaf").nth(2)).to_have_attribute("data-page", "3")
    desk.locator(".arrange__row .leaf").nth(1).click()

    # Leaving asks, and staying keeps everything.
    desk.locator("#back").click()
    expect(desk.locator(".dialog")).to_contain_text(DESK_GERMAN["arrange.ask"])
    desk.locator("#arrange-stay").click()
    expect(desk.locator(".arrange__row .leaf").nth(1)).to_have_attribute("data-page", "1")

    desk.keyboard.press("Shift+Enter")
    expect(desk.locator("#arranging, #arrange")).to_be_visible()
    expect(desk.locator("#arrange")).to_be_visible(timeout=30_000)
    client = office.client(ALBERS)
    told = client.get(f"/desk/submissions/{id}")
    assert [sheet["page"] for sheet in told["sheets"]] == [told["pages"][at]["id"] for at in (1, 0, 2)]
    assert told["sheets"][1]["width"] > told["sheets"][1]["height"]
    expect(desk.locator("#accept")).to_be_enabled()

    # The last one becomes a paper of its own.
    desk.keyboard.press("s")
    desk.locator(".arrange__row").nth(2).locator("input").check()
    desk.keyboard.press("s")
    desk.locator("#split-kind").select_option("rental_contract")
    expect(desk.locator(".dialog")).to_have_css("opacity", "1")
    assert violations(desk) == []
    desk.keyboard.press("Shift+Enter")
    expect(desk.locator(".panel")).to_contain_text("Mietvertrag, 2026-")
    expect(desk.locator("#arrange")).to_be_visible(timeout=30_000)
    expect(desk.locator(".leaf")).to_have_count(2)
    (other,) = client.get(f"/desk/submissions/{id}")["split_into"]
    wait_until(lambda: client.get(f"/desk/submissions/{other['id']}")["state"] == "ready", "the second document")
    pdf = client.bytes(f"/desk/submissions/{other['id']}/document")
    assert len(pypdfium2.PdfDocument(io.BytesIO(pdf))) == 1
    desk.locator(".panel a", has_text="Mietvertrag").click()
    expect(desk.locator("h1")).to_have_text("Mietvertrag")
    expect(desk.locator(".panel")).to_contain_text(DESK_GERMAN["fact.split_from"])
    phone = signed_in_phone(browsers.phone(), office.url, ELIF)
    go(phone, f"#/s/{other['id']}")
    expect(phone.locator("main")).to_contain_text(f"von Nummer {client.get(f'/desk/submissions/{id}')['number']}")
    mine = {each["id"]: each for each in elif_.get("/submissions")["submissions"]}
    assert mine[other["id"]]["split_from"] == mine[id]["receipt"]["number"]
    client.close()
    elif_.close()


def test_a_card_whose_back_lies_on_its_head_is_put_right_and_its_front_stays(office: Office, browsers: Browsers):
    elif_ = office.client(ELIF)
    id = elif_.hand_in(card_side(3), card_side(4), kind="id_card")
    wait_until(lambda: elif_.get(f"/submissions/{id}")["state"] == "ready", "the document")
    desk = open_desk(browsers.desk(), office.url, ALBERS)
    open_review(desk, id)
    desk.keyboard.press("s")
    before = dark_in_places(desk)
    desk.keyboard.press("Shift+B")
    desk.keyboard.press("Shift+B")
    expect(desk.locator(".arrange__name").nth(1)).to_have_text(f"{DESK_GERMAN['arrange.side.back']}, 180°")
    expect(desk.locator(".arrange__name").first).to_have_text(DESK_GERMAN["arrange.side.front"])
    desk.locator("[data-tool=front-right]").click()
    expect(desk.locator(".arrange__name").first).to_have_text(f"{DESK_GERMAN['arrange.side.front']}, 90°")
    assert violations(desk) == []
    desk.keyboard.press("Shift+F")
    expect(desk.locator(".pane--page img")).to_have_attribute("src", re.compile("^blob:"))
    drawn = dark_in_places(desk)
    desk.keyboard.press("Shift+Enter")
    expect(desk.locator("#arrange")).to_be_visible(timeout=30_000)
    expect(desk.locator(".pane--page img")).to_be_visible()
    made = dark_in_places(desk)
    assert np.abs(made - drawn).mean() < 0.01, "it was drawn before as it is made"
    assert np.abs(made - before)[:2].mean() < 0.01 < np.abs(made - before)[2:].mean(), "only the back was turned"
    elif_.close()


def dark_in_places(desk: Page) -> np.ndarray:
    """How much ink stands on the page on the stage: in the quarters of the front, then of the back."""
    wait_in(desk, "document.querySelector('.pane--page img')?.naturalWidth > 0")
    data = desk.evaluate(
        """async () => {
            const image = document.querySelector(".pane--page img")
            const canvas = Object.assign(document.createElement("canvas"), { width: 420, height: 594 })
            canvas.getContext("2d").drawImage(image, 0, 0, 420, 594)
            return canvas.toDataURL("image/png").split(",")[1]
        }"""
    )
    sheet = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("L"), float) / 255
    rows = [sheet[mm * 2 : (mm + 27) * 2, 124:296] for mm in (40, 67, 114, 141)]  # two px a mm
    return np.array([[1 - row[:, half * 86 : (half + 1) * 86].mean() for half in range(2)] for row in rows])
