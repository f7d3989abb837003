/** The fixed frame around every screen: side or rail, top bar, live bar, hint bar, and the tabs of a phone. */
// words: hint.*

import { h } from "../lib/dom.js"
import { t, timeOnly } from "../lib/words.js"
import { connection, office } from "./data.js"
import { icon, mark } from "./icons.js"
import { cap } from "./keys.js"
import { alertsButton } from "./pushing.js"
import { queue } from "./queue.js"

/**
 * @typedef {{name: string, team: string, admin: boolean}} Who
 *
 * @typedef {object} Ways  what the frame's own buttons do
 * @property {() => void} preferences
 * @property {() => void} help
 * @property {(() => void) | null} renew  set when a new version waits
 *
 * @typedef {object} Hint
 * @property {string[]} keys
 * @property {string} words
 */

/** To the rooms beside the inbox. @param {Who} who @param {(hash: string) => void} go @returns {import("./keys.js").Binding[]} */
export const roomKeys = (who, go) => [
  { keys: ["g n"], words: "keys.go_new", run: () => go("#/") },
  { keys: ["g b"], words: "keys.go_notices", run: () => go("#/notices") },
  ...adminKeys(who, go),
]

/** What an admin's keyboard does on every screen. @param {Who} who @param {(hash: string) => void} go @returns {import("./keys.js").Binding[]} */
export const adminKeys = (who, go) => (who.admin ? [
  { keys: ["g o"], words: "keys.go_operation", run: () => go("#/operation") },
  { keys: ["g s"], words: "keys.go_survey", run: () => go("#/survey") },
] : [])

/** @returns {{state: "new" | "returned" | "accepted", href: string, icon: string, words: string, short: string}[]} */
export const queues = () => [
  { state: "new", href: "#/", icon: "dot", words: t("queue.new"), short: t("queue.new") },
  { state: "returned", href: "#/returned", icon: "back", words: t("queue.returned"), short: t("queue.returned_short") },
  { state: "accepted", href: "#/accepted", icon: "accepted", words: t("queue.accepted"), short: t("queue.accepted") },
]

/**
 * @param {object} options
 * @param {"list" | "review"} options.kind
 * @param {string} options.here which queue is marked as the one the person is in
 * @param {Who} options.who
 * @param {Ways} options.ways
 * @param {any} options.top
 * @param {any} options.main
 * @param {Hint[]} options.hints
 * @param {any} [options.hintEnd] at the end of the hint bar
 */
export function frame({ kind, here, who, ways, top, main, hints, hintEnd }) {
  const counts = /** @type {Record<string, HTMLElement[]>} */ ({ new: [], returned: [], accepted: [], alarms: [] })
  /** @param {string} state */
  const count = (state) => {
    const element = h("span", { class: "count" })
    counts[state].push(element)
    return element
  }
  const lost = h("div", { class: "lost", role: "status" })
  const said = h("p", { class: "said" })
  const root = h(
    "div",
    { class: `shell shell--${kind}` },
    h("a", { class: "skip", href: "#main", onclick: (/** @type {Event} */ event) => { event.preventDefault(); body.querySelector("h1, h2, a, button")?.focus(); body.focus() } }, t("frame.skip")),
    side(here, who, ways, count),
    h("header", { class: "top" }, top),
    lost,
    h("main", { class: "main", id: "main", tabindex: "-1" }, main),
    h(
      "footer",
      { class: "hints" },
      said,
      h("ul", { class: "hints__list", "aria-hidden": "true" }, hints.map(({ keys, words }) => h("li", { class: "hint" }, keys.map(cap), h("span", null, t(words))))),
      h("div", { class: "hints__end" }, hintEnd, h("button", { type: "button", class: "hint hint--button", id: "help", onclick: ways.help, "aria-keyshortcuts": "?" }, cap("?"), h("span", null, t("hint.all_keys")))),
    ),
    tabs(here, who, ways, count),
  )
  const body = root.querySelector("main")

  const showCounts = () => {
    for (const [state, elements] of Object.entries(counts)) {
      for (const element of elements) {
        const number = queue.counts?.[/** @type {keyof import("./data.js").Counts} */ (state)]
        element.textContent = number === undefined || (state === "alarms" && number === 0) ? "" : String(number)
        if (state === "alarms") element.parentElement?.classList.toggle("with-alarms", Boolean(number))
      }
    }
  }
  const showConnection = () => {
    if (!root.isConnected && root.dataset.seen) return connection.removeEventListener("change", showConnection)
    root.dataset.seen = "1"
    lost.replaceChildren(...(connection.lostAt ? [icon("offline"), h("span", null, h("strong", null, t("offline.title", { time: timeOnly(connection.lostAt) })), " ", t("offline.text"))] : []))
  }
  connection.addEventListener("change", showConnection)
  showConnection()
  showCounts()

  return {
    root,
    showCounts,
    /** Say in the hint bar what was just done; it stays until something else is said. @param {...any} words */
    say: (...words) => said.replaceChildren(...words),
  }
}

