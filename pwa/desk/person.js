/** One person who hands in papers, for admins: who they are, how they sign in, who belongs to their household. */

import { fill, h } from "../lib/dom.js"
import { uuid7 } from "../lib/ids.js"
import { LANGUAGES, dateOnly, t } from "../lib/words.js"
import { accessState } from "./access.js"
import { addPerson, changeAccess, changeMember, changePerson, newSecret, onePerson, printLetters, putMember } from "./data.js"
import { openDialog, withKey } from "./dialog.js"
import { labelled } from "./fields.js"
import { input, select, trying } from "./form.js"
import { languageName } from "./format.js"
import { icon } from "./icons.js"

/**
 * @typedef {import("./data.js").PersonWhole} PersonWhole
 * @typedef {import("./data.js").Member} Member
 * @typedef {import("./data.js").TeamRow} TeamRow
 *
 * @typedef {object} Ways
 * @property {TeamRow[]} teams
 * @property {(words: string) => void} say
 * @property {() => Promise<void>} changed something stands otherwise in the list
 */

/** What can be put in, by the names that the server has for it. @param {PersonWhole | null} of null: somebody new @param {TeamRow[]} teams */
function personFields(of, teams) {
  const known = of?.case
  const none = { value: "", words: t(of ? "staff.no_team" : "person.teams_own") }
  const rest = teams.map((one) => ({ value: one.id, words: one.name }))
  return {
    case: input("person-case", known?.number ?? "", 40),
    name: input("person-name", of?.name ?? "", 200),
    team: select("person-team", known ? rest : [none, ...rest], known ? (of?.team_id ?? "") : ""),
    approved_until: Object.assign(input("person-until", "", 10), { type: "date", value: known?.approved_until ?? "" }),
    language: select("person-language", LANGUAGES.map((value) => ({ value, words: languageName(value) })), of?.language ?? "de"),
    street: input("person-street", of?.street ?? "", 80),
    place: input("person-place", of?.place ?? "", 80),
  }
}

/**
 * @param {ReturnType<typeof personFields>} fields
 * @param {PersonWhole | null} of
 * @param {() => Promise<void>} save
 */
function personForm(fields, of, save) {
  const own = Boolean(of?.chose_language)
  fields.language.disabled = own
  for (const field of [fields.team, fields.approved_until]) field.setAttribute("aria-describedby", "person-case-hint")
  return h("form", { class: "form", id: "person-form", onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); void save() } },
    !of?.case && labelled(fields.case, t("people.case"), t("person.case_hint")),
    h("div", { class: "editor__pair" }, labelled(fields.name, t("people.name")), labelled(fields.language, t("people.language"), own ? t("person.own_language") : undefined)),
    h("div", { class: "editor__pair" }, labelled(fields.street, t("person.street")), labelled(fields.place, t("person.place"))),
    h("div", { class: "stack stack--wide" },
      h("div", { class: "editor__pair" }, labelled(fields.team, t("people.team")), labelled(fields.approved_until, t("fact.approved_until"))),
      h("p", { class: "muted small", id: "person-case-hint" }, t("person.whole_case"))))
}

