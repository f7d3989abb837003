"""kill -9 at every statement, write, rename and fsync of an upload and of a push, then repeated as a phone would."""

from __future__ import annotations

import functools
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app import accounts, check, notify
from app.config import Config
from app.main import create_app
from app.store import Store, events, jobs, open_store, people, subscriptions
from app.store.database import rows
from tests.conftest import Client, Clock
from tests.dying import SPARSE, die_everywhere
from tests.make import JANA, hand_in, make_manifest, make_photo, put_bytes
from tests.test_notify import KEYS

pytestmark = pytest.mark.hunt

SUBMISSION = "0193a1b2-0000-7000-8000-000000000001"
PARTS = [make_photo(n, size=(120, 160)) for n in (1, 2)]
MIDDLE = 700
SENT = "sent.txt"


@contextmanager
def opened(folder: Path, clock: Clock | None = None) -> Iterator[Store]:
    store = open_store(folder, clock or Clock())
    try:
        yield store
    finally:
        store.close()


def jana(store: Store) -> str:
    found = people.by_login(store.db, JANA["login"])
    assert found is not None
    return str(found["id"])


@functools.cache
def one_app() -> Flask:
    """The copies of a folder differ in their store only, so that one app does for all of them."""
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as store:
        app = create_app(replace(Config(), data=store.files.root), store)
    app.test_client_class = Client
    return app


def phone_of(store: Store) -> Any:
    """A phone with the upload token that every copy of the folder knows."""
    app = one_app()
    app.config.update(STORE=store, APP=replace(Config(), data=store.files.root), SECRET_KEY=store.keys.cookie)
    phone = app.test_client()
    phone.environ_base["HTTP_AUTHORIZATION"] = "Bearer " + (store.files.root.parent / "token").read_text()
    return phone


def upload(folder: Path) -> None:
    """Two pages, the first in two appends: from the manifest to the receipt."""
    with opened(folder) as store:
        send_all(phone_of(store))


def send_all(phone: Any) -> dict[str, Any]:
    """What the phone does at every start: announce, ask how far each page is, send the rest. The receipt."""
    answer = phone.put(f"/api/v1/submissions/{SUBMISSION}", json=make_manifest(PARTS))
    assert answer.status_code in (200, 201), answer.json
    for n, part in enumerate(PARTS, 1):
        place = phone.head(f"/api/v1/submissions/{SUBMISSION}/pages/p{n}").headers
        offset = int(place["Upload-Offset"])
        ends = [end for end in (MIDDLE, len(part)) if end > offset]
        for end in ends if place["Upload-Complete"] == "?0" else []:
            answer = put_bytes(phone, SUBMISSION, f"p{n}", part[offset:end], offset)
            assert answer.status_code in (200, 204), (answer.status_code, answer.json)
            offset = end
    receipt: dict[str, Any] = phone.get(f"/api/v1/submissions/{SUBMISSION}").json["receipt"]
    return receipt


@pytest.fixture
def prepared(settled: Path, tmp_path: Path) -> Path:
    """An office in which Jana has a phone that is told of news."""
    folder = tmp_path / "data"
    shutil.copytree(settled, folder)
    with opened(folder) as store:
        signed_in = accounts.sign_in(store, JANA["login"], JANA["secret"], "127.0.0.1")
        (tmp_path / "token").write_text(str(signed_in.upload_token))
        endpoint = "https://fcm.googleapis.com/fcm/send/abc"
        row = {"id": hashlib.sha256(endpoint.encode()).hexdigest(), "endpoint": endpoint, "language": "de", **KEYS}
        notify.subscribe(store, Config(), jana(store), row)
    return folder


def test_16_17_18_killed_at_any_point_of_an_upload_the_phone_goes_on_and_all_is_there_once(prepared: Path):
    killed = die_everywhere(prepared, "tests.test_kill_points:upload")
    assert len(killed) * SPARSE > 50
    for folder in killed:
        with opened(folder) as store:
            place = rows(store.db, "SELECT id, bytes_here, stored_at FROM page ORDER BY seq")
            for page, part in zip(place, PARTS, strict=False):
                lies = folder / "parts" / SUBMISSION / page["id"]
                if page["bytes_here"] and not page["stored_at"] and lies.exists():
                    assert lies.read_bytes()[: page["bytes_here"]] == part[: page["bytes_here"]], folder.name
            phone = phone_of(store)
            receipt = send_all(phone)
            assert [page["sha256"] for page in receipt["pages"]] == [hashlib.sha256(p).hexdigest() for p in PARTS]
            assert receipt == send_all(phone), "and once more"
            assert [event["what"] for event in events.of(store.db, SUBMISSION)] == ["created", "received"], folder.name
            assert jobs.queue(store.db, store.now())["waiting"] == 1
            assert subscriptions.count_by_state(store.db) == {"waiting": 1}
            assert receipt["number"].startswith("2026-0001-"), "no number was left out"
            assert [found.line() for found in check.look(store)] == [], folder.name
            for page in receipt["pages"]:
                assert Path(folder / "blobs" / jana(store) / page["sha256"]).stat().st_size == page["size"]


def push(folder: Path) -> None:
    """Deliver what waits; the push service is a file with a line for each push."""
    with opened(folder) as store:
        deliver_all(store, folder)


def deliver_all(store: Store, folder: Path) -> None:
    def send(push: dict[str, Any]) -> notify.Outcome:
        with open(folder / SENT, "a") as file:
            file.write(push["topic"] + "\n")
        return notify.Outcome(201)

    hosts = notify.Hosts()
    while notify.deliver(store, send, hosts):
        pass


def test_47_killed_at_any_point_of_a_push_it_is_sent_once_or_repeated_once_under_its_topic(prepared: Path):
    with opened(prepared) as store:
        hand_in(store, jana(store), PARTS)
    killed, repeated = die_everywhere(prepared, "tests.test_kill_points:push", apart=1), 0
    assert len(killed) > 5
    for folder in killed:
        clock = Clock()
        clock.turn(subscriptions.LEASE + 1)
        with opened(folder, clock) as store:
            deliver_all(store, folder)
            assert subscriptions.count_by_state(store.db) == {"sent": 1}, folder.name
        sent = (folder / SENT).read_text().splitlines()
        assert len(sent) in (1, 2) and len(set(sent)) == 1, folder.name
        repeated += len(sent) == 2
    assert 0 < repeated < len(killed)
