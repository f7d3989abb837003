"""Is every file there that a row names, as it was written down, and has every file its row? And does anything hang?

Looks and changes nothing. Safe while people hand in and the worker scans: what looks wrong is looked at again, its row
read anew or its page held still, before anything is said. Rows are never deleted (but for document and sheets, when
retention deletes their files), a file comes before the row that counts on it, and goes after the row that no longer
does; so what is wrong twice is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from app import receipts, states
from app.errors import CommandError, ConfigError, NotFound
from app.notices import CHECKING, ERASED, READY, SENDING
from app.office import EARLIER, FILE, load_office
from app.store import RESTORED, SNAPSHOT, Store, documents, handovers, jobs, notices, pages, submissions, subscriptions
from app.store.database import Fault, Row
from app.store.files import QUARANTINE, Files
from app.store.keys import FILES as KEYS
from app.store.refill import DATABASE, FRESH_DISK

# How long something may be under way before we call it stuck, in seconds.
SETTLED, MAY_TAKE = 600.0, 3600.0

ROOMS = ("parts", "blobs", "documents")
OURS = {*ROOMS, "keys", FILE, EARLIER, DATABASE, "belegbote.lock", SNAPSHOT, RESTORED, QUARANTINE, *FRESH_DISK}

ASK = "restore the last backup, or ask the developers"
FROM_BACKUP = "take it from a backup (docs/deployment.md)"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: a word for machines, where, a sentence that says what, and what to do about it."""

    what: str
    where: str
    said: str
    do: str
    submission: str | None = None
    page: str | None = None

    def line(self) -> str:
        """All of it in one line."""
        return f"{self.where}: {self.said}. To do: {self.do}."

    def as_json(self) -> dict[str, Any]:
        """All of it for machines."""
        return asdict(self)


def look(store: Store, *, quarantine: bool = False) -> Iterator[Finding]:
    """Everything that is wrong, as it is found. With `quarantine` files without a row are moved aside.

    Raises CommandError when the tables are those of an earlier release.
    """
    if store.is_older():
        raise CommandError("The database is of an earlier release; the next start brings it up to date. Then check.")
    yield from _own_files(store)
    faults: list[str] = []
    try:
        faults = store.faults()
        for fault in faults:
            remedy = "stop the service, keep this folder, and restore the last backup"
            yield Finding("database_damaged", DATABASE, fault, remedy)
        for submission in submissions.ids(store.db):
            yield from _submission(store, submission)
        for notice in notices.everything(store.db):
            yield from _notice(store, notice)
        for push in subscriptions.stuck(store.db, store.now() - MAY_TAKE):
            yield _stuck_push(push)
        for room in ROOMS if not faults else ():  # rows that may be lost condemn no file
            yield from _orphans(store, room, quarantine)
    except Fault as error:
        if not faults:  # locked for too long, or it breaks right now
            yield Finding("database_unreadable", DATABASE, f"it could not be read to the end: {error}", "check again")
    yield from _strangers(store)


# What the office has once


def _own_files(store: Store) -> Iterator[Finding]:
    for name in KEYS:
        path = store.files.root / "keys" / name
        if not path.exists() or not path.stat().st_size:
            said = "the key is missing" if not path.exists() else "the key is empty"
            yield Finding("key_missing", f"keys/{name}", said, f"{FROM_BACKUP} before the next start makes a new one")
    try:
        load_office(store.files.root)
    except ConfigError as error:
        yield Finding("office_broken", "office.json", str(error), "mend it; nothing starts with it as it is")


# One submission


def _submission(store: Store, submission: str) -> Iterator[Finding]:
    row = submissions.get(store.db, submission)
    if not row:
        return
    handed_in = pages.all_of(store.db, submission)
    yield from _receipt(store, row, handed_in)
    yield from _jobs(store, row)
    wrong = list(_papers(store, row, handed_in))
    if not handovers.gone(store.db, submission):  # else retention has deleted them, perhaps while we looked
        yield from wrong


