/** Items of a list are pulled to another place with the mouse; where one would land is marked. */

const BEFORE = "pull--before"
const BEHIND = "pull--behind"

/**
 * @param {object} options
 * @param {HTMLElement} options.list its children are the items, each `draggable`
 * @param {() => boolean} options.may
 * @param {(from: number, to: number) => void} options.moved places, counted from 0
 */
export function pulling({ list, may, moved }) {
  let from = -1 // the place of what is under the mouse
  /** @param {Event} event @returns {HTMLElement | undefined} */
  const under = (event) => /** @type {HTMLElement[]} */ ([...list.children]).find((item) => event.target instanceof Node && item.contains(event.target))

  /** @param {DragEvent} event @returns {{item: HTMLElement, behind: boolean} | null} */
  function landing(event) {
    const item = from < 0 ? undefined : under(event)
    if (!item) return null
    const box = item.getBoundingClientRect()
    const lying = getComputedStyle(list).display === "flex"
    return { item, behind: lying ? event.clientX > box.left + box.width / 2 : event.clientY > box.top + box.height / 2 }
  }

  function unmark() {
    for (const item of list.children) item.classList.remove(BEFORE, BEHIND)
  }

  list.addEventListener("dragstart", (/** @type {DragEvent} */ event) => {
    const item = under(event)
    from = item && may() ? [...list.children].indexOf(item) : -1
    event.dataTransfer?.setData("text/plain", "") // Firefox pulls nothing without
  })
  list.addEventListener("dragover", (/** @type {DragEvent} */ event) => {
    const to = landing(event)
    if (!to) return
    event.preventDefault()
    unmark()
    to.item.classList.add(to.behind ? BEHIND : BEFORE)
  })
  list.addEventListener("drop", (/** @type {DragEvent} */ event) => {
    const to = landing(event)
    if (!to) return
    event.preventDefault()
    const place = [...list.children].indexOf(to.item) + Number(to.behind)
    moved(from, place - Number(place > from)) // once it is gone from its place, those behind move up
  })
  list.addEventListener("dragend", () => {
    from = -1
    unmark()
  })
}
