/** Fields of a form about texts: one for each language, numbers, ticks. Each says what was put in, as it is typed. */

import { h } from "../lib/dom.js"
import { LANGUAGES, t } from "../lib/words.js"

/**
 * @typedef {"input" | "textarea"} Tag
 * @typedef {ReturnType<typeof fields>} Fields
 */

/** @param {HTMLElement} field @param {string} words @param {string} [hint] */
export function labelled(field, words, hint) {
  if (hint) field.setAttribute("aria-describedby", `${field.id}-hint`)
  return h("div", { class: "editor__field" }, h("label", { class: "label", for: field.id }, words), field, hint && h("p", { class: "muted small", id: `${field.id}-hint` }, hint))
}

/** @param {(name: string) => void} changed what was changed, by its name */
export function fields(changed) {
  /** @param {Tag} tag @param {string} id @param {string} value @param {(value: string) => void} put @param {{lang?: string, most?: number, name?: string, rows?: number}} [more] */
  function box(tag, id, value, put, { lang, most, name = id, rows = 2 } = {}) {
    const input = h(tag, { class: "field field--text", id, lang, rows: tag === "textarea" ? rows : null, maxlength: most ?? (tag === "textarea" ? 500 : 120), oninput: () => { put(input.value); changed(name) } })
    input.value = value
    return input
  }

  /** @param {Record<string, string>} into @param {string} language */
  const putInto = (into, language) => (/** @type {string} */ value) => {
    if (value.trim()) into[language] = value
    else delete into[language]
  }

  return {
    box,
    putInto,

    /**
     * A field for each language.
     *
     * @param {string} name @param {string} words @param {Record<string, string>} into @param {Tag} tag @param {{most?: number, rows?: number}} [more]
     */
    byLanguage: (name, words, into, tag, more = {}) =>
      h("div", { class: "editor__pair" }, LANGUAGES.map((language) => {
        const id = `text-${name}-${language}`
        return labelled(box(tag, id, into[language] ?? "", putInto(into, language), { lang: language, name, ...more }), `${words} (${t(`texts.language_${language}`)})`)
      })),

    /** @param {string} name @param {string} words @param {boolean} on @param {(on: boolean) => any} put */
    tick: (name, words, on, put) =>
      h("label", { class: "with-check" }, h("input", { type: "checkbox", class: "tickbox", id: `text-${name}`, checked: on || null, onchange: (/** @type {any} */ event) => { put(event.target.checked); changed(name) } }), h("span", null, words)),

    /** @param {string} name @param {string} words @param {number | undefined} value @param {(value: number | undefined) => any} put @param {{most: number, hint?: string}} more */
    number(name, words, value, put, { most, hint }) {
      const id = `text-${name}`
      const input = h("input", { type: "number", min: 1, max: most, class: "field field--text field--number", id, oninput: () => { put(Number(input.value) || undefined); changed(name) } })
      input.value = String(value ?? "")
      return labelled(input, words, hint)
    },
  }
}
