/** Am I holding it right? The camera in the page, a shutter, the strip of what is there, and the two other ways. */

import { closeCamera, frozen, openCamera, setTorch } from "../lib/camera.js"
import { fill, h } from "../lib/dom.js"
import { icon } from "../lib/icons.js"
import { t } from "../lib/words.js"
import { kindName, kindOf, replacesWords } from "./faces.js"
import { sentence } from "./files.js"
import { makeLive } from "./live.js"
import { inDoubt } from "./look.js"
import { noCamera } from "./nocamera.js"
import { handOn } from "./papers.js"
import { announce, note, otherButton, toast, tool } from "./parts.js"
import { picture } from "./pictures.js"
import { CARD_LONG, makeSides, sidesOf, sideWords } from "./sides.js"

const MOST_AT_ONCE = 3 // photos in memory while the first of them is still being saved
/** The draft a photo is just being saved for. */
const SAVING = "saving"
const PATIENCE = 3_000 // ms that a page taken again is waited for to be looked at

/**
 * @param {import("./context.js").App} app
 * @param {string} id of the draft
 * @param {string} [instead] the page that is taken again
 * @param {string} [on] "on": after that the camera stays open for more pages
 */
export async function scan(app, id, instead, on) {
  const draft = await app.store.submission(id)
  if (draft?.state !== "open") return { redirect: "#/" }
  const limits = app.office?.limits ?? { pages: 60, page_bytes: 26214400 }
  const lostPhoto = await app.store.get("camera")
  await app.store.set("camera", undefined)
  const unsaved = localStorage.getItem(SAVING)
  localStorage.removeItem(SAVING)

  /** @type {MediaStreamTrack | null} */
  let track = null
  let light = false
  let saving = 0
  let adding = false
  let line = Promise.resolve()
  let left = false
  let said = ""
  const back = on ? `#/d/${id}/scan` : `#/d/${id}/pages`
  const pagesList = `#/d/${id}/pages`
  const name = kindName(draft.kind, app.office)

  const video = h("video", { class: "stage__video", id: "video", playsinline: true, muted: true, autoplay: true, "aria-label": t("scan.video") })
  video.muted = true
  const flash = h("div", { class: "stage__flash" })
  const hint = h("p", { class: "hint", role: "status", id: "hint", hidden: true })
  const strip = h("ol", { class: "strip", id: "strip", "aria-label": t("scan.strip") })
  const next = h("a", { class: "stage__next", id: "see-pages", href: pagesList, hidden: true }, h("span"), icon("chevron"))
  const other = otherButton("see-pages-2", "", { icon: "chevron", href: pagesList })
  const title = h("span", { class: "second", id: "page-number" })
  const torch = tool("torch", t("scan.torch"), "light", async () => {
    if (!track) return
    light = !light
    await setTorch(track, light).catch(() => {
      light = false
    })
    torch.setAttribute("aria-pressed", String(light))
  })
  torch.hidden = true
  const shutter = h("button", { class: "shutter", id: "shutter", type: "button", "aria-label": t("scan.shutter"), onclick: shoot })
  const card = Boolean(kindOf(draft.kind, app.office)?.card)
  const guide = makeSides(video)
  /** @type {import("./sides.js").Sides | null} */
  let sides = null
  const live = makeLive(video, { shoot, say: suggest, ring: shutter, enough: card ? CARD_LONG : undefined, next: () => (sides ? asked(sides) : t("hint.next")) })
  const files = fileInput("file-input", false)
  const native = fileInput("camera-input", true)

  const stage = h("div", { class: "stage", id: "stage" },
    h("header", { class: "stage__top" },
      h("a", { class: "tool-button", id: "back", href: instead ? back : "#/", "aria-label": t("app.close"), onclick: leaveEmpty }, icon("close")),
      h("h1", { class: "stage__title", tabindex: -1 }, name, h("br"), title),
      h("div", { class: "stage__switches" }, live.toggle, torch)),
    h("main", { class: "stage__view", id: "main" }, video, live.outline, guide.element, flash, hint),
    h("footer", { class: "stage__dock" },
      h("div", { class: "stage__row" }, strip, next),
      h("div", { class: "stage__row stage__row--shutter" },
        tool("gallery", t("scan.files"), "gallery", () => files.click()),
        shutter,
        tool("camera-app", t("scan.camera_app"), "camera", openNative))))
  const element = h("div", { class: "screen screen--scan" }, stage, files, native)
  const shut = noCamera({ name, limits, target: instead ? back : "#/", leave: leaveEmpty, camera: openNative, gallery: () => files.click() })
  fill(shut.pages, other)
  /** @type {string | null} */
  let problem = null

  /** @param {import("./sides.js").Sides} sides */
  const asked = (sides) => (sides.next === 1 ? t("complete.now_back") : sideWords(sides))

  // --- what is shown ---

  async function refresh() {
    const row = await app.store.submission(id)
    if (!row || left) return
    const pages = await app.store.pagesOf(row)
    const count = pages.length
    const full = !instead && count >= limits.pages
    const follows = Boolean(row.follows && row.replaces.length)
    sides = card && !follows ? sidesOf(pages, instead) : null
    if (card) guide.show(sides)
    fill(title, instead ? t("scan.again", { number: row.pages.indexOf(instead) + 1 }) : follows ? replacesWords(row.replaces) : sides ? sideWords(sides) : t("app.page", { number: count + 1 }))
    fill(strip, pages.slice(-2).map((page, i, shown) => h("li", { class: "strip__page" }, picture(page, t("app.page", { number: count - shown.length + i + 1 })),
      page.look?.problems?.length === 0 ? h("span", { class: "strip__good" }, icon("tick", { title: t("look.good") })) : null,
      i === shown.length - 1 ? h("span", { class: "strip__count", "aria-hidden": "true" }, count) : null)))
    for (const link of [next, other]) { // changed in place: a finger may be on it
      link.hidden = !count || Boolean(instead)
      fill(/** @type {Element} */ (link.querySelector("span")), t("scan.see", { count }))
    }
    shutter.hidden = full
    if (full) say("info", t("scan.full", { count: limits.pages }))
    const doubt = instead || saving || adding || sentences.length ? null : pages.find(inDoubt)
    if (doubt) location.hash = lookAt(doubt.id)
  }

  /** @param {string} page */
  const lookAt = (page) => `#/d/${id}/look/${page}${instead && !on ? "" : "/on"}`

  /** @param {string} sign @param {string} text what has to be read, whatever the camera sees; "" takes it away */
  function say(sign, text) {
    said = text
    tell(sign, text)
  }

  /** @param {string} sign @param {string} text */
  function suggest(sign, text) {
    if (!said) tell(sign, text)
  }

  /** @param {string} sign @param {string} text */
  function tell(sign, text) {
    if (hint.textContent === text) return
    hint.hidden = !text
    fill(hint, text ? [icon(sign), h("span", null, text)] : null)
  }

  // --- the camera ---

  async function start() {
    try {
      const camera = await openCamera(video)
      if (left) return closeCamera(video)
      track = camera.track
      torch.hidden = !camera.torch
      track.addEventListener("ended", restart)
      if (problem) element.replaceChildren(stage, files, native)
      problem = null
      live.start()
    } catch (error) {
      if (left) return
      problem = typeof error === "string" ? error : "missing"
      shut.say(problem)
      element.replaceChildren(shut.element, files, native)
    }
  }

  function darken() {
    live.stop()
    closeCamera(video)
  }

  /** iOS hands back a black or frozen picture after a pause in the background: begin again, always. */
  function restart() {
    if (left || document.visibilityState !== "visible" || problem === "denied") return
    darken()
    void start()
  }

  function onVisible() {
    if (document.visibilityState !== "visible") return darken()
    restart()
    // Back from the camera app, alive: nothing was lost, with or without a photo. A killed browser never gets here.
    setTimeout(() => void app.store.set("camera", undefined), 3_000)
  }
  document.addEventListener("visibilitychange", onVisible)

  // --- taking pages ---

  /** Each tap keeps the picture of its own moment, also while the one before it is still being saved. */
  function shoot() {
    if (!track || !video.videoWidth || shutter.hidden || saving >= (instead ? 1 : MOST_AT_ONCE)) return
    live.taken()
    saving += 1
    localStorage.setItem(SAVING, id)
    flash.classList.remove("stage__flash--now")
    void flash.offsetWidth // lets the animation begin again
    flash.classList.add("stage__flash--now")
    navigator.vibrate?.(30)
    const frame = frozen(video, track)
    frame.catch(() => {}) // told when its turn comes
    line = line.then(() => keep(frame))
  }

  /** @param {Promise<ImageBitmap>} frame */
  async function keep(frame) {
    try {
      const row = await app.store.submission(id)
      if (!instead && (row?.pages.length ?? 0) >= limits.pages) return
      const photo = await frame
      const page = await app.capture.shoot(id, photo, { instead }).finally(() => photo.close())
      await kept(1, page.id)
    } catch (error) {
      complain(error, "")
      offer(/** @type {any} */ (error).photo)
    } finally {
      saving -= 1
      if (!saving) {
        localStorage.removeItem(SAVING)
        void refresh().catch(console.info)
      }
    }
  }

  /** @param {File[]} chosen */
  async function add(chosen) {
    await app.store.set("camera", undefined)
    sentences = []
    showTrouble([])
    let [added, last] = [0, ""]
    /** @type {string[]} */
    const refused = []
    adding = true
    if (chosen.length > 1) say("clock", t("scan.saving", { count: chosen.length }))
    for (const file of chosen) {
      const row = await app.store.submission(id)
      if (!instead && (row?.pages.length ?? 0) >= limits.pages) {
        refused.push(t("scan.full", { count: limits.pages }))
        break
      }
      try {
        last = (await app.capture.addFile(id, file, { maxBytes: limits.page_bytes, instead: added ? undefined : instead })).id
        added += 1
      } catch (error) {
        refused.push(sentence(error, file.name))
      }
      if (instead && added) break
    }
    adding = false
    say("", "")
    showTrouble(refused)
    if (added) await kept(added, refused.length ? "" : last)
  }

  /** @param {number} count @param {string} page "" when something was refused: the person reads it first */
  async function kept(count, page) {
    void app.persist()
    await refresh()
    announce([t("scan.saved", { count }), sides && !instead ? asked(sides) : ""].filter(Boolean).join(". "))
    if (instead && page) await goOn(page)
  }

  /** A page taken again is looked at before the camera closes. @param {string} taken */
  async function goOn(taken) {
    say("clock", t("look.checking"))
    await Promise.race([app.capture.settled().then(() => app.checker.settled()), new Promise((done) => setTimeout(done, PATIENCE))])
    const row = await app.store.submission(id)
    const page = row && (await app.store.pagesOf(row)).find((one) => one.id === taken)
    if (!left) location.hash = page && inDoubt(page) ? lookAt(taken) : back
  }

  /** @param {unknown} error @param {string} file */
  function complain(error, file) {
    showTrouble([sentence(error, file)])
  }

  /** The person may keep the photo elsewhere. @param {ArrayBuffer | undefined} photo */
  function offer(photo) {
    if (!photo) return
    const file = new File([photo], t("scan.photo_name"), { type: "image/jpeg" })
    element.querySelector("#trouble")?.append(otherButton("keep-photo", t("scan.keep_photo"), { icon: "download", onclick: () => void handOn(file) }))
  }

  /** @type {string[]} what is wrong since the last try */
  let sentences = []

  /** @param {string[]} more */
  function showTrouble(more) {
    sentences = [...sentences, ...more]
    fill(shut.trouble, sentences.map((text) => note("loss", "triangle", text)))
    const old = element.querySelector(".stage__trouble")
    old?.remove()
    if (!sentences.length) return
    const box = h("div", { class: "stage__trouble", id: "trouble", role: "alert" }, sentences.map((text) => note("loss", "triangle", text)),
      h("button", { class: "text-button", id: "trouble-close", type: "button", onclick: understood }, t("app.understood")))
    /** What had to wait for these sentences to be read comes now. */
    function understood() {
      box.remove()
      sentences = []
      void refresh().catch(console.info)
    }
    if (problem) shut.trouble.scrollIntoView({ block: "center" })
    else stage.querySelector(".stage__view").append(box)
  }

  app.capture.onProblem((trouble) => (left ? toast(sentence(trouble, trouble.file)) : showTrouble([sentence(trouble, trouble.file)])))

  /**
   * @param {string} id
   * @param {boolean} camera the phone's own camera app instead of the gallery
   */
  function fileInput(id, camera) {
    const input = h("input", { type: "file", id, class: "kern-sr-only", tabindex: -1, "aria-hidden": "true",
      accept: camera ? "image/*" : "image/*,application/pdf,.pdf,.heic", capture: camera ? "environment" : null, multiple: !camera && !instead,
      onchange: () => {
        const chosen = [...(input.files ?? [])]
        void add(chosen).then(() => (input.value = ""))
      } })
    return input
  }

  /** The browser may be killed while the camera app is in front: leave a note for the next start. */
  async function openNative() {
    native.click()
    await app.store.set("camera", { draft: id, instead })
  }
  native.addEventListener("cancel", () => void app.store.set("camera", undefined))

  async function leaveEmpty() {
    const row = await app.store.submission(id)
    if (row?.state === "open" && !row.pages.length) await app.store.drop(id)
  }

  await refresh()
  void start()
  if (lostPhoto?.draft === id) showTrouble([t("scan.lost_photo")])
  else if (unsaved === id) showTrouble([t("scan.unsaved")])

  return {
    element,
    title: name,
    refresh,
    leave: () => {
      left = true
      document.removeEventListener("visibilitychange", onVisible)
      track?.removeEventListener("ended", restart)
      darken()
      app.capture.onProblem((trouble) => toast(sentence(trouble, trouble.file)))
    },
  }
}
