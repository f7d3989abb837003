/**
 * Locks what people hand in while it lies on this phone. Each person has a key that the office gives at the sign-in
 * and that leaves the phone with them: what they left in the queue then waits locked, whoever holds the phone.
 *
 * AES-GCM with 256 bits; a fresh nonce for everything that is locked (NIST SP 800-38D).
 */

/** @typedef {{iv: Uint8Array<ArrayBuffer>, data: ArrayBuffer}} Locked */

const IV = 12 // bytes

/** There is no key here for what is to be read: its owner has to sign in. */
export class NoKey extends Error {}

export class Vault {
  /** @param {{get: (key: string) => Promise<any>, set: (key: string, value: any) => Promise<void>}} shelf where keys lie */
  constructor(shelf) {
    this.shelf = shelf
    /** @type {Map<string, CryptoKey>} */
    this.keys = new Map()
  }

  /** @param {string} owner @param {string | undefined} key 32 bytes, base64; the first one stays, or what it locked could not be read */
  async give(owner, key) {
    if (!key || (await this.#key(owner))) return
    const raw = fromBase64(key)
    const made = await imported(raw)
    // Some browsers refuse to write down a key that scripts cannot read (private windows, Lockdown Mode).
    await this.shelf.set(`key:${owner}`, made).catch(() => this.shelf.set(`key:${owner}`, raw))
    this.keys.set(owner, made)
  }

  /** Another tab signed somebody out. */
  forget() {
    this.keys.clear()
  }

  /** @param {string} owner @returns {Promise<CryptoKey | undefined>} */
  async #key(owner) {
    const known = this.keys.get(owner) ?? (await this.shelf.get(`key:${owner}`))
    const key = known instanceof Uint8Array ? await imported(/** @type {Uint8Array<ArrayBuffer>} */ (known)) : known
    if (key) this.keys.set(owner, key)
    return key
  }

  /**
   * @template {ArrayBuffer | null | undefined} T
   * @param {string} owner
   * @param {T} plain
   * @returns {Promise<Locked | T>} as it is only for a sign-in that is older than keys
   */
  async lock(owner, plain) {
    const key = plain && (await this.#key(owner))
    if (!plain || !key) return plain
    const iv = crypto.getRandomValues(new Uint8Array(IV))
    return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, plain) }
  }

  /** @param {string} owner @param {any} value JSON @returns {Promise<string | null>} text that only they can read; null without their key */
  async seal(owner, value) {
    const locked = await this.lock(owner, new TextEncoder().encode(JSON.stringify(value)).buffer)
    return "iv" in locked ? base64([...locked.iv, ...new Uint8Array(locked.data)]) : null
  }

  /** @param {string} owner @param {string} text @returns {Promise<any>} what was sealed; null when it was damaged or sealed by another key @throws {NoKey} */
  async open(owner, text) {
    const bytes = fromBase64(text)
    const plain = await this.unlock(owner, { iv: bytes.slice(0, IV), data: bytes.slice(IV).buffer })
    return plain && JSON.parse(new TextDecoder().decode(plain))
  }

  /**
   * @param {string} owner
   * @param {Locked | ArrayBuffer | null | undefined} kept
   * @returns {Promise<ArrayBuffer | null>} null when nothing is there, or it was locked by another key
   * @throws {NoKey}
   */
  async unlock(owner, kept) {
    if (!kept || kept instanceof ArrayBuffer) return kept ?? null
    const key = await this.#key(owner)
    if (!key) throw new NoKey(owner)
    return crypto.subtle.decrypt({ name: "AES-GCM", iv: kept.iv }, key, kept.data).catch(() => null)
  }
}

/** @param {Uint8Array<ArrayBuffer>} raw @returns {Promise<CryptoKey>} which no script can read again */
const imported = (raw) => crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"])

/** @param {number[]} bytes */
const base64 = (bytes) => btoa(bytes.map((byte) => String.fromCharCode(byte)).join(""))

/** @param {string} text */
const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
