"""Who is signing in, and as what: jobseeker, caseworker or admin.

A secret is kept as argon2id, a token as its SHA-256. Being wrong costs time: from the fifth time on the wait
doubles, for the login and for the address, and nobody learns whether a login exists.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import ipaddress
import itertools
import secrets
import threading
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import argon2

from app import duty
from app.errors import (
    AccessEnded,
    ChoosePin,
    CodeOver,
    CommandError,
    LastAdmin,
    SignedOut,
    SlowDown,
    TooManyTries,
    WeakPin,
    WrongEntry,
    WrongLogin,
    WrongPassword,
)
from app.store import Store, cases, iso, people, sessions, subscriptions
from app.store.database import Fault, Row

DAY = 86400.0
TOKEN_BYTES = 32
BROWSER_ENDS_AFTER = {"jobseeker": 30 * DAY, "caseworker": DAY / 2, "admin": DAY / 2}
CODE_GOOD_FOR = 30 * DAY
LEAST_PIN, LEAST_PASSWORD = 6, 10  # characters; a desk is open to the whole network, and to all papers of a team
UPLOAD_IDLE = 60 * DAY
UPLOAD_ENDS_AFTER = 365 * DAY
SEEN_EVERY = 30.0

FIRST_WAIT = 15.0
FORGET_TRIES_AFTER = DAY


@dataclass(frozen=True)
class Patience:
    """So many wrong tries are free; then each one doubles the wait, up to `longest` seconds."""

    free: int
    longest: float


# Behind one address may stand a library or half a town: it waits later, and never long.
WITH_LOGIN, WITH_ADDRESS = Patience(5, 3600.0), Patience(50, 60.0)

ENTRIES = {"phone": {"jobseeker"}, "desk": {"caseworker", "admin"}}

# OWASP's and ASVS's upper choice; a few at a time, so that sign-ins cannot eat the memory.
_hasher = argon2.PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1)
_few_at_a_time = threading.BoundedSemaphore(4)
# Of a secret that nobody kept: an unknown login must cost what a known one does, and starting need not.
_nobody = "$argon2id$v=19$m=65536,t=3,p=1$5ymG1zo2iYFb9VYWmn7NUQ$AgNPe1+XHAsR0kHG0DGcgz2fMtHytdCS0m40ExLeJCw"


@dataclass(frozen=True)
class SignedIn:
    """A fresh sign-in. `token` is the browser's; `upload_token` the phone's write-only one, or None."""

    person: Row
    token: str
    upload_token: str | None


def sign_in(
    store: Store, login: str, secret: str, address: str, entry: str | None = None, new_secret: str | None = None
) -> SignedIn:
    """Check ID and PIN (or name and password). A one-time code signs in with `new_secret` only, which takes its place.

    Raises WrongLogin, TooManyTries, WrongEntry, AccessEnded, and with a one-time code CodeOver, ChoosePin or WeakPin.
    """
    login = normal_login(login)
    keys = _tried(login, address)
    _count_a_try(store, keys)
    person = people.by_login(store.db, login)
    if not _secret_is_right(person, secret) or person is None:
        raise WrongLogin()
    _forgive(store, *keys)
    if entry and person["role"] not in ENTRIES.get(entry, set()):
        raise WrongEntry()
    if person["ended_at"]:
        raise AccessEnded()
    if person["code_until"]:
        _choose_pin(store, person, secret, new_secret)
    return _begin(store, person)


def _choose_pin(store: Store, person: Row, code: str, pin: str | None) -> None:
    """Put an own PIN or password in the code's place; nothing is used up before that: a lost answer costs nothing."""
    if person["code_until"] < store.time():
        raise CodeOver()
    if pin is None:
        raise ChoosePin()
    _refuse_weak(person, pin, code)
    hashed = _hash(pin)
    with store.atomic() as db:
        if not people.take_code(db, person["id"], person["secret_hash"], hashed):
            raise WrongLogin()  # the same code, used elsewhere at the same moment


def change_password(store: Store, person: Row, said: str, fresh: str, address: str, token: str) -> None:
    """Put another password in the place of a person's own, if they know it; only this token's session goes on.

    A wrong guess costs what it costs at the sign-in, and counts together with those: a desk that somebody left open is
    no place to guess. Raises WrongPassword, TooManyTries, WeakPin (the one before is weak, too).
    """
    keys = _tried(person["login"], address)
    _count_a_try(store, keys)
    if not _secret_is_right(person, said):
        raise WrongPassword()
    _forgive(store, *keys)
    _refuse_weak(person, fresh, said)
    hashed = _hash(fresh)
    with store.atomic() as db:
        if not people.change_secret(db, person["id"], person["secret_hash"], hashed):
            raise WrongPassword()  # the office gave a new one at the same moment
        sessions.end_others(db, person["id"], token_hash(token))


def _refuse_weak(person: Row, fresh: str, before: str) -> None:
    least = LEAST_PIN if person["role"] == "jobseeker" else LEAST_PASSWORD
    if _is_weak(fresh, least, before, person["login"]):
        raise WeakPin(extra={"least": least})


