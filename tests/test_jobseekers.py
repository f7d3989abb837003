"""One person by hand: what an admin changes in the interface follows the rules of the office's list."""

from __future__ import annotations

import pytest

from app import accounts, roster
from app.store import cases, people
from tests.make import JANA, KERSTIN, LUCA, MIRA, RAUL, new_id

PEOPLE = "/api/v1/desk/people"


@pytest.fixture
def kerstin(client, store):
    accounts.add_person(store, KERSTIN)
    return client(KERSTIN)


def address(store, person=JANA):
    return f"{PEOPLE}/{people.by_login(store.db, person['login'])['id']}"


def faults(answer):
    assert (answer.status_code, answer.json["code"]) == (400, "bad_person"), answer.json
    return [fault["text"] for fault in answer.json["faults"]]


def test_what_is_said_is_changed_and_nothing_else(kerstin, store):
    jana = address(store)
    said = {"name": " Jana  Kaya ", "team": "two", "approved_until": "2027-03-31", "language": "en"}
    changed = kerstin.patch(jana, json={**said, "street": "Lindenweg 4", "place": "12345 Musterstadt"}).json
    assert (changed["name"], changed["team_id"], changed["language"]) == ("Jana Kaya", "two", "en")
    assert changed["case"] == {"number": "41502//00000001", "approved_until": "2027-03-31"}
    again = kerstin.patch(jana, json={"place": "12347 Musterstadt"}).json
    assert again == {**changed, "place": "12347 Musterstadt"} == kerstin.get(jana).json
    gone = kerstin.patch(jana, json={"approved_until": None, "street": "", "place": None}).json
    assert (gone["case"]["approved_until"], gone["street"], gone["place"]) == (None, "", "")
    assert gone["name"] == "Jana Kaya" and kerstin.patch(jana, json={}).json == gone


def test_of_two_admins_the_last_one_wins_for_what_they_changed(kerstin, client, store):
    accounts.add_person(store, {**KERSTIN, "login": "other", "name": "Noor Admin"})
    other = client({**KERSTIN, "login": "other"})
    assert kerstin.get(address(store)).json == other.get(address(store)).json
    kerstin.patch(address(store), json={"name": "Jana Kaya", "street": "Hafen 1"})
    told = other.patch(address(store), json={"street": "Lindenweg 4", "place": "12345 Musterstadt"}).json
    assert (told["name"], told["street"], told["place"]) == ("Jana Kaya", "Lindenweg 4", "12345 Musterstadt")


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"name": "  "}, "„Name“ ist leer"),
        ({"name": "=Jana"}, "„Name“ beginnt mit ="),
        ({"name": "12 34"}, "kein Name"),
        ({"place": "@x"}, "„PLZ und Ort“ beginnt mit"),
        ({"street": "x" * 81}, "„Straße und Hausnummer“ ist zu lang"),
        ({"approved_until": "2027-02-31"}, "kein Datum"),
        ({"case": "keine"}, "keine BG-Nummer"),
        ({"case": "41502//00000099"}, "Die BG 41502//00000099 ist neu"),
    ],
)
def test_the_rules_are_those_of_the_list_and_a_refused_change_changes_nothing(kerstin, store, said, word):
    before = kerstin.get(address(store)).json
    [text] = faults(kerstin.patch(address(store), json={"street": "Hafen 1", **said}))
    assert word in text
    [english] = faults(kerstin.patch(f"{address(store)}?language=en", json=said))
    assert english != text
    assert kerstin.get(address(store)).json == before


def test_a_language_that_the_person_chose_stays(kerstin, client, store):
    client(JANA).patch("/api/v1/session", json={"language": "en"})
    told = kerstin.patch(address(store), json={"language": "de"}).json
    assert (told["language"], told["chose_language"]) == ("en", True)


def test_who_is_in_no_case_gets_one_by_hand(kerstin, store):
    luca = address(store, LUCA)
    assert kerstin.get(luca).json["case"] is None
    assert kerstin.put(f"{luca}/household/{new_id()}", json={"name": "Ela"}).status_code == 404
    assert "„BG-Nummer“ ist leer" in faults(kerstin.patch(luca, json={"name": "Luca Rossi"}))[0]
    told = kerstin.patch(luca, json={"case": "41502//00000077", "team": "two"}).json
    assert told["case"]["number"] == "41502//00000077" and told["team"] == "Team Zwei"
    assert kerstin.patch(luca, json={"case": "41502//00000001"}).json["team"] == "Team Eins"


