/** People, for admins: who signs in, with which letter; one of them opened, somebody new, letters for many. */

import { fill, h } from "../lib/dom.js"
import { dateOnly, t } from "../lib/words.js"
import { ACCESSES, accessState } from "./access.js"
import { announce } from "./announce.js"
import { LIST_URL, officesPeople, people as ask, printLetters } from "./data.js"
import { complaint } from "./form.js"
import { languageName } from "./format.js"
import { frame, goKeys } from "./frame.js"
import { icon } from "./icons.js"
import { bind, cap } from "./keys.js"
import { grouped, openNewPerson, openPerson, savePdf } from "./person.js"
import { load, queue } from "./queue.js"
import { sentence } from "./troubles.js"

/** @typedef {import("./data.js").Person} Person */

const TYPING = 250 // ms of rest before a search is sent
const MOST_LETTERS = 50 // in one PDF, as the server has it

/**
 * @param {object} options
 * @param {import("./frame.js").Who} options.who
 * @param {import("./frame.js").Ways} options.ways
 * @param {(hash: string) => void} options.go
 * @returns {{root: HTMLElement, ready: Promise<void>, leave: () => void}}
 */
export function people({ who, ways, go }) {
  /** @type {import("./data.js").People | null} */
  let found = null
  /** @type {Set<string>} */
  const chosen = new Set()
  let question = 0
  const sub = h("p", { class: "top__sub", id: "people-count", role: "status" })
  const trouble = h("div", { class: "operation__trouble", role: "alert" })
  const search = h("input", { type: "search", id: "people-search", class: "field__input", placeholder: t("people.search"), "aria-label": t("people.search"), autocomplete: "off", spellcheck: "false", "aria-keyshortcuts": "/" })
  const access = h("select", { class: "field field--select", id: "people-access", "aria-label": t("people.access"), onchange: () => look() },
    h("option", { value: "" }, t("people.any_access")), ACCESSES.map((value) => h("option", { value }, t(`access.${value}.short`))))
  const letters = h("button", { type: "button", class: "btn", id: "letters", onclick: print }, icon("paper"), h("span"))
  const rows = h("tbody", { id: "people" })
  const table = h("table", { class: "table table--people" },
    h("thead", null, h("tr", null, h("th", { scope: "col" }, h("span", { class: "sr" }, t("people.choose"))),
      ["people.name", "people.case", "people.team", "people.language", "people.access"].map((name) => h("th", { scope: "col" }, t(name))))),
    rows)
  const none = h("p", { class: "muted box__line", hidden: true }, t("people.none"))
  const shell = frame({
    kind: "list",
    here: "people",
    who,
    ways,
    top: [
      h("div", { class: "top__titles" }, h("h1", { class: "title", tabindex: "-1" }, t("people.title")), sub),
      h("button", { type: "button", class: "btn btn--primary", id: "add-person", "aria-keyshortcuts": "N", onclick: () => open(null) }, icon("plus"), h("span", null, t("staff.add")), cap("n")),
    ],
    main: h("div", { class: "operation", tabindex: "0", role: "region", "aria-label": t("people.title") },
      h("p", { class: "note narrow-only" }, icon("peek"), h("span", null, t("admin.at_a_desk"))),
      trouble,
      h("div", { class: "tools" },
        h("div", { class: "field field--search-in", role: "search" }, icon("search"), search, cap("/")), access, letters,
        h("a", { class: "btn btn--quiet", id: "to-list", href: "#/people/list" }, icon("tray"), h("span", null, t("people.take_list"))),
        h("a", { class: "btn btn--quiet", href: LIST_URL, download: true }, icon("download"), h("span", null, t("people.save_list")))),
      h("div", { class: "box" }, table, none)),
    hints: [{ keys: ["/"], words: "hint.search" }, { keys: ["n"], words: "staff.hint_new" }, { keys: ["j", "k"], words: "people.hint_next" }, { keys: ["g", "n"], words: "hint.go_new" }],
  })

  async function look() {
    const mine = ++question
    try {
      const answer = await ask({ q: search.value.trim(), access: access.value })
      if (mine !== question) return
      found = answer
      fill(trouble)
    } catch (error) {
      fill(trouble, complaint(sentence(error)))
    }
    show()
  }

  function show() {
    if (!found) return
    const focused = document.activeElement?.id ?? ""
    for (const id of [...chosen]) if (!found.people.some((one) => one.id === id && one.access !== "ended")) chosen.delete(id)
    sub.textContent = found.found > found.people.length ? t("people.first", { shown: found.people.length, count: found.found }) : t("people.count", { count: found.found })
    fill(rows, found.people.map(row))
    none.hidden = found.people.length > 0
    table.hidden = found.people.length === 0
    showLetters()
    if (/^(person|choose)-/.test(focused)) document.getElementById(focused)?.focus()
  }

  function showLetters() {
    const count = chosen.size || Math.min(found?.new ?? 0, MOST_LETTERS)
    fill(letters.querySelector("span"), chosen.size ? t("people.letters_chosen", { count }) : count ? t("people.letters_new", { count }) : t("people.letters_none"))
    letters.disabled = count === 0
  }

  /** @param {Person} of */
  function row(of) {
    const jobseeker = of.role === "jobseeker"
    const box = jobseeker && of.access !== "ended" && h("input", { type: "checkbox", id: `choose-${of.id}`, class: "tickbox", "aria-label": t("people.choose_one", { name: of.name }), checked: chosen.has(of.id) || null, onchange: (/** @type {any} */ event) => {
      if (event.target.checked) chosen.add(of.id)
      else chosen.delete(of.id)
      showLetters()
    } })
    return h(
      "tr",
      null,
      h("td", { class: "table__box" }, box),
      h("th", { scope: "row" }, jobseeker ? h("button", { type: "button", class: "link link--strong", id: `person-${of.id}`, onclick: () => open(of.id) }, of.name) : h("a", { class: "link link--strong", id: `person-${of.id}`, href: `#/staff/${of.id}` }, of.name), h("span", { class: "table__sub" }, jobseeker ? grouped(of.login) : `${of.login} · ${t(`role.${of.role}`)}`)),
      h("td", { "data-name": t("people.case") }, of.case ? h("span", null, of.case.number, of.case.approved_until && h("span", { class: "table__sub" }, t("people.until", { date: dateOnly(of.case.approved_until) }))) : "–"),
      h("td", { "data-name": t("people.team") }, of.team ?? "–"),
      h("td", { "data-name": t("people.language") }, languageName(of.language)),
      h("td", { "data-name": t("people.access") }, accessState(of)),
    )
  }

  /** @param {string | null} id null: somebody new */
  async function open(id) {
    fill(trouble)
    try {
      const { teams } = await officesPeople()
      if (!shell.root.isConnected || document.querySelector("dialog[open]")) return
      const ways = { teams, say, changed: look }
      if (id) await openPerson(id, ways)
      else openNewPerson(ways)
    } catch (error) {
      fill(trouble, complaint(sentence(error)))
    }
  }

  async function print() {
    const wanted = chosen.size ? [...chosen] : null
    letters.setAttribute("aria-disabled", "true")
    say(t("people.printing"))
    try {
      const count = wanted?.length ?? Math.min(found?.new ?? 0, MOST_LETTERS)
      savePdf(await printLetters(wanted))
      chosen.clear()
      say(t("people.printed", { count }))
      await look()
    } catch (error) {
      shell.say()
      fill(trouble, complaint(sentence(error)))
    } finally {
      letters.removeAttribute("aria-disabled")
    }
  }

  /** @param {string} words */
  function say(words) {
    shell.say(icon("tick"), h("span", null, words))
    announce(words)
  }

  /** @param {number} step to the next name or the one before */
  function walk(step) {
    /** @type {HTMLElement[]} */
    const names = [...rows.querySelectorAll("th button, th a")]
    const at = names.findIndex((name) => name === document.activeElement)
    names[at < 0 ? 0 : at + step]?.focus()
  }

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let rest
  search.addEventListener("input", () => {
    clearTimeout(rest)
    rest = setTimeout(look, TYPING)
  })
  const unbind = bind([
    { keys: ["/"], words: "keys.search_people", run: () => search.select() },
    { keys: ["n"], words: "keys.new_person", run: () => void open(null) },
    { keys: ["j"], words: "keys.person_next", run: () => walk(1), steady: true },
    { keys: ["k"], words: "keys.person_previous", run: () => walk(-1), steady: true },
    ...goKeys(who, go),
    { keys: ["?"], words: "keys.help", run: ways.help },
  ])
  document.title = t("people.document_title")
  const counted = queue.rows === null ? load().catch(() => {}) : null
  counted?.then(shell.showCounts)
  return {
    root: shell.root,
    ready: look(),
    leave() {
      unbind()
      clearTimeout(rest)
    },
  }
}
