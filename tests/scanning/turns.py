"""Measures scanning/upright.py on drawn papers of every kind, turned all four ways.

    python -m tests.scanning.turns [PAPERS]

Prints for each kind of paper how often it ends upright (never turned wrongly is what counts for other scripts).
"""

import collections
import sys

import cv2
import numpy as np

from scanning import upright

from . import typeset

DEJAVU = str(typeset.SYSTEM / "dejavu" / "DejaVuSans.ttf")
OTHERS = ("ru", "el", "ar")


def shot(seed: int, kind: str, language: str, mm: tuple[float, float] = (210.0, 297.0)) -> np.ndarray:
    """A flat page as it comes out of a photo: 80 to 200 dpi on the paper, blurred, noisy, in a JPEG, at 200 dpi."""
    rng = np.random.default_rng(seed + 5000)
    every = typeset.fonts()
    font = DEJAVU if language in OTHERS else every[int(rng.integers(len(every)))]
    dpi, high = float(rng.choice([80, 110, 150, 200])), float(rng.uniform(3.2, 4.6))
    page = typeset.paper(kind, seed, font=font, language=language, high=high, dpi=dpi, mm=mm).bgr[..., 1]
    return worn(page, rng, min(2.0, 200 / dpi))


def worn(page: np.ndarray, rng: np.random.Generator, larger: float) -> np.ndarray:
    """A grey page, (h, w) uint8, as a camera and a JPEG leave it, enlarged; (H, W, 3)."""
    seen = cv2.GaussianBlur(page, (0, 0), float(rng.uniform(0.3, 0.9))).astype(np.float32) * rng.uniform(0.6, 1)
    seen = np.clip(seen + rng.standard_normal(seen.shape, np.float32) * rng.uniform(1, 5), 0, 255).astype(np.uint8)
    seen = cv2.imdecode(cv2.imencode(".jpg", seen, [cv2.IMWRITE_JPEG_QUALITY, 80])[1], cv2.IMREAD_COLOR)
    return cv2.resize(seen, None, fx=larger, fy=larger, interpolation=cv2.INTER_LINEAR)


def main(papers: int = 20) -> None:
    """Print the table."""
    cv2.setNumThreads(1)
    total = collections.Counter()
    for language in typeset.TEXTS:
        for kind in typeset.KINDS if language in ("de", "en") else ("letter",):
            count = collections.Counter()
            for seed in range(papers):
                page = shot(seed + (500 if language == "en" else 0), kind, language)
                for quarters in range(4):
                    turned = upright.turn(np.ascontiguousarray(np.rot90(page, quarters)))
                    count["right" if turned == 90 * quarters else "silent" if turned == 0 else "wrong"] += 1
            total.update(count if language in ("de", "en") else {})
            print(language, kind.ljust(9), *(f"{word} {count[word] / 4 / papers:.3f}" for word in count), flush=True)
    everything = sum(total.values())
    print("German and English:", *(f"{word} {number / everything:.4f}" for word, number in total.items()))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
