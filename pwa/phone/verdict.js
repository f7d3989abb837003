/** What somebody should look at on the pages that arrived: advice in kind words, never a refusal. */

import { h } from "../lib/dom.js"
import { hasWord, t } from "../lib/words.js"
import { listed } from "./faces.js"

// words: verdict.*

/** @typedef {{number: number, name: string, twin: number | null}} Remark  `twin`: the page it is the same as */

const MOST_NAMED = 5 // pages

/** @param {import("./faces.js").Item} item */
const advised = (item) => item.remote && ["ready", "attention"].includes(item.remote.state)

/**
 * What was noticed, once for each page; nothing once the office has decided, for then its word counts.
 *
 * @param {import("./faces.js").Item} item
 * @returns {Remark[]}
 */
export function remarksOf(item) {
  if (!advised(item)) return []
  const { pages, sheets } = item.remote
  /** @param {string} id */
  const numberOf = (id) => pages.find((/** @type {any} */ page) => page.id === id)?.seq
  const twinOf = (/** @type {any} */ sheet) => numberOf(sheets.find((/** @type {any} */ one) => one.n === sheet.same_as)?.page)
  const all = sheets.flatMap((/** @type {any} */ sheet) =>
    sheet.verdict.filter((/** @type {string} */ name) => hasWord(`verdict.${name}`)).map((/** @type {string} */ name) => ({ number: numberOf(sheet.page), name, twin: twinOf(sheet) ?? null })))
  return all.filter((/** @type {Remark} */ one, /** @type {number} */ at) => all.findIndex((/** @type {Remark} */ each) => each.number === one.number && each.name === one.name) === at)
}

/** What may be missing by the numbers on the pages; a long list helps nobody. @param {import("./faces.js").Item} item @returns {string[]} */
function gapsOf({ remote }) {
  return (remote?.gaps ?? []).flatMap((/** @type {{total: number, missing: number[], doubled: number[]}} */ { total, missing, doubled }) => [
    missing.length > MOST_NAMED ? t("verdict.missing_many", { count: missing.length, total }) : missing.length ? t("verdict.missing", { count: missing.length, list: listed(missing), total }) : "",
    doubled.length ? t("verdict.doubled", { count: doubled.length, list: listed(doubled), total }) : "",
  ]).filter(Boolean)
}

/** @param {import("./faces.js").Item} item */
export function verdict(item) {
  const remarks = remarksOf(item)
  const gaps = advised(item) ? gapsOf(item) : []
  if (!remarks.length && !gaps.length) return null
  return h("section", { class: "card", id: "verdict", "aria-labelledby": "verdict-title" },
    h("h2", { class: "card__title", id: "verdict-title" }, t("verdict.title")),
    h("ul", { class: "remarks" }, remarks.map(({ number, name, twin }) => h("li", null, h("strong", null, t("verdict.page", { number })), " ", t(`verdict.${name}`, { twin: twin ?? "" }))), gaps.map((line) => h("li", null, line))),
    h("p", { class: "second" }, t("verdict.calm")))
}
