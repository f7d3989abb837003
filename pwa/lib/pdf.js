/**
 * PDFs on this phone: what is in them, as pictures, without some of their pages, and with black boxes. pdf.js does the
 * reading. It is large, so this module and it are fetched with the first PDF and kept from then on. One page is in memory
 * at a time, and the worker that holds the file goes with it.
 */

import { FileProblem } from "./header.js"
import { drawing, thumbnail } from "./image.js"
import { ownWorker } from "./shell.js"

/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./types.js").Page} Page */
/** @typedef {import("./image.js").Box} Box */
/** @typedef {Awaited<ReturnType<typeof open>>} Pdf */

const TYPE = "application/pdf"
const FOLDER = "/vendor/pdfjs/"
const WORKER = `${FOLDER}pdf.worker.min.mjs`
const WITH_IT = [WORKER, `${FOLDER}jbig2_nowasm_fallback.js`, `${FOLDER}openjpeg_nowasm_fallback.js`]
const FINE = 200 / 72 // px for a point: 200 dpi
const LARGEST = 6_000_000 // px of a page, for phones with little memory
const LONGEST = 8_000 // px of its longer side
const SMALL = 480 // px
const BEYOND = 0.1 // of a page: a margin for the cutter is no other page
const PATIENCE = 60_000 // ms
const MAX_ATTEMPTS = 2 // after so many crashes a PDF is not looked into by itself
/** "Seite 2 von 4", "Blatt 2/4", "Page 2 of 4" */
const NUMBERED = /\b(?:Seite|Blatt|Page)\s*(\d{1,3})\s*(?:von|of|\/)\s*(\d{1,3})\b/i

/** All of it is fetched at once, to be there without a network, too. @type {Promise<typeof import("../vendor/pdfjs/pdf.min.mjs")> | undefined} */
let fetched

/** @throws {FileProblem} not fetched yet, or nothing for this browser */
async function library() {
  fetched ??= Promise.all([import("../vendor/pdfjs/pdf.min.mjs"), import("./compose.js"), ...WITH_IT.map((path) => fetch(path))]).then(([found]) => found)
  try {
    return await fetched
  } catch {
    fetched = undefined
    throw new FileProblem("pdf_viewer")
  }
}

/**
 * @param {ArrayBuffer} buffer goes to the worker, and is empty here then
 * @throws {FileProblem} this PDF cannot be shown here
 */
async function open(buffer) {
  const { getDocument, OPS, PDFWorker } = await library()
  const port = ownWorker(WORKER)
  if (!port) throw new FileProblem("pdf_viewer")
  /** @type {(problem: FileProblem) => void} */
  let fail = () => {}
  const failed = new Promise((_, reject) => (fail = reject))
  failed.catch(() => {})
  port.addEventListener("error", () => fail(new FileProblem("pdf_viewer")))
  // No WebAssembly, which our content security policy forbids: in its place a script that is asked for by the same folder.
  const task = getDocument({ data: buffer, worker: PDFWorker.create({ port }), useWasm: false, wasmUrl: FOLDER, verbosity: 0 })

  /** @template T @param {Promise<T>} work @returns {Promise<T>} */
  async function soon(work) {
    const timer = setTimeout(() => fail(new FileProblem("pdf_unseen")), PATIENCE)
    try {
      return await Promise.race([work, failed])
    } catch (error) {
      throw error instanceof FileProblem ? error : Object.assign(new FileProblem("pdf_unseen"), { cause: error })
    } finally {
      clearTimeout(timer)
    }
  }

  function close() {
    const end = () => port?.terminate()
    void task.destroy().catch(() => {}).finally(end)
    setTimeout(end, 2_000) // one that does not answer
  }

  /**
   * @template T
   * @param {number} number of the page, from 1
   * @param {(wide: number, high: number) => number} scaled px for a point
   * @param {(canvas: HTMLCanvasElement, points: [number, number]) => Promise<T>} use
   * @returns {Promise<T>}
   * @throws {FileProblem} also when a picture on the page is missing: what is sent in its place must not be empty
   */
  async function drawn(number, scaled, use) {
    const canvas = document.createElement("canvas")
    const page = await soon(doc.getPage(number))
    try {
      const { width, height } = page.getViewport({ scale: 1 })
      const viewport = page.getViewport({ scale: scaled(width, height) })
      Object.assign(canvas, { width: Math.max(1, Math.round(viewport.width)), height: Math.max(1, Math.round(viewport.height)) })
      await soon(page.render({ canvas, viewport }).promise)
      for (const things of [page.objs, page.commonObjs]) for (const [, thing] of things) if (thing === null) throw new FileProblem("pdf_unseen")
      return await use(canvas, [width, height])
    } finally {
      canvas.width = canvas.height = 0 // iOS frees it only then
      page.cleanup()
    }
  }

  const doc = await soon(task.promise).catch((error) => {
    close()
    throw error
  })

  return {
    count: doc.numPages,
    close,

    /** @param {number} number @param {number} [edge] px, the longer side @returns {Promise<ArrayBuffer>} JPEG */
    small: (number, edge = SMALL) => drawn(number, (wide, high) => edge / Math.max(wide, high), (canvas) => thumbnail(canvas, edge)),

    /**
     * A page as a picture, as fine as a scan.
     *
     * @param {number} number @param {Box[]} [boxes] black on it
     * @returns {Promise<import("./compose.js").Picture>}
     */
    picture: (number, boxes) => drawn(number, fine, async (canvas, points) => {
      const pixels = /** @type {[number, number]} */ ([canvas.width, canvas.height])
      return { jpeg: await drawing(canvas, boxes), pixels, points }
    }),

    /** @param {number} number @returns {Promise<boolean>} something is larger than its page: other pages may show other parts of it */
    async overflows(number) {
      const page = await soon(doc.getPage(number))
      return isLarger(await soon(page.getOperatorList()), OPS, page.view)
    },

    /** @param {number[]} numbers @returns {Promise<Uint8Array<ArrayBuffer>>} a PDF of these pages, and of what hangs on them */
    async extract(numbers) {
      const made = await soon(doc.extractPages([{ document: null, includePages: numbers.map((number) => number - 1) }]))
      if (!made) throw new Error("cannot be taken apart")
      return made
    },

    /** @param {number} number @returns {Promise<string>} what stands on a page */
    async text(number) {
      const page = await soon(doc.getPage(number))
      return (await soon(page.getTextContent())).items.map((item) => item.str ?? "").join(" ")
    },
  }
}

