"""/notices, /consent and /desk/notices: what the office decided, seen from both sides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, request, send_file

from app import consents, notices
from app.errors import BadContentType
from app.store.database import Row
from app.web import context, replies, shapes
from app.web.submissions import PDF, send_picture

bp = Blueprint("notices", __name__, url_prefix="/api/v1")

KEYS = "id kind title dated pages size sha256 available_at read_at".split()
DESK_KEYS = "state problem created_at withdrawn_at".split()
PIECE = 256 * 1024


@bp.get("/notices")
@context.for_jobseekers
def everything(person: Row) -> dict[str, Any]:
    """What this person may read, the newest first."""
    return {"notices": [_told(row) for row in notices.of_person(context.store(), person["id"])]}


@bp.get("/notices/<notice>/document")
@context.for_jobseekers
def document(person: Row, notice: str) -> Response:
    """The PDF as the office sent it, to be saved."""
    return _saved(notices.seen_by(context.store(), person["id"], notice))


@bp.get("/notices/<notice>/pages/<int:n>/image")
@context.for_jobseekers
def image(person: Row, notice: str, n: int) -> Response:
    """One page as a picture."""
    return send_picture(notices.seen_by(context.store(), person["id"], notice)["id"], str(n))


@bp.put("/notices/<notice>/read")
@context.for_jobseekers
def read(person: Row, notice: str) -> dict[str, Any]:
    """The person has read it; the first time counts."""
    return _told(notices.read(context.store(), person["id"], notice))


@bp.get("/consent")
@context.for_jobseekers
def consent(person: Row) -> dict[str, Any]:
    """Whether the person wants to get notices here, and since when."""
    return _consent(consents.of(context.store(), person["id"]))


@bp.put("/consent")
@context.for_jobseekers
def wish(person: Row) -> dict[str, Any]:
    """Give the consent, or take it back."""
    said = shapes.read(shapes.ConsentSaid, replies.body())
    consents.wish(context.store(), person["id"], said.given)
    return _consent(consents.of(context.store(), person["id"]))


@bp.get("/desk/notices")
@context.for_caseworkers
def of_team(caseworker: Row) -> dict[str, Any]:
    """The team's notices, or those to one person, the newest first."""
    found = notices.of_team(context.store(), caseworker, request.args.get("person") or None)
    return {"notices": [_at_desk(row) for row in found]}


@bp.put("/desk/notices/<notice>")
@context.for_caseworkers
def announce(caseworker: Row, notice: str) -> tuple[dict[str, Any], int]:
    """Say what will be uploaded: 201 new, 200 the same again."""
    said = shapes.read(shapes.NoticeSaid, replies.body()).model_dump()
    fresh = notices.announce(context.store(), context.config(), caseworker, notice, said)
    return _at_desk(notices.find(context.store(), caseworker, notice)), 201 if fresh else 200


@bp.put("/desk/notices/<notice>/document")
@context.for_caseworkers
def upload(caseworker: Row, notice: str) -> dict[str, Any]:
    """The bytes of the PDF, all at once; again when they are here it changes nothing."""
    if request.mimetype != PDF:
        raise BadContentType(extra={"wanted": PDF})
    notices.receive(context.store(), context.config(), caseworker, notice, _body())
    return _at_desk(notices.find(context.store(), caseworker, notice))


def _body() -> Iterator[bytes]:
    while piece := request.stream.read(PIECE):
        yield piece


@bp.get("/desk/notices/<notice>/document")
@context.for_caseworkers
def sent(caseworker: Row, notice: str) -> Response:
    """The PDF as it was uploaded, to be saved."""
    return _saved(notices.find(context.store(), caseworker, notice))


@bp.delete("/desk/notices/<notice>")
@context.for_caseworkers
def withdraw(caseworker: Row, notice: str) -> dict[str, Any]:
    """Take it back: the person sees it no more."""
    return _at_desk(notices.withdraw(context.store(), caseworker, notice))


@bp.get("/desk/consents/<person>")
@context.for_caseworkers
def consent_at_desk(caseworker: Row, person: str) -> dict[str, Any]:
    """Whether somebody of the team's cases wants to get notices here."""
    return _consent(consents.seen_from_desk(context.store(), caseworker, person))


def _consent(found: list[Row]) -> dict[str, Any]:
    return {"given": bool(found) and found[0]["revoked_at"] is None, "history": found}


def _told(row: Row) -> dict[str, Any]:
    return {**{key: row[key] for key in KEYS}, "by_post": bool(row["by_post"])}


def _at_desk(row: Row) -> dict[str, Any]:
    return {
        **_told(row),
        **{key: row[key] for key in DESK_KEYS},
        "person": {"name": row["person_name"], "language": row["person_language"]},
        "case": {"number": row["case_number"], "approved_until": row["approved_until"]},
        "by": row["maker_name"],
        "unread_days": notices.unread_days(context.store(), row),
    }


def _saved(row: Row) -> Response:
    """Bytes that were never changed, and are never shown in our pages."""
    response = send_file(notices.document(context.store(), row), mimetype=PDF, etag=False)
    name = f"Jobcenter-{row['dated']}-{row['id'][:8]}.pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
