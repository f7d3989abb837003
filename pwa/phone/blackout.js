/** What is nobody's business? Boxes over the photo, burned into its pixels before it can be sent. */

import { fill, h } from "../lib/dom.js"
import { icon } from "../lib/icons.js"
import { inLanguage, t } from "../lib/words.js"
import { kindOf } from "./faces.js"
import { announce, note, sheet, toast, tool, dangerButton, mainButton } from "./parts.js"
import { sentence } from "./files.js"

/** @typedef {import("../lib/image.js").Box} Box */

const LEAST = 0.008 // of the photo: a smaller stroke is a tap
const FRESH = /** @type {Box} */ ([0.3, 0.45, 0.4, 0.04]) // where a box begins that is set by a button
const STEP = 0.01 // of the photo, with an arrow key
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }
const ZOOMS = [1, 2, 3]
const ROOMY = 800 // px: a lower window shows the rule at a tap

/**
 * What may go and what must stay on papers of this kind, in words of the office.
 *
 * @param {import("./context.js").App} app
 * @param {string | null} kind
 * @returns {{may: string, must: string} | null}
 */
export function ruleOf(app, kind) {
  const rule = kindOf(kind, app.office)?.blackout
  return rule ? { may: inLanguage(rule.may), must: inLanguage(rule.must) } : null
}

/**
 * Say that parts of such papers may be blacked out, and note when it was said first: the office has to.
 *
 * @param {import("./context.js").App} app
 * @param {import("../lib/types.js").Submission} draft
 */
export function offer(app, draft) {
  const rule = ruleOf(app, draft.kind)
  if (!rule) return null
  if (!draft.blackout_offered_at) {
    void app.store.editDraft(draft.id, (open) => {
      open.blackout_offered_at ??= new Date().toISOString()
    }).catch(() => {})
  }
  return h("details", { class: "line-details card card--lines", id: "blackout-offer" },
    h("summary", { class: "line" }, h("span", { class: "line__icon tone-act" }, icon("blackout")), h("span", null, t("blackout.offer")), icon("plus")),
    h("div", { class: "note-box" }, ruleWords(rule)))
}

/**
 * @param {import("./context.js").App} app
 * @param {string} id of the draft
 * @param {string} pageId
 * @param {number} [number] of a page of a PDF
 */
