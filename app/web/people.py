"""/desk/people and /desk/letters, for admins: who signs in, one of them by hand, all of them as CSV, and letters."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, request

from app import accounts, household, jobseekers, letters, roster
from app.errors import BadList, BadPerson, BadRequest, NotFound, NotYourself
from app.finding import plain
from app.manifest import SUBMISSION_ID
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


@bp.get("/people/<person>")
@context.for_admins
def one(_admin: Row, person: str) -> dict[str, Any]:
    """One person with what can be changed about them."""
    return _whole(person)


def _whole(person: str) -> dict[str, Any]:
    row = _one(person)
    members = jobseekers.household(context.store(), row)
    told = {key: row[key] for key in ("street", "place")} | {"chose_language": bool(row["chose_language"])}
    household = [{key: member[key] for key in ("id", "name", "relation", "left_at")} for member in members]
    return {**_row(row), **told, "team_id": row["team"], "household": household}


@bp.put("/people/<person>")
@context.for_admins
def add(admin: Row, person: str) -> tuple[dict[str, Any], int]:
    """Add somebody who hands in papers: 201 new, 200 the same again. `notes` are worth knowing."""
    said = shapes.read(shapes.PersonSaid, replies.body())
    with _faults_in_words():
        fresh, notes = jobseekers.add(context.store(), person, said.model_dump(exclude_none=True))
    whole = _whole(person)
    if fresh:
        log.info("%s: added %s", admin["login"], whole["login"])
    return {**whole, "notes": [note.words(_language()) for note in notes]}, 201 if fresh else 200


@bp.patch("/people/<person>")
@context.for_admins
def change(admin: Row, person: str) -> dict[str, Any]:
    """Change what is said of a person, and nothing else; papers stay. Twice is harmless; one's own access stays.

    Of colleagues only the access is changed here.
    """
    said = shapes.read(shapes.PersonChange, replies.body()).model_dump(exclude_unset=True)
    found, access, store = _one(person), said.pop("access", None), context.store()
    if access and found["id"] == admin["id"]:
        raise NotYourself()
    if said:
        with _faults_in_words():
            line = jobseekers.change(store, jobseekers.find(store, person), said)
        log.info("%s: changed %s of %s", admin["login"], ", ".join(c[0] for c in line.changes) or "-", found["login"])
    if access:
        jobseekers.set_access(store, found, access)
        log.info("%s: access of %s is %s", admin["login"], found["login"], access)
    return _whole(person)


@bp.put("/people/<person>/household/<member>")
@context.for_admins
def add_member(admin: Row, person: str, member: str) -> dict[str, Any]:
    """Somebody without a sign-in belongs to the person's case; the id is a UUID of the client's."""
    said, found = shapes.read(shapes.MemberSaid, replies.body()), jobseekers.find(context.store(), person)
    if not SUBMISSION_ID.fullmatch(member):
        raise BadRequest(extra={"where": "id", "what": "a member's id is a UUID in lower case"})
    with _faults_in_words():
        household.add(context.store(), jobseekers.case_of(found), member, said.name, said.relation)
    log.info("%s: added to the household of %s", admin["login"], found["login"])
    return _whole(person)


@bp.patch("/people/<person>/household/<member>")
@context.for_admins
def change_member(admin: Row, person: str, member: str) -> dict[str, Any]:
    """Change a member's name, what they are to the others, or whether they have left; papers about them stay."""
    said, found = shapes.read(shapes.MemberChange, replies.body()), jobseekers.find(context.store(), person)
    with _faults_in_words():
        household.change(context.store(), jobseekers.case_of(found), member, said.model_dump(exclude_unset=True))
    log.info("%s: changed the household of %s", admin["login"], found["login"])
    return _whole(person)


def _language() -> str:
    language = request.args.get("language", "de")
    if language not in LANGUAGES:
        raise BadRequest(extra={"language": list(LANGUAGES)})
    return language


@contextlib.contextmanager
def _faults_in_words() -> Iterator[None]:
    language = _language()
    try:
        yield
    except BadPerson as error:
        texts = [roster.fault_words({**fault, "line": 0}, language) for fault in error.extra["faults"]]
        raise BadPerson(faults=[{"text": text} for text in texts]) from error


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
    wanted, language = request.args.get("take", "nothing"), _language()
    if wanted not in ("nothing", "all", "good"):
        raise BadRequest(extra={"take": ["nothing", "all", "good"]})
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
