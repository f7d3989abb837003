/**
 * A PDF with nothing in it but what its pages show, some of them as pictures. pdf.js takes pages out of a PDF, but takes along whatever hangs on
 * them: pictures and forms of all pages, when they share one list of resources; attachments, bookmarks, tags, the title. So
 * what it wrote is read once more and written anew from its pages down, and only what is named here is carried over.
 *
 * It reads what pdf.js 6 writes, which is regular, and throws at everything that it does not know: then the caller makes
 * pictures of the pages.
 */

/** @typedef {string | Ref | any[] | Map<string, any>} Value of such values; a string is a number, name, text or word as it is written */
/** @typedef {{value: Value, data?: Uint8Array<ArrayBuffer>}} Thing data: of a stream, as it is packed */

class Ref {
  /** @param {number} number */
  constructor(number) {
    this.number = number
  }
}

const PAGE_KEEPS = ["Type", "MediaBox", "Rotate", "UserUnit", "Group", "Contents"]
const NOTE_KEEPS = ["Type", "Rect", "F"]
/** Notes on a page that show nothing. */
const UNSEEN = ["/Link", "/Popup"]
/** Never shown, wherever it hangs. */
const HIDDEN = ["Metadata", "PieceInfo", "AF", "StructParent", "StructParents", "OPI", "Alternates", "LastModified"]
/** What leads out of a page, or may be switched off. */
const STRANGE = ["/Page", "/Pages", "/Catalog", "/Annot", "/OCG", "/OCMD", "/Filespec", "/EmbeddedFile", "/StructElem"]
const FLATE = ["/FlateDecode", "/Fl"]

/** @typedef {{jpeg: ArrayBuffer, pixels: [number, number], points: [number, number]}} Picture of a whole page, width and height */

/**
 * @param {Uint8Array<ArrayBuffer> | null} file as pdf.js wrote it
 * @param {(Picture | null)[]} order of the pages; null: the next page of the file
 * @returns {Promise<ArrayBuffer>}
 * @throws {Error} there is something in it that is not understood
 */
