/** Returning pages: which, why, and how the jobseeker will read it. The button names the outcome. */
// words: card.*

import { Refused } from "../lib/api.js"
import { fill, h } from "../lib/dom.js"
import { inLanguage, t } from "../lib/words.js"
import { decide, office, ownPages, thumbUrl } from "./data.js"
import { openDialog } from "./dialog.js"
import { flagsOf, kindName, languageName, pageList, problemWords } from "./format.js"
import { icon } from "./icons.js"
import { cap } from "./keys.js"
import { spoken, wordsOf } from "./otherwords.js"
import { thumb } from "./pictures.js"
import { sentence } from "./troubles.js"

/** The reasons that the office still gives, as many as there are keys. */
const offered = () => office().reasons.filter((each) => !each.retired).slice(0, 9)

/**
 * @typedef {import("./data.js").Submission} Submission
 * @typedef {import("./data.js").Reason} Reason
 * @typedef {{id: string, numbers: number[], problem: string | null}} Choice  one sent page and the sheets made of it
 */

const LONGEST = 280 // characters of an own sentence

/** What was begun and not sent: closing the dialog by a slip loses nothing. @type {Map<string, {reason: Reason | null, text: string}>} */
const drafts = new Map()

export const forgetDrafts = () => drafts.clear()

/** @param {Submission} of @returns {Choice[]} */
function choices(of) {
  const every = of.pages.map((page, at) => {
    const sheets = of.sheets.filter((sheet) => ownPages(sheet).includes(page.id))
    const numbers = sheets.length ? sheets.map((sheet) => sheet.n) : [at + 1]
    return { id: page.id, numbers, problem: sheets.flatMap(flagsOf)[0] ?? null, here: sheets.length > 0 || of.sheets.length === 0 }
  })
  return every.filter((page) => page.here).sort((a, b) => a.numbers[0] - b.numbers[0]) // the others were split off
}

/** @param {number[]} numbers @returns {string} "Seite 3" or "Seiten 2 bis 5" */
function pageName(numbers) {
  const last = numbers[numbers.length - 1]
  if (last - numbers[0] >= numbers.length) return t("return.pages_list", { pages: pageList(numbers) })
  return numbers.length === 1 ? t("return.page", { n: last }) : t("return.pages_from_to", { from: numbers[0], to: last })
}

/**
 * @param {object} options
 * @param {Submission} options.of
 * @param {number} options.open the sheet on the stage; its page is marked
 * @param {(after: Submission) => void} options.done
 * @param {() => Promise<string>} options.beaten somebody else has decided meanwhile; answers who, what and when
 */
