"""An office takes somebody in: from the list over the letter to their first paper, and changes its own words."""

from __future__ import annotations

import io
import re

import pypdfium2
from PIL import Image
from playwright.sync_api import expect

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


def test_two_admins_change_the_offices_words_and_nothing_is_overwritten(office: Office, browsers: Browsers):
    file = office.data / "office.json"
    before = file.read_bytes() if file.exists() else None
    first, second = (open_desk(browsers.desk(), office.url, VOSS) for _ in range(2))
    try:
        for desk in (first, second):
            go(desk, "#/office")
            expect(desk.locator("#entry-payslip")).to_be_visible()
            expect(desk.locator("#save-texts")).to_be_disabled()
        first.locator("#entry-payslip").click()
        first.locator("#text-names-de").fill("Gehaltszettel")
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
        second.locator("#read-again").click()
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
        client = office.client(VOSS)
        names = {kind["id"]: kind["names"]["de"] for kind in client.get("/office")["kinds"]}
        client.close()
        assert (names["payslip"], names["birth"]) == ("Gehaltszettel", "Urkunde der Geburt")
    finally:
        if before is None:
            file.unlink(missing_ok=True)
        else:
            file.write_bytes(before)
