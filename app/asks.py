"""What the office asks for by a date: made in seconds, answered paper by paper, reminded of in time.

An ask has papers; what became of each is never written down but read from what was handed in for it, from what the
person said and from what the office let go. So it is true whatever happened in between.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

from app import holidays, notify
from app.errors import AlreadyDecided, AskChanged, AskClosed, BadRequest, NotFound
from app.finding import holds
from app.manifest import SUBMISSION_ID
from app.office import ZONE, Office, local
from app.review import case_of
from app.store import Store, asks, cases, events
from app.store.database import Row

MOST_DAYS = 366
EXTENSION_DAYS = 14
SHOWN_DAYS = 30  # a complete ask stays in the list
REMIND_BEFORE = (1, 3, 7)  # days
AWAKE = range(9, 19)  # hours of the day, where the office is
AT_THE_OFFICE = {"received", "ready", "attention"}
MISSING, GIVEN = {"open", "returned"}, {"there", "accepted"}


def today(store: Store) -> date:
    """The day it is where the office is."""
    return _here(store).date()


def _here(store: Store) -> datetime:
    return datetime.fromtimestamp(store.now(), ZONE)


def make(store: Store, office: Office, caseworker: Row, ask: str, said: dict[str, Any]) -> bool:
    """Ask a person of the caseworker's team for papers. True when new, False when the same was asked before.
    A date on which no deadline ends moves to the next working day.

    said    {person, due, reason, basis, papers: [{kind, note}]}; reason, basis and note are texts by language
    raises  NotFound (the person is not in a case of the team), BadRequest (id or date), AskChanged
    """
    if not SUBMISSION_ID.fullmatch(ask):
        raise BadRequest(extra={"where": "id", "what": "an ask's id is a UUID in lower case"})
    case = case_of(store, caseworker, said["person"])
    exact = json.dumps(said, sort_keys=True, ensure_ascii=False)
    with store.atomic() as db:
        known = asks.get(db, ask)
        if known:
            if known["said"] != exact or known["case"] != case["id"]:
                raise AskChanged()
            return False
        _check_day(store, said["due"])
        at, due = store.time(), _on_a_workday(office, said["due"])
        row = {
            **{key: said[key] for key in ("person", "reason", "basis")},
            "id": ask,
            "case": case["id"],
            "due": due,
            "first_due": due,
            "said": exact,
            "created_at": at,
            "created_by": caseworker["id"],
        }
        asks.add(db, row, ({"n": n, **paper} for n, paper in enumerate(said["papers"], 1)))
        event = events.add_to_ask(db, row, "asked", at, caseworker["id"], {"due": due, **_moved(office, said["due"])})
        notify.tell_ask(store, row, "asked", event)
    return True


def _on_a_workday(office: Office, day: str) -> str:
    return office.workday(date.fromisoformat(day)).isoformat()


def _moved(office: Office, day: str) -> dict[str, str]:
    """What an event says of a date that moved: `wanted`, and why not."""
    why = holidays.why_free(date.fromisoformat(day), office.region, office.local_holidays)
    return {"wanted": day, "why": why} if why else {}


def _check_day(store: Store, due: str) -> None:
    first = today(store)
    try:
        day = date.fromisoformat(due)
    except ValueError as error:
        raise BadRequest(extra={"where": "due", "what": "no day of the calendar"}) from error
    if not first <= day <= first + timedelta(MOST_DAYS):
        raise BadRequest(extra={"where": "due", "what": f"from today to {MOST_DAYS} days ahead"})


def people_to_ask(store: Store, caseworker: Row, words: str) -> list[Row]:
    """People of the team's cases in whose name or BG number each of the words is found, by name."""
    found = cases.people_of(store.db, caseworker["team"] or "")
    return [row for row in found if holds(f"{row['name']} {row['case_number']}", words)]


