/** Operation, for admins: what needs a person and what to do, how it runs, what is parked. Numbers, and no names. */
// words: alarm.* job.* keys.*

import { fill, h } from "../lib/dom.js"
import { currentLanguage, t, timeOnly } from "../lib/words.js"
import { announce } from "./announce.js"
import { connection, operation as ask, retryJob } from "./data.js"
import { lasting, moment, shortMoment } from "./format.js"
import { frame, goKeys } from "./frame.js"
import { icon } from "./icons.js"
import { bind } from "./keys.js"
import { load, poll, queue } from "./queue.js"
import { sentence } from "./troubles.js"
import { watching } from "./watching.js"

/**
 * @typedef {import("./data.js").Operation} Operation
 * @typedef {import("./data.js").Alarm} Alarm
 * @typedef {import("./data.js").Job} Job
 * @typedef {{name: string, kinds: string[], now: string, limit: string}} Figure `kinds`: the alarms that it can raise
 */

const MOST = 12 // receipt numbers under one alarm; the rest is a number

/** What stops everybody; the rest can wait for an hour. */
const GRAVE = ["database", "disk", "worker_silent", "queue_stands"]

/**
 * @param {object} options
 * @param {import("./frame.js").Who} options.who
 * @param {import("./frame.js").Ways} options.ways
 * @param {(hash: string) => void} options.go
 * @returns {{root: HTMLElement, ready: Promise<void>, leave: () => void}}
 */
export function operation({ who, ways, go }) {
  /** @type {Operation | null} */
  let found = null
  /** @type {string | null} */
  let trouble = null
  const sub = h("p", { class: "top__sub", id: "as-of" })
  const live = h("div", { class: "operation__trouble", role: "status" })
  const open = h("div", { id: "alarms" })
  const figures = h("tbody", { id: "figures" })
  const parkedHeading = h("h2", { class: "section", tabindex: "-1" }, t("operation.parked"))
  const parked = h("div", { id: "parked" })
  const ended = h("div", { id: "ended" })
  const body = h(
    "div",
    { class: "operation", tabindex: "0", role: "region", "aria-label": t("operation.title") },
    live,
    box([h("h2", { class: "section" }, t("operation.open"))], open),
    box(
      [h("h2", { class: "section" }, t("operation.figures"))],
      h("table", { class: "table table--figures" }, head("operation.what", "operation.state", "operation.now", "operation.limit"), figures),
    ),
    box([parkedHeading, h("p", { class: "muted" }, t("operation.parked_hint"))], parked),
    box([h("h2", { class: "section" }, t("operation.ended"))], ended),
  )
  const shell = frame({
    kind: "list",
    here: "operation",
    who,
    ways,
    top: [
      h("div", { class: "top__titles" }, h("h1", { class: "title", tabindex: "-1" }, t("operation.title")), sub),
      h("a", { class: "btn top__figures", href: "#/figures" }, icon("chart"), h("span", null, t("figures.title"))),
    ],
    main: body,
    hints: [{ keys: ["g", "n"], words: "hint.go_new" }],
  })

  async function look() {
    if (document.hidden) return
    try {
      const before = found?.alarms.length ?? 0
      found = await ask()
      trouble = null
      if (found.alarms.length > before) announce(t("operation.count", { count: found.alarms.length }))
    } catch (error) {
      trouble = sentence(error)
    }
    show()
    // The frame counts what is new as well, on this screen too.
    await (queue.rows === null ? load() : poll()).catch(() => {})
    show()
  }

  function show() {
    const lost = connection.lostAt && t("offline.title", { time: timeOnly(connection.lostAt) })
    fill(live, (trouble || lost) && h("p", { class: "note note--danger" }, icon(lost ? "offline" : "warn"), h("span", null, lost || trouble)))
    if (!found) return
    const count = found.alarms.length
    if (queue.counts) queue.counts = { ...queue.counts, alarms: count }
    shell.showCounts()
    sub.textContent = t("operation.as_of", { time: timeOnly(found.at) })
    document.title = t(count ? "operation.document_title_open" : "operation.document_title", { count })
    fill(open, count ? h("ul", { class: "alarms" }, byKind(found.alarms).map(note)) : h("p", { class: "state state--done box__line", id: "all-well" }, icon("accepted"), h("span", null, t("operation.fine"))))
    fill(figures, rows(found).map((row) => figure(row, raised(/** @type {Operation} */ (found).alarms, row.kinds))))
    showParked(found.jobs)
    fill(ended, found.ended.length ? h("ul", { class: "history" }, found.ended.map(past)) : h("p", { class: "muted box__line" }, t("operation.none_ended")))
  }

  let drawn = ""

  /** @param {Job[]} jobs the buttons are left alone while nothing changes: somebody may be about to press one */
  function showParked(jobs) {
    const now = `${currentLanguage()} ${JSON.stringify(jobs)}`
    if (now === drawn) return
    drawn = now
    const focused = document.activeElement?.id ?? ""
    fill(
      parked,
      jobs.length
        ? h("table", { class: "table table--parked" }, head("operation.job", "operation.reason", "operation.tries", "operation.do"), h("tbody", null, jobs.map(job)))
        : h("p", { class: "muted box__line" }, t("operation.none_parked")),
    )
    if (focused.startsWith("retry-")) (document.getElementById(focused) ?? parked.querySelector("button") ?? parkedHeading).focus()
  }

  /** @param {Job} of */
  function job(of) {
    const words = name(of)
    const button = h("button", { type: "button", class: "btn btn--tool", id: `retry-${of.id}`, onclick: () => retry(of, button) }, icon("turn"), h("span", null, t("operation.retry"), h("span", { class: "sr" }, `: ${[words, of.number].filter(Boolean).join(", ")}`)))
    return h(
      "tr",
      null,
      cell("operation.job", h("strong", null, words), of.number && h("span", { class: "table__sub" }, of.number)),
      cell("operation.reason", h("span", null, faultWords(of.fault)), of.fault && h("span", { class: "table__sub", lang: "en" }, of.fault)),
      cell("operation.tries", of.attempt),
      cell("operation.do", button),
    )
  }

  /** @param {Job} of @param {HTMLButtonElement} button */
  async function retry(of, button) {
    if (button.getAttribute("aria-disabled")) return
    button.setAttribute("aria-disabled", "true")
    try {
      await retryJob(of.id)
      const words = t("operation.retried", { number: of.number ?? name(of) })
      shell.say(icon("tick"), h("span", null, words))
      announce(words)
      await look()
    } catch (error) {
      trouble = sentence(error)
      show()
      announce(trouble)
    } finally {
      button.removeAttribute("aria-disabled")
    }
  }

  const unbind = bind([
    ...goKeys(who, go),
    { keys: ["?"], words: "keys.help", run: ways.help },
  ])
  const unwatch = watching(look)
  connection.addEventListener("change", show)
  document.title = t("operation.document_title")
  return {
    root: shell.root,
    ready: look(),
    leave() {
      unbind()
      unwatch()
      connection.removeEventListener("change", show)
    },
  }
}

