"""/desk: the caseworker's side. Inbox, one submission, its pictures, the decision."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, request, send_file

from app import alarms, messages, review
from app.errors import NotFound
from app.store import decisions, documents, events, pages
from app.store.database import Row
from app.web import context, replies, shapes
from app.web.submissions import send_document, send_picture

bp = Blueprint("desk", __name__, url_prefix="/api/v1/desk/submissions")

SHEET_KEYS = "n page back problem verdict same_as width height dpi size_name numbers".split()
PAGE_KEYS = "id seq type size sha256 rotation blackened".split()
SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "application/pdf": "pdf"}


@bp.get("")
@context.for_caseworkers
def inbox(caseworker: Row) -> dict[str, Any]:
    """The team's submissions, oldest first, and how many lie in each queue."""
    asked = {name: request.args.get(name, "") for name in ("state", "q", "kind")}
    found = review.inbox(
        context.store(), context.office(), caseworker, asked["state"] or "new", asked["q"], asked["kind"]
    )
    return {"submissions": [_row(row) for row in found], "counts": _counts(caseworker)}


def _counts(caseworker: Row) -> dict[str, int]:
    store = context.store()
    counts = review.counts(store, caseworker)
    counts["messages"] = messages.count_unread(store, caseworker)
    if caseworker["role"] == "admin":
        counts["alarms"] = len(alarms.present(store, context.config()))
    return counts


def _row(row: Row) -> dict[str, Any]:
    return {
        **{key: row[key] for key in ("id", "state", "kind", "number", "team", "received_at", "problems", "follows")},
        **{key: row[key] for key in ("opened_at", "note", "decided_at")},
        "person": {"name": row["person_name"], "language": row["person_language"]},
        "case": {"number": row["case_number"]},
        "pages": row["sheets"] or row["page_count"],
        "parked": row["parked"] > 0,
    }


@bp.get("/<submission>")
@context.for_caseworkers
def one(caseworker: Row, submission: str) -> dict[str, Any]:
    """One submission with everything to decide on it; the first look is written down."""
    return _told(review.open_for(context.store(), caseworker, submission))


@bp.put("/<submission>/decision")
@context.for_caseworkers
def decide(caseworker: Row, submission: str) -> dict[str, Any]:
    """Accept or return, once; the same again is harmless."""
    said = shapes.read(shapes.Decision, replies.body())
    review.decide(context.store(), caseworker, submission, said.model_dump())
    return _told(review.find(context.store(), caseworker, submission))


@bp.get("/<submission>/document")
@context.for_caseworkers
def document(caseworker: Row, submission: str) -> Response:
    """The PDF; with `download=1` to save."""
    row = review.find(context.store(), caseworker, submission)
    return send_document(row["id"], row["number"], "attachment" if request.args.get("download") else "inline")


@bp.get("/<submission>/sheets/<int:n>/image")
@context.for_caseworkers
def image(caseworker: Row, submission: str, n: int) -> Response:
    """One straightened page."""
    return send_picture(review.find(context.store(), caseworker, submission)["id"], str(n))


@bp.get("/<submission>/sheets/<int:n>/thumb")
@context.for_caseworkers
def thumb(caseworker: Row, submission: str, n: int) -> Response:
    """One straightened page, small."""
    return send_picture(review.find(context.store(), caseworker, submission)["id"], f"{n}.thumb")


@bp.get("/<submission>/pages/<page>/photo")
@context.for_caseworkers
def photo(caseworker: Row, submission: str, page: str) -> Response:
    """The bytes as they were sent. A handed-in PDF is only ever saved, never shown in our pages."""
    row = review.find(context.store(), caseworker, submission)
    found = pages.get(context.store().db, submission, page)
    if not found:
        raise NotFound()
    path = context.store().files.blob(row["owner"], found["sha256"])
    response = send_file(path, mimetype=found["type"], etag=False)
    disposition = "attachment" if found["type"] == "application/pdf" else "inline"
    name = f"Belegbote-{row['number']}-{found['seq']}.{SUFFIXES[found['type']]}"
    response.headers["Content-Disposition"] = f'{disposition}; filename="{name}"'
    return response


def _told(row: Row) -> dict[str, Any]:
    store, id = context.store(), row["id"]
    made = documents.get(store.db, id)
    keys = "id state kind number note follows ask wanted received_at captured_at blackout_offered_at".split()
    return {
        **{key: row[key] for key in keys},
        "months": json.loads(row["months"]),
        "parked": row["parked"] > 0,
        "person": {"id": row["owner"], "name": row["person_name"], "language": row["person_language"]},
        "case": {"number": row["case_number"], "approved_until": row["approved_until"]},
        "decision": review.as_told(decisions.of(store.db, id)),
        "document": {"pages": made["sheets"], "size": made["size"]} if made else None,
        "pages": [
            {key: page[key] for key in PAGE_KEYS} | {"kept": json.loads(page["kept"])}
            for page in pages.all_of(store.db, id)
        ],
        "sheets": [{key: sheet[key] for key in SHEET_KEYS} for sheet in documents.sheets(store.db, id)],
        "events": [
            {**{key: event[key] for key in ("what", "at", "detail")}, "by": event["actor_name"]}
            for event in events.of(store.db, id)
        ],
    }
