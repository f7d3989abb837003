/** One choice of a few, side by side. */

import { h } from "../lib/dom.js"

/**
 * A row of choices of which one is taken; radio buttons that look like one control.
 *
 * @param {string} name
 * @param {string} legend
 * @param {{value: string, words: string, lang?: string}[]} choices
 * @param {string} chosen
 * @param {(value: string) => void} choose
 */
export function segmented(name, legend, choices, chosen, choose) {
  return h(
    "fieldset",
    { class: "segmented" },
    h("legend", { class: "label" }, legend),
    h(
      "div",
      { class: "segmented__row" },
      choices.map(({ value, words, lang }) => {
        const input = h("input", { type: "radio", name, value, onchange: () => choose(value) })
        input.checked = value === chosen
        return h("label", { class: "segmented__one", lang }, input, h("span", null, words))
      }),
    ),
  )
}
