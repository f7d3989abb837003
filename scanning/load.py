"""Bytes → upright BGR pixels. Measures before it decodes, so that a small file cannot ask for much memory.

Only JPEG, PNG and WebP are read. The header is read here, by a few lines each, and no decoder is
called before the pixel limit has been held against it.

source  JPEG: ITU-T T.81 annex B; PNG: W3C PNG 3rd ed. ch. 11; WebP: RFC 9649; EXIF: CIPA DC-008 (TIFF 6.0)
"""

import contextlib
import io
import os
import re
import struct
from collections.abc import Iterator
from typing import NamedTuple

from .errors import Empty, NotAnImage, TooLarge

MOST_PIXELS = 50_000_000  # a 48 MP phone photo passes; 50 MP of BGR are 150 MB
LEAST_SIDE = 8  # px; no word can be read on less
MOST_SCANS = 100  # a progressive JPEG has about 10; each one costs a pass over all pixels
MOST_SEGMENTS = 10_000  # in a JPEG; they hold at most 64 kB each, and millions of empty ones cost a minute
MOST_CHUNKS = 50_000  # in a PNG or a WebP, of some kB each in a photo; millions of empty ones cost 10 s
MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")  # of a JPEG; between the pixels of a scan stand 0xff00 and restarts
ROOM = 13_000_000  # px of a photo whose memory is kept for the next one
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(MOST_PIXELS))  # second line of defence; before cv2

import cv2  # noqa: E402
import numpy as np  # noqa: E402
import simplejpeg  # noqa: E402
from PIL import Image, ImageFile  # noqa: E402

READABLE = ("image/jpeg", "image/png", "image/webp")
NAMES = {
    "image/heic": "a HEIC photo",
    "image/avif": "an AVIF image",
    "image/svg+xml": "an SVG drawing",
    "image/tiff": "a TIFF image",
    "image/gif": "a GIF image",
    "image/bmp": "a BMP image",
    "application/pdf": "a PDF",
}


class Header(NamedTuple):
    """What the first bytes say: media type and size in px, as stored (EXIF not applied)."""

    type: str
    width: int
    height: int


class Photo(NamedTuple):
    """A decoded photo. `bgr` is (H, W, 3) uint8, upright; `cut_off` is True when bytes were missing.

    `focal` is the focal length in long sides of the photo, or None when the photo does not say.
    `spare` is (n,) uint8, memory that one step may use as long as the photo is there; or None.
    """

    bgr: np.ndarray
    cut_off: bool
    focal: float | None = None
    spare: np.ndarray | None = None


_spare: list[np.ndarray] = []  # the room of the last photo, when nobody has it


@contextlib.contextmanager
def borrowed(data: bytes) -> Iterator[Photo]:
    """`load`, into memory that the next photo gets: fresh memory costs a fifth of the time that decoding takes.

    raises   as load. Nothing of the pixels may be used after the block.
    """
    try:
        room = _spare.pop()
    except IndexError:
        room = np.empty(4 * ROOM, np.uint8)
    try:
        yield load(data, room=room[: 3 * ROOM])._replace(spare=room[3 * ROOM :])
    finally:
        _spare[:] = [room]


def load(data: bytes, *, most: int = MOST_PIXELS, room: np.ndarray | None = None) -> Photo:
    """Decode a photo and turn it upright.

    data     a JPEG (grey, colour, CMYK), PNG (8 or 16 bit, alpha) or WebP
    most     limit in pixels, held against the header before anything is decoded
    room     (n,) uint8 in which the pixels of a JPEG may lie
    raises   Empty, NotAnImage, TooLarge
    """
    header = measure(data)
    if min(header.width, header.height) < LEAST_SIDE:
        raise NotAnImage("The image is too small to show a paper.")
    if header.width * header.height > most:
        raise TooLarge(header.width * header.height, most)
    way = orientation(data, header.type)
    if header.type == "image/jpeg":
        fits = room is not None and room.size >= 3 * header.width * header.height
        photo = _decode_jpeg(data, room if fits else None)
    else:
        photo = _decode_webp(data) if header.type == "image/webp" else _decode_pillow(data)
    return Photo(turn_exif(photo.bgr, way), photo.cut_off, focal(data, header.type))


