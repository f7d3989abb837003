/** One conversation: what was written, whether it was read, and the field for the answer. */

import { Refused } from "../lib/api.js"
import { fill, h } from "../lib/dom.js"
import { inLanguage, t } from "../lib/words.js"
import { announce } from "./announce.js"
import { office } from "./data.js"
import { kindName, languageName, moment, stateOf } from "./format.js"
import { icon } from "./icons.js"
import { cap } from "./keys.js"
import { choosePhrase } from "./phrases.js"
import { conversation, draftTo, known, loadThreads, markRead, renewed, sendTo, threads } from "./threads.js"
import { sentence } from "./troubles.js"

/**
 * @typedef {import("./threads.js").Conversation} Conversation
 * @typedef {import("./threads.js").Message} Message
 */

const MOST = 2000 // characters
const NEAR = 48 // px from the end: somebody reads the latest

/**
 * @param {object} options
 * @param {string} options.person
 * @param {string} options.about a submission; "" for none
 * @param {(now: Conversation) => void} options.changed
 * @param {(hash: string) => void} options.go
 */
export function writing({ person, about, changed, go }) {
  let draft = draftTo(person)
  const heading = h("h2", { class: "section", tabindex: "-1" })
  const meta = h("p", { class: "muted" })
  const list = h("ol", { class: "talk", id: "talk" })
  const scroller = h("div", { class: "mail__talk", tabindex: "0", role: "region", "aria-label": t("messages.talk") }, list)
  const trouble = h("div", { role: "alert" })
  const subject = h("div", { class: "mail__about" })
  const field = h("textarea", { class: "own__text", id: "reply", rows: 3, maxlength: MOST, "aria-describedby": "promise", oninput: () => (draft.text = field.value), onkeydown: keyed })
  field.value = draft.text
  const send = h("button", { type: "button", class: "btn btn--primary", id: "reply-send", "aria-keyshortcuts": "Control+Enter", onclick: () => void submit() }, icon("message"), h("span", { class: "btn__label" }, t("messages.send")), h("kbd", { class: "key", "aria-hidden": "true" }, t("messages.send_key")))
  const unreadButton = h("button", { type: "button", class: "btn btn--tool", id: "unread", "aria-keyshortcuts": "U", onclick: () => void unread() }, h("span", null, t("messages.mark_unread")), cap("u"))
  const settleButton = h("button", { type: "button", class: "btn btn--tool", id: "settle", "aria-keyshortcuts": "E", onclick: () => void settle() }, h("span", null, t("messages.settle")), cap("e"))
  const phrase = h("button", { type: "button", class: "btn btn--tool", id: "phrases", "aria-keyshortcuts": "T", onclick: () => phrases() }, icon("list"), h("span", null, t("phrases.choose")), cap("t"))
  const promise = inLanguage(office().answer_days)
  const form = h("div", { class: "mail__write" }, trouble, subject,
    h("div", { class: "mail__label" }, h("label", { class: "label", for: "reply" }, t("messages.reply")), phrase), field,
    h("div", { class: "mail__foot" }, h("p", { class: "muted small", id: "promise" }, promise ? t("messages.promise", { promise }) : ""), send))
  const root = h("div", { class: "mail__one" }, h("header", { class: "mail__head" }, h("div", { class: "top__titles" }, heading, meta), h("div", { class: "mail__marks" }, settleButton, unreadButton)), scroller, form)

  /** @type {Conversation | null} */
  let of = known(person)
  let drawn = ""
  let busy = false

  async function look() {
    try {
      of = await conversation(person)
      fill(trouble)
      form.hidden = false
    } catch (error) {
      const gone = error instanceof Refused && error.status === 404
      if (!of || gone) {
        form.hidden = gone
        heading.textContent = t(gone ? "messages.not_found" : "review.failed")
        return fill(gone ? list : trouble, h("p", { class: "note note--danger" }, icon("warn"), h("span", null, gone ? t("messages.not_found_text") : sentence(error))))
      }
    }
    draw()
    await markSeen().catch(() => {}) // the next look tries again
  }

  /** What stands before the person's eyes is read. */
  async function markSeen() {
    const last = of?.messages.filter((message) => message.from_person && !message.read_at).at(-1)
    if (last && !document.hidden) await markRead(person, last.id, { read: true })
  }

  function draw() {
    if (!of) return
    const { messages } = of
    heading.textContent = of.person.name
    meta.textContent = [of.case.number, t("messages.reads", { language: languageName(of.person.language) })].join(" · ")
    settleButton.hidden = !waits()
    unreadButton.hidden = !messages.some((message) => message.from_person)
    showAbout(of)
    changed(of)
    const now = JSON.stringify(messages.map((message) => [message, moment(message.at)]))
    if (now === drawn) return
    const atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR
    const news = drawn && messages.at(-1)?.from_person && !drawn.includes(messages.at(-1)?.id ?? "")
    drawn = now
    fill(list, messages.map(line))
    if (atEnd) toEnd()
    if (news) announce(t("messages.unread", { count: 1 }))
  }

  /** @param {Message} message */
  function line(message) {
    const state = message.paper && stateOf({ ...message.paper, follows: null, parked: false })
    return h("li", { class: `talk__one ${message.from_person ? "" : "talk__one--ours"}` },
      h("p", { class: "talk__who" }, h("strong", null, message.by), h("span", { class: "muted small" }, moment(message.at))),
      message.text && h("p", { class: "talk__text" }, message.text),
      message.paper && state && h("p", null, h("a", { class: "link with-icon", href: `#/s/${message.paper.id}` }, icon("paper"), h("span", null, `${kindName(message.paper.kind)}, ${message.paper.number}`)), " ", h("span", { class: `state state--${state.tone}` }, icon(state.icon), h("span", null, state.words))),
      message.enclosed && !message.paper && h("p", { class: "muted with-icon" }, icon(message.elsewhere ? "forward" : "clock"), t(message.elsewhere ? "messages.elsewhere" : "messages.on_its_way")),
      !message.from_person && h("p", { class: "muted small with-icon" }, icon(message.read_at ? "tick" : "dot"), message.read_at ? t("messages.read", { when: moment(message.read_at) }) : t("messages.not_read")))
  }

  /** @param {Conversation} now */
  function showAbout(now) {
    const paper = now.papers.find((one) => one.id === about)
    fill(subject, paper && h("p", { class: "with-icon", id: "about" }, icon("paper"), t("messages.about", { kind: kindName(paper.kind), number: paper.number })),
      paper && h("button", { type: "button", class: "btn btn--quiet btn--square", "aria-label": t("messages.about_not"), onclick: () => go(`#/m/${person}`) }, icon("cross")))
  }

  /** @param {KeyboardEvent} event */
  function keyed(event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    void submit()
  }

  /** What the office often writes, in the person's language. */
  function phrases() {
    if (of && !busy) choosePhrase(of.person, put)
  }

  /** At the cursor, apart from what stands there; it can still be changed. @param {string} text */
  function put(text) {
    const { value, selectionStart: from, selectionEnd: to } = field
    const before = from > 0 && value[from - 1] !== "\n" ? "\n" : ""
    const after = to < value.length && value[to] !== "\n" ? "\n" : ""
    if (value.length - (to - from) + before.length + text.length + after.length > MOST) {
      fill(trouble, h("p", { class: "note note--danger" }, icon("warn"), h("span", null, t("phrases.too_long"))))
      return field.focus()
    }
    fill(trouble)
    field.setRangeText(`${before}${text}${after}`, from, to, "end")
    draft.text = field.value
    field.focus()
    announce(t("phrases.put"))
  }

  async function submit() {
    if (busy) return
    if (!field.value.trim()) return field.focus()
    busy = true
    field.readOnly = true // what would be written now would go with what was sent
    try {
      const subject = of?.papers.some((one) => one.id === about) ? about : null
      await sendTo(person, subject)
      draft = draftTo(person)
      field.value = ""
      announce(t("messages.sent"))
      if (subject) return go(`#/m/${person}`)
      await loadThreads(!threads.rows?.some((thread) => thread.person.id === person)).catch(() => {}) // the first word to somebody makes a thread
      await look()
      toEnd()
      field.focus()
    } catch (error) {
      if (error instanceof Refused && error.code === "message_changed") { // the first try had arrived, only its answer had not
        draft = renewed(person)
        await look()
      }
      fill(trouble, h("p", { class: "note note--danger" }, icon("warn"), h("span", null, sentence(error), " ", t("messages.kept"))))
    } finally {
      busy = false
      field.readOnly = false
    }
  }

  /** @param {{read: boolean, settled?: boolean}} how the person's last message is marked @returns {Promise<boolean>} */
  async function mark(how) {
    const last = of?.messages.filter((message) => message.from_person).at(-1)
    if (!last) return false
    try {
      await markRead(person, last.id, how)
      return true
    } catch (error) {
      fill(trouble, h("p", { class: "note note--danger" }, icon("warn"), h("span", null, sentence(error))))
      return false
    }
  }

  /** Somebody else shall see to it, or it shall not be forgotten. */
  async function unread() {
    if (!(await mark({ read: false }))) return
    announce(t("messages.now_unread"))
    go("#/m")
  }

  /** A thank-you waits for nobody. */
  async function settle() {
    if (!waits() || !(await mark({ read: true, settled: true }))) return
    announce(t("messages.now_settled"))
    draw()
  }

  const waits = () => Boolean(threads.rows?.find((thread) => thread.person.id === person)?.waiting_since)

  const toEnd = () => {
    scroller.scrollTop = scroller.scrollHeight
  }

  return { root, draw, look, settle, unread, phrases, toEnd, focus: () => field.focus() }
}
