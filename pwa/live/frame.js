/** One small frame of the camera as the search sees it: lightness and two differences of colour, without grain. */

/** @typedef {{lab: Float32Array, width: number, height: number}} Frame three numbers a px, row by row */

/** Memory is used again for each frame: a phone that gathers garbage ten times a second stutters. @type {Record<string, Float32Array>} */
const room = {}

/** @param {string} name @param {number} length @returns {Float32Array} what lay in it last time is still there */
export function buffer(name, length) {
  if (room[name]?.length !== length) room[name] = new Float32Array(length)
  return room[name]
}

/** A quarter, a half, a quarter. @param {Float32Array} from @param {Float32Array} to @param {number} stride to the neighbours */
function blur(from, to, stride) {
  to.set(from)
  for (let i = stride; i < from.length - stride; i++) to[i] = (from[i - stride] + 2 * from[i] + from[i + stride]) / 4
}

let sums = new Uint16Array()

/** Blurred before the colours are told apart, in whole numbers: less work than three blurs of fractions. @param {Uint8ClampedArray} rgba @param {number} width @param {number} height @returns {Frame} */
export function toFrame(rgba, width, height) {
  const row = 3 * width
  const lab = buffer("full", row * height)
  if (sums.length !== lab.length) sums = new Uint16Array(lab.length)
  for (let j = 0, i = 0; j < lab.length; j += 3, i += 4) {
    const before = i && i - 4
    const after = i + 4 < rgba.length ? i + 4 : i
    for (let c = 0; c < 3; c++) sums[j + c] = rgba[before + c] + 2 * rgba[i + c] + rgba[after + c]
  }
  for (let j = 0; j < lab.length; j += 3) {
    const above = j < row ? j : j - row
    const below = j + row < lab.length ? j + row : j
    const r = sums[above] + 2 * sums[j] + sums[below]
    const g = sums[above + 1] + 2 * sums[j + 1] + sums[below + 1]
    const b = sums[above + 2] + 2 * sums[j + 2] + sums[below + 2]
    lab[j] = (3 * r + 6 * g + b) / 160
    lab[j + 1] = (7 * (r - g)) / 160
    lab[j + 2] = (r + g - 2 * b) / 64
  }
  return { lab, width, height }
}

/** @param {Frame} frame @returns {Frame} half as wide and high */
export function halved({ lab: full, width: across, height: down }) {
  const [width, height, row] = [across >> 1, down >> 1, 3 * across]
  const lab = buffer("half", width * height * 3)
  for (let y = 0, k = 0; y < height; y++) {
    for (let x = 0, i = 2 * y * row; x < width; x++, i += 3) {
      for (let c = 0; c < 3; c++, i++, k++) lab[k] = (full[i] + full[i + 3] + full[i + row] + full[i + row + 3]) / 4
    }
  }
  const spare = buffer("halfSpare", lab.length)
  blur(lab, spare, 3)
  blur(spare, lab, 3 * width)
  return { lab, width, height }
}

/** @param {Frame} frame @param {number} x @param {number} y @returns {number} where a px begins; beyond the frame its rim goes on */
export const place = ({ width, height }, x, y) => 3 * (Math.min(Math.max(y | 0, 0), height - 1) * width + Math.min(Math.max(x | 0, 0), width - 1))