export async function blackout(app, id, pageId, number) {
  const back = `#/d/${id}/pages`
  const draft = await app.store.submission(id)
  const page = draft && (await app.store.pagesOf(draft)).find((one) => one.id === pageId)
  const bytes = page && (await (number ? drawn() : app.store.bytes(pageId)).catch((error) => void toast(sentence(error, ""))))
  if (draft?.state !== "open" || page?.state !== "ready" || !bytes) return { redirect: back }
  const src = URL.createObjectURL(new Blob([bytes]))
  const image = h("img", { class: "blackout__image", src, alt: t("blackout.photo"), draggable: "false" })
  await image.decode().catch(() => {})
  if (!image.naturalWidth) return { redirect: back }
  const rule = ruleOf(app, draft.kind)

  /** @type {Box[]} */
  let boxes = []
  /** @type {Box[][]} */
  const past = []
  let chosen = -1
  let zoom = 0
  let moving = false
  let burning = false

  const layer = h("div", { class: "blackout__layer" })
  const board = h("div", { class: "blackout__board", id: "blackout-board" }, image, layer)
  board.style.setProperty("--shape", String(image.naturalWidth / image.naturalHeight))
  const view = h("main", { class: "blackout", id: "main" }, board)
  const hint = h("p", { class: "hint blackout__hint" }, t("blackout.draw"))
  const undoTool = tool("blackout-undo", t("app.undo"), "undo", undo)
  const dropTool = tool("blackout-drop", t("blackout.drop"), "trash", drop)
  const hand = tool("blackout-move", t("blackout.move"), "hand", () => setMoving(!moving))
  const button = h("button", { class: "kern-btn kern-btn--block corners__keep", id: "blackout-burn", type: "button", onclick: burn }, icon("tick"), h("span", { class: "kern-label" }))
  const trouble = h("div", { role: "alert" })

  /** @param {Box[]} fresh */
  function change(fresh) {
    past.push(boxes)
    boxes = fresh
    draw()
  }

  function undo() {
    boxes = past.pop() ?? boxes
    chosen = Math.min(chosen, boxes.length - 1)
    draw()
    announce(t("blackout.count", { count: boxes.length }))
  }

  function drop() {
    const gone = chosen
    chosen = Math.min(chosen, boxes.length - 2)
    change(boxes.filter((_, i) => i !== gone))
    announce(t("blackout.count", { count: boxes.length }))
    bars()[chosen]?.focus()
  }

  const bars = () => /** @type {HTMLElement[]} */ ([...layer.querySelectorAll(".black")])

  /** Elements stay as long as their box does: one of them may be under a finger. */
  function draw() {
    while (layer.children.length > boxes.length) layer.lastChild.remove()
    while (layer.children.length < boxes.length) layer.append(bar(layer.children.length))
    bars().forEach((element, i) => {
      const [left, top, width, height] = boxes[i].map((part) => `${100 * part}%`)
      Object.assign(element.style, { left, top, width, height })
      element.setAttribute("aria-pressed", String(i === chosen))
    })
    hint.hidden = boxes.length > 0
    undoTool.disabled = !past.length
    dropTool.disabled = chosen < 0
    button.disabled = !boxes.length || burning
    fill(/** @type {Element} */ (button.querySelector(".kern-label")), burning ? t("app.moment") : boxes.length ? t("blackout.burn", { count: boxes.length }) : t("blackout.none"))
  }

  /** @param {number} i */
  const bar = (i) => h("button", { class: "black", type: "button", "aria-label": t("blackout.bar", { number: i + 1 }), onkeydown: (/** @type {KeyboardEvent} */ event) => byKey(event, i), onfocus: () => choose(i) },
    h("span", { class: "black__grip black__grip--start" }), h("span", { class: "black__grip black__grip--end" }))

  /** @param {number} i */
  function choose(i) {
    if (chosen === i) return
    chosen = i
    draw()
  }

  /** Arrows move a box, with shift its end; delete takes it away. @param {KeyboardEvent} event @param {number} i */
  function byKey(event, i) {
    if (event.key === "Delete" || event.key === "Backspace") return drop()
    const way = KEYS[/** @type {keyof typeof KEYS} */ (event.key)]
    if (!way) return
    event.preventDefault()
    const [left, top, width, height] = boxes[i]
    const [dx, dy] = way.map((one) => one * STEP)
    change(put(boxes, i, event.shiftKey ? within([left, top, Math.max(STEP, width + dx), Math.max(STEP, height + dy)]) : within([left + dx, top + dy, width, height])))
  }

  function add() {
    chosen = boxes.length
    change([...boxes, FRESH])
    bars()[chosen].focus()
  }

  /** @param {PointerEvent} event @returns {[number, number]} parts of the photo */
  function place(event) {
    const box = image.getBoundingClientRect()
    return [clamp((event.clientX - box.left) / box.width), clamp((event.clientY - box.top) / box.height)]
  }

  /** A stroke over the photo is a new box; one that begins on a box moves it, on a grip of it its end. */
  board.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
    if (event.button || moving || burning || !event.isPrimary) return
    event.preventDefault()
    const target = /** @type {Element} */ (event.target)
    const on = bars().findIndex((element) => element.contains(target))
    const [x, y] = place(event)
    const before = boxes
    const [left, top, width, height] = on >= 0 ? boxes[on] : [x, y, 0, 0]
    const start = target.classList.contains("black__grip--start")
    const grip = start || target.classList.contains("black__grip--end")
    /** @param {PointerEvent} now @returns {Box} */
    const stretched = (now) => {
      const [nx, ny] = place(now)
      if (on >= 0 && !grip) return within([left + nx - x, top + ny - y, width, height])
      return span(start ? [left + width, top + height] : [left, top], [nx, ny])
    }
    board.setPointerCapture(event.pointerId)
    if (on >= 0) {
      bars()[on].focus()
      choose(on)
    }
    const onmove = (/** @type {PointerEvent} */ now) => {
      boxes = on >= 0 ? put(before, on, stretched(now)) : [...before, stretched(now)]
      if (on < 0) chosen = before.length
      draw()
    }
    const onend = (/** @type {PointerEvent} */ now) => {
      board.removeEventListener("pointermove", onmove)
      for (const end of ["pointerup", "pointercancel"]) board.removeEventListener(end, onend)
      const made = boxes
      boxes = before
      const tiny = on < 0 && (made === before || Math.max(made[before.length][2], made[before.length][3]) < LEAST)
      if (now.type === "pointercancel" || made === before || tiny) {
        if (on < 0) chosen = -1
        return draw()
      }
      change(made)
      bars()[chosen]?.focus()
    }
    board.addEventListener("pointermove", onmove)
    for (const end of ["pointerup", "pointercancel"]) board.addEventListener(end, onend)
  })

  /** @param {boolean} on the finger moves the picture instead of drawing */
  function setMoving(on) {
    moving = on
    hand.setAttribute("aria-pressed", String(on))
    board.classList.toggle("blackout__board--moving", on)
  }

  function enlarge() {
    zoom = (zoom + 1) % ZOOMS.length
    board.style.setProperty("--zoom", String(ZOOMS[zoom]))
    hand.hidden = zoom === 0
    if (zoom === 0) setMoving(false)
    announce(t("blackout.zoomed", { times: ZOOMS[zoom] }))
  }

  /** A page of a PDF as a picture. @returns {Promise<ArrayBuffer>} */
  async function drawn() {
    return (await import("../lib/pdf.js")).sheet(app.store, pageId, /** @type {number} */ (number))
  }

  async function burn() {
    if (burning || !boxes.length) return
    burning = true
    draw()
    announce(t("app.moment"))
    try {
      const whole = /** @type {import("../lib/types.js").Page} */ (page)
      const drawn = await (number ? (await import("../lib/pdf.js")).blacken(app.store, whole, number, boxes) : app.capture.blacken(whole, boxes))
      announce(t("blackout.done", { count: boxes.length }))
      boxes = []
      location.hash = back
      if (drawn) toast(t("sheets.drawn"))
    } catch (error) {
      fill(trouble, note("loss", "triangle", sentence(error, "")))
    } finally {
      burning = false
      draw()
    }
  }

  /** Boxes that are not burned in are lost: asked first. @param {Event} event */
  async function close(event) {
    if (!boxes.length) return
    event.preventDefault()
    const answer = await sheet("blackout-leave", t("blackout.leave"), (end) => [
      h("p", null, t("blackout.leave_text")),
      mainButton("blackout-stay", t("blackout.stay"), { onclick: () => end() }),
      dangerButton("blackout-discard", t("blackout.discard"), { onclick: () => end("discard") }),
    ])
    if (answer) location.hash = back
  }

  hand.hidden = true
  draw()
  return {
    title: t("blackout.title"),
    leave: () => URL.revokeObjectURL(src),
    element: h("div", { class: "screen screen--corners screen--blackout" }, h("div", { class: "stage" },
      h("header", { class: "stage__head" },
        h("div", { class: "stage__top" },
          h("a", { class: "tool-button", id: "back", href: back, "aria-label": t("app.close"), onclick: close }, icon("close")),
          h("h1", { class: "stage__title", tabindex: -1 }, t("blackout.title"))),
        h("details", { class: "blackout__rule", id: "blackout-rule", open: innerHeight >= ROOMY },
          h("summary", null, t("blackout.rule")),
          rule
            ? ruleWords(rule)
            : h("p", { class: "rule" }, icon("blackout"), h("span", null, t("blackout.any"))))),
      h("div", { class: "blackout__middle" }, view, hint, hand, trouble),
      h("footer", { class: "stage__dock" },
        h("div", { class: "tools__row" }, undoTool, dropTool, tool("blackout-add", t("blackout.add"), "plus", add), tool("blackout-zoom", t("blackout.zoom"), "zoom", enlarge)),
        button,
        h("p", { class: "second" }, t("blackout.final"))))),
  }
}

/** @param {{may: string, must: string}} rule */
const ruleWords = ({ may, must }) => [["blackout", t("blackout.may"), may], ["eye", t("blackout.must"), must]].map(([sign, which, what]) =>
  h("p", { class: "rule" }, icon(sign), h("span", null, h("strong", null, which), " ", what)))

/** @param {Box[]} boxes @param {number} at @param {Box} box */
const put = (boxes, at, box) => boxes.map((old, i) => (i === at ? box : old))

/** @param {number} v */
const clamp = (v) => Math.min(Math.max(v, 0), 1)

/** The box with these two corners. @param {number[]} one @param {number[]} two @returns {Box} */
const span = ([x, y], [x2, y2]) => [Math.min(x, x2), Math.min(y, y2), Math.abs(x - x2), Math.abs(y - y2)]

/** The same box, not beyond the photo. @param {Box} box @returns {Box} */
function within([left, top, width, height]) {
  const [wide, high] = [Math.min(width, 1), Math.min(height, 1)]
  return [Math.min(clamp(left), 1 - wide), Math.min(clamp(top), 1 - high), wide, high]
}
