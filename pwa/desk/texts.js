/** The office's own texts, for admins: kinds, reasons, templates of asks, phrases for messages, name, benefit and logo. */
// words: texts.* region.* holiday.*

import { Refused } from "../lib/api.js"
import { fill, h } from "../lib/dom.js"
import { inLanguage, t } from "../lib/words.js"
import { announce } from "./announce.js"
import { forgetTemplates } from "./asked.js"
import { forgetOffice, loadOffice, officeTexts, saveTexts } from "./data.js"
import { forgetHolidays } from "./due.js"
import { fields, labelled } from "./fields.js"
import { frame, goKeys } from "./frame.js"
import { icon } from "./icons.js"
import { bind, cap } from "./keys.js"
import { MOST_TARGET, lacking } from "./lacking.js"
import { ENTRY_PARTS, canGo, lay, same } from "./laying.js"
import { forgetPhrases } from "./phrases.js"
import { templateFields } from "./template.js"
import { sentence } from "./troubles.js"

/**
 * @typedef {import("./data.js").Texts} Texts
 * @typedef {import("./data.js").Entry} Entry
 * @typedef {import("./laying.js").EntryPart | "house"} Part
 */

const PARTS = /** @type {Part[]} */ ([...ENTRY_PARTS, "house"])
/** How the ids of new ones begin. */
const FRESH = { kinds: "kind", reasons: "reason", templates: "template", phrases: "phrase" }
const DAYS = 14 // of a new template
const MOST_MONTHS = 24
const MOST_PHRASE = 2000 // characters, as a message may have
const REGIONS = ["BW", "BY", "BE", "BB", "HB", "HH", "HE", "MV", "NI", "NW", "RP", "SL", "SN", "ST", "SH", "TH"]
/** Holidays that hold in parts of a federal state only. @type {Record<string, string[]>} */
const LOCAL = { corpus_christi: ["SN", "TH"], peace_festival: ["BY"], assumption: ["BY"] }
const MOST_LOGO = 300_000 // bytes, as the server has it

/**
 * What is being edited lives on while somebody looks elsewhere: `now` differs from `read` where something waits to be
 * saved. `logo`: base64 of a new picture, or null to take the old one away.
 *
 * @typedef {{read: Texts, now: Texts, logo?: string | null}} Draft
 * @type {Draft | null}
 */
let draft = null
/** @type {{part: Part, at: Record<string, string>}} */
let place = { part: "kinds", at: {} }
let saving = false
/** What somebody else saved is being laid under the draft: nobody has looked at that yet, so it is not saved. */
let reading = false
/** The screen that is open; a save may end on another one than it began on. @type {() => void} */
let redraw = () => {}

/** Nobody else may find what the one before them was writing. */
export function forgetTexts() {
  draft = null
  place = { part: "kinds", at: {} }
}

/** @param {Texts} read */
const begin = (read) => (draft = { read, now: structuredClone(read) })

const isChanged = () => draft !== null && (draft.logo !== undefined || !same(draft.now, draft.read))

/** The browser asks before it closes on something that is not saved. @param {BeforeUnloadEvent} event */
const hold = (event) => void (isChanged() && event.preventDefault())
addEventListener("beforeunload", hold)

/**
 * @param {object} options
 * @param {import("./frame.js").Who} options.who
 * @param {import("./frame.js").Ways} options.ways
 * @param {(hash: string) => void} options.go
 * @returns {{root: HTMLElement, ready: Promise<void>, leave: () => void}}
 */
