/** Every text a person reads comes from a word list, `words/<list>.json`; dates and sizes follow the language. */

/** @type {Record<string, string>} */
let words = {}
let language = "de"

export const LANGUAGES = ["de", "en"]

/**
 * Load the word lists of a language and use it from now on.
 *
 * @param {string} wanted "de" or "en"; anything else gives German
 * @param {string} [list] the name of the list's files before the language: "" for the phone, "desk-" for the office
 * @throws when the list cannot be had; then the language stays
 */
export async function loadWords(wanted, list = "") {
  const next = LANGUAGES.includes(wanted) ? wanted : "de"
  const answer = await fetch(`/words/${list}${next}.json`)
  words = await answer.json()
  language = next
  document.documentElement.lang = language
}

/** @returns {string} the language in use */
export const currentLanguage = () => language

/**
 * The text of a key, with `{name}` filled in; a `count` picks between `key.one` and `key.other`.
 *
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 * @returns {string} the key itself when the list lacks it (a test finds those)
 */
export function t(key, values = {}) {
  const plural = "count" in values ? `${key}.${new Intl.PluralRules(language).select(Number(values.count))}` : key
  const text = words[plural] ?? words[key] ?? words[`${key}.other`] ?? key
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""))
}

/** @param {string} key @returns {boolean} whether the list in use has this key */
export const hasWord = (key) => key in words

/** @param {Record<string, string> | undefined} names texts by language @returns {string} ours, else the German one */
export const inLanguage = (names) => names?.[language] ?? names?.de ?? ""

/** @param {string | number | Date} when @returns {string} "24.11.2026, 14:08" in the language's own way */
export const dateTime = (when) =>
  new Intl.DateTimeFormat(language === "en" ? "en-GB" : "de-DE", { dateStyle: "medium", timeStyle: "short" }).format(new Date(when))

/** @param {string | number | Date} when @returns {string} "24.11.2026" */
export const dateOnly = (when) =>
  new Intl.DateTimeFormat(language === "en" ? "en-GB" : "de-DE", { dateStyle: "medium" }).format(new Date(when))

/** @param {string} month "2026-11" @returns {string} "November 2026" */
export const monthName = (month) =>
  new Intl.DateTimeFormat(language, { month: "long", year: "numeric" }).format(new Date(`${month}-15T12:00:00`))

/** @param {string | number | Date} when @returns {string} "14:08" */
export const timeOnly = (when) =>
  new Intl.DateTimeFormat(language === "en" ? "en-GB" : "de-DE", { timeStyle: "short" }).format(new Date(when))

/** @param {number} bytes @returns {string} "0,9 MB" */
export function fileSize(bytes) {
  const number = (/** @type {number} */ n, /** @type {number} */ digits) =>
    new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(n)
  return bytes < 100_000 ? `${number(Math.max(1, bytes / 1000), 0)} KB` : `${number(bytes / 1_000_000, 1)} MB`
}
