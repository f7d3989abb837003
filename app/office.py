"""The office: its name, its benefit, kinds of papers, reasons for a return, templates of asks, phrases for messages. A
data file that the office edits.

`office.json` in the data folder wins over the one that comes with Belegbote. Admins save it from the desk: whole or not
at all, the version before it kept beside it; what the file holds and this release does not know stays as it is.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import io
import json
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from app import holidays
from app.errors import BadLogo, BadOffice, ConfigError, DiskFull, OfficeChanged

log = logging.getLogger("belegbote.office")

SHIPPED = Path(__file__).with_name("office.json")
ZONE = ZoneInfo("Europe/Berlin")  # whose days a deadline counts
FILE, EARLIER, LOCK = "office.json", "office.earlier.json", ".office.lock"
BENEFIT = {"de": "Grundsicherungsgeld", "en": "basic income support (Grundsicherungsgeld)"}
FORMER = ["Bürgergeld"]
MOST_LOGO_BYTES, MOST_LOGO_PIXELS = 300_000, 4_000_000
LOGO_SIZE = (800, 240)  # px; 68 x 20 mm at 300 dpi

MOST_PAPERS, MOST_DAYS = 40, 366  # of an ask
TARGET, MOST_TARGET = 5, 90  # days

Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Long = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]  # as with a paper of an ask
Letter = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]  # as in an ask
Phrase = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]  # as in a message
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]


def local(at: str) -> datetime:
    """An ISO 8601 time as clocks show it where the office is. Raises ValueError or OverflowError for what is none."""
    return datetime.fromisoformat(at.replace("Z", "+00:00")).astimezone(ZONE)


@dataclass(frozen=True)
class Office:
    """name; kinds `[{id, names, hints, blackout, months, card, only_seen, message, former, retired}]`, the last seven,
    as in `web/shapes.py`, may be missing; reasons `[{id, names, advice, retired}]`; texts by language. `benefit`: what
    the benefit is called, by language, `former`: what it was called before; `logo` a PNG; `version` changes with the
    file. Templates of asks `[{id, names, days, reason, basis, papers}]`, papers `[{kind, note}]`; phrases for messages
    `[{id, names, text}]`; `decide_within_days`: after that a submission is overdue, by the office's own aim;
    `answer_days`: when to expect an answer to a message. `region`: the federal state whose holidays count, as in
    `holidays.REGIONS`, "" for none; `local_holidays`: those of `holidays.LOCAL` that hold in this place.
    """

    name: str
    kinds: list[dict[str, Any]]
    reasons: list[dict[str, Any]]
    benefit: dict[str, str] = field(default_factory=lambda: dict(BENEFIT))
    former: list[str] = field(default_factory=lambda: list(FORMER))
    logo: bytes | None = None
    version: str = ""
    templates: list[dict[str, Any]] = field(default_factory=list)
    decide_within_days: int = TARGET
    answer_days: dict[str, str] = field(default_factory=dict)
    phrases: list[dict[str, Any]] = field(default_factory=list)
    region: str = ""
    local_holidays: list[str] = field(default_factory=list)

    def workday(self, day: date) -> date:
        """The day itself, or the next one on which a deadline may end here."""
        return holidays.workday(day, self.region, self.local_holidays)

    def is_card(self, kind: str) -> bool:
        """Whether papers of this kind are cards, with a front and a back."""
        return any(known["id"] == kind and known.get("card") for known in self.kinds)

    def kind_name(self, kind: str, language: str) -> str:
        """What a kind of paper is called; the id itself when the office no longer knows it."""
        for known in self.kinds:
            if known["id"] == kind:
                return str(known["names"].get(language) or known["names"]["de"])
        return kind

    def kind_names(self, kind: str, language: str) -> list[str]:
        """What a kind of paper is called, and what it was called before."""
        former = [name for known in self.kinds if known["id"] == kind for name in known.get("former", [])]
        return [self.kind_name(kind, language), *former]

    def benefit_name(self, language: str) -> str:
        """What the benefit is called in a language."""
        return self.benefit.get(language) or self.benefit["de"]


def load_office(data: Path) -> Office:
    """Read the office's own file, or the shipped one. Raises ConfigError when the file is broken."""
    own = data / FILE
    path = own if own.exists() else SHIPPED
    try:
        return _office(path.read_bytes())
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{path} cannot be read as an office: {error}") from error


