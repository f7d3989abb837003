"""Phones that hand in for real, well and badly, and the book of what they were told is safe.

A phone is written from the description of the protocol alone. What an answer says is kept in the book: an offset, a
stored page, a receipt. An answer that takes back what an earlier one said is a finding.
"""

from __future__ import annotations

import contextlib
import hashlib
import random
import socket
import threading
import uuid
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests

from tests.make import make_manifest, make_pdf, make_photo

PAUSE = 0.2  # between two tries
TIMEOUT = 30.0


class Stopped(Exception):
    """The time for handing in is over; somebody honest finishes later."""


class Refused(Exception):
    """The office refused what it must take."""


@dataclass
class Handed:
    """One submission: the bytes of its pages p1, p2, ..., and what the office has said of it."""

    owner: str
    parts: list[bytes]
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    announced: bool = False
    offsets: dict[str, int] = field(default_factory=dict)
    receipt: dict[str, Any] | None = None

    @property
    def manifest(self) -> dict[str, Any]:
        return make_manifest(self.parts)

    @property
    def pages(self) -> dict[str, bytes]:
        return {f"p{n}": part for n, part in enumerate(self.parts, 1)}

    def as_told(self) -> Handed:
        """A copy of what has been said so far."""
        return Handed(self.owner, self.parts, self.id, self.announced, dict(self.offsets), self.receipt)


class Book:
    """What all phones together were told. `findings` are broken promises, `counts` what happened how often."""

    def __init__(self) -> None:
        self.findings: list[str] = []
        self.counts: Counter[str] = Counter()
        self._handed: dict[str, Handed] = {}
        self._lock = threading.Lock()

    def open(self, owner: str, parts: list[bytes]) -> Handed:
        """A new submission, of which nothing is known yet."""
        handed = Handed(owner, parts)
        with self._lock:
            self._handed[handed.id] = handed
            self.counts["submissions"] += 1
        return handed

    def take(self, promised: list[Handed]) -> None:
        """Go on from what another book said."""
        with self._lock:
            self._handed |= {handed.id: handed for handed in promised}

    def handed(self) -> list[Handed]:
        """All submissions."""
        with self._lock:
            return list(self._handed.values())

    def as_told(self) -> list[Handed]:
        """What stands here now: a copy that no later answer changes."""
        with self._lock:
            return [handed.as_told() for handed in self._handed.values()]

    def count(self, what: str) -> None:
        with self._lock:
            self.counts[what] += 1

    def find(self, finding: str) -> None:
        with self._lock:
            self.findings.append(finding)

    def offset(self, handed: Handed, page: str) -> int:
        """How many bytes of a page are promised so far."""
        with self._lock:
            return handed.offsets.get(page, 0)

    def told_announced(self, handed: Handed) -> None:
        with self._lock:
            handed.announced = True

    def told_offset(self, handed: Handed, page: str, offset: int, before: int) -> None:
        """An answer named an offset; `before` is what was promised when its question was asked."""
        if offset < before:
            self.find(f"{handed.id}/{page}: {before} bytes were acknowledged, then only {offset}")
        with self._lock:
            handed.offsets[page] = max(offset, handed.offsets.get(page, 0))

    def told_receipt(self, handed: Handed, receipt: dict[str, Any] | None) -> None:
        """An answer had a receipt, or None after an earlier answer had one."""
        with self._lock:
            known, handed.receipt = handed.receipt, handed.receipt or receipt
        if known and known != receipt:
            number = receipt["number"] if receipt else None
            self.find(f"{handed.id}: the receipt was {known['number']}, then {number}")
        if receipt and not known:
            said = {page["id"]: page["sha256"] for page in receipt["pages"]}
            if said != {page: hashlib.sha256(data).hexdigest() for page, data in handed.pages.items()}:
                self.find(f"{handed.id}: receipt {receipt['number']} names other pages than were sent")
            self.count("receipts")


