"""The words on a page and their places, as tesseract 5 reads them: a program of its own, used where it is installed.

A page takes 1 to 4 seconds of one core, far more than the scan itself, so nothing waits for it.

source  https://tesseract-ocr.github.io/tessdoc/Command-Line-Usage.html (output as TSV)
"""

import csv
import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache

from .errors import ReaderFailed, ReaderMissing
from .paper import Word

PROGRAM = "tesseract"
LANGUAGES = ("deu", "eng")
MOST_SECONDS = 60.0
SURE = 30.0  # percent, tesseract's own confidence; below it is mostly dirt read as letters
TALL = 1.7  # a line that is so many times higher than its words is crooked, and each word keeps its own height
LINE, WORD = "4", "5"  # levels in the TSV


def can_read() -> bool:
    """Whether tesseract is installed here, with German or English."""
    return bool(languages())


@cache
def languages() -> tuple[str, ...]:
    """The languages of ours that tesseract can read here; none when it is not installed."""
    program = shutil.which(PROGRAM)
    if not program:
        return ()
    try:
        done = subprocess.run([program, "--list-langs"], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    known = set(done.stdout.split("\n")[1:])
    return tuple(language for language in LANGUAGES if language in known)


def read_words(picture: bytes, dpi: float, *, seconds: float = MOST_SECONDS) -> tuple[Word, ...]:
    """Read an upright page.

    picture   JPEG or PNG, as Page.picture gives it
    dpi       px to the inch on the paper
    seconds   the longest it may take
    returns   the words in the order in which they are read, boxes in px
    raises    ReaderMissing when tesseract or its languages are not installed; ReaderFailed when it gives no answer
    """
    if not can_read():
        raise ReaderMissing
    command = [PROGRAM, "stdin", "stdout", "-l", "+".join(languages()), "--dpi", str(round(dpi)), "--psm", "3", "tsv"]
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    try:
        done = subprocess.run(command, input=picture, capture_output=True, timeout=seconds, env=environment, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise ReaderFailed(f"tesseract could not read the page: {type(error).__name__}.") from error
    return tuple(_words(done.stdout.decode("utf-8", "replace")))


def _words(tsv: str) -> Iterator[Word]:
    line = (0.0, 0.0)
    for row in csv.DictReader(tsv.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        left, top, width, height = (float(row[name]) for name in ("left", "top", "width", "height"))
        if row["level"] == LINE:
            line = (top, top + height)
        elif row["level"] == WORD and float(row["conf"]) >= SURE and row["text"].strip():
            straight = line[1] - line[0] <= TALL * height
            top, bottom = line if straight else (top, top + height)
            yield Word(row["text"].strip(), (left, top, left + width, bottom))
