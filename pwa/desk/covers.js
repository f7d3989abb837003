/** What comes before or over a screen: no connection at the start, and the sign-in in the middle of work. */

import { fill, h } from "../lib/dom.js"
import { t } from "../lib/words.js"
import { icon, mark } from "./icons.js"
import { bind } from "./keys.js"
import { signIn } from "./signin.js"

/**
 * One sentence and a way on, where there is no screen to show it on.
 *
 * @param {HTMLElement} app
 * @param {string} words
 * @param {() => any} again
 * @param {() => any} [back]
 */
export function alone(app, words, again, back) {
  window.addEventListener("online", () => document.querySelector(".alone") && again(), { once: true })
  fill(
    app,
    h(
      "main",
      { class: "alone" },
      mark(),
      h("h1", { class: "title", tabindex: "-1" }, t("app.name")),
      h("p", null, words),
      h("div", { class: "alone__ways" }, h("button", { type: "button", class: "btn btn--primary", onclick: again }, icon("turn"), h("span", null, t("inbox.again"))), back && h("button", { type: "button", class: "btn", onclick: back }, t("app.back"))),
    ),
  )
}

/**
 * The sign-in as a sheet over everything. What was on the screen stays below it, with all that was typed, but
 * nothing of it can be seen until the person is back.
 *
 * @param {{speak: (language: string) => Promise<void>}} options
 * @returns {Promise<{session: import("./data.js").Session, spoken: boolean}>} spoken: the language was changed
 */
export function cover({ speak }) {
  return new Promise((resolve) => {
    let spoken = false
    const unbind = bind([])
    const sheet = h("dialog", { class: "cover", "aria-label": t("signin.title"), onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && event.preventDefault() })
    const draw = () =>
      fill(
        sheet,
        signIn({
          notice: t("signin.ended"),
          speak: async (language) => {
            await speak(language)
            spoken = true
            draw()
          },
          done: (session) => {
            unbind()
            sheet.close()
            sheet.remove()
            resolve({ session, spoken })
          },
        }),
      )
    draw()
    document.body.append(sheet)
    sheet.showModal()
    sheet.querySelector("#login")?.focus()
  })
}