class Phone:
    """One phone of one person. It never gives up before `stopping` is set; with a `chance` it also behaves badly."""

    def __init__(self, url: str, person: dict[str, Any], book: Book, stopping: threading.Event | None = None) -> None:
        self.book, self.stopping, self.login = book, stopping or threading.Event(), str(person["login"])
        self.url, self._person = url, person
        self._session = requests.Session()
        self._session.headers["X-App"] = "1"

    def sign_in(self) -> None:
        """Have an upload token, which lasts longer than any run."""
        said = {"login": self._person["login"], "secret": self._person["secret"]}
        told = self.ask("PUT", "/session", json=said).json()
        self._session.headers["Authorization"] = f"Bearer {told['upload_token']}"

    def twin(self) -> Phone:
        """A second tab of the same person."""
        other = type(self)(self.url, self._person, self.book, self.stopping)
        other._session.headers.update(self._session.headers)
        return other

    def close(self) -> None:
        self._session.close()

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        """Ask until there is an answer that is none of the server's troubles."""
        while True:
            answer = self.once(method, path, **more)
            if answer is not None and answer.status_code < 500 and answer.status_code != 429:
                return answer
            if self.stopping.wait(PAUSE):
                raise Stopped

    def once(self, method: str, path: str, patience: float = TIMEOUT, **more: Any) -> requests.Response | None:
        """One question; None when no whole answer came. Trouble must be told as the API promises."""
        try:
            answer = self._session.request(method, f"{self.url}/api/v1{path}", timeout=(5, patience), **more)
        except requests.RequestException:
            self.book.count("answers that never came")
            return None
        if answer.status_code >= 500:
            self.book.count(f"answers {answer.status_code}")
            self._is_clean(answer)
        return answer

    def _is_clean(self, answer: requests.Response) -> None:
        """Trouble is told as the API promises: a code, and that trying again helps."""
        with contextlib.suppress(ValueError, KeyError, TypeError):
            if answer.json()["code"] and answer.json()["retryable"] is True:
                return
        self.book.find(f"{answer.request.method} {answer.request.path_url}: {answer.status_code} {answer.text[:200]!r}")

    def hand_in(self, handed: Handed, chance: random.Random | None = None) -> None:
        """Send all of it, until there is a receipt."""
        self.announce(handed)
        pages = list(handed.pages)
        if chance:
            chance.shuffle(pages)
        for page in pages:
            self.send_page(handed, page, chance)
        self.look(handed)

    def announce(self, handed: Handed) -> None:
        before = handed.announced
        answer = self.ask("PUT", f"/submissions/{handed.id}", json=handed.manifest)
        if answer.status_code == 201 and before:
            self.book.find(f"{handed.id}: was announced, and then was new again")
        if answer.status_code not in (200, 201):
            raise Refused(f"{handed.id}: announced, and refused with {answer.status_code} {answer.text}")
        self.book.told_announced(handed)
        if answer.json()["receipt"] or handed.receipt:
            self.look(handed)

    def look(self, handed: Handed) -> dict[str, Any]:
        """Ask how a submission stands."""
        promised, had = {page: self.book.offset(handed, page) for page in handed.pages}, handed.receipt
        answer = self.ask("GET", f"/submissions/{handed.id}")
        if answer.status_code != 200:
            raise Refused(f"{handed.id}: asked for, and refused with {answer.status_code} {answer.text}")
        told: dict[str, Any] = answer.json()
        for page in told["pages"]:
            self.book.told_offset(handed, page["id"], page["offset"], promised[page["id"]])
        if told["receipt"] or had:
            self.book.told_receipt(handed, told["receipt"])
        return told

    def send_page(self, handed: Handed, page: str, chance: random.Random | None) -> None:
        """Append until the page is whole: at once, or in odd pieces with every mischief a weak link does."""
        data = handed.pages[page]
        at = self._where(handed, page)
        while at is not None and at < len(data):
            if self.stopping.is_set():
                raise Stopped
            if chance is None:
                at = self.append(handed, page, data[at:], at)
                continue
            piece = data[at : at + _some(chance, len(data))]
            mischief = chance.random()
            if mischief < 0.05:
                self._break_off(handed, page, data[at:], at, chance.randrange(len(data) - at))
            elif mischief < 0.15:
                self.append(handed, page, piece, at, chance.choice((0.001, 0.005, 0.02)))
            elif mischief < 0.2:
                self.announce(handed)
            elif mischief < 0.25:
                elsewhere = chance.randrange(len(data))
                self.append(handed, page, data[elsewhere : elsewhere + 999], elsewhere)
            else:
                at = self.append(handed, page, piece, at)
                continue
            at = self._where(handed, page)

    def _where(self, handed: Handed, page: str) -> int:
        before = self.book.offset(handed, page)
        answer = self.ask("HEAD", f"/submissions/{handed.id}/pages/{page}")
        if answer.status_code != 204:
            raise Refused(f"{handed.id}/{page}: asked for, and refused with {answer.status_code}")
        at = int(answer.headers["Upload-Offset"])
        self.book.told_offset(handed, page, at, before)
        return at

    def append(self, handed: Handed, page: str, data: bytes, at: int, patience: float | None = None) -> int:
        """One append; returns where to go on. With `patience`, seconds, its answer is usually lost."""
        before = self.book.offset(handed, page)
        headers = {"Upload-Offset": str(at), "Content-Type": "application/partial-upload"}
        path = f"/submissions/{handed.id}/pages/{page}"
        answer = self.once("PATCH", path, patience or TIMEOUT, data=data, headers=headers)
        self.book.count("appends")
        if answer is None or answer.status_code >= 500:
            if not patience:
                self.stopping.wait(PAUSE)
            return self._where(handed, page)
        beyond = at + len(data) > len(handed.pages[page])
        if answer.status_code not in (200, 204, 409) and not (answer.status_code == 413 and beyond):
            raise Refused(f"{handed.id}/{page}: {len(data)} bytes at {at}: {answer.status_code} {answer.text}")
        now = int(answer.headers["Upload-Offset"])
        if answer.status_code == 413:
            return now
        self.book.told_offset(handed, page, now, before)
        if answer.status_code == 200 and answer.json()["receipt"]:
            self.book.told_receipt(handed, answer.json()["receipt"])
        return now

    def _break_off(self, handed: Handed, page: str, data: bytes, at: int, after: int) -> None:
        """Promise all of `data`, send `after` bytes of it, and go away without a word."""
        host, port = urlsplit(self.url).hostname, urlsplit(self.url).port
        head = (
            f"PATCH /api/v1/submissions/{handed.id}/pages/{page} HTTP/1.1\r\nHost: {host}:{port}\r\n"
            f"X-App: 1\r\nAuthorization: {self._session.headers['Authorization']!s}\r\nUpload-Offset: {at}\r\n"
            f"Content-Type: application/partial-upload\r\nContent-Length: {len(data)}\r\n\r\n"
        )
        self.book.count("appends broken off")
        with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=5) as link:
            link.sendall(head.encode() + data[:after])


