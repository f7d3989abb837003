"""An office takes somebody in: from the list over the letter to their first paper, and changes its own words."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pypdfium2
import pytest
from PIL import Image
from playwright.sync_api import Route, expect

from tests.browser import scenes
from tests.browser.browsers import Browsers, wait_in
from tests.browser.office import ALBERS, VOSS, Office, wait_until
from tests.browser.steps import (
    DESK_GERMAN,
    as_file,
    choose_files,
    go,
    open_desk,
    open_review,
    receipt_number,
    send,
    submission_of,
    to_check,
    words,
)

HEAD = "BG-Nummer;Name;Persönliche ID;Sprache;Team;Bewilligt bis;Haushalt"
GOOD = "41502//00777001;Oksana Melnyk;;de;Leistung 2;31.03.2027;Bohdan Melnyk (Kind)"
WRONG = "41502//00777002;Falsches Datum;;de;Leistung 2;31.02.2027;"
PIN = "806142"


def logo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (400, 120), "#7a1f3d").save(out, "PNG")
    return out.getvalue()


def csv(*lines: str) -> dict:
    return as_file("Personen.csv", "text/csv", "\r\n".join([HEAD, *lines]).encode("cp1252"))


@pytest.fixture
def words_as_before(office: Office) -> Iterator[None]:
    """The office's own words, put back after a test that changes them."""
    file = office.data / "office.json"
    before = file.read_bytes() if file.exists() else None
    yield
    if before is None:
        file.unlink(missing_ok=True)
    else:
        file.write_bytes(before)


def test_from_the_list_over_the_letter_to_the_first_paper(office: Office, browsers: Browsers, tmp_path):
    desk = open_desk(browsers.desk(accept_downloads=True), office.url, VOSS)
    desk.locator("#to-people").click()
    expect(desk.locator("#people tr").first).to_be_visible()

    # A list with a wrong line is shown first and changes nothing; the mended one is taken.
    desk.locator("#to-list").click()
    desk.locator("#list-file").set_input_files([csv(GOOD, WRONG)])
    expect(desk.locator("#list-lines tr[data-what='wrong']")).to_contain_text("31.02.2027")
    expect(desk.locator("#list-lines tr[data-what='new']")).to_contain_text("Oksana Melnyk")
    expect(desk.locator("#list-take")).to_have_count(0)
    desk.locator("#list-file").set_input_files([csv(GOOD)])
    desk.locator("#list-take").click()
    expect(desk.locator("#list-taken")).to_be_visible()
    login = desk.locator("#list-lines .table__sub").inner_text()

    # She is found, and her letter is printed once, into a file.
    desk.keyboard.press("g")
    desk.keyboard.press("l")
    expect(desk.locator("#people tr").first).to_be_visible()
    desk.keyboard.press("/")
    desk.keyboard.type("melnyk")
    expect(desk.locator("#people tr")).to_have_count(1)
    expect(desk.locator("#people .state")).to_have_text(DESK_GERMAN["access.none"])
    desk.locator("#people th button").click()
    with desk.expect_download() as download:
        desk.locator("#letter").click()
    download.value.save_as(tmp_path / "letter.pdf")
    expect(desk.locator("dialog .note")).to_have_count(0)
    desk.keyboard.press("Escape")
    expect(desk.locator("#people .state")).to_contain_text("Code")
    said = pypdfium2.PdfDocument(tmp_path / "letter.pdf")[0].get_textpage().get_text_bounded()
    [code] = {found.replace(" ", "") for found in re.findall(r"\d{4} \d{4}", said)} - {login}

    # What the QR code holds opens the sign-in with her ID; her code asks for a PIN of her own.
    phone = browsers.phone().pages[0]
    phone.goto(f"{office.url}/#/signin/{login}")
    expect(phone.locator("#login")).to_have_value(f"{login[:4]} {login[4:]}")
    phone.locator("#pin").fill(code)
    phone.locator("#signin").click()
    phone.locator("#new-pin").fill("123456")
    phone.locator("#new-pin-again").fill("123456")
    phone.locator("#pin-take").click()
    expect(phone.locator("#pin-problem")).to_have_text(words("error.weak_pin"))
    phone.locator("#new-pin").fill(PIN)
    phone.locator("#pin-take").click()
    expect(phone.locator("#pin-problem")).to_have_text(words("pin.differ"))
    phone.locator("#new-pin-again").fill(PIN)
    phone.locator("#pin-take").click()
    expect(phone.locator("#scan")).to_be_visible()
    assert login not in phone.url

    # A paper for her child: the desk says for whom.
    phone.locator("#scan").click()
    choose_files(phone, as_file("Zeugnis.jpg", "image/jpeg", scenes.photo()))
    to_check(phone, "school")
    expect(phone.locator("#about")).to_have_value(re.compile(".+"))
    assert phone.locator("#about option").all_inner_texts() == ["Oksana Melnyk", "Bohdan Melnyk"]
    phone.locator("#about").select_option(label="Bohdan Melnyk")
    expect(phone.locator(".summary")).to_contain_text("Bohdan Melnyk")
    send(phone)
    receipt_number(phone)
    submission = submission_of(phone)
    caseworker = office.client(ALBERS)
    wait_until(lambda: caseworker.get(f"/desk/submissions/{submission}")["state"] == "ready", "the scan")
    assert caseworker.get(f"/desk/submissions/{submission}")["about"]["name"] == "Bohdan Melnyk"
    albers = open_desk(browsers.desk(), office.url, ALBERS)
    open_review(albers, submission)
    expect(albers.locator(".facts").nth(1)).to_contain_text("Bohdan Melnyk")
    for hidden in ("#/people", "#/office"):  # not for her: she is in the inbox
        go(albers, hidden)
        expect(albers.locator("#list")).to_be_visible()

    # Her access ends; what she sent stays.
    desk.locator("#people th button").click()
    desk.locator("#end-access").click()
    expect(desk.locator("#people .state")).to_have_text(DESK_GERMAN["access.ended"])
    phone.reload()
    go(phone, "#/")
    expect(phone.locator("#signin")).to_be_visible()
    assert caseworker.get(f"/desk/submissions/{submission}")["state"] == "ready"
    caseworker.close()


