"""What the phone says of a photo before it is sent: advice in a second, offline, by the server's names and limits."""

from __future__ import annotations

import base64
import functools
import json
import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from scanning import judge, scan_page
from tests.browser import scenes
from tests.browser.access import violations
from tests.browser.browsers import Browsers, wait_in
from tests.browser.database import WITH_DATABASE
from tests.browser.live import serve
from tests.browser.office import ELIF, Office
from tests.browser.steps import as_file, choose_files, go, receipt_number, send, shoot, signed_in_phone, to_check, words
from tests.scanning import draw, spoil

LIMITS = "import('/check/limits.js').then(({ LIMITS }) => JSON.stringify(LIMITS, (_, v) => v === Infinity ? 'inf' : v))"
# What is noted on the phone beside the pages of the newest draft.
LOOKS = f"""(async () => {{ {WITH_DATABASE}
    const draft = (await all("submissions")).filter(row => row.state === "open").at(-1)
    const pages = await all("pages")
    db.close()
    return draft.pages.map(id => pages.find(page => page.id === id)).map(page => page.look?.problems ?? null)
}})()"""
ASK = """([photo, what]) => new Promise((resolve, reject) => {
    const bytes = Uint8Array.from(atob(photo), letter => letter.charCodeAt(0))
    const worker = globalThis.worker ??= new Worker("/check/worker.js", { type: "module" })
    const plain = said => said instanceof ArrayBuffer ? [...new Uint8Array(said)] : said
    worker.onmessage = ({ data }) => data.error ? reject(new Error(data.error)) : resolve(plain(data.answer[what]))
    worker.postMessage({ photo: new Blob([bytes]), corners: null, wanted: 480 })
})"""
CORNER_LEVEL = """async image => {
    await image.decode()
    const paper = Object.assign(document.createElement("canvas"), { width: 100, height: 100 }).getContext("2d")
    paper.drawImage(image, 0, 0, 100, 100)
    const { data } = paper.getImageData(3, 3, 4, 4)
    return data.reduce((sum, v, i) => sum + (i % 4 < 3 ? v : 0), 0) / 48
}"""


def blurred() -> bytes:
    """A photo out of focus."""
    picture = scenes.photograph(scenes.draw_paper("Kontoauszug"), (1500, 2000))
    return scenes.jpeg(cv2.GaussianBlur(picture, (0, 0), 5))


@functools.cache
def spoiled(problem: str) -> bytes:
    """A photo with this problem, of which the server's verdict names it first."""
    picture = {
        "blurred": lambda: cv2.imdecode(np.frombuffer(blurred(), np.uint8), 1),
        "glare": lambda: large(scenes.spoiled(lamp=0.12)),
        "cropped": lambda: large(scenes.spoiled(zoom=1.6)),
        "far": lambda: scenes.photograph(scenes.draw_paper("Kontoauszug"), (1500, 2000), 0.33),
        "empty": lambda: scenes.photograph(np.full((1754, 1240, 3), 250, np.uint8), (1500, 2000)),
        "dark": dark,
    }[problem]()
    data = scenes.jpeg(picture)
    said = scan_page(data).verdict
    assert said[:1] == (problem,), f"drawn as {problem}, the server says {said}"
    return data


def large(picture: np.ndarray) -> np.ndarray:
    """A camera picture as large as a photo."""
    return cv2.resize(picture, (1500, 2000), interpolation=cv2.INTER_CUBIC)


def dark() -> np.ndarray:
    """A photo taken at night: hardly any light, much grain."""
    picture = scenes.photograph(scenes.draw_paper("Kontoauszug"), (1500, 2000)).astype(np.float32) * 0.12
    grain = np.random.default_rng(3).normal(0, 7, picture.shape[:2])[..., None]
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def test_the_limits_are_those_of_the_server(office: Office, browsers: Browsers):
    """All but what lies on the page: a hand and a second sheet are left to the server."""
    page = browsers.phone().pages[0]
    page.goto(f"{office.url}/")
    served = json.loads(page.evaluate(LIMITS))
    ours = [[name, [[what, above, below] for what, above, below in terms]] for name, terms in judge.LIMITS]
    assert served == json.loads(json.dumps([one for one in ours if one[0] != "covered"]).replace("Infinity", '"inf"'))


