/**
 * What the desk asks of the server about asks.
 *
 * @typedef {Record<string, string>} Texts  by language
 * @typedef {{n: number, kind: string, note: Texts, state: "open" | "there" | "accepted" | "returned" | "declined" | "waived",
 *   declined: {reason: string, text: string | null, at: string} | null, submissions: string[]}} Paper
 * @typedef {{id: string, text: string | null, at: string, outcome: "granted" | "refused" | null,
 *   decided_at: string | null}} Wish
 * @typedef {{id: string, name: string, language: string}} Reader
 * @typedef {{id: string, state: "open" | "overdue" | "answered" | "complete" | "closed", due: string, first_due: string,
 *   reason: Texts, basis: Texts, created_at: string, closed_at: string | null, seen_at: string | null, wish: Wish | null,
 *   papers: Paper[], person: Reader, case: {number: string, approved_until: string | null}, by: string,
 *   needs: ("overdue" | "wish" | "declined")[]}} Ask  `needs`: what of it waits for the office; days are ISO
 * @typedef {{id: string, kind: string, number: string, state: string, wanted: number | null, received_at: string}} HandedIn
 * @typedef {Ask & {events: import("./data.js").Event[], handed_in: HandedIn[]}} WholeAsk
 * @typedef {{id: string, names: Texts, days: number, reason: Texts, basis: Texts,
 *   papers: {kind: string, note: Texts}[]}} Template
 * @typedef {{id: string, name: string, language: string, case: {number: string, approved_until: string | null}}} CasePerson
 * @typedef {{person: string, due: string, reason: Texts, basis: Texts, papers: {kind: string, note: Texts}[]}} Said
 */

import { ask } from "./data.js"

/** @param {string} id */
const path = (id) => `/desk/asks/${encodeURIComponent(id)}`

/** @returns {Promise<Ask[]>} the team's, the next date first */
export const teamsAsks = async () => (await ask("GET", "/desk/asks")).asks

/** @param {string} id @returns {Promise<WholeAsk>} */
export const wholeAsk = (id) => ask("GET", path(id))

/** @param {string} id ours, so that it may be said twice @param {Said} said @returns {Promise<WholeAsk>} */
export const makeAsk = (id, said) => ask("PUT", path(id), said)

/** @param {string} id @returns {Promise<WholeAsk>} */
export const closeAsk = (id) => ask("DELETE", path(id))

/** @param {string} id @param {{outcome: "granted" | "refused", until?: string}} said @returns {Promise<WholeAsk>} */
export const decideOnTime = (id, said) => ask("PUT", `${path(id)}/wish`, said)

/** @param {string} id @param {number} n @param {"waived" | "wanted"} outcome @returns {Promise<WholeAsk>} */
export const settle = (id, n, outcome) => ask("PUT", `${path(id)}/papers/${n}`, { outcome })

/** @param {string} id */
export const letterUrl = (id) => `/api/v1${path(id)}/letter`

/** @type {Template[] | null} */
let known = null

/** @returns {Promise<Template[]>} they hold for as long as the page is open */
export async function loadTemplates() {
  known ??= /** @type {Template[]} */ ((await ask("GET", "/desk/templates")).templates).map(whole)
  return known
}

/** Somebody saved other ones. */
export const forgetTemplates = () => void (known = null)

/** What is empty may be missing. @param {Template} template @returns {Template} */
const whole = (template) => ({ ...template, reason: template.reason ?? {}, basis: template.basis ?? {}, papers: template.papers.map(({ kind, note }) => ({ kind, note: note ?? {} })) })

/** @param {{q?: string, person?: string}} wanted words of a name or BG number, or one person @returns {Promise<CasePerson[]>} */
export const casePeople = async (wanted) => (await ask("GET", `/desk/case-people?${new URLSearchParams(wanted)}`)).people
