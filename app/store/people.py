"""person: who can sign in; team: who is responsible together."""

from __future__ import annotations

from sqlite_utils import Database

from app.store.database import Row, insert, row, rows, run


def add(db: Database, person: Row) -> None:
    """Add a person: id, role, name, login, secret_hash (empty: nobody can sign in yet), language, team, created_at,
    and, if known, street and place.
    """
    insert(db, "person", person)


def get(db: Database, person: str) -> Row | None:
    """A person by id."""
    return row(db, "SELECT * FROM person WHERE id = :id", {"id": person})


def by_login(db: Database, login: str) -> Row | None:
    """A person by what they type to sign in."""
    return row(db, "SELECT * FROM person WHERE login = :login", {"login": login})


def everybody(db: Database) -> list[Row]:
    """All people, by role and name."""
    return rows(db, "SELECT * FROM person ORDER BY role, name")


def caseworkers_of(db: Database, team: str) -> list[Row]:
    """The caseworkers of a team who have access."""
    sql = "SELECT * FROM person WHERE role = 'caseworker' AND team = :team AND ended_at IS NULL"
    return rows(db, sql, {"team": team})


def admins(db: Database) -> list[Row]:
    """Everybody who looks after the machine, with access or without."""
    return rows(db, "SELECT * FROM person WHERE role = 'admin' ORDER BY id")


def set_code(db: Database, person: str, secret_hash: str, until: str | None) -> None:
    """Give a person a one-time code as their secret, good until a time."""
    run(
        db,
        "UPDATE person SET secret_hash = :hash, code_until = :until WHERE id = :id",
        {"hash": secret_hash, "until": until, "id": person},
    )


def take_code(db: Database, person: str, code_hash: str, secret_hash: str) -> bool:
    """Put an own secret in the place of a one-time code, once; False when that code is no longer there."""
    taken = run(
        db,
        """UPDATE person SET secret_hash = :hash, code_until = NULL
           WHERE id = :id AND secret_hash = :code AND code_until IS NOT NULL""",
        {"hash": secret_hash, "code": code_hash, "id": person},
    )
    return taken == 1


def change_secret(db: Database, person: str, before: str, secret_hash: str) -> bool:
    """Put an own secret in the place of another own one; False when that one is no longer there."""
    changed = run(
        db,
        "UPDATE person SET secret_hash = :hash WHERE id = :id AND secret_hash = :before AND code_until IS NULL",
        {"hash": secret_hash, "before": before, "id": person},
    )
    return changed == 1


def set_language(db: Database, person: str, language: str, own: bool) -> None:
    """Remember which language a person reads; `own`: they have chosen it themselves."""
    run(
        db,
        "UPDATE person SET language = :language, chose_language = :own WHERE id = :id",
        {"language": language, "own": int(own), "id": person},
    )


def set_name(db: Database, person: str, name: str) -> None:
    """Give a person another name."""
    run(db, "UPDATE person SET name = :name WHERE id = :id", {"name": name, "id": person})


def set_address(db: Database, person: str, street: str, place: str) -> None:
    """Where letters to a person go: street and house number, postcode and town."""
    run(
        db,
        "UPDATE person SET street = :street, place = :place WHERE id = :id",
        {"street": street, "place": place, "id": person},
    )


def set_staff(db: Database, person: str, name: str, role: str, team: str | None) -> None:
    """Give somebody of the office another name, role or team."""
    run(
        db,
        "UPDATE person SET name = :name, role = :role, team = :team WHERE id = :id",
        {"name": name, "role": role, "team": team, "id": person},
    )


def set_ended(db: Database, person: str, at: str | None) -> None:
    """Since when a person may no longer sign in; None: they may."""
    run(db, "UPDATE person SET ended_at = :at WHERE id = :id", {"at": at, "id": person})


_LISTED = """
    SELECT person.id, person.role, person.name, person.login, person.language, person.chose_language, person.ended_at,
           person.street, person.place, person.code_until, person.secret_hash = '' AS without_secret, c.id AS case_id,
           c.number AS case_number, c.approved_until, team.id AS team, team.name AS team_name
    FROM person LEFT JOIN member ON member.person = person.id LEFT JOIN "case" AS c ON c.id = member."case"
         LEFT JOIN team ON team.id = COALESCE(c.team, person.team)
"""


def listed(db: Database) -> list[Row]:
    """Everybody with case and team, by name: id, role, name, login, language, chose_language, ended_at, street, place,
    code_until, without_secret, case_id, case_number, approved_until, team, team_name.
    """
    return rows(db, f"{_LISTED} ORDER BY person.name, person.login")


def one_listed(db: Database, person: str) -> Row | None:
    """One person as in `listed`."""
    return row(db, f"{_LISTED} WHERE person.id = :id", {"id": person})


def team(db: Database, team: str | None) -> Row | None:
    """A team by id."""
    return row(db, "SELECT * FROM team WHERE id = :id", {"id": team})


def add_team(db: Database, team: str, name: str) -> None:
    """Add a team, unless it is there."""
    run(
        db,
        "INSERT INTO team (id, name) VALUES (:id, :name) ON CONFLICT DO NOTHING",
        {"id": team, "name": name},
    )


def team_by_name(db: Database, name: str) -> Row | None:
    """A team by what it is called."""
    return row(db, "SELECT * FROM team WHERE name = :name", {"name": name})


def teams(db: Database) -> list[Row]:
    """All teams by name: id, name."""
    return rows(db, "SELECT id, name FROM team ORDER BY name")


def team_sizes(db: Database) -> list[Row]:
    """All teams by name: id, name, how many `cases`, how many `people` who are in the team themselves."""
    return rows(
        db,
        """SELECT team.id, team.name, (SELECT count(*) FROM "case" AS c WHERE c.team = team.id) AS cases,
                  (SELECT count(*) FROM person WHERE person.team = team.id) AS people
           FROM team ORDER BY team.name""",
    )


def rename_team(db: Database, team: str, name: str) -> None:
    """Give a team another name."""
    run(db, "UPDATE team SET name = :name WHERE id = :id", {"name": name, "id": team})


def drop_team(db: Database, team: str) -> None:
    """Take a team away; no person and no case may be in it."""
    run(db, "DELETE FROM team WHERE id = :id", {"id": team})
