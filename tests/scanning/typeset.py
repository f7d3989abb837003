"""Sets papers in real type: letters, capitals, tables of numbers, forms, receipts. Same seed, same paper.

draw.py writes with OpenCV's line letters, which is enough to find a page. How well one reads needs type.
"""

import functools
import itertools
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont

FIRA = Path(__file__).parents[2] / "app" / "fonts" / "FiraSans-Regular.ttf"  # is always there
SYSTEM = Path("/usr/share/fonts/truetype")
MM = 25.4

GERMAN = """
Sehr geehrte Damen und Herren, hiermit bestätigen wir den Eingang Ihres Antrags auf Leistungen zur Sicherung des
Lebensunterhalts. Bitte reichen Sie die folgenden Unterlagen bis zum Ende des Monats nach. Die Miete beträgt
einschließlich der Nebenkosten und der Heizung vierhundertachtzig Euro. Das Mietverhältnis beginnt am ersten März
und läuft auf unbestimmte Zeit. Der Mieter verpflichtet sich, die Wohnung pfleglich zu behandeln und Schäden
unverzüglich anzuzeigen. Über den Bescheid können Sie innerhalb eines Monats nach seiner Bekanntgabe Widerspruch
einlegen. Der Widerspruch ist schriftlich oder zur Niederschrift bei der genannten Stelle einzureichen. Änderungen
in Ihren Verhältnissen müssen Sie uns sofort mitteilen, insbesondere Umzug, Arbeitsaufnahme, Krankheit und Einkommen
jeder Art. Für Rückfragen stehen wir Ihnen gern zur Verfügung. Der Lohn wird am letzten Werktag des Monats auf das
angegebene Konto überwiesen. Die Probezeit beträgt sechs Monate. Während dieser Zeit kann das Arbeitsverhältnis mit
einer Frist von zwei Wochen gekündigt werden. Mit freundlichen Grüßen
""".split()
ENGLISH = """
Dear Sir or Madam, thank you for your application, which we received last week. Please send us the missing documents
before the end of this month so that we can decide without delay. The tenant agrees to pay the rent in advance on or
before the third working day of every month. Heating and running costs are charged separately and settled once a
year. You may object to this decision within one month of receiving it, in writing or in person at the office named
above. Any change in your household, your income or your address must be reported at once. The employer pays the
wages on the last day of the month to the account given below. During the trial period either side may end the
contract with two weeks notice. If you have any questions, our staff will gladly help you by telephone between nine
and twelve. Yours faithfully
""".split()
RUSSIAN = """
Уважаемые господа, настоящим подтверждаем получение вашего заявления на оказание помощи. Просим представить
недостающие документы до конца месяца. Арендная плата вместе с отоплением составляет четыреста восемьдесят евро в
месяц. Об изменениях обстоятельств необходимо сообщать незамедлительно, особенно о переезде, начале работы и любых
доходах.
""".split()
GREEK = """
Αξιότιμοι κύριοι, σας βεβαιώνουμε ότι λάβαμε την αίτησή σας για την παροχή βοήθειας. Παρακαλούμε να μας στείλετε τα
έγγραφα που λείπουν μέχρι το τέλος του μήνα. Το ενοίκιο μαζί με τη θέρμανση είναι τετρακόσια ογδόντα ευρώ τον μήνα.
""".split()
ARABIC = """
السادة المحترمون نؤكد لكم استلام طلبكم للحصول على المساعدة ونرجو منكم إرسال الوثائق الناقصة قبل نهاية الشهر ويبلغ
الإيجار مع التدفئة أربعمائة وثمانين يورو في الشهر ويجب الإبلاغ عن أي تغيير في الدخل أو العنوان فورا
""".split()
TEXTS = {"de": GERMAN, "en": ENGLISH, "ru": RUSSIAN, "el": GREEK, "ar": ARABIC}
KINDS = ("letter", "capitals", "numbers", "form", "receipt", "sparse", "small")


class Paper(NamedTuple):
    """A drawn paper: bgr (H, W, 3) uint8, its size in mm (width, height), and the words on it in order."""

    bgr: np.ndarray
    mm: tuple[float, float]
    words: list[str]


