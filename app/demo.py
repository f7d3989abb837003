"""A demo office: people, cases, asks and a few earlier submissions, made, sent and scanned by the real code.

The papers are drawn here; every name and number is invented.
"""

from __future__ import annotations

import functools
import hashlib
import io
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import cv2
import numpy as np
from fpdf import FPDF
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from app import accounts, asks, assembly, consents, demo_past, intake, messages, notices, review, showing, survey
from app.config import Config
from app.errors import CommandError
from app.manifest import Manifest
from app.office import load_office
from app.receipt_pdf import FONTS
from app.store import Store, cases, iso, jobs, open_store, people

HOUSEHOLD = {
    "41502//00178342": (("Deniz Yılmaz", "Kind"),),
    "41502//00181904": (("Ola Nowak", "Kind"), ("Jan Nowak", "Kind")),
}
DAY = 86_400  # s
TEAMS = {"leistung-1": "Leistung 1", "leistung-2": "Leistung 2"}
PEOPLE: list[dict[str, Any]] = [
    {"role": "jobseeker", "name": "Elif Yılmaz", "login": "48271935", "secret": "271828",
     "street": "Lindenweg 4", "place": "12345 Musterstadt",
     "case": {"number": "41502//00178342", "team": "leistung-2", "approved_until": "2027-03-31"}},
    {"role": "jobseeker", "name": "Dariusz Nowak", "login": "59302746", "secret": "314159",
     "street": "Hafenstraße 17a", "place": "12347 Musterstadt",
     "case": {"number": "41502//00181904", "team": "leistung-2", "approved_until": "2027-01-31"}},
    {"role": "jobseeker", "name": "Samira Osei", "login": "60413857", "secret": "161803", "language": "en",
     "case": {"number": "41502//00180355", "team": "leistung-1", "approved_until": "2026-12-31"}},
    {"role": "caseworker", "name": "Miriam Albers", "login": "albers", "secret": "Lindenallee-7-Regen",
     "team": "leistung-2"},
    {"role": "caseworker", "name": "Jonas Reuter", "login": "reuter", "secret": "Marktplatz-3-Sonne",
     "team": "leistung-1"},
    {"role": "admin", "name": "Kerstin Voss", "login": "admin", "secret": "Rathausuhr-9-Schnee"},
]  # fmt: skip
PEOPLE_TOLD = [
    {key: person[key] for key in ("role", "name", "login", "secret")}
    | {"case": person["case"]["number"] if "case" in person else None}
    for person in PEOPLE
]

# who sent what, how many pages, what became of it
EARLIER: list[dict[str, Any]] = [
    {"owner": "48271935", "kind": "payslip", "pages": 1, "hours": 142, "outcome": "accepted"},
    {"owner": "48271935", "kind": "bank_statement", "pages": 3, "hours": 70, "outcome": "returned", "blurred": 2,
     "reason": "blurred", "note": "Oktober und November"},
    {"owner": "48271935", "kind": "rental_contract", "pages": 2, "hours": 4, "ask": "move"},
    {"owner": "59302746", "kind": "utility_bill", "pages": 2, "hours": 26, "note": "Die zweite Seite ist hinten leer."},
    {"owner": "59302746", "kind": "school", "pages": 1, "hours": 2, "broken": 1},
    {"owner": "60413857", "kind": "registration", "pages": 1, "hours": 9},
]  # fmt: skip

# what was asked, how many days ago, due in how many days, and what the person said: more time, please; no such paper
ASKED: list[dict[str, Any]] = [
    {"owner": "48271935", "template": "move", "ago": 10, "left": 4},
    {"owner": "59302746", "template": "other", "ago": 17, "left": -3},
    {"owner": "59302746", "template": "job", "ago": 6, "left": 8,
     "wish": "Der Arbeitgeber schickt die Abrechnung erst am Monatsende."},
    {"owner": "60413857", "template": "renewal", "ago": 5, "left": 9,
     "declined": (3, "not_yet", "My employer sends the payslip at the end of the month.")},
]  # fmt: skip


