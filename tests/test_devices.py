"""What a phone says it holds; and what is gone when it comes back empty."""

from __future__ import annotations

import hashlib

import pytest

from app.store import Store, devices, events, subscriptions
from tests.make import JANA, LUCA, MIRA, RAUL, make_manifest, make_photo, new_id, put_bytes, send
from tests.pushservice import PushService


def held(submission: str | None = None, pages: int = 3, kind: str = "bank_statement") -> dict:
    return {"submission": submission or new_id(), "kind": kind, "pages": pages, "since": "2026-11-23T18:02:00Z"}


def tell(phone, device: str, *pending: dict, **more) -> dict:
    answer = phone.put(f"/api/v1/devices/{device}/outbox", json={"pending": list(pending), **more})
    assert answer.status_code == 200, answer.json
    return answer.json


NOTHING = {"lost": [], "elsewhere": []}


def test_a_phone_that_holds_what_it_held_has_lost_nothing(client):
    phone, device, paper = client(JANA), new_id(), held()
    assert tell(phone, device, paper) == NOTHING
    assert tell(phone, device, paper) == NOTHING
    assert tell(phone, device) == NOTHING, "the person deleted the draft"


def test_a_browser_that_comes_back_under_another_name_has_lost_what_it_held(client, store: Store):
    phone, paper = client(JANA), held()
    tell(phone, new_id(), paper)
    fresh = new_id()
    assert tell(phone, fresh)["lost"] == [paper]
    assert tell(phone, fresh)["lost"] == [paper], "an answer may get lost: it is said until the person knows"
    assert tell(phone, fresh, told=[paper["submission"]]) == NOTHING
    lost = store.db.execute("SELECT what, detail FROM event WHERE what = 'lost'").fetchall()
    assert len(lost) == 1
    assert "bank_statement" in lost[0][1]


def test_what_arrived_or_is_still_there_is_not_lost(client):
    phone, there = client(JANA), send(client(JANA), [make_photo()])
    kept = held()
    tell(phone, new_id(), held(there, 1), kept)
    assert tell(phone, new_id(), kept) == NOTHING


def test_of_a_submission_that_arrived_in_part_the_rest_is_lost(client):
    phone, submission, parts = client(JANA), new_id(), [make_photo(1), make_photo(2), make_photo(3)]
    phone.put(f"/api/v1/submissions/{submission}", json=make_manifest(parts))
    put_bytes(phone, submission, "p1", parts[0])
    tell(phone, new_id(), held(submission, 3))
    assert [loss["pages"] for loss in tell(phone, new_id())["lost"]] == [2]


def test_without_a_name_the_person_is_asked_whether_it_is_the_same_phone(client):
    phone, paper = client(JANA), held()
    tell(phone, new_id(), paper)
    wiped, device = client(JANA), new_id()
    assert tell(wiped, device) == {"lost": [], "elsewhere": [paper]}
    phone_again = client(JANA)
    assert tell(phone_again, new_id(), gone=[paper])["lost"] == [paper], "yes, they were here"


def test_the_question_stays_until_it_is_answered_or_the_papers_arrived(client):
    phone, submission, part = client(JANA), new_id(), make_photo()
    paper = held(submission, 1)
    tell(phone, new_id(), paper)
    wiped, device = client(JANA), new_id()
    for _ in range(2):
        assert tell(wiped, device)["elsewhere"] == [paper], "an answer may get lost, or an older one come later"
    other = held()
    first = new_id()
    tell(phone, first, paper, other)
    assert tell(wiped, device)["elsewhere"] == [paper], "what was photographed since was never on this phone"
    phone.put(f"/api/v1/submissions/{submission}", json=make_manifest([part]))
    put_bytes(phone, submission, "p1", part)
    assert tell(wiped, device) == NOTHING


def test_the_second_person_of_a_wiped_phone_is_asked_too(client):
    paper = held()
    tell(client(LUCA), new_id(), paper)
    wiped, device = client(JANA), new_id()
    assert tell(wiped, device) == NOTHING
    wiped.put("/api/v1/session", json={"login": LUCA["login"], "secret": LUCA["secret"]})
    assert tell(wiped, device)["elsewhere"] == [paper]


