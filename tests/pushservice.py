"""A push service on loopback: checks the sender's signature and decrypts what it gets, as a browser would."""

from __future__ import annotations

import base64
import json
import os
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import http_ece
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Flask, request
from requests.structures import CaseInsensitiveDict
from werkzeug.serving import make_server

HOST = "https://fcm.googleapis.com"


@dataclass
class Got:
    token: str
    headers: CaseInsensitiveDict[str]
    claims: dict[str, Any]
    said: dict[str, Any]


@dataclass
class PushService:
    """`answers[token]` is a list of statuses (or (status, headers)) to answer before it takes pushes again."""

    got: list[Got] = field(default_factory=list)
    answers: dict[str, list[Any]] = field(default_factory=dict)
    elsewhere: int = 0

    def __enter__(self) -> PushService:
        self._browsers: dict[str, tuple[str, ec.EllipticCurvePrivateKey, bytes]] = {}
        app = Flask("pushservice")
        app.post("/fcm/send/<token>")(self._take)
        app.route("/elsewhere", methods=["GET", "POST"])(self._count)
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def subscribe(self, server_key: str, host: str = HOST) -> dict[str, Any]:
        """What a browser's pushManager.subscribe() gives."""
        token, private, auth = (
            secrets.token_urlsafe(12),
            ec.generate_private_key(ec.SECP256R1()),
            os.urandom(16),
        )
        self._browsers[token] = (server_key, private, auth)
        point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": _encoded(point), "auth": _encoded(auth)}
        return {"endpoint": f"{host}/fcm/send/{token}", "keys": keys, "token": token}

    def _take(self, token: str) -> Any:
        waiting = self.answers.get(token) or []
        if waiting:
            status, headers = waiting[0] if isinstance(waiting[0], tuple) else (waiting[0], {})
            waiting.pop(0)
            return "", status, headers
        if token not in self._browsers:
            return "", 410
        server_key, private, auth = self._browsers[token]
        claims = _checked(request.headers["Authorization"], server_key)
        plain = http_ece.decrypt(request.get_data(), private_key=private, auth_secret=auth, version="aes128gcm")
        self.got.append(Got(token, CaseInsensitiveDict(request.headers), claims, json.loads(plain)))
        return "", 201

    def _count(self) -> str:
        self.elsewhere += 1
        return ""


def _checked(header: str, server_key: str) -> dict[str, Any]:
    """RFC 8292: the token is signed by the key that the browser subscribed with, for us, and not for long."""
    said = dict(part.strip().split("=", 1) for part in header.removeprefix("vapid ").split(","))
    head, body, signature = said["t"].split(".")
    assert said["k"] == server_key
    raw = _decoded(signature)
    signed = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _decoded(server_key))
    key.verify(signed, f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256()))
    claims: dict[str, Any] = json.loads(_decoded(body))
    assert 0 < claims["exp"] - time.time() <= 86400
    return claims


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decoded(said: str) -> bytes:
    return base64.urlsafe_b64decode(said + "=" * (-len(said) % 4))