def _papers(store: Store, row: Row, handed_in: list[Row]) -> Iterator[Finding]:
    """What a submission is made of: its pages as they were sent, its document, its pictures."""
    submission = row["id"]
    seen: set[str] = set()  # the same picture twice is one file
    for page in handed_in:
        if page["stored_at"] and page["sha256"] in seen:
            continue
        if page["stored_at"]:
            seen.add(page["sha256"])
        if fault := _page(store, row, page):
            what, said, remedy = fault
            yield Finding(what, f"{_named(row)}, page {page['id']}", said, remedy, submission, page["id"])
    if row["state"] in states.TO_DECIDE | states.DECIDED:
        yield from _document(store, row)


def _named(row: Row) -> str:
    return f"submission {row['id']}" + (f" ({row['number']})" if row["number"] else "")


def _page(store: Store, submission: Row, page: Row) -> tuple[str, str, str] | None:
    """What is wrong with the bytes of a page: a word, a sentence, what to do; None when all is well."""
    if page["stored_at"]:
        return _blob(store, submission, page)
    if not page["bytes_here"]:
        return None
    with store.files.looking(submission["id"], page["id"]) as part:
        now = pages.get(store.db, submission["id"], page["id"])
        blob = store.files.blob(submission["owner"], page["sha256"])
        if not now or now["stored_at"] or part.size() >= now["bytes_here"] or blob.exists():
            return None  # a blob whose row does not know it yet is found by the phone's next append
        said = f"{part.size()} bytes are here, and the row counts {now['bytes_here']} of {now['size']}"
        return "part_short", said, "nothing: the phone has the page and sends it again; look at the disk"


def _blob(store: Store, submission: Row, page: Row) -> tuple[str, str, str] | None:
    path = store.files.blob(submission["owner"], page["sha256"])
    name, remedy = store.files.name(path), f"{FROM_BACKUP}, else ask the person to hand it in again"
    fault = _wrong(path, page)
    return ("page_" + fault[0], f"what was sent ({name}) {fault[1]}", remedy) if fault else None


def _wrong(path: Path, row: Row) -> tuple[str, str] | None:
    """How a file differs from the size and sha256 of its row: a word and what to say."""
    try:
        size, sha256 = path.stat().st_size, ""
        if size == row["size"]:
            size, sha256 = Files.measure(path)
    except FileNotFoundError:
        return "lost", "is missing"
    except OSError as error:
        return "unreadable", f"cannot be read: {error.strerror}"
    if size != row["size"]:
        return "cut", f"has {size} bytes instead of {row['size']}"
    return None if sha256 == row["sha256"] else ("changed", "has another SHA-256 than its row")


def _receipt(store: Store, row: Row, handed_in: list[Row]) -> Iterator[Finding]:
    """A receipt exists exactly when all pages are here; a moment lies between the last page and its receipt."""
    missing = [page["id"] for page in handed_in if not page["stored_at"]]
    if row["state"] == states.SENDING:
        if missing or not handed_in or not _long_ago(store, max(p["stored_at"] for p in handed_in), SETTLED):
            return
        now = submissions.get(store.db, row["id"])
        if now and now["state"] == states.SENDING:
            remedy = "have the person open the app: whatever it asks completes the submission"
            yield Finding(
                "receipt_missing", _named(row), "all pages are here, but it has no receipt", remedy, row["id"]
            )
        return
    if not row["number"] or not row["received_at"]:
        remedy = ASK
        yield Finding("receipt_missing", _named(row), f"it is {row['state']}, but has no receipt", remedy, row["id"])
    elif fault := receipts.fault(store, row, handed_in):
        remedy = "compare it with a backup; the person's own receipt shows what was signed (docs/receipt.md)"
        yield Finding("receipt_changed", _named(row), fault, remedy, row["id"])
    for page in missing:
        said, remedy = "its receipt names this page, but its row does not count it as stored", "ask for it again"
        yield Finding("page_not_stored", f"{_named(row)}, page {page}", said, remedy, row["id"], page)


def _long_ago(store: Store, at: str, seconds: float) -> bool:
    return store.now() - datetime.fromisoformat(at.replace("Z", "+00:00")).timestamp() > seconds


