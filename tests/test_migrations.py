"""From every earlier schema to this one: no row and no byte changes, and the office goes on where it was."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database

from app import notify, receipts
from app.cli import main
from app.config import Config
from app.errors import CommandError
from app.main import create_app
from app.store import database, documents, jobs, open_store, people, submissions
from app.store.schema import migrations
from tests.conftest import Clock
from tests.dying import SPARSE, die_everywhere
from tests.make import JANA, MIRA, hand_in, make_manifest, make_photo, new_id, put_bytes, scan_next
from tests.pushservice import HOST
from tests.test_notify import KEYS

NAMES = [each.name for each in migrations._migrations]
HALF, QUEUED = [make_photo(7, size=(300, 400)), make_photo(8, size=(300, 400))], make_photo(9, size=(300, 400))


@pytest.fixture(scope="session")
def lived_in(scanned: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office with something in every table: ready, decided, half sent, queued for a scan, a push that waits."""
    folder = tmp_path_factory.mktemp("lived_in") / "data"
    shutil.copytree(scanned, folder)
    store = open_store(folder, Clock())
    app = create_app(config_of(folder), store)
    jana, mira = sign_in(app, JANA), sign_in(app, MIRA)
    endpoint = f"{HOST}/fcm/send/old"
    notify.subscribe(store, config_of(folder), person(store, MIRA), address(endpoint))
    decided = hand_in(store, person(store, JANA), [make_photo(3, size=(300, 400))])
    scan_next(store)
    answer = mira.put(f"/api/v1/desk/submissions/{decided}/decision", json={"outcome": "accepted"}, headers=OURS)
    assert answer.status_code == 200
    half = new_id()
    jana.put(f"/api/v1/submissions/{half}", json=make_manifest(HALF), headers=OURS)
    put_bytes(jana, half, "p1", HALF[0][:5000], X_App="1")
    jana.put(f"/api/v1/devices/{new_id()}/outbox", json={"pending": [held(half)]}, headers=OURS)
    jana.delete_cookie("device")
    jana.put(f"/api/v1/devices/{new_id()}/outbox", json={"pending": [], "gone": [held(new_id())]}, headers=OURS)
    hand_in(store, person(store, JANA), [QUEUED])
    store.close()
    return folder


OURS = {"X-App": "1"}


def config_of(folder: Path) -> Config:
    return replace(Config(), data=folder)


def sign_in(app, who: dict):
    client = app.test_client()
    said = {"login": who["login"], "secret": who["secret"]}
    assert client.put("/api/v1/session", json=said, headers=OURS).status_code == 200
    return client


def person(store, who: dict) -> str:
    found = people.by_login(store.db, who["login"])
    assert found
    return str(found["id"])


def address(endpoint: str) -> dict[str, str]:
    name = hashlib.sha256(endpoint.encode()).hexdigest()
    return {"id": name, "endpoint": endpoint, **KEYS, "language": "de"}


def held(submission: str) -> dict:
    return {"submission": submission, "kind": "payslip", "pages": 2, "since": None}


