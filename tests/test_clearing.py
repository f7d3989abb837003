"""What lies in no e-file goes after the office's days, and nothing goes that somebody still needs."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from app import assembly, check, mydata, retention
from app.config import Config
from app.store import asks, documents, events, handovers, messages, notices, pages, people, submissions
from app.store.database import rows, run
from tests.dying import SPARSE, die_everywhere
from tests.make import JANA, MIRA, make_pdf, make_photo, new_id, send
from tests.test_arrangement import arrange, split
from tests.test_asks import ask, decide
from tests.test_finding import written
from tests.test_kill_points import opened
from tests.test_notices import upload, work
from tests.test_retention import lies

DAY = 86_400.0
ALL = replace(Config(), returned_days=30, messages_days=30, notices_days=30, asks_days=30)


def happened(store) -> list[str]:
    return [row["what"] for row in rows(store.db, "SELECT what FROM event ORDER BY id")]


def returned(client, store, office, **more) -> str:
    submission = send(client(JANA), [make_photo(len(submissions.ids(store.db)), size=(300, 400))], **more)
    assembly.assemble(store, office, submission)
    decide(client(MIRA), submission, "returned")
    return submission


def test_nothing_goes_where_the_office_names_no_days(client, store, office, clock, config):
    returned(client, store, office)
    client(JANA).put(f"/api/v1/messages/{new_id()}", json={"text": "Hallo"})
    before = lies(config.data, "documents", "blobs"), happened(store)
    clock.turn(3650 * DAY)
    retention.clear(store, Config())
    assert (lies(config.data, "documents", "blobs"), happened(store)) == before


def test_a_returned_paper_that_nobody_took_again_goes_and_its_receipt_stays(client, store, office, clock, config):
    submission = returned(client, store, office)
    receipt = client(JANA).get(f"/api/v1/submissions/{submission}").json["receipt"]
    clock.turn(30 * DAY)
    retention.clear(store, ALL)
    assert lies(config.data, "documents"), "a day early is too early"
    clock.turn(1)
    for _ in range(2):
        retention.clear(store, ALL)
    assert lies(config.data, "documents", "blobs", "parts") == [] and not documents.get(store.db, submission)
    assert [event["what"] for event in events.of(store.db, submission)].count("cleared") == 1
    told = client(JANA).get(f"/api/v1/submissions/{submission}").json
    assert (told["receipt"], told["state"], told["filed_at"]) == (receipt, "returned", None)
    desk = client(MIRA).get(f"/api/v1/desk/submissions/{submission}").json
    assert desk["erased_at"] and desk["document"] is None
    assert handovers.count_by_state(store.db) == {"waiting": 0, "given": 0, "acknowledged": 0, "erased": 1}
    assert [found.line() for found in check.look(store)] == []


def test_a_returned_paper_whose_ask_is_open_or_that_came_again_stays(client, store, office, clock, config):
    wanted = ask(client(MIRA), store)
    for_ask = returned(client, store, office, ask=wanted, wanted=1)
    first = returned(client, store, office)
    again = send(client(JANA), [make_photo(9, size=(300, 400))], follows=first)
    assembly.assemble(store, office, again)
    clock.turn(400 * DAY)
    retention.clear(store, ALL)
    assert all(documents.get(store.db, each) for each in (for_ask, first, again))
    client(MIRA).delete(f"/api/v1/desk/asks/{wanted}")
    retention.clear(store, ALL)
    assert not documents.get(store.db, for_ask) and documents.get(store.db, first)


def test_messages_go_but_for_what_the_team_has_not_read(client, store, clock):
    jana, mira = client(JANA), client(MIRA)
    read, unread = new_id(), new_id()
    jana.put(f"/api/v1/messages/{read}", json={"text": "Qxgelesen"})
    person = messages.get(store.db, read)["person"]
    mira.put(f"/api/v1/desk/messages/{person}/read", json={"until": read})
    mira.put(f"/api/v1/desk/messages/{person}/{new_id()}", json={"text": "Qxantwort"})
    jana.put(f"/api/v1/messages/{unread}", json={"text": "Noch offen"})
    assert messages.get(store.db, read)["read_at"]
    clock.turn(31 * DAY)
    for _ in range(2):
        retention.clear(store, ALL)
    assert [row["id"] for row in messages.of_person(store.db, person)] == [unread]
    assert b"Qxgelesen" not in written(store) and b"Qxantwort" not in written(store)
    (event,) = rows(store.db, "SELECT detail FROM event WHERE what = 'messages_erased'")
    assert event["detail"] == '{"messages": 2}'


def test_a_notice_goes_once_it_is_read_or_on_paper_and_never_before(client, store, clock, config):
    jana, mira = client(JANA), client(MIRA)
    on_paper = upload(mira, store, make_pdf(1))
    work(store)
    jana.put("/api/v1/consent", json={"given": True})
    unread = upload(mira, store, make_pdf(2))
    work(store)
    clock.turn(31 * DAY)
    for _ in range(2):
        retention.clear(store, ALL)
    jana, mira = client(JANA), client(MIRA)
    assert [each["id"] for each in jana.get("/api/v1/notices").json["notices"]] == [unread]
    assert jana.get(f"/api/v1/notices/{on_paper}/document").status_code == 404
    assert mira.get(f"/api/v1/desk/notices/{on_paper}/document").status_code == 404
    assert len(lies(config.data, "blobs")) == 1 and happened(store).count("notice_erased") == 1
    gone = notices.get(store.db, on_paper)
    assert (gone["state"], gone["title"], gone["said"]) == ("erased", "", "") and gone["sha256"]
    assert [found.line() for found in check.look(store)] == []
    jana.put(f"/api/v1/notices/{unread}/read")
    retention.clear(store, ALL)
    assert lies(config.data, "blobs", "documents") == [] and happened(store).count("notice_erased") == 2


@pytest.mark.parametrize("closed", [True, False])
def test_an_ask_that_is_settled_goes_with_what_was_answered_and_an_open_one_stays(client, store, clock, closed):
    jana, mira = client(JANA), client(MIRA)
    id = ask(mira, store, reason={"de": "Qxgrund"})
    jana.put(f"/api/v1/asks/{id}/papers/1/answer", json={"reason": "lost", "text": "Qxverloren"})
    jana.put(f"/api/v1/asks/{id}/wish", json={"id": new_id(), "text": "Qxkrank"})
    if closed:
        mira.delete(f"/api/v1/desk/asks/{id}")
    clock.turn(60 * DAY)
    retention.clear(store, ALL)
    jana, mira = client(JANA), client(MIRA)
    left = {
        who.get(path).status_code for who, path in ((jana, f"/api/v1/asks/{id}"), (mira, f"/api/v1/desk/asks/{id}"))
    }
    assert left == ({404} if closed else {200})
    there = written(store)
    assert [said in there for said in (b"Qxgrund", b"Qxverloren", b"Qxkrank")] == [not closed] * 3
    assert len([row for row in mira.get("/api/v1/desk/asks").json["asks"] if row["id"] == id]) == (not closed)
    assert happened(store).count("ask_erased") == closed and bool(asks.get(store.db, id)["erased_at"]) == closed
    assert (
        mira.put(f"/api/v1/desk/asks/{id}", json={"person": "x", "due": "2027-03-01", "papers": []}).status_code >= 400
    )


def test_nothing_is_let_go_while_a_backup_is_made_and_what_is_let_go_is_never_handed_over(
    client, store, office, clock, config
):
    submission = returned(client, store, office)
    upload(client(MIRA), store, make_pdf(1))
    work(store)
    clock.turn(31 * DAY)
    with store.snapshot():
        retention.clear(store, ALL)
        assert lies(config.data, "documents") and not handovers.get(store.db, submission)
    retention._let_go(store, submission, store.time())  # and the worker dies
    assert handovers.unacknowledged(store.db, store.time(), 10) == []
    retention.look(store, 0)
    assert not documents.get(store.db, submission) and handovers.get(store.db, submission)["erased_at"]


def test_the_days_are_the_offices_to_say_and_my_data_explains_them(client, store, office):
    said = {f"BELEGBOTE_RETENTION_{what}": str(n) for n, what in enumerate(("RETURNED", "MESSAGES", "NOTICES"), 100)}
    config = Config.from_env(said)
    assert config.kept_days == {"returned": 100, "messages": 101, "notices": 102}
    jana = people.by_login(store.db, JANA["login"])
    archive = zipfile.ZipFile(io.BytesIO(b"".join(mydata.whole(store, office, jana, 90, config.kept_days))))
    page = archive.read("Inhalt.html").decode()
    assert all(f"{n} Tage" in page for n in (90, 100, 101, 102))
    assert client().get("/api/v1/office").json["kept_days"] == {}


def wipe(folder: Path) -> None:
    """The worker's round in which the time is over."""
    with opened(folder) as store:
        retention.clear(store, ALL)
        retention.look(store, 0)


