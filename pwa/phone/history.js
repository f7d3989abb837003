/** Where are my papers? The list of everything sent, and one submission with its history. */

import { fill, h } from "../lib/dom.js"
import { icon } from "../lib/icons.js"
import { hasWord, t } from "../lib/words.js"
import { german, nextStep, pauseStep, showCards, showProgress, words } from "./card.js"
import { reallyDrop } from "./drop.js"
import { face, fullTime, isPending, kindName, pageList, reasonWords, standing, wantedPages } from "./faces.js"
import { keepFocus } from "./keep.js"
import { documentButtons, receiptButtons } from "./papers.js"
import { mainButton, note, otherButton, screen, tabs, textButton, titleBar } from "./parts.js"
import { chip, way } from "./way.js"
import { picture, sheetPicture } from "./pictures.js"
import { remarksOf, verdict } from "./verdict.js"

// words: event.*

/** @param {import("./context.js").App} app */
export async function sent(app) {
  const cards = h("div", { class: "cards", id: "sent-cards" })
  const empty = h("div", { class: "empty", hidden: true }, icon("plane"), h("p", null, t("home.empty")))
  async function refresh() {
    const items = (await app.items()).filter((item) => item.state !== "open")
    empty.hidden = items.length > 0
    showCards(cards, items, app)
  }
  await refresh()
  return {
    element: screen({ name: "sent", top: titleBar(t("app.tab_sent")), main: [h("h2", { class: "kern-sr-only" }, t("sent.list")), empty, cards], dock: tabs("sent") }),
    title: t("app.tab_sent"),
    refresh,
    /** @param {string} id */
    progress: async (id) => {
      const item = await app.item(id)
      if (item) showProgress(cards, item, app)
    },
  }
}

