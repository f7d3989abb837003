/** Word lists of other languages, for what the jobseeker reads. */

import { LANGUAGES } from "../lib/words.js"

/** @type {Map<string, Promise<Record<string, string>>>} */
const lists = new Map()

/** @param {string} language @returns {string} that one, or German where we do not have it */
export const spoken = (language) => (LANGUAGES.includes(language) ? language : "de")

/** @param {string} language @returns {Promise<Record<string, string>>} the desk's words in it */
export function wordsOf(language) {
  const wanted = spoken(language)
  const list = lists.get(wanted) ?? fetch(`/words/desk-${wanted}.json`).then((answer) => answer.json())
  lists.set(wanted, list)
  list.catch(() => lists.delete(wanted))
  return list
}
