/** One ask: what came of each paper, what the person said to it, and what the office does about it. */
// words: asked.* keys.*

import { Refused } from "../lib/api.js"
import { fill, h } from "../lib/dom.js"
import { dateOnly, dateTime, hasWord, inLanguage, t, timeOnly } from "../lib/words.js"
import { announce } from "./announce.js"
import { closeAsk, decideOnTime, letterUrl, settle, wholeAsk } from "./asked.js"
import { openDialog } from "./dialog.js"
import { counted, dayLong, dayShort, declinedWords, later, learnHolidays, leftWords, onWorkday, paperStanding, standingOf, today, whyFree } from "./due.js"
import { kindName, languageName, moment, shortMoment, stateOf } from "./format.js"
import { frame, goKeys } from "./frame.js"
import { icon } from "./icons.js"
import { bind, cap } from "./keys.js"
import { fact } from "./panel.js"
import { load, poll, queue } from "./queue.js"
import { sentence } from "./troubles.js"
import { watching } from "./watching.js"

/**
 * @typedef {import("./asked.js").WholeAsk} WholeAsk
 * @typedef {import("./asked.js").Paper} Paper
 * @typedef {import("./asked.js").HandedIn} HandedIn
 */

const MORE_DAYS = 14

/** What was loaded stays: coming back needs no connection. @type {Map<string, WholeAsk>} */
const loaded = new Map()

/** What was just done, said on the screen that follows. @type {string | null} */
let justDone = null

/** Nothing of this may be seen by the one who signs in next. */
export function forgetAsk() {
  loaded.clear()
  justDone = null
}

/** @param {WholeAsk} made it is shown next */
export function madeAsk(made) {
  loaded.set(made.id, made)
  justDone = t("asked.made", { time: timeOnly(made.created_at), name: made.person.name })
}

/**
 * @param {object} options
 * @param {string} options.id
 * @param {import("./frame.js").Who} options.who
 * @param {import("./frame.js").Ways} options.ways
 * @param {(hash: string) => void} options.go
 * @returns {{root: HTMLElement, ready: Promise<void>, leave: () => void}}
 */
