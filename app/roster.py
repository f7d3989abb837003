"""The office's list of people and cases, as CSV: looked at line by line, taken in one go, written out again.

A list adds and changes; nobody goes because a list lacks them. To look is to do it all and to take it back, so that
what is shown is what will happen.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import uuid
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Literal

from app import accounts, household
from app.errors import BadList, BadPerson, ListChanged
from app.household import squeezed
from app.store import Store, cases, people
from app.store.database import Row
from app.words import LANGUAGES, text

MOST_BYTES = 8 * 1024 * 1024
MOST_LINES = 20_000
MOST_FAULTS = 50  # told at once, of a list of which nothing was taken

Fields = dict[str, str]
What = Literal["new", "changed", "unchanged", "wrong"]
WHATS: tuple[What, ...] = ("new", "changed", "unchanged", "wrong")
Take = Literal["nothing", "all", "good"]

# What a column may be called; the first is what we write. Capitals, spaces and punctuation mean nothing.
COLUMNS = {
    "case": ("BG-Nummer", "BG", "BG-Nr", "Bedarfsgemeinschaft", "BG number", "case", "case number"),
    "name": ("Name", "full name"),
    "login": ("Persönliche ID", "ID", "Kennung", "personal ID", "login"),
    "language": ("Sprache", "language"),
    "team": ("Team",),
    "approved_until": ("Bewilligt bis", "Bewilligung bis", "Bewilligungszeitraum bis", "approved until",
                       "approval period until"),
    "street": ("Straße und Hausnummer", "Straße", "Straße, Hausnr", "Anschrift", "Adresse", "street",
               "street and number", "address"),
    "place": ("PLZ und Ort", "PLZ Ort", "Ort", "Wohnort", "postcode and town", "postcode town", "town"),
    "household": ("Haushalt", "Haushaltsmitglieder", "household", "household members"),
    "ended": ("Zugang beendet", "Zugang beenden", "access ended", "end access"),
}  # fmt: skip
# Where an office keeps apart what is one column of ours: it is read into that one, and not written.
PARTS = {"house_number": ("Hausnummer", "Hausnr", "house number"), "postcode": ("PLZ", "Postleitzahl", "postcode")}
PART_OF = {"house_number": "street", "postcode": "place"}
NAMES = {**COLUMNS, **PARTS}
NEEDED = ("case", "name")
LONGEST = {"case": 40, "name": 200, "login": 20, "street": 80, "place": 80, "household": 2000,
           "house_number": 20, "postcode": 20}  # fmt: skip
LANGUAGE_NAMES = {"de": "de", "deutsch": "de", "german": "de", "en": "en", "englisch": "en", "english": "en"}
YES, NO = {"ja", "yes", "x", "1", "wahr", "true"}, {"nein", "no", "0", "falsch", "false"}
FORMULA = ("=", "+", "-", "@", "\t", "\r")
LOGIN = re.compile(r"[a-z0-9][a-z0-9-]{3,19}")
GERMAN_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Said:
    """Something to be told about a line: a code, whose words are `people.<code>`, and what fills them."""

    code: str
    values: dict[str, str] = field(default_factory=dict)

    def words(self, language: str) -> str:
        """What is wrong, or worth knowing, and what to do, as a sentence."""
        return text(language, f"people.{self.code}", **self.values)


@dataclass
class Line:
    """What a line of the list means. `number` counts as an editor does; `changes` are (field, before, after)."""

    number: int
    name: str
    case: str
    login: str = ""
    what: What = "unchanged"
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    faults: list[Said] = field(default_factory=list)
    notes: list[Said] = field(default_factory=list)


@dataclass(frozen=True)
class Report:
    """All lines; `hash` is the same as long as the list would do the same; `unknown` columns were left alone."""

    lines: list[Line]
    unknown: list[str]
    taken: bool

    def count(self, what: What) -> int:
        """How many lines are new, changed, unchanged or wrong."""
        return sum(line.what == what for line in self.lines)

    @property
    def hash(self) -> str:
        """Of what the lines would do; personal IDs that are made are not part of it."""
        said = [{**asdict(line), "login": ""} for line in self.lines]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


class _TakeBack(Exception):
    """Ends a transaction that was only to be looked at."""


def take(store: Store, data: bytes, what: Take, *, new_teams: bool = False, seen: str | None = None) -> Report:
    """Look at a list (`nothing`), or take it: `all` of it, if every line is good, or its `good` lines.

    Everything is one transaction. Raises BadList for what is no list of ours, and for wrong lines where all was to be
    taken; ListChanged when `seen`, the hash of an earlier look, is no longer what the list would do.
    """
    rows, unknown = _read(data)
    lines: list[Line] = []
    try:
        with store.atomic():
            lines = _do(store, rows, new_teams)
            report = Report(lines, unknown, what != "nothing")
            if what == "nothing":
                _forget_made(lines, rows)
                raise _TakeBack
            if seen and seen != report.hash:
                raise ListChanged()
            if what == "all" and report.count("wrong"):
                raise BadList(extra={"faults": _as_faults(lines)})
    except _TakeBack:
        pass
    return report


def _forget_made(lines: list[Line], rows: list[tuple[int, Fields, bool]]) -> None:
    """Personal IDs that are made when a list is taken will be others."""
    for line, (_, fields, _) in zip(lines, rows, strict=True):
        line.login = line.login if line.what != "new" or fields.get("login") else ""


def _as_faults(lines: Iterable[Line]) -> list[dict[str, Any]]:
    told = [{"line": line.number, "code": said.code, **said.values} for line in lines for said in line.faults]
    return told[:MOST_FAULTS]


def fault_words(fault: dict[str, Any], language: str) -> str:
    """A fault of BadList as a sentence."""
    return text(language, f"people.{fault['code']}", **{key: value for key, value in fault.items() if key != "code"})


# From bytes to rows


def _refuse(code: str, **values: str) -> BadList:
    return BadList(extra={"faults": [{"line": 0, "code": code, **values}]})


def _read(data: bytes) -> tuple[list[tuple[int, Fields, bool]], list[str]]:
    """Rows as (line, what stands in our columns, whether it has more fields than the head), and unknown columns."""
    if len(data) > MOST_BYTES:
        raise _refuse("list_too_large")
    said = _decoded(data)
    first = next((line for line in said.splitlines() if line.strip()), "")
    reader = csv.reader(io.StringIO(said, newline=""), delimiter=max(";,\t", key=first.count))
    try:
        numbered = list(_numbered(reader))
    except csv.Error as error:
        raise _refuse("list_broken", at=str(reader.line_num)) from error
    if not numbered:
        raise _refuse("list_empty")
    if len(numbered) > MOST_LINES + 1:
        raise _refuse("list_too_long", most=str(MOST_LINES))
    (_, head), *rest = numbered
    names, unknown = _columns(head)
    rows = []
    for number, cells in rest:
        fields = {name: _unguarded(cell) for name, cell in zip(names, cells, strict=False) if name}
        rows.append((number, fields, len(cells) > len(head)))
    return rows, unknown


def _decoded(data: bytes) -> str:
    """UTF-8 with or without its mark; UTF-16 by its mark; else what Windows writes."""
    encodings = ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            said = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in said:
            return said
    raise _refuse("list_no_text")


def _numbered(reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not empty, each with the line on which it begins."""
    before = 0
    for cells in reader:
        number, before = before + 1, reader.line_num
        if any(cell.strip() for cell in cells):
            yield number, [cell.strip() for cell in cells]


