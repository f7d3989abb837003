/** Which face a submission shows: one table for card, list, detail and receipt. Promises only what is true now. */

import { currentLanguage, dateOnly, dateTime, inLanguage, t, timeOnly } from "../lib/words.js"

// words: state.* problem.*

/**
 * @typedef {object} Item one submission as the person knows it: what this phone holds and what the server says
 * @property {string} id
 * @property {import("../lib/types.js").Submission | null} local
 * @property {any} remote
 * @property {string} state
 * @property {string | null} kind
 * @property {number} pages
 * @property {any} receipt
 * @property {string} at when it last changed, ISO
 * @property {boolean} answered a returned one whose new pages are on their way
 *
 * @typedef {object} Face
 * @property {"needs" | "here" | "way" | "there"} tone
 * @property {"phone" | "stuck" | "moving" | "arrived" | "back"} road
 * @property {string} icon
 * @property {string} chip
 * @property {string} line
 * @property {string} strong
 * @property {string} sentence
 */

const DAY = 86_400_000 // ms
const FILING = ["handed_over", "acknowledged", "erased", "cleared"] // what the office does with its own papers is no news
const RANK = { needs: 0, here: 1, way: 2, there: 3 }

/**
 * @param {import("../lib/types.js").Submission[]} rows of this phone
 * @param {any[]} remotes the server's list
 * @returns {Item[]} what needs the person first, then only here, on the way, arrived; newest first in each
 */
export function merge(rows, remotes) {
  const locals = new Map(rows.map((row) => [row.id, row]))
  const ids = new Set([...rows.map((row) => row.id), ...remotes.map((one) => one.id)])
  const answered = new Set([
    ...rows.filter((row) => row.state !== "open").map((row) => row.follows),
    ...remotes.map((one) => one.follows),
  ])
  const items = [...ids].map((id) => item(locals.get(id) ?? null, remotes.find((one) => one.id === id) ?? null, answered.has(id)))
  return items
    .filter((one) => one.state !== "open" || one.pages > 0)
    .sort((a, b) => RANK[toneOf(a)] - RANK[toneOf(b)] || (a.at < b.at ? 1 : -1))
}

/**
 * @param {import("../lib/types.js").Submission | null} local
 * @param {any} remote
 * @param {boolean} answered
 * @returns {Item}
 */
function item(local, remote, answered) {
  const done = !local || local.state === "complete"
  const state = done ? (remote && remote.state !== "sending" ? remote.state : local ? "received" : "sending") : local.state
  const events = (remote?.events ?? []).filter((/** @type {any} */ one) => !FILING.includes(one.what))
  return {
    id: local?.id ?? remote.id, local, remote, state, answered,
    kind: local?.kind ?? remote?.kind ?? null,
    pages: local ? local.pages.length : remote.pages.length,
    receipt: local?.receipt ?? remote?.receipt ?? null,
    at: (done ? events.at(-1)?.at ?? local?.receipt?.arrived_at : null) ?? local?.sealed_at ?? local?.captured_at ?? local?.created ?? remote?.created_at,
  }
}

/** @param {Item} item @returns {"needs" | "here" | "way" | "there"} */
export function toneOf(item) {
  if (["needs_login", "blocked"].includes(item.state)) return "needs"
  if (["attention", "returned"].includes(item.state)) return item.answered ? "there" : "needs"
  if (["open", "sealed", "waiting", "paused"].includes(item.state)) return "here"
  return item.state === "sending" ? "way" : "there"
}

/** @param {Item} item @returns {boolean} whether its papers are nowhere but on this phone, in whole or in part */
export const isPending = (item) => item.local !== null && item.local.state !== "complete"

/** @param {Item} item @returns {boolean} whether it waits so long that the start screen says so; what needs the person anyway says it itself */
export const waitsTooLong = (item) => isPending(item) && toneOf(item) !== "needs" && Date.parse(item.local?.sealed_at ?? "") < Date.now() - DAY

/**
 * What stays the same while bytes move: whatever shows it need not be made anew, and keeps its focus.
 *
 * @param {Item} item @param {Face} look @returns {any[]}
 */