# who writes to whom, how many hours ago; what the office has written was read, what came last was not
TALK: list[dict[str, Any]] = [
    {"with": "48271935", "hours": 53, "text": "Guten Tag, meine Miete steigt ab Januar. Reicht Ihnen der Brief der "
     "Hausverwaltung, oder brauchen Sie den neuen Mietvertrag?"},
    {"with": "48271935", "hours": 28, "by": "albers", "text": "Guten Tag Frau Yılmaz, der Brief reicht, wenn die neue "
     "Miete und das Datum darin stehen. Bitte fotografieren Sie alle Seiten."},
    {"with": "48271935", "hours": 3, "by": "albers", "text": "Noch eine Bitte: Auf Seite 2 vom Kontoauszug sind die "
     "Beträge unscharf. Bitte nehmen Sie nur diese Seite neu auf."},
    {"with": "59302746", "hours": 20, "text": "Hallo, die Schule schickt die Bescheinigung erst nächste Woche. Ist das "
     "zu spät?"},
    {"with": "60413857", "hours": 30, "text": "Hello, I start a small job in December. What do you need from me?"},
    {"with": "60413857", "hours": 27, "by": "reuter", "text": "Hello Ms Osei, congratulations. Please send us the "
     "contract, and the first payslip as soon as you have it."},
]  # fmt: skip

# what the office decided: for whom, how long ago, what stands on it
NOTICES: list[dict[str, Any]] = [
    {"person": "48271935", "by": "albers", "hours": 20, "kind": "grant",
     "title": "Bewilligung vom 1. Oktober 2026 bis 31. März 2027",
     "lines": (("Elif Yılmaz, Regelbedarf", "563,00"), ("Unterkunft", "412,00"), ("Heizung", "78,00"),
               ("Einkommen, angerechnet", "- 318,40"), ("Zahlung im Monat", "734,60"))},
    {"person": "60413857", "by": "reuter", "hours": 240, "kind": "change", "title": "Änderung ab 1. November 2026",
     "lines": (("Samira Osei, Regelbedarf", "563,00"), ("Unterkunft, neue Wohnung", "398,00"),
               ("Zahlung im Monat", "961,00"))},
]  # fmt: skip
CONSENTS = {"60413857": 400}  # so many hours ago
SURVEY: list[dict[str, Any]] = [
    {"person": "59302746", "hours": 25, "stars": 4, "text": "Das mit den Fotos geht gut. Der Brief war schwer."},
    {"person": "60413857", "hours": 8, "stars": 2, "text": "I could not find my number.", "call": True,
     "phone": "0541 5550 123"},
]  # fmt: skip


def fill(config: Config, *, past: bool = False) -> None:
    """Make the demo office in an empty data folder; harmless when it is there. With `past`, the office has been at work
    for weeks: more people, and the papers that they sent.

    Raises CommandError when somebody else's office is there: demo secrets are known to everybody.
    """
    store = open_store(config.data)
    here = {person["login"] for person in people.everybody(store.db)}
    if here - {person["login"] for person in PEOPLE} and not here >= {person["login"] for person in PEOPLE}:
        raise CommandError("There is an office in this data folder already; a demo needs an empty one.")
    for team, name in TEAMS.items():
        people.add_team(store.db, team, name)
    for person in PEOPLE:
        if person["login"] not in here:
            accounts.add_person(store, person, person.get("case"))
    _add_households(store)
    if not here:
        _send_all(store, config, _weeks_before(store) if past else [])
        for said in TALK:
            _say(store, said)
        _decide_and_ask(store, config)
    store.close()


def _weeks_before(store: Store) -> list[dict[str, Any]]:
    """Add everybody else who sends papers here, with secrets that nobody knows; returns what they sent."""
    for neighbour in demo_past.PEOPLE:
        accounts.add_person(store, {**neighbour, "secret": accounts.new_password()}, neighbour["case"])
    return demo_past.papers(store.now())


