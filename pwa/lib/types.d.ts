/** The nouns of this phone. Only the type checker reads this file: it weighs nothing on the way to a phone. */

import type { Store } from "./store.js"
import type { call } from "./api.js"

export type LocalState = "open" | "sealed" | "waiting" | "sending" | "paused" | "needs_login" | "blocked" | "complete"

/** A draft while `open`; frozen from `sealed` on. */
export interface Submission {
  /** UUIDv7 */
  id: string
  /** the person's id: nobody else's session lists or sends it */
  owner: string
  state: LocalState
  kind: string | null
  /** locked, see Store.note */
  note: any
  /** the returned submission whose pages this replaces, and their numbers */
  follows: string | null
  replaces: number[]
  /** the office asked for it: which ask, and which of its papers */
  ask?: string
  wanted?: number
  /** page ids in order */
  pages: string[]
  created: string
  /** time of the first page */
  captured_at: string | null
  /** that its papers are of, as "2026-11", ticked off by the person */
  months?: string[]
  /** whom it is about, if that is somebody else of the household */
  about?: string
  /** when it was first said that parts of such papers may be blacked out */
  blackout_offered_at?: string
  /** what the server is told, unchangeable once sealed; without the note, see Store.manifest */
  manifest?: any
  sealed_at?: string
  /** in the manifest; acknowledged by the server, as last written down; whole pages that the server has */
  bytes?: number
  sent?: number
  stored?: number
  /** the code of what blocks it or keeps it waiting */
  reason?: string
  /** this one is sent over mobile data, too: the person said so */
  anyway?: boolean
  /** page ids that the server's own version of this submission lacks */
  lacking?: string[]
  receipt?: any
  /** the bytes are gone from this phone; the receipt holds their hashes */
  purged?: boolean
  /** the office lost it after its receipt, and the person was told */
  missed?: boolean
  /** everything but the ids, while its owner is away, see leaving.js */
  locked?: string
}

export interface Page {
  id: string
  submission: string
  owner: string
  /** raw = the original as it came, still to be made smaller */
  state: "raw" | "ready" | "purged"
  type: string
  size: number
  sha256: string
  /** clockwise degrees that make it read upright */
  rotation: number
  /** set by the person, px of the photo, clockwise from the top-left; they win over what the server finds */
  corners?: [number, number][]
  /** how many places the person has blacked out */
  blackened?: number
  /** pages of a PDF; 0: this phone cannot show it; not known before it was looked into */
  sheets?: number
  /** a PDF's last page says which one it is, and of how many */
  numbered?: [number, number]
  /** what was seen on the photo whose hash is `of`, and under which corners, see phone/checker.js */
  look?: Look
  /** at decoding, counted before each: a crash counts too */
  attempts: number
  /** how often the server found another hash */
  failures: number
  /** small JPEG, upright as taken */
  thumb: ArrayBuffer | null
  /** of the file it came from */
  name: string
  /** everything but the ids, while its owner is away, see leaving.js */
  locked?: string
}

/** What takes the place of a page, see Store.replace. */
export interface Made extends Partial<Pick<Page, "corners" | "blackened" | "sheets" | "numbered">> {
  buffer: ArrayBuffer
  type: string
  thumb: ArrayBuffer | null
}

/** What this phone thinks of a photo, by the server's names. Advice: it stops nobody. */
export interface Look {
  of: string
  /** the worst first; null: it is being looked at, or could not be */
  problems: string[] | null
  /** the person was shown it, and keeps the page */
  seen?: boolean
}

/** A file that another app shared, see shared.js. */
export interface Shared {
  /** UUIDv7; the page's, once it is taken */
  id: string
  /** the person's id, or nobody's */
  owner: string
  /** ms */
  at: number
  /** name, size and problem, locked where it has an owner */
  facts: any
  /** nobody was signed in when it was shared */
  alone?: boolean
}

/** What the outbox needs from the world. */
export interface Outside {
  store: Store
  call: typeof call
  /** whose papers may be sent now, and by which token */
  identity: () => Promise<{ owner: string; token: string | null } | null>
  /** runs the work in one tab at a time; false when another tab has it */
  lock: (work: () => Promise<void>) => Promise<boolean>
  /** monotonic ms */
  now: () => number
  /** 0..1 */
  random: () => number
  /** a timer; the answer cancels it */
  later: (ms: number, work: () => void) => () => void
  /** papers must wait for Wi-Fi now */
  waitsForWifi?: () => boolean
  /** bytes acknowledged so far, before each append */
  progress?: (id: string, sent: number) => void
}

/** One submission's way through a round. */
export interface Turn {
  row: Submission
  /** page ids that the server has; null before the manifest is agreed */
  stored: Set<string> | null
  /** bytes that the server has acknowledged */
  sent: number
  /** the server had never heard of it: every page begins at 0 */
  fresh: boolean
  /** how often the server did not know it although the manifest was agreed */
  lost: number
}
