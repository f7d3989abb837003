"""What a phone says it holds; and what is gone when a phone that held papers comes back empty.

A phone tells after every change what lies only on it. The browser keeps its name in a cookie that no script can
read; what IndexedDB held may be thrown away by the browser, or with all its data by a person. A browser that comes
back under another name has lost whatever it held. Without the cookie nobody can know whether it is the same one, so
the person is asked, until they answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from app import notify, states
from app.errors import NotFound
from app.store import Store, cases, devices, events, submissions
from app.store.database import Row


@dataclass(frozen=True)
class Outbox:
    """What a phone says.

    pending  what lies only on it: rows of submission, kind, pages, since (when it was photographed)
    gone     what it held, and knows, or the person says, to be gone; rows alike
    told     submissions whose loss the person has read of
    emptied  the person had everything deleted that is not in `pending`: nothing was lost
    """

    pending: list[Row]
    gone: list[Row] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    emptied: bool = False


@dataclass(frozen=True)
class Missing:
    """`lost`: gone, and the person has not said that they know.

    `elsewhere`: on another phone, or gone with this one's data.
    """

    lost: list[Row]
    elsewhere: list[Row]


def tell(store: Store, person: str, device: str, said: Outbox, remembered: str | None) -> Missing:
    """Write down what a device holds, and answer what is missing. Repeating it changes nothing.

    remembered  the name under which this browser came last time, None when it has forgotten it
    """
    here = {row["submission"] for row in said.pending}
    with store.atomic() as db:
        renamed = remembered is not None and remembered != device
        before = devices.held_by(db, remembered, person) if renamed and remembered else []
        stranger = not any(devices.knows(db, name, person) for name in (device, remembered) if name)
        devices.see(db, device, person, store.time())
        if stranger:
            devices.doubt(db, device, person)
        if remembered and renamed:
            devices.hold(db, remembered, person, [])
        for row in [] if said.emptied else [*before, *said.gone]:
            if row["submission"] not in here:
                _lose(store, person, row)
        devices.hold(db, device, person, said.pending)
        for submission in said.told:
            devices.set_told(db, person, submission, store.time())
    elsewhere = devices.doubted(store.db, device, person)
    return Missing(
        devices.losses_untold(store.db, person), [_left(row) for row in elsewhere if row["submission"] not in here]
    )


def _lose(store: Store, person: str, gone: Row) -> None:
    """Write a loss down, tell the office, and forget that anybody holds it; once."""
    db, submission = store.db, gone["submission"]
    known = submissions.get(db, submission)
    devices.let_go(db, person, submission)
    if known and (known["owner"] != person or known["state"] != states.SENDING):
        return  # it arrived, or is nobody's business
    case = cases.of_person(db, person)
    loss = {**_left(gone), "person": person, "case": case["id"] if case else None, "at": store.time()}
    if not devices.add_loss(db, loss) or not case:
        return
    at_case = {"id": submission if known else None, "case": case["id"]}
    detail = {key: loss[key] for key in ("kind", "pages", "since")}
    event = events.add(db, at_case, "lost", loss["at"], person, detail)
    notify.tell(store, {"id": submission, "case": case["id"], "owner": person}, "lost", event)


def _left(row: Row) -> Row:
    """The same without the pages that the server has."""
    pages = max(1, row["pages"] - row.get("stored", 0))
    return {"submission": row["submission"], "kind": row["kind"], "pages": pages, "since": row["since"]}


def losses(store: Store, caseworker: Row) -> list[Row]:
    """What is gone in the cases of a caseworker's team, and nobody has ticked off."""
    return devices.losses_unseen(store.db, caseworker["team"] or "")


def tick_off(store: Store, caseworker: Row, loss: int) -> None:
    """A caseworker has seen to a loss. Twice is harmless. Raises NotFound, also for another team's."""
    with store.atomic() as db:
        if not devices.loss_of(db, loss, caseworker["team"] or ""):
            raise NotFound()
        devices.set_seen(db, loss, caseworker["id"], store.time())
