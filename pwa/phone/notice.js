/** What did the office decide? The pages one below the other, larger by a tap, and what the portal cannot do about it. */

import { Offline, call } from "../lib/api.js"
import { fill, h } from "../lib/dom.js"
import { icon } from "../lib/icons.js"
import { page } from "../lib/notices.js"
import { dateOnly, dateTime, t } from "../lib/words.js"
import { isNew, kindWords } from "./notices.js"
import { noticeButtons } from "./papers.js"
import { note, otherButton, screen, titleBar } from "./parts.js"

const ZOOMS = [1, 2, 3]

/** @param {import("./context.js").App} app @param {string} id */
export async function notice(app, id) {
  const found = app.notices.find((one) => one.id === id)
  /** @type {string[]} */
  const addresses = []
  const main = h("div", { class: "stack" })
  if (!found) {
    let known = false
    fill(main, note("info", "info", t(app.online ? "notice.unknown" : "detail.offline"), "notice-unknown"))
    const refresh = () => {
      if (!known && app.notices.some((one) => one.id === id)) app.onrestart() // the alert was faster than the list
      known ||= app.notices.some((one) => one.id === id)
    }
    return { element: screen({ name: "notice", top: titleBar(t("notice.title"), { back: "#/notices" }), main }), title: t("notice.title"), refresh }
  }

  const pages = h("div", { class: "read", tabindex: 0, role: "group", "aria-label": found.title })
  const seen = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue
      seen.unobserve(target)
      void show(/** @type {HTMLElement} */ (target))
    }
  }, { rootMargin: "600px" })
  for (let n = 1; n <= found.pages; n++) {
    const place = h("div", { class: "read__page", "data-page": n })
    pages.append(place)
    seen.observe(place)
  }
  let zoom = 0
  const larger = otherButton("larger", t("blackout.zoom"), { icon: "zoom", onclick: () => {
    zoom = (zoom + 1) % ZOOMS.length
    pages.style.setProperty("--zoom", String(ZOOMS[zoom]))
    fill(/** @type {Element} */ (larger.querySelector(".kern-label")), zoom ? t("blackout.zoomed", { times: ZOOMS[zoom] }) : t("blackout.zoom"))
  } })

  /** @param {HTMLElement} place */
  async function show(place) {
    const n = Number(place.dataset.page)
    try {
      const address = URL.createObjectURL(await page(app.store, app.owner, call, id, n))
      addresses.push(address)
      fill(place, h("img", { class: "read__image", src: address, alt: t("notice.page", { number: n, count: found?.pages ?? n }), onload: () => void read() }))
    } catch (error) {
      if (/** @type {any} */ (error).status === 401) return void app.expire()
      const again = otherButton(`again-${n}`, t("look.again"), { icon: "reload", onclick: () => void show(place) })
      fill(place, h("p", null, t(error instanceof Offline ? "notice.offline" : "error.server_fault")), again)
    }
  }

  let told = false
  /** Once: with the first page that can be seen. */
  async function read() {
    const now = app.notices.find((one) => one.id === id)
    if (told || !now || !isNew(app, now)) return
    told = true
    await app.answer(`/notices/${id}/read`, {})
  }

  const letter = found.kind === "letter"
  fill(main,
    h("div", { class: "card" }, h("p", { class: "card__title" }, kindWords(found)), h("p", { class: "second" }, t("notice.dated", { date: dateOnly(`${found.dated}T12:00`) })), h("p", { class: "second" }, t("notice.available", { date: dateTime(found.available_at) })), found.read_at ? h("p", { class: "second", id: "read-at" }, t("notice.read", { date: dateTime(found.read_at) })) : null),
    found.by_post ? note("info", "message", t(letter ? "notice.letter_by_post" : "notice.by_post"), "by-post") : null,
    letter ? null : note("needs", "calendar", [h("strong", null, t("notice.objection_title")), " ", t("notice.objection")], "objection"),
    larger, pages,
    h("p", { class: "second hint-line" }, icon("download"), " ", t("notice.pdf")), noticeButtons(app, found))
  return {
    element: screen({ name: "notice", top: titleBar(found.title, { back: "#/notices" }), main }),
    title: found.title,
    leave: () => {
      seen.disconnect()
      for (const address of addresses) URL.revokeObjectURL(address)
    },
  }
}
