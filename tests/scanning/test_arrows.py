"""The modules of scanning import each other in one direction, and only a few libraries."""

import ast
import sys
from pathlib import Path

import scanning

FOLDER = Path(scanning.__file__).parent

ARROWS: dict[str, set[str]] = {
    "errors": set(),
    "walls": set(),
    "quad": set(),
    "view": set(),
    "icc": set(),
    "alike": set(),
    "judge": {"overlaid", "view"},
    "overlaid": {"view"},
    "level": set(),
    "curl": {"level"},
    "tone": {"view"},
    "letters": set(),
    "upright": {"letters"},
    "g4": set(),
    "glyphless": set(),
    "paper": {"g4"},
    "reader": {"errors", "paper"},
    "card": {"paper"},
    "ending": set(),
    "layer": {"ending", "glyphless", "paper"},
    "cell": {"errors", "walls", "warm"},
    "warm": {"net", "view"},
    "load": {"errors"},
    "plain": set(),
    "sheets": {"errors", "paper", "plain", "view"},
    "evidence": {"quad"},
    "net": {"outline", "quad"},
    "outline": set(),
    "snap": {"evidence", "quad", "view"},
    "find": {"evidence", "net", "quad", "snap", "view"},
    "warp": {"errors", "paper", "quad", "view"},
    "pdf": {"ending", "errors", "icc", "layer", "paper"},
    "page": {
        "alike",
        "curl",
        "find",
        "judge",
        "letters",
        "level",
        "load",
        "paper",
        "quad",
        "sheets",
        "tone",
        "upright",
        "view",
        "warp",
    },
    "__init__": {
        "alike",
        "card",
        "cell",
        "ending",
        "errors",
        "layer",
        "load",
        "page",
        "paper",
        "pdf",
        "reader",
        "walls",
    },
    "__main__": {"__init__", "page", "paper", "tone"},
}
LIBRARIES = {"numpy", "cv2", "simplejpeg", "img2pdf", "pikepdf", "pypdfium2", "PIL"}


def imports(file: Path) -> tuple[set[str], set[str]]:
    """(modules of ours, everything else) that a file imports, anywhere in it."""
    ours, others = set(), set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            names = [node.module] if node.module else [alias.name for alias in node.names]
            ours |= {name if (FOLDER / f"{name}.py").exists() else "__init__" for name in names}
        elif isinstance(node, ast.ImportFrom):
            others.add((node.module or "").split(".")[0])
        elif isinstance(node, ast.Import):
            others |= {alias.name.split(".")[0] for alias in node.names}
    return ours, others


def test_every_module_is_drawn_and_imports_only_what_its_arrows_allow():
    assert {file.stem for file in FOLDER.glob("*.py")} == set(ARROWS)
    for name, allowed in ARROWS.items():
        ours, _ = imports(FOLDER / f"{name}.py")
        assert ours <= allowed, f"{name} imports {ours - allowed}"


def test_only_the_few_libraries_are_used():
    for file in FOLDER.glob("*.py"):
        _, others = imports(file)
        assert others - LIBRARIES <= sys.stdlib_module_names, file.name