def _some(chance: random.Random, size: int) -> int:
    return chance.choice((1, 999, 4096, 20_011, 65_536, size))


def appends(handed: Handed) -> Iterator[tuple[str, bytes, int]]:
    """(page, bytes, offset): each page in two appends."""
    for page, data in handed.pages.items():
        half = len(data) // 2
        yield page, data[:half], 0
        yield page, data[half:], half


class Papers:
    """What people hand in: photos and PDFs from a small stock, and bytes that are neither, each time others."""

    def __init__(self, chance: random.Random, largest: int) -> None:
        self._chance, self._largest = chance, largest
        self._photos = [make_photo(n, size=(450, 600)) for n in range(6)]
        self._pdf = make_pdf(1)

    def some(self, most: int = 4) -> list[bytes]:
        """The pages of one submission."""
        return [self._one() for _ in range(self._chance.randint(1, most))]

    def _one(self) -> bytes:
        kind = self._chance.random()
        if kind < 0.3:
            return self._chance.choice(self._photos)
        if kind < 0.35:
            return self._pdf
        return self._chance.randbytes(int(self._largest ** self._chance.random()))


def people(count: int) -> list[dict[str, Any]]:
    """Jobseekers of one team, each with a household of their own."""
    return [
        {"role": "jobseeker", "name": f"Person {n}", "login": f"{20_000_000 + n}", "secret": "123456",
         "case": {"number": f"41502//{n:08d}", "team": "one"}}
        for n in range(1, count + 1)
    ]  # fmt: skip


