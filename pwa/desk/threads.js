/**
 * The team's conversations. As in the inbox nothing moves by itself: the order stays as it was read until the person asks
 * for it anew, and who has written meanwhile for the first time waits outside.
 *
 * @typedef {{id: string, name: string, language: string}} Person
 * @typedef {{text: string, at: string, by: string, from_person: boolean}} Last
 * @typedef {{person: Person, case: {number: string}, unread: number, waiting_since: string | null, last: Last}} Thread
 * @typedef {{id: string, kind: string, number: string, state: string}} Paper
 * @typedef {{id: string, text: string, at: string, read_at: string | null, by: string, from_person: boolean,
 *   enclosed: boolean, elsewhere: boolean, paper: Paper | null}} Message
 * @typedef {{person: Person, case: {number: string, approved_until: string | null}, messages: Message[],
 *   papers: (Paper & {received_at: string})[]}} Conversation
 */

import { uuid7 } from "../lib/ids.js"
import { ask } from "./data.js"
import { queue } from "./queue.js"

export const threads = {
  /** @type {Thread[] | null} in the order shown; null: never loaded */
  rows: null,
  /** @type {Thread[]} first heard of since */
  waiting: [],
  /** how far the list was scrolled when it was left */
  top: 0,
}

/** What was loaded stays: coming back needs no connection. @type {Map<string, Conversation>} */
const loaded = new Map()

/** What was begun and not sent; its id makes sure that it is sent once. @type {Map<string, {id: string, text: string}>} */
const drafts = new Map()

/** Nothing of this may be seen by the one who signs in next. */
export function forgetThreads() {
  Object.assign(threads, { rows: null, waiting: [], top: 0 })
  loaded.clear()
  drafts.clear()
}

/** Look for news. @param {boolean} [anew] in the order that is right now */
export async function loadThreads(anew = false) {
  /** @type {Thread[]} */
  const fresh = (await ask("GET", "/desk/messages")).threads
  if (queue.counts) queue.counts = { ...queue.counts, messages: fresh.filter((thread) => thread.unread).length }
  if (threads.rows === null || anew) return Object.assign(threads, { rows: fresh, waiting: [] })
  const now = new Map(fresh.map((thread) => [thread.person.id, thread]))
  const shown = new Set(threads.rows.map((thread) => thread.person.id))
  return Object.assign(threads, {
    rows: threads.rows.flatMap((thread) => now.get(thread.person.id) ?? []),
    waiting: fresh.filter((thread) => !shown.has(thread.person.id)),
  })
}

/** @param {string} person @returns {Conversation | null} as last seen */
export const known = (person) => loaded.get(person) ?? null

/** @param {string} person @returns {Promise<Conversation>} */
export async function conversation(person) {
  const found = await ask("GET", `/desk/messages/${encodeURIComponent(person)}`)
  loaded.set(person, found)
  return found
}

/** @param {string} person @param {string} until a message @param {{read: boolean, settled?: boolean}} how read up to it, and no answer needed; or unread from it on */
export async function markRead(person, until, how) {
  await ask("PUT", `/desk/messages/${person}/read`, { until, ...how })
  await loadThreads()
}

/** @param {string} person @returns {{id: string, text: string}} what is being written to them */
export function draftTo(person) {
  const draft = drafts.get(person) ?? { id: uuid7(), text: "" }
  drafts.set(person, draft)
  return draft
}

/** @param {string} person the same text as a message of its own @returns {{id: string, text: string}} */
export function renewed(person) {
  const draft = { ...draftTo(person), id: uuid7() }
  drafts.set(person, draft)
  return draft
}

/** @param {string} person @param {string | null} about the submission that it is about */
export async function sendTo(person, about) {
  const { id, text } = draftTo(person)
  await ask("PUT", `/desk/messages/${person}/${id}`, { text, submission: about })
  drafts.delete(person)
}

/** @param {string} words @returns {Promise<(Person & {case: {number: string}})[]>} who can be written to */
export const peopleBy = async (words) => (await ask("GET", `/desk/case-people?${new URLSearchParams({ q: words })}`)).people
