"""The inbox as a mail client has it: queues, in whose hands, what can wait, what colleagues say and see."""

from __future__ import annotations

import pytest

from app import accounts, assembly
from app.store import people, schema
from tests.make import JANA, KERSTIN, MIRA, RAUL, make_photo, new_id, send

IDA = {"role": "caseworker", "name": "Ida Brandt", "login": "ida", "secret": "a third password", "team": "one"}
DAY = 86_400


@pytest.fixture
def ida(client, store):
    """Another caseworker of the same team."""
    accounts.add_person(store, IDA, None)
    return client(IDA)


@pytest.fixture
def three(client, store, office, clock):
    """Three ready submissions, a minute apart, the oldest first."""
    sent = []
    for n in range(3):
        sent.append(send(client(JANA), [make_photo(n, size=(300, 400))]))
        assembly.assemble(store, office, sent[-1])
        clock.turn(60)
    return sent


def put(browser, submission, what, **said):
    return browser.put(f"/api/v1/desk/submissions/{submission}/{what}", json=said)


def queue(browser, state, **more):
    told = browser.get("/api/v1/desk/submissions", query_string={"state": state, **more}).json
    return [row["id"] for row in told["submissions"]]


def counts(browser):
    return browser.get("/api/v1/desk/submissions").json["counts"]


def test_what_one_takes_is_mine_and_still_the_teams(client, ida, three):
    mira = client(MIRA)
    for _ in range(2):
        assert put(mira, three[1], "taker", taken=True).json["taken_by"] == "Mira Kern"
    assert queue(mira, "mine") == [three[1]] and queue(ida, "mine") == []
    assert queue(ida, "new") == three
    assert put(ida, three[1], "taker", taken=True).json["taken_by"] == "Ida Brandt"  # a colleague takes it over
    assert queue(mira, "mine") == [] and counts(ida)["mine"] == 1
    told = put(ida, three[1], "taker", taken=False).json
    assert told["taken_by"] is None
    assert [event["what"] for event in told["events"] if event["what"] in ("taken", "given_back")] == [
        "taken",
        "taken",
        "given_back",
    ]


def test_what_can_wait_comes_back_on_its_day(client, three, clock):
    mira = client(MIRA)
    assert put(mira, three[0], "postponement", until="2026-11-26").json["postponed_until"] == "2026-11-26"
    assert queue(mira, "new") == three[1:] and queue(mira, "postponed") == [three[0]]
    clock.turn(2 * DAY)
    assert queue(client(MIRA), "new") == three and counts(client(MIRA))["postponed"] == 0


@pytest.mark.parametrize("until", ["2026-11-24", "2026-02-30", "2030-01-01"])
def test_nothing_waits_until_a_day_that_is_not_ahead(client, three, until):
    assert put(client(MIRA), three[0], "postponement", until=until).status_code == 400


def test_what_waits_longer_than_the_office_wants_is_overdue_and_says_so(client, three, clock):
    assert queue(client(MIRA), "overdue") == []
    clock.turn(5 * DAY - 90)
    told = client(MIRA).get("/api/v1/desk/submissions?state=new").json["submissions"]
    assert [row["late"] for row in told] == [True, True, False]
    assert queue(client(MIRA), "overdue") == three[:2]


def test_a_long_queue_is_told_in_part_and_counted_whole(client, three):
    told = client(MIRA).get("/api/v1/desk/submissions?limit=2").json
    assert [row["id"] for row in told["submissions"]] == three[:2]
    assert (told["total"], told["counts"]["new"]) == (3, 3)


def test_what_was_accepted_last_stands_first(client, three, clock):
    mira = client(MIRA)
    for submission in (three[1], three[0], three[2]):
        put(mira, submission, "decision", outcome="accepted")
        clock.turn(60)
    assert queue(mira, "accepted") == [three[2], three[0], three[1]]


def test_colleagues_leave_notes_that_the_phone_does_not_show(client, ida, three):
    note = new_id()
    for _ in range(2):
        told = put(client(MIRA), three[0], f"notes/{note}", text=" Bitte mit der Miete vergleichen. ").json
    assert [(one["text"], one["by"]) for one in told["notes"]] == [("Bitte mit der Miete vergleichen.", "Mira Kern")]
    assert put(ida, three[0], f"notes/{note}", text="Anders").status_code == 400
    same = {"text": "Bitte mit der Miete vergleichen.", "withheld": True}
    assert put(client(MIRA), three[0], f"notes/{note}", **same).status_code == 400
    assert put(ida, three[0], f"notes/{new_id()}", text="  ").status_code == 400
    assert "vergleichen" not in client(JANA).get(f"/api/v1/submissions/{three[0]}").get_data(as_text=True)


def test_two_on_the_same_submission_see_each_other_for_as_long_as_they_look(client, ida, three, clock):
    mira = client(MIRA)
    assert put(mira, three[0], "presence").json["others"] == []
    assert [other["name"] for other in put(ida, three[0], "presence").json["others"]] == ["Mira Kern"]
    assert put(ida, three[1], "presence").json["others"] == []
    mira.delete(f"/api/v1/desk/submissions/{three[0]}/presence")
    assert put(ida, three[0], "presence").json["others"] == []
    put(mira, three[0], "presence")
    clock.turn(61)  # her browser is gone without a word
    assert put(ida, three[0], "presence").json["others"] == []