def _is_weak(pin: str, least: int, before: str, login: str) -> bool:
    """What is guessed first: the ID itself, the code or password before, one digit again and again, digits in a row."""
    plain = "".join(pin.split())
    steps = {ord(after) - ord(before) for before, after in itertools.pairwise(plain)}
    in_a_row = any(steps <= row for row in ({0}, {1, -9}, {-1, 9}))  # 9 is followed by 0
    return len(plain) < least or plain.lower() in (normal_login(before), login) or in_a_row


def _tried(login: str, address: str) -> dict[str, Patience]:
    """Under what a try is counted."""
    return {f"login:{login[:64]}": WITH_LOGIN, f"address:{_network(address)}": WITH_ADDRESS}


def _count_a_try(store: Store, keys: dict[str, Patience]) -> None:
    """Every try counts as wrong until it has proved right: many at the same moment win nothing."""
    with store.atomic() as db:
        for key, patience in keys.items():
            _refuse_while_waiting(store, key, patience)
        for key in keys:
            sessions.count_failed(db, key, store.now(), FORGET_TRIES_AFTER)


def take_a_turn(store: Store, key: str, patience: Patience) -> None:
    """Count that somebody asks for something that costs much. Raises SlowDown, with the wait, if that is too often."""
    try:
        _count_a_try(store, {key: patience})
    except TooManyTries as error:
        raise SlowDown(headers=error.headers) from error


def _forgive(store: Store, login_key: str, address_key: str) -> None:
    with store.atomic() as db:
        sessions.forget_failed(db, login_key)
        sessions.uncount_failed(db, address_key)


def _begin(store: Store, person: Row) -> SignedIn:
    now = store.now()
    token = secrets.token_urlsafe(TOKEN_BYTES)
    upload_token = secrets.token_urlsafe(TOKEN_BYTES) if person["role"] == "jobseeker" else None
    with store.atomic() as db:
        sessions.end_old(db, now)
        sessions.forget_old_tries(db, now - FORGET_TRIES_AFTER)
        sessions.add(db, token_hash(token), person["id"], "browser", now, now + BROWSER_ENDS_AFTER[person["role"]])
        if upload_token:
            sessions.add(db, token_hash(upload_token), person["id"], "upload", now, now + UPLOAD_ENDS_AFTER)
    return SignedIn(person, token, upload_token)


def who(store: Store, token: str, scope: str, idle: float) -> Row | None:
    """The person behind a token, or None. Being asked keeps a session awake."""
    hashed = token_hash(token)
    person = sessions.person_of(store.db, hashed, scope, store.now(), idle)
    if person and store.now() - person["seen_at"] > SEEN_EVERY:
        with contextlib.suppress(Fault):  # reading goes on when nothing can be written
            sessions.touch(store.db, hashed, store.now())
    return person


def phone_key(store: Store, person: str) -> bytes:
    """The key, 32 bytes, by which this person's phones lock what waits on them; the same at every sign-in.

    It leaves a phone with the sign-out, and what was left in the queue there is read again only by its owner.
    """
    return hmac.digest(store.keys.receipt, b"phone " + person.encode(), "sha256")


def sign_out(store: Store, *tokens: str | None) -> None:
    """End a browser's session, a phone's upload token, or both."""
    for token in tokens:
        if token:
            sessions.end(store.db, token_hash(token))


def add_person(store: Store, person: Row, case: Row | None = None) -> str:
    """Add a person `{role, name, login, secret, language, team, street, place, id}`, into a case `{number, team}` when
    given; without a secret they sign in once they have a letter or a password. Returns the id, a new one where none is
    given.

    Raises CommandError when the login is taken.
    """
    login = normal_login(person["login"])
    if people.by_login(store.db, login):
        raise CommandError(f"There is already somebody with the login {login}.")
    fresh = {
        "id": person.get("id") or str(uuid.uuid4()),
        "role": person["role"],
        "name": person["name"],
        "login": login,
        "secret_hash": _hash(person["secret"]) if person.get("secret") else "",
        "language": person.get("language") or "de",
        "team": person.get("team"),
        "street": person.get("street") or "",
        "place": person.get("place") or "",
        "created_at": store.time(),
    }
    with store.atomic() as db:
        people.add(db, fresh)
        if case:
            known = cases.by_number(db, case["number"])
            case_id = known["id"] if known else str(uuid.uuid4())
            if not known:
                cases.add(db, {"approved_until": None, **case, "id": case_id})
            cases.add_member(db, case_id, fresh["id"])
    return str(fresh["id"])


def set_language(store: Store, person: str, language: str) -> None:
    """Remember which language a person reads."""
    people.set_language(store.db, person, language, own=True)


@dataclass(frozen=True)
class Code:
    """A fresh one-time code of a person: said once, stored as its hash. `until` is UTC, ISO 8601."""

    person: str
    login: str
    code: str
    code_hash: str
    until: str


