/** Several rows of the inbox at once: picked one by one, then accepted, taken or let wait together. */

import { Refused } from "../lib/api.js"
import { fill, h } from "../lib/dom.js"
import { t } from "../lib/words.js"
import { decide, postpone, take } from "./data.js"
import { openDialog } from "./dialog.js"
import { dayAhead } from "./handling.js"
import { icon } from "./icons.js"
import { cap } from "./keys.js"
import { sentence } from "./troubles.js"

/** @typedef {import("./data.js").Row} Row */

const TO_DECIDE = ["ready", "attention"]
const WEEK = 7 // days

/**
 * @param {object} options
 * @param {(words: string) => void} options.say
 * @param {() => void} options.done something was done to them: the list is asked for anew
 * @param {() => void} options.redraw whether any are picked has changed
 */
export function picks({ say, done, redraw }) {
  /** @type {Map<string, Row>} */
  const picked = new Map()
  const bar = h("div", { class: "filters filters--picked", role: "toolbar", "aria-label": t("pick.title"), hidden: true })
  /** @type {Map<string, HTMLInputElement>} */
  const boxes = new Map()
  let busy = false

  function show() {
    bar.hidden = picked.size === 0
    redraw()
    if (bar.hidden) return
    const ready = [...picked.values()].filter((row) => TO_DECIDE.includes(row.state))
    fill(bar,
      h("strong", { id: "picked" }, t("pick.count", { count: picked.size })),
      h("button", { type: "button", class: "btn btn--primary", id: "accept-picked", disabled: !ready.length || null, onclick: () => confirm(ready) }, icon("tick"), h("span", null, t("pick.accept", { count: ready.length }))),
      h("button", { type: "button", class: "btn btn--tool", id: "take-picked", onclick: () => void each([...picked.values()], (row) => take(row.id, true), "pick.taken") }, icon("person"), h("span", null, t("handling.take"))),
      h("button", { type: "button", class: "btn btn--tool", id: "postpone-picked", onclick: () => void each([...picked.values()], (row) => postpone(row.id, dayAhead(WEEK)), "pick.postponed") }, icon("pause"), h("span", null, t("pick.week"))),
      h("button", { type: "button", class: "btn btn--tool btn--quiet", id: "unpick", onclick: clear }, icon("cross"), h("span", null, t("pick.none")), cap("x")))
  }

  /** Nobody has looked at them, or not now: said before it is done, because it cannot be undone. @param {Row[]} rows */
  function confirm(rows) {
    const dialog = openDialog({
      title: t("pick.sure", { count: rows.length }),
      body: [h("p", null, t("pick.sure_text")), h("ul", { class: "plain stack" }, rows.map((row) => h("li", null, `${row.person.name} · ${row.number}`)))],
      foot: [h("button", { type: "button", class: "btn btn--primary", id: "accept-sure", onclick: () => {
        dialog.close()
        void each(rows, (row) => decide(row.id, { outcome: "accepted" }), "pick.accepted")
      } }, t("pick.accept", { count: rows.length }))],
    })
    document.getElementById("accept-sure")?.focus()
  }

  /** @param {Row[]} rows @param {(row: Row) => Promise<any>} work @param {string} words said at the end */
  async function each(rows, work, words) {
    if (busy) return
    busy = true
    let count = 0
    /** @type {string | null} */
    let trouble = null
    for (const row of rows) {
      try {
        await work(row)
        count += 1
        picked.delete(row.id)
      } catch (error) {
        trouble = sentence(error)
        if (!(error instanceof Refused)) break // nobody answers: the rest would wait in vain; what is not done stays picked
      }
    }
    busy = false
    show()
    say([t(words, { count }), trouble].filter(Boolean).join(" "))
    done()
  }

  function clear() {
    picked.clear()
    for (const box of boxes.values()) box.checked = false
    show()
  }

  /** @param {Row | null} row */
  function toggle(row) {
    if (!row || row.gone) return
    if (picked.has(row.id)) picked.delete(row.id)
    else picked.set(row.id, row)
    const box = boxes.get(row.id)
    if (box) box.checked = picked.has(row.id)
    show()
    say(t("pick.count", { count: picked.size }))
  }

  return {
    bar,
    toggle,
    count: () => picked.size,
    /** A row of the list with its box. @param {Row} row @param {HTMLElement} item */
    with(row, item) {
      const box = h("input", { type: "checkbox", class: "row__pick", checked: picked.has(row.id) || null, "aria-label": t("pick.this", { name: row.person.name, number: row.number }), onchange: () => toggle(row) })
      boxes.set(row.id, box)
      item.append(box)
      return item
    },
    /** What is no longer in the list is not picked any more. @param {Row[]} rows */
    keep(rows) {
      const there = new Map(rows.filter((row) => !row.gone).map((row) => [row.id, row]))
      for (const id of picked.keys()) {
        const row = there.get(id)
        if (row) picked.set(id, row)
        else picked.delete(id)
      }
      for (const id of boxes.keys()) if (!there.has(id)) boxes.delete(id)
      show()
    },
  }
}
