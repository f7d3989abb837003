/** The pages in order, down the left side: each seen, flagged, or not looked at yet. */

import { fill, h } from "../lib/dom.js"
import { t } from "../lib/words.js"
import { thumbUrl } from "./data.js"
import { flagsOf, problemIcon, problemWords } from "./format.js"
import { icon } from "./icons.js"
import { thumb } from "./pictures.js"

/**
 * @typedef {import("./data.js").Sheet} Sheet
 * @typedef {object} Leaf one page as the review shows it
 * @property {number} n
 * @property {string} page the id of the sent page it comes from
 * @property {Sheet | null} sheet null while it is not straightened yet
 */

/**
 * @param {object} options
 * @param {string} options.id of the submission
 * @param {number} options.version of its document
 * @param {Leaf[]} options.leaves
 * @param {(n: number) => void} options.show
 */
export function thumbs({ id, version, leaves, show }) {
  const states = leaves.map(() => h("span", { class: "leaf__state" }))
  const buttons = leaves.map((leaf, at) =>
    h(
      "button",
      { type: "button", class: `leaf${flagsOf(leaf.sheet).length ? " leaf--look" : ""}`, "data-page": leaf.n, onclick: () => show(leaf.n) },
      h("span", { class: "leaf__number" }, h("span", { class: "sr" }, t("review.page"), " "), leaf.n),
      h("span", { class: "leaf__paper" }, leaf.sheet ? thumb(thumbUrl(id, leaf.n, version), "") : h("span", { class: "thumb thumb--blank" })),
      states[at],
    ),
  )
  const root = h("nav", { class: "leaves", "aria-label": t("review.all_pages") }, h("ol", { class: "leaves__list" }, buttons.map((button) => h("li", null, button))))
  return {
    root,
    /** @param {number} current @param {Set<number>} seen */
    mark(current, seen) {
      leaves.forEach((leaf, at) => {
        const here = leaf.n === current
        if (here) buttons[at].setAttribute("aria-current", "true")
        else buttons[at].removeAttribute("aria-current")
        const [flag, ...more] = flagsOf(leaf.sheet)
        const looked = seen.has(leaf.n)
        states[at].className = `leaf__state${flag ? " state state--look" : looked ? " state state--done" : " muted"}`
        if (flag) fill(states[at], icon(problemIcon(flag)), h("span", null, problemWords(flag), more.length > 0 && ` +${more.length}`), !looked && h("span", { class: "sr" }, `, ${t("review.unseen")}`))
        else if (looked) fill(states[at], icon("tick"), h("span", null, t("review.seen")))
        else fill(states[at], h("span", null, t("review.unseen")))
        if (here) reveal(root, buttons[at])
      })
    },
  }
}

/** Bring the open page's thumbnail into its strip, without moving the screen around it. @param {HTMLElement} strip @param {HTMLElement} button */
export function reveal(strip, button) {
  const frame = strip.getBoundingClientRect()
  const box = button.getBoundingClientRect()
  if (box.top < frame.top) strip.scrollTop -= frame.top - box.top + 8
  else if (box.bottom > frame.bottom) strip.scrollTop += box.bottom - frame.bottom + 8
  if (box.left < frame.left) strip.scrollLeft -= frame.left - box.left + 8
  else if (box.right > frame.right) strip.scrollLeft += box.right - frame.right + 8
}
