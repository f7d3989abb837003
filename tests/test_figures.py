"""The figures of an office: right, without names, and with no number so small that it points at somebody."""

from __future__ import annotations

import csv
import io
import random
from datetime import UTC, datetime, timedelta

import pytest

from app import accounts, figures
from app.store.database import insert, row
from tests.make import JANA, KERSTIN, LUCA, MIRA, RAUL, new_id

DAY = 86400.0


@pytest.fixture
def kerstin(client, store):
    accounts.add_person(store, KERSTIN)
    return client(KERSTIN)


def person(store, who):
    return row(store.db, "SELECT id FROM person WHERE login = :login", {"login": who["login"]})["id"]


def case_of(store, team):
    found = row(store.db, 'SELECT id FROM "case" WHERE team = :team', {"team": team})
    if found:
        return found["id"]
    insert(store.db, "case", {"id": f"case-{team}", "number": f"1//{team}", "team": team, "approved_until": None})
    return f"case-{team}"


def came(store, days_ago=1.0, hours=None, owner=JANA, team="one", kind="payslip", returned=None, minutes=1.0, **more):
    """A paper of two pages that arrived so many days ago; decided after so many hours; photographed minutes before."""
    at = datetime.fromtimestamp(store.now(), UTC) - timedelta(days=days_ago)
    submission = new_id()
    said = {"id": submission, "owner": person(store, owner), "case": case_of(store, team), "kind": kind,
            "state": "ready" if hours is None else "returned" if returned else "accepted", "manifest_hash": "",
            "client": "",
            "captured_at": None if minutes is None else iso(at - timedelta(minutes=minutes)), "created_at": iso(at),
            "received_at": iso(at), "number": submission}  # fmt: skip
    insert(store.db, "submission", {**said, **more})
    common = {"submission": submission, "type": "image/jpeg", "size": 1, "sha256": "0" * 64, "stored_at": iso(at)}
    insert(store.db, "page", *({**common, "id": f"p{n}", "seq": n} for n in (1, 2)))
    if hours is not None:
        decided = {"submission": submission, "outcome": "returned" if returned else "accepted", "reason": returned}
        decided |= {"caseworker": person(store, MIRA), "at": iso(at + timedelta(hours=hours))}
        insert(store.db, "decision", decided)


def iso(at):
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def ask(kerstin, **query):
    answer = kerstin.get("/api/v1/desk/figures", query_string=query)
    assert answer.status_code == 200, answer.json
    return answer.json


def test_days_totals_and_hours_are_those_of_the_rows(store, kerstin):
    for hours in (1, 2, 3, 4, 5, 6, 7, 8, 9, 100):
        came(store, days_ago=5, hours=hours)
    came(store, days_ago=0.01)
    came(store, days_ago=40)
    came(store, days_ago=40, hours=24, returned="blurred")
    told = ask(kerstin)
    assert told["now"] == {
        "submissions": 11, "pages": 22, "decided": 10, "returned": 0, "median": 5.5, "nine_in_ten": 9.0}  # fmt: skip
    assert told["before"] == {
        "submissions": 2, "pages": 4, "decided": 1, "returned": 1, "median": None, "nine_in_ten": None}  # fmt: skip
    assert (len(told["per_day"]), told["begins"], told["ends"]) == (30, "2026-10-26", "2026-11-24")
    assert [day for day in told["per_day"] if day["submissions"]] == [
        {"day": "2026-11-19", "submissions": 10, "pages": 20}, {"day": "2026-11-24", "submissions": 1, "pages": 2}
    ]  # fmt: skip
    weeks = {week["week"]: (week["submissions"], week["decided"], week["median"]) for week in told["per_week"]}
    assert weeks["2026-11-16"] == (10, 9, 5.0) and weeks["2026-11-23"] == (1, 1, None), "one is not a median"
    assert ask(kerstin, days=90)["now"]["submissions"] == 13


def test_a_day_is_a_day_of_the_offices_calendar_also_when_the_clocks_change(store, kerstin, clock):
    clock.now = datetime(2026, 10, 26, 12, tzinfo=UTC).timestamp()  # the clocks were put back on the 25th
    for at in ("2026-10-24T21:59:59Z", "2026-10-24T22:00:00Z", "2026-10-25T22:59:59Z", "2026-10-25T23:00:00Z"):
        came(store, received_at=at)
    told = {day["day"]: day["submissions"] for day in ask(kerstin)["per_day"]}
    assert [told[f"2026-10-{n}"] for n in (24, 25, 26)] == [1, 2, 1] and list(told)[-1] == "2026-10-26"


def test_the_worst_kinds_come_first_and_small_ones_go_together(store, kerstin):
    for kind, good, bad in (("payslip", 20, 5), ("bank_statement", 10, 10), ("school", 6, 0), ("utility_bill", 2, 1)):
        for n in range(good + bad):
            came(store, hours=1, kind=kind, returned="blurred" if n < bad else None)
    for kind in ("Brief an Elif Yılmaz", "=1+1", "x"):  # a phone may call it what it likes
        came(store, hours=1, kind=kind)
    told = ask(kerstin)["kinds"]
    assert [(each["kind"], each["decided"], each["returned"], each["rate"]) for each in told] == [
        ("bank_statement", 20, 10, 0.5), ("school", 6, 0, 0.0), ("payslip", 25, None, None), (None, 6, None, None)
    ]  # fmt: skip
    assert told[0]["reason"] == "blurred" and told[3]["reason"] is None


