"""What people do, in their own steps; each waits until the screen shows that it is done."""

from __future__ import annotations

import json
import re
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.browsers import wait_for_shell, wait_in
from tests.browser.office import ROOT, Office, wait_until
from tests.browser.pushservice import PushService

KIND = "bank_statement"
# The German words of the phone, of the desk, and of what the office sends.
GERMAN, DESK_GERMAN, SENT_GERMAN = (
    json.loads((ROOT / path).read_text("utf-8"))
    for path in ("pwa/words/de.json", "pwa/words/desk-de.json", "app/words/de.json")
)
SHARE_FORM = """{
    const form = document.createElement("form"), files = document.createElement("input")
    Object.assign(form, { id: "share-form", method: "post", action: "/share", enctype: "multipart/form-data" })
    Object.assign(files, { type: "file", name: "files", multiple: true })
    form.append(files)
    document.body.append(form)
}"""
LISTENS = 90.0  # s; after a first try that failed, Chromium waits long before the next
NUMBER = re.compile(r"\d{4}-\d{4,}-\d\d")


# On the phone


def open_phone(context: BrowserContext, url: str) -> Page:
    """Open the phone's entry in the first tab."""
    page = context.pages[0] if context.pages else context.new_page()
    page.goto(f"{url}/")
    return page


def sign_in(page: Page, person: dict[str, str]) -> None:
    """Sign in with ID and PIN; ends on the home screen."""
    page.locator("#login").fill(person["login"])
    page.locator("#pin").fill(person["secret"])
    page.locator("#signin").click()
    expect(page.locator("#scan")).to_be_visible()


def signed_in_phone(context: BrowserContext, url: str, person: dict[str, str]) -> Page:
    """A phone after its first visit: signed in, and everything there to open without a network."""
    page = open_phone(context, url)
    sign_in(page, person)
    wait_for_shell(page)
    return page


def sign_out(page: Page, how: str) -> None:
    """Leave this phone: "leave" when nothing waits there, else "keep" or "delete" what does."""
    go(page, "#/person")
    page.locator("#sign-out").click()
    page.locator(f"#signout-{how}").click()
    if how == "delete":
        page.locator("#delete-yes").click()
    expect(page.locator("#signin")).to_be_visible()


def shoot(page: Page, pages: int = 1) -> None:
    """Photograph that many pages with the camera in the page."""
    wait_in(page, "document.querySelector('#video')?.videoWidth > 0")
    for _ in range(pages):
        before = page.locator(".strip__count").text_content() if page.locator(".strip__count").count() else "0"
        page.locator("#shutter").click()
        expect(page.locator(".strip__count")).to_have_text(str(int(before or 0) + 1))


def choose_files(page: Page, *files: Path | dict) -> None:
    """Take files from the gallery, on the camera screen or the one that stands in for it."""
    page.locator("#file-input").set_input_files(list(files))


def as_file(name: str, kind: str, data: bytes) -> dict:
    """A file for `choose_files`."""
    return {"name": name, "mimeType": kind, "buffer": data}


def share(page: Page, *files: Path | dict) -> None:
    """Share files with the app as the phone's system does: by a form that is posted to us; ends where that leads."""
    page.evaluate(SHARE_FORM)
    page.locator("#share-form input").set_input_files(list(files))
    with page.expect_navigation():
        page.evaluate("document.querySelector('#share-form').submit()")


def to_check(page: Page, kind: str = KIND, note: str = "") -> None:
    """From the scan screen over pages and kind to the last look before sending."""
    page.locator("#see-pages, #see-pages-2").locator("visible=true").first.click()
    page.locator("#next").click()
    page.locator(f"#kind-{kind}").click()
    expect(page.locator("#send")).to_be_visible()
    if note:
        page.locator("#add-note").click()
        page.locator("#note").fill(note)


def prepare(page: Page, pages: int = 1, kind: str = KIND, note: str = "") -> None:
    """From home to the last look: photograph, choose the kind, add a note."""
    page.locator("#scan").click()
    shoot(page, pages)
    to_check(page, kind, note)


def send(page: Page) -> None:
    """Tap send; ends on the screen that tells how it goes."""
    page.locator("#send").click()
    page.wait_for_url(re.compile(r"#/r/"))


def receipt_number(page: Page) -> str:
    """Wait for the receipt and return its number."""
    expect(page.locator("#receipt-number")).to_have_text(NUMBER, timeout=30_000)
    return page.locator("#receipt-number").inner_text()


def go(page: Page, route: str) -> None:
    """Go to a screen by its address, as a link would."""
    page.evaluate("hash => { location.hash = hash }", route)


def submission_of(page: Page) -> str:
    """The submission that the address names."""
    found = re.search(r"#/(?:\w+)/([\w-]+)", page.url)
    assert found, page.url
    return found[1]


def sent_pages(office: Office, person: dict[str, str], submission: str) -> list[str]:
    """The SHA-256 of the pages that a submission's receipt lists."""
    client = office.client(person)
    try:
        return [page["sha256"] for page in client.get(f"/submissions/{submission}")["receipt"]["pages"]]
    finally:
        client.close()


def words(key: str, **values: object) -> str:
    """A sentence of the phone, in German."""
    text = GERMAN[key]
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


# At the desk


def open_desk(context: BrowserContext, url: str, person: dict[str, str]) -> Page:
    """Open the desk and sign in; ends in the inbox."""
    page = context.pages[0] if context.pages else context.new_page()
    page.goto(f"{url}/desk/")
    page.locator("#login").fill(person["login"])
    page.locator("#secret").fill(person["secret"])
    page.locator("#sign-in").click()
    expect(page.locator("#list")).to_be_visible()
    return page


def alerts_on(page: Page, push: PushService) -> None:
    """Switch the desk's alerts on, and wait until its browser listens for them."""
    before = set(push.streams)
    page.locator("#alerts").click()
    expect(page.locator("#alerts")).to_have_text(DESK_GERMAN["push.on"])
    wait_until(lambda: set(push.streams) - before, "the desk listens for alerts", LISTENS)


def open_review(page: Page, submission: str) -> None:
    """Open one submission and wait for its first page on the stage."""
    go(page, f"#/s/{submission}")
    expect(page.locator("#accept")).to_be_enabled()
    expect(page.locator("#pdf")).to_be_visible()
