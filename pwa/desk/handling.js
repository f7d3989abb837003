/** In whose hands a submission is, until when it can wait, what it really is, and what colleagues should know of it. */
// words: keys.*

import { uuid7 } from "../lib/ids.js"
import { h } from "../lib/dom.js"
import { dateOnly, inLanguage, t } from "../lib/words.js"
import { announce } from "./announce.js"
import { office, postpone, rename, take, writeNote } from "./data.js"
import { openDialog, withKey } from "./dialog.js"
import { kindName, shortMoment } from "./format.js"
import { icon } from "./icons.js"
import { cap } from "./keys.js"
import { moved, queue } from "./queue.js"
import { sentence } from "./troubles.js"

/** @typedef {import("./data.js").Submission} Submission */

const STATES = ["received", "ready", "attention"]
const LATEST = 366 // days ahead
const LONGEST_NOTE = 2000 // characters

/** @param {number} days from today @returns {string} "2026-12-04" */
export function dayAhead(days) {
  const day = new Date()
  day.setDate(day.getDate() + days)
  return new Intl.DateTimeFormat("sv-SE").format(day)
}

/**
 * @param {object} options
 * @param {import("./frame.js").Who} options.who
 * @param {() => Submission | null} options.current
 * @param {(now: Submission) => void} options.changed
 */
