"""`belegbote check`: every kind of damage is found and named, and a healthy office is left in peace."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path

import pytest

from app import check, intake, notify
from app.config import Config
from app.store import database, documents, jobs, open_to_look, pages, people, submissions, subscriptions
from app.store.database import run
from tests.make import JANA, hand_in, make_photo, scan_next
from tests.test_config import belegbote

LONG = 3 * 3600.0


def jana(store):
    return people.by_login(store.db, JANA["login"])["id"]


def only(store):
    """The one submission that is ready; it has two pages, and all that tests add have one."""
    return submissions.get(store.db, next(s for s in submissions.ids(store.db) if pages.get(store.db, s, "p2")))


def blob(store, n=1):
    page = pages.get(store.db, only(store)["id"], f"p{n}")
    return store.files.blob(only(store)["owner"], page["sha256"])


def document(store):
    made = documents.get(store.db, only(store)["id"])
    return store.files.made(made["submission"], made["file"])


def picture(store, name="1"):
    return store.files.picture(only(store)["id"], name)


def look(store, clock, **options):
    with contextlib.closing(open_to_look(store.files.root, clock)) as opened:
        return list(check.look(opened, **options))


def cut(path):
    os.truncate(path, path.stat().st_size // 2)


def flip(path, at=-100):
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def plant(path, data=b"nobody's"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def sql(text):
    return lambda store: run(store.db, text)


def part_cut(store):
    submission = hand_in(store, jana(store), [make_photo(7)], whole=0)
    intake.append(store, Config(), jana(store), submission, "p1", 0, iter([make_photo(7)[:900]]), None)
    os.truncate(store.files.root / "parts" / submission / "p1", 400)
    return "p1"


def received_without_job(store):
    hand_in(store, jana(store), [make_photo(7)])
    run(store.db, "DELETE FROM job WHERE state = 'waiting'")


def push_sent_by_nobody(store):
    endpoint = {"id": "a" * 64, "person": jana(store), "endpoint": "https://fcm.googleapis.com/x", "p256dh": "x"}
    subscriptions.put(store.db, {**endpoint, "auth": "x", "language": "de", "at": store.time()})
    with store.atomic():
        notify.tell(store, only(store), "received", 1)
    subscriptions.claim(store.db, store.now())


def searchable_left_over(store):
    return plant(store.files.made(only(store)["id"], "searchable.pdf"))


def parts_left_over(store):
    return plant(store.files.root / "parts" / only(store)["id"] / "p1.lock", b"")


# damage -> (the word for machines, what does it); it returns what must be named, or None
DAMAGE = {
    "a photo is lost": ("page_lost", lambda s: blob(s).unlink() or blob(s)),
    "a photo is half written": ("page_cut", lambda s: cut(blob(s)) or blob(s)),
    "a photo is longer than it was": ("page_cut", lambda s: os.truncate(blob(s), 99_999) or blob(s)),
    "a bit of a photo has changed": ("page_changed", lambda s: flip(blob(s)) or blob(s)),
    "a photo became a folder": ("page_cut", lambda s: blob(s).unlink() or blob(s).mkdir() or blob(s)),
    "a document is lost": ("document_lost", lambda s: document(s).unlink() or document(s)),
    "a document is half written": ("document_cut", lambda s: cut(document(s)) or document(s)),
    "a bit of a document has changed": ("document_changed", lambda s: flip(document(s)) or document(s)),
    "the row of a document is lost": ("document_lost", sql("DELETE FROM document")),
    "the row of a sheet is lost": ("sheets_lost", sql("DELETE FROM sheet WHERE n = 2")),
    "a picture is lost": ("picture_lost", lambda s: picture(s).unlink()),
    "a picture is half written": ("picture_cut", lambda s: cut(picture(s)) or picture(s)),
    "a picture is empty": ("picture_cut", lambda s: os.truncate(picture(s), 0) or picture(s)),
    "a small picture is full of zeros": ("picture_cut", lambda s: picture(s, "2.thumb").write_bytes(bytes(999))),
    "a part is shorter than its row says": ("part_short", part_cut),
    "all pages are here without a receipt": (
        "receipt_missing", sql("UPDATE submission SET state = 'sending', number = NULL, received_at = NULL")),
    "a receipt has lost its number": ("receipt_missing", sql("UPDATE submission SET number = NULL")),
    "a receipted page is not stored": ("page_not_stored", sql("UPDATE page SET stored_at = NULL WHERE id = 'p2'")),
    "a job is parked": ("job_parked", sql("UPDATE job SET state = 'parked', fault = 'it died'")),
    "a job runs beyond its lease": ("job_stuck", sql("UPDATE job SET state = 'running', lease_until = 0")),
    "a received submission has no job": ("job_missing", received_without_job),
    "a received submission waits for hours": ("not_ready", lambda s: hand_in(s, jana(s), [make_photo(7)])),
    "a push is half sent": ("push_stuck", push_sent_by_nobody),
    "a key is lost": ("key_missing", lambda s: (s.files.root / "keys/receipt.key").unlink() or "receipt.key"),
    "a key is empty": ("key_missing", lambda s: os.truncate(s.files.root / "keys/cookie.key", 0) or "cookie.key"),
    "the office file is broken": ("office_broken", lambda s: plant(s.files.root / "office.json")),
    "a row names a row that is not there": (
        "database_damaged",
        lambda s: s.db.execute("PRAGMA foreign_keys=OFF") and run(s.db, "UPDATE event SET submission = 'x'")),
    "a blob has no row": ("orphan", lambda s: plant(s.files.root / "blobs" / jana(s) / ("ab" * 32))),
    "a blob belongs to nobody": ("orphan", lambda s: plant(s.files.root / "blobs/nobody" / ("ab" * 32))),
    "a stray file lies among the blobs": ("orphan", lambda s: plant(s.files.root / "blobs/stray")),
    "a part has no submission": ("orphan", lambda s: plant(s.files.root / "parts/nobody/p1")),
    "a part has no page": (
        "orphan",
        lambda s: plant(s.files.root / "parts" / hand_in(s, jana(s), [make_photo(7)], whole=0) / "p9")),
    "parts are left over": ("orphan", parts_left_over),
    "a document has no submission": ("orphan", lambda s: plant(s.files.root / "documents/nobody/document.pdf")),
    "a document is left over": ("orphan", searchable_left_over),
    "a half-written file is left over": ("orphan", lambda s: plant(s.files.root / "documents" / only(s)["id"] / ".ab")),
    "a sheet is left over": ("orphan", lambda s: plant(s.files.root / "documents" / only(s)["id"] / "3.jpg")),
    "something is not ours": ("stranger", lambda s: plant(s.files.root / "notes.txt")),
}  # fmt: skip


@pytest.mark.parametrize(("what", "damage"), DAMAGE.values(), ids=DAMAGE)
def test_each_damage_is_found_and_named_and_nothing_else(worked, clock, what, damage):
    assert look(worked, clock) == []
    named = damage(worked)
    clock.turn(LONG)
    found = look(worked, clock)
    assert {finding.what for finding in found} == {what}, [finding.line() for finding in found]
    for finding in found:
        assert "\n" not in finding.line() and "To do: " in finding.line()
    if isinstance(named, Path):
        assert worked.files.name(named) in found[0].line()
    elif isinstance(named, str):
        assert named in found[0].line()
    if what.startswith(("page", "document", "sheet", "picture", "receipt", "job", "not", "push", "part")):
        assert found[0].submission in submissions.ids(worked.db) and found[0].submission in found[0].line()


@pytest.mark.parametrize("damage", ["empty", "no database", "a page of it", "its head"])
def test_a_damaged_database_is_a_finding_and_no_crash(worked, clock, damage):
    worked.close()
    path = worked.files.root / "belegbote.sqlite"
    if damage == "empty":
        os.truncate(path, 0)
    elif damage == "no database":
        path.write_bytes(b"nothing of the kind" * 9999)
    else:
        data = bytearray(path.read_bytes())
        start = 100 if damage == "its head" else 4096 * (len(data) // 4096 // 2)
        data[start : start + 4000] = bytes(4000)
        path.write_bytes(data)
    found = look(worked, clock, quarantine=True)
    assert "database_damaged" in {finding.what for finding in found}
    assert "orphan" not in {finding.what for finding in found}, "rows that may be lost condemn no file"


def test_a_database_that_somebody_holds_is_not_called_damaged(worked, clock, monkeypatch):
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    for at_first in (True, False):
        with contextlib.closing(open_to_look(worked.files.root, clock)) as opened:
            if not at_first:  # it could still be opened
                assert submissions.ids(opened.db)
            with contextlib.closing(database.connect(worked.files.root / "belegbote.sqlite")) as somebody:
                somebody.execute("BEGIN EXCLUSIVE")
                found = list(check.look(opened))
        assert [(finding.what, finding.do) for finding in found] == [("database_unreadable", "check again")]


def test_a_file_whose_row_may_be_what_is_lost_is_not_moved_aside(worked, clock):
    worked.db.execute("PRAGMA foreign_keys=OFF")
    path = blob(worked)
    run(worked.db, "DELETE FROM page WHERE id = 'p1'")
    run(worked.db, "UPDATE event SET submission = 'x' WHERE id = 1")
    found = look(worked, clock, quarantine=True)
    assert {finding.what for finding in found} == {"database_damaged", "receipt_changed"} and path.exists()


def test_two_damages_are_two_findings(worked, clock):
    blob(worked, 1).unlink()
    cut(blob(worked, 2))
    found = look(worked, clock)
    assert [(f.what, f.page) for f in found] == [("page_lost", "p1"), ("page_cut", "p2")]


def test_what_is_just_arriving_alarms_nobody(worked, clock):
    """At each step of a submission's way, as it is when a check falls between two of them."""
    owner, photo = jana(worked), make_photo(7, size=(300, 400))
    submission = hand_in(worked, owner, [photo], whole=0)
    assert look(worked, clock) == [], "announced"
    intake.append(worked, Config(), owner, submission, "p1", 0, iter([photo[:900]]), None)
    assert look(worked, clock) == [], "a part is here"
    part = worked.files.root / "parts" / submission / "p1"
    with part.open("ab") as file:
        file.write(b"bytes whose row is not written yet")
    assert look(worked, clock) == [], "more bytes than the row counts"
    part.write_bytes(photo)
    os.replace(part, worked.files.blob(owner, hashlib.sha256(photo).hexdigest()))
    assert look(worked, clock) == [], "the blob is here, its row does not know it"
    pages.set_stored(worked.db, submission, "p1", worked.time())
    assert look(worked, clock) == [], "stored, and the receipt not written yet"
    intake.resume(worked, owner, submission)
    plant(worked.files.root / "parts" / submission / "p1.lock", b"")
    assert look(worked, clock) == [], "received, its parts not cleared yet"
    plant(worked.files.made(submission, "1.jpg"), picture(worked).read_bytes())
    plant(worked.files.root / "documents" / submission / ".half", b"")
    assert look(worked, clock) == [], "scanned, not finished"
    scan_next(worked)
    jobs.add(worked.db, "read", submission, worked.now())
    jobs.claim(worked.db, worked.now(), "read")
    plant(worked.files.made(submission, "searchable.pdf"))
    assert look(worked, clock) == [], "read, its row not written yet"


