"""Every text a person reads is in the word lists, in both languages, and nothing in the lists is dead.

In the JavaScript a key is written out, or computed: then the module names the family in a comment,
`// words: state.*`, or the key is a template that begins with the family, `state.${name}`.
"""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from app import assembly, errors
from tests.reading import code_only, javascript_files, literals, reached

ROOT = Path(__file__).resolve().parent.parent
PWA = ROOT / "pwa"

# Each word list, and the doors whose modules read it.
LISTS = {"": "app.js", "desk-": "desk.js"}
# What can go wrong on the phone before anything reaches the server.
PHONE_ERRORS = """offline file_empty file_not_image file_cut_off file_too_large file_too_many_pixels file_heic
    file_svg file_pdf_encrypted phone_full not_saved""".split()

KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
FAMILY = re.compile(r"//\s*words:(.*)")
PLURAL = re.compile(r"\.(zero|one|two|few|many|other)$")
PLACEHOLDER = re.compile(r"\{(\w+)\}")
CALL = re.compile(r"""(?<![\w.$])t\(\s*["']([^"']+)["']""")

SENTENCE = re.compile(r"[A-Za-zÀ-ž]{2,},? [A-Za-zÀ-ž]{2,}")
UMLAUT = re.compile(r"[äöüÄÖÜß„“…]")
FOR_PEOPLE = re.compile(
    r"""(aria-label|aria-description|title|placeholder|alt|label|textContent|ariaLabel)["']?\s*[:=]\s*$"""
)
FOR_MACHINES = re.compile(r"(Error\(|console\.\w+\(|throw |policy\w*\(|querySelector(All)?\()\s*$")
NAMES = {"Belegbote"}


def words(prefix: str, language: str) -> dict[str, str]:
    return json.loads((PWA / "words" / f"{prefix}{language}.json").read_text("utf-8"))


def server_words(language: str) -> dict[str, str]:
    return json.loads((ROOT / "app" / "words" / f"{language}.json").read_text("utf-8"))


ALL_LISTS = {
    **{f"pwa/words/{prefix}": lambda language, prefix=prefix: words(prefix, language) for prefix in LISTS},
    "app/words/": server_words,
}


@pytest.mark.parametrize("load", ALL_LISTS.values(), ids=ALL_LISTS)
def test_both_languages_say_the_same_things(load):
    german, english = load("de"), load("en")
    assert sorted(german) == sorted(english)
    assert {key for key, text in (german | english).items() if not text.strip()} == set()
    different = {
        key: (german[key], english[key])
        for key in german
        if set(PLACEHOLDER.findall(german[key])) != set(PLACEHOLDER.findall(english[key]))
    }
    assert different == {}


