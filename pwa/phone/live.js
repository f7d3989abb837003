/** The outline over the camera's picture, short hints, and a shutter by itself. Without a worker nothing of it is there. */

import { fill, h } from "../lib/dom.js"
import { drawing } from "../lib/icons.js"
import { ownWorker } from "../lib/shell.js"
import { t } from "../lib/words.js"
import { makeAim } from "../live/aim.js"
import { SIDE } from "../live/find.js"

// words: hint.*

/** @typedef {import("../live/aim.js").Aim} Aim */
/** @typedef {import("../live/measure.js").Measures & {found: import("../live/find.js").Found | null, width: number, height: number}} Answer */

const PAUSE = 66 // ms between frames at least: fifteen a second look fluent
const AUTO = "auto"
const SIGNS = { search: "search", closer: "closer", hold: "hold", dark: "bulb", glare: "sun", corner: "corner", next: "document" }

/**
 * @param {HTMLVideoElement} video
 * @param {{shoot: () => void, say: (sign: string, text: string) => void, ring: HTMLElement, enough?: number, next: () => string}} act say: "" takes the hint away; ring: the shutter; enough: px along the page; next: what to show when one is taken
 */
export function makeLive(video, { shoot, say, ring, enough, next }) {
  const outline = drawing("0 0 1 1", "outline", ["", "", ""])
  const label = h("span")
  const toggle = h("button", { class: "tool", id: "auto", type: "button", hidden: true, onclick: () => setAuto(!auto) },
    h("span", { class: "switch", "aria-hidden": "true" }), label)
  const canvas = document.createElement("canvas")
  const paper = canvas.getContext("2d", { willReadFrequently: true })
  /** @type {Worker | null} */
  let worker = null
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer
  let aim = makeAim(enough)
  let asked = 0
  let auto = localStorage.getItem(AUTO) !== "off"
  setAuto(auto)

  /** @param {boolean} on */
  function setAuto(on) {
    auto = on
    localStorage.setItem(AUTO, on ? "on" : "off")
    toggle.setAttribute("aria-pressed", String(on))
    fill(label, t(on ? "scan.auto_on" : "scan.auto_off"))
  }

  function ask() {
    const { videoWidth, videoHeight } = video
    if (!worker || !paper || !videoWidth) return void (timer = setTimeout(ask, PAUSE))
    const scale = SIDE / Math.max(videoWidth, videoHeight)
    const [width, height] = [Math.round(videoWidth * scale), Math.round(videoHeight * scale)]
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })
    paper.drawImage(video, 0, 0, width, height)
    const rgba = paper.getImageData(0, 0, width, height).data
    asked = performance.now()
    worker.postMessage({ rgba, width, height }, [rgba.buffer])
  }

  /** @param {MessageEvent<Answer>} event */
  function answered({ data }) {
    const now = performance.now()
    timer = setTimeout(ask, Math.max(0, PAUSE - now + asked, (now - asked) / 2)) // a slow phone keeps a third of its time
    const seen = aim.see({ ...data, full: Math.max(video.videoWidth, video.videoHeight), at: asked })
    draw(seen, data)
    const hint = seen.hint === "hold" && seen.state === "steady" && !auto ? null : seen.hint
    say(hint ? SIGNS[hint] : "", hint === "next" ? next() : hint ? t(`hint.${hint}`) : "")
    if (seen.shoot && auto) shoot()
  }

  /** @param {Aim} seen @param {Answer} frame */
  function draw({ state, corners, held }, { width, height }) {
    outline.setAttribute("viewBox", `0 0 ${width} ${height}`)
    outline.dataset.state = state
    const whole = corners ? `M${corners.map(point).join("L")}Z` : ""
    const [halo, line, angles] = outline.children
    halo.setAttribute("d", whole)
    line.setAttribute("d", whole)
    angles.setAttribute("d", corners && state === "steady" ? corners.map((_, i) => angle(corners, i)).join("") : "")
    ring.style.setProperty("--held", auto ? held.toFixed(2) : "0")
  }

  return {
    outline,
    toggle,

    /** The camera is open. */
    start() {
      worker ??= ownWorker("/live/worker.js")
      if (!worker) return
      worker.onmessage = answered
      worker.onerror = () => this.stop()
      toggle.hidden = false
      clearTimeout(timer)
      ask()
    },

    /** The camera is closed, or the screen is left. */
    stop() {
      clearTimeout(timer)
      worker?.terminate()
      worker = null
      toggle.hidden = true
      outline.dataset.state = "off"
      ring.style.setProperty("--held", "0")
      say("", "")
      aim = makeAim(enough)
    },

    /** A photo was made: the same page is not taken by itself again. */
    taken: () => aim.taken(),
  }
}

/** @param {import("../live/quad.js").Point} at */
const point = ([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`

/** A corner and a bit of both its sides. @param {import("../live/quad.js").Quad} corners @param {number} i */
function angle(corners, i) {
  const [x, y] = corners[i]
  const [one, two] = [corners[(i + 3) & 3], corners[(i + 1) & 3]].map(([ox, oy]) => point([x + 0.12 * (ox - x), y + 0.12 * (oy - y)]))
  return `M${one}L${point([x, y])}L${two}`
}
