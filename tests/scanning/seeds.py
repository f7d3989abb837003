"""Small valid files of every kind that people send, and hard ones that somebody could make. All drawn here."""

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image

from tests.scanning import draw, exif


def valid() -> dict[str, list[bytes]]:
    """Kind → files. What a phone or an app would send, but small."""
    sheet = Image.fromarray(draw.letter(2, (160, 220))[:, :, ::-1])
    photo = Image.fromarray(draw.photograph(draw.letter(5), seed=5, size=(300, 400)).bgr[:, :, ::-1])
    noise = np.random.default_rng(1).integers(0, 65535, (40, 30), dtype=np.uint16)
    return {
        "jpeg": [
            saved(photo, "JPEG", quality=60),
            saved(sheet, "JPEG", quality=80, progressive=True),
            saved(sheet.convert("L"), "JPEG", quality=50),
            saved(sheet.convert("CMYK"), "JPEG", quality=50),
            saved(sheet, "JPEG", quality=50, restart_marker_blocks=4),
            exif.into_jpeg(saved(photo, "JPEG", quality=40), 6),
        ],
        "png": [
            saved(photo.resize((120, 160)), "PNG"),
            saved(sheet.convert("RGBA"), "PNG"),
            saved(sheet.quantize(16), "PNG", transparency=3),
            saved(sheet.convert("1"), "PNG"),
            saved(Image.fromarray(noise), "PNG"),
            saved(sheet, "PNG", save_all=True, append_images=[photo.resize(sheet.size)], duration=100),
            interlaced(24, 17),
        ],
        "webp": [
            saved(photo, "WEBP", quality=50),
            saved(sheet, "WEBP", lossless=True),
            saved(sheet.convert("RGBA"), "WEBP", quality=60, exif=b"Exif\0\0" + exif.block(3)),
            saved(sheet, "WEBP", save_all=True, append_images=[photo.resize(sheet.size)], duration=100),
        ],
        "tiff": [saved(sheet, "TIFF"), saved(sheet.convert("1"), "TIFF", compression="group4")],
        "heic": [b"\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\x2dmeta" + bytes(range(256)),
                 b"\0\0\0\x1cftypavif" + bytes(99)],
        "pdf": [
            pdf(text_page, text_page),
            pdf(text_page, compress=False),
            pdf(image_page(saved(photo, "JPEG", quality=50), Name.DCTDecode, photo.size)),
            pdf(image_page(saved(sheet, "JPEG2000"), Name.JPXDecode, sheet.size), compress=False),
            pdf(image_page(zlib.compress(sheet.convert("L").tobytes()), Name.FlateDecode, sheet.size, Name.DeviceGray)),
            pdf(image_page(bytes(400), Name.JBIG2Decode, (64, 64), Name.DeviceGray), compress=False),
            pdf(image_page(bytes(range(200)), Name.CCITTFaxDecode, (64, 64), Name.DeviceGray), compress=False),
            pdf(form_page, compress=False),
            pdf(shaded_page, compress=False),
        ],
    }  # fmt: skip


def saved(image: Image.Image, kind: str, **options) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


# ---------- PNG ----------


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*each) for each in chunks)


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def head(width: int, height: int, bits: int = 8, colour: int = 2, interlace: int = 0) -> tuple[bytes, bytes]:
    return b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, interlace)


def interlaced(width: int, height: int) -> bytes:
    """Adam7, which neither cv2 nor Pillow writes."""
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    rows = b""
    for x, y, across, down in passes:
        columns = len(range(x, width, across))
        rows += (b"\0" + bytes([200]) * columns) * len(range(y, height, down)) if columns else b""
    return png(head(width, height, 8, 0, 1), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))


def png_bomb(width: int = 7000, height: int = 7000, bits: int = 16, colour: int = 6) -> bytes:
    """Just below the limit of pixels, eight bytes a pixel, and almost none in the file."""
    return png(head(width, height, bits, colour), (b"IDAT", zeros((1 + width * 8) * height)), (b"IEND", b""))


def text_bomb() -> bytes:
    """A PNG whose comment unpacks to 256 MB."""
    body = b"Comment\0\0" + zeros(256 * 1024**2)
    return png(head(4, 4), (b"zTXt", body), (b"IDAT", zlib.compress(bytes(13 * 4))), (b"IEND", b""))


