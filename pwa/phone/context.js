/** What all screens share: who is signed in, what the office takes, the papers here and there, and how to send them. */

import { answer, deliver, forget, jot, jotted, unsent } from "../lib/answers.js"
import { Refused, call, reach } from "../lib/api.js"
import { makeCapture } from "../lib/capture.js"
import { makeHeld, paperOf } from "../lib/held.js"
import { CONSENT, tidyNotices } from "../lib/notices.js"
import { comeBack, leave, lockUp } from "../lib/leaving.js"
import { beat, makeOutbox, oneTab } from "../lib/outbox.js"
import { pushState, repair, turnOff } from "../lib/push.js"
import { claim, tidy, waiting } from "../lib/shared.js"
import { openStore } from "../lib/store.js"
import { LANGUAGES, currentLanguage, loadWords } from "../lib/words.js"
import { makeChecker } from "./checker.js"
import { isPending, merge, wantedPages } from "./faces.js"
import { DRAFT, NOTHING, enclosureKind, enclosureOf, unreadOf } from "./thread.js"
import { onNetwork, waitsForWifi } from "./wifi.js"

export const VERSION = "1"
const TELL_AFTER = 2_000 // ms of rest
const SETTLED = 60_000 // ms; what has just arrived may be missing from a list that was on its way

/**
 * @typedef {{person: {id: string, name: string, language: string}, case: {number: string, approved_until: string | null, members?: {id: string, name: string}[]} | null, office: {name: string}, expired?: boolean}} Session
 * @typedef {import("./faces.js").Item} Item
 */

