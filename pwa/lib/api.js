/** The one way to the server. Says in two errors what can go wrong: nobody answered, or the server said no. */

// One browser may be signed in at both entries; this tells the server which of its two cookies we mean.
const entry = location.pathname.startsWith("/desk") ? "desk" : "phone"
const ROOT = "/api/v1"
const PATIENCE = 45_000 // ms; a dead mobile link often hangs without an error

/**
 * Nobody of ours answered: no network, a time-out, or a captive portal speaking in the server's place.
 * The page must treat all three alike, `navigator.onLine` proves nothing.
 */
export class Offline extends Error {
  constructor() {
    super("offline")
    this.name = "Offline"
    this.code = "offline"
    this.messageKey = "error.offline"
  }
}

/** The server answered, and the answer is no. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {any} data the JSON body
   * @param {Headers} headers
   */
  constructor(status, data, headers) {
    super(data?.code ?? `status_${status}`)
    this.name = "Refused"
    this.status = status
    /** @type {string} */
    this.code = data?.code ?? "server_fault"
    /** @type {string} */
    this.messageKey = data?.message_key ?? `error.${this.code}`
    /** @type {boolean} */
    this.retryable = data?.retryable ?? status >= 500
    this.retryAfter = secondsUntil(headers.get("Retry-After"))
    this.data = data
    this.headers = headers
  }
}

const DAY = 86_400_000 // ms
/** When the server was last heard, by its own clock, ms. */
const HEARD = "server_time"

/** @param {number} date of the server, ms */
function hear(date) {
  reach.clockOffset = date - Date.now()
  if (Math.abs(date - Number(localStorage.getItem(HEARD) ?? 0)) > DAY / 24) localStorage.setItem(HEARD, String(date))
}

/**
 * Whether this phone's date is wrong. Then no secure connection comes about, which looks like no network; all that
 * can be known is that it is earlier than the server's last answer, or later than anybody leaves an app alone.
 */
export function dateIsWrong() {
  if (reach.there) return Math.abs(reach.clockOffset) > DAY
  const heard = Number(localStorage.getItem(HEARD) ?? 0)
  return heard > 0 && (Date.now() < heard - DAY || Date.now() > heard + 400 * DAY)
}

/** Told after every call whether the server was there; the phone draws its "Kein Internet" line from it. */
export const reach = {
  there: true,
  /** The server's clock minus ours in ms, from the last answer's Date. */
  clockOffset: 0,
  /** @type {Set<(there: boolean) => void>} */
  listeners: new Set(),
  /** @param {boolean} there */
  tell(there) {
    if (there === this.there) return
    this.there = there
    for (const listener of this.listeners) listener(there)
  },
}

/**
 * Ask the server.
 *
 * @param {string} method
 * @param {string} path below /api/v1, with a leading slash
 * @param {any} [body] an ArrayBuffer or a view goes as it is, anything else as JSON
 * @param {{headers?: Record<string, string>, raw?: boolean, credentials?: RequestCredentials, signal?: AbortSignal}} [options]
 *   raw: hand the body back as a Blob
 * @returns {Promise<{status: number, data: any, headers: Headers}>}
 * @throws {Offline | Refused}
 */
export async function call(method, path, body, options = {}) {
  const bytes = body instanceof ArrayBuffer || ArrayBuffer.isView(body)
  /** @type {Record<string, string>} */
  const headers = { "X-App": "1", "X-Entry": entry, Accept: options.raw ? "*/*" : "application/json", ...options.headers }
  if (body !== undefined && !bytes) headers["Content-Type"] ??= "application/json"
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), PATIENCE)
  options.signal?.addEventListener("abort", () => abort.abort(), { once: true })
  if (options.signal?.aborted) abort.abort()
  try {
    const answer = await fetch(ROOT + path, {
      method,
      headers,
      body: body === undefined ? undefined : bytes ? /** @type {BodyInit} */ (body) : JSON.stringify(body),
      credentials: options.credentials ?? "same-origin",
      cache: "no-store",
      redirect: "error", // a portal redirects to its log-in page; our API never redirects
      signal: abort.signal,
    })
    if (!answer.headers.has("X-App")) throw new Offline()
    const date = Date.parse(answer.headers.get("Date") ?? "")
    if (date) hear(date)
    const data = await bodyOf(answer, Boolean(options.raw))
    reach.tell(true)
    if (!answer.ok) throw new Refused(answer.status, data, answer.headers)
    return { status: answer.status, data, headers: answer.headers }
  } catch (error) {
    if (error instanceof Refused) throw error
    if (!options.signal?.aborted) reach.tell(false)
    throw error instanceof Offline ? error : new Offline()
  } finally {
    clearTimeout(timer)
  }
}

/** @param {Response} answer @param {boolean} raw @returns {Promise<any>} */
async function bodyOf(answer, raw) {
  if (raw && answer.ok) return answer.blob()
  const text = await answer.text()
  if (!text) return null
  try {
    return JSON.parse(text)
  } catch {
    if (answer.ok) throw new Offline() // cut off on the way: as good as no answer
    return null
  }
}

/** @param {string | null} header seconds or a date @returns {number | null} seconds */
function secondsUntil(header) {
  if (!header) return null
  const seconds = Number(header)
  if (Number.isFinite(seconds)) return Math.max(0, seconds)
  const at = Date.parse(header)
  return Number.isNaN(at) ? null : Math.max(0, (at - Date.now()) / 1000)
}
