/**
 * Files and photos before they are sent: what is it, is it whole, and how to make it smaller.
 *
 * The header is read before anything is decoded: a few hundred bytes can ask a decoder for gigabytes. One image
 * at a time is in memory, and canvases are set to 0x0 after use because iOS frees them only then.
 */

/** 2200 px and 0.7 keep 7 pt print readable at about 173 dpi for 450 KB a page; below 1600 px it is lost. */
export const LONG_EDGE = 2200
const QUALITY = 0.7
const THUMB_EDGE = 360
const MAX_PIXELS = 50_000_000

/** A file that cannot be handed in, with a code that has its own sentence. */
export class FileProblem extends Error {
  /** @param {string} code @param {string} [name] of the file */
  constructor(code, name = "") {
    super(code)
    this.name = "FileProblem"
    this.code = code
    this.messageKey = `error.${code}`
    this.file = name
  }
}

/** @param {Uint8Array} bytes @param {number} from @param {number} to @returns {string} */
const latin = (bytes, from, to) => String.fromCharCode(...bytes.subarray(from, Math.min(to, bytes.length)))

/**
 * Read what kind of file this is from its own bytes; the name and the type the browser tells are not believed.
 *
 * @param {ArrayBuffer} buffer
 * @returns {{type: string, width: number, height: number}} pixels 0 when the header does not tell
 * @throws {FileProblem}
 */
export function inspect(buffer) {
  const bytes = new Uint8Array(buffer)
  if (!bytes.length) throw new FileProblem("file_empty")
  const found = photo(bytes) ?? paper(bytes)
  if (!found) throw new FileProblem("file_not_image")
  if (found.width * found.height > MAX_PIXELS) throw new FileProblem("file_too_many_pixels")
  return found
}

/** @param {Uint8Array} bytes */
function photo(bytes) {
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return jpeg(bytes)
  if (latin(bytes, 0, 8) === "\x89PNG\r\n\x1a\n") return png(bytes)
  if (latin(bytes, 0, 4) === "RIFF" && latin(bytes, 8, 12) === "WEBP") return webp(bytes)
  const brand = latin(bytes, 4, 8) === "ftyp" ? latin(bytes, 8, 12) : ""
  if (/^(hei|hev|mif1|msf1)/.test(brand)) return { type: "image/heic", width: 0, height: 0 }
  if (brand === "avif") return { type: "image/avif", width: 0, height: 0 }
  return null
}

/** @param {Uint8Array} bytes */
function paper(bytes) {
  const start = latin(bytes, 0, 1024)
  if (start.includes("%PDF-")) {
    if (isEncrypted(bytes)) throw new FileProblem("file_pdf_encrypted")
    return { type: "application/pdf", width: 0, height: 0 }
  }
  if (/<svg[\s>]/i.test(start)) throw new FileProblem("file_svg")
  return null
}

/** Markers of a JPEG up to the picture's data, then the end marker: a cut-off download has none. @param {Uint8Array} b */
function jpeg(b) {
  let width = 0
  let height = 0
  for (let at = 2; at + 9 < b.length; ) {
    if (b[at] !== 0xff) break
    const marker = b[at + 1]
    if (marker === 0xff) {
      at++
      continue
    }
    // SOF0..SOF15 without DHT, JPG and DAC
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      height = (b[at + 5] << 8) | b[at + 6]
      width = (b[at + 7] << 8) | b[at + 8]
    }
    if (marker === 0xda) {
      if (!hasEnd(b, at)) throw new FileProblem("file_cut_off")
      return { type: "image/jpeg", width, height }
    }
    at += 2 + ((b[at + 2] << 8) | b[at + 3])
  }
  throw new FileProblem("file_cut_off")
}

/** In the compressed data 0xff is always followed by 0 or a restart marker, so ff d9 can only be the end. @param {Uint8Array} b @param {number} from */
function hasEnd(b, from) {
  for (let at = b.indexOf(0xff, from + 2); at >= 0; at = b.indexOf(0xff, at + 1)) if (b[at + 1] === 0xd9) return true
  return false
}

/** @param {Uint8Array} b */
function png(b) {
  const view = new DataView(b.buffer, b.byteOffset)
  if (b.length < 33) throw new FileProblem("file_cut_off")
  const size = { type: "image/png", width: view.getUint32(16), height: view.getUint32(20) }
  if (size.width * size.height <= MAX_PIXELS && !latin(b, b.length - 64, b.length).includes("IEND")) throw new FileProblem("file_cut_off")
  return size
}

/** @param {Uint8Array} b */
function webp(b) {
  const view = new DataView(b.buffer, b.byteOffset)
  if (b.length < 30 || view.getUint32(4, true) + 8 > b.length) throw new FileProblem("file_cut_off")
  const type = "image/webp"
  const form = latin(b, 12, 16)
  if (form === "VP8X") return { type, width: 1 + (view.getUint32(24, true) & 0xffffff), height: 1 + (view.getUint32(27, true) & 0xffffff) }
  if (form === "VP8 ") return { type, width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff }
  const bits = view.getUint32(21, true)
  return { type, width: 1 + (bits & 0x3fff), height: 1 + ((bits >> 14) & 0x3fff) }
}

/** The trailer of a locked PDF names its /Encrypt dictionary in plain bytes. @param {Uint8Array} b */
function isEncrypted(b) {
  const decoder = new TextDecoder("latin1")
  const step = 1 << 20
  for (let at = 0; at < b.length; at += step) {
    if (/\/Encrypt\s*(\d+\s+\d+\s+R|<<)/.test(decoder.decode(b.subarray(at, at + step + 64)))) return true
  }
  return false
}

/**
 * Make a photo small enough to send: upright, long edge 2200 px, JPEG, without EXIF and GPS.
 *
 * @param {ArrayBuffer} buffer
 * @param {string} type
 * @returns {Promise<{buffer: ArrayBuffer, type: string, thumb: ArrayBuffer}>}
 * @throws {FileProblem}
 */
export async function shrink(buffer, type) {
  const file = new Blob([buffer], { type })
  const bitmap = await decode(file).catch(() => {
    throw new FileProblem(type === "image/heic" ? "file_heic" : "file_not_image")
  })
  try {
    const [width, height] = fit(bitmap.width, bitmap.height, LONG_EDGE)
    return { buffer: await paint(bitmap, width, height, QUALITY), type: "image/jpeg", thumb: await thumbnail(bitmap) }
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
 * What the camera shows now, as a finished page: already the size that is sent, so nothing is left to decode.
 *
 * @param {HTMLVideoElement | ImageBitmap} frame
 * @returns {Promise<{buffer: ArrayBuffer, type: string, thumb: ArrayBuffer}>}
 */
export async function capture(frame) {
  const [w, h] = frame instanceof HTMLVideoElement ? [frame.videoWidth, frame.videoHeight] : [frame.width, frame.height]
  const [width, height] = fit(w, h, LONG_EDGE)
  return { buffer: await paint(frame, width, height, QUALITY), type: "image/jpeg", thumb: await thumbnail(frame, w, h) }
}

/** @param {ImageBitmap | HTMLVideoElement} picture @param {number} [w] @param {number} [h] */
function thumbnail(picture, w = /** @type {ImageBitmap} */ (picture).width, h = /** @type {ImageBitmap} */ (picture).height) {
  return paint(picture, ...fit(w, h, THUMB_EDGE), 0.6)
}

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
    /** @type {Blob | null} */
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality))
    if (!blob?.size) throw new FileProblem("not_saved")
    return await blob.arrayBuffer()
  } finally {
    canvas.width = canvas.height = 0
  }
}
