/** One channel of a picture, and what OpenCV calls resize, blur, dilate and erode, as far as a verdict needs them. */

/** @typedef {{data: Uint8ClampedArray, width: number, height: number}} Plane a byte a px, row by row */

/** @param {number} width @param {number} height @returns {Plane} */
export const plane = (width, height) => ({ data: new Uint8ClampedArray(width * height), width, height })

/** Lightness by ITU-R BT.601. @param {Uint8ClampedArray} rgba @param {number} width @param {number} height @returns {Plane} */
export function greyOf(rgba, width, height) {
  const grey = plane(width, height)
  const { data } = grey
  for (let i = 0, k = 0; i < data.length; i++, k += 4) data[i] = (77 * rgba[k] + 150 * rgba[k + 1] + 29 * rgba[k + 2] + 128) >> 8
  return grey
}

/** Red, green or blue alone. @param {{data: Uint8ClampedArray, width: number, height: number}} photo rgba @param {number} channel 0, 1 or 2 @returns {Plane} */
export function channelOf({ data: rgba, width, height }, channel) {
  const one = plane(width, height)
  for (let i = 0, k = channel; i < one.data.length; i++, k += 4) one.data[i] = rgba[k]
  return one
}

/** Half as wide and high, each px the mean of four; an odd last row or column is left out. @param {Plane} of @returns {Plane} */
export function halve(of) {
  const half = plane(of.width >> 1 || 1, of.height >> 1 || 1)
  const [right, down] = [of.width > 1 ? 1 : 0, of.height > 1 ? of.width : 0]
  for (let y = 0, i = 0; y < half.height; y++) {
    for (let x = 0, k = 2 * y * of.width; x < half.width; x++, i++, k += 2) half.data[i] = (of.data[k] + of.data[k + right] + of.data[k + down] + of.data[k + right + down] + 2) >> 2
  }
  return half
}

/** The mean of a square around each px; beyond the rim the px beside it counts on. @param {Plane} of @param {number} size odd, px */
export const blur = (of, size) => turned(turned(of, size, means), size, means)

/** Dark strokes narrower than the square are filled with what is around them. @param {Plane} of @param {number} size odd, px */
export const close = (of, size) => square(square(of, size, brightest), size, darkest)

/** @param {Plane} of @param {number} size @param {Line} line @returns {Plane} */
const square = (of, size, line) => turned(turned(of, size, line), size, line)

/** @typedef {(from: Uint8ClampedArray, start: number, length: number, reach: number, to: Uint8ClampedArray, at: number, step: number) => void} Line */

/** Along each row; rows become columns, so that twice is both ways. @param {Plane} of @param {number} size @param {Line} line */
function turned(of, size, line) {
  const to = plane(of.height, of.width)
  for (let y = 0; y < of.height; y++) line(of.data, y * of.width, of.width, size >> 1, to.data, y, of.height)
  return to
}

/** @type {Line} */
function means(from, start, length, reach, to, at, step) {
  const last = start + length - 1
  let sum = from[start] * (reach + 1)
  for (let k = 1; k <= reach; k++) sum += from[Math.min(start + k, last)]
  for (let x = 0, width = 2 * reach + 1; x < length; x++, at += step) {
    to[at] = sum / width
    sum += from[Math.min(start + x + reach + 1, last)] - from[Math.max(start + x - reach, start)]
  }
}

/** @type {Line} */
const brightest = (from, start, length, reach, to, at, step) => extreme(from, start, length, reach, to, at, step, 0)
/** @type {Line} */
const darkest = (from, start, length, reach, to, at, step) => extreme(from, start, length, reach, to, at, step, 255)

/** The brightest (flip 0) or darkest (flip 255) within reach: the places that may become it wait in a queue. */
function extreme(/** @type {Uint8ClampedArray} */ from, /** @type {number} */ start, /** @type {number} */ length, /** @type {number} */ reach, /** @type {Uint8ClampedArray} */ to, /** @type {number} */ at, /** @type {number} */ step, /** @type {number} */ flip) {
  const queue = new Int32Array(length)
  let [head, tail] = [0, 0]
  for (let x = 0; x < length + reach; x++) {
    if (x < length) {
      const level = from[start + x] ^ flip
      while (tail > head && (from[start + queue[tail - 1]] ^ flip) <= level) tail--
      queue[tail++] = x
    }
    if (x < reach) continue
    if (queue[head] < x - 2 * reach) head++
    to[at] = from[start + queue[head]]
    at += step
  }
}

/** The level that so large a share of the px stays below. @param {ArrayLike<number>} levels @param {number} share 0..1 */
export function level(levels, share) {
  const count = new Uint32Array(256)
  for (let i = 0; i < levels.length; i++) count[levels[i]]++
  let sum = 0
  for (let k = 0; k < 256; k++) {
    sum += count[k]
    if (sum >= share * levels.length) return k
  }
  return 255
}
