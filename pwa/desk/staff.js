/** The office's own people and their teams, for admins: added, changed, ended, with a password that is shown once. */
// words: role.*

import { fill, h } from "../lib/dom.js"
import { uuid7 } from "../lib/ids.js"
import { dateOnly, t } from "../lib/words.js"
import { accessState } from "./access.js"
import { announce } from "./announce.js"
import { changeAccess, dropTeam, newSecret, officesPeople, putStaff, putTeam } from "./data.js"
import { openDialog, withKey } from "./dialog.js"
import { labelled } from "./fields.js"
import { complaint, input, select, trying } from "./form.js"
import { frame, goKeys } from "./frame.js"
import { icon } from "./icons.js"
import { bind, cap } from "./keys.js"
import { load, queue } from "./queue.js"
import { sentence } from "./troubles.js"

/**
 * @typedef {import("./data.js").StaffRow} StaffRow
 * @typedef {import("./data.js").TeamRow} TeamRow
 */

const ROLES = ["caseworker", "admin"]
const LOGIN = /^[a-z0-9][a-z0-9._@-]{1,59}$/i // as the server has it

/**
 * @param {object} options
 * @param {string} options.id whose dialog opens; "" for nobody's
 * @param {import("./frame.js").Who} options.who
 * @param {import("./frame.js").Ways} options.ways
 * @param {(hash: string) => void} options.go
 * @returns {{root: HTMLElement, ready: Promise<void>, leave: () => void}}
 */