export function openReturn({ of, open, done, beaten }) {
  const pages = choices(of)
  const chosen = new Set(pages.filter((page) => page.numbers.includes(open)).map((page) => page.id))
  if (chosen.size === 0 && pages[0]) chosen.add(pages[0].id)
  /** @type {Reason | null} */
  let reason = null
  let language = spoken(of.person.language)
  let busy = false
  let sent = false
  const draft = drafts.get(of.id)

  const text = h("textarea", { class: "own__text", id: "own-sentence", rows: 2, maxlength: LONGEST, "aria-describedby": "own-hint own-count" })
  const count = h("span", { class: "own__count", id: "own-count" })
  const trouble = h("div", { class: "dialog__trouble", role: "alert" })
  const label = h("span", { class: "btn__label" })
  const send = h("button", { type: "button", class: "btn btn--primary", id: "return-send", onclick: submit, "aria-keyshortcuts": "Shift+Enter" }, icon("back"), label, cap("shift+enter"))
  const rest = h("p", { class: "muted dialog__rest" })
  const card = h("div", { class: "card" })

  const numbers = () => pages.filter((page) => chosen.has(page.id)).flatMap((page) => page.numbers)
  const whole = () => chosen.size === pages.length

  const boxes = pages.map((page) => {
    const input = h("input", { type: "checkbox", class: "check__box", onchange: () => (input.checked ? chosen.add(page.id) : chosen.delete(page.id), show()) })
    input.checked = chosen.has(page.id)
    return h(
      "label",
      { class: "pick" },
      input,
      h("span", { class: "pick__paper" }, of.sheets.length > 0 && thumb(thumbUrl(of.id, page.numbers[0], of.version), "")),
      h("span", { class: "pick__name" }, pageName(page.numbers), page.problem && h("span", { class: "pick__problem" }, problemWords(page.problem))),
    )
  })

  /** @param {boolean} every */
  function pickAll(every) {
    pages.forEach((page, at) => {
      boxes[at].querySelector("input").checked = every
      if (every) chosen.add(page.id)
      else chosen.delete(page.id)
    })
    show()
  }

  const radios = offered().map((each, at) => {
    const input = h("input", { type: "radio", name: "reason", class: "radio__dot", value: each.id, "aria-keyshortcuts": String(at + 1), onchange: () => choose(each) })
    return h("label", { class: "radio" }, input, h("span", { class: "radio__words" }, inLanguage(each.names)), cap(String(at + 1)))
  })

  /** @param {Reason} each */
  function choose(each) {
    reason = each
    const input = /** @type {HTMLInputElement} */ (radios[offered().indexOf(each)].querySelector("input"))
    input.checked = true
    trouble.replaceChildren()
    show()
  }

  function show() {
    const which = numbers()
    label.textContent = chosen.size === 0 ? t("return.none") : whole() ? t("return.whole") : t("return.send", { count: which.length, pages: pageList(which) })
    const others = pages.filter((page) => !chosen.has(page.id)).flatMap((page) => page.numbers)
    rest.textContent = others.length && chosen.size ? t("return.rest", { count: others.length, pages: pageList(others) }) : ""
    count.textContent = t("return.count", { used: text.value.length, most: LONGEST })
    drawCard()
  }

  /** The same words the phone shows, in the jobseeker's language; the own sentence stays as it was written. */
  async function drawCard() {
    const drawnFor = language
    /** @type {Record<string, string>} */
    let words
    try {
      words = await wordsOf(language)
    } catch {
      return fill(card, h("p", { class: "muted" }, t("return.no_card")))
    }
    if (drawnFor !== language) return
    const which = numbers()
    const say = (/** @type {string} */ key) => (words[key] ?? "").replace("{pages}", pageList(which, language))
    const title = whole() || which.length === 0 ? say("card.whole") : say(which.length === 1 ? "card.page" : "card.pages")
    const advice = reason?.advice?.[language] ?? reason?.advice?.de
    fill(
      card,
      h(
        "div",
        { class: "card__inside", lang: language },
        h("p", { class: "card__flag" }, icon("triangle"), h("span", null, say("card.needs_you"))),
        h(
          "div",
          { class: "card__row" },
          of.sheets.length > 0 && which.length > 0 && thumb(thumbUrl(of.id, which[0], of.version), ""),
          h("div", null, h("p", { class: "card__title" }, title), h("p", { class: advice ? "" : "muted" }, advice ?? (text.value.trim() ? "" : say("card.reason_here"))), text.value.trim() && h("p", { lang: "de", class: "card__own" }, text.value.trim())),
        ),
      ),
      h("p", { class: "card__button", lang: language }, icon("camera"), h("span", null, title)),
    )
  }

  async function submit() {
    if (busy) return
    const own = text.value.trim()
    if (chosen.size === 0) return complain(t("return.pick_page"))
    if (!reason && !own) return complain(t("return.pick_reason"))
    busy = true
    send.setAttribute("aria-disabled", "true")
    try {
      const ids = pages.filter((page) => chosen.has(page.id)).map((page) => page.id)
      const after = await decide(of.id, {
        outcome: "returned",
        reason: reason ? reason.id : own,
        ...(reason && own ? { text: own } : {}),
        ...(whole() ? {} : { pages: ids }),
      })
      sent = true
      drafts.delete(of.id)
      close()
      done(after)
    } catch (error) {
      const late = error instanceof Refused && error.code === "already_decided"
      if (late) {
        send.hidden = true
        rest.replaceChildren()
      }
      complain(late ? t("return.beaten", { verdict: await beaten() }) : sentence(error))
    } finally {
      busy = false
      send.removeAttribute("aria-disabled")
    }
  }

  /** @param {string} words */
  function complain(words) {
    trouble.replaceChildren(h("p", { class: "note note--danger" }, icon("warn"), h("span", null, words)))
  }

  text.addEventListener("input", show)
  text.value = draft?.text ?? ""
  const { root, close } = openDialog({
    kind: "return",
    closed: () => !sent && drafts.set(of.id, { reason, text: text.value }),
    title: t("return.title"),
    sub: `${kindName(of.kind)} · ${of.person.name}`,
    body: [
      h(
        "div",
        { class: "return__which", role: "group", "aria-labelledby": "return-which" },
        h("h3", { class: "section", id: "return-which" }, "1 · ", t("return.which")),
        h("p", { class: "muted small" }, t("return.which_hint")),
        h("div", { class: "picks" }, boxes),
        pages.length > 1 && h("p", { class: "picks__all" }, h("button", { type: "button", class: "link", onclick: () => pickAll(true), "aria-keyshortcuts": "*" }, t("return.all")), cap("*")),
      ),
      h(
        "div",
        { class: "return__why" },
        h(
          "div",
          { role: "radiogroup", "aria-labelledby": "return-why" },
          h("h3", { class: "section", id: "return-why" }, "2 · ", t("return.why")),
          h("p", { class: "muted small" }, t("return.why_hint")),
          h("div", { class: "radios" }, radios),
        ),
        h("div", { class: "own" }, h("label", { class: "label", for: "own-sentence" }, t("return.own")), text, h("p", { class: "own__foot" }, h("span", { class: "muted small", id: "own-hint" }, t("return.own_hint")), count)),
      ),
      h(
        "section",
        { class: "return__reads" },
        h("h3", { class: "section" }, "3 · ", t("return.reads")),
        language === "de" ? h("p", { class: "muted small" }, languageName("de")) : languages(),
        card,
      ),
    ],
    foot: [
      trouble,
      rest,
      h("button", { type: "button", class: "btn btn--quiet", onclick: () => close() }, h("span", { class: "btn__label" }, t("return.cancel")), cap("escape")),
      send,
    ],
    bindings: [
      ...offered().map((each, at) => ({ keys: [String(at + 1)], run: () => choose(each), words: at === 0 ? "keys.reason" : undefined, caps: ["1", "8"] })),
      { keys: ["*"], run: () => pickAll(true), words: "keys.all_pages" },
      { keys: ["shift+enter"], run: submit, words: "keys.send", always: true },
    ],
  })

  function languages() {
    return h(
      "div",
      { class: "segmented__row segmented__row--small", role: "group", "aria-label": t("return.card_language") },
      [language, "de"].map((code) => {
        const button = h("button", { type: "button", class: "segmented__button", "aria-pressed": String(code === language), onclick: () => {
          language = code
          for (const each of button.parentElement.children) each.setAttribute("aria-pressed", String(each === button))
          show()
        } }, languageName(code))
        return button
      }),
    )
  }

  if (draft?.reason) choose(draft.reason)
  else show()
  // The page is marked already; the next question is why.
  const asked = radios.find((each) => each.querySelector("input").checked) ?? radios[0]
  asked?.querySelector("input").focus()
  return { root, close }
}
