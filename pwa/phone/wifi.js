/**
 * Only over Wi-Fi: which kind of network this phone is in, where the browser tells (Chrome on Android), and the switch
 * that makes papers wait. The choice belongs to the phone, as its data plan does, and not to the person.
 */

import { fill, h } from "../lib/dom.js"
import { icon } from "../lib/icons.js"
import { t } from "../lib/words.js"

const CHOICE = "wifi_only"
const connection = /** @type {any} */ (navigator).connection

/** @returns {string} wifi, mobile, none or unknown; "" where no kind is told, and on a cable: there is nothing to choose */
function kind() {
  const type = connection?.type ?? "ethernet"
  if (type === "ethernet") return ""
  return type === "cellular" ? "mobile" : ["wifi", "none"].includes(type) ? type : "unknown"
}

const chosen = () => localStorage.getItem(CHOICE) !== null

/** @returns {boolean} never where the browser does not tell: there nothing would ever go */
export const waitsForWifi = () => chosen() && !["", "wifi"].includes(kind())

/** @param {() => void} listener told of another kind of network */
export function onNetwork(listener) {
  let last = kind()
  connection?.addEventListener("change", () => {
    if (kind() === last) return // the browser tells of every change in speed, too
    last = kind()
    listener()
  })
}

/**
 * The switch; its line says what is true now.
 *
 * @param {import("./context.js").App} app
 * @returns {{element: HTMLElement, refresh: () => void} | null}
 */
export function wifiSwitch(app) {
  if (!kind()) return null
  const now = h("span", { class: "second" })
  const element = h("button", { class: "line", id: "wifi-only", type: "button", role: "switch", onclick: turn },
    h("span", { class: "line__icon tone-act" }, icon("wifi")),
    h("span", null, h("span", { class: "line__title" }, t("wifi.only")), now),
    h("span", { class: "switch switch--large" }))

  function turn() {
    if (chosen()) localStorage.removeItem(CHOICE)
    else localStorage.setItem(CHOICE, "1")
    refresh()
    app.reconsider()
  }

  function refresh() {
    element.setAttribute("aria-checked", String(chosen()))
    fill(now, t(kind() === "none" ? "app.offline" : `wifi.${kind()}`))
  }
  refresh()
  return { element, refresh }
}
