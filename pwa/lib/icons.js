/** Line icons, drawn from code: 24 grid, 2 px stroke, round ends, the colour of the text around them. */

const SVG = "http://www.w3.org/2000/svg"

/** Each icon is one or more paths. */
const PATHS = {
  arrow_back: "M20 12H4m7-7-7 7 7 7",
  arrow_forward: "M4 12h16m-7-7 7 7-7 7",
  bell: "M6 17V10a6 6 0 0 1 12 0v7l2 2H4zM10 22h4",
  blackout: "M4 6h9M4 18h7M3 10h18v4H3zM4 11h16M4 12h16M4 13h16",
  bulb: "M9 18h6M10 21h4M8.500 15a6 6 0 1 1 7 0v3h-7z",
  calendar: "M4 5h16v16H4zM4 10h16M8 2v5m8-5v5",
  camera: "M3 8a1 1 0 0 1 1-1h3l2-3h6l2 3h3a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1zM12 9.5a3.75 3.75 0 1 0 0 7.5 3.75 3.75 0 0 0 0-7.5",
  chevron: "m9 5 7 7-7 7",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 7v5l3.5 2",
  closer: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5M9 9l3 3 3-3M9 15l3-3 3 3",
  close: "M5 5l14 14M19 5 5 19",
  corner: "M4 20V8m0 12h12M20 16V4H9M5 3v.01M4 4v.01",
  document: "M6 2h8l5 5v15H6zM14 2v5h5M9 13h7M9 17h7",
  download: "M12 3v12m-5-5 5 5 5-5M4 21h16",
  eye: "M2 12s3.5-6.5 10-6.5S22 12 22 12s-3.5 6.5-10 6.5S2 12 2 12M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6",
  eye_off: "M2 12s3.5-6.5 10-6.5S22 12 22 12s-3.5 6.5-10 6.5S2 12 2 12M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6M4 20 20 4",
  gallery: "M7 3h14v14M3 7h14v14H3zM3 18l4-4 3 3 3-3 4 4",
  globe: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M3 12h18M12 3c5 5 5 13 0 18M12 3c-5 5-5 13 0 18",
  hand: "M8 13V5a1.5 1.5 0 0 1 3 0v6V3.500a1.500 1.500 0 0 1 3 0V11V5a1.500 1.500 0 0 1 3 0v9c0 4-2 7-6 7-3 0-4.500-2-7-7a1.500 1.500 0 0 1 2.500-1.500z",
  hold: "M9 4h6v16H9zM5 8a6 6 0 0 0 0 8M19 8a6 6 0 0 1 0 8",
  home: "M4 11l8-7 8 7v9h-5v-5a3 3 0 0 0-6 0v5H4z",
  info: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 11v6M12 7.5v.01",
  light: "M8 2h8v4l-2 4v12h-4V10L8 6zM8 6h8M12 13v2",
  mail: "M3 5h18v14H3zM3 7l9 6 9-6",
  message: "M4 4h16v13H11l-4 4v-4H4zM8 9h8M8 13h6",
  office: "M3 9l9-6 9 6zM5 12v6m4.7-6v6m4.6-6v6M19 12v6M3 21h18",
  pause: "M8 5v14M16 5v14",
  pen: "M4 20l1-5L16 4l4 4L9 19zM13.5 6.5l4 4",
  phone: "M8 2h8a1 1 0 0 1 1 1v18a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V3a1 1 0 0 1 1-1M11 19h2",
  plane: "M21 3 3 10l7 3 3 8zM21 3 10 13",
  plus: "M12 4v16M4 12h16",
  reload: "M20 5v6h-6M19.4 11A8 8 0 1 0 20 14",
  ring: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18",
  search: "M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M8 12h8M8 9h8M8 15h5",
  share: "M18 3a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5M6 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5M18 16a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5M8.3 10.8l7.4-4M8.3 13.2l7.4 4",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2m0 16v2M2 12h2m16 0h2M5 5l1.500 1.500m11 11L19 19M19 5l-1.500 1.500m-11 11L5 19",
  tick: "M4 12.5l5.5 5.5L20 7",
  tick_ring: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M8 12.5l3 3 5.5-6",
  trash: "M4 6h16M9 6V3h6v3M6 6l1 16h10l1-16M10 11v6m4-6v6",
  triangle: "M12 3 2 21h20zM12 10v5M12 18v.01",
  turn: "M17 2v5h-5M16.5 6.700A8 8 0 1 0 20 13",
  undo: "M9 5 4 10l5 5M4 10h10a5 5 0 0 1 0 10h-3",
  wifi: "M2 9a15 15 0 0 1 20 0M5.500 12.800a10 10 0 0 1 13 0M9 16.500a5 5 0 0 1 6 0M12 20v.01",
  zoom: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.5 15.5 21 21",
}

/**
 * An icon beside a word; with a title it speaks for itself.
 *
 * @param {string} name a key of the table above
 * @param {{title?: string}} [options]
 * @returns {SVGSVGElement}
 */
export function icon(name, options = {}) {
  const path = PATHS[/** @type {keyof typeof PATHS} */ (name)]
  if (!path) throw new Error(`no icon "${name}"`)
  return drawing("0 0 24 24", "icon", [path], options.title)
}

/**
 * @param {string} box the viewBox
 * @param {string} className
 * @param {string[]} paths
 * @param {string} [title] read to those who do not see it; without it the drawing is decoration
 * @returns {SVGSVGElement}
 */
export function drawing(box, className, paths, title) {
  const svg = document.createElementNS(SVG, "svg")
  svg.setAttribute("viewBox", box)
  svg.setAttribute("class", className)
  svg.setAttribute("focusable", "false")
  if (title) {
    svg.setAttribute("role", "img")
    svg.setAttribute("aria-label", title)
  } else svg.setAttribute("aria-hidden", "true")
  for (const d of paths) {
    const path = document.createElementNS(SVG, "path")
    path.setAttribute("d", d)
    svg.append(path)
  }
  return svg
}
