/** Beside the page, so that its buttons never wait: a photo comes in, what is seen on it and how it will look go out. */

import { findPage, SIDE } from "../live/find.js"
import { aspect, flatten } from "./flat.js"
import { channelOf } from "./plane.js"
import { verdict } from "./limits.js"
import { isCard, measure } from "./numbers.js"
import { dress } from "./tone.js"

/** @typedef {import("../live/quad.js").Quad} Quad */
/** @typedef {import("./numbers.js").Photo} Photo */
/** @typedef {{photo: Blob, corners: Quad | null, wanted: number | null, natural?: boolean}} Question corners: set by a person; wanted: px, long side of the picture of the page, null for none; natural: its light as it was taken */
/** @typedef {{problems: import("./limits.js").Problem[], spot: import("./numbers.js").Spot | null, corners: Quad | null, mode: import("./tone.js").Mode | null, picture: ArrayBuffer | null}} Answer corners: px of the photo; spot: of the worst problem; picture: JPEG of the flat page */

const QUALITY = 0.7

const self = /** @type {any} */ (globalThis)

self.addEventListener("message", async (/** @type {MessageEvent<Question>} */ { data }) => {
  try {
    const answer = await check(data)
    self.postMessage({ answer }, answer.picture ? [answer.picture] : [])
  } catch (error) {
    self.postMessage({ error: String(error) })
  }
})

/** @param {Question} question @returns {Promise<Answer>} */
async function check({ photo, corners, wanted, natural }) {
  const bitmap = await createImageBitmap(photo)
  try {
    const seen = corners ?? search(bitmap)
    const { numbers, spots } = measure(pixels(bitmap, bitmap.width, bitmap.height), seen)
    const problems = verdict(numbers)
    const page = wanted ? flat(bitmap, seen, wanted) : null
    const mode = page && !natural ? dress(page, isCard(page[0].width / page[0].height)) : null
    return { problems, spot: spots[problems[0]] ?? null, corners: seen, mode, picture: page && (await jpeg(page)) }
  } finally {
    bitmap.close()
  }
}

/** @param {ImageBitmap} bitmap @returns {Quad | null} */
function search(bitmap) {
  const scale = SIDE / Math.max(bitmap.width, bitmap.height)
  const small = pixels(bitmap, Math.round(bitmap.width * scale), Math.round(bitmap.height * scale))
  const found = findPage(small.data, small.width, small.height)
  return found && found.corners.map(([x, y]) => [x / scale, y / scale])
}

/** @param {ImageBitmap} bitmap @param {number} width @param {number} height @returns {Photo} */
function pixels(bitmap, width, height) {
  const paper = /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true }))
  paper.imageSmoothingQuality = "high"
  paper.drawImage(bitmap, 0, 0, width, height)
  return paper.getImageData(0, 0, width, height)
}

/** The flat page, red, green and blue. @param {ImageBitmap} bitmap @param {Quad | null} quad @param {number} long px */
function flat(bitmap, quad, long) {
  const scale = Math.min(1, (1.3 * long) / Math.max(bitmap.width, bitmap.height)) // a page fills most of its photo
  const photo = pixels(bitmap, Math.max(1, Math.round(bitmap.width * scale)), Math.max(1, Math.round(bitmap.height * scale)))
  const corners = /** @type {Quad} */ (quad ? quad.map(([x, y]) => [x * scale, y * scale]) : [[0, 0], [photo.width, 0], [photo.width, photo.height], [0, photo.height]])
  const ratio = quad ? Math.min(8, Math.max(0.125, aspect(corners, photo.width, photo.height))) : photo.width / photo.height
  const [width, height] = ratio < 1 ? [Math.round(long * ratio), long] : [long, Math.round(long / ratio)]
  return [0, 1, 2].map((channel) => flatten(channelOf(photo, channel), corners, width, height))
}

/** @param {import("./plane.js").Plane[]} page @returns {Promise<ArrayBuffer>} */
async function jpeg([red, green, blue]) {
  const image = new ImageData(red.width, red.height)
  for (let i = 0, k = 0; i < red.data.length; i++, k += 4) {
    image.data[k] = red.data[i]
    image.data[k + 1] = green.data[i]
    image.data[k + 2] = blue.data[i]
    image.data[k + 3] = 255
  }
  const canvas = new OffscreenCanvas(red.width, red.height)
  canvas.getContext("2d")?.putImageData(image, 0, 0)
  return (await canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY })).arrayBuffer()
}
