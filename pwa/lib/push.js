/** Web push on this device: is it on, turn it on or off, put it right again at every start. */

import { currentLanguage } from "./words.js"
import { call } from "./api.js"

/** @returns {boolean} */
const supported = () => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window

/** @returns {Promise<PushSubscription | null>} */
async function current() {
  const registration = supported() ? await navigator.serviceWorker.getRegistration() : undefined
  return (await registration?.pushManager.getSubscription()) ?? null
}

/** @returns {Promise<"unsupported" | "denied" | "off" | "on">} */
export async function pushState() {
  if (!supported()) return "unsupported"
  if (Notification.permission === "denied") return "denied"
  return Notification.permission === "granted" && (await current()) ? "on" : "off"
}

/**
 * Ask for permission (only ever from a tap) and subscribe.
 *
 * @param {ServiceWorkerRegistration} registration
 * @param {string} language of the notices
 * @returns {Promise<"unsupported" | "denied" | "off" | "on">}
 */
export async function turnOn(registration, language) {
  if (!supported()) return "unsupported"
  const permission = await Notification.requestPermission()
  if (permission !== "granted") return permission === "denied" ? "denied" : "off"
  const { data } = await call("GET", "/push/key")
  const key = bytesOf(data.key)
  await installed(registration)
  let subscription = await registration.pushManager.getSubscription()
  if (subscription && !sameKey(subscription, key)) {
    await subscription.unsubscribe() // made for another server key: nobody can send to it
    subscription = null
  }
  subscription ??= await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key })
  await register(subscription, language)
  return "on"
}

/** Browsers subscribe only what has an active worker; on a first visit it may still be fetching its files. @param {ServiceWorkerRegistration} registration */
async function installed({ active, installing, waiting }) {
  const coming = installing ?? waiting
  if (active || !coming) return
  await new Promise((done) => coming.addEventListener("statechange", () => coming.state !== "installed" && done(null)))
}

/** Nobody wakes this device any more. The server forgets the address by itself when it cannot be told. */
export async function turnOff() {
  const subscription = await current()
  if (!subscription) return
  await call("DELETE", `/push/subscriptions/${await nameOf(subscription)}`).catch(() => {})
  await subscription.unsubscribe().catch(() => {})
}

/**
 * Tell the server at every start what the browser has: addresses change, and die, without an event on iOS.
 *
 * @param {string} [language]
 * @returns {Promise<"unsupported" | "denied" | "off" | "on">} "off" although permission stands: ask the person again
 */
export async function repair(language = currentLanguage()) {
  const state = await pushState()
  if (state !== "on") return state
  const subscription = await current()
  if (subscription) await register(subscription, language)
  return "on"
}

/** @param {PushSubscription} subscription @param {string} language */
async function register(subscription, language) {
  const { endpoint, keys } = subscription.toJSON()
  await call("PUT", `/push/subscriptions/${await nameOf(subscription)}`, { endpoint, keys, language })
}

/** @param {PushSubscription} subscription @returns {Promise<string>} the SHA-256 of its address, hex */
async function nameOf(subscription) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(subscription.endpoint))
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("")
}

/** @param {string} text base64url @returns {Uint8Array<ArrayBuffer>} */
function bytesOf(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"))
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0))
}

/** @param {PushSubscription} subscription @param {Uint8Array} key @returns {boolean} */
function sameKey(subscription, key) {
  const used = subscription.options.applicationServerKey
  return !used || new Uint8Array(used).every((byte, i) => byte === key[i])
}
