/**
 * Photos made small enough to send. One at a time is in memory, and canvases are set to 0x0 after use because iOS
 * frees them only then.
 */

import { FileProblem, MAX_PIXELS } from "./header.js"

/** 2200 px and 0.7 keep 7 pt print readable at about 173 dpi for 450 KB a page; below 1600 px it is lost. */
export const LONG_EDGE = 2200
const QUALITY = 0.7
const BLACKENED = 0.8 // it is the second time that this photo becomes a JPEG; of a PDF, small print
/** For a phone that is full: half the bytes, and still readable. */
const TIGHT = { edge: 1600, quality: 0.6 }
const THUMB_EDGE = 360

/**
 * Make a photo small enough to send: upright, long edge 2200 px, JPEG, without EXIF and GPS.
 *
 * @param {ArrayBuffer} buffer
 * @param {string} type
 * @param {boolean} [tight] as small as can still be read
 * @returns {Promise<{buffer: ArrayBuffer, type: string, thumb: ArrayBuffer}>}
 * @throws {FileProblem}
 */
export const shrink = (buffer, type, tight = false) => drawn(buffer, type, (bitmap) => page(bitmap, tight))

/**
 * What is in a photo, small, without keeping any of it.
 *
 * @param {ArrayBuffer} buffer
 * @param {string} type
 * @returns {Promise<ArrayBuffer>} JPEG, upright
 * @throws {FileProblem}
 */
export const preview = (buffer, type) => drawn(buffer, type, thumbnail)

/**
 * @template T
 * @param {ArrayBuffer} buffer
 * @param {string} type
 * @param {(bitmap: ImageBitmap) => Promise<T>} use
 * @returns {Promise<T>}
 */
async function drawn(buffer, type, use) {
  const bitmap = await decode(new Blob([buffer], { type })).catch(() => {
    throw new FileProblem(type === "image/heic" ? "file_heic" : "file_not_image")
  })
  try {
    return await use(bitmap)
  } finally {
    bitmap.close()
  }
}

/**
 * Let the browser decode at the size we want; iOS gives blank canvases above 16.7 million pixels. Some engines
 * count `resizeWidth` before turning the photo upright: then the result is too small and is made again in full.
 *
 * @param {Blob} file
 * @returns {Promise<ImageBitmap>}
 */
async function decode(file) {
  const { width, height } = await measure(file)
  const [wanted] = fit(width, height, LONG_EDGE)
  if (wanted >= width) return createImageBitmap(file, { imageOrientation: "from-image" })
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image", resizeWidth: wanted, resizeQuality: "high" })
  if (Math.max(bitmap.width, bitmap.height) >= LONG_EDGE - 2) return bitmap
  bitmap.close()
  return createImageBitmap(file, { imageOrientation: "from-image" })
}

/** @param {Blob} file @returns {Promise<{width: number, height: number}>} upright, without decoding the pixels */
async function measure(file) {
  const address = URL.createObjectURL(file)
  try {
    const image = new Image()
    await new Promise((resolve, reject) => {
      image.onload = resolve
      image.onerror = reject
      image.src = address
    })
    if (image.naturalWidth * image.naturalHeight > MAX_PIXELS) throw new Error("too large")
    return { width: image.naturalWidth, height: image.naturalHeight }
  } finally {
    URL.revokeObjectURL(address)
  }
}

/**
 * What the camera showed, as a finished page: already the size that is sent, so nothing is left to decode.
 *
 * @param {ImageBitmap} frame
 * @param {boolean} [tight] as small as can still be read
 */
export const capture = (frame, tight = false) => page(frame, tight)

/** @typedef {[left: number, top: number, width: number, height: number]} Box parts of the upright photo */

