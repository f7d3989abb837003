/** Post: what the office has written. The list, the tab's number and "new from the office" all show the same rows. */

import { fill, h } from "../lib/dom.js"
import { icon } from "../lib/icons.js"
import { t } from "../lib/words.js"
import { dayTime } from "./faces.js"
import { keep } from "./keep.js"
import { noticeLetters } from "./notices.js"
import { otherButton, screen, tabs, textButton, titleBar } from "./parts.js"
import { messagesOf, unreadOf } from "./thread.js"

/** @typedef {{id: string, href: string, icon: string, title: string, second: string, at: string, fresh: boolean, german?: boolean}} Letter one row; fresh: not read yet; german: its title is in German */

const WEEK = 7 * 86_400_000 // ms

/** Whatever comes by post adds its rows here. @type {((app: import("./context.js").App) => Letter[])[]} */
const SOURCES = [conversation, noticeLetters]

/** @param {import("./context.js").App} app @returns {Letter[]} the newest first */
const letters = (app) => SOURCES.flatMap((source) => source(app)).sort((a, b) => (a.at < b.at ? 1 : -1))

/** @param {import("./context.js").App} app @returns {Letter[]} what the person has not read */
export const fresh = (app) => letters(app).filter((letter) => letter.fresh)

/** @param {import("./context.js").App} app @returns {string} */
export const teamTitle = (app) => (app.thread.team ? t("messages.team_named", { team: app.thread.team }) : t("messages.team"))

/** The whole thread is one row. @param {import("./context.js").App} app @returns {Letter[]} */
function conversation(app) {
  const last = messagesOf(app).at(-1)
  if (!last) return []
  const unread = unreadOf(app).length
  const second = unread ? t("messages.unread", { count: unread }) : last.mine ? t("messages.you", { text: last.text || t("messages.photo_only") }) : last.text
  return [{ id: "messages", href: "#/m", icon: "message", title: teamTitle(app), second, at: last.at, fresh: unread > 0 }]
}

/** @param {Element} place @param {Letter[]} rows */
export const showLetters = (place, rows) =>
  keep(place, rows, {
    key: (letter) => letter.id,
    look: (letter) => JSON.stringify([letter, dayTime(letter.at)]),
    make: (letter) => h("li", { class: letter.fresh ? "letter letter--new" : "letter" },
      h("a", { class: "line", id: `letter-${letter.id}`, href: letter.href }, h("span", { class: "line__icon tone-act" }, icon(letter.icon)),
        h("span", null, h("span", { class: "line__title", lang: letter.german ? "de" : null }, letter.title), h("span", { class: "second letter__text" }, letter.second),
          h("span", { class: "second letter__when" }, letter.fresh ? h("strong", { class: "new" }, t("post.new")) : null, dayTime(letter.at))),
        icon("chevron"))),
  })

/** @param {import("./context.js").App} app */
export async function post(app) {
  const main = h("div", { class: "stack" })
  const groups = ["week", "earlier"].map((name) => {
    const list = h("ul", { class: "card card--lines" })
    return { name, list, section: h("section", { class: "section", "aria-labelledby": `post-${name}` }, h("h2", { class: "section__title", id: `post-${name}` }, t(`post.${name}`)), list) }
  })
  const empty = h("div", { class: "empty" }, icon("mail"), h("p", null, t("post.empty")))
  fill(main, empty, groups.map(({ section }) => section), textButton("to-notices", t("notice.title"), { icon: "document", href: "#/notices" }))

  function refresh() {
    const all = letters(app)
    const since = new Date(Date.now() - WEEK).toISOString()
    empty.hidden = all.length > 0
    for (const { name, list, section } of groups) {
      const rows = all.filter((letter) => letter.at >= since === (name === "week"))
      section.hidden = !rows.length
      showLetters(list, rows)
    }
  }
  refresh()
  return {
    element: screen({ name: "post", top: titleBar(t("app.tab_post")), main, dock: [otherButton("write", t("post.write"), { icon: "pen", href: "#/m" }), tabs("post")] }),
    title: t("app.tab_post"),
    refresh,
  }
}