@dataclass(frozen=True)
class Load:
    """What each phone hands in: pages up to `largest` bytes, at most so many submissions, and a `rest` after each."""

    largest: int = 150_000
    most: int = 10**9
    rest: float = 0.0


def let_all_hand_in(
    url: str,
    book: Book,
    seed: int,
    clients: list[dict[str, Any]],
    stopping: threading.Event,
    load: Load,
    kind: type[Phone] = Phone,
) -> list[threading.Thread]:
    """Phones that hand in one submission after the other until `stopping`; two go for one together now and then."""
    return [
        threading.Thread(target=_hand_in_on_and_on, args=(kind(url, person, book, stopping), seed * 1000 + n, load))
        for n, person in enumerate(clients)
    ]


def _hand_in_on_and_on(phone: Phone, seed: int, load: Load) -> None:
    chance, book, stopping = random.Random(seed), phone.book, phone.stopping
    papers = Papers(chance, load.largest)
    try:
        phone.sign_in()
        for n in range(load.most):
            if stopping.wait(load.rest if n else 0):
                break
            handed = book.open(phone.login, papers.some())
            rivals = [_rival(phone, handed, seed)] if chance.random() < 0.3 else []
            phone.hand_in(handed, chance)
            for rival in rivals:
                rival.join()
    except Stopped:
        pass
    except Exception as error:
        book.find(f"{type(error).__name__}: {error}")
    finally:
        phone.close()


def _rival(like: Phone, handed: Handed, seed: int) -> threading.Thread:
    """A second tab of the same person sends the same submission at the same time."""
    other = like.twin()

    def send() -> None:
        try:
            other.hand_in(handed, random.Random(seed + 1))
            like.book.count("submissions sent from two tabs")
        except Stopped:
            pass
        except Exception as error:
            like.book.find(f"second tab: {type(error).__name__}: {error}")
        finally:
            other.close()

    thread = threading.Thread(target=send)
    thread.start()
    return thread


def finish_all(url: str, book: Book, clients: list[dict[str, Any]], seconds: float) -> None:
    """Honest phones send what is missing, and wait for every document; not when nothing moves for so many seconds."""
    patience = _Patience(seconds)
    try:
        for person in clients:
            mine = [handed for handed in book.handed() if handed.owner == person["login"]]
            _finish(Phone(url, person, book, patience.over), mine, patience)
    except Stopped:
        book.find(f"nothing was finished any more in {seconds:.0f} seconds of honest sending")
    finally:
        patience.end()


class _Patience:
    """`over` is set when nothing good has been heard for so many seconds."""

    def __init__(self, seconds: float) -> None:
        self.over, self._seconds = threading.Event(), seconds
        self._timer = threading.Timer(seconds, self.over.set)
        self._timer.start()

    def again(self) -> None:
        """Something good was heard."""
        self.end()
        self._timer = threading.Timer(self._seconds, self.over.set)
        self._timer.start()

    def end(self) -> None:
        self._timer.cancel()


def _finish(phone: Phone, mine: list[Handed], patience: _Patience) -> None:
    phone.sign_in()
    for handed in mine:
        phone.hand_in(handed)
        patience.again()
    left = deque(mine)  # in turn: one whose scan was killed thrice waits behind all that came meanwhile
    while left:
        if phone.look(left[0])["state"] in ("ready", "attention"):
            left.popleft()
            patience.again()
            continue
        left.rotate(-1)
        if phone.stopping.wait(PAUSE):
            raise Stopped
    phone.close()
