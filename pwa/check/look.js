/** A flat page made small, its print told from its light. */

import { blur, close, halve } from "./plane.js"

/** @typedef {import("./plane.js").Plane} Plane */
/** @typedef {{grey: Plane, light: Plane, ink: Float32Array, width: number, height: number, step: number}} Look light: on bare paper; ink: the share of it that print takes, 0..1; step: px of the page for one px here */

export const SMALL = 600 // px, the long side is between this and half of it
/** Share of the light that print takes away at least. */
export const PRINT = 0.1

/** @param {Plane} grey the flat page @param {number} step px of the page for one px of it @returns {Look} */
export function look(grey, step) {
  while (Math.max(grey.width, grey.height) > SMALL && Math.min(grey.width, grey.height) > 1) [grey, step] = [halve(grey), 2 * step]
  const { width, height } = grey
  const light = lightOf(grey)
  const ink = new Float32Array(width * height)
  for (let i = 0; i < ink.length; i++) ink[i] = Math.max(0, light.data[i] - grey.data[i]) / light.data[i]
  return { grey, light, ink, width, height, step }
}

/** The light on bare paper: print is closed over by what is around it. @param {Plane} grey */
export function lightOf(grey) {
  const reach = Math.max(5, Math.round(Math.max(grey.width, grey.height) / 40)) | 1
  const light = blur(close(grey, reach), reach)
  for (let i = 0; i < light.data.length; i++) light.data[i] = Math.max(light.data[i], 8)
  return light
}

/** @typedef {{left: number, top: number, right: number, bottom: number}} Box the last column and row are outside */

/** Between which rows and columns nearly all print lies. @param {Look} seen @returns {Box | null} */
export function printedBox({ ink, width, height }) {
  const [rows, columns] = [new Uint32Array(height), new Uint32Array(width)]
  for (let y = 0, i = 0; y < height; y++) for (let x = 0; x < width; x++, i++) if (ink[i] > PRINT) (rows[y]++, columns[x]++)
  const [top, bottom, all] = middle(rows)
  const [left, right] = middle(columns)
  return all ? { left, top, right: right + 1, bottom: bottom + 1 } : null
}

/** @param {Uint32Array} counts @returns {[first: number, last: number, all: number]} the places that 2 % and 98 % have been passed at */
function middle(counts) {
  const all = counts.reduce((sum, n) => sum + n, 0)
  let [sum, first, last] = [0, -1, counts.length - 1]
  for (let k = 0; k < counts.length; k++) {
    sum += counts[k]
    if (first < 0 && sum >= 0.02 * all) first = k
    if (sum >= 0.98 * all) return [first, k, all]
  }
  return [first, last, all]
}
