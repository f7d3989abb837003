/** What was on this phone and is gone, or lies on another one: said once, with what to do. */

import { h } from "../lib/dom.js"
import { icon } from "../lib/icons.js"
import { t } from "../lib/words.js"
import { dayTime, kindName } from "./faces.js"
import { otherButton, textButton } from "./parts.js"

/** @typedef {import("../lib/held.js").Paper} Paper */

/** @param {import("./context.js").App} app @returns {(HTMLElement | null)[]} */
export function missingCards(app) {
  const { lost, elsewhere } = app.held.missing
  return [
    lost.length ? card("lost", t("lost.title", { count: pages(lost) }), t("lost.text"), list(lost, app), [
      otherButton("lost-again", t("lost.again"), { icon: "camera", onclick: () => void again(lost, app) }),
      textButton("lost-known", t("lost.known"), { onclick: () => void app.tellHeld({ told: lost.map((paper) => paper.submission) }) }),
    ]) : null,
    elsewhere.length ? card("elsewhere", t("elsewhere.title", { count: pages(elsewhere) }), t("elsewhere.text"), list(elsewhere, app), [
      otherButton("elsewhere-there", t("elsewhere.there"), { icon: "phone", onclick: () => void app.held.pass(app.owner) }),
      textButton("elsewhere-gone", t("elsewhere.gone"), { onclick: () => void app.tellHeld({ gone: elsewhere }) }),
    ]) : null,
  ]
}

/** @param {Paper[]} papers */
const pages = (papers) => papers.reduce((sum, paper) => sum + paper.pages, 0)

/** @param {string} id @param {string} title @param {string} text @param {HTMLElement} what @param {HTMLElement[]} actions */
const card = (id, title, text, what, actions) =>
  h("section", { class: "card card--needs", id, "aria-labelledby": `${id}-title` },
    h("h2", { class: "card__title card__title--icon", id: `${id}-title` }, icon("triangle"), h("span", null, title)),
    what, h("p", { class: "card__words" }, text), actions)

/** @param {Paper[]} papers @param {import("./context.js").App} app */
const list = (papers, app) =>
  h("ul", { class: "missing" }, papers.map((paper) => h("li", null,
    h("strong", null, kindName(paper.kind, app.office)), ` · ${t("app.pages", { count: paper.pages })}`,
    paper.since ? h("span", { class: "second" }, t("card.photos_of", { when: dayTime(paper.since) })) : null)))

/** Begin again with the first of them; the card stays until the last is seen to. @param {Paper[]} lost @param {import("./context.js").App} app */
async function again(lost, app) {
  const [first] = lost
  const draft = await app.store.startDraft(app.owner, { kind: first.kind })
  await app.tellHeld({ told: [first.submission] })
  location.hash = `#/d/${draft.id}/scan`
}
