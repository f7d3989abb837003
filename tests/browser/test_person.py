"""An admin adds one person by hand, changes what is known of them and of their household, and ends their access."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.access import violations
from tests.browser.browsers import Browsers
from tests.browser.office import VOSS, Office
from tests.browser.steps import DESK_GERMAN, open_desk

NUMBER = "41502//00888002"
NAME = "Ilse Brand"


def test_one_person_comes_changes_and_is_ended_by_hand(office: Office, browsers: Browsers):
    desk, api = open_desk(browsers.desk(reduced_motion="reduce"), office.url, VOSS), office.client(VOSS)
    desk.keyboard.press("g")
    desk.keyboard.press("l")
    expect(desk.locator("#people tr").first).to_be_visible()

    # Somebody new, by keyboard: what the rules of the list refuse is said in their words.
    desk.keyboard.press("n")
    expect(desk.locator("#person-case")).to_be_focused()
    desk.keyboard.type(NUMBER)
    desk.keyboard.press("Tab")
    desk.keyboard.type(NAME)
    desk.keyboard.press("Enter")
    expect(desk.locator("dialog [role='alert']")).to_contain_text(f"Die BG {NUMBER} ist neu")
    assert violations(desk) == []
    desk.locator("#person-team").select_option(label="Leistung 1")
    desk.keyboard.press("Shift+Enter")
    expect(desk.locator("#letter")).to_be_visible()
    expect(desk.locator("dialog .state")).to_have_text(DESK_GERMAN["access.none"])
    assert violations(desk) == []

    # She is changed, and what another admin changed meanwhile stays.
    [made] = api.get(f"/desk/people?q={NUMBER}")["people"]
    api.patch(f"/desk/people/{made['id']}", {"name": "Ilse Brandt"})
    desk.locator("#person-street").fill("Lindenweg 4")
    desk.locator("#person-place").fill("12345 Musterstadt")
    desk.locator("#person-until").fill("2027-03-31")
    desk.locator("#person-language").select_option("en")
    desk.locator("#person-save").click()
    row = desk.locator("#people tr", has_text="Ilse Brandt")
    expect(row).to_contain_text("31.03.2027")
    told = api.get(f"/desk/people/{made['id']}")
    assert (told["street"], told["place"], told["language"]) == ("Lindenweg 4", "12345 Musterstadt", "en")
    expect(desk.locator(f"#person-{made['id']}")).to_be_focused()

    # What is wrong changes nothing, and what was typed stays.
    desk.keyboard.press("Enter")
    desk.locator("#person-name").fill("=1+A")
    desk.locator("#person-save").click()
    expect(desk.locator("dialog [role='alert']")).to_contain_text("„Name“ beginnt mit =")
    expect(desk.locator("#person-name")).to_have_value("=1+A")
    desk.locator("#person-name").fill("Ilse Brandt")

    # Her household: somebody comes, is something else, leaves, and comes back.
    member(desk, "#member-add", "Tom Brandt", "Kind")
    expect(desk.locator(".member")).to_contain_text("Kind")
    member(desk, ".member__tools .btn >> nth=0", "Tom Brandt-Yilmaz", "Enkel")
    expect(desk.locator(".member")).to_contain_text("Enkel")
    member(desk, "#member-add", "Ilse Brandt", "")
    expect(desk.locator("dialog [role='alert']")).to_contain_text("meldet sich selbst an")
    assert violations(desk) == []
    desk.locator(".member__form .btn--quiet").click()
    expect(desk.locator("#member-add")).to_be_focused()
    leave = desk.locator(".member__tools .btn").last
    leave.click()
    expect(leave).to_have_text(DESK_GERMAN["person.member_back"])
    assert household(api, made) == [("Tom Brandt-Yilmaz", "Enkel", True)]
    leave.click()
    expect(leave).to_have_text(DESK_GERMAN["person.member_leaves"])
    expect(leave).to_be_focused()
    assert household(api, made) == [("Tom Brandt-Yilmaz", "Enkel", False)]

    # Her access ends and is given back.
    desk.locator("#end-access").click()
    expect(row).to_contain_text(DESK_GERMAN["access.ended"])
    row.locator("th button").click()
    expect(desk.locator("#letter")).to_have_count(0)
    desk.locator("#end-access").click()
    expect(row).to_contain_text(DESK_GERMAN["access.none"])
    api.close()


def member(desk: Page, opens: str, name: str, relation: str) -> None:
    """The form of a member, filled in and sent."""
    desk.locator(opens).click()
    expect(desk.locator("#member-name")).to_be_focused()
    desk.locator("#member-name").fill(name)
    desk.locator("#member-relation").fill(relation)
    desk.keyboard.press("Enter")


def household(api, person: dict) -> list[tuple[str, str, bool]]:
    """Who is in the household, as the office knows it."""
    told = api.get(f"/desk/people/{person['id']}")["household"]
    return [(one["name"], one["relation"], bool(one["left_at"])) for one in told]
