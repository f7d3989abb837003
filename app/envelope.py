"""The window of an envelope on a letter, by DIN 5008, form B: who writes, and below it to whom.

Imported where a letter is drawn: fpdf takes a third of a second to load.
"""

from __future__ import annotations

from typing import cast

from fpdf import FPDF
from fpdf.enums import MethodReturnValue

from app.receipt_pdf import GREY, INK

# mm from the left and the top: the field is 85 x 45, begins at 20 and 45, and keeps 5 free at both sides. Its upper
# part is the sender's, the lower 27.3 the recipient's: six lines.
LEFT, WIDTH, SENDER, RECIPIENT = 25.0, 75.0, 57.0, 63.0
LINE, MOST_LINES = 4.5, 6
SIZE = 11.0  # pt


def draw(paper: FPDF, sender: str, name: str, street: str, place: str) -> None:
    """The sender in small print and the recipient in the font "Fira" of `paper`; without an address the name alone.

    A name is cut before the address is: a letter finds its way without somebody's third given name.
    """
    margin, paper.c_margin = paper.c_margin, 0
    paper.set_font("Fira", "", 7)
    paper.set_text_color(*GREY)
    paper.set_xy(LEFT, SENDER)
    paper.cell(WIDTH, 4, _lines(paper, sender)[0])
    paper.set_font("Fira", "", SIZE)
    paper.set_text_color(*INK)
    address = [*_lines(paper, street)[:2], *_lines(paper, place)[:2]]
    for n, line in enumerate([*_lines(paper, name)[: MOST_LINES - len(address)], *address]):
        paper.set_xy(LEFT, RECIPIENT + n * LINE)
        paper.cell(WIDTH, LINE, line)
    paper.c_margin = margin


def _lines(paper: FPDF, said: str) -> list[str]:
    """As it breaks in the window."""
    if not said:
        return []
    lines = paper.multi_cell(WIDTH, LINE, said, align="L", dry_run=True, output=MethodReturnValue.LINES)
    return cast("list[str]", lines)
