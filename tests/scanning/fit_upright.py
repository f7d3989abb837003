"""Trains the network of scanning/upright.py on drawn print and writes its weights.

    python -m tests.scanning.fit_upright [PAPERS]

Letters of papers in every kind, font, size and sharpness, in Latin, Cyrillic, Greek and Arabic type, each in its four
turns: which one is upright? No photo of anybody is needed. Needs the free fonts Liberation and DejaVu.
"""

import sys

import cv2
import numpy as np

from scanning import upright

from . import turns, typeset

HIDDEN = 32
ROUNDS = 24
BATCH = 256
KINDS = [kind for kind in typeset.KINDS if kind not in ("receipt", "sparse")]
PIECE = (130.0, 100.0)  # mm: a piece of a page has letters enough
LANGUAGES = ("de", "de", "de", "en", "en", "ru", "el", "ar")


def collect(papers: int) -> np.ndarray:
    """(N, SIDE, SIDE) uint8: letters of that many papers, all upright."""
    found = []
    for seed in range(papers):
        rng = np.random.default_rng(seed + 90_000)
        language = str(rng.choice(LANGUAGES))
        page = turns.shot(seed + 90_000, str(rng.choice(KINDS)), language, mm=PIECE)
        found.append((255 * upright.pictures(page)).astype(np.uint8))
        print(f"\r{seed + 1} of {papers}", end="", file=sys.stderr)
    return np.concatenate(found)


def train(letters: np.ndarray) -> dict[str, np.ndarray]:
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
    steps, step = ROUNDS * len(letters) // BATCH, 0
    for one in range(ROUNDS):
        order, right = rng.permutation(len(letters)), 0.0
        for start in range(0, len(order) - BATCH + 1, BATCH):
            slope, share = _slope(weight, _varied(letters[order[start : start + BATCH]], rng))
            step, right = step + 1, right + share
            rate = 3e-3 * (1 - step / (steps + 1))
            for name in weight:
                mean[name] += 0.1 * (slope[name] - mean[name])
                square[name] += 0.001 * (slope[name] ** 2 - square[name])
                fair = mean[name] / (1 - 0.9**step), square[name] / (1 - 0.999**step)
                weight[name] -= rate * (fair[0] / (np.sqrt(fair[1]) + 1e-8) + 1e-2 * weight[name])
        print(f"round {one + 1}: {right / (len(order) // BATCH):.3f} of single letters right", file=sys.stderr)
    return weight


def _varied(batch: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    seen = batch.astype(np.float32) / 255
    seen = np.roll(seen, tuple(rng.integers(-1, 2, 2)), axis=(1, 2)) * rng.uniform(0.6, 1.3, (len(seen), 1, 1))
    return np.clip(seen + 0.06 * rng.standard_normal(seen.shape), 0, 1).astype(np.float32)


def _slope(weight: dict[str, np.ndarray], seen: np.ndarray) -> tuple[dict[str, np.ndarray], float]:
    """The slopes of the loss, and the share of letters whose likeliest turn is the right one."""
    x = np.stack([np.rot90(seen, -k, axes=(1, 2)) for k in range(4)], axis=1).reshape(4 * len(seen), -1)
    hidden = np.maximum(x @ weight["first"] + weight["bias"], 0)
    score = (hidden @ weight["second"]).reshape(-1, 4)
    likely = np.exp(score - score.max(axis=1, keepdims=True))
    likely /= likely.sum(axis=1, keepdims=True)
    miss = likely.copy()
    miss[:, 0] -= 1
    miss = (miss / len(seen)).ravel()
    back = np.outer(miss, weight["second"]) * (hidden > 0)
    slope = {"first": x.T @ back, "bias": back.sum(axis=0), "second": hidden.T @ miss}
    return slope, float((score.argmax(axis=1) == 0).mean())


def main(papers: int = 600) -> None:
    """Draw, train, write scanning/upright.npz."""
    cv2.setNumThreads(1)
    weight = train(collect(papers))
    np.savez_compressed(upright.WEIGHTS, **{name: value.astype(np.float16) for name, value in weight.items()})
    print(f"{upright.WEIGHTS}: {upright.WEIGHTS.stat().st_size} bytes")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 600)
