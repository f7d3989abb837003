/** Small pictures of pages: from this phone where it has them, else from the server. */

import { fill, h } from "../lib/dom.js"
import { icon } from "../lib/icons.js"
import { t } from "../lib/words.js"
import { mainButton, otherButton, sheet } from "./parts.js"

const LARGE = 1400 // px

/** @type {Map<string, {of: number, address: string}>} addresses of thumbnails, made once for each that a page has had */
const addresses = new Map()

/** @param {import("../lib/types.js").Page} page @returns {string | null} */
function address(page) {
  if (!page.thumb) return null
  const of = page.thumb.byteLength
  const known = addresses.get(page.id)
  if (known?.of === of) return known.address
  if (known) URL.revokeObjectURL(known.address)
  const made = URL.createObjectURL(new Blob([page.thumb], { type: "image/jpeg" }))
  addresses.set(page.id, { of, address: made })
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

/**
 * A page to judge it by: as it will arrive, and the photo that is sent for it.
 *
 * @param {import("./context.js").App} app
 * @param {import("../lib/types.js").Page} page
 * @param {string} title
 */
export async function showLarge(app, page, title) {
  const bytes = await app.store.bytes(page.id)
  if (!bytes) return
  const photo = URL.createObjectURL(new Blob([bytes], { type: page.type }))
  let flat = page.look?.problems && page.thumb ? URL.createObjectURL(new Blob([page.thumb], { type: "image/jpeg" })) : "" // small, until the large one comes
  const image = h("img", { class: "look__image", alt: title, "data-turn": page.rotation || null })
  const words = h("p", { class: "second", id: "page-sheet-what" })
  const other = otherButton("page-sheet-other", t("look.show_photo"), { icon: "turn", onclick: () => show(!straight) })
  let straight = Boolean(flat)

  /** @param {boolean} now */
  function show(now) {
    straight = now
    other.hidden = !flat
    image.src = straight ? flat : photo
    fill(words, t(straight ? "look.arrives" : "look.photo"))
    fill(/** @type {Element} */ (other.querySelector(".kern-label")), t(straight ? "look.show_photo" : "look.show_page"))
  }
  const ready = app.checker.ask(page, LARGE).then(({ picture, corners }) => {
    if (!picture || !corners) return // the whole photo is kept: there is nothing else to show
    const first = !flat
    URL.revokeObjectURL(flat)
    flat = URL.createObjectURL(new Blob([picture], { type: "image/jpeg" }))
    show(straight || first)
  }, console.info)
  show(straight)
  await sheet("page-sheet", title, (close) => [
    words,
    h("div", { class: "look", tabindex: 0, role: "group", "aria-label": title }, image),
    other,
    mainButton("page-sheet-close", t("app.close"), { onclick: () => close() }),
  ])
  await ready
  for (const src of [photo, flat]) if (src) URL.revokeObjectURL(src)
}
