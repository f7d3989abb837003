/** Names for things before any network knows them, and fingerprints of bytes. */

/** @param {ArrayBuffer | Uint8Array<ArrayBuffer>} bytes @returns {string} */
const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("")

/**
 * A UUIDv7 (RFC 9562): 48 bits of time, the rest random. Uniqueness never depends on the clock.
 *
 * @param {number} [now] ms
 * @returns {string}
 */
export function uuid7(now = Date.now()) {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  new DataView(bytes.buffer).setUint32(0, Math.floor(now / 0x10000))
  new DataView(bytes.buffer).setUint16(4, now % 0x10000)
  bytes[6] = (bytes[6] & 0x0f) | 0x70
  bytes[8] = (bytes[8] & 0x3f) | 0x80
  const text = hex(bytes)
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join("-")
}

/** @param {ArrayBuffer} buffer @returns {Promise<string>} SHA-256, hex */
export const sha256 = async (buffer) => hex(await crypto.subtle.digest("SHA-256", buffer))
