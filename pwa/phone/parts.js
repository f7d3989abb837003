/** The parts that every screen is put together from: bars, buttons, notes, sheets. */

import { fill, h } from "../lib/dom.js"
import { drawing, icon } from "../lib/icons.js"
import { t } from "../lib/words.js"

/** @typedef {import("../lib/dom.js").Children} Children */

/**
 * A whole screen: bar, content, dock. `app.js` puts it on the page.
 *
 * @param {{top: Children, main: Children, dock?: Children, name: string}} parts
 * @returns {HTMLElement}
 */
export function screen({ top, main, dock, name }) {
  return h("div", { class: `screen screen--${name}` },
    h("header", { class: "top" }, top),
    h("main", { id: "main" }, main),
    dock ? h("footer", { class: "dock" }, dock) : null)
}

/**
 * @param {string} title
 * @param {{back?: string, close?: string, onclose?: () => void, id?: string}} [way] where back or close lead (a hash)
 * @returns {Children}
 */
export function titleBar(title, way = {}) {
  const target = way.back ?? way.close
  const label = way.back ? t("app.back") : t("app.close")
  return [
    target || way.onclose
      ? h("a", { class: "tool-button", id: "back", href: target ?? "#/", onclick: way.onclose, "aria-label": label }, icon(way.back ? "arrow_back" : "close"))
      : null,
    h("h1", { class: "top__title", id: way.id, tabindex: -1 }, title),
  ]
}

/** The mark: a white sheet with an arrow on blue. @returns {SVGSVGElement} */
export function mark() {
  const svg = drawing("0 0 36 36", "mark", [
    "M4 0h28a4 4 0 0 1 4 4v28a4 4 0 0 1-4 4H4a4 4 0 0 1-4-4V4a4 4 0 0 1 4-4z", "M10 7h12l5 5v17H10z", "M22 7v5h5z",
    "M14 20.5h8m-3.5-4 4 4-4 4",
  ])
  return svg
}

/**
 * The one filled button of a screen.
 *
 * @param {string} id
 * @param {string} label
 * @param {{icon?: string, href?: string, onclick?: (event: Event) => void, type?: string}} [props]
 */
export const mainButton = (id, label, props = {}) => button("primary main-action", id, label, props)

/** @param {string} id @param {string} label @param {{icon?: string, href?: string, onclick?: (event: Event) => void, wide?: boolean}} [props] */
export const otherButton = (id, label, props = {}) => button("secondary", id, label, props)

/** @param {string} id @param {string} label @param {{icon?: string, onclick: (event: Event) => void}} props */
export const dangerButton = (id, label, props) => button("secondary danger", id, label, props)

/** @param {string} id @param {string} label @param {{icon?: string, href?: string, onclick?: (event: Event) => void, target?: string}} props */
export const textButton = (id, label, props) =>
  h(props.href ? "a" : "button", { class: "text-button", id, href: props.href, type: props.href ? null : "button", onclick: props.onclick, target: props.target, rel: props.target && "noopener" },
    props.icon ? icon(props.icon) : null, h("span", null, label))

/** @param {string} look @param {string} id @param {string} label @param {any} props */
function button(look, id, label, props) {
  const [kern, own] = look.split(" ")
  const link = props.href !== undefined
  return h(link ? "a" : "button",
    { class: `kern-btn kern-btn--${kern} kern-btn--block ${own ?? ""}`, id, href: props.href, type: link ? null : (props.type ?? "button"), onclick: props.onclick },
    props.icon ? icon(props.icon) : null, h("span", { class: "kern-label" }, label))
}

/**
 * An icon above its word: the tools of a page, the corners of the camera.
 *
 * @param {string} id
 * @param {string} label
 * @param {string} name
 * @param {(event: Event) => void} onclick
 */
export const tool = (id, label, name, onclick) =>
  h("button", { class: "tool", id, type: "button", onclick }, icon(name), h("span", null, label))

/** @param {"info" | "needs" | "loss" | "here"} tone @param {string} name @param {Children} text @param {string} [id] */
export const note = (tone, name, text, id) => h("div", { class: `note tone-${tone}`, id }, icon(name), h("div", null, text))

