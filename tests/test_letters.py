"""Activation letters: codes that are said once, open the door once, and are nowhere but on paper."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pypdfium2
import pytest

from app import accounts, letter_pdf, letters, roster
from app.cli import main
from app.errors import ChoosePin, CodeOver, CommandError, WeakPin, WrongLogin
from app.office import Office, load_office
from app.store import people
from tests.make import JANA, KERSTIN, MIRA

CODE = re.compile(r"\d{4} \d{4}")


@pytest.fixture
def olga(store):
    """Somebody new from a list, without a letter yet."""
    report = roster.take(store, b"BG;Name;Team;Sprache\n41502//00000009;Olga Petrenko;Team Eins;en", "all")
    return report.lines[0].login


def with_code(store, login):
    [code] = accounts.make_codes(store, letters.wanted(store, [login]))
    accounts.use_codes(store, [code])
    return code.code


def texts_of(pdf):
    return [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf)]


def test_a_code_opens_the_door_once_a_pin_takes_its_place(store, olga):
    code = with_code(store, olga)
    for _ in range(2):  # a lost answer costs nothing: nothing is used up before the PIN is chosen
        with pytest.raises(ChoosePin):
            accounts.sign_in(store, olga, code, "a", "phone")
    signed_in = accounts.sign_in(store, olga, code, "a", "phone", "806142")
    assert accounts.who(store, signed_in.token, "browser", 1800)
    for pin in (None, "806143"):
        with pytest.raises(WrongLogin):
            accounts.sign_in(store, olga, code, "a", "phone", pin)
    assert accounts.sign_in(store, olga, "806142", "a").person["name"] == "Olga Petrenko"


@pytest.mark.parametrize("pin", ["", "80614", "111111", "123456", "654321", "the code", "the id"])
def test_a_pin_that_is_guessed_first_is_refused_and_the_code_stays_good(store, olga, pin):
    code = with_code(store, olga)
    with pytest.raises(WeakPin):
        accounts.sign_in(store, olga, code, "a", "phone", {"the code": code, "the id": olga}.get(pin, pin))
    assert accounts.sign_in(store, olga, code, "a", "phone", "806142")


def test_a_code_is_good_for_thirty_days_and_only_its_owner_is_told_that_it_is_over(store, clock, olga):
    code = with_code(store, olga)
    clock.turn(accounts.CODE_GOOD_FOR + 1)
    with pytest.raises(CodeOver):
        accounts.sign_in(store, olga, code, "a", "phone", "806142")
    with pytest.raises(WrongLogin):
        accounts.sign_in(store, olga, "00000000", "a", "phone", "806142")


def test_a_new_letter_ends_the_old_code_the_pin_and_every_session(store):
    token = accounts.sign_in(store, JANA["login"], JANA["secret"], "a").token
    first, second = with_code(store, JANA["login"]), with_code(store, JANA["login"])
    assert not accounts.who(store, token, "browser", 1800)
    for old in (JANA["secret"], first):
        with pytest.raises(WrongLogin):
            accounts.sign_in(store, JANA["login"], old, "a", None, "806142")
    assert accounts.sign_in(store, JANA["login"], second, "a", None, "806142")


def test_guessing_a_code_has_to_wait_as_guessing_a_pin_has(store, olga):
    from app.errors import TooManyTries

    code = with_code(store, olga)
    for _ in range(accounts.WITH_LOGIN.free):
        with pytest.raises(WrongLogin):
            accounts.sign_in(store, olga, "00000000", "a", None, "806142")
    with pytest.raises(TooManyTries):
        accounts.sign_in(store, olga, code, "b", None, "806142")


def test_who_gets_a_letter(store, olga):
    assert [row["login"] for row in letters.wanted(store, new=True)] == [olga]
    with_code(store, olga)
    assert letters.wanted(store, new=True) == []
    assert [row["login"] for row in letters.wanted(store)] == [olga], "a code that waits may have been lost"
    assert [row["login"] for row in letters.wanted(store, ["1111 2222"])] == [JANA["login"]]
    accounts.end_access(store, people.by_login(store.db, JANA["login"])["id"])
    for stranger in (JANA["login"], MIRA["login"], "99999999"):
        with pytest.raises(CommandError):
            letters.wanted(store, [stranger])


def test_a_letter_says_all_in_german_and_again_in_the_persons_language(store, config, olga):
    office = replace(load_office(config.data), benefit={"de": "Grundsicherungsgeld"}, former=["Bürgergeld"])
    made = letters.make(store, office, "https://beleg.example.de", letters.wanted(store, [olga, JANA["login"]]))
    german, english, jana = texts_of(made.pdf)
    for said in (german, english):
        assert "Olga Petrenko" in said and "41502//00000009" in said and "beleg.example.de" in said
        assert {found.replace(" ", "") for found in CODE.findall(said)} == {olga, made.codes[0].code}
    assert "Einmal-Code" in german and "Grundsicherungsgeld (früher: Bürgergeld)" in german
    assert "One-time code" in english and "Einmal-Code" not in english
    assert "Jana Özdemir" in jana and made.codes[0].code[:4] + " " not in jana


ADDRESS = ("Lindenweg 4", "12345 Musterstadt")
MM = 72 / 25.4


def in_the_window(page, said):
    """Whether a text lies where the window of an envelope shows it (DIN 5008, form B), below the sender's part."""
    text = page.get_textpage()
    found = text.search(said).get_next()
    assert found, said
    boxes = [text.get_charbox(at) for at in range(found[0], found[0] + found[1])]
    left, right = min(box[0] for box in boxes), max(box[2] for box in boxes)
    top, bottom = page.get_height() - max(box[3] for box in boxes), page.get_height() - min(box[1] for box in boxes)
    return 20 * MM < left < right < 105 * MM and 62.7 * MM < top < bottom < 90 * MM


