/** Are these the corners? Four of them to drag or to move with the arrow keys; the whole picture rescues. */

import { fill, h } from "../lib/dom.js"
import { drawing, icon } from "../lib/icons.js"
import { t } from "../lib/words.js"
import { SIDE, findPage } from "../live/find.js"
import { turn } from "../live/quad.js"
import { announce, note, tool } from "./parts.js"

/** @typedef {import("../live/quad.js").Quad} Quad */
/** @typedef {import("../live/quad.js").Point} Point */

// words: corners.top_left corners.top_right corners.bottom_right corners.bottom_left

const NAMES = ["top_left", "top_right", "bottom_right", "bottom_left"]
const INSET = 0.08 // of the picture: where the corners begin when no page is found
const LARGER = 3 // times, under the lens
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }
const STEP = 0.01 // of the picture's longer side, with an arrow key; a fifth of it with shift

/**
 * @param {import("./context.js").App} app
 * @param {string} id of the draft
 * @param {string} pageId
 */
export async function corners(app, id, pageId) {
  const back = `#/d/${id}/pages`
  const draft = await app.store.submission(id)
  const page = draft && (await app.store.pagesOf(draft)).find((one) => one.id === pageId)
  const bytes = page && (await app.store.bytes(pageId).catch(() => null))
  if (draft?.state !== "open" || page?.state !== "ready" || !bytes) return { redirect: back }
  const src = URL.createObjectURL(new Blob([bytes], { type: page.type }))
  const image = h("img", { class: "corners__image", src, alt: t("corners.photo") })
  await image.decode().catch(() => {})
  const [width, height] = [image.naturalWidth, image.naturalHeight]
  if (!width) return { redirect: back }

  /** @type {Quad} */
  let quad = page.corners ?? found(image) ?? inset(width, height)
  let held = -1
  const lines = drawing(`0 0 ${width} ${height}`, "corners__lines", ["", ""])
  const handles = NAMES.map((name, i) => h("button", { class: "corner", id: `corner-${i + 1}`, type: "button", "aria-label": t(`corners.${name}`), onkeydown: (/** @type {KeyboardEvent} */ event) => byKey(event, i) }))
  const lens = h("canvas", { class: "lens", width: 160, height: 160, hidden: true, "aria-hidden": "true" })
  const board = h("div", { class: "corners__board", id: "corners-board" }, image, lines, handles, lens)
  board.style.setProperty("--shape", String(width / height))

  function draw() {
    const path = `M${quad.map(([x, y]) => x + " " + y).join("L")}Z`
    lines.children[0].setAttribute("d", `M0 0H${width}V${height}H0Z${path}`)
    lines.children[1].setAttribute("d", path)
    handles.forEach((handle, i) => {
      handle.style.left = `${(100 * quad[i][0]) / width}%`
      handle.style.top = `${(100 * quad[i][1]) / height}%`
    })
    magnify()
  }

  /** What is under the finger, on the other side of the picture. */
  function magnify() {
    lens.hidden = held < 0
    const paper = lens.getContext("2d")
    if (held < 0 || !paper) return
    const [x, y] = quad[held]
    const scale = (LARGER * board.clientWidth) / width
    const half = lens.width / 2
    lens.classList.toggle("lens--end", x < width / 2)
    paper.fillStyle = "#131525"
    paper.fillRect(0, 0, lens.width, lens.height)
    paper.setTransform(scale, 0, 0, scale, half - x * scale, half - y * scale)
    paper.drawImage(image, 0, 0)
    paper.lineWidth = 2 / scale
    paper.strokeStyle = "#2044aa"
    paper.stroke(new Path2D(lines.children[1].getAttribute("d") ?? ""))
    paper.setTransform(1, 0, 0, 1, 0, 0)
    paper.lineWidth = 3
    paper.stroke(new Path2D(`M${half - 12} ${half}h24M${half} ${half - 12}v24`))
  }

  /** @param {Quad} fresh taken only when it is a page */
  function set(fresh) {
    if (!isPage(fresh, width, height)) return
    quad = fresh
    draw()
  }

  /** @param {number} i @param {Point} to px of the picture */
  const move = (i, [x, y]) => set(/** @type {Quad} */ (quad.map((old, k) => (k === i ? [within(x, width), within(y, height)] : old))))

  /** @param {KeyboardEvent} event @param {number} i */
  function byKey(event, i) {
    const way = KEYS[/** @type {keyof typeof KEYS} */ (event.key)]
    if (!way) return
    event.preventDefault()
    const step = STEP * Math.max(width, height) * (event.shiftKey ? 0.2 : 1)
    move(i, [quad[i][0] + step * way[0], quad[i][1] + step * way[1]])
  }

  /** @param {PointerEvent} event @returns {Point} px of the picture */
  function place(event) {
    const box = image.getBoundingClientRect()
    return [((event.clientX - box.left) * width) / box.width, ((event.clientY - box.top) * height) / box.height]
  }

  /** The nearest corner follows, from where it is: a finger hides what it lies on. */
  board.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
    if (event.button || held >= 0) return // one finger at a time
    event.preventDefault()
    const [x, y] = place(event)
    const away = quad.map(([qx, qy]) => Math.hypot(qx - x, qy - y))
    held = away.indexOf(Math.min(...away))
    const [dx, dy] = [quad[held][0] - x, quad[held][1] - y]
    handles[held].focus()
    board.setPointerCapture(event.pointerId)
    draw()
    const onmove = (/** @type {PointerEvent} */ now) => {
      const [nx, ny] = place(now)
      move(held, [nx + dx, ny + dy])
    }
    const onend = () => {
      held = -1
      board.removeEventListener("pointermove", onmove)
      for (const end of ["pointerup", "pointercancel"]) board.removeEventListener(end, onend)
      draw()
    }
    board.addEventListener("pointermove", onmove)
    for (const end of ["pointerup", "pointercancel"]) board.addEventListener(end, onend)
  })

  const trouble = h("div", { role: "alert" })

  function searchAgain() {
    const page = found(image)
    fill(trouble, page ? null : note("needs", "info", t("corners.not_found")))
    if (page) set(page)
  }

  async function keep() {
    await app.store.editPage(pageId, (meta) => {
      meta.corners = quad.map(([x, y]) => [Math.round(x), Math.round(y)])
    })
    announce(t("corners.kept"))
    location.hash = back
  }

  draw()
  return {
    title: t("corners.title"),
    leave: () => URL.revokeObjectURL(src),
    element: h("div", { class: "screen screen--corners" }, h("div", { class: "stage" },
      h("header", { class: "stage__top" },
        h("a", { class: "tool-button", id: "back", href: back, "aria-label": t("app.close") }, icon("close")),
        h("h1", { class: "stage__title", tabindex: -1 }, t("corners.title"))),
      h("main", { class: "corners", id: "main" }, board, trouble),
      h("footer", { class: "stage__dock" },
        h("p", { class: "second" }, t("corners.how")),
        h("div", { class: "tools__row" },
          tool("corners-whole", t("corners.whole"), "plus", () => set([[0, 0], [width, 0], [width, height], [0, height]])),
          tool("corners-find", t("corners.find"), "search", searchAgain)),
        h("button", { class: "kern-btn kern-btn--block corners__keep", id: "corners-keep", type: "button", onclick: keep }, icon("tick"), h("span", { class: "kern-label" }, t("corners.keep")))))),
  }
}

