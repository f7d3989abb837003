/** Notices: give a person of the team's cases a PDF to read, and see whether they have read it. */
// words: notices.kind_* notices.state_* problem.* keys.*

import { fill, h } from "../lib/dom.js"
import { sha256, uuid7 } from "../lib/ids.js"
import { dateOnly, t } from "../lib/words.js"
import { announce } from "./announce.js"
import { ask } from "./data.js"
import { openDialog } from "./dialog.js"
import { moment, problemWords, shortMoment } from "./format.js"
import { frame, goKeys } from "./frame.js"
import { icon } from "./icons.js"
import { bind } from "./keys.js"
import { sentence } from "./troubles.js"

/**
 * @typedef {{id: string, kind: string, title: string, dated: string, pages: number, by_post: boolean, available_at: string | null,
 *   read_at: string | null, state: string, problem: string | null, created_at: string, withdrawn_at: string | null,
 *   unread_days: number | null, person: {name: string}, case: {number: string}, by: string}} Notice
 * @typedef {{id: string, name: string, case: {number: string}}} Person
 */

const KINDS = ["grant", "change", "cancel", "refuse", "letter"]
const LATE = 7 // days without reading after which it is shown
const EVERY = 20_000 // ms between two looks
const SOON = 1_500 // ms, while the worker looks at one
const TYPING = 200 // ms of rest before people are looked for
const PDF = "application/pdf"

/**
 * @param {object} options
 * @param {import("./frame.js").Who} options.who
 * @param {import("./frame.js").Ways} options.ways
 * @param {(hash: string) => void} options.go
 * @returns {{root: HTMLElement, ready: Promise<void>, leave: () => void}}
 */
export function notices({ who, ways, go }) {
  /** @type {Notice[]} */
  let found = []
  let unread = false
  let drawn = ""
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer
  const trouble = h("div", { class: "operation__trouble", role: "alert" })
  const list = h("div", { id: "notice-list" })
  const filter = h("div", { class: "segmented__row", role: "group", "aria-label": t("notices.show") }, [false, true].map((only) =>
    h("button", { type: "button", class: "segmented__button", id: only ? "only-unread" : "all-notices", "aria-pressed": String(only === unread), onclick: () => choose(only) }, t(only ? "notices.unread" : "notices.all"))))
  const form = uploadForm(async () => {
    announce(t("notices.sent"))
    shell.say(icon("tick"), h("span", null, t("notices.sent")))
    await look()
  })
  const shell = frame({
    kind: "list", here: "notices", who, ways,
    top: h("div", { class: "top__titles" }, h("h1", { class: "title", tabindex: "-1" }, t("notices.title"))),
    main: h("div", { class: "operation", tabindex: "0", role: "region", "aria-label": t("notices.title") },
      trouble, form,
      h("section", { class: "box" }, h("div", { class: "box__head box__head--spread" }, h("h2", { class: "section" }, t("notices.given")), filter), list)),
    hints: [{ keys: ["g", "n"], words: "hint.go_new" }],
  })

  /** @param {boolean} only */
  function choose(only) {
    unread = only
    for (const button of filter.children) button.setAttribute("aria-pressed", String((button.id === "only-unread") === only))
    show()
  }

  async function look() {
    clearTimeout(timer)
    try {
      found = (await ask("GET", "/desk/notices")).notices
      fill(trouble)
    } catch (error) {
      fill(trouble, h("p", { class: "note note--danger" }, icon("warn"), h("span", null, sentence(error))))
    }
    show()
    timer = setTimeout(look, found.some((notice) => notice.state === "checking") ? SOON : EVERY)
  }

  function show() {
    const rows = found.filter((notice) => !unread || notice.unread_days !== null)
    const now = JSON.stringify([rows, unread, document.documentElement.lang])
    if (now === drawn) return // somebody may be about to press a button
    drawn = now
    fill(list, rows.length
      ? h("table", { class: "table table--notices" }, head("notices.person", "notices.what", "notices.state", "notices.do"), h("tbody", null, rows.map((notice) => row(notice, () => void takeBack(notice)))))
      : h("p", { class: "muted box__line" }, t(unread ? "notices.none_unread" : "notices.none")))
  }

  /** @param {Notice} notice */
  function takeBack(notice) {
    const { close } = openDialog({
      title: t("notices.take_back_title"),
      body: h("p", null, t("notices.take_back_text", { title: notice.title, name: notice.person.name })),
      foot: [h("button", { type: "button", class: "btn", onclick: () => close() }, t("notices.keep")),
        h("button", { type: "button", class: "btn btn--primary", id: "take-back-yes", onclick: async () => {
          close()
          await ask("DELETE", `/desk/notices/${notice.id}`).catch((error) => fill(trouble, h("p", { class: "note note--danger" }, icon("warn"), h("span", null, sentence(error)))))
          await look()
        } }, t("notices.take_back"))],
    })
  }

  document.title = t("notices.document_title")
  const unbind = bind([...goKeys(who, go), { keys: ["?"], words: "keys.help", run: ways.help }])
  return {
    root: shell.root,
    ready: look(),
    leave() {
      unbind()
      clearTimeout(timer)
    },
  }
}

