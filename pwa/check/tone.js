/** The look that a page will have, on a small picture of it: shadows gone, paper white, and colours only where they are on it. */

import { blur, close, halve, level, plane } from "./plane.js"

/** @typedef {import("./plane.js").Plane} Plane */
/** @typedef {"colour" | "grey" | "bw" | "natural"} Mode */
/** @typedef {Plane[]} Colours red, green, blue */

// The numbers are those of the server: scanning/tone.py
const WHITE = 250 // what paper becomes
const PALE = 246 // once evened: from here on it is paper
const BLACK = 20 // what the ink becomes
const INK = [30, 80] // once evened: ink within this becomes black
const TINT = 14 // by which the colour of a place differs from the paper's before it counts as printed
const DARK = 0.3 // share of the paper's light below which a place counts as printed
const PAPER = 0.45 // share of paper that a page needs; a photo has less and is left natural
const CARD = { paper: 0.75, tint: 20 } // share of paper, and its most colour, for what has the shape of a card
const VIVID = 22 // between the strongest and the weakest channel: a colour that somebody put there
const COLOURED = 0.001 // share of the page that vivid places need
const SHADE = [60, 205] // a grey that black-and-white would not show
const SHADED = 0.006 // share of the page that such grey may have
const FILL = 0.4 // how much light falls into the dark areas of a picture
const RIM = 0.03 // of the long side: what is there may be the table

/**
 * Give a page its look, in place.
 *
 * @param {Colours} page about 600 px, flat
 * @param {boolean} card it has the shape of one, and more must speak for plain paper
 * @returns {Mode} what it became
 */
export function dress(page, card) {
  const { light, paper, tint } = background(page.map(halve)) // light is smooth: half as fine is fine enough
  if (paper < (card ? CARD.paper : PAPER) || (card && tint > CARD.tint)) return natural(page)
  page.forEach((channel, c) => divide(channel, light[c]))
  const mode = choose(page)
  if (mode !== "colour") uncolour(page)
  const black = blackOf(page[1])
  for (const { data } of page) for (let i = 0; i < data.length; i++) data[i] = ((data[i] - black) * (255 - BLACK)) / (PALE - black) + BLACK
  return mode
}

/** @param {Colours} page @returns {Mode} a picture keeps its light; its range is stretched, and some light falls into its dark areas */
function natural(page) {
  const all = new Uint8ClampedArray(3 * page[0].data.length)
  page.forEach(({ data }, c) => all.set(data, c * data.length))
  const [low, high] = [level(all, 0.005), level(all, 0.99)]
  if (high - low < 40) return "natural"
  for (const { data } of page) for (let i = 0; i < data.length; i++) data[i] = ((data[i] - 0.7 * low) * WHITE) / (high - 0.7 * low)
  const half = halve(mean(page))
  const around = close(half, reachOf([half]))
  for (let i = 0; i < around.data.length; i++) around.data[i] = WHITE * (Math.min(Math.max(around.data[i], 24), WHITE) / WHITE) ** FILL
  for (const channel of page) divide(channel, around)
  return "natural"
}

/** @param {Plane} channel @param {Plane} light half as fine */
function divide({ data, width, height }, light) {
  for (let y = 0, i = 0; y < height; y++) {
    const row = Math.min(y >> 1, light.height - 1) * light.width
    for (let x = 0; x < width; x++, i++) data[i] = (WHITE * data[i]) / light.data[row + Math.min(x >> 1, light.width - 1)]
  }
}

/** @param {Colours} page */
function uncolour(page) {
  const { data } = mean(page)
  for (const channel of page) channel.data.set(data)
}

/** @param {Colours} page */
function mean([red, green, blue]) {
  const grey = plane(red.width, red.height)
  for (let i = 0; i < grey.data.length; i++) grey.data[i] = 0.299 * red.data[i] + 0.587 * green.data[i] + 0.114 * blue.data[i]
  return grey
}

// --- the light ---

/** What print is closed over by, px. @param {Colours} page */
const reachOf = ([{ width, height }]) => Math.max(3, Math.round(Math.max(width, height) / 40) | 1)

