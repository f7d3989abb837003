"""The camera in the page: it sees the sheet, says what is wrong, and shoots by itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import scenes
from tests.browser.access import sideways, violations
from tests.browser.browsers import Browsers, sees, wait_in
from tests.browser.live import found_on, hint_on
from tests.browser.office import ELIF, Office
from tests.browser.steps import go, shoot, signed_in_phone, submission_of, words
from tests.scanning import draw
from tests.scanning.fit import overlap

# All but the pale one: white on white is found by the server, not by a phone.
TABLES = ("plain", "wood", "planks", "tiles", "carpet", "cloth", "dark")

# What the outline shows: the corners, in parts of the picture.
OUTLINE = """() => {
    const outline = document.querySelector(".outline")
    const [, , width, height] = outline.getAttribute("viewBox").split(" ").map(Number)
    const numbers = outline.children[1].getAttribute("d").match(/[\\d.-]+/g).map(Number)
    return [0, 2, 4, 6].map(i => [numbers[i] / width, numbers[i + 1] / height])
}"""

# Frames as the worker tells them: a page that lies still, but for what `frames` say of some.
AIM = """async frames => {
    const { makeAim } = await import("/live/aim.js")
    const aim = makeAim(), told = []
    const corners = [[40, 40], [200, 40], [200, 280], [40, 280]]
    const still = { found: { corners, confidence: 0.9 }, width: 240, height: 320, full: 1920, light: 180, glare: 0,
        detail: 12, looks: Array(64).fill(1) }
    for (const [i, { taken, shift = 0, ...said }] of frames.entries()) {
        if (taken) aim.taken()
        const found = said.found === null ? null : { corners: corners.map(([x, y]) => [x + shift, y]), confidence: 0.9 }
        told.push(aim.see({ ...still, ...said, found, at: 100 * i }))
    }
    return told
}"""


def test_the_outline_lies_on_the_edges_of_the_sheet(office: Office, browsers: Browsers, paper: Path):
    phone = camera(browsers.phone(camera=paper, live="by hand"), office)
    expect(phone.locator(".outline")).to_have_attribute("data-state", "steady")
    assert overlap(np.array(phone.evaluate(OUTLINE)), np.array(scenes.CORNERS), (1, 1)) > 0.95


def test_it_shoots_by_itself_once_and_not_the_same_page_again(office: Office, browsers: Browsers, paper: Path):
    phone = camera(browsers.phone(camera=paper, live="auto"), office)
    expect(phone.locator(".strip__count")).to_have_text("1")
    expect(phone.locator("#hint")).to_have_text(words("hint.next"))
    phone.wait_for_timeout(2_500)  # three times as long as it takes to shoot
    expect(phone.locator(".strip__count")).to_have_text("1")
    phone.locator("#shutter").click()
    expect(phone.locator(".strip__count")).to_have_text("2")


def test_a_card_has_a_frame_and_both_its_sides_are_asked_for(office: Office, browsers: Browsers, tmp_path: Path):
    """The frame guides and blocks nothing: a card that fills it is near enough, and shot by itself."""
    lying = draw.photograph(draw.card(3), 3, scenes.CAMERA, fill=0.8, tilt=4, turn=0, kind="wood", shift=0.0).bgr
    seen = scenes.video(tmp_path / "card.y4m", lying)
    phone = camera(browsers.phone(*sees(seen), live="by hand", viewport={"width": 320, "height": 568}), office)
    expect(phone.locator(".sides")).to_be_hidden()
    draft = submission_of(phone)
    go(phone, f"#/d/{draft}/kind")
    phone.locator("#kind-id_card").click()
    expect(phone.locator("#add-page")).to_be_visible()
    go(phone, f"#/d/{draft}/scan")
    frame = phone.locator(".sides__frame")
    wait_in(phone, "document.querySelector('.sides')?.style.getPropertyValue('--shape') === '0.75'")
    box = frame.bounding_box()
    assert box and box["width"] / box["height"] == pytest.approx(85.60 / 53.98, abs=0.01)
    assert (wanted(phone), ticked(phone)) == (words("complete.front"), [])
    phone.locator("#auto").click()
    expect(phone.locator(".strip__count")).to_have_text("1")
    expect(phone.locator("#hint")).to_have_text(words("complete.now_back"))
    assert (wanted(phone), ticked(phone)) == (words("complete.back"), [words("complete.front")])
    expect(phone.locator("#live")).to_contain_text(words("complete.now_back"))
    assert violations(phone) == [] and sideways(phone) == 0
    phone.locator("#shutter").click()
    expect(phone.locator("#page-number")).to_have_text(words("complete.both"))
    assert ticked(phone) == [words("complete.front"), words("complete.back")]
    phone.locator("#see-pages").click()
    phone.locator("#again").click()
    expect(phone.locator("#page-number")).to_have_text(words("scan.again", number=1))
    assert (wanted(phone), ticked(phone)) == (words("complete.front"), [words("complete.back")])


def wanted(phone: Page) -> str | None:
    """The side that the frame asks for."""
    return phone.locator("#sides [aria-current=step]").text_content()


def ticked(phone: Page) -> list[str]:
    """The sides that are there."""
    return phone.locator("#sides li:has(.icon)").all_text_contents()


def test_whoever_wants_to_shoot_by_hand_switches_it_off_and_it_stays_off(
    office: Office, browsers: Browsers, paper: Path
):
    context = browsers.phone(camera=paper, live="auto")
    phone = signed_in_phone(context, office.url, ELIF)
    phone.evaluate("localStorage.auto = 'off'")
    phone.locator("#scan").click()
    switch = phone.locator("#auto")
    expect(switch).to_have_text(words("scan.auto_off"))
    expect(phone.locator(".outline")).to_have_attribute("data-state", "steady")
    phone.wait_for_timeout(1_500)  # twice as long as it takes to shoot
    expect(phone.locator(".strip__count")).to_have_count(0)
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "true")
    expect(phone.locator(".strip__count")).to_have_text("1")
    switch.click()
    phone.reload()
    expect(phone.locator("#auto")).to_have_text(words("scan.auto_off"))


SPOILED = {
    "dark": {"light": 0.12},
    "corner": {"aside": 0.14},
    "closer": {"zoom": 0.5},
    "glare": {"lamp": 0.2},
    "search": {"empty": True},
    "hold": {},
}


def test_a_hint_says_what_keeps_the_photo_from_being_good(office: Office, browsers: Browsers):
    phone = aiming(office, browsers)
    assert {hint: hint_on(phone, scenes.spoiled(**scene)) for hint, scene in SPOILED.items()} == {
        hint: hint for hint in SPOILED
    }


# A camera whose own still is this large, or never comes.
STILL = """{
    globalThis.ImageCapture = class {
        async takePhoto() {
            if (!%(width)d) return new Promise(() => {})
            const canvas = Object.assign(document.createElement("canvas"), { width: %(width)d, height: %(width)d / 2 })
            canvas.getContext("2d").fillRect(0, 0, 9, 9)
            return new Promise(done => canvas.toBlob(done, "image/jpeg"))
        }
    }
}"""


@pytest.mark.parametrize(("still", "kept"), [(4000, 2200), (800, 1440), (0, 1440)])
def test_the_photo_is_as_fine_as_the_camera_can(office: Office, browsers: Browsers, paper: Path, still: int, kept: int):
    context = browsers.phone(camera=paper)  # without the checks the large view shows the photo itself
    context.add_init_script(STILL % {"width": still})
    phone = camera(context, office)
    shoot(phone)
    phone.locator("#see-pages").click()
    phone.locator("#look").click()
    wait_in(phone, "document.querySelector('.look img')?.naturalWidth > 0")
    picture = phone.locator(".look img")
    assert max(picture.evaluate("image => [image.naturalWidth, image.naturalHeight]")) == kept


def test_a_browser_without_a_worker_photographs_as_before(office: Office, browsers: Browsers, paper: Path):
    context = browsers.phone(camera=paper, live="auto")
    context.add_init_script("delete globalThis.Worker")
    phone = camera(context, office)
    shoot(phone, 2)
    expect(phone.locator("#auto")).to_be_hidden()


def test_the_camera_looks_again_after_the_phone_was_locked(office: Office, browsers: Browsers, paper: Path):
    phone = camera(browsers.phone(camera=paper, live="by hand"), office)
    expect(phone.locator(".outline")).to_have_attribute("data-state", "steady")
    lock = "hidden => { Object.defineProperty(document, 'visibilityState', { value: hidden, configurable: true }); "
    phone.evaluate(lock + "document.dispatchEvent(new Event('visibilitychange')) }", "hidden")
    expect(phone.locator(".outline")).to_have_attribute("data-state", "off")
    phone.evaluate(lock + "document.dispatchEvent(new Event('visibilitychange')) }", "visible")
    expect(phone.locator(".outline")).to_have_attribute("data-state", "steady")


def test_the_sheet_is_found_on_any_table(office: Office, browsers: Browsers):
    phone = browsers.phone().pages[0]
    phone.goto(f"{office.url}/live/find.js")
    shots = [
        draw.photograph(draw.letter(seed), seed=seed, size=(960, 1280), fill=0.75, tilt=20, kind=kind)
        for seed, kind in enumerate(TABLES)
    ]
    found = [found_on(phone, shot.bgr) for shot in shots]
    sizes = [np.array(shot.bgr.shape[1::-1]) for shot in shots]
    scores = {
        kind: overlap(np.array(corners) * size, shot.corners, tuple(size)) if corners else 0.0
        for kind, corners, shot, size in zip(TABLES, found, shots, sizes, strict=True)
    }
    assert min(scores.values()) >= 0.9, scores


def test_it_shoots_when_all_has_been_well_for_eight_tenths_of_a_second(office: Office, browsers: Browsers):
    phone = aiming(office, browsers)
    told = phone.evaluate(AIM, [{}] * 14)
    first = next(i for i, one in enumerate(told) if one["state"] == "steady")
    assert [one["shoot"] for one in told].index(True) == first + 8
    assert told[first + 4]["held"] == pytest.approx(0.5)


@pytest.mark.parametrize("fault", [{"shift": 12}, {"detail": 5}, {"light": 20}, {"glare": 0.2}, {"found": None}])
def test_what_happens_in_between_makes_it_wait_again(office: Office, browsers: Browsers, fault: dict):
    phone = aiming(office, browsers)
    told = phone.evaluate(AIM, [*[{}] * 8, fault, *[{}] * 8])
    assert not any(one["shoot"] for one in told[:16])
    assert told[-1]["hint"] is not None


def test_the_next_page_is_shot_after_this_one_has_gone(office: Office, browsers: Browsers):
    phone = aiming(office, browsers)
    stays = phone.evaluate(AIM, [*[{}] * 12, {"taken": True}, *[{}] * 20])
    assert not any(one["shoot"] for one in stays[13:]) and stays[-1]["hint"] == "next"
    goes = phone.evaluate(AIM, [*[{}] * 12, {"taken": True}, *[{"found": None}] * 4, *[{}] * 20])
    assert any(one["shoot"] for one in goes[17:])
    other = {"shift": -36, "looks": [0.8, 1.2] * 32}
    moves = phone.evaluate(AIM, [*[{}] * 12, {"taken": True}, *[other] * 20])
    assert any(one["shoot"] for one in moves[13:])


def aiming(office: Office, browsers: Browsers) -> Page:
    """A document of ours in which no screen runs."""
    phone = browsers.phone().pages[0]
    phone.goto(f"{office.url}/live/aim.js")
    return phone


def camera(context: BrowserContext, office: Office) -> Page:
    """Signed in, with the camera open."""
    phone = signed_in_phone(context, office.url, ELIF)
    phone.locator("#scan").click()
    wait_in(phone, "document.querySelector('#video')?.videoWidth > 0")
    return phone
