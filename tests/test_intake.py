"""The upload protocol: whatever breaks, the offset is right, the bytes are right, and there is one receipt."""

from __future__ import annotations

import hashlib
import os
import threading
from dataclasses import replace
from datetime import datetime

import pytest

from app import assembly, intake
from app.errors import DiskFull, ManifestChanged, NotFound, SlowDown, WrongHash, WrongOffset
from app.manifest import Manifest
from app.store import events, jobs, pages, people, submissions
from app.store.files import Files, Part
from tests.make import JANA, LUCA, MIRA, RAUL, digest_of, make_manifest, make_photo, new_id, put_bytes, send

PHOTO = make_photo()


@pytest.fixture
def jana(client):
    return client(JANA)


def announced(client, parts, **more):
    submission = new_id()
    answer = client.put(f"/api/v1/submissions/{submission}", json=make_manifest(parts, **more))
    assert answer.status_code == 201, answer.json
    return submission


def offset_of(client, submission, page="p1"):
    answer = client.head(f"/api/v1/submissions/{submission}/pages/{page}")
    assert answer.status_code == 204
    return int(answer.headers["Upload-Offset"])


def test_pages_in_odd_sized_appends_become_one_submission_with_a_receipt(jana, store):
    parts = [make_photo(n) for n in range(3)]
    submission = announced(jana, parts)
    for n, part in enumerate(parts, 1):
        offset = 0
        for size in (1, 777, 4096, 10**9):
            answer = put_bytes(jana, submission, f"p{n}", part[offset : offset + size], offset)
            offset = int(answer.headers["Upload-Offset"])
            assert offset == offset_of(jana, submission, f"p{n}")
        assert answer.status_code == 200 and answer.headers["Upload-Complete"] == "?1"
    receipt = answer.json["receipt"]
    assert [page["sha256"] for page in receipt["pages"]] == [hashlib.sha256(part).hexdigest() for part in parts]
    assert receipt["arrived_at"] == "2026-11-24T02:00:00Z"
    assert receipt["number"].startswith("2026-0001-")


def test_the_same_manifest_again_is_harmless_and_another_one_is_refused(jana):
    submission = announced(jana, [PHOTO])
    again = jana.put(f"/api/v1/submissions/{submission}", json=make_manifest([PHOTO]))
    assert again.status_code == 200
    other = jana.put(f"/api/v1/submissions/{submission}", json=make_manifest([PHOTO], kind="school"))
    assert (other.status_code, other.json["code"]) == (409, "manifest_changed")
    newer_app = make_manifest([PHOTO]) | {"client": {"app": "newer"}, "colour": "green"}
    assert jana.put(f"/api/v1/submissions/{submission}", json=newer_app).status_code == 200


def test_a_wrong_offset_is_told_the_right_one_and_changes_nothing(jana):
    submission = announced(jana, [PHOTO])
    put_bytes(jana, submission, "p1", PHOTO[:100])
    for wrong in (0, 99, 101, 10**9):
        answer = put_bytes(jana, submission, "p1", b"x" * 10, wrong)
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (409, "100")
    assert put_bytes(jana, submission, "p1", PHOTO[100:], 100).status_code == 200


def test_15_an_answer_that_got_lost_is_repaired_by_asking_again(jana, store):
    submission = announced(jana, [PHOTO])
    put_bytes(jana, submission, "p1", PHOTO)
    again = put_bytes(jana, submission, "p1", PHOTO)
    assert again.status_code == 200 and again.json["complete"]
    told = [event["what"] for event in events.of(store.db, submission)]
    assert told == ["created", "received"]
    assert jobs.queue(store.db, store.now())["waiting"] == 1


def test_20_bytes_altered_on_the_way_start_the_page_again(jana):
    submission = announced(jana, [PHOTO])
    answer = put_bytes(jana, submission, "p1", PHOTO[:-1] + bytes([PHOTO[-1] ^ 1]))
    assert (answer.status_code, answer.json["code"], answer.headers["Upload-Offset"]) == (
        422,
        "wrong_hash",
        "0",
    )
    assert offset_of(jana, submission) == 0
    assert put_bytes(jana, submission, "p1", PHOTO).status_code == 200


