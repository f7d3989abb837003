/** How the desk looks and behaves on this device, and the way out. */

import { h } from "../lib/dom.js"
import { LANGUAGES, currentLanguage, t } from "../lib/words.js"
import { openDialog } from "./dialog.js"
import { dutySection } from "./duty.js"
import { icon } from "./icons.js"
import { openPassword } from "./password.js"
import { alertsSection } from "./pushing.js"
import { segmented } from "./segmented.js"
import { keep, setting } from "./settings.js"
import { lettersSwitch, onwardSwitch } from "./switches.js"

/**
 * @typedef {object} Ways
 * @property {(language: string) => void} speak
 * @property {() => void} signOut
 * @property {() => void} help
 */

/** Every language by its own name: whoever needs it reads it. @type {Record<string, string>} */
const OWN_NAMES = { de: "Deutsch", en: "English" }

/** @param {(language: string) => void} speak */
export const languageChoice = (speak) =>
  segmented(
    "language",
    t("prefs.language"),
    LANGUAGES.map((code) => ({ value: code, words: OWN_NAMES[code] ?? code, lang: code })),
    currentLanguage(),
    speak,
  )

/** @param {{name: string, team: string}} who @param {Ways} ways */
export function openPreferences(who, ways) {
  const { close } = openDialog({
    title: t("prefs.title"),
    sub: [who.name, who.team].filter(Boolean).join(" · "),
    body: [
      h("section", { class: "stack" }, h("h3", { class: "section" }, t("prefs.alerts")), alertsSection(), dutySection()),
      segmented(
        "theme",
        t("prefs.theme"),
        [
          { value: "system", words: t("prefs.theme_system") },
          { value: "light", words: t("prefs.theme_light") },
          { value: "dark", words: t("prefs.theme_dark") },
        ],
        setting("theme"),
        (value) => keep("theme", value),
      ),
      languageChoice((language) => {
        close()
        ways.speak(language)
      }),
      h("section", { class: "stack" }, h("h3", { class: "section" }, t("prefs.keys")), lettersSwitch(), onwardSwitch()),
      h("section", { class: "stack" }, h("h3", { class: "section" }, t("prefs.password")),
        h("div", null, h("button", { type: "button", class: "btn", id: "change-password", onclick: () => { close(); openPassword(who.name) } }, icon("lock"), h("span", null, t("password.title"))))),
    ],
    foot: [
      h("button", { type: "button", class: "btn", onclick: () => { close(); ways.help() } }, icon("keyboard"), h("span", null, t("prefs.all_keys"))),
      h("button", { type: "button", class: "btn", id: "sign-out", onclick: () => { close(); ways.signOut() } }, icon("out"), h("span", null, t("prefs.sign_out"))),
    ],
  })
}
