/** The asks of the team: what is over, what was answered, what is open. Nothing moves under the hand, as in the inbox. */
// words: keys.*

import { fill, h } from "../lib/dom.js"
import { inLanguage, t, timeOnly } from "../lib/words.js"
import { announce } from "./announce.js"
import { teamsAsks } from "./asked.js"
import { connection, kindNames } from "./data.js"
import { GROUPS, counted, dayShort, groupOf, leftWords, restOf, standingOf } from "./due.js"
import { frame, goKeys } from "./frame.js"
import { icon } from "./icons.js"
import { bind, cap } from "./keys.js"
import { load, poll, queue } from "./queue.js"
import { skeleton } from "./rows.js"
import { sentence } from "./troubles.js"
import { watching } from "./watching.js"

/** @typedef {import("./asked.js").Ask} Ask */

/** What the list shows, and where its cursor stands: kept while another screen is open. */
const board = {
  q: "",
  /** @type {Map<string, Ask> | null} null: never loaded */
  asks: null,
  /** @type {{group: string, ids: string[]}[]} as it lies on the screen */
  order: [],
  /** @type {string | null} */
  cursor: null,
  /** @type {Date | null} */
  at: null,
}

/** Nobody else may see the list of the one who was signed in before. */
export const forgetAsks = () => void Object.assign(board, { q: "", asks: null, order: [], cursor: null, at: null })

/** @param {Ask[]} asks */
const grouped = (asks) =>
  GROUPS.map((group) => ({ group, ids: asks.filter((ask) => groupOf(ask) === group).map((ask) => ask.id) })).filter(({ ids }) => ids.length)

/** @param {string} text letters without accents, a BG number with and without its slashes */
const plain = (text) => `${text} ${text.replaceAll("/", "")}`.toLocaleLowerCase("de").replaceAll("ı", "i").normalize("NFKD").replace(/\p{M}/gu, "")

/** @param {Ask} ask @param {string} q */
function fits(ask, q) {
  const held = plain([ask.person.name, ask.case.number, standingOf(ask).words, ...ask.papers.flatMap((paper) => inLanguage(kindNames(paper.kind)))].join(" "))
  return plain(q).split(/\s+/).every((word) => held.includes(word))
}

/**
 * @param {object} options
 * @param {import("./frame.js").Who} options.who
 * @param {import("./frame.js").Ways} options.ways
 * @param {(hash: string) => void} options.go
 * @returns {{root: HTMLElement, ready: Promise<void>, leave: () => void}}
 */
