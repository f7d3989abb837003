/** How somebody's access stands: a picture, a tone, words. */
// words: access.*

import { h } from "../lib/dom.js"
import { dateOnly, t } from "../lib/words.js"
import { icon } from "./icons.js"

/** @typedef {{role: string, access: import("./data.js").Person["access"], code_until?: string | null}} Holder */

/** @type {Record<string, [string, string]>} */
const LOOKS = { none: ["dot", "accent"], code: ["clock", "muted"], over: ["triangle", "look"], own: ["accepted", "done"], ended: ["cross", "muted"] }

export const ACCESSES = Object.keys(LOOKS)

/** @param {Holder} of @returns {string} "Code gilt bis 27.12.2026"; the office's people have passwords */
function accessWords({ role, access, code_until }) {
  const words = role !== "jobseeker" && access !== "ended" ? `access.${access}_password` : `access.${access}`
  return t(words, { date: code_until ? dateOnly(code_until) : "" })
}

/** @param {Holder} of */
export const accessState = (of) => h("span", { class: `state state--${LOOKS[of.access][1]}` }, icon(LOOKS[of.access][0]), h("span", null, accessWords(of)))