export const standing = (item, look) => [item.state === "sending" ? { ...look, chip: "" } : look, item.state]

/** @param {Item} item @returns {number} whole pages that the office has */
export const storedOf = (item) => item.local?.stored ?? item.remote?.pages.filter((/** @type {any} */ page) => page.stored).length ?? 0

/** @param {Item} item @returns {number} of all its pages */
export const bytesOf = (item) => item.local?.bytes ?? item.remote?.pages.reduce((/** @type {number} */ sum, /** @type {any} */ page) => sum + page.size, 0) ?? 0

/**
 * @param {Item} item
 * @param {any} office
 * @returns {Face}
 */
export function face(item, office) {
  const pages = t("app.pages", { count: item.pages })
  const tone = toneOf(item)
  const base = { tone, line: `${pages} · ${dayTime(item.at)}`, strong: "", sentence: "" }
  switch (item.state) {
    case "open":
      return { ...base, road: "phone", icon: "pen", chip: t("state.open"), strong: t("card.open") }
    case "sealed":
    case "waiting":
    case "paused": {
      const why = item.state === "paused" ? "paused" : item.local?.reason === "wifi" ? "wifi" : "waiting"
      return { ...base, road: "phone", icon: ICONS[why], chip: t(`state.${why}`), strong: t("card.not_there"), sentence: t(waitingWords(item)), line: `${pages} · ${t("card.photos_of", { when: dayTime(item.local?.captured_at ?? item.at) })}` }
    }
    case "sending":
      return { ...base, road: "moving", icon: "plane", chip: t("state.sending", { stored: storedOf(item), pages: item.pages }), sentence: item.local ? t("card.keep_open") : t("card.other_device") }
    case "needs_login":
      return { ...base, road: "stuck", icon: "phone", chip: t("state.needs_login"), strong: t("card.not_there"), sentence: t("card.sign_in") }
    case "blocked":
      return { ...base, road: "stuck", icon: "triangle", chip: t("state.blocked"), strong: t("card.not_there"), sentence: problemWords(item.local?.reason) }
    case "attention":
    case "returned":
      if (item.answered) return { ...base, road: "arrived", icon: "tick", chip: t("state.answered"), sentence: t("card.answered") }
      return { ...base, road: "back", icon: "triangle", chip: t("state.needs_you"), sentence: reasonWords(item, office), line: `${pages} · ${t("card.back_since", { when: dayTime(item.at) })}` }
    case "accepted":
      return { ...base, road: "arrived", icon: "tick_ring", chip: t("state.accepted"), sentence: item.remote?.erased_at ? t("card.filed", { date: dateOnly(item.remote.erased_at) }) : arrivedWords(item) }
    default:
      return { ...base, road: "arrived", icon: "tick", chip: t("state.received"), sentence: arrivedWords(item), line: `${pages} · ${dayTime(item.receipt?.arrived_at ?? item.at)}` }
  }
}

const ICONS = { waiting: "phone", wifi: "wifi", paused: "pause" }

/** @param {Item} item @returns {string} */
function waitingWords(item) {
  const reason = item.local?.reason
  if (item.state === "paused") return "card.paused"
  if (reason === "wifi") return "card.wifi"
  if (reason === "too_old") return "card.waiting_update"
  if (reason === "phone_fault" || reason === "phone_full" || reason === "not_saved") return "card.waiting_phone"
  return reason && reason !== "offline" ? "card.waiting_server" : "card.waiting"
}

/** @param {Item} item @returns {string} "Angekommen am ... um ..., Nummer ...", and of which paper it was a part */
function arrivedWords(item) {
  if (!item.receipt) return ""
  const at = item.receipt.arrived_at
  const whole = item.remote?.split_from
  return t("card.arrived", { date: dateOnly(at), time: timeOnly(at), number: item.receipt.number }) + (whole ? ` ${t("card.split", { whole })}` : "")
}

/** @param {string | undefined} code @returns {string} */
export const problemWords = (code) => t(`error.${code ?? "server_fault"}`)

