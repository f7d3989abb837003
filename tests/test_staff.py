"""The office's own people and teams: added, changed and ended by admins, who cannot lock themselves out."""

from __future__ import annotations

import logging
import uuid

import pytest

from app import accounts, roster, staff
from app.errors import LastAdmin, TeamTaken, WrongLogin
from app.store import people
from tests.make import JANA, KERSTIN, MIRA, RAUL

LENA = {"name": "Lena Brandt", "login": "Brandt", "role": "caseworker", "team": "one"}


def put(browser, person, said):
    return browser.put(f"/api/v1/desk/staff/{person}", json=said)


def refused(answer):
    return answer.status_code, answer.json["code"]


@pytest.fixture
def kerstin(store, client):
    accounts.add_person(store, KERSTIN)
    return client(KERSTIN)


def of(browser, login):
    found = browser.get("/api/v1/desk/staff").json["people"]
    return next(one for one in found if one["login"] == login)


def test_who_is_added_signs_in_with_a_password_that_is_said_once_and_chooses_her_own(store, client, kerstin, caplog):
    caplog.set_level(logging.INFO)
    lena = str(uuid.uuid4())
    made = put(kerstin, lena, LENA)
    assert made.status_code == 201 and made.json == {
        "id": lena, "role": "caseworker", "name": "Lena Brandt", "login": "brandt",
        "team": {"id": "one", "name": "Team Eins"}, "access": "none", "code_until": None,
    }  # fmt: skip
    assert put(kerstin, lena, LENA).status_code == 200, "an answer may be lost: the same again is the same"
    with pytest.raises(WrongLogin):  # nobody knows a secret before it is made, not even an empty one
        accounts.sign_in(store, "brandt", "", "a")
    secret = kerstin.post(f"/api/v1/desk/people/{lena}/secret").json["secret"]
    assert of(kerstin, "brandt")["access"] == "code"
    said = {"login": "brandt", "secret": secret}
    assert refused(client().put("/api/v1/session", json=said)) == (403, "choose_pin"), "the admin's word is not hers"
    for weak in (secret, "nine char", "brandt"):
        assert refused(client().put("/api/v1/session", json={**said, "new_secret": weak})) == (400, "weak_pin")
    browser, own = client(), "a word of her own"
    assert browser.put("/api/v1/session", json={**said, "new_secret": own}).status_code == 200
    assert browser.get("/api/v1/desk/submissions").status_code == 200
    assert client({"login": "brandt", "secret": own}) and of(kerstin, "brandt")["access"] == "own"
    assert "voss: added Brandt, caseworker in team one" in caplog.text and secret not in caplog.text


def test_another_role_or_team_counts_at_once_and_asks_for_a_new_sign_in(store, client, kerstin):
    mira, id = client(MIRA), of(kerstin, "mira")["id"]
    said = {"name": "Mira Kern-Alt", "login": "mira", "role": "caseworker", "team": "one"}
    assert put(kerstin, id, said).json["name"] == "Mira Kern-Alt"
    assert mira.get("/api/v1/desk/duty").status_code == 200, "a name is no reason to sign in again"
    assert put(kerstin, id, {**said, "team": "two"}).json["team"]["name"] == "Team Zwei"
    assert mira.get("/api/v1/desk/duty").status_code == 401
    mira = client(MIRA)
    assert put(kerstin, id, {**said, "role": "admin", "team": None}).json["team"] is None
    assert mira.get("/api/v1/desk/duty").status_code == 401
    assert client(MIRA).get("/api/v1/desk/staff").status_code == 200


def test_who_is_ended_is_out_at_once_and_comes_back_with_what_they_had(client, kerstin):
    raul, id = client(RAUL), of(kerstin, "raul")["id"]
    assert kerstin.patch(f"/api/v1/desk/people/{id}", json={"access": "ended"}).json["access"] == "ended"
    assert raul.get("/api/v1/desk/submissions").status_code == 401 and of(kerstin, "raul")["access"] == "ended"
    said = {"login": RAUL["login"], "secret": RAUL["secret"]}
    assert refused(raul.put("/api/v1/session", json=said)) == (403, "access_ended")
    kerstin.patch(f"/api/v1/desk/people/{id}", json={"access": "open"})
    assert raul.put("/api/v1/session", json=said).status_code == 200