@pytest.mark.usefixtures("words_as_before")
def test_two_admins_change_the_offices_words_and_nothing_is_overwritten(office: Office, browsers: Browsers):
    first, second = (open_desk(browsers.desk(), office.url, VOSS) for _ in range(2))
    for desk in (first, second):
        go(desk, "#/office")
        expect(desk.locator("#entry-payslip")).to_be_visible()
        expect(desk.locator("#save-texts")).to_be_disabled()
    first.locator("#entry-payslip").click()
    first.locator("#text-names-de").fill("Gehaltszettel")
    first.locator("#kind-former").fill("Verdienstnachweis, Lohnzettel")
    first.keyboard.press("Shift+Enter")
    expect(first.locator("#texts-changed")).to_have_text(DESK_GERMAN["texts.all_saved"])

    # The second had begun before; she is told, takes the other's words in, and saves her own on top.
    second.locator("#entry-birth").click()
    second.locator("#text-names-de").fill("Urkunde der Geburt")
    second.locator("#part-house").click()
    second.locator("#office-name").fill("Jobcenter Lindenau")
    second.locator("#logo-file").set_input_files([as_file("photo.jpg", "image/jpeg", scenes.photo())])
    expect(second.locator("[role='alert']")).to_have_text(DESK_GERMAN["error.bad_logo"])  # far too large
    second.locator("#logo-file").set_input_files([as_file("logo.png", "image/png", logo())])
    second.locator("#save-texts").click()
    expect(second.locator("[role='alert']")).to_contain_text(DESK_GERMAN["error.office_changed"])
    # What is being read is not saved over: nobody has seen it yet.
    reading = []
    second.route("**/desk/office", lambda route: reading.append(route) if not reading else route.fallback())
    second.locator("#read-again").click()
    wait_until(lambda: second.locator("#save-texts").is_disabled() and reading, "the texts are asked for")
    reading[0].continue_()
    expect(second.locator("#office-name")).to_have_value("Jobcenter Lindenau")
    second.locator("#save-texts").click()
    expect(second.locator("#texts-changed")).to_have_text(DESK_GERMAN["texts.all_saved"])
    wait_in(second, "document.querySelector('.logo')?.naturalWidth > 0")
    # The federal state, with what is a holiday in parts of it only.
    second.locator("#region").select_option("BY")
    second.locator("#text-assumption").check()
    second.locator("#save-texts").click()
    expect(second.locator("#texts-changed")).to_have_text(DESK_GERMAN["texts.all_saved"])
    second.reload()
    second.locator("#part-house").click()
    expect(second.locator("#region")).to_have_value("BY")
    expect(second.locator("#text-assumption")).to_be_checked()
    phone = browsers.phone().pages[0]
    phone.goto(office.url)
    expect(phone.locator(".brand__office")).to_have_text("Jobcenter Lindenau")
    assert saved_names(office) >= {("payslip", "Gehaltszettel"), ("birth", "Urkunde der Geburt")}
    second.locator("#part-kinds").click()
    second.locator("#entry-payslip").click()
    expect(second.locator("#kind-former")).to_have_value("Verdienstnachweis, Lohnzettel")


