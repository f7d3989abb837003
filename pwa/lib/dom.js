/** Building the page from code: no templates, no innerHTML, so no text can ever become markup. */

/**
 * @typedef {Node | string | number | null | undefined | false} Child
 * @typedef {Child | Child[]} Children
 */

/**
 * Make an element.
 *
 * `on*` properties become listeners, `class` and `data-*`/`aria-*` attributes, `true` an empty attribute;
 * `null`, `undefined` and `false` are left out. Children that are null, undefined or false are left out too.
 *
 * @param {string} tag
 * @param {Record<string, any> | null} [props]
 * @param {...Children} children
 * @returns {any} the element; `any`, so that callers may use what its tag offers
 */
export function h(tag, props, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(props ?? {})) set(element, name, value)
  element.append(...shown(children))
  return element
}

/** @param {Element} element @param {string} name @param {any} value */
function set(element, name, value) {
  if (value === null || value === undefined || value === false) return
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value)
  else element.setAttribute(name, value === true ? "" : String(value))
}

/** @param {Children[]} children @returns {(Node | string)[]} */
const shown = (children) =>
  /** @type {any[]} */ (children).flat(3).filter((child) => child !== null && child !== undefined && child !== false).map((child) => (child instanceof Node ? child : String(child)))

/**
 * Put new children into an element in place of the old ones. Words take the place of words in the same node: WebKit
 * drops a tap when the node that it began on is replaced.
 *
 * @param {Element} element
 * @param {...Children} children
 */
export function fill(element, ...children) {
  const fresh = shown(children)
  const [words] = fresh
  const old = element.firstChild
  if (fresh.length === 1 && typeof words === "string" && old instanceof Text && !old.nextSibling) old.data = words
  else element.replaceChildren(...fresh)
}
