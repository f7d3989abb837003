/**
 * The straight edges of a frame: each edge px votes for the lines that it may lie on (Hough 1962; its direction told by
 * the gradient, as in Ballard 1981), the strongest line comes first, and its px are taken away before the next.
 */

import { buffer } from "./frame.js"
import { fitLine } from "./quad.js"

/** @typedef {import("./frame.js").Frame} Frame */
/** @typedef {import("./quad.js").Line} Line */
/** @typedef {{x: number, y: number, weight: number, turn: number}} Edge px of the full frame from its middle; turn: bin of its normal */

const LINES = 26 // that are tried as sides
const ALIKE = 10 // of them at most, within 20 degrees
const TURNS = 90 // bins of 2 degrees
const RHO = 0.35 // bins a px
const FAINT = 12 // squared step of colour below which there is no edge
const COS = Array.from({ length: TURNS }, (_, i) => Math.cos((i * Math.PI) / TURNS))
const SIN = COS.map((_, i) => Math.sin((i * Math.PI) / TURNS))

/** @param {Frame} half @returns {Line[]} px of the full frame from its middle, the strongest first */
export function straightEdges(half) {
  const { vote, strongest } = ballot(half)
  /** @type {Edge[][]} */
  const byTurn = COS.map(() => [])
  for (const edge of edges(half)) {
    vote(edge, 1)
    byTurn[edge.turn].push(edge)
  }
  /** @type {Line[]} */
  const lines = []
  for (let tries = 0; tries < 2 * LINES && lines.length < LINES; tries++) {
    const peak = strongest()
    if (peak.votes < 4) break
    const [c, s] = [COS[peak.turn], SIN[peak.turn]]
    const on = takeAlong(byTurn, peak.turn, (edge) => Math.abs(edge.x * c + edge.y * s - peak.rho) < 4)
    for (const edge of on) vote(edge, -1)
    const alike = lines.filter((line) => Math.abs(line.nx * c + line.ny * s) > 0.94)
    if (on.length > 5 && alike.length < ALIKE) lines.push(fitLine(on))
  }
  return lines
}

/** @param {Edge[][]} byTurn @param {number} turn @param {(edge: Edge) => boolean} lies @returns {Edge[]} those near the line, no longer in the lists */
function takeAlong(byTurn, turn, lies) {
  /** @type {Edge[]} */
  const on = []
  for (let k = -4; k <= 4; k++) {
    const t = (turn + k + TURNS) % TURNS
    /** @type {Edge[]} */
    const rest = []
    for (const edge of byTurn[t]) (lies(edge) ? on : rest).push(edge)
    byTurn[t] = rest
  }
  return on
}

/** Px where the colour changes most, across the change. @param {Frame} half @returns {Edge[]} */
function edges(half) {
  const { width, height } = half
  const { gx, gy, size } = steps(half)
  const found = []
  for (let y = 2; y < height - 2; y++) {
    for (let x = 2, p = y * width + 2; x < width - 2; x++, p++) {
      if (size[p] < FAINT) continue
      const [ax, ay] = [Math.abs(gx[p]), Math.abs(gy[p])]
      const next = ax > 2.4 * ay ? 1 : ay > 2.4 * ax ? width : gx[p] * gy[p] > 0 ? width + 1 : width - 1
      if (size[p] < size[p - next] || size[p] <= size[p + next]) continue
      const step = Math.sqrt(size[p])
      const turn = (Math.round((Math.atan2(gy[p], gx[p]) / Math.PI) * TURNS) + 2 * TURNS) % TURNS
      found.push({ x: 2 * x + 1 - width, y: 2 * y + 1 - height, turn, weight: step / (step + 14) })
    }
  }
  return found
}

/** The strongest of three gradients in each px. @param {Frame} half */
function steps({ lab, width, height }) {
  const [gx, gy, size] = ["gx", "gy", "size"].map((name) => buffer(name, width * height))
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1, p = y * width + 1, i = 3 * p; x < width - 1; x++, p++, i += 3) {
      size[p] = 0
      for (let c = i; c < i + 3; c++) {
        const dx = lab[c + 3] - lab[c - 3]
        const dy = lab[c + 3 * width] - lab[c - 3 * width]
        const square = dx * dx + dy * dy
        if (square <= size[p]) continue
        size[p] = square
        gx[p] = dx
        gy[p] = dy
      }
    }
  }
  return { gx, gy, size }
}

/** @param {Frame} half */
function ballot({ width, height }) {
  const reach = Math.hypot(width, height) + 4
  const bins = Math.ceil(2 * reach * RHO) + 2
  const votes = buffer("votes", TURNS * bins).fill(0)
  const tops = COS.map(() => -1) // of each turn, its strongest bin; none: to be looked for
  return {
    /** @param {Edge} edge @param {number} sign -1 takes it back */
    vote(edge, sign) {
      for (let k = -3; k <= 3; k++) {
        const t = (edge.turn + k + TURNS) % TURNS
        const at = (edge.x * COS[t] + edge.y * SIN[t] + reach) * RHO
        const bin = at | 0
        tops[t] = -1
        votes[t * bins + bin] += sign * edge.weight * (1 - at + bin)
        votes[t * bins + bin + 1] += sign * edge.weight * (at - bin)
      }
    },

    strongest() {
      let top = 0
      for (let t = 0; t < TURNS; t++) {
        if (tops[t] < 0) for (let i = tops[t] = t * bins; i < (t + 1) * bins; i++) if (votes[i] > votes[tops[t]]) tops[t] = i
        if (votes[tops[t]] > votes[top]) top = tops[t]
      }
      const peak = { turn: (top / bins) | 0, rho: (top % bins) / RHO - reach, votes: votes[top] }
      votes[top] = 0
      tops[peak.turn] = -1
      return peak
    },
  }
}
