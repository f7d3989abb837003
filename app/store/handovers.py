"""handover: what becomes of an accepted submission, from its acceptance to the end of its papers here.

    due_at           from when on it may go; later than the acceptance while its document becomes searchable
    folder, package  where its package was made, and how it is called; written down before it appears there
    sha256, size     of the document in that package, or of the one that was acknowledged
    fault            why the last try went wrong, whether to give it away or to erase it
    acknowledged_at  the document system has it in its file; acknowledged_by is "file", "command" or "http"
    erasing_at       from now on nobody is shown its papers; erased_at: they are gone from the disk. A submission that
                     was returned and is deleted has no other times

handover_token: the document system's token, by its hash only.
"""

from __future__ import annotations

import hmac

from sqlite_utils import Database

from app.store import asks, texts
from app.store.database import Row, insert, row, rows, run

_WITH_NUMBER = """SELECT handover.*, submission.number, submission.owner, submission."case" FROM handover
                  JOIN submission ON submission.id = handover.submission"""
_OPEN = "acknowledged_at IS NULL AND erasing_at IS NULL"


def add(db: Database, submission: str, due_at: str) -> None:
    """An accepted submission is to be handed over, from a time on; twice is harmless."""
    run(
        db,
        "INSERT INTO handover (submission, due_at) VALUES (:id, :due) ON CONFLICT (submission) DO NOTHING",
        {"id": submission, "due": due_at},
    )


def get(db: Database, submission: str) -> Row | None:
    """The hand-over of a submission, with its `number`, `owner` and `case`."""
    return row(db, f"{_WITH_NUMBER} WHERE submission = :id", {"id": submission})


def by_number(db: Database, number: str) -> Row | None:
    """The hand-over of a submission by its receipt's number."""
    return row(db, f"{_WITH_NUMBER} WHERE submission.number = :number", {"number": number})


def by_package(db: Database, package: str) -> Row | None:
    """The hand-over whose package has this name."""
    return row(db, f"{_WITH_NUMBER} WHERE package = :package", {"package": package})


def unacknowledged(db: Database, now: str, most: int) -> list[Row]:
    """What may go and is not acknowledged, what waits longest first."""
    return rows(
        db,
        f"{_WITH_NUMBER} WHERE {_OPEN} AND due_at <= :now ORDER BY due_at, handover.submission LIMIT :most",
        {"now": now, "most": most},
    )


def hurry(db: Database, submission: str, now: str) -> None:
    """What it waited for is settled."""
    run(
        db,
        "UPDATE handover SET due_at = :now WHERE submission = :id AND due_at > :now",
        {"id": submission, "now": now},
    )


def pack(db: Database, submission: str, package: Row) -> None:
    """Its package `{folder, package, sha256, size}` is made, and about to get its name."""
    run(
        db,
        """UPDATE handover SET folder = :folder, package = :package, sha256 = :sha256, size = :size
           WHERE submission = :id""",
        {**package, "id": submission},
    )


def set_exported(db: Database, submission: str, package: str, at: str) -> bool:
    """This package of it lies in the folder; False when that was known."""
    return (
        run(
            db,
            """UPDATE handover SET exported_at = :at, fault = NULL, fault_at = NULL
               WHERE submission = :id AND package = :package AND exported_at IS NULL""",
            {"id": submission, "package": package, "at": at},
        )
        == 1
    )


def refuse(db: Database, submission: str, fault: str, at: str) -> None:
    """It could not be given away, or erased; since when is kept over all tries."""
    run(
        db,
        "UPDATE handover SET fault = :fault, fault_at = COALESCE(fault_at, :at) WHERE submission = :id",
        {"id": submission, "fault": fault[:500], "at": at},
    )