@pytest.mark.hunt
def test_killed_at_any_point_it_is_ended_by_the_next_round_and_nothing_is_called_lost(client, store, office, config):
    submission = returned(client, store, office)
    notice = upload(client(MIRA), store, make_pdf(1))
    work(store)
    for sql in ("UPDATE decision SET at = :at", "UPDATE notice SET available_at = :at"):
        run(store.db, sql, {"at": "2026-01-01T00:00:00Z"})
    store.close()
    killed = die_everywhere(config.data, "tests.test_clearing:wipe", apart=2 * SPARSE)
    assert len(killed) * SPARSE > 15
    for folder in killed:
        with opened(folder) as store:
            assert [found.line() for found in check.look(store)] == [], folder.name
        wipe(folder)
        with opened(folder) as store:
            assert lies(folder, "documents", "blobs") == [], folder.name
            assert (
                handovers.get(store.db, submission)["erased_at"] and notices.get(store.db, notice)["state"] == "erased"
            )
            assert (happened(store).count("cleared"), happened(store).count("notice_erased")) == (1, 1)
            assert [found.line() for found in check.look(store)] == [], folder.name


@pytest.mark.parametrize("goes_first", [0, 1])
@pytest.mark.parametrize("sent", [[make_photo(n, size=(300, 400)) for n in (1, 2)], [make_pdf(2)]])
def test_a_returned_paper_and_what_was_split_off_from_it_go_each_in_its_own_time(
    client, store, office, clock, config, sent, goes_first
):
    jana, mira = client(JANA), client(MIRA)
    first = send(jana, sent)
    assembly.assemble(store, office, first)
    new, answer = split(mira, first, [1], [2])
    assert answer.status_code == 200
    both = [first, new]
    for each in both:
        assembly.assemble(store, office, each)
    going, staying = both[goes_first], both[1 - goes_first]
    decide(mira, going, "returned")
    clock.turn(31 * DAY)
    for _ in range(2):
        retention.clear(store, ALL)
    jana, mira = client(JANA), client(MIRA)
    assert handovers.get(store.db, going)["erased_at"] and not documents.get(store.db, going)
    assert len(lies(config.data, "blobs")) == (1 if len(sent) == 1 else 2 - len(pages_gone(store, going, staying)))
    page = pages.all_of(store.db, staying)[-1]["id"]
    at_desk = f"/api/v1/desk/submissions/{staying}"
    assert mira.get(f"{at_desk}/document").status_code == 200
    assert mira.get(f"{at_desk}/pages/{page}/photo").status_code == 200, "the bytes are needed here"
    for who, path in ((mira, "/api/v1/desk/submissions/"), (jana, "/api/v1/submissions/")):
        assert all(who.get(path + each).status_code == 200 for each in both)
    assert [found.line() for found in check.look(store)] == []

    # What is left can be made anew, and goes in its turn.
    assert arrange(mira, staying, (1, 90), based_on=1).status_code == 200
    assembly.assemble(store, office, staying)
    decide(mira, staying, "returned")
    clock.turn(31 * DAY)
    retention.clear(store, ALL)
    assert lies(config.data, "blobs", "documents") == []
    assert rows(store.db, "PRAGMA foreign_key_check") == []
    assert [found.line() for found in check.look(store)] == []


def pages_gone(store, going: str, staying: str) -> set[str]:
    """The contents that only the one which went had."""
    here = {page["sha256"] for page in pages.all_of(store.db, staying)}
    return {page["sha256"] for page in pages.all_of(store.db, going)} - here
