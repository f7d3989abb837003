/**
 * The pages of a submission in another order, turned, and some of them split off as a paper of its own. What is done
 * here counts once it is saved: then the document is made anew, and what was handed in stays as it is.
 */
// words: keys.*

import { uuid7 } from "../lib/ids.js"
import { fill, h } from "../lib/dom.js"
import { inLanguage, t } from "../lib/words.js"
import { announce } from "./announce.js"
import { arrange, office, split, thumbUrl } from "./data.js"
import { openDialog, withKey } from "./dialog.js"
import { kindName, moment } from "./format.js"
import { icon } from "./icons.js"
import { bind, cap } from "./keys.js"
import { thumb } from "./pictures.js"
import { pulling } from "./pulling.js"
import { withSides } from "./sides.js"
import { reveal } from "./thumbs.js"
import { sentence } from "./troubles.js"

/**
 * @typedef {import("./data.js").Submission} Submission
 * @typedef {"front" | "back"} Side
 * @typedef {{n: number, turn: number, front: number, back: number, off: boolean}} Laid  a sheet by its number in the document,
 *   what it is turned by, what one side of a card is turned by alone, and whether it is to be split off
 */

/** What was begun and not saved: another language makes the screen anew. @type {Map<string, {version: number, laid: Laid[]}>} */
const begun = new Map()

export const forgetArranging = () => begun.clear()

/** Whether the pages can be arranged at all: the document is there, and nobody has decided. @param {Submission} of */
export const canArrange = (of) => ["ready", "attention"].includes(of.state) && !of.decision && !of.arranging && of.sheets.length > 0

/**
 * @param {object} options
 * @param {() => Submission} options.current
 * @param {() => number} options.open the sheet on the stage
 * @param {(n: number) => void} options.show brings a sheet on the stage
 * @param {() => void} options.changed something was done, or undone
 * @param {() => void} options.ended the pages are shown as they are
 * @param {(now: Submission, order: number[]) => void} options.saved with the numbers that the sheets had, in their new order
 * @param {() => Promise<void>} options.refresh somebody else was faster
 * @param {() => void} options.land puts the focus back beside the pages
 * @param {import("./keys.js").Binding[]} options.keys of the view, which act here too
 */
