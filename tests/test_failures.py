"""What can fail, row by row: each of the 52 has a test that proves it, and those that lie on the server are here.

`docs/failures.md` lists all of them, with the file and the name of every test; a test that proves row 7 is called
`test_07_...`, wherever it is.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest

from app import accounts, assembly
from app.pusher import make_sender
from app.store import events, jobs, people
from app.store.files import Files
from app.web import replies
from tests.make import JANA, LUCA, MIRA, make_manifest, make_photo, new_id, put_bytes, send
from tests.pushservice import PushService
from tests.test_notify import deliver_all

ROOT = Path(__file__).resolve().parent.parent
PHOTO = make_photo()


def announced(client, parts, **more):
    submission = new_id()
    answer = client.put(f"/api/v1/submissions/{submission}", json=make_manifest(parts, **more))
    assert answer.status_code == 201, answer.json
    return submission


def offset_of(client, submission, page="p1", **headers):
    answer = client.head(f"/api/v1/submissions/{submission}/pages/{page}", headers=headers)
    return int(answer.headers["Upload-Offset"])


def told(client, submission):
    return client.get(f"/api/v1/submissions/{submission}").json


def hashes(parts):
    return [hashlib.sha256(part).hexdigest() for part in parts]


# 12: old and new


def test_12_what_a_newer_phone_says_and_we_do_not_know_is_ignored(client):
    phone, submission = client(JANA), new_id()
    said = make_manifest([PHOTO]) | {"colour": "green", "client": {"app": "phone/9", "mood": "good"}}
    said["pages"][0] |= {"layers": [1, 2], "lens": "wide"}
    newer = {"X-App": "2", "X-Something": "new"}
    assert phone.put(f"/api/v1/submissions/{submission}", json=said, headers=newer).status_code == 201
    answer = put_bytes(phone, submission, "p1", PHOTO, X_App="2", Upload_Draft_Interop_Version="8")
    assert answer.status_code == 200 and answer.json["receipt"]
    again = phone.put(f"/api/v1/submissions/{submission}", json=make_manifest([PHOTO]))
    assert again.status_code == 200, "the same papers, told by an older phone"


def test_12_a_phone_that_is_too_old_is_told_so_and_after_its_update_goes_on_at_the_same_byte(client, monkeypatch):
    phone = client(JANA)
    submission = announced(phone, [PHOTO])
    put_bytes(phone, submission, "p1", PHOTO[:700])
    monkeypatch.setattr(replies, "LEAST", 2)
    address = f"/api/v1/submissions/{submission}"
    for answer in (
        phone.put(address, json=make_manifest([PHOTO])),
        put_bytes(phone, submission, "p1", PHOTO[700:], 700),
        phone.put("/api/v1/session", json={"login": JANA["login"], "secret": JANA["secret"]}),
    ):
        assert (answer.status_code, answer.json["code"], answer.json["retryable"]) == (426, "too_old", False)
        assert answer.headers["X-App"], "without it the phone would take this for a captive portal"
    updated = {"X-App": "2"}
    assert phone.put(address, json=make_manifest([PHOTO]), headers=updated).status_code == 200
    assert offset_of(phone, submission) == 700
    assert put_bytes(phone, submission, "p1", PHOTO[700:], 700, X_App="2").json["receipt"]


def test_12_nobody_who_speaks_todays_version_is_too_old():
    assert 0 < replies.LEAST <= replies.VERSION


# 15: the answer is lost


def test_15_whatever_answer_is_lost_asking_again_goes_on_from_there(client, store):
    phone, submission, parts = client(JANA), new_id(), [make_photo(1), make_photo(2)]
    address = f"/api/v1/submissions/{submission}"
    assert [phone.put(address, json=make_manifest(parts)).status_code for _ in range(2)] == [201, 200]
    for n, part in enumerate(parts, 1):
        for begin, end in ((0, 500), (500, len(part))):
            put_bytes(phone, submission, f"p{n}", part[begin:end], begin)  # and the answer never comes
            again = put_bytes(phone, submission, f"p{n}", part[begin:end], begin)
            assert again.status_code == (409 if end == 500 else 200)
            assert again.headers["Upload-Offset"] == str(end)
    assert [page["sha256"] for page in told(phone, submission)["receipt"]["pages"]] == hashes(parts)
    assert [event["what"] for event in events.of(store.db, submission)] == ["created", "received"]
    assert jobs.queue(store.db, store.now())["waiting"] == 1


# 21, 23, 24: the same twice, two tabs, two phones


def test_21_the_same_picture_in_two_submissions_is_one_blob_and_two_whole_documents(client, store, office, config):
    phone = client(JANA)
    both = [send(phone, [PHOTO]) for _ in range(2)]
    assert len(list((config.data / "blobs").glob("*/*"))) == 1
    for submission in both:
        assembly.assemble(store, office, submission)
        assert told(phone, submission)["document"]["pages"] == 1
    assert len({told(phone, submission)["receipt"]["number"] for submission in both}) == 2


def test_23_the_second_of_two_different_page_lists_learns_what_is_here_and_sends_the_rest_anew(client):
    tab, other = client(JANA), client(JANA)
    first, second = [make_photo(1), make_photo(2)], [make_photo(2), make_photo(3)]
    submission = announced(tab, first)
    put_bytes(tab, submission, "p1", first[0])
    refused = other.put(f"/api/v1/submissions/{submission}", json=make_manifest(second))
    assert (refused.status_code, refused.json["code"]) == (409, "manifest_changed")
    known = {page["sha256"] for page in told(other, submission)["pages"]}
    rest = [part for part, sha256 in zip(second, hashes(second), strict=True) if sha256 not in known]
    assert rest == [make_photo(3)]
    fresh = send(other, rest)
    put_bytes(tab, submission, "p2", first[1])
    listed = [[page["sha256"] for page in told(tab, one)["receipt"]["pages"]] for one in (submission, fresh)]
    assert listed == [hashes(first), hashes(rest)], "the first one won, and nothing of it was changed"


def test_24_two_phones_of_one_account_send_side_by_side_and_overwrite_nothing(client):
    phones = [client(JANA), client(JANA)]
    parts = [make_photo(1), make_photo(2)]
    sent = [announced(phone, [part]) for phone, part in zip(phones, parts, strict=True)]
    for begin, end in ((0, 900), (900, None)):
        for phone, submission, part in zip(phones, sent, parts, strict=True):
            put_bytes(phone, submission, "p1", part[begin:end], begin)  # both call their page p1
    for phone in phones:
        assert {row["id"] for row in phone.get("/api/v1/submissions").json["submissions"]} == set(sent)
        found = [told(phone, submission)["receipt"]["pages"][0]["sha256"] for submission in sent]
        assert found == hashes(parts)


# 25, 40: one alert


@pytest.fixture
def alerts(client, store, config):
    """What reaches Jana's and Mira's browser, by name, each time it is called."""
    with PushService() as service:
        tokens = {}
        for person in (JANA, MIRA):
            browser = client(person)
            said = service.subscribe(browser.get("/api/v1/push/key").json["key"])
            tokens[said.pop("token")] = person["login"]
            name = hashlib.sha256(said["endpoint"].encode()).hexdigest()
            assert browser.put(f"/api/v1/push/subscriptions/{name}", json=said).status_code == 201
        sending = make_sender(store, replace(config, push_gateway=service.url))

        def reached():
            deliver_all(store, sending)
            heard = [tokens[got.token] for got in service.got]
            service.got.clear()
            return heard

        yield reached


def test_25_sending_five_times_is_one_submission_and_one_alert_for_each_side(client, store, office, alerts):
    phone, submission, heard, numbers = client(JANA), new_id(), [], set()
    for _ in range(5):
        assert phone.put(f"/api/v1/submissions/{submission}", json=make_manifest([PHOTO])).status_code in (200, 201)
        numbers.add(put_bytes(phone, submission, "p1", PHOTO).json["receipt"]["number"])
        assembly.assemble(store, office, submission)
        heard += alerts()
    assert len(phone.get("/api/v1/submissions").json["submissions"]) == len(numbers) == 1
    assert sorted(heard) == [JANA["login"], MIRA["login"]]


def test_40_a_page_that_fails_is_linked_as_it_was_sent_and_each_side_is_alerted_once(client, store, office, alerts):
    broken = b"this is no picture at all"
    submission = send(client(JANA), [make_photo(1), broken, make_photo(2)])
    assert alerts() == [JANA["login"]], "it has arrived"
    for _ in range(2):
        assembly.assemble(store, office, submission)
    assert sorted(alerts()) == [JANA["login"], MIRA["login"]]
    desk, address = client(MIRA), f"/api/v1/desk/submissions/{submission}"
    found = desk.get(address).json
    assert [sheet["problem"] for sheet in found["sheets"]] == [None, "unreadable", None]
    assert found["state"] == "attention"
    assert desk.get(f"{address}/pages/{found['sheets'][1]['page']}/photo").data == broken
    assert desk.get(f"{address}/document").data.startswith(b"%PDF-")


# 26, 28: refusals


def test_26_a_refused_submission_leaves_the_others_and_itself_as_they_are(client):
    phone = client(JANA)
    half = announced(phone, [PHOTO])
    put_bytes(phone, half, "p1", PHOTO[:400])
    for change, status in (
        ({"type": "image/heic"}, 415),
        ({"size": 10**9}, 413),
        ({"size": 0}, 400),
    ):
        said = make_manifest([PHOTO])
        said["pages"][0] |= change
        assert phone.put(f"/api/v1/submissions/{new_id()}", json=said).status_code == status
    assert put_bytes(phone, half, "p1", PHOTO, 400).status_code == 413, "more than was announced"
    elsewhere = phone.put(f"/api/v1/submissions/{half}", json=make_manifest([PHOTO]), headers={"Origin": "null"})
    assert elsewhere.status_code == 403
    without_a_case = client(LUCA).put(f"/api/v1/submissions/{new_id()}", json=make_manifest([PHOTO]))
    assert without_a_case.status_code == 403
    assert offset_of(phone, half) == 400
    other = send(phone, [make_photo(2)])
    assert put_bytes(phone, half, "p1", PHOTO[400:], 400).json["receipt"]
    assert {row["id"] for row in phone.get("/api/v1/submissions").json["submissions"]} == {half, other}


def test_28_who_announces_too_much_is_told_how_long_to_wait_and_what_was_begun_goes_on(client, app, config):
    app.config["APP"] = replace(config, max_open_submissions=2)
    phone = client(JANA)
    begun = [announced(phone, [PHOTO]) for _ in range(2)]
    third = f"/api/v1/submissions/{new_id()}"
    answer = phone.put(third, json=make_manifest([PHOTO]))
    assert (answer.status_code, answer.json["code"], answer.json["retryable"]) == (429, "slow_down", True)
    assert int(answer.headers["Retry-After"]) > 0
    assert put_bytes(phone, begun[0], "p1", PHOTO).json["receipt"]
    assert phone.put(third, json=make_manifest([PHOTO])).status_code == 201


# 31, 32: the session ends


def test_31_when_the_session_is_over_the_phones_token_goes_on_at_the_same_byte(client, clock):
    phone = client(JANA)
    submission = announced(phone, [PHOTO])
    put_bytes(phone, submission, "p1", PHOTO[:300])
    clock.turn(3600)
    assert put_bytes(phone, submission, "p1", PHOTO[300:], 300).status_code == 401
    token = {"Authorization": f"Bearer {phone.upload_token}"}
    assert offset_of(client(), submission, **token) == 300
    assert put_bytes(client(), submission, "p1", PHOTO[300:], 300, **token).json["receipt"]


def test_32_a_revoked_phone_is_told_so_everywhere_and_nothing_of_what_it_sent_is_lost(client, store):
    phone = client(JANA)
    token, submission = {"Authorization": f"Bearer {phone.upload_token}"}, announced(phone, [PHOTO])
    put_bytes(phone, submission, "p1", PHOTO[:300])
    code = accounts.reset(store, people.by_login(store.db, JANA["login"]))
    accounts.sign_in(store, JANA["login"], code.code, "a", "phone", "another PIN")
    address, revoked = f"/api/v1/submissions/{submission}", client()
    for answer in (
        revoked.put(address, json=make_manifest([PHOTO]), headers=token),
        revoked.head(f"{address}/pages/p1", headers=token),
        put_bytes(revoked, submission, "p1", PHOTO[300:], 300, **token),
        revoked.get(address, headers=token),
        phone.get("/api/v1/session"),
    ):
        assert answer.status_code == 401
    again = client({**JANA, "secret": "another PIN"})
    assert offset_of(again, submission) == 300
    assert put_bytes(again, submission, "p1", PHOTO[300:], 300).json["receipt"]


# 41: the disk


def test_41_a_full_disk_is_told_before_a_byte_is_taken_and_room_is_used_without_a_restart(client, monkeypatch):
    phone = client(JANA)
    half = announced(phone, [PHOTO])
    put_bytes(phone, half, "p1", PHOTO[:300])
    waiting = f"/api/v1/submissions/{new_id()}"
    monkeypatch.setattr(Files, "free_bytes", lambda _files: 0)
    for answer in (phone.put(waiting, json=make_manifest([PHOTO])), put_bytes(phone, half, "p1", PHOTO[300:], 300)):
        assert (answer.status_code, answer.json["code"], answer.json["retryable"]) == (507, "disk_full", True)
        assert int(answer.headers["Retry-After"]) > 0
    assert phone.get("/readyz").json["checks"]["disk"] is False, "who watches the machine is told"
    assert offset_of(phone, half) == 300, "reading goes on"
    monkeypatch.undo()
    assert phone.put(waiting, json=make_manifest([PHOTO])).status_code == 201
    assert put_bytes(phone, half, "p1", PHOTO[300:], 300).json["receipt"]
    assert phone.get("/readyz").json["checks"]["disk"] is True


# The list itself


def test_every_row_has_its_test():
    rows = dict(listed((ROOT / "docs" / "failures.md").read_text("utf-8")))
    assert sorted(rows) == list(range(1, 53))
    assert all(rows.values())
    assert [(row, name) for row, names in rows.items() for name in names if not proves(name, row)] == []


def listed(page: str):
    """(number, names of its tests) of each row of the table."""
    for line in page.splitlines():
        if found := re.match(r"\| (\d+) (?:† )?\|", line):
            yield int(found[1]), re.findall(r"`(tests/[\w/]+\.py(?:::\w+)?)`", line.split("|")[-2])


def proves(name: str, row: int) -> bool:
    """Whether there is such a test; of a file alone, whether it has a test with the row's number."""
    file, _, test = name.partition("::")
    tests = re.findall(r"^def (test_\w+)", (ROOT / file).read_text("utf-8"), re.M) if (ROOT / file).exists() else []
    return test in tests if test else any(each.startswith(f"test_{row:02d}_") for each in tests)


def test_the_list_would_notice_what_is_missing():
    page = "| 7 | x | y | `tests/test_failures.py::test_07_nothing` `tests/browser/none.py` |\n| 8 † | x | y | look |\n"
    assert list(listed(page)) == [(7, ["tests/test_failures.py::test_07_nothing", "tests/browser/none.py"]), (8, [])]
    assert not any(proves(name, row) for row, names in listed(page) for name in names)
    assert proves("tests/test_failures.py", 12) and not proves("tests/test_failures.py", 1)
