"""/desk/people and /desk/letters, for admins: who signs in, their cases, the list as CSV, letters with their codes."""

from __future__ import annotations

import logging
from typing import Any

from flask import Blueprint, Response, request

from app import accounts, letters, roster
from app.errors import BadList, BadRequest, NotFound, NotYourself
from app.finding import plain
from app.store import people
from app.store.database import Row
from app.web import context, replies, shapes
from app.words import LANGUAGES

log = logging.getLogger("belegbote.people")

bp = Blueprint("people", __name__, url_prefix="/api/v1/desk")

MOST_SHOWN, MOST_LETTERS, MOST_LINES = 200, 50, 1000
KEYS = "id role name login language code_until".split()


@bp.get("/people")
@context.for_admins
def everybody(_admin: Row) -> dict[str, Any]:
    """People by name, whose name, ID, BG number or team holds every word of `q`; `access` picks some."""
    words, access = plain(request.args.get("q", "")).split(), request.args.get("access", "")
    all_rows = [_row(row) for row in people.listed(context.store().db)]
    found = [row for row in all_rows if _matches(row, words) and access in ("", row["access"])]
    waiting = [row for row in all_rows if row["role"] == "jobseeker" and row["access"] in ("none", "code", "over")]
    counts = {"waiting": len(waiting), "new": sum(row["access"] == "none" for row in waiting)}
    return {"people": found[:MOST_SHOWN], "found": len(found), **counts}


def _matches(row: dict[str, Any], words: list[str]) -> bool:
    number = row["case"]["number"] if row["case"] else ""
    held = plain(f"{row['name']} {row['login']} {number} {number.replace('/', '')} {row['team'] or ''}")
    return all(word in held for word in words)


def _row(row: Row) -> dict[str, Any]:
    case = {"number": row["case_number"], "approved_until": row["approved_until"]} if row["case_id"] else None
    access = accounts.access_of(context.store(), row)
    return {**{key: row[key] for key in KEYS}, "case": case, "team": row["team_name"], "access": access}


def _one(person: str) -> Row:
    found = people.one_listed(context.store().db, person)
    if not found:
        raise NotFound()
    return found


@bp.put("/people/<person>")
@context.for_admins
def change(admin: Row, person: str) -> dict[str, Any]:
    """End a person's access, or open it again; papers stay. Twice is harmless; one's own stays."""
    said, found = shapes.read(shapes.Access, replies.body()), _one(person)
    if found["id"] == admin["id"]:
        raise NotYourself()
    if said.access == "open" and found["ended_at"]:
        accounts.give_access(context.store(), person)
    elif said.access == "ended" and not found["ended_at"]:
        accounts.end_access(context.store(), person)
    log.info("%s: access of %s is %s", admin["login"], found["login"], said.access)
    return _row(_one(person))


@bp.post("/people/<person>/secret")
@context.for_admins
def new_secret(admin: Row, person: str) -> dict[str, Any]:
    """A new one-time code, or one-time password, said once; what the person had ends, and so do their sessions."""
    store, found = context.store(), _one(person)
    if found["id"] == admin["id"]:
        raise NotYourself()
    if found["ended_at"]:
        raise BadRequest(extra={"what": "open the access first"})
    log.info("%s: new secret for %s", admin["login"], found["login"])
    code = accounts.reset(store, found)
    return {"login": code.login, "secret": code.code, "until": code.until}


@bp.get("/people/list")
@context.for_admins
def written(_admin: Row) -> Response:
    """Everybody who hands in papers, as CSV in the columns of the import."""
    return _file(roster.write(context.store()), "text/csv; charset=utf-8", "Belegbote-Personen.csv")


@bp.post("/people/list")
@context.for_admins
def take(admin: Row) -> dict[str, Any]:
    """Look at a CSV (`take=nothing`) or take it: `all`, or its `good` lines, as long as it does what was `seen`."""
    wanted, language = request.args.get("take", "nothing"), request.args.get("language", "de")
    if wanted not in ("nothing", "all", "good") or language not in LANGUAGES:
        raise BadRequest(extra={"take": ["nothing", "all", "good"], "language": list(LANGUAGES)})
    request.max_content_length = roster.MOST_BYTES + 1
    data, new_teams = request.get_data(), request.args.get("new_teams") == "1"
    try:
        seen = request.args.get("seen")
        report = roster.take(context.store(), data, wanted, new_teams=new_teams, seen=seen)  # type: ignore[arg-type]
    except BadList as error:
        faults = [
            {"line": fault["line"], "text": roster.fault_words(fault, language)} for fault in error.extra["faults"]
        ]
        raise BadList(extra={"faults": faults}) from error
    if report.taken:
        log.info("%s: took a list, %s", admin["login"], _counts(report))
    return _report(report, language)


def _counts(report: roster.Report) -> dict[str, int]:
    return {what: report.count(what) for what in roster.WHATS}


def _report(report: roster.Report, language: str) -> dict[str, Any]:
    """The wrong lines first; of those that do nothing only what is worth knowing."""
    worth = [line for line in report.lines if line.what != "unchanged" or line.notes]
    shown = sorted(worth, key=lambda line: line.what != "wrong")[:MOST_LINES]
    return {
        "hash": report.hash,
        "taken": report.taken,
        "counts": _counts(report),
        "lines": [_line(line, language) for line in shown],
        "left_out": len(worth) - len(shown),
        "unknown": report.unknown,
    }


def _line(line: roster.Line, language: str) -> dict[str, Any]:
    changes = [{"field": name, "before": before, "after": after} for name, before, after in line.changes]
    said = {"line": line.number, "what": line.what, "name": line.name, "case": line.case, "login": line.login}
    faults, notes = ([each.words(language) for each in some] for some in (line.faults, line.notes))
    return {**said, "changes": changes, "faults": faults, "notes": notes}


@bp.post("/letters")
@context.for_admins
def print_letters(admin: Row) -> Response:
    """Activation letters as one PDF: for these people, or for who never had one, fifty at a time. Codes and PINs
    that these people had end with it.
    """
    store, said = context.store(), shapes.read(shapes.WantedLetters, replies.body())
    rows = {row["id"]: row for row in people.listed(store.db) if row["role"] == "jobseeker" and not row["ended_at"]}
    if said.people is None:
        wanted = letters.wanted(store, new=True)[:MOST_LETTERS]
    else:
        wanted = [rows[person] for person in dict.fromkeys(said.people) if person in rows]
    if not wanted:
        raise NotFound()
    made = letters.make(store, context.office(), context.config().origin or request.host_url.rstrip("/"), wanted)
    accounts.use_codes(store, made.codes)
    log.info("%s: printed %d letters", admin["login"], len(made.codes))
    response = _file(made.pdf, "application/pdf", "Belegbote-Zugangsbriefe.pdf")
    response.headers["X-Letters"] = str(len(made.codes))
    return response


def _file(data: bytes, kind: str, name: str) -> Response:
    response = Response(data, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
