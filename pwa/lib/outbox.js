/**
 * Sends what is sealed, in small appends that resume at the byte, until the receipt is here. No DOM: the server, the
 * clock and the lock are handed in. It may be killed anywhere; the next round asks the server where it stands.
 *
 * Nothing is ever deleted from the phone before a receipt lists the same SHA-256 of every page and a second look at
 * the server says that the submission is complete.
 */

import { Offline, Refused } from "./api.js"
import { NotSaved } from "./store.js"
import { NoKey } from "./vault.js"

/** Start small, double while it is fast, again after a break. */
const SMALLEST = 32 * 1024
const LARGEST = 1024 * 1024
const FAST = 3_000 // ms
const FIRST_PAUSE = 2_000 // ms
const LONGEST_PAUSE = 300_000 // ms
const LOOK_AGAIN = 15_000 // ms
const WRONG_HASHES = 3
const CONFLICTS = 5

/** @typedef {import("./types.js").Submission} Submission */
/** @typedef {import("./types.js").Turn} Turn */

/** Why a submission stops for now. */
class Halt {
  /** @param {"blocked" | "login" | "later" | "held" | "stop"} kind held: the person wants it so; stop: no sense in trying the others either @param {string} code @param {number | null} [after] s */
  constructor(kind, code, after = null) {
    this.kind = kind
    this.code = code
    this.after = after
  }
}

/** @param {unknown} error @returns {Halt} what an error means for the submission that met it */
export function verdict(error) {
  if (error instanceof Halt) return error
  if (error instanceof Offline) return new Halt("stop", "offline")
  if (error instanceof NoKey) return new Halt("login", "locked")
  if (error instanceof NotSaved) return new Halt("later", error.code)
  if (!(error instanceof Refused)) {
    console.error(error)
    return new Halt("later", "phone_fault") // one paper that this phone cannot read holds up no other
  }
  if (error.status === 401) return new Halt("login", error.code)
  if ([426, 429, 503, 507].includes(error.status)) return new Halt("stop", error.code, error.retryAfter)
  if (error.status === 408 || error.status >= 500) return new Halt("later", error.code, error.retryAfter)
  return new Halt("blocked", error.code)
}

