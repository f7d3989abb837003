/** What should I do? One big action, then what needs the person, what is only here, what was sent. */

import { forget } from "../lib/answers.js"
import { fill, h } from "../lib/dom.js"
import { icon } from "../lib/icons.js"
import { turnOn } from "../lib/push.js"
import { currentLanguage, dateOnly, monthName, t } from "../lib/words.js"
import { german, showCards, showProgress } from "./card.js"
import { nearAndHere, openAsks, showAsks } from "./asks.js"
import { dayTime, face, isPending, kindName, kindOf, toneOf, waitsTooLong } from "./faces.js"
import { keep } from "./keep.js"
import { missingCards } from "./missing.js"
import { showNews } from "./notices.js"
import { mainButton, mark, note, otherButton, screen, tabs, textButton } from "./parts.js"

/** @param {import("./context.js").App} app */
export async function home(app) {
  const warning = h("div", { id: "home-notes" })
  const missing = h("div", { class: "stack" })
  const shared = h("div")
  const asks = section("home-asks", t("ask.needs"))
  const here = section("home-here", t("home.here"))
  const needs = section("home-needs", t("home.needs_you"))
  const news = h("section", { class: "section", id: "home-news", "aria-labelledby": "home-news-title" })
  const sent = section("home-sent", t("home.sent"))
  const list = h("div", { class: "card card--lines" })
  sent.append(list)
  const empty = h("div", { class: "empty", hidden: true }, icon("document"), h("p", null, t("home.empty")))
  const period = h("div")

  async function refresh() {
    const items = await app.items()
    const active = items.filter((item) => toneOf(item) !== "there")
    const rest = items.filter((item) => toneOf(item) === "there")
    const groups = [
      { place: here, items: active.filter((item) => isPending(item) || toneOf(item) !== "needs") },
      { place: needs, items: active.filter((item) => !isPending(item) && toneOf(item) === "needs") },
    ]
    showAsks(/** @type {Element} */ (asks.querySelector(".cards")), app, items)
    asks.hidden = !openAsks(app).length
    for (const { place, items } of groups) {
      place.hidden = !items.length
      showCards(/** @type {Element} */ (place.querySelector(".cards")), items, app)
    }
    showNews(news, app)
    sent.hidden = !rest.length
    fill(list, rest.slice(0, 3).map((item) => line(item, app)))
    empty.hidden = items.length > 0
    fill(missing, missingCards(app))
    keep(shared, app.shared ? [app.shared] : [], { key: String, look: String, make: sharedCard })
    const near = nearAndHere(app, items)
    fill(warning, refusedAnswer(app), near, !near && items.some(waitsTooLong) ? note("needs", "clock", t("home.late"), "late") : null, app.privateMode ? note("needs", "triangle", t("home.private"), "private-mode") : null, app.pushDied ? pushDied(app) : null)
    const until = app.session?.case?.approved_until
    fill(period, app.session && !app.session.case ? note("needs", "triangle", t("error.no_case")) : null,
      until ? h("div", { class: "card card--lines" }, h("div", { class: "line" }, icon("calendar"), h("div", null, h("p", { class: "line__title" }, t("home.approved_until", { date: dateOnly(until) })), h("p", { class: "second" }, t("home.case", { number: app.session?.case?.number ?? "" })), h("p", { class: "second" }, t("home.renew", { month: monthName(renewFrom(until)) })))),
        renewFrom(until) <= isoMonth(new Date()) && kindOf("renewal", app.office) && !app.asks.some((ask) => !ask.closed_at && ask.papers.some((paper) => paper.kind === "renewal")) ? textButton("renew", t("home.renew_now"), { icon: "camera", onclick: () => void renew(app) }) : null) : null)
  }
  await refresh()

  return {
    element: screen({
      name: "home",
      top: [
        mark(),
        h("div", { class: "brand" }, h("h1", { class: "brand__name", tabindex: -1 }, app.session?.person.name), h("p", { class: "brand__office" }, app.session?.office.name)),
        h("a", { class: "person", id: "person", href: "#/person", "aria-label": t("person.title") }, initials(app.session?.person.name ?? "")),
      ],
      main: [warning, missing, asks, shared, here, needs, news, empty, sent, period],
      dock: [mainButton("scan", t("home.submit"), { icon: "camera", href: "#/scan" }), tabs("home")],
    }),
    title: t("app.tab_home"),
    refresh,
    /** @param {string} id */
    progress: async (id) => {
      const item = await app.item(id)
      if (item) showProgress(here, item, app)
    },
  }
}

const MONTHS_BEFORE = 2 // that people apply again before their approval ends

/** @param {Date} day @returns {string} "2026-11" */
const isoMonth = (day) => `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, "0")}`

/** @param {string} until day on which the approval ends @returns {string} month in which to apply again */
const renewFrom = (until) => {
  const [year, month] = until.split("-").map(Number)
  return isoMonth(new Date(year, month - 1 - MONTHS_BEFORE, 15))
}

/** @param {import("./context.js").App} app */
async function renew(app) {
  const rows = await app.store.submissionsOf(app.owner)
  const begun = rows.find((row) => row.state === "open" && row.kind === "renewal" && !row.ask)
  location.hash = `#/d/${(begun ?? (await app.store.startDraft(app.owner, { kind: "renewal" }))).id}/scan`
}

/** What the office did not take: said once. @param {import("./context.js").App} app */
function refusedAnswer(app) {
  const refused = app.answers.find((one) => one.refused)
  return refused ? note("needs", "message", [t("answer.refused"), " ", t(`error.${refused.refused}`), " ", textButton("answer-known", t("answer.known"), { onclick: () => void forget(app.store, refused) })], "answer-refused") : null
}

/** @param {number} count of files that another app shared */
const sharedCard = (count) =>
  h("section", { class: "card", id: "home-shared" }, h("h2", { class: "card__title" }, t("shared.waiting", { count })),
    otherButton("see-shared", t("card.see_rest"), { icon: "arrow_forward", href: "#/shared" }))

/** @param {import("./context.js").App} app */
const pushDied = (app) =>
  h("div", { class: "card", id: "push-died" }, h("p", null, t("push.died")), h("div", { class: "pair" },
    otherButton("push-again", t("push.on"), { icon: "bell", onclick: async () => {
      await turnOn(/** @type {ServiceWorkerRegistration} */ (app.registration), currentLanguage()).catch(() => {})
      await app.lookAfterPush().catch(() => {})
    } }),
    otherButton("push-without", t("push.without"), { onclick: () => void app.forgetPush() })))

/** @param {string} id @param {string} title */
const section = (id, title) => h("section", { id, class: "section", "aria-labelledby": `${id}-title` }, h("h2", { id: `${id}-title`, class: "section__title" }, title), id === "home-sent" ? null : h("div", { class: "cards" }))

/** @param {import("./faces.js").Item} item @param {import("./context.js").App} app */
function line(item, app) {
  const look = face(item, app.office)
  return h("a", { class: "line", href: `#/s/${item.id}` },
    h("span", { class: `tone-there line__icon` }, icon("tick_ring")),
    h("div", null, h("p", { class: "line__title" }, kindName(item.kind, app.office), german(item.kind, app.office)), h("p", { class: "second" }, `${look.chip}, ${dayTime(item.receipt?.arrived_at ?? item.at)}`)),
    icon("chevron"))
}

/** @param {string} name @returns {string} */
export const initials = (name) => name.split(/\s+/).map((part) => part[0] ?? "").filter((_, i, all) => i === 0 || i === all.length - 1).join("").toUpperCase()
