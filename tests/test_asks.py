"""What the office asks for: made, answered, reminded of, and read from what was handed in."""

from __future__ import annotations

import hashlib
from datetime import datetime

import pytest

from app import accounts, asks, assembly, notify
from app.store import people
from app.store.database import rows
from tests.make import JANA, KERSTIN, LUCA, MIRA, RAUL, make_photo, new_id, send

DUE = "2026-12-08"  # the clock stands at 2026-11-24
PAPERS = [{"kind": "payslip", "note": {"de": "Oktober"}}, {"kind": "bank_statement"}, {"kind": "rental_contract"}]
DAY = 86_400


@pytest.fixture
def mira(client):
    return client(MIRA)


@pytest.fixture
def jana(client):
    return client(JANA)


KEYS = {
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}


def said(store, **more):
    person = people.by_login(store.db, JANA["login"])["id"]
    return {"person": person, "due": DUE, "reason": {"de": "Bald endet etwas."}, "papers": PAPERS, **more}


def ask(desk, store, **more) -> str:
    id = new_id()
    answer = desk.put(f"/api/v1/desk/asks/{id}", json=said(store, **more))
    assert answer.status_code == 201, answer.json
    return id


def states(browser, id) -> list[str]:
    return [paper["state"] for paper in browser.get(f"/api/v1/asks/{id}").json["papers"]]


def decide(desk, submission, outcome="accepted"):
    body = {"outcome": outcome, "reason": "blurred" if outcome == "returned" else None}
    answer = desk.put(f"/api/v1/desk/submissions/{submission}/decision", json=body)
    assert answer.status_code == 200, answer.json


def happened(store, id):
    return [row["what"] for row in rows(store.db, "SELECT what FROM event WHERE ask = :id ORDER BY id", {"id": id})]


def test_an_ask_is_made_once_however_often_it_is_said(mira, store):
    id = ask(mira, store)
    assert mira.put(f"/api/v1/desk/asks/{id}", json=said(store)).status_code == 200
    other = mira.put(f"/api/v1/desk/asks/{id}", json=said(store, due="2026-12-09"))
    assert (other.status_code, other.json["code"]) == (409, "ask_changed")
    assert happened(store, id) == ["asked"]


@pytest.mark.parametrize("due", ["2026-11-23", "2028-01-01", "2026-02-30"])
def test_a_day_that_is_over_far_off_or_none_at_all_is_refused(mira, store, due):
    answer = mira.put(f"/api/v1/desk/asks/{new_id()}", json=said(store, due=due))
    assert (answer.status_code, answer.json["where"]) == (400, "due")


def test_nobody_is_asked_by_another_team_and_who_has_no_case_by_none(client, mira, store):
    id = ask(mira, store)
    for person in (RAUL, JANA, LUCA):
        browser = client(person)
        assert browser.put(f"/api/v1/desk/asks/{new_id()}", json=said(store)).status_code == 404
        assert browser.get(f"/api/v1/desk/asks/{id}").status_code == 404
    assert client(LUCA).get(f"/api/v1/asks/{id}").status_code == 404
    assert client(RAUL).get("/api/v1/desk/asks").json["asks"] == []
    luca = people.by_login(store.db, LUCA["login"])["id"]
    assert mira.put(f"/api/v1/desk/asks/{new_id()}", json=said(store, person=luca)).status_code == 404


def test_papers_are_ticked_off_by_what_was_handed_in_for_them(mira, jana, store, office):
    id = ask(mira, store)
    assert jana.get("/api/v1/asks").json["asks"][0]["state"] == "open"
    first = send(jana, [make_photo(1)], ask=id, wanted=1)
    second = send(jana, [make_photo(2)], kind="bank_statement", ask=id)  # it names no paper: the kind does
    assert states(jana, id) == ["there", "there", "open"]
    for submission in (first, second):
        assembly.assemble(store, office, submission)
    decide(mira, first)
    decide(mira, second, "returned")
    assert states(jana, id) == ["accepted", "returned", "open"]
    again = send(
        jana, [make_photo(3)], kind="bank_statement", follows=second
    )  # it follows, so it is for the same paper
    assert states(jana, id) == ["accepted", "there", "open"]
    assembly.assemble(store, office, again)
    decide(mira, again)
    third = send(jana, [make_photo(4)], kind="rental_contract", ask=id, wanted=3)
    assert jana.get(f"/api/v1/asks/{id}").json["state"] == "answered"
    assembly.assemble(store, office, third)
    decide(mira, third)
    assert mira.get(f"/api/v1/desk/asks/{id}").json["state"] == "complete"


