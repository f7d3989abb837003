"""/submissions: the jobseeker's side. Manifest, pages, status, receipt, document."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, request, send_file
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import ClientDisconnected

from app import intake, manifest, numbering, receipts, review
from app.errors import BadContentType, BadRequest, NotFound, NotReady
from app.store import decisions, documents, events, handovers, pages, submissions
from app.store.database import Row
from app.store.files import PICTURES
from app.web import context, replies

bp = Blueprint("submissions", __name__, url_prefix="/api/v1/submissions")

PIECE = 4096  # what is read when a phone falls silent in the middle of a piece is lost with it
PDF = "application/pdf"


@bp.put("/<submission>")
@context.for_senders
def announce(person: Row, submission: str) -> tuple[dict[str, Any], int]:
    """Announce what will be sent: 201 new, 200 the same again."""
    said = manifest.read(replies.body())
    fresh = intake.announce(context.store(), context.config(), person["id"], submission, said)
    return _progress(person, submission), 201 if fresh else 200


@bp.route("/<submission>/pages/<page>", methods=["HEAD"])
@context.for_senders
def where(person: Row, submission: str, page: str) -> Response:
    """How many bytes of a page are here."""
    intake.resume(context.store(), person["id"], submission)
    found = intake.where(context.store(), person["id"], submission, page)
    return _offset(make_response("", 204), found["bytes_here"], found["size"], bool(found["stored_at"]))


@bp.patch("/<submission>/pages/<page>")
@context.for_senders
def append(person: Row, submission: str, page: str) -> Response:
    """Append bytes to a page: 204 and the new offset, or 200 when the page is whole."""
    if request.mimetype != "application/partial-upload":
        raise BadContentType(extra={"wanted": "application/partial-upload"})
    done = intake.append(
        context.store(),
        context.config(),
        person["id"],
        submission,
        page,
        _announced_offset(),
        _body(),
        request.headers.get("Content-Digest"),
    )
    size = intake.where(context.store(), person["id"], submission, page)["size"]
    if done.complete:
        return _offset(jsonify(_progress(person, submission)), done.offset, size, True)
    return _offset(make_response("", 204), done.offset, size, False)


def _announced_offset() -> int:
    raw = request.headers.get("Upload-Offset", "")
    if not raw.isascii() or not raw.isdigit() or len(raw) > 15:
        raise BadRequest(extra={"where": "Upload-Offset", "what": "a whole number is needed"})
    return int(raw)


def _body() -> Iterator[bytes]:
    """The body as it comes. The end is not trusted: a phone that goes away looks like a short body, or like no body
    of HTTP at all; what came before counts.
    """
    while True:
        try:
            piece = request.stream.read(PIECE)
        except (ClientDisconnected, OSError, ParseException):
            return
        if not piece:
            return
        yield piece


def _offset(response: Response, offset: int, size: int, complete: bool) -> Response:
    response.headers["Upload-Offset"] = str(offset)
    response.headers["Upload-Length"] = str(size)
    response.headers["Upload-Complete"] = "?1" if complete else "?0"
    return response


def _progress(person: Row, submission: str) -> dict[str, Any]:
    store = context.store()
    row = intake.resume(store, person["id"], submission)
    stored = [page["id"] for page in pages.all_of(store.db, submission) if page["stored_at"]]
    receipt = receipts.as_json(store, row)
    return {
        "id": submission,
        "state": row["state"],
        "stored": stored,
        "complete": bool(receipt),
        "receipt": receipt,
    }


@bp.get("")
@context.for_jobseekers
def everything(person: Row) -> dict[str, Any]:
    """The person's own submissions, newest first."""
    return {"submissions": [told(row) for row in intake.everything_of(context.store(), person["id"])]}


@bp.get("/<submission>")
@context.for_senders
def one(person: Row, submission: str) -> dict[str, Any]:
    """One submission of the person's own, with its history."""
    whole = told(intake.resume(context.store(), person["id"], submission))
    if context.upload_token():  # it sends and has receipts; what was written and decided is not for it
        return {**whole, "note": None, "decision": None, "events": [], "sheets": [], "gaps": [], "document": None}
    return whole


@bp.get("/<submission>/document")
@context.for_jobseekers
def document(person: Row, submission: str) -> Response:
    """The PDF that was made of the pages."""
    row = _own(person, submission)
    return send_document(row["id"], row["number"])


@bp.get("/<submission>/receipt")
@context.for_senders
def receipt(person: Row, submission: str) -> Response:
    """The receipt: PDF, or JSON for who asks for it."""
    row = _own(person, submission)
    said = receipts.as_json(context.store(), row)
    if not said:
        raise NotReady()
    if request.accept_mimetypes.best_match([PDF, "application/json"], PDF) == "application/json":
        return jsonify({**said, "documents": receipts.documents_of(context.store(), said["number"])})
    from app import receipt_pdf  # slow to load, and seldom asked for

    made = receipt_pdf.draw(context.store(), context.office(), row, person["language"], context.address())
    return send_pdf(make_response(made), f"Belegbote-{said['number']}-Eingang.pdf", "attachment")