export function arranging({ current, open, show, changed, ended, saved, refresh, land, keys }) {
  /** @type {Laid[]} */
  let laid = []
  let version = 0
  let busy = false
  let id = uuid7() // of what is split off: said twice it is one
  /** @type {(() => void) | null} */
  let unbind = null
  /** @typedef {{side: Side, root: HTMLElement, name: HTMLElement, tools: HTMLButtonElement[]}} SideRow */
  /** @type {Map<number, {item: HTMLElement, paper: HTMLElement, number: HTMLElement, page: HTMLButtonElement, tools: HTMLButtonElement[], sides: SideRow[], drawn: string, box: HTMLInputElement | null}>} */
  const rows = new Map()

  const list = h("ol", { class: "leaves__list" })
  const strip = h("div", { class: "leaves", tabindex: "-1" }, list)
  const count = h("p", { class: "arrange__count", role: "status" })
  const trouble = h("div", { class: "arrange__trouble", role: "alert" })
  const splitWords = h("span", { class: "btn__label" })
  const save = foot("arrange-save", "btn btn--primary", withKey(t("arrange.save"), "shift+enter"), "Shift+Enter", () => void store())
  const cut = foot("arrange-split", "btn", [splitWords, cap("s")], "S", openSplit)
  const fromHere = foot("arrange-from-here", "btn", withKey(t("arrange.from_here"), "shift+x"), "Shift+X", pickFromHere)
  const drop = foot("arrange-drop", "btn btn--quiet", [h("span", { class: "btn__label" }), cap("escape")], "Escape", leaveFor)
  const root = h(
    "section",
    { class: "arrange", "aria-labelledby": "arrange-title" },
    h("h2", { class: "label arrange__title", id: "arrange-title" }, t("arrange.title")),
    strip,
    h("div", { class: "arrange__foot" }, trouble, count, save, cut, fromHere, drop),
  )

  /** @param {string} id @param {string} look @param {any} words @param {string} key @param {() => void} run */
  function foot(id, look, words, key, run) {
    return h("button", { type: "button", class: `${look} arrange__button`, id, onclick: run, "aria-keyshortcuts": key }, words)
  }

  const at = (/** @type {number} */ n) => laid.findIndex((one) => one.n === n)
  const picked = () => laid.filter((one) => one.off)
  const isChanged = () => laid.some((one, place) => one.n !== place + 1 || one.turn || one.front || one.back)
  const unsaved = () => unbind !== null && (isChanged() || picked().length > 0)
  const sheetOf = (/** @type {number} */ n) => current().sheets.find((sheet) => sheet.n === n)
  const canGo = (/** @type {number} */ n) => laid.length > 1 && !sheetOf(n)?.origin && !sheetOf(n)?.back_origin

  /** @param {number} n */
  function row(n) {
    const number = h("span", { class: "leaf__number" })
    const paper = h("span", { class: "leaf__paper arrange__paper" }, thumb(thumbUrl(current().id, n, version), ""))
    const page = h("button", { type: "button", class: "leaf", "data-page": n, onclick: () => show(n) }, number, paper)
    const tools = /** @type {[string, string, () => void][]} */ ([
      ["turnLeft", "left", () => turn(n, 270)],
      ["turn", "right", () => turn(n, 90)],
      ["up", "up", () => move(n, -1)],
      ["down", "down", () => move(n, 1)],
    ]).map(([shape, name, run]) => h("button", { type: "button", class: "btn btn--tool btn--square arrange__tool", "data-tool": name, onclick: run }, icon(shape)))
    const sides = /** @type {Side[]} */ (sheetOf(n)?.back ? ["front", "back"] : []).map((side) => sideRow(n, side))
    const box = canGo(n) ? h("input", { type: "checkbox", class: "check__box", onchange: () => pick(n, box?.checked ?? false) }) : null
    const item = h(
      "li",
      { class: "arrange__row", draggable: "true" },
      page,
      h("div", { class: "arrange__side" }, h("div", { class: "arrange__tools" }, tools), sides.map((each) => each.root), box && h("label", { class: "check arrange__pick" }, box, h("span", null, t("arrange.pick")))),
    )
    return { item, paper, number, page, tools, sides, drawn: "", box }
  }

  /** What turns one side of a card alone. @param {number} n @param {Side} side @returns {SideRow} */
  function sideRow(n, side) {
    const name = h("span", { class: "arrange__name" })
    const tools = /** @type {[string, string, number][]} */ ([["turnLeft", "left", 270], ["turn", "right", 90]]).map(([shape, way, by]) =>
      h("button", { type: "button", class: "btn btn--tool btn--square arrange__tool", "data-tool": `${side}-${way}`, onclick: () => turnSide(n, side, by) }, icon(shape)),
    )
    return { side, root: h("div", { class: "arrange__card" }, name, h("div", { class: "arrange__tools" }, tools)), name, tools }
  }

  /** The names of a card's sides with what they are turned by, and the card as it will look. @param {Laid} one @param {number} n */
  function drawSides(one, n) {
    const row = /** @type {NonNullable<ReturnType<typeof rows.get>>} */ (rows.get(one.n))
    for (const { side, name, tools } of row.sides) {
      const words = t(`arrange.side.${side}`)
      fill(name, words, one[side] ? `, ${one[side]}°` : "")
      tools[0].setAttribute("aria-label", t("arrange.tool.side_left", { n, side: words }))
      tools[1].setAttribute("aria-label", t("arrange.tool.side_right", { n, side: words }))
    }
    const { url, make } = withSides(thumbUrl(current().id, one.n, version), sheetOf(one.n)?.sides ?? [], one)
    if (row.sides.length && url !== row.drawn) fill(row.paper, thumb(url, "", make))
    row.drawn = url
  }

  /** Lay the rows as they are now; what had the focus keeps it. */
  function draw() {
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)
    const inOrder = laid.map((one) => rows.get(one.n)?.item)
    if (inOrder.some((item, place) => list.children[place] !== item)) {
      fill(list, inOrder)
      if (focused && root.contains(focused)) focused.focus()
    }
    laid.forEach((one, place) => {
      const { item, paper, number, page, tools, box } = /** @type {NonNullable<ReturnType<typeof rows.get>>} */ (rows.get(one.n))
      const n = place + 1
      fill(number, h("span", { class: "sr" }, t("review.page"), " "), n)
      paper.dataset.turn = String(one.turn)
      drawSides(one, n)
      if (one.n === open()) {
        page.setAttribute("aria-current", "true")
        reveal(strip, item)
      } else page.removeAttribute("aria-current")
      for (const tool of tools) tool.setAttribute("aria-label", t(`arrange.tool.${tool.dataset.tool}`, { n }))
      tools[2].disabled = place === 0
      tools[3].disabled = n === laid.length
      item.classList.toggle("arrange__row--off", one.off)
      if (!box) return
      box.checked = one.off
      box.setAttribute("aria-label", t("arrange.pick_n", { n }))
    })
    const off = picked().length
    count.textContent = off ? t("arrange.picked", { count: off }) : t(isChanged() ? "arrange.unsaved" : "arrange.nothing")
    splitWords.textContent = off ? t("arrange.split_count", { count: off }) : t("arrange.split")
    save.disabled = busy || !isChanged()
    cut.disabled = busy || off === 0 || off === laid.length
    fromHere.disabled = busy || !canGo(open())
    fill(/** @type {HTMLElement} */ (drop.querySelector(".btn__label")), t(unsaved() ? "arrange.drop" : "arrange.end"))
    if (unsaved()) begun.set(current().id, { version, laid })
    else begun.delete(current().id)
    changed()
  }

  /** @param {number} n @param {number} by degrees clockwise */
  function turn(n, by) {
    const one = laid[at(n)]
    if (!one || busy) return
    one.turn = (one.turn + by) % 360
    show(n)
    announce(t(by === 90 ? "arrange.turned_right" : "arrange.turned_left", { n: at(n) + 1 }))
  }

  /** @param {number} n @param {Side} side @param {number} by degrees clockwise */
  function turnSide(n, side, by) {
    const one = laid[at(n)]
    if (!one || busy || !sheetOf(n)?.back) return
    one[side] = (one[side] + by) % 360
    show(n)
    const said = { n: at(n) + 1, side: t(`arrange.side.${side}`) }
    announce(by === 90 ? t("arrange.side_turned_right", said) : t("arrange.side_turned_left", said))
  }

  /** @param {number} n @param {number} by places */
  function move(n, by) {
    const from = at(n)
    const to = from + by
    if (busy || from < 0 || to < 0 || to >= laid.length || to === from) return
    laid.splice(to, 0, ...laid.splice(from, 1))
    show(n)
    announce(t("arrange.moved", { n: to + 1, of: laid.length }))
  }

  /** @param {number} n @param {boolean} off */
  function pick(n, off) {
    const one = laid[at(n)]
    if (!one || busy || !canGo(n)) return
    one.off = off
    draw()
    announce(t(off ? "arrange.is_picked" : "arrange.is_not_picked", { n: at(n) + 1 }))
  }

  function pickFromHere() {
    if (busy || !canGo(open())) return
    laid.forEach((one, place) => (one.off = place >= at(open()) && canGo(one.n)))
    draw()
    announce(t("arrange.picked", { count: picked().length }))
  }

  /** @param {(of: Submission) => Promise<Submission>} work @param {number[]} order @param {string} said @returns {Promise<boolean>} */
  async function send(work, order, said) {
    busy = true
    trouble.replaceChildren()
    draw()
    try {
      const now = await work(current())
      end()
      saved(now, order)
      announce(said)
      return true
    } catch (error) {
      trouble.replaceChildren(h("p", { class: "note note--danger" }, icon("warn"), h("span", null, sentence(error))))
      void refresh()
      return false
    } finally {
      busy = false
      if (unbind) draw()
    }
  }

  const said = (/** @type {Laid[]} */ some) => some.map(({ n, turn, front, back }) => ({ n, turn, ...(front && { front }), ...(back && { back }) }))

  async function store() {
    if (busy || !isChanged()) return
    const order = laid.map((one) => one.n)
    await send((of) => arrange(of.id, { based_on: version, sheets: said(laid) }), order, t("arrange.saved"))
  }

  function openSplit() {
    const of = current()
    const off = picked()
    if (busy || cut.disabled) return
    const chosen = h("select", { class: "field__input", id: "split-kind" }, office().kinds.filter((kind) => !kind.retired).map((kind) => h("option", { value: kind.id, selected: kind.id === of.kind || null }, inLanguage(kind.names))))
    const wrong = h("p", { role: "alert" })
    const done = async () => {
      const stay = laid.filter((one) => !one.off)
      const body = { based_on: version, kind: chosen.value, stay: said(stay), leave: said(off) }
      const went = await send((one) => split(one.id, id, body), stay.map((one) => one.n), t("arrange.is_split", { kind: kindName(chosen.value) }))
      if (!went) return fill(wrong, trouble.textContent)
      dialog.close()
      land()
    }
    const dialog = openDialog({
      title: t("arrange.split_title", { count: off.length }),
      body: [
        h("p", null, t("arrange.split_text", { when: moment(of.received_at) })),
        h("label", { class: "field" }, h("span", { class: "field__label" }, t("fact.kind")), chosen),
        wrong,
      ],
      foot: [h("button", { type: "button", class: "btn btn--primary", id: "split-do", onclick: () => void done() }, withKey(t("arrange.split_do"), "shift+enter"))],
      bindings: [{ keys: ["shift+enter"], words: "keys.send_split", run: () => void done(), always: true }],
    })
    chosen.focus()
  }

  function leaveFor() {
    if (!busy) ask(() => {})
  }

  /** End, after a question when something would be lost. @param {() => void} then */
  function ask(then) {
    const leave = () => {
      end()
      ended()
      then()
    }
    if (!unsaved()) return leave()
    const dialog = openDialog({
      title: t("arrange.ask_title"),
      body: h("p", null, t("arrange.ask")),
      foot: [
        h("button", { type: "button", class: "btn", id: "arrange-stay", onclick: () => dialog.close() }, t("arrange.stay")),
        h("button", { type: "button", class: "btn btn--primary", id: "arrange-drop-do", onclick: () => (dialog.close(), leave()) }, t("arrange.drop")),
      ],
    })
    document.getElementById("arrange-stay")?.focus()
  }

  pulling({ list, may: () => !busy, moved: (from, to) => move(laid[from].n, to - from) })
  const warn = (/** @type {Event} */ event) => unsaved() && event.preventDefault()

  /** @type {import("./keys.js").Binding[]} */
  const sideKeys = [
    { keys: ["f"], words: "keys.arrange_front_right", run: () => turnSide(open(), "front", 90) },
    { keys: ["shift+f"], words: "keys.arrange_front_left", run: () => turnSide(open(), "front", 270) },
    { keys: ["b"], words: "keys.arrange_back_right", run: () => turnSide(open(), "back", 90) },
    { keys: ["shift+b"], words: "keys.arrange_back_left", run: () => turnSide(open(), "back", 270) },
  ]

  function begin() {
    const of = current()
    if (unbind || !canArrange(of)) return
    version = of.version
    const kept = begun.get(of.id)
    laid = kept?.version === version ? kept.laid : of.sheets.map((sheet) => ({ n: sheet.n, turn: 0, front: 0, back: 0, off: false }))
    id = uuid7()
    rows.clear()
    for (const one of laid) rows.set(one.n, row(one.n))
    trouble.replaceChildren()
    unbind = bind([
      { keys: ["arrowdown"], steady: true, words: "keys.next_page", run: () => step(1) },
      { keys: ["arrowup"], steady: true, words: "keys.previous_page", run: () => step(-1) },
      { keys: ["t"], words: "keys.arrange_right", run: () => turn(open(), 90) },
      { keys: ["shift+t"], words: "keys.arrange_left", run: () => turn(open(), 270) },
      ...(of.sheets.some((sheet) => sheet.back) ? sideKeys : []),
      { keys: ["shift+arrowup"], steady: true, words: "keys.arrange_up", run: () => move(open(), -1) },
      { keys: ["shift+arrowdown"], steady: true, words: "keys.arrange_down", run: () => move(open(), 1) },
      { keys: ["x"], words: "keys.arrange_pick", run: () => pick(open(), !laid[at(open())]?.off) },
      { keys: ["shift+x"], words: "keys.arrange_from_here", run: pickFromHere },
      { keys: ["s"], words: "keys.arrange_split", run: openSplit },
      { keys: ["shift+enter"], words: "keys.arrange_save", run: () => void store() },
      { keys: ["escape"], words: "keys.arrange_end", run: leaveFor },
      ...keys,
    ])
    window.addEventListener("beforeunload", warn)
    draw()
    show(open())
  }

  function end() {
    if (!unbind) return
    unbind()
    unbind = null
    begun.delete(current().id)
    window.removeEventListener("beforeunload", warn)
  }

  /** @param {number} by */
  function step(by) {
    const to = laid[at(open()) + by]
    if (to) show(to.n)
  }

  return {
    root,
    begin,
    focus: () => rows.get(open())?.page.focus(),
    draw,
    unsaved,
    ask,
    is: () => unbind !== null,
    /** Whether something was begun here before the screen was made anew. @param {Submission} of */
    wasBegun: (of) => begun.get(of.id)?.version === of.version,
    /** The screen goes; what was begun is asked about before, or taken up again. */
    leave() {
      unbind?.()
      window.removeEventListener("beforeunload", warn)
    },
    /** Somebody else has arranged or decided meanwhile: what was begun here no longer fits. @param {Submission} of */
    overtaken(of) {
      if (!unbind || busy || (of.version === version && canArrange(of))) return false
      end()
      announce(t("error.arrangement_changed"))
      return true
    },
    /** How a sheet lies: its place, counted from 1, and what it and its sides are turned by. @param {number} n */
    lies: (n) => ({ ...(laid[at(n)] ?? { turn: 0, front: 0, back: 0 }), place: at(n) + 1 }),
  }
}
