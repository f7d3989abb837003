"""How the sheets of a document lie and how they are turned, and what of it is a paper of its own: said at the desk.

The receipt stays what it is, a list of the pages as they arrived, and so do the originals. What is said here is written
down with its event, in one transaction; the worker then makes the document anew (assembly.py), and until that is done
the old one is shown and nobody decides.
"""

from __future__ import annotations

import json
from typing import Any

from app import asks, finding, receipts, states
from app.errors import AlreadyDecided, ArrangementChanged, BadRequest, NotReady
from app.manifest import SUBMISSION_ID
from app.office import Office
from app.review import as_told, find
from app.store import Store, arrangements, decisions, documents, events, jobs, pages, submissions
from app.store.database import Row


def arrange(store: Store, caseworker: Row, submission: str, said: dict[str, Any]) -> None:
    """Let the sheets lie in another order, and turned. The same again changes nothing.

    said    {based_on, sheets: [{n, turn}]}: the version of the document that was looked at, and its sheets by their
            numbers in the new order, each once; `turn` is what they are turned by, degrees clockwise, and where a
            sheet is a card, `front` and `back` what one side is turned by alone
    raises  NotFound, NotReady, BadRequest (not each sheet once, or sides of what is no card), ArrangementChanged,
            AlreadyDecided
    """
    with store.atomic() as db:
        row = find(store, caseworker, submission)
        known = arrangements.latest(db, submission)
        if known and known["said"] == _exact(said):
            return
        sheets = _open_sheets(store, row, said["based_on"], known)
        _check_each_once(sheets, said["sheets"])
        wanted = [_as_wanted(sheets, one) for one in said["sheets"]]
        if wanted != [sheet["made_of"] for sheet in sheets.values()]:
            n = _write_down(store, caseworker, row, said, wanted)
            events.add(db, row, "arranged", store.time(), caseworker["id"], {"n": n, "sheets": len(wanted)})


def split(store: Store, office: Office, caseworker: Row, submission: str, new: str, said: dict[str, Any]) -> None:
    """Split sheets off, as a submission of their own with the id `new`. The same again changes nothing.

    It arrived when the first one did, has a number and a receipt of its own, and is scanned as any other. What the
    first one was handed in for stays so; the new one counts for what is still asked for of its kind.

    said    {based_on, kind, stay, leave}: both lists as in `arrange`, neither of them empty
    raises  NotFound, NotReady, BadRequest, ArrangementChanged, AlreadyDecided
    """
    if not SUBMISSION_ID.fullmatch(new):
        raise BadRequest(extra={"where": "id", "what": "a submission's id is a UUID in lower case"})
    if said["kind"] not in {known["id"] for known in office.kinds}:
        raise BadRequest(extra={"where": "kind", "what": "the office knows no such kind"})
    with store.atomic() as db:
        row = find(store, caseworker, submission)
        before = arrangements.of_split(db, new)
        if before and (before["submission"], before["said"]) == (submission, _exact(said)):
            return
        if submissions.get(db, new):
            raise BadRequest(extra={"where": "id", "what": "another submission has this id"})
        sheets = _open_sheets(store, row, said["based_on"], arrangements.latest(db, submission))
        _check_each_once(sheets, [*said["stay"], *said["leave"]])
        stay, leave = ([_as_wanted(sheets, one) for one in said[key]] for key in ("stay", "leave"))
        if any(piece["origin"] for made_of in leave for piece in made_of["pieces"]):
            raise BadRequest(extra={"where": "leave", "what": "a page of an earlier submission stays where it is"})
        fresh = _split_off(store, row, new, said["kind"], leave)
        _write_down(store, caseworker, row, said, stay, split_off=new)
        _write_down(store, caseworker, fresh, said, leave)
        words = finding.kept(store, submission)
        finding.keep(store, new, {n: words.get(one["n"], "").split() for n, one in enumerate(said["leave"], 1)})
        told = {"id": new, "number": fresh["number"], "kind": fresh["kind"], "sheets": len(leave)}
        events.add(db, row, "split", store.time(), caseworker["id"], told)
        told = {"id": submission, "number": row["number"]}
        events.add(db, fresh, "split_off", store.time(), caseworker["id"], told)


