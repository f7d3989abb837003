"""A whole office: the real `belegbote serve`, web and worker, on a free port with a demo data folder."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

import argon2
import requests

from app import accounts
from app.demo import PEOPLE_TOLD
from app.store import open_store
from tests.make import type_of

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30.0
START = 120.0  # web and worker, on a machine that does other things, too

PEOPLE = {person["name"].split()[0].lower(): person for person in PEOPLE_TOLD}
ELIF, DARIUSZ, SAMIRA = PEOPLE["elif"], PEOPLE["dariusz"], PEOPLE["samira"]
ALBERS, REUTER = PEOPLE["miriam"], PEOPLE["jonas"]
VOSS = PEOPLE["kerstin"]


def wait_until(happened, what: str, seconds: float = PATIENCE):
    """The first true answer of `happened()`; fails when none comes in time."""
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while time.monotonic() < deadline:
        if answer := happened():
            return answer
        pause.wait(0.05)
    raise AssertionError(f"waited {seconds:.0f} s in vain: {what}")


def fill_demo(data: Path, *, past: bool = False) -> None:
    """Make the demo office in a folder, with `past` the weeks before it, too; its secrets are hashed anew, so that a
    sign-in costs the tests no time.
    """
    environment = {**_plain_environment(), "BELEGBOTE_DATA": str(data)}
    command = [sys.executable, "-m", "app.cli", "demo", *([] if past else ["--small"])]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    quick = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with contextlib.closing(sqlite3.connect(data / "belegbote.sqlite")) as db:
        for person in PEOPLE_TOLD:
            known = (quick.hash(person["secret"]), person["login"])
            db.execute("UPDATE person SET secret_hash = ? WHERE login = ?", known)
        db.commit()


class Office:
    """`url` is where browsers find it; `start`, `stop` and the kills may be repeated."""

    def __init__(self, data: Path, code: Path = ROOT, **settings: str) -> None:
        self.data = data
        self.code = code
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = data.parent / f"{data.name}.log"
        self._environment = {
            **_plain_environment(),
            "BELEGBOTE_DATA": str(data),
            "BELEGBOTE_WEB_PROCESSES": "1",
            "BELEGBOTE_READ": "0",
            "PORT": str(self.port),
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def like(cls, template: Path, data: Path, code: Path = ROOT, **settings: str) -> Office:
        """An office whose folder begins as a copy of another; `code` is where its program lies."""
        shutil.copytree(template, data)
        return cls(data, code, **settings)

    def start(self) -> Office:
        """Start web and worker, and wait until they answer."""
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "app.cli", "serve"]
            self._process = subprocess.Popen(
                command,
                cwd=self.code,
                env=self._environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )
        wait_until(self._ready, f"{self.url}/readyz; see {self.log}", START)
        return self

    def _ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text()
        with contextlib.suppress(requests.RequestException):
            return requests.get(f"{self.url}/readyz", timeout=5).status_code == 200
        return False

    def stop(self) -> None:
        """End it as Ctrl-C would."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(PATIENCE)
        self._process = None

    def kill(self, which: str) -> None:
        """kill -9 the "web" or the "worker" process, children and all; `serve` starts it again by itself."""
        for pid in self._children(which):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)

    def wait_until_up(self) -> None:
        """Until it answers again after a kill."""
        wait_until(self._ready, f"{self.url}/readyz after a kill", START)

    def _children(self, which: str) -> list[int]:
        assert self._process is not None
        word = {"web": b"gunicorn", "worker": b"app.cli\0worker"}[which]
        path = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        pids = [int(pid) for pid in path.read_text().split()]
        return [pid for pid in pids if word in _command(pid)]

    def run(self, *arguments: str) -> str:
        """What a `belegbote` command on the office's machine prints."""
        command = [sys.executable, "-m", "app.cli", *arguments]
        done = subprocess.run(command, cwd=self.code, env=self._environment, check=True, capture_output=True, text=True)
        return done.stdout

    def client(self, person: dict[str, str]) -> Client:
        """Somebody who asks the API without a browser."""
        return Client(self.url, person)

    def newcomer(self) -> dict[str, str]:
        """A jobseeker with a case of their own, for a test that counts what a person has."""
        login = f"9{secrets.randbelow(10_000_000):07}"
        somebody = {"role": "jobseeker", "name": f"Petra Neu {login}", "login": login, "secret": "135790"}
        store = open_store(self.data)
        accounts.add_person(store, somebody, {"number": f"41502//{login}", "team": "leistung-2"})
        store.close()
        return somebody

    def change(self, person: dict[str, str], path: str, body: dict) -> None:
        """Somebody changes something without a browser."""
        client = self.client(person)
        client.patch(path, body)
        client.close()


