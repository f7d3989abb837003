"""/desk/office, for admins: all texts of the office, as a form over office.json. /desk/phrases, for all at the desk."""

from __future__ import annotations

import logging
from typing import Any

from flask import Blueprint

from app import office as offices
from app.office import Office
from app.store.database import Row
from app.web import context, replies, shapes

log = logging.getLogger("belegbote.office")

bp = Blueprint("texts", __name__, url_prefix="/api/v1/desk")

KEYS = (
    "version name benefit former answer_days decide_within_days kinds reasons templates phrases region local_holidays"
).split()


@bp.get("/office")
@context.for_admins
def texts(_admin: Row) -> dict[str, Any]:
    """All texts, as they are in use."""
    return _told(context.office())


@bp.put("/office")
@context.for_admins
def save(admin: Row) -> dict[str, Any]:
    """Save texts over the version that was read; 409 when somebody else has saved since."""
    said = shapes.read(shapes.NewTexts, replies.body()).model_dump(exclude_unset=True)
    version = said.pop("version")
    changed = {key: value for key, value in said.items() if value is not None or key == "logo"}
    saved = offices.save(context.config().data, version, changed)
    log.info("%s: saved the office's texts: %s", admin["login"], ", ".join(changed))
    return _told(saved)


@bp.get("/phrases")
@context.for_caseworkers
def phrases(_caseworker: Row) -> dict[str, Any]:
    """What the office often writes in messages, ready to be chosen."""
    return {"phrases": context.office().phrases}


def _told(office: Office) -> dict[str, Any]:
    return {**{key: getattr(office, key) for key in KEYS}, "has_logo": office.logo is not None}
