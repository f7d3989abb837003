/** One submission: its pages large, what is known about it, and the decision. */
// words: review.* stage.* keys.*

import { Refused } from "../lib/api.js"
import { fill, h } from "../lib/dom.js"
import { currentLanguage, t, timeOnly } from "../lib/words.js"
import { announce } from "./announce.js"
import { arranging, canArrange } from "./arranging.js"
import { bePresent, documentUrl, imageUrl, leave, photoUrl, submission, thumbUrl } from "./data.js"
import { deciding, verdict } from "./deciding.js"
import { kindName, moment, noDocument, shortMoment, stateOf } from "./format.js"
import { handling } from "./handling.js"
import { frame, goKeys, hashOf, queueOf } from "./frame.js"
import { icon } from "./icons.js"
import { bind, cap } from "./keys.js"
import { panel, writeTo } from "./panel.js"
import { picture, prepare } from "./pictures.js"
import { OPEN, decided as takeOut, load, place, poll, queue } from "./queue.js"
import { keep, setting } from "./settings.js"
import { withSides } from "./sides.js"
import { stage } from "./stage.js"
import { onwardSwitch } from "./switches.js"
import { thumbs } from "./thumbs.js"
import { sentence } from "./troubles.js"

/**
 * @typedef {import("./data.js").Submission} Submission
 * @typedef {import("./thumbs.js").Leaf} Leaf
 * @typedef {import("./stage.js").View} View
 */

const EVERY = 20_000 // ms between two looks whether a colleague has decided
const SOON = 3_000 // ms while the pages are still being straightened

/** What was loaded stays: coming back needs no connection. @type {Map<string, Submission>} */
const loaded = new Map()

/** Which pages somebody at this desk has looked at. @type {Map<string, Set<number>>} */
const looked = new Map()

/** In which version of the document. @type {Map<string, number>} */
const lookedAt = new Map()

/** What was just decided, said on the screen that follows. @type {{icon: string, words: string} | null} */
let justDecided = null

/** Nothing of this may be seen by the one who signs in next. */
export function forgetReviews() {
  loaded.clear()
  looked.clear()
  lookedAt.clear()
  justDecided = null
}

/**
 * @param {object} options
 * @param {string} options.id
 * @param {number} [options.page] which one is opened
 * @param {import("./frame.js").Who} options.who
 * @param {import("./frame.js").Ways} options.ways
 * @param {(hash: string) => void} options.go
 * @returns {import("./frame.js").Screen}
 */