def test_the_address_stands_in_the_window_of_both_pages_and_without_one_the_name_alone(store, config, olga):
    people.set_address(store.db, people.by_login(store.db, olga)["id"], *ADDRESS)
    wanted = letters.wanted(store, [olga, JANA["login"]])
    made = letters.make(store, load_office(config.data), "https://beleg.example.de", wanted)
    *both, jana = pypdfium2.PdfDocument(made.pdf)
    for page in both:
        assert all(in_the_window(page, said) for said in ("Olga Petrenko", *ADDRESS))
    assert in_the_window(jana, "Jana Özdemir") and ADDRESS[1] not in texts_of(made.pdf)[2]


def test_a_name_and_an_address_that_are_too_long_for_the_window_stay_in_it(store, config, olga):
    id = people.by_login(store.db, olga)["id"]
    people.set_name(store.db, id, " ".join(["Maximiliana-Charlotte"] * 9))
    people.set_address(store.db, id, "Straße der Vereinten Nationen " * 2 + "117 a, Haus links", ADDRESS[1])
    made = letters.make(store, load_office(config.data), "https://beleg.example.de", letters.wanted(store, [olga]))
    page = pypdfium2.PdfDocument(made.pdf)[0]
    for said in ("Maximiliana-Charlotte", "Straße der Vereinten", "links", ADDRESS[1]):
        assert in_the_window(page, said)


def test_the_qr_code_holds_the_id_behind_the_hash_and_never_the_code(store, olga):
    address = letter_pdf.address_of("https://beleg.example.de", olga)
    assert address == f"https://beleg.example.de/#/signin/{olga}"
    drawn = []
    original = letter_pdf.segno.make
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(letter_pdf.segno, "make", lambda said, **more: drawn.append(said) or original(said, **more))
        letters.make(store, Office("X", [], []), "https://beleg.example.de", letters.wanted(store, [olga]))
    assert set(drawn) == {address}


def test_the_command_writes_a_private_file_and_the_database_a_hash(store, config, monkeypatch, tmp_path, capsys, olga):
    monkeypatch.setenv("BELEGBOTE_DATA", str(config.data))
    monkeypatch.setenv("BELEGBOTE_ORIGIN", "https://beleg.example.de")
    paper = tmp_path / "letters.pdf"
    main(["letters", "--new", "-o", str(paper)])
    assert paper.stat().st_mode & 0o777 == 0o600
    said = texts_of(paper.read_bytes())[0]
    [code] = {found.replace(" ", "") for found in CODE.findall(said)} - {olga}
    assert code not in capsys.readouterr().out and code.encode() not in (config.data / "belegbote.sqlite").read_bytes()
    before = people.by_login(store.db, olga)["secret_hash"]
    for again in (["letters", "-o", str(paper)], ["letters", "--new", "-o", str(tmp_path / "other.pdf")]):
        with pytest.raises(SystemExit):  # nothing is overwritten, and nobody is new any more
            main(again)
    assert people.by_login(store.db, olga)["secret_hash"] == before
    assert accounts.sign_in(store, olga, code, "a", "phone", "806142")


