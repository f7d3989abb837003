"""The last degree: how far the print of a flat page is off level, by its text lines and ruled lines.

The ink of a small preview is summed up in narrow strips across the lines. Two strips of the same lines look alike
after a shift, and the shift grows with the distance between them: all pairs of strips are compared at once by one
autocorrelation, and the slope that explains all shifts best is the answer. It is the projection profile of all
slopes, at the price of one Fourier transform.

source  projection profiles: Postl 1986, "Detection of linear oblique structures and skew scan in digitized
        documents", ICPR; cross-correlation of strips: Yan 1993, CVGIP 55(6)
"""

from typing import NamedTuple

import cv2
import numpy as np

STRIPS = 32  # across the page, and down
MOST = 0.0525  # slope, 3 degrees: corners are found better than that, so that more is something else
STEP = 0.0005  # slope, 0.03 degrees
RIM = 0.03  # of the page: its edges are no print
DARK = 60  # grey levels: darker ink counts no more, so that a black bar does not outvote the text
REACH = 0.5  # of the page: strips further apart are not compared, they may be columns of their own
NARROW = 0.55  # width to height: a receipt has no columns of text, but names on the left and sums on the right
APART = 0.006  # slope: nearer ones belong to the same peak
SURE_OF_FAN = 0.2  # the same, for slopes that change from top to bottom: words that happen to stand in a row do not
SURE = 0.05  # how far the best slope must stand above any other, against the likeness of a strip to itself
LEAST = 0.0005  # slope, 0.03 degrees: less is not worth a change
BANDS = 3  # of the page, from top to bottom, that may have slopes of their own: lines fan out in perspective
SPAN = 24  # STEPs, most by which the slope may differ from top to bottom
BETTER = 0.02  # by how much a fan has to explain the lines better than one slope, to be believed
AGREE = 0.02  # slope, by which both directions may differ from a right angle
TRIED = np.arange(-MOST - SPAN * STEP, MOST + (SPAN + 0.5) * STEP, STEP)


class Strips(NamedTuple):
    """The ink of a page, summed up in narrow strips, float32: (h, STRIPS) for lines across, (w, STRIPS) down."""

    across: np.ndarray
    down: np.ndarray


class Lines(NamedTuple):
    """How the lines of one direction lie: their slope at the start and at the end of the page, and how sure that is."""

    start: float
    end: float
    sure: float


LEVEL = Lines(0.0, 0.0, 0.0)


def level(strips: Strips) -> np.ndarray | None:
    """Where the corners of a page should be for its print to lie level.

    strips    of the flat preview; text may run across or down
    returns   (4, 2), 0..1 across and down the preview, clockwise from the top-left: this part of it should be the
              page; None when the print is level already or does not say
    """
    height, width = len(strips.across), len(strips.down)
    if min(height, width) < 3 * STRIPS:
        return None
    across, down = _agreeing(_lines(strips.across, width), _lines(strips.down, height))
    if max(np.abs([*across[:2], *down[:2]])) < LEAST:
        return None
    quad = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float)
    quad[:, 1] += np.array([-across.start, across.start, across.end, -across.end]) * width / height / 2
    quad[:, 0] += np.array([-down.start, -down.end, down.end, down.start]) * height / width / 2
    return quad


def _agreeing(across: Lines, down: Lines) -> tuple[Lines, Lines]:
    """Believe the weaker direction only when it is turned about as far as the stronger one."""
    if abs(across.start + across.end + down.start + down.end) / 2 < AGREE:
        return across, down
    return (across, LEVEL) if across.sure >= down.sure else (LEVEL, down)


def strips(preview: np.ndarray) -> Strips:
    """Sum the ink of a preview up in strips.

    preview   (h, w) uint8, grey, the flat page, 600 to 900 px its long side
    """
    around = max(5, round(max(preview.shape) / 40) | 1)
    dark = np.minimum(cv2.subtract(cv2.blur(preview, (around, around)), preview), DARK)
    y, x = (max(2, round(RIM * side)) for side in dark.shape)
    dark[:y], dark[-y:], dark[:, :x], dark[:, -x:] = 0, 0, 0, 0
    return Strips(_strips(dark), _strips(np.ascontiguousarray(dark.T)))


