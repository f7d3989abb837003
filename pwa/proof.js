/** The public page that checks a receipt. What is behind the `#` and what a file holds stays here: the server is asked
 * with the code in the body, and of a file it learns the SHA-256. All words stand in the page already. */

/** @param {string} id */
const one = (id) => /** @type {HTMLInputElement} */ (document.getElementById(id))
const form = /** @type {HTMLFormElement} */ (document.querySelector("form"))
const verdict = /** @type {HTMLElement} */ (document.getElementById("verdict"))
const language = /** @type {HTMLAnchorElement} */ (document.getElementById("language"))
const clock = new Intl.DateTimeFormat("de", { dateStyle: "medium", timeStyle: "medium", timeZone: "Europe/Berlin" })
const week = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "long", timeZone: "Europe/Berlin" })

/** @returns {string} the code of a scanned receipt */
const scanned = () => location.hash.slice(1)

/** @param {string} code @param {string} number @param {string} sha256 @returns {Promise<any>} */
async function ask(code, number, sha256) {
  try {
    const body = JSON.stringify({ code, number, sha256 })
    const answer = await fetch("/api/v1/check", { method: "POST", headers: { "X-App": "1", "Content-Type": "application/json" }, body })
    if (answer.ok) return await answer.json()
    return { said: answer.status === 429 ? "wait" : answer.status === 400 ? "incomplete" : "offline" }
  } catch {
    return { said: "offline" }
  }
}

/** As it stands on the paper, so that both can be compared. @param {string} at UTC, ISO 8601 @param {string} pattern */
function moment(at, pattern) {
  const [date, time] = clock.format(new Date(at)).split(", ")
  return pattern.replace("{weekday}", week.format(new Date(at))).replace("{date}", date).replace("{time}", time)
}

/** @param {any} answer */
function show(answer) {
  for (const section of /** @type {NodeListOf<HTMLElement>} */ (verdict.querySelectorAll("[data-said]"))) section.hidden = section.dataset.said !== answer.said
  for (const line of /** @type {NodeListOf<HTMLElement>} */ (verdict.querySelectorAll("[data-file]"))) line.hidden = line.dataset.file !== answer.file
  for (const place of /** @type {NodeListOf<HTMLElement>} */ (verdict.querySelectorAll("[data-value]"))) {
    const name = place.dataset.value ?? ""
    const value = name === "page" ? answer.page : answer.receipt?.[name]
    place.textContent = name === "arrived_at" && value ? moment(value, place.dataset.pattern ?? "") : String(value ?? "")
  }
  verdict.focus()
}

async function check() {
  const typed = one("code").value.trim()
  show(await ask(typed || scanned(), one("number").value.trim(), one("sha256").value.trim()))
}

/** @param {File | undefined} file its bytes do not leave this page */
async function look(file) {
  if (!file) return
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()))
  one("sha256").value = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("")
  if (one("code").value || scanned()) await check()
}

form.addEventListener("submit", (event) => {
  event.preventDefault()
  void check()
})

// Only where the page is reached safely may a script compute hashes; else the hash can still be typed.
if (crypto.subtle) {
  one("drop").hidden = false
  one("choose").addEventListener("change", () => look(one("choose").files?.[0]))
  addEventListener("dragover", (event) => event.preventDefault())
  addEventListener("drop", (event) => {
    event.preventDefault()
    void look(event.dataTransfer?.files[0])
  })
}

async function begin() {
  language.hash = location.hash
  if (scanned()) await check()
}

addEventListener("hashchange", begin)
void begin()