def zeros(count: int) -> bytes:
    """zlib.compress(bytes(count)), without having them: the same block again and again, the checksum by its formula."""
    block = 1024**2
    piece = zlib.compressobj(9, wbits=-15)
    again = piece.compress(bytes(block)) + piece.flush(zlib.Z_FULL_FLUSH)
    last = zlib.compressobj(9, wbits=-15)
    rest = last.compress(bytes(count % block)) + last.flush()
    return b"\x78\xda" + again * (count // block) + rest + struct.pack(">HH", count % 65521, 1)


# ---------- JPEG ----------


def many_scans(scans: int, size: tuple[int, int] = (5000, 5000)) -> bytes:
    """A progressive JPEG with the same scan over all pixels again and again."""
    data = saved(Image.new("L", (16, 16), 128), "JPEG", progressive=True)
    frame = data.index(b"\xff\xc2")
    data = data[: frame + 5] + struct.pack(">HH", *size) + data[frame + 9 :]
    first = data.index(b"\xff\xda")
    return data[:first] + b"\xff\xda\0\x08\x01\x01\0\x01\x3f\0" * scans + b"\xff\xd9"


# ---------- PDF ----------


def pdf(*makers: Callable[[pikepdf.Pdf], None], compress: bool = True) -> bytes:
    made = pikepdf.new()
    for maker in makers:
        maker(made)
    out = io.BytesIO()
    made.save(
        out,
        compress_streams=compress,
        static_id=True,
        object_stream_mode=pikepdf.ObjectStreamMode.generate if compress else pikepdf.ObjectStreamMode.disable,
    )
    return out.getvalue()


def blank(made: pikepdf.Pdf, content: bytes, resources: Dictionary | None = None, size: int = 0) -> None:
    page = made.add_blank_page(page_size=(size or 200, size or 280))
    page.Contents = made.make_stream(content)
    page.Resources = resources or Dictionary()


def text_page(made: pikepdf.Pdf) -> None:
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    lines = b"".join(b"BT /F 9 Tf 20 %d Td (Ein Satz von %d Worten) Tj ET\n" % (260 - 12 * n, n) for n in range(20))
    blank(made, lines, Dictionary(Font=Dictionary(F=font)))


def image_page(data: bytes, kind: Name, size: tuple[int, int], space: Name = Name.DeviceRGB):
    def maker(made: pikepdf.Pdf) -> None:
        image = made.make_stream(data, Type=Name.XObject, Subtype=Name.Image, Width=size[0], Height=size[1],
                                 BitsPerComponent=1 if kind in (Name.JBIG2Decode, Name.CCITTFaxDecode) else 8,
                                 ColorSpace=space, Filter=kind)  # fmt: skip
        blank(made, b"200 0 0 280 0 0 cm /I Do", Dictionary(XObject=Dictionary(I=image)))

    return maker


def form_page(made: pikepdf.Pdf) -> None:
    """A form inside a form, a field, and a note."""
    inner = made.make_stream(b"1 0 0 rg 0 0 50 50 re f", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 50, 50])
    outer = made.make_stream(b"/X Do", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 99, 99],
                             Resources=Dictionary(XObject=Dictionary(X=inner)))  # fmt: skip
    blank(made, b"/O Do", Dictionary(XObject=Dictionary(O=outer)))
    field = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T="name", V="Jana", Rect=[20, 20, 120, 40])
    note = Dictionary(Type=Name.Annot, Subtype=Name.Square, Rect=[50, 50, 90, 90], C=[1, 0, 0])
    made.pages[-1].Annots = Array([made.make_indirect(field), made.make_indirect(note)])
    made.Root.AcroForm = Dictionary(Fields=Array([made.pages[-1].Annots[0]]), NeedAppearances=True)


def shaded_page(made: pikepdf.Pdf) -> None:
    slope = Dictionary(FunctionType=2, Domain=[0, 1], C0=[1, 0, 0], C1=[0, 0, 1], N=1)
    shading = Dictionary(ShadingType=2, ColorSpace=Name.DeviceRGB, Coords=[0, 0, 200, 280], Function=slope)
    blank(made, b"/S sh", Dictionary(Shading=Dictionary(S=shading)))


def recursive_form(made: pikepdf.Pdf) -> None:
    """A form that draws itself twice: two to the power of the depth."""
    forms = [made.make_stream(b"0 0 1 1 re f", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9])]
    for _ in range(40):
        forms.append(made.make_stream(b"/X Do /X Do", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 200, 280],
                                      Resources=Dictionary(XObject=Dictionary(X=forms[-1]))))  # fmt: skip
    forms[0].Resources = Dictionary(XObject=Dictionary(X=forms[1]))
    blank(made, b"/X Do", Dictionary(XObject=Dictionary(X=forms[-1])))


def glyph_bomb(made: pikepdf.Pdf) -> None:
    """A font whose letters are programs that draw much, set often."""
    glyph = made.make_stream(b"1000 0 d0 " + b"0 0 m 900 900 l 0 900 l f\n" * 20000)
    encoding = Dictionary(Type=Name.Encoding, Differences=Array([97, Name.a]))
    font = Dictionary(Type=Name.Font, Subtype=Name.Type3, FontBBox=[0, 0, 1000, 1000], FirstChar=97, LastChar=97,
                      FontMatrix=Array([0.001, 0, 0, 0.001, 0, 0]), Widths=Array([1000]), Encoding=encoding,
                      CharProcs=Dictionary(a=glyph))  # fmt: skip
    blank(made, b"BT /F 90 Tf 9 9 Td (" + b"a" * 5000 + b") Tj ET", Dictionary(Font=Dictionary(F=font)))


