"""The whole promise, under random faults: every page a person was told is saved is on the phone, on the server, or
reported to that person as lost; every submission has one receipt and one PDF.

The phone is the real page with its own outbox; what a person does is done through its modules, so that a life of
many papers takes seconds. `LIVES=200 python -m pytest tests/browser/test_promise.py` lives more of them.
"""

from __future__ import annotations

import contextlib
import os
import random
import sqlite3

import pytest
from playwright.sync_api import Error, Page, expect

from tests.browser.browsers import Browsers
from tests.browser.network import BadNet
from tests.browser.office import DARIUSZ, Office, wait_until
from tests.browser.steps import open_phone, sign_in, signed_in_phone

pytestmark = pytest.mark.hunt

LIVES = int(os.environ.get("LIVES", "2"))
STEPS = 30

# What a person does, by the app's own modules; the connection is lost or full when `faults` says so.
HANDS = """{
    window.faults = { lose: 0, full: 0, abort: 0 }
    const { put } = IDBObjectStore.prototype
    IDBObjectStore.prototype.put = function (...what) {
        if (this.name === "bytes" && faults.full > 0 && faults.full--) throw new DOMException("", "QuotaExceededError")
        const request = put.apply(this, what)
        if (faults.abort > 0 && faults.abort--) this.transaction.abort()
        return request
    }
    const { transaction } = IDBDatabase.prototype
    IDBDatabase.prototype.transaction = function (...what) {
        if (faults.lose-- > 0) throw new DOMException("", "InvalidStateError")
        return transaction.apply(this, what)
    }
}"""
PHOTOGRAPH = """async ({ draft, size }) => {
    const { openStore } = await import("/lib/store.js")
    const store = openStore()
    try {
        const owner = (await store.get("session")).person.id
        const open = draft ?? (await store.startDraft(owner, { kind: "payslip" })).id
        const bytes = crypto.getRandomValues(new Uint8Array(size))
        bytes.set([0xff, 0xd8, 0xff, 0xe0])
        try {
            const page = await store.addPage(open, { buffer: bytes.buffer, type: "image/jpeg", state: "ready" })
            return { draft: open, saved: page.sha256 }
        } catch (error) {
            return { draft: open, refused: error.code }
        }
    } catch (error) {
        return { draft, refused: error.name }
    } finally {
        store.close()
    }
}"""
SEAL = """async draft => {
    const { openStore } = await import("/lib/store.js")
    const store = openStore()
    try {
        return (await store.seal(draft, { app: "test", clock_offset: 0 })).state
    } catch (error) {
        return error.message
    } finally {
        store.close()
    }
}"""
# What of the pages lies on this phone and can be read, and what waits to be sent.
HERE = """async () => {
    const { openStore } = await import("/lib/store.js")
    const { sha256 } = await import("/lib/ids.js")
    const store = openStore()
    const session = await store.get("session")
    const rows = session ? await store.submissionsOf(session.person.id) : []
    const pages = []
    for (const row of rows) for (const page of await store.pagesOf(row)) {
        const bytes = await store.bytes(page.id)
        if (bytes) pages.push(await sha256(bytes))
    }
    store.close()
    return { pages, waiting: rows.filter(row => row.state !== "open" && row.state !== "complete").map(row => row.id) }
}"""


