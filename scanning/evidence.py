"""How well the pixels support a quad: a colour step along whole sides that ends at the corners.

source  edge support of whole sides: Skoryukina et al. 2015, "Real time rectangular document detection on
        mobile devices"; Lab steps on both sides of the edge take the place of gradients
"""

from typing import NamedTuple

import cv2
import numpy as np

from . import quad as quads

NEAR = (2.5, 4.5, 7.0)  # px from the side, inwards and outwards, where colours are compared
STEP = 2.5  # Lab units: a smaller step is noise
FRAME = 4.5  # px: a side this near to the frame of the picture lies on it
UNSEEN = 0.65  # share of a side on the frame from which on nothing is known about it
NEUTRAL = 0.62  # what such a side counts: neither seen nor missing


class Evidence(NamedTuple):
    """What the pixels say about the sides of N quads.

    support   (N, 4) 0..1: a coherent colour step along the side; NEUTRAL where it is unseen
    strength  (N, 4) Lab units: how large that step is
    leak      (N, 4, 2) 0..1: how much of an edge goes on beyond the side's start and end
    unseen    (N, 4) 0..1: share of the side that lies on the frame or outside of it
    inside    (N, 4, 3) Lab: mean colour just inside
    """

    support: np.ndarray
    strength: np.ndarray
    leak: np.ndarray
    unseen: np.ndarray
    inside: np.ndarray


def gather(lab: np.ndarray, quad: np.ndarray, samples: int = 24, near: tuple[float, ...] = NEAR) -> Evidence:
    """Look along both sides of every side.

    lab      (h, w, 3) float32
    quad     (N, 4, 2) px, clockwise
    samples  points along a side; a quarter as many along its continuation, at each end
    near     px from the side where colours are taken
    """
    on, beyond = slice(0, samples), samples // 4
    inner, middle, outer, seen = _colours(lab, quad, _places(samples, beyond), near)
    step = inner - outer  # (N, 4, S, 3)
    ridge = middle - (inner + outer) / 2
    coherent, strength, weight = _coherent(step[:, :, on], seen[:, :, on])
    unseen = 1 - seen[:, :, on].mean(axis=2)
    support = coherent * strength / (strength + STEP)
    support = np.where(unseen > UNSEEN, NEUTRAL, support * (1 - unseen) + NEUTRAL * unseen)
    ends = (slice(samples, samples + beyond), slice(samples + beyond, None))
    leak = np.stack(
        [np.maximum(*(_leak(mark[:, :, end], seen[:, :, end]) for mark in (step, ridge))) for end in ends], axis=-1
    )
    inside = (inner[:, :, on] * weight[..., None]).sum(axis=2)
    return Evidence(support, strength, leak, unseen, inside)


def _places(samples: int, beyond: int) -> np.ndarray:
    """Where to look along a side, 0 its start and 1 its end: on it, before it, behind it."""
    on = (np.arange(samples, dtype=np.float32) + 0.5) / samples * 0.94 + 0.03
    before = -0.04 - 0.16 * np.arange(beyond, dtype=np.float32) / beyond
    return np.concatenate([on, before, 1 - before])


