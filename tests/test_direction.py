"""The arrows: reads every import of Python and JavaScript, and fails on one that points the wrong way.

The rules are the tables below. Every rule is shown to bite: the last tests plant a violation of each in a
small tree.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reading import code_only, javascript_files, javascript_imports

ROOT = Path(__file__).resolve().parent.parent

# Which room a module is in: the longest name that fits wins.
PYTHON_ROOMS = {
    "app.main": "doors",
    "app.cli": "doors",
    "app.serve": "doors",
    "app.demo": "doors",
    "app.demo_past": "doors",
    "app.worker": "worker",
    "app.web": "web",
    "app": "story",  # every other module at the top of app/ tells the story ...
    "app.store": "store",
    "app.config": "bottom",  # ... but for these
    "app.errors": "bottom",
    "app.states": "bottom",
    "app.holidays": "bottom",
    "app.office": "bottom",
    "app.words": "bottom",
    "scanning": "scanning",
}

# Which rooms each room may import from.
PYTHON_ARROWS = {
    "doors": {"doors", "worker", "web", "story", "store", "bottom"},
    "web": {"web", "story", "store", "bottom"},
    "worker": {"story", "store", "bottom"},
    "story": {"story", "store", "bottom"},
    "store": {"store", "bottom"},
    "bottom": {"bottom"},
    "scanning": {"scanning"},
}

# Single modules that may do more than their room.
PYTHON_EXCEPTIONS = {(f"app.{name}", "scanning") for name in ("assembly", "reading", "receipt_pdf", "showing")}

# What comes from outside, and the rooms that may use it; anything not named here is free, but for scanning.
WEB = {"flask", "flask_login", "werkzeug", "jinja2"}
SQL = {"sqlite3", "sqlite_utils"}
VISION = {"cv2", "numpy", "img2pdf", "pikepdf", "PIL", "simplejpeg", "pypdfium2"}
OUTSIDE = (
    (WEB, {"web", "doors"}, "only web/ and the doors know Flask"),
    (SQL, {"store"}, "only store/ knows SQLite"),
)
SCANNING_USES = VISION  # and the standard library

# SQL written out, wherever it hides.
SQL_TEXT = re.compile(
    r"\bSELECT\s.+\sFROM\s|\bINSERT\s+(OR\s+\w+\s+)?INTO\s|\bUPDATE\s+\w+\s+SET\s|\bDELETE\s+FROM\s"
    r"|\bCREATE\s+(UNIQUE\s+)?(TABLE|INDEX)\s|\bALTER\s+TABLE\s|\bPRAGMA\s|\bBEGIN\s+IMMEDIATE\b",
    re.DOTALL,
)

JS_ROOMS = {"app.js": "phone door", "desk.js": "desk door", "sw.js": "service worker", "proof.js": "proof door"}
JS_FOLDERS = {"phone": "phone", "desk": "desk", "live": "live", "check": "check", "lib": "lib", "vendor": "vendor"}
JS_ARROWS = {
    "phone door": {"phone", "lib"},
    "desk door": {"desk", "lib"},
    "service worker": set(),
    "proof door": set(),  # a stranger's page: it has nothing of the phone's or the desk's
    "phone": {"phone", "live", "check", "lib"},
    "desk": {"desk", "lib"},
    "live": {"live"},  # numbers in and out: both run beside the page
    "check": {"check", "live"},
    "lib": {"lib", "vendor"},
    "vendor": {"vendor"},
}
# lib/ runs without a page, but for the modules that build or name one.
JS_DOM = {"lib/dom.js", "lib/icons.js", "lib/words.js"}
JS_DOM_WORDS = re.compile(r"\b(document\.(?!visibilityState\b|hidden\b)|innerHTML\b)")
# A canvas that never enters the page is only memory to draw in (iOS before 16.4 has no OffscreenCanvas).
JS_NO_DOM = re.compile(r"""document\.createElement\(["']canvas["']\)""")


def test_python_imports_point_one_way():
    assert list(python_complaints(ROOT)) == []


def test_javascript_imports_point_one_way():
    assert list(javascript_complaints(ROOT / "pwa")) == []


def test_nothing_imports_in_a_circle():
    assert circles(python_graph(ROOT)) == []
    assert circles(javascript_graph(ROOT / "pwa")) == []


def test_the_rules_look_at_something():
    assert len(python_graph(ROOT)) > 20
    assert len(javascript_graph(ROOT / "pwa")) > 10


# How Python is read


def python_files(root: Path) -> dict[str, Path]:
    """Every module of ours by its dotted name; a package is named like its folder."""
    found = {}
    for top in ("app", "scanning"):
        for path in sorted((root / top).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def python_imports(name: str, path: Path, known: set[str]) -> Iterator[tuple[int, str]]:
    """(line, module) of every import, those hidden inside functions too."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(), str(path))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base] if base else above)
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                yield node.lineno, inner if inner in known else base


def python_room(name: str) -> str | None:
    while name and name not in PYTHON_ROOMS:
        name = name.rpartition(".")[0]
    return PYTHON_ROOMS.get(name)


def python_complaints(root: Path) -> Iterator[str]:
    files = python_files(root)
    for name, path in files.items():
        room = python_room(name)
        for line, target in python_imports(name, path, set(files)):
            if reason := python_verdict(name, room, target):
                yield f"{path.relative_to(root)}:{line}: {name} ({room}) imports {target}: {reason}"
        if room != "store":
            for line, text in written_strings(path):
                if SQL_TEXT.search(text):
                    yield f"{path.relative_to(root)}:{line}: SQL outside store/: {text[:40]!r}"


def python_verdict(name: str, room: str | None, target: str) -> str | None:
    """Why this import is wrong, or None."""
    top = target.partition(".")[0]
    if top in ("app", "scanning"):
        wanted = python_room(target)
        if name == "app":
            return "app/__init__.py holds the map and no code"
        if target == "app" or wanted in PYTHON_ARROWS[room or ""] or (name, wanted) in PYTHON_EXCEPTIONS:
            return None
        return f"{room} must not import {wanted}"
    if room == "scanning" and top not in SCANNING_USES and top not in sys.stdlib_module_names:
        return "scanning works by itself: only numpy, cv2 and the PDF libraries"
    for packages, rooms, reason in OUTSIDE:
        if top in packages and room not in rooms:
            return reason
    return None


def written_strings(path: Path) -> Iterator[tuple[int, str]]:
    """Every string in the code, docstrings left out."""
    tree = ast.parse(path.read_text())
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.lineno, node.value


def python_graph(root: Path) -> dict[str, set[str]]:
    files = python_files(root)
    return {
        name: {target for _, target in python_imports(name, path, set(files)) if target in files and target != name}
        for name, path in files.items()
    }


# What JavaScript may do


def javascript_room(name: str) -> str | None:
    return JS_ROOMS.get(name) or JS_FOLDERS.get(name.partition("/")[0] if "/" in name else "")


def javascript_complaints(pwa: Path) -> Iterator[str]:
    files = javascript_files(pwa)
    for name, path in files.items():
        room = javascript_room(name)
        if room is None:
            yield f"pwa/{name}: in no room; put it into phone/, desk/ or lib/"
            continue
        for target in javascript_imports(name, path):
            if javascript_room(target) not in JS_ARROWS[room]:
                yield f"pwa/{name} ({room}) imports {target}: not its to import"
            elif not (pwa / target).is_file():
                yield f"pwa/{name} imports {target}, which does not exist"
        touched = JS_DOM_WORDS.search(JS_NO_DOM.sub("", code_only(path.read_text("utf-8"))))
        if touched and room == "lib" and name not in JS_DOM:
            yield f"pwa/{name} touches the page ({touched[0]}): lib/ knows no DOM"


def javascript_graph(pwa: Path) -> dict[str, set[str]]:
    files = javascript_files(pwa)
    return {name: {t for t in javascript_imports(name, path) if t in files} for name, path in files.items()}


# Circles


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Groups of modules that reach each other: what is left when all that end somewhere are taken away."""
    reach = {name: set(targets) for name, targets in graph.items()}
    changed = True
    while changed:
        changed = False
        for name in reach:
            wider = reach[name].union(*(reach[target] for target in reach[name]))
            changed, reach[name] = changed or wider != reach[name], wider
    groups = {tuple(sorted(n for n in graph if n in reach[name] and name in reach[n])) for name in graph}
    return [list(group) for group in sorted(groups) if group]


# The rules bite


PLANTED_PYTHON = {
    "the worker imports web": ("app/worker.py", "from app.web import replies", "worker must not import web"),
    "a story imports web": ("app/intake.py", "import app.web.replies", "story must not import web"),
    "a story imports a door": ("app/intake.py", "from app import main", "story must not import doors"),
    "a story imports scanning": ("app/intake.py", "import scanning", "story must not import scanning"),
    "a story knows Flask": (
        "app/intake.py",
        "from flask import request",
        "only web/ and the doors know Flask",
    ),
    "a story knows SQLite": ("app/intake.py", "import sqlite3", "only store/ knows SQLite"),
    "a story hides an import": (
        "app/intake.py",
        "def f():\n    from app import web",
        "story must not import web",
    ),
    "a story writes SQL": ("app/intake.py", "x = 'DELETE FROM job'", "SQL outside store/"),
    "a view writes SQL": ("app/web/desk.py", "x = f'SELECT a FROM {1} b'", "SQL outside store/"),
    "a view imports scanning": (
        "app/web/desk.py",
        "from scanning import load",
        "web must not import scanning",
    ),
    "a view knows SQLite": ("app/web/desk.py", "import sqlite_utils", "only store/ knows SQLite"),
    "the store imports a story": (
        "app/store/jobs.py",
        "from app import intake",
        "store must not import story",
    ),
    "the store knows Flask": ("app/store/jobs.py", "import flask", "only web/ and the doors know Flask"),
    "the store reaches up by dots": (
        "app/store/jobs.py",
        "from .. import intake",
        "store must not import story",
    ),
    "the bottom imports the store": (
        "app/states.py",
        "from app import store",
        "bottom must not import store",
    ),
    "scanning imports the app": (
        "scanning/load.py",
        "from app import errors",
        "scanning must not import bottom",
    ),
    "scanning knows Flask": ("scanning/load.py", "import flask", "scanning works by itself"),
    "scanning imports a stranger": ("scanning/load.py", "import requests", "scanning works by itself"),
    "the map has code": ("app/__init__.py", "from app import intake", "holds the map and no code"),
}
PLAIN_TREE = [
    "app/__init__.py",
    "app/main.py",
    "app/worker.py",
    "app/intake.py",
    "app/states.py",
    "app/errors.py",
    "app/web/__init__.py",
    "app/web/replies.py",
    "app/web/desk.py",
    "app/store/__init__.py",
    "app/store/jobs.py",
    "scanning/__init__.py",
    "scanning/load.py",
]

PLANTED_JS = {
    "phone imports desk": ("phone/home.js", 'import { a } from "../desk/inbox.js"', "not its to import"),
    "desk imports phone": ("desk/inbox.js", 'import "/phone/home.js"', "not its to import"),
    "phone imports its door": ("phone/home.js", 'import { go } from "../app.js"', "not its to import"),
    "phone imports a vendored file": (
        "phone/home.js",
        'export * from "../vendor/idb.js"',
        "not its to import",
    ),
    "lib imports phone": ("lib/api.js", 'const m = await import("../phone/home.js")', "not its to import"),
    "the service worker imports": ("sw.js", 'import { a } from "./lib/api.js"', "not its to import"),
    "the phone's door imports desk": (
        "app.js",
        'import a, {\n  b\n} from "./desk/inbox.js"',
        "not its to import",
    ),
    "a package from nowhere": ("lib/api.js", 'import { openDB } from "idb"', "not its to import"),
    "a file that is not there": ("phone/home.js", 'import { a } from "../lib/none.js"', "does not exist"),
    "lib touches the page": ("lib/api.js", "document.body.append(1)", "lib/ knows no DOM"),
    "a file in no room": ("other.js", "", "in no room"),
}


@pytest.mark.parametrize(("file", "source", "expected"), PLANTED_PYTHON.values(), ids=PLANTED_PYTHON)
def test_a_wrong_python_arrow_is_found(tmp_path, file, source, expected):
    plant(tmp_path, dict.fromkeys(PLAIN_TREE, ""))
    assert list(python_complaints(tmp_path)) == []
    plant(tmp_path, {file: source})
    complaints = list(python_complaints(tmp_path))
    assert len(complaints) == 1
    assert expected in complaints[0]


@pytest.mark.parametrize(("file", "source", "expected"), PLANTED_JS.values(), ids=PLANTED_JS)
def test_a_wrong_javascript_arrow_is_found(tmp_path, file, source, expected):
    files = ("app.js", "desk.js", "sw.js", "phone/home.js", "desk/inbox.js", "lib/api.js", "vendor/idb.js")
    plant(tmp_path, dict.fromkeys(files, "// import { a } from '../desk/inbox.js' is only a comment\n"))
    assert list(javascript_complaints(tmp_path)) == []
    plant(tmp_path, {file: source})
    complaints = list(javascript_complaints(tmp_path))
    assert len(complaints) == 1
    assert expected in complaints[0]


def test_a_circle_is_found(tmp_path):
    plant(tmp_path, dict.fromkeys(PLAIN_TREE, ""))
    plant(
        tmp_path,
        {"app/store/jobs.py": "from app import errors", "app/errors.py": "from app.store import jobs"},
    )
    assert circles(python_graph(tmp_path)) == [["app.errors", "app.store.jobs"]]
    plant(
        tmp_path,
        {"lib/a.js": 'import "./b.js"', "lib/b.js": 'import "./c.js"', "lib/c.js": 'import "./a.js"'},
    )
    assert circles(javascript_graph(tmp_path)) == [["lib/a.js", "lib/b.js", "lib/c.js"]]


def test_assembly_alone_may_scan(tmp_path):
    plant(tmp_path, dict.fromkeys(PLAIN_TREE, "") | {"app/assembly.py": "import scanning"})
    assert list(python_complaints(tmp_path)) == []


def plant(root: Path, files: dict[str, str]) -> None:
    for name, source in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