def test_somebody_new_is_added_once_and_can_get_a_letter(kerstin, store):
    id, said = new_id(), {"case": "41502//00000009", "name": "Olga Petrenko", "team": "two", "place": "12345 Ort"}
    made = kerstin.put(f"{PEOPLE}/{id}", json=said)
    assert made.status_code == 201 and made.json["access"] == "none" and len(made.json["login"]) == 8
    assert (made.json["id"], made.json["team"], made.json["place"]) == (id, "Team Zwei", "12345 Ort")
    again = kerstin.put(f"{PEOPLE}/{id}", json=said)
    assert (again.status_code, again.json) == (200, made.json)
    assert kerstin.post("/api/v1/desk/letters", json={"people": [id]}).status_code == 200
    [text] = faults(kerstin.put(f"{PEOPLE}/{new_id()}", json=said))
    assert made.json["login"] in text
    elsewhere = kerstin.put(f"{PEOPLE}/{new_id()}", json={**said, "case": "41502//00000001", "team": None})
    assert elsewhere.status_code == 201 and "41502//00000009" in elsewhere.json["notes"][0]
    assert elsewhere.json["team"] == "Team Eins", "a case that is there keeps its team"
    assert "ist neu" in faults(kerstin.put(f"{PEOPLE}/{new_id()}", json={"case": "41502//1", "name": "Neu"}))[0]
    for id, wrong in (("x", said), (new_id(), {**said, "team": "nine"}), (new_id(), {"name": "Ohne Nummer"})):
        assert kerstin.put(f"{PEOPLE}/{id}", json=wrong).json["code"] == "bad_request"
    assert cases.by_number(store.db, "41502//1") is None


def test_members_of_the_household_come_change_leave_and_come_back(kerstin, store):
    jana, ela, can = address(store), new_id(), new_id()

    def told(member, **said):
        answer = kerstin.patch(f"{jana}/household/{member}", json=said)
        assert answer.status_code == 200, answer.json
        return {m["id"]: (m["name"], m["relation"], bool(m["left_at"])) for m in answer.json["household"]}

    for _ in range(2):
        kerstin.put(f"{jana}/household/{ela}", json={"name": "Ela  Özdemir", "relation": "Kind"})
    kerstin.put(f"{jana}/household/{can}", json={"name": "Can Özdemir"})
    assert told(can, relation="Partner") == {
        ela: ("Ela Özdemir", "Kind", False),
        can: ("Can Özdemir", "Partner", False),
    }
    assert told(ela, left=True) == {can: ("Can Özdemir", "Partner", False), ela: ("Ela Özdemir", "Kind", True)}
    assert told(ela, name="Ela Kaya", left=False)[ela] == ("Ela Kaya", "Kind", False)
    assert told(can, relation=None)[can] == ("Can Özdemir", None, False)
    assert told(can, relation="ausgezogen")[can][2], "the list's word for it means the same here"
    kerstin.put(f"{jana}/household/{new_id()}", json={"name": "can özdemir", "relation": "Kind"})
    assert told(ela)[can] == ("Can Özdemir", "Kind", False), "back again as the same"
    assert ";Can Özdemir (Kind) | Ela Kaya (Kind);" in roster.write(store).decode("utf-8-sig")


def test_what_would_break_a_household_or_the_list_is_refused(kerstin, store):
    jana, ela, can = address(store), new_id(), new_id()
    for id, name in ((ela, "Ela"), (can, "Can")):
        kerstin.put(f"{jana}/household/{id}", json={"name": name})
    for said, word in (
        ({"name": "Jana Özdemir"}, "meldet sich selbst an"),
        ({"name": "ELA"}, "gehört schon zum Haushalt"),
        ({"name": "Can (Kind)"}, "keine Klammern"),
        ({"name": "=1+1"}, "kein Name"),
        ({"relation": "Kind | Enkel"}, "keine Klammern"),
    ):
        assert word in faults(kerstin.patch(f"{jana}/household/{can}", json=said))[0]
    for said in ({"name": "Jana Özdemir"}, {"name": " "}, {"name": "A|B"}):
        assert faults(kerstin.put(f"{jana}/household/{new_id()}", json=said))
    other = kerstin.put(f"{PEOPLE}/{new_id()}", json={"case": "41502//9", "name": "Olga", "team": "one"}).json["id"]
    assert kerstin.patch(f"{PEOPLE}/{other}/household/{ela}", json={"left": True}).status_code == 404
    assert kerstin.put(f"{PEOPLE}/{other}/household/{ela}", json={"name": "Ela"}).status_code == 404
    assert kerstin.put(f"{jana}/household/x", json={"name": "Ina"}).json["code"] == "bad_request"
    names = [member["name"] for member in kerstin.get(jana).json["household"]]
    assert sorted(names) == ["Can", "Ela"]


def test_only_admins_change_people_and_of_colleagues_only_the_access(kerstin, client, store):
    for browser in (client(MIRA), client(JANA)):
        assert browser.get(address(store)).status_code == 404
        assert browser.patch(address(store), json={"name": "X"}).status_code == 404
    raul = address(store, RAUL)
    assert kerstin.patch(raul, json={"name": "X"}).status_code == 404
    assert kerstin.put(raul, json={"name": "X", "case": "1//1", "team": "one"}).status_code == 404
    assert kerstin.patch(raul, json={"access": "ended"}).json["access"] == "ended"
    assert kerstin.patch(address(store, KERSTIN), json={"access": "ended"}).json["code"] == "not_yourself"
    assert kerstin.patch(address(store), json={"access": "ended", "name": "Jana Kaya"}).json["access"] == "ended"
    assert kerstin.get(address(store)).json["name"] == "Jana Kaya"
