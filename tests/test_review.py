"""The caseworker's desk: what is new, whose it is, and a decision that is made once."""

from __future__ import annotations

import pytest

from app import assembly
from app.store import decisions, events
from tests.make import JANA, MIRA, RAUL, make_photo, send


@pytest.fixture
def ready(client, store, office):
    """A ready submission of two pages."""
    submission = send(client(JANA), [make_photo(1), make_photo(2)], note="Bitte beachten")
    assembly.assemble(store, office, submission)
    return submission


def decide(browser, submission, **decision):
    return browser.put(f"/api/v1/desk/submissions/{submission}/decision", json=decision)


def test_the_inbox_shows_what_is_new_oldest_first(client, store, clock):
    jana, mira = client(JANA), client(MIRA)
    sent = []
    for n in range(3):
        sent.append(send(jana, [make_photo(n)]))
        clock.turn(60)
    told = mira.get("/api/v1/desk/submissions").json
    assert [row["id"] for row in told["submissions"]] == sent
    assert told["counts"] == dict.fromkeys(told["counts"], 0) | {"new": 3}
    assert told["submissions"][0]["opened_at"] is None


def test_what_is_still_being_sent_is_not_at_the_desk(client):
    from tests.make import make_manifest, new_id

    client(JANA).put(f"/api/v1/submissions/{new_id()}", json=make_manifest([make_photo()]))
    assert client(MIRA).get("/api/v1/desk/submissions?state=all").json["submissions"] == []


def test_search_finds_name_numbers_and_kind_whatever_the_accents(client, ready):
    mira, searched = client(MIRA), {
        "ozdemir": 1, "ÖZDEMIR jana": 1, "41502//00000001": 1, "4150200000001": 1, "2026-0001": 1, "Lohnabrechnung": 1,
        "meyer": 0, "%": 0, "_": 0,
    }  # fmt: skip
    for words, found in searched.items():
        told = mira.get("/api/v1/desk/submissions", query_string={"q": words}).json
        assert len(told["submissions"]) == found, words


def test_another_teams_cases_are_nobodys_business(client, ready):
    told = client(RAUL).get("/api/v1/desk/submissions?state=all").json
    assert told["submissions"] == [] and told["counts"]["new"] == 0


def test_the_first_look_of_each_caseworker_is_written_down_once(client, store, ready):
    mira = client(MIRA)
    for _ in range(3):
        told = mira.get(f"/api/v1/desk/submissions/{ready}").json
    assert [(event["what"], event["by"]) for event in told["events"]][-1] == ("opened", "Mira Kern")
    assert [event["what"] for event in events.of(store.db, ready)].count("opened") == 1


def test_the_jobseeker_reads_the_reason_and_sees_the_pages_that_came_back(client, ready):
    answer = decide(client(MIRA), ready, outcome="returned", reason="blurred", text="Bitte hell.", pages=["p2"])
    assert answer.status_code == 200 and answer.json["state"] == "returned"
    told = client(JANA).get(f"/api/v1/submissions/{ready}").json
    assert told["decision"]["reason"] == "blurred" and told["decision"]["pages"] == ["p2"]
    assert told["decision"]["text"] == "Bitte hell."
    assert "by" not in told["decision"], "the person reads what, not who"
    assert told["events"][-1]["what"] == "returned"
    assert "opened" not in [event["what"] for event in told["events"]]


def test_a_decision_is_made_once_the_same_again_is_harmless_another_is_refused(client, store, ready):
    mira = client(MIRA)
    for _ in range(3):
        assert decide(mira, ready, outcome="accepted").status_code == 200
    other = decide(mira, ready, outcome="returned", reason="blurred")
    assert (other.status_code, other.json["code"]) == (409, "already_decided")
    assert other.json["decision"]["by"] == "Mira Kern" and other.json["decision"]["at"]
    assert [event["what"] for event in events.of(store.db, ready)].count("accepted") == 1
    assert decisions.of(store.db, ready)["outcome"] == "accepted"


def test_a_return_needs_a_reason_and_pages_that_exist(client, ready):
    mira = client(MIRA)
    assert decide(mira, ready, outcome="returned").json["code"] == "reason_missing"
    assert decide(mira, ready, outcome="returned", reason="  ").json["code"] == "reason_missing"
    assert decide(mira, ready, outcome="returned", reason="x", pages=["p9"]).json["code"] == "bad_request"
    assert decide(mira, ready, outcome="lost").json["code"] == "bad_request"
    assert decide(mira, ready, outcome="returned", reason="x" * 501).json["code"] == "bad_request"
    assert decide(mira, ready, outcome="returned", reason="Seite 2 fehlt").status_code == 200