class Life:
    """One phone and what was promised on it."""

    def __init__(self, seed: int, office: Office, net: BadNet, browsers: Browsers) -> None:
        self.chance = random.Random(seed)
        self.office, self.net = office, net
        self.browser = browsers.phone()
        self.browser.add_init_script(HANDS)
        self.page: Page = signed_in_phone(self.browser, net.url, DARIUSZ)
        self.draft: str | None = None
        self.promised: dict[str, str] = {}  # SHA-256 → the submission it was saved in
        self.told: list[str] = []

    def live(self) -> None:
        """One step, whichever it is."""
        does = self.chance.choices(
            [self.photograph, self.seal, self.fault, self.trouble, self.die, self.try_now, self.wipe],
            weights=[10, 4, 3, 4, 2, 3, 0.4],
        )[0]
        self.told.append(does.__name__)
        with contextlib.suppress(Error):  # the tab may die under any step
            does()

    def photograph(self) -> None:
        said = self.page.evaluate(PHOTOGRAPH, {"draft": self.draft, "size": self.chance.choice([900, 40_000, 150_000])})
        self.draft = said["draft"]
        if "saved" in said:
            self.promised[said["saved"]] = said["draft"]

    def seal(self) -> None:
        if self.draft and self.page.evaluate(SEAL, self.draft) != "not ready to be sealed":
            self.draft = None
            self.try_now()

    def fault(self) -> None:
        what = self.chance.choice(["lose", "full", "abort"])
        self.page.evaluate("([what, times]) => { faults[what] = times }", [what, self.chance.randint(1, 4)])

    def trouble(self) -> None:
        what = self.chance.randrange(5)
        self.net.refuse, self.net.portal = what == 0, "page" if what == 1 else None
        self.net.cut_after = self.net.sent + self.chance.randrange(1, 300_000) if what == 2 else None
        self.net.lose_answers = self.chance.randint(1, 3) if what == 3 else 0
        self.net.cut()

    def try_now(self) -> None:
        self.page.evaluate("dispatchEvent(new Event('online'))")
        self.page.wait_for_timeout(self.chance.choice([50, 300, 1000]))

    def die(self) -> None:
        self.page.goto("about:blank")
        self.start()

    def wipe(self) -> None:
        """The browser throws the database away, and only that: the person sees it empty and signs in again."""
        self.page.goto("about:blank")
        session = self.browser.new_cdp_session(self.page)
        session.send("Storage.clearDataForOrigin", {"origin": self.net.url, "storageTypes": "indexeddb"})
        self.draft = None
        self.start()

    def start(self) -> None:
        with contextlib.suppress(Error):
            open_phone(self.browser, self.net.url)

    def heal(self) -> set[str]:
        """All trouble ends; returns the submissions whose loss the phone tells its owner."""
        self.net.refuse, self.net.portal = False, None
        self.net.cut_after, self.net.lose_answers = None, 0
        self.page.goto("about:blank")
        lost: set[str] = set()
        self.page.on("response", lambda answer: lost.update(losses_in(answer)))
        page = open_phone(self.browser, self.net.url)
        expect(page.locator("#scan, #signin").first).to_be_visible()
        if page.locator("#signin").is_visible():
            sign_in(page, DARIUSZ)
        wait_until(self._quiet, "all that was sealed is sent", seconds=90)
        page.wait_for_timeout(2500)  # the phone tells what it holds after two seconds of rest
        return lost

    def _quiet(self) -> bool:
        self.page.evaluate("dispatchEvent(new Event('online'))")
        self.page.wait_for_timeout(500)
        return not self.page.evaluate(HERE)["waiting"]


def losses_in(answer) -> set[str]:
    if "/outbox" not in answer.url or not answer.ok:
        return set()
    return {paper["submission"] for paper in answer.json()["lost"]}


@pytest.mark.parametrize("seed", range(LIVES))
def test_every_page_that_was_saved_is_here_there_or_told_as_lost(
    office: Office, bad_net: BadNet, browsers: Browsers, seed: int
):
    life = Life(seed, office, bad_net, browsers)
    for _ in range(STEPS):
        life.live()
    lost = life.heal()
    here = set(life.page.evaluate(HERE)["pages"])
    client = office.client(DARIUSZ)
    sent = {row["id"]: row for row in client.submissions()}
    there = {page["sha256"] for row in sent.values() for page in row["pages"] if page["stored"]}
    client.close()
    missing = {sha: draft for sha, draft in life.promised.items() if sha not in here | there and draft not in lost}
    assert missing == {}, life.told
    assert life.promised, "a life without a page proves nothing"
    with contextlib.closing(sqlite3.connect(office.data / "belegbote.sqlite", timeout=20)) as db:
        for submission in set(life.promised.values()) & set(sent):
            events = db.execute("SELECT what FROM event WHERE submission = ?", (submission,)).fetchall()
            jobs = db.execute(
                "SELECT COUNT(*) FROM job WHERE submission = ? AND what = 'scan'", (submission,)
            ).fetchone()
            assert events.count(("received",)) == jobs[0] == (1 if sent[submission]["receipt"] else 0)
