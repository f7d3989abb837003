/** The figures of the office, for admins: how much came, how fast it was decided, what was returned. No names. */
// words: figures.wait_* keys.*

import { fill, h } from "../lib/dom.js"
import { dateOnly, inLanguage, t, timeOnly } from "../lib/words.js"
import { announce } from "./announce.js"
import { connection, figures as ask, figuresUrl, office } from "./data.js"
import { amount, dayMonth, kindName, languageName, percent } from "./format.js"
import { frame, goKeys } from "./frame.js"
import { icon } from "./icons.js"
import { bind } from "./keys.js"
import { bars, lines, share } from "./plots.js"
import { load, poll, queue } from "./queue.js"
import { sentence } from "./troubles.js"

/**
 * @typedef {import("./data.js").OfficeFigures} OfficeFigures
 * @typedef {import("./data.js").Totals} Totals
 * @typedef {OfficeFigures["reasons"][number]} Share
 */

const PERIODS = [30, 90, 365]
const BY_DAY = 90 // days; what is longer is shown by the week

/** What was chosen last stays chosen while the page is open. */
const wanted = { days: 30, team: "" }

/**
 * @param {object} options
 * @param {import("./frame.js").Who} options.who
 * @param {import("./frame.js").Ways} options.ways
 * @param {(hash: string) => void} options.go
 * @returns {{root: HTMLElement, ready: Promise<void>, leave: () => void}}
 */
export function figures({ who, ways, go }) {
  let asked = 0
  const sub = h("p", { class: "top__sub", id: "figures-period" })
  const live = h("div", { class: "operation__trouble", role: "status" })
  const inside = h("div", { class: "figures", id: "figures-all" })
  const days = h("select", { class: "figures__select", id: "figures-days", onchange: () => choose({ days: Number(days.value) }) }, PERIODS.map((count) => h("option", { value: count, selected: count === wanted.days }, t("figures.days", { count }))))
  const team = h("select", { class: "figures__select", id: "figures-team", onchange: () => choose({ team: team.value }) }, h("option", { value: "" }, t("figures.all_teams")))
  const shell = frame({
    kind: "list",
    here: "figures",
    who,
    ways,
    top: h("div", { class: "top__titles" }, h("h1", { class: "title", tabindex: "-1" }, t("figures.title")), sub),
    main: h(
      "div",
      { class: "operation", tabindex: "0", role: "region", "aria-label": t("figures.title") },
      live,
      h("div", { class: "figures__choice" }, choice("figures-days", "figures.period", days), choice("figures-team", "figures.team", team)),
      inside,
    ),
    hints: [{ keys: ["g", "o"], words: "keys.go_operation" }],
  })

  /** @param {Partial<typeof wanted>} now */
  async function choose(now) {
    Object.assign(wanted, now)
    await look()
    announce(sub.textContent)
  }

  async function look() {
    const mine = ++asked
    try {
      const found = await ask(wanted)
      if (mine !== asked) return
      fill(live)
      show(found)
    } catch (error) {
      if (mine !== asked) return
      fill(live, h("p", { class: "note note--danger" }, icon(connection.lostAt ? "offline" : "warn"), h("span", null, connection.lostAt ? t("offline.title", { time: timeOnly(connection.lostAt) }) : sentence(error))))
    }
    await (queue.rows === null ? load() : poll()).catch(() => {})
    shell.showCounts()
  }

  /** @param {OfficeFigures} found */
  function show(found) {
    fill(team, h("option", { value: "" }, t("figures.all_teams")), found.teams.map((each) => h("option", { value: each.id, selected: each.id === found.team }, each.name)))
    sub.textContent = t("figures.from_to", { from: dateOnly(found.begins), to: dateOnly(found.ends) })
    fill(
      inside,
      totals(found),
      h("div", { class: "figures__pair figures__pair--even" },
        box("figures-came", "figures.came", found, found.days > BY_DAY ? "weeks" : "days", arrivals(found), t(found.days > BY_DAY ? "figures.came_weeks" : "figures.came_days")),
        box("figures-hours", "figures.hours", found, "weeks", hours(found), t("figures.hours_hint")),
      ),
      h("div", { class: "figures__pair" },
        box("figures-kinds", "figures.kinds", found, "kinds", kinds(found), t("figures.kinds_hint")),
        h("div", { class: "figures" },
          box("figures-reasons", "figures.reasons", found, "reasons", shares(found.reasons, "figures.reason", reasonName)),
          box("figures-languages", "figures.languages", found, "languages", shares(found.languages, "figures.language", languageName), t("figures.languages_hint")),
          box("figures-waits", "figures.waits", found, "waits", shares(found.waits, "figures.waited", (name) => t(`figures.wait_${name}`)), t("figures.waits_hint")),
        ),
      ),
      h("p", { class: "muted figures__foot" }, t("figures.small", { least: found.least })),
    )
  }

  const unbind = bind([
    ...goKeys(who, go),
    { keys: ["?"], words: "keys.help", run: ways.help },
  ])
  document.title = t("figures.document_title")
  return { root: shell.root, ready: look(), leave: unbind }
}

/** @param {string} id @param {string} words @param {HTMLElement} select */
const choice = (id, words, select) => h("div", { class: "figures__one" }, h("label", { class: "label", for: id }, t(words)), select)

/** @param {string} id @param {string} words @param {OfficeFigures} found @param {string} table @param {any} content @param {string} [hint] */
const box = (id, words, found, table, content, hint) =>
  h(
    "section",
    { class: "box", id, "aria-labelledby": `${id}-title` },
    h("div", { class: "box__head" }, h("h2", { class: "section", id: `${id}-title` }, t(words)), h("a", { class: "btn btn--tool figures__save", href: figuresUrl({ days: found.days, team: found.team ?? "", table }), download: true }, icon("download"), h("span", null, t("figures.csv"), h("span", { class: "sr" }, `, ${t(words)}`)))),
    hint && h("p", { class: "muted box__line figures__hint" }, hint),
    content,
  )

