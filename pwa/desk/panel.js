/** The right side of a review, always in the same order: who, kind and times, note, what stands out, history. */
// words: event.*

import { h } from "../lib/dom.js"
import { dateOnly, dateTime, fileSize, hasWord, inLanguage, monthName, t } from "../lib/words.js"
import { office, ownPages } from "./data.js"
import { dayShort } from "./due.js"
import { byProblem, isSerious, kindName, languageName, moment, pageList, problemIcon, problemLine, problemMeans, problemWords, problemsOf, shortMoment } from "./format.js"
import { icon } from "./icons.js"
import { cap } from "./keys.js"

/**
 * @typedef {import("./data.js").Submission} Submission
 * @typedef {import("./data.js").Event} Event
 */

/** @param {Submission} of @returns {string} where to write to its person about it */
export const writeTo = (of) => `#/m/${of.person.id}/${of.id}`

/** @param {Submission} of @param {(n: number) => void} show brings a page on the stage @param {HTMLElement} hands in whose it is */
export function panel(of, show, hands) {
  return [
    h(
      "section",
      { class: "panel__part" },
      h("div", { class: "panel__who" }, h("h2", { class: "section" }, of.person.name), h("p", { class: "muted small with-icon" }, icon("globe"), languageName(of.person.language))),
      h(
        "dl",
        { class: "facts" },
        fact(t("fact.case"), of.case.number),
        fact(t("fact.approved_until"), of.case.approved_until ? dateOnly(of.case.approved_until) : t("fact.nothing")),
        of.asked && fact(t("fact.asked"), askedLine(of.asked)),
      ),
      h("div", { class: "handling" },
        h("a", { class: "btn btn--tool", id: "ask-for", href: `#/asks/new/${of.person.id}`, "aria-keyshortcuts": "F" }, icon("plus"), h("span", null, t("asking.title")), cap("f")),
        h("a", { class: "btn btn--tool", id: "write", href: writeTo(of), "aria-keyshortcuts": "C" }, icon("message"), h("span", null, t("messages.write")), cap("c"))),
    ),
    h(
      "section",
      { class: "panel__part" },
      h("h2", { class: "label" }, t("panel.paper")),
      h(
        "dl",
        { class: "facts" },
        of.about && fact(t("fact.about"), h("strong", null, of.about.name)),
        fact(t("fact.kind"), h("strong", null, kindName(of.kind))),
        of.document && fact(t("fact.document"), t("panel.document", { pages: t("review.pages", { count: of.document.pages }), size: fileSize(of.document.size) })),
        fact(t("fact.received"), moment(of.received_at)),
        of.months.length > 0 && fact(t("fact.months"), of.months.map(monthName).join(", ")),
        blackened(of),
        here(of).some(({ page }) => page.kept.length) && fact(t("fact.kept"), lines(here(of).flatMap(({ page, n }) => page.kept.map((problem) => t("panel.kept", { n, problem: problemWords(problem) }))))),
        of.captured_at && fact(t("fact.captured"), moment(of.captured_at)),
        fact(t("fact.number"), of.number),
        of.filed_at && fact(t("fact.filed"), moment(of.filed_at)),
        of.sheets.some(isEarlier) && fact(t("fact.earlier"), pageList(of.sheets.filter(isEarlier).map((sheet) => sheet.n))),
        of.split_from && fact(t("fact.split_from"), otherLink(of.split_from)),
        of.split_into.length > 0 && fact(t("fact.split_into"), of.split_into.map((one) => h("span", { class: "fact__line" }, otherLink(one)))),
        of.follows && fact(t("fact.follows"), h("a", { class: "link", href: `#/s/${of.follows}` }, t("panel.earlier"))),
      ),
    ),
    hands,
    of.note && h("section", { class: "panel__part" }, h("h2", { class: "label" }, t("panel.note")), h("blockquote", { class: "quote" }, of.note)),
    office().kinds.find((kind) => kind.id === of.kind)?.only_seen && h("section", { class: "panel__part" }, h("p", { class: "note" }, icon("eye"), h("span", null, t("panel.only_seen")))),
    standsOut(of, show),
    of.decision && decided(of),
    h("section", { class: "panel__part" }, h("h2", { class: "label" }, t("panel.history")), h("ol", { class: "timeline" }, [...of.events].reverse().map((event) => step(event)))),
  ]
}

/** Which ask the submission is for, and how that stands. @param {NonNullable<Submission["asked"]>} ask */
const askedLine = ({ id, state, due, given, wanted }) =>
  h("a", { class: "link", id: "to-ask", href: `#/a/${id}` }, t(["open", "overdue"].includes(state) ? "panel.asked_open" : `panel.asked_${state}`, { given, wanted, day: dayShort(due) }))