def _jobs(store: Store, row: Row) -> Iterator[Finding]:
    found = jobs.of(store.db, row["id"])
    for job in found:
        if job["state"] == "parked":
            said, remedy = f"its {job['what']} job is parked: {job['fault']}", "look into the worker's log"
            yield Finding("job_parked", _named(row), said, remedy, row["id"])
        elif job["state"] == "running" and job["lease_until"] < store.now() - SETTLED:
            said, remedy = (
                f"its {job['what']} job runs beyond its lease",
                "see that the worker runs: it goes on with it",
            )
            yield Finding("job_stuck", _named(row), said, remedy, row["id"])
    if row["state"] == states.ACCEPTED and not handovers.get(store.db, row["id"]):
        yield Finding("handover_missing", _named(row), "it is accepted, and nothing hands it over", ASK, row["id"])
    if row["state"] != states.RECEIVED or not row["received_at"]:
        return
    scan = [job for job in found if job["what"] == "scan"]
    if not scan or scan[0]["state"] == "done":
        now = submissions.get(store.db, row["id"])
        if now and now["state"] == states.RECEIVED:
            said, remedy = "it is received, and no scan job waits for it", ASK
            yield Finding("job_missing", _named(row), said, remedy, row["id"])
    elif scan[0]["state"] != "parked" and _long_ago(
        store, max(row["split_at"] or row["received_at"], store.restored_at()), MAY_TAKE
    ):
        said, remedy = f"received at {row['received_at']} and not ready yet", "see that the worker runs, and its log"
        yield Finding("not_ready", _named(row), said, remedy, row["id"])


def _stuck_push(push: Row) -> Finding:
    said = f"push {push['id']} is {push['state']} and nobody goes on with it"
    where = f"submission {push['submission']}" if push["submission"] else "news for the desk"
    remedy = "see that the worker runs"
    return Finding("push_stuck", where, said, remedy, push["submission"])


# What was made of it


def _document(store: Store, row: Row) -> Iterator[Finding]:
    made = documents.get(store.db, row["id"])
    if not made:
        said, remedy = f"it is {row['state']}, but no document was written down", FROM_BACKUP
        yield Finding("document_lost", _named(row), said, remedy, row["id"])
        return
    fault = _wrong(store.files.made(row["id"], made["file"]), made)
    while fault and (now := documents.get(store.db, row["id"])) and now["sha256"] != made["sha256"]:
        made = now  # it has just become searchable, and the old file is gone
        fault = _wrong(store.files.made(row["id"], made["file"]), made)
    if fault:
        name = store.files.name(store.files.made(row["id"], made["file"]))
        said = f"its document ({name}) {fault[1]}"
        yield Finding("document_" + fault[0], _named(row), said, FROM_BACKUP, row["id"])
    sheets = documents.sheets(store.db, row["id"])
    if len(sheets) != made["sheets"]:
        said = f"its document has {made['sheets']} sheets, and {len(sheets)} are written down"
        yield Finding("sheets_lost", _named(row), said, FROM_BACKUP, row["id"])
    for sheet in sheets:
        yield from _pictures(store, row, made, sheet)


def _pictures(store: Store, row: Row, document: Row, sheet: Row) -> Iterator[Finding]:
    for small in (False, True):
        name = documents.picture(document, sheet["n"], small)
        try:
            path = store.files.picture(row["id"], name)
            said = "" if store.files.looks_whole(path) else "is not whole"
            what, shown = "picture_cut", store.files.name(path)
        except (NotFound, FileNotFoundError):
            what, shown, said = "picture_lost", f"documents/{row['id']}/{name}.*", "is missing"
        except OSError as error:
            what, shown, said = "picture_unreadable", store.files.name(path), f"cannot be read: {error.strerror}"
        if said:
            where = f"{_named(row)}, sheet {sheet['n']}"
            yield Finding(what, where, f"its picture ({shown}) {said}", FROM_BACKUP, row["id"], sheet["page"])


# A notice of the office