def saved_names(office: Office) -> set[tuple[str, str]]:
    """What the kinds of papers are called, as the office tells everybody."""
    client = office.client(VOSS)
    names = {(kind["id"], kind["names"]["de"]) for kind in client.get("/office")["kinds"]}
    client.close()
    return names


@pytest.mark.usefixtures("words_as_before")
def test_what_is_typed_while_a_save_is_on_its_way_is_kept_and_saved_next(office: Office, browsers: Browsers):
    context = browsers.desk()
    held: list[Route] = []
    context.route("**/api/v1/desk/office", lambda route: held.append(route) if hold(route) else route.fallback())
    desk = open_desk(context, office.url, VOSS)
    go(desk, "#/office")
    desk.locator("#entry-payslip").click()
    desk.locator("#text-names-de").fill("Gehalts")
    desk.keyboard.press("Shift+Enter")
    wait_until(lambda: desk.evaluate("1") and held, "the save is on its way")
    desk.keyboard.type("zettel vom ")

    # Somebody goes on in the same field, in the middle of a word, and does not notice the answer.
    held[0].continue_()
    expect(desk.locator("#texts-changed")).to_have_text(DESK_GERMAN["texts.unsaved"])
    expect(desk.locator(".said")).to_contain_text(DESK_GERMAN["texts.saved"])
    desk.keyboard.type("Chef")
    expect(desk.locator("#text-names-de")).to_have_value("Gehaltszettel vom Chef")
    assert ("payslip", "Gehalts") in saved_names(office)

    # Nor is anything lost when the answer comes while another screen, and then this one again, is open.
    desk.keyboard.press("Shift+Enter")
    wait_until(lambda: desk.evaluate("1") and held[1:], "the second save is on its way")
    go(desk, "#/people")
    expect(desk.locator("#people tr").first).to_be_visible()
    go(desk, "#/office")
    desk.locator("#entry-birth").click()
    desk.locator("#text-names-de").fill("Urkunde")
    held[1].continue_()
    expect(desk.locator("#texts-changed")).to_have_text(DESK_GERMAN["texts.unsaved"])
    second = ("payslip", "Gehaltszettel vom Chef")
    wait_until(lambda: desk.evaluate("1") and second in saved_names(office), "it is saved")
    desk.locator("#text-names-de").press_sequentially(" der Geburt")
    expect(desk.locator("#entry-birth")).to_have_text("Urkunde der Geburt")
    desk.keyboard.press("Shift+Enter")
    wait_until(lambda: desk.evaluate("1") and held[2:], "the third save is on its way")
    held[2].continue_()
    expect(desk.locator("#texts-changed")).to_have_text(DESK_GERMAN["texts.all_saved"])
    assert saved_names(office) >= {second, ("birth", "Urkunde der Geburt")}


def hold(route: Route) -> bool:
    """Whether a request saves something."""
    return route.request.method == "PUT"