/** A way to a room beside the inbox. @param {"notices" | "survey"} name @param {string} sign @param {string} here */
const room = (name, sign, here) =>
  h("a", { class: "side__item", id: `to-${name}`, href: `#/${name}`, title: t(`${name}.title`), "aria-current": here === name ? "page" : null }, icon(sign), h("span", { class: "side__label" }, t(`${name}.title`)))

/** @param {string} here @param {Who} who @param {Ways} ways @param {(state: string) => HTMLElement} count */
function side(here, who, ways, count) {
  return h(
    "aside",
    { class: "side", "aria-label": t("app.name") },
    h("a", { class: "side__brand", href: "#/", "aria-label": `${t("app.name")}, ${office().name}` }, mark(), h("span", { class: "side__names" }, h("strong", null, t("app.name")), h("span", { class: "muted small" }, office().name))),
    h(
      "nav",
      { class: "side__nav", "aria-label": t("queue.all") },
      h("p", { class: "side__heading", "aria-hidden": "true" }, t("queue.all")),
      h(
        "ul",
        { class: "side__list" },
        queues().map(({ state, href, icon: shape, words }) =>
          h("li", null, h("a", { class: "side__item", href, title: words, "aria-current": here === state ? "page" : null, "data-queue": state }, icon(shape), h("span", { class: "side__label" }, words), count(state))),
        ),
      ),
    ),
    h("nav", { class: "side__nav", "aria-label": t("frame.cases") }, h("p", { class: "side__heading", "aria-hidden": "true" }, t("frame.cases")), room("notices", "paper", here)),
    who.admin &&
      h(
        "nav",
        { class: "side__nav", "aria-label": t("frame.admin") },
        h("p", { class: "side__heading", "aria-hidden": "true" }, t("frame.admin")),
        h("a", { class: "side__item", id: "to-operation", href: "#/operation", title: t("operation.title"), "aria-current": here === "operation" ? "page" : null }, icon("pulse"), h("span", { class: "side__label" }, t("operation.title")), count("alarms")),
        room("survey", "star", here),
      ),
    h(
      "div",
      { class: "side__foot" },
      h("p", { class: "side__who" }, h("strong", null, who.name), h("span", { class: "muted" }, who.team)),
      ways.renew && h("button", { type: "button", class: "side__item side__item--call", title: t("frame.renew"), onclick: ways.renew }, icon("turn"), h("span", { class: "side__label" }, t("frame.renew"))),
      alertsButton(ways.preferences),
      h("button", { type: "button", class: "side__item", id: "preferences", title: t("prefs.title"), onclick: ways.preferences }, icon("gear"), h("span", { class: "side__label" }, t("prefs.title"))),
    ),
  )
}

/** @param {string} here @param {Who} who @param {Ways} ways @param {(state: string) => HTMLElement} count */
function tabs(here, who, ways, count) {
  return h(
    "nav",
    { class: "tabs", "aria-label": t("queue.all") },
    queues().map(({ state, href, icon: shape, short }) =>
      h("a", { class: "tab", href, "aria-current": here === state ? "page" : null }, icon(shape === "dot" ? "tray" : shape), h("span", null, short, " ", count(state))),
    ),
    who.admin && h("a", { class: "tab", href: "#/operation", "aria-current": here === "operation" ? "page" : null }, icon("pulse"), h("span", { class: "tab__alarms" }, t("operation.title"), " ", count("alarms"))),
    h("button", { type: "button", class: "tab", onclick: ways.preferences }, icon("menu"), h("span", null, t("queue.more"))),
  )
}
