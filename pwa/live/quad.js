/** Points, lines and quads. A line is a normal of length 1 and its distance from the origin: nx x + ny y = d. */

/** @typedef {[number, number]} Point x, y */
/** @typedef {Point[]} Quad four corners */
/** @typedef {{nx: number, ny: number, d: number}} Line */

const { abs, hypot } = Math

/** @param {number[]} list */
export const mean = (list) => list.reduce((sum, v) => sum + v, 0) / list.length

/** Twice the area that three points enclose; its sign tells which way round. @param {Point} a @param {Point} b @param {Point} c */
export const turn = (a, b, c) => (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0])

/** @param {Quad} quad */
export const area = ([a, b, c, d]) => abs(turn(a, b, c) + turn(c, d, a)) / 2

/** @param {Quad} quad */
export const convex = (quad) => abs(quad.reduce((sum, p, i) => sum + Math.sign(turn(p, quad[(i + 1) & 3], quad[(i + 2) & 3])), 0)) === 4

/** @param {Quad} quad @returns {Quad} clockwise from the top-left */
export function order(quad) {
  const [mx, my] = [mean(quad.map((p) => p[0])), mean(quad.map((p) => p[1]))]
  const ring = [...quad].sort((p, q) => Math.atan2(p[1] - my, p[0] - mx) - Math.atan2(q[1] - my, q[0] - mx))
  const sums = ring.map(([x, y]) => x + y)
  const first = sums.indexOf(Math.min(...sums))
  return [...ring.slice(first), ...ring.slice(0, first)]
}

/** The line from one point to another; its normal points into a clockwise quad. @param {Point} a @param {Point} b @returns {Line & {length: number}} */
export function through([ax, ay], [bx, by]) {
  const length = hypot(bx - ax, by - ay)
  const [nx, ny] = [(ay - by) / length, (bx - ax) / length]
  return { nx, ny, d: nx * ax + ny * ay, length }
}

/** @param {Line} one @param {Line} two @returns {{at: Point, sine: number}} where they cross, and the sine of the angle */
export function meet(one, two) {
  const sine = one.nx * two.ny - one.ny * two.nx
  return { at: [(one.d * two.ny - two.d * one.ny) / sine, (one.nx * two.d - two.nx * one.d) / sine], sine: abs(sine) }
}

/** @param {Line} line @param {{x: number, y: number}} point @returns {number} px, on which side and how far */
export const off = (line, { x, y }) => line.nx * x + line.ny * y - line.d

/** The line through weighted points, by least squares across it. @param {{x: number, y: number, weight: number}[]} points @returns {Line} */
export function fitLine(points) {
  let [n, mx, my, xx, xy, yy] = [0, 0, 0, 0, 0, 0]
  for (const { x, y, weight } of points) {
    n += weight
    mx += weight * x
    my += weight * y
  }
  mx /= n
  my /= n
  for (const { x, y, weight } of points) {
    xx += weight * (x - mx) ** 2
    yy += weight * (y - my) ** 2
    xy += weight * (x - mx) * (y - my)
  }
  const along = Math.atan2(2 * xy, xx - yy) / 2
  const [nx, ny] = [-Math.sin(along), Math.cos(along)]
  return { nx, ny, d: nx * mx + ny * my }
}
