/** What a frame of the camera is like where the page is: light, a lamp in the paper, how sharp, and how to know the page again. */

/** @typedef {import("./quad.js").Quad} Quad */
/** @typedef {{light: number, glare: number, detail: number, looks: number[]}} Measures light 0..255; glare: share of the page; detail: levels; looks: LOOKS squared, 1 is the page's mean */

const GRID = 48 // places across the page, and down
const LOOKS = 8 // fields across the page by which it is known again, and down
const BLOWN = 250 // level of all three colours from which on a camera sees nothing any more
const DIMMER = 225 // level that paper beside a lamp stays below; else all of the page is as bright

/** @param {Uint8ClampedArray} rgba @param {number} width @param {number} height @param {Quad} corners @returns {Measures} */
export function measure(rgba, width, height, corners) {
  const levels = new Float32Array(GRID * GRID)
  const looks = new Array(LOOKS * LOOKS).fill(0)
  let [blown, detail, all] = [0, 0, 0]
  for (let row = 0, k = 0; row < GRID; row++) {
    for (let column = 0; column < GRID; column++, k++) {
      const at = place(corners, (column + 0.5) / GRID, (row + 0.5) / GRID, width, height)
      const level = luma(rgba, at)
      levels[k] = level
      all += level
      detail += Math.abs(2 * level - luma(rgba, at - 4) - luma(rgba, at + 4)) + Math.abs(2 * level - luma(rgba, at - 4 * width) - luma(rgba, at + 4 * width))
      if (Math.min(rgba[at], rgba[at + 1], rgba[at + 2]) >= BLOWN) blown++
      looks[LOOKS * ((row * LOOKS / GRID) | 0) + ((column * LOOKS / GRID) | 0)] += level
    }
  }
  const light = levels.sort()[levels.length >> 1]
  return { light, glare: light < DIMMER ? blown / levels.length : 0, detail: detail / levels.length, looks: looks.map((sum) => (sum * looks.length) / (all + 1)) }
}

/** Where the px of a place on the page begins, never at the rim of the frame. @param {Quad} corners @param {number} u @param {number} v @param {number} width @param {number} height */
function place([a, b, c, d], u, v, width, height) {
  const [x, y] = [0, 1].map((i) => (1 - v) * ((1 - u) * a[i] + u * b[i]) + v * ((1 - u) * d[i] + u * c[i]))
  return 4 * (Math.min(Math.max(y | 0, 1), height - 2) * width + Math.min(Math.max(x | 0, 1), width - 2))
}

/** @param {Uint8ClampedArray} rgba @param {number} i */
const luma = (rgba, i) => 0.3 * rgba[i] + 0.6 * rgba[i + 1] + 0.1 * rgba[i + 2]

/** How unlike two pages look, in parts of their light. @param {number[]} one @param {number[]} two */
export const unlike = (one, two) => one.reduce((sum, level, i) => sum + Math.abs(level - two[i]), 0) / one.length
