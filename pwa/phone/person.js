/** The person's own menu: language, light and dark, notices, leaving this phone. */

import { fill, h } from "../lib/dom.js"
import { icon } from "../lib/icons.js"
import { pushState, turnOff, turnOn } from "../lib/push.js"
import { LANGUAGES, currentLanguage, t } from "../lib/words.js"
import { showTheme } from "./theme.js"
import { wifiSwitch } from "./wifi.js"
import { dangerButton, mainButton, otherButton, screen, sheet, titleBar } from "./parts.js"

// words: person.language_* person.theme_*

/** @param {import("./context.js").App} app */
export async function person(app) {
  const push = h("div", { class: "stack-tight" })

  async function showPush() {
    const state = await pushState()
    fill(push, h("p", null, t(state === "on" ? "push.is_on" : state === "off" ? "push.is_off" : state === "denied" ? "push.denied" : "push.unsupported")),
      state === "on" ? otherButton("push-off", t("push.turn_off"), { icon: "bell", onclick: async () => {
        await turnOff()
        await app.forgetPush()
        await showPush()
      } }) : null,
      state === "off" && app.registration ? otherButton("push-on", t("push.on"), { icon: "bell", onclick: async () => {
        const after = await turnOn(/** @type {ServiceWorkerRegistration} */ (app.registration), currentLanguage()).catch(() => "failed")
        if (after === "on") await app.lookAfterPush()
        await showPush()
        if (after === "failed") push.append(h("p", { role: "alert" }, t("push.failed")))
      } }) : null)
  }
  await showPush()
  const wifi = wifiSwitch(app)

  return {
    element: screen({
      name: "person",
      top: titleBar(t("person.title"), { back: "#/" }),
      main: [
        h("div", { class: "card" }, h("p", { class: "card__big" }, app.session?.person.name), h("p", { class: "second" }, app.session?.office.name), app.session?.case ? h("p", { class: "second" }, t("home.case", { number: app.session.case.number })) : null),
        h("div", { class: "card card--lines" }, way("to-notices", "#/notices", "document", t("notice.title")), way("to-mine", "#/mine", "eye", t("mine.title"))),
        h("div", { class: "stack-tight" }, otherButton("switch-person", t("ask.other_person"), { icon: "undo", onclick: () => void go(app, true) }), h("p", { class: "second" }, t("person.switch"))),
        h("section", { class: "section", "aria-labelledby": "language-title" }, h("h2", { class: "section__title", id: "language-title" }, t("person.language")),
          filter("language-title", LANGUAGES.map((one) => ({ id: `language-${one}`, label: t(`person.language_${one}`), lang: one, on: one === currentLanguage(), choose: async () => {
            await app.chooseLanguage(one)
            app.onrestart()
          } })))),
        h("section", { class: "section", "aria-labelledby": "theme-title" }, h("h2", { class: "section__title", id: "theme-title" }, t("person.theme")),
          filter("theme-title", ["", "light", "dark"].map((one) => ({ id: `theme-${one || "system"}`, label: t(`person.theme_${one || "system"}`), on: (localStorage.getItem("theme") ?? "") === one, choose: () => {
            if (one) localStorage.setItem("theme", one)
            else localStorage.removeItem("theme")
            showTheme()
            app.onrestart()
          } })))),
        wifi && h("div", { class: "card card--lines" }, wifi.element),
        h("section", { class: "section", "aria-labelledby": "push-title" }, h("h2", { class: "section__title", id: "push-title" }, t("push.title")), h("div", { class: "card" }, push)),
      ],
      dock: [otherButton("sign-out", t("signout.do"), { icon: "arrow_forward", onclick: () => void leave(app) })],
    }),
    title: t("person.title"),
    refresh: () => wifi?.refresh(),
  }
}

/** @param {string} id @param {string} href @param {string} sign @param {string} words */
const way = (id, href, sign, words) =>
  h("a", { class: "line", id, href }, h("span", { class: "line__icon tone-act" }, icon(sign)), h("span", { class: "line__title" }, words), icon("chevron"))

/** @param {string} label @param {{id: string, label: string, on: boolean, lang?: string, choose: () => void}[]} choices */
const filter = (label, choices) =>
  h("div", { class: "filter", role: "group", "aria-labelledby": label }, choices.map((one) => h("button", { type: "button", id: one.id, lang: one.lang, "aria-pressed": String(one.on), onclick: one.choose }, one.on ? icon("tick") : null, h("span", null, one.label))))

/** Nothing that is only here goes without a decision. @param {import("./context.js").App} app */
async function leave(app) {
  const pending = await app.pending()
  const pages = pending.reduce((sum, item) => sum + item.pages, app.shared)
  const begun = (await app.draftMessage()).trim() ? 1 : 0
  const answers = app.answers.length + begun
  const count = pages + answers
  let answer = "leave"
  if (count) {
    answer = await sheet("signout-sheet", pages ? t("signout.pending_title", { count: pages }) : t("signout.answers", { count: answers }), (close) => [
      pages && answers ? h("p", null, t("signout.answers", { count: answers })) : null,
      h("p", null, t("signout.pending_text")),
      mainButton("signout-send", t("signout.send_now"), { icon: "plane", onclick: () => close("send") }),
      otherButton("signout-keep", t("signout.keep"), { icon: "phone", onclick: () => close("keep") }),
      dangerButton("signout-delete", t(pages ? "drop.do" : "signout.answers_drop", { count: pages }), { icon: "trash", onclick: () => close("delete") }),
    ])
    if (answer === "delete") {
      answer = pages === 0 ? "delete" : await sheet("delete-sheet", t("signout.delete_title", { count: pages }), (close) => [
        h("p", null, t("drop.text", { count: pages })),
        mainButton("delete-no", t("drop.keep"), { onclick: () => close() }),
        dangerButton("delete-yes", t("drop.do", { count: pages }), { icon: "trash", onclick: () => close("delete") }),
      ])
    }
  } else {
    answer = await sheet("signout-sheet", t("signout.title"), (close) => [
      h("p", null, t("signout.text")),
      mainButton("signout-stay", t("signout.stay"), { onclick: () => close() }),
      otherButton("signout-leave", t("signout.do"), { onclick: () => close("leave") }),
    ])
  }
  if (!answer) return
  if (answer === "send") {
    for (const item of pending) if (item.state === "paused") void app.outbox.retry(item.id)
    if (app.answers.length) void app.refresh().catch(console.info) // says what waits, too
    location.hash = app.shared ? "#/shared" : begun ? "#/m" : !pending.length || pending.some((item) => item.state === "open") ? "#/" : "#/sent"
    return void app.drain()
  }
  await go(app, answer === "keep")
}

/** The next one to sign in sees nothing of this one, not even a name. @param {import("./context.js").App} app @param {boolean} keepPending */
async function go(app, keepPending) {
  await app.signOut(keepPending)
  location.hash = "#/"
  app.onrestart()
}
