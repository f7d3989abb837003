"""What may go, goes, provably: the papers, and nothing that the receipt or another paper needs, whatever dies."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app import alarms, backup, check, handover, health, intake, reading, receipts, retention
from app.config import Config
from app.main import create_app
from app.manifest import Manifest
from app.store import documents, events, handovers, jobs, open_store, pages, submissions
from app.store.backups import Backups, open_backup
from app.store.database import run
from app.store.sealing import Unsealed
from tests.conftest import Client
from tests.dying import SPARSE, die_everywhere
from tests.make import JANA, MIRA, hand_in, make_manifest, make_pdf, make_photo, new_id, scan_next, send
from tests.test_handover import accept, export
from tests.test_kill_points import jana, opened
from tests.test_notices import upload, work

DAY = 86400.0
DAYS = 90
PHOTO = make_photo(1, size=(300, 400))  # the first of the two that were handed in


@pytest.fixture
def filed(worked):
    """An office in which Jana's two photos are accepted and acknowledged; the submission's id."""
    run(worked.db, "UPDATE submission SET note = 'Geheimnis der Familie Özdemir'")
    (submission,) = submissions.ids(worked.db)
    accept(worked, submission)
    handover.acknowledge_number(worked, submissions.get(worked.db, submission)["number"])
    return submission


def lies(folder: Path, *rooms: str) -> list[str]:
    found = [path for room in rooms for path in (folder / room).rglob("*") if path.is_file()]
    return sorted(str(path.relative_to(folder)) for path in found)


def browsers_of(store, config):
    app = create_app(config, store)
    app.testing, app.test_client_class = False, Client

    def make(person=None):
        browser = app.test_client()
        if person:
            said = {"login": person["login"], "secret": person["secret"]}
            assert browser.put("/api/v1/session", json=said).status_code == 200
        return browser

    return make


def test_papers_go_when_the_offices_time_is_over_and_the_receipt_still_proves_what_arrived(
    worked, filed, clock, config
):
    receipt = receipts.as_json(worked, submissions.get(worked.db, filed))
    browser = browsers_of(worked, config)
    jobseeker, mira = browser(JANA), browser(MIRA)
    paper = jobseeker.get(f"/api/v1/submissions/{filed}/receipt").data
    clock.turn(DAYS * DAY)
    retention.look(worked, DAYS)
    assert lies(config.data, "documents"), "a day early is too early"
    clock.turn(1)
    retention.look(worked, 0)
    assert lies(config.data, "documents"), "an office may keep all of it"
    sha256 = documents.get(worked.db, filed)["sha256"]
    for _ in range(2):
        retention.look(worked, DAYS)
    assert lies(config.data, "documents", "blobs", "parts") == [] and not (config.data / "documents" / filed).exists()
    erased = [event for event in events.of(worked.db, filed) if event["what"] == "erased"]
    assert [event["detail"] for event in erased] == [{"pages": 2, "document_sha256": sha256}]
    assert b"Geheimnis" not in (config.data / "belegbote.sqlite").read_bytes()
    assert receipts.as_json(worked, submissions.get(worked.db, filed)) == receipt

    # Both sides are told, and nobody is shown a broken picture or a fault of the server.
    jobseeker, mira = browser(JANA), browser(MIRA)  # after so long a time both sign in again
    for told in (jobseeker.get(f"/api/v1/submissions/{filed}"), mira.get(f"/api/v1/desk/submissions/{filed}")):
        assert (told.json["state"], told.json["erased_at"], told.json["document"]) == ("accepted", worked.time(), None)
        assert told.json["sheets"] == [] and len(told.json["pages"]) == 2 and told.json["note"] is None
    assert jobseeker.get(f"/api/v1/submissions/{filed}").json["receipt"] == receipt
    without_pictures = jobseeker.get(f"/api/v1/submissions/{filed}/receipt").data
    assert without_pictures.startswith(b"%PDF-") and len(without_pictures) < len(paper)
    desk = f"/api/v1/desk/submissions/{filed}"
    for path in ("/sheets/1/image", "/sheets/1/thumb", "/pages/p1/photo"):
        assert mira.get(desk + path).status_code == 404, path
    assert mira.get(desk + "/document").status_code == 409
    assert mira.get("/api/v1/desk/submissions?state=accepted").json["submissions"][0]["pages"] == 2
    assert [found.line() for found in check.look(worked)] == []
    assert health.figures(worked)["handovers"] == {"waiting": 0, "given": 0, "acknowledged": 0, "erased": 1}
    assert 'belegbote_handovers{state="erased"} 1.0' in browser().get("/metrics").get_data(as_text=True)


def test_what_nobody_acknowledged_stays_for_ever(worked, clock, config):
    (submission,) = submissions.ids(worked.db)
    accept(worked, submission)
    clock.turn(3650 * DAY)
    retention.look(worked, 1)
    assert lies(config.data, "documents") and handovers.get(worked.db, submission)["erasing_at"] is None


def test_a_photo_that_another_paper_of_the_same_person_needs_stays_until_that_one_goes(worked, filed, clock, config):
    again = hand_in(worked, jana(worked), [PHOTO])
    announced = hand_in(worked, jana(worked), [make_photo(2, size=(300, 400))], whole=0)
    scan_next(worked)
    clock.turn((DAYS + 1) * DAY)
    retention.look(worked, DAYS)
    kept = {page["sha256"] for submission in (again, announced) for page in pages.all_of(worked.db, submission)}
    assert len(kept) == 2 and {Path(name).name for name in lies(config.data, "blobs")} == kept
    assert [found.line() for found in check.look(worked)] == [] and documents.get(worked.db, again)


def test_a_phone_that_asks_once_more_after_years_is_told_that_all_has_arrived(worked, filed, clock, config):
    clock.turn((DAYS + 1) * DAY)
    retention.look(worked, DAYS)
    said = Manifest.model_validate(make_manifest([PHOTO, make_photo(2, size=(300, 400))]))
    assert intake.announce(worked, Config(), jana(worked), filed, said) is False
    done = intake.append(worked, Config(), jana(worked), filed, "p1", 0, iter([PHOTO]), None)
    assert done.complete and lies(config.data, "blobs", "parts") == []


def wipe(folder: Path) -> None:
    """The worker's round in which the time is over."""
    with opened(folder) as store:
        retention.look(store, DAYS)


