/** The inbox: what came in, by day, the oldest first. Answers "what next?" without opening anything. */
// words: inbox.* keys.* queue.*

import { fill, h } from "../lib/dom.js"
import { inLanguage, t, timeOnly } from "../lib/words.js"
import { announce } from "./announce.js"
import { connection, office } from "./data.js"
import { kindName } from "./format.js"
import { duty, teamChoice } from "./duty.js"
import { frame, goKeys, hashOf } from "./frame.js"
import { icon } from "./icons.js"
import { bind, cap } from "./keys.js"
import { losses } from "./losses.js"
import { peekOf } from "./peek.js"
import { picks } from "./picking.js"
import { prepare } from "./pictures.js"
import { OPEN, forgetQueue, letGo, load, poll, queue, takeIn } from "./queue.js"
import { byDay, columns, line, skeleton, timeOf, wayTo } from "./rows.js"
import { keep, setting } from "./settings.js"
import { sentence } from "./troubles.js"
import { watching } from "./watching.js"

/** @typedef {import("./data.js").Row} Row */

const SETTLED = 100 // ms on a row before it may be the one that is opened
const TYPING = 250 // ms of rest before a search is sent

/**
 * @param {object} options
 * @param {import("./data.js").Queue} options.state which queue
 * @param {import("./frame.js").Who} options.who
 * @param {import("./frame.js").Ways} options.ways
 * @param {(hash: string) => void} options.go
 * @returns {{root: HTMLElement, ready: Promise<void>, leave: () => void}}
 */
