"""Cut the KERN style sheet down to what our pages use: a phone on a weak link waits for a quarter of it.

Usage: cut_kern.py [--check]. Reads KERN's own kern.min.css from its npm package, writes pwa/vendor/kern.min.css;
with --check it only says whether that file is as it would be written.

Kept whole: every rule without a class of KERN's (the reset, the design tokens, light and dark). Of the components:
the rules whose every `kern-` class stands in a page, script or style sheet of ours.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "node_modules" / "@kern-ux" / "native" / "dist" / "kern.min.css"
TARGET = ROOT / "pwa" / "vendor" / "kern.min.css"
NOTICE = (
    "/*! KERN UX Standard, @kern-ux/native 2.7.2, EUPL-1.2. Changed for Belegbote in November 2026: rules of "
    "components that Belegbote does not use are left out (tools/cut_kern.py); nothing else is changed. */\n"
)
CLASS = re.compile(r"\bkern-[a-z][a-z0-9_-]*")
ALWAYS = {"kern-dark", "kern-light"}
GROUPS = ("@media", "@supports", "@layer")

Rule = tuple[str, str | None]


def main(arguments: list[str]) -> int:
    """Write the cut sheet, or check it."""
    if not SOURCE.exists():
        print("KERN's package is not installed: run `make vendor`.", file=sys.stderr)
        return 2
    made = NOTICE + cut(SOURCE.read_text("utf-8"), classes_in_use())
    if "--check" not in arguments:
        TARGET.write_text(made, "utf-8")
    elif TARGET.read_text("utf-8") != made:
        print("pwa/vendor/kern.min.css lacks a class in use, or has too much: run `make vendor`.", file=sys.stderr)
        return 1
    return 0


def classes_in_use() -> set[str]:
    """Every KERN class that our own files name."""
    ours = [path for path in sorted((ROOT / "pwa").rglob("*")) if path.suffix in (".css", ".html", ".js")]
    texts = [path.read_text("utf-8") for path in ours if "vendor" not in path.parts]
    return ALWAYS.union(*(CLASS.findall(text) for text in texts))


def cut(sheet: str, used: set[str]) -> str:
    """The sheet without the rules that only speak of other classes."""
    return "".join(_kept(rule, used) for rule in rules(sheet))


def _kept(rule: Rule, used: set[str]) -> str:
    selector, body = rule
    if body is None:
        return selector
    if selector.startswith(GROUPS):
        inner = cut(body, used)
        return f"{selector}{{{inner}}}" if inner else ""
    if selector.startswith("@"):
        return f"{selector}{{{body}}}"
    alternatives = [one for one in _split(selector) if set(re.findall(r"\.(kern-[\w-]+)", one)) <= used]
    return f"{','.join(alternatives)}{{{body}}}" if alternatives else ""


def _split(selector: str) -> list[str]:
    """The alternatives of a selector list; commas inside brackets do not part."""
    return re.split(r",(?![^(]*\))", selector)


def rules(sheet: str) -> list[Rule]:
    """(selector, body) in order; the body is None for a statement such as @charset."""
    found: list[Rule] = []
    at = 0
    while (brace := sheet.find("{", at)) >= 0:
        statement = sheet.find(";", at)
        if sheet[at] == "@" and 0 <= statement < brace:
            found.append((sheet[at : statement + 1], None))
            at = statement + 1
            continue
        end = _closing(sheet, brace)
        found.append((sheet[at:brace], sheet[brace + 1 : end]))
        at = end + 1
    return found


def _closing(sheet: str, brace: int) -> int:
    """Where the brace is closed that opens at `brace`; braces in strings do not count."""
    depth = 0
    for match in re.finditer(r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[{}]""", sheet[brace:]):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth == 0:
            return brace + match.start()
    raise ValueError("a brace is never closed")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
