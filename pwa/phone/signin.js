/** Who are you? */

import { fill, h } from "../lib/dom.js"
import { icon } from "../lib/icons.js"
import { currentLanguage, hasWord, t } from "../lib/words.js"
import { announce, mainButton, mark, note, screen, sheet, textButton } from "./parts.js"

/**
 * @typedef {object} Door what the sign-in needs of the app
 * @property {import("./context.js").Session | null} session
 * @property {any} office
 * @property {number} shared
 * @property {() => Promise<{pages: number}[]>} pending
 * @property {(login: string, secret: string, pin?: string) => Promise<void>} signIn
 * @property {(language: string) => Promise<void>} chooseLanguage
 * @property {() => any} onrestart
 */

/** @param {Door} app */
export async function signin(app) {
  const waiting = app.session ? await app.pending() : []
  const problem = h("div", { id: "signin-problem", role: "alert" })
  const id = field("login", t("signin.id"), t("signin.id_hint"), { autocomplete: "username", maxlength: 20 })
  const pin = field("pin", t("signin.pin"), t("signin.pin_hint"), { autocomplete: "current-password", type: "password", maxlength: 64 })
  const login = id.querySelector("input")
  const secret = pin.querySelector("input")
  login.addEventListener("input", () => group(login))
  const [, given] = location.hash.match(/^#\/signin\/(\w[\w-]{3,19})$/) ?? [] // from the QR code of a letter
  if (given) login.value = grouped(given)

  const eye = h("button", { class: "tool-button field__eye", id: "show-pin", type: "button", "aria-pressed": "false", "aria-label": t("signin.show_pin"), onclick: () => {
    const shown = secret.type === "password"
    secret.type = shown ? "text" : "password"
    eye.setAttribute("aria-pressed", String(shown))
    fill(eye, icon(shown ? "eye_off" : "eye"))
  } }, icon("eye"))
  pin.querySelector(".field__box").append(eye)

  let busy = false
  const button = mainButton("signin", t("signin.do"), { type: "submit" })
  /** @param {Event} event */
  async function submit(event) {
    event.preventDefault()
    if (busy) return
    fill(problem)
    for (const input of [login, secret]) input.removeAttribute("aria-invalid")
    const missing = [login, secret].find((input) => !input.value.trim())
    if (missing) return complain(t("signin.both"), missing)
    busy = true
    fill(button.querySelector(".kern-label"), t("app.moment"))
    announce(t("app.moment"))
    try {
      await knock(login.value.replace(/\s/g, ""), secret.value.replace(/\s/g, ""))
      if (location.hash.startsWith("#/signin")) {
        history.replaceState(null, "", "#/") // a letter's ID does not stay behind in the history
        app.onrestart()
      } else if (element.isConnected) app.onrestart() // else somebody who taps fast is already in the camera
    } catch (error) {
      const { code, messageKey, retryAfter } = /** @type {any} */ (error)
      const words = code === "too_many_tries" ? t("error.too_many_tries", { minutes: Math.max(1, Math.ceil((retryAfter ?? 60) / 60)) }) : t(hasWord(messageKey) ? messageKey : "error.server_fault")
      complain(code === "offline" ? t("signin.offline") : words, code === "wrong_login" ? login : null)
    } finally {
      busy = false
      fill(button.querySelector(".kern-label"), t("signin.do"))
    }
  }

  /** A letter's one-time code opens the door once a PIN takes its place. @param {string} who @param {string} key */
  async function knock(who, key) {
    try {
      await app.signIn(who, key)
    } catch (error) {
      if (/** @type {any} */ (error).code !== "choose_pin") throw error
      const { choosePin } = await import("./pin.js")
      const done = await choosePin((fresh) => app.signIn(who, key, fresh).catch((/** @type {any} */ refused) => {
        if (refused.code !== "wrong_login") throw refused
        return app.signIn(who, fresh) // an answer was lost: the code is used up, the PIN counts already
      }))
      if (!done) throw error
    }
  }

  /** @param {string} text @param {HTMLInputElement | null} input */
  function complain(text, input) {
    fill(problem, note("loss", "triangle", text))
    input?.setAttribute("aria-invalid", "true")
    input?.focus()
    problem.scrollIntoView({ block: "nearest" })
  }

  const shared = h("div", { id: "signin-shared" })
  const refresh = () => {
    fill(office, app.office?.name)
    fill(shared, app.shared ? note("here", "phone", t(app.session ? "signin.shared_again" : "signin.shared")) : null)
  }
  const office = h("p", { class: "brand__office" }, app.office?.name)
  const element = screen({
    name: "signin",
    top: [
      mark(),
      h("div", { class: "brand" }, h("p", { class: "brand__name" }, "Belegbote"), office),
      languageButton(app),
    ],
    main: [
      h("h1", { class: "message", tabindex: -1 }, t("signin.do")),
      app.session?.expired ? note("here", "phone", waiting.length ? t("signin.again_pages", { count: waiting.reduce((sum, one) => sum + one.pages, 0) }) : t("error.signed_out"), "signin-again") : null,
      shared,
      h("form", { id: "signin-form", novalidate: true, onsubmit: submit }, id, pin, problem),
    ],
    dock: [button, textButton("no-pin", t("signin.no_pin"), { onclick: () => void sheet("no-pin-sheet", t("signin.no_pin"), (close) => [
      h("p", null, t("signin.no_pin_text")),
      h("p", null, t("signin.no_pin_office", { office: app.office?.name ?? "Jobcenter" })),
      mainButton("no-pin-close", t("app.understood"), { onclick: () => close() }),
    ]) })],
  })
  // The button stands in the dock, outside the form, so that it stays under the thumb.
  button.setAttribute("form", "signin-form")
  refresh()
  return { element, title: t("signin.do"), refresh }
}

/** @param {string} id @param {string} label @param {string} hint @param {Record<string, any>} props */
function field(id, label, hint, props) {
  return h("div", { class: "field" },
    h("label", { class: "field__label", for: id }, label),
    h("p", { class: "field__hint", id: `${id}-hint` }, hint),
    h("div", { class: "field__box" },
      h("input", { id, name: id, inputmode: "numeric", autocapitalize: "off", spellcheck: "false", "aria-describedby": `${id}-hint`, ...props })))
}

/** "48271935" reads as "4827 1935", as in the letter. Only while writing at the end, so the caret never jumps. @param {HTMLInputElement} input */
function group(input) {
  if (input.selectionStart !== input.value.length) return
  input.value = grouped(input.value)
}

/** @param {string} value */
function grouped(value) {
  const digits = value.replace(/\s/g, "")
  return /^\d*$/.test(digits) ? digits.replace(/(\d{4})(?=\d)/g, "$1 ") : value
}

/** Shows the other language in its own words. @param {Door} app */
function languageButton(app) {
  const other = currentLanguage() === "de" ? "en" : "de"
  return h("button", { class: "language", id: "language", type: "button", lang: other, onclick: async () => {
    await app.chooseLanguage(other)
    app.onrestart()
  } }, icon("globe"), h("span", null, other === "en" ? "English" : "Deutsch"))
}
