"""Notices of the office: uploaded, looked at, made available, read; the consent that nothing depends on."""

from __future__ import annotations

import hashlib

import pikepdf
import pytest

from app import backup, check, notify, showing
from app.store import jobs, open_store, people
from app.store.backups import Backups, open_backup
from app.store.database import rows
from app.store.sealing import Unsealed
from tests.make import JANA, LUCA, MIRA, RAUL, make_pdf, make_photo, new_id, send
from tests.test_asks import KEYS

DAY = 86_400


def said(store, pdf: bytes, **more):
    person = people.by_login(store.db, JANA["login"])["id"]
    known = {"person": person, "kind": "grant", "title": "Bewilligungsbescheid", "dated": "2026-11-20"}
    return {**known, "size": len(pdf), "sha256": hashlib.sha256(pdf).hexdigest(), **more}


def put(desk, notice: str, pdf: bytes):
    return desk.put(f"/api/v1/desk/notices/{notice}/document", data=pdf, content_type="application/pdf")


def upload(desk, store, pdf: bytes, **more) -> str:
    """Upload a notice for Jana; the worker has not looked at it."""
    notice = new_id()
    answer = desk.put(f"/api/v1/desk/notices/{notice}", json=said(store, pdf, **more))
    assert answer.status_code == 201, answer.json
    answer = put(desk, notice, pdf)
    assert (answer.status_code, answer.json["state"]) == (200, "checking"), answer.json
    return notice


def work(store) -> None:
    """Do the show job that waits, as the worker does."""
    job = jobs.claim(store.db, store.now(), "show")
    assert job
    showing.show(store, jobs.subject(job), attempt=job["attempt"])
    jobs.finish(store.db, job)


def happened(store, notice: str) -> list[str]:
    return [
        row["what"] for row in rows(store.db, "SELECT what FROM event WHERE notice = :id ORDER BY id", {"id": notice})
    ]


def of(browser, path: str, notice: str):
    return next((row for row in browser.get(f"/api/v1{path}").json["notices"] if row["id"] == notice), None)


def test_a_notice_is_seen_once_the_worker_has_drawn_it_and_its_bytes_stay_as_they_were(client, store, clock):
    mira, jana, pdf = client(MIRA), client(JANA), make_pdf(3)
    notice = upload(mira, store, pdf)
    assert of(jana, "/notices", notice) is None
    assert jana.get(f"/api/v1/notices/{notice}/document").status_code == 404
    clock.turn(60)
    work(store)
    told = of(jana, "/notices", notice)
    assert (told["pages"], told["available_at"], told["read_at"]) == (3, "2026-11-24T02:01:00Z", None)
    assert jana.get(f"/api/v1/notices/{notice}/document", buffered=True).data == pdf
    for n in (1, 2, 3):
        answer = jana.get(f"/api/v1/notices/{notice}/pages/{n}/image", buffered=True)
        assert answer.status_code == 200 and answer.mimetype in ("image/png", "image/jpeg")
    assert jana.get(f"/api/v1/notices/{notice}/pages/4/image").status_code == 404
    assert list(check.look(store)) == []


def test_an_upload_may_be_repeated_at_any_point_and_is_one_notice(client, store):
    mira, pdf = client(MIRA), make_pdf(1)
    notice = upload(mira, store, pdf)
    assert mira.put(f"/api/v1/desk/notices/{notice}", json=said(store, pdf)).status_code == 200
    assert put(mira, notice, pdf).json["state"] == "checking"
    other = mira.put(f"/api/v1/desk/notices/{notice}", json=said(store, pdf, title="Ein anderer"))
    assert (other.status_code, other.json["code"]) == (409, "manifest_changed")
    work(store)
    assert put(mira, notice, pdf).json["state"] == "ready"
    assert jobs.claim(store.db, store.now(), "show") is None
    assert happened(store, notice) == ["notice_uploaded", "notice_available"]


