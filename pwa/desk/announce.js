/** Say to a screen reader what happened, without moving the focus. */

/** @param {string} text */
export function announce(text) {
  const region = document.getElementById("announce")
  if (!region) return
  region.textContent = ""
  // Emptied and filled in one go, the same sentence twice would be silent the second time.
  requestAnimationFrame(() => (region.textContent = text))
}
