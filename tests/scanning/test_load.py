"""Bytes become upright pixels, and no small file can ask for much memory."""

import contextlib
import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image

from scanning import Empty, NotAnImage, ScanError, TooLarge, kind_of, measure
from scanning.load import borrowed, load, turn_exif
from tests.scanning import draw, exif


@pytest.fixture
def picture() -> np.ndarray:
    """60 by 40, with a red top-left corner on white: every turn of it looks different."""
    bgr = np.full((40, 60, 3), 255, np.uint8)
    bgr[:16, :16] = (0, 0, 255)
    return bgr


def encoded(bgr: np.ndarray, suffix: str, options: tuple[int, ...] = ()) -> bytes:
    return cv2.imencode(suffix, bgr, options)[1].tobytes()


def pillow(image: Image.Image, kind: str, **options) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def red_corner(bgr: np.ndarray) -> str:
    red = (bgr[..., 2].astype(int) - bgr[..., 0]) > 100
    y, x = (np.argwhere(red).mean(axis=0) / bgr.shape[:2]) > 0.5
    return ("bottom" if y else "top") + (" right" if x else " left")


@pytest.mark.parametrize(("suffix", "kind"), [(".jpg", "image/jpeg"), (".png", "image/png"), (".webp", "image/webp")])
def test_type_and_size_are_read_from_the_header(picture, suffix, kind):
    data = encoded(picture, suffix)
    assert measure(data) == (kind, 60, 40)
    assert load(data).bgr.shape == (40, 60, 3)


def test_every_kind_of_webp_says_its_size():
    image = Image.new("RGBA", (61, 43), (10, 20, 30, 128))
    for options in ({"lossless": True}, {"quality": 50}, {"quality": 50, "exif": b"Exif\0\0" + exif.block(6)}):
        assert measure(pillow(image, "WEBP", **options)) == ("image/webp", 61, 43)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("order", ["<", ">"])
def test_exif_orientation_is_applied_as_phones_mean_it(picture, orientation, order):
    stored = turn_exif(picture, {6: 8, 8: 6}.get(orientation, orientation))  # how such a camera would store it
    data = exif.into_jpeg(encoded(stored, ".jpg"), orientation, order)
    photo = load(data)
    assert red_corner(photo.bgr) == "top left"
    assert photo.bgr.shape == (40, 60, 3)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_exif_orientation_is_applied_to_png_and_webp_too(picture, kind):
    image = Image.fromarray(picture[:, :, ::-1])
    data = pillow(image, kind, exif=exif.block(3))
    assert red_corner(load(data).bgr) == "bottom right"


def test_an_orientation_that_makes_no_sense_is_ignored(picture):
    data = exif.into_jpeg(encoded(picture, ".jpg"), 77)
    assert load(data).bgr.shape == (40, 60, 3)


def test_what_is_transparent_becomes_white_paper():
    for kind in ("PNG", "WEBP"):
        image = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
        assert load(pillow(image, kind)).bgr.min() == 255
    palette = Image.new("P", (8, 8), 0)
    palette.putpalette([0, 0, 0, 255, 0, 0])
    assert load(pillow(palette, "PNG", transparency=0)).bgr.min() == 255


def test_grey_and_16_bit_and_one_bit_pictures_are_read():
    grey = np.full((9, 9), 128, np.uint8)
    assert np.abs(load(encoded(grey, ".jpg")).bgr.astype(int) - 128).max() <= 2
    assert load(encoded(grey, ".png")).bgr[0, 0].tolist() == [128] * 3
    assert load(encoded(np.full((9, 9, 3), 128 * 257, np.uint16), ".png")).bgr[0, 0].tolist() == [128] * 3
    assert load(pillow(Image.new("1", (9, 9), 1), "PNG")).bgr.min() == 255
    assert load(pillow(Image.new("LA", (9, 9), (100, 255)), "PNG")).bgr[0, 0].tolist() == [100] * 3


