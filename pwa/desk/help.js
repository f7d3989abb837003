/** All keys that act on this screen, behind `?`. */
// words: keys.*

import { h } from "../lib/dom.js"
import { t } from "../lib/words.js"
import { openDialog } from "./dialog.js"
import { bindings, capOf } from "./keys.js"
import { lettersSwitch } from "./switches.js"

/** @param {string} key one press, or two in a row */
const caps = (key) => key.split(" ").map((part) => h("kbd", { class: "key" }, capOf(part)))

export function openHelp() {
  const rows = bindings().filter((binding) => binding.words)
  openDialog({
    title: t("help.title"),
    body: [
      h(
        "dl",
        { class: "keylist" },
        rows.map((binding) =>
          h(
            "div",
            { class: "keylist__row" },
            h("dt", null, (binding.caps ?? binding.keys).flatMap((key, i) => [i > 0 && h("span", { class: "keylist__or" }, t("help.or")), ...caps(key)])),
            h("dd", null, t(/** @type {string} */ (binding.words))),
          ),
        ),
      ),
      h("p", { class: "muted" }, t("help.text_fields")),
      lettersSwitch(),
    ],
  })
}
