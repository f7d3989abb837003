/**
 * What a file is and whether it is whole, from its own bytes and before anything is decoded: a few hundred bytes can
 * ask a decoder for gigabytes.
 */

export const MAX_PIXELS = 50_000_000

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

/**
 * How many pages a PDF has, where it says so in plain bytes; newer ones pack the tree of their pages, and are not unpacked.
 *
 * @param {ArrayBuffer} buffer
 * @returns {number} 0 when it does not say
 */
export function pdfPages(buffer) {
  const trees = new TextDecoder("latin1").decode(buffer).matchAll(/\/Type\s*\/Pages\b[^<>]*?\/Count\s+(\d+)|\/Count\s+(\d+)[^<>]*?\/Type\s*\/Pages\b/g)
  return Math.max(0, ...[...trees].map((tree) => Number(tree[1] ?? tree[2]))) // the root has all of them
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
