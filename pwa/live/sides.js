/** Quads of two and two straight edges, ranked by how much of each side shows a step of one colour. */

import { area, convex, meet, order } from "./quad.js"

/** @typedef {import("./frame.js").Frame} Frame */
/** @typedef {import("./quad.js").Line} Line */
/** @typedef {import("./quad.js").Point} Point */
/** @typedef {import("./quad.js").Quad} Quad */
/** @typedef {Line & {sums?: Float32Array, reach: number, x0: number, y0: number}} Side px of the full frame; sums of its steps; none at the rim */

export const NEUTRAL = 0.6 // support of a side nobody can see
export const STEP = 7 // a step of colour that counts half
const KEEP = 60 // quads that are judged closely
const LEAST = 0.2 // support that each side of a quad needs

/**
 * Sums of the steps of colour along a line, so that the support of any part of it is two look-ups.
 *
 * @param {Line} line px of the full frame from its middle
 * @param {Frame} half
 * @returns {Side}
 */
export function measured({ nx, ny, d }, { lab, width, height }) {
  const reach = Math.ceil(Math.hypot(width, height) / 2) + 1
  const [x0, y0] = [(width + nx * d) / 2, (height + ny * d) / 2]
  const sums = new Float32Array(4 * (2 * reach + 2))
  for (let t = -reach, k = 0; t <= reach; t++, k += 4) {
    for (let c = 0; c < 4; c++) sums[k + 4 + c] = sums[k + c]
    const [x, y] = [x0 - ny * t, y0 + nx * t]
    const [ax, ay, bx, by] = [(x + 2.2 * nx) | 0, (y + 2.2 * ny) | 0, (x - 2.2 * nx) | 0, (y - 2.2 * ny) | 0]
    if (Math.min(x, y, ax, ay, bx, by) < 0 || Math.max(ax, bx, x) >= width || Math.max(ay, by, y) >= height) continue
    const [a, b] = [3 * (ay * width + ax), 3 * (by * width + bx)]
    const [u, v, w] = [lab[a] - lab[b], lab[a + 1] - lab[b + 1], lab[a + 2] - lab[b + 2]]
    const scale = 1 / Math.max(Math.hypot(u, v, w), 2 * STEP)
    sums[k + 4] += u * scale
    sums[k + 5] += v * scale
    sums[k + 6] += w * scale
    sums[k + 7]++
  }
  return { nx, ny, d: d + nx * width + ny * height, sums, reach, x0: 2 * x0, y0: 2 * y0 }
}

/** The four sides of the frame: a page may go on behind them. @param {number} width @param {number} height @returns {Side[]} */
export const rim = (width, height) => [[1, 0, 0], [0, 1, 0], [1, 0, width], [0, 1, height]].map(([nx, ny, d]) => ({ nx, ny, d, reach: 0, x0: 0, y0: 0 }))

/** How much of a side between two points is a step of one colour, 0..1. @param {Side} side @param {Point} one @param {Point} two */
function support({ nx, ny, x0, y0, reach, sums }, one, two) {
  if (!sums) return NEUTRAL
  const [a, b] = [one, two].map(([x, y]) => 4 * Math.min(Math.max(Math.round((nx * (y - y0) - ny * (x - x0)) / 2) + reach, 0), 2 * reach + 1))
  const length = Math.abs(a - b) / 4
  if (length < 6) return 0
  const seen = Math.abs(sums[b + 3] - sums[a + 3])
  return (Math.hypot(sums[b] - sums[a], sums[b + 1] - sums[a + 1], sums[b + 2] - sums[a + 2]) + NEUTRAL * (length - seen)) / length
}

/** @param {Side[]} sides @param {number} width @param {number} height @returns {Quad[]} the most promising first */
export function proposals(sides, width, height) {
  const n = sides.length
  const corner = corners(sides, width, height)
  const table = sides.map((side, a) => supports(side, corner[a], n))
  /** @type {{quad: Quad, rank: number}[]} */
  const kept = []
  const pairs = facing(sides)
  let bar = 0.25
  for (const [a, b] of pairs) {
    for (const [c, d] of pairs) {
      if (c <= a || c === b || d === b) continue
      const [s, t, u, v] = [table[a][c * n + d], table[b][c * n + d], table[c][a * n + b], table[d][a * n + b]]
      const worst = Math.min(s, t, u, v)
      const score = (s + t + u + v) / 8 + worst / 2
      if (worst < LEAST || score + 0.1 < bar) continue
      const quad = /** @type {Quad} */ ([corner[a][c], corner[a][d], corner[b][d], corner[b][c]])
      const size = area(quad)
      const rank = score + 0.1 * Math.sqrt(Math.min(1, size / (0.6 * width * height)))
      if (rank < bar || size < 0.03 * width * height || !convex(quad)) continue
      kept.push({ quad, rank })
      if (kept.length < 2 * KEEP) continue
      kept.sort((one, two) => two.rank - one.rank).length = KEEP
      bar = kept[KEEP - 1].rank
    }
  }
  return kept.sort((one, two) => two.rank - one.rank).slice(0, KEEP).map(({ quad }) => order(quad))
}

/** Where each two cross, if that may be a corner. @param {Side[]} sides @param {number} width @param {number} height @returns {(Point | null)[][]} */
function corners(sides, width, height) {
  const margin = 0.12 * Math.max(width, height)
  return sides.map((a) => sides.map((b) => {
    const { at: [x, y], sine } = meet(a, b)
    return sine > 0.6 && Math.min(x, y) > -margin && x < width + margin && y < height + margin ? [x, y] : null
  }))
}

/** The support of a side between each two others. @param {Side} side @param {(Point | null)[]} corner @param {number} n */
function supports(side, corner, n) {
  const found = new Float32Array(n * n)
  for (let c = 0; c < n; c++) {
    for (let d = c + 1; d < n; d++) {
      const [one, two] = [corner[c], corner[d]]
      if (one && two) found[c * n + d] = support(side, one, two)
    }
  }
  return found
}

/** Two sides between which others may lie. @param {Side[]} sides @returns {[number, number][]} */
function facing(sides) {
  /** @type {[number, number][]} */
  const pairs = []
  sides.forEach((a, i) => {
    for (let k = i + 1; k < sides.length; k++) if (Math.abs(a.nx * sides[k].nx + a.ny * sides[k].ny) > 0.75) pairs.push([i, k])
  })
  return pairs
}
