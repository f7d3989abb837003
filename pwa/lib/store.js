/**
 * Everything this phone keeps, in IndexedDB. The only module that opens the database; beside it, the service worker
 * puts in what other apps share (`shared.js`).
 *
 * Photos are ArrayBuffers read by primary key (Blobs in IndexedDB break on WebKit), every write waits for the
 * disk (`durability: "strict"`), and a page counts as saved only after it was read back with the same SHA-256.
 */

import { openDB } from "../vendor/idb.js"
import { sha256, uuid7 } from "./ids.js"
import { Vault } from "./vault.js"

/** @typedef {import("./types.js").Submission} Submission */
/** @typedef {import("./types.js").Page} Page */

const NAME = "belegbote"
const VERSION = 2
const STORES = ["submissions", "pages", "bytes", "kv", "log"]
const LOST_CONNECTION = ["InvalidStateError", "UnknownError", "AbortError"]
const LOG_LENGTH = 500

/** A page could not be written down. `phone_full`: no space; `not_saved`: anything else, reading back included. */
export class NotSaved extends Error {
  /** @param {"phone_full" | "not_saved"} code @param {unknown} [cause] */
  constructor(code, cause) {
    super(code, { cause })
    this.name = "NotSaved"
    this.code = code
    this.messageKey = `error.${code}`
  }
}

/** The draft is none any more: a second tap or a second tab was faster. */
export class AlreadySealed extends Error {}

/** The page is in a paper already: another tab, or this one before it was killed, was faster. */
export class AlreadyThere extends Error {}

/**
 * @param {{blocked?: () => void, blocking?: () => void}} [tell] blocked: an older window holds the database;
 *   blocking: this window held up a newer version and has let go of it
 */
export function openStore(tell = {}) {
  return new Store(tell)
}

export class Store {
  /** @param {{blocked?: () => void, blocking?: () => void}} tell */
  constructor(tell) {
    this.tell = tell
    /** @type {Promise<any> | null} */
    this.connection = null
    /** @type {Set<(id: string | null) => void>} */
    this.listeners = new Set()
    this.vault = new Vault(this)
    this.channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(NAME) : null
    if (this.channel) this.channel.onmessage = (event) => this.#heard(event.data)
  }

