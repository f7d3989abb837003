"""Sealing: authenticated encryption in chunks, so that memory stays flat however long a file is.

A sealed file is a random salt, then chunks of 1 MiB, each AES-256-GCM under a key of the file's own: HKDF-SHA256 of the
backup key and the salt. The nonce counts the chunks and says which is the last, and the file's name is bound to each
(the STREAM construction; Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption, CRYPTO 2015). So a
chunk that was changed, swapped or left out, a file that was cut, and one in another's place are noticed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.errors import CommandError, Damaged
from app.store.files import CHUNK

KEY_MARK = b"belegbote-backup-key-1 "
KEY_BYTES = SALT_BYTES = 32
TAG_BYTES = 16


class Seal(Protocol):
    """How the files of a backup are named and written: sealed with a key, or open."""

    @property
    def id(self) -> str:
        """Tells keys apart and gives none away; empty without a key."""

    def name(self, path: str, sha256: str) -> str:
        """Where a file of the data folder lies in a backup."""

    def seal(self, chunks: Iterator[bytes], name: str) -> Iterator[bytes]:
        """What is written for these chunks, each but the last of CHUNK bytes."""

    def unseal(self, file: IO[bytes], name: str) -> Iterator[bytes]:
        """The chunks again; raises Damaged at the first that is not as it was written."""


class Unsealed:
    """No key: everything lies there as it is, and may be copied back by hand."""

    id = ""

    def name(self, path: str, sha256: str) -> str:
        """Its own name."""
        return f"data/{path}"

    def seal(self, chunks: Iterator[bytes], name: str) -> Iterator[bytes]:
        """As they are."""
        return chunks

    def unseal(self, file: IO[bytes], name: str) -> Iterator[bytes]:
        """As they are."""
        return chunks_of(file)


@dataclass(frozen=True)
class Key:
    """32 random bytes that seal a backup, names included."""

    secret: bytes

    @property
    def id(self) -> str:
        """16 hexadecimal digits."""
        return self._derived(b"id").hex()[:16]

    def name(self, path: str, sha256: str) -> str:
        """The same for the same content at the same path, so that a later backup finds it; tells nobody of either."""
        digest = hmac.new(self._derived(b"names"), f"{path}\0{sha256}".encode(), hashlib.sha256).hexdigest()
        return f"sealed/{digest[:2]}/{digest}"

    def seal(self, chunks: Iterator[bytes], name: str) -> Iterator[bytes]:
        """Salt, then the sealed chunks; no chunk at all is sealed as one empty one."""
        salt = secrets.token_bytes(SALT_BYTES)
        cipher = AESGCM(self._derived(b"file", salt))
        yield salt
        held, n = next(chunks, b""), 0
        for chunk in chunks:
            yield cipher.encrypt(_nonce(n, False), held, name.encode())
            held, n = chunk, n + 1
        yield cipher.encrypt(_nonce(n, True), held, name.encode())

    def unseal(self, file: IO[bytes], name: str) -> Iterator[bytes]:
        """The chunks; the last one read must be the one that was sealed as the last."""
        cipher = AESGCM(self._derived(b"file", file.read(SALT_BYTES)))
        held, n = file.read(CHUNK + TAG_BYTES), 0
        try:
            while following := file.read(CHUNK + TAG_BYTES):
                yield cipher.decrypt(_nonce(n, False), held, name.encode())
                held, n = following, n + 1
            yield cipher.decrypt(_nonce(n, True), held, name.encode())
        except (InvalidTag, ValueError):
            raise Damaged(f"damaged, cut or exchanged (chunk {n + 1})") from None

    def _derived(self, purpose: bytes, salt: bytes | None = None) -> bytes:
        return HKDF(SHA256(), KEY_BYTES, salt, b"belegbote backup " + purpose).derive(self.secret)


def _nonce(n: int, last: bool) -> bytes:
    return n.to_bytes(11, "big") + bytes([last])


def chunks_of(file: IO[bytes]) -> Iterator[bytes]:
    """A file in chunks of CHUNK bytes; the last may be shorter."""
    while chunk := file.read(CHUNK):
        yield chunk


def new_key(path: Path) -> Key:
    """Make a key file that only its owner can read. Raises CommandError when there is a file already."""
    secret = secrets.token_bytes(KEY_BYTES)
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(KEY_MARK + base64.urlsafe_b64encode(secret) + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise CommandError(f"{path} is there already, and a key is never written over.") from None
    return Key(secret)


def read_key(path: Path) -> Key:
    """The key in a file. Raises CommandError when it holds none."""
    said = path.read_bytes()
    try:
        secret = base64.urlsafe_b64decode(said.removeprefix(KEY_MARK).strip()) if said.startswith(KEY_MARK) else b""
    except binascii.Error:
        secret = b""
    if len(secret) != KEY_BYTES:
        raise CommandError(f"{path} holds no backup key; `belegbote backup --new-key FILE` makes one.")
    return Key(secret)