/** @param {number} v @param {number} most */
const within = (v, most) => Math.min(Math.max(v, 0), most)

/** @param {number} width @param {number} height @returns {Quad} */
function inset(width, height) {
  const [x, y] = [INSET * width, INSET * height]
  return [[x, y], [width - x, y], [width - x, height - y], [x, height - y]]
}

/** The four turn the same way round, and are not all but one point. @param {Quad} quad @param {number} width @param {number} height */
const isPage = (quad, width, height) => quad.every((corner, i) => turn(corner, quad[(i + 1) & 3], quad[(i + 2) & 3]) > 0.004 * width * height)

/** @param {HTMLImageElement} image @returns {Quad | null} px of the picture */
function found(image) {
  const scale = SIDE / Math.max(image.naturalWidth, image.naturalHeight)
  const canvas = document.createElement("canvas")
  const [width, height] = [Math.round(image.naturalWidth * scale), Math.round(image.naturalHeight * scale)]
  Object.assign(canvas, { width, height })
  const paper = canvas.getContext("2d", { willReadFrequently: true })
  if (!paper) return null
  paper.drawImage(image, 0, 0, width, height)
  const page = findPage(paper.getImageData(0, 0, width, height).data, width, height)
  canvas.width = canvas.height = 0
  const quad = page && /** @type {Quad} */ (page.corners.map(([x, y]) => [within(x / scale, image.naturalWidth), within(y / scale, image.naturalHeight)]))
  return quad && isPage(quad, image.naturalWidth, image.naturalHeight) ? quad : null
}
