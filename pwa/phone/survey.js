/** How do people like it? Asked on one receipt, at most once in 90 days, and never again for who wishes so. */

import { call } from "../lib/api.js"
import { fill, h } from "../lib/dom.js"
import { drawing } from "../lib/icons.js"
import { uuid7 } from "../lib/ids.js"
import { t } from "../lib/words.js"
import { answered, note, otherButton, textButton } from "./parts.js"

const AGAIN_AFTER = 90 * 86_400_000 // ms
const STAR = "M12 2.500l2.900 6.300 6.600.800-4.900 4.700 1.300 6.700-5.900-3.300-5.900 3.300 1.300-6.700-4.900-4.700 6.600-.800z"

/** @param {import("./context.js").App} app @param {string} receipt on which it is asked @returns {Promise<HTMLElement | null>} */
export async function surveyCard(app, receipt) {
  const key = `survey_asked:${app.owner}`
  const asked = await app.store.get(key)
  if (asked && asked.at > Date.now() - AGAIN_AFTER && (asked.done || asked.on !== receipt)) return null
  if (app.answers.some((one) => one.path.startsWith("/survey/"))) return null
  const due = app.online && (await call("GET", "/survey").then(({ data }) => data.due, () => false))
  if (!due && asked?.on !== receipt) return null
  await app.store.set(key, { on: receipt, at: Date.now() })
  return draw(app, async (said) => {
    await app.store.set(key, { on: receipt, at: Date.now(), done: true })
    await app.answer(`/survey/${uuid7()}`, said)
  })
}

/** @param {import("./context.js").App} app @param {(said: any) => Promise<void>} say */
function draw(app, say) {
  const card = h("form", { class: "card", id: "survey" })
  const text = h("textarea", { class: "note-field", id: "survey-text", rows: 2, maxlength: 2000 })
  const call = h("input", { type: "checkbox", id: "survey-call", onchange: () => (number.hidden = !call.checked) })
  const phone = h("input", { id: "survey-phone", type: "tel", autocomplete: "tel", maxlength: 40 })
  const number = h("div", { class: "field", hidden: true }, h("label", { class: "field__label", for: "survey-phone" }, t("survey.phone")), phone)
  const more = h("div", { class: "stack", hidden: true },
    h("div", { class: "field" }, h("label", { class: "field__label", for: "survey-text" }, t("survey.text")), text),
    h("label", { class: "tick", for: "survey-call" }, call, h("span", null, t("survey.call"))), number,
    otherButton("survey-send", t("survey.send"), { icon: "plane", onclick: () => void send() }))
  const stars = [1, 2, 3, 4, 5].map((count) => h("label", { class: "star" },
    h("input", { type: "radio", name: "stars", value: count, id: `star-${count}`, "aria-label": t("survey.stars", { count }), onchange: () => (more.hidden = false) }),
    drawing("0 0 24 24", "icon", [STAR])))

  async function send() {
    const chosen = /** @type {HTMLInputElement | null} */ (card.querySelector("[name=stars]:checked"))
    if (!(await answered(say({ stars: Number(chosen?.value), text: text.value.trim() || null, call: call.checked, phone: call.checked ? phone.value.trim() || null : null })))) return
    const thanks = note("here", "tick_ring", t(app.online ? "survey.thanks" : "ask.answer_waits"), "survey-thanks")
    thanks.tabIndex = -1
    fill(card, thanks)
    thanks.focus()
  }
  /** @param {"now" | "ever"} skipped */
  const skip = (skipped) => {
    card.remove()
    document.getElementById("done")?.focus()
    void say({ skipped })
  }
  card.addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault()
    if (!more.hidden) void send()
  })
  fill(card,
    h("fieldset", { class: "stars" }, h("legend", { class: "card__title" }, t("survey.title")), h("div", { class: "stars__row" }, stars)), more,
    h("div", { class: "pair" }, textButton("survey-later", t("push.later"), { onclick: () => skip("now") }), textButton("survey-never", t("survey.never"), { onclick: () => skip("ever") })))
  return card
}
