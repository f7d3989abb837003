"""document: the one PDF of a submission; sheet: each page of that PDF, with what was noticed about it.

`problem` is what went wrong when the sheet was made, if anything; `verdict` names what the eyes should check on it.
`origin` is the earlier submission whose page `page` is, `back_origin` the one whose page `back` is; null for its own.
"""

from __future__ import annotations

import json

from sqlite_utils import Database

from app.store.database import Row, insert, row, rows, run

FILES = ("document.pdf", "searchable.pdf")  # as the scan makes it; the same with a text layer


def put(db: Database, document: Row, sheets: list[Row]) -> None:
    """Write down a made document and its sheets, in place of an earlier try."""
    run(db, "DELETE FROM sheet WHERE submission = :id", {"id": document["submission"]})
    run(db, "DELETE FROM document WHERE submission = :id", {"id": document["submission"]})
    insert(db, "document", document)
    insert(db, "sheet", *({**s, **{key: json.dumps(s[key]) for key in ("verdict", "numbers")}} for s in sheets))


def replace(db: Database, old: Row, new: Row) -> None:
    """Let another file be the document, if the old one still is."""
    run(
        db,
        """UPDATE document SET file = :file, size = :size, sha256 = :sha256
           WHERE submission = :submission AND sha256 = :old""",
        {**new, "submission": old["submission"], "old": old["sha256"]},
    )


def set_printed(db: Database, submission: str, numbers: dict[int, tuple[int, int] | None]) -> None:
    """Write down the numbers that sheets have in print, by `n`; what is known of others stays."""
    for n, printed in numbers.items():
        number, total = printed or (None, None)
        run(
            db,
            "UPDATE sheet SET printed = :number, printed_of = :total WHERE submission = :submission AND n = :n",
            {"number": number, "total": total, "submission": submission, "n": n},
        )


def get(db: Database, submission: str) -> Row | None:
    """The document of a submission."""
    return row(db, "SELECT * FROM document WHERE submission = :id", {"id": submission})


def sheets(db: Database, submission: str) -> list[Row]:
    """The sheets of a submission's document, in order."""
    return [_read(r) for r in rows(db, "SELECT * FROM sheet WHERE submission = :id ORDER BY n", {"id": submission})]


def own_pages(sheet: Row) -> list[str]:
    """The pages of the submission itself that a sheet shows; none when all of it is of an earlier one."""
    sides = ((sheet["page"], sheet["origin"]), (sheet["back"], sheet["back_origin"]))
    return [page for page, origin in sides if page and not origin]


def _read(r: Row) -> Row:
    return {**r, "verdict": json.loads(r["verdict"]), "numbers": json.loads(r["numbers"])}


def problems(db: Database, wanted: list[str]) -> dict[str, list[Row]]:
    """What was noticed about the sheets of these submissions: a sheet's problem first, then its verdict."""
    chosen = {f"id{i}": id for i, id in enumerate(wanted)}
    among = ", ".join(f":{name}" for name in chosen)
    found = rows(
        db,
        f"""SELECT submission, n, problem, verdict FROM sheet
            WHERE (problem IS NOT NULL OR verdict <> '[]') AND submission IN ({among or "''"}) ORDER BY n""",
        chosen,
    )
    by_submission: dict[str, list[Row]] = {}
    for r in found:
        named = [name for name in (r["problem"], *json.loads(r["verdict"])) if name]
        by_submission.setdefault(r["submission"], []).extend({"n": r["n"], "problem": name} for name in named)
    return by_submission
