"""/desk/figures: what the head of an office asks for, for admins. Counts, and no names."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, request

from app import figures
from app.errors import BadRequest
from app.store.database import Row
from app.web import context

bp = Blueprint("figures", __name__, url_prefix="/api/v1/desk")


@bp.get("/figures")
@context.for_admins
def all_of_them(_admin: Row) -> dict[str, Any]:
    """The figures of the last 30, 90 or 365 days, of one team or of all."""
    return _asked()


@bp.get("/figures.csv")
@context.for_admins
def one_table(admin: Row) -> Response:
    """One table of them, to save."""
    table = request.args.get("table", figures.TABLES[0])
    found = _asked()
    response = make_response(figures.as_csv(context.office(), found, table, admin["language"]))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    name = f"Belegbote-{table}-{found['begins']}-{found['ends']}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _asked() -> dict[str, Any]:
    days = request.args.get("days", str(figures.PERIODS[0]))
    if not days.isdecimal():
        raise BadRequest(extra={"days": list(figures.PERIODS)})
    return figures.of(context.store(), context.office(), int(days), request.args.get("team") or None)
