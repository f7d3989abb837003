"""Turning, reordering and splitting at the desk: saved for good in the document, never in what was handed in."""

from __future__ import annotations

import io
import zipfile
from hashlib import sha256
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from app import alarms, arrangement, assembly, backup, check, figures, handover, notify, reading, receipts, retention
from app.errors import Damaged
from app.office import load_office
from app.store import (
    arrangements,
    documents,
    events,
    jobs,
    open_store,
    pages,
    people,
    submissions,
    subscriptions,
)
from app.store.backups import Backups, open_backup
from app.store.files import Files
from app.store.sealing import Unsealed
from tests.dying import SPARSE, die_everywhere
from tests.make import JANA, MIRA, RAUL, make_pdf, make_photo, new_id, scan_next, send
from tests.test_assembly import card_side
from tests.test_handover import accept, export
from tests.test_kill_points import jana as jana_in
from tests.test_kill_points import opened
from tests.test_notify import KEYS

PHOTOS = [make_photo(n, size=(300, 400)) for n in (1, 2, 3)]
DAY = 86400.0
NORA = MIRA | {"name": "Nora Lind", "login": "lind"}


@pytest.fixture
def mira(client):
    return client(MIRA)


@pytest.fixture
def ready(client, store, office):
    """A ready submission of three photos."""
    submission = send(client(JANA), PHOTOS, note="Bitte beachten")
    assembly.assemble(store, office, submission)
    return submission


def laid(*said):
    """Sheets as the desk says them: a number, or (number, degrees)."""
    return [{"n": one[0], "turn": one[1]} if isinstance(one, tuple) else {"n": one, "turn": 0} for one in said]


def arrange(browser, submission, *sheets, based_on=0):
    said = {"based_on": based_on, "sheets": laid(*sheets)}
    return browser.put(f"/api/v1/desk/submissions/{submission}/arrangement", json=said)


def split(browser, submission, stay, leave, kind="rental_contract", new=None, based_on=0):
    said = {"based_on": based_on, "kind": kind, "stay": laid(*stay), "leave": laid(*leave)}
    new = new or new_id()
    return new, browser.put(f"/api/v1/desk/submissions/{submission}/splits/{new}", json=said)


def decide(browser, submission, **decision):
    return browser.put(f"/api/v1/desk/submissions/{submission}/decision", json=decision)


def at_desk(browser, submission):
    return browser.get(f"/api/v1/desk/submissions/{submission}").json


def shown(browser, submission):
    return [sheet["page"] for sheet in at_desk(browser, submission)["sheets"]]


def told_by_push(store, config):
    """From now on both sides would be told of news."""
    for person in (JANA, MIRA):
        endpoint = f"https://fcm.googleapis.com/fcm/send/{person['login']}"
        row = {"id": sha256(endpoint.encode()).hexdigest(), "endpoint": endpoint, "language": "de", **KEYS}
        notify.subscribe(store, config, people.by_login(store.db, person["login"])["id"], row)


def whats(store, submission):
    return [event["what"] for event in events.of(store.db, submission)]


def pdf_of(browser, submission) -> list[tuple[int, int, str]]:
    """Width, height and text of each page of the document."""
    document = pypdfium2.PdfDocument(browser.get(f"/api/v1/desk/submissions/{submission}/document").data)
    found = ((*page.get_size(), page.get_textpage().get_text_range()) for page in document)
    return [(round(width), round(height), text.strip()) for width, height, text in found]


def test_the_order_and_the_turn_are_saved_into_the_pdf_and_a_page_of_a_handed_in_pdf_can_be_moved_too(
    client, mira, store, office
):
    submission = send(client(JANA), [make_pdf(3)])
    assembly.assemble(store, office, submission)
    assert [text for *_, text in pdf_of(mira, submission)] == ["Page 1", "Page 2", "Page 3"]
    before = mira.get(f"/api/v1/desk/submissions/{submission}/sheets/2/image").data
    assert arrange(mira, submission, 3, (2, 90), 1).status_code == 200
    assembly.assemble(store, office, submission)
    first, second, third = pdf_of(mira, submission)
    assert (first[2], third[2]) == ("Page 3", "Page 1")
    assert second[:2] == first[1::-1], "it lies now"
    turned = mira.get(f"/api/v1/desk/submissions/{submission}/sheets/2/image").data
    was, now = (Image.open(io.BytesIO(data)) for data in (before, turned))
    assert now.size == was.size[::-1] and list(now.convert("L").rotate(90, expand=True).tobytes()) == list(
        was.convert("L").tobytes()
    ), "clockwise, and not a pixel is another one"

    # On top of that: turns add up, and three more quarters are none.
    assert arrange(mira, submission, 1, (2, 270), 3, based_on=1).status_code == 200
    assembly.assemble(store, office, submission)
    assert [text for *_, text in pdf_of(mira, submission)] == ["Page 3", "Page 2", "Page 1"], "with its words again"


