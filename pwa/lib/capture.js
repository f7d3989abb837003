/**
 * From a shutter or a file to a page on disk. The original is written first; making it smaller comes after, one at
 * a time, and may crash the tab without losing anything: the next start goes on where this one stopped.
 */

import { FileProblem, inspect } from "./header.js"
import { blacken, capture as snap, shrink } from "./image.js"
import { NotSaved } from "./store.js"

/** After this many crashes while decoding, the original goes out as it is. */
const MAX_ATTEMPTS = 2
/** What the server takes unchanged. */
const ACCEPTED = ["image/jpeg", "image/png", "image/webp", "application/pdf"]

/** @typedef {import("./store.js").Store} Store */

/** @param {unknown} error */
const isFull = (error) => error instanceof NotSaved && error.code === "phone_full"

/** @param {Store} store @param {() => boolean} isCostly data would have to be paid for, and the person does not want that */
export function makeCapture(store, isCostly) {
  let queue = Promise.resolve()
  let glances = Promise.resolve()
  /** @type {Set<string>} */
  const queued = new Set()
  /** @type {(problem: FileProblem) => void} */
  let complain = () => {}

  /** @param {import("./types.js").Page} page */
  function enqueue(page) {
    if (queued.has(page.id)) return
    queued.add(page.id)
    queue = queue.then(() => finish(page)).finally(() => queued.delete(page.id))
  }

  /** @param {import("./types.js").Page} page */
  async function finish(page) {
    try {
      if (page.type === "application/pdf") {
        await store.finishPage(page.id, {})
        return glance(page.id)
      }
      const tried = await store.editPage(page.id, (meta) => {
        meta.attempts += 1
      })
      if (!tried || tried.state !== "raw") return
      if (tried.attempts > MAX_ATTEMPTS) {
        if (ACCEPTED.includes(page.type)) return await store.finishPage(page.id, {})
        throw new FileProblem("file_heic", page.name)
      }
      const original = await store.bytes(page.id)
      if (original) await store.finishPage(page.id, await shrink(original, page.type))
    } catch (error) {
      if (error instanceof FileProblem && error.code !== "not_saved") await withdraw(page, error.code)
      else if (error instanceof NotSaved && ACCEPTED.includes(page.type)) {
        // No room for the small version beside the original: the original is on disk and will do.
        await store.finishPage(page.id, {}).catch(() => complain(new FileProblem("phone_full", page.name)))
      } else complain(new FileProblem("not_saved", page.name))
    }
  }

  /** What shows PDFs is large and comes with the first one. Nothing waits for it: a PDF can be sent unseen. @param {string} id */
  function glance(id) {
    glances = glances.then(async () => {
      if (await mayLoad()) await (await import("./pdf.js")).glance(store, id)
    }).catch(console.info)
  }

  /** @param {import("./types.js").Page} page @param {string} code */
  async function withdraw(page, code) {
    await store
      .editDraft(page.submission, (draft) => {
        draft.pages = draft.pages.filter((id) => id !== page.id)
      })
      .catch(() => {})
    complain(new FileProblem(code, page.name))
  }

  const mayLoad = async () => !isCostly() || Boolean(await caches.match("/vendor/pdfjs/pdf.min.mjs", { ignoreVary: true }))

  return {
    glance,

    /** The first page of a PDF that is no page yet. @param {() => Promise<ArrayBuffer>} read @throws where it cannot be shown now */
    async preview(read) {
      if (!(await mayLoad())) throw new FileProblem("pdf_viewer")
      return (await import("./pdf.js")).preview(await read())
    },

    /** @param {(problem: FileProblem) => void} listener told when a saved file turns out to be no picture */
    onProblem(listener) {
      complain = listener
    },

    /**
     * Keep what the camera shows.
     *
     * @param {string} draft
     * @param {ImageBitmap} frame
     * @param {{instead?: string}} [place]
     */
    async shoot(draft, frame, place) {
      const photo = await snap(frame)
      try {
        return await store.addPage(draft, { ...photo, state: "ready" }, place)
      } catch (error) {
        if (!isFull(error)) throw error
        const tight = await snap(frame, true)
        return store.addPage(draft, { ...tight, state: "ready" }, place).catch((again) => {
          throw Object.assign(again, { photo: photo.buffer }) // to be kept somewhere else by the person
        })
      }
    },

    /**
     * Keep a file as it is; its small version follows in the background.
     *
     * @param {string} draft
     * @param {File} file
     * @param {{maxBytes: number, instead?: string, id?: string}} options id: of what was shared
     * @throws {FileProblem | NotSaved | import("./store.js").AlreadyThere}
     */
    async addFile(draft, file, options) {
      if (file.size > options.maxBytes) throw new FileProblem("file_too_large", file.name)
      /** @type {ArrayBuffer} */
      let buffer
      let found
      try {
        buffer = await file.arrayBuffer()
        found = inspect(buffer)
      } catch (error) {
        throw new FileProblem(error instanceof FileProblem ? error.code : "not_saved", file.name)
      }
      const place = { instead: options.instead, id: options.id }
      try {
        const page = await store.addPage(draft, { buffer, type: found.type, state: "raw", name: file.name }, place)
        enqueue(page)
        return page
      } catch (error) {
        if (!isFull(error) || found.type === "application/pdf") throw error
        // The phone is nearly full: the small version alone may still fit.
        return store.addPage(draft, { ...(await shrink(buffer, found.type, true)), state: "ready" }, place)
      }
    },

    /**
     * Black out parts of a page for good: the photo as it was is gone from this phone, too.
     *
     * @param {import("./types.js").Page} page
     * @param {import("./image.js").Box[]} boxes
     * @throws {FileProblem | NotSaved} then nothing has changed
     */
    async blacken(page, boxes) {
      const photo = await store.bytes(page.id)
      if (!photo) throw new FileProblem("not_saved")
      const { scale, ...made } = await blacken(photo, page.type, boxes)
      const corners = page.corners?.map(([x, y]) => /** @type {[number, number]} */ ([x * scale, y * scale]))
      await store.replace(page.id, { ...made, corners, blackened: (page.blackened ?? 0) + boxes.length })
    },

    /** @param {string} owner go on with what an earlier run of the app left undone */
    async resume(owner) {
      for (const page of await store.rawPages(owner)) enqueue(page)
    },

    /** @returns {Promise<void>} when everything so far has been made smaller */
    settled: () => queue,
  }
}
