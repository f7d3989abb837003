/** A screen that looks for news: every while, at once when somebody comes back to it, and when the network does. */

const EVERY = 20_000 // ms between two looks

/** @param {() => unknown} look @returns {() => void} ends it */
export function watching(look) {
  const seen = () => void look()
  const timer = setInterval(seen, EVERY)
  document.addEventListener("visibilitychange", seen)
  window.addEventListener("online", seen)
  return () => {
    clearInterval(timer)
    document.removeEventListener("visibilitychange", seen)
    window.removeEventListener("online", seen)
  }
}