@pytest.mark.hunt
def test_killed_at_any_point_of_the_deletion_it_is_ended_and_nothing_is_called_lost(worked, filed, config):
    number = submissions.get(worked.db, filed)["number"]
    kept = hand_in(worked, jana(worked), [PHOTO])
    run(worked.db, "UPDATE handover SET acknowledged_at = '2026-01-01T00:00:00Z'")
    worked.close()
    killed = die_everywhere(config.data, "tests.test_retention:wipe")
    assert len(killed) * SPARSE > 20
    begun, half = 0, 0
    for folder in killed:
        with opened(folder) as store:
            row, files = handovers.get(store.db, filed), lies(folder, "documents")
            begun += row["erasing_at"] is not None and row["erased_at"] is None
            half += 0 < len(files) < 5
            assert not files or row["erased_at"] is None, "it is called deleted once it is"
            assert [found.line() for found in check.look(store)] == [], folder.name
            back_up_whole(store, folder)
            retention.look(store, 0 if row["erasing_at"] else DAYS)  # what was begun is ended, whatever the settings
            assert lies(folder, "documents") == [] and handovers.get(store.db, filed)["erased_at"], folder.name
            assert [event["what"] for event in events.of(store.db, filed)].count("erased") == 1
            (blob,) = lies(folder, "blobs")
            assert Path(blob).name == pages.get(store.db, kept, "p1")["sha256"]
            assert receipts.as_json(store, submissions.get(store.db, filed))["number"] == number
            assert [found.line() for found in check.look(store)] == [], folder.name
    assert begun and half


def back_up_whole(store, folder):
    shelf = folder.with_name(f"shelf-{folder.name}")
    shelf.mkdir()
    assert backup.make(store, Backups(shelf, Unsealed())).lost == []


def test_nothing_is_deleted_while_a_backup_is_made_and_a_backup_waits_for_nobody_long(worked, filed, clock, config):
    clock.turn((DAYS + 1) * DAY)
    with worked.snapshot():
        retention.look(worked, DAYS)
        assert lies(config.data, "documents") and handovers.get(worked.db, filed)["erasing_at"] is None
    retention.look(worked, DAYS)
    assert lies(config.data, "documents") == []


