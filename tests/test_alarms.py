"""No silent failure: what needs a person is seen, told once, shown to admins, and over when it is over."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import threading
import time
from dataclasses import replace

import pytest

from app import accounts, alarms, assembly, health, notify, worker
from app.store import alarms as rows_of_alarms
from app.store import jobs, open_store, subscriptions
from app.store.database import Fault, connect, row, rows, run
from app.store.schema import migrations
from tests.make import JANA, KERSTIN, MIRA, make_photo, send

MINUTE = 60.0


@pytest.fixture
def admin(store):
    """An admin with one browser that takes pushes."""
    accounts.add_person(store, KERSTIN)
    return subscribe(store, KERSTIN, "a" * 64)


@pytest.fixture
def watch(store, config):
    return alarms.Watch(store, config)


def subscribe(store, person, id):
    said = {"id": id, "endpoint": "https://fcm.googleapis.com/x", "p256dh": "p", "auth": "a", "language": "de"}
    found = row(store.db, "SELECT id FROM person WHERE login = :login", {"login": person["login"]})
    subscriptions.put(store.db, {**said, "person": found["id"], "at": store.time()})
    return id


def seen(store, config):
    return [(each.what, each.number) for each in alarms.present(store, config)]


def written(store):
    return [(r["what"], r["ended_at"]) for r in rows(store.db, "SELECT * FROM alarm ORDER BY id")]


def told(store):
    return [json.loads(r["payload"])["notification"] for r in rows(store.db, "SELECT * FROM push_outbox ORDER BY id")]


def park(store, clock, what="scan"):
    """A job that fails until it is parked."""
    for _ in range(jobs.MOST_TRIES):
        jobs.put_back(store.db, jobs.claim(store.db, clock(), what), clock(), "the child ended with -9")


def look(store, watch):
    watch.look(store.now())


def test_what_waited_in_the_push_outbox_before_there_were_alarms_still_waits(tmp_path):
    db = connect(tmp_path / "old.sqlite")
    migrations.apply(db, stop_before="m008_alarms")
    for statement in (
        "INSERT INTO team (id, name) VALUES ('t', 'T')",
        "INSERT INTO \"case\" (id, number, team) VALUES ('c', '1', 't')",
        "INSERT INTO event (\"case\", what, at) VALUES ('c', 'received', '2026-11-24T02:00:00Z')",
        """INSERT INTO push_outbox (id, subscription, event, topic, urgency, payload, not_before, ends_at, attempt,
                                    fault) VALUES (7, 's', 1, 'x', 'normal', '{}', 5, 9, 2, 'answered 503')""",
    ):
        run(db, statement)
    (before,) = rows(db, "SELECT * FROM push_outbox")
    migrations.apply(db)
    assert rows(db, "SELECT * FROM push_outbox") == [{**before, "alarm": None, "settled_at": None}]
    subscriptions.queue(db, {**before, "payload": "again"})
    assert len(rows(db, "SELECT * FROM push_outbox")) == 1, "the same event is still told once"
    with pytest.raises(Fault):
        subscriptions.queue(db, {**before, "event": None})
    db.close()


# what is seen


def test_nothing_is_wrong_in_an_office_where_all_is_well(client, store, config, office, watch):
    assembly.assemble(store, office, send(client(JANA), [make_photo()]))
    jobs.finish(store.db, jobs.claim(store.db, store.now()))
    look(store, watch)
    assert seen(store, config) == [] and written(store) == []


def test_a_submission_that_is_not_ready_after_ten_minutes_is_late(client, store, config, office, watch, clock):
    submission = send(client(JANA), [make_photo()])
    jobs.claim(store.db, clock())
    clock.turn(10 * MINUTE)
    look(store, watch)
    assert "late" not in [what for what, _ in seen(store, config)]
    clock.turn(1)
    number = row(store.db, "SELECT number FROM submission")["number"]
    assert ("late", number) in seen(store, config)
    assembly.assemble(store, office, submission)
    assert "late" not in [what for what, _ in seen(store, config)]


def test_a_late_submission_is_seen_though_its_job_is_gone_or_always_handed_back(client, store, config, watch, clock):
    """What the queue's own age cannot tell."""
    send(client(JANA), [make_photo()])
    for _ in range(25):
        jobs.hand_back(store.db, jobs.claim(store.db, clock()), clock() + 30)
        clock.turn(30)
    look(store, watch)
    assert [what for what, _ in seen(store, config)] == ["late"]
    run(store.db, "DELETE FROM job")
    assert [what for what, _ in seen(store, config)] == ["late"]


