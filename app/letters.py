"""Activation letters: who waits for one, and the codes that stand in them, said once and stored as hashes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app import accounts
from app.errors import CommandError
from app.office import Office
from app.store import Store, people
from app.store.database import Row


@dataclass(frozen=True)
class Made:
    """The letters in one PDF, and their codes, which count once `accounts.use_codes` was told."""

    pdf: bytes
    codes: list[accounts.Code]


def wanted(store: Store, logins: Sequence[str] = (), *, new: bool = False) -> list[Row]:
    """Who gets a letter: these, or everybody without a PIN of their own; `new`: only who never had a letter.

    Rows as in `people.listed`. Raises CommandError for a login that is no jobseeker's with access.
    """
    found = [row for row in people.listed(store.db) if row["role"] == "jobseeker" and not row["ended_at"]]
    if logins:
        by_login = {row["login"]: row for row in found}
        asked = [accounts.normal_login(login) for login in logins]
        if strangers := [login for login in asked if login not in by_login]:
            raise CommandError(f"No letter can be made for {', '.join(strangers)}: no such person, or no access.")
        found = [by_login[login] for login in dict.fromkeys(asked)]
        return [row for row in found if row["without_secret"] or not new]
    return [row for row in found if row["without_secret"] or (row["code_until"] and not new)]


def make(store: Store, office: Office, address: str, people_wanted: Sequence[Row]) -> Made:
    """Draw a letter for each, with a fresh code; nothing changes yet."""
    from app import letter_pdf  # slow to load, and seldom asked for

    codes = accounts.make_codes(store, people_wanted)
    pages = list(zip(people_wanted, codes, strict=True))
    return Made(letter_pdf.draw(office, address, pages, store.time()), codes)