export async function composed(file, order) {
  const things = file ? await read(file) : new Map()
  /** @type {(Thing | null)[]} the numbers that objects have in the new file; the first is the catalog */
  const made = []
  /** @type {Map<number, Ref>} */
  const moved = new Map()

  /** @param {Value | undefined} value @returns {Thing} */
  const at = (value) => {
    if (!(value instanceof Ref)) return { value: value ?? "null" }
    const thing = things.get(value.number)
    if (!thing) throw new Error("nothing there")
    return thing
  }
  /** @param {Value | undefined} value @returns {Map<string, Value>} */
  const dict = (value) => {
    const found = at(value).value
    if (found instanceof Map) return found
    throw new Error("no dictionary")
  }
  /** @param {Value | undefined} value @returns {Value[]} */
  const list = (value) => {
    const found = at(value).value
    return Array.isArray(found) ? found : [/** @type {Value} */ (value)]
  }

  /** @param {Thing | null} thing @returns {Ref} */
  function add(thing) {
    made.push(thing)
    return new Ref(made.length)
  }

  /** Everything that hangs on a value. @param {Value} value @returns {Promise<Value>} */
  async function carry(value) {
    if (Array.isArray(value)) {
      const items = []
      for (const item of value) items.push(await carry(item))
      return items
    }
    if (value instanceof Map) return carryDict(value)
    if (!(value instanceof Ref)) return value
    const known = moved.get(value.number)
    if (known) return known
    const old = at(value)
    const ref = add(null)
    moved.set(value.number, ref)
    made[ref.number - 1] = { ...old, value: old.data ? await carryStream(/** @type {Map<string, Value>} */ (old.value), old) : await carry(old.value) }
    return ref
  }

  /** @param {Map<string, Value>} old @param {string[]} [without] @returns {Promise<Map<string, Value>>} */
  async function carryDict(old, without = []) {
    if (STRANGE.includes(String(old.get("Type"))) || old.has("OC")) throw new Error("leads out of the page")
    if (old.get("Subtype") === "/Type3" && dict(old.get("Resources")).has("XObject")) throw new Error("letters with pictures")
    const fresh = new Map()
    for (const [key, value] of old) if (!HIDDEN.includes(key) && !without.includes(key)) fresh.set(key, await carry(value))
    return fresh
  }

  /** A form or a pattern draws like a page, from resources of its own. @param {Map<string, Value>} old @param {Thing} thing */
  async function carryStream(old, thing) {
    const draws = old.get("Subtype") === "/Form" || old.has("PatternType")
    if (draws && !old.has("Resources")) throw new Error("draws from the resources of its page")
    const fresh = await carryDict(old, ["Resources"])
    if (draws) fresh.set("Resources", await resources(old.get("Resources"), [thing]))
    return fresh
  }

  /** Only what the drawing calls by its name. @param {Value | undefined} all @param {Thing[]} drawing @returns {Promise<Value>} */
  async function resources(all, drawing) {
    const called = new Set()
    for (const thing of drawing) for (const [, name] of latin(await unpacked(thing, at)).matchAll(/\/([^\s()<>[\]{}/%]+)/g)) called.add(plain(name))
    const fresh = new Map()
    for (const [group, value] of all ? dict(all) : []) {
      const things = at(value).value
      if (!(things instanceof Map)) continue // /ProcSet
      const used = [...things].filter(([name]) => called.has(plain(name)))
      if (used.length) fresh.set(group, await carry(new Map(used)))
    }
    return fresh
  }

  /** What is drawn over a page, such as the content of a form: it stays as it looks. @param {Value} note @returns {Promise<Value | null>} */
  async function carryNote(note) {
    const old = dict(note)
    if (old.has("OC")) throw new Error("may be switched off")
    if (UNSEEN.includes(String(old.get("Subtype")))) return null
    const looks = dict(dict(old.get("AP")).get("N"))
    const look = at(dict(old.get("AP")).get("N")).data ? dict(old.get("AP")).get("N") : looks.get(plain(String(old.get("AS")).slice(1)))
    if (!look) return null
    const fresh = new Map([...old].filter(([key]) => NOTE_KEEPS.includes(key)))
    return add({ value: new Map([...fresh, ["Subtype", "/Stamp"], ["AP", mapped({ N: await carry(look) })]]) })
  }

  /** @param {Map<string, Value>} old @param {Ref} parent @returns {Promise<Ref>} */
  async function carryPage(old, parent) {
    const box = list(old.get("MediaBox")).map(Number)
    if (old.has("CropBox") || !(Math.max(Math.abs(box[0]), Math.abs(box[1])) < 1)) throw new Error("a part of something larger")
    const ref = add(null)
    const fresh = new Map()
    for (const key of PAGE_KEEPS) if (old.has(key)) fresh.set(key, await carry(/** @type {Value} */ (old.get(key))))
    fresh.set("Parent", parent)
    const drawing = old.has("Contents") ? list(old.get("Contents")).map(at) : []
    fresh.set("Resources", await resources(old.get("Resources"), drawing))
    const notes = []
    for (const note of old.has("Annots") ? list(old.get("Annots")) : []) notes.push(await carryNote(note))
    fresh.set("Annots", notes.filter((note) => note !== null))
    made[ref.number - 1] = { value: fresh }
    return ref
  }

  /** @param {Value} node of the tree of pages @returns {Map<string, Value>[]} */
  const leaves = (node) => (dict(node).has("Kids") ? list(dict(node).get("Kids")).flatMap(leaves) : [dict(node)])

  /** @returns {Map<string, Value>[]} */
  function pagesOfFile() {
    const root = [...things.values()].map(({ value }) => value).find((value) => value instanceof Map && value.get("Type") === "/XRef")
    return leaves(/** @type {Value} */ (dict(dict(root).get("Root")).get("Pages")))
  }

  /** @param {Picture} picture @param {Ref} parent @returns {Ref} */
  function picturePage({ jpeg, pixels, points }, parent) {
    const [width, height] = points.map((one) => one.toFixed(2))
    const image = add(stream(new Uint8Array(jpeg), { Type: "/XObject", Subtype: "/Image", Width: String(pixels[0]), Height: String(pixels[1]), ColorSpace: "/DeviceRGB", BitsPerComponent: "8", Filter: "/DCTDecode" }))
    const drawing = add(stream(Uint8Array.from(`q ${width} 0 0 ${height} 0 0 cm /I Do Q`, (one) => one.charCodeAt(0)), {}))
    const resources = new Map([["XObject", new Map([["I", image]])]])
    return add({ value: mapped({ Type: "/Page", Parent: parent, MediaBox: ["0", "0", width, height], Contents: drawing, Resources: resources }) })
  }

  add(null)
  const parent = add(null)
  const old = file ? pagesOfFile() : []
  const pages = []
  for (const picture of order) pages.push(picture ? picturePage(picture, parent) : await carryPage(/** @type {Map<string, Value>} */ (old.shift()), parent))
  made[0] = { value: mapped({ Type: "/Catalog", Pages: parent }) }
  made[1] = { value: mapped({ Type: "/Pages", Count: String(pages.length), Kids: pages }) }
  return written(/** @type {Thing[]} */ (made))
}

