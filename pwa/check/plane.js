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
export const blur = (of, size) => turned(turned(of, size), size)

/** Dark strokes narrower than the square are filled with what is around them. @param {Plane} of @param {number} size odd, px */
export const close = (of, size) => square(square(of, size, 0), size, 255)

/**
 * The brightest (flip 0) or the darkest (flip 255) of a square around each px; what is beyond the rim does not count.
 * A window twice as long is the better of two windows, so a long one takes few steps.
 *
 * @param {Plane} of @param {number} size odd, px @param {number} flip
 */
function square({ data, width, height }, size, flip) {
  const reach = size >> 1
  const [wide, high] = [width + 2 * reach, height + 2 * reach]
  const all = new Uint8Array(wide * high)
  for (let y = 0, i = 0; y < height; y++) for (let x = 0, k = (y + reach) * wide + reach; x < width; x++, i++, k++) all[k] = data[i] ^ flip
  spread(all, size, 1)
  spread(all, size, wide)
  const to = plane(width, height)
  for (let y = 0, i = 0; y < height; y++) for (let x = 0, k = y * wide; x < width; x++, i++, k++) to.data[i] = all[k] ^ flip
  return to
}

/** Each px becomes the brightest of `size` px from it on, in place. @param {Uint8Array} all @param {number} size @param {number} step px from one to the next */
function spread(all, size, step) {
  for (let length = 1; length < size; ) {
    const more = Math.min(length, size - length)
    const last = all.length - more * step
    for (let i = 0, k = more * step; i < last; i++, k++) if (all[k] > all[i]) all[i] = all[k]
    length += more
  }
}

/** Along each row; rows become columns, so that twice is both ways. @param {Plane} of @param {number} size */
function turned({ data, width, height }, size) {
  const to = plane(height, width)
  const [reach, last] = [size >> 1, width - 1]
  for (let y = 0; y < height; y++) {
    const start = y * width
    let sum = data[start] * (reach + 1)
    for (let k = 1; k <= reach; k++) sum += data[start + (k < last ? k : last)]
    for (let x = 0, at = y; x < width; x++, at += height) {
      to.data[at] = sum / size
      const [ahead, behind] = [x + reach + 1, x - reach]
      sum += data[start + (ahead < last ? ahead : last)] - data[start + (behind > 0 ? behind : 0)]
    }
  }
  return to
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
