/** The office's own texts, for admins: kinds of papers, reasons for a return, name, benefit and logo. */
// words: texts.* region.* holiday.*

import { Refused } from "../lib/api.js"
import { fill, h } from "../lib/dom.js"
import { LANGUAGES, inLanguage, t } from "../lib/words.js"
import { announce } from "./announce.js"
import { forgetOffice, loadOffice, officeTexts, saveTexts } from "./data.js"
import { forgetHolidays } from "./due.js"
import { frame, goKeys } from "./frame.js"
import { icon } from "./icons.js"
import { bind, cap } from "./keys.js"
import { sentence } from "./troubles.js"

/**
 * @typedef {import("./data.js").Texts} Texts
 * @typedef {import("./data.js").Entry} Entry
 * @typedef {"kinds" | "reasons" | "house"} Part
 */

const PARTS = /** @type {Part[]} */ (["kinds", "reasons", "house"])
const REGIONS = ["BW", "BY", "BE", "BB", "HB", "HH", "HE", "MV", "NI", "NW", "RP", "SL", "SN", "ST", "SH", "TH"]
/** Holidays that hold in parts of a federal state only. @type {Record<string, string[]>} */
const LOCAL = { corpus_christi: ["SN", "TH"], peace_festival: ["BY"], assumption: ["BY"] }
const MOST_LOGO = 300_000 // bytes, as the server has it

/**
 * What is being edited lives on while somebody looks elsewhere: `now` differs from `read` where something waits to be
 * saved. `logo`: base64 of a new picture, or null to take the old one away.
 *
 * @type {{read: Texts, now: Texts, logo?: string | null} | null}
 */
let draft = null
/** @type {{part: Part, at: Record<string, string>}} */
let place = { part: "kinds", at: {} }

/** Nobody else may find what the one before them was writing. */
export function forgetTexts() {
  draft = null
  place = { part: "kinds", at: {} }
}

/** @param {Texts} read */
const begin = (read) => (draft = { read, now: structuredClone(read) })

const isChanged = () => draft !== null && (draft.logo !== undefined || JSON.stringify(draft.now) !== JSON.stringify(draft.read))

/**
 * @param {object} options
 * @param {import("./frame.js").Who} options.who
 * @param {import("./frame.js").Ways} options.ways
 * @param {(hash: string) => void} options.go
 * @returns {{root: HTMLElement, ready: Promise<void>, leave: () => void}}
 */