/** @param {Job} of */
const name = (of) => t(`job.${of.what}`)

/** @param {any[]} top @param {any} inside */
const box = (top, inside) => h("section", { class: "box" }, h("div", { class: "box__head" }, top), inside)

/** @param {string[]} names */
const head = (...names) => h("thead", null, h("tr", null, names.map((name) => h("th", { scope: "col" }, t(name)))))

/** A cell that names its column where the table's head has no room. @param {string} name @param {any[]} inside */
const cell = (name, ...inside) => h("td", { "data-name": t(name) }, h("div", { class: "table__cell" }, inside))

/** @param {Alarm[]} alarms @returns {{what: string, since: string, numbers: string[]}[]} the same kind once, the worst first */
function byKind(alarms) {
  /** @type {Map<string, Alarm[]>} */
  const kinds = new Map()
  for (const alarm of alarms) kinds.set(alarm.what, [...(kinds.get(alarm.what) ?? []), alarm])
  return [...kinds].map(([what, each]) => ({
    what,
    since: each.map((alarm) => alarm.since).sort()[0],
    numbers: each.flatMap((alarm) => alarm.number ?? []),
  }))
}

/** @param {{what: string, since: string, numbers: string[]}} of */
function note({ what, since, numbers }) {
  const grave = GRAVE.includes(what)
  const more = numbers.length - MOST
  return h(
    "li",
    { class: `note note--${grave ? "danger" : "look"}`, "data-alarm": what },
    icon(grave ? "warn" : "triangle"),
    h(
      "div",
      { class: "alarm" },
      h("p", null, h("strong", null, t(`alarm.${what}`)), `, ${t("operation.since", { when: moment(since) })}`),
      numbers.length > 0 && h("p", null, t("operation.about", { count: numbers.length, numbers: numbers.slice(0, MOST).join(", ") }), more > 0 && ` ${t("operation.more", { count: more })}`),
      h("p", null, t(`alarm.${what}.do`)),
    ),
  )
}

/**
 * @param {Operation} of
 * @returns {Figure[]} what is measured
 */
