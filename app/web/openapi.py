"""/openapi.json: the API described as OpenAPI 3.1, made of the shapes; tests hold it against the routes."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Any

from flask import Blueprint
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.manifest import Manifest
from app.web import shapes

bp = Blueprint("openapi", __name__, url_prefix="/api/v1")

PDF, JPEG, BYTES = "application/pdf", "image/jpeg", "application/octet-stream"
CSV, ZIP = "text/csv", "application/zip"
PICTURE = "image/*"  # a JPEG, or a PNG of a page in black-and-white or few colours
PARTIAL = "application/partial-upload"


@dataclass(frozen=True)
class Operation:
    """One method of one path: what it does, what it takes, and what it answers by status."""

    method: str
    path: str
    does: str
    answers: dict[int, type[BaseModel] | str | None]
    takes: type[BaseModel] | str | None = None
    refuses: tuple[int, ...] = ()
    query: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()


S, PAGE, D = (
    "/submissions/{submission}",
    "/submissions/{submission}/pages/{page}",
    "/desk/submissions/{submission}",
)
ASK, DESK_ASK = "/asks/{ask}", "/desk/asks/{ask}"
NOTICE, DESK_NOTICE = "/notices/{notice}", "/desk/notices/{notice}"

OPERATIONS = (
    Operation("get", "/office", "The office, its kinds, its reasons, our limits", {200: shapes.OfficeShape}),
    Operation("get", "/session", "Who am I", {200: shapes.Session}, refuses=(401,)),
    Operation("put", "/session", "Sign in", {200: shapes.Session}, shapes.SignIn, (400, 401, 403, 429)),
    Operation("patch", "/session", "Change the language", {200: shapes.Session}, shapes.Language, (400, 401)),
    Operation("delete", "/session", "Sign out", {204: None}, shapes.SignOut),
    Operation("get", "/submissions", "Own submissions, newest first", {200: shapes.Submissions}, refuses=(401,)),
    Operation(
        "put",
        S,
        "Announce a submission: 201 new, 200 the same again",
        {200: shapes.Progress, 201: shapes.Progress},
        Manifest,
        (400, 401, 403, 404, 409, 413, 415, 429, 507),
    ),
    Operation("get", S, "One own submission with its history", {200: shapes.SubmissionShape}, refuses=(401, 404)),
    Operation("head", PAGE, "How many bytes of a page are here", {204: None}, refuses=(401, 404)),
    Operation(
        "patch",
        PAGE,
        "Append bytes to a page: 204 and the new Upload-Offset, 200 when the page is whole",
        {200: shapes.Progress, 204: None},
        PARTIAL,
        (400, 401, 404, 409, 413, 415, 422, 507),
        headers=("Upload-Offset", "Content-Digest"),
    ),
    Operation("get", S + "/document", "The PDF", {200: PDF}, refuses=(401, 404, 409)),
    Operation(
        "get",
        S + "/receipt",
        "The receipt as PDF, or as JSON",
        {200: shapes.Receipt},
        refuses=(401, 404, 409),
    ),
    Operation("get", S + "/sheets/{n}/thumb", "A small picture of a page", {200: JPEG}, refuses=(401, 404)),
    Operation(
        "get",
        "/desk/submissions",
        "The team's submissions, oldest first",
        {200: shapes.DeskInbox},
        refuses=(400, 401),
        query=("state", "q", "kind"),
    ),
    Operation("get", D, "One submission at the desk", {200: shapes.DeskSubmission}, refuses=(401, 404)),
    Operation(
        "put",
        D + "/decision",
        "Accept or return, once",
        {200: shapes.DeskSubmission},
        shapes.Decision,
        (400, 401, 404, 409),
    ),
    Operation("get", D + "/document", "The PDF", {200: PDF}, refuses=(401, 404, 409), query=("download",)),
    Operation("get", D + "/sheets/{n}/image", "One straightened page", {200: PICTURE}, refuses=(401, 404)),
    Operation("get", D + "/sheets/{n}/thumb", "One straightened page, small", {200: JPEG}, refuses=(401, 404)),
    Operation("get", D + "/pages/{page}/photo", "The bytes as sent", {200: BYTES}, refuses=(401, 404)),
    Operation(
        "put",
        "/devices/{device}/outbox",
        "What lies only on this phone; answers what is missing",
        {200: shapes.Missing},
        shapes.Outbox,
        (400, 401),
    ),
    Operation("get", "/desk/losses", "What is gone in the team's cases", {200: shapes.Losses}, refuses=(401,)),
    Operation("put", "/desk/losses/{loss}", "Tick a loss off", {204: None}, refuses=(401, 404)),
    Operation(
        "get",
        "/desk/operation",
        "What needs a person, and how it runs; admins only",
        {200: shapes.OperationShape},
        refuses=(401, 404),
    ),
    Operation(
        "put",
        "/desk/jobs/{job}",
        "Let a parked job be tried again; one that is not parked stays as it is; admins only",
        {200: shapes.Job},
        shapes.JobState,
        (400, 401, 404),
    ),
    Operation("get", "/asks", "What the office asks of me, the next date first", {200: shapes.Asks}, refuses=(401,)),
    Operation("get", ASK, "One ask; the first look is written down", {200: shapes.AskShape}, refuses=(401, 404)),
    Operation(
        "put",
        ASK + "/papers/{n}/answer",
        "I have this paper not, or take that back",
        {200: shapes.AskShape},
        shapes.Answer,
        (400, 401, 404, 409),
    ),
    Operation("put", ASK + "/wish", "More time, please", {200: shapes.AskShape}, shapes.Wish, (400, 401, 404, 409)),
    Operation("get", "/desk/asks", "The team's asks, the next date first", {200: shapes.DeskAsks}, refuses=(401,)),
    Operation("get", DESK_ASK, "One ask at the desk", {200: shapes.DeskAskWhole}, refuses=(401, 404)),
    Operation(
        "put",
        DESK_ASK,
        "Ask a person for papers: 201 new, 200 the same again",
        {200: shapes.DeskAskWhole, 201: shapes.DeskAskWhole},
        shapes.AskSaid,
        (400, 401, 404, 409),
    ),
    Operation("delete", DESK_ASK, "Ask no longer", {200: shapes.DeskAskWhole}, refuses=(401, 404)),
    Operation(
        "put",
        DESK_ASK + "/wish",
        "Give more time, or refuse it, once for each wish",
        {200: shapes.DeskAskWhole},
        shapes.WishDecision,
        (400, 401, 404, 409),
    ),
    Operation(
        "put",
        DESK_ASK + "/papers/{n}",
        "Let a paper go, or want it all the same",
        {200: shapes.DeskAskWhole},
        shapes.Settlement,
        (400, 401, 404, 409),
    ),
    Operation("get", "/desk/templates", "Asks to begin with", {200: shapes.Templates}, refuses=(401,)),
    Operation(
        "get",
        "/desk/case-people",
        "People of the team's cases by name or BG number",
        {200: shapes.CasePeople},
        refuses=(401,),
        query=("q",),
    ),
    Operation("get", "/notices", "What the office decided, the newest first", {200: shapes.Notices}, refuses=(401,)),
    Operation("get", NOTICE + "/document", "The PDF as the office sent it", {200: PDF}, refuses=(401, 404)),
    Operation("get", NOTICE + "/pages/{n}/image", "One page", {200: PICTURE}, refuses=(401, 404)),
    Operation(
        "put", NOTICE + "/read", "I have read it; the first time counts", {200: shapes.NoticeShape}, refuses=(401, 404)
    ),
    Operation("get", "/consent", "Do I get notices here, and since when", {200: shapes.Consent}, refuses=(401,)),
    Operation(
        "put",
        "/consent",
        "Get notices here, or by post again",
        {200: shapes.Consent},
        shapes.ConsentSaid,
        (400, 401),
    ),
    Operation("get", "/survey", "Is this person to be asked on a receipt", {200: shapes.SurveyDue}, refuses=(401,)),
    Operation(
        "put",
        "/survey/{survey_id}",
        "What I think of it, or that I do not want to say",
        {200: shapes.SurveyDue},
        shapes.SurveySaid,
        (400, 401, 404),
    ),
    Operation("get", "/export.zip", "Everything of mine; not too often", {200: ZIP}, refuses=(401, 429)),
    Operation(
        "get",
        "/desk/notices",
        "The team's notices, the newest first",
        {200: shapes.DeskNotices},
        refuses=(401,),
        query=("person",),
    ),
    Operation(
        "put",
        DESK_NOTICE,
        "Say which notice will be uploaded: 201 new, 200 the same again",
        {200: shapes.DeskNotice, 201: shapes.DeskNotice},
        shapes.NoticeSaid,
        (400, 401, 404, 409, 413),
    ),
    Operation(
        "delete",
        DESK_NOTICE,
        "Take a notice back: the person sees it no more",
        {200: shapes.DeskNotice},
        refuses=(401, 404),
    ),
    Operation("get", DESK_NOTICE + "/document", "The PDF as uploaded", {200: PDF}, refuses=(401, 404)),
    Operation(
        "put",
        DESK_NOTICE + "/document",
        "The bytes of the PDF; the worker then looks at them",
        {200: shapes.DeskNotice},
        PDF,
        (401, 404, 413, 415, 422, 507),
    ),
    Operation(
        "get",
        "/desk/consents/{person}",
        "Does somebody of the team's cases get notices here",
        {200: shapes.Consent},
        refuses=(401, 404),
    ),
    Operation(
        "get",
        "/desk/survey",
        "How many stars, and what was written; admins only",
        {200: shapes.SurveyResults},
        refuses=(401, 404),
    ),
    Operation("get", "/desk/survey.csv", "The same as a table, without names", {200: CSV}, refuses=(401, 404)),
    Operation(
        "put",
        "/desk/survey/{survey_id}/called",
        "Tick a call off; admins only",
        {204: None},
        shapes.Called,
        (400, 401, 404),
    ),
    Operation("get", "/push/key", "The VAPID public key", {200: shapes.PushKey}),
    Operation(
        "put",
        "/push/subscriptions/{subscription}",
        "Add or renew a subscription; its id is the SHA-256 of the endpoint",
        {200: None, 201: None},
        shapes.Subscription,
        (400, 401),
    ),
    Operation("delete", "/push/subscriptions/{subscription}", "Forget a subscription", {204: None}, refuses=(401,)),
    Operation("get", "/openapi.json", "This document", {200: None}),
)


@bp.get("/openapi.json")
def document() -> dict[str, Any]:
    """The whole API."""
    return describe()


@functools.cache
def describe() -> dict[str, Any]:
    """The OpenAPI 3.1 document."""
    models: set[type[BaseModel]] = {shapes.Error, *_models()}
    _, definitions = models_json_schema(
        [(model, "serialization") for model in sorted(models, key=lambda model: model.__name__)],
        ref_template="#/components/schemas/{model}",
    )
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(f"/api/v1{operation.path}", {})[operation.method] = _described(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Belegbote",
            "version": "1",
            "description": "Every answer carries X-App: 1; every change must carry X-App: 1, the client's version.",
            "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        },
        "paths": paths,
        "components": {
            "schemas": definitions["$defs"],
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-phone"},
                "upload": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _models() -> set[type[BaseModel]]:
    said = [o.takes for o in OPERATIONS] + [answer for o in OPERATIONS for answer in o.answers.values()]
    return {model for model in said if isinstance(model, type)}


def _described(operation: Operation) -> dict[str, Any]:
    answers = {str(status): _answer(answer) for status, answer in operation.answers.items()}
    changes = () if operation.method in ("get", "head") else (403, 426)  # from elsewhere than our own pages, too old
    refused = sorted({*operation.refuses, *changes, 500, 503})
    refusals = {str(status): _answer(shapes.Error, "Refused") for status in refused}
    described: dict[str, Any] = {
        "summary": operation.does,
        "operationId": re.sub(r"\W+", "_", f"{operation.method}{operation.path}").strip("_"),
        "parameters": _parameters(operation),
        "responses": {**answers, **refusals},
    }
    if operation.takes:
        described["requestBody"] = {"content": _content(operation.takes)}
    return described


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    in_path = re.findall(r"{(\w+)}", operation.path)
    return [
        *({"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in in_path),
        *({"name": name, "in": "query", "schema": {"type": "string"}} for name in operation.query),
        *({"name": name, "in": "header", "schema": {"type": "string"}} for name in operation.headers),
    ]


def _answer(answer: type[BaseModel] | str | None, does: str = "Done") -> dict[str, Any]:
    return {"description": does} | ({"content": _content(answer)} if answer else {})


def _content(what: type[BaseModel] | str) -> dict[str, Any]:
    if isinstance(what, str):
        return {what: {"schema": {"type": "string", "format": "binary"}}}
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{what.__name__}"}}}
