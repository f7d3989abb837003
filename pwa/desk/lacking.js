/** What the office's texts still lack before they can be saved: the first of it, and where it is to be put right. */

import { inLanguage, t } from "../lib/words.js"
import { MOST_DAYS } from "./template.js"

/**
 * @typedef {import("./data.js").Texts} Texts
 * @typedef {import("./data.js").Entry} Entry
 * @typedef {import("./laying.js").EntryPart} EntryPart
 * @typedef {{field: string, words: string}} Lack  the id of the field, and a sentence
 */

export const MOST_TARGET = 90 // days, as the server has it

/** @param {Texts} now @returns {(Lack & {part: EntryPart | "house", entry?: string}) | null} */
export function lacking(now) {
  if (!now.name.trim()) return { part: "house", field: "office-name", words: t("texts.needs_name") }
  if (!now.benefit.de) return { part: "house", field: "text-benefit-de", words: t("texts.needs_german") }
  if (onlyForeign(now.answer_days)) return { part: "house", field: "text-answer-de", words: t("texts.needs_german") }
  if (!isBetween(now.decide_within_days, MOST_TARGET)) return { part: "house", field: "text-decide", words: t("texts.needs_days", { most: MOST_TARGET }) }
  const kinds = new Set(now.kinds.map((kind) => kind.id))
  for (const [part, look] of /** @type {[EntryPart, (entry: Entry) => Lack | undefined][]} */ ([
    ["kinds", () => undefined],
    ["reasons", () => undefined],
    ["templates", (entry) => ofTemplate(entry, kinds)],
    ["phrases", ofPhrase],
  ])) {
    for (const entry of now[part]) {
      const lack = entry.names.de ? look(entry) : { field: "text-names-de", words: t("texts.needs_name") }
      if (lack) return { part, entry: entry.id, field: lack.field, words: `${inLanguage(entry.names) || t("texts.unnamed")}: ${lack.words}` }
    }
  }
  return null
}

/** @param {number | undefined} days @param {number} most */
const isBetween = (days, most) => days !== undefined && Number.isInteger(days) && days >= 1 && days <= most

/** @param {Record<string, string> | undefined} texts */
const onlyForeign = (texts) => Boolean(texts && Object.keys(texts).length && !texts.de)

/** @param {Entry} template @param {Set<string>} kinds @returns {Lack | undefined} */
function ofTemplate(template, kinds) {
  const { days, papers = [] } = template
  if (!papers.length) return { field: "add-paper", words: t("texts.needs_paper") }
  for (const [at, paper] of papers.entries()) {
    if (!kinds.has(paper.kind)) return { field: `paper-kind-${at}`, words: t("texts.needs_kind") }
    if (onlyForeign(paper.note)) return { field: `paper-note-${at}-de`, words: t("texts.needs_german") }
  }
  if (!isBetween(days, MOST_DAYS)) return { field: "text-days", words: t("texts.needs_days", { most: MOST_DAYS }) }
  const foreign = ["reason", "basis"].find((name) => onlyForeign(template[name]))
  return foreign ? { field: `text-${foreign}-de`, words: t("texts.needs_german") } : undefined
}

/** @param {Entry} phrase @returns {Lack | undefined} */
const ofPhrase = (phrase) => (phrase.text?.de ? undefined : { field: "text-text-de", words: t("texts.needs_german") })
