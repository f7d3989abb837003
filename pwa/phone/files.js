/** What goes and what does not, in words. */

import { hasWord, t } from "../lib/words.js"

/** @param {unknown} error @param {string} file @returns {string} what is wrong with which file */
export function sentence(error, file) {
  const key = /** @type {any} */ (error)?.messageKey
  const text = t(key && hasWord(key) ? key : "error.not_saved")
  return file ? `${file}: ${text}` : text
}

/** @param {any} limits @returns {string} */
export const limitWords = (limits) => t("scan.limits", { pages: limits.pages, size: limitSize(limits.page_bytes) })

/** Limits are round in MiB; people and the letters from the office say MB. @param {number} bytes */
export const limitSize = (bytes) => `${Math.floor(bytes / 1_048_576)} MB`
