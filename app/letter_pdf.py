"""Activation letters on A4, for a window envelope: ID, one-time code, and a QR code that holds the ID alone.

Imported where one is drawn: fpdf takes a third of a second to load, which no start should wait for.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from urllib.parse import urlsplit

import segno
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from app import envelope
from app.accounts import Code
from app.office import Office, local
from app.receipt_pdf import FONTS, GREY, INK, RULE
from app.store.database import Row
from app.words import LANGUAGES, text

LEFT, RIGHT, WIDTH = 24, 193, 169  # mm; fpdf begins a text one further, where the address does
QR_SIDE = 45  # mm
STEPS = ("scan", "pin", "send")


def address_of(origin: str, login: str) -> str:
    """Where the QR code leads. What follows the # never leaves the phone, so no server's log has it."""
    return f"{origin}/#/signin/{login}"


def draw(office: Office, origin: str, letters: Iterable[tuple[Row, Code]], at: str) -> bytes:
    """The letters of (person, code), each in German and, on a second page, in the person's language if it is another.

    origin  the address at which people reach us, with https://
    at      the day of the letters, UTC, ISO 8601
    """
    paper = _Letters(office, origin, at)
    for person, code in letters:
        other = person["language"]
        for language in ("de", *((other,) if other != "de" and other in LANGUAGES else ())):
            paper.letter(person, code, language, other)
    out = io.BytesIO()
    paper.output(out)
    return out.getvalue()


