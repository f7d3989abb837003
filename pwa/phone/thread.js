/** The thread with the team, as this phone knows it: what the office said last, and behind it what lies only here. No DOM. */

/**
 * @typedef {{id: string, text: string, at: string, read_at: string | null, mine: boolean, submission: string | null}} Message
 * @typedef {{messages: Message[], team: string | null, more: boolean}} Thread
 *
 * @typedef {Message & {here?: boolean, refused?: string}} Shown here: the office does not have it yet, or did not take it
 */

/** @type {Thread} */
export const NOTHING = { messages: [], team: null, more: false }
export const DRAFT = "/messages" // under which the text lies that is still being written
const OWN = /^\/messages\/([\w-]{36})$/

/** @param {string} id */
export const pathOf = (id) => `${DRAFT}/${id}`

/** @param {import("./context.js").App} app @returns {Shown[]} oldest first */
export function messagesOf(app) {
  const known = new Set(app.thread.messages.map((one) => one.id))
  return [...app.thread.messages, ...app.answers.flatMap((row) => {
    const id = row.path.match(OWN)?.[1]
    if (!id || known.has(id)) return []
    return [{ id, text: row.body?.text ?? "", submission: row.body?.submission ?? null, at: new Date(row.at).toISOString(), read_at: null, mine: true, here: true, refused: row.refused }]
  })]
}

/** @param {import("./context.js").App} app @returns {Message[]} what the team wrote and this person has not read */
export function unreadOf(app) {
  const { messages } = app.thread
  return messages.slice(messages.findIndex((one) => one.id === app.readUntil) + 1).filter((one) => !one.mine && !one.read_at)
}

/** Of which kind a paper is that goes with a message; none where the office takes no such papers. @param {import("./context.js").App} app @returns {string | undefined} */
export const enclosureKind = (app) => app.office?.kinds.find((/** @type {any} */ kind) => kind.message)?.id

/** What was photographed for the message that is being written. @param {import("./context.js").App} app @returns {Promise<import("../lib/types.js").Submission | undefined>} */
export async function enclosureOf(app) {
  const kind = enclosureKind(app) ?? ""
  return (await app.store.submissionsOf(app.owner)).find((row) => row.state === "open" && row.kind === kind && !row.follows)
}
