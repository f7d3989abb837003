"""A backup of the office while it works, and back again: first the rows of one moment, then the files they name.

A whole page never changes and is durable before its row, so it is found. A document may be replaced by the searchable
one meanwhile: then its row in the backup is mended. What is here of a page that is not whole stays out: it may be cut,
renamed or begun again at any moment, and the phone keeps all of it until the receipt. Nothing is deleted meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app import intake, receipts
from app.errors import BadBackup, CommandError, Damaged, NotFound, TooNew
from app.notices import SENDING
from app.office import local
from app.store import (
    Snapshot,
    Store,
    documents,
    handovers,
    jobs,
    notices,
    open_store,
    pages,
    sessions,
    submissions,
    subscriptions,
)
from app.store.backups import Backup, Backups, Unfinished
from app.store.database import Row
from app.store.keys import FILES as KEYS
from app.store.keys import public_files
from app.store.refill import DATABASE, refill

# Faster than an office gives them, so that no number is given again: neither one from between the backup and its
# restore, nor one from between two restores of the same backup.
NUMBERS_A_SECOND, NUMBERS_AT_LEAST = 1, 1000


@dataclass(frozen=True)
class Made:
    """A finished backup: its files and bytes, how many files the last one had already, and what was lost before."""

    folder: Path
    files: int
    bytes: int
    linked: int
    lost: list[str]


def make(store: Store, backups: Backups) -> Made:
    """Make a backup. Raises CommandError when the database is damaged, or nothing can be written.

    A file that is missing or damaged stops nothing: the backup holds all others, and `lost` names it.
    """
    if backups.folder.resolve().is_relative_to(store.files.root.resolve()):
        raise CommandError(f"{backups.folder} is inside the data folder; what takes one would take the other.")
    with store.snapshot() as copy, backups.begin(store.time(), copy.folder / "manifest") as taken:
        if wrong := copy.faults():
            raise CommandError(f"The database is damaged ({wrong[0]}); earlier backups are as they were.")
        _take_own(store, taken)
        for submission in submissions.ids(copy.db):
            _take_pages(store, copy, taken, submission)
            _take_document(store, copy, taken, submission)
            _take_sheets(store, copy, taken, submission)
        for notice in notices.everything(copy.db):
            _take_notice(store, taken, notice)
        copy.close()
        taken.take(DATABASE, copy.path)
        folder = taken.finish()
    return Made(folder, taken.files, taken.bytes, taken.linked, taken.lost)


def _take_own(store: Store, taken: Unfinished) -> None:
    """What is the office's own: its keys, and its data file if it has one."""
    for name in KEYS:
        _take(store, taken, store.files.root / "keys" / name)
    for path in public_files(store.files.root / "keys"):
        _take(store, taken, path)
    if (store.files.root / "office.json").exists():
        _take(store, taken, store.files.root / "office.json")


def _take_pages(store: Store, copy: Snapshot, taken: Unfinished, submission: str) -> None:
    row = submissions.get(copy.db, submission)
    assert row is not None
    if handovers.gone(copy.db, submission):
        return  # deleted after the office's time; what the receipt says is in the rows
    for page in pages.all_of(copy.db, submission):
        if page["stored_at"]:
            _take(store, taken, store.files.blob(row["owner"], page["sha256"]), page)


def _take_document(store: Store, copy: Snapshot, taken: Unfinished, submission: str) -> None:
    """The document as its row has it; if that one is gone because another counts now, the other, and its row."""
    row = documents.get(copy.db, submission)
    while row:
        path = store.files.made(submission, row["file"])
        try:
            taken.take(store.files.name(path), path, row["size"], row["sha256"])
            return
        except (Damaged, OSError) as error:
            now = documents.get(store.db, submission)
            if not now or now["sha256"] == row["sha256"]:
                taken.lose(store.files.name(path), _said(error))
                return
            documents.replace(copy.db, row, now)
            row = now


def _take_sheets(store: Store, copy: Snapshot, taken: Unfinished, submission: str) -> None:
    document = documents.get(copy.db, submission)
    for sheet in documents.sheets(copy.db, submission):
        for name in (documents.picture(document, sheet["n"], small) for small in (False, True)):
            try:
                _take(store, taken, store.files.picture(submission, name))
            except NotFound:
                taken.lose(f"documents/{submission}/{name}", "missing")


def _take_notice(store: Store, taken: Unfinished, row: Row) -> None:
    """The bytes as the office sent them, once they are here, and the pictures of the pages."""
    if row["state"] == SENDING:
        return
    _take(store, taken, store.files.blob(row["person"], row["sha256"]), row)
    for n in range(1, row["pages"] + 1):
        try:
            _take(store, taken, store.files.picture(row["id"], str(n)))
        except NotFound:
            taken.lose(f"documents/{row['id']}/{n}", "missing")


def _take(store: Store, taken: Unfinished, path: Path, row: Row | None = None) -> None:
    try:
        taken.take(store.files.name(path), path, *((row["size"], row["sha256"]) if row else ()))
    except (Damaged, OSError) as error:
        taken.lose(store.files.name(path), _said(error))


def _said(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "missing"
    return f"cannot be read: {error.strerror}" if isinstance(error, OSError) else str(error)


@dataclass(frozen=True)
class Restored:
    """What came back: the time of the backup, what it lacked, the last running number that is left out this year."""

    made_at: str
    lost: list[str]
    last_number: int


def restore(backup: Backup, data: Path, clock: Callable[[], float]) -> Restored:
    """Fill an empty data folder from a backup, every hash compared.

    Raises BadBackup with a line for each fault, and CommandError for a data folder that is not empty or has no room.
    The data folder is then as it was.
    """
    with refill(data) as folder:
        try:
            wrong = list(backup.unpack(folder))
        except OSError as error:
            raise CommandError(f"{data} cannot be filled: {error.strerror}.") from error
        if wrong:
            raise BadBackup("\n".join([f"{backup.folder} is damaged or not whole; nothing was restored.", *wrong]))
        try:
            store = open_store(folder, clock)
        except TooNew as error:
            told = f"{backup.folder} was made by a later Belegbote. Bring this one up to date first."
            raise BadBackup(told) from error
        try:
            last_number = _settle(store, backup.made_at())
        finally:
            store.close()
    return Restored(backup.made_at(), backup.lost(), last_number)


def _settle(store: Store, made_at: str) -> int:
    """Make what was under way at the time of the backup safe to go on with: docs/deployment.md says why."""
    made, now = datetime.fromisoformat(made_at.replace("Z", "+00:00")), store.now()
    numbers = NUMBERS_AT_LEAST + NUMBERS_A_SECOND * max(0, int(now - made.timestamp()))
    last_year = local(max(made_at, store.time())).year
    with store.atomic() as db:
        sessions.end_everybodys(db)
        pages.forget_parts(db)
        jobs.begin_again(db, now)
        subscriptions.begin_again(db, now)
        for year in range(made.year, last_year + 1):
            last_number = submissions.skip_numbers(db, year, numbers)
    for submission in submissions.ids(store.db):
        row = submissions.get(store.db, submission)
        assert row is not None
        intake.resume(store, row["owner"], submission)  # the backup may fall between a last page and its receipt
    receipts.sign_earlier(store)  # the backup may be from before receipts were signed
    store.note_restore(made_at)
    return last_number