export class App {
  constructor() {
    /** @type {Session | null} */
    this.session = null
    /** @type {any} */
    this.office = null
    /** @type {any[]} the server's list as last seen */
    this.remote = []
    /** @type {import("./asks.js").Ask[]} what the office asks for, as last seen */
    this.asks = []
    /** What this person and their team wrote to each other, as last seen. @type {import("./thread.js").Thread} */
    this.thread = NOTHING
    /** The last message that was read on this phone, whether or not the office knows. */
    this.readUntil = ""
    /** @type {import("./notices.js").Notice[]} what the office decided and wrote, as last seen */
    this.notices = []
    /** What the person has answered and the office does not have yet. @type {import("../lib/answers.js").Answer[]} */
    this.answers = []
    /** Bytes acknowledged by the server, livelier than what the disk knows. @type {Map<string, number>} */
    this.sent = new Map()
    /** @type {ServiceWorkerRegistration | null} */
    this.registration = null
    this.newVersion = false
    this.privateMode = false
    /** Files that another app shared and that nobody has taken yet: this person's, or nobody's before the sign-in. */
    this.shared = 0
    /** Notices were on, and this browser has lost them. */
    this.pushDied = false
    /** Set by `app.js`: something that screens show has changed. */
    this.onchange = () => {}
    /** Set by `app.js`: draw this screen anew, in another language or for another person. */
    this.onrestart = () => {}
    /** Set by `app.js`: bytes moved. @type {(id: string) => void} */
    this.onprogress = () => {}
    /** Set by `app.js`: a sentence about the database in an old window. @type {(key: string) => void} */
    this.onblocked = () => {}
    this.store = openStore({ blocked: () => this.onblocked("store.blocked"), blocking: () => this.onblocked("store.blocking") })
    this.capture = makeCapture(this.store, waitsForWifi)
    this.checker = makeChecker(this.store, () => this.owner)
    this.outbox = makeOutbox({
      store: this.store,
      call,
      identity: () => this.#identity(),
      lock: (work) => oneTab(() => work().finally(() => this.#letSleep())),
      now: () => performance.now(),
      random: Math.random,
      later: (ms, work) => {
        const timer = setTimeout(work, ms)
        return () => clearTimeout(timer)
      },
      waitsForWifi,
      progress: (id, sent) => {
        beat()
        if (!this.#awake) this.#stayAwake()
        this.sent.set(id, sent)
        this.onprogress(id)
      },
    })
    this.held = makeHeld(this.store, call, () => this.onchange())
    this.store.onChange(() => {
      this.onchange()
      this.checker.wake()
      void this.#countShared().catch(() => {})
      void this.#readAnswers().catch(() => {})
      void this.#showBadge().catch(() => {})
      if (this.owner) void this.held.note(this.owner).catch(() => {})
      this.#tellSoon()
    })
    onNetwork(() => this.reconsider())
  }

  /** Another kind of network, or another wish about it: pages stop or go, and the screen says which. */
  reconsider() {
    void this.outbox.reconsider()
    this.onchange()
  }

  /** @type {Promise<void> | undefined} */
  #woken

  /** Everything that the last visit left on this phone; no network is asked. It is read once, and before anybody signs in. */
  wake() {
    return (this.#woken ??= this.#remember())
  }

  async #remember() {
    this.session = (await this.store.get("session")) ?? null
    this.office = (await this.store.get("office")) ?? null
    await this.#readLists()
    await this.#countShared()
  }

  /** What the office last said to this person, and what they answered and has not gone out. */
  async #readLists() {
    this.remote = this.owner ? ((await this.store.get(`list:${this.owner}`)) ?? []) : []
    this.asks = this.owner ? ((await this.store.get(`asks:${this.owner}`)) ?? []) : []
    this.thread = (this.owner && (await this.store.get(`thread:${this.owner}`))) || NOTHING
    this.readUntil = (this.owner && (await this.store.get(`read:${this.owner}`))) || ""
    this.notices = this.owner ? ((await this.store.get(`notices:${this.owner}`)) ?? []) : []
    await this.#readAnswers()
  }

  async #readAnswers() {
    const before = JSON.stringify(this.answers)
    this.answers = this.owner ? await unsent(this.store, this.owner) : []
    if (JSON.stringify(this.answers) !== before) this.onchange()
  }

  /** Answer the office; without a network it waits. @param {string} path @param {any} body */
  async answer(path, body) {
    await answer(this.store, this.owner, path, body)
    await this.#readAnswers()
    void this.#deliver().catch(console.info)
  }

  /** @type {Promise<void> | null} */
  #delivering = null;

  /** Something was said while the earlier was on its way. */
  #more = false;

  /** One at a time: an answer that is on its way twice would be told twice. */
  #deliver() {
    this.#more = this.#delivering !== null
    const { owner } = this
    return (this.#delivering ??= deliver(this.store, owner, call, async (path, data) => path === CONSENT && this.store.keepFor(owner, "consent", data))
      .then(async (told) => {
        if (owner === this.owner) this.#takeIn(told.filter((one) => one && "mine" in one))
        await this.#readAnswers()
        if (told.length) await Promise.all([this.#loadAsks(), this.#loadNotices()])
      })
      .finally(() => {
        this.#delivering = null
        if (this.#more) void this.#deliver().catch(console.info)
      }))
  }

  /**
   * Ask what the office says to this person, and keep it.
   *
   * @param {string} path @param {string} name @param {(data: any) => any} [part] of the answer that is kept
   * @returns {Promise<{data: any, headers: Headers} | null>} null when they have left meanwhile
   */
  async #told(path, name, part = (data) => data[name]) {
    const { owner } = this
    const answer = await call("GET", path)
    const kept = await this.store.keepFor(owner, name, part(answer.data))
    return kept && owner === this.owner ? answer : null
  }

  async #loadAsks() {
    const answer = await this.#told("/asks", "asks")
    if (!answer) return
    this.asks = answer.data.asks
    this.onchange()
  }

  async #loadThread() {
    const answer = await this.#told("/messages", "thread", (data) => data)
    if (!answer) return
    const { data } = answer
    this.thread = data
    const until = data.messages.findIndex((/** @type {any} */ one) => one.id === this.readUntil)
    if (data.messages.slice(0, until + 1).some((/** @type {any} */ one) => !one.mine && !one.read_at)) await call("PUT", "/messages/read", { until: this.readUntil })
    this.onchange()
  }

