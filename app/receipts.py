"""The receipt: proof of what arrived, when, with a SHA-256 for each page. `receipt_pdf` puts it on paper."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from app.store import Store, pages
from app.store.database import Row


def number(year: int, running: int) -> str:
    """A receipt's number, "2026-0483-91": year, running number, two check digits against typing errors.

    The check digits make the whole number leave 1 when divided by 97 (ISO/IEC 7064, MOD 97-10).
    """
    body = int(f"{year}{running:04d}")
    return f"{year}-{running:04d}-{98 - body * 100 % 97:02d}"


def as_json(store: Store, submission: Row) -> dict[str, Any] | None:
    """`{number, arrived_at, submission, pages: [{id, sha256, size}], seal}`, or None before it arrived.

    `seal` is our HMAC-SHA256 over the rest, so that we can tell later whether it was ours.
    """
    if not submission["number"]:
        return None
    said = {
        "number": submission["number"],
        "arrived_at": submission["received_at"],
        "submission": submission["id"],
        "pages": [
            {"id": page["id"], "sha256": page["sha256"], "size": page["size"]}
            for page in pages.all_of(store.db, submission["id"])
        ],
    }
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
    return {**said, "seal": hmac.new(store.keys.receipt, canonical, hashlib.sha256).hexdigest()}