@pytest.mark.parametrize(
    "path",
    sorted([*PWA.glob("words/*.json"), *ROOT.glob("app/words/*.json")]),
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_nothing_is_said_twice_in_a_list(path):
    """Of two the later one would win, and the place that meant the first would say something else."""
    pairs = json.loads(path.read_text("utf-8"), object_pairs_hook=lambda found: [key for key, _ in found])
    assert {key for key in pairs if pairs.count(key) > 1} == set()


@pytest.mark.parametrize("load", ALL_LISTS.values(), ids=ALL_LISTS)
def test_plurals_are_whole(load):
    lonely = {
        base
        for key in load("de")
        if (base := PLURAL.sub("", key)) != key and not {f"{base}.one", f"{base}.other"} <= set(load("de"))
    }
    assert lonely == set()


@pytest.mark.parametrize(("prefix", "door"), LISTS.items(), ids=LISTS.values())
def test_every_key_that_is_used_exists(prefix, door):
    known = {*words(prefix, "de"), *(PLURAL.sub("", key) for key in words(prefix, "de"))}
    families = {key.partition(".")[0] for key in known}
    missing = set()
    for name in reached(PWA, door):
        if name.startswith("vendor/"):
            continue
        source = (PWA / name).read_text("utf-8")
        named = {(key, name) for key in CALL.findall(code_only(source))}
        written = {(text.text, name) for text in literals(source) if not text.template}
        missing |= {(key, name) for key, name in named if key not in known}
        missing |= {
            (key, name)
            for key, name in written
            if KEY.fullmatch(key) and key.partition(".")[0] in families and key not in known
        }
    assert sorted(missing) == []


@pytest.mark.parametrize(("prefix", "door"), LISTS.items(), ids=LISTS.values())
def test_every_key_is_used(prefix, door):
    written, families = set(), set()
    for name in reached(PWA, door):
        source = (PWA / name).read_text("utf-8")
        written |= {text.text for text in literals(source)}
        families |= {family for line in FAMILY.findall(source) for family in re.findall(r"[\w.]+\.(?=\*)", line)}
        families |= {
            text.text.partition("{}")[0]
            for text in literals(source)
            if text.template and re.match(r"[a-z][a-z0-9_]*\.[a-z0-9_.]*\{\}", text.text)
        }
    unused = {
        key
        for key in words(prefix, "de")
        if key not in written and PLURAL.sub("", key) not in written and not key.startswith(tuple(families))
    }
    assert sorted(unused) == []
    assert {family for family in families if not any(key.startswith(family) for key in words(prefix, "de"))} == set()


def test_the_servers_words_are_all_there_and_all_used():
    written, families, asked = set(), set(), set()
    for path in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                written.add(node.value)
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                families.add(str(node.values[0].value))
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "text" and len(node.args) > 1:
                asked |= {inner.value for inner in ast.walk(node.args[1]) if isinstance(inner, ast.Constant)}
    starts = tuple(family for family in families if re.fullmatch(r"[a-z_]+\.[a-z_.]*", family))
    known = set(server_words("de"))
    assert {key for key in known if key not in written and not key.startswith(starts)} == set()
    assert {key for key in asked if KEY.fullmatch(str(key)) and key not in known} == set()


def test_every_refusal_has_its_sentence():
    phone, desk = (
        {key.removeprefix("error.") for key in words(prefix, "de") if key.startswith("error.")} for prefix in LISTS
    )
    at_the_desk = {kind.code for kind in refusals(errors.DeskError)} - {errors.DeskError.code}
    assert {kind.code for kind in refusals(errors.AppError)} - at_the_desk - phone == set()
    assert at_the_desk - desk == set()
    assert set(PHONE_ERRORS) - phone == set()


def test_every_reason_why_a_page_is_a_placeholder_has_words_at_the_desk_on_the_phone_and_on_the_sheet():
    reasons = assembly.NEEDS_A_LOOK
    at_the_desk = {f"problem.{reason}{end}" for reason in reasons for end in ("", ".means")}
    on_the_sheet = {f"sheet.{reason}" for reason in reasons - {"cut_off"}}  # of that one there is a part to show
    assert at_the_desk - set(words("desk-", "de")) == set()
    assert {f"problem.{reason}" for reason in reasons} - set(words("", "de")) == set()
    assert on_the_sheet - set(server_words("de")) == set()


def refusals(kind: type[errors.AppError]) -> list[type[errors.AppError]]:
    return [kind, *(inner for below in kind.__subclasses__() for inner in refusals(below))]


def test_the_offices_own_words_come_in_both_languages():
    office = json.loads((ROOT / "app" / "office.json").read_text("utf-8"))
    for entry in [*office["kinds"], *office["reasons"]]:
        for field in ("names", "hints", "advice"):
            if field in entry:
                assert all(entry[field].get(language, "").strip() for language in ("de", "en")), entry["id"]


def test_no_text_for_people_is_written_into_the_code():
    found = []
    for name, path in javascript_files(PWA).items():
        if not name.startswith("vendor/") and name != "sw.js":
            found += [f"pwa/{name}:{text.line}: {text.text!r}" for text in spoken(path.read_text("utf-8"))]
    assert found == []


def test_the_service_worker_says_only_what_the_server_would():
    """It cannot read a word list when a push comes that it cannot read; it must show something all the same."""
    ours = {*server_words("de").values(), *server_words("en").values()}
    assert {text.text for text in spoken((PWA / "sw.js").read_text("utf-8"))} <= ours


def test_no_text_for_people_is_written_into_the_pages():
    for entry in ("index.html", "desk.html"):
        source = re.sub(
            r"<!--.*?-->|<(title|noscript)\b.*?</\1>", "", (PWA / entry).read_text("utf-8"), flags=re.DOTALL
        )
        assert re.sub(r"<[^>]+>", "", source).strip() in ("", *NAMES)


def spoken(source: str) -> list:
    """The strings of a module that a person would read: a rule of thumb that errs on the side of asking."""
    return [
        text
        for text in literals(source)
        if text.text not in NAMES and not FOR_MACHINES.search(text.before) and _sounds_spoken(text)
    ]


def _sounds_spoken(text) -> bool:
    if FOR_PEOPLE.search(text.before):
        return bool(re.search(r"[A-Za-zÀ-ž]{2}", text.text)) and not KEY.fullmatch(text.text)
    if UMLAUT.search(text.text.replace("…", "")):
        return True
    return bool(SENTENCE.search(text.text) and re.match(r"\W*[A-ZÄÖÜ]", text.text))


@pytest.mark.parametrize(
    "planted",
    [
        'h("p", null, "Bitte warten Sie")',
        'h("button", { "aria-label": "close" }, icon("x"))',
        'input.placeholder = "Suchen"',
        "fill(root, `Page ${n} of ${all} pages`, `Seite ${n}, bitte warten`)",
        'h("p", null, open ? "geöffnet" : null)',
    ],
)
def test_a_written_text_is_found(planted):
    assert len(spoken(planted)) >= 1


@pytest.mark.parametrize(
    "harmless",
    [
        'throw new Error("No camera here")',
        'h("div", { class: "kern-row kern-row--wide" }, t("home.send"))',
        'const path = "M12 3v12m-5-5 5 5"',
        '// h("p", null, "Bitte warten Sie")',
        "if (/[\"']Bitte warten/.test(x)) go()",
        'fetch(url, { headers: { "X-App": "1" } })',
    ],
)
def test_what_is_for_machines_is_left_alone(harmless):
    assert spoken(harmless) == []
