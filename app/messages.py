"""Messages between a person and the team that is responsible for them: one thread a person, without a subject.

A thread belongs to one person, not to a household: nobody else of the case reads it. It has no subject, because people
write as on their phone, and an office that must guess which of five threads holds the answer reads all five.
"""

from __future__ import annotations

from typing import Any

from app import notify
from app.errors import BadRequest, MessageChanged, NoCase, NotFound, SlowDown
from app.manifest import SUBMISSION_ID
from app.review import case_of
from app.store import Store, cases, events, iso, messages, people, submissions
from app.store.database import Row

MOST_TO_PHONE = 200
MOST_AN_HOUR = 30
HOUR = 3600.0


def of_person(store: Store, person: str) -> list[Row]:
    """The person's thread, oldest first: the latest messages, no more than a phone wants to fetch."""
    return messages.latest_of(store.db, person, MOST_TO_PHONE)


def team_of(store: Store, person: str) -> Row | None:
    """The team that answers this person."""
    case = cases.of_person(store.db, person)
    return people.team(store.db, case["team"]) if case else None


def write(store: Store, person: str, message: str, text: str, submission: str | None) -> tuple[Row, bool]:
    """The person writes to their team. True when new, False when the same was said before.

    Raises NoCase, BadRequest (no text and nothing attached), MessageChanged, NotFound (the id is another thread's),
    SlowDown.
    """
    case = cases.of_person(store.db, person)
    if not case:
        raise NoCase()
    return _put(store, case, person, person, message, text, submission)


def answer(
    store: Store, caseworker: Row, person: str, message: str, text: str, submission: str | None
) -> tuple[Row, bool]:
    """The team writes to a person of its cases; the submission is the one that it is about. Raises as `write` does."""
    case = case_of(store, caseworker, person)
    if submission and submission not in {paper["id"] for paper in submissions.all_at(store.db, person, case["team"])}:
        raise NotFound()
    told, fresh = _put(store, case, person, caseworker["id"], message, text, submission)
    return _for_team(told, case["team"]), fresh


def _for_team(message: Row, team: str) -> Row:
    """A message with its paper if that lies with this team; `elsewhere` when it lies with another one."""
    elsewhere = bool(message["paper"]) and message["paper_team"] != team
    return {**message, "elsewhere": elsewhere, "paper": None if elsewhere else message["paper"]}


def _put(
    store: Store, case: Row, person: str, author: str, id: str, text: str, submission: str | None
) -> tuple[Row, bool]:
    if not SUBMISSION_ID.fullmatch(id):
        raise BadRequest(extra={"where": "id", "what": "a message's id is a UUID in lower case"})
    if not text and not submission:
        raise BadRequest(extra={"where": "text", "what": "a text or something attached is needed"})
    with store.atomic() as db:
        known = messages.get(db, id)
        if known:
            return _same(known, person, author, text, submission), False
        _not_too_fast(store, person, author)
        row = {"id": id, "case": case["id"], "person": person, "author": author, "text": text}
        row |= {"submission": submission, "at": store.time()}
        messages.add(db, row)
        event = events.add_to_case(db, case["id"], "message", row["at"], author, {"message": id})
        notify.tell_message(store, row, event)
        fresh = messages.get(db, id)
        assert fresh is not None
        return fresh, True


def _same(known: Row, person: str, author: str, text: str, submission: str | None) -> Row:
    if known["person"] != person:
        raise NotFound()
    if (known["author"], known["text"], known["submission"]) != (author, text, submission):
        raise MessageChanged()
    return known


def _not_too_fast(store: Store, person: str, author: str) -> None:
    if messages.count_since(store.db, person, author, iso(store.now() - HOUR)) >= MOST_AN_HOUR:
        raise SlowDown(headers={"Retry-After": "300"})


def read_by_person(store: Store, person: str, until: str) -> None:
    """The person has read up to this message; further ones stay as they are. Raises NotFound."""
    _mark(store, _in_thread(store, until, person), True, True)


def read_by_team(store: Store, caseworker: Row, person: str, until: str, read: bool, settled: bool = False) -> None:
    """Somebody of the team has read up to this message, and says perhaps that no answer is needed; or it and what
    follows shall count as unread again. Raises NotFound.
    """
    case_of(store, caseworker, person)
    message = _in_thread(store, until, person)
    with store.atomic() as db:
        _mark(store, message, False, read)
        if settled:
            messages.set_settled(db, message, store.time())


def _mark(store: Store, message: Row, by_person: bool, read: bool) -> None:
    with store.atomic() as db:
        if read:
            messages.set_read(db, message, by_person, store.time())
        else:
            messages.set_unread(db, message)


def _in_thread(store: Store, message: str, person: str) -> Row:
    found = messages.get(store.db, message)
    if not found or found["person"] != person:
        raise NotFound()
    return found


def threads(store: Store, caseworker: Row) -> list[Row]:
    """The team's threads: what is unread first, by who waits longest; then what is not answered; then the latest."""
    found = messages.threads(store.db, caseworker["team"] or "")
    found.sort(key=lambda row: row["at"], reverse=True)
    return sorted(found, key=_urgency)


def _urgency(thread: Row) -> tuple[int, str]:
    if thread["unread"]:
        return 0, thread["waiting_since"] or thread["at"]
    return (1, thread["waiting_since"]) if thread["waiting_since"] else (2, "")


def count_unread(store: Store, caseworker: Row) -> int:
    """How many people wait for somebody of the team to read what they wrote."""
    return messages.count_unread(store.db, caseworker["team"] or "")


def at_desk(store: Store, caseworker: Row, person: str) -> dict[str, Any]:
    """A person's whole thread, and their papers: `{person, case, messages, papers}`. Raises NotFound.

    The thread goes where its person goes; a paper stays where it was sent, and another team sees only that it is there.
    """
    case = case_of(store, caseworker, person)
    papers = submissions.all_at(store.db, person, case["team"])
    thread = [_for_team(message, case["team"]) for message in messages.of_person(store.db, person)]
    return {"person": people.get(store.db, person), "case": case, "messages": thread, "papers": papers}
