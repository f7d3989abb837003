"""/handover: the office's document system pulls what was accepted, and says what it has in its file."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from app import handover
from app.store.database import Row
from app.web import context, replies, shapes
from app.web.submissions import send_document

bp = Blueprint("handover", __name__, url_prefix="/api/v1/handover")


@bp.get("")
@context.for_the_document_system
def waiting() -> dict[str, Any]:
    """What is not acknowledged, what waits longest first; when there is `more`, acknowledge and ask again."""
    found = handover.waiting(context.store())
    return {"submissions": [_told(row) for row in found], "more": len(found) == handover.LISTED}


@bp.get("/<submission>/index")
@context.for_the_document_system
def index(submission: str) -> dict[str, Any]:
    """All that the file has to know of it, as in the package's index.json."""
    row = handover.find(context.store(), submission)
    return handover.index(context.store(), context.office(), row["submission"])


@bp.get("/<submission>/document")
@context.for_the_document_system
def document(submission: str) -> Response:
    """The PDF."""
    row = handover.find(context.store(), submission)
    return send_document(row["submission"], row["number"], "attachment")


@bp.put("/<submission>/acknowledgement")
@context.for_the_document_system
def acknowledge(submission: str) -> dict[str, Any]:
    """It is in the file, with a document of this SHA-256; the same again is harmless."""
    said = shapes.read(shapes.Acknowledgement, replies.body())
    return _told(handover.acknowledge(context.store(), submission, said.sha256, said.copy_number))


def _told(row: Row) -> dict[str, Any]:
    keys = ("number", "due_at", "exported_at", "acknowledged_at")
    return {"id": row["submission"], **{key: row[key] for key in keys}}
