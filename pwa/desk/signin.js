/** Signing in: the first screen, and a sheet over everything when the session ends in the middle. */

import { Refused, call } from "../lib/api.js"
import { h } from "../lib/dom.js"
import { currentLanguage, t } from "../lib/words.js"
import { office } from "./data.js"
import { icon, mark } from "./icons.js"
import { sentence } from "./troubles.js"

/** @typedef {import("./data.js").Session} Session */

const LONGEST = 64 // characters of a new password, as the server has it

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
      done(await enter(name.value.trim(), secret.value))
    } catch (error) {
      if (error instanceof Refused && error.code === "choose_pin") return root.replaceWith(ownPassword({ login: name.value.trim(), once: secret.value, done }))
      refuse(sentence(error))
      if (error instanceof Refused && error.code === "wrong_login") secret.select()
    } finally {
      send.removeAttribute("aria-disabled")
    }
  }

  const other = currentLanguage() === "de" ? "en" : "de"
  const root = h(
    "div",
    { class: "signin" },
    head(h("button", { type: "button", class: "btn btn--quiet signin__language", lang: other, id: "other-language", onclick: () => speak(other) }, icon("globe"), h("span", null, other === "de" ? "Deutsch" : "English"))),
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
  return root
}

/** @param {any} [more] */
const head = (more) =>
  h("header", { class: "signin__top" }, mark(), h("div", { class: "signin__brand" }, h("strong", null, t("app.name")), h("span", { class: "muted" }, office().name)), more)

/** @param {string} login @param {string} secret @param {string} [fresh] what takes the place of a one-time password @returns {Promise<Session>} */
const enter = async (login, secret, fresh) => (await call("PUT", "/session", { login, secret, entry: "desk", ...(fresh ? { new_secret: fresh } : {}) })).data

/**
 * Who comes with a password that is good once chooses their own.
 *
 * @param {{login: string, once: string, done: (session: Session) => void}} options
 */
function ownPassword({ login, once, done }) {
  const trouble = h("div", { role: "alert" })
  const [fresh, again] = ["new-secret", "new-secret-again"].map((id) => h("input", { class: "kern-form-input__input", id, type: "password", autocomplete: "new-password", maxlength: LONGEST, required: true }))
  const send = h("button", { class: "kern-btn kern-btn--primary kern-btn--block", type: "submit", id: "own-take" }, h("span", { class: "kern-label" }, t("signin.own_take")))
  let busy = false

  /** @param {string} words @param {HTMLElement} where */
  function refuse(words, where) {
    trouble.replaceChildren(h("p", { class: "note note--danger", id: "own-error" }, icon("warn"), h("span", null, words)))
    for (const input of [fresh, again]) input.setAttribute("aria-invalid", "true")
    where.focus()
  }

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault()
    if (busy) return
    trouble.replaceChildren()
    if (fresh.value !== again.value) return refuse(t("signin.own_differ"), again)
    busy = true
    try {
      done(await enter(login, once, fresh.value || " ").catch((error) => {
        if (!(error instanceof Refused) || error.code !== "wrong_login") throw error
        return enter(login, fresh.value) // an answer was lost: the first one is used up, the own one counts already
      }))
    } catch (error) {
      refuse(sentence(error), fresh)
    } finally {
      busy = false
    }
  }

  const root = h("div", { class: "signin" }, head(),
    h("main", { class: "signin__main" },
      h("form", { class: "signin__form", onsubmit: submit, novalidate: true },
        h("h1", { class: "signin__title", tabindex: "-1" }, t("signin.own_title")),
        h("p", null, t("signin.own_text")),
        h("input", { type: "text", autocomplete: "username", value: login, hidden: true, readonly: true }), // for password managers
        trouble,
        field(fresh, t("signin.own_new"), t("signin.own_hint")),
        field(again, t("signin.own_again"), null),
        send)))
  setTimeout(() => fresh.focus())
  return root
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
