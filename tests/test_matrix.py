"""Every route of the API by every role: who may come in, and for whom it does not exist."""

from __future__ import annotations

import re

import pytest

from app import accounts
from tests.make import JANA, KERSTIN, MIRA, new_id

PEOPLE = {"nobody": None, "jobseeker": JANA, "caseworker": MIRA, "admin": KERSTIN}
EVERYBODY, DESK = set(PEOPLE), {"caseworker", "admin"}
# Who may come in, by how a path begins: the longest that fits wins.
ALLOWED = {
    "/office": EVERYBODY,
    "/openapi.json": EVERYBODY,
    "/push/key": EVERYBODY,
    "/push": EVERYBODY - {"nobody"},
    "/session": EVERYBODY,
    "/desk": DESK,
    "/desk/operation": {"admin"},
    "/desk/jobs": {"admin"},
    "/desk/survey": {"admin"},
    "": {"jobseeker"},
}


@pytest.mark.parametrize("role", PEOPLE)
def test_a_route_exists_for_those_it_is_for_and_for_nobody_else(client, store, app, role):
    accounts.add_person(store, KERSTIN)
    browser, wrong, seen = client(PEOPLE[role]), [], 0
    for rule in app.url_map.iter_rules():
        path = rule.rule.removeprefix("/api/v1")
        if path == rule.rule or path == "/session":  # that one answers each as it should, see test_accounts
            continue
        for method in sorted(rule.methods - {"OPTIONS", "HEAD"} or {"HEAD"}):
            address = re.sub(r"<int:\w+>", "1", rule.rule)
            answer = browser.open(re.sub(r"<\w+>", new_id(), address), method=method, json={})
            code = (answer.get_json(silent=True) or {}).get("code") if method != "HEAD" else None
            allowed = ALLOWED[max((start for start in ALLOWED if path.startswith(start)), key=len)]
            outside = (401, "signed_out") if role == "nobody" else (404, "not_found")
            refused = (answer.status_code, code) == outside or (method == "HEAD" and answer.status_code == outside[0])
            # Nothing has that id, so who is let in hears 404 too, or that the body makes no sense: never 401.
            right = refused if role not in allowed else answer.status_code != 401
            seen += 1
            if not right:
                wrong.append((method, path, answer.status_code, code))
    assert wrong == [] and seen > 40
