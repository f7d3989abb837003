/**
 * The service worker of both entries: the shell without a network, push, and what other apps share. It imports nothing
 * and sends nothing: papers are sent by the page, because Safari and Firefox have no background sync.
 *
 * The server puts one line in front of this file: `const SHELL = {version, phone: [paths], desk: [paths], later: {path: hash}}`.
 */

const worker = /** @type {any} */ (self)
const scope = new URL(worker.registration.scope)
const isDesk = scope.pathname.startsWith("/desk/")
// @ts-ignore: SHELL stands in the line above
const shell = SHELL
/** @type {string[]} */
const FILES = isDesk ? shell.desk : shell.phone
/** Word lists of other languages and what shows PDFs, kept from when somebody first needs them on this phone. @type {Record<string, string>} */
const LATER = isDesk ? {} : shell.later
const ENTRY = isDesk ? "/desk/" : "/"
const KIND = isDesk ? "belegbote-desk-" : "belegbote-phone-"
const CACHE = KIND + shell.version

/** First match answers; `null` leaves the request to the browser. */
const ROUTES = [
  { when: ({ request, url }) => !isDesk && request.method === "POST" && request.mode === "navigate" && url.href === `${scope.origin}/share`, answer: ({ request }) => shared(request) },
  { when: ({ request }) => request.method !== "GET", answer: null }, // uploads: hands off
  { when: ({ url }) => url.origin !== scope.origin, answer: null },
  { when: ({ url }) => url.pathname.startsWith("/api/"), answer: null }, // people's papers: never cached
  { when: ({ url }) => !isDesk && url.pathname.startsWith("/desk"), answer: null }, // the other entry
  { when: ({ request, url }) => request.mode === "navigate" && isEntry(url), answer: () => fromShell(ENTRY) },
  { when: ({ url }) => FILES.includes(url.pathname), answer: ({ url }) => fromShell(url.pathname) },
  { when: ({ url }) => url.pathname in LATER, answer: ({ url }) => keptFromNow(url.pathname) },
]

/** @param {URL} url both entries use hash routes; what has a dot is a file */
function isEntry(url) {
  return isDesk ? url.pathname.startsWith("/desk") && !url.pathname.includes(".") : url.pathname === "/" || url.pathname === "/index.html"
}

/** @param {string} path @returns {Promise<Response>} as it was when this version was installed; the network only if the cache was lost */
async function fromShell(path) {
  const cache = await caches.open(CACHE)
  return (await cache.match(path, { ignoreVary: true })) ?? fetch(path)
}

/** @param {string} path @returns {Promise<Response>} */
async function keptFromNow(path) {
  const cache = await caches.open(CACHE)
  const kept = await cache.match(path, { ignoreVary: true })
  if (kept) return kept
  try {
    return await keepOurs(cache, path, path)
  } catch (error) {
    worker.registration.update().catch(() => {}) // perhaps the office has a later version by now
    throw error
  }
}

/**
 * Fetch and keep a file as it belongs to this version. One of a later version may ask other files for what ours have not, and
 * what a captive portal says in its place is none at all: as good as no answer.
 *
 * @param {Cache} cache @param {string} path @param {RequestInfo} request @returns {Promise<Response>}
 */
async function keepOurs(cache, path, request) {
  const fresh = await fetch(request)
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", await fresh.clone().arrayBuffer()))
  const begins = [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("").slice(0, LATER[path].length)
  if (begins !== LATER[path]) throw new TypeError(`${path} is of another version`)
  await cache.put(path, fresh.clone())
  return fresh
}

/** @param {string} path */
const anew = (path) => new Request(path, { cache: "reload", credentials: "omit" })

/** Everything that is text comes in one answer. @param {Cache} cache @returns {Promise<string[]>} the paths that were in it */
async function keepPack(cache) {
  const answer = await fetch(anew(isDesk ? "/desk.pack" : "/phone.pack"))
  const { version, files } = await answer.json()
  if (version !== shell.version) throw new Error("a newer version is there")
  for (const [path, { type, text }] of Object.entries(files)) {
    const headers = new Headers(answer.headers) // with the same policy
    for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name)
    headers.set("Content-Type", type)
    await cache.put(path, new Response(text, { headers }))
  }
  return Object.keys(files)
}

