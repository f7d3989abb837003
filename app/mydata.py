"""Everything that is stored of one person, as a ZIP that is written while it is read: memory stays flat.

Nobody else's data is in it: not the other members of the household, and no caseworker by name.
"""

from __future__ import annotations

import html
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from app import accounts, asks, consents, notices, receipts, review
from app.office import ZONE, Office
from app.store import (
    Store,
    cases,
    decisions,
    devices,
    documents,
    events,
    handling,
    pages,
    people,
    submissions,
    subscriptions,
)
from app.store import messages as thread
from app.store import surveys as survey_rows
from app.store.database import Row
from app.store.files import CHUNK
from app.words import text

PATIENCE = accounts.Patience(5, 3600.0)  # so many times a day at once; then each time the wait doubles
SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "application/pdf": "pdf"}
PERSON_KEYS = "name login street place language created_at".split()
SUBMISSION_KEYS = """id number kind state note months about captured_at created_at received_at follows split_from ask
                     wanted""".split()
PAGE_KEYS = "id seq type size sha256 rotation blackened stored_at".split()
NOTICE_KEYS = "id kind title dated size sha256 pages by_post available_at read_at".split()
MESSAGE_KEYS = "id text at read_at submission".split()
ASK_KEYS = "id state due first_due reason basis created_at closed_at seen_at wish_text wish_outcome papers".split()

Days = Mapping[str, int]

# Each part of the list of contents: the word that explains it, and who tells it as JSON.
Teller = Callable[[Store, Office, str], Any]


def whole(store: Store, office: Office, person: Row, retention_days: int, kept_days: Days) -> Iterator[bytes]:
    """The ZIP, piece by piece; `retention_days` as configured, 0 for none, and `kept_days`.

    Raises SlowDown, before the first piece, for who asks too often.
    """
    accounts.take_a_turn(store, f"mydata:{person['id']}", PATIENCE)
    return _written(store, office, person, retention_days, kept_days)


def _written(store: Store, office: Office, person: Row, retention_days: int, kept_days: Days) -> Iterator[bytes]:
    out = _Pipe()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_entry(store, "Inhalt.html"), _contents(store, office, person, retention_days, kept_days))
        for name, tell in PARTS.items():
            told = json.dumps(tell(store, office, person["id"]), ensure_ascii=False, indent=2)
            archive.writestr(_entry(store, f"{FILES[name]}.json"), told)
            yield out.take()
        for name, path in _files(store, person["id"]):
            yield from _copied(store, archive, out, name, path)
    yield out.take()


class _Pipe(io.RawIOBase):
    """Takes what the archive writes, and hands it on; nothing of it is kept."""

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def writable(self) -> bool:
        """Only that."""
        return True

    def write(self, data: Any) -> int:
        """Hold it until it is taken."""
        self._held.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        """What was written since the last time."""
        taken, self._held = b"".join(self._held), []
        return taken


