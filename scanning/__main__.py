"""The command: python -m scanning detect | page | pdf | card; see --help. Files are opened in a cell, never here."""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the matrices are small; threads would only wait for each other

import cv2
import numpy as np

from . import (
    Cell,
    Page,
    ReaderFailed,
    ReaderMissing,
    ScanError,
    can_read,
    card_sheet,
    is_card,
    kind_of,
    pdf_sheets,
    read_words,
    scan_page,
    write_pdf,
)
from .page import detect
from .paper import SIZES, encode
from .tone import MODES

MOST_PAGES = 500  # of one PDF; the app has its own, lower limit
ROTATIONS = (0, 90, 180, 270)

DESCRIPTION = """Photos of papers to pages as a flatbed scanner would give them, and to one PDF/A-2b.

exit status: 0, or 2 and one clear line on standard error for each input that failed
(pdf: a file that cannot be read is skipped; 2 only when nothing came out)."""


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    args = _parser().parse_args(argv)
    return int(args.run(args))


def _parser() -> argparse.ArgumentParser:
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("python -m scanning", description=DESCRIPTION, formatter_class=form)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    one = commands.add_parser("detect", help="print where the page is, one JSON line a photo", formatter_class=form)
    one.description = """Prints {"photo": path, "size": [w, h], "corners": [[x, y] x 4] or null, "confidence": 0..1}.
Corners are px of the upright photo (EXIF applied), clockwise from the page's top-left as read;
null when there is no page or it is unsure."""
    one.add_argument("photos", nargs="+", metavar="PHOTO", help="JPEG, PNG or WebP")
    one.set_defaults(run=_detect)

    one = commands.add_parser("page", help="write one straightened page")
    one.add_argument("photo", metavar="PHOTO", help="JPEG, PNG or WebP")
    one.add_argument("-o", "--output", required=True, metavar="PAGE", help="PAGE.jpg or PAGE.png")
    one.add_argument("--corners", metavar="JSON", help="[[x, y] x 4], px of the upright photo")
    one.add_argument("--rotation", type=int, default=0, choices=ROTATIONS, help="degrees clockwise; 0: by itself")
    _add_look(one)
    one.set_defaults(run=_page)

    one = commands.add_parser("pdf", help="merge photos and PDFs, in the order given, into one PDF/A-2b")
    one.add_argument("photos", nargs="+", metavar="PHOTO", help="JPEG, PNG, WebP or PDF")
    one.add_argument("-o", "--output", required=True, metavar="OUT.pdf")
    one.add_argument("--title", help="shown by the viewer; the output's name by itself")
    one.add_argument("--language", default="de", help="of the text in it, de by itself")
    one.add_argument("--read", action="store_true", help="make it searchable; needs tesseract, 1 to 4 s a page")
    _add_look(one)
    one.set_defaults(run=_pdf)

    one = commands.add_parser("card", help="write both sides of a card on one A4 sheet, at true size")
    one.add_argument("front", metavar="FRONT", help="JPEG, PNG or WebP")
    one.add_argument("back", metavar="BACK", help="JPEG, PNG or WebP")
    one.add_argument("-o", "--output", required=True, metavar="OUT.pdf")
    one.add_argument("--title", help="shown by the viewer; the output's name by itself")
    one.set_defaults(run=_card, language="de")
    return parser


def _add_look(command: argparse.ArgumentParser) -> None:
    command.add_argument("--mode", default="auto", choices=MODES, help="auto: by what is on the page")
    command.add_argument("--paper", choices=SIZES, help="its size, if you know it; by itself shape and print tell")


def _detect(args: argparse.Namespace) -> int:
    status = 0
    with Cell() as cell:
        for path in args.photos:
            try:
                found = cell.run(detect, _read(path))
            except (ScanError, OSError) as error:
                status = _complain(path, error)
                continue
            sure = round(found.confidence, 3)
            line = {"photo": path, "size": found.size, "corners": found.corners, "confidence": sure}
            print(json.dumps(line), flush=True)
    return status