def test_what_is_for_somebody_elses_ask_is_taken_all_the_same(client, mira, jana, store):
    id = ask(mira, store)
    submission = send(jana, [make_photo()], ask="not-an-ask", wanted=7)
    assert jana.get(f"/api/v1/submissions/{submission}").json["ask"] is None
    assert states(jana, id) == ["open", "open", "open"]


def test_i_do_not_have_this_is_told_taken_back_and_insisted_on(mira, jana, store):
    id = ask(mira, store)
    path = f"/api/v1/asks/{id}/papers/2/answer"
    for _ in range(2):
        answer = jana.put(path, json={"reason": "not_yet", "text": " Kommt am Montag. "})
    assert answer.json["papers"][1]["declined"]["text"] == "Kommt am Montag."
    assert states(jana, id) == ["open", "declined", "open"]
    mira.put(f"/api/v1/desk/asks/{id}/papers/2", json={"outcome": "wanted"})
    assert states(jana, id) == ["open", "open", "open"]
    jana.put(path, json={"reason": "lost"})
    jana.put(path, json={"reason": None})
    assert states(jana, id) == ["open", "open", "open"]
    jana.put(path, json={"reason": "lost"})
    mira.put(f"/api/v1/desk/asks/{id}/papers/2", json={"outcome": "waived"})
    assert states(jana, id) == ["open", "waived", "open"]
    assert happened(store, id) == ["asked", "declined", "seen", "wanted", "declined", "will_come", "declined", "waived"]
    assert jana.put(f"/api/v1/asks/{id}/papers/9/answer", json={"reason": "lost"}).status_code == 404


def test_more_time_is_asked_for_once_and_decided_once(mira, jana, store):
    id = ask(mira, store)
    wish = {"id": new_id(), "text": "Die Bank schickt erst nächste Woche."}
    for _ in range(2):
        assert jana.put(f"/api/v1/asks/{id}/wish", json=wish).json["wish"]["outcome"] is None
    granted = mira.put(f"/api/v1/desk/asks/{id}/wish", json={"outcome": "granted"}).json
    assert (granted["due"], granted["first_due"], granted["wish"]["outcome"]) == ("2026-12-22", DUE, "granted")
    assert mira.put(f"/api/v1/desk/asks/{id}/wish", json={"outcome": "granted"}).json["due"] == "2026-12-22"
    assert mira.put(f"/api/v1/desk/asks/{id}/wish", json={"outcome": "refused"}).status_code == 409
    assert jana.put(f"/api/v1/asks/{id}/wish", json=wish).json["wish"]["outcome"] == "granted"  # said late once more
    again = jana.put(f"/api/v1/asks/{id}/wish", json={"id": new_id()}).json
    assert again["wish"]["outcome"] is None
    assert mira.put(f"/api/v1/desk/asks/{id}/wish", json={"outcome": "refused"}).json["due"] == "2026-12-22"
    assert happened(store, id).count("time_wished") == 2


def test_a_second_wish_from_another_phone_takes_the_place_of_the_first(mira, jana, store):
    id = ask(mira, store)
    for text in ("Die Bank ist zu.", "Die Bank schickt es am 3. Januar."):
        said = jana.put(f"/api/v1/asks/{id}/wish", json={"id": new_id(), "text": text}).json
        assert said["wish"]["text"] == text
    assert happened(store, id).count("time_wished") == 2


def test_an_ask_that_was_closed_takes_papers_and_no_answers(mira, jana, store):
    id = ask(mira, store)
    for _ in range(2):
        assert mira.delete(f"/api/v1/desk/asks/{id}").json["state"] == "closed"
    refused = jana.put(f"/api/v1/asks/{id}/papers/1/answer", json={"reason": "lost"})
    assert (refused.status_code, refused.json["code"]) == (409, "ask_closed")
    send(jana, [make_photo()], ask=id, wanted=1)
    assert states(jana, id)[0] == "there"
    assert happened(store, id) == ["asked", "closed", "seen"]


def at(clock, day: str, hour: int) -> None:
    """Turn the clock to an hour of a day in Musterstadt."""
    clock.now = datetime.fromisoformat(day).replace(hour=hour, tzinfo=asks.ZONE).timestamp()


def test_people_are_reminded_7_3_and_1_days_before_by_day_and_once_each(mira, store, clock):
    id = ask(mira, store)
    told = []
    for day in range(24, 31):
        for hour in (0, 8, 9, 12, 20, 23):
            at(clock, f"2026-11-{day}", hour)
            told += [(f"11-{day}", hour)] * asks.remind(store)
    for day in range(1, 12):
        for hour in (3, 10, 18, 19):
            at(clock, f"2026-12-{day:02d}", hour)
            told += [(f"12-{day:02d}", hour)] * asks.remind(store)
    assert told == [("12-01", 10), ("12-05", 10), ("12-07", 10)]
    assert happened(store, id).count("reminded") == 3


