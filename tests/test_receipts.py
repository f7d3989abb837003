"""The receipt holds up: signed, on paper as PDF/A with a code, checked by anybody, also when all else is deleted."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import shutil
import subprocess
import sys
from pathlib import Path

import page as page_validation
import pikepdf
import pypdfium2
import pytest

from app import backup, check, reading, receipts
from app.errors import CommandError
from app.main import create_app
from app.store import open_store, people, submissions
from app.store import receipts as kept
from app.store.backups import Backups, open_backup
from app.store.database import run
from app.store.sealing import Unsealed
from tests.codes import codes_on
from tests.make import JANA, LUCA, MIRA, RAUL, hand_in, make_pdf, make_photo, scan_next, send

ROOT = Path(__file__).parents[1]
SMALL = (300, 400)
JSON = {"Accept": "application/json"}


@pytest.fixture
def jana(client):
    return client(JANA)


@pytest.fixture
def anybody(client):
    """A client that never signed in."""
    return client()


@pytest.fixture
def sent(jana):
    """A photo and a PDF of two pages."""
    return send(jana, PARTS, note="Miete und Strom")


PARTS = [make_photo(1, size=SMALL), make_pdf(2)]


def said_of(jana, submission):
    return jana.get(f"/api/v1/submissions/{submission}/receipt", headers=JSON).json


def paper_of(jana, submission):
    answer = jana.get(f"/api/v1/submissions/{submission}/receipt")
    assert answer.content_type == "application/pdf"
    return answer.data


def ask(anybody, **asked):
    answer = anybody.post("/api/v1/check", json={"code": "", **asked})
    assert answer.status_code == 200, answer.json
    return answer.json


def typed(said, **more):
    return {"number": said["number"], "code": said["short"], **more}


def words_of(pdf):
    """All that stands on a PDF, without the space between."""
    with pypdfium2.PdfDocument(pdf) as document:
        return re.sub(r"\s", "", "".join(page.get_textpage().get_text_range() for page in document))


# on paper


@pytest.mark.parametrize("language", ["de", "en"])
def test_both_issues_are_pdf_a_and_say_all_that_arrived(jana, store, clock, sent, language):
    jana.patch("/api/v1/session", json={"language": language})
    first = paper_of(jana, sent)
    clock.turn(3.0)
    assert paper_of(jana, sent) == first, "the same state, the same bytes, at any time"
    scan_next(store)
    second = paper_of(jana, sent)
    clock.turn(3.0)
    assert paper_of(jana, sent) == second
    said = said_of(jana, sent)
    assert len(said["documents"]) == 1
    for issue, paper in enumerate((first, second), 1):
        verdict = page_validation.validate_pdf_bytes(paper, profile="2b")
        assert verdict.is_compliant, [(f.rule_id, f.message) for f in verdict.failures]
        words = words_of(paper)
        wanted = [said["number"], said["short"], said["signature"], "JanaÖzdemir", "41502//00000001", "Lohnabrechnung"]
        wanted += [f"Fassung{issue}", "2SeitensindangekommenamDienstag,24.11.2026,03:00:00Uhr", "MieteundStrom"]
        wanted += [page["sha256"] for page in said["pages"]]
        wanted += ["Angekommen(UhrdesJobcenters)", "Fotografiert(UhrdesHandys)", "DieseZeitzähltnichtfürdieFrist"]
        assert [one for one in wanted if one not in words] == []
        assert ("2pageshavearrivedonTuesday" in words) == (language == "en")
        assert ("Payslip" in words) == (language == "en")
        assert (said["documents"][0]["sha256"] in words) == (issue == 2)
        with pikepdf.open(io.BytesIO(paper)) as pdf:
            pictures = sum(len(page.get_images()) for page in pdf.pages)
        assert pictures == (0 if issue == 1 else 3), "a picture of each page, once the scan has made them"


def test_the_qr_code_is_read_from_the_paper_and_proves_it_to_anybody(jana, anybody, sent, store):
    with pypdfium2.PdfDocument(paper_of(jana, sent)) as document:
        address = next(codes_on(document[0], top=1 / 3, right=0.4), "")
    page, _, code = address.partition("#")
    assert page == "http://localhost/check" and anybody.get("/check").status_code == 200
    assert ask(anybody, code=code)["said"] == "genuine"
    assert code == said_of(jana, sent)["code"]


def test_sixty_pages_have_their_hashes_and_a_code_no_larger_than_that_of_one(store, config, jana, client, clock):
    person = people.by_login(store.db, JANA["login"])["id"]
    parts = [b"%d" % n for n in range(60)]
    submission = hand_in(store, person, parts)
    words, said = words_of(paper_of(jana, submission)), said_of(jana, submission)
    assert all(hashlib.sha256(part).hexdigest() in words for part in parts)
    assert len(said["code"]) < 270


# for anybody


def test_anybody_sees_that_it_is_genuine_and_nothing_of_the_person_or_the_papers(jana, anybody, store, sent):
    said = said_of(jana, sent)
    for asked in (typed(said), {"code": said["code"]}, typed(said, code=said["short"].lower().replace("-", " "))):
        assert ask(anybody, **asked) == {
            "said": "genuine",
            "receipt": {"number": said["number"], "arrived_at": "2026-11-24T02:00:00Z", "pages": 2,
                        "office": "Jobcenter Musterstadt"},
            "file": None,
            "page": None,
        }  # fmt: skip
    shown = anybody.get("/check", query_string=typed(said)).get_data(as_text=True)
    assert visible(shown) == "genuine" and "24.11.2026, 03:00:00 Uhr" in shown
    hashes = [page["sha256"] for page in said["pages"]]
    for secret in ("Jana", "41502", "Lohnabrechnung", "payslip", "Miete", sent, *hashes):
        assert secret not in shown and secret not in said["code"]


def test_a_file_is_told_to_be_a_page_the_pdf_or_neither(jana, anybody, store, sent):
    scan_next(store)
    said, document = said_of(jana, sent), jana.get(f"/api/v1/submissions/{sent}/document").data
    for asked in (typed(said), {"code": said["code"]}):
        for data, told in (
            (PARTS[0], ("page", 1)),
            (PARTS[1], ("page", 2)),
            (document, ("document", None)),
            (PARTS[0] + b" ", ("other", None)),
        ):
            answer = ask(anybody, **asked, sha256=hashlib.sha256(data).hexdigest().upper())
            assert (answer["said"], answer["file"], answer["page"]) == ("genuine", *told)
        assert ask(anybody, **asked, sha256="abc")["file"] == "no_hash"


def test_a_pdf_that_became_searchable_is_signed_too_and_the_earlier_one_stays(jana, anybody, store, sent, monkeypatch):
    scan_next(store)
    earlier = jana.get(f"/api/v1/submissions/{sent}/document").data
    # tests/test_reading.py reads in earnest
    monkeypatch.setattr(reading, "_with_text", lambda *_: (earlier + b"% and its words\n", {}))
    reading.read(store, sent)
    later = jana.get(f"/api/v1/submissions/{sent}/document").data
    said = said_of(jana, sent)
    signed = [made["sha256"] for made in said["documents"]]
    assert signed == [hashlib.sha256(pdf).hexdigest() for pdf in (earlier, later)]
    for pdf in (earlier, later):
        assert ask(anybody, **typed(said), sha256=hashlib.sha256(pdf).hexdigest())["file"] == "document"
    assert said["documents"][1]["sha256"] in words_of(paper_of(jana, sent))


CHANGES = {
    "the number": (0, "2026-0002-01"),
    "the time": (1, "2026-11-23T02:00:00Z"),
    "the number of pages": (2, "3"),
    "the list of pages": (3, "A" * 43),
    "what it is about": (4, "A" * 43),
    "the key": (5, "00000000"),
    "the signature": (6, "A" * 86),
    "the office": (7, "Jobcenter%20Anderswo"),
}


@pytest.mark.parametrize(("at", "value"), CHANGES.values(), ids=CHANGES)
def test_a_code_with_anything_changed_is_not_genuine(jana, anybody, sent, at, value):
    parts = said_of(jana, sent)["code"].split("~")
    assert parts[at] != value
    parts[at] = value
    assert ask(anybody, code="~".join(parts))["said"] == ("unknown" if at == 0 else "forged")


def test_what_is_cut_or_mistyped_is_told_from_what_is_false(jana, anybody, sent):
    said = said_of(jana, sent)
    for code in (said["code"][:-30], said["code"].rpartition("~")[0], "~" * 7, "~" * 99):
        assert ask(anybody, code=code)["said"] in ("incomplete", "forged")
    assert ask(anybody, code=said["code"][:40])["said"] == "incomplete"
    assert ask(anybody, **typed(said, code="BB7K"))["said"] == "incomplete"
    assert ask(anybody, **typed(said, code="0000-0000-0000"))["said"] == "forged"
    assert ask(anybody, **typed(said, number="2026-0999-99"))["said"] == "unknown"
    assert anybody.post("/api/v1/check", json={"code": "x" * 2001}).status_code == 400
    assert anybody.post("/api/v1/check", json={}).status_code == 400


def test_who_asks_too_often_about_false_ones_waits(jana, anybody, sent, clock):
    said = said_of(jana, sent)
    for _ in range(50):
        assert ask(anybody, **typed(said, code="0000-0000-0000"))["said"] == "forged"
    refused = anybody.post("/api/v1/check", json=typed(said))
    assert (refused.status_code, refused.json["code"]) == (429, "too_many_tries")
    page = anybody.get("/check", query_string=typed(said))
    assert (page.status_code, visible(page.get_data(as_text=True))) == (429, "wait")
    assert int(page.headers["Retry-After"]) <= 60
    clock.turn(61)
    assert ask(anybody, **typed(said))["said"] == "genuine"


def test_the_page_answers_without_a_script_in_the_language_of_who_asks(jana, anybody, sent):
    said = said_of(jana, sent)
    for asked, shown in (
        (typed(said), "genuine"),
        ({"code": said["code"], "number": ""}, "genuine"),
        (typed(said, code="0000-0000-0000"), "forged"),
        (typed(said, number="2026-0999-99"), "unknown"),
        (typed(said, code="<script>"), "incomplete"),
        ({}, ""),
    ):
        answer = anybody.get("/check", query_string=asked)
        assert visible(answer.get_data(as_text=True)) == shown
        assert "<script>" not in answer.get_data(as_text=True).replace('<script type="module"', "")
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"
    german, english = "echt?", "genuine?"
    for lang, accept, title in (("en", "de", english), ("", "en", english), ("", "uk", german), ("xx", "", german)):
        page = anybody.get("/check", query_string={"lang": lang}, headers={"Accept-Language": accept})
        assert title in page.get_data(as_text=True)


def visible(page):
    """Which verdict a page shows."""
    shown = re.findall(r'data-said="(\w+)" class="[\w -]+">', page)
    assert len(shown) < 2
    return shown[0] if shown else ""


def test_the_page_is_no_part_of_the_phones_or_the_desks_shell(client):
    worker = client().get("/sw.js").get_data(as_text=True).splitlines()[0]
    assert "proof" not in worker and "/check/" in worker, "only the folder that looks at photos"


# for ever


def forget(store, submission):
    """What retention takes: files, rows, and what the receipt is about."""
    number = submissions.get(store.db, submission)["number"]
    for room in ("blobs", "documents", "parts"):
        shutil.rmtree(store.files.root / room, ignore_errors=True)
    store.db.execute("PRAGMA foreign_keys=OFF")
    for table in ("page", "sheet", "document", "job", "event", "decision", "push_outbox"):
        run(store.db, f'DELETE FROM "{table}"')
    run(store.db, "DELETE FROM submission")
    kept.forget_about(store.db, number)
    store.db.execute("PRAGMA foreign_keys=ON")


def test_it_still_verifies_when_pages_pdf_and_submission_are_deleted(jana, anybody, store, sent):
    scan_next(store)
    said, document = said_of(jana, sent), jana.get(f"/api/v1/submissions/{sent}/document").data
    forget(store, sent)
    assert said_of(jana, sent)["code"] == "not_found"
    for asked in (typed(said), {"code": said["code"]}):
        assert ask(anybody, **asked, sha256=hashlib.sha256(PARTS[1]).hexdigest())["page"] == 2
        assert ask(anybody, **asked, sha256=hashlib.sha256(document).hexdigest())["file"] == "document"
    row = kept.get(store.db, said["number"])
    assert receipts.is_intact(store, row)
    assert not any("Lohnabrechnung" in str(value) or "41502" in str(value) for value in row.values())


def test_the_paper_is_still_given_when_its_pages_are_deleted_and_says_so(jana, store, sent):
    scan_next(store)
    said, before = said_of(jana, sent), words_of(paper_of(jana, sent))
    shutil.rmtree(store.files.root / "documents")
    for table in ("page", "sheet", "document"):
        run(store.db, f'DELETE FROM "{table}"')
    paper = paper_of(jana, sent)
    assert page_validation.validate_pdf_bytes(paper, profile="2b").is_compliant
    words = words_of(paper)
    assert "DieSeitensindinzwischengelöscht.DieseBestätigunggiltweiter." in words
    assert "1Foto" not in words and "1Foto" in before, "what is not known any more is not said"
    assert all(page["sha256"] in words for page in said["pages"]) and said["short"] in words
    assert receipts.fault(store, submissions.get(store.db, sent), []) == ""


def test_the_code_alone_proves_it_when_nothing_at_all_is_left_here(jana, anybody, store, sent):
    """As after a restore of an older backup: the number lies in the gap, and its paper is genuine all the same."""
    said = said_of(jana, sent)
    forget(store, sent)
    run(store.db, "DELETE FROM receipt")
    told = ask(anybody, code=said["code"], sha256=said["pages"][0]["sha256"])
    assert (told["said"], told["receipt"]["pages"], told["file"]) == ("genuine", 2, "forgotten")
    assert ask(anybody, **typed(said))["said"] == "unknown", "the short code is only a name for our row"


TAMPERED = {
    "time": "arrived_at = '2026-11-01T02:00:00Z'",
    "office": "office = 'Jobcenter Anderswo'",
    "a page": 'pages = replace(pages, \'"sha256": "\', \'"sha256": "0\')',
    "no pages": "pages = '{broken'",
    "list": "page_list = about_hash",
    "about": "about = replace(about, 'Lohnabrechnung', 'Mietvertrag')",
    "key": "\"key\" = 'ffffffff'",
    "signature": "signature = replace(signature, 'A', 'B') || 'AAAA'",
}


@pytest.mark.parametrize("change", TAMPERED.values(), ids=TAMPERED)
def test_a_row_that_somebody_changed_is_believed_by_nobody_and_the_real_paper_is(jana, anybody, store, sent, change):
    said = said_of(jana, sent)
    assert [finding.what for finding in check.look(store)] == []
    run(store.db, f"UPDATE receipt SET {change}")
    assert ask(anybody, **typed(said))["said"] == "forged"
    assert ask(anybody, code=said["code"])["said"] == "genuine"
    assert [finding.what for finding in check.look(store)] == ["receipt_changed"]


# keys


def test_receipts_of_an_earlier_key_are_genuine_for_ever(jana, anybody, app, store, sent, clock, tmp_path):
    said = said_of(jana, sent)
    (store.files.root / "keys" / "receipt-sign.pem").unlink()
    again = open_store(store.files.root, clock)
    assert again.keys.sign_id != said["key"] and set(again.receipt_keys) == {said["key"], again.keys.sign_id}
    app.config["STORE"] = again
    assert ask(anybody, **typed(said))["said"] == ask(anybody, code=said["code"])["said"] == "genuine"
    new = said_of(jana, send(jana, [make_photo(5, size=SMALL)]))
    assert (new["key"], ask(anybody, code=new["code"])["said"]) == (again.keys.sign_id, "genuine")
    (tmp_path / "shelf").mkdir()
    made = backup.make(again, Backups(tmp_path / "shelf", Unsealed()))
    backup.restore(open_backup(made.folder, Unsealed()), tmp_path / "restored", clock)
    restored = open_store(tmp_path / "restored", clock)
    for one in (said, new):
        assert receipts.check_code(restored, one["code"]).said == "genuine"
    assert restored.keys.sign_id == new["key"]
    restored.close()
    (store.files.root / "keys" / f"receipt-sign-{said['key']}.pub").write_text("broken")
    app.config["STORE"] = open_store(store.files.root, clock)
    assert ask(anybody, code=said["code"])["said"] == "forged", "without its public key nothing is proved"


def test_the_key_that_signs_is_for_its_owner_only(store):
    assert (store.files.root / "keys" / "receipt-sign.pem").stat().st_mode & 0o777 == 0o600


def test_an_office_from_before_signs_what_it_has_at_the_next_start_or_restore_once(
    store, config, sent, jana, clock, tmp_path
):
    scan_next(store)
    said = said_of(jana, sent)
    run(store.db, "DELETE FROM receipt")
    run(store.db, "DELETE FROM receipt_document")
    assert [finding.what for finding in check.look(store)] == ["receipt_changed"]
    (tmp_path / "shelf").mkdir()
    made = backup.make(store, Backups(tmp_path / "shelf", Unsealed()))
    backup.restore(open_backup(made.folder, Unsealed()), tmp_path / "restored", clock)
    restored = open_store(tmp_path / "restored", clock)
    assert list(check.look(restored)) == [] and receipts.sign_earlier(restored) == 0
    restored.close()
    create_app(config, store)
    assert said_of(jana, sent) == said, "Ed25519 throws no dice: the same signature"
    assert receipts.sign_earlier(store) == 0


def test_only_its_own_sender_has_the_receipt(client, sent):
    for person, status in ((JANA, 200), (LUCA, 404), (MIRA, 404), (RAUL, 404), (None, 401)):
        assert client(person).get(f"/api/v1/submissions/{sent}/receipt").status_code == status


# without us


def test_the_words_of_the_docs_check_a_receipt_without_us(jana, anybody, store, sent, tmp_path):
    scan_next(store)
    said = said_of(jana, sent)
    by_hand = (ROOT / "docs" / "receipt.md").read_text("utf-8")
    script = re.search(r"```python\n(.*?)```", by_hand, re.DOTALL)[1]
    commands = re.search(r"```sh\n(.*?)```", by_hand, re.DOTALL)[1]
    (tmp_path / "key.pem").write_bytes(anybody.get(f"/check/{said['key']}.pem").data)
    statement = receipts.statement_of(kept.get(store.db, said["number"])).text()
    (tmp_path / "signed.txt").write_bytes(statement)
    (tmp_path / "signature.txt").write_text(said["signature"] + "\n")
    (tmp_path / "about.txt").write_text(f"submission={sent}\ncase=41502//00000001\nkind=Lohnabrechnung\n")
    (tmp_path / "page1").write_bytes(PARTS[0])
    (tmp_path / "page2").write_bytes(PARTS[1])
    for line in statement.decode().splitlines():
        assert line.replace(" ", "") in words_of(paper_of(jana, sent)), "all of it stands on the paper"

    def run_both():
        python = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True)
        shell = subprocess.run(["sh", "-e", "-c", commands], cwd=tmp_path, capture_output=True, text=True)
        return python, shell if shutil.which("openssl") else None

    python, shell = run_both()
    assert (python.returncode, python.stdout) == (0, "genuine\n"), python.stderr
    assert not shell or (shell.returncode, "Verified Successfully" in shell.stdout) == (0, True), shell
    changes = (("signed.txt", b"02:00", b"01:00"), ("page2", b"PDF", b"PDf"), ("about.txt", b"Lohn", b"Miet"))
    for name, old, new in changes:
        whole = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(whole.replace(old, new, 1))
        python, shell = run_both()
        assert python.returncode and (name != "signed.txt" or not shell or shell.returncode)
        (tmp_path / name).write_bytes(whole)


def test_all_public_keys_are_there_for_anybody(anybody, store):
    key = store.keys.sign_id
    both = [anybody.get(f"/check/{name}.pem").get_data(as_text=True) for name in ("keys", key)]
    for said in both:
        assert said.count("BEGIN PUBLIC KEY") == 1 and "PRIVATE" not in said
    assert anybody.get("/check/ffffffff.pem").status_code == 404
    assert anybody.get("/check/..%2Fkeys%2Freceipt-sign.pem").status_code in (308, 400, 404)
    raw = base64.b64decode("".join(both[1].splitlines()[1:-1]))[-32:]
    assert hashlib.sha256(raw).hexdigest()[:8] == key


def test_a_key_of_another_kind_is_refused_at_the_start(store, clock):
    pem = store.files.root / "keys" / "receipt-sign.pem"
    pem.write_bytes((store.files.root / "keys" / "vapid.pem").read_bytes())
    with pytest.raises((ValueError, CommandError), match="Ed25519"):
        open_store(store.files.root, clock)


def test_a_paper_arrives_while_the_offices_file_is_broken_by_hand(jana, store):
    (store.files.root / "office.json").write_text("{half a sa", "utf-8")
    submission = send(jana, PARTS)
    assert said_of(jana, submission)["number"]
