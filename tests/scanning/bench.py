"""How fast, how small, how right: make bench PHOTOS=folder

Everything in one run, because a machine is never twice as busy in the same way: the page against its floor, the share
of each step, memory, pages a second, the detector beside the common recipe, sizes. Times are processor time of one
core, medians over alternating repeats; ratios can be trusted where the times cannot.

The folder has a labels.json, {"images": [{"file", "width", "height", "corners": [[x, y] x 4] or null}, ...]}, and the
files in photos/. Without one, drawn photos are judged.
"""

import argparse
import contextlib
import functools
import inspect
import json
import multiprocessing
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean, median
from types import ModuleType
from typing import NamedTuple
from unittest import mock

import cv2
import numpy as np
import simplejpeg

import scanning.page
from scanning import make_pdf, quad, scan_page, tone, upright
from scanning.find import find
from scanning.load import load
from scanning.page import detect
from tests.scanning import draw
from tests.scanning.fit import overlap

A4_AT_200 = (1654, 2339)
REPEATS = 9
MADE = ("colour", "grey", "bw")
BUSY = 8  # pages for each of two processes


# ---------- the page against its floor ----------


def twelve_megapixels() -> bytes:
    """A letter on a table, as a phone takes it."""
    return draw.jpeg(draw.photograph(draw.letter(3), seed=3, size=(3000, 4000), fill=0.8, tilt=15, kind="wood").bgr, 90)


def floor(photo: bytes, corners: np.ndarray) -> bytes:
    """What nobody can leave out: decode, straighten, encode."""
    bgr = simplejpeg.decode_jpeg(photo, colorspace="BGR")
    matrix = cv2.getPerspectiveTransform(np.float32(corners), quad.frame(*A4_AT_200).astype(np.float32))
    page = cv2.warpPerspective(bgr, matrix, A4_AT_200)
    return simplejpeg.encode_jpeg(page, quality=78, colorspace="BGR", colorsubsampling="420")


def as_it_lies(photo: bytes, mode: str) -> None:
    """A whole page, but for the step that reads which way up it is."""
    with mock.patch.object(upright, "turn", return_value=0):
        scan_page(photo, mode=mode)


def alternating(*works: Callable[[], object], repeats: int = REPEATS) -> list[float]:
    """The median processor time of each, s; they take turns, so that a busy minute falls on all of them."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(repeats + 1):
        for work, taken in zip(works, times, strict=True):
            begun = time.process_time()
            work()
            taken.append(time.process_time() - begun)
    return [median(taken[1:]) for taken in times]  # the first round warms up


@contextlib.contextmanager
def steps_timed() -> Iterator[Counter[str]]:
    """Measure from outside what page.py calls of each module: processor seconds by module, without the other modules
    that they call."""
    spent, inner, undo = Counter[str](), [0.0], []

    def timed(step: str, work: Callable[..., object]) -> Callable[..., object]:
        @functools.wraps(work)
        def measured(*args: object, **more: object) -> object:
            inner.append(0.0)
            begun = time.process_time()
            try:
                return work(*args, **more)
            finally:
                took = time.process_time() - begun
                spent[step] += took - inner.pop()
                inner[-1] += took

        return measured

    for module in {id(m): m for m in vars(scanning.page).values() if isinstance(m, ModuleType)}.values():
        if module.__name__.startswith("scanning."):
            for name, work in list(vars(module).items()):
                if inspect.isfunction(work) and work.__module__ == module.__name__:
                    undo.append((module, name, work))
                    setattr(module, name, timed(module.__name__.rpartition(".")[2], work))
    try:
        yield spent
    finally:
        for module, name, work in undo:
            setattr(module, name, work)


def shares(photo: bytes, repeats: int = 3) -> dict[str, float]:
    """Module → its share of a whole page, 0..1; "page" is what page.py does itself."""
    with steps_timed() as spent:
        begun = time.process_time()
        for _ in range(repeats):
            scan_page(photo)
        whole = time.process_time() - begun
    spent["page"] = whole - spent.total()
    return {step: took / whole for step, took in spent.most_common()}


# ---------- memory and throughput, in processes of their own ----------

PEAK = """
import re, sys
import cv2
from scanning import scan_page
cv2.setNumThreads(1)
peak = lambda: int(re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1])
photo = open(sys.argv[1], "rb").read()
before = peak()
scan_page(photo)
print(peak() - before)
"""


def peak_memory(photo: bytes) -> float:
    """MiB above what the imports and the file take. Not by ru_maxrss: that begins with what the maker had."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(photo)
        file.flush()
        done = subprocess.run([sys.executable, "-c", PEAK, file.name], capture_output=True, text=True, check=True)
    return int(done.stdout) / 1024


def _warm(photo: bytes) -> None:
    cv2.setNumThreads(1)
    scan_page(photo)


def _again(photo: bytes) -> None:
    scan_page(photo)


