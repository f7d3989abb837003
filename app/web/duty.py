"""/desk/duty: when a caseworker is alerted, when they are away, who stands in, and in whose inbox they work."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, session

from app import duty
from app.errors import NotFound
from app.store import people
from app.store.database import Row
from app.web import context, replies, shapes

bp = Blueprint("duty", __name__, url_prefix="/api/v1/desk/duty")

KEYS = "pace quiet_from quiet_until away_from away_until stand_in stand_in_name".split()


@bp.get("")
@context.for_caseworkers
def own(caseworker: Row) -> dict[str, Any]:
    """One's own duty, who could stand in, and for whom one stands in today."""
    return _told(caseworker)


@bp.put("")
@context.for_caseworkers
def change(caseworker: Row) -> dict[str, Any]:
    """Write down one's duty."""
    duty.put(context.store(), caseworker, shapes.read(shapes.DutySaid, replies.body()).model_dump())
    return _told(caseworker)


@bp.put("/team")
@context.for_caseworkers
def work_in(caseworker: Row) -> dict[str, Any]:
    """Work in the inbox of a team for one of whom one stands in; null: in one's own again."""
    team = shapes.read(shapes.TeamChoice, replies.body()).team
    teams = {away["team"] for away in duty.stood_in_for(context.store(), caseworker["id"])}
    if team is not None and team not in teams:
        raise NotFound()
    session[context.TEAM] = team
    return _told(context.caseworker())


def _told(caseworker: Row) -> dict[str, Any]:
    store = context.store()
    mine = duty.of(store, caseworker["id"])
    colleagues = duty.colleagues_of(store, caseworker["id"])
    away = duty.stood_in_for(store, caseworker["id"])
    team = people.team(store.db, caseworker["team"])
    return {
        **{key: mine[key] for key in KEYS},
        "colleagues": [{"id": one["id"], "name": one["name"]} for one in colleagues],
        "stands_in_for": [
            {"name": one["name"], "team": {"id": one["team"], "name": one["team_name"]} if one["team"] else None}
            for one in away
        ],
        "team": {"id": team["id"], "name": team["name"]} if team else None,
    }
