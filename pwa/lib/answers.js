/**
 * What the person answers the office, other than papers: it waits here, locked, until the office has it. Each answer is a
 * PUT that may be said twice; a later one to the same address takes the place of an earlier one. No DOM, as the store.
 */

import { Offline, Refused } from "./api.js"

/** @typedef {import("./store.js").Store} Store */

/**
 * One that waits. Its words are locked with their owner's key, as all that a person writes.
 *
 * @typedef {{owner: string, path: string, at: number, order: number, body: any, refused?: string, draft?: boolean}} Answer draft: it is still being written
 */

export const SHELF = "answer:"

/** @param {string} owner @param {string} path */
const key = (owner, path) => `${SHELF}${owner}:${path}`

/**
 * Whether the browser belongs to this person now. Another window may have let somebody else in, and then nothing may go
 * out under their name, nor be written without the lock whose key has gone.
 *
 * @param {Store} store @param {string} owner
 */
const isHere = async (store, owner) => (await store.get("session"))?.person.id === owner

/**
 * Write an answer down; it goes out with the next `deliver`. It fails when somebody else is signed in here meanwhile.
 *
 * @param {Store} store @param {string} owner
 * @param {string} path below /api/v1 @param {any} body JSON
 */
export async function answer(store, owner, path, body) {
  if (!(await isHere(store, owner))) throw new Error("this person has left")
  const locked = await store.vault.lock(owner, new TextEncoder().encode(JSON.stringify(body)).buffer)
  /** @type {Answer} */
  const row = { owner, path, at: Date.now(), order: performance.timeOrigin + performance.now(), body: locked }
  await store.set(key(owner, path), row)
  store.changed(path)
}

/**
 * Keep what is still being written, locked as well; it goes nowhere by itself.
 *
 * @param {Store} store @param {string} owner @param {string} path @param {string} text none: forget it
 */
export async function jot(store, owner, path, text) {
  if (!(await isHere(store, owner))) return
  const body = await store.vault.lock(owner, new TextEncoder().encode(JSON.stringify(text)).buffer)
  if (text) return store.set(key(owner, path), { owner, path, at: Date.now(), order: 0, body, draft: true })
  return store.set(key(owner, path), undefined)
}

/** @param {Store} store @param {string} owner @param {string} path @returns {Promise<string>} what was being written */
export async function jotted(store, owner, path) {
  return (await rowsOf(store, owner)).find((row) => row.draft && row.path === path)?.body ?? ""
}

/** @param {Store} store @param {string} owner @returns {Promise<Answer[]>} what waits, the oldest first; bodies unlocked, null where the key is gone */
export const unsent = async (store, owner) => (await rowsOf(store, owner)).filter((row) => !row.draft)

/** @param {Store} store @param {string} owner @returns {Promise<Answer[]>} */
async function rowsOf(store, owner) {
  /** @type {Answer[]} */
  const rows = await store.read((tx) => tx.objectStore("kv").getAll(IDBKeyRange.bound(key(owner, ""), key(owner, "~"))))
  const opened = await Promise.all(rows.map(async (row) => {
    const plain = await store.vault.unlock(owner, row.body).catch(() => null)
    return { ...row, body: plain && JSON.parse(new TextDecoder().decode(plain)) }
  }))
  return opened.sort((a, b) => a.order - b.order)
}

/** @param {Store} store @param {Answer} row unless a later one has taken its place @param {Partial<Answer> | null} changes null: it goes */
async function settle(store, row, changes) {
  await store.write(async (tx) => {
    const now = await tx.objectStore("kv").get(key(row.owner, row.path))
    if (now?.order !== row.order) return
    if (changes) await tx.objectStore("kv").put({ ...now, ...changes }, key(row.owner, row.path))
    else await tx.objectStore("kv").delete(key(row.owner, row.path))
  })
  store.changed(row.path)
}

/** @param {Store} store @param {Answer} row the person has read that it was refused, or takes it back */
export const forget = (store, row) => settle(store, row, null)

/**
 * Say what waits, for as long as the person is here. What the office refuses for good stays with its reason until the person has read it.
 *
 * @param {Store} store @param {string} owner @param {typeof import("./api.js").call} call
 * @param {(path: string, data: any) => Promise<any>} took what the office answered; then it waits no longer
 * @returns {Promise<any[]>} what the office answered
 */
export async function deliver(store, owner, call, took) {
  const told = []
  for (const row of await unsent(store, owner)) {
    if (row.refused || row.body === null) continue
    if (!(await isHere(store, owner))) break
    try {
      const { data } = await call("PUT", row.path, row.body)
      await took(row.path, data)
      await settle(store, row, null)
      told.push(data)
    } catch (error) {
      if (error instanceof Offline) break
      if (!(error instanceof Refused)) throw error
      if (error.status === 401 || error.retryable) break
      await settle(store, row, { refused: error.code })
    }
  }
  return told
}