def pages_per_second(photo: bytes) -> float:
    """Of two processes side by side, by the clock."""
    with multiprocessing.get_context("spawn").Pool(2, _warm, (photo,)) as pool:
        pool.map(_again, [photo] * 2, chunksize=1)
        begun = time.monotonic()
        pool.map(_again, [photo] * (2 * BUSY), chunksize=1)
        return 2 * BUSY / (time.monotonic() - begun)


# ---------- the detector ----------


class Labelled(NamedTuple):
    """A decoded photo and its true corners, (4, 2) px; None on a table without a page."""

    bgr: np.ndarray
    corners: np.ndarray | None


class Tried(NamedTuple):
    """IoU with the true page (None where there is none), whether a page was answered, how sure, ms."""

    iou: float | None
    answered: bool
    sure: float
    ms: float


def canny(bgr: np.ndarray) -> np.ndarray | None:
    """The recipe of the tutorials: edges, the largest outline with four corners. Corners (4, 2) px, or None."""
    scale = 500 / max(bgr.shape[:2])
    small = cv2.resize(bgr, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), (5, 5), 0)
    edges = cv2.dilate(cv2.Canny(grey, 75, 200), np.ones((3, 3), np.uint8))
    outlines, _ = cv2.findContours(edges, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    for outline in sorted(outlines, key=cv2.contourArea, reverse=True)[:5]:
        corners = cv2.approxPolyDP(outline, 0.02 * cv2.arcLength(outline, True), True)
        if len(corners) == 4:
            return corners[:, 0] / scale
    return None


def labelled(folder: Path) -> Iterator[Labelled]:
    for image in json.loads((folder / "labels.json").read_text())["images"]:
        bgr = load((folder / "photos" / image["file"]).read_bytes()).bgr
        yield Labelled(bgr, np.array(image["corners"], np.float32) if image["corners"] else None)


def drawn(count: int = 40) -> Iterator[Labelled]:
    for seed in range(9000, 9000 + count):
        shot = draw.any_shot(seed)
        yield Labelled(shot, None) if isinstance(shot, np.ndarray) else Labelled(shot.bgr, shot.corners)


def tried(photo: Labelled, corners: np.ndarray | None, sure: float, ms: float) -> Tried:
    if photo.corners is None:
        return Tried(None, corners is not None, sure, ms)
    iou = 0.0 if corners is None else overlap(corners, photo.corners, photo.bgr.shape[1::-1])
    return Tried(iou, corners is not None, sure, ms)


def both(photos: Iterator[Labelled]) -> dict[str, list[Tried]]:
    """Each detector on each photo, one after the other."""
    done: dict[str, list[Tried]] = {"this engine": [], "Canny and approxPolyDP": []}
    for photo in photos:
        begun = time.process_time()
        found = find(photo.bgr)
        between = time.process_time()
        plain = canny(photo.bgr)
        end = time.process_time()
        done["this engine"].append(tried(photo, found.corners, found.confidence, (between - begun) * 1000))
        done["Canny and approxPolyDP"].append(tried(photo, plain, 1.0, (end - between) * 1000))
    return done


COLUMNS = "mean IoU|median|>= .90|>= .95|>= .98|< .50|none|false pages|ms|p95 ms".split("|")


def row(answers: list[Tried]) -> list[str]:
    pages = [one.iou for one in answers if one.iou is not None]
    none = sum(one.iou is not None and not one.answered for one in answers)
    tables = [one.answered for one in answers if one.iou is None]
    ms = sorted(one.ms for one in answers)
    from_on = [f"{sum(iou >= least for iou in pages) / len(pages):.0%}" for least in (0.9, 0.95, 0.98)]
    return [f"{fmean(pages):.3f}", f"{median(pages):.3f}", *from_on, str(sum(iou < 0.5 for iou in pages)), str(none),
            f"{sum(tables)} of {len(tables)}", f"{median(ms):.0f}", f"{ms[int(0.95 * (len(ms) - 1))]:.0f}"]  # fmt: skip


def calibration(answers: list[Tried], sure: float = 0.9) -> tuple[int, int]:
    """(right, all) among the answers that are so sure; right is an IoU of 0.9, and no page where there is none."""
    bold = [one for one in answers if one.answered and one.sure >= sure]
    return sum(one.iou is not None and one.iou >= 0.9 for one in bold), len(bold)


# ---------- sizes ----------


def pdf_sizes(photo: bytes) -> dict[str, int]:
    """Mode → bytes of a PDF of one page."""
    has_modes = "mode" in inspect.signature(scan_page).parameters
    modes = [{"mode": mode} for mode in getattr(tone, "MODES", ())] if has_modes else [{}]
    made = datetime(2026, 1, 1, tzinfo=UTC)
    return {
        more.get("mode", "colour"): len(make_pdf([scan_page(photo, **more)], title="x", language="de", made_at=made))
        for more in modes
    }


# ---------- the picture ----------

COLOURS = ("#0b5cad", "#b3541e")
WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 720, 420, 70, 60, 30


def plot(done: dict[str, list[Tried]]) -> str:
    """An SVG: each photo a dot, each detector's median a ring; milliseconds (logarithmic) against IoU."""
    slowest = max(one.ms for answers in done.values() for one in answers)
    decades = np.log10(max(slowest, 10) * 1.5)

    def place(ms: float, iou: float) -> tuple[float, float]:
        x = LEFT + (WIDTH - LEFT - 20) * np.log10(max(ms, 1)) / decades
        return round(float(x), 1), round(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * iou, 1)

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
             f'font-size="13"><rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>']  # fmt: skip
    for iou in (0, 0.25, 0.5, 0.75, 0.9, 1):
        _, y = place(1, iou)
        parts.append(f'<path d="M{LEFT} {y}H{WIDTH - 20}" stroke="#ddd"/><text x="{LEFT - 8}" y="{y + 4}" '
                     f'text-anchor="end">{iou:g}</text>')  # fmt: skip
    for ms in (ms for ms in (1, 3, 10, 30, 100, 300, 1000, 3000) if np.log10(ms) <= decades):
        x, y = place(ms, 0)
        parts.append(
            f'<path d="M{x} {TOP}V{y}" stroke="#eee"/><text x="{x}" y="{y + 18}" text-anchor="middle">{ms}</text>'
        )
    for at, (name, answers) in enumerate(done.items()):
        seen = [(one.ms, one.iou) for one in answers if one.iou is not None]
        for x, y in (place(*one) for one in seen):
            parts.append(f'<circle cx="{x}" cy="{y}" r="3.5" fill="{COLOURS[at]}" fill-opacity="0.45"/>')
        x, y = place(median(ms for ms, _ in seen), fmean(iou for _, iou in seen))
        parts.append(f'<circle cx="{x}" cy="{y}" r="9" fill="none" stroke="{COLOURS[at]}" stroke-width="3"/>')
        parts.append(f'<text x="{LEFT + 10 + 250 * at}" y="18" fill="{COLOURS[at]}" font-weight="bold">{name}</text>')
    parts.append(f'<text x="{WIDTH - 20}" y="{HEIGHT - 12}" text-anchor="end">ms of one core for a photo; '
                 'each dot a photo, the ring the median time and mean overlap (IoU)</text></svg>')  # fmt: skip
    return "\n".join(parts) + "\n"


