/**
 * Somebody leaves this phone, or another person signs in on it, and they come back. What they hand in is always locked
 * (`vault.js`). What the rows say about it, kinds, times, names and hashes, is locked here when their key goes, and only
 * ids stay readable: whose it is, and what belongs together. No DOM, as the store.
 */

import { forgetNotices } from "./notices.js"
import { clearAround } from "./shared.js"
import { NotSaved } from "./store.js"

/** @typedef {import("./store.js").Store} Store */

const SHELVES = /** @type {const} */ (["submissions", "pages"])
const IDS = ["id", "owner", "submission", "pages"]

/**
 * Leave this phone. What is still only here, shared files too, is kept for its owner when asked to; everything else goes.
 *
 * @param {Store} store
 * @param {string} owner
 * @param {boolean} keepPending
 */
export async function leave(store, owner, keepPending) {
  let rest = 0
  await part(store, owner, (row) => keepPending && row.state !== "complete", async (tx) => {
    const device = await tx.objectStore("kv").get("device")
    rest = await clearAround(tx, owner, keepPending)
    await tx.objectStore("log").clear()
    if (device) await tx.objectStore("kv").put(device, "device")
    rest += await tx.objectStore("submissions").count()
  })
  if (!rest) await store.destroy()
  store.changed(null)
}

/**
 * Somebody else signs in: what lies here of this person can be neither read nor sent until they come back.
 *
 * @param {Store} store
 * @param {string} owner
 */
export async function lockUp(store, owner) {
  await part(store, owner, () => true, async (tx) => {
    const kv = tx.objectStore("kv")
    for (const what of ["token", "key", "list", "asks", "thread", "read", "notices", "consent", "survey_asked"]) await kv.delete(`${what}:${owner}`)
    await forgetNotices(kv, owner)
    if ((await kv.get("session"))?.person.id === owner) await kv.delete("session")
  })
  store.changed(null)
}

/**
 * They are back, and their key with them. What it does not open is told as lost, and kept for the day it does.
 *
 * @param {Store} store
 * @param {string} owner
 */
export async function comeBack(store, owner) {
  const before = await store.read((tx) => belongings(tx, owner))
  const locked = SHELVES.flatMap((name) => before[name].filter((row) => row.locked).map((row) => ({ name, row })))
  if (!locked.length) return
  const opened = await Promise.all(locked.map(async ({ name, row }) => ({ name, row: await unlocked(store, row, name) })))
  await store.writeWithRoom(async (tx) => {
    for (const { name, row } of opened) await tx.objectStore(name).put(row, row.id)
  })
}

/**
 * What stays is locked, what does not is gone, and the key with it, all in one transaction.
 *
 * @param {Store} store
 * @param {string} owner
 * @param {(row: any) => boolean} stays
 * @param {(tx: any) => Promise<void>} farewell
 */
async function part(store, owner, stays, farewell) {
  for (let room = true, over = false; !over; ) {
    const before = await store.read((tx) => belongings(tx, owner))
    const submissions = before.submissions.filter(stays)
    const listed = new Set(submissions.flatMap((row) => row.pages))
    const staying = [...submissions, ...before.pages.filter((row) => listed.has(row.id))]
    const kept = room ? await Promise.all(staying.map((row) => locked(store, row))) : staying
    const after = new Map(kept.map((row) => [row.id, row]))
    over = await store.write(async (tx) => {
      if (JSON.stringify(await belongings(tx, owner)) !== JSON.stringify(before)) return false // a page was just being saved
      for (const name of SHELVES) for (const { id } of before[name]) await put(tx, name, id, after.get(id))
      await farewell(tx)
      return true
    }).catch((error) => {
      if (!room || !(error instanceof NotSaved)) throw error
      room = false // a full phone: the photos are locked all the same, and the person may leave
      return false
    })
  }
}

/** @param {any} tx @param {string} name @param {string} id @param {any} row none: it goes */
async function put(tx, name, id, row) {
  if (row) return tx.objectStore(name).put(row, id)
  await tx.objectStore(name).delete(id)
  if (name === "pages") await tx.objectStore("bytes").delete(id)
}

/** @param {any} tx @param {string} owner @returns {Promise<{submissions: any[], pages: any[]}>} */
async function belongings(tx, owner) {
  const [submissions, pages] = await Promise.all(SHELVES.map((name) => tx.objectStore(name).getAll()))
  const theirs = (/** @type {any[]} */ rows) => rows.filter((row) => row.owner === owner)
  return { submissions: theirs(submissions), pages: theirs(pages) }
}

/** @param {Store} store @param {any} row @returns {Promise<any>} the same, where there is no key */
async function locked(store, row) {
  if (row.locked) return row
  const ids = beside(row)
  const rest = Object.fromEntries(Object.entries(row).filter(([name]) => !(name in ids)))
  const text = await store.vault.seal(row.owner, rest)
  return text ? { ...ids, locked: text } : row
}

/** @param {Store} store @param {any} row @param {typeof SHELVES[number]} name @returns {Promise<any>} */
async function unlocked(store, row, name) {
  const known = await store.vault.open(row.owner, row.locked)
  if (known) return { ...known, ...beside(row) }
  return name === "pages" ? row : { ...row, kind: null, note: null, follows: null, replaces: [], created: new Date().toISOString(), state: "blocked", reason: "page_missing" }
}

/** @param {any} row @returns {any} its ids, and what is locked by itself */
const beside = (row) => Object.fromEntries(Object.entries(row).filter(([name, value]) => IDS.includes(name) || value?.iv || value instanceof ArrayBuffer))