def _office(data: bytes) -> Office:
    found = json.loads(data)
    templates, phrases = list(found.get("templates", [])), list(found.get("phrases", []))
    for entry in found["kinds"] + found["reasons"] + templates + phrases:
        if not entry["id"] or not entry["names"]["de"]:
            raise ValueError(f"{entry} needs an id and a German name")
    return Office(
        str(found["name"]),
        list(found["kinds"]),
        list(found["reasons"]),
        dict(found.get("benefit") or BENEFIT),
        list(found.get("former", FORMER)),
        base64.b64decode(found["logo"], validate=True) if found.get("logo") else None,
        hashlib.sha256(data).hexdigest()[:16],
        templates,
        int(found.get("decide_within_days", TARGET)),
        dict(found.get("answer_days", {})),
        phrases,
        str(found.get("region") or ""),
        list(found.get("local_holidays", [])),
    )


class Current:
    """The office as its file says now: read again when the file is another one, in every process by itself."""

    def __init__(self, data: Path) -> None:
        self._data, self._lock = data, threading.Lock()
        self._seen, self._office = self._look(), load_office(data)

    def now(self) -> Office:
        """The office. A file that somebody broke by hand changes nothing: the last good one counts."""
        seen = self._look()
        if seen != self._seen:
            with self._lock:
                self._seen = seen
                try:
                    self._office = load_office(self._data)
                except ConfigError as error:
                    log.error("%s The version read before stays in use.", error)
        return self._office

    def _look(self) -> tuple[int, ...]:
        try:
            found = (self._data / FILE).stat()
        except FileNotFoundError:
            return ()
        return found.st_ino, found.st_mtime_ns, found.st_size


@cache
def current(data: Path) -> Current:
    """The one office of a data folder in this process. Raises ConfigError when its file is broken at the first look."""
    return Current(data)


# What an admin may save


class _Entry(BaseModel):
    """What we know of an entry; what else stands in it stays."""

    model_config = ConfigDict(extra="allow")

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
    names: dict[Language, Short]
    retired: bool = False

    @model_validator(mode="after")
    def _in_german(self) -> _Entry:
        if "de" not in self.names:
            raise ValueError("a German name is needed")
        return self


class _Blackout(BaseModel):
    may: dict[Language, Long]
    must: dict[Language, Long]


class _Kind(_Entry):
    hints: dict[Language, Long] = {}
    blackout: _Blackout | None = None
    months: Annotated[int, Field(ge=1, le=24)] | None = None
    card: bool = False
    only_seen: bool = False
    former: Annotated[list[Short], Field(max_length=10)] = []


class _Reason(_Entry):
    advice: dict[Language, Long] = {}


def _german_where_any(texts: dict[str, str]) -> dict[str, str]:
    """A text may be missing, but not in German alone: that is the one which everybody can be given."""
    if any(texts.values()) and not texts.get("de"):
        raise ValueError("a German text is needed")
    return texts


class _Wanted(BaseModel):
    model_config = ConfigDict(extra="allow")

    kind: str
    note: Annotated[dict[Language, Note], AfterValidator(_german_where_any)] = {}


class _Template(_Entry):
    days: Annotated[int, Field(ge=1, le=MOST_DAYS)]
    reason: Annotated[dict[Language, Letter], AfterValidator(_german_where_any)] = {}
    basis: Annotated[dict[Language, Letter], AfterValidator(_german_where_any)] = {}
    papers: Annotated[list[_Wanted], Field(min_length=1, max_length=MOST_PAPERS)]


class _Phrase(_Entry):
    text: Annotated[dict[Language, Phrase], AfterValidator(_german_where_any), Field(min_length=1)]


