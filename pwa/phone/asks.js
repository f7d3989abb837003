/** What the office asks for, as this phone knows it: what the office said last, and over it what lies only here. */

import { h } from "../lib/dom.js"
import { icon } from "../lib/icons.js"
import { currentLanguage, inLanguage, t } from "../lib/words.js"
import { german } from "./card.js"
import { isPending, kindName } from "./faces.js"
import { keep } from "./keep.js"
import { note, saved } from "./parts.js"

// words: ask.state_*

/**
 * @typedef {{n: number, kind: string, note: Record<string, string>, state: string, declined: {reason: string, text: string | null} | null, submissions: string[]}} Paper
 * @typedef {{id: string, state: string, due: string, first_due: string, reason: Record<string, string>, basis: Record<string, string>, created_at: string, closed_at: string | null, seen_at: string | null, wish: {id: string, text: string | null, at: string, outcome: string | null} | null, papers: Paper[]}} Ask
 * @typedef {import("./faces.js").Item} Item
 *
 * @typedef {Paper & {item: Item | null}} Shown item: what of it lies on this phone, or was handed in last
 */

const SOON = 7 // days
const DAY = 86_400_000 // ms
const MISSING = ["open", "returned", "draft"]

/** @param {string} due "2026-12-08" @returns {number} days from today, negative when it is over */
export function daysLeft(due) {
  const today = new Date()
  return Math.round((Date.parse(`${due}T12:00`) - new Date(today.getFullYear(), today.getMonth(), today.getDate(), 12).getTime()) / DAY)
}

/** @param {Intl.DateTimeFormatOptions} options @param {string} due @returns {string} */
const dayIn = (options, due) => new Intl.DateTimeFormat(currentLanguage() === "en" ? "en-GB" : "de-DE", options).format(new Date(`${due}T12:00`))

/** @param {string} due @returns {string} "Freitag" within a week, else "Freitag, 11. Dezember" */
export const dayName = (due) => dayIn(Math.abs(daysLeft(due)) < SOON ? { weekday: "long" } : { weekday: "long", day: "numeric", month: "long" }, due)

/** @param {string} due @returns {string} "Noch 4 Tage" */
export function daysWords(due) {
  const left = daysLeft(due)
  return left > 0 ? t("ask.days", { count: left }) : left ? t("ask.over", { count: -left }) : t("ask.last_day")
}

/** The papers of an ask with what this phone knows more of them. @param {import("./context.js").App} app @param {Ask} ask @param {Item[]} items @returns {Shown[]} */
export function papersOf(app, ask, items) {
  return ask.papers.map((paper) => {
    const mine = items.filter((one) => (one.local?.ask ?? one.remote?.ask) === ask.id && (one.local?.wanted ?? one.remote?.wanted) === paper.n)
    const item = mine.find(isPending) ?? mine.find((one) => one.state === "returned" && !one.answered) ?? mine[0] ?? null
    return { ...paper, item, state: stateOf(app, ask, paper, item) }
  })
}

/** @param {import("./context.js").App} app @param {Ask} ask @param {Paper} paper @param {Item | null} item @returns {string} */
function stateOf(app, ask, paper, item) {
  const answer = app.answers.find((one) => one.path === answerPath(ask.id, paper.n) && !one.refused)?.body
  if (item && isPending(item)) return item.state === "open" ? "draft" : "here"
  if (["open", "returned"].includes(paper.state) && item?.receipt && item.state !== "returned") return "there" // the list is older than the receipt
  if (answer?.reason && ["open", "declined"].includes(paper.state)) return "declined"
  return answer && paper.state === "declined" ? "open" : paper.state
}

/** @param {string} ask @param {number} n */
export const answerPath = (ask, n) => `/asks/${ask}/papers/${n}/answer`

/** @param {Shown[]} papers */
export const missingOf = (papers) => papers.filter((paper) => MISSING.includes(paper.state))

/** What still concerns the person, the next date first. @param {import("./context.js").App} app */
export const openAsks = (app) => app.asks.filter((ask) => !["closed", "complete"].includes(ask.state))

/** @param {Element} place @param {import("./context.js").App} app @param {Item[]} items */
export function showAsks(place, app, items) {
  const shown = openAsks(app).map((ask) => ({ ask, papers: papersOf(app, ask, items) }))
  keep(place, shown, {
    key: ({ ask }) => ask.id,
    look: ({ ask, papers }) => JSON.stringify([ask.due, daysLeft(ask.due), ask.wish?.outcome, papers.map((paper) => [paper.state, paper.item?.id]), currentLanguage()]),
    make: ({ ask, papers }) => h("article", { class: "card card--lines ask", id: `ask-${ask.id}` },
      h("a", { class: "line", href: `#/a/${ask.id}`, id: `ask-open-${ask.id}` }, summary(ask, papers), icon("chevron")),
      h("ul", { class: "ask__papers" }, papers.map((paper) => h("li", null, paperLine(app, ask, paper, photo(app, ask, paper)))))),
  })
}

