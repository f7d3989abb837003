/** Signing in: the first screen, and a sheet over everything when the session ends in the middle. */

import { Refused, call } from "../lib/api.js"
import { h } from "../lib/dom.js"
import { currentLanguage, t } from "../lib/words.js"
import { office } from "./data.js"
import { icon, mark } from "./icons.js"
import { sentence } from "./troubles.js"

/** @typedef {import("./data.js").Session} Session */

/**
 * @param {object} options
 * @param {(session: Session) => void} options.done
 * @param {(language: string) => void} options.speak
 * @param {string} [options.login] who was signed in before
 * @param {string} [options.notice] why it is asked for
 * @returns {HTMLElement}
 */
export function signIn({ done, speak, login = "", notice }) {
  const trouble = h("div", { role: "alert" })
  const name = h("input", { class: "kern-form-input__input", id: "login", name: "login", autocomplete: "username", autocapitalize: "none", spellcheck: "false", required: true, value: login })
  const secret = h("input", { class: "kern-form-input__input", id: "secret", name: "secret", type: "password", autocomplete: "current-password", required: true })
  const eye = h("button", { type: "button", class: "btn btn--quiet btn--square signin__eye", "aria-pressed": "false", "aria-label": t("signin.show"), onclick: () => look(secret.type === "password") }, icon("eye"))
  const send = h("button", { class: "kern-btn kern-btn--primary kern-btn--block", type: "submit", id: "sign-in" }, h("span", { class: "kern-label" }, t("signin.send")))

  /** @param {boolean} plain */
  function look(plain) {
    secret.type = plain ? "text" : "password"
    eye.setAttribute("aria-pressed", String(plain))
    eye.querySelector("svg")?.replaceWith(icon(plain ? "eyeOff" : "eye"))
  }

  /** @param {string} words */
  function refuse(words) {
    trouble.replaceChildren(h("p", { class: "note note--danger", id: "signin-error" }, icon("warn"), h("span", null, words)))
    for (const input of [name, secret]) input.setAttribute("aria-describedby", "signin-error")
  }

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault()
    trouble.replaceChildren()
    if (!name.value.trim() || !secret.value) {
      refuse(t("signin.both"))
      const empty = name.value.trim() ? secret : name
      return empty.focus()
    }
    send.setAttribute("aria-disabled", "true")
    try {
      const answer = await call("PUT", "/session", { login: name.value.trim(), secret: secret.value, entry: "desk" })
      done(/** @type {Session} */ (answer.data))
    } catch (error) {
      refuse(sentence(error))
      if (error instanceof Refused && error.code === "wrong_login") secret.select()
    } finally {
      send.removeAttribute("aria-disabled")
    }
  }

  const other = currentLanguage() === "de" ? "en" : "de"
  return h(
    "div",
    { class: "signin" },
    h(
      "header",
      { class: "signin__top" },
      mark(),
      h("div", { class: "signin__brand" }, h("strong", null, t("app.name")), h("span", { class: "muted" }, office().name)),
      h("button", { type: "button", class: "btn btn--quiet signin__language", lang: other, id: "other-language", onclick: () => speak(other) }, icon("globe"), h("span", null, other === "de" ? "Deutsch" : "English")),
    ),
    h(
      "main",
      { class: "signin__main" },
      h(
        "form",
        { class: "signin__form", onsubmit: submit, novalidate: true },
        h("h1", { class: "signin__title", tabindex: "-1" }, t("signin.title")),
        h("p", { class: "muted" }, t("signin.lead")),
        notice && h("p", { class: "note" }, icon("clock"), h("span", null, notice)),
        trouble,
        field(name, t("signin.login"), t("signin.login_hint")),
        field(secret, t("signin.secret"), null, eye),
        send,
        h("p", { class: "muted signin__forgot" }, t("signin.forgot")),
      ),
    ),
  )
}

/** @param {HTMLInputElement} input @param {string} label @param {string | null} hint @param {HTMLElement} [inside] */
function field(input, label, hint, inside) {
  if (hint) input.setAttribute("aria-describedby", `${input.id}-hint`)
  return h(
    "div",
    { class: "kern-form-input" },
    h("label", { class: "kern-label", for: input.id }, label),
    hint && h("div", { class: "kern-hint", id: `${input.id}-hint` }, hint),
    h("div", { class: "signin__field" }, input, inside),
  )
}
