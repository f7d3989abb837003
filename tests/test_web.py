"""The edge to the browser: who may change things, cookies, headers, the two entries, and the API's description."""

from __future__ import annotations

import gzip
import io
import json
import re
from dataclasses import replace

import jsonschema
import openapi_spec_validator
import pytest

from app import accounts, alarms, assembly
from app.main import create_app
from app.store import jobs, people
from app.web import openapi, shell
from tests.make import JANA, KERSTIN, LUCA, MIRA, make_manifest, make_photo, new_id, put_bytes, send

HTTPS = "https://belegbote.example.de"


@pytest.fixture
def public(config, store):
    """The app as people reach it: by https, behind one proxy."""
    made = create_app(replace(config, origin=HTTPS, proxies=1), store)
    made.testing = False
    return made


def from_proxy(**more):
    forwarded = {
        "X-Forwarded-For": "198.51.100.7",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "belegbote.example.de",
    }
    return {**forwarded, "X-App": "1", **more}


def sign_in(browser, person, **headers):
    return browser.put("/api/v1/session", json={"login": person["login"], "secret": person["secret"]}, headers=headers)


def test_who_am_i(client):
    told = client(JANA).get("/api/v1/session").json
    assert told["person"]["name"] == "Jana Özdemir" and told["case"]["number"] == "41502//00000001"
    assert client(MIRA).get("/api/v1/session").json["team"]["name"] == "Team Eins"
    assert client().get("/api/v1/session").status_code == 401


def test_a_stolen_cookie_is_worth_nothing_after_signing_out(client, app):
    jana = client(JANA)
    stolen = jana.get_cookie("phone").value
    answer = jana.delete("/api/v1/session")
    assert answer.status_code == 204 and answer.headers["Clear-Site-Data"] == '"cache"'
    thief = client()
    thief.set_cookie("phone", stolen)
    assert thief.get("/api/v1/session").status_code == 401


def test_somebody_of_the_office_changes_their_own_password(client):
    here, there = client(MIRA), client(MIRA)

    def change(browser, secret, fresh):
        return browser.put("/api/v1/desk/password", json={"secret": secret, "new_secret": fresh})

    wrong = change(here, "a wrong password", "three words of mine")
    assert (wrong.status_code, wrong.json["code"]) == (403, "wrong_password")
    weak = change(here, MIRA["secret"], "short")
    assert (weak.status_code, weak.json["code"], weak.json["least"]) == (400, "weak_pin", 10)
    assert change(here, MIRA["secret"], "three words of mine").status_code == 204
    assert here.get("/api/v1/session").status_code == 200 and there.get("/api/v1/session").status_code == 401
    assert sign_in(client(), {**MIRA, "secret": "three words of mine"}).status_code == 200
    assert change(client(JANA), JANA["secret"], "three words of mine").status_code == 404


def test_by_https_cookies_are_host_bound_secure_and_hidden_from_scripts(public):
    answer = sign_in(public.test_client(), JANA, **from_proxy())
    said = answer.headers["Set-Cookie"]
    assert said.startswith("__Host-phone=")
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in said
    assert "Domain" not in said
    desk = sign_in(public.test_client(), MIRA, **from_proxy(**{"X-Entry": "desk"})).headers["Set-Cookie"]
    assert desk.startswith("__Host-desk=") and "SameSite=Strict" in desk


def test_one_browser_can_be_signed_in_at_both_entries(client):
    browser = client()
    for person, entry in ((JANA, "phone"), (MIRA, "desk")):
        assert sign_in(browser, person, **{"X-App": "1", "X-Entry": entry}).status_code == 200
    names = [
        browser.get("/api/v1/session", headers={"X-Entry": entry}).json["person"]["name"] for entry in ("phone", "desk")
    ]
    assert names == ["Jana Özdemir", "Mira Kern"]
    assert browser.get("/api/v1/desk/submissions").status_code == 200
    assert browser.get("/api/v1/submissions").status_code == 200
    browser.delete("/api/v1/session", headers={"X-Entry": "desk"})
    assert browser.get("/api/v1/submissions").status_code == 200


