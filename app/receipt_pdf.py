"""The receipt on A4, to be read at a counter and kept without e-mail.

Imported where one is drawn: fpdf takes a third of a second to load, which no start should wait for.
"""

from __future__ import annotations

import io
import logging
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from app import receipts
from app.office import Office
from app.store import Store, cases, pages, people
from app.store.database import Row
from app.words import text

logging.getLogger("fontTools").setLevel(logging.ERROR)  # it finds fault with every cut of the font

FONTS = Path(__file__).with_name("fonts")
ZONE = ZoneInfo("Europe/Berlin")
INK, GREY, RULE = (19, 21, 37), (81, 87, 122), (192, 195, 213)


def draw(store: Store, office: Office, submission: Row, language: str) -> bytes:
    """The receipt of a submission that has arrived, as a PDF in a language."""
    receipt = receipts.as_json(store, submission)
    assert receipt is not None, "a receipt exists once the submission has arrived"
    paper = _Paper(receipt["number"], language)
    paper.heading(text(language, "receipt.title"), text(language, "receipt.lead", office=office.name))
    paper.big(text(language, "receipt.number"), receipt["number"])
    for label, value in _facts(store, office, submission, language):
        paper.fact(label, value)
    paper.section(text(language, "receipt.pages"))
    for n, page in enumerate(pages.all_of(store.db, submission["id"]), 1):
        kind = text(language, "receipt.pdf" if page["type"] == "application/pdf" else "receipt.photo")
        size = text(language, "receipt.size", size=f"{page['size']:,}".replace(",", "\u00a0"))
        paper.page_line(f"{text(language, 'receipt.page', n=n)} · {kind} · {size}", page["sha256"])
    paper.section(text(language, "receipt.seal"))
    paper.hash(receipt["seal"])
    paper.small(text(language, "receipt.says"))
    return paper.bytes()


def _facts(store: Store, office: Office, submission: Row, language: str) -> list[tuple[str, str]]:
    person = people.get(store.db, submission["owner"])
    case = cases.get(store.db, submission["case"])
    facts = [
        ("receipt.arrived", local_time(submission["received_at"], language)),
        ("receipt.captured", local_time(submission["captured_at"], language)),
        ("receipt.person", person["name"] if person else ""),
        ("receipt.case", case["number"] if case else ""),
        ("receipt.kind", office.kind_name(submission["kind"], language)),
        ("receipt.count", str(len(pages.all_of(store.db, submission["id"])))),
        ("receipt.note", submission["note"] or ""),
    ]
    return [(text(language, key), value) for key, value in facts if value]


def local_time(at: str | None, language: str) -> str:
    """An ISO 8601 time as read on a clock in Germany; empty for none, and for what is no time."""
    try:
        moment = datetime.fromisoformat((at or "").replace("Z", "+00:00")).astimezone(ZONE)
    except (ValueError, OverflowError):
        return ""
    return text(language, "receipt.zone", date=moment.strftime("%d.%m.%Y"), time=moment.strftime("%H:%M"))


class _Paper(FPDF):
    """An A4 sheet in the office's type, 20 mm left and 17 mm right."""

    def __init__(self, number: str, language: str) -> None:
        super().__init__(format="A4")
        self._number, self._language = number, language
        self.set_lang(language)
        self.set_title(f"{text(language, 'receipt.title')} {number}")
        self.set_margins(20, 20, 17)
        self.set_auto_page_break(True, 22)
        self.add_font("Fira", "", FONTS / "FiraSans-Regular.ttf")
        self.add_font("Fira", "B", FONTS / "FiraSans-SemiBold.ttf")
        self.alias_nb_pages()
        self.add_page()

    def footer(self) -> None:
        """The number and "page x of y" on each sheet."""
        self.set_y(-15)
        self._ink(GREY, 8)
        said = text(self._language, "receipt.footer", number=self._number, page=self.page_no(), pages="{nb}")
        self.cell(0, 5, said)

    def heading(self, title: str, lead: str) -> None:
        self._ink(INK, 20, "B")
        self._line(title, 10)
        self._ink(INK, 11)
        self._line(lead, 7)
        self.ln(4)

    def big(self, label: str, value: str) -> None:
        self._ink(GREY, 9)
        self._line(label, 5)
        self._ink(INK, 26, "B")
        self._line(value, 13)
        self.ln(2)

    def fact(self, label: str, value: str) -> None:
        self._rule()
        self._ink(GREY, 9.5)
        self.cell(62, 7, label)
        self._ink(INK, 9.5, "B")
        self.multi_cell(0, 7, value, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def section(self, title: str) -> None:
        self._rule()
        self.ln(4)
        self._ink(INK, 11, "B")
        self._line(title, 8)

    def page_line(self, said: str, sha256: str) -> None:
        self._ink(INK, 9.5)
        self._line(said, 6)
        self.hash(sha256)

    def hash(self, sha256: str) -> None:
        """In groups of eight, so that two people can compare it aloud."""
        self._ink(GREY, 8)
        self._line(" ".join(sha256[i : i + 8] for i in range(0, len(sha256), 8)), 5)

    def small(self, said: str) -> None:
        self.ln(4)
        self._ink(INK, 9.5)
        self.multi_cell(0, 5.5, said, align="L")

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
        self.line(20, self.get_y(), 193, self.get_y())