/** The pages that were not split off, each with its place in the document. @param {Submission} of */
const here = (of) => of.pages.map((page, i) => ({ page, n: of.sheets.length ? numbersOf(of, [page.id])[0] : i + 1 })).filter(({ n }) => n).sort((a, b) => a.n - b.n)

/** A submission that was one with this. @param {import("./data.js").Other} one */
const otherLink = ({ id, number, kind }) => h("a", { class: "link", href: `#/s/${id}` }, `${kindName(kind)}, ${number}`)

/** @param {string[]} all */
const lines = (all) => all.map((line) => h("span", { class: "fact__line" }, line))

/** What the person has blacked out, and when they were told that they may. @param {Submission} of */
function blackened(of) {
  const places = here(of).flatMap(({ page, n }) => (page.blackened ? [t("panel.blackened", { n, count: page.blackened })] : []))
  const when = of.blackout_offered_at && shortMoment(of.blackout_offered_at)
  if (when) places.push(t(places.length ? "panel.blackout_offered_too" : "panel.blackout_offered", { when }))
  return places.length > 0 && fact(t("fact.blackened"), lines(places))
}

/** @param {string} name @param {any} value */
export const fact = (name, value) => h("div", { class: "fact" }, h("dt", null, name), h("dd", null, value))

/** @param {Submission} of @param {(n: number) => void} show */
function standsOut(of, show) {
  const found = byProblem(of.sheets.flatMap(problemsOf))
  const gaps = of.gaps.flatMap(gapLines)
  if (found.length + gaps.length === 0) return null
  return h(
    "section",
    { class: "panel__part" },
    h("h2", { class: "label" }, t("panel.stands_out")),
    h(
      "ul",
      { class: "plain stack" },
      found.map(({ problem, numbers }) =>
        h(
          "li",
          { class: `note ${isSerious(problem) ? "note--look" : ""}` },
          icon(problemIcon(problem)),
          h("span", null, h("button", { type: "button", class: "link link--strong", onclick: () => show(numbers[0]) }, problemLine(problem, numbers)), " ", problemMeans(problem)),
        ),
      ),
      gaps.map((line) => h("li", { class: "note" }, icon("paper"), h("span", null, line))),
    ),
  )
}

/** What the numbers on the pages say. @param {import("./data.js").Gap} gap */
const gapLines = ({ total, missing, doubled }) => [
  ...(missing.length ? [t("panel.gap_missing", { count: missing.length, total, pages: pageList(missing) })] : []),
  ...(doubled.length ? [t("panel.gap_doubled", { total, pages: pageList(doubled) })] : []),
]

/** @param {Submission} of @returns {string} why it came back, in the office's words */
export function reasonOf(of) {
  const reason = of.decision?.reason
  return inLanguage(office().reasons.find((each) => each.id === reason)?.names) || reason || ""
}

/** @param {Submission} of @param {string[]} pages ids @returns {number[]} their sheets' numbers */
export const numbersOf = (of, pages) => of.sheets.filter((sheet) => ownPages(sheet).some((id) => pages.includes(id))).map((sheet) => sheet.n)

/** @param {import("./data.js").Sheet} sheet */
const isEarlier = (sheet) => ownPages(sheet).length === 0

/** @param {Submission} of */
function decided(of) {
  const decision = /** @type {NonNullable<Submission["decision"]>} */ (of.decision)
  if (decision.outcome !== "returned") return null
  const numbers = numbersOf(of, decision.pages ?? [])
  return h(
    "section",
    { class: "panel__part" },
    h("h2", { class: "label" }, t("panel.returned")),
    h(
      "dl",
      { class: "facts" },
      fact(t("fact.pages"), numbers.length ? pageList(numbers) : t("fact.all_pages")),
      fact(t("fact.reason"), reasonOf(of)),
      decision.text && fact(t("fact.sentence"), h("q", null, decision.text)),
    ),
  )
}

/** @type {Record<string, string>} */
const SHAPES = { created: "camera", taken: "person", given_back: "tray", postponed: "pause", wanted_now: "tray", let_go: "tray", renamed: "pen", arranged: "order", not_arranged: "warn", split: "split", split_off: "split", handed_over: "forward", acknowledged: "file", erased: "cross", cleared: "cross", received: "tray", ready: "paper", attention: "triangle", opened: "eye", accepted: "accepted", returned: "back", replaced: "forward" }

/** @param {Event} event */
function step(event) {
  const key = `event.${event.what}`
  if (!hasWord(key)) return null // an event of a later version: better silent than wrong
  const words = t(key, { by: event.by ?? t("event.somebody") })
  return h(
    "li",
    { class: `timeline__step timeline__step--${event.what}` },
    icon(SHAPES[event.what] ?? "dot"),
    h("span", { class: "timeline__what" }, words),
    h("time", { class: "timeline__when", datetime: event.at, title: dateTime(event.at) }, shortMoment(event.at)),
  )
}
