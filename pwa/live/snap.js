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
  const sum = [0, 1, 2].map((c) => places.reduce((all, one) => all + across(frame, line, one, 0, 3, c), 0))
  const size = Math.hypot(...sum) + 1e-6
  return sum.map((part) => part / size)
}

/** How much a colour changes `at` px beside a place. @param {Frame} frame @param {Line} line @param {Place} one @param {number} at @param {number} wide @param {number} c */
const across = (frame, { nx, ny }, { x, y }, at, wide, c) =>
  frame.lab[place(frame, x + (at + wide) * nx, y + (at + wide) * ny) + c] - frame.lab[place(frame, x + (at - wide) * nx, y + (at - wide) * ny) + c]

/** Move a place to the strongest step within reach, to a part of a px. @param {Frame} frame @param {Line} line @param {Place} one @param {number[]} way @param {number} reach */
function onto(frame, line, one, way, reach) {
  const profile = Array.from({ length: 2 * reach + 1 }, (_, k) => way.reduce((sum, w, c) => sum + w * across(frame, line, one, k - reach, 1.3, c), 0))
  const most = Math.max(...profile)
  const top = profile.indexOf(most)
  const [before, after] = [profile[top - 1] ?? most, profile[top + 1] ?? most]
  const bend = 2 * most - before - after
  const away = top - reach + (bend > 0 ? (after - before) / (2 * bend) : 0)
  one.x += away * line.nx
  one.y += away * line.ny
  one.weight = Math.max(1e-3, most) / (Math.max(0, most) + STEP)
}
