"""Both sides of a card on one A4 sheet, at true size, as a copier lays them."""

import cv2
import numpy as np

from .paper import A4, MM, SIZES, Page, encode

DPI = 400.0  # what a card is scanned at, so that its px stay what they are
QUALITY = 90  # small print and guilloches; the white around costs next to nothing
TOP, GAP = 40.0, 20.0  # mm, from the upper edge of the sheet, and between the sides
SHAPE = 0.1  # by how much the shape of a side may differ from a card's: more than a slanting photo makes of it
ROOM = (170.0, 105.0)  # mm, for a side that has not the shape of a card


def card_sheet(front: Page, back: Page) -> Page:
    """Lay two sides of a card on a white A4 sheet, the front above; each 85.6 x 53.98 mm, lying or standing.

    front, back   pages of any mode, as scan_page gives them; colours stay as they are
    returns       a colour Page, A4 at 400 dpi. A side that has not the shape of a card (a passport, a photo in which
                  no card was found) is laid as large as it is, or as there is room
    """
    sheet = np.full((_px(A4[1]), _px(A4[0]), 3), 255, np.uint8)
    for side, place in zip((front, back), _places(front, back), strict=True):
        _lay(sheet, side, *place)
    return Page.from_image(sheet, DPI, size="A4", data=encode(sheet, QUALITY))


def card_places(front: Page, back: Page) -> list[tuple[float, ...]]:
    """Where `card_sheet` lays the sides: (x, y, width, height) of each, in parts of the sheet's width and height."""
    return [tuple(mm / A4[at % 2] for at, mm in enumerate(place)) for place in _places(front, back)]


def _places(front: Page, back: Page) -> list[tuple[float, float, float, float]]:
    """(left, top, width, height) mm of each side."""
    top, found = TOP, []
    for side in (front, back):
        width, height = _size(side)
        found.append(((A4[0] - width) / 2, top, width, height))
        top += height + GAP
    return found


def is_card(page: Page) -> bool:
    """Whether a page may be a bank card, lying or standing, by its shape; a photo that was kept whole is none."""
    short, long = SIZES["ID-1"]
    return page.size != "photo" and abs(max(page.mm) / min(page.mm) / (long / short) - 1) < SHAPE


def _size(side: Page) -> tuple[float, float]:
    """(width, height) mm at which a side is laid."""
    if is_card(side):
        short, long = SIZES["ID-1"]
        return (long, short) if side.mm[0] > side.mm[1] else (short, long)
    fit = min(1.0, ROOM[0] / side.mm[0], ROOM[1] / side.mm[1])
    return side.mm[0] * fit, side.mm[1] * fit


def _lay(sheet: np.ndarray, side: Page, left: float, top: float, width: float, height: float) -> None:
    pixels = side.pixels()
    if pixels.dtype == bool:
        pixels = np.where(pixels, np.uint8(0), np.uint8(255))
    if pixels.ndim == 2:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR)
    x, y, size = _px(left), _px(top), (_px(width), _px(height))
    if pixels.shape[1::-1] != size:
        smaller = size[0] < pixels.shape[1]
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC)
    sheet[y : y + size[1], x : x + size[0]] = pixels


def _px(mm: float) -> int:
    return round(mm / MM * DPI)