def back_to(stage: str, lived_in: Path, folder: Path) -> Path:
    """The same office as the release with this newest migration would have left it: its tables, its columns."""
    shutil.copytree(lived_in, folder)
    (folder / "belegbote.sqlite").unlink()
    later = NAMES[NAMES.index(stage) + 1 :]
    old = database.connect(folder / "belegbote.sqlite")
    migrations.apply(old, stop_before=later or None)
    old.conn.execute("PRAGMA foreign_keys=OFF")
    old.conn.execute(f"ATTACH '{lived_in / 'belegbote.sqlite'}' AS now")
    for table in tables(old):
        columns = ", ".join(f'"{column.name}"' for column in old[table].columns)
        old.conn.execute(f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM now."{table}"')
    assert old.conn.execute("PRAGMA foreign_key_check").fetchall() == []
    old.close()
    return folder


def tables(db: Database) -> list[str]:
    """All but SQLite's own, and the index of words, which is one with the tables that are its own."""
    return [name for name in db.table_names() if not name.startswith(("_", "sqlite_", "sheet_words"))]


def rows_of(path: Path, like: dict[str, list[str]]) -> dict[str, list[tuple]]:
    with sqlite3.connect(path) as db:
        found = {}
        for table, columns in like.items():
            names = ", ".join(f'"{column}"' for column in columns)
            found[table] = sorted(db.execute(f'SELECT {names} FROM "{table}"').fetchall(), key=repr)
    db.close()
    return found


def shape(path: Path) -> dict[str, list[str]]:
    db = database.connect(path)
    known = {table: [column.name for column in db[table].columns] for table in tables(db)}
    db.close()
    return known


def files_of(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for room in ("blobs", "documents", "parts", "keys")
        for path in sorted((folder / room).rglob("*"))
        if path.is_file() and path.suffix != ".lock"
    }


@pytest.mark.parametrize("stage", NAMES)
def test_an_office_of_every_earlier_release_keeps_all_rows_and_files(stage: str, lived_in: Path, tmp_path: Path):
    folder = back_to(stage, lived_in, tmp_path / "data")
    old, files = shape(folder / "belegbote.sqlite"), files_of(folder)
    before = rows_of(folder / "belegbote.sqlite", old)
    assert all(before[table] for table in ("person", "team"))
    store = open_store(folder, Clock())
    assert store.faults() == []
    assert [each.name for each in migrations.applied(store.db)] == NAMES
    store.close()
    assert rows_of(folder / "belegbote.sqlite", old) == before
    assert files_of(folder) == files


@pytest.mark.parametrize("stage", [name for name in NAMES if name >= "m004"][::3])
@pytest.mark.hunt
def test_an_office_of_an_earlier_release_goes_on_where_it_was(stage: str, lived_in: Path, tmp_path: Path):
    folder = back_to(stage, lived_in, tmp_path / "data")
    store = open_store(folder, Clock())
    app = create_app(config_of(folder), store)
    jana = sign_in(app, JANA)
    by_state = {row["state"]: row for row in submissions.all_of(store.db, person(store, JANA))}
    assert set(by_state) == {"ready", "accepted", "sending", "received"}

    # What was ready can be read, what was half sent goes on at its byte, what was queued is scanned.
    ready = by_state["ready"]
    assert jana.get(f"/api/v1/submissions/{ready['id']}/document", buffered=True).data.startswith(b"%PDF")
    assert receipts.as_json(store, ready)
    half = by_state["sending"]["id"]
    head = jana.head(f"/api/v1/submissions/{half}/pages/p1")
    assert head.headers["Upload-Offset"] == "5000"
    assert put_bytes(jana, half, "p1", HALF[0][5000:], 5000, X_App="1").status_code == 200
    assert put_bytes(jana, half, "p2", HALF[1], X_App="1").json["receipt"]
    scan_next(store)
    scan_next(store)
    assert documents.get(store.db, by_state["received"]["id"])
    assert jobs.queue(store.db, store.now())["waiting"] == 0
    store.close()


def start(folder: Path) -> None:
    """What every process does with a data folder first."""
    open_store(folder, Clock()).close()


@pytest.mark.hunt
def test_a_start_that_is_killed_anywhere_in_a_migration_is_finished_by_the_next(lived_in: Path, tmp_path: Path):
    first = back_to(NAMES[0], lived_in, tmp_path / "first")
    old = shape(first / "belegbote.sqlite")
    before = rows_of(first / "belegbote.sqlite", old)
    killed = die_everywhere(first, "tests.test_migrations:start", apart=2 * SPARSE)
    assert len(killed) * SPARSE > 50
    for folder in killed:
        store = open_store(folder, Clock())
        assert store.faults() == []
        assert [each.name for each in migrations.applied(store.db)] == NAMES
        store.close()
        assert rows_of(folder / "belegbote.sqlite", old) == before, folder.name


def test_an_office_of_a_later_release_is_refused_and_left_alone(lived_in: Path, tmp_path: Path, capsys, monkeypatch):
    folder = tmp_path / "data"
    shutil.copytree(lived_in, folder)
    with sqlite3.connect(folder / "belegbote.sqlite") as db:
        db.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('belegbote', 'm999', '')")
    db.close()
    before = (folder / "belegbote.sqlite").read_bytes()
    with pytest.raises(CommandError, match="newer"):
        open_store(folder)
    monkeypatch.setenv("BELEGBOTE_DATA", str(folder))
    with pytest.raises(SystemExit):
        main(["worker"])
    assert "newer" in capsys.readouterr().err
    assert (folder / "belegbote.sqlite").read_bytes() == before
