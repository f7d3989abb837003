"""The hand-over to the e-file: each accepted submission is given to the document system once, and forgotten here only
after it has said that it has it.

By a folder: a `handover` job makes a package under a hidden name, writes down that it did, gives it its name, and
writes that down. Killed at any point it goes on from there, also when the document system took the package away
meanwhile: what was made and is neither hidden nor there was given. By HTTP nothing is made, the document system asks.
"""

from __future__ import annotations

import csv
import io
import json
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from app import accounts, states
from app.errors import CommandError, Damaged, InTheFile, NotFound, SignedOut, WrongHash
from app.office import Office
from app.store import Store, cases, decisions, documents, events, handovers, iso, jobs, pages, people, submissions
from app.store.database import Row
from app.store.files import Files
from app.store.packages import Packages

JOB = "handover"
READ_PATIENCE = 3600.0  # s; so long an accepted document is waited for to become searchable
MAY_STAND = 3600.0  # s; so late a package may be before somebody is told
ACK_PATIENCE = 7 * 86400.0  # s
LISTED = 500
FORMAT = 1
DOCUMENT, INDEX, LINE = "document.pdf", "index.json", "index.csv"
COLUMNS = (
    "number case kind kind_name person captured_at received_at decision decided_at decided_by "
    "document_sha256 pages pages_sha256 submission copy"
).split()
RISKY = ("=", "+", "-", "@", "\t", "\r")


def plan(store: Store, submission: Row) -> None:
    """A submission is accepted: it is to be handed over, once its text is there or an hour is over. Call it inside
    the decision's transaction.
    """
    due = store.now() + (READ_PATIENCE if _is_being_read(store, submission["id"]) else 0.0)
    handovers.add(store.db, submission["id"], iso(due))
    jobs.add(store.db, JOB, submission["id"], due)


def text_settled(store: Store, submission: str) -> None:
    """A reading is over, well or not: nothing waits for it any longer. Call it inside its transaction."""
    if not _is_being_read(store, submission):
        handovers.hurry(store.db, submission, store.time())
        jobs.hurry(store.db, JOB, submission, store.now())


def renamed(store: Store, submission: str) -> None:
    """Its papers get another name: what was given away or asked for under the old one is to be handed over again, as
    the next copy. Call it inside the transaction that names them. Raises InTheFile when they are deleted here.
    """
    if handovers.gone(store.db, submission):
        raise InTheFile()
    if handovers.outdate(store.db, submission, store.time()):
        jobs.repeat(store.db, JOB, submission, store.now())


def _is_being_read(store: Store, submission: str) -> bool:
    return any(
        job["what"] == "read" and job["state"] in ("waiting", "running") for job in jobs.of(store.db, submission)
    )


# By a folder


def export(store: Store, office: Office, folder: Path, submission: str) -> None:
    """Give a submission's package to the folder, if that was not done. Harmless when repeated.

    Raises OSError when the folder takes nothing, Damaged when the document is not what its row says, CommandError when
    another package of that name lies there. What went wrong is written down beside the submission.
    """
    with store.files.making(submission):  # a worker that stood still may wake up beside the one in its place
        row = handovers.get(store.db, submission)
        if not row or row["exported_at"] or row["acknowledged_at"] or row["erasing_at"]:
            return
        try:
            _export(store, office, Packages(folder), row)
        except (OSError, Damaged, CommandError) as error:
            with store.atomic() as db:
                handovers.refuse(db, submission, str(error), store.time())
            raise


def _export(store: Store, office: Office, packages: Packages, row: Row) -> None:
    name = row["package"]
    if not name or row["folder"] != str(packages.folder):
        name = _name(row)
        with store.atomic() as db:
            handovers.pack(db, row["submission"], _packed(store, office, packages, row, name))
    if packages.made(name):
        packages.give(name)
    with store.atomic() as db:
        if handovers.set_exported(db, row["submission"], name, store.time()):
            event = {"id": row["submission"], "case": row["case"]}
            events.add(db, event, "handed_over", store.time(), detail={"package": name})


def _name(row: Row) -> str:
    return str(row["number"]) if row["copy"] == 1 else f"{row['number']}_{row['copy']}"


