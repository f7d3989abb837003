"""/desk: the caseworker's side. Inbox, one submission, its pictures, the decision."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, request, send_file

from app import alarms, arrangement, asks, inbox, messages, numbering, review
from app.errors import NotFound
from app.store import arrangements, decisions, documents, events, handling, handovers, pages, submissions
from app.store.database import Row
from app.web import context, replies, shapes
from app.web.submissions import filed, send_document, send_sheet

bp = Blueprint("desk", __name__, url_prefix="/api/v1/desk/submissions")

SHEET_KEYS = "n page back origin back_origin problem verdict same_as width height dpi size_name numbers".split()
PAGE_KEYS = "id seq type size sha256 rotation blackened".split()
SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "application/pdf": "pdf"}


@bp.get("")
@context.for_caseworkers
def listing(caseworker: Row) -> dict[str, Any]:
    """The team's submissions of a queue, and how many lie in each."""
    asked = {name: request.args.get(name, "") for name in ("state", "q", "kind")}
    found = inbox.look(
        context.store(),
        context.office(),
        caseworker,
        asked["state"] or "new",
        asked["q"],
        asked["kind"],
        request.args.get("limit", inbox.MOST, type=int),
    )
    counts = {
        **found.counts,
        "asks": asks.count_needing(context.store(), caseworker),
        "messages": messages.count_unread(context.store(), caseworker),
    }
    if caseworker["role"] == "admin":
        counts["alarms"] = len(alarms.present(context.store(), context.config()))
    return {"submissions": [_row(row) for row in found.rows], "total": found.total, "counts": counts}