def test_what_was_handed_in_its_receipt_and_what_the_person_sees_of_it_stay_as_they_are(
    client, mira, store, office, ready
):
    jana = client(JANA)
    mine = f"/api/v1/submissions/{ready}"
    told, receipt = jana.get(mine).json, jana.get(mine + "/receipt", headers={"Accept": "application/json"}).json
    arrange(mira, ready, 2, (1, 180), 3)
    assembly.assemble(store, office, ready)
    now = jana.get(mine).json
    assert now["receipt"] == told["receipt"] and now["pages"] == told["pages"]
    assert now["events"] == told["events"], "to the person nothing has happened"
    again = jana.get(mine + "/receipt", headers={"Accept": "application/json"}).json
    assert again["documents"][:-1] == receipt["documents"] and len(again["documents"]) == 2
    assert jana.get(mine + "/receipt").data.startswith(b"%PDF-")
    for name in ("p1", "p2", "p3"):
        photo = mira.get(f"/api/v1/desk/submissions/{ready}/pages/{name}/photo").data
        assert photo == PHOTOS[int(name[1]) - 1]
    pdf = jana.get(mine + "/document").data
    found = receipts.check(store, receipt["number"], receipt["short"], sha256(pdf).hexdigest())
    assert (found.said, found.file) == ("genuine", "document")
    assert [found.line() for found in check.look(store)] == []


def test_until_the_document_is_made_anew_the_old_one_is_shown_and_nobody_decides(
    client, mira, store, office, ready, config
):
    told_by_push(store, config)
    jana = client(JANA)
    old = pdf_of(mira, ready)
    answer = arrange(mira, ready, 3, 1, 2).json
    assert (answer["arranging"], answer["version"], answer["state"]) == (True, 0, "ready")
    assert jana.get(f"/api/v1/submissions/{ready}").json["state"] == "ready"
    assert pdf_of(mira, ready) == old and shown(mira, ready) == ["p1", "p2", "p3"]
    assert decide(mira, ready, outcome="accepted").json["code"] == "not_ready"
    scan_next(store)
    told = at_desk(mira, ready)
    assert (told["arranging"], told["version"], told["state"]) == (False, 1, "ready")
    assert shown(mira, ready) == ["p3", "p1", "p2"]
    assert [each["what"] for each in told["events"]].count("arranged") == 1
    arranged = next(each for each in told["events"] if each["what"] == "arranged")
    assert arranged["by"] == "Mira Kern"
    assert whats(store, ready).count("ready") == 1
    assert subscriptions.count_by_state(store.db) == {}, "nobody is told of it"
    assert decide(mira, ready, outcome="accepted").status_code == 200
    assert arrange(mira, ready, 1, 2, 3, based_on=1).json["code"] == "already_decided"


def test_two_people_do_not_undo_each_others_work_and_the_same_again_is_harmless(client, mira, store, office, ready):
    from app import accounts

    accounts.add_person(store, NORA)
    nora = client(NORA)
    for _ in range(3):
        assert arrange(mira, ready, 3, 2, 1).status_code == 200
    beaten = arrange(nora, ready, 2, 1, 3)
    assert (beaten.status_code, beaten.json["code"], beaten.json["by"]) == (409, "arrangement_changed", "Mira Kern")
    _, beaten = split(nora, ready, [1, 2], [3])
    assert beaten.json["code"] == "arrangement_changed"
    assembly.assemble(store, office, ready)
    assert arrange(nora, ready, 2, 1, 3).json["code"] == "arrangement_changed", "she still looks at the old one"
    assert arrange(mira, ready, 3, 2, 1).status_code == 200, "the answer to the first one was lost"
    assert whats(store, ready).count("arranged") == 1 and arrangements.latest(store.db, ready)["n"] == 1
    assert arrange(nora, ready, 1, 2, 3, based_on=1).status_code == 200, "as it is"
    assert arrangements.pending(store.db, ready) is None


