"""Photo → the four corners of the page in it, or none when unsure.

A small net says where a page may be; quads are put around that and their sides moved onto true edges; one judge
weighs what the pixels say and what the net says; then the edges of the best one are followed in the finer picture.
"""

from typing import NamedTuple

import numpy as np

from . import evidence, net, snap
from . import quad as quads
from .view import View, view


class Found(NamedTuple):
    """corners (4, 2) float px, clockwise from the top-left of the frame, or None; confidence 0..1."""

    corners: np.ndarray | None
    confidence: float


class Scene(NamedTuple):
    """A photo as the search sees it: made small; without grain; and what the net says of it."""

    view: View
    lab: np.ndarray
    sight: net.Sight

    @property
    def to_sight(self) -> np.ndarray:
        """(2,) px of the net's answer for one px of the view, x and y."""
        return np.array(self.sight.page.shape[::-1]) / self.view.size


KEEP = 16  # proposals that are looked at closely
REACH = 0.008  # of the diagonal: how far a proposal may lie off the true edge; the net sees rather exactly
FOLLOW = 3  # px of the view: how far off a side its edge is followed
PARENTS = 6
SURE = 0.56  # below, there is no page; of drawn photos 96 of 100 pages are above, 90 of 93 empty tables below


def find(photo: np.ndarray | View) -> Found:
    """Find the page in a photo.

    photo    (H, W, 3) uint8, BGR, upright; or the view of one
    returns  Found; corners in px of the photo
    """
    scene = see(photo if isinstance(photo, View) else view(photo))
    quad, rated = improve(scene, candidates(scene))
    sure = float(rated.max(initial=0.0))
    if sure < SURE:
        return Found(None, sure)
    best = quad[rated.argmax()]
    return Found(quads.order(refine(scene.view, best) / scene.view.scale), sure)


def see(look: View) -> Scene:
    """Make the view of a photo ready to be searched."""
    return Scene(look, evidence.smooth(look.lab), net.look(look.small))


def improve(scene: Scene, quad: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Try the sides of good quads in the place of the best one's; returns all quads, and how likely each is."""
    if not len(quad):
        return quad, np.zeros(0)
    rated = rate(features(scene, quad))
    mixed = mix(quad[np.argsort(-rated)][:PARENTS])
    mixed = mixed[evidence.plausible(mixed, *scene.view.size)]
    if not len(mixed):
        return quad, rated
    return np.concatenate([quad, mixed]), np.concatenate([rated, rate(features(scene, mixed))])


def features(scene: Scene, quad: np.ndarray) -> np.ndarray:
    """What the judge weighs: the pixels' evidence and the net's; (N, 15) for (N, 4, 2) px of the view."""
    sight = net.features(scene.sight, quad * scene.to_sight)
    return np.hstack([evidence.features(scene.lab, quad), sight])


def mix(quad: np.ndarray) -> np.ndarray:
    """The first quad with one side taken from each of the others; (N, 4, 2), N = 4 (len(quad) - 1)."""
    lines = quads.lines(quads.aligned(quad))
    mixed = np.repeat(lines[:1], 4 * (len(quad) - 1), axis=0).reshape(len(quad) - 1, 4, 4, 3)
    for side in range(4):
        mixed[:, side, side] = lines[1:, side]
    return quads.corners(mixed.reshape(-1, 4, 3))


def refine(look: View, quad: np.ndarray) -> np.ndarray:
    """Follow the edges of one quad, px of the view, in the finer picture, and put its corners where they meet."""
    finer = look.fine.shape[1] / look.size[0]
    return snap.trace(look.fine, quad * finer, reach=max(FOLLOW, round(FOLLOW * finer))) / finer


def candidates(scene: Scene) -> np.ndarray:
    """The most promising quads, (N, 4, 2) px of the view, snapped to edges."""
    width, height = scene.view.size
    quad = net.proposals(scene.sight) / scene.to_sight
    quad = quad[evidence.plausible(quad, width, height)]
    rank = np.argsort(-net.quick(scene.sight, quad * scene.to_sight))
    quad = distinct(quad[rank], 0.01 * scene.view.diagonal, KEEP)
    quad = snap.snap(scene.lab, quad, reach=round(REACH * scene.view.diagonal))
    return quad[evidence.plausible(quad, width, height)]


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
        1.129,  # mean support
        0.543,  # worst side
        0.515,  # second worst side
        -0.131,  # leaks together
        -0.284,  # worst leak
        0.277,  # unseen
        0.170,  # log area
        -3.023,  # off the middle
        -0.595,  # angle off 90
        2.850,  # net: edge
        0.492,  # net: worst side
        0.530,  # net: second worst side
        1.328,  # net: overlap
        1.219,  # net: corners
        1.881,  # net: worst corner
    ]
)
BIAS = -4.716


def rate(features: np.ndarray) -> np.ndarray:
    """(N, 15) features → (N,) 0..1, how likely each quad is the page."""
    return 1 / (1 + np.exp(-(features @ WEIGHTS + BIAS)))
