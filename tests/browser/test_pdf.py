"""PDFs on the phone: their pages are seen, left out and blacked out, and nothing of what is gone is in what is sent."""

from __future__ import annotations

import base64
import io

import numpy as np
import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary, Name
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser import scenes
from tests.browser.access import sideways, violations
from tests.browser.browsers import Browsers, wait_in
from tests.browser.database import WITH_DATABASE
from tests.browser.office import ELIF, Office, wait_until
from tests.browser.steps import (
    KIND,
    as_file,
    choose_files,
    open_phone,
    receipt_number,
    send,
    sent_pages,
    share,
    signed_in_phone,
    submission_of,
    words,
)
from tests.browser.test_blackout import KEPT, draw
from tests.browser.test_data import TELLS
from tests.scanning.papers import line, pdf_of

BOX = (0.05, 0.20, 0.95, 0.32)  # the corners of a box over the second line of a page
# What became of a PDF when only some of its pages stay, as base64, and whether they had to become pictures.
LEAVE_OUT = """async ([data, numbers]) => {
    const pdf = await import("/lib/pdf.js")
    const bytes = async () => Uint8Array.from(atob(data), one => one.charCodeAt(0)).buffer
    let made
    const drawn = await pdf.leaveOut({ bytes, replace: async (_, fresh) => { made = fresh } }, { id: "one" }, numbers)
    const text = Array.from(new Uint8Array(made.buffer), one => String.fromCharCode(one)).join("")
    return { drawn, data: btoa(text) }
}"""
# The first page of a PDF as the phone shows it, a JPEG as base64.
LOOKS = """async (data) => {
    const { preview } = await import("/lib/pdf.js")
    const { thumb } = await preview(Uint8Array.from(atob(data), one => one.charCodeAt(0)).buffer)
    return btoa(Array.from(new Uint8Array(thumb), one => String.fromCharCode(one)).join(""))
}"""
# What lies in the phone's database of each page, without its bytes.
PAGES = f"""async () => {{ {WITH_DATABASE}
    const pages = await all("pages")
    db.close()
    return pages.map(({{ name, sheets, blackened }}) => ({{ name, sheets: sheets ?? null, blackened: blackened ?? 0 }}))
}}"""


