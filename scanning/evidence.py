"""How well the pixels support a quad: a colour step along whole sides that ends at the corners.

source  edge support of whole sides: Skoryukina et al. 2015, "Real time rectangular document detection on
        mobile devices"; Lab steps on both sides of the edge take the place of gradients
"""

from typing import NamedTuple

import cv2
import numpy as np

from . import quad as quads

SAMPLES = 24  # places along a side; a quarter as many along its continuation, at each end
NEAR = (2.5, 4.5, 7.0)  # px from the side, inwards and outwards, where colours are compared
STEP = 2.5  # Lab units: a smaller step is noise
FRAME = 4.5  # px: a side this near to the frame of the picture lies on it
UNSEEN = 0.65  # share of a side on the frame from which on nothing is known about it
NEUTRAL = 0.62  # what such a side counts: neither seen nor missing


class Evidence(NamedTuple):
    """What the pixels say about the sides of N quads.

    support   (N, 4) 0..1: a coherent colour step along the side; NEUTRAL where it is unseen
    leak      (N, 4, 2) 0..1: how much of an edge goes on beyond the side's start and end
    unseen    (N, 4) 0..1: share of the side that lies on the frame or outside of it
    """

    support: np.ndarray
    leak: np.ndarray
    unseen: np.ndarray


def gather(lab: np.ndarray, quad: np.ndarray) -> Evidence:
    """Look along both sides of every side.

    lab      (h, w, 3) float32
    quad     (N, 4, 2) px, clockwise
    """
    on, beyond = slice(0, SAMPLES), SAMPLES // 4
    inner, middle, outer, seen = _colours(lab, quad, _places(SAMPLES, beyond))
    step = inner - outer  # (N, 4, S, 3)
    ridge = middle - (inner + outer) / 2
    coherent, strength = _coherent(step[:, :, on], seen[:, :, on])
    unseen = 1 - seen[:, :, on].mean(axis=2)
    support = coherent * strength / (strength + STEP)
    support = np.where(unseen > UNSEEN, NEUTRAL, support * (1 - unseen) + NEUTRAL * unseen)
    ends = (slice(SAMPLES, SAMPLES + beyond), slice(SAMPLES + beyond, None))
    leak = np.stack(
        [np.maximum(*(_leak(mark[:, :, end], seen[:, :, end]) for mark in (step, ridge))) for end in ends], axis=-1
    )
    return Evidence(support, leak, unseen)


def _places(samples: int, beyond: int) -> np.ndarray:
    """Where to look along a side, 0 its start and 1 its end: on it, before it, behind it."""
    on = (np.arange(samples, dtype=np.float32) + 0.5) / samples * 0.94 + 0.03
    before = -0.04 - 0.16 * np.arange(beyond, dtype=np.float32) / beyond
    return np.concatenate([on, before, 1 - before])


