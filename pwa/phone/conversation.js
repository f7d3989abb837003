/** The conversation with the team: what was written, what of it is only here, and the field for the next message. */

import { forget } from "../lib/answers.js"
import { fill, h } from "../lib/dom.js"
import { icon } from "../lib/icons.js"
import { uuid7 } from "../lib/ids.js"
import { inLanguage, t } from "../lib/words.js"
import { dayTime, face, kindName } from "./faces.js"
import { keep } from "./keep.js"
import { teamTitle } from "./post.js"
import { announce, mainButton, note, screen, textButton, titleBar, tool } from "./parts.js"
import { enclosureKind, enclosureOf, messagesOf, pathOf, unreadOf } from "./thread.js"
import { chip } from "./way.js"

const MOST = 2000 // characters
const FEW = 200 // left, from which on they are counted

/** @typedef {import("./thread.js").Shown} Shown */

/** @param {import("./context.js").App} app */
export async function conversation(app) {
  const unread = new Set(unreadOf(app).map((one) => one.id)) // marked as new for as long as this screen stays
  const list = h("ol", { class: "thread", id: "thread", "aria-label": t("messages.title") })
  const empty = h("div", { class: "empty" }, icon("message"), h("p", null, t("messages.empty")))
  const notes = h("div", { class: "stack" })
  const earlier = h("p", { class: "second" }, t("messages.more"))
  const bar = h("div", { class: "bar" })
  const enclosed = h("div", { class: "wide enclosed" })
  const left = h("p", { class: "second", id: "message-left", role: "status" })
  const field = h("textarea", { class: "note-field message-field", id: "message", rows: 2, maxlength: MOST, placeholder: t("messages.field"), "aria-describedby": "message-left answer-days", oninput: written, onchange: jot })
  let kept = await app.draftMessage() // as it lies here; another window may have written since
  field.value = kept
  const send = mainButton("message-send", t("messages.send"), { icon: "plane", onclick: () => void submit() })
  const promise = inLanguage(app.office?.answer_days)
  let sending = false
  let drawn = 0

  async function refresh() {
    const all = messagesOf(app)
    const items = await app.items()
    const shown = all.map((message) => ({ message, item: items.find((one) => one.id === message.submission) }))
    fill(bar, titleBar(teamTitle(app), { back: "#/post" }))
    empty.hidden = all.length > 0
    earlier.hidden = !app.thread.more
    fill(notes, app.session && !app.session.case ? note("needs", "triangle", t("error.no_case")) : null)
    for (const one of unreadOf(app)) unread.add(one.id)
    keep(list, shown, {
      key: ({ message }) => message.id,
      look: ({ message, item }) => JSON.stringify([message, unread.has(message.id), item && [item.state, item.pages, item.kind, item.answered], dayTime(message.at)]),
      make: ({ message, item }) => line(message, item),
    })
    if (all.length > drawn && drawn) {
      const last = all[all.length - 1]
      if (!last.mine) announce(t("messages.unread", { count: 1 }))
      toEnd()
    }
    drawn = all.length
    await showEnclosed()
    if (document.visibilityState === "visible") await app.readThread().catch(console.info)
  }

  /** @param {Shown} message @param {import("./faces.js").Item | undefined} item what goes with it */
  function line(message, item) {
    const look = item && face(item, app.office)
    return h("li", { class: message.mine ? "said said--mine" : "said" },
      h("p", { class: "said__who" }, message.mine ? t("messages.me") : (app.thread.team ?? t("messages.team")), unread.has(message.id) ? h("strong", { class: "new" }, t("post.new")) : null),
      message.text ? h("p", { class: "quote" }, message.text) : null,
      message.submission ? h("a", { class: "link said__paper", href: `#/s/${message.submission}` }, icon("document"), h("span", null, paper(message, item), look ? ` · ${look.chip}` : "")) : null,
      message.refused ? refused(message) : message.here ? chip("here", "phone", t("state.waiting")) : h("p", { class: "second" }, standing(message)))
  }

  /** @param {Shown} message @param {import("./faces.js").Item | undefined} item */
  function paper(message, item) {
    if (!item) return t("messages.paper")
    return item.kind === enclosureKind(app) ? t("messages.enclosed", { count: item.pages }) : t(message.mine ? "messages.with" : "messages.about", { kind: kindName(item.kind, app.office) })
  }

  /** @param {Shown} message */
  const standing = (message) => (message.mine && message.read_at ? [dayTime(message.at), " · ", t("messages.read")] : message.mine ? [dayTime(message.at), " · ", t("messages.there")] : dayTime(message.at))

  /** The office does not take it, or another of its name: what was written is not lost. @param {Shown} message */
  const refused = (message) => note("needs", "triangle", [t(`error.${message.refused}`), " ", app.session?.case && textButton(`back-${message.id}`, t("messages.take_back"), { icon: "undo", onclick: async () => {
    field.value = [message.text, field.value].filter(Boolean).join("\n\n")
    await jot()
    written()
    const row = app.answers.find((one) => one.path === pathOf(message.id))
    if (row) await forget(app.store, row)
    field.focus()
  } })])

  async function showEnclosed() {
    const draft = await enclosureOf(app)
    const pages = draft ? await app.store.pagesOf(draft) : []
    const raw = pages.some((page) => page.state !== "ready")
    keep(enclosed, draft && pages.length ? [draft] : [], {
      key: (one) => one.id,
      look: () => JSON.stringify([pages.length, raw]),
      make: (one) => h("div", { class: "enclosed__line" }, h("a", { class: "link", id: "enclosed", href: `#/d/${one.id}/pages` }, icon("document"), h("span", null, t("messages.enclosed", { count: pages.length }))),
        raw ? h("span", { class: "second", role: "status" }, t("pages.preparing")) : null),
    })
    return { draft: pages.length ? draft : undefined, raw }
  }

  function written() {
    const rest = MOST - field.value.length
    fill(left, rest < FEW ? t("messages.left", { count: rest }) : "")
    left.hidden = rest >= FEW
  }
  written()

  async function jot() {
    if (field.value === kept) return
    kept = field.value
    await app.keepMessage(kept).catch(console.info)
  }

  /** A phone may end an app that it has hidden, and tells nobody. */
  const hidden = () => document.visibilityState === "hidden" && void jot()
  document.addEventListener("visibilitychange", hidden)

  /** What was photographed goes first: a message that names what never went would be worse than photos without one. */
  async function submit() {
    if (sending) return
    sending = true
    try {
      const said = field.value
      const text = said.trim()
      const { draft, raw } = await showEnclosed()
      if ((!text && !draft) || raw) {
        announce(t(raw ? "pages.preparing" : "messages.nothing"))
        return field.focus()
      }
      if (draft) await app.send([draft.id])
      await app.answer(pathOf(uuid7()), { text, submission: draft?.id ?? null })
      if (field.value.startsWith(said)) field.value = field.value.slice(said.length) // what was written since stays
      await jot()
      written()
      announce(t("messages.kept"))
      await refresh()
      toEnd()
    } catch (error) {
      console.warn(error)
      fill(notes, note("loss", "triangle", t("error.not_saved")))
    } finally {
      sending = false
    }
  }

  const toEnd = () => requestAnimationFrame(() => window.scrollTo(0, document.documentElement.scrollHeight))

  await refresh()
  toEnd()
  return {
    element: screen({
      name: "messages",
      top: bar,
      main: [earlier, empty, list, notes],
      dock: app.session?.case ? [
        promise ? h("p", { class: "second dock-more", id: "answer-days" }, promise) : null,
        enclosed,
        h("label", { class: "kern-sr-only", for: "message" }, t("messages.field")), field, left,
        h("div", { class: "wide write" }, enclosureKind(app) ? tool("message-photo", t("messages.photo"), "camera", () => void jot().then(() => app.enclose())) : null, send),
      ] : [],
    }),
    title: t("messages.title"),
    refresh,
    leave() {
      document.removeEventListener("visibilitychange", hidden)
      void jot()
    },
  }
}
