/** One way to open a dialog: the browser's own, so that focus stays inside and goes back where it came from. */

import { h } from "../lib/dom.js"
import { t } from "../lib/words.js"
import { icon } from "./icons.js"
import { bind, cap } from "./keys.js"

let numbers = 0

/**
 * @param {object} options
 * @param {string} options.title
 * @param {string} [options.sub] beside the title, muted
 * @param {any} options.body
 * @param {any} [options.foot]
 * @param {string} [options.kind] its look: "return", "sheet"
 * @param {import("./keys.js").Binding[]} [options.bindings] what acts while it is open
 * @param {() => void} [options.closed]
 * @returns {{root: HTMLDialogElement, close: () => void}}
 */
export function openDialog({ title, sub, body, foot, kind = "sheet", bindings = [], closed }) {
  const id = `dialog-${++numbers}`
  const close = () => root.close()
  const root = h(
    "dialog",
    { class: `dialog dialog--${kind}`, "aria-labelledby": id },
    h(
      "div",
      { class: "dialog__head" },
      h("h2", { class: "dialog__title", id }, title),
      sub && h("p", { class: "dialog__sub" }, sub),
      h("button", { class: "btn btn--quiet btn--square", type: "button", onclick: close, "aria-label": t("dialog.close"), "aria-keyshortcuts": "Escape" }, icon("cross")),
    ),
    h("div", { class: "dialog__body", tabindex: kind === "sheet" ? "0" : null, role: kind === "sheet" ? "group" : null, "aria-labelledby": kind === "sheet" ? id : null }, body),
    foot && h("div", { class: "dialog__foot" }, foot),
  )
  // The browser closes a dialog on Escape by itself; it is bound all the same, so that the help can list it.
  const unbind = bind([...bindings, { keys: ["escape"], words: "keys.close", run: close, always: true }])
  root.addEventListener("close", () => {
    unbind()
    root.remove()
    closed?.()
  })
  document.body.append(root)
  root.showModal()
  return { root, close }
}

/** @param {string} words @param {string} key @returns {any[]} a label and its key cap */
export const withKey = (words, key) => [h("span", { class: "btn__label" }, words), cap(key)]