def _columns(head: list[str]) -> tuple[list[str | None], list[str]]:
    known = {_plain(name): column for column, names in NAMES.items() for name in (*names, column)}
    names = [known.get(_plain(cell)) for cell in head]
    for column in NAMES:
        if names.count(column) > 1:
            raise _refuse("column_twice", column=NAMES[column][0])
    if missing := [COLUMNS[column][0] for column in NEEDED if column not in names]:
        raise _refuse("column_missing", column=", ".join(missing), head=", ".join(head)[:200])
    return names, [cell for cell, name in zip(head, names, strict=True) if cell and not name]


def _plain(said: str) -> str:
    return "".join(letter for letter in said.casefold() if letter.isalnum())


# From rows to what they do


def _do(store: Store, rows: list[tuple[int, Fields, bool]], new_teams: bool) -> list[Line]:
    known = _Known(store, new_teams)
    lines = []
    for number, fields, too_many in rows:
        line = Line(number, fields.get("name", ""), fields.get("case", ""), fields.get("login", ""))
        line.faults += [Said("too_many_fields")] if too_many else []
        _do_line(known, line, fields)
        lines.append(line)
    return lines


def _do_line(known: _Known, line: Line, fields: Fields, cleared: Collection[str] = (), id: str | None = None) -> None:
    line.faults += [] if line.faults else _faults(fields)
    line.faults += [*known.contradictions(line.number, fields), *known.no_team(fields)]
    if not line.faults:
        _apply(known, line, fields, cleared, id)
    if line.faults:
        line.what = "wrong"
    elif line.what != "new" and line.changes:
        line.what = "changed"


