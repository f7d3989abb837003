"""The show job: a notice of the office becomes pictures of its pages, or is refused with a reason.

May be killed and repeated at any point: pictures are replaced whole, and the state moves once. The PDF comes from the
office, and is opened like any other in a cell of its own: nobody knows where its parts come from.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

import scanning
from app import notices
from app.store import Store, jobs
from app.store import notices as rows
from app.store.database import Row
from app.store.files import PICTURES

log = logging.getLogger("belegbote.showing")

GIVE_UP_FROM = jobs.MOST_TRIES
ENDS = {kind: end for end, kind in PICTURES.items()}


def show(store: Store, notice: str, *, attempt: int = 1, most: int = 60) -> None:
    """Draw the pages of a notice that waits for it. From GIVE_UP_FROM on it is refused instead of tried again."""
    row = rows.get(store.db, notice)
    if not row or row["state"] != notices.CHECKING:
        return
    if attempt >= GIVE_UP_FROM:
        notices.refuse(store, notice, "scan_died")
        return
    try:
        with store.files.making(notice), scanning.Cell() as cell:
            store.files.drop_made(notice, store.files.made_names(notice))  # by an earlier try that was killed
            pages = sum(1 for _ in _pictures(store, row, cell, most))
    except scanning.ScanError as error:
        if isinstance(error, scanning.TookTooLong) and error.busy:
            raise  # the machine's fault: the job is tried again later
        log.warning("notice %s cannot be shown: %s", notice, error)
        notices.refuse(store, notice, error.code)
    else:
        notices.make_available(store, notice, pages)


def _pictures(store: Store, row: Row, cell: scanning.Cell, most: int) -> Iterator[None]:
    pdf = notices.document(store, row).read_bytes()
    for n, page in enumerate(cell.each(scanning.pdf_sheets, pdf, most=most), 1):
        picture, kind = page.picture()
        store.files.write(row["id"], f"{n}{ENDS[kind]}", picture)
        yield
