/** The receipt and the finished PDF as files: to open, to save, to hand on. */

import { call } from "../lib/api.js"
import { h } from "../lib/dom.js"
import { dateTime, t } from "../lib/words.js"
import { otherButton, toast } from "./parts.js"

/** @typedef {import("./faces.js").Item} Item */

/** @param {import("./context.js").App} app @param {Item} item */
export const receiptButtons = (app, item) => [buttons("receipt", item, `/submissions/${item.id}/receipt`, t("receipt.file", { number: item.receipt.number }), app), proof(item)]

/** Where anybody sees that it is genuine. What a phone kept before receipts were signed has no code of its own. @param {Item} item */
function proof(item) {
  const { code, short } = item.receipt.code ? item.receipt : (item.remote?.receipt ?? {})
  return code ? h("p", { class: "second" }, t("receipt.proof"), " ", h("a", { class: "link", id: "receipt-check", href: `/check#${code}`, target: "_blank", rel: "noopener" }, t("receipt.proof_code", { code: short }))) : null
}

/** @param {import("./context.js").App} app @param {Item} item */
export const documentButtons = (app, item) => buttons("document", item, `/submissions/${item.id}/document`, t("document.file", { number: item.receipt?.number ?? item.id }), app)

/** @param {import("./context.js").App} app @param {import("./notices.js").Notice} notice */
export function noticeButtons(app, notice) {
  const [path, name] = [`/notices/${notice.id}/document`, `Jobcenter-${notice.dated}.pdf`]
  return h("div", { class: "pair" },
    otherButton("notice-save", t("papers.save"), { icon: "download", onclick: () => fetched(path, name, app, save) }),
    "share" in navigator ? otherButton("notice-share", t("papers.share"), { icon: "share", onclick: () => fetched(path, name, app, handOn) }) : null)
}

/**
 * @param {string} id
 * @param {Item} item
 * @param {string} path
 * @param {string} name of the file
 * @param {import("./context.js").App} app
 */
function buttons(id, item, path, name, app) {
  return h("div", { class: "pair" },
    otherButton(`${id}-save`, t("papers.save"), { icon: "download", onclick: () => fetched(path, name, app, save) }),
    "share" in navigator ? otherButton(`${id}-share`, t("papers.share"), { icon: "share", onclick: () => fetched(path, name, app, (file) => share(file, item)) }) : null)
}

/** @param {string} path @param {string} name @param {import("./context.js").App} app @param {(file: File) => Promise<void> | void} use */
async function fetched(path, name, app, use) {
  try {
    const { data } = await call("GET", path, undefined, { raw: true })
    await use(new File([data], name, { type: "application/pdf" }))
  } catch (error) {
    const problem = /** @type {any} */ (error)
    if (problem.status === 401) await app.expire()
    if (problem.name !== "AbortError") toast(t(problem.code === "offline" ? "papers.offline" : "error.server_fault"))
  }
}

/** @param {File} file */
function save(file) {
  const href = URL.createObjectURL(file)
  h("a", { href, download: file.name }).click()
  setTimeout(() => URL.revokeObjectURL(href), 60_000)
}

/** A file where the phone can hand it on, else to be saved. @param {File} file */
export async function handOn(file) {
  if (!navigator.canShare?.({ files: [file] })) return save(file)
  await navigator.share({ files: [file] }).catch((/** @type {any} */ error) => error.name !== "AbortError" && save(file))
}

/** The file where the phone can hand it on, else the number in words. @param {File} file @param {Item} item */
async function share(file, item) {
  if (navigator.canShare?.({ files: [file] })) return navigator.share({ files: [file], title: file.name })
  return navigator.share({ text: t("papers.share_text", { number: item.receipt?.number ?? "", when: item.receipt ? dateTime(item.receipt.arrived_at) : "" }) })
}
