"""What must be true of a data folder: nothing that was promised is missing, and nothing is there twice."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf

from tests.soak.phones import Handed

ENDS = {"ready", "attention"}
QUIET = 90.0


def is_kept(data: Path, promised: list[Handed]) -> list[str]:
    """Findings about what was promised while the office still works: every offset, page and receipt is there."""
    with Folder(data) as folder:
        return [*folder.integrity(), *(lost for handed in promised for lost in folder.lost(handed))]


def is_finished(data: Path, handed: list[Handed]) -> list[str]:
    """Findings about an office where everything was finished: each submission once, with all that belongs to it.

    A document counts before its job is done, and a job whose worker is gone waits for its lease: so long we wait.
    """
    with Folder(data) as folder:
        end = time.monotonic() + QUIET
        while time.monotonic() < end and [*folder.open_work()]:
            time.sleep(0.2)
        findings = [*folder.integrity(), *folder.strangers({each.id for each in handed}), *folder.open_work()]
        for each in handed:
            findings += [*folder.lost(each), *folder.not_once(each)]
        return [*findings, *folder.pushes()]


def wanted_pushes(data: Path) -> range:
    """How many different pushes may have been sent; one that was replaced need not, but may have been before a kill."""
    with Folder(data) as folder:
        wanted = folder.wanted_pushes()
        return range(wanted - len(folder.replaced()), wanted + 1)


class Folder:
    """A data folder, looked at with nothing of the program's own."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._db = sqlite3.connect(data / "belegbote.sqlite", timeout=30)
        self._db.row_factory = sqlite3.Row

    def __enter__(self) -> Folder:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def ask(self, question: str, *values: Any) -> list[sqlite3.Row]:
        """All rows."""
        return self._db.execute(question, values).fetchall()

    def hurry(self) -> None:
        """What waits for its next try is due now."""
        with self._db:
            self._db.execute("UPDATE job SET run_at = 0 WHERE state = 'waiting' AND run_at > 0")

    def integrity(self) -> Iterator[str]:
        said = [row[0] for row in self.ask("PRAGMA integrity_check")]
        if said != ["ok"]:
            yield f"integrity: {said[:3]}"
        if broken := self.ask("PRAGMA foreign_key_check"):
            yield f"{len(broken)} rows belong to rows that are not there"

    def lost(self, handed: Handed) -> Iterator[str]:
        """What was promised about a submission, and is not there."""
        row = self._one("SELECT * FROM submission WHERE id = ?", handed.id)
        if not row:
            if handed.announced:
                yield f"{handed.id}: was announced, and is lost"
            return
        if handed.receipt and row["number"] != handed.receipt["number"]:
            yield f"{handed.id}: receipt {handed.receipt['number']} was given, here it is {row['number']}"
        if row["number"]:
            told = self.ask("SELECT 1 FROM event WHERE submission = ? AND what = 'received'", handed.id)
            jobs = self.ask("SELECT 1 FROM job WHERE submission = ? AND what = 'scan'", handed.id)
            if (len(told), len(jobs)) != (1, 1):
                yield f"{handed.id}: has a receipt, {len(told)} events of it and {len(jobs)} scan jobs"
        for page, data in handed.pages.items():
            yield from self._lost_bytes(row, page, data, handed.offsets.get(page, 0))

    def _lost_bytes(self, submission: sqlite3.Row, page: str, data: bytes, promised: int) -> Iterator[str]:
        what = f"{submission['id']}/{page}"
        row = self._one("SELECT * FROM page WHERE submission = ? AND id = ?", submission["id"], page)
        if not row:
            yield f"{what}: its row is lost"
            return
        if row["bytes_here"] < promised:
            yield f"{what}: {promised} bytes were acknowledged, {row['bytes_here']} count"
        if row["stored_at"]:
            if _bytes(self._blob(submission["owner"], row["sha256"])) != data:
                yield f"{what}: is stored, and its bytes are not those that were sent"
            return
        here = _bytes(self._part(row))[: row["bytes_here"]] == data[: row["bytes_here"]]
        # a kill between the rename and the row leaves the whole page as a blob: nothing is lost by that
        if not here and _bytes(self._blob(submission["owner"], row["sha256"])) != data:
            yield f"{what}: {row['bytes_here']} bytes count, and they are not those that were sent"

    def _blob(self, person: str, sha256: str) -> Path:
        return self._data / "blobs" / person / sha256

    def _part(self, page: sqlite3.Row) -> Path:
        return self._data / "parts" / page["submission"] / page["id"]

    def not_once(self, handed: Handed) -> Iterator[str]:
        """One receipt, one PDF, one event of each kind, one job; nothing more and nothing less."""
        row = self._one("SELECT * FROM submission WHERE id = ?", handed.id)
        if not row:
            yield f"{handed.id}: is not there"
            return
        if row["state"] not in ENDS:
            yield f"{handed.id}: is {row['state']}"
        events = [e["what"] for e in self.ask("SELECT what FROM event WHERE submission = ? ORDER BY id", handed.id)]
        if events != ["created", "received", row["state"]]:
            yield f"{handed.id}: its events are {events}"
        jobs = [(j["what"], j["state"]) for j in self.ask("SELECT * FROM job WHERE submission = ?", handed.id)]
        if jobs != [("scan", "done")]:
            yield f"{handed.id}: its jobs are {jobs}"
        yield from self._document(handed.id)

    def _document(self, submission: str) -> Iterator[str]:
        made = self._one("SELECT * FROM document WHERE submission = ?", submission)
        folder = self._data / "documents" / submission
        pdfs = sorted(path.name for path in folder.glob("*.pdf")) if folder.is_dir() else []
        if not made or pdfs != [made["file"]]:
            yield f"{submission}: its PDFs are {pdfs}"
            return
        if hashlib.sha256(_bytes(folder / made["file"])).hexdigest() != made["sha256"]:
            yield f"{submission}: its PDF is not the one that was made"
            return
        with pikepdf.open(folder / made["file"]) as pdf:
            sheets = len(self.ask("SELECT n FROM sheet WHERE submission = ?", submission))
            if not len(pdf.pages) == made["sheets"] == sheets:
                yield f"{submission}: {len(pdf.pages)} pages in the PDF, {made['sheets']} counted, {sheets} sheets"

    def strangers(self, known: set[str]) -> Iterator[str]:
        """What nobody handed in, and numbers given twice."""
        rows = self.ask("SELECT id, number FROM submission")
        if more := {row["id"] for row in rows} - known:
            yield f"{len(more)} submissions that nobody handed in"
        twice = [number for number, n in Counter(row["number"] for row in rows if row["number"]).items() if n > 1]
        if twice:
            yield f"receipt numbers given twice: {twice}"

    def open_work(self) -> Iterator[str]:
        """Jobs that nobody does: parked, or running with a lease that is over."""
        for job in self.ask("SELECT * FROM job WHERE state NOT IN ('done')"):
            late = " beyond its lease" if job["state"] == "running" and job["lease_until"] < time.time() else ""
            yield f"{job['submission']}: its {job['what']} is {job['state']}{late}, {job['fault']}"

    def pushes(self) -> Iterator[str]:
        """One push for each event and subscription of somebody who is told of it, and each was sent or replaced."""
        wanted, rows, replaced = self.wanted_pushes(), len(self.ask("SELECT id FROM push_outbox")), self.replaced()
        if rows != wanted:
            yield f"{rows} pushes for events that ask for {wanted}"
        for row in self.ask(
            """SELECT push_outbox.*, event.what FROM push_outbox JOIN event ON event.id = push_outbox.event
               WHERE push_outbox.state <> 'sent'"""
        ):
            if row["id"] in replaced:
                continue
            yield f"push {row['id']} about {row['what']} is {row['state']}: {row['fault']}"
        twice = self.ask("SELECT 1 FROM push_outbox GROUP BY subscription, event HAVING COUNT(*) > 1")
        if twice:
            yield f"{len(twice)} events are told twice to one subscription"

    def replaced(self) -> set[int]:
        """Pushes that came too late to be worth sending: a later one said more of the same paper, and was sent.

        Its topic would have made it take the place of the earlier one on the screen anyway.
        """
        found = self.ask(
            """SELECT old.id FROM push_outbox old JOIN push_outbox new
               ON new.subscription = old.subscription AND new.topic = old.topic AND new.id > old.id
               WHERE old.state = 'dropped' AND old.fault = 'replaced by a newer one' AND new.state = 'sent'"""
        )
        return {row["id"] for row in found}

    def wanted_pushes(self) -> int:
        """How many there must be: the person hears of received and attention, the team of ready and attention."""
        return len(
            self.ask(
                """SELECT 1 FROM event JOIN submission ON submission.id = event.submission
                   JOIN "case" ON "case".id = submission."case" JOIN subscription
                   JOIN person ON person.id = subscription.person
                   WHERE (person.id = submission.owner AND what IN ('received', 'attention'))
                      OR (person.role = 'caseworker' AND person.team = "case".team
                          AND what IN ('ready', 'attention'))"""
            )
        )

    def _one(self, question: str, *values: Any) -> sqlite3.Row | None:
        found = self.ask(question, *values)
        return found[0] if found else None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
