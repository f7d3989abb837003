"""What is looked for at the desk is found in the papers themselves, by the team alone, and leaves no trace."""

from __future__ import annotations

import json
import sqlite3

import pytest

import scanning
from app import accounts, assembly, backup, check, finding, handover, inbox, reading, retention
from app.store import documents, jobs, open_store, people, schema, submissions, texts
from app.store.backups import Backups, open_backup
from app.store.database import insert
from app.store.sealing import Unsealed
from tests.make import JANA, KERSTIN, MIRA, RAUL, make_photo, send
from tests.scanning.papers import LETTER, line, pdf_of
from tests.test_arrangement import arrange, split
from tests.test_assembly import card_side
from tests.test_handover import accept

DAY = 86_400.0
READ = "Fristlose Kündigung des Mietvertrags Straße 7 zum 450,00 Euro".split()


@pytest.fixture
def read(client, store, office, monkeypatch):
    """A photo of Jana's whose words were read."""
    said = [scanning.Word(word, (0, 0, 9, 9)) for word in READ]
    monkeypatch.setattr(scanning, "read_words", lambda *_: said)
    submission = send(client(JANA), [make_photo(1, size=(300, 400))])
    assembly.assemble(store, office, submission)
    reading.read(store, submission)
    return submission


def look(browser, words: str) -> list[dict]:
    return browser.get("/api/v1/desk/submissions", query_string={"state": "all", "q": words}).json["submissions"]


@pytest.mark.parametrize("words", ["Kündigung", "kuendigung", "KUNDIG", "strasse", "STRAßE", "450,00", "özdemir miet"])
def test_words_that_were_read_are_found_however_they_are_typed(client, read, words):
    (row,) = look(client(MIRA), words)
    assert row["id"] == read and row["found"]["n"] == 1
    assert row["found"]["word"] in READ


def test_a_hit_shows_what_stands_around_it_and_a_name_that_is_known_needs_no_page(client, read):
    (row,) = look(client(MIRA), "mietv")
    assert row["found"] == {
        "n": 1,
        "before": "Fristlose Kündigung des",
        "word": "Mietvertrags",
        "after": "Straße 7 zum 450,00 Euro",
    }
    assert look(client(MIRA), "Özdemir")[0]["found"] is None
    assert look(client(MIRA), "")[0]["found"] is None


@pytest.mark.parametrize("words", ["Scheidung", "Kündigung Scheidung", 'Kündigung" OR "x', "* ( AND", "k"])
def test_what_stands_nowhere_is_not_found_and_no_sign_is_an_operator(client, read, words):
    assert look(client(MIRA), words) == []


def test_no_other_team_finds_a_word_of_it(client, store, read):
    accounts.add_person(store, {**KERSTIN, "team": "two"})
    assert look(client(RAUL), "Kündigung") == [] and look(client(KERSTIN), "Kündigung") == []
    assert client(JANA).get("/api/v1/desk/submissions?q=Kündigung").status_code == 404
    assert client().get("/api/v1/desk/submissions?q=Kündigung").status_code == 401


def test_a_handed_in_pdf_is_found_by_its_own_words_at_once_on_the_page_where_they_stand(client, store, office):
    submission = send(client(JANA), [pdf_of(line("Seite eins", 70, 700), LETTER)])
    assembly.assemble(store, office, submission)
    (row,) = look(client(MIRA), "Dezember bewill")
    assert (row["id"], row["found"]["n"]) == (submission, 2)


def test_what_papers_and_the_benefit_were_called_before_is_found_too(client, store, office, read):
    accounts.add_person(store, KERSTIN)
    admin = client(KERSTIN)
    known = admin.get("/api/v1/desk/office").json
    kinds = [{**kind, "former": ["Verdienstnachweis"]} if kind["id"] == "payslip" else kind for kind in known["kinds"]]
    said = {"version": known["version"], "kinds": kinds}
    assert admin.put("/api/v1/desk/office", json=said).status_code == 200
    assert [row["id"] for row in look(client(MIRA), "verdienst")] == [read]
    bescheid = send(client(JANA), [pdf_of(line("Ihr Grundsicherungsgeld ab Mai", 70, 700))])
    assembly.assemble(store, office, bescheid)
    (row,) = look(client(MIRA), "Bürgergeld")
    assert (row["id"], row["found"]["word"]) == (bescheid, "Grundsicherungsgeld")


