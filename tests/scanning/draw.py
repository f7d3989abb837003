"""Draws papers and photographs of them, with corners that are known exactly. Same seed, same photo."""

import itertools
from typing import NamedTuple

import cv2
import numpy as np

WORDS = (
    "Jobcenter Musterstadt Bescheid über Leistungen zur Sicherung des Lebensunterhalts Miete Heizkosten Kontoauszug "
    "Betrag Euro Datum Saldo Eingang Seite bewilligt Antrag Unterschrift Nebenkosten Vermieter Lohn Monat Summe"
).split()


class Shot(NamedTuple):
    """A drawn photograph: bgr (H, W, 3) uint8 and the corners, (4, 2) px, clockwise from the page's top-left."""

    bgr: np.ndarray
    corners: np.ndarray


# ---------- papers ----------


def letter(seed: int = 1, size: tuple[int, int] = (1000, 1414), paper=(248, 250, 251), ink=(40, 38, 36)) -> np.ndarray:
    """A printed letter: head, address, lines of words with a ragged right edge, sometimes a table and a stamp."""
    rng = np.random.default_rng(seed)
    width, height = size
    page = np.full((height, width, 3), paper, np.uint8)
    unit = width / 1000
    left, right = int(90 * unit), int(910 * unit)
    cv2.putText(page, "Jobcenter", (left, int(110 * unit)), cv2.FONT_HERSHEY_DUPLEX, 1.5 * unit, ink, 2)
    line = int(rng.integers(26, 36) * unit)
    y, bottom = int(190 * unit), height - int(90 * unit)
    while y < bottom:
        if rng.random() < 0.06 and y + 7 * line < bottom:
            y = _table(page, rng, left, right, y, line, ink)
        elif rng.random() < 0.12:
            y += line
        else:
            _words(page, rng, left, right if rng.random() < 0.8 else (left + right) // 2, y, line, ink)
        y += line
    if rng.random() < 0.5:
        where = int(rng.uniform(0.3, 0.8) * width), int(rng.uniform(0.6, 0.9) * height)
        cv2.circle(page, where, int(70 * unit), (170, 60, 40), max(2, int(5 * unit)), cv2.LINE_AA)
    return page


def _words(page, rng, left, right, y, line, ink):
    x, scale = left, line / 45
    while True:
        word = str(rng.choice(WORDS))
        wide = cv2.getTextSize(word, cv2.FONT_HERSHEY_SIMPLEX, scale, 1)[0][0]
        if x + wide > right:
            return
        thick = 1 if page.shape[1] < 1200 else 2
        cv2.putText(page, word, (x, y), cv2.FONT_HERSHEY_SIMPLEX, scale, ink, thick, cv2.LINE_AA)
        x += wide + line // 3


def _table(page, rng, left, right, y, line, ink):
    rows, columns = int(rng.integers(3, 6)), int(rng.integers(2, 5))
    edges = np.linspace(left, right, columns + 1).astype(int)
    cv2.rectangle(page, (left, y), (right, y + line), tuple(int(v) for v in rng.integers(170, 240, 3)), -1)
    for _ in range(rows):
        for one, two in itertools.pairwise(edges):
            cv2.rectangle(page, (one, y), (two, y + line), ink, 1)
            _words(page, rng, one + 6, two - 4, y + int(0.75 * line), line, ink)
        y += line
    return y + line // 2


def card(seed: int = 1) -> np.ndarray:
    """An ID card: tinted, a portrait, a few lines."""
    rng = np.random.default_rng(seed)
    base = rng.integers(150, 235, 3)
    page = np.full((540, 856, 3), base, np.uint8)
    page[:90] = rng.integers(60, 200, 3)
    wave = 8 * np.sin(np.arange(856) / 17)[None, :, None] + 6 * np.sin(np.arange(540) / 11)[:, None, None]
    page = np.clip(page + wave, 0, 255).astype(np.uint8)
    cv2.rectangle(page, (40, 130), (280, 450), (120, 130, 150), -1)
    cv2.circle(page, (160, 250), 70, (110, 150, 205), -1)
    cv2.ellipse(page, (160, 450), (110, 110), 0, 180, 360, (90, 60, 50), -1)
    for row in range(5):
        _words(page, rng, 320, 820, 170 + 60 * row, 38, (50, 45, 40))
    return page


def receipt(seed: int = 1) -> np.ndarray:
    """A narrow till receipt."""
    rng = np.random.default_rng(seed)
    return letter(seed, (420, int(rng.integers(900, 1500))), paper=(240, 243, 245))


def form(seed: int = 1) -> np.ndarray:
    """A form: a frame around everything, fields in it, one grey head."""
    rng = np.random.default_rng(seed)
    page = letter(seed, paper=(246, 249, 248))
    inset = int(rng.integers(30, 90))
    cv2.rectangle(page, (inset, inset), (1000 - inset, 1414 - inset), (60, 60, 60), int(rng.integers(2, 7)))
    grey = int(rng.integers(150, 225))
    cv2.rectangle(page, (inset, inset), (1000 - inset, inset + int(rng.integers(60, 300))), (grey, grey, grey), -1)
    return page


def flyer(seed: int = 1) -> np.ndarray:
    """A notebook, a folder, a leaflet: large areas of colour from side to side."""
    rng = np.random.default_rng(seed)
    size = (1000, 1414) if rng.random() < 0.5 else (900, 560)
    page = letter(seed, size)
    if rng.random() < 0.4:
        page[:] = rng.integers(60, 250, 3)
    low, high = np.sort(rng.uniform(0, 1, 2)) * size[1]
    if rng.random() < 0.5:
        low, high = (0, high) if rng.random() < 0.5 else (low, size[1])
    page[int(low) : int(high)] = rng.integers(20, 230, 3)
    _words(page, rng, 100, size[0] - 50, int((low + high) / 2), 60, (240, 240, 240))
    return page


# ---------- tables they lie on ----------


def table(seed: int, size: tuple[int, int], kind: str | None = None) -> np.ndarray:
    """A surface: plain, wood, planks, tiles, carpet, cloth or dark."""
    rng = np.random.default_rng(seed)
    kind = kind or str(rng.choice(["plain", "wood", "planks", "tiles", "carpet", "cloth", "dark", "pale"]))
    width, height = size
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    colour = {
        "plain": rng.uniform(60, 200, 3),
        "wood": np.array([70, 110, 160]) * rng.uniform(0.5, 1.3),
        "planks": np.array([80, 110, 140]) * rng.uniform(0.5, 1.2),
        "tiles": rng.uniform(110, 210, 3),
        "carpet": rng.uniform(50, 150, 3),
        "cloth": rng.uniform(40, 220, 3),
        "dark": rng.uniform(15, 45, 3),
        "pale": np.array([215, 220, 224]) * rng.uniform(0.85, 1.0),
    }[kind].astype(np.float32)
    shade = np.zeros((height, width), np.float32)
    if kind in ("wood", "planks"):
        wave = _noise(rng, height, width, 6, 90)
        shade += 18 * np.sin(y / rng.uniform(5, 14) + 9 * wave) + 14 * _noise(rng, height, width, 2, 160)
    if kind in ("planks", "tiles"):
        step = rng.uniform(0.12, 0.3) * height
        shade -= 70 * ((y + 0.1 * x) % step < 4)
        if kind == "tiles":
            shade -= 70 * ((x - 0.05 * y) % step < 4)
        shade += 12 * np.sin(np.floor((y + 0.1 * x) / step) * 7.1)
    if kind == "carpet":
        shade += 22 * rng.standard_normal((height, width)) + 20 * np.sign(np.sin(x / rng.uniform(6, 20)))
    if kind == "cloth":
        shade += 22 * _noise(rng, height, width, 40, 60) + 6 * np.sin(x) + 6 * np.sin(y)
    shade += 5 * rng.standard_normal((height, width)) + 8 * _noise(rng, height, width, 80, 80)
    return np.clip(colour + shade[..., None] * (0.4 + colour.mean() / 200), 0, 255).astype(np.uint8)


def _noise(rng, height, width, fine_y, fine_x):
    """Smooth random field about -1..1, with grains fine_y by fine_x px."""
    small = rng.standard_normal((height // fine_y + 3, width // fine_x + 3)).astype(np.float32)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)


# ---------- the photograph ----------


def photograph(
    page: np.ndarray,
    seed: int = 1,
    size: tuple[int, int] = (1200, 1600),
    fill: float = 0.75,
    tilt: float = 25.0,
    turn: float | None = None,
    kind: str | None = None,
    shadow: bool = True,
    clutter: int = 0,
    shift: float = 0.05,
    fingers: int = 0,
) -> Shot:
    """Lay a paper on a table and take a picture of it by hand.

    fill     share of the frame's shorter fit that the page takes
    tilt     most degrees that the camera leans away from straight down
    turn     degrees that the page is turned; by itself up to 20
    clutter  how many other things lie about
    fingers  how many fingers hold the page
    """
    rng = np.random.default_rng(seed)
    corners = _pose(rng, page.shape[1::-1], size, fill, tilt, rng.uniform(-20, 20) if turn is None else turn, shift)
    scene = table(seed + 1, size, kind)
    for _ in range(clutter):
        _thing(rng, scene, size)
    _drop_shadow(rng, scene, corners)
    _paste(scene, page, corners)
    for _ in range(fingers):
        _finger(rng, scene, corners)
    return Shot(_light(rng, scene, shadow), corners)


def empty(seed: int = 1, size: tuple[int, int] = (1200, 1600), kind: str | None = None, clutter: int = 0) -> np.ndarray:
    """A table with no page on it."""
    rng = np.random.default_rng(seed)
    scene = table(seed + 1, size, kind)
    for _ in range(clutter):
        _thing(rng, scene, size, papers=False)
    return _light(rng, scene, True)


def _pose(rng, page, size, fill, tilt, turn, shift):
    """Corners of a page seen by a pinhole camera whose focal length is 0.8 of the long side, as in a phone."""
    width, height = page
    around = np.radians(turn)
    spin = np.array([[np.cos(around), -np.sin(around)], [np.sin(around), np.cos(around)]])
    flat = np.array([[-width, -height], [width, -height], [width, height], [-width, height]]) / 2 @ spin.T
    lean = np.radians(rng.uniform(-tilt, tilt, 2))
    focal = 0.8 * max(size)
    rx = np.array([[1, 0, 0], [0, np.cos(lean[0]), -np.sin(lean[0])], [0, np.sin(lean[0]), np.cos(lean[0])]])
    ry = np.array([[np.cos(lean[1]), 0, np.sin(lean[1])], [0, 1, 0], [-np.sin(lean[1]), 0, np.cos(lean[1])]])
    space = np.c_[flat, np.zeros(4)] @ (ry @ rx).T
    scale = fill * min(size[0] / np.ptp(flat[:, 0]), size[1] / np.ptp(flat[:, 1]))
    space *= scale / focal  # in units of the focal length, at distance 1
    goal = rng.uniform(-shift, shift, 2) * size / focal
    for _ in range(8):  # move the page, not the picture, until it is seen where it should be
        seen = space[:, :2] / (1 + space[:, 2:])
        space[:, :2] += goal - (seen.max(0) + seen.min(0)) / 2
    return space[:, :2] / (1 + space[:, 2:]) * focal + np.array(size) / 2


def _paste(scene, page, corners):
    height, width = page.shape[:2]
    while width > 2 * np.linalg.norm(corners[1] - corners[0]):
        page = cv2.resize(page, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        height, width = page.shape[:2]
    frame = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    big = scene.shape[1] * 2, scene.shape[0] * 2  # twice as fine, for smooth edges
    matrix = cv2.getPerspectiveTransform(frame, np.float32(corners * 2))
    cover = cv2.warpPerspective(np.full((height, width), 255, np.uint8), matrix, big)
    cover = cv2.resize(cover, scene.shape[1::-1], interpolation=cv2.INTER_AREA)[..., None] / np.float32(255)
    matrix = cv2.getPerspectiveTransform(frame, np.float32(corners))
    seen = cv2.warpPerspective(page, matrix, scene.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
    scene[:] = (seen * cover + scene * (1 - cover)).round().astype(np.uint8)


def _drop_shadow(rng, scene, corners):
    """The narrow shadow that a sheet throws on the table."""
    cover = np.zeros(scene.shape[:2], np.float32)
    cv2.fillConvexPoly(cover, np.int32((corners + rng.uniform(-4, 4, 2)).round()), 1.0)
    cover = cv2.GaussianBlur(cover, (0, 0), 5)[..., None] * np.float32(rng.uniform(0.0, 0.35))
    scene[:] = (scene * (1 - cover)).astype(np.uint8)


def _thing(rng, scene, size, papers=True):
    """A pen, a cup, another paper."""
    colour = tuple(int(v) for v in rng.integers(20, 235, 3))
    at = (rng.uniform(0.02, 0.98, 2) * size).astype(int)
    which = rng.integers(3 if papers else 2)
    if which == 0:
        away = (at + rng.uniform(-0.25, 0.25, 2) * size).astype(int)
        cv2.line(scene, tuple(map(int, at)), tuple(map(int, away)), colour, int(rng.integers(8, 24)), cv2.LINE_AA)
    elif which == 1:
        cv2.circle(scene, tuple(map(int, at)), int(rng.uniform(0.04, 0.12) * size[0]), colour, -1, cv2.LINE_AA)
    else:
        sides = tuple(rng.uniform(0.1, 0.5, 2) * size[0])
        box = cv2.boxPoints(((float(at[0]), float(at[1])), sides, rng.uniform(0, 90)))
        cv2.fillConvexPoly(scene, box.astype(int), colour, cv2.LINE_AA)


def _finger(rng, scene, corners):
    """A finger that comes from outside and covers a bit of a side."""
    side = int(rng.integers(4))
    at = corners[side] + rng.uniform(0.15, 0.85) * (corners[(side + 1) % 4] - corners[side])
    out = at - corners.mean(axis=0)
    tip, root = at - out * rng.uniform(0.02, 0.12), at + out * 0.5
    thick = int(rng.uniform(0.03, 0.06) * max(scene.shape))
    skin = tuple(int(v) for v in np.array([130, 160, 205]) * rng.uniform(0.5, 1.15))
    cv2.line(scene, tuple(tip.astype(int).tolist()), tuple(root.astype(int).tolist()), skin, thick, cv2.LINE_AA)


def _light(rng, scene, shadow):
    """Falling off to one side, tinted, perhaps the shadow of a hand; then blur, grain."""
    height, width = scene.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    slope = rng.uniform(-0.25, 0.25, 2)
    light = rng.uniform(0.7, 0.95) * (1 + slope[0] * x + slope[1] * y)
    if shadow and rng.random() < 0.6:
        a, b, c = rng.uniform(-1, 1, 3)
        edge = (a * x + b * y + 0.6 * c + 0.15 * _noise(rng, height, width, 120, 120)) / rng.uniform(0.02, 0.3)
        light *= 1 - rng.uniform(0.15, 0.45) / (1 + np.exp(-np.clip(edge, -30, 30)))
    tint = 1 + rng.uniform(-0.08, 0.08, 3).astype(np.float32)
    lit = cv2.GaussianBlur(scene, (0, 0), float(rng.uniform(0.5, 1.6))).astype(np.float32) * light[..., None] * tint
    lit += rng.standard_normal(lit.shape).astype(np.float32) * float(rng.uniform(1, 4))
    return np.clip(lit, 0, 255).astype(np.uint8)


def any_shot(seed: int, size: tuple[int, int] = (900, 1200)) -> Shot | np.ndarray:
    """Any paper anywhere; one time in five only the table, and then a bare picture."""
    rng = np.random.default_rng(seed + 1000)
    size = size if rng.random() < 0.75 else size[::-1]
    if rng.random() < 0.2:
        return empty(seed, size, clutter=int(rng.integers(0, 4)))
    maker = rng.choice([letter, letter, letter, form, flyer, card, receipt])
    fill = float(rng.uniform(0.28, 1.08))
    return photograph(
        maker(seed), seed, size, fill, tilt=float(rng.uniform(2, 35)),
        turn=None if rng.random() < 0.75 else float(rng.uniform(0, 360)),
        clutter=int(rng.integers(0, 4)), shift=0.03 + max(0.0, 0.45 * (1 - fill)) * float(rng.random()),
        fingers=int(rng.choice([0, 0, 0, 1, 2])),
    )  # fmt: skip


def jpeg(bgr: np.ndarray, quality: int = 88) -> bytes:
    """Encode as a phone does."""
    return cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
