"""Takes the pictures of docs/screenshots anew: `make screenshots`. With --all, every screen in every look as well.

python -m tests.browser.screenshots [--all] [FOLDER]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.browsers import PATIENCE, Browsers, wait_for_shell, wait_in
from tests.browser.office import ALBERS, ELIF, ROOT, VOSS, Office, fill_demo
from tests.browser.scenes import draw_paper, pdf, photo, photograph, video
from tests.browser.steps import (
    as_file,
    choose_files,
    go,
    open_desk,
    open_phone,
    open_review,
    receipt_number,
    send,
    share,
    shoot,
    sign_in,
    submission_of,
)

FOLDER = ROOT / "docs" / "screenshots"
PHONES = {"360": {"width": 360, "height": 740}, "320": {"width": 320, "height": 640}}
QUIET = {"reduced_motion": "reduce"}


def main(arguments: list[str]) -> None:
    """Start a demo office, walk through it, and take the pictures."""
    everything = "--all" in arguments
    named = [Path(argument) for argument in arguments if not argument.startswith("--")]
    folder = named[0] if named else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        work = Path(temporary)
        fill_demo(work / "data", past=True)
        office = Office(work / "data").start()
        browsers = Browsers(playwright, work)
        try:
            camera = video(work / "paper.y4m", photograph(draw_paper("Kontoauszug Oktober 2026")))
            submission = for_the_readme(office, browsers, camera, folder)
            if everything:
                every_screen(office, browsers, camera, folder, submission)
        finally:
            browsers.close()
            office.stop()


def for_the_readme(office: Office, browsers: Browsers, camera: Path, folder: Path) -> str:
    """The five pictures that the README shows; returns the submission that was sent on the way."""
    phone = open_phone(browsers.phone(camera=camera, live="by hand", **QUIET), office.url)
    sign_in(phone, ELIF)
    expect(phone.locator("#home-needs")).to_be_visible()
    take(phone, folder / "phone-home.png")
    phone.locator("#scan").click()
    shoot(phone, 2)
    take(phone, folder / "phone-scan.png")
    phone.locator("#see-pages").click()
    phone.locator("#next").click()
    phone.locator("#kind-bank_statement").click()
    send(phone)
    receipt_number(phone)
    take(phone, folder / "phone-receipt.png")
    submission = submission_of(phone)
    desk = open_desk(browsers.desk(**QUIET), office.url, ALBERS)
    open_review(desk, submission)
    take(desk, folder / "desk-review.png")
    go(desk, "#/")
    expect(desk.locator(f"[data-id='{submission}']")).to_be_visible()
    take(desk, folder / "desk-inbox.png")
    return submission


def every_screen(office: Office, browsers: Browsers, camera: Path, folder: Path, submission: str) -> None:
    """Every screen, in both languages, light and dark, narrow and wide: for looking at them."""
    for language in ("de", "en"):
        for theme in ("light", "dark"):
            for size, viewport in PHONES.items():
                look = f"{language}-{theme}-{size}"
                options = {"viewport": viewport, "color_scheme": theme, "locale": f"{language}-DE", **QUIET}
                browser = browsers.phone(camera=camera, live="by hand", profile=f"phone-{look}", **options)
                phone_screens(open_phone(browser, office.url), folder, look, submission, language)
                browser.close()
            desk_look = f"{language}-{theme}-1440"
            browser = browsers.desk(profile=f"desk-{desk_look}", color_scheme=theme, **QUIET)
            desk_screens(browser.pages[0], office, folder, desk_look, submission, language)
            browser.close()
            browser = browsers.desk(profile=f"admin-{desk_look}", color_scheme=theme, **QUIET)
            operation_screen(browser.pages[0], office, folder, desk_look, language)
            browser.close()


def phone_screens(phone: Page, folder: Path, look: str, submission: str, language: str) -> None:
    """Sign-in, home, sent, post, messages, detail, person, scan, pages, kind, check, shared."""

    def picture(name: str) -> None:
        take(phone, folder / f"phone-{name}-{look}.png")

    expect(phone.locator("#signin")).to_be_visible()
    picture("signin")
    sign_in(phone, ELIF)
    go(phone, "#/person")
    phone.locator(f"#language-{language}").click()  # or her own language would win over that of the browser
    expect(phone.locator("html")).to_have_attribute("lang", language)
    go(phone, "#/")
    expect(phone.locator("#home-needs")).to_be_visible()
    picture("home")
    go(phone, "#/sent")
    expect(phone.locator("#sent-cards .card").first).to_be_visible()
    picture("sent")
    go(phone, "#/post")
    expect(phone.locator("#letter-messages")).to_be_visible()
    picture("post")
    go(phone, "#/m")
    expect(phone.locator("#thread li").first).to_be_visible()
    picture("messages")
    go(phone, f"#/s/{submission}")
    expect(phone.locator("#history")).to_be_visible()
    picture("detail")
    go(phone, "#/person")
    expect(phone.locator("#sign-out")).to_be_visible()
    picture("person")
    go(phone, "#/scan")
    choose_files(phone, as_file("seite.jpg", "image/jpeg", photo("Mietvertrag")))
    expect(phone.locator(".strip__count")).to_have_text("1")
    shoot(phone)
    picture("scan")
    phone.locator("#see-pages").click()
    expect(phone.locator("#tiles .tile__page")).to_have_count(2)
    picture("pages")
    phone.locator("#next").click()
    expect(phone.locator("#kind-payslip")).to_be_visible()
    picture("kind")
    phone.locator("#kind-payslip").click()
    expect(phone.locator("#send")).to_be_visible()
    picture("check")
    wait_for_shell(phone)
    contract = as_file("vertrag.pdf", "application/pdf", pdf())
    share(phone, as_file("seite.jpg", "image/jpeg", photo("Mietvertrag")), contract)
    expect(phone.locator("#shared-files img")).to_have_count(1)
    expect(phone.locator("#shared-files .second").last).to_contain_text("PDF")
    picture("shared")


def desk_screens(desk: Page, office: Office, folder: Path, look: str, submission: str, language: str) -> None:
    """Sign-in, inbox, review, return, messages."""

    def picture(name: str) -> None:
        take(desk, folder / f"desk-{name}-{look}.png")

    speak_at_the_desk(desk, office, language)
    picture("signin")
    open_desk(desk.context, office.url, ALBERS)
    expect(desk.locator("[data-id]").first).to_be_visible()
    picture("inbox")
    open_review(desk, submission)
    picture("review")
    desk.locator("#return").click()
    expect(desk.locator("#return-send")).to_be_visible()
    picture("return")
    desk.keyboard.press("Escape")
    go(desk, "#/m")
    desk.locator("[data-person]").first.click()
    expect(desk.locator("#talk li").first).to_be_visible()
    picture("messages")


def operation_screen(desk: Page, office: Office, folder: Path, look: str, language: str) -> None:
    """What an admin sees of the operation, and the figures."""
    speak_at_the_desk(desk, office, language)
    open_desk(desk.context, office.url, VOSS)
    go(desk, "#/operation")
    expect(desk.locator("#figures tr").first).to_be_visible()
    take(desk, folder / f"desk-operation-{look}.png")
    go(desk, "#/figures")
    expect(desk.locator("#figures-kinds")).to_be_visible()
    take(desk, folder / f"desk-figures-{look}.png")


def speak_at_the_desk(desk: Page, office: Office, language: str) -> None:
    """The desk's sign-in in a language."""
    desk.goto(f"{office.url}/desk/")
    expect(desk.locator("#other-language")).to_be_visible()
    if desk.locator("#other-language").get_attribute("lang") == language:
        desk.locator("#other-language").click()
    expect(desk.locator("#sign-in")).to_be_visible()


def take(page: Page, path: Path) -> None:
    """A picture once letters and photos are there."""
    wait_in(page, "document.fonts.ready.then(() => document.fonts.status === 'loaded')")
    wait_in(page, "[...document.images].every(one => one.complete) && !document.querySelector('.skeleton')")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=path)
    print(path.name)


if __name__ == "__main__":
    main(sys.argv[1:])