/** Say something to those who do not see it happen. @param {string} text */
export function announce(text) {
  document.getElementById("live")?.replaceChildren(text) // a new node: the same words are read out again
}

/**
 * A sheet from below that asks one question. Resolves when it closes.
 *
 * @param {string} id
 * @param {string} title
 * @param {(close: (answer?: string) => void) => Children} content
 * @returns {Promise<string>} the answer, "" when closed without one
 */
export function sheet(id, title, content) {
  return new Promise((resolve) => {
    const dialog = h("dialog", { class: "sheet", id, "aria-labelledby": `${id}-title` })
    const close = (answer = "") => dialog.close(answer)
    fill(dialog,
      h("h2", { id: `${id}-title`, class: "sheet__title", tabindex: -1 }, title),
      h("div", { class: "sheet__body" }, content(close)))
    dialog.addEventListener("close", () => {
      dialog.remove()
      resolve(dialog.returnValue)
    })
    // A tap beside the sheet is a "no"; the dialog element itself is only its backdrop then.
    dialog.addEventListener("click", (/** @type {Event} */ event) => event.target === dialog && close())
    document.body.append(dialog)
    dialog.showModal()
    dialog.querySelector("h2").focus()
  })
}

/** The three roots of the phone, at the bottom of each; how much is new by post is filled in by `main.js`. @param {"home" | "sent" | "post"} current */
export const tabs = (current) =>
  h("nav", { class: "tabs", "aria-label": t("app.tabs") },
    tab("tab-home", "#/", "home", t("app.tab_home"), current === "home"),
    tab("tab-sent", "#/sent", "plane", t("app.tab_sent"), current === "sent"),
    tab("tab-post", "#/post", "mail", t("app.tab_post"), current === "post", h("span", { class: "tab__count", hidden: true })))

/** @param {string} id @param {string} href @param {string} name @param {string} label @param {boolean} here @param {HTMLElement} [count] */
const tab = (id, href, name, label, here, count) =>
  h("a", { class: "tab", id, href, "aria-current": here ? "page" : null }, icon(name), h("span", null, label), count)

/** @param {number} count of what is new by post */
export function showPostCount(count) {
  const tab = document.getElementById("tab-post")
  const place = /** @type {HTMLElement | null} */ (tab?.querySelector(".tab__count") ?? null)
  if (!tab || !place) return
  place.hidden = !count
  fill(place, String(count))
  tab.setAttribute("aria-label", count ? t("post.tab", { count }) : t("app.tab_post"))
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let toastTimer

/**
 * A line at the bottom that says what just happened and goes by itself.
 *
 * @param {string} text
 * @param {{label: string, onclick: () => void} | null} [action] such as "Rückgängig"
 */
export function toast(text, action = null) {
  endToast()
  const dock = document.querySelector(".dock")
  document.body.style.setProperty("--dock", `${dock ? Math.max(0, innerHeight - dock.getBoundingClientRect().top) : 0}px`)
  fill(/** @type {Element} */ (document.getElementById("toasts")), h("div", { class: "toast" }, h("span", null, text),
    action && h("button", { class: "toast__action", id: "toast-action", type: "button", onclick: () => (endToast(), action.onclick()) }, action.label)))
  toastTimer = setTimeout(endToast, 8_000)
}

/** Wait for what is to be written on this phone; when it cannot be, that is said. @param {Promise<unknown>} work @param {string} [fault] the words for it @returns {Promise<boolean>} whether it is there */
export const saved = (work, fault = "error.not_saved") => work.then(() => true, (error) => {
  console.warn(error)
  toast(t(fault))
  return false
})

/** The same for what the person says to the office. @param {Promise<unknown>} work */
export const answered = (work) => saved(work, "error.not_kept")

/** Take away what a toast offers, because it no longer holds. */
export function endToast() {
  clearTimeout(toastTimer)
  fill(/** @type {Element} */ (document.getElementById("toasts")))
}
