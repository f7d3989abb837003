/** What the office often writes: chosen from a list, put into a message in the person's language, and still open to change. */

import { fill, h } from "../lib/dom.js"
import { inLanguage, t } from "../lib/words.js"
import { ask } from "./data.js"
import { openDialog } from "./dialog.js"
import { languageName } from "./format.js"
import { icon } from "./icons.js"
import { cap } from "./keys.js"
import { sentence } from "./troubles.js"

/** @typedef {{id: string, names: Record<string, string>, text: Record<string, string>}} Phrase */

const MANY = 9 // have keys of their own; beyond that one searches

/** @type {Phrase[] | null} */
let known = null

/** @returns {Promise<Phrase[]>} they hold for as long as the page is open */
async function loadPhrases() {
  known ??= /** @type {Phrase[]} */ ((await ask("GET", "/desk/phrases")).phrases)
  return known
}

/** Somebody saved other ones. */
export const forgetPhrases = () => void (known = null)

/**
 * @param {{name: string, language: string}} person who will read it
 * @param {(text: string) => void} chosen
 */
export function choosePhrase({ name, language }, chosen) {
  const list = h("ul", { class: "phrases", id: "phrase-list" })
  const search = h("input", { type: "search", class: "field field--text", id: "phrase-search", placeholder: t("phrases.search"), "aria-label": t("phrases.search"), autocomplete: "off", hidden: true, oninput: () => show() })
  /** @type {Phrase[]} */
  let all = []

  /** @param {Phrase} phrase */
  const textOf = (phrase) => phrase.text[language] ?? phrase.text.de ?? ""

  /** @returns {Phrase[]} */
  function shown() {
    const words = search.value.trim().toLocaleLowerCase()
    return all.filter((phrase) => `${inLanguage(phrase.names)} ${textOf(phrase)}`.toLocaleLowerCase().includes(words))
  }

  /** @param {Phrase | undefined} phrase */
  function take(phrase) {
    if (!phrase) return
    close()
    chosen(textOf(phrase))
  }

  function show() {
    const found = shown()
    fill(list, found.length ? found.map(line) : h("li", { class: "muted" }, t(all.length ? "phrases.none_found" : "phrases.none")))
  }

  /** @param {Phrase} phrase @param {number} at */
  function line(phrase, at) {
    const foreign = language !== "de" && !phrase.text[language]
    const number = at < MANY ? String(at + 1) : null
    return h("li", null, h("button", { type: "button", class: "phrase", "data-phrase": phrase.id, "aria-keyshortcuts": number, onclick: () => take(phrase) },
      h("span", { class: "phrase__head" }, h("strong", null, inLanguage(phrase.names)), foreign && h("span", { class: "muted small" }, t("phrases.only_german")), number && cap(number)),
      h("span", { class: "muted", lang: foreign ? "de" : language }, textOf(phrase))))
  }

  /** @param {number} step */
  function walk(step) {
    /** @type {HTMLElement[]} */
    const buttons = [...list.querySelectorAll("button")]
    const at = buttons.findIndex((button) => button === document.activeElement)
    buttons[at < 0 ? 0 : Math.max(0, at + step)]?.focus()
  }

  const { close } = openDialog({
    title: t("phrases.title"),
    sub: `${name} · ${t("messages.reads", { language: languageName(language) })}`,
    body: [search, list],
    bindings: [
      { keys: ["arrowdown", "j"], words: "keys.next_phrase", run: () => walk(1), steady: true, always: true, caps: ["arrowdown"] },
      { keys: ["arrowup", "k"], words: "keys.previous_phrase", run: () => walk(-1), steady: true, always: true, caps: ["arrowup"] },
      ...Array.from({ length: MANY }, (_, at) => ({ keys: [String(at + 1)], run: () => take(shown()[at]) })),
    ],
  })
  loadPhrases().then((found) => {
    all = found
    search.hidden = all.length <= MANY
    show()
    if (search.hidden) walk(0)
    else search.focus()
  }).catch((error) => fill(list, h("li", { class: "note note--danger", role: "alert" }, icon("warn"), h("span", null, sentence(error)))))
}