def _row(row: Row) -> dict[str, Any]:
    return {
        **{key: row[key] for key in ("id", "state", "kind", "number", "team", "received_at", "problems", "follows")},
        **{key: row[key] for key in ("opened_at", "note", "decided_at", "postponed_until", "late", "found")},
        "taken_by": row["taker_name"],
        "person": {"name": row["person_name"], "language": row["person_language"]},
        "about": _about(row),
        "case": {"number": row["case_number"]},
        "pages": row["sheets"] or row["page_count"],
        "parked": row["parked"] > 0,
        "version": row["version"] or 0,
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


@bp.put("/<submission>/kind")
@context.for_caseworkers
def rename(caseworker: Row, submission: str) -> dict[str, Any]:
    """Its papers are of another kind than the person said."""
    said = shapes.read(shapes.KindSaid, replies.body())
    review.rename(context.store(), context.office(), caseworker, submission, said.kind)
    return _told(review.find(context.store(), caseworker, submission))


@bp.put("/<submission>/arrangement")
@context.for_caseworkers
def arrange(caseworker: Row, submission: str) -> dict[str, Any]:
    """Let its sheets lie in another order, and turned; the document is made anew."""
    said = shapes.read(shapes.ArrangementSaid, replies.body()).model_dump(exclude_none=True)
    arrangement.arrange(context.store(), caseworker, submission, said)
    return _told(review.find(context.store(), caseworker, submission))


@bp.put("/<submission>/splits/<new>")
@context.for_caseworkers
def split(caseworker: Row, submission: str, new: str) -> dict[str, Any]:
    """Split sheets off as a submission of their own."""
    said = shapes.read(shapes.SplitSaid, replies.body()).model_dump(exclude_none=True)
    arrangement.split(context.store(), context.office(), caseworker, submission, new, said)
    return _told(review.find(context.store(), caseworker, submission))


@bp.put("/<submission>/taker")
@context.for_caseworkers
def take(caseworker: Row, submission: str) -> dict[str, Any]:
    """Take it into one's own hands, or give it back."""
    inbox.take(context.store(), caseworker, submission, shapes.read(shapes.Taking, replies.body()).taken)
    return _told(review.find(context.store(), caseworker, submission))


@bp.put("/<submission>/postponement")
@context.for_caseworkers
def postpone(caseworker: Row, submission: str) -> dict[str, Any]:
    """Let it wait until a day."""
    inbox.postpone(context.store(), caseworker, submission, shapes.read(shapes.Postponement, replies.body()).until)
    return _told(review.find(context.store(), caseworker, submission))


@bp.put("/<submission>/notes/<note>")
@context.for_caseworkers
def write_note(caseworker: Row, submission: str, note: str) -> dict[str, Any]:
    """Tell colleagues something about it."""
    said = shapes.read(shapes.NoteSaid, replies.body())
    review.write_note(context.store(), caseworker, submission, note, said.text, said.withheld)
    return _told(review.find(context.store(), caseworker, submission))


@bp.put("/<submission>/presence")
@context.for_caseworkers
def be_present(caseworker: Row, submission: str) -> dict[str, Any]:
    """Say that one looks at it now, and read who else does."""
    return {"others": review.be_present(context.store(), caseworker, submission)}


@bp.delete("/<submission>/presence")
@context.for_caseworkers
def leave(caseworker: Row, submission: str) -> tuple[str, int]:
    """Say that one looks at it no longer."""
    review.leave(context.store(), caseworker, submission)
    return "", 204


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
    return send_sheet(review.find(context.store(), caseworker, submission)["id"], n)


@bp.get("/<submission>/sheets/<int:n>/thumb")
@context.for_caseworkers
def thumb(caseworker: Row, submission: str, n: int) -> Response:
    """One straightened page, small."""
    return send_sheet(review.find(context.store(), caseworker, submission)["id"], n, small=True)


@bp.get("/<submission>/pages/<page>/photo")
@context.for_caseworkers
def photo(caseworker: Row, submission: str, page: str) -> Response:
    """The bytes as they were sent. A handed-in PDF is only ever saved, never shown in our pages."""
    row = review.find(context.store(), caseworker, submission)
    found = pages.get(context.store().db, submission, page)
    if not found or handovers.gone(context.store().db, submission):
        raise NotFound()
    path = context.store().files.blob(row["owner"], found["sha256"])
    response = send_file(path, mimetype=found["type"], etag=False)
    disposition = "attachment" if found["type"] == "application/pdf" else "inline"
    name = f"Belegbote-{row['number']}-{found['seq']}.{SUFFIXES[found['type']]}"
    response.headers["Content-Disposition"] = f'{disposition}; filename="{name}"'
    return response


def _about(row: Row) -> dict[str, str] | None:
    """Whom the papers are about, if that is not the sender."""
    return {"id": row["about"], "name": row["about_name"]} if row["about_name"] else None


def _other(submission: str | None) -> dict[str, str] | None:
    """A submission that another one names."""
    found = submissions.get(context.store().db, submission) if submission else None
    return {key: found[key] for key in ("id", "number", "kind")} if found else None


def _sides(sheet: Row) -> list[dict[str, float]]:
    return [dict(zip(("x", "y", "width", "height"), place, strict=True)) for place in documents.sides(sheet)]


def _told(row: Row) -> dict[str, Any]:
    store, id = context.store(), row["id"]
    keys = "id state kind number note follows ask wanted received_at captured_at blackout_offered_at".split()
    made, sheets = documents.get(store.db, id), documents.sheets(store.db, id)
    return {
        **{key: row[key] for key in keys},
        "months": json.loads(row["months"]),
        "taken_by": row["taker_name"],
        "postponed_until": row["postponed_until"],
        "notes": handling.notes(store.db, id),
        "parked": row["parked"] > 0,
        "about": _about(row),
        "asked": asks.brief(store, row["ask"], row["owner"]) if row["ask"] else None,
        "person": {"id": row["owner"], "name": row["person_name"], "language": row["person_language"]},
        "case": {"number": row["case_number"], "approved_until": row["approved_until"]},
        "decision": review.as_told(decisions.of(store.db, id)),
        "document": {"pages": made["sheets"], "size": made["size"]} if made else None,
        "version": made["version"] if made else 0,
        "arranging": arrangements.pending(store.db, id) is not None,
        "split_from": _other(row["split_from"]),
        "split_into": submissions.split_off(store.db, id),
        "pages": [
            {key: page[key] for key in PAGE_KEYS} | {"kept": json.loads(page["kept"])}
            for page in pages.all_of(store.db, id)
        ],
        "earlier": [
            {key: page[key] for key in PAGE_KEYS} | {"kept": json.loads(page["kept"]), "submission": origin}
            for origin in dict.fromkeys(
                sheet[side] for sheet in sheets for side in ("origin", "back_origin") if sheet[side]
            )
            for page in pages.all_of(store.db, origin)
        ],
        "sheets": [{key: sheet[key] for key in SHEET_KEYS} | {"sides": _sides(sheet)} for sheet in sheets],
        "gaps": [asdict(gap) for gap in numbering.of(row, sheets)],
        "events": [
            {**{key: event[key] for key in ("what", "at", "detail")}, "by": event["actor_name"]}
            for event in events.of(store.db, id)
        ],
        **filed(id),
    }
