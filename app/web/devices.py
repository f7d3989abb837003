"""/devices: what a phone holds. /desk/losses: what is gone."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from app import devices
from app.errors import BadRequest
from app.manifest import SUBMISSION_ID
from app.store.database import Row
from app.web import context, replies, shapes

bp = Blueprint("devices", __name__, url_prefix="/api/v1")

YEAR = 365 * 86400


@bp.put("/devices/<device>/outbox")
@context.for_senders
def tell(person: Row, device: str) -> Response:
    """What lies only on this phone; answers what is missing."""
    if not SUBMISSION_ID.fullmatch(device):
        raise BadRequest(extra={"where": "device", "what": "a device's name is a UUID in lower case"})
    said = shapes.read(shapes.Outbox, replies.body()).model_dump()
    known = request.cookies.get(_cookie_name())
    found = devices.tell(context.store(), person["id"], device, devices.Outbox(**said), known)
    answer = jsonify(
        {"lost": [_paper(row) for row in found.lost], "elsewhere": [_paper(row) for row in found.elsewhere]}
    )
    answer.set_cookie(
        _cookie_name(), device, max_age=YEAR, httponly=True, samesite="Lax", secure=context.config().secure, path="/"
    )
    return answer


def _paper(row: Row) -> dict[str, Any]:
    return {key: row[key] for key in ("submission", "kind", "pages", "since")}


def _cookie_name() -> str:
    return "__Host-device" if context.config().secure else "device"


@bp.get("/desk/losses")
@context.for_caseworkers
def losses(caseworker: Row) -> dict[str, Any]:
    """What is gone in the team's cases, and nobody has ticked off."""
    return {"losses": [_told(loss) for loss in devices.losses(context.store(), caseworker)]}


@bp.put("/desk/losses/<int:loss>")
@context.for_caseworkers
def tick_off(caseworker: Row, loss: int) -> tuple[str, int]:
    """Somebody has seen to it; twice is harmless."""
    devices.tick_off(context.store(), caseworker, loss)
    return "", 204


def _told(loss: Row) -> dict[str, Any]:
    return {
        **{key: loss[key] for key in ("id", "kind", "pages", "since", "at")},
        "person": {"name": loss["person_name"], "language": loss["person_language"]},
        "case": {"number": loss["case_number"]},
    }
