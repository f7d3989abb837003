/** Switches that appear in more than one place: a check box with its words. */

import { h } from "../lib/dom.js"
import { t } from "../lib/words.js"
import { keep, setting } from "./settings.js"

/** @param {string} name of the setting @param {string} words @param {string} [hint] */
function toggle(name, words, hint) {
  const box = h("input", { type: "checkbox", class: "check__box", onchange: () => keep(name, box.checked) })
  box.checked = setting(name)
  return h("label", { class: "check" }, box, h("span", null, words, hint && h("span", { class: "check__hint" }, hint)))
}

/** Single letters as commands can be switched off: speech input and slips of the hand would set them off. */
export const lettersSwitch = () => toggle("letters", t("switch.letters"), t("switch.letters_hint"))

export const onwardSwitch = () => toggle("onward", t("switch.onward"))
