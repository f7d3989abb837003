"""What lies before the camera and in the gallery: drawn papers, photographs of them, and bad files."""

from __future__ import annotations

import functools
import io
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pikepdf
from PIL import Image, ImageDraw, ImageFont

FONT = Path(__file__).resolve().parents[2] / "app" / "fonts" / "FiraSans-Regular.ttf"
PAPER = (1240, 1754)  # A4 at 150 dpi
CAMERA = (1080, 1440)
# Where the paper lies in the camera's picture, clockwise from its top left, as parts of width and height.
CORNERS = ((0.12, 0.09), (0.88, 0.07), (0.92, 0.93), (0.09, 0.95))


def draw_paper(title: str) -> np.ndarray:
    """A letter with a title and twenty lines, BGR."""
    paper = Image.new("RGB", PAPER, "#fdfdf9")
    draw = ImageDraw.Draw(paper)
    draw.rectangle((100, 96, 160, 156), fill="#7a1f3d")
    draw.text((190, 96), "Stadtbank Musterstadt", font=_font(44), fill="#7a1f3d")
    draw.text((100, 240), title, font=_font(56), fill="#1b1b22")
    for row in range(20):
        top = 380 + row * 60
        draw.text((100, top), f"{row + 1:02d}.11.", font=_font(28), fill="#1b1b22")
        draw.text((240, top), "Überweisung, Wohnbau Musterstadt, Miete", font=_font(28), fill="#1b1b22")
        draw.text((980, top), f"{row * 37 % 400 + 12},{row * 7 % 100:02d} EUR", font=_font(28), fill="#1b1b22")
    return cv2.cvtColor(np.asarray(paper), cv2.COLOR_RGB2BGR)


def photograph(paper: np.ndarray, size: tuple[int, int] = CAMERA, zoom: float = 1.0, aside: float = 0.0) -> np.ndarray:
    """The paper on a dark wooden table, seen a little from the side, BGR.

    `zoom` makes the paper larger, `aside` moves it by that part of the picture's width.
    """
    table = draw_table(size)
    h, w = paper.shape[:2]
    source = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    near = 0.5 + zoom * (np.array(CORNERS, np.float32) - 0.5) + (aside, 0)
    across = cv2.getPerspectiveTransform(source, np.float32(near * size))
    seen = cv2.warpPerspective(cv2.resize(paper, (w, h)), across, size, flags=cv2.INTER_AREA)
    where = cv2.warpPerspective(np.full((h, w), 255, np.uint8), across, size)
    return np.where(where[:, :, None] > 127, seen, table)


def spoiled(
    light: float = 1.0, zoom: float = 1.0, aside: float = 0.0, lamp: float = 0.0, empty: bool = False
) -> np.ndarray:
    """A bad photograph, BGR: dark, from too far, of a part, with a lamp on that share of the picture, or no paper."""
    size = CAMERA
    seen = draw_table(size) if empty else photograph(draw_paper("Kontoauszug"), size, zoom, aside)
    seen = np.clip(seen.astype(np.float32) * light * (0.8 if lamp else 1), 0, 255).astype(np.uint8)
    if lamp:
        cv2.circle(seen, (size[0] // 2, size[1] // 2), round((lamp * size[0] * size[1] / np.pi) ** 0.5), (255,) * 3, -1)
    return seen


def draw_table(size: tuple[int, int] = CAMERA) -> np.ndarray:
    """A dark wooden table, BGR."""
    width, height = size
    noise = np.random.default_rng(7)
    boards = np.cumsum(noise.normal(0, 1.0, height))
    boards = 14 * (boards - boards.mean()) / boards.std()
    grain = boards[:, None] + noise.normal(0, 3, (height, width))
    return np.clip(np.array([62, 84, 108]) + grain[:, :, None], 20, 200).astype(np.uint8)


def jpeg(picture: np.ndarray, quality: int = 85) -> bytes:
    """The picture as a JPEG file."""
    done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done
    return data.tobytes()


@functools.cache
def photo(title: str = "Kontoauszug", size: tuple[int, int] = (1500, 2000)) -> bytes:
    """A phone's photo of a paper with this title."""
    return jpeg(photograph(draw_paper(title), size))


def video(path: Path, picture: np.ndarray, frames: int = 2) -> Path:
    """What a camera sees that looks at the picture: plain 4:2:0, which Chromium plays as its camera."""
    height, width = picture.shape[:2]
    frame = cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420).tobytes()
    with path.open("wb") as out:
        out.write(f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420jpeg\n".encode())
        for _ in range(frames):
            out.write(b"FRAME\n" + frame)
    return path


def pdf(pages: int = 2, password: str | None = None) -> bytes:
    """A PDF of drawn pages; with a password, encrypted."""
    drawn = [cv2.cvtColor(draw_paper(f"Seite {n + 1}"), cv2.COLOR_BGR2RGB) for n in range(pages)]
    pictures = [Image.fromarray(page) for page in drawn]
    out = io.BytesIO()
    pictures[0].save(out, "PDF", save_all=True, append_images=pictures[1:], resolution=150)
    if password is None:
        return out.getvalue()
    locked = io.BytesIO()
    with pikepdf.open(io.BytesIO(out.getvalue())) as document:
        document.save(locked, encryption=pikepdf.Encryption(owner=password, user=password))
    return locked.getvalue()


def huge_png(side: int = 30000) -> bytes:
    """A white PNG of side x side pixels in a few kilobytes: a bomb for whoever decodes before measuring."""
    row = b"\0" + b"\xff" * (side // 8)
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(row * 100) for _ in range(side // 100)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def heic() -> bytes:
    """Begins like an iPhone's HEIC photo."""
    return struct.pack(">I", 24) + b"ftypheic" + b"\0\0\0\0" + b"mif1heic" + bytes(4000)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><script>alert(1)</script></svg>'


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT), size)
