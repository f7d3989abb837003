"""Pages over which another sheet lies, and pages that may look so: how often scanning/judge.py tells them apart.

    python -m tests.scanning.overlay laid FIRST LAST     what is said of pages under a sheet
    python -m tests.scanning.overlay bare FIRST LAST     what is said of pages with nothing on them, six kinds a seed

The sheets are letters, receipts and envelopes with print of their own, in any tone, turned by up to 40 degrees, with
hardly a shadow; they hide 5 to 45 % of the page. The limits were fitted on seeds below 400; any from 20000 on are held
out.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np

from scanning import quad, scan_page
from tests.scanning import bend, draw, spoil, stage, stationery

TONES = ("white", "grey", "pale", "strong")


class Laid(NamedTuple):
    """A photo of a page under a second sheet.

    bgr      (H, W, 3) uint8
    corners  (4, 2) px, the page's
    hidden   0..1, share of the page under the sheet
    tone     one of TONES, how the sheet differs from the page
    tilt     degrees by which it is turned
    """

    bgr: np.ndarray
    corners: np.ndarray
    hidden: float
    tone: str
    tilt: float


# ---------- pages under a sheet ----------


def laid(seed: int) -> Laid:
    """Any page with any sheet over it."""
    rng = np.random.default_rng(seed + 41)
    page = under(rng, seed)
    tone, place = str(rng.choice(TONES)), str(rng.choice(["side", "corner", "middle"], p=[0.4, 0.4, 0.2]))
    tilt, hidden = float(rng.uniform(0, 40) * rng.choice([-1, 1])), float(rng.uniform(0.05, 0.45))
    other = np.rot90(toned(sheet(rng, seed), rng, tone), int(rng.choice([0, 0, 1, 2])))
    box = placed(rng, page.shape[1::-1], other, place, tilt, hidden)
    scene, corners, _ = spoil.photograph(spoil.Paper(page, [], 15.0), seed, over=laying(page, other, box))
    bgr = spoil.develop(scene, seed, light=float(rng.uniform(0.5, 1.02)), blur=float(rng.uniform(0.5, 1.3)),
                        grain=float(rng.uniform(1, 5)))  # fmt: skip
    return Laid(bgr, corners, share(box, page.shape[1::-1]), tone, abs(tilt))


def laying(page: np.ndarray, other: np.ndarray, box: np.ndarray) -> Callable:
    """What lays a sheet over a photographed page, where `box`, (4, 2) px of the page, says."""

    def over(rng, scene, corners):
        matrix = cv2.getPerspectiveTransform(np.float32(quad.frame(*page.shape[1::-1])), np.float32(corners))
        there = cv2.perspectiveTransform(np.float32(box)[None], matrix)[0]
        draw._drop_shadow(rng, scene, there)
        draw._paste(scene, other, there)

    return over


def under(rng: np.random.Generator, seed: int) -> np.ndarray:
    """A page of any kind, at about 200 dpi."""
    if rng.random() < 0.5:
        return spoil.paper(seed, str(rng.choice(["letter", "letter", "form", "receipt"]))).pixels
    bgr = stationery.any_sheet(rng)[0].bgr
    return cv2.resize(bgr, None, fx=2 / 3, fy=2 / 3, interpolation=cv2.INTER_AREA)


def sheet(rng: np.random.Generator, seed: int) -> np.ndarray:
    """A letter, a receipt, or an envelope with an address, at 200 dpi."""
    kind = str(rng.choice(["letter", "letter", "receipt", "envelope"]))
    if kind != "envelope":
        return spoil.paper(seed + 500, kind).pixels
    long = np.full((866, 1732, 3), 250, np.uint8)
    for row in range(4):
        cv2.putText(long, str(rng.choice(spoil.WORDS)), (180, 430 + 50 * row), cv2.FONT_HERSHEY_DUPLEX, 1.1, (50,) * 3)
    return long


def toned(bgr: np.ndarray, rng: np.random.Generator, tone: str) -> np.ndarray:
    """The same on other paper."""
    if tone == "white":
        return bgr
    if tone == "grey":
        paper = np.full(3, rng.uniform(0.78, 0.93))
    elif tone == "pale":
        paper = np.array(stationery.PAPERS[str(rng.choice(["yellow", "pink", "green", "blue"]))]) / 255
    else:
        paper = np.array([0.45, 0.62, 0.75]) if rng.random() < 0.5 else rng.uniform(0.2, 0.7, 3)
    return (bgr * paper).astype(np.uint8)


def placed(rng, size, other: np.ndarray, place: str, tilt: float, hidden: float) -> np.ndarray:
    """(4, 2) px of the page: where a sheet lies that comes in from a side or a corner, or lies in the middle."""
    turn, size = np.radians(tilt), np.array(size, float)
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    own = np.array(other.shape[1::-1], float)
    if place == "middle":  # as large as it has to be
        own *= np.sqrt(hidden * size.prod() / own.prod())
    box = (quad.frame(*own) - own / 2) @ spin.T + size / 2
    if place == "middle":
        return box + rng.uniform(-0.15, 0.15, 2) * size
    way = np.array([[1, 0], [0, 1], [-1, 0], [0, -1]][int(rng.integers(4))], float)
    if place == "side":
        way += rng.uniform(-0.3, 0.3, 2)
    else:
        way = rng.choice([-1, 1], 2) * rng.uniform(0.7, 1.3, 2)
    way *= size
    near, far = 0.0, 2.0
    for _ in range(20):  # moved out until no more is hidden
        middle = (near + far) / 2
        near, far = (middle, far) if share(box + middle * way, size) > hidden else (near, middle)
    return box + far * way


def share(box: np.ndarray, size) -> float:
    """The share of a page of `size` that a sheet hides."""
    page = np.float32(quad.frame(*size))
    return float(cv2.intersectConvexConvex(np.float32(box), page)[0] / (size[0] * size[1]))


# ---------- pages with nothing on them ----------


def good(seed: int) -> np.ndarray:
    """A good photo of a letter, form, receipt or card."""
    return spoil.good(seed, float(np.random.default_rng(seed + 9).uniform(0, 1)))[0]


def lit(seed: int) -> np.ndarray:
    """Letters, tables and receipts with stamps, markers and pictures, in light with hard shadows."""
    rng = np.random.default_rng(seed + 9)
    bgr = cv2.resize(stationery.any_sheet(rng)[0].bgr, None, fx=2 / 3, fy=2 / 3, interpolation=cv2.INTER_AREA)
    return stationery.lit(_taken(bgr, seed, rng), rng)


def crumpled(seed: int) -> np.ndarray:
    """The same, folded and crushed."""
    rng = np.random.default_rng(seed + 9)
    bgr = cv2.resize(stationery.any_sheet(rng)[0].bgr, None, fx=2 / 3, fy=2 / 3, interpolation=cv2.INTER_AREA)
    scene = _taken(stationery.crumpled(bgr, rng, float(rng.uniform(0.1, 0.35))), seed, rng)
    return stationery.lit(scene, rng) if rng.random() < 0.5 else spoil.develop(scene, seed)


def bent(seed: int) -> np.ndarray:
    """A letter or form that is folded or curled."""
    rng = np.random.default_rng(seed + 9)
    if rng.random() < 0.6:
        how = bend.fold(seed, float(rng.uniform(0.3, 1.2)), float(rng.choice([0, 90, 90])), int(rng.integers(1, 3)))
    else:
        how = bend.curl(seed, float(rng.uniform(0.2, 0.8)), float(rng.choice([0, 90])))
    page = spoil.paper(seed, str(rng.choice(["letter", "form"]))).pixels
    return bend.photograph(page, (210, 297), how, seed).bgr


def coloured(seed: int) -> np.ndarray:
    """Leaflets with fields of colour, forms with frames and grey heads, tables, cards."""
    rng = np.random.default_rng(seed + 9)
    page = getattr(draw, str(rng.choice(["flyer", "flyer", "form", "letter", "card"])))(seed)
    fill, turn = float(rng.uniform(0.7, 1.0)), float(rng.uniform(-8, 8))
    return draw.photograph(page, seed, (1200, 1600), fill, tilt=15, turn=turn).bgr


def wild(seed: int) -> np.ndarray:
    """Anything: pictures, covers, lined paper, scribbles, answer bubbles."""
    rng = np.random.default_rng(seed + 9)
    page = cv2.resize(stage.paper(rng), None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    return stationery.lit(_taken(page, seed, rng, (1200, 1600)), rng)


def _taken(page: np.ndarray, seed: int, rng: np.random.Generator, size=(1500, 2000)) -> np.ndarray:
    return spoil.photograph(spoil.Paper(page, [], 15.0), seed, size, fill=float(rng.uniform(0.75, 0.98)))[0]


BARE: dict[str, Callable[[int], np.ndarray]] = {
    "good": good, "lit": lit, "crumpled": crumpled, "bent": bent, "coloured": coloured, "wild": wild,
}  # fmt: skip


# ---------- what is said of them ----------


def caught(seeds: range) -> None:
    """Print how many pages under a sheet are called covered, their corners given or found."""
    said, seen = Counter[str](), Counter[str]()
    for seed in seeds:
        shot = laid(seed)
        size = next(name for name, most in (("5-15 %", 0.15), ("15-30 %", 0.3), ("30-45 %", 1)) if shot.hidden <= most)
        for how, corners in (("given", shot.corners.tolist()), ("found", None)):
            covered = "covered" in scan_page(draw.jpeg(shot.bgr, 86), corners=corners).verdict
            names = [f"hides {size}"]
            if shot.hidden > 0.15:
                names += ["over 15 %", f"over 15 %, {shot.tone}", f"over 15 %, tilt {'<' if shot.tilt < 5 else '>'} 5"]
            for name in names:
                seen[f"{how}: {name}"] += 1
                said[f"{how}: {name}"] += covered
    table(said, seen)


def false_alarms(seeds: range) -> None:
    """Print how many pages with nothing on them are called covered, by kind."""
    said, seen = Counter[str](), Counter[str]()
    for seed in seeds:
        for name, drawn in BARE.items():
            seen[name] += 1
            if "covered" in scan_page(draw.jpeg(drawn(seed), 86)).verdict:
                said[name] += 1
                print("said of", name, seed)
    table(said, seen)


def table(said: Counter[str], seen: Counter[str]) -> None:
    """Print the shares."""
    for name in sorted(seen):
        print(f"{name:32s} {said[name]:4d} of {seen[name]:4d} = {100 * said[name] / seen[name]:5.1f} %")


def main(arguments: list[str]) -> None:
    """Draw, scan, print."""
    parser = argparse.ArgumentParser("python -m tests.scanning.overlay", description=__doc__)
    parser.add_argument("what", choices=["laid", "bare"])
    parser.add_argument("first", type=int)
    parser.add_argument("last", type=int)
    args = parser.parse_args(arguments)
    cv2.setNumThreads(1)
    (caught if args.what == "laid" else false_alarms)(range(args.first, args.last))


if __name__ == "__main__":
    main(sys.argv[1:])
