/**
 * What the desk asks of the server. Signed out in the middle, it waits for a new sign-in and asks again, so that
 * no screen has to know about it; without a connection it says so once, for every screen.
 *
 * @typedef {{n: number, problem: string}} Problem
 * @typedef {{id: string, state: string, kind: string, number: string, person: {name: string, language: string},
 *   case: {number: string}, team: string, received_at: string, pages: number, problems: Problem[],
 *   follows: string | null, opened_at: string | null, note: string | null, decided_at: string | null,
 *   about: {id: string, name: string} | null, parked: boolean, taken_by: string | null, postponed_until: string | null,
 *   late: boolean, version: number, found: {n: number, before: string, word: string, after: string} | null, gone?: boolean}} Row  one line of
 *   the inbox; `parked`: the scan failed, the photos are here; `found`: where in the document what was looked for stands;
 *   `gone`: decided by somebody else since it was listed
 * @typedef {"new" | "mine" | "overdue" | "postponed" | "returned" | "accepted"} Queue
 * @typedef {Record<Queue, number> & {asks: number, messages: number, alarms?: number}} Counts  `asks` that need the office,
 *   `messages`: people whose messages nobody has read; `alarms` for admins only
 * @typedef {{outcome: "accepted" | "returned", reason: string | null, text: string | null, pages: string[],
 *   at: string}} Decision
 * @typedef {{id: string, seq: number, type: string, size: number, sha256: string, rotation?: number,
 *   blackened: number, kept: string[]}} Page  `kept`: what the phone named on it, and the person kept all the same
 * @typedef {Page & {submission: string}} EarlierPage  of a submission that this one follows
 * @typedef {{n: number, page: string, back: string | null, origin: string | null, back_origin: string | null, problem: string | null, verdict: string[], same_as: number | null,
 *   width: number, height: number, dpi: number | null, size_name: string | null, sides: import("./sides.js").Place[]}} Sheet  `problem` is what went
 *   wrong when it was made, `verdict` names what the eyes should check, `sides`: where front and back of a card lie
 * @typedef {{total: number, missing: number[], doubled: number[]}} Gap  by the numbers that the pages have in print
 * @typedef {{what: string, at: string, by: string | null, detail: Record<string, any>}} Event
 * @typedef {{id: string, number: string, kind: string}} Other  a submission that was one with another
 * @typedef {{n: number, turn: number, front?: number, back?: number}} Laid  a sheet by its number in the document, and what it is turned by, degrees
 *   clockwise; front and back: one side of a card alone
 * @typedef {{id: string, state: string, parked: boolean, kind: string, number: string, note: string | null,
 *   follows: string | null, about: {id: string, name: string} | null,
 *   asked: {id: string, state: string, due: string, given: number, wanted: number} | null,
 *   person: {id: string, name: string, language: string}, case: {number: string, approved_until: string | null},
 *   received_at: string, captured_at: string | null, months: string[], taken_by: string | null, postponed_until: string | null,
 *   notes: {id: string, text: string, at: string, by: string, withheld: boolean}[], blackout_offered_at: string | null, decision: Decision | null,
 *   document: {pages: number, size: number} | null, version: number, arranging: boolean, split_from: Other | null, split_into: Other[], pages: Page[], earlier: EarlierPage[], sheets: Sheet[], gaps: Gap[], events: Event[],
 *   filed_at: string | null, erased_at: string | null}} Submission  `erased_at`: the office has it in its file, and here it is deleted
 * @typedef {{id: string, names: Record<string, string>, only_seen?: boolean, retired?: boolean, message?: boolean}} Kind
 * @typedef {{id: string, names: Record<string, string>, advice: Record<string, string>, retired?: boolean}} Reason
 * @typedef {{name: string, kinds: Kind[], reasons: Reason[], answer_days: Record<string, string>}} Office
 * @typedef {{what: string, number: string | null, since: string}} Alarm  `number`: of the submission it is about
 * @typedef {{what: string, number: string | null, began_at: string, ended_at: string}} EndedAlarm
 * @typedef {{id: number, what: string, number: string | null, state: string, attempt: number, fault: string | null}} Job
 * @typedef {{waiting: number, parked: number, retried: number, oldest: number}} Waiting  `oldest` in seconds
 * @typedef {{late: number, jobs: Waiting, reads: Waiting, handovers: Record<string, number>, pushes: Record<string, number>, pushes_failing: number,
 *   pushes_dropped: Record<string, number>, free_bytes: number, min_free_bytes: number,
 *   worker_seen: number | null, queue_may_wait: number, silent_after: number}} Figures  in seconds; `worker_seen` is null
 *   when none is at work
 * @typedef {{at: string, alarms: Alarm[], ended: EndedAlarm[], jobs: Job[], figures: Figures}} Operation  for admins
 * @typedef {{submissions: number, pages: number, decided: number, returned: number, median: number | null,
 *   nine_in_ten: number | null}} Totals  hours are null of fewer than five
 * @typedef {{name: string | null, count: number | null}} Share  no name: all others; no count: too few to be told
 * @typedef {{days: number, begins: string, ends: string, team: string | null, teams: {id: string, name: string}[],
 *   least: number, now: Totals, before: Totals, per_day: {day: string, submissions: number, pages: number}[],
 *   per_week: {week: string, submissions: number, pages: number, decided: number, median: number | null,
 *   nine_in_ten: number | null}[], kinds: {kind: string | null, decided: number, returned: number | null,
 *   rate: number | null, reason: string | null}[], reasons: Share[], languages: Share[], waits: Share[]}} OfficeFigures
 * @typedef {{id: string, role: "jobseeker" | "caseworker" | "admin", name: string, login: string, language: string,
 *   case: {number: string, approved_until: string | null} | null, team: string | null,
 *   access: "none" | "code" | "over" | "own" | "ended", code_until: string | null}} Person
 * @typedef {{id: string, name: string, relation: string | null, left_at: string | null}} Member  of a household, without a sign-in
 * @typedef {Person & {team_id: string | null, street: string, place: string, chose_language: boolean, household: Member[]}} PersonWhole
 * @typedef {{id: string, role: "caseworker" | "admin", name: string, login: string, team: {id: string, name: string} | null,
 *   access: Person["access"], code_until: string | null}} StaffRow
 * @typedef {{id: string, name: string, cases: number, people: number}} TeamRow
 * @typedef {{people: StaffRow[], teams: TeamRow[]}} Staff
 * @typedef {{name: string, login: string, role: string, team: string | null}} StaffSaid
 * @typedef {{people: Person[], found: number, waiting: number, new: number}} People
 * @typedef {{line: number, what: "new" | "changed" | "unchanged" | "wrong", name: string, case: string, login: string,
 *   changes: {field: string, before: string, after: string}[], faults: string[], notes: string[]}} ListLine
 * @typedef {{hash: string, taken: boolean, counts: Record<string, number>, lines: ListLine[], left_out: number,
 *   unknown: string[]}} ListReport
 * @typedef {Record<string, any> & {id: string, names: Record<string, string>, retired?: boolean}} Entry
 * @typedef {{version: string, name: string, benefit: Record<string, string>, former: string[], answer_days: Record<string, string>, decide_within_days?: number, kinds: Entry[],
 *   reasons: Entry[], templates: Entry[], phrases: Entry[], has_logo: boolean, region: string, local_holidays: string[]}} Texts
 * @typedef {{person: {id: string, name: string, role: string, language: string}, team: {id: string, name: string} | null,
 *   office: {name: string}}} Session
 */

