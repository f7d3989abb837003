/** The office's door: settings, words, who is signed in, and which screen the address asks for. */

import { forgetAsk, oneAsk } from "./desk/ask.js"
import { asking, forgetAsking } from "./desk/asking.js"
import { asks, forgetAsks } from "./desk/asks.js"
import { forgetArranging } from "./desk/arranging.js"
import { alone, cover } from "./desk/covers.js"
import { forgetQueue } from "./desk/queue.js"
import { loadOffice, whenSignedOut } from "./desk/data.js"
import { queueOf } from "./desk/frame.js"
import { openHelp } from "./desk/help.js"
import { figures } from "./desk/figures.js"
import { inbox } from "./desk/inbox.js"
import { list } from "./desk/list.js"
import { messages } from "./desk/messages.js"
import { operation } from "./desk/operation.js"
import { people } from "./desk/people.js"
import { forgetPhrases } from "./desk/phrases.js"
import { forgetPictures } from "./desk/pictures.js"
import { notices } from "./desk/notices.js"
import { openPreferences } from "./desk/preferences.js"
import { useWorker } from "./desk/pushing.js"
import { forgetDrafts } from "./desk/returning.js"
import { forgetReviews, review } from "./desk/review.js"
import { forgetThreads } from "./desk/threads.js"
import { apply, keep, setting } from "./desk/settings.js"
import { signIn } from "./desk/signin.js"
import { forgetTexts, texts } from "./desk/texts.js"
import { staff } from "./desk/staff.js"
import { survey } from "./desk/survey.js"
import { sentence } from "./desk/troubles.js"
import { Refused, call } from "./lib/api.js"
import { fill } from "./lib/dom.js"
import { repair } from "./lib/push.js"
import { onNewVersion, onWorkerMessage, startWorker, useNewVersion } from "./lib/shell.js"
import { currentLanguage, loadWords, t } from "./lib/words.js"

/** @typedef {import("./desk/data.js").Session} Session */

const app = /** @type {HTMLElement} */ (document.getElementById("app"))

/** @type {Session | null} */
let session = null
/** @type {import("./desk/frame.js").Screen | null} */
let screen = null
let shown = "" // the address of the screen

/** @type {import("./desk/frame.js").Ways} */
const ways = { preferences: () => openPreferences(who(), { speak, signOut, help: openHelp }), help: openHelp, renew: null }

const who = () => ({ id: session?.person.id ?? "", name: session?.person.name ?? "", team: session?.team?.name ?? "", teamId: session?.team?.id, admin: session?.person.role === "admin" })

/** @param {string} hash */
function go(hash) {
  if (location.hash === hash || (hash === "#/" && !location.hash)) show()
  else location.hash = hash
}

/** Show the screen of the address. @returns {void} */
function show() {
  if (!session) return
  if (screen?.unsaved?.() && location.hash !== shown) {
    const to = location.hash
    history.replaceState(null, "", shown || "#/")
    return screen.askToLeave?.(() => go(to || "#/"))
  }
  for (const dialog of document.querySelectorAll(".dialog")) /** @type {HTMLDialogElement} */ (dialog).close()
  const [, room = "", id = "", more = ""] = location.hash.split("/")
  if (room === "n") {
    history.replaceState(null, "", `#/s/${id}`) // from a tap on an alert
    return show()
  }
  screen?.leave()
  shown = location.hash
  const common = { who: who(), ways, go }
  screen =
    room === "s" && id
      ? review({ id: decodeURIComponent(id), page: Number(more), ...common })
      : room === "a" && id
      ? oneAsk({ id: decodeURIComponent(id), ...common })
      : room === "asks"
      ? id === "new"
        ? asking({ person: decodeURIComponent(more), ...common })
        : asks(common)
      : room === "m" && !common.who.admin
      ? messages({ person: decodeURIComponent(id), about: decodeURIComponent(more), ...common })
      : room === "operation" && common.who.admin
      ? operation(common)
      : room === "figures" && common.who.admin
      ? figures(common)
      : room === "people" && common.who.admin
      ? (id === "list" ? list : people)(common)
      : room === "staff" && common.who.admin
      ? staff({ id: decodeURIComponent(id), ...common })
      : room === "office" && common.who.admin
      ? texts(common)
      : room === "survey" && common.who.admin
      ? survey(common)
      : room === "notices"
      ? notices(common)
      : inbox({ state: queueOf(room), ...common })
  const mine = screen
  fill(app, mine.root)
  focusHeading()
  mine.ready.then(() => mine === screen && mine.focus?.())
}

