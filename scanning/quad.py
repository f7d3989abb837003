"""Four corners and what geometry knows of them; pure numpy.

A quad is (4, 2) float, px, x right and y down, clockwise as seen. Many functions take a stack (N, 4, 2).
"""

import numpy as np

FAR = 1e6  # px
NEXT, LAST = np.array([1, 2, 3, 0]), np.array([3, 0, 1, 2])  # the corner after each, and the one before it


def order(quad: np.ndarray) -> np.ndarray:
    """Sort four corners clockwise as seen, beginning with the one nearest to the top-left of the frame.

    quad     (4, 2), any order
    returns  (4, 2) float64
    """
    quad = np.asarray(quad, dtype=float).reshape(4, 2)
    middle = quad.mean(axis=0)
    turn = np.arctan2(quad[:, 1] - middle[1], quad[:, 0] - middle[0])
    quad = quad[np.argsort(turn)]
    return np.roll(quad, -int(np.argmin(quad.sum(axis=1))), axis=0)


def area(quad: np.ndarray) -> np.ndarray:
    """Signed area by the shoelace formula, px², positive when clockwise as seen; (..., 4, 2) → (...)."""
    x, y = quad[..., 0], quad[..., 1]
    return 0.5 * (x * y[..., NEXT] - y * x[..., NEXT]).sum(axis=-1)


def after(quad: np.ndarray) -> np.ndarray:
    """The corner, or side, after each; (..., 4, n) in and out."""
    return np.take(quad, NEXT, axis=-2)


def before(quad: np.ndarray) -> np.ndarray:
    """The corner, or side, before each; (..., 4, n) in and out."""
    return np.take(quad, LAST, axis=-2)


def clockwise(quad: np.ndarray) -> np.ndarray:
    """Turn round those of many quads, (N, 4, 2), that run against the clock."""
    return np.where((area(quad) < 0)[:, None, None], quad[:, ::-1], quad)


def aligned(quad: np.ndarray) -> np.ndarray:
    """Let each of many quads, (N, 4, 2), begin with the corner nearest to the top-left."""
    start = quad.sum(axis=2).argmin(axis=1)
    return np.take_along_axis(quad, ((start[:, None] + np.arange(4)) % 4)[..., None], axis=1)


def lines(quad: np.ndarray) -> np.ndarray:
    """The line of each side, a x + b y + c = 0; (N, 4, 2) → (N, 4, 3)."""
    return through(quad, after(quad))


def through(first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """The line through two points, (..., 2) each → (..., 3)."""
    a, b = first[..., 1] - last[..., 1], last[..., 0] - first[..., 0]
    return np.stack([a, b, -(a * first[..., 0] + b * first[..., 1])], axis=-1).astype(float)


def corners(line: np.ndarray) -> np.ndarray:
    """Where side i - 1 meets side i; (N, 4, 3) → (N, 4, 2); FAR away when they are parallel."""
    meet = np.cross(before(line), line)
    depth = np.where(np.abs(meet[..., 2:]) < 1e-9, 1e-9, meet[..., 2:])
    return np.clip(meet[..., :2] / depth, -FAR, FAR)


def sides(quad: np.ndarray) -> np.ndarray:
    """Length of each side, px, side i running from corner i to i + 1; (..., 4, 2) → (..., 4)."""
    return np.linalg.norm(after(quad) - quad, axis=-1)


def angles(quad: np.ndarray) -> np.ndarray:
    """Inner angle at each corner, degrees; (..., 4, 2) → (..., 4). Above 180 or below 0 never: see convex."""
    ahead = after(quad) - quad
    back = before(quad) - quad
    dot = (ahead * back).sum(axis=-1)
    size = np.linalg.norm(ahead, axis=-1) * np.linalg.norm(back, axis=-1)
    return np.degrees(np.arccos(np.clip(dot / np.maximum(size, 1e-9), -1, 1)))


def convex(quad: np.ndarray) -> np.ndarray:
    """True when every corner turns clockwise; (..., 4, 2) → (...) bool."""
    ahead = after(quad) - quad
    further = after(ahead)
    turn = ahead[..., 0] * further[..., 1] - ahead[..., 1] * further[..., 0]
    return (turn > 0).all(axis=-1)


def is_sheet(quad: np.ndarray, least: float = 8.0) -> bool:
    """True for four finite corners that make a convex clockwise quad with no side shorter than `least` px."""
    quad = np.asarray(quad, dtype=float)
    if quad.shape != (4, 2) or not np.isfinite(quad).all():
        return False
    return bool(convex(quad)) and float(sides(quad).min()) >= least


def frame(width: int, height: int) -> np.ndarray:
    """The whole picture as a quad."""
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=float)
