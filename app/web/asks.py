"""/asks and /desk/asks: what the office asks for, seen from both sides."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, request

from app import asks
from app.store import asks as asked
from app.store import events
from app.store.database import Row
from app.web import context, replies, shapes
from app.web.submissions import send_pdf

bp = Blueprint("asks", __name__, url_prefix="/api/v1")

KEYS = "id state due first_due reason basis created_at closed_at seen_at".split()
WISH_KEYS = "text at outcome decided_at".split()
HANDED_IN_KEYS = "id kind number state wanted received_at".split()
PAPER_KEYS = "n kind note state declined submissions".split()
MOST_PEOPLE = 50


@bp.get("/asks")
@context.for_jobseekers
def everything(person: Row) -> dict[str, Any]:
    """What the office asks of this person, the next date first."""
    return {"asks": [_told(ask) for ask in asks.of_person(context.store(), person["id"])]}


@bp.get("/asks/<ask>")
@context.for_jobseekers
def one(person: Row, ask: str) -> dict[str, Any]:
    """One ask; the first look is written down."""
    return _told(asks.seen_by(context.store(), person["id"], ask))


@bp.put("/asks/<ask>/papers/<int:n>/answer")
@context.for_jobseekers
def answer(person: Row, ask: str, n: int) -> dict[str, Any]:
    """The person has a paper not, or takes that back."""
    said = shapes.read(shapes.Answer, replies.body())
    return _told(asks.answer(context.store(), person["id"], ask, n, said.reason, said.text))


@bp.put("/asks/<ask>/wish")
@context.for_jobseekers
def wish(person: Row, ask: str) -> dict[str, Any]:
    """The person asks for more time."""
    said = shapes.read(shapes.Wish, replies.body())
    return _told(asks.wish_for_time(context.store(), person["id"], ask, said.id, said.text))


@bp.get("/desk/asks")
@context.for_caseworkers
def of_team(caseworker: Row) -> dict[str, Any]:
    """The team's asks, the next date first."""
    return {"asks": [_at_desk(ask) for ask in asks.of_team(context.store(), caseworker)]}


@bp.get("/desk/asks/<ask>")
@context.for_caseworkers
def at_desk(caseworker: Row, ask: str) -> dict[str, Any]:
    """One ask of the team, with what happened."""
    return _whole(asks.find(context.store(), caseworker, ask))


@bp.get("/desk/asks/<ask>/letter")
@context.for_caseworkers
def letter(caseworker: Row, ask: str) -> Response:
    """The ask on paper, with a QR code that opens it on any phone."""
    found = asks.find(context.store(), caseworker, ask)
    asks.still_open(found)
    from app import ask_letter  # slow to load, and seldom asked for

    made = ask_letter.draw(context.office(), context.config().origin or request.host_url.rstrip("/"), found)
    return send_pdf(make_response(made), f"Belegbote-Anforderung-{found['due']}.pdf", "inline")


@bp.put("/desk/asks/<ask>")
@context.for_caseworkers
def make(caseworker: Row, ask: str) -> tuple[dict[str, Any], int]:
    """Ask a person for papers: 201 new, 200 the same again."""
    said = shapes.read(shapes.AskSaid, replies.body())
    fresh = asks.make(context.store(), context.office(), caseworker, ask, said.model_dump())
    return _whole(asks.find(context.store(), caseworker, ask)), 201 if fresh else 200


@bp.delete("/desk/asks/<ask>")
@context.for_caseworkers
def close(caseworker: Row, ask: str) -> dict[str, Any]:
    """Ask no longer."""
    return _whole(asks.close(context.store(), caseworker, ask))


@bp.put("/desk/asks/<ask>/wish")
@context.for_caseworkers
def decide_on_time(caseworker: Row, ask: str) -> dict[str, Any]:
    """Give more time, or refuse it."""
    said = shapes.read(shapes.WishDecision, replies.body())
    store, office = context.store(), context.office()
    return _whole(asks.decide_on_time(store, office, caseworker, ask, said.outcome, said.until))


@bp.put("/desk/asks/<ask>/papers/<int:n>")
@context.for_caseworkers
def settle(caseworker: Row, ask: str, n: int) -> dict[str, Any]:
    """Let a paper go, or want it all the same."""
    said = shapes.read(shapes.Settlement, replies.body())
    return _whole(asks.settle(context.store(), caseworker, ask, n, said.outcome))


@bp.get("/desk/templates")
@context.for_caseworkers
def templates(_caseworker: Row) -> dict[str, Any]:
    """The office's asks to begin with."""
    return {"templates": context.office().templates}


@bp.get("/desk/holidays")
@context.for_caseworkers
def holidays(_caseworker: Row) -> dict[str, Any]:
    """On which days no deadline ends here, beside Saturdays and Sundays."""
    office = context.office()
    found = asks.free_days(context.store(), office)
    return {"region": office.region, "days": [{"day": day, "name": name} for day, name in found.items()]}


@bp.get("/desk/case-people")
@context.for_caseworkers
def case_people(caseworker: Row) -> dict[str, Any]:
    """Who can be asked: people of the team's cases, by words of their name or BG number, or by id."""
    found = asks.people_to_ask(context.store(), caseworker, request.args.get("q", ""))
    if only := request.args.get("person"):
        found = [row for row in found if row["id"] == only]
    found = found[:MOST_PEOPLE]
    return {"people": [{**{key: row[key] for key in ("id", "name", "language")}, "case": _case(row)} for row in found]}


def _told(ask: Row) -> dict[str, Any]:
    keys = {
        "id": "wish",
        "text": "wish_text",
        "at": "wish_at",
        "outcome": "wish_outcome",
        "decided_at": "wish_decided_at",
    }
    return {
        **{key: ask[key] for key in KEYS},
        "wish": {name: ask[column] for name, column in keys.items()} if ask["wish"] else None,
        "papers": [{key: paper[key] for key in PAPER_KEYS} for paper in ask["papers"]],
    }


def _at_desk(ask: Row) -> dict[str, Any]:
    person = {"id": ask["person"], "name": ask["person_name"], "language": ask["person_language"]}
    told = {"person": person, "case": _case(ask), "by": ask["maker_name"], "needs": asks.needs(ask)}
    return {**_told(ask), **told}


def _case(row: Row) -> dict[str, Any]:
    return {"number": row["case_number"], "approved_until": row["approved_until"]}


def _whole(ask: Row) -> dict[str, Any]:
    db = context.store().db
    told = [
        {**{key: event[key] for key in ("what", "at", "detail")}, "by": event["actor_name"]}
        for event in events.of_ask(db, ask["id"])
    ]
    handed_in = [{key: row[key] for key in HANDED_IN_KEYS} for row in asked.submissions(db, ask["id"], ask["person"])]
    return {**_at_desk(ask), "events": told, "handed_in": handed_in}
