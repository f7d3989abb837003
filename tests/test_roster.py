"""The office's list of people and cases: read as offices write it, looked at before it counts, all or nothing."""

from __future__ import annotations

import csv
import io

import pytest

from app import accounts, roster
from app.errors import AccessEnded, BadList, ListChanged, WrongLogin
from app.store import cases, people, submissions
from tests.make import JANA, hand_in, make_photo

HEAD = "BG-Nummer;Name;Persönliche ID;Sprache;Team;Bewilligt bis;Haushalt;Zugang beendet"


def a_list(*lines, head=HEAD):
    return "\r\n".join([head, *lines]).encode()


def rows(store):
    """Every row that a list may touch, as it stands."""
    tables = ("person", "case", "member", "household", "team", "session")
    return {name: [tuple(row) for row in store.db.execute(f'SELECT * FROM "{name}" ORDER BY 1, 2')] for name in tables}


def whats(report):
    return [line.what for line in report.lines]


def test_a_list_is_looked_at_first_and_then_taken_once(store):
    data = a_list(
        "41502//00000001;Jana Özdemir-Kaya;11112222;de;Team Zwei;31.03.2027;Ela Özdemir (Kind) | Can Özdemir;",
        "41502//00000777;Olga Petrenko;;Ukrainisch;Team Eins;2027-01-31;;",
    )
    before = rows(store)
    looked = roster.take(store, data, "nothing")
    assert whats(looked) == ["changed", "new"] and rows(store) == before
    assert ("team", "Team Eins", "Team Zwei") in looked.lines[0].changes
    assert [said.code for said in looked.lines[1].notes] == ["no_language"]
    taken = roster.take(store, data, "all", seen=looked.hash)
    assert taken.hash == looked.hash
    jana = people.by_login(store.db, "11112222")
    case = cases.of_person(store.db, jana["id"])
    assert (jana["name"], case["team"], case["approved_until"]) == ("Jana Özdemir-Kaya", "two", "2027-03-31")
    names = [member["name"] for member in cases.members(store.db, case["id"])]
    assert names == ["Jana Özdemir-Kaya", "Can Özdemir", "Ela Özdemir"]
    olga = people.by_login(store.db, taken.lines[1].login)
    assert olga["name"] == "Olga Petrenko" and len(olga["login"]) == 8
    with pytest.raises(WrongLogin):  # nobody knows a secret before the letter, not even an empty one
        accounts.sign_in(store, olga["login"], "", "a")
    after = rows(store)
    assert whats(roster.take(store, data, "all")) == ["unchanged", "unchanged"] and rows(store) == after


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_lists_are_read_as_offices_save_them(store, encoding, separator):
    head = separator.join(("case number", "full name", "TEAM", "Bemerkung"))
    line = separator.join(("41502//00000002", '"Müller, Jörg; gen. Ω"' if encoding != "cp1252" else '"Müller, Jörg;"'))
    data = f"{head}\n\n{line}{separator}team eins{separator}x\n".encode(encoding)
    report = roster.take(store, data, "all")
    assert whats(report) == ["new"] and report.lines[0].number == 3 and report.unknown == ["Bemerkung"]
    assert people.by_login(store.db, report.lines[0].login)["name"].startswith("Müller, Jörg;")