def test_only_the_team_arranges_only_what_is_ready_and_each_sheet_once(client, mira, store, ready):
    assert arrange(client(RAUL), ready, 1, 2, 3).status_code == 404
    assert split(client(RAUL), ready, [1], [2, 3])[1].status_code == 404
    assert arrange(client(JANA), ready, 1, 2, 3).status_code == 404
    early = send(client(JANA), [make_photo(9, size=(300, 400))])
    assert arrange(mira, early, 1).json["code"] == "not_ready"
    for sheets in ((1, 2), (1, 2, 2), (1, 2, 4), (1, 2, 3, 3), (1, 2, (3, 45))):
        assert arrange(mira, ready, *sheets).json["code"] == "bad_request", sheets
    for stay, leave in (([1, 2, 3], []), ([], [1, 2, 3]), ([1, 2], [2, 3]), ([1], [2])):
        assert split(mira, ready, stay, leave)[1].json["code"] == "bad_request", (stay, leave)
    assert split(mira, ready, [1, 2], [3], kind="no such kind")[1].json["code"] == "bad_request"
    assert split(mira, ready, [1, 2], [3], new=early)[1].json["code"] == "bad_request", "an id that is taken"
    assert split(mira, ready, [1, 2], [3], new="3")[1].json["code"] == "bad_request"
    assert submissions.split_off(store.db, ready) == [] and arrangements.latest(store.db, ready) is None


def anew(folder: Path) -> None:
    """What the worker does with a document that was arranged."""
    with opened(folder) as store:
        job = jobs.claim(store.db, store.now())
        if job:
            assembly.assemble(store, load_office(folder), job["submission"])
            jobs.finish(store.db, job)


@pytest.mark.hunt
def test_killed_at_any_point_the_old_document_or_the_new_one_is_there_whole_and_the_next_try_finishes(worked, config):
    (submission,) = submissions.ids(worked.db)
    mira = people.by_login(worked.db, MIRA["login"])
    arrangement.arrange(worked, mira, submission, {"based_on": 0, "sheets": laid(2, (1, 90))})
    worked.close()
    killed = die_everywhere(config.data, "tests.test_arrangement:anew", apart=2 * SPARSE)
    assert len(killed) * SPARSE > 15
    for folder in killed:
        with opened(folder) as store:
            made = documents.get(store.db, submission)
            path = store.files.made(submission, made["file"])
            assert Files.measure(path) == (made["size"], made["sha256"]), folder.name
            for sheet in documents.sheets(store.db, submission):
                assert store.files.looks_whole(store.files.picture(submission, documents.picture(made, sheet["n"])))
            assembly.assemble(store, load_office(folder), submission)
            assert documents.get(store.db, submission)["version"] == 1, folder.name
            store.db.execute("UPDATE job SET state = 'done'")
            assert [found.line() for found in check.look(store)] == [], folder.name
            names = {path.name for path in path.parent.iterdir()}
            assert names == {f"1_{name}" for name in ("1.jpg", "1.thumb.jpg", "2.jpg", "2.thumb.jpg", "document.pdf")}
            assert len(receipts.documents_of(store, submissions.get(store.db, submission)["number"])) == 2


def test_a_document_never_gets_worse_by_arranging_and_nobody_waits_for_ever(mira, store, office, ready):
    old = pdf_of(mira, ready)
    arrange(mira, ready, 3, 2, 1)
    owner = submissions.get(store.db, ready)["owner"]
    store.files.blob(owner, sha256(PHOTOS[1]).hexdigest()).write_bytes(b"\xff\xd8\xff rotten")
    with pytest.raises(Damaged):
        assembly.assemble(store, office, ready)
    assert pdf_of(mira, ready) == old
    assembly.assemble(store, office, ready, attempt=assembly.GIVE_UP_FROM)
    told = at_desk(mira, ready)
    assert not told["arranging"] and "not_arranged" in [each["what"] for each in told["events"]]
    assert pdf_of(mira, ready) == old and decide(mira, ready, outcome="accepted").status_code == 200


