"""The real thing: `belegbote serve` with its processes, an independent client, broken connections and kill -9."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import random
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from app import reading
from app.store.jobs import LEASE
from tests.browser.office import copy_in_haste
from tests.make import JANA, MIRA, digest_of, make_manifest, make_photo, new_id
from tests.pushservice import HOST, PushService

ROOT = Path(__file__).resolve().parent.parent
DEADLINE = 2 * LEASE  # what a killed worker had in hand is free again after one


class Server:
    """One `belegbote serve` on a free port of loopback."""

    def __init__(self, data: Path, port: int | None = None, read: bool = False, code: Path = ROOT) -> None:
        self.data, self.port = data, port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        environment = {
            **os.environ,
            "BELEGBOTE_DATA": str(data),
            "PORT": str(self.port),
            "BELEGBOTE_ORIGIN": "",
            "BELEGBOTE_READ": "1" if read else "0",
        }
        with open(data.parent / "serve.log", "a") as log:
            command = [sys.executable, "-m", "app.cli", "serve"]
            self.process = subprocess.Popen(
                command, cwd=code, env=environment, start_new_session=True, stdout=log, stderr=log
            )
        until(self.answers)

    def answers(self) -> bool:
        try:
            return requests.get(self.url + "/livez", timeout=2).ok
        except requests.RequestException:
            return False

    def child(self, words: str) -> int:
        """The process below us whose command line has these words."""

        def find() -> int:
            for pid in children(self.process.pid):
                if words in Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " "):
                    return pid
            return 0

        return until(find)

    def kill(self, words: str) -> None:
        """kill -9 one of the two processes that serve keeps running."""
        os.kill(self.child(words), signal.SIGKILL)

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(DEADLINE)


def children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def until(what: Callable[[], Any]) -> Any:
    """Ask until the answer is yes, at most DEADLINE seconds."""
    end = time.monotonic() + DEADLINE
    while not (answer := what()):
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.05)
    return answer


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as opened:
        return int(opened.getsockname()[1])


@pytest.fixture(scope="module")
def server(settled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """For all tests that leave it running, or whose kills it recovers from by itself."""
    folder = tmp_path_factory.mktemp("office")
    shutil.copytree(settled, folder / "data")
    started = Server(folder / "data")
    yield started
    assert started.stop() == 0


@pytest.fixture
def own_server(settled: Path, tmp_path: Path) -> Iterator[Server]:
    """For a test that ends it, or maims it."""
    shutil.copytree(settled, tmp_path / "data")
    started = Server(tmp_path / "data")
    yield started
    started.stop()


@pytest.fixture(scope="module")
def hasty_server(settled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """For tests that would wait long: its program's own waits are shorter, and nothing else is another."""
    folder = tmp_path_factory.mktemp("hasty")
    shutil.copytree(settled, folder / "data")
    started = Server(folder / "data", code=copy_in_haste(folder / "program"))
    yield started
    assert started.stop() == 0


