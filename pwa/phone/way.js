/** Where the papers are: the chip says it in words, the way shows it. */

import { h } from "../lib/dom.js"
import { drawing, icon } from "../lib/icons.js"

/** @param {string} tone here, way, there, needs, loss @param {string} name @param {string} label */
export const chip = (tone, name, label) => h("p", { class: `chip tone-${tone}` }, icon(name), h("span", null, label))

/**
 * The way of the pages from the phone to the office, for those who see; the chip says the same in words. Below it stands
 * what is left to send.
 *
 * @param {{tone: string, road: "phone" | "stuck" | "moving" | "arrived" | "back"}} face
 * @returns {HTMLElement[]}
 */
export function way({ tone, road }) {
  const start = road === "stuck" || road === "back" ? "triangle" : "phone"
  return [h("div", { class: `way way--${road} tone-${tone}`, "aria-hidden": "true" },
    h("span", { class: `stop ${road === "arrived" ? "" : "stop--full"}` }, icon(start)),
    h("span", { class: "road" },
      h("span", { class: "road__line" }),
      road === "moving" ? h("span", { class: "road__sheet" }, drawing("0 0 24 32", "icon", ["M2 2h20v28H2zM7 10h10M7 16h10M7 22h10"])) : null,
      road === "back" ? h("span", { class: "road__head" }) : null),
    h("span", { class: `stop ${road === "arrived" ? "stop--full" : ""}` }, icon(road === "arrived" ? "tick" : "office"))), h("p", { class: "second left" })]
}

/** @param {Element} card @param {number} fraction of the way that is done, 0 to 1 */
export function setWay(card, fraction) {
  const road = /** @type {HTMLElement | null} */ (card.querySelector(".way--moving .road"))
  road?.style.setProperty("--done", `${Math.round(Math.min(1, fraction) * 100)}%`)
}
