/**
 * How a card will look on its sheet once one of its sides is turned: drawn here, until the document is made anew.
 *
 * @typedef {{x: number, y: number, width: number, height: number}} Place  in parts of the picture's width and height
 * @typedef {{front: number, back: number}} Turns  degrees clockwise
 */

import { h } from "../lib/dom.js"
import { picture } from "./pictures.js"

const LONGEST = 2400 // px; enough to see what is upright

/**
 * @param {string} url of the sheet as it is
 * @param {Place[]} sides of the card, the front first; none where there is no card, or its places are not known
 * @param {Turns} turns
 * @returns {{url: string, make?: () => Promise<string>}} what `picture` wants to be given
 */
export function withSides(url, sides, { front, back }) {
  if (sides.length !== 2 || !(front || back)) return { url }
  return { url: `${url}#${front},${back}`, make: () => drawn(url, sides, [front, back]) }
}

/** @param {string} url @param {Place[]} sides @param {number[]} turns @returns {Promise<string>} */
async function drawn(url, sides, turns) {
  const image = h("img", null)
  image.src = await picture(url)
  await image.decode()
  const scale = Math.min(1, LONGEST / Math.max(image.naturalWidth, image.naturalHeight))
  const canvas = h("canvas", { width: Math.round(image.naturalWidth * scale), height: Math.round(image.naturalHeight * scale) })
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"))
  pen.fillStyle = "#fff"
  pen.fillRect(0, 0, canvas.width, canvas.height)
  const boxes = sides.map(({ x, y, width, height }) => ({ x: x * image.naturalWidth, y: y * image.naturalHeight, width: width * image.naturalWidth, height: height * image.naturalHeight }))
  pen.scale(scale, scale)
  laid(boxes, turns).forEach((middle, at) => {
    const { x, y, width, height } = boxes[at]
    pen.save()
    pen.translate(middle.x, middle.y)
    pen.rotate((turns[at] * Math.PI) / 180)
    pen.drawImage(image, x, y, width, height, -width / 2, -height / 2, width, height)
    pen.restore()
  })
  return new Promise((done, fail) => canvas.toBlob((/** @type {Blob | null} */ made) => (made ? done(URL.createObjectURL(made)) : fail(new Error("no picture"))), "image/jpeg", 0.92))
}

/**
 * The middles of the sides as the scanner lays them: the front's outer edge and the gap between the two stay, whichever
 * way the whole sheet is turned.
 *
 * @param {Place[]} boxes @param {number[]} turns
 */
function laid(boxes, turns) {
  const middles = boxes.map(({ x, y, width, height }) => ({ x: x + width / 2, y: y + height / 2 }))
  const dx = middles[1].x - middles[0].x
  const dy = middles[1].y - middles[0].y
  const upright = Math.abs(dy) > Math.abs(dx)
  const along = upright ? "y" : "x"
  const towards = Math.sign(upright ? dy : dx)
  const was = boxes.map((box) => (upright ? box.height : box.width))
  const is = boxes.map((box, at) => ((turns[at] % 180 === 0) === upright ? box.height : box.width))
  const edge = middles[0][along] - (towards * was[0]) / 2
  const gap = Math.abs(upright ? dy : dx) - (was[0] + was[1]) / 2
  middles[0][along] = edge + (towards * is[0]) / 2
  middles[1][along] = edge + towards * (is[0] + gap + is[1] / 2)
  return middles
}
