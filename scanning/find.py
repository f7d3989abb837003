"""Photo → the four corners of the page in it, or none when unsure.

Many cheap proposals, because each fails somewhere else; one judge by pixels; then the sides onto the edges.
"""

from typing import NamedTuple

import numpy as np

from . import evidence, lines, outline, snap
from . import quad as quads
from .view import View, halve, view


class Found(NamedTuple):
    """corners (4, 2) float px, clockwise from the top-left of the frame, or None; confidence 0..1."""

    corners: np.ndarray | None
    confidence: float


KEEP = 24  # proposals that are looked at closely
REACH = 0.02  # of the diagonal: how far a proposal may lie off the true edge
FINAL = 3  # px of the view: how far the last step may move a side
ROUNDS = 2
PARENTS = 8
SURE = 0.63  # below, there is no page; on drawn photos 99 of 100 pages are above, 9 of 10 empty tables below


def find(photo: np.ndarray) -> Found:
    """Find the page in a photo.

    photo    (H, W, 3) uint8, BGR, upright
    returns  Found; corners in px of `photo`
    """
    look = view(photo)
    lab = evidence.smooth(look.lab)
    quad = candidates(look, lab)
    if not len(quad):
        return Found(None, 0.0)
    quad, rated = improve(lab, quad)
    best, sure = quad[rated.argmax()], float(rated.max())
    if sure < SURE:
        return Found(None, sure)
    return Found(quads.order(refine(look, best) / look.scale), sure)


def improve(lab: np.ndarray, quad: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Try the sides of good quads in the place of the best one's; returns all quads, and how likely each is."""
    rated = rate(evidence.features(lab, quad))
    for _ in range(ROUNDS):
        mixed = mix(quad[np.argsort(-rated)][:PARENTS])
        mixed = mixed[evidence.plausible(mixed, lab.shape[1], lab.shape[0])]
        if not len(mixed):
            break
        quad = np.concatenate([quad, mixed])
        rated = np.concatenate([rated, rate(evidence.features(lab, mixed))])
    return quad, rated


def mix(quad: np.ndarray) -> np.ndarray:
    """The first quad with one side taken from each of the others; (N, 4, 2), N = 4 (len(quad) - 1)."""
    lines = quads.lines(quads.aligned(quad))
    mixed = np.repeat(lines[:1], 4 * (len(quad) - 1), axis=0).reshape(len(quad) - 1, 4, 4, 3)
    for side in range(4):
        mixed[:, side, side] = lines[1:, side]
    return quads.corners(mixed.reshape(-1, 4, 3))


def refine(look: View, quad: np.ndarray) -> np.ndarray:
    """Move the sides of one quad, px of the view, onto the edges of the finer picture."""
    finer = look.fine.shape[1] / look.size[0]
    if finer < 1.3:
        return quad
    return snap.snap(np.ascontiguousarray(look.fine), quad[None] * finer, reach=round(FINAL * finer))[0] / finer


def candidates(look: View, lab: np.ndarray) -> np.ndarray:
    """The most promising quads, (N, 4, 2) px of the view, snapped to edges."""
    width, height = look.size
    quad = propose(look)
    quad = quad[evidence.plausible(quad, width, height)]
    rank = np.argsort(-evidence.quick(lab, quad))
    quad = distinct(quad[rank], 0.01 * look.diagonal, KEEP)
    quad = snap.snap(lab, quad, reach=round(REACH * look.diagonal))
    return quad[evidence.plausible(quad, width, height)]


def propose(look: View) -> np.ndarray:
    """(N, 4, 2) px of the view, clockwise, many of them nonsense."""
    half = halve(look.lab)
    light, yellow = outline.planes_of(look.lab)[0], outline.planes_of(half)[2]
    return np.concatenate([lines.proposals([light, yellow]), outline.proposals(half) * 2])


def distinct(quad: np.ndarray, slack: float, most: int) -> np.ndarray:
    """Keep the first of those whose corners are all nearer than `slack` px; at most `most`."""
    quad = quads.aligned(quad)
    kept: list[np.ndarray] = []
    while len(quad) and len(kept) < most:
        kept.append(quad[0])
        quad = quad[np.abs(quad - quad[0]).max(axis=(1, 2)) > slack]
    return np.array(kept).reshape(-1, 4, 2)


# ---------- the judge: a logistic regression, fitted on drawn photos only (tests/scanning/fit.py) ----------

WEIGHTS = np.array(
    [
        2.611,  # mean support
        1.465,  # worst side
        1.866,  # second worst side
        -0.319,  # leaks together
        -1.459,  # worst leak
        -0.942,  # unseen
        -0.004,  # log area
        -5.203,  # off the middle
        0.562,  # paper differs between sides
        0.422,  # log weakest step
        0.457,  # log ink
        0.475,  # log ink to elsewhere
        -0.885,  # angle off 90
        -1.002,  # unevenness inside
        -4.767,  # rival edges
    ]
)
BIAS = -1.786


def rate(features: np.ndarray) -> np.ndarray:
    """(N, 15) features → (N,) 0..1, how likely each quad is the page."""
    return 1 / (1 + np.exp(-(features @ WEIGHTS + BIAS)))