/** @param {Record<string, Value>} entries @returns {Map<string, Value>} */
const mapped = (entries) => new Map(Object.entries(entries))

/** @param {Uint8Array<ArrayBuffer>} data @param {Record<string, Value>} facts @returns {Thing} */
const stream = (data, facts) => ({ value: mapped({ ...facts, Length: String(data.length) }), data })

// --- reading ---

/** @param {Uint8Array<ArrayBuffer>} file @returns {Promise<Map<number, Thing>>} by number */
async function read(file) {
  const text = latin(file)
  /** @type {Map<number, Thing>} */
  const things = new Map()
  const packs = []
  for (let from = text.search(/\b\d+ 0 obj\n/); ; ) {
    const head = match(/(\d+) 0 obj\n/y, text, from)
    if (!head) break
    const [value, end] = parse(text, from + head[0].length)
    /** @type {Thing} */
    const thing = { value }
    from = end
    const stream = match(/ ?stream\n/y, text, from)
    if (stream && value instanceof Map) {
      const start = from + stream[0].length
      thing.data = file.subarray(start, start + Number(value.get("Length")))
      from = start + thing.data.length + (match(/\nendstream/y, text, start + thing.data.length)?.[0].length ?? NaN)
      if (value.get("Type") === "/ObjStm") packs.push(thing)
    }
    things.set(Number(head[1]), thing)
    from += match(/\nendobj\n/y, text, from)?.[0].length ?? NaN
    if (Number.isNaN(from)) throw new Error("not as pdf.js writes")
  }
  for (const pack of packs) {
    const inside = latin(await unpacked(pack, (value) => ({ value: value ?? "null" })))
    const facts = /** @type {Map<string, Value>} */ (pack.value)
    const first = Number(facts.get("First"))
    const numbers = inside.slice(0, first).split(/\s+/).map(Number)
    for (let i = 0; i < Number(facts.get("N")); i++) things.set(numbers[2 * i], { value: parse(inside, first + numbers[2 * i + 1])[0] })
  }
  return things
}

/** @param {RegExp} pattern a sticky one @param {string} text @param {number} from */
function match(pattern, text, from) {
  pattern.lastIndex = from
  return pattern.exec(text)
}

