"""A question with a photo, written without a network, comes to the desk; the answer comes back, and is read."""

from __future__ import annotations

import contextlib
import re
import sqlite3
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

from playwright.sync_api import APIResponse, Route, expect

from tests.browser import scenes
from tests.browser.browsers import Browsers
from tests.browser.office import ALBERS, DARIUSZ, ELIF, Office, wait_until
from tests.browser.steps import (
    SENT_GERMAN,
    as_file,
    choose_files,
    go,
    open_desk,
    open_phone,
    sign_in,
    sign_out,
    signed_in_phone,
    words,
)

QUESTION = "Reicht dieser Brief der Hausverwaltung?"
ANSWER = "Ja, das reicht uns."


SUBSCRIPTION = "walk"


def pushes(office: Office) -> list[str]:
    """What is queued for the phone that `listening` made up."""
    with contextlib.closing(sqlite3.connect(office.data / "belegbote.sqlite")) as db:
        found = db.execute("SELECT payload FROM push_outbox WHERE subscription = ?", (SUBSCRIPTION,)).fetchall()
    return [payload for (payload,) in found if "/#/m" in payload]


@contextlib.contextmanager
def listening(office: Office) -> Iterator[None]:
    """Elif has a phone that wants to be told, though its push service answers nobody."""
    at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    with contextlib.closing(sqlite3.connect(office.data / "belegbote.sqlite", timeout=20)) as db:
        db.execute(
            """INSERT INTO subscription (id, person, endpoint, p256dh, auth, created_at, seen_at)
               SELECT ?, id, 'https://push.invalid/walk', '', '', ?, ? FROM person WHERE login = ?""",
            (SUBSCRIPTION, at, at, ELIF["login"]),
        )
        db.commit()
        yield
        db.execute("DELETE FROM subscription WHERE id = ?", (SUBSCRIPTION,))
        db.commit()


def test_a_question_with_a_photo_is_written_offline_and_answered(office: Office, browsers: Browsers):
    phone = signed_in_phone(browsers.phone(), office.url, ELIF)
    phone.context.set_offline(True)
    go(phone, "#/post")
    phone.locator("#write").click()
    expect(phone.locator("#answer-days")).to_contain_text("2 Arbeitstagen")
    phone.locator("#message").fill(QUESTION)
    phone.locator("#message-photo").click()
    choose_files(phone, as_file("foto.jpg", "image/jpeg", scenes.photo("Brief")))
    phone.locator("#see-pages, #see-pages-2").locator("visible=true").first.click()
    phone.locator("#next").click()
    expect(phone.locator("#message")).to_have_value(QUESTION)  # it was kept while the camera was open
    expect(phone.locator("#enclosed")).to_have_text(words("messages.enclosed.one"))
    expect(phone.get_by_text(words("pages.preparing"))).to_have_count(0)
    phone.locator("#message-send").click()
    mine = phone.locator("#thread li", has_text=QUESTION)
    expect(mine).to_contain_text(words("state.waiting"))
    expect(phone.locator("#message")).to_have_value("")

    # Another person on the same phone sees nothing of it, and sends nothing of it.
    sign_out(phone, "keep")
    phone.context.set_offline(False)
    phone = open_phone(phone.context, office.url)
    sign_in(phone, DARIUSZ)
    go(phone, "#/m")
    expect(phone.locator("#thread")).to_contain_text("Schule")
    expect(phone.locator("#thread")).not_to_contain_text(QUESTION)
    lying = phone.evaluate("""async () => {
        const { openStore } = await import("/lib/store.js")
        const rows = await openStore().read((tx) => tx.objectStore("kv").getAll())
        const text = (row) => JSON.stringify(row) + new TextDecoder().decode(row?.body?.data ?? new Uint8Array())
        return rows.map(text).join()
    }""")
    assert "Hausverwaltung" not in lying
    sign_out(phone, "leave")
    sign_in(phone, ELIF)
    go(phone, "#/m")
    mine = phone.locator("#thread li", has_text=QUESTION)
    expect(mine).to_contain_text(words("messages.there"))
    expect(mine.locator("a")).to_contain_text(words("state.received"))

    # The desk finds it by keyboard, sees the photo, and answers.
    desk = open_desk(browsers.desk(), office.url, ALBERS)
    expect(desk.locator("#to-messages .count")).not_to_be_empty()
    desk.locator("#to-messages").click()
    expect(desk.locator(".thread--unread", has_text=ELIF["name"])).to_contain_text(QUESTION)
    desk.locator("[data-person]", has_text=ELIF["name"]).focus()
    desk.keyboard.press("Enter")
    theirs = desk.locator("#talk li", has_text=QUESTION)
    expect(theirs.locator("a")).to_have_attribute("href", re.compile("^#/s/"))
    expect(desk.locator(".thread--unread", has_text=ELIF["name"])).to_have_count(0)
    go(phone, "#/")
    desk.keyboard.press("r")
    desk.keyboard.insert_text(ANSWER)
    with listening(office):
        desk.keyboard.press("Control+Enter")
        expect(desk.locator("#talk li", has_text=ANSWER)).to_contain_text("Noch nicht gelesen")

    # Her phone is told without a word of it, and has it among the news; without a network too, once it was loaded.
    [payload] = pushes(office)
    assert SENT_GERMAN["push.message"] in payload and ANSWER not in payload
    news = phone.locator("#home-news li").count()  # a notice of the demo office may be among them
    phone.reload()
    expect(phone.locator("#home-news")).to_contain_text(words("messages.unread.one"))
    expect(phone.locator("#home-news li")).to_have_count(news + 1)
    phone.locator("#letter-messages").click()
    expect(mine).to_contain_text(words("messages.read"))
    expect(phone.locator("#thread li", has_text=ANSWER)).to_contain_text(words("post.new"))
    phone.context.set_offline(True)
    go(phone, "#/")
    expect(phone.locator("#home-news li")).to_have_count(news)
    go(phone, "#/m")
    expect(phone.locator("#thread li", has_text=ANSWER)).to_be_visible()
    phone.context.set_offline(False)

    # What the office does not take stays, says why, and can be taken back into the field.
    too_long = "Miete " * 400
    said = """async ([path, text]) => (await import("/phone/main.js")).app.answer(path, { text, submission: null })"""
    phone.evaluate(said, [f"/messages/{uuid.uuid4()}", too_long])
    take_back = phone.get_by_role("button", name=words("messages.take_back"))
    expect(take_back).to_be_visible()
    take_back.click()
    expect(phone.locator("#message")).to_have_value(too_long)
    expect(take_back).to_have_count(0)

    def read() -> bool:
        caseworker = office.client(ALBERS)
        threads = caseworker.get("/desk/messages")["threads"]
        person = next(thread["person"]["id"] for thread in threads if thread["person"]["name"] == ELIF["name"])
        last = caseworker.get(f"/desk/messages/{person}")["messages"][-1]
        caseworker.close()
        return last["text"] == ANSWER and bool(last["read_at"])

    wait_until(read, "the office knows that the answer was read")


