"""Printed papers with words that are known, and photographs of them that went wrong on purpose in known ways.

Same seed, same photo. The words are set in TrueType, so that a reader of print has a fair chance.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tests.scanning import draw

FONTS = Path(__file__).resolve().parents[2] / "app" / "fonts"

WORDS = """
    Jobcenter Bescheid Leistungen Sicherung Lebensunterhalt Miete Heizkosten Kontoauszug Betrag Euro Datum
    Saldo Eingang Seite bewilligt Antrag Unterschrift Nebenkosten Vermieter Lohn Monat Summe Arbeitgeber Vertrag
    Kündigung Wohnung Straße Hausnummer Geburtsdatum Staatsangehörigkeit Familienstand Kinder Einkommen Vermögen
    Versicherung Krankenkasse Beitrag Nachweis Rechnung Zahlung Überweisung Verwendungszweck Konto Bank Anspruch
    Zeitraum beantragt erhalten haben werden wurde diese dieser nach über unter zwischen gegen ohne müssen können
    sollen bitte senden fehlende Unterlagen innerhalb zwei Wochen Ansprechpartner Telefon Zimmer Öffnungszeiten
    Mitwirkung Pflicht Widerspruch Frist Rechtsbehelf schriftlich Niederschrift erheben Prüfung Änderung Mitteilung
    Haushalt Bedarf Regelbedarf Unterkunft Heizung Abschlag Strom Wasser Gas Jahresabrechnung Guthaben Nachzahlung
    Schule Ausbildung Praktikum Zeugnis Bewerbung Vorstellung Fahrkarte Kosten Erstattung Darlehen Rate Tilgung