def test_a_client_with_one_cookie_jar_needs_to_know_nothing_of_entries(client):
    mira = client(MIRA)
    assert mira.get("/api/v1/desk/submissions").status_code == 200
    assert mira.get("/api/v1/submissions").status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"X-App": ""},
        {"X-App": "one"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_change_from_elsewhere_is_refused_on_every_route(client, app, headers):
    jana = client(JANA)
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods & {"PUT", "PATCH", "POST", "DELETE"}):
            path = re.sub(r"<(?:\w+:)?\w+>", "1", rule.rule)
            if (method, path) == ("POST", "/share") and headers.get("Origin", "null") == "null":
                continue  # the one exception, see below
            answer = jana.open(path, method=method, headers=headers)
            assert (answer.status_code, answer.json["code"]) == (403, "foreign_origin"), (method, path)


@pytest.mark.parametrize("origin", [None, "null", "http://localhost"])
def test_what_a_phones_system_shares_needs_no_origin_and_is_thrown_away(app, config, origin):
    before = {path: path.stat().st_mtime_ns for path in config.data.rglob("*") if path.is_file()}
    answer, left = share(app, b"-" * 1_000_000, origin)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/#/shared/failed")
    assert answer.headers["Cache-Control"] == "no-store" and "Set-Cookie" not in answer.headers
    assert left == 0, "no browser reads an answer before its body is taken"
    assert {path: path.stat().st_mtime_ns for path in config.data.rglob("*") if path.is_file()} == before


def test_of_a_share_that_is_too_large_or_too_slow_no_more_is_read(app, monkeypatch):
    for length in (None, shell.MOST_SHARED + 1):  # one that does not say how long it is, and one that does
        monkeypatch.setattr(shell, "MOST_SHARED", 100_000 if length is None else shell.MOST_SHARED)
        answer, left = share(app, b"-" * 1_000_000, None, length)
        assert answer.status_code == 303
        assert left >= 800_000
    monkeypatch.setattr(shell, "PATIENCE", 0.0)
    answer, left = share(app, b"-" * 1_000, None)
    assert (answer.status_code, left) == (303, 1_000)


def share(app, body, origin, length=0):
    """Post a share past any service worker; the answer, and how many bytes of the body nobody read."""
    stream = io.BytesIO(body)
    said = {"Origin": origin} if origin else {}
    environment = {"wsgi.input": stream, "wsgi.input_terminated": True, "CONTENT_TYPE": "multipart/form-data"}
    if length is not None:
        environment["CONTENT_LENGTH"] = str(length or len(body))
    answer = app.test_client().post("/share", headers=said, environ_overrides=environment)
    return answer, len(body) - stream.tell()


def test_the_exception_for_shared_files_is_one_method_of_one_path(app):
    stranger = app.test_client()
    for method, path, origin in (
        ("POST", "/share", "https://evil.example"),
        ("PUT", "/share", "null"),
        ("DELETE", "/share", None),
        ("POST", "/share/", "null"),
        ("POST", "/desk/share", "null"),
        ("POST", "/api/v1/share", "null"),
        ("PUT", "/api/v1/session", "null"),
    ):
        answer = stranger.open(path, method=method, headers={"Origin": origin} if origin else {})
        assert (answer.status_code, answer.json["code"]) == (403, "foreign_origin"), (method, path)
    assert stranger.get("/share").status_code == 404
    assert stranger.post("/share", headers={"Host": "evil.example"}).status_code == 400


def test_a_change_from_our_own_page_is_taken(client):
    ours = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert (
        client(JANA).patch("/api/v1/session", json={"language": "en"}, headers=ours).json["person"]["language"] == "en"
    )


def test_we_answer_to_our_own_name_only(client, public):
    assert client().get("/", headers={"Host": "evil.example"}).status_code == 400
    browser = public.test_client()
    assert browser.get("/api/v1/office", headers=from_proxy()).status_code == 200
    assert browser.get("/api/v1/office", headers=from_proxy(**{"X-Forwarded-Host": "evil.example"})).status_code == 400
    assert browser.get("/livez").status_code == 200, "a probe comes by address"


