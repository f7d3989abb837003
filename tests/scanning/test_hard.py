"""Files made to hurt: each answers in time with pages or a named error, and nobody is hurt."""

import contextlib
from collections.abc import Iterator

import pytest

from scanning import Cell, Died, Limits, NotAnImage, OutOfMemory, ScanError, TookTooLong, kind_of, pdf_sheets, scan_page
from tests.scanning import seeds

# PDFium ends the process when it cannot have the memory it wants; who decodes it slowly is stopped before.
MAY_DIE = {"pdf flate bomb"}


@pytest.fixture(scope="module")
def impatient() -> Iterator[Cell]:
    """The real limit is many times as long; what it is does not matter here."""
    with Cell(Limits(seconds=0.6)) as cell:
        yield cell


@pytest.fixture(scope="module")
def hard() -> dict[str, bytes]:
    return seeds.hard()


def read(cell: Cell, data: bytes) -> list:
    if kind_of(data) == "application/pdf":
        return list(cell.each(pdf_sheets, data, most=60))
    return [cell.run(scan_page, data)]


@pytest.mark.hunt
def test_each_answers_with_pages_or_an_error_that_the_library_names(impatient, hard):
    unnamed = {}
    for name, data in hard.items():
        try:
            assert read(impatient, data), name
        except Died as error:
            unnamed[name] = [str(error), *getattr(error, "__notes__", [])]
        except ScanError:
            continue
    assert {name: said for name, said in unnamed.items() if name not in MAY_DIE} == {}


@pytest.mark.parametrize("name", ["pdf glyphs", "pdf slow", "pdf recursive form"])
def test_what_would_keep_the_engine_busy_for_minutes_is_stopped(hard, name):
    with Cell(Limits(seconds=0.3)) as cell, pytest.raises(TookTooLong):
        read(cell, hard[name])


def test_a_picture_that_takes_more_memory_than_it_may_have_is_named():
    with Cell(Limits(memory=20 * 1024**2)) as cell, pytest.raises(OutOfMemory):
        read(cell, seeds.png_bomb(4000, 4000))


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 7), (7, 900)])
def test_what_is_too_small_to_show_a_paper_is_refused(size):
    with pytest.raises(NotAnImage, match="too small"):
        scan_page(seeds.saved(seeds.Image.new("RGB", size, "white"), "PNG"))


@pytest.mark.parametrize("size", [(8, 8), (8, 3000), (3000, 8), (9, 60_000)])
def test_what_is_hardly_larger_is_kept_whole(size):
    page = scan_page(seeds.saved(seeds.Image.new("RGB", size, "white"), "PNG"))
    assert page.problem == "not_found"


def test_every_valid_seed_of_the_fuzzer_is_read(impatient):
    """A fuzzer whose seeds are refused at the door tries nothing."""
    for kind, files in seeds.valid().items():
        for at, data in enumerate(files):
            with contextlib.suppress(TookTooLong):
                if kind in ("tiff", "heic"):
                    with pytest.raises(NotAnImage):
                        read(impatient, data)
                else:
                    assert read(impatient, data), f"{kind} {at}"


@pytest.mark.parametrize("size", [(20, 4000), (4000, 20)])
def test_corners_that_a_person_set_on_a_strip_too_thin_for_them_are_as_good_as_none(size):
    width, height = size
    corners = [(0, 0), (width, 0), (width, height), (0, height)]
    photo = seeds.saved(seeds.Image.new("RGB", size, "white"), "PNG")
    assert scan_page(photo, corners=corners).problem == "not_found"
