"""The receipt: proof of what arrived and when, signed by the office. `receipt_pdf` puts it on paper.

What is signed is a short text without a person in it, the statement. It holds the hash of the list of pages and the
hash of what the receipt is about (submission, case, kind): who has the receipt can check both, and who only checks it
learns neither. docs/receipt.md says how, without us.

The code of a receipt carries all that the statement says, and its signature: it is checked by our public key alone,
also when nothing is left here of what it names. The short code is for typing, and needs our row.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from app.office import current, local
from app.store import Store, cases, documents, pages, submissions
from app.store import receipts as kept
from app.store.database import Row

BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: nothing that looks like something else
MISREAD = str.maketrans("OIL", "011")
NUMBER = re.compile(r"\d{4}-\d{4,9}-\d{2}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
SHA256 = re.compile(r"[0-9a-f]{64}")
TILDE = re.compile("%7E", re.IGNORECASE)  # what some apps make of a code when they read it
FILES = ("page", "document", "other", "forgotten", "no_hash")
GENUINE, FORGED, UNKNOWN, INCOMPLETE = "genuine", "forged", "unknown", "incomplete"


@dataclass(frozen=True)
class Statement:
    """What the office signs. `page_list` and `about` are SHA-256, in hexadecimal digits."""

    office: str
    number: str
    arrived_at: str
    pages: int
    page_list: str
    about: str

    def text(self) -> bytes:
        """The signed bytes: UTF-8, one fact a line, each line ended."""
        return (
            f"Belegbote receipt 1\noffice={self.office}\nnumber={self.number}\narrived={self.arrived_at}\n"
            f"pages={self.pages}\npage-list={self.page_list}\nabout={self.about}\n"
        ).encode()


@dataclass(frozen=True)
class Verdict:
    """What a check found.

    said  genuine, forged, unknown (we gave no such number) or incomplete (a code that is cut or mistyped)
    what  the statement, when it is genuine
    file  what a file is to the receipt: "page", "document", "other", "forgotten" (its pages are not known here any
          more), "no_hash" (what was typed is none), or "" when none was asked about
    page  which page, counted from 1
    """

    said: str
    what: Statement | None = None
    file: str = ""
    page: int = 0


def number(year: int, running: int) -> str:
    """A receipt's number, "2026-0483-91": year, running number, two check digits against typing errors.

    The check digits make the whole number leave 1 when divided by 97 (ISO/IEC 7064, MOD 97-10).
    """
    body = int(f"{year}{running:04d}")
    return f"{year}-{running:04d}-{98 - body * 100 % 97:02d}"


def next_number(store: Store, at: str) -> str:
    """The number of what is received now, at this time, UTC. Call it inside the transaction that uses it.

    The year is the one in which the office is: in Germany it begins an hour before that of UTC.
    """
    year = local(at).year
    return number(year, submissions.next_number(store.db, year))


def keep(store: Store, submission: Row) -> None:
    """Sign the receipt of a submission that has just arrived, and keep it. Inside the transaction of its arrival."""
    kept.add(store.db, _signed(store, submission))


def keep_document(store: Store, submission: str) -> None:
    """Sign the name of the PDF that a submission has now. Inside the transaction that wrote it down."""
    row, made = submissions.get(store.db, submission), documents.get(store.db, submission)
    if not row or not made or not row["number"]:
        return
    named = {"number": row["number"], "sha256": made["sha256"], "size": made["size"], "made_at": store.time()}
    kept.add_document(store.db, {**named, **_signature(store, document_text(named))})


def sign_earlier(store: Store) -> int:
    """Sign what arrived before receipts were signed; returns how many. Cheap when there is none, twice is harmless."""
    if not kept.unsigned(store.db):
        return 0
    with store.atomic() as db:
        found = kept.unsigned(db)
        for submission in found:
            row = submissions.get(db, submission)
            assert row is not None
            keep(store, row)
            keep_document(store, submission)
    return len(found)


def of(store: Store, submission: Row) -> Row | None:
    """The signed receipt of a submission, as `store/receipts.py` keeps it, or None before it arrived."""
    if not submission["number"]:
        return None
    return kept.get(store.db, submission["number"]) or _signed(store, submission)


def as_json(store: Store, submission: Row) -> dict[str, Any] | None:
    """`{number, arrived_at, submission, pages: [{id, sha256, size}], office, about, key, signature, code, short}`, or
    None before it arrived. It never changes: what is made of the pages later is told by `documents_of`.
    """
    receipt = of(store, submission)
    if not receipt:
        return None
    return {
        **{key: receipt[key] for key in ("number", "arrived_at", "submission", "pages", "office", "about")},
        **{key: receipt[key] for key in ("key", "signature")},
        "code": code(receipt),
        "short": short(receipt["signature"]),
    }


def documents_of(store: Store, receipt_number: str) -> list[dict[str, Any]]:
    """The PDFs made of the pages, each with its signature, the oldest first."""
    found = kept.documents_of(store.db, receipt_number)
    return [{key: made[key] for key in ("sha256", "size", "made_at", "key", "signature")} for made in found]


def _signed(store: Store, submission: Row) -> Row:
    """A receipt, signed. The same submission is given the same signature: Ed25519 throws no dice."""
    office = current(store.files.root).now()
    case = cases.get(store.db, submission["case"])
    about = {"case": _line(case["number"] if case else ""), "kind": _line(office.kind_name(submission["kind"], "de"))}
    listed = [{key: page[key] for key in ("id", "sha256", "size")} for page in pages.all_of(store.db, submission["id"])]
    receipt = {
        "number": submission["number"],
        "submission": submission["id"],
        "office": _line(office.name),
        "arrived_at": submission["received_at"],
        "pages": listed,
        "page_list": page_list(listed),
        "about": about,
        "about_hash": about_hash(submission["id"], about),
    }
    return {**receipt, **_signature(store, statement_of(receipt).text())}


def _signature(store: Store, text: bytes) -> Row:
    return {"key": store.keys.sign_id, "signature": base64.b64encode(store.keys.sign.sign(text)).decode()}


def _line(text: str) -> str:
    """A text that is one line of a signed text, and no more."""
    return " ".join(text.split())


def page_list(listed: list[Row]) -> str:
    """The hash of the pages in their order: a line each, `<n> <size> <sha256>`."""
    lines = (f"{n} {page['size']} {page['sha256']}\n" for n, page in enumerate(listed, 1))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def about_hash(submission: str, about: dict[str, str]) -> str:
    """The hash of what a receipt is about. The submission's id is half random, so that nobody can guess the rest."""
    text = f"submission={submission}\ncase={about['case']}\nkind={about['kind']}\n"
    return hashlib.sha256(text.encode()).hexdigest()