/** The leaf, the days and how much is there. @param {Ask} ask @param {Shown[]} papers */
export function summary(ask, papers) {
  const missing = missingOf(papers).length
  const there = t("ask.there", { there: papers.filter((paper) => ["there", "accepted", "waived"].includes(paper.state)).length, count: papers.length })
  return h("div", { class: "ask__head" }, leaf(ask, missing > 0),
    h("div", null, h("h3", { class: "card__big" }, missing ? daysWords(ask.due) : t("ask.all_there")),
      h("p", { class: "second" }, missing ? `${t("ask.until", { day: dayName(ask.due) })} · ${there}` : there)))
}

/** @param {Ask} ask @param {boolean} missing */
function leaf(ask, missing) {
  const left = daysLeft(ask.due)
  const tone = !missing || left > SOON ? "here" : left < 0 ? "loss" : "needs"
  return h("span", { class: `leaf leaf--${tone}`, "aria-hidden": "true" },
    h("span", { class: "leaf__month" }, dayIn({ month: "short" }, ask.due)), h("span", { class: "leaf__day" }, dayIn({ day: "numeric" }, ask.due).replace(/\D/g, "")))
}

/** @param {import("./context.js").App} app @param {Ask} ask @param {Shown} paper @param {import("../lib/dom.js").Children} actions */
export function paperLine(app, ask, paper, actions) {
  const look = LOOKS[/** @type {keyof typeof LOOKS} */ (paper.state)] ?? LOOKS.open
  const exact = inLanguage(paper.note)
  return h("div", { class: "line", id: `paper-${ask.id}-${paper.n}` },
    h("span", { class: `line__icon tone-${look.tone}` }, icon(look.icon)),
    h("div", null, h("p", { class: "line__title" }, kindName(paper.kind, app.office), german(paper.kind, app.office)),
      exact ? h("p", { class: "second", lang: paper.note[currentLanguage()] ? null : "de" }, exact) : null,
      paper.state === "open" ? null : h("p", { class: "second" }, t(`ask.state_${paper.state}`))),
    actions)
}

const LOOKS = {
  open: { icon: "ring", tone: "todo" },
  draft: { icon: "pen", tone: "here" },
  here: { icon: "phone", tone: "here" },
  there: { icon: "tick_ring", tone: "there" },
  accepted: { icon: "tick_ring", tone: "there" },
  returned: { icon: "triangle", tone: "needs" },
  declined: { icon: "message", tone: "way" },
  waived: { icon: "tick_ring", tone: "there" },
}

/** What to do about a paper: photograph it, go on with it, take pages again. @param {import("./context.js").App} app @param {Ask} ask @param {Shown} paper @returns {HTMLElement | null} */
export function photo(app, ask, paper) {
  const { item } = paper
  const id = `photo-${ask.id}-${paper.n}`
  const name = kindName(paper.kind, app.office)
  const tool = (/** @type {string} */ sign, /** @type {string} */ words, /** @type {{href?: string, onclick?: () => void}} */ way) =>
    h(way.href ? "a" : "button", { class: "tool", id, type: way.href ? null : "button", href: way.href, onclick: way.onclick, "aria-label": `${words}: ${name}` }, icon(sign), h("span", { "aria-hidden": "true" }, words))
  if (paper.state === "draft" && item) return tool("arrow_forward", t("ask.go_on"), { href: `#/d/${item.id}/pages` })
  if (paper.state === "returned" && item?.remote?.state === "returned") return tool("camera", t("ask.photo"), { onclick: () => void saved(app.takeAgain(item)) })
  if (!MISSING.includes(paper.state)) return null
  return tool("camera", t("ask.photo"), { onclick: () => void saved(app.draftFor(ask.id, paper).then((draft) => (location.hash = `#/d/${draft.id}/scan`))) })
}

/** A date is near, and pages for it lie only here: said loudly. @param {import("./context.js").App} app @param {Item[]} items @returns {HTMLElement | null} */
export function nearAndHere(app, items) {
  const near = items.filter(isPending).map((item) => ({ item, ask: app.asks.find((one) => one.id === item.local?.ask && !one.closed_at) }))
    .filter(({ ask }) => ask && daysLeft(ask.due) <= SOON)
    .sort((a, b) => (/** @type {Ask} */ (a.ask).due < /** @type {Ask} */ (b.ask).due ? -1 : 1))
  if (!near.length) return null
  const due = /** @type {Ask} */ (near[0].ask).due
  const count = near.reduce((sum, { item }) => sum + item.pages, 0)
  return note("needs", "calendar", daysLeft(due) < 0 ? t("ask.here_over", { count }) : t("ask.here_near", { count, day: dayName(due) }), "near")
}
