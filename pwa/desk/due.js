/** Days and deadlines, and how an ask and its papers stand, in words. Days are ISO, "2026-12-08". */
// words: asks.* holiday.* paper.*

import { currentLanguage, hasWord, t } from "../lib/words.js"
import { holidays } from "./data.js"
import { kindName } from "./format.js"

/**
 * @typedef {import("./asked.js").Ask} Ask
 * @typedef {import("./asked.js").Paper} Paper
 * @typedef {{icon: string, words: string, tone: string}} Standing
 */

const DAY = 86_400_000 // ms

/** @param {string} day @returns {Date} its noon, which no change of the clock moves to another day */
const noon = (day) => new Date(`${day}T12:00:00`)

/** @param {Date} date @returns {string} */
const iso = (date) => `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`

export const today = () => iso(new Date())

/** @param {string} day @param {number} days @returns {string} so many days later */
export const later = (day, days) => iso(new Date(noon(day).getTime() + days * DAY))

/** The holidays of the office's federal state, by day; null before they are known. @type {Map<string, string> | null} */
let free = null
let region = ""

/** Ask for the holidays, once. @returns {Promise<void>} */
export async function learnHolidays() {
  if (free) return
  const told = await holidays()
  region = told.region
  free = new Map(told.days.map(({ day, name }) => [day, name]))
}

/** Somebody saved another federal state. */
export const forgetHolidays = () => void (free = null)

/** @returns {boolean} whether it is known in which federal state the office lies */
export const knowsRegion = () => Boolean(region)

/** @param {string} day @returns {string} the day itself, or the next one that is no weekend and no holiday */
export function onWorkday(day) {
  let there = day
  while (whyFree(there)) there = later(there, 1)
  return there
}

/** @param {string} day @returns {string} "Samstag", "Feiertag (Karfreitag)"; empty for a working day */
export function whyFree(day) {
  const holiday = free?.get(day)
  if (holiday) return t("due.holiday", { name: t(`holiday.${holiday}`) })
  return [0, 6].includes(noon(day).getDay()) ? weekdayName(day) : ""
}

/** @param {string} day @returns {number} 0 is today, below it is over */
export const daysLeft = (day) => Math.round((noon(day).getTime() - noon(today()).getTime()) / DAY)

/** @param {string} day @param {Intl.DateTimeFormatOptions} how @param {string} [language] */
const written = (day, how, language = currentLanguage()) => new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, how).format(noon(day))

/** @param {string} day @returns {string} "Di., 8. Dez." */
export const dayShort = (day) => written(day, { weekday: "short", day: "numeric", month: "short" })

/** @param {string} day @param {string} [language] @returns {string} "Dienstag, 8. Dezember 2026" */
export const dayLong = (day, language) => written(day, { weekday: "long", day: "numeric", month: "long", year: "numeric" }, language)

/** @param {string} day @returns {string} "Samstag" */
export const weekdayName = (day) => written(day, { weekday: "long" })

/** @param {string} day @returns {string} "noch 4 Tage", "heute", "seit 3 Tagen vorbei" */
export function leftWords(day) {
  const left = daysLeft(day)
  if (left === 0) return t("due.today")
  return left > 0 ? t("due.left", { count: left }) : t("due.over", { count: -left })
}

/** In this order they stand in the list. */
export const GROUPS = ["overdue", "look", "open", "answered", "complete", "closed"]

/** @param {Ask} ask @returns {string} one of GROUPS; `look`: the person said something that the office has to answer */
export const groupOf = (ask) => (ask.state !== "overdue" && ask.needs.length ? "look" : ask.state)

/** @type {Record<string, [string, string]>} icon and tone */
const LOOKS = {
  overdue: ["clock", "look"],
  look: ["forward", "accent"],
  open: ["half", "muted"],
  answered: ["tray", "accent"],
  complete: ["accepted", "done"],
  closed: ["cross", "muted"],
}

/** @param {Ask} ask @returns {Standing} */
export function standingOf(ask) {
  const group = groupOf(ask)
  const [icon, tone] = LOOKS[group]
  return { icon, tone, words: t(`asks.state.${group}`) }
}

/** @type {Record<string, [string, string]>} */
const PAPERS = {
  open: ["half", "muted"],
  there: ["tray", "accent"],
  accepted: ["accepted", "done"],
  returned: ["back", "muted"],
  declined: ["forward", "accent"],
  waived: ["cross", "muted"],
}

/** @param {Paper} paper @returns {Standing} */
export const paperStanding = ({ state }) => ({ icon: PAPERS[state][0], tone: PAPERS[state][1], words: t(`paper.${state}`) })

/** @param {Ask} ask @returns {{given: number, wanted: number}} how many papers are here, of those that are not let go */
export function counted(ask) {
  const wanted = ask.papers.filter((paper) => paper.state !== "waived")
  return { given: wanted.filter((paper) => ["there", "accepted"].includes(paper.state)).length, wanted: wanted.length }
}

/** @param {Ask} ask @returns {string} "Es fehlt: Kontoauszug, Mietvertrag" and what the person said; empty when nothing is to be said */
export function restOf(ask) {
  const names = (/** @type {string[]} */ ...states) => ask.papers.filter((paper) => states.includes(paper.state)).map((paper) => kindName(paper.kind)).join(", ")
  const missing = names("open", "returned")
  const declined = names("declined")
  return [
    ask.needs.includes("wish") && t("asks.wants_time"),
    declined && t("asks.declined", { papers: declined }),
    missing && ask.state !== "closed" && t("asks.missing", { papers: missing }),
  ].filter(Boolean).join(" · ")
}

/** @param {{reason: string}} declined @returns {string} why the person has it not */
export const declinedWords = ({ reason }) => t(hasWord(`paper.why_${reason}`) ? `paper.why_${reason}` : "paper.why_other")