def _entry(store: Store, name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, datetime.fromtimestamp(store.now(), ZONE).timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED if name.endswith((".json", ".html")) else zipfile.ZIP_STORED
    return entry


def _copied(store: Store, archive: zipfile.ZipFile, out: _Pipe, name: str, path: Path) -> Iterator[bytes]:
    """One file into the archive; one that is not there is left out, `belegbote check` tells the office of it."""
    try:
        source = path.open("rb")
    except FileNotFoundError:
        return
    with source, archive.open(_entry(store, name), "w", force_zip64=True) as target:
        while piece := source.read(CHUNK):
            target.write(piece)
            yield out.take()


def _files(store: Store, person: str) -> Iterator[tuple[str, Path]]:
    """Where each file of the archive lies: the papers as PDF, every photo as it was sent, the notices."""
    for row in submissions.all_of(store.db, person):
        folder = f"Einreichungen/{row['number'] or row['id']}"
        made = documents.get(store.db, row["id"])
        if made:
            yield f"{folder}/Dokument.pdf", store.files.made(row["id"], made["file"])
        for page in pages.all_of(store.db, row["id"]):
            if page["stored_at"]:
                name = f"{folder}/Original-{page['seq']}.{SUFFIXES[page['type']]}"
                yield name, store.files.blob(person, page["sha256"])
    for row in notices.of_person(store, person):
        yield f"Bescheide/{row['dated']}-{row['id'][:8]}.pdf", notices.document(store, row)


def _contents(store: Store, office: Office, person: Row, retention_days: int, kept_days: Days) -> str:
    """The page that says what is in the archive, who may see it and for how long, in German."""
    said = {name: html.escape(text("de", f"mydata.{name}")) for name in ("title", "lead", "who", "long", "rights")}
    if retention_days:
        said["long"] = html.escape(text("de", "mydata.long_days", days=retention_days))
    for what, days in kept_days.items():
        key = f"mydata.long_{what}"
        said["long"] += f" {html.escape(text('de', key, days=days))}"
    lines = [(f"{FILES[name]}.json", text("de", f"mydata.{name}")) for name in PARTS]
    lines += [(f"{name}/", text("de", f"mydata.{word}")) for name, word in FOLDERS.items()]
    rows = "".join(f"<dt><code>{html.escape(name)}</code></dt><dd>{html.escape(what)}</dd>" for name, what in lines)
    when = datetime.fromtimestamp(store.now(), ZONE)
    of = text("de", "mydata.of", name=person["name"], office=office.name, date=f"{when:%d.%m.%Y}", time=f"{when:%H:%M}")
    return (
        f'<!doctype html><html lang="de"><meta charset="utf-8"><title>{said["title"]}</title>'
        "<style>body{font:1.1rem/1.5 sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem}dd{margin:0 0 1rem}"
        f"</style><h1>{said['title']}</h1><p>{html.escape(of)}</p><p>{said['lead']}</p><dl>{rows}</dl>"
        f"<p>{said['who']}</p><p>{said['long']}</p><p>{said['rights']}</p></html>"
    )


def _person(store: Store, _office: Office, person: str) -> dict[str, Any]:
    row, case = people.get(store.db, person), cases.of_person(store.db, person)
    assert row is not None
    known = {"number": case["number"], "approved_until": case["approved_until"]} if case else None
    return {**_some(row, PERSON_KEYS), "case": known}


def _submissions(store: Store, office: Office, person: str) -> list[dict[str, Any]]:
    return [
        {
            **_some(row, SUBMISSION_KEYS),
            "kind_name": office.kind_name(row["kind"], "de"),
            "pages": [_some(page, PAGE_KEYS) for page in pages.all_of(store.db, row["id"])],
            "receipt": receipts.as_json(store, row),
            "decision": _without_name(review.as_told(decisions.of(store.db, row["id"]))),
        }
        for row in submissions.all_of(store.db, person)
    ]


def _without_name(decision: dict[str, Any] | None) -> dict[str, Any] | None:
    return {key: decision[key] for key in decision if key != "by"} if decision else None


def _asks(store: Store, _office: Office, person: str) -> list[dict[str, Any]]:
    return [_some(row, ASK_KEYS) for row in asks.of_person(store, person)]


def _notices(store: Store, _office: Office, person: str) -> list[dict[str, Any]]:
    return [_some(row, NOTICE_KEYS) for row in notices.of_person(store, person)]


def _messages(store: Store, _office: Office, person: str) -> list[dict[str, Any]]:
    found = thread.of_person(store.db, person)
    return [{**_some(row, MESSAGE_KEYS), "mine": row["author"] == person} for row in found]


def _notes(store: Store, _office: Office, person: str) -> list[dict[str, Any]]:
    """What colleagues noted about the person's papers: who they are by their function only."""
    found = handling.notes_about(store.db, person)
    functions = {role: f"mydata.function_{role}" for role in ("caseworker", "admin")}
    keys = "text at number".split()
    return [{**_some(row, keys), "function": text("de", functions[row["role"]])} for row in found]


def _consents(store: Store, _office: Office, person: str) -> list[Row]:
    return consents.of(store, person)


def _events(store: Store, _office: Office, person: str) -> list[Row]:
    return events.of_person(store.db, person)


def _survey(store: Store, _office: Office, person: str) -> list[dict[str, Any]]:
    keys = "stars text call phone skipped at called_at".split()
    return [_some(row, keys) for row in survey_rows.of(store.db, person)]


def _devices(store: Store, _office: Office, person: str) -> dict[str, Any]:
    """The phones that were used, and where alerts go; not the keys by which they are locked."""
    alerts = subscriptions.of_person(store.db, person)
    return {
        "phones": [_some(row, "id created_at seen_at".split()) for row in devices.of_person(store.db, person)],
        "alerts": [_some(row, "endpoint language created_at seen_at".split()) for row in alerts],
    }


def _some(row: Row, keys: list[str]) -> dict[str, Any]:
    return {key: row[key] for key in keys}


PARTS: dict[str, Teller] = {
    "person": _person,
    "submissions": _submissions,
    "asks": _asks,
    "notices": _notices,
    "messages": _messages,
    "notes": _notes,
    "consents": _consents,
    "events": _events,
    "survey": _survey,
    "devices": _devices,
}
FILES = {
    "person": "Person",
    "submissions": "Einreichungen",
    "asks": "Anforderungen",
    "notices": "Bescheide",
    "messages": "Nachrichten",
    "notes": "Notizen",
    "consents": "Zustimmung",
    "events": "Ereignisse",
    "survey": "Umfrage",
    "devices": "Handys",
}
FOLDERS = {"Einreichungen": "papers", "Bescheide": "notice_files"}
