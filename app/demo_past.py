"""The weeks before a demo office began: who else sends papers there, what they sent, and what became of it.

A plan only, counted back from now; `demo` lives it through with the real code. Every name and number is invented.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from app import holidays
from app.office import ZONE

PEOPLE: list[dict[str, Any]] = [
    {"role": "jobseeker", "name": name, "login": login, "language": language,
     "case": {"number": f"41502//{case}", "team": team, "approved_until": until}}
    for name, login, language, case, team, until in (
        ("Thomas Brandt", "31840275", "de", "00176210", "leistung-2", "2027-02-28"),
        ("Olena Kowalenko", "52093716", "en", "00182377", "leistung-1", "2027-04-30"),
        ("Mehmet Kaya", "67210483", "de", "00177005", "leistung-2", "2027-05-31"),
        ("Amadou Diallo", "83516092", "en", "00183120", "leistung-1", "2027-01-31"),
        ("Sabine Krüger", "24079358", "de", "00171846", "leistung-1", "2027-03-31"),
        ("Ahmad Rahimi", "90361724", "en", "00181533", "leistung-2", "2026-12-31"),
        ("Fatima Haddad", "78104569", "en", "00180742", "leistung-1", "2027-02-28"),
        ("Lina Petersen", "39672815", "de", "00184056", "leistung-2", "2027-05-31"),
    )
]  # fmt: skip

# Of each kind, in the last weeks and in those before: how many were accepted, and why the others came back.
LATELY, BEFORE = (30, 2), (70, 31)  # days ago, the first and the last
Became = tuple[int, tuple[str, ...]]
TAKEN: dict[str, tuple[Became, Became]] = {
    "bank_statement": ((5, ("pages_missing",) * 5), (5, ("pages_missing", "pages_missing", "blacked_out"))),
    "utility_bill": ((3, ("wrong_period",) * 3), (4, ("wrong_period",) * 2)),
    "payslip": ((6, ()), (5, ())),
    "sick_note": ((3, ()), (4, ())),
    "renewal": ((1, ("signature",)), (3, ("signature",) * 2)),
    "change": ((1, ("wrong_kind",)), (2, ())),
    "insurance": ((1, ()), (2, ())),
}
# What nobody has decided on, how many hours ago it came and from whom; the last one waits for too long.
OPEN = (
    ("payslip", 1.4, "31840275"), ("change", 3, "78104569"), ("sick_note", 6, "67210483"),
    ("bank_statement", 21, "52093716"), ("insurance", 31, "39672815"), ("renewal", 48, "90361724"),
    ("utility_bill", 55, "24079358"), ("bank_statement", 146, "31840275"),
)  # fmt: skip
# How long a paper lay on its phone before it arrived, in seconds: most have a network.
WAITED = (90, 150, 1500, 240, 400, 9000, 90, 200, 2400, 320, 40_000, 120)
# After how many working days somebody decides.
LATELY_AFTER, BEFORE_AFTER = (0, 0, 1, 1, 2), (0, 1, 1, 2, 3)

# What people said after their first receipt.
SAID: dict[str, dict[str, Any]] = {
    "31840275": {"stars": 5, "text": "Endlich muss ich nicht mehr zum Amt fahren."},
    "52093716": {"stars": 4, "text": "Good. It would help me in Ukrainian."},
    "67210483": {"stars": 5},
    "83516092": {"stars": 3, "text": "The camera was slow on my old phone. Then it worked."},
    "24079358": {"stars": 4, "text": "Die Quittung ist sehr gut. Ich weiß jetzt, dass alles da ist."},
    "90361724": {"stars": 5},
    "39672815": {"stars": 2, "text": "Ich musste den Kontoauszug zweimal schicken."},
    "78104569": {"stars": 5, "text": "Very easy."},
}  # fmt: skip

MONTHS = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()
PRINTED: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "bank_statement": ("Stadtbank Musterstadt: Kontoauszug {month}", (
        ("Gehalt oder Leistung", "+ 734,60"), ("Miete", "- 412,00"), ("Stadtwerke, Abschlag", "- 48,00"),
        ("Lebensmittel", "- 61,35"), ("Mobilfunk", "- 12,35"))),
    "utility_bill": ("Wohnbau Musterstadt eG: Abrechnung 2025", (
        ("Heizkosten", "318,20"), ("Wasser", "142,75"), ("Hausmeister", "96,10"), ("Grundsteuer", "61,44"))),
    "payslip": ("Muster Logistik GmbH: Lohn {month}", (
        ("Stunden", "58"), ("Grundlohn", "812,00"), ("Zulage", "24,40"), ("Auszahlung", "693,12"))),
    "sick_note": ("Praxis am Markt: Arbeitsunfähigkeit", (("Arbeitsunfähig seit", "Montag"), ("Dauer", "5 Tage"))),
    "renewal": ("Weiterbewilligungs-Antrag", (("Änderungen im Haushalt", "keine"), ("Einkommen", "siehe Anlage"))),
    "change": ("Veränderungs-Mitteilung", (("Was ändert sich?", "Arbeit"), ("Ab wann?", "1. des Monats"))),
    "insurance": ("Muster Versicherung: Haftpflicht", (("Beitrag im Jahr", "59,90"), ("Fällig", "1. Januar"))),
}  # fmt: skip


def papers(now: float) -> list[dict[str, Any]]:
    """What was sent in the weeks before now (s since 1970), in the order of arrival: as `demo.EARLIER`, with `took`
    (hours until the decision), `waited` (s on the phone), what is printed on it, and `follows`, the index of the
    earlier paper that came back.
    """
    dice, owners = random.Random(7), _owners()
    sent = [*_sent(now, BEFORE, 1, BEFORE_AFTER, owners, dice), *_sent(now, LATELY, 0, LATELY_AFTER, owners, dice)]
    for kind, hours, owner in OPEN:
        sent.append({"owner": owner, "kind": kind, "follows": None, "reason": None, "at": now - hours * 3600})
    sent.sort(key=lambda paper: float(paper["at"]))
    places = {id(paper): n for n, paper in enumerate(sent)}
    waits, said = itertools.cycle(WAITED), dict(SAID)
    told = []
    for paper in sent:
        more: dict[str, Any] = {key: paper[key] for key in ("owner", "kind", "reason", "took") if key in paper}
        if paper["owner"] in said:
            more["says"] = said.pop(paper["owner"])
        follows = places.get(id(paper["follows"]))
        hours = (now - paper["at"]) / 3600
        told.append({**_printed(paper), **more, "follows": follows, "hours": hours, "waited": next(waits)})
    return told


def _owners() -> Iterator[str]:
    """Whose turn it is to send something: three people know of it at first, then more and more."""
    for n in itertools.count():
        yield PEOPLE[n % min(len(PEOPLE), 3 + n // 5)]["login"]


def _sent(
    now: float,
    span: tuple[int, int],
    which: int,
    after: tuple[int, ...],
    owners: Iterator[str],
    dice: random.Random,
) -> list[dict[str, Any]]:
    """What was sent and decided in a span of days, spread evenly over it and over people."""
    sent: list[dict[str, Any]] = []
    wanted = [one for kind, became in TAKEN.items() for one in _wanted(kind, became[which])]
    dice.shuffle(wanted)
    for n, (kind, reason, again) in enumerate(wanted):
        days = span[0] - (span[0] - span[1]) * n / len(wanted)
        paper = {"owner": next(owners), "kind": kind, "follows": None, "reason": reason}
        came = _awake(now - max(days, 9 if again else 0) * 86_400, dice)
        sent.append(paper | _decided(came, now, after, dice))
        if again:
            came = min(_awake(sent[-1]["until"] + 86_400, dice), now - 30_000)
            sent.append({**paper, "reason": None, "follows": sent[-1]} | _decided(came, now, after, dice))
    return sent


def _wanted(kind: str, became: Became) -> list[tuple[str, str | None, bool]]:
    """The papers of a kind: why each comes back, if it does, and whether it is sent again then and accepted."""
    accepted, reasons = became
    again = min(accepted, len(reasons))
    came_back = [(kind, reason, n < again) for n, reason in enumerate(reasons)]
    return [*came_back, *[(kind, None, False)] * (accepted - again)]


def _awake(at: float, dice: random.Random) -> float:
    """On that day, at an hour at which people send papers; most do on weekdays."""
    day = datetime.fromtimestamp(at, ZONE).date()
    if day.weekday() >= 5 and dice.random() < 0.6:
        day -= timedelta(day.weekday() - 4)
    return _moment(day, dice.triangular(7, 22, 11))


def _decided(came: float, now: float, after: tuple[int, ...], dice: random.Random) -> dict[str, Any]:
    """When it came, and when somebody decided, in the office's hours."""
    day = datetime.fromtimestamp(came, ZONE).date() + timedelta(dice.choice(after))
    until = _moment(holidays.workday(day), dice.uniform(8, 16))
    if until < came + 1200:
        until = _moment(holidays.workday(day + timedelta(1)), dice.uniform(8, 12))
    if until > now - 1200:
        until = came + 0.6 * (now - came)
    return {"at": came, "until": until, "took": (until - came) / 3600}


def _moment(day: date, hour: float) -> float:
    return datetime.combine(day, time(), ZONE).timestamp() + hour * 3600


def _printed(paper: dict[str, Any]) -> dict[str, Any]:
    """What stands on it, and what became of it. It has one page; if pages are missing, it says so itself."""
    title, lines = PRINTED[paper["kind"]]
    month = MONTHS[datetime.fromtimestamp(paper["at"], ZONE).month - 2]
    pages = 3 if paper["reason"] == "pages_missing" else 1
    outcome = {"outcome": "returned" if paper["reason"] else "accepted"} if "took" in paper else {}
    return {"title": title.format(month=month), "lines": lines, "of": pages, **outcome}