def measure(data: bytes) -> Header:
    """Read type and size from the header alone. Raises Empty, NotAnImage."""
    kind = kind_of(data)
    if kind not in READABLE:
        raise NotAnImage(f"This is {NAMES.get(kind or '', 'not an image')}; JPEG, PNG and WebP can be read.")
    parse = {"image/jpeg": _jpeg_size, "image/png": _png_size, "image/webp": _webp_size}[kind]
    try:
        width, height = parse(data)
    except (struct.error, IndexError, ValueError) as error:
        raise NotAnImage("The file does not say how large the image is.") from error
    if width < 1 or height < 1:
        raise NotAnImage("The image has no pixels.")
    return Header(kind, width, height)


def kind_of(data: bytes) -> str | None:
    """Tell the media type by the first bytes, never by a name; None when unknown. Raises Empty."""
    if not data:
        raise Empty
    head = bytes(data[:512])
    if head[:3] == b"\xff\xd8\xff":
        return "image/jpeg"
    if head[:8] == b"\x89PNG\r\n\x1a\n":
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return _kind_refused(head)


def _kind_refused(head: bytes) -> str | None:
    """Name the kinds that are not read, so that the refusal can say what it is."""
    if b"%PDF-" in head:
        return "application/pdf"
    if head[4:8] == b"ftyp":
        return "image/avif" if head[8:12] in (b"avif", b"avis") else "image/heic"
    if head[:4] in (b"II*\0", b"MM\0*"):
        return "image/tiff"
    if head[:4] == b"GIF8":
        return "image/gif"
    if head[:2] == b"BM":
        return "image/bmp"
    if b"<svg" in head.lower():
        return "image/svg+xml"
    return None


