/** Lists that change under the eyes of a person. */

/**
 * Keep a list of elements in step with a list of things without touching those that stayed the same: focus and
 * scrolling survive, and so does a tap: a browser drops it when what is under the finger is replaced meanwhile.
 *
 * @template T
 * @param {Element} place
 * @param {T[]} things
 * @param {{key: (thing: T) => string, look: (thing: T) => string, make: (thing: T) => HTMLElement}} how look changes when the element must be made anew
 */
export function keep(place, things, { key, look, make }) {
  const old = new Map([...place.children].map((child) => [/** @type {HTMLElement} */ (child).dataset.key, /** @type {HTMLElement} */ (child)]))
  const wanted = things.map((thing) => {
    const had = old.get(key(thing))
    if (had?.dataset.look === look(thing)) return had
    const element = make(thing)
    element.dataset.key = key(thing)
    element.dataset.look = look(thing)
    return element
  })
  const focus = keepFocus()
  for (const child of [...place.children]) if (!wanted.includes(/** @type {HTMLElement} */ (child))) child.remove()
  wanted.forEach((element, i) => {
    if (place.children[i] !== element) place.insertBefore(element, place.children[i] ?? null)
  })
  focus()
}

/** @returns {() => void} call it when all is made anew: what had the keyboard has it again, under its name */
export function keepFocus() {
  const id = document.activeElement?.id
  return () => void (id && document.activeElement?.id !== id && document.getElementById(id)?.focus({ preventScroll: true }))
}