export function review({ id, page, who, ways, go }) {
  // Asked before anything is drawn: both are on their way meanwhile.
  prepare(queue.rows?.find((row) => row.id === id), page)
  /** @type {Promise<Submission> | null} */
  let asked = submission(id)
  /** @type {Submission | null} */
  let of = loaded.get(id) ?? null
  let n = page || 1
  let turned = false // the back of a card is shown
  let judged = false
  /** @type {(value?: unknown) => void} */
  let drawn = () => {}
  const firstDrawn = new Promise((done) => (drawn = done)) // what may be wanted next is fetched behind it
  /** What was just saved here: the numbers that the sheets had, in their new order. @type {number[] | null} */
  let then = null
  let version = -1
  /** @type {Leaf[]} */
  let leaves = []
  const seen = looked.get(id) ?? new Set()
  looked.set(id, seen)
  const home = queueOf(queue.wanted.state)

  const heading = h("h1", { class: "title", tabindex: "-1" }, t("review.loading"))
  const standing = h("span", { class: "state" })
  const meta = h("p", { class: "top__sub" })
  const position = h("p", { class: "top__place" })
  const before = h("button", { type: "button", class: "btn btn--tool", id: "previous", disabled: true, onclick: () => step(-1), "aria-label": t("review.previous"), "aria-keyshortcuts": "K" }, icon("left"), cap("k"))
  const after = h("button", { type: "button", class: "btn btn--tool", id: "next", disabled: true, onclick: () => step(1), "aria-label": t("review.next"), "aria-keyshortcuts": "J" }, cap("j"), icon("right"))
  const strip = h("div", { class: "review__leaves" })
  const side = h("div", { class: "panel", tabindex: "0", role: "region", "aria-label": t("review.about") })
  const pageName = h("p", { class: "bar__page", "aria-live": "polite" })
  const percent = h("output", { class: "bar__percent", "aria-label": t("stage.zoom") })
  const pdf = h("a", { class: "btn btn--tool", id: "pdf", target: "_blank", rel: "noopener" }, icon("paper"), h("span", null, t("stage.pdf")))
  const download = h("a", { class: "btn btn--tool btn--square", id: "pdf-download", "aria-label": t("stage.download") }, icon("download"))
  const views = [tab("page"), tab("both"), tab("photo")]
  const wide = matchMedia("(min-width: 68em)")
  const show = stage({
    settled: judge,
    shown: () => {
      if (!leaves.some((leaf) => leaf.n === n) || seen.has(n)) return mark()
      seen.add(n)
      decision.looked()
      mark()
    },
    zoomed: (value) => (percent.textContent = t("stage.percent", { value })),
    wheels: () => wide.matches,
  })
  const pages = arranging({
    current: () => /** @type {Submission} */ (of),
    open: () => n,
    show: (to) => {
      open(to)
      pages.draw()
    },
    changed: () => {
      screen.classList.toggle("review--arranging", pages.is())
      decision.show()
    },
    ended: showAsTheyAre,
    saved: (now, order) => {
      then = order
      of = now
      loaded.set(id, now)
      showAsTheyAre()
    },
    refresh,
    land,
    keys: [
      { keys: ["o"], words: "keys.view", run: nextView },
      { keys: ["+", "="], steady: true, words: "keys.bigger", caps: ["+"], run: show.bigger },
      { keys: ["-"], steady: true, words: "keys.smaller", run: show.smaller },
      { keys: ["0"], words: "keys.fit", run: show.fit },
      { keys: ["?"], words: "keys.help", run: ways.help },
    ],
  })
  const decision = deciding({
    unsaved: () => pages.unsaved(),
    current: () => /** @type {Submission} */ (of),
    open: () => n,
    judged: () => judged,
    unseen: () => leaves.map((leaf) => leaf.n).filter((each) => !seen.has(each)),
    decided,
    beaten: async () => {
      await refresh()
      return of
    },
  })
  const hands = handling({
    who,
    current: () => of,
    changed: (now) => {
      of = now
      loaded.set(id, now)
      draw()
      void load().then(showPlace).catch(() => {}) // it may be in another queue now
    },
  })
  const others = h("p", { class: "others", role: "status" })
  const screen = h(
    "div",
    { class: "review" },
    strip,
    h(
      "div",
      { class: "review__stage" },
      h(
        "div",
        { class: "bar", id: "tools", role: "toolbar", "aria-label": t("stage.tools") },
        pageName,
        h(
          "div",
          { class: "group" },
          h("button", { type: "button", class: "btn btn--tool btn--square", onclick: show.smaller, "aria-label": t("stage.smaller"), "aria-keyshortcuts": "-" }, icon("minus")),
          percent,
          h("button", { type: "button", class: "btn btn--tool btn--square", onclick: show.bigger, "aria-label": t("stage.bigger"), "aria-keyshortcuts": "+" }, icon("plus")),
          tool("fit", "stage.fit", "0", show.fit),
        ),
        tool("turn", "stage.turn", "t", show.turn, "stage.turn_hint"),
        h("div", { class: "group", role: "group", "aria-label": t("stage.view") }, views),
        h("div", { class: "group" }, pdf, download),
      ),
      show.root,
    ),
    side,
    decision.root,
  )
  const trouble = h("div", { class: "review__trouble" })

  const shell = frame({
    kind: "review",
    here: home,
    who,
    ways,
    top: [
      h("button", { type: "button", class: "btn btn--quiet btn--square", id: "back", onclick: leaveFor, "aria-label": t("review.back"), "aria-keyshortcuts": "Escape" }, icon("left")),
      h("div", { class: "top__titles" }, heading, standing, meta),
      others,
      h("div", { class: "top__walk" }, position, h("div", { class: "group" }, before, after)),
    ],
    main: [screen, trouble],
    hints: [
      { keys: ["arrowup", "arrowdown"], words: "hint.page" },
      { keys: ["t", "shift+t"], words: "hint.turn", mode: "arranging" },
      { keys: ["shift+arrowup", "shift+arrowdown"], words: "hint.move", mode: "arranging" },
      { keys: ["x"], words: "hint.pick", mode: "arranging" },
      { keys: ["j", "k"], words: "hint.submission", mode: "looking" },
      { keys: ["+", "-"], words: "hint.zoom" },
      { keys: ["t"], words: "hint.turn", mode: "looking" },
      { keys: ["o"], words: "hint.view" },
    ],
    hintEnd: h("div", { class: "hints__switch" }, onwardSwitch(), cap("shift+e")),
  })

  /** There is something on the stage to judge by, or it is known that there will not be. */
  function judge() {
    drawn()
    if (judged) return
    judged = true
    if (of) decision.show()
  }

  /** @param {View} view */
  function tab(view) {
    const words = t(view === "page" ? "stage.page" : view === "both" ? "stage.both" : "stage.photo")
    return h("button", { type: "button", class: "btn btn--tool", "data-view": view, "aria-pressed": "false", onclick: () => choose(view) }, h("span", null, words), view === "both" && cap("o"))
  }

  /** @param {string} shape @param {string} words @param {string} key @param {() => void} run @param {string} [hint] more than the words say */
  function tool(shape, words, key, run, hint = words) {
    return h("button", { type: "button", class: "btn btn--tool", id: `view-${shape}`, onclick: run, title: t(hint), "aria-keyshortcuts": key.toUpperCase() }, icon(shape), h("span", { class: "bar__label" }, t(words)), cap(key))
  }

  /** @param {View} view */
  function look(view) {
    for (const each of views) each.setAttribute("aria-pressed", String(each.dataset.view === view))
    show.look(view)
  }

  /** @param {View} view */
  function choose(view) {
    keep("view", view)
    look(view)
  }

  /** Side by side needs room; where there is little, page and photo take turns. */
  const roomFor = (/** @type {View} */ view) => (of?.erased_at || (view === "both" && !wide.matches) ? "page" : view)

  function nextView() {
    const order = /** @type {View[]} */ (wide.matches ? ["page", "both", "photo"] : ["page", "photo"])
    choose(order[(order.indexOf(roomFor(setting("view"))) + 1) % order.length])
  }

  /** A card is one sheet of two photos: they take turns. */
  const otherSide = () => h("button", { type: "button", class: "link", id: "other-side", onclick: () => {
    turned = !turned
    open(n)
    document.getElementById("other-side")?.focus()
  } }, t(turned ? "stage.show_front" : "stage.show_back"))

  /** @param {number} to */
  function open(to) {
    const leaf = leaves.find((each) => each.n === to)
    if (!leaf || !of) return
    if (to !== n) turned = false
    n = to
    const sheet = leaf.sheet
    const back = turned && sheet?.back
    const [shown, origin] = back ? [back, sheet.back_origin] : [leaf.page, sheet?.origin]
    const page = origin ? of.earlier.find((each) => each.submission === origin && each.id === shown) : of.pages.find((each) => each.id === shown)
    const whose = origin ?? id
    const isPhoto = page && page.type !== "application/pdf"
    const paper = sheet && [sheet.dpi && t("stage.dpi", { dpi: sheet.dpi }), sheet.size_name === "photo" ? t("stage.as_photo") : sheet.size_name].filter(Boolean).join(" · ")
    const taken = of.captured_at && isPhoto && !origin ? t("stage.taken", { when: shortMoment(of.captured_at) }) : ""
    const lies = pages.is() ? pages.lies(n) : { place: n, turn: 0, front: 0, back: 0 }
    fill(pageName, h("strong", null, t("review.page_n", { n: lies.place })), " ", h("span", { class: "muted" }, t("review.of", { of: leaves.length })))
    show.show({
      sheet: sheet ? { ...withSides(imageUrl(id, n, of.version), sheet.sides, lies), alt: t("stage.sheet_alt", { n: lies.place }), turned: lies.turn } : null,
      photo: isPhoto ? { url: photoUrl(whose, page.id), alt: t("stage.photo_alt", { n }), turned: page.rotation ?? 0 } : null,
      captions: [
        [h("strong", null, t("stage.straightened")), " ", h("span", { class: "muted" }, paper)],
        [h("strong", null, t(isPhoto ? "stage.original" : "stage.original_pdf")), " ", h("span", { class: "muted" }, taken), sheet?.back && [" ", otherSide()]],
      ],
      instead: [
        h("p", null, of && noDocument(of)),
        [h("p", null, t("stage.from_pdf")), page && h("a", { class: "btn", href: photoUrl(whose, page.id), download: true }, icon("download"), h("span", null, t("stage.original_download")))],
      ],
    })
    mark()
    const ahead = leaves.find((each) => each.n === n + 1)
    const { version } = of
    if (ahead?.sheet) void firstDrawn.then(() => picture(imageUrl(id, ahead.n, version))).catch(() => {})
  }

  function mark() {
    list?.mark(n, seen)
  }

  /** @type {ReturnType<typeof thumbs> | null} */
  let list = null
  let shape = ""

  /** Draw what is known; the stage is left alone unless the pages themselves have changed. */
  function draw() {
    if (!of) return
    const known = of
    screen.hidden = false
    trouble.replaceChildren()
    const state = stateOf(known)
    heading.textContent = kindName(known.kind)
    standing.className = `state state--${state.tone}`
    fill(standing, icon(state.icon), h("span", null, state.words))
    fill(meta, t("review.meta", { name: known.person.name, number: known.case.number, when: moment(known.received_at) }))
    document.title = t("review.document_title", { kind: kindName(known.kind), name: known.person.name })
    for (const link of [pdf, download]) link.hidden = !known.document
    pdf.setAttribute("href", documentUrl(id))
    download.setAttribute("href", documentUrl(id, true))
    fill(side, panel(known, open, hands.part(known)))
    decision.show()
    showPlace()
    if (known.erased_at) return drawGone(known)
    leaves = known.sheets.length
      ? known.sheets.map((sheet) => ({ n: sheet.n, page: sheet.page, sheet }))
      : known.pages.map((page, at) => ({ n: at + 1, page: page.id, sheet: null }))
    if (pages.overtaken(known)) {
      shape = ""
      screen.classList.remove("review--arranging")
      shell.say(icon("warn"), h("span", null, t("error.arrangement_changed")))
      decision.show()
    }
    if (pages.is()) return
    if (known.version !== version) lieAnew(known)
    else if (then && !known.arranging) failed()
    const now = `${currentLanguage()} ${known.version} ${known.arranging} ${canArrange(known)} ${leaves.map((leaf) => `${leaf.n}${leaf.page}${leaf.sheet?.problem}${leaf.sheet?.verdict}`)} ${known.sheets.length} ${known.sheets.length ? "" : noDocument(known)}`
    if (now === shape) return
    shape = now
    list = thumbs({ id, version, leaves, show: open })
    fill(strip, arrangeBar(known), list.root)
    open(leaves.some((leaf) => leaf.n === n) ? n : 1)
    if (pages.wasBegun(known)) arrangePages()
  }

  /** The document was made anew: what was seen of it here is still seen; by whom else, nobody knows. @param {Submission} known */
  function lieAnew(known) {
    const before = new Set(seen)
    if (version >= 0 || (lookedAt.get(id) ?? known.version) !== known.version) seen.clear()
    lookedAt.set(id, known.version)
    if (then && version >= 0) {
      then.forEach((old, place) => before.has(old) && seen.add(place + 1))
      n = Math.max(1, then.indexOf(n) + 1)
    }
    if (version >= 0) announce(t("arrange.made"))
    then = null
    version = known.version
  }

  /** The document could not be made as it was wanted. */
  function failed() {
    then = null
    announce(t("event.not_arranged"))
    shell.say(icon("warn"), h("span", null, t("event.not_arranged")))
  }

  /** Above the pages: the way to arrange them, or that it is being done. @param {Submission} known */
  function arrangeBar(known) {
    if (known.arranging) return h("p", { class: "review__arrange state state--muted", id: "arranging" }, icon("clock"), h("span", null, t("arrange.making")))
    if (!canArrange(known)) return null
    return h("div", { class: "review__arrange" }, h("button", { type: "button", class: "btn btn--tool", id: "arrange", onclick: arrangePages, "aria-keyshortcuts": "S" }, icon("order"), h("span", null, t("arrange.begin")), cap("s")))
  }

  function arrangePages() {
    if (!of || pages.is() || !canArrange(of)) return
    pages.begin()
    fill(strip, pages.root)
    pages.focus()
  }

  /** Back from arranging: the pages as the document has them. */
  function showAsTheyAre() {
    shape = ""
    screen.classList.remove("review--arranging")
    draw()
    land()
  }

  function land() {
    const begin = document.getElementById("arrange") ?? strip.querySelector("[aria-current]")
    if (begin instanceof HTMLElement) begin.focus()
  }

  /** The office has it in its file, and here there is nothing left to look at. @param {Submission} known */
  function drawGone(known) {
    leaves = []
    fill(strip)
    fill(/** @type {HTMLElement} */ (shell.root.querySelector("#tools")), h("p", { class: "bar__page" }, t("event.erased")))
    show.look("page")
    show.show({ sheet: null, photo: null, captions: [[], []], instead: [h("p", { id: "erased" }, noDocument(known)), []] })
  }

  function showPlace() {
    const where = place(id)
    position.textContent = where.at >= 0 ? t("review.place", { at: where.at + 1, of: where.of }) : ""
    before.disabled = !where.before
    after.disabled = !where.after
    shell.showCounts()
  }

  async function refresh() {
    try {
      const answer = asked ?? submission(id)
      asked = null
      of = await answer
      loaded.set(id, of)
      draw()
    } catch (error) {
      if (!of) refuse(error)
    }
  }

  /** @param {unknown} error */
  function refuse(error) {
    screen.hidden = true
    const missing = error instanceof Refused && error.status === 404
    const words = missing ? t("review.not_found") : sentence(error)
    heading.textContent = t(missing ? "review.not_found_title" : "review.failed")
    fill(
      trouble,
      h(
        "div",
        { class: "empty" },
        icon("warn"),
        h("p", null, words),
        !missing && h("button", { type: "button", class: "btn", onclick: refresh }, t("inbox.again")),
        h("a", { class: "link", href: "#/" }, t("review.to_inbox")),
      ),
    )
    announce(words)
  }

  /** @param {Submission} now */
  function decided(now) {
    const accepted = now.decision?.outcome === "accepted"
    const where = place(id)
    const next = where.after ?? where.before
    of = now
    loaded.delete(id)
    takeOut(id, accepted ? "accepted" : "returned")
    justDecided = {
      icon: accepted ? "accepted" : "back",
      words: t(accepted ? "review.now_accepted" : "review.now_returned", { time: timeOnly(new Date()), kind: kindName(now.kind), name: now.person.name }),
    }
    if (setting("onward") && OPEN.includes(home)) return go(next ? `#/s/${next.id}` : "#/")
    announce(justDecided.words)
    sayDecided()
    draw()
  }

  function sayDecided() {
    if (!justDecided) return
    shell.say(icon(justDecided.icon), h("span", null, justDecided.words))
    justDecided = null
  }

  /** @param {number} by */
  function step(by) {
    const where = place(id)
    const to = by < 0 ? where.before : where.after
    if (to) go(`#/s/${to.id}`)
  }

  function leaveFor() {
    go(hashOf(home))
  }

  const unbind = bind([
    { keys: ["arrowdown"], steady: true, words: "keys.next_page", run: () => open(n + 1) },
    { keys: ["arrowup"], steady: true, words: "keys.previous_page", run: () => open(n - 1) },
    { keys: ["j"], words: "keys.next", run: () => step(1) },
    { keys: ["k"], words: "keys.previous", run: () => step(-1) },
    { keys: ["a"], words: "keys.accept", run: () => of && decision.accept() },
    { keys: ["r"], words: "keys.return", run: () => of && decision.return() },
    { keys: ["o"], words: "keys.view", run: nextView },
    { keys: ["t"], words: "keys.turn", run: show.turn },
    { keys: ["s"], words: "keys.arrange", run: arrangePages },
    { keys: ["+", "="], steady: true, words: "keys.bigger", caps: ["+"], run: show.bigger },
    { keys: ["-"], steady: true, words: "keys.smaller", run: show.smaller },
    { keys: ["0"], words: "keys.fit", run: show.fit },
    { keys: ["shift+arrowleft"], steady: true, run: () => show.pan(60, 0) },
    { keys: ["shift+arrowright"], steady: true, run: () => show.pan(-60, 0) },
    { keys: ["shift+arrowup"], steady: true, run: () => show.pan(0, 60) },
    { keys: ["shift+arrowdown"], steady: true, words: "keys.pan", caps: ["⇧ ←", "⇧ ↑", "⇧ →", "⇧ ↓"], run: () => show.pan(0, -60) },
    { keys: ["f"], words: "keys.ask_for", run: () => of && go(`#/asks/new/${of.person.id}`) },
    { keys: ["c"], words: "keys.write", run: () => of && !who.admin && go(writeTo(of)) },
    { keys: ["shift+e"], words: "keys.onward", run: toggleOnward },
    { keys: ["escape"], words: "keys.back", run: leaveFor },
    ...hands.keys,
    ...goKeys(who, go),
    { keys: ["?"], words: "keys.help", run: ways.help },
  ])

  function toggleOnward() {
    const box = /** @type {HTMLInputElement | null} */ (shell.root.querySelector(".hints__switch input"))
    box?.click()
  }

  const fitView = () => look(roomFor(setting("view")))
  wide.addEventListener("change", fitView)

  /** Whoever else has it open now is named: two should not do the same work. */
  async function meet() {
    const { others: names } = await bePresent(id)
    const words = names.length ? t("review.others", { names: names.map((one) => one.name).join(", ") }) : ""
    if (others.textContent !== words) fill(others, words && [icon("person"), h("span", null, words)])
  }

  async function watch() {
    if (document.hidden || !of) return
    const had = of.decision
    void meet().catch(() => {})
    await refresh()
    if (of.decision && !had) announce(verdict(of))
    if (queue.rows !== null) await poll().catch(() => {})
    showPlace()
  }
  let tick = 0
  const timer = setInterval(() => {
    tick += SOON
    if (of?.state === "received" || of?.arranging || tick % (Math.ceil(EVERY / SOON) * SOON) === 0) watch()
  }, SOON)

  async function start() {
    if (of) draw()
    await refresh()
    void firstDrawn.then(meet).catch(() => {})
    if (queue.rows === null) await load().catch(() => {})
    queue.cursor = id
    if (of) {
      draw()
      const next = place(id).after
      if (next && next.state !== "received") {
        void firstDrawn.then(() => {
          prepare(next)
          return picture(thumbUrl(next.id, 1, next.version))
        }).catch(() => {})
      }
    }
  }

  screen.hidden = !of
  const said = justDecided?.words
  sayDecided()
  fitView()
  return {
    root: shell.root,
    ready: start().then(() => {
      if (said && of) announce(t("review.next_is", { said, kind: kindName(of.kind), name: of.person.name }))
    }),
    unsaved: pages.unsaved,
    askToLeave: pages.ask,
    leave() {
      pages.leave()
      unbind()
      clearInterval(timer)
      void leave(id)
      wide.removeEventListener("change", fitView)
    },
  }
}
