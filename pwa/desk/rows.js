/** The rows of the inbox: one submission a line, by day, the oldest first. */
// words: column.*

import { h } from "../lib/dom.js"
import { t } from "../lib/words.js"
import { dayName, daysAgo, isSerious, kindName, problemIcon, problemShort, shortMoment, stateOf, waiting } from "./format.js"
import { icon } from "./icons.js"
import { OPEN } from "./queue.js"

/** @typedef {import("./data.js").Row} Row */

/** @param {string} state */
export const columns = (state) => [
  h("span", null, t("column.state")),
  h("span", null, t("column.name")),
  h("span", null, t("column.case")),
  h("span", null, t("column.kind")),
  h("span", { class: "right" }, t("column.pages")),
  h("span", null, t("column.legible")),
  h("span", { class: "right" }, t(OPEN.includes(state) ? "column.waiting" : "column.decided")),
]

/** @param {Row[]} rows in the queue's order @param {string} state of the queue @returns {{name: string, rows: Row[]}[]} by day of arrival, what is accepted by day of that */
export function byDay(rows, state) {
  const when = (/** @type {Row} */ row) => (state === "accepted" ? row.decided_at : null) ?? row.received_at
  /** @type {Map<number, Row[]>} */
  const days = new Map()
  for (const row of rows) {
    const ago = daysAgo(when(row))
    days.set(ago, [...(days.get(ago) ?? []), row])
  }
  return [...days.values()].map((each) => ({ name: dayName(when(each[0])), rows: each }))
}

/** @param {Row} row @param {string} state of the queue */
export const timeOf = (row, state) => (OPEN.includes(state) || !row.decided_at ? waiting(row.received_at) : shortMoment(row.decided_at))

/** Where a row leads: to the page on which stands what was looked for. @param {Row} row */
export const wayTo = (row) => `#/s/${row.id}${row.found ? `/${row.found.n}` : ""}`

/** @param {Row} row @param {string} state of the queue @param {boolean} cursor */
export function line(row, state, cursor) {
  const standing = stateOf(row)
  const unread = !row.opened_at && !row.decided_at && !row.gone
  return h(
    "li",
    { class: `row${unread ? " row--unread" : ""}${row.gone ? " row--gone" : ""}${cursor ? " row--cursor" : ""}` },
    h(
      "a",
      { class: `row__link${row.found ? " row__link--found" : ""}`, href: wayTo(row), "data-id": row.id },
      h("span", { class: `row__state state state--${standing.tone}` }, icon(standing.icon), h("span", null, standing.words)),
      h("span", { class: "row__name" }, row.person.name, row.taken_by && h("span", { class: "muted small" }, ` · ${row.taken_by}`), unread && h("span", { class: "sr" }, ` (${t("inbox.unread")})`)),
      h("span", { class: "row__case" }, row.case.number),
      h(
        "span",
        { class: "row__what" },
        h("span", { class: "row__kind", title: kindName(row.kind) }, kindName(row.kind), " "),
        h("span", { class: "row__pages" }, row.pages, h("span", { class: "row__unit" }, " ", t("inbox.pages", { count: row.pages }))),
      ),
      legibility(row),
      h("span", { class: "row__wait" }, h("span", { class: "sr" }, OPEN.includes(state) ? t("column.waiting") : t("column.decided"), " "), row.late && h("span", { class: "sr" }, t("inbox.late"), " "), h("span", { class: `row__time${row.late ? " row__time--late" : ""}` }, timeOf(row, state))),
      row.found && h("span", { class: "row__found muted small" }, t("inbox.found_on", { n: row.found.n }), " … ", row.found.before, " ", h("mark", null, row.found.word), " ", row.found.after, " …"),
    ),
  )
}

/** @param {Row} row what can be said about reading it; always with the page number */
function legibility(row) {
  if (row.parked) return h("span", { class: "row__legible state state--look" }, icon("triangle"), h("span", null, t("inbox.scan_failed")))
  if (row.state === "received") return h("span", { class: "row__legible muted" }, "–")
  const [first, ...more] = [...row.problems].sort((a, b) => Number(isSerious(b.problem)) - Number(isSerious(a.problem)) || a.n - b.n)
  if (!first) return h("span", { class: "row__legible muted" }, t("problem.none"))
  const tone = isSerious(first.problem) ? "look" : "muted"
  return h(
    "span",
    { class: `row__legible state state--${tone}` },
    icon(problemIcon(first.problem)),
    h("span", null, t("problem.page", { n: first.n, problem: problemShort(first.problem) }), more.length > 0 && ` +${more.length}`),
  )
}

/** The list's shape while it loads; it appears after 150 ms only, so that a fast answer does not flicker. */
export const skeleton = () =>
  h("div", { class: "skeletons", "aria-hidden": "true" }, Array.from({ length: 8 }, () => h("div", { class: "skeleton skeleton--row" }, h("span"), h("span"), h("span"), h("span"))))
