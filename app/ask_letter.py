"""An ask as a letter on A4: for who reads no app, and with a code that opens the exact ask on any phone.

It fits a window envelope (DIN 5008, form B). It is German, and below each part says the same in the person's language.
Imported where one is drawn, as `receipt_pdf` is.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import groupby

import segno
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from app import envelope
from app.asks import GIVEN
from app.office import ZONE, Office
from app.receipt_pdf import FONTS, GREY, INK, RULE
from app.store.database import Row
from app.words import LANGUAGES, text

LEFT, RIGHT, TOP, BOTTOM = 25.0, 20.0, 20.0, 22.0  # mm
# DIN 5008, form B, mm from the top: the facts on the right, the subject, the folds. The window is `envelope`'s.
FACTS, SUBJECT, FOLDS = 50.0, 100.0, (105.0, 148.5, 210.0)
QR = 40.0  # mm


def draw(office: Office, origin: str, ask: Row) -> bytes:
    """The letter of an ask of which `asks.find` told how it stands; the same state gives the same bytes.

    origin  where people find us, without a slash at its end
    """
    language = ask["person_language"] if ask["person_language"] in LANGUAGES else "de"
    letter = _Letter(office, ask, ["de", *({language} - {"de"})])
    letter.head()
    letter.say("letter.subject", day=ask["due"], bold=True)
    letter.say("letter.greeting", name=ask["person_name"])
    letter.texts(ask["reason"])
    letter.papers([paper for paper in ask["papers"] if paper["state"] != "waived"])
    letter.say("letter.until", day=ask["due"], bold=True)
    letter.texts(ask["basis"])
    letter.way(f"{origin}/#/a/{ask['id']}", origin.partition("://")[2])
    letter.farewell()
    return letter.bytes()


def _written(ask: Row) -> datetime:
    """When the letter got the date that it names: when it was asked, or when more time was given."""
    given = ask["wish_decided_at"] if ask["wish_outcome"] == "granted" else None
    return datetime.fromisoformat(given or ask["created_at"])


def day_in_words(language: str, day: date) -> str:
    """A day with its weekday, as one writes it."""
    weekday = text(language, "letter.weekdays").split()[day.weekday()]
    month = text(language, "letter.months").split()[day.month - 1]
    return text(language, "letter.day", weekday=weekday, day=day.day, month=month, year=day.year)


class _Letter(FPDF):
    """Each `say` is a paragraph in German, and below it in grey in the other language."""

    def __init__(self, office: Office, ask: Row, languages: list[str]) -> None:
        super().__init__(format="A4")
        self._office, self._ask, self._languages = office, ask, languages
        self.set_lang("de")
        self.set_title(text("de", "letter.title", number=ask["case_number"]))
        self.set_creation_date(_written(ask).astimezone(UTC))
        self.set_margins(LEFT, TOP, RIGHT)
        self.c_margin = 0  # words begin where lines and boxes do
        self.set_auto_page_break(True, BOTTOM)
        self.add_font("Fira", "", FONTS / "FiraSans-Regular.ttf")
        self.add_font("Fira", "B", FONTS / "FiraSans-SemiBold.ttf")
        self.alias_nb_pages()
        self.add_page()

    def footer(self) -> None:
        """The BG number and "page x of y" on each sheet."""
        self.set_y(-15)
        self._ink(GREY, 8)
        number = self._ask["case_number"]
        self.cell(0, 5, text("de", "receipt.footer", number=number, page=self.page_no(), pages="{nb}"))

    def head(self) -> None:
        """Who writes to whom, where a window envelope shows it, and the facts beside it."""
        self._ink(INK, 14, "B")
        self._line(self._office.name, 8)
        self.set_draw_color(*RULE)
        for fold in FOLDS:
            self.line(4, fold, 9 if fold == FOLDS[1] else 7, fold)
        ask = self._ask
        envelope.draw(self, self._office.name, ask["person_name"], ask["person_street"], ask["person_place"])
        self.set_y(FACTS)
        written = _written(self._ask).astimezone(ZONE).date()
        self._fact("letter.case", self._ask["case_number"])
        self._fact("letter.by", self._ask["maker_name"])
        self._fact("letter.date", day_in_words("de", written).partition(", ")[2])
        self.set_y(SUBJECT)

    def _fact(self, key: str, value: str) -> None:
        self.set_x(125)
        self._ink(GREY, 8)
        self.cell(0, 4, text("de", key), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_x(125)
        self._ink(INK, 10)
        self.multi_cell(0, 5, value, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(1.5)

    def say(self, key: str, day: str | None = None, bold: bool = False, **values: str) -> None:
        """A sentence of ours in each language; `day`, ISO, is written out in it."""
        said = {}
        for language in self._languages:
            words = {"day": day_in_words(language, date.fromisoformat(day))} if day else {}
            said[language] = text(language, key, **words, **values)
        self.texts(said, bold)

    def texts(self, said: dict[str, str], bold: bool = False) -> None:
        """A paragraph, in each language in which there is one."""
        there = [(language, said[language]) for language in self._languages if said.get(language)]
        for at, (_, words) in enumerate(there):
            self._ink(INK if at == 0 else GREY, 11.5 if bold and at == 0 else 10.5, "B" if bold else "")
            self._line(words, 5.2)
        if there:
            self.ln(3)

    def papers(self, papers: list[Row]) -> None:
        """A box to tick before each, its name and its note; what is at the office already says so."""
        for paper in papers:
            self._whole(functools.partial(self._paper, paper))
        self._rule()
        self.ln(4)

    def _whole(self, draw: Callable[[], None]) -> None:
        """Draw something that no end of a sheet may tear apart: on the next one, if it would."""
        with self.offset_rendering() as tried:
            draw()
        if tried.page_break_triggered:
            self.add_page()
        draw()

    def _paper(self, paper: Row) -> None:
        self._rule()
        self.ln(1.6)
        top, here = self.get_y(), paper["state"] in GIVEN
        self.set_draw_color(*INK)
        self.rect(LEFT, top + 0.9, 3.4, 3.4)
        if here:
            self.line(LEFT + 0.7, top + 2.7, LEFT + 1.5, top + 3.6)
            self.line(LEFT + 1.5, top + 3.6, LEFT + 2.8, top + 1.5)
        self.set_left_margin(LEFT + 7)
        for at, language in enumerate(self._languages):
            self.ln(1 if at else 0)
            self._ink(INK if at == 0 else GREY, 10.5, "B")
            self._line(self._office.kind_name(paper["kind"], language), 5.2)
            notes = (paper["note"].get(language), self._may_black_out(paper["kind"], language) if not here else "")
            self._ink(INK if at == 0 else GREY, 10)
            for note in (text(language, "letter.here") if here else "", *notes):
                if note:
                    self._line(note, 4.8)
        self.set_left_margin(LEFT)
        self.ln(1.6)

    def _may_black_out(self, kind: str, language: str) -> str:
        rule = next((known.get("blackout") for known in self._office.kinds if known["id"] == kind), None)
        return text(language, "letter.blackout", what=rule["may"].get(language) or rule["may"]["de"]) if rule else ""

    def way(self, link: str, address: str) -> None:
        """How to hand in: the code in a frame, and the steps beside it."""
        self._whole(functools.partial(self._way, link, address))
        self.ln(5)

    def _way(self, link: str, address: str) -> None:
        top = self.get_y()
        self._code(link, LEFT + 4, top + 4)
        self.set_left_margin(LEFT + QR + 9)
        self.set_right_margin(RIGHT + 4)
        self.set_y(top + 4)
        for at, language in enumerate(self._languages):
            self._ink(INK if at == 0 else GREY, 10.5, "B")
            self._line(text(language, "letter.way"), 5.2)
            self._ink(INK if at == 0 else GREY, 10)
            self._line(text(language, "letter.steps", address=address), 4.8)
            self.ln(1.5)
        self.set_left_margin(LEFT)
        self.set_right_margin(RIGHT)
        bottom = max(self.get_y() + 2, top + QR + 8)
        self.set_draw_color(*INK)
        self.rect(LEFT, top, 210 - LEFT - RIGHT, bottom - top)
        self.set_y(bottom)

    def _code(self, link: str, x: float, y: float) -> None:
        """A QR code as black bars, sharp at any size; the frame around it leaves the quiet zone free."""
        rows = [bytes(row) for row in segno.make(link, error="m", micro=False).matrix]
        side = QR / len(rows)
        self.set_fill_color(0, 0, 0)
        for down, row in enumerate(rows):
            across = 0
            for dark, run in groupby(row):
                width = len(list(run))
                if dark:
                    self.rect(x + across * side, y + down * side, width * side, side, style="F")
                across += width

    def farewell(self) -> None:
        """Who asks."""
        self._whole(self._farewell)

    def _farewell(self) -> None:
        self.say("letter.farewell")
        self.texts({"de": f"{self._ask['maker_name']}, {self._office.name}"})

    def bytes(self) -> bytes:
        out = io.BytesIO()
        self.output(out)
        return out.getvalue()

    def _line(self, said: str, height: float) -> None:
        self.multi_cell(0, height, said, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _ink(self, colour: tuple[int, int, int], size: float, style: str = "") -> None:
        self.set_font("Fira", style, size)
        self.set_text_color(*colour)

    def _rule(self) -> None:
        self.set_draw_color(*RULE)
        self.line(LEFT, self.get_y(), 210 - RIGHT, self.get_y())
