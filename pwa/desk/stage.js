/**
 * The stage: a straightened page and the photo it was made from, side by side. Zoom and place are one for both, so
 * that a doubtful word on the page is at once under the eye on the photo.
 *
 * @typedef {{url: string, alt: string, turned: number, make?: () => Promise<string>}} Picture  turned: degrees clockwise to
 *   stand upright; make: as in `picture`
 * @typedef {"page" | "both" | "photo"} View
 */

import { fill, h } from "../lib/dom.js"
import { t } from "../lib/words.js"
import { picture } from "./pictures.js"

const MOST = 8 // times the fitted size
const STEP = 1.25

/** @param {number} value @param {number} low @param {number} high */
const between = (value, low, high) => Math.min(high, Math.max(low, value))

/**
 * @param {object} options
 * @param {() => void} options.shown a picture is to be seen
 * @param {() => void} options.settled a picture is to be seen, or it is known that there is none
 * @param {(percent: number) => void} options.zoomed
 * @param {() => boolean} options.wheels whether the wheel zooms; where the page itself scrolls, it does not
 */
export function stage({ shown, settled, zoomed, wheels }) {
  // One place for both panes: zoom as times the fitted size, the shift as parts of the picture's own width and height.
  let zoom = 1
  let x = 0
  let y = 0
  let turn = 0
  /** @type {View} */
  let view = "both"
  const panes = [pane("page"), pane("photo")]
  const root = h("div", { class: "stage" }, panes.map((each) => each.root))

  /** @param {"page" | "photo"} name */
  function pane(name) {
    const caption = h("figcaption", { class: "pane__caption" })
    const port = h("div", { class: "pane__port" })
    const figure = h("figure", { class: `pane pane--${name}` }, caption, port)
    const self = {
      name,
      root: figure,
      caption,
      port,
      image: /** @type {HTMLImageElement | null} */ (null),
      turned: 0,
      asked: 0,
      done: false,
    }
    watch(self)
    new ResizeObserver(place).observe(port)
    return self
  }

  /** @param {ReturnType<typeof pane>} self */
  function measure(self) {
    const image = self.image
    if (!image || !image.naturalWidth || !self.port.clientWidth) return null
    const angle = (self.turned + turn) % 360
    const lying = angle % 180 !== 0
    const width = lying ? image.naturalHeight : image.naturalWidth
    const height = lying ? image.naturalWidth : image.naturalHeight
    const fit = Math.min(self.port.clientWidth / width, self.port.clientHeight / height)
    const scale = fit * zoom
    return { angle, scale, width: width * scale, height: height * scale, wide: self.port.clientWidth, high: self.port.clientHeight }
  }

  /** @param {{height: number, wide: number, high: number}} at where a picture's middle rests when it is not shifted */
  const rest = (at) => ({ x: at.wide / 2, y: Math.min(at.height, at.high) / 2 })

  /** Keep paper under the glass: no pane may be shifted further than its picture reaches. */
  function clamp() {
    const sizes = panes.map((each) => (each.root.hidden ? null : measure(each))).filter((each) => each !== null)
    const reach = (/** @type {number} */ size, /** @type {number} */ room) => Math.max(0, (size - room) / 2 / size)
    const farX = Math.max(0, ...sizes.map((at) => reach(at.width, at.wide)))
    const farY = Math.max(0, ...sizes.map((at) => reach(at.height, at.high)))
    x = between(x, -farX, farX)
    y = between(y, -farY, farY)
  }

  function place() {
    clamp()
    for (const self of panes) {
      const at = measure(self)
      if (!at || !self.image) continue
      const middle = rest(at)
      const left = middle.x + x * at.width
      const top = middle.y + y * at.height
      self.image.style.transform =
        `translate(${left}px, ${top}px) rotate(${at.angle}deg) scale(${at.scale}) translate(-50%, -50%)`
    }
    root.classList.toggle("stage--zoomed", zoom > 1)
    const main = measure(view === "photo" ? panes[1] : panes[0]) ?? measure(panes[1])
    if (main) zoomed(Math.round(main.scale * 100))
  }

  /**
   * @param {number} to times the fitted size
   * @param {{self: ReturnType<typeof pane>, x: number, y: number}} [around] stays where it is; else the middle does
   */
  function zoomTo(to, around) {
    const next = between(to, 1, MOST)
    const before = around && measure(around.self)
    if (around && before) {
      const from = rest(before)
      const partX = (around.x - from.x) / before.width - x
      const partY = (around.y - from.y) / before.height - y
      zoom = next
      const after = measure(around.self)
      if (after) {
        const middle = rest(after)
        x = (around.x - middle.x) / after.width - partX
        y = (around.y - middle.y) / after.height - partY
      }
    } else zoom = next
    if (zoom === 1) x = y = 0
    place()
  }

  /** @param {number} dx px @param {number} dy px @param {ReturnType<typeof pane>} [self] the pane under the hand */
  function pan(dx, dy, self = panes.find((each) => !each.root.hidden)) {
    const at = self && measure(self)
    if (!at) return
    x += dx / at.width
    y += dy / at.height
    place()
  }

  /** Mouse, finger and wheel. @param {ReturnType<typeof pane>} self */
  function watch(self) {
    /** @type {Map<number, {x: number, y: number}>} */
    const down = new Map()
    const port = /** @type {HTMLElement} */ (self.port)
    const inside = (/** @type {{clientX: number, clientY: number}} */ event) => {
      const box = port.getBoundingClientRect()
      return { x: event.clientX - box.left, y: event.clientY - box.top }
    }
    const span = () => {
      const [a, b] = [...down.values()]
      return { gap: Math.hypot(a.x - b.x, a.y - b.y) || 1, x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }
    }
    port.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return
      down.set(event.pointerId, inside(event))
      if (zoom > 1 || down.size > 1) port.setPointerCapture(event.pointerId)
    })
    port.addEventListener("pointermove", (event) => {
      const was = down.get(event.pointerId)
      if (!was) return
      const now = inside(event)
      if (down.size === 1) {
        down.set(event.pointerId, now)
        if (zoom > 1) pan(now.x - was.x, now.y - was.y, self)
      } else if (down.size === 2) {
        const before = span()
        down.set(event.pointerId, now)
        const after = span()
        zoomTo((zoom * after.gap) / before.gap, { self, x: after.x, y: after.y })
        pan(after.x - before.x, after.y - before.y, self)
      }
    })
    for (const over of ["pointerup", "pointercancel", "lostpointercapture"]) {
      port.addEventListener(over, (event) => down.delete(/** @type {PointerEvent} */ (event).pointerId))
    }
    port.addEventListener(
      "wheel",
      (event) => {
        if (!wheels() && !event.ctrlKey) return
        event.preventDefault()
        const soft = event.deltaMode === 0 ? 500 : 10 // a mouse's notch is some 100 px, or 3 lines
        zoomTo(zoom * Math.exp(-event.deltaY / soft), { self, ...inside(event) })
      },
      { passive: false },
    )
    port.addEventListener("dblclick", (event) => zoomTo(zoom > 1 ? 1 : 2.5, { self, ...inside(event) }))
  }

  /**
   * @param {ReturnType<typeof pane>} self
   * @param {Picture | null} what
   * @param {any} instead what to show when there is no picture to be had
   * @param {Promise<void> | null} [first] what is drawn before it; to fetch it waits for nothing
   */
  async function load(self, what, instead, first) {
    const mine = ++self.asked
    self.image = null
    self.done = !what
    if (!what) {
      fill(self.port, h("div", { class: "pane__instead" }, instead))
      return tell()
    }
    fill(self.port, h("div", { class: "skeleton skeleton--page", "aria-hidden": "true" }))
    try {
      const image = h("img", { class: "pane__image", alt: what.alt, draggable: "false" })
      const url = await picture(what.url, what.make)
      await first
      image.src = url
      await image.decode()
      if (mine !== self.asked) return
      self.image = image
      self.turned = what.turned
      fill(self.port, image)
      place()
    } catch {
      if (mine !== self.asked) return
      const again = h("button", { type: "button", class: "btn", onclick: () => load(self, what, instead) }, t("stage.again"))
      fill(self.port, h("div", { class: "pane__instead" }, h("p", null, t("stage.failed")), again))
    }
    self.done = true
    tell()
  }

  /** Only what is not hidden counts. */
  function tell() {
    const open = panes.filter((each) => !each.root.hidden)
    if (open.some((each) => each.image)) shown()
    if (open.some((each) => each.done)) settled()
  }

  return {
    root,
    /**
     * @param {object} page
     * @param {Picture | null} page.sheet
     * @param {Picture | null} page.photo
     * @param {any[]} page.captions of the two panes
     * @param {any[]} page.instead of the two pictures, where there is none
     */
    show({ sheet, photo, captions, instead }) {
      zoom = 1
      x = y = turn = 0
      for (const each of panes) Object.assign(each, { image: null, done: false }) // nothing of the last page may count as seen
      fill(panes[0].caption, captions[0])
      fill(panes[1].caption, captions[1])
      const first = load(panes[0], sheet, instead[0])
      load(panes[1], photo, instead[1], panes[0].root.hidden ? null : first)
    },
    /** @param {View} wanted */
    look(wanted) {
      view = wanted
      panes[0].root.hidden = view === "photo"
      panes[1].root.hidden = view === "page"
      root.dataset.view = view
      place()
      tell()
    },
    bigger: () => zoomTo(zoom * STEP),
    smaller: () => zoomTo(zoom / STEP),
    fit: () => zoomTo(1),
    /** Turns the view only; the page and the document stay as they are. */
    turn() {
      turn = (turn + 90) % 360
      zoom = 1
      x = y = 0
      place()
    },
    pan,
  }
}
