/** When the desk alerts, when its person is away, who stands in, and in whose inbox they work meanwhile. */
// words: duty.pace_*

import { fill, h } from "../lib/dom.js"
import { t } from "../lib/words.js"
import { announce } from "./announce.js"
import { ask } from "./data.js"
import { segmented } from "./segmented.js"
import { sentence } from "./troubles.js"

/**
 * @typedef {{pace: string, quiet_from: string | null, quiet_until: string | null, away_from: string | null,
 *   away_until: string | null, stand_in: string | null, colleagues: {id: string, name: string}[],
 *   stands_in_for: {name: string, team: {id: string, name: string} | null}[], team: {id: string, name: string} | null}} Duty
 */

/** @returns {Promise<Duty>} */
export const duty = () => ask("GET", "/desk/duty")

/** For the settings; each change is saved at once. @returns {HTMLElement} */
export function dutySection() {
  const place = h("div", { class: "stack", id: "duty" }, h("p", { class: "muted" }, t("duty.loading")))
  const trouble = h("p", { class: "field-error", role: "alert" })
  /** @type {Duty | null} */
  let now = null

  /** @param {Partial<Duty>} changes */
  async function save(changes) {
    const { pace, quiet_from, quiet_until, away_from, away_until, stand_in } = /** @type {Duty} */ ({ ...now, ...changes })
    try {
      now = await ask("PUT", "/desk/duty", { pace, quiet_from, quiet_until, away_from, away_until, stand_in })
      trouble.textContent = ""
      announce(t("duty.saved"))
    } catch (error) {
      trouble.textContent = sentence(error)
    }
  }

  /** @param {string} id @param {string} type @param {string} words @param {string | null} value */
  function field(id, type, words, value) {
    const input = /** @type {HTMLInputElement} */ (h("input", { type, id, class: "field__input", value }))
    return { input, element: h("label", { class: "field" }, h("span", { class: "field__label" }, words), input) }
  }

  /** Both ends are saved together, or none. @param {string} name @param {string} type @param {string | null} first @param {string | null} last @param {(first: string | null, last: string | null) => Partial<Duty>} made */
  function span(name, type, first, last, made) {
    const ends = [field(`${name}-from`, type, t(`duty.${name}_from`), first), field(`${name}-until`, type, t(`duty.${name}_until`), last)]
    const [from, until] = ends.map(({ input }) => input)
    for (const input of [from, until]) {
      input.addEventListener("change", () => Boolean(from.value) === Boolean(until.value) && void save(made(from.value || null, until.value || null)))
    }
    return h("div", { class: "spans" }, ends.map(({ element }) => element))
  }

  /** @param {Duty} known */
  function show(known) {
    const stand_in = h("select", { class: "field__input", id: "stand-in", onchange: () => void save({ stand_in: stand_in.value || null }) }, h("option", { value: "" }, t("duty.nobody")), known.colleagues.map((one) => h("option", { value: one.id, selected: one.id === known.stand_in || null }, one.name)))
    fill(place,
      segmented("pace", t("duty.pace"), ["now", "summary", "none"].map((pace) => ({ value: pace, words: t(`duty.pace_${pace}`) })), known.pace, (pace) => void save({ pace })),
      span("quiet", "time", known.quiet_from, known.quiet_until, (quiet_from, quiet_until) => ({ quiet_from, quiet_until })),
      h("h3", { class: "section" }, t("duty.away")),
      h("p", { class: "muted" }, t("duty.away_text")),
      span("away", "date", known.away_from, known.away_until, (away_from, away_until) => ({ away_from, away_until })),
      h("label", { class: "field" }, h("span", { class: "field__label" }, t("duty.stand_in")), stand_in),
      trouble)
  }

  duty().then((found) => {
    now = found
    show(found)
  }).catch((error) => fill(place, h("p", { class: "field-error", role: "alert" }, sentence(error))))
  return place
}

/**
 * Where one stands in for somebody of another team: whose inbox is shown.
 *
 * @param {Duty} known @param {string | undefined} own team's id @param {() => void} changed
 * @returns {HTMLElement | null}
 */
export function teamChoice(known, own, changed) {
  const others = known.stands_in_for.filter((one) => one.team && one.team.id !== own)
  if (!others.length) return null
  const choice = h("select", { class: "chip__select", id: "team", "aria-label": t("duty.inbox"), onchange: async () => {
    await ask("PUT", "/desk/duty/team", { team: choice.value || null }).catch((error) => announce(sentence(error)))
    changed()
  } }, h("option", { value: "" }, t("duty.own_inbox")), others.map((one) => h("option", { value: one.team?.id, selected: one.team?.id === known.team?.id || null }, t("duty.inbox_of", { team: one.team?.name ?? "", name: one.name }))))
  return h("label", { class: "chip" }, choice)
}