/** @param {string} text @param {number} from @returns {[Value, number]} a value, and where it ends */
function parse(text, from) {
  let at = from
  const skip = () => (at += match(/\s*/y, text, at)?.[0].length ?? 0)
  /** @returns {Value} */
  function value() {
    skip()
    if (text.startsWith("<<", at)) {
      at += 2
      const found = new Map()
      for (skip(); !text.startsWith(">>", at); skip()) found.set(plain(String(value()).slice(1)), value())
      at += 2
      return found
    }
    if (text[at] === "[") {
      at += 1
      const found = []
      for (skip(); text[at] !== "]"; skip()) found.push(value())
      at += 1
      return found
    }
    if (text[at] === "(") return string()
    const word = match(/(\d+) \d+ R\b|\/[^\s()<>[\]{}/%]*|[-+.\d]+|true|false|null/y, text, at)
    if (!word) throw new Error("not as pdf.js writes")
    at += word[0].length
    return word[1] ? new Ref(Number(word[1])) : word[0]
  }
  function string() {
    const start = at
    let depth = 0
    do {
      if (at >= text.length) throw new Error("a text without an end")
      if (text[at] === "\\") at += 1
      else if (text[at] === "(") depth += 1
      else if (text[at] === ")") depth -= 1
      at += 1
    } while (depth)
    return text.slice(start, at)
  }
  return [value(), at]
}

/** A name without its escapes. @param {string} name */
const plain = (name) => name.replace(/#([0-9a-f]{2})/gi, (_, code) => String.fromCharCode(parseInt(code, 16)))

/** A name with them. @param {string} name */
const escaped = (name) => name.replace(/[^!"$&'*-.0-;=?-Z\\^-z|~]/g, (one) => `#${one.charCodeAt(0).toString(16).padStart(2, "0")}`)

/** @param {Thing} stream @param {(value: Value | undefined) => Thing} at @returns {Promise<Uint8Array<ArrayBuffer>>} */
async function unpacked({ value, data }, at) {
  if (!data || !(value instanceof Map)) throw new Error("no stream")
  const filters = [at(value.get("Filter")).value].flat().filter((one) => one !== "null")
  const how = [at(value.get("DecodeParms")).value].flat().filter((one) => one !== "null")
  if (how.length || !filters.every((one) => FLATE.includes(String(one)))) throw new Error("packed in another way")
  let bytes = data
  for (const _ of filters) bytes = await inflated(bytes)
  return bytes
}

/** @param {Uint8Array<ArrayBuffer>} packed @returns {Promise<Uint8Array<ArrayBuffer>>} */
async function inflated(packed) {
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate")).getReader()
  const pieces = []
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) pieces.push(piece.value)
  } catch (error) {
    if (!pieces.length) throw error // else there is a line's end behind it
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer())
}

/** @param {Uint8Array} bytes @returns {string} a character for each */
function latin(bytes) {
  const pieces = []
  for (let at = 0; at < bytes.length; at += 8192) pieces.push(String.fromCharCode(...bytes.subarray(at, at + 8192)))
  return pieces.join("")
}

// --- writing ---

/** @param {Thing[]} things the first is the catalog @returns {Promise<ArrayBuffer>} */
async function written(things) {
  /** @type {BlobPart[]} */
  const parts = []
  let size = 0
  const places = []
  /** @param {Uint8Array<ArrayBuffer>} bytes */
  const put = (bytes) => {
    parts.push(bytes)
    size += bytes.length
  }
  const say = (/** @type {string} */ text) => put(Uint8Array.from(text, (one) => one.charCodeAt(0)))
  say("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
  for (const [i, { value, data }] of things.entries()) {
    places.push(size)
    say(`${i + 1} 0 obj\n${spelt(value)}\n`)
    if (data) {
      say("stream\n")
      put(data)
      say("\nendstream\n")
    }
    say("endobj\n")
  }
  const start = size
  say("xref\n0 " + (things.length + 1) + "\n0000000000 65535 f \n")
  for (const place of places) say(String(place).padStart(10, "0") + " 00000 n \n")
  say(`trailer\n<< /Size ${things.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`)
  return new Blob(parts).arrayBuffer()
}

/** @param {Value} value @returns {string} */
function spelt(value) {
  if (value instanceof Ref) return `${value.number} 0 R`
  if (Array.isArray(value)) return `[${value.map(spelt).join(" ")}]`
  if (value instanceof Map) return "<< " + [...value].map(([key, one]) => `/${escaped(key)} ${spelt(one)}`).join(" ") + " >>"
  return value
}
