"""Reading our own JavaScript without running it: its comments, its strings, its imports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

IMPORT = re.compile(
    r"""(?:^|[;}\s])(?:import|export)\s*(?:[\w*{}\s,$]+?\s*from\s*)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']"""
)
# A slash after one of these begins a regular expression, not a division.
BEFORE_REGEX = re.compile(r"(^|[(,=:\[!&|?{};\n+]|\breturn|=>)\s*$")
TOKEN = re.compile(
    r"""(?P<comment>/\*.*?\*/|//[^\n]*)|(?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|(?P<tick>`)|(?P<slash>/)""",
    re.DOTALL,
)
REGEX = re.compile(r"/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/[a-z]*")


@dataclass(frozen=True)
class Literal:
    """A string as written: its text (`{}` where a template puts a value), its line, the code before it."""

    text: str
    line: int
    before: str
    template: bool = False


def javascript_files(pwa: Path) -> dict[str, Path]:
    """Every JavaScript file by its path below pwa/."""
    return {path.relative_to(pwa).as_posix(): path for path in sorted(pwa.rglob("*.js"))}


def javascript_imports(name: str, path: Path) -> Iterator[str]:
    """Every imported file, as its path below pwa/; a bare package name stays as it is."""
    for match in IMPORT.finditer(code_only(path.read_text("utf-8"))):
        target = match[1] or match[2]
        if target.startswith("/"):
            yield target[1:]
        elif target.startswith("."):
            yield _joined(name, target)
        else:
            yield target


def _joined(name: str, target: str) -> str:
    parts = name.split("/")[:-1]
    for part in target.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def reached(pwa: Path, *entries: str) -> list[str]:
    """Every file of ours that an entry loads, at once or later; a path in a string counts too (a worker)."""
    files = javascript_files(pwa)
    found, waiting = [], list(entries)
    while waiting:
        name = waiting.pop(0)
        if name in found or name not in files:
            continue
        found.append(name)
        waiting += javascript_imports(name, files[name])
        waiting += [text.text.lstrip("/") for text in literals(files[name].read_text("utf-8")) if ".js" in text.text]
    return sorted(found)


def code_only(source: str) -> str:
    """The source with its comments blanked, lines kept."""
    out, last = [], 0
    for kind, start, end in _tokens(source):
        if kind == "comment":
            out += [source[last:start], "\n" * source.count("\n", start, end)]
            last = end
    return "".join([*out, source[last:]])


def literals(source: str) -> list[Literal]:
    """Every string and template in the code, in order."""
    found = []
    for kind, start, end in _tokens(source):
        if kind in ("string", "template"):
            text = source[start + 1 : end - 1]
            found.append(
                Literal(
                    text=_without_values(text) if kind == "template" else text,
                    line=source.count("\n", 0, start) + 1,
                    before=source[max(0, start - 60) : start],
                    template=kind == "template",
                )
            )
            if kind == "template":
                found += [
                    Literal(inner.text, found[-1].line, inner.before, inner.template)
                    for value in _values(text)
                    for inner in literals(value)
                ]
    return found


def _tokens(source: str) -> Iterator[tuple[str, int, int]]:
    at = 0
    while match := TOKEN.search(source, at):
        kind, end = str(match.lastgroup), match.end()
        if kind == "tick":
            kind, end = "template", _template_end(source, match.end())
        elif kind == "slash":
            regex = REGEX.match(source, match.start())
            if regex and BEFORE_REGEX.search(source[max(0, match.start() - 40) : match.start()]):
                kind, end = "regex", regex.end()
        yield kind, match.start(), end
        at = end


def _template_end(source: str, at: int) -> int:
    """The index behind the backtick that ends the template whose text begins at `at`."""
    while at < len(source):
        if source[at] == "\\":
            at += 2
        elif source[at] == "`":
            return at + 1
        elif source.startswith("${", at):
            at = _value_end(source, at + 2)
        else:
            at += 1
    return at


def _value_end(source: str, at: int) -> int:
    """The index behind the brace that ends a template's value beginning at `at`."""
    depth = 1
    while at < len(source) and depth:
        if source[at] == "`":
            at = _template_end(source, at + 1)
            continue
        depth += {"{": 1, "}": -1}.get(source[at], 0)
        at += 1
    return at


def _values(text: str) -> Iterator[str]:
    at = 0
    while (start := text.find("${", at)) >= 0:
        at = _value_end(text, start + 2)
        yield text[start + 2 : at - 1]


def _without_values(text: str) -> str:
    for value in list(_values(text)):
        text = text.replace("${" + value + "}", "{}", 1)
    return text
