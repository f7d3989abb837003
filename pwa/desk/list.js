/** A list of people and cases, as CSV: first what it would change, line by line; then it is taken, or not. */
// words: field.* line.*

import { fill, h } from "../lib/dom.js"
import { currentLanguage, dateOnly, t } from "../lib/words.js"
import { Refused } from "../lib/api.js"
import { announce } from "./announce.js"
import { LIST_URL, takeList } from "./data.js"
import { frame, goKeys } from "./frame.js"
import { icon } from "./icons.js"
import { bind } from "./keys.js"
import { sentence } from "./troubles.js"

/** @typedef {import("./data.js").ListReport} ListReport */

/** @type {Record<string, [string, string]>} */
const LOOKS = { new: ["plus", "accent"], changed: ["turn", "accent"], unchanged: ["tick", "muted"], wrong: ["warn", "danger"] }

/**
 * @param {object} options
 * @param {import("./frame.js").Who} options.who
 * @param {import("./frame.js").Ways} options.ways
 * @param {(hash: string) => void} options.go
 * @returns {{root: HTMLElement, ready: Promise<void>, leave: () => void}}
 */
export function list({ who, ways, go }) {
  /** @type {ArrayBuffer | null} */
  let data = null
  /** @type {ListReport | null} */
  let report = null
  let busy = false
  const input = h("input", { type: "file", id: "list-file", accept: ".csv,.txt,text/csv", class: "file", onchange: () => look(true) })
  const newTeams = h("input", { type: "checkbox", class: "tickbox", id: "list-new-teams", onchange: () => look() })
  const trouble = h("div", { class: "operation__trouble", role: "alert" })
  const result = h("div", { class: "operation__part", id: "list-report" })
  const shell = frame({
    kind: "list",
    here: "people",
    who,
    ways,
    top: [
      h("a", { class: "btn btn--quiet btn--square", href: "#/people", "aria-label": t("list.back") }, icon("left")),
      h("div", { class: "top__titles" }, h("h1", { class: "title", tabindex: "-1" }, t("list.title"))),
    ],
    main: h("div", { class: "operation", tabindex: "0", role: "region", "aria-label": t("list.title") },
      h("p", { class: "note narrow-only" }, icon("peek"), h("span", null, t("admin.at_a_desk"))),
      h("section", { class: "box" },
        h("div", { class: "box__line stack" },
          h("label", { class: "label", for: "list-file" }, t("list.file")),
          input,
          h("p", { class: "muted" }, t("list.columns"), " ", h("a", { class: "link", href: LIST_URL, download: true }, t("list.sample"))),
          h("label", { class: "with-check" }, newTeams, h("span", null, t("list.new_teams"))))),
      trouble,
      result),
    hints: [{ keys: ["g", "l"], words: "hint.go_people" }],
  })

  /** @param {boolean} [fresh] another file was chosen */
  async function look(fresh) {
    const [file] = input.files
    if (!file) return
    if (fresh || !data) data = await file.arrayBuffer()
    await send("nothing")
  }

  /** @param {"nothing" | "all" | "good"} take */
  async function send(take) {
    if (busy || !data) return
    busy = true
    fill(trouble)
    try {
      const said = { take, language: currentLanguage(), new_teams: newTeams.checked ? "1" : "0", ...(take !== "nothing" && report ? { seen: report.hash } : {}) }
      report = await takeList(data, said)
      show()
    } catch (error) {
      const faults = error instanceof Refused ? error.data?.faults ?? [] : []
      fill(trouble, h("div", { class: "note note--danger" }, icon("warn"), h("div", null,
        h("p", null, sentence(error)),
        faults.length > 0 && h("ul", null, faults.map((/** @type {any} */ fault) => h("li", null, fault.line ? `${t("list.line_n", { n: fault.line })}: ` : "", fault.text))))))
      if (take === "nothing") fill(result)
      report = take === "nothing" ? null : report
    } finally {
      busy = false
    }
  }

  function show() {
    if (!report) return
    const { counts, lines, taken } = report
    const good = counts.new + counts.changed
    const said = [...Object.keys(LOOKS)].map((what) => t(`line.count_${what}`, { count: counts[what] })).join(" · ")
    announce(taken ? t("list.taken", { count: good }) : said)
    fill(
      result,
      taken && h("p", { class: "note", id: "list-taken" }, icon("accepted"), h("span", null, t("list.taken", { count: good }), " ", h("a", { class: "link", href: "#/people" }, t("list.to_people")))),
      h("p", { class: "counts", id: "list-counts" }, Object.entries(LOOKS).map(([what, [shape, tone]]) => h("span", { class: `state state--${counts[what] ? tone : "muted"}` }, icon(shape), h("span", null, t(`line.count_${what}`, { count: counts[what] }))))),
      report.unknown.length > 0 && h("p", { class: "muted" }, t("list.unknown", { names: report.unknown.join(", ") })),
      !taken && h("div", { class: "tools" },
        counts.wrong === 0 && good > 0 && h("button", { type: "button", class: "btn btn--primary", id: "list-take", onclick: () => send("all") }, icon("tick"), h("span", null, t("list.take", { count: good }))),
        counts.wrong > 0 && good > 0 && h("button", { type: "button", class: "btn", id: "list-take-good", onclick: () => send("good") }, icon("tick"), h("span", null, t("list.take_good", { count: good }))),
        counts.wrong > 0 && h("p", { class: "muted" }, t("list.mend")),
        counts.wrong === 0 && good === 0 && h("p", { class: "muted" }, t("list.nothing"))),
      lines.length > 0 && h("section", { class: "box" }, h("table", { class: "table table--list" },
        h("thead", null, h("tr", null, ["list.line", "list.what", "people.name", "people.case", "list.means"].map((name) => h("th", { scope: "col" }, t(name))))),
        h("tbody", { id: "list-lines" }, lines.map(row)))),
      report.left_out > 0 && h("p", { class: "muted" }, t("list.left_out", { count: report.left_out })),
    )
  }

  const unbind = bind([...goKeys(who, go), { keys: ["?"], words: "keys.help", run: ways.help }])
  document.title = t("list.document_title")
  return { root: shell.root, ready: Promise.resolve(), leave: unbind }
}

