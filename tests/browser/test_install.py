"""Both entries can be put on a home screen, and open from there without a network."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.browsers import Browsers, wait_for_shell, wait_in
from tests.browser.office import ALBERS, ELIF, Office
from tests.browser.steps import go, open_desk, open_phone, signed_in_phone, words


@pytest.mark.parametrize("entry", ["/", "/desk/"])
def test_chromium_would_install_it(office: Office, browsers: Browsers, entry: str):
    browser = browsers.phone(profile="phone") if entry == "/" else browsers.desk(profile="desk")
    page = browser.pages[0]
    page.goto(f"{office.url}{entry}")
    wait_for_shell(page)
    session = browser.new_cdp_session(page)
    manifest = session.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert session.send("Page.getInstallabilityErrors")["installabilityErrors"] == []


def test_the_two_entries_are_two_apps(office: Office, browsers: Browsers):
    phone, desk = (
        manifest_of(browsers.phone(), office, "/"),
        manifest_of(browsers.desk(), office, "/desk/"),
    )
    assert (phone["id"], phone["scope"]) != (desk["id"], desk["scope"])
    for manifest in (phone, desk):
        assert {icon.get("purpose", "any") for icon in manifest["icons"]} >= {"any", "maskable"}
        assert manifest["theme_color"]
        assert manifest["display"] == "standalone"
    assert phone["shortcuts"]


def manifest_of(browser: BrowserContext, office: Office, entry: str) -> dict:
    page = browser.pages[0]
    page.goto(f"{office.url}{entry}")
    href = page.locator("link[rel=manifest]").get_attribute("href")
    return page.evaluate("href => fetch(href).then(answer => answer.json())", href)


def test_the_phone_opens_without_a_network(office: Office, browsers: Browsers):
    browser = browsers.phone()
    page = signed_in_phone(browser, office.url, ELIF)
    browser.set_offline(True)
    page.reload()
    expect(page.locator("#scan")).to_be_visible()
    expect(page.locator("#offline")).to_be_visible()


def test_a_language_that_is_read_here_is_there_without_a_network(office: Office, browsers: Browsers):
    """Each weighs as much as all of capture: it comes to the phones of those who read it, and stays."""
    browser = browsers.phone(locale="en-GB")
    page = open_phone(browser, office.url)
    wait_for_shell(page)
    wait_in(page, "caches.match('/words/en.json').then(Boolean)")
    browser.set_offline(True)
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_a_language_that_was_never_here_waits_for_the_network(office: Office, browsers: Browsers):
    browser = browsers.phone()
    page = signed_in_phone(browser, office.url, ELIF)
    assert not page.evaluate("caches.match('/words/en.json').then(Boolean)")
    browser.set_offline(True)
    go(page, "#/person")
    page.locator("#language-en").click()
    expect(page.locator("#toasts")).to_contain_text(words("app.language_offline"))
    expect(page.locator("html")).to_have_attribute("lang", "de")


def test_the_desk_opens_without_a_network_and_says_so(office: Office, browsers: Browsers):
    browser = browsers.desk()
    page = open_desk(browser, office.url, ALBERS)
    wait_for_shell(page)
    browser.set_offline(True)
    page.reload()
    expect(page.locator("#app")).not_to_be_empty()
    expect(page.locator("body")).to_contain_text("Verbindung")


def test_nothing_is_fetched_from_anybody_else(office: Office, browsers: Browsers):
    asked: set[str] = set()
    for browser, entry in ((browsers.phone(), "/"), (browsers.desk(), "/desk/")):
        browser.on("request", lambda request: asked.add(request.url))
        page = browser.pages[0]
        page.goto(f"{office.url}{entry}")
        wait_for_shell(page)
    assert {url for url in asked if not url.startswith((office.url, "blob:", "data:"))} == set()


def test_the_phone_entry_leaves_the_desk_alone(office: Office, browsers: Browsers):
    browser = browsers.phone()
    page = open_phone(browser, office.url)
    wait_for_shell(page)
    desk: Page = browser.new_page()
    desk.goto(f"{office.url}/desk/")
    expect(desk.locator("#sign-in")).to_be_visible()