def standing(store: Store, ask: Row) -> dict[str, Any]:
    """How an ask stands: its `papers` with a `state` each, and its own `state`.

    A paper is open, there (at the office), accepted, returned, declined (the person has it not) or waived (the office
    lets it go). An ask is open, overdue, answered (nothing is missing, something is not looked at), complete, closed.
    """
    handed_in = asks.submissions(store.db, ask["id"], ask["person"])
    return _standing(store, ask, asks.papers(store.db, ask["id"]), handed_in)


def _standing(store: Store, ask: Row, wanted: list[Row], handed_in: list[Row]) -> dict[str, Any]:
    papers = [_paper(paper, handed_in) for paper in wanted]
    return {"papers": papers, "state": _state(store, ask, {paper["state"] for paper in papers})}


def _state(store: Store, ask: Row, papers: set[str]) -> str:
    if ask["closed_at"]:
        return "closed"
    if papers <= {"accepted", "waived"}:
        return "complete"
    if not papers & MISSING:
        return "answered"
    return "overdue" if ask["due"] < today(store).isoformat() else "open"


def _paper(paper: Row, handed_in: list[Row]) -> dict[str, Any]:
    mine = [row for row in handed_in if row["wanted"] == paper["n"]]
    followed = {row["follows"] for row in handed_in}
    latest = [row for row in mine if row["id"] not in followed]
    states = {row["state"] for row in latest}
    if paper["waived_at"]:
        state = "waived"
    elif "returned" in states:
        state = "returned"
    elif states & AT_THE_OFFICE:
        state = "there"
    elif states:
        state = "accepted"
    else:
        state = "declined" if paper["declined"] else "open"
    return {
        **{key: paper[key] for key in ("n", "kind", "note")},
        "state": state,
        "declined": {"reason": paper["declined"], "text": paper["declined_text"], "at": paper["declined_at"]}
        if paper["declined"]
        else None,
        "submissions": [row["id"] for row in mine],
    }


def of_person(store: Store, person: str) -> list[Row]:
    """All asks to a person, the next date first, each with how it stands."""
    return [{**ask, **standing(store, ask)} for ask in asks.all_of(store.db, person)]


def seen_by(store: Store, person: str, ask: str) -> Row:
    """An ask to this person; the first look is written down. Raises NotFound."""
    found = _own(store, person, ask)
    if not found["seen_at"]:
        with store.atomic() as db:
            if not _own(store, person, ask)["seen_at"]:
                asks.set_ask(db, ask, {"seen_at": store.time()})
                events.add_to_ask(db, found, "seen", store.time(), person)
        found = _own(store, person, ask)
    return {**found, **standing(store, found)}


def _own(store: Store, person: str, ask: str) -> Row:
    found = asks.of(store.db, ask, person)
    if not found:
        raise NotFound()
    return found


def answer(store: Store, person: str, ask: str, n: int, reason: str | None, text: str | None) -> Row:
    """The person has a paper not, and says why; without a reason they take that back. The same again changes nothing.

    Raises NotFound, AskClosed.
    """
    with store.atomic() as db:
        found, paper = _own(store, person, ask), _paper_of(store, ask, n)
        text = (text or "").strip() or None if reason else None
        if (paper["declined"], paper["declined_text"]) != (reason, text):
            still_open(found)
            at = store.time()
            said = {"declined": reason, "declined_text": text, "declined_at": at if reason else None}
            asks.set_paper(db, ask, n, said)
            what = "declined" if reason else "will_come"
            event = events.add_to_ask(db, found, what, at, person, {"n": n, "reason": reason, "text": text})
            notify.tell_ask(store, found, what, event)
    return seen_by(store, person, ask)


def wish_for_time(store: Store, person: str, ask: str, wish: str, text: str | None) -> Row:
    """The person asks for more time. `wish` names it, so that it may be said twice; another one, perhaps of a second
    phone, takes the place of the one before. Raises NotFound, AskClosed.
    """
    with store.atomic() as db:
        found = _own(store, person, ask)
        if found["wish"] != wish:
            still_open(found)
            at, text = store.time(), (text or "").strip() or None
            fresh = {"wish": wish, "wish_text": text, "wish_at": at, "wish_outcome": None, "wish_decided_at": None}
            asks.set_ask(db, ask, fresh)
            event = events.add_to_ask(db, found, "time_wished", at, person, {"text": text})
            notify.tell_ask(store, found, "time_wished", event)
    return seen_by(store, person, ask)