def document_text(document: Row) -> bytes:
    """What is signed when a PDF was made of the pages."""
    return (
        f"Belegbote document 1\nnumber={document['number']}\ndocument={document['sha256']} {document['size']}\n"
        f"made={document['made_at']}\n"
    ).encode()


def statement_of(receipt: Row) -> Statement:
    """What was signed, of a kept receipt."""
    return Statement(
        receipt["office"],
        receipt["number"],
        receipt["arrived_at"],
        len(receipt["pages"]),
        receipt["page_list"],
        receipt["about_hash"],
    )


# Codes


def code(receipt: Row) -> str:
    """All that is signed, with its signature, in some 250 characters that an address may hold."""
    said = statement_of(receipt)
    hashes = [_short64(bytes.fromhex(sha256)) for sha256 in (said.page_list, said.about)]
    signature = _short64(base64.b64decode(receipt["signature"]))
    parts = [said.number, said.arrived_at, str(said.pages), *hashes, receipt["key"], signature, said.office]
    return "~".join(quote(part, safe=":") for part in parts)


def short(signature: str) -> str:
    """The code for typing, "BB7K-4M2Q-XD93": the first 60 bits of the signature's SHA-256."""
    bits = int.from_bytes(hashlib.sha256(signature.encode()).digest()[:8], "big") >> 4
    letters = "".join(BASE32[bits >> shift & 31] for shift in range(55, -1, -5))
    return "-".join(letters[at : at + 4] for at in (0, 4, 8))