import { Refused, call, reach } from "../lib/api.js"
import { currentLanguage } from "../lib/words.js"

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
 * @param {Parameters<typeof call>[3]} [options]
 * @returns {Promise<any>} the answer's JSON, or its bytes
 */
export async function ask(method, path, body, options = {}) {
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

/** Somebody saved other texts: they are asked for anew. */
export function forgetOffice() {
  known = null
}

/** @returns {Office} */
export const office = () => known ?? { name: "", kinds: [], reasons: [], answer_days: {} }

/** @param {string} id @returns {Record<string, string> | undefined} */
export const kindNames = (id) => office().kinds.find((kind) => kind.id === id)?.names

/** @param {{state: string, q: string, kind: string}} wanted @returns {Promise<{submissions: Row[], total: number, counts: Counts}>} total: in the queue, of which the first are here */
export const listing = (wanted) => ask("GET", `/desk/submissions?${new URLSearchParams(wanted)}`)

/** @param {string} id @returns {Promise<Submission>} */
export const submission = (id) => ask("GET", `/desk/submissions/${encodeURIComponent(id)}`)

/**
 * @param {string} id
 * @param {{outcome: "accepted" | "returned", reason?: string, text?: string, pages?: string[]}} decision
 * @returns {Promise<Submission>}
 */
export const decide = (id, decision) => ask("PUT", `/desk/submissions/${encodeURIComponent(id)}/decision`, decision)

/** @param {string} id @param {boolean} taken into one's own hands @returns {Promise<Submission>} */
export const take = (id, taken) => ask("PUT", `/desk/submissions/${encodeURIComponent(id)}/taker`, { taken })

/** @param {string} id @param {string | null} until a day @returns {Promise<Submission>} */
export const postpone = (id, until) => ask("PUT", `/desk/submissions/${encodeURIComponent(id)}/postponement`, { until })

/** @param {string} id @param {string} kind @returns {Promise<Submission>} */
export const rename = (id, kind) => ask("PUT", `/desk/submissions/${encodeURIComponent(id)}/kind`, { kind })

/** @param {string} id @param {{based_on: number, sheets: Laid[]}} said each sheet once, in its new order @returns {Promise<Submission>} */
export const arrange = (id, said) => ask("PUT", `/desk/submissions/${encodeURIComponent(id)}/arrangement`, said)

/**
 * @param {string} id
 * @param {string} fresh a UUID: the submission that is made of what leaves
 * @param {{based_on: number, kind: string, stay: Laid[], leave: Laid[]}} said
 * @returns {Promise<Submission>} the first one
 */
export const split = (id, fresh, said) => ask("PUT", `/desk/submissions/${encodeURIComponent(id)}/splits/${fresh}`, said)

/** @param {string} id @param {string} note a UUID, so that it may be said twice @param {string} text @param {boolean} withheld from the person @returns {Promise<Submission>} */
export const writeNote = (id, note, text, withheld) => ask("PUT", `/desk/submissions/${encodeURIComponent(id)}/notes/${note}`, { text, withheld })

/** @param {string} id @returns {Promise<{others: {name: string, since: string}[]}>} who else looks at it now */
export const bePresent = (id) => ask("PUT", `/desk/submissions/${encodeURIComponent(id)}/presence`, {})

/** @param {string} id */
export const leave = (id) => call("DELETE", `/desk/submissions/${encodeURIComponent(id)}/presence`).catch(() => {}) // else it ends by itself

/** @returns {Promise<Operation>} */
export const operation = () => ask("GET", "/desk/operation")

/** @param {{days: number, team: string}} wanted @returns {Promise<OfficeFigures>} */
export const figures = (wanted) => ask("GET", `/desk/figures?${new URLSearchParams({ days: String(wanted.days), team: wanted.team })}`)

/** @param {{days: number, team: string, table: string}} wanted @returns {string} where one table of them can be saved */
export const figuresUrl = (wanted) => `/api/v1/desk/figures.csv?${new URLSearchParams({ ...wanted, days: String(wanted.days) })}`

/** @param {number} id of a parked job @returns {Promise<Job>} */
export const retryJob = (id) => ask("PUT", `/desk/jobs/${id}`, { state: "waiting" })

/** @param {string} id */
const base = (id) => `/api/v1/desk/submissions/${encodeURIComponent(id)}`

/** @param {Sheet} sheet @returns {string[]} the pages of the submission itself that it shows, not those that came earlier */
export const ownPages = ({ page, origin, back, back_origin }) => [...(origin ? [] : [page]), ...(back && !back_origin ? [back] : [])]

/** Pictures are kept by their address: one of another version of the document has another. @param {number} version */
const of = (version) => (version ? `?version=${version}` : "")

/** @param {string} id @param {number} n @param {number} version of the document */
export const imageUrl = (id, n, version) => `${base(id)}/sheets/${n}/image${of(version)}`

/** @param {string} id @param {number} n @param {number} version of the document */
export const thumbUrl = (id, n, version) => `${base(id)}/sheets/${n}/thumb${of(version)}`

/** @param {string} id @param {string} page */
export const photoUrl = (id, page) => `${base(id)}/pages/${encodeURIComponent(page)}/photo`

/** @param {string} id @param {boolean} [download] */
export const documentUrl = (id, download = false) => `${base(id)}/document${download ? "?download=1" : ""}`

/** @param {{q: string, access: string}} wanted @returns {Promise<People>} */
export const people = (wanted) => ask("GET", `/desk/people?${new URLSearchParams(wanted)}`)

/** @param {string} id @returns {Promise<PersonWhole>} */
export const onePerson = (id) => ask("GET", `/desk/people/${encodeURIComponent(id)}`)

/** @param {string} rest of an address of people, whose refusals are said in the language of the desk */
const inWords = (rest) => `/desk/people/${rest}?language=${currentLanguage()}`

/** @param {string} id a new UUID @param {Record<string, any>} said @returns {Promise<PersonWhole & {notes: string[]}>} */
export const addPerson = (id, said) => ask("PUT", inWords(encodeURIComponent(id)), said)

/** @param {string} id @param {Record<string, any>} said what is to be changed, and nothing else @returns {Promise<PersonWhole>} */
export const changePerson = (id, said) => ask("PATCH", inWords(encodeURIComponent(id)), said)

/** @param {string} id @param {"ended" | "open"} access @returns {Promise<PersonWhole>} */
export const changeAccess = (id, access) => changePerson(id, { access })

/** @param {string} id @param {string} member a new UUID @param {{name: string, relation: string}} said @returns {Promise<PersonWhole>} */
export const putMember = (id, member, said) => ask("PUT", inWords(`${encodeURIComponent(id)}/household/${member}`), said)

/** @param {string} id @param {string} member @param {{name?: string, relation?: string, left?: boolean}} said @returns {Promise<PersonWhole>} */
export const changeMember = (id, member, said) => ask("PATCH", inWords(`${encodeURIComponent(id)}/household/${member}`), said)

/** @param {string} id @returns {Promise<{login: string, secret: string, until: string}>} said once */
export const newSecret = (id) => ask("POST", `/desk/people/${encodeURIComponent(id)}/secret`)

/** @param {string[] | null} ids null: everybody who never had one @returns {Promise<Blob>} the letters, a PDF */
export const printLetters = (ids) => ask("POST", "/desk/letters", { people: ids }, { raw: true })

/** @param {string} secret the one there is @param {string} fresh the one that takes its place */
export const changePassword = (secret, fresh) => ask("PUT", "/desk/password", { secret, new_secret: fresh })

/** @returns {Promise<Staff>} */
export const officesPeople = () => ask("GET", "/desk/staff")

/** @param {string} id a new UUID, or of somebody known @param {StaffSaid} said @returns {Promise<StaffRow>} */
export const putStaff = (id, said) => ask("PUT", `/desk/staff/${encodeURIComponent(id)}`, said)

/** @param {string} id a new UUID, or of a team that is there @param {string} name @returns {Promise<TeamRow>} */
export const putTeam = (id, name) => ask("PUT", `/desk/teams/${encodeURIComponent(id)}`, { name })

/** @param {string} id */
export const dropTeam = (id) => ask("DELETE", `/desk/teams/${encodeURIComponent(id)}`)

export const LIST_URL = "/api/v1/desk/people/list"

/** @param {ArrayBuffer} csv @param {Record<string, string>} said @returns {Promise<ListReport>} */
export const takeList = (csv, said) => ask("POST", `/desk/people/list?${new URLSearchParams(said)}`, csv, { headers: { "Content-Type": "text/csv" } })

/** @returns {Promise<{region: string, days: {day: string, name: string}[]}>} on which days no deadline ends, weekends aside */
export const holidays = () => ask("GET", "/desk/holidays")

/** @returns {Promise<Texts>} */
export const officeTexts = () => ask("GET", "/desk/office")

/** @param {Record<string, any>} said with the `version` that it goes on top of @returns {Promise<Texts>} */
export const saveTexts = (said) => ask("PUT", "/desk/office", said)
