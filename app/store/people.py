"""person: who can sign in; team: who is responsible together."""

from __future__ import annotations

from sqlite_utils import Database

from app.store.database import Row, insert, row, rows, run


def add(db: Database, person: Row) -> None:
    """Add a person: id, role, name, login, secret_hash, language, team, created_at."""
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
    """The caseworkers of a team."""
    return rows(db, "SELECT * FROM person WHERE role = 'caseworker' AND team = :team", {"team": team})


def admins(db: Database) -> list[Row]:
    """Everybody who looks after the machine."""
    return rows(db, "SELECT * FROM person WHERE role = 'admin' ORDER BY id")


def set_secret(db: Database, person: str, secret_hash: str) -> None:
    """Give a person a new secret."""
    run(db, "UPDATE person SET secret_hash = :hash WHERE id = :id", {"hash": secret_hash, "id": person})


def set_language(db: Database, person: str, language: str) -> None:
    """Remember which language a person reads."""
    run(db, "UPDATE person SET language = :language WHERE id = :id", {"language": language, "id": person})


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
    """All teams, by name."""
    return rows(db, "SELECT * FROM team ORDER BY name, id")
