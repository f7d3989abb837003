/** The two sides of a card before the camera: a frame of its shape that only guides, what is there and what is wanted. */

import { fill, h } from "../lib/dom.js"
import { icon } from "../lib/icons.js"
import { t } from "../lib/words.js"

/** So many px along a card are enough: small print on it is then as fine as at 200 dpi. */
export const CARD_LONG = 700

/** @typedef {{next: 0 | 1 | 2, there: boolean[]}} Sides next: 0 the front, 1 the back, 2 nothing: both are there; there: front and back */

/**
 * Which side of a card is photographed next. A further card begins with the third photo.
 *
 * @param {{id: string, type: string}[]} pages of the draft, in order
 * @param {string} [instead] the page that is taken again
 * @returns {Sides | null} null: nobody knows which sides a PDF shows
 */
export function sidesOf(pages, instead) {
  if (pages.some((page) => page.type === "application/pdf")) return null
  const at = instead ? pages.findIndex((page) => page.id === instead) : pages.length
  if (!instead && at && at % 2 === 0) return { next: 2, there: [true, true] }
  const front = at - (at % 2)
  return { next: at % 2 ? 1 : 0, there: [front, front + 1].map((side) => side !== at && side < pages.length) }
}

/** What the side is called where one is asked for. @param {Sides} sides */
export const sideWords = ({ next }) => t(next === 2 ? "complete.both" : next ? "complete.back" : "complete.front")

/** @param {HTMLVideoElement} video whose picture the frame lies in */
export function makeSides(video) {
  const list = h("ol", { class: "sides__list", id: "sides" })
  const element = h("div", { class: "sides", hidden: true }, h("div", { class: "sides__frame" }, list))
  video.addEventListener("resize", () => element.style.setProperty("--shape", String(video.videoWidth / video.videoHeight)))

  return {
    element,

    /** @param {Sides | null} sides */
    show(sides) {
      element.hidden = false
      fill(list, sides && [t("complete.front"), t("complete.back")].map((name, side) =>
        h("li", { class: "sides__one", "aria-current": side === sides.next ? "step" : null }, name, sides.there[side] ? icon("tick", { title: t("complete.side_there") }) : null)))
    },
  }
}
