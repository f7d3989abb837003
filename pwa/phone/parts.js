/** The parts that every screen is put together from: bars, buttons, cards' chips, the way, notes, toasts, sheets. */

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

/** @param {"home" | "sent"} current */
export const tabs = (current) =>
  h("nav", { class: "tabs", "aria-label": t("app.tabs") },
    tab("tab-home", "#/", "home", t("app.tab_home"), current === "home"),
    tab("tab-sent", "#/sent", "plane", t("app.tab_sent"), current === "sent"))

/** @param {string} id @param {string} href @param {string} name @param {string} label @param {boolean} here */
const tab = (id, href, name, label, here) =>
  h("a", { class: "tab", id, href, "aria-current": here ? "page" : null }, icon(name), h("span", null, label))

/** @param {string} tone here, way, there, needs, loss @param {string} name @param {string} label */
export const chip = (tone, name, label) => h("p", { class: `chip tone-${tone}` }, icon(name), h("span", null, label))

/**
 * The way of the pages from the phone to the office, for those who see; the chip says the same in words.
 *
 * @param {{tone: string, road: "phone" | "stuck" | "moving" | "arrived" | "back"}} face
 * @returns {HTMLElement}
 */
export function way({ tone, road }) {
  const start = road === "stuck" || road === "back" ? "triangle" : "phone"
  return h("div", { class: `way way--${road} tone-${tone}`, "aria-hidden": "true" },
    h("span", { class: `stop ${road === "arrived" ? "" : "stop--full"}` }, icon(start)),
    h("span", { class: "road" },
      h("span", { class: "road__line" }),
      road === "moving" ? h("span", { class: "road__sheet" }, drawing("0 0 24 32", "icon", ["M2 2h20v28H2zM7 10h10M7 16h10M7 22h10"])) : null,
      road === "back" ? h("span", { class: "road__head" }) : null),
    h("span", { class: `stop ${road === "arrived" ? "stop--full" : ""}` }, icon(road === "arrived" ? "tick" : "office")))
}

/** @param {Element} card @param {number} fraction of the way that is done, 0 to 1 */
export function setWay(card, fraction) {
  const road = /** @type {HTMLElement | null} */ (card.querySelector(".way--moving .road"))
  road?.style.setProperty("--done", `${Math.round(Math.min(1, fraction) * 100)}%`)
}

/** @param {"info" | "needs" | "loss" | "here"} tone @param {string} name @param {Children} text @param {string} [id] */
export const note = (tone, name, text, id) => h("div", { class: `note tone-${tone}`, id }, icon(name), h("div", null, text))

/** Say something to those who do not see it happen. @param {string} text */
export function announce(text) {
  fill(/** @type {Element} */ (document.getElementById("live")), text)
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let toastTimer

/**
 * A line at the bottom that goes by itself.
 *
 * @param {string} text
 * @param {{label: string, onclick: () => void, tone?: string} | null} [action] such as "Rückgängig"
 */
export function toast(text, action = null) {
  const place = /** @type {Element} */ (document.getElementById("toasts"))
  clearTimeout(toastTimer)
  const dock = document.querySelector(".dock")
  document.body.style.setProperty("--dock", `${dock ? Math.max(0, innerHeight - dock.getBoundingClientRect().top) : 0}px`)
  const close = () => fill(place)
  fill(place, h("div", { class: "toast" }, h("span", null, text),
    action && h("button", { class: "toast__action", id: "toast-action", type: "button", onclick: () => (close(), action.onclick()) }, action.label)))
  toastTimer = setTimeout(close, 8_000)
}

/** Take away what a toast offers, because it no longer holds. */
export function endToast() {
  clearTimeout(toastTimer)
  fill(/** @type {Element} */ (document.getElementById("toasts")))
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

/**
 * Keep a list of elements in step with a list of things without touching those that stayed the same: focus and
 * scrolling survive.
 *
 * @template T
 * @param {Element} place
 * @param {T[]} things
 * @param {{key: (thing: T) => string, look: (thing: T) => string, make: (thing: T) => HTMLElement}} how look changes when the element must be made anew
 */
export function keep(place, things, { key, look, make }) {
  const old = new Map([...place.children].map((child) => [/** @type {HTMLElement} */ (child).dataset.key, /** @type {HTMLElement} */ (child)]))
  const wanted = things.map((thing) => {
    const had = old.get(key(thing))
    if (had?.dataset.look === look(thing)) return had
    const element = make(thing)
    element.dataset.key = key(thing)
    element.dataset.look = look(thing)
    return element
  })
  for (const child of [...place.children]) if (!wanted.includes(/** @type {HTMLElement} */ (child))) child.remove()
  wanted.forEach((element, i) => {
    if (place.children[i] !== element) place.insertBefore(element, place.children[i] ?? null)
  })
}
