"""Configuration and commands: read once, told in one place, wrong values named."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app import accounts, alarms
from app.config import Config
from app.errors import ChoosePin, ConfigError, WrongLogin
from app.office import load_office
from app.store import jobs, open_store
from app.store.database import row, wal_is_safe
from tests.make import JANA, make_photo, send

ROOT = Path(__file__).resolve().parent.parent


def belegbote(tmp_path, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "BELEGBOTE_DATA": str(tmp_path / "data"), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_every_variable_is_in_the_docs_and_every_documented_one_is_read():
    read = set(re.findall(r'"((?:BELEGBOTE_\w+)|PORT)"', (ROOT / "app/config.py").read_text()))
    told = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs/configuration.md").read_text(), re.M))
    assert read == told


def test_only_the_configuration_reads_the_environment():
    for path in [*ROOT.glob("app/**/*.py"), *ROOT.glob("scanning/*.py")]:
        if path.name not in ("config.py", "serve.py") and "scanning" not in path.parts:
            assert not re.search(r"\bos\.(getenv|environ\.get|environ\[)", path.read_text()), path


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "-1"),
        ("BELEGBOTE_ORIGIN", "belegbote.de"),
        ("BELEGBOTE_ORIGIN", "https://x.de/path"),
        ("BELEGBOTE_ORIGIN", "http://belegbote.de"),
        ("BELEGBOTE_CONTACT", "me@example.de"),
        ("BELEGBOTE_MAX_PAGES", "1.5"),
    ],
)
def test_a_value_that_makes_no_sense_is_named(name, value):
    with pytest.raises(ConfigError, match=name):
        Config.from_env({name: value})


def test_an_office_file_that_is_broken_says_so(tmp_path):
    (tmp_path / "office.json").write_text("{")
    with pytest.raises(ConfigError, match=r"office\.json"):
        load_office(tmp_path)


def test_write_ahead_mode_only_where_its_fault_is_mended():
    broken = [(3, 40, 1), (3, 44, 5), (3, 45, 0), (3, 50, 6), (3, 51, 2)]
    mended = [(3, 44, 6), (3, 50, 7), (3, 51, 3), (3, 53, 0)]
    assert not any(map(wal_is_safe, broken)) and all(map(wal_is_safe, mended))


def test_the_help_names_every_command(tmp_path):
    said = belegbote(tmp_path, "--help").stdout
    for command in ("serve", "worker", "demo", "person add", "person reset", "status", "backup", "restore", "check"):
        assert command in said


def test_a_person_is_added_listed_and_given_a_new_secret(tmp_path):
    added = belegbote(tmp_path, "person", "add", "--name", "Ada", "--case", "1//2", "--team", "Eins")
    login = re.search(r"sign in with\s+(\d{8})", added.stdout)[1]
    assert login in belegbote(tmp_path, "person", "list").stdout
    reset = belegbote(tmp_path, "person", "reset", login)
    with contextlib.closing(open_store(tmp_path / "data")) as store:
        first, second = (re.search(r"code, once\s+(\d{8})\b", said.stdout)[1] for said in (added, reset))
        with pytest.raises(WrongLogin):
            accounts.sign_in(store, login, first, "a", "phone", "806142")
        with pytest.raises(ChoosePin):
            accounts.sign_in(store, login, second, "a", "phone")
        assert accounts.sign_in(store, login, second, "a", "phone", "806142")
    nobody = belegbote(tmp_path, "person", "reset", "99999999")
    assert nobody.returncode == 2 and "person list" in nobody.stderr


def test_the_first_admin_signs_in_once_with_what_is_printed_and_then_with_a_password_of_their_own(tmp_path):
    added = belegbote(tmp_path, "person", "add", "--role", "admin", "--name", "Kim", "--login", "Kim Voss")
    login, secret = re.search(r"sign in with\s+(\S+)\s+password, once\s+(\S{16})\s", added.stdout).groups()
    assert login == "kimvoss" and "good until" in added.stdout
    with contextlib.closing(open_store(tmp_path / "data")) as store:
        with pytest.raises(ChoosePin):
            accounts.sign_in(store, login, secret, "a", "desk")
        accounts.sign_in(store, login, secret, "a", "desk", "three words of mine")
        with pytest.raises(WrongLogin):
            accounts.sign_in(store, login, secret, "a", "desk", "four other words of mine")


def test_a_caseworker_needs_a_login_and_a_team(tmp_path):
    answer = belegbote(tmp_path, "person", "add", "--name", "Bea", "--role", "caseworker")
    assert answer.returncode == 2 and "--login" in answer.stderr


def test_the_demo_tells_its_people_and_may_be_repeated(demo_folder, tmp_path):
    shutil.copytree(demo_folder, tmp_path / "data")
    told = json.loads(belegbote(tmp_path, "demo", "--json").stdout)
    assert [person["role"] for person in told].count("jobseeker") == 3
    assert set(told[0]) == {"role", "name", "login", "secret", "case"}
    figures = json.loads(belegbote(tmp_path, "status").stdout)
    assert figures["submissions"]["accepted"] == 1 and figures["submissions"]["returned"] == 1
    assert figures["submissions"]["attention"] == 1 and figures["jobs"]["waiting"] == 0
    with contextlib.closing(open_store(tmp_path / "data")) as store:
        for person in told:
            assert accounts.sign_in(store, person["login"], person["secret"], "a").person["role"] == person["role"]


def test_status_needs_somebody_when_something_does_and_a_parked_job_is_tried_again_from_the_command_line(
    client, store, config, tmp_path
):
    send(client(JANA), [make_photo()])
    for _ in range(jobs.MOST_TRIES):
        jobs.put_back(store.db, jobs.claim(store.db, store.now()), store.now(), "the child ended with -9")
    store.now = time.time
    alarms.Watch(store, config).look(store.now())
    told = belegbote(tmp_path, "status")
    said = json.loads(told.stdout)
    number = row(store.db, "SELECT number FROM submission")["number"]
    assert told.returncode == 1 and all(said["checks"].values())
    assert {(each["what"], each["number"]) for each in said["alarms"]} >= {("scan_parked", number)}
    (job,) = jobs.parked(store.db)
    listed = belegbote(tmp_path, "job", "list").stdout
    assert number in listed and "the child ended with -9" in listed
    again = belegbote(tmp_path, "job", "retry", str(job["id"]))
    assert again.returncode == 0 and "waiting" in again.stdout
    assert jobs.parked(store.db) == [] and belegbote(tmp_path, "job", "list").stdout == ""
    nothing = belegbote(tmp_path, "job", "retry", "999")
    assert nothing.returncode == 2 and "job list" in nothing.stderr


def test_status_is_content_where_nothing_needs_anybody(store, config, tmp_path):
    store.now = time.time
    alarms.Watch(store, config).look(store.now())
    told = belegbote(tmp_path, "status")
    assert told.returncode == 0, told.stdout
    assert json.loads(told.stdout)["alarms"] == []


def test_demo_people_never_come_into_somebody_elses_office(tmp_path):
    belegbote(tmp_path, "person", "add", "--name", "Ada", "--case", "1//2", "--team", "Eins")
    refused = belegbote(tmp_path, "demo")
    assert refused.returncode == 2 and "empty" in refused.stderr
