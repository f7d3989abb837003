"""Draws very many small photographs of papers quickly, for training the net: as draw.py does, less exact, wilder.

A stage keeps banks of papers, tables, light and grain, and puts them together anew for each scene. Papers are bent,
torn, dog-eared, held by hands, cut by the frame, lie on each other; one scene in eight has no paper at all.
"""

from typing import NamedTuple

import cv2
import numpy as np

from tests.scanning import draw

LONG = 352  # px, long side of a scene
FRAMES = ((3, 4), (3, 4), (3, 4), (9, 16), (1, 1), (4, 3), (16, 9), (9, 20))
PAPERS, TABLES, LIGHTS, GRAINS = 900, 500, 300, 12
EMPTY = 0.12  # share of scenes without a paper


class Scene(NamedTuple):
    """bgr (h, w, 3) uint8; corners (4, 2) px, clockwise from the paper's top-left, or None."""

    bgr: np.ndarray
    corners: np.ndarray | None


class Stage:
    """Scenes without end; the same seed draws the same ones."""

    def __init__(self, seed: int, papers: int = PAPERS, tables: int = TABLES, long: int = LONG) -> None:
        self.long = long
        self.rng = np.random.default_rng(seed)
        self.papers = [paper(self.rng) for _ in range(papers)]
        self.tables = [table(self.rng) for _ in range(tables)]
        self.lights = [_field(self.rng, 64, int(self.rng.integers(1, 5))) for _ in range(LIGHTS)]
        self.grains = [self.rng.standard_normal((long + 64, long + 64, 3)).astype(np.float32) for _ in range(GRAINS)]

    def scene(self) -> Scene:
        """Put one together."""
        rng = self.rng
        self._renew()
        wide, high = FRAMES[rng.integers(len(FRAMES))]
        size = round(self.long * wide / max(wide, high)), round(self.long * high / max(wide, high))
        bgr = self._table(size)
        for _ in range(int(rng.integers(0, 4)) if rng.random() < 0.6 else 0):
            self._thing(bgr)
        if rng.random() < EMPTY:
            return Scene(self._taken(bgr), None)
        page = self.papers[rng.integers(len(self.papers))]
        if rng.random() < 0.12:  # white on white, black on black
            nearer = np.float32(rng.uniform(0.75, 1.0))
            bgr += (page.mean(axis=(0, 1)) - bgr.mean(axis=(0, 1))) * nearer + rng.normal(0, 9)
        corners = self._pose(page, size)
        if rng.random() < 0.2:
            self._lay(bgr, self.papers[rng.integers(len(self.papers))], self._beside(corners), shade=0.3)
        self._lay(bgr, page, corners, shade=float(rng.uniform(0, 0.45)))
        for _ in range(int(rng.choice([0, 0, 0, 1, 1, 2]))):
            self._hand(bgr, corners)
        if rng.random() < 0.12:
            self._thing(bgr)
        return Scene(self._taken(bgr), corners)

    def _renew(self) -> None:
        """Now and then a new paper and a new table, so that the banks are never learned by heart."""
        if self.rng.random() < 0.05:
            self.papers[self.rng.integers(len(self.papers))] = paper(self.rng)
        if self.rng.random() < 0.03:
            self.tables[self.rng.integers(len(self.tables))] = table(self.rng)

    def _table(self, size: tuple[int, int]) -> np.ndarray:
        """A piece of a table, turned, in perspective, in any colour; float32."""
        rng, (width, height) = self.rng, size
        piece = self.tables[rng.integers(len(self.tables))]
        side = piece.shape[0]
        reach = rng.uniform(0.35, 1.0) * side
        at = rng.uniform(0, side - reach, 2)
        start = np.float32(
            [[0, 0], [reach, 0], [reach, reach * height / width], [0, reach * height / width]]
        ) + np.float32(at)
        start = start + rng.uniform(-0.12, 0.12, (4, 2)).astype(np.float32) * np.float32(reach)
        start = np.roll(start, int(rng.integers(4)), axis=0)
        matrix = cv2.getPerspectiveTransform(start, np.float32([[0, 0], [width, 0], [width, height], [0, height]]))
        bgr = cv2.warpPerspective(piece, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        return bgr.astype(np.float32)

    def _pose(self, page: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        rng = self.rng
        fill = float(
            rng.choice([rng.uniform(0.25, 0.6), rng.uniform(0.55, 0.95), rng.uniform(0.9, 1.12)], p=[0.17, 0.6, 0.23])
        )
        turn = rng.choice(
            [rng.normal(0, 6), rng.uniform(-45, 45), rng.choice([90, 270]) + rng.normal(0, 6), rng.uniform(0, 360)],
            p=[0.5, 0.2, 0.15, 0.15],
        )
        shape = page.shape[1], int(page.shape[0] * rng.uniform(0.9, 1.1))
        shift = 0.04 + max(0.0, 0.5 * (1 - fill)) * float(rng.random())
        tilt = float(rng.choice([6, 20, 38], p=[0.4, 0.4, 0.2]))
        return draw._pose(rng, shape, size, fill, tilt, float(turn), shift)

    def _beside(self, corners: np.ndarray) -> np.ndarray:
        """Where another paper lies below this one."""
        middle = corners.mean(axis=0)
        turn = np.radians(self.rng.normal(0, 12))
        spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        away = self.rng.uniform(-0.8, 0.8, 2) * np.ptp(corners, axis=0)
        return (corners - middle) @ spin.T * self.rng.uniform(0.7, 1.3) + middle + away

    def _lay(self, bgr: np.ndarray, page: np.ndarray, corners: np.ndarray, shade: float) -> None:
        """Lay a paper into the scene, bent and worn as papers are, with the shadow it throws."""
        rng = self.rng
        height, width = bgr.shape[:2]
        matrix = cv2.getPerspectiveTransform(np.float32(corners), np.float32([[0, 0], [1, 0], [1, 1], [0, 1]]))
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        depth = matrix[2, 0] * x + matrix[2, 1] * y + matrix[2, 2]
        depth = np.where(np.abs(depth) < 1e-6, 1e-6, depth)
        u = ((matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2]) / depth).astype(np.float32)
        v = ((matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2]) / depth).astype(np.float32)
        relief = self._bend(u, v)
        across = max(np.linalg.norm(corners[1] - corners[0]), np.linalg.norm(corners[2] - corners[3]), 1)
        down = max(np.linalg.norm(corners[3] - corners[0]), np.linalg.norm(corners[2] - corners[1]), 1)
        inside = np.minimum(np.minimum(u, 1 - u) * across, np.minimum(v, 1 - v) * down)  # px, about
        inside = self._worn(inside, u * across, v * down, across, down)
        cover = np.clip(inside + 0.5, 0, 1).astype(np.float32)
        self._shadow(bgr, cover, shade)
        page_h, page_w = page.shape[:2]
        seen = cv2.remap(
            _coarser(page, across, down),
            u * (page_w * _factor(page, across, down)),
            v * (page_h * _factor(page, across, down)),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        ).astype(np.float32)
        seen *= (relief * rng.uniform(0.85, 1.0))[..., None]
        bgr += (seen - bgr) * cover[..., None]

    def _bend(self, u: np.ndarray, v: np.ndarray) -> np.ndarray:
        """Bend the sides, corners stay; in place. Returns the light on the bent paper, about 1."""
        rng = self.rng
        relief = np.ones_like(u)
        if rng.random() < 0.3:
            bow = rng.normal(0, 0.02, 4).astype(np.float32)
            inner_u, inner_v = np.clip(u, 0, 1), np.clip(v, 0, 1)
            hill_u, hill_v = 4 * inner_u * (1 - inner_u), 4 * inner_v * (1 - inner_v)
            u += hill_v * (bow[0] * (1 - inner_u) + bow[1] * inner_u)
            v += hill_u * (bow[2] * (1 - inner_v) + bow[3] * inner_v)
            relief += float(rng.uniform(-0.25, 0.25)) * (hill_u if rng.random() < 0.5 else hill_v)
        if rng.random() < 0.25:  # folds
            for _ in range(int(rng.integers(1, 4))):
                along, at = (u, v)[int(rng.integers(2))], rng.uniform(0.2, 0.8)
                relief += np.where(along < at, 0, float(rng.uniform(-0.12, 0.12))).astype(np.float32)
        return relief

    def _worn(self, inside: np.ndarray, x: np.ndarray, y: np.ndarray, across: float, down: float) -> np.ndarray:
        """Round corners of a card, a dog-ear, a torn edge."""
        rng, chance = self.rng, self.rng.random()
        if chance < 0.18:
            round_px = rng.uniform(0.02, 0.08) * min(across, down)
            dx = np.maximum(np.maximum(round_px - x, x - (across - round_px)), 0)
            dy = np.maximum(np.maximum(round_px - y, y - (down - round_px)), 0)
            return np.minimum(inside, round_px - np.hypot(dx, dy))
        if chance < 0.26:
            ear = rng.uniform(0.03, 0.12) * min(across, down)
            dx = x if rng.random() < 0.5 else across - x
            dy = y if rng.random() < 0.5 else down - y
            return np.minimum(inside, (dx + dy - ear) * 0.7)
        if chance < 0.34:
            ragged = cv2.resize(self._light(), inside.shape[1::-1], interpolation=cv2.INTER_LINEAR)
            return inside - np.abs(ragged - 1) * rng.uniform(2, 8)
        return inside

    def _shadow(self, bgr: np.ndarray, cover: np.ndarray, depth: float) -> None:
        rng = self.rng
        soft = cv2.GaussianBlur(cover, (0, 0), float(rng.uniform(0.8, 7)))
        shift = np.float32([[1, 0, rng.uniform(-5, 5)], [0, 1, rng.uniform(-5, 5)]])
        soft = cv2.warpAffine(soft, shift, cover.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
        bgr *= 1 - depth * soft[..., None]

    def _thing(self, bgr: np.ndarray) -> None:
        """A pen, a cup, a phone, a keyboard, the edge of a table, somebody's lap."""
        rng = self.rng
        height, width = bgr.shape[:2]
        colour = (
            rng.uniform(10, 245, 3) if rng.random() < 0.5 else np.full(3, rng.uniform(10, 245)) + rng.normal(0, 6, 3)
        )
        colour = tuple(float(value) for value in colour)
        at = rng.uniform(-0.1, 1.1, 2) * (width, height)
        which = rng.integers(6)
        if which == 0:
            away = at + rng.uniform(-0.5, 0.5, 2) * (width, height)
            cv2.line(bgr, _px(at), _px(away), colour, int(rng.integers(2, 12)), cv2.LINE_AA)
        elif which == 1:
            for ring in range(int(rng.integers(1, 4))):
                cv2.circle(bgr, _px(at), int(rng.uniform(0.03, 0.2) * width) // (ring + 1), colour, -1, cv2.LINE_AA)
                colour = tuple(value * 0.8 + 20 for value in colour)
        elif which == 2:
            sides = tuple(float(value) for value in rng.uniform(0.08, 0.7, 2) * width)
            box = cv2.boxPoints(((float(at[0]), float(at[1])), sides, float(rng.uniform(0, 90))))
            cv2.fillConvexPoly(bgr, box.astype(np.int32), colour, cv2.LINE_AA)
            if rng.random() < 0.4:
                cv2.polylines(bgr, [box.astype(np.int32)], True, tuple(value * 0.6 for value in colour), 2, cv2.LINE_AA)
        elif which == 3:
            self._half(bgr, colour)
        elif which == 4:
            points = at + rng.normal(0, 0.2, (int(rng.integers(3, 8)), 2)) * width
            cv2.fillPoly(bgr, [points.astype(np.int32)], colour, cv2.LINE_AA)
        else:
            step = rng.uniform(6, 20)
            for row in range(int(rng.integers(2, 6))):
                for column in range(int(rng.integers(3, 12))):
                    low = at + step * np.array([column, row])
                    cv2.rectangle(bgr, _px(low), _px(low + step * 0.8), colour, -1)

    def _half(self, bgr: np.ndarray, colour: tuple[float, ...]) -> None:
        """The end of the table, or the floor behind it."""
        rng = self.rng
        height, width = bgr.shape[:2]
        other = self._table((width, height)) if rng.random() < 0.6 else np.float32(colour)
        y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
        turn = rng.uniform(0, 2 * np.pi)
        side = (np.cos(turn) * x + np.sin(turn) * y) > rng.uniform(0.2, 0.9)
        bgr[side] = other[side] if isinstance(other, np.ndarray) and other.ndim == 3 else other

    def _hand(self, bgr: np.ndarray, corners: np.ndarray) -> None:
        """Fingers or a whole hand from outside over a side or a corner."""
        rng = self.rng
        skin = np.array([110, 140, 190]) * rng.uniform(0.35, 1.25) + rng.normal(0, 12, 3)
        side, part = int(rng.integers(4)), rng.uniform(0, 1)
        at = corners[side] + part * (corners[(side + 1) % 4] - corners[side])
        out = at - corners.mean(axis=0)
        out = out / max(np.linalg.norm(out), 1)
        size = float(np.sqrt(np.ptp(corners[:, 0]) * np.ptp(corners[:, 1])))
        beside = np.array([-out[1], out[0]])
        thick = max(3, int(rng.uniform(0.04, 0.11) * size))
        for finger in range(int(rng.integers(1, 4))):
            shift = beside * thick * 1.15 * finger
            lean = rng.normal(0, 0.2) * beside
            tip = at + shift - out * rng.uniform(0.01, 0.16) * size
            root = at + shift + (out + lean) * size
            tone = tuple(float(value) for value in np.clip(skin * rng.uniform(0.88, 1.1), 5, 255))
            cv2.line(bgr, _px(tip), _px(root), tone, thick, cv2.LINE_AA)
            cv2.circle(
                bgr,
                _px(tip + out * thick * 0.2),
                max(1, thick // 4),
                tuple(min(255.0, v * 1.15 + 8) for v in tone),
                -1,
                cv2.LINE_AA,
            )

    def _light(self) -> np.ndarray:
        return self.lights[self.rng.integers(len(self.lights))]

    def _taken(self, bgr: np.ndarray) -> np.ndarray:
        """Light, glare, blur, grain, contrast, compression; float32 → uint8."""
        rng = self.rng
        height, width = bgr.shape[:2]
        light = cv2.resize(self._light(), (width, height), interpolation=cv2.INTER_CUBIC)
        light = 1 + (light - 1) * rng.uniform(0, 0.8)
        if rng.random() < 0.4:
            light = light * self._hard_shadow(height, width)
        bgr = (
            bgr * light[..., None] * np.float32(rng.uniform(0.5, 1.1)) * (1 + rng.normal(0, 0.06, 3).astype(np.float32))
        )
        if rng.random() < 0.12:
            bgr += self._glare(height, width)
        if rng.random() < 0.8:
            bgr = cv2.GaussianBlur(bgr, (0, 0), float(rng.choice([0.4, 0.7, 1.1, 1.8], p=[0.35, 0.35, 0.2, 0.1])))
        grain = self.grains[rng.integers(len(self.grains))]
        top, left = rng.integers(0, grain.shape[0] - height + 1), rng.integers(0, grain.shape[1] - width + 1)
        bgr = bgr + grain[top : top + height, left : left + width] * np.float32(
            rng.choice([0.5, 2, 5, 10], p=[0.3, 0.4, 0.2, 0.1])
        )
        if rng.random() < 0.3:
            bgr = 255 * np.power(np.clip(bgr, 0, 255) / 255, float(rng.uniform(0.6, 1.6)))
        if rng.random() < 0.05:
            bgr = np.repeat(bgr.mean(axis=2, keepdims=True), 3, axis=2)
        out = np.clip(bgr, 0, 255).astype(np.uint8)
        if rng.random() < 0.3:
            quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 90))]
            out = cv2.imdecode(cv2.imencode(".jpg", out, quality)[1], cv2.IMREAD_COLOR)
        return out

    def _hard_shadow(self, height: int, width: int) -> np.ndarray:
        """The shadow of a hand, a head, a phone."""
        rng = self.rng
        y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
        a, b, c = rng.uniform(-1, 1, 3)
        wave = cv2.resize(self._light(), (width, height), interpolation=cv2.INTER_LINEAR) - 1
        edge = (a * x + b * y + 0.6 * c + rng.uniform(0, 0.8) * wave) / rng.uniform(0.01, 0.3)
        return 1 - np.float32(rng.uniform(0.15, 0.6)) / (1 + np.exp(-np.clip(edge, -30, 30)))

    def _glare(self, height: int, width: int) -> np.ndarray:
        rng = self.rng
        y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
        cx, cy = rng.uniform(-0.7, 0.7, 2)
        wide = rng.uniform(0.05, 0.4, 2)
        spot = np.exp(-(((x - cx) / wide[0]) ** 2 + ((y - cy) / wide[1]) ** 2))
        return (rng.uniform(60, 220) * spot)[..., None].astype(np.float32)