class Phone:
    """A client written from the protocol's description alone; it never gives up."""

    def __init__(self, server: Server, person: dict[str, Any]) -> None:
        self.server, self.session = server, requests.Session()
        self.session.headers["X-App"] = "1"
        self.ask("PUT", "/session", json={"login": person["login"], "secret": person["secret"]})

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        def answered() -> list[requests.Response]:  # a list, because a refusal counts as an answer and is falsy
            try:
                answer = self.session.request(method, f"{self.server.url}/api/v1{path}", timeout=10, **more)
                return [answer] if answer.status_code < 500 else []
            except requests.RequestException:
                return []

        answer: requests.Response = until(answered)[0]
        return answer

    def announce(self, submission: str, parts: list[bytes]) -> requests.Response:
        return self.ask("PUT", f"/submissions/{submission}", json=make_manifest(parts))

    def offset(self, submission: str, page: str) -> int:
        return int(self.ask("HEAD", f"/submissions/{submission}/pages/{page}").headers["Upload-Offset"])

    def append(self, submission: str, page: str, data: bytes, offset: int) -> requests.Response:
        headers = {"Upload-Offset": str(offset), "Content-Type": "application/partial-upload"}
        return self.ask("PATCH", f"/submissions/{submission}/pages/{page}", data=data, headers=headers)

    def break_off(self, submission: str, page: str, data: bytes, offset: int, after: int) -> None:
        """Promise all of `data`, send a piece of it, and go away without a word."""
        with socket.create_connection(("127.0.0.1", self.server.port)) as link:
            link.sendall(self.head(submission, page, offset, f"Content-Length: {len(data)}") + data[:after])

    def head(self, submission: str, page: str, offset: int, *more: str) -> bytes:
        """What comes before the bytes of an append, for who writes to the socket by hand."""
        cookie = "; ".join(f"{c.name}={c.value}" for c in self.session.cookies)
        lines = (
            f"PATCH /api/v1/submissions/{submission}/pages/{page} HTTP/1.1",
            f"Host: 127.0.0.1:{self.server.port}",
            "X-App: 1",
            f"Cookie: {cookie}",
            "Content-Type: application/partial-upload",
            f"Upload-Offset: {offset}",
            *more,
        )
        return "".join(f"{line}\r\n" for line in (*lines, "")).encode()

    def ends_early(self, head: bytes, body: bytes) -> requests.Response:
        """Send a head and a body that is shorter than the head says, and hear the answer all the same."""
        with socket.create_connection(("127.0.0.1", self.server.port), DEADLINE) as link:
            link.sendall(head + body)
            link.shutdown(socket.SHUT_WR)
            return answer_from(link)

    def say(self, *pieces: bytes) -> int:
        """Send these bytes as they are; the status that is answered, 0 for none."""
        with socket.create_connection(("127.0.0.1", self.server.port), DEADLINE) as link:
            with contextlib.suppress(OSError):  # refused before all of it was sent
                for piece in pieces:
                    link.sendall(piece)
            return int(link.recv(12)[9:12] or 0)

    def send_page(self, submission: str, page: str, data: bytes, between: Callable[[], None] = lambda: None) -> None:
        """Odd-sized appends until the page is whole; a wrong offset is answered with the right one."""
        offset, chance = self.offset(submission, page), random.Random(len(data))
        while True:
            answer = self.append(submission, page, data[offset : offset + chance.choice([1, 999, 20_011])], offset)
            assert answer.status_code in (200, 204, 409), answer.text
            offset = int(answer.headers["Upload-Offset"])
            if answer.status_code == 200:
                return
            between()

    def told(self, submission: str) -> dict[str, Any]:
        said: dict[str, Any] = self.ask("GET", f"/submissions/{submission}").json()
        return said

    def wait_for(self, submission: str, *states: str) -> dict[str, Any]:
        told: dict[str, Any] = until(lambda: (t := self.told(submission))["state"] in states and t)
        return told


def answer_from(link: socket.socket) -> requests.Response:
    """Read one answer: status and headers."""
    heard = http.client.HTTPResponse(link)
    heard.begin()
    answer = requests.Response()
    answer.status_code, answer.headers = heard.status, requests.structures.CaseInsensitiveDict(heard.getheaders())
    return answer


def events(server: Server, submission: str) -> list[str]:
    with sqlite3.connect(server.data / "belegbote.sqlite", timeout=10) as db:
        rows = db.execute("SELECT what FROM event WHERE submission = ? ORDER BY id", (submission,)).fetchall()
    return [row[0] for row in rows]


def in_the_inbox(desk: Phone) -> list[str]:
    return [row["id"] for row in desk.ask("GET", "/desk/submissions").json()["submissions"]]


@pytest.mark.hunt
def test_13_five_photos_over_a_link_that_breaks_become_one_receipt_and_one_pdf(server):
    phone, desk = Phone(server, JANA), Phone(server, MIRA)
    parts, submission = [make_photo(n) for n in range(5)], new_id()
    phone.announce(submission, parts)
    for n, part in enumerate(parts, 1):
        for after in (1, 5000, 30_000):
            offset = phone.offset(submission, f"p{n}")
            phone.break_off(submission, f"p{n}", part[offset:], offset, after)
        phone.send_page(submission, f"p{n}", part)
    told = phone.wait_for(submission, "ready", "attention")
    assert told["state"] == "ready" and told["document"]["pages"] == 5
    assert [page["sha256"] for page in told["receipt"]["pages"]] == [hashlib.sha256(p).hexdigest() for p in parts]
    assert phone.ask("GET", f"/submissions/{submission}/document").content.startswith(b"%PDF-")
    assert in_the_inbox(desk).count(submission) == 1
    assert events(server, submission) == ["created", "received", "ready"]


