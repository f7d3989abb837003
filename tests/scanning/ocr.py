"""Reads printed words off a picture with tesseract, German and English: the measure of whether a page can be read."""

import re
import subprocess
from collections import Counter

import cv2
import numpy as np

SHORT = 3  # letters; shorter words are found by chance


def words(bgr: np.ndarray, *, more: tuple[str, ...] = ()) -> list[str]:
    """The words that tesseract sees in a picture, plain and in small letters. Needs `tesseract` with deu and eng."""
    png = cv2.imencode(".png", bgr)[1].tobytes()
    command = ["tesseract", "stdin", "stdout", "-l", "deu+eng", "--dpi", "200", *more]
    done = subprocess.run(command, input=png, capture_output=True, check=True, env={"OMP_THREAD_LIMIT": "1"})
    return plain(done.stdout.decode("utf-8", "replace").split())


def plain(said: list[str]) -> list[str]:
    """Letters and digits only, small; what is shorter than SHORT is left out."""
    bare = [re.sub(r"[^\wäöüß]", "", word.lower()) for word in said]
    return [word for word in bare if len(word) >= SHORT]


def recall(found: list[str], known: list[str]) -> float:
    """Share of the known words that were found, each as often as it is there; 1.0 when none is known."""
    wanted, there = Counter(plain(known)), Counter(found)
    if not wanted:
        return 1.0
    return sum(min(count, there[word]) for word, count in wanted.items()) / sum(wanted.values())
