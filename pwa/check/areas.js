/** Marks that touch each other, corners included, as one area each. */

/** @typedef {{left: number, top: number, width: number, height: number, size: number}} Area px; size: how many are marked */

/**
 * @param {Uint8Array} marks 1 = marked
 * @param {number} width
 * @param {number} height
 * @returns {{areas: Area[], labels: Int32Array}} labels: 1 + the index of the area, 0 where nothing is marked
 */
export function areasOf(marks, width, height) {
  const labels = new Int32Array(marks.length)
  const stack = new Int32Array(marks.length)
  /** @type {Area[]} */
  const areas = []
  for (let start = 0; start < marks.length; start++) {
    if (!marks[start] || labels[start]) continue
    const name = areas.length + 1
    let [left, right, top, bottom, size, depth] = [width, 0, height, 0, 0, 1]
    stack[0] = start
    labels[start] = name
    while (depth) {
      const at = stack[--depth]
      const [x, y] = [at % width, (at / width) | 0]
      size++
      left = Math.min(left, x)
      right = Math.max(right, x)
      top = Math.min(top, y)
      bottom = Math.max(bottom, y)
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
        for (let nx = Math.max(0, x - 1), near = ny * width + nx; nx <= Math.min(width - 1, x + 1); nx++, near++) {
          if (!marks[near] || labels[near]) continue
          labels[near] = name
          stack[depth++] = near
        }
      }
    }
    areas.push({ left, top, width: right - left + 1, height: bottom - top + 1, size })
  }
  return { areas, labels }
}
