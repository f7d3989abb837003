"""Who belongs to a case without a sign-in, children for example: they come in, are something else to the others, leave,
and come back as the same. One set of rules for the office's list and for who changes one person by hand.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

from app.errors import BadPerson, NotFound
from app.store import Store, cases
from app.store.database import Row

LEFT = {"ausgezogen", "weg", "verstorben", "left", "moved out"}
IN_BRACKETS = re.compile(r"(.*?)\s*\(([^()]*)\)")
APART = re.compile(r"[|()]")  # what keeps members and relations apart in a list
Change = tuple[str, str, str]  # field, before, after


def squeezed(said: str) -> str:
    """A name as names are compared: capitals and spaces mean nothing."""
    return " ".join(said.casefold().split())


def read(said: str) -> Iterator[tuple[str, str | None]]:
    """(name, relation) of each in "Mia Nowak (Kind) | Ben Nowak"."""
    for entry in re.split(r"[|\n]", said):
        found = IN_BRACKETS.fullmatch(entry.strip())
        name, relation = (found[1], found[2].strip() or None) if found else (entry.strip(), None)
        if name:
            yield " ".join(name.split()), relation


def written(members: list[Row]) -> str:
    """Members as `read` reads them."""
    return " | ".join(f"{m['name']} ({m['relation']})" if m["relation"] else m["name"] for m in members)


def say(store: Store, case: str, name: str, relation: str | None, id: str | None = None) -> list[Change]:
    """Somebody comes in, with this id or a new one, is something else to the others, or has left; the changes.

    The same again changes nothing, and who signs in is not meant. To be called in a transaction.
    """
    if _signs_in(store, case, name):
        return []
    same = [member for member in cases.household(store.db, case) if squeezed(member["name"]) == squeezed(name)]
    now, at = next((member for member in same if not member["left_at"]), None), store.time()
    if _has_left(relation):
        return _put(store, now, now["relation"], at) if now else []
    if not now and same:  # back again: the same person, with the papers about them
        return _put(store, same[-1], relation or same[-1]["relation"], None)
    if not now:
        fresh = {"id": id or str(uuid.uuid4()), "case": case, "name": name, "relation": relation, "created_at": at}
        cases.add_to_household(store.db, fresh)
        return [("household", "", name)]
    return _put(store, now, relation or now["relation"], None)


def _put(store: Store, member: Row, relation: str | None, left_at: str | None) -> list[Change]:
    name = member["name"]
    cases.change_in_household(store.db, member["id"], name, relation, left_at)
    if left_at and not member["left_at"]:
        return [("household", name, "")]
    if member["left_at"] and not left_at:
        return [("household", "", name)]
    if relation != member["relation"]:
        return [("household", f"{name} ({member['relation'] or '–'})", f"{name} ({relation or '–'})")]
    return []


def _signs_in(store: Store, case: str, name: str) -> bool:
    return any(
        member["signs_in"] and squeezed(member["name"]) == squeezed(name) for member in cases.members(store.db, case)
    )


def _has_left(relation: str | None) -> bool:
    return bool(relation) and squeezed(str(relation)) in LEFT


def signs_in_now(store: Store, case: str, name: str) -> None:
    """Who gets a sign-in is no longer one without."""
    for member in cases.household(store.db, case):
        if not member["left_at"] and squeezed(member["name"]) == squeezed(name):
            cases.change_in_household(store.db, member["id"], member["name"], member["relation"], store.time())


# By hand, one at a time


def add(store: Store, case: str, id: str, name: str, relation: str | None) -> None:
    """Add somebody; who was there before comes back. The same again changes nothing. Raises BadPerson, NotFound."""
    name, relation = _tidy(name), _tidy(relation or "") or None
    _refuse_wrong(name, relation)
    with store.atomic() as db:
        known = cases.in_household(db, id)
        if known and known["case"] != case:
            raise NotFound()
        if known:
            return
        if _signs_in(store, case, name):
            raise BadPerson("signs_in", name=name)
        say(store, case, name, relation, id)


def change(store: Store, case: str, id: str, said: dict[str, Any]) -> None:
    """Change what is said of a member: `name`, `relation` (None takes it away), `left`. Raises NotFound, BadPerson."""
    with store.atomic() as db:
        everybody = cases.household(db, case)
        found = next((member for member in everybody if member["id"] == id), None)
        if not found:
            raise NotFound()
        name = _tidy(said.get("name") or found["name"])
        relation = _tidy(said["relation"] or "") or None if "relation" in said else found["relation"]
        _refuse_wrong(name, relation)
        left = said["left"] if "left" in said else bool(found["left_at"])
        if _has_left(relation):
            relation, left = found["relation"], True
        others = (member for member in everybody if member["id"] != id and not member["left_at"])
        if not left and any(squeezed(member["name"]) == squeezed(name) for member in others):
            raise BadPerson("in_household", name=name)
        if not left and _signs_in(store, case, name):
            raise BadPerson("signs_in", name=name)
        left_at = (found["left_at"] or store.time()) if left else None
        cases.change_in_household(db, id, name, relation, left_at)


def _tidy(said: str) -> str:
    return " ".join(said.split())


def _refuse_wrong(name: str, relation: str | None) -> None:
    if not any(letter.isalpha() for letter in name):
        raise BadPerson("no_name", value=name)
    for said in (name, relation or ""):
        if APART.search(said) or said.startswith(("=", "+", "-", "@")):
            raise BadPerson("no_brackets", value=said)