def test_20_an_append_whose_digest_is_wrong_leaves_the_offset_alone(jana):
    submission = announced(jana, [PHOTO])
    put_bytes(jana, submission, "p1", PHOTO[:50])
    answer = put_bytes(jana, submission, "p1", PHOTO[50:90], 50, Content_Digest=digest_of(b"other"))
    assert (answer.status_code, answer.json["code"]) == (422, "wrong_digest")
    assert offset_of(jana, submission) == 50
    right = put_bytes(jana, submission, "p1", PHOTO[50:90], 50, Content_Digest=digest_of(PHOTO[50:90]))
    assert right.status_code == 204


def test_more_bytes_than_announced_are_refused(jana):
    submission = announced(jana, [PHOTO])
    assert put_bytes(jana, submission, "p1", PHOTO + b"more").status_code == 413
    assert offset_of(jana, submission) == 0


def test_19_a_body_that_ends_early_is_never_a_whole_page(store, config):
    owner = people.by_login(store.db, JANA["login"])["id"]
    submission, said = new_id(), Manifest.model_validate(make_manifest([PHOTO]))
    intake.announce(store, config, owner, submission, said)

    def breaks_off():
        yield PHOTO[:1000]
        yield PHOTO[1000:1500]

    done = intake.append(store, config, owner, submission, "p1", 0, breaks_off(), None)
    assert (done.offset, done.complete) == (1500, False)


def test_16_a_kill_between_the_bytes_and_the_row_costs_one_append(jana, store):
    submission = announced(jana, [PHOTO])
    put_bytes(jana, submission, "p1", PHOTO[:500])
    with store.files.receiving(submission, "p1") as part:
        part.append(500, b"written, but its row never was")
    assert offset_of(jana, submission) == 500
    assert put_bytes(jana, submission, "p1", PHOTO[500:], 500).status_code == 200


@pytest.mark.parametrize("first", [0, 500])
def test_17_a_kill_between_the_blob_and_the_row_is_finished_by_the_next_append(jana, store, monkeypatch, first):
    submission = announced(jana, [PHOTO])
    if first:
        put_bytes(jana, submission, "p1", PHOTO[:first])
    monkeypatch.setattr(pages, "set_stored", _killed)
    assert put_bytes(jana, submission, "p1", PHOTO[first:], first).status_code == 500
    monkeypatch.undo()
    assert offset_of(jana, submission) == first
    answer = put_bytes(jana, submission, "p1", PHOTO[first:], first)
    assert answer.status_code == 200 and answer.json["complete"]
    assert jobs.queue(store.db, store.now())["waiting"] == 1


def test_18_a_kill_before_the_receipt_is_finished_by_whatever_the_phone_asks_next(jana, store, monkeypatch):
    for ask in ("head", "get", "put"):
        submission = announced(jana, [make_photo(7)])
        monkeypatch.setattr(intake, "_complete", _killed)
        put_bytes(jana, submission, "p1", make_photo(7))
        monkeypatch.undo()
        address = f"/api/v1/submissions/{submission}"
        if ask == "head":
            jana.head(address + "/pages/p1")
        elif ask == "put":
            jana.put(address, json=make_manifest([make_photo(7)]))
        assert jana.get(address).json["receipt"]


def _killed(*_args, **_more):
    raise RuntimeError("killed here")


def test_a_part_that_was_lost_is_asked_for_again(jana, store, config):
    submission = announced(jana, [PHOTO])
    put_bytes(jana, submission, "p1", PHOTO[:500])
    os.unlink(config.data / "parts" / submission / "p1")
    answer = put_bytes(jana, submission, "p1", PHOTO[500:], 500)
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (409, "0")
    assert put_bytes(jana, submission, "p1", PHOTO).status_code == 200


def test_21_the_same_picture_under_two_ids_is_one_blob_and_two_rows(jana, store, config):
    submission = send(jana, [PHOTO, PHOTO])
    told = jana.get(f"/api/v1/submissions/{submission}").json
    assert [page["same_as"] for page in told["pages"]] == [None, "p1"]
    assert len(list((config.data / "blobs").glob("*/*"))) == 1


