/**
 * Plots, drawn here: bars and lines that stretch with their box, their words beside them as text that does not. Each
 * says in a sentence what it shows; the numbers themselves stand in the table beside it.
 *
 * @typedef {{label: string, value: number | null, quiet?: boolean}} Point  null is a gap; quiet: a weekend
 */

import { h } from "../lib/dom.js"
import { amount } from "./format.js"

const SVG = "http://www.w3.org/2000/svg"
const STEPS = [1, 2, 4, 5, 10]
const MARKS = 3 // words below a plot

/** @param {string} tag @param {Record<string, string | number>} attributes @param {Element[]} [children] */
function draw(tag, attributes, children = []) {
  const element = document.createElementNS(SVG, tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value))
  element.append(...children)
  return element
}

/** @param {number} most @returns {number} a round number that is no smaller */
export function ceiling(most) {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, most)))
  return (STEPS.find((step) => step * power >= most) ?? 10) * power
}

/**
 * One bar for each point.
 *
 * @param {Point[]} points
 * @param {string} says what it shows
 */
export function bars(points, says) {
  const top = ceiling(Math.max(1, ...points.map((point) => point.value ?? 0)))
  const rects = points.map(({ value, quiet }, at) =>
    draw("rect", { class: quiet ? "plot__bar plot__bar--quiet" : "plot__bar", x: at + 0.14, width: 0.72, y: top - (value ?? 0), height: value ?? 0 }),
  )
  return plot(points, top, points.length, says, rects)
}

/**
 * A line for each row of points; where a point is missing the line has a gap.
 *
 * @param {{name: string, points: Point[]}[]} rows the first is drawn firmly, the next ones dashed
 * @param {string} says
 */
export function lines(rows, says) {
  const top = ceiling(Math.max(1, ...rows.flatMap(({ points }) => points.map((point) => point.value ?? 0))))
  const paths = rows.flatMap(({ points }, n) => strokes(points, top).map((d) => draw("path", { class: n ? "plot__line plot__line--dashed" : "plot__line", d })))
  return [
    h("ul", { class: "plot__legend" }, rows.map(({ name }, n) => h("li", null, swatch(n > 0), h("span", null, name)))),
    plot(rows[0].points, top, Math.max(1, rows[0].points.length), says, paths),
  ]
}

/** @param {Point[]} points @param {number} top @returns {string[]} a path for each stretch without a gap; a point alone is a dash */
function strokes(points, top) {
  /** @type {string[]} */
  const made = []
  let open = ""
  points.forEach(({ value }, at) => {
    if (value === null) return void (open = "")
    const place = `${at + 0.5} ${top - value}`
    if (open) made.push(`M${open} L${place}`)
    else if (points[at + 1]?.value == null) made.push(`M${at + 0.2} ${top - value} L${at + 0.8} ${top - value}`)
    open = place
  })
  return made
}

/** @param {boolean} dashed */
const swatch = (dashed) => draw("svg", { class: "plot__swatch", viewBox: "0 0 24 4", "aria-hidden": "true" }, [draw("path", { class: dashed ? "plot__line plot__line--dashed" : "plot__line", d: "M0 2 L24 2" })])

/** @param {Point[]} points @param {number} top @param {number} wide @param {string} says @param {Element[]} shapes */
function plot(points, top, wide, says, shapes) {
  const grid = [0, top / 2, top].map((y) => draw("path", { class: "plot__grid", d: `M0 ${y} L${wide} ${y}` }))
  const svg = draw("svg", { class: "plot__area", viewBox: `0 0 ${wide} ${top}`, preserveAspectRatio: "none", role: "img", "aria-label": says, focusable: "false" }, [...grid, ...shapes])
  const marked = points.length > MARKS ? [points[0], points[Math.floor((points.length - 1) / 2)], points[points.length - 1]] : points
  return h(
    "div",
    { class: "plot" },
    h("div", { class: "plot__scale", "aria-hidden": "true" }, [top, top / 2, 0].map((value) => h("span", null, amount(value)))),
    svg,
    h("div", { class: "plot__marks", "aria-hidden": "true" }, marked.map(({ label }) => h("span", null, label))),
  )
}

/** A bar in a line of a table. @param {number} part of 1 */
export const share = (part) => draw("svg", { class: "share", viewBox: "0 0 100 1", preserveAspectRatio: "none", "aria-hidden": "true" }, [draw("rect", { class: "plot__bar", width: Math.max(0, Math.min(100, part * 100)), height: 1 })])