/** @param {import("./types.js").Outside} outside */
export function makeOutbox(outside) {
  const { store } = outside
  let chunk = SMALLEST
  let failures = 0
  let askedAgain = false
  /** The last try met no network. */
  let unreached = false
  /** The submission that is being seen to right now. */
  let current = ""
  /** The one whose request we broke off. */
  let broken = ""
  /** The server said how long to wait: no trigger may shorten that. */
  let notBefore = 0
  /** @type {Map<string, number>} by page */
  const reached = new Map()
  /** @type {Map<string, Set<string>>} by submission the pages that are there */
  const known = new Map()
  /** @type {Promise<void> | null} */
  let running = null
  /** @type {(() => void) | null} */
  let cancelTimer = null
  let abort = new AbortController()

  /**
   * What is noted on the way helps the person to follow it; a full phone that cannot write it down sends all the same.
   *
   * @param {string} id @param {Partial<Submission>} changes
   */
  async function note(id, changes) {
    await store.mark(id, changes).catch((error) => console.warn(error))
  }

  /** Send everything that waits. Cheap to call at every occasion. @returns {Promise<void>} */
  function drain() {
    askedAgain = true
    running ??= keepOn().catch((error) => {
      console.warn(error)
      schedule(LOOK_AGAIN)
    }).finally(() => {
      running = null
      if (askedAgain) void drain() // asked in the moment between the last look and here
    })
    return running
  }

  async function keepOn() {
    while (askedAgain) {
      askedAgain = false
      const wait = notBefore - outside.now()
      if (wait > 0) return schedule(wait)
      cancelTimer?.()
      if (!(await outside.lock(round))) return schedule(LOOK_AGAIN)
    }
  }

  /** @param {number} ms */
  function schedule(ms) {
    cancelTimer?.()
    cancelTimer = outside.later(ms, () => void drain())
  }

  /** @param {Halt} halt */
  function pause(halt) {
    failures += 1
    unreached = halt.code === "offline"
    chunk = SMALLEST
    const soon = halt.code === "offline" ? 3 : 1 // most breaks are short, and the office hears no such try
    const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.max(0, failures - soon))
    let ms = Math.max(1_000, outside.random() * longest)
    if (halt.after !== null) {
      // not all at once
      ms = halt.after * 1000 + outside.random() * Math.max(longest, halt.after * 1000)
      notBefore = outside.now() + ms
    }
    schedule(ms)
  }

  async function round() {
    const who = await outside.identity()
    if (!who) return
    const rows = await store.submissionsOf(who.owner)
    const waiting = rows.filter((row) => ["sealed", "waiting", "sending", "needs_login"].includes(row.state))
    if (!who.token) {
      for (const row of waiting) await note(row.id, { state: "needs_login" })
      return
    }
    const send = caller(who.token)
    unreached = false
    try {
      for (const row of rows) if (row.state === "complete" && !row.purged) await forget(send, row)
    } catch (error) {
      if (verdict(error).kind === "stop") return hold(waiting, verdict(error))
    }
    /** @type {Turn[]} */
    let turns = waiting.map((row) => ({ row, stored: known.get(row.id) ?? null, sent: row.sent ?? 0, fresh: false, lost: 0 }))
    /** @type {Halt | null} */
    let tryLater = null
    while (turns.length) {
      for (const turn of [...turns]) {
        current = turn.row.id
        const halt = await step(send, turn)
        current = ""
        if (halt === null) continue
        turns = turns.filter((other) => other !== turn)
        if (halt === "done") continue
        await store.log(halt.kind, `${turn.row.id} ${halt.code}`).catch(() => {})
        if (halt.kind === "blocked") await note(turn.row.id, { state: "blocked", reason: halt.code })
        if (halt.kind === "later") {
          tryLater = halt
          await note(turn.row.id, { state: "waiting", reason: halt.code })
        }
        if (halt.kind === "held") await note(turn.row.id, { state: "waiting", reason: halt.code, sent: turn.sent })
        if (halt.kind === "login") {
          for (const row of waiting) await note(row.id, { state: "needs_login" })
          return
        }
        if (halt.kind === "stop") return hold([turn.row, ...turns.map((other) => other.row)], halt)
      }
    }
    if (tryLater) pause(tryLater)
  }

  /** @param {Submission[]} rows @param {Halt} halt */
  async function hold(rows, halt) {
    for (const row of rows) await note(row.id, { state: "waiting", reason: halt.code })
    pause(halt)
  }

  /**
   * Why the person wants nothing of it sent now. Asked on the disk: another tab may have been told.
   *
   * @param {string} id @returns {Promise<"paused" | "wifi" | null>}
   */
  async function hindrance(id) {
    const row = await store.submission(id)
    if (row?.state === "paused") return "paused"
    return outside.waitsForWifi?.() && !row?.anyway ? "wifi" : null
  }

  /** @param {string} id let nothing go on that is no longer wanted; what was acknowledged stays so */
  async function breakOff(id) {
    if (!id || !(await hindrance(id)) || current !== id) return
    broken = id
    abort.abort()
    abort = new AbortController()
  }

  /** @param {string} token @returns {typeof outside.call} always as the owner: the cookie may meanwhile be someone else's */
  function caller(token) {
    return (method, path, body, options = {}) =>
      outside.call(method, path, body, {
        ...options,
        credentials: "omit",
        signal: abort.signal,
        headers: { ...options.headers, Authorization: `Bearer ${token}` },
      })
  }

  /**
   * One stretch of the way: agree on the manifest, send one page, or close.
   *
   * @param {typeof outside.call} send
   * @param {Turn} turn
   * @returns {Promise<Halt | "done" | null>} null: there is more to do
   */
  async function step(send, turn) {
    const { id } = turn.row
    try {
      const why = await hindrance(id)
      if (why) return new Halt("held", why)
      if (!turn.stored) return await agree(send, turn)
      const page = turn.row.manifest.pages.find((/** @type {any} */ one) => !turn.stored?.has(one.id))
      if (!page) return await agree(send, turn)
      const answer = await sendPage(send, turn, page)
      failures = 0
      for (const one of [page.id, ...(answer?.stored ?? [])]) turn.stored.add(one)
      await tell(turn)
      return answer?.receipt ? await arrive(send, turn.row, answer.receipt) : null
    } catch (error) {
      if (error instanceof Refused && error.status === 404 && turn.stored && turn.lost < 1) {
        turn.lost += 1
        turn.stored = null // the server forgot it: tell it the manifest again
        return null
      }
      if (broken !== id) return verdict(error)
      broken = ""
      const { sent } = turn
      // Its last bytes may have arrived all the same: then there is a receipt.
      const done = await agree(send, turn).catch(() => null)
      turn.sent = Math.max(sent, turn.sent)
      const why = done ? null : await hindrance(id)
      return why ? new Halt("held", why) : done
    }
  }

  /** @param {Turn} turn @returns {number} bytes of the pages that the server has */
  function sentOf(turn) {
    return turn.row.manifest.pages.reduce((/** @type {number} */ sum, /** @type {any} */ page) => sum + (turn.stored?.has(page.id) ? page.size : 0), 0)
  }

  /** @param {Turn} turn */
  function tell(turn) {
    turn.sent = sentOf(turn)
    return note(turn.row.id, { state: "sending", stored: turn.stored?.size, sent: turn.sent, reason: undefined })
  }

  /** @param {typeof outside.call} send @param {Turn} turn @returns {Promise<Halt | "done" | null>} */
  async function agree(send, turn) {
    const path = `/submissions/${turn.row.id}`
    let answer
    try {
      answer = await send("PUT", path, await store.manifest(turn.row))
    } catch (error) {
      if (error instanceof Refused && error.code === "manifest_changed") return differ(send, turn.row)
      throw error
    }
    const allSent = turn.stored !== null && turn.stored.size >= turn.row.pages.length
    turn.fresh = answer.status === 201
    turn.stored = new Set(answer.data.stored)
    known.set(turn.row.id, turn.stored)
    if (answer.data.receipt) return arrive(send, turn.row, answer.data.receipt)
    if (allSent && turn.stored.size >= turn.row.pages.length) return new Halt("later", "not_ready")
    await tell(turn)
    return null
  }

  /**
   * Another tab sent other pages under this id first. What the server lacks is offered to the person as a new
   * submission; nothing is sent or deleted without them.
   *
   * @param {typeof outside.call} send
   * @param {Submission} row
   * @returns {Promise<Halt | "done">}
   */
  async function differ(send, row) {
    const { data } = await send("GET", `/submissions/${row.id}`)
    const there = new Set(data.pages.map((/** @type {any} */ page) => page.sha256))
    const lacking = row.manifest.pages.filter((/** @type {any} */ page) => !there.has(page.sha256)).map((/** @type {any} */ page) => page.id)
    await note(row.id, { lacking })
    return new Halt("blocked", "manifest_changed")
  }

  /**
   * @param {typeof outside.call} send
   * @param {Turn} turn
   * @param {{id: string, size: number}} page
   * @returns {Promise<any>} the server's word when the page is stored
   */
  async function sendPage(send, turn, page) {
    const path = `/submissions/${turn.row.id}/pages/${page.id}`
    let offset = 0
    if (!turn.fresh) {
      const { headers } = await send("HEAD", path)
      if (headers.get("Upload-Complete") === "?1") return null
      offset = Number(headers.get("Upload-Offset"))
      // What broke off with a gain is no failure.
      if (offset > (reached.get(page.id) ?? offset)) failures = 0
    }
    reached.set(page.id, offset)
    const buffer = await store.bytes(page.id)
    if (buffer?.byteLength !== page.size) throw new Halt("blocked", "page_missing")
    for (let conflicts = 0; ; ) {
      turn.sent = sentOf(turn) + offset
      outside.progress?.(turn.row.id, turn.sent)
      const why = await hindrance(turn.row.id)
      if (why) throw new Halt("held", why)
      const begun = outside.now()
      try {
        const answer = await send("PATCH", path, buffer.slice(offset, offset + chunk), {
          headers: { "Content-Type": "application/partial-upload", "Upload-Offset": String(offset) },
        })
        if (outside.now() - begun < FAST) chunk = Math.min(LARGEST, chunk * 2)
        failures = 0
        if (answer.headers.get("Upload-Complete") === "?1") return answer.data
        offset = Number(answer.headers.get("Upload-Offset"))
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        if (error.code === "wrong_hash") await countWrongHash(page.id)
        else if (error.code !== "wrong_offset") throw error
        else if (++conflicts > CONFLICTS) throw new Halt("later", error.code)
        offset = Number(error.headers.get("Upload-Offset") ?? 0)
        if (offset >= page.size) return null
      }
    }
  }

  /** @param {string} page bytes changed on the way: begin again, but not for ever */
  async function countWrongHash(page) {
    const meta = await store.editPage(page, (one) => void one.failures++)
    if ((meta?.failures ?? WRONG_HASHES) >= WRONG_HASHES) throw new Halt("blocked", "wrong_hash")
  }

  /**
   * The receipt is here. It must list every page with the hash we have, else it is no proof.
   *
   * @param {typeof outside.call} send
   * @param {Submission} row
   * @param {any} receipt
   * @returns {Promise<Halt | "done">}
   */
  async function arrive(send, row, receipt) {
    const hashes = new Map(receipt.pages.map((/** @type {any} */ page) => [page.id, page.sha256]))
    if (row.manifest.pages.some((/** @type {any} */ page) => hashes.get(page.id) !== page.sha256)) return new Halt("blocked", "receipt_differs")
    await store.keepReceipt(row.id, receipt)
    await store.log("received", `${row.id} ${receipt.number}`).catch(() => {})
    failures = 0
    const kept = await store.submission(row.id)
    // A failure here costs nothing: the receipt is kept, and the next round forgets the photos.
    if (kept) await forget(send, kept).catch(() => {})
    return "done"
  }

  /** @param {typeof outside.call} send @param {Submission} row let go of the photos after a second look at the server */
  async function forget(send, row) {
    const { data } = await send("GET", `/submissions/${row.id}`)
    if (data.receipt?.number === row.receipt?.number && data.state !== "sending") await store.purge(row.id)
  }

  return {
    drain,

    /** @param {string} id what the person wants sent now @param {Partial<Submission>} [changes] */
    async retry(id, changes = {}) {
      await note(id, { ...changes, state: "sealed", reason: undefined })
      failures = 0
      return drain()
    },

    /** @param {string} id what the person wants to wait until they say otherwise; nothing else waits for it */
    async pause(id) {
      await store.mark(id, { state: "paused", reason: undefined })
      await breakOff(id)
    },

    /** The office has just answered something else: what failed for want of a network need not wait for its next try. */
    async heard() {
      if (unreached || running) return drain()
    },

    /** The kind of network, or what the person wants of it, has changed. */
    async reconsider() {
      await breakOff(current)
      return drain()
    },

    /** Stop at once, even in an append; the server keeps what it has. @returns {Promise<void>} */
    async stop() {
      askedAgain = false
      cancelTimer?.()
      abort.abort()
      await running?.catch(() => {})
      abort = new AbortController()
    },

    /** @returns {boolean} whether something is on its way right now */
    get busy() {
      return running !== null
    },
  }
}

/** Another tab that holds the lock and has not moved for so long is asleep: its turn is over. */
const ASLEEP = 120_000 // ms
const BEAT = "outbox_beat"

/** This tab sends, and is awake. */
export const beat = () => localStorage.setItem(BEAT, String(Date.now()))

/**
 * One tab at a time where the browser can; the server copes with two.
 *
 * @param {() => Promise<void>} work
 * @returns {Promise<boolean>} false when another tab has it
 */
export async function oneTab(work) {
  if (!navigator.locks) {
    await work()
    return true
  }
  const asleep = Math.abs(Date.now() - Number(localStorage.getItem(BEAT) ?? 0)) > ASLEEP
  if (asleep) beat() // a third tab need not try, too
  let begun = false
  return navigator.locks
    .request("belegbote-outbox", asleep ? { steal: true } : { ifAvailable: true }, async (lock) => {
      if (!lock) return false
      begun = true
      beat()
      await work()
      return true
    })
    .catch((/** @type {any} */ error) => {
      if (begun && error?.name === "AbortError") return true // taken from us while we slept; the work goes on to its end
      throw error
    })
}