def test_other_bytes_than_announced_are_refused_and_the_right_ones_then_taken(client, store):
    mira, pdf = client(MIRA), make_pdf(1)
    notice = new_id()
    mira.put(f"/api/v1/desk/notices/{notice}", json=said(store, pdf))
    for wrong, status in ((pdf[:-1], 422), (pdf[:-1] + b"!", 422), (pdf + b"!", 413), (make_photo(), 413)):
        assert put(mira, notice, wrong).status_code == status
    photo = make_photo(size=(90, 120))
    image = new_id()
    mira.put(f"/api/v1/desk/notices/{image}", json=said(store, photo))
    assert put(mira, image, photo).json["code"] == "type_not_accepted"
    assert put(mira, notice, pdf).json["state"] == "checking"
    wrong_type = mira.put(f"/api/v1/desk/notices/{notice}/document", data=pdf, content_type="image/jpeg")
    assert wrong_type.status_code == 415
    for wrong in ({"dated": "2026-02-30"}, {"size": 0}, {"size": 10**9}, {"sha256": "x"}, {"title": " "}):
        assert mira.put(f"/api/v1/desk/notices/{new_id()}", json=said(store, pdf, **wrong)).status_code in (400, 413)


LOCKED = {"encryption": pikepdf.Encryption(user="secret", owner="secret")}


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda: b"%PDF-1.7 and then nothing", "pdf_broken"),
        (lambda: make_pdf(1, **LOCKED), "pdf_encrypted"),
        (lambda: make_pdf(61), "pdf_too_long"),
    ],
    ids=["broken", "locked", "long"],
)
def test_what_cannot_be_read_is_told_to_the_desk_and_never_shown(client, store, make, problem):
    mira, jana = client(MIRA), client(JANA)
    notice = upload(mira, store, make())
    work(store)
    told = of(mira, "/desk/notices", notice)
    assert (told["state"], told["problem"]) == ("refused", problem)
    assert of(jana, "/notices", notice) is None


def test_a_notice_that_kills_its_scan_again_and_again_is_refused(client, store):
    mira = client(MIRA)
    notice = upload(mira, store, make_pdf(1))
    showing.show(store, notice, attempt=jobs.MOST_TRIES)
    assert of(mira, "/desk/notices", notice)["problem"] == "scan_died"


def test_the_first_reading_counts_and_the_desk_sees_it_or_for_how_long_nobody_read(client, store, clock):
    notice = upload(client(MIRA), store, make_pdf(1))
    work(store)
    clock.turn(8 * DAY + 60)
    mira, jana = client(MIRA), client(JANA)
    assert of(mira, "/desk/notices", notice)["unread_days"] == 8
    first = jana.put(f"/api/v1/notices/{notice}/read", json={}).json["read_at"]
    clock.turn(60)
    assert jana.put(f"/api/v1/notices/{notice}/read", json={}).json["read_at"] == first
    told = of(mira, "/desk/notices", notice)
    assert (told["read_at"], told["unread_days"]) == (first, None)
    assert happened(store, notice).count("notice_read") == 1


def test_what_was_uploaded_for_the_wrong_person_is_taken_back(client, store):
    mira, jana = client(MIRA), client(JANA)
    notice = upload(mira, store, make_pdf(1))
    work(store)
    for _ in range(2):
        assert mira.delete(f"/api/v1/desk/notices/{notice}").json["withdrawn_at"]
    assert of(jana, "/notices", notice) is None
    for path in ("/document", "/pages/1/image"):
        assert jana.get(f"/api/v1/notices/{notice}{path}").status_code == 404
    assert jana.put(f"/api/v1/notices/{notice}/read", json={}).status_code == 404
    early = upload(mira, store, make_pdf(2))  # taken back before the worker has looked
    mira.delete(f"/api/v1/desk/notices/{early}")
    work(store)
    assert of(jana, "/notices", early) is None