def one(store: Store, fields: Fields, *, cleared: Collection[str] = (), id: str | None = None) -> Line:
    """Do by hand what a single line of a list would do.

    cleared  what is to be empty afterwards: a list has no way to say so
    id       of who is to be added; without it `fields` name somebody by their personal ID
    raises   BadPerson, and nothing is changed
    """
    with store.atomic():
        known = _Known(store, new_teams=False)
        line = Line(0, fields.get("name", ""), fields.get("case", ""), fields.get("login", ""))
        same = known.person(fields)[0] if id and fields.get("case") and fields.get("name") else None
        if same:
            line.faults.append(Said("there_already", {"id": same["login"]}))
        _do_line(known, line, fields, cleared, id)
        if line.faults:
            raise BadPerson(faults=_as_faults([line]))
    return line


def _faults(fields: Fields) -> Iterator[Said]:
    """What is wrong with a row by itself."""
    for column in NEEDED:
        if not fields.get(column):
            yield Said("empty", {"column": COLUMNS[column][0]})
    for column, value in fields.items():
        if len(value) > LONGEST.get(column, 200):
            yield Said("too_long", {"column": NAMES[column][0]})
        elif value.startswith(FORMULA) or any(ord(letter) < 32 and letter not in "\r\n\t" for letter in value):
            yield Said("formula", {"column": NAMES[column][0]})
    for part, column in PART_OF.items():
        if fields.get(part) and not fields.get(column):
            yield Said("empty", {"column": COLUMNS[column][0]})
    if fields.get("case") and not any(letter.isdigit() for letter in fields["case"]):
        yield Said("no_number", {"value": fields["case"]})
    if fields.get("name") and not any(letter.isalpha() for letter in fields["name"]):
        yield Said("no_name", {"value": fields["name"]})
    if fields.get("login") and not LOGIN.fullmatch(accounts.normal_login(fields["login"])):
        yield Said("no_login", {"value": fields["login"]})
    if fields.get("approved_until") and not _date(fields["approved_until"]):
        yield Said("no_date", {"value": fields["approved_until"]})
    if fields.get("ended", "").casefold() not in {"", *YES, *NO}:
        yield Said("no_yes", {"value": fields["ended"]})


def _address(fields: Fields) -> dict[str, str]:
    """Street and place, each "" where a row does not say it. A spreadsheet makes 1067 of the postcode 01067."""
    street, place = (_one_line(fields.get(column, "")) for column in ("street", "place"))
    number, postcode = (_one_line(fields.get(column, "")) for column in ("house_number", "postcode"))
    if postcode.isdecimal():
        postcode = postcode.zfill(5)
    return {
        "street": street if f" {street}".endswith(f" {number}") else f"{street} {number}".strip(),
        "place": place if place.startswith(f"{postcode} ") else f"{postcode} {place}".strip(),
    }


def _one_line(said: str) -> str:
    return ", ".join(" ".join(line.split()) for line in said.splitlines() if line.strip())


def _date(said: str) -> str | None:
    """A day as ISO 8601, from 31.03.2027 or 2027-03-31; None when it is none."""
    german = GERMAN_DATE.fullmatch(said)
    try:
        if german:
            return date(int(german[3]), int(german[2]), int(german[1])).isoformat()
        return date.fromisoformat(said).isoformat() if ISO_DATE.fullmatch(said) else None
    except ValueError:
        return None