def test_lists_and_the_end_of_an_access_by_command(store, config, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("BELEGBOTE_DATA", str(config.data))
    sheet = tmp_path / "people.csv"
    sheet.write_bytes(b"BG;Name;Team\n41502//00000009;Olga Petrenko;Team Neun\n")
    with pytest.raises(SystemExit) as ended:
        main(["people", "import", str(sheet), "--really"])
    assert ended.value.code == 2 and "line 2: There is no team" in capsys.readouterr().err
    with pytest.raises(SystemExit) as ended:
        main(["people", "import", str(sheet), "--new-teams"])
    assert ended.value.code == 0 and people.team_by_name(store.db, "Team Neun") is None
    with pytest.raises(SystemExit):
        main(["people", "import", str(sheet), "--new-teams", "--really"])
    assert people.team_by_name(store.db, "Team Neun")
    main(["people", "export", "-o", str(tmp_path / "all.csv")])
    assert "Olga Petrenko" in (tmp_path / "all.csv").read_text("utf-8-sig")
    main(["person", "end", JANA["login"]])
    assert people.by_login(store.db, JANA["login"])["ended_at"]


# Over the API, as the desk does it


def test_an_admin_finds_people_ends_an_access_and_opens_it_again(client, store, olga):
    accounts.add_person(store, KERSTIN)
    kerstin, jana = client(KERSTIN), client(JANA)
    for words in ("özdemir", "1111", "4150200000001", "team eins jana"):
        assert "Jana Özdemir" in [one["name"] for one in kerstin.get(f"/api/v1/desk/people?q={words}").json["people"]]
    told = kerstin.get("/api/v1/desk/people?access=none").json
    assert [one["login"] for one in told["people"]] == [olga] and told["new"] == 1
    address = f"/api/v1/desk/people/{people.by_login(store.db, JANA['login'])['id']}"
    for _ in range(2):
        assert kerstin.patch(address, json={"access": "ended"}).json["access"] == "ended"
    assert jana.get("/api/v1/session").status_code == 401
    refused = client().put("/api/v1/session", json={"login": JANA["login"], "secret": JANA["secret"]})
    assert (refused.status_code, refused.json["code"]) == (403, "access_ended")
    assert kerstin.post(address + "/secret").status_code == 400
    assert kerstin.patch(address, json={"access": "open"}).json["access"] == "own"
    assert client(JANA).get("/api/v1/session").status_code == 200
    herself = f"/api/v1/desk/people/{people.by_login(store.db, KERSTIN['login'])['id']}"
    assert kerstin.patch(herself, json={"access": "ended"}).json["code"] == "not_yourself"
    assert kerstin.post(herself + "/secret").json["code"] == "not_yourself"


def test_an_admin_makes_codes_passwords_and_letters(client, store, olga):
    accounts.add_person(store, KERSTIN)
    kerstin = client(KERSTIN)
    ids = {login: people.by_login(store.db, login)["id"] for login in (olga, MIRA["login"])}
    made = kerstin.post(f"/api/v1/desk/people/{ids[MIRA['login']]}/secret").json
    own = {"login": MIRA["login"], "secret": made["secret"], "new_secret": "nine char"}
    assert client().put("/api/v1/session", json=own).json["least"] == 10
    own["new_secret"] = "her own password"
    assert client().put("/api/v1/session", json=own).status_code == 200
    assert client({**MIRA, "secret": own["new_secret"]}).get("/api/v1/session").status_code == 200
    code = kerstin.post(f"/api/v1/desk/people/{ids[olga]}/secret").json["secret"]
    asked = {"login": olga, "secret": code}
    assert client().put("/api/v1/session", json=asked).json["code"] == "choose_pin"
    letter = kerstin.post("/api/v1/desk/letters", json={"people": [ids[olga], ids[MIRA["login"]]]})
    assert letter.mimetype == "application/pdf" and letter.headers["Cache-Control"] == "no-store"
    assert client().put("/api/v1/session", json=asked).json["code"] == "wrong_login", "the letter ended the code"
    pages = texts_of(io.BytesIO(letter.data))
    [fresh] = {found.replace(" ", "") for found in CODE.findall(pages[0])} - {olga}
    assert len(pages) == 2, "a caseworker gets no letter"
    said = client().put("/api/v1/session", json={"login": olga, "secret": fresh, "new_secret": "806142"})
    assert said.status_code == 200 and said.json["upload_token"]
    assert kerstin.post("/api/v1/desk/letters", json={}).status_code == 404, "nobody is new"


def test_an_admin_looks_at_a_list_and_takes_it(client, store):
    accounts.add_person(store, KERSTIN)
    kerstin = client(KERSTIN)
    good = "BG;Name;Team\n41502//00000009;Olga Petrenko;Team Eins\n"
    looked = kerstin.post("/api/v1/desk/people/list?language=en", data=good.encode())
    assert looked.json["counts"]["new"] == 1 and not looked.json["taken"] and looked.json["lines"][0]["login"] == ""
    wrong = kerstin.post("/api/v1/desk/people/list?take=all&language=en", data=(good + "x;Y;Team Eins\n").encode())
    assert (
        wrong.status_code == 400
        and wrong.json["faults"][0]["line"] == 3
        and "BG number" in wrong.json["faults"][0]["text"]
    )
    stale = kerstin.post("/api/v1/desk/people/list?take=all&seen=0123456789abcdef", data=good.encode())
    assert (stale.status_code, stale.json["code"]) == (409, "list_changed")
    taken = kerstin.post(f"/api/v1/desk/people/list?take=all&seen={looked.json['hash']}", data=good.encode())
    assert taken.json["taken"] and len(taken.json["lines"][0]["login"]) == 8
    written = kerstin.get("/api/v1/desk/people/list")
    assert written.mimetype == "text/csv" and "Olga Petrenko" in written.data.decode("utf-8-sig")
