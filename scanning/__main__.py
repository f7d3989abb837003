"""The command: python -m scanning detect | page | pdf. See --help."""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the matrices are small; threads would only wait for each other

import cv2
import simplejpeg

from . import Page, ScanError, kind_of, make_pdf, pdf_sheets, scan_page
from .page import detect
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
    _add_mode(one)
    one.set_defaults(run=_page)

    one = commands.add_parser("pdf", help="merge photos and PDFs, in the order given, into one PDF/A-2b")
    one.add_argument("photos", nargs="+", metavar="PHOTO", help="JPEG, PNG, WebP or PDF")
    one.add_argument("-o", "--output", required=True, metavar="OUT.pdf")
    one.add_argument("--title", help="shown by the viewer; the output's name by itself")
    one.add_argument("--language", default="de", help="of the text in it, de by itself")
    _add_mode(one)
    one.set_defaults(run=_pdf)
    return parser


def _add_mode(command: argparse.ArgumentParser) -> None:
    command.add_argument("--mode", default="auto", choices=MODES, help="auto: by what is on the page")


def _detect(args: argparse.Namespace) -> int:
    status = 0
    for path in args.photos:
        try:
            found = detect(_read(path))
        except (ScanError, OSError) as error:
            status = _complain(path, error)
            continue
        line = {"photo": path, "size": found.size, "corners": found.corners, "confidence": round(found.confidence, 3)}
        print(json.dumps(line), flush=True)
    return status


def _page(args: argparse.Namespace) -> int:
    suffix = Path(args.output).suffix.lower()
    if suffix not in (".jpg", ".jpeg", ".png"):
        return _complain(args.output, "a page is written as .jpg or .png")
    try:
        corners = json.loads(args.corners) if args.corners else None
        page = scan_page(_read(args.photo), corners=corners, rotation=args.rotation, mode=args.mode)
        Path(args.output).write_bytes(page.jpeg if suffix != ".png" else _png(page))
    except (ScanError, OSError) as error:
        return _complain(args.photo, error)
    except (ValueError, TypeError):
        return _complain("--corners", "four [x, y] are needed, as JSON")
    if page.problem:
        print(f"{args.photo}: {_words(page.problem)}", file=sys.stderr)
    return 0


def _pdf(args: argparse.Namespace) -> int:
    pages: list[Page] = []
    for number, path in enumerate(args.photos, 1):
        print(f"{number} of {len(args.photos)}: {path}", file=sys.stderr, flush=True)
        try:
            for page in _pages(_read(path), args.mode):
                pages.append(page)
                if page.problem:
                    print(f"{path}: {_words(page.problem)}", file=sys.stderr)
        except (ScanError, OSError) as error:
            _complain(path, error)
    try:
        title = args.title or Path(args.output).stem
        pdf = make_pdf(pages, title=title, language=args.language, made_at=datetime.now(UTC))
        Path(args.output).write_bytes(pdf)
    except (ScanError, OSError) as error:
        return _complain(args.output, error)
    print(f"{args.output}: {len(pages)} pages, {len(pdf) / 1000:.0f} kB", file=sys.stderr)
    return 0


def _pages(data: bytes, mode: str) -> Iterator[Page]:
    if kind_of(data) == "application/pdf":
        yield from pdf_sheets(data, most=MOST_PAGES)
    else:
        yield scan_page(data, mode=mode)


def _read(path: str) -> bytes:
    return Path(path).read_bytes()


def _png(page: Page) -> bytes:
    pixels = simplejpeg.decode_jpeg(page.jpeg, colorspace="BGR")
    return bytes(cv2.imencode(".png", pixels)[1])


def _words(problem: str) -> str:
    return {
        "not_found": "no page seen, the whole photo is kept",
        "cut_off": "the file is cut off, what is there is kept",
    }[problem]


def _complain(what: str, why: Exception | str) -> int:
    if isinstance(why, OSError):
        why = why.strerror or str(why)
    print(f"{what}: {why}", file=sys.stderr, flush=True)
    return 2


if __name__ == "__main__":
    cv2.setNumThreads(1)
    sys.exit(main())