def test_one_that_waits_too_long_to_be_made_anew_is_an_alarm(mira, store, config, clock, ready):
    arrange(mira, ready, 3, 2, 1)
    clock.turn(alarms.LATE_AFTER + 1)
    late = [each for each in alarms.present(store, config) if each.what == "late"]
    assert [each.subject for each in late] == [ready]
    scan_next(store)
    assert not [each for each in alarms.present(store, config) if each.what == "late"]


def test_a_reading_of_the_old_document_does_not_take_the_new_one_away(mira, store, office, ready, monkeypatch):
    searchable = make_pdf(3)

    def slow(store, document):
        if document["version"] == 0:
            arrange(mira, ready, 3, 2, 1)
            assembly.assemble(store, office, ready, read=True)
        return searchable, {}

    monkeypatch.setattr(reading, "_with_text", slow)
    reading.read(store, ready)
    assert shown(mira, ready) == ["p3", "p2", "p1"] and len(pdf_of(mira, ready)) == 3
    assert jobs.claim(store.db, store.now(), "read")["submission"] == ready, "the new one is to be read, too"
    reading.read(store, ready)
    assert mira.get(f"/api/v1/desk/submissions/{ready}/document").data == searchable
    jobs.hurry(store.db, "scan", ready, store.now())
    names = {path.name for path in store.files.made(ready, "x").parent.iterdir()}
    assert "1_searchable.pdf" in names and not {"document.pdf", "searchable.pdf", "1_document.pdf"} & names


def test_the_numbers_that_were_read_on_the_pages_are_known_of_the_arranged_ones_at_once(mira, store, office, ready):
    documents.set_printed(store.db, ready, {1: (1, 4), 2: (2, 4), 3: (4, 4)})
    arrange(mira, ready, 3, (1, 90), 2)
    assembly.assemble(store, office, ready)
    assert [sheet["printed"] for sheet in documents.sheets(store.db, ready)] == [4, 1, 2]
    assert at_desk(mira, ready)["gaps"] == [{"total": 4, "missing": [3], "doubled": []}]


def test_while_a_backup_is_made_no_document_is_replaced_and_what_comes_back_goes_on(
    worked, config, clock, tmp_path, monkeypatch
):
    (submission,) = submissions.ids(worked.db)
    mira, office = people.by_login(worked.db, MIRA["login"]), load_office(config.data)
    arrangement.arrange(worked, mira, submission, {"based_on": 0, "sheets": laid(2, 1)})
    own = backup._take_own

    def meanwhile(*given):
        with pytest.raises(OSError, match="backup"):
            assembly.assemble(worked, office, submission)
        own(*given)

    monkeypatch.setattr(backup, "_take_own", meanwhile)
    (tmp_path / "shelf").mkdir()
    made = backup.make(worked, Backups(tmp_path / "shelf", Unsealed()))
    assert made.lost == []
    backup.restore(open_backup(made.folder, Unsealed()), tmp_path / "again", clock)
    store = open_store(tmp_path / "again", clock)
    scan_next(store)
    assert [sheet["page"] for sheet in documents.sheets(store.db, submission)] == ["p2", "p1"]
    assert [found.line() for found in check.look(store)] == []
    store.close()