def test_a_backup_from_before_brings_the_papers_back_and_they_go_again(worked, filed, clock, config, tmp_path):
    (tmp_path / "shelf").mkdir()
    made = backup.make(worked, Backups(tmp_path / "shelf", Unsealed()))
    backup.restore(open_backup(made.folder, Unsealed()), tmp_path / "again", clock)
    store = open_store(tmp_path / "again", clock)
    clock.turn((DAYS + 1) * DAY)
    assert lies(tmp_path / "again", "documents")
    retention.look(store, DAYS)
    assert lies(tmp_path / "again", "documents", "blobs") == []
    store.close()


def test_what_is_just_being_made_searchable_is_deleted_after_that(worked, filed, clock, config):
    clock.turn((DAYS + 1) * DAY)
    jobs.add(worked.db, "read", filed, worked.now())
    reading_it = jobs.claim(worked.db, worked.now(), "read")
    retention.look(worked, DAYS)
    assert lies(config.data, "documents")
    jobs.finish(worked.db, reading_it)
    retention.look(worked, DAYS)
    assert lies(config.data, "documents") == []


@pytest.mark.parametrize("begun", [False, True], ids=["it waits", "its worker is gone"])
def test_a_reading_that_nobody_does_keeps_no_paper_here(worked, filed, clock, config, begun):
    """As where reading was turned off while jobs of it were left."""
    jobs.add(worked.db, "read", filed, worked.now())
    assert not begun or jobs.claim(worked.db, worked.now(), "read")
    clock.turn((DAYS + 1) * DAY)
    retention.look(worked, DAYS)
    assert lies(config.data, "documents") == []
    job = jobs.claim(worked.db, worked.now(), "read")
    reading.read(worked, job["submission"])  # turned on again
    assert lies(config.data, "documents") == [] and not documents.get(worked.db, filed)


def test_a_reading_that_stood_still_until_its_document_was_deleted_writes_nothing(
    worked, filed, clock, config, monkeypatch
):
    def slow(store, document):
        retention.erase(store, document["submission"])
        return b"%PDF with all its words", {1: ["Geheimwort"]}

    monkeypatch.setattr(reading, "_with_text", slow)
    reading.read(worked, filed)
    assert lies(config.data, "documents") == []


def test_files_that_cannot_be_deleted_are_tried_again_and_become_an_alarm(worked, filed, clock, config, monkeypatch):
    clock.turn((DAYS + 1) * DAY)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", lambda *_, **__: (_ for _ in ()).throw(OSError(30, "Read-only file system")))
        retention.look(worked, DAYS)
    assert "erase_stands" in {each.what for each in alarms.present(worked, config)}
    assert "Read-only" in handovers.get(worked.db, filed)["fault"]
    assert [event["what"] for event in events.of(worked.db, filed)][-1] != "erased"
    retention.look(worked, DAYS)
    assert "erase_stands" not in {each.what for each in alarms.present(worked, config)}
    assert lies(config.data, "documents") == []


def test_a_file_that_comes_back_is_found_and_what_is_in_the_e_file_is_not_handed_over_again(
    worked, filed, clock, config, tmp_path
):
    clock.turn((DAYS + 1) * DAY)
    retention.look(worked, DAYS)
    (config.data / "documents" / filed).mkdir()
    (config.data / "documents" / filed / "document.pdf").write_bytes(b"%PDF")
    found = list(check.look(worked))
    assert [each.what for each in found] == ["orphan"] and "deleted" in found[0].said
    (tmp_path / "out").mkdir()
    export(worked, tmp_path / "out", filed)
    assert os.listdir(tmp_path / "out") == []


def test_a_notice_of_the_office_that_the_person_handed_in_as_a_paper_outlives_that_paper(client, store, clock):
    jana, pdf = client(JANA), make_pdf(2)
    notice = upload(client(MIRA), store, pdf)
    work(store)
    submission = send(jana, [pdf])
    scan_next(store)
    accept(store, submission)
    handover.acknowledge_number(store, submissions.get(store.db, submission)["number"])
    clock.turn(DAYS * DAY + 1)
    retention.look(store, DAYS)
    assert [event["what"] for event in events.of(store.db, submission)].count("erased") == 1
    assert client(JANA).get(f"/api/v1/notices/{notice}/document", buffered=True).data == pdf
    note = client(MIRA).put(f"/api/v1/desk/submissions/{submission}/notes/{new_id()}", json={"text": "Zu spät"})
    assert note.status_code == 404, "nothing new is said of what is deleted"
