/** Are all pages there? Two columns to judge them by, one chosen page with its tools, the kind above. */

import { fill, h } from "../lib/dom.js"
import { icon } from "../lib/icons.js"
import { t } from "../lib/words.js"
import { holdToMove } from "./drag.js"
import { reallyDrop } from "./drop.js"
import { sheetsMissing } from "./complete.js"
import { kindName } from "./faces.js"
import { limitWords, sentence } from "./files.js"
import { offer } from "./blackout.js"
import { keep } from "./keep.js"
import { problemOf } from "./look.js"
import { kindField } from "./kind.js"
import { announce, endToast, mainButton, note, screen, textButton, titleBar, toast, tool } from "./parts.js"
import { picture, showLarge } from "./pictures.js"
import { enclosureKind } from "./thread.js"

// words: look.*.short

/** @param {import("../lib/types.js").Page} page */
const isPdf = (page) => page.type === "application/pdf"

/** A PDF may be one that this phone cannot show. @param {import("../lib/types.js").Page} page */
const canBeSeen = (page) => !isPdf(page) || page.sheets !== 0

/** @param {import("./context.js").App} app @param {string} id of the draft */
export async function pages(app, id) {
  const first = await app.store.submission(id)
  if (first?.state !== "open") return { redirect: `#/s/${id}` }
  /** @type {string | null} */
  let chosen = first.pages[0] ?? null
  const limits = app.office?.limits ?? { pages: 60, page_bytes: 26214400 }

  const bar = h("div", { class: "bar" })
  const kind = h("div")
  const advice = h("div", { class: "stack" })
  const hints = h("div", { class: "stack", id: "hints" })
  const grid = h("ol", { class: "tiles", id: "tiles", "aria-label": t("pages.list") })
  const tools = h("div", { class: "tools", id: "tools" })
  const trouble = h("div", { id: "trouble", role: "alert" })
  const main = h("div", { class: "wide" })
  app.capture.onProblem((problem) => fill(trouble, note("loss", "triangle", sentence(problem, problem.file))))

  async function refresh() {
    const draft = await app.store.submission(id)
    if (draft?.state !== "open") return void (location.hash = draft ? `#/r/${id}` : "#/")
    const list = await app.store.pagesOf(draft)
    const ids = list.map((page) => page.id)
    /** @param {import("../lib/types.js").Page} page @returns {number} where the same picture stood first */
    const first = (page) => list.findIndex((other) => other.sha256 === page.sha256)
    if (!chosen || !ids.includes(chosen)) chosen = ids.at(-1) ?? null
    fill(bar, titleBar(ids.length ? t("app.pages", { count: ids.length }) : t("pages.none"), { close: "#/" }))
    const enclosed = draft.kind !== null && draft.kind === enclosureKind(app) && !draft.follows // taken again, it goes as any paper
    keep(kind, enclosed ? [] : [draft.kind ?? ""], { key: () => "kind", look: String, make: () => kindField(draft, app) })
    keep(advice, ids.length && draft.kind ? [draft.kind] : [], { key: String, look: String, make: () => offer(app, draft) ?? h("span") })
    const tiles = /** @type {(import("../lib/types.js").Page | null)[]} */ (list)
    keep(hints, list.filter((page) => sheetsMissing(page)), { key: (page) => page.id, look: (page) => String(page.numbered), make: (page) => h("div", null, sheetsMissing(page)) })
    keep(grid, ids.length < limits.pages ? [...tiles, null] : tiles, {
      key: (page) => page?.id ?? "add",
      look: (page) => page ? JSON.stringify([page.state, page.rotation, page.corners, ids.indexOf(page.id), first(page), ids.length, page.id === chosen, page.thumb?.byteLength, page.look, page.blackened, page.sheets]) : "add",
      make: (page) => (page ? tile(page, ids.indexOf(page.id), ids.length, first(page)) : h("li", { class: "tile tile--add" }, h("a", { id: "add-page", href: `#/d/${id}/scan` }, icon("plus"), h("span", null, t("pages.add"))))),
    })
    const at = chosen ? ids.indexOf(chosen) : -1
    keep(tools, at < 0 ? [] : [list[at]], {
      key: (page) => page.id,
      look: (page) => JSON.stringify([at, page.type, page.sheets]),
      make: (page) => toolsOf(page, at),
    })
    for (const tool of tools.querySelectorAll(".tool--whole")) /** @type {HTMLButtonElement} */ (tool).disabled = list[at].state !== "ready"
    keep(main, [!ids.length ? "scan" : enclosed ? "message" : draft.kind ? "check" : "kind"], { key: String, look: String, make: onwards })
  }

  /**
   * They stay in place while the page is being prepared: a finger may be on them.
   *
   * @param {import("../lib/types.js").Page} page @param {number} at
   */
  function toolsOf(page, at) {
    const title = t("pages.chosen", { number: at + 1 })
    const photo = !isPdf(page)
    const dark = photo ? `blackout/${page.id}` : page.sheets === 1 ? `blackout/${page.id}/1` : `sheets/${page.id}/blackout`
    /** @param {string} to @param {string} label @param {string} name @param {string} [at] @returns {HTMLElement} a tool that needs the whole picture */
    const whole = (to, label, name, at = `${to}/${page.id}`) => {
      const go = () => (location.hash = `#/d/${id}/${at}`)
      const button = tool(to, label, name, photo ? go : () => withSheets(go))
      button.classList.add("tool--whole")
      return button
    }
    return h("div", null,
      h("p", { class: "tools__title" }, title),
      h("div", { class: "tools__row", role: "group", "aria-label": title },
        photo ? tool("turn", t("pages.turn"), "turn", () => turn(page)) : null,
        photo ? whole("corners", t("corners.tool"), "corner") : null,
        canBeSeen(page) && page.sheets !== 1 && !photo ? whole("sheets", t("sheets.tool"), "gallery") : null,
        canBeSeen(page) ? whole("blackout", t("blackout.title"), "blackout", dark) : null,
        tool("again", t("pages.again"), "camera", () => (location.hash = `#/d/${id}/scan/${page.id}`)),
        tool("delete", t("pages.delete"), "trash", () => remove(page.id))))
  }

  /** @param {string} step that comes next @returns {HTMLElement} */
  function onwards(step) {
    if (step === "scan") return mainButton("next", t("pages.add_first"), { icon: "camera", href: `#/d/${id}/scan` })
    if (step === "message") return mainButton("next", t("messages.back"), { icon: "message", href: "#/m" })
    return step === "check" ? mainButton("next", t("pages.next"), { href: `#/d/${id}/check` }) : mainButton("next", t("pages.next_kind"), { href: `#/d/${id}/kind/check` })
  }

  /** @param {import("../lib/types.js").Page} page @param {number} at @param {number} count @param {number} first of the same picture */
  function tile(page, at, count, first) {
    const here = page.id === chosen
    const number = t("app.page", { number: at + 1 })
    const element = h("li", { class: `tile ${here ? "tile--chosen" : ""}` },
      h("button", { class: "tile__page", id: `page-${at + 1}`, type: "button", "aria-pressed": String(here), "aria-label": number, onclick: () => choose(page.id) },
        picture(page, ""), h("span", { class: "tile__number", "aria-hidden": "true" }, at + 1)),
      here && canBeSeen(page) ? h("button", { class: "tile__arrow tile__look", id: "look", type: "button", "aria-label": t("pages.look"), onclick: () => void (isPdf(page) ? withSheets((sheets) => sheets.showSheets(app, page, number)) : showLarge(app, page, number)) }, icon("zoom")) : null,
      here && count > 1 ? h("div", { class: "tile__arrows" },
        at > 0 ? arrow("move-back", "arrow_back", t("pages.move_back", { number: at + 1 }), () => move(page.id, at - 1)) : h("span"),
        at < count - 1 ? arrow("move-on", "arrow_forward", t("pages.move_on", { number: at + 1 }), () => move(page.id, at + 1)) : null) : null,
      h("p", { class: "tile__verdict second" }, verdict(page, at, first)))
    holdToMove(element, (to) => void move(page.id, to))
    return element
  }

  /** @param {import("../lib/types.js").Page} page @param {number} at @param {number} first of the same picture @returns {import("../lib/dom.js").Children} */
  function verdict(page, at, first) {
    const problem = problemOf(page)
    if (page.state === "raw") return [icon("clock"), t("pages.preparing")]
    if (first < at) return [h("span", { class: "tone-needs line__icon" }, icon("info")), t("pages.same_as", { number: first + 1 })]
    if (isPdf(page) && !page.blackened) return [icon("document"), h("span", { class: "tile__name" }, page.name || (page.sheets ? t("sheets.tile", { count: page.sheets }) : "PDF"))]
    if (problem) return h("a", { class: "tile__doubt", href: `#/d/${id}/look/${page.id}` }, h("span", { class: "tone-needs line__icon" }, icon("triangle")), t(`look.${problem}.short`))
    if (page.blackened) return [h("span", { class: "line__icon" }, icon("blackout")), t("blackout.tile", { count: page.blackened })]
    return [h("span", { class: "tone-there line__icon" }, icon("tick_ring")), t(page.look?.problems ? "look.good" : page.corners ? "corners.kept" : "pages.saved")]
  }

  /** @param {string} id @param {string} name @param {string} label @param {() => void} onclick */
  const arrow = (id, name, label, onclick) => h("button", { class: "tile__arrow", id, type: "button", "aria-label": label, onclick }, icon(name))

  /** What shows PDFs may not be here yet, and no network either. @param {(sheets: typeof import("./sheets.js")) => void} use */
  const withSheets = (use) => void import("./sheets.js").then(use, () => toast(t("error.pdf_viewer")))

  /** @param {string} page */
  async function choose(page) {
    chosen = page
    await refresh()
    const tile = /** @type {HTMLElement | null} */ (grid.querySelector(`[data-key="${page}"] .tile__page`))
    tile?.focus()
  }

  /** @param {string} page @param {number} to */
  async function move(page, to) {
    await app.store.editDraft(id, (draft) => {
      if (!draft.pages.includes(page)) return
      draft.pages = draft.pages.filter((one) => one !== page)
      draft.pages.splice(to, 0, page)
    })
    chosen = page
    await refresh()
    announce(t("pages.moved", { number: to + 1 }))
    const tile = grid.querySelector(`[data-key="${page}"]`)
    const back = /** @type {HTMLElement | null} */ (tile?.querySelector(".tile__arrows .tile__arrow"))
    back?.focus()
  }

  /** @param {import("../lib/types.js").Page} page */
  async function turn(page) {
    await app.store.editPage(page.id, (meta) => {
      meta.rotation = (meta.rotation + 90) % 360
    })
    await refresh()
    announce(t("pages.turned"))
    document.getElementById("turn")?.focus()
  }

  /** A page goes at once and can come back for 8 seconds; its bytes stay until the next day's sweep. @param {string} page */
  async function remove(page) {
    let at = -1
    await app.store.editDraft(id, (draft) => {
      at = draft.pages.indexOf(page)
      draft.pages = draft.pages.filter((one) => one !== page)
    })
    await refresh()
    const neighbour = /** @type {HTMLElement | null} */ (grid.querySelector(".tile--chosen .tile__page, #add-page"))
    neighbour?.focus()
    toast(t("pages.deleted", { number: at + 1 }), { label: t("app.undo"), onclick: async () => {
      const undone = await app.store.editDraft(id, (draft) => void draft.pages.splice(at, 0, page)).catch(() => null)
      if (!undone) return
      chosen = page
      await refresh()
    } })
  }

  async function dropAll() {
    const draft = await app.store.submission(id)
    if (!draft || !(await reallyDrop(kindName(draft.kind, app.office), draft.pages.length))) return
    await app.store.drop(id)
    location.hash = "#/"
  }

  await refresh()
  const pdfs = (await app.store.pagesOf(first)).filter(isPdf)
  for (const page of pdfs) if (page.sheets === undefined) app.capture.glance(page.id)
  if (pdfs.length) void import("./sheets.js").catch(console.info) // it is there then, without a network too
  return {
    element: screen({
      name: "pages",
      top: bar,
      main: [kind, advice, trouble, hints, grid, h("p", { class: "second" }, limitWords(limits)), textButton("drop-all", t("drop.all"), { icon: "trash", onclick: dropAll })],
      dock: [tools, main],
    }),
    title: t("pages.list"),
    refresh,
    leave: endToast,
  }
}
