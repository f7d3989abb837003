"""A caseworker's duty: alerts at their pace and hours, and somebody who stands in when they are away."""

from __future__ import annotations

import hashlib
from datetime import datetime

import pytest

from app import accounts, alarms, assembly, notify
from app.office import ZONE
from app.store import people
from app.store.database import rows
from tests.make import JANA, KERSTIN, MIRA, RAUL, make_photo, send
from tests.test_asks import KEYS

IDA = {"role": "caseworker", "name": "Ida Brandt", "login": "ida", "secret": "a third password", "team": "one"}


@pytest.fixture(autouse=True)
def morning(clock):
    at(clock, 9, 1)


def at(clock, hour: int, minute: int = 0) -> None:
    """Turn the clock to a time of its day in Musterstadt."""
    day = datetime.fromtimestamp(clock.now, ZONE)
    clock.now = day.replace(hour=hour, minute=minute, second=0).timestamp()


def subscribe(store, config, person) -> str:
    endpoint = f"https://updates.push.services.mozilla.com/{person['login']}"
    id = hashlib.sha256(endpoint.encode()).hexdigest()
    row = {"id": id, "endpoint": endpoint, "language": "de", **KEYS}
    notify.subscribe(store, config, id_of(store, person), row)
    return id


def id_of(store, person) -> str:
    return people.by_login(store.db, person["login"])["id"]


def duty(browser, **said):
    return browser.put("/api/v1/desk/duty", json=said)


def arrive(client, store, office, seed=1) -> str:
    submission = send(client(JANA), [make_photo(seed, size=(300, 400))])
    assembly.assemble(store, office, submission)
    return submission


def pushes(store, subscription) -> list[tuple[str, str]]:
    """Local time and words of what a browser will be told."""
    found = rows(store.db, "SELECT * FROM push_outbox WHERE subscription = :id ORDER BY id", {"id": subscription})
    clock = [datetime.fromtimestamp(row["not_before"], ZONE).strftime("%H:%M") for row in found]
    return list(zip(clock, [row["payload"] for row in found], strict=True))


def times(store, subscription) -> list[str]:
    return [time for time, _ in pushes(store, subscription)]


def test_alerts_come_at_once_gathered_or_not_at_all(client, store, config, office, clock):
    mira, desk = client(MIRA), subscribe(store, config, MIRA)
    arrive(client, store, office, 1)
    assert times(store, desk) == ["09:01"]
    duty(mira, pace="summary")
    at(clock, 9, 16)
    arrive(client, store, office, 2)
    arrive(client, store, office, 3)
    assert times(store, desk)[1:] == ["09:30", "09:30"]
    assert "Im Posteingang gibt es Neues." in pushes(store, desk)[-1][1]
    at(clock, 9, 30)
    while notify.deliver(store, lambda push: notify.Outcome(201), notify.Hosts()):
        pass
    sent = [row["state"] for row in rows(store.db, "SELECT state FROM push_outbox ORDER BY id")]
    assert sent[-2:] == ["dropped", "sent"]  # of two that wait for the same moment one is told
    duty(mira, pace="none")
    arrive(client, store, office, 4)
    assert len(times(store, desk)) == 3


@pytest.mark.parametrize(("hour", "told"), [(7, "07:00"), (17, "17:00"), (18, "07:00"), (23, "07:00"), (3, "07:00")])
def test_in_quiet_hours_alerts_wait_for_their_end(client, store, config, office, clock, hour, told):
    duty(client(MIRA), quiet_from="18:00", quiet_until="07:00")
    desk = subscribe(store, config, MIRA)
    at(clock, hour)
    arrive(client, store, office)
    assert times(store, desk) == [told]


def test_an_alarm_waits_for_nobody(client, store, config, office, clock):
    accounts.add_person(store, KERSTIN, None)
    desk = subscribe(store, config, KERSTIN)
    duty(client(KERSTIN), pace="none", quiet_from="00:00", quiet_until="23:59")
    send(client(JANA), [make_photo()])
    clock.turn(700)  # no document after ten minutes
    alarms.Watch(store, config).look(store.now())
    assert times(store, desk) == ["09:12"]