def test_every_wrong_line_is_named_with_its_number_and_nothing_is_changed_unless_the_good_lines_are_wanted(store):
    data = a_list(
        "41502//00000002;Gute Zeile;;de;Team Eins;;;",
        ";Ohne Nummer;;;Team Eins;;;",
        "keine;Ohne Ziffer;;;Team Eins;;;",
        "41502//00000003;=HYPERLINK(1);;;Team Eins;;;",
        "41502//00000004;Falsches Datum;;;Team Eins;31.02.2027;;",
        "41502//00000005;Kein Team;;;Team Neun;;;",
        "41502//00000006;Neu ohne Team;;;;;;",
        "41502//00000002;Widerspruch;;;Team Zwei;;;",
        "41502//00000001;Die Sachbearbeiterin;mira;;;;;",
        "41502//00000001;Jana Özdemir;11112222;;;;;",
        "41502//00000001;Jana Özdemir;1111 2222;;;;;",
        "41502//00000001;Zu viel;;;;;;;;",
        "41502//00000001;Unklar;;;;;;vielleicht",
    )
    before = rows(store)
    looked = roster.take(store, data, "nothing").lines
    wrong = {line.number: [said.code for said in line.faults] for line in looked if line.faults}
    assert wrong == {
        3: ["empty"], 4: ["no_number"], 5: ["formula"], 6: ["no_date"], 7: ["no_team"], 8: ["team_missing"],
        9: ["contradicts"], 10: ["not_a_customer"], 12: ["twice"], 13: ["too_many_fields"], 14: ["no_yes"],
    }  # fmt: skip
    with pytest.raises(BadList) as refused:
        roster.take(store, data, "all")
    assert {fault["line"] for fault in refused.value.extra["faults"]} == set(wrong)
    assert rows(store) == before
    taken = roster.take(store, data, "good")
    assert {line.name for line in taken.lines if line.what == "new"} == {"Gute Zeile"}
    assert len(rows(store)["person"]) == len(before["person"]) + 1 and rows(store)["team"] == before["team"]
    assert all(said.words(language) for line in taken.lines for said in line.faults for language in ("de", "en"))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "list_empty"),
        (b"\x89PNG\r\n\x1a\n\0\0", "list_no_text"),
        (b"Name;Team\nA;B", "column_missing"),
        (b"BG;Name;BG-Nummer\n1;A;2", "column_twice"),
        (b'BG;Name\n1;"' + b"A" * 140_000, "list_broken"),
        (b"BG;Name\n" + b"1;A\n" * 20_001, "list_too_long"),
        (b"x" * (roster.MOST_BYTES + 1), "list_too_large"),
    ],
)
def test_what_is_no_list_is_refused_with_its_reason(store, data, code):
    with pytest.raises(BadList) as refused:
        roster.take(store, data, "good")
    assert [fault["code"] for fault in refused.value.extra["faults"]] == [code]


def test_what_would_happen_now_must_be_what_was_shown(store):
    data = a_list("41502//00000001;Jana Özdemir;11112222;;Team Zwei;;;")
    shown = roster.take(store, data, "nothing")
    case = cases.by_number(store.db, "41502//00000001")
    cases.change(store.db, case["id"], "two", None)
    with pytest.raises(ListChanged):
        roster.take(store, data, "all", seen=shown.hash)


def test_a_person_moves_and_what_they_sent_stays_where_it_was_sent(store):
    jana = people.by_login(store.db, "11112222")
    submission = hand_in(store, jana["id"], [make_photo()])
    moved = a_list("41502//00000009;Jana Özdemir;11112222;;Team Zwei;;;")
    assert whats(roster.take(store, moved, "all")) == ["changed"]
    assert cases.of_person(store.db, jana["id"])["number"] == "41502//00000009"
    assert submissions.desk_one(store.db, submission, "one")["case_number"] == "41502//00000001"
    assert not submissions.desk_one(store.db, submission, "two")


def test_access_ends_by_a_column_and_never_by_absence(store):
    signed_in = accounts.sign_in(store, "11112222", "123456", "a")
    roster.take(store, a_list("41502//00000005;Jemand Anderes;;;Team Eins;;;"), "all")
    assert accounts.who(store, signed_in.token, "browser", 1800)
    roster.take(store, a_list("41502//00000001;Jana Özdemir;11112222;;;;;ja"), "all")
    assert not accounts.who(store, signed_in.token, "browser", 1800)
    assert not accounts.who(store, signed_in.upload_token, "upload", 1800)
    with pytest.raises(AccessEnded):
        accounts.sign_in(store, "11112222", "123456", "a")
    report = roster.take(store, a_list("41502//00000001;Jana Özdemir;11112222;;;;;"), "all")
    assert whats(report) == ["unchanged"] and report.lines[0].notes[0].code == "has_ended"
    assert whats(roster.take(store, a_list("41502//00000001;Jana Özdemir;11112222;;;;;nein"), "all")) == ["changed"]
    assert people.by_login(store.db, "11112222")["ended_at"] is None


def test_household_members_come_go_and_come_back_as_the_same(store):
    def told(household):
        roster.take(store, a_list(f"41502//00000001;Jana Özdemir;11112222;;;;{household};"), "all")
        case = cases.by_number(store.db, "41502//00000001")
        return {m["name"]: m["id"] for m in cases.members(store.db, case["id"]) if not m["signs_in"]}

    first = told("Ela Özdemir (Kind)|Can Özdemir (Kind)|Jana Özdemir")
    assert set(first) == {"Ela Özdemir", "Can Özdemir"}
    assert told("") == first, "nobody goes by absence"
    assert set(told("Ela Özdemir (ausgezogen)")) == {"Can Özdemir"}
    assert told("Ela Özdemir (Kind)") == first
    roster.take(store, a_list("41502//00000001;Can Özdemir;;;;;;"), "all")
    assert set(told("")) == {"Ela Özdemir"}, "who signs in now is there once"


