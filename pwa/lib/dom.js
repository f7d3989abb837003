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
  append(element, children)
  return element
}

/** @param {Element} element @param {string} name @param {any} value */
function set(element, name, value) {
  if (value === null || value === undefined || value === false) return
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value)
  else element.setAttribute(name, value === true ? "" : String(value))
}

/** @param {Element} element @param {Children[]} children */
function append(element, children) {
  for (const child of /** @type {any[]} */ (children).flat(3)) {
    if (child === null || child === undefined || child === false) continue
    element.append(child instanceof Node ? child : String(child))
  }
}

/**
 * Put new children into an element in place of the old ones.
 *
 * @param {Element} element
 * @param {...Children} children
 */
export function fill(element, ...children) {
  element.replaceChildren()
  append(element, children)
}
