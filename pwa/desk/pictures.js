/**
 * Pictures of pages, held in memory while they are of use: paging back shows them at once, and they stay when the
 * connection goes. Nothing is written to the device; signing out lets go of them all.
 */

import { h } from "../lib/dom.js"
import { imageUrl } from "./data.js"

const KEPT = 80 // pictures; some 30 MB at the usual size

/** @type {Map<string, Promise<string>>} address to object URL, the longest unused first */
const held = new Map()

/**
 * @param {string} url
 * @param {(url: string) => Promise<string>} [make] where it is made here, and the address is only its name
 * @returns {Promise<string>} an object URL; rejects when the picture cannot be had
 */
export function picture(url, make = load) {
  const found = held.get(url) ?? make(url)
  held.delete(url)
  held.set(url, found)
  found.catch(() => held.delete(url))
  for (const [old, made] of held) {
    if (held.size <= KEPT) break
    held.delete(old)
    made.then(URL.revokeObjectURL, () => {})
  }
  return found
}

/** @param {string} url */
async function load(url) {
  const answer = await fetch(url, { credentials: "same-origin", headers: { "X-App": "1" } })
  if (!answer.ok || !answer.headers.get("Content-Type")?.startsWith("image/")) throw new Error(`no picture: ${answer.status}`)
  return URL.createObjectURL(await answer.blob())
}

/** What was decoded ahead: the browser keeps that as long as somebody holds it. @type {{image: HTMLImageElement | null}} */
const ahead = { image: null }

/**
 * Fetch and decode the picture that is seen first when a submission is opened. That is no look at it: nobody has seen it
 * yet.
 *
 * @param {import("./data.js").Row | null} [row] @param {number} [page] which one is opened
 */
export function prepare(row, page) {
  if (!row || !["ready", "attention"].includes(row.state)) return
  const image = h("img", null)
  picture(imageUrl(row.id, page || row.found?.n || 1, row.version)).then((url) => {
    image.src = url
    ahead.image = image
    return image.decode()
  }).catch(() => {})
}

/** Let go of every picture. */
export function forgetPictures() {
  ahead.image = null
  for (const made of held.values()) made.then(URL.revokeObjectURL, () => {})
  held.clear()
}

/**
 * A small picture of a page that fills in once it is there; until then its paper is blank, at its final size.
 *
 * @param {string} url
 * @param {string} alt "" where the words beside it say the same
 * @param {(url: string) => Promise<string>} [make] as in `picture`
 * @returns {HTMLImageElement}
 */
export function thumb(url, alt, make) {
  const image = h("img", { class: "thumb", alt, width: 84, height: 119, draggable: "false" })
  picture(url, make).then((made) => (image.src = made), () => image.classList.add("thumb--missing"))
  return image
}
