"""The scan job: photos become one PDF; what cannot be read becomes a sheet that says so."""

from __future__ import annotations

import io
import json
import os
import signal
import struct
import zlib
from hashlib import sha256

import page as page_validation
import pikepdf
import pypdfium2
import pytest
from PIL import Image

import scanning
import scanning.load
from app import assembly, check
from app.manifest import Manifest
from app.store import documents, events, jobs, submissions
from app.store.schema import migrations
from tests.make import JANA, MIRA, make_manifest, make_pdf, make_photo, send
from tests.scanning import draw, spoil


@pytest.fixture
def jana(client):
    return client(JANA)


def assembled(jana, store, office, parts, **more):
    submission = send(jana, parts, **more)
    assembly.assemble(store, office, submission)
    return submission, store.files.made(submission, "document.pdf").read_bytes()


def drawn(seed: int, blur: float = 0.7) -> bytes:
    """A phone photo of a printed letter; another seed is another letter."""
    scene, _, _ = spoil.photograph(spoil.paper(seed, "letter"), seed, (1050, 1400), fill=0.95)
    return draw.jpeg(spoil.develop(scene, seed, blur=blur))


def text_of(pdf: bytes) -> str:
    return " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


def huge_png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * ((width // 8 + 1) * 100))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_photos_become_one_pdf_a_in_the_order_of_the_pages(jana, store, office):
    photos = [make_photo(n) for n in range(3)]
    submission, pdf = assembled(jana, store, office, photos)
    assert page_validation.validate_pdf_bytes(pdf, profile="2b").is_compliant
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert len(opened.pages) == 3
        assert str(opened.Root.Lang) == "de"
        assert "2026-0001-" in str(opened.docinfo.get("/Title", opened.open_metadata()["dc:title"]))
    told = jana.get(f"/api/v1/submissions/{submission}").json
    assert told["state"] == "ready"
    assert [sheet["page"] for sheet in told["sheets"]] == ["p1", "p2", "p3"]


def test_a_scan_that_is_repeated_changes_nothing(jana, store, office):
    submission, pdf = assembled(jana, store, office, [make_photo()])
    assembly.assemble(store, office, submission)
    assert store.files.made(submission, "document.pdf").read_bytes() == pdf
    assert [event["what"] for event in events.of(store.db, submission)] == ["created", "received", "ready"]


def test_a_scan_that_was_killed_before_its_row_is_done_again_with_the_same_bytes(jana, store, office, monkeypatch):
    submission = send(jana, [make_photo()])
    monkeypatch.setattr(assembly, "_finish", lambda *_: None)
    assembly.assemble(store, office, submission)
    first = store.files.made(submission, "document.pdf").read_bytes()
    monkeypatch.undo()
    assembly.assemble(store, office, submission)
    assert store.files.made(submission, "document.pdf").read_bytes() == first
    assert submissions.get(store.db, submission)["state"] == "ready"


def test_what_a_killed_scan_left_is_never_shown_in_place_of_the_sheet(jana, store, office, monkeypatch):
    submission = send(jana, [make_photo(size=(900, 1200))])
    monkeypatch.setattr(assembly, "_finish", lambda *_: None)
    assembly.assemble(store, office, submission, attempt=assembly.GIVE_UP_FROM)
    placeholder = store.files.picture(submission, "1")
    monkeypatch.undo()
    assembly.assemble(store, office, submission)
    sheet = store.files.picture(submission, "1")
    assert (placeholder.suffix, sheet.suffix) == (".jpg", ".png")
    assert not placeholder.exists()


def test_of_the_sheets_of_a_killed_scan_none_is_left(jana, store, office, monkeypatch):
    submission = send(jana, [make_pdf(3)])
    monkeypatch.setattr(assembly, "_finish", lambda *_: None)
    assembly.assemble(store, office, submission)
    folder = store.files.made(submission, "document.pdf").parent
    assert (folder / "3.thumb.jpg").exists()
    monkeypatch.undo()
    assembly.assemble(store, office, submission, attempt=assembly.GIVE_UP_FROM)
    assert {path.name for path in folder.iterdir()} == {"1.jpg", "1.thumb.jpg", "document.pdf"}


def test_a_scan_that_stood_still_while_another_finished_changes_nothing(jana, store, office, monkeypatch):
    submission = send(jana, [drawn(1)])
    compared = assembly._compared

    def stand_still(sheets):
        monkeypatch.undo()
        assembly.assemble(store, office, submission, attempt=assembly.GIVE_UP_FROM)
        return compared(sheets)

    monkeypatch.setattr(assembly, "_compared", stand_still)
    assembly.assemble(store, office, submission)
    assert submissions.get(store.db, submission)["state"] == "attention"
    assert [found.line() for found in check.look(store)] == []


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (b"this is no picture at all", "unreadable"),
        (make_photo()[:200], "unreadable"),
        (huge_png(30000, 30000), "too_large"),
        (make_pdf(1, encryption=pikepdf.Encryption(owner="o", user="u")), "pdf_encrypted"),
        (b"%PDF-1.7 and then nothing", "pdf_broken"),
    ],
)
def test_40_a_page_that_cannot_be_read_becomes_a_sheet_that_says_so_and_the_rest_is_merged(
    jana, store, office, broken, problem
):
    submission, pdf = assembled(jana, store, office, [make_photo(1), broken, make_photo(2)])
    told = jana.get(f"/api/v1/submissions/{submission}").json
    assert told["state"] == "attention"
    assert [sheet["problem"] for sheet in told["sheets"]] == [None, problem, None]
    assert told["pages"][1]["problem"] == problem
    assert page_validation.validate_pdf_bytes(pdf, profile="2b").is_compliant
    assert len(pypdfium2.PdfDocument(pdf)) == 3
    assert told["receipt"], "what arrived has arrived, whatever can be made of it"


