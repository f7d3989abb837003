/** The fixed frame around every screen: side or rail, top bar, live bar, hint bar, and the tabs of a phone. */
// words: hint.* keys.go_*

import { h } from "../lib/dom.js"
import { t, timeOnly } from "../lib/words.js"
import { connection, office } from "./data.js"
import { icon, mark } from "./icons.js"
import { cap } from "./keys.js"
import { alertsButton } from "./pushing.js"
import { queue } from "./queue.js"

/**
 * @typedef {{id: string, name: string, team: string, teamId?: string, admin: boolean}} Who
 *
 * @typedef {object} Ways  what the frame's own buttons do
 * @property {() => void} preferences
 * @property {() => void} help
 * @property {(() => void) | null} renew  set when a new version waits
 *
 * @typedef {object} Hint
 * @property {string[]} keys
 * @property {string} words
 * @property {"looking" | "arranging"} [mode] of a review, in which alone it holds
 */

/** Where the keyboard leads from every screen. @param {Who} who @param {(hash: string) => void} go @returns {import("./keys.js").Binding[]} */
export const goKeys = (who, go) => [
  { keys: ["g n"], words: "keys.go_new", run: () => go("#/") },
  { keys: ["g m"], words: "keys.go_mine", run: () => go("#/mine") },
  { keys: ["g u"], words: "keys.go_overdue", run: () => go("#/overdue") },
  { keys: ["g p"], words: "keys.go_postponed", run: () => go("#/postponed") },
  { keys: ["g r"], words: "keys.go_returned", run: () => go("#/returned") },
  { keys: ["g a"], words: "keys.go_accepted", run: () => go("#/accepted") },
  { keys: ["g f"], words: "keys.go_asks", run: () => go("#/asks") },
  ...(who.admin ? [] : [{ keys: ["g c"], words: "keys.go_messages", run: () => go("#/m") }]),
  { keys: ["g e"], words: "keys.go_notices", run: () => go("#/notices") },
  ...(who.admin ? ADMIN.map(({ key, here }) => ({ keys: [`g ${key}`], words: `keys.go_${here}`, run: () => go(`#/${here}`) })) : []),
]

/** What only admins see in the frame; the first of them counts alarms. */
const ADMIN = [
  { here: "operation", key: "o", icon: "pulse", words: "operation.title" },
  { here: "figures", key: "z", icon: "chart", words: "figures.title" },
  { here: "survey", key: "s", icon: "star", words: "survey.title" },
  { here: "people", key: "l", icon: "person", words: "people.title" },
  { here: "staff", key: "t", icon: "people", words: "staff.title" },
  { here: "office", key: "b", icon: "house", words: "texts.title" },
]

// words: queue.*

/** short: for the tabs of a phone, which has room for some. @type {{state: import("./data.js").Queue, icon: string, short?: string}[]} */
const QUEUES = [
  { state: "new", icon: "dot", short: "queue.new" },
  { state: "mine", icon: "person", short: "queue.mine" },
  { state: "overdue", icon: "warn" },
  { state: "postponed", icon: "pause" },
  { state: "returned", icon: "back", short: "queue.returned_short" },
  { state: "accepted", icon: "accepted", short: "queue.accepted_short" },
]

/**
 * @typedef {object} Screen
 * @property {HTMLElement} root
 * @property {Promise<void>} ready
 * @property {() => void} leave
 * @property {() => void} [focus]
 * @property {() => boolean} [unsaved] whether leaving would lose something
 * @property {(then: () => void) => void} [askToLeave]
 */

/** @param {string} [room] of an address @returns {import("./data.js").Queue} */
export const queueOf = (room) => QUEUES.find((one) => one.state === room)?.state ?? "new"

/** @param {import("./data.js").Queue} state */
export const hashOf = (state) => (state === "new" ? "#/" : `#/${state}`)

export const queues = () => QUEUES.map((one) => ({ ...one, href: hashOf(one.state), words: t(`queue.${one.state}`) }))

