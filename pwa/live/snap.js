/** The sides of a quad moved onto the edges beside them. */

import { place } from "./frame.js"
import { RIM } from "./judge.js"
import { convex, fitLine, meet, off, through } from "./quad.js"
import { STEP } from "./sides.js"

/** @typedef {import("./frame.js").Frame} Frame */
/** @typedef {import("./quad.js").Point} Point */
/** @typedef {import("./quad.js").Quad} Quad */
/** @typedef {import("./quad.js").Line} Line */
/** @typedef {{x: number, y: number, weight: number}} Place */

const SAMPLES = 28 // places along a side
const SLACK = [9, 2.5, 1.2, 1.2] // px: how far off the line a place may lie, round after round

/** @param {Frame} frame @param {Quad} quad @param {number} reach px @returns {Quad} the same, where moving it would break it */
export function snap(frame, quad, reach) {
  const lines = quad.map((p, i) => side(frame, p, quad[(i + 1) & 3], reach))
  const moved = lines.map((line, i) => meet(lines[(i + 3) & 3], line))
  const corners = moved.map(({ at }) => at)
  return moved.every(({ sine }) => sine > 0.4) && convex(corners) ? corners : quad
}

/** @param {Frame} frame @param {Point} a @param {Point} b @param {number} reach @returns {Line} */
function side(frame, a, b, reach) {
  const still = through(a, b)
  const places = spread(frame, a, b)
  if (places.length < 9) return still
  const way = step(frame, still, places)
  for (const one of places) onto(frame, still, one, way, reach)
  /** @type {Line} */
  let line = still
  for (const slack of SLACK) {
    const on = places.filter((one) => Math.abs(off(line, one)) < slack)
    if (on.length > 5) line = fitLine(on)
  }
  return [a, b].some(([x, y]) => Math.abs(off(line, { x, y })) > reach + 1) ? still : line
}

/** @param {Frame} frame @param {Point} a @param {Point} b @returns {Place[]} places along a side that can be seen */
function spread({ width, height }, [ax, ay], [bx, by]) {
  const along = Array.from({ length: SAMPLES }, (_, k) => 0.03 + (0.94 * (k + 0.5)) / SAMPLES)
  return along.map((t) => ({ x: ax + t * (bx - ax), y: ay + t * (by - ay), weight: 1 })).filter(({ x, y }) => Math.min(x, y) >= RIM && x <= width - RIM && y <= height - RIM)
}

/** The colour that most of a side steps by, of length 1. @param {Frame} frame @param {Line} line @param {Place[]} places */
function step(frame, line, places) {
  const sum = [0, 0, 0]
  for (const one of places) {
    const [a, b] = [beside(frame, line, one, 3), beside(frame, line, one, -3)]
    for (let c = 0; c < 3; c++) sum[c] += frame.lab[a + c] - frame.lab[b + c]
  }
  const size = Math.hypot(...sum) + 1e-6
  return sum.map((part) => part / size)
}

/** @param {Frame} frame @param {Line} line @param {Place} one @param {number} at px beside the line */
const beside = (frame, { nx, ny }, { x, y }, at) => place(frame, x + at * nx, y + at * ny)

/** How much the colour changes at each px across the line: made once, for all places. */
const profile = new Float64Array(32)

/** Move a place to the strongest step within reach, to a part of a px. @param {Frame} frame @param {Line} line @param {Place} one @param {number[]} way @param {number} reach */
function onto(frame, line, one, [u, v, w], reach) {
  const { lab } = frame
  let top = 0
  for (let k = 0; k <= 2 * reach; k++) {
    const [a, b] = [beside(frame, line, one, k - reach + 1.3), beside(frame, line, one, k - reach - 1.3)]
    profile[k] = u * (lab[a] - lab[b]) + v * (lab[a + 1] - lab[b + 1]) + w * (lab[a + 2] - lab[b + 2])
    if (profile[k] > profile[top]) top = k
  }
  const most = profile[top]
  const [before, after] = [top ? profile[top - 1] : most, top < 2 * reach ? profile[top + 1] : most]
  const bend = 2 * most - before - after
  const away = top - reach + (bend > 0 ? (after - before) / (2 * bend) : 0)
  one.x += away * line.nx
  one.y += away * line.ny
  one.weight = Math.max(1e-3, most) / (Math.max(0, most) + STEP)
}
