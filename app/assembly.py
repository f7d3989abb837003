"""The scan job: photos become sheets, sheets one PDF; then the submission is ready, or needs attention. When the desk
has arranged the sheets anew, the same job makes the document anew.

May be killed and repeated at any point: files are replaced whole, by one at a time, the state moves once. A page that
cannot be read becomes a placeholder sheet that says so, and what was sent stays as it is. A document that is made anew
lies beside the old one, under other names, until one change of the rows says that it counts.
"""

from __future__ import annotations

import contextlib
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
from app.errors import Damaged
from app.office import Office
from app.store import Store, arrangements, decisions, documents, events, jobs, pages, people, submissions
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
class Piece:
    """What is wanted of a handed-in page: all of its sheets, or the one that is `part` of them, counted from 1; turned
    by so many degrees clockwise.
    """

    page: Row
    part: int | None = None
    turn: int = 0


@dataclass(frozen=True)
class Leaf:
    """What is wanted as one sheet: a piece, or the front and back of a card; turned as a whole."""

    pieces: tuple[Piece, ...]
    turn: int = 0


@dataclass(frozen=True)
class Sheet:
    """One page of the document: the handed-in page it came from, how it looks, what went wrong when it was made.

    same_as is the number of an earlier sheet of the same paper, or None; back the handed-in page that shows the back
    of a card, whose front and back are one sheet; origin the submission whose page it is, if it is an earlier one, and
    back_origin the same of the back: one side of a card may be good, and the other one taken anew; part which of the
    sheets of its page it is, 0 if that could not be read; made_of as in documents.py.
    """

    page: str
    scan: scanning.Page
    problem: str | None
    same_as: int | None = None
    back: str | None = None
    origin: str | None = None
    back_origin: str | None = None
    part: int = 1
    made_of: Row | None = None

    @property
    def verdict(self) -> list[str]:
        """What the eyes should check, the worst first, by name."""
        return [*self.scan.verdict, *(["same_page"] if self.same_as else [])]

    @property
    def key(self) -> tuple[str | None, str]:
        """Which page it shows."""
        return self.origin, self.page


def assemble(
    store: Store, office: Office, submission: str, *, attempt: int = 1, most_sheets: int = 60, read: bool = False
) -> None:
    """Make the document of a received submission, or make it anew as the desk has arranged it; with `read`, queue the
    job that makes it searchable later.

    Each page is decoded in a cell, a process within walls: one that kills its decoder, or keeps it busy, costs only
    itself. From GIVE_UP_FROM on, when the scan died again and again all the same, no page is decoded any more: the
    caseworker gets placeholders and the photos, and nobody waits for ever. A document that cannot be made anew stays
    as it is, and the desk is told. Raises OSError while a backup is made, which needs the files of the old one.
    """
    row = submissions.get(store.db, submission)
    wanted = arrangements.pending(store.db, submission)
    if row and row["state"] == states.RECEIVED:
        sheets = _sheets(store, office, row, attempt, most_sheets)
        document = _document(office, row, sheets)
        with store.files.making(submission):
            if _is_received(store, submission):  # else we stood still for longer than our lease, another one made it
                store.files.drop_made(submission, store.files.made_names(submission))  # of an earlier, killed try
                _write(store, submission, document, sheets, _version(store, submission))
                _finish(store, row, document, sheets, read)
    elif row and wanted and attempt >= GIVE_UP_FROM:
        _leave_as_it_is(store, row, wanted)
    elif row and wanted:
        with _no_backup(store):
            pass  # it would be in vain
        sheets = _sheets(store, office, row, attempt, most_sheets)
        _refuse_worse(store, submission, sheets)
        document = _document(office, row, sheets)
        with store.files.making(submission):
            if _is_wanted(store, wanted):
                _write(store, submission, document, sheets, wanted["n"])
                with _no_backup(store):
                    _replace(store, row, wanted, document, sheets, read)
    if row:
        _tidy(store, submission)


def _is_received(store: Store, submission: str) -> bool:
    """Whether a submission still has no document."""
    row = submissions.get(store.db, submission)
    return row is not None and row["state"] == states.RECEIVED


def _is_wanted(store: Store, arrangement: Row) -> bool:
    """Whether a document still is to be made by this arrangement."""
    wanted = arrangements.pending(store.db, arrangement["submission"])
    return wanted is not None and wanted["n"] == arrangement["n"]


def _version(store: Store, submission: str) -> int:
    """By which arrangement a document is made; 0 is none."""
    wanted = arrangements.latest(store.db, submission)
    return wanted["n"] if wanted else 0