class _Known:
    """The office as it is while the list is gone through; reads it once, and notes what changes."""

    def __init__(self, store: Store, new_teams: bool) -> None:
        self.store, self.db, self.new_teams = store, store.db, new_teams
        self.by_login = {person["login"]: person for person in people.listed(self.db)}
        self.by_name: dict[tuple[str, str], list[Row]] = {}
        self.anywhere: dict[str, list[Row]] = {}  # by name alone
        for person in self.by_login.values():
            if person["role"] == "jobseeker":
                self.note(person)
        teams = people.teams(self.db)  # an id may be what another team was called once: the names win
        self.teams = {squeezed(team[key]): team for key in ("id", "name") for team in teams}
        self.told: dict[tuple[str, str], tuple[int, str]] = {}  # of a case, by BG number and column: line and value
        self.lines: dict[str, int] = {}  # who stands on which line, by personal ID

    def note(self, person: Row) -> None:
        """Somebody to be found by name."""
        case, name = _named(person["case_number"], person["name"])
        self.by_name.setdefault((case, name), []).append(person)
        self.anywhere.setdefault(name, []).append(person)

    def contradictions(self, number: int, fields: Fields) -> Iterator[Said]:
        """Lines of one case must agree about its team and its approval period."""
        for column in ("team", "approved_until"):
            value = fields.get(column, "")
            if not value or not fields.get("case"):
                continue
            line, before = self.told.setdefault((fields["case"], column), (number, value))
            if squeezed(before) != squeezed(value):
                yield Said("contradicts", {"column": COLUMNS[column][0], "at": str(line), "value": before})

    def no_team(self, fields: Fields) -> Iterator[Said]:
        """A team that is not there, and is not to be made."""
        said = fields.get("team", "")
        if said and not self.new_teams and squeezed(said) not in self.teams:
            teams = ", ".join(sorted({team["name"] for team in self.teams.values()}))
            yield Said("no_team", {"value": said, "teams": teams or "–"})

    def team(self, said: str) -> Row:
        """A team by name or id; a new one where there is none."""
        found = self.teams.get(squeezed(said))
        if not found:
            people.add_team(self.db, said.casefold(), said)
            found = self.teams[squeezed(said)] = {"id": said.casefold(), "name": said}
        return found

    def person(self, fields: Fields) -> tuple[Row | None, Said | None]:
        """Who is meant: by personal ID, else by name within the case."""
        login = accounts.normal_login(fields.get("login", ""))
        if login:
            found = self.by_login.get(login)
            wrong = found is not None and found["role"] != "jobseeker"
            return (None, Said("not_a_customer", {"value": login})) if wrong else (found, None)
        same = self.by_name.get(_named(fields["case"], fields["name"]), [])
        if len(same) > 1:
            return None, Said("two_of_them", {"ids": ", ".join(person["login"] for person in same)})
        return (same[0] if same else None), None

    def elsewhere(self, fields: Fields) -> list[Row]:
        """People of the same name in other cases."""
        return self.anywhere.get(squeezed(fields["name"]), [])


def _named(case: str | None, name: str) -> tuple[str, str]:
    return case or "", squeezed(name)


def _apply(known: _Known, line: Line, fields: Fields, cleared: Collection[str], id: str | None) -> None:
    """Do what a line says, and note it."""
    person, fault = known.person(fields)
    if fault:
        line.faults.append(fault)
        return
    if person and (earlier := known.lines.get(person["login"])):
        line.faults.append(Said("twice", {"at": str(earlier)}))
        return
    case = _case(known, line, fields, cleared)
    if not case:
        return
    if person:
        line.login = person["login"]
        _change_person(known, line, person, case, fields, cleared)
    else:
        _add_person(known, line, case, fields, id)
    known.lines[line.login] = line.number
    for name, relation in household.read(fields.get("household", "")):
        line.changes += household.say(known.store, case["id"], name, relation)


def _case(known: _Known, line: Line, fields: Fields, cleared: Collection[str]) -> Row | None:
    """The case of a line as it is afterwards; None with a fault when it is new and has no team."""
    found = cases.by_number(known.db, fields["case"])
    team = known.team(fields["team"]) if fields.get("team") else None
    until = _date(fields.get("approved_until", ""))
    if not found:
        if not team:
            line.faults.append(Said("team_missing", {"case": fields["case"]}))
            return None
        fresh = {"id": str(uuid.uuid4()), "number": fields["case"], "team": team["id"], "approved_until": until}
        cases.add(known.db, fresh)
        return fresh
    until = until or (None if "approved_until" in cleared else found["approved_until"])
    wanted = {"team": team["id"] if team else found["team"], "approved_until": until}
    for column, value in wanted.items():
        if value != found[column]:
            line.changes.append((column, _shown(known, column, found[column]), _shown(known, column, value)))
    if wanted != {column: found[column] for column in wanted}:
        cases.change(known.db, found["id"], wanted["team"], wanted["approved_until"])
    return {**found, **wanted}