def _packed(store: Store, office: Office, packages: Packages, row: Row, name: str) -> Row:
    """Make the package under its hidden name; what the row is to say of it.

    After a restore from a backup our own package may lie there already: it is whole, and it counts.
    """
    made = {"folder": str(packages.folder), "package": name}
    if there := packages.lies(name):
        return {**made, **_of_the_same(there, row["submission"])}
    document = documents.get(store.db, row["submission"])
    if not document:
        raise Damaged("it has no document")
    path = store.files.made(row["submission"], document["file"])
    if Files.measure(path) != (document["size"], document["sha256"]):
        raise Damaged("its document is not what was written down of it; `belegbote check` says more")
    said = index(store, office, row["submission"])
    packages.make(name, {DOCUMENT: path, INDEX: _json(said), LINE: csv_lines(COLUMNS, [_line(said)])})
    return {**made, "sha256": document["sha256"], "size": document["size"]}


def _of_the_same(there: Path, submission: str) -> Row:
    try:
        said = json.loads((there / INDEX).read_text("utf-8"))
        document, same = said["document"], said["submission"] == submission
        if same and Files.measure(there / DOCUMENT) == (document["size"], document["sha256"]):
            return {"sha256": document["sha256"], "size": document["size"]}
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        pass
    raise CommandError(f"{there} lies there already and is not this package; move it away")


def index(store: Store, office: Office, submission: str) -> dict[str, Any]:
    """All that a document system has to know of an accepted submission. Raises NotFound.

    `captured_at` is by the phone's clock, all other times are by the office's; SHA-256 of each page as it was sent.
    """
    row, decision = submissions.get(store.db, submission), decisions.of(store.db, submission)
    made, given = documents.get(store.db, submission), handovers.get(store.db, submission)
    if not row or not decision or not made or not given or row["state"] != states.ACCEPTED:
        raise NotFound()
    person, case = people.get(store.db, row["owner"]), cases.get(store.db, row["case"])
    assert person is not None and case is not None
    return {
        "format": FORMAT,
        "number": row["number"],
        "submission": submission,
        "copy": given["copy"],
        "case": {"number": case["number"]},
        "kind": {"id": row["kind"], "name": office.kind_name(row["kind"], "de")},
        "person": {"name": person["name"]},
        "months": json.loads(row["months"]),
        "note": row["note"],
        "follows": _number_of(store, row["follows"]),
        "split_from": _number_of(store, row["split_from"]),
        "captured_at": row["captured_at"],
        "received_at": row["received_at"],
        "decision": {
            "outcome": decision["outcome"],
            "at": decision["at"],
            "by": decision["caseworker_name"],
            "text": decision["text"],
        },
        "document": {
            "file": DOCUMENT,
            "size": made["size"],
            "sha256": made["sha256"],
            "sheets": made["sheets"],
            "searchable": made["file"] == documents.pdf(made, searchable=True),
        },
        "pages": [
            {key: page[key] for key in ("id", "seq", "type", "size", "sha256")}
            for page in pages.all_of(store.db, submission)
        ],
    }


def _number_of(store: Store, submission: str | None) -> str | None:
    row = submissions.get(store.db, submission) if submission else None
    return row["number"] if row else None


def _line(said: dict[str, Any]) -> list[Any]:
    """The same in one line; the hashes of the pages in their order, with a space between."""
    return [
        said["number"],
        said["case"]["number"],
        said["kind"]["id"],
        said["kind"]["name"],
        said["person"]["name"],
        said["captured_at"],
        said["received_at"],
        said["decision"]["outcome"],
        said["decision"]["at"],
        said["decision"]["by"],
        said["document"]["sha256"],
        len(said["pages"]),
        " ".join(page["sha256"] for page in said["pages"]),
        said["submission"],
        said["copy"],
    ]