def test_what_is_not_scanned_yet_cannot_be_decided(client):
    submission = send(client(JANA), [make_photo()])
    assert decide(client(MIRA), submission, outcome="accepted").json["code"] == "not_ready"
    assert client(MIRA).get(f"/api/v1/desk/submissions/{submission}/document").json["code"] == "not_ready"


def test_the_desk_gets_the_photo_as_it_was_sent(client, store, ready):
    answer = client(MIRA).get(f"/api/v1/desk/submissions/{ready}/pages/p2/photo")
    assert answer.data == make_photo(2)
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_pictures_and_pdf_are_there_once_ready(client, ready):
    mira, jana = client(MIRA), client(JANA)
    desk = f"/api/v1/desk/submissions/{ready}"
    image = mira.get(desk + "/sheets/1/image")
    assert (image.content_type, image.data[:4]) in (("image/png", b"\x89PNG"), ("image/jpeg", b"\xff\xd8\xff\xe0"))
    assert mira.get(desk + "/sheets/3/image").status_code == 404
    assert mira.get(desk + "/document").headers["Content-Disposition"].startswith("inline")
    assert mira.get(desk + "/document?download=1").headers["Content-Disposition"].startswith("attachment")
    assert jana.get(f"/api/v1/submissions/{ready}/document").data[:5] == b"%PDF-"
    assert jana.get(f"/api/v1/submissions/{ready}/sheets/1/thumb").data[:2] == b"\xff\xd8"
    assert jana.get(f"/api/v1/submissions/{ready}/receipt").data[:5] == b"%PDF-"
    said = jana.get(f"/api/v1/submissions/{ready}/receipt", headers={"Accept": "application/json"}).json
    assert said["number"].startswith("2026-")


def test_the_page_that_was_asked_for_anew_takes_its_place_among_the_good_ones(client, store, office):
    jana, mira = client(JANA), client(MIRA)
    first = send(jana, [make_photo(n, size=(300, 400)) for n in (1, 2, 3)])
    assembly.assemble(store, office, first)
    decide(mira, first, outcome="returned", reason="blurred", pages=["p2"])
    second = send(jana, [make_photo(4, size=(300, 400))], follows=first)
    assembly.assemble(store, office, second)
    told = mira.get(f"/api/v1/desk/submissions/{second}").json
    assert [(sheet["page"], sheet["origin"]) for sheet in told["sheets"]] == [
        ("p1", first),
        ("p1", None),
        ("p3", first),
    ]
    assert told["document"]["pages"] == 3 and [page["id"] for page in told["pages"]] == ["p1"]
    assert [page["sha256"] for page in told["earlier"]] == [
        page["sha256"] for page in mira.get(f"/api/v1/desk/submissions/{first}").json["pages"]
    ]
    assert mira.get(f"/api/v1/desk/submissions/{second}/sheets/3/image").status_code == 200

    # The receipt is of what was sent, and the person sees their own pages; the first document stays as it was.
    seen = jana.get(f"/api/v1/submissions/{second}").json
    assert [sheet["n"] for sheet in seen["sheets"]] == [2] and len(seen["receipt"]["pages"]) == 1
    assert mira.get(f"/api/v1/desk/submissions/{first}").json["document"]["pages"] == 3

    # Once more: again only the new page comes back, and the document is whole.
    decide(mira, second, outcome="returned", reason="blurred", pages=["p1"])
    third = send(jana, [make_photo(5, size=(300, 400)), make_photo(6, size=(300, 400))], follows=second)
    assembly.assemble(store, office, third)
    told = mira.get(f"/api/v1/desk/submissions/{third}").json
    assert [(sheet["page"], sheet["origin"]) for sheet in told["sheets"]] == [
        ("p1", first),
        ("p1", None),
        ("p3", first),
        ("p2", None),
    ]


def test_when_all_of_it_came_back_nothing_of_the_first_is_in_the_second(client, store, office):
    jana, mira = client(JANA), client(MIRA)
    first = send(jana, [make_photo(n, size=(300, 400)) for n in (1, 2)])
    assembly.assemble(store, office, first)
    decide(mira, first, outcome="returned", reason="wrong_kind")
    second = send(jana, [make_photo(3, size=(300, 400))], follows=first)
    assembly.assemble(store, office, second)
    assert mira.get(f"/api/v1/desk/submissions/{second}").json["document"]["pages"] == 1