export function staff({ id, who, ways, go }) {
  /** @type {import("./data.js").Staff | null} */
  let found = null
  const sub = h("p", { class: "top__sub", id: "staff-count" })
  const trouble = h("div", { class: "operation__trouble", role: "alert" })
  const rows = h("tbody", { id: "staff" })
  const teamRows = h("tbody", { id: "teams" })
  const shell = frame({
    kind: "list",
    here: "staff",
    who,
    ways,
    top: [
      h("div", { class: "top__titles" }, h("h1", { class: "title", tabindex: "-1" }, t("staff.title")), sub),
      h("button", { type: "button", class: "btn btn--primary", id: "add-staff", "aria-keyshortcuts": "N", onclick: () => openPerson(null) }, icon("plus"), h("span", null, t("staff.add")), cap("n")),
    ],
    main: h("div", { class: "operation", tabindex: "0", role: "region", "aria-label": t("staff.title") },
      trouble,
      h("div", { class: "box" }, h("table", { class: "table table--staff" },
        head("staff.name", "staff.role", "staff.team", "people.access"), rows)),
      h("section", { class: "box", "aria-labelledby": "teams-title" },
        h("div", { class: "box__head box__head--tools" }, h("h2", { class: "section", id: "teams-title" }, t("staff.teams")),
          h("button", { type: "button", class: "btn btn--tool", id: "add-team", onclick: () => openTeam(null) }, icon("plus"), h("span", null, t("staff.add_team")))),
        h("table", { class: "table table--teams" }, head("staff.team", "staff.cases", "staff.people"), teamRows))),
    hints: [{ keys: ["n"], words: "staff.hint_new" }, { keys: ["j", "k"], words: "people.hint_next" }, { keys: ["g", "n"], words: "hint.go_new" }],
  })

  async function look() {
    try {
      found = await officesPeople()
      fill(trouble)
    } catch (error) {
      fill(trouble, complaint(sentence(error)))
    }
    show()
  }

  function show() {
    if (!found) return
    const focused = document.activeElement?.id ?? ""
    sub.textContent = t("people.count", { count: found.people.filter((one) => one.access !== "ended").length })
    fill(rows, found.people.map(row))
    fill(teamRows, found.teams.map(teamRow))
    if (/^(staff|team)-/.test(focused)) document.getElementById(focused)?.focus()
  }

  /** @param {StaffRow} of */
  const row = (of) =>
    h("tr", null,
      h("th", { scope: "row" }, h("button", { type: "button", class: "link link--strong", id: `staff-${of.id}`, onclick: () => openPerson(of) }, of.name), h("span", { class: "table__sub" }, of.login)),
      h("td", { "data-name": t("staff.role") }, t(`role.${of.role}`)),
      h("td", { "data-name": t("staff.team") }, of.team?.name ?? "–"),
      h("td", { "data-name": t("people.access") }, accessState(of)))

  /** @param {TeamRow} of */
  const teamRow = (of) =>
    h("tr", null,
      h("th", { scope: "row" }, h("button", { type: "button", class: "link link--strong", id: `team-${of.id}`, onclick: () => openTeam(of) }, of.name)),
      h("td", { "data-name": t("staff.cases") }, of.cases),
      h("td", { "data-name": t("staff.people") }, of.people))

  /** @param {StaffRow | null} of null: somebody new */
  function openPerson(of) {
    const mine = of?.id === who.id
    const fresh = of?.id ?? uuid7() // the same for each try, so that a lost answer adds nobody twice
    const problem = h("div", { role: "alert" })
    const once = h("div", { id: "secret", role: "status" })
    const name = input("staff-name", of?.name ?? "", 200)
    const login = input("staff-login", of?.login ?? "", 60)
    Object.assign(login, { autocapitalize: "none", spellcheck: false, readOnly: Boolean(of) })
    const role = select("staff-role", ROLES.map((each) => ({ value: each, words: t(`role.${each}`) })), of?.role ?? "caseworker")
    const none = { value: "", words: t("staff.no_team") }
    const team = select("staff-team", [none, ...(found?.teams ?? []).map((one) => ({ value: one.id, words: one.name }))], of ? (of.team?.id ?? "") : (found?.teams[0]?.id ?? ""))
    role.disabled = mine
    const acting = trying(problem)

    const save = acting(async () => {
      const lacking = [[name, name.value.trim()], [login, LOGIN.test(login.value.trim())], [team, team.value || role.value === "admin"]].find(([, good]) => !good)
      if (lacking) {
        fill(problem, complaint(t(lacking[0] === login ? "staff.bad_login" : lacking[0] === team ? "staff.pick_team" : "staff.no_name")))
        return lacking[0].focus()
      }
      const made = await putStaff(fresh, { name: name.value.trim(), login: login.value.trim(), role: role.value, team: team.value || null })
      close()
      if (!of) await welcome(made)
      else say(t("staff.saved", { name: made.name }))
      await look()
      document.getElementById(`staff-${made.id}`)?.focus()
    })
    const password = acting(async () => {
      const { secret, until } = await newSecret(fresh)
      fill(once, secretNote(t("people.password_once", { date: dateOnly(until) }), secret))
      once.scrollIntoView({ block: "nearest" })
      await look()
    })
    const end = acting(async () => {
      await changeAccess(fresh, of?.access === "ended" ? "open" : "ended")
      close()
      say(t(of?.access === "ended" ? "people.opened" : "staff.ended", { name: of?.name ?? "" }))
      await look()
      document.getElementById(`staff-${fresh}`)?.focus()
    })
    const { close } = openDialog({
      title: of?.name ?? t("staff.add_title"),
      sub: of ? t(`role.${of.role}`) : undefined,
      body: [
        h("form", { class: "form", id: "staff-form", onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); void save() } },
          labelled(name, t("staff.name")),
          labelled(login, t("staff.login"), t(of ? "staff.login_stays" : "staff.login_hint")),
          labelled(role, t("staff.role"), mine ? t("staff.yourself") : t("staff.role_hint")),
          labelled(team, t("staff.team"), of && !mine ? t("staff.sign_in_again") : undefined)),
        of && !mine && h("section", { class: "stack" }, h("h3", { class: "section" }, t("people.access")), accessState(of),
          of.access !== "ended" && h("p", { class: "muted" }, t("people.password_ends")),
          h("div", { class: "tools" },
            of.access !== "ended" && h("button", { type: "button", class: "btn", id: "new-secret", onclick: password }, icon("turn"), h("span", null, t("people.new_password"))),
            h("button", { type: "button", class: "btn", id: "end-access", onclick: end }, icon(of.access === "ended" ? "turn" : "cross"), h("span", null, t(of.access === "ended" ? "people.open_again" : "people.end")))),
          once),
        problem,
      ],
      foot: [h("button", { type: "submit", form: "staff-form", class: "btn btn--primary", id: "staff-save", "aria-keyshortcuts": "Shift+Enter" }, icon("tick"), withKey(t(of ? "staff.save" : "staff.create"), "shift+enter"))],
      bindings: [{ keys: ["shift+enter"], words: "keys.save_staff", run: () => void save(), always: true }],
    })
    ;(of ? null : name)?.focus()
  }

  /** Somebody new has their first password, shown once. @param {StaffRow} made */
  async function welcome(made) {
    const told = h("div", { role: "status", class: "stack" })
    const { close } = openDialog({
      title: made.name,
      sub: t(`role.${made.role}`),
      body: [told],
      foot: [h("button", { type: "button", class: "btn btn--primary", id: "staff-done", onclick: () => close() }, t("staff.done"))],
    })
    try {
      const { secret, until } = await newSecret(made.id)
      fill(told, secretNote(t("staff.added_once", { login: made.login, date: dateOnly(until) }), secret))
    } catch (error) {
      fill(told, complaint(`${t("staff.without_password")} ${sentence(error)}`))
    }
    document.getElementById("staff-done")?.focus()
  }

  /** @param {TeamRow | null} of null: a new one */
  function openTeam(of) {
    const fresh = of?.id ?? uuid7()
    const problem = h("div", { role: "alert" })
    const name = input("team-name", of?.name ?? "", 120)
    const acting = trying(problem)
    const full = of && (of.cases > 0 || of.people > 0)
    const save = acting(async () => {
      if (!name.value.trim()) {
        fill(problem, complaint(t("staff.no_name")))
        return name.focus()
      }
      const made = await putTeam(fresh, name.value.trim())
      close()
      say(t("staff.team_saved", { name: made.name }))
      await look()
      document.getElementById(`team-${fresh}`)?.focus()
    })
    const drop = acting(async () => {
      await dropTeam(fresh)
      close()
      say(t("staff.team_gone", { name: of?.name ?? "" }))
      await look()
      document.getElementById("add-team")?.focus()
    })
    const { close } = openDialog({
      title: of?.name ?? t("staff.add_team"),
      body: [
        h("form", { class: "form", id: "team-form", onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); void save() } }, labelled(name, t("staff.team_name"))),
        full && h("p", { class: "muted" }, t("staff.team_full", { cases: of.cases, people: of.people })),
        problem,
      ],
      foot: [
        of && !full && h("button", { type: "button", class: "btn", id: "team-drop", onclick: drop }, icon("cross"), h("span", null, t("staff.team_drop"))),
        h("button", { type: "submit", form: "team-form", class: "btn btn--primary", id: "team-save", "aria-keyshortcuts": "Shift+Enter" }, icon("tick"), withKey(t(of ? "staff.save" : "staff.create"), "shift+enter")),
      ],
      bindings: [{ keys: ["shift+enter"], words: "keys.save_staff", run: () => void save(), always: true }],
    })
    name.focus()
  }

  /** @param {string} words */
  function say(words) {
    shell.say(icon("tick"), h("span", null, words))
    announce(words)
  }

  /** @param {number} step to the next name or the one before */
  function walk(step) {
    /** @type {HTMLElement[]} */
    const names = [...rows.querySelectorAll("th button"), ...teamRows.querySelectorAll("th button")]
    const at = names.findIndex((name) => name === document.activeElement)
    names[at < 0 ? 0 : at + step]?.focus()
  }

  const unbind = bind([
    { keys: ["n"], words: "keys.new_person", run: () => found && openPerson(null) },
    { keys: ["j"], words: "keys.person_next", run: () => walk(1), steady: true },
    { keys: ["k"], words: "keys.person_previous", run: () => walk(-1), steady: true },
    ...goKeys(who, go),
    { keys: ["?"], words: "keys.help", run: ways.help },
  ])
  document.title = t("staff.document_title")
  const counted = queue.rows === null ? load().catch(() => {}) : null
  counted?.then(shell.showCounts)
  return {
    root: shell.root,
    ready: look().then(() => {
      const asked = id && found?.people.find((one) => one.id === id)
      if (asked && shell.root.isConnected) openPerson(asked)
    }),
    leave: unbind,
  }
}

/** @param {...string} names of the columns */
const head = (...names) => h("thead", null, h("tr", null, names.map((name) => h("th", { scope: "col" }, t(name)))))

/** @param {string} words @param {string} secret */
const secretNote = (words, secret) => h("div", { class: "note" }, icon("eye"), h("div", null, h("p", null, words), h("p", { class: "secret secret--password" }, secret)))
