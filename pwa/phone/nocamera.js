/** No camera, or not for us: both other ways stay open, and what goes is said before it is chosen. */

import { fill, h } from "../lib/dom.js"
import { drawing } from "../lib/icons.js"
import { t } from "../lib/words.js"
import { limitWords } from "./files.js"
import { mainButton, otherButton, screen, titleBar } from "./parts.js"

/**
 * @param {{name: string, limits: any, target: string, leave: () => void, camera: () => void, gallery: () => void}} way
 */
export function noCamera({ name, limits, target, leave, camera, gallery }) {
  const message = h("h2", { class: "message" })
  const why = h("p")
  const how = h("details", { class: "how" }, h("summary", { id: "camera-how" }, t("scan.how")), h("p", null, t("scan.how_text")))
  const pages = h("div", { class: "wide" })
  const trouble = h("div", { class: "stack-tight" })
  const pictogram = drawing("0 0 120 110", "pictogram", ["M10 32h22l10-18h36l10 18h22v62H10zM60 42a20 20 0 1 0 0 40 20 20 0 0 0 0-40M16 4l92 102"])
  const element = screen({
    name: "nocamera",
    top: titleBar(name, { close: target, onclose: leave }),
    main: [trouble, h("div", { class: "empty" }, pictogram, message, why, how, pages, h("p", { class: "second" }, limitWords(limits)))],
    dock: [mainButton("camera-app-2", t("scan.open_app"), { icon: "camera", onclick: camera }), otherButton("gallery-2", t("scan.choose"), { icon: "gallery", onclick: gallery })],
  })

  /** @param {string} problem "denied", "busy" or "missing" */
  function say(problem) {
    fill(message, t(problem === "denied" ? "scan.denied_title" : problem === "busy" ? "scan.busy_title" : "scan.missing_title"))
    fill(why, t(problem === "denied" ? "scan.denied" : problem === "busy" ? "scan.busy" : "scan.missing"))
    how.hidden = problem !== "denied"
  }
  return { element, say, pages, trouble }
}
