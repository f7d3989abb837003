/** What is this? One tap chooses and goes on. */

import { h } from "../lib/dom.js"
import { icon } from "../lib/icons.js"
import { t } from "../lib/words.js"
import { german } from "./card.js"
import { kindName } from "./faces.js"
import { note, screen, titleBar } from "./parts.js"

/**
 * @param {import("./context.js").App} app
 * @param {string} id
 * @param {string} [next] "check" when the person is on the way to sending
 */
export async function kindChooser(app, id, next) {
  const draft = await app.store.submission(id)
  if (draft?.state !== "open") return { redirect: `#/s/${id}` }
  const target = `#/d/${id}/${next === "check" ? "check" : "pages"}`
  const kinds = (app.office?.kinds ?? []).filter((/** @type {any} */ kind) => !kind.message && (!kind.retired || kind.id === draft.kind))
  return {
    element: screen({
      name: "kind",
      top: titleBar(t("kind.what"), { back: `#/d/${id}/pages` }),
      main: [
        kinds.length ? null : note("info", "info", t("kind.none_yet")),
        h("ul", { class: "card card--lines", id: "kinds" }, kinds.map((/** @type {any} */ kind) => h("li", null,
          h("button", { class: "line", type: "button", id: `kind-${kind.id}`, "aria-pressed": String(kind.id === draft.kind), onclick: async () => {
            await app.store.editDraft(id, (open) => {
              open.kind = kind.id
            })
            location.hash = target
          } },
          h("span", { class: `line__icon ${kind.id === draft.kind ? "tone-act" : ""}` }, icon(kind.id === draft.kind ? "tick_ring" : "document")),
          h("span", null, h("span", { class: "line__title" }, kindName(kind.id, app.office)), german(kind.id, app.office), hint(kind)),
          icon("chevron"))))),
      ],
    }),
    title: t("kind.what"),
  }
}

/** @param {any} kind */
function hint(kind) {
  const text = kind.hints?.[document.documentElement.lang] ?? kind.hints?.de
  return text ? h("span", { class: "second hint-line" }, text) : null
}

/** @param {import("../lib/types.js").Submission} draft @param {import("./context.js").App} app */
export const kindField = (draft, app) =>
  h("a", { class: "kind", id: "choose-kind", href: `#/d/${draft.id}/kind` }, icon("document"),
    h("span", { class: "kind__words" }, h("span", { class: "second" }, t("kind.what")), h("strong", null, draft.kind ? kindName(draft.kind, app.office) : t("kind.not_chosen")), german(draft.kind, app.office)),
    h("span", { class: "kind__change" }, draft.kind ? t("kind.change") : t("kind.choose")))