def test_the_desk_calls_papers_what_they_are_and_the_person_sees_it(client, three):
    mira = client(MIRA)
    told = put(mira, three[0], "kind", kind="rental_contract").json
    assert told["kind"] == "rental_contract" and told["events"][-1]["detail"] == {
        "from": "payslip",
        "to": "rental_contract",
    }
    assert put(mira, three[0], "kind", kind="shopping_list").status_code == 400
    seen = client(JANA).get(f"/api/v1/submissions/{three[0]}").json
    assert seen["kind"] == "rental_contract"
    assert {event["what"] for event in seen["events"]} <= {"created", "received", "ready"}


def test_none_of_it_is_there_for_another_team(client, three):
    raul = client(RAUL)
    said = [
        ("taker", {"taken": True}), ("postponement", {"until": None}), ("kind", {"kind": "payslip"}),
        (f"notes/{new_id()}", {"text": "x"}), ("presence", {}),
    ]  # fmt: skip
    for what, body in said:
        assert put(raul, three[0], what, **body).status_code == 404, what
        assert put(client(JANA), three[0], what, **body).status_code == 404, what


def test_what_somebody_had_in_hand_goes_back_to_the_team_when_their_access_ends(client, store, ida, three):
    accounts.add_person(store, KERSTIN)
    mira, kerstin = client(MIRA), client(KERSTIN)
    for id in three[:2]:
        put(ida, id, "taker", taken=True)
    put(ida, three[1], "postponement", until="2026-12-10")
    put(ida, three[2], "postponement", until="2026-12-10")
    put(mira, three[2], "taker", taken=True)
    ended = people.by_login(store.db, "ida")["id"]
    for _ in range(2):
        assert kerstin.patch(f"/api/v1/desk/people/{ended}", json={"access": "ended"}).status_code == 200
    told = [mira.get(f"/api/v1/desk/submissions/{id}").json for id in three]
    assert [one["taken_by"] for one in told] == [None, None, "Mira Kern"]
    assert [one["postponed_until"] for one in told] == [None, None, "2026-12-10"], "what is in other hands stays there"
    assert queue(mira, "new") == three[:2]
    for one in told[:2]:
        last = [event for event in one["events"] if event["what"] != "opened"][-1]
        assert (last["what"], last["by"]) == ("let_go", "Ida Brandt")
        jana = client(JANA).get(f"/api/v1/submissions/{one['id']}").json
        assert "let_go" not in [event["what"] for event in jana["events"]], "to the person nothing has happened"
    kerstin.patch(f"/api/v1/desk/people/{ended}", json={"access": "open"})
    assert queue(client(IDA), "mine") == []


def test_what_somebody_put_off_whom_nobody_follows_is_in_the_inbox_again(client, store, ida, three):
    put(ida, three[0], "postponement", until="2026-12-10")
    put(client(MIRA), three[1], "postponement", until="2026-12-10")
    accounts.end_access(store, people.by_login(store.db, "ida")["id"])
    assert queue(client(MIRA), "new") == [three[0], three[2]]


def test_who_goes_to_another_team_leaves_what_they_had_in_hand(client, store, ida, three):
    accounts.add_person(store, KERSTIN)
    kerstin, id = client(KERSTIN), people.by_login(store.db, "ida")["id"]
    put(ida, three[0], "taker", taken=True)
    said = {key: IDA[key] for key in ("name", "login", "role", "team")}
    assert kerstin.put(f"/api/v1/desk/staff/{id}", json={**said, "name": "Ida Brandt-Alt"}).status_code == 200
    assert client(MIRA).get(f"/api/v1/desk/submissions/{three[0]}").json["taken_by"] == "Ida Brandt-Alt"
    assert kerstin.put(f"/api/v1/desk/staff/{id}", json={**said, "team": "two"}).status_code == 200
    assert client(MIRA).get(f"/api/v1/desk/submissions/{three[0]}").json["taken_by"] is None


def test_a_colleague_who_ended_before_this_release_holds_nothing_any_more(client, store, ida, three):
    put(ida, three[0], "taker", taken=True)
    put(ida, three[1], "postponement", until="2026-12-10")
    put(client(MIRA), three[2], "taker", taken=True)
    put(client(MIRA), three[2], "postponement", until="2026-12-10")
    store.db.execute("UPDATE person SET ended_at = '2026-01-01T00:00:00Z' WHERE login = 'ida'")
    schema.m026_let_go(store.db)
    assert [row["taken_by"] for row in rows_at_desk(client(MIRA))] == [None, None, "Mira Kern"]
    assert queue(client(MIRA), "new") == three[:2]


def rows_at_desk(browser):
    return browser.get("/api/v1/desk/submissions", query_string={"state": "all"}).json["submissions"]