def make_codes(store: Store, wanted: Sequence[Row]) -> list[Code]:
    """One-time codes for people, passwords for those of the office; they are worth nothing before `use_codes`."""
    until = iso(store.now() + CODE_GOOD_FOR)

    def make(person: Row) -> Code:
        code = new_code() if person["role"] == "jobseeker" else new_password()
        return Code(person["id"], person["login"], code, _hash(code), until)

    with ThreadPoolExecutor(4) as pool:  # each hash takes a quarter of a second on purpose, and lets others run
        return list(pool.map(make, wanted))


def use_codes(store: Store, codes: Sequence[Code]) -> None:
    """From now on these codes are the people's secrets: earlier codes, PINs and sessions end."""
    with store.atomic() as db:
        for made in codes:
            people.set_code(db, made.person, made.code_hash, made.until)
            sessions.end_all(db, made.person)
            sessions.forget_failed(db, f"login:{made.login[:64]}")


def reset(store: Store, person: Row) -> Code:
    """A one-time code, or password, in the place of whatever a person had; their sessions end."""
    [code] = make_codes(store, [person])
    use_codes(store, [code])
    return code


def end_access(store: Store, person: str) -> None:
    """Nobody signs in as this person any more, and no phone of theirs is told anything; all papers stay, and what a
    caseworker had in hand is the team's again.

    Raises LastAdmin.
    """
    with store.atomic() as db:
        leaving = people.get(db, person)
        keep_an_admin(store, leaving)
        if leaving and leaving["role"] != "jobseeker":
            duty.lay_down(store, person)
        people.set_ended(db, person, store.time())
        sessions.end_all(db, person)
        subscriptions.drop_all(db, person)


def keep_an_admin(store: Store, leaving: Row | None) -> None:
    """Raises LastAdmin if nobody else looks after the office, with a password of their own. To be asked in the
    transaction that changes it.
    """
    if leaving and leaving["role"] == "admin":
        others = (one for one in people.admins(store.db) if one["id"] != leaving["id"])
        if not any(one["secret_hash"] and not one["ended_at"] and not one["code_until"] for one in others):
            raise LastAdmin()


def access_of(store: Store, row: Row) -> str:
    """How the access of a person, as in `people.listed`, stands: none, code, over, own or ended."""
    if row["ended_at"]:
        return "ended"
    if row["without_secret"]:
        return "none"
    if not row["code_until"]:
        return "own"
    return "code" if row["code_until"] >= store.time() else "over"


def give_access(store: Store, person: str) -> None:
    """Let a person in again, by what they had."""
    people.set_ended(store.db, person, None)


def new_login() -> str:
    """A personal ID as it stands in a letter: eight digits, the first not 0."""
    return str(secrets.randbelow(90_000_000) + 10_000_000)


def new_code() -> str:
    """The one-time code of a letter: eight digits, which a PIN has not by chance."""
    return f"{secrets.randbelow(100_000_000):08d}"


def new_password() -> str:
    """A password for the office's people."""
    return secrets.token_urlsafe(12)


def normal_login(login: str) -> str:
    """As people type it: spaces mean nothing, nor does the case."""
    return "".join(login.split()).lower()


def token_hash(token: str) -> str:
    """What the store knows of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _network(address: str) -> str:
    """An IPv4 address, or the /64 of an IPv6 address: one line has as many of those as it likes."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if known.version == 4:
        return address
    return str(ipaddress.ip_network((known, 64), strict=False))


def _refuse_while_waiting(store: Store, key: str, patience: Patience) -> None:
    tries = sessions.failed_tries(store.db, key)
    if not tries or tries["count"] < patience.free:
        return
    wait = min(FIRST_WAIT * 2.0 ** min(tries["count"] - patience.free, 20), patience.longest)
    left = tries["last_at"] + wait - store.now()
    if left > 0:
        raise TooManyTries(headers={"Retry-After": str(int(left) + 1)})


def _secret_is_right(person: Row | None, secret: str) -> bool:
    known = str(person["secret_hash"]) if person else ""
    with _few_at_a_time:
        try:
            return _hasher.verify(known or _nobody, secret) and known != ""
        except argon2.exceptions.VerificationError:
            return False


def _hash(secret: str) -> str:
    with _few_at_a_time:
        return _hasher.hash(secret)


def require(person: Row | None) -> Row:
    """The person, or SignedOut."""
    if person is None:
        raise SignedOut()
    return person


def slow_down_checks(store: Store, address: str) -> None:
    """Let an address wait that asked about too many receipts that are none. Raises TooManyTries."""
    _refuse_while_waiting(store, f"check:{_network(address)}", WITH_ADDRESS)


def count_wrong_check(store: Store, address: str) -> None:
    """One more question about a receipt that is none."""
    with store.atomic() as db:
        sessions.count_failed(db, f"check:{_network(address)}", store.now(), FORGET_TRIES_AFTER)
