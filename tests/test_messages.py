"""Messages between a person and their team: said once, read by both sides, told by push, nobody else's."""

from __future__ import annotations

import hashlib
import json

import pytest

from app import accounts, assembly, messages, notify
from app.store import cases, people
from app.store.database import rows, run
from tests.make import JANA, KERSTIN, LUCA, MIRA, RAUL, make_photo, new_id, send
from tests.test_asks import KEYS
from tests.test_web import assert_described

API = "/api/v1"


@pytest.fixture
def mira(client):
    return client(MIRA)


@pytest.fixture
def jana(client):
    return client(JANA)


@pytest.fixture
def her(store) -> str:
    return people.by_login(store.db, JANA["login"])["id"]


def write(browser, text="Guten Tag", thread="", id=None, **more):
    """Write as the phone does, or into somebody's thread as the desk does; returns the message's id."""
    id = id or new_id()
    answer = browser.put(
        f"{API}{'/desk' if thread else ''}/messages{thread and f'/{thread}'}/{id}", json={"text": text, **more}
    )
    assert answer.status_code == 201, answer.json
    return id


def texts(browser, thread="") -> list[str]:
    path = f"{API}/desk/messages/{thread}" if thread else f"{API}/messages"
    return [message["text"] for message in browser.get(path).json["messages"]]


def test_both_sides_read_one_thread_and_know_what_the_other_has_read(mira, jana, her, clock):
    first = write(jana, "Wann kommt der Bescheid?")
    clock.turn(60)
    [thread] = mira.get(f"{API}/desk/messages").json["threads"]
    assert (thread["person"]["name"], thread["unread"], thread["last"]["text"]) == (
        JANA["name"],
        1,
        "Wann kommt der Bescheid?",
    )
    assert thread["waiting_since"] == "2026-11-24T02:00:00Z"
    assert mira.get(f"{API}/desk/submissions").json["counts"]["messages"] == 1
    assert mira.put(f"{API}/desk/messages/{her}/read", json={"until": first}).status_code == 204
    clock.turn(60)
    answer = write(mira, "Nächste Woche.", thread=her)
    assert texts(jana) == texts(mira, her) == ["Wann kommt der Bescheid?", "Nächste Woche."]
    mine, theirs = jana.get(f"{API}/messages").json["messages"]
    assert (mine["mine"], mine["read_at"], theirs["mine"], theirs["read_at"]) == (
        True,
        "2026-11-24T02:01:00Z",
        False,
        None,
    )
    assert "by" not in theirs and jana.get(f"{API}/messages").json["team"] == "Team Eins"
    [thread] = mira.get(f"{API}/desk/messages").json["threads"]
    assert (thread["unread"], thread["waiting_since"]) == (0, None)
    jana.put(f"{API}/messages/read", json={"until": answer})
    clock.turn(60)
    jana.put(f"{API}/messages/read", json={"until": answer})  # again: the first time counts
    assert mira.get(f"{API}/desk/messages/{her}").json["messages"][1]["read_at"] == "2026-11-24T02:02:00Z"


def test_a_thread_can_be_put_back_to_unread(mira, jana, her):
    ids = [write(jana, text) for text in ("eins", "zwei", "drei")]
    unread = lambda: mira.get(f"{API}/desk/messages").json["threads"][0]["unread"]  # noqa: E731
    mira.put(f"{API}/desk/messages/{her}/read", json={"until": ids[1]})
    assert unread() == 1
    mira.put(f"{API}/desk/messages/{her}/read", json={"until": ids[2]})
    assert unread() == 0
    mira.put(f"{API}/desk/messages/{her}/read", json={"until": ids[1], "read": False})
    assert unread() == 2


