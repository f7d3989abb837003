"""receipt: what was signed when a submission arrived; receipt_document: the PDFs that were made of it, each signed.

Neither names a person, but for `about`, which goes with the submission. The rest stays when pages, PDF and submission
are deleted: so nothing here refers to another table.
"""

from __future__ import annotations

import json
from typing import Any

from sqlite_utils import Database

from app.store.database import Row, row, rows, run


def add(db: Database, receipt: Row) -> None:
    """Keep a signed receipt; the same again changes nothing."""
    run(
        db,
        """INSERT INTO receipt (number, submission, office, arrived_at, pages, page_list, about, about_hash, "key",
                                signature)
           VALUES (:number, :submission, :office, :arrived_at, :pages, :page_list, :about, :about_hash, :key,
                   :signature)
           ON CONFLICT (number) DO NOTHING""",
        {**receipt, "pages": json.dumps(receipt["pages"]), "about": json.dumps(receipt["about"])},
    )


def get(db: Database, number: str) -> Row | None:
    """The receipt with this number: `pages` `[{sha256, size}]`, `about` `{case, kind}`, or None once forgotten."""
    found = row(db, "SELECT * FROM receipt WHERE number = :number", {"number": number})
    return {**found, "pages": _list(found["pages"]), "about": _about(found["about"])} if found else None


def _list(text: str) -> list[Any]:
    """What a row holds as pages; none when somebody wrote something else into it, which no signature will bear."""
    try:
        said = json.loads(text)
        return said if all({"sha256", "size"} <= page.keys() for page in said) else []
    except (ValueError, TypeError, AttributeError):
        return []


def _about(text: str | None) -> dict[str, str] | None:
    return json.loads(text) if text else None


def forget_about(db: Database, number: str) -> None:
    """Forget the case and the kind of a receipt, with its submission; what is left names nobody and still proves."""
    run(db, "UPDATE receipt SET about = NULL WHERE number = :number", {"number": number})


def unsigned(db: Database) -> list[str]:
    """Submissions that arrived and have no signed receipt: those from before receipts were signed."""
    found = rows(
        db,
        """SELECT id FROM submission WHERE number IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM receipt WHERE receipt.number = submission.number) ORDER BY id""",
    )
    return [r["id"] for r in found]


def add_document(db: Database, document: Row) -> None:
    """Keep the signed name of a PDF that was made of a receipt's pages; the same again changes nothing."""
    run(
        db,
        """INSERT INTO receipt_document (number, sha256, size, made_at, "key", signature)
           VALUES (:number, :sha256, :size, :made_at, :key, :signature) ON CONFLICT (number, sha256) DO NOTHING""",
        document,
    )


def documents_of(db: Database, number: str) -> list[Row]:
    """The PDFs that were made of a receipt's pages, the oldest first: as scanned, then searchable, and both again each
    time the desk has arranged it.
    """
    return rows(db, "SELECT * FROM receipt_document WHERE number = :number ORDER BY id", {"number": number})
