/** What the office decided and wrote: everything at a glance, and whether it comes here or by post. */

import { call } from "../lib/api.js"
import { fill, h } from "../lib/dom.js"
import { icon } from "../lib/icons.js"
import { CONSENT } from "../lib/notices.js"
import { dateOnly, t } from "../lib/words.js"
import { answered, note, screen, titleBar } from "./parts.js"

// words: notice.kind_*

/**
 * @typedef {{id: string, kind: string, title: string, dated: string, pages: number, by_post: boolean, available_at: string, read_at: string | null}} Notice
 */

/** @param {Notice} notice */
export const kindWords = (notice) => t(`notice.kind_${notice.kind}`)

/** @param {import("./context.js").App} app @param {Notice} notice whether nobody has read it, as far as this phone knows */
export const isNew = (app, notice) => !notice.read_at && !app.answers.some((one) => one.path === `/notices/${notice.id}/read`)

/** A line for each notice, those that are new first. @param {import("./context.js").App} app @returns {HTMLElement[]} */
export const noticeLines = (app) =>
  [...app.notices].sort((a, b) => Number(isNew(app, b)) - Number(isNew(app, a))).map((notice) => line(app, notice))

/** @param {import("./context.js").App} app @param {Notice} notice */
function line(app, notice) {
  const fresh = isNew(app, notice)
  return h("a", { class: `line ${fresh ? "line--new" : ""}`, href: `#/notices/${notice.id}`, id: `notice-${notice.id}` },
    h("span", { class: "line__icon tone-act" }, icon("document")),
    h("div", null, h("p", { class: fresh ? "line__title" : null, lang: "de" }, notice.title),
      h("p", { class: "second" }, fresh ? h("strong", { class: "tone-act" }, t("notice.new"), " ") : null, `${kindWords(notice)}, ${dateOnly(`${notice.dated}T12:00`)}`)),
    icon("chevron"))
}

/** Each as a row of the post. @param {import("./context.js").App} app @returns {import("./post.js").Letter[]} */
export const noticeLetters = (app) =>
  app.notices.map((notice) => ({
    id: `notice-${notice.id}`, href: `#/notices/${notice.id}`, icon: "document", title: notice.title, german: true,
    second: `${kindWords(notice)}, ${dateOnly(`${notice.dated}T12:00`)}`, at: notice.available_at, fresh: isNew(app, notice),
  }))

/** @param {import("./context.js").App} app */
export async function notices(app) {
  const list = h("div", { class: "card card--lines", id: "notices" })
  const none = h("div", { class: "empty" }, icon("document"), h("p", null, t("notice.none")))
  const choice = await consentCard(app)
  let shown = ""

  function refresh() {
    void choice.refresh()
    const state = JSON.stringify(app.notices.map((notice) => [notice.id, isNew(app, notice)]))
    if (state === shown) return
    shown = state
    list.hidden = !app.notices.length
    none.hidden = !list.hidden
    fill(list, noticeLines(app))
  }
  refresh()
  return { element: screen({ name: "notices", top: titleBar(t("notice.title"), { back: "#/post" }), main: [list, none, choice.element] }), title: t("notice.title"), refresh }
}

/** A wish of its own, which nothing depends on. @param {import("./context.js").App} app */
async function consentCard(app) {
  /** @type {{given: boolean, history: {given_at: string, revoked_at: string | null}[]}} */
  let told = { given: false, history: [] }
  let chosen = false
  const now = h("span", { class: "second" })
  const turn = h("button", { class: "line", id: "consent", type: "button", role: "switch", onclick: async () => {
    const wish = turn.getAttribute("aria-checked") !== "true" // what the person saw is turned round, and at once
    turn.setAttribute("aria-checked", String(wish))
    chosen = true
    await answered(app.answer(CONSENT, { given: wish }))
    await refresh()
  } },
    h("span", { class: "line__icon tone-act" }, icon("message")),
    h("span", null, h("span", { class: "line__title" }, t("consent.here")), now),
    h("span", { class: "switch switch--large" }))
  const before = h("p", { class: "second", id: "consent-before" })

  const queued = () => app.answers.find((one) => one.path === CONSENT && !one.refused)
  const given = () => queued()?.body?.given ?? told.given

  async function refresh() {
    told = (await app.store.get(`consent:${app.owner}`)) ?? told
    const [last] = told.history
    turn.setAttribute("aria-checked", String(given()))
    fill(now, queued() ? t("ask.answer_waits") : told.given ? t("consent.since", { date: dateOnly(last.given_at) }) : t("consent.post"))
    fill(before, last?.revoked_at && !given() ? t("consent.ended", { date: dateOnly(last.revoked_at) }) : "")
    before.hidden = !before.textContent
  }

  async function ask() {
    const { data } = await call("GET", CONSENT)
    if (chosen) return // this may be from before
    await app.store.keepFor(app.owner, "consent", data)
    await refresh()
  }
  void ask().catch(console.info)
  await refresh()
  return {
    element: h("section", { class: "section", "aria-labelledby": "consent-title" }, h("h2", { class: "section__title", id: "consent-title" }, t("consent.title")),
      h("div", { class: "card card--lines" }, turn), h("p", { class: "second" }, t("consent.why")), before, note("info", "info", t("consent.free"), "consent-free")),
    refresh,
  }
}
