"""Holidays as the states have them, and the next working day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app import accounts, holidays
from tests.make import JANA, KERSTIN, MIRA
from tests.test_asks import ask


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (1961, (4, 2)),
        (2000, (4, 23)),
        (2008, (3, 23)),
        (2025, (4, 20)),
        (2026, (4, 5)),
        (2027, (3, 28)),
        (2038, (4, 25)),
    ],
)
def test_easter_is_when_it_is(year, day):
    assert holidays.easter(year) == date(year, *day)


def days(region: str, *local: str) -> str:
    return " ".join(f"{day:%m-%d}" for day in sorted(holidays.of_year(2026, region, local)))


EVERYWHERE = "01-01 04-03 04-06 05-01 05-14 05-25 10-03 12-25 12-26"


@pytest.mark.parametrize(
    ("region", "more"),
    [
        ("", ""),
        ("BW", "01-06 06-04 11-01"), ("BY", "01-06 06-04 11-01"), ("BE", "03-08"), ("BB", "10-31"), ("HB", "10-31"),
        ("HH", "10-31"), ("HE", "06-04"), ("MV", "03-08 10-31"), ("NI", "10-31"), ("NW", "06-04 11-01"),
        ("RP", "06-04 11-01"), ("SL", "06-04 08-15 11-01"), ("SN", "10-31 11-18"), ("ST", "01-06 10-31"),
        ("SH", "10-31"), ("TH", "09-20 10-31"),
    ],
)  # fmt: skip
def test_each_state_has_its_own_holidays(region, more):
    assert days(region) == " ".join(sorted([*EVERYWHERE.split(), *more.split()]))


def test_what_holds_in_parts_of_a_state_holds_where_the_office_says_so_and_only_there():
    assert "08-15" in days("BY", "assumption") and "08-08" in days("BY", "peace_festival")
    assert "06-04" in days("TH", "corpus_christi") and "06-04" not in days("BE", "corpus_christi")


@pytest.mark.parametrize(
    ("day", "region", "moved"),
    [
        ("2026-12-04", "BY", "2026-12-04"),
        ("2026-12-05", "BY", "2026-12-07"),
        ("2026-04-03", "", "2026-04-07"),  # Good Friday, the weekend, Easter Monday
        ("2027-01-06", "BY", "2027-01-07"),
        ("2027-01-06", "BE", "2027-01-06"),
        ("2026-12-25", "", "2026-12-28"),
        ("2026-10-31", "SN", "2026-11-02"),
    ],
)
def test_a_deadline_moves_to_the_next_working_day(day, region, moved):
    assert holidays.workday(date.fromisoformat(day), region) == date.fromisoformat(moved)


def test_no_day_of_many_years_is_too_far_from_a_working_day():
    day = date(2026, 1, 1)
    for each in range(366 * 12):
        for region in ("BY", "SN"):
            assert holidays.workday(day + timedelta(each), region) - day - timedelta(each) <= timedelta(5)


def choose(client, store, **said):
    accounts.add_person(store, KERSTIN)
    version = client(KERSTIN).get("/api/v1/desk/office").json["version"]
    return client(KERSTIN).put("/api/v1/desk/office", json={"version": version, **said})


def test_an_ask_ends_on_no_holiday_of_the_state_that_an_admin_chose_and_says_why(client, store):
    mira = client(MIRA)
    assert mira.get(f"/api/v1/desk/asks/{ask(mira, store, due='2027-01-06')}").json["due"] == "2027-01-06"
    assert choose(client, store, region="BY", local_holidays=["assumption"]).json["region"] == "BY"
    told = mira.get("/api/v1/desk/holidays").json
    assert told["region"] == "BY" and {"day": "2027-01-06", "name": "epiphany"} in told["days"]
    assert {"day": "2027-08-15", "name": "assumption"} in told["days"]
    made = mira.get(f"/api/v1/desk/asks/{ask(mira, store, due='2027-01-06')}").json
    assert made["due"] == "2027-01-07"
    assert made["events"][0]["detail"] == {"due": "2027-01-07", "wanted": "2027-01-06", "why": "epiphany"}


def test_more_time_ends_on_no_holiday_and_saying_it_twice_is_harmless(client, store):
    choose(client, store, region="BY")
    mira, jana = client(MIRA), client(JANA)
    id = ask(mira, store)
    jana.put(f"/api/v1/asks/{id}/wish", json={"id": "0197a1b2-0000-7000-8000-000000000001"})
    for _ in range(2):
        answer = mira.put(f"/api/v1/desk/asks/{id}/wish", json={"outcome": "granted", "until": "2026-12-25"})
        assert (answer.status_code, answer.json["due"]) == (200, "2026-12-28")
    assert answer.json["events"][-1]["detail"]["why"] == "christmas"


@pytest.mark.parametrize("said", [{"region": "XX"}, {"local_holidays": ["sunday"]}])
def test_a_state_that_is_none_is_refused(client, store, said):
    assert choose(client, store, **said).status_code in (400, 422)
