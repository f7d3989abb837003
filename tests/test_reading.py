"""The read job: a document that is ready becomes searchable later, and nothing that happens then can hurt it."""

from __future__ import annotations

import hashlib

import page as page_validation
import pypdfium2
import pytest

import scanning
from app import assembly, reading
from app.store import documents, jobs, submissions
from app.store.files import Files
from tests.make import JANA, MIRA, make_photo, send
from tests.scanning.papers import LETTER, line, pdf_of

WORDS = (scanning.Word("Kündigung", (100, 100, 500, 160)), scanning.Word("fristlos", (520, 100, 800, 160)))


@pytest.fixture
def jana(client):
    return client(JANA)


@pytest.fixture
def knows_words(monkeypatch):
    """A reader that finds the same two words on every page."""
    monkeypatch.setattr(scanning, "read_words", lambda picture, dpi: WORDS)


def ready(jana, store, office, parts, **more) -> str:
    submission = send(jana, parts)
    assembly.assemble(store, office, submission, **more)
    return submission


def downloaded(jana, submission) -> bytes:
    answer = jana.get(f"/api/v1/submissions/{submission}/document")
    assert answer.status_code == 200
    return answer.data


def text_of(pdf: bytes) -> str:
    return " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


def assert_told_as_it_is(jana, store, submission, pages: int) -> bytes:
    """What is served is a whole PDF, and the row says of it what is true."""
    pdf, row = downloaded(jana, submission), documents.get(store.db, submission)
    assert (row["size"], row["sha256"]) == (len(pdf), hashlib.sha256(pdf).hexdigest())
    assert page_validation.validate_pdf_bytes(pdf, profile="2b").is_compliant
    assert len(pypdfium2.PdfDocument(pdf)) == pages
    return pdf


def test_a_ready_document_becomes_searchable_and_was_whole_before(jana, store, office, knows_words):
    submission = ready(jana, store, office, [make_photo(1), make_photo(2)])
    assert "Kündigung" not in text_of(assert_told_as_it_is(jana, store, submission, 2))
    reading.read(store, submission)
    assert text_of(assert_told_as_it_is(jana, store, submission, 2)).count("Kündigung fristlos") == 2
    assert submissions.get(store.db, submission)["state"] == "ready"
    assert not store.files.made(submission, "document.pdf").exists(), "no paper lies about twice"


def test_it_is_queued_with_the_document_and_only_where_it_can_be_done(jana, store, office, clock):
    ready(jana, store, office, [make_photo(1)])
    assert jobs.queue(store.db, clock(), "read")["waiting"] == 0
    submission = ready(jana, store, office, [make_photo(2)], read=True)
    assert jobs.queue(store.db, clock(), "read")["waiting"] == 1
    assert jobs.claim(store.db, clock(), "read")["submission"] == submission


def test_a_reading_never_stands_in_the_way_of_a_scan(jana, store, office, clock, client):
    ready(jana, store, office, [make_photo(1)], read=True)
    while jobs.claim(store.db, clock()):
        pass
    clock.turn(700)
    assert jobs.queue(store.db, clock())["waiting"] == 1, "the claimed scan; a reading is in a queue of its own"
    store.db.execute("UPDATE job SET state = 'done' WHERE what = 'scan'")
    assert client().get("/readyz").json["checks"]["queue"] is True, "papers that are not searchable yet are no fault"
    assert "belegbote_reads_waiting 1.0" in client().get("/metrics").get_data(as_text=True)


def test_a_reading_twice_is_harmless(jana, store, office, knows_words):
    submission = ready(jana, store, office, [make_photo(1)])
    reading.read(store, submission)
    once = assert_told_as_it_is(jana, store, submission, 1)
    reading.read(store, submission)
    assert assert_told_as_it_is(jana, store, submission, 1) == once
    assert text_of(once).count("Kündigung") == 1


def test_pages_that_are_missing_by_their_printed_numbers_are_told_to_both_sides(
    jana, client, store, office, monkeypatch
):
    submission = ready(jana, store, office, [make_photo(1), make_photo(2)])
    assert gaps(jana, client, submission) == [], "nothing has been read"
    texts = iter(["Seite 1 von 4", "Kontoauszug Seite 2 von 4"])
    monkeypatch.setattr(scanning, "read_words", lambda *_: [scanning.Word(w, BOX) for w in next(texts).split()])
    reading.read(store, submission)
    assert gaps(jana, client, submission) == [{"total": 4, "missing": [3, 4], "doubled": []}]
    assert submissions.get(store.db, submission)["state"] == "ready", "advice stops nothing"