# ---------- all of it ----------


def main() -> None:
    parser = argparse.ArgumentParser("python -m tests.scanning.bench", description=__doc__.splitlines()[0])
    parser.add_argument("photos", nargs="?", type=Path, help="a folder of labelled photos")
    parser.add_argument("--plot", type=Path, help="write quality against time there, as an SVG")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    photo = twelve_megapixels()
    speed(photo)
    done = both(labelled(args.photos) if args.photos else drawn())
    quality(done)
    if args.plot:
        args.plot.write_text(plot(done))
        print(f"\nplot: {args.plot}")


def speed(photo: bytes) -> None:
    corners = detect(photo).corners
    least, whole, *straight = alternating(
        lambda: floor(photo, corners),
        lambda: scan_page(photo),
        *(functools.partial(as_it_lies, photo, m) for m in MADE),
    )
    share = shares(photo)
    print(f"12 megapixels, {len(photo) / 1e6:.1f} MB, to a page at 200 dpi, processor time of one core")
    print(f"  floor (decode, warp, encode)   {least * 1000:6.0f} ms")
    print(f"  whole page                     {whole * 1000:6.0f} ms   {whole / least:.2f} times the floor")
    for mode, took in zip(MADE, straight, strict=True):
        print(f"  {mode:6} without `upright`        {took * 1000:6.0f} ms   {took / least:.2f} times the floor")
    print("  share of each step             " + ", ".join(f"{step} {part:.0%}" for step, part in share.items()))
    print(f"  peak memory above imports      {peak_memory(photo):6.0f} MiB")
    print(f"  two processes                  {pages_per_second(photo):6.1f} pages a second")
    sizes = ", ".join(f"{mode} {size / 1000:.0f} kB" for mode, size in pdf_sizes(photo).items())
    print(f"  PDF of this one page           {sizes}")


def quality(done: dict[str, list[Tried]]) -> None:
    first = next(iter(done.values()))
    pages = sum(one.iou is not None for one in first)
    print(f"\nfinding the page on {pages} photos with one and {len(first) - pages} without, decoded beforehand")
    print("".join(f"{word:>13}" for word in ("", *COLUMNS)))
    for name, answers in done.items():
        print(f"{name[:13]:13}" + "".join(f"{cell:>13}" for cell in row(answers)))
    right, bold = calibration(first)
    print(f"of {bold} answers with a confidence of 0.9 and more, {right} are right (IoU >= 0.9)")


if __name__ == "__main__":
    main()