def acknowledge(db: Database, submission: str, at: str, by: str, document: Row | None = None) -> bool:
    """The document system has it, the `document` with this sha256 and size; False when that was known."""
    said = {"sha256": None, "size": None, **(document or {})}
    return (
        run(
            db,
            f"""UPDATE handover SET acknowledged_at = :at, acknowledged_by = :by, fault = NULL, fault_at = NULL,
                       sha256 = COALESCE(:sha256, sha256), size = COALESCE(:size, size)
                WHERE submission = :id AND {_OPEN}""",
            {"id": submission, "at": at, "by": by, "sha256": said["sha256"], "size": said["size"]},
        )
        == 1
    )


def again(db: Database, submission: str, due_at: str) -> bool:
    """Hand it over once more, as the next copy; False when it was not yet, or its papers are no longer here."""
    return _next_copy(db, submission, due_at, "exported_at IS NOT NULL OR acknowledged_at IS NOT NULL")


def outdate(db: Database, submission: str, now: str) -> bool:
    """What its package says is no longer so: hand it over as the next copy. False when nobody can have the old one: no
    package is made, and no document system with a token may have asked for it; or when its papers are no longer here.
    """
    asked = "due_at <= :due AND EXISTS (SELECT 1 FROM handover_token)"
    return _next_copy(db, submission, now, f"package IS NOT NULL OR acknowledged_at IS NOT NULL OR ({asked})")


def _next_copy(db: Database, submission: str, due_at: str, given: str) -> bool:
    return (
        run(
            db,
            f"""UPDATE handover SET due_at = :due, copy = copy + 1,
                       folder = NULL, package = NULL, exported_at = NULL, sha256 = NULL, size = NULL, fault = NULL,
                       fault_at = NULL, acknowledged_at = NULL, acknowledged_by = NULL
                WHERE submission = :id AND erasing_at IS NULL AND ({given})""",
            {"id": submission, "due": due_at},
        )
        == 1
    )


def standing(db: Database, late: str) -> Row:
    """What keeps packages from their folder: `n` of them were refused or are due since before `late`, `since` when."""
    found = row(
        db,
        f"""SELECT COUNT(*) AS n, MIN(COALESCE(fault_at, due_at)) AS since FROM handover
            WHERE {_OPEN} AND exported_at IS NULL AND (fault IS NOT NULL OR due_at < :late)""",
        {"late": late},
    )
    assert found is not None
    return found


def forgotten(db: Database, before: str) -> Row:
    """What nobody acknowledged: `n` submissions that lie in the folder since before a time, or that a document system
    with a token has not asked for; the oldest of them `since` when.
    """
    found = row(
        db,
        f"""SELECT COUNT(*) AS n, MIN(COALESCE(exported_at, due_at)) AS since FROM handover
            WHERE {_OPEN} AND COALESCE(exported_at, due_at) < :before
              AND (exported_at IS NOT NULL OR EXISTS (SELECT 1 FROM handover_token))""",
        {"before": before},
    )
    assert found is not None
    return found


def kept(db: Database, before: str, most: int, now: float) -> list[str]:
    """The submissions whose papers are to go: those that were acknowledged before a time, and those whose erasing was
    broken off, first those where nothing went wrong. A document that a worker has in hand at `now` stays until that is
    over; work that only waits holds up nothing, for it may never begin: reading may be turned off.
    """
    found = rows(
        db,
        """SELECT submission FROM handover
           WHERE erased_at IS NULL AND (erasing_at IS NOT NULL OR acknowledged_at < :before)
             AND NOT EXISTS (SELECT 1 FROM job WHERE job.submission = handover.submission
                             AND what IN ('scan', 'read') AND state = 'running' AND lease_until >= :now)
           ORDER BY fault_at IS NOT NULL, acknowledged_at, submission LIMIT :most""",
        {"before": before, "most": most, "now": now},
    )
    return [r["submission"] for r in found]