/** The light on bare paper, which share of the page is paper, and how much colour that has. @param {Colours} page @returns {{light: Colours, paper: number, tint: number}} */
function background(page) {
  const filled = page.map((channel) => close(channel, reachOf(page)))
  const { printed, tint } = printedOn(filled)
  const paper = 1 - printed.reduce((sum, v) => sum + v, 0) / printed.length
  if (paper < 1 && paper > 0) spread(filled, printed)
  const soft = 2 * Math.round(Math.max(page[0].width, page[0].height) / 240) + 1
  const light = filled.map((channel) => blur(blur(channel, soft), soft))
  for (const { data } of light) for (let i = 0; i < data.length; i++) data[i] = Math.max(data[i], 24)
  return { light, paper, tint }
}

/** Places with a colour or a darkness which light on paper does not explain, 1 each; and the paper's colour. @param {Colours} filled */
function printedOn(filled) {
  const [red, green, blue] = filled.map((channel) => channel.data)
  const lightness = mean(filled).data
  const bright = level(lightness, 0.8)
  // Colour as the difference of the channels, as strong as it would be in full light.
  const colours = [red, blue].map((one) => {
    const all = new Float32Array(one.length)
    for (let i = 0; i < all.length; i++) all[i] = ((one[i] - green[i]) * bright) / Math.max(lightness[i], bright / 2)
    return all
  })
  const own = colours.map((all) => medianOf(all.filter((_, i) => i % 7 === 0 && lightness[i] >= 0.8 * bright)))
  const printed = new Uint8Array(lightness.length)
  for (let i = 0; i < printed.length; i++) {
    const [s, t] = [colours[0][i] - own[0], colours[1][i] - own[1]]
    if (lightness[i] < DARK * bright || s * s + t * t > 4 * TINT * TINT) printed[i] = 1
  }
  return { printed, tint: Math.hypot(...own) }
}

/** @param {Float32Array} values */
const medianOf = (values) => values.sort()[values.length >> 1] ?? 0

/** The light of the paper around goes into the printed places, in place. @param {Colours} filled @param {Uint8Array} printed */
function spread(filled, printed) {
  const { width, height } = filled[0]
  const open = Uint8Array.from(printed)
  for (const size of [9, 25, 61, 151]) {
    const weight = blur({ data: Uint8ClampedArray.from(printed, (v) => (v ? 0 : 255)), width, height }, size).data
    const around = filled.map(({ data }) => blur({ data: data.map((v, i) => (printed[i] ? 0 : v)), width, height }, size).data)
    for (let i = 0; i < open.length; i++) {
      if (!open[i] || weight[i] < 13) continue
      filled.forEach(({ data }, c) => (data[i] = (255 * around[c][i]) / weight[i]))
      open[i] = 0
    }
  }
}

// --- what is on it ---

/** @param {Colours} page evened @returns {Mode} */
function choose(page) {
  const smooth = page.map((channel) => blur(channel, 3))
  const [red, green, blue] = smooth.map((channel) => channel.data)
  const solid = close(mean(page), 5).data // without the strokes of print
  const { width, height } = page[0]
  const rim = Math.round(RIM * Math.max(width, height)) + 1
  let [vivid, shaded, all] = [0, 0, 0]
  for (let y = rim; y < height - rim; y++) {
    for (let x = rim, i = y * width + rim; x < width - rim; x++, i++, all++) {
      if (Math.max(red[i], green[i], blue[i]) - Math.min(red[i], green[i], blue[i]) >= VIVID) vivid++
      if (solid[i] >= SHADE[0] && solid[i] <= SHADE[1]) shaded++
    }
  }
  return vivid > COLOURED * all ? "colour" : shaded > SHADED * all ? "grey" : "bw"
}

/** How dark the ink is. @param {Plane} evened */
function blackOf({ data }) {
  const ink = data.filter((v) => v < 0.8 * WHITE)
  return ink.length ? Math.min(Math.max(level(ink, 0.2), INK[0]), INK[1]) : INK[0]
}
