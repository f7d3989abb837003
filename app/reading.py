"""The read job: some time after a document is ready, the words on its pages become its invisible text layer, the desk
finds them, and the numbers that the pages have in print are known.

Nobody waits for it, and nothing depends on it: whatever goes wrong here, the document stays as it is. May be
killed and repeated at any point: the new file lies under another name, and one change of the row says which counts.
"""

from __future__ import annotations

import hashlib
import io
import logging

import scanning
from app import finding, numbering, receipts
from app.errors import NotFound
from app.store import Store, documents
from app.store.database import Row

log = logging.getLogger("belegbote.reading")


def possible() -> bool:
    """Whether this machine can read print at all."""
    return scanning.can_read()


def read(store: Store, submission: str) -> None:
    """Make the document of a submission searchable, if it is not. Raises scanning.ReaderMissing."""
    document = documents.get(store.db, submission)
    if not document:
        return
    searchable = documents.pdf(document, searchable=True)
    if document["file"] != searchable:
        read = _with_text(store, document)
        if read is None:
            return
        made, words = read
        with store.files.making(submission):
            now = documents.get(store.db, submission)
            if not now or now["sha256"] != document["sha256"]:
                return  # we stood still, or read for so long, that it is deleted already, or made anew
            store.files.write(submission, searchable, made)
            sha256 = hashlib.sha256(made).hexdigest()
            with store.atomic() as db:
                documents.replace(db, document, {"file": searchable, "size": len(made), "sha256": sha256})
                receipts.keep_document(store, submission)
                documents.set_printed(db, submission, {n: numbering.read(said) for n, said in words.items()})
                finding.keep(store, submission, {n: said for n, said in words.items() if said})
    scanned = documents.pdf(document, searchable=False)
    store.files.remove(submission, scanned)  # also when an earlier try was killed right here


def _with_text(store: Store, document: Row) -> tuple[bytes, dict[int, list[str]]] | None:
    """The document with a text layer on every page, and the words on the sheets that were read for it, by `n`; None
    when every page has one.
    """
    pdf = store.files.made(document["submission"], document["file"]).read_bytes()
    if not scanning.silent_pages(io.BytesIO(pdf)):
        return None
    sheets = documents.sheets(store.db, document["submission"])
    said: dict[int, list[str]] = {}

    def words(at: int) -> tuple[scanning.Word, ...]:
        found = _words(store, document, sheets[at])
        said[sheets[at]["n"]] = [word.text for word in found]
        return found

    out = io.BytesIO()
    scanning.add_text(io.BytesIO(pdf), out, words)
    return out.getvalue(), said


def _words(store: Store, document: Row, sheet: Row) -> tuple[scanning.Word, ...]:
    """What stands on a sheet; nothing when it cannot be read."""
    try:
        picture = store.files.picture(sheet["submission"], documents.picture(document, sheet["n"]))
        return scanning.read_words(picture.read_bytes(), sheet["dpi"])
    except (scanning.ReaderFailed, NotFound) as error:
        log.warning("sheet %s of %s stays without text: %s", sheet["n"], sheet["submission"], error)
        return ()
