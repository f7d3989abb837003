/** A submission as a card: chip, name, the way, one sentence, at most one action. */

import { fill, h } from "../lib/dom.js"
import { icon } from "../lib/icons.js"
import { fileSize, t } from "../lib/words.js"
import { bytesOf, face, germanName, kindName, retakeWords, standing, storedOf, wantedPages } from "./faces.js"
import { keep } from "./keep.js"
import { announce, otherButton, textButton } from "./parts.js"
import { chip, setWay, way } from "./way.js"

/** @typedef {import("./faces.js").Item} Item */

/** @param {Element} place @param {Item[]} items @param {import("./context.js").App} app */
export function showCards(place, items, app) {
  keep(place, items, { key: (item) => item.id, look: (item) => JSON.stringify([standing(item, face(item, app.office)), kindName(item.kind, app.office)]), make: (item) => card(item, app) })
  for (const item of items) showProgress(place, item, app)
}

/** @param {Element} place @param {Item} item @param {import("./context.js").App} app */
export function showProgress(place, item, app) {
  const card = /** @type {HTMLElement | null} */ (place.querySelector(`[data-key="${item.id}"]`) ?? place.querySelector(`[data-way="${item.id}"]`))
  if (!card || !MOVING.includes(item.state)) return
  const total = bytesOf(item)
  const done = Math.max(app.sent.get(item.id) ?? 0, item.local?.sent ?? 0, item.local ? 0 : item.remote.pages.reduce((/** @type {number} */ sum, /** @type {any} */ page) => sum + (page.stored ? page.size : (page.offset ?? 0)), 0))
  setWay(card, total ? done / total : 0)
  const say = (/** @type {Element | null} */ place, /** @type {string} */ words) => place && fill(place, words)
  const { chip } = face(item, app.office)
  say(card.querySelector(".chip.tone-way span"), chip) // one that was made before it was sent says so when it is made anew
  say(card.querySelector(".left"), total > done ? t("card.left", { count: item.pages - storedOf(item), size: fileSize(total - done) }) : "")
  if (card.dataset.way && item.state === "sending" && storedOf(item)) speak(chip)
}

const MOVING = ["sealed", "waiting", "paused", "sending"]
const QUIET = 10_000 // ms
let spoken = { at: -QUIET, words: "" }

/** Those who do not see it hear it page by page, and not more often than they can listen. @param {string} words */
function speak(words) {
  if (words === spoken.words || performance.now() < spoken.at + QUIET) return
  spoken = { at: performance.now(), words }
  announce(words)
}

/** @param {Item} item @param {import("./context.js").App} app @returns {HTMLElement} */
export function card(item, app) {
  const look = face(item, app.office)
  return h("article", { class: `card ${look.tone === "needs" ? "card--needs" : ""}`, id: `card-${item.id}` },
    chip(look.tone, look.icon, look.chip),
    h("a", { class: "card__head", href: item.state === "open" ? `#/d/${item.id}/pages` : `#/s/${item.id}` },
      h("div", null,
        h("h3", { class: "card__title" }, kindName(item.kind, app.office), german(item.kind, app.office)),
        h("p", { class: "second" }, look.line)),
      icon("chevron")),
    way(look),
    words(look),
    actions(item, app))
}

/** @param {string | null} kind @param {any} office */
export const german = (kind, office) => germanName(kind, office) && h("span", { class: "second german", lang: "de" }, germanName(kind, office))

/** @param {import("./faces.js").Face} look */
export const words = (look) => (look.strong || look.sentence ? h("p", { class: "card__words" }, look.strong ? h("strong", null, look.strong) : null, look.strong && look.sentence ? " " : null, look.sentence) : null)

/** What the person can do about it now, if anything. @param {Item} item @param {import("./context.js").App} app @returns {(HTMLElement | null)[]} */
export function actions(item, app) {
  const next = nextStep(item, app)
  const pause = pauseStep(item, app)
  return [next && otherButton(`act-${item.id}`, next.label, next), pause && (next ? textButton : otherButton)(`pause-${item.id}`, pause.label, pause)]
}

/**
 * To hold what would go by itself, or to let it go on; one button under one name, so that it keeps the keyboard.
 *
 * @param {Item} item
 * @param {import("./context.js").App} app
 * @returns {{label: string, icon: string, onclick: () => void} | null}
 */
export function pauseStep({ id, local, state }, app) {
  if (state === "paused") return { label: t("card.send_on"), icon: "plane", onclick: () => void app.outbox.retry(id) }
  if (!local || !["sealed", "waiting", "sending"].includes(state)) return null
  return { label: t("card.pause"), icon: "pause", onclick: () => void app.outbox.pause(id).then(() => announce(t("state.paused"))) }
}

/**
 * @param {Item} item
 * @param {import("./context.js").App} app
 * @returns {{label: string, icon: string, href?: string, onclick?: () => void, second?: boolean} | null} second: nothing that has to be done
 */
export function nextStep(item, app) {
  switch (item.state) {
    case "open":
      return { label: t("card.go_on"), icon: "arrow_forward", href: `#/d/${item.id}/pages` }
    case "sealed":
    case "waiting":
      if (item.local?.reason === "wifi") return { label: t("card.send_anyway"), icon: "plane", second: true, onclick: () => void app.outbox.retry(item.id, { anyway: true }) }
      return { label: t("card.try_now"), icon: "reload", onclick: () => void app.outbox.retry(item.id) }
    case "needs_login":
      return { label: t("signin.do"), icon: "arrow_forward", href: "#/signin" }
    case "blocked":
      if (item.local?.reason === "manifest_changed") return { label: t("card.see_rest"), icon: "arrow_forward", href: `#/s/${item.id}` }
      return { label: t("send.edit"), icon: "pen", onclick: () => void app.reopen(item.id) }
    case "attention":
    case "returned":
      return item.answered ? null : { label: retakeWords(wantedPages(item), item.pages), icon: "camera", onclick: () => void app.takeAgain(item) }
    default:
      return null
  }
}
