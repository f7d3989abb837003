"""The words on a page and their places, as tesseract 5 reads them: a program of its own, used where it is installed.

A page takes 1 to 4 seconds of one core, far more than the scan itself, so nothing waits for it.

source  https://tesseract-ocr.github.io/tessdoc/Command-Line-Usage.html (output as TSV)
"""

import csv
import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from .errors import ReaderFailed, ReaderMissing
from .paper import Word

PROGRAM = "tesseract"
LANGUAGES = ("deu", "eng")
MOST_CPU_SECONDS = 60  # a page takes 1 to 4
PATIENCE = 1200.0  # s; on a busy machine it may get little of a core, and that is no fault of the page
SURE = 30.0  # percent, tesseract's own confidence; below it is mostly dirt read as letters
BELIEVED = 60.0  # percent; what a whole page is judged by
CLEAR = 0.85  # share of its characters that tesseract believes on a page of plain print; on a form it is much less
MORE = 1.1  # so many times as many believed characters make a second reading the better one
COLUMNS = ("--psm", "3")  # columns and paragraphs are looked for first, and read in their order
ANYWHERE = ("--psm", "11")  # print is looked for wherever it may stand, between boxes, too
LOCALLY = ("-c", "thresholding_method=2")  # Sauvola: what is print is told by what is around it, not by the whole page
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


def read_words(picture: bytes, dpi: float, *, patience: float = PATIENCE) -> tuple[Word, ...]:
    """Read an upright page.

    picture   JPEG or PNG, as Page.picture gives it
    dpi       px to the inch on the paper
    patience  s, the longest to wait for it
    returns   the words in the order in which they are read, boxes in px. What is no plain print is read a second time,
              line by line, because boxes and bubbles hide whole columns of a form; where nothing is found at all,
              once more in a way that sees dark print on a colour, too
    raises    ReaderMissing when tesseract or its languages are not installed; ReaderFailed when it gives no answer
    """
    if not can_read():
        raise ReaderMissing
    command = [PROGRAM, "stdin", "stdout", "-l", "+".join(languages()), "--dpi", str(round(dpi))]
    found = _read([*command, *COLUMNS], picture, patience)
    if found.believed < CLEAR * found.seen:
        anywhere = _read([*command, *ANYWHERE], picture, patience)
        found = anywhere if anywhere.believed > MORE * found.believed else found
    return found.words or _read([*command, *COLUMNS, *LOCALLY], picture, patience).words


class Reading(NamedTuple):
    """The words of a page, and how many characters tesseract saw and believed."""

    words: tuple[Word, ...]
    seen: int
    believed: int


def _read(command: list[str], picture: bytes, patience: float) -> Reading:
    told = list(_words(_run([*command, "tsv"], picture, patience).decode("utf-8", "replace")))
    seen, believed = (sum(len(word.text) for word, sure in told if sure >= least) for least in (0, BELIEVED))
    return Reading(tuple(word for word, sure in told if sure >= SURE), seen, believed)


def _run(command: list[str], picture: bytes, patience: float) -> bytes:
    """What tesseract prints about a picture, on one core and within its time."""
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    pipe = subprocess.PIPE
    try:
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=environment) as running:
            try:
                resource.prlimit(running.pid, resource.RLIMIT_CPU, (MOST_CPU_SECONDS, MOST_CPU_SECONDS))
                told, _ = running.communicate(picture, timeout=patience)
            except BaseException:
                running.kill()
                raise
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ReaderFailed(f"tesseract gave no answer: {type(error).__name__}.") from error
    if running.returncode:
        raise ReaderFailed(f"tesseract ended with {running.returncode}.")
    return told


def _words(tsv: str) -> Iterator[tuple[Word, float]]:
    """Each word, and how sure tesseract is of it, percent."""
    line = (0.0, 0.0)
    for row in csv.DictReader(tsv.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        left, top, width, height = (float(row[name]) for name in ("left", "top", "width", "height"))
        if row["level"] == LINE:
            line = (top, top + height)
        elif row["level"] == WORD and row["text"].strip():
            straight = line[1] - line[0] <= TALL * height
            top, bottom = line if straight else (top, top + height)
            yield Word(row["text"].strip(), (left, top, left + width, bottom)), float(row["conf"])