def test_a_message_that_is_begun_stays_locked_for_its_writer(office: Office, browsers: Browsers):
    phone = signed_in_phone(browsers.phone(), office.url, ELIF)
    go(phone, "#/m")
    phone.locator("#message").press_sequentially("Noch nicht fer")
    sign_out(phone, "keep")
    sign_in(phone, DARIUSZ)
    go(phone, "#/m")
    expect(phone.locator("#message")).to_have_value("")
    sign_out(phone, "leave")
    sign_in(phone, ELIF)
    go(phone, "#/m")
    expect(phone.locator("#message")).to_have_value("Noch nicht fer")


def test_no_message_goes_out_under_the_next_persons_name(office: Office, browsers: Browsers):
    phone = signed_in_phone(browsers.phone(), office.url, ELIF)
    texts = [f"Nur von mir {uuid.uuid4()}" for _ in range(2)]
    phone.context.set_offline(True)
    go(phone, "#/m")
    for text in texts:
        phone.locator("#message").fill(text)
        phone.locator("#message-send").click()
        expect(phone.locator("#thread li", has_text=text)).to_be_visible()
    held: list[tuple[Route, APIResponse]] = []
    later = "**/api/v1/messages/*"
    phone.route(later, lambda route: route.continue_() if held else held.append((route, route.fetch())))
    phone.context.set_offline(False)
    wait_until(lambda: phone.wait_for_timeout(50) or held, "the first message on its way")
    sign_out(phone, "keep")
    sign_in(phone, DARIUSZ)
    for route, answer in held:  # it arrived while she was here; only the answer is late
        route.fulfill(response=answer)
    phone.wait_for_timeout(1000)
    assert not set(texts) & set(said_by(office, DARIUSZ))
    sign_out(phone, "leave")
    sign_in(phone, ELIF)
    wait_until(lambda: phone.wait_for_timeout(50) or set(texts) <= set(said_by(office, ELIF)), "both under her own")


def said_by(office: Office, person: dict[str, str]) -> list[str]:
    client = office.client(person)
    try:
        return [one["text"] for one in client.get("/messages")["messages"]]
    finally:
        client.close()
