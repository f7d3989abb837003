"""The phone's database in other hands: faults that browsers make, what lies in it, and how it is filled."""

from __future__ import annotations

from playwright.sync_api import Page

# What a browser's database may do to us: it is full, it loses its connection, it never answers.
FAULTS = """{
    window.faults = { largest: Infinity, full: false, tight: false, crammed: false, lose: 0, hang: false }
    const { put, delete: remove } = IDBObjectStore.prototype
    const size = value => value?.data?.byteLength ?? value?.byteLength ?? 0
    IDBObjectStore.prototype.put = function (value, ...rest) {
        if (this.name === "bytes" && (faults.full || size(value) > faults.largest))
            throw new DOMException("full", "QuotaExceededError")
        if (faults.crammed || (faults.tight && value?.locked)) throw new DOMException("full", "QuotaExceededError")
        return put.call(this, value, ...rest)
    }
    IDBObjectStore.prototype.delete = function (...what) {
        if (this.name === "pages") faults.full = false
        return remove.call(this, ...what)
    }
    const { transaction } = IDBDatabase.prototype
    IDBDatabase.prototype.transaction = function (...what) {
        if (faults.lose-- > 0) throw new DOMException("connection lost", "InvalidStateError")
        return transaction.apply(this, what)
    }
    const { digest } = globalThis.SubtleCrypto?.prototype ?? {} // none on an empty tab
    if (digest) SubtleCrypto.prototype.digest = function (...what) {
        return faults.hang ? new Promise(() => {}) : digest.apply(this, what)
    }
}"""


def fault(phone: Page, **faults: object) -> None:
    """Let these faults happen from now on."""
    phone.evaluate("faults => Object.assign(window.faults, faults)", faults)


# A disk that is slow to say who was signed in.
SLOW_SESSION = """{
    const get = IDBObjectStore.prototype.get
    IDBObjectStore.prototype.get = function (key) {
        const request = get.call(this, key), { addEventListener } = request
        const late = listener => event => setTimeout(listener, 1500, event)
        if (key !== "session") return request
        request.addEventListener = (type, listener) => addEventListener.call(request, type, late(listener))
        return request
    }
}"""


# A key that scripts cannot read is refused, as in Lockdown Mode.
NO_KEYS = """{
    const put = IDBObjectStore.prototype.put
    IDBObjectStore.prototype.put = function (value, ...rest) {
        if (value instanceof CryptoKey) throw new DOMException("no keys here", "DataCloneError")
        return put.call(this, value, ...rest)
    }
}"""


# A window that does not let go of the database.
HOLD_DATABASE = """new Promise(done => {
    indexedDB.open("belegbote").onsuccess = event => {
        window.db = event.target.result
        done()
    }
})"""


# The first version of the database: it kept each receipt twice.
FIRST_VERSION = """new Promise(done => {
    const opening = indexedDB.open("belegbote", 1)
    opening.onupgradeneeded = () => {
        for (const name of ["submissions", "pages", "bytes", "receipts", "kv"]) opening.result.createObjectStore(name)
        opening.result.createObjectStore("log", { autoIncrement: true })
    }
    opening.onsuccess = () => {
        const db = opening.result
        const tx = db.transaction(["kv", "receipts"], "readwrite")
        tx.objectStore("receipts").put({ number: "A" }, "one")
        tx.objectStore("kv").put("0190", "device")
        tx.oncomplete = () => done(db.close())
    }
})"""


WITH_DATABASE = """
    const opening = indexedDB.open("belegbote")
    const db = await new Promise((done, failed) => {
        opening.onsuccess = () => done(opening.result)
        opening.onerror = () => failed(opening.error)
    })
    const asked = request => new Promise((done, failed) => {
        request.onsuccess = () => done(request.result)
        request.onerror = () => failed(request.error)
    })
    const all = name => asked(db.transaction(name).objectStore(name).getAll())
"""


SIZES = f"""async () => {{ {WITH_DATABASE}
    const sizes = (await all("pages")).map(page => page.size)
    db.close()
    return sizes
}}"""


PURGED = f"""(async () => {{ {WITH_DATABASE}
    const pages = await all("pages")
    db.close()
    return pages.length > 0 && pages.every(page => page.state === "purged")
}})()"""


ATTEMPTED = f"""(async () => {{ {WITH_DATABASE}
    const [page] = await all("pages")
    db.close()
    const before = window.attempts ??= Number(sessionStorage.attempts ?? 0)
    if (page.attempts > before) sessionStorage.attempts = page.attempts
    return page.attempts > before
}})()"""


