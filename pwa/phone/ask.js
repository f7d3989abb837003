/** One letter of the office: what it wants and why, until when, what of it is there, and what to do about the rest. */

import { fill, h } from "../lib/dom.js"
import { icon } from "../lib/icons.js"
import { uuid7 } from "../lib/ids.js"
import { currentLanguage, dateOnly, inLanguage, t } from "../lib/words.js"
import { answerPath, daysLeft, missingOf, paperLine, papersOf, photo, summary } from "./asks.js"
import { kindName } from "./faces.js"
import { keepFocus } from "./keep.js"
import { announce, answered, mainButton, note, otherButton, screen, sheet, textButton, titleBar } from "./parts.js"

// words: decline.*

const REASONS = ["not_yet", "lost", "never_had", "elsewhere", "another"]
const MOST = 500 // characters

/** @typedef {import("./asks.js").Ask} Ask */

/** @param {import("./context.js").App} app @param {string} id */
export async function ask(app, id) {
  const main = h("div", { class: "stack" })
  const dock = h("div", { class: "wide stack-tight" })
  let shown = ""
  void app.readAsk(id).catch(console.info)

  async function refresh() {
    const found = app.asks.find((one) => one.id === id)
    if (!found) return unknown()
    const papers = papersOf(app, found, await app.items())
    const ready = await readyDrafts(found)
    const wish = wishOf(found)
    const state = JSON.stringify([found, papers.map((paper) => [paper.state, paper.item?.id]), ready, wish, app.answers.length])
    if (state === shown) return
    shown = state
    const focus = keepFocus()
    const open = !found.closed_at
    fill(main,
      open ? null : note("info", "info", t("ask.closed"), "ask-closed"),
      h("div", { class: "card" }, summary(found, papers), texts(found.reason, "p")),
      h("section", { class: "section", "aria-labelledby": "papers-title" }, h("h2", { class: "section__title", id: "papers-title" }, t("ask.papers")),
        h("ul", { class: "card card--lines ask__papers", id: "papers" }, papers.map((paper) => h("li", null, paperLine(app, found, paper, open ? photo(app, found, paper) : null), more(found, paper, open))))),
      open && missingOf(papers).length ? time(found, wish) : null,
      Object.keys(found.basis).length ? h("details", { class: "card basis" }, h("summary", null, t("ask.basis")), texts(found.basis, "p")) : null,
      h("p", { class: "second" }, t("ask.of", { date: dateOnly(found.created_at) })))
    fill(dock, ready.length ? mainButton("send-all", t("ask.send", { count: ready.length }), { icon: "plane", onclick: () => void send(ready) }) : null)
    dock.hidden = !ready.length
    focus()
  }

  /** The code of somebody else's letter, or one that this phone has not heard of. */
  function unknown() {
    shown = ""
    fill(main, note("info", "info", app.online ? t("ask.not_yours", { name: app.session?.person.name ?? "" }) : t("detail.offline"), "ask-unknown"),
      app.online ? otherButton("to-person", t("ask.other_person"), { icon: "arrow_forward", href: "#/person" }) : null)
    dock.hidden = true
  }

  /** Papers of this letter that were photographed and only wait to be sent. @param {Ask} found */
  async function readyDrafts(found) {
    const drafts = (await app.store.submissionsOf(app.owner)).filter((row) => row.state === "open" && row.ask === found.id && row.pages.length && row.kind)
    const whole = await Promise.all(drafts.map(async (row) => ((await app.store.pagesOf(row)).every((page) => page.state === "ready") ? [row.id] : [])))
    return whole.flat()
  }

  /** @param {string[]} drafts */
  async function send(drafts) {
    fill(dock, h("p", { role: "status" }, t("app.moment")))
    try {
      await app.send(drafts)
    } catch (error) {
      console.warn(error)
      shown = ""
      await refresh()
      return void dock.prepend(note("loss", "triangle", t("error.not_saved")))
    }
    location.hash = drafts.length === 1 ? `#/r/${drafts[0]}` : "#/sent"
  }

  /** @param {Ask} found @param {import("./asks.js").Shown} paper @param {boolean} open */
  function more(found, paper, open) {
    if (paper.state === "declined") {
      const said = app.answers.find((one) => one.path === answerPath(found.id, paper.n))?.body ?? paper.declined
      return h("div", { class: "ask__more" }, h("p", { class: "second" }, t(`decline.${said?.reason ?? "another"}`), said?.text ? `: ${said.text}` : ""), waiting(answerPath(found.id, paper.n)),
        open ? textButton(`undo-${paper.n}`, t("ask.have_it"), { icon: "undo", onclick: () => void answered(app.answer(answerPath(found.id, paper.n), { reason: null })) }) : null)
    }
    return open && paper.state === "open" ? h("div", { class: "ask__more" }, textButton(`decline-${paper.n}`, t("ask.have_not"), { onclick: () => void decline(found, paper) })) : null
  }

  /** @param {string} path of an answer that has not gone out, or that the office did not take */
  function waiting(path) {
    const answer = app.answers.find((one) => one.path === path)
    return answer ? h("p", { class: "second" }, t(answer.refused ? `error.${answer.refused}` : "ask.answer_waits")) : null
  }

  /** @param {Ask} found @param {import("./asks.js").Shown} paper */
  async function decline(found, paper) {
    const text = h("textarea", { class: "note-field", id: "decline-text", rows: 2, maxlength: MOST })
    const answer = await sheet("decline-sheet", t("ask.why_not", { kind: kindName(paper.kind, app.office) }), (close) => [
      ...REASONS.map((reason) => otherButton(`decline-${reason}`, t(`decline.${reason}`), { onclick: () => close(reason) })),
      h("label", { class: "field__hint", for: "decline-text" }, t("ask.why_more")), text,
      textButton("decline-back", t("app.back"), { onclick: () => close() }),
    ])
    if (answer && (await answered(app.answer(answerPath(found.id, paper.n), { reason: answer, text: text.value.trim() || null })))) announce(t("ask.state_declined"))
  }

  /** @param {Ask} found @returns {{text: string | null, outcome: string | null, waits: boolean} | null} */
  function wishOf(found) {
    const queued = app.answers.find((one) => one.path === `/asks/${id}/wish` && !one.refused)
    if (queued) return { text: queued.body?.text ?? null, outcome: null, waits: true }
    return found.wish && { text: found.wish.text, outcome: found.wish.outcome, waits: false }
  }

  /** @param {Ask} found @param {ReturnType<typeof wishOf>} wish */
  function time(found, wish) {
    const said = wish && (wish.outcome ? t(`ask.wish_${wish.outcome}`, { date: dateOnly(`${found.due}T12:00`) }) : t(wish.waits ? "ask.answer_waits" : "ask.wish_asked"))
    return h("section", { class: "card", id: "time" },
      h("h2", { class: "card__title" }, t("ask.time")),
      said ? h("p", { role: "status" }, said) : h("p", { class: "second" }, t("ask.time_text")),
      wish && !wish.outcome ? null : otherButton("wish", t("ask.wish"), { icon: "clock", onclick: () => void wishForTime() }))
  }

  async function wishForTime() {
    if (await answered(app.answer(`/asks/${id}/wish`, { id: uuid7() }))) announce(t("ask.wish_asked"))
  }

  await refresh()
  return { element: screen({ name: "ask", top: titleBar(t("ask.title"), { back: "#/" }), main, dock }), title: t("ask.title"), refresh }
}

/** A text of the office; in German, where it is not there in the person's language. @param {Record<string, string>} said @param {string} tag */
const texts = (said, tag) => (inLanguage(said) ? h(tag, { class: "quote", lang: said[currentLanguage()] ? null : "de" }, inLanguage(said)) : null)

/** On the receipt: what else the letter wants. @param {import("./context.js").App} app @param {import("./faces.js").Item} item */
export async function restOfAsk(app, item) {
  const found = app.asks.find((one) => one.id === (item.local?.ask ?? item.remote?.ask) && !one.closed_at)
  if (!found) return null
  const missing = missingOf(papersOf(app, found, await app.items())).length
  return h("a", { class: "card card__head", id: "rest-of-ask", href: `#/a/${found.id}` },
    h("span", { class: `line__icon tone-${missing ? (daysLeft(found.due) < 0 ? "loss" : "needs") : "there"}` }, icon(missing ? "calendar" : "tick_ring")),
    h("div", null, h("p", { class: "line__title" }, missing ? t("ask.rest", { count: missing }) : t("ask.rest_none"))), icon("chevron"))
}
