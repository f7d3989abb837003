"""What every test of the server stands on: a real store below tmp_path, real clients, a clock one can turn."""

from __future__ import annotations

import fcntl
import functools
import os
import shutil
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as our commands do: threads would only wait for each other

import argon2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from app import accounts
from app.config import Config
from app.main import create_app
from app.office import Office, load_office
from app.store import Store, open_store, people
from app.web import shell
from tests.browser.office import fill_demo
from tests.make import JANA, LUCA, MIRA, RAUL, TEAMS, hand_in, make_photo, scan_next

warnings.filterwarnings("ignore", message=".*fsSelection.*")


class Clock:
    """Stands still until it is turned."""

    def __init__(self, now: float = 1_795_485_600.0) -> None:  # 2026-11-24, 02:00 UTC
        self.now = now

    def __call__(self) -> float:
        return self.now

    def turn(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture(scope="session", autouse=True)
def quick_secrets() -> Iterator[None]:
    """Hashing a secret takes a quarter of a second on purpose; the real argon2 at its lightest is as right or wrong."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "_hasher", argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        patch.setattr(accounts, "_nobody", accounts._hasher.hash("nobody's"))
        yield


@pytest.fixture(scope="session", autouse=True)
def one_shell() -> Iterator[None]:
    """The files of pwa/ are packed once, not for every app that a test makes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shell, "Shell", functools.cache(shell.Shell))
        yield


@pytest.fixture(scope="session", autouse=True)
def one_set_of_routes() -> Iterator[None]:
    """Werkzeug compiles each route to Python, which takes half of the time that an app takes to be made: once each."""
    compiled = Rule._compile_builder
    known: dict[tuple[str, bool], Any] = {}

    def once(rule: Rule, append_unknown: bool = True) -> Any:
        key = (rule.rule, append_unknown)
        if key not in known:
            known[key] = compiled(rule, append_unknown)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", once)
        yield


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return replace(Config(), data=tmp_path / "data")


@pytest.fixture(scope="session")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with people in it, made once."""
    folder = tmp_path_factory.mktemp("settled")
    opened = open_store(folder, Clock())
    for team, name in TEAMS.items():
        people.add_team(opened.db, team, name)
    for person in (JANA, LUCA, MIRA, RAUL):
        accounts.add_person(opened, person, person.get("case"))
    opened.close()
    return folder


@pytest.fixture
def store(settled: Path, config: Config, clock: Clock) -> Iterator[Store]:
    """An office with two teams: Jana's case and the caseworker Mira in one, Raul in two; Luca has no case."""
    shutil.copytree(settled, config.data)
    opened = open_store(config.data, clock)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def scanned(settled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same data folder after Jana has handed in two photos and they were scanned, made once."""
    folder = tmp_path_factory.mktemp("scanned") / "data"
    shutil.copytree(settled, folder)
    opened = open_store(folder, Clock())
    person = people.by_login(opened.db, JANA["login"])
    assert person is not None
    hand_in(opened, person["id"], [make_photo(1, size=(300, 400)), make_photo(2, size=(300, 400))])
    scan_next(opened)
    opened.close()
    return folder


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo office, made once; tests work on copies."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of several test processes the first makes it
        folder = shared / "demo"
        if not (folder / "done").exists():
            fill_demo(folder / "data")
            (folder / "done").touch()
    return folder / "data"


@pytest.fixture
def worked(scanned: Path, config: Config, clock: Clock) -> Iterator[Store]:
    """An office in which one submission is ready."""
    shutil.copytree(scanned, config.data)
    opened = open_store(config.data, clock)
    yield opened
    opened.close()


@pytest.fixture
def office(config: Config) -> Office:
    return load_office(config.data)


@pytest.fixture
def app(config: Config, store: Store) -> Flask:
    made = create_app(config, store)
    made.testing = False  # errors are answered as they would be in real life
    return made


class Client(FlaskClient):
    """Says `X-App: 1`, as every client of ours must."""

    def open(self, *args: Any, **options: Any) -> Any:
        options.setdefault("buffered", True)  # files that were sent are closed again
        options["headers"] = {"X-App": "1", **(options.get("headers") or {})}
        return super().open(*args, **options)


@pytest.fixture
def client(app: Flask) -> Callable[..., Client]:
    """client() is a new browser; client(JANA) is one in which Jana has signed in."""
    app.test_client_class = Client

    def make(person: dict[str, Any] | None = None) -> Client:
        browser: Any = app.test_client()
        if person:
            said = {"login": person["login"], "secret": person["secret"]}
            answer = browser.put("/api/v1/session", json=said)
            assert answer.status_code == 200, answer.json
            browser.upload_token = answer.json.get("upload_token")
        return browser

    return make