def find(store: Store, caseworker: Row, ask: str) -> Row:
    """An ask of the caseworker's team, with how it stands. Raises NotFound."""
    found = asks.at_desk(store.db, ask, caseworker["team"] or "")
    if not found:
        raise NotFound()
    return {**found, **standing(store, found)}


def of_team(store: Store, caseworker: Row) -> list[Row]:
    """The team's asks, the next date first, each with how it stands; what is complete goes 30 days after its date.

    Three questions to the store, however many.
    """
    team = caseworker["team"] or ""
    wanted, handed_in = asks.papers_of_team(store.db, team), asks.submissions_of_team(store.db, team)
    found = [
        {**ask, **_standing(store, ask, wanted.get(ask["id"], []), handed_in.get(ask["id"], []))}
        for ask in asks.of_team(store.db, team)
    ]
    since = (today(store) - timedelta(SHOWN_DAYS)).isoformat()
    return [ask for ask in found if ask["state"] != "complete" or ask["due"] >= since]


def needs(ask: Row) -> list[str]:
    """What of an ask, with how it stands, waits for the office: `overdue`, a `wish` for time, `declined` papers."""
    if ask["state"] == "closed":
        return []
    states = {paper["state"] for paper in ask["papers"]}
    found = {
        "overdue": ask["state"] == "overdue",
        "wish": states & {*MISSING, "declined"} and ask["wish"] and not ask["wish_outcome"],
        "declined": "declined" in states,
    }
    return [need for need, there in found.items() if there]


def count_needing(store: Store, caseworker: Row) -> int:
    """How many of the team's asks wait for the office; quick, because each look at the inbox asks."""
    found = asks.unsettled(store.db, caseworker["team"] or "", today(store).isoformat())
    return sum(bool(needs({**ask, **standing(store, ask)})) for ask in found)


def brief(store: Store, ask: str, person: str) -> dict[str, Any] | None:
    """How an ask to this person stands, in a line: id, state, due, how many papers are `given` of how many `wanted`."""
    found = asks.of(store.db, ask, person)
    if not found:
        return None
    now = standing(store, found)
    papers = [paper["state"] for paper in now["papers"] if paper["state"] != "waived"]
    given = sum(state in GIVEN for state in papers)
    return {"id": found["id"], "state": now["state"], "due": found["due"], "given": given, "wanted": len(papers)}


def decide_on_time(store: Store, office: Office, caseworker: Row, ask: str, outcome: str, until: str | None) -> Row:
    """Give more time, until a day (14 days more where none is named), or refuse it, once for each wish. A
    date on which no deadline ends moves to the next working day.

    Raises NotFound, BadRequest, AlreadyDecided.
    """
    with store.atomic() as db:
        found = find(store, caseworker, ask)
        if not found["wish"]:
            raise NotFound()
        if found["wish_outcome"]:
            if found["wish_outcome"] != outcome or (until and _on_a_workday(office, until) != found["due"]):
                raise AlreadyDecided()
            return found
        due, moved = found["due"], dict[str, str]()
        if outcome == "granted":
            wanted = until or _later(store, due)
            _check_day(store, wanted)
            due, moved = _on_a_workday(office, wanted), _moved(office, wanted)
        at = store.time()
        asks.set_ask(db, ask, {"due": due, "wish_outcome": outcome, "wish_decided_at": at})
        event = events.add_to_ask(db, found, f"time_{outcome}", at, caseworker["id"], {"due": due, **moved})
        notify.tell_ask(store, found, f"time_{outcome}", event)
    return find(store, caseworker, ask)