def test_16_kill_9_of_the_web_server_in_the_middle_loses_no_byte(server):
    phone, submission = Phone(server, JANA), new_id()
    parts = [make_photo(n, size=(600, 800)) for n in range(3)]
    phone.announce(submission, parts)
    for n, part in enumerate(parts, 1):
        kills = iter([True])
        phone.send_page(submission, f"p{n}", part, lambda once=kills: next(once, None) and server.kill("gunicorn"))
    told = phone.wait_for(submission, "ready")
    assert [page["sha256"] for page in told["receipt"]["pages"]] == [hashlib.sha256(p).hexdigest() for p in parts]
    assert events(server, submission) == ["created", "received", "ready"]


def test_19_a_body_that_makes_no_sense_is_never_a_page_and_never_our_fault(server):
    """Whatever a phone, a proxy or a stranger makes of an append: the offset is right, and the page is finished."""
    phone, submission, part = Phone(server, JANA), new_id(), make_photo()
    phone.announce(submission, [part])
    endless = (chunk(bytes(100_000)) for _ in range(400))
    chunked = "Transfer-Encoding: chunked"
    said = {
        "nothing at all": ([], b"", 204),
        "an empty body": (["Content-Length: 0"], b"", 204),
        "less than no length": (["Content-Length: -1"], b"", 400),
        "a length of a number": (["Content-Length: 1e3"], b"", 400),
        "a length that nothing has": ([f"Content-Length: {10**30}"], b"x", 413),
        "a length and chunks": (["Content-Length: 5", chunked], chunk(b"hello") + chunk(b""), 400),
        "a chunk of no size": ([chunked], b"zz\r\nhello", 204),
        "a digest of no letters": (["Content-Length: 5", "Content-Digest: sha-256=:\xff:"], b"hello", 400),
        "a digest of another kind of length": (["Content-Length: 5", "Content-Digest: sha-256=:YQ==:"], b"hello", 422),
        "a header without end": (["X-Large: " + "x" * 200_000], b"", 431),
        "headers without end": ([f"X-{n}: 1" for n in range(500)], b"", 431),
    }
    got = {name: phone.say(phone.head(submission, "p1", 0, *more), body) for name, (more, body, _) in said.items()}
    assert got == {name: status for name, (_, _, status) in said.items()}
    assert phone.say(phone.head(submission, "p1", 0, chunked), *endless) == 413
    assert phone.offset(submission, "p1") == 0
    whole = chunk(part[:500]) + chunk(part[500:900]) + chunk(b"")
    assert phone.say(phone.head(submission, "p1", 0, chunked), whole) == 204
    assert phone.offset(submission, "p1") == 900
    phone.send_page(submission, "p1", part)
    assert phone.wait_for(submission, "ready")["receipt"]["pages"][0]["sha256"] == hashlib.sha256(part).hexdigest()


@pytest.mark.hunt
def test_13_of_a_phone_that_falls_silent_all_but_the_last_few_bytes_count(hasty_server):
    phone, submission, part = Phone(hasty_server, JANA), new_id(), make_photo(size=(900, 1200))
    phone.announce(submission, [part])
    assert phone.say(phone.head(submission, "p1", 0, f"Content-Length: {len(part)}"), part[:30_000]) == 204
    assert 30_000 - 4096 < phone.offset(submission, "p1") <= 30_000
    phone.send_page(submission, "p1", part)
    assert phone.told(submission)["receipt"]


def test_a_refusal_reaches_a_phone_that_is_still_sending(server):
    """Else it would take a 401 or 409 for a broken link, and try the same again for ever."""
    phone, submission = Phone(server, JANA), new_id()
    phone.announce(submission, [make_photo()])
    largest = bytes(1024 * 1024)
    length = f"Content-Length: {len(largest)}"
    assert phone.say(phone.head(submission, "p1", 77, length), largest) == 409
    phone.session.cookies.clear()
    assert phone.say(phone.head(submission, "p1", 0, length), largest) == 401


@pytest.mark.hunt
def test_a_server_without_a_free_descriptor_comes_back_and_has_counted_right(own_server):
    phone, submission, part = Phone(own_server, JANA), new_id(), make_photo()
    phone.announce(submission, [part])
    phone.append(submission, "p1", part[:900], 0)
    for pid in children(own_server.child("gunicorn")):
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (40, 40))
    with contextlib.ExitStack() as held:
        for _ in range(120):
            with contextlib.suppress(OSError):
                link = held.enter_context(socket.create_connection(("127.0.0.1", own_server.port), 2))
                link.sendall(b"GET /livez HTTP/1.1\r\n")
        with contextlib.suppress(requests.RequestException):
            requests.get(own_server.url + "/livez", timeout=2)
    assert phone.offset(submission, "p1") == 900
    phone.send_page(submission, "p1", part)
    assert phone.wait_for(submission, "ready")["receipt"]