def address(store, login="11112222"):
    jana = people.by_login(store.db, login)
    return jana["street"], jana["place"]


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("Straße und Hausnummer;PLZ und Ort", "Lindenweg 4;01067 Dresden"),
        ("ANSCHRIFT;Ort", "Lindenweg  4;01067  Dresden"),
        ("street;postcode and town", "Lindenweg 4;01067 Dresden"),
        ("Strasse;Hausnr.;PLZ;Ort", "Lindenweg;4;1067;Dresden"),
        ("Straße;Hausnummer;PLZ;Ort", "Lindenweg 4;4;01067;01067 Dresden"),
    ],
)
def test_an_address_is_read_in_one_piece_or_in_two_and_shown_before_it_counts(store, head, line):
    data = a_list(f"41502//00000001;Jana Özdemir;11112222;{line}", head=f"BG;Name;ID;{head}")
    looked = roster.take(store, data, "nothing")
    assert looked.lines[0].changes == [("street", "", "Lindenweg 4"), ("place", "", "01067 Dresden")]
    assert not looked.unknown and address(store) == ("", "")
    roster.take(store, data, "all", seen=looked.hash)
    assert address(store) == ("Lindenweg 4", "01067 Dresden")
    assert whats(roster.take(store, data, "all")) == ["unchanged"]


def test_an_empty_cell_leaves_the_address_and_half_of_one_is_a_fault(store):
    head = "BG;Name;ID;Straße;Hausnummer;PLZ;Ort"
    roster.take(store, a_list("41502//00000001;Jana Özdemir;11112222;Am Weg 12;;12345;Musterstadt", head=head), "all")
    moved = a_list("41502//00000001;Jana Özdemir;11112222;Am Weg;2;;", head=head)
    assert roster.take(store, moved, "all").lines[0].changes == [("street", "Am Weg 12", "Am Weg 2")]
    assert whats(roster.take(store, a_list("41502//00000001;Jana Özdemir;11112222"), "all")) == ["unchanged"]
    assert address(store) == ("Am Weg 2", "12345 Musterstadt")
    for line in ("Am Weg;2;12345;", ";2;12345;Musterstadt", "=1;2;12345;Musterstadt", f"{'x' * 81};2;12345;Ort"):
        report = roster.take(store, a_list(f"41502//00000001;Jana Özdemir;11112222;{line}", head=head), "nothing")
        assert whats(report) == ["wrong"]
        assert all(said.words(language) for said in report.lines[0].faults for language in ("de", "en"))


def test_somebody_new_comes_with_their_address_and_it_is_written_out_again(store):
    head = "BG;Name;Team;Straße;PLZ und Ort"
    report = roster.take(
        store, a_list("41502//00000009;Olga Petrenko;Team Eins;Hafen 1;12345 Musterstadt", head=head), "all"
    )
    assert address(store, report.lines[0].login) == ("Hafen 1", "12345 Musterstadt")
    written = roster.write(store)
    assert "Straße und Hausnummer;PLZ und Ort" in written.decode("utf-8-sig").splitlines()[0]
    assert ";Hafen 1;12345 Musterstadt;" in written.decode("utf-8-sig")
    assert "changed" not in whats(roster.take(store, written, "nothing"))


def test_what_we_write_is_what_we_read_and_no_cell_is_a_formula(store):
    accounts.add_person(store, {**JANA, "login": "77778888", "name": "=1+1"}, JANA["case"])
    roster.take(store, a_list("41502//00000001;Jana Özdemir;11112222;;;31.03.2027;Ela (Kind);"), "all")
    written = roster.write(store)
    cells = list(csv.reader(io.StringIO(written.decode("utf-8-sig")), delimiter=";"))
    assert not [cell for row in cells for cell in row if cell.startswith(roster.FORMULA)]
    assert any("'=1+1" in row for row in cells)
    again = roster.take(store, written, "nothing")
    assert [line.what for line in again.lines if line.name == "Jana Özdemir"] == ["unchanged"]