/**
 * A photo with black boxes in place of what was there. Only pixels that are black go into the new file.
 *
 * @param {ArrayBuffer} buffer
 * @param {string} type
 * @param {Box[]} boxes
 * @returns {Promise<{buffer: ArrayBuffer, type: string, thumb: ArrayBuffer, scale: number}>} scale: px of the new photo for one of the old
 * @throws {FileProblem}
 */
export async function blacken(buffer, type, boxes) {
  const file = new Blob([buffer], { type })
  const { width } = await measure(file)
  const photo = await decode(file)
  const canvas = document.createElement("canvas")
  Object.assign(canvas, { width: photo.width, height: photo.height })
  try {
    const paper = canvas.getContext("2d")
    if (!paper) throw new FileProblem("not_saved")
    paper.drawImage(photo, 0, 0)
    return { buffer: await drawing(canvas, boxes), type: "image/jpeg", thumb: await thumbnail(canvas), scale: photo.width / width }
  } finally {
    photo.close()
    canvas.width = canvas.height = 0
  }
}

/**
 * A drawn page as a file, with black boxes where they are wanted.
 *
 * @param {HTMLCanvasElement} canvas is drawn on
 * @param {Box[]} boxes
 * @returns {Promise<ArrayBuffer>} JPEG
 */
export function drawing(canvas, boxes = []) {
  const paper = canvas.getContext("2d")
  if (!paper) throw new FileProblem("not_saved")
  paper.setTransform(1, 0, 0, 1, 0, 0)
  paper.fillStyle = "#000"
  for (const box of boxes) paper.fillRect(...outward(box, canvas.width, canvas.height))
  return toJpeg(canvas, BLACKENED)
}

/** To whole px: no pixel is half of what it was. @param {Box} box @param {number} wide @param {number} high @returns {Box} */
function outward([left, top, width, height], wide, high) {
  const [x, y] = [Math.floor(left * wide), Math.floor(top * high)]
  return [x, y, Math.ceil((left + width) * wide) - x, Math.ceil((top + height) * high) - y]
}

/** @param {ImageBitmap} picture @param {boolean} tight @returns {Promise<{buffer: ArrayBuffer, type: string, thumb: ArrayBuffer}>} */
async function page(picture, tight) {
  const [width, height] = fit(picture.width, picture.height, tight ? TIGHT.edge : LONG_EDGE)
  return { buffer: await paint(picture, width, height, tight ? TIGHT.quality : QUALITY), type: "image/jpeg", thumb: await thumbnail(picture) }
}

/** @param {ImageBitmap | HTMLCanvasElement} picture @param {number} [edge] px, its longer side @returns {Promise<ArrayBuffer>} JPEG */
export const thumbnail = (picture, edge = THUMB_EDGE) => paint(picture, ...fit(picture.width, picture.height, edge), 0.6)

/** @param {number} width @param {number} height @param {number} edge @returns {[number, number]} never larger than it is */
function fit(width, height, edge) {
  const scale = Math.min(1, edge / Math.max(width, height))
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))]
}

/** @param {CanvasImageSource} picture @param {number} width @param {number} height @param {number} quality @returns {Promise<ArrayBuffer>} */
async function paint(picture, width, height, quality) {
  const canvas = document.createElement("canvas")
  canvas.width = width
  canvas.height = height
  try {
    const context = canvas.getContext("2d")
    if (!context) throw new FileProblem("not_saved")
    context.fillStyle = "#fff" // a PNG's transparent ground is paper, not black
    context.fillRect(0, 0, width, height)
    context.imageSmoothingQuality = "high"
    context.drawImage(picture, 0, 0, width, height)
    return await toJpeg(canvas, quality)
  } finally {
    canvas.width = canvas.height = 0
  }
}

/** @param {HTMLCanvasElement} canvas @param {number} quality @returns {Promise<ArrayBuffer>} */
async function toJpeg(canvas, quality) {
  /** @type {Blob | null} */
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality))
  if (!blob?.size) throw new FileProblem("not_saved")
  return blob.arrayBuffer()
}
