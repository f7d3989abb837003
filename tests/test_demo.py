"""The demo office with the weeks before it began."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import pytest

from app import check, demo, figures, inbox, survey
from app.config import Config
from app.office import load_office
from app.store import open_store, people
from tests.browser.office import fill_demo


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """A store of a demo office that was at work for weeks, made once."""
    data = tmp_path_factory.mktemp("lived") / "data"
    fill_demo(data, past=True)
    with contextlib.closing(open_store(data)) as store:
        yield store


def test_the_demo_office_was_at_work_for_weeks_and_its_figures_are_not_thin(lived):
    office = load_office(lived.files.root)
    found = figures.of(lived, office, 90, None)
    assert 60 <= found["now"]["decided"] <= 80 and found["now"]["median"] < found["now"]["nine_in_ten"]
    assert sum(week["median"] is not None for week in found["per_week"]) >= 6
    told = [kind for kind in found["kinds"] if kind["rate"] is not None]
    assert len(told) >= 4 and told[0]["reason"] == "pages_missing" and told[0]["rate"] > told[-1]["rate"]
    assert len(found["reasons"]) >= 3 and all(language["count"] >= 5 for language in found["languages"])
    last = figures.of(lived, office, 30, None)
    assert last["now"]["submissions"] >= 35 and last["before"]["decided"] >= 15 and last["kinds"][0]["rate"]
    assert len([said for said in survey.results(lived)["answers"] if said["text"]]) >= 6


def test_most_of_it_was_decided_by_both_caseworkers_so_that_no_inbox_is_flooded(lived):
    office = load_office(lived.files.root)
    for login in ("albers", "reuter"):
        counts = inbox.look(lived, office, people.by_login(lived.db, login), "new").counts
        assert 4 <= counts["new"] <= 9 and counts["accepted"] >= 15 and counts["returned"] >= 4


def test_what_happened_in_those_weeks_was_written_as_the_office_writes_it(lived):
    assert list(check.look(lived)) == []
    sent = lived.db.execute("SELECT number FROM submission ORDER BY received_at").fetchall()
    assert sent == sorted(sent), "numbers are given in the order of arrival"


def test_the_weeks_are_lived_through_once(lived):
    before = lived.db.execute("SELECT count(*) FROM submission").fetchone()
    demo.fill(replace(Config(), data=lived.files.root), past=True)
    assert lived.db.execute("SELECT count(*) FROM submission").fetchone() == before
