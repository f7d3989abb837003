"""Who is signing in: right and wrong secrets, waiting, and sessions that end."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import argon2
import pytest

from app import accounts
from app.errors import ChoosePin, CommandError, TooManyTries, WeakPin, WrongEntry, WrongLogin, WrongPassword
from app.store import people, sessions
from tests.make import JANA, LUCA, MIRA

ROOT = Path(__file__).resolve().parent.parent


def test_spaces_in_a_personal_id_mean_nothing(store):
    assert accounts.sign_in(store, " 1111 2222 ", "123456", "a").person["name"] == "Jana Özdemir"


def test_a_wrong_secret_and_an_unknown_login_are_refused_alike(store):
    for login, secret in (("11112222", "000000"), ("99999999", "123456"), ("", "")):
        with pytest.raises(WrongLogin):
            accounts.sign_in(store, login, secret, "a")


def test_after_five_wrong_tries_even_the_right_secret_has_to_wait(store, clock):
    for _ in range(accounts.WITH_LOGIN.free):
        with pytest.raises(WrongLogin):
            accounts.sign_in(store, "11112222", "000000", "a")
    with pytest.raises(TooManyTries) as refused:
        accounts.sign_in(store, "11112222", "123456", "b")
    clock.turn(int(refused.value.headers["Retry-After"]))
    assert accounts.sign_in(store, "11112222", "123456", "b").person["name"] == "Jana Özdemir"


def test_the_wait_grows_with_each_further_failure(store, clock):
    waits = []
    while len(waits) < 4:
        try:
            accounts.sign_in(store, "11112222", "000000", "a")
        except TooManyTries as error:
            waits.append(int(error.headers["Retry-After"]))
            clock.turn(waits[-1])
        except WrongLogin:
            continue
    assert waits == [16, 31, 61, 121]


def test_an_address_that_guesses_many_logins_has_to_wait(store):
    for n in range(accounts.WITH_ADDRESS.free):
        with pytest.raises(WrongLogin):
            accounts.sign_in(store, f"nobody{n}", "000000", "6.6.6.6")
    with pytest.raises(TooManyTries):
        accounts.sign_in(store, "nobody", "000000", "6.6.6.6")
    assert accounts.sign_in(store, "11112222", "123456", "7.7.7.7")


def test_each_door_lets_its_own_people_in(store):
    with pytest.raises(WrongEntry):
        accounts.sign_in(store, MIRA["login"], MIRA["secret"], "a", "phone")
    with pytest.raises(WrongEntry):
        accounts.sign_in(store, JANA["login"], JANA["secret"], "a", "desk")


def test_a_secret_costs_who_guesses_as_much_as_it_should():
    """In a process of its own: the tests themselves hash lightly."""
    command = "from app import accounts; print(accounts._hasher.hash('123456'), accounts._nobody)"
    said = subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=True)
    for known in said.stdout.split():
        cost = argon2.extract_parameters(known)
        assert cost.type is argon2.Type.ID and cost.memory_cost >= 64 * 1024 and cost.time_cost >= 3


def test_only_hashes_of_secrets_and_tokens_are_stored(store, config):
    signed_in = accounts.sign_in(store, "11112222", "123456", "a")
    held = (config.data / "belegbote.sqlite").read_bytes()
    for secret in (signed_in.token, signed_in.upload_token, "a long password"):
        assert secret.encode() not in held


def test_a_session_ends_when_it_lies_idle_and_when_its_time_is_over(store, clock):
    token = accounts.sign_in(store, "11112222", "123456", "a").token
    clock.turn(1000)
    assert accounts.who(store, token, "browser", idle=1800)
    clock.turn(1700)
    assert accounts.who(store, token, "browser", idle=1800), "being asked keeps it awake"
    clock.turn(1900)
    assert not accounts.who(store, token, "browser", idle=1800)
    assert not accounts.who(store, token, "upload", idle=1e9), "one kind of token is not the other"


def test_signing_out_ends_the_session_and_keeps_the_phones_upload_token(store):
    signed_in = accounts.sign_in(store, "11112222", "123456", "a")
    accounts.sign_out(store, signed_in.token)
    assert not accounts.who(store, signed_in.token, "browser", 1800)
    assert accounts.who(store, signed_in.upload_token, "upload", 1800)
    accounts.sign_out(store, signed_in.token, signed_in.upload_token)
    assert not accounts.who(store, signed_in.upload_token, "upload", 1800)


@pytest.mark.parametrize(("known", "own"), [(JANA, "806142"), (MIRA, "three words of mine")])
def test_a_reset_ends_every_session_and_the_old_secret_and_opens_the_door_once(store, known, own):
    token = accounts.sign_in(store, known["login"], known["secret"], "a").token
    code = accounts.reset(store, people.by_login(store.db, known["login"])).code
    assert not accounts.who(store, token, "browser", 1800)
    for secret, refusal in ((known["secret"], WrongLogin), (code, ChoosePin)):
        with pytest.raises(refusal):
            accounts.sign_in(store, known["login"], secret, "a")
    accounts.sign_in(store, known["login"], code, "a", new_secret=own)
    with pytest.raises(WrongLogin):
        accounts.sign_in(store, known["login"], code, "a", new_secret=own)
    assert accounts.sign_in(store, known["login"], own, "a")


OWN = "three words of mine"


def change(store, said, fresh, token="", address="a"):
    accounts.change_password(store, people.by_login(store.db, "mira"), said, fresh, address, token)


def test_another_password_of_ones_own_ends_all_other_sessions(store):
    here, there = (accounts.sign_in(store, "mira", MIRA["secret"], "a").token for _ in range(2))
    janas = accounts.sign_in(store, "11112222", "123456", "a").token
    change(store, MIRA["secret"], OWN, here)
    assert accounts.who(store, here, "browser", 1800) and accounts.who(store, janas, "browser", 1800)
    assert not accounts.who(store, there, "browser", 1800)
    with pytest.raises(WrongLogin):
        accounts.sign_in(store, "mira", MIRA["secret"], "a")
    assert accounts.sign_in(store, "mira", OWN, "a")


def test_who_does_not_know_the_password_changes_nothing(store):
    token = accounts.sign_in(store, "mira", MIRA["secret"], "a").token
    there = accounts.sign_in(store, "mira", MIRA["secret"], "a").token
    for said in ("a wrong password", "", OWN):
        with pytest.raises(WrongPassword):
            change(store, said, OWN, token)
    assert accounts.sign_in(store, "mira", MIRA["secret"], "a")
    assert accounts.who(store, there, "browser", 1800)


def test_guessing_a_password_at_an_open_desk_costs_what_it_costs_at_the_door(store, clock):
    for n in range(accounts.WITH_LOGIN.free):
        with pytest.raises((WrongPassword, WrongLogin)):  # they count together
            change(store, f"a guess {n}", OWN) if n % 2 else accounts.sign_in(store, "mira", f"a guess {n}", "a")
    with pytest.raises(TooManyTries) as refused:
        change(store, MIRA["secret"], OWN, address="b")
    clock.turn(int(refused.value.headers["Retry-After"]))
    change(store, MIRA["secret"], OWN, address="b")
    assert accounts.sign_in(store, "mira", OWN, "a"), "who knew it begins anew"


@pytest.mark.parametrize("fresh", ["short one", "1234567890", "aaaaaaaaaaaa", "A Long Password", MIRA["secret"]])
def test_a_password_that_is_guessed_first_or_the_one_before_is_refused(store, fresh):
    with pytest.raises(WeakPin):
        change(store, MIRA["secret"], fresh)
    assert accounts.sign_in(store, "mira", MIRA["secret"], "a")


def test_a_password_that_an_admin_reset_meanwhile_stays_reset(store):
    mira = people.by_login(store.db, "mira")
    [code] = accounts.make_codes(store, [mira])
    accounts.use_codes(store, [code])
    with pytest.raises(WrongPassword):
        accounts.change_password(store, mira, MIRA["secret"], OWN, "a", "")
    with pytest.raises(WrongLogin):
        accounts.sign_in(store, "mira", OWN, "a")


def test_two_people_cannot_have_one_login(store):
    with pytest.raises(CommandError):
        accounts.add_person(store, {**LUCA, "name": "Somebody else"})
    assert people.by_login(store.db, LUCA["login"])["name"] == "Luca Ferrari"


def test_sessions_whose_time_is_over_are_swept_away_at_the_next_sign_in(store, clock):
    old = accounts.sign_in(store, "mira", "a long password", "a").token
    clock.turn(accounts.DAY)
    accounts.sign_in(store, "mira", "a long password", "a")
    assert not sessions.person_of(store.db, accounts.token_hash(old), "browser", 0, 1e12)


def test_many_guesses_at_the_same_moment_get_no_more_tries(store, monkeypatch):
    monkeypatch.setattr(accounts, "_hasher", argon2.PasswordHasher())  # slow enough that they meet
    jana = people.by_login(store.db, "11112222")
    people.change_secret(store.db, jana["id"], jana["secret_hash"], argon2.PasswordHasher().hash("123456"))
    outcomes = []

    def guess():
        try:
            accounts.sign_in(store, "11112222", "000000", "a")
        except (WrongLogin, TooManyTries) as error:
            outcomes.append(type(error))
        finally:
            store.close()

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(WrongLogin) == accounts.WITH_LOGIN.free
    assert outcomes.count(TooManyTries) == 12 - accounts.WITH_LOGIN.free
