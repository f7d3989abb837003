"""/session: who am I, sign in, sign out. /desk/password: another one. /office: what is known before."""

from __future__ import annotations

import base64
import logging
from typing import Any

from flask import Blueprint, Response, request, session
from flask_login import login_user, logout_user

from app import accounts
from app.errors import BadRequest, NotFound
from app.manifest import PAGE_TYPES
from app.store import cases, people
from app.store.database import Row
from app.web import context, replies, shapes
from app.words import LANGUAGES

log = logging.getLogger("belegbote.session")

bp = Blueprint("session", __name__, url_prefix="/api/v1")


@bp.get("/office")
def office() -> dict[str, Any]:
    """The office's name, its kinds of papers, its reasons for returning, and our limits."""
    config, known = context.config(), context.office()
    limits = {
        "pages": config.max_pages,
        "page_bytes": config.max_page_bytes,
        "submission_bytes": config.max_submission_bytes,
        "note_chars": 500,
        "types": list(PAGE_TYPES),
    }
    benefit = {"names": known.benefit, "former": known.former}
    told = {"name": known.name, "benefit": benefit, "logo": known.logo is not None, "answer_days": known.answer_days}
    told |= {"retention_days": config.retention_days, "kept_days": config.kept_days}
    return {**told, "kinds": known.kinds, "reasons": known.reasons, "limits": limits}


@bp.get("/office/logo")
def logo() -> Response:
    """The office's picture, a PNG. Raises NotFound when it has none."""
    found = context.office().logo
    if not found:
        raise NotFound()
    return Response(found, mimetype="image/png")


@bp.get("/session")
def who() -> dict[str, Any]:
    """The signed-in person with case, team and office."""
    return _told(context.person())


@bp.put("/session")
def sign_in() -> dict[str, Any]:
    """Sign in with personal ID and PIN, user name and password, or a one-time code and the PIN to put in its place."""
    said = shapes.read(shapes.SignIn, replies.body())
    address = request.remote_addr or ""
    signed_in = accounts.sign_in(context.store(), said.login, said.secret, address, said.entry, said.new_secret)
    accounts.sign_out(context.store(), session.get("_user_id"), context.upload_token())  # the old ones end
    session.clear()
    session.permanent = True
    login_user(context.User(signed_in.person, signed_in.token))
    told = _told(signed_in.person)
    return told | {"upload_token": signed_in.upload_token} if signed_in.upload_token else told


@bp.patch("/session")
def change() -> dict[str, Any]:
    """Change the person's language."""
    person = context.person()
    language = replies.body().get("language")
    if language not in LANGUAGES:
        raise BadRequest(extra={"language": list(LANGUAGES)})
    accounts.set_language(context.store(), person["id"], language)
    return _told({**person, "language": language})


@bp.delete("/session")
def sign_out() -> tuple[str, int, dict[str, str]]:
    """Sign out; with `forget_device` the phone's upload token ends too. Twice is harmless."""
    said = request.get_json(force=True, silent=True) or {}
    token = session.get("_user_id")
    device = context.upload_token() if isinstance(said, dict) and said.get("forget_device") else None
    accounts.sign_out(context.store(), token, device)
    logout_user()
    context.forget_cookie()
    return "", 204, {"Clear-Site-Data": '"cache"'}


@bp.put("/desk/password")
@context.for_caseworkers
def change_password(caseworker: Row) -> tuple[str, int]:
    """Another password for who is signed in; their sessions elsewhere end, this one stays."""
    said = shapes.read(shapes.PasswordSaid, replies.body())
    address, token = request.remote_addr or "", session["_user_id"]
    accounts.change_password(context.store(), caseworker, said.secret, said.new_secret, address, token)
    log.info("%s: chose another password", caseworker["login"])
    return "", 204


def _told(person: Row) -> dict[str, Any]:
    store = context.store()
    case, team = cases.of_person(store.db, person["id"]), people.team(store.db, person["team"])
    return {
        "person": {key: person[key] for key in ("id", "name", "role", "language")},
        "case": _case(case) if case else None,
        "team": {"id": team["id"], "name": team["name"]} if team else None,
        "office": {"name": context.office().name},
        "phone_key": _phone_key(person),
    }


def _case(case: Row) -> dict[str, Any]:
    members = cases.members(context.store().db, case["id"])
    return {
        **{key: case[key] for key in ("number", "approved_until")},
        "members": [{key: member[key] for key in ("id", "name")} for member in members],
    }


def _phone_key(person: Row) -> str | None:
    if person["role"] != "jobseeker":
        return None
    return base64.b64encode(accounts.phone_key(context.store(), person["id"])).decode()