def test_nobody_ends_or_demotes_themselves_or_the_last_admin(store, client, kerstin):
    me = of(kerstin, "voss")
    said = {"name": "Kerstin Voss", "login": "voss", "role": "caseworker", "team": "one"}
    assert refused(put(kerstin, me["id"], said)) == (409, "not_yourself")
    assert refused(kerstin.patch(f"/api/v1/desk/people/{me['id']}", json={"access": "ended"})) == (409, "not_yourself")
    assert put(kerstin, me["id"], {**said, "role": "admin", "name": "K. Voss"}).status_code == 200
    assert kerstin.get("/api/v1/session").json["person"]["name"] == "K. Voss"

    # Two admins who do it to each other at the same moment: the second one's question was let in before.
    mira, row = of(kerstin, "mira"), people.by_login(store.db, "mira")
    put(kerstin, mira["id"], {"name": "Mira Kern", "login": "mira", "role": "admin"})
    kerstin.patch(f"/api/v1/desk/people/{mira['id']}", json={"access": "ended"})
    with pytest.raises(LastAdmin):
        accounts.end_access(store, me["id"])
    with pytest.raises(LastAdmin):
        staff.put(store, row, me["id"], said)
    fresh = str(uuid.uuid4())  # nor does somebody count who has no password of their own yet
    put(kerstin, fresh, {**LENA, "role": "admin"})
    for _ in range(2):
        with pytest.raises(LastAdmin):
            accounts.end_access(store, me["id"])
        kerstin.post(f"/api/v1/desk/people/{fresh}/secret")
    assert kerstin.get("/api/v1/desk/staff").status_code == 200


@pytest.mark.parametrize(
    ("wrong", "answer"),
    [
        ({"login": "mira"}, (409, "login_taken")),
        ({"login": " M i "}, (400, "bad_request")),
        ({"login": ""}, (400, "bad_request")),
        ({"name": " "}, (400, "bad_request")),
        ({"role": "jobseeker"}, (400, "bad_request")),
        ({"team": "nine"}, (400, "bad_request")),
        ({"team": None}, (400, "bad_request")),
    ],
)
def test_what_is_not_whole_adds_nobody(kerstin, wrong, answer):
    before = kerstin.get("/api/v1/desk/staff").json
    assert refused(put(kerstin, str(uuid.uuid4()), {**LENA, **wrong})) == answer
    assert refused(put(kerstin, "no-uuid", LENA)) == (400, "bad_request")
    assert kerstin.get("/api/v1/desk/staff").json == before


def test_a_jobseeker_is_none_of_them_and_a_login_stays(store, kerstin):
    jana = people.by_login(store.db, JANA["login"])["id"]
    assert refused(put(kerstin, jana, {**LENA, "login": JANA["login"]})) == (404, "not_found")
    assert people.get(store.db, jana)["role"] == "jobseeker"
    said = {"name": "Mira Kern", "login": "kern", "role": "caseworker", "team": "one"}
    assert refused(put(kerstin, of(kerstin, "mira")["id"], said)) == (400, "bad_request")


def test_a_team_is_added_renamed_and_goes_only_when_nobody_and_nothing_is_in_it(kerstin):
    def team(id, name):
        return kerstin.put(f"/api/v1/desk/teams/{id}", json={"name": name})

    three = str(uuid.uuid4())
    assert team(three, " Team Drei ").json == {"id": three, "name": "Team Drei", "cases": 0, "people": 0}
    assert team(three, "Team Drei").status_code == 200
    assert refused(team(str(uuid.uuid4()), "team  eins")) == (409, "team_taken")
    assert refused(team("no-uuid", "Team Vier")) == (400, "bad_request")
    assert refused(team(three, " ")) == (400, "bad_request")
    assert team("one", "Leistung 1").json == {"id": "one", "name": "Leistung 1", "cases": 1, "people": 1}

    raul = of(kerstin, "raul")
    moved = {key: raul[key] for key in ("name", "login", "role")}
    put(kerstin, raul["id"], {**moved, "team": three})
    assert kerstin.delete("/api/v1/desk/teams/two").status_code == 204
    assert refused(kerstin.delete("/api/v1/desk/teams/two")) == (404, "not_found")
    for full, held in (("one", {"cases": 1, "people": 1}), (three, {"cases": 0, "people": 1})):
        answer = kerstin.delete(f"/api/v1/desk/teams/{full}")
        assert refused(answer) == (409, "team_in_use") and held.items() <= answer.json.items()
    assert [one["name"] for one in kerstin.get("/api/v1/desk/staff").json["teams"]] == ["Leistung 1", "Team Drei"]


def test_an_old_name_of_a_team_with_a_slash_is_still_its_id(store, kerstin):
    people.add_team(store.db, "leistung 1/2", "Leistung 1/2")
    assert kerstin.put("/api/v1/desk/teams/leistung%201%2F2", json={"name": "Neu"}).status_code == 200
    assert kerstin.delete("/api/v1/desk/teams/leistung%201%2F2").status_code == 204


def test_a_list_means_a_team_by_its_name_before_what_another_one_was_called_once(store):
    people.add_team(store.db, "team drei", "Team Drei")
    staff.put_team(store, "team drei", "Zentrale")
    with pytest.raises(TeamTaken):
        staff.put_team(store, str(uuid.uuid4()), "ZENTRALE")
    fresh = str(uuid.uuid4())
    staff.put_team(store, fresh, "Team Drei")
    roster.take(store, b"BG;Name;Team\n41502//00000099;Neu Hier;Team Drei", "all")
    sizes = {one["id"]: one["cases"] for one in staff.teams(store)}
    assert sizes[fresh] == 1 and sizes["team drei"] == 0