/**
 * @param {object} options
 * @param {"list" | "review" | "form"} options.kind
 * @param {string} options.here which queue is marked as the one the person is in
 * @param {Who} options.who
 * @param {Ways} options.ways
 * @param {any} options.top
 * @param {any} options.main
 * @param {Hint[]} options.hints
 * @param {any} [options.hintEnd] at the end of the hint bar
 */
export function frame({ kind, here, who, ways, top, main, hints, hintEnd }) {
  const counts = /** @type {Record<string, HTMLElement[]>} */ ({ alarms: [] })
  /** @param {string} state */
  const count = (state) => {
    const element = h("span", { class: "count" })
    ;(counts[state] ??= []).push(element)
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
      h("ul", { class: "hints__list", "aria-hidden": "true" }, hints.map(({ keys, words, mode }) => h("li", { class: mode ? `hint hint--${mode}` : "hint" }, keys.map(cap), h("span", null, t(words))))),
      h("div", { class: "hints__end" }, hintEnd, h("button", { type: "button", class: "hint hint--button", id: "help", onclick: ways.help, "aria-keyshortcuts": "?" }, cap("?"), h("span", null, t("hint.all_keys")))),
    ),
    tabs(here, who, ways, count),
  )
  const body = root.querySelector("main")

  const showCounts = () => {
    for (const [state, elements] of Object.entries(counts)) {
      for (const element of elements) {
        const number = queue.counts?.[/** @type {keyof import("./data.js").Counts} */ (state)]
        element.textContent = number === undefined || (state !== "new" && number === 0) ? "" : String(number)
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
    h(
      "nav",
      { class: "side__nav", "aria-label": t("frame.matters") },
      h("p", { class: "side__heading", "aria-hidden": "true" }, t("frame.matters")),
      h("ul", { class: "side__list" },
        h("li", null, h("a", { class: "side__item", id: "to-asks", href: "#/asks", title: t("asks.title"), "aria-current": here === "asks" ? "page" : null }, icon("list"), h("span", { class: "side__label" }, t("asks.title")), count("asks"))),
        !who.admin && h("li", null, h("a", { class: "side__item", id: "to-messages", href: "#/m", title: t("messages.title"), "aria-current": here === "messages" ? "page" : null }, icon("message"), h("span", { class: "side__label" }, t("messages.title")), count("messages"))),
        h("li", null, h("a", { class: "side__item", id: "to-notices", href: "#/notices", title: t("notices.title"), "aria-current": here === "notices" ? "page" : null }, icon("paper"), h("span", { class: "side__label" }, t("notices.title")))),
      ),
    ),
    who.admin &&
      h(
        "nav",
        { class: "side__nav", "aria-label": t("frame.admin") },
        h("p", { class: "side__heading", "aria-hidden": "true" }, t("frame.admin")),
        h("ul", { class: "side__list" }, ADMIN.map(({ here: room, icon: shape, words }, at) =>
          h("li", null, h("a", { class: "side__item", id: `to-${room}`, href: `#/${room}`, title: t(words), "aria-current": here === room ? "page" : null }, icon(shape), h("span", { class: "side__label" }, t(words)), at === 0 && count("alarms"))))),
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
      short && h("a", { class: "tab", href, "aria-current": here === state ? "page" : null }, icon(shape === "dot" ? "tray" : shape), h("span", null, t(short), " ", count(state))),
    ),
    h("a", { class: "tab", href: "#/asks", "aria-current": here === "asks" ? "page" : null }, icon("list"), h("span", { class: "tab__asks" }, t("asks.short"), " ", count("asks"))),
    !who.admin && h("a", { class: "tab tab--messages", href: "#/m", "aria-current": here === "messages" ? "page" : null }, icon("message"), h("span", null, t("messages.short"), " ", count("messages"))),
    who.admin && h("a", { class: "tab", href: "#/operation", "aria-current": here === "operation" ? "page" : null }, icon("pulse"), h("span", { class: "tab__alarms" }, t("operation.title"), " ", count("alarms"))),
    h("button", { type: "button", class: "tab", onclick: ways.preferences }, icon("menu"), h("span", null, t("queue.more"))),
  )
}