def test_what_is_split_off_is_a_paper_of_its_own_that_arrived_when_the_first_one_did(
    client, mira, store, office, config, clock, ready
):
    jana = client(JANA)
    told_by_push(store, config)
    first = jana.get(f"/api/v1/submissions/{ready}").json
    clock.turn(3 * DAY)
    mira, jana = client(MIRA), client(JANA)
    new, answer = split(mira, ready, [3, (1, 90)], [2])
    assert answer.status_code == 200
    assert [(each["id"], each["kind"]) for each in answer.json["split_into"]] == [(new, "rental_contract")]
    assert split(mira, ready, [3, (1, 90)], [2], new=new)[1].status_code == 200, "the same again"
    assert len(submissions.split_off(store.db, ready)) == 1
    assert "late" not in {each.what for each in alarms.present(store, config)}, "it waits since now"
    scan_next(store)
    scan_next(store)

    one, two = at_desk(mira, ready), at_desk(mira, new)
    assert [sheet["page"] for sheet in one["sheets"]] == ["p3", "p1"] and not one["arranging"]
    assert [sheet["page"] for sheet in two["sheets"]] == ["p2"] == [page["id"] for page in two["pages"]]
    assert (two["state"], two["kind"], two["split_from"]["id"]) == ("ready", "rental_contract", ready)
    assert (two["received_at"], two["captured_at"]) == (one["received_at"], one["captured_at"])
    assert two["note"] == "Bitte beachten" and two["number"] != one["number"]
    assert [each["what"] for each in two["events"]][:3] == ["received", "split_off", "ready"]
    queue = mira.get("/api/v1/desk/submissions?state=overdue").json["submissions"]
    assert {row["id"] for row in queue} >= {new} or not [row for row in queue if row["id"] == ready]
    photo = mira.get(f"/api/v1/desk/submissions/{new}/pages/p2/photo")
    assert photo.data == PHOTOS[1]

    # Both sign for what they hold, and the person finds all of it and where it came from.
    mine = {each["id"]: each for each in jana.get("/api/v1/submissions").json["submissions"]}
    assert mine[ready]["pages"] == first["pages"] and mine[ready]["receipt"] == first["receipt"]
    assert mine[new]["split_from"] == first["receipt"]["number"] and mine[ready]["split_from"] is None
    assert mine[new]["receipt"]["arrived_at"] == first["receipt"]["arrived_at"]
    assert [page["sha256"] for page in mine[new]["receipt"]["pages"]] == [sha256(PHOTOS[1]).hexdigest()]
    for each in (ready, new):
        receipt = mine[each]["receipt"]
        pdf = jana.get(f"/api/v1/submissions/{each}/document").data
        found = receipts.check(store, receipt["number"], receipt["short"], sha256(pdf).hexdigest())
        assert (found.said, found.file) == ("genuine", "document")
        assert jana.get(f"/api/v1/submissions/{each}/receipt").data.startswith(b"%PDF-")
    assert "split" not in str(mine[ready]["events"]) and subscriptions.count_by_state(store.db) == {}
    assert figures.of(store, office, 30, None)["now"]["submissions"] == 1, "one came"
    assert [found.line() for found in check.look(store)] == []

    # Each is decided on, and handed over, by itself.
    assert decide(mira, new, outcome="accepted").status_code == 200
    assert at_desk(mira, ready)["state"] == "ready"
    assert handover.index(store, office, new)["split_from"] == one["number"]
    archive = zipfile.ZipFile(io.BytesIO(jana.get("/api/v1/export.zip", buffered=True).data))
    names = archive.namelist()
    assert f"Einreichungen/{two['number']}/Original-1.jpg" in names
    assert f"Einreichungen/{one['number']}/Original-2.jpg" in names and archive.testzip() is None


def test_the_year_in_its_number_is_the_offices(client, store, office, clock, ready):
    clock.now = 1_798_759_800.0  # 2026-12-31, 23:30 UTC: half past midnight in the office
    new, answer = split(client(MIRA), ready, [1, 3], [2])
    assert answer.status_code == 200
    assert submissions.get(store.db, new)["number"].startswith("2027-0001-")


def test_sheets_of_a_handed_in_pdf_can_be_split_off(client, mira, store, office):
    submission = send(client(JANA), [make_pdf(3), PHOTOS[0]])
    assembly.assemble(store, office, submission)
    new, answer = split(mira, submission, [1, 4], [3, 2], kind="bank_statement")
    assert answer.status_code == 200
    scan_next(store)
    scan_next(store)
    assert [text for *_, text in pdf_of(mira, submission)] == ["Page 1", ""]
    assert [text for *_, text in pdf_of(mira, new)] == ["Page 3", "Page 2"]
    assert [page["id"] for page in pages.all_of(store.db, new)] == ["p1"], "the whole file is its original"


def test_what_was_asked_for_stays_given_and_the_new_paper_counts_for_what_is_missing_of_its_kind(
    client, mira, store, office
):
    from tests.test_asks import ask, states

    jana, id = client(JANA), ask(mira, store)
    submission = send(jana, PHOTOS, ask=id, wanted=1)
    assembly.assemble(store, office, submission)
    assert states(jana, id) == ["there", "open", "open"]
    split(mira, submission, [1, 2], [3], kind="rental_contract")
    assert states(jana, id) == ["there", "open", "there"]


