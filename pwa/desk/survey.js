/** What people think of Belegbote, for admins: stars, texts without names, and who wants to be called. */
// words: keys.*

import { fill, h } from "../lib/dom.js"
import { currentLanguage, t } from "../lib/words.js"
import { ask } from "./data.js"
import { moment } from "./format.js"
import { frame, goKeys } from "./frame.js"
import { icon } from "./icons.js"
import { bind } from "./keys.js"
import { sentence } from "./troubles.js"

/**
 * @typedef {{id: string, stars: number, text: string | null, call: boolean, phone: string | null, at: string, called_at: string | null,
 *   called_by: string | null, person: {name: string, case: string | null} | null}} Answer
 * @typedef {{average: number | null, counts: Record<string, number>, answers: Answer[]}} Results
 */

/**
 * @param {object} options
 * @param {import("./frame.js").Who} options.who
 * @param {import("./frame.js").Ways} options.ways
 * @param {(hash: string) => void} options.go
 * @returns {{root: HTMLElement, ready: Promise<void>, leave: () => void}}
 */
export function survey({ who, ways, go }) {
  const trouble = h("div", { class: "operation__trouble", role: "alert" })
  const body = h("div", { class: "operation", tabindex: "0", role: "region", "aria-label": t("survey.title") }, trouble)
  const shell = frame({
    kind: "list", here: "survey", who, ways,
    top: [h("div", { class: "top__titles" }, h("h1", { class: "title", tabindex: "-1" }, t("survey.title"))),
      h("a", { class: "btn", id: "survey-csv", href: "/api/v1/desk/survey.csv", download: "" }, icon("download"), h("span", null, t("survey.csv")))],
    main: body,
    hints: [{ keys: ["g", "n"], words: "hint.go_new" }],
  })

  async function look() {
    try {
      const found = /** @type {Results} */ (await ask("GET", "/desk/survey"))
      fill(trouble)
      fill(body, trouble, figures(found), calls(found.answers.filter((one) => one.call)), texts(found.answers.filter((one) => one.text)))
    } catch (error) {
      fill(trouble, h("p", { class: "note note--danger" }, icon("warn"), h("span", null, sentence(error))))
    }
  }

  /** @param {Answer[]} wanted those who wait first */
  function calls(wanted) {
    const sorted = [...wanted].sort((a, b) => Number(Boolean(a.called_at)) - Number(Boolean(b.called_at)))
    return box(t("survey.calls"), sorted.length ? h("ul", { class: "history", id: "survey-calls" }, sorted.map(callLine)) : h("p", { class: "muted box__line" }, t("survey.no_calls")))
  }

  /** @param {Answer} one */
  function callLine(one) {
    const tick = h("input", { type: "checkbox", class: "check__box", id: `called-${one.id}`, onchange: async () => {
      await ask("PUT", `/desk/survey/${one.id}/called`, { called: tick.checked }).catch((error) => fill(trouble, h("p", { class: "note note--danger" }, icon("warn"), h("span", null, sentence(error)))))
      await look()
      document.getElementById(`called-${one.id}`)?.focus()
    } })
    tick.checked = Boolean(one.called_at)
    return h("li", { class: "history__line" },
      h("label", { class: "check", for: `called-${one.id}` }, tick, h("span", null, h("strong", null, one.person?.name), one.person?.case ? `, ${one.person.case}` : "", h("span", { class: "check__hint" }, one.phone ?? t("survey.no_phone"), ", ", starWords(one.stars), one.text ? `: ${one.text}` : ""))),
      h("span", { class: "history__when" }, one.called_at ? t("survey.called", { name: one.called_by ?? "", when: moment(one.called_at) }) : moment(one.at)))
  }

  document.title = t("survey.document_title")
  const unbind = bind([...goKeys(who, go), { keys: ["?"], words: "keys.help", run: ways.help }])
  return { root: shell.root, ready: look(), leave: unbind }
}

/** @param {string} title @param {any} inside */
const box = (title, inside) => h("section", { class: "box" }, h("div", { class: "box__head" }, h("h2", { class: "section" }, title)), inside)

/** @param {number} count */
const starWords = (count) => t("survey.stars", { count })

/** @param {Results} found */
function figures({ average, counts, answers }) {
  const most = Math.max(1, ...Object.values(counts))
  const number = new Intl.NumberFormat(currentLanguage(), { maximumFractionDigits: 1, minimumFractionDigits: 1 })
  return box(t("survey.figures"), average === null ? h("p", { class: "muted box__line" }, t("survey.none")) : h("div", { class: "survey box__line" },
    h("p", { class: "survey__average", id: "survey-average" }, h("strong", null, number.format(average)), h("span", { class: "muted" }, t("survey.of", { count: answers.length }))),
    h("table", { class: "survey__counts" }, h("caption", { class: "sr" }, t("survey.figures")), h("tbody", null, [5, 4, 3, 2, 1].map((stars) => h("tr", null,
      h("th", { scope: "row" }, starWords(stars)),
      h("td", null, h("meter", { class: "survey__bar", min: 0, max: most, value: counts[stars], "aria-hidden": "true" }), h("span", null, counts[stars]))))))))
}

/** @param {Answer[]} said */
const texts = (said) =>
  box(t("survey.texts"), said.length ? h("ul", { class: "history", id: "survey-texts" }, said.map((one) => h("li", { class: "history__line" },
    h("div", null, h("span", { class: "label" }, starWords(one.stars)), h("p", { class: "quote" }, one.text)), h("span", { class: "history__when" }, moment(one.at))))) : h("p", { class: "muted box__line" }, t("survey.no_texts")))
