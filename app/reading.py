"""The read job: some time after a document is ready, the words on its pages become its invisible text layer, the desk
finds them, and the numbers that the pages have in print are known. What an earlier release made searchable gives the
desk the words that it has.

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
from app.store import Store, documents, handovers
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
    if document["file"] != documents.pdf(document, searchable=True):
        _make_searchable(store, document)
    now = documents.get(store.db, submission)
    if now and now["version"] == document["version"]:
        _keep_its_words(store, now)
        if now["file"] == documents.pdf(now, searchable=True):  # also when an earlier try was killed right here
            store.files.remove(submission, documents.pdf(now, searchable=False))


def _make_searchable(store: Store, document: Row) -> None:
    """Read the pages that have no text layer; with it, the document is another file."""
    read = _with_text(store, document)
    if read is None:
        return
    submission, searchable = document["submission"], documents.pdf(document, searchable=True)
    made, words = read
    with store.files.making(submission):
        if not _is_as_it_was(store, document):
            return  # we stood still, or read for so long, that it is deleted already, or made anew
        given = _may_be_given(store, submission)
        if not given:
            store.files.write(submission, searchable, made)
        sha256 = hashlib.sha256(made).hexdigest()
        with store.atomic() as db:
            if not given:
                documents.replace(db, document, {"file": searchable, "size": len(made), "sha256": sha256})
                receipts.keep_document(store, submission)
            documents.set_printed(db, submission, {n: numbering.read(said) for n, said in words.items()})
            finding.keep(store, submission, {n: said for n, said in words.items() if said})


def _is_as_it_was(store: Store, document: Row) -> bool:
    now = documents.get(store.db, document["submission"])
    return now is not None and now["sha256"] == document["sha256"]


def _may_be_given(store: Store, submission: str) -> bool:
    """Whether the document system may have it already: then it stays the file that was given."""
    row = handovers.get(store.db, submission)
    return row is not None and (row["due_at"] <= store.time() or row["acknowledged_at"] is not None)


def _keep_its_words(store: Store, document: Row) -> None:
    """Keep the words of the text layer of those sheets of which none are known."""
    submission = document["submission"]
    known = finding.kept(store, submission)
    if len(known) == document["sheets"]:
        return
    with open(store.files.made(submission, document["file"]), "rb") as pdf:
        there = dict(enumerate(scanning.layer_words(pdf), 1))
    with store.files.making(submission), store.atomic():
        if _is_as_it_was(store, document):
            finding.keep(store, submission, {n: said for n, said in there.items() if said and n not in known})


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
