/** Is everything right? One screen before the papers leave this phone. */

import { reach } from "../lib/api.js"
import { fill, h } from "../lib/dom.js"
import { icon } from "../lib/icons.js"
import { dateOnly, fileSize, t } from "../lib/words.js"
import { german } from "./card.js"
import { about, aboutField, missingSide, monthsField, onlySeen, sentBefore } from "./complete.js"
import { kindName, replacesWords } from "./faces.js"
import { offer } from "./blackout.js"
import { problemOf } from "./look.js"
import { announce, mainButton, note, screen, titleBar } from "./parts.js"
import { picture } from "./pictures.js"
import { limitSize } from "./files.js"
import { waitsForWifi, wifiSwitch } from "./wifi.js"

/** @param {import("./context.js").App} app @param {string} id of the draft */
export async function check(app, id) {
  const first = await app.store.submission(id)
  if (first?.state !== "open") return { redirect: `#/s/${id}` }
  if (!first.pages.length) return { redirect: `#/d/${id}/pages` }
  if (!first.kind) return { redirect: `#/d/${id}/kind/check` }
  const limits = app.office?.limits ?? { pages: 60, page_bytes: 26214400, submission_bytes: 104857600, note_chars: 500 }

  const summary = h("div", { class: "summary" })
  const saved = h("div", { class: "line" })
  const advice = [offer(app, first), onlySeen(app, first.kind)]
  const months = monthsField(app, first)
  const forWhom = aboutField(app, first, () => void refresh())
  const notes = h("div", { class: "stack", id: "check-notes" })
  const size = h("strong", { id: "size" })
  const place = h("div", { class: "wide" })
  const label = () => t(waitsForWifi() ? "send.do_wifi" : "send.do")
  const button = mainButton("send", label(), { icon: "plane", onclick: send })
  const wifi = wifiSwitch(app)
  const words = h("textarea", { class: "note-field", id: "note", rows: 3, maxlength: limits.note_chars, "aria-describedby": "note-left", oninput: count, onchange: keepNote })
  words.value = await app.store.note(first)
  const left = h("p", { class: "second", id: "note-left" })
  const message = h("details", { class: "line-details", open: words.value ? true : null },
    h("summary", { class: "line", id: "add-note" }, h("span", { class: "line__icon tone-act" }, icon("message")),
      h("span", null, h("span", { class: "line__title" }, t("send.note")), h("span", { class: "second" }, t("send.note_hint"))), icon("plus")),
    h("div", { class: "note-box" }, h("label", { class: "field__hint", for: "note" }, t("send.note_label")), words, left))

  function count() {
    fill(left, t("send.note_left", { count: limits.note_chars - words.value.length }))
  }
  count()

  async function keepNote() {
    await app.store.writeNote(id, words.value).catch(() => {})
  }

  let sending = false

  async function refresh() {
    const draft = await app.store.submission(id)
    if (draft?.state !== "open") return
    const pages = await app.store.pagesOf(draft)
    const bytes = pages.reduce((sum, page) => sum + page.size, 0)
    const raw = pages.filter((page) => page.state === "raw").length
    fill(summary,
      h("div", { class: "stack-of-pages" }, pages.slice(0, 1).map((page) => picture(page, ""))),
      h("div", null, h("h2", { class: "card__big" }, kindName(draft.kind, app.office), german(draft.kind, app.office)),
        h("p", { class: "second" }, t("send.pages_for", { count: pages.length, name: about(app, draft) })),
        draft.replaces.length ? h("p", { class: "second" }, replacesWords(draft.replaces)) : null,
        h("a", { class: "link", id: "edit", href: `#/d/${id}/pages` }, t("send.edit"))))
    fill(saved, raw
      ? [h("span", { class: "line__icon" }, icon("clock")), h("span", { role: "status" }, t("send.preparing", { done: pages.length - raw, count: pages.length }))]
      : [h("span", { class: "line__icon tone-there" }, icon("tick_ring")), h("span", null, t("send.saved"))])
    fill(size, fileSize(bytes))
    const problem = tooMuch(pages, bytes)
    const [before] = await sentBefore(app, pages)
    const doubt = pages.findIndex((page) => problemOf(page))
    fill(notes,
      problem ? note("loss", "triangle", problem, "too-much") : null,
      doubt >= 0 ? note("needs", "triangle", [t(`look.${problemOf(pages[doubt])}.note`, { number: doubt + 1 }), " ", h("a", { class: "link", id: "see-doubt", href: `#/d/${id}/look/${pages[doubt].id}` }, t("look.see"))], "doubt-note") : null,
      before ? note("info", "info", t("complete.sent_before", { number: before.number, date: dateOnly(before.at) }), "sent-before") : null,
      missingSide(app, draft, pages),
      !app.session?.case ? note("needs", "triangle", t("error.no_case"), "no-case") : null,
      !reach.there ? note("here", "info", t("send.offline"), "send-offline") : null)
    if (problem) fill(place, mainButton("back-to-pages", t("send.edit"), { href: `#/d/${id}/pages` }))
    else if (button.parentElement !== place) fill(place, button)
    if (!sending) fill(button.querySelector(".kern-label"), label())
    wifi?.refresh()
  }

  /** @param {import("../lib/types.js").Page[]} pages @param {number} bytes */
  function tooMuch(pages, bytes) {
    if (pages.length > limits.pages) return t("send.too_many_pages", { count: limits.pages })
    if (bytes > limits.submission_bytes) return t("send.too_large", { size: limitSize(limits.submission_bytes) })
    const big = pages.findIndex((page) => page.state === "ready" && page.size > limits.page_bytes)
    return big < 0 ? "" : t("send.page_too_large", { number: big + 1, size: limitSize(limits.page_bytes) })
  }

  /** Five taps are one submission: the first freezes the draft, the others find it frozen. */
  async function send() {
    if (sending) return
    sending = true
    fill(button.querySelector(".kern-label"), t("app.moment"))
    announce(t("app.moment"))
    try {
      await keepNote()
      await app.send([id])
      location.hash = `#/r/${id}`
    } catch (error) {
      console.warn(error)
      fill(notes, note("loss", "triangle", t("error.not_saved")))
    } finally {
      sending = false
      fill(button.querySelector(".kern-label"), label())
    }
  }

  await refresh()
  return {
    element: screen({
      name: "check",
      top: titleBar(t("send.title"), { back: `#/d/${id}/pages` }),
      main: [
        notes,
        h("div", { class: "card card--lines" }, summary, saved),
        forWhom && h("div", { class: "card" }, forWhom),
        months && h("div", { class: "card" }, months),
        advice,
        h("div", { class: "card card--lines" }, message, wifi?.element),
        h("p", { class: "second" }, t("send.goes_to", { office: app.session?.office.name ?? app.office?.name ?? "Jobcenter" })),
      ],
      dock: [h("p", { class: "amount dock-more" }, h("span", null, t("send.amount")), size), place],
    }),
    title: t("send.title"),
    refresh,
    leave: () => void keepNote(),
  }
}