export function texts({ who, ways, go }) {
  const trouble = h("div", { class: "operation__trouble", role: "alert" })
  const parts = h("div", { class: "segmented__row", role: "group", "aria-label": t("texts.title") })
  const names = h("ul", { class: "entries", id: "entries" })
  const editor = h("div", { class: "editor", id: "editor" })
  const add = h("button", { type: "button", class: "btn", id: "add-entry", "aria-keyshortcuts": "N", onclick: addEntry }, icon("plus"), h("span"), cap("n"))
  const aside = h("div", { class: "entries__side" }, names, add)
  const saveButton = h("button", { type: "button", class: "btn btn--primary", id: "save-texts", "aria-keyshortcuts": "Shift+Enter", onclick: save }, icon("tick"), h("span", null, t("texts.save")), cap("shift+enter"))
  const drop = h("button", { type: "button", class: "btn btn--quiet", id: "drop-texts", onclick: undo }, t("texts.drop"))
  const changed = h("p", { class: "muted", id: "texts-changed", role: "status" })
  const shell = frame({
    kind: "list",
    here: "office",
    who,
    ways,
    top: [h("div", { class: "top__titles" }, h("h1", { class: "title", tabindex: "-1" }, t("texts.title"))), parts],
    main: h("div", { class: "texts" },
      h("p", { class: "note narrow-only" }, icon("peek"), h("span", null, t("admin.at_a_desk"))),
      trouble,
      h("div", { class: "texts__body" }, aside, editor),
      h("div", { class: "texts__foot" }, changed, drop, saveButton)),
    hints: [{ keys: ["n"], words: "texts.hint_new" }, { keys: ["shift+enter"], words: "texts.save" }, { keys: ["g", "n"], words: "hint.go_new" }],
  })

  async function look() {
    try {
      if (!isChanged()) begin(await officeTexts())
      fill(trouble)
    } catch (error) {
      complain(error)
    }
    show()
  }

  /** @param {unknown} error */
  function complain(error) {
    const conflict = error instanceof Refused && error.code === "office_changed"
    const where = error instanceof Refused && error.code === "bad_office" ? ` (${error.data?.where ?? ""}: ${error.data?.what ?? ""})` : ""
    fill(trouble, h("div", { class: "note note--danger" }, icon("warn"), h("div", null,
      h("p", null, sentence(error), where),
      conflict && h("button", { type: "button", class: "btn", id: "read-again", onclick: readAgain }, icon("turn"), h("span", null, t("texts.read_again"))))))
  }

  /** Somebody else has saved: what I changed is laid on top of theirs, entry by entry, to look at before it is saved. */
  async function readAgain() {
    try {
      const theirs = await officeTexts()
      if (draft) {
        const { read, now, logo } = draft
        begin(theirs)
        lay(read, now)
        if (logo !== undefined) draft.logo = logo
      }
      fill(trouble)
      show()
      announce(t("texts.laid"))
    } catch (error) {
      complain(error)
    }
  }

  function show() {
    if (!draft) return
    fill(parts, PARTS.map((part) => h("button", { type: "button", class: "segmented__button", "aria-pressed": String(part === place.part), id: `part-${part}`, onclick: () => { place.part = part; show(); document.getElementById(`part-${part}`)?.focus() } }, t(`texts.${part}`))))
    aside.hidden = place.part === "house"
    if (place.part === "house") fill(editor, house())
    else {
      showNames()
      showEntry()
    }
    showChanged()
  }

  function showChanged() {
    const is = isChanged()
    fill(changed, is ? t("texts.unsaved") : t("texts.all_saved"))
    drop.hidden = !is
    saveButton.toggleAttribute("disabled", !is)
  }

  /** @returns {Entry[]} */
  const entries = () => (draft && place.part !== "house" ? draft.now[place.part] : [])

  /** @returns {Entry | undefined} the one that is open */
  const open = () => entries().find((entry) => entry.id === place.at[place.part]) ?? entries()[0]

  function showNames() {
    const here = open()
    fill(add.querySelector("span"), t(`texts.add_${place.part}`))
    fill(names, entries().map((entry) => h("li", null, h("button", { type: "button", class: "entry", id: `entry-${entry.id}`, "aria-current": entry === here ? "true" : null, onclick: () => choose(entry.id) },
      h("span", { class: entry.retired ? "muted" : null }, inLanguage(entry.names) || entry.id), entry.retired && h("span", { class: "muted small" }, t("texts.retired_short"))))))
  }

  /** @param {string} id */
  function choose(id) {
    place.at[place.part] = id
    show()
    document.getElementById(`entry-${id}`)?.focus()
  }

  function showEntry() {
    const entry = open()
    if (!entry) return fill(editor)
    const kind = place.part === "kinds"
    const at = entries().indexOf(entry)
    const fresh = !draft?.read[/** @type {"kinds"} */ (place.part)].some((known) => known.id === entry.id)
    fill(
      editor,
      h("div", { class: "editor__head" }, h("h2", { class: "section" }, inLanguage(entry.names) || t("texts.unnamed")), h("p", { class: "muted small" }, t("texts.id", { id: entry.id })),
        h("div", { class: "group" },
          h("button", { type: "button", class: "btn btn--tool", id: "entry-up", disabled: at === 0 || null, onclick: () => move(entry, -1) }, t("texts.up")),
          h("button", { type: "button", class: "btn btn--tool", id: "entry-down", disabled: at === entries().length - 1 || null, onclick: () => move(entry, 1) }, t("texts.down")),
          fresh && h("button", { type: "button", class: "btn btn--tool", id: "entry-drop", onclick: () => remove(entry) }, t("texts.remove")))),
      ...byLanguage("names", t("texts.name"), entry.names ??= {}, "input"),
      kind && labelled("kind-former", t("texts.kind_former"), box("input", "kind-former", (entry.former ?? []).join(", "), (value) => (entry.former = listed(value)))),
      ...(kind ? byLanguage("hints", t("texts.hint"), entry.hints ??= {}, "input") : byLanguage("advice", t("texts.advice"), entry.advice ??= {}, "textarea")),
      kind && kindFields(entry),
      tick("retired", t("texts.retired"), Boolean(entry.retired), (on) => { entry.retired = on || undefined; showNames() }),
    )
  }

  /** @param {Entry} entry */
  const kindFields = (entry) => [
    number("months", t("texts.months"), entry.months, (value) => (entry.months = value)),
    tick("card", t("texts.card"), Boolean(entry.card), (on) => (entry.card = on || undefined)),
    tick("only_seen", t("texts.only_seen"), Boolean(entry.only_seen), (on) => (entry.only_seen = on || undefined)),
    tick("blackout", t("texts.blackout"), Boolean(entry.blackout), (on) => {
      entry.blackout = on ? { may: {}, must: {} } : undefined
      showEntry()
      document.getElementById("text-blackout")?.focus()
    }),
    entry.blackout && [...byLanguage("may", t("texts.may"), entry.blackout.may, "textarea"), ...byLanguage("must", t("texts.must"), entry.blackout.must, "textarea")],
  ]

  /** Name, benefit, logo. */
  function house() {
    if (!draft) return []
    const { now } = draft
    const preview = draft.logo ? `data:image/*;base64,${draft.logo}` : draft.logo === undefined && now.has_logo ? `/api/v1/office/logo?${now.version}` : null
    const file = h("input", { type: "file", id: "logo-file", class: "file", accept: "image/png,image/jpeg", onchange: takeLogo })
    return [
      labelled("office-name", t("texts.office_name"), box("input", "office-name", now.name, (value) => (now.name = value))),
      ...byLanguage("benefit", t("texts.benefit"), now.benefit, "input"),
      labelled("former", t("texts.former"), box("input", "former", now.former.join(", "), (value) => (now.former = listed(value)))),
      labelled("region", t("texts.region"), regionChoice(now)),
      h("p", { class: "muted small" }, t("texts.region_hint")),
      Object.entries(LOCAL).filter(([, regions]) => regions.includes(now.region)).map(([name]) =>
        tick(name, t("texts.holiday_here", { name: t(`holiday.${name}`) }), now.local_holidays.includes(name), (on) => (now.local_holidays = on ? [...now.local_holidays, name] : now.local_holidays.filter((one) => one !== name)))),
      h("div", { class: "editor__field" },
        h("label", { class: "label", for: "logo-file" }, t("texts.logo")),
        preview && h("img", { class: "logo", src: preview, alt: t("texts.logo_now") }),
        file,
        h("p", { class: "muted small" }, t("texts.logo_hint")),
        preview && h("button", { type: "button", class: "btn btn--tool", id: "logo-drop", onclick: () => { if (draft) draft.logo = draft.read.has_logo ? null : undefined; show() } }, t("texts.logo_drop"))),
    ]
  }

  /** @param {Texts} now */
  function regionChoice(now) {
    const choice = h("select", { class: "field field--text", id: "region", onchange: () => {
      Object.assign(now, { region: choice.value, local_holidays: [] })
      show()
      document.getElementById("region")?.focus()
    } }, h("option", { value: "" }, t("texts.region_none")), REGIONS.map((region) => h("option", { value: region }, t(`region.${region}`))))
    choice.value = now.region
    return choice
  }

  /** @param {Event} event */
  async function takeLogo(event) {
    const [file] = /** @type {HTMLInputElement} */ (event.target).files ?? []
    if (!file || !draft) return
    if (file.size > MOST_LOGO) return fill(trouble, h("p", { class: "note note--danger" }, icon("warn"), h("span", null, t("error.bad_logo"))))
    const bytes = new Uint8Array(await file.arrayBuffer())
    draft.logo = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))
    fill(trouble)
    show()
  }

  /**
   * A field for each language.
   *
   * @param {string} name @param {string} words @param {Record<string, string>} into @param {"input" | "textarea"} tag
   */
  const byLanguage = (name, words, into, tag) => [
    h("div", { class: "editor__pair" }, LANGUAGES.map((language) => {
      const id = `text-${name}-${language}`
      return labelled(id, `${words} (${t(`texts.language_${language}`)})`, box(tag, id, into[language] ?? "", (value) => {
        if (value) into[language] = value
        else delete into[language]
        if (name === "names") showNames()
      }, language))
    })),
  ]

  /** @param {"input" | "textarea"} tag @param {string} id @param {string} value @param {(value: string) => void} put @param {string} [lang] */
  function box(tag, id, value, put, lang) {
    const input = h(tag, { class: "field field--text", id, lang, rows: tag === "textarea" ? 2 : null, maxlength: tag === "textarea" ? 500 : 120, oninput: () => { put(input.value.trim()); showChanged() } })
    input.value = value
    return input
  }

  /** @param {string} id @param {string} words @param {HTMLElement} input */
  const labelled = (id, words, input) => h("div", { class: "editor__field" }, h("label", { class: "label", for: id }, words), input)

  /** @param {string} name @param {string} words @param {boolean} on @param {(on: boolean) => any} put */
  const tick = (name, words, on, put) =>
    h("label", { class: "with-check" }, h("input", { type: "checkbox", class: "tickbox", id: `text-${name}`, checked: on || null, onchange: (/** @type {any} */ event) => { put(event.target.checked); showChanged() } }), h("span", null, words))

  /** @param {string} name @param {string} words @param {number | undefined} value @param {(value: number | undefined) => any} put */
  function number(name, words, value, put) {
    const input = h("input", { type: "number", min: 1, max: 24, class: "field field--text field--number", id: `text-${name}`, oninput: () => { put(Number(input.value) || undefined); showChanged() } })
    input.value = String(value ?? "")
    return labelled(`text-${name}`, words, input)
  }

  function addEntry() {
    if (!draft || place.part === "house") return
    const names = new Set(entries().map((entry) => entry.id))
    let n = names.size + 1
    while (names.has(`${place.part === "kinds" ? "kind" : "reason"}_${n}`)) n += 1
    const fresh = { id: `${place.part === "kinds" ? "kind" : "reason"}_${n}`, names: {} }
    draft.now[place.part].push(fresh)
    place.at[place.part] = fresh.id
    show()
    document.getElementById("text-names-de")?.focus()
  }

  /** @param {Entry} entry @param {number} by */
  function move(entry, by) {
    const all = entries()
    const at = all.indexOf(entry)
    all.splice(at, 1)
    all.splice(at + by, 0, entry)
    place.at[place.part] = entry.id
    show()
    const button = /** @type {HTMLButtonElement} */ (document.getElementById(by < 0 ? "entry-up" : "entry-down"))
    if (button.disabled) document.getElementById(by < 0 ? "entry-down" : "entry-up")?.focus()
    else button.focus()
  }

  /** @param {Entry} entry one that was never saved */
  function remove(entry) {
    entries().splice(entries().indexOf(entry), 1)
    show()
    add.focus()
  }

  function undo() {
    if (draft) begin(draft.read)
    fill(trouble)
    show()
    document.getElementById(`part-${place.part}`)?.focus()
  }

  let saving = false

  async function save() {
    if (!draft || !isChanged() || saving) return
    saving = true
    try {
      const { now, logo } = draft
      begin(await saveTexts(logo === undefined ? now : { ...now, logo }))
      fill(trouble)
      forgetOffice()
      forgetHolidays()
      await loadOffice().catch(() => {})
      shell.say(icon("tick"), h("span", null, t("texts.saved")))
      announce(t("texts.saved"))
    } catch (error) {
      complain(error)
    } finally {
      saving = false
    }
    show()
  }

  const unbind = bind([
    { keys: ["n"], words: "keys.new_entry", run: addEntry },
    { keys: ["shift+enter"], words: "keys.save_texts", run: save, always: true },
    ...goKeys(who, go),
    { keys: ["?"], words: "keys.help", run: ways.help },
  ])
  document.title = t("texts.document_title")
  return { root: shell.root, ready: look(), leave: unbind }
}

/** @param {string} value names, with commas between them */
const listed = (value) => value.split(",").map((one) => one.trim()).filter(Boolean)

/** Put what was changed between `read` and `now` on top of the texts in the draft. @param {Texts} read @param {Texts} now */
function lay(read, now) {
  if (!draft) return
  const onto = draft.now
  const same = (/** @type {any} */ a, /** @type {any} */ b) => JSON.stringify(a) === JSON.stringify(b)
  if (!same(read.name, now.name)) onto.name = now.name
  if (!same(read.benefit, now.benefit)) onto.benefit = now.benefit
  if (!same(read.former, now.former)) onto.former = now.former
  if (!same([read.region, read.local_holidays], [now.region, now.local_holidays])) Object.assign(onto, { region: now.region, local_holidays: now.local_holidays })
  for (const part of /** @type {const} */ (["kinds", "reasons"])) {
    for (const entry of now[part]) {
      if (same(entry, read[part].find((known) => known.id === entry.id))) continue
      const at = onto[part].findIndex((known) => known.id === entry.id)
      if (at < 0) onto[part].push(entry)
      else onto[part][at] = entry
    }
  }
}