def test_papers_of_which_both_need_the_same_photo_go_one_after_the_other(worked, config, clock):
    (first,) = submissions.ids(worked.db)
    mira, office = people.by_login(worked.db, MIRA["login"]), load_office(config.data)
    said = {"based_on": 0, "kind": "rental_contract", "stay": laid(1), "leave": laid(2)}
    second = new_id()
    arrangement.split(worked, office, mira, first, second, said)
    scan_next(worked)
    scan_next(worked)
    owner = jana_in(worked)
    accept(worked, first)
    handover.acknowledge_number(worked, submissions.get(worked.db, first)["number"])
    clock.turn(91 * DAY)
    retention.look(worked, 90)
    kept = {path.name for path in (config.data / "blobs" / owner).iterdir()}
    assert kept == {page["sha256"] for page in pages.all_of(worked.db, second)}
    assert [found.line() for found in check.look(worked)] == []
    accept(worked, second)
    handover.acknowledge_number(worked, submissions.get(worked.db, second)["number"])
    clock.turn(91 * DAY)
    retention.look(worked, 90)
    assert list((config.data / "blobs" / owner).iterdir()) == []
    assert [found.line() for found in check.look(worked)] == []
    for each in (first, second):
        receipt = receipts.as_json(worked, submissions.get(worked.db, each))
        assert receipts.check(worked, receipt["number"], receipt["short"]).said == "genuine"


def test_the_package_of_each_holds_its_own_document(worked, config, tmp_path):
    (first,) = submissions.ids(worked.db)
    mira, office, second = people.by_login(worked.db, MIRA["login"]), load_office(config.data), new_id()
    said = {"based_on": 0, "kind": "rental_contract", "stay": laid(2), "leave": laid(1)}
    arrangement.split(worked, office, mira, first, second, said)
    scan_next(worked)
    scan_next(worked)
    (tmp_path / "out").mkdir()
    for each in (first, second):
        accept(worked, each)
        export(worked, tmp_path / "out", each)
        number = submissions.get(worked.db, each)["number"]
        pdf = pypdfium2.PdfDocument(tmp_path / "out" / number / "document.pdf")
        assert len(pdf) == 1
        pdf.close()


def test_of_a_paper_that_lost_pages_only_what_is_left_comes_back_and_the_follow_up_lies_as_it_was_arranged(
    client, mira, store, office, ready
):
    jana = client(JANA)
    new, _ = split(mira, ready, [(3, 180), 1], [2])
    scan_next(store)
    scan_next(store)
    assert decide(mira, ready, outcome="returned", reason="blurred", pages=["p2"]).json["code"] == "bad_request"
    assert decide(mira, ready, outcome="returned", reason="blurred").status_code == 200
    assert jana.get(f"/api/v1/submissions/{ready}").json["decision"]["pages"] == ["p1", "p3"]
    assert at_desk(mira, new)["state"] == "ready"
    third = send(jana, PHOTOS)
    scan_next(store)
    arrange(mira, third, 3, (2, 90), 1)
    scan_next(store)
    decide(mira, third, outcome="returned", reason="blurred", pages=["p3"])
    follow = send(jana, [make_photo(8, size=(300, 400))], follows=third)
    scan_next(store)
    assert [(each["page"], each["origin"]) for each in at_desk(mira, follow)["sheets"]] == [
        ("p1", None), ("p2", third), ("p1", third)
    ]  # fmt: skip
    assert [sheet["made_of"]["turn"] for sheet in documents.sheets(store.db, follow)] == [0, 90, 0]
    assert split(mira, follow, [1], [2, 3])[1].json["code"] == "bad_request", "pages of an earlier one stay with it"
    assert arrange(mira, follow, 2, 1, 3).status_code == 200
    scan_next(store)
    assert [each["origin"] for each in at_desk(mira, follow)["sheets"]] == [third, None, third]