def test_a_good_photo_is_called_readable_and_shown_straight(office: Office, browsers: Browsers):
    phone = camera(browsers, office)
    choose_files(phone, as_file("gut.jpg", "image/jpeg", scenes.photo("Gut")))
    phone.locator("#see-pages").click()
    expect(phone.locator(".tile__verdict")).to_have_text(words("look.good"))
    phone.locator("#look").click()
    expect(phone.locator("#page-sheet-what")).to_have_text(words("look.arrives"))
    flat = phone.locator(".look__image")
    shape = flat.evaluate("image => image.decode().then(() => image.naturalWidth / image.naturalHeight)")
    assert shape == pytest.approx(210 / 297, rel=0.03)
    corner = flat.evaluate(CORNER_LEVEL)
    assert corner > 225, "the table is gone and the paper is white up to its corner"
    phone.locator("#page-sheet-other").click()
    expect(phone.locator("#page-sheet-what")).to_have_text(words("look.photo"))
    assert flat.evaluate(CORNER_LEVEL) < 150
    assert violations(phone) == []


def test_each_problem_is_said_offline_and_shown_magnified(office: Office, browsers: Browsers):
    phone = camera(browsers, office)
    phone.context.set_offline(True)
    for problem in ("blurred", "far", "dark", "glare", "cropped", "empty"):
        choose_files(phone, as_file("foto.jpg", "image/jpeg", spoiled(problem)))
        expect(phone.locator("#doubt-title")).to_have_text(words(f"look.{problem}.title"))
        expect(phone.locator(".doubt__page")).to_be_visible()
        expect(phone.locator(".doubt__lens")).to_have_count(0 if problem == "empty" else 1)
        assert problem not in ("glare", "empty") or violations(phone) == []  # with a lens and without
        phone.locator("#keep").click()


def test_the_lens_shows_the_lamp(office: Office, browsers: Browsers):
    phone = camera(browsers, office)
    choose_files(phone, as_file("lampe.jpg", "image/jpeg", spoiled("glare")))
    expect(phone.locator(".doubt__lens")).to_be_visible()
    assert phone.locator(".doubt__lens").evaluate(
        "lens => lens.getContext('2d').getImageData(150, 150, 20, 20).data.every(v => v > 245)"
    )


def test_a_page_is_taken_again_in_place_and_the_camera_goes_on(office: Office, browsers: Browsers):
    phone = camera(browsers, office)
    choose_files(phone, as_file("gut.jpg", "image/jpeg", scenes.photo("Eins")))
    wait_in(phone, f"{LOOKS}.then(looks => looks[0]?.length === 0)")
    choose_files(phone, as_file("unscharf.jpg", "image/jpeg", blurred()))
    phone.locator("#again").click()
    expect(phone.locator("#page-number")).to_have_text(words("scan.again", number=2))
    choose_files(phone, as_file("besser.jpg", "image/jpeg", scenes.photo("Zwei")))
    expect(phone.locator("#page-number")).to_have_text(words("app.page", number=3))
    assert phone.evaluate(LOOKS) == [[], []]


def test_a_page_taken_again_that_is_bad_once_more_is_said_once_more(office: Office, browsers: Browsers):
    phone = camera(browsers, office)
    choose_files(phone, as_file("unscharf.jpg", "image/jpeg", blurred()))
    phone.locator("#again").click()
    choose_files(phone, as_file("dunkel.jpg", "image/jpeg", spoiled("dark")))
    expect(phone.locator("#doubt-title")).to_have_text(words("look.dark.title"))


def test_it_advises_and_never_blocks(office: Office, browsers: Browsers):
    phone = camera(browsers, office)
    choose_files(phone, as_file("unscharf.jpg", "image/jpeg", blurred()))
    phone.locator("#keep").click()
    expect(phone.locator("#shutter")).to_be_visible()
    phone.wait_for_timeout(500)  # long enough to be led back, which must not happen
    expect(phone.locator("#shutter")).to_be_visible()
    phone.locator("#see-pages").click()
    expect(phone.locator(".tile__verdict")).to_have_text(words("look.blurred.short"))
    go(phone, phone.url.split("#")[1].replace("pages", "scan"))
    to_check(phone)
    expect(phone.locator("#doubt-note")).to_contain_text(words("look.blurred.note", number=1))
    send(phone)
    receipt_number(phone)


