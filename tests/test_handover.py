"""The hand-over to the e-file: each accepted submission once and whole, whatever dies; and what comes back of it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from app import alarms, assembly, check, handover, receipts, retention, worker
from app.cli import main
from app.errors import CommandError
from app.office import load_office
from app.store import documents, events, handovers, jobs, open_store, packages, pages, submissions
from app.store.database import row, run
from tests.conftest import Clock
from tests.dying import SPARSE, die_everywhere
from tests.make import JANA, KERSTIN, MIRA, hand_in, make_photo, scan_next, send
from tests.test_config import belegbote
from tests.test_kill_points import jana, opened
from tests.test_processes import Phone, Server, until

DAY = 86400.0


def accept(store, submission):
    from app import review
    from app.store import people

    review.decide(store, people.by_login(store.db, MIRA["login"]), submission, {"outcome": "accepted"})
    return submission


@pytest.fixture
def out(tmp_path):
    """The folder that the document system looks into."""
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


@pytest.fixture
def accepted(worked):
    """An office in which Jana's two photos were accepted; the submission's id."""
    return accept(worked, submissions.ids(worked.db)[0])


def number_of(store, submission):
    return submissions.get(store.db, submission)["number"]


def export(store, folder, submission):
    handover.export(store, load_office(store.files.root), folder, submission)


def whats(store, submission):
    return [event["what"] for event in events.of(store.db, submission)]


def line_of(package):
    return next(csv.DictReader(io.StringIO((package / "index.csv").read_text("utf-8-sig")), delimiter=";"))


def test_a_package_says_what_was_accepted_and_the_hashes_of_every_page_and_of_the_document(worked, accepted, out):
    run(worked.db, "UPDATE submission SET kind = '=HYPERLINK(1)', note = 'Für Sie'")
    export(worked, out, accepted)
    number = number_of(worked, accepted)
    package = out / number
    assert sorted(os.listdir(out)) == [number]
    assert sorted(os.listdir(package)) == ["document.pdf", "index.csv", "index.json"]
    said, line = json.loads((package / "index.json").read_text()), line_of(package)
    made = documents.get(worked.db, accepted)
    pdf = (package / "document.pdf").read_bytes()
    assert hashlib.sha256(pdf).hexdigest() == said["document"]["sha256"] == line["document_sha256"] == made["sha256"]
    sent = [page["sha256"] for page in pages.all_of(worked.db, accepted)]
    assert [page["sha256"] for page in said["pages"]] == line["pages_sha256"].split() == sent
    assert (said["number"], said["case"]["number"], said["person"]["name"]) == (number, "41502//00000001", JANA["name"])
    assert (said["captured_at"], said["received_at"]) == ("2026-11-24T01:00:00Z", "2026-11-24T02:00:00Z")
    assert (line["captured_at"], line["received_at"]) == (said["captured_at"], said["received_at"])
    assert (said["decision"]["outcome"], said["decision"]["by"], said["note"]) == ("accepted", MIRA["name"], "Für Sie")
    assert said["kind"]["id"] == "=HYPERLINK(1)" and line["kind"] == "'=HYPERLINK(1)", "no spreadsheet calculates it"
    assert (package / "document.pdf").stat().st_mode & 0o777 == 0o640
    export(worked, out, accepted)
    assert sorted(os.listdir(out)) == [number] and whats(worked, accepted)[-1] == "handed_over"


def test_only_what_is_accepted_is_handed_over(client, store, office):
    returned = send(client(JANA), [make_photo()])
    assembly.assemble(store, office, returned)
    address = f"/api/v1/desk/submissions/{returned}/decision"
    client(MIRA).put(address, json={"outcome": "returned", "reason": "blurred"})
    assert handovers.get(store.db, returned) is None and handover.waiting(store) == []


def give_away(folder: Path) -> None:
    """What the worker's job does, to the end."""
    with opened(folder) as store:
        (submission,) = submissions.ids(store.db)
        export(store, out_of(folder), submission)


