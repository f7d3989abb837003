"""/survey and /desk/survey: what people think of Belegbote, for admins without a name."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response

from app import survey
from app.store.database import Row
from app.web import context, replies, shapes

bp = Blueprint("survey", __name__, url_prefix="/api/v1")

BOM = "\ufeff"  # by which spreadsheets know UTF-8
ANSWER_KEYS = "id stars text call phone at called_at called_by".split()


@bp.get("/survey")
@context.for_jobseekers
def due(person: Row) -> dict[str, Any]:
    """Whether to ask this person on their next receipt."""
    return {"due": survey.due(context.store(), person["id"])}


@bp.put("/survey/<survey_id>")
@context.for_jobseekers
def answer(person: Row, survey_id: str) -> dict[str, Any]:
    """Say what one thinks, or that one does not want to."""
    said = shapes.read(shapes.SurveySaid, replies.body())
    survey.answer(context.store(), person["id"], survey_id, said.model_dump())
    return {"due": survey.due(context.store(), person["id"])}


@bp.get("/desk/survey")
@context.for_admins
def results(_admin: Row) -> dict[str, Any]:
    """How many stars, and every answer, the newest first."""
    found = survey.results(context.store())
    counts = {str(stars): count for stars, count in found["counts"].items()}
    return {**found, "counts": counts, "answers": [_answer(row) for row in found["answers"]]}


def _answer(row: Row) -> dict[str, Any]:
    person = {"name": row["person_name"], "case": row["case_number"]} if row["person_name"] else None
    return {**{key: row[key] for key in ANSWER_KEYS}, "call": bool(row["call"]), "person": person}


@bp.get("/desk/survey.csv")
@context.for_admins
def as_csv(_admin: Row) -> Response:
    """Every answer in a line, without a name."""
    response = make_response(BOM + survey.as_csv(context.store()))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="Belegbote-Umfrage.csv"'
    return response


@bp.put("/desk/survey/<survey_id>/called")
@context.for_admins
def called(admin: Row, survey_id: str) -> tuple[str, int]:
    """Tick a call off, or take that back."""
    said = shapes.read(shapes.Called, replies.body())
    survey.called(context.store(), admin, survey_id, said.called)
    return "", 204