def written(store) -> bytes:
    """All that stands in the tables, those of the index too, and in the file itself."""
    db = sqlite3.connect(store.files.root / "belegbote.sqlite")
    names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    told = [repr(db.execute(f'SELECT * FROM "{name}"').fetchall()).encode() for name in names]
    db.close()
    return b"".join(told) + (store.files.root / "belegbote.sqlite").read_bytes()


def test_nothing_of_the_words_is_left_once_the_papers_are_deleted(client, store, office, read, clock, tmp_path):
    for n in range(3):  # other words before, beside and after
        other = send(client(JANA), [pdf_of(line(f"Andere Worte {n}", 70, 700))])
        assembly.assemble(store, office, other)
    with store.atomic():
        finding.keep(store, read, {1: ["Qxgeheim", "Zweimal"]})  # read anew
    assert b"qxgeheim" in written(store) and b"Qxgeheim" in written(store)
    accept(store, read)
    handover.acknowledge_number(store, submissions.get(store.db, read)["number"])
    (tmp_path / "shelf").mkdir()
    made = backup.make(store, Backups(tmp_path / "shelf", Unsealed()))
    clock.turn(91 * DAY)
    retention.look(store, 90)
    assert b"xgeheim" not in written(store) and b"fristlos" not in written(store)
    assert look(client(MIRA), "Qxgeheim") == [] and len(look(client(MIRA), "andere")) == 3
    assert [found.line() for found in check.look(store)] == []
    store.db.execute("INSERT INTO sheet_words (sheet_words, rank) VALUES ('integrity-check', 1)")

    backup.restore(open_backup(made.folder, Unsealed()), tmp_path / "again", clock)  # the backup has the words
    with open_store(tmp_path / "again", clock).atomic() as db:
        assert texts.found(db, "one", ["qxgeheim"]) == {read}


def test_a_purge_that_was_killed_is_done_by_the_next_one(client, store, read):
    with store.atomic() as db:
        finding.keep(store, read, {1: ["Qxgeheim"]})
        texts.forget(db, read)
    assert b"qxgeheim" in written(store), "FTS5 keeps it"
    texts._merge(store.db, -1)
    texts.purge(store.db)
    assert b"qxgeheim" not in written(store)


def test_ten_thousand_documents_are_searched_with_a_handful_of_questions(client, store, office, read):
    """However much is found: what is asked of the database does not grow with it."""
    row = submissions.get(store.db, read)
    many = [{**row, "id": f"s{n}", "number": f"B-{n}", "state": "ready"} for n in range(10_000)]
    with store.atomic() as db:
        insert(db, "submission", *many)
        for each in many[::10]:
            texts.put(db, each["id"], {1: ("Die Miete im Mai", "die miete im mai")})
    asked: list[str] = []
    mira = people.by_login(store.db, MIRA["login"])
    store.db.conn.set_trace_callback(asked.append)
    found = inbox.look(store, office, {**mira, "team": "one"}, "all", "miete özdemir")
    store.db.conn.set_trace_callback(None)
    assert (found.total, len(found.rows)) == (1000, inbox.MOST)
    assert all(each["found"]["word"] == "Miete" for each in found.rows)
    assert len([sql for sql in asked if not sql.startswith("--")]) < 15, json.dumps(asked, indent=1)


def from_before(store, *submissions: str) -> None:
    """What an office of before the search had: documents, and no word of them."""
    with store.atomic() as db:
        for submission in submissions:
            texts.forget(db, submission)
    store.db.execute("DELETE FROM job")


def reads(store) -> list[tuple[str, str]]:
    found = store.db.execute("SELECT submission, state FROM job WHERE what = 'read' ORDER BY id")
    return list(found.fetchall())


