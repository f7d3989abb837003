/**
 * What other apps shared with us and nobody has taken yet. The service worker writes it down (`shared` in sw.js): a row
 * in `kv` says whose it is, its bytes lie under the same id beside those of pages, and so does the page that is made of
 * it. What was shared while somebody was signed in is locked with their key from the first byte; while nobody was, it
 * belongs to who signs in next, and is deleted when nobody does.
 */

import { SHELF as ANSWERS } from "./answers.js"
import { FileProblem } from "./header.js"
import { listed } from "./store.js"

/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./types.js").Shared} Shared */

const SHELF = "shared:"
/** The owner of what was shared while nobody was signed in. */
export const NOBODY = ""
/** As long as a sign-in lasts on a phone that is left lying: enough to find the letter with ID and PIN. */
const LONGEST = 30 * 60_000 // ms

/** @param {any} tx @returns {Promise<Shared[]>} in the order they came */
const rows = (tx) => tx.objectStore("kv").getAll(IDBKeyRange.bound(SHELF, `${SHELF}~`))

/** @param {Shared} row */
const isOver = (row) => row.owner === NOBODY && Math.abs(Date.now() - row.at) > LONGEST

/** @param {Store} store @param {string} owner @returns {Promise<Shared[]>} what waits for this person */
export async function waiting(store, owner) {
  const [all, taken] = await store.read((tx) => Promise.all([rows(tx), listed(tx)]))
  return all.filter((row) => row.owner === owner && !taken.has(row.id) && !isOver(row))
}

/** @param {Store} store what a crash left between taking and forgetting, and what nobody signed in for, goes */
export async function tidy(store) {
  await store.write(async (tx) => {
    const taken = await listed(tx)
    for (const row of await rows(tx)) {
      if (taken.has(row.id)) await forgetIn(tx, row.id)
      else if (isOver(row)) await dropIn(tx, row.id)
    }
  })
}

/** @param {Store} store @param {string} owner they are the first to sign in since it was shared: it is locked with their key */
export async function claim(store, owner) {
  for (const row of await waiting(store, NOBODY)) {
    const plain = await store.read((tx) => tx.objectStore("bytes").get(row.id))
    const [facts, bytes] = await Promise.all([store.vault.lock(owner, row.facts), store.vault.lock(owner, plain)])
    /** @param {any} tx @param {any} mine @param {any} [locked] */
    const put = async (tx, mine, locked) => {
      const now = await tx.objectStore("kv").get(SHELF + row.id)
      if (now?.owner !== NOBODY) return // another tab was faster
      await tx.objectStore("kv").put(mine, SHELF + row.id)
      if (locked) await tx.objectStore("bytes").put(locked, row.id)
    }
    await store.writeWithRoom((tx) => put(tx, { ...row, owner, alone: true, facts }, bytes))
      .catch(() => store.write((tx) => put(tx, { ...row, owner, alone: true }))) // a full phone: theirs all the same
  }
  store.changed(NOBODY)
}

/**
 * @param {Store} store
 * @param {Shared} row
 * @returns {Promise<{name: string, size: number, problem?: string}>}
 */
export async function facts(store, row) {
  const plain = await store.vault.unlock(row.owner, row.facts).catch(() => null)
  return plain ? JSON.parse(new TextDecoder().decode(plain)) : { name: "", size: 0, problem: "page_missing" }
}

/** @param {Store} store @param {Shared} row @returns {Promise<ArrayBuffer>} @throws {FileProblem} */
export async function bytes(store, row) {
  const kept = await store.read((tx) => tx.objectStore("bytes").get(row.id))
  const plain = await store.vault.unlock(row.owner, kept).catch(() => null)
  if (!plain) throw new FileProblem("page_missing")
  return plain
}

/** @param {Store} store @param {string} id it is a page now, and the bytes are that page's */
export async function forget(store, id) {
  await store.write((tx) => forgetIn(tx, id))
  store.changed(id)
}

/** @param {Store} store @param {Shared[]} unwanted */
export async function discard(store, unwanted) {
  await store.write(async (tx) => {
    const taken = await listed(tx)
    for (const { id } of unwanted) await (taken.has(id) ? forgetIn(tx, id) : dropIn(tx, id))
  })
  store.changed(NOBODY)
}

/**
 * Somebody leaves: everything in `kv` is cleared, but not what waits there for others, or for them.
 *
 * @param {any} tx
 * @param {string} owner
 * @param {boolean} keepTheirs
 * @returns {Promise<number>} how many wait on
 */
export async function clearAround(tx, owner, keepTheirs) {
  const [all, taken, answers] = await Promise.all([rows(tx), listed(tx), tx.objectStore("kv").getAll(IDBKeyRange.bound(ANSWERS, `${ANSWERS}~`))])
  const stays = (/** @type {{owner: string}} */ row) => keepTheirs || row.owner !== owner
  const staying = all.filter(stays)
  const waiting = answers.filter(stays)
  await tx.objectStore("kv").clear()
  for (const row of staying) await tx.objectStore("kv").put(row, SHELF + row.id)
  for (const row of waiting) await tx.objectStore("kv").put(row, `${ANSWERS}${row.owner}:${row.path}`)
  for (const row of all) if (!staying.includes(row) && !taken.has(row.id)) await tx.objectStore("bytes").delete(row.id)
  return staying.length + waiting.length
}

/** @param {any} tx @param {string} id */
const forgetIn = (tx, id) => tx.objectStore("kv").delete(SHELF + id)

/** @param {any} tx @param {string} id */
const dropIn = (tx, id) => Promise.all([forgetIn(tx, id), tx.objectStore("bytes").delete(id)])
