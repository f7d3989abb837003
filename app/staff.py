"""The office's own people, caseworkers and admins, and the teams in which they and the cases are.

Who is added has no password yet: one for the first sign-in is made apart, and said once (`accounts.make_codes`). Who
gets another role or team signs in again, because what they see is another; what they had in hand stays with the team
that they leave. There is always an admin who has access.
"""

from __future__ import annotations

from typing import Any

from app import accounts, duty
from app.errors import BadRequest, LoginTaken, NotFound, NotYourself, TeamInUse, TeamTaken
from app.manifest import SUBMISSION_ID
from app.store import Store, people, sessions
from app.store.database import Row

ROLES = ("caseworker", "admin")


def put(store: Store, admin: Row, person: str, said: dict[str, Any]) -> bool:
    """Add somebody, or change their name, role and team. True when new; the same again changes nothing.

    said    {name, login, role, team}; team an id or None, which only an admin may have; a login never changes
    raises  BadRequest, LoginTaken, NotFound (the id is a jobseeker's), NotYourself and LastAdmin (another role)
    """
    said = {**said, "login": accounts.normal_login(said["login"])}
    with store.atomic() as db:
        _check_team(store, said)
        known = people.get(db, person)
        if known:
            _change(store, admin, known, said)
        else:
            _add(store, person, said)
    return not known


def _check_team(store: Store, said: dict[str, Any]) -> None:
    if said["team"] is None and said["role"] == "caseworker":
        raise BadRequest(extra={"where": "team", "what": "a caseworker needs a team"})
    if said["team"] is not None and not people.team(store.db, said["team"]):
        raise BadRequest(extra={"where": "team", "what": "there is no such team"})


def _add(store: Store, person: str, said: dict[str, Any]) -> None:
    if not SUBMISSION_ID.fullmatch(person):
        raise BadRequest(extra={"where": "id", "what": "a person's id is a UUID in lower case"})
    if people.by_login(store.db, said["login"]):
        raise LoginTaken()
    accounts.add_person(store, {**said, "id": person})


def _change(store: Store, admin: Row, known: Row, said: dict[str, Any]) -> None:
    if known["role"] not in ROLES:
        raise NotFound()
    if said["login"] != known["login"]:
        raise BadRequest(extra={"where": "login", "what": "a login stays as it is"})
    if said["role"] != known["role"]:
        if known["id"] == admin["id"]:
            raise NotYourself()
        accounts.keep_an_admin(store, known)
    if said["team"] != known["team"]:
        duty.lay_down(store, known["id"])
    people.set_staff(store.db, known["id"], said["name"], said["role"], said["team"])
    if (said["role"], said["team"]) != (known["role"], known["team"]) and known["id"] != admin["id"]:
        sessions.end_all(store.db, known["id"])


def everybody(store: Store) -> list[Row]:
    """Caseworkers and admins by name, as in `people.listed`."""
    return [row for row in people.listed(store.db) if row["role"] in ROLES]


def teams(store: Store) -> list[Row]:
    """All teams by name, each with how many `cases` and how many `people` of the office are in it."""
    return people.team_sizes(store.db)


def put_team(store: Store, team: str, name: str) -> bool:
    """Add a team, or give it another name. True when new. Raises BadRequest, TeamTaken (another one has that name)."""
    with store.atomic() as db:
        if any(_same(one["name"], name) for one in people.teams(db) if one["id"] != team):
            raise TeamTaken()
        known = people.team(db, team)
        if known:
            people.rename_team(db, team, name)
        elif SUBMISSION_ID.fullmatch(team):
            people.add_team(db, team, name)
        else:
            raise BadRequest(extra={"where": "id", "what": "a team's id is a UUID in lower case"})
    return not known


def _same(name: str, other: str) -> bool:
    return " ".join(name.casefold().split()) == " ".join(other.casefold().split())


def drop_team(store: Store, team: str) -> Row:
    """Take a team away in which nobody and nothing is; returns it as it was. Raises NotFound, TeamInUse."""
    with store.atomic() as db:
        found = next((one for one in people.team_sizes(db) if one["id"] == team), None)
        if not found:
            raise NotFound()
        if found["cases"] or found["people"]:
            raise TeamInUse(extra={"cases": found["cases"], "people": found["people"]})
        people.drop_team(db, team)
    return found
