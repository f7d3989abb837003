/** Is everything there? What papers of a kind should have, as a list to tick off and as hints; nothing of it stops anybody. */

import { fill, h } from "../lib/dom.js"
import { monthName, t } from "../lib/words.js"
import { kindOf } from "./faces.js"
import { note } from "./parts.js"

/** @typedef {import("../lib/types.js").Submission} Submission */
/** @typedef {import("../lib/types.js").Page} Page */

/** @param {Date} today @param {number} count @returns {string[]} the newest first, "2026-11" */
export function latestMonths(today, count) {
  return Array.from({ length: count }, (_, i) => {
    const month = new Date(today.getFullYear(), today.getMonth() - i, 1)
    return `${month.getFullYear()}-${String(month.getMonth() + 1).padStart(2, "0")}`
  })
}

/**
 * Which months are these? One more than is wanted can be ticked: the running one is seldom complete.
 *
 * @param {import("./context.js").App} app
 * @param {Submission} draft
 * @returns {HTMLElement | null}
 */
export function monthsField(app, draft) {
  const wanted = kindOf(draft.kind, app.office)?.months
  if (!wanted) return null
  const ticked = new Set(draft.months ?? [])
  const hint = h("p", { class: "second", id: "months-hint", role: "status" })
  const offered = latestMonths(new Date(), wanted + 1)

  function say() {
    const left = wanted - ticked.size
    fill(hint, left > 0 ? t("complete.months_left", { count: left }) : t("complete.months_all"))
  }

  /** @param {string} month @param {boolean} on */
  async function tick(month, on) {
    if (on) ticked.add(month)
    else ticked.delete(month)
    say()
    await app.store.editDraft(draft.id, (open) => {
      open.months = [...ticked].sort()
    }).catch(() => {})
  }
  say()
  return h("fieldset", { class: "months", id: "months" }, h("legend", { class: "line__title" }, t("complete.months")),
    offered.map((month) => h("label", { class: "months__one" },
      h("input", { type: "checkbox", id: `month-${month}`, checked: ticked.has(month) || null, onchange: (/** @type {Event} */ event) => void tick(month, /** @type {HTMLInputElement} */ (event.target).checked) }),
      h("span", null, monthName(month)))),
    hint)
}

/** Both sides of a card. @param {import("./context.js").App} app @param {Submission} draft @param {Page[]} pages */
export function missingSide(app, draft, pages) {
  const odd = kindOf(draft.kind, app.office)?.card && pages.length % 2 === 1 && pages.every((page) => page.type !== "application/pdf")
  return odd ? note("info", "info", [t("complete.back_missing"), " ", h("a", { class: "link", id: "add-back", href: `#/d/${draft.id}/scan` }, t("complete.add_back"))], "back-missing") : null
}

/** A PDF whose last page counts more pages than it has. @param {Page} page */
export function sheetsMissing({ sheets = 0, numbered: [at, of] = [0, 0] }) {
  return sheets && of > sheets ? note("info", "info", t("complete.sheets_missing", { at, of, count: of - sheets }), "sheets-missing") : null
}

/** Cards that the office must only see. @param {import("./context.js").App} app @param {string | null} kind */
export const onlySeen = (app, kind) => (kindOf(kind, app.office)?.only_seen ? note("info", "eye", t("complete.only_seen"), "only-seen") : null)

/**
 * Which pages of a draft were sent before, by what is still known of that on this phone.
 *
 * @param {import("./context.js").App} app
 * @param {Page[]} pages
 * @returns {Promise<{number: number, at: string}[]>} number of the page here, and when it arrived
 */
export async function sentBefore(app, pages) {
  /** @type {Map<string, string>} */
  const arrived = new Map()
  for (const item of await app.items()) {
    for (const page of item.receipt?.pages ?? []) arrived.set(page.sha256, item.receipt.arrived_at)
  }
  return pages.flatMap((page, i) => (arrived.has(page.sha256) ? [{ number: i + 1, at: /** @type {string} */ (arrived.get(page.sha256)) }] : []))
}

/** @param {import("./context.js").App} app @returns {{id: string, name: string}[]} who belongs to the household, the person first */
function members(app) {
  const all = /** @type {{id: string, name: string}[]} */ (app.session?.case?.members ?? [])
  return [...all.filter(({ id }) => id === app.owner), ...all.filter(({ id }) => id !== app.owner)]
}

/** @param {import("./context.js").App} app @param {Submission} draft @returns {string} the name of whom it is about */
export const about = (app, draft) => members(app).find(({ id }) => id === draft.about)?.name ?? app.session?.person.name ?? ""

/**
 * For whom is it? Asked where the household has more than one.
 *
 * @param {import("./context.js").App} app
 * @param {Submission} draft
 * @param {() => void} changed
 * @returns {HTMLElement | null}
 */
export function aboutField(app, draft, changed) {
  const all = members(app)
  if (all.length < 2) return null
  const choice = h("select", { class: "note-field", id: "about", onchange: async () => {
    await app.store.editDraft(draft.id, (open) => {
      open.about = choice.value === app.owner ? undefined : choice.value
    }).catch(() => {})
    changed()
  } }, all.map(({ id, name }) => h("option", { value: id, selected: id === (draft.about ?? app.owner) || null }, name)))
  return h("div", { class: "stack-tight" }, h("label", { class: "line__title", for: "about" }, t("send.about")), choice)
}