export function asks({ who, ways, go }) {
  const sub = h("p", { class: "top__sub", id: "count" })
  const live = h("div", { class: "live", role: "status" })
  const list = h("div", { class: "list", id: "asks" })
  const search = h("input", { type: "search", id: "search", class: "field__input", placeholder: t("asks.search"), "aria-label": t("asks.search"), autocomplete: "off", spellcheck: "false", "aria-keyshortcuts": "/" })
  search.value = board.q
  const shell = frame({
    kind: "list",
    here: "asks",
    who,
    ways,
    top: [
      h("div", { class: "top__titles" }, h("h1", { class: "title", tabindex: "-1" }, t("asks.title")), sub),
      h("div", { class: "field field--search", role: "search" }, icon("search"), search, cap("/")),
      h("a", { class: "btn btn--primary asks__new", id: "new-ask", href: "#/asks/new", "aria-keyshortcuts": "N" }, icon("plus"), h("span", null, t("asks.new")), cap("n")),
    ],
    main: h("div", { class: "asks" }, live, h("div", { class: "inbox__list" }, list)),
    hints: [
      { keys: ["j", "k"], words: "hint.up_down" },
      { keys: ["enter"], words: "hint.open" },
      { keys: ["/"], words: "hint.search" },
      { keys: ["n"], words: "hint.new_ask" },
    ],
  })

  shell.root.classList.add("shell--asks")

  /** @type {string | null} */
  let trouble = null
  let drawn = ""

  /** @param {boolean} [anew] put everything where it belongs now, instead of leaving it where it lies */
  async function look(anew = false) {
    try {
      const found = await teamsAsks()
      const first = board.asks === null
      board.asks = new Map(found.map((ask) => [ask.id, ask]))
      board.at = new Date()
      trouble = null
      if (anew || first) board.order = grouped(found)
      if (queue.counts) queue.counts = { ...queue.counts, asks: found.filter((ask) => ask.needs.length).length }
    } catch (error) {
      trouble = board.asks === null ? sentence(error) : null
    }
    show()
  }

  async function watch() {
    if (document.hidden) return
    await look()
    await (queue.rows === null ? load() : poll()).catch(() => {}) // the frame counts what is new as well
    shell.showCounts()
  }

  /** @returns {number} how many asks would move, or come, if the list were put in order now */
  function moved() {
    const now = grouped([...(board.asks?.values() ?? [])]).flatMap(({ group, ids }) => ids.map((id) => `${group} ${id}`))
    const shown = new Set(board.order.flatMap(({ group, ids }) => ids.map((id) => `${group} ${id}`)))
    return now.filter((place) => !shown.has(place)).length
  }

  function arrange() {
    board.order = grouped([...(board.asks?.values() ?? [])])
    show()
    announce(t("asks.arranged"))
    focusRow()
  }

  /** @returns {{group: string, asks: Ask[]}[]} what is to be seen */
  function shown() {
    const words = board.q.trim()
    return board.order
      .map(({ group, ids }) => ({ group, asks: ids.flatMap((id) => board.asks?.get(id) ?? []).filter((ask) => !words || fits(ask, words)) }))
      .filter((each) => each.asks.length)
  }

  function show() {
    shell.showCounts()
    const groups = shown()
    const needing = [...(board.asks?.values() ?? [])].filter((ask) => ask.needs.length).length
    sub.textContent = board.asks ? (needing ? t("asks.sub", { count: needing }) : t("asks.sub_none")) : ""
    document.title = t("asks.document_title", { count: needing })
    showLive()
    showList(groups)
  }

  function showLive() {
    const count = board.asks ? moved() : 0
    const lost = connection.lostAt && t("offline.title", { time: timeOnly(connection.lostAt) })
    live.classList.toggle("live--news", count > 0)
    if (count && live.dataset.shown === `${count} ${lost}`) return
    live.dataset.shown = count ? `${count} ${lost}` : ""
    if (count) return fill(live, icon("tray"), h("strong", { class: "live__count" }, t("asks.moved", { count })), h("span", { class: "live__names" }, lost), h("button", { type: "button", class: "link", id: "take-in", onclick: arrange, "aria-keyshortcuts": "E" }, t("live.take_in")), cap("e"))
    if (lost) return fill(live, icon("offline"), h("span", null, h("strong", null, lost), " ", t("offline.text")))
    fill(live, board.at && h("span", { class: "muted small live__at" }, t("live.as_of", { time: timeOnly(board.at) })))
  }

  /** @param {{group: string, asks: Ask[]}[]} groups */
  function showList(groups) {
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.id
    const now = trouble ?? JSON.stringify([board.q, groups, board.asks === null, groups.flatMap((each) => each.asks.map((ask) => leftWords(ask.due)))])
    if (now === drawn) return
    drawn = now
    if (trouble) return fill(list, message("warn", trouble, h("button", { type: "button", class: "btn", onclick: () => look(true) }, t("inbox.again"))))
    if (board.asks === null) return fill(list, skeleton())
    if (groups.length === 0) return fill(list, board.q.trim() ? message("search", t("inbox.none_found", { q: board.q.trim() })) : message("paper", t("asks.none"), h("a", { class: "btn", href: "#/asks/new" }, icon("plus"), h("span", null, t("asks.new")))))
    const ids = groups.flatMap((each) => each.asks.map((ask) => ask.id))
    if (!ids.includes(board.cursor ?? "")) board.cursor = ids[0]
    fill(
      list,
      groups.map(({ group, asks: inside }) =>
        h("section", { class: "day", "data-group": group }, h("h2", { class: "day__name" }, t(`asks.group.${group}`), " ", h("span", { class: "day__count" }, inside.length)), h("ul", { class: "rows" }, inside.map((ask) => line(ask, ask.id === board.cursor)))),
      ),
    )
    if (focused) focusRow()
  }

  function focusRow() {
    const link = /** @type {HTMLElement | null} */ (list.querySelector(`[data-id="${CSS.escape(board.cursor ?? "")}"]`))
    link?.focus({ preventScroll: false })
    return link
  }

  /** @param {number} step */
  function move(step) {
    const ids = shown().flatMap((each) => each.asks.map((ask) => ask.id))
    const at = ids.indexOf(board.cursor ?? "")
    const onRow = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.id
    const next = ids[onRow ? Math.min(ids.length - 1, Math.max(0, at + step)) : Math.max(0, at)]
    if (!next) return
    setCursor(next)
    focusRow()?.scrollIntoView({ block: "nearest" })
  }

  /** @param {string} id */
  function setCursor(id) {
    board.cursor = id
    for (const link of list.querySelectorAll("[data-id]")) link.parentElement?.classList.toggle("row--cursor", /** @type {HTMLElement} */ (link).dataset.id === id)
  }

  list.addEventListener("focusin", (/** @type {FocusEvent} */ event) => {
    const id = /** @type {HTMLElement} */ (event.target).dataset?.id
    if (id && id !== board.cursor) setCursor(id)
  })

  /** @param {string} q */
  function find(q) {
    board.q = q
    show()
    if (q.trim()) announce(t("asks.found", { count: shown().reduce((sum, each) => sum + each.asks.length, 0) }))
  }

  search.addEventListener("input", () => find(search.value))
  search.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter" || event.key === "ArrowDown") {
      event.preventDefault()
      move(0)
    }
    if (event.key === "Escape") {
      event.preventDefault()
      if (search.value) find((search.value = ""))
      else focusRow()
    }
  })

  const unbind = bind([
    { keys: ["j", "arrowdown"], steady: true, words: "keys.next_ask", run: () => move(1), caps: ["j", "arrowdown"] },
    { keys: ["k", "arrowup"], steady: true, words: "keys.previous_ask", run: () => move(-1), caps: ["k", "arrowup"] },
    { keys: ["enter"], words: "keys.open", run: () => board.cursor && go(`#/a/${board.cursor}`) },
    { keys: ["n"], words: "keys.new_ask", run: () => go("#/asks/new") },
    { keys: ["e"], words: "keys.take_in", run: () => board.asks && moved() && arrange() },
    { keys: ["/"], words: "keys.search", run: () => { search.focus(); search.select() } },
    ...goKeys(who, go),
    { keys: ["?"], words: "keys.help", run: ways.help },
  ])
  const unwatch = watching(watch)
  connection.addEventListener("change", showLive)
  show()
  const start = async () => {
    await look(true)
    if (queue.counts === null) await load().catch(() => {})
    shell.showCounts()
  }
  return {
    root: shell.root,
    ready: start(),
    leave() {
      unbind()
      unwatch()
      connection.removeEventListener("change", showLive)
    },
  }
}

/** @param {Ask} ask @param {boolean} cursor */
function line(ask, cursor) {
  const standing = standingOf(ask)
  const papers = counted(ask)
  const over = ["complete", "closed"].includes(ask.state)
  return h(
    "li",
    { class: `row${ask.needs.length ? " row--unread" : ""}${cursor ? " row--cursor" : ""}` },
    h(
      "a",
      { class: "askrow row__link", href: `#/a/${ask.id}`, "data-id": ask.id },
      h("span", { class: `askrow__state state state--${standing.tone}` }, icon(standing.icon), h("span", null, standing.words)),
      h("span", { class: "askrow__name row__name" }, ask.person.name),
      h("span", { class: "askrow__case muted" }, ask.case.number),
      h("span", { class: "askrow__papers" }, t("asks.papers", papers)),
      h("span", { class: "askrow__rest muted", title: restOf(ask) }, restOf(ask)),
      h("span", { class: "askrow__due" }, dayShort(ask.due), !over && h("span", { class: "muted askrow__left" }, " ", leftWords(ask.due))),
    ),
  )
}

/** @param {string} shape @param {string} words @param {any} [more] */
const message = (shape, words, more) => h("div", { class: "empty" }, icon(shape), h("p", null, words), more)
