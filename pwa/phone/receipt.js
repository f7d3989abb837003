/** Is it safely there? From "only on this phone" to the number that proves it. */

import { turnOn } from "../lib/push.js"
import { fill, h } from "../lib/dom.js"
import { drawing } from "../lib/icons.js"
import { currentLanguage, t } from "../lib/words.js"
import { restOfAsk } from "./ask.js"
import { actions, german, showProgress, words } from "./card.js"
import { face, fullTime, kindName, standing } from "./faces.js"
import { keepFocus } from "./keep.js"
import { receiptButtons } from "./papers.js"
import { announce, mainButton, note, otherButton, screen, textButton, titleBar } from "./parts.js"
import { chip, way } from "./way.js"
import { picture } from "./pictures.js"

/** @param {import("./context.js").App} app @param {string} id */
export async function receipt(app, id) {
  const main = h("div", { class: "stack" })
  const bar = h("div", { class: "bar" })
  let shown = ""

  async function refresh() {
    const item = await app.item(id)
    if (!item) return void (location.hash = "#/")
    if (item.state === "open") return void (location.hash = `#/d/${id}/check`)
    const look = face(item, app.office)
    const state = JSON.stringify(standing(item, look))
    if (state !== shown) {
      const arrivedNow = item.receipt && shown && !shown.includes(item.receipt.number)
      shown = state
      const focus = keepFocus()
      fill(bar, titleBar(item.receipt ? t("receipt.title") : kindName(item.kind, app.office), { close: "#/" }))
      if (item.receipt) await arrived(item)
      else fill(main, h("div", { class: `card ${look.tone === "needs" ? "card--needs" : ""}`, "data-way": id },
        chip(look.tone, look.icon, look.chip), h("h2", { class: "card__big" }, kindName(item.kind, app.office), german(item.kind, app.office)), h("p", { class: "second" }, look.line), way(look), words(look), actions(item, app)))
      focus()
      if (arrivedNow) announce(t("card.arrived_spoken", { number: item.receipt.number }))
    }
    showProgress(main, item, app)
  }

  /** @param {import("./faces.js").Item} item */
  async function arrived(item) {
    const pages = item.local ? await app.store.pagesOf(item.local) : []
    const captured = item.local?.captured_at ?? item.remote?.captured_at
    fill(main,
      h("div", { class: "arrival" },
        drawing("0 0 180 140", "pictogram pictogram--there", ["M8 60 76 18l68 42zM20 72v46m34-46v46m36-46v46m34-46v46M2 134h146", "M142 4a34 34 0 1 0 0 68 34 34 0 0 0 0-68z", "M126 38l12 12 22-24"]),
        h("h2", { class: "message" }, t("receipt.arrived")), h("p", null, t("receipt.arrived_text"))),
      h("div", { class: "card" },
        h("p", { class: "second" }, t("receipt.number")),
        h("p", { class: "number", id: "receipt-number" }, item.receipt.number),
        h("dl", { class: "facts" },
          fact(t("receipt.arrived"), h("strong", { id: "arrived-at" }, fullTime(item.receipt.arrived_at))),
          captured ? fact(t("receipt.captured"), fullTime(captured)) : null,
          fact(kindName(item.kind, app.office), h("span", { class: "thumbs" }, pages.slice(0, 3).map((page) => picture(page, "")), h("strong", null, t("app.pages", { count: item.receipt.pages.length }))))),
        receiptButtons(app, item)),
      await restOfAsk(app, item),
      (await pushCard()) ?? (await import("./survey.js").then(({ surveyCard }) => surveyCard(app, id), () => null)))
  }

  /** Asked here and only here, once: whoever has a receipt knows what the notices will be about. */
  async function pushCard() {
    if (!app.registration || !(await app.mayAskForPush())) return null
    const card = h("div", { class: "card", id: "push-card" })
    const done = async () => app.store.set(`push_asked:${app.owner}`, true)
    fill(card,
      h("h2", { class: "card__title" }, t("push.ask")), h("p", { class: "second" }, t("push.why")),
      h("div", { class: "pair" },
        otherButton("push-on", t("push.on"), { icon: "bell", onclick: async () => {
          await done()
          const state = await turnOn(/** @type {ServiceWorkerRegistration} */ (app.registration), currentLanguage()).catch(() => "off")
          fill(card, note("here", "bell", t(state === "on" ? "push.is_on" : state === "denied" ? "push.denied" : "push.failed")))
        } }),
        textButton("push-later", t("push.later"), { onclick: async () => {
          await done()
          card.remove()
        } })))
    return card
  }

  await refresh()
  return {
    element: screen({ name: "receipt", top: bar, main, dock: [mainButton("done", t("receipt.done"), { href: "#/" })] }),
    title: t("receipt.title"),
    refresh,
    /** @param {string} moved */
    progress: async (moved) => {
      const item = moved === id && (await app.item(id))
      if (item) showProgress(main, item, app)
    },
  }
}

/** @param {string} name @param {any} value */
const fact = (name, value) => h("div", { class: "fact" }, h("dt", null, name), h("dd", null, value))