# ---------- papers ----------


def paper(rng: np.random.Generator) -> np.ndarray:
    """Any paper: a letter, a form, a receipt, a card, a leaflet, handwriting, answer bubbles, a picture; uint8 BGR."""
    makers = [_letter, _letter, _form, _receipt, _card, _cover, _lined, _bubbles, _picture, _blank, _columns, _note]
    page = makers[rng.integers(len(makers))](rng)
    if rng.random() < 0.15:
        page = np.clip(page.astype(np.float32) * rng.uniform(0.6, 1.0, 3).astype(np.float32), 0, 255).astype(np.uint8)
    if rng.random() < 0.12:
        cv2.rectangle(page, (0, 0), (page.shape[1] - 1, page.shape[0] - 1), _colour(rng), int(rng.integers(2, 14)))
    return page


def _colour(rng, low: int = 20, high: int = 235) -> tuple[int, int, int]:
    if rng.random() < 0.4:
        return (int(rng.integers(low, high)),) * 3
    return tuple(int(value) for value in rng.integers(low, high, 3))


def _white(rng) -> tuple[int, int, int]:
    base = rng.integers(205, 256)
    return tuple(int(np.clip(base + rng.integers(-10, 6), 0, 255)) for _ in range(3))


def _letter(rng):
    high = int(rng.choice([608, 608, 556, 430]))
    return draw.letter(int(rng.integers(1 << 30)), (430, high), paper=_white(rng), ink=_colour(rng, 0, 90))


