/** The form of one template: which papers an ask begins with, until when, why, and by which law. */

import { h } from "../lib/dom.js"
import { LANGUAGES, inLanguage, t } from "../lib/words.js"
import { icon } from "./icons.js"

/**
 * @typedef {import("./data.js").Entry} Entry
 * @typedef {{kind: string, note?: Record<string, string>}} Paper
 */

export const MOST_DAYS = 366 // as the server has it, like the lengths below
const MOST_PAPERS = 40
const TEXT = 1000
const NOTE = 200

/**
 * @param {object} options
 * @param {Entry} options.template
 * @param {Entry[]} options.kinds the office's
 * @param {import("./fields.js").Fields} options.fields
 * @param {(focus: string) => void} options.changed the papers are others; the id of what gets the focus
 */
export function templateFields({ template, kinds, fields, changed }) {
  /** @type {Paper[]} */
  const papers = (template.papers ??= [])

  /** @param {string} kind */
  const nameOf = (kind) => inLanguage(kinds.find((known) => known.id === kind)?.names) || kind

  /** What can be asked for; what stands there already stays to be seen. @param {Paper} paper */
  const offered = (paper) => kinds.filter((kind) => (!kind.retired && !kind.message) || kind.id === paper.kind)

  /** @param {Paper} paper @param {number} at */
  function line(paper, at) {
    const note = (paper.note ??= {})
    const select = h("select", { class: "wants__kind", id: `paper-kind-${at}`, "aria-label": t("asking.kind", { n: at + 1 }), onchange: () => { paper.kind = select.value; changed(select.id) } }, offered(paper).map((kind) => h("option", { value: kind.id }, inLanguage(kind.names) || kind.id)))
    select.value = paper.kind
    return h("li", { class: "wants__one wants__one--languages" }, select,
      LANGUAGES.map((language) => {
        const field = fields.box("input", `paper-note-${at}-${language}`, note[language] ?? "", fields.putInto(note, language), { lang: language, most: NOTE, name: "papers" })
        field.className = "wants__note"
        field.placeholder = `${t("asking.note")} (${t(`texts.language_${language}`)})`
        field.setAttribute("aria-label", `${t("asking.note_of", { n: at + 1 })} (${t(`texts.language_${language}`)})`)
        return field
      }),
      h("div", { class: "wants__ways" },
        tool("up", at, "asking.up", paper, at === 0, () => move(at, -1)),
        tool("down", at, "asking.down", paper, at === papers.length - 1, () => move(at, 1)),
        tool("cross", at, "asking.remove", paper, false, () => remove(at))))
  }

  /** @param {string} shape @param {number} at @param {string} words @param {Paper} paper @param {boolean} off @param {() => void} run */
  const tool = (shape, at, words, paper, off, run) =>
    h("button", { type: "button", class: "btn btn--tool btn--square btn--quiet", id: `paper-${shape}-${at}`, disabled: off, "aria-label": t(words, { paper: nameOf(paper.kind) }), title: t(words, { paper: nameOf(paper.kind) }), onclick: run }, icon(shape))

  /** @param {number} at @param {number} by */
  function move(at, by) {
    const [paper] = papers.splice(at, 1)
    papers.splice(at + by, 0, paper)
    const ends = at + by === 0 || at + by === papers.length - 1
    changed(`paper-${(by < 0) === ends ? "down" : "up"}-${at + by}`)
  }

  /** @param {number} at */
  function remove(at) {
    papers.splice(at, 1)
    changed(papers.length ? `paper-cross-${Math.min(at, papers.length - 1)}` : "add-paper")
  }

  function add() {
    const used = new Set(papers.map((paper) => paper.kind))
    const free = offered({ kind: "" })
    const kind = free.find((each) => !used.has(each.id)) ?? free[0]
    if (!kind) return
    papers.push({ kind: kind.id, note: {} })
    changed(`paper-kind-${papers.length - 1}`)
  }

  return [
    h("section", { class: "editor__part", "aria-labelledby": "papers-title" },
      h("div", { class: "asking__head" }, h("h3", { class: "label", id: "papers-title" }, t("asking.papers")),
        h("button", { type: "button", class: "btn btn--tool", id: "add-paper", disabled: papers.length >= MOST_PAPERS || null, onclick: add }, icon("plus"), h("span", null, t("asking.add")))),
      h("ol", { class: "wants" }, papers.map(line))),
    fields.number("days", t("texts.days"), template.days, (value) => (template.days = value), { most: MOST_DAYS, hint: t("texts.days_hint") }),
    fields.byLanguage("reason", t("texts.reason"), (template.reason ??= {}), "textarea", { most: TEXT, rows: 3 }),
    fields.byLanguage("basis", t("texts.basis"), (template.basis ??= {}), "textarea", { most: TEXT, rows: 5 }),
  ]
}