/** @param {string} id @param {Ways} ways */
export async function openPerson(id, { teams, say, changed }) {
  let of = await onePerson(id)
  const problem = h("div", { role: "alert" })
  const once = h("div", { id: "secret", role: "status" })
  const access = h("section", { class: "stack stack--wide" })
  const household = h("section", { class: "stack stack--wide", id: "household" })
  const sub = () => [of.case?.number, of.team].filter(Boolean).join(" · ")
  const acting = trying(problem)
  const fields = personFields(of, teams)

  const save = acting(async () => {
    /** @type {Record<string, any>} */
    const was = { case: of.case?.number ?? "", name: of.name, team: of.case ? of.team_id : "", approved_until: of.case?.approved_until ?? "", language: of.language, street: of.street, place: of.place }
    const entries = Object.entries(fields).map(([name, field]) => [name, field.value.trim()])
    // What nobody changed here is not said: somebody else may have changed it meanwhile.
    const said = Object.fromEntries(entries.filter(([name, value]) => value !== was[name]))
    if (said.approved_until === "") said.approved_until = null
    if (Object.keys(said).length) of = await changePerson(of.id, said)
    close()
    say(t("staff.saved", { name: of.name }))
    await back()
  })

  const code = acting(async () => {
    const made = await newSecret(of.id)
    fill(once, h("div", { class: "note" }, icon("eye"), h("div", null,
      h("p", null, t("people.code_once", { date: dateOnly(made.until) })),
      h("p", { class: "secret" }, grouped(made.secret)))))
    once.scrollIntoView({ block: "nearest" })
    await again()
  })

  const end = acting(async () => {
    const ended = of.access === "ended"
    await changeAccess(of.id, ended ? "open" : "ended")
    close()
    say(t(ended ? "people.opened" : "people.ended", { name: of.name }))
    await back()
  })

  const letter = acting(async () => {
    savePdf(await printLetters([of.id]))
    say(t("people.printed", { count: 1 }))
    await again()
  })

  /** How it stands is shown anew, here and in the list. */
  async function again() {
    of = await onePerson(of.id)
    drawAccess()
    await changed()
  }

  async function back() {
    await changed()
    document.getElementById(`person-${of.id}`)?.focus()
  }

  function drawAccess() {
    const open = of.access !== "ended"
    const focused = document.activeElement?.id
    fill(access,
      h("h3", { class: "section" }, t("people.access")),
      h("p", { class: "member__access" }, accessState(of), h("span", { class: "muted" }, `${t("people.id")} ${grouped(of.login)}`)),
      open && h("p", { class: "muted" }, t("people.new_ends")),
      h("div", { class: "tools" },
        open && h("button", { type: "button", class: "btn", id: "letter", onclick: letter }, icon("paper"), h("span", null, t("people.letter"))),
        open && h("button", { type: "button", class: "btn", id: "new-secret", onclick: code }, icon("turn"), h("span", null, t("people.new_code"))),
        h("button", { type: "button", class: "btn", id: "end-access", onclick: end }, icon(open ? "cross" : "turn"), h("span", null, t(open ? "people.end" : "people.open_again")))),
      once)
    if (focused && access.querySelector(`#${focused}`)) document.getElementById(focused)?.focus()
  }

  /** @param {string | null} editing whose line is a form; "" for somebody new @param {string} [focus] */
  function drawHousehold(editing = null, focus) {
    household.hidden = !of.case
    fill(household,
      h("h3", { class: "section" }, t("person.household")),
      h("p", { class: "muted" }, t("person.household_hint")),
      of.household.length > 0 && h("ul", { class: "members" }, of.household.map((one) => h("li", { class: "member" }, one.id === editing ? memberForm(one) : memberLine(one)))),
      editing === "" ? memberForm(null) : h("button", { type: "button", class: "btn btn--tool", id: "member-add", onclick: () => drawHousehold("") }, icon("plus"), h("span", null, t("person.member_add"))))
    if (editing !== null) household.querySelector("input")?.focus()
    else if (focus) (document.getElementById(focus) ?? document.getElementById("member-add"))?.focus()
  }

  /** @param {Member} one */
  function memberLine(one) {
    const left = one.left_at !== null
    return [
      h("p", { class: "member__who" }, h("strong", null, one.name), h("span", { class: "muted" }, [one.relation, left && t("person.member_left", { date: dateOnly(one.left_at ?? "") })].filter(Boolean).join(" · "))),
      h("div", { class: "member__tools" },
        !left && h("button", { type: "button", class: "btn btn--tool", id: `member-${one.id}`, "aria-label": t("person.member_change_one", { name: one.name }), onclick: () => drawHousehold(one.id) }, icon("pen"), h("span", null, t("person.member_change"))),
        h("button", { type: "button", class: "btn btn--tool", id: `leave-${one.id}`, "aria-label": t(left ? "person.member_back_one" : "person.member_leaves_one", { name: one.name }), onclick: acting(() => member(changeMember(of.id, one.id, { left: !left }), `leave-${one.id}`)) }, icon(left ? "turn" : "cross"), h("span", null, t(left ? "person.member_back" : "person.member_leaves")))),
    ]
  }

  /** @param {Member | null} one */
  function memberForm(one) {
    const fresh = one?.id ?? uuid7() // the same for each try, so that a lost answer adds nobody twice
    const name = input("member-name", one?.name ?? "", 200)
    const relation = input("member-relation", one?.relation ?? "", 60)
    const focus = one ? `member-${one.id}` : "member-add"
    const put = acting(() => {
      const said = { name: name.value.trim(), relation: relation.value.trim() }
      if (!one) return member(putMember(of.id, fresh, said), focus)
      const changes = Object.fromEntries(Object.entries(said).filter(([field, value]) => value !== (one[/** @type {"name" | "relation"} */ (field)] ?? "")))
      return member(changeMember(of.id, fresh, changes), focus)
    })
    return h("form", { class: "member__form", onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); void put() } },
      labelled(name, t("people.name")),
      labelled(relation, t("person.relation"), t("person.relation_hint")),
      h("div", { class: "tools" },
        h("button", { type: "submit", class: "btn", id: "member-save" }, icon("tick"), h("span", null, t(one ? "staff.save" : "person.member_put"))),
        h("button", { type: "button", class: "btn btn--quiet", onclick: () => drawHousehold(null, focus) }, t("person.member_cancel"))))
  }

  /** @param {Promise<PersonWhole>} answer @param {string} focus what has the focus afterwards */
  async function member(answer, focus) {
    of = { ...of, household: (await answer).household } // the other fields may be half typed
    drawHousehold(null, focus)
  }

  drawAccess()
  drawHousehold()
  const { close } = openDialog({
    title: of.name,
    sub: sub(),
    body: [personForm(fields, of, save), problem, access, household],
    foot: [h("button", { type: "submit", form: "person-form", class: "btn btn--primary", id: "person-save", "aria-keyshortcuts": "Shift+Enter" }, icon("tick"), withKey(t("staff.save"), "shift+enter"))],
    bindings: [{ keys: ["shift+enter"], words: "keys.save_staff", run: () => void save(), always: true }],
  })
}

