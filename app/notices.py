"""What the office decided: a PDF for one person, made available here, read, or taken back.

The bytes stay as the office sent them. Whether they can be read is found out by the worker (`showing`), never in a
request; until then the person sees nothing. When a notice is legally known is for the office to say: here stands only
when it was made available and when it was read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from app import consents, notify
from app.config import Config
from app.errors import (
    BadRequest,
    BeyondSize,
    DiskFull,
    EmptyPage,
    ManifestChanged,
    NotFound,
    PageTooLarge,
    TypeNotAccepted,
    WrongHash,
)
from app.manifest import SUBMISSION_ID
from app.review import case_of
from app.store import Store, events, jobs, notices
from app.store.database import Row
from app.store.files import CHUNK, Part

KINDS = ("grant", "change", "cancel", "refuse", "letter")
SENDING, CHECKING, READY, REFUSED = "sending", "checking", "ready", "refused"
ERASING, ERASED = "erasing", "erased"
PART = "document"
LOOKS_FOR_PDF = 1024  # bytes in which a PDF says that it is one
DAY = 86_400.0


def announce(store: Store, config: Config, caseworker: Row, notice: str, said: dict[str, Any]) -> bool:
    """Say what notice will be uploaded. True when new, False when the same was said before.

    said    {person, kind, title, dated, size, sha256}
    raises  NotFound (the person is not in a case of the team), BadRequest, EmptyPage, PageTooLarge, ManifestChanged
    """
    if not SUBMISSION_ID.fullmatch(notice):
        raise BadRequest(extra={"where": "id", "what": "a notice's id is a UUID in lower case"})
    case = case_of(store, caseworker, said["person"])
    _check(config, said)
    exact = json.dumps(said, sort_keys=True, ensure_ascii=False)
    with store.atomic() as db:
        known = notices.get(db, notice)
        if known:
            if known["said"] != exact or known["case"] != case["id"]:
                raise ManifestChanged()
            return False
        row = {**said, "id": notice, "case": case["id"], "said": exact, "created_at": store.time()}
        notices.add(db, {**row, "created_by": caseworker["id"]})
    return True


def _check(config: Config, said: dict[str, Any]) -> None:
    if said["size"] == 0:
        raise EmptyPage()
    if said["size"] > config.max_page_bytes:
        raise PageTooLarge(extra={"limit": config.max_page_bytes})
    try:
        date.fromisoformat(said["dated"])
    except ValueError as error:
        raise BadRequest(extra={"where": "dated", "what": "no day of the calendar"}) from error


def receive(store: Store, config: Config, caseworker: Row, notice: str, body: Iterator[bytes]) -> None:
    """Take the bytes of a notice, all at once, and queue the look at them. Once they are here, repeating is harmless.

    Raises NotFound, TypeNotAccepted, BeyondSize, WrongHash (other bytes than announced, or not all of them), DiskFull.
    """
    row = find(store, caseworker, notice)
    if row["state"] != SENDING:
        return
    if store.files.free_bytes() < config.min_free_bytes + 3 * row["size"]:
        raise DiskFull()
    with store.files.receiving(notice, PART) as part:
        if not store.files.kept(row["person"], row["sha256"]):
            _write(part, body, row["size"])
            if part.sha256() != row["sha256"]:
                part.clear()
                raise WrongHash()
            store.files.keep(part, row["person"], row["sha256"])
        with store.atomic() as db:
            if notices.move(db, notice, SENDING, CHECKING):
                jobs.add_for_notice(db, "show", notice, store.now())
                events.add_to_notice(db, row, "notice_uploaded", store.time(), caseworker["id"])
    store.files.drop_parts(notice)


def _write(part: Part, body: Iterator[bytes], size: int) -> None:
    """The body into the part, 1 MiB at a time. It begins as a PDF does, or nothing is kept."""
    held, offset = b"", 0
    part.clear()
    for piece in body:
        held += piece
        if offset + len(held) > size:
            part.clear()
            raise BeyondSize()
        if len(held) >= CHUNK:
            offset, held = _append(part, offset, held), b""
    _append(part, offset, held)


def _append(part: Part, offset: int, data: bytes) -> int:
    if offset == 0 and b"%PDF-" not in data[:LOOKS_FOR_PDF]:
        raise TypeNotAccepted(extra={"types": ["application/pdf"]})
    part.append(offset, data)
    return offset + len(data)


def find(store: Store, caseworker: Row, notice: str) -> Row:
    """A notice of the caseworker's team. Raises NotFound."""
    found = notices.at_desk(store.db, notice, caseworker["team"] or "")
    if not found:
        raise NotFound()
    return found


def of_team(store: Store, caseworker: Row, person: str | None = None) -> list[Row]:
    """The team's notices, or those to one person, the newest first."""
    return notices.of_team(store.db, caseworker["team"] or "", person)


def unread_days(store: Store, notice: Row) -> int | None:
    """For how many whole days a notice is here and nobody has read it; None when that is no question."""
    if notice["state"] != READY or notice["read_at"] or notice["withdrawn_at"]:
        return None
    since = datetime.fromisoformat(notice["available_at"].replace("Z", "+00:00")).timestamp()
    return int((store.now() - since) // DAY)


def make_available(store: Store, notice: str, pages: int) -> None:
    """It can be read: from now on the person sees it, and is told. Whether the paper comes by post is settled now."""
    with store.atomic() as db:
        row = notices.get(db, notice)
        assert row is not None
        by_post = not consents.holds(store, row["person"])
        known = {"pages": pages, "available_at": store.time(), "by_post": int(by_post)}
        if notices.move(db, notice, CHECKING, READY, known) and not row["withdrawn_at"]:
            event = events.add_to_notice(db, row, "notice_available", store.time(), None, {"by_post": by_post})
            notify.tell_notice(store, row, event)


def refuse(store: Store, notice: str, problem: str) -> None:
    """It cannot be read: the office sees why, the person nothing."""
    with store.atomic() as db:
        row = notices.get(db, notice)
        assert row is not None
        if notices.move(db, notice, CHECKING, REFUSED, {"problem": problem}):
            events.add_to_notice(db, row, "notice_refused", store.time(), None, {"problem": problem})


def withdraw(store: Store, caseworker: Row, notice: str) -> Row:
    """Take a notice back, say from the wrong person: they see it no more. Twice is harmless. Raises NotFound."""
    with store.atomic() as db:
        row = find(store, caseworker, notice)
        if notices.withdraw(db, notice, store.time()):
            events.add_to_notice(db, row, "notice_withdrawn", store.time(), caseworker["id"])
    return find(store, caseworker, notice)


def of_person(store: Store, person: str) -> list[Row]:
    """What a person may read, the newest first."""
    return notices.all_of(store.db, person)


def seen_by(store: Store, person: str, notice: str) -> Row:
    """A notice to this person. Raises NotFound."""
    found = notices.of(store.db, notice, person)
    if not found:
        raise NotFound()
    return found


def read(store: Store, person: str, notice: str) -> Row:
    """The person has read it; the first time counts. Raises NotFound."""
    with store.atomic() as db:
        row = seen_by(store, person, notice)
        if notices.set_read(db, notice, store.time()):
            events.add_to_notice(db, row, "notice_read", store.time(), person)
    return seen_by(store, person, notice)


def document(store: Store, notice: Row) -> Path:
    """Where the bytes lie, as the office sent them. Raises NotFound before they are here."""
    if notice["state"] in (SENDING, ERASING, ERASED):
        raise NotFound()
    return store.files.blob(notice["person"], notice["sha256"])
