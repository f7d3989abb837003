"""A push service of our own: Chromium registers here as if it were the real one, and the worker sends here.

`PushService.flags()` point Chromium's cloud messaging here: check-in, registration, and the TLS stream on
which messages arrive, in its protobuf framing. The worker's gateway setting points here too. Every send is
checked as RFC 8030, 8188 and 8292 ask: a VAPID signature by the subscription's own key, a TTL, at most 4096
bytes; the ciphertext is handed on untouched, so only the browser can read it.
"""

from __future__ import annotations

import base64
import contextlib
import json
import secrets
import select
import socket
import ssl
import threading
import time
from dataclasses import dataclass

import trustme
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from flask import Flask, request
from werkzeug.serving import make_server

AUDIENCES = ("https://fcm.googleapis.com", "https://jmt17.google.com")
LARGEST = 4096


@dataclass(frozen=True)
class Sent:
    """One accepted send."""

    token: str
    headers: dict[str, str]
    size: int


class PushService:
    """`sent` lists what was accepted; `refuse_all` is a status to answer to everything instead."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.refuse_all: int | None = None
        self.streams: list[ssl.SSLSocket] = []
        self._one_at_a_time = threading.Lock()  # a TLS connection is not for two threads at once
        self._browsers: dict[str, tuple[str, str, str]] = {}
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trustme.CA().issue_cert("localhost").configure_cert(self._tls)
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()
        self._server = make_server("127.0.0.1", 0, self._app(), threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def flags(self) -> list[str]:
        """What makes a Chromium use this service."""
        return [
            f"--gcm-checkin-url={self.url}/checkin",
            f"--gcm-registration-url={self.url}/register",
            f"--gcm-mcs-endpoint=https://localhost:{self._listener.getsockname()[1]}",
            "--ignore-certificate-errors",
        ]

    def close(self) -> None:
        """End the service."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for stream in list(self.streams):
            with contextlib.suppress(OSError):
                stream.shutdown(socket.SHUT_RDWR)
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()

    def _app(self) -> Flask:
        app = Flask("pushservice")
        app.add_url_rule("/checkin", "checkin", _check_in, methods=["POST"])
        app.add_url_rule("/register", "register", self._register, methods=["POST"])
        app.add_url_rule("/fcm/send/<token>", "send", self._send, methods=["POST"])
        return app

    def _register(self) -> str:
        token = secrets.token_urlsafe(12)
        if "delete" not in request.form:
            self._browsers[token] = (
                request.form["sender"],
                request.form["app"],
                request.form.get("X-subtype", ""),
            )
        return f"token={token}"

    def _send(self, token: str) -> tuple[str, int]:
        body = request.get_data()
        if self.refuse_all:
            return "", self.refuse_all
        if token not in self._browsers:
            return "", 410
        if len(body) > LARGEST:
            return "", 413
        key, app, subtype = self._browsers[token]
        if not request.headers.get("TTL", "").isdigit() or vapid_key(request.headers["Authorization"]) != key:
            return "", 403
        self._hand_on(key, app, subtype, body)
        self.sent.append(Sent(token, dict(request.headers), len(body)))
        return "", 201

    def _hand_on(self, key: str, app: str, subtype: str, body: bytes) -> None:
        facts = [("subtype", subtype), ("content-encoding", "aes128gcm")]
        message = _field(3, key) + _field(5, app)
        message += b"".join(_field(7, _field(1, name) + _field(2, value)) for name, value in facts)
        message += _field(9, secrets.token_hex(8)) + _field(21, body)
        for stream in list(self.streams):
            with contextlib.suppress(OSError), self._one_at_a_time:
                stream.sendall(b"\x08" + _varint(len(message)) + message)

    def _accept(self) -> None:
        while True:
            try:
                raw, _ = self._listener.accept()
            except ConnectionError:  # a browser that was closed before its turn came
                continue
            except OSError:
                return
            threading.Thread(target=self._stream, args=(raw,), daemon=True).start()

    def _listen(self, stream: ssl.SSLSocket) -> bytes:
        """What the browser says next; none when it has gone. Waits without the lock: others write meanwhile."""
        ready = select.poll()  # unlike select, for any number of open files
        ready.register(stream, select.POLLIN)
        ready.poll()
        with self._one_at_a_time:
            return stream.recv(4096)

    def _stream(self, raw: socket.socket) -> None:
        try:
            with self._tls.wrap_socket(raw, server_side=True) as stream:
                stream.recv(4096)  # the browser signs in, and is let in
                stream.sendall(b"\x29\x03\x03" + _field(1, "1"))
                self.streams.append(stream)
                try:
                    while self._listen(stream):
                        pass
                finally:
                    self.streams.remove(stream)
        except OSError:
            raw.close()


def _check_in() -> tuple[bytes, int, dict[str, str]]:
    answer = b"\x08\x01" + _varint(7 << 3 | 1) + b"devicenr" + _varint(8 << 3 | 1) + b"password"
    return answer, 200, {"Content-Type": "application/x-protobuf"}


def vapid_key(header: str) -> str | None:
    """The sender's public key; None when signature, audience, expiry or contact is wrong."""
    try:
        said = dict(part.strip().split("=", 1) for part in header.removeprefix("vapid ").split(","))
        head, body, signature = said["t"].split(".")
        raw, claims = _decode(signature), json.loads(_decode(body))
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _decode(said["k"]))
        der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        public.verify(der, f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256()))
        fresh = 0 < claims["exp"] - time.time() <= 24 * 3600
        known = claims["aud"] in AUDIENCES and claims["sub"].startswith(("mailto:", "https:"))
    except Exception:
        return None
    return said["k"] if fresh and known else None


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _varint(number: int) -> bytes:
    return bytes([number]) if number < 128 else bytes([number & 127 | 128]) + _varint(number >> 7)


def _field(number: int, value: str | bytes) -> bytes:
    """One protobuf field of bytes."""
    data = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(data)) + data
