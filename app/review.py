"""One submission on the caseworker's desk: open it, decide on it, and all that colleagues tell each other about it.

A caseworker's team is part of every question.
"""

from __future__ import annotations

from typing import Any

from app import handover, notify, states
from app.errors import AlreadyDecided, BadRequest, NotFound, NotReady, ReasonMissing
from app.manifest import SUBMISSION_ID
from app.office import Office
from app.store import (
    Store,
    arrangements,
    cases,
    decisions,
    documents,
    events,
    handling,
    handovers,
    pages,
    people,
    submissions,
)
from app.store.database import Row

PRESENT = 60.0  # s
# What happens among colleagues; the person is told nothing of it.
INTERNAL = {"opened", "taken", "given_back", "postponed", "wanted_now", "renamed"}
INTERNAL |= {"let_go", "arranged", "not_arranged", "split", "split_off"}


def find(store: Store, caseworker: Row, submission: str) -> Row:
    """A submission of the caseworker's team. Raises NotFound, also for what belongs to another team."""
    row = submissions.desk_one(store.db, submission, caseworker["team"] or "")
    if not row:
        raise NotFound()
    return row


def case_of(store: Store, caseworker: Row, person: str) -> Row:
    """The case of a person whom the caseworker's team is responsible for. Raises NotFound."""
    found, case = people.get(store.db, person), cases.of_person(store.db, person)
    if not found or found["role"] != "jobseeker" or not case or case["team"] != caseworker["team"]:
        raise NotFound()
    return case


def open_for(store: Store, caseworker: Row, submission: str) -> Row:
    """Look at a submission; the first look of each caseworker is written down."""
    row = find(store, caseworker, submission)
    if not events.happened(store.db, submission, "opened", caseworker["id"]):
        with store.atomic() as db:
            if not events.happened(db, submission, "opened", caseworker["id"]):
                events.add(db, row, "opened", store.time(), caseworker["id"])
        row = find(store, caseworker, submission)
    return row


def decide(store: Store, caseworker: Row, submission: str, decision: dict[str, Any]) -> None:
    """Accept or return a submission, once. The same decision again changes nothing.

    decision  {outcome, reason, text, pages}; a return needs a reason, or a sentence of one's own
    raises    NotFound, NotReady (also while the document is being made anew: what was seen is what is decided on),
              ReasonMissing, BadRequest (a page that is not there), AlreadyDecided
    """
    row = find(store, caseworker, submission)
    wanted = _checked(store, submission, decision)
    with store.atomic() as db:
        made = decisions.of(db, submission)
        if made:
            if any(made[key] != wanted[key] for key in ("outcome", "reason", "text", "pages")):
                raise AlreadyDecided(extra={"decision": as_told(made)})
            return
        state = submissions.get(db, submission)
        if not state or state["state"] not in states.TO_DECIDE or arrangements.pending(db, submission):
            raise NotReady()
        submissions.move(db, submission, state["state"], wanted["outcome"])
        at = store.time()
        decisions.add(db, {**wanted, "submission": submission, "caseworker": caseworker["id"], "at": at})
        detail = {key: wanted[key] for key in ("reason", "text", "pages")}
        event = events.add(db, row, wanted["outcome"], at, caseworker["id"], detail)
        notify.tell(store, row, wanted["outcome"], event)
        if wanted["outcome"] == states.ACCEPTED:
            handover.plan(store, row)


def _checked(store: Store, submission: str, decision: dict[str, Any]) -> dict[str, Any]:
    reason, text = (str(decision.get(key) or "").strip() or None for key in ("reason", "text"))
    if decision["outcome"] == states.ACCEPTED:
        return {"outcome": states.ACCEPTED, "reason": reason, "text": text, "pages": []}
    if not reason and not text:
        raise ReasonMissing()
    wanted = set(decision.get("pages") or [])
    known, split_off = _still_here(store, submission)
    if not wanted <= set(known):
        raise BadRequest(extra={"pages": sorted(wanted - set(known))})
    if split_off and not wanted:
        wanted = set(known)  # all that is left comes back, and not what is a paper of its own now
    return {
        "outcome": states.RETURNED,
        "reason": reason,
        "text": text,
        "pages": [page for page in known if page in wanted],
    }


def _still_here(store: Store, submission: str) -> tuple[list[str], bool]:
    """The pages of a submission by their ids, in order, but for those that were split off; whether there are such."""
    every = [page["id"] for page in pages.all_of(store.db, submission)]
    sheets = documents.sheets(store.db, submission)
    shown = {piece["page"] for sheet in sheets for piece in sheet["made_of"]["pieces"] if not piece["origin"]}
    here = [page for page in every if page in shown or not sheets]
    return here, len(here) < len(every)


def rename(store: Store, office: Office, caseworker: Row, submission: str, kind: str) -> None:
    """Its papers are of another kind than the person said; what the e-file may know already it gets again.

    Raises NotFound, BadRequest (no kind of the office), InTheFile (its papers are deleted here).
    """
    if kind not in {known["id"] for known in office.kinds}:
        raise BadRequest(extra={"where": "kind", "what": "the office knows no such kind"})
    with store.atomic() as db:
        row = find(store, caseworker, submission)
        if row["kind"] != kind:
            handover.renamed(store, submission)
            submissions.set_kind(db, submission, kind)
            events.add(db, row, "renamed", store.time(), caseworker["id"], {"from": row["kind"], "to": kind})


def write_note(store: Store, caseworker: Row, submission: str, note: str, text: str, withheld: bool) -> None:
    """Tell colleagues something about a submission. The person finds it in their data, unless it is withheld. The same
    again changes nothing.

    Raises NotFound, BadRequest (no text, or another note under this id).
    """
    if not SUBMISSION_ID.fullmatch(note) or not text.strip():
        raise BadRequest(extra={"where": "note", "what": "an id that is a UUID in lower case, and a text"})
    with store.atomic() as db:
        find(store, caseworker, submission)
        if handovers.gone(db, submission):
            raise NotFound()  # what is deleted stays deleted: nothing new is said of it here
        fresh = {"id": note, "submission": submission, "author": caseworker["id"], "text": text.strip()}
        fresh["withheld"] = int(withheld)
        if not handling.add_note(db, {**fresh, "at": store.time()}):
            known = handling.get_note(db, note) or {}
            if any(known.get(key) != value for key, value in fresh.items()):
                raise BadRequest(extra={"where": "note", "what": "another note has this id"})


def be_present(store: Store, caseworker: Row, submission: str) -> list[Row]:
    """The caseworker looks at it now; who else does. To be said again before PRESENT seconds are over."""
    find(store, caseworker, submission)
    with store.atomic() as db:
        handling.forget_absent(db, store.now() - PRESENT)
        handling.be_present(db, submission, caseworker["id"], store.time(), store.now())
    return handling.present(store.db, submission, caseworker["id"])


def leave(store: Store, caseworker: Row, submission: str) -> None:
    """The caseworker looks at it no longer."""
    find(store, caseworker, submission)
    handling.leave(store.db, submission, caseworker["id"])


def as_told(decision: Row | None) -> dict[str, Any] | None:
    """A decision as both sides may read it."""
    if not decision:
        return None
    return {
        **{key: decision[key] for key in ("outcome", "reason", "text", "pages", "at")},
        "by": decision["caseworker_name"],
    }
