"""What foreign bytes do to their decoder stays in the cell: one named error, and the next file is read as ever."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from scanning import Cell, Died, Limits, OutOfMemory, Page, TookTooLong, TooLarge, scan_page
from scanning.load import kind_of, measure

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the walls are the Linux kernel's")


@pytest.fixture
def cell() -> Iterator[Cell]:
    with Cell() as made:
        yield made


# Work for the cell. It is called by name, so it has to stand in the module.


def echo(value):
    return value


def count(most):
    yield from range(most)


def kill(number):
    os.kill(os.getpid(), number) if number == signal.SIGKILL else signal.raise_signal(number)


def eat(size):
    return len(bytearray(size))


def spin(_):
    while True:
        pass


def sleep(seconds):
    time.sleep(seconds)


def refuse(pixels):
    raise TooLarge(pixels, 1)


def fail(_):
    return {}["no such thing"]


def descend(n):
    return descend(n + 1)


def flood(size):
    return bytes(size)


def not_plain(_):
    return os.getcwd  # unpickled, it would be a function that the maker could be made to call


def leave(status):
    os._exit(status)


def hush(_):
    os.closerange(3, 1000)  # no answer can come any more, but the process lives on
    time.sleep(3600)


def work_hard(answers):
    for n in range(answers):
        end = time.process_time() + 0.5
        while time.process_time() < end:
            pass
        yield n


def count_then_spend(most):
    yield from range(most)
    signal.raise_signal(signal.SIGXCPU)


def connect(port):
    with socket.create_connection(("127.0.0.1", port), timeout=5):
        pass


def send_a_packet(port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"hello", ("127.0.0.1", port))


def read(path):
    return Path(path).read_bytes()


def write(path):
    Path(path).write_bytes(b"changed")


def remove(path):
    Path(path).unlink()


def rename(path):
    Path(path).rename(path + ".other")


def fork(_):
    return os.fork()


def start(_):
    return subprocess.run(["/bin/true"], check=True).returncode


def signal_parent(_):
    os.kill(os.getppid(), 0)


def descriptors(_):
    alive = []
    for number in range(64):
        try:
            os.fstat(number)
            alive.append(number)
        except OSError:
            continue
    return len(alive)


def test_the_same_child_does_one_piece_of_work_after_the_other(cell, photo):
    assert cell.run(kind_of, photo) == "image/jpeg"
    first = cell.pid
    assert cell.run(measure, photo) == measure(photo)
    assert list(cell.each(count, 5)) == [0, 1, 2, 3, 4]
    assert cell.pid == first


def test_a_page_that_comes_out_of_the_cell_is_the_page_that_scan_page_makes(cell, photo):
    page = cell.run(scan_page, photo)
    assert isinstance(page, Page)
    assert page == scan_page(photo)


def test_the_error_that_the_work_raises_comes_out_whole_and_the_child_stays(cell):
    first = cell.run(echo, 1) and cell.pid
    with pytest.raises(TooLarge, match="9 million pixels") as caught:
        cell.run(refuse, 9_000_000)
    assert caught.value.pixels == 9_000_000
    assert cell.run(echo, 2) == 2 and cell.pid == first


@pytest.mark.parametrize(
    ("work", "value", "error"),
    [
        (kill, signal.SIGSEGV, Died),
        (kill, signal.SIGABRT, Died),
        (kill, signal.SIGXCPU, TookTooLong),
        (leave, 0, Died),
        (leave, 3, Died),
        (fail, None, Died),
        (descend, 0, Died),
        (eat, 2 * 1024**3, OutOfMemory),
        (flood, 200 * 1024**2, Died),
        (not_plain, None, Died),
        (hush, None, Died),
    ],
)
def test_whatever_befalls_the_work_has_a_name_and_the_next_piece_gets_a_new_child(cell, work, value, error):
    first = cell.run(echo, 1) and cell.pid
    with pytest.raises(error):
        cell.run(work, value)
    assert cell.run(echo, 2) == 2
    assert cell.pid != first
    assert not Path(f"/proc/{first}").exists()


@pytest.mark.parametrize(("work", "value"), [(spin, None), (sleep, 3600)])
def test_who_takes_too_long_is_ended(work, value):
    with Cell(Limits(seconds=0.3)) as cell, pytest.raises(TookTooLong):
        list(cell.each(work, value))


def test_answers_that_came_before_the_end_are_kept(cell):
    came = []
    with pytest.raises(TookTooLong):
        for answer in cell.each(count_then_spend, 3):
            came.append(answer)
    assert came == [0, 1, 2]


def test_the_time_the_maker_takes_for_itself_is_not_counted():
    with Cell(Limits(seconds=2)) as cell:
        for n in cell.each(count, 3):
            time.sleep(0 if n else 2.2)


def test_the_time_is_for_each_answer_and_not_for_all_of_them(monkeypatch):
    monkeypatch.setattr("scanning.cell.PER_ANSWER", 1.0)
    monkeypatch.setattr("scanning.cell.STRETCH", 100)  # the test's machine may be as busy as it likes
    with Cell(Limits(seconds=1)) as cell:
        assert len(list(cell.each(work_hard, 5))) == 5


def test_who_stops_listening_gets_a_new_child(cell):
    for n in cell.each(count, 10**6):
        if n == 3:
            break
    assert cell.run(echo, "well") == "well"


def test_the_fault_is_told_in_a_note_for_the_log(cell):
    with pytest.raises(Died) as caught:
        cell.run(fail, None)
    assert "KeyError: 'no such thing'" in caught.value.__notes__[0]


@LINUX
def test_all_walls_stand_where_the_kernel_has_them(cell):
    cell.run(echo, 1)
    assert {"limits", "seccomp"} <= cell.standing


@LINUX
@pytest.mark.parametrize("work", [connect, send_a_packet])
def test_there_is_no_network(cell, work):
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(Died) as caught:
        cell.run(work, server.getsockname()[1])
    assert "PermissionError" in caught.value.__notes__[0]


@LINUX
@pytest.mark.parametrize("work", [write, remove, rename])
def test_no_file_can_be_changed(cell, work, tmp_path):
    file = tmp_path / "paper.txt"
    file.write_text("as it was")
    with pytest.raises(Died):
        cell.run(work, str(file))
    assert file.read_text() == "as it was"
    assert [path.name for path in tmp_path.iterdir()] == ["paper.txt"]


@LINUX
def test_nobody_elses_papers_can_be_read(cell, tmp_path):
    cell.run(echo, 1)
    if "landlock" not in cell.standing:
        pytest.skip("this kernel has no Landlock")
    (tmp_path / "paper.txt").write_text("private")
    with pytest.raises(Died):
        cell.run(read, str(tmp_path / "paper.txt"))
    assert cell.run(read, os.__file__), "Python's own files can"


@LINUX
@pytest.mark.parametrize("work", [fork, start, signal_parent])
def test_no_other_process_can_be_made_or_signalled(cell, work):
    with pytest.raises(Died):
        cell.run(work, None)


def test_nothing_of_the_makers_is_open_in_the_cell(cell, tmp_path):
    with open(tmp_path / "secret", "w"), socket.create_server(("127.0.0.1", 0)):
        assert cell.run(descriptors, None) == 3 + 2


@LINUX
def test_the_child_dies_with_its_maker():
    program = """
import os, signal, sys, time
from scanning import Cell
from scanning.load import kind_of
cell = Cell()
cell.run(kind_of, b"x")
print(cell.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    child, end = Path(f"/proc/{done.stdout.strip()}"), time.monotonic() + 20
    while child.exists() and "State:\tZ" not in child.joinpath("status").read_text():
        assert time.monotonic() < end, "it lives on"
        time.sleep(0.05)


def test_a_maker_that_has_used_the_threads_of_opencv_gets_its_answer_all_the_same():
    cv2.setNumThreads(4)
    try:
        for _ in range(3):
            cv2.GaussianBlur(np.zeros((2000, 2000, 3), np.uint8), (0, 0), 3)  # wakes the threads
        with Cell() as cell:
            assert cell.run(blurred, 2000) == (2000, 2000, 3)
    finally:
        cv2.setNumThreads(1)


def blurred(side: int) -> tuple[int, ...]:
    return cv2.GaussianBlur(np.zeros((side, side, 3), np.uint8), (0, 0), 3).shape
