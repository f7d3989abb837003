"""Line segments → long straight lines → quads, by crossing two pairs of lines."""

from typing import cast

import cv2
import numpy as np

from . import quad as quads

MOST_SEGMENTS = 120
MOST_LINES = 16


def proposals(planes: list[np.ndarray]) -> np.ndarray:
    """Quads from the long straight lines of a picture.

    planes   (h, w) uint8 each: brightness, colours; a smaller one is searched as it is, and scaled
    returns  (N, 4, 2) px, clockwise, many of them nonsense
    """
    height, width = planes[0].shape
    segments = np.concatenate([_segments(plane) * (width / plane.shape[1]) for plane in planes])
    found = merge(segments, 0.004 * float(np.hypot(width, height)))
    frame = np.array([[1, 0, 0.0], [1, 0, -width], [0, 1, 0.0], [0, 1, -height]])
    return cross(np.concatenate([found, frame]), width, height)


def _segments(plane: np.ndarray) -> np.ndarray:
    """(N, 4) x1 y1 x2 y2, the longest first."""
    detected = cast("np.ndarray | None", cv2.createLineSegmentDetector(cv2.LSD_REFINE_NONE).detect(plane)[0])
    if detected is None:
        return np.zeros((0, 4))
    found = detected.reshape(-1, 4).astype(float)
    length = np.hypot(found[:, 2] - found[:, 0], found[:, 3] - found[:, 1])
    keep = np.argsort(-length)[:MOST_SEGMENTS]
    return found[keep][length[keep] > 0.02 * max(plane.shape)]


def merge(segments: np.ndarray, slack: float, most: int = MOST_LINES) -> np.ndarray:
    """Join segments that lie on one line, beginning with the line that most segments agree on.

    segments  (N, 4)
    slack     px, how far a segment may lie beside the line
    returns   (M, 3) a b c with a x + b y + c = 0 and a² + b² = 1, at most `most`, the best covered first
    """
    lines: list[np.ndarray] = []
    covered: list[float] = []
    length = np.hypot(segments[:, 2] - segments[:, 0], segments[:, 3] - segments[:, 1])
    near = _near(_through(segments), segments, slack)  # (N, N)
    free = np.ones(len(segments), bool)
    while free.any() and len(lines) < 1.5 * most:
        votes = near[:, free] @ length[free]
        seed = int(np.argmax(np.where(free, votes, -1)))
        line = _fit(segments[near[seed]], length[near[seed]])
        close = _near(line[None], segments, slack)[0]
        if close.any():
            line = _fit(segments[close], length[close])
        lines.append(line)
        covered.append(_covered(line, segments[close | near[seed]]))
        free &= ~(close | near[seed])
        free[seed] = False
    rank = np.argsort(-np.array(covered))[:most]
    return np.array(lines).reshape(-1, 3)[rank]


def _through(segments: np.ndarray) -> np.ndarray:
    """(N, 3) the line through each segment."""
    run = segments[:, 2:] - segments[:, :2]
    run = run / np.maximum(np.hypot(run[:, 0], run[:, 1]), 1e-9)[:, None]
    a, b = -run[:, 1], run[:, 0]
    return np.stack([a, b, -(a * segments[:, 0] + b * segments[:, 1])], axis=1)


def _near(lines: np.ndarray, segments: np.ndarray, slack: float) -> np.ndarray:
    """(M, N) which segments lie along which lines: both ends within slack, turned by less than 6 degrees."""
    one = np.abs(lines[:, :2] @ segments[:, :2].T + lines[:, 2:])
    two = np.abs(lines[:, :2] @ segments[:, 2:].T + lines[:, 2:])
    other = _through(segments)
    tilt = np.abs(lines[:, :1] * other[:, 1] - lines[:, 1:2] * other[:, 0])
    return (tilt < 0.1) & (np.maximum(one, two) < 1.5 * slack)


def _fit(segments: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Fit one line to segments, each weighing as much as it is long (total least squares)."""
    ends = segments.reshape(-1, 2)
    weight = np.repeat(length, 2)[:, None] + 1e-9
    middle = (ends * weight).sum(axis=0) / weight.sum()
    off = ends - middle
    (xx, xy), (_, yy) = (weight * off).T @ off
    turn = 0.5 * np.arctan2(2 * xy, xx - yy)  # along the line
    a, b = -np.sin(turn), np.cos(turn)
    return np.array([a, b, -(a * middle[0] + b * middle[1])])


def _covered(line: np.ndarray, segments: np.ndarray) -> float:
    """How many px of the line are covered by segments, each px once."""
    along = segments.reshape(-1, 2, 2) @ np.array([line[1], -line[0]])
    low, high = along.min(axis=1), along.max(axis=1)
    rank = np.argsort(low)
    low, high = low[rank], np.maximum.accumulate(high[rank])
    before = np.concatenate([[-np.inf], high[:-1]])
    return float(np.maximum(0, high - np.maximum(low, before)).sum())


def cross(lines: np.ndarray, width: int, height: int) -> np.ndarray:
    """Every quad of two pairs of lines, a pair meeting at less than 45 degrees; (N, 4, 2), clockwise."""
    first, second = np.triu_indices(len(lines), 1)
    sine = np.abs(lines[first, 0] * lines[second, 1] - lines[first, 1] * lines[second, 0])
    facing = sine < 0.7
    first, second = first[facing], second[facing]
    apart = _apart(lines[first], lines[second], width, height) > 0.06 * max(width, height)
    first, second = first[apart], second[apart]
    one, two = np.triu_indices(len(first), 1)
    corner = _meet(lines)
    quad = np.stack(
        [
            corner[first[one], first[two]],
            corner[first[one], second[two]],
            corner[second[one], second[two]],
            corner[second[one], first[two]],
        ],
        axis=1,
    )
    room = 0.15 * max(width, height)
    fits = (quad > -room).all(axis=(1, 2)) & (quad < np.array([width + room, height + room])).all(axis=(1, 2))
    return quads.clockwise(quad[fits])


def _apart(one: np.ndarray, two: np.ndarray, width: int, height: int) -> np.ndarray:
    """Rough distance of two lines, px: at the place of the first that is nearest to the middle of the picture."""
    middle = np.array([width / 2, height / 2])
    off = one[:, :2] @ middle + one[:, 2]
    foot = middle - off[:, None] * one[:, :2]
    return np.abs((foot * two[:, :2]).sum(axis=1) + two[:, 2])


def _meet(lines: np.ndarray) -> np.ndarray:
    """(M, M, 2) where each two lines meet; far away when they are parallel."""
    a, b, c = lines.T
    det = a[:, None] * b[None] - a[None] * b[:, None]
    det = np.where(np.abs(det) < 1e-4, 1e-9, det)
    x = (b[:, None] * c[None] - b[None] * c[:, None]) / det
    y = (c[:, None] * a[None] - c[None] * a[:, None]) / det
    return np.clip(np.stack([x, y], axis=-1), -1e6, 1e6)