@pytest.mark.hunt
def test_kill_9_of_the_worker_in_the_middle_of_a_scan_makes_one_pdf_all_the_same(server):
    phone, submission = Phone(server, JANA), new_id()
    parts = [make_photo(n, size=(2400, 3200)) for n in range(4)]
    phone.announce(submission, parts)
    for n, part in enumerate(parts, 1):
        phone.append(submission, f"p{n}", part, 0)
    at_work = f"SELECT 1 FROM job WHERE state IN ('running', 'done') AND submission = '{submission}'"
    until(lambda: asked(server, at_work))
    server.kill("app.cli worker")
    with sqlite3.connect(server.data / "belegbote.sqlite", timeout=10) as db:  # its lease would run out in a minute
        db.execute("UPDATE job SET lease_until = 0 WHERE state = 'running'")
    told = phone.wait_for(submission, "ready")
    assert told["document"]["pages"] == 4
    assert events(server, submission) == ["created", "received", "ready"]


@pytest.mark.skipif(not reading.possible(), reason="tesseract with German cannot be installed here")
@pytest.mark.hunt
def test_a_document_becomes_searchable_after_it_is_ready_though_the_worker_is_killed(settled, tmp_path):
    shutil.copytree(settled, tmp_path / "data")
    server = Server(tmp_path / "data", read=True)
    try:
        phone, submission = Phone(server, JANA), new_id()
        phone.announce(submission, [make_photo()])
        phone.append(submission, "p1", make_photo(), 0)
        size = phone.wait_for(submission, "ready")["document"]["size"]
        until(lambda: asked(server, "SELECT 1 FROM job WHERE what = 'read' AND state IN ('running', 'done')"))
        server.kill("app.cli worker")
        with sqlite3.connect(server.data / "belegbote.sqlite", timeout=10) as db:
            db.execute("UPDATE job SET lease_until = 0 WHERE state = 'running'")
        until(lambda: asked(server, "SELECT 1 FROM document WHERE file = 'searchable.pdf'"))
        until(lambda: asked(server, "SELECT 1 FROM job WHERE what = 'read' AND state = 'done'"))
        told = phone.told(submission)
        assert (told["state"], told["document"]["size"] > size) == ("ready", True)
        pdf = phone.ask("GET", f"/submissions/{submission}/document").content
        assert pdf.startswith(b"%PDF-") and len(pdf) == told["document"]["size"]
        assert events(server, submission) == ["created", "received", "ready"]
    finally:
        assert server.stop() == 0


@pytest.mark.skipif(not reading.possible(), reason="tesseract with German cannot be installed here")
def test_papers_that_were_ready_before_there_was_a_search_are_read_though_the_worker_is_killed(scanned, tmp_path):
    shutil.copytree(scanned, tmp_path / "data")
    with sqlite3.connect(tmp_path / "data" / "belegbote.sqlite") as db:
        db.execute("DELETE FROM job")
    db.close()
    server = Server(tmp_path / "data", read=True)
    try:
        until(lambda: asked(server, "SELECT 1 FROM job WHERE what = 'read' AND state IN ('running', 'done')"))
        server.kill("app.cli worker")
        with sqlite3.connect(server.data / "belegbote.sqlite", timeout=10) as db:
            db.execute("UPDATE job SET lease_until = 0 WHERE state = 'running'")
        until(lambda: asked(server, "SELECT 1 FROM job WHERE what = 'read' AND state = 'done'"))
        assert asked(server, "SELECT 1 FROM document WHERE file = 'searchable.pdf'")
    finally:
        assert server.stop() == 0


def asked(server: Server, question: str) -> bool:
    with sqlite3.connect(server.data / "belegbote.sqlite", timeout=10) as db:
        return bool(db.execute(question).fetchall())


