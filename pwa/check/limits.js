/** What must be true of the numbers for a problem to be named, the worst first: those of the server, to the digit. A test compares them. */

/** @typedef {{[name: string]: number}} Numbers */
/** @typedef {"empty" | "dark" | "far" | "blurred" | "glare" | "cropped"} Problem */

const ANY = Infinity
/** @type {Term} */
const PAGE = ["whole", -1, 0.5]
/** @type {Term[]} */
const PLAIN = [["ink", 0.02, 0.45], ["grain", -1, 0.02]] // print on paper, no picture and no table
/** @type {Term[]} */
const STILL = [["grain", -1, 0.02], PAGE] // a page that is not taken in the dark: grain looks like letters and edges
/** @type {Term[]} */
const CALM = [["grain", -1, 0.03], PAGE] // or nearly so

/** @typedef {[name: string, above: number, below: number]} Term */
/** Each line is one way to have a problem: all of its terms hold. @type {[Problem, Term[]][]} */
export const LIMITS = [
  ["empty", [["ink", -1, 0.006], ["lettered", -1, 0.01], ["light", 0.15, ANY], PAGE]],
  ["dark", [["light", -1, 0.25], ["grain", 0.09, ANY]]],
  ["dark", [["light", -1, 0.25], ["ink", 0.5, ANY]]],
  ["dark", [["light", -1, 0.115], ["grain", 0.045, ANY]]],
  ["dark", [["light", -1, 0.06]]],
  ["far", [["letter", 0.1, 6.9], ["lettered", 0.2, ANY], ["ink", 0.006, 0.45], ...CALM]],
  ["far", [["letter", 0.1, 9], ["sharp", 0.1, 6], ["lettered", 0.2, ANY], ["ink", 0.006, 0.45], ...CALM]],
  ["far", [["dpi", -1, 60], ["edge", 2.3, ANY], ["lettered", -1, 0.45], ["ink", 0.15, 0.45], ...CALM]],
  ["blurred", [["sharp", 0.1, 5.4], ["letter", 9, ANY], ["lettered", 0.45, ANY], ...PLAIN]],
  ["blurred", [["edge", 2.6, ANY], ["lettered", -1, 0.1], ["ink", 0.15, 0.45], ...STILL]],
  ["blurred", [["sharp", 0.1, 5.4], ["letter", 6.9, ANY], ["lettered", -1, 0.2], ["ink", 0.15, 0.45], ...STILL]],
  ["blurred", [["edge", 2.9, ANY], ["lettered", -1, 0.45], ["ink", 0.1, 0.45], ...STILL]],
  ["blurred", [["edge", 5, ANY], ["lettered", -1, 0.45], ["ink", 0.006, 0.45], ...STILL]],
  ["glare", [["glare", 0.06, ANY], PAGE]],
  ["cropped", [["cut", 0.08, ANY]]],
  ["cropped", [["runs_out", 0.15, ANY], ...PLAIN, PAGE]],
  ["cropped", [["runs_out", 0.25, ANY], ...PLAIN]],
]

/** @param {Numbers} said @returns {Problem[]} the worst first; none when nothing surely is wrong */
export const verdict = (said) => [...new Set(LIMITS.filter(([, all]) => all.every(([what, above, below]) => above < said[what] && said[what] < below)).map(([name]) => name))]