export function inbox({ state, who, ways, go }) {
  if (!queue.wanted.state || (queue.wanted.state !== state && queue.wanted.state !== "all")) {
    Object.assign(queue, { wanted: { ...queue.wanted, state }, rows: null, waiting: [] })
  }
  const heading = h("h1", { class: "title", tabindex: "-1" }, title(state))
  const sub = h("p", { class: "top__sub", id: "count" })
  const live = h("div", { class: "live", role: "status" })
  const list = h("div", { class: "list", id: "list" })
  const aside = h("section", { class: "peek", "aria-label": t("peek.title") })
  const search = h("input", { type: "search", id: "search", class: "field__input", placeholder: t("inbox.search"), "aria-label": t("inbox.search"), autocomplete: "off", spellcheck: "false", "aria-keyshortcuts": "/" })
  search.value = queue.wanted.q
  const kind = h("select", { class: "chip__select", id: "kind", "aria-label": t("inbox.kind") }, h("option", { value: "" }, t("inbox.all_kinds")), office().kinds.map((each) => h("option", { value: each.id }, inLanguage(each.names))))
  kind.value = queue.wanted.kind
  const peekButton = h("button", { type: "button", class: "btn btn--tool", id: "peek", "aria-pressed": String(setting("peek")), "aria-keyshortcuts": "V", onclick: togglePeek }, h("span", null, t("peek.button")), cap("v"))
  const clear = h("button", { type: "button", class: "btn btn--tool btn--quiet", id: "clear", onclick: () => { search.value = ""; kind.value = ""; ask({ q: "", kind: "", state }) } }, icon("cross"), h("span", null, t("inbox.clear")))
  const team = h("span", null, who.team)
  void duty().then((known) => {
    const choice = teamChoice(known, who.teamId, () => {
      forgetQueue()
      go(hashOf(state))
    })
    if (choice) fill(team, choice)
  }).catch(() => {})
  const picking = picks({ say: (words) => announce(words), done: () => void ask({}), redraw: () => (filters.hidden = picking.count() > 0) })
  const filters = h("div", { class: "filters" }, h("span", { class: "filters__team" }, icon("person"), team), h("label", { class: "chip" }, h("span", { class: "chip__label" }, t("inbox.kind")), kind, icon("down")), clear, peekButton)

  const gone = losses()
  const body = h("div", { class: "inbox" }, filters, picking.bar, h("div", { class: "news" }, live, gone.element), h("div", { class: "inbox__list" }, h("div", { class: "columns", "aria-hidden": "true" }, columns(state)), list), aside)

  const shell = frame({
    kind: "list",
    here: state,
    who,
    ways,
    top: [
      h("div", { class: "top__titles" }, heading, sub),
      h("div", { class: "field field--search", role: "search" }, icon("search"), search, cap("/")),
      h("button", { type: "button", class: "btn btn--quiet btn--square top__filter", "aria-expanded": "false", "aria-label": t("inbox.filter"), onclick: toggleFilters }, icon("filter")),
    ],
    main: body,
    hints: [
      { keys: ["j", "k"], words: "hint.up_down" },
      { keys: ["enter"], words: "hint.open" },
      { keys: ["x"], words: "hint.pick" },
      { keys: ["/"], words: "hint.search" },
      { keys: ["n"], words: "hint.take_in" },
      { keys: ["g", "n"], words: "hint.go_new" },
    ],
  })
  shell.root.classList.toggle("shell--peek", setting("peek"))

  let trouble = /** @type {string | null} */ (null)

  /** @param {Event} event */
  function toggleFilters(event) {
    const open = shell.root.classList.toggle("shell--filters")
    const button = /** @type {HTMLElement} */ (event.currentTarget)
    button.setAttribute("aria-expanded", String(open))
    if (open) search.focus()
  }

  function togglePeek() {
    keep("peek", !setting("peek"))
    peekButton.setAttribute("aria-pressed", String(setting("peek")))
    shell.root.classList.toggle("shell--peek", setting("peek"))
    showPeek()
  }

  /** @param {Partial<typeof queue.wanted>} wanted */
  async function ask(wanted) {
    try {
      await load(wanted)
      trouble = null
    } catch (error) {
      trouble = sentence(error)
    }
    show()
    const found = queue.rows?.length ?? 0
    if (queue.wanted.q || queue.wanted.kind) announce(trouble ?? t("inbox.found", { count: found }))
  }

  async function look() {
    if (document.hidden) return
    void gone.look().catch(() => {}) // said by the list below, when nobody answers
    try {
      await poll()
      trouble = null
    } catch (error) {
      if (queue.rows === null) trouble = sentence(error)
    }
    show()
  }

  function arrange() {
    const count = queue.waiting.length
    takeIn()
    show()
    announce(t("live.taken", { count }))
    if (!root.contains(document.activeElement) || document.activeElement === document.body) focusRow()
  }

  function show() {
    shell.showCounts()
    const rows = queue.rows ?? []
    const shown = rows.filter((row) => !row.gone).length
    sub.textContent = queue.rows === null ? "" : queue.total > rows.length ? t("inbox.sub_part", { shown, count: queue.total }) : t(state === "accepted" ? "inbox.sub_newest" : "inbox.sub", { count: shown })
    clear.hidden = !queue.wanted.q && !queue.wanted.kind && queue.wanted.state !== "all"
    document.title = t("inbox.document_title", { queue: title(state), count: queue.counts?.new ?? 0 })
    showLive()
    showList(rows)
    showPeek()
    // @ts-ignore not known to every browser; where it is, the installed desk shows how much is new
    navigator.setAppBadge?.(queue.counts?.new ?? 0)?.catch(() => {})
  }

  function showLive() {
    const count = queue.waiting.length
    live.classList.toggle("live--news", count > 0)
    const lost = connection.lostAt && t("offline.title", { time: timeOnly(connection.lostAt) })
    if (count === 0 && lost) return fill(live, icon("offline"), h("span", null, h("strong", null, lost), " ", t("offline.text")))
    if (count === 0) {
      return fill(live, queue.at && h("span", { class: "muted small live__at" }, t("live.as_of", { time: timeOnly(queue.at) })))
    }
    const shown = `${lost} ${ids(queue.waiting)}`
    if (live.dataset.shown === shown && live.querySelector("button")) return // not said again with every look for news
    live.dataset.shown = shown
    const names = queue.waiting.slice(0, 2).map((row) => t("live.from", { kind: kindName(row.kind), name: row.person.name }))
    fill(
      live,
      icon("tray"),
      h("strong", { class: "live__count" }, t(state === "new" ? "live.arrived" : "live.more", { count })),
      h("span", { class: "live__names" }, lost || names.join(", ")),
      h("button", { type: "button", class: "link", id: "take-in", onclick: arrange, "aria-keyshortcuts": "N" }, t("live.take_in")),
      cap("n"),
    )
  }

  let drawn = ""

  /** @param {Row[]} rows how long each has waited by now */
  function tellTime(rows) {
    for (const row of rows) {
      const time = list.querySelector(`[data-id="${CSS.escape(row.id)}"] .row__time`)
      if (time && time.textContent !== timeOf(row, state)) time.textContent = timeOf(row, state)
    }
  }

  /** @param {Row[]} rows */
  function showList(rows) {
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.id
    const now = trouble ?? JSON.stringify([queue.wanted, queue.rows])
    if (now === drawn) return tellTime(rows) // a row drawn anew would be read out anew
    drawn = now
    body.classList.toggle("inbox--decided", !OPEN.includes(queue.wanted.state))
    if (trouble) return fill(list, message("warn", trouble, h("button", { type: "button", class: "btn", onclick: () => ask({}) }, t("inbox.again"))))
    if (queue.rows === null) return fill(list, skeleton())
    if (rows.length === 0) {
      picking.keep(rows) // what nobody sees any more is not accepted
      return fill(list, nothing())
    }
    if (!rows.some((row) => row.id === queue.cursor)) queue.cursor = rows[0].id
    const groups = byDay(rows, queue.wanted.state)
    fill(
      list,
      groups.map((group) =>
        h(
          "section",
          { class: "day" },
          h("h2", { class: "day__name" }, group.name, " ", h("span", { class: "day__count" }, group.rows.length)),
          h("ul", { class: "rows" }, group.rows.map((row) => picking.with(row, line(row, state, row.id === queue.cursor)))),
        ),
      ),
    )
    picking.keep(rows)
    if (focused) focusRow()
  }

  function nothing() {
    if (queue.wanted.q || queue.wanted.kind) {
      const everywhere = queue.wanted.state !== "all" && h("button", { type: "button", class: "btn", id: "everywhere", onclick: () => ask({ state: "all" }) }, t("inbox.everywhere"))
      return message("search", queue.wanted.q ? t("inbox.none_found", { q: queue.wanted.q }) : t("inbox.none_kind"), everywhere)
    }
    return message("accepted", t(`inbox.none_${state}`))
  }

  const cursorRow = () => queue.rows?.find((row) => row.id === queue.cursor) ?? null

  function focusRow() {
    const link = /** @type {HTMLElement | null} */ (list.querySelector(`[data-id="${CSS.escape(queue.cursor ?? "")}"]`))
    link?.focus({ preventScroll: false })
    return link
  }

  /** @param {number} step */
  function move(step) {
    const rows = byDay(queue.rows ?? [], queue.wanted.state).flatMap((group) => group.rows)
    const at = rows.findIndex((row) => row.id === queue.cursor)
    const onRow = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.id
    const next = rows[onRow ? Math.min(rows.length - 1, Math.max(0, at + step)) : Math.max(0, at)]
    if (!next) return
    setCursor(next.id)
    focusRow()?.scrollIntoView({ block: "nearest" })
  }

  /** @param {string} id */
  function setCursor(id) {
    queue.cursor = id
    for (const link of list.querySelectorAll("[data-id]")) {
      const here = /** @type {HTMLElement} */ (link).dataset.id === id
      link.parentElement?.classList.toggle("row--cursor", here)
    }
    showPeek()
  }

  list.addEventListener("focusin", (/** @type {FocusEvent} */ event) => {
    const id = /** @type {HTMLElement} */ (event.target).dataset?.id
    if (id && id !== queue.cursor) setCursor(id)
  })

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let settling
  let peeked = ""
  function showPeek() {
    clearTimeout(settling)
    settling = setTimeout(() => prepare(cursorRow()), SETTLED)
    const row = setting("peek") ? cursorRow() : null
    const mark = row ? JSON.stringify(row) : ""
    if (mark === peeked && aside.childElementCount) return
    peeked = mark
    fill(aside, row ? peekOf(row, go) : h("p", { class: "muted" }, t("peek.none")))
  }

  function openCursor() {
    const row = cursorRow()
    if (row) go(wayTo(row))
  }

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let rest
  search.addEventListener("input", () => {
    clearTimeout(rest)
    rest = setTimeout(() => ask({ q: search.value.trim(), state: search.value.trim() ? queue.wanted.state : state }), TYPING)
  })
  search.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter" || event.key === "ArrowDown") {
      event.preventDefault()
      move(0)
    }
    if (event.key === "Escape") {
      event.preventDefault()
      if (search.value) {
        search.value = ""
        ask({ q: "", state })
      } else focusRow()
    }
  })
  kind.addEventListener("change", () => ask({ kind: kind.value }))

  const unbind = bind([
    { keys: ["j", "arrowdown"], steady: true, words: "keys.next", run: () => move(1), caps: ["j", "arrowdown"] },
    { keys: ["k", "arrowup"], steady: true, words: "keys.previous", run: () => move(-1), caps: ["k", "arrowup"] },
    { keys: ["enter"], words: "keys.open", run: openCursor },
    { keys: ["n"], words: "keys.take_in", run: () => queue.waiting.length && arrange() },
    { keys: ["v"], words: "keys.peek", run: togglePeek },
    { keys: ["/"], words: "keys.search", run: () => { shell.root.classList.add("shell--filters"); search.focus(); search.select() } },
    { keys: ["x"], words: "keys.pick", run: () => picking.toggle(cursorRow()) },
    ...goKeys(who, go),
    { keys: ["?"], words: "keys.help", run: ways.help },
  ])
  const unwatch = watching(look)
  connection.addEventListener("change", showLive)

  const root = shell.root
  letGo()
  show()
  void gone.look().catch(() => {})
  const ready = (queue.rows === null ? ask({}) : look()).then(() => {})
  return {
    root,
    ready,
    leave() {
      unbind()
      unwatch()
      clearTimeout(rest)
      clearTimeout(settling)
      connection.removeEventListener("change", showLive)
    },
  }
}

/** @param {string} state */
const title = (state) => t(`queue.${state}`)

/** @param {Row[]} rows */
const ids = (rows) => rows.map((row) => row.id).join(" ")

/** @param {string} shape @param {string} words @param {any} [more] */
const message = (shape, words, more) => h("div", { class: "empty" }, icon(shape), h("p", null, words), more)