def test_a_worker_that_stands_still_is_noticed_by_the_web_server_and_told_when_it_goes_on(hasty_server):
    def ready() -> dict[str, Any]:
        said: dict[str, Any] = requests.get(hasty_server.url + "/readyz", timeout=30).json()
        return said

    until(lambda: ready()["checks"]["worker"])
    worker = hasty_server.child("app.cli worker")
    os.kill(worker, signal.SIGSTOP)
    try:
        with sqlite3.connect(hasty_server.data / "belegbote.sqlite", timeout=10) as db:  # as if two minutes were over
            db.execute("UPDATE beat SET at = at - 121")
        said = ready()
        assert (said["status"], said["checks"]["worker"], said["alarms"]) == ("not ready", False, ["worker_silent"])
        metrics = requests.get(hasty_server.url + "/metrics", timeout=30).text
        assert 'belegbote_alarms{kind="worker_silent"} 1.0' in metrics
    finally:
        os.kill(worker, signal.SIGCONT)
    until(lambda: asked(hasty_server, "SELECT 1 FROM alarm WHERE what = 'worker_silent'"))
    until(lambda: ready()["alarms"] == [])
    until(lambda: asked(hasty_server, "SELECT 1 FROM alarm WHERE what = 'worker_silent' AND ended_at IS NOT NULL"))


def test_25_sending_the_same_thing_five_times_is_one_submission(server):
    phone, submission, part = Phone(server, JANA), new_id(), make_photo()
    receipts = set()
    for _ in range(5):
        assert phone.announce(submission, [part]).status_code in (200, 201)
        answer = phone.append(submission, "p1", part, 0)
        receipts.add(answer.json()["receipt"]["number"])
    phone.wait_for(submission, "ready")
    assert len(receipts) == 1
    mine = [row["id"] for row in phone.ask("GET", "/submissions").json()["submissions"]]
    assert mine.count(submission) == 1
    assert events(server, submission) == ["created", "received", "ready"]


def test_19_a_body_shorter_than_it_says_counts_as_far_as_it_came_and_never_as_a_whole_page(server):
    phone, submission, part = Phone(server, JANA), new_id(), make_photo()
    phone.announce(submission, [part])
    said = phone.head(submission, "p1", 0, f"Content-Length: {len(part)}")
    answer = phone.ends_early(said, part[:-10])
    assert (answer.status_code, answer.headers["Upload-Complete"]) == (204, "?0")
    assert int(answer.headers["Upload-Offset"]) == phone.offset(submission, "p1") == len(part) - 10
    rest = part[-10:]
    promised = ("Content-Length: 10", f"Content-Digest: {digest_of(rest)}")
    answer = phone.ends_early(phone.head(submission, "p1", len(part) - 10, *promised), rest[:5])
    assert answer.status_code == 422, "with a digest it is all or nothing"
    assert phone.offset(submission, "p1") == len(part) - 10
    answer = phone.append(submission, "p1", b"", len(part) - 10)
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(len(part) - 10))
    assert phone.append(submission, "p1", rest, len(part) - 10).json()["receipt"]


def test_19_a_body_without_a_length_is_cut_off_or_never_ends_and_costs_nothing(server):
    phone, submission, part = Phone(server, JANA), new_id(), make_photo()
    phone.announce(submission, [part])
    chunked = "Transfer-Encoding: chunked"
    cut_off = chunk(part) + b"ffff\r\nnothing of this is a chunk"
    answer = phone.ends_early(phone.head(submission, "p1", 0, chunked), cut_off)
    assert (answer.status_code, answer.headers["Upload-Complete"]) == (204, "?0")
    with socket.create_connection(("127.0.0.1", server.port), DEADLINE) as link, contextlib.suppress(ConnectionError):
        link.sendall(phone.head(submission, "p1", phone.offset(submission, "p1"), chunked))
        for _ in range(1000):  # 1 GB, if it listens that long
            link.sendall(chunk(bytes(1_000_000)))
        pytest.fail("it reads whatever comes")
    phone.send_page(submission, "p1", part)
    assert phone.told(submission)["receipt"]["pages"][0]["sha256"] == hashlib.sha256(part).hexdigest()


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def test_headers_without_end_are_refused_and_everybody_else_is_served(server):
    phone, submission, part = Phone(server, JANA), new_id(), make_photo()
    phone.announce(submission, [part])
    for endless in (["X-Long: " + "a" * 100_000], [f"X-{n}: a" for n in range(1000)]):
        answer = phone.ends_early(phone.head(submission, "p1", 0, "Content-Length: 9", *endless), b"")
        assert answer.status_code == 431
    assert phone.append(submission, "p1", part, 0).json()["receipt"]