def test_who_stands_in_has_it_in_hand_is_alerted_and_may_work_there_until_the_day_comes(
    client, store, config, office, clock
):
    accounts.add_person(store, IDA, None)
    mira, raul = client(MIRA), client(RAUL)
    of_mira, of_raul = subscribe(store, config, MIRA), subscribe(store, config, RAUL)
    submission = arrive(client, store, office)
    mira.put(f"/api/v1/desk/submissions/{submission}/taker", json={"taken": True})
    assert raul.put("/api/v1/desk/duty/team", json={"team": "one"}).status_code == 404
    answer = duty(mira, away_from="2026-11-24", away_until="2026-11-25", stand_in=id_of(store, RAUL))
    assert answer.json["stand_in_name"] == "Raul Meyer"
    before = len(times(store, of_mira))
    arrive(client, store, office, 2)
    assert len(times(store, of_mira)) == before and len(times(store, of_raul)) == 1

    told = raul.get("/api/v1/desk/duty").json
    assert told["stands_in_for"] == [{"name": "Mira Kern", "team": {"id": "one", "name": "Team Eins"}}]
    assert raul.get(f"/api/v1/desk/submissions/{submission}").status_code == 404  # in his own inbox
    assert raul.put("/api/v1/desk/duty/team", json={"team": "one"}).json["team"]["id"] == "one"
    mine = raul.get("/api/v1/desk/submissions?state=mine").json["submissions"]
    assert [row["id"] for row in mine] == [submission]
    decided = raul.put(f"/api/v1/desk/submissions/{submission}/decision", json={"outcome": "accepted"}).json
    assert decided["decision"]["by"] == "Raul Meyer"

    clock.turn(2 * 86_400)
    raul = client(RAUL)
    assert raul.get("/api/v1/desk/duty").json["stands_in_for"] == []
    assert raul.put("/api/v1/desk/duty/team", json={"team": "one"}).status_code == 404


def test_a_choice_of_team_ends_with_the_absence(client, store, office):
    mira, raul = client(MIRA), client(RAUL)
    duty(mira, away_from="2026-11-24", away_until="2026-11-24", stand_in=id_of(store, RAUL))
    raul.put("/api/v1/desk/duty/team", json={"team": "one"})
    arrive(client, store, office)
    assert raul.get("/api/v1/desk/submissions").json["total"] == 1
    duty(mira)
    assert raul.get("/api/v1/desk/submissions").json["total"] == 0


def test_when_all_are_away_and_nobody_stands_in_all_are_told(client, store, config, office):
    desk = subscribe(store, config, MIRA)
    duty(client(MIRA), away_from="2026-11-24", away_until="2026-11-30")
    arrive(client, store, office)
    assert len(times(store, desk)) == 1


@pytest.mark.parametrize(
    "said",
    [
        {"quiet_from": "18:00"}, {"away_from": "2026-11-24"}, {"away_from": "2026-11-25", "away_until": "2026-11-24"},
        {"quiet_from": "25:00", "quiet_until": "07:00"}, {"away_from": "2026-02-30", "away_until": "2026-03-01"},
        {"stand_in": "nobody"}, {"pace": "sometimes"},
    ],
)  # fmt: skip
def test_a_duty_that_makes_no_sense_is_refused(client, said):
    assert duty(client(MIRA), **said).status_code == 400


def test_nobody_stands_in_for_themselves_and_no_jobseeker_for_anybody(client, store):
    for person in (MIRA, JANA):
        assert duty(client(MIRA), stand_in=id_of(store, person)).status_code == 400
    assert client(JANA).get("/api/v1/desk/duty").status_code == 404


def test_who_has_left_for_good_keeps_no_alert_from_those_who_are_away(client, store, config, office):
    desk = subscribe(store, config, MIRA)
    gone = {**people.by_login(store.db, MIRA["login"]), "id": "gone", "login": "gone", "name": "Gero Gone"}
    store.db["person"].insert(gone)
    people.set_ended(store.db, "gone", store.time())
    duty(client(MIRA), away_from="2026-11-24", away_until="2026-11-30")
    arrive(client, store, office)
    assert len(times(store, desk)) == 1
    assert "gone" not in [one["id"] for one in client(MIRA).get("/api/v1/desk/duty").json["colleagues"]]
    assert duty(client(MIRA), stand_in="gone").status_code == 400
