/**
 * The service worker of both entries: the shell without a network, and push. It imports nothing and sends nothing:
 * papers are sent by the page, because Safari and Firefox have no background sync.
 *
 * The server puts one line in front of this file: `const SHELL = {version, phone: [paths], desk: [paths]}`.
 */

const worker = /** @type {any} */ (self)
const scope = new URL(worker.registration.scope)
const isDesk = scope.pathname.startsWith("/desk/")
// @ts-ignore: SHELL stands in the line above
const shell = SHELL
/** @type {string[]} */
const FILES = isDesk ? shell.desk : shell.phone
const ENTRY = isDesk ? "/desk/" : "/"
const KIND = isDesk ? "belegbote-desk-" : "belegbote-phone-"
const CACHE = KIND + shell.version

/** First match answers; `null` leaves the request to the browser. */
const ROUTES = [
  { when: ({ request }) => request.method !== "GET", answer: null }, // uploads: hands off
  { when: ({ url }) => url.origin !== scope.origin, answer: null },
  { when: ({ url }) => url.pathname.startsWith("/api/"), answer: null }, // people's papers: never cached
  { when: ({ url }) => !isDesk && url.pathname.startsWith("/desk"), answer: null }, // the other entry
  { when: ({ request, url }) => request.mode === "navigate" && isEntry(url), answer: () => fromShell(ENTRY) },
  { when: ({ url }) => FILES.includes(url.pathname), answer: ({ url }) => fromShell(url.pathname) },
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

worker.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(CACHE).then((cache) => cache.addAll(FILES.map((path) => new Request(path, { cache: "reload", credentials: "omit" })))),
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