def _coherent(step: np.ndarray, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Share of the places that step like their mean, and the size of that mean."""
    weight = seen / np.maximum(seen.sum(axis=2), 1)[..., None]
    mean = np.einsum("nksc,nks->nkc", step, weight)
    strength = np.sqrt(np.einsum("nkc,nkc->nk", mean, mean))
    along = np.einsum("nksc,nkc->nks", step, mean) / np.maximum(strength, 1e-6)[..., None]
    good = along > np.maximum(STEP, 0.35 * strength)[..., None]
    return (good * weight).sum(axis=2), strength


def _leak(step: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """How much of an edge, or of a thin line, there is on the continuation of each side; (N, 4) 0..1.

    A page ends at its corners. A field of a form, a plank or a tile has neighbours whose edges and joints go on.
    """
    coherent, strength = _coherent(step, seen)
    strength = strength * seen.mean(axis=2)
    return coherent * strength / (strength + 2 * STEP)


def _colours(
    lab: np.ndarray, quad: np.ndarray, along: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Lab just inside, on, and just outside, (N, 4, S, 3) each, and where all are in the picture, (N, 4, S)."""
    height, width = lab.shape[:2]
    start = quad.astype(np.float32)
    run = quads.after(start) - start
    normal = inwards(run)
    x = start[:, :, :1] + along * run[:, :, :1]  # (N, 4, S)
    y = start[:, :, 1:] + along * run[:, :, 1:]
    flat = np.ascontiguousarray(lab).reshape(-1, 3)

    def colour(away: float) -> np.ndarray:
        far = np.float32(away)
        place = _index(x + far * normal[:, :, :1], y + far * normal[:, :, 1:], width, height)
        return np.take(flat, place, axis=0)

    inside = _middle([colour(away) for away in NEAR])
    outside = _middle([colour(-away) for away in NEAR])
    edge_x, edge_y = x - np.float32(FRAME) * normal[:, :, :1], y - np.float32(FRAME) * normal[:, :, 1:]
    seen = (edge_x > 0) & (edge_y > 0) & (edge_x < width) & (edge_y < height)
    return inside, colour(0), outside, seen


def _middle(colours: list[np.ndarray]) -> np.ndarray:
    """The median of three colours, channel by channel: a thin line beside an edge is no area."""
    one, two, three = colours
    return np.maximum(np.minimum(one, two), np.minimum(np.maximum(one, two), three))


def inwards(run: np.ndarray) -> np.ndarray:
    """Unit normals of the sides of clockwise quads, pointing inside; (..., 2) → (..., 2)."""
    length = np.maximum(np.sqrt((run * run).sum(axis=-1, keepdims=True)), 1e-6)
    return np.stack([-run[..., 1], run[..., 0]], axis=-1) / length


def _index(x: np.ndarray, y: np.ndarray, width: int, height: int) -> np.ndarray:
    """Which px of a flat picture; places outside count as the nearest inside."""
    x = np.minimum(np.maximum(x, 0), width - 1).astype(np.int32)
    return np.minimum(np.maximum(y, 0), height - 1).astype(np.int32) * width + x


def features(lab: np.ndarray, quad: np.ndarray) -> np.ndarray:
    """What the judge weighs of the pixels, (N, 9) for (N, 4, 2) quads; the names are in FEATURES.

    lab      (h, w, 3) float32
    """
    found = gather(lab, quad)
    height, width = lab.shape[:2]
    support = np.sort(found.support, axis=1)
    leak = found.leak.reshape(len(quad), 8)
    share = quads.area(quad) / (width * height)
    off = quad.mean(axis=1) / (width, height) - 0.5
    return np.stack(
        [
            support.mean(axis=1),
            support[:, 0],
            support[:, 1],
            leak.sum(axis=1),
            leak.max(axis=1),
            found.unseen.sum(axis=1),
            np.log(np.clip(share, 0.01, 0.6)),
            np.hypot(off[:, 0], off[:, 1]),
            np.abs(quads.angles(quad) - 90).max(axis=1) / 30,
        ],
        axis=1,
    )


FEATURES = (
    "mean support", "worst side", "second worst side", "leaks together", "worst leak", "unseen", "log area",
    "off the middle", "angle off 90",
)  # fmt: skip


def plausible(quad: np.ndarray, width: int, height: int, least: float = 0.02) -> np.ndarray:
    """Which of many quads can be a page: convex, no needle, in the picture; (N,) bool."""
    ok = quads.convex(quad)
    length, angle, size = quads.sides(quad), quads.angles(quad), quads.area(quad)
    margin = 0.12 * max(width, height)
    x, y = quad[..., 0], quad[..., 1]
    near = (x > -margin) & (x < width + margin) & (y > -margin) & (y < height + margin)
    ok &= near.all(axis=-1) & (size > least * width * height)
    ok &= (angle.min(axis=-1) > 40) & (angle.max(axis=-1) < 140)
    ok &= length.min(axis=-1) > 0.06 * np.hypot(width, height)
    opposite = np.stack([length[:, 0] / np.maximum(length[:, 2], 1), length[:, 1] / np.maximum(length[:, 3], 1)])
    return ok & (np.maximum(opposite, 1 / np.maximum(opposite, 1e-6)).max(axis=0) < 2.5)


def smooth(lab: np.ndarray) -> np.ndarray:
    """Take out grain, keep edges."""
    return cv2.GaussianBlur(lab, (3, 3), 0)
