"""Sends one push with pywebpush: VAPID, TTL, Topic, Urgency, a time-out, no redirects, allowed hosts only.

Only the worker imports this: pywebpush is heavy, and nothing in a request may wait for a push service.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from pywebpush import WebPushException, webpush

from app.config import Config
from app.notify import Outcome, endpoint_is_allowed
from app.store import Store
from app.store.database import Row

log = logging.getLogger("belegbote.push")

TIMEOUT = 5.0
LONGEST_WAIT = 6 * 3600.0


class _NoRedirects(requests.Session):
    """Goes where it is told and nowhere else: no redirects, no proxy or password from the environment."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False

    def request(self, *args: Any, **options: Any) -> requests.Response:
        """As in requests, with redirects off whatever the caller asks."""
        return super().request(*args, **{**options, "allow_redirects": False})


def make_sender(store: Store, config: Config) -> Callable[[Row], Outcome]:
    """A function that sends a row of the push outbox and says how it went."""
    mine = threading.local()  # a session for each thread: requests does not share them

    def send(push: Row) -> Outcome:
        if not endpoint_is_allowed(push["endpoint"], config.push_hosts):
            return Outcome(410)
        if not hasattr(mine, "session"):
            mine.session = _NoRedirects()
        try:
            answer = webpush(
                {
                    "endpoint": _address(config, push),
                    "keys": {"p256dh": push["p256dh"], "auth": push["auth"]},
                },
                _payload(config, push),
                vapid_private_key=store.keys.vapid_private,
                # made anew for each push: pywebpush writes audience and expiry into it
                vapid_claims={"sub": config.contact, "aud": _audience(push["endpoint"])},
                ttl=push["ttl"],
                headers={"Topic": push["topic"], "Urgency": push["urgency"]},
                timeout=TIMEOUT,
                requests_session=mine.session,
            )
            return Outcome(answer.status_code)
        except WebPushException as error:
            return _refused(error, store.now())
        except requests.RequestException as error:
            log.warning("push service %s: %s", urlsplit(push["endpoint"]).hostname, type(error).__name__)
            return Outcome(0)
        except (ValueError, TypeError) as error:
            log.warning("subscription %s cannot be used: %s", push["subscription"][:8], error)
            return Outcome(400)

    return send


def _address(config: Config, push: Row) -> str:
    """Where to connect: the push service itself, or the gateway that stands for all of them."""
    if not config.push_gateway:
        return str(push["endpoint"])
    parts = urlsplit(push["endpoint"])
    return f"{config.push_gateway}{parts.path}" + (f"?{parts.query}" if parts.query else "")


def _audience(endpoint: str) -> str:
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc}"


def _payload(config: Config, push: Row) -> str:
    """The words with a whole address: the browser may open it without asking any script of ours."""
    said = json.loads(push["payload"])
    origin = config.origin or f"http://127.0.0.1:{config.port}"
    said["notification"]["navigate"] = origin + said["notification"]["navigate"]
    return json.dumps(said, ensure_ascii=False)


def _refused(error: WebPushException, now: float) -> Outcome:
    response = error.response
    if response is None:
        return Outcome(0)
    log.warning("push service answered %s", response.status_code)
    return Outcome(response.status_code, _asked(response.headers.get("Retry-After", ""), now))


def _asked(retry_after: str, now: float) -> float | None:
    """How long a Retry-After, seconds or a date (RFC 9110, 10.2.3), asks us to wait; None for what is neither."""
    if retry_after.isascii() and retry_after.isdigit():
        return min(float(retry_after), LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(retry_after).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(at - now, 0.0), LONGEST_WAIT)