def _notice(store: Store, row: Row) -> Iterator[Finding]:
    """Its bytes once they are here, and a picture of each page once it can be read."""
    where = f"notice {row['id']}"
    if row["state"] == SENDING:
        return
    if row["state"] == CHECKING and _long_ago(store, max(row["created_at"], store.restored_at()), MAY_TAKE):
        said, remedy = "it was uploaded, and its pages are not drawn yet", "see that the worker runs, and its log"
        yield Finding("notice_waits", where, said, remedy)
    path = store.files.blob(row["person"], row["sha256"])
    if fault := _wrong(path, row):
        remedy = f"{FROM_BACKUP}, else upload it again"
        yield Finding("notice_" + fault[0], where, f"its PDF ({store.files.name(path)}) {fault[1]}", remedy)
    for n in range(1, row["pages"] + 1):
        try:
            whole = store.files.looks_whole(store.files.picture(row["id"], str(n)))
        except (NotFound, OSError):
            whole = False
        if not whole:
            yield Finding("notice_picture", where, f"the picture of page {n} is missing or not whole", FROM_BACKUP)


# What no row knows


def _orphans(store: Store, room: str, quarantine: bool) -> Iterator[Finding]:
    """Files without a row. A row comes before its file, so the file is seen first and the rows are asked afterwards."""
    for folder, name in store.files.lying(room):
        path = store.files.root / room / folder / name
        why = WHY[room](store, folder, name)
        if not why or not path.exists():
            continue
        remedy = "look at it, then `belegbote check --quarantine` moves it aside"
        if quarantine:
            with store.atomic():  # nobody can announce it meanwhile
                if not WHY[room](store, folder, name):
                    continue
                remedy = f"nothing: it was moved to {store.files.name(store.files.set_aside(path, store.time()))}"
        yield Finding("orphan", f"{room}/{folder}/{name}".rstrip("/"), why, remedy)


def _blob_orphan(store: Store, person: str, sha256: str) -> str:
    known = pages.has(store.db, person, sha256) or notices.has(store.db, person, sha256)
    return "" if known else "no page that is kept and no notice has this content"


def _part_orphan(store: Store, submission: str, name: str) -> str:
    row = submissions.get(store.db, submission)
    if notice := notices.get(store.db, submission):
        under_way = notice["state"] in (SENDING, CHECKING)
        return "" if under_way else "left over: its notice has arrived"
    if not row:
        return "no submission has this id"
    if row["state"] == states.SENDING:
        known = pages.get(store.db, submission, name.removesuffix(".lock"))
        return "" if known else "its submission has no such page"
    if not _long_ago(store, row["received_at"] or row["created_at"], SETTLED):
        return ""
    return "left over: its submission has arrived"


def _document_orphan(store: Store, submission: str, name: str) -> str:
    row = submissions.get(store.db, submission)
    if notice := notices.get(store.db, submission):
        if notice["state"] == ERASED:
            return "left over: the notice was deleted"
        n, _, end = name.partition(".")
        drawn = n in {str(page) for page in range(1, notice["pages"] + 1)} and end in ("jpg", "png")
        return "" if drawn or notice["state"] != READY else "left over: not the picture of a page"
    if not row:
        return "no submission has this id"
    given = handovers.get(store.db, submission)
    if given and given["erased_at"]:
        return "left over: its papers were deleted"
    making = [job for job in jobs.of(store.db, submission) if job["what"] in ("scan", "read")]
    under_way = any(job["state"] in ("waiting", "running") for job in making) or (given and given["erasing_at"])
    if row["state"] in (states.SENDING, states.RECEIVED) or under_way:
        return ""
    made, sheets = documents.get(store.db, submission), documents.sheets(store.db, submission)
    if not made or made["sheets"] != len(sheets) or name == made["file"]:
        return ""  # where a row is lost, no file is left over
    n, _, end = name.partition(".")
    if n in {documents.picture(made, sheet["n"]) for sheet in sheets} and end in ("jpg", "png", "thumb.jpg"):
        return ""
    return "left over: neither the document nor the picture of a sheet"


WHY = {"parts": _part_orphan, "blobs": _blob_orphan, "documents": _document_orphan}


def _strangers(store: Store) -> Iterator[Finding]:
    """What lies at the top of the data folder and is not ours; hidden files are the system's."""
    for path in sorted(store.files.root.iterdir()):
        if path.name not in OURS and not path.name.startswith((".", DATABASE)):
            yield Finding("stranger", path.name, "it is none of Belegbote's files, no backup has it", "move it away")
