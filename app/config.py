"""The configuration: read once from the environment, frozen, handed to whoever needs it.

Every variable is described in docs/configuration.md; a test holds that page against this class.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from app.errors import ConfigError

MIB = 1024 * 1024
PUSH_HOSTS = (
    "fcm.googleapis.com",
    "jmt17.google.com",
    "push.services.mozilla.com",
    "push.apple.com",
    "notify.windows.com",
)


@dataclass(frozen=True)
class Config:
    """What one office sets; every field has a default that works on one's own machine."""

    data: Path = Path("data")
    host: str = "127.0.0.1"
    port: int = 8000
    origin: str = ""
    proxies: int = 0
    contact: str = "mailto:belegbote@jobcenter-musterstadt.de"
    web_processes: int = 2
    web_threads: int = 16
    max_pages: int = 60
    max_page_bytes: int = 25 * MIB
    max_submission_bytes: int = 100 * MIB
    max_open_submissions: int = 50
    min_free_bytes: int = 200 * MIB
    idle_minutes: int = 30
    read: bool = True
    push_hosts: tuple[str, ...] = PUSH_HOSTS
    push_gateway: str = ""
    handover: Path | None = None
    retention_days: int = 90
    returned_days: int = 0
    messages_days: int = 0
    notices_days: int = 0
    asks_days: int = 0

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Config:
        """Read the configuration; raises ConfigError with the name of the variable that makes no sense."""
        extra = tuple(h for h in environ.get("BELEGBOTE_PUSH_HOSTS", "").replace(",", " ").split() if h)
        data = Path(environ.get("BELEGBOTE_DATA") or "data").expanduser().absolute()
        return cls(
            data=data,
            host=environ.get("BELEGBOTE_HOST") or "127.0.0.1",
            port=_number(environ, "PORT", 8000, 1, 65535),
            origin=_origin(environ),
            proxies=_number(environ, "BELEGBOTE_PROXIES", 0),
            contact=_contact(environ),
            web_processes=_number(environ, "BELEGBOTE_WEB_PROCESSES", 2, 1),
            web_threads=_number(environ, "BELEGBOTE_WEB_THREADS", 16, 1),
            max_pages=_number(environ, "BELEGBOTE_MAX_PAGES", 60, 1, 1000),
            max_page_bytes=_number(environ, "BELEGBOTE_MAX_PAGE_MB", 25, 1) * MIB,
            max_submission_bytes=_number(environ, "BELEGBOTE_MAX_SUBMISSION_MB", 100, 1) * MIB,
            max_open_submissions=_number(environ, "BELEGBOTE_MAX_OPEN", 50, 1),
            min_free_bytes=_number(environ, "BELEGBOTE_MIN_FREE_MB", 200) * MIB,
            idle_minutes=_number(environ, "BELEGBOTE_IDLE_MINUTES", 30, 1),
            read=_number(environ, "BELEGBOTE_READ", 1, 0, 1) == 1,
            push_hosts=extra or PUSH_HOSTS,
            push_gateway=environ.get("BELEGBOTE_PUSH_GATEWAY", "").rstrip("/"),
            handover=_handover(environ.get("BELEGBOTE_HANDOVER", ""), data),
            retention_days=_number(environ, "BELEGBOTE_RETENTION", 90, 0, 3650),
            returned_days=_number(environ, "BELEGBOTE_RETENTION_RETURNED", 0, 0, 3650),
            messages_days=_number(environ, "BELEGBOTE_RETENTION_MESSAGES", 0, 0, 3650),
            notices_days=_number(environ, "BELEGBOTE_RETENTION_NOTICES", 0, 0, 3650),
            asks_days=_number(environ, "BELEGBOTE_RETENTION_ASKS", 0, 0, 3650),
        )

    @property
    def kept_days(self) -> dict[str, int]:
        """For how many days what lies in no e-file is kept, by what it is; only what goes at all."""
        all_of = {
            "returned": self.returned_days,
            "messages": self.messages_days,
            "notices": self.notices_days,
            "asks": self.asks_days,
        }
        return {what: days for what, days in all_of.items() if days}

    @property
    def secure(self) -> bool:
        """Whether people reach us by https, so that cookies may insist on it."""
        return self.origin.startswith("https://")


def _number(environ: Mapping[str, str], name: str, default: int, least: int = 0, most: int = 10**9) -> int:
    raw = environ.get(name, "")
    try:
        value = int(raw) if raw else default
    except ValueError:
        raise ConfigError(f"{name} must be a whole number, not {raw!r}.") from None
    if not least <= value <= most:
        raise ConfigError(f"{name} must be from {least} to {most}, not {value}.")
    return value


def _handover(raw: str, data: Path) -> Path | None:
    folder = Path(raw).expanduser().absolute() if raw else None
    if folder and folder.is_relative_to(data):
        raise ConfigError("BELEGBOTE_HANDOVER must be outside the data folder: another program reads it.")
    return folder


def _origin(environ: Mapping[str, str]) -> str:
    origin = environ.get("BELEGBOTE_ORIGIN", "").rstrip("/")
    parts = urlsplit(origin)
    if origin and (parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query):
        raise ConfigError("BELEGBOTE_ORIGIN must look like https://belegbote.example.de, without a path.")
    if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise ConfigError("BELEGBOTE_ORIGIN must be https: phones give no camera and no offline use without it.")
    return origin


def _contact(environ: Mapping[str, str]) -> str:
    contact = environ.get("BELEGBOTE_CONTACT") or Config.contact
    if not contact.startswith(("mailto:", "https:")):
        raise ConfigError("BELEGBOTE_CONTACT must start with mailto: or https: (push services insist on it).")
    return contact