/** @param {number} wide @param {number} high points @returns {number} px for a point */
const fine = (wide, high) => Math.min(FINE, Math.sqrt(LARGEST / (wide * high)), LONGEST / Math.max(wide, high))

/**
 * @param {{fnArray: number[], argsArray: any[][]}} drawing
 * @param {Record<string, number>} ops
 * @param {number[]} view left, bottom, right, top of the page, points
 * @returns {boolean} a picture or a form goes far beyond it
 */
function isLarger({ fnArray, argsArray }, ops, [left, bottom, right, top]) {
  const spare = [(right - left) * BEYOND, (top - bottom) * BEYOND]
  let at = [1, 0, 0, 1, 0, 0]
  const kept = []
  const within = (/** @type {number[]} */ [a, b, c, d, e, f]) => (at = [at[0] * a + at[2] * b, at[1] * a + at[3] * b, at[0] * c + at[2] * d, at[1] * c + at[3] * d, at[0] * e + at[2] * f + at[4], at[1] * e + at[3] * f + at[5]])
  const isOut = (/** @type {number[]} */ [x0, y0, x1, y1]) => [[x0, y0], [x0, y1], [x1, y0], [x1, y1]].some(([x, y]) => {
    const [px, py] = [at[0] * x + at[2] * y + at[4], at[1] * x + at[3] * y + at[5]]
    return px < left - spare[0] || px > right + spare[0] || py < bottom - spare[1] || py > top + spare[1]
  })
  for (const [i, op] of fnArray.entries()) {
    const [first, second] = argsArray[i] ?? []
    if (op === ops.save || op === ops.paintFormXObjectBegin) kept.push(at)
    if (op === ops.restore || op === ops.paintFormXObjectEnd) at = kept.pop() ?? at
    if (op === ops.transform) within(argsArray[i])
    if (op === ops.paintFormXObjectBegin) {
      if (first) within(first)
      if (second && isOut(second)) return true
    }
    if ([ops.paintImageXObject, ops.paintInlineImageXObject, ops.paintImageMaskXObject].includes(op) && isOut([0, 0, 1, 1])) return true
  }
  return false
}

/**
 * @template T
 * @param {Store} store @param {string} id of a page
 * @param {(pdf: Pdf) => Promise<T>} use
 * @returns {Promise<T>} @throws {FileProblem}
 */
async function opened(store, id, use) {
  const buffer = await store.bytes(id)
  if (!buffer) throw new FileProblem("page_missing")
  const pdf = await open(buffer)
  try {
    return await use(pdf)
  } finally {
    pdf.close()
  }
}

/** A PDF to look through, page by page; it must be closed. @param {Store} store @param {string} id @returns {Promise<Pdf>} @throws {FileProblem} */
export async function look(store, id) {
  const buffer = await store.bytes(id)
  if (!buffer) throw new FileProblem("page_missing")
  return open(buffer)
}

