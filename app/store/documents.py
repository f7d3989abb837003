"""document: the one PDF of a submission; sheet: each page of that PDF, with what was noticed about it.

`problem` is what went wrong when the sheet was made, if anything; `verdict` names what the eyes should check on it.
`origin` is the earlier submission whose page `page` is, `back_origin` the one whose page `back` is; null for its own.
`made_of` says what it shows: `pieces`, one or the two sides of a card, each `{page, origin, part, turn}`: which of the
sheets of a handed-in page, counted from 1 (0 stands for one that could not be read), and degrees clockwise; and `turn`
of the whole. The sides of a card have a `place`, too, (x, y, width, height) in parts of the sheet before that `turn`;
what an earlier release made has none. Each `version` of a document has names of its own for its files, so that a new
one lies beside the old one until it counts.
"""

from __future__ import annotations

import json
from collections import Counter

from sqlite_utils import Database

from app.store.database import Row, insert, row, rows, run

FILES = ("document.pdf", "searchable.pdf")  # as the scan makes it; the same with a text layer
PACKED = ("verdict", "numbers", "made_of")


def named(version: int, name: str) -> str:
    """What a file of a version is called: the PDF, or a picture by its sheet's number."""
    return f"{version}_{name}" if version else name


def version_of(name: str) -> int:
    """Of which version a file is, by its name."""
    version, line, _ = name.partition("_")
    return int(version) if line and version.isdigit() else 0


def pdf(document: Row, searchable: bool) -> str:
    """The name of a document's PDF, with or without a text layer."""
    return named(document["version"], FILES[searchable])


def picture(document: Row | None, n: int, small: bool = False) -> str:
    """The name of the picture of a sheet, or of its small one, without the end that tells its kind."""
    return named(document["version"] if document else 0, f"{n}.thumb" if small else str(n))


def put(db: Database, document: Row, sheets: list[Row]) -> None:
    """Write down a made document and its sheets, in place of an earlier try."""
    run(db, "DELETE FROM sheet WHERE submission = :id", {"id": document["submission"]})
    run(db, "DELETE FROM document WHERE submission = :id", {"id": document["submission"]})
    insert(db, "document", document)
    insert(db, "sheet", *({**s, **{key: json.dumps(s[key]) for key in PACKED}} for s in sheets))


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
    found = rows(db, "SELECT * FROM sheet WHERE submission = :id ORDER BY n", {"id": submission})
    read = [{**r, **{key: json.loads(r[key]) for key in PACKED if r[key]}} for r in found]
    counted: Counter[tuple[str | None, str]] = Counter()
    return [{**r, "made_of": r["made_of"] or _as_handed_in(r, counted)} for r in read]


def never_read(db: Database, most: int) -> list[str]:
    """The submissions whose documents were never to be read, by a `read` job; the newest documents first."""
    found = rows(
        db,
        """SELECT submission FROM document
           WHERE NOT EXISTS (SELECT 1 FROM job WHERE what = 'read' AND job.submission = document.submission)
           ORDER BY made_at DESC, submission LIMIT :most""",
        {"most": most},
    )
    return [each["submission"] for each in found]


def own_pages(sheet: Row) -> list[str]:
    """The pages of the submission itself that a sheet shows; none when all of it is of an earlier one."""
    return [piece["page"] for piece in sheet["made_of"]["pieces"] if not piece["origin"]]


def sides(sheet: Row) -> list[tuple[float, ...]]:
    """Where front and back of a card lie on their sheet as it is turned: (x, y, width, height), in parts of its own
    width and height; none where there is no card, or it is not known.
    """
    places = [piece.get("place") for piece in sheet["made_of"]["pieces"]]
    if len(places) != 2 or not all(places):
        return []
    for _ in range(sheet["made_of"]["turn"] // 90):
        places = [(1 - y - height, x, height, width) for x, y, width, height in places]
    return [tuple(place) for place in places]


def _as_handed_in(sheet: Row, counted: Counter[tuple[str | None, str]]) -> Row:
    """What a sheet is made of that was made before this was written down: the sheets of a page lie in their order."""
    pieces = []
    for page, origin in ((sheet["page"], sheet["origin"]), (sheet["back"], sheet["back_origin"])):
        if page:
            counted[origin, page] += 1
            pieces.append({"page": page, "origin": origin, "part": counted[origin, page], "turn": 0})
    return {"pieces": pieces, "turn": 0}


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