def test_a_photo_that_breaks_off_keeps_what_is_there_and_needs_a_look(jana, store, office):
    photo = make_photo(size=(1200, 1600))
    submission, _ = assembled(jana, store, office, [photo[: len(photo) // 2]])
    told = jana.get(f"/api/v1/submissions/{submission}").json
    assert (told["state"], told["sheets"][0]["problem"]) == ("attention", "cut_off")


def test_a_handed_in_pdf_takes_its_place_between_the_photos(jana, store, office):
    submission, pdf = assembled(jana, store, office, [make_photo(1), make_pdf(3), make_photo(2)])
    told = jana.get(f"/api/v1/submissions/{submission}").json
    assert [sheet["page"] for sheet in told["sheets"]] == ["p1", "p2", "p2", "p2", "p3"]
    assert len(pypdfium2.PdfDocument(pdf)) == 5


def test_a_pdf_cannot_bring_more_sheets_than_the_limit_of_pages(jana, store, office):
    submission = send(jana, [make_photo(1), make_pdf(3), make_pdf(3)])
    assembly.assemble(store, office, submission, most_sheets=6)
    told = jana.get(f"/api/v1/submissions/{submission}").json
    assert [sheet["problem"] for sheet in told["sheets"]] == [None, None, None, None, "pdf_too_long"]
    assert told["state"] == "attention"


def test_a_fault_of_the_disk_is_never_blamed_on_the_photos(jana, store, office, monkeypatch):
    submission = send(jana, [make_photo(1)])
    monkeypatch.setattr(type(store.files), "blob", lambda *_: (_ for _ in ()).throw(OSError(5, "I/O error")))
    for attempt in range(1, assembly.GIVE_UP_FROM):
        with pytest.raises(OSError):
            assembly.assemble(store, office, submission, attempt=attempt)


def test_where_and_when_a_photo_was_taken_is_not_in_the_pdf(jana, store, office):
    exif = Image.Exif()
    exif[0x0110] = "SecretPhoneModel"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (53.0, 33.0, 12.0)
    photo = make_photo(exif=exif.tobytes())
    assert b"SecretPhoneModel" in photo
    submission, pdf = assembled(jana, store, office, [photo])
    for name in ("document.pdf", store.files.picture(submission, "1").name, "1.thumb.jpg"):
        made = store.files.made(submission, name).read_bytes()
        assert b"SecretPhoneModel" not in made and b"Exif" not in made
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        image = opened.pages[0].get_images() if hasattr(opened.pages[0], "get_images") else opened.pages[0].images
        assert image and all(b"Exif" not in each.read_raw_bytes() for each in image.values())


def test_the_turn_that_a_person_chose_is_obeyed(jana, store, office):
    said = make_photo(3)
    pictures = []
    for rotation in (0, 180):
        submission = send(jana, [said], note=f"turn {rotation}")
        store.db.execute("UPDATE page SET rotation = :r WHERE submission = :s", {"r": rotation, "s": submission})
        assembly.assemble(store, office, submission)
        picture = Image.open(io.BytesIO(store.files.picture(submission, "1").read_bytes())).convert("L")
        pictures.append(picture.resize((60, 80)))
    upright, turned = pictures[0].tobytes(), pictures[1].rotate(180).tobytes()
    differences = [abs(a - b) for a, b in zip(upright, turned, strict=True)]
    assert sum(differences) / len(differences) < 6


def hurt(how, monkeypatch, poison: bytes):
    """Let the decoder do something to its process when it comes to this photo."""
    real = scanning.load.load
    monkeypatch.setattr(scanning.load, "load", lambda data, **more: how() if data == poison else real(data, **more))


def zero_by_zero():
    return 0 / 0


def all_the_memory():
    return bytearray(1 << 40)


def too_long():
    signal.raise_signal(signal.SIGXCPU)  # what the kernel does to one that has used up its time


@pytest.mark.parametrize(
    ("how", "problem"),
    [
        (os.abort, "decoder_died"),
        (zero_by_zero, "decoder_died"),
        (all_the_memory, "out_of_memory"),
        (too_long, "took_too_long"),
    ],
)
def test_a_photo_that_hurts_its_decoder_costs_only_its_own_page_and_at_once(
    jana, store, office, monkeypatch, how, problem
):
    photos = [make_photo(n, size=(300, 400)) for n in range(3)]
    submission = send(jana, photos)
    hurt(how, monkeypatch, photos[1])
    assembly.assemble(store, office, submission)
    told = jana.get(f"/api/v1/submissions/{submission}").json
    assert told["state"] == "attention"
    assert [sheet["problem"] for sheet in told["sheets"]] == [None, problem, None]
    pdf = store.files.made(submission, "document.pdf").read_bytes()
    assert page_validation.validate_pdf_bytes(pdf, profile="2b").is_compliant


def test_a_page_that_a_busy_machine_did_not_get_to_is_tried_again_later(jana, store, office, monkeypatch):
    submission = send(jana, [make_photo(1, size=(300, 400))])

    def starved(*_, **__):
        raise scanning.TookTooLong(17, busy=True)

    with monkeypatch.context() as patched:
        patched.setattr(scanning.Cell, "run", starved)
        with pytest.raises(scanning.TookTooLong):
            assembly.assemble(store, office, submission)
    assembly.assemble(store, office, submission, attempt=2)
    told = jana.get(f"/api/v1/submissions/{submission}").json
    assert [sheet["problem"] for sheet in told["sheets"]] == [None]


def test_when_the_scan_itself_dies_every_page_becomes_a_placeholder_and_nobody_waits_for_ever(jana, store, office):
    submission = send(jana, [make_photo(1), make_photo(2)])
    assembly.assemble(store, office, submission, attempt=assembly.GIVE_UP_FROM)
    told = jana.get(f"/api/v1/submissions/{submission}").json
    assert (told["state"], told["document"]["pages"]) == ("attention", 2)
    assert [sheet["problem"] for sheet in told["sheets"]] == ["scan_died"] * 2


def test_the_document_is_known_by_its_hash_and_size(jana, store, office):
    submission, pdf = assembled(jana, store, office, [make_photo()])
    assert documents.get(store.db, submission)["size"] == len(pdf)


def test_a_job_of_a_dead_worker_is_claimed_again_and_its_old_owner_can_no_longer_finish_it(jana, store, clock):
    send(jana, [make_photo()])
    first = jobs.claim(store.db, clock())
    assert jobs.claim(store.db, clock() + 1) is None
    again = jobs.claim(store.db, clock() + jobs.LEASE + 1)
    assert (again["id"], again["attempt"]) == (first["id"], 2)
    jobs.finish(store.db, first)
    assert jobs.queue(store.db, clock())["waiting"] == 1
    jobs.finish(store.db, again)
    assert jobs.queue(store.db, clock())["waiting"] == 0


def test_a_job_handed_back_at_a_stop_does_not_count_as_a_try(jana, store, clock):
    send(jana, [make_photo()])
    jobs.hand_back(store.db, jobs.claim(store.db, clock()), clock())
    assert jobs.claim(store.db, clock())["attempt"] == 1


def test_a_job_that_fails_too_often_is_parked_with_its_fault(jana, store, clock):
    send(jana, [make_photo()])
    for _ in range(jobs.MOST_TRIES):
        jobs.put_back(store.db, jobs.claim(store.db, clock()), clock(), "it died")
    assert jobs.claim(store.db, clock() + 10**6) is None
    assert jobs.queue(store.db, clock())["parked"] == 1


def test_the_verdict_on_a_page_reaches_both_sides_and_stops_nothing(jana, client, store, office):
    submission, _ = assembled(jana, store, office, [drawn(1), drawn(2, blur=5)])
    mine = jana.get(f"/api/v1/submissions/{submission}").json
    theirs = client(MIRA).get(f"/api/v1/desk/submissions/{submission}").json
    assert [sheet["verdict"] for sheet in mine["sheets"]] == [[], ["blurred"]]
    assert [sheet["verdict"] for sheet in theirs["sheets"]] == [[], ["blurred"]]
    assert theirs["sheets"][0]["numbers"]["sharp"] > theirs["sheets"][1]["numbers"]["sharp"]
    assert mine["state"] == "ready", "a verdict may be wrong: it is advice and alerts nobody"
    inbox = client(MIRA).get("/api/v1/desk/submissions").json["submissions"]
    assert [row["problems"] for row in inbox] == [[{"n": 2, "problem": "blurred"}]]


def test_the_same_paper_twice_in_a_submission_is_pointed_out_and_kept(jana, store, office):
    turned = Image.open(io.BytesIO(drawn(1))).rotate(180)
    again = io.BytesIO()
    turned.save(again, "JPEG", quality=70)
    submission, pdf = assembled(jana, store, office, [drawn(1), drawn(2), again.getvalue()])
    told = jana.get(f"/api/v1/submissions/{submission}").json
    assert [sheet["verdict"] for sheet in told["sheets"]] == [[], [], ["same_page"]]
    assert [sheet["same_as"] for sheet in told["sheets"]] == [None, None, 1]
    assert len(pypdfium2.PdfDocument(pdf)) == 3


def card_side(seed: int) -> bytes:
    """A phone photo of one side of a card."""
    return draw.jpeg(draw.photograph(draw.card(seed), seed, (1600, 1200), fill=0.7, tilt=8, turn=2, kind="wood").bgr)


def test_both_sides_of_a_card_become_one_sheet_and_a_third_side_another(jana, store, office):
    submission, pdf = assembled(jana, store, office, [card_side(n) for n in (3, 4, 5)], kind="id_card")
    told = jana.get(f"/api/v1/submissions/{submission}").json
    assert [(sheet["page"], sheet["back"]) for sheet in told["sheets"]] == [("p1", "p2"), ("p3", None)]
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        width, height = (float(side) / 72 * 25.4 for side in opened.pages[0].mediabox[2:])
    assert (width, height) == pytest.approx((210, 297), abs=0.5)
    assert page_validation.validate_pdf_bytes(pdf, profile="2b").is_compliant


@pytest.mark.parametrize(
    ("again", "sides", "of_the_first"),
    [("p2", ("p1", "p1"), (True, False)), ("p1", ("p1", "p2"), (False, True))],
    ids=["the back", "the front"],
)
def test_a_side_of_a_card_that_was_taken_anew_is_known_from_the_one_that_was_good(
    jana, client, store, office, again, sides, of_the_first
):
    first, _ = assembled(jana, store, office, [card_side(3), card_side(4)], kind="id_card")
    said = {"outcome": "returned", "reason": "blurred", "pages": [again]}
    assert client(MIRA).put(f"/api/v1/desk/submissions/{first}/decision", json=said).status_code == 200
    second, _ = assembled(jana, store, office, [card_side(5)], kind="id_card", follows=first)
    told = client(MIRA).get(f"/api/v1/desk/submissions/{second}").json
    (sheet,) = told["sheets"]
    assert (sheet["page"], sheet["back"]) == sides
    assert (sheet["origin"], sheet["back_origin"]) == tuple(first if each else None for each in of_the_first)
    assert [page["id"] for page in told["earlier"]] == ["p1", "p2"], "the desk can show the photo of either side"

    # The person sees the page that they sent, and their receipt its picture.
    (own,) = jana.get(f"/api/v1/submissions/{second}").json["sheets"]
    assert (own["page"], own["back"]) == ("p1", None)
    with pikepdf.open(io.BytesIO(jana.get(f"/api/v1/submissions/{second}/receipt").data)) as receipt:
        assert sum(len(page.get_images()) for page in receipt.pages) == 1

    # An office of an earlier release learns it of the cards that it has.
    made = documents.sheets(store.db, second)
    store.db.conn.execute("ALTER TABLE sheet DROP COLUMN back_origin")
    store.db.conn.execute("DELETE FROM _sqlite_migrations WHERE name = 'm020_sides'")
    migrations.apply(store.db)
    assert documents.sheets(store.db, second) == made


def test_what_does_not_look_like_a_card_stays_on_a_sheet_of_its_own(jana, store, office):
    submission, _ = assembled(jana, store, office, [card_side(3), make_photo()], kind="id_card")
    told = jana.get(f"/api/v1/submissions/{submission}").json
    assert [(sheet["page"], sheet["back"]) for sheet in told["sheets"]] == [("p1", None), ("p2", None)]


def test_cards_of_another_kind_of_paper_are_left_as_they_are(jana, store, office):
    submission, _ = assembled(jana, store, office, [card_side(3), card_side(4)], kind="other")
    assert len(jana.get(f"/api/v1/submissions/{submission}").json["sheets"]) == 2


def test_what_the_person_did_to_a_page_reaches_the_caseworker(jana, client, store, office):
    """How much was blacked out, what was kept all the same, of which months, and when blacking out was offered."""
    more = {"kind": "bank_statement", "months": ["2026-10", "2026-09"], "blackout_offered_at": "2026-11-27T09:00:00Z"}
    submission, _ = assembled(jana, store, office, [make_photo()], each={"blackened": 2, "kept": ["blurred"]}, **more)
    told = client(MIRA).get(f"/api/v1/desk/submissions/{submission}").json
    assert told["months"] == ["2026-09", "2026-10"] and told["blackout_offered_at"] == "2026-11-27T09:00:00Z"
    assert [(page["blackened"], page["kept"]) for page in told["pages"]] == [(2, ["blurred"])]


def test_a_manifest_that_says_none_of_that_has_the_hash_it_always_had():
    """Else a phone that began to send before an upgrade of the server could not go on after it."""
    manifest = Manifest.model_validate(make_manifest([b"x"]))
    old = {"kind": manifest.kind, "ask": None, "follows": None, "note": manifest.note}
    page = {"id": "p1", "seq": 1, "size": 1, "sha256": sha256(b"x").hexdigest(), "type": "image/jpeg"}
    page |= {"corners": None, "rotation": 0}
    said = json.dumps({**old, "pages": [page]}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert manifest.hash() == sha256(said.encode()).hexdigest()
