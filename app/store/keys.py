"""The office's keys: made once, at the first start, in files that only their owner can read."""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from app.store.files import sync_folder

FILES = ("cookie.key", "receipt.key", "vapid.pem")


@dataclass(frozen=True)
class Keys:
    """
    cookie   signs the session cookie
    receipt  seals receipts (HMAC-SHA256) and makes push topics that say nothing
    vapid    our name towards push services: EC P-256, RFC 8292
    """

    cookie: bytes
    receipt: bytes
    vapid: ec.EllipticCurvePrivateKey

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
    return Keys(
        cookie=_read_or_make(folder / "cookie.key", secrets.token_bytes(32)),
        receipt=_read_or_make(folder / "receipt.key", secrets.token_bytes(32)),
        vapid=vapid,
    )


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


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