def test_nobody_is_reminded_of_what_is_there_closed_or_was_asked_today(client, store, clock):
    at(clock, "2026-11-24", 10)
    mira = client(MIRA)
    answered = ask(mira, store, due="2026-11-27", papers=PAPERS[:1])
    closed = ask(mira, store, due="2026-11-27")
    fresh = ask(mira, store, due="2026-11-25")
    assert asks.remind(store) == 0  # all were asked today
    client(JANA).put(f"/api/v1/asks/{answered}/papers/1/answer", json={"reason": "never_had"})
    client(MIRA).delete(f"/api/v1/desk/asks/{closed}")
    at(clock, "2026-11-25", 9)
    assert asks.remind(store) == 1
    assert "reminded" in happened(store, fresh)


def test_a_worker_that_was_away_reminds_once_of_what_fits_now(mira, store, clock):
    ask(mira, store)
    at(clock, "2026-12-06", 11)  # 7 and 3 days before nobody was there
    assert [asks.remind(store), asks.remind(store)] == [1, 0]


def test_more_time_brings_new_reminders(client, mira, store, clock):
    id = ask(mira, store)
    at(clock, "2026-12-07", 9)
    assert asks.remind(store) == 1
    client(JANA).put(f"/api/v1/asks/{id}/wish", json={"id": new_id()})
    client(MIRA).put(f"/api/v1/desk/asks/{id}/wish", json={"outcome": "granted", "until": "2026-12-14"})
    assert asks.remind(store) == 1


def test_each_side_is_told_and_nobody_reads_of_what(mira, jana, store, config):

    for person in (JANA, MIRA):
        endpoint = f"https://updates.push.services.mozilla.com/{person['login']}"
        row = {"id": hashlib.sha256(endpoint.encode()).hexdigest(), "endpoint": endpoint, "language": "de", **KEYS}
        notify.subscribe(store, config, people.by_login(store.db, person["login"])["id"], row)
    id = ask(mira, store)
    jana.put(f"/api/v1/asks/{id}/papers/1/answer", json={"reason": "lost", "text": "Im Umzug verloren"})
    pushes = [row["payload"] for row in rows(store.db, "SELECT payload FROM push_outbox ORDER BY id")]
    assert len(pushes) == 2
    assert f"/#/a/{id}" in pushes[0] and f"/desk/#/a/{id}" in pushes[1]
    assert not any(word in payload for payload in pushes for word in ("payslip", "Lohn", "Umzug", "Jana", "Özdemir"))


def test_the_office_brings_templates_and_finds_people(mira):
    templates = mira.get("/api/v1/desk/templates").json["templates"]
    assert {"renewal", "application", "move", "job"} <= {template["id"] for template in templates}
    assert [row["name"] for row in mira.get("/api/v1/desk/case-people?q=ozdemir 4150200000001").json["people"]] == [
        JANA["name"]
    ]
    assert mira.get("/api/v1/desk/case-people?q=ferrari").json["people"] == []


def test_the_desk_sees_what_needs_it(mira, jana, store, clock):
    def needs() -> tuple[list[str], int]:
        counted = mira.get("/api/v1/desk/submissions").json["counts"]["asks"]
        return mira.get("/api/v1/desk/asks").json["asks"][0]["needs"], counted

    id = ask(mira, store)
    assert needs() == ([], 0)
    jana.put(f"/api/v1/asks/{id}/wish", json={"id": new_id()})
    jana.put(f"/api/v1/asks/{id}/papers/2/answer", json={"reason": "lost"})
    assert needs() == (["wish", "declined"], 1)
    mira.put(f"/api/v1/desk/asks/{id}/wish", json={"outcome": "refused"})
    mira.put(f"/api/v1/desk/asks/{id}/papers/2", json={"outcome": "waived"})
    assert needs() == ([], 0)
    clock.turn(20 * DAY)
    caseworker = people.by_login(store.db, MIRA["login"])
    assert asks.needs(asks.find(store, caseworker, id)) == ["overdue"]
    assert asks.count_needing(store, caseworker) == 1
    asks.close(store, caseworker, id)
    assert asks.count_needing(store, caseworker) == 0


def test_what_is_complete_leaves_the_list_a_month_after_its_date(mira, store, clock):
    id = ask(mira, store, papers=PAPERS[:1])
    mira.put(f"/api/v1/desk/asks/{id}/papers/1", json={"outcome": "waived"})
    caseworker = people.by_login(store.db, MIRA["login"])
    listed = []
    for _ in range(2):
        clock.turn(44 * DAY / 2 + 1)
        listed.append([row["id"] for row in asks.of_team(store, caseworker)])
    assert listed == [[id], [id]]
    clock.turn(DAY)
    assert asks.of_team(store, caseworker) == []
    assert asks.find(store, caseworker, id)["state"] == "complete"