def test_a_cmyk_jpeg_has_the_colours_of_its_print():
    data = pillow(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG", quality=95)
    blue, green, red = load(data).bgr[8, 8]
    assert red > 200 and green < 60 and blue < 60


def test_a_cut_off_jpeg_keeps_what_is_there():
    bgr = draw.letter(1, (600, 800))
    data = draw.jpeg(bgr)
    photo = load(data[: len(data) * 6 // 10])
    assert photo.cut_off
    assert photo.bgr.shape == bgr.shape
    assert np.abs(photo.bgr[:300].astype(int) - bgr[:300]).mean() < 4


def test_a_whole_jpeg_with_bytes_behind_it_is_not_cut_off(picture):
    assert not load(encoded(picture, ".jpg") + b"\0" * 50).cut_off


def test_a_cut_off_png_keeps_what_is_there_or_says_so():
    data = encoded(np.random.default_rng(0).integers(0, 255, (200, 200, 3), dtype=np.uint8), ".png")
    assert load(data[: len(data) // 2]).cut_off


def png(chunks: list[tuple[bytes, bytes]]) -> bytes:
    """The bytes of a PNG of these chunks."""
    packed = (
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def test_an_animated_png_whose_second_picture_has_a_filter_that_does_not_exist_harms_nobody():
    def rows(filter_of_one: int) -> bytes:
        return b"".join(bytes([filter_of_one if y == 30 else 0]) + bytes([200] * 180) for y in range(60))

    data = png(
        [
            (b"IHDR", struct.pack(">IIBBBBB", 60, 60, 8, 2, 0, 0, 0)),
            (b"acTL", struct.pack(">II", 2, 0)),
            (b"IDAT", zlib.compress(rows(0))),
            (b"fcTL", struct.pack(">IIIIIHHBB", 0, 60, 60, 0, 0, 1, 10, 0, 0)),
            (b"fdAT", struct.pack(">I", 1) + zlib.compress(rows(9))),
            (b"IEND", b""),
        ]
    )
    assert load(data).bgr.min() == 200, "OpenCV 5.0 ends the process here"


HEADS = [b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\x00\x10JFIF", b"\x89PNG\r\n\x1a\n\0\0", b"RIFF\x10\0\0\0WEBPVP8 "]


@pytest.mark.parametrize("data", HEADS)
def test_a_file_that_ends_in_its_header_is_no_image(data):
    with pytest.raises(NotAnImage):
        load(data)


def test_a_jpeg_without_any_picture_in_it_is_no_image(photo):
    scan = photo.index(b"\xff\xda")
    with pytest.raises(NotAnImage):
        load(photo[: scan + 12])


def test_nothing_is_said_to_be_empty():
    with pytest.raises(Empty) as caught:
        load(b"")
    assert isinstance(caught.value, NotAnImage)
    assert caught.value.code == "unreadable"


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1", "image/heic"),
        (b"\0\0\0\x18ftypavif", "image/avif"),
        (b"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        (b"II*\0\x08\0\0\0", "image/tiff"),
        (b"GIF89a", "image/gif"),
        (b"BM6\0\0\0", "image/bmp"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"hello, here is a letter", None),
    ],
)
def test_other_kinds_are_named_and_refused(head, kind):
    assert kind_of(head) == kind
    with pytest.raises(NotAnImage, match="can be read"):
        load(head)


def png_claiming(width: int, height: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def jpeg_claiming(width: int, height: int) -> bytes:
    data = bytearray(encoded(np.zeros((16, 16, 3), np.uint8), ".jpg"))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(data)


@pytest.mark.parametrize("bomb", [png_claiming(30000, 30000), jpeg_claiming(65000, 65000)])
def test_a_bomb_is_refused_by_its_header_before_anything_is_decoded(bomb, monkeypatch):
    import scanning.load as module

    for decoder in ("_decode_jpeg", "_decode_pillow", "_decode_webp"):
        monkeypatch.setattr(module, decoder, lambda data: pytest.fail("decoded"))
    with pytest.raises(TooLarge) as caught:
        load(bomb)
    assert caught.value.code == "too_large"
    assert caught.value.pixels >= 30000**2


def test_a_jpeg_with_its_only_scan_many_times_over_is_not_decoded_as_often(picture):
    whole = encoded(picture, ".jpg")
    scan = whole[whole.index(b"\xff\xda") : -2]
    with pytest.raises(NotAnImage):
        load(whole[:-2] + 400 * scan + whole[-2:])


@pytest.mark.parametrize("progressive", [0, 1])
def test_what_a_camera_appends_to_a_photo_counts_as_no_scan(picture, progressive):
    whole = encoded(picture, ".jpg", (cv2.IMWRITE_JPEG_PROGRESSIVE, progressive))
    assert red_corner(load(whole + 200 * b"film \xff\xda").bgr) == "top left"


@pytest.mark.parametrize("before", [b"\xff\xc0", b"\xff\xda", b"\xff\xd9"], ids=["frame", "scan", "end"])
def test_a_jpeg_of_a_hundred_thousand_empty_comments_is_refused(picture, before):
    whole = encoded(picture, ".jpg")
    at = whole.rindex(before)
    with pytest.raises(NotAnImage):
        load(whole[:at] + b"\xff\xfe\0\2" * 100_000 + whole[at:])


def padded_png(picture, number: int) -> bytes:
    """A PNG with so many chunks that say nothing."""
    whole = encoded(picture, ".png")
    return whole[:33] + number * (bytes(4) + b"abCd" + bytes(4)) + whole[33:]


def padded_webp(picture, number: int) -> bytes:
    """A WebP with so many chunks that say nothing."""
    height, width = picture.shape[:2]
    extended = (
        struct.pack("<4sII", b"VP8X", 10, 0) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    )
    body = b"WEBP" + extended + number * (b"abcd" + bytes(4)) + encoded(picture, ".webp")[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize("padded", [padded_png, padded_webp])
def test_a_png_or_webp_of_a_hundred_thousand_empty_chunks_is_refused(picture, padded):
    assert load(padded(picture, 10)).bgr.shape == picture.shape
    with pytest.raises(NotAnImage, match="chunks"):
        load(padded(picture, 100_000))


def test_a_jpeg_of_a_thousand_scans_is_refused(photo):
    with pytest.raises(NotAnImage):
        load(photo[:-2] + b"\xff\xda\0\x08\x01\x01\0\0\x3f\0" * 1000 + b"\xff\xd9")


def test_every_cut_and_every_flipped_byte_ends_in_a_page_or_a_named_error(photo):
    rng = np.random.default_rng(1)
    small = encoded(draw.letter(2, (160, 220)), ".jpg")
    for data in (small, encoded(draw.letter(2, (160, 220)), ".png"), encoded(draw.letter(2, (160, 220)), ".webp")):
        for _ in range(120):
            broken = bytearray(data[: rng.integers(1, len(data))] if rng.random() < 0.4 else data)
            for at in rng.integers(0, len(broken), 3):
                broken[at] = rng.integers(256)
            with contextlib.suppress(ScanError):
                load(bytes(broken), most=1_000_000)


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_focal_length_is_read_in_long_sides_of_the_photo(order):
    plain = encoded(np.full((30, 40, 3), 200, np.uint8), ".jpg")
    assert load(exif.with_focal(plain, 26, order)).focal == pytest.approx(0.75, abs=0.01)
    assert load(exif.with_focal(plain, 0, order)).focal is None  # unknown, says the standard
    assert load(plain).focal is None
    assert load(exif.into_jpeg(plain, 1, order)).focal is None


def test_the_memory_of_a_photo_is_used_again_once_it_is_given_back(picture):
    data = encoded(picture, ".jpg")
    with borrowed(data) as one, borrowed(data) as two:
        assert not np.shares_memory(one.bgr, two.bgr)
    with borrowed(data) as again:
        assert np.shares_memory(again.bgr, one.bgr) and (again.bgr == load(data).bgr).all()


def test_a_cut_off_photo_does_not_show_the_one_before_it():
    with borrowed(encoded(np.full((400, 600, 3), (0, 0, 255), np.uint8), ".jpg")):
        pass
    data = encoded(np.random.default_rng(1).integers(0, 255, (400, 600, 3), np.uint8), ".jpg")
    with borrowed(data[: len(data) // 2]) as half:
        assert half.cut_off and (half.bgr[-20:] == load(data[: len(data) // 2]).bgr[-20:]).all()
