/** What is measured of a page before it is sent: the numbers that the server measures too, and where each is worst. */

import { aspect, flatten, placing, sidesOf } from "./flat.js"
import { greyOf, halve, level, plane } from "./plane.js"
import { PRINT, SMALL, look, printedBox } from "./look.js"
import { TILE, clippings } from "./print.js"
import { areasOf } from "./areas.js"

/** @typedef {import("../live/quad.js").Quad} Quad */
/** @typedef {import("./plane.js").Plane} Plane */
/** @typedef {import("./look.js").Look} Look */
/** @typedef {import("./areas.js").Area} Area */
/** @typedef {{data: Uint8ClampedArray, width: number, height: number}} Photo rgba */
/** @typedef {[left: number, top: number, width: number, height: number]} Spot parts of the page */

const A4 = 2339 // px, long side at 200 dpi
const CARD = 85.6 // mm, the long side of a card
const WHOLE = /** @type {const} */ ([true, true, true, true])
const ENLARGED = 1.5 // times: a page that is enlarged by more than this has nothing to lose from being halved first
const TINY = 32 // px of the small picture: a side shorter than this shows nothing
const NEAR = 0.03 // of the photo's long side: only where a page ends nearer than this to the frame can it be cut
const DIMMER = 235 // level that paper beside a lamp stays below; else all of the page is as bright
const BLOWN = 252 // level from which on a sensor sees nothing any more

/**
 * @param {Photo} photo as it will be sent
 * @param {Quad | null} quad px of the photo, clockwise; null: no page was seen, the whole photo is kept
 * @returns {{numbers: import("./limits.js").Numbers, spots: {[problem: string]: Spot | undefined}}}
 */
export function measure(photo, quad) {
  const flat = quad ? straight(photo, quad) : whole(photo)
  const seen = look(flat.small, flat.step)
  const tiny = Math.min(seen.width, seen.height) < TINY
  const all = clippings(flat.piece, seen)
  const lettered = all.filter((one) => one.letter)
  const out = tiny ? { worst: 0 } : runsOut(seen, quad ? framed(photo, quad) : WHOLE)
  const lamp = tiny ? { share: 0 } : glare(seen)
  const spot = (/** @type {{x: number, y: number} | undefined} */ one) => one && clippingSpot(one, flat)
  const worst = (/** @type {typeof all} */ of, /** @type {(one: typeof all[0]) => number} */ by) => spot([...of].sort((a, b) => by(a) - by(b))[0])
  return {
    numbers: {
      light: level(seen.light.data, 0.7) / 255,
      dpi: flat.native,
      ink: seen.ink.reduce((sum, v) => sum + Number(v > PRINT), 0) / seen.ink.length,
      lettered: lettered.length / Math.max(1, all.length),
      letter: (median(lettered.map((one) => one.letter)) * flat.native) / flat.dpi,
      sharp: median(lettered.map((one) => one.letter / one.edge)),
      edge: all.length ? Math.min(...all.map((one) => one.edge)) : 0,
      grain: median(all.map((one) => one.grain / Math.max(one.contrast, 1))),
      whole: Number(!quad),
      cut: quad ? outside(quad, photo) : 0,
      runs_out: out.worst,
      glare: lamp.share,
    },
    spots: {
      blurred: lettered.length ? worst(lettered, (one) => one.letter / one.edge) : worst(all, (one) => -one.edge * one.contrast),
      far: worst(lettered, (one) => one.letter),
      dark: worst(all, (one) => -one.grain / Math.max(one.contrast, 1)),
      glare: lamp.spot,
      cropped: out.spot ?? (quad ? beyond(quad, photo) : undefined),
    },
  }
}

/** @param {number[]} values */
function median(values) {
  const sorted = values.sort((a, b) => a - b)
  const half = sorted.length / 2
  return sorted.length ? (sorted[Math.ceil(half) - 1] + sorted[Math.floor(half)]) / 2 : 0
}

/** @param {number} ratio of any two sides */
export const isCard = (ratio) => paperOf(Math.max(ratio, 1 / ratio)).long === CARD

/** Paper by its shape, as scanning/paper.py guesses it. @param {number} ratio long side to short @returns {{long: number, dpi: number}} mm, and the most dots that it gets */
function paperOf(ratio) {
  if (ratio >= 1.497 && ratio < 1.68) return { long: CARD, dpi: 400 }
  if (ratio >= 2.05) return { long: 80 * Math.min(ratio, 12), dpi: 300 } // a till receipt
  if (ratio < 1.24) return { long: Math.min(297, 210 * ratio), dpi: 300 }
  if (ratio < 1.353) return { long: 279.4, dpi: 200 }
  return { long: 297, dpi: ratio < 1.497 ? 200 : 300 }
}