  /** @returns {Promise<any>} */
  #db() {
    this.connection ??= openDB(NAME, VERSION, {
      upgrade(/** @type {any} */ db) {
        for (const name of STORES) {
          if (db.objectStoreNames.contains(name)) continue
          db.createObjectStore(name, name === "log" ? { autoIncrement: true } : {})
        }
        for (const name of [...db.objectStoreNames]) if (!STORES.includes(name)) db.deleteObjectStore(name)
      },
      blocked: () => this.tell.blocked?.(),
      blocking: () => {
        this.close()
        this.tell.blocking?.()
      },
      terminated: () => {
        this.connection = null
      },
    }).catch((/** @type {unknown} */ error) => {
      this.connection = null
      throw error
    })
    return /** @type {Promise<any>} */ (this.connection)
  }

  /** Let go of the database, so that another window may change or delete it. */
  close() {
    this.connection?.then((db) => db.close()).catch(() => {})
    this.connection = null
  }

  /**
   * One transaction, on disk when this returns. Mobile browsers drop connections in the background: it is opened
   * again and the whole repeated, three times at most, never a silent success.
   *
   * @template T
   * @param {"readonly" | "readwrite"} mode
   * @param {(tx: any) => Promise<T>} work must only await requests of this transaction
   * @returns {Promise<T>}
   */
  async run(mode, work) {
    for (let tries = 1; ; tries++) {
      /** @type {any} */
      let tx
      try {
        const db = await this.#db()
        tx = db.transaction(STORES, mode, mode === "readwrite" ? { durability: "strict" } : {})
        const done = tx.done.then(() => null, (/** @type {unknown} */ error) => error ?? new Error("aborted"))
        const result = await work(tx)
        const failure = await done
        if (failure) throw failure
        return result
      } catch (error) {
        const name = tx?.error?.name ?? /** @type {any} */ (error)?.name
        try {
          tx?.abort()
        } catch {
          // already over
        }
        if (name === "QuotaExceededError") throw new NotSaved("phone_full", error)
        if (tries >= 3 || !LOST_CONNECTION.includes(name)) throw error
        this.close()
      }
    }
  }

  /** @template T @param {(tx: any) => Promise<T>} work @returns {Promise<T>} */
  read(work) {
    return this.run("readonly", work)
  }

  /** @template T @param {(tx: any) => Promise<T>} work @returns {Promise<T>} */
  write(work) {
    return this.run("readwrite", work)
  }

  /**
   * The same where the phone may be full: what is only nice to have goes, then it is tried once more.
   *
   * @template T @param {(tx: any) => Promise<T>} work @returns {Promise<T>}
   */
  async writeWithRoom(work) {
    try {
      return await this.write(work)
    } catch (error) {
      if (!(error instanceof NotSaved && (await this.#makeRoom()))) throw error
      return this.write(work)
    }
  }

  /** @returns {Promise<boolean>} whether anything could go: the small pictures of papers that have arrived */
  async #makeRoom() {
    return this.write(async (tx) => {
      const pages = tx.objectStore("pages")
      let gone = false
      for (const id of await pages.getAllKeys()) {
        const meta = await pages.get(id)
        if (meta.state !== "purged") continue
        await pages.delete(id)
        gone = true
      }
      return gone
    }).catch(() => false)
  }

  /** @param {(id: string | null) => void} listener told of every change, also by another tab */
  onChange(listener) {
    this.listeners.add(listener)
  }

  /** @param {string | null} id */
  changed(id) {
    this.#heard(id)
    this.channel?.postMessage(id)
  }

  /** @param {string | null} id */
  #heard(id) {
    if (id === null) this.vault.forget()
    for (const listener of this.listeners) listener(id)
  }

  // --- submissions ---

  /**
   * @param {string} owner
   * @param {{kind?: string | null, follows?: string | null, replaces?: number[], ask?: string, wanted?: number}} [start]
   * @returns {Promise<Submission>}
   */
  async startDraft(owner, start = {}) {
    /** @type {Submission} */
    const draft = {
      id: uuid7(), owner, state: "open", kind: start.kind ?? null, note: null,
      follows: start.follows ?? null, replaces: start.replaces ?? [], pages: [], ...(start.ask ? { ask: start.ask, wanted: start.wanted } : {}),
      created: new Date().toISOString(), captured_at: null,
    }
    await this.write((tx) => tx.objectStore("submissions").put(draft, draft.id))
    this.changed(draft.id)
    return draft
  }

  /** @param {string} id @returns {Promise<Submission | undefined>} */
  submission(id) {
    return this.read((tx) => tx.objectStore("submissions").get(id))
  }

  /** @param {string} owner @returns {Promise<Submission[]>} oldest first */
  async submissionsOf(owner) {
    const all = await this.read((tx) => tx.objectStore("submissions").getAll())
    return all.filter((/** @type {Submission} */ row) => row.owner === owner)
  }

  /** @param {Submission} submission @returns {Promise<Page[]>} in order */
  async pagesOf(submission) {
    const rows = await this.read((tx) => Promise.all(submission.pages.map((id) => tx.objectStore("pages").get(id))))
    return Promise.all(rows.filter(Boolean).map(async (/** @type {Page} */ page) => ({
      ...page, thumb: await this.vault.unlock(page.owner, page.thumb).catch(() => null),
    })))
  }

  /**
   * @param {string} id
   * @param {(draft: Submission) => void} change
   * @returns {Promise<Submission>}
   * @throws {AlreadySealed}
   */
  async editDraft(id, change) {
    const draft = await this.write((tx) => edit(tx, id, change))
    this.changed(id)
    return draft
  }

  /** @param {string} id of a draft @param {string} text @throws {AlreadySealed} */
  async writeNote(id, text) {
    const owner = (await this.submission(id))?.owner ?? ""
    const note = await this.vault.lock(owner, text ? new TextEncoder().encode(text).buffer : null)
    return this.editDraft(id, (draft) => {
      draft.note = note
    })
  }

  /** @param {Submission} row @returns {Promise<string>} what the person wrote to its papers */
  async note(row) {
    if (typeof row.note === "string") return row.note // from a version that did not lock it
    return new TextDecoder().decode((await this.vault.unlock(row.owner, row.note).catch(() => null)) ?? undefined)
  }

  /** @param {Submission} row a sealed one @returns {Promise<any>} the whole of what the server is told; always the same */
  async manifest(row) {
    const note = (await this.note(row)).trim()
    return note ? { ...row.manifest, note } : row.manifest
  }

  /**
   * Freeze a draft into a manifest. The first call wins, later ones get what it made: five taps are one submission.
   *
   * @param {string} id
   * @param {{app: string, clock_offset: number}} client
   * @returns {Promise<Submission>}
   */
  async seal(id, client) {
    const sealed = await this.write(async (tx) => {
      /** @type {Submission} */
      const row = await tx.objectStore("submissions").get(id)
      if (row.state !== "open") return row
      /** @type {Page[]} */
      const pages = await Promise.all(row.pages.map((page) => tx.objectStore("pages").get(page)))
      if (!row.kind || !pages.length || pages.some((page) => page?.state !== "ready")) throw new Error("not ready to be sealed")
      row.manifest = {
        kind: row.kind,
        ...(row.follows ? { follows: row.follows } : {}),
        ...(row.ask ? { ask: row.ask, wanted: row.wanted } : {}),
        ...(row.about ? { about: row.about } : {}),
        ...(row.months?.length ? { months: row.months } : {}),
        ...(row.blackout_offered_at ? { blackout_offered_at: row.blackout_offered_at } : {}),
        pages: pages.map((page, i) => ({
          id: page.id, seq: i + 1, size: page.size, sha256: page.sha256, type: page.type,
          ...(page.rotation ? { rotation: page.rotation } : {}),
          ...(page.corners ? { corners: page.corners } : {}),
          ...(page.blackened ? { blackened: page.blackened } : {}),
          ...(page.look?.seen && page.look.problems?.length ? { kept: page.look.problems } : {}),
        })),
        client: { ...client, captured_at: row.captured_at },
      }
      row.state = "sealed"
      row.sealed_at = new Date().toISOString()
      row.bytes = pages.reduce((sum, page) => sum + page.size, 0)
      row.sent = 0
      row.stored = 0
      await tx.objectStore("submissions").put(row, id)
      return row
    })
    this.changed(id)
    return sealed
  }

  /**
   * Note what became of a sealed submission. A complete one stays complete; a paused one stays so until the person lets
   * it go on, whatever an outbox says that has not heard of it yet.
   *
   * @param {string} id
   * @param {Partial<Submission>} changes
   */
  async mark(id, changes) {
    await this.write(async (tx) => {
      const row = await tx.objectStore("submissions").get(id)
      if (!row || row.locked || row.state === "open" || (row.state === "complete" && changes.state)) return
      const asked = row.state === "paused" && changes.state !== "sealed"
      await tx.objectStore("submissions").put({ ...row, ...changes, ...(asked ? { state: row.state, reason: undefined } : {}) }, id)
    })
    this.changed(id)
  }

  /**
   * The receipt is the proof: written down for good before anything else is forgotten.
   *
   * @param {string} id
   * @param {any} receipt
   */
  async keepReceipt(id, receipt) {
    await this.writeWithRoom(async (tx) => {
      const row = await tx.objectStore("submissions").get(id)
      if (row.locked) return // its owner has left, and asks for the receipt anew
      await tx.objectStore("submissions").put({ ...row, state: "complete", receipt, stored: row.pages.length, sent: row.bytes, reason: undefined, anyway: undefined }, id)
    })
    this.changed(id)
  }

  /** @param {string} id forget the photos of a received submission; their thumbnails and the receipt stay */
  async purge(id) {
    await this.write(async (tx) => {
      const row = await tx.objectStore("submissions").get(id)
      if (row?.state !== "complete") return
      for (const page of row.pages) {
        const meta = await tx.objectStore("pages").get(page)
        if (meta) await tx.objectStore("pages").put({ ...meta, state: "purged" }, page)
        await tx.objectStore("bytes").delete(page)
      }
      await tx.objectStore("submissions").put({ ...row, purged: true }, id)
    })
    this.changed(id)
  }

  /** @param {string} id the office has lost a submission whose photos are still here: it is sent once more */
  async revive(id) {
    await this.write(async (tx) => {
      const row = await tx.objectStore("submissions").get(id)
      if (row?.state !== "complete" || row.purged) return
      await tx.objectStore("submissions").put({ ...row, state: "sealed", receipt: undefined, stored: 0, sent: 0 }, id)
    })
    this.changed(id)
  }

  /** @param {string} id forget a submission with all its pages; only ever because the person said so */
  async drop(id) {
    await this.write((tx) => dropIn(tx, id))
    this.changed(id)
  }

  /**
   * A new draft with copies of a sealed submission's pages, under new names: the server may know the old ones. With
   * `drop` the old submission goes in the same transaction.
   *
   * @param {string} id
   * @param {string[]} wanted page ids
   * @param {boolean} drop
   * @returns {Promise<Submission>}
   */
  async fork(id, wanted, drop) {
    const draft = await this.write(async (tx) => {
      /** @type {Submission} */
      const old = await tx.objectStore("submissions").get(id)
      /** @type {Submission} */
      const fresh = {
        id: uuid7(), owner: old.owner, state: "open", kind: old.kind, note: old.note, follows: old.follows,
        replaces: old.replaces, pages: [], ...(old.ask ? { ask: old.ask, wanted: old.wanted } : {}), created: new Date().toISOString(), captured_at: old.captured_at,
      }
      for (const page of old.pages.filter((name) => wanted.includes(name))) {
        const meta = await tx.objectStore("pages").get(page)
        const bytes = await tx.objectStore("bytes").get(page)
        if (!meta || meta.locked || !bytes) continue
        const name = uuid7()
        fresh.pages.push(name)
        await tx.objectStore("pages").put({ ...meta, id: name, submission: fresh.id, failures: 0 }, name)
        await tx.objectStore("bytes").put(bytes, name)
      }
      await tx.objectStore("submissions").put(fresh, fresh.id)
      if (drop) await dropIn(tx, id)
      return fresh
    })
    this.changed(id)
    return draft
  }

  // --- pages ---

  /**
   * Write a page down, on disk and read back, and put it into its draft.
   *
   * @param {string} draft
   * @param {{buffer: ArrayBuffer, type: string, state: "raw" | "ready", thumb?: ArrayBuffer | null, name?: string}} photo
   * @param {{instead?: string, id?: string}} [place] instead of that page, else at the end; id: of what was shared, which
   *   becomes a page once, however often that is tried
   * @returns {Promise<Page>}
   * @throws {NotSaved | AlreadySealed | AlreadyThere}
   */
  async addPage(draft, photo, place = {}) {
    const owner = (await this.submission(draft))?.owner ?? ""
    const [digest, bytes, thumb] = await Promise.all([sha256(photo.buffer), this.vault.lock(owner, photo.buffer), this.vault.lock(owner, photo.thumb)])
    const id = place.id ?? uuid7()
    /** @type {Page} */
    let page
    try {
      page = await this.writeWithRoom(async (tx) => {
        if (place.id && (await listed(tx)).has(id)) throw new AlreadyThere(id)
        const row = await edit(tx, draft, (open) => {
          const at = place.instead ? open.pages.indexOf(place.instead) : -1
          if (at >= 0) open.pages[at] = id
          else open.pages.push(id)
          open.captured_at ??= new Date().toISOString()
        })
        /** @type {any} */
        const meta = {
          id, submission: draft, owner: row.owner, state: photo.state, type: photo.type, size: photo.buffer.byteLength,
          sha256: digest, rotation: 0, attempts: 0, failures: 0, thumb: thumb ?? null, name: photo.name ?? "",
        }
        await tx.objectStore("pages").put(meta, id)
        await tx.objectStore("bytes").put(bytes, id)
        return meta
      })
    } catch (error) {
      if (error instanceof NotSaved || error instanceof AlreadySealed || error instanceof AlreadyThere) throw error
      throw new NotSaved("not_saved", error)
    }
    await this.#readBack(page)
    this.changed(draft)
    return page
  }

  /**
   * The small version takes the original's place in one transaction: there is never neither.
   *
   * @param {string} id
   * @param {{buffer?: ArrayBuffer, type?: string, thumb?: ArrayBuffer | null}} small without a buffer the original is kept
   */
  async finishPage(id, small) {
    const owner = (await this.read((tx) => tx.objectStore("pages").get(id)))?.owner ?? ""
    const digest = small.buffer && (await sha256(small.buffer))
    const [bytes, thumb] = await Promise.all([this.vault.lock(owner, small.buffer), this.vault.lock(owner, small.thumb)])
    const page = await this.write(async (tx) => {
      /** @type {Page | undefined} */
      const meta = await tx.objectStore("pages").get(id)
      if (meta?.state !== "raw") return meta
      Object.assign(meta, { state: "ready", thumb: thumb ?? meta.thumb, name: "" })
      if (small.buffer && digest) {
        Object.assign(meta, { type: small.type, size: small.buffer.byteLength, sha256: digest })
        await tx.objectStore("bytes").put(bytes, id)
      }
      await tx.objectStore("pages").put(meta, id)
      return meta
    })
    if (page) this.changed(page.submission)
  }

  /** @param {string} id @param {(page: Page) => void} change */
  async editPage(id, change) {
    const page = await this.write(async (tx) => {
      const meta = await tx.objectStore("pages").get(id)
      if (!meta) return
      change(meta)
      await tx.objectStore("pages").put(meta, id)
      return meta
    })
    if (page) this.changed(page.submission)
    return page
  }

  /**
   * What was made of a page takes its place, and the page as it was is gone. Whatever else of this draft no longer counts
   * goes with it: an earlier photo of the same page shows what is black now.
   *
   * @param {string} id
   * @param {import("./types.js").Made} made
   * @throws {NotSaved | AlreadySealed} then nothing has changed
   */
  async replace(id, { buffer, thumb: small, ...facts }) {
    const owner = (await this.read((tx) => tx.objectStore("pages").get(id)))?.owner ?? ""
    const [digest, bytes, thumb] = await Promise.all([sha256(buffer), this.vault.lock(owner, buffer), this.vault.lock(owner, small)])
    const draft = await this.writeWithRoom(async (tx) => {
      const pages = tx.objectStore("pages")
      /** @type {Page} */
      const meta = await pages.get(id)
      const row = await edit(tx, meta.submission, () => {})
      await tx.objectStore("bytes").put(bytes, id)
      await pages.put({ ...meta, name: "", look: undefined, corners: undefined, sheets: undefined, numbered: undefined, ...facts, size: buffer.byteLength, sha256: digest, thumb }, id)
      for (const page of await pages.getAll()) {
        if (page.submission !== row.id || row.pages.includes(page.id)) continue
        await pages.delete(page.id)
        await tx.objectStore("bytes").delete(page.id)
      }
      return row
    })
    this.changed(draft.id)
  }

  /** @param {string} owner @returns {Promise<Page[]>} photos of drafts that nobody has looked at as they are now */
  async unlooked(owner) {
    const drafts = (await this.submissionsOf(owner)).filter((row) => row.state === "open")
    const pages = await this.read((tx) => Promise.all(drafts.flatMap((row) => row.pages).map((id) => tx.objectStore("pages").get(id))))
    return pages.filter((/** @type {Page | undefined} */ page) => page?.state === "ready" && page.type?.startsWith("image/") && page.look?.of !== lookOf(page))
  }

  /**
   * Note what was seen on a photo; nothing, if it is another one by now.
   *
   * @param {string} id
   * @param {import("./types.js").Look} look
   * @param {ArrayBuffer | null} [thumb] the page as it will look
   */
  async lookedAt(id, look, thumb) {
    const owner = (await this.read((tx) => tx.objectStore("pages").get(id)))?.owner ?? ""
    const locked = thumb && (await this.vault.lock(owner, thumb))
    await this.editPage(id, (meta) => {
      if (lookOf(meta) === look.of) Object.assign(meta, { look }, locked ? { thumb: locked } : {})
    })
  }

  /** @param {string} id @returns {Promise<ArrayBuffer | null>} null when they are gone @throws {NoKey} */
  async bytes(id) {
    const [page, kept] = await this.read((tx) => Promise.all([tx.objectStore("pages").get(id), tx.objectStore("bytes").get(id)]))
    return this.vault.unlock(page?.owner ?? "", kept)
  }

  /** @param {Page} page */
  async #readBack(page) {
    const kept = await this.bytes(page.id)
    if (kept && (await sha256(kept)) === page.sha256) return
    await this.write((tx) =>
      edit(tx, page.submission, (open) => {
        open.pages = open.pages.filter((id) => id !== page.id)
      }),
    )
    throw new NotSaved("not_saved")
  }

  /** @param {string} owner @returns {Promise<Page[]>} originals that still have to be made smaller, after a crash too */
  async rawPages(owner) {
    const all = await this.read((tx) => tx.objectStore("pages").getAll())
    return all.filter((/** @type {Page} */ page) => page.owner === owner && page.state === "raw")
  }

  /**
   * Throw away pages that no submission lists (deleted, the time to undo is over) and drafts that stayed empty.
   * Only what is a day old: another tab may hold the camera over a draft that is still empty.
   */
  async sweep() {
    const yesterday = uuid7(Date.now() - 86_400_000).slice(0, 13) // UUIDv7 sorts by time
    await this.write(async (tx) => {
      /** @type {Submission[]} */
      const rows = await tx.objectStore("submissions").getAll()
      const listed = new Set(rows.flatMap((row) => row.pages))
      for (const id of await tx.objectStore("pages").getAllKeys()) {
        if (listed.has(id) || id.slice(0, 13) > yesterday) continue
        await tx.objectStore("pages").delete(id)
        await tx.objectStore("bytes").delete(id)
      }
      for (const row of rows) {
        const empty = row.state === "open" && !row.pages.length
        if (empty && row.id.slice(0, 13) <= yesterday) await tx.objectStore("submissions").delete(row.id)
      }
    })
  }

  // --- small things ---

  /** @param {string} key @returns {Promise<any>} */
  get(key) {
    return this.read((tx) => tx.objectStore("kv").get(key))
  }

  /** @param {string} key @param {any} value undefined forgets the key */
  async set(key, value) {
    await this.write((tx) => (value === undefined ? tx.objectStore("kv").delete(key) : tx.objectStore("kv").put(value, key)))
  }

  /**
   * What the office said to a person, for as long as they are signed in here: an answer that comes after they have left is
   * nobody's any more.
   *
   * @param {string} owner @param {string} name @param {any} value
   * @returns {Promise<boolean>} whether it was kept
   */
  keepFor(owner, name, value) {
    return this.write(async (tx) => {
      const kv = tx.objectStore("kv")
      if ((await kv.get("session"))?.person.id !== owner) return false
      await kv.put(value, `${name}:${owner}`)
      return true
    })
  }

  /** @param {string} what @param {string} [detail] a line for the day when someone asks what this phone did */
  async log(what, detail = "") {
    await this.write(async (tx) => {
      const log = tx.objectStore("log")
      const last = await log.add({ at: new Date().toISOString(), what, detail })
      await log.delete(last - LOG_LENGTH)
    })
  }

  /** The whole database, when nothing is left in it. */
  async destroy() {
    const db = await this.#db()
    db.close()
    this.connection = null
    await new Promise((resolve) => {
      const request = indexedDB.deleteDatabase(NAME)
      request.onsuccess = request.onerror = request.onblocked = resolve
    })
  }
}

/** What a look at a page is of: its bytes, and the corners that the person set. @param {Page} page */
export const lookOf = (page) => [page.sha256, page.corners ?? ""].join(" ")

/** @param {any} tx @param {string} id @param {(draft: Submission) => void} change @returns {Promise<Submission>} */
async function edit(tx, id, change) {
  const row = await tx.objectStore("submissions").get(id)
  if (row?.state !== "open") throw new AlreadySealed(id)
  change(row)
  await tx.objectStore("submissions").put(row, id)
  return row
}

/** @param {any} tx @returns {Promise<Set<string>>} ids of the pages that papers list */
export async function listed(tx) {
  return new Set((await tx.objectStore("submissions").getAll()).flatMap((/** @type {Submission} */ row) => row.pages))
}

/** @param {any} tx @param {string} id */
async function dropIn(tx, id) {
  const row = await tx.objectStore("submissions").get(id)
  for (const page of row?.pages ?? []) {
    await tx.objectStore("pages").delete(page)
    await tx.objectStore("bytes").delete(page)
  }
  await tx.objectStore("submissions").delete(id)
}