def test_nobody_elses_notice_exists(client, store):
    mira, pdf = client(MIRA), make_pdf(1)
    notice = upload(mira, store, pdf)
    work(store)
    for person in (LUCA, RAUL, MIRA):
        browser = client(person)
        for path in ("/document", "/pages/1/image"):
            assert browser.get(f"/api/v1/notices/{notice}{path}").status_code == 404
        assert browser.put(f"/api/v1/notices/{notice}/read", json={}).status_code == 404
    for person in (LUCA, RAUL, JANA):
        browser = client(person)
        assert browser.put(f"/api/v1/desk/notices/{new_id()}", json=said(store, pdf)).status_code == 404
        assert put(browser, notice, pdf).status_code == 404
        assert browser.get(f"/api/v1/desk/notices/{notice}/document").status_code == 404
        assert browser.delete(f"/api/v1/desk/notices/{notice}").status_code == 404
    assert client(RAUL).get("/api/v1/desk/notices").json["notices"] == []


def test_the_push_says_nothing_of_what_it_is(client, store, config):
    endpoint = f"https://updates.push.services.mozilla.com/{JANA['login']}"
    row = {"id": hashlib.sha256(endpoint.encode()).hexdigest(), "endpoint": endpoint, "language": "de", **KEYS}
    notify.subscribe(store, config, people.by_login(store.db, JANA["login"])["id"], row)
    notice = upload(client(MIRA), store, make_pdf(1), title="Aufhebung der Miete")
    work(store)
    (push,) = [row["payload"] for row in rows(store.db, "SELECT payload FROM push_outbox")]
    assert f"/#/notices/{notice}" in push
    assert not any(word in push for word in ("Aufhebung", "Miete", "Bescheid", "Jana"))


def test_consent_begins_and_ends_and_decides_only_what_comes_by_post(client, store, clock):
    mira = client(MIRA)
    person = people.by_login(store.db, JANA["login"])["id"]
    before = upload(mira, store, make_pdf(1))
    work(store)
    jana = client(JANA)
    for _ in range(2):
        assert jana.put("/api/v1/consent", json={"given": True}).json["given"]
    during = upload(mira, store, make_pdf(2))
    work(store)
    assert mira.get(f"/api/v1/desk/consents/{person}").json["given"]
    clock.turn(60)
    for _ in range(2):
        told = jana.put("/api/v1/consent", json={"given": False}).json
    assert told == {
        "given": False,
        "history": [{"given_at": "2026-11-24T02:00:00Z", "revoked_at": "2026-11-24T02:01:00Z"}],
    }
    after = upload(mira, store, make_pdf(3))
    work(store)
    by_post = {row["id"]: row["by_post"] for row in jana.get("/api/v1/notices").json["notices"]}
    assert by_post == {before: True, during: False, after: True}
    told = rows(store.db, "SELECT what FROM event WHERE what LIKE 'consent%' ORDER BY id")
    assert [row["what"] for row in told] == ["consent_given", "consent_revoked"]
    send(jana, [make_photo()])  # handing in never asks for it
    assert client(RAUL).get(f"/api/v1/desk/consents/{person}").status_code == 404
    assert jana.put("/api/v1/consent", json={}).status_code == 400


def test_a_notice_comes_back_from_a_backup_and_check_misses_what_is_lost(client, store, clock, tmp_path):
    mira, pdf = client(MIRA), make_pdf(2)
    ready = upload(mira, store, pdf)
    work(store)
    upload(mira, store, make_pdf(1))  # nobody has looked at it
    mira.put(f"/api/v1/desk/notices/{new_id()}", json=said(store, make_pdf(3)))  # its bytes are not here
    (tmp_path / "shelf").mkdir()
    made = backup.make(store, Backups(tmp_path / "shelf", Unsealed()))
    assert made.lost == []
    backup.restore(open_backup(made.folder, Unsealed()), tmp_path / "new", clock)
    again = open_store(tmp_path / "new", clock)
    assert list(check.look(again)) == []
    clock.turn(DAY)
    assert [each.what for each in check.look(again)] == ["notice_waits"]
    work(again)  # the job that waited waits again
    row = again.files.blob(people.by_login(again.db, JANA["login"])["id"], hashlib.sha256(pdf).hexdigest())
    assert row.read_bytes() == pdf
    row.write_bytes(pdf[:-1])
    again.files.picture(ready, "2").unlink()
    assert sorted(each.what for each in check.look(again)) == ["notice_cut", "notice_picture"]
    again.close()
