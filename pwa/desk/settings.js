/** What a person set on this device: theme, language, keys. No paper and no name is ever kept here. */

const STORED = "belegbote-desk"

/** @type {Record<string, any>} */
const DEFAULTS = { theme: "system", language: null, letters: true, onward: true, peek: true, view: "both" }

/** @returns {Record<string, any>} */
function read() {
  try {
    return { ...DEFAULTS, ...JSON.parse(localStorage.getItem(STORED) ?? "{}") }
  } catch {
    return { ...DEFAULTS } // storage may be forbidden; the desk then forgets its settings and works on
  }
}

let settings = read()

/** @param {string} name @returns {any} */
export const setting = (name) => settings[name]

/** @param {string} name @param {any} value */
export function keep(name, value) {
  settings = { ...settings, [name]: value }
  try {
    localStorage.setItem(STORED, JSON.stringify(settings))
  } catch {
    // see read()
  }
  apply()
}

const dark = matchMedia("(prefers-color-scheme: dark)")

/** Show the settings on the page. KERN's parts look at the attribute alone, so "system" is worked out here. */
export function apply() {
  const theme = settings.theme === "system" ? (dark.matches ? "dark" : "light") : settings.theme
  document.documentElement.dataset.kernTheme = theme
  document.documentElement.classList.toggle("letters-off", !settings.letters)
}

dark.addEventListener("change", apply)
