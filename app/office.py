"""The office: its name, the kinds of papers, the reasons for a return. A data file that the office edits.

`office.json` in the data folder wins over the one that comes with Belegbote.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from app.errors import ConfigError

SHIPPED = Path(__file__).with_name("office.json")
ZONE = ZoneInfo("Europe/Berlin")  # whose days a deadline counts


@dataclass(frozen=True)
class Office:
    """name; kinds `[{id, names, hints, blackout, months, card, only_seen, message}]`, the last five, as in
    `web/shapes.py`, may be missing; reasons `[{id, names, advice}]`; templates of asks `[{id, names, days, reason,
    basis, papers}]`, papers `[{kind, note}]`; answer_days, when to expect an answer to a message; texts by language.
    """

    name: str
    kinds: list[dict[str, Any]]
    reasons: list[dict[str, Any]]
    templates: list[dict[str, Any]] = field(default_factory=list)
    answer_days: dict[str, str] = field(default_factory=dict)

    def is_card(self, kind: str) -> bool:
        """Whether papers of this kind are cards, with a front and a back."""
        return any(known["id"] == kind and known.get("card") for known in self.kinds)

    def kind_name(self, kind: str, language: str) -> str:
        """What a kind of paper is called; the id itself when the office no longer knows it."""
        for known in self.kinds:
            if known["id"] == kind:
                return str(known["names"].get(language) or known["names"]["de"])
        return kind


def load_office(data: Path) -> Office:
    """Read the office's own file, or the shipped one. Raises ConfigError when the file is broken."""
    own = data / "office.json"
    path = own if own.exists() else SHIPPED
    try:
        found = json.loads(path.read_text("utf-8"))
        templates = list(found.get("templates", []))
        for entry in found["kinds"] + found["reasons"] + templates:
            if not entry["id"] or not entry["names"]["de"]:
                raise ValueError(f"{entry} needs an id and a German name")
        answers = dict(found.get("answer_days", {}))
        return Office(str(found["name"]), list(found["kinds"]), list(found["reasons"]), templates, answers)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{path} cannot be read as an office: {error}") from error
