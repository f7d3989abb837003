/** The desk's alerts: switched on by a clear button, never asked for by itself. */

import { Offline, Refused } from "../lib/api.js"
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

const PATIENCE = 20_000 // ms; a browser without a way to its push service never answers

/** The browser's own "no" is not always to be read back from it. */
let refused = false
let busy = false
let trouble = ""

/** @returns {Promise<State>} */
async function state() {
  const now = await pushState()
  return now === "off" && refused ? "denied" : now
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

const showAll = () => {
  for (const show of shown) show()
}

/** @param {() => Promise<any>} change turns the alerts on or off */
async function attempt(change) {
  if (busy) return
  busy = true
  trouble = ""
  showAll()
  try {
    const late = new Promise((_, fail) => setTimeout(() => fail(new Error("late")), PATIENCE))
    const now = await Promise.race([change(), late])
    refused = now === "denied"
    if (now === "on") announce(t("push.now_on"))
  } catch (error) {
    trouble = error instanceof Offline || error instanceof Refused ? sentence(error) : t("push.no_worker")
  } finally {
    busy = false
    showAll()
  }
}

const switchOn = () =>
  attempt(async () => {
    const registration = await worker
    if (!registration) throw new Error("no service worker")
    return turnOn(registration, currentLanguage())
  })

/**
 * The button at the foot of the side: turns alerts on, or leads to where they are explained and turned off.
 *
 * @param {() => void} explain opens the settings
 */
export function alertsButton(explain) {
  const label = h("span", { class: "side__label" })
  const button = h("button", { type: "button", id: "alerts", class: "side__item" }, icon("bell"), label)
  let now = /** @type {State} */ ("off")
  const show = async () => {
    if (gone(button, show)) return
    now = await state()
    button.dataset.seen = ""
    label.textContent = busy ? t("push.turning_on") : short()[now]
    button.title = label.textContent
    button.classList.toggle("side__item--call", now === "off")
    button.querySelector("svg")?.replaceWith(icon(now === "on" || now === "off" ? "bell" : "bellOff"))
  }
  button.addEventListener("click", async () => {
    if (now === "off") await switchOn()
    if (now !== "off" || trouble || (await state()) === "denied") explain()
  })
  keepShowing(show)
  return button
}

/** The same with a sentence of explanation and the way to turn them off, for the settings. */
export function alertsSection() {
  const words = h("p", { class: "muted" })
  const wrong = h("p", { class: "field-error", role: "alert" })
  const button = h("button", { type: "button", class: "btn", id: "alerts-switch" })
  let now = /** @type {State} */ ("off")
  const show = async () => {
    if (gone(words, show)) return
    now = await state()
    words.dataset.seen = ""
    words.textContent = long()[now]
    wrong.textContent = trouble
    button.textContent = busy ? t("push.turning_on") : now === "on" ? t("push.turn_off") : t("push.turn_on")
    button.hidden = now === "denied" || now === "unsupported"
  }
  button.addEventListener("click", () => (now === "on" ? attempt(turnOff) : switchOn()))
  keepShowing(show)
  return h("div", { class: "stack" }, words, button, wrong)
}