def _exact(said: dict[str, Any]) -> str:
    return json.dumps(said, sort_keys=True)


def _open_sheets(store: Store, row: Row, based_on: int, known: Row | None) -> dict[int, Row]:
    """The sheets of a document that may be arranged, by their numbers."""
    if row["state"] in states.DECIDED:
        raise AlreadyDecided(extra={"decision": as_told(decisions.of(store.db, row["id"]))})
    document = documents.get(store.db, row["id"])
    if row["state"] not in states.TO_DECIDE or not document:
        raise NotReady()
    if document["version"] != based_on or (known and known["n"] > based_on):
        who = {"by": known["by_name"], "at": known["at"]} if known else {}
        raise ArrangementChanged(extra=who)
    return {sheet["n"]: sheet for sheet in documents.sheets(store.db, row["id"])}


def _check_each_once(sheets: dict[int, Row], said: list[dict[str, Any]]) -> None:
    if sorted(one["n"] for one in said) != sorted(sheets):
        raise BadRequest(extra={"where": "sheets", "what": f"each sheet from 1 to {len(sheets)} once"})


def _as_wanted(sheets: dict[int, Row], one: dict[str, Any]) -> Row:
    made_of: Row = sheets[one["n"]]["made_of"]
    by = [one.get("front") or 0, one.get("back") or 0]
    if any(by) and len(made_of["pieces"]) != len(by):
        raise BadRequest(extra={"where": "sheets", "what": f"sheet {one['n']} is no card"})
    pieces = made_of["pieces"]
    if any(by):
        pieces = [{**piece, "turn": (piece["turn"] + each) % 360} for piece, each in zip(pieces, by, strict=True)]
    return {**made_of, "pieces": pieces, "turn": (made_of["turn"] + one["turn"]) % 360}


def _write_down(
    store: Store, caseworker: Row, of: Row, said: dict[str, Any], sheets: list[Row], split_off: str | None = None
) -> int:
    """Write down how the sheets of a submission are to lie, and queue the job that makes it so; returns its number."""
    arrangement = {
        "submission": of["id"],
        "based_on": said["based_on"],
        "said": _exact(said),
        "sheets": sheets,
        "split_off": split_off,
        "by": caseworker["id"],
        "at": store.time(),
    }
    n = arrangements.add(store.db, arrangement)
    jobs.repeat(store.db, "scan", of["id"], store.now())
    return n


def _split_off(store: Store, desk_row: Row, new: str, kind: str, leave: list[Row]) -> Row:
    """The new submission, received when the first one was, with the pages that it shows: the same bytes."""
    db, at = store.db, store.time()
    first = submissions.get(db, desk_row["id"])
    assert first is not None
    ask, wanted = asks.served_by(store, first["owner"], kind, first["ask"], None)
    fresh = {
        **first,
        "id": new,
        "kind": kind,
        "ask": ask,
        "wanted": wanted,
        "follows": None,
        "months": first["months"] if kind == first["kind"] else "[]",
        "state": states.RECEIVED,
        "manifest_hash": f"split from {first['id']}",  # no phone ever announces it
        "number": receipts.next_number(store, at),
        "postponed_until": None,
        "split_from": first["id"],
        "split_at": at,
    }
    submissions.add(db, fresh)
    shown = dict.fromkeys(piece["page"] for made_of in leave for piece in made_of["pieces"])
    for seq, name in enumerate(shown, 1):
        page = pages.get(db, first["id"], name)
        assert page is not None
        pages.add_all(db, [{**page, "submission": new, "seq": seq}])
    receipts.keep(store, fresh)
    events.add(db, fresh, "received", first["received_at"], first["owner"], {"number": fresh["number"]})
    return fresh
