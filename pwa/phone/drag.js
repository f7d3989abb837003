/** Pick a page up by holding it, put it down over another. The arrows do the same for those who cannot. */

const HOLD = 350 // ms before a touch picks a page up

/** @param {HTMLElement} element a tile in a list of tiles @param {(to: number) => void} move */
export function holdToMove(element, move) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer
  let held = false
  element.addEventListener("pointerdown", (event) => {
    if (event.button || /** @type {Element} */ (event.target).closest(".tile__arrow")) return
    const { pointerId, clientX, clientY } = event
    timer = setTimeout(() => {
      held = true
      element.classList.add("tile--held")
      element.setPointerCapture(pointerId)
      navigator.vibrate?.(20)
    }, HOLD)
    const onmove = (/** @type {PointerEvent} */ now) => {
      if (!held && Math.hypot(now.clientX - clientX, now.clientY - clientY) > 10) clearTimeout(timer)
    }
    const onup = (/** @type {PointerEvent} */ now) => {
      clearTimeout(timer)
      element.removeEventListener("pointermove", onmove)
      element.removeEventListener("pointerup", onup)
      element.removeEventListener("pointercancel", onup)
      element.classList.remove("tile--held")
      if (!held) return
      held = false
      const under = document.elementsFromPoint(now.clientX, now.clientY).map((one) => one.closest(".tile:not(.tile--add)"))
      const target = under.find((one) => one && one !== element)
      if (target && now.type === "pointerup") move([.../** @type {Element} */ (element.parentElement).children].indexOf(target))
    }
    element.addEventListener("pointermove", onmove)
    element.addEventListener("pointerup", onup)
    element.addEventListener("pointercancel", onup)
  })
  element.addEventListener("touchmove", (event) => held && event.preventDefault(), { passive: false })
  element.addEventListener("contextmenu", (event) => event.preventDefault())
}
