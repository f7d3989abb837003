/** Small pictures of pages: from this phone where it has them, else from the server. */

import { h } from "../lib/dom.js"
import { icon } from "../lib/icons.js"
import { t } from "../lib/words.js"
import { mainButton, sheet } from "./parts.js"

/** @type {Map<string, string>} addresses of thumbnails, made once a page */
const addresses = new Map()

/** @param {import("../lib/types.js").Page} page @returns {string | null} */
function address(page) {
  if (!page.thumb) return null
  const known = addresses.get(page.id)
  if (known) return known
  const made = URL.createObjectURL(new Blob([page.thumb], { type: "image/jpeg" }))
  addresses.set(page.id, made)
  return made
}

/**
 * @param {import("../lib/types.js").Page} page
 * @param {string} alt
 * @returns {HTMLElement} the page as it will read; a PDF or a photo still being prepared is a grey sheet
 */
export function picture(page, alt) {
  const src = address(page)
  if (!src) return h("span", { class: "picture picture--sheet", role: "img", "aria-label": alt }, icon(page.type === "application/pdf" ? "document" : "clock"))
  // The style sheet turns it; the server turns the pixels once, at full quality.
  return h("span", { class: "picture" }, h("img", { class: "picture__image", src, alt, decoding: "async", "data-turn": page.rotation || null }))
}

/** @param {string} submission @param {number} sheet @param {string} alt */
export const sheetPicture = (submission, sheet, alt) =>
  h("span", { class: "picture" }, h("img", { class: "picture__image", src: `/api/v1/submissions/${submission}/sheets/${sheet}/thumb`, alt, loading: "lazy", onerror: (/** @type {Event} */ event) => {
    const image = /** @type {HTMLElement} */ (event.target)
    image.replaceWith(icon("document"))
  } }))

/** @param {import("./context.js").App} app @param {import("../lib/types.js").Page} page @param {string} title as it will be sent, to judge it by */
export async function showLarge(app, page, title) {
  const bytes = await app.store.bytes(page.id)
  if (!bytes) return
  const src = URL.createObjectURL(new Blob([bytes], { type: page.type }))
  await sheet("page-sheet", title, (close) => [
    h("div", { class: "look", tabindex: 0, role: "group", "aria-label": title }, h("img", { class: "look__image", src, alt: title, "data-turn": page.rotation || null })),
    mainButton("page-sheet-close", t("app.close"), { onclick: () => close() }),
  ])
  URL.revokeObjectURL(src)
}