@pytest.mark.parametrize("what", ["scan", "read"])
def test_a_parked_job_is_seen_with_its_submissions_number(client, store, config, watch, clock, what):
    submission = send(client(JANA), [make_photo()])
    jobs.add(store.db, "read", submission, clock())
    park(store, clock, what)
    look(store, watch)
    number = row(store.db, "SELECT number FROM submission")["number"]
    assert seen(store, config) == [(f"{what}_parked", number)]


def test_a_queue_that_stands_is_seen(client, store, config, watch, clock):
    send(client(JANA), [make_photo()])
    clock.turn(10 * MINUTE)
    look(store, watch)
    assert [what for what, _ in seen(store, config)] == ["queue_stands"]


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_seen_until_a_push_goes_out(client, store, config, watch, clock, status):
    subscribe(store, JANA, "b" * 64)
    send(client(JANA), [make_photo()])
    notify.deliver(store, lambda push: notify.Outcome(status), notify.Hosts())
    look(store, watch)
    assert seen(store, config) == [("push_key_refused", None)]
    clock.turn(2 * MINUTE)
    look(store, watch)
    notify.deliver(store, lambda push: notify.Outcome(201), notify.Hosts())
    assert seen(store, config) == []


def test_pushes_that_were_given_up_are_seen_for_a_day(client, store, config, watch, clock):
    subscribe(store, JANA, "b" * 64)
    send(client(JANA), [make_photo()])
    jobs.finish(store.db, jobs.claim(store.db, clock()))
    run(store.db, "UPDATE submission SET state = 'ready'")
    clock.turn(notify.TTL["jobseeker"] + 1)
    notify.deliver(store, lambda push: notify.Outcome(201), notify.Hosts())
    rows_of_alarms.beat(store.db, "worker", clock())
    assert seen(store, config) == [("push_dropped", None)]
    assert health.figures(store)["pushes_dropped"] == {"too late": 1}
    clock.turn(alarms.DROPPED_COUNTS)
    look(store, watch)
    assert "push_dropped" not in [what for what, _ in seen(store, config)]


def test_a_push_to_a_browser_that_is_gone_is_no_failure(client, store, config, watch):
    for id in ("b" * 64, "c" * 64):
        subscribe(store, JANA, id)
    send(client(JANA), [make_photo()])
    run(store.db, "DELETE FROM subscription WHERE id LIKE 'c%'")  # turned off while the push was waiting
    for _ in range(2):
        notify.deliver(store, lambda push: notify.Outcome(410), notify.Hosts())
    look(store, watch)
    assert health.figures(store)["pushes_dropped"] == {"nobody there": 2}
    assert seen(store, config) == []


def test_a_disk_that_is_nearly_full_is_seen(store, config, watch):
    look(store, watch)
    assert seen(store, replace(config, min_free_bytes=2**60)) == [("disk", None)]


def test_a_worker_that_no_longer_beats_is_seen_by_whoever_asks(store, config, watch, clock):
    assert seen(store, config) == [("worker_silent", None)], "none has ever been at work"
    look(store, watch)
    clock.turn(alarms.SILENT_AFTER)
    assert seen(store, config) == []
    clock.turn(1)
    assert seen(store, config) == [("worker_silent", None)]
    look(store, watch)
    watch.stop()
    assert seen(store, config) == [("worker_silent", None)], "it was stopped, and none is at work"


def test_a_worker_whose_rounds_stand_still_is_seen_though_its_watch_goes_on(store, config, watch, clock):
    began = clock()
    while clock() - began < alarms.SILENT_AFTER + 2 * alarms.LOOK_EVERY:
        watch.look(began)
        clock.turn(alarms.LOOK_EVERY)
    assert written(store) == [("worker_silent", None)] and seen(store, config) == [("worker_silent", None)]


