/** Papers that were on somebody's phone and are gone before they arrived: above the inbox, until somebody saw to it. */

import { fill, h } from "../lib/dom.js"
import { t } from "../lib/words.js"
import { ask } from "./data.js"
import { kindName, shortMoment } from "./format.js"
import { icon } from "./icons.js"

/** @typedef {{id: number, kind: string | null, pages: number, since: string | null, at: string, person: {name: string}, case: {number: string}}} Loss */

/** @returns {{element: HTMLElement, look: () => Promise<void>}} look asks for news; without an answer all stays as it is */
export function losses() {
  const element = h("section", { class: "losses", id: "losses", "aria-label": t("losses.title"), hidden: true })
  let drawn = ""

  async function look() {
    const { losses: found } = await ask("GET", "/desk/losses")
    const now = JSON.stringify(found)
    if (now === drawn) return
    drawn = now
    element.hidden = !found.length
    fill(element, found.map((/** @type {Loss} */ loss) => line(loss, () => tickOff(loss))))
  }

  /** @param {Loss} loss */
  async function tickOff(loss) {
    await ask("PUT", `/desk/losses/${loss.id}`, {})
    await look()
  }

  return { element, look }
}

/** @param {Loss} loss @param {() => void} done */
function line(loss, done) {
  const what = t("losses.what", { count: loss.pages, name: loss.person.name, case: loss.case.number })
  const kind = loss.kind ? kindName(loss.kind) : t("losses.no_kind")
  const when = loss.since ? t("losses.since", { when: shortMoment(loss.since) }) : ""
  return h("div", { class: "loss", "data-loss": loss.id },
    icon("warn"),
    h("p", null, h("strong", null, what), " ", [kind, when].filter(Boolean).join(", "), ". ", t("losses.advice")),
    h("button", { type: "button", class: "btn btn--tool", onclick: done }, t("losses.done")))
}