def test_22_many_clients_racing_for_one_submission_make_one_receipt_and_one_job(app, client, store):
    parts = [make_photo(n) for n in range(2)]
    browsers = [client(JANA) for _ in range(4)]
    submission, receipts, faults = new_id(), [], []

    def race(browser):
        try:
            browser.put(f"/api/v1/submissions/{submission}", json=make_manifest(parts))
            for n, part in enumerate(parts, 1):
                offset, done = 0, False
                while not done:
                    answer = put_bytes(browser, submission, f"p{n}", part[offset : offset + 3000], offset)
                    offset, done = int(answer.headers["Upload-Offset"]), answer.status_code == 200
            receipts.append(browser.get(f"/api/v1/submissions/{submission}").json["receipt"])
        except Exception as fault:
            faults.append(fault)
        finally:
            store.close()

    threads = [threading.Thread(target=race, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert len(receipts) == 4 and all(receipt == receipts[0] for receipt in receipts)
    assert [event["what"] for event in events.of(store.db, submission)].count("received") == 1
    assert jobs.queue(store.db, store.now())["waiting"] == 1


def test_receipt_numbers_are_unique_running_and_survive_a_typing_error(client, store):
    jana = client(JANA)
    numbers = [
        jana.get(f"/api/v1/submissions/{send(jana, [make_photo(n)])}").json["receipt"]["number"] for n in range(12)
    ]
    assert [number[5:9] for number in numbers] == [f"{n:04d}" for n in range(1, 13)]
    assert all(int(number.replace("-", "")) % 97 == 1 for number in numbers)


def test_the_year_in_a_receipt_number_begins_when_it_does_where_the_office_is(client, store, clock):
    numbers = []
    for at in ("2026-12-31T22:59:59+00:00", "2026-12-31T23:00:00+00:00", "2027-01-01T00:00:00+00:00"):
        clock.now = datetime.fromisoformat(at).timestamp()
        jana = client(JANA)
        numbers.append(jana.get(f"/api/v1/submissions/{send(jana, [PHOTO])}").json["receipt"]["number"][:9])
    assert numbers == ["2026-0001", "2027-0001", "2027-0002"]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"size": 0}, 400, "empty_page"),
        ({"size": 60 * 1024 * 1024}, 413, "page_too_large"),
        ({"type": "image/heic"}, 415, "type_not_accepted"),
        ({"type": "image/svg+xml"}, 415, "type_not_accepted"),
        ({"type": "text/plain"}, 415, "type_not_accepted"),
        ({"sha256": "short"}, 400, "bad_manifest"),
        ({"id": "../../etc/passwd"}, 400, "bad_manifest"),
        ({"rotation": 45}, 400, "bad_manifest"),
        ({"corners": [[0, 0], [1, 1]]}, 400, "bad_manifest"),
        ({"size": -1}, 400, "bad_manifest"),
    ],
)
def test_26_a_page_that_cannot_be_taken_is_refused_before_a_byte_is_sent(jana, change, status, code):
    said = make_manifest([PHOTO, PHOTO[:-2]])
    said["pages"][1] |= change
    answer = jana.put(f"/api/v1/submissions/{new_id()}", json=said)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert answer.json["message_key"] == f"error.{code}"
    assert jana.get("/api/v1/submissions").json["submissions"] == []


def test_sixty_pages_are_taken_and_sixty_one_are_not(jana):
    said = make_manifest([PHOTO] * 61)
    refused = jana.put(f"/api/v1/submissions/{new_id()}", json=said)
    assert (refused.status_code, refused.json["code"]) == (413, "too_many_pages")
    assert "Upload-Limit" in refused.headers
    said["pages"].pop()
    assert jana.put(f"/api/v1/submissions/{new_id()}", json=said).status_code == 201


@pytest.mark.parametrize("said", [{}, [], "x", {"kind": "payslip", "pages": []}, {"kind": "", "pages": [{}]}])
def test_a_manifest_of_the_wrong_shape_is_refused(jana, said):
    assert jana.put(f"/api/v1/submissions/{new_id()}", json=said).status_code == 400


def test_two_pages_with_one_place_or_one_id_are_refused(jana):
    for what in ("seq", "id"):
        said = make_manifest([PHOTO, PHOTO])
        said["pages"][1][what] = said["pages"][0][what]
        assert jana.put(f"/api/v1/submissions/{new_id()}", json=said).json["code"] == "bad_manifest"


def test_who_has_no_case_is_told_so(client):
    answer = client(LUCA).put(f"/api/v1/submissions/{new_id()}", json=make_manifest([PHOTO]))
    assert (answer.status_code, answer.json["code"]) == (403, "no_case")


def test_a_full_disk_is_told_before_anything_is_taken(store, config):
    owner = people.by_login(store.db, JANA["login"])["id"]
    full = replace(config, min_free_bytes=2**60)
    with pytest.raises(DiskFull):
        intake.announce(store, full, owner, new_id(), Manifest.model_validate(make_manifest([PHOTO])))


