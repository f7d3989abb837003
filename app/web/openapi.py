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

PDF, JPEG, PNG, CSV, BYTES = "application/pdf", "image/jpeg", "image/png", "text/csv", "application/octet-stream"
ZIP = "application/zip"
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


S, PAGE, D, H = (
    "/submissions/{submission}",
    "/submissions/{submission}/pages/{page}",
    "/desk/submissions/{submission}",
    "/handover/{submission}",
)
ASK, DESK_ASK = "/asks/{ask}", "/desk/asks/{ask}"
THREAD = "/desk/messages/{person}"
P = "/desk/people/{person}"
NOTICE, DESK_NOTICE = "/notices/{notice}", "/desk/notices/{notice}"

OPERATIONS = (
    Operation("get", "/office", "The office, its kinds, its reasons, our limits", {200: shapes.OfficeShape}),
    Operation("get", "/session", "Who am I", {200: shapes.Session}, refuses=(401,)),
    Operation("put", "/session", "Sign in", {200: shapes.Session}, shapes.SignIn, (400, 401, 403, 429)),
    Operation("patch", "/session", "Change the language", {200: shapes.Session}, shapes.Language, (400, 401)),
    Operation("delete", "/session", "Sign out", {204: None}, shapes.SignOut),
    Operation(
        "put",
        "/desk/password",
        "Change one's own password, those of the office only; the sessions elsewhere end",
        {204: None},
        shapes.PasswordSaid,
        (400, 401, 403, 404, 429),
    ),
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
        {200: shapes.WholeReceipt},
        refuses=(401, 404, 409),
    ),
    Operation("get", S + "/sheets/{n}/thumb", "A small picture of a page", {200: JPEG}, refuses=(401, 404)),
    Operation(
        "get",
        "/desk/submissions",
        "The team's submissions, oldest first (accepted ones newest first)",
        {200: shapes.DeskInbox},
        refuses=(400, 401),
        query=("state", "q", "kind", "limit"),
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
    Operation(
        "put", D + "/kind", "Of another kind", {200: shapes.DeskSubmission}, shapes.KindSaid, (400, 401, 404, 409)
    ),
    Operation(
        "put",
        D + "/arrangement",
        "Let the sheets lie in another order, and turned; the same again is harmless",
        {200: shapes.DeskSubmission},
        shapes.ArrangementSaid,
        (400, 401, 404, 409),
    ),
    Operation(
        "put",
        D + "/splits/{new}",
        "Split sheets off as a submission of their own; its id is a UUID of the client's",
        {200: shapes.DeskSubmission},
        shapes.SplitSaid,
        (400, 401, 404, 409),
    ),
    Operation(
        "put",
        D + "/taker",
        "Take it into one's own hands, or give it back",
        {200: shapes.DeskSubmission},
        shapes.Taking,
        (400, 401, 404),
    ),
    Operation(
        "put",
        D + "/postponement",
        "Let it wait until a day",
        {200: shapes.DeskSubmission},
        shapes.Postponement,
        (400, 401, 404),
    ),
    Operation(
        "put",
        D + "/notes/{note}",
        "Tell colleagues something; the id is a UUID of the client's",
        {200: shapes.DeskSubmission},
        shapes.NoteSaid,
        (400, 401, 404),
    ),
    Operation("put", D + "/presence", "I look at it now; who else does?", {200: shapes.Presence}, refuses=(401, 404)),
    Operation("delete", D + "/presence", "I look at it no longer", {204: None}, refuses=(401, 404)),
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
    Operation("get", DESK_ASK + "/letter", "The ask on paper, as PDF", {200: PDF}, refuses=(401, 404, 409)),
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
    Operation("get", "/desk/phrases", "Ready-made texts for messages", {200: shapes.Phrases}, refuses=(401,)),
    Operation("get", "/desk/templates", "Asks to begin with", {200: shapes.Templates}, refuses=(401,)),
    Operation("get", "/desk/holidays", "Days on which no deadline ends", {200: shapes.Holidays}, refuses=(401,)),
    Operation(
        "get",
        "/desk/case-people",
        "People of the team's cases by name or BG number, or by id",
        {200: shapes.CasePeople},
        refuses=(401,),
        query=("q", "person"),
    ),
    Operation("get", "/desk/duty", "When I am alerted and away, and who stands in", {200: shapes.Duty}, refuses=(401,)),
    Operation("put", "/desk/duty", "Change that", {200: shapes.Duty}, shapes.DutySaid, (400, 401)),
    Operation(
        "put",
        "/desk/duty/team",
        "Work in the inbox of somebody who is away",
        {200: shapes.Duty},
        shapes.TeamChoice,
        (400, 401, 404),
    ),
    Operation("get", "/messages", "My thread with the team, oldest first", {200: shapes.Messages}, refuses=(401,)),
    Operation(
        "put",
        "/messages/{message}",
        "Write to the team: 201 new, 200 the same again",
        {200: shapes.MessageShape, 201: shapes.MessageShape},
        shapes.MessageSaid,
        (400, 401, 403, 404, 409, 429),
    ),
    Operation("put", "/messages/read", "I have read up to here", {204: None}, shapes.ReadUntil, (400, 401, 404)),
    Operation("get", "/desk/messages", "The team's threads, unread first", {200: shapes.Threads}, refuses=(401,)),
    Operation("get", THREAD, "A person's thread, and their papers", {200: shapes.DeskThread}, refuses=(401, 404)),
    Operation(
        "put",
        THREAD + "/{message}",
        "Write to a person: 201 new, 200 the same again",
        {200: shapes.DeskMessage, 201: shapes.DeskMessage},
        shapes.MessageSaid,
        (400, 401, 404, 409, 429),
    ),
    Operation(
        "put",
        THREAD + "/read",
        "Read up to here, or unread from here on",
        {204: None},
        shapes.DeskReadUntil,
        (400, 401, 404),
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
    Operation(
        "post",
        "/check",
        "Whether a receipt is genuine; for anybody, and nothing of the person is told",
        {200: shapes.Checked},
        shapes.CheckAsked,
        (400, 429),
    ),
    Operation(
        "get",
        "/handover",
        "What is accepted and not acknowledged; for the document system's token only, as all below /handover",
        {200: shapes.Handovers},
        refuses=(401,),
    ),
    Operation("get", H + "/index", "What the file has to know of it", {200: shapes.HandoverIndex}, refuses=(401, 404)),
    Operation("get", H + "/document", "The PDF", {200: PDF}, refuses=(401, 404, 409)),
    Operation(
        "put",
        H + "/acknowledgement",
        "It is in the file, with a document of this SHA-256; the same again is harmless",
        {200: shapes.Handover},
        shapes.Acknowledgement,
        (400, 401, 404, 422),
    ),
    Operation(
        "get",
        "/desk/figures",
        "What came, how fast it was decided, what was returned and why; admins only",
        {200: shapes.OfficeFigures},
        refuses=(400, 401, 404),
        query=("days", "team"),
    ),
    Operation(
        "get",
        "/desk/figures.csv",
        "One table of these figures; admins only",
        {200: CSV},
        refuses=(400, 401, 404),
        query=("days", "team", "table"),
    ),
    Operation("get", "/office/logo", "The office's picture", {200: PNG}, refuses=(404,)),
    Operation(
        "get",
        "/desk/people",
        "Who signs in, by name; admins only",
        {200: shapes.People},
        refuses=(401, 404),
        query=("q", "access"),
    ),
    Operation("get", P, "One person as they are; admins only", {200: shapes.PersonWhole}, refuses=(401, 404)),
    Operation(
        "put",
        P,
        "Add somebody who hands in papers: 201 new, 200 the same again; the id is a UUID of the client's; admins only",
        {200: shapes.PersonWhole, 201: shapes.PersonWhole},
        shapes.PersonSaid,
        (400, 401, 404),
        query=("language",),
    ),
    Operation(
        "patch",
        P,
        "Change what is said of a person, also whether they may sign in; papers stay; admins only",
        {200: shapes.PersonWhole},
        shapes.PersonChange,
        (400, 401, 404, 409),
        query=("language",),
    ),
    Operation(
        "put",
        P + "/household/{member}",
        "Somebody without a sign-in belongs to the case; the id is a UUID of the client's; admins only",
        {200: shapes.PersonWhole},
        shapes.MemberSaid,
        (400, 401, 404),
        query=("language",),
    ),
    Operation(
        "patch",
        P + "/household/{member}",
        "Change a member of the household, or say that they have left; admins only",
        {200: shapes.PersonWhole},
        shapes.MemberChange,
        (400, 401, 404),
        query=("language",),
    ),
    Operation(
        "post",
        "/desk/people/{person}/secret",
        "A new one-time code or password, said once; the old one and all sessions end; admins only",
        {200: shapes.NewSecret},
        refuses=(400, 401, 404, 409),
    ),
    Operation(
        "get", "/desk/staff", "Caseworkers, admins, and the teams; admins only", {200: shapes.Staff}, refuses=(401, 404)
    ),
    Operation(
        "put",
        "/desk/staff/{person}",
        "Add a caseworker or admin, who has no password yet, or change name, role and team; admins only",
        {200: shapes.StaffRow, 201: shapes.StaffRow},
        shapes.StaffSaid,
        (400, 401, 404, 409),
    ),
    Operation(
        "put",
        "/desk/teams/{team}",
        "Add a team, or give it another name; admins only",
        {200: shapes.TeamRow, 201: shapes.TeamRow},
        shapes.TeamSaid,
        (400, 401, 404, 409),
    ),
    Operation(
        "delete",
        "/desk/teams/{team}",
        "Take a team away in which nobody and nothing is; admins only",
        {204: None},
        refuses=(401, 404, 409),
    ),
    Operation("get", "/desk/people/list", "Everybody as CSV; admins only", {200: CSV}, refuses=(401, 404)),
    Operation(
        "post",
        "/desk/people/list",
        "Look at a CSV of people and cases, or take it; admins only",
        {200: shapes.ListReport},
        CSV,
        (400, 401, 404, 409, 413),
        query=("take", "seen", "new_teams", "language"),
    ),
    Operation(
        "post",
        "/desk/letters",
        "Activation letters with new one-time codes, which are in no other place; admins only",
        {200: PDF},
        shapes.WantedLetters,
        (400, 401, 404),
    ),
    Operation("get", "/desk/office", "The office's texts; admins only", {200: shapes.OfficeTexts}, refuses=(401, 404)),
    Operation(
        "put",
        "/desk/office",
        "Save the office's texts over the version that was read; admins only",
        {200: shapes.OfficeTexts},
        shapes.NewTexts,
        (400, 401, 404, 409, 507),
    ),
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
                "handover": {"type": "http", "scheme": "bearer"},
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
