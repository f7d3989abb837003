/**
 * The list the caseworker works through. New arrivals wait outside it until the person takes them in: nothing moves
 * under the hand. The inbox shows it, the review walks along it.
 *
 * @typedef {import("./data.js").Row} Row
 * @typedef {import("./data.js").Counts} Counts
 */

import { listing } from "./data.js"

export const queue = {
  wanted: { state: "new", q: "", kind: "" },
  /** @type {Row[] | null} null: never loaded */
  rows: null,
  /** How many the server has of which the first are in the list. */
  total: 0,
  /** @type {Row[]} arrived since, not in the list yet */
  waiting: [],
  /** @type {Counts | null} */
  counts: null,
  /** @type {Date | null} when the server last answered */
  at: null,
  /** @type {string | null} the submission under the cursor */
  cursor: null,
}

/** Queues of what still has to be decided. */
export const OPEN = ["new", "mine", "overdue", "postponed"]

/** Only the latest question's answer counts. */
let question = 0

/** @param {Partial<typeof queue.wanted>} [wanted] ask for another list, or the same one afresh */
export async function load(wanted = {}) {
  queue.wanted = { ...queue.wanted, ...wanted }
  const mine = ++question
  const answer = await listing(queue.wanted)
  if (mine !== question) return
  queue.rows = answer.submissions
  queue.waiting = []
  queue.total = answer.total
  queue.counts = answer.counts
  queue.at = new Date()
}

/** Look for news without moving anything that is shown. */
export async function poll() {
  if (queue.rows === null) return load()
  const mine = ++question
  const answer = await listing(queue.wanted)
  if (mine !== question || queue.rows === null) return
  const fresh = new Map(answer.submissions.map((row) => [row.id, row]))
  const shown = new Set(queue.rows.map((row) => row.id))
  const whole = answer.total === answer.submissions.length // of a longer queue it may have slipped behind the first
  queue.rows = queue.rows.map((row) => fresh.get(row.id) ?? (whole ? { ...row, gone: true } : row))
  queue.waiting = answer.submissions.filter((row) => !shown.has(row.id))
  queue.total = answer.total
  queue.counts = answer.counts
  queue.at = new Date()
}

/** Put what waited into the list, and let go of what others have decided. The accepted ones stand newest first. */
export function takeIn() {
  const all = [...(queue.rows ?? []).filter((row) => !row.gone), ...queue.waiting]
  const accepted = queue.wanted.state === "accepted"
  queue.rows = all.sort((a, b) => (accepted ? (b.decided_at ?? "").localeCompare(a.decided_at ?? "") : a.received_at.localeCompare(b.received_at)))
  queue.waiting = []
}

/** @param {string} id it was decided here and leaves the list @param {"accepted" | "returned"} outcome */
export function decided(id, outcome) {
  question++ // an answer on its way was given before the decision
  if (!queue.rows) return
  const row = queue.rows.find((each) => each.id === id)
  if (OPEN.includes(queue.wanted.state)) queue.rows = queue.rows.filter((each) => each.id !== id)
  else if (row) row.state = outcome
  if (row && queue.counts) {
    queue.counts = { ...queue.counts, new: Math.max(0, queue.counts.new - 1), [outcome]: queue.counts[outcome] + 1 }
  }
}

/** @param {string} id it went to another queue here, and leaves the list when that is opened the next time */
export function moved(id) {
  question++ // an answer on its way was given before
  queue.rows = queue.rows && queue.rows.map((row) => (row.id === id ? { ...row, gone: true } : row))
}

/** A list that is just being opened has nothing under the hand yet: what went meanwhile is not shown again. */
export function letGo() {
  queue.rows = queue.rows && queue.rows.filter((row) => !row.gone)
}

/** @param {string} id @returns {{at: number, of: number, before: Row | null, after: Row | null}} where it stands */
export function place(id) {
  const rows = (queue.rows ?? []).filter((row) => !row.gone || row.id === id)
  const at = rows.findIndex((row) => row.id === id)
  return { at, of: rows.length, before: rows[at - 1] ?? null, after: at < 0 ? rows[0] ?? null : rows[at + 1] ?? null }
}

/** Nobody else may see the list of the one who was signed in before. */
export function forgetQueue() {
  question++
  Object.assign(queue, { wanted: { state: "new", q: "", kind: "" }, rows: null, total: 0, waiting: [], counts: null, at: null, cursor: null })
}