def test_a_worker_that_hangs_in_its_round_of_pushes_is_seen_by_its_own_watch(store, config, monkeypatch):
    """The beat is that of the slowest round, and the watch is no round."""
    monkeypatch.setattr(worker, "LOOK_EVERY", 0.05)
    monkeypatch.setattr(alarms, "SILENT_AFTER", 0.5)
    freed = threading.Event()
    monkeypatch.setattr(notify, "take", lambda *_: freed.wait(60) and None)
    hangs = worker.Worker(config)
    noticed = []

    def wait_for_it():
        mine, end = open_store(config.data), time.monotonic() + 60
        while not noticed and time.monotonic() < end:
            noticed.extend(rows(mine.db, "SELECT what FROM alarm"))
            time.sleep(0.05)
        mine.close()
        freed.set()
        hangs.stop()

    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    helper = threading.Thread(target=wait_for_it)
    helper.start()
    try:
        hangs.run()
    finally:
        helper.join()
        for number, handler in handlers.items():
            signal.signal(number, handler)
    assert noticed == [{"what": "worker_silent"}]


# how it is written down and told


def test_an_alarm_begins_once_is_told_once_and_ends_by_itself(client, store, config, watch, clock, admin):
    send(client(JANA), [make_photo()])
    park(store, clock)
    began = store.time()
    for _ in range(5):
        look(store, watch)
        clock.turn(alarms.LOOK_EVERY)
    assert written(store) == [("scan_parked", None)] and len(told(store)) == 1
    assert alarms.present(store, config)[0].since == began
    (job,) = jobs.parked(store.db)
    alarms.retry(store, job["id"])
    ends = store.time()
    look(store, watch)
    assert written(store) == [("scan_parked", ends)]
    park(store, clock)
    look(store, watch)
    assert written(store) == [("scan_parked", ends), ("scan_parked", None)] and len(told(store)) == 2


def test_one_look_sends_one_push_however_much_it_saw(client, store, watch, clock, admin):
    for n in range(3):
        send(client(JANA), [make_photo(n)])
    clock.turn(11 * MINUTE)
    look(store, watch)
    assert [what for what, _ in written(store)] == ["late"] * 3 + ["queue_stands"]
    assert len(told(store)) == 1


def test_the_push_goes_to_every_browser_of_every_admin_and_to_nobody_else(client, store, watch, clock, admin):
    other = {**KERSTIN, "login": "other", "name": "Olga Brandt"}
    accounts.add_person(store, other)
    mine = {admin, subscribe(store, KERSTIN, "c" * 64), subscribe(store, other, "d" * 64)}
    subscribe(store, MIRA, "e" * 64)
    send(client(JANA), [make_photo()])
    park(store, clock)
    look(store, watch)
    assert {r["subscription"] for r in rows(store.db, "SELECT * FROM push_outbox WHERE alarm IS NOT NULL")} == mine


def test_the_push_says_nothing_about_anyone(client, store, watch, clock, admin):
    submission = send(client(JANA), [make_photo()], note="Geheimnis")
    park(store, clock)
    look(store, watch)
    (said,) = told(store)
    number = row(store.db, "SELECT number FROM submission")["number"]
    assert said["navigate"] == "/desk/#/operation"
    for secret in ("Jana", "Özdemir", "41502", number, submission, "Geheimnis", "child"):
        assert secret not in json.dumps(said, ensure_ascii=False)
    assert not re.search(r"\d", said["title"] + said["body"])


def test_a_worker_that_was_killed_finds_out_that_it_was_away(store, config, watch, clock, admin):
    look(store, watch)
    gone = store.time()
    clock.turn(3600)
    again = alarms.Watch(store, config)
    look(store, again)
    assert [(r["what"], r["began_at"]) for r in rows(store.db, "SELECT * FROM alarm")] == [("worker_silent", gone)]
    assert len(told(store)) == 1
    clock.turn(alarms.LOOK_EVERY)
    look(store, again)
    assert written(store) == [("worker_silent", store.time())]


