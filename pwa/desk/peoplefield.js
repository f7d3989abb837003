/** Choosing a person by name or BG number: type, arrows, Enter (the combobox of the ARIA practices). */

import { fill, h } from "../lib/dom.js"
import { t } from "../lib/words.js"
import { casePeople } from "./asked.js"
import { languageName } from "./format.js"
import { icon } from "./icons.js"
import { sentence } from "./troubles.js"

/** @typedef {import("./asked.js").CasePerson} CasePerson */

const TYPING = 150 // ms of rest before a search is sent

/**
 * @param {{chosen: CasePerson | null, choose: (person: CasePerson | null) => void}} options
 * @returns {{element: HTMLElement, field: () => HTMLElement, set: (person: CasePerson) => void}} field: what takes the focus
 */
export function peopleField({ chosen, choose }) {
  /** @type {CasePerson[]} */
  let found = []
  let at = 0
  let question = 0
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let rest

  const input = h("input", { type: "text", class: "field__input", id: "person", role: "combobox", "aria-expanded": "false", "aria-controls": "people", "aria-autocomplete": "list", placeholder: t("whom.search"), autocomplete: "off", spellcheck: "false" })
  const list = h("ul", { class: "people", id: "people", role: "listbox", "aria-label": t("whom.title"), hidden: true })
  const told = h("p", { class: "muted small", role: "status" })
  const search = h("div", { class: "people__search" }, h("label", { class: "label", for: "person" }, t("whom.title")), h("div", { class: "field" }, icon("search"), input), list, told)
  const other = h("button", { type: "button", class: "btn btn--tool", id: "other-person", onclick: again }, t("whom.change"))
  const shown = h("div", { class: "people__chosen" })
  const element = h("section", { class: "asking__part people__field" }, search, shown)

  function draw() {
    search.hidden = Boolean(chosen)
    shown.hidden = !chosen
    if (!chosen) return
    fill(shown, icon("person"), h("p", null, h("strong", null, chosen.name), h("span", { class: "muted" }, ` ${chosen.case.number} · ${languageName(chosen.language)}`)), other)
  }

  /** @param {CasePerson} person */
  function set(person) {
    chosen = person
    close()
    draw()
    choose(person)
  }

  function again() {
    chosen = null
    choose(null)
    draw()
    input.value = ""
    input.focus()
  }

  function close() {
    list.hidden = true
    input.setAttribute("aria-expanded", "false")
    input.removeAttribute("aria-activedescendant")
  }

  function show() {
    list.hidden = found.length === 0
    input.setAttribute("aria-expanded", String(found.length > 0))
    told.textContent = found.length ? t("whom.found", { count: found.length }) : t("whom.none")
    fill(
      list,
      found.map((person, n) =>
        h("li", { class: "people__one", role: "option", id: `person-${n}`, "aria-selected": String(n === at), onmousedown: (/** @type {Event} */ event) => event.preventDefault(), onclick: () => pick(n) }, h("strong", null, person.name), h("span", { class: "muted" }, person.case.number)),
      ),
    )
    if (found.length) input.setAttribute("aria-activedescendant", `person-${at}`)
    else input.removeAttribute("aria-activedescendant")
    list.children[at]?.scrollIntoView({ block: "nearest" })
  }

  /** @param {number} n */
  function pick(n) {
    if (!found[n]) return
    set(found[n])
    other.focus()
  }

  async function look() {
    const mine = ++question
    try {
      const answer = await casePeople({ q: input.value.trim() })
      if (mine !== question || chosen) return
      found = answer
      at = 0
      show()
    } catch (error) {
      told.textContent = sentence(error)
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(rest)
    rest = setTimeout(look, TYPING)
  })
  input.addEventListener("focus", look)
  input.addEventListener("blur", close)
  input.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault()
      if (list.hidden) return look()
      at = (at + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length
      show()
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault()
      if (!list.hidden) pick(at)
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault()
      close()
    }
  })

  draw()
  return { element, field: () => (chosen ? other : input), set }
}
