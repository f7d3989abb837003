/** How large and how sharp the letters are: a few clippings of the page at full size. */

import { areasOf } from "./areas.js"
import { PRINT } from "./look.js"
import { level } from "./plane.js"

/** @typedef {import("./plane.js").Plane} Plane */
/** @typedef {import("./look.js").Look} Look */
/** @typedef {{x: number, y: number, letter: number, edge: number, contrast: number, grain: number}} Clipping x, y: px of the page; letter: height, px, 0 when none is seen; edge: width, px; contrast, grain: levels */

/** Side of a clipping, px of the page: three lines of small print at 200 dpi. */
export const TILE = 128
const TILES = 8
const FAINT = 0.08 // of the light: what differs less from the paper shines through from its other side

/** The print at up to eight places, spread over the page. @param {(left: number, top: number) => Plane} piece of the page, TILE wide and high, less at its end @param {Look} seen @returns {Clipping[]} */
export function clippings(piece, seen) {
  const side = Math.max(4, (TILE / seen.step) | 0)
  const [rows, columns] = [(seen.height / side) | 0, (seen.width / side) | 0]
  if (!rows || !columns) return []
  const busy = new Float32Array(rows * columns)
  for (let y = 0; y < rows * side; y++) {
    for (let x = 0; x < columns * side; x++) if (seen.ink[y * seen.width + x] > PRINT) busy[((y / side) | 0) * columns + ((x / side) | 0)] += 1 / (side * side)
  }
  const least = Math.max(0.02, 0.3 * percentile([...busy], 0.9))
  const all = [...busy.keys()].filter((k) => busy[k] >= least)
  const some = all.length > TILES ? Array.from({ length: TILES }, (_, i) => all[Math.round((i * (all.length - 1)) / (TILES - 1))]) : all
  return some.map((k) => {
    const [x, y] = [(k % columns) * side * seen.step, ((k / columns) | 0) * side * seen.step]
    return { x, y, ...clipping(piece(x, y)) }
  })
}

/** @param {number[]} values @param {number} share @returns {number} between the two nearest */
function percentile(values, share) {
  const sorted = values.sort((a, b) => a - b)
  const at = share * (sorted.length - 1)
  const low = sorted[Math.floor(at)]
  return low + (at % 1) * (sorted[Math.ceil(at)] - low)
}

/** @param {Plane} piece */
function clipping(piece) {
  const some = everySecond(piece)
  const [low, middle, high] = [0.04, 0.5, 0.96].map((share) => level(some, share))
  const contrast = high - low
  const [across, down] = steps(piece).map((all) => level(all, 0.97) / 2)
  const edge = contrast / (2 * Math.max(Math.min(across, down), 0.5))
  const between = (low + high) / 2
  const marks = new Uint8Array(piece.data.length)
  for (let i = 0; i < marks.length; i++) marks[i] = Number(middle > between ? piece.data[i] < between : piece.data[i] > between)
  return { letter: contrast > Math.max(5, FAINT * high) ? letterHeight(marks, piece) : 0, edge, contrast, grain: grain(piece) }
}

/** @param {Plane} piece */
function everySecond({ data, width, height }) {
  const some = new Uint8Array(((width + 1) >> 1) * ((height + 1) >> 1))
  for (let y = 0, i = 0; y < height; y += 2) for (let x = 0; x < width; x += 2, i++) some[i] = data[y * width + x]
  return some
}

/** How far the level changes over two px, across and down; of every second row. @param {Plane} piece @returns {Uint8Array[]} */
function steps({ data, width, height }) {
  const rows = Math.max(0, (height - 1) >> 1)
  const [across, down] = [new Uint8Array(rows * Math.max(0, width - 2)), new Uint8Array(rows * width)]
  for (let y = 1, k = 0; y < height - 1; y += 2) for (let x = 1, i = y * width + 1; x < width - 1; x++, i++, k++) across[k] = Math.abs(data[i + 1] - data[i - 1])
  for (let y = 1, k = 0; y < height - 1; y += 2) for (let x = 0, i = y * width; x < width; x++, i++, k++) down[k] = Math.abs(data[i + width] - data[i - width])
  return [across, down]
}

/** Standard deviation of the noise, levels: where there is no edge, a px differs from its neighbours by it. @param {Plane} piece */
function grain({ data, width, height }) {
  const count = new Uint32Array(511)
  let all = 0
  for (let y = 1; y < height; y += 4) {
    for (let x = 1, i = y * width + 1; x < width - 1; x++, i++, all++) count[Math.abs(2 * data[i] - data[i + 1] - data[i - 1])]++
  }
  let [at, sum] = [0, count[0]]
  while (sum < 0.4 * all && at < 510) sum += count[++at]
  if (at === 0) return 0
  const within = (0.4 * all - (sum - count[at])) / Math.max(1, count[at])
  return (at - 0.5 + within) / (0.524 * Math.sqrt(6)) // 40 % of a normal distribution are nearer than 0.524 sigma
}

/** Height of the letters, px; large ones weigh more, for specks and dots are many and say nothing. @param {Uint8Array} marks @param {Plane} piece */
function letterHeight(marks, { width, height }) {
  const letters = areasOf(marks, width, height).areas.filter((one) => {
    const inside = one.left > 0 && one.top > 0 && one.left + one.width < width && one.top + one.height < height
    const long = Math.max(one.width, one.height)
    return inside && one.size >= 8 && long >= 4 && long < 0.6 * TILE
  }).map((one) => {
    const [long, short] = [Math.max(one.width, one.height), Math.min(one.width, one.height)]
    return { height: long > 2.5 * short ? short : long, size: one.size }
  })
  if (letters.length < 3) return 0
  letters.sort((a, b) => a.height - b.height)
  const all = letters.reduce((sum, one) => sum + one.size, 0)
  let sum = 0
  return /** @type {{height: number}} */ (letters.find((one) => (sum += one.size) >= all / 2)).height
}
