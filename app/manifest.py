"""What a phone says it will send, before it sends it: checked by shape here, by limits in intake."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

from app.errors import BadManifest
from app.store import iso

SUBMISSION_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
PAGE_TYPES = ("image/jpeg", "image/png", "image/webp", "application/pdf")

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
NO_NUL = r"^[^\x00]*$"
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=NO_NUL)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64}$", to_lower=True)]
Month = Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
Point = tuple[Annotated[float, Field(ge=-1e6, le=1e6)], Annotated[float, Field(ge=-1e6, le=1e6)]]


# Fields that came after the first release.
LATER = {"blackened", "kept", "months", "blackout_offered_at", "wanted", "about"}


class ManifestPage(BaseModel):
    """One photo or PDF: its order, its exact bytes, and what the person did to it.

    blackened   how many places the person has blacked out on it
    kept        what the phone named on it, by the names of a verdict, and the person kept all the same
    """

    model_config = ConfigDict(extra="ignore")

    id: Name
    seq: Annotated[int, Field(ge=0, le=10_000)]
    size: Annotated[int, Field(ge=0, le=2**40)]
    sha256: Sha256
    type: Annotated[str, StringConstraints(max_length=100)]
    corners: tuple[Point, Point, Point, Point] | None = None
    rotation: Literal[0, 90, 180, 270] = 0
    blackened: Annotated[int, Field(ge=0, le=10_000)] = 0
    kept: Annotated[list[Name], Field(max_length=20)] = []


def _a_time(said: str | None) -> str | None:
    """A phone's clock may say anything; what is no time is dropped, and the papers are taken all the same."""
    try:
        return iso(datetime.fromisoformat(said).timestamp()) if said else None
    except (ValueError, OverflowError, OSError):
        return None


class Client(BaseModel):
    """The app that sends, and its own clock; never used for anything that counts."""

    model_config = ConfigDict(extra="ignore")

    app: Annotated[str, StringConstraints(max_length=100)] = ""
    captured_at: Annotated[str, StringConstraints(max_length=40)] | None = None
    clock_offset: float | None = None

    @field_validator("captured_at")
    @classmethod
    def _a_time_or_nothing(cls, said: str | None) -> str | None:
        return _a_time(said)


class Manifest(BaseModel):
    """A submission as announced. Fields we do not know are ignored, so that newer phones may say more.

    wanted                which paper of the ask it is, by its number
    months                of which it holds papers, if the person ticked them off
    blackout_offered_at   when the phone first said that parts of such papers may be blacked out, by its own clock
    about                 the member of the household that they are about, if it is not the sender
    """

    model_config = ConfigDict(extra="ignore")

    kind: Label
    ask: Name | None = None
    wanted: Annotated[int, Field(ge=1, le=1000)] | None = None
    follows: Name | None = None
    note: Annotated[str, StringConstraints(max_length=500, pattern=NO_NUL)] | None = None
    pages: Annotated[list[ManifestPage], Field(min_length=1, max_length=1000)]
    months: Annotated[list[Month], Field(max_length=60)] = []
    blackout_offered_at: Annotated[str, StringConstraints(max_length=40)] | None = None
    about: Name | None = None
    client: Client = Client()

    @field_validator("blackout_offered_at")
    @classmethod
    def _a_time_or_nothing(cls, said: str | None) -> str | None:
        return _a_time(said)

    @model_validator(mode="after")
    def _each_page_once(self) -> Manifest:
        for what in ("id", "seq"):
            values = [getattr(page, what) for page in self.pages]
            if len(set(values)) != len(values):
                raise ValueError(f"two pages have the same {what}")
        return self

    def hash(self) -> str:
        """The same for the same papers, whatever the client says about itself: tells a retry from a change."""
        said: dict[str, Any] = self.model_dump(mode="json", exclude={"client"})
        said["pages"] = sorted(said["pages"], key=lambda page: page["seq"])
        for part in (said, *said["pages"]):
            for name in LATER & part.keys():  # what an earlier release did not say does not change its hash
                if not part[name]:
                    del part[name]
        canonical = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()


def read(said: Any) -> Manifest:
    """Read a manifest; raises BadManifest with the place that is wrong in `extra`."""
    try:
        return Manifest.model_validate(said)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise BadManifest(extra={"where": where, "what": first["msg"]}) from error
