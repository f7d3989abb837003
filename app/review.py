"""The caseworker's desk: inbox, open, decide. A caseworker's team is part of every question."""

from __future__ import annotations

import unicodedata
from typing import Any

from app import notify, states
from app.errors import AlreadyDecided, BadRequest, NotFound, NotReady, ReasonMissing
from app.office import Office
from app.store import Store, cases, decisions, documents, events, pages, people, submissions
from app.store.database import Row

QUEUES = {
    "new": states.AT_THE_DESK,
    "returned": {states.RETURNED},
    "accepted": {states.ACCEPTED},
    "all": states.AT_THE_DESK | states.DECIDED,
    **{state: {state} for state in states.STATES if state != states.SENDING},
}
REASON_MOST, TEXT_MOST = 500, 500


def inbox(store: Store, office: Office, caseworker: Row, queue: str, words: str, kind: str) -> list[Row]:
    """The team's submissions of a queue, oldest first, each with its `problems`. Raises BadRequest."""
    if queue not in QUEUES:
        raise BadRequest(extra={"state": sorted(QUEUES)})
    team = caseworker["team"] or ""
    noticed = documents.problems(store.db, team)
    found = submissions.desk_list(store.db, team, QUEUES[queue])
    return [
        {**row, "problems": noticed.get(row["id"], [])}
        for row in found
        if (not kind or row["kind"] == kind) and _matches(row, office, words)
    ]


def _matches(row: Row, office: Office, words: str) -> bool:
    said = f"{row['person_name']} {row['case_number']} {row['number']} {office.kind_name(row['kind'], 'de')}"
    return holds(said, words)


def holds(said: str, words: str) -> bool:
    """Whether every word is found in it, whatever the accents, and a BG number without its slashes, too."""
    held = _plain(f"{said} {said.replace('/', '')}")
    return all(word in held for word in _plain(words).split())


def _plain(said: str) -> str:
    letters = unicodedata.normalize("NFKD", said.casefold().replace("ı", "i"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def counts(store: Store, caseworker: Row) -> dict[str, int]:
    """How many submissions lie in each queue."""
    by_state = submissions.count_by_state(store.db, caseworker["team"] or "")
    return {queue: sum(by_state.get(state, 0) for state in QUEUES[queue]) for queue in ("new", "returned", "accepted")}


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
    raises    NotFound, NotReady, ReasonMissing, BadRequest (a page that is not there), AlreadyDecided
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
        if not state or state["state"] not in states.TO_DECIDE:
            raise NotReady()
        submissions.move(db, submission, state["state"], wanted["outcome"])
        at = store.time()
        decisions.add(db, {**wanted, "submission": submission, "caseworker": caseworker["id"], "at": at})
        detail = {key: wanted[key] for key in ("reason", "text", "pages")}
        event = events.add(db, row, wanted["outcome"], at, caseworker["id"], detail)
        notify.tell(store, row, wanted["outcome"], event)


def _checked(store: Store, submission: str, decision: dict[str, Any]) -> dict[str, Any]:
    reason, text = (str(decision.get(key) or "").strip() or None for key in ("reason", "text"))
    if decision["outcome"] == states.ACCEPTED:
        return {"outcome": states.ACCEPTED, "reason": reason, "text": text, "pages": []}
    if not reason and not text:
        raise ReasonMissing()
    wanted = set(decision.get("pages") or [])
    known = [page["id"] for page in pages.all_of(store.db, submission)]
    if not wanted <= set(known):
        raise BadRequest(extra={"pages": sorted(wanted - set(known))})
    return {
        "outcome": states.RETURNED,
        "reason": reason,
        "text": text,
        "pages": [page for page in known if page in wanted],
    }


def as_told(decision: Row | None) -> dict[str, Any] | None:
    """A decision as both sides may read it."""
    if not decision:
        return None
    return {
        **{key: decision[key] for key in ("outcome", "reason", "text", "pages", "at")},
        "by": decision["caseworker_name"],
    }
