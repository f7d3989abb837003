/** Messages: the team's conversations, one of them open, and the person's papers beside it. */
// words: keys.*

import { fill, h } from "../lib/dom.js"
import { dateOnly, t, timeOnly } from "../lib/words.js"
import { announce } from "./announce.js"
import { connection } from "./data.js"
import { kindName, shortMoment, stateOf, waiting } from "./format.js"
import { frame } from "./frame.js"
import { icon } from "./icons.js"
import { bind, cap } from "./keys.js"
import { load, poll, queue } from "./queue.js"
import { loadThreads, peopleBy, threads } from "./threads.js"
import { sentence } from "./troubles.js"
import { watching } from "./watching.js"
import { writing } from "./writing.js"

/**
 * @typedef {import("./threads.js").Thread} Thread
 * @typedef {import("./threads.js").Conversation} Conversation
 */

const TYPING = 250 // ms of rest before a search is sent

/**
 * @param {object} options
 * @param {string} options.person whose conversation is open; "" for none
 * @param {string} options.about the submission that the next message is about; "" for none
 * @param {import("./frame.js").Who} options.who
 * @param {import("./frame.js").Ways} options.ways
 * @param {(hash: string) => void} options.go
 * @returns {{root: HTMLElement, ready: Promise<void>, leave: () => void, focus?: () => void}} focus: who came to write writes
 */
