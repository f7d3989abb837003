"""A font without shapes, made here: every character of Unicode as an empty box, half as wide as high.

Text in it can be searched, marked and copied and is never seen. As tesseract does it: two bytes a character,
UTF-16, all drawn by the one empty glyph, and the table for reading them says of each that it is itself.

source  Apple TrueType Reference Manual; ISO 32000-1, 9.7 (composite fonts) and 9.10 (extraction of text)
"""

import struct
from functools import cache

import pikepdf
from pikepdf import Array, Dictionary, Name

EM = 1000
ADVANCE = 500
ASCENT, DESCENT = 800, -200
NAME = Name.Glyphless
GLYPHS = 2  # "missing", which PDF/A forbids to use, and the empty one


def font(pdf: pikepdf.Pdf) -> pikepdf.Object:
    """Add the font to a PDF, once a document; returns what goes into a page's /Font."""
    descriptor = Dictionary(
        Type=Name.FontDescriptor, FontName=NAME, Flags=5, FontBBox=[0, DESCENT, ADVANCE, ASCENT], ItalicAngle=0,
        Ascent=ASCENT, Descent=DESCENT, CapHeight=ASCENT, StemV=80, FontFile2=pdf.make_stream(_file()),
    )  # fmt: skip
    descendant = Dictionary(
        Type=Name.Font, Subtype=Name.CIDFontType2, BaseFont=NAME, DW=ADVANCE,
        CIDSystemInfo=Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor),
        CIDToGIDMap=pdf.make_stream(b"\0\1" * 65536),
    )  # fmt: skip
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font, Subtype=Name.Type0, BaseFont=NAME, Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(descendant)]), ToUnicode=pdf.make_stream(_to_unicode()),
        )
    )  # fmt: skip


@cache
def _file() -> bytes:
    """The font file. Glyph 0 is empty; glyph 1 is a stroke without breadth across the box, so that it has a size."""
    glyph = struct.pack(">5hHH2B4h", 1, 0, DESCENT, ADVANCE, ASCENT, 1, 0, 1, 1, 0, ADVANCE, DESCENT, EM)
    tables = {
        b"cmap": struct.pack(">HHHHI6H", 0, 1, 3, 1, 12, 6, 12, 0, 32, 1, 1),
        b"glyf": glyph,
        b"head": struct.pack(
            ">IIIIHHQQ4h2H3h", 0x10000, 0x10000, 0, 0x5F0F3CF5, 0, EM, 0, 0, 0, DESCENT, ADVANCE, ASCENT, 0, 8, 2, 0, 0
        ),
        b"hhea": struct.pack(">I3hH3h3h4hhH", 0x10000, ASCENT, DESCENT, 0, ADVANCE, *[0] * 11, GLYPHS),
        b"hmtx": struct.pack(">HhHh", ADVANCE, 0, ADVANCE, 0),
        b"loca": struct.pack(">3H", 0, 0, len(glyph) // 2),
        b"maxp": struct.pack(">IH13H", 0x10000, GLYPHS, 2, 1, *[0] * 11),
        b"name": struct.pack(">3H", 0, 0, 6),
        b"post": struct.pack(">IIhhI4I", 0x30000, 0, 0, 0, 1, 0, 0, 0, 0),
    }
    start = 12 + 16 * len(tables)
    head, body = struct.pack(">I4H", 0x10000, len(tables), 128, 3, 16 * len(tables) - 128), b""
    for tag, data in tables.items():
        head += tag + struct.pack(">III", _checksum(data), start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    whole = head + body
    at = start + whole[start:].index(struct.pack(">I", 0x5F0F3CF5)) - 4
    return whole[:at] + struct.pack(">I", (0xB1B0AFBA - _checksum(whole)) & 0xFFFFFFFF) + whole[at + 4 :]


def _checksum(data: bytes) -> int:
    data += bytes(-len(data) % 4)
    return sum(struct.unpack(f">{len(data) // 4}I", data)) & 0xFFFFFFFF


@cache
def _to_unicode() -> bytes:
    """Each code is its own character; a range may not cross a high byte, and 100 stand in a block."""
    ranges = [f"<{high:02X}00> <{high:02X}FF> <{high:02X}00>" for high in range(256)]
    blocks = [ranges[at : at + 100] for at in range(0, 256, 100)]
    told = "\n".join("\n".join([f"{len(block)} beginbfrange", *block, "endbfrange"]) for block in blocks)
    return f"""/CIDInit /ProcSet findresource begin 12 dict begin begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def /CMapType 2 def
1 begincodespacerange <0000> <FFFF> endcodespacerange
{told}
endcmap CMapName currentdict /CMap defineresource pop end end
""".encode()
