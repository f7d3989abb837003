"""An admin takes a colleague into the office, moves her to a new team, and ends her access, by keyboard."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page, expect

from app import accounts
from app.store import open_store
from tests.browser.access import violations
from tests.browser.browsers import Browsers
from tests.browser.office import VOSS, Office
from tests.browser.steps import DESK_GERMAN, go, open_desk

LENA = "Lena Brandt"


def test_a_colleague_comes_moves_and_goes(office: Office, browsers: Browsers):
    admin = open_desk(browsers.desk(), office.url, VOSS)
    admin.keyboard.press("g")
    admin.keyboard.press("t")
    expect(admin.locator("#staff tr").first).to_be_visible()

    # She is added by keyboard alone; what is missing is said, and her first password stands there once.
    admin.keyboard.press("n")
    admin.keyboard.type(LENA)
    admin.keyboard.press("Tab")
    admin.keyboard.type("ab cd")
    admin.keyboard.press("Enter")
    expect(admin.locator("dialog [role='alert']")).to_have_text(DESK_GERMAN["staff.bad_login"])
    admin.locator("#staff-login").fill("Brandt")
    admin.keyboard.press("Shift+Enter")
    secret = admin.locator(".secret").inner_text()
    admin.keyboard.press("Enter")
    expect(admin.locator(".secret")).to_have_count(0)
    lena = {"login": "brandt", "secret": "drei eigene Worte"}
    desk = with_first_password(browsers.desk(), office, secret, lena["secret"])
    expect(desk.locator(".side__who")).to_contain_text("Leistung 1")

    # A new team, and she is in it: her desk asks her to sign in again, and shows the new one.
    admin.locator("#add-team").click()
    admin.keyboard.type("Leistung 3")
    admin.keyboard.press("Enter")
    expect(admin.locator("#teams tr", has_text="Leistung 3")).to_be_visible()
    open_one(admin)
    admin.locator("#staff-team").select_option(label="Leistung 3")
    admin.locator("#staff-save").click()
    expect(row_of(admin)).to_contain_text("Leistung 3")
    go(desk, "#/accepted")
    desk.locator("dialog #login").fill("brandt")
    desk.locator("dialog #secret").fill(lena["secret"])
    desk.locator("dialog #sign-in").click()
    expect(desk.locator(".side__who")).to_contain_text("Leistung 3")
    admin.locator("#teams th button", has_text="Leistung 3").click()
    expect(admin.locator("#team-name")).to_be_focused()
    expect(admin.locator("#team-drop")).to_have_count(0)
    admin.keyboard.press("Escape")

    # Her access ends: she is out at once. It opens again with a new password.
    open_one(admin)
    admin.locator("#end-access").click()
    expect(row_of(admin)).to_contain_text(DESK_GERMAN["access.ended"])
    desk.reload()
    expect(desk.locator("#sign-in")).to_be_visible()
    open_one(admin)
    admin.locator("#end-access").click()
    expect(row_of(admin)).to_contain_text(DESK_GERMAN["access.own_password"])
    open_one(admin)
    admin.locator("#new-secret").click()
    fresh = admin.locator(".secret").inner_text()
    admin.keyboard.press("Escape")
    with_first_password(desk.context, office, fresh, "vier ganz neue Worte")

    open_one(admin)
    admin.locator("#end-access").click()
    expect(row_of(admin)).to_contain_text(DESK_GERMAN["access.ended"])

    # Herself she cannot end, but she finds herself by a search among all people.
    go(admin, "#/people")
    admin.locator("#people-search").fill(VOSS["name"])
    admin.locator("#people th a", has_text=VOSS["name"]).click()
    expect(admin.locator("#staff-name")).to_have_value(VOSS["name"])
    expect(admin.locator("#staff-role")).to_be_disabled()
    expect(admin.locator("#end-access")).to_have_count(0)


def test_somebody_changes_their_own_password(office: Office, browsers: Browsers):
    own = {**somebody(office), "secret": "drei eigene Worte"}
    desk, elsewhere = (open_desk(browsers.desk(), office.url, own) for _ in range(2))

    # By keyboard alone; what is wrong is said beside the field, and nothing is lost.
    desk.locator("#preferences").click()
    desk.locator("#change-password").press("Enter")
    expect(desk.locator("#password-now")).to_be_focused()
    said = desk.locator("#password-error")
    desk.keyboard.press("Shift+Enter")
    expect(said).to_have_text(DESK_GERMAN["password.lacking"])
    for now, fresh, again, words, where in (
        (own["secret"], "vier ganz neue Worte", "anders", "signin.own_differ", "again"),
        ("nicht meins", "vier ganz neue Worte", "vier ganz neue Worte", "error.wrong_password", "now"),
        (own["secret"], own["secret"], own["secret"], "error.weak_pin", "new"),
    ):
        desk.locator("#password-now").fill(now)
        desk.locator("#password-new").fill(fresh)
        desk.locator("#password-again").fill(again)
        desk.keyboard.press("Enter")
        expect(said).to_have_text(DESK_GERMAN[words])
        expect(desk.locator(f"#password-{where}")).to_be_focused()
    assert violations(desk) == []
    desk.locator("#password-new").fill("vier ganz neue Worte")
    desk.locator("#password-again").fill("vier ganz neue Worte")
    desk.keyboard.press("Enter")
    expect(desk.locator("#password-done")).to_be_visible()
    desk.keyboard.press("Escape")

    # Here they go on; elsewhere they sign in again, with the new one.
    desk.reload()
    expect(desk.locator("#list")).to_be_visible()
    elsewhere.reload()
    expect(elsewhere.locator("#sign-in")).to_be_visible()
    open_desk(elsewhere.context, office.url, {**own, "secret": "vier ganz neue Worte"})


def somebody(office: Office) -> dict[str, str]:
    """A caseworker whom no other test knows, with a password of their own."""
    said = {"role": "caseworker", "name": "Kim Sommer", "login": "sommer", "secret": "drei eigene Worte"}
    store = open_store(office.data)
    accounts.add_person(store, {**said, "team": "leistung-2"})
    store.close()
    return said


def with_first_password(context: BrowserContext, office: Office, once: str, own: str) -> Page:
    """She signs in with what she was given, and chooses a password of her own."""
    desk = context.pages[0]
    desk.goto(f"{office.url}/desk/")
    desk.locator("#login").fill("brandt")
    desk.locator("#secret").fill(once)
    desk.keyboard.press("Enter")
    expect(desk.locator("#new-secret")).to_be_focused()
    for fresh, repeated, said in (("kurz", "kurz", "error.weak_pin"), (own, "anders", "signin.own_differ")):
        desk.locator("#new-secret").fill(fresh)
        desk.locator("#new-secret-again").fill(repeated)
        desk.keyboard.press("Enter")
        expect(desk.locator("#own-error")).to_have_text(DESK_GERMAN[said])
    assert violations(desk) == []
    desk.locator("#new-secret-again").fill(own)
    desk.keyboard.press("Enter")
    expect(desk.locator("#list")).to_be_visible()
    return desk


def row_of(page: Page):
    """Her line in the table."""
    return page.locator("#staff tr", has_text=LENA)


def open_one(page: Page) -> None:
    """Her dialog."""
    row_of(page).locator("th button").click()
    expect(page.locator("#staff-name")).to_have_value(LENA)