class _Pen:
    """Writes on a paper in mm; remembers the words."""

    def __init__(self, mm: tuple[float, float], dpi: float, font: str, ink: int) -> None:
        self.mm, self.scale, self.font, self.ink = mm, dpi / MM, font, ink
        self.image = Image.new("L", (round(mm[0] * self.scale), round(mm[1] * self.scale)), 255)
        self.draw = ImageDraw.Draw(self.image)
        self.words: list[str] = []

    def type(self, high: float) -> ImageFont.FreeTypeFont:
        return _type(self.font, max(4, round(high * self.scale)))

    def wide(self, text: str, high: float) -> float:
        px = max(4, round(high * self.scale))
        return (sum(_length(self.font, px, word) + _length(self.font, px, " ") for word in text.split())) / self.scale

    def write(self, x: float, y: float, text: str, high: float, right: bool = False) -> None:
        """One line of type, `high` mm to the em, its baseline at y; `right`: ends at x."""
        anchor = "rs" if right else "ls"
        self.draw.text((x * self.scale, y * self.scale), text, self.ink, self.type(high), anchor=anchor)
        self.words += text.split()

    def line(self, *points: float, wide: float = 0.25) -> None:
        self.draw.line([p * self.scale for p in points], self.ink, max(1, round(wide * self.scale)))

    def box(self, x: float, y: float, width: float, height: float) -> None:
        for ends in ((x, y, x + width, y), (x, y + height, x + width, y + height)):
            self.line(*ends)
        for ends in ((x, y, x, y + height), (x + width, y, x + width, y + height)):
            self.line(*ends)

    def done(self) -> Paper:
        grey = np.asarray(self.image)
        tint = np.array([248, 250, 251], np.float32) / 255
        return Paper((grey[..., None] * tint).round().astype(np.uint8), self.mm, self.words)


@functools.cache
def _type(font: str, px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font, px)


@functools.cache
def _length(font: str, px: int, word: str) -> float:
    return _type(font, px).getlength(word)


def fonts() -> list[str]:
    """The free text fonts of this machine, Fira Sans first."""
    keep = ("LiberationS", "LiberationMono", "DejaVuSans", "DejaVuSerif")
    found = sorted(str(file) for file in SYSTEM.glob("*/*.ttf") if file.name.startswith(keep))
    return [str(FIRA), *(name for name in found if "ExtraLight" not in name)]


def paper(
    kind: str = "letter", seed: int = 1, *, font: str = str(FIRA), language: str = "de", high: float = 4.0,
    dpi: float = 200.0, mm: tuple[float, float] = (210.0, 297.0),
) -> Paper:  # fmt: skip
    """Set one paper.

    kind    one of KINDS
    high    mm to the em: 3.9 is 11 point, whose small letters are about 2 mm high
    """
    rng = np.random.default_rng(seed)
    if kind == "receipt":
        mm = (80.0, float(rng.uniform(150, 320)))
    pen = _Pen(mm, dpi, font, int(rng.integers(10, 70)))
    {
        "letter": _letter, "capitals": _capitals, "numbers": _numbers, "form": _form, "receipt": _receipt,
        "sparse": _sparse, "small": _small,
    }[kind](pen, rng, TEXTS[language], high)  # fmt: skip
    return pen.done()


def _run(pen, rng, text, x, right, y, bottom, high, upper=False, most=999, justify=False) -> float:
    """Running text from y down to `bottom` or for `most` lines, a paragraph now and then; returns where it ended."""
    at, left_over, lead = int(rng.integers(len(text))), int(rng.integers(25, 70)), high * float(rng.uniform(1.2, 1.5))
    lines, line = 0, []
    while y < bottom and lines < most:
        word = text[at % len(text)].upper() if upper else text[at % len(text)]
        if pen.wide(" ".join([*line, word]), high) > right - x:
            _set(pen, line, x, right, y, high, justify)
            y, lines, line = y + lead, lines + 1, []
            continue
        line, at, left_over = [*line, word], at + 1, left_over - 1
        if left_over <= 0:
            pen.write(x, y, " ".join(line), high)
            y, lines, line, left_over = y + 1.8 * lead, lines + 1, [], int(rng.integers(25, 70))
    return y


def _set(pen, line, x, right, y, high, justify) -> None:
    if not justify or len(line) < 3:
        pen.write(x, y, " ".join(line), high)
        return
    gap = (right - x - sum(pen.wide(word, high) for word in line)) / (len(line) - 1)
    for word in line:
        pen.write(x, y, word, high)
        x += pen.wide(word, high) + gap


def _letter(pen, rng, text, high) -> None:
    width, height = pen.mm
    x, right = 0.11 * width, 0.9 * width
    y = _run(pen, rng, text, x, 0.45 * width, 0.14 * height, 0.3 * height, high, most=4)
    pen.write(right, y + high, f"{rng.integers(1, 28)}. November 2026", high, right=True)
    y = _run(pen, rng, text, x, right, y + 5 * high, height, 1.15 * high, most=1)
    y = _run(pen, rng, text, x, right, y + high, rng.uniform(0.55, 0.9) * height, high, justify=rng.random() < 0.4)
    if rng.random() < 0.3 and y < 0.75 * height:
        _table(pen, rng, x, right, y + high, y + 10 * high, high)