def returned(db: Database, before: str, most: int) -> list[str]:
    """Submissions that came back before a time, that nobody took again and for which no ask is open; those, too, whose
    later try is deleted already.
    """
    found = rows(
        db,
        f"""SELECT s.id FROM submission AS s JOIN decision ON decision.submission = s.id
            WHERE s.state = 'returned' AND decision.at < :before
              AND NOT EXISTS (SELECT 1 FROM handover WHERE handover.submission = s.id)
              AND NOT EXISTS (SELECT 1 FROM submission AS later LEFT JOIN handover ON handover.submission = later.id
                              WHERE later.follows = s.id AND handover.erased_at IS NULL)
              AND NOT EXISTS (SELECT 1 FROM ask WHERE ask.id = s.ask AND {asks.OPEN})
            ORDER BY decision.at, s.id LIMIT :most""",
        {"before": before, "most": most},
    )
    return [r["id"] for r in found]


def begin_erasing(db: Database, submission: str, at: str) -> None:
    """Nobody is shown its papers any more: document, sheets, words and notes leave the rows; the receipt stays."""
    for sql in (
        "UPDATE handover SET erasing_at = COALESCE(erasing_at, :at) WHERE submission = :id",
        "UPDATE submission SET note = NULL WHERE id = :id",
        "DELETE FROM note WHERE submission = :id",
        "DELETE FROM present WHERE submission = :id",
        "DELETE FROM sheet WHERE submission = :id",
        "DELETE FROM document WHERE submission = :id",
    ):
        run(db, sql, {"id": submission, "at": at} if ":at" in sql else {"id": submission})
    texts.forget(db, submission)


def set_erased(db: Database, submission: str, at: str) -> bool:
    """Its papers are gone from the disk; False when that was known."""
    return (
        run(
            db,
            """UPDATE handover SET erased_at = :at, fault = NULL, fault_at = NULL
               WHERE submission = :id AND erased_at IS NULL""",
            {"id": submission, "at": at},
        )
        == 1
    )


def gone(db: Database, submission: str) -> bool:
    """Whether the papers of a submission are erased, or about to be."""
    sql = "SELECT 1 FROM handover WHERE submission = :id AND erasing_at IS NOT NULL"
    return row(db, sql, {"id": submission}) is not None


def unerased(db: Database, late: str) -> Row:
    """What could not be erased: `n` submissions whose erasing failed, or stands since before `late`, `since` when."""
    found = row(
        db,
        """SELECT COUNT(*) AS n, MIN(COALESCE(fault_at, erasing_at)) AS since FROM handover
           WHERE erased_at IS NULL AND (acknowledged_at IS NOT NULL OR erasing_at IS NOT NULL)
             AND (fault IS NOT NULL OR erasing_at < :late)""",
        {"late": late},
    )
    assert found is not None
    return found


def count_by_state(db: Database) -> dict[str, int]:
    """How many wait to be handed over, are given away, acknowledged, erased."""
    found = row(
        db,
        """SELECT COUNT(CASE WHEN acknowledged_at IS NULL AND exported_at IS NULL AND erasing_at IS NULL THEN 1 END)
                    AS waiting,
                  COUNT(CASE WHEN acknowledged_at IS NULL AND exported_at IS NOT NULL THEN 1 END) AS given,
                  COUNT(CASE WHEN acknowledged_at IS NOT NULL AND erased_at IS NULL THEN 1 END) AS acknowledged,
                  COUNT(erased_at) AS erased FROM handover""",
    )
    assert found is not None
    return found


# The document system's token


def set_token(db: Database, hashed: str, at: str) -> None:
    """From now on this token counts, and no other."""
    run(db, "DELETE FROM handover_token")
    insert(db, "handover_token", {"hash": hashed, "created_at": at})


def token_is(db: Database, hashed: str) -> bool:
    """Whether this is the hash of the document system's token."""
    known = [r["hash"] for r in rows(db, "SELECT hash FROM handover_token")]
    return any(hmac.compare_digest(each, hashed) for each in known)