def test_every_page_carries_its_headers(client, public):
    for path in ("/", "/desk/", "/sw.js", "/nothing-here"):
        answer = client().get(path)
        csp = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in csp and "frame-ancestors 'none'" in csp
        assert "unsafe" not in csp and "http" not in csp
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "camera=(self)" in answer.headers["Permissions-Policy"]
    secure = public.test_client().get("/", headers=from_proxy())
    assert secure.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
    assert "Strict-Transport-Security" not in client().get("/").headers


def test_every_answer_of_the_api_names_the_app_and_is_never_kept(client, app):
    jana = client(JANA)
    for path in (
        "/api/v1/office",
        "/api/v1/session",
        "/api/v1/submissions",
        "/api/v1/nothing",
        "/api/v1/submissions/x",
    ):
        answer = jana.get(path)
        assert answer.headers["X-App"] == "1" and answer.headers["Cache-Control"] == "no-store"


def test_errors_are_told_in_one_shape(client):
    for answer in (
        client().get("/api/v1/submissions"),
        client(JANA).get("/api/v1/submissions/none"),
        client(JANA).post("/api/v1/session", json={}),
        client().put("/api/v1/session", json={"login": "x", "secret": "y"}),
        client().put("/api/v1/session", data=b"\xff not json"),
        client().put("/api/v1/session", json={"login": 5}),
    ):
        assert answer.json["message_key"] == f"error.{answer.json['code']}"
        assert answer.json["retryable"] is False


def test_what_nobody_foresaw_says_nothing_of_itself(client, monkeypatch):
    from app import intake

    monkeypatch.setattr(intake, "everything_of", lambda *_: 1 / 0)
    answer = client(JANA).get("/api/v1/submissions")
    assert (answer.status_code, answer.json["code"], answer.json["retryable"]) == (500, "server_fault", True)
    assert "division" not in answer.get_data(as_text=True)


def test_no_get_changes_anything(client, store, office):
    jana = client(JANA)
    submission = send(jana, [make_photo()])
    assembly.assemble(store, office, submission)
    before = jana.get(f"/api/v1/submissions/{submission}").json
    for path in ("", "/document", "/receipt", "/sheets/1/thumb", "/pages/p1"):
        jana.get(f"/api/v1/submissions/{submission}{path}")
    assert jana.get(f"/api/v1/submissions/{submission}").json == before


def test_brackets_without_end_are_a_bad_request(client):
    for body in (b"[" * 100_000, b'{"a":' * 100_000, b"{" + b" " * 10**6 + b"}"):
        assert client().put("/api/v1/session", data=body).status_code in (400, 413)


def test_a_locked_database_asks_to_come_again(client, store, monkeypatch):
    from app.store.database import Busy

    jana = client(JANA)
    monkeypatch.setattr("app.intake.everything_of", lambda *_: (_ for _ in ()).throw(Busy("database is locked")))
    answer = jana.get("/api/v1/submissions")
    assert (answer.status_code, answer.json["retryable"], answer.headers["Retry-After"]) == (503, True, "30")


def test_an_append_of_another_type_or_without_an_offset_is_refused(client):
    jana = client(JANA)
    submission = new_id()
    jana.put(f"/api/v1/submissions/{submission}", json=make_manifest([make_photo()]))
    address = f"/api/v1/submissions/{submission}/pages/p1"
    wrong_type = jana.patch(address, data=b"x", headers={"Upload-Offset": "0", "Content-Type": "image/jpeg"})
    assert (wrong_type.status_code, wrong_type.json["code"]) == (415, "bad_content_type")
    for offset in ("", "-1", "1.5", "x", "9" * 30, "²"):
        assert put_bytes(jana, submission, "p1", b"x", 0, Upload_Offset=offset).status_code == 400


# the API's description