export function handling({ who, current, changed }) {
  /** @param {(of: Submission) => Promise<Submission>} work @param {string} said when it is done @returns {Promise<string | null>} what went wrong, else null */
  async function change(work, said) {
    const of = current()
    if (!of) return null
    try {
      changed(await work(of))
      announce(said)
      return null
    } catch (error) {
      announce(sentence(error))
      return sentence(error)
    }
  }

  const isMine = () => current()?.taken_by === who.name

  /** Take it, or give it back. */
  const toggle = () => void change((of) => take(of.id, of.taken_by !== who.name), t(isMine() ? "handling.given_back" : "handling.taken"))

  function openPostponement() {
    const of = current()
    if (!of || !STATES.includes(of.state)) return
    const day = h("input", { type: "date", class: "field__input", id: "postpone-day", min: dayAhead(1), max: dayAhead(LATEST), value: of.postponed_until ?? dayAhead(7), "aria-label": t("handling.until") })
    const trouble = h("p", { role: "alert" })
    /** @param {string | null} until */
    const done = async (until) => {
      trouble.textContent = (await change((one) => postpone(one.id, until), until ? t("handling.postponed", { date: dateOnly(until) }) : t("handling.now"))) ?? ""
      if (trouble.textContent) return
      if (until && ["new", "overdue"].includes(queue.wanted.state)) moved(of.id)
      dialog.close()
    }
    const dialog = openDialog({
      title: t("handling.postpone"),
      body: [
        h("p", { class: "muted" }, t("handling.postpone_text")),
        h("div", { class: "group" }, [3, 7, 14].map((days) => h("button", { type: "button", class: "btn", id: `postpone-${days}`, onclick: () => void done(dayAhead(days)) }, t("handling.in_days", { count: days })))),
        h("label", { class: "field" }, h("span", { class: "field__label" }, t("handling.until")), day),
        trouble,
      ],
      foot: [
        of.postponed_until && h("button", { type: "button", class: "btn", id: "postpone-now", onclick: () => void done(null) }, t("handling.want_now")),
        h("button", { type: "button", class: "btn btn--primary", id: "postpone-do", onclick: () => (day.value ? void done(day.value) : day.focus()) }, t("handling.postpone_do")),
      ],
    })
    day.focus()
  }

  function openNote() {
    const of = current()
    if (!of) return
    const id = uuid7() // said twice it is one note
    const text = h("textarea", { class: "field__input field__input--text", id: "note-text", rows: 4, maxlength: LONGEST_NOTE, "aria-label": t("handling.note"), "aria-describedby": "note-told" })
    const withheld = h("input", { type: "checkbox", class: "tickbox", id: "note-withhold" })
    const trouble = h("p", { role: "alert" })
    const send = async () => {
      if (!text.value.trim()) return text.focus()
      trouble.textContent = (await change((one) => writeNote(one.id, id, text.value, withheld.checked), t("handling.noted"))) ?? ""
      if (!trouble.textContent) dialog.close()
    }
    const dialog = openDialog({
      title: t("handling.note"),
      sub: t("handling.note_sub"),
      body: [text, h("p", { class: "muted small", id: "note-told" }, t("handling.note_told")), h("label", { class: "with-check" }, withheld, h("span", null, t("handling.note_withhold"))), trouble],
      foot: [h("button", { type: "button", class: "btn btn--primary", id: "note-do", onclick: () => void send() }, withKey(t("handling.note_do"), "shift+enter"))],
      bindings: [{ keys: ["shift+enter"], words: "keys.send_note", run: () => void send(), always: true }],
    })
    text.focus()
  }

  function openKinds() {
    const of = current()
    if (!of || of.erased_at) return
    const chosen = h("select", { class: "field__input", id: "kind-choice", "aria-label": t("fact.kind") }, office().kinds.map((kind) => h("option", { value: kind.id, selected: kind.id === of.kind || null }, inLanguage(kind.names))))
    const trouble = h("p", { role: "alert" })
    const done = async () => {
      trouble.textContent = (await change((one) => rename(one.id, chosen.value), t("handling.renamed", { kind: kindName(chosen.value) }))) ?? ""
      if (!trouble.textContent) dialog.close()
    }
    const dialog = openDialog({
      title: t("handling.rename"),
      body: [h("p", { class: "muted" }, t("handling.rename_text")), of.state === "accepted" && h("p", { class: "muted" }, t("handling.rename_again")), chosen, trouble],
      foot: [h("button", { type: "button", class: "btn btn--primary", id: "kind-do", onclick: () => void done() }, t("handling.rename_do"))],
    })
    chosen.focus()
  }

  /** @param {string} id @param {string} shape @param {string} words @param {string} key @param {() => void} run */
  const button = (id, shape, words, key, run) => h("button", { type: "button", class: "btn btn--tool", id, onclick: run, "aria-keyshortcuts": key.toUpperCase() }, icon(shape), h("span", null, words), cap(key))

  return {
    /** What the panel shows of it. @param {Submission} of @returns {HTMLElement} */
    part(of) {
      const open = STATES.includes(of.state)
      return h("section", { class: "panel__part" },
        h("h2", { class: "label" }, t("handling.title")),
        of.taken_by && h("p", null, isMine() ? t("handling.mine") : t("handling.by", { name: of.taken_by })),
        of.postponed_until && open && h("p", { class: "state state--muted" }, icon("pause"), h("span", null, t("handling.waits", { date: dateOnly(of.postponed_until) }))),
        of.notes.length > 0 && h("ul", { class: "plain stack", id: "notes" }, of.notes.map((note) => h("li", null, h("p", { class: "quote" }, note.text), h("p", { class: "muted small" }, `${note.by}, ${shortMoment(note.at)}`, note.withheld && ` · ${t("handling.note_withheld")}`)))),
        h("div", { class: "handling" },
          open && button("take", "person", t(isMine() ? "handling.give_back" : "handling.take"), "w", toggle),
          open && button("postpone", "pause", t("handling.postpone"), "p", openPostponement),
          button("note", "pen", t("handling.note"), "i", openNote),
          !of.erased_at && button("rename", "paper", t("handling.rename"), "u", openKinds)))
    },
    /** @type {import("./keys.js").Binding[]} */
    keys: [
      { keys: ["w"], words: "keys.take", run: toggle },
      { keys: ["p"], words: "keys.postpone", run: openPostponement },
      { keys: ["i"], words: "keys.note", run: openNote },
      { keys: ["u"], words: "keys.rename", run: openKinds },
    ],
  }
}
