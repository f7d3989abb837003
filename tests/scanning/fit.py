"""Fit the judge of scanning/find.py on drawn photos and print its weights.

    python -m tests.scanning.fit [PHOTOS]

No photo of anybody is needed. Takes about half a second a photo; 600 are plenty for 15 weights.
"""

import sys
from collections.abc import Iterator

import cv2
import numpy as np

from scanning import evidence, find, net
from scanning.view import view

from . import draw
from .stage import Stage

GOOD, BAD = 0.98, 0.85  # IoU from which a quad is surely right, and below which it is surely wrong
RIDGE = 0.003
LONG = 640  # px, long side of a scene


def overlap(one: np.ndarray, two: np.ndarray, size: tuple[int, int]) -> float:
    """IoU of two convex quads, both cut to the frame of the picture."""
    frame = np.float32([[0, 0], [size[0], 0], size, [0, size[1]]])
    one, two = (_cut(np.float32(quad), frame) for quad in (one, two))
    if one is None or two is None:
        return 0.0
    both = cv2.intersectConvexConvex(one, two)[0]
    return both / max(cv2.contourArea(one) + cv2.contourArea(two) - both, 1e-9)


def _cut(quad: np.ndarray, frame: np.ndarray) -> np.ndarray | None:
    part = cv2.intersectConvexConvex(cv2.convexHull(quad)[:, 0], frame)[1]
    return None if part is None or len(part) < 3 else cv2.convexHull(part)[:, 0]


def collect(bgr: np.ndarray, corners: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Search one drawn photo; returns the features of its proposals, (N, F), and how right each is, (N,) 0..1."""
    scene = find.see(view(bgr))
    quad, _ = find.improve(scene, find.candidates(scene))
    if not len(quad):
        return np.zeros((0, len(find.WEIGHTS))), np.zeros(0)
    x = find.features(scene, quad)
    if corners is None:
        return x, np.zeros(len(quad))
    right = [overlap(one / scene.view.scale, corners, bgr.shape[1::-1]) for one in quad]
    return x, np.clip((np.array(right) - BAD) / (GOOD - BAD), 0, 1)


def photos(count: int) -> Iterator[tuple[np.ndarray, np.ndarray | None]]:
    """Drawn photos and their corners: every second one from draw.py, the others from a stage with a seed of its own."""
    stage = Stage(seed=99, papers=200, tables=150, long=LONG)
    for seed in range(count):
        shot = draw.any_shot(seed) if seed % 2 else stage.scene()
        yield (shot, None) if isinstance(shot, np.ndarray) else shot


def fit(photos: list[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, float]:
    """Logistic regression by Newton's method; each photo weighs the same, a right quad as much as six wrong ones."""
    x = np.concatenate([one for one, _ in photos])
    y = np.concatenate([right for _, right in photos])
    weight = np.concatenate([np.full(len(right), 1 / max(1, len(right))) for _, right in photos])
    weight = weight * np.where(y > 0.5, 6, 1)
    weight /= weight.sum()
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-9
    z = np.c_[(x - mean) / spread, np.ones(len(x))]
    ridge = np.diag(np.r_[np.full(x.shape[1], RIDGE), 0])
    beta = np.zeros(z.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-z @ beta))
        slope = z.T @ (weight * (p - y)) + ridge @ beta
        bend = (z * (weight * p * (1 - p))[:, None]).T @ z + ridge
        beta -= np.linalg.solve(bend, slope)
    return beta[:-1] / spread, float(beta[-1] - (beta[:-1] * mean / spread).sum())


def main(count: int = 600) -> None:
    """Print WEIGHTS and BIAS as they stand in scanning/find.py."""
    cv2.setNumThreads(1)
    gathered = []
    for number, (bgr, corners) in enumerate(photos(count), 1):
        gathered.append(collect(bgr, corners))
        print(f"\r{number} of {count}", end="", file=sys.stderr)
    weights, bias = fit([one for one in gathered if len(one[0])])
    for name, value in zip(evidence.FEATURES + net.FEATURES, weights, strict=True):
        print(f"        {value:.3f},  # {name}")
    print(f"BIAS = {bias:.3f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 600)
