/** Asking for papers: who, which, until when, why. A template fills it all; the button names what happens. */
// words: asking.* card.*

import { Refused } from "../lib/api.js"
import { fill, h } from "../lib/dom.js"
import { uuid7 } from "../lib/ids.js"
import { inLanguage, t } from "../lib/words.js"
import { announce } from "./announce.js"
import { madeAsk } from "./ask.js"
import { casePeople, loadTemplates, makeAsk } from "./asked.js"
import { office } from "./data.js"
import { dayLong, daysLeft, knowsRegion, later, learnHolidays, onWorkday, today, whyFree } from "./due.js"
import { languageName } from "./format.js"
import { frame } from "./frame.js"
import { icon } from "./icons.js"
import { bind, cap } from "./keys.js"
import { spoken, wordsOf } from "./otherwords.js"
import { peopleField } from "./peoplefield.js"
import { segmented } from "./segmented.js"
import { load, queue } from "./queue.js"
import { sentence } from "./troubles.js"

/**
 * @typedef {import("./asked.js").Texts} Texts
 * @typedef {import("./asked.js").Template} Template
 * @typedef {import("./asked.js").CasePerson} CasePerson
 * @typedef {{kind: string, note: string, from: Texts}} Paper  `from`: the template's note, in all languages
 * @typedef {{id: string, person: CasePerson | null, template: string, papers: Paper[], due: string, reason: string,
 *   basis: string}} Draft  texts as they stand in the fields, German
 */

const LONGEST = 1000 // characters of a text
const NOTE = 200
const MOST = 40 // papers
const SPANS = [7, 14, 21, 28] // days, to choose from

/** What was begun and not sent, the latest last: neither leaving the screen by a slip nor asking somebody else loses it. @type {Draft[]} */
const begun = []

export const forgetAsking = () => void begun.splice(0)

/** @param {string | undefined} person whose it is, or of nobody in particular @param {Draft} [but] */
const latestFor = (person, but) => begun.findLast((each) => each !== but && (!person || each.person?.id === person))

/** It is begun no longer. @param {Draft} draft */
const drop = (draft) => void (begun.includes(draft) && begun.splice(begun.indexOf(draft), 1))

/** What can be asked for: not what the office no longer offers, nor what goes with a message. @param {string} [chosen] stays to be seen */
const offered = (chosen) => office().kinds.filter((kind) => (!kind.retired && !kind.message) || kind.id === chosen)

/** @returns {Draft} */
const empty = () => ({ id: uuid7(), person: null, template: "", papers: [], due: "", reason: "", basis: "" })

/** What goes out of a text: unchanged, it goes in all its languages. @param {string} text @param {Texts} [from] @returns {Texts} */
function outgoing(text, from) {
  const words = text.trim()
  if (!words) return {}
  return from && words === (from.de ?? "").trim() ? from : { de: words }
}

/**
 * @param {object} options
 * @param {string} options.person an id, or empty
 * @param {import("./frame.js").Who} options.who
 * @param {import("./frame.js").Ways} options.ways
 * @param {(hash: string) => void} options.go
 * @returns {{root: HTMLElement, ready: Promise<void>, leave: () => void, focus: () => void}}
 */
