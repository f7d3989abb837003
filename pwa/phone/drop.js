/** The question before something goes that cannot come back. */

import { h } from "../lib/dom.js"
import { t } from "../lib/words.js"
import { dangerButton, mainButton, sheet } from "./parts.js"

/** @param {string} kind its name @param {number} count pages @returns {Promise<boolean>} nothing is asked about nothing */
export async function reallyDrop(kind, count) {
  if (!count) return true
  const answer = await sheet("drop-sheet", t("drop.title", { kind }), (close) => [
    h("p", null, t("drop.text", { count })),
    mainButton("drop-keep", t("drop.keep"), { onclick: () => close() }),
    dangerButton("drop-do", t("drop.do", { count }), { icon: "trash", onclick: () => close("drop") }),
  ])
  return answer === "drop"
}