def test_papers_from_before_the_search_are_read_a_few_at_a_time_and_behind_all_other_work(client, store, office, clock):
    papers = []
    for n in range(finding.AT_ONCE + 1):
        papers.append(send(client(JANA), [make_photo(n, size=(300, 400))]))
        assembly.assemble(store, office, papers[-1])
        clock.turn(60)
    assert finding.take_up(store) and reads(store) == [], "scans are waiting"
    from_before(store, *papers)
    assert finding.take_up(store)
    newest = [(each, "waiting") for each in reversed(papers[1:])]
    assert reads(store) == newest, "what came last is looked for first"
    assert finding.take_up(store) and reads(store) == newest, "one after the other"
    while job := jobs.claim(store.db, store.now(), "read"):
        assert finding.take_up(store) and len(reads(store)) == len(newest)
        jobs.finish(store.db, job)
    jobs.add(store.db, "handover", papers[0], store.now() + 3600)  # it waits for something else, and for nobody here
    assert finding.take_up(store) and reads(store)[-1] == (papers[0], "waiting")
    jobs.put_back(store.db, {**jobs.claim(store.db, store.now(), "read"), "attempt": jobs.MOST_TRIES}, 0, "died")
    assert not finding.take_up(store) and len(reads(store)) == len(papers), "what was tried is not tried for ever"


def test_what_was_made_searchable_before_the_search_is_found_by_the_words_that_its_pdf_has(client, store, read):
    kept, whole = documents.get(store.db, read), finding.kept(store, read)
    from_before(store, read)
    store.db.execute("INSERT INTO job (what, submission, state, run_at) VALUES ('read', ?, 'done', 0)", (read,))
    schema.m027_read_again(store.db)
    assert look(client(MIRA), "Kündigung") == [] and finding.take_up(store)
    reading.read(store, read)
    assert finding.kept(store, read) == whole and look(client(MIRA), "450,00")[0]["found"]["n"] == 1
    assert documents.get(store.db, read) == kept, "not a byte is another one"
    store.db.execute("UPDATE job SET state = 'done'")
    schema.m027_read_again(store.db)
    assert len(reads(store)) == 1, "of which words are known, that was read"


def test_a_handed_in_pdf_from_before_the_search_is_found_on_its_pages(client, store, office):
    submission = send(client(JANA), [pdf_of(line("Seite eins", 70, 700), LETTER)])
    assembly.assemble(store, office, submission)
    from_before(store, submission)
    reading.read(store, submission)
    assert look(client(MIRA), "Dezember bewill")[0]["found"]["n"] == 2
    assert client(MIRA).get(f"/api/v1/desk/submissions/{submission}/document").status_code == 200


def test_what_the_document_system_may_have_is_read_for_the_search_and_stays_as_it_is(
    client, store, office, monkeypatch, clock
):
    submission = send(client(JANA), [make_photo(1, size=(300, 400))])
    assembly.assemble(store, office, submission)
    from_before(store, submission)
    accept(store, submission)
    clock.turn(DAY)
    read_as(monkeypatch, "Nebenkosten")
    before = documents.get(store.db, submission)
    reading.read(store, submission)
    assert where(client(MIRA), "Nebenkosten") == [(submission, 1)]
    assert documents.get(store.db, submission) == before
    assert store.files.made(submission, before["file"]).exists()
    assert [found.line() for found in check.look(store)] == []


def read_as(monkeypatch, *texts: str) -> None:
    """From now on this stands on the sheets that are read, one after the other."""
    said = iter([[scanning.Word(word, (0, 0, 9, 9)) for word in text.split()] for text in texts])
    monkeypatch.setattr(scanning, "read_words", lambda *_: next(said))


def where(browser, words: str) -> list[tuple[str, int]]:
    return [(row["id"], row["found"]["n"]) for row in look(browser, words)]


