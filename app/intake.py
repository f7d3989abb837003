"""A manifest, bytes appended to a page, complete: the receipt.

The row's `bytes_here` is the truth and never exceeds what is durable. Order of writes: bytes, fsync, row;
for the last byte: hash, rename to the blob, fsync of the folder, row. The whole of it may be repeated at any
point: ids come from the phone, and a second try changes nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from app import asks, notify, receipts, states
from app.config import Config
from app.errors import (
    BadManifest,
    BadRequest,
    BeyondSize,
    DiskFull,
    EmptyPage,
    ManifestChanged,
    NoCase,
    NotFound,
    PageTooLarge,
    SlowDown,
    SubmissionTooLarge,
    TooManyPages,
    TypeNotAccepted,
    WrongDigest,
    WrongHash,
    WrongOffset,
)
from app.manifest import PAGE_TYPES, SUBMISSION_ID, Manifest, ManifestPage
from app.store import Store, cases, events, jobs, pages, submissions
from app.store.database import Row
from app.store.files import CHUNK, Part


@dataclass(frozen=True)
class Appended:
    """Where a page stands after an append: `offset` bytes count; `complete` when all of them do."""

    offset: int
    complete: bool


def announce(store: Store, config: Config, owner: str, submission: str, manifest: Manifest) -> bool:
    """Register what will be sent. True when new, False when it was announced before.

    Raises BadManifest, EmptyPage, TooManyPages, PageTooLarge, SubmissionTooLarge, TypeNotAccepted, NoCase,
    DiskFull, ManifestChanged (another manifest under this id), NotFound (the id is somebody else's).
    """
    if not SUBMISSION_ID.fullmatch(submission):
        raise BadManifest(extra={"where": "id", "what": "a submission's id is a UUID in lower case"})
    if _announced_before(store, owner, submission, manifest):
        return False
    _check_limits(config, manifest)
    case = cases.of_person(store.db, owner)
    if not case:
        raise NoCase()
    _check_space(store, config, manifest)
    with store.atomic() as db:
        if _announced_before(store, owner, submission, manifest):
            return False
        if submissions.count_open(db, owner) >= config.max_open_submissions:
            raise SlowDown(headers={"Retry-After": "300"})
        row = _submission_row(store, owner, case, submission, manifest)
        submissions.add(db, row)
        pages.add_all(db, [_page_row(submission, page) for page in manifest.pages])
        events.add(db, row, "created", row["created_at"], owner)
    return True


def _announced_before(store: Store, owner: str, submission: str, manifest: Manifest) -> bool:
    known = submissions.get(store.db, submission)
    if not known:
        return False
    if known["owner"] != owner:
        raise NotFound()
    if known["manifest_hash"] != manifest.hash():
        raise ManifestChanged()
    return True


def _check_limits(config: Config, manifest: Manifest) -> None:
    limit = {
        "Upload-Limit": f"max-size={config.max_page_bytes}",
        "X-Limits": f"pages={config.max_pages}, submission-bytes={config.max_submission_bytes}",
    }
    if len(manifest.pages) > config.max_pages:
        raise TooManyPages(headers=limit, extra={"limit": config.max_pages})
    for page in manifest.pages:
        where = {"page": page.id}
        if page.type not in PAGE_TYPES:
            raise TypeNotAccepted(extra={**where, "types": list(PAGE_TYPES)})
        if page.size == 0:
            raise EmptyPage(extra=where)
        if page.size > config.max_page_bytes:
            raise PageTooLarge(headers=limit, extra={**where, "limit": config.max_page_bytes})
    if sum(page.size for page in manifest.pages) > config.max_submission_bytes:
        raise SubmissionTooLarge(headers=limit, extra={"limit": config.max_submission_bytes})


def _check_space(store: Store, config: Config, manifest: Manifest) -> None:
    """The photos, the sheets made of them and the PDF each take about as much again."""
    wanted = 3 * sum(page.size for page in manifest.pages)
    if store.files.free_bytes() < config.min_free_bytes + wanted:
        raise DiskFull()


def _submission_row(store: Store, owner: str, case: Row, submission: str, manifest: Manifest) -> Row:
    earlier = submissions.of(store.db, manifest.follows, owner) if manifest.follows else None
    said = (manifest.ask, manifest.wanted) if manifest.ask or not earlier else (earlier["ask"], earlier["wanted"])
    ask, wanted = asks.served_by(store, owner, manifest.kind, *said)
    return {
        "id": submission,
        "owner": owner,
        "case": case["id"],
        "kind": manifest.kind,
        "ask": ask,
        "wanted": wanted,
        "follows": earlier["id"] if earlier else None,
        "note": manifest.note or None,
        "state": states.SENDING,
        "manifest_hash": manifest.hash(),
        "client": manifest.client.model_dump_json(),
        "captured_at": manifest.client.captured_at,
        "months": json.dumps(sorted(set(manifest.months))),
        "blackout_offered_at": manifest.blackout_offered_at,
        "about": _member(store, owner, case, manifest.about),
        "created_at": store.time(),
        "received_at": None,
        "number": None,
    }


def _own(store: Store, owner: str, submission: str | None) -> str | None:
    """The submission that this one follows, if it is the person's own."""
    return submission if submission and submissions.of(store.db, submission, owner) else None


def _member(store: Store, owner: str, case: Row, about: str | None) -> str | None:
    """Whom the papers are about, if that is somebody else of the own case. Who has left it meanwhile still counts; what
    names nobody of it is dropped: papers that waited on a phone are taken all the same.
    """
    return about if about and about != owner and cases.is_or_was_member(store.db, case["id"], about) else None


def _page_row(submission: str, page: ManifestPage) -> Row:
    said = page.model_dump(mode="json")
    said["corners"] = json.dumps(said["corners"]) if said["corners"] else None
    said["kept"] = json.dumps(said["kept"])
    return {"submission": submission, **said}


def where(store: Store, owner: str, submission: str, page: str) -> Row:
    """A page of this owner, with `bytes_here`, `size` and `stored_at`. Raises NotFound."""
    found = pages.of(store.db, submission, page, owner)
    if not found:
        raise NotFound()
    return found


def append(
    store: Store,
    config: Config,
    owner: str,
    submission: str,
    page: str,
    offset: int,
    body: Iterator[bytes],
    digest: str | None,
) -> Appended:
    """Append a body to a page, in steps of at most 1 MiB that each count once they are durable.

    A body that ends early keeps what came, unless a digest was announced for it. Raises NotFound, WrongOffset,
    BeyondSize, WrongDigest, WrongHash, DiskFull.
    """
    known = where(store, owner, submission, page)
    if known["stored_at"]:
        _complete(store, owner, submission)
        return Appended(known["size"], True)
    if offset != known["bytes_here"]:
        _refuse_offset(known["bytes_here"])
    if store.files.free_bytes() < config.min_free_bytes:
        raise DiskFull()
    done = Appended(offset, False)
    for step in _checked_against(digest, body, known["size"] - offset, {"Upload-Offset": str(offset)}):
        done = _append_step(store, owner, known, done.offset, step)
        if done.complete:
            break
    return done


def steps(read: Iterator[bytes]) -> Iterator[bytes]:
    """Gather a stream's pieces into steps of 1 MiB."""
    gathered = bytearray()
    for piece in read:
        gathered += piece
        while len(gathered) >= CHUNK:
            yield bytes(gathered[:CHUNK])
            del gathered[:CHUNK]
    yield bytes(gathered)


def _checked_against(
    digest: str | None, body: Iterator[bytes], room: int, unchanged: dict[str, str]
) -> Iterator[bytes]:
    """The steps of a body. With a digest nothing is kept before all of it has proved right."""
    wanted = _sha256_of(digest) if digest else None
    if wanted is None:
        yield from steps(body)
        return
    held = bytearray()
    for piece in body:
        held += piece
        if len(held) > room:
            raise BeyondSize(headers=unchanged)
    if hashlib.sha256(held).digest() != wanted:
        raise WrongDigest(headers=unchanged)
    yield from steps(iter([bytes(held)]))


def _sha256_of(digest: str) -> bytes | None:
    """The SHA-256 in a Content-Digest (RFC 9530), None when it names other kinds only."""
    found = re.search(r"sha-256=:([^:]*):", digest)
    if not found:
        return None
    try:
        return base64.b64decode(found[1], validate=True)
    except ValueError as error:
        raise BadRequest() from error


def _append_step(store: Store, owner: str, known: Row, offset: int, data: bytes) -> Appended:
    submission, page, size = known["submission"], known["id"], known["size"]
    with store.files.receiving(submission, page) as part:
        now = _healed(store, owner, submission, page, part)
        if not now["stored_at"]:
            if offset != now["bytes_here"]:
                _refuse_offset(now["bytes_here"])
            if offset + len(data) > size:
                raise BeyondSize(headers={"Upload-Offset": str(offset)})
            if data:
                part.append(offset, data)
            if offset + len(data) < size:
                pages.set_bytes_here(store.db, submission, page, offset + len(data))
                return Appended(offset + len(data), False)
            _keep(store, owner, now, part)
    _complete(store, owner, submission)
    return Appended(size, True)


def _refuse_offset(ours: int) -> None:
    raise WrongOffset(headers={"Upload-Offset": str(ours)}, extra={"offset": ours})


def _healed(store: Store, owner: str, submission: str, page: str, part: Part) -> Row:
    """The page's row, mended when its part is shorter than it says.

    Either we were stopped between the rename to the blob and the row, or bytes were lost and are asked for again.
    """
    known = where(store, owner, submission, page)
    if known["stored_at"] or part.size() >= known["bytes_here"]:
        return known
    if store.files.kept(owner, known["sha256"]):
        pages.set_stored(store.db, submission, page, store.time())
    else:
        pages.set_bytes_here(store.db, submission, page, part.size())
    return where(store, owner, submission, page)


def _keep(store: Store, owner: str, known: Row, part: Part) -> None:
    """All bytes are here: if they are the announced ones, they become the person's blob."""
    if part.sha256() != known["sha256"]:
        part.clear()
        pages.set_bytes_here(store.db, known["submission"], known["id"], 0)
        raise WrongHash(headers={"Upload-Offset": "0"}, extra={"offset": 0})
    store.files.keep(part, owner, known["sha256"])
    pages.set_stored(store.db, known["submission"], known["id"], store.time())


def _complete(store: Store, owner: str, submission: str) -> None:
    """If no page is missing: receipt, event, pushes and scan job, in one transaction and once."""
    with store.atomic() as db:
        if not pages.all_stored(db, submission) or not submissions.move(
            db, submission, states.SENDING, states.RECEIVED
        ):
            return
        at = store.time()
        number = receipts.next_number(store, at)
        submissions.set_received(db, submission, number, at)
        row = submissions.get(db, submission)
        assert row is not None
        receipts.keep(store, row)
        event = events.add(db, row, "received", at, owner, {"number": number})
        notify.tell(store, row, "received", event)
        jobs.add(db, "scan", submission, store.now())
    store.files.drop_parts(submission)


def resume(store: Store, owner: str, submission: str) -> Row:
    """A submission of this owner, completed first if a stop came between its last page and its receipt."""
    row = submissions.of(store.db, submission, owner)
    if not row:
        raise NotFound()
    if row["state"] == states.SENDING and pages.all_stored(store.db, submission):
        _complete(store, owner, submission)
        row = submissions.of(store.db, submission, owner) or row
    return row


def everything_of(store: Store, owner: str) -> list[Row]:
    """All submissions of this owner, newest first."""
    return submissions.all_of(store.db, owner)
