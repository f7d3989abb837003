"""The office's keys: made once, at the first start, in files that only their owner can read.

Beside the key that signs receipts lies its public half under a name of its own, `receipt-sign-<id>.pub`. It stays when
the key is changed: receipts that were signed before are checked with it for ever.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from app.store.files import sync_folder

FILES = ("cookie.key", "receipt.key", "vapid.pem", "receipt-sign.pem")
PUBLIC = "receipt-sign-*.pub"


@dataclass(frozen=True)
class Keys:
    """
    cookie   signs the session cookie
    receipt  locks what waits on phones and makes push topics that say nothing; until version 0.1 it sealed receipts
    vapid    our name towards push services: EC P-256, RFC 8292
    sign     signs receipts: Ed25519, RFC 8032
    """

    cookie: bytes
    receipt: bytes
    vapid: ec.EllipticCurvePrivateKey
    sign: ed25519.Ed25519PrivateKey

    @property
    def sign_id(self) -> str:
        """The id of the key that signs now."""
        return key_id(self.sign.public_key())

    @property
    def vapid_public(self) -> str:
        """The public key as browsers want it: the uncompressed point, base64url without padding."""
        point = self.vapid.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return _base64url(point)

    @property
    def vapid_private(self) -> str:
        """The private number, 32 bytes, base64url without padding, as pywebpush takes it."""
        return _base64url(self.vapid.private_numbers().private_value.to_bytes(32, "big"))


def load_keys(folder: Path) -> Keys:
    """Read the keys, making those that are missing. Safe when two processes start together."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    pem = _read_or_make(folder / "vapid.pem", _new_vapid())
    vapid = load_pem_private_key(pem, None)
    if not isinstance(vapid, ec.EllipticCurvePrivateKey):
        raise ValueError("keys/vapid.pem must hold an elliptic curve key.")
    sign = load_pem_private_key(_read_or_make(folder / "receipt-sign.pem", _new_sign()), None)
    if not isinstance(sign, ed25519.Ed25519PrivateKey):
        raise ValueError("keys/receipt-sign.pem must hold an Ed25519 key.")
    _read_or_make(folder / PUBLIC.replace("*", key_id(sign.public_key())), public_pem(sign.public_key()))
    return Keys(
        cookie=_read_or_make(folder / "cookie.key", secrets.token_bytes(32)),
        receipt=_read_or_make(folder / "receipt.key", secrets.token_bytes(32)),
        vapid=vapid,
        sign=sign,
    )


def key_id(key: ed25519.Ed25519PublicKey) -> str:
    """What a receipt calls the key: the first 8 hexadecimal digits of the SHA-256 of its 32 bytes."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:8]


def public_pem(key: ed25519.Ed25519PublicKey) -> bytes:
    """A public key as openssl reads it."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def public_files(folder: Path) -> list[Path]:
    """The public halves of all keys that ever signed, which outlive them."""
    return sorted(folder.glob(PUBLIC))


def public_keys(folder: Path) -> dict[str, ed25519.Ed25519PublicKey]:
    """What checks receipts, by the key's id: of the key that signs now, and of every one before it.

    The id is that of the key as it is, never taken from a file's name. A file that holds no such key checks nothing.
    """
    found = {}
    for path in public_files(folder):
        with contextlib.suppress(ValueError, UnsupportedAlgorithm):
            key = load_pem_public_key(path.read_bytes())
            if isinstance(key, ed25519.Ed25519PublicKey):
                found[key_id(key)] = key
    return found


def bears(key: ed25519.Ed25519PublicKey | None, signature: bytes, message: bytes) -> bool:
    """Whether a key that we know signed this message."""
    try:
        if key:
            key.verify(signature, message)
    except InvalidSignature:
        return False
    return key is not None


def _read_or_make(path: Path, fresh: bytes) -> bytes:
    """Write `fresh` unless the file is there; whoever links first wins, and all read the winner's."""
    if not path.exists():
        mine = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
        with open(os.open(mine, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(fresh)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(mine, path)
        mine.unlink()
        sync_folder(path.parent)  # a key that went with a power cut would make every seal and subscription worthless
    return path.read_bytes()


def _new_vapid() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _new_sign() -> bytes:
    key = ed25519.Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