def _read_code(text: str) -> tuple[Statement, str, bytes] | None:
    """What a code says, its key and its signature; None when it is not a whole code."""
    parts = [unquote(part) for part in TILDE.sub("~", text.strip()).split("~", 7)]
    if len(parts) != 8 or not NUMBER.fullmatch(parts[0]) or not TIME.fullmatch(parts[1]):
        return None
    if not re.fullmatch(r"[1-9]\d{0,4}", parts[2], re.ASCII):
        return None
    try:
        page_hash, about, signature = (_long64(parts[at]) for at in (3, 4, 6))
    except (ValueError, binascii.Error):
        return None
    if (len(page_hash), len(about), len(signature)) != (32, 32, 64):
        return None
    said = Statement(parts[7], parts[0], parts[1], int(parts[2]), page_hash.hex(), about.hex())
    return said, parts[5], signature


def _short64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _long64(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


# Checking


def check(store: Store, number_: str, letters: str, sha256: str = "") -> Verdict:
    """Whether a receipt is genuine: by its whole code, or by its number and its short code."""
    if "~" in TILDE.sub("~", letters):
        return check_code(store, letters, sha256)
    return check_short(store, number_, letters, sha256)


def check_code(store: Store, text: str, sha256: str = "") -> Verdict:
    """Whether a code is of this office. Our rows are asked only about a file and about a number that proves nothing."""
    read = _read_code(text)
    if not read:
        return Verdict(INCOMPLETE)
    said, key, signature = read
    if not store.bears(key, signature, said.text()):
        return Verdict(FORGED if kept.get(store.db, said.number) else UNKNOWN)
    return _about_file(store, said, sha256)


def check_short(store: Store, number_: str, letters: str, sha256: str = "") -> Verdict:
    """Whether a typed number and its short code are of this office. Our own row is believed by its signature only."""
    typed = "".join(letters.upper().split()).replace("-", "").translate(MISREAD)
    number_ = "".join(number_.split())
    if not NUMBER.fullmatch(number_) or len(typed) != 12 or set(typed) - set(BASE32):
        return Verdict(INCOMPLETE)
    receipt = kept.get(store.db, number_)
    if not receipt:
        return Verdict(UNKNOWN)
    if short(receipt["signature"]).replace("-", "") != typed or not is_intact(store, receipt):
        return Verdict(FORGED)
    return _about_file(store, statement_of(receipt), sha256)


def is_intact(store: Store, receipt: Row) -> bool:
    """Whether a row says what was signed."""
    if page_list(receipt["pages"]) != receipt["page_list"]:
        return False
    if receipt["about"] and about_hash(receipt["submission"], receipt["about"]) != receipt["about_hash"]:
        return False
    try:
        signature = base64.b64decode(receipt["signature"], validate=True)
    except binascii.Error:
        return False
    return store.bears(receipt["key"], signature, statement_of(receipt).text())


def fault(store: Store, submission: Row, handed_in: list[Row]) -> str:
    """What is wrong with the kept receipt of a submission, as a sentence; empty when all is well."""
    receipt = kept.get(store.db, submission["number"])
    if not receipt:
        return "its receipt was never signed; the next start does it"
    if not is_intact(store, receipt):
        return "its receipt does not bear its signature: somebody changed it, or the public key is missing"
    differs = [page["sha256"] for page in receipt["pages"]] != [page["sha256"] for page in handed_in]
    elsewhere = (receipt["submission"], receipt["arrived_at"]) != (submission["id"], submission["received_at"])
    if elsewhere or (handed_in and differs):
        return "its row says something else than its signed receipt"
    return ""


def _about_file(store: Store, said: Statement, sha256: str) -> Verdict:
    """A genuine receipt, and what a file with this hash is to it."""
    sha256 = "".join(sha256.split()).lower()
    if not sha256:
        return Verdict(GENUINE, said)
    if not SHA256.fullmatch(sha256):
        return Verdict(GENUINE, said, "no_hash")
    receipt = kept.get(store.db, said.number)
    if not receipt or page_list(receipt["pages"]) != said.page_list:
        return Verdict(GENUINE, said, "forgotten")
    for n, page in enumerate(receipt["pages"], 1):
        if page["sha256"] == sha256:
            return Verdict(GENUINE, said, "page", n)
    made = [one for one in kept.documents_of(store.db, said.number) if one["sha256"] == sha256]
    return Verdict(GENUINE, said, "document" if any(_is_ours(store, one) for one in made) else "other")


def _is_ours(store: Store, document: Row) -> bool:
    return store.bears(document["key"], base64.b64decode(document["signature"]), document_text(document))