@bp.get("/<submission>/sheets/<int:n>/thumb")
@context.for_jobseekers
def thumb(person: Row, submission: str, n: int) -> Response:
    """A small picture of one page of the document."""
    return send_sheet(_own(person, submission)["id"], n, small=True)


def _own(person: Row, submission: str) -> Row:
    row = submissions.of(context.store().db, submission, person["id"])
    if not row:
        raise NotFound()
    return row


def told(row: Row) -> dict[str, Any]:
    """A submission as its owner may read it."""
    store, id = context.store(), row["id"]
    sheets = _own_sheets(documents.sheets(store.db, id))
    problems = {sheet["page"]: sheet["problem"] for sheet in sheets if sheet["problem"]}
    made = documents.get(store.db, id)
    decision = review.as_told(decisions.of(store.db, id))
    return {
        **{key: row[key] for key in ("id", "state", "kind", "note", "follows", "ask", "wanted", "created_at")},
        "split_from": _number_of(row["split_from"]),
        "captured_at": row["captured_at"],
        "received_at": row["received_at"],
        "pages": [_page(page, problems) for page in pages.all_of(store.db, id)],
        "events": [
            {key: event[key] for key in ("what", "at", "detail")}
            for event in events.of(store.db, id)
            if event["what"] not in review.INTERNAL
        ],
        "receipt": receipts.as_json(store, row),
        "document": {"pages": made["sheets"], "size": made["size"]} if made else None,
        "sheets": [
            {key: sheet[key] for key in ("n", "page", "back", "problem", "verdict", "same_as")} for sheet in sheets
        ],
        "gaps": [asdict(gap) for gap in numbering.of(row, sheets)],
        "decision": {key: decision[key] for key in decision if key != "by"} if decision else None,
        **filed(row["id"]),
    }


def _own_sheets(sheets: list[Row]) -> list[Row]:
    """The sheets that show pages of the submission itself, with no page that came earlier."""
    own = ((sheet, documents.own_pages(sheet)) for sheet in sheets)
    return [{**sheet, "page": shown[0], "back": shown[1] if len(shown) > 1 else None} for sheet, shown in own if shown]


def _number_of(submission: str | None) -> str | None:
    """The number of the own submission that another one was split off from."""
    found = submissions.get(context.store().db, submission) if submission else None
    return found["number"] if found else None


def filed(submission: str) -> dict[str, Any]:
    """Since when the office has it in its own file, and since when its papers are deleted here."""
    given = handovers.get(context.store().db, submission) or {"acknowledged_at": None, "erasing_at": None}
    return {"filed_at": given["acknowledged_at"], "erased_at": given["erasing_at"]}


def _page(page: Row, problems: dict[str, str]) -> dict[str, Any]:
    return {
        **{key: page[key] for key in ("id", "seq", "type", "size", "sha256", "same_as")},
        "stored": bool(page["stored_at"]),
        "offset": page["bytes_here"],
        "problem": problems.get(page["id"]),
    }


def send_document(submission: str, number: str, disposition: str = "inline") -> Response:
    """The PDF of a submission. Raises NotReady before it is made."""
    store, name = context.store(), f"Belegbote-{number}.pdf"
    for _ in range(2):  # a file that has just been replaced by the searchable one is gone; its row knows
        made = documents.get(store.db, submission)
        with contextlib.suppress(FileNotFoundError):
            if made:
                path = store.files.made(submission, made["file"])
                return send_pdf(send_file(path, mimetype=PDF, etag=False), name, disposition)
    raise NotReady()


def send_pdf(response: Response, name: str, disposition: str) -> Response:
    """A PDF under a name, to be shown ("inline") or saved ("attachment")."""
    response.headers["Content-Type"] = PDF
    response.headers["Content-Disposition"] = f'{disposition}; filename="{name}"'
    response.headers["Content-Security-Policy"] = replies.PDF_CSP
    return response


def send_sheet(submission: str, n: int, small: bool = False) -> Response:
    """The picture of a sheet of a submission's document, or its small one. Raises NotFound."""
    for _ in range(2):  # that of a document that has just been made anew is gone; its row knows
        made = documents.get(context.store().db, submission)
        with contextlib.suppress(NotFound, FileNotFoundError):
            return send_picture(submission, documents.picture(made, n, small))
    raise NotFound()


def send_picture(submission: str, name: str) -> Response:
    """A made picture of a submission; its name goes without the end, which tells its kind. Raises NotFound."""
    path = context.store().files.picture(submission, name)
    return send_file(path, mimetype=PICTURES[path.suffix], etag=False)
