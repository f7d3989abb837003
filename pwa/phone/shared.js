/** What another app shared: look at it, say which paper it belongs to, take it. Or that sharing did not work. */

import { fill, h } from "../lib/dom.js"
import { inspect, pdfPages } from "../lib/header.js"
import { preview } from "../lib/image.js"
import { bytes, claim, discard, facts, forget, waiting } from "../lib/shared.js"
import { AlreadyThere } from "../lib/store.js"
import { fileSize, t } from "../lib/words.js"
import { reallyDrop } from "./drop.js"
import { dayTime, kindName } from "./faces.js"
import { sentence } from "./files.js"
import { keep } from "./keep.js"
import { announce, mainButton, note, otherButton, screen, textButton, titleBar, toast } from "./parts.js"
import { picture } from "./pictures.js"

/**
 * What is known of a file; of its bytes no more than a small picture stays in memory.
 *
 * @typedef {{row: import("../lib/types.js").Shared, name: string, size: number, type?: string, pages?: number, thumb?: ArrayBuffer, seen?: boolean, problem?: string}} Look
 */

/** The file that is just being looked into: when it killed the tab, this start leaves it alone. */
const LOOKING = "looking"
const killer = localStorage.getItem(LOOKING)

/** @param {import("./context.js").App} app */
export async function shared(app) {
  await claim(app.store, app.owner).catch(console.warn) // what a sign-in that was killed left undone
  const limits = app.office?.limits ?? { pages: 60, page_bytes: 26214400 }
  /** @type {Map<string, Look>} */
  const looks = new Map()
  /** @type {Set<string>} */
  const left = new Set()
  let busy = false
  let looking = false
  let over = false

  const about = h("div")
  const bad = h("div", { class: "stack", id: "shared-refused" })
  const trouble = h("div", { class: "stack", id: "trouble", role: "alert" })
  const grid = h("ol", { class: "tiles", id: "shared-files", "aria-label": t("shared.title") })
  const target = h("select", { id: "shared-target" })
  const where = h("div", { class: "field" }, h("label", { class: "field__label", for: "shared-target" }, t("shared.where")), target)
  const take = mainButton("shared-take", "", { onclick: () => void takeAll() })
  app.capture.onProblem((problem) => toast(sentence(problem, problem.file)))

  const good = () => [...looks.values()].filter((look) => !look.problem)
  const chosen = () => good().filter((look) => !left.has(look.row.id))

  async function refresh() {
    if (busy || over) return
    const rows = await waiting(app.store, app.owner)
    for (const id of looks.keys()) if (!rows.some((row) => row.id === id)) looks.delete(id)
    for (const row of rows) if (!looks.has(row.id)) looks.set(row.id, { row, ...(await facts(app.store, row)) })
    await draw()
    void lookInto()
  }

  async function draw() {
    const all = [...looks.values()]
    const drafts = (await app.store.submissionsOf(app.owner)).filter((row) => row.state === "open" && row.pages.length)
    fill(about, all.some((look) => look.row.alone) ? note("needs", "triangle", t("shared.alone"), "shared-alone") : t("card.not_there"))
    fill(bad, all.filter((look) => look.problem).map((look) => note("loss", "triangle", sentence({ messageKey: `error.${look.problem}` }, look.name))))
    keep(grid, good(), { key: (look) => look.row.id, look: (look) => `${look.type} ${look.pages} ${Boolean(look.thumb)}`, make: tile })
    keep(target, [null, ...drafts], {
      key: (row) => row?.id ?? "",
      look: (row) => `${row?.kind} ${row?.pages.length}`,
      make: (row) => h("option", { value: row?.id ?? "" }, row ? `${kindName(row.kind, app.office)} · ${t("app.pages", { count: row.pages.length })} · ${dayTime(row.captured_at ?? row.created)}` : t("shared.new")),
    })
    where.hidden = take.hidden = !good().length
    count()
  }

  function count() {
    const { length } = chosen()
    take.disabled = !length
    fill(/** @type {Element} */ (take.querySelector(".kern-label")), busy ? t("app.moment") : t("shared.take", { count: length }))
  }

  /** @param {Look} look */
  function tile({ row, name, size, type, pages, thumb }) {
    const box = h("input", { type: "checkbox", "aria-describedby": row.id, checked: !left.has(row.id), onchange: () => {
      left[box.checked ? "delete" : "add"](row.id)
      count()
    } })
    return h("li", { class: "tile" },
      h("label", { class: "tile__page" }, picture(/** @type {any} */ ({ ...row, thumb, type: type && "application/pdf" }), thumb ? "" : type ? "PDF" : t("pages.preparing")), h("span", { class: "pick" }, box), h("span", { class: "tile__name" }, name)),
      h("p", { class: "second", id: row.id }, [type === "application/pdf" && "PDF", pages && t("app.pages", { count: pages }), fileSize(size)].filter(Boolean).join(" · ")))
  }

  /** One file after the other, so that one of them is in memory. */
  async function lookInto() {
    if (looking) return
    looking = true
    for (const look of looks.values()) {
      if (over) return
      if (look.type || look.problem) continue
      const { id } = look.row
      localStorage.setItem(LOOKING, id)
      try {
        const buffer = await bytes(app.store, look.row)
        const { type } = inspect(buffer)
        if (type === "application/pdf") look.pages = pdfPages(buffer)
        else if (id !== killer) look.thumb = await preview(buffer, type)
        look.type = type
      } catch (error) {
        look.problem = /** @type {any} */ (error).code ?? "not_saved"
      }
      localStorage.removeItem(LOOKING)
      await draw()
    }
    for (const look of looks.values()) await showFirst(look).catch(console.info)
    looking = false
  }

  /** What shows PDFs may have to be fetched, so they come last. @param {Look} look */
  async function showFirst(look) {
    if (over || look.type !== "application/pdf" || look.thumb || look.seen) return
    look.seen = true
    const { sheets, thumb } = await app.capture.preview(() => bytes(app.store, look.row))
    Object.assign(look, { pages: sheets, thumb })
    await draw()
  }

  async function takeAll() {
    if (busy) return
    busy = true
    count()
    /** @type {string[]} */
    const refused = []
    const draft = target.value || (await app.emptyDraft()).id
    let added = 0
    for (const { row, name } of chosen()) {
      if (((await app.store.submission(draft))?.pages.length ?? 0) >= limits.pages) {
        refused.push(t("scan.full", { count: limits.pages }))
        break
      }
      try {
        const file = new File([await bytes(app.store, row)], name)
        await app.capture.addFile(draft, file, { maxBytes: limits.page_bytes, id: row.id }).catch((error) => {
          if (!(error instanceof AlreadyThere)) throw error
        })
        added += 1
        await forget(app.store, row.id)
      } catch (error) {
        refused.push(sentence(error, name))
      }
    }
    busy = false
    announce(t("scan.saved", { count: added }))
    void app.persist()
    over = !refused.length
    if (over) return void (location.hash = `#/d/${draft}/pages`)
    fill(trouble, refused.map((text) => note("loss", "triangle", text)), added ? otherButton("shared-see", t("scan.see", { count: added }), { href: `#/d/${draft}/pages` }) : null)
    await refresh()
  }

  async function dropAll() {
    const all = [...looks.values()].map((look) => look.row)
    if (!(await reallyDrop(t("shared.title"), all.length))) return
    await discard(app.store, all)
    location.hash = "#/"
  }

  await refresh()
  if (!looks.size) return { redirect: "#/" }
  return {
    element: screen({
      name: "shared",
      top: titleBar(t("shared.title"), { close: "#/" }),
      main: [about, where, trouble, bad, grid],
      dock: [take, textButton("shared-drop", t("shared.drop"), { icon: "trash", onclick: dropAll })],
    }),
    title: t("shared.title"),
    refresh,
    leave: () => void (over = true),
  }
}

/** @returns {{element: HTMLElement, title: string}} nothing of it is here: what to do instead */
export const failed = () => ({
  title: t("shared.failed"),
  element: screen({
    name: "failed",
    top: titleBar(t("shared.title"), { close: "#/" }),
    main: [h("h2", { class: "message" }, t("shared.failed")), note("needs", "triangle", t("shared.failed_now"))],
    dock: mainButton("shared-home", t("app.understood"), { href: "#/" }),
  }),
})