def _strips(dark: np.ndarray) -> np.ndarray:
    """(h, w) → (h, STRIPS), without what is wider than a line."""
    height, width = dark.shape
    wide = -(-width // STRIPS) * STRIPS  # whole px to a strip: OpenCV averages those ten times as fast
    if wide != width:
        dark = cv2.resize(dark, (wide, height), interpolation=cv2.INTER_LINEAR)
    strip = cv2.resize(dark, (STRIPS, height), interpolation=cv2.INTER_AREA).astype(np.float32)
    strip -= cv2.blur(strip, (1, max(9, height // 40 | 1)))
    return np.asarray(cv2.blur(strip, (1, 3)))  # or whole shifts, and so the slope 0, would be liked better


def _lines(strip: np.ndarray, width: int) -> Lines:
    """Slopes (dy/dx) of the lines across strips of a page `width` px wide, at its top and bottom; LEVEL when unsure."""
    reach = 1.0 if width < NARROW * len(strip) else REACH
    curves = np.array([_scores(band, width / STRIPS, reach) for band in np.array_split(strip, BANDS)])
    whole = curves.sum(axis=0)
    best = int(whole.argmax())
    other = whole[np.abs(TRIED - TRIED[best]) > APART].max()
    sure = float((whole[best] - other) / max(float((strip * strip).sum()), 1.0))
    if sure < SURE or abs(TRIED[best]) > MOST:
        return LEVEL
    middle, change = _fan(curves, best) if sure > SURE_OF_FAN else (float(TRIED[best] + STEP * _peak(whole, best)), 0.0)
    return Lines(middle - change / 2, middle + change / 2, sure)


def _fan(curves: np.ndarray, best: int) -> tuple[float, float]:
    """Slope in the middle and how much it grows from top to bottom, if that fits clearly better than one slope."""
    whole = curves.sum(axis=0)
    at = (np.arange(BANDS) + 0.5) / BANDS - 0.5
    grow = np.arange(-SPAN, SPAN + 1)
    start = best + np.arange(-SPAN // 2, SPAN // 2 + 1)
    place = start[:, None, None] + np.round(grow[:, None] * at).astype(int)  # (middle, grow, band)
    fit = curves[np.arange(BANDS), np.clip(place, 0, len(TRIED) - 1)].sum(axis=2)
    one, two = divmod(int(fit.argmax()), fit.shape[1])
    plain = fit[:, SPAN]
    if fit[one, two] - plain.max() < BETTER * (plain.max() - np.median(whole)):
        return float(TRIED[best] + STEP * _peak(whole, best)), 0.0
    return float(TRIED[start[one]] + STEP * _peak(fit[:, two], one)), float(grow[two] * STEP)


def _peak(score: np.ndarray, best: int) -> float:
    """Where the top of a parabola through the best score and its neighbours lies, -0.5..0.5 places aside."""
    if not 0 < best < len(score) - 1:
        return 0.0
    before, here, after = score[best - 1 : best + 2]
    bend = before - 2 * here + after
    return float(np.clip((before - after) / (2 * bend), -0.5, 0.5)) if bend < 0 else 0.0


def _scores(strip: np.ndarray, wide: float, reach: float) -> np.ndarray:
    """How well each of the slopes TRIED explains the lines that strips have in common.

    strip   (h, n) float32, each strip `wide` px
    reach   share of the page: strips further apart than that are not compared
    """
    count = strip.shape[1]
    alike = _autocorrelation(strip, round(TRIED[-1] * wide * count) + 2)  # (count, 2 m + 1): lag, shift
    lag = np.arange(1, round(count * reach))
    shift = TRIED[:, None] * (lag * wide) + alike.shape[1] // 2
    low = np.floor(shift).astype(int)
    part = shift - low
    return np.asarray((alike[lag, low] * (1 - part) + alike[lag, low + 1] * part).sum(axis=1))


def _autocorrelation(strip: np.ndarray, reach: int) -> np.ndarray:
    """How alike strips are by lag, 0.., and shift, -reach..reach: (count, 2 reach + 1)."""
    height, count = strip.shape
    size = cv2.getOptimalDFTSize(height + reach), cv2.getOptimalDFTSize(2 * count)
    power = np.abs(np.fft.rfft2(strip.T, (size[1], size[0]))) ** 2  # numpy keeps float32
    alike = np.fft.irfft2(power, (size[1], size[0]))
    return np.concatenate([alike[:count, -reach:], alike[:count, : reach + 1]], axis=1)
