/** Straighten: the page of four corners as seen from above. */

import { plane } from "./plane.js"

/** @typedef {import("../live/quad.js").Quad} Quad */
/** @typedef {import("./plane.js").Plane} Plane */

const FOCAL = 0.76 // of the photo's long side: phones have 24 to 28 mm in full-frame terms

/** Where places on a page, 0..1 across and down, lie in the photo. @param {Quad} quad px, clockwise from the top-left @returns {(u: number, v: number) => [number, number]} */
export function placing(quad) {
  const [a, b, c, d, e, f, g, h] = homography(quad)
  return (u, v) => {
    const w = g * u + h * v + 1
    return [(a * u + b * v + c) / w, (d * u + e * v + f) / w]
  }
}

/** Of the unit square onto a quad. Source: Heckbert 1989, "Fundamentals of texture mapping", 2.2.3. @param {Quad} quad */
function homography([[x0, y0], [x1, y1], [x2, y2], [x3, y3]]) {
  const [dx1, dy1, dx2, dy2] = [x1 - x2, y1 - y2, x3 - x2, y3 - y2]
  const [sx, sy] = [x0 - x1 + x2 - x3, y0 - y1 + y2 - y3]
  const area = dx1 * dy2 - dx2 * dy1
  const [g, h] = [(sx * dy2 - dx2 * sy) / area, (dx1 * sy - sx * dy1) / area]
  return [x1 - x0 + g * x1, x3 - x0 + h * x3, x0, y1 - y0 + g * y1, y3 - y0 + h * y3, y0, g, h]
}

/** @typedef {{left: number, top: number, width: number, height: number}} Part px of the page */

/** @param {Plane} photo @param {Quad} quad @param {number} width px, of the whole page @param {number} height @param {Part} [part] of it, else all @returns {Plane} */
export function flatten(photo, quad, width, height, part = { left: 0, top: 0, width, height }) {
  const page = plane(part.width, part.height)
  const [to, from, wide] = [page.data, photo.data, photo.width]
  const [a, b, c, d, e, f, g, h] = homography(quad)
  const [right, bottom] = [wide - 1.001, photo.height - 1.001]
  for (let row = 0, i = 0; row < page.height; row++) {
    const v = (part.top + row + 0.5) / height
    const [across, down, far] = [b * v + c, e * v + f, h * v + 1]
    for (let column = 0; column < page.width; column++, i++) {
      const u = (part.left + column + 0.5) / width
      const near = 1 / (g * u + far)
      const x = within((a * u + across) * near - 0.5, right)
      const y = within((d * u + down) * near - 0.5, bottom)
      const [left, over] = [x | 0, y | 0]
      const k = over * wide + left
      const s = x - left
      const top = from[k] + s * (from[k + 1] - from[k])
      to[i] = top + (y - over) * (from[k + wide] + s * (from[k + wide + 1] - from[k + wide]) - top)
    }
  }
  return page
}

/** @param {number} v @param {number} most */
const within = (v, most) => (v < 0 ? 0 : v > most ? most : v)

/** The lengths of top, right, bottom and left. @param {Quad} quad @returns {number[]} px */
export const sidesOf = (quad) => quad.map(([x, y], i) => Math.hypot(x - quad[(i + 1) & 3][0], y - quad[(i + 1) & 3][1]))

/**
 * True width to height of a page from its corners in a photo, for a camera of the usual focal length.
 * Source: Zhang & He 2007, "Whiteboard scanning and image enhancement", section 3.
 *
 * @param {Quad} quad @param {number} width px, of the photo @param {number} height
 */
export function aspect(quad, width, height) {
  const long = Math.max(width, height)
  const [a, b, c, d] = quad.map(([x, y]) => [(x - width / 2) / long, (y - height / 2) / long, 1])
  const diagonal = cross(a, c)
  const k2 = dot(diagonal, d) / dot(cross(b, c), d)
  const k3 = dot(diagonal, b) / dot(cross(d, c), b)
  const lengths = [b, d].map((corner, i) => {
    const k = i ? k3 : k2
    const [x, y, z] = corner.map((v, axis) => k * v - a[axis])
    return Math.hypot(x / FOCAL, y / FOCAL, z)
  })
  return lengths[0] / lengths[1]
}

/** @param {number[]} a @param {number[]} b */
const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
/** @param {number[]} a @param {number[]} b */
const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