def test_a_worker_that_was_stopped_in_good_order_was_not_away(store, config, watch, clock, admin):
    look(store, watch)
    watch.stop()
    clock.turn(3600)
    look(store, alarms.Watch(store, config))
    assert written(store) == [] and told(store) == []


@pytest.fixture
def unwritable(store):
    """The database takes nothing while it is held, as with a disk that has become read-only."""

    @contextlib.contextmanager
    def held():
        store.db.conn.execute("PRAGMA query_only=ON")
        try:
            yield
        finally:
            store.db.conn.execute("PRAGMA query_only=OFF")

    return held


def test_a_database_that_takes_nothing_is_told_as_soon_as_it_can_be(store, config, watch, clock, admin, unwritable):
    look(store, watch)
    with unwritable():
        clock.turn(alarms.LOOK_EVERY)
        look(store, watch)
        failed = store.time()
        clock.turn(alarms.LOOK_EVERY)
        look(store, watch)
    clock.turn(alarms.LOOK_EVERY)
    look(store, watch)
    assert [(r["what"], r["began_at"]) for r in rows(store.db, "SELECT * FROM alarm")] == [("database", failed)]
    assert len(told(store)) == 1
    clock.turn(alarms.LOOK_EVERY)
    look(store, watch)
    assert written(store) == [("database", store.time())]


def test_history_is_kept_for_ninety_days(client, store, watch, clock, admin):
    send(client(JANA), [make_photo()])
    park(store, clock)
    look(store, watch)
    run(store.db, "UPDATE job SET state = 'done'")
    run(store.db, "UPDATE submission SET state = 'ready'")
    look(store, watch)
    for days in (89, 2):
        clock.turn(days * 86400.0)
        rows_of_alarms.beat(store.db, "worker", clock())
        look(store, watch)
        if days == 89:
            assert len(written(store)) == 1
    assert written(store) == [] and told(store) == []


# where it is shown


def test_the_metrics_say_all_of_it_and_name_nobody(client, store, config, watch, clock):
    subscribe(store, JANA, "b" * 64)
    subscribe(store, JANA, "c" * 64)
    send(client(JANA), [make_photo()])
    notify.deliver(store, lambda push: notify.Outcome(400), notify.Hosts())
    notify.deliver(store, lambda push: notify.Outcome(503), notify.Hosts())
    jobs.put_back(store.db, jobs.claim(store.db, clock()), clock(), "it died")
    jobs.claim(store.db, clock())
    look(store, watch)
    clock.turn(11 * MINUTE)
    said = client().get("/metrics").get_data(as_text=True)
    for line in (
        'belegbote_alarms{kind="late"} 1.0',
        'belegbote_alarms{kind="queue_stands"} 1.0',
        'belegbote_alarms{kind="worker_silent"} 1.0',
        'belegbote_alarms{kind="push_dropped"} 1.0',
        'belegbote_alarms{kind="scan_parked"} 0.0',
        "belegbote_submissions_late 1.0",
        "belegbote_jobs_oldest_seconds 660.0",
        "belegbote_jobs_retried 1.0",
        "belegbote_jobs_parked 0.0",
        "belegbote_pushes_failing 1.0",
        'belegbote_pushes_dropped{reason="refused with 400"} 1.0',
        "belegbote_worker_last_seen_seconds 660.0",
    ):
        assert line in said.splitlines(), line
    assert "belegbote_disk_free_bytes" in said
    assert set(re.findall(r'belegbote_alarms{kind="(\w+)"}', said)) == set(alarms.KINDS)
    assert "Jana" not in said and "2026-" not in said
    watch.stop()
    assert "belegbote_worker_last_seen_seconds +Inf" in client().get("/metrics").get_data(as_text=True)


def test_the_probe_is_ready_though_a_scan_is_parked_and_not_when_the_worker_is_silent(client, store, watch, clock):
    send(client(JANA), [make_photo()])
    park(store, clock)
    look(store, watch)
    ready = client().get("/readyz")
    assert (ready.status_code, ready.json["alarms"]) == (200, ["scan_parked"])
    clock.turn(3 * MINUTE)
    ready = client().get("/readyz")
    assert (ready.status_code, ready.json["checks"]["worker"]) == (503, False)
    assert ready.json["alarms"] == ["worker_silent", "scan_parked"]


