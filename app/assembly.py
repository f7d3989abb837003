"""The scan job: photos become sheets, sheets one PDF; then the submission is ready, or needs attention.

May be killed and repeated at any point: files are replaced whole, by one at a time, the state moves once. A page that
cannot be read becomes a placeholder sheet that says so, and what was sent stays as it is.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

import scanning
from app import finding, notify, numbering, receipts, states
from app.office import Office
from app.store import Store, decisions, documents, events, jobs, pages, people, submissions
from app.store.database import Row
from app.store.files import PICTURES
from app.words import text

log = logging.getLogger("belegbote.assembly")

GIVE_UP_FROM = jobs.MOST_TRIES
THUMB_WIDTH = 240
ENDS = {kind: end for end, kind in PICTURES.items()}
# What a person should look at at once; an outline that was not found only means that the whole photo was kept, and a
# verdict is advice: it goes to both sides with the page, but it may be wrong, so it alerts nobody.
NEEDS_A_LOOK = {"unreadable", "too_large", "cut_off", "pdf_encrypted", "pdf_broken", "pdf_too_long"}
NEEDS_A_LOOK |= {"took_too_long", "out_of_memory", "decoder_died"}
SCAN_DIED = "scan_died"  # not the page's fault, as far as anybody knows: the scan of the whole submission died
NEEDS_A_LOOK.add(SCAN_DIED)

FONTS = Path(__file__).with_name("fonts")
PLACEHOLDER_SIZE, PLACEHOLDER_DPI = (1654, 2339), 200.0


@dataclass(frozen=True)
class Sheet:
    """One page of the document: the handed-in page it came from, how it looks, what went wrong when it was made.

    same_as is the number of an earlier sheet of the same paper, or None; back the handed-in page that shows the back
    of a card, whose front and back are one sheet; origin the submission whose page it is, if it is an earlier one, and
    back_origin the same of the back: one side of a card may be good, and the other one taken anew.
    """

    page: str
    scan: scanning.Page
    problem: str | None
    same_as: int | None = None
    back: str | None = None
    origin: str | None = None
    back_origin: str | None = None

    @property
    def verdict(self) -> list[str]:
        """What the eyes should check, the worst first, by name."""
        return [*self.scan.verdict, *(["same_page"] if self.same_as else [])]


def assemble(
    store: Store, office: Office, submission: str, *, attempt: int = 1, most_sheets: int = 60, read: bool = False
) -> None:
    """Make the document of a received submission; with `read`, queue the job that makes it searchable later.

    Each page is decoded in a cell, a process within walls: one that kills its decoder, or keeps it busy, costs only
    itself. From GIVE_UP_FROM on, when the scan died again and again all the same, no page is decoded any more: the
    caseworker gets placeholders and the photos, and nobody waits for ever.
    """
    row = _received(store, submission)
    if not row:
        return
    owner = people.get(store.db, row["owner"])
    assert owner is not None
    with scanning.Cell() as cell:
        sheets = list(_sheets(store, row, cell, attempt, most_sheets))
    sheets = _compared(_cards(sheets) if office.is_card(row["kind"]) else sheets)
    document = scanning.make_pdf(
        [sheet.scan for sheet in sheets],
        title=text("de", "document.title", kind=office.kind_name(row["kind"], "de"), number=row["number"]),
        language="de",
        made_at=datetime.fromisoformat(row["received_at"].replace("Z", "+00:00")),
    )
    with store.files.making(submission):
        if _received(store, submission):  # else we stood still for longer than our lease, and another one made it
            _write(store, submission, document, sheets)
            _finish(store, row, document, sheets, read)


def _received(store: Store, submission: str) -> Row | None:
    """A submission that has no document yet."""
    row = submissions.get(store.db, submission)
    return row if row and row["state"] == states.RECEIVED else None


def _sheets(store: Store, submission: Row, cell: scanning.Cell, attempt: int, most: int) -> Iterator[Sheet]:
    """The sheets in order. PDFs may fill what the limit leaves beside the other pages; a longer one is too long."""
    handed_in = _whole(store, submission)
    room = max(1, most - len(handed_in) + 1)
    for n, page in enumerate(handed_in, 1):
        origin = page["submission"] if page["submission"] != submission["id"] else None
        if attempt >= GIVE_UP_FROM:
            yield Sheet(page["id"], _placeholder(n, page, SCAN_DIED), SCAN_DIED, origin=origin)
            continue
        data = store.files.blob(submission["owner"], page["sha256"]).read_bytes()
        try:
            made = _decoded(page, data, cell, room)
            room -= len(made) - 1
            yield from (replace(sheet, origin=origin) for sheet in made)
        except scanning.ScanError as error:
            if isinstance(error, scanning.TookTooLong) and error.busy:
                raise  # the machine's fault: the whole job is tried again later
            if isinstance(error, scanning.Poison):
                log.warning("page %s of %s: %s", page["id"], submission["id"], _said(error))
            yield Sheet(page["id"], _placeholder(n, page, error.code), error.code, origin=origin)


def _whole(store: Store, submission: Row) -> list[Row]:
    """The pages that belong into the document. Where single pages came back, the new ones take their places, in order,
    among the earlier ones that were good: the office gets the paper whole. What is more than was asked for comes last.
    """
    own = pages.all_of(store.db, submission["id"])
    earlier = submissions.of(store.db, submission["follows"] or "", submission["owner"])
    decision = decisions.of(store.db, earlier["id"]) if earlier else None
    if not earlier or not decision or not decision["pages"]:
        return own
    before, fresh = _whole(store, earlier), list(own)
    made: list[Row] = []
    for page in before:
        if page["submission"] != earlier["id"] or page["id"] not in decision["pages"]:
            made.append(page)
        elif fresh:
            made.append(fresh.pop(0))
    return [page for page in made if _is_there(store, submission, page)] + fresh


def _is_there(store: Store, submission: Row, page: Row) -> bool:
    """An earlier page may be deleted by now; then the document is of what is there."""
    return page["submission"] == submission["id"] or store.files.kept(submission["owner"], page["sha256"])


def _decoded(page: Row, data: bytes, cell: scanning.Cell, room: int) -> list[Sheet]:
    """The sheets of one handed-in page."""
    if page["type"] == "application/pdf":
        return [Sheet(page["id"], scan, None) for scan in cell.each(scanning.pdf_sheets, data, most=room)]
    corners = json.loads(page["corners"]) if page["corners"] else None
    scan = cell.run(scanning.scan_page, data, corners=corners, rotation=page["rotation"])
    return [Sheet(page["id"], scan, scan.problem)]


def _cards(sheets: list[Sheet]) -> list[Sheet]:
    """Front and back of a card on one sheet, at true size; what does not look like a card stays as it is."""
    made: list[Sheet] = []
    for sheet in sheets:
        front = made[-1] if made else None
        if (
            front
            and not front.back
            and all(one.problem is None and scanning.is_card(one.scan) for one in (front, sheet))
        ):
            made[-1] = _card(front, sheet)
        else:
            made.append(sheet)
    return made


def _card(front: Sheet, back: Sheet) -> Sheet:
    """One sheet of both sides, with all that was noticed on either."""
    verdict = tuple(dict.fromkeys((*front.scan.verdict, *back.scan.verdict)))
    both = scanning.card_sheet(front.scan, back.scan)
    first = front.scan
    both = replace(both, verdict=verdict, numbers=first.numbers, fingerprint=first.fingerprint)
    return replace(front, scan=both, back=back.page, back_origin=back.origin)


def _compared(sheets: list[Sheet]) -> list[Sheet]:
    """The same sheets; who shows the same paper as an earlier one says so."""
    known: list[tuple[int, bytes]] = []
    compared = []
    for n, sheet in enumerate(sheets, 1):
        seen = sheet.scan.fingerprint
        same_as = next((earlier for earlier, print_ in known if scanning.same(print_, seen)), None)
        known.append((n, seen))
        compared.append(replace(sheet, same_as=same_as))
    return compared


def _said(error: Exception) -> str:
    """An error with what its notes add."""
    return "\n".join([str(error), *getattr(error, "__notes__", [])])


def _placeholder(n: int, page: Row, problem: str) -> scanning.Page:
    """A sheet that says in German which page could not be read and why. The office's language, the office's file."""
    key = f"sheet.{problem}" if problem in NEEDS_A_LOOK else "sheet.unreadable"
    said = [
        ("SemiBold", 64, text("de", "sheet.title", n=n)),
        ("Regular", 44, text("de", key)),
        ("Regular", 34, text("de", "sheet.kept")),
        (
            "Regular",
            26,
            text("de", "sheet.file", type=page["type"], size=page["size"], sha256=page["sha256"]),
        ),
    ]
    paper = Image.new("RGB", PLACEHOLDER_SIZE, "white")
    draw = ImageDraw.Draw(paper)
    draw.rectangle((100, 100, PLACEHOLDER_SIZE[0] - 100, PLACEHOLDER_SIZE[1] - 100), outline="#8e93b1", width=4)
    top = 240
    for weight, size, line in said:
        font = ImageFont.truetype(FONTS / f"FiraSans-{weight}.ttf", size)
        for part in _wrapped(line, font, PLACEHOLDER_SIZE[0] - 400):
            draw.text((200, top), part, font=font, fill="#131525")
            top += round(size * 1.5)
        top += 40
    return scanning.Page.from_image(np.asarray(paper)[:, :, ::-1].copy(), PLACEHOLDER_DPI, size="A4")


def _wrapped(line: str, font: Any, width: int) -> Iterator[str]:
    held = ""
    for word in line.split():
        longer = f"{held} {word}".strip()
        if held and font.getlength(longer) > width:
            yield held
            held = word
        else:
            held = longer
    while font.getlength(held) > width:
        fits = next(i for i in range(len(held), 0, -1) if font.getlength(held[:i]) <= width)
        yield held[:fits]
        held = held[fits:]
    yield held


def _write(store: Store, submission: str, document: bytes, sheets: list[Sheet]) -> None:
    store.files.drop_made(submission)  # by an earlier try that was killed: of other kinds perhaps, or more of them
    for n, sheet in enumerate(sheets, 1):
        picture, kind = sheet.scan.picture()
        store.files.write(submission, f"{n}{ENDS[kind]}", picture)
        store.files.write(submission, f"{n}.thumb.jpg", sheet.scan.thumb(THUMB_WIDTH))
    store.files.write(submission, documents.FILES[0], document)


def _finish(store: Store, submission: Row, document: bytes, sheets: list[Sheet], read: bool) -> None:
    look_at = [n for n, sheet in enumerate(sheets, 1) if sheet.problem in NEEDS_A_LOOK and not sheet.origin]
    state = states.ATTENTION if look_at else states.READY
    with store.atomic() as db:
        if not submissions.move(db, submission["id"], states.RECEIVED, state):
            return
        documents.put(db, _document_row(store, submission["id"], document, sheets), _sheet_rows(submission, sheets))
        said = {n: [word.text for word in sheet.scan.text] for n, sheet in enumerate(sheets, 1)}
        finding.keep(store, submission["id"], said)
        receipts.keep_document(store, submission["id"])
        event = events.add(db, submission, state, store.time(), detail={"sheets": len(sheets), "look_at": look_at})
        notify.tell(store, submission, state, event)
        if read:
            jobs.add(db, "read", submission["id"], store.now())


def _document_row(store: Store, submission: str, document: bytes, sheets: list[Sheet]) -> Row:
    return {
        "submission": submission,
        "sheets": len(sheets),
        "size": len(document),
        "sha256": hashlib.sha256(document).hexdigest(),
        "made_at": store.time(),
    }


def _sheet_rows(submission: Row, sheets: list[Sheet]) -> list[Row]:
    return [
        {
            "submission": submission["id"],
            "n": n,
            "page": sheet.page,
            "problem": sheet.problem,
            "width": sheet.scan.width,
            "height": sheet.scan.height,
            "dpi": float(sheet.scan.dpi),
            "size_name": sheet.scan.size,
            "confidence": sheet.scan.confidence,
            "verdict": sheet.verdict,
            "numbers": sheet.scan.numbers or {},
            "same_as": sheet.same_as,
            **_printed(sheet.scan),
            "back": sheet.back,
            "origin": sheet.origin,
            "back_origin": sheet.back_origin,
        }
        for n, sheet in enumerate(sheets, 1)
    ]


def _printed(scan: scanning.Page) -> Row:
    """The number that a sheet has in print, by the words of a handed-in PDF; photos are read later."""
    number, total = numbering.read(word.text for word in scan.text) or (None, None)
    return {"printed": number, "printed_of": total}