@pytest.mark.hunt
def test_22_two_tabs_on_two_web_processes_make_one_receipt_one_pdf_and_no_corruption(server):
    desk, tabs = Phone(server, MIRA), [Phone(server, JANA) for _ in range(2)]
    until(lambda: len(children(server.child("gunicorn"))) == 2)
    parts, sent = [make_photo(n) for n in range(3)], [new_id() for _ in range(4)]
    receipts: list[dict[str, Any]] = []

    def race(tab: Phone) -> None:
        for submission in sent:
            tab.announce(submission, parts)
            for n, part in enumerate(parts, 1):
                tab.send_page(submission, f"p{n}", part)
            receipts.append(tab.told(submission)["receipt"])

    threads = [threading.Thread(target=race, args=(tab,)) for tab in tabs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(receipts) == 8
    assert len({receipt["number"] for receipt in receipts}) == 4
    hashes = [hashlib.sha256(part).hexdigest() for part in parts]
    assert all([page["sha256"] for page in receipt["pages"]] == hashes for receipt in receipts)
    for submission in sent:
        tabs[0].wait_for(submission, "ready")
        assert events(server, submission) == ["created", "received", "ready"]
    assert [in_the_inbox(desk).count(submission) for submission in sent] == [1] * len(sent)


@pytest.mark.hunt
def test_47_the_worker_sends_to_each_push_service_and_one_in_trouble_holds_up_no_other(settled, tmp_path, monkeypatch):
    shutil.copytree(settled, tmp_path / "data")
    with PushService() as service:
        monkeypatch.setenv("BELEGBOTE_PUSH_GATEWAY", service.url)
        server = Server(tmp_path / "data")
        try:
            phone, submission = Phone(server, JANA), new_id()
            key, tokens = phone.ask("GET", "/push/key").json()["key"], []
            for host in ("https://web.push.apple.com", HOST, HOST):
                said = service.subscribe(key, host)
                tokens.append(said.pop("token"))
                name = hashlib.sha256(said["endpoint"].encode()).hexdigest()
                assert phone.ask("PUT", f"/push/subscriptions/{name}", json=said).status_code == 201
            service.answers[tokens[0]] = [403] * 1000
            phone.announce(submission, [make_photo()])
            phone.append(submission, "p1", make_photo(), 0)
            until(lambda: len(service.got) == 2)
            until(lambda: asked(server, "SELECT 1 FROM push_outbox WHERE fault = 'key refused with 403'"))
            assert {got.token for got in service.got} == set(tokens[1:])
            service.answers.clear()
            server.kill("app.cli worker")
            until(lambda: len(service.got) == 3)
        finally:
            assert server.stop() == 0


@pytest.mark.hunt
def test_a_server_that_is_killed_takes_its_children_along_and_a_taken_port_is_told(own_server):
    second = subprocess.run(
        [sys.executable, "-m", "app.cli", "serve"], cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE,
        env={**os.environ, "BELEGBOTE_DATA": str(own_server.data), "PORT": str(own_server.port)},
    )  # fmt: skip
    assert second.returncode == 2 and "PORT names another" in second.stderr
    living = [own_server.child("gunicorn"), own_server.child("app.cli worker")]
    own_server.process.kill()
    own_server.process.wait(DEADLINE)
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in living))


@pytest.mark.hunt
def test_a_database_locked_for_long_stops_no_worker(hasty_server):
    phone, submission = Phone(hasty_server, JANA), new_id()
    log = hasty_server.data.parent / "serve.log"
    before = len(log.read_text())
    with sqlite3.connect(hasty_server.data / "belegbote.sqlite", timeout=10, isolation_level=None) as db:
        db.execute("BEGIN IMMEDIATE")
        until(lambda: "scan could not be seen to" in log.read_text()[before:])  # it has waited as long as it does
        db.execute("COMMIT")
    assert "database is locked" in log.read_text()[before:]
    phone.announce(submission, [make_photo()])
    phone.append(submission, "p1", make_photo(), 0)
    assert phone.wait_for(submission, "ready")


@pytest.mark.hunt
def test_it_stops_when_told_and_starts_again_with_everything_there(own_server):
    phone, submission = Phone(own_server, JANA), new_id()
    phone.announce(submission, [make_photo()])
    phone.append(submission, "p1", make_photo(), 0)
    assert own_server.stop() == 0
    assert not own_server.answers()
    again = Server(own_server.data, own_server.port)
    try:
        assert phone.wait_for(submission, "ready")["receipt"], "the browser is still signed in, too"
    finally:
        assert again.stop() == 0
