"""A notice on its way: given at the desk, read on the phone, without a network too, locked, gone with its reader."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser import scenes
from tests.browser.browsers import Browsers
from tests.browser.office import ALBERS, DARIUSZ, ELIF, VOSS, Office, wait_until
from tests.browser.steps import DESK_GERMAN, as_file, go, open_desk, sign_in, signed_in_phone, words

TITLE = "Bewilligung ab Dezember"
KEPT = """async () => {
    const { openStore } = await import("/lib/store.js")
    const shelf = IDBKeyRange.bound("notice:", "notice:~")
    const rows = await openStore().read((tx) => tx.objectStore("kv").getAll(shelf))
    return rows.map((row) => [Boolean(row.page.iv), new TextDecoder("latin1").decode(row.page.data.slice(0, 8))])
}"""
# Three pages of 9 MB are more than may lie there: those that were opened first go.
TOO_MUCH = """async () => {
    const { openStore } = await import("/lib/store.js")
    const { page } = await import("/lib/notices.js")
    const store = openStore()
    const owner = (await store.get("session")).person.id
    const call = async () => ({ data: new Blob([new Uint8Array(9_000_000)], { type: "image/png" }) })
    for (const n of [1, 2, 3]) await page(store, owner, call, "large", n)
    const shelf = IDBKeyRange.bound("notice:", "notice:~")
    const keys = await store.read((tx) => tx.objectStore("kv").getAllKeys(shelf))
    return keys.map((key) => key.split(":").slice(2).join(" "))
}"""


def give(desk: Page) -> str:
    """Give Elif a notice of two pages by the form; returns its id."""
    go(desk, "#/notices")
    desk.locator("#notice-person").fill("yilmaz 178342")
    desk.locator("[data-person]").click()
    expect(desk.locator("#notice-consent")).to_contain_text(DESK_GERMAN["notices.no_consent"])
    desk.locator("#notice-file").set_input_files(as_file("Foto.jpg", "image/jpeg", scenes.photo()))
    expect(desk.locator("#notice-wrong")).to_contain_text("Foto.jpg")
    desk.locator("#notice-file").set_input_files(as_file("B.pdf", "application/pdf", scenes.pdf(pages=2)))
    desk.locator("#notice-title").fill(TITLE)
    desk.locator("#notice-send").click()
    row = desk.locator("[data-notice]", has_text=TITLE)
    expect(row).to_contain_text(DESK_GERMAN["notices.unread_today"])
    return row.get_attribute("data-notice") or ""


def test_a_notice_is_read_offline_again_and_only_by_whom_it_is_for(office: Office, browsers: Browsers):
    desk = open_desk(browsers.desk(), office.url, ALBERS)
    notice = give(desk)
    phone = signed_in_phone(browsers.phone(), office.url, ELIF)
    phone.locator(f"#home-news #letter-notice-{notice}").click()
    expect(phone.locator(".read__image")).to_have_count(2)
    expect(phone.locator("#by-post")).to_have_text(words("notice.by_post"))
    expect(phone.locator("#objection")).to_contain_text("Widerspruch geht nicht über Belegbote")
    go(desk, "#/")
    go(desk, "#/notices")
    expect(desk.locator(f"[data-notice='{notice}']")).to_contain_text("Gelesen heute")

    # Without a network: pages that were opened are there, what is wished waits.
    go(phone, "#/")
    go(phone, f"#/notices/{notice}")
    expect(phone.locator("#read-at")).to_be_visible()
    phone.context.set_offline(True)
    phone.reload()
    expect(phone.locator(".read__image")).to_have_count(2)
    kept = phone.evaluate(KEPT)
    assert len(kept) == 2 and all(locked and not head.startswith(("\x89PNG", "ÿØÿ")) for locked, head in kept)
    assert phone.evaluate(TOO_MUCH) == ["large 2", "large 3"]
    go(phone, "#/notices")
    phone.locator("#consent").click()
    expect(phone.locator("#consent")).to_contain_text(words("ask.answer_waits"))
    phone.context.set_offline(False)
    client = office.client(ELIF)
    wait_until(lambda: client.get("/consent")["given"], "the consent is at the office")
    phone.locator("#consent").click()
    wait_until(lambda: not client.get("/consent")["given"], "the consent is taken back")
    assert len(client.get("/consent")["history"]) == 1
    client.close()

    # What the office takes back goes from the phone, too.
    expect(phone.locator("#notices a")).to_have_count(2)
    for way in [line.get_attribute("href") or "" for line in phone.locator("#notices a").all()]:
        go(phone, way)
        expect(phone.locator(".read__image")).to_have_count(2)
    wait_until(lambda: len(phone.evaluate(KEPT)) == 4, "two pages of each notice lie there")
    desk.locator(f"#take-back-{notice}").click()
    desk.locator("#take-back-yes").click()
    expect(desk.locator(f"[data-notice='{notice}']")).to_contain_text(DESK_GERMAN["notices.state_withdrawn"])
    phone.reload()
    go(phone, "#/notices")
    expect(phone.locator("#notices a")).to_have_count(1)
    wait_until(lambda: len(phone.evaluate(KEPT)) == 2, "its pages have gone")

    # One tap, and the next person sees nothing of the first.
    go(phone, "#/person")
    phone.locator("#switch-person").click()
    expect(phone.locator("#signin")).to_be_visible()
    assert "Elif" not in phone.content()
    assert phone.evaluate(KEPT) == []
    sign_in(phone, DARIUSZ)
    expect(phone.locator("#home-news")).to_be_hidden()
    go(phone, f"#/notices/{notice}")
    expect(phone.locator("#notice-unknown")).to_be_visible()


def test_a_consent_that_has_gone_out_is_shown_though_the_office_was_not_asked_again(
    office: Office, browsers: Browsers, newcomer: dict[str, str]
):
    browser, client = browsers.phone(), office.client(newcomer)
    browser.route(
        "**/api/v1/consent", lambda route: route.abort() if route.request.method == "GET" else route.fallback()
    )
    phone = signed_in_phone(browser, office.url, newcomer)
    go(phone, "#/notices")
    switch = phone.locator("#consent")
    expect(switch).to_have_attribute("aria-checked", "false")
    for given in (True, False):
        switch.click()
        wait_until(
            lambda given=given: phone.evaluate("1") and client.get("/consent")["given"] == given, "the office has it"
        )
        go(phone, "#/")
        go(phone, "#/notices")
        expect(switch).to_have_attribute("aria-checked", str(given).lower())
        expect(switch).not_to_contain_text(words("ask.answer_waits"))
        expect(switch).to_have_attribute("aria-checked", str(given).lower())
    client.close()


def test_a_tap_turns_round_what_the_switch_shows_however_soon_it_comes(
    office: Office, browsers: Browsers, newcomer: dict[str, str]
):
    phone, client = signed_in_phone(browsers.phone(), office.url, newcomer), office.client(newcomer)
    go(phone, "#/notices")
    expect(phone.locator("#consent")).to_have_attribute("aria-checked", "false")
    for wished in [True, False] * 10:
        phone.evaluate("document.querySelector('#consent').click()")  # at once, without a look whether it holds still
        wait_until(lambda wished=wished: client.get("/consent")["given"] == wished, "the office has it")
    client.close()


def test_what_people_say_reaches_the_office_and_a_call_is_ticked_off(office: Office, browsers: Browsers):
    desk = open_desk(browsers.desk(), office.url, VOSS)
    go(desk, "#/survey")
    tick = desk.locator("#survey-calls [id^=called-]").first
    tick.check()
    expect(desk.locator("#survey-calls")).to_contain_text(VOSS["name"])
    expect(tick).to_be_focused()
    with desk.expect_download() as download:
        desk.locator("#survey-csv").click()
    assert "Samira" not in download.value.path().read_text("utf-8-sig")