def test_the_teams_list_says_the_same_as_each_ask_by_itself(mira, jana, store, office):
    first, second = ask(mira, store), ask(mira, store, due="2026-12-01")
    submission = send(jana, [make_photo(1)], ask=first, wanted=1)
    send(jana, [make_photo(2)], kind="school", ask=second)  # of no kind that was asked for
    assembly.assemble(store, office, submission)
    decide(mira, submission, "returned")
    jana.put(f"/api/v1/asks/{second}/papers/3/answer", json={"reason": "lost"})
    whole = {id: mira.get(f"/api/v1/desk/asks/{id}").json for id in (first, second)}
    listed = {row["id"]: row for row in mira.get("/api/v1/desk/asks").json["asks"]}
    assert list(listed) == [second, first]  # the next date first
    for id, row in listed.items():
        assert {key: whole[id][key] for key in row} == row
    assert [row["wanted"] for row in whole[second]["handed_in"]] == [None]


def test_a_submission_at_the_desk_says_which_ask_it_is_for_and_how_that_stands(mira, jana, store, office):
    id = ask(mira, store)
    mira.put(f"/api/v1/desk/asks/{id}/papers/3", json={"outcome": "waived"})
    submission = send(jana, [make_photo()], ask=id, wanted=1)
    told = mira.get(f"/api/v1/desk/submissions/{submission}").json
    assert told["asked"] == {"id": id, "state": "open", "due": DUE, "given": 1, "wanted": 2}
    other = send(jana, [make_photo(2)])
    assert mira.get(f"/api/v1/desk/submissions/{other}").json["asked"] is None
    owner = told["person"]["id"]
    found = mira.get(f"/api/v1/desk/case-people?person={owner}").json["people"]
    assert [row["name"] for row in found] == [JANA["name"]]


def test_more_time_never_ends_on_a_weekend(mira, jana, store):
    id = ask(mira, store, due="2026-11-28")
    told = mira.get(f"/api/v1/desk/asks/{id}").json
    assert (told["due"], told["first_due"]) == ("2026-11-30", "2026-11-30")
    assert told["events"][0]["detail"] == {"due": "2026-11-30", "wanted": "2026-11-28", "why": "saturday"}
    jana.put(f"/api/v1/asks/{id}/wish", json={"id": new_id()})
    assert mira.put(f"/api/v1/desk/asks/{id}/wish", json={"outcome": "granted"}).json["due"] == "2026-12-14"


def test_every_route_of_asks_exists_for_its_owner_and_for_nobody_else(client, app, mira, store):
    """Each route times each role: Jana's own ask at the desk of her team, and from anywhere else."""
    accounts.add_person(store, KERSTIN)
    owner = people.by_login(store.db, JANA["login"])["id"]
    bodies = {
        "/api/v1/desk/asks/<ask>": said(store),
        "/api/v1/desk/asks/<ask>/wish": {"outcome": "granted"},
        "/api/v1/desk/asks/<ask>/papers/<int:n>": {"outcome": "waived"},
        "/api/v1/asks/<ask>/papers/<int:n>/answer": {"reason": "lost"},
        "/api/v1/asks/<ask>/wish": {"id": new_id()},
    }
    id = ask(mira, store)
    client(JANA).put(f"/api/v1/asks/{id}/wish", json={"id": new_id()})
    rules = [
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
        if "/asks/<ask>" in rule.rule
    ]
    assert len(rules) == 9
    visitors = {"nobody": client(), **{who["name"]: client(who) for who in (JANA, LUCA, MIRA, RAUL, KERSTIN)}}
    for method, rule in sorted(rules, key=lambda each: each[0] == "DELETE"):
        at_desk = "/desk/" in rule
        owners = {MIRA["name"]} if at_desk else {JANA["name"]}
        path = rule.replace("<ask>", id).replace("<int:n>", "1")
        for name, browser in visitors.items():
            answer = browser.open(path, method=method, json=bodies.get(rule) if method == "PUT" else None)
            expected = {401} if name == "nobody" else {200} if name in owners else {404}
            assert {answer.status_code} == expected, (method, rule, name, answer.data)
    for name, browser in visitors.items():
        found = browser.get(f"/api/v1/desk/case-people?person={owner}")
        allowed = name in (MIRA["name"], RAUL["name"], KERSTIN["name"])
        assert found.status_code == (200 if allowed else 401 if name == "nobody" else 404), name
        assert not allowed or bool(found.json["people"]) == (name == MIRA["name"])