@contextlib.contextmanager
def _no_backup(store: Store) -> Iterator[None]:
    """A backup holds the rows of one moment and needs their files: a document is not replaced meanwhile."""
    with store.files.alone_to_erase() as may:
        if not may:
            raise BlockingIOError("a backup is being made")
        yield


def _document(office: Office, row: Row, sheets: list[Sheet]) -> bytes:
    return scanning.make_pdf(
        [sheet.scan for sheet in sheets],
        title=text("de", "document.title", kind=office.kind_name(row["kind"], "de"), number=row["number"]),
        language="de",
        made_at=datetime.fromisoformat(row["received_at"].replace("Z", "+00:00")),
    )


def _sheets(store: Store, office: Office, row: Row, attempt: int, most: int) -> list[Sheet]:
    """The sheets of the document that is to be made, in order. Which sides of a card are one sheet is found out when it
    is made first; from then on the desk knows them as one.
    """
    owner = people.get(store.db, row["owner"])
    assert owner is not None
    leaves = _leaves(store, row)
    with scanning.Cell() as cell:
        made: dict[tuple[str | None, str], list[Sheet]] = {}
        for sheet in _decoded_pages(store, row, leaves, cell, attempt, most):
            made.setdefault(sheet.key, []).append(sheet)
    sheets = [sheet for leaf in leaves for sheet in _laid(leaf, row, made)]
    if office.is_card(row["kind"]) and row["state"] == states.RECEIVED:
        sheets = _cards(sheets)
    return _compared(sheets)


def _decoded_pages(
    store: Store, submission: Row, leaves: list[Leaf], cell: scanning.Cell, attempt: int, most: int
) -> Iterator[Sheet]:
    """All sheets of the pages that are wanted, page by page. PDFs may fill what the limit leaves beside the other
    pages; a longer one is too long.
    """
    wanted = {(piece.page["submission"], piece.page["id"]): piece.page for leaf in leaves for piece in leaf.pieces}
    room = max(1, most - len(wanted) + 1)
    for n, page in enumerate(wanted.values(), 1):
        origin = _origin(submission, page)
        if attempt >= GIVE_UP_FROM:
            yield Sheet(page["id"], _placeholder(n, page, SCAN_DIED), SCAN_DIED, origin=origin, part=0)
            continue
        data = store.files.blob(submission["owner"], page["sha256"]).read_bytes()
        try:
            made = _decoded(page, data, cell, room)
            room -= len(made) - 1
            yield from (replace(sheet, origin=origin, part=part) for part, sheet in enumerate(made, 1))
        except scanning.ScanError as error:
            if isinstance(error, scanning.TookTooLong) and error.busy:
                raise  # the machine's fault: the whole job is tried again later
            if isinstance(error, scanning.Poison):
                log.warning("page %s of %s: %s", page["id"], submission["id"], _said(error))
            yield Sheet(page["id"], _placeholder(n, page, error.code), error.code, origin=origin, part=0)


def _origin(submission: Row, page: Row) -> str | None:
    return page["submission"] if page["submission"] != submission["id"] else None


def _laid(leaf: Leaf, submission: Row, made: dict[tuple[str | None, str], list[Sheet]]) -> list[Sheet]:
    """The sheets of a leaf: one, or all of its page. A page that could not be read is told once, however much of it
    was wanted. Sides that are no card any more are a sheet each.
    """
    found = []
    for piece in leaf.pieces:
        sheets = made[_origin(submission, piece.page), piece.page["id"]]
        chosen = [sheet for sheet in sheets if piece.part in (None, sheet.part) or (sheet.part == 0 and piece.part)]
        if chosen and chosen[0].part == 0:
            sheets.clear()
        found += [_turned(sheet, piece.turn) for sheet in chosen]
    if len(leaf.pieces) == 2 and len(found) == 2 and _are_card(*found):
        found = [_card(*found)]
    return [_turned(sheet, leaf.turn) for sheet in found] if leaf.turn else found


def _turned(sheet: Sheet, turn: int) -> Sheet:
    """The same sheet, turned clockwise; what it is made of says so."""
    made_of = sheet.made_of or {
        "pieces": [{"page": sheet.page, "origin": sheet.origin, "part": sheet.part, "turn": 0}],
        "turn": 0,
    }
    made_of = {**made_of, "turn": (made_of["turn"] + turn) % 360}
    return replace(sheet, scan=sheet.scan.turned(turn), made_of=made_of)


