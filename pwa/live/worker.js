/** Beside the page, so that its buttons never wait: a frame comes in, what is seen in it goes out. */

import { findPage } from "./find.js"
import { measure } from "./measure.js"

const self = /** @type {any} */ (globalThis)
/** @type {import("./find.js").Found | null} */
let found = null

self.addEventListener("message", (/** @type {MessageEvent<{rgba: Uint8ClampedArray, width: number, height: number}>} */ { data: { rgba, width, height } }) => {
  found = findPage(rgba, width, height, found)
  const whole = /** @type {import("./quad.js").Quad} */ ([[0, 0], [width, 0], [width, height], [0, height]])
  self.postMessage({ found, width, height, ...measure(rgba, width, height, found?.corners ?? whole) })
})