/** @param {import("./context.js").App} app @param {string} id */
export async function detail(app, id) {
  const bar = h("div", { class: "bar" })
  const main = h("div", { class: "stack" })
  const dock = h("div", { class: "wide stack-tight" })
  let shown = ""
  let docked = ""

  async function refresh() {
    const item = await app.item(id)
    if (!item) {
      fill(bar, titleBar(t("app.tab_sent"), { back: "#/sent" }))
      fill(main, note("here", "info", t(app.online ? "error.not_found" : "detail.offline")))
      return
    }
    if (item.state === "open") return void (location.hash = `#/d/${id}/pages`)
    const look = face(item, app.office)
    const steps = JSON.stringify(standing(item, look))
    const state = JSON.stringify([steps, item.remote?.events?.length, item.remote?.document, remarksOf(item), item.remote?.gaps])
    if (state !== shown) {
      shown = state
      const focus = keepFocus()
      const pages = item.local ? await app.store.pagesOf(item.local) : []
      const said = (item.local && (await app.store.note(item.local))) || item.remote?.note
      fill(bar, titleBar(kindName(item.kind, app.office), { back: "#/sent" }))
      fill(main, status(item, look, pages), thumbs(item, pages), verdict(item), papers(item), notes(said), timeline(item), undo(item))
      focus()
    }
    if (steps !== docked) { // news of the history leave the buttons under the thumb alone
      docked = steps
      const focus = keepFocus()
      const step = nextStep(item, app)
      const differs = item.local?.reason === "manifest_changed" && item.state === "blocked"
      const pause = pauseStep(item, app)
      fill(dock, step && !differs ? (step.second ? otherButton : mainButton)("next", step.label, step) : null, pause && (step ? textButton : item.state === "paused" ? mainButton : otherButton)("pause", pause.label, pause),
        item.state === "blocked" && !differs ? otherButton("retry", t("card.try_again"), { icon: "reload", onclick: () => void app.outbox.retry(id) }) : null)
      dock.hidden = !dock.childElementCount
      focus()
    }
    showProgress(main, item, app)
  }

  /** @param {import("./faces.js").Item} item @param {import("./faces.js").Face} look @param {import("../lib/types.js").Page[]} pages */
  function status(item, look, pages) {
    const numbers = wantedPages(item)
    const back = look.road === "back"
    const [first] = numbers
    return h("div", { class: `card ${look.tone === "needs" ? "card--needs" : ""}`, "data-way": id },
      chip(look.tone, look.icon, look.chip), german(item.kind, app.office),
      back
        ? h("div", { class: "returned" },
            first ? pagePicture(item, first, pages) : null,
            h("div", null, h("h2", { class: "card__big" }, numbers.length ? t("detail.new_pages", { pages: pageList(numbers) }) : t("detail.new_all")), h("p", null, reasonWords(item, app.office, true)),
              goodPages(item, numbers)))
        : [h("p", { class: "second" }, look.line), way(look), words(look)],
      item.local?.reason === "manifest_changed" && item.state === "blocked" ? rest(item) : null)
  }

  /** @param {import("./faces.js").Item} item @param {number[]} wanted */
  function goodPages(item, wanted) {
    const good = item.remote.pages.map((/** @type {any} */ page) => page.seq).filter((/** @type {number} */ seq) => !wanted.includes(seq))
    return wanted.length && good.length ? h("p", { class: "second" }, t("detail.good_pages", { count: good.length, pages: pageList(good) })) : null
  }

  /** Another window sent other pages under this name first: the rest goes as its own submission, if the person wants. @param {import("./faces.js").Item} item */
  function rest(item) {
    const lacking = item.local?.lacking ?? []
    if (!lacking.length) return [h("p", null, t("detail.nothing_left")), otherButton("rest-drop", t("detail.clear_away"), { onclick: () => void app.store.drop(id).then(() => (location.hash = "#/sent")) })]
    return [
      h("p", null, t("detail.rest", { count: lacking.length })),
      otherButton("rest-send", t("detail.rest_do", { count: lacking.length }), { icon: "arrow_forward", onclick: async () => {
        const draft = await app.store.fork(id, lacking, true)
        location.hash = `#/d/${draft.id}/check`
      } }),
    ]
  }

  /** @param {import("./faces.js").Item} item @param {number} number @param {import("../lib/types.js").Page[]} pages */
  function pagePicture(item, number, pages) {
    const alt = t("app.page", { number })
    const page = item.remote?.pages.find((/** @type {any} */ one) => one.seq === number)
    const here = pages.find((one) => one.id === page?.id && one.thumb)
    if (here) return picture(here, alt)
    const made = item.remote?.sheets.find((/** @type {any} */ sheet) => sheet.page === page?.id)
    return made ? sheetPicture(id, made.n, alt) : null
  }

  /** @param {import("./faces.js").Item} item @param {import("../lib/types.js").Page[]} pages */
  function thumbs(item, pages) {
    const pictures = pages.length
      ? pages.map((page, i) => picture(page, t("app.page", { number: i + 1 })))
      : (item.remote?.sheets ?? []).map((/** @type {any} */ made) => sheetPicture(id, made.n, t("app.page", { number: made.n })))
    return pictures.length ? h("section", { class: "section", "aria-labelledby": "pages-title" }, h("h2", { class: "section__title", id: "pages-title" }, t("app.pages", { count: item.pages })), h("ul", { class: "shelf" }, pictures.map((/** @type {any} */ one) => h("li", null, one)))) : null
  }

  /** @param {import("./faces.js").Item} item */
  function papers(item) {
    if (!item.receipt) return null
    return h("div", { class: "card" },
      h("h2", { class: "card__title" }, t("receipt.title")),
      h("p", { class: "second" }, t("detail.number"), " ", h("strong", { id: "receipt-number" }, item.receipt.number)),
      receiptButtons(app, item),
      item.remote?.document
        ? [h("h2", { class: "card__title card__title--more" }, t("document.title")),
            h("p", { class: "second" }, t("document.what", { count: item.remote.document.pages })),
            h("a", { class: "text-button", id: "document-open", href: `/api/v1/submissions/${id}/document`, target: "_blank", rel: "noopener" }, icon("document"), h("span", null, t("document.open"))),
            documentButtons(app, item)]
        : null)
  }

  /** @param {string | null} text */
  function notes(text) {
    return text ? h("div", { class: "card" }, h("h2", { class: "card__title" }, t("detail.note")), h("p", { class: "quote" }, text)) : null
  }

  /** @param {import("./faces.js").Item} item */
  function timeline(item) {
    const captured = item.local?.captured_at ?? item.remote?.captured_at
    const events = [
      ...(captured ? [{ what: "captured", at: captured }] : []),
      ...(item.local?.sealed_at && !item.remote ? [{ what: "sealed", at: item.local.sealed_at }] : []),
      ...(item.receipt && !(item.remote?.events ?? []).some((/** @type {any} */ one) => one.what === "received") ? [{ what: "received", at: item.receipt.arrived_at }] : []),
      ...(item.remote?.events ?? []).filter((/** @type {any} */ one) => hasWord(`event.${one.what}`)),
    ]
    if (!events.length) return null
    const wanted = wantedPages({ ...item, state: "returned" })
    return h("section", { class: "section", "aria-labelledby": "history-title" }, h("h2", { class: "section__title", id: "history-title" }, t("detail.history")),
      h("ol", { class: "card timeline", id: "history" }, events.reverse().map((event) => h("li", { class: `timeline__item tone-${EVENT_TONES[/** @type {keyof typeof EVENT_TONES} */ (event.what)] ?? "here"}` },
        h("span", { class: "ring" }, icon(EVENT_ICONS[/** @type {keyof typeof EVENT_ICONS} */ (event.what)] ?? "info")),
        h("div", null, h("p", { class: "line__title" }, event.what === "returned" && wanted.length ? t("event.returned_pages", { pages: pageList(wanted) }) : t(`event.${event.what}`)), h("p", { class: "second" }, fullTime(event.at)),
          event.what === "received" && item.receipt ? h("p", { class: "second" }, t("detail.number"), " ", h("strong", null, item.receipt.number)) : null)))))
  }

  /** @param {import("./faces.js").Item} item */
  function undo(item) {
    if (!isPending(item)) return null
    return textButton("drop-all", t("drop.all"), { icon: "trash", onclick: async () => {
      if (!(await reallyDrop(kindName(item.kind, app.office), item.pages))) return
      await app.outbox.stop()
      await app.store.drop(id)
      void app.drain()
      location.hash = "#/"
    } })
  }

  await refresh()
  return {
    element: screen({ name: "detail", top: bar, main, dock }),
    title: t("detail.title"),
    refresh,
    /** @param {string} moved */
    progress: async (moved) => {
      const item = moved === id && (await app.item(id))
      if (item) showProgress(main, item, app)
    },
  }
}

const EVENT_ICONS = { captured: "camera", sealed: "phone", created: "plane", acknowledged: "office", erased: "tick_ring", received: "office", ready: "document", attention: "triangle", opened: "eye", accepted: "tick_ring", returned: "triangle" }
const EVENT_TONES = { captured: "here", sealed: "here", created: "way", acknowledged: "there", erased: "there", received: "there", ready: "way", attention: "needs", opened: "way", accepted: "there", returned: "needs" }
