"""Break files in every way and see that each answers with a page or a named error: make fuzz SECONDS=600

Valid files drawn by `seeds.py` are broken and given to the engine through its cell, as the command and the worker do.
Checked of every answer: it is a page or a ScanError, it came within 20 seconds (less what a busy machine made it wait
for a core), the process that asked lives and has not grown. What fails is saved with its seed. So is what ended in an
error that nobody foresaw: the cell holds it, but the library should have named it.
"""

import argparse
import collections
import os
import random
import re
import struct
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2

from scanning import Cell, Died, ScanError, kind_of, pdf_sheets, scan_page
from tests.scanning import seeds

MOST_SECONDS = 20.0
MOST_GROWTH = 256 * 1024**2
MOST_SHEETS = 20
NUMBERS = (0, 1, 2, 3, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 2**24, 2**31 - 1, 2**31, 2**32 - 1)
TOKENS = {
    "jpeg": [bytes([0xFF, mark]) for mark in b"\xc0\xc1\xc2\xc4\xd0\xd8\xd9\xda\xdb\xdd\xe1\xee\xfe"],
    "png": b"IHDR PLTE IDAT IEND tRNS iCCP zTXt eXIf acTL fcTL fdAT gAMA".split(),
    "webp": [word.encode() for word in ("VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "EXIF", "ICCP", "RIFF")],
    "pdf": b"""/Type /Kids /Parent /Count /MediaBox /Contents /Filter /FlateDecode /XObject /JBIG2Decode /JPXDecode
        /DCTDecode /LZWDecode /SMask /ObjStm /Encrypt /Length Do sh q Q << >> [ ] endobj stream nan -1 1e99""".split(),
}
Break = Callable[[random.Random, bytearray, str], bytearray]


# ---------- ways to break a file ----------


def flip(chance: random.Random, data: bytearray, _: str) -> bytearray:
    for _ in range(chance.choice((1, 1, 2, 5, 40))):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return data


def cut(chance: random.Random, data: bytearray, _: str) -> bytearray:
    return data[: chance.randrange(1, len(data) + 1)]


def number(chance: random.Random, data: bytearray, _: str) -> bytearray:
    """Put a number that somebody may have forgotten over two or four bytes, most often near the beginning."""
    form = chance.choice(("<H", ">H", "<I", ">I"))
    size = struct.calcsize(form)
    most = len(data) if chance.random() < 0.4 else min(len(data), 200)
    at = chance.randrange(max(1, most - size))
    data[at : at + size] = struct.pack(form, chance.choice(NUMBERS) % 2 ** (8 * size))
    return data


def token(chance: random.Random, data: bytearray, kind: str) -> bytearray:
    words = TOKENS.get(kind) or [b"\0\0\0\0"]
    at = chance.randrange(len(data))
    new, old = chance.choice(words), chance.choice(words)
    if (there := data.find(old)) >= 0 and chance.random() < 0.6:
        data[there : there + len(old)] = new
    else:
        data[at : at + len(new) * chance.randrange(2)] = new
    return data


def repeat(chance: random.Random, data: bytearray, _: str) -> bytearray:
    """The same piece once more, or a thousand times, somewhere."""
    start, to = chance.randrange(len(data)), chance.randrange(len(data))
    piece = data[start : start + chance.choice((1, 4, 16, 64, 500))]
    data[to:to] = piece * chance.choice((1, 1, 2, 1000))
    return data


def leave_out(chance: random.Random, data: bytearray, _: str) -> bytearray:
    start = chance.randrange(len(data))
    del data[start : start + chance.choice((1, 4, 16, 64, 500))]
    return data or bytearray(b"\0")


def digits(chance: random.Random, data: bytearray, _: str) -> bytearray:
    """Another number in the place of a written one, as PDFs have them."""
    found = list(re.finditer(rb"-?\d+", data))
    if found:
        one = chance.choice(found)
        new = chance.choice((*NUMBERS, -1, -(2**31), 10**10, 10**40))
        data[one.start() : one.end()] = b"%d" % new
    return data


def inside(chance: random.Random, data: bytearray, kind: str) -> bytearray:
    """Break what is packed in a PNG, and pack it again with right sums; other kinds are only flipped."""
    if kind != "png" or (at := data.find(b"IDAT")) < 4:
        return flip(chance, data, kind)
    (size,) = struct.unpack_from(">I", data, at - 4)
    try:
        pixels = flip(chance, bytearray(zlib.decompress(data[at + 4 : at + 4 + size])), kind)
    except zlib.error:
        return flip(chance, data, kind)
    data[at - 4 : at + 8 + size] = seeds.chunk(b"IDAT", zlib.compress(pixels, 1))
    return data


def mend(data: bytearray) -> bytearray:
    """Give the chunks of a PNG their right sums again, so that the break is looked at and not only refused."""
    at = 8
    while at + 12 <= len(data):
        (size,) = struct.unpack_from(">I", data, at)
        if at + 12 + size > len(data):
            break
        struct.pack_into(">I", data, at + 8 + size, zlib.crc32(data[at + 4 : at + 8 + size]))
        at += 12 + size
    return data


WAYS: tuple[Break, ...] = (flip, flip, cut, number, number, token, token, repeat, leave_out, digits, inside)


def broken(chance: random.Random, files: dict[str, list[bytes]]) -> tuple[str, bytes]:
    """One broken file and its kind."""
    kind = chance.choices(list(files), [1 if kind in ("tiff", "heic") else 10 for kind in files])[0]
    data = bytearray(chance.choice(files[kind]))
    if chance.random() < 0.1:  # the beginning of one, the end of another
        other = chance.choice(files[kind])
        data = data[: chance.randrange(len(data))] + other[chance.randrange(len(other)) :]
    for _ in range(chance.choice((1, 1, 2, 3, 6))):
        data = chance.choice(WAYS)(chance, data or bytearray(1), kind)
    if kind == "png" and chance.random() < 0.7:
        data = mend(data)
    return kind, bytes(data)


# ---------- one answer ----------


def open_(data: bytes) -> str:
    """In the cell: what the command and the worker do with a file. Returns what became of it."""
    if kind_of(data) == "application/pdf":
        sheets = sum(page.width * page.height > 0 for page in pdf_sheets(data, most=MOST_SHEETS))
        return "sheets" if sheets else "nothing"
    return scan_page(data).problem or "page"


class Report:
    """Counts what came out, and keeps what should not have."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.begun = folder, time.monotonic()
        self.counts: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
        self.slowest = (0.0, "")
        self.failures, self.findings = 0, 0
        self.size = resident()

    def try_one(self, cell: Cell, name: str, kind: str, data: bytes) -> None:
        begun = time.monotonic()
        try:
            said, note = cell.run(open_, data), ""
        except ScanError as error:
            said = f"{error.code} on a busy machine" if getattr(error, "busy", False) else error.code
            note = "\n".join([str(error), *getattr(error, "__notes__", [])])
            if isinstance(error, Died):
                self.findings += 1
                self.keep(f"died-{name}", data, note)
        except Exception as error:
            said, note = f"FAILED {type(error).__name__}", repr(error)
        took = time.monotonic() - begun - cell.queued
        if took > MOST_SECONDS:
            said = f"FAILED after {took:.0f} s"
        if (grown := resident() - self.size) > MOST_GROWTH:
            said, self.size = f"FAILED the asker has grown by {grown >> 20} MiB", resident()
        if said.startswith("FAILED"):
            self.failures += 1
            self.keep(f"failed-{name}", data, f"{said}\n{note}")
        self.counts[kind][said] += 1
        self.slowest = max(self.slowest, (took, f"{name} ({kind}, {said})"))

    def keep(self, name: str, data: bytes, note: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_bytes(data)
        (self.folder / f"{name}.txt").write_text(note)

    def __str__(self) -> str:
        lines = [f"{sum(map(sum, (c.values() for c in self.counts.values())))} files in {self.age():.0f} s"]
        for kind, counts in sorted(self.counts.items()):
            said = ", ".join(f"{count} {what}" for what, count in counts.most_common())
            lines.append(f"  {kind:5} {counts.total():7}  {said}")
        lines.append(f"slowest: {self.slowest[0]:.1f} s, {self.slowest[1]}")
        lines.append(f"{self.findings} that the library should have named itself, {self.failures} failures")
        return "\n".join(lines)

    def age(self) -> float:
        return time.monotonic() - self.begun


def resident() -> int:
    """Bytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main() -> int:
    parser = argparse.ArgumentParser("python -m tests.scanning.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**9))
    parser.add_argument("--folder", type=Path, default=Path("build/fuzz"), help="for the files that fail")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    print(f"seed {args.seed}", flush=True)
    report, files = Report(args.folder), seeds.valid()
    with Cell() as cell:
        told, number = 0.0, 0
        while report.age() < args.seconds:
            name = f"{args.seed}-{number}"
            report.try_one(cell, name, *broken(random.Random(name), files))
            number += 1
            if report.age() - told > 60:
                told = report.age()
                print(report, flush=True)
    print(report)
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