/** @param {Pdf} pdf */
async function facts(pdf) {
  const thumb = await pdf.small(1)
  const [, at, of] = (await pdf.text(pdf.count).catch(() => "")).match(NUMBERED) ?? []
  return { sheets: pdf.count, thumb, numbered: at ? /** @type {[number, number]} */ ([Number(at), Number(of)]) : undefined }
}

/** @param {ArrayBuffer} buffer of a file that is not yet a page @returns {Promise<{sheets: number, thumb: ArrayBuffer}>} @throws {FileProblem} */
export async function preview(buffer) {
  const pdf = await open(buffer)
  try {
    return await facts(pdf)
  } finally {
    pdf.close()
  }
}

/** Note what a PDF looks like and how many pages it has, once. @param {Store} store @param {string} id */
export async function glance(store, id) {
  await library()
  const page = await store.editPage(id, (meta) => {
    if (meta.sheets === undefined) meta.attempts += 1
  })
  if (page?.type !== TYPE || page.sheets !== undefined || page.attempts > MAX_ATTEMPTS) return
  const found = await opened(store, id, facts).catch((error) => {
    if (error.code === "pdf_viewer") throw error
    return { sheets: 0, thumb: null, numbered: undefined }
  })
  const thumb = await store.vault.lock(page.owner, found.thumb)
  await store.editPage(id, (meta) => {
    if (meta.sha256 === page.sha256) Object.assign(meta, found, { thumb })
  })
}

/** One page to draw boxes on. @param {Store} store @param {string} id @param {number} number @returns {Promise<ArrayBuffer>} JPEG @throws {FileProblem} */
export const sheet = (store, id, number) => opened(store, id, async (pdf) => (await pdf.picture(number)).jpeg)

/**
 * Only these pages stay, and the file as it was is gone from this phone.
 *
 * @param {Store} store @param {Page} page @param {number[]} numbers
 * @returns {Promise<boolean>} they had to become pictures
 * @throws {FileProblem | import("./store.js").NotSaved} then nothing has changed
 */
export const leaveOut = (store, page, numbers) => opened(store, page.id, async (pdf) => {
  const { drawn, ...made } = await remade(pdf, numbers.map((number) => ({ number })))
  await store.replace(page.id, { ...made, blackened: page.blackened })
  return drawn
})

/**
 * Black boxes on one page. It becomes a picture, so that nothing can be under them; the others stay as they are.
 *
 * @param {Store} store @param {Page} page @param {number} number @param {Box[]} boxes
 * @throws {FileProblem | import("./store.js").NotSaved} then nothing has changed
 */
export const blacken = (store, page, number, boxes) => opened(store, page.id, async (pdf) => {
  const wanted = Array.from({ length: pdf.count }, (_, i) => (i + 1 === number ? { number, boxes } : { number: i + 1 }))
  const { drawn, ...made } = await remade(pdf, wanted)
  await store.replace(page.id, { ...made, numbered: page.numbered, blackened: (page.blackened ?? 0) + boxes.length })
  return drawn
})

/** @typedef {{number: number, boxes?: Box[]}} Wanted a page, and the black boxes on it: then it becomes a picture */

/**
 * A new PDF of these pages, and nothing of the others.
 *
 * @param {Pdf} pdf @param {Wanted[]} wanted
 * @returns {Promise<{buffer: ArrayBuffer, type: string, thumb: ArrayBuffer, sheets: number, drawn: boolean}>} drawn: all had to become pictures
 */
async function remade(pdf, wanted) {
  try {
    return { ...(await written(pdf, wanted)), drawn: false }
  } catch (error) {
    console.info(error)
    return { ...(await written(pdf, wanted.map(({ number, boxes = [] }) => ({ number, boxes })))), drawn: true }
  }
}

/** @param {Pdf} pdf @param {Wanted[]} wanted @throws when it would not look as before, or could hold more than it shows */
async function written(pdf, wanted) {
  const { composed } = await import("./compose.js")
  const staying = wanted.filter((one) => !one.boxes).map((one) => one.number)
  for (const number of staying) if (await pdf.overflows(number)) throw new Error("larger than its page")
  const order = []
  for (const { number, boxes } of wanted) order.push(boxes ? await pdf.picture(number, boxes) : null)
  const buffer = await composed(staying.length ? await pdf.extract(staying) : null, order)
  const made = await open(buffer.slice(0))
  try {
    if (made.count !== wanted.length) throw new Error("other pages")
    for (const [i, { number, boxes }] of wanted.entries()) if (!boxes && !same(await pdf.small(number), await made.small(i + 1))) throw new Error("it looks different")
    return { buffer, type: TYPE, thumb: await made.small(1), sheets: made.count }
  } finally {
    made.close()
  }
}

/** @param {ArrayBuffer} one @param {ArrayBuffer} two */
function same(one, two) {
  const [a, b] = [new Uint8Array(one), new Uint8Array(two)]
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