def _send_all(store: Store, config: Config, past: list[dict[str, Any]]) -> None:
    """What was asked, and what was sent, the oldest first, as numbers are given."""
    made = {asked["template"]: _ask(store, config, asked) for asked in ASKED}
    sent: dict[int | None, str] = {}
    for n, paper in sorted(enumerate([*past, *EARLIER]), key=lambda one: -one[1]["hours"]):
        said = {"ask": made.get(paper.get("ask", "")), "follows": sent.get(paper.get("follows"))}
        sent[n] = _hand_in(store, config, {**paper, **said})
        if "says" in paper:
            _answer(store, paper["owner"], paper["hours"], paper["says"])


def _add_households(store: Store) -> None:
    """Members of the household who have no sign-in."""
    with store.atomic() as db:
        for number, members in HOUSEHOLD.items():
            case = cases.by_number(db, number)
            if not case or cases.household(db, case["id"]):
                continue
            for name, relation in members:
                member = {"case": case["id"], "name": name, "relation": relation, "created_at": store.time()}
                cases.add_to_household(db, {"id": str(uuid.uuid4()), **member})


def _ask(store: Store, config: Config, asked: dict[str, Any]) -> str:
    """Ask for the papers of a template, and answer, with the clock turned back; returns the ask's id."""
    real, store.now = store.now, _stopped(store.now() - asked["ago"] * DAY)
    try:
        owner = people.by_login(store.db, asked["owner"])
        assert owner is not None
        maker = _responsible(store, asked["owner"])
        office = load_office(config.data)
        template = next(each for each in office.templates if each["id"] == asked["template"])
        said = {key: template[key] for key in ("reason", "basis", "papers")}
        due = asks.today(store) + timedelta(asked["ago"] + asked["left"])
        ask = str(uuid.uuid4())
        asks.make(store, office, maker, ask, {**said, "person": owner["id"], "due": due.isoformat()})
        store.now = _stopped(store.now() + 2 * DAY)
        if "wish" in asked:
            asks.wish_for_time(store, owner["id"], ask, str(uuid.uuid4()), asked["wish"])
        if "declined" in asked:
            asks.answer(store, owner["id"], ask, *asked["declined"])
    finally:
        store.now = real
    return ask


def _responsible(store: Store, login: str) -> Any:
    """The caseworker in whose team the person's case is."""
    team = next(person["case"]["team"] for person in [*PEOPLE, *demo_past.PEOPLE] if person["login"] == login)
    found = people.by_login(store.db, next(each["login"] for each in PEOPLE if each.get("team") == team))
    assert found is not None
    return found


def _hand_in(store: Store, config: Config, earlier: dict[str, Any]) -> str:
    """Send, scan and decide as it would have happened, with the clock turned back; returns the submission's id."""
    real, store.now = store.now, _stopped(store.now() - earlier["hours"] * 3600)
    try:
        owner = people.by_login(store.db, earlier["owner"])
        assert owner is not None
        submission, files = str(uuid.uuid4()), [_pdf(earlier)] if "lines" in earlier else list(_photos(earlier))
        intake.announce(store, config, owner["id"], submission, _manifest(store, earlier, files))
        for n, file in enumerate(files, 1):
            intake.append(store, config, owner["id"], submission, f"page-{n}", 0, iter([file]), None)
        assembly.assemble(store, load_office(config.data), submission)
        job = jobs.claim(store.db, store.now())
        if job:
            jobs.finish(store.db, job)
        if "outcome" in earlier:
            store.now = _stopped(store.now() + earlier.get("took", 20) * 3600)
            _decide(store, submission, earlier)
    finally:
        store.now = real
    return submission


