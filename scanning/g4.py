"""Black-and-white pixels ⇄ one CCITT G4 strip, the way fax machines and PDF write print: about 60 kB an A4 page.

In the strip "black" is ink, so a PDF shows it right without /BlackIs1, and a TIFF as WhiteIsZero.

source  ITU-T T.6; TIFF 6.0 section 11; ISO 32000-1, 7.4.6 CCITTFaxDecode
"""

import io
import struct

import numpy as np
from PIL import Image

ROWS_PER_STRIP = 278


def encode(ink: np.ndarray) -> bytes:
    """(H, W) bool, True where there is ink → the bare strip."""
    height, width = ink.shape
    image = Image.frombytes("1", (width, height), np.ascontiguousarray(ink).view(np.uint8).data, "raw", "1;8")
    out = io.BytesIO()
    image.save(out, "TIFF", compression="group4", tiffinfo={ROWS_PER_STRIP: height})
    with Image.open(out) as made:
        (start,), (size,) = made.tag_v2[273], made.tag_v2[279]  # type: ignore[attr-defined]
    return out.getvalue()[start : start + size]


def decode(strip: bytes, width: int, height: int) -> np.ndarray:
    """The strip → (H, W) bool, True where there is ink."""
    return ~np.asarray(_opened(strip, width, height))


def png(strip: bytes, width: int, height: int) -> bytes:
    """The strip as a PNG of one bit a pixel, which browsers show."""
    out = io.BytesIO()
    _opened(strip, width, height).save(out, "PNG")
    return out.getvalue()


def _opened(strip: bytes, width: int, height: int) -> Image.Image:
    """The strip in the smallest TIFF that holds it."""
    tags = {256: width, 257: height, 258: 1, 259: 4, 262: 0, 273: 0, 277: 1, ROWS_PER_STRIP: height, 279: len(strip)}
    tags[273] = 8 + 2 + 12 * len(tags) + 4
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    tiff = b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4) + strip
    image = Image.open(io.BytesIO(tiff))
    image.load()
    return image
