/** What to say to who holds the camera, and when to shoot: a page that is whole, lit, near enough and still for a while. */

import { unlike } from "./measure.js"
import { area } from "./quad.js"

/** @typedef {import("./quad.js").Quad} Quad */
/** @typedef {import("./find.js").Found} Found */
/** @typedef {import("./measure.js").Measures} Measures */
/** @typedef {Measures & {found: Found | null, width: number, height: number, full: number, at: number}} Seen full: long side of the video, px; at: ms */
/** @typedef {"search" | "closer" | "hold" | "dark" | "glare" | "corner" | "next"} Hint */
/** @typedef {{state: "searching" | "found" | "steady", corners: Quad | null, hint: Hint | null, held: number, shoot: boolean}} Aim held: 0..1 of the time that it must be still */

export const HOLD = 800 // ms that everything is well before it shoots
const PATIENCE = 1_500 // ms without a page before anything is said
const CHANGE = 800 // ms that a hint stays
const STILL = 0.012 // of the diagonal: how far a corner may move
const WINDOW = 400 // ms in which it must not have moved
const MEMORY = 3_000 // ms by whose sharpest frame the others are measured
const SHARP = 0.7 // of that
const TRUSTED = 0.75 // confidence
const DARK = 50 // level of the paper
const GLARE = 0.04 // of the page
const RIM = 0.008 // of the diagonal: a corner nearer to the frame may lie behind it
const GONE = 300 // ms without the page that was taken
const MOVED = 0.08 // of the diagonal
const OTHER = 0.06 // how unlike the page that was taken another one looks

/**
 * @param {number} [enough] px along the page with which its small print can be read
 * @returns {{see: (seen: Seen) => Aim, taken: () => void}} taken: a photo was made, also by hand; the same page is not taken again
 */
export function makeAim(enough = 1_100) {
  /** @type {{at: number, corners: Quad, detail: number}[]} */
  let past = []
  /** @type {Seen | null} */
  let last = null
  /** @type {Seen | null} the photo whose page still lies there */
  let done = null
  /** @type {{hint: Hint | null, at: number}} */
  let said = { hint: null, at: -Infinity }
  let [searching, steady, absent] = [Infinity, Infinity, Infinity] // ms since when

  /** @param {Seen} seen @returns {Aim} */
  function see(seen) {
    const { found, at } = seen
    last = seen
    if (!found) return lost(seen)
    past = [...past.filter((one) => at - one.at < MEMORY), { at, corners: found.corners, detail: seen.detail }]
    searching = Infinity
    absent = Infinity
    if (done && isOther(seen, done)) done = null
    const fault = faultOf(seen, enough)
    const still = !fault && found.confidence >= TRUSTED && isStill(past, at, diagonal(seen)) && seen.detail >= SHARP * Math.max(...past.map((one) => one.detail))
    steady = still && !done ? Math.min(steady, at) : Infinity
    const held = Math.min(1, Math.max(0, (at - steady) / HOLD))
    return { state: still ? "steady" : "found", corners: found.corners, hint: say(fault ?? (done ? "next" : "hold"), at), held, shoot: held === 1 }
  }

  /** @param {Seen} seen @returns {Aim} */
  function lost({ light, at }) {
    past = []
    steady = Infinity
    searching = Math.min(searching, at)
    absent = Math.min(absent, at)
    if (at - absent >= GONE) done = null
    return { state: "searching", corners: null, hint: say(light < DARK ? "dark" : at - searching > PATIENCE ? "search" : said.hint, at), held: 0, shoot: false }
  }

  /** A hint that flickers helps nobody. @param {Hint | null} hint @param {number} at */
  function say(hint, at) {
    if (hint !== said.hint && at - said.at >= CHANGE) said = { hint, at }
    return said.hint
  }

  return {
    see,
    taken() {
      done = last?.found ? last : null
      steady = Infinity
    },
  }
}

/** @param {{width: number, height: number}} seen */
const diagonal = ({ width, height }) => Math.hypot(width, height)

/** What has to be mended before a photo can be good. @param {Seen} seen @param {number} enough @returns {Hint | null} */
function faultOf(seen, enough) {
  const { found, width, height, light, glare } = seen
  const corners = /** @type {Found} */ (found).corners
  const rim = RIM * diagonal(seen)
  if (light < DARK) return "dark"
  if (corners.some(([x, y]) => Math.min(x, y, width - x, height - y) < rim)) return "corner"
  if (isFar(seen, corners, enough)) return "closer"
  return glare > GLARE ? "glare" : null
}

/** Small print needs px, and what fills the picture has as many as there are. @param {Seen} seen @param {Quad} corners @param {number} enough px */
function isFar({ width, height, full }, corners, enough) {
  const long = Math.max(...corners.map(([x, y], i) => Math.hypot(x - corners[(i + 1) & 3][0], y - corners[(i + 1) & 3][1])))
  const share = area(corners) / (width * height)
  return share < 0.12 || (share < 0.35 && (long * full) / Math.max(width, height) < enough)
}

/** @param {{at: number, corners: Quad}[]} past @param {number} at @param {number} size px, of the frame */
function isStill(past, at, size) {
  const { corners } = past[past.length - 1]
  const recent = past.filter((one) => at - one.at <= WINDOW)
  return recent.length > 2 && recent.every((one) => apart(one.corners, corners) < STILL * size)
}

/** @param {Quad} one @param {Quad} two @returns {number} px, of the corner that is furthest off */
const apart = (one, two) => Math.max(...one.map(([x, y], i) => Math.hypot(x - two[i][0], y - two[i][1])))

/** @param {Seen} now @param {Seen} then */
function isOther(now, then) {
  const [here, there] = [/** @type {Found} */ (now.found).corners, /** @type {Found} */ (then.found).corners]
  return apart(here, there) > MOVED * diagonal(now) && unlike(now.looks, then.looks) > OTHER
}
