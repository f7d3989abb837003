"""Files instead of the camera: several at once, PDFs, and bad ones, each told and nothing else lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import scenes
from tests.browser.browsers import CAMERA_DENIED, NO_CAMERA, Browsers, wait_in
from tests.browser.office import ELIF, Office, wait_until
from tests.browser.steps import (
    GERMAN,
    as_file,
    choose_files,
    receipt_number,
    send,
    signed_in_phone,
    submission_of,
    to_check,
)

MIB = 1024 * 1024


@pytest.mark.parametrize("camera", ["there", "none"])
def test_a_tap_counts_although_the_next_page_is_saved_under_the_finger(
    office: Office, browsers: Browsers, paper, camera: str
):
    context = browsers.phone(camera=paper) if camera == "there" else browsers.phone(*NO_CAMERA)
    phone = signed_in_phone(context, office.url, ELIF)
    phone.locator("#scan").click()
    expect(phone.locator("#gallery" if camera == "there" else "#gallery-2")).to_be_visible()
    choose_files(phone, as_file("eins.jpg", "image/jpeg", scenes.photo("Seite eins")))
    see = phone.locator("#see-pages, #see-pages-2").locator("visible=true").first
    expect(see).to_contain_text("1")
    box = see.locator("span").first.bounding_box()
    phone.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    phone.mouse.down()
    choose_files(phone, as_file("zwei.jpg", "image/jpeg", scenes.photo("Seite zwei")))
    expect(see).to_contain_text("2")
    phone.mouse.up()
    expect(phone.locator("#tiles .tile__page")).to_have_count(2)


@pytest.mark.parametrize("target", ["#next", "#choose-kind"])
def test_a_tap_counts_although_a_page_changes_under_the_finger(office: Office, browsers: Browsers, paper, target: str):
    phone = signed_in_phone(browsers.phone(camera=paper), office.url, ELIF)
    phone.locator("#scan").click()
    choose_files(phone, as_file("eins.jpg", "image/jpeg", scenes.photo("Seite eins")))
    phone.locator("#see-pages").click()
    box = phone.locator(target).bounding_box()
    phone.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    phone.mouse.down()
    phone.locator("#turn").dispatch_event("click")
    expect(phone.locator("#tiles img").first).to_have_attribute("data-turn", "90")
    phone.mouse.up()
    expect(phone.locator("#kind-payslip")).to_be_visible()


def test_a_tap_counts_although_the_screen_follows_while_it_lasts(office: Office, browsers: Browsers, paper):
    phone = signed_in_phone(browsers.phone(camera=paper), office.url, ELIF)
    phone.locator("#scan").click()
    choose_files(phone, as_file("eins.jpg", "image/jpeg", scenes.photo("Seite eins")))
    phone.locator("#see-pages").click()
    phone.locator("#turn").hover()
    phone.mouse.down()
    phone.evaluate("document.querySelector('#page-1').click()")
    phone.wait_for_timeout(300)
    phone.mouse.up()
    expect(phone.locator("#tiles img").first).to_have_attribute("data-turn", "90")


def test_a_tap_counts_although_another_tab_changes_the_paper_under_the_finger(
    office: Office, browsers: Browsers, paper
):
    phone = signed_in_phone(browsers.phone(camera=paper), office.url, ELIF)
    phone.locator("#scan").click()
    choose_files(phone, as_file("eins.jpg", "image/jpeg", scenes.photo("Seite eins")))
    phone.locator("#see-pages").click()
    phone.locator("#turn").hover()
    phone.mouse.down()
    phone.evaluate("new BroadcastChannel('belegbote').postMessage('another tab')")
    phone.wait_for_timeout(300)  # the screen follows after a tenth of a second, were there no finger on it
    phone.mouse.up()
    expect(phone.locator("#tiles img").first).to_have_attribute("data-turn", "90")


def test_photos_and_a_pdf_together(office: Office, browsers: Browsers, paper):
    phone = signed_in_phone(browsers.phone(camera=paper), office.url, ELIF)
    phone.locator("#scan").click()
    choose_files(
        phone,
        as_file("eins.jpg", "image/jpeg", scenes.photo("Seite eins")),
        as_file("zwei.jpg", "image/jpeg", scenes.photo("Seite zwei")),
        as_file("vertrag.pdf", "application/pdf", scenes.pdf(pages=2)),
    )
    expect(phone.locator(".strip__count")).to_have_text("3")
    to_check(phone, "rental_contract")
    send(phone)
    receipt_number(phone)
    submission = submission_of(phone)
    jobseeker = office.client(ELIF)
    ready = wait_until(
        lambda: (row := jobseeker.get(f"/submissions/{submission}"))["state"] == "ready" and row, "the PDF"
    )
    jobseeker.close()
    assert ready["document"]["pages"] == 4
    assert [page["type"] for page in ready["pages"]] == ["image/jpeg", "image/jpeg", "application/pdf"]
    assert all(page["size"] < MIB for page in ready["pages"] if page["type"] == "image/jpeg")


def test_the_same_picture_twice_is_pointed_out_and_both_are_sent(office: Office, browsers: Browsers, paper):
    phone = signed_in_phone(browsers.phone(camera=paper), office.url, ELIF)
    phone.locator("#scan").click()
    photo = scenes.photo("Zweimal dasselbe")
    choose_files(phone, as_file("eins.jpg", "image/jpeg", photo), as_file("kopie.jpg", "image/jpeg", photo))
    expect(phone.locator(".strip__count")).to_have_text("2")
    phone.locator("#see-pages").click()
    expect(phone.locator(".tile__verdict").nth(1)).to_have_text("doppelt, wie Seite 1")
    phone.go_back()
    to_check(phone)
    send(phone)
    receipt_number(phone)


@pytest.mark.parametrize("flags", [CAMERA_DENIED, NO_CAMERA], ids=["denied", "missing"])
def test_39_without_a_camera_the_gallery_is_the_way(office: Office, browsers: Browsers, flags):
    phone = signed_in_phone(browsers.phone(*flags), office.url, ELIF)
    phone.locator("#scan").click()
    expect(phone.locator("#gallery-2")).to_be_visible()
    expect(phone.locator("#camera-app-2")).to_be_visible()
    choose_files(phone, as_file("seite.jpg", "image/jpeg", scenes.photo()))
    expect(phone.locator("#see-pages-2")).to_be_visible()
    to_check(phone)
    send(phone)
    receipt_number(phone)


def bad_files(folder: Path) -> dict[str, tuple[str, Path]]:
    """What people choose by mistake, with the key of the sentence that they read."""
    whole = scenes.photo()
    files = {
        "leer.jpg": ("error.file_empty", b""),
        "brief.jpg": ("error.file_not_image", b"Sehr geehrte Damen und Herren, " * 50),
        "halb.jpg": ("error.file_cut_off", whole[: len(whole) // 2]),
        "riesig.png": ("error.file_too_many_pixels", scenes.huge_png()),
        "bild.svg": ("error.file_svg", scenes.SVG),
        "iphone.heic": ("error.file_heic", scenes.heic()),
        "geschuetzt.pdf": ("error.file_pdf_encrypted", scenes.pdf(pages=1, password="geheim")),
        "gross.jpg": ("error.file_too_large", whole[:-2] + bytes(60 * MIB) + whole[-2:]),
    }
    made = {}
    for name, (key, data) in files.items():
        (folder / name).write_bytes(data)
        made[name] = (key, folder / name)
    return made


def test_37_each_bad_file_is_told_and_nothing_else_is_lost(office: Office, browsers: Browsers, paper, tmp_path: Path):
    phone = signed_in_phone(browsers.phone(camera=paper), office.url, ELIF)
    phone.locator("#scan").click()
    choose_files(phone, as_file("gut.jpg", "image/jpeg", scenes.photo()))
    expect(phone.locator(".strip__count")).to_have_text("1")
    for name, (key, path) in bad_files(tmp_path).items():
        choose_files(phone, path)
        trouble = phone.locator("#trouble")
        expect(trouble).to_contain_text(name, timeout=30_000)
        expect(trouble).to_contain_text(told(key))
        phone.locator("#trouble-close").click()
        expect(phone.locator(".strip__count")).to_have_text("1")
    to_check(phone)
    send(phone)
    receipt_number(phone)


def told(key: str) -> str:
    """The German sentence up to its first placeholder."""
    return GERMAN[key].partition("{")[0].strip()


def test_more_pages_than_fit_are_told_before_sending(office: Office, browsers: Browsers, paper):
    phone = signed_in_phone(browsers.phone(camera=paper), office.url, ELIF)
    small = scenes.jpeg(scenes.photograph(scenes.draw_paper("Seite"), (360, 480)))
    phone.locator("#scan").click()
    choose_files(phone, *(as_file(f"{n}.jpg", "image/jpeg", small) for n in range(61)))
    expect(phone.locator(".strip__count")).to_have_text("60", timeout=60_000)
    expect(phone.locator("#shutter")).to_be_hidden()
    expect(phone.locator("#trouble, #hint").first).to_contain_text("60")


def test_pages_can_be_turned_moved_deleted_and_taken_again(office: Office, browsers: Browsers, paper):
    phone = signed_in_phone(browsers.phone(camera=paper), office.url, ELIF)
    phone.locator("#scan").click()
    names = ["eins", "zwei", "drei"]
    for n, name in enumerate(names, 1):
        choose_files(phone, as_file(f"{name}.jpg", "image/jpeg", scenes.photo(name)))
        expect(phone.locator(".strip__count")).to_have_text(str(n))
    phone.locator("#see-pages").click()
    expect(phone.locator("#tiles .tile__page")).to_have_count(3)
    first, second, third = page_keys(phone)

    phone.locator("#page-3").click()
    phone.locator("#move-back").click()
    expect_pages(phone, [first, third, second])

    phone.locator("#page-1").click()
    phone.locator("#delete").click()
    expect_pages(phone, [third, second])
    phone.locator("#toasts button").first.click()
    expect_pages(phone, [first, third, second])

    phone.locator("#page-1").click()
    phone.locator("#turn").click()
    phone.locator("#next").click()
    phone.locator("#kind-payslip").click()
    send(phone)
    receipt_number(phone)
    jobseeker = office.client(ELIF)
    sent = jobseeker.get(f"/submissions/{submission_of(phone)}")
    jobseeker.close()
    assert [page["id"] for page in sent["pages"]] == [first, third, second]


def page_keys(phone: Page) -> list[str]:
    return phone.locator("#tiles .tile[data-key]:not(.tile--add)").evaluate_all(
        "tiles => tiles.map(tile => tile.dataset.key)"
    )


def expect_pages(phone: Page, wanted: list[str]) -> None:
    wait = "wanted => [...document.querySelectorAll('#tiles .tile:not(.tile--add)')]"
    wait += ".map(tile => tile.dataset.key).join() === wanted.join()"
    wait_in(phone, wait, wanted)