def _capitals(pen, rng, text, high) -> None:
    width, height = pen.mm
    _run(pen, rng, text, 0.1 * width, 0.9 * width, 0.12 * height, 0.85 * height, high, upper=True)


def _small(pen, rng, text, high) -> None:
    """Two columns of small print."""
    width, height = pen.mm
    for x in (0.07, 0.52):
        _run(pen, rng, text, x * width, (x + 0.41) * width, 0.08 * height, 0.93 * height, 0.62 * high, justify=True)


def _sparse(pen, rng, text, high) -> None:
    width, height = pen.mm
    y = float(rng.uniform(0.15, 0.3)) * height
    y = _run(pen, rng, text, 0.12 * width, 0.8 * width, y, height, high, most=int(rng.integers(2, 4)))
    pen.write(0.12 * width, y + 6 * high, f"Miete {rng.integers(300, 800)},00 Euro", high)


def _table(pen, rng, x, right, y, bottom, high, words=True, ruled=True) -> None:
    columns = int(rng.integers(3, 6))
    edges = np.linspace(x, right, columns + 1)
    lead = 1.6 * high
    while y + lead < bottom:
        if ruled:
            pen.line(x, y, right, y)
        for k in range(columns):
            if k == 0 and words:
                pen.write(edges[0] + 1, y + 1.15 * high, str(rng.choice(["Miete", "Strom", "Lohn", "Heizung"])), high)
            else:
                pen.write(edges[k + 1] - 1, y + 1.15 * high, _amount(rng), high, right=True)
        y += lead
    if ruled:
        pen.line(x, y, right, y)


def _some(rng, text, most) -> str:
    at = int(rng.integers(len(text) - most))
    return " ".join(text[at : at + most])


def _amount(rng) -> str:
    if rng.random() < 0.3:
        return f"{rng.integers(1, 29):02}.{rng.integers(1, 13):02}.2026"
    return f"{rng.integers(1, 3)}.{rng.integers(100, 1000)},{rng.integers(100):02}" if rng.random() < 0.3 else (
        f"{rng.integers(1, 1000)},{rng.integers(100):02}")  # fmt: skip


def _numbers(pen, rng, text, high) -> None:
    """A statement: a line of head, then rows of numbers."""
    width, height = pen.mm
    y = 0.1 * height
    if rng.random() < 0.5:
        y = _run(pen, rng, text, 0.1 * width, 0.9 * width, y, height, high, most=1) + high
    ruled = bool(rng.random() < 0.5)
    _table(pen, rng, 0.08 * width, 0.92 * width, y, 0.9 * height, high, words=rng.random() < 0.3, ruled=ruled)


def _form(pen, rng, text, high) -> None:
    """Fields with small labels, some filled in, boxes to tick."""
    width, height = pen.mm
    y = _run(pen, rng, text, 0.08 * width, 0.92 * width, 0.1 * height, height, 1.3 * high, most=1)
    deep = 2.9 * high
    while y + deep < 0.92 * height:
        columns = int(rng.integers(1, 4))
        edges = np.linspace(0.08 * width, 0.92 * width, columns + 1)
        for left, right in itertools.pairwise(edges):
            pen.box(left, y, right - left, deep)
            label = _some(rng, text, 3)
            if pen.wide(label, 0.6 * high) < right - left - 2:
                pen.write(left + 1, y + 0.8 * high, label, 0.6 * high)
            if rng.random() < 0.6:
                entry = text[int(rng.integers(len(text)))] if rng.random() < 0.6 else _amount(rng)
                pen.write(left + 2, y + 2.3 * high, entry, high)
        y += deep + (high if rng.random() < 0.3 else 0)
        if rng.random() < 0.4 and y + 3 * high < 0.9 * height:
            for _ in range(2):
                pen.box(0.08 * width, y + 0.4 * high, 0.8 * high, 0.8 * high)
                pen.write(0.08 * width + 1.6 * high, y + 1.15 * high, _some(rng, text, 5), high)
                y += 1.6 * high
            y += high


def _receipt(pen, rng, text, high) -> None:
    width, height = pen.mm
    high = min(high, 3.6)
    y = _run(pen, rng, text, 0.2 * width, 0.85 * width, 15.0, height, high, upper=True, most=3)
    while y + 4 * high < 0.93 * height:
        name = _some(rng, text, 2)[:18]
        pen.write(0.06 * width, y, name.upper() if rng.random() < 0.5 else name, high)
        pen.write(0.94 * width, y, _amount(rng)[:7], high, right=True)
        y += 1.35 * high
    pen.line(0.06 * width, y - high, 0.94 * width, y - high)
    pen.write(0.06 * width, y + high, "SUMME EUR", 1.2 * high)
    pen.write(0.94 * width, y + high, _amount(rng)[:7], 1.2 * high, right=True)