function rows({ figures: of, alarms, jobs }) {
  const dropped = Object.entries(of.pushes_dropped).map(([reason, count]) => t("operation.dropped", { count, reason: reasonWords(reason) }))
  const waiting = (of.pushes.waiting ?? 0) + (of.pushes.sending ?? 0)
  return [
    {
      name: t("operation.queue"),
      kinds: ["queue_stands"],
      now: sum(of.jobs.waiting ? t("operation.waiting", { count: of.jobs.waiting, time: lasting(of.jobs.oldest) }) : t("operation.empty"), of.jobs.retried && t("operation.repeated", { count: of.jobs.retried })),
      limit: lasting(of.queue_may_wait),
    },
    { name: t("operation.late"), kinds: ["late"], now: String(of.late), limit: "0" },
    { name: t("operation.parked"), kinds: ["scan_parked", "show_parked", "read_parked"], now: String(jobs.length), limit: "0" },
    {
      name: t("operation.pushes"),
      kinds: ["push_key_refused", "push_dropped"],
      now: sum(t("operation.sent", { count: of.pushes.sent ?? 0 }), waiting && t("operation.unsent", { count: waiting }), of.pushes_failing && t("operation.failing", { count: of.pushes_failing }), ...dropped),
      limit: t("operation.no_loss"),
    },
    { name: t("operation.reading"), kinds: ["read_parked"], now: sum(of.reads.waiting ? t("operation.unread", { count: of.reads.waiting }) : t("operation.empty"), of.reads.retried && t("operation.repeated", { count: of.reads.retried })), limit: t("operation.no_hurry") },
    {
      name: t("operation.handover"),
      kinds: ["handover_stands", "handover_parked", "handover_unacknowledged", "erase_stands"],
      now: sum(of.handovers.waiting && t("operation.handover_waiting", { count: of.handovers.waiting }), of.handovers.given && t("operation.handover_given", { count: of.handovers.given }), t("operation.handover_filed", { count: of.handovers.acknowledged + of.handovers.erased })),
      limit: t("operation.no_alarm"),
    },
    { name: t("operation.disk"), kinds: ["disk"], now: t("operation.free", { size: room(of.free_bytes) }), limit: t("operation.free", { size: room(of.min_free_bytes) }) },
    { name: t("operation.worker"), kinds: ["worker_silent"], now: of.worker_seen === null ? t("operation.no_worker") : t("operation.seen", { time: lasting(of.worker_seen) }), limit: lasting(of.silent_after) },
    { name: t("operation.database"), kinds: ["database"], now: t(raised(alarms, ["database"]) ? "operation.unwritable" : "operation.writable"), limit: t("operation.writable") },
  ]
}

/** @param {any[]} parts @returns {string} those that say something */
const sum = (...parts) => parts.filter(Boolean).join(", ")

/** @param {Alarm[]} alarms @param {string[]} kinds */
const raised = (alarms, kinds) => alarms.some((alarm) => kinds.includes(alarm.what))

/** @param {Figure} of @param {boolean} wrong */
function figure(of, wrong) {
  const grave = of.kinds.some((kind) => GRAVE.includes(kind))
  const state = wrong ? `state state--${grave ? "danger" : "look"}` : "state state--done"
  return h(
    "tr",
    null,
    h("th", { scope: "row", "data-name": t("operation.what") }, of.name),
    cell("operation.state", h("span", { class: state }, icon(wrong ? (grave ? "warn" : "triangle") : "accepted"), h("span", null, t(wrong ? "operation.look" : "operation.good")))),
    cell("operation.now", of.now),
    cell("operation.limit", h("span", { class: "muted" }, of.limit)),
  )
}

/** @param {import("./data.js").EndedAlarm} of */
const past = (of) =>
  h(
    "li",
    { class: "history__line", "data-ended": of.what },
    h("span", null, t(`alarm.${of.what}`), of.number && h("span", { class: "muted" }, ` · ${of.number}`)),
    h("span", { class: "history__when" }, t("operation.from_to", { from: shortMoment(of.began_at), to: shortMoment(of.ended_at) })),
  )

/** What the worker writes beside a job, and what it means; the words it used stand below. @type {[string, string][]} */
const FAULTS = [
  ["took longer", "fault.too_long"],
  ["the child ended", "fault.died"],
]

/** @param {string | null} fault */
const faultWords = (fault) => t(FAULTS.find(([start]) => fault?.startsWith(start))?.[1] ?? "fault.unknown")

/** Why a push was given up, as the server says it, and in words. @type {[string, string][]} */
const REASONS = [
  ["too late", "reason.too_late"],
  ["nobody there", "reason.nobody"],
  ["refused", "reason.refused"],
  ["key refused", "reason.key_refused"],
  ["answered", "reason.answered"],
]

/** @param {string} reason @returns {string} "vom Meldedienst abgewiesen (413)" */
function reasonWords(reason) {
  const words = t(REASONS.find(([start]) => reason.startsWith(start))?.[1] ?? "reason.unknown")
  const status = reason.match(/\d+$/)
  return status ? `${words} (${status[0]})` : words
}

/** @param {number} bytes @returns {string} "212 GB", "350 MB" */
function room(bytes) {
  const [size, unit] = bytes >= 1e9 ? [bytes / 1e9, "GB"] : [bytes / 1e6, "MB"]
  return `${new Intl.NumberFormat(currentLanguage(), { maximumFractionDigits: size < 10 ? 1 : 0 }).format(size)} ${unit}`
}