export function asking({ person, who, ways, go }) {
  let draft = latestFor(person) ?? empty()
  /** @type {Template[]} */
  let templates = []
  /** @type {Draft | null} what the last template replaced */
  let before = null
  let language = "de" // of the preview
  let unmoved = "" // the day that was chosen by hand, before it moved
  let busy = false
  let sent = false

  const sub = h("p", { class: "top__sub" })
  const trouble = h("div", { class: "asking__trouble", role: "alert" })
  const choices = h("div", { class: "asking__templates" })
  const undo = h("p", { class: "asking__undo", hidden: true })
  const papers = h("ol", { class: "wants" })
  const more = h("button", { type: "button", class: "btn btn--tool", id: "add-paper", onclick: () => add() }, icon("plus"), h("span", null, t("asking.add")))
  const due = h("input", { type: "date", class: "field field--date", id: "due", min: today(), max: later(today(), 366), "aria-describedby": "due-hint", oninput: () => { draft.due = due.value; show() }, onblur: leaveDue })
  const spans = h("div", { class: "asking__spans" }, SPANS.map((days) => h("button", { type: "button", class: "btn btn--tool", "data-days": days, onclick: () => setDue(days) }, t("asking.days", { count: days }))))
  const dueHint = h("p", { class: "muted small", id: "due-hint" })
  const [reason, reasonField] = textField("reason", "asking.reason")
  const [basis, basisField] = textField("basis", "asking.basis")
  const card = h("div", { class: "card" })
  const cardLanguage = h("div", { class: "asking__languages" })
  const send = h("button", { type: "button", class: "btn btn--primary", id: "ask-send", onclick: submit, "aria-keyshortcuts": "Shift+Enter" }, icon("tick"), h("span", { class: "btn__label" }, t("asking.send")), cap("shift+enter"))
  const people = peopleField({ chosen: draft.person, choose })

  const shell = frame({
    kind: "form",
    here: "asks",
    who,
    ways,
    top: [
      h("button", { type: "button", class: "btn btn--quiet btn--square", id: "back", onclick: leaveFor, "aria-label": t("app.back"), "aria-keyshortcuts": "Escape" }, icon("left")),
      h("div", { class: "top__titles" }, h("h1", { class: "title", tabindex: "-1" }, t("asking.title")), sub),
    ],
    main: h(
      "div",
      { class: "asking" },
      h(
        "form",
        { class: "asking__form", id: "asking", tabindex: "0", "aria-label": t("asking.title"), onsubmit: (/** @type {Event} */ event) => event.preventDefault() },
        people.element,
        h("section", { class: "asking__part" }, choices, undo),
        h("section", { class: "asking__part", "aria-labelledby": "wants-title" }, h("div", { class: "asking__head" }, h("h2", { class: "label", id: "wants-title" }, t("asking.papers")), more), papers),
        h("section", { class: "asking__part" }, h("label", { class: "label", for: "due" }, t("asking.due")), h("div", { class: "asking__due" }, due, spans), dueHint),
        h("section", { class: "asking__part" }, reasonField),
        h("section", { class: "asking__part" }, basisField),
      ),
      h("section", { class: "asking__preview", "aria-labelledby": "preview-title", tabindex: "0" }, h("div", { class: "asking__head" }, h("h2", { class: "section", id: "preview-title" }, t("asking.preview")), cardLanguage), card, h("p", { class: "muted small" }, t("asking.told"))),
      h("div", { class: "asking__foot" }, trouble, send, h("button", { type: "button", class: "btn btn--quiet", id: "discard", onclick: discard }, t("asking.discard"))),
    ),
    hints: [
      { keys: ["shift+enter"], words: "hint.ask" },
      { keys: ["escape"], words: "hint.back" },
    ],
  })

  const chosen = () => templates.find((each) => each.id === draft.template)

  /** For whom it is; what was begun for them takes the place of a form in which nothing is typed. @param {CasePerson | null} found */
  function choose(found) {
    draft.person = found
    language = spoken(found?.language ?? "de")
    const other = found && !isTouched() ? latestFor(found.id, draft) : undefined
    if (other) {
      drop(draft)
      draft = other
      forgetReplaced()
      drawChoices()
      drawPapers()
    }
    show()
  }

  /** Whether it says anything else than the template in it. */
  function isTouched() {
    const from = chosen()
    if (!from) return Boolean(draft.due || draft.reason || draft.basis || draft.papers.length)
    return draft.due !== onWorkday(later(today(), from.days)) || draft.reason !== from.reason.de || draft.basis !== from.basis.de || JSON.stringify(draft.papers.map(({ kind, note }) => [kind, note])) !== JSON.stringify(from.papers.map((paper) => [paper.kind, paper.note.de ?? ""]))
  }

  /** @param {"reason" | "basis"} name @param {string} words @returns {[any, any]} the field, and it with its label and its hint */
  function textField(name, words) {
    const field = h("textarea", { class: "own__text", id: name, rows: name === "basis" ? 4 : 2, maxlength: LONGEST, "aria-describedby": `${name}-hint`, oninput: () => { draft[name] = field.value; show() } })
    const hint = h("p", { class: "muted small", id: `${name}-hint` })
    return [{ field, hint }, h("div", { class: "own" }, h("label", { class: "label", for: name }, t(words)), field, hint)]
  }

  /** What the languages of a text are now, and the way back. @param {"reason" | "basis"} name @param {{field: any, hint: any}} of */
  function showText(name, { field, hint }) {
    if (field.value !== draft[name]) field.value = draft[name]
    const from = chosen()?.[name]
    const kept = outgoing(draft[name], from)
    const languages = Object.keys(kept)
    const changed = from && draft[name].trim() !== from.de
    const restore = changed && h("button", { type: "button", class: "link", id: `${name}-restore`, onclick: () => { draft[name] = from.de ?? ""; show(); field.focus() } }, t("asking.restore"))
    const shown = `${draft.template} ${changed} ${languages}`
    if (hint.dataset.shown === shown) return
    hint.dataset.shown = shown
    fill(hint, languages.length > 1 ? t("asking.all_languages", { languages: languages.map(languageName).join(", ") }) : draft[name].trim() ? t("asking.only_german") : t("asking.no_text"), restore && " ", restore)
  }

  /** @param {string} template */
  function fillFrom(template) {
    const from = templates.find((each) => each.id === template)
    if (!from) return
    before = chosen() && isTouched() ? structuredClone(draft) : null
    Object.assign(draft, {
      template,
      papers: from.papers.map((paper) => ({ kind: paper.kind, note: paper.note.de ?? "", from: paper.note })),
      due: onWorkday(later(today(), from.days)),
      reason: from.reason.de ?? "",
      basis: from.basis.de ?? "",
    })
    undo.hidden = !before
    fill(undo, before && [t("asking.replaced"), " ", h("button", { type: "button", class: "link", id: "undo", onclick: takeBack }, t("asking.undo"))])
    drawPapers()
    show()
  }

  function takeBack() {
    if (!before) return
    Object.assign(draft, { ...before, id: draft.id, person: draft.person })
    forgetReplaced()
    drawChoices()
    drawPapers()
    show()
    choices.querySelector("input:checked")?.focus()
  }

  function forgetReplaced() {
    before = null
    undo.hidden = true
  }

  function drawChoices() {
    fill(choices, segmented("template", t("asking.template"), templates.map((each) => ({ value: each.id, words: inLanguage(each.names) })), draft.template, fillFrom))
  }

  function drawPapers() {
    fill(papers, draft.papers.map(wanted))
    more.hidden = draft.papers.length >= MOST
  }

  /** @param {Paper} paper @param {number} at */
  function wanted(paper, at) {
    const kind = h("select", { class: "wants__kind", "aria-label": t("asking.kind", { n: at + 1 }), onchange: () => { paper.kind = kind.value; paper.note = note.value = ""; paper.from = {}; show() } }, offered(paper.kind).map((each) => h("option", { value: each.id }, inLanguage(each.names))))
    kind.value = paper.kind
    const note = h("input", { class: "wants__note", type: "text", maxlength: NOTE, placeholder: t("asking.note"), "aria-label": t("asking.note_of", { n: at + 1 }), oninput: () => { paper.note = note.value; show() } })
    note.value = paper.note
    const name = () => kind.selectedOptions[0]?.textContent ?? ""
    return h(
      "li",
      { class: "wants__one" },
      kind,
      note,
      h(
        "div",
        { class: "wants__ways" },
        tool("up", at, "asking.up", name(), at === 0, () => move(at, -1)),
        tool("down", at, "asking.down", name(), at === draft.papers.length - 1, () => move(at, 1)),
        tool("cross", at, "asking.remove", name(), false, () => remove(at)),
      ),
    )
  }

  /** @param {string} shape @param {number} at @param {string} words @param {string} paper @param {boolean} off @param {() => void} run */
  const tool = (shape, at, words, paper, off, run) =>
    h("button", { type: "button", class: "btn btn--tool btn--square btn--quiet", id: `${shape}-${at}`, disabled: off, "aria-label": t(words, { paper }), title: t(words, { paper }), onclick: run }, icon(shape))

  function add() {
    const used = new Set(draft.papers.map((paper) => paper.kind))
    const kind = offered().find((each) => !used.has(each.id)) ?? offered()[0]
    draft.papers.push({ kind: kind.id, note: "", from: {} })
    drawPapers()
    show()
    papers.lastElementChild?.querySelector("select")?.focus()
  }

  /** @param {number} at @param {number} by */
  function move(at, by) {
    const [paper] = draft.papers.splice(at, 1)
    draft.papers.splice(at + by, 0, paper)
    drawPapers()
    show()
    const same = document.getElementById(`${by < 0 ? "up" : "down"}-${at + by}`)
    if (same?.hasAttribute("disabled")) document.getElementById(`${by < 0 ? "down" : "up"}-${at + by}`)?.focus()
    else same?.focus()
    announce(t("asking.moved", { n: at + by + 1, count: draft.papers.length }))
  }

  /** @param {number} at */
  function remove(at) {
    draft.papers.splice(at, 1)
    drawPapers()
    show()
    ;(document.getElementById(`cross-${Math.min(at, draft.papers.length - 1)}`) ?? more).focus()
  }

  /** @param {number} days */
  function setDue(days) {
    draft.due = onWorkday(later(today(), days))
    show()
  }

  /** Not while somebody types: the first digits of a year may be a holiday. */
  function leaveDue() {
    if (!draft.due || onWorkday(draft.due) === draft.due) return
    unmoved = draft.due
    draft.due = onWorkday(draft.due)
    show()
    announce(aboutDue())
  }

  /** @returns {string} how many days that is, and what is odd about it */
  function aboutDue() {
    if (!draft.due) return t("asking.due_none")
    const left = daysLeft(draft.due)
    const rule = [...SPANS, chosen()?.days ?? 0].find((days) => days && onWorkday(later(today(), days)) === draft.due)
    const exact = rule !== undefined ? later(today(), rule) : draft.due
    if (rule !== undefined && exact !== draft.due) return t("asking.due_moved", { count: rule, why: whyFree(exact), day: dayLong(draft.due) })
    const chosenDay = unmoved && onWorkday(unmoved) === draft.due ? unmoved : draft.due
    if (onWorkday(chosenDay) !== chosenDay) return t("asking.due_weekend", { why: whyFree(chosenDay), day: dayLong(onWorkday(chosenDay)) })
    return `${t("asking.due_days", { count: left, day: dayLong(draft.due) })} ${knowsRegion() ? "" : t("asking.due_holidays")}`
  }

  function show() {
    sub.textContent = draft.person ? `${draft.person.name} · ${draft.person.case.number}` : ""
    if (due.value !== draft.due) due.value = draft.due
    for (const button of spans.children) button.setAttribute("aria-pressed", String(onWorkday(later(today(), Number(button.dataset.days))) === draft.due))
    dueHint.textContent = aboutDue()
    showText("reason", reason)
    showText("basis", basis)
    drawCard()
  }

  /** As the phone says it, in the person's language; what was changed here stays German. */
  async function drawCard() {
    const of = spoken(draft.person?.language ?? "de")
    const codes = of === "de" ? ["de"] : [of, "de"]
    if (!codes.includes(language)) language = codes[0]
    if (cardLanguage.dataset.shown !== `${codes} ${language}`) {
      cardLanguage.dataset.shown = `${codes} ${language}`
      fill(cardLanguage, codes.length > 1 ? h("div", { class: "segmented__row segmented__row--small", role: "group", "aria-label": t("return.card_language") }, codes.map((code) => h("button", { type: "button", class: "segmented__button", "aria-pressed": String(code === language), onclick: () => { language = code; show() } }, languageName(code)))) : h("p", { class: "muted small" }, languageName("de")))
    }
    const drawnFor = language
    /** @type {Record<string, string>} */
    let words
    try {
      words = await wordsOf(language)
    } catch {
      return fill(card, h("p", { class: "muted" }, t("asking.no_card")))
    }
    if (drawnFor !== language) return
    /** @param {Texts} texts @param {string} looks */
    const text = (texts, looks) => texts.de && h("p", { class: looks, lang: texts[language] ? language : "de" }, texts[language] ?? texts.de)
    const from = chosen()
    fill(
      card,
      h(
        "div",
        { class: "card__inside", lang: language },
        h("p", { class: "card__flag" }, icon("clock"), h("span", null, (words["card.until"] ?? "").replace("{day}", draft.due ? dayLong(draft.due, language) : "…"))),
        text(outgoing(draft.reason, from?.reason), "card__text"),
        h("ul", { class: "card__papers" }, draft.papers.map((paper) => h("li", null, h("strong", null, nameIn(paper.kind)), text(outgoing(paper.note, paper.from), "card__note")))),
        text(outgoing(draft.basis, from?.basis), "card__basis"),
      ),
      h("p", { class: "card__button", lang: language }, icon("camera"), h("span", null, words["card.hand_in"] ?? "")),
    )
  }

  /** @param {string} kind */
  function nameIn(kind) {
    const names = office().kinds.find((each) => each.id === kind)?.names
    return names?.[language] ?? names?.de ?? kind
  }

  async function submit() {
    if (busy) return
    if (!draft.person) return complain(t("asking.pick_person"), people.field())
    if (draft.papers.length === 0) return complain(t("asking.pick_paper"), more)
    leaveDue()
    if (!draft.due || daysLeft(draft.due) < 0 || daysLeft(draft.due) > 366) return complain(t("asking.pick_day"), due)
    busy = true
    send.setAttribute("aria-disabled", "true")
    const from = chosen()
    try {
      const made = await makeAsk(draft.id, {
        person: draft.person.id,
        due: draft.due,
        reason: outgoing(draft.reason, from?.reason),
        basis: outgoing(draft.basis, from?.basis),
        papers: draft.papers.map((paper) => ({ kind: paper.kind, note: outgoing(paper.note, paper.from) })),
      })
      sent = true
      drop(draft)
      madeAsk(made)
      history.replaceState(null, "", "#/asks")
      go(`#/a/${made.id}`)
    } catch (error) {
      complain(sentence(error), send)
      // It did arrive, and was changed here since: what the person was asked stands there.
      if (error instanceof Refused && error.code === "ask_changed") trouble.append(h("a", { class: "link", href: `#/a/${draft.id}` }, t("asking.open")))
    } finally {
      busy = false
      send.removeAttribute("aria-disabled")
    }
  }

  /** @param {string} words @param {HTMLElement} [where] */
  function complain(words, where) {
    fill(trouble, h("p", { class: "note note--danger" }, icon("warn"), h("span", null, words)))
    where?.focus()
  }

  /** What was begun stays for the next time. */
  function leaveFor() {
    if (person && history.length > 1) history.back()
    else go("#/asks")
  }

  function discard() {
    drop(draft)
    sent = true
    go("#/asks")
  }

  const unbind = bind([
    { keys: ["shift+enter"], words: "keys.ask", run: submit, always: true },
    { keys: ["escape"], words: "keys.leave_form", run: leaveFor, always: true },
    { keys: ["?"], words: "keys.help", run: ways.help },
  ])

  document.title = t("asking.document_title")
  drawPapers()
  show()

  async function start() {
    try {
      ;[templates] = await Promise.all([loadTemplates(), learnHolidays()])
      if (person && !draft.person) {
        const [found] = await casePeople({ person })
        if (found) people.set(found)
        else complain(t("asking.no_such_person"))
      }
    } catch (error) {
      return complain(sentence(error))
    }
    if (!draft.template) fillFrom(templates[0]?.id ?? "")
    drawChoices()
    show()
    if (queue.counts === null) await load().catch(() => {})
    shell.showCounts()
  }

  return {
    root: shell.root,
    ready: start(),
    focus: () => /** @type {HTMLElement | null} */ (draft.person ? choices.querySelector("input:checked") : people.field())?.focus(),
    leave() {
      unbind()
      drop(draft)
      if (!sent && (isTouched() || draft.template !== templates[0]?.id || !person)) begun.push(draft)
    },
  }
}