/** @param {string[]} names */
const head = (...names) => h("thead", null, h("tr", null, names.map((name) => h("th", { scope: "col" }, t(name)))))

/** @param {string} name @param {any[]} inside */
const cell = (name, ...inside) => h("td", { "data-name": t(name) }, h("div", { class: "table__cell" }, inside))

/** @param {Notice} notice @param {() => void} takeBack */
function row(notice, takeBack) {
  return h("tr", { "data-notice": notice.id },
    cell("notices.person", h("strong", null, notice.person.name), h("span", { class: "table__sub" }, notice.case.number)),
    cell("notices.what", h("span", null, notice.title), h("span", { class: "table__sub" }, t(`notices.kind_${notice.kind}`), ", ", dateOnly(`${notice.dated}T12:00`))),
    cell("notices.state", stateWords(notice)),
    cell("notices.do", h("div", { class: "group" },
      notice.state === "sending" ? null : h("a", { class: "btn btn--tool", href: `/api/v1/desk/notices/${notice.id}/document`, download: "" }, icon("download"), h("span", null, t("notices.pdf"), h("span", { class: "sr" }, `: ${notice.title}`))),
      notice.withdrawn_at ? null : h("button", { type: "button", class: "btn btn--tool", id: `take-back-${notice.id}`, onclick: takeBack }, t("notices.take_back"), h("span", { class: "sr" }, `: ${notice.title}`)))))
}

/** @param {Notice} notice @returns {HTMLElement[]} */
function stateWords(notice) {
  const said = (/** @type {string} */ tone, /** @type {string} */ sign, /** @type {string} */ words) => h("span", { class: `state state--${tone}` }, icon(sign), h("span", null, words))
  const sub = (/** @type {string} */ words) => h("span", { class: "table__sub" }, words)
  if (notice.withdrawn_at) return [said("muted", "back", t("notices.state_withdrawn")), sub(shortMoment(notice.withdrawn_at))]
  if (notice.state === "refused") return [said("danger", "warn", t("notices.state_refused")), sub(`${problemWords(notice.problem ?? "")} ${t("notices.refused_do")}`)]
  if (notice.state !== "ready") return [said("muted", "clock", t(`notices.state_${notice.state}`))]
  const post = sub(t(notice.by_post ? "notices.by_post" : "notices.here_only"))
  const since = sub(t("notices.available", { when: moment(notice.available_at ?? "") }))
  if (notice.read_at) return [said("done", "accepted", t("notices.read", { when: moment(notice.read_at) })), since, post]
  const days = notice.unread_days ?? 0
  return [said(days >= LATE ? "look" : "muted", days >= LATE ? "triangle" : "eye", days ? t("notices.unread_for", { count: days }) : t("notices.unread_today")), since, post]
}