def test_a_thank_you_needs_no_answer(mira, jana, her, clock):
    since = lambda: mira.get(f"{API}/desk/messages").json["threads"][0]["waiting_since"]  # noqa: E731
    id = write(jana, "Danke!")
    assert since() == "2026-11-24T02:00:00Z"
    assert mira.put(f"{API}/desk/messages/{her}/read", json={"until": id, "settled": True}).status_code == 204
    assert since() is None
    clock.turn(60)
    write(jana, "Doch noch eine Frage")
    assert since() == "2026-11-24T02:01:00Z"


def test_a_message_is_said_once_however_often_it_is_put(mira, jana, her, store):
    id = write(jana, " Hallo\n")
    again = jana.put(f"{API}/messages/{id}", json={"text": "Hallo"})
    assert (again.status_code, again.json["text"]) == (200, "Hallo")
    other = jana.put(f"{API}/messages/{id}", json={"text": "Hallo?"})
    assert (other.status_code, other.json["code"]) == (409, "message_changed")
    assert mira.put(f"{API}/desk/messages/{her}/{id}", json={"text": "Hallo"}).status_code == 409
    assert texts(jana) == ["Hallo"]
    assert len(rows(store.db, "SELECT 1 FROM event WHERE what = 'message'")) == 1


@pytest.mark.parametrize(
    "body", [{}, {"text": "  "}, {"text": "x" * 2001}, {"text": "a\x00b"}, {"text": "x", "submission": "y"}]
)
def test_what_is_no_message_is_refused(jana, body):
    assert jana.put(f"{API}/messages/{new_id()}", json=body).status_code == 400
    assert jana.put(f"{API}/messages/not-a-uuid", json={"text": "x"}).status_code == 400
    assert texts(jana) == []


def test_what_was_photographed_for_it_is_shown_once_it_has_arrived(mira, jana, client, her, store, office):
    submission = new_id()
    write(jana, "Hier der Brief", submission=submission)
    [message] = mira.get(f"{API}/desk/messages/{her}").json["messages"]
    assert (message["enclosed"], message["paper"]) == (True, None)
    arrived = send(jana, [make_photo()], kind="enclosure")
    id = write(jana, "", submission=arrived)
    shown = mira.get(f"{API}/desk/messages/{her}").json
    assert shown["messages"][1]["paper"]["id"] == shown["papers"][0]["id"] == arrived
    assert jana.get(f"{API}/messages").json["messages"][1]["submission"] == arrived
    assembly.assemble(store, office, arrived)
    assert (
        mira.put(
            f"{API}/desk/messages/{her}/{new_id()}", json={"text": "Es geht um das", "submission": arrived}
        ).status_code
        == 201
    )
    assert (
        mira.put(f"{API}/desk/messages/{her}/{new_id()}", json={"text": "x", "submission": new_id()}).status_code == 404
    )
    # Another person's paper is none, though its id may be named.
    accounts.add_person(store, KERSTIN | {"role": "jobseeker", "login": "55556666"}, {"number": "9//9", "team": "one"})
    stranger = client({"login": "55556666", "secret": KERSTIN["secret"]})
    write(stranger, "meins", submission=arrived)
    person = people.by_login(store.db, "55556666")["id"]
    assert mira.get(f"{API}/desk/messages/{person}").json["messages"][0]["paper"] is None
    assert jana.put(f"{API}/messages/{id}", json={"text": "anders"}).status_code == 409


