"""What people think of Belegbote: asked after a first receipt, at most once in 90 days, and never again if they wish.

The office learns how many stars and what was written; who it was only where somebody wants to be called.
"""

from __future__ import annotations

import csv
import io
from typing import Any

from app.errors import BadRequest, NotFound
from app.manifest import SUBMISSION_ID
from app.store import Store, iso, surveys
from app.store.database import Row
from app.words import text

AGAIN_AFTER = 90 * 86_400.0
STARS = range(1, 6)
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # by which a spreadsheet would begin to calculate


def due(store: Store, person: str) -> bool:
    """Whether to ask this person; the phone asks only on a receipt."""
    said = surveys.of(store.db, person)
    return not said or (said[0]["at"] <= _since(store) and not any(row["skipped"] == "ever" for row in said))


def _since(store: Store) -> str:
    return iso(store.now() - AGAIN_AFTER)


def answer(store: Store, person: str, survey: str, said: dict[str, Any]) -> None:
    """Write down what somebody says, or that they do not want to. The same again changes nothing; what they say anew
    within 90 days takes the place of what they said before.

    said    {stars, text, call, phone, skipped}
    raises  BadRequest (id, or neither stars nor skipped), NotFound (the id is somebody else's)
    """
    if not SUBMISSION_ID.fullmatch(survey):
        raise BadRequest(extra={"where": "id", "what": "a survey's id is a UUID in lower case"})
    if bool(said["stars"]) == bool(said["skipped"]):
        raise BadRequest(extra={"where": "stars", "what": "either stars, or skipped"})
    plain = {key: (said[key] or "").strip() or None for key in ("text", "phone")}
    call = bool(said["call"] and said["stars"])
    row = {**said, **plain, "call": int(call), "phone": plain["phone"] if call else None}
    with store.atomic() as db:
        known = surveys.get(db, survey)
        if known and known["person"] != person:
            raise NotFound()
        if known and all(known[key] == row[key] for key in row):
            return
        surveys.put(db, {**row, "id": survey, "person": person, "at": store.time()}, _since(store))


def results(store: Store) -> dict[str, Any]:
    """How many stars, on average and each; every answer, the newest first."""
    said = surveys.told(store.db)
    counts = {stars: sum(row["stars"] == stars for row in said) for stars in STARS}
    average = sum(row["stars"] for row in said) / len(said) if said else None
    return {"average": average, "counts": counts, "answers": said}


def called(store: Store, caseworker: Row, survey: str, done: bool) -> None:
    """Tick a call off, or take that back. Raises NotFound when nobody wants to be called there."""
    with store.atomic() as db:
        row = surveys.get(db, survey)
        if not row or not row["call"]:
            raise NotFound()
        if bool(row["called_at"]) != done:
            surveys.set_called(db, survey, caseworker["id"] if done else None, store.time() if done else None)


def as_csv(store: Store) -> str:
    """Every answer in a line, as spreadsheets in German read it: semicolons. Nobody is named."""
    out = io.StringIO()
    lines = csv.writer(out, delimiter=";")
    lines.writerow([text("de", key) for key in ("survey.at", "survey.stars", "survey.text")])
    for row in surveys.told(store.db):
        said = row["text"] or ""
        lines.writerow([row["at"], row["stars"], f"'{said}" if said.startswith(FORMULA) else said])
    return out.getvalue()