def _later(store: Store, due: str) -> str:
    return (max(date.fromisoformat(due), today(store)) + timedelta(EXTENSION_DAYS)).isoformat()


def free_days(store: Store, office: Office) -> dict[str, str]:
    """The holidays that move a date that can be chosen now, by day, each with its name's id; weekends not named."""
    years = range(today(store).year, today(store).year + 3)
    found = [holidays.of_year(year, office.region, office.local_holidays) for year in years]
    return {day.isoformat(): name for year in found for day, name in sorted(year.items())}


def settle(store: Store, caseworker: Row, ask: str, n: int, outcome: str) -> Row:
    """The office lets a paper go ("waived"), or wants it all the same ("wanted"), whatever the person said to it.

    Raises NotFound, AskClosed.
    """
    with store.atomic() as db:
        found = find(store, caseworker, ask)
        paper = _paper_of(store, ask, n)
        changes: dict[str, Any] = {"waived_at": store.time()}
        if outcome == "wanted":  # whoever insists has read why the person has it not: they are asked anew
            changes = dict.fromkeys(("waived_at", "declined", "declined_text", "declined_at"))
        if bool(paper["waived_at"]) != (outcome == "waived") or (outcome == "wanted" and paper["declined"]):
            still_open(found)
            asks.set_paper(db, ask, n, changes)
            event = events.add_to_ask(db, found, outcome, store.time(), caseworker["id"], {"n": n})
            notify.tell_ask(store, found, outcome, event)
    return find(store, caseworker, ask)


def _paper_of(store: Store, ask: str, n: int) -> Row:
    for paper in asks.papers(store.db, ask):
        if paper["n"] == n:
            return paper
    raise NotFound()


def still_open(ask: Row) -> None:
    """Raises AskClosed when the office asks no longer."""
    if ask["closed_at"]:
        raise AskClosed()


def close(store: Store, caseworker: Row, ask: str) -> Row:
    """The office asks no longer. Raises NotFound."""
    with store.atomic() as db:
        found = find(store, caseworker, ask)
        if not found["closed_at"]:
            at = store.time()
            asks.set_ask(db, ask, {"closed_at": at})
            event = events.add_to_ask(db, found, "closed", at, caseworker["id"])
            notify.tell_ask(store, found, "closed", event)
    return find(store, caseworker, ask)


def served_by(
    store: Store, owner: str, kind: str, ask: str | None, wanted: int | None
) -> tuple[str | None, int | None]:
    """Which ask and which of its papers a submission is for: what the phone says, if that is the person's own; where it
    names no paper, the first of that kind that is missing. Papers are never refused for it.
    """
    found = asks.of(store.db, ask, owner) if ask else None
    if not found:
        return None, None
    papers = standing(store, found)["papers"]
    if wanted in {paper["n"] for paper in papers}:
        return found["id"], wanted
    fits = [paper for paper in papers if paper["kind"] == kind]
    missing = [paper for paper in fits if paper["state"] in MISSING]
    chosen = (missing or fits or [None])[0]
    return found["id"], chosen["n"] if chosen else None


def remind(store: Store) -> int:
    """Remind people of what is missing 7, 3 and 1 days before its date, by day and once each; returns how many.

    Who was asked today is not reminded today. A worker that was away says the one that fits now.
    """
    here = _here(store)
    if here.hour not in AWAKE:
        return 0
    day, said = here.date(), 0
    for ask in asks.open_between(store.db, day.isoformat(), (day + timedelta(max(REMIND_BEFORE))).isoformat()):
        left = (date.fromisoformat(ask["due"]) - day).days
        days = next(before for before in REMIND_BEFORE if before >= left)
        asked = local(ask["created_at"]).date()
        if asked == day or standing(store, ask)["state"] != "open":
            continue
        with store.atomic() as db:
            if asks.remind_once(db, ask, days, store.time()):
                event = events.add_to_ask(db, ask, "reminded", store.time(), None, {"days": left})
                notify.tell_ask(store, ask, "reminded", event)
                said += 1
    return said