def _say(store: Store, said: dict[str, Any]) -> None:
    """Write a message as it would have been written, with the clock turned back; who answers has read what came."""
    real, store.now = store.now, _stopped(store.now() - said["hours"] * 3600)
    try:
        person, by = people.by_login(store.db, said["with"]), people.by_login(store.db, said.get("by", ""))
        assert person is not None
        if not by:
            messages.write(store, person["id"], str(uuid.uuid4()), said["text"], None)
            return
        for earlier in messages.of_person(store, person["id"]):
            messages.read_by_team(store, by, person["id"], earlier["id"], True)
            messages.read_by_person(store, person["id"], earlier["id"])
        messages.answer(store, by, person["id"], str(uuid.uuid4()), said["text"], None)
    finally:
        store.now = real


def _decide_and_ask(store: Store, config: Config) -> None:
    """Consents, notices and what people said, each in its hour."""
    real = store.now
    try:
        for login, hours in CONSENTS.items():
            store.now = _stopped(real() - hours * 3600)
            consents.wish(store, _id(store, login), True)
        for notice in NOTICES:
            store.now = _stopped(real() - notice["hours"] * 3600)
            _give(store, config, notice)
    finally:
        store.now = real
    for said in SURVEY:
        answer = {key: value for key, value in said.items() if key not in ("person", "hours")}
        _answer(store, said["person"], said["hours"], answer)


def _answer(store: Store, login: str, hours: float, said: dict[str, Any]) -> None:
    """Say what somebody thinks of Belegbote, so many hours ago."""
    real, store.now = store.now, _stopped(store.now() - hours * 3600)
    try:
        empty = {"text": None, "call": False, "phone": None, "skipped": None}
        survey.answer(store, _id(store, login), str(uuid.uuid4()), {**empty, **said})
    finally:
        store.now = real


def _id(store: Store, login: str) -> str:
    found = people.by_login(store.db, login)
    assert found is not None
    return str(found["id"])


def _give(store: Store, config: Config, notice: dict[str, Any]) -> None:
    """Upload a notice as the desk does, and draw its pages as the worker does. Nobody has read it."""
    caseworker = people.by_login(store.db, notice["by"])
    assert caseworker is not None
    id, pdf = str(uuid.uuid4()), _notice_pdf(notice, store.time()[:10])
    said = {
        **{key: notice[key] for key in ("kind", "title")},
        "person": _id(store, notice["person"]),
        "dated": store.time()[:10],
        "size": len(pdf),
        "sha256": hashlib.sha256(pdf).hexdigest(),
    }
    notices.announce(store, config, caseworker, id, said)
    notices.receive(store, config, caseworker, id, iter([pdf]))
    showing.show(store, id)
    job = jobs.claim(store.db, store.now(), "show")
    if job:
        jobs.finish(store.db, job)


def _notice_pdf(notice: dict[str, Any], day: str) -> bytes:
    """Two pages: what is granted, and what one can do about it."""
    paper = FPDF(format="A4")
    paper.set_margins(20, 24, 20)
    paper.set_title(notice["title"])
    for style, cut in (("", "Regular"), ("B", "SemiBold")):
        paper.add_font("Fira", style, FONTS / f"FiraSans-{cut}.ttf")
    paper.add_page()
    _lines(paper, 10, "Jobcenter Musterstadt · Markt 1 · 49100 Musterstadt", f"Musterstadt, den {day}")
    paper.ln(12)
    paper.set_font("Fira", "B", 17)
    paper.multi_cell(0, 9, notice["title"], align="L", new_x="LMARGIN", new_y="NEXT")
    paper.ln(4)
    _lines(paper, 12, "Sie bekommen Grundsicherungsgeld nach dem SGB II. So haben wir gerechnet:")
    paper.ln(4)
    paper.set_font("Fira", "", 12)
    for name, amount in notice["lines"]:
        paper.cell(120, 9, name, border="B")
        paper.cell(0, 9, f"{amount} €", border="B", align="R", new_x="LMARGIN", new_y="NEXT")
    paper.add_page()
    paper.set_font("Fira", "B", 14)
    paper.cell(0, 9, "Ihre Rechte", new_x="LMARGIN", new_y="NEXT")
    _lines(
        paper,
        12,
        "Gegen diesen Bescheid können Sie innerhalb eines Monats nach der Bekanntgabe Widerspruch einlegen: "
        "schriftlich oder zur Niederschrift beim Jobcenter Musterstadt, Markt 1, 49100 Musterstadt.",
        "Ein Foto oder eine Nachricht in Belegbote ist kein Widerspruch.",
        "Dieser Bescheid ist ein Muster. Namen und Beträge sind erfunden.",
    )
    return bytes(paper.output())


