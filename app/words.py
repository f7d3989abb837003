"""The words that the server itself says: on the receipt, on a placeholder sheet, in a push."""

from __future__ import annotations

import functools
import json
from pathlib import Path

LANGUAGES = ("de", "en")


@functools.cache
def _words(language: str) -> dict[str, str]:
    path = Path(__file__).with_name("words") / f"{language}.json"
    return dict(json.loads(path.read_text("utf-8")))


def text(language: str, key: str, **values: object) -> str:
    """The text of a key in a language we have, else in German. Raises KeyError for an unknown key."""
    words = _words(language if language in LANGUAGES else "de")
    return words[key].format(**values)
