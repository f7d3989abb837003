"""The store of this process and the person behind a request.

A browser may be signed in at the phone's entry and at the desk's at once, so each has a cookie of its own.
The header `X-Entry` says which one a request means; without it the path does, and failing that whatever is there.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, cast

from flask import Flask, current_app, request, session
from flask.sessions import SecureCookieSessionInterface
from flask_login import LoginManager, UserMixin, current_user

from app import accounts, duty, handover
from app.config import Config
from app.errors import NotFound, SignedOut
from app.office import Current, Office
from app.store import Store
from app.store.database import Row

TEAM = "team"  # in the session: the inbox that a caseworker works in, if it is not their own team's

logins = LoginManager()
logins.session_protection = None  # the session is a row of ours; guessing from IP and browser locks phones out


class User(UserMixin):  # type: ignore[misc]  # flask-login ships no types
    """flask-login's view of a signed-in person. What it keeps in the cookie is the session's token."""

    def __init__(self, person: Row, token: str) -> None:
        self.person, self.token = person, token

    def get_id(self) -> str:
        """The token whose hash is a session's row: forget the row, and the cookie is worth nothing."""
        return self.token


@logins.user_loader  # type: ignore[untyped-decorator]
def _load(token: str) -> User | None:
    person = accounts.who(store(), token, "browser", config().idle_minutes * 60.0)
    return User(person, token) if person else None


@logins.unauthorized_handler  # type: ignore[untyped-decorator]
def _unauthorized() -> Any:
    raise SignedOut()


class EntryCookies(SecureCookieSessionInterface):
    """One cookie for each entry, `__Host-` where we are reached by https."""

    def get_cookie_name(self, app: Flask) -> str:
        """The cookie that this request means."""
        mine, other = (cookie_name(app, entry) for entry in _entries())
        spoken_for = "X-Entry" in request.headers or _is_sign_in()
        return other if not spoken_for and mine not in request.cookies and other in request.cookies else mine

    def get_cookie_samesite(self, app: Flask) -> str:
        """The desk is never reached by a link from elsewhere."""
        return "Strict" if self.get_cookie_name(app) == cookie_name(app, "desk") else "Lax"


def cookie_name(app: Flask, entry: str) -> str:
    """ "__Host-phone", or "phone" on plain http, which is for one's own machine only."""
    return f"__Host-{entry}" if app.config["APP"].secure else entry


def _entries() -> tuple[str, str]:
    said = request.headers.get("X-Entry") or ("desk" if request.path.startswith("/api/v1/desk/") else "phone")
    return ("desk", "phone") if said == "desk" else ("phone", "desk")


def _is_sign_in() -> bool:
    return request.method == "PUT" and request.path == "/api/v1/session"


def config() -> Config:
    """The configuration of this process."""
    return cast(Config, current_app.config["APP"])


def store() -> Store:
    """The store of this process."""
    return cast(Store, current_app.config["STORE"])


def office() -> Office:
    """The office as its file says now."""
    return cast(Current, current_app.config["OFFICE"]).now()


def address() -> str:
    """Where people reach us, without a slash at the end."""
    return config().origin or f"{request.scheme}://{request.host}"


def person() -> Row:
    """The signed-in person. Raises SignedOut."""
    return accounts.require(current_user.person if current_user.is_authenticated else None)


def jobseeker() -> Row:
    """The signed-in jobseeker. For a caseworker nothing exists here."""
    found = person()
    if found["role"] != "jobseeker":
        raise NotFound()
    return found


def caseworker() -> Row:
    """The signed-in caseworker or admin, in the team whose inbox they work in: their own, or that of somebody who is
    away and for whom they stand in. For a jobseeker nothing exists here.
    """
    found = person()
    if found["role"] not in ("caseworker", "admin"):
        raise NotFound()
    chosen = session.get(TEAM)
    if chosen and chosen in {away["team"] for away in duty.stood_in_for(store(), found["id"])}:
        return {**found, "team": chosen}
    return found


def admin() -> Row:
    """The signed-in admin. For anybody else nothing exists here."""
    found = person()
    if found["role"] != "admin":
        raise NotFound()
    return found


def sender() -> Row:
    """Who sends pages: the signed-in jobseeker, or the owner of the upload token, whichever the request carries."""
    token = upload_token()
    if token:
        return accounts.require(accounts.who(store(), token, "upload", accounts.UPLOAD_IDLE))
    return jobseeker()


def upload_token() -> str | None:
    """The phone's write-only token, or the document system's, from `Authorization: Bearer`, or None."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" and token.strip() else None


def forget_cookie() -> None:
    """Take the cookie of this request back."""
    session.clear()


View = Callable[..., Any]


def for_caseworkers(view: View) -> View:
    """Guard a view: caseworkers and admins only; they come in as its first argument."""

    @functools.wraps(view)
    def guarded(**values: Any) -> Any:
        return view(caseworker(), **values)

    return guarded


def for_admins(view: View) -> View:
    """Guard a view: admins only; they come in as its first argument."""

    @functools.wraps(view)
    def guarded(**values: Any) -> Any:
        return view(admin(), **values)

    return guarded


def for_jobseekers(view: View) -> View:
    """Guard a view: jobseekers only; they come in as its first argument."""

    @functools.wraps(view)
    def guarded(**values: Any) -> Any:
        return view(jobseeker(), **values)

    return guarded


def for_the_document_system(view: View) -> View:
    """Guard a view: the office's document system with its own token, and nobody else."""

    @functools.wraps(view)
    def guarded(**values: Any) -> Any:
        handover.check_token(store(), upload_token())
        return view(**values)

    return guarded


def for_senders(view: View) -> View:
    """Guard a view: jobseekers, or their phone's upload token; the person comes in as its first argument."""

    @functools.wraps(view)
    def guarded(**values: Any) -> Any:
        return view(sender(), **values)

    return guarded