def _leaves(store: Store, submission: Row) -> list[Leaf]:
    """What is to be made: as the desk has arranged it, else as it was handed in.

    Where single pages came back, the new ones take their places, in order, among the earlier ones that were good: the
    office gets the paper whole. What is more than was asked for comes last.
    """
    arranged = arrangements.latest(store.db, submission["id"])
    if arranged:
        return [leaf for made_of in arranged["sheets"] if (leaf := _leaf(store, submission, made_of))]
    own = [Leaf((Piece(page),)) for page in pages.all_of(store.db, submission["id"])]
    earlier = submissions.of(store.db, submission["follows"] or "", submission["owner"])
    decision = decisions.of(store.db, earlier["id"]) if earlier else None
    if not earlier or not decision or not decision["pages"]:
        return own
    made, came_back = list[Leaf](), dict.fromkeys(decision["pages"])
    for piece in (piece for leaf in _leaves(store, earlier) for piece in _alone(leaf)):
        page = piece.page
        if page["submission"] != earlier["id"] or page["id"] not in decision["pages"]:
            made += [Leaf((piece,))] if _is_there(store, submission, page) else []
        elif page["id"] in came_back:
            del came_back[page["id"]]  # a PDF of which the desk knows each sheet is replaced once
            made += own[:1]
            own = own[1:]
    return made + own


def _alone(leaf: Leaf) -> list[Piece]:
    """The pieces of a leaf, each turned as it lay in it."""
    return [replace(piece, turn=(piece.turn + leaf.turn) % 360) for piece in leaf.pieces]


def _leaf(store: Store, submission: Row, made_of: Row) -> Leaf | None:
    """What was written down of a sheet, as it can be made; None when none of it is here any more."""
    pieces = []
    for said in made_of["pieces"]:
        page = pages.get(store.db, said["origin"] or submission["id"], said["page"])
        if page and _is_there(store, submission, page):
            pieces.append(Piece(page, said["part"], said["turn"]))
    return Leaf(tuple(pieces), made_of["turn"]) if pieces else None


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
        if front and not front.back and _are_card(front, sheet):
            made[-1] = _card(front, sheet)
        else:
            made.append(sheet)
    return made


def _are_card(*sides: Sheet) -> bool:
    return all(one.problem is None and scanning.is_card(one.scan) for one in sides)


def _card(front: Sheet, back: Sheet) -> Sheet:
    """One sheet of both sides, with all that was noticed on either."""
    verdict = tuple(dict.fromkeys((*front.scan.verdict, *back.scan.verdict)))
    both = scanning.card_sheet(front.scan, back.scan)
    first = front.scan
    both = replace(both, verdict=verdict, numbers=first.numbers, fingerprint=first.fingerprint)
    pieces = []
    for side, place in zip((front, back), scanning.card_places(front.scan, back.scan), strict=True):
        of = side.made_of
        assert of is not None  # it was laid, see _turned
        piece = of["pieces"][0]
        pieces.append({**piece, "turn": (piece["turn"] + of["turn"]) % 360, "place": place})
    made_of = {"pieces": pieces, "turn": 0}
    return replace(front, scan=both, back=back.page, back_origin=back.origin, made_of=made_of)


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


def _write(store: Store, submission: str, document: bytes, sheets: list[Sheet], version: int) -> None:
    left = [name for name in store.files.made_names(submission) if documents.version_of(name) == version]
    store.files.drop_made(submission, left if version else ())  # by an earlier try that was killed
    for n, sheet in enumerate(sheets, 1):
        picture, kind = sheet.scan.picture()
        store.files.write(submission, documents.named(version, f"{n}{ENDS[kind]}"), picture)
        store.files.write(submission, documents.named(version, f"{n}.thumb.jpg"), sheet.scan.thumb(THUMB_WIDTH))
    store.files.write(submission, documents.named(version, documents.FILES[0]), document)


def _finish(store: Store, submission: Row, document: bytes, sheets: list[Sheet], read: bool) -> None:
    look_at = [n for n, sheet in enumerate(sheets, 1) if sheet.problem in NEEDS_A_LOOK and not sheet.origin]
    state = states.ATTENTION if look_at else states.READY
    with store.atomic() as db:
        if not submissions.move(db, submission["id"], states.RECEIVED, state):
            return
        version = _version(store, submission["id"])
        made = _document_row(store, submission["id"], document, sheets, version)
        rows = _sheet_rows(submission, sheets)
        known = _known_words(store, submission["id"])
        documents.put(db, made, rows)
        finding.keep_all(store, submission["id"], _words(rows, sheets, known))
        receipts.keep_document(store, submission["id"])
        event = events.add(db, submission, state, store.time(), detail={"sheets": len(sheets), "look_at": look_at})
        if not submission["split_from"]:  # both sides were told when it came, as part of another one
            notify.tell(store, submission, state, event)
        if read:
            jobs.add(db, "read", submission["id"], store.now())