def test_what_was_refused_is_read_before_the_camera_gives_way(office: Office, browsers: Browsers):
    phone = camera(browsers, office)
    bad = as_file("kaputt.jpg", "image/jpeg", b"no picture")
    choose_files(phone, as_file("unscharf.jpg", "image/jpeg", blurred()), bad)
    wait_in(phone, f"{LOOKS}.then(looks => looks[0]?.length === 1)")
    phone.wait_for_timeout(500)  # long enough to be led away, which must not happen
    expect(phone.locator("#trouble")).to_contain_text("kaputt.jpg")
    phone.locator("#trouble-close").click()
    expect(phone.locator("#doubt-title")).to_have_text(words("look.blurred.title"))


def test_new_corners_are_looked_at_anew(office: Office, browsers: Browsers):
    phone = camera(browsers, office)
    choose_files(phone, as_file("gut.jpg", "image/jpeg", scenes.photo("Eins")))
    phone.locator("#see-pages").click()
    expect(phone.locator(".tile__verdict")).to_have_text(words("look.good"))
    before = phone.locator(".tile img").get_attribute("src")
    phone.locator("#corners").click()
    phone.locator("#corners-whole").click()
    phone.locator("#corners-keep").click()
    expect(phone.locator(".tile img")).not_to_have_attribute("src", re.compile(re.escape(before or "")))


def test_photos_of_the_camera_are_looked_at_while_the_next_is_taken(office: Office, browsers: Browsers, paper: Path):
    phone = camera(browsers, office, camera=paper)
    shoot(phone, 2)
    expect(phone.locator(".strip__good, #doubt")).not_to_have_count(0)


def test_a_card_keeps_its_colours_in_the_preview_as_it_does_on_the_server(browsers: Browsers):
    page = worker_page(browsers)
    card = draw.photograph(draw.card(3), 3, (1600, 1200), fill=0.7, tilt=8, turn=2, kind="wood").bgr
    assert asked(page, scenes.jpeg(card), "mode") == "natural"
    assert asked(page, scenes.photo("Gut"), "mode") == "colour", "a letter with a coloured head"


def test_a_dark_card_is_as_light_in_the_preview_as_on_the_server(browsers: Browsers):
    card = (draw.card(3) * [0.15, 0.4, 0.8]).astype(np.uint8)
    photo = scenes.jpeg(draw.photograph(card, 3, (1600, 1200), fill=0.7, tilt=8, turn=2, kind="cloth").bgr)
    page = worker_page(browsers)
    assert asked(page, photo, "mode") == "natural"
    seen = bytes(asked(page, photo, "picture"))
    levels = [
        np.percentile(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE), (10, 25, 50, 75, 90))
        for data in (seen, scan_page(photo).picture()[0])
    ]
    assert np.abs(levels[0] - levels[1]).max() < 16


@pytest.mark.hunt
def test_the_phone_says_what_the_server_says(browsers: Browsers):
    """Of drawn photos, good and spoiled in ten ways; where a hand or a sheet lies on the page only the server knows."""
    page = worker_page(browsers)
    seeds = [seed for seed in range(40, 46) if spoil.case(seed).spoiled not in ("covered", "overlaid")]
    agreed = []
    for seed in seeds:
        data = scenes.jpeg(fitted(spoil.case(seed).bgr), 70)
        ours = [name for name in scan_page(data).verdict if name != "covered"]
        agreed.append(asked(page, data, "problems") == ours)
    assert sum(agreed) >= len(agreed) - 1, dict(zip(seeds, agreed, strict=True))


def worker_page(browsers: Browsers) -> Page:
    """A page that may ask the worker itself."""
    page = browsers.phone(live="checks").pages[0]
    page.route("**/*", serve)
    page.goto("http://localhost/check/worker.js")
    return page


def asked(page: Page, photo: bytes, what: str) -> object:
    """What the worker says of a photo."""
    return page.evaluate(ASK, [base64.b64encode(photo).decode(), what])


def fitted(bgr: np.ndarray) -> np.ndarray:
    """A photo as large as the phone sends it."""
    scale = min(1, 2200 / max(bgr.shape[:2]))
    return cv2.resize(bgr, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else bgr


def camera(browsers: Browsers, office: Office, **options: Path) -> Page:
    """A phone whose camera is open over a new draft."""
    phone = signed_in_phone(browsers.phone(live="checks", **options), office.url, ELIF)
    phone.locator("#scan").click()
    expect(phone.locator("#shutter")).to_be_visible()
    return phone
