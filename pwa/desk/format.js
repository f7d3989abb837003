/** Times, states and problems in words. */
// words: state.* problem.*

import { currentLanguage, dateOnly, dateTime, hasWord, inLanguage, t, timeOnly } from "../lib/words.js"
import { kindNames } from "./data.js"

/** @typedef {import("./data.js").Row} Row */
/** @typedef {import("./data.js").Sheet} Sheet */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const LATE = 10 * MINUTE // after that a document should be there, the server says

const locale = () => (currentLanguage() === "en" ? "en-GB" : "de-DE")

/** @param {Date} date @returns {number} midnight of its day, in the office's own time */
const day = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()

/** @param {string | Date} when @param {Date} [now] @returns {number} whole days ago; 0 is today */
export const daysAgo = (when, now = new Date()) => Math.round((day(now) - day(new Date(when))) / (24 * HOUR))

/** @param {string} when @returns {string} "heute, 09:41 Uhr", "gestern, 11:38 Uhr", "21.11.2026, 18:02 Uhr" */
export function moment(when) {
  const time = timeOnly(when)
  const ago = daysAgo(when)
  if (ago === 0) return t("time.today", { time })
  if (ago === 1) return t("time.yesterday", { time })
  return t("time.earlier", { when: dateTime(when) })
}

/** @param {string} when @returns {string} "09:41", "gestern 11:38", "21.11. 18:02", in English "21 Nov 18:02": 11/12 is read in two ways */
export function shortMoment(when) {
  const time = timeOnly(when)
  const ago = daysAgo(when)
  if (ago === 0) return time
  if (ago === 1) return t("time.yesterday_short", { time })
  const date = new Intl.DateTimeFormat(locale(), currentLanguage() === "en" ? { day: "numeric", month: "short" } : { day: "2-digit", month: "2-digit" }).format(new Date(when))
  return `${date} ${time}`
}

/** @param {string} when @returns {string} the heading of a day in the list */
export function dayName(when) {
  const ago = daysAgo(when)
  if (ago === 0) return t("day.today")
  if (ago === 1) return t("day.yesterday")
  return new Intl.DateTimeFormat(locale(), { weekday: "long", day: "numeric", month: "long" }).format(new Date(when))
}

/** @param {string} since @param {Date} [now] @returns {string} "23 Min.", "1:52 Std.", "22 Std.", "3 Tage" */
export function waiting(since, now = new Date()) {
  const ms = Math.max(0, now.getTime() - new Date(since).getTime())
  if (ms < HOUR) return t("wait.minutes", { count: Math.floor(ms / MINUTE) })
  if (ms < 10 * HOUR) {
    const minutes = String(Math.floor((ms % HOUR) / MINUTE)).padStart(2, "0")
    return t("wait.clock", { time: `${Math.floor(ms / HOUR)}:${minutes}` })
  }
  if (ms < 72 * HOUR) return t("wait.hours", { count: Math.floor(ms / HOUR) })
  return t("wait.days", { count: Math.floor(ms / (24 * HOUR)) })
}

/** @param {number} seconds @returns {string} "12 s", "23 Min." */
export const lasting = (seconds) => (seconds < 60 ? t("wait.seconds", { count: Math.floor(seconds) }) : waiting(new Date(Date.now() - seconds * 1000).toISOString()))

/** @param {number} value @returns {string} "1.284", "5,2" */
export const amount = (value) => new Intl.NumberFormat(locale(), { maximumFractionDigits: 1 }).format(value)

/** @param {number} part of 1 @returns {string} "9,4 %" */
export const percent = (part) => new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: 1 }).format(part)

/** @param {string} day "2026-11-24" @returns {string} "24. Nov." */
export const dayMonth = (day) => new Intl.DateTimeFormat(locale(), { day: "numeric", month: "short" }).format(new Date(`${day}T12:00`))

/** @param {{parked: boolean, received_at: string, erased_at?: string | null, filed_at?: string | null}} of @returns {string} why there is no document */
export function noDocument({ parked, received_at, erased_at, filed_at }) {
  if (erased_at) return t(filed_at ? "review.erased" : "review.cleared", { when: dateOnly(erased_at) })
  if (parked) return t("review.parked")
  return t(Date.now() - new Date(received_at).getTime() > LATE ? "review.late" : "review.preparing")
}

