/**
 * What the desk asks of the server. Signed out in the middle, it waits for a new sign-in and asks again, so that
 * no screen has to know about it; without a connection it says so once, for every screen.
 *
 * @typedef {{n: number, problem: string}} Problem
 * @typedef {{id: string, state: string, kind: string, number: string, person: {name: string, language: string},
 *   case: {number: string}, team: string, received_at: string, pages: number, problems: Problem[],
 *   follows: string | null, opened_at: string | null, note: string | null, decided_at: string | null,
 *   parked: boolean, gone?: boolean}} Row  one line of the inbox; `parked`: the scan failed, the photos are here;
 *   `gone`: decided by somebody else since it was listed
 * @typedef {{new: number, returned: number, accepted: number, alarms?: number}} Counts  `alarms` for admins only
 * @typedef {{outcome: "accepted" | "returned", reason: string | null, text: string | null, pages: string[],
 *   at: string}} Decision
 * @typedef {{id: string, seq: number, type: string, size: number, sha256: string, rotation?: number,
 *   blackened: number, kept: string[]}} Page  `kept`: what the phone named on it, and the person kept all the same
 * @typedef {{n: number, page: string, back: string | null, problem: string | null, verdict: string[], same_as: number | null,
 *   width: number, height: number, dpi: number | null, size_name: string | null}} Sheet  `problem` is what went
 *   wrong when it was made, `verdict` names what the eyes should check
 * @typedef {{what: string, at: string, by: string | null, detail: Record<string, any>}} Event
 * @typedef {{id: string, state: string, parked: boolean, kind: string, number: string, note: string | null,
 *   follows: string | null,
 *   person: {name: string, language: string}, case: {number: string, approved_until: string | null},
 *   received_at: string, captured_at: string | null, months: string[], blackout_offered_at: string | null, decision: Decision | null,
 *   document: {pages: number, size: number} | null, pages: Page[], sheets: Sheet[], events: Event[]}} Submission
 * @typedef {{id: string, names: Record<string, string>, only_seen?: boolean}} Kind
 * @typedef {{id: string, names: Record<string, string>, advice: Record<string, string>}} Reason
 * @typedef {{name: string, kinds: Kind[], reasons: Reason[]}} Office
 * @typedef {{what: string, number: string | null, since: string}} Alarm  `number`: of the submission it is about
 * @typedef {{what: string, number: string | null, began_at: string, ended_at: string}} EndedAlarm
 * @typedef {{id: number, what: string, number: string | null, state: string, attempt: number, fault: string | null}} Job
 * @typedef {{waiting: number, parked: number, retried: number, oldest: number}} Waiting  `oldest` in seconds
 * @typedef {{late: number, jobs: Waiting, reads: Waiting, pushes: Record<string, number>, pushes_failing: number,
 *   pushes_dropped: Record<string, number>, free_bytes: number, min_free_bytes: number,
 *   worker_seen: number | null, queue_may_wait: number, silent_after: number}} Figures  in seconds; `worker_seen` is null
 *   when none is at work
 * @typedef {{at: string, alarms: Alarm[], ended: EndedAlarm[], jobs: Job[], figures: Figures}} Operation  for admins
 * @typedef {{person: {id: string, name: string, role: string, language: string}, team: {id: string, name: string} | null,
 *   office: {name: string}}} Session
 */

import { Refused, call, reach } from "../lib/api.js"

/** Since when nobody answers; tells "change" whenever the connection is lost or comes back. */
export const connection = Object.assign(new EventTarget(), { lostAt: /** @type {Date | null} */ (null) })

reach.listeners.add((there) => {
  connection.lostAt = there ? null : new Date()
  connection.dispatchEvent(new Event("change"))
})

/** @type {() => Promise<void>} */
let signInAgain = () => Promise.reject(new Error("nobody asks for a sign-in yet"))

/** @param {() => Promise<void>} ask brings up the sign-in and resolves once the same person is signed in again */
export function whenSignedOut(ask) {
  signInAgain = ask
}

/**
 * @param {string} method
 * @param {string} path below /api/v1
 * @param {object} [body]
 * @param {{headers?: Record<string, string>}} [options]
 * @returns {Promise<any>} the answer's JSON
 */
export async function ask(method, path, body, options) {
  for (;;) {
    try {
      return (await call(method, path, body, options)).data
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== "signed_out") throw error
      await signInAgain()
    }
  }
}

/** @type {Office | null} */
let known = null

/** @returns {Promise<Office>} the office's name, kinds and reasons; they hold for as long as the page is open */
export async function loadOffice() {
  known ??= /** @type {Office} */ ((await call("GET", "/office")).data)
  return known
}

/** @returns {Office} */
export const office = () => known ?? { name: "", kinds: [], reasons: [] }

/** @param {string} id @returns {Record<string, string> | undefined} */
export const kindNames = (id) => office().kinds.find((kind) => kind.id === id)?.names

/** @param {{state: string, q: string, kind: string}} wanted @returns {Promise<{submissions: Row[], counts: Counts}>} */
export const listing = (wanted) => ask("GET", `/desk/submissions?${new URLSearchParams(wanted)}`)

/** @param {string} id @returns {Promise<Submission>} */
export const submission = (id) => ask("GET", `/desk/submissions/${encodeURIComponent(id)}`)

/**
 * @param {string} id
 * @param {{outcome: "accepted" | "returned", reason?: string, text?: string, pages?: string[]}} decision
 * @returns {Promise<Submission>}
 */
export const decide = (id, decision) => ask("PUT", `/desk/submissions/${encodeURIComponent(id)}/decision`, decision)

/** @returns {Promise<Operation>} */
export const operation = () => ask("GET", "/desk/operation")

/** @param {number} id of a parked job @returns {Promise<Job>} */
export const retryJob = (id) => ask("PUT", `/desk/jobs/${id}`, { state: "waiting" })

/** @param {string} id */
const base = (id) => `/api/v1/desk/submissions/${encodeURIComponent(id)}`

/** @param {string} id @param {number} n */
export const imageUrl = (id, n) => `${base(id)}/sheets/${n}/image`

/** @param {string} id @param {number} n */
export const thumbUrl = (id, n) => `${base(id)}/sheets/${n}/thumb`

/** @param {string} id @param {string} page */
export const photoUrl = (id, page) => `${base(id)}/pages/${encodeURIComponent(page)}/photo`

/** @param {string} id @param {boolean} [download] */
export const documentUrl = (id, download = false) => `${base(id)}/document${download ? "?download=1" : ""}`
