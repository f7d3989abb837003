/** What went wrong, as a sentence that says what happened and what to do. */
// words: error.*

import { Offline, Refused } from "../lib/api.js"
import { hasWord, t } from "../lib/words.js"

/** @param {unknown} error @returns {string} */
export function sentence(error) {
  if (error instanceof Offline) return t("error.offline")
  if (!(error instanceof Refused)) return t("error.desk_fault")
  if (error.code === "too_many_tries" || error.code === "slow_down") {
    return t("error.too_many_tries", { count: Math.max(1, Math.ceil((error.retryAfter ?? 60) / 60)) })
  }
  return hasWord(`error.${error.code}`) ? t(`error.${error.code}`) : t("error.server_fault")
}