def test_an_arranged_document_is_found_under_its_new_page_numbers_and_a_split_one_where_its_pages_went(
    client, store, office, monkeypatch
):
    mira, submission = client(MIRA), send(client(JANA), [make_photo(n, size=(300, 400)) for n in (1, 2, 3)])
    assembly.assemble(store, office, submission)
    read_as(monkeypatch, "Vollmacht", "Nebenkosten", "Quittung")
    reading.read(store, submission)
    arrange(mira, submission, 3, (2, 90), 1)
    assembly.assemble(store, office, submission)
    now = {"quittung": 1, "nebenkosten": 2, "vollmacht": 3}
    assert {word: where(mira, word) for word in now} == {word: [(submission, n)] for word, n in now.items()}, "at once"
    read_as(monkeypatch, "Quittung", "Nebenkosten quer", "Vollmacht")
    reading.read(store, submission)
    assert where(mira, "quer") == [(submission, 2)] and where(mira, "quittung") == [(submission, 1)]

    new, answer = split(mira, submission, [3, 1], [2], based_on=1)
    assert answer.status_code == 200
    for each in (submission, new):
        assembly.assemble(store, office, each)
    assert where(mira, "quer") == [(new, 1)], "and no more in the first one"
    assert where(mira, "vollmacht") == [(submission, 1)] and where(mira, "quittung") == [(submission, 2)]
    read_as(monkeypatch, "Nebenkosten gedreht")
    reading.read(store, new)
    assert where(mira, "gedreht") == [(new, 1)] and where(mira, "quer") == []


def test_a_page_of_a_handed_in_pdf_that_is_turned_is_found_though_its_words_are_read_anew_only_later(
    client, store, office, monkeypatch
):
    mira, submission = client(MIRA), send(client(JANA), [pdf_of(line("Seite eins", 70, 700), LETTER)])
    assembly.assemble(store, office, submission)
    arrange(mira, submission, (2, 180), 1)
    assembly.assemble(store, office, submission)
    assert where(mira, "Dezember") == [(submission, 1)] and where(mira, "eins") == [(submission, 2)]
    monkeypatch.setattr(scanning, "read_words", lambda *_: [])
    reading.read(store, submission)
    assert where(mira, "Dezember") == [(submission, 1)], "a reader that sees nothing takes nothing away"


def test_what_was_split_off_is_found_by_its_words_when_it_has_its_own_document_and_not_before(
    client, store, office, monkeypatch
):
    mira, submission = client(MIRA), send(client(JANA), [make_photo(n, size=(300, 400)) for n in (1, 2, 3)])
    assembly.assemble(store, office, submission)
    read_as(monkeypatch, "Vollmacht", "Nebenkosten", "Quittung")
    reading.read(store, submission)
    new, answer = split(mira, submission, [1], [3, 2])
    assert answer.status_code == 200
    assert where(mira, "quittung") == [(submission, 3)] and where(mira, "nebenkosten") == [(submission, 2)]
    assembly.assemble(store, office, submission)
    assert where(mira, "quittung") == [], "it has gone, and is not made yet"
    assembly.assemble(store, office, new)
    assert where(mira, "quittung") == [(new, 1)] and where(mira, "nebenkosten") == [(new, 2)]


@pytest.mark.parametrize("kind", ["id_card", "other"])
def test_both_sides_of_a_card_are_found_at_once_whether_they_become_one_sheet_or_two(
    client, store, office, monkeypatch, kind
):
    mira, sides = client(MIRA), [card_side(3), card_side(4)]
    submission = send(client(JANA), [make_photo(1, size=(300, 400)), *sides], kind="other")
    assembly.assemble(store, office, submission)
    read_as(monkeypatch, "Anschreiben", "Vorderes", "Hinteres")
    reading.read(store, submission)
    new, answer = split(mira, submission, [1], [2, 3], kind=kind)
    assert answer.status_code == 200
    for each in (submission, new):
        assembly.assemble(store, office, each)
    back = 1 if kind == "id_card" else 2
    assert len(documents.sheets(store.db, new)) == back
    assert where(mira, "vorderes") == [(new, 1)] and where(mira, "hinteres") == [(new, back)]
