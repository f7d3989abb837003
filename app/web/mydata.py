"""/export.zip: everything that is stored of the person who asks."""

from __future__ import annotations

from flask import Blueprint, Response

from app import mydata
from app.store.database import Row
from app.web import context

bp = Blueprint("mydata", __name__, url_prefix="/api/v1")


@bp.get("/export.zip")
@context.for_jobseekers
def whole(person: Row) -> Response:
    """The ZIP, sent while it is written."""
    config = context.config()
    made = mydata.whole(context.store(), context.office(), person, config.retention_days, config.kept_days)
    response = Response(made, mimetype="application/zip")
    response.headers["Content-Disposition"] = 'attachment; filename="Belegbote-Meine-Daten.zip"'
    return response
