"""/messages and /desk/messages: what a person and their team write to each other, seen from both sides."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from app import messages
from app.store.database import Row
from app.web import context, replies, shapes

bp = Blueprint("messages", __name__, url_prefix="/api/v1")

PAPER_KEYS = "id kind number state received_at".split()
EXCERPT = 160  # characters of the last message, in the list of threads


@bp.get("/messages")
@context.for_jobseekers
def everything(person: Row) -> dict[str, Any]:
    """The person's own thread, oldest first."""
    store = context.store()
    found, team = messages.of_person(store, person["id"]), messages.team_of(store, person["id"])
    return {
        "messages": [_told(message) for message in found],
        "team": team["name"] if team else None,
        "more": len(found) == messages.MOST_TO_PHONE,
    }


@bp.put("/messages/<message>")
@context.for_jobseekers
def write(person: Row, message: str) -> tuple[dict[str, Any], int]:
    """Write to the team: 201 new, 200 the same again."""
    said = shapes.read(shapes.MessageSaid, replies.body())
    told, fresh = messages.write(context.store(), person["id"], message, said.text, said.submission)
    return _told(told), 201 if fresh else 200


@bp.put("/messages/read")
@context.for_jobseekers
def read(person: Row) -> tuple[str, int]:
    """The person has read up to a message."""
    said = shapes.read(shapes.ReadUntil, replies.body())
    messages.read_by_person(context.store(), person["id"], said.until)
    return "", 204


@bp.get("/desk/messages")
@context.for_caseworkers
def threads(caseworker: Row) -> dict[str, Any]:
    """The team's threads, the unread ones first."""
    return {"threads": [_thread(row) for row in messages.threads(context.store(), caseworker)]}


@bp.get("/desk/messages/<person>")
@context.for_caseworkers
def at_desk(caseworker: Row, person: str) -> dict[str, Any]:
    """One person's thread, and their papers."""
    found = messages.at_desk(context.store(), caseworker, person)
    return {
        "person": {key: found["person"][key] for key in ("id", "name", "language")},
        "case": {key: found["case"][key] for key in ("number", "approved_until")},
        "messages": [_at_desk(message) for message in found["messages"]],
        "papers": [{key: row[key] for key in PAPER_KEYS} for row in found["papers"]],
    }


@bp.put("/desk/messages/<person>/<message>")
@context.for_caseworkers
def answer(caseworker: Row, person: str, message: str) -> tuple[dict[str, Any], int]:
    """Write to a person: 201 new, 200 the same again."""
    said = shapes.read(shapes.MessageSaid, replies.body())
    told, fresh = messages.answer(context.store(), caseworker, person, message, said.text, said.submission)
    return _at_desk(told), 201 if fresh else 200


@bp.put("/desk/messages/<person>/read")
@context.for_caseworkers
def read_at_desk(caseworker: Row, person: str) -> tuple[str, int]:
    """Read up to a message, with `settled` without an answer; with `read` false it counts as unread again."""
    said = shapes.read(shapes.DeskReadUntil, replies.body())
    messages.read_by_team(context.store(), caseworker, person, said.until, said.read, said.settled)
    return "", 204


def _told(message: Row) -> dict[str, Any]:
    """A message as its person may read it: the office speaks as a team, as it does in decisions."""
    return {
        **{key: message[key] for key in ("id", "text", "at", "read_at")},
        "mine": message["author"] == message["person"],
        "submission": message["submission"],
    }


def _at_desk(message: Row) -> dict[str, Any]:
    paper = {"id": "paper", "kind": "paper_kind", "number": "paper_number", "state": "paper_state"}
    return {
        **{key: message[key] for key in ("id", "text", "at", "read_at")},
        "by": message["author_name"],
        "from_person": message["author"] == message["person"],
        "enclosed": bool(message["submission"]),
        "elsewhere": message["elsewhere"],
        "paper": {name: message[column] for name, column in paper.items()} if message["paper"] else None,
    }


def _thread(row: Row) -> dict[str, Any]:
    return {
        "person": {"id": row["person"], "name": row["person_name"], "language": row["person_language"]},
        "case": {"number": row["case_number"]},
        "unread": row["unread"],
        "waiting_since": row["waiting_since"],
        "last": {
            "text": row["text"][:EXCERPT],
            "at": row["at"],
            "by": row["author_name"],
            "from_person": row["author"] == row["person"],
        },
    }