class _Texts(BaseModel):
    name: Short
    benefit: dict[Language, Short]
    former: Annotated[list[Short], Field(max_length=10)]
    answer_days: Annotated[dict[Language, Long], AfterValidator(_german_where_any)] = {}
    decide_within_days: Annotated[int, Field(ge=1, le=MOST_TARGET)] = TARGET
    kinds: Annotated[list[_Kind], Field(min_length=1, max_length=200)]
    reasons: Annotated[list[_Reason], Field(min_length=1, max_length=200)]
    templates: Annotated[list[_Template], Field(max_length=100)] = []
    phrases: Annotated[list[_Phrase], Field(max_length=200)] = []
    region: Annotated[str, Field(json_schema_extra={"enum": ["", *holidays.REGIONS]})] = ""
    local_holidays: list[str] = []

    @model_validator(mode="after")
    def _each_once_and_german(self) -> _Texts:
        for entries in (self.kinds, self.reasons, self.templates, self.phrases):
            ids = [entry.id for entry in entries]
            if len(set(ids)) != len(ids):
                raise ValueError("two entries have the same id")
        if self.region not in ("", *holidays.REGIONS) or not set(self.local_holidays) <= set(holidays.LOCAL):
            raise ValueError("no such federal state or holiday")
        if "de" not in self.benefit:
            raise ValueError("the benefit needs its German name")
        return self

    @model_validator(mode="after")
    def _of_known_kinds(self) -> _Texts:
        known = {kind.id for kind in self.kinds}
        if unknown := {paper.kind for template in self.templates for paper in template.papers} - known:
            raise ValueError(f"a template asks for {', '.join(sorted(unknown))}, which is no kind of paper")
        return self


def save(data: Path, version: str, said: dict[str, Any]) -> Office:
    """Put `said` into the office's file: name, benefit, former, answer_days, decide_within_days, kinds, reasons,
    templates, phrases, region, local_holidays, and logo (base64; null takes it away), each only if it is there. Raises
    OfficeChanged when `version` is not the one in use, BadOffice, BadLogo, DiskFull.
    """
    with _alone(data):
        own = data / FILE
        before = (own if own.exists() else SHIPPED).read_bytes()
        if _office(before).version != version:
            raise OfficeChanged()
        raw = json.loads(before)
        fresh = {**raw, **_checked(raw, said)}
        if "logo" in said:
            fresh["logo"] = _logo(said["logo"]) if said["logo"] else None
        made = json.dumps(fresh, ensure_ascii=False, indent=1).encode() + b"\n"
        try:
            if own.exists():
                _write(data / EARLIER, before)
            _write(own, made)
        except OSError as error:
            raise DiskFull() from error
        return _office(made)


def _checked(raw: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """What of `said` goes into the file. An entry that papers may name is retired, never dropped."""
    needed = ("name", "benefit", "former", "kinds", "reasons")
    known = (*needed, "answer_days", "decide_within_days", "templates", "phrases", "region", "local_holidays")
    whole = {"benefit": BENEFIT, "former": FORMER, **{key: raw[key] for key in needed if key in raw}}
    whole |= {key: said[key] for key in known if key in said}
    try:
        texts = _Texts.model_validate(whole).model_dump(exclude_unset=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        raise BadOffice(extra={"where": ".".join(map(str, first["loc"])), "what": first["msg"]}) from error
    for key in ("kinds", "reasons"):
        if gone := {entry["id"] for entry in raw[key]} - {entry["id"] for entry in texts[key]}:
            raise BadOffice(extra={"where": key, "what": f"papers may name {', '.join(sorted(gone))}: retire it"})
    return {key: texts[key] for key in known if key in said}


def _logo(said: str) -> str:
    """A picture made anew, so that nothing but its pixels stays: base64 of a PNG. Raises BadLogo."""
    from PIL import Image  # seldom needed

    try:
        data = base64.b64decode(said, validate=True)
        if len(data) > MOST_LOGO_BYTES:
            raise BadLogo(extra={"what": f"at most {MOST_LOGO_BYTES} bytes"})
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as picture:
            if picture.width * picture.height > MOST_LOGO_PIXELS:  # from the header, before anything is decoded
                raise BadLogo(extra={"what": f"at most {MOST_LOGO_PIXELS} pixels"})
            made = picture.convert("RGBA")
        made.thumbnail(LOGO_SIZE)
        out = io.BytesIO()
        made.save(out, "PNG", optimize=True)
    except (OSError, ValueError, SyntaxError, TypeError, Image.DecompressionBombError) as error:
        raise BadLogo(extra={"what": "PNG or JPEG"}) from error
    return base64.b64encode(out.getvalue()).decode()


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """One at a time, over all processes."""
    with open(data / LOCK, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(path: Path, data: bytes) -> None:
    """The whole file or the old one, also after a power cut: bytes, flush, name, flush of the folder."""
    fresh = path.with_name(f".{path.name}.new")
    with open(fresh, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