def test_41_a_disk_that_fills_up_in_an_append_keeps_the_offset_and_takes_the_rest_later(jana, monkeypatch):
    submission = announced(jana, [PHOTO])
    put_bytes(jana, submission, "p1", PHOTO[:100])
    monkeypatch.setattr(Part, "append", _no_space)
    answer = put_bytes(jana, submission, "p1", PHOTO[100:], 100)
    assert (answer.status_code, answer.json["code"]) == (507, "disk_full")
    assert answer.json["retryable"] and "Retry-After" in answer.headers
    monkeypatch.undo()
    assert put_bytes(jana, submission, "p1", PHOTO[100:], 100).status_code == 200


def _no_space(*_args):
    raise OSError(28, "No space left on device")


def test_nobody_can_announce_without_end(store, config):
    owner = people.by_login(store.db, JANA["login"])["id"]
    few = replace(config, max_open_submissions=2)
    for _ in range(2):
        intake.announce(store, few, owner, new_id(), Manifest.model_validate(make_manifest([PHOTO])))
    with pytest.raises(SlowDown):
        intake.announce(store, few, owner, new_id(), Manifest.model_validate(make_manifest([PHOTO])))


def test_somebody_elses_submission_does_not_exist(client, store):
    jana, luca, mira, raul = (client(person) for person in (JANA, LUCA, MIRA, RAUL))
    submission = send(jana, [PHOTO])
    address = f"/api/v1/submissions/{submission}"
    for other in (luca,):
        assert other.put(address, json=make_manifest([PHOTO])).status_code == 404
        assert other.head(address + "/pages/p1").status_code == 404
        assert put_bytes(other, submission, "p1", b"x").status_code == 404
        for what in ("", "/document", "/receipt", "/sheets/1/thumb"):
            assert other.get(address + what).status_code == 404
    desk = f"/api/v1/desk/submissions/{submission}"
    assert mira.get(desk).status_code == 200
    for what in ("", "/document", "/sheets/1/image", "/sheets/1/thumb", "/pages/p1/photo"):
        assert raul.get(desk + what).status_code == 404
        assert jana.get(desk + what).status_code == 404
    assert raul.put(desk + "/decision", json={"outcome": "accepted"}).status_code == 404


def test_an_upload_token_sends_and_reads_receipts_and_nothing_else(client):
    jana, stranger = client(JANA), client()
    token = {"Authorization": f"Bearer {jana.upload_token}"}
    submission = new_id()
    address = f"/api/v1/submissions/{submission}"
    assert stranger.put(address, json=make_manifest([PHOTO]), headers=token).status_code == 201
    sent = stranger.patch(
        address + "/pages/p1",
        data=PHOTO,
        headers={**token, "Upload-Offset": "0", "Content-Type": "application/partial-upload"},
    )
    assert sent.json["receipt"]
    assert stranger.get(address, headers=token).json["receipt"]
    for closed in (address + "/document", "/api/v1/session", "/api/v1/desk/submissions"):
        assert stranger.get(closed, headers=token).status_code == 401
    assert stranger.put(address, json=make_manifest([PHOTO]), headers={"Authorization": "Bearer x"}).status_code == 401


def test_31_a_session_that_ends_in_the_middle_keeps_the_bytes_and_the_offset(client, clock):
    jana = client(JANA)
    submission = announced(jana, [PHOTO])
    put_bytes(jana, submission, "p1", PHOTO[:300])
    clock.turn(3600)
    answer = put_bytes(jana, submission, "p1", PHOTO[300:], 300)
    assert (answer.status_code, answer.json["code"]) == (401, "signed_out")
    again = client(JANA)
    assert offset_of(again, submission) == 300
    assert put_bytes(again, submission, "p1", PHOTO[300:], 300).json["complete"]


def test_a_file_name_never_leaves_its_folder(tmp_path):
    files = Files(tmp_path)
    for name in ("..", "a/b", "", ".hidden", "a\0b", "../x", "x" * 200):
        with pytest.raises(ValueError):
            files.blob("person", name)