def test_no_small_number_is_told_and_none_can_be_subtracted():
    dice = random.Random(4)
    for _ in range(2000):
        counts = {str(n): dice.choice((0, 1, 2, 4, 5, 9, 30)) for n in range(dice.randint(1, 6))}
        named, rest = figures._folded(counts)
        assert all(counts[name] >= figures.LEAST for name in named)
        assert rest == sum(counts.values()) - sum(counts[name] for name in named)
        assert not 0 < rest < figures.LEAST or not named, "the rest is as large, or all there is"
        hidden = figures._hidden(list(counts.values()))
        assert all(told in (None, 0) or told >= figures.LEAST for told in hidden)
        assert hidden.count(None) != 1 or len(counts) == 1, "one alone is found by subtraction"


def test_languages_count_people_and_waits_count_papers(store, kerstin):
    for n in range(6):
        accounts.add_person(store, {**LUCA, "login": f"9000000{n}", "name": f"P{n}", "language": "en"})
        for _ in range(3):
            came(store, owner={"login": f"9000000{n}"}, minutes=(1, 50, 60 * 24 * 3)[n % 3])
    came(store, owner=JANA, minutes=-500)
    told = ask(kerstin)
    assert told["languages"] == [{"name": None, "count": 7}], "one German reader alone would be found"
    waits = {each["name"]: each["count"] for each in told["waits"]}
    assert waits == {"minutes": None, "hour": 6, "day": 0, "longer": 6, "unknown": None}, "one more stays out with it"


def test_a_team_has_its_own_figures_and_one_that_is_not_there_has_none(store, kerstin):
    came(store, team="one")
    came(store, team="two")
    came(store, team="two")
    assert [ask(kerstin, team=team)["now"]["submissions"] for team in ("one", "two", "")] == [1, 2, 3]
    assert ask(kerstin)["teams"] == [{"id": "one", "name": "Team Eins"}, {"id": "two", "name": "Team Zwei"}]
    assert kerstin.get("/api/v1/desk/figures?team=three").status_code == 404
    for days in ("31", "x", "-30", "", "9" * 50):
        assert kerstin.get(f"/api/v1/desk/figures?days={days}").status_code == 400, days


def test_there_is_no_name_in_any_of_it(store, kerstin):
    for n in range(8):
        came(store, hours=n, returned="blurred" if n < 6 else None, kind="Jana Özdemir, privat" if n < 2 else "payslip")
    everything = kerstin.get("/api/v1/desk/figures").get_data(as_text=True)
    for table in figures.TABLES:
        everything += kerstin.get(f"/api/v1/desk/figures.csv?table={table}").get_data(as_text=True)
    for secret in ("Jana", "zdemir", "41502", "Mira", person(store, JANA), "privat"):
        assert secret not in everything


def test_each_table_can_be_saved_for_a_spreadsheet_in_the_admins_language(store, kerstin):
    for n in range(12):
        came(store, hours=n + 0.5, kind="payslip", returned="blurred" if n < 6 else None)
    saved = {table: save(kerstin, table) for table in figures.TABLES}
    assert saved["days"][0] == ["Tag", "Einreichungen", "Seiten"] and len(saved["days"]) == 31
    assert saved["kinds"][1] == ["Lohnabrechnung", "12", "6", "50,0", "Unscharf, nicht zu lesen"]
    assert saved["weeks"][-1][4] == "6,0" and saved["reasons"][1] == ["Unscharf, nicht zu lesen", "6"]
    assert saved["languages"][1] == ["Übrige", "unter 5"]
    kerstin.patch("/api/v1/session", json={"language": "en"})
    assert save(kerstin, "kinds")[1][:4] == ["Payslip", "12", "6", "50.0"]
    assert kerstin.get("/api/v1/desk/figures.csv?table=people").status_code == 400


def save(kerstin, table):
    answer = kerstin.get(f"/api/v1/desk/figures.csv?table={table}")
    assert answer.mimetype == "text/csv" and f"Belegbote-{table}-2026" in answer.headers["Content-Disposition"]
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))


@pytest.mark.parametrize(("who", "status"), [(None, 401), (JANA, 404), (MIRA, 404), (RAUL, 404)], ids=str)
@pytest.mark.parametrize("path", ["figures", "figures.csv"])
def test_for_everybody_but_an_admin_the_figures_do_not_exist(client, who, status, path):
    assert client(who).get(f"/api/v1/desk/{path}").status_code == status


@pytest.mark.hunt
def test_a_year_of_a_large_office_is_counted_from_its_rows(store, kerstin):
    dice = random.Random(1)
    for _ in range(600):
        came(store, days_ago=dice.uniform(0, 364), hours=dice.uniform(0.2, 90), returned=dice.choice([None, "blurred"]))
    told = ask(kerstin, days=365)
    assert 590 <= sum(week["submissions"] for week in told["per_week"]) == told["now"]["submissions"] <= 600
    assert told["now"]["nine_in_ten"] > told["now"]["median"] > 20
