"""Backups made while everything runs, and the restore drill: every page of every receipt, compared byte by byte."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import tracemalloc
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app import backup, intake, notify, reading, receipts
from app.config import Config
from app.errors import BadBackup, CommandError, Damaged
from app.store import documents, jobs, open_store, open_to_look, pages, sessions, submissions, subscriptions
from app.store.backups import Backups, open_backup
from app.store.database import row, run
from app.store.files import CHUNK
from app.store.sealing import SALT_BYTES, TAG_BYTES, Key, Unsealed, new_key, read_key
from tests.make import JANA, MIRA, hand_in, make_photo, new_id, scan_next
from tests.test_check import blob, document, flip, jana, look, only, plant
from tests.test_config import belegbote
from tests.test_processes import ROOT, Phone, Server, until

KEY = Key(bytes(range(32)))
SEALS = {"open": Unsealed(), "sealed": KEY}


@pytest.fixture(params=SEALS.values(), ids=SEALS)
def seal(request):
    return request.param


@pytest.fixture
def shelf(tmp_path):
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups"


def back_up(store, shelf, seal):
    return backup.make(store, Backups(shelf, seal))


def bring_back(folder, data, seal, clock):
    """Restore, and return the open store and what check says about it."""
    backup.restore(open_backup(folder, seal), data, clock)
    store = open_store(data, clock)
    return store, look(store, clock)


def files_in(folder):
    return {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}


def big_page(store, size):
    """A page of random bytes, as long as one likes; it need not be a photo to be kept."""
    data = random.Random(size).randbytes(size)
    hand_in(store, jana(store), [data])
    return data


# There and back


def test_what_was_backed_up_comes_back_as_it_was(worked, shelf, seal, clock, tmp_path):
    plant(worked.files.root / "office.json", Path("app/office.json").read_bytes())
    made = back_up(worked, shelf, seal)
    store, found = bring_back(made.folder, tmp_path / "new", seal, clock)
    assert found == [] and made.lost == []
    old, new = files_in(worked.files.root), files_in(store.files.root)
    assert set(old) - set(new) == set() and set(new) - set(old) == {"restored.json"}
    different = {name for name, path in old.items() if path.read_bytes() != new[name].read_bytes()}
    assert different == {"belegbote.sqlite"}, "only the rows that are settled by the restore"
    assert receipts.as_json(store, only(store)) == receipts.as_json(worked, only(worked)), "the seal, too"
    store.close()


def test_nothing_in_an_encrypted_backup_can_be_read_or_recognised(worked, shelf):
    made = back_up(worked, shelf, KEY)
    page = pages.get(worked.db, only(worked)["id"], "p1")
    secrets = [b"SQLite format", b"%PDF", b"\xff\xd8\xff\xe0", JANA["name"].encode(), JANA["login"].encode()]
    secrets += [said.encode() for said in (page["sha256"], jana(worked), only(worked)["id"], "blobs", "cookie.key")]
    secrets += [worked.keys.cookie, worked.keys.receipt, blob(worked).read_bytes()[1000:1032]]
    open_one = back_up(worked, shelf, Unsealed())
    for needle in secrets:
        for name, path in files_in(made.folder).items():
            assert needle not in path.read_bytes() and needle.decode("latin-1") not in name
        inside = files_in(open_one.folder).items()
        assert any(needle in path.read_bytes() or needle.decode("latin-1") in name for name, path in inside), needle


def test_what_the_last_backup_has_is_linked_and_each_folder_stands_by_itself(
    worked, shelf, seal, clock, tmp_path, caplog
):
    first = back_up(worked, shelf, seal)
    clock.turn(86400)
    hand_in(worked, jana(worked), [make_photo(8)])
    second = back_up(worked, shelf, seal)
    assert (second.files, second.linked) == (first.files + 1, first.files - 1), "the rows and the new page are written"
    assert caplog.messages == [], "that the rows have changed is no fault of a disk"
    shutil.rmtree(first.folder)
    store, found = bring_back(second.folder, tmp_path / "new", seal, clock)
    assert found == [] and len(submissions.ids(store.db)) == 2
    store.close()


def test_a_disk_without_hard_links_has_whole_backups_all_the_same(worked, shelf, seal, clock, tmp_path, monkeypatch):
    back_up(worked, shelf, seal)
    monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(PermissionError(1, "Operation not permitted")))
    made = back_up(worked, shelf, seal)
    monkeypatch.undo()
    store, found = bring_back(made.folder, tmp_path / "new", seal, clock)
    assert found == [] and made.linked == 0
    store.close()


def test_a_file_that_rots_on_the_disk_with_the_backups_is_copied_anew(worked, shelf, seal, clock, tmp_path, caplog):
    first = back_up(worked, shelf, seal)
    page = pages.get(worked.db, only(worked)["id"], "p1")
    flip(first.folder / seal.name(worked.files.name(blob(worked)), page["sha256"]))
    second = back_up(worked, shelf, seal)
    assert second.linked == first.files - 1 and "is that disk failing?" in caplog.text
    store, found = bring_back(second.folder, tmp_path / "new", seal, clock)
    assert found == []
    store.close()


def test_a_page_that_is_lost_here_is_in_the_next_backup_if_it_was_in_the_last(worked, shelf, seal, clock, tmp_path):
    back_up(worked, shelf, seal)
    sent = blob(worked).read_bytes()
    blob(worked).unlink()
    store, found = bring_back(back_up(worked, shelf, seal).folder, tmp_path / "new", seal, clock)
    assert found == [] and blob(store).read_bytes() == sent
    store.close()


def test_what_is_lost_before_the_first_backup_is_named_and_all_else_is_kept(worked, shelf, seal, clock, tmp_path):
    blob(worked, 1).unlink()
    flip(document(worked))
    worked.files.picture(only(worked)["id"], "2.thumb").unlink()
    made = back_up(worked, shelf, seal)
    lost = [line.partition(":")[0] for line in made.lost]
    thumb = f"documents/{only(worked)['id']}/2.thumb"
    assert lost == [worked.files.name(blob(worked)), worked.files.name(document(worked)), thumb]
    done = backup.restore(open_backup(made.folder, seal), tmp_path / "new", clock)
    assert done.lost == made.lost
    store = open_store(tmp_path / "new", clock)
    assert {finding.what for finding in look(store, clock)} == {"page_lost", "document_lost", "picture_lost"}
    assert blob(store, 2).read_bytes() == blob(worked, 2).read_bytes()
    store.close()


def test_a_damaged_database_is_never_called_a_backup(worked, shelf, seal):
    whole = back_up(worked, shelf, seal)
    worked.close()
    os.truncate(worked.files.root / "belegbote.sqlite", 0)
    with contextlib.closing(open_to_look(worked.files.root)) as store, pytest.raises(CommandError, match="damaged"):
        back_up(store, shelf, seal)
    assert Backups(shelf, seal).whole() == [whole.folder]


# What happens between the rows and the files


def between(monkeypatch, what):
    """Do something once the rows are copied and before any file is."""
    own = backup._take_own
    monkeypatch.setattr(backup, "_take_own", lambda *given: (what(), own(*given)))


def test_a_document_that_becomes_searchable_meanwhile_is_taken_with_its_row(
    worked, shelf, seal, clock, tmp_path, monkeypatch
):
    old, pdf = documents.get(worked.db, only(worked)["id"]), document(worked).read_bytes() + b"\n"

    def searchable():
        worked.files.write(old["submission"], "searchable.pdf", pdf)
        new = {"file": "searchable.pdf", "size": len(pdf), "sha256": hashlib.sha256(pdf).hexdigest()}
        documents.replace(worked.db, old, new)
        worked.files.remove(old["submission"], "document.pdf")

    between(monkeypatch, searchable)
    made = back_up(worked, shelf, seal)
    store, found = bring_back(made.folder, tmp_path / "new", seal, clock)
    assert found == [] and made.lost == [] and document(store).read_bytes() == pdf
    store.close()


def test_a_page_that_becomes_whole_meanwhile_is_sent_again_from_its_beginning(
    worked, shelf, seal, clock, tmp_path, monkeypatch
):
    photo = make_photo(7)
    submission = hand_in(worked, jana(worked), [photo], whole=0)
    intake.append(worked, Config(), jana(worked), submission, "p1", 0, iter([photo[:900]]), None)
    rest = (worked, Config(), jana(worked), submission, "p1", 900, iter([photo[900:]]), None)
    between(monkeypatch, lambda: intake.append(*rest))
    store, found = bring_back(back_up(worked, shelf, seal).folder, tmp_path / "new", seal, clock)
    assert found == []
    assert intake.where(store, jana(store), submission, "p1")["bytes_here"] == 0
    assert intake.append(store, Config(), jana(store), submission, "p1", 0, iter([photo]), None).complete
    assert look(store, clock) == []
    store.close()


def test_what_is_handed_in_after_the_rows_were_copied_is_not_in_it_and_harms_nothing(
    worked, shelf, seal, clock, tmp_path, monkeypatch
):
    between(monkeypatch, lambda: (hand_in(worked, jana(worked), [make_photo(7)]), scan_next(worked)))
    store, found = bring_back(back_up(worked, shelf, seal).folder, tmp_path / "new", seal, clock)
    assert found == [] and len(submissions.ids(store.db)) == 1
    store.close()


def test_a_submission_between_its_last_page_and_its_receipt_has_its_receipt_after_the_restore(
    worked, shelf, seal, clock, tmp_path
):
    run(worked.db, "UPDATE submission SET state = 'sending', number = NULL, received_at = NULL")
    run(worked.db, "DELETE FROM job")
    made = back_up(worked, shelf, seal)
    clock.turn(86400)
    store, found = bring_back(made.folder, tmp_path / "new", seal, clock)
    assert found == [] and only(store)["number"]
    store.close()


# After a restore


def test_after_a_restore_everybody_signs_in_again_and_nothing_is_half_done(worked, shelf, clock, tmp_path):
    sessions.add(worked.db, "hash", jana(worked), "upload", clock(), clock() + 999)
    second = hand_in(worked, jana(worked), [make_photo(7)])
    for _ in range(3):
        job = jobs.claim(worked.db, worked.now())
        clock.turn(jobs.LEASE + 1)
    endpoint = {"id": "a" * 64, "person": jana(worked), "endpoint": "https://fcm.googleapis.com/x", "p256dh": "x"}
    subscriptions.put(worked.db, {**endpoint, "auth": "x", "language": "de", "at": worked.time()})
    with worked.atomic():
        notify.tell(worked, only(worked), "received", 1)
    assert subscriptions.claim(worked.db, worked.now()) and job["attempt"] == 3
    made = back_up(worked, shelf, KEY)
    clock.turn(40 * 86400)
    store, found = bring_back(made.folder, tmp_path / "new", KEY, clock)
    assert found == [], "what waits since the backup has not waited here"
    assert row(store.db, "SELECT COUNT(*) AS n FROM session")["n"] == 0
    assert subscriptions.count_by_state(store.db) == {"waiting": 1}
    assert jobs.claim(store.db, store.now())["attempt"] == 3, "a try that the restore cut short does not count"
    assert submissions.get(store.db, second)["state"] == "received"
    store.close()


def test_no_receipt_number_is_given_twice_though_the_backup_is_old(worked, shelf, clock, tmp_path):
    made = back_up(worked, shelf, KEY)
    given = {only(worked)["number"]}
    for seed in range(3):  # in the old year, then in the new one
        given.add(submissions.get(worked.db, hand_in(worked, jana(worked), [make_photo(20 + seed)]))["number"])
        clock.turn(20 * 86400)
    assert {number[:4] for number in given} == {"2026", "2027"}
    done = backup.restore(open_backup(made.folder, KEY), tmp_path / "new", clock)
    store = open_store(tmp_path / "new", clock)
    number = submissions.get(store.db, hand_in(store, jana(store), [make_photo(9)]))["number"]
    assert number not in given and int(number.split("-")[1]) == done.last_number + 1 > 60 * 86400
    store.close()
    clock.turn(600)
    again = backup.restore(open_backup(made.folder, KEY), tmp_path / "newer", clock)
    assert again.last_number >= done.last_number + 600, "nor one that was given after the first of two restores"


def test_no_receipt_number_is_given_twice_in_the_first_hour_of_the_offices_year(worked, shelf, clock, tmp_path):
    clock.now = datetime(2026, 12, 31, 22, 50, tzinfo=UTC).timestamp()
    made = back_up(worked, shelf, KEY)
    clock.turn(900)
    given = submissions.get(worked.db, hand_in(worked, jana(worked), [make_photo(20)]))["number"]
    clock.turn(900)
    backup.restore(open_backup(made.folder, KEY), tmp_path / "new", clock)
    store = open_store(tmp_path / "new", clock)
    number = submissions.get(store.db, hand_in(store, jana(store), [make_photo(9)]))["number"]
    assert number[:5] == given[:5] == "2027-" and number != given
    store.close()


# What is refused


def cut_at_a_chunk(path):
    os.truncate(path, SALT_BYTES + CHUNK + TAG_BYTES)


def swap_chunks(path):
    data, one = path.read_bytes(), CHUNK + TAG_BYTES
    head, first, second = data[:SALT_BYTES], data[SALT_BYTES:][:one], data[SALT_BYTES + one :][:one]
    path.write_bytes(head + second + first + data[SALT_BYTES + 2 * one :])


def swap_files(path):
    other = next(p for name, p in files_in(path.parents[2]).items() if name.startswith("sealed") and p != path)
    data = path.read_bytes()
    path.write_bytes(other.read_bytes())
    other.write_bytes(data)


BROKEN = {
    "a file is missing": (SEALS, lambda path: path.unlink()),
    "a file is cut": (SEALS, lambda path: os.truncate(path, 100_000)),
    "a file is empty": (SEALS, lambda path: os.truncate(path, 0)),
    "a file is cut between two chunks": (SEALS, cut_at_a_chunk),
    "a file is longer": (SEALS, lambda path: path.write_bytes(path.read_bytes() + b"x")),
    "a bit has changed": (SEALS, flip),
    "two chunks are swapped": (SEALS, swap_chunks),
    "two files are swapped": (["sealed"], swap_files),
}
BROKEN_CASES = {f"{name}, {kind}": (kind, harm) for name, (kinds, harm) in BROKEN.items() for kind in kinds}


@pytest.mark.parametrize(("kind", "harm"), BROKEN_CASES.values(), ids=BROKEN_CASES)
def test_a_backup_that_is_not_as_it_was_made_is_refused_and_the_file_is_named(
    worked, shelf, clock, tmp_path, kind, harm
):
    seal, data = SEALS[kind], big_page(worked, 2 * CHUNK + 4321)
    made, sha256 = back_up(worked, shelf, seal), hashlib.sha256(data).hexdigest()
    path = worked.files.name(worked.files.blob(jana(worked), sha256))
    harm(made.folder / seal.name(path, sha256))
    with pytest.raises(BadBackup, match=path):
        backup.restore(open_backup(made.folder, seal), tmp_path / "new", clock)
    assert not (tmp_path / "new").exists()


def cut_manifest(folder):
    os.truncate(folder / "manifest", (folder / "manifest").stat().st_size - 20)


def cut_last_line(folder):
    lines = (folder / "manifest").read_bytes().splitlines(True)
    (folder / "manifest").write_bytes(b"".join(lines[:-2]))


def drop_a_line(folder):
    lines = (folder / "manifest").read_bytes().splitlines(True)
    (folder / "manifest").write_bytes(b"".join(lines[:3] + lines[4:]))


@pytest.mark.parametrize(
    ("kind", "harm", "said"),
    [
        ("open", cut_manifest, "manifest"),
        ("sealed", cut_manifest, "manifest"),
        ("open", cut_last_line, "manifest, has no end"),
        ("open", drop_a_line, "manifest, has no end"),
        ("open", lambda folder: (folder / "manifest").unlink(), "manifest, is missing"),
        ("open", lambda folder: (folder / "backup.json").unlink(), "no backup.json"),
        ("open", lambda folder: (folder / "backup.json").write_text("{"), "backup.json cannot be read"),
        ("open", lambda folder: (folder / "data/belegbote.sqlite").unlink(), "belegbote.sqlite: missing"),
    ],
)
def test_a_backup_without_its_whole_list_is_refused(worked, shelf, clock, tmp_path, kind, harm, said):
    made = back_up(worked, shelf, SEALS[kind])
    harm(made.folder)
    with pytest.raises(BadBackup, match=said):
        backup.restore(open_backup(made.folder, SEALS[kind]), tmp_path / "new", clock)
    assert not (tmp_path / "new").exists()


def test_the_wrong_key_no_key_and_a_needless_key_are_told_apart(worked, shelf):
    sealed, plain = back_up(worked, shelf, KEY), back_up(worked, shelf, Unsealed())
    other = Key(bytes(32))
    for folder, seal, said in (
        (sealed.folder, other, f"needs {KEY.id}, this one is {other.id}"),
        (sealed.folder, Unsealed(), f"encrypted: --key FILE names the file with its key .{KEY.id}"),
        (plain.folder, KEY, "is not encrypted"),
        (shelf, Unsealed(), f"holds backups and is none itself; the newest is {plain.folder}"),
        (shelf / "none", Unsealed(), "is no backup"),
    ):
        with pytest.raises(BadBackup, match=said):
            open_backup(folder, seal)


def test_a_path_that_leads_out_of_the_data_folder_is_refused(worked, shelf, clock, tmp_path):
    made = back_up(worked, shelf, Unsealed())
    lines = (made.folder / "manifest").read_text().splitlines()
    entry = json.loads(lines[1])
    plant(made.folder / "data" / "x", (made.folder / "data" / entry["path"]).read_bytes())
    entry["path"] = "../data/../../../outside"
    (made.folder / "manifest").write_text("\n".join([lines[0], json.dumps(entry), *lines[2:]]) + "\n")
    with pytest.raises(BadBackup):
        backup.restore(open_backup(made.folder, Unsealed()), tmp_path / "new", clock)
    assert not list(tmp_path.rglob("outside"))


def test_a_backup_of_a_later_release_is_refused(worked, shelf, clock, tmp_path):
    run(worked.db, "UPDATE _sqlite_migrations SET name = 'm999_later' WHERE name = 'm006_verdict'")
    run(worked.db, "INSERT INTO _sqlite_migrations (migration_set, name) VALUES ('belegbote', 'm006_verdict')")
    made = back_up(worked, shelf, KEY)
    with pytest.raises(BadBackup, match="later Belegbote"):
        backup.restore(open_backup(made.folder, KEY), tmp_path / "new", clock)
    assert not (tmp_path / "new").exists()


def test_a_data_folder_that_holds_anything_is_not_touched(worked, shelf, seal, clock, tmp_path):
    made = back_up(worked, shelf, seal)
    here = plant(tmp_path / "new" / "blobs" / "x", b"somebody's")
    with pytest.raises(CommandError, match="not empty"):
        backup.restore(open_backup(made.folder, seal), tmp_path / "new", clock)
    assert list(files_in(tmp_path / "new").values()) == [here] and here.read_bytes() == b"somebody's"


def test_nobody_starts_on_a_folder_that_is_half_restored_and_the_next_restore_begins_anew(
    worked, shelf, seal, clock, tmp_path
):
    made, data = back_up(worked, shelf, seal), tmp_path / "new"
    plant(data / ".restoring" / "blobs" / "x")
    (data / "lost+found").mkdir()
    with pytest.raises(CommandError, match="half restored"):
        open_store(data)
    store, found = bring_back(made.folder, data, seal, clock)
    assert found == [] and not (data / ".restoring").exists() and not (data / "blobs" / "x").exists()
    store.close()


# Keys and chunks


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_what_was_sealed_is_opened_again_whatever_its_length(tmp_path, size):
    data = random.Random(size).randbytes(size)
    parts = [data[at : at + CHUNK] for at in range(0, size, CHUNK)]
    (tmp_path / "x").write_bytes(b"".join(KEY.seal(iter(parts), "x")))
    with open(tmp_path / "x", "rb") as file:
        assert b"".join(KEY.unseal(file, "x")) == data
    with open(tmp_path / "x", "rb") as file, pytest.raises(Damaged):
        list(KEY.unseal(file, "y"))


@pytest.mark.parametrize("harm", [cut_at_a_chunk, swap_chunks, flip, lambda path: os.truncate(path, 5000)])
def test_the_seal_itself_notices_what_was_done_to_a_file(tmp_path, harm):
    """Without the help of any manifest, so that not even one chunk of it is believed."""
    (tmp_path / "x").write_bytes(b"".join(KEY.seal((bytes([n]) * CHUNK for n in range(3)), "x")))
    harm(tmp_path / "x")
    with open(tmp_path / "x", "rb") as file, pytest.raises(Damaged):
        list(KEY.unseal(file, "x"))


def test_memory_stays_flat_however_long_a_file_is(tmp_path):
    tracemalloc.start()
    try:
        with open(tmp_path / "x", "wb") as out:
            for piece in KEY.seal((bytes(CHUNK) for _ in range(40)), "x"):
                out.write(piece)
        with open(tmp_path / "x", "rb") as file:
            assert sum(len(chunk) for chunk in KEY.unseal(file, "x")) == 40 * CHUNK
        assert tracemalloc.get_traced_memory()[1] < 8 * CHUNK
    finally:
        tracemalloc.stop()


def test_a_key_file_is_for_its_owner_only_and_never_written_over(tmp_path):
    made = new_key(tmp_path / "key")
    assert read_key(tmp_path / "key") == made and len(made.secret) == 32
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(CommandError, match="never written over"):
        new_key(tmp_path / "key")
    plant(tmp_path / "other", b"-----BEGIN PRIVATE KEY-----")
    with pytest.raises(CommandError, match="no backup key"):
        read_key(tmp_path / "other")


# The command


def test_the_commands_make_a_key_a_backup_and_an_office_again(worked, shelf, tmp_path):
    key = tmp_path / "key"
    assert belegbote(tmp_path, "backup", "--new-key", str(key)).returncode == 0
    made = belegbote(tmp_path, "backup", str(shelf), "--key", str(key))
    assert made.returncode == 0 and "UNENCRYPTED" not in made.stderr, made.stderr
    folder = made.stdout.partition(":")[0]
    refused = belegbote(tmp_path, "restore", folder, "--key", str(key))
    assert refused.returncode == 2 and "not empty" in refused.stderr
    worked.close()
    shutil.move(worked.files.root, tmp_path / "old")
    done = belegbote(tmp_path, "restore", folder, "--key", str(key))
    assert done.returncode == 0 and "Check: nothing found" in done.stderr, done.stderr
    assert not (tmp_path / "data" / ".restoring").exists()
    assert "UNENCRYPTED" in belegbote(tmp_path, "backup", str(shelf)).stderr


def test_a_backup_that_lacks_something_says_what_and_ends_with_1(worked, shelf, tmp_path):
    blob(worked).unlink()
    told = belegbote(tmp_path, "backup", str(shelf))
    assert told.returncode == 1 and worked.files.name(blob(worked)) in told.stderr
    folder = told.stdout.partition(":")[0]
    worked.close()
    shutil.move(worked.files.root, tmp_path / "old")
    done = belegbote(tmp_path, "restore", folder)
    assert done.returncode == 1 and "lost before the backup" in done.stderr and "page p1" in done.stdout


@pytest.mark.parametrize(
    ("where", "said"),
    [("none", "is no folder"), ("file", "is no folder"), ("data/inside", "inside the data folder"), (None, "DIR")],
)
def test_a_folder_that_cannot_hold_backups_is_named(worked, tmp_path, where, said):
    plant(tmp_path / "file")
    (tmp_path / "data" / "inside").mkdir()
    told = belegbote(tmp_path, "backup", *([str(tmp_path / where)] if where else []))
    assert told.returncode == 2 and said in told.stderr and len(told.stderr.splitlines()) == 1
    assert not (tmp_path / "none").exists() and list((tmp_path / "data" / "inside").iterdir()) == []


def test_a_key_beside_the_backups_that_it_locks_is_refused(worked, shelf, tmp_path):
    new_key(shelf / "key")
    told = belegbote(tmp_path, "backup", str(shelf), "--key", str(shelf / "key"))
    assert told.returncode == 2 and "Keep it elsewhere" in told.stderr


def test_one_backup_at_a_time(worked, shelf, seal):
    with worked.snapshot(), pytest.raises(CommandError, match="is running"):
        back_up(worked, shelf, seal)
    with Backups(shelf, seal).begin("2026-01-01T00:00:00Z", shelf / "spool"):
        with pytest.raises(CommandError, match="is running"):
            back_up(worked, shelf, seal)
        assert [path.name for path in shelf.glob(".unfinished*")] == [".unfinished-2026-01-01T00-00-00Z"]


def on_a_small_disk(tmp_path, options, command):
    """Run a shell command with a disk of its own mounted at tmp_path/disk; skips where that is not allowed."""
    (tmp_path / "disk").mkdir(exist_ok=True)
    mount = f"mount -t tmpfs -o {options} none {tmp_path}/disk"
    if subprocess.run(["unshare", "-rm", "sh", "-c", mount], capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount a disk of their own")
    return subprocess.run(
        ["unshare", "-rm", "sh", "-c", f"{mount}; {command}"], cwd=ROOT, capture_output=True, text=True,
        env={**os.environ, "BELEGBOTE_DATA": str(tmp_path / "data"), "PYTHON": sys.executable},
    )  # fmt: skip


def test_a_disk_that_fills_up_leaves_the_earlier_backup_and_nothing_half(worked, tmp_path):
    for n in range(10):
        big_page(worked, 300_000 + n)
    told = on_a_small_disk(
        tmp_path, "size=1m",
        f"cd {ROOT}; D={tmp_path}/disk; $PYTHON -m app.cli backup $D; echo $?; ls -A $D; df --output=used $D | tail -1",
    )  # fmt: skip
    assert "disk is full" in told.stderr, told
    assert [line.strip() for line in told.stdout.splitlines()] == ["2", "backup.lock", "0"]


def test_a_disk_that_cannot_be_written_is_named(worked, tmp_path):
    told = on_a_small_disk(tmp_path, "ro", f"$PYTHON -m app.cli backup {tmp_path}/disk")
    assert told.returncode == 2 and "disk cannot be written to: Read-only file system" in told.stderr


def test_a_restore_that_fills_the_disk_leaves_an_empty_folder(worked, shelf, tmp_path):
    for n in range(10):
        big_page(worked, 300_000 + n)
    made, disk = back_up(worked, shelf, KEY), tmp_path / "disk"
    plant(tmp_path / "key", b"belegbote-backup-key-1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n")
    command = f"BELEGBOTE_DATA={disk} $PYTHON -m app.cli restore {made.folder} --key {tmp_path}/key; ls -A {disk}"
    told = on_a_small_disk(tmp_path, "size=1m", command)
    assert "disk cannot be filled: No space left" in told.stderr and told.stdout == ""


# Killed in the middle


def stuffed(store, count):
    """A submission with so many small pages, all here."""
    made = [f"page {n}".encode() * 50 for n in range(count)]
    submission = hand_in(store, jana(store), [make_photo(5)], whole=0)
    for n, data in enumerate(made, 2):
        sha256 = hashlib.sha256(data).hexdigest()
        plant(store.files.blob(jana(store), sha256), data)
        page = {"submission": submission, "id": f"p{n}", "seq": n, "size": len(data), "sha256": sha256}
        pages.add_all(store.db, [{**page, "type": "image/jpeg", "rotation": 0, "stored_at": store.time()}])


@pytest.mark.hunt
def test_kill_9_in_the_middle_leaves_no_half_backup_and_does_not_harm_the_next(worked, shelf, clock, tmp_path):
    stuffed(worked, 600)
    environment = {**os.environ, "BELEGBOTE_DATA": str(worked.files.root)}
    for _ in range(3):
        command = [sys.executable, "-m", "app.cli", "backup", str(shelf)]
        running = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        until(lambda: len(list(shelf.glob(".unfinished-*/data/blobs/*/*"))) > 50)
        running.send_signal(signal.SIGKILL)
        assert running.wait() == -signal.SIGKILL
        assert Backups(shelf, Unsealed()).whole() == []
        half = next(shelf.glob(".unfinished-*"))
        with pytest.raises(BadBackup, match="interrupted"):
            open_backup(half, Unsealed())
        assert look(worked, clock) == [], "its copy of the rows alarms nobody"
    made = back_up(worked, shelf, Unsealed())
    assert list(shelf.glob(".unfinished*")) == [] and not (worked.files.root / ".backup").exists()
    store, found = bring_back(made.folder, tmp_path / "new", Unsealed(), clock)
    assert found == [] and made.files > 600
    store.close()


# The drill


@dataclass
class Sender:
    """A phone that hands in one submission after the other and remembers what it was promised, and when."""

    phone: Phone
    first_seed: int
    sent: dict[str, list[bytes]] = field(default_factory=dict)
    received: dict[str, dict] = field(default_factory=dict)

    def run(self, count: int) -> None:
        for n in range(count):
            submission = new_id()
            parts = [make_photo(self.first_seed + 10 * n + k, size=(300, 400)) for k in range(2)]
            self.sent[submission] = parts
            self.phone.announce(submission, parts)
            for k, part in enumerate(parts, 1):
                self.phone.send_page(submission, f"p{k}", part)
            self.received[submission] = self.phone.told(submission)["receipt"]


@pytest.mark.hunt
def test_backups_made_while_people_hand_in_hold_every_receipted_page(settled, tmp_path, shelf):
    """The drill: three phones send, the worker scans and reads, backups and checks run; each backup is restored."""
    shutil.copytree(settled, tmp_path / "data")
    new_key(tmp_path / "key")
    server = Server(tmp_path / "data", read=reading.possible())
    senders = [Sender(Phone(server, JANA), 1000 * n) for n in range(3)]
    threads = [threading.Thread(target=sender.run, args=(2,)) for sender in senders]
    rounds = []
    try:
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads) or len(rounds) < 3:
            promised = {id: receipt for sender in senders for id, receipt in list(sender.received.items())}
            key = ["--key", str(tmp_path / "key")] if len(rounds) % 2 else []
            made = belegbote(tmp_path, "backup", str(shelf), *key)
            assert made.returncode == 0, made.stderr
            rounds.append((Path(made.stdout.partition(":")[0]), key, promised))
            checked = belegbote(tmp_path, "check")
            assert (checked.returncode, checked.stdout) == (0, ""), "a working office is no alarm"
        for thread in threads:
            thread.join()
    finally:
        for thread in threads:
            thread.join()
        assert server.stop() == 0
    sent = {id: parts for sender in senders for id, parts in sender.sent.items()}
    given = {receipt["number"] for sender in senders for receipt in sender.received.values()}
    assert len(given) == 6
    shutil.move(tmp_path / "data", tmp_path / "lost")
    for folder, key, promised in rounds:
        shutil.rmtree(tmp_path / "data", ignore_errors=True)
        done = belegbote(tmp_path, "restore", str(folder), *key)
        assert (done.returncode, "Check: nothing found" in done.stderr) == (0, True), done.stdout + done.stderr
        compare(tmp_path / "data", promised, sent)
    again = Server(tmp_path / "data")
    try:
        opened(again, rounds[-1][2], given)
    finally:
        assert again.stop() == 0


def compare(data, promised, sent):
    """Every page of every receipt, byte by byte: of those promised before the backup, and of those that came in it."""
    with contextlib.closing(open_to_look(data)) as store:
        assert set(promised) <= set(submissions.ids(store.db))
        for submission in submissions.ids(store.db):
            whole = submissions.get(store.db, submission)
            receipt = receipts.as_json(open_store(data), whole)
            if submission in promised:
                assert receipt == promised[submission], "the same number, time, hashes and seal"
            for n, page in enumerate(pages.all_of(store.db, submission)):
                if receipt or page["stored_at"]:
                    kept = store.files.blob(whole["owner"], page["sha256"]).read_bytes()
                    assert kept == sent[submission][n]


def opened(server, promised, given):
    """The restored office at work: old receipts and papers are read, a new one has a number of its own."""
    phone, desk = Phone(server, JANA), Phone(server, MIRA)
    for submission, receipt in promised.items():
        told = phone.wait_for(submission, "ready", "attention")
        assert told["receipt"] == receipt
        assert phone.ask("GET", f"/submissions/{submission}/document").content.startswith(b"%PDF-")
        assert phone.ask("GET", f"/submissions/{submission}/receipt").content.startswith(b"%PDF-")
        assert desk.ask("GET", f"/desk/submissions/{submission}/pages/p1/photo").status_code == 200
    fresh = Sender(phone, 77_000)
    fresh.run(1)
    assert {receipt["number"] for receipt in fresh.received.values()}.isdisjoint(given)