def _lines(paper: FPDF, size: int, *lines: str) -> None:
    paper.set_font("Fira", "", size)
    for line in lines:
        paper.multi_cell(0, size * 0.55, line, align="L", new_x="LMARGIN", new_y="NEXT")
        paper.ln(2)


def _stopped(at: float) -> Any:
    return lambda: at


def _decide(store: Store, submission: str, earlier: dict[str, Any]) -> None:
    caseworker = _responsible(store, earlier["owner"])
    review.open_for(store, caseworker, submission)
    pages = [f"page-{earlier['blurred']}"] if "blurred" in earlier else []
    decision = {"outcome": earlier["outcome"], "reason": earlier.get("reason"), "pages": pages}
    review.decide(store, caseworker, submission, decision)


def _manifest(store: Store, earlier: dict[str, Any], files: list[bytes]) -> Manifest:
    """Photographed some seconds before it arrives, if it says so; photos, or a PDF."""
    pages = [
        {
            "id": f"page-{n}",
            "seq": n,
            "size": len(file),
            "sha256": hashlib.sha256(file).hexdigest(),
            "type": "application/pdf" if "lines" in earlier else "image/jpeg",
        }
        for n, file in enumerate(files, 1)
    ]
    client = {"app": "demo", "captured_at": iso(store.now() - earlier.get("waited", 0))}
    said = {key: earlier.get(key) for key in ("kind", "note", "ask", "follows")} | {"pages": pages, "client": client}
    return Manifest.model_validate(said)


def _pdf(earlier: dict[str, Any]) -> bytes:
    """A slip that came as a PDF: small, so that it is drawn fast, and its print can be searched at once."""
    lines = (*earlier["lines"], (f"Seite 1 von {earlier['of']}", ""))
    paper = FPDF(format=(84, 25 + 6 * len(lines)))
    paper.set_auto_page_break(False)
    paper.set_margins(8, 8, 8)
    paper.add_page()
    paper.set_font("Helvetica", "B", 9)
    paper.cell(0, 8, earlier["title"], new_x="LMARGIN", new_y="NEXT")
    paper.set_font("Helvetica", "", 8)
    for name, said in lines:
        paper.cell(44, 6, name, border="B")
        paper.cell(0, 6, said, border="B", align="R", new_x="LMARGIN", new_y="NEXT")
    return bytes(paper.output())


