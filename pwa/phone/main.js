/** Behind the door: picks the screen, says when there is no network, sends what waits whenever it can. */

import { dateIsWrong, reach } from "../lib/api.js"
import { fill, h } from "../lib/dom.js"
import { icon } from "../lib/icons.js"
import { controlled, onNewVersion, onWorkerMessage, startWorker, useNewVersion } from "../lib/shell.js"
import { currentLanguage, dateOnly, loadWords, t } from "../lib/words.js"
import { App } from "./context.js"
import { note, showPostCount, toast } from "./parts.js"
import { fresh } from "./post.js"
import { showTheme } from "./theme.js"

const REFRESH = 20_000 // ms between looks at the server while something is being worked on

/**
 * @typedef {{element: HTMLElement, title: string, refresh?: () => any, progress?: (id: string) => any, leave?: () => void}} View
 * @typedef {{redirect: string}} Redirect
 */

/**
 * First match answers. Screens are fetched when first shown; the service worker has them all.
 *
 * @type {[RegExp, (app: App, ...parts: string[]) => Promise<View | Redirect>][]}
 */
const ROUTES = [
  [/^$/, async (app) => (await import("./home.js")).home(app)],
  [/^sent$/, async (app) => (await import("./history.js")).sent(app)],
  [/^s\/([\w-]+)$/, async (app, id) => (await import("./history.js")).detail(app, id)],
  [/^post$/, async (app) => (await import("./post.js")).post(app)],
  [/^m$/, async (app) => (await import("./conversation.js")).conversation(app)],
  [/^a\/([\w-]+)$/, async (app, id) => (await import("./ask.js")).ask(app, id)],
  [/^n\/([\w-]+)$/, async (_, id) => ({ redirect: `#/s/${id}` })],
  [/^r\/([\w-]+)$/, async (app, id) => (await import("./receipt.js")).receipt(app, id)],
  [/^scan$/, async (app) => ({ redirect: `#/d/${(await app.emptyDraft()).id}/scan` })],
  [/^d\/([\w-]+)\/scan(?:\/([\w-]+)(?:\/(on))?)?$/, async (app, id, page, on) => (await import("./scan.js")).scan(app, id, page, on)],
  [/^d\/([\w-]+)\/look\/([\w-]+)(?:\/(on))?$/, async (app, id, page, on) => (await import("./look.js")).look(app, id, page, on)],
  [/^d\/([\w-]+)\/pages$/, async (app, id) => (await import("./pages.js")).pages(app, id)],
  [/^d\/([\w-]+)\/corners\/([\w-]+)$/, async (app, id, page) => (await import("./corners.js")).corners(app, id, page)],
  [/^d\/([\w-]+)\/blackout\/([\w-]+)(?:\/(\d+))?$/, async (app, id, page, number) => (await import("./blackout.js")).blackout(app, id, page, Number(number))],
  [/^d\/([\w-]+)\/sheets\/([\w-]+)(?:\/(blackout))?$/, async (app, id, page, what) => (await import("./sheets.js")).sheets(app, id, page, what)],
  [/^d\/([\w-]+)\/kind(?:\/(\w+))?$/, async (app, id, next) => (await import("./kind.js")).kindChooser(app, id, next)],
  [/^d\/([\w-]+)\/check$/, async (app, id) => (await import("./send.js")).check(app, id)],
  [/^shared$/, async (app) => (await import("./shared.js")).shared(app)],
  [/^shared\/failed$/, async () => (await import("./shared.js")).failed()],
  [/^notices$/, async (app) => (await import("./notices.js")).notices(app)],
  [/^notices\/([\w-]+)$/, async (app, id) => (await import("./notice.js")).notice(app, id)],
  [/^mine$/, async (app) => (await import("./mine.js")).mine(app)],
  [/^person$/, async (app) => (await import("./person.js")).person(app)],
]