def out_of(folder: Path) -> Path:
    """Each copy of the data folder has a document system of its own."""
    there = folder.with_name(f"out-of-{folder.name}")
    there.mkdir(exist_ok=True)
    return there


@pytest.mark.parametrize("quick", [False, True], ids=["it looks later", "it takes each package at once"])
@pytest.mark.hunt
def test_killed_at_any_point_a_package_is_there_once_and_whole(worked, accepted, config, quick):
    number = number_of(worked, accepted)
    worked.close()
    killed = die_everywhere(config.data, "tests.test_handover:give_away")
    assert len(killed) * SPARSE > 15
    hidden, given = 0, 0
    for folder in killed:
        there, taken = out_of(folder), []
        hidden += (there / f".{number}").exists()
        given += (there / number).exists()

        def take(there=there, taken=taken):
            for package in there.glob("[!.]*"):
                pdf = (package / "document.pdf").read_bytes()
                said = json.loads((package / "index.json").read_text())
                told = said["document"]["sha256"]
                assert hashlib.sha256(pdf).hexdigest() == told == line_of(package)["document_sha256"]
                taken.append(package.name)
                shutil.rmtree(package)

        if quick:
            take()
        with opened(folder) as store:
            for _ in range(2):
                export(store, there, accepted)
            take()
            assert taken == [number], folder.name
            assert whats(store, accepted).count("handed_over") == 1
            assert [found.line() for found in check.look(store)] == []
        assert list(there.iterdir()) == [], "nothing half is left"
    assert hidden and given


def test_a_folder_that_is_not_there_is_tried_again_and_becomes_an_alarm(worked, accepted, config, out, clock):
    out.rmdir()
    config = replace(config, handover=out)
    assert "handover_stands" not in by_kind(worked, config)
    with pytest.raises(FileNotFoundError):
        export(worked, out, accepted)
    began = worked.time()
    clock.turn(600)
    with pytest.raises(FileNotFoundError):
        export(worked, out, accepted)
    (alarm,) = [each for each in alarms.present(worked, config) if each.what == "handover_stands"]
    assert alarm.since == began and "not there" in handovers.get(worked.db, accepted)["fault"]
    assert "handover_stands" not in by_kind(worked, replace(config, handover=None))
    out.mkdir()
    export(worked, out, accepted)
    assert "handover_stands" not in by_kind(worked, config)


def by_kind(store, config):
    return {each.what for each in alarms.present(store, config)}


