"""How much of a page can be read: word recall of tesseract on photos, warps and our pages in every mode.

    python -m tests.scanning.recall drawn 40                      photos drawn of known words
    python -m tests.scanning.recall photos FOLDER                 real photos with labels.json (corners) in the folder
    python -m tests.scanning.recall --help                        the rest

The words of a drawn photo are known. Those of a real one are taken from four further renderings of its warp by
perfect corners, a little larger or smaller and half a pixel aside: what tesseract reads with confidence on two of them
(or on `--agreed`) counts as printed there. No rendering that is compared takes part, or it would be measured by its
own mistakes.
"""

import argparse
import hashlib
import json
import os
import re
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from scanning import load, scan_page, warp
from scanning.quad import sides
from tests.scanning import stationery

LETTERS = r"[^\W\d_]{3,}"  # what counts as a word of a real photo
TOKENS = r"[^\W_]{3,}"  # and of a drawn one: amounts and dates too
SURE = 60  # tesseract's confidence from which a reading of a real photo is believed
AGREED = 2  # of four renderings that have to read a word
FEW = 15  # a photo with fewer words than that measures nothing
ENLARGED = 1654  # px, short side
WITNESSES = (1500, 1600, 1750, 1900)  # px, short side of the renderings that say what is printed on a real photo
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
        pixels = np.where(pixels, 0, 255).astype(np.uint8) if pixels.dtype == bool else pixels
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


def ours(case: Case, mode: str, find: bool) -> np.ndarray:
    """Our page with nothing given but the photo, or its corners too."""
    return scan_page(case.data, mode=mode, corners=None if find else case.corners.tolist()).pixels()


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


def views(case: Case, floors: Iterable[str], modes: Iterable[str], find: bool) -> dict[str, np.ndarray]:
    """The photo in every rendering that is asked for."""
    bgr = load.load(case.data).bgr
    flat = perfect(bgr, case.corners)
    make = {
        "photo": lambda: bgr,
        "warp": lambda: flat,
        "divided": lambda: divided(flat),
        "enlarged": lambda: enlarged(divided(flat)),
    }
    out = {name: make[name]() for name in floors}
    return out | {mode: ours(case, mode, find) for mode in modes}


def words_of(case: Case, read: Reader, sure: float = SURE, agreed: int = AGREED) -> tuple[Counter[str], str]:
    """The words on a photo and the pattern they follow."""
    if case.words is not None:
        return case.words, TOKENS
    bgr = load.load(case.data).bgr
    views = witnesses(bgr, case.corners)
    seen = [count([text for text, how in read(view) if how >= sure], LETTERS) for view in views]
    return Counter({word: sorted(one[word] for one in seen)[-agreed] for word in set[str]().union(*seen)}), LETTERS


def witnesses(bgr: np.ndarray, corners: np.ndarray) -> Iterator[np.ndarray]:
    """Four renderings that say what is printed on a real photo."""
    for number, short in enumerate(WITNESSES):
        flat = divided(perfect(bgr, corners + 0.5 * np.roll([[1, 1], [-1, 1], [-1, -1], [1, -1]], number, axis=0)))
        factor = max(short / min(flat.shape[:2]), short / ENLARGED)
        yield cv2.resize(flat, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)


def line(name: str, values: Iterable[float], form: str = "10.3f") -> None:
    """Print one line of the table."""
    print(f"{name:28}" + "".join(f"{value:{form}}" for value in values), flush=True)


def main() -> None:
    """Measure photo by photo; print the means and how many pages fall behind the perfect warp."""
    args = arguments()
    cv2.setNumThreads(1)
    read, rows = Reader(args.memory), []
    cases = drawn(int(args.which), args.first) if args.what == "drawn" else real(Path(args.which))
    print(f"{'':28}" + "".join(f"{name:>10}" for name in [*args.floors, *args.modes]), flush=True)
    for case in cases:
        if not case.name.startswith(args.only):
            continue
        words, pattern = words_of(case, read, args.sure, args.agreed)
        if sum(words.values()) < FEW:
            continue
        seen = views(case, args.floors, args.modes, args.whole)
        if args.keep:
            keep(args.keep, case.name, seen)
        rows.append({name: recall(words, count([t for t, _ in read(view)], pattern)) for name, view in seen.items()})
        line(case.name, rows[-1].values())
    if rows:
        line(f"mean of {len(rows)}", (float(np.mean([row[name] for row in rows])) for name in rows[0]))
        behind = (sum(row[name] < row.get("warp", 0) - 0.02 for row in rows) for name in rows[0])
        line("2 points behind the warp", behind, "10d")


def keep(folder: Path, name: str, seen: dict[str, np.ndarray]) -> None:
    """Write every rendering as a PNG."""
    folder.mkdir(parents=True, exist_ok=True)
    for how, view in seen.items():
        cv2.imwrite(str(folder / f"{name}.{how}.png"), np.where(view, 0, 255) if view.dtype == bool else view)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        "python -m tests.scanning.recall", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("drawn", "photos"))
    parser.add_argument("which", help="how many drawn photos, or a folder with labels.json")
    parser.add_argument("--modes", type=_names, default=MODES)
    parser.add_argument("--floors", type=_names, default=FLOORS, help="what to compare with")
    parser.add_argument("--first", type=int, default=0, help="seed of the first drawn photo")
    parser.add_argument("--only", type=_names, default=("",), help="photos whose name begins like one of these")
    parser.add_argument("--whole", action="store_true", help="let the engine find the page, too")
    parser.add_argument("--sure", type=float, default=SURE, help="confidence from which a reading is believed")
    parser.add_argument("--agreed", type=int, default=AGREED, help="of four renderings that have to read a word")
    parser.add_argument("--keep", type=Path, help="a folder for all renderings")
    parser.add_argument("--memory", type=Path, help="a folder where readings are remembered")
    return parser.parse_args()


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


if __name__ == "__main__":
    main()