def statement(*secrets: str) -> bytes:
    """A bank statement of as many pages, whose fourth is missing, as careless software writes it: all pages have one
    list of resources; title, bookmark and an attached file say what stands on the last page but one, too."""

    def careless(pdf: pikepdf.Pdf) -> None:
        font = pdf.pages[0].obj.Resources.Font
        forms, look = Dictionary(), {"Type": Name.XObject, "Subtype": Name.Form, "BBox": [0, 0, 595, 842]}
        for n, secret in enumerate(secrets, 1):
            text = line(f"Kontoauszug, Seite {n} von 4", 70, 760) + line(secret, 70, 620)
            forms[f"/P{n}"] = pdf.make_stream(text.encode("cp1252"), Resources=Dictionary(Font=font), **look)
        everything = pdf.make_indirect(Dictionary(Font=font, XObject=forms))
        for page in pdf.pages:
            page.obj.Resources = everything
        pdf.docinfo["/Title"] = secrets[-2]
        pdf.attachments["buchungen.csv"] = secrets[-2].encode()
        with pdf.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem(secrets[-2], 0))

    contents = [f"q /P{n} Do Q" for n in range(1, len(secrets) + 1)]
    return pdf_of(*contents, then=careless, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def all_of(data: bytes) -> bytes:
    """A PDF's bytes, and those of everything in it unpacked."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        streams = [thing for thing in pdf.objects if isinstance(thing, pikepdf.Stream)]
        unpacked = [thing.read_bytes() for thing in streams if thing.get("/Filter") != Name.DCTDecode]
        texts = [repr(thing).encode() for thing in pdf.objects]
    return b"\n".join([data, *unpacked, *texts])


def texts_of(data: bytes) -> list[str]:
    """What can be read on each page."""
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data)]


def choose_pdf(phone: Page, data: bytes) -> None:
    """From home to the list of pages, with this PDF in it."""
    phone.locator("#scan").click()
    choose_files(phone, as_file("auszug.pdf", "application/pdf", data))
    phone.locator("#see-pages, #see-pages-2").locator("visible=true").first.click()
    expect(phone.locator("#tiles .tile__page")).to_have_count(1)


def sent(phone: Page, office: Office) -> list[tuple[str, bytes]]:
    """Send what is on the list of pages: the hash and the bytes of each page that the office has then."""
    phone.locator("#next").click()
    phone.locator(f"#kind-{KIND}").click()
    send(phone)
    receipt_number(phone)
    hashes = sent_pages(office, ELIF, submission_of(phone))
    return [(sha256, next(office.data.rglob(f"*{sha256}*")).read_bytes()) for sha256 in hashes]


def archived() -> bytes:
    """A page as archives keep it, one picture in JPEG 2000: black on the left, light on the right."""
    picture, out = Image.new("L", (400, 560), 220), io.BytesIO()
    picture.paste(0, (0, 0, 200, 560))
    picture.save(out, "JPEG2000", no_jp2=True)

    def with_picture(pdf: pikepdf.Pdf) -> None:
        facts = {"Type": Name.XObject, "Subtype": Name.Image, "Width": 400, "Height": 560, "Filter": Name.JPXDecode}
        image = pdf.make_stream(out.getvalue(), **facts, ColorSpace=Name.DeviceGray, BitsPerComponent=8)
        pdf.pages[0].obj.Resources.XObject = Dictionary(Im1=image)

    return pdf_of("q 595 0 0 842 0 0 cm /Im1 Do Q", then=with_picture)


def test_a_page_in_jpeg_2000_is_shown(office: Office, browsers: Browsers):
    phone = open_phone(browsers.phone(live="checks"), office.url)
    thumb = base64.b64decode(phone.evaluate(LOOKS, base64.b64encode(archived()).decode()))
    seen = np.asarray(Image.open(io.BytesIO(thumb)).convert("L"))
    middle = seen.shape[1] // 2
    assert seen[:, : middle - 5].mean() < 30 and abs(seen[:, middle + 5 :].mean() - 220) < 10


def test_the_pages_of_a_shared_pdf_are_seen_and_one_that_is_left_out_is_not_sent(office: Office, browsers: Browsers):
    phone = signed_in_phone(browsers.phone(live="checks"), office.url, ELIF)
    whole = statement("Lidl 20,00", "Praxis Brandt", "Rewe 31,00")
    assert b"Brandt" in all_of(whole)
    share(phone, as_file("auszug.pdf", "application/pdf", whole))
    expect(phone.locator("#shared-files img")).to_have_count(1)
    expect(phone.locator("#shared-files .second")).to_contain_text(words("app.pages.other", count=3))
    phone.locator("#shared-take").click()
    verdict = phone.locator(".tile__verdict")
    expect(verdict).to_have_text(words("sheets.tile.other", count=3))
    expect(phone.locator("#tiles img")).to_have_count(1)
    expect(phone.locator("#sheets-missing")).to_have_text(words("complete.sheets_missing.one", at=3, of=4))

    phone.locator("#look").click()
    pages = phone.locator("#page-sheet .look > *")
    expect(pages).to_have_count(3)
    pages.last.evaluate("page => page.scrollIntoView()")  # what is drawn anew meanwhile is in view as well
    expect(phone.get_by_alt_text(words("sheets.page", number=3, count=3))).to_be_visible()
    phone.locator("#page-sheet-close").click()

    phone.locator("#sheets").click()
    expect(phone.locator("#sheets img")).to_have_count(3)
    keep = phone.locator("#sheets-keep")
    expect(keep).to_have_text(words("sheets.all_stay"))
    assert (violations(phone), sideways(phone)) == ([], 0)
    phone.locator("#sheets-none").click()
    expect(keep).to_be_disabled()
    phone.locator("#sheets-all").click()
    phone.locator("#sheet-2").focus()
    phone.keyboard.press("Space")
    expect(keep).to_have_text(words("sheets.keep.other", count=2))
    keep.click()
    expect(verdict).to_have_text(words("sheets.tile.other", count=2))
    expect(phone.locator("#sheets-missing")).to_have_count(0)
    assert phone.evaluate(KEPT) == 1, "the PDF as it was is gone from the phone"

    [(_, data)] = sent(phone, office)
    assert [text.split("\r\n")[1] for text in texts_of(data)] == ["Lidl 20,00", "Rewe 31,00"]
    everything = all_of(data)
    assert b"Lidl 20,00" in everything, "what stays is still text"
    assert b"Brandt" not in everything
    submission, jobseeker = submission_of(phone), office.client(ELIF)
    ready = wait_until(
        lambda: (row := jobseeker.get(f"/submissions/{submission}"))["state"] == "ready" and row, "the document"
    )
    jobseeker.close()
    assert ready["document"]["pages"] == 2


def test_nothing_of_what_is_under_a_box_on_a_pdf_can_be_recovered(office: Office, browsers: Browsers):
    """Two PDFs that differ only under the box become the same bytes; the pages without a box are still text."""
    arrived = []
    for secret in ("Praxis Dr. Brandt", "Partei der Mitte"):
        phone = signed_in_phone(browsers.phone(live="checks"), office.url, ELIF)
        choose_pdf(phone, statement("Lidl 20,00", secret, "Rewe 31,00"))
        phone.locator("#blackout").click()
        phone.locator("#sheet-2").click()
        expect(phone.locator("#blackout-board")).to_be_visible()
        draw(phone, *BOX)
        phone.locator("#blackout-burn").click()
        expect(phone.locator(".tile__verdict")).to_have_text(words("blackout.tile.one"))
        assert phone.evaluate(PAGES) == [{"name": "", "sheets": 3, "blackened": 1}]
        assert phone.evaluate(KEPT) == 1
        arrived += sent(phone, office)
        phone.context.close()
    (one, data), (other, _) = arrived
    assert one == other
    first, second, third = texts_of(data)
    assert ("Lidl 20,00" in first, second, "Rewe 31,00" in third) == (True, "", True)
    seen = pypdfium2.PdfDocument(data)[1].render(scale=1).to_pil().convert("L")
    wide, high = seen.size
    box = [BOX[0] * wide + 3, BOX[1] * high + 3, BOX[2] * wide - 3, BOX[3] * high - 3]
    assert seen.crop([round(side) for side in box]).getextrema()[1] < 8, "black"
    assert seen.crop((0, 0, wide, round(0.15 * high))).getextrema()[0] < 100, "the line above the box can be read"


def larger(pdf: pikepdf.Pdf) -> None:
    """All pages show parts of one drawing."""
    font = pdf.pages[0].obj.Resources.Font
    text = "".join(line(f"Zeile {n}", 70, 700 - 842 * n) for n in range(3))
    whole = pdf.make_stream(text.encode(), Type=Name.XObject, Subtype=Name.Form, BBox=[0, -1684, 595, 842],
                            Resources=Dictionary(Font=font))  # fmt: skip
    for n, page in enumerate(pdf.pages):
        page.obj.Resources = Dictionary(XObject=Dictionary(W=whole))
        page.obj.Contents = pdf.make_stream(f"q 1 0 0 1 0 {842 * n} cm /W Do Q".encode())


def long_photo(pdf: pikepdf.Pdf) -> None:
    """All pages show parts of one picture, as web pages are printed by some."""
    photo = pdf.make_stream(bytes(range(0, 240, 4)), Type=Name.XObject, Subtype=Name.Image, Width=1, Height=60,
                            ColorSpace=Name.DeviceGray, BitsPerComponent=8)  # fmt: skip
    for n, page in enumerate(pdf.pages):
        page.obj.Resources = Dictionary(XObject=Dictionary(I=photo))
        page.obj.Contents = pdf.make_stream(f"q 595 0 0 2526 0 {842 * n - 1684} cm /I Do Q".encode())


def cropped(pdf: pikepdf.Pdf) -> None:
    """Each page is cut out of a larger one."""
    for page in pdf.pages:
        page.obj.CropBox = [0, 400, 595, 842]


def layered(pdf: pikepdf.Pdf) -> None:
    """A line lies on a layer that is off."""
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="secret"))
    pdf.pages[0].obj.Resources.Properties = Dictionary(L=layer)
    pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer])))
    pdf.pages[0].obj.Contents = pdf.make_stream(b"/OC /L BDC " + line("Zeile 1", 70, 500).encode() + b"EMC")


def filled_in(pdf: pikepdf.Pdf) -> None:
    """A form with a value in a field."""
    looks = pdf.make_stream(line("ausgefuellt", 2, 4).encode(), Type=Name.XObject, Subtype=Name.Form,
                            BBox=[0, 0, 200, 20], Resources=pdf.pages[0].obj.Resources)  # fmt: skip
    field = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T="Feld", V="ausgefuellt", F=4,
                       Rect=[70, 500, 270, 520], AP=Dictionary(N=looks))  # fmt: skip
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(field)])
    pdf.Root.AcroForm = Dictionary(Fields=pdf.pages[0].obj.Annots)


def test_pages_that_could_hide_more_than_they_show_become_pictures(office: Office, browsers: Browsers):
    phone = signed_in_phone(browsers.phone(live="checks"), office.url, ELIF)
    lines = [line(f"Zeile {n}", 70, 700) for n in range(3)]
    for then, pictures in ((larger, True), (long_photo, True), (cropped, True), (layered, True), (filled_in, False)):
        whole = base64.b64encode(pdf_of(*lines, then=then)).decode()
        made = phone.evaluate(LEAVE_OUT, [whole, [1, 3]])
        data = base64.b64decode(made["data"])
        assert made["drawn"] is pictures, then.__name__
        assert b"Zeile 1" not in all_of(data), then.__name__
        assert len(texts_of(data)) == 2
    seen = pypdfium2.PdfDocument(data)[0].render(scale=1).to_pil().convert("L").crop((70, 322, 270, 342))
    assert seen.getextrema()[0] < 100, "what was filled in is still seen"


def test_without_what_shows_pdfs_all_goes_on_as_ever_and_once_there_it_stays(office: Office, browsers: Browsers):
    browser = browsers.phone(live="checks")
    browser.add_init_script(TELLS)
    phone = signed_in_phone(browser, office.url, ELIF)
    browser.set_offline(True)
    choose_pdf(phone, scenes.pdf(pages=2))
    expect(phone.locator(".tile__verdict")).to_have_text("PDF")
    for target in ("#look", "#blackout", "#sheets"):
        phone.locator(target).click()
        expect(phone.locator("#toasts")).to_contain_text(words("error.pdf_viewer"))
        phone.evaluate("document.querySelector('#toasts').replaceChildren()")

    # Where papers wait for Wi-Fi it is fetched over mobile data only when somebody asks to see a page.
    browser.set_offline(False)
    phone.evaluate("localStorage.wifi_only = '1'")
    phone.reload()
    wait_in(phone, "caches.match('/phone/sheets.js').then(Boolean)")
    assert not phone.evaluate("caches.match('/vendor/pdfjs/pdf.min.mjs').then(Boolean)")
    phone.locator("#look").click()
    expect(phone.locator("#page-sheet img").first).to_be_visible()
    phone.locator("#page-sheet-close").click()
    phone.reload()
    expect(phone.locator(".tile__verdict")).to_have_text(words("sheets.tile.other", count=2))
    phone.evaluate("delete localStorage.wifi_only")

    browser.set_offline(True)
    phone.reload()
    phone.locator("#sheets").click()
    expect(phone.locator("#sheets img")).to_have_count(2)
    phone.locator("#sheet-1").uncheck()
    phone.locator("#sheets-keep").click()
    expect(phone.locator(".tile__verdict")).to_have_text(words("sheets.tile.one"))

    # One that is broken is told nothing of, cannot be opened here, and is sent as it is.
    broken = scenes.pdf(pages=1)[:2000]
    phone.locator("#add-page").click()
    choose_files(phone, as_file("kaputt.pdf", "application/pdf", broken))
    phone.locator("#see-pages, #see-pages-2").locator("visible=true").first.click()
    phone.locator("#page-2").click()
    expect(phone.locator("#again")).to_be_visible()
    expect(phone.locator("#blackout")).to_have_count(0)
    expect(phone.locator("#look")).to_have_count(0)
    browser.set_offline(False)
    phone.evaluate("window.dispatchEvent(new Event('online'))")
    (_, kept), (_, whole) = sent(phone, office)
    assert (len(texts_of(kept)), whole) == (1, broken)
