"""Papers set in real type, with every word known, and the hard light of real kitchens. Same seed, same photo.

Letters, forms, bank statements, small print and till receipts in the fonts that letters are printed in (what the
machine has of them), with stamps, logos, markers, pens and pencils on them, on white, grey and coloured paper.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tests.scanning import draw

FONTS = {
    "sans": ("FiraSans-Regular", "LiberationSans-Regular", "DejaVuSans", "LiberationSansNarrow-Regular"),
    "serif": ("LiberationSerif-Regular", "DejaVuSerif"),
    "mono": ("LiberationMono-Regular", "DejaVuSansMono"),
    "bold": ("FiraSans-SemiBold", "LiberationSans-Bold", "DejaVuSans-Bold"),
}
FOLDERS = (Path(__file__).parents[2] / "app/fonts", Path("/usr/share/fonts"))
DPI = 300  # of the drawn paper
SENTENCES = (
    "Sehr geehrte Damen und Herren, hiermit bestätigen wir den Eingang Ihrer Unterlagen.",
    "Für die Zeit vom 01.03.2026 bis 31.08.2026 werden Ihnen Leistungen zur Sicherung des Lebensunterhalts bewilligt.",
    "Die monatliche Grundmiete beträgt 412,50 Euro zuzüglich 96,00 Euro Heizkosten und 74,30 Euro Nebenkosten.",
    "Bitte reichen Sie die fehlenden Kontoauszüge der letzten drei Monate vollständig und ungeschwärzt ein.",
    "Änderungen in den persönlichen und wirtschaftlichen Verhältnissen sind unverzüglich mitzuteilen.",
    "Der Bedarf für Unterkunft und Heizung wurde in tatsächlicher Höhe berücksichtigt.",
    "Gegen diesen Bescheid können Sie innerhalb eines Monats nach Bekanntgabe Widerspruch erheben.",
    "Das Arbeitsverhältnis begann am 15.04.2019 und endete durch Kündigung zum 30.09.2025.",
    "Die Abschlagszahlung für Strom erhöht sich ab Januar auf 58,00 Euro und wird von Ihrem Konto abgebucht.",
    "Über die Höhe der Überzahlung erhalten Sie einen gesonderten Erstattungsbescheid.",
    "Ihre Krankenversicherung läuft während des Bezugs bei der gewählten Kasse weiter.",
    "Der Vermieter bescheinigt, dass die Wohnfläche von 54 Quadratmetern von zwei Personen bewohnt wird.",
    "Mit freundlichen Grüßen aus der Geschäftsstelle, dieses Schreiben ist ohne Unterschrift gültig.",
    "Rückfragen beantworten wir gern telefonisch, montags bis donnerstags zwischen 8 und 16 Uhr.",
    "Please keep this confirmation for your records and show it at your next appointment.",
    "The employment contract was signed on 12 May 2024 and covers thirty hours per week.",
    "Nach § 60 SGB I sind alle Tatsachen anzugeben, die für die Leistung erheblich sind.",
    "Ein weiterer Zuschuss für die Erstausstattung der Wohnung kann gesondert beantragt werden.",
)
LABELS = (
    "Familienname Vorname Geburtsdatum Staatsangehörigkeit Straße Hausnummer Postleitzahl Wohnort Telefonnummer "
    "Bankverbindung Kreditinstitut Krankenkasse Rentenversicherungsnummer Familienstand Arbeitgeber Beschäftigung "
    "Vermögen Unterhalt Kindergeld Wohnkosten Bedarfsgemeinschaft Antragsteller Unterschrift Datum"
).split()
ANSWERS = (
    "Özdemir Schröder Köln Lindenstraße verheiratet ledig deutsch 12.04.1986 50667 0221998877 keine geringfügig".split()
)
PAYEES = (
    "LASTSCHRIFT Stadtwerke Köln Strom", "DAUERAUFTRAG Wohnungsbau Miete", "GUTSCHRIFT Bundesagentur",
    "KARTENZAHLUNG Lebensmittelmarkt", "LASTSCHRIFT Mobilfunk Rechnung", "GUTSCHRIFT Familienkasse Kindergeld",
    "BARGELDAUSZAHLUNG Geldautomat", "ÜBERWEISUNG Versicherung Beitrag",
)  # fmt: skip
GOODS = "Vollmilch Brötchen Käse Äpfel Kartoffeln Müsli Spülmittel Butter Nudeln Tomaten Kaffee Öl Zwiebeln".split()


class Sheet(NamedTuple):
    """A drawn paper: bgr (H, W, 3) uint8 at DPI, and the text on it."""

    bgr: np.ndarray
    text: str


class Shot(NamedTuple):
    """A photograph of one: the file, the corners as draw.Shot has them, the text, and what kind of paper it is."""

    jpeg: bytes
    corners: np.ndarray
    text: str
    kind: str


# ---------- type ----------


@cache
def _paths() -> dict[str, Path]:
    return {path.stem: path for folder in FOLDERS for path in folder.rglob("*.ttf")}


@cache
def _font(name: str, px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_paths()[name]), px)


class Press:
    """A sheet in the making: sets lines of type and remembers what they say."""

    def __init__(self, rng: np.random.Generator, mm: tuple[float, float] = (210, 297), ink: int = 30) -> None:
        self.rng, self.said = rng, list[str]()
        self.size = round(mm[0] / 25.4 * DPI), round(mm[1] / 25.4 * DPI)
        self.image = Image.new("RGB", self.size, "white")
        self.draw, self.ink = ImageDraw.Draw(self.image), (ink, ink, ink)

    def font(self, style: str, points: float) -> ImageFont.FreeTypeFont:
        """One of the fonts of a style that the machine has."""
        names = [name for name in FONTS[style] if name in _paths()] or ["FiraSans-Regular"]
        return _font(str(self.rng.choice(names)), round(points / 72 * DPI))

    def line(self, x: float, y: float, text: str, font: ImageFont.FreeTypeFont, colour=None) -> float:
        """Set one line; returns where the next one begins."""
        self.draw.text((x, y), text, font=font, fill=colour or self.ink)
        self.said.append(text)
        return y + 1.32 * font.size

    def block(self, x: float, y: float, width: float, text: str, font: ImageFont.FreeTypeFont) -> float:
        """Set text in lines of at most `width`; returns where the next one begins."""
        line = ""
        for word in text.split():
            longer = f"{line} {word}".strip()
            if font.getlength(longer) > width and line:
                y, longer = self.line(x, y, line, font), word
            line = longer
        return self.line(x, y, line, font)

    def some(self, number: int) -> str:
        """Sentences."""
        return " ".join(self.rng.choice(SENTENCES, number))

    def sheet(self) -> Sheet:
        """What has been set."""
        return Sheet(np.asarray(self.image)[:, :, ::-1].copy(), "\n".join(self.said))


def _money(rng: np.random.Generator) -> str:
    return f"{rng.integers(1, 1999)},{rng.integers(0, 99):02d}"


def letter(rng: np.random.Generator) -> Sheet:
    """An official letter, 9 to 11.5 points."""
    press = Press(rng, ink=int(rng.integers(10, 70)))
    (width, height), left = press.size, 260.0
    body, small = press.font(str(rng.choice(["sans", "serif"])), rng.uniform(9, 11.5)), press.font("sans", 7.5)
    press.line(left, 180, "Jobcenter Musterstadt", press.font("bold", 15))
    y = press.line(left, 420, "Postfach 10 20 30, 50667 Musterstadt", small)
    for text in ("Frau", "Ayşe Özdemir", "Lindenstraße 12", "50667 Musterstadt"):
        y = press.line(left, y, text, body)
    press.line(width - 800, 420, "Aktenzeichen 4711-0815", small)
    y = press.line(left, y + 150, "Bescheid über Leistungen nach dem Zweiten Buch", press.font("bold", 11.5)) + 40
    for _ in range(int(rng.integers(3, 6))):
        y = press.block(left, y, width - 2 * left, press.some(2), body) + 0.6 * body.size
    press.block(left, height - 230, width - 2 * left, press.some(1), small)
    return press.sheet()


def form(rng: np.random.Generator) -> Sheet:
    """A form: boxes with small labels, answers by machine, tinted fields."""
    press = Press(rng)
    width, height = press.size
    y = press.line(180, 150, "Antrag auf Weiterbewilligung", press.font("bold", 14)) + 40
    label, answer = press.font("sans", rng.uniform(6.5, 8)), press.font("mono", rng.uniform(9.5, 11))
    tint = int(rng.integers(215, 256))
    while y < 0.6 * height:
        columns = int(rng.integers(1, 4))
        wide = (width - 360) / columns
        for column in range(columns):
            x = 180 + column * wide
            press.draw.rectangle((x, y, x + wide, y + 130), outline=press.ink, width=3, fill=(tint,) * 3)
            press.line(x + 14, y + 8, str(rng.choice(LABELS)), label)
            if rng.random() < 0.7:
                press.line(x + 24, y + 55, str(rng.choice(ANSWERS)), answer)
        y += 130
        if rng.random() < 0.2:
            y = press.block(180, y + 24, width - 360, press.some(1), label) + 24
    return press.sheet()


def statement(rng: np.random.Generator) -> Sheet:
    """A bank statement: rows of dates, payees and amounts."""
    press = Press(rng, ink=int(rng.integers(20, 90)))
    width, height = press.size
    press.line(200, 160, "Sparkasse Musterstadt", press.font("bold", 16), (30, 30, 190))
    row = press.font(str(rng.choice(["mono", "sans"])), rng.uniform(8, 9.5))
    y = press.line(200, 420, "Kontoauszug Nummer 7 vom 30.06.2026, IBAN DE02 1203 0000 0000 2020 51", row) + 40
    while y < 0.6 * height:
        if rng.random() < 0.3:
            press.draw.rectangle((180, y - 8, width - 180, y + 1.2 * row.size), fill=(228, 228, 228))
        press.line(200, y, f"{rng.integers(1, 31):02d}.06.2026", row)
        press.line(640, y, str(rng.choice(PAYEES)), row)
        y = press.line(width - 560, y, _money(rng), row) + 10
    return press.sheet()


def small_print(rng: np.random.Generator) -> Sheet:
    """Conditions in two columns, 7 to 8 points."""
    press = Press(rng, ink=int(rng.integers(10, 80)))
    width = press.size[0]
    font = press.font(str(rng.choice(["sans", "serif"])), rng.uniform(7, 8))
    press.line(200, 160, "Allgemeine Bedingungen", press.font("bold", 12))
    wide = (width - 480) / 2
    for column in range(2):
        y = 330.0
        for _ in range(4):
            y = press.block(200 + column * (wide + 80), y, wide, press.some(2), font) + 20
    return press.sheet()


def receipt(rng: np.random.Generator) -> Sheet:
    """A till receipt on thermal paper, faded or not."""
    press = Press(rng, (80, float(rng.uniform(150, 230))), ink=int(rng.integers(60, 165)))
    width, height = press.size
    font = press.font("mono", rng.uniform(7.5, 9))
    y = press.line(230, 60, "LEBENSMITTELMARKT", font)
    y = press.line(200, y, "Hauptstraße 7 Musterstadt", font) + 40
    while y < height - 320:
        press.line(60, y, str(rng.choice(GOODS)), font)
        y = press.line(width - 240, y, _money(rng)[-6:], font)
    y = press.line(60, y + 30, f"SUMME EUR {_money(rng)}", font)
    press.line(60, y, "Vielen Dank für Ihren Einkauf", font)
    return press.sheet()


KINDS = {"letter": letter, "form": form, "statement": statement, "smallprint": small_print, "receipt": receipt}


# ---------- what gets on a paper afterwards; none of it covers a word for a person's eye ----------


def stamp(bgr: np.ndarray, rng: np.random.Generator, colour=(150, 60, 40)) -> tuple[slice, slice]:
    """A round stamp over the text, ink that lets print show through; returns where it is."""
    radius = int(0.09 * bgr.shape[1])
    x, y = (int(rng.uniform(0.25, 0.75) * side) for side in bgr.shape[1::-1])
    mark = np.full_like(bgr, 255)
    cv2.circle(mark, (x, y), radius, colour, 14, cv2.LINE_AA)
    cv2.circle(mark, (x, y), int(0.72 * radius), colour, 6, cv2.LINE_AA)
    cv2.putText(mark, "EINGANG", (x - int(0.6 * radius), y + 20), cv2.FONT_HERSHEY_DUPLEX, radius / 130, colour, 6)
    bgr[:] = cv2.multiply(bgr, mark, scale=1 / 255)
    return slice(max(0, y - radius), y + radius), slice(max(0, x - radius), x + radius)


def logo(bgr: np.ndarray, rng: np.random.Generator) -> None:
    """A coloured sign at the top right."""
    colour = tuple(int(v) for v in rng.choice([(40, 40, 200), (180, 90, 20), (60, 150, 40), (20, 120, 240)]))
    x, side = bgr.shape[1] - 520, 220
    cv2.rectangle(bgr, (x, 130), (x + side, 130 + side), colour, -1)
    cv2.circle(bgr, (x + side // 2, 130 + side // 2), side // 4, (255, 255, 255), -1, cv2.LINE_AA)


def marker(bgr: np.ndarray, rng: np.random.Generator) -> None:
    """Three stripes of a yellow, green or pink marker."""
    colour = np.array(((110, 255, 255), (150, 255, 170), (215, 150, 255))[int(rng.integers(3))], np.float32) / 255
    for _ in range(3):
        y, x = int(rng.uniform(0.25, 0.8) * bgr.shape[0]), int(rng.uniform(0.1, 0.5) * bgr.shape[1])
        part = bgr[y : y + 46, x : x + 700]
        part[:] = (part * colour).astype(np.uint8)


def scrawl(bgr: np.ndarray, rng: np.random.Generator, colour, thick: int) -> None:
    """A signature, or a line of a pencil."""
    t = np.linspace(0, 1, 160)
    x = bgr.shape[1] * (0.15 + 0.3 * t) + 40 * np.sin(31 * t)
    y = bgr.shape[0] * rng.uniform(0.86, 0.93) + 60 * np.sin(47 * t + rng.uniform(0, 6)) * np.sin(9 * t)
    mark = np.full_like(bgr, 255)
    cv2.polylines(mark, [np.stack([x, y], axis=1).astype(np.int32)], False, colour, thick, cv2.LINE_AA)
    bgr[:] = np.minimum(bgr, mark)


def picture(bgr: np.ndarray, rng: np.random.Generator) -> None:
    """A grey portrait at the top right."""
    x, width, height = bgr.shape[1] - 640, 420, 540
    shade = np.clip(130 + 60 * draw._noise(rng, height, width, 60, 60), 20, 235).astype(np.uint8)
    cv2.ellipse(shade, (width // 2, height // 2), (120, 160), 0, 0, 360, 190, -1, cv2.LINE_AA)
    bgr[110 : 110 + height, x : x + width] = cv2.cvtColor(shade, cv2.COLOR_GRAY2BGR)


PAPERS = {"white": (255, 255, 255), "recycled": (216, 226, 230), "yellow": (150, 235, 250), "pink": (214, 190, 250),
          "green": (190, 240, 200), "blue": (250, 228, 200)}  # fmt: skip


# ---------- light ----------


def crumpled(bgr: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    """Shading of a paper that was folded and crushed: facets and two sharp folds."""
    height, width = bgr.shape[0] // 8, bgr.shape[1] // 8
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
    shade = np.zeros((height, width), np.float32)
    for _ in range(14):
        angle, offset = rng.uniform(0, np.pi), rng.uniform(0.1, 0.9)
        away = (x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle) + 0.5 - offset
        shade += rng.uniform(-1, 1) * np.exp(-np.abs(away) / rng.uniform(0.02, 0.15)) * np.sign(away)
    shade = 1 - strength * (shade - shade.min()) / max(1e-6, float(np.ptp(shade)))
    shade = cv2.resize(shade, bgr.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return (bgr * shade[..., None]).astype(np.uint8)


def lit(scene: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A lamp, its colour, hard shadows with coloured light in them, out of focus or shaken, grain."""
    height, width = scene.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    light = np.full((height, width, 3), rng.uniform(0.7, 1.0), np.float32)
    lamp = rng.uniform(-1, 1, 2)
    far = np.hypot(x - lamp[0], y - lamp[1])
    light *= (1 / (1 + rng.choice([0.02, 0.1, 0.3]) * far**2))[..., None]
    for _ in range(int(rng.choice([0, 1, 1, 2]))):
        a, b, c = rng.uniform(-1, 1, 3)
        edge = (a * x + b * y + 0.5 * c + 0.12 * draw._noise(rng, height, width, 150, 150)) / rng.uniform(0.01, 0.15)
        cover = 1 / (1 + np.exp(-np.clip(edge, -30, 30)))
        light *= 1 - cover[..., None] * (rng.uniform(0.25, 0.6) * np.array([0.85, 0.95, 1.0], np.float32))
    warm = rng.choice([0.0, 0.1, 0.3, 0.45])
    light *= np.array([1 - warm, 1 - 0.35 * warm, 1.0], np.float32)
    out = cv2.GaussianBlur(scene, (0, 0), float(rng.choice([0.6, 0.8, 1.1, 1.5])) * width / 2000).astype(np.float32)
    if rng.random() < 0.15:
        shaken = np.zeros((5, 5), np.float32)
        cv2.line(shaken, (0, int(rng.integers(5))), (4, int(rng.integers(5))), 1.0)
        out = cv2.filter2D(out, -1, shaken / shaken.sum())
    out *= light
    grain = cv2.GaussianBlur(rng.standard_normal(out.shape, np.float32), (0, 0), 0.7) * float(rng.choice([3, 6, 12]))
    return np.clip(out + grain, 0, 255).astype(np.uint8)