def _form(rng):
    page = _letter(rng)
    height, width = page.shape[:2]
    inset = int(rng.integers(4, 40))
    if rng.random() < 0.7:
        cv2.rectangle(
            page, (inset, inset), (width - inset, height - inset), _colour(rng, 0, 150), int(rng.integers(1, 4))
        )
    for _ in range(int(rng.integers(0, 6))):
        left, top = rng.integers(inset, width // 2), rng.integers(inset, height - 40)
        wide, high = rng.integers(30, width // 2), rng.integers(10, 160)
        colour = _colour(rng, 120, 245) if rng.random() < 0.6 else _colour(rng)
        cv2.rectangle(
            page, (int(left), int(top)), (int(left + wide), int(top + high)), colour, -1 if rng.random() < 0.5 else 1
        )
    return page


def _receipt(rng):
    return draw.letter(
        int(rng.integers(1 << 30)), (int(rng.integers(180, 320)), int(rng.integers(420, 900))), paper=_white(rng)
    )


def _card(rng):
    high = int(rng.integers(200, 320))
    page = _texture(rng, 400, high) if rng.random() < 0.5 else np.full((high, 400, 3), _colour(rng), np.uint8)
    if rng.random() < 0.3:
        page[:] = _white(rng)
    for _ in range(int(rng.integers(0, 4))):
        if rng.random() < 0.5:
            low = rng.integers(0, 400, 2)
            page[:, int(low.min()) : int(low.max())] = _colour(rng)
        else:
            cv2.circle(
                page,
                (int(rng.integers(400)), int(rng.integers(high))),
                int(rng.integers(10, 90)),
                _colour(rng),
                -1,
                cv2.LINE_AA,
            )
    for row in range(int(rng.integers(1, 7))):
        draw._words(
            page, rng, int(rng.integers(20, 200)), 385, 30 + row * high // 7, int(rng.integers(14, 40)), _colour(rng)
        )
    return page


def _cover(rng):
    """A notebook, a folder, a magazine, a leaflet."""
    size = (430, int(rng.choice([608, 560, 430, 280])))
    page = np.full((size[1], size[0], 3), _colour(rng), np.uint8)
    for _ in range(int(rng.integers(0, 3))):
        low, high = np.sort(rng.uniform(0, 1, 2))
        if rng.random() < 0.7:
            page[int(low * size[1]) : int(high * size[1])] = _colour(rng)
        else:
            page[:, int(low * size[0]) : int(high * size[0])] = _colour(rng)
    for _ in range(int(rng.integers(1, 6))):
        draw._words(
            page,
            rng,
            int(rng.integers(20, 200)),
            420,
            int(rng.integers(40, size[1])),
            int(rng.integers(16, 80)),
            _colour(rng),
        )
    return page


def _lined(rng):
    page = np.full((600, 430, 3), _white(rng), np.uint8)
    step, colour = int(rng.integers(10, 26)), _colour(rng, 120, 220)
    page[::step] = colour
    if rng.random() < 0.4:
        page[:, ::step] = colour
    if rng.random() < 0.5:
        page[:, 40:42] = _colour(rng, 60, 230)
    _scribble(rng, page, step)
    return page


def _scribble(rng, page, step):
    ink = _colour(rng, 0, 120)
    for y in range(step, page.shape[0] - step, step * int(rng.integers(1, 3))):
        if rng.random() < 0.3:
            continue
        x = np.arange(30, int(rng.uniform(0.3, 0.95) * page.shape[1]), 3)
        wave = y + np.cumsum(rng.normal(0, 1.5, len(x))) * 0.4 + rng.normal(0, step / 4, len(x))
        cv2.polylines(page, [np.c_[x, wave].astype(np.int32)], False, ink, 1, cv2.LINE_AA)


def _bubbles(rng):
    page = np.full((600, 430, 3), _white(rng), np.uint8)
    ink = _colour(rng, 20, 150)
    for _ in range(int(rng.integers(1, 6))):
        left, top = int(rng.integers(20, 300)), int(rng.integers(20, 500))
        step, columns, rows = int(rng.integers(8, 20)), int(rng.integers(2, 10)), int(rng.integers(3, 20))
        for row in range(rows):
            for column in range(columns):
                at = left + step * column, top + step * row
                cv2.circle(page, at, step // 3, ink, -1 if rng.random() < 0.25 else 1, cv2.LINE_AA)
        if rng.random() < 0.5:
            cv2.rectangle(page, (left - step, top - step), (left + step * columns, top + step * rows), ink, 1)
    for _ in range(int(rng.integers(0, 5))):
        cv2.circle(page, (int(rng.choice([25, 405])), int(rng.choice([25, 575]))), 8, ink, -1)
    return page


def _picture(rng):
    return _texture(rng, int(rng.integers(280, 430)), int(rng.integers(280, 560)))


def _texture(rng, width, height):
    """Smooth areas of colour with edges between, like a photo."""
    field = [_field(rng, 48, int(rng.integers(1, 6))) for _ in range(3)]
    colour = np.stack([cv2.resize(one, (width, height), interpolation=cv2.INTER_CUBIC) for one in field], axis=-1)
    bgr = (colour - 1) * rng.uniform(100, 300) + np.float32(_colour(rng))
    if rng.random() < 0.5:
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        bgr += rng.uniform(5, 30) * np.sin(x / rng.uniform(1.5, 12) + y / rng.uniform(3, 40))[..., None]
    if rng.random() < 0.4:
        bgr = np.round(bgr / 64) * 64
    return np.clip(bgr, 0, 255).astype(np.uint8)


def _blank(rng):
    page = np.full((int(rng.integers(250, 620)), 430, 3), _white(rng), np.uint8)
    if rng.random() < 0.5:
        draw._words(page, rng, 40, 300, int(rng.integers(30, 200)), 20, _colour(rng, 0, 120))
    return page


def _columns(rng):
    page = np.full((600, 430, 3), _white(rng), np.uint8)
    count = int(rng.integers(2, 4))
    wide = 400 // count
    for column in range(count):
        left, y = 15 + column * wide, 20
        while y < 570:
            if rng.random() < 0.08:
                high = int(rng.integers(40, 140))
                block = _texture(rng, wide - 12, high)
                page[y : min(600, y + high), left : left + wide - 12] = block[: min(600, y + high) - y]
                y += high
            y += int(rng.integers(8, 12))
            draw._words(page, rng, left, left + wide - 12, y, 10, _colour(rng, 0, 90))
    return page


def _note(rng):
    """A sticky note, an envelope, a ticket."""
    base = np.array(_colour(rng, 90, 255))
    page = np.full((int(rng.integers(200, 430)), 430, 3), base, np.uint8)
    _scribble(rng, page, int(rng.integers(14, 40)))
    if rng.random() < 0.4:
        page[: int(rng.integers(20, 60))] = _colour(rng)
    return page


# ---------- tables ----------


def table(rng: np.random.Generator) -> np.ndarray:
    """(512, 512, 3) uint8: a surface, smooth or patterned, or a jumble; most are of no loud colour."""
    bgr = _surface(rng)
    if rng.random() < 0.6:
        grey = bgr.mean(axis=2, keepdims=True)
        bgr = (grey + (bgr - grey) * rng.uniform(0.05, 0.5)).astype(np.uint8)
    return bgr


def _surface(rng):
    which = rng.random()
    if which < 0.45:
        return draw.table(int(rng.integers(1 << 30)), (512, 512))
    if which < 0.55:
        return _folds(rng)
    if which < 0.65:
        return _pattern(rng)
    if which < 0.73:
        return cv2.resize(paper(rng), (512, 512), interpolation=cv2.INTER_AREA)
    if which < 0.85:
        return cv2.resize(_texture(rng, 256, 256), (512, 512), interpolation=cv2.INTER_LINEAR)
    plain = np.full((512, 512, 3), _white(rng) if rng.random() < 0.4 else _colour(rng), np.float32)
    plain += (_field(rng, 512, 2)[..., None] - 1) * rng.uniform(0, 30)
    return np.clip(plain, 0, 255).astype(np.uint8)


def _folds(rng):
    """Cloth: a bed, a lap, a black sheet."""
    base = np.float32(_colour(rng, 8, 220)) if rng.random() < 0.6 else np.full(3, rng.uniform(8, 60), np.float32)
    ridge = np.abs(_field(rng, 512, int(rng.integers(2, 8))) - 1) * rng.uniform(0.5, 2.5)
    bgr = base * (0.6 + ridge[..., None]) + rng.uniform(0, 25) * ridge[..., None]
    return np.clip(bgr, 0, 255).astype(np.uint8)


def _pattern(rng):
    y, x = np.mgrid[0:512, 0:512].astype(np.float32)
    a, b = rng.uniform(4, 60, 2)
    which = rng.integers(4)
    if which == 0:
        on = np.sin(x / a) + np.sin(y / b) > 0
    elif which == 1:
        on = ((x // a) + (y // b)) % 2 > 0
    elif which == 2:
        on = np.sin((x + y * rng.uniform(-1, 1)) / a) > rng.uniform(-0.5, 0.8)
    else:
        on = np.hypot((x % (2 * a)) - a, (y % (2 * a)) - a) < a * rng.uniform(0.3, 0.9)
    one, two = np.float32(_colour(rng)), np.float32(_colour(rng))
    bgr = np.where(on[..., None], one, one + (two - one) * rng.uniform(0.1, 1))
    return np.clip(bgr + rng.standard_normal((512, 512, 1)) * rng.uniform(0, 10), 0, 255).astype(np.uint8)


# ---------- small helps ----------


def _field(rng, size: int, grains: int) -> np.ndarray:
    """(size, size) float32, smooth, about 1 ± 0.3."""
    small = rng.standard_normal((grains + 2, grains + 2)).astype(np.float32)
    return 1 + 0.25 * cv2.resize(small, (size, size), interpolation=cv2.INTER_CUBIC)


def _factor(page: np.ndarray, across: float, down: float) -> float:
    """How much a paper is made smaller before it is laid down, so that no pixel is skipped."""
    factor = 1.0
    while min(across / (page.shape[1] * factor), down / (page.shape[0] * factor)) < 0.55:
        factor /= 2
    return factor


def _coarser(page: np.ndarray, across: float, down: float) -> np.ndarray:
    factor = _factor(page, across, down)
    return page if factor == 1 else cv2.resize(page, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)


def _px(at: np.ndarray) -> tuple[int, int]:
    return int(np.clip(at[0], -9999, 9999)), int(np.clip(at[1], -9999, 9999))
