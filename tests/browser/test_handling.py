"""Work at the desk beside the decision: several at once, in whose hands, what waits, notes, and who else looks."""

from __future__ import annotations

from playwright.sync_api import expect

from app import accounts
from app.store import open_store
from tests.browser.browsers import Browsers
from tests.browser.office import ALBERS, ELIF, Office, wait_until
from tests.browser.steps import DESK_GERMAN, go, open_desk, open_review
from tests.make import make_photo
from tests.scanning.papers import line, pdf_of


def test_a_page_is_fetched_before_it_is_wanted_and_the_next_paper_only_when_it_is_there(
    office: Office, browsers: Browsers
):
    desk, asked, client = browsers.desk(), list[str](), office.client(ALBERS)

    def opened_at() -> list[str | None]:
        return [row["opened_at"] for row in client.get("/desk/submissions?state=new")["submissions"]]

    before = opened_at()
    desk.on("request", lambda request: asked.append(request.url))
    page = open_desk(desk, office.url, ALBERS)
    first, second = (page.locator(".row__link").nth(at).get_attribute("data-id") for at in (0, 1))

    def times(what: str) -> int:
        page.wait_for_timeout(20)
        return sum(what in url for url in asked)

    wait_until(lambda: times(f"{first}/sheets/1/image") == 1, "the picture of the row under the cursor")
    assert opened_at() == before, "that was no look"
    client.close()
    page.keyboard.press("Enter")
    expect(page.locator(".pane--page .pane__image")).to_be_visible()
    wait_until(lambda: times(f"{second}/sheets/1/image") == 1, "what is opened next")
    assert times(f"{first}/sheets/1/image") == 1
    opened = next(at for at, url in enumerate(asked) if url.endswith(f"/submissions/{first}"))
    for later in ("/presence", "/sheets/2/image", f"{second}/sheets/1"):
        assert not any(later in url for url in asked[: opened + 1]), "it is in nobody's way"


def test_several_are_accepted_at_once_one_waits_and_two_see_each_other(office: Office, browsers: Browsers):
    store = open_store(office.data)
    nora = {
        "role": "caseworker",
        "name": "Nora Lind",
        "login": "lind",
        "secret": "a long password",
        "team": "leistung-2",
    }
    accounts.add_person(store, nora, None)
    store.close()
    elif_ = office.client(ELIF)
    sent = [elif_.hand_in(make_photo(seed, size=(300, 400)), kind="payslip") for seed in (71, 72, 73)]
    wait_until(lambda: all(elif_.get(f"/submissions/{id}")["state"] == "ready" for id in sent), "their documents")
    elif_.close()
    desk = open_desk(browsers.desk(), office.url, ALBERS)
    for id in sent:
        expect(desk.locator(f"[data-id='{id}']")).to_be_visible()

    # What a search no longer shows is no longer picked.
    desk.locator(f"li:has([data-id='{sent[0]}']) .row__pick").check()
    expect(desk.locator("#accept-picked")).to_be_visible()
    desk.locator("#search").fill("gibtesnicht")
    expect(desk.locator(f"[data-id='{sent[0]}']")).to_have_count(0)
    expect(desk.locator("#accept-picked")).to_be_hidden()
    desk.locator("#search").fill("")
    expect(desk.locator(f"li:has([data-id='{sent[0]}']) .row__pick")).not_to_be_checked()

    # Two are picked, by mouse and by key, and accepted after a question; the third is left alone.
    desk.locator(f"li:has([data-id='{sent[0]}']) .row__pick").check()
    desk.locator(f"[data-id='{sent[1]}']").focus()
    desk.keyboard.press("x")
    expect(desk.locator("#picked")).to_have_text("2 ausgewählt")
    desk.locator("#accept-picked").click()
    desk.locator("#accept-sure").click()
    expect(desk.locator(f"[data-id='{sent[0]}'], [data-id='{sent[1]}']")).to_have_count(0)
    client = office.client(ALBERS)
    states = [client.get(f"/desk/submissions/{id}")["state"] for id in sent]
    assert states == ["accepted", "accepted", "ready"]

    # The third: taken over, with a note, called something else, let wait; a colleague sees all of it, and who is here.
    open_review(desk, sent[2])
    desk.keyboard.press("w")
    expect(desk.locator("#take")).to_contain_text(DESK_GERMAN["handling.give_back"])
    desk.keyboard.press("i")
    expect(desk.locator("#note-told")).to_have_text(DESK_GERMAN["handling.note_told"])
    desk.locator("#note-text").fill("Bitte mit der Miete vergleichen.")
    desk.locator("#note-withhold").check()
    desk.keyboard.press("Shift+Enter")
    expect(desk.locator("#notes")).to_contain_text("Miete")
    expect(desk.locator("#notes")).to_contain_text(DESK_GERMAN["handling.note_withheld"])
    desk.keyboard.press("u")
    expect(desk.locator(".dialog")).not_to_contain_text(DESK_GERMAN["handling.rename_again"])
    desk.locator("#kind-choice").select_option("rental_contract")
    desk.locator("#kind-do").click()
    expect(desk.locator("h1")).to_have_text("Mietvertrag")
    other = open_desk(browsers.desk(), office.url, nora)
    expect(other.locator(f"[data-id='{sent[2]}']")).to_be_visible()  # her list is loaded, and must let go of it later
    go(other, f"#/s/{sent[2]}")
    expect(other.locator(".others")).to_contain_text(ALBERS["name"])
    expect(other.locator("#notes")).to_contain_text("Miete")
    expect(other.locator(".panel")).to_contain_text(f"{ALBERS['name']} bearbeitet das.")
    other.keyboard.press("p")
    other.locator("#postpone-3").click()
    expect(other.locator(".panel")).to_contain_text("Wiedervorlage am")
    go(other, "#/")
    expect(other.locator("#list")).to_be_visible()
    expect(other.locator(f"[data-id='{sent[2]}']")).to_have_count(0)
    other.keyboard.press("g")
    other.keyboard.press("p")
    expect(other.locator(f"[data-id='{sent[2]}']")).to_be_visible()

    # What is accepted may be called something else, too: the dialog says what that means for the e-file.
    go(desk, f"#/s/{sent[0]}")
    expect(desk.locator("#rename")).to_be_visible()
    expect(desk.locator("h1")).to_have_text("Lohnabrechnung")
    desk.keyboard.press("u")
    expect(desk.locator(".dialog")).to_contain_text(DESK_GERMAN["handling.rename_again"])
    desk.locator("#kind-choice").select_option("rental_contract")
    desk.locator("#kind-do").click()
    expect(desk.locator("h1")).to_have_text("Mietvertrag")
    client.close()


def test_what_stands_in_a_paper_is_found_and_opens_on_its_page(office: Office, browsers: Browsers):
    elif_ = office.client(ELIF)
    pdf = pdf_of(line("Seite eins", 70, 700), line("Die Kaution zahlt Zwetschgenhausen", 70, 700))
    sent = elif_.hand_in(pdf, kind="rental_contract")
    wait_until(lambda: elif_.get(f"/submissions/{sent}")["state"] == "ready", "its document")
    elif_.close()
    desk = open_desk(browsers.desk(), office.url, ALBERS)
    desk.locator("#search").fill("zwetschgenh")
    row = desk.locator(f"[data-id='{sent}']")
    expect(row.locator(".row__found")).to_contain_text("Seite 2: … Die Kaution zahlt Zwetschgenhausen")
    row.click()
    expect(desk.locator(".bar__page")).to_contain_text("Seite 2")
    expect(desk.locator(".leaf[aria-current]")).to_contain_text("2")