def csv_lines(head: Iterable[Any], lines: Iterable[Iterable[Any]]) -> bytes:
    """A table as offices open it: semicolons, UTF-8 with its mark. What looks like a formula is text."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    for line in (head, *lines):
        writer.writerow([_harmless(cell) for cell in line])
    return out.getvalue().encode("utf-8-sig")


def _harmless(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(RISKY) else cell


def _json(said: dict[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False, indent=1).encode() + b"\n"


def look(store: Store, folder: Path) -> None:
    """Take what the document system laid into the folder, and take away what it has in its file. Raises OSError."""
    packages = Packages(folder)
    lying, acknowledgements = packages.listed()
    for name in acknowledgements:
        with store.atomic() as db:  # so that it is still this copy that counts
            row = handovers.by_package(db, name)
            if row and row["exported_at"]:
                _acknowledge(store, row, "file")
    faults = []
    for name in lying:
        row = _whose(store, name)
        if row and row["acknowledged_at"]:
            try:
                packages.clear(name)
            except OSError as error:  # one that may not be taken away keeps no other
                faults.append(error)
    if faults:
        raise faults[0]


def _whose(store: Store, name: str) -> Row | None:
    """Whose package this is: the one that counts, an earlier copy, or one that was never given."""
    numbers = (name, name.rpartition("_")[0])
    by_number = (handovers.by_number(store.db, number) for number in numbers)
    return handovers.by_package(store.db, name) or next((row for row in by_number if row), None)


# By command and by HTTP


def waiting(store: Store) -> list[Row]:
    """What may go and is not acknowledged, what waits longest first; LISTED of them at most."""
    return handovers.unacknowledged(store.db, store.time(), LISTED)


def find(store: Store, submission: str) -> Row:
    """A hand-over that the document system may ask for: not acknowledged, or so and still here. Raises NotFound."""
    row = handovers.get(store.db, submission)
    if not row or row["erasing_at"] or (row["due_at"] > store.time() and not row["acknowledged_at"]):
        raise NotFound()
    return row


def acknowledge(store: Store, submission: str, sha256: str, copy: int | None = None) -> Row:
    """The document system has a submission in its file: this copy, if it says which, with a document of this SHA-256.
    Twice is harmless.

    Raises NotFound, and WrongHash when that is not the copy that counts, or the document that it was given, or is here.
    """
    with store.atomic() as db:
        row = handovers.get(db, submission)
        if not row or not (row["acknowledged_at"] or row["due_at"] <= store.time()):
            raise NotFound()
        document = documents.get(db, submission)
        known = [each for each in (document, row) if each and each["sha256"] == sha256]
        filed_another = row["acknowledged_at"] and row["sha256"] not in (None, sha256)
        if not known or filed_another or copy not in (None, row["copy"]):
            said = row["sha256"] or (document or {}).get("sha256")
            raise WrongHash(extra={"sha256": said, "copy": row["copy"]})
        _acknowledge(store, row, "http", known[0])
        return handovers.get(db, submission) or row


def acknowledge_number(store: Store, number: str) -> bool:
    """Somebody says that a submission is in the e-file; False when that was known. Raises CommandError."""
    return _acknowledge(store, _by_number(store, number), "command")


def _acknowledge(store: Store, row: Row, by: str, document: Row | None = None) -> bool:
    with store.atomic() as db:
        if not row["sha256"] and not document:  # nothing was given away: what it has is what is here
            document = documents.get(db, row["submission"])
        fresh = handovers.acknowledge(db, row["submission"], store.time(), by, document)
        if fresh:
            event = {"id": row["submission"], "case": row["case"]}
            events.add(db, event, "acknowledged", store.time(), detail={"by": by})
    return fresh


def again(store: Store, number: str) -> str:
    """Hand a submission over once more, under the name returned; an acknowledgement of it no longer counts.

    Raises CommandError when there is none of this number, it still waits, or its papers are deleted here.
    """
    row = _by_number(store, number)
    with store.atomic() as db:
        if not handovers.again(db, row["submission"], store.time()):
            gone = f"is in the e-file since {row['acknowledged_at']}, and its papers are deleted here"
            raise CommandError(f"{number} {gone if row['erasing_at'] else 'still waits to be handed over'}.")
        jobs.repeat(db, JOB, row["submission"], store.now())
    return _name(_by_number(store, number))


def _by_number(store: Store, number: str) -> Row:
    row = handovers.by_number(store.db, number.strip())
    if not row:
        raise CommandError(f"No accepted submission has the number {number}; `belegbote handover list` names them.")
    return row


def new_token(store: Store) -> str:
    """A token for the document system, told once; the one before is worth nothing from now on."""
    token = secrets.token_urlsafe(accounts.TOKEN_BYTES)
    with store.atomic() as db:
        handovers.set_token(db, accounts.token_hash(token), store.time())
    return token


def check_token(store: Store, token: str | None) -> None:
    """Raises SignedOut when this is not the document system's token."""
    if not token or not handovers.token_is(store.db, accounts.token_hash(token)):
        raise SignedOut()
