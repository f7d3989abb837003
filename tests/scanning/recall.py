"""How much of a page can be read: word recall of tesseract on photos, warps and our pages in every mode.

    python -m tests.scanning.recall drawn 40                      photos drawn of known words
    python -m tests.scanning.recall photos FOLDER                 real photos with labels.json (corners) in the folder
    options: --modes auto,colour,grey,bw   --whole (find the page, too)   --keep FOLDER (write the pages and readings)

The words of a drawn photo are known. Those of a real one are taken from several renderings of its warp by perfect
corners: what tesseract reads with confidence on any of them counts as printed there.
"""

import argparse
import hashlib
import json
import os
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from scanning import load, paper, scan_page, tone, warp
from scanning.quad import sides
from tests.scanning import stationery

LETTERS = r"[^\W\d_]{3,}"  # what counts as a word of a real photo
TOKENS = r"[^\W_]{3,}"  # and of a drawn one: amounts and dates too
SURE = 60  # tesseract's confidence from which a reading of a real photo is believed
FEW = 15  # a photo with fewer words than that measures nothing
ENLARGED = 1654  # px, short side
MODES = ("auto", "colour", "grey", "bw")
FLOORS = ("photo", "warp", "divided", "enlarged")


class Case(NamedTuple):
    """One photo: its bytes, corners, the words on it, and what is printed about it."""

    name: str
    data: bytes
    corners: np.ndarray
    words: Counter[str] | None
    group: str


# ---------- reading ----------


class Reader:
    """Tesseract, with a memory on disk, because a page takes seconds."""

    def __init__(self, memory: Path | None = None) -> None:
        self.memory = memory
        if memory:
            memory.mkdir(parents=True, exist_ok=True)

    def __call__(self, pixels: np.ndarray) -> list[tuple[str, float]]:
        """[(text, confidence 0..100)] of BGR, grey or bool pixels."""
        pixels = np.where(pixels, 255, 0).astype(np.uint8) if pixels.dtype == bool else pixels
        png = cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].tobytes()
        kept = self.memory / hashlib.sha256(pixels.tobytes()).hexdigest()[:24] if self.memory else None
        if kept and kept.exists():
            return [tuple(word) for word in json.loads(kept.read_text())]
        found = _tesseract(png)
        if kept:
            kept.write_text(json.dumps(found))
        return found


def _tesseract(png: bytes) -> list[tuple[str, float]]:
    command = ["tesseract", "stdin", "stdout", "-l", "deu+eng", "--psm", "3", "tsv"]
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    done = subprocess.run(command, input=png, capture_output=True, env=environment, check=False)
    rows = [line.split("\t") for line in done.stdout.decode("utf-8", "replace").splitlines()[1:]]
    return [(row[11], float(row[10])) for row in rows if len(row) == 12 and row[11].strip()]


def count(texts: list[str], pattern: str) -> Counter[str]:
    """Words in the sense of `pattern`, small letters, with how often they stand there."""
    return Counter(re.findall(pattern, " ".join(texts).casefold()))


def recall(words: Counter[str], read: Counter[str]) -> float:
    """Share of the words that were read, each as often as it stands there."""
    return sum(min(number, read[word]) for word, number in words.items()) / max(1, sum(words.values()))


# ---------- renderings ----------


