/** What is stored about me, for how long, and who sees it; and all of it to take along. */

import { h } from "../lib/dom.js"
import { icon } from "../lib/icons.js"
import { t } from "../lib/words.js"
import { mainButton, screen, titleBar, toast } from "./parts.js"

// words: mine.*

const PARTS = [["document", "what"], ["eye", "who"], ["clock", "long"], ["phone", "here"], ["message", "wrong"]]

/** @param {import("./context.js").App} app */
export async function mine(app) {
  const days = app.office?.retention_days
  const kept = Object.entries(app.office?.kept_days ?? {}).map(([what, days]) => ` ${t(`mine.long_${what}`, { days })}`)
  return {
    element: screen({
      name: "mine",
      top: titleBar(t("mine.title"), { back: "#/person" }),
      main: [
        h("p", null, t("mine.of", { name: app.session?.person.name ?? "" })),
        h("div", { class: "card card--lines" }, PARTS.map(([sign, name]) =>
          h("section", { class: "line" }, h("span", { class: "line__icon tone-act" }, icon(sign)),
            h("div", null, h("h2", { class: "line__title" }, t(`mine.${name}`)), h("p", null, name === "long" && days ? t("mine.long_days", { days }) : t(`mine.${name}_text`), name === "long" && kept))))),
        h("p", { class: "second" }, t("mine.zip")),
      ],
      dock: mainButton("take-all", t("mine.take"), { icon: "download", onclick: () => {
        if (!app.online) return toast(t("papers.offline"))
        h("a", { href: "/api/v1/export.zip", download: "" }).click() // by the browser itself: it may be large
      } }),
    }),
    title: t("mine.title"),
  }
}