export function messages({ person, about, who, ways, go }) {
  const sub = h("p", { class: "top__sub" })
  const live = h("div", { class: "live", role: "status" })
  const rows = h("ul", { class: "threads", id: "threads" })
  const others = h("div", { class: "threads__others" })
  const search = h("input", { type: "search", id: "search", class: "field__input", placeholder: t("messages.search"), "aria-label": t("messages.search"), autocomplete: "off", spellcheck: "false", "aria-keyshortcuts": "/" })
  const listBox = h("div", { class: "mail__list", tabindex: "-1" }, rows, others)
  const aside = h("section", { class: "mail__papers", "aria-label": t("messages.papers") })
  const middle = person ? writing({ person, about, changed, go }) : null
  const body = h("div", { class: `mail ${person ? "mail--open" : ""}` },
    h("div", { class: "mail__live" }, live), h("section", { class: "mail__threads", "aria-label": t("messages.list") }, h("div", { class: "field mail__search", role: "search" }, icon("search"), search, cap("/")), listBox),
    middle ? middle.root : h("div", { class: "empty mail__none" }, icon("message"), h("p", null, t("messages.choose"))), aside)

  const shell = frame({
    kind: "list",
    here: "messages",
    who,
    ways,
    top: [
      person && h("button", { type: "button", class: "btn btn--quiet btn--square mail__back", id: "back", "aria-label": t("messages.back"), onclick: () => go("#/m") }, icon("left")),
      h("div", { class: "top__titles" }, h("h1", { class: "title", tabindex: "-1" }, t("messages.title")), sub),
    ],
    main: body,
    hints: [
      { keys: ["j", "k"], words: "hint.up_down" },
      { keys: ["enter"], words: "hint.open" },
      { keys: ["r"], words: "hint.answer" },
      { keys: ["t"], words: "hint.phrase" },
      { keys: ["u"], words: "hint.unread" },
      { keys: ["/"], words: "hint.search" },
    ],
  })

  let trouble = /** @type {string | null} */ (null)
  let drawn = ""
  let cursor = person

  /** @param {boolean} [anew] */
  async function look(anew) {
    if (document.hidden) return
    try {
      await loadThreads(anew)
      trouble = null
    } catch (error) {
      if (threads.rows === null) trouble = sentence(error)
    }
    await middle?.look()
    await (queue.rows === null ? load() : poll()).catch(() => {}) // the frame counts what is new, on this screen too
    show()
  }

  /** The open conversation has changed. @param {Conversation} now */
  function changed(now) {
    showPapers(now)
    show()
  }

  const shownRows = () => {
    const words = search.value.trim().toLocaleLowerCase()
    return (threads.rows ?? []).filter((thread) => !words || `${thread.person.name} ${thread.case.number}`.toLocaleLowerCase().includes(words))
  }

  function show() {
    shell.showCounts()
    const unread = (threads.rows ?? []).filter((thread) => thread.unread).length
    sub.textContent = threads.rows === null ? "" : unread ? t("messages.sub", { count: unread }) : t("messages.all_read")
    document.title = t("messages.document_title", { count: unread })
    showLive()
    const found = shownRows()
    const now = trouble ?? JSON.stringify([threads.rows && found, cursor])
    if (now === drawn) return tellTime(found)
    drawn = now
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.person
    if (trouble) return fill(rows, h("li", { class: "empty" }, icon("warn"), h("p", null, trouble), h("button", { type: "button", class: "btn", onclick: () => look() }, t("inbox.again"))))
    if (threads.rows === null) return fill(rows)
    fill(rows, found.length ? found.map(line) : h("li", { class: "empty" }, icon("message"), h("p", null, t(threads.rows.length ? "messages.none_found" : "messages.none"))))
    if (focused) link(focused)?.focus({ preventScroll: true })
  }

  function showLive() {
    const count = threads.waiting.length
    live.classList.toggle("live--news", count > 0)
    if (connection.lostAt) return fill(live, icon("offline"), h("span", null, h("strong", null, t("offline.title", { time: timeOnly(connection.lostAt) })), " ", t("offline.text")))
    if (!count) return fill(live)
    fill(live, icon("message"), h("strong", { class: "live__count" }, t("messages.arrived", { count })), h("button", { type: "button", class: "link", id: "take-in", "aria-keyshortcuts": "N", onclick: arrange }, t("live.take_in")), cap("n"))
  }

  async function arrange() {
    await look(true)
    listBox.scrollTop = 0
  }

  /** @param {Thread} thread */
  const since = (thread) => (thread.waiting_since ? t("messages.waiting", { time: waiting(thread.waiting_since) }) : "")

  /** @param {Thread[]} found how long each has waited by now */
  function tellTime(found) {
    for (const thread of found) {
      const place = link(thread.person.id)?.querySelector(".thread__waits")
      if (place && place.textContent !== since(thread)) place.textContent = since(thread)
    }
  }

  /** @param {Thread} thread */
  function line(thread) {
    const { last } = thread
    const text = last.text || t("messages.photo")
    return h("li", { class: `thread ${thread.unread ? "thread--unread" : ""} ${thread.person.id === cursor ? "thread--cursor" : ""}` },
      h("a", { class: "thread__link", href: `#/m/${thread.person.id}`, "data-person": thread.person.id, "aria-current": thread.person.id === person ? "true" : null },
        h("span", { class: "thread__name" }, thread.person.name), h("span", { class: "thread__when" }, shortMoment(last.at)),
        h("span", { class: "thread__text" }, last.from_person ? text : t("messages.by", { by: last.by, text })),
        h("span", { class: "thread__foot" }, h("span", null, thread.case.number), h("span", { class: "thread__waits" }, since(thread)),
          thread.unread ? h("strong", { class: "thread__unread" }, h("span", { "aria-hidden": "true" }, thread.unread), h("span", { class: "sr" }, t("messages.unread", { count: thread.unread }))) : null)))
  }

  /** @param {Conversation} of */
  function showPapers(of) {
    fill(aside, h("h2", { class: "section" }, t("messages.papers")),
      of.papers.length ? h("ul", { class: "papers" }, of.papers.map((paper) => {
        const state = stateOf({ ...paper, follows: null, parked: false })
        return h("li", null, h("a", { class: "link", href: `#/s/${paper.id}` }, kindName(paper.kind)), h("span", { class: "papers__more" }, h("span", { class: `state state--${state.tone}` }, icon(state.icon), h("span", null, state.words)), h("span", { class: "muted small" }, shortMoment(paper.received_at))))
      })) : h("p", { class: "muted" }, t("messages.no_papers")),
      h("dl", { class: "facts" }, h("div", { class: "fact" }, h("dt", null, t("fact.approved_until")), h("dd", null, of.case.approved_until ? dateOnly(of.case.approved_until) : t("fact.nothing")))))
  }

  /** @param {string} id @returns {HTMLElement | null} */
  const link = (id) => rows.querySelector(`[data-person="${CSS.escape(id)}"]`)

  /** @param {number} step */
  function move(step) {
    const found = shownRows()
    const at = found.findIndex((thread) => thread.person.id === cursor)
    const onRow = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.person
    const next = found[onRow ? Math.min(found.length - 1, Math.max(0, at + step)) : Math.max(0, at)]
    if (!next) return
    setCursor(next.person.id)
    link(cursor)?.focus()
    link(cursor)?.scrollIntoView({ block: "nearest" })
  }

  /** @param {string} id */
  function setCursor(id) {
    cursor = id
    for (const each of rows.querySelectorAll("[data-person]")) each.parentElement?.classList.toggle("thread--cursor", /** @type {HTMLElement} */ (each).dataset.person === id)
    drawn = ""
  }

  rows.addEventListener("focusin", (/** @type {FocusEvent} */ event) => {
    const id = /** @type {HTMLElement} */ (event.target).dataset?.person
    if (id && id !== cursor) setCursor(id)
  })

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let rest
  search.addEventListener("input", () => {
    show()
    clearTimeout(rest)
    rest = setTimeout(() => void showOthers(), TYPING)
  })

  /** Who has not written yet can be written to as well. */
  async function showOthers() {
    const words = search.value.trim()
    const found = words ? await peopleBy(words).catch(() => []) : []
    if (words !== search.value.trim()) return
    const there = new Set((threads.rows ?? []).map((thread) => thread.person.id))
    const fresh = found.filter((one) => !there.has(one.id))
    fill(others, fresh.length ? [h("h2", { class: "label" }, t("messages.others")), h("ul", { class: "plain" }, fresh.map((one) => h("li", null, h("a", { class: "link", href: `#/m/${one.id}` }, one.name), " ", h("span", { class: "muted small" }, one.case.number))))] : null)
    if (words) announce(t("messages.found", { count: shownRows().length + fresh.length }))
  }

  const unbind = bind([
    { keys: ["j", "arrowdown"], steady: true, words: "keys.next", caps: ["j", "arrowdown"], run: () => move(1) },
    { keys: ["k", "arrowup"], steady: true, words: "keys.previous", caps: ["k", "arrowup"], run: () => move(-1) },
    { keys: ["enter"], words: "keys.open", run: () => cursor && go(`#/m/${cursor}`) },
    { keys: ["r"], words: "keys.answer", run: () => middle?.focus() },
    { keys: ["ctrl+enter"], words: "keys.send_message", caps: [t("messages.send_key")] },
    { keys: ["t"], words: "keys.phrases", run: () => middle?.phrases() },
    { keys: ["e"], words: "keys.settle", run: () => middle?.settle() },
    { keys: ["u"], words: "keys.unread", run: () => middle?.unread() },
    { keys: ["n"], words: "keys.take_in", run: () => threads.waiting.length && arrange() },
    { keys: ["/"], words: "keys.search", run: () => { search.focus(); search.select() } },
    { keys: ["escape"], words: "keys.back", always: true, run: () => (middle?.root.contains(document.activeElement) ? (link(cursor) ?? search).focus() : go("#/m")) },
    { keys: ["g n"], words: "keys.go_new", run: () => go("#/") },
    { keys: ["g r"], words: "keys.go_returned", run: () => go("#/returned") },
    { keys: ["g a"], words: "keys.go_accepted", run: () => go("#/accepted") },
    { keys: ["?"], words: "keys.help", run: ways.help },
  ])
  const unwatch = watching(look)
  connection.addEventListener("change", showLive)

  show()
  middle?.draw()
  return {
    root: shell.root,
    focus: about ? () => middle?.focus() : undefined,
    ready: look(!person).then(() => {
      listBox.scrollTop = threads.top
      middle?.toEnd()
    }),
    leave() {
      threads.top = listBox.scrollTop
      unbind()
      unwatch()
      clearTimeout(rest)
      connection.removeEventListener("change", showLive)
    },
  }
}