/** Person, PDF, what it is: then it is given. @param {() => Promise<void>} done */
function uploadForm(done) {
  /** @type {Person | null} */
  let person = null
  /** @type {File | null} */
  let file = null
  let named = false
  let id = uuid7()
  const today = new Date()
  const search = h("input", { class: "field__input", id: "notice-person", type: "search", autocomplete: "off", placeholder: t("notices.search"), oninput: () => later() })
  const people = h("ul", { class: "stack", id: "notice-people" })
  const consent = h("div", { id: "notice-consent", role: "status" })
  const chooser = h("input", { type: "file", accept: PDF, id: "notice-file", class: "sr", onchange: () => take(chooser.files?.[0]) })
  const fileName = h("span", { class: "muted" }, t("notices.drop"))
  const drop = h("div", { class: "drop" }, h("label", { class: "btn", for: "notice-file" }, icon("paper"), h("span", null, t("notices.choose"))), chooser, fileName)
  const kind = h("select", { class: "own__text own__text--line", id: "notice-kind", onchange: () => named || (title.value = kindWords()) }, KINDS.map((one) => h("option", { value: one }, t(`notices.kind_${one}`))))
  const title = h("input", { class: "own__text own__text--line", id: "notice-title", maxlength: 200, oninput: () => (named = title.value.trim() !== "") })
  const dated = h("input", { class: "own__text own__text--line", id: "notice-dated", type: "date" })
  dated.value = `${today.getFullYear()}-${String(today.getMonth() + 1).padStart(2, "0")}-${String(today.getDate()).padStart(2, "0")}`
  const wrong = h("p", { class: "field-error", id: "notice-wrong", role: "alert" })
  const send = h("button", { type: "submit", class: "btn btn--primary", id: "notice-send" }, t("notices.send"))
  const kindWords = () => t(`notices.kind_${kind.value}`)
  title.value = kindWords()
  const form = h("form", { class: "box form", id: "notice-form", onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); void give() } },
    h("div", { class: "box__head" }, h("h2", { class: "section" }, t("notices.new"))),
    h("div", { class: "form__inside" },
      labelled("notice-person", t("notices.person"), h("div", { class: "field" }, icon("search"), search), people, consent),
      h("div", { class: "form__part" }, h("span", { class: "label" }, t("notices.file")), drop),
      labelled("notice-kind", t("notices.kind"), kind), labelled("notice-title", t("notices.title_of"), title), labelled("notice-dated", t("notices.dated"), dated),
      h("div", { class: "form__foot" }, wrong, send)))

  for (const name of ["dragover", "drop"]) form.addEventListener(name, (/** @type {any} */ event) => {
    event.preventDefault()
    if (name === "drop") take(event.dataTransfer?.files[0])
  })

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let resting
  function later() {
    person = null
    fill(consent)
    clearTimeout(resting)
    resting = setTimeout(() => void find().catch((error) => fill(wrong, sentence(error))), TYPING)
  }

  async function find() {
    const words = search.value.trim()
    const found = words.length < 2 ? [] : (await ask("GET", `/desk/case-people?${new URLSearchParams({ q: words })}`)).people
    if (words !== search.value.trim() || person) return
    fill(people, found.slice(0, 8).map((/** @type {Person} */ one) => h("li", null, h("button", { type: "button", class: "btn btn--tool", "data-person": one.id, onclick: () => void pick(one) }, `${one.name}, ${one.case.number}`))),
      words.length > 1 && !found.length ? h("li", { class: "muted" }, t("notices.nobody")) : null)
  }

  /** @param {Person} one */
  async function pick(one) {
    person = one
    search.value = `${one.name}, ${one.case.number}`
    fill(people)
    fill(wrong)
    const told = await ask("GET", `/desk/consents/${one.id}`)
    if (person !== one) return
    const [last] = told.history
    fill(consent, h("p", { class: `note ${told.given ? "" : "note--look"}` }, icon(told.given ? "accepted" : "triangle"), h("span", null, told.given ? t("notices.consent", { when: moment(last.given_at) }) : last ? t("notices.consent_ended", { when: moment(last.revoked_at) }) : t("notices.no_consent"))))
    ;(file ? title : chooser).focus()
  }

  /** @param {File | null | undefined} chosen */
  function take(chosen) {
    if (!chosen) return
    const right = chosen.type === PDF || /\.pdf$/i.test(chosen.name)
    file = right ? chosen : null
    fill(fileName, right ? chosen.name : t("notices.drop"))
    fill(wrong, right ? "" : t("notices.not_pdf", { name: chosen.name }))
  }

  async function give() {
    const missing = !person ? [search, "notices.no_person"] : !file ? [chooser, "notices.no_file"] : !title.value.trim() ? [title, "notices.no_title"] : !dated.value ? [dated, "notices.no_date"] : null
    if (missing) {
      fill(wrong, t(/** @type {string} */ (missing[1])))
      return /** @type {HTMLElement} */ (missing[0]).focus()
    }
    if (send.getAttribute("aria-disabled")) return
    send.setAttribute("aria-disabled", "true")
    fill(wrong)
    try {
      const bytes = await /** @type {File} */ (file).arrayBuffer()
      const said = { person: person?.id, kind: kind.value, title: title.value.trim(), dated: dated.value, size: bytes.byteLength, sha256: await sha256(bytes) }
      await ask("PUT", `/desk/notices/${id}`, said)
      await ask("PUT", `/desk/notices/${id}/document`, bytes, { headers: { "Content-Type": PDF } })
      again()
      await done()
    } catch (error) {
      if (/** @type {any} */ (error).code === "manifest_changed") id = uuid7() // the first try got through, and was changed since
      fill(wrong, sentence(error))
    } finally {
      send.removeAttribute("aria-disabled")
    }
  }

  function again() {
    id = uuid7()
    person = file = null
    named = false
    search.value = chooser.value = ""
    title.value = kindWords()
    fill(fileName, t("notices.drop"))
    fill(consent)
    search.focus()
  }
  return form
}

/** @param {string} id @param {string} words @param {any[]} inside */
const labelled = (id, words, ...inside) => h("div", { class: "form__part" }, h("label", { class: "label", for: id }, words), inside)
