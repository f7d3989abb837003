"""One person who hands in papers, added or changed by hand: a list of one line, by the list's own rules.

Only what is said is changed, so of two who change the same person at once the last one wins for what they changed.
"""

from __future__ import annotations

from typing import Any

from app import accounts, roster
from app.errors import BadPerson, BadRequest, NotFound
from app.manifest import SUBMISSION_ID
from app.store import Store, cases, people
from app.store.database import Row

EMPTY = ("approved_until", "street", "place")  # what may be taken away


def find(store: Store, person: str) -> Row:
    """A jobseeker as in `people.listed`. Raises NotFound."""
    found = people.one_listed(store.db, person)
    if not found or found["role"] != "jobseeker":
        raise NotFound()
    return found


def household(store: Store, person: Row) -> list[Row]:
    """Who is or was in the case of somebody, as in `people.listed`, without a sign-in; who left comes last."""
    known = cases.household(store.db, person["case_id"]) if person["case_id"] else []
    return sorted(known, key=lambda member: bool(member["left_at"]))


def add(store: Store, id: str, said: dict[str, Any]) -> tuple[bool, list[roster.Said]]:
    """Add somebody `{case, name}` and what else a list can say of them; whether they are new, what is worth knowing.

    team    an id, needed for a case that is not there yet
    raises  BadPerson, BadRequest, NotFound (the id is a colleague's)
    """
    if not SUBMISSION_ID.fullmatch(id):
        raise BadRequest(extra={"where": "id", "what": "a person's id is a UUID in lower case"})
    if people.get(store.db, id):
        find(store, id)
        return False, []
    line = roster.one(store, _fields(store, said), id=id)
    return True, [roster.Said("somebody_else", note.values) for note in line.notes if note.code == "same_name"]


def change(store: Store, person: Row, said: dict[str, Any]) -> roster.Line:
    """Change what is said: `{name, case, team, approved_until, language, street, place}`, the team by its id; None or
    "" takes an address away, or the end of the approval period. The team and that end are the case's, so everybody's in
    it. Raises BadPerson, BadRequest.
    """
    if "name" in said and not (said["name"] or "").strip():
        raise BadPerson("empty", column=roster.COLUMNS["name"][0])
    known = {"case": person["case_number"] or "", "name": person["name"], "login": person["login"]}
    cleared = [column for column in EMPTY if column in said and not said[column]]
    return roster.one(store, {**known, **_fields(store, said)}, cleared=cleared)


def _fields(store: Store, said: dict[str, Any]) -> roster.Fields:
    """As a line of a list says it: a team by its name."""
    fields = {column: " ".join(str(value).split()) for column, value in said.items() if value}
    if "team" in fields:
        team = people.team(store.db, fields["team"])
        if not team:
            raise BadRequest(extra={"where": "team", "what": "there is no such team"})
        fields["team"] = team["name"]
    return fields


def case_of(person: Row) -> str:
    """The id of the case of somebody as in `people.listed`. Raises NotFound when they are in none."""
    if not person["case_id"]:
        raise NotFound()
    return str(person["case_id"])


def set_access(store: Store, person: Row, access: str) -> None:
    """End somebody's access, or open it again; the same again changes nothing. Raises LastAdmin."""
    if access == "open" and person["ended_at"]:
        accounts.give_access(store, person["id"])
    elif access == "ended" and not person["ended_at"]:
        accounts.end_access(store, person["id"])
