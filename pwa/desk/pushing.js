/** The desk's alerts: switched on by a clear button, never asked for by itself. */

import { h } from "../lib/dom.js"
import { pushState, turnOff, turnOn } from "../lib/push.js"
import { currentLanguage, t } from "../lib/words.js"
import { announce } from "./announce.js"
import { icon } from "./icons.js"
import { sentence } from "./troubles.js"

/** @typedef {"on" | "off" | "denied" | "unsupported"} State */

/** @type {Promise<ServiceWorkerRegistration | null>} */
let worker = Promise.resolve(null)

/** Everything that shows the state of the alerts. @type {Set<() => void>} */
const shown = new Set()

/** @param {Promise<ServiceWorkerRegistration | null>} registration */
export function useWorker(registration) {
  worker = registration
}

/** @returns {Promise<State>} */
async function state() {
  return /** @type {State} */ (await pushState())
}

/** @returns {Record<State, string>} the state in words; made afresh, since the language can change */
const short = () => ({
  on: t("push.on"),
  off: t("push.turn_on"),
  denied: t("push.denied"),
  unsupported: t("push.unsupported"),
})

/** @returns {Record<State, string>} */
const long = () => ({
  on: t("push.on_hint"),
  off: t("push.off_hint"),
  denied: t("push.denied_hint"),
  unsupported: t("push.unsupported_hint"),
})

/** @param {() => void} show */
function keepShowing(show) {
  shown.add(show)
  show()
}

/** @param {HTMLElement} element that has gone from the page need not be shown any more @param {() => void} show */
const gone = (element, show) => element.dataset.seen !== undefined && !element.isConnected && shown.delete(show)

/** @returns {Promise<string | null>} what went wrong */
async function switchOn() {
  const registration = await worker
  if (!registration) return t("push.no_worker")
  try {
    await turnOn(registration, currentLanguage())
    if ((await state()) === "on") announce(t("push.now_on"))
    return null
  } catch (error) {
    return sentence(error)
  } finally {
    for (const show of shown) show()
  }
}

/**
 * The button at the foot of the side: turns alerts on, or leads to where they are explained and turned off.
 *
 * @param {() => void} explain opens the settings
 */
export function alertsButton(explain) {
  const label = h("span", { class: "side__label" })
  const button = h("button", { type: "button", id: "alerts", class: "side__item side__item--alerts" }, icon("bell"), label)
  let now = /** @type {State} */ ("off")
  const show = async () => {
    if (gone(button, show)) return
    now = await state()
    button.dataset.seen = ""
    label.textContent = short()[now]
    button.title = short()[now]
    button.classList.toggle("side__item--call", now === "off")
    button.querySelector("svg")?.replaceWith(icon(now === "on" || now === "off" ? "bell" : "bellOff"))
  }
  button.addEventListener("click", async () => {
    if (now !== "off" || (await switchOn())) explain()
  })
  keepShowing(show)
  return button
}

/** The same with a sentence of explanation and the way to turn them off, for the settings. */
export function alertsSection() {
  const words = h("p", { class: "muted" })
  const trouble = h("p", { class: "field-error", role: "alert" })
  const button = h("button", { type: "button", class: "btn" })
  let now = /** @type {State} */ ("off")
  const show = async () => {
    if (gone(words, show)) return
    now = await state()
    words.dataset.seen = ""
    words.textContent = long()[now]
    button.textContent = now === "on" ? t("push.turn_off") : t("push.turn_on")
    button.hidden = now === "denied" || now === "unsupported"
  }
  button.addEventListener("click", async () => {
    trouble.textContent = ""
    if (now !== "on") trouble.textContent = (await switchOn()) ?? ""
    else {
      try {
        await turnOff()
      } catch (error) {
        trouble.textContent = sentence(error)
      }
      for (const each of shown) each()
    }
  })
  keepShowing(show)
  return h("div", { class: "stack" }, words, button, trouble)
}