def test_nobody_elses_thread_exists(client, mira, jana, her, store):
    accounts.add_person(store, KERSTIN)
    id = write(jana, "Nur für mein Team")
    thread, read = f"{API}/desk/messages/{her}", {"until": id}
    for person in (RAUL, KERSTIN):  # another team, and who looks after the machine
        browser = client(person)
        assert browser.get(f"{API}/desk/messages").json["threads"] == []
        assert browser.get(f"{API}/desk/submissions").json["counts"]["messages"] == 0
        assert browser.get(thread).status_code == 404
        assert browser.put(f"{thread}/{new_id()}", json={"text": "x"}).status_code == 404
        assert browser.put(f"{thread}/{id}", json={"text": "Nur für mein Team"}).status_code == 404
        assert browser.put(f"{thread}/read", json=read).status_code == 404
        assert browser.get(f"{API}/messages").status_code == 404
        assert browser.put(f"{API}/messages/{new_id()}", json={"text": "x"}).status_code == 404
    luca = client(LUCA)
    for path in ("/desk/messages", f"/desk/messages/{her}"):
        assert luca.get(API + path).status_code == jana.get(API + path).status_code == 404
        assert client().get(API + path).status_code == 401
    for path, body in ((f"/desk/messages/{her}/{new_id()}", {"text": "x"}), (f"/desk/messages/{her}/read", read)):
        assert luca.put(API + path, json=body).status_code == jana.put(API + path, json=body).status_code == 404
        assert client().put(API + path, json=body).status_code == 401
    for path, body in ((f"/messages/{new_id()}", {"text": "x"}), ("/messages/read", read)):
        assert client().put(API + path, json=body).status_code == 401
    assert client().get(f"{API}/messages").status_code == 401
    assert luca.get(f"{API}/messages").json == {"messages": [], "team": None, "more": False}
    assert luca.put(f"{API}/messages/read", json=read).status_code == 404
    assert (luca.put(f"{API}/messages/{new_id()}", json={"text": "x"})).json["code"] == "no_case"
    # The token that sends papers neither reads nor writes.
    token = {"Authorization": f"Bearer {jana.upload_token}"}
    assert client().get(f"{API}/messages", headers=token).status_code == 401
    assert client().put(f"{API}/messages/{new_id()}", json={"text": "x"}, headers=token).status_code == 401
    # An id of somebody else's message is none of mine, neither to repeat nor to read.
    cases.add_member(store.db, cases.of_person(store.db, her)["id"], people.by_login(store.db, LUCA["login"])["id"])
    assert luca.get(f"{API}/messages").json["messages"] == []  # one household, two threads
    assert luca.put(f"{API}/messages/{id}", json={"text": "Nur für mein Team"}).status_code == 404
    assert luca.put(f"{API}/messages/read", json=read).status_code == 404


def test_a_thread_goes_where_its_person_goes(client, mira, jana, her, store):
    write(jana, "Ich ziehe um")
    run(store.db, """UPDATE "case" SET team = 'two'""")
    assert mira.get(f"{API}/desk/messages").json["threads"] == []
    assert texts(client(RAUL), her) == ["Ich ziehe um"]


def test_of_the_papers_of_who_has_moved_each_team_sees_its_own(client, mira, jana, her, store):
    before = send(jana, [make_photo()], kind="enclosure")
    write(jana, "Hier der Brief", submission=before)
    elsewhere = {"id": new_id(), "number": "41502//00000002", "team": "two", "approved_until": None}
    cases.add(store.db, elsewhere)
    cases.move_member(store.db, her, elsewhere["id"])
    after = send(jana, [make_photo(2)], kind="enclosure")
    write(jana, "Und noch einer", submission=after)
    assert mira.get(f"{API}/desk/messages/{her}").status_code == 404
    raul = client(RAUL)
    told = raul.get(f"{API}/desk/messages/{her}").json
    assert [paper["id"] for paper in told["papers"]] == [after]
    assert raul.get(f"{API}/desk/submissions/{before}").status_code == 404, "where it was sent"
    first, second = told["messages"]
    assert (first["text"], first["enclosed"], first["paper"], first["elsewhere"]) == (
        "Hier der Brief",
        True,
        None,
        True,
    )
    assert (second["paper"]["id"], second["elsewhere"]) == (after, False)
    about = {"text": "Es geht um das", "submission": before}
    assert raul.put(f"{API}/desk/messages/{her}/{new_id()}", json=about).status_code == 404
    assert raul.put(f"{API}/desk/messages/{her}/{new_id()}", json={**about, "submission": after}).status_code == 201