def _shown(known: _Known, column: str, value: str | None) -> str:
    if column != "team":
        return value or ""
    return next((str(team["name"]) for team in known.teams.values() if team["id"] == value), value or "")


def _language(line: Line, fields: Fields) -> str | None:
    said = fields.get("language", "")
    found = LANGUAGE_NAMES.get(said.casefold())
    if said and not found:
        line.notes.append(Said("no_language", {"value": said, "languages": ", ".join(LANGUAGES)}))
    return found


def _add_person(known: _Known, line: Line, case: Row, fields: Fields, id: str | None) -> None:
    if others := known.elsewhere(fields):
        where = ", ".join(f"{other['case_number'] or '–'} ({other['login']})" for other in others[:3])
        line.notes.append(Said("same_name", {"where": where}))
    line.what, name = "new", " ".join(fields["name"].split())
    login = accounts.normal_login(fields.get("login", "")) or _free_login(known)
    fresh = {"role": "jobseeker", "name": name, "login": login, "language": _language(line, fields)}
    fresh |= {"id": id, **_address(fields)}
    id = accounts.add_person(known.store, fresh, {"number": case["number"]})
    if fields.get("ended", "").casefold() in YES:
        accounts.end_access(known.store, id)
    household.signs_in_now(known.store, case["id"], name)
    line.login = login
    added = {**fresh, "id": id, "case_number": case["number"]}
    known.by_login[login] = added
    known.note(added)


def _free_login(known: _Known) -> str:
    while (login := accounts.new_login()) in known.by_login:
        pass
    return login


def _change_person(known: _Known, line: Line, person: Row, case: Row, fields: Fields, cleared: Collection[str]) -> None:
    name, language = " ".join(fields["name"].split()), _language(line, fields)
    if name != person["name"]:
        line.changes.append(("name", person["name"], name))
        people.set_name(known.db, person["id"], name)
    if case["id"] != person["case_id"]:
        line.changes.append(("case", person["case_number"] or "", case["number"]))
        cases.move_member(known.db, person["id"], case["id"])
        household.signs_in_now(known.store, case["id"], name)
    if language and language != person["language"]:
        if person["chose_language"]:
            line.notes.append(Said("own_language", {"value": person["language"]}))
        else:
            line.changes.append(("language", person["language"], language))
            people.set_language(known.db, person["id"], language, own=False)
    _change_address(known, line, person, fields, cleared)
    _change_access(known, line, person, fields.get("ended", "").casefold())


def _change_address(known: _Known, line: Line, person: Row, fields: Fields, cleared: Collection[str]) -> None:
    before = {column: person[column] for column in ("street", "place")}
    kept = {column: "" if column in cleared else before[column] for column in before}
    after = {column: said or kept[column] for column, said in _address(fields).items()}
    line.changes += [(column, before[column], after[column]) for column in after if after[column] != before[column]]
    if after != before:
        people.set_address(known.db, person["id"], after["street"], after["place"])


def _change_access(known: _Known, line: Line, person: Row, said: str) -> None:
    if said in YES and not person["ended_at"]:
        line.changes.append(("ended", "", "yes"))
        accounts.end_access(known.store, person["id"])
    elif said in NO and person["ended_at"]:
        line.changes.append(("ended", "yes", "no"))
        accounts.give_access(known.store, person["id"])
    elif person["ended_at"] and not said:
        line.notes.append(Said("has_ended"))


# The list as we write it


def write(store: Store) -> bytes:
    """Everybody who hands in papers, in the columns that `take` reads: UTF-8 with its mark, as Excel wants it."""
    members: dict[str, list[Row]] = {}
    for member in cases.households(store.db):
        members.setdefault(member["case"], []).append(member)
    rows = []
    for person in people.listed(store.db):
        if person["role"] == "jobseeker":
            ended = "ja" if person["ended_at"] else ""
            others = household.written(members.get(person["case_id"], []))
            rows.append([person["case_number"] or "", person["name"], person["login"], person["language"],
                         person["team_name"] or "", person["approved_until"] or "", person["street"], person["place"],
                         others, ended])  # fmt: skip
    return as_csv([[names[0] for names in COLUMNS.values()], *rows])


def as_csv(rows: Iterable[Iterable[str]]) -> bytes:
    """Rows for a spreadsheet, in which no cell can become a formula."""
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows([_guarded(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _guarded(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell
