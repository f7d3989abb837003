"""Trains the network of scanning/upright.py on drawn print and writes its weights.

    python -m tests.scanning.fit_upright [PAPERS]

Letters of papers in every kind, font, size and sharpness, in Latin, Cyrillic, Greek and Arabic type, each in its four
turns: which one is upright? And marks that are no letters, boxes to tick, dots, dashes, scratches, for which no turn
may be likelier than another. No photo of anybody is needed. Needs the free fonts Liberation and DejaVu.
"""

import sys

import cv2
import numpy as np

from scanning import letters, upright

from . import turns, typeset

HIDDEN = 32
ROUNDS = 16
BATCH = 256
KINDS = [kind for kind in typeset.KINDS if kind not in ("receipt", "sparse")]
PIECE = (130.0, 100.0)  # mm: a piece of a page has letters enough
LANGUAGES = ("de", "de", "de", "en", "en", "ru", "el", "ar")


def collect(papers: int) -> np.ndarray:
    """(N, SIDE, SIDE) uint8: letters of that many papers, all upright."""
    found = []
    for seed in range(90_000, 90_000 + papers):
        rng = np.random.default_rng(seed)
        language, kind = str(rng.choice(LANGUAGES)), str(rng.choice(KINDS))
        found.append(_pictures(turns.shot(seed, kind, language, mm=PIECE)))
        print(f"\r{seed - 89_999} of {papers}", end="", file=sys.stderr)
    return np.concatenate(found)


def scribble(papers: int) -> np.ndarray:
    """(N, SIDE, SIDE) uint8: marks that are no letters."""
    return np.concatenate([_pictures(marks(seed)) for seed in range(papers)])


def marks(seed: int) -> np.ndarray:
    """A page of boxes, bubbles, dashes and scratches in rows and columns, as on forms, or anywhere."""
    rng = np.random.default_rng(seed + 70_000)
    page = np.full((700, 900), 250, np.uint8)
    for top in range(10, 640, 90):
        kind, size, ink = int(rng.integers(6)), int(rng.integers(7, 34)), int(rng.integers(10, 120))
        step, thick = size + int(rng.integers(5, 30)), int(rng.choice([1, 1, 2, 3, -1]))
        high = round(size * float(rng.choice([1, 1, 1, rng.uniform(0.2, 1.5)])))
        for y in range(top, top + 85 - high, high + int(rng.integers(5, 30))):
            for x in range(10, 860, step):
                _mark(page, rng, kind, x, y, size, high, ink, thick)
    return turns.worn(page, rng, float(rng.choice([1.0, 1.0, 1.5])))


def _mark(page, rng, kind, x, y, size, high, ink, thick) -> None:
    if kind == 0:
        cv2.rectangle(page, (x, y), (x + size, y + high), ink, thick)
    elif kind == 1:
        cv2.ellipse(page, (x + size // 2, y + high // 2), (size // 2, high // 2), 0, 0, 360, ink, thick, cv2.LINE_AA)
    elif kind == 2:
        cv2.rectangle(page, (x, y), (x + size, y + max(2, high // 4)), ink, -1)
    elif kind == 3:
        cv2.rectangle(page, (x, y), (x + max(2, size // 4), y + high), ink, -1)
    elif kind == 4:
        ends = np.array([x, y]) + rng.integers(0, size + 1, (4, 2))
        cv2.polylines(page, [ends.astype(np.int32)], False, ink, max(1, thick), cv2.LINE_AA)
    else:
        blob = cv2.GaussianBlur(rng.standard_normal((size, size)), (0, 0), 2.0)
        part = page[y : y + size, x : x + size]
        part[blob[: part.shape[0], : part.shape[1]] > 0.1] = ink


def _pictures(page: np.ndarray) -> np.ndarray:
    dark, level = letters.ink(page)
    box = upright.spread(letters.boxes(dark, level), upright.ASKED[0])
    return (255 * upright.pictures(dark, level, box)).astype(np.uint8)


def train(letters: np.ndarray, others: np.ndarray) -> dict[str, np.ndarray]:
    """Softmax over the four turns of each letter, by Adam; a little noise and shift keeps it from learning fonts."""
    rng = np.random.default_rng(1)
    side = upright.SIDE
    weight = {
        "first": rng.standard_normal((side * side, HIDDEN)) * 0.05,
        "bias": np.zeros(HIDDEN),
        "second": rng.standard_normal(HIDDEN) * 0.2,
    }
    weight = {name: value.astype(np.float32) for name, value in weight.items()}
    mean, square = ({name: np.zeros_like(value) for name, value in weight.items()} for _ in range(2))
    seen = np.concatenate([letters, others])
    goal = np.concatenate([np.tile([1.0, 0, 0, 0], (len(letters), 1)), np.full((len(others), 4), 0.25)])
    rounds = len(seen) // BATCH
    for one in range(ROUNDS):
        order, right = rng.permutation(len(seen)), 0.0
        for k in range(rounds):
            some = order[k * BATCH : (k + 1) * BATCH]
            slope, share = _slope(weight, _varied(seen[some], rng), goal[some])
            step, right = one * rounds + k + 1, right + share
            rate = 3e-3 * (1 - step / (ROUNDS * rounds + 1))
            for name in weight:
                mean[name] += 0.1 * (slope[name] - mean[name])
                square[name] += 0.001 * (slope[name] ** 2 - square[name])
                fair = mean[name] / (1 - 0.9**step), square[name] / (1 - 0.999**step)
                weight[name] -= rate * (fair[0] / (np.sqrt(fair[1]) + 1e-8) + 1e-2 * weight[name])
        print(f"round {one + 1}: {right / rounds:.3f} of single letters right", file=sys.stderr)
    return weight


def _varied(batch: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    seen = batch.astype(np.float32) / 255
    seen = np.roll(seen, tuple(rng.integers(-1, 2, 2)), axis=(1, 2)) * rng.uniform(0.6, 1.3, (len(seen), 1, 1))
    return np.clip(seen + 0.06 * rng.standard_normal(seen.shape), 0, 1).astype(np.float32)


def _slope(weight, seen: np.ndarray, goal: np.ndarray) -> tuple[dict[str, np.ndarray], float]:
    """The slopes of the loss, and the share of letters whose likeliest turn is the right one."""
    x = np.stack([np.rot90(seen, -k, axes=(1, 2)) for k in range(4)], axis=1).reshape(4 * len(seen), -1)
    hidden = np.maximum(x @ weight["first"] + weight["bias"], 0)
    score = (hidden @ weight["second"]).reshape(-1, 4)
    likely = np.exp(score - score.max(axis=1, keepdims=True))
    likely /= likely.sum(axis=1, keepdims=True)
    miss = ((likely - goal) / len(seen)).astype(np.float32).ravel()
    back = np.outer(miss, weight["second"]) * (hidden > 0)
    slope = {"first": x.T @ back, "bias": back.sum(axis=0), "second": hidden.T @ miss}
    letter = goal[:, 0] == 1
    return slope, float((score[letter].argmax(axis=1) == 0).mean())


def main(papers: int = 300) -> None:
    """Draw, train, write scanning/upright.npz."""
    cv2.setNumThreads(1)
    weight = train(collect(papers), scribble(papers // 4))
    np.savez_compressed(upright.WEIGHTS, **{name: value.astype(np.float16) for name, value in weight.items()})
    print(f"{upright.WEIGHTS}: {upright.WEIGHTS.stat().st_size} bytes")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