/** @param {OfficeFigures} found */
function totals({ now, before }) {
  /** @param {string} words @param {string} value @param {string} earlier */
  const one = (words, value, earlier) => h("div", { class: "total" }, h("dt", { class: "total__name" }, words), h("dd", { class: "total__value" }, value), h("dd", { class: "total__before" }, t("figures.before", { value: earlier })))
  return h(
    "dl",
    { class: "totals", id: "figures-totals" },
    one(t("figures.total_submissions"), amount(now.submissions), amount(before.submissions)),
    one(t("figures.total_pages"), amount(now.pages), amount(before.pages)),
    one(t("figures.median"), inHours(now.median), inHours(before.median)),
    one(t("figures.nine_in_ten"), inHours(now.nine_in_ten), inHours(before.nine_in_ten)),
    one(t("figures.total_returned"), rate(now), rate(before)),
  )
}

/** @param {number | null} value */
const inHours = (value) => (value === null ? t("figures.none") : t("figures.h", { value: amount(value) }))

/** @param {Totals} of */
const rate = (of) => (of.decided ? percent(of.returned / of.decided) : t("figures.none"))

/** @param {OfficeFigures} found papers by the day, or by the week */
function arrivals(found) {
  const byDay = found.days <= BY_DAY
  const points = byDay
    ? found.per_day.map((each) => ({ label: dayMonth(each.day), value: each.submissions, quiet: [0, 6].includes(new Date(`${each.day}T12:00`).getDay()) }))
    : found.per_week.map((each) => ({ label: dayMonth(each.week), value: each.submissions }))
  const most = points.reduce((best, point) => (point.value > best.value ? point : best), points[0])
  const says = t(byDay ? "figures.came_by_day" : "figures.came_by_week", { sum: amount(found.now.submissions), most: amount(most.value), when: most.label })
  const rows = byDay ? found.per_day.map((each) => ({ ...each, from: each.day })) : found.per_week.map((each) => ({ ...each, from: each.week }))
  return [
    h("figure", { class: "figures__plot" }, bars(points, says)),
    numbers(byDay ? "figures.day" : "figures.week", ["figures.submissions", "figures.pages"], rows.map((each) => [dateOnly(each.from), amount(each.submissions), amount(each.pages)])),
  ]
}

/** @param {OfficeFigures} found */
function hours(found) {
  const of = (/** @type {"median" | "nine_in_ten"} */ name) => ({ name: t(`figures.${name === "median" ? "half" : "most"}`), points: found.per_week.map((each) => ({ label: dayMonth(each.week), value: each[name] })) })
  const known = found.per_week.some((each) => each.median !== null)
  const says = t("figures.hours_say", { half: inHours(found.now.median), most: inHours(found.now.nine_in_ten) })
  return [
    known ? h("figure", { class: "figures__plot" }, lines([of("median"), of("nine_in_ten")], says)) : h("p", { class: "muted box__line" }, t("figures.hours_none")),
    numbers("figures.week", ["figures.decided", "figures.half", "figures.most"], found.per_week.map((each) => [dateOnly(each.week), amount(each.decided), inHours(each.median), inHours(each.nine_in_ten)])),
  ]
}

/** The numbers of a plot. @param {string} first @param {string[]} names @param {any[][]} rows */
const numbers = (first, names, rows) =>
  h("details", { class: "figures__numbers" }, h("summary", null, t("figures.as_table")), table([first, ...names], rows))

/** @param {string[]} names @param {any[][]} rows the first cell of each is its head */
const table = (names, rows) =>
  h(
    "table",
    { class: "table table--counts" },
    h("thead", null, h("tr", null, names.map((name) => h("th", { scope: "col" }, t(name))))),
    h("tbody", null, rows.map(([head, ...cells]) => h("tr", null, h("th", { scope: "row", "data-name": t(names[0]) }, head), cells.map((cell, at) => h("td", { "data-name": t(names[at + 1]) }, h("div", { class: "table__cell" }, cell)))))),
  )

/** @param {OfficeFigures} found */
function kinds(found) {
  if (!found.kinds.length) return nothing()
  return table(
    ["figures.kind", "figures.decided", "figures.returned", "figures.commonest"],
    found.kinds.map((each) => [
      each.kind ? kindName(each.kind) : t("figures.others"),
      amount(each.decided),
      each.rate === null ? few() : h("span", { class: "with-share" }, share(each.rate), h("span", null, t("figures.rate", { percent: percent(each.rate), count: amount(each.returned ?? 0) }))),
      each.reason ? reasonName(each.reason) : "–",
    ]),
  )
}

/** @param {Share[]} found @param {string} first @param {(name: string) => string} named */
function shares(found, first, named) {
  if (!found.some((each) => each.count !== 0)) return nothing()
  const all = found.reduce((sum, each) => sum + (each.count ?? 0), 0)
  return table(
    [first, "figures.count"],
    found.map((each) => [
      each.name === null ? t("figures.others") : named(each.name),
      each.count === null ? h("span", { class: "muted" }, t("figures.too_few")) : h("span", { class: "with-share" }, share(each.count / Math.max(1, all)), h("span", null, amount(each.count))),
    ]),
  )
}

const nothing = () => h("p", { class: "muted box__line" }, t("figures.nothing"))

const few = () => h("span", { class: "muted" }, t("figures.not_told"))

/** @param {string} id @returns {string} in the office's words */
const reasonName = (id) => inLanguage(office().reasons.find((each) => each.id === id)?.names) || t("figures.own_words")