def _coherent(step: np.ndarray, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Share of the places that step like their mean, the size of that mean, and the places' weights."""
    weight = seen / np.maximum(seen.sum(axis=2), 1)[..., None]
    mean = np.einsum("nksc,nks->nkc", step, weight)
    strength = np.sqrt(np.einsum("nkc,nkc->nk", mean, mean))
    along = np.einsum("nksc,nkc->nks", step, mean) / np.maximum(strength, 1e-6)[..., None]
    good = along > np.maximum(STEP, 0.35 * strength)[..., None]
    return (good * weight).sum(axis=2), strength, weight


def _leak(step: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """How much of an edge, or of a thin line, there is on the continuation of each side; (N, 4) 0..1.

    A page ends at its corners. A field of a form, a plank or a tile has neighbours whose edges and joints go on.
    """
    coherent, strength, _ = _coherent(step, seen)
    strength = strength * seen.mean(axis=2)
    return coherent * strength / (strength + 2 * STEP)


def _colours(
    lab: np.ndarray, quad: np.ndarray, along: np.ndarray, near: tuple[float, ...]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Lab just inside, on, and just outside, (N, 4, S, 3) each, and where all are in the picture, (N, 4, S)."""
    height, width = lab.shape[:2]
    start = quad.astype(np.float32)
    run = np.roll(start, -1, axis=1) - start
    normal = inwards(run)
    x = start[:, :, :1] + along * run[:, :, :1]  # (N, 4, S)
    y = start[:, :, 1:] + along * run[:, :, 1:]
    flat = np.ascontiguousarray(lab).reshape(-1, 3)

    def colour(away: float) -> np.ndarray:
        far = np.float32(away)
        place = _index(x + far * normal[:, :, :1], y + far * normal[:, :, 1:], width, height)
        return np.take(flat, place, axis=0)

    inside = _middle([colour(away) for away in near])
    outside = _middle([colour(-away) for away in near])
    edge_x, edge_y = x - np.float32(FRAME) * normal[:, :, :1], y - np.float32(FRAME) * normal[:, :, 1:]
    seen = (edge_x > 0) & (edge_y > 0) & (edge_x < width) & (edge_y < height)
    return inside, colour(0), outside, seen


def _middle(colours: list[np.ndarray]) -> np.ndarray:
    """The median of one or three colours, channel by channel: a thin line beside an edge is no area."""
    if len(colours) == 1:
        return colours[0]
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


# ---------- the judge ----------

GRID = 14  # places across the inside of a quad, each way


def features(lab: np.ndarray, print_map: np.ndarray, quad: np.ndarray) -> np.ndarray:
    """What the judge weighs, (N, 15) for (N, 4, 2) quads; the names are in FEATURES.

    lab        (h, w, 3) float32
    print_map  (h, w), see `ink`
    """
    found = gather(lab, quad)
    height, width = lab.shape[:2]
    support = np.sort(found.support, axis=1)
    leak = found.leak.reshape(len(quad), -1)
    share = quads.area(quad) / (width * height)
    off = quad.mean(axis=1) / (width, height) - 0.5
    visible = found.unseen < UNSEEN
    weakest = np.where(visible, found.strength, 60.0).min(axis=1)
    inner, printed = _interior(lab, print_map, quad)
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
            np.minimum(_spread(found.inside, visible) / 15, 2),
            np.log(weakest + 1),
            np.log(printed + 0.1),
            np.log((printed + 0.1) / (print_map.mean() + 0.1)),
            np.abs(quads.angles(quad) - 90).max(axis=1) / 30,
            np.minimum(inner / 10, 2),
            _rivals(lab, quad, found.strength, visible),
        ],
        axis=1,
    )


FEATURES = (
    "mean support", "worst side", "second worst side", "leaks together", "worst leak", "unseen", "log area",
    "off the middle", "paper differs between sides", "log weakest step", "log ink", "log ink to elsewhere",
    "angle off 90", "unevenness inside", "rival edges",
)  # fmt: skip


def ink(lab: np.ndarray) -> np.ndarray:
    """(h, w) how much thin dark print there is around each place, in units of L."""
    light = lab[..., 0]
    thin = cv2.morphologyEx(light, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8)) - light
    return cv2.blur(thin, (15, 15))


def _spread(inside: np.ndarray, visible: np.ndarray) -> np.ndarray:
    """(N,) how far the paper's colour along the four sides lies apart, Lab units; unseen sides do not count."""
    weight = visible + 1e-3
    weight = weight / weight.sum(axis=1, keepdims=True)
    mean = (inside * weight[..., None]).sum(axis=1, keepdims=True)
    return np.sqrt((((inside - mean) ** 2).sum(axis=-1) * weight).sum(axis=1))


def _rivals(lab: np.ndarray, quad: np.ndarray, strength: np.ndarray, visible: np.ndarray) -> np.ndarray:
    """(N,) 0..2: edges outside that run beside a side and are as strong as it, as in stripes, planks and tiles."""
    height, width = lab.shape[:2]
    start = quad.astype(np.float32)
    run = np.roll(start, -1, axis=1) - start
    normal = inwards(run)
    along = ((np.arange(16, dtype=np.float32) + 0.5) / 16)[:, None]
    away = np.arange(7, 40, 4, dtype=np.float32)
    base = start[:, :, None] + along * run[:, :, None]  # (N, 4, 16, 2)
    x, y = (base[..., k, None] - away * normal[:, :, None, k, None] for k in (0, 1))
    inside = (x > 0) & (y > 0) & (x < width) & (y < height)
    colour = np.take(lab.reshape(-1, 3), _index(x, y, width, height), axis=0) * inside[..., None]
    mean = colour.sum(axis=2) / np.maximum(inside.sum(axis=2), 1)[..., None]  # (N, 4, A, 3)
    known = (inside.mean(axis=2) > 0.6)[:, :, 1:]
    step = np.linalg.norm(np.diff(mean, axis=2), axis=-1) * known
    rival = np.minimum(step.max(axis=2) / (strength + STEP), 2) * visible
    return rival.sum(axis=1) / np.maximum(visible.sum(axis=1), 1)


def _interior(lab: np.ndarray, print_map: np.ndarray, quad: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(N,) unevenness and (N,) mean ink over a grid of places inside each quad."""
    height, width = print_map.shape
    part = (np.arange(GRID, dtype=np.float32) + 0.5) / GRID
    u, v = (g.reshape(-1, 1) for g in np.meshgrid(part, part))
    weight = np.hstack([(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v])  # bilinear is near enough here
    place = np.einsum("gk,nkc->cng", weight, quad.astype(np.float32))
    index = _index(place[0], place[1], width, height)
    return lab.reshape(-1, 3)[index].std(axis=1).mean(axis=-1), print_map.ravel()[index].mean(axis=1)


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
