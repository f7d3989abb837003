/** How likely a quad is the page: what its sides look like, how large it is, where it lies. Fitted on drawn scenes only. */

import { place } from "./frame.js"
import { area, mean, through } from "./quad.js"
import { NEUTRAL, STEP } from "./sides.js"

/** @typedef {import("./frame.js").Frame} Frame */
/** @typedef {import("./quad.js").Point} Point */
/** @typedef {import("./quad.js").Quad} Quad */

export const RIM = 5 // px: nearer to the frame a side cannot be judged
const SAMPLES = 20 // places along a side
const BEYOND = 5 // and behind each of its ends, where the edge of a page has ended
const PLACES = SAMPLES + 2 * BEYOND
const WEIGHTS = [
  12.7, // support of the sides
  -11.7, // leaks: the edge goes on behind a corner
  -7.46, // unseen
  1.16, // log of its share of the frame
  -10.7, // off the middle
  0.651, // lighter than around
]
const BIAS = -4

const steps = new Float32Array(3 * PLACES)
const seen = new Uint8Array(PLACES)

/** @param {Frame} frame @param {Quad} quad @returns {number} log odds */
export const rate = (frame, quad) => features(frame, quad).reduce((sum, f, i) => sum + f * WEIGHTS[i], BIAS)

/** @param {Frame} frame @param {Quad} quad @returns {number[]} as WEIGHTS */
function features(frame, quad) {
  const { width, height } = frame
  const sides = quad.map((p, i) => along(frame, p, quad[(i + 1) & 3]))
  return [
    mean(sides.map((s) => s.support)),
    mean(sides.map((s) => s.leak)),
    mean(sides.map((s) => s.unseen)),
    Math.log(Math.min(Math.max(area(quad) / (width * height), 0.01), 0.6)),
    Math.hypot(mean(quad.map((p) => p[0])) / width - 0.5, mean(quad.map((p) => p[1])) / height - 0.5),
    mean(sides.map((s) => Math.min(Math.max(s.light / 30, -1), 1))),
  ]
}

/** @param {Frame} frame @param {Point} a @param {Point} b */
function along(frame, a, b) {
  look(frame, a, b)
  const side = coherent(0, SAMPLES)
  const unseen = 1 - side.seen
  const hidden = unseen > 0.65 ? 1 : unseen
  const leak = (/** @type {number} */ from) => {
    const { share, size, seen } = coherent(from, from + BEYOND)
    return (share * size * seen) / (size * seen + 2 * STEP)
  }
  return {
    support: ((side.share * side.size) / (side.size + STEP)) * (1 - hidden) + NEUTRAL * hidden,
    leak: (leak(SAMPLES) + leak(SAMPLES + BEYOND)) / 2,
    light: hidden < 1 ? side.light : 0,
    unseen,
  }
}

/** Fill `steps` and `seen` along a side and behind its ends. @param {Frame} frame @param {Point} a @param {Point} b */
function look(frame, [ax, ay], b) {
  const { lab, width, height } = frame
  const { nx, ny, length } = through([ax, ay], b)
  for (let k = 0; k < PLACES; k++) {
    const behind = k - SAMPLES
    const t = behind < 0 ? 0.03 + (0.94 * (k + 0.5)) / SAMPLES : behind < BEYOND ? -0.04 - 0.035 * behind : 1.04 + 0.035 * (behind - BEYOND)
    const [x, y] = [ax + t * ny * length, ay - t * nx * length]
    const [ex, ey] = [x - RIM * nx, y - RIM * ny]
    const [far, near, past, beside] = [4.5, 2, -2, -4.5].map((o) => place(frame, x + o * nx, y + o * ny))
    for (let c = 0; c < 3; c++) steps[3 * k + c] = (lab[far + c] + lab[near + c] - lab[past + c] - lab[beside + c]) / 2
    seen[k] = Number(Math.min(ex, ey) > 0 && ex < width && ey < height)
  }
}

/** How alike the steps of some samples are: the share that agrees, the size of their mean, how many are in the frame. @param {number} from @param {number} to */
function coherent(from, to) {
  let [n, u, v, w, good] = [0, 0, 0, 0, 0]
  for (let k = from; k < to; k++) {
    if (!seen[k]) continue
    n++
    u += steps[3 * k]
    v += steps[3 * k + 1]
    w += steps[3 * k + 2]
  }
  if (!n) return { share: 0, size: 0, seen: 0, light: 0 }
  const size = Math.hypot(u, v, w) / n
  const scale = 1 / (size * n + 1e-6)
  const bar = Math.max(0.5 * STEP, 0.35 * size)
  for (let k = from; k < to; k++) if (seen[k] && (u * steps[3 * k] + v * steps[3 * k + 1] + w * steps[3 * k + 2]) * scale > bar) good++
  return { share: good / n, size, seen: n / (to - from), light: u / n }
}