""".split()


class Paper(NamedTuple):
    """pixels (H, W, 3) uint8 BGR, the words on it, and the height of its small letters, px."""

    pixels: np.ndarray
    words: list[str]
    letter: float


class Case(NamedTuple):
    """A drawn photo: bgr, the words on the paper, what was done to it ("good": nothing), and how much, 0..1."""

    bgr: np.ndarray
    words: list[str]
    spoiled: str
    much: float


# ---------- papers ----------


def paper(seed: int, kind: str | None = None) -> Paper:
    """A letter, a form, a receipt or a card with printed words."""
    rng = np.random.default_rng(seed)
    kind = kind or str(rng.choice(["letter", "letter", "letter", "form", "form", "receipt", "card"]))
    size = {"letter": (1654, 2339), "form": (1654, 2339), "receipt": (800, int(rng.integers(1800, 2600))),
            "card": (1300, 820)}[kind]  # fmt: skip
    tone = {"letter": 251, "form": 249, "receipt": 243, "card": int(rng.integers(205, 245))}[kind]
    page = Image.new("RGB", size, (tone, tone, tone - int(rng.integers(0, 8))))
    pen = ImageDraw.Draw(page)
    em = {"letter": rng.uniform(25, 37), "form": rng.uniform(24, 34), "receipt": rng.uniform(30, 40),
          "card": rng.uniform(34, 50)}[kind]  # fmt: skip
    font, head = _font(rng, round(em)), _font(rng, round(1.7 * em))
    ink = tuple(int(v) for v in rng.integers(10, 70, 3))
    left, right = (round(share * size[0]) for share in (0.1, 0.9))
    top, bottom = (round(share * size[1]) for share in (0.07, 0.93))
    words = _line(pen, rng, left, top, right, head, ink)
    y = top + round(3.2 * em)
    if kind == "form":
        pen.rectangle((left - 30, y, right + 30, bottom), outline=ink, width=3)
        y += round(em)
    while y + 1.5 * em < bottom:
        if kind == "form" and rng.random() < 0.2:
            pen.rectangle((left, y, right, y + round(1.6 * em)), outline=ink, fill=(226, 230, 232), width=2)
        if kind == "letter" and rng.random() < 0.15:
            y += round(1.4 * em)
            continue
        end = right if rng.random() < 0.7 else (left + right) // 2
        words += _line(pen, rng, left + 8, y, end, font, ink)
        y += round(em * rng.choice([1.4, 1.6, 2.0] if kind != "form" else [2.0, 2.6]))
    pixels = np.ascontiguousarray(np.asarray(page)[:, :, ::-1])
    if kind == "card":
        cv2.circle(pixels, (size[0] - 170, size[1] - 190), 110, (150, 120, 60), -1, cv2.LINE_AA)
    elif rng.random() < 0.4:
        where = int(rng.uniform(0.3, 0.8) * size[0]), int(rng.uniform(0.6, 0.9) * size[1])
        cv2.circle(pixels, where, 110, (170, 60, 40), 8, cv2.LINE_AA)
    return Paper(pixels, words, 0.52 * em)


def blank(seed: int) -> Paper:
    """The empty back of a letter; often the print of the front shines through."""
    rng = np.random.default_rng(seed)
    pixels = np.full((2339, 1654, 3), 249, np.uint8)
    if rng.random() < 0.6:
        front = cv2.GaussianBlur(paper(seed, "letter").pixels[:, ::-1], (0, 0), 5)
        pixels = cv2.addWeighted(pixels, 1 - (weight := float(rng.uniform(0.01, 0.04))), front, weight, 0)
    return Paper(pixels, [], 15.0)


def _font(rng: np.random.Generator, size: int) -> ImageFont.FreeTypeFont:
    known = [FONTS / "FiraSans-Regular.ttf", FONTS / "FiraSans-SemiBold.ttf"]
    return ImageFont.truetype(str(known[int(rng.integers(len(known)))]), size)


def _line(pen, rng, x, y, right, font, ink) -> list[str]:
    """Words from `x` until `right`, with a number here and there."""
    said: list[str] = []
    while True:
        word = str(rng.choice(WORDS)) if rng.random() < 0.85 else f"{rng.integers(1, 9999)},{rng.integers(10, 99)}"
        wide = font.getlength(word + " ")
        if x + wide > right:
            return said
        pen.text((x, y), word, font=font, fill=ink)
        said.append(word)
        x += wide


# ---------- photographs ----------


def photograph(page: Paper, seed: int, size=(1500, 2000), fill=0.85, tilt=16.0, shift=0.03, turn=None, over=None):
    """Lay the paper on a table and look at it from above; `over(rng, scene, corners)` lays something on it.

    returns  (scene in even light, corners, px of the scene for one px of the paper)
    """
    rng = np.random.default_rng(seed)
    if page.pixels.shape[1] > page.pixels.shape[0]:
        size = size[::-1]
    turn = float(rng.uniform(-8, 8)) if turn is None else turn
    corners = draw._pose(rng, page.pixels.shape[1::-1], size, fill, tilt, turn, shift)
    scene = draw.table(seed + 1, size)
    draw._drop_shadow(rng, scene, corners)
    draw._paste(scene, page.pixels, corners)
    if over:
        over(rng, scene, corners)
    scale = float(np.linalg.norm(corners[1] - corners[0])) / page.pixels.shape[1]
    return scene, corners, scale


def develop(scene: np.ndarray, seed: int, *, light: float = 0.85, blur: float = 0.7, grain: float = 2.0) -> np.ndarray:
    """Light that falls off, perhaps a soft shadow; the lens; grain; eight bits."""
    rng = np.random.default_rng(seed + 2)
    height, width = scene.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    slope = rng.uniform(-0.2, 0.2, 2)
    lamp = light * (1 + slope[0] * x + slope[1] * y)
    if rng.random() < 0.5:
        a, b, c = rng.uniform(-1, 1, 3)
        lamp *= 1 - rng.uniform(0.1, 0.4) / (1 + np.exp(-np.clip((a * x + b * y + 0.5 * c) / 0.15, -30, 30)))
    tint = 1 + rng.uniform(-0.06, 0.06, 3).astype(np.float32)
    lit = cv2.GaussianBlur(scene, (0, 0), blur).astype(np.float32) * lamp[..., None] * tint
    lit += rng.standard_normal(lit.shape).astype(np.float32) * grain
    return np.clip(lit, 0, 255).astype(np.uint8)


def case(seed: int) -> Case:
    """Any photo; a third of them are good, the others spoiled a little or much."""
    names = ["good", "good", "good", *SPOILED]
    name = names[seed % len(names)]
    rng = np.random.default_rng(seed + 77)
    much = float(rng.uniform(0, 1))
    bgr, words = (good if name == "good" else SPOILED[name])(seed, much)
    return Case(bgr, words, name, much)


def good(seed: int, much: float):
    """As people do it when they take care: held at the margin perhaps, near enough, sharp enough, light enough."""
    rng = np.random.default_rng(seed + 5)
    page = paper(seed)
    held = _held if rng.random() < 0.25 else None
    size = (1800, 2400) if much < 0.7 else (1500, 2000)
    scene, _, _ = photograph(page, seed, size, fill=float(rng.uniform(0.72, 1.0)), over=held)
    return develop(scene, seed, light=float(rng.uniform(0.5, 1.02)), blur=float(rng.uniform(0.5, 1.3)),
                   grain=float(rng.uniform(1, 5))), page.words  # fmt: skip


def blurred(seed: int, much: float):
    """Out of focus, or shaken."""
    rng = np.random.default_rng(seed + 5)
    page = paper(seed)
    scene, _, scale = photograph(page, seed)
    wide = (0.06 + 0.5 * much) * page.letter * scale
    if rng.random() < 0.4:
        scene = _shaken(scene, 2.5 * wide, float(rng.uniform(0, 180)))
        wide = 0.7
    return develop(scene, seed, blur=max(0.6, wide)), page.words


def _shaken(scene: np.ndarray, length: float, degrees: float) -> np.ndarray:
    reach = max(3, round(length) | 1)
    kernel = np.zeros((reach, reach), np.float32)
    kernel[reach // 2] = 1
    spin = cv2.getRotationMatrix2D((reach // 2, reach // 2), degrees, 1)
    kernel = cv2.warpAffine(kernel, spin, (reach, reach))
    return cv2.filter2D(scene, -1, kernel / kernel.sum())


def dark(seed: int, much: float):
    """Hardly any light, and the grain that comes with it."""
    page = paper(seed)
    scene, _, _ = photograph(page, seed)
    return develop(scene, seed, light=0.30 - 0.27 * much, grain=3 + 5 * much), page.words


def glare(seed: int, much: float):
    """A lamp mirrored on the print."""
    page = paper(seed)
    scene, corners, _ = photograph(page, seed)
    rng = np.random.default_rng(seed + 6)
    lit = develop(scene, seed, light=float(rng.uniform(0.5, 0.8))).astype(np.float32)
    height, width = lit.shape[:2]
    at = corners.mean(axis=0) + rng.uniform(-0.15, 0.15, 2) * (width, height)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    reach = (0.06 + 0.24 * much) * width
    away = np.hypot((x - at[0]) / reach, (y - at[1]) / (reach * rng.uniform(0.6, 1.6)))
    lit += (360 / (1 + np.exp(np.clip((away - 1) * rng.uniform(4, 12), -30, 30))))[..., None]
    return np.clip(lit, 0, 255).astype(np.uint8), page.words


def far(seed: int, much: float):
    """Taken from the other end of the table, or by a poor camera."""
    rng = np.random.default_rng(seed + 5)
    page = paper(seed)
    if rng.random() < 0.5:
        scene, _, _ = photograph(page, seed, (1500, 2000), fill=0.6 - 0.4 * much)
    else:
        wide = int(1000 - 650 * much)
        scene, _, _ = photograph(page, seed, (wide, wide * 4 // 3))
    return develop(scene, seed), page.words


def cut(seed: int, much: float):
    """Part of the page is outside of the frame."""
    rng = np.random.default_rng(seed + 5)
    page = paper(seed)
    fill = 0.95 + 0.25 * float(rng.random())
    scene, corners, _ = photograph(page, seed, (1500, 2000), fill=fill)
    height, width = scene.shape[:2]
    low, high = np.maximum(corners.min(axis=0), 0), np.minimum(corners.max(axis=0), (width, height))
    share = 0.12 + 0.6 * much
    bounds = [0, 0, width, height]
    side = int(rng.integers(4))
    reach = share * (high - low)[side % 2]
    bounds[side] = int(low[side] + reach) if side < 2 else int(high[side % 2] - reach)
    lit = develop(scene, seed)
    return np.ascontiguousarray(lit[bounds[1] : bounds[3], bounds[0] : bounds[2]]), page.words


def covered(seed: int, much: float):
    """A hand or a finger over the print."""
    page = paper(seed)
    scene, _, _ = photograph(page, seed, over=lambda rng, scene, corners: _hand(rng, scene, corners, much))
    return develop(scene, seed), page.words


def overlaid(seed: int, much: float):
    """Another sheet lies over part of the page."""
    page = paper(seed)
    scene, _, _ = photograph(page, seed, over=lambda rng, scene, corners: _sheet(rng, scene, corners, seed, much))
    return develop(scene, seed), page.words


def empty(seed: int, much: float):
    """The back of a page."""
    page = blank(seed)
    scene, _, _ = photograph(page, seed)
    return develop(scene, seed), page.words


SPOILED: dict[str, Callable] = {
    "blurred": blurred, "dark": dark, "glare": glare, "far": far, "cut": cut, "covered": covered,
    "overlaid": overlaid, "empty": empty,
}  # fmt: skip


def _skin(rng: np.random.Generator) -> np.ndarray:
    return np.array([128, 155, 200]) * rng.uniform(0.45, 1.15)


def _limb(scene, start, end, thick, skin) -> None:
    """A finger: round, lighter along its middle, with a soft shadow beside it."""
    shadow = np.zeros(scene.shape[:2], np.float32)
    line = tuple(map(int, start)), tuple(map(int, end))
    cv2.line(shadow, (line[0][0] + thick // 5, line[0][1] + thick // 4), line[1], 0.35, thick)
    scene[:] = (scene * (1 - cv2.GaussianBlur(shadow, (0, 0), thick / 6))[..., None]).astype(np.uint8)
    for part in (1.0, 0.8, 0.6, 0.4, 0.2):
        colour = tuple(int(v) for v in np.clip(skin * (1.12 - 0.3 * part), 0, 255))
        cv2.line(scene, *line, colour, max(2, round(thick * part)), cv2.LINE_AA)


def _held(rng, scene, corners) -> None:
    """A thumb on the margin."""
    side = int(rng.integers(4))
    at = corners[side] + rng.uniform(0.2, 0.8) * (corners[(side + 1) % 4] - corners[side])
    out = at - corners.mean(axis=0)
    thick = int(rng.uniform(0.05, 0.08) * scene.shape[1])
    _limb(scene, at + out * 0.04, at + out * 0.8, thick, _skin(rng))


def _hand(rng, scene, corners, much: float) -> None:
    """One finger, or up to four beside each other, reaching over the print."""
    side = int(rng.integers(4))
    along = corners[(side + 1) % 4] - corners[side]
    at = corners[side] + rng.uniform(0.3, 0.7) * along
    inward = corners.mean(axis=0) - at
    thick = int(rng.uniform(0.06, 0.09) * scene.shape[1])
    skin = _skin(rng)
    for k in range(1 + int(3.9 * much)):
        beside = along / np.linalg.norm(along) * thick * 0.95 * (k - 1.5 * much)
        reach = (0.35 + 0.8 * much) * rng.uniform(0.8, 1.1)
        _limb(scene, at + beside + inward * reach, at + beside - inward * 0.9, thick, skin)


def _sheet(rng, scene, corners, seed: int, much: float) -> None:
    """Another printed sheet whose edge crosses the page."""
    side = int(rng.integers(4))
    middle = corners.mean(axis=0)
    edge = (corners[side] + corners[(side + 1) % 4]) / 2
    share = 0.15 + 0.6 * much
    turn = np.radians(rng.uniform(-12, 12))
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    other = (corners - middle) @ spin.T + middle + (edge - middle) * 2 * (1 - share)
    draw._drop_shadow(rng, scene, other)
    draw._paste(scene, paper(seed + 500, "letter").pixels, other)
