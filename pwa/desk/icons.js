/** The desk's icons: 16 px grid, 1.75 px strokes, round ends, in the colour of the text beside them. */

import { drawing } from "../lib/icons.js"

/** Lines are stroked; a shape that starts with "fill " is filled. @type {Record<string, string[]>} */
const SHAPES = {
  dot: ["fill M8 4a4 4 0 1 0 0 8a4 4 0 0 0 0-8z"],
  forward: ["M10.5 3.5L13.5 6.5L10.5 9.5", "M13.5 6.5H6a3.25 3.25 0 0 0 0 6.5h1"],
  back: ["M5.5 3.5L2.5 6.5L5.5 9.5", "M2.5 6.5H10a3.25 3.25 0 0 1 0 6.5H9"],
  half: ["M8 2.25a5.75 5.75 0 1 0 0 11.5a5.75 5.75 0 0 0 0-11.5z", "fill M8 2.25a5.75 5.75 0 0 0 0 11.5z"],
  triangle: ["M8 2.25L14.5 13.5H1.5z", "M8 6.5v3", "M8 11.6v.05"],
  accepted: ["M8 2a6 6 0 1 0 0 12a6 6 0 0 0 0-12z", "M5.4 8.2L7.2 10L10.6 6.2"],
  tick: ["M3 8.5L6.5 12L13 4.5"],
  corner: ["M13.5 9.5v4h-11v-11h4", "M9.5 2.5h.6", "M13.5 6v.6", "M12.6 2.5h.9v.9"],
  clock: ["M8 2a6 6 0 1 0 0 12a6 6 0 0 0 0-12z", "M8 4.75V8.2l2.3 1.5"],
  bell: ["M8 2.2a3.9 3.9 0 0 1 3.9 3.9c0 3 1.2 4.4 1.6 4.9H2.5c.4-.5 1.6-1.9 1.6-4.9A3.9 3.9 0 0 1 8 2.2z", "M6.6 13.6h2.8"],
  bellOff: ["M4.2 5.3c-.1.3-.1.5-.1.8c0 3-1.2 4.4-1.6 4.9h8.3", "M6 2.75A3.9 3.9 0 0 1 11.9 6.1c0 1 .1 1.8.3 2.5", "M6.6 13.6h2.8", "M2 2l12 12"],
  tray: ["M2.25 9.25L4.5 3h7l2.25 6.25V13H2.25z", "M2.25 9.25h3l1 1.75h3.5l1-1.75h3"],
  search: ["M7 2.25a4.75 4.75 0 1 0 0 9.5a4.75 4.75 0 0 0 0-9.5z", "M10.5 10.5L14 14"],
  filter: ["M2 4.25h12", "M4.25 8h7.5", "M6.5 11.75h3"],
  person: ["M8 2.25a2.9 2.9 0 1 0 0 5.8a2.9 2.9 0 0 0 0-5.8z", "M2.75 13.75c.4-2.6 2.4-4 5.25-4s4.85 1.4 5.25 4"],
  people: ["M6 2.75a2.5 2.5 0 1 0 0 5a2.5 2.5 0 0 0 0-5z", "M1.5 13.25c.35-2.3 2.05-3.5 4.5-3.5s4.15 1.2 4.5 3.5", "M10.5 2.9a2.4 2.4 0 0 1 0 4.7", "M12 10c1.45.5 2.3 1.6 2.5 3.25"],
  keyboard: ["M1.75 4h12.5v8H1.75z", "M4.4 6.75h.05", "M6.8 6.75h.05", "M9.2 6.75h.05", "M11.6 6.75h.05", "M5 9.5h6"],
  gear: ["M8 5.75a2.25 2.25 0 1 0 0 4.5a2.25 2.25 0 0 0 0-4.5z", "M8 1.75v1.6", "M8 12.65v1.6", "M1.75 8h1.6", "M12.65 8h1.6", "M3.6 3.6l1.1 1.1", "M11.3 11.3l1.1 1.1", "M3.6 12.4l1.1-1.1", "M11.3 4.7l1.1-1.1"],
  menu: ["M2 4h12", "M2 8h12", "M2 12h12"],
  left: ["M10 3L5 8L10 13"],
  right: ["M6 3L11 8L6 13"],
  up: ["M3 10L8 5L13 10"],
  down: ["M3 6L8 11L13 6"],
  cross: ["M3.5 3.5l9 9", "M12.5 3.5l-9 9"],
  plus: ["M8 3v10", "M3 8h10"],
  minus: ["M3 8h10"],
  fit: ["M2.5 6V2.5H6", "M10 2.5h3.5V6", "M13.5 10v3.5H10", "M6 13.5H2.5V10"],
  turn: ["M12.75 5.2A5.5 5.5 0 1 0 13.5 8", "M13.25 2v3.5H9.75"],
  turnLeft: ["M3.25 5.2A5.5 5.5 0 1 1 2.5 8", "M2.75 2v3.5h3.5"],
  order: ["M2 3.25h4.5v4H2z", "M2 9.25h4.5v4H2z", "M11.5 3v10", "M9.25 5.25L11.5 3l2.25 2.25", "M9.25 10.75L11.5 13l2.25-2.25"],
  split: ["M2.25 2.25h4v11.5h-4", "M13.75 2.25h-4v11.5h4", "M8 2v1.5", "M8 6v1.500", "M8 9.500v1.500", "M8 12.750v1.250"],
  paper: ["M3.75 1.75h5.5l3 3v9.5h-8.5z", "M9.25 1.75v3h3"],
  list: ["M3 2.25h10v11.5H3z", "M5.25 5.5l.9.9l1.4-1.6", "M9.25 5.75h1.9", "M5.25 10l.9.9l1.4-1.6", "M9.25 10.25h1.9"],
  download: ["M8 2v7.75", "M4.75 6.75L8 10l3.25-3.25", "M2.75 13.75h10.5"],
  camera: ["M1.75 4.75h2.9l1.1-1.75h4.5l1.1 1.75h2.9v8.5H1.75z", "M8 6.5a2.4 2.4 0 1 0 0 4.8a2.4 2.4 0 0 0 0-4.8z"],
  eye: ["M1.5 8S3.8 3.5 8 3.5S14.5 8 14.5 8S12.2 12.5 8 12.5S1.5 8 1.5 8z", "M8 6.1a1.9 1.9 0 1 0 0 3.8a1.9 1.9 0 0 0 0-3.8z"],
  eyeOff: ["M6.1 3.75A6 6 0 0 1 8 3.5c4.2 0 6.5 4.5 6.5 4.5a11 11 0 0 1-1.9 2.5", "M10.9 11.9A6 6 0 0 1 8 12.5C3.8 12.5 1.5 8 1.5 8a11 11 0 0 1 2.8-3.2", "M2 2l12 12"],
  globe: ["M8 2a6 6 0 1 0 0 12a6 6 0 0 0 0-12z", "M2.25 8h11.5", "M8 2c2 1.8 2.8 3.8 2.8 6S10 12.2 8 14c-2-1.8-2.8-3.8-2.8-6S6 3.8 8 2z"],
  offline: ["M2 2l12 12", "M1.5 6a9.6 9.6 0 0 1 3-1.9", "M8 3.3c2.5 0 4.8 1 6.5 2.7", "M4 8.7a5.7 5.7 0 0 1 2.6-1.5", "M10.4 7.6c.6.3 1.1.7 1.6 1.1", "M8 12.2v.05"],
  warn: ["M8 2a6 6 0 1 0 0 12a6 6 0 0 0 0-12z", "M8 5v3.6", "M8 11v.05"],
  peek: ["M1.75 3h12.5v10H1.75z", "M9.75 3v10"],
  pause: ["M5.75 3.5v9", "M10.25 3.5v9"],
  lock: ["M3.5 7.25h9v6.25h-9z", "M5.5 7.25V5a2.5 2.5 0 0 1 5 0v2.25", "M8 9.75v1.5"],
  pen: ["M2.75 13.25l.7-3.2L11 2.5l2.5 2.5l-7.550 7.550z", "M9.250 4.250l2.500 2.500"],
  chart: ["M2 13.5h12", "M3.75 13.5V9", "M8 13.5V3", "M12.25 13.5V6.5"],
  file: ["M1.75 13.25V3h4.5l1.5 2h6.5v8.25z"],
  pulse: ["M1.5 8.5h3L6.5 3l3 10l2-4.5h3"],
  house: ["M2.25 7.75L8 2.75l5.75 5", "M4 6.5v7h8v-7", "M6.75 13.5V9.75h2.5v3.75"],
  message: ["M2 2.75h12v8.5H7.75L4.75 13.75v-2.5H2z", "M5 6h6", "M5 8.5h4"],
  star: ["M8 1.9l1.9 4.1 4.4.5-3.3 3.1.9 4.4L8 11.8 4.100 14l.900-4.400L1.700 6.500l4.400-.500z"],
  out: ["M9.5 2.5h-7v11h7", "M6.5 8h8", "M11.5 5l3 3l-3 3"],
}

/**
 * @param {string} name
 * @param {{title?: string}} [options] a title where no word stands beside the icon
 * @returns {SVGElement}
 */
export function icon(name, options = {}) {
  const shapes = SHAPES[name] ?? []
  const svg = drawing("0 0 16 16", "icon", shapes.map((shape) => shape.replace("fill ", "")), options.title)
  shapes.forEach((shape, at) => shape.startsWith("fill ") && svg.children[at].setAttribute("class", "icon__fill"))
  return svg
}

/** The mark: the phone's sheet with an arrow. @returns {SVGElement} */
export function mark() {
  const svg = drawing("0 0 32 32", "mark", ["M9 6.5h9.5L24 12v13.5H9z", "M18.5 6.5L24 12h-5.5z", "M11.75 18.5h8.5M17 15l3.5 3.5L17 22"])
  for (const [at, part] of ["sheet", "fold", "arrow"].entries()) svg.children[at].setAttribute("class", `mark__${part}`)
  return svg
}