class _Letters(FPDF):
    """A4 sheets in the office's type, 25 mm left and 17 mm right."""

    def __init__(self, office: Office, origin: str, at: str) -> None:
        super().__init__(format="A4")
        self._office, self._origin, self._at = office, origin, at
        self._language, self._name = "de", ""
        self.set_lang("de")
        self.set_title(text("de", "letter.title"))
        self.set_margins(LEFT, 20, 17)
        self.set_auto_page_break(False)
        self.add_font("Fira", "", FONTS / "FiraSans-Regular.ttf")
        self.add_font("Fira", "B", FONTS / "FiraSans-SemiBold.ttf")

    def letter(self, person: Row, code: Code, language: str, other: str) -> None:
        """One page."""
        self.add_page()  # it ends the page before, whose foot is still to be written
        self._language, self._name = language, person["name"]
        self._head()
        self._envelope(person)
        self._ink(INK, 19, "B")
        self.set_xy(LEFT, 93)
        self._line(self._text("letter.title"), 9)
        self._ink(INK, 11.5)
        self.ln(1)
        self._line(self._text("letter.lead", name=person["name"], office=self._office.name), 6)
        self._key(code)
        self._steps()
        self._advice(other)

    def footer(self) -> None:
        """Whose letter it is, so that many can be sorted."""
        self.set_y(-14)
        self._ink(GREY, 8.5)
        self.set_draw_color(*RULE)
        self.line(LEFT, 281, RIGHT, 281)
        self.cell(0, 5, self._text("letter.footer", name=self._name))

    def _text(self, key: str, **values: str) -> str:
        return text(self._language, key, **values)

    def _head(self) -> None:
        self.set_xy(LEFT, 14)
        if self._office.logo:
            self.image(io.BytesIO(self._office.logo), x=RIGHT - 60, y=12, w=60, h=18, keep_aspect_ratio=True)
        self._ink(INK, 14, "B")
        self.multi_cell(105, 6.5, self._office.name, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self._ink(GREY, 10)
        self.cell(105, 6, self._office.benefit_name(self._language), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_draw_color(*RULE)
        for fold in (105, 148.5, 210):  # DIN 5008: two folds, and the middle for the punch
            self.line(4, fold, 8 if fold == 148.5 else 9, fold)

    def _envelope(self, person: Row) -> None:
        """The window: name and address; without one there is room for what the office writes or prints on it."""
        envelope.draw(self, self._office.name, person["name"], person["street"], person["place"])
        for n, (label, value) in enumerate(self._facts(person)):
            self.set_xy(140, 50 + n * 11)
            self._ink(GREY, 9.5)
            self.cell(53, 4.5, label)
            self.set_xy(140, 54.5 + n * 11)
            self._ink(INK, 10.5)
            self.cell(53, 5, value)

    def _facts(self, person: Row) -> list[tuple[str, str]]:
        today = f"{local(self._at):%d.%m.%Y}"
        facts = [("letter.case", person["case_number"] or ""), ("letter.date", today)]
        return [(self._text(key), value) for key, value in facts if value]

    def _key(self, code: Code) -> None:
        """The box with what opens the door."""
        top = self.get_y() + 4
        self.set_draw_color(*INK)
        self.set_line_width(0.6)
        self.rect(LEFT, top, WIDTH, QR_SIDE + 12)
        self.set_line_width(0.2)
        self._qr(address_of(self._origin, code.login), LEFT + 6, top + 6)
        until = f"{local(code.until):%d.%m.%Y}"
        said = {self._text("letter.id"): code.login, self._text("letter.code", until=until): code.code}
        x, y = LEFT + QR_SIDE + 14, top + 6
        for label, value in said.items():
            self.set_xy(x, y)
            self._ink(GREY, 10)
            self.cell(0, 5, label)
            self.set_xy(x, y + 5.5)
            self._ink(INK, 24, "B")
            self.cell(0, 10, _spaced(value))
            y += 18
        self.set_xy(x, top + QR_SIDE - 1)
        self._ink(INK, 10)
        where = urlsplit(self._origin).netloc or self._origin
        self.multi_cell(RIGHT - x - 3, 5, self._text("letter.by_hand", address=where), align="L")
        self.set_xy(LEFT, top + QR_SIDE + 12)

    def _qr(self, said: str, x: float, y: float) -> None:
        """The code as squares of black, sharp at any size; its quiet zone is the white of the box."""
        rows = [list(row) for row in segno.make(said, error="m", micro=False).matrix]
        side = QR_SIDE / len(rows)
        self.set_fill_color(*INK)
        for n, row in enumerate(rows):
            for start, end in _runs(row):
                self.rect(x + start * side, y + n * side, (end - start) * side, side + 0.02, "F")

    def _steps(self) -> None:
        top, width = self.get_y() + 6, (WIDTH - 12) / 3
        for n, step in enumerate(STEPS):
            x = LEFT + n * (width + 6)
            self.set_draw_color(*INK)
            self.set_line_width(0.5)
            self.line(x, top, x + width, top)
            self.set_xy(x, top + 2)
            self._ink(INK, 18, "B")
            self.cell(8, 10, str(n + 1))
            self.set_xy(x, top + 12)
            self._ink(INK, 11.5, "B")
            self.multi_cell(width, 5.5, self._text(f"letter.{step}"), align="L")
            self.set_xy(x, self.get_y() + 1)
            self._ink(INK, 10.5)
            self.multi_cell(width, 5.2, self._text(f"letter.{step}_how"), align="L")
        self.set_line_width(0.2)
        self.set_xy(LEFT, top + 44)

    def _advice(self, other: str) -> None:
        former = ", ".join(self._office.former)
        benefit = self._office.benefit_name(self._language)
        what = "letter.what_how" if former else "letter.what_short"
        said = [
            ("letter.protect", self._text("letter.protect_how")),
            ("letter.free", self._text("letter.free_how")),
            ("letter.what", self._text(what, benefit=benefit, former=former)),
        ]
        for key, how in said:
            self._ink(INK, 10.5, "B")
            self.write(5.4, f"{self._text(key)} ")
            self._ink(INK, 10.5)
            self.write(5.4, how)
            self.ln(8)
        if other != "de" and self._language == "de" and other in LANGUAGES:
            self._ink(INK, 10.5, "B")
            self.write(5.4, text(other, "letter.other_page"))

    def _line(self, said: str, height: float) -> None:
        self.multi_cell(0, height, said, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _ink(self, colour: tuple[int, int, int], size: float, style: str = "") -> None:
        self.set_font("Fira", style, size)
        self.set_text_color(*colour)


def _spaced(said: str) -> str:
    """In groups of four, so that it can be read and typed."""
    return " ".join(said[n : n + 4] for n in range(0, len(said), 4))


def _runs(row: list[int]) -> Iterable[tuple[int, int]]:
    """(start, end) of each run of dark squares."""
    start = None
    for n, dark in enumerate([*row, 0]):
        if dark and start is None:
            start = n
        elif not dark and start is not None:
            yield start, n
            start = None