def test_a_document_that_is_replaced_while_we_look_is_no_alarm(worked, clock, monkeypatch):
    """Between the row and the file the worker makes it searchable, and takes the old one away."""
    made, pdf = documents.get(worked.db, only(worked)["id"]), document(worked).read_bytes() + b"\n"
    first = iter([True])

    def just_replaced(path, row, wrong=check._wrong):
        if path.name == "document.pdf" and next(first, None):
            worked.files.write(made["submission"], "searchable.pdf", pdf)
            new = {"file": "searchable.pdf", "size": len(pdf), "sha256": hashlib.sha256(pdf).hexdigest()}
            documents.replace(worked.db, made, new)
            worked.files.remove(made["submission"], "document.pdf")
        return wrong(path, row)

    monkeypatch.setattr(check, "_wrong", just_replaced)
    assert look(worked, clock) == []
    assert next(first, None) is None, "it was replaced"


def test_looking_changes_nothing_and_makes_no_keys(worked, clock):
    (worked.files.root / "keys/vapid.pem").unlink()
    before = sorted(worked.files.root.rglob("*"))
    assert [finding.what for finding in look(worked, clock)] == ["key_missing"]
    assert sorted(worked.files.root.rglob("*")) == before


def test_only_when_asked_files_without_a_row_are_moved_aside_and_none_is_deleted(worked, clock):
    strays = [
        plant(worked.files.root / "blobs" / jana(worked) / ("ab" * 32), b"one"),
        plant(worked.files.root / "parts/nobody/p1", b"two"),
        plant(worked.files.made(only(worked)["id"], "searchable.pdf"), b"three"),
    ]
    assert len(look(worked, clock)) == 3 and all(path.exists() for path in strays)
    kept = {path for path in worked.files.root.rglob("*") if path.is_file()} - set(strays)
    moved = look(worked, clock, quarantine=True)
    assert [finding.what for finding in moved] == ["orphan"] * 3
    assert not any(path.exists() for path in strays) and all(path.exists() for path in kept)
    aside = worked.files.root / "quarantine" / worked.time().replace(":", "-")
    assert {path.read_bytes() for path in aside.rglob("*") if path.is_file()} == {b"one", b"two", b"three"}
    assert all(f"quarantine/{aside.name}/{worked.files.name(path)}" in "".join(f.do for f in moved) for path in strays)
    assert look(worked, clock) == []


