"""python -m scanning, as people and scripts use it."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import page as page_validation
import pikepdf
import pytest

from scanning.find import SURE
from tests.scanning import draw
from tests.scanning.compare import iou, likeness, pixels

ROOT = Path(__file__).parents[2]


def run(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scanning", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def folder(tmp_path, photo) -> Path:
    (tmp_path / "letter.jpg").write_bytes(photo)
    (tmp_path / "table.jpg").write_bytes(draw.jpeg(draw.empty(61, size=(600, 800), kind="wood")))
    (tmp_path / "notes.txt").write_text("no image")
    (tmp_path / "empty.jpg").write_bytes(b"")
    return tmp_path


def test_detect_prints_one_json_line_a_photo(folder, shot):
    done = run("detect", folder / "letter.jpg", folder / "table.jpg")
    one, two = map(json.loads, done.stdout.splitlines())
    assert done.returncode == 0
    assert set(one) == {"photo", "size", "corners", "confidence"}
    assert one["photo"] == str(folder / "letter.jpg")
    assert one["size"] == [1500, 2000]
    assert np.abs(np.array(one["corners"]) - shot.corners).max() < 20
    assert 0.5 < one["confidence"] <= 1
    assert two["corners"] is None and two["confidence"] < SURE


def test_bad_input_is_one_clear_line_and_status_2(folder):
    for words in (
        ("detect", folder / "notes.txt"),
        ("detect", folder / "empty.jpg"),
        ("detect", folder / "missing.jpg"),
        ("page", folder / "notes.txt", "-o", folder / "out.jpg"),
        ("page", folder / "letter.jpg", "-o", folder / "out.tiff"),
        ("page", folder / "letter.jpg", "-o", folder / "out.jpg", "--corners", "[1, 2]"),
        ("page", folder / "letter.jpg", "-o", folder / "out.jpg", "--corners", "no json"),
    ):
        done = run(*words)
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1 and "Traceback" not in done.stderr
        assert not (folder / "out.jpg").exists()


def test_detect_goes_on_after_a_bad_photo(folder):
    done = run("detect", folder / "notes.txt", folder / "letter.jpg")
    assert done.returncode == 2
    assert len(done.stdout.splitlines()) == 1


def test_page_writes_a_jpeg_or_a_png(folder):
    for name in ("out.jpg", "out.png"):
        assert run("page", folder / "letter.jpg", "-o", folder / name).returncode == 0
        data = (folder / name).read_bytes()
        assert pixels(data).shape == (2339, 1654, 3)
        assert likeness(data, draw.letter(3)) > 0.9


def test_page_takes_corners_and_rotation(folder, shot):
    corners = json.dumps(shot.corners.tolist())
    done = run("page", folder / "letter.jpg", "-o", folder / "out.jpg", "--corners", corners, "--rotation", 90)
    assert done.returncode == 0
    assert pixels((folder / "out.jpg").read_bytes()).shape == (1654, 2339, 3)


def test_pdf_merges_what_it_can_and_says_what_it_skipped(folder):
    out = folder / "out.pdf"
    done = run("pdf", folder / "letter.jpg", folder / "notes.txt", folder / "table.jpg", "-o", out, "--title", "Miete")
    assert done.returncode == 0
    assert "2 of 4" not in done.stderr and "2 of 3" in done.stderr
    assert any("notes.txt" in line and "not an image" in line for line in done.stderr.splitlines())
    with pikepdf.open(out) as pdf:
        assert len(pdf.pages) == 2
        assert str(pdf.docinfo.Title) == "Miete"
    assert page_validation.validate_pdf_bytes(out.read_bytes(), profile="2b").is_compliant
    again = folder / "again.pdf"
    assert run("pdf", out, folder / "letter.jpg", "-o", again).returncode == 0
    with pikepdf.open(again) as pdf:
        assert len(pdf.pages) == 3


def test_pdf_fails_only_when_nothing_came_out(folder):
    done = run("pdf", folder / "notes.txt", folder / "empty.jpg", "-o", folder / "out.pdf")
    assert done.returncode == 2
    assert not list(folder.glob("out.pdf*")), "not even a part of it"
    assert "Traceback" not in done.stderr


def test_card_lays_both_sides_on_one_sheet_and_says_when_a_side_is_no_card(folder):
    front = draw.photograph(draw.card(5), seed=5, size=(900, 675), fill=0.6, tilt=5, kind="wood").bgr
    (folder / "front.jpg").write_bytes(draw.jpeg(front))
    done = run("card", folder / "front.jpg", folder / "letter.jpg", "-o", folder / "card.pdf")
    assert done.returncode == 0, done.stderr
    assert "front.jpg" not in done.stderr and "letter.jpg: has not the shape of a card" in done.stderr
    with pikepdf.open(folder / "card.pdf") as pdf:
        assert len(pdf.pages) == 1 and [round(float(v)) for v in pdf.pages[0].mediabox] == [0, 0, 595, 842]
    assert page_validation.validate_pdf_bytes((folder / "card.pdf").read_bytes(), profile="2b").is_compliant
    failed = run("card", folder / "front.jpg", folder / "notes.txt", "-o", folder / "none.pdf")
    assert failed.returncode == 2 and len(failed.stderr.splitlines()) == 1
    assert not list(folder.glob("none*")) and not list(folder.glob("*.part"))


def test_help_explains_the_commands():
    assert all(word in run("--help").stdout for word in ("detect", "page", "pdf", "card", "exit status"))
    assert "corners" in run("detect", "--help").stdout


def test_the_found_corners_can_be_fed_back(folder, shot):
    found = json.loads(run("detect", folder / "letter.jpg").stdout)["corners"]
    assert iou(found, shot.corners, shot.bgr) > 0.95
