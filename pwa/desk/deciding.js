/** The decision bar: always in reach, asks when a page was not looked at, and says what was decided. */

import { Refused } from "../lib/api.js"
import { fill, h } from "../lib/dom.js"
import { t } from "../lib/words.js"
import { announce } from "./announce.js"
import { decide } from "./data.js"
import { moment, noDocument, pageList } from "./format.js"
import { icon } from "./icons.js"
import { cap } from "./keys.js"
import { openReturn } from "./returning.js"
import { sentence } from "./troubles.js"

/** @typedef {import("./data.js").Submission} Submission */

const PAUSE = 500 // ms; the second half of a double click is no answer to a question

/** @param {Submission} of @returns {string} who decided what, and when */
export function verdict(of) {
  const last = [...of.events].reverse().find((event) => event.what === "accepted" || event.what === "returned")
  const accepted = of.decision?.outcome === "accepted"
  const when = moment(of.decision?.at ?? last?.at ?? of.received_at)
  if (!last?.by) return t(accepted ? "decision.accepted" : "decision.returned", { when })
  return t(accepted ? "decision.accepted_by" : "decision.returned_by", { who: last.by, when })
}

/**
 * @param {object} options
 * @param {() => Submission} options.current
 * @param {() => boolean} options.unsaved pages were arranged here, and that is not saved
 * @param {() => number} options.open the sheet on the stage
 * @param {() => boolean} options.judged whether a first page is to be seen; nobody accepts a blank stage by a slip
 * @param {() => number[]} options.unseen
 * @param {(after: Submission) => void} options.decided by the person at this desk
 * @param {() => Promise<Submission | null>} options.beaten by somebody else; answers how it stands now
 */
export function deciding({ current, unsaved, open, judged, unseen, decided, beaten }) {
  const words = h("div", { class: "decision__words" })
  const acceptLabel = h("span", { class: "btn__label" }, t("decision.accept"))
  const accept = h("button", { type: "button", class: "btn btn--primary", id: "accept", onclick: tryAccept, "aria-keyshortcuts": "A" }, icon("tick"), acceptLabel, cap("a"))
  const back = h("button", { type: "button", class: "btn btn--outline", id: "return", onclick: tryReturn, "aria-keyshortcuts": "R" }, icon("back"), h("span", { class: "btn__label" }, t("decision.return")), cap("r"))
  const buttons = h("div", { class: "decision__buttons" }, accept, back)
  const root = h("section", { class: "decision", "aria-label": t("decision.title") }, words, buttons)
  let asked = false
  let busy = false
  let late = false
  let askedAt = 0

  /** @param {string} tone @param {string} shape @param {string} text */
  function tell(tone, shape, text) {
    fill(words, h("p", { class: `note note--${tone}` }, icon(shape), h("span", null, text)))
    announce(text)
  }

  function show() {
    const of = current()
    const preparing = of.state === "received" || of.state === "sending"
    buttons.hidden = Boolean(of.decision)
    root.classList.toggle("decision--asked", asked)
    const waits = preparing || of.arranging || unsaved()
    accept.disabled = waits || !judged()
    back.disabled = waits
    acceptLabel.textContent = t(asked ? "decision.accept_anyway" : "decision.accept")
    if (of.decision) {
      const accepted = of.decision.outcome === "accepted"
      fill(words, late && h("p", { class: "note note--danger" }, icon("warn"), h("span", null, t("error.already_decided"))), h("p", { class: `state state--${accepted ? "done" : "muted"} decision__verdict` }, icon(accepted ? "accepted" : "back"), h("span", null, verdict(of))))
    } else if (preparing) fill(words, of.parked ? h("p", { class: "note note--look" }, icon("triangle"), h("span", null, noDocument(of))) : h("p", { class: "muted" }, noDocument(of)))
    else if (of.arranging || unsaved()) fill(words, h("p", { class: "muted" }, t(of.arranging ? "decision.arranging" : "decision.unsaved")))
    else if (!asked && !words.querySelector(".note--danger")) fill(words)
  }

  function tryReturn() {
    const of = current()
    if (of.decision || back.disabled) return
    const overtaken = async () => verdict((await beaten()) ?? current())
    openReturn({ of, open: open(), done: decided, beaten: overtaken })
  }

  async function tryAccept() {
    const of = current()
    if (of.decision || accept.disabled || busy) return
    const left = unseen()
    if (left.length > 0 && !asked) {
      asked = true
      askedAt = performance.now()
      show()
      return tell("look", "eye", t("decision.unseen", { count: left.length, pages: pageList(left) }))
    }
    if (asked && performance.now() - askedAt < PAUSE) return
    busy = true
    accept.setAttribute("aria-disabled", "true")
    try {
      decided(await decide(of.id, { outcome: "accepted" }))
    } catch (error) {
      late = error instanceof Refused && error.code === "already_decided"
      tell("danger", "warn", sentence(error))
      if (late) await beaten()
    } finally {
      busy = false
      accept.removeAttribute("aria-disabled")
    }
  }

  return {
    root,
    show,
    accept: tryAccept,
    return: tryReturn,
    /** A page was looked at: what was asked no longer stands. */
    looked() {
      if (!asked) return
      asked = false
      fill(words)
      show()
    },
  }
}
