/**
 * Pages of notices that were opened on this phone stay readable without a network: locked with their owner's key, gone
 * when they leave, and no more than fits; the oldest go first. No DOM, as the store.
 */

/** @typedef {import("./store.js").Store} Store */

/** Where the wish to get notices here is said and read; the last answer is kept as `consent:<owner>`. */
export const CONSENT = "/consent"

const MOST = 20_000_000 // bytes
const PAGES = "notice:"
const SHELF = "notice_shelf:"

/** @param {string} owner @param {string} notice @param {number | string} n */
const key = (owner, notice, n) => `${PAGES}${owner}:${notice}:${n}`

/**
 * One page as a picture: from this phone, else from the office, and then kept here.
 *
 * @param {Store} store @param {string} owner @param {typeof import("./api.js").call} call
 * @param {string} notice @param {number} n
 * @returns {Promise<Blob>}
 * @throws {import("./api.js").Offline | import("./api.js").Refused}
 */
export async function page(store, owner, call, notice, n) {
  const kept = await store.get(key(owner, notice, n))
  const plain = kept && (await store.vault.unlock(owner, kept.page).catch(() => null))
  if (plain) return new Blob([plain], { type: kept.type })
  const { data } = await call("GET", `/notices/${notice}/pages/${n}/image`, undefined, { raw: true })
  await keep(store, owner, key(owner, notice, n), data).catch(console.info) // a full phone: it is shown all the same
  return data
}

/** @param {Store} store @param {string} owner @param {string} name @param {Blob} picture */
async function keep(store, owner, name, picture) {
  const locked = await store.vault.lock(owner, await picture.arrayBuffer())
  if (!("iv" in locked)) return // no key, no copy
  await store.write(async (tx) => {
    const kv = tx.objectStore("kv")
    if ((await kv.get("session"))?.person.id !== owner) return // they have just left
    const shelf = ((await kv.get(SHELF + owner)) ?? []).filter((/** @type {any} */ one) => one.name !== name)
    shelf.push({ name, size: picture.size })
    for (let all = shelf.reduce((/** @type {number} */ sum, /** @type {any} */ one) => sum + one.size, 0); all > MOST && shelf.length > 1;) {
      const oldest = shelf.shift()
      all -= oldest.size
      await kv.delete(oldest.name)
    }
    await kv.put(shelf, SHELF + owner)
    await kv.put({ type: picture.type, page: locked }, name)
  })
}

/** What the office took back is not kept here either. @param {Store} store @param {string} owner @param {string[]} known */
export async function tidyNotices(store, owner, known) {
  await store.write(async (tx) => {
    const kv = tx.objectStore("kv")
    const shelf = (await kv.get(SHELF + owner)) ?? []
    const stays = shelf.filter((/** @type {any} */ one) => known.some((id) => one.name.startsWith(key(owner, id, ""))))
    if (stays.length === shelf.length) return
    for (const one of shelf) if (!stays.includes(one)) await kv.delete(one.name)
    await kv.put(stays, SHELF + owner)
  })
}

/** @param {any} kv @param {string} owner nothing of theirs stays */
export async function forgetNotices(kv, owner) {
  await kv.delete(IDBKeyRange.bound(key(owner, "", "").slice(0, -1), `${PAGES}${owner}:~`))
  await kv.delete(SHELF + owner)
}