def _replace(store: Store, submission: Row, arrangement: Row, document: bytes, sheets: list[Sheet], read: bool) -> None:
    """From now on the document is the one that was made anew. The state stays, and nobody is told: to the person
    nothing has happened.
    """
    with store.atomic() as db:
        if not _is_wanted(store, arrangement):
            return
        known = {_pieces(row["made_of"]): row for row in documents.sheets(db, submission["id"])}
        words = _known_words(store, submission["id"])
        rows = _sheet_rows(submission, sheets)
        for row in rows:
            before = known.get(_pieces(row["made_of"]))
            if before and not row["printed"]:  # it was read, and will be read again
                row |= {key: before[key] for key in ("printed", "printed_of")}
        made = _document_row(store, submission["id"], document, sheets, arrangement["n"])
        documents.put(db, made, rows)
        finding.keep_all(store, submission["id"], _words(rows, sheets, words))
        receipts.keep_document(store, submission["id"])
        if read:
            jobs.repeat(db, "read", submission["id"], store.now())


def _known_words(store: Store, submission: str) -> dict[tuple[Any, ...], str]:
    """What was read on sheets before they are made, or made anew, by what they show: as they lie in the document that
    is there; or, where that was split off, as they were to lie in it.
    """
    known = finding.kept(store, submission)
    there = [sheet["made_of"] for sheet in documents.sheets(store.db, submission)]
    wanted = arrangements.latest(store.db, submission)
    if not there and wanted:
        there = wanted["sheets"]
    return {_pieces(made_of): known[n] for n, made_of in enumerate(there, 1) if n in known}


def _words(rows: list[Row], sheets: list[Sheet], known: dict[tuple[Any, ...], str]) -> dict[int, list[str]]:
    """The words on each sheet, by `n`: its own, or what was read on it before. It may be turned, and be read again."""
    return {
        row["n"]: [word.text for word in sheet.scan.text] or _read_before(_pieces(row["made_of"]), known).split()
        for row, sheet in zip(rows, sheets, strict=True)
    }


def _read_before(pieces: tuple[Any, ...], known: dict[tuple[Any, ...], str]) -> str:
    """What was read on a sheet of these pieces; where it is a card now, on its sides when each was a sheet."""
    return known.get(pieces) or " ".join(known[(side,)] for side in pieces if (side,) in known)


def _pieces(made_of: Row) -> tuple[Any, ...]:
    return tuple((piece["origin"], piece["page"], piece["part"]) for piece in made_of["pieces"])


def _refuse_worse(store: Store, submission: str, sheets: list[Sheet]) -> None:
    """Raises Damaged when a page cannot be read now that could be read before: what is there is better."""
    unread = {(sheet.origin, sheet.page) for sheet in sheets if sheet.part == 0}
    for row in documents.sheets(store.db, submission):
        for piece in row["made_of"]["pieces"]:
            if (piece["origin"], piece["page"]) in unread and row["problem"] not in NEEDS_A_LOOK:
                raise Damaged(f"page {piece['page']} of {submission} could be read once, and now it cannot")


def _leave_as_it_is(store: Store, submission: Row, arrangement: Row) -> None:
    """What the desk wanted cannot be made: it goes on with the document that is there, and is told."""
    with store.atomic() as db:
        if _is_wanted(store, arrangement):
            arrangements.fail(db, arrangement, store.time())
            events.add(db, submission, "not_arranged", store.time(), detail={"n": arrangement["n"]})


def _tidy(store: Store, submission: str) -> None:
    """Of a document that was made anew only the files of the version that counts stay."""
    if not documents.get(store.db, submission):
        return
    with store.files.making(submission):
        made = documents.get(store.db, submission)
        if not made or arrangements.pending(store.db, submission):
            return
        names = store.files.made_names(submission)
        left = [name for name in names if documents.version_of(name) != made["version"]]
        if left:
            with _no_backup(store):
                store.files.drop_made(submission, left)


def _document_row(store: Store, submission: str, document: bytes, sheets: list[Sheet], version: int) -> Row:
    return {
        "submission": submission,
        "version": version,
        "file": documents.named(version, documents.FILES[0]),
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
            "made_of": sheet.made_of,
        }
        for n, sheet in enumerate(sheets, 1)
    ]


def _printed(scan: scanning.Page) -> Row:
    """The number that a sheet has in print, by the words of a handed-in PDF; photos are read later."""
    number, total = numbering.read(word.text for word in scan.text) or (None, None)
    return {"printed": number, "printed_of": total}