function focusHeading() {
  /** @type {HTMLElement | null} */ (app.querySelector("h1"))?.focus({ preventScroll: true })
}

/** @param {string} language the person chose */
async function speak(language) {
  keep("language", language)
  await loadWords(language, "desk-")
  if (!session) return askToSignIn()
  show()
  call("PATCH", "/session", { language }).catch(() => {}) // the next sign-in asks this device first anyway
  repair(language).catch(() => {})
}

/** @param {Session} now */
async function signedIn(now) {
  session = now
  if (!setting("language") && now.person.language !== currentLanguage()) await loadWords(now.person.language, "desk-")
  show()
  repair(currentLanguage()).catch(() => {})
}

/** @param {string} [notice] */
function askToSignIn(notice) {
  screen?.leave()
  screen = null
  document.title = t("signin.document_title")
  fill(app, signIn({ done: signedIn, speak, notice }))
  const login = /** @type {HTMLElement | null} */ (app.querySelector("#login"))
  login?.focus()
}

/** What one person saw is gone before the next one signs in. */
function forget() {
  screen?.leave() // first: it keeps what was begun on it
  screen = null
  session = null
  forgetQueue()
  forgetReviews()
  forgetArranging()
  forgetDrafts()
  forgetAsk()
  forgetAsking()
  forgetAsks()
  forgetThreads()
  forgetPictures()
  forgetTexts()
  forgetPhrases()
  // @ts-ignore not known to every browser
  navigator.clearAppBadge?.()?.catch(() => {})
}

async function signOut() {
  try {
    await call("DELETE", "/session")
  } catch (error) {
    // Offline the cookie cannot be ended; saying "signed out" would be a lie.
    if (!(error instanceof Refused)) return alone(app, sentence(error), signOut, show)
  }
  forget()
  history.replaceState(null, "", "#/")
  askToSignIn(t("signin.out"))
}

/** @type {Promise<void> | null} one sign-in for however many questions were refused */
let again = null

whenSignedOut(() => {
  again ??= cover({
    speak: async (language) => {
      keep("language", language)
      await loadWords(language, "desk-")
    },
  }).then(({ session: now, spoken }) => {
    again = null
    // Somebody else: nothing of the first stays. Nor of what they saw in another role, or another team.
    const same = now.person.id === session?.person.id && now.person.role === session.person.role && now.team?.id === session.team?.id
    if (!same) return location.reload()
    if (spoken) show()
  })
  return again
})

async function start() {
  try {
    await loadOffice()
    const found = /** @type {Session} */ ((await call("GET", "/session")).data)
    // Both entries share one cookie: a jobseeker's own session must not open the desk.
    if (found.person.role === "jobseeker") askToSignIn(t("error.wrong_entry"))
    else await signedIn(found)
  } catch (error) {
    if (error instanceof Refused && error.code === "signed_out") return askToSignIn()
    document.title = t("app.name")
    alone(app, sentence(error), start)
  }
}

apply()
await loadWords(setting("language") ?? navigator.language.slice(0, 2), "desk-")
window.addEventListener("hashchange", show)

const worker = startWorker("/desk/sw.js")
useWorker(worker)
worker.then((registration) => registration && onNewVersion(registration, () => (ways.renew = () => useNewVersion(registration))))
onWorkerMessage(({ type, url }) => type === "open" && url && go(new URL(url, location.href).hash || "#/"))

await start()
