/** Scripts beside the page. The service worker: registering it, hearing of a new version, and letting that one in when it is a good moment. */

const OWN_SCRIPTS = ["/sw.js", "/desk/sw.js", "/live/worker.js", "/check/worker.js", "/vendor/pdfjs/pdf.worker.min.mjs"]

/** The CSP asks for a policy before a script address may be used; ours knows these addresses and nothing else. */
const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("belegbote", {
  createScriptURL(/** @type {string} */ path) {
    if (OWN_SCRIPTS.includes(path)) return path
    throw new TypeError(`not a script of ours: ${path}`)
  },
})

/** @param {string} path of a script of ours */
const own = (path) => (policy ? policy.createScriptURL(path) : path)

/** @param {string} path of a module of ours @returns {Worker | null} null where browsers have none for modules */
export function ownWorker(path) {
  try {
    return new Worker(own(path), { type: "module" })
  } catch {
    return null
  }
}

/**
 * Register the worker of this entry. Never throws: without it the app works, only not offline.
 *
 * @param {string} scriptPath "/sw.js" or "/desk/sw.js"
 * @returns {Promise<ServiceWorkerRegistration | null>}
 */
export async function startWorker(scriptPath) {
  if (!("serviceWorker" in navigator)) return null
  try {
    return await navigator.serviceWorker.register(own(scriptPath), { updateViaCache: "none" })
  } catch (error) {
    console.warn("no service worker", error)
    return null
  }
}

/** @returns {Promise<void>} when a worker answers for this page */
export async function controlled() {
  const { serviceWorker } = navigator
  if (!serviceWorker.controller) await new Promise((done) => serviceWorker.addEventListener("controllerchange", done, { once: true }))
}

/**
 * Tell when a new version has been fetched and waits. It stays waiting until `useNewVersion`, so that a
 * running upload never loses the code it was started with.
 *
 * @param {ServiceWorkerRegistration} registration
 * @param {() => void} heard
 */
export function onNewVersion(registration, heard) {
  const look = () => registration.waiting && navigator.serviceWorker.controller && heard()
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", look))
  look()
}

/** @param {ServiceWorkerRegistration} registration let the waiting version in and start again with it */
export function useNewVersion(registration) {
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true })
  registration.waiting?.postMessage({ type: "use" })
}

/**
 * What the worker tells the page: `{type: "drain"}` (the network is back) or `{type: "open", url}` (a tap on a notification).
 *
 * @param {(message: {type: string, url?: string}) => void} heard
 */
export function onWorkerMessage(heard) {
  if (!("serviceWorker" in navigator)) return
  navigator.serviceWorker.addEventListener("message", (event) => event.data?.type && heard(event.data))
  navigator.serviceWorker.startMessages()
}
