/**
 * The keyboard. Screens and dialogs lay their bindings on a pile; only the topmost one acts.
 *
 * Single letters never act while a text field has the focus and can be switched off (WCAG 2.1.4).
 *
 * @typedef {object} Binding
 * @property {string[]} keys    what to press: "j", "shift+enter", or two in a row: "g n"
 * @property {() => any} [run]  left out where the browser itself acts and the key is only listed
 * @property {string} [words]   the key of the text that says what it does; without it, the help sheet leaves it out
 * @property {string[]} [caps]  what to print on the key caps, when it is not the keys themselves
 * @property {boolean} [always] acts in text fields too
 * @property {boolean} [steady] acts again and again while it is held; a decision must not
 */

import { h } from "../lib/dom.js"
import { setting } from "./settings.js"

/** @type {Binding[][]} */
const pile = []
let prefix = ""
let prefixUntil = 0
const PREFIX_MS = 1500

/** @param {Binding[]} bindings @returns {() => void} takes them away again */
export function bind(bindings) {
  pile.push(bindings)
  return () => {
    const at = pile.indexOf(bindings)
    if (at >= 0) pile.splice(at, 1)
  }
}

/** @returns {Binding[]} what acts right now */
export const bindings = () => pile.at(-1) ?? []

/** @param {EventTarget | null} target */
function typing(target) {
  if (!(target instanceof HTMLElement)) return false
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "button", "submit"].includes(target.type)
  return target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
}

/** @param {EventTarget | null} target @param {string} name whether the browser uses this key itself there */
const taken = (target, name) =>
  (name.startsWith("arrow") && target instanceof HTMLInputElement && target.type === "radio") ||
  (name === "enter" && target instanceof Element && target.closest("a, button, select, summary") !== null)

/** @param {KeyboardEvent} event */
function nameOf(event) {
  const key = event.key.toLowerCase()
  const letter = /^[a-z]$/.test(key)
  return event.shiftKey && (letter || key.length > 1) ? `shift+${key}` : key
}

/** @param {string} name */
const isSingle = (name) => [...name.replace("shift+", "")].length === 1

/** @param {KeyboardEvent} event */
function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.isComposing) return
  const name = nameOf(event)
  if (name === "shift" || taken(event.target, name)) return
  if (isSingle(name) && (typing(event.target) || !setting("letters"))) return
  const inRow = performance.now() < prefixUntil ? `${prefix} ${name}` : name
  const hit = bindings().find((binding) => binding.run && binding.keys.includes(inRow))
  prefixUntil = 0
  if (hit) {
    if (typing(event.target) && !hit.always) return
    event.preventDefault()
    if (!event.repeat || hit.steady) hit.run?.()
  } else if (bindings().some((binding) => binding.keys.some((key) => key.startsWith(`${name} `)))) {
    prefix = name
    prefixUntil = performance.now() + PREFIX_MS
  }
}

document.addEventListener("keydown", pressed)

/** @type {Record<string, string>} */
const CAPS = { enter: "⏎", "shift+enter": "⇧⏎", "shift+b": "⇧B", "shift+e": "⇧E", "shift+f": "⇧F", "shift+t": "⇧T", "shift+x": "⇧X", "shift+arrowup": "⇧↑", "shift+arrowdown": "⇧↓", escape: "Esc", arrowup: "↑", arrowdown: "↓", "-": "−" }

/** @param {string} key @returns {string} */
export const capOf = (key) => CAPS[key] ?? key.toUpperCase()

/**
 * A key cap to print on a button or in the hints. It repeats what `aria-keyshortcuts` says, so it is hidden there.
 *
 * @param {string} key as in a binding
 */
export const cap = (key) =>
  h("kbd", { class: isSingle(key) ? "key key--letter" : "key", "aria-hidden": "true" }, capOf(key))
