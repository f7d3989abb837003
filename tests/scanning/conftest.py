"""What the tests of scanning share: drawn photos, made once."""

import functools

import cv2
import pytest

from tests.scanning import draw

cv2.setNumThreads(1)


@functools.cache
def _letter_shot() -> draw.Shot:
    return draw.photograph(draw.letter(3), seed=3, size=(1500, 2000), fill=0.8, tilt=15, kind="wood")


@pytest.fixture
def shot() -> draw.Shot:
    """A letter on a wooden table, a bit from the side, 3 MP."""
    return _letter_shot()


@pytest.fixture
def photo(shot) -> bytes:
    """The same as a JPEG."""
    return draw.jpeg(shot.bgr)
