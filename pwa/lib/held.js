/**
 * Tells the office what lies only on this phone, so that a loss is noticed. Browsers throw databases away, people clear
 * their data; a phone that comes back empty hears from the office what it held, and the office hears that it is gone.
 * No DOM, as the outbox; what it says is built anew from the database each time.
 */

import { uuid7 } from "./ids.js"

/** @typedef {{submission: string, kind: string | null, pages: number, since: string | null}} Paper */

/** @param {import("./types.js").Submission} row @returns {Paper} */
export const paperOf = (row) => ({ submission: row.id, kind: row.kind, pages: row.pages.length, since: row.captured_at ?? row.created })

/** A second memory, apart from the database: what was held here, by person, sealed with their key. */
const MEMORY = "held"
/** The name of a device whose papers were all deleted on purpose. */
const EMPTIED = "emptied"

/**
 * @param {import("./store.js").Store} store
 * @param {typeof import("./api.js").call} call
 * @param {() => void} changed what is missing has changed
 */
export function makeHeld(store, call, changed) {
  let said = ""
  /** @type {{lost: Paper[], elsewhere: Paper[]}} */
  let missing = { lost: [], elsewhere: [] }

  /** @param {string} owner @returns {Promise<Paper[]>} */
  async function papers(owner) {
    const rows = (await store.submissionsOf(owner)).filter((row) => row.state !== "complete" && row.pages.length)
    return rows.map(paperOf)
  }

  /**
   * The name of this device lies in the database: where there is none, that is new, and what the other memory lists
   * and the database lacks is gone.
   *
   * @returns {Promise<string>}
   */
  async function device() {
    const known = await store.get("device")
    if (known) return known
    const fresh = uuid7()
    for (const [owner, sealed] of Object.entries(recall())) await store.set(`gone:${owner}`, sealed)
    await store.set("device", fresh)
    return fresh
  }

  /** @param {string} owner @returns {Promise<Paper[]>} what lies here, remembered apart from the database, too */
  async function note(owner) {
    await device()
    const pending = await papers(owner)
    remember(owner, pending.length ? await store.vault.seal(owner, pending) : null)
    return pending
  }

  /**
   * @param {string} owner
   * @param {string} token
   * @param {{gone?: Paper[], told?: string[]}} [news] what the person said about what is missing
   * @throws {import("./api.js").Offline | import("./api.js").Refused}
   */
  async function tell(owner, token, news = {}) {
    const pending = await note(owner)
    const sealed = await store.get(`gone:${owner}`)
    const gone = (sealed && (await store.vault.open(owner, sealed))) ?? []
    const lost = gone.filter((/** @type {Paper} */ paper) => !pending.some((one) => one.submission === paper.submission))
    if (lost.length) show({ lost, elsewhere: [] }) // the person hears of it without a network, too
    const emptied = localStorage.getItem(EMPTIED) !== null
    const body = { pending, gone: [...(news.gone ?? []), ...lost], told: news.told ?? [], emptied }
    const now = JSON.stringify([owner, body])
    if (now === said) return
    const { data } = await call("PUT", `/devices/${await device()}/outbox`, body, { headers: { Authorization: `Bearer ${token}` } })
    said = JSON.stringify([owner, { pending, gone: [], told: [], emptied: false }])
    localStorage.removeItem(EMPTIED)
    if (sealed) await store.set(`gone:${owner}`, undefined)
    const passed = (await store.get(`passed:${owner}`)) ?? []
    show({ lost: data.lost, elsewhere: data.elsewhere.filter((/** @type {Paper} */ paper) => !passed.includes(paper.submission)) })
  }

  /** @param {{lost: Paper[], elsewhere: Paper[]}} now */
  function show(now) {
    const before = JSON.stringify(missing)
    missing = now
    if (before !== JSON.stringify(now)) changed()
  }

  return {
    note,
    tell,

    /** @returns {{lost: Paper[], elsewhere: Paper[]}} gone from this phone; on another one, or gone with this one's data */
    get missing() {
      return missing
    },

    /** @param {string} owner "They are on my other phone": not asked again here. */
    async pass(owner) {
      await store.set(`passed:${owner}`, missing.elsewhere.map((paper) => paper.submission))
      show({ ...missing, elsewhere: [] })
    },

    /** @param {string} owner somebody leaves this phone, and nothing of theirs stays: that is no loss */
    async empty(owner) {
      localStorage.setItem(EMPTIED, "1")
      remember(owner, null)
      said = ""
      show({ lost: [], elsewhere: [] })
    },
  }
}

/** @returns {Record<string, string>} */
function recall() {
  try {
    return JSON.parse(localStorage.getItem(MEMORY) ?? "{}")
  } catch {
    return {}
  }
}

/** @param {string} owner @param {string | null} sealed */
function remember(owner, sealed) {
  const { [owner]: _, ...others } = recall()
  localStorage.setItem(MEMORY, JSON.stringify(sealed ? { ...others, [owner]: sealed } : others))
}
