/** A submission as a card: chip, name, the way, one sentence, at most one action. */

import { h } from "../lib/dom.js"
import { icon } from "../lib/icons.js"
import { t } from "../lib/words.js"
import { face, germanName, kindName, retakeWords, wantedPages } from "./faces.js"
import { keep } from "./keep.js"
import { otherButton } from "./parts.js"
import { chip, setWay, way } from "./way.js"

/** @typedef {import("./faces.js").Item} Item */

/** @param {Element} place @param {Item[]} items @param {import("./context.js").App} app */
export function showCards(place, items, app) {
  keep(place, items, { key: (item) => item.id, look: (item) => JSON.stringify([face(item, app.office), kindName(item.kind, app.office), item.state]), make: (item) => card(item, app) })
  for (const item of items) showProgress(place, item, app)
}

/** @param {Element} place @param {Item} item @param {import("./context.js").App} app */
export function showProgress(place, item, app) {
  const card = place.querySelector(`[data-key="${item.id}"]`) ?? place.querySelector(`[data-way="${item.id}"]`)
  if (!card || item.state !== "sending") return
  const total = item.local?.bytes ?? item.remote?.pages.reduce((/** @type {number} */ sum, /** @type {any} */ page) => sum + page.size, 0) ?? 0
  const done = Math.max(app.sent.get(item.id) ?? 0, item.local?.sent ?? 0, item.local ? 0 : item.remote.pages.reduce((/** @type {number} */ sum, /** @type {any} */ page) => sum + (page.stored ? page.size : (page.offset ?? 0)), 0))
  setWay(card, total ? done / total : 0)
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
    action(item, app))
}

/** @param {string | null} kind @param {any} office */
export const german = (kind, office) => germanName(kind, office) && h("span", { class: "second german", lang: "de" }, germanName(kind, office))

/** @param {import("./faces.js").Face} look */
export const words = (look) => (look.strong || look.sentence ? h("p", { class: "card__words" }, look.strong ? h("strong", null, look.strong) : null, look.strong && look.sentence ? " " : null, look.sentence) : null)

/** What the person can do about it now, if anything. @param {Item} item @param {import("./context.js").App} app @returns {HTMLElement | null} */
export function action(item, app) {
  const next = nextStep(item, app)
  return next && otherButton(`act-${item.id}`, next.label, next)
}

/**
 * @param {Item} item
 * @param {import("./context.js").App} app
 * @returns {{label: string, icon: string, href?: string, onclick?: () => void} | null}
 */
export function nextStep(item, app) {
  switch (item.state) {
    case "open":
      return { label: t("card.go_on"), icon: "arrow_forward", href: `#/d/${item.id}/pages` }
    case "sealed":
    case "waiting":
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
