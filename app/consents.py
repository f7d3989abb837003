"""Getting notices here instead of by post: a wish of its own, which can be taken back, and which nothing depends on."""

from __future__ import annotations

from app.review import case_of
from app.store import Store, cases, consents, events
from app.store.database import Row


def of(store: Store, person: str) -> list[Row]:
    """Every consent of a person, the newest first."""
    return consents.of(store.db, person)


def holds(store: Store, person: str) -> bool:
    """Whether a consent holds now."""
    return consents.holds(store.db, person)


def seen_from_desk(store: Store, caseworker: Row, person: str) -> list[Row]:
    """The consents of somebody in a case of the team. Raises NotFound."""
    case_of(store, caseworker, person)
    return of(store, person)


def wish(store: Store, person: str, given: bool) -> None:
    """Give the consent or take it back; the same again changes nothing."""
    with store.atomic() as db:
        if consents.holds(db, person) == given:
            return
        (consents.give if given else consents.revoke)(db, person, store.time())
        case = cases.of_person(db, person)
        if case:
            what = "consent_given" if given else "consent_revoked"
            events.add_to_case(db, case["id"], what, store.time(), person)