/** @param {string[]} parts @param {string} [language] @returns {string} "1, 2 und 4" */
const listed = (parts, language = currentLanguage()) =>
  new Intl.ListFormat(language === "en" ? "en-GB" : language, { type: "conjunction" }).format(parts)

/**
 * Page numbers as one reads them out: three or more in a row become a stretch.
 *
 * @param {number[]} numbers rising
 * @param {string} [language]
 * @returns {string} "1, 3–7 und 9"
 */
export function pageList(numbers, language = currentLanguage()) {
  /** @type {number[][]} */
  const runs = []
  for (const n of numbers) {
    const last = runs.at(-1)
    if (last && n === last[last.length - 1] + 1) last.push(n)
    else runs.push([n])
  }
  return listed(runs.flatMap((run) => (run.length > 2 ? [`${run[0]}–${run[run.length - 1]}`] : run.map(String))), language)
}

/** @param {string} code @returns {string} "Ukrainisch" */
export const languageName = (code) => new Intl.DisplayNames([locale()], { type: "language" }).of(code) ?? code

/** @param {string} id @returns {string} what the paper is called in the language in use */
export const kindName = (id) => inLanguage(kindNames(id)) || id

/**
 * How a submission stands, as icon, word and tone.
 *
 * @param {Pick<Row, "state" | "follows" | "parked"> & {opened_at?: string | null, gone?: boolean}} row
 * @returns {{icon: string, words: string, tone: string}}
 */
export function stateOf(row) {
  if (row.gone) return { icon: "accepted", words: t("state.gone"), tone: "muted" }
  if (row.state === "accepted") return { icon: "accepted", words: t("state.accepted"), tone: "done" }
  if (row.state === "returned") return { icon: "back", words: t("state.returned"), tone: "muted" }
  if (row.state === "attention") return { icon: "triangle", words: t("state.attention"), tone: "look" }
  if (row.parked) return { icon: "camera", words: t("state.parked"), tone: "look" }
  if (row.state === "received") return { icon: "clock", words: t("state.received"), tone: "muted" }
  if (row.follows) return { icon: "forward", words: t("state.follows"), tone: "accent" }
  if (row.opened_at) return { icon: "half", words: t("state.opened"), tone: "muted" }
  return { icon: "dot", words: t("state.new"), tone: "accent" }
}

/** @param {Sheet} sheet @returns {{n: number, problem: string}[]} what was noticed about it: what went wrong, then the verdict */
export const problemsOf = ({ n, problem, verdict }) => [...(problem ? [problem] : []), ...verdict].map((name) => ({ n, problem: name }))

/** @param {Sheet | null | undefined} sheet @returns {string[]} of these what is worth a flag beside the page */
export const flagsOf = (sheet) => (sheet ? problemsOf(sheet).map(({ problem }) => problem).filter(isSerious) : [])

/** @param {string} problem @returns {string} "nicht lesbar" */
export const problemWords = (problem) => t(hasWord(`problem.${problem}`) ? `problem.${problem}` : "problem.unknown")

/** @param {string} problem @returns {string} the same for a narrow column */
export const problemShort = (problem) => (hasWord(`problem.${problem}.short`) ? t(`problem.${problem}.short`) : problemWords(problem))

/** @param {string} problem @returns {string} what it means and what was done about it, in a sentence */
export const problemMeans = (problem) =>
  t(hasWord(`problem.${problem}.means`) ? `problem.${problem}.means` : "problem.unknown.means")

/** A page whose outline was not found is kept whole: worth a look, nothing is wrong with it. @param {string} problem */
export const isSerious = (problem) => problem !== "not_found"

/** @param {string} problem */
export const problemIcon = (problem) => (["not_found", "cut_off", "cropped"].includes(problem) ? "corner" : "triangle")

/** @param {{n: number, problem: string}[]} found @returns {{problem: string, numbers: number[]}[]} the same problem once */
export function byProblem(found) {
  /** @type {Map<string, number[]>} */
  const groups = new Map()
  for (const { n, problem } of found) groups.set(problem, [...(groups.get(problem) ?? []), n])
  return [...groups].map(([problem, numbers]) => ({ problem, numbers }))
}

/** @param {string} problem @param {number[]} numbers @returns {string} "Seiten 1–3: nicht lesbar." */
export const problemLine = (problem, numbers) =>
  t("problem.long", { count: numbers.length, pages: pageList(numbers), problem: problemWords(problem) })
