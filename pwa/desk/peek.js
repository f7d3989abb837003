/** A look at a submission beside the list, without opening it. */

import { h } from "../lib/dom.js"
import { t } from "../lib/words.js"
import { thumbUrl } from "./data.js"
import { byProblem, isSerious, kindName, languageName, moment, noDocument, problemIcon, problemLine, stateOf } from "./format.js"
import { icon } from "./icons.js"
import { cap } from "./keys.js"
import { thumb } from "./pictures.js"
import { wayTo } from "./rows.js"

/** @typedef {import("./data.js").Row} Row */

const MOST = 8 // pages; the rest is a number

/** @param {Row} row @param {(hash: string) => void} go */
export function peekOf(row, go) {
  const ready = row.state !== "received"
  const standing = stateOf(row)
  const shown = Math.min(row.pages, MOST)
  return [
    h("div", { class: "peek__head" }, h("h2", { class: "section" }, kindName(row.kind)), h("p", { class: "muted" }, t("review.pages", { count: row.pages }))),
    h("div", { class: "peek__pages" }, ready ? Array.from({ length: shown }, (_, at) => h("div", { class: "peek__page" }, thumb(thumbUrl(row.id, at + 1, row.version), ""))) : h("p", { class: row.parked ? null : "muted" }, noDocument(row))),
    row.pages > shown && h("p", { class: "muted small" }, t("peek.more", { count: row.pages - shown })),
    h(
      "dl",
      { class: "facts" },
      fact(t("fact.state"), h("span", { class: `state state--${standing.tone}` }, icon(standing.icon), h("span", null, standing.words))),
      fact(t("fact.from"), `${row.person.name}, ${languageName(row.person.language)}`),
      fact(t("fact.case"), row.case.number),
      fact(t("fact.received"), moment(row.received_at)),
      fact(t("fact.number"), row.number),
      row.note && fact(t("fact.note"), h("q", null, row.note)),
    ),
    byProblem(row.problems).filter(({ problem }) => isSerious(problem)).map(({ problem, numbers }) => h("p", { class: "note note--look" }, icon(problemIcon(problem)), h("span", null, problemLine(problem, numbers)))),
    h("div", { class: "peek__foot" }, h("button", { type: "button", class: "btn btn--primary btn--wide", onclick: () => go(wayTo(row)) }, h("span", null, t("peek.open")), cap("enter"))),
  ]
}

/** @param {string} name @param {any} value */
const fact = (name, value) => h("div", { class: "fact" }, h("dt", null, name), h("dd", null, value))