def _page(args: argparse.Namespace) -> int:
    suffix = Path(args.output).suffix.lower()
    if suffix not in (".jpg", ".jpeg", ".png"):
        return _complain(args.output, "a page is written as .jpg or .png")
    try:
        corners = [(float(x), float(y)) for x, y in json.loads(args.corners)] if args.corners else None
    except (ValueError, TypeError):
        return _complain("--corners", "four [x, y] are needed, as JSON")
    asked = {"corners": corners, "rotation": args.rotation, "mode": args.mode, "size": args.paper}
    try:
        with Cell() as cell:
            page = cell.run(scan_page, _read(args.photo), **asked)
        Path(args.output).write_bytes(_png(page) if suffix == ".png" else _jpeg(page))
    except (ScanError, OSError) as error:
        return _complain(args.photo, error)
    _remark(args.photo, page)
    return 0


def _pdf(args: argparse.Namespace) -> int:
    if args.read and not can_read():
        return _complain("--read", ReaderMissing())
    with Cell() as cell:
        return _write(args, _pages(cell, args))


def _card(args: argparse.Namespace) -> int:
    sides = []
    with Cell() as cell:
        for path in (args.front, args.back):
            try:
                sides.append(cell.run(scan_page, _read(path)))
            except (ScanError, OSError) as error:
                return _complain(path, error)
            if not is_card(sides[-1]):
                print(f"{path}: has not the shape of a card, and is laid as it is", file=sys.stderr)
    return _write(args, iter([card_sheet(*sides)]))


def _write(args: argparse.Namespace, pages: Iterator[Page]) -> int:
    """Write the pages as they come; OUT.pdf is there when it is whole, and not before."""
    unfinished = Path(f"{args.output}.part")
    title = args.title or Path(args.output).stem
    try:
        with open(unfinished, "wb+") as out:
            count = write_pdf(pages, out, title=title, language=args.language, made_at=datetime.now(UTC))
        os.replace(unfinished, args.output)
    except (ScanError, OSError) as error:
        return _complain(args.output, error)
    finally:
        unfinished.unlink(missing_ok=True)
    size = Path(args.output).stat().st_size
    print(f"{args.output}: {count} pages, {size / 1000:.0f} kB", file=sys.stderr)
    return 0


def _pages(cell: Cell, args: argparse.Namespace) -> Iterator[Page]:
    """The pages of all files in order, one at a time; says where it is, and what cannot be read and why."""
    for number, path in enumerate(args.photos, 1):
        print(f"{number} of {len(args.photos)}: {path}", file=sys.stderr, flush=True)
        try:
            for page in _read_pages(cell, _read(path), args):
                _remark(path, page)
                yield _with_text(path, page) if args.read and not page.text else page
        except (ScanError, OSError) as error:
            _complain(path, error)


def _read_pages(cell: Cell, data: bytes, args: argparse.Namespace) -> Iterator[Page]:
    if kind_of(data) == "application/pdf":
        yield from cell.each(pdf_sheets, data, most=MOST_PAGES)
    else:
        yield cell.run(scan_page, data, mode=args.mode, size=args.paper)


def _with_text(path: str, page: Page) -> Page:
    try:
        return replace(page, text=read_words(page.picture()[0], page.dpi))
    except ReaderFailed as error:
        _complain(path, error)
        return page


def _read(path: str) -> bytes:
    return Path(path).read_bytes()


def _jpeg(page: Page) -> bytes:
    if page.mode == "bw":
        return encode(np.where(page.pixels(), np.uint8(0), np.uint8(255)))
    return page.data


def _png(page: Page) -> bytes:
    return page.picture()[0] if page.mode == "bw" else bytes(cv2.imencode(".png", page.pixels())[1])


WORDS = {
    "not_found": "no page seen, the whole photo is kept",
    "cut_off": "the file is cut off, what is there is kept",
    "empty": "no print on the page",
    "dark": "too dark to read",
    "far": "taken from too far away, small print has too few dots",
    "blurred": "not sharp enough to read",
    "glare": "a lamp washed out part of the print",
    "covered": "something covers part of the print",
    "cropped": "the page goes on outside of the photo",
}


def _remark(path: str, page: Page) -> None:
    """Say on standard error what is wrong with a page, one line each."""
    for name in filter(None, (page.problem, *page.verdict)):
        print(f"{path}: {WORDS[name]}", file=sys.stderr)


def _complain(what: str, why: Exception | str) -> int:
    if isinstance(why, OSError):
        why = why.strerror or str(why)
    print(f"{what}: {why}", file=sys.stderr, flush=True)
    return 2


if __name__ == "__main__":
    cv2.setNumThreads(1)
    sys.exit(main())
