"""The office's own texts: saved whole or not at all, taken up by whoever runs, and nothing of others is lost."""

from __future__ import annotations

import base64
import io
import json
import multiprocessing

import pytest
from PIL import Image

from app import accounts, check
from app.errors import BadLogo, BadOffice, OfficeChanged
from app.main import create_app
from app.office import EARLIER, FILE, SHIPPED, load_office, save
from app.store import people
from tests.make import JANA, KERSTIN, MIRA, new_id

TEMPLATE = {
    "id": "winter",
    "names": {"de": "Heizung im Winter", "en": "Heating"},
    "days": 10,
    "reason": {"de": "Wir rechnen die Heizung aus.", "en": "We work out the heating."},
    "basis": {"de": "§ 22 SGB II"},
    "papers": [{"kind": "utility_bill", "note": {"de": "die neueste"}}, {"kind": "payslip"}],
}
PHRASE = {"id": "thanks", "names": {"de": "Danke"}, "text": {"de": "Vielen Dank.", "en": "Thank you."}}


def picture(kind="PNG", size=(1600, 300), **more):
    out = io.BytesIO()
    Image.new("RGB", size, "#2044aa").save(out, kind, **more)
    return base64.b64encode(out.getvalue()).decode()


def test_what_one_process_saves_every_process_uses_and_the_version_before_is_kept(store, config, client):
    accounts.add_person(store, KERSTIN)
    kerstin, elsewhere = client(KERSTIN), create_app(config, store).test_client()
    texts = kerstin.get("/api/v1/desk/office").json
    texts["kinds"][0]["names"]["de"] = "Auszug vom Konto"
    texts["kinds"].append({"id": "lease", "names": {"de": "Pachtvertrag"}})
    saved = kerstin.put("/api/v1/desk/office", json={**texts, "name": "Jobcenter Lindenau"})
    assert saved.status_code == 200 and saved.json["version"] != texts["version"]
    told = elsewhere.get("/api/v1/office").json
    assert told["name"] == "Jobcenter Lindenau" and told["kinds"][0]["names"]["de"] == "Auszug vom Konto"
    assert told["kinds"][-1]["id"] == "lease" and told["benefit"]["names"]["de"] == "Grundsicherungsgeld"
    first = (config.data / FILE).read_bytes()
    again = kerstin.put(
        "/api/v1/desk/office", json={"version": saved.json["version"], "benefit": {"de": "Geld"}, "former": []}
    )
    assert again.json["benefit"] == {"de": "Geld"} and again.json["name"] == "Jobcenter Lindenau"
    assert (config.data / EARLIER).read_bytes() == first
    assert list(check.look(store)) == [], "what is kept beside the office's file is no stranger"


def test_what_the_file_holds_and_this_release_does_not_know_stays(config, store):
    template = {"id": "renewal", "names": {"de": "Neu"}, "colour": "blue"}
    raw = {**json.loads(SHIPPED.read_text("utf-8")), "templates": [template]}
    raw["kinds"][0]["keep_days"] = 30
    (config.data / FILE).write_text(json.dumps(raw), "utf-8")
    before = load_office(config.data)
    saved = save(config.data, before.version, {"name": "Neu", "kinds": before.kinds})
    after = json.loads((config.data / FILE).read_text("utf-8"))
    assert after["templates"] == raw["templates"] and after["kinds"] == raw["kinds"] and saved.name == "Neu"


def test_templates_and_phrases_are_saved_in_their_order_and_at_once_there_for_who_asks_and_writes(store, client):
    accounts.add_person(store, KERSTIN)
    kerstin, mira = client(KERSTIN), client(MIRA)
    texts = kerstin.get("/api/v1/desk/office").json
    known = mira.get("/api/v1/desk/templates").json["templates"]
    assert texts["templates"] == known and texts["phrases"] == mira.get("/api/v1/desk/phrases").json["phrases"] != []
    wanted = [TEMPLATE, *reversed(known[1:])]
    saved = kerstin.put(
        "/api/v1/desk/office", json={"version": texts["version"], "templates": wanted, "phrases": [PHRASE]}
    )
    assert saved.status_code == 200 and saved.json["kinds"] == texts["kinds"]
    assert mira.get("/api/v1/desk/templates").json["templates"] == wanted, "one is gone, and nothing is missed"
    assert mira.get("/api/v1/desk/phrases").json["phrases"] == [PHRASE]
    assert "phrases" not in client().get("/api/v1/office").json, (
        "what the office writes is nobody else's before it is sent"
    )
    wrong = {"version": saved.json["version"], "templates": [{**TEMPLATE, "papers": []}]}
    refused = kerstin.put("/api/v1/desk/office", json=wrong)
    assert refused.status_code == 400 and refused.json["where"] == "templates.0.papers"


def test_when_to_expect_an_answer_and_when_something_is_overdue_are_the_offices_to_say(store, client):
    accounts.add_person(store, KERSTIN)
    kerstin = client(KERSTIN)
    said = {"answer_days": {"de": "Wir antworten in 3 Tagen."}, "decide_within_days": 3}
    version = kerstin.get("/api/v1/desk/office").json["version"]
    saved = kerstin.put("/api/v1/desk/office", json={"version": version, **said})
    assert said.items() <= saved.json.items()
    assert client().get("/api/v1/office").json["answer_days"] == said["answer_days"]


