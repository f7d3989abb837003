/** Finds the page in one small frame of the camera. All px are of that frame. No DOM, so that it may run in a worker. */

import { halved, toFrame } from "./frame.js"
import { rate } from "./judge.js"
import { straightEdges } from "./lines.js"
import { order } from "./quad.js"
import { measured, proposals, rim } from "./sides.js"
import { snap } from "./snap.js"

/** @typedef {import("./quad.js").Quad} Quad */
/** @typedef {{corners: Quad, confidence: number}} Found corners clockwise from the top-left; confidence 0..1 */

/** Long side, px, of the frames that it was made for. */
export const SIDE = 320
const SURE = 0.4 // below, there is no page
const LOYAL = 1 // log odds that the page of the frame before is ahead by
const CLOSE = 5 // of the best quads are moved onto the edges

/**
 * @param {Uint8ClampedArray} rgba
 * @param {number} width
 * @param {number} height
 * @param {Found | null} [previous] what was found in the frame before
 * @returns {Found | null}
 */
export function findPage(rgba, width, height, previous) {
  const frame = toFrame(rgba, width, height)
  const half = halved(frame)
  const sides = straightEdges(half).map((line) => measured(line, half))
  const judged = (/** @type {Quad} */ quad, ahead = 0) => ({ quad, score: rate(frame, quad), ahead })
  /** @typedef {ReturnType<typeof judged>} Judged */
  const better = (/** @type {Judged} */ one, /** @type {Judged} */ two) => two.score + two.ahead - one.score - one.ahead
  const onto = (/** @type {Quad} */ quad, ahead = 0) => judged(snap(frame, snap(frame, quad, 4), 2), ahead)
  const best = proposals([...sides, ...rim(width, height)], width, height).map((quad) => judged(quad)).sort(better).slice(0, CLOSE)
  const tried = [...best, ...best.map(({ quad }) => onto(quad)), ...(previous ? [onto(previous.corners, LOYAL)] : [])]
  const [page] = tried.sort(better)
  const confidence = page ? 1 / (1 + Math.exp(-page.score)) : 0
  return confidence < SURE ? null : { corners: order(page.quad), confidence }
}