# ---------- sizes from headers ----------


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Walk the marker segments of a JPEG up to the first scan: yields (marker, start, end) of each body."""
    at = 2
    for _ in range(MOST_SEGMENTS):
        while data[at] == 0xFF and data[at + 1] == 0xFF:  # fill bytes
            at += 1
        if data[at] != 0xFF:
            raise ValueError("no marker")
        marker = data[at + 1]
        at += 2
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:  # markers without a body
            continue
        if marker == 0xD9:
            return
        (length,) = struct.unpack_from(">H", data, at)
        if length < 2:
            raise ValueError("segment too short")
        yield marker, at + 2, at + length
        if marker == 0xDA:
            return
        at += length
    raise ValueError("too many segments")


def _jpeg_size(data: bytes) -> tuple[int, int]:
    for marker, start, _ in _segments(data):
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # a frame header
            height, width = struct.unpack_from(">HH", data, start + 1)
            return width, height
    raise ValueError("no frame header")


def _png_size(data: bytes) -> tuple[int, int]:
    if data[12:16] != b"IHDR":
        raise ValueError("no IHDR")
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _webp_size(data: bytes) -> tuple[int, int]:
    chunk = data[12:16]
    if chunk == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if chunk == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if chunk == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise ValueError("unknown chunk")


def _chunks(data: bytes, kind: str) -> Iterator[tuple[bytes, int, int]]:
    """Walk the chunks of a PNG or WebP: yields (name, start, end) of each body. Raises NotAnImage for too many."""
    png = kind == "image/png"
    at = 8 if png else 12
    for _ in range(MOST_CHUNKS):
        if at + 8 > len(data):
            return
        first, second = bytes(data[at : at + 4]), bytes(data[at + 4 : at + 8])
        name, length = (second, int.from_bytes(first, "big")) if png else (first, int.from_bytes(second, "little"))
        yield name, at + 8, at + 8 + length
        at += 12 + length if png else 8 + length + (length & 1)
    raise NotAnImage("The image has more chunks than a picture can have.")


# ---------- orientation ----------


def orientation(data: bytes, kind: str) -> int:
    """Read the EXIF orientation, 1..8; 1 when there is none or it makes no sense."""
    value = _tag(data, kind, 0x0112)
    return value if value is not None and 1 <= value <= 8 else 1


def focal(data: bytes, kind: str) -> float | None:
    """Read the focal length (EXIF FocalLengthIn35mmFilm), in long sides of the photo; None when it is not said.

    A full frame is 36 x 24 mm and 43.3 mm across; phones, 4 to 3, compare by the diagonal.
    """
    value = _tag(data, kind, 0xA405, within=0x8769)
    return value / 43.27 * 1.25 if value is not None and 10 <= value <= 200 else None


def _tag(data: bytes, kind: str, tag: int, within: int | None = None) -> int | None:
    """The number of an EXIF tag, in the first directory or in the one that tag `within` points at."""
    find = {"image/jpeg": _jpeg_exif, "image/png": _png_exif, "image/webp": _webp_exif}[kind]
    try:
        tiff = find(data)
        order = {b"II": "<", b"MM": ">"}[tiff[:2]]
        (at,) = struct.unpack_from(order + "I", tiff, 4)
        if within is not None:
            at = _entry(tiff, order, at, within, "I")
        return None if at is None else _entry(tiff, order, at, tag, "H")
    except (struct.error, IndexError, ValueError, KeyError):
        return None


def _jpeg_exif(data: bytes) -> bytes:
    for marker, start, end in _segments(data):
        if marker == 0xE1 and data[start : start + 6] == b"Exif\0\0":
            return bytes(data[start + 6 : end])
    return b""


def _png_exif(data: bytes) -> bytes:
    return next((data[start:end] for name, start, end in _chunks(data, "image/png") if name == b"eXIf"), b"")


def _webp_exif(data: bytes) -> bytes:
    body = next((data[start:end] for name, start, end in _chunks(data, "image/webp") if name == b"EXIF"), b"")
    return body.removeprefix(b"Exif\0\0")


def _entry(tiff: bytes, order: str, at: int, wanted: int, kind: str) -> int | None:
    """The value, "H" or "I" for 16 or 32 bits, of a tag in the directory of a TIFF block that begins at `at`."""
    (count,) = struct.unpack_from(order + "H", tiff, at)
    for entry in range(count):
        place = at + 2 + 12 * entry
        (tag,) = struct.unpack_from(order + "H", tiff, place)
        if tag == wanted:
            return int(struct.unpack_from(order + kind, tiff, place + 8)[0])
    return None


def turn_exif(bgr: np.ndarray, value: int) -> np.ndarray:
    """Turn and mirror an image so that EXIF orientation `value` (1..8) reads upright."""
    if value in (2, 3, 4):
        return cv2.flip(bgr, {2: 1, 3: -1, 4: 0}[value])
    if value in (5, 7):
        return cv2.flip(cv2.transpose(bgr), -1) if value == 7 else cv2.transpose(bgr)
    if value in (6, 8):
        return cv2.rotate(bgr, cv2.ROTATE_90_CLOCKWISE if value == 6 else cv2.ROTATE_90_COUNTERCLOCKWISE)
    return bgr


# ---------- decoders ----------


def _decode_jpeg(data: bytes, room: np.ndarray | None) -> Photo:
    """simplejpeg first: half the memory of cv2, and it can keep what is there of a cut-off file.

    A cut-off one never gets the `room`, where the photo before it may still stand.
    """
    if _scans(data) > MOST_SCANS:
        raise NotAnImage("The JPEG has more scans than a photo can have.")
    try:
        if simplejpeg.decode_jpeg_header(data, strict=False)[2] in ("CMYK", "YCCK"):
            return _decode_pillow(data)
        return Photo(simplejpeg.decode_jpeg(data, colorspace="BGR", fastupsample=True, buffer=room), cut_off=False)
    except KeyError as error:  # simplejpeg found no colour space: the file ends before it is named
        raise NotAnImage("The JPEG ends before its picture begins.") from error
    except ValueError as error:
        cut_off = "remature end" in str(error)
    try:
        bgr = simplejpeg.decode_jpeg(data, colorspace="BGR", strict=False)
    except ValueError as error:
        raise NotAnImage("The JPEG cannot be decoded.") from error
    if cut_off and np.ptp(bgr[::8, ::8].reshape(-1, 3), axis=0).max() < 4:
        raise NotAnImage("The JPEG ends before the first line of the picture.")
    return Photo(bgr, cut_off)


def _scans(data: bytes) -> int:
    """How many scans a JPEG has up to its end; what follows that, the film of a moving photo maybe, does not count.

    raises   NotAnImage when it has too many segments
    """
    scans, at = 0, 2
    for _ in range(MOST_SEGMENTS):
        found = MARKER.search(data, at)
        if not found or scans > MOST_SCANS:
            return scans
        marker, at = found[0][1], found.end()
        if marker == 0xD9:
            return scans
        scans += marker == 0xDA
        if marker not in (0x01, 0xD8):  # they have no body
            at += max(2, int.from_bytes(data[at : at + 2], "big"))
    raise NotAnImage("The JPEG has more segments than a photo can have.")


def _decode_webp(data: bytes) -> Photo:
    """By OpenCV, alpha on white; Pillow keeps what is there of a broken one."""
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error:
        pixels = None
    if pixels is None:
        return _decode_pillow(data)
    return Photo(_flatten_alpha(pixels) if pixels.shape[2] == 4 else pixels, _ends_early(data))


def _ends_early(data: bytes) -> bool:
    """True for a PNG without its last chunk, and a WebP shorter than it says: decoders fill up what is missing."""
    if data[:4] == b"RIFF":
        return len(data) < int.from_bytes(data[4:8], "little") + 8
    return data[:4] == b"\x89PNG" and b"IEND" not in data


def _decode_pillow(data: bytes) -> Photo:
    """By Pillow, alpha on white, 16 bit down to 8, a broken one as far as it goes.

    PNGs too: OpenCV 5.0 ends the process (SIGSEGV) on some broken ones, a filter that does not exist among them.
    """
    try:
        image, whole = _open(data)
        rgb = _on_white(image)
    except MemoryError:
        raise
    except Exception as error:  # Pillow's parsers raise whatever they meet
        raise NotAnImage("The image cannot be decoded.") from error
    return Photo(np.ascontiguousarray(rgb[:, :, ::-1]), not whole or _ends_early(data))


def _open(data: bytes) -> tuple[Image.Image, bool]:
    """Decode; and whether all bytes of the picture are there. Raises when nothing is."""
    try:
        image = Image.open(io.BytesIO(data))
        image.load()
        return image, True
    except MemoryError:
        raise
    except Exception:  # as above: try again, and keep what is there
        ImageFile.LOAD_TRUNCATED_IMAGES = True  # for this one call: others in the process may want to know
    try:
        image = Image.open(io.BytesIO(data))
        image.load()
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False
    return image, False


def _on_white(image: Image.Image) -> np.ndarray:
    """(H, W, 3) uint8 RGB, transparent parts white."""
    if image.mode.startswith("I"):  # 16 bit of grey, which Pillow would not scale
        return np.repeat((np.asarray(image).astype(np.int32) >> 8).astype(np.uint8)[..., None], 3, axis=2)
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image.convert("RGBA"))
    return np.asarray(image.convert("RGB"))


def _flatten_alpha(bgra: np.ndarray) -> np.ndarray:
    alpha = bgra[:, :, 3:]
    if alpha.min() == 255:
        return np.ascontiguousarray(bgra[:, :, :3])
    weight = alpha.astype(np.uint16)
    mixed = (bgra[:, :, :3].astype(np.uint16) * weight + 255 * (255 - weight)) // 255
    return mixed.astype(np.uint8)