def test_the_description_is_valid_openapi(client):
    openapi_spec_validator.validate(client().get("/api/v1/openapi.json").json)


def test_every_route_is_described_and_every_description_is_a_route(app):
    routes = {
        (method.lower(), re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1")
        for method in rule.methods - {"OPTIONS"}
        if not (method == "HEAD" and "GET" in rule.methods)
    }
    described = {(method, path) for path, methods in openapi.describe()["paths"].items() for method in methods}
    assert routes == described


def test_what_we_answer_is_what_is_described(client, store, office, config):
    accounts.add_person(store, KERSTIN)
    jana, mira, kerstin = client(JANA), client(MIRA), client(KERSTIN)
    ask, owner = new_id(), people.by_login(store.db, JANA["login"])["id"]
    said = {"person": owner, "due": "2026-12-08", "papers": [{"kind": "payslip"}, {"kind": "school"}]}
    assert_described("put", "/desk/asks/{ask}", mira.put(f"/api/v1/desk/asks/{ask}", json=said))
    submission = send(jana, [make_photo(), b"broken"], note="Hallo", ask=ask)
    assembly.assemble(store, office, submission)
    decided = send(jana, [make_photo(2)])
    assembly.assemble(store, office, decided)
    mira.put(f"/api/v1/desk/submissions/{decided}/decision", json={"outcome": "returned", "reason": "blurred"})
    send(jana, [make_photo(3)])
    alarms.Watch(store, config).look(store.now())
    job = jobs.claim(store.db, store.now())
    jobs.put_back(store.db, {**job, "attempt": jobs.MOST_TRIES}, store.now(), "it died")
    asked = {
        "/office": (jana, "/office"),
        "/session": (jana, "/session"),
        "/desk/staff": (kerstin, "/desk/staff"),
        "/desk/phrases": (mira, "/desk/phrases"),
        "/submissions": (jana, "/submissions"),
        "/submissions/{submission}": (jana, f"/submissions/{decided}"),
        "/desk/submissions": (mira, "/desk/submissions?state=all"),
        "/desk/submissions/{submission}": (mira, f"/desk/submissions/{decided}"),
        "/desk/operation": (kerstin, "/desk/operation"),
        "/push/key": (jana, "/push/key"),
        "/asks": (jana, "/asks"),
        "/asks/{ask}": (jana, f"/asks/{ask}"),
        "/desk/asks": (mira, "/desk/asks"),
        "/desk/asks/{ask}": (mira, f"/desk/asks/{ask}"),
        "/desk/templates": (mira, "/desk/templates"),
        "/desk/case-people": (mira, "/desk/case-people?q=jana"),
    }
    for path, (browser, address) in asked.items():
        answer = browser.get("/api/v1" + address)
        assert_described("get", path, answer)
    assert_described(
        "put",
        "/submissions/{submission}",
        jana.put(f"/api/v1/submissions/{new_id()}", json=make_manifest([b"x"])),
    )
    receipt = jana.get(f"/api/v1/submissions/{decided}/receipt", headers={"Accept": "application/json"})
    assert_described("get", "/submissions/{submission}/receipt", receipt)
    for code in (receipt.json["code"], "?"):
        assert_described("post", "/check", client().post("/api/v1/check", json={"code": code, "sha256": "0" * 64}))
    retried = kerstin.put(f"/api/v1/desk/jobs/{job['id']}", json={"state": "waiting"})
    assert_described("put", "/desk/jobs/{job}", retried)
    assert_described("put", "/session", client().put("/api/v1/session", json={"login": "x", "secret": "y"}))
    assert_described("get", "/submissions/{submission}", client(LUCA).get(f"/api/v1/submissions/{submission}"))


def assert_described(method, path, answer):
    document = openapi.describe()
    operation = document["paths"]["/api/v1" + path][method]
    schema = operation["responses"][str(answer.status_code)]["content"]["application/json"]["schema"]
    whole = {**schema, "components": document["components"]}
    jsonschema.validate(json.loads(answer.data), json.loads(json.dumps(whole)))


# the two entries


def test_both_entries_and_their_workers_are_served(client):
    browser = client()
    for path, kind in (
        ("/", "text/html"),
        ("/desk/", "text/html"),
        ("/sw.js", "text/javascript"),
        ("/desk/sw.js", "text/javascript"),
        ("/manifest.webmanifest", "application/manifest+json"),
        ("/desk.webmanifest", "application/manifest+json"),
        ("/words/de.json", "application/json"),
    ):
        answer = browser.get(path)
        assert answer.status_code == 200 and answer.headers["Content-Type"].startswith(kind), path
    assert browser.get("/desk").headers["Location"] == "/desk/"


def test_no_file_outside_the_folder_is_ever_served(client):
    browser = client()
    for path in (
        "/../pyproject.toml",
        "/..%2fpyproject.toml",
        "/%2e%2e/app/main.py",
        "//etc/passwd",
        "/words/../../app/main.py",
    ):
        assert browser.get(path).status_code in (308, 400, 404), path


def test_the_worker_knows_every_file_of_its_entry_and_a_version(client):
    line = client().get("/sw.js").get_data(as_text=True).splitlines()[0]
    said = json.loads(line.removeprefix("const SHELL = ").removesuffix(";"))
    assert {"/", "/app.js", "/lib/outbox.js", "/words/de.json", "/vendor/kern.min.css"} <= set(said["phone"])
    assert {"/desk/", "/desk.js", "/words/desk-de.json"} <= set(said["desk"])
    assert not [path for path in said["phone"] if path.startswith("/desk")]
    assert not [path for path in said["desk"] if path.startswith("/phone/")]
    for path in (*said["phone"], *said["desk"], *said["later"]):
        assert client().get(path).status_code == 200, path


@pytest.mark.parametrize("entry", ["phone", "desk"])
def test_the_pack_of_an_entry_says_what_its_files_say(client, entry: str):
    answer = client().get(f"/{entry}.pack")
    pack = json.loads(gzip.decompress(answer.data))
    assert f'"version": "{pack["version"]}"' in client().get("/sw.js").get_data(as_text=True)
    assert len(pack["files"]) > 30
    for path, said in pack["files"].items():
        served = client().get(path)
        assert (said["text"], said["type"]) == (served.get_data(as_text=True), served.headers["Content-Type"]), path
        assert answer.headers["Content-Security-Policy"] == served.headers["Content-Security-Policy"]


def test_files_are_packed_for_who_can_unpack_them(client):
    packed = client().get("/vendor/kern.min.css", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip" and len(packed.data) < 40_000
    plain = client().get("/vendor/kern.min.css")
    assert "Content-Encoding" not in plain.headers and len(plain.data) > 50_000
    again = client().get("/vendor/kern.min.css", headers={"If-None-Match": packed.headers["ETag"]})
    assert again.status_code == 304


# probes


def test_the_probes_answer_and_name_nobody(client, store, config):
    send(client(JANA), [make_photo()])
    alarms.Watch(store, config).look(store.now())
    assert client().get("/livez").json == {"status": "ok"}
    ready = client().get("/readyz")
    assert ready.status_code == 200 and ready.json["checks"] == {
        "database": True,
        "disk": True,
        "keys": True,
        "queue": True,
        "worker": True,
    }
    assert ready.json["alarms"] == []
    said = client().get("/metrics").get_data(as_text=True)
    assert 'belegbote_submissions{state="received"} 1.0' in said and "belegbote_jobs_waiting 1.0" in said
    assert "Jana" not in said


def test_a_queue_that_stands_still_or_a_full_disk_is_not_ready(client, app, config, store, clock):
    send(client(JANA), [make_photo()])
    clock.turn(700)
    answer = client().get("/readyz")
    assert answer.status_code == 503 and answer.json["checks"]["queue"] is False
    full = create_app(replace(config, min_free_bytes=2**60), store).test_client()
    assert full.get("/readyz").json["checks"]["disk"] is False
