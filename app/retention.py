"""What may go, goes: once a submission is in the e-file and the office's time is over, its papers are deleted here. So
is what lies in no e-file, where the office says for how long it is kept: papers that came back and that nobody took
again, messages, notices, and what is asked no longer.

First the rows: from then on nobody is shown anything of it. Then the files, each name flushed; and only when they are
gone is it written down that they are. What the receipt says stays: number, times, and the hash of each page, so it can
be checked for ever. Killed at any point it goes on from there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from app.config import Config
from app.store import Store, asks, events, handovers, iso, messages, notices, pages, texts
from app.store.database import Row

log = logging.getLogger("belegbote.retention")

DAY = 86400.0
MAY_STAND = 3600.0  # s
AT_ONCE = 100  # submissions in one look, so that a worker that is told to stop need not be killed


def look(store: Store, days: int) -> None:
    """Delete what has been acknowledged for so many days; 0 keeps all of it, and only ends what was begun.

    What cannot be deleted is written down beside the submission and tried again at the next look.
    """
    before = iso(store.now() - days * DAY) if days else ""
    due = handovers.kept(store.db, before, AT_ONCE, store.now())
    # First all of them leave the rows: then their words are taken out of the index in one go.
    for step in (_begin, erase):
        for submission in due:
            if not _tried(store, submission, step):
                return


def clear(store: Store, config: Config) -> None:
    """Delete what lies in no e-file and is older than the office keeps it; nothing where it names no days."""
    days = config.kept_days
    before = {what: iso(store.now() - kept * DAY) for what, kept in days.items()}
    if "returned" in days:
        let_go = partial(_let_go, before=before["returned"])
        due = handovers.returned(store.db, before["returned"], AT_ONCE)
        for step in (let_go, erase):
            if not all(_tried(store, submission, step) for submission in due):
                return
    if "messages" in days:
        _forget_messages(store, before["messages"])
    for notice in notices.over(store.db, before.get("notices", ""), AT_ONCE):
        if not _erase_notice(store, notice):
            return
    if "asks" in days:
        _forget_asks(store, before["asks"])


def _forget_messages(store: Store, before: str) -> None:
    with store.atomic() as db:
        for case in messages.over(db, before):
            events.add_to_case(db, case["case"], "messages_erased", store.time(), detail={"messages": case["n"]})
        messages.erase(db, before)


def _forget_asks(store: Store, before: str) -> None:
    with store.atomic() as db:
        for ask in asks.over(db, before, AT_ONCE):
            asks.erase(db, ask["id"], store.time())
            events.add_to_ask(db, ask, "ask_erased", store.time())


def _erase_notice(store: Store, notice: str) -> bool:
    """Delete a notice: first its row shows it to nobody, then its files go, then that is said. False while a backup is
    made. A file that cannot be deleted is tried again at the next look.
    """
    with store.files.alone_to_erase() as may:
        row = notices.get(store.db, notice)
        if not may or not row:
            return may
        notices.begin_erasing(store.db, notice)
        try:
            store.files.drop_parts(notice)
            with store.files.making(notice):
                store.files.erase_made(notice)
            with store.atomic() as db:
                person, sha256 = row["person"], row["sha256"]
                if not pages.needed(db, person, sha256) and not notices.has(db, person, sha256, but=notice):
                    store.files.erase_blobs(person, [sha256])
                if notices.set_erased(db, notice):
                    detail = {"sha256": sha256, "pages": row["pages"]}
                    events.add_to_notice(db, row, "notice_erased", store.time(), detail=detail)
        except OSError as error:
            log.error("the notice %s cannot be deleted: %s", notice, error)
        return True


def _tried(store: Store, submission: str, step: Callable[[Store, str], bool]) -> bool:
    """One step of the deletion; False while a backup is made."""
    try:
        return step(store, submission)
    except OSError as error:
        log.error("the papers of %s cannot be deleted: %s", submission, error)
        with store.atomic() as db:
            handovers.refuse(db, submission, str(error), store.time())
        return True


def erase(store: Store, submission: str) -> bool:
    """Delete the papers of a submission here, provably. False while a backup is made, which may still need them.

    Raises OSError when a file cannot be deleted.
    """
    if not _begin(store, submission):
        return False
    texts.purge(store.db)
    with store.files.alone_to_erase() as may, store.files.making(submission):
        row = handovers.get(store.db, submission)
        if may and row and not row["erased_at"]:
            store.files.drop_parts(submission)
            store.files.erase_made(submission)
            _erase_pages(store, row)
    return may


def _begin(store: Store, submission: str) -> bool:
    """From now on nobody is shown anything of it. False while a backup is made."""
    with store.files.alone_to_erase() as may, store.files.making(submission):
        row = handovers.get(store.db, submission)
        if may and row and not row["erased_at"]:
            with store.atomic() as db:
                handovers.begin_erasing(db, submission, store.time())
    return may


def _let_go(store: Store, submission: str, before: str) -> bool:
    """As `_begin`, for one that came back; unless somebody took it again meanwhile."""
    with store.files.alone_to_erase() as may, store.files.making(submission), store.atomic() as db:
        if may and submission in handovers.returned(db, before, AT_ONCE):
            handovers.add(db, submission, store.time())
            handovers.begin_erasing(db, submission, store.time())
    return may


def _erase_pages(store: Store, row: Row) -> None:
    """The pages as they were sent, but for those that something else of the same person still needs: nobody can
    announce one meanwhile.
    """
    with store.atomic() as db:
        sent = {page["sha256"] for page in pages.all_of(db, row["submission"])}
        going = sorted(sha256 for sha256 in sent if not _needed(store, row["owner"], sha256))
        store.files.erase_blobs(row["owner"], going)
        if handovers.set_erased(db, row["submission"], store.time()):
            event = {"id": row["submission"], "case": row["case"]}
            detail = {"pages": len(pages.all_of(db, row["submission"])), "document_sha256": row["sha256"]}
            what = "erased" if row["acknowledged_at"] else "cleared"  # in the e-file, or nowhere
            events.add(db, event, what, store.time(), detail=detail)


def _needed(store: Store, person: str, sha256: str) -> bool:
    """Whether another submission still needs this content, or a notice has it: people hand in what the office wrote."""
    return pages.needed(store.db, person, sha256) or notices.has(store.db, person, sha256)