worker.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(CACHE)
      const packed = await keepPack(cache)
      const wanted = FILES.filter((path) => !packed.includes(path))
      // What is used here stays here. It is large: what the browser still has unchanged is not fetched again.
      const used = []
      for (const path in LATER) if (await caches.match(path, { ignoreVary: true })) used.push(keepOurs(cache, path, new Request(path, { cache: "no-cache", credentials: "omit" })))
      await Promise.all([cache.addAll(wanted.map(anew)), ...used])
    })(),
  )
  // No skipWaiting: the page says when, after its outbox has come to rest.
})

worker.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name.startsWith(KIND) && name !== CACHE) await caches.delete(name)
      await worker.clients.claim() // the first visit can go offline without a reload
    })(),
  )
})

worker.addEventListener("fetch", (event) => {
  const at = { request: event.request, url: new URL(event.request.url) }
  const route = ROUTES.find((one) => one.when(at))
  if (route?.answer) event.respondWith(route.answer(at))
})

worker.addEventListener("message", (event) => {
  if (event.data?.type === "use") worker.skipWaiting()
})

/** One-shot sync, where it exists: only a reason for the open page to try now. */
worker.addEventListener("sync", (event) => {
  event.waitUntil(tell({ type: "drain" }))
})

/** A push without a visible notice costs the subscription on iOS: whatever came, something is shown. */
worker.addEventListener("push", (event) => {
  event.waitUntil(
    (async () => {
      const notice = read(event.data)
      await worker.registration.showNotification(notice.title, {
        body: notice.body,
        lang: notice.lang,
        tag: notice.tag,
        renotify: Boolean(notice.tag),
        icon: "/icons/icon-192.png",
        badge: "/icons/badge-96.png",
        data: { navigate: notice.navigate },
      })
      // On the phone the icon counts what is only there, and the page knows that better.
      if (isDesk && notice.badge !== undefined) await worker.navigator.setAppBadge?.(notice.badge).catch(() => {})
      await tell({ type: "drain" })
    })(),
  )
})

/** @param {any} data @returns {{title: string, body: string, navigate: string, lang?: string, tag?: string, badge?: number}} */
function read(data) {
  const german = (worker.navigator.language ?? "de").startsWith("de")
  const plain = { title: "Belegbote", body: german ? "Es gibt Neues zu Ihren Unterlagen." : "There is news about your papers.", navigate: ENTRY }
  try {
    const { title, body, navigate, lang, tag, app_badge: badge } = data.json().notification
    if (typeof title !== "string" || typeof body !== "string") return plain
    return { title, body, navigate: String(navigate ?? ENTRY), lang, tag, badge: badge === undefined ? undefined : Number(badge) || 0 }
  } catch {
    return plain
  }
}

worker.addEventListener("notificationclick", (event) => {
  event.notification.close()
  event.waitUntil(open(event.notification.data?.navigate))
})

/** @param {string | undefined} navigate a foreign address is not opened, the entry is */
async function open(navigate) {
  let url = new URL(ENTRY, scope.origin)
  try {
    const wanted = new URL(navigate ?? ENTRY, scope.origin)
    if (wanted.origin === scope.origin) url = wanted
  } catch {
    // stays the entry
  }
  const [window] = await windows()
  if (!window) return worker.clients.openWindow(url.href)
  await window.focus().catch(() => {})
  window.postMessage({ type: "open", url: url.href })
}

