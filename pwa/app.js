/**
 * The phone's door. Whoever is new here sees the sign-in before anything else is fetched: on a slow link that is
 * seconds. Everything behind it is `phone/main.js`, which goes on where this file ends.
 */

import { fill, h } from "./lib/dom.js"
import { loadWords, t } from "./lib/words.js"
import { mainButton, note } from "./phone/parts.js"
import { signin } from "./phone/signin.js"
import { showTheme } from "./phone/theme.js"

const place = /** @type {HTMLElement} */ (document.getElementById("app"))
/** @type {typeof import("./phone/main.js") | null} */
let main = null
const behind = async () => (main = await import("./phone/main.js"))

/** What the sign-in needs of the app while the app itself is still on its way. */
const stranger = {
  session: null,
  get office() {
    return main?.app.office ?? null
  },
  get shared() {
    return main?.app.shared ?? 0
  },
  pending: async () => [],
  signIn: async (/** @type {[string, string, string?]} */ ...said) => (await behind()).app.signIn(...said),
  chooseLanguage: async (/** @type {string} */ language) => (await behind()).app.chooseLanguage(language),
  onrestart: async () => (await behind()).app.onrestart(),
}

async function open() {
  showTheme()
  const ours = navigator.language.startsWith("de") ? "de" : "en"
  await loadWords(localStorage.getItem("language") ?? ours).catch(() => loadWords("de")) // German is always there
  const forAnybody = location.hash === "#/shared/failed" // why sharing did not work
  const greeting = localStorage.getItem("known") === null && !forAnybody ? await signin(stranger) : null
  if (greeting) {
    fill(place, greeting.element)
    document.title = t("app.title", { title: greeting.title })
  }
  await (await behind()).run(greeting)
}

void open().catch((error) => {
  console.error(error)
  fill(place, h("div", { class: "screen" }, h("main", { id: "main" }, h("h1", { class: "message", tabindex: -1 }, t("trouble.title")),
    note("needs", "triangle", t("trouble.text")), mainButton("reload", t("trouble.reload"), { onclick: () => location.reload() }))))
})
