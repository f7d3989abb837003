"""Every screen, in both languages, light and dark, down to 320 px: axe is content, nothing is too wide."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from app import alarms
from tests.browser import scenes
from tests.browser.access import sideways, violations
from tests.browser.browsers import CAMERA_DENIED, Browsers, wait_for_shell, wait_in
from tests.browser.office import ALBERS, ELIF, VOSS, Office
from tests.browser.steps import (
    as_file,
    choose_files,
    go,
    open_desk,
    open_phone,
    receipt_number,
    send,
    share,
    shoot,
    sign_in,
    submission_of,
)

DESKS = [("de", 1440), ("de", 360), *(pytest.param("en", width, marks=pytest.mark.hunt) for width in (1440, 360))]
LANGUAGES = ("de", pytest.param("en", marks=pytest.mark.hunt))
SMALL = {"width": 320, "height": 640}
# Colours are in between while something fades in.
SETTLED = """Promise.all(document.getAnimations()
    .filter(one => one.effect.getComputedTiming().endTime !== Infinity)
    .map(one => one.finished.catch(() => {})))"""


@pytest.fixture(autouse=True)
def german_again(office: Office) -> Iterator[None]:
    """The language is kept with the person; other tests read German."""
    yield
    for person in (ELIF, ALBERS, VOSS):
        office.change(person, "/session", {"language": "de"})


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_screen_of_the_phone(office: Office, browsers: Browsers, paper, language: str):
    browser = browsers.phone(camera=paper, live="by hand", viewport=SMALL, locale=f"{language}-{language.upper()}")
    phone = open_phone(browser, office.url)
    speak(phone, "phone", language)
    found: dict[str, list[str]] = {}
    look = looker(phone, found)

    look("sign in")
    phone.locator("#signin").click()
    look("sign in, refused")
    sign_in(phone, ELIF)
    expect(phone.locator("#home-sent, #home-needs").first).to_be_visible()
    look("home")
    go(phone, "#/sent")
    look("sent")
    go(phone, "#/post")
    expect(phone.locator("#letter-messages")).to_be_visible()
    look("post")
    go(phone, "#/m")
    expect(phone.locator("#thread li").first).to_be_visible()
    look("messages")
    go(phone, "#/person")
    expect(phone.locator("#sign-out")).to_be_visible()
    look("person")
    go(phone, "#/mine")
    look("what is stored")
    go(phone, "#/notices")
    phone.locator("#notices a").first.focus()
    look("notices")
    phone.keyboard.press("Enter")
    expect(phone.locator(".read__image").first).to_be_visible()
    phone.locator("#larger").click()
    look("a notice, larger")
    for state in ("accepted", "returned", "attention", "ready"):
        if row := first_in(office, state):
            go(phone, f"#/s/{row}")
            expect(phone.locator("#history")).to_be_visible()
            look(f"detail, {state}")
    go(phone, "#/")
    phone.locator("#scan").click()
    shoot(phone, 2)
    look("scan")
    phone.locator("#see-pages").click()
    look("pages")
    phone.locator("#look").click()
    look("a page, large")
    phone.locator("#page-sheet-close").click()
    phone.locator("#next").click()
    look("kind")
    phone.locator("#kind-payslip").click()
    expect(phone.locator("#send")).to_be_visible()
    phone.locator("#add-note").click()
    look("check")
    browser.set_offline(True)
    send(phone)
    look("waiting for the network")
    waiting = submission_of(phone)
    go(phone, "#/")
    look("home, offline")
    browser.set_offline(False)
    go(phone, f"#/r/{waiting}")
    receipt_number(phone)
    look("receipt")
    if phone.locator("#push-later").is_visible():  # one question a receipt: then the survey comes with the next look
        phone.locator("#push-later").click()
        phone.reload()
    expect(phone.locator("#survey")).to_be_visible()
    phone.locator("#star-1").focus()
    for _ in range(3):
        phone.keyboard.press("ArrowRight")
    expect(phone.locator("#star-4")).to_be_checked()
    phone.locator("#survey-call").check()
    look("survey")
    assert found == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_way_without_a_camera(office: Office, browsers: Browsers, language: str):
    found: dict[str, list[str]] = {}
    blind = open_phone(browsers.phone(*CAMERA_DENIED, viewport=SMALL), office.url)
    speak(blind, "phone", language)
    sign_in(blind, ELIF)
    blind.locator("#scan").click()
    expect(blind.locator("#gallery-2")).to_be_visible()
    looker(blind, found)("no camera")
    assert found == {}


def test_with_letters_twice_as_large_nothing_is_squeezed_or_cut_off(office: Office, browsers: Browsers, paper):
    phone = open_phone(browsers.phone("--blink-settings=defaultFontSize=32", camera=paper), office.url)
    expect(phone.locator("#signin")).to_be_visible()
    assert cut_off(phone) == []
    sign_in(phone, ELIF)
    expect(phone.locator("#home-needs")).to_be_visible()
    assert phone.locator(".line > .ask__head > div").first.evaluate(SHARE) > 0.7
    assert cut_off(phone) == []
    go(phone, "#/m")
    expect(phone.locator("#message")).to_be_visible()
    assert cut_off(phone) == []
    go(phone, "#/scan")
    choose_files(phone, as_file("seite.jpg", "image/jpeg", scenes.photo("Mietvertrag")))
    phone.locator("#see-pages").click()
    expect(phone.locator("#corners")).to_be_visible()
    assert cut_off(phone) == []
    phone.locator("#corners").click()
    expect(phone.locator("#corner-1")).to_be_visible()
    assert phone.locator("#corners-board").bounding_box()["height"] > 250


# The width of what is said, as a share of its line.
SHARE = "said => said.offsetWidth / said.closest('.line').offsetWidth"


def cut_off(page: Page) -> list[str]:
    """What one can press and goes on beyond itself, or beyond the screen."""
    return page.locator(".kern-btn:visible, .tool:visible").evaluate_all(
        "all => all.filter(one => one.scrollWidth > one.clientWidth + 1"
        " || one.getBoundingClientRect().right > innerWidth + 1).map(one => one.outerHTML.slice(0, 120))"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_shared(office: Office, browsers: Browsers, language: str):
    found: dict[str, list[str]] = {}
    phone = open_phone(browsers.phone(viewport=SMALL, locale=f"{language}-{language.upper()}"), office.url)
    speak(phone, "phone", language)
    wait_for_shell(phone)
    look = looker(phone, found)
    photo = as_file("Foto.jpg", "image/jpeg", scenes.photo())
    contract = as_file("Vertrag_mit_einem_sehr_langen_Namen_2026.pdf", "application/pdf", scenes.pdf(pages=2))
    locked = as_file("geschuetzt.pdf", "application/pdf", scenes.pdf(pages=1, password="geheim"))
    share(phone, photo, contract, locked)
    expect(phone.locator("#signin-shared .note")).to_be_visible()
    look("sign in, something is shared")
    phone.locator("#login").fill(ELIF["login"])
    phone.locator("#pin").fill(ELIF["secret"])
    phone.locator("#signin").click()
    expect(phone.locator("#shared-refused .note")).to_have_count(1)
    expect(phone.locator("#shared-files img")).to_have_count(1)
    look("shared, while nobody was signed in")
    for target in ("#shared-target", "#shared-take", "#shared-drop", "#shared-files label >> nth=0"):
        box = phone.locator(target).bounding_box()
        assert box and min(box["width"], box["height"]) >= 48, target
    # By the keyboard alone: the first file is left out.
    phone.locator("#shared-target").focus()
    phone.keyboard.press("Tab")
    phone.keyboard.press("Space")
    expect(phone.get_by_label("Foto.jpg")).not_to_be_checked()
    expect(phone.get_by_label("Foto.jpg")).to_be_focused()
    phone.locator("#shared-drop").click()
    phone.mouse.move(0, 0)  # no finger hovers
    look("shared, thrown away?")
    phone.locator("#drop-keep").click()
    go(phone, "#/")
    expect(phone.locator("#home-shared")).to_be_visible()
    look("home, something is shared")
    go(phone, "#/shared/failed")
    expect(phone.locator("#shared-home")).to_be_visible()
    look("sharing failed")
    assert found == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_on_which_anybody_checks_a_receipt(office: Office, browsers: Browsers, language: str):
    found: dict[str, list[str]] = {}
    client = office.client(ELIF)
    receipt = next(row["receipt"] for row in client.submissions() if row["document"])
    document = client.bytes(f"/submissions/{receipt['submission']}/document")
    client.close()
    stranger = browsers.phone(viewport=SMALL, locale=f"{language}-{language.upper()}").new_page()
    asked: list[str] = []
    stranger.on("request", lambda request: asked.append(request.url))
    look = looker(stranger, found)

    def shows(said: str) -> None:
        expect(stranger.locator("[data-said]:visible")).to_have_attribute("data-said", said)
        look(said)

    stranger.goto(f"{office.url}/check")
    expect(stranger.locator("html")).to_have_attribute("lang", language)
    look("nothing asked")
    stranger.goto(f"{office.url}/check#{receipt['code']}")
    shows("genuine")
    expect(stranger.locator("[data-value=number]")).to_have_text(receipt["number"])
    arrived = re.compile(r"^\w+, \d\d\.\d\d\.\d{4}, \d\d:\d\d:\d\d")
    expect(stranger.locator("[data-value=arrived_at]")).to_have_text(arrived)
    stranger.locator("summary").click()
    for data, file in ((document, "document"), (document + b" ", "other")):
        stranger.locator("#choose").set_input_files(as_file("es.pdf", "application/pdf", data))
        expect(stranger.locator("[data-file]:visible")).to_have_attribute("data-file", file)
        look(file)
    stranger.locator("#number").fill(receipt["number"])
    for code, said in (("0000-0000-0000", "forged"), ("BB7K", "incomplete"), (receipt["short"].lower(), "genuine")):
        stranger.locator("#code").fill(code)
        stranger.keyboard.press("Enter")
        shows(said)
        expect(stranger.locator("#verdict")).to_be_focused()
    stranger.locator("#number").fill("2026-0999-99")
    stranger.keyboard.press("Enter")
    shows("unknown")
    assert not [url for url in asked if receipt["code"][20:60] in url.partition("#")[0]], "it stands in no address"
    assert found == {}


# How far what stands last in a row is from the edge of the list, in px; the smallest.
EDGE = """list => Math.min(...[...list.querySelectorAll(".row__wait")].map(
    wait => list.getBoundingClientRect().right - wait.getBoundingClientRect().right))"""


@pytest.mark.parametrize("width", [1280, 1366, 1440, 1600])
def test_the_inbox_beside_its_preview_keeps_its_edge(office: Office, browsers: Browsers, width: int):
    desk = open_desk(browsers.desk(viewport={"width": width, "height": 800}), office.url, ALBERS)
    for queue in ("", "accepted"):
        go(desk, f"#/{queue}")
        expect(desk.locator(".row__wait").first).to_be_visible()
        assert desk.locator("#list").evaluate(EDGE) >= 19


@pytest.mark.parametrize(("language", "width"), DESKS)
def test_every_screen_of_the_desk(office: Office, browsers: Browsers, language: str, width: int):
    browser = browsers.desk(viewport={"width": width, "height": 900})
    desk = browser.pages[0]
    desk.goto(f"{office.url}/desk/")
    speak(desk, "desk", language)
    found: dict[str, list[str]] = {}
    look = looker(desk, found)
    expect(desk.locator("#sign-in")).to_be_visible()
    look("sign in")
    open_desk(browser, office.url, ALBERS)
    expect(desk.locator("[data-id]").first).to_be_visible()
    look("inbox")
    for queue in ("returned", "accepted"):
        go(desk, f"#/{queue}")
        expect(desk.locator("[data-id], .empty, .message").first).to_be_visible()
        look(queue)
    go(desk, "#/asks")
    expect(desk.locator("[data-group] [data-id]").first).to_be_visible()
    look("asks")
    desk.locator("[data-group='look'] [data-id]").first.click()
    expect(desk.locator("#grant")).to_be_visible()
    look("an ask")
    desk.locator("#close-ask").click()
    look("an ask, no longer needed?")
    desk.locator("#close-no").click()
    go(desk, "#/asks/new")
    expect(desk.locator(".people__one").first).to_be_visible()
    look("asking, whom?")
    desk.keyboard.press("Enter")
    expect(desk.locator(".card__papers li").first).to_be_visible()
    look("asking")
    go(desk, "#/m")
    expect(desk.locator("[data-person]").first).to_be_visible()
    look("messages")
    desk.locator("[data-person]").first.click()
    expect(desk.locator("#talk li").first).to_be_visible()
    look("one conversation")
    desk.locator("#phrases").click()
    expect(desk.locator("[data-phrase]").first).to_be_visible()
    look("phrases")
    desk.keyboard.press("Escape")
    go(desk, "#/notices")
    expect(desk.locator("[data-notice]").first).to_be_visible()
    desk.locator("#notice-send").click()
    expect(desk.locator("#notice-wrong")).not_to_be_empty()
    desk.locator("#notice-person").fill(ELIF["name"])
    desk.locator("[data-person]").first.click()
    expect(desk.locator("#notice-consent .note")).to_be_visible()
    look("notices")
    go(desk, "#/")
    desk.locator("[data-id]").first.click()
    expect(desk.locator("#accept")).to_be_enabled()
    look("review")
    desk.locator("#return").click()
    expect(desk.locator("#return-send")).to_be_visible()
    look("return")
    assert found == {}


@pytest.mark.parametrize(
    ("language", "width"),
    [("de", 1440), pytest.param("en", 768, marks=pytest.mark.hunt), pytest.param("de", 320, marks=pytest.mark.hunt)],
)
def test_the_page_of_operation(office: Office, browsers: Browsers, language: str, width: int):
    browser = browsers.desk(viewport={"width": width, "height": 900})
    desk = browser.pages[0]
    desk.goto(f"{office.url}/desk/")
    speak(desk, "desk", language)
    found: dict[str, list[str]] = {}
    look = looker(desk, found)
    open_desk(browser, office.url, VOSS)
    go(desk, "#/operation")
    expect(desk.locator("#figures tr")).to_have_count(9)
    look("operation")
    parked = [{"id": 1, "what": "scan", "number": "2026-0001-93", "state": "parked", "attempt": 4, "fault": "it died"}]
    wrong = [{"what": what, "number": parked[0]["number"], "since": "2026-11-24T02:00:00Z"} for what in alarms.KINDS]
    past = [{**each, "began_at": each["since"], "ended_at": each["since"]} for each in wrong]

    def everything_is_wrong(route: Route) -> None:
        told = route.fetch().json()
        route.fulfill(json={**told, "alarms": wrong, "ended": past, "jobs": parked}, headers={"X-App": "1"})

    browser.route("**/api/v1/desk/operation", everything_is_wrong)
    go(desk, "#/")
    go(desk, "#/operation")
    expect(desk.locator("[data-alarm]")).to_have_count(len(alarms.KINDS))
    look("operation, everything wrong")
    go(desk, "#/people")
    expect(desk.locator("#people tr").first).to_be_visible()
    look("people")
    desk.locator("#people th button").first.click()
    expect(desk.locator("#person-name")).to_be_visible()
    look("a person")
    desk.locator("#member-add").click()
    look("somebody new in a household")
    desk.keyboard.press("Escape")
    desk.locator("#add-person").click()
    desk.locator("#person-save").click()
    expect(desk.locator("dialog .note--danger")).to_be_visible()
    look("a new person")
    desk.keyboard.press("Escape")
    go(desk, "#/people/list")
    sheet = "BG;Name;Team\n41502//00888001;Neue Person;Leistung 1\n;Ohne Nummer;Leistung 1\n"
    desk.locator("#list-file").set_input_files([as_file("a.csv", "text/csv", sheet.encode())])
    expect(desk.locator("#list-lines tr")).to_have_count(2)
    look("a list, looked at")
    go(desk, "#/staff")
    expect(desk.locator("#staff tr").first).to_be_visible()
    look("staff")
    desk.locator("#staff th button").first.click()
    look("one of the staff")
    desk.keyboard.press("Escape")
    desk.locator("#teams th button").first.click()
    look("a team")
    desk.keyboard.press("Escape")
    go(desk, "#/office")
    for part in ("kinds", "reasons", "templates", "phrases", "house"):
        desk.locator(f"#part-{part}").click()
        look(f"the office's texts: {part}")
    assert found == {}


@pytest.mark.parametrize(("language", "width"), [("de", 1440), pytest.param("en", 320, marks=pytest.mark.hunt)])
def test_the_page_of_figures(office: Office, browsers: Browsers, language: str, width: int):
    browser = browsers.desk(viewport={"width": width, "height": 900})
    desk = browser.pages[0]
    desk.goto(f"{office.url}/desk/")
    speak(desk, "desk", language)
    found: dict[str, list[str]] = {}
    look = looker(desk, found)
    open_desk(browser, office.url, VOSS)
    go(desk, "#/operation")
    desk.locator("#to-figures, .top__figures").locator("visible=true").click()  # the side, or on a phone the top
    expect(desk.locator("#figures-kinds")).to_be_visible()
    expect(desk.locator("h1")).to_be_focused()
    expect(desk.locator("#figures-hours .plot")).to_have_count(0)  # two decisions draw no line
    look("figures of a small office")

    def large(route: Route) -> None:
        told = route.fetch().json()
        months = [{"week": f"2026-{n:02d}-01", "submissions": n, "pages": n, "decided": n} for n in range(1, 13)]
        hours = [{**each, "median": n or None, "nine_in_ten": 3 * n or None} for n, each in enumerate(months)]
        shares = [{"name": name, "count": 1000} for name in ("de", "uk")] + [{"name": None, "count": None}]
        kinds = [
            {"kind": "payslip", "decided": 40, "returned": 10, "rate": 0.25, "reason": "blurred"},
            {"kind": None, "decided": 9, "returned": None, "rate": None, "reason": None},
        ]
        more = {"per_week": hours, "kinds": kinds, "languages": shares}
        route.fulfill(json={**told, **more}, headers={"X-App": "1"})

    # By keyboard alone: a longer period, shown by the week, its numbers as a table, and a team.
    browser.route("**/api/v1/desk/figures?*", large)
    desk.locator("#figures-days").focus()
    with desk.expect_response("**/figures?days=365*"):
        desk.locator("#figures-days").select_option("365")
    expect(desk.locator("#figures-came .plot__bar")).to_have_count(12)
    expect(desk.locator("#figures-hours .plot__line")).to_have_count(2 * 10 + 2)  # eleven weeks, two legends
    expect(desk.locator("#figures-kinds tbody tr")).to_have_count(2)
    desk.locator("#figures-hours summary").focus()
    desk.keyboard.press("Enter")
    expect(desk.locator("#figures-hours tbody tr")).to_have_count(12)
    look("figures of a large office")
    with desk.expect_response("**/figures?days=365&team=leistung-2"):
        desk.locator("#figures-team").select_option("leistung-2")
    with desk.expect_download() as saved:
        desk.locator("#figures-kinds .figures__save").click()
    assert saved.value.suggested_filename.startswith("Belegbote-kinds-")
    go(desk, "#/survey")
    expect(desk.locator("#survey-average")).to_be_visible()
    look("survey")
    assert found == {}


def test_axe_would_say_something(office: Office, browsers: Browsers):
    """A look at nothing finds nothing: here is something."""
    page = open_phone(browsers.phone(), office.url)
    expect(page.locator("#signin")).to_be_visible()
    assert violations(page) == []
    page.evaluate("document.querySelector('#main').append(document.createElement('button'), new Image())")
    page.evaluate("document.querySelector('#main').style.width = '200vw'")
    assert {each.partition(":")[0] for each in violations(page)} >= {"button-name", "image-alt"}
    assert sideways(page) > 0


def speak(page: Page, entry: str, language: str) -> None:
    """Switch the language on the sign-in screen, if it is not that one already."""
    button = page.locator("#language" if entry == "phone" else "#other-language")
    expect(button).to_be_visible()
    if button.get_attribute("lang") == language:
        button.click()
    wait_in(page, "language => document.documentElement.lang === language", language)


def looker(page: Page, found: dict[str, list[str]]) -> Callable[[str], None]:
    """A function that looks at the screen as it is now, light and dark, and writes down what is wrong with it."""

    def look(screen: str) -> None:
        page.evaluate(SETTLED)
        complaints = violations(page)
        page.emulate_media(color_scheme="dark")
        page.evaluate(SETTLED)
        complaints += violations(page, only="color-contrast")
        page.emulate_media(color_scheme="light")
        if wider := sideways(page):
            complaints.append(f"{wider} px wider than the window")
        if complaints:
            found[screen] = complaints

    return look


def first_in(office: Office, state: str) -> str | None:
    jobseeker = office.client(ELIF)
    try:
        return next((row["id"] for row in jobseeker.submissions() if row["state"] == state), None)
    finally:
        jobseeker.close()