def test_what_was_thought_to_be_gone_and_arrives_after_all_is_not_lost(client):
    phone, mira, submission, part = client(JANA), client(MIRA), new_id(), make_photo()
    tell(phone, new_id(), held(submission, 1))
    assert tell(phone, new_id())["lost"]
    assert mira.get("/api/v1/desk/losses").json["losses"]
    phone.put(f"/api/v1/submissions/{submission}", json=make_manifest([part]))
    put_bytes(phone, submission, "p1", part)
    assert tell(phone, new_id()) == NOTHING
    assert mira.get("/api/v1/desk/losses").json == {"losses": []}


def test_who_had_everything_deleted_has_lost_nothing(client):
    phone, paper = client(JANA), held()
    tell(phone, new_id(), paper)
    assert tell(phone, new_id(), emptied=True) == NOTHING
    assert tell(phone, new_id()) == NOTHING


def test_one_browser_of_two_people_mixes_nothing_up(client):
    phone, device, paper = client(JANA), new_id(), held()
    tell(phone, device, paper)
    phone.put("/api/v1/session", json={"login": LUCA["login"], "secret": LUCA["secret"]})
    assert tell(phone, device) == NOTHING
    assert tell(phone, new_id()) == NOTHING, "what Jana held is not Luca's to lose"


def test_somebody_elses_submission_cannot_be_declared_lost(client, store: Store):
    theirs = send(client(JANA), [make_photo()])
    tell(client(LUCA), new_id(), gone=[held(theirs)])
    assert store.db.execute("SELECT COUNT(*) FROM loss").fetchone() == (0,)


def test_an_upload_token_is_enough(client):
    phone = client(JANA)
    token = {"Authorization": f"Bearer {phone.upload_token}"}
    said = {"pending": [held()]}
    assert client().put(f"/api/v1/devices/{new_id()}/outbox", json=said, headers=token).status_code == 200
    assert client().put(f"/api/v1/devices/{new_id()}/outbox", json=said).status_code == 401


def test_the_desk_is_told_once_and_ticks_it_off(client, store: Store):
    mira = client(MIRA)
    with PushService() as push:
        said = push.subscribe(mira.get("/api/v1/push/key").json["key"])
    subscription = hashlib.sha256(said["endpoint"].encode()).hexdigest()
    assert mira.put(f"/api/v1/push/subscriptions/{subscription}", json=said).status_code == 201
    phone, paper = client(JANA), held()
    tell(phone, new_id(), paper)
    for _ in range(2):
        tell(phone, new_id())
    assert subscriptions.count_by_state(store.db) == {"waiting": 1}
    raul = client(RAUL)
    (loss,) = mira.get("/api/v1/desk/losses").json["losses"]
    assert (loss["person"]["name"], loss["case"]["number"]) == (JANA["name"], JANA["case"]["number"])
    assert (loss["kind"], loss["pages"], loss["since"]) == ("bank_statement", 3, paper["since"])
    assert raul.get("/api/v1/desk/losses").json == {"losses": []}
    assert raul.put(f"/api/v1/desk/losses/{loss['id']}").status_code == 404
    for _ in range(2):
        assert mira.put(f"/api/v1/desk/losses/{loss['id']}").status_code == 204
    assert mira.get("/api/v1/desk/losses").json == {"losses": []}
    assert phone.get("/api/v1/desk/losses").status_code == 404


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"pending": [{**held(), "submission": "../etc"}]},
        {"pending": [{**held(), "pages": 0}]},
        {"pending": [{**held(), "kind": "x" * 101}]},
        {"pending": [held() for _ in range(501)]},
    ],
)
def test_what_makes_no_sense_is_refused(client, store: Store, said: dict):
    assert client(JANA).put(f"/api/v1/devices/{new_id()}/outbox", json=said).status_code == 400
    assert devices.losses_untold(store.db, "") == []


def test_the_event_of_a_loss_belongs_to_the_submission_as_far_as_the_office_knows_it(client, store: Store):
    phone, submission, parts = client(JANA), new_id(), [make_photo(1), make_photo(2)]
    phone.put(f"/api/v1/submissions/{submission}", json=make_manifest(parts))
    tell(phone, new_id(), held(submission, 2))
    tell(phone, new_id())
    assert [event["what"] for event in events.of(store.db, submission)] == ["created", "lost"]