class Client:
    """A signed-in session on /api/v1, to check what the office knows."""

    def __init__(self, url: str, person: dict[str, str]) -> None:
        self._api = f"{url}/api/v1"
        self._session = requests.Session()
        self._session.headers["X-App"] = "1"
        self._session.put(
            f"{self._api}/session", json={"login": person["login"], "secret": person["secret"]}
        ).raise_for_status()

    def get(self, path: str):
        """The JSON at a path."""
        answer = self._session.get(f"{self._api}{path}")
        answer.raise_for_status()
        return answer.json()

    def bytes(self, path: str) -> bytes:
        """The body at a path."""
        answer = self._session.get(f"{self._api}{path}")
        answer.raise_for_status()
        return answer.content

    def patch(self, path: str, body: dict) -> None:
        """Patch what is at a path."""
        self._session.patch(f"{self._api}{path}", json=body).raise_for_status()

    def put(self, path: str, body: dict):
        """Put something at a path; the JSON that answers."""
        answer = self._session.put(f"{self._api}{path}", json=body)
        answer.raise_for_status()
        return answer.json()

    def hand_in(self, *photos: bytes, **more: object) -> str:
        """Send photos or PDFs as a phone does; `more` is said in the manifest. Returns the submission's id."""
        submission = str(uuid.uuid4())
        pages = [
            {
                "id": f"p{n}",
                "seq": n,
                "type": type_of(photo),
                "size": len(photo),
                "sha256": hashlib.sha256(photo).hexdigest(),
            }
            for n, photo in enumerate(photos, 1)
        ]
        self.put(f"/submissions/{submission}", {**more, "pages": pages})
        headers = {"Upload-Offset": "0", "Content-Type": "application/partial-upload"}
        for page, photo in zip(pages, photos, strict=True):
            address = f"{self._api}/submissions/{submission}/pages/{page['id']}"
            self._session.patch(address, data=photo, headers=headers).raise_for_status()
        return submission

    def submissions(self) -> list[dict]:
        """Own submissions, newest first."""
        return self.get("/submissions")["submissions"]

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()


def _command(pid: int) -> bytes:
    """A process's command line; nothing when it has just ended."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def copy_program(folder: Path) -> Path:
    """The program in a folder of its own, to be changed there as a new version would."""
    for name in ("app", "scanning", "pwa"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


# How long the program waits, and how long tests wait for that; the smaller one decides nothing but the time.
HASTE = {
    "app/store/database.py": ("BUSY_SECONDS = 20\n", "BUSY_SECONDS = 2\n"),
    "app/web/replies.py": ("PATIENCE = 20.0\n", "PATIENCE = 2.0\n"),
    "app/alarms.py": ("LOOK_EVERY = 10.0\n", "LOOK_EVERY = 1.0\n"),
    "app/worker.py": ("AFTER_TROUBLE = 5.0\n", "AFTER_TROUBLE = 1.0\n"),
}


def copy_in_haste(folder: Path) -> Path:
    """The program in a folder of its own, the same but for four times that it waits: its clock goes faster there."""
    copy_program(folder)
    for name, (long, short) in HASTE.items():
        text = (folder / name).read_text("utf-8")
        assert text.count(long) == 1, f"{name} has no {long}"
        (folder / name).write_text(text.replace(long, short), "utf-8")
    return folder


def _plain_environment() -> dict[str, str]:
    ours = ("BELEGBOTE_", "PORT")
    return {key: value for key, value in os.environ.items() if not key.startswith(ours)}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
