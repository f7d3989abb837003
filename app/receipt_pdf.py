"""The receipt on A4, as PDF/A-2b: to be read at a counter, kept without e-mail, and checked by anybody.

German first, and the person's own language beside it. The first issue is drawn from what arrived and waits for nothing;
once the document is made, the next has pictures of the pages and the document's SHA-256. The same state gives the same
bytes.

Imported where one is drawn: fpdf takes a third of a second to load, which no start should wait for.
"""

from __future__ import annotations

import io
import json
import logging
from datetime import datetime
from html import escape
from pathlib import Path

import segno
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from PIL import Image

from app import receipts
from app.errors import NotFound
from app.office import Office, local
from app.store import Store, documents, pages, people
from app.store.database import Row
from app.words import LANGUAGES, text

logging.getLogger("fontTools").setLevel(logging.ERROR)  # it finds fault with every cut of the font

FONTS = Path(__file__).with_name("fonts")
INK, GREY, RULE, PALE = (19, 21, 37), (81, 87, 122), (192, 195, 213), (142, 147, 177)
LEFT, RIGHT, BOTTOM = 20, 193, 275  # mm on A4
WIDE = RIGHT - LEFT
QR = 42  # mm, with its quiet zone: modules of half a millimetre, which a copier does not close
DOUBTFUL = b"\r\nendstream"  # whether the stream ends in \r is anybody's guess: see scanning/ending.py
# What PDF/A wants said about the file, without the time at which it happens to be drawn.
XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<rdf:Description rdf:about="" xmp:CreatorTool="Belegbote" xmp:CreateDate="{at}" pdf:Producer="Belegbote">
<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


def draw(store: Store, office: Office, submission: Row, language: str, address: str) -> bytes:
    """The receipt of a submission that has arrived, as a PDF. `address` is where people reach this Belegbote."""
    receipt = receipts.of(store, submission)
    assert receipt is not None, "a receipt exists once the submission has arrived"
    made = receipts.documents_of(store, receipt["number"])
    paper = _Paper(receipt, made[-1]["made_at"] if made else receipt["arrived_at"], language)
    paper.head()
    pictures = _pictures(store, receipt) if made else []
    issue = "1" if not made else "2" if pictures else "gone"
    paper.facts(_facts(store, office, submission, receipt, (len(made) + 1, issue), paper))
    paper.pictures(pictures)
    paper.sums(_kinds(store, submission, receipt), made[-1] if made else None)
    paper.check(address)
    paper.says()
    paper.signed(made[-1] if made else None)
    return paper.bytes()


Fact = tuple[str, str, str, str]


def _facts(
    store: Store, office: Office, submission: Row, receipt: Row, issue: tuple[int, str], paper: _Paper
) -> list[Fact]:
    """Each is (label, what in bold, what below it, the same in the person's own language).

    `issue` is (its number, what is to be said of it).
    """
    person, about = people.get(store.db, submission["owner"]), receipt["about"] or {"case": "", "kind": ""}
    months = [f"{month[5:7]}/{month[:4]}" for month in json.loads(submission["months"])]
    own_kind = office.kind_name(submission["kind"], paper.languages[-1]) if len(paper.languages) > 1 else ""
    case, issue_said = paper.said("receipt.case", number=about["case"]), f"receipt.issue_{issue[1]}"
    facts: list[Fact] = [
        (paper.both("receipt.person"), person["name"] if person else "", case if about["case"] else "", ""),
        (paper.both("receipt.kind"), about["kind"], ", ".join(months), own_kind),
        (paper.said("receipt.issue", n=issue[0]), "", paper.said(issue_said), paper.own(issue_said)),
    ]
    for key, at, counts in (
        ("receipt.arrived", receipt["arrived_at"], "receipt.counts"),
        ("receipt.captured", submission["captured_at"], "receipt.counts_not"),
    ):
        if when := paper.moment(at):
            bold = when if counts == "receipt.counts" else ""
            below = paper.said(counts) if bold else f"{when}\n{paper.said(counts)}"
            facts.append((paper.both(key), bold, below, paper.own(counts)))
    if submission["note"]:
        facts.append((paper.both("receipt.note"), "", submission["note"], ""))
    return facts


def _kinds(store: Store, submission: Row, receipt: Row) -> list[str]:
    """What each page was sent as; empty when its row is not here any more."""
    types = {page["id"]: page["type"] for page in pages.all_of(store.db, submission["id"])}
    words = {"application/pdf": text("de", "receipt.pdf"), None: ""}
    return [words.get(types.get(page["id"]), text("de", "receipt.photo")) for page in receipt["pages"]]


