"""Everything of mine: all that is stored of one person in a ZIP, nothing of anybody else, with flat memory."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile

from app import accounts, assembly, mydata
from app.store import people
from tests.make import JANA, LUCA, MIRA, make_pdf, make_photo, new_id, send
from tests.test_notices import upload, work

ANNA = {"role": "jobseeker", "name": "Anna Özdemir", "login": "55556666", "secret": "246810",
        "case": {"number": "41502//00000001", "team": "one"}}  # fmt: skip


def zipped(browser) -> zipfile.ZipFile:
    answer = browser.get("/api/v1/export.zip", buffered=True)
    assert answer.status_code == 200 and answer.mimetype == "application/zip"
    return zipfile.ZipFile(io.BytesIO(answer.data))


def told(archive: zipfile.ZipFile, name: str):
    return json.loads(archive.read(f"{name}.json"))


def test_all_of_mine_is_in_it_and_nothing_of_anybody_elses(client, store, office):
    accounts.add_person(store, ANNA, ANNA["case"])
    mira, jana, anna = client(MIRA), client(JANA), client(ANNA)
    photo, pdf = make_photo(1), make_pdf(2)
    submission = send(jana, [photo], note="Für Oktober")
    assembly.assemble(store, office, submission)
    mira.get(f"/api/v1/desk/submissions/{submission}")
    send(anna, [make_photo(2)], note="Annas Sache")
    notice = upload(mira, store, pdf)
    work(store)
    jana.put("/api/v1/consent", json={"given": True})
    anna.put("/api/v1/consent", json={"given": True})
    jana.put(f"/api/v1/survey/{new_id()}", json={"stars": 4})
    jana.put(f"/api/v1/messages/{new_id()}", json={"text": "Reicht der Brief?"})
    people.set_address(store.db, people.by_login(store.db, JANA["login"])["id"], "Lindenweg 4", "12345 Musterstadt")
    people.set_address(store.db, people.by_login(store.db, ANNA["login"])["id"], "Hafen 1", "12347 Musterstadt")
    archive = zipped(jana)
    assert archive.testzip() is None
    assert (told(archive, "Person")["street"], told(archive, "Person")["place"]) == ("Lindenweg 4", "12345 Musterstadt")
    assert b"Hafen" not in archive.read("Person.json")
    number = jana.get(f"/api/v1/submissions/{submission}").json["receipt"]["number"]
    assert archive.read(f"Einreichungen/{number}/Original-1.jpg") == photo
    assert archive.read(f"Einreichungen/{number}/Dokument.pdf").startswith(b"%PDF")
    assert archive.read(f"Bescheide/2026-11-20-{notice[:8]}.pdf") == pdf
    (row,) = told(archive, "Einreichungen")
    assert (row["note"], row["receipt"]["number"]) == ("Für Oktober", number)
    assert [event["what"] for event in told(archive, "Ereignisse")] == [
        "created",
        "received",
        "ready",
        "opened",
        "notice_uploaded",
        "notice_available",
        "consent_given",
        "message",
    ]
    (message,) = told(archive, "Nachrichten")
    assert (message["text"], message["mine"]) == ("Reicht der Brief?", True)
    assert told(archive, "Umfrage")[0]["stars"] == 4 and len(told(archive, "Zustimmung")) == 1
    page = archive.read("Inhalt.html").decode()
    assert all(name in page for name in ("Einreichungen.json", "Zustimmung.json", JANA["name"], "90 Tage"))
    whole = b"".join(archive.read(name) for name in archive.namelist() if name.endswith(("json", "html"))).decode()
    assert not any(word in whole for word in ("Anna", "Mira", "secret", store.keys.receipt.hex()))


def test_a_large_archive_is_written_with_little_memory(store, office):
    jana = people.by_login(store.db, JANA["login"])
    blob = store.files.root / "blobs" / jana["id"] / ("a" * 64)
    blob.parent.mkdir(parents=True)
    with blob.open("wb") as file:
        file.truncate(200 * 1024 * 1024)  # sparse: it costs the disk nothing
    original, most, size = mydata._files, 0, 0
    mydata._files = lambda *_: iter([("Original-1.jpg", blob)])
    tracemalloc.start()
    try:
        for piece in mydata.whole(store, office, jana, 90, {}):
            size += len(piece)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        mydata._files = original
    assert size > 200 * 1024 * 1024
    assert most < 20 * 1024 * 1024


def test_a_file_that_is_lost_stops_nothing(client, store):
    jana = client(JANA)
    send(jana, [make_photo(1)])
    for blob in (store.files.root / "blobs").glob("*/*"):
        blob.unlink()
    archive = zipped(jana)
    assert archive.testzip() is None and not [name for name in archive.namelist() if "Original" in name]


def test_who_asks_too_often_waits_and_holds_up_nobody_else(client, clock):
    jana = client(JANA)
    answers = [jana.get("/api/v1/export.zip", buffered=True) for _ in range(mydata.PATIENCE.free + 1)]
    assert [answer.status_code for answer in answers[:-1]] == [200] * mydata.PATIENCE.free
    assert (answers[-1].status_code, answers[-1].json["code"]) == (429, "slow_down")
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert zipped(client(LUCA))
    clock.turn(3601)
    assert zipped(client(JANA))


def test_notes_of_colleagues_are_in_it_by_function_but_for_what_the_office_took_out(client, store):
    accounts.add_person(store, ANNA, ANNA["case"])
    mira, submission, annas = client(MIRA), send(client(JANA), [make_photo(1)]), send(client(ANNA), [make_photo(2)])
    for of, said in (
        (submission, {"text": "Miete stimmt."}),
        (submission, {"text": "Anzeige eines Nachbarn.", "withheld": True}),
        (annas, {"text": "Annas Notiz."}),
    ):
        answer = mira.put(f"/api/v1/desk/submissions/{of}/notes/{new_id()}", json=said)
        (note,) = [note for note in answer.json["notes"] if note["text"] == said["text"]]
        assert note["withheld"] == ("withheld" in said)
    archive = zipped(client(JANA))
    number = told(archive, "Einreichungen")[0]["number"]
    note = {"text": "Miete stimmt.", "at": store.time(), "number": number, "function": "Sachbearbeitung"}
    assert told(archive, "Notizen") == [note]
    assert "Notizen.json" in archive.read("Inhalt.html").decode()
    assert "Mira" not in archive.read("Notizen.json").decode()