def test_a_folder_without_room_is_told_and_holds_no_half_package(worked, accepted, config, out, monkeypatch):
    config = replace(config, handover=out)
    real = packages.write_all

    def full(file, data):
        real(file, data[: len(data) // 2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(packages, "write_all", full)
    with pytest.raises(OSError, match="No space left"):
        export(worked, out, accepted)
    assert list(out.glob("[!.]*")) == [] and "handover_stands" in by_kind(worked, config)
    monkeypatch.undo()
    export(worked, out, accepted)
    assert os.listdir(out) == [number_of(worked, accepted)] and "handover_stands" not in by_kind(worked, config)


def test_what_nobody_took_for_an_hour_is_an_alarm_too(worked, accepted, config, out, clock):
    clock.turn(handover.MAY_STAND + 1)
    assert "handover_stands" in by_kind(worked, replace(config, handover=out))


def test_what_is_refused_by_the_folder_costs_no_try_and_what_is_damaged_does(worked, accepted, config, out):
    """The worker itself, for a moment: the job's child says whether the folder or the paper is at fault."""
    at_work = worker.Worker(replace(config, handover=out / "gone"))
    assert step(at_work, worked) == ("waiting", 0)
    assert at_work._rests_until["handover"] > 0, "all of them go into that folder"
    document = documents.get(worked.db, accepted)
    worked.files.made(accepted, document["file"]).write_bytes(b"%PDF-1.7 something else")
    run(worked.db, "UPDATE job SET run_at = 0 WHERE what = 'handover'")
    at_work = worker.Worker(replace(config, handover=out))
    assert step(at_work, worked) == ("waiting", 1)
    run(worked.db, "UPDATE job SET run_at = 0, attempt = 3 WHERE what = 'handover'")
    assert step(at_work, worked) == ("parked", 4)
    assert "handover_parked" in by_kind(worked, config) and list(out.iterdir()) == []


def step(at_work, store):
    """Let the worker take its hand-over job and see it to its end."""
    at_work._see_to("handover")
    at_work._tasks["handover"].child.join(60)
    at_work._stopping.clear()
    task = at_work._tasks["handover"]
    assert at_work._over(task)
    at_work._settle(task)
    del at_work._tasks["handover"]
    at_work._store.close()
    job = row(store.db, "SELECT state, attempt FROM job WHERE what = 'handover'")
    return job["state"], job["attempt"]


def test_a_document_that_is_just_being_read_is_waited_for_and_not_for_ever(scanned, config, clock, out):
    shutil.copytree(scanned, config.data)
    with opened(config.data, clock) as store:
        (submission,) = submissions.ids(store.db)
        jobs.add(store.db, "read", submission, store.now())
        accept(store, submission)
        assert jobs.claim(store.db, store.now(), "handover") is None and handover.waiting(store) == []
        reading = jobs.claim(store.db, store.now(), "read")
        with store.atomic() as db:
            jobs.finish(db, reading)
            handover.text_settled(store, submission)
        assert [each["submission"] for each in handover.waiting(store)] == [submission]
        job = jobs.claim(store.db, store.now(), "handover")
        assert job["submission"] == submission
        run(store.db, "UPDATE job SET state = 'waiting'")
        run(store.db, "DELETE FROM handover")
        run(store.db, "DELETE FROM job WHERE what = 'handover'")
        handover.plan(store, submissions.get(store.db, submission))
        clock.turn(handover.READ_PATIENCE)
        assert jobs.claim(store.db, store.now(), "handover")["submission"] == submission, "an hour is enough"


def test_an_acknowledgement_beside_the_package_is_taken_and_both_are_cleared_away(worked, accepted, out, config, clock):
    export(worked, out, accepted)
    name = number_of(worked, accepted)
    (out / "2026-9999-01.ack").touch()
    (out / "somebody's notes.txt").touch()
    clock.turn(handover.ACK_PATIENCE + 1)
    assert "handover_unacknowledged" in by_kind(worked, config)
    (out / f"{name}.ack").write_text("Aktenzeichen 4711")
    for _ in range(2):
        handover.look(worked, out)
    assert sorted(os.listdir(out)) == ["2026-9999-01.ack", "somebody's notes.txt"], "what is not ours is left alone"
    given = handovers.get(worked.db, accepted)
    assert (given["acknowledged_by"], given["acknowledged_at"]) == ("file", worked.time())
    assert whats(worked, accepted).count("acknowledged") == 1
    assert "handover_unacknowledged" not in by_kind(worked, config)


def test_what_was_acknowledged_another_way_leaves_nothing_in_the_folder(worked, accepted, out):
    name = number_of(worked, accepted)
    export(worked, out, accepted)
    handover.acknowledge_number(worked, name)
    handover.again(worked, name)
    (out / f".{name}_2").mkdir()  # as a worker leaves it that was killed
    (out / f".{name}_2" / "document.pdf").write_bytes(b"%PDF")
    handover.look(worked, out)
    assert sorted(os.listdir(out)) == [f".{name}_2", name], "neither is acknowledged"
    handover.acknowledge_number(worked, name)
    handover.look(worked, out)
    assert os.listdir(out) == []


def test_a_package_that_may_not_be_taken_away_keeps_no_other(worked, accepted, out, monkeypatch):
    second = hand_in(worked, jana(worked), [make_photo(5, size=(300, 400))])
    scan_next(worked)
    names = [number_of(worked, accept(worked, each)) for each in (accepted, second)]
    for each in (accepted, second):
        export(worked, out, each)
    for name in names:
        (out / f"{name}.ack").touch()
    real = os.replace

    def refuse(source, target):
        if str(source).endswith(names[0]):
            raise PermissionError(13, "Permission denied")
        real(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", refuse)
        with pytest.raises(PermissionError):
            handover.look(worked, out)
    assert sorted(os.listdir(out)) == [names[0], f"{names[0]}.ack"]
    assert handover.waiting(worked) == []
    handover.look(worked, out)
    assert os.listdir(out) == []


def test_a_document_system_that_no_longer_asks_is_noticed(worked, accepted, config, clock):
    clock.turn(handover.ACK_PATIENCE + 1)
    assert "handover_unacknowledged" not in by_kind(worked, config), "nobody was ever to ask"
    handover.new_token(worked)
    assert "handover_unacknowledged" in by_kind(worked, config)


def take_back(folder: Path) -> None:
    with opened(folder) as store:
        handover.look(store, out_of(folder))


@pytest.mark.hunt
def test_killed_at_any_point_of_an_acknowledgement_it_is_taken_once_and_all_is_cleared_away(worked, accepted, config):
    name = number_of(worked, accepted)
    mine = out_of(config.data)
    export(worked, mine, accepted)
    (mine / f"{name}.ack").touch()
    run(worked.db, "UPDATE handover SET folder = 'elsewhere'")
    worked.close()
    for n in range(60):  # the copies' own folders begin as this one
        shutil.copytree(mine, config.data.with_name(f"out-of-data-{n:03d}"))
    killed = die_everywhere(config.data, "tests.test_handover:take_back", apart=1)
    assert 8 < len(killed) < 60
    for folder in killed:
        there = out_of(folder)
        half = [package for package in there.glob("[!.]*") if package.is_dir() and len(os.listdir(package)) != 3]
        assert half == [], folder.name
        with opened(folder) as store:
            handover.look(store, there)
            assert whats(store, accepted).count("acknowledged") == 1
        assert list(there.iterdir()) == [], folder.name


def test_after_a_restore_a_package_that_lies_there_already_counts_and_another_of_its_name_does_not(
    worked, accepted, out
):
    shutil.copytree(worked.files.root, out.parent / "backup")
    export(worked, out, accepted)
    name = number_of(worked, accepted)
    before = (out / name / "index.json").stat().st_mtime_ns
    store = open_store(out.parent / "backup", Clock())
    export(store, out, accepted)
    assert handovers.get(store.db, accepted)["exported_at"] and (out / name / "index.json").stat().st_mtime_ns == before
    store.close()
    handover.again(worked, name)
    (out / f"{name}_2").mkdir()
    with pytest.raises(CommandError, match="is not this package"):
        export(worked, out, accepted)
    assert os.listdir(out / f"{name}_2") == []


def test_by_command_what_waits_is_listed_acknowledged_and_handed_over_again(worked, accepted, out, monkeypatch, capsys):
    monkeypatch.setenv("BELEGBOTE_DATA", str(worked.files.root))
    name = number_of(worked, accepted)
    export(worked, out, accepted)
    worked.close()

    def said(*arguments):
        main(["handover", *arguments])
        return capsys.readouterr().out

    assert name in said("list")
    assert "is in the e-file" in said("ack", name) and "was" in said("ack", name)
    assert name not in said("list")
    assert f"{name}_2" in said("again", name) and name in said("list")
    with opened(worked.files.root) as store:
        export(store, out, accepted)
    assert sorted(os.listdir(out)) == [name, f"{name}_2"]
    assert json.loads((out / f"{name}_2" / "index.json").read_text())["copy"] == 2
    for wrong in ("ack", "again"):
        with pytest.raises(SystemExit):
            main(["handover", wrong, "2026-7777-01"])
        assert "No accepted submission has the number" in capsys.readouterr().err


def rename(store, submission, kind):
    from app import review
    from app.store import people

    review.rename(store, load_office(store.files.root), people.by_login(store.db, MIRA["login"]), submission, kind)


def test_a_paper_that_is_called_something_else_in_the_e_file_is_handed_over_again_under_its_new_name(
    worked, accepted, out
):
    name = number_of(worked, accepted)
    export(worked, out, accepted)
    handover.acknowledge_number(worked, name)
    handover.look(worked, out)
    rename(worked, accepted, "payslip")
    assert handovers.get(worked.db, accepted)["acknowledged_at"], "the same name again is nothing new"
    rename(worked, accepted, "rental_contract")
    assert [each["submission"] for each in handover.waiting(worked)] == [accepted]
    assert jobs.claim(worked.db, worked.now(), "handover")["submission"] == accepted
    export(worked, out, accepted)
    said = json.loads((out / f"{name}_2" / "index.json").read_text())
    assert (said["kind"]["id"], said["copy"], os.listdir(out)) == ("rental_contract", 2, [f"{name}_2"])
    (out / f"{name}.ack").touch()  # late, and of the copy with the old name
    handover.look(worked, out)
    assert not handovers.get(worked.db, accepted)["acknowledged_at"]
    (out / f"{name}_2.ack").touch()
    handover.look(worked, out)
    assert handovers.get(worked.db, accepted)["acknowledged_at"] and os.listdir(out) == []


def test_a_package_that_was_made_and_not_given_when_its_paper_was_renamed_does_not_count(
    worked, accepted, out, monkeypatch
):
    name = number_of(worked, accepted)
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError(5, "the share is gone")))
        with pytest.raises(OSError, match="share is gone"):
            export(worked, out, accepted)
    rename(worked, accepted, "rental_contract")
    export(worked, out, accepted)
    assert json.loads((out / f"{name}_2" / "index.json").read_text())["kind"]["id"] == "rental_contract"
    assert not (out / name).exists()


def test_a_paper_that_is_renamed_before_it_is_handed_over_is_handed_over_once(worked, accepted, out):
    rename(worked, accepted, "rental_contract")
    export(worked, out, accepted)
    (name,) = os.listdir(out)
    said = json.loads((out / name / "index.json").read_text())
    assert (name, said["kind"]["id"], said["copy"]) == (number_of(worked, accepted), "rental_contract", 1)


def test_what_is_deleted_here_keeps_the_name_that_the_e_file_knows(client, store, filed):
    handover.acknowledge_number(store, number_of(store, filed))
    assert retention.erase(store, filed)
    answer = client(MIRA).put(f"/api/v1/desk/submissions/{filed}/kind", json={"kind": "rental_contract"})
    assert (answer.status_code, answer.json["code"]) == (409, "in_the_file")
    assert submissions.get(store.db, filed)["kind"] == "payslip" and "renamed" not in whats(store, filed)


def test_the_folder_must_be_outside_the_data_folder(tmp_path):
    done = belegbote(tmp_path, "handover", "list")
    assert done.returncode == 0, done.stderr
    from app.config import Config
    from app.errors import ConfigError

    said = {"BELEGBOTE_DATA": str(tmp_path), "BELEGBOTE_HANDOVER": str(tmp_path / "out")}
    with pytest.raises(ConfigError, match="BELEGBOTE_HANDOVER"):
        Config.from_env(said)


# by HTTP


@pytest.fixture
def system(store, app, client):
    """The document system: a client with its token, and nothing else."""
    asker = client()
    asker.environ_base["HTTP_AUTHORIZATION"] = "Bearer " + handover.new_token(store)
    return asker


@pytest.fixture
def filed(client, store, office):
    submission = send(client(JANA), [make_photo()], note="Hallo")
    assembly.assemble(store, office, submission)
    return accept(store, submission)


def test_a_document_system_pulls_what_waits_and_acknowledges_it(client, store, system, filed):
    (told,) = system.get("/api/v1/handover").json["submissions"]
    assert (told["id"], told["number"]) == (filed, number_of(store, filed))
    said = system.get(f"/api/v1/handover/{filed}/index").json
    pdf = system.get(f"/api/v1/handover/{filed}/document")
    assert pdf.mimetype == "application/pdf" and hashlib.sha256(pdf.data).hexdigest() == said["document"]["sha256"]
    address = f"/api/v1/handover/{filed}/acknowledgement"
    wrong = system.put(address, json={"sha256": "0" * 64})
    assert (wrong.status_code, wrong.json["code"], wrong.json["sha256"]) == (
        422, "wrong_hash", said["document"]["sha256"])  # fmt: skip
    assert len(system.get("/api/v1/handover").json["submissions"]) == 1, "it is not in the file"
    answers = [system.put(address, json={"sha256": said["document"]["sha256"]}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200] and answers[0].json == answers[1].json
    assert system.get("/api/v1/handover").json == {"submissions": [], "more": False}
    assert whats(store, filed).count("acknowledged") == 1
    assert client(JANA).get(f"/api/v1/submissions/{filed}").json["filed_at"] == store.time()


def test_what_was_pulled_under_an_old_name_is_not_taken_for_filed_under_the_new_one(store, system, filed):
    before = system.get(f"/api/v1/handover/{filed}/index").json
    rename(store, filed, "rental_contract")
    address = f"/api/v1/handover/{filed}/acknowledgement"
    late = system.put(address, json={"sha256": before["document"]["sha256"], "copy": before["copy"]})
    assert (late.status_code, late.json["code"], late.json["copy"]) == (422, "wrong_hash", 2)
    assert len(system.get("/api/v1/handover").json["submissions"]) == 1, "it is not in the file"
    said = system.get(f"/api/v1/handover/{filed}/index").json
    assert (said["kind"]["id"], said["copy"]) == ("rental_contract", 2)
    told = {"sha256": said["document"]["sha256"], "copy": said["copy"]}
    assert [system.put(address, json=told).status_code for _ in range(2)] == [200, 200]
    rename(store, filed, "payslip")
    (waiting,) = system.get("/api/v1/handover").json["submissions"]
    assert waiting["id"] == filed and system.get(f"/api/v1/handover/{filed}/index").json["copy"] == 3


def test_what_was_pulled_and_acknowledged_is_not_given_to_the_folder_as_well(store, system, filed, out):
    sha256 = documents.get(store.db, filed)["sha256"]
    system.put(f"/api/v1/handover/{filed}/acknowledgement", json={"sha256": sha256})
    export(store, out, filed)
    assert list(out.iterdir()) == []


def test_the_token_of_the_document_system_opens_nothing_else_and_a_new_one_ends_it(client, store, app, system, filed):
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/v1/handover") or not rule.rule.startswith("/api/v1/"):
            continue
        path = re.sub(r"<(?:\w+:)?\w+>", "1", rule.rule.replace("<submission>", filed))
        for method in sorted(rule.methods - {"OPTIONS", "POST"}):
            answer = system.open(path, method=method, json={})
            if (method, rule.rule) in OPEN_TO_ALL or (method == "HEAD" and ("GET", rule.rule) in OPEN_TO_ALL):
                continue
            assert answer.status_code in (400, 401, 404), (method, rule.rule, answer.status_code)
    hashed = row(store.db, "SELECT hash FROM handover_token")["hash"]
    token = system.environ_base["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    assert hashed == hashlib.sha256(token.encode()).hexdigest(), "the token itself is nowhere"
    handover.new_token(store)
    assert system.get("/api/v1/handover").status_code == 401


OPEN_TO_ALL = {
    ("GET", "/api/v1/office"),
    ("GET", "/api/v1/openapi.json"),
    ("GET", "/api/v1/push/key"),
    ("PUT", "/api/v1/session"),
    ("DELETE", "/api/v1/session"),
}


@pytest.mark.parametrize("who", [None, JANA, MIRA, KERSTIN, "upload"], ids=str)
def test_nobody_but_the_document_system_may_pull(client, store, filed, who):
    from app import accounts

    accounts.add_person(store, KERSTIN)
    asker = client(JANA if who == "upload" else who)
    if who == "upload":
        asker.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {asker.upload_token}"
    sha256 = documents.get(store.db, filed)["sha256"]
    for path in ("", f"/{filed}/index", f"/{filed}/document"):
        assert asker.get(f"/api/v1/handover{path}").status_code == 401
    answer = asker.put(f"/api/v1/handover/{filed}/acknowledgement", json={"sha256": sha256})
    assert answer.status_code == 401 and len(handover.waiting(store)) == 1


def test_what_is_not_accepted_does_not_exist_for_the_document_system(client, store, system, office):
    ready = send(client(JANA), [make_photo(4)])
    assembly.assemble(store, office, ready)
    sha256 = documents.get(store.db, ready)["sha256"]
    for path in ("index", "document"):
        assert system.get(f"/api/v1/handover/{ready}/{path}").status_code == 404
    assert system.put(f"/api/v1/handover/{ready}/acknowledgement", json={"sha256": sha256}).status_code == 404


def test_the_receipt_says_the_same_before_and_after(worked, accepted, out):
    before = receipts.as_json(worked, submissions.get(worked.db, accepted))
    export(worked, out, accepted)
    assert receipts.as_json(worked, submissions.get(worked.db, accepted)) == before


def test_what_was_accepted_before_there_was_a_hand_over_is_handed_over_too(worked, accepted):
    from app.store.database import connect
    from app.store.schema import migrations

    path = worked.files.root / "belegbote.sqlite"
    worked.close()
    db = connect(path)
    for table in ("handover", "handover_token"):
        db.conn.execute(f"DROP TABLE {table}")
    db.conn.execute("DROP INDEX page_sha256")
    db.conn.execute("DELETE FROM job WHERE what = 'handover'")
    db.conn.execute("DELETE FROM _sqlite_migrations WHERE name = 'm013_handover'")
    db.conn.commit()
    migrations.apply(db)
    db.close()
    with opened(worked.files.root) as store:
        assert [each["submission"] for each in handover.waiting(store)] == [accepted]
        assert jobs.claim(store.db, store.now(), "handover")["submission"] == accepted
        assert jana(store) == handovers.get(store.db, accepted)["owner"]
        assert hand_in(store, jana(store), [make_photo(9, size=(200, 300))])


@pytest.mark.hunt
def test_a_running_office_hands_over_and_takes_the_acknowledgement(scanned, tmp_path, out, monkeypatch):
    """Web and worker as they run, the worker killed on the way: from the decision to the folder, and to the phone."""
    shutil.copytree(scanned, tmp_path / "data")
    monkeypatch.setenv("BELEGBOTE_HANDOVER", str(out))
    server = Server(tmp_path / "data")
    try:
        jana, mira = Phone(server, JANA), Phone(server, MIRA)
        (told,) = jana.ask("GET", "/submissions").json()["submissions"]
        mira.ask("PUT", f"/desk/submissions/{told['id']}/decision", json={"outcome": "accepted"})
        server.kill("app.cli worker")
        package = out / told["receipt"]["number"]
        until(package.is_dir)
        pdf = (package / "document.pdf").read_bytes()
        assert hashlib.sha256(pdf).hexdigest() == line_of(package)["document_sha256"]
        package.with_name(f"{package.name}.ack").touch()
        until(lambda: jana.told(told["id"])["filed_at"])
        until(lambda: os.listdir(out) == [])
    finally:
        assert server.stop() == 0