/** @typedef {{width: number, height: number, small: Plane, step: number, piece: (left: number, top: number) => Plane, native: number, dpi: number}} Flat a page as fine as it is judged; small: all of it, coarser by `step`; native, dpi: what the camera gave, and what it has here */

/**
 * The page as the server judges it: 200 dpi for A4, but no more than twice what the camera gave. Only the pieces that are
 * looked at closely are made as fine as that; the rest is made half as fine at once.
 *
 * @param {Photo} photo @param {Quad} quad @returns {Flat}
 */
function straight(photo, quad) {
  const ratio = Math.min(4, Math.max(0.25, aspect(quad, photo.width, photo.height)))
  const [top, right, bottom, left] = sidesOf(quad)
  const paper = paperOf(Math.max(ratio, 1 / ratio))
  const [wide, high] = ratio < 1 ? [ratio * paper.long, paper.long] : [paper.long, paper.long / ratio]
  const native = Math.min(Math.max(top, bottom) / wide, Math.max(right, left) / high) * 25.4
  const dpi = Math.min(paper.dpi, 2 * native)
  const [width, height] = [wide, high].map((mm) => Math.max(16, Math.round((mm / 25.4) * dpi)))
  const grey = greyOf(photo.data, photo.width, photo.height)
  const step = Math.max(width, height) > SMALL ? 2 : 1
  const coarse = step === 2 && dpi < ENLARGED * native
  const small = flatten(coarse ? halve(grey) : grey, coarse ? half(quad) : quad, Math.floor(width / step), Math.floor(height / step))
  return { width, height, small, step, piece: (left, top) => flatten(grey, quad, width, height, tile(left, top, width, height)), native, dpi }
}

/** @param {Quad} quad */
const half = (quad) => /** @type {Quad} */ (quad.map(([x, y]) => [x / 2, y / 2]))

/** @param {Photo} photo @returns {Flat} */
function whole({ data, width, height }) {
  const native = (200 * Math.max(width, height)) / A4
  const small = greyOf(data, width, height)
  return { width, height, small, step: 1, piece: (left, top) => cut(small, tile(left, top, width, height)), native, dpi: native }
}

/** @param {number} left @param {number} top @param {number} width @param {number} height @returns {import("./flat.js").Part} */
const tile = (left, top, width, height) => ({ left, top, width: Math.min(TILE, width - left), height: Math.min(TILE, height - top) })

/** @param {Plane} flat @param {import("./flat.js").Part} part @returns {Plane} */
function cut(flat, { left, top, width, height }) {
  const piece = plane(width, height)
  for (let y = 0; y < height; y++) {
    const start = (top + y) * flat.width + left
    piece.data.set(flat.data.subarray(start, start + width), y * width)
  }
  return piece
}

/** @param {{x: number, y: number}} at @param {Flat} page @returns {Spot} */
const clippingSpot = ({ x, y }, page) => [x / page.width, y / page.height, Math.min(1, TILE / page.width), Math.min(1, TILE / page.height)]

// --- where the page ends ---

/** Which sides of a page have the frame of the photo near, and no table between: top, right, bottom, left. @param {Photo} photo @param {Quad} quad */
function framed(photo, quad) {
  const long = Math.max(photo.width, photo.height)
  return quad.map(([ax, ay], i) => {
    const [bx, by] = quad[(i + 1) & 3]
    const length = Math.max(1, Math.hypot(bx - ax, by - ay))
    const [ox, oy] = [(by - ay) / length, (ax - bx) / length]
    const along = Array.from({ length: 24 }, (_, k) => 0.1 + (0.8 * k) / 23).map((s) => {
      const [x, y] = [ax + s * (bx - ax), ay + s * (by - ay)]
      return { x, y, room: room(x, y, ox, oy, photo) }
    })
    if (median(along.map((one) => one.room)) > NEAR * long) return false
    const table = along.filter(({ x, y, room }) => {
      const far = 0.8 * Math.max(0, room - 2)
      return room > 4 && apart(photo, x - 0.006 * long * ox, y - 0.006 * long * oy, x + far * ox, y + far * oy) > 20
    })
    return table.length < 0.5 * along.length
  })
}

/** How far it is to the frame, px. @param {number} x @param {number} y @param {number} ox @param {number} oy @param {Photo} photo */
function room(x, y, ox, oy, { width, height }) {
  const way = (/** @type {number} */ v, /** @type {number} */ o, /** @type {number} */ last) => (o > 0 ? (last - v) / o : o < 0 ? -v / o : Infinity)
  return Math.max(0, Math.min(way(x, ox, width - 1), way(y, oy, height - 1)))
}

