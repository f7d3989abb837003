/**
 * Looks at each photo as soon as it is on disk, one at a time, beside the page and without a network: can the office
 * read it? It also makes the small picture of the page as it will arrive. Without a worker nothing of it is there, and
 * the server says later what it sees.
 */

import { ownWorker } from "../lib/shell.js"
import { lookOf } from "../lib/store.js"

/** @typedef {import("../check/worker.js").Question} Question */
/** @typedef {import("../check/worker.js").Answer} Answer */
/** @typedef {import("../lib/types.js").Page} Page */

const THUMB = 480 // px
const PATIENCE = 60_000 // ms; then this photo is left alone

/** @param {import("../lib/store.js").Store} store @param {() => string} owner */
export function makeChecker(store, owner) {
  /** @type {Worker | null} */
  let worker = null
  let line = Promise.resolve() // one question at a time: each holds a whole photo
  let waiting = 0
  /** @type {Promise<void> | null} */
  let running = null
  let again = false

  /** @param {Question} question @returns {Promise<Answer>} @throws when there is no worker, or it has no answer */
  function ask(question) {
    waiting += 1
    const answer = line.then(() => put(question))
    line = answer.then(() => {}, () => {}).then(() => {
      waiting -= 1
      rest()
    })
    return answer
  }

  /** @param {Question} question @returns {Promise<Answer>} */
  function put(question) {
    return new Promise((resolve, reject) => {
      worker ??= ownWorker("/check/worker.js")
      if (!worker) return reject(new Error("no worker"))
      const fail = () => {
        clearTimeout(timer)
        stop()
        reject(new Error("the worker has no answer"))
      }
      const timer = setTimeout(fail, PATIENCE)
      worker.onerror = fail
      worker.onmessage = ({ data }) => {
        clearTimeout(timer)
        if (data.error) reject(new Error(data.error))
        else resolve(data.answer)
      }
      worker.postMessage(question)
    })
  }

  function stop() {
    worker?.terminate()
    worker = null
  }

  /** A worker that nobody asks goes, and its memory with it. */
  function rest() {
    if (!waiting && !running) stop()
  }

  async function run() {
    do {
      again = false
      for (const page of await store.unlooked(owner())) await check(page).catch(console.info)
    } while (again)
  }

  /** @param {Page} page */
  async function check(page) {
    const of = lookOf(page)
    await store.lookedAt(page.id, { of, problems: null }) // a photo that kills the worker or the tab is looked at once
    const { problems, picture } = await askAbout(page, THUMB)
    await store.lookedAt(page.id, { of, problems }, picture)
  }

  /**
   * @param {Page} page
   * @param {number} wanted px, long side of the picture
   * @param {boolean} [natural] in its light as it was taken
   */
  async function askAbout(page, wanted, natural) {
    const bytes = await store.bytes(page.id)
    if (!bytes) throw new Error("gone")
    return ask({ photo: new Blob([bytes], { type: page.type }), corners: page.corners ?? null, wanted, natural })
  }

  return {
    ask: askAbout,

    /** Look at whatever is new; called at every change. */
    wake() {
      again = true
      running ??= run().catch(console.info).finally(() => {
        running = null
        rest()
      })
    },

    /** @returns {Promise<void>} when all that was there has been looked at */
    async settled() {
      this.wake()
      await running
    },
  }
}