def test_the_probe_says_that_the_database_takes_nothing(client, store, watch, unwritable):
    look(store, watch)
    with unwritable():
        ready = client().get("/readyz")
        assert (ready.status_code, ready.json["alarms"]) == (503, ["database"])
        assert 'belegbote_alarms{kind="database"} 1.0' in client().get("/metrics").get_data(as_text=True)


def test_an_admin_sees_the_operation_without_any_name(client, store, watch, clock, admin):
    send(client(JANA), [make_photo()])
    park(store, clock)
    look(store, watch)
    answer = client(KERSTIN).get("/api/v1/desk/operation")
    number = row(store.db, "SELECT number FROM submission")["number"]
    assert [(each["what"], each["number"]) for each in answer.json["alarms"]] == [("scan_parked", number)]
    (job,) = answer.json["jobs"]
    assert (job["what"], job["number"], job["attempt"]) == ("scan", number, jobs.MOST_TRIES)
    assert job["fault"] == "the child ended with -9"
    assert answer.json["figures"]["jobs"]["parked"] == 1 and answer.json["figures"]["worker_seen"] == 0
    assert answer.json["figures"]["silent_after"] == alarms.SILENT_AFTER, "the page shows limits as they are"
    assert "Jana" not in answer.get_data(as_text=True) and "41502" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("who", [JANA, MIRA, None])
def test_for_everybody_else_the_operation_does_not_exist(client, store, clock, who):
    send(client(JANA), [make_photo()])
    park(store, clock)
    (job,) = jobs.parked(store.db)
    asker, refusal = client(who), 404 if who else 401
    assert asker.get("/api/v1/desk/operation").status_code == refusal
    assert asker.put(f"/api/v1/desk/jobs/{job['id']}", json={"state": "waiting"}).status_code == refusal
    assert len(jobs.parked(store.db)) == 1


def test_an_admin_lets_a_parked_job_be_tried_again_as_often_as_they_like(client, store, office, clock, admin):
    submission = send(client(JANA), [make_photo()])
    park(store, clock)
    (parked,) = jobs.parked(store.db)
    kerstin, address = client(KERSTIN), f"/api/v1/desk/jobs/{parked['id']}"
    for _ in range(3):
        answer = kerstin.put(address, json={"state": "waiting"})
        assert (answer.status_code, answer.json["state"], answer.json["attempt"]) == (200, "waiting", 0)
    job = jobs.claim(store.db, clock())
    assert (job["id"], job["attempt"]) == (parked["id"], 1)
    assert kerstin.put(address, json={"state": "waiting"}).json["state"] == "running", "it is left alone"
    assembly.assemble(store, office, submission)
    jobs.finish(store.db, job)
    assert kerstin.put(address, json={"state": "waiting"}).json["state"] == "done"
    assert kerstin.put(address, json={"state": "done"}).status_code == 400
    assert kerstin.put("/api/v1/desk/jobs/999", json={"state": "waiting"}).status_code == 404


def test_the_inbox_tells_an_admin_how_many_alarms_there_are_and_nobody_else(client, store, watch, clock, admin):
    send(client(JANA), [make_photo()])
    park(store, clock)
    look(store, watch)
    assert client(KERSTIN).get("/api/v1/desk/submissions").json["counts"]["alarms"] == 1
    assert "alarms" not in client(MIRA).get("/api/v1/desk/submissions").json["counts"]


def test_a_submission_whose_scan_is_parked_stands_in_the_inbox_as_such_with_its_photos(client, store, clock):
    photo = make_photo()
    submission = send(client(JANA), [photo])
    mira = client(MIRA)
    assert mira.get("/api/v1/desk/submissions").json["submissions"][0]["parked"] is False
    park(store, clock)
    (line,) = mira.get("/api/v1/desk/submissions").json["submissions"]
    assert (line["id"], line["state"], line["parked"], line["pages"]) == (submission, "received", True, 1)
    told = mira.get(f"/api/v1/desk/submissions/{submission}").json
    assert told["parked"] is True
    assert mira.get(f"/api/v1/desk/submissions/{submission}/pages/{told['pages'][0]['id']}/photo").data == photo