def test_who_writes_too_much_is_slowed_down_and_loses_nothing(client, mira, jana, her, clock):
    ids = [write(jana, f"Nachricht {n}") for n in range(messages.MOST_AN_HOUR)]
    slow = jana.put(f"{API}/messages/{new_id()}", json={"text": "noch eine"})
    assert (slow.status_code, slow.json["code"], slow.json["retryable"]) == (429, "slow_down", True)
    assert jana.put(f"{API}/messages/{ids[0]}", json={"text": "Nachricht 0"}).status_code == 200
    write(mira, "Eine Frage nach der anderen, bitte", thread=her)
    clock.turn(3601)
    write(client(JANA), "noch eine")


def test_the_other_side_is_told_by_push_without_a_word_of_it(mira, jana, her, store, config):
    for person in (JANA, MIRA):
        endpoint = f"https://fcm.googleapis.com/{person['login']}"
        row = {"id": hashlib.sha256(endpoint.encode()).hexdigest(), "endpoint": endpoint, "language": "de", **KEYS}
        notify.subscribe(store, config, people.by_login(store.db, person["login"])["id"], row)
    write(jana, "Meine Miete ist gestiegen")
    write(mira, "Bitte senden Sie den Vertrag", thread=her)
    told = [
        json.loads(row["payload"])["notification"]
        for row in rows(store.db, "SELECT payload FROM push_outbox ORDER BY id")
    ]
    assert [(one["body"], one["navigate"]) for one in told] == [
        ("Eine neue Nachricht ist da.", f"/desk/#/m/{her}"),
        ("Sie haben eine neue Nachricht.", "/#/m"),
    ]
    assert not any(word in json.dumps(told) for word in ("Miete", "Vertrag", "Jana"))


def test_a_long_thread_reaches_the_phone_in_part_and_the_desk_whole(mira, jana, her, clock, monkeypatch):
    monkeypatch.setattr(messages, "MOST_TO_PHONE", 2)
    for text in ("eins", "zwei", "drei"):
        write(jana, text)
    assert texts(jana) == ["zwei", "drei"] and jana.get(f"{API}/messages").json["more"]
    assert texts(mira, her) == ["eins", "zwei", "drei"]


def test_what_is_unread_comes_first_then_what_waits_longest(mira, jana, client, her, store, clock):
    others = {}
    for n, login in enumerate(("70000001", "70000002", "70000003")):
        accounts.add_person(store, LUCA | {"login": login, "name": f"Person {n}"}, {"number": f"7//{n}", "team": "one"})
        others[login] = (client({"login": login, "secret": LUCA["secret"]}), people.by_login(store.db, login)["id"])
    for browser, person in others.values():  # the first is answered, the second read, the third new
        clock.turn(60)
        id = write(browser, "Frage")
        if person != others["70000003"][1]:
            mira.put(f"{API}/desk/messages/{person}/read", json={"until": id})
    clock.turn(60)
    write(mira, "Antwort", thread=others["70000001"][1])
    write(jana, "Auch eine Frage")
    order = [thread["person"]["name"] for thread in mira.get(f"{API}/desk/messages").json["threads"]]
    assert order == ["Person 2", JANA["name"], "Person 1", "Person 0"]


def test_what_is_answered_is_what_is_described(mira, jana, her):
    own = "/messages/{message}"
    assert_described("put", own, jana.put(f"{API}/messages/{new_id()}", json={"text": "Hallo"}))
    submission = send(jana, [make_photo()], kind="enclosure")
    write(jana, "mit Foto", submission=submission)
    assert_described("get", "/messages", jana.get(f"{API}/messages"))
    assert_described("get", "/desk/messages", mira.get(f"{API}/desk/messages"))
    assert_described("get", "/desk/messages/{person}", mira.get(f"{API}/desk/messages/{her}"))
    answer = mira.put(f"{API}/desk/messages/{her}/{new_id()}", json={"text": "Danke"})
    assert_described("put", "/desk/messages/{person}/{message}", answer)
    assert_described("put", own, jana.put(f"{API}/messages/{new_id()}", json={}))
