"""The phone's outbox in any browser, driven through the app's own modules, with a clock that tests turn forward.

It lives in a document of the office without the app's screens, so that nothing else sends. Store, server and network
are the real ones.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import BrowserContext, Page

# A document of ours in which no screen runs; any text will do.
EMPTY = "/lib/ids.js"

START = """async faster => {
    const { openStore } = await import("/lib/store.js")
    const { makeOutbox } = await import("/lib/outbox.js")
    const { call } = await import("/lib/api.js")
    const store = openStore()
    const owner = (await store.get("session")).person.id
    const clock = { turned: 0, waits: [], due: null }
    const now = () => performance.now() * faster + clock.turned
    const appends = []
    const outbox = makeOutbox({
        store, now, random: () => 0.5,
        waitsForWifi: () => window.phone.mobile && window.phone.wifiOnly,
        identity: async () => ({ owner, token: (await store.get(`token:${owner}`)) ?? null }),
        call(method, path, body, options) {
            const offset = Number(options?.headers?.["Upload-Offset"])
            if (method === "PATCH") appends.push({ offset, size: body.byteLength })
            return call(method, path, body, options)
        },
        lock: async work => (await work(), true),
        later(ms, work) {
            const due = { at: now() + ms, work }
            clock.waits.push(ms)
            clock.due = due
            return () => { if (clock.due === due) clock.due = null }
        },
    })
    const resting = async () => { while (outbox.busy) await new Promise(done => setTimeout(done, 5)) }
    window.phone = {
        mobile: false, wifiOnly: false,
        store, owner, clock, outbox, resting, appends,
        async drain() { await outbox.drain(); await resting() },
        // Time passes until the next try, and that is made.
        async next() {
            const { at, work } = clock.due
            clock.due = null
            clock.turned += Math.max(0, at - now())
            work()
            await resting()
        },
        async rounds(most) {
            await this.drain()
            let rounds = 1
            for (; clock.due && rounds < most; rounds++) await this.next()
            return rounds
        },
    }
}"""

# As the sign-in screen does it; nothing of the app is left when the document goes.
SIGN_IN = """async ({ login, secret }) => {
    const { App } = await import("/phone/context.js")
    await new App().signIn(login, secret)
}"""

# JPEGs of these sizes; the same seed is the same picture.
QUEUE = """async pictures => {
    const { store, owner } = window.phone
    const draft = await store.startDraft(owner, { kind: "bank_statement" })
    for (const { size, seed } of pictures) {
        const bytes = new Uint8Array(size)
        let x = seed
        for (let i = 0; i < size; i++) bytes[i] = (x = (Math.imul(x, 1103515245) + 12345) >>> 0) >>> 16
        bytes.set([0xff, 0xd8, 0xff, 0xe0])
        await store.addPage(draft.id, { buffer: bytes.buffer, type: "image/jpeg", state: "ready" })
    }
    return draft.id
}"""

SEAL = """async draft => {
    const sealed = await window.phone.store.seal(draft, { app: "test", clock_offset: 0 })
    return sealed.manifest.pages.map(page => page.sha256)
}"""

# The database answers nothing, so many times.
UNREADABLE = """times => {
    const { store } = window.phone, read = store.submissionsOf
    store.submissionsOf = async function (...what) {
        if (times-- > 0) throw new DOMException("connection lost", "InvalidStateError")
        return read.apply(this, what)
    }
}"""

STATE = """async id => {
    const { sha256 } = await import("/lib/ids.js")
    const row = await window.phone.store.submission(id)
    const here = []
    for (const page of row.pages) {
        const bytes = await window.phone.store.bytes(page)
        if (bytes) here.push(await sha256(bytes))
    }
    const { state, reason, sent, stored, lacking, purged, receipt } = row
    return { state, reason, sent, stored, lacking, purged, receipt, here }
}"""


class Outbox:
    """One tab's outbox. Its clock is the browser's, `faster` so many times, and is turned forward to each next try."""

    def __init__(self, page: Page, url: str, faster: int = 1) -> None:
        self.page, self.url, self.faster = page, url, faster
        self.start()

    @classmethod
    def signed_in(cls, context: BrowserContext, url: str, person: dict[str, str], faster: int = 1) -> Outbox:
        """On a phone where somebody has signed in."""
        context.clear_cookies()
        page = context.pages[0] if context.pages else context.new_page()
        page.goto(f"{url}{EMPTY}")
        page.evaluate(SIGN_IN, {"login": person["login"], "secret": person["secret"]})
        return cls(page, url, faster)

    def start(self) -> None:
        """As after a restart: nothing is left but what is on the disk."""
        self.page.goto(f"{self.url}{EMPTY}")
        self.page.evaluate(START, self.faster)

    def other_tab(self) -> Outbox:
        """A second tab of the same phone."""
        return Outbox(self.page.context.new_page(), self.url)

    def draft(self, *sizes: int, seeds: list[int] | None = None) -> str:
        """Pages of these sizes in a draft; returns its id. Equal seeds make equal pictures."""
        seeds = seeds or [17 * (n + 1) + sum(sizes) for n in range(len(sizes))]
        pictures = [{"size": size, "seed": seed} for size, seed in zip(sizes, seeds, strict=True)]
        return self.page.evaluate(QUEUE, pictures)

    def seal(self, draft: str) -> list[str]:
        """Send it, as a tap does; returns the pages' SHA-256."""
        return self.page.evaluate(SEAL, draft)

    def queue(self, *sizes: int, seeds: list[int] | None = None) -> tuple[str, list[str]]:
        """A sealed submission with pages of these sizes: its id and the pages' SHA-256."""
        draft = self.draft(*sizes, seeds=seeds)
        return draft, self.seal(draft)

    def drain(self) -> None:
        """Try once, as at every occasion."""
        self.page.evaluate("window.phone.drain()")

    def rounds(self, most: int = 50) -> int:
        """Try, and again whenever the outbox asks to be woken; returns how many tries it took."""
        return self.page.evaluate("most => window.phone.rounds(most)", most)

    def begin(self) -> None:
        """Try, and do not wait for what comes of it."""
        self.page.evaluate("void window.phone.drain()")

    def rest(self) -> None:
        """Until nothing is on its way."""
        self.page.evaluate("window.phone.resting()")

    def pause(self, submission: str) -> None:
        """Hold one paper."""
        self.page.evaluate("id => window.phone.outbox.pause(id)", submission)

    def retry(self, submission: str, **changes: Any) -> None:
        """Let one paper go, and wait for what comes of it."""
        self.page.evaluate("([id, changes]) => window.phone.outbox.retry(id, changes)", [submission, changes])
        self.rest()

    def network(self, mobile: bool, wifi_only: bool = True) -> None:
        """The phone comes into another kind of network; whether it sends over Wi-Fi only."""
        self.page.evaluate(
            "([mobile, wifiOnly]) => void Object.assign(window.phone, { mobile, wifiOnly }).outbox.reconsider()",
            [mobile, wifi_only],
        )

    def sleep(self, seconds: float) -> None:
        """The phone lies in a drawer."""
        self.page.evaluate("s => { window.phone.clock.turned += s * 1000 }", seconds)

    @property
    def waits(self) -> list[float]:
        """How long it chose to wait, each time, in seconds."""
        return [ms / 1000 for ms in self.page.evaluate("window.phone.clock.waits")]

    @property
    def appends(self) -> list[dict[str, int]]:
        """Every append it began: offset and size."""
        return self.page.evaluate("window.phone.appends")

    def state(self, submission: str) -> dict[str, Any]:
        """What this phone knows of it: state, reason, receipt, and the SHA-256 of the pages that are `here`."""
        return self.page.evaluate(STATE, submission)
