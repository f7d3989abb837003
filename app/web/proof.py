"""/check: whether a receipt is genuine, for anybody, without signing in. It tells nothing of the person and the papers.

The QR code leads here with its code behind the `#`, which no browser sends to us, so it stands in no log; the page then
asks `/api/v1/check` with it in the body. Without JavaScript the form asks by GET: what a log could keep of that is a
number and its short code, which show when so many pages arrived, and nothing else.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, Response, make_response, render_template_string, request
from markupsafe import Markup

from app import accounts, receipts
from app.errors import NotFound, TooManyTries
from app.office import local
from app.receipts import Verdict
from app.store.keys import public_pem
from app.web import context, replies, shapes
from app.words import LANGUAGES, text

bp = Blueprint("proof", __name__)

PAGE = Path(__file__).with_name("proof.html").read_text("utf-8")
WAIT, OFFLINE = "wait", "offline"
REFUSALS = (receipts.FORGED, receipts.UNKNOWN, receipts.INCOMPLETE, WAIT, OFFLINE)
PEM = "application/x-pem-file"


@bp.get("/check")
def page() -> Response:
    """The page, with an answer when the form was sent without JavaScript."""
    number, code, sha256 = (request.args.get(name, "") for name in ("number", "code", "sha256"))
    verdict, status, headers = Verdict(""), 200, dict[str, str]()
    if number or code:
        try:
            verdict = _check(number, code, sha256)
        except TooManyTries as error:
            verdict, status, headers = Verdict(WAIT), error.status, error.headers
    response = make_response(_rendered(verdict, number=number, code=code, sha256=sha256), status)
    response.headers.update(headers)
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/api/v1/check")
def check() -> dict[str, Any]:
    """The same for scripts: a code, or a number and its short code; and, if asked, what a file is to it."""
    asked = shapes.read(shapes.CheckAsked, replies.body())
    verdict = _check(asked.number, asked.code, asked.sha256)
    what = verdict.what
    return {
        "said": verdict.said,
        "receipt": {key: getattr(what, key) for key in ("number", "arrived_at", "pages", "office")} if what else None,
        "file": verdict.file or None,
        "page": verdict.page or None,
    }


@bp.get("/check/keys.pem")
def keys() -> Response:
    """The public keys of this office, now and before, one after the other; each id is that of its bytes."""
    known = sorted(context.store().receipt_keys.items())
    return _pem("".join(f"{id}\n{public_pem(key).decode()}" for id, key in known), "belegbote-receipts.pem")


@bp.get("/check/<key>.pem")
def one_key(key: str) -> Response:
    """One public key, as openssl reads it."""
    known = context.store().receipt_keys.get(key)
    if not known:
        raise NotFound()
    return _pem(public_pem(known).decode(), f"belegbote-receipts-{key}.pem")


def _check(number: str, code: str, sha256: str) -> Verdict:
    """Who is wrong too often waits, as at the sign-in."""
    store, address = context.store(), request.remote_addr or ""
    accounts.slow_down_checks(store, address)
    verdict = receipts.check(store, number, code, sha256)
    if verdict.said in (receipts.FORGED, receipts.UNKNOWN):
        accounts.count_wrong_check(store, address)
    return verdict


def _rendered(verdict: Verdict, **typed: str) -> str:
    language = request.args.get("lang") or request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]
    language = language if language in LANGUAGES else LANGUAGES[0]
    other = next(known for known in LANGUAGES if known != language)
    return render_template_string(
        PAGE,
        language=language,
        other=other,
        other_name=text(other, "proof.language"),
        office=context.office().name,
        say=lambda key: text(language, f"proof.{key}"),
        shown=lambda said: _unless_hidden(said == verdict.said),
        shown_file=lambda file: _unless_hidden(file == verdict.file),
        refusals=REFUSALS,
        files=receipts.FILES,
        what=verdict.what,
        page=verdict.page,
        arrived=_arrived(verdict, language),
        pattern=text(language, "receipt.moment", weekday="{weekday}", date="{date}", time="{time}"),
        **typed,
    )


def _unless_hidden(shown: bool) -> Markup:
    return Markup("" if shown else " hidden")


def _arrived(verdict: Verdict, language: str) -> str:
    if not verdict.what:
        return ""
    moment = local(verdict.what.arrived_at)
    weekday = text(language, f"receipt.weekday.{moment.weekday()}")
    date, time = moment.strftime("%d.%m.%Y"), moment.strftime("%H:%M:%S")
    return text(language, "receipt.moment", weekday=weekday, date=date, time=time)


def _pem(said: str, name: str) -> Response:
    response = make_response(said)
    response.headers["Content-Type"] = PEM
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