def test_a_card_stays_one_sheet_and_two_photos_that_are_split_off_as_a_card_become_one(client, mira, store, office):
    submission = send(client(JANA), [PHOTOS[0], card_side(3), card_side(4)], kind="payslip")
    assembly.assemble(store, office, submission)
    new, answer = split(mira, submission, [1], [2, 3], kind="id_card")
    assert answer.status_code == 200
    scan_next(store)
    scan_next(store)
    (card,) = at_desk(mira, new)["sheets"]
    assert (card["page"], card["back"], card["width"] < card["height"]) == ("p2", "p3", True)
    assert arrange(mira, new, (1, 90), based_on=1).status_code == 200
    scan_next(store)
    (card,) = at_desk(mira, new)["sheets"]
    assert (card["page"], card["back"], card["width"] > card["height"]) == ("p2", "p3", True)


def test_one_side_of_a_card_is_turned_alone_and_the_other_one_stays(client, mira, store, office):
    """Jana's card, its front upside down; then its back by a quarter, too, and the sheet as a whole."""
    submission = send(client(JANA), [card_side(3), card_side(4)], kind="id_card")
    assembly.assemble(store, office, submission)

    def sides():
        (sheet,) = at_desk(mira, submission)["sheets"]
        data = mira.get(f"/api/v1/desk/submissions/{submission}/sheets/1/image").data
        picture = Image.open(io.BytesIO(data)).convert("L")
        places = [[one[key] for key in ("x", "y", "width", "height")] for one in sheet["sides"]]
        wide, high = picture.size
        boxes = [(x * wide, y * high, (x + w) * wide, (y + h) * high) for x, y, w, h in places]
        return [picture.crop(tuple(map(round, box))) for box in boxes]

    def alike(one, other):
        return np.abs(np.asarray(one, int) - np.asarray(other.resize(one.size), int)).mean() < 4

    front, back = sides()
    assert front.width > front.height and not alike(front, front.rotate(180)), "a test that can fail"

    said = {"based_on": 0, "sheets": [{"n": 1, "turn": 0, "front": 180}]}
    for _ in range(2):
        assert mira.put(f"/api/v1/desk/submissions/{submission}/arrangement", json=said).status_code == 200
    scan_next(store)
    now = sides()
    assert alike(now[0], front.rotate(180)) and alike(now[1], back)
    assert arrangements.latest(store.db, submission)["n"] == 1

    said = {"based_on": 1, "sheets": [{"n": 1, "turn": 90, "front": 180, "back": 90}]}
    assert mira.put(f"/api/v1/desk/submissions/{submission}/arrangement", json=said).status_code == 200
    scan_next(store)
    now = [side.rotate(90, expand=True) for side in sides()]  # as they lie when the sheet stands again
    assert alike(now[0], front) and alike(now[1], back.rotate(-90, expand=True))
    assert at_desk(mira, submission)["sheets"][0]["back"] == "p2"


def test_only_a_card_has_sides_to_turn_and_one_of_an_earlier_release_is_turned_without_its_places(
    client, mira, store, office, ready
):
    said = {"based_on": 0, "sheets": [*laid(1, 2), {"n": 3, "turn": 0, "back": 90}]}
    refused = mira.put(f"/api/v1/desk/submissions/{ready}/arrangement", json=said)
    assert refused.json["code"] == "bad_request" and at_desk(mira, ready)["sheets"][0]["sides"] == []
    card = send(client(JANA), [card_side(3), card_side(4)], kind="id_card")
    assembly.assemble(store, office, card)
    store.db.execute("UPDATE sheet SET made_of = NULL")
    assert at_desk(mira, card)["sheets"][0]["sides"] == []
    said = {"based_on": 0, "sheets": [{"n": 1, "turn": 0, "back": 90}]}
    assert mira.put(f"/api/v1/desk/submissions/{card}/arrangement", json=said).status_code == 200
    assembly.assemble(store, office, card)
    front, back = at_desk(mira, card)["sheets"][0]["sides"]
    assert front["width"] > back["width"], "the back stands now"


def test_what_was_made_before_sheets_were_known_by_their_parts_can_be_arranged(client, mira, store, office):
    submission = send(client(JANA), [PHOTOS[0], make_pdf(2)])
    assembly.assemble(store, office, submission)
    store.db.execute("UPDATE sheet SET made_of = NULL")
    arrange(mira, submission, 3, 1, 2)
    scan_next(store)
    assert [text for *_, text in pdf_of(mira, submission)] == ["Page 2", "", "Page 1"]