export const app = new App()
const place = /** @type {HTMLElement} */ (document.getElementById("app"))
/** @type {View | null} */
let view = null
let turn = 0
/** @type {boolean | null} */
let shownSignedIn = null

/** @returns {Promise<void>} draw the screen that the address names */
async function show() {
  const mine = ++turn
  const path = location.hash.replace(/^#\/?/, "")
  const letter = path.startsWith("signin/") // somebody's own letter, whoever is signed in here
  if (path === "signin" && app.signedIn && !(await needsLogin())) return replace("#/")
  const wantsIn = saysWhyNot(path) ? false : !app.session || path === "signin" || letter || (app.session.expired && !/^[dr]\//.test(path))
  const [pattern, route] = ROUTES.find(([one]) => one.test(path)) ?? ROUTES[0]
  const parts = path.match(pattern)?.slice(1) ?? []
  let next
  try {
    next = wantsIn ? await (await import("./signin.js")).signin(app) : await route(app, ...parts)
  } catch (error) {
    console.error(error)
    next = trouble()
  }
  if (mine !== turn) return // the person has already gone on
  if ("redirect" in next) return replace(next.redirect)
  const before = /** @type {View | null} */ (view)
  before?.leave?.()
  view = next
  shownSignedIn = app.signedIn
  fill(place, next.element)
  document.title = t("app.title", { title: next.title })
  showNet()
  showPostCount(fresh(app).length)
  window.scrollTo(0, 0)
  const title = /** @type {HTMLElement | null} */ (place.querySelector("h1"))
  title?.focus({ preventScroll: true })
}

/** @param {string} hash @returns {Promise<void>} */
function replace(hash) {
  history.replaceState(null, "", hash)
  return show()
}

/** Why sharing did not work may be read by anybody. @param {string} path */
const saysWhyNot = (path) => path === "shared/failed"

async function needsLogin() {
  return (await app.items()).some((item) => item.state === "needs_login")
}

/** @returns {View} */
function trouble() {
  return {
    title: t("trouble.title"),
    element: h("div", { class: "screen" }, h("main", { id: "main" }, h("h1", { class: "message", tabindex: -1 }, t("trouble.title")), note("needs", "triangle", t("trouble.text")),
      h("button", { class: "kern-btn kern-btn--primary kern-btn--block main-action", id: "reload", type: "button", onclick: () => location.reload() }, h("span", { class: "kern-label" }, t("trouble.reload"))))),
  }
}

/** One neutral line under the bar; photographing goes on. A new version waits behind the same line. */
function showNet() {
  const screen = place.querySelector(".screen")
  for (const line of screen?.querySelectorAll(".net") ?? []) line.remove()
  const top = screen?.querySelector(".top")
  if (!top) return
  if (dateIsWrong()) top.after(h("p", { class: "net", id: "date", role: "status" }, icon("calendar"), t("app.date", { date: dateOnly(new Date().toISOString()) })))
  if (!reach.there) top.after(h("p", { class: "net", id: "offline", role: "status" }, t("app.offline")))
  else if (app.newVersion && !app.outbox.busy && app.registration) {
    const { registration } = app
    top.after(h("p", { class: "net", id: "new-version" }, icon("reload"), h("button", { class: "text-button", type: "button", onclick: () => useNewVersion(registration) }, t("app.new_version"))))
  }
}

/** Until when a finger may be on what is shown: a tap is short, and its click comes a little after the finger has gone. */
let tapping = 0
window.addEventListener("pointerdown", () => (tapping = performance.now() + 1_000), true)
for (const end of ["pointerup", "pointercancel"]) window.addEventListener(end, () => (tapping = performance.now() + 100), true)

/** @type {ReturnType<typeof setTimeout> | undefined} */
let pending
/** Screens follow what is on disk, at most ten times a second, and not under a finger: the tap would be dropped. */
app.onchange = () => {
  pending ??= setTimeout(() => {
    pending = undefined
    if (performance.now() < tapping) return app.onchange()
    const typing = !app.signedIn && place.querySelector("#signin-form") !== null // it stays as it is, with what was typed
    if (typing) shownSignedIn = false
    else if (shownSignedIn !== null && shownSignedIn !== app.signedIn && !/^#\/[dr]\//.test(location.hash)) return void show()
    void Promise.resolve(view?.refresh?.()).catch(console.info)
    showNet()
    showPostCount(fresh(app).length)
  }, 100)
}
app.onprogress = (/** @type {string} */ id) => void view?.progress?.(id)
app.onrestart = () => void show()
app.onblocked = (/** @type {string} */ key) => toast(t(key))

/** @returns {Promise<void>} look at the server and send; called at every sign that it may work now */
async function catchUp() {
  if (!app.session) return void app.refresh()
  void app.drain()
  await app.refresh()
}

/** While papers are being looked at, or messages read, the answer may come any moment; what the person said may still wait to go out. What is being sent has a slow link to itself. */
async function watch() {
  setTimeout(watch, REFRESH)
  const open = !app.outbox.busy && document.visibilityState === "visible" && app.signedIn && (location.hash === "#/m" || app.answers.some((one) => !one.refused) || (await app.items()).some((item) => item.state === "received" || (item.local?.state === "complete" && !item.remote) || (item.state === "sending" && !item.local)))
  if (open) await app.refresh()
  if (app.shared && !app.session) await app.tidyShared()
}

/** @param {View | null} greeting the sign-in is on the screen and somebody may be typing: it stays when nobody is known here */
export async function run(greeting) {
  view = greeting
  shownSignedIn = greeting ? false : null
  await app.wake()
  if (app.session && !localStorage.getItem("language") && app.session.person.language !== currentLanguage()) await loadWords(app.session.person.language).catch(console.info)
  // The browser may have been killed behind the phone's camera app: back to the same screen, if nothing leads elsewhere.
  const saving = localStorage.getItem("saving")
  const camera = (await app.store.get("camera")) ?? (saving && { draft: saving })
  const draft = camera && app.session && (await app.store.submission(camera.draft))
  const ledElsewhere = !/^(#\/?)?$|\/scan\b/.test(location.hash)
  if (draft?.state === "open" && draft.owner === app.owner && !ledElsewhere) history.replaceState(null, "", `#/d/${camera.draft}/scan${camera.instead ? `/${camera.instead}` : ""}`)
  await styles
  // Before the first screen: a slow phone may be told where to go meanwhile, by a link or a tapped alert.
  window.addEventListener("hashchange", show)
  onWorkerMessage((message) => {
    if (message.type === "open" && message.url) location.hash = new URL(message.url).hash || "#/"
    void catchUp()
  })
  if (!greeting || app.session) await show()

  window.addEventListener("online", catchUp)
  window.addEventListener("offline", () => reach.tell(false))
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && void catchUp())
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => showTheme())
  reach.listeners.add(() => app.onchange())

  app.registration = await startWorker("/sw.js")
  if (app.registration) {
    void controlled().then(() => fetch(`/words/${currentLanguage()}.json`)).catch(console.info) // kept for when there is no network
    onNewVersion(app.registration, () => {
      app.newVersion = true
      showNet()
    })
  }
  void app.lookForPrivateMode().then(() => app.onchange())
  void app.store.sweep().catch(() => {})
  void app.tidyShared().catch(() => {})
  if (app.session) void app.capture.resume(app.owner)
  await catchUp()
  if (app.signedIn) void app.lookAfterPush().catch(() => {})
  setTimeout(watch, REFRESH)
}

/** Cards, camera and letters come after the first view, which needs none of them. */
const styles = new Promise((resolve) => {
  document.head.append(h("link", { rel: "stylesheet", href: "/phone/screens.css", onload: resolve, onerror: resolve }))
})