# Receipts are older than a list that was on its way.
OLDER_RECEIPTS = f"""async () => {{ {WITH_DATABASE}
    for (const row of (await all("submissions")).filter(one => one.receipt)) {{
        row.receipt.arrived_at = "2026-01-01T00:00:00Z"
        await asked(db.transaction("submissions", "readwrite").objectStore("submissions").put(row, row.id))
    }}
    db.close()
}}"""


NAMES = f"""async () => {{ {WITH_DATABASE}
    const device = await asked(db.transaction("kv").objectStore("kv").get("device"))
    const names = [...db.objectStoreNames]
    db.close()
    return {{ names, device }}
}}"""


ANOTHER_KEY = f"""async () => {{ {WITH_DATABASE}
    const keys = await asked(db.transaction("kv").objectStore("kv").getAllKeys())
    const fresh = await crypto.subtle.generateKey({{ name: "AES-GCM", length: 256 }}, false, ["encrypt", "decrypt"])
    const kv = db.transaction("kv", "readwrite").objectStore("kv")
    for (const name of keys.filter(one => one.startsWith("key:"))) await asked(kv.put(fresh, name))
    db.close()
}}"""


ROWS = f"""async () => {{ {WITH_DATABASE}
    let rows = 0
    for (const name of db.objectStoreNames) rows += (await all(name)).length
    db.close()
    return rows
}}"""


# How many pages lie here, which photos and notes can be read by who opens the database, which parts of the rows, and
# whose keys are here.
KEPT = f"""async () => {{ {WITH_DATABASE}
    const readable = [], open = new Set()
    const look = (value, where) => {{
        if (value instanceof ArrayBuffer) {{
            const [a, b, c] = new Uint8Array(value)
            if (a === 0xff && b === 0xd8 && c === 0xff) readable.push(where)
        }} else if (typeof value === "string") {{
            if (value.includes("Geheime")) readable.push(where)
        }} else if (value && typeof value === "object" && !(value instanceof CryptoKey)) {{
            for (const [name, each] of Object.entries(value)) look(each, `${{where}}.${{name}}`)
        }}
    }}
    for (const name of ["submissions", "pages", "bytes"]) look(await all(name), name)
    for (const row of [...await all("submissions"), ...await all("pages")]) {{
        const parts = Object.entries(row).filter(([name, value]) => name !== "locked" && value !== null && !value?.iv)
        for (const [name] of parts) open.add(name)
    }}
    const bytes = await asked(db.transaction("bytes").objectStore("bytes").count())
    const names = await asked(db.transaction("kv").objectStore("kv").getAllKeys())
    const session = await asked(db.transaction("kv").objectStore("kv").get("session"))
    const keys = names.filter(name => /^(key|token):/.test(name)).sort()
    const own = session ? [`key:${{session.person.id}}`, `token:${{session.person.id}}`] : []
    db.close()
    return {{ bytes, readable, open: [...open].sort(), keys, own }}
}}"""


# All rows, without what is locked by itself each time anew.
ALL_ROWS = f"""async () => {{ {WITH_DATABASE}
    const rows = [...await all("submissions"), ...await all("pages")]
    db.close()
    return rows.map(({{ note, thumb, ...rest }}) => rest)
}}"""


# What locks the rows is damaged: nobody can read them any more.
SPOIL_LOCKS = f"""async () => {{ {WITH_DATABASE}
    for (const name of ["submissions", "pages"]) {{
        for (const row of await all(name)) {{
            row.locked = row.locked.slice(0, -8) + "AAAAAAA="
            await asked(db.transaction(name, "readwrite").objectStore(name).put(row, row.id))
        }}
    }}
    db.close()
}}"""


def kept(phone: Page) -> dict:
    """What lies in the phone's database."""
    return phone.evaluate(KEPT)


# Submissions that wait in the queue, made by the app's own modules.
FILL_QUEUE = """async ({ submissions, pages, size }) => {
    const { openStore } = await import("/lib/store.js")
    const store = openStore()
    const owner = (await store.get("session")).person.id
    const made = []
    for (let s = 0; s < submissions; s++) {
        const draft = await store.startDraft(owner, { kind: "bank_statement" })
        for (let p = 0; p < pages; p++) {
            const bytes = new Uint8Array(size)
            for (let i = 0; i < size; i += 65536) crypto.getRandomValues(bytes.subarray(i, Math.min(size, i + 65536)))
            bytes.set([0xff, 0xd8, 0xff, 0xe0])
            await store.addPage(draft.id, { buffer: bytes.buffer, type: "image/jpeg", state: "ready" })
        }
        const sealed = await store.seal(draft.id, { app: "test", clock_offset: 0 })
        made.push({ id: draft.id, hashes: sealed.manifest.pages.map(page => page.sha256) })
    }
    store.close()
    return made
}"""
