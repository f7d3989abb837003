/** The parts of a form in a dialog: its boxes, and one try at a time, whose trouble is said there. */

import { Refused } from "../lib/api.js"
import { fill, h } from "../lib/dom.js"
import { icon } from "./icons.js"
import { sentence } from "./troubles.js"

/** @param {string} words @param {string[]} [faults] each a sentence of its own; they say it all */
export const complaint = (words, faults = []) =>
  h("div", { class: "note note--danger" }, icon("warn"), h("div", null, (faults.length ? faults : [words]).map((one) => h("p", null, one))))

/** @param {unknown} error @returns {string[]} what the server said is wrong, in the language that it was asked in */
const faultsOf = (error) => (error instanceof Refused ? (error.data?.faults ?? []).map((/** @type {{text: string}} */ fault) => fault.text) : [])

/** One try at a time; what goes wrong is said there. @param {HTMLElement} problem */
export function trying(problem) {
  let busy = false
  return (/** @type {() => Promise<any>} */ act) => async () => {
    if (busy) return
    busy = true
    fill(problem)
    try {
      await act()
    } catch (error) {
      fill(problem, complaint(sentence(error), faultsOf(error)))
      problem.scrollIntoView({ block: "nearest" })
    } finally {
      busy = false
    }
  }
}

/** @param {string} id @param {string} value @param {number} longest */
export function input(id, value, longest) {
  const made = h("input", { class: "field field--text", id, maxlength: longest, autocomplete: "off" })
  made.value = value
  return made
}

/** @param {string} id @param {{value: string, words: string}[]} choices @param {string} value */
export function select(id, choices, value) {
  const made = h("select", { class: "field field--select", id }, choices.map((one) => h("option", { value: one.value }, one.words)))
  made.value = value
  return made
}