def test_a_handed_in_pdf_tells_its_numbers_at_once_and_pages_sent_anew_miss_nothing(jana, client, store, office):
    parts = [pdf_of(*(line(f"Seite {n} von 3", 70, 700) for n in (1, 3, 3)))]
    submission = ready(jana, store, office, parts)
    assert gaps(jana, client, submission) == [{"total": 3, "missing": [2], "doubled": [3]}]
    anew = send(jana, [pdf_of(line("Seite 2 von 3", 70, 700))], follows=submission)
    assembly.assemble(store, office, anew)
    assert gaps(jana, client, anew) == []


BOX = (100, 100, 500, 160)


def gaps(jana, client, submission: str) -> list[dict]:
    """What both sides are told, which is the same."""
    mine = jana.get(f"/api/v1/submissions/{submission}").json["gaps"]
    assert client(MIRA).get(f"/api/v1/desk/submissions/{submission}").json["gaps"] == mine
    return mine


class Killed(BaseException):
    """As by kill -9."""


@pytest.mark.parametrize(
    ("where", "name"), [(Files, "write"), (documents, "replace"), (documents, "set_printed"), (Files, "remove")]
)
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.hunt
def test_killed_at_any_point_the_document_is_whole_and_the_next_try_finishes(
    jana, store, office, knows_words, monkeypatch, where, name, after
):
    submission = ready(jana, store, office, [make_photo(1)])
    real = getattr(where, name)

    def dies(*words):
        if after:
            real(*words)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(where, name, dies)
        with pytest.raises(Killed):
            reading.read(store, submission)
    assert_told_as_it_is(jana, store, submission, 1)
    reading.read(store, submission)
    assert "Kündigung" in text_of(assert_told_as_it_is(jana, store, submission, 1))
    assert not store.files.made(submission, "document.pdf").exists()


def test_a_page_that_cannot_be_read_stays_without_text_and_the_rest_gets_its_own(jana, store, office, monkeypatch):
    submission = ready(jana, store, office, [make_photo(1), make_photo(2)])
    answers = iter([scanning.ReaderFailed("took too long"), None])

    def read_words(picture, dpi):
        if error := next(answers):
            raise error
        return WORDS

    monkeypatch.setattr(scanning, "read_words", read_words)
    reading.read(store, submission)
    assert text_of(assert_told_as_it_is(jana, store, submission, 2)).count("Kündigung") == 1


def test_where_nothing_can_read_any_more_the_document_stays_as_it_is(jana, store, office, monkeypatch):
    submission = ready(jana, store, office, [make_photo(1)])
    before = assert_told_as_it_is(jana, store, submission, 1)
    monkeypatch.setattr(scanning, "read_words", lambda *_: (_ for _ in ()).throw(scanning.ReaderMissing()))
    with pytest.raises(scanning.ReaderMissing):
        reading.read(store, submission)
    assert assert_told_as_it_is(jana, store, submission, 1) == before


def test_a_handed_in_pdf_keeps_its_own_words_and_is_not_read_again(jana, store, office, knows_words):
    submission = ready(jana, store, office, [pdf_of(LETTER), make_photo(1)])
    assert "für Dezember werden Ihnen 563,00 € bewilligt" in text_of(downloaded(jana, submission))
    reading.read(store, submission)
    text = text_of(assert_told_as_it_is(jana, store, submission, 2))
    assert text.count("Kündigung") == 1 and "Özdemir" in text


def test_a_black_and_white_sheet_is_shown_to_the_desk_as_a_png(client, jana, store, office):
    submission = ready(jana, store, office, [pdf_of(LETTER)])
    answer = client(MIRA).get(f"/api/v1/desk/submissions/{submission}/sheets/1/image")
    assert (answer.headers["Content-Type"], answer.data[:4]) == ("image/png", b"\x89PNG")
    assert client(MIRA).get(f"/api/v1/desk/submissions/{submission}/sheets/1/thumb").data[:2] == b"\xff\xd8"


def test_a_document_from_before_there_was_a_text_layer_is_served_and_can_become_searchable(
    jana, store, office, knows_words
):
    submission = ready(jana, store, office, [make_photo(1)])
    columns = store.db.execute("SELECT name, dflt_value FROM pragma_table_info('document') WHERE name = 'file'")
    assert columns.fetchall() == [("file", "'document.pdf'")]
    reading.read(store, submission)
    assert_told_as_it_is(jana, store, submission, 1)


def test_a_document_replaced_in_the_middle_of_a_request_is_served_all_the_same(
    jana, store, office, knows_words, monkeypatch
):
    submission = ready(jana, store, office, [make_photo(1)])
    real, asked = documents.get, []

    def get(db, id):
        row = real(db, id)
        if not asked:
            asked.append(row)
            reading.read(store, submission)
        return row

    monkeypatch.setattr(documents, "get", get)
    assert "Kündigung" in text_of(downloaded(jana, submission))
    assert asked[0]["file"] == "document.pdf"