def perfect(bgr: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """The warp by perfect corners, as fine as the photo."""
    length = sides(corners)
    width, height = round(max(length[0], length[2])), round(max(length[1], length[3]))
    return warp.flatten(bgr, corners, width, height)


def divided(page: np.ndarray) -> np.ndarray:
    """The common recipe: each channel by its background, dilated and blurred at a quarter of the size."""
    small = cv2.resize(page, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    reach = max(7, round(max(small.shape) / 50) | 1)
    light = cv2.GaussianBlur(cv2.dilate(small, np.ones((reach, reach), np.uint8)), (0, 0), reach / 2)
    light = cv2.resize(light, page.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return cv2.divide(page, light, scale=255)


def enlarged(page: np.ndarray) -> np.ndarray:
    """At least ENLARGED px on the short side."""
    factor = ENLARGED / min(page.shape[:2])
    return cv2.resize(page, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC) if factor > 1 else page


def ours(bgr: np.ndarray, corners: np.ndarray, mode: str) -> np.ndarray:
    """Our page of those corners, as it looks after the JPEG."""
    plan = warp.plan(corners, bgr.shape[1::-1])
    page = warp.flatten(bgr, corners, plan.width, plan.height)
    page = tone.apply(page, tone.plan(page, card=plan.size == "ID-1"), mode)
    return (
        page if page.dtype == bool else cv2.imdecode(np.frombuffer(paper.encode(page), np.uint8), cv2.IMREAD_UNCHANGED)
    )


def whole(data: bytes, mode: str) -> np.ndarray:
    """Our page with nothing given but the photo."""
    jpeg = scan_page(data, mode=mode).jpeg
    return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_UNCHANGED)


# ---------- photos ----------


def real(folder: Path) -> Iterator[Case]:
    """Labelled photos; their words are not known yet."""
    labels = json.loads((folder / "labels.json").read_text())["images"]
    for label in labels:
        if label["corners"]:
            path = next(folder.rglob(label["file"]))
            yield Case(label["id"], path.read_bytes(), np.array(label["corners"], float), None, label["group"])


def drawn(number: int, first: int = 0) -> Iterator[Case]:
    """Photos of printed pages with known words."""
    for seed in range(first, first + number):
        shot = stationery.any_shot(seed)
        yield Case(f"{shot.kind}-{seed}", shot.jpeg, shot.corners, count([shot.text], TOKENS), shot.kind)


def measure(case: Case, read: Reader, modes: list[str], find: bool, keep: Path | None) -> dict[str, float] | None:
    """Recall of each rendering of one photo; None when there is too little to read."""
    bgr = load.load(case.data).bgr
    flat = perfect(bgr, case.corners)
    views = {"photo": bgr, "warp": flat, "divided": divided(flat), "enlarged": enlarged(divided(flat))}
    words, pattern = case.words, TOKENS
    if words is None:
        words, pattern = Counter(), LETTERS
        for view in (flat, views["divided"], enlarged(flat), views["enlarged"]):
            words |= count([text for text, sure in read(view) if sure >= SURE], pattern)
    if sum(words.values()) < FEW:
        return None
    for mode in modes:
        views[mode] = whole(case.data, mode) if find else ours(bgr, case.corners, mode)
    if keep:
        for name, view in views.items():
            cv2.imwrite(str(keep / f"{case.name}.{name}.png"), view * np.uint8(255) if view.dtype == bool else view)
    return {name: recall(words, count([t for t, _ in read(view)], pattern)) for name, view in views.items()}


def report(rows: dict[str, dict[str, float]], modes: list[str]) -> None:
    """Print a line a photo, worst first, then the means and how many fall behind the perfect warp."""
    names = [*FLOORS, *modes]
    print(f"{'':28}" + "".join(f"{name:>10}" for name in names))
    for name, row in sorted(rows.items(), key=lambda item: min(item[1][m] for m in names[1:]) - item[1]["warp"]):
        print(f"{name:28}" + "".join(f"{row[view]:10.3f}" for view in names))
    print(
        f"{'mean of ' + str(len(rows)):28}" + "".join(f"{np.mean([r[n] for r in rows.values()]):10.3f}" for n in names)
    )
    behind = [sum(row[name] < row["warp"] - 0.02 for row in rows.values()) for name in names]
    print(f"{'2 points behind the warp':28}" + "".join(f"{number:10d}" for number in behind))


def main() -> None:
    """Run one measurement."""
    parser = argparse.ArgumentParser("python -m tests.scanning.recall", description=__doc__)
    parser.add_argument("what", choices=("drawn", "photos"))
    parser.add_argument("which", help="how many drawn photos, or a folder with labels.json")
    parser.add_argument("--modes", default=",".join(MODES))
    parser.add_argument("--first", type=int, default=0, help="seed of the first drawn photo")
    parser.add_argument("--only", default="", help="photos whose name has this in it")
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--keep", type=Path, help="a folder for the pages")
    parser.add_argument("--memory", type=Path, help="a folder where readings are remembered")
    parser.add_argument("--jobs", type=int, default=1)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    cases = drawn(int(args.which), args.first) if args.what == "drawn" else real(Path(args.which))
    modes, read = [mode for mode in args.modes.split(",") if mode], Reader(args.memory)
    if args.keep:
        args.keep.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(args.jobs) as pool:
        jobs = {
            c.name: pool.submit(measure, c, read, modes, args.whole, args.keep) for c in cases if args.only in c.name
        }
        rows = {name: job.result() for name, job in jobs.items()}
    report({name: row for name, row in rows.items() if row}, modes)


if __name__ == "__main__":
    main()