def test_a_file_that_somebody_announces_at_the_last_moment_is_not_moved(worked, clock, monkeypatch):
    photo = make_photo(9)
    path = plant(worked.files.blob(jana(worked), hashlib.sha256(photo).hexdigest()), photo)
    asked = iter([True])

    def then_announced(store, person, sha256, orphan=check._blob_orphan):
        said = orphan(store, person, sha256)
        if said and next(asked, None):
            hand_in(worked, jana(worked), [photo], whole=0)
        return said

    monkeypatch.setitem(check.WHY, "blobs", then_announced)
    assert look(worked, clock, quarantine=True) == [] and path.exists()
    assert next(asked, None) is None, "it was an orphan at first"


def test_the_command_says_a_line_for_each_finding_and_ends_with_1(worked, tmp_path):
    healthy = belegbote(tmp_path, "check")
    assert (healthy.returncode, healthy.stdout) == (0, "")
    blob(worked).unlink()
    plant(worked.files.root / "blobs/stray")
    told = belegbote(tmp_path, "check")
    assert told.returncode == 1 and len(told.stdout.splitlines()) == 2
    assert only(worked)["number"] in told.stdout and "page p1" in told.stdout and "blobs/stray" in told.stdout
    as_json = belegbote(tmp_path, "check", "--json")
    findings = json.loads(as_json.stdout)["findings"]
    assert as_json.returncode == 1 and [f["what"] for f in findings] == ["page_lost", "orphan"]
    assert (findings[0]["submission"], findings[0]["page"]) == (only(worked)["id"], "p1")
    assert set(findings[0]) == {"what", "where", "said", "do", "submission", "page"}


def test_where_no_office_is_check_makes_none(tmp_path):
    told = belegbote(tmp_path, "check")
    assert told.returncode == 2 and "holds no database" in told.stderr and not (tmp_path / "data").exists()


def test_tables_of_an_earlier_release_are_told_and_left_alone(worked, tmp_path):
    run(worked.db, "DELETE FROM _sqlite_migrations WHERE name = 'm006_verdict'")
    told = belegbote(tmp_path, "check")
    assert told.returncode == 2 and "earlier release" in told.stderr
