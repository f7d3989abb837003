"""What the office asks for, on the phone: from the code in the letter to the last paper, with and without a network."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import APIResponse, Page, Route, expect

from app.office import ZONE
from tests.browser import scenes
from tests.browser.browsers import Browsers, wait_for_shell
from tests.browser.database import FAULTS, fault
from tests.browser.network import BadNet
from tests.browser.office import ALBERS, DARIUSZ, ELIF, Office, wait_until
from tests.browser.steps import as_file, choose_files, go, open_phone, sign_in, sign_out, signed_in_phone, words

PAPERS = [
    {"kind": "rental_contract", "note": {"de": "der neuen Wohnung"}},
    {"kind": "bank_statement"},
    {"kind": "payslip", "note": {"de": "Oktober"}},
]


def ask(office: Office, person: dict[str, str], days: int = 4) -> str:
    """Ask somebody for three papers; returns the ask's id."""
    desk, id = office.client(ALBERS), str(uuid.uuid4())
    found = desk.get(f"/desk/case-people?q={person['name'].split()[0]}")["people"]
    due = (datetime.now(ZONE).date() + timedelta(days)).isoformat()
    desk.put(f"/desk/asks/{id}", {"person": found[0]["id"], "due": due, "papers": PAPERS})
    desk.close()
    return id


def states(office: Office, id: str) -> list[str]:
    """How the papers of an ask stand, as the desk sees it."""
    desk = office.client(ALBERS)
    try:
        return [paper["state"] for paper in desk.get(f"/desk/asks/{id}")["papers"]]
    finally:
        desk.close()


def photograph(phone: Page, id: str, n: int, text: str) -> None:
    """Photograph one paper that is asked for; ends on the ask."""
    phone.locator(f"#photo-{id}-{n}").click()
    choose_files(phone, as_file("foto.jpg", "image/jpeg", scenes.photo(text)))
    expect(phone.locator(".strip__count, #see-pages-2").locator("visible=true").first).to_contain_text("1")
    go(phone, f"#/a/{id}")
    expect(phone.locator(f"#photo-{id}-{n}")).to_have_attribute("href", re.compile("/pages$"))


def test_the_code_in_the_letter_opens_it_and_its_papers_go_in_one_go(office: Office, browsers: Browsers):
    id = ask(office, ELIF)
    phone = browsers.phone().new_page()
    phone.goto(f"{office.url}/#/a/{id}")  # what the code says, on a phone that has never been here
    phone.locator("#login").fill(ELIF["login"])
    phone.locator("#pin").fill(ELIF["secret"])
    phone.locator("#signin").click()
    expect(phone.locator("#papers li")).to_have_count(3)
    expect(phone.locator("#papers")).to_contain_text("der neuen Wohnung")
    wait_for_shell(phone)
    photograph(phone, id, 1, "Mietvertrag")
    photograph(phone, id, 2, "Kontoauszug")
    phone.context.set_offline(True)
    phone.locator("#decline-3").click()
    phone.locator("#decline-text").fill("Der Chef schickt sie am Montag.")
    phone.locator("#decline-not_yet").click()
    expect(phone.locator("#papers")).to_contain_text(words("decline.not_yet"))
    phone.locator("#wish").click()
    expect(phone.locator("#time")).to_contain_text(words("ask.answer_waits"))
    expect(phone.locator("#send-all")).to_have_text(words("ask.send.other", count=2))
    phone.locator("#send-all").click()
    expect(phone.locator("#sent-cards")).to_be_visible()
    go(phone, "#/")
    expect(phone.locator("#near")).to_contain_text("2 Seiten sind noch nicht beim Jobcenter")
    assert states(office, id) == ["open", "open", "open"]
    phone.context.set_offline(False)
    wait_until(lambda: states(office, id) == ["there", "there", "declined"], "all of it is at the office")
    expect(phone.locator(f"#ask-{id}")).to_contain_text(words("ask.all_there"))
    expect(phone.locator("#near")).to_have_count(0)
    desk = office.client(ALBERS)
    found = desk.get(f"/desk/asks/{id}")
    assert found["papers"][2]["declined"]["text"] == "Der Chef schickt sie am Montag."
    assert found["wish"]["outcome"] is None and found["seen_at"]
    desk.put(f"/desk/asks/{id}/wish", {"outcome": "granted"})
    desk.put(f"/desk/asks/{id}/papers/3", {"outcome": "wanted"})
    desk.close()
    phone.reload()
    expect(phone.locator(f"#ask-{id}")).to_contain_text("Noch 18 Tage")
    expect(phone.locator(f"#photo-{id}-3")).to_be_visible()


