/** Another password of one's own: the one there is, the new one twice; every other device is signed out. */

import { Refused } from "../lib/api.js"
import { fill, h } from "../lib/dom.js"
import { t } from "../lib/words.js"
import { announce } from "./announce.js"
import { changePassword } from "./data.js"
import { openDialog, withKey } from "./dialog.js"
import { labelled } from "./fields.js"
import { icon } from "./icons.js"
import { sentence } from "./troubles.js"

const LONGEST = 64 // characters of a new password, as the server has it

/** @param {string} name whose it is */
export function openPassword(name) {
  const problem = h("div", { role: "alert" })
  /** @param {string} id @param {string} known for password managers */
  const secret = (id, known) => h("input", { type: "password", class: "field field--text", id, autocomplete: known, maxlength: known === "new-password" ? LONGEST : 200 })
  const before = secret("password-now", "current-password")
  const fresh = secret("password-new", "new-password")
  const again = secret("password-again", "new-password")
  let busy = false

  /** @param {string} words @param {HTMLInputElement} where */
  function refuse(words, where) {
    fill(problem, h("p", { class: "note note--danger", id: "password-error" }, icon("warn"), h("span", null, words)))
    for (const input of [before, fresh, again]) input.removeAttribute("aria-invalid")
    where.setAttribute("aria-invalid", "true")
    where.focus()
    where.select()
  }

  async function save() {
    if (busy) return
    fill(problem)
    if (!before.value) return refuse(t("password.lacking"), before)
    if (fresh.value !== again.value) return refuse(t("signin.own_differ"), again)
    busy = true
    try {
      await changePassword(before.value, fresh.value)
      close()
      done(name)
    } catch (error) {
      refuse(sentence(error), error instanceof Refused && error.code === "weak_pin" ? fresh : before)
    } finally {
      busy = false
    }
  }

  const { close } = openDialog({
    title: t("password.title"),
    sub: name,
    body: [
      h("form", { class: "form", id: "password-form", onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); void save() } },
        labelled(before, t("password.now")),
        labelled(fresh, t("signin.own_new"), t("signin.own_hint")),
        labelled(again, t("signin.own_again"))),
      problem,
      h("p", { class: "muted" }, t("password.ends")),
    ],
    foot: [h("button", { type: "submit", form: "password-form", class: "btn btn--primary", id: "password-save", "aria-keyshortcuts": "Shift+Enter" }, icon("tick"), withKey(t("staff.save"), "shift+enter"))],
    bindings: [{ keys: ["shift+enter"], words: "keys.save_password", run: () => void save(), always: true }],
  })
  before.focus()
}

/** @param {string} name */
function done(name) {
  const { close } = openDialog({
    title: t("password.title"),
    sub: name,
    body: [h("p", { class: "note", id: "password-done" }, icon("tick"), h("span", null, t("password.changed")))],
    foot: [h("button", { type: "button", class: "btn btn--primary", onclick: () => close() }, t("staff.done"))],
  })
  announce(t("password.changed"))
}
