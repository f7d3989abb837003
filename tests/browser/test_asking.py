"""Papers asked for with a template, answered, and settled, until all is there; by keyboard where one works all day."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

from playwright.sync_api import Page, Route, expect

from app import holidays
from app.office import ZONE
from tests.browser.browsers import Browsers
from tests.browser.office import ALBERS, DARIUSZ, REUTER, Office
from tests.browser.steps import DESK_GERMAN, go, open_desk
from tests.make import make_photo

LOOK = "document.dispatchEvent(new Event('visibilitychange'))"  # as when somebody comes back to the window
# Friday, Saturday, Sunday, and what the desk makes a deadline of.
WORKDAYS = """import("/desk/due.js").then(due => ["2026-12-04", "2026-12-05", "2026-12-06"].map(due.onWorkday))"""


def words(key: str, **values: object) -> str:
    text = DESK_GERMAN[key]
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


def paper(desk: Page, n: int, state: str) -> None:
    expect(desk.locator(f"[data-paper='{n}']")).to_have_attribute("data-state", state)


def saturday(weeks: int) -> str:
    """The Saturday so many weeks ahead."""
    here = datetime.now(ZONE).date()
    return (here + timedelta(5 - here.weekday() + 7 * weeks)).isoformat()


def test_an_ask_from_its_template_until_all_is_there(office: Office, browsers: Browsers):
    browser = browsers.desk()
    desk = open_desk(browser, office.url, ALBERS)
    albers, dariusz = office.client(ALBERS), office.client(DARIUSZ)

    def asked() -> dict[str, Any]:
        return {ask["id"]: ask for ask in albers.get("/desk/asks")["asks"]}

    before = asked()
    needing = sum(bool(ask["needs"]) for ask in before.values())
    assert needing >= 2
    expect(desk.locator("#to-asks .count")).to_have_text(str(needing))
    assert desk.evaluate(WORKDAYS) == ["2026-12-04", "2026-12-07", "2026-12-07"]

    # Asked by keyboard: who, from a template; one paper less, the reason in own words.
    desk.keyboard.press("g")
    desk.keyboard.press("f")
    expect(desk.locator("[data-group='overdue'] [data-id]").first).to_be_visible()
    desk.keyboard.press("n")
    expect(desk.locator("#person")).to_be_focused()
    desk.keyboard.type("nowak")
    expect(desk.locator(".people__one")).to_have_count(1)
    desk.keyboard.press("Enter")
    expect(desk.locator("#other-person")).to_be_focused()
    desk.locator("[name='template'][value='application']").check()
    expect(desk.locator(".wants__one")).to_have_count(6)
    desk.locator("[name='template'][value='renewal']").check()
    expect(desk.locator(".wants__one")).to_have_count(3)
    desk.locator("#down-0").press("Enter")
    kinds = [each.input_value() for each in desk.locator(".wants__kind").all()]
    assert kinds == ["bank_statement", "renewal", "payslip"]
    desk.locator("#up-1").press("Enter")
    expect(desk.locator("#reason-hint")).to_contain_text("Englisch")
    desk.locator("#reason").fill("Wie am Telefon besprochen.")
    expect(desk.locator("#reason-hint")).to_contain_text(DESK_GERMAN["asking.only_german"])
    expect(desk.locator(".card__text")).to_have_text("Wie am Telefon besprochen.")

    desk.locator("#due").fill(saturday(3))
    desk.locator("#due").blur()
    expect(desk.locator("#due")).to_have_value(holidays.workday(date.fromisoformat(saturday(3))).isoformat())
    expect(desk.locator("#due-hint")).to_contain_text("Samstag")

    # Its answer is lost on the way: all that was typed is there, and a second press asks nothing twice.
    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    browser.route("**/api/v1/desk/asks/*", lose, times=1)
    desk.keyboard.press("Shift+Enter")
    expect(desk.locator(".asking__trouble")).to_contain_text(DESK_GERMAN["error.offline"])
    expect(desk.locator("#reason")).to_have_value("Wie am Telefon besprochen.")
    desk.locator("#ask-send").click()
    expect(desk.locator("#letter")).to_be_visible()
    (fresh,) = asked().keys() - before.keys()
    assert desk.url.endswith(f"#/a/{fresh}")
    made = asked()[fresh]
    assert (list(made["reason"]), sorted(made["basis"])) == (["de"], ["de", "en"])
    assert albers.bytes(f"/desk/asks/{fresh}/letter").startswith(b"%PDF")

    # The person hands one in, has one not, never got one, and wants more time: the desk sees it without being asked.
    submission = dariusz.hand_in(make_photo(77), kind="renewal", ask=fresh, wanted=1)
    dariusz.put(f"/asks/{fresh}/papers/2/answer", {"reason": "not_yet", "text": "Die Bank schickt sie am Montag."})
    dariusz.put(f"/asks/{fresh}/papers/3/answer", {"reason": "never_had"})
    dariusz.put(f"/asks/{fresh}/wish", {"id": fresh.replace(fresh[0], "0"), "text": "Bitte eine Woche mehr."})
    desk.evaluate(LOOK)
    paper(desk, 1, "there")
    paper(desk, 2, "declined")
    expect(desk.locator("[data-paper='2']")).to_contain_text("Die Bank schickt sie am Montag.")
    expect(desk.locator("#wish-title ~ blockquote")).to_have_text("Bitte eine Woche mehr.")
    expect(desk.locator("#to-asks .count")).to_have_text(str(needing + 1))

    # More time, one paper all the same, then neither: what is left is the one that came.
    desk.locator("#grant").click()
    expect(desk.locator("#grant")).to_have_count(0)
    assert asked()[fresh]["due"] > made["due"]
    desk.locator("#insist-2").click()
    paper(desk, 2, "open")
    for n in (2, 3):
        desk.locator(f"#waive-{n}").click()
        paper(desk, n, "waived")

    # From the ask to the pages, which say what they are for; with the last decision the ask is complete.
    desk.locator(f"[href='#/s/{submission}']").click()
    expect(desk.locator("#to-ask")).to_contain_text(words("panel.asked_answered", given=1, wanted=1))
    expect(desk.locator("#accept")).to_be_enabled()
    desk.keyboard.press("f")
    expect(desk.locator("#asking .people__chosen")).to_contain_text(DARIUSZ["name"])
    go(desk, f"#/s/{submission}")
    expect(desk.locator("#accept")).to_be_enabled()
    desk.keyboard.press("a")
    expect(desk).not_to_have_url(re.compile(submission))  # decided, and on to the next
    go(desk, f"#/a/{fresh}")
    expect(desk.locator("#complete")).to_be_visible()
    albers.close()
    dariusz.close()


def test_an_ask_that_is_begun_waits_for_its_person_while_another_one_is_asked(office: Office, browsers: Browsers):
    desk = open_desk(browsers.desk(), office.url, ALBERS)
    albers = office.client(ALBERS)
    (nowak,) = (person["id"] for person in albers.get("/desk/case-people?q=nowak")["people"])
    (other,) = (person["id"] for person in albers.get("/desk/case-people?q=elif")["people"])
    reason, templates = desk.locator("#reason"), desk.locator("[name='template']")

    def ask(person: str) -> None:
        go(desk, "#/asks")
        expect(desk.locator("#asks")).to_be_visible()
        go(desk, f"#/asks/new/{person}")
        expect(templates.first).to_be_visible()

    ask(nowak)
    reason.fill("Wie am Telefon besprochen.")
    ask(other)
    expect(reason).not_to_have_value("Wie am Telefon besprochen.")
    reason.fill("Für die Nebenkosten.")
    ask(nowak)
    expect(reason).to_have_value("Wie am Telefon besprochen.")
    expect(desk.locator(".people__chosen")).to_contain_text("Nowak")
    ask(other)
    expect(reason).to_have_value("Für die Nebenkosten.")

    # What is thrown away is gone, and it alone; looking at a form begins nothing.
    desk.locator("#discard").click()
    expect(desk.locator("#asks")).to_be_visible()
    ask(other)
    expect(reason).not_to_have_value("Für die Nebenkosten.")
    go(desk, "#/asks")
    expect(desk.locator("#asks")).to_be_visible()
    desk.keyboard.press("n")
    expect(reason).to_have_value("Wie am Telefon besprochen.")

    # Chosen by name in a form where nothing is typed, it is found as well.
    desk.locator("#discard").click()
    ask(other)
    reason.fill("Für die Nebenkosten.")
    ask(nowak)
    desk.locator("#other-person").click()
    desk.keyboard.type("elif")
    expect(desk.locator(".people__one")).to_have_count(1)
    desk.keyboard.press("Enter")
    expect(reason).to_have_value("Für die Nebenkosten.")
    albers.close()


def test_an_ask_that_is_begun_is_gone_with_who_began_it(office: Office, browsers: Browsers):
    desk = open_desk(browsers.desk(), office.url, ALBERS)
    go(desk, "#/asks/new")
    expect(desk.locator("[name='template']").first).to_be_visible()
    desk.locator("#reason").fill("Nur für meine Augen.")
    desk.locator("#preferences").click()
    desk.locator("#sign-out").click()
    desk.locator("#login").fill(REUTER["login"])  # in the same window
    desk.locator("#secret").fill(REUTER["secret"])
    desk.locator("#sign-in").click()
    expect(desk.locator("#list")).to_be_visible()
    go(desk, "#/asks/new")
    expect(desk.locator("[name='template']").first).to_be_visible()
    expect(desk.locator("#reason")).not_to_have_value("Nur für meine Augen.")


def test_the_list_of_asks_is_worked_by_keyboard_and_never_jumps(office: Office, browsers: Browsers):
    desk = open_desk(browsers.desk(), office.url, ALBERS)
    albers = office.client(ALBERS)
    go(desk, "#/asks")
    rows = desk.locator("#asks [data-id]")
    expect(rows.first).to_be_visible()
    desk.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()
    desk.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    here = desk.evaluate("document.activeElement.dataset.id")
    shown = [row.get_attribute("data-id") for row in rows.all()]

    # A colleague asks for something: it waits outside, and nothing moves under the hand.
    person = albers.get("/desk/case-people?q=nowak")["people"][0]["id"]
    day = albers.get("/desk/asks")["asks"][-1]["due"]
    fresh = "0" * 8 + here[8:]
    albers.put(f"/desk/asks/{fresh}", {"person": person, "due": day, "papers": [{"kind": "sick_note"}]})
    desk.evaluate(LOOK)
    expect(desk.locator("#take-in")).to_be_visible()
    assert [row.get_attribute("data-id") for row in rows.all()] == shown
    assert desk.evaluate("document.activeElement.dataset.id") == here
    desk.keyboard.press("e")
    expect(rows).to_have_count(len(shown) + 1)

    # By words of what is asked for, and open it.
    desk.keyboard.press("/")
    desk.keyboard.type("krankmeldung nowak")
    expect(rows).to_have_count(1)
    desk.keyboard.press("Enter")
    desk.keyboard.press("Enter")
    expect(desk.locator("#close-ask")).to_be_visible()
    assert desk.url.endswith(fresh)
    desk.locator("#close-ask").click()
    desk.keyboard.press("Enter")
    expect(desk.locator("#close-ask")).to_be_hidden()
    expect(desk.locator("h1 + .state")).to_have_text(DESK_GERMAN["asks.state.closed"])
    desk.keyboard.press("Escape")
    desk.locator("#search").fill("gibtesnicht")
    expect(desk.locator("#asks .empty")).to_be_visible()
    albers.close()