def _pictures(store: Store, receipt: Row) -> list[tuple[int, int, Path]]:
    """(page, which of its sheets, small picture) of every sheet of its own whose picture is still here."""
    order: dict[str, int] = {page["id"]: n for n, page in enumerate(receipt["pages"], 1)}
    found, sheets_of = list[tuple[int, int, Path]](), dict[str, int]()
    made = documents.get(store.db, receipt["submission"])
    sheets = ((sheet, documents.own_pages(sheet)) for sheet in documents.sheets(store.db, receipt["submission"]))
    for sheet, (page, *_) in ((sheet, own) for sheet, own in sheets if own):
        which = sheets_of.get(page, 0) + 1
        sheets_of[page] = which
        try:
            picture = store.files.picture(receipt["submission"], documents.picture(made, sheet["n"], small=True))
        except NotFound:
            continue
        found.append((order.get(page, int(sheet["n"])), which, picture))
    return sorted(found, key=lambda each: each[:2])  # the desk may have laid them in another order


def _moment(at: str | None) -> datetime | None:
    """An ISO 8601 time as read on a clock in Germany; None for none, and for what is no time."""
    try:
        return local(at or "")
    except (ValueError, OverflowError):
        return None


class _Paper(FPDF):
    """An A4 sheet in the office's type, 20 mm left and 17 mm right."""

    def __init__(self, receipt: Row, made_at: str, language: str) -> None:
        super().__init__(format="A4", enforce_compliance="PDF/A-2B")
        self.languages = ["de", *({language} & set(LANGUAGES) - {"de"})]
        self._receipt = receipt
        self.set_lang("de")
        title = self.said("receipt.titled", number=receipt["number"])
        self.set_title(title)
        self.set_creator("Belegbote")
        self.set_producer("Belegbote")
        self.set_creation_date(datetime.fromisoformat(made_at.replace("Z", "+00:00")))
        self.set_xmp_metadata(XMP.format(at=made_at, title=escape(title)))
        self.set_margins(LEFT, 16, 17)
        self.c_margin = 0
        self.set_auto_page_break(True, 297 - BOTTOM)
        self.add_font("Fira", "", FONTS / "FiraSans-Regular.ttf")
        self.add_font("Fira", "B", FONTS / "FiraSans-SemiBold.ttf")
        self.alias_nb_pages()
        self.add_page()

    # words

    def said(self, key: str, **values: object) -> str:
        """In German, which counts."""
        return text("de", key, **values)

    def own(self, key: str, **values: object) -> str:
        """In the person's own language; empty when that is German."""
        return text(self.languages[1], key, **values) if len(self.languages) > 1 else ""

    def both(self, key: str) -> str:
        """Two labels, in one line where they are short."""
        labels = dict.fromkeys(text(language, key) for language in self.languages)
        return (" · " if sum(map(len, labels)) < 36 else "\n").join(labels)

    def both_below(self, key: str) -> str:
        """Two sentences, one below the other."""
        return "\n".join(text(language, key) for language in self.languages)

    def moment(self, at: str | None, language: str = "de") -> str:
        """Weekday, date and time to the second; empty for what is no time."""
        moment = _moment(at)
        if not moment:
            return ""
        weekday, date = text(language, f"receipt.weekday.{moment.weekday()}"), moment.strftime("%d.%m.%Y")
        return text(language, "receipt.moment", weekday=weekday, date=date, time=moment.strftime("%H:%M:%S"))

    # the parts of the sheet, from top to bottom

    def head(self) -> None:
        """Whose receipt, which, and the one sentence that matters."""
        self._ink(INK, 12, "B")
        self._line(self._receipt["office"], 6)
        self.ln(5)
        self._ink(INK, 20, "B")
        self._line(self.said("receipt.titled", number=self._receipt["number"]), 9)
        if self.own("receipt.title"):
            self._ink(GREY, 11)
            self._line(self.own("receipt.title"), 6)
        self.ln(4)
        top, count = self.get_y(), len(self._receipt["pages"])
        for language in self.languages:
            first = language == "de"
            whole = text(language, f"receipt.whole.{'one' if count == 1 else 'other'}", count=count)
            when = text(language, "receipt.when", when=self.moment(self._receipt["arrived_at"], language))
            self.set_x(LEFT + 5)
            self._ink(INK if first else GREY, 13 if first else 10, "B" if first else "")
            high = 7 if first else 5
            self.multi_cell(WIDE - 5, high, f"{whole} {when}", align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_fill_color(*INK)
        self.rect(LEFT, top, 1.2, self.get_y() - top, style="F")
        self.ln(5)

    def facts(self, facts: list[Fact]) -> None:
        """Three in a row; a row is as high as its highest."""
        across = WIDE / 3
        for at in range(0, len(facts), 3):
            top = lowest = self.get_y()
            for column, (label, value, below, own) in enumerate(facts[at : at + 3]):
                self.set_y(top)
                for said, ink, style in ((label, GREY, ""), (value, INK, "B"), (below, INK, ""), (own, GREY, "")):
                    size, high = (8.5, 4.0) if ink is GREY else (9.5, 4.6)
                    self._ink(ink, size, style)
                    if said:
                        self.set_x(LEFT + column * across)
                        self.multi_cell(across - 4, high, said, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
                lowest = max(lowest, self.get_y())
            self.set_y(lowest + 3)

    def pictures(self, found: list[tuple[int, int, Path]]) -> None:
        """The pages as they look in the document, small."""
        if not found:
            return
        columns = 4 if len(found) <= 4 else 6
        across = WIDE / columns
        wide = 30.0 if columns == 4 else 24.0
        high = wide * 1.414
        several = {page for page, which, _ in found if which > 1}
        self.section("receipt.what", high + 12)
        for at in range(0, len(found), columns):
            self._need(high + 8)
            row, top, tallest = found[at : at + columns], self.get_y(), 0.0
            said = [self.said("receipt.sheet" if n in several else "receipt.page", n=n, sheet=m) for n, m, _ in row]
            for column, (_, _, path) in enumerate(row):
                tallest = max(tallest, self._picture(path, LEFT + column * across, top, wide, high, said[column]))
            self._ink(INK, 8.5, "B")
            for column, caption in enumerate(said):
                self.set_xy(LEFT + column * across, top + tallest + 1)
                self.cell(wide, 4.5, caption)
            self.set_y(top + tallest + 8)

    def _picture(self, path: Path, x: float, y: float, wide: float, high: float, said: str) -> float:
        """As large as it fits; returns its height in mm."""
        with Image.open(path) as picture:
            shape = picture.width / picture.height
        inner = (min(wide, high * shape), min(high, wide / shape))
        self.image(path, x, y, *inner, alt_text=said)
        self.set_draw_color(*PALE)
        self.set_line_width(0.2)
        self.rect(x, y, *inner)
        return inner[1]

    def sums(self, kinds: list[str], document: Row | None) -> None:
        """Every file with its size and its whole SHA-256, in groups of eight, to be compared aloud."""
        self.section("receipt.sums", 20)
        for n, (page, kind) in enumerate(zip(self._receipt["pages"], kinds, strict=True), 1):
            self._sum(f"{n}", kind, page)
        if document:
            self._sum("PDF", "", document)
            self._ink(GREY, 8.5)
            for language in self.languages:
                self._line(text(language, "receipt.made", when=self.moment(document["made_at"], language)), 4.6)
        self.ln(3)

    def _sum(self, name: str, kind: str, file: Row) -> None:
        self._need(5.6)
        self._rule()
        top = self.get_y()
        self._ink(INK, 9, "B")
        self.cell(9, 5.6, name)
        self._ink(INK, 9)
        self.cell(13, 5.6, kind)
        self.cell(18, 5.6, f"{file['size']:,}".replace(",", "."), align="R")
        self._groups(file["sha256"], LEFT + 46, top, 5.6)
        self.set_y(top + 5.6)

    def check(self, address: str) -> None:
        """The box that says how anybody sees whether this is genuine: QR code, address, number and short code."""
        self._need(QR + 6)
        top, left = self.get_y(), LEFT + QR + 6
        self._qr(f"{address}/check#{receipts.code(self._receipt)}", LEFT + 2, top + 2, QR)
        self.set_y(top + 4)
        for size, style, ink, said in (
            (11, "B", INK, self.said("receipt.check")),
            (9, "", GREY, self.own("receipt.check")),
            (9.5, "", INK, self.said("receipt.check_how", address=f"{address.partition('://')[2]}/check")),
            (9, "", GREY, self.own("receipt.check_how", address=f"{address.partition('://')[2]}/check")),
            (15, "B", INK, f"{self._receipt['number']}   {receipts.short(self._receipt['signature'])}"),
            (8.5, "", GREY, self.both_below("receipt.check_shows")),
        ):
            if said:
                self.set_x(left)
                self._ink(ink, size, style)
                self.multi_cell(RIGHT - left - 3, size * 0.47, said, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
                self.ln(0.7)
        bottom = max(self.get_y() + 1, top + QR + 4)
        self.set_draw_color(*INK)
        self.set_line_width(0.3)
        self.rect(LEFT, top, WIDE, bottom - top)
        self.set_y(bottom + 4)

    def _qr(self, said: str, x: float, y: float, wide: float) -> None:
        """As rectangles, a run of dark modules each: sharp at any size, and no picture."""
        rows = list(segno.make_qr(said, error="m", boost_error=False).matrix_iter(border=4))
        module = wide / len(rows)
        self.set_fill_color(0, 0, 0)
        for n, row in enumerate(rows):
            start = None
            for at, dark in enumerate([*row, 0]):
                if dark and start is None:
                    start = at
                if not dark and start is not None:
                    self.rect(x + start * module, y + n * module, (at - start) * module, module, style="F")
                    start = None

    def says(self) -> None:
        """What it proves, and what it does not."""
        self._need(24)
        top = lowest = self.get_y()
        for column, key in enumerate(("receipt.says", "receipt.says_not")):
            self.set_y(top)
            for language in self.languages:
                self.set_x(LEFT + column * WIDE / 2)
                self._ink(INK if language == "de" else GREY, 9 if language == "de" else 8.5)
                self.multi_cell(WIDE / 2 - 5, 4.4, text(language, key), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
            lowest = max(lowest, self.get_y())
        self.set_y(lowest + 3)

    def signed(self, document: Row | None) -> None:
        """All that somebody needs who checks the signature without us, letter by letter; never torn in two."""
        receipt = self._receipt
        lines = ["submission=" + receipt["submission"]]
        lines += [f"{key}={value}" for key, value in (receipt["about"] or {}).items()]
        self.section("receipt.signed", 78 if document else 58)
        self._ink(GREY, 8)
        self._line(self.said("receipt.signed_how", by=receipt["key"]), 4)
        self._ink(INK, 8)
        self._line("\n".join([*lines, "", *receipts.statement_of(receipt).text().decode().splitlines()]), 3.7)
        self._line(receipt["signature"], 3.7)
        if document:
            named = {**document, "number": receipt["number"]}
            self.ln(1.5)
            self._line(receipts.document_text(named).decode() + document["signature"], 3.7)

    def footer(self) -> None:
        """What it is worth, the number, and "page x of y" on each sheet."""
        self.set_y(-16)
        self._rule()
        self._ink(GREY, 8)
        self.cell(0, 6, self.said("receipt.keep"))
        said = self.said("receipt.footer", number=self._receipt["number"], page=self.page_no(), pages="{nb}")
        self.set_x(LEFT)
        self.cell(WIDE, 6, said, align="R")

    def section(self, key: str, room: float) -> None:
        """A heading that is never left alone at the foot of a sheet."""
        self._need(room)
        self._ink(INK, 11, "B")
        self.cell(0, 7, self.said(key))
        if own := self.own(key):
            self.set_x(LEFT + self.get_string_width(self.said(key)) + 3)
            self._ink(GREY, 9)
            self.cell(0, 7, own)
        self.ln(7)

    def bytes(self) -> bytes:
        """The whole file."""
        out = io.BytesIO()
        self.output(out)
        made = out.getvalue()
        if DOUBTFUL in made:
            from scanning import with_clear_ends  # slow to load, and needed for one in fifty

            return with_clear_ends(made)
        return made

    # strokes

    def _need(self, high: float) -> None:
        if self.get_y() + high > BOTTOM:
            self.add_page()

    def _groups(self, sha256: str, x: float, y: float, high: float) -> None:
        self._ink(INK, 8)
        for at in range(8):
            self.set_xy(x + at * 15.9, y)
            self.cell(15.9, high, sha256[at * 8 : at * 8 + 8])

    def _line(self, said: str, high: float) -> None:
        self.multi_cell(0, high, said, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _ink(self, colour: tuple[int, int, int], size: float, style: str = "") -> None:
        self.set_font("Fira", style, size)
        self.set_text_color(*colour)

    def _rule(self) -> None:
        self.set_draw_color(*RULE)
        self.set_line_width(0.2)
        self.line(LEFT, self.get_y(), RIGHT, self.get_y())
