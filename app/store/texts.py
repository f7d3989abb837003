"""sheet_text: what stands on each sheet of a document, in words; sheet_words: the index over them, by SQLite's FTS5.

    text      as it was read, for showing
    folded    the same as it is compared, which is what the index holds

unpurged: submissions whose words have left the rows and may still stand in pieces of the index, where FTS5 keeps what
is deleted until it merges them. What is SQLite's own here, and no PostgreSQL's, is all in this module.
"""

from __future__ import annotations

import json

from sqlite_utils import Database

from app.store.database import Row, row, rows, run

MERGE_PAGES = 500  # of the index in one transaction: nobody waits for the lock for long
_INDEX = "INSERT INTO sheet_words (rowid, folded) VALUES (:id, :folded)"
_UNINDEX = "INSERT INTO sheet_words (sheet_words, rowid, folded) VALUES ('delete', :id, :folded)"


def put(db: Database, submission: str, texts: dict[int, tuple[str, str]]) -> None:
    """Keep what stands on these sheets, `{n: (text, folded)}`, in place of what was known; an empty one goes."""
    for n, (text, folded) in texts.items():
        _drop(db, rows(db, "SELECT * FROM sheet_text WHERE submission = :id AND n = :n", {"id": submission, "n": n}))
        if folded:
            values = {"submission": submission, "n": n, "text": text, "folded": folded}
            made = row(
                db,
                """INSERT INTO sheet_text (submission, n, text, folded) VALUES (:submission, :n, :text, :folded)
                   RETURNING id""",
                values,
            )
            assert made is not None
            run(db, _INDEX, {"id": made["id"], "folded": folded})


def of(db: Database, submission: str) -> dict[int, str]:
    """What stands on the sheets of a submission, by `n`."""
    found = rows(db, "SELECT n, text FROM sheet_text WHERE submission = :id", {"id": submission})
    return {each["n"]: each["text"] for each in found}


def forget(db: Database, submission: str) -> None:
    """Nothing on this submission's sheets is found any more. Its last traces go with `purge`."""
    _drop(db, rows(db, "SELECT * FROM sheet_text WHERE submission = :id", {"id": submission}))


def _drop(db: Database, gone: list[Row]) -> None:
    for each in gone:
        run(db, _UNINDEX, {"id": each["id"], "folded": each["folded"]})
        run(db, "DELETE FROM sheet_text WHERE id = :id", {"id": each["id"]})
        run(
            db,
            "INSERT INTO unpurged (submission) VALUES (:id) ON CONFLICT DO NOTHING",
            {"id": each["submission"]},
        )


def purge(db: Database) -> None:
    """Take what was deleted out of the index for good: all its pieces become one. Not within a transaction: each step
    is one of its own. Killed in the middle, the next call does it anew.
    """
    due = [each["submission"] for each in rows(db, "SELECT submission FROM unpurged")]
    pages = -MERGE_PAGES  # the first step puts all pieces up for merging, the others go on with it
    while due and _merge(db, pages):
        pages = MERGE_PAGES
    for submission in due:
        run(db, "DELETE FROM unpurged WHERE submission = :id", {"id": submission})


def _merge(db: Database, pages: int) -> bool:
    """One step; False when nothing was left to do (https://sqlite.org/fts5.html#the_merge_command)."""
    before = db.conn.total_changes
    run(db, "INSERT INTO sheet_words (sheet_words, rank) VALUES ('merge', :pages)", {"pages": pages})
    return db.conn.total_changes - before >= 2


def found(db: Database, team: str, phrases: list[str]) -> set[str]:
    """The submissions at a team on whose sheets one of these folded phrases stands; the last word may be cut short.

    Of what was split off the words are known before there are sheets; until there are, it is not found.
    """
    told = rows(
        db,
        """SELECT DISTINCT t.submission FROM sheet_words JOIN sheet_text AS t ON t.id = sheet_words.rowid
           JOIN submission AS s ON s.id = t.submission JOIN "case" AS c ON c.id = s."case"
           WHERE sheet_words MATCH :match AND c.team = :team AND s.state <> 'received'""",
        {"match": _match(phrases), "team": team},
    )
    return {each["submission"] for each in told}


def places(db: Database, submissions: list[str], phrases: list[str]) -> list[Row]:
    """The first sheet of each of these submissions on which one of the phrases stands: `{submission, n, text}`."""
    return rows(
        db,
        """SELECT t.submission, MIN(t.n) AS n, t.text FROM sheet_words JOIN sheet_text AS t ON t.id = sheet_words.rowid
           WHERE sheet_words MATCH :match AND t.submission IN (SELECT value FROM json_each(:among))
           GROUP BY t.submission""",
        {"match": _match(phrases), "among": json.dumps(submissions)},
    )


def _match(phrases: list[str]) -> str:
    """Any of them, as FTS5 writes it; in quotation marks nothing is an operator."""
    return " OR ".join(f'"{phrase.replace(chr(34), " ")}"*' for phrase in phrases)
