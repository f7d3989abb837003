"""What people think of Belegbote: asked seldom, told without names, but where somebody wants to be called."""

from __future__ import annotations

import csv
import io

import pytest

from app import accounts
from tests.make import JANA, KERSTIN, LUCA, MIRA, new_id

DAY = 86_400


@pytest.fixture
def kerstin(client, store):
    accounts.add_person(store, KERSTIN)
    return client(KERSTIN)


def due(browser) -> bool:
    return browser.get("/api/v1/survey").json["due"]


def say(browser, survey: str, **said):
    return browser.put(f"/api/v1/survey/{survey}", json=said)


def test_nobody_is_asked_again_before_90_days_or_ever_if_they_wish(client, clock):
    assert due(client(JANA))
    assert say(client(JANA), new_id(), stars=4).json == {"due": False}
    clock.turn(89 * DAY)
    assert not due(client(JANA))
    clock.turn(2 * DAY)
    assert due(client(JANA))
    say(client(JANA), new_id(), skipped="now")
    assert not due(client(JANA))
    clock.turn(91 * DAY)
    assert due(client(JANA))
    say(client(JANA), new_id(), skipped="ever")
    clock.turn(1000 * DAY)
    assert not due(client(JANA))
    assert due(client(LUCA))


def test_an_answer_said_twice_counts_once_and_a_new_one_takes_its_place(client, kerstin):
    jana, first = client(JANA), new_id()
    for _ in range(2):
        assert say(jana, first, stars=2, text=" Zu langsam. ").status_code == 200
    say(jana, new_id(), stars=5, text="Jetzt gut.")
    found = kerstin.get("/api/v1/desk/survey").json
    assert [(row["stars"], row["text"]) for row in found["answers"]] == [(5, "Jetzt gut.")]
    assert say(client(LUCA), first, stars=1).status_code == 200  # that id is free again: its answer was replaced
    assert say(jana, first, stars=5).status_code == 404


@pytest.mark.parametrize(
    "said", [{}, {"stars": 0}, {"stars": 6}, {"stars": 3, "skipped": "now"}, {"stars": 3, "text": "x" * 2001}]
)
def test_what_makes_no_sense_is_refused(client, said):
    assert say(client(JANA), new_id(), **said).status_code == 400


def test_the_office_sees_names_only_of_those_who_want_a_call(client, kerstin, store):
    wants, quiet = new_id(), new_id()
    say(client(JANA), wants, stars=1, text="=1+1", call=True, phone=" 0541 123 ")
    say(client(LUCA), quiet, stars=5, text="Gut; danke", call=False, phone="0170 999")
    found = kerstin.get("/api/v1/desk/survey").json
    assert (found["average"], found["counts"]) == (3.0, {"1": 1, "2": 0, "3": 0, "4": 0, "5": 1})
    by_id = {row["id"]: row for row in found["answers"]}
    assert by_id[wants]["person"] == {"name": JANA["name"], "case": JANA["case"]["number"]}
    assert by_id[wants]["phone"] == "0541 123"
    assert (by_id[quiet]["person"], by_id[quiet]["phone"]) == (None, None)
    kerstin.put(f"/api/v1/desk/survey/{wants}/called", json={"called": True})
    called = kerstin.get("/api/v1/desk/survey").json["answers"]
    assert {row["id"]: row["called_by"] for row in called} == {wants: KERSTIN["name"], quiet: None}
    assert kerstin.put(f"/api/v1/desk/survey/{quiet}/called", json={"called": True}).status_code == 404
    table = kerstin.get("/api/v1/desk/survey.csv").get_data(as_text=True).lstrip("\ufeff")
    lines = list(csv.reader(io.StringIO(table), delimiter=";"))
    assert sorted(line[1:] for line in lines[1:]) == [["1", "'=1+1"], ["5", "Gut; danke"]]
    assert not any(word in table for word in ("Jana", "Luca", "0541", "0170"))
    assert client(MIRA).get("/api/v1/desk/survey").status_code == 404