/**
 * @param {Item} item
 * @returns {number[]} the numbers of the pages that the office wants again; none means all
 */
export function wantedPages(item) {
  const remote = item.remote
  if (!remote) return []
  const ids = item.state === "attention" ? remote.sheets.filter((/** @type {any} */ sheet) => sheet.problem && sheet.problem !== "not_found").map((/** @type {any} */ sheet) => sheet.page) : remote.decision?.pages ?? []
  return remote.pages.filter((/** @type {any} */ page) => ids.includes(page.id)).map((/** @type {any} */ page) => page.seq)
}

/** @param {Item} item @param {any} office @param {boolean} [bare] without the page numbers @returns {string} what the office says about it, in the person's language */
export function reasonWords(item, office, bare = false) {
  const pages = wantedPages(item)
  const which = pages.length && !bare ? `${pageList(pages)}: ` : ""
  if (item.state === "attention") {
    const sheet = item.remote.sheets.find((/** @type {any} */ one) => one.problem && one.problem !== "not_found")
    return which + t(`problem.${sheet?.problem ?? "unreadable"}`)
  }
  const decision = item.remote?.decision
  const reason = office?.reasons.find((/** @type {any} */ one) => one.id === decision?.reason)
  const advice = reason ? inLanguage(reason.advice) : (decision?.reason ?? "")
  return which + [advice, decision?.text].filter(Boolean).join(" ")
}

/** @param {number[]} numbers @returns {string} "Seite 3", "Seiten 2 und 3" */
export const pageList = (numbers) => t("app.page_list", { count: numbers.length, list: listed(numbers) })

/** @param {number[]} numbers @returns {string} "2 und 3" */
export const listed = (numbers) => new Intl.ListFormat(currentLanguage()).format(numbers.map(String))

/** @param {number[]} numbers @returns {string} which pages a new draft stands for */
export const replacesWords = (numbers) => t("scan.replaces", { count: numbers.length, list: listed(numbers) })

/** @param {number[]} numbers @param {number} total pages @returns {string} the words on the button that takes the pages again */
export const retakeWords = (numbers, total) => (numbers.length && (numbers.length < total || total < 3) ? t("card.retake", { count: numbers.length, list: listed(numbers) }) : t("card.retake_all"))

/** @param {string | null} kind @param {any} office what the office says of papers of this kind: GET /office @returns {any} */
export const kindOf = (kind, office) => office?.kinds.find((/** @type {any} */ one) => one.id === kind)

/** @param {string | null} kind @param {any} office @returns {string} the paper's name in the person's language */
export function kindName(kind, office) {
  const known = kindOf(kind, office)
  return known ? inLanguage(known.names) : (kind ?? t("kind.none"))
}

/** @param {string | null} kind @param {any} office @returns {string} as printed on the paper, where that is another word */
export function germanName(kind, office) {
  const known = kindOf(kind, office)
  return currentLanguage() === "de" || !known || known.names.de === inLanguage(known.names) ? "" : known.names.de
}

/** @param {string} at @returns {string} "heute, 09:15", "gestern, 17:31", "20.11., 17:31" */
export function dayTime(at) {
  const days = daysAgo(at)
  const day = days < 2
    ? new Intl.RelativeTimeFormat(currentLanguage(), { numeric: "auto" }).format(-days, "day")
    : new Intl.DateTimeFormat(currentLanguage() === "en" ? "en-GB" : "de-DE", { day: "2-digit", month: currentLanguage() === "en" ? "short" : "2-digit", year: days > 300 ? "numeric" : undefined }).format(new Date(at))
  return t("app.clock", { time: `${day}, ${timeOnly(at)}` })
}

/** @param {string} at @returns {number} */
function daysAgo(at) {
  const midnight = (/** @type {Date} */ date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
  return Math.max(0, Math.round((midnight(new Date()) - midnight(new Date(at))) / DAY))
}

/** @param {string} at @returns {string} "24.11.2026, 14:08 Uhr" */
export const fullTime = (at) => t("app.clock", { time: dateTime(at) })