def _photos(earlier: dict[str, Any]) -> Iterator[bytes]:
    for n in range(1, earlier["pages"] + 1):
        photo = _photographed(_paper(earlier["kind"], n, earlier["pages"]), seed=len(earlier["kind"]) * 10 + n)
        if earlier.get("blurred") == n:
            photo = photo.filter(ImageFilter.GaussianBlur(7))
        out = io.BytesIO()
        photo.save(out, "JPEG", quality=72)
        data = out.getvalue()
        yield data[: len(data) // 20] if earlier.get("broken") == n else data


TITLES = {
    "payslip": ("Muster Logistik GmbH", "Lohnabrechnung Oktober 2026"),
    "bank_statement": ("Stadtbank Musterstadt", "Kontoauszug"),
    "rental_contract": ("Wohnbau Musterstadt eG", "Mietvertrag"),
    "utility_bill": ("Wohnbau Musterstadt eG", "Betriebskosten-Abrechnung 2025"),
    "school": ("Gesamtschule am Ring", "Schulbescheinigung"),
    "registration": ("Stadt Musterstadt", "Meldebescheinigung"),
}
LINES = (
    ("Grundgehalt", "1.240,00"), ("Zulage Spätschicht", "86,40"), ("Miete November", "- 412,00"),
    ("Stadtwerke, Abschlag Strom", "- 48,00"), ("Kartenzahlung, Lebensmittel", "- 37,82"),
    ("Überweisung, Praxis am Markt", "- 24,50"), ("Haftpflicht, Beitrag", "- 9,99"), ("Gutschrift", "+ 180,00"),
    ("Kindergeld", "+ 259,00"), ("Mobilfunk, Vertrag 7781", "- 12,35"), ("Heizkosten nach Verbrauch", "318,20"),
    ("Kaltwasser und Abwasser", "142,75"), ("Hausmeister, Reinigung", "96,10"), ("Grundsteuer, Anteil", "61,44"),
)  # fmt: skip
SIZE, TABLE = (1240, 1754), (1650, 2200)
INK, WINE = "#1b1b22", "#7a1f3d"


def _paper(kind: str, n: int, of: int) -> Image.Image:
    """A letter at 150 dpi: head, title, a table of lines, foot."""
    paper = Image.new("RGB", SIZE, "#fdfdf9")
    draw = ImageDraw.Draw(paper)
    sender, title = TITLES[kind]
    draw.rectangle((100, 96, 150, 146), fill=WINE)
    draw.text((172, 98), sender, font=_font("SemiBold", 40), fill=WINE)
    draw.text((100, 250), title, font=_font("SemiBold", 46), fill=INK)
    draw.text((100, 320), f"Blatt {n} von {of} · Musterstadt, im November 2026", font=_font("Regular", 26), fill=INK)
    draw.line((100, 380, 1140, 380), fill=INK, width=3)
    for row in range(20):
        name, amount = LINES[(row * 5 + n * 3 + len(kind)) % len(LINES)]
        top = 410 + row * 58
        draw.text((100, top), f"{row + 1:02d}.11.", font=_font("Regular", 26), fill=INK)
        draw.text((220, top), name, font=_font("Regular", 26), fill=INK)
        draw.text(
            (1140 - draw.textlength(amount, _font("Regular", 26)), top),
            amount,
            font=_font("Regular", 26),
            fill=INK,
        )
        draw.line((100, top + 44, 1140, top + 44), fill="#d5d5da", width=1)
    draw.text((100, 1660), f"{sender} · Markt 1 · 49100 Musterstadt", font=_font("Regular", 22), fill="#55555e")
    return paper


@functools.cache
def _font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / f"FiraSans-{weight}.ttf"), size)


def _photographed(paper: Image.Image, seed: int) -> Image.Image:
    """The paper as a phone sees it: on a wooden table, a little from the side, the light falling off."""
    noise = np.random.default_rng(seed)
    grain = noise.standard_normal((TABLE[1], TABLE[0]), np.float32) * 2.7
    grain += np.cumsum(noise.normal(0, 1.1, TABLE[1]))[:, None]
    wood = [Image.fromarray(np.clip(grain + shade, 20, 200).astype(np.uint8)) for shade in (112, 88, 70)]
    corners = np.array([(170, 190), (1470, 150), (1540, 2030), (110, 2080)]) + noise.normal(0, 18, (4, 2))
    edges = np.array([(0, 0), (SIZE[0], 0), SIZE, (0, SIZE[1])], np.float32)
    onto = cv2.getPerspectiveTransform(edges, corners.astype(np.float32))
    warped = Image.fromarray(cv2.warpPerspective(np.asarray(paper), onto, TABLE, flags=cv2.INTER_CUBIC))
    where = Image.fromarray(cv2.warpPerspective(np.full(SIZE[::-1], 255, np.uint8), onto, TABLE))
    photo = Image.composite(warped, Image.merge("RGB", wood), where)
    return ImageChops.multiply(photo, _light())


@functools.cache
def _light() -> Image.Image:
    light = np.outer(np.linspace(255, 230, TABLE[1]), np.linspace(1.0, 0.74, TABLE[0]))
    return Image.merge("RGB", [Image.fromarray(light.astype(np.uint8))] * 3)
