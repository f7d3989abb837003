/** Can the office read it? The bad spot, magnified, and what to do about it. Advice: the page can be kept as it is. */

import { fill, h } from "../lib/dom.js"
import { drawing, icon } from "../lib/icons.js"
import { t } from "../lib/words.js"
import { mainButton, screen, titleBar } from "./parts.js"
import { picture as pagePicture } from "./pictures.js"

// words: look.*.title look.*.why look.*.tip

/** @typedef {import("../check/numbers.js").Spot} Spot */

const SIGNS = { blurred: "hold", far: "closer", dark: "bulb", glare: "sun", cropped: "corner", empty: "document" }
const PICTURE = 1400 // px
const LARGER = 3 // times, under the lens, at most
const LEAST = [0.3, 0.1] // of the page: a smaller spot is framed so large
const LENS = 320 // px of the canvas

/** @param {import("../lib/types.js").Page} page @returns {string | null} the worst that was seen on it */
export const problemOf = (page) => page.look?.problems?.[0] ?? null

/** @param {import("../lib/types.js").Page} page something was seen on it, and the person has not looked yet */
export const inDoubt = (page) => problemOf(page) !== null && !page.look?.seen

/**
 * @param {import("./context.js").App} app
 * @param {string} id of the draft
 * @param {string} pageId
 * @param {string} [on] "on": the person came from the camera and goes on there
 */
export async function look(app, id, pageId, on) {
  const back = on ? `#/d/${id}/scan` : `#/d/${id}/pages`
  const draft = await app.store.submission(id)
  const page = draft && (await app.store.pagesOf(draft)).find((one) => one.id === pageId)
  const problem = page && problemOf(page)
  if (draft?.state !== "open" || !page || !problem) return { redirect: back }
  const title = t("app.page", { number: draft.pages.indexOf(pageId) + 1 })
  const board = h("div", { class: "doubt__board", id: "doubt" }, h("div", { class: "doubt__paper" }, pagePicture(page, "")))
  let src = ""
  let left = false

  /** The picture comes a moment after the words: its page is straightened first. */
  async function show() {
    const { picture, spot } = await app.checker.ask(/** @type {import("../lib/types.js").Page} */ (page), PICTURE, true)
    if (!picture || left) return
    src = URL.createObjectURL(new Blob([picture], { type: "image/jpeg" }))
    const image = h("img", { class: "doubt__page", src, alt: t("look.picture", { title }) })
    await image.decode()
    board.style.setProperty("--shape", String(image.naturalWidth / image.naturalHeight))
    fill(board, h("div", { class: "doubt__paper" }, image, spot && frame(widened(spot))), spot && lens(image, widened(spot)))
  }

  async function keep() {
    await app.store.editPage(pageId, (meta) => {
      if (meta.look) meta.look.seen = true
    })
    const rest = draft && on ? null : (await app.store.pagesOf(/** @type {any} */ (draft))).find(inDoubt)
    location.hash = rest ? `#/d/${id}/look/${rest.id}` : back
  }

  void show().catch(console.info)
  return {
    title,
    leave: () => {
      left = true
      URL.revokeObjectURL(src)
    },
    element: screen({
      name: "doubt",
      top: titleBar(title, { close: back, onclose: keep }),
      main: [
        board,
        h("h2", { class: "doubt__title", id: "doubt-title" }, h("span", { class: "tone-needs line__icon" }, icon("triangle")), t(`look.${problem}.title`)),
        h("p", { id: "doubt-why" }, t(`look.${problem}.why`)),
        h("p", { class: "doubt__tip", id: "doubt-tip" }, icon(SIGNS[/** @type {keyof typeof SIGNS} */ (problem)]), h("span", null, t(`look.${problem}.tip`))),
      ],
      dock: [
        mainButton("again", t("look.again"), { icon: "camera", href: `#/d/${id}/scan/${pageId}${on ? "/on" : ""}` }),
        h("button", { class: "kern-btn kern-btn--secondary kern-btn--block doubt__keep", id: "keep", type: "button", onclick: keep },
          h("span", { class: "kern-label" }, t("look.keep")), h("span", { class: "second" }, t("look.keep_why"))),
      ],
    }),
  }
}

/** A spot that can be seen, within the page. @param {Spot} spot @returns {Spot} */
function widened([left, top, width, height]) {
  const [wide, high] = [Math.max(width, LEAST[0]), Math.max(height, LEAST[1])]
  const within = (/** @type {number} */ v, /** @type {number} */ size) => Math.min(Math.max(v, 0), 1 - size)
  return [within(left + (width - wide) / 2, wide), within(top + (height - high) / 2, high), wide, high]
}

/** @param {Spot} spot */
function frame([left, top, width, height]) {
  const box = drawing("0 0 1 1", "doubt__frame", [`M${left} ${top}h${width}v${height}h${-width}z`])
  box.setAttribute("preserveAspectRatio", "none")
  return box
}

/** @param {HTMLImageElement} image @param {Spot} spot @returns {HTMLElement} its middle, larger */
function lens(image, [left, top, width, height]) {
  const canvas = h("canvas", { class: "lens doubt__lens", width: LENS, height: LENS })
  const paper = canvas.getContext("2d")
  const side = Math.max(image.naturalWidth / LARGER, 1.3 * Math.min(width * image.naturalWidth, height * image.naturalHeight)) // its surroundings show what is wrong
  const [x, y] = [(left + width / 2) * image.naturalWidth - side / 2, (top + height / 2) * image.naturalHeight - side / 2]
  paper.fillStyle = "#fff"
  paper.fillRect(0, 0, LENS, LENS)
  paper.drawImage(image, x, y, side, side, 0, 0, LENS, LENS)
  return h("figure", { class: "doubt__larger" }, canvas, h("figcaption", { class: "doubt__caption" }, icon("zoom"), t("look.larger")))
}