export function oneAsk({ id, who, ways, go }) {
  /** @type {WholeAsk | null} */
  let of = loaded.get(id) ?? null
  let until = "" // to when more time is given, as it stands in the field
  let busy = false
  const heading = h("h1", { class: "title", tabindex: "-1" }, t("asked.title"))
  const standing = h("span", { class: "state" })
  const meta = h("p", { class: "top__sub" })
  const letter = h("a", { class: "btn", id: "letter", href: letterUrl(id), target: "_blank", rel: "noopener", "aria-keyshortcuts": "P" }, icon("paper"), h("span", null, t("asked.letter")), cap("p"))
  const close = h("button", { type: "button", class: "btn", id: "close-ask", onclick: askToClose }, icon("cross"), h("span", null, t("asked.close")))
  const trouble = h("div", { class: "asked__trouble", role: "alert" })
  const wish = h("div", { class: "asked__wish" })
  const papers = h("section", { class: "box", "aria-labelledby": "asked-papers" })
  const words = h("section", { class: "box" })
  const side = h("div", { class: "asked__side" })
  const body = h("div", { class: "asked", tabindex: "0", role: "region", "aria-label": t("asked.title") }, h("div", { class: "asked__main" }, trouble, wish, papers, words), side)

  const shell = frame({
    kind: "form",
    here: "asks",
    who,
    ways,
    top: [
      h("button", { type: "button", class: "btn btn--quiet btn--square", id: "back", onclick: () => go("#/asks"), "aria-label": t("asked.back"), "aria-keyshortcuts": "Escape" }, icon("left")),
      h("div", { class: "top__titles" }, heading, standing, meta),
      h("div", { class: "asked__ways" }, letter, close),
    ],
    main: body,
    hints: [
      { keys: ["escape"], words: "hint.back" },
      { keys: ["p"], words: "hint.letter" },
    ],
  })

  let drawn = ""

  function draw() {
    if (!of) return
    const now = JSON.stringify([of, leftWords(of.due)])
    if (now === drawn) return
    drawn = now
    const focused = document.activeElement?.id
    const state = standingOf(of)
    heading.textContent = t("asked.to", { name: of.person.name })
    document.title = t("asked.document_title", { name: of.person.name })
    standing.className = `state state--${state.tone}`
    fill(standing, icon(state.icon), h("span", null, state.words))
    meta.textContent = t("asked.meta", { number: of.case.number, day: dayLong(of.due) }) + (["open", "overdue"].includes(of.state) ? `, ${leftWords(of.due)}` : "")
    const over = of.state === "closed"
    body.hidden = false
    letter.hidden = over
    close.hidden = over
    fill(wish, banner(of), wishNote(of))
    fill(papers, paperList(of))
    fill(words, texts(of))
    fill(side, facts(of), history(of))
    if (focused) document.getElementById(focused)?.focus()
  }

  /** @param {WholeAsk} ask when nothing is left to do */
  const banner = (ask) =>
    ask.state === "complete" && h("p", { class: "note note--done", id: "complete" }, icon("accepted"), h("span", null, t("asked.complete")))

  /** @param {WholeAsk} ask */
  function wishNote(ask) {
    if (!ask.wish || ask.wish.outcome || !ask.needs.includes("wish")) return null
    const first = onWorkday(later(ask.due > today() ? ask.due : today(), MORE_DAYS))
    until ||= first
    const field = h("input", { type: "date", class: "field field--date", id: "until", min: today(), value: until, "aria-describedby": "until-hint", oninput: () => { until = field.value; document.getElementById("until-hint")?.replaceChildren(untilHint()) } })
    return h(
      "section",
      { class: "note note--ask", "aria-labelledby": "wish-title" },
      icon("clock"),
      h(
        "div",
        { class: "asked__answer" },
        h("h2", { class: "section", id: "wish-title" }, t("asked.wish", { when: moment(ask.wish.at) })),
        ask.wish.text && h("blockquote", { class: "quote" }, ask.wish.text),
        h(
          "div",
          { class: "asked__do" },
          h("label", { class: "label", for: "until" }, t("asked.until")),
          field,
          h("button", { type: "button", class: "btn btn--primary", id: "grant", onclick: grant }, icon("tick"), h("span", null, t("asked.grant"))),
          h("button", { type: "button", class: "btn", id: "refuse", onclick: () => run(() => decideOnTime(id, { outcome: "refused" }), () => t("asked.refused_now")) }, h("span", null, t("asked.refuse"))),
        ),
        h("p", { class: "muted small", id: "until-hint" }, untilHint()),
      ),
    )
  }

  /** @returns {string} what becomes of the day in the field */
  function untilHint() {
    const why = until && whyFree(until)
    return why ? t("asked.moved", { why, day: dayLong(onWorkday(until)) }) : t("asked.until_hint")
  }

  function grant() {
    if (!until || until < today()) {
      complain(t("asked.until_wrong"))
      return document.getElementById("until")?.focus()
    }
    return run(() => decideOnTime(id, { outcome: "granted", until }), (now) => t("asked.granted_now", { day: dayLong(now.due) }))
  }

  /** @param {WholeAsk} ask */
  function paperList(ask) {
    const known = new Set(ask.papers.flatMap((paper) => paper.submissions))
    const others = ask.handed_in.filter((row) => !known.has(row.id))
    return [
      h("div", { class: "box__head" }, h("h2", { class: "section", id: "asked-papers" }, t("asked.papers")), h("p", { class: "muted" }, t("asks.papers", counted(ask)))),
      h("ol", { class: "papers" }, ask.papers.map((paper) => paperLine(ask, paper))),
      others.length > 0 && h("div", { class: "papers__others" }, h("p", { class: "label" }, t("asked.others")), links(others)),
    ]
  }

  /** @param {WholeAsk} ask @param {Paper} paper */
  function paperLine(ask, paper) {
    const state = paperStanding(paper)
    const note = inLanguage(paper.note)
    const closed = ask.state === "closed"
    return h(
      "li",
      { class: "papers__one", "data-paper": paper.n, "data-state": paper.state },
      h("div", { class: "papers__what" }, h("p", { class: "papers__name" }, h("strong", null, kindName(paper.kind)), note && h("span", { class: "muted" }, ` ${note}`)), h("p", { class: `state state--${state.tone}` }, icon(state.icon), h("span", null, state.words))),
      links(ask.handed_in.filter((row) => paper.submissions.includes(row.id))),
      paper.declined && h("div", { class: "papers__said" }, h("p", null, declinedWords(paper.declined), h("span", { class: "muted" }, `, ${shortMoment(paper.declined.at)}`)), paper.declined.text && h("blockquote", { class: "quote" }, paper.declined.text)),
      !closed && !["accepted", "there"].includes(paper.state) && h("div", { class: "asked__do" }, paper.state !== "waived" && way("waive", paper, "waived"), (paper.state === "waived" || paper.state === "declined") && way("insist", paper, "wanted")),
    )
  }

  /** @param {"waive" | "insist"} name @param {Paper} paper @param {"waived" | "wanted"} outcome */
  const way = (name, paper, outcome) =>
    h(
      "button",
      { type: "button", class: "btn btn--tool", id: `${name}-${paper.n}`, onclick: () => run(() => settle(id, paper.n, outcome), () => t(`asked.${outcome}_now`, { paper: kindName(paper.kind) })) },
      h("span", null, t(name === "waive" ? "asked.waive" : paper.state === "waived" ? "asked.want_again" : "asked.insist"), h("span", { class: "sr" }, `: ${kindName(paper.kind)}`)),
    )

  /** @param {HandedIn[]} rows */
  const links = (rows) => rows.length > 0 && h("ul", { class: "papers__links" }, rows.map(link))

  /** @param {HandedIn} row */
  function link(row) {
    const state = stateOf({ ...row, parked: false, follows: null })
    return h("li", null, h("a", { class: "link", href: `#/s/${row.id}` }, kindName(row.kind), ", ", shortMoment(row.received_at)), h("span", { class: `state state--${state.tone}` }, icon(state.icon), h("span", null, state.words)))
  }

  /** @param {WholeAsk} ask */
  const texts = (ask) => [
    h("div", { class: "box__head" }, h("h2", { class: "section" }, t("asked.words")), h("p", { class: "muted" }, languages(ask))),
    h("div", { class: "asked__words" }, [["asked.reason", ask.reason], ["asked.basis", ask.basis]].map(([name, text]) => inLanguage(/** @type {any} */ (text)) && h("div", null, h("h3", { class: "label" }, t(/** @type {string} */ (name))), h("p", { class: "asked__text" }, inLanguage(/** @type {any} */ (text)))))),
  ]

  /** @param {WholeAsk} ask */
  const languages = (ask) => [...new Set([...Object.keys(ask.reason), ...Object.keys(ask.basis)])].map(languageName).join(", ")

  /** @param {WholeAsk} ask */
  const facts = (ask) =>
    h(
      "section",
      { class: "panel__part" },
      h("div", { class: "panel__who" }, h("h2", { class: "section" }, ask.person.name), h("p", { class: "muted small with-icon" }, icon("globe"), languageName(ask.person.language))),
      h(
        "dl",
        { class: "facts" },
        fact(t("fact.case"), ask.case.number),
        fact(t("fact.approved_until"), ask.case.approved_until ? dateOnly(ask.case.approved_until) : t("fact.nothing")),
        fact(t("asked.due"), dayShort(ask.due)),
        ask.first_due !== ask.due && fact(t("asked.first_due"), dayShort(ask.first_due)),
        fact(t("asked.by"), ask.by),
        fact(t("asked.seen"), ask.seen_at ? moment(ask.seen_at) : t("asked.unseen")),
      ),
      h("a", { class: "btn", id: "another-ask", href: `#/asks/new/${ask.person.id}` }, icon("plus"), h("span", null, t("asks.another"))),
    )

  /** @param {WholeAsk} ask */
  const history = (ask) =>
    h("section", { class: "panel__part" }, h("h2", { class: "label" }, t("panel.history")), h("ol", { class: "timeline" }, [...ask.events].reverse().map((event) => step(event, ask))))

  function askToClose() {
    if (!of) return
    const sure = h("button", { type: "button", class: "btn btn--primary", id: "close-yes", onclick: () => { dialog.close(); run(() => closeAsk(id), () => t("asked.closed_now")) } }, t("asked.close_yes"))
    const dialog = openDialog({
      title: t("asked.close_title"),
      sub: of.person.name,
      body: h("p", null, t("asked.close_text")),
      foot: [h("button", { type: "button", class: "btn", id: "close-no", onclick: () => dialog.close() }, t("return.cancel")), sure],
    })
    sure.focus()
  }

  /** @param {string} text */
  function complain(text) {
    fill(trouble, h("p", { class: "note note--danger" }, icon("warn"), h("span", null, text)))
  }

  /** @param {() => Promise<WholeAsk>} act safe to repeat @param {(now: WholeAsk) => string} done */
  async function run(act, done) {
    if (busy) return
    busy = true
    try {
      of = await act()
      loaded.set(id, of)
      until = ""
      fill(trouble)
      const had = document.activeElement
      draw()
      if (had && !had.isConnected) heading.focus() // the button that did it is gone
      shell.say(icon("tick"), h("span", null, done(of)))
      announce(done(of))
      count()
    } catch (error) {
      complain(sentence(error))
      if (error instanceof Refused && error.status === 409) await refresh()
    } finally {
      busy = false
    }
  }

  async function count() {
    await (queue.rows === null ? load() : poll()).catch(() => {})
    shell.showCounts()
  }

  async function refresh() {
    try {
      of = await wholeAsk(id)
      loaded.set(id, of)
      draw()
    } catch (error) {
      if (!of) refuse(error)
    }
  }

  /** @param {unknown} error */
  function refuse(error) {
    const missing = error instanceof Refused && error.status === 404
    const text = missing ? t("asked.not_found") : sentence(error)
    heading.textContent = t(missing ? "review.not_found_title" : "review.failed")
    letter.hidden = close.hidden = true
    fill(wish, h("div", { class: "empty" }, icon("warn"), h("p", null, text), !missing && h("button", { type: "button", class: "btn", onclick: refresh }, t("inbox.again")), h("a", { class: "link", href: "#/asks" }, t("asked.back"))))
    papers.hidden = words.hidden = missing
    announce(text)
  }

  async function watch() {
    if (document.hidden || busy) return
    await refresh()
    await count()
  }

  const unbind = bind([
    { keys: ["escape"], words: "keys.back", run: () => go("#/asks") },
    { keys: ["p"], words: "keys.letter", run: () => !letter.hidden && letter.click() },
    ...goKeys(who, go),
    { keys: ["?"], words: "keys.help", run: ways.help },
  ])
  const unwatch = watching(watch)
  letter.hidden = close.hidden = body.hidden = !of
  draw()
  if (justDone) {
    shell.say(icon("tick"), h("span", null, justDone))
    announce(justDone)
    justDone = null
  }
  const start = async () => {
    await learnHolidays().catch(() => {}) // the server moves the day all the same
    await refresh()
    body.hidden = false
    await count()
  }
  return {
    root: shell.root,
    ready: start(),
    leave() {
      unbind()
      unwatch()
    },
  }
}

/** @type {Record<string, string>} */
const SHAPES = { asked: "paper", seen: "eye", declined: "forward", will_come: "back", time_wished: "clock", time_granted: "tick", time_refused: "cross", waived: "cross", wanted: "back", reminded: "bell", closed: "cross" }

/** @param {import("./data.js").Event} event @param {WholeAsk} ask */
function step(event, ask) {
  const key = `asked.event.${event.what}`
  if (!hasWord(key)) return null // an event of a later version: better silent than wrong
  const paper = ask.papers.find((each) => each.n === event.detail.n)
  const words = t(key, { by: event.by ?? t("event.somebody"), paper: paper ? kindName(paper.kind) : "", day: event.detail.due ? dayShort(event.detail.due) : "" })
  const moved = event.detail.wanted && whyFree(event.detail.wanted) ? t("asked.moved", { why: whyFree(event.detail.wanted), day: dayShort(event.detail.due) }) : ""
  return h("li", { class: "timeline__step" }, icon(SHAPES[event.what] ?? "dot"), h("span", { class: "timeline__what" }, words, moved && h("span", { class: "muted small" }, ` · ${moved}`)), h("time", { class: "timeline__when", datetime: event.at, title: dateTime(event.at) }, shortMoment(event.at)))
}
