/** The first sign-in with a letter: its one-time code was right, and a PIN of one's own takes its place. */

import { fill, h } from "../lib/dom.js"
import { hasWord, t } from "../lib/words.js"
import { mainButton, note, sheet } from "./parts.js"

const LEAST = 6

/**
 * @param {(pin: string) => Promise<void>} take signs in with it
 * @returns {Promise<string>} "" when the person went away without choosing
 */
export const choosePin = (take) =>
  sheet("pin-sheet", t("pin.title"), (close) => {
    const problem = h("div", { id: "pin-problem", role: "alert" })
    const pin = field("new-pin", t("pin.new"), t("pin.hint"))
    const again = field("new-pin-again", t("pin.again"))
    const button = mainButton("pin-take", t("pin.take"), { type: "submit" })
    let busy = false

    /** @param {string} words @param {HTMLElement} box */
    function complain(words, box) {
      fill(problem, note("loss", "triangle", words))
      const input = /** @type {HTMLInputElement} */ (box.querySelector("input"))
      input.setAttribute("aria-invalid", "true")
      input.focus()
    }

    /** @param {Event} event */
    async function submit(event) {
      event.preventDefault()
      if (busy) return
      fill(problem)
      const [first, second] = [pin, again].map((box) => {
        const input = /** @type {HTMLInputElement} */ (box.querySelector("input"))
        input.removeAttribute("aria-invalid")
        return input.value.trim()
      })
      if (first.length < LEAST) return complain(t("error.weak_pin"), pin)
      if (first !== second) return complain(t("pin.differ"), again)
      busy = true
      try {
        await take(first)
        close("done")
      } catch (error) {
        const { code, messageKey } = /** @type {any} */ (error)
        complain(t(code === "offline" ? "signin.offline" : hasWord(messageKey) ? messageKey : "error.server_fault"), pin)
      } finally {
        busy = false
      }
    }
    return [h("p", null, t("pin.text")), h("form", { id: "pin-form", class: "stack", novalidate: true, onsubmit: submit }, pin, again, problem, button)]
  })

/** @param {string} id @param {string} label @param {string} [hint] */
const field = (id, label, hint) =>
  h("div", { class: "field" },
    h("label", { class: "field__label", for: id }, label),
    hint && h("p", { class: "field__hint", id: `${id}-hint` }, hint),
    h("div", { class: "field__box" },
      h("input", { id, type: "password", inputmode: "numeric", autocomplete: "new-password", maxlength: 64, "aria-describedby": hint ? `${id}-hint` : null })))
