"""Each route and each role: who is let in, and for whom nothing is there."""

from __future__ import annotations

import re

import pytest

from app import accounts
from app.web import openapi
from tests.make import JANA, KERSTIN, MIRA

ROLES = ("nobody", "jobseeker", "caseworker", "admin")
# Whom a route lets in. Whoever is not signed in is asked to, and to the others it does not exist.
ANYBODY, SIGNED_IN, JOBSEEKERS, OFFICE, ADMINS = ROLES, ROLES[1:], ROLES[1:2], ROLES[2:], ROLES[3:]
A_MACHINE: tuple[str, ...] = ()  # the document system by its token; whoever is signed in is nobody to it
RULES = (
    (r"/(office|office/logo|push/key|check|openapi\.json)", ANYBODY),
    (r"/session", SIGNED_IN),
    (r"/push/subscriptions/.*", SIGNED_IN),
    (r"/(submissions|devices|asks|messages|notices|consent|survey|export\.zip)\b.*", JOBSEEKERS),
    (r"/desk/(submissions|losses|asks|templates|phrases|case-people|duty|messages|notices|consents)\b.*", OFFICE),
    (r"/desk/(holidays|password)", OFFICE),
    (r"/desk/(operation|jobs|people|staff|teams|letters|office|figures|survey)\b.*", ADMINS),
    (r"/handover\b.*", A_MACHINE),
)
NOT_HERE = {("put", "/session"), ("delete", "/session")}  # the door itself


def routes():
    for operation in openapi.OPERATIONS:
        if (operation.method, operation.path) not in NOT_HERE:
            rules = [roles for pattern, roles in RULES if re.fullmatch(pattern, operation.path)]
            yield pytest.param(operation, rules, id=f"{operation.method} {operation.path}")


@pytest.mark.parametrize(("operation", "rules"), [*routes()])
def test_each_route_lets_in_whom_it_is_for_and_is_not_there_for_others(client, store, operation, rules):
    assert len(rules) == 1, "a new route says in RULES whom it is for"
    accounts.add_person(store, KERSTIN)
    browsers = dict(zip(ROLES, (client(), client(JANA), client(MIRA), client(KERSTIN)), strict=True))
    path = re.sub(r"{(\w+)}", "1", f"/api/v1{operation.path}")
    for role, browser in browsers.items():
        answer = browser.open(path, method=operation.method.upper(), json=None if operation.method == "get" else {})
        code = answer.json["code"] if answer.status_code >= 400 and operation.method != "head" else None
        if role in rules[0]:
            assert answer.status_code != 401, role
        elif role == "nobody" or rules[0] is A_MACHINE:
            assert answer.status_code == 401 and code in ("signed_out", None), role  # HEAD has no body
        else:
            assert answer.status_code == 404 and code in ("not_found", None), role


def test_what_lets_admins_in_answers_them(client, store):
    """A 404 is also what a thing gets that is not there; so those that need no thing are asked in full."""
    accounts.add_person(store, KERSTIN)
    kerstin, mira = client(KERSTIN), client(MIRA)
    for path in ("people", "people/list", "staff", "office", "operation"):
        assert kerstin.get(f"/api/v1/desk/{path}").status_code == 200
        assert mira.get(f"/api/v1/desk/{path}").status_code == 404