  /** Own messages that have just arrived: they do not vanish until the next look. @param {import("./thread.js").Message[]} fresh */
  #takeIn(fresh) {
    const known = new Set(this.thread.messages.map((one) => one.id))
    this.thread = { ...this.thread, messages: [...this.thread.messages, ...fresh.filter((one) => !known.has(one.id))] }
  }

  /** The person has the thread before their eyes; the office is told now, or when there is a network. */
  async readThread() {
    const until = unreadOf(this).at(-1)?.id
    if (!until) return
    this.readUntil = until
    await this.store.keepFor(this.owner, "read", until)
    this.onchange()
    if (this.online) await call("PUT", "/messages/read", { until })
  }

  /** @returns {Promise<string>} the message that is being written */
  draftMessage() {
    return jotted(this.store, this.owner, DRAFT)
  }

  /** @param {string} text of a message that is still being written: kept, locked */
  async keepMessage(text) {
    if (this.owner) await jot(this.store, this.owner, DRAFT, text)
  }

  /** Photograph something for the message that is being written. */
  async enclose() {
    const draft = (await enclosureOf(this)) ?? (await this.store.startDraft(this.owner, { kind: enclosureKind(this) }))
    location.hash = `#/d/${draft.id}/scan`
  }

  async #loadNotices() {
    const answer = await this.#told("/notices", "notices")
    if (!answer) return
    this.notices = answer.data.notices
    await tidyNotices(this.store, this.owner, this.notices.map((one) => one.id))
    // Taken back before this phone could say that it was read: nobody need hear of that.
    for (const one of this.answers) if (one.refused && one.path.startsWith("/notices/")) await forget(this.store, one)
    this.onchange()
  }

  /** The person has seen what is asked; the office likes to know. @param {string} id */
  async readAsk(id) {
    if (!this.online || this.asks.find((ask) => ask.id === id)?.seen_at) return
    const { data } = await call("GET", `/asks/${id}`)
    this.asks = [...this.asks.filter((ask) => ask.id !== id), data].sort((a, b) => (a.due < b.due ? -1 : 1))
    this.onchange()
  }

  /** A draft for a paper that the office asks for: the one that was begun, or a new one. @param {string} ask @param {{n: number, kind: string}} paper */
  async draftFor(ask, paper) {
    const rows = await this.store.submissionsOf(this.owner)
    const begun = rows.find((row) => row.state === "open" && row.ask === ask && row.wanted === paper.n)
    return begun ?? this.store.startDraft(this.owner, { kind: paper.kind, ask, wanted: paper.n })
  }

  /** Freeze drafts and let them go. @param {string[]} drafts */
  async send(drafts) {
    await this.capture.settled()
    for (const id of drafts) await this.store.seal(id, { app: `phone/${VERSION}`, clock_offset: Math.round(reach.clockOffset / 1000) })
    void /** @type {any} */ (this.registration)?.sync?.register("outbox").catch(() => {}) // a bonus, Chromium only
    void this.drain()
  }

  async #countShared() {
    const before = this.shared
    this.shared = (await waiting(this.store, this.owner)).length
    if (this.shared !== before) this.onchange()
  }

  /** What was shared while nobody was signed in, and nobody came for, goes. */
  async tidyShared() {
    await tidy(this.store)
    await this.#countShared()
  }

  /** @returns {string} */
  get owner() {
    return this.session?.person.id ?? ""
  }

  /** @returns {boolean} */
  get signedIn() {
    return this.session !== null && !this.session.expired
  }

  async #identity() {
    return this.owner ? { owner: this.owner, token: (await this.store.get(`token:${this.owner}`)) ?? null } : null
  }

  /** @returns {Promise<Item[]>} */
  async items() {
    return merge(this.owner ? await this.store.submissionsOf(this.owner) : [], this.remote)
  }

  /** @param {string} id @returns {Promise<Item | undefined>} */
  async item(id) {
    return (await this.items()).find((one) => one.id === id)
  }

  /** Send what waits. */
  async drain() {
    if (this.#awake) this.#stayAwake() // the app was hidden, and is here again
    await this.outbox.drain()
    if ((await this.pending()).some((one) => one.local?.reason === "too_old")) await this.registration?.update().catch(() => {})
    this.onchange()
  }

  /** @type {Promise<WakeLockSentinel> | undefined} */
  #awake;

  /**
   * Keep the screen on while bytes go out, where the phone allows: some stop as soon as it goes dark. The browser lets
   * it go when the app is hidden, so it is asked again when that is back. Never waited for: some do not answer.
   */
  #stayAwake() {
    this.#letSleep()
    this.#awake = navigator.wakeLock?.request("screen")
    this.#awake?.catch(() => {})
  }

  #letSleep() {
    void this.#awake?.then((lock) => lock.release()).catch(() => {})
    this.#awake = undefined
  }

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #telling;

  /** Not with every byte, and not while the screen is busy with a tap. */
  #tellSoon() {
    clearTimeout(this.#telling)
    this.#telling = setTimeout(() => this.online && void this.tellHeld(), TELL_AFTER)
  }

  /** Tell the office what lies only here. @param {{gone?: import("../lib/held.js").Paper[], told?: string[]}} [news] */
  async tellHeld(news) {
    try {
      const who = await this.#identity()
      if (who?.token) await this.held.tell(who.owner, who.token, news)
    } catch (error) {
      console.info(error) // the next change tells it
    }
  }

  /** Ask the server who we are, what the office takes and how the papers stand. Offline changes nothing. */
  async refresh() {
    try {
      const { data: office } = await call("GET", "/office")
      this.office = office
      await this.store.set("office", office)
      void this.outbox.heard()
      if (this.session) {
        const { data: { phone_key: key, ...session } } = await call("GET", "/session")
        if (session.person.role !== "jobseeker" || session.person.id !== this.owner) return void (await this.expire())
        this.session = session
        await this.store.set("session", session)
        await this.store.vault.give(this.owner, key)
        await this.#deliver()
        await this.#loadAsks()
        await this.#loadThread()
        await this.#loadNotices()
        await this.loadList()
        await this.tellHeld()
      }
    } catch (error) {
      if (error instanceof Refused && error.status === 401) await this.expire()
    }
    this.onchange()
  }

  async loadList() {
    const answer = await this.#told("/submissions", "list", (data) => data.submissions)
    if (!answer) return
    this.remote = answer.data.submissions
    await this.#missAtOffice(Date.parse(answer.headers.get("Date") ?? ""))
    // It arrived in the moment when it was held, and the phone died before it heard: the outbox fetches the receipt.
    const held = (await this.items()).filter((one) => one.state === "paused" || one.local?.reason === "wifi")
    for (const one of held) if (one.remote?.receipt) void this.outbox.retry(one.id, { anyway: true })
  }

  /**
   * An office that had to go back to an older backup lacks what came after it, receipts or not: what is still here is
   * sent again, the rest is told as lost.
   *
   * @param {number} asked when the list was made, by the office's clock, ms
   */
  async #missAtOffice(asked) {
    const known = new Set(this.remote.map((one) => one.id))
    const rows = (await this.store.submissionsOf(this.owner)).filter((row) =>
      row.state === "complete" && !row.missed && !known.has(row.id) && Date.parse(row.receipt.arrived_at) < asked - SETTLED)
    const [gone, here] = [rows.filter((row) => row.purged), rows.filter((row) => !row.purged)]
    for (const row of here) await this.store.revive(row.id)
    if (here.length) void this.drain()
    if (!gone.length) return
    await this.tellHeld({ gone: gone.map(paperOf) })
    for (const row of gone) await this.store.mark(row.id, { missed: true })
  }

  /** The session is over, the papers and the token that sends them are not. */
  async expire() {
    if (!this.session || this.session.expired) return
    this.session = { ...this.session, expired: true }
    await this.store.set("session", this.session)
    this.onchange()
  }

  /**
   * @param {string} login
   * @param {string} secret
   * @param {string} [pin] takes the place of a letter's one-time code
   * @throws {Offline | Refused}
   */
  async signIn(login, secret, pin) {
    const { data } = await call("PUT", "/session", { login, secret, new_secret: pin, entry: "phone" })
    const { upload_token: token, phone_key: key, ...session } = data
    await this.wake()
    const before = (await this.store.get("session"))?.person.id // another tab may have signed somebody in
    if (before && before !== session.person.id) {
      await this.outbox.stop()
      await lockUp(this.store, before)
    }
    await this.store.vault.give(session.person.id, key)
    await comeBack(this.store, session.person.id)
    this.session = session
    await this.#readLists()
    await this.store.set("session", session)
    localStorage.setItem("known", "1")
    await this.store.set(`token:${this.owner}`, token)
    await claim(this.store, this.owner).catch(console.warn) // after the session is on disk: what is shared from now on is theirs anyway
    const chosen = localStorage.getItem("language")
    if (chosen && chosen !== session.person.language) await call("PATCH", "/session", { language: chosen }).catch(() => {})
    else if (!chosen) await this.#speak(session.person.language).catch(console.info)
    await this.refresh()
    void this.capture.resume(this.owner)
    void this.drain()
    void this.lookAfterPush().catch(() => {})
  }

  /** @param {string} language for this phone, and for the notices that the server sends */
  async chooseLanguage(language) {
    try {
      await this.#speak(language)
    } catch {
      return this.onblocked("app.language_offline")
    }
    localStorage.setItem("language", language)
    if (!this.signedIn) return
    await call("PATCH", "/session", { language }).catch(() => {})
    void repair(language).catch(() => {})
  }

  /** @param {string} language */
  async #speak(language) {
    if (LANGUAGES.includes(language) && language !== currentLanguage()) await loadWords(language)
  }

  /** A draft is on disk before any page is; one that stayed empty is used again. */
  async emptyDraft() {
    const rows = await this.store.submissionsOf(this.owner)
    return rows.find((row) => row.state === "open" && !row.pages.length && !row.follows && !row.ask && row.kind !== enclosureKind(this)) ?? this.store.startDraft(this.owner)
  }

  /** A refused submission becomes a draft again, with all its pages. @param {string} id */
  async reopen(id) {
    const row = await this.store.submission(id)
    if (!row) return
    const draft = await this.store.fork(id, row.pages, true)
    location.hash = `#/d/${draft.id}/pages`
  }

  /** The office wants pages again: a new draft of the same kind that follows the old one. @param {Item} item */
  async takeAgain(item) {
    const drafts = await this.store.submissionsOf(this.owner)
    const begun = drafts.find((row) => row.state === "open" && row.follows === item.id)
    const draft = begun ?? (await this.store.startDraft(this.owner, { kind: item.kind, follows: item.id, replaces: wantedPages(item) }))
    location.hash = `#/d/${draft.id}/scan`
  }

  /** @returns {Promise<Item[]>} papers that are nowhere but here */
  async pending() {
    return (await this.items()).filter((one) => isPending(one))
  }

  /**
   * Leave this phone. Works without a network too: then the server's session dies of age, and its cookie is useless
   * to this app, which has forgotten the person.
   *
   * @param {boolean} keepPending
   */
  async signOut(keepPending) {
    await this.outbox.stop()
    const owner = this.owner
    const token = await this.store.get(`token:${owner}`)
    await turnOff().catch(() => {})
    await call("DELETE", "/session", { forget_device: true }, { headers: token ? { Authorization: `Bearer ${token}` } : {} }).catch(() => {})
    if (!keepPending) await this.held.empty(owner)
    this.session = null
    this.remote = []
    this.asks = []
    this.notices = []
    this.answers = []
    this.thread = NOTHING
    this.readUntil = ""
    await leave(this.store, owner, keepPending)
    localStorage.removeItem("known")
    this.sent.clear()
    await this.#countShared()
    await this.#showBadge()
  }

  /** The icon counts pages that are only on this phone. */
  async #showBadge() {
    const device = /** @type {any} */ (navigator)
    if (!device.setAppBadge) return
    const pages = (await this.pending()).reduce((sum, one) => sum + one.pages, 0)
    await (pages ? device.setAppBadge(pages) : device.clearAppBadge()).catch(() => {})
  }

  /** Ask the browser not to throw our database away; asked after the first page because then it is more often granted. */
  async persist() {
    const storage = navigator.storage
    if (!storage?.persist || (await storage.persisted())) return
    await storage.persist().catch(() => false)
  }

  /** A private window forgets everything on closing; browsers give it a small quota, and nothing else tells. */
  async lookForPrivateMode() {
    try {
      const { quota = Infinity } = await navigator.storage.estimate()
      this.privateMode = quota < 150_000_000
    } catch {
      this.privateMode = false
    }
  }

  /** @returns {boolean} whether the last question to the server was answered */
  get online() {
    return reach.there
  }

  /** Subscriptions change and die without a word: put right what can be put right, and say what cannot. */
  async lookAfterPush() {
    const state = await repair(currentLanguage())
    if (state === "on") await this.store.set(`push_on:${this.owner}`, true)
    this.pushDied = state === "off" && Boolean(await this.store.get(`push_on:${this.owner}`))
    this.onchange()
  }

  /** The person does not want to be told any more, or not to be asked again. */
  async forgetPush() {
    await this.store.set(`push_on:${this.owner}`, undefined)
    this.pushDied = false
    this.onchange()
  }

  /** @returns {Promise<boolean>} whether to offer notices now: never asked before, and the browser can */
  async mayAskForPush() {
    return !(await this.store.get(`push_asked:${this.owner}`)) && (await pushState()) === "off"
  }
}