/** Somebody new; then they are open, for their letter. @param {Ways} ways */
export function openNewPerson(ways) {
  const fresh = uuid7() // the same for each try, so that a lost answer adds nobody twice
  const problem = h("div", { role: "alert" })
  const fields = personFields(null, ways.teams)
  const save = trying(problem)(async () => {
    const said = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.value.trim()]).filter(([name, value]) => value || name === "case" || name === "name"))
    const made = await addPerson(fresh, said)
    close()
    ways.say([t("person.added", { name: made.name, id: grouped(made.login) }), ...made.notes].join(" "))
    await ways.changed()
    await openPerson(made.id, ways)
  })
  const { close } = openDialog({
    title: t("person.add_title"),
    body: [personForm(fields, null, save), problem],
    foot: [h("button", { type: "submit", form: "person-form", class: "btn btn--primary", id: "person-save", "aria-keyshortcuts": "Shift+Enter" }, icon("tick"), withKey(t("staff.create"), "shift+enter"))],
    bindings: [{ keys: ["shift+enter"], words: "keys.save_staff", run: () => void save(), always: true }],
  })
  fields.case.focus()
}

/** @param {string} said @returns {string} "4827 1935": as it is read out and typed */
export const grouped = (said) => (/^\d{8}$/.test(said) ? `${said.slice(0, 4)} ${said.slice(4)}` : said)

/** @param {Blob} pdf the codes in it are in no other place: it goes to a file, not to a page that somebody closes */
export function savePdf(pdf) {
  const url = URL.createObjectURL(pdf)
  const link = h("a", { href: url, download: t("people.letters_file") })
  document.body.append(link)
  link.click()
  link.remove()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