def test_an_ask_stays_as_its_template_was(store, config, client):
    accounts.add_person(store, KERSTIN)
    kerstin, mira = client(KERSTIN), client(MIRA)
    version = kerstin.get("/api/v1/desk/office").json["version"]
    saved = kerstin.put("/api/v1/desk/office", json={"version": version, "templates": [TEMPLATE]}).json
    said = {"person": people.by_login(store.db, JANA["login"])["id"], "due": "2026-12-04"}
    said |= {key: saved["templates"][0][key] for key in ("reason", "basis", "papers")}
    address = f"/api/v1/desk/asks/{new_id()}"
    before = mira.put(address, json=said).json
    assert before["reason"] == TEMPLATE["reason"]
    other = {**TEMPLATE, "reason": {"de": "Anders."}, "papers": [{"kind": "school"}]}
    for templates in ([other], []):
        version = load_office(config.data).version
        assert kerstin.put("/api/v1/desk/office", json={"version": version, "templates": templates}).status_code == 200
        assert mira.get(address).json == before


def test_of_two_admins_the_second_is_told_and_nothing_is_overwritten(config, store):
    version = load_office(config.data).version
    save(config.data, version, {"name": "Erste"})
    with pytest.raises(OfficeChanged):
        save(config.data, version, {"name": "Zweite"})
    assert load_office(config.data).name == "Erste"


def try_to_save(data, version, name):
    try:
        save(data, version, {"name": name})
    except OfficeChanged:
        raise SystemExit(7) from None


def test_of_many_who_save_at_the_same_moment_one_wins(config, store):
    version = load_office(config.data).version
    fork = multiprocessing.get_context("spawn")
    tries = [fork.Process(target=try_to_save, args=(config.data, version, f"Amt {n}")) for n in range(4)]
    for each in tries:
        each.start()
    for each in tries:
        each.join()
    assert sorted(each.exitcode for each in tries) == [0, 7, 7, 7]
    winner = next(n for n, each in enumerate(tries) if each.exitcode == 0)
    assert load_office(config.data).name == f"Amt {winner}"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"benefit": {"en": "money"}},
        {"kinds": []},
        {"kinds": [{"id": "x y", "names": {"de": "X"}}]},
        {"kinds": [{"id": "x", "names": {"en": "X"}}]},
        {"kinds": [{"id": "x", "names": {"de": "X" * 121}}]},
        {"kinds": [{"id": "x", "names": {"de": "X"}, "months": 0}]},
        {"kinds": [{"id": "x", "names": {"de": "X"}}] * 2},
        {"reasons": [{"id": "new", "names": {"de": "Neu"}}]},  # the others would be gone, and decisions name them
        {"answer_days": {"en": "soon"}},
        {"decide_within_days": 0},
        {"templates": [{**TEMPLATE, "days": 0}]},
        {"templates": [{**TEMPLATE, "days": 367}]},
        {"templates": [{**TEMPLATE, "papers": []}]},
        {"templates": [{**TEMPLATE, "papers": [{"kind": "unheard_of"}]}]},
        {"templates": [{**TEMPLATE, "papers": [{"kind": "payslip", "note": {"de": "X" * 201}}]}]},
        {"templates": [{**TEMPLATE, "reason": {"en": "only in English"}}]},
        {"templates": [{**TEMPLATE, "basis": {"de": "X" * 1001}}]},
        {"templates": [{**TEMPLATE, "names": {"en": "Winter"}}]},
        {"templates": [TEMPLATE, TEMPLATE]},
        {"phrases": [{**PHRASE, "text": {}}]},
        {"phrases": [{**PHRASE, "text": {"en": "only in English"}}]},
        {"phrases": [{**PHRASE, "text": {"de": "X" * 2001}}]},
        {"phrases": [{**PHRASE, "names": {"de": " "}}]},
    ],
)
def test_texts_that_are_not_whole_are_refused_and_change_nothing(config, store, wrong):
    with pytest.raises(BadOffice):
        save(config.data, load_office(config.data).version, wrong)
    assert not (config.data / FILE).exists()


def test_a_logo_is_made_anew_and_shown(config, store, client):
    accounts.add_person(store, KERSTIN)
    kerstin = client(KERSTIN)
    assert client().get("/api/v1/office/logo").status_code == 404
    exif = Image.Exif()
    exif[0x010E] = "a secret of the sender"
    said = {"version": kerstin.get("/api/v1/desk/office").json["version"], "logo": picture("JPEG", exif=exif)}
    saved = kerstin.put("/api/v1/desk/office", json=said).json
    assert saved["has_logo"] is True and client().get("/api/v1/office").json["logo"] is True
    shown = client().get("/api/v1/office/logo")
    with Image.open(io.BytesIO(shown.data)) as made:
        assert made.format == "PNG" and made.width <= 800 and made.height <= 240
    assert shown.mimetype == "image/png" and b"secret" not in shown.data
    gone = kerstin.put("/api/v1/desk/office", json={"version": saved["version"], "logo": None}).json
    assert gone["has_logo"] is False and client().get("/api/v1/office/logo").status_code == 404


@pytest.mark.parametrize(
    "said",
    [
        "%%%",
        base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg'/>").decode(),
        base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"0" * 100).decode(),
        base64.b64encode(b"0" * 300_001).decode(),
        picture("GIF"),
        picture("PNG", (2100, 2100)),
    ],
)
def test_what_is_no_small_picture_is_no_logo(config, store, said):
    with pytest.raises(BadLogo):
        save(config.data, load_office(config.data).version, {"logo": said})
    assert not (config.data / FILE).exists()


def test_a_file_broken_by_hand_leaves_the_texts_in_use(config, store, client):
    browser = client()
    name = browser.get("/api/v1/office").json["name"]
    (config.data / FILE).write_text("{", "utf-8")
    assert browser.get("/api/v1/office").json["name"] == name
    (config.data / FILE).write_text(json.dumps({**json.loads(SHIPPED.read_text("utf-8")), "name": "Heil"}), "utf-8")
    assert browser.get("/api/v1/office").json["name"] == "Heil"