/** @returns {Promise<any[]>} open windows of this entry, the one in front first */
async function windows() {
  const all = await worker.clients.matchAll({ type: "window", includeUncontrolled: true })
  return all.filter((one) => new URL(one.url).pathname.startsWith("/desk") === isDesk)
}

/** @param {any} message */
async function tell(message) {
  for (const window of await windows()) window.postMessage(message)
}

// --- what other apps share ---

/** Where it lies until the page takes it, see lib/shared.js: a row in `kv`, the bytes beside those of pages. */
const SHELF = "shared:"
/** Files that may wait here: any site can post to us, and must not be able to fill the phone. */
const MOST = 100
const LARGEST = 26_214_400 // bytes; what `error.file_too_large` says

/**
 * On disk before the page hears of it, and locked for whoever is signed in here. The page is only a redirect away, so
 * the tab may die at any moment.
 *
 * @param {Request} request
 */
async function shared(request) {
  let went = "/failed"
  try {
    const files = (await request.formData()).getAll("files").filter((file) => /** @type {File} */ (file).name)
    const db = await database()
    const there = await asked(db.transaction("kv").objectStore("kv").count(IDBKeyRange.bound(SHELF, `${SHELF}~`)))
    if (files.length && there + files.length <= MOST) {
      const now = Date.now()
      for (const [i, file] of files.entries()) await shelve(db, /** @type {File} */ (file), now + i)
      went = ""
    }
    db.close()
  } catch (error) {
    console.warn("not kept", error)
  }
  return Response.redirect(`${ENTRY}#/shared${went}`, 303)
}

/**
 * It belongs to whose phone this is, also when their session has run out, as the queue does.
 *
 * @param {IDBDatabase} db
 * @param {File} file
 * @param {number} at ms; it makes the id, and so the order
 */
async function shelve(db, file, at) {
  const holder = async (kv) => (await asked(kv.get("session")))?.person.id ?? ""
  const shelf = db.transaction("kv").objectStore("kv")
  const owner = await holder(shelf)
  const key = await asked(shelf.get(`key:${owner}`))
  const time = at.toString(16).padStart(12, "0")
  const id = `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}` // as uuid7 in lib/ids.js
  const keep = async (bytes, problem) => {
    const facts = await locked(key, new TextEncoder().encode(JSON.stringify({ name: file.name, size: file.size, problem })).buffer)
    const tx = db.transaction(["kv", "bytes"], "readwrite", { durability: "strict" })
    const done = new Promise((kept, failed) => {
      tx.oncomplete = kept
      tx.onabort = () => failed(tx.error)
    })
    const kv = tx.objectStore("kv")
    if ((await holder(kv)) !== owner) throw new Error("somebody came or left")
    kv.put({ id, owner, at, facts }, SHELF + id)
    if (bytes) tx.objectStore("bytes").put(bytes, id)
    await done
  }
  if (file.size > LARGEST) return keep(null, "file_too_large")
  await keep(await locked(key, await file.arrayBuffer()), undefined).catch((error) => {
    if (error.name !== "QuotaExceededError") throw error
    return keep(null, "phone_full") // its name still fits: the person hears which file it was
  })
}

/** As `lock` in lib/vault.js. @param {any} key none: nobody is signed in @param {ArrayBuffer} plain */
async function locked(key, plain) {
  if (!key) return plain
  const iv = crypto.getRandomValues(new Uint8Array(12))
  return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, plain) }
}

/** The page's database, in whatever version it is; where there is none yet, the page adds the rest when it opens. */
async function database() {
  const opening = indexedDB.open("belegbote")
  opening.onupgradeneeded = () => {
    for (const name of ["kv", "bytes"]) opening.result.createObjectStore(name)
  }
  const db = await asked(opening)
  db.onversionchange = () => db.close()
  return db
}

/** @param {IDBRequest} request @returns {Promise<any>} */
const asked = (request) => new Promise((done, failed) => {
  request.onsuccess = () => done(request.result)
  request.onerror = () => failed(request.error)
})
