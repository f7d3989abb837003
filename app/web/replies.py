"""How we answer: errors as JSON, who may change things, and the headers on everything."""

from __future__ import annotations

import logging
import re
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from app.config import Config
from app.errors import (
    AppError,
    BadRequest,
    BeyondSize,
    ForeignOrigin,
    MethodNotAllowed,
    NotFound,
    ServerFault,
    StoreBusy,
    TooOld,
)
from app.store.database import Busy

log = logging.getLogger("belegbote.web")

# What the clients of today say in `X-App`, and the oldest that we still understand. Nobody may be left behind with a
# full queue: LEAST rises no earlier than 90 days after VERSION.
VERSION, LEAST = 1, 1
VERSION_NUMBER = re.compile(r"[0-9]{1,6}")
CHANGES = {"POST", "PUT", "PATCH", "DELETE"}
LOOPBACK = {"localhost", "127.0.0.1", "[::1]"}
OPEN_TO_PROBES = {"/livez", "/readyz", "/metrics"}
# The one change that cannot say `X-App`: a phone's system posts here what another app shares, as a navigation without
# an origin or with "null". `shell.share` keeps nothing and changes nothing, so nothing is to be had by forging it.
SHARED = ("POST", "/share")

PAGE_CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "font-src 'self'",
        "media-src 'self' blob:",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types belegbote",
    )
)
# For JSON and for bytes that people sent: whatever a browser makes of them, it may load and run nothing.
DATA_CSP = "default-src 'none'; sandbox; base-uri 'none'; frame-ancestors 'none'"
# For PDFs that we made: a sandbox would keep the browser's own viewer out.
PDF_CSP = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), usb=(), payment=(), display-capture=()",
}
TWO_YEARS = 63_072_000
MOST_JSON = 512 * 1024
PATIENCE = 20.0


def set_up(app: Flask, config: Config) -> None:
    """Put the rules of this module onto an app."""

    @app.before_request
    def _our_host_and_our_pages() -> None:
        if link := request.environ.get("gunicorn.socket"):
            link.settimeout(PATIENCE)  # whoever says nothing for so long holds no thread any longer
        if request.path not in OPEN_TO_PROBES:
            _check_host(config)
        if request.method in CHANGES:
            _check_origin(config)

    @app.after_request
    def _headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if config.secure:
            response.headers["Strict-Transport-Security"] = f"max-age={TWO_YEARS}; includeSubDomains"
        if request.path.startswith("/api/"):
            response.headers["X-App"] = str(VERSION)
            response.headers["Cache-Control"] = "no-store"
            response.headers.setdefault("Content-Security-Policy", DATA_CSP)
        response.headers.setdefault("Content-Security-Policy", PAGE_CSP)
        return response

    app.register_error_handler(AppError, _told)
    app.register_error_handler(HTTPException, lambda e: _told(_ours(e)))
    app.register_error_handler(Busy, lambda e: _told(StoreBusy()))
    app.register_error_handler(Exception, _unforeseen)


def _check_host(config: Config) -> None:
    """We answer to our own name only. Without BELEGBOTE_ORIGIN that is this machine's."""
    if config.origin:
        if request.host != urlsplit(config.origin).netloc:
            raise BadRequest(extra={"what": f"This server is reached at {config.origin} (BELEGBOTE_ORIGIN)."})
    elif request.host.rsplit(":", 1)[0] not in LOOPBACK:
        raise BadRequest(extra={"what": "Set BELEGBOTE_ORIGIN to the https address that people use."})


def _check_origin(config: Config) -> None:
    """A change comes from our own pages, or from a client that is no browser and says `X-App: 1`.

    No other site can send that header without our leave, which we never give; `Origin` and `Sec-Fetch-Site`
    are looked at as well wherever a browser sends them. The number is the client's version: a newer one than ours
    may say more, which we ignore.
    """
    origin = request.headers.get("Origin")
    ours = config.origin or f"{request.scheme}://{request.host}"
    if (request.method, request.path) == SHARED and origin in (None, "null", ours):
        return
    version = request.headers.get("X-App", "")
    if not VERSION_NUMBER.fullmatch(version):
        raise ForeignOrigin()
    if origin is not None and origin != ours:
        raise ForeignOrigin()
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise ForeignOrigin()
    if int(version) < LEAST:
        raise TooOld()


def _told(error: AppError) -> Response:
    said = {"code": error.code, "message_key": f"error.{error.code}", "retryable": error.retryable}
    response = jsonify({**error.extra, **said})
    response.status_code = error.status
    response.headers.update(error.headers)
    return response


def _ours(error: HTTPException) -> AppError:
    kinds: dict[int, type[AppError]] = {404: NotFound, 405: MethodNotAllowed, 413: BeyondSize}
    if error.code and error.code >= 500:
        return ServerFault()
    return kinds.get(error.code or 400, BadRequest)()


def _unforeseen(error: Exception) -> Response:
    """The last resort: say nothing of what went wrong, and write it down for whoever runs the machine."""
    log.exception("%s %s failed", request.method, request.url_rule)
    return _told(ServerFault(headers={"Retry-After": "30"}))


def body() -> dict[str, Any]:
    """The request's JSON object. Raises BadRequest."""
    request.max_content_length = MOST_JSON
    try:
        said = request.get_json(force=True, silent=True)
    except RecursionError as error:  # brackets without end
        raise BadRequest() from error
    if not isinstance(said, dict):
        raise BadRequest()
    return said
