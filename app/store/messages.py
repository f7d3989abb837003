"""message: what a person and the team responsible for them write to each other. A thread is a person's messages."""

from __future__ import annotations

from sqlite_utils import Database

from app.store.database import Row, insert, row, rows, run

# The submission is named by the phone before it has arrived: who reads sees it once it is there, and only the person's.
_TOLD = """
    SELECT message.*, author.name AS author_name, s.id AS paper, s.kind AS paper_kind, s.number AS paper_number,
           s.state AS paper_state, at.team AS paper_team
    FROM message JOIN person AS author ON author.id = message.author
         LEFT JOIN submission AS s ON s.id = message.submission AND s.owner = message.person AND s.state <> 'sending'
         LEFT JOIN "case" AS at ON at.id = s."case"
"""
# A thread goes where its person goes: to the team of the case in which they are now, as in `cases.of_person`.
_OF_TEAM = """
    FROM message JOIN "case" AS c ON c.id = (
        SELECT own.id FROM member JOIN "case" AS own ON own.id = member."case"
        WHERE member.person = message.person ORDER BY own.number LIMIT 1)
    WHERE c.team = :team
"""
_OVER = "at < :before AND (author <> person OR read_at IS NOT NULL)"
_UNREAD_BY_TEAM = "message.author = message.person AND message.read_at IS NULL"


def add(db: Database, message: Row) -> None:
    """Add a message: id, case, person, author, text, submission, at."""
    insert(db, "message", message)


def get(db: Database, message: str) -> Row | None:
    """A message, whoever it belongs to: for telling a new id from a used one."""
    return row(db, f"{_TOLD} WHERE message.id = :id", {"id": message})


def of_person(db: Database, person: str) -> list[Row]:
    """A person's whole thread, oldest first."""
    return rows(db, f"{_TOLD} WHERE message.person = :person ORDER BY message.n", {"person": person})


def latest_of(db: Database, person: str, most: int) -> list[Row]:
    """The latest messages of a person's thread, oldest first."""
    values = {"person": person, "most": most}
    return rows(db, f"{_TOLD} WHERE message.person = :person ORDER BY message.n DESC LIMIT :most", values)[::-1]


def threads(db: Database, team: str) -> list[Row]:
    """Each person's thread with a team: how much is `unread`, the last message, `waiting_since` for an answer."""
    return rows(
        db,
        f"""
        SELECT thread.*, person.name AS person_name, person.language AS person_language, last.text, last.at,
               last.author, author.name AS author_name,
               (SELECT MIN(asked.at) FROM message AS asked WHERE asked.person = thread.person
                   AND asked.author = asked.person AND asked.n > thread.answered
                   AND asked.settled_at IS NULL) AS waiting_since
        FROM (SELECT message.person, MAX(message.n) AS latest, MAX(c.number) AS case_number,
                     SUM(CASE WHEN {_UNREAD_BY_TEAM} THEN 1 ELSE 0 END) AS unread,
                     MAX(CASE WHEN message.author <> message.person THEN message.n ELSE 0 END) AS answered
              {_OF_TEAM} GROUP BY message.person) AS thread
             JOIN message AS last ON last.n = thread.latest JOIN person ON person.id = thread.person
             JOIN person AS author ON author.id = last.author
        """,
        {"team": team},
    )


def count_unread(db: Database, team: str) -> int:
    """How many people's threads hold something that nobody of the team has read."""
    found = row(
        db,
        f"SELECT COUNT(DISTINCT message.person) AS n {_OF_TEAM} AND {_UNREAD_BY_TEAM}",
        {"team": team},
    )
    return int(found["n"]) if found else 0


def count_since(db: Database, person: str, author: str, since: str) -> int:
    """How many messages somebody has written in a person's thread since a time."""
    found = row(
        db,
        "SELECT COUNT(*) AS n FROM message WHERE person = :person AND author = :author AND at >= :since",
        {"person": person, "author": author, "since": since},
    )
    return int(found["n"]) if found else 0


def set_read(db: Database, until: Row, by_person: bool, at: str) -> None:
    """One side has read the other's messages up to this one."""
    other = "<>" if by_person else "="
    run(
        db,
        f"""UPDATE message SET read_at = :at WHERE person = :person AND n <= :n AND read_at IS NULL
               AND author {other} person""",
        {"person": until["person"], "n": until["n"], "at": at},
    )


def set_unread(db: Database, since: Row) -> None:
    """The team wants this message of a person, and what they wrote after it, to count as unread again."""
    run(
        db,
        "UPDATE message SET read_at = NULL WHERE person = :person AND n >= :n AND author = person",
        {"person": since["person"], "n": since["n"]},
    )


def set_settled(db: Database, until: Row, at: str) -> None:
    """What a person wrote up to this message needs no answer."""
    run(
        db,
        """UPDATE message SET settled_at = :at WHERE person = :person AND n <= :n AND author = person
              AND settled_at IS NULL""",
        {"person": until["person"], "n": until["n"], "at": at},
    )


def over(db: Database, before: str) -> list[Row]:
    """By case, how many messages (`n`) may go: written before a time, those of the person only once they are read."""
    return rows(db, f"""SELECT "case", COUNT(*) AS n FROM message WHERE {_OVER} GROUP BY "case" """, {"before": before})


def erase(db: Database, before: str) -> None:
    """Forget the messages that `over` counts."""
    run(db, f"DELETE FROM message WHERE {_OVER}", {"before": before})