@pytest.mark.usefixtures("words_as_before")
def test_a_new_template_fills_an_ask_and_a_new_phrase_a_message(office: Office, browsers: Browsers):
    admin = open_desk(browsers.desk(), office.url, VOSS)
    go(admin, "#/office")
    admin.locator("#part-templates").click()
    admin.keyboard.press("n")
    admin.keyboard.type("Heizung im Winter")

    # What is missing is said in words, and the keyboard stands where it is to be put right.
    admin.keyboard.press("Shift+Enter")
    expect(admin.locator(".texts [role='alert']")).to_contain_text(DESK_GERMAN["texts.needs_paper"])
    expect(admin.locator("#add-paper")).to_be_focused()
    for kind in ("utility_bill", "payslip"):
        admin.locator("#add-paper").click()
        admin.locator(".wants__kind").last.select_option(kind)
    admin.locator("#paper-note-0-en").fill("the latest")
    admin.locator("#save-texts").click()
    expect(admin.locator("#paper-note-0-de")).to_be_focused()
    admin.keyboard.type("die neueste")
    admin.locator("#paper-up-1").click()
    expect(admin.locator("#paper-down-0")).to_be_focused()
    admin.locator("#text-days").fill("10")
    admin.locator("#text-reason-de").fill("Wir rechnen die Heizung aus.")
    for _ in range(admin.locator(".entry").count() - 1):
        admin.locator("#entry-up").click()
    admin.locator("#part-phrases").click()
    admin.locator("#add-entry").click()
    admin.keyboard.type("Gute Besserung")
    admin.locator("#text-text-de").fill("Gute Besserung!")
    admin.locator("#entry-arrived").click()
    admin.locator("#entry-drop").click()
    admin.keyboard.press("Shift+Enter")
    expect(admin.locator("#texts-changed")).to_have_text(DESK_GERMAN["texts.all_saved"])

    # At once, the new template is the first one where papers are asked for; the office no longer offers the old phrase.
    desk = open_desk(browsers.desk(), office.url, ALBERS)
    go(desk, "#/asks/new")
    expect(desk.locator("[name='template']").first).to_be_checked()
    expect(desk.locator(".asking__templates label").first).to_have_text("Heizung im Winter")
    expect(desk.locator("#reason")).to_have_value("Wir rechnen die Heizung aus.")
    assert desk.locator(".wants__kind").evaluate_all("all => all.map(one => one.value)") == ["payslip", "utility_bill"]
    go(desk, "#/m")
    desk.locator("[data-person]").first.click()
    expect(desk.locator("#talk li").first).to_be_visible()
    desk.locator("#reply").fill("Hallo!")
    desk.locator("#talk").click()
    desk.keyboard.press("t")
    expect(desk.locator("[data-phrase]").first).to_be_focused()
    expect(desk.locator("[data-phrase='arrived']")).to_have_count(0)
    desk.keyboard.press(str(desk.locator("[data-phrase]").count()))
    expect(desk.locator("#reply")).to_have_value("Hallo!\nGute Besserung!")
    desk.keyboard.type(" Bis bald.")
    expect(desk.locator("#reply")).to_have_value("Hallo!\nGute Besserung! Bis bald.")
    desk.locator("#reply").fill("")


LAID = """async ({ read, mine, theirs }) => {
    const { lay } = await import("/desk/laying.js")
    lay(read, mine, theirs)
    return theirs
}"""


def test_what_two_people_changed_is_laid_on_each_other(office: Office, browsers: Browsers):
    def said(name: str, *ids: str, **changed: str) -> dict:
        names = {id: {"id": id, "names": {"de": changed.get(id, id)}} for id in ids}
        entries = {part: [] for part in ("kinds", "reasons", "phrases")}
        house = {"benefit": {"de": "Geld"}, "former": [], "answer_days": {}, "decide_within_days": 5}
        return {"name": name, **house, **entries, "templates": [*names.values()]}

    desk = open_desk(browsers.desk(), office.url, VOSS)
    read = said("Amt", "one", "two", "three", "four", "five")
    mine = said("Amt", "four", "one", "three", "mine", three="mine")
    theirs = said(
        "Anders", "theirs", "one", "two", "three", "four", "five", three="theirs", five="theirs", one="theirs"
    )
    laid = desk.evaluate(LAID, {"read": read, "mine": mine, "theirs": theirs})
    assert laid["name"] == "Anders"
    assert [(entry["id"], entry["names"]["de"]) for entry in laid["templates"]] == [
        ("four", "four"),
        ("one", "theirs"),
        ("three", "mine"),
        ("mine", "mine"),
        ("theirs", "theirs"),
        ("five", "theirs"),  # I took it away, but somebody has worked on it since
    ]

    # The holidays of a place go with its federal state: never those of one office with the state of the other.
    saxony = {"region": "SN", "local_holidays": []}
    bavaria = {"region": "BY", "local_holidays": ["assumption"]}
    for mine, expected in ((saxony, bavaria), ({**saxony, "local_holidays": ["corpus_christi"]}, None)):
        texts = {"read": saxony, "mine": mine, "theirs": bavaria}
        laid = desk.evaluate(LAID, {who: {**said("Amt"), **house} for who, house in texts.items()})
        assert {key: laid[key] for key in saxony} == (expected or mine)