/** @param {Photo} photo @param {number} x @param {number} y @param {number} x2 @param {number} y2 */
function apart({ data, width, height }, x, y, x2, y2) {
  const at = (/** @type {number} */ px, /** @type {number} */ py) => 4 * (Math.min(Math.max(Math.round(py), 0), height - 1) * width + Math.min(Math.max(Math.round(px), 0), width - 1))
  const [one, two] = [at(x, y), at(x2, y2)]
  return Math.max(...[0, 1, 2].map((c) => Math.abs(data[one + c] - data[two + c])))
}

/** The share of a side along which print touches it, of those that lie on the frame; and where. @param {Look} seen @param {readonly boolean[]} sides @returns {{worst: number, spot?: Spot}} */
function runsOut(seen, sides) {
  /** @type {{worst: number, spot?: Spot}} */
  let found = { worst: 0 }
  for (const side of [0, 1, 2, 3].filter((k) => sides[k])) {
    const [length, depth] = side % 2 ? [seen.height, seen.width] : [seen.width, seen.height]
    const rows = Math.max(6, Math.round(0.035 * depth))
    const inkAt = (/** @type {number} */ along, /** @type {number} */ deep) => {
      const [x, y] = [[along, deep], [seen.width - 1 - deep, along], [along, seen.height - 1 - deep], [deep, along]][side]
      return seen.ink[y * seen.width + x]
    }
    const strip = new Uint8Array(rows * length)
    for (let deep = 0, i = 0; deep < rows; deep++) for (let along = 0; along < length; along++, i++) strip[i] = Number(inkAt(along, Math.min(deep, depth - 1)) > PRINT)
    const { areas, labels } = areasOf(strip, length, rows)
    const gaps = (/** @type {Area} */ one) => one.width < 0.3 * length && one.size < 0.8 * one.width * one.height // letters that run together; a shadow has none
    const letter = areas.map((one) => one.top < 2 && (one.width < 0.08 * length || gaps(one)) && one.size >= 3)
    let touched = 0
    for (let along = 0; along < length; along++) {
      for (let deep = 0; deep < rows; deep++) {
        if (!letter[labels[deep * length + along] - 1]) continue
        touched++
        break
      }
    }
    if (touched / length > found.worst) found = { worst: touched / length, spot: edge(side) }
  }
  return found
}

/** @param {number} side @returns {Spot} */
const edge = (side) => /** @type {Spot} */ ([[0.1, 0, 0.8, 0.08], [0.85, 0.1, 0.15, 0.8], [0.1, 0.92, 0.8, 0.08], [0, 0.1, 0.15, 0.8]][side])

/** Which share of the page lies outside of the photo. @param {Quad} quad @param {Photo} photo */
function outside(quad, { width, height }) {
  const slack = 0.004 * Math.max(width, height)
  const out = (/** @type {number} */ x, /** @type {number} */ y, more = 0) => x < -more || y < -more || x > width + more || y > height + more
  if (!quad.some(([x, y]) => out(x, y, slack))) return 0
  const [place, n] = [placing(quad), 64]
  let count = 0
  for (let v = 0.5; v < n; v++) for (let u = 0.5; u < n; u++) if (out(...place(u / n, v / n))) count++
  return count / n ** 2
}

/** The side beyond which most of the page is missing. @param {Quad} quad @param {Photo} photo @returns {Spot} */
function beyond(quad, { width, height }) {
  const over = quad.map(([x, y], i) => {
    const [x2, y2] = quad[(i + 1) & 3]
    const [mx, my] = [(x + x2) / 2, (y + y2) / 2]
    return Math.max(-mx, -my, mx - width, my - height)
  })
  return edge(over.indexOf(Math.max(...over)))
}

// --- what lies on it ---

/** The share of the printed part of the page in which a lamp left no print; and where. @param {Look} seen @returns {{share: number, spot?: Spot}} */
function glare(seen) {
  const box = printedBox(seen)
  if (!box) return { share: 0 }
  const [width, height] = [box.right - box.left, box.bottom - box.top]
  const blown = new Uint8Array(width * height)
  /** @type {number[]} */
  const rest = []
  let [lost, printedThere, printedElsewhere] = [0, 0, 0]
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0, k = (box.top + y) * seen.width + box.left; x < width; x++, i++, k++) {
      const level = seen.light.data[k]
      const printed = Number(seen.ink[k] > PRINT)
      if (level >= BLOWN) {
        blown[i] = 1
        lost++
        printedThere += printed
      } else {
        rest.push(level)
        printedElsewhere += printed
      }
    }
  }
  if (!lost || !rest.length || level(rest, 0.5) > DIMMER) return { share: 0 }
  if (printedThere / lost >= (0.3 * printedElsewhere) / rest.length) return { share: 0 }
  const [spot] = areasOf(blown, width, height).areas.sort((a, b) => b.size - a.size)
  return { share: lost / blown.length, spot: [(box.left + spot.left) / seen.width, (box.top + spot.top) / seen.height, spot.width / seen.width, spot.height / seen.height] }
}
