/** What two people, or one person twice, changed in the same texts: laid on each other, so that nothing typed is lost. */

/**
 * @typedef {import("./data.js").Texts} Texts
 * @typedef {import("./data.js").Entry} Entry
 * @typedef {"kinds" | "reasons" | "templates" | "phrases"} EntryPart
 */

/** Whatever is a list of entries. */
export const ENTRY_PARTS = /** @type {const} */ (["kinds", "reasons", "templates", "phrases"])

const HOUSE = /** @type {const} */ (["name", "benefit", "former", "answer_days", "decide_within_days"])
/** What holds in places of a federal state only says nothing of another one. */
const DAYS_OFF = /** @type {const} */ (["region", "local_holidays"])

/** What papers and decisions may name stays; of a template or a phrase nothing is told that names it later. @param {string} part */
export const canGo = (part) => part === "templates" || part === "phrases"

/** Neither a text in no language, nor the order of the fields, nor the space around words is a difference. @param {any} value */
const plain = (value) =>
  JSON.stringify(value, (_, inner) => {
    if (typeof inner === "string") return inner.trim()
    if (!inner || typeof inner !== "object" || Array.isArray(inner)) return inner
    const said = Object.entries(inner).filter(([, each]) => !each || typeof each !== "object" || Object.keys(each).length > 0)
    return Object.fromEntries(said.sort(([one], [other]) => (one < other ? -1 : 1)))
  })

/** @param {any} one @param {any} other */
export const same = (one, other) => plain(one) === plain(other)

/**
 * Put what was changed between `read` and `now` on top of other texts.
 *
 * @param {Texts} read @param {Texts} now @param {Texts} onto is changed
 */
export function lay(read, now, onto) {
  for (const name of HOUSE) if (!same(read[name], now[name])) Object.assign(onto, { [name]: now[name] })
  if (DAYS_OFF.some((name) => !same(read[name], now[name]))) Object.assign(onto, Object.fromEntries(DAYS_OFF.map((name) => [name, now[name]])))
  for (const part of ENTRY_PARTS) {
    layEntries(read[part], now[part], onto[part])
    if (canGo(part)) onto[part] = withoutGone(read[part], now[part], onto[part])
    onto[part] = inOrder(read[part], now[part], onto[part])
  }
}

/** @param {Entry[]} entries @param {string} id */
const byId = (entries, id) => entries.find((entry) => entry.id === id)

/** @param {Entry[]} read @param {Entry[]} now @param {Entry[]} onto */
function layEntries(read, now, onto) {
  for (const entry of now) {
    if (same(entry, byId(read, entry.id))) continue
    const at = onto.findIndex((known) => known.id === entry.id)
    if (at < 0) onto.push(entry)
    else onto[at] = entry
  }
}

/** What I took away is gone, unless somebody else has changed it since. @param {Entry[]} read @param {Entry[]} now @param {Entry[]} onto */
const withoutGone = (read, now, onto) => onto.filter((entry) => byId(now, entry.id) || !same(entry, byId(read, entry.id)))

/** My order, if I changed it; what somebody else has added comes last. @param {Entry[]} read @param {Entry[]} now @param {Entry[]} onto */
function inOrder(read, now, onto) {
  const order = now.map((entry) => entry.id)
  const before = read.map((entry) => entry.id).filter((id) => order.includes(id))
  if (same(before, order.filter((id) => before.includes(id)))) return onto
  const place = (/** @type {Entry} */ { id }) => (order.includes(id) ? order.indexOf(id) : order.length)
  return [...onto].sort((one, other) => place(one) - place(other))
}
