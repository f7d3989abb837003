"""What the browser tests stand on: an office that runs, browsers, a camera, a desktop, a push service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from tests.browser.browsers import PATIENCE, QUIET, Browsers, sees
from tests.browser.chromium import find_chromium, find_shell
from tests.browser.desktop import Desktop
from tests.browser.network import BadNet
from tests.browser.office import Office
from tests.browser.pushservice import PushService
from tests.browser.scenes import draw_paper, photograph, video

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The browser driver."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A camera that looks at a bank statement on a table."""
    path = tmp_path_factory.mktemp("camera") / "paper.y4m"
    return video(path, photograph(draw_paper("Kontoauszug Oktober 2026")))


@pytest.fixture(scope="session")
def push() -> Iterator[PushService]:
    """A push service."""
    service = PushService()
    yield service
    service.close()


@pytest.fixture(scope="session")
def office(demo_folder: Path, push: PushService, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A running office, for all tests of a process: they add to it, and look for what they added."""
    folder = tmp_path_factory.mktemp("office") / "data"
    running = Office.like(demo_folder, folder, BELEGBOTE_PUSH_GATEWAY=push.url).start()
    yield running
    running.stop()


@pytest.fixture
def newcomer(office: Office) -> dict[str, str]:
    """A jobseeker whom no other test knows, for one that counts what a person has."""
    return office.newcomer()


@pytest.fixture
def desktop() -> Iterator[Desktop]:
    """A desktop for alerts; ask for it before `browsers`, because Chromium dies with its D-Bus."""
    daemon = Desktop()
    yield daemon
    daemon.close()


@pytest.fixture(scope="session")
def running(playwright: Playwright, paper: Path) -> Iterator[Browser]:
    """A Chromium that runs all the time, for what needs no disk, push service or camera of its own.

    Where it is there, the one without a desktop: a phone in it takes a quarter less of the processor.
    """
    path = find_shell() or find_chromium()
    browser = playwright.chromium.launch(executable_path=path, args=[*QUIET, *sees(paper)])
    yield browser
    browser.close()


@pytest.fixture
def browsers(playwright: Playwright, running: Browser, tmp_path: Path) -> Iterator[Browsers]:
    """Phones and desks; the test fails when a page broke the content security policy or threw an error."""
    opened = Browsers(playwright, tmp_path, running)
    yield opened
    opened.close()
    assert opened.complaints == []


@pytest.fixture
def bad_net(office: Office) -> Iterator[BadNet]:
    """A bad network before the office."""
    proxy = BadNet(office.port)
    yield proxy
    proxy.close()
