"""Hold the verdict of scanning/judge.py against what tesseract can still read.

    python -m tests.scanning.calibrate FIRST LAST [--real FOLDER] [--keep FOLDER]

Draws papers with known words and photographs them in ways that go wrong on purpose, in known steps; scans each photo;
reads the page with tesseract. A photo is good when it was meant to be and nine words of ten are read; bad when less
than half of them are. The limits were fitted on seeds below 100; any from 20000 on were never looked at.
`--real` names the problems of real photos in a folder, for somebody to look at. `--keep` remembers what was read.
"""

import argparse
import json
import sys
from pathlib import Path

import cv2
import numpy as np

from scanning import ScanError, scan_page
from tests.scanning import draw, ocr, spoil

GOOD, BAD = 0.9, 0.5  # share of the words that are read


def measured(seed: int, keep: Path | None) -> dict:
    """One drawn photo: what was done to it, how much of it can be read, what was measured and said."""
    shot = spoil.case(seed)
    page = scan_page(draw.jpeg(shot.bgr, 86))
    kept = keep / f"{seed}.json" if keep else None
    if kept and kept.exists():
        recall = json.loads(kept.read_text())
    else:
        pixels = cv2.imdecode(np.frombuffer(page.picture()[0], np.uint8), cv2.IMREAD_COLOR)
        recall = ocr.recall(ocr.words(pixels), shot.words)
        if kept:
            kept.write_text(json.dumps(recall))
    said = [name for name in (page.problem, *page.verdict) if name]
    return {"seed": seed, "spoiled": shot.spoiled, "recall": recall, "said": said, "numbers": page.numbers}


def table(rows: list[dict], title: str) -> None:
    """Print false alarms on good photos, and how many of the unreadable ones were named, by what was done to them."""
    good = [row for row in rows if row["spoiled"] == "good" and row["recall"] >= GOOD]
    bad = [row for row in rows if row["recall"] < BAD]
    print(f"\n{title}: {len(rows)} photos")
    print(f"  good, and something said all the same   {_share(good)}")
    print(f"  less than half readable, and it is said {_share(bad)}")
    for name in spoil.SPOILED:
        mine = [row for row in rows if row["spoiled"] == name]
        print(f"    {name:9s} said {_share(mine)}; of the unreadable {_share([r for r in mine if r in bad])}")


def _share(rows: list[dict]) -> str:
    said = sum(bool(row["said"]) for row in rows)
    return f"{said} of {len(rows)}" + (f" = {100 * said / len(rows):.1f} %" if rows else "")


def real(folder: Path) -> None:
    """Print what is said of each photo in a folder."""
    for path in sorted(folder.iterdir()):
        try:
            page = scan_page(path.read_bytes())
        except (ScanError, IsADirectoryError):
            continue
        print(path.name, page.problem or "", *page.verdict)


def main(arguments: list[str]) -> None:
    """Draw, scan, read, and print."""
    parser = argparse.ArgumentParser("python -m tests.scanning.calibrate", description=__doc__)
    parser.add_argument("first", type=int)
    parser.add_argument("last", type=int)
    parser.add_argument("--real", type=Path)
    parser.add_argument("--keep", type=Path)
    args = parser.parse_args(arguments)
    cv2.setNumThreads(1)
    if args.keep:
        args.keep.mkdir(parents=True, exist_ok=True)
    rows = []
    for seed in range(args.first, args.last):
        rows.append(measured(seed, args.keep))
        print(f"\r{len(rows)} of {args.last - args.first}", end="", file=sys.stderr)
    table(rows, f"seeds {args.first} to {args.last - 1}")
    if args.real:
        real(args.real)


if __name__ == "__main__":
    main(sys.argv[1:])