/** @param {ListReport["lines"][number]} of */
function row(of) {
  const [shape, tone] = LOOKS[of.what]
  return h(
    "tr",
    { "data-what": of.what },
    h("td", { "data-name": t("list.line") }, String(of.line)),
    h("td", { "data-name": t("list.what") }, h("span", { class: `state state--${tone}` }, icon(shape), h("span", null, t(`line.${of.what}`)))),
    h("th", { scope: "row" }, of.name || "–", of.login && h("span", { class: "table__sub" }, of.login)),
    h("td", { "data-name": t("people.case") }, of.case || "–"),
    h("td", { "data-name": t("list.means") }, h("div", { class: "table__cell" },
      of.faults.map((words) => h("p", { class: "field-error" }, words)),
      of.changes.map(({ field, before, after }) => h("p", null, h("span", { class: "muted" }, `${t(`field.${field}`)}: `), change(field, before, after))),
      of.notes.map((words) => h("p", { class: "muted" }, words)))),
  )
}

/** @param {string} field @param {string} before @param {string} after @returns {string} */
function change(field, before, after) {
  if (field === "ended") return t(after === "yes" ? "field.ended_yes" : "field.ended_no")
  if (field === "household" && !before) return t("field.comes", { name: after })
  if (field === "household" && !after) return t("field.leaves", { name: before })
  if (field === "approved_until") return t("field.change", { before: before ? dateOnly(before) : "–", after: dateOnly(after) })
  return t("field.change", { before: before || "–", after: after || "–" })
}