def test_an_answer_waits_locked_for_who_gave_it_and_a_letter_is_nobody_elses(office: Office, browsers: Browsers):
    id = ask(office, ELIF, days=12)
    phone = signed_in_phone(browsers.phone(), office.url, ELIF)
    go(phone, f"#/a/{id}")
    expect(phone.locator("#decline-2")).to_be_visible()
    phone.context.set_offline(True)
    phone.locator("#decline-2").click()
    phone.locator("#decline-text").fill("Das Konto ist geschlossen.")
    phone.locator("#decline-never_had").click()
    expect(phone.locator("#papers")).to_contain_text(words("ask.answer_waits"))
    sign_out(phone, "keep")
    phone.context.set_offline(False)
    phone = open_phone(phone.context, office.url)
    sign_in(phone, DARIUSZ)
    go(phone, f"#/a/{id}")
    expect(phone.locator("#ask-unknown")).to_contain_text(DARIUSZ["name"])
    lying = phone.evaluate("""async () => {
        const { openStore } = await import("/lib/store.js")
        const rows = await openStore().read((tx) => tx.objectStore("kv").getAll())
        const text = (row) => JSON.stringify(row) + new TextDecoder().decode(row?.body?.data ?? new Uint8Array())
        return rows.map(text).join()
    }""")
    assert id in lying
    assert "geschlossen" not in lying
    assert states(office, id) == ["open", "open", "open"]
    sign_out(phone, "leave")
    sign_in(phone, ELIF)
    wait_until(lambda: states(office, id) == ["open", "declined", "open"], "the answer is at the office")


@pytest.mark.hunt
def test_an_answer_that_broke_off_goes_out_by_itself_while_the_app_is_open(
    office: Office, browsers: Browsers, bad_net: BadNet
):
    """Nothing else waits, and no browser tells of it: the office was away, or a hotel's page stood before it."""
    id = ask(office, ELIF, days=15)
    phone = signed_in_phone(browsers.phone(), bad_net.url, ELIF)
    go(phone, f"#/a/{id}")
    expect(phone.locator("#decline-2")).to_be_visible()
    bad_net.portal = "page"
    bad_net.cut()
    phone.locator("#decline-2").click()
    phone.locator("#decline-lost").click()
    expect(phone.locator("#papers")).to_contain_text(words("ask.answer_waits"))
    expect(phone.locator("#offline")).to_be_visible()
    bad_net.portal = None
    expect(phone.locator("#papers")).not_to_contain_text(words("ask.answer_waits"), timeout=60_000)
    assert states(office, id) == ["open", "declined", "open"]


def test_what_a_full_phone_cannot_keep_it_does_not_promise(office: Office, browsers: Browsers):
    id = ask(office, ELIF, days=25)
    browser = browsers.phone()
    browser.add_init_script(FAULTS)
    phone = signed_in_phone(browser, office.url, ELIF)

    def says_so(*taps: str, said: str = "error.not_kept") -> None:
        fault(phone, crammed=True)
        for tap in taps:
            phone.locator(tap).click()
        expect(phone.locator("#toasts").get_by_text(words(said))).to_be_visible()
        fault(phone, crammed=False)
        phone.evaluate("document.querySelector('#toasts').replaceChildren()")

    go(phone, f"#/a/{id}")
    says_so("#wish")
    expect(phone.locator("#time")).not_to_contain_text(words("ask.wish_asked"))
    says_so("#decline-2", "#decline-lost")
    expect(phone.locator("#undo-2")).to_have_count(0)
    says_so(f"#photo-{id}-1", said="error.not_saved")
    assert phone.url.endswith(f"#/a/{id}")
    phone.locator("#decline-2").click()
    phone.locator("#decline-lost").click()
    expect(phone.locator("#undo-2")).to_be_visible()
    says_so("#undo-2")
    expect(phone.locator("#undo-2")).to_be_visible()
    wait_until(lambda: states(office, id) == ["open", "declined", "open"], "what was kept is at the office")

    # Nor does the wish about notices look granted.
    go(phone, "#/notices")
    before = phone.locator("#consent").get_attribute("aria-checked")
    says_so("#consent")
    phone.evaluate("dispatchEvent(new Event('online'))")  # the screen is drawn anew
    expect(phone.locator("#consent")).to_have_attribute("aria-checked", str(before))


def test_what_the_office_says_after_somebody_has_left_is_not_kept(office: Office, browsers: Browsers):
    ask(office, ELIF, days=20)
    phone = signed_in_phone(browsers.phone(), office.url, ELIF)
    held: list[tuple[Route, APIResponse]] = []
    phone.route("**/api/v1/asks", lambda route: held.append((route, route.fetch())))
    phone.evaluate("dispatchEvent(new Event('online'))")  # the phone asks, and the answer is long on its way
    wait_until(lambda: phone.wait_for_timeout(50) or held, "the question")
    sign_out(phone, "leave")
    for route, answer in held:
        route.fulfill(response=answer)
    phone.wait_for_timeout(300)
    lying = phone.evaluate("""async () => {
        const { openStore } = await import("/lib/store.js")
        return openStore().read((tx) => tx.objectStore("kv").getAllKeys())
    }""")
    assert not [key for key in lying if key.startswith("asks:")]
