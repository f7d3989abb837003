"""The letter of an ask: on A4, in two languages, the same twice, with a code that opens the exact ask."""

from __future__ import annotations

import pypdfium2
import pytest

from app import accounts
from app.store import people
from tests.codes import codes_on
from tests.make import JANA, MIRA, make_photo, new_id, send

MM = 72 / 25.4
AMINA = {"role": "jobseeker", "name": "Amina Diallo", "login": "55556666", "secret": "112233", "language": "en",
         "case": {"number": "41502//00000002", "team": "one"}}  # fmt: skip
REASON = {"de": "Ihre Bewilligung endet bald.", "en": "Your approval ends soon."}
BASIS = {"de": "Sie müssen mitwirken: §§ 60 bis 67 SGB I."}
PAPERS = [
    {"kind": "bank_statement", "note": {"de": "die letzten 3 Monate", "en": "the last 3 months"}},
    {"kind": "payslip"},
]


@pytest.fixture
def letter(client, store):
    """letter(person) asks the person for papers and is a function that fetches the letter."""
    mira = client(MIRA)

    def ask(person, papers=PAPERS):
        if person is AMINA:
            accounts.add_person(store, person, person["case"])
        id, owner = new_id(), people.by_login(store.db, person["login"])["id"]
        said = {"person": owner, "due": "2026-12-08", "reason": REASON, "basis": BASIS, "papers": papers}
        assert mira.put(f"/api/v1/desk/asks/{id}", json=said).status_code == 201
        return id, lambda: mira.get(f"/api/v1/desk/asks/{id}/letter")

    return ask


def words(pdf: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_range().replace("\r", "") for page in pypdfium2.PdfDocument(pdf))


def test_the_letter_says_it_all_in_german_and_in_the_persons_language(letter):
    _, fetch = letter(AMINA)
    answer = fetch()
    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    said = " ".join(words(answer.data).split())
    for part in (
        "Amina Diallo", "41502//00000002", "24. November 2026", REASON["de"], REASON["en"], BASIS["de"], "Kontoauszug",
        "Bank statement", "die letzten 3 Monate", "the last 3 months", "Lohnabrechnung", "Payslip", "Mira Kern",
        "Dienstag, 8. Dezember 2026", "Tuesday, 8 December 2026", "You may black out", "Eingangsbestätigung",
        "localhost",
    ):  # fmt: skip
        assert part in said, part


def test_who_reads_german_gets_german_alone(letter):
    said = words(letter(JANA)[1]().data)
    assert "Kontoauszug" in said
    assert not any(word in said for word in ("Bank statement", "December", "Hello"))


def test_the_same_state_gives_the_same_bytes_and_what_came_is_said_to_be_here(letter, client, clock):
    id, fetch = letter(JANA)
    first = fetch().data
    clock.turn(90)
    assert fetch().data == first
    assert b"D:20261124" in first  # when it was asked, not when it was drawn
    send(client(JANA), [make_photo()], kind="payslip", ask=id)
    assert "Ist schon bei uns" in words(fetch().data)


def test_the_code_opens_the_exact_ask_and_the_name_lies_in_the_window(letter):
    id, fetch = letter(JANA)
    page = pypdfium2.PdfDocument(fetch().data)[0]
    assert next(codes_on(page), "") == f"http://localhost/#/a/{id}"
    found = page.get_textpage().search("Jana Özdemir").get_next()
    left, bottom, _, top = page.get_textpage().get_charbox(found[0])
    from_top = (page.get_height() - top, page.get_height() - bottom)
    # DIN 5008, form B: 20 to 105 mm from the left, the address 62.7 to 90 mm from the top.
    assert 20 * MM < left < 105 * MM
    assert 62.7 * MM < from_top[0] < from_top[1] < 90 * MM


def test_the_address_stands_below_the_name_in_the_window(letter, store):
    _, fetch = letter(JANA)
    without = words(fetch().data)
    people.set_address(store.db, people.by_login(store.db, JANA["login"])["id"], "Lindenweg 4", "12345 Musterstadt")
    page = pypdfium2.PdfDocument(fetch().data)[0]
    tops = []
    for said in ("Jana Özdemir", "Lindenweg 4", "12345 Musterstadt"):
        found = page.get_textpage().search(said).get_next()
        left, bottom, _, top = page.get_textpage().get_charbox(found[0])
        assert 20 * MM < left < 105 * MM and 62.7 * MM < page.get_height() - top < page.get_height() - bottom < 90 * MM
        tops.append(page.get_height() - top)
    assert tops == sorted(tops) and "12345" not in without


def test_a_long_letter_keeps_each_paper_and_the_code_whole(letter):
    id, fetch = letter(AMINA, PAPERS * 12)
    pages = list(pypdfium2.PdfDocument(fetch().data))
    assert len(pages) > 1
    assert [read for page in pages if (read := set(codes_on(page)))] == [{f"http://localhost/#/a/{id}"}]


def test_an_ask_that_was_closed_has_no_letter(letter, client):
    id, fetch = letter(JANA)
    client(MIRA).delete(f"/api/v1/desk/asks/{id}")
    assert (fetch().status_code, fetch().json["code"]) == (409, "ask_closed")
