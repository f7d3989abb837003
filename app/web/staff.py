"""/desk/staff and /desk/teams, for admins: the office's own people, their roles, and the teams."""

from __future__ import annotations

import logging
from typing import Any

from flask import Blueprint

from app import accounts, staff
from app.store import people
from app.store.database import Row
from app.web import context, replies, shapes

log = logging.getLogger("belegbote.staff")

bp = Blueprint("staff", __name__, url_prefix="/api/v1/desk")

KEYS = "id role name login code_until".split()


@bp.get("/staff")
@context.for_admins
def everybody(_admin: Row) -> dict[str, Any]:
    """Caseworkers and admins by name, and all teams."""
    store = context.store()
    return {"people": [_told(row) for row in staff.everybody(store)], "teams": staff.teams(store)}


@bp.put("/staff/<person>")
@context.for_admins
def put(admin: Row, person: str) -> tuple[dict[str, Any], int]:
    """Add somebody or change them: 201 new, 200 changed or the same again. A password is made at /people/…/secret."""
    said = shapes.read(shapes.StaffSaid, replies.body())
    fresh = staff.put(context.store(), admin, person, said.model_dump())
    what = "added" if fresh else "changed"
    log.info("%s: %s %s, %s in team %s", admin["login"], what, said.login, said.role, said.team)
    row = people.one_listed(context.store().db, person)
    assert row is not None
    return _told(row), 201 if fresh else 200


def _told(row: Row) -> dict[str, Any]:
    team = {"id": row["team"], "name": row["team_name"]} if row["team"] else None
    return {**{key: row[key] for key in KEYS}, "team": team, "access": accounts.access_of(context.store(), row)}


@bp.put("/teams/<path:team>")  # an id may be an old name, and hold a slash
@context.for_admins
def put_team(admin: Row, team: str) -> tuple[dict[str, Any], int]:
    """Add a team or rename it: 201 new, 200 renamed or the same again."""
    said = shapes.read(shapes.TeamSaid, replies.body())
    fresh = staff.put_team(context.store(), team, said.name)
    log.info("%s: team %s is called %s", admin["login"], team, said.name)
    return next(one for one in staff.teams(context.store()) if one["id"] == team), 201 if fresh else 200


@bp.delete("/teams/<path:team>")
@context.for_admins
def drop_team(admin: Row, team: str) -> tuple[str, int]:
    """Take an empty team away."""
    gone = staff.drop_team(context.store(), team)
    log.info("%s: took the team %s away", admin["login"], gone["name"])
    return "", 204