def test_the_story_itself_refuses_what_the_edge_refuses(store, config):
    owner = people.by_login(store.db, JANA["login"])["id"]
    submission, said = new_id(), Manifest.model_validate(make_manifest([PHOTO]))
    intake.announce(store, config, owner, submission, said)
    with pytest.raises(NotFound):
        intake.where(store, "nobody", submission, "p1")
    with pytest.raises(WrongOffset):
        intake.append(store, config, owner, submission, "p1", 5, iter([b"x"]), None)
    with pytest.raises(WrongHash):
        intake.append(store, config, owner, submission, "p1", 0, iter([b"x" * len(PHOTO)]), None)
    with pytest.raises(ManifestChanged):
        intake.announce(store, config, owner, submission, said.model_copy(update={"kind": "other"}))
    assert submissions.get(store.db, submission)["state"] == "sending"
    assert assembly.assemble(store, None, submission) is None, "what has not arrived is not scanned"


def test_a_phone_whose_clock_says_anything_still_has_a_receipt_to_read(jana):
    for clock in ("9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "<script>", "", "yesterday"):
        said = make_manifest([PHOTO]) | {"client": {"app": "test", "captured_at": clock}}
        submission = new_id()
        assert jana.put(f"/api/v1/submissions/{submission}", json=said).status_code == 201
        put_bytes(jana, submission, "p1", PHOTO)
        assert jana.get(f"/api/v1/submissions/{submission}/receipt").data.startswith(b"%PDF")
        shown = jana.get(f"/api/v1/submissions/{submission}").json["captured_at"]
        assert shown is None or shown[4] == "-"


def test_a_submission_follows_only_ones_own(client):
    jana = client(JANA)
    first = send(jana, [PHOTO])
    again = send(jana, [PHOTO], follows=first)
    stranger = send(jana, [PHOTO], follows=new_id())
    told = [jana.get(f"/api/v1/submissions/{each}").json["follows"] for each in (again, stranger)]
    assert told == [first, None]


def test_an_append_is_refused_while_the_disk_is_nearly_full(store, config):
    owner = people.by_login(store.db, JANA["login"])["id"]
    submission, said = new_id(), Manifest.model_validate(make_manifest([PHOTO]))
    intake.announce(store, config, owner, submission, said)
    with pytest.raises(DiskFull):
        intake.append(store, replace(config, min_free_bytes=2**60), owner, submission, "p1", 0, iter([PHOTO]), None)


def test_signing_in_again_ends_the_old_session(client):
    jana = client(JANA)
    old = client()
    old.set_cookie("phone", jana.get_cookie("phone").value)
    assert old.get("/api/v1/session").status_code == 200
    jana.put("/api/v1/session", json={"login": JANA["login"], "secret": JANA["secret"]})
    assert old.get("/api/v1/session").status_code == 401


def test_papers_name_a_member_of_the_own_household_and_nobody_else(jana, client, store):
    from app.store import cases, people

    case = cases.by_number(store.db, "41502//00000001")
    ela = {"id": new_id(), "case": case["id"], "name": "Ela Özdemir", "relation": "Kind", "created_at": store.time()}
    cases.add_to_household(store.db, ela)
    foreign = {**ela, "id": new_id(), "case": new_id(), "name": "Fremdes Kind"}
    cases.add(store.db, {"id": foreign["case"], "number": "41502//00000088", "team": "two", "approved_until": None})
    cases.add_to_household(store.db, foreign)
    mine = people.by_login(store.db, JANA["login"])["id"]
    told = jana.get("/api/v1/session").json["case"]["members"]
    assert told == [{"id": mine, "name": "Jana Özdemir"}, {"id": ela["id"], "name": "Ela Özdemir"}]
    mira = client(MIRA)

    def about(said):
        submission = send(jana, [make_photo()], about=said)
        rows = {row["id"]: row["about"] for row in mira.get("/api/v1/desk/submissions?state=all").json["submissions"]}
        whole = mira.get(f"/api/v1/desk/submissions/{submission}").json
        assert whole["about"] == rows[submission]
        return submission, whole["about"]

    submission, named = about(ela["id"])
    assert named == {"id": ela["id"], "name": "Ela Özdemir"}
    found = mira.get("/api/v1/desk/submissions?state=all&q=ela").json["submissions"]
    assert [row["id"] for row in found] == [submission]
    cases.change_in_household(store.db, ela["id"], ela["name"], "Kind", store.time())
    assert len(jana.get("/api/v1/session").json["case"]["members"]) == 1
    assert about(ela["id"])[1] == named, "it may have waited on the phone since"
    for nobody in (mine, foreign["id"], "nobody"):  # taken all the same, as the sender's own
        assert about(nobody)[1] is None
    plain = make_manifest([b"x"])
    assert Manifest.model_validate(plain).hash() == Manifest.model_validate({**plain, "about": None}).hash()