def slow_page(made: pikepdf.Pdf) -> None:
    """Large see-through groups, one over the other, with soft masks and blending: seconds for every page."""
    state = Dictionary(Type=Name.ExtGState, ca=0.5, BM=Name.Luminosity)
    group = Dictionary(S=Name.Transparency, I=True, CS=Name.DeviceRGB)
    form = made.make_stream(b"0.5 g 0 0 5000 5000 re f", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 5000, 5000],
                            Group=group)  # fmt: skip
    resources = Dictionary(XObject=Dictionary(X=form), ExtGState=Dictionary(G=state))
    blank(made, b"/G gs /X Do\n" * 100_000, resources, 1400)


def flate_bomb(made: pikepdf.Pdf) -> None:
    """A page whose drawing unpacks twice, to a gigabyte."""
    body = zlib.compress(zeros(1024**3), 9)
    blank(made, b"")
    stream = made.pages[-1].Contents
    stream.write(body, filter=Array([Name.FlateDecode, Name.FlateDecode]))


def boxed(box: str) -> bytes:
    """One page of that MediaBox."""
    return written([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
                    b"<</Type/Page/Parent 2 0 R/MediaBox[%s]>>" % box.encode()])  # fmt: skip


def deep_pages(depth: int = 3000) -> bytes:
    """A tree of pages that is one long branch."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>"]
    objects += [b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % (n + 1) for n in range(2, depth)]
    objects += [b"<</Type/Page/MediaBox[0 0 99 99]>>"]
    return written(objects)


def claimed_pages(count: int = 10**6) -> bytes:
    """One page, and the claim that it is a million."""
    return written([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count %d/Kids[3 0 R]>>" % count,
                    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>"])  # fmt: skip


def own_parent() -> bytes:
    """A tree of pages that bites its own tail."""
    return written([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 5/Kids[2 0 R 2 0 R 3 0 R]/Parent 2 0 R>>",
                    b"<</Type/Page/Parent 3 0 R>>"])  # fmt: skip


def written(objects: list[bytes]) -> bytes:
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(out) + b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        len(objects) + 1, table, len(objects) + 1, len(out))  # fmt: skip


def hard() -> dict[str, bytes]:
    """Name → a whole file made to hurt. Takes a few seconds to make."""
    tiny = {
        f"{w}x{h}": Image.new("RGB", (w, h), "white") for w, h in ((1, 1), (1, 5000), (5000, 1), (2, 3), (65500, 1))
    }
    images = {f"{kind} {name}": saved(image, kind) for name, image in tiny.items() for kind in ("JPEG", "PNG")}
    images |= {f"WEBP {name}": saved(image, "WEBP") for name, image in tiny.items() if max(image.size) <= 16383}
    boxes = {
        "no size": "0 0 0 0", "negative": "200 280 0 0", "below zero": "-500 -500 -100 -100", "short": "0 0",
        "giant": "0 0 10000000 10000000", "strip": "0 0 1000000 0.001", "thin": "0 0 0.01 14400",
        "endless": "0 0 1" + "0" * 38 + " 1" + "0" * 38, "long": f"0 0 {'9' * 400} {'9' * 400}",
        "no numbers": "/A /B /C /D", "not a number": "nan nan nan nan", "beside": "1e30 1e30 inf -inf",
    }  # fmt: skip
    return images | {f"pdf box {name}": boxed(box) for name, box in boxes.items()} | {
        "png bomb": png_bomb(),
        "png text bomb": text_bomb(),
        "png interlaced bomb": png(head(7000, 7000, 16, 6, 1), (b"IDAT", zlib.compress(bytes(10**6))), (b"IEND", b"")),
        "png claims much": png(head(2**31 - 1, 2**31 - 1), (b"IDAT", b""), (b"IEND", b"")),
        "jpeg many scans": many_scans(99),
        "jpeg too many scans": many_scans(5000),
        "pdf recursive form": pdf(recursive_form),
        "pdf glyphs": pdf(glyph_bomb),
        "pdf slow": pdf(slow_page, slow_page),
        "pdf flate bomb": pdf(flate_bomb, compress=False),
        "pdf deep": deep_pages(),
        "pdf deeper": deep_pages(200_000),
        "pdf claims a million pages": claimed_pages(),
        "pdf own parent": own_parent(),
        "pdf brackets": written([b"<</Type/Catalog/Pages 2 0 R/X " + b"[" * 100_000 + b">>"]),
    }  # fmt: skip
