/** The pages of a PDF: to look at, to leave some out, to choose one that is blacked out. Comes with the first PDF. */

import { fill, h } from "../lib/dom.js"
import { icon } from "../lib/icons.js"
import * as pdfs from "../lib/pdf.js"
import { t } from "../lib/words.js"
import { sentence } from "./files.js"
import { announce, mainButton, note, screen, sheet, titleBar, toast } from "./parts.js"

const LARGE = 1400 // px, a page to read
const NEAR = "600px 0px" // around what is seen

/** @param {number} count @returns {number[]} 1, 2, ... */
const upTo = (count) => Array.from({ length: count }, (_, i) => i + 1)

/** A place that a page will be shown in. @param {number} number */
const empty = (number) => h("span", { class: "picture picture--sheet", "data-sheet": number }, icon("document"))

/**
 * Show pages in their places, one at a time, and only those that are looked at or nearly: all of a long PDF is too much.
 *
 * @param {pdfs.Pdf} pdf
 * @param {HTMLElement[]} places made by `empty`
 * @param {number} edge px
 * @param {(image: HTMLElement) => HTMLElement} dressed
 * @returns {() => void} it ends
 */
function show(pdf, places, edge, dressed) {
  /** @type {string[]} */
  const addresses = []
  let line = Promise.resolve()
  let over = false
  const watcher = new IntersectionObserver((seen) => {
    for (const { target, isIntersecting } of seen) {
      if (!isIntersecting) continue
      watcher.unobserve(target)
      line = line.then(() => draw(/** @type {HTMLElement} */ (target))).catch(console.info) // its sheet stays grey
    }
  }, { rootMargin: NEAR })

  /** @param {HTMLElement} place */
  async function draw(place) {
    if (over) return
    const address = URL.createObjectURL(new Blob([await pdf.small(Number(place.dataset.sheet), edge)], { type: "image/jpeg" }))
    addresses.push(address)
    place.replaceWith(dressed(h("img", { src: address, alt: place.dataset.alt ?? "", decoding: "async" })))
  }
  for (const place of places) watcher.observe(place)
  return () => {
    over = true
    watcher.disconnect()
    for (const address of addresses) URL.revokeObjectURL(address)
    pdf.close()
  }
}

/** @param {import("./context.js").App} app @param {import("../lib/types.js").Page} page @param {string} title */
export async function showSheets(app, page, title) {
  const board = h("div", { class: "look", tabindex: 0, role: "group", "aria-label": title }, h("p", { class: "note-box" }, t("app.moment")))
  const words = h("p", { class: "second", id: "page-sheet-what", role: "status" })
  let end = () => {}
  let closed = false
  const filled = pdfs.look(app.store, page.id).then((pdf) => {
    if (closed) return pdf.close()
    fill(words, t("app.pages", { count: pdf.count }))
    const places = upTo(pdf.count).map((number) => {
      const place = empty(number)
      place.dataset.alt = t("sheets.page", { number, count: pdf.count })
      return place
    })
    fill(board, places)
    end = show(pdf, places, LARGE, (image) => {
      image.className = "look__image look__sheet"
      return image
    })
  }).catch((error) => {
    fill(words, note("needs", "info", sentence(error, "")))
    board.remove()
  })
  await sheet("page-sheet", title, (close) => [words, board, mainButton("page-sheet-close", t("app.close"), { onclick: () => close() })])
  closed = true
  await filled
  end()
}

/**
 * @param {import("./context.js").App} app
 * @param {string} id of the draft
 * @param {string} pageId
 * @param {string} [what] "blackout": one page is chosen, to be blacked out
 */
export async function sheets(app, id, pageId, what) {
  const back = `#/d/${id}/pages`
  const draft = await app.store.submission(id)
  const page = draft && (await app.store.pagesOf(draft)).find((one) => one.id === pageId)
  if (draft?.state !== "open" || !page || page.type !== "application/pdf") return { redirect: back }
  const title = t(what ? "sheets.which" : "sheets.title")
  const trouble = h("div", { class: "stack", id: "trouble", role: "alert" })
  const bar = titleBar(title, { close: back })
  /** @type {pdfs.Pdf} */
  let pdf
  try {
    pdf = await pdfs.look(app.store, pageId)
  } catch (error) {
    fill(trouble, note("needs", "info", sentence(error, "")))
    return { title, element: screen({ name: "sheets", top: bar, main: trouble, dock: mainButton("sheets-back", t("app.understood"), { href: back }) }) }
  }

  const numbers = upTo(pdf.count)
  const kept = new Set(numbers)
  const places = numbers.map(empty)
  let busy = false
  const name = (/** @type {number} */ number) => t("app.page", { number })
  const button = mainButton("sheets-keep", "", { onclick: () => void keep() })

  /** @param {HTMLElement} place @param {number} number */
  const link = (place, number) =>
    h("li", { class: "tile" }, h("a", { class: "tile__page link", id: `sheet-${number}`, href: `#/d/${id}/blackout/${pageId}/${number}` }, place, h("span", { class: "tile__name" }, name(number))))

  /** @param {HTMLElement} place @param {number} number */
  const choice = (place, number) => {
    const box = h("input", { type: "checkbox", id: `sheet-${number}`, checked: true, onchange: () => {
      kept[box.checked ? "add" : "delete"](number)
      say()
    } })
    return h("li", { class: "tile" }, h("label", { class: "tile__page" }, place, h("span", { class: "pick" }, box), h("span", { class: "tile__name" }, name(number))))
  }

  /** @param {boolean} on */
  function tickAll(on) {
    for (const box of grid.querySelectorAll("input")) if (box.checked !== on) box.click()
    announce(t("sheets.ticked", { count: kept.size }))
  }

  function say() {
    button.disabled = busy || !kept.size
    fill(/** @type {Element} */ (button.querySelector(".kern-label")),
      busy ? t("app.moment") : kept.size === pdf.count ? t("sheets.all_stay") : kept.size ? t("sheets.keep", { count: kept.size }) : t("sheets.none_stay"))
    final.hidden = kept.size === pdf.count
  }

  async function keep() {
    if (kept.size === pdf.count) return void (location.hash = back)
    busy = true
    say()
    announce(t("app.moment"))
    try {
      const drawn = await pdfs.leaveOut(app.store, /** @type {import("../lib/types.js").Page} */ (page), numbers.filter((number) => kept.has(number)))
      announce(t("sheets.kept", { count: kept.size }))
      location.hash = back
      if (drawn) toast(t("sheets.drawn"))
    } catch (error) {
      fill(trouble, note("loss", "triangle", sentence(error, "")))
    }
    busy = false
    say()
  }

  const grid = h("ol", { class: "tiles", id: "sheets", "aria-label": title }, places.map((place, i) => (what ? link(place, i + 1) : choice(place, i + 1))))
  const final = h("p", { class: "second" }, t("sheets.final"))
  const end = show(pdf, places, 480, (image) => {
    image.className = "picture__image"
    return h("span", { class: "picture" }, image)
  })
  say()
  return {
    title,
    leave: end,
    element: screen({
      name: "sheets",
      top: bar,
      main: [
        trouble,
        h("p", null, t(what ? "sheets.which_text" : "sheets.text")),
        what ? null : h("div", { class: "sheets__all" }, [true, false].map((on) => h("button", { class: "text-button", id: on ? "sheets-all" : "sheets-none", type: "button", onclick: () => tickAll(on) }, t(on ? "sheets.all" : "sheets.none")))),
        grid,
      ],
      dock: what ? null : [final, button],
    }),
  }
}