SIZES = ((1500, 2000), (1875, 2500), (2250, 3000), (3000, 4000))


def any_sheet(rng: np.random.Generator, kind: str | None = None) -> tuple[Sheet, str]:
    """Any paper with anything on it, and its name."""
    kind = kind or str(rng.choice(["letter", "letter", "form", "statement", "smallprint", "receipt"]))
    sheet = KINDS[kind](rng)
    bgr, extra = sheet.bgr, "plain"
    if kind != "receipt":
        extra = str(rng.choice(["plain", "plain", "plain", "stamp", "logo", "marker", "pen", "pencil", "picture"]))
        tint = str(rng.choice(["white", "white", "white", "recycled", "yellow", "pink", "green", "blue"]))
        bgr = cv2.multiply(bgr, np.full_like(bgr, PAPERS[tint]), scale=1 / 255)
        extra = extra if tint in ("white", "recycled") else f"{tint}-{extra}"
        if "stamp" in extra:
            stamp(bgr, rng, (150, 60, 40) if rng.random() < 0.6 else (50, 40, 190))
        elif "logo" in extra:
            logo(bgr, rng)
        elif "marker" in extra:
            marker(bgr, rng)
        elif "pencil" in extra:
            scrawl(bgr, rng, (150, 150, 150), 4)
        elif "pen" in extra:
            scrawl(bgr, rng, (170, 60, 30), 7)
        elif "picture" in extra:
            picture(bgr, rng)
    return Sheet(bgr, sheet.text), f"{kind}-{extra}"


def any_shot(seed: int) -> Shot:
    """Any paper, photographed with any phone in any light."""
    rng = np.random.default_rng(seed + 7000)
    sheet, kind = any_sheet(rng)
    bgr = crumpled(sheet.bgr, rng, float(rng.uniform(0.1, 0.35))) if rng.random() < 0.3 else sheet.bgr
    size = SIZES[int(rng.choice(len(SIZES), p=(0.25, 0.35, 0.25, 0.15)))]
    corners = draw._pose(rng, bgr.shape[1::-1], size, float(rng.uniform(0.8, 0.98)), 18, rng.uniform(-8, 8), 0.02)
    scene = draw.table(seed + 1, size)
    draw._drop_shadow(rng, scene, corners)
    draw._paste(scene, bgr, corners)
    return Shot(draw.jpeg(lit(scene, rng), int(rng.choice([75, 85, 92]))), corners, sheet.text, kind)