export function texts({ who, ways, go }) {
  const trouble = h("div", { class: "operation__trouble", role: "alert" })
  const parts = h("div", { class: "segmented__row segmented__row--wraps", role: "group", "aria-label": t("texts.title") })
  const names = h("ul", { class: "entries", id: "entries" })
  const form = fields((name) => {
    if (name === "names") showNames()
    showChanged()
  })
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
    if (saving || reading) return
    reading = true
    showChanged()
    try {
      const theirs = await officeTexts()
      if (draft) {
        const { read, now, logo } = draft
        lay(read, now, begin(theirs).now)
        if (logo !== undefined) draft.logo = logo
      }
      fill(trouble)
      announce(t("texts.laid"))
    } catch (error) {
      complain(error)
    } finally {
      reading = false
    }
    redraw()
  }

  /** Who types goes on typing in the same place, though the fields are made anew. */
  function show() {
    const { id, selectionStart, selectionEnd } = /** @type {HTMLInputElement} */ (document.activeElement ?? {})
    draw()
    const again = id && editor.isConnected && document.activeElement?.id !== id && /** @type {HTMLInputElement | null} */ (editor.querySelector(`#${CSS.escape(id)}`))
    if (!again) return
    again.focus()
    if (typeof selectionStart === "number") again.setSelectionRange(selectionStart, selectionEnd)
  }

  function draw() {
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
    saveButton.toggleAttribute("disabled", !is || reading)
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
    const at = entries().indexOf(entry)
    const fresh = !draft?.read[/** @type {"kinds"} */ (place.part)].some((known) => known.id === entry.id)
    fill(
      editor,
      h("div", { class: "editor__head" }, h("h2", { class: "section" }, inLanguage(entry.names) || t("texts.unnamed")), h("p", { class: "muted small" }, t("texts.id", { id: entry.id })),
        h("div", { class: "group" },
          h("button", { type: "button", class: "btn btn--tool", id: "entry-up", disabled: at === 0 || null, onclick: () => move(entry, -1) }, t("texts.up")),
          h("button", { type: "button", class: "btn btn--tool", id: "entry-down", disabled: at === entries().length - 1 || null, onclick: () => move(entry, 1) }, t("texts.down")),
          (fresh || canGo(place.part)) && h("button", { type: "button", class: "btn btn--tool", id: "entry-drop", onclick: () => remove(entry) }, t("texts.remove")))),
      form.byLanguage("names", t(place.part === "phrases" ? "texts.title_of" : "texts.name"), (entry.names ??= {}), "input"),
      ...partFields(entry),
    )
  }

  /** @param {Entry} entry */
  function partFields(entry) {
    if (place.part === "templates") return templateFields({ template: entry, kinds: draft?.now.kinds ?? [], fields: form, changed: (focus) => { show(); document.getElementById(focus)?.focus() } })
    if (place.part === "phrases") return [form.byLanguage("text", t("texts.text"), (entry.text ??= {}), "textarea", { most: MOST_PHRASE, rows: 6 })]
    return [
      place.part === "kinds" ? kindFields(entry) : form.byLanguage("advice", t("texts.advice"), (entry.advice ??= {}), "textarea"),
      form.tick("retired", t("texts.retired"), Boolean(entry.retired), (on) => { entry.retired = on || undefined; showNames() }),
    ]
  }

  /** @param {Entry} entry */
  const kindFields = (entry) => [
    labelled(form.box("input", "kind-former", (entry.former ?? []).join(", "), (value) => (entry.former = listed(value))), t("texts.kind_former")),
    form.byLanguage("hints", t("texts.hint"), (entry.hints ??= {}), "input"),
    form.number("months", t("texts.months"), entry.months, (value) => (entry.months = value), { most: MOST_MONTHS }),
    form.tick("card", t("texts.card"), Boolean(entry.card), (on) => (entry.card = on || undefined)),
    form.tick("only_seen", t("texts.only_seen"), Boolean(entry.only_seen), (on) => (entry.only_seen = on || undefined)),
    form.tick("blackout", t("texts.blackout"), Boolean(entry.blackout), (on) => {
      entry.blackout = on ? { may: {}, must: {} } : undefined
      showEntry()
      document.getElementById("text-blackout")?.focus()
    }),
    entry.blackout && [form.byLanguage("may", t("texts.may"), entry.blackout.may, "textarea"), form.byLanguage("must", t("texts.must"), entry.blackout.must, "textarea")],
  ]

  /** Name, benefit, logo. */
  function house() {
    if (!draft) return []
    const { now } = draft
    const preview = draft.logo ? `data:image/*;base64,${draft.logo}` : draft.logo === undefined && now.has_logo ? `/api/v1/office/logo?${now.version}` : null
    const file = h("input", { type: "file", id: "logo-file", class: "file", accept: "image/png,image/jpeg", onchange: takeLogo })
    return [
      labelled(form.box("input", "office-name", now.name, (value) => (now.name = value)), t("texts.office_name")),
      form.byLanguage("benefit", t("texts.benefit"), now.benefit, "input"),
      labelled(form.box("input", "former", now.former.join(", "), (value) => (now.former = listed(value))), t("texts.former")),
      form.byLanguage("answer", t("texts.answer_days"), now.answer_days, "textarea"),
      form.number("decide", t("texts.decide"), now.decide_within_days, (value) => (now.decide_within_days = value), { most: MOST_TARGET, hint: t("texts.decide_hint") }),
      labelled(regionChoice(now), t("texts.region")),
      h("p", { class: "muted small" }, t("texts.region_hint")),
      Object.entries(LOCAL).filter(([, regions]) => regions.includes(now.region)).map(([name]) =>
        form.tick(name, t("texts.holiday_here", { name: t(`holiday.${name}`) }), now.local_holidays.includes(name), (on) => (now.local_holidays = on ? [...now.local_holidays, name] : now.local_holidays.filter((one) => one !== name)))),
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

  function addEntry() {
    if (!draft || place.part === "house") return
    const names = new Set(entries().map((entry) => entry.id))
    const [start, { templates }] = [FRESH[place.part], draft.now]
    let n = names.size + 1
    while (names.has(`${start}_${n}`)) n += 1
    /** @type {Entry} */
    const fresh = { id: `${start}_${n}`, names: {} }
    // The law is the same for most of them.
    if (place.part === "templates") Object.assign(fresh, { days: DAYS, papers: [], basis: structuredClone(templates[0]?.basis ?? {}) })
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

  /** @param {Entry} entry one that was never saved, or that nothing names */
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

  async function save() {
    if (!draft || !isChanged() || saving || reading) return
    const lack = lacking(draft.now)
    if (lack) return showLack(lack)
    saving = true
    const sent = structuredClone(draft)
    try {
      const { now, logo } = sent
      settle(sent, await saveTexts(logo === undefined ? now : { ...now, logo }))
      fill(trouble)
      forgetOffice()
      forgetTemplates()
      forgetPhrases()
      forgetHolidays()
      await loadOffice().catch(() => {})
      shell.say(icon("tick"), h("span", null, t("texts.saved")))
      announce(t("texts.saved"))
    } catch (error) {
      complain(error)
    } finally {
      saving = false
    }
    redraw()
  }

  /** Where something is missing, the keyboard stands already. @param {NonNullable<ReturnType<typeof lacking>>} lack */
  function showLack({ part, entry, field, words }) {
    place.part = part
    if (entry) place.at[part] = entry
    show()
    fill(trouble, h("p", { class: "note note--danger" }, icon("warn"), h("span", null, words)))
    document.getElementById(field)?.focus()
  }

  const unbind = bind([
    { keys: ["n"], words: "keys.new_entry", run: addEntry },
    { keys: ["shift+enter"], words: "keys.save_texts", run: save, always: true },
    ...goKeys(who, go),
    { keys: ["?"], words: "keys.help", run: ways.help },
  ])
  document.title = t("texts.document_title")
  redraw = show
  return { root: shell.root, ready: look(), leave: unbind }
}

/** @param {string} value names, with commas between them */
const listed = (value) => value.split(",").map((one) => one.trim()).filter(Boolean)

/** What was sent is saved; what was typed since then lies on top of it. @param {Draft} sent @param {Texts} saved */
function settle(sent, saved) {
  if (!draft) return // signed out meanwhile
  const { now, logo } = draft
  lay(sent.now, now, begin(saved).now)
  if (logo !== sent.logo) draft.logo = logo
}
