"""A disk of our own that can lose power: it forgets what it was not told to flush.

    with Disk(folder, megabytes) as disk:      # an ext4 at disk.mounted
        disk.cut(copy, "some", seed)           # what a disk would hold if the power had gone at this moment

A file in user space (FUSE, spoken here without a library) stands below a loop device; ext4 is made on that. Every
write of the file system's to its device comes here, and every flush. Between two flushes a write is only in the disk's
volatile cache: at a cut the whole cache may be written, none of it, or any 4 KiB pieces of it, as on a real disk.
What is only in the page cache of the mounted file system never came here, and so is in no copy. One thread serves all
requests, so a cut falls between two of them: the copy is the disk at one moment, and nothing has to be frozen for it.

Run as a module it is the disk itself: it must be a process of its own, because whoever waits for the file system
must not be the one who serves its device.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import random
import select
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

PIECE = 4096  # what a disk writes whole
LOOP_CONTROL = "/dev/loop-control"
FUSE = "/dev/fuse"
PATIENCE = 30.0
CACHES = ("all", "none", "some")

# linux/fuse.h
HEAD, ANSWER = struct.Struct("<IIQQIIIHH"), struct.Struct("<IiQ")
GETATTR, SETATTR, OPEN, READ, WRITE, RELEASE, FSYNC, FLUSH, INIT, DESTROY = 3, 4, 14, 15, 16, 18, 20, 25, 26, 38
FORGET, INTERRUPT, BATCH_FORGET = 2, 36, 42
BIG_WRITES, MAX_PAGES, DIRECT_IO = 1 << 5, 1 << 22, 1
LARGEST = 1 << 20
ENOSYS = 38
S_IFREG = 0o100600


class NoDisk(Exception):
    """Here no disk of our own can be made; the message says why."""


class Disk:
    """A mounted ext4 whose power can be cut. `mounted` is its folder."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.mounted = folder / "mounted"
        self._file = folder / "device"
        self._size = megabytes << 20
        self._loop = ""

    def __enter__(self) -> Disk:
        why_not = impossible()
        if why_not:
            raise NoDisk(why_not)
        self.mounted.mkdir()
        self._file.touch()
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.soak.disk", str(self._file), str(self._size)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            self._told()
            self._loop = _run("losetup", "--find", "--show", str(self._file)).strip()
            at_once = "lazy_itable_init=0,lazy_journal_init=0,nodiscard"
            _run("mkfs.ext4", "-q", "-b", str(PIECE), "-E", at_once, self._loop)
            _run("mount", "-t", "ext4", self._loop, str(self.mounted))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        try:
            _unmount(self.mounted)
        finally:
            if self._loop:
                subprocess.run(["losetup", "--detach", self._loop], check=False, capture_output=True)
            _unmount(self._file)
            self._end_server()

    def _end_server(self) -> None:
        assert self._server.stdin is not None and self._server.stdout is not None
        self._server.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._server.wait(10)
        self._server.kill()
        self._server.wait()
        self._server.stdout.close()

    def cut(self, copy: Path, cache: str, seed: int) -> dict[str, int]:
        """Write to a file what the disk would hold if the power went now; `cache` says what becomes of its cache.

        Returns {"cached": pieces that were not flushed, "kept": how many of them are in the copy}.
        """
        assert self._server.stdin is not None
        self._server.stdin.write(json.dumps([str(copy), cache, seed]) + "\n")
        self._server.stdin.flush()
        return self._told()

    def _told(self) -> dict[str, int]:
        assert self._server.stdout is not None
        line = self._server.stdout.readline()
        if not line:
            raise NoDisk("the disk's process ended")
        said: dict[str, Any] = json.loads(line)
        if "error" in said:
            raise NoDisk(said["error"])
        return said


def impossible() -> str:
    """Why no disk can be made here; empty when it can."""
    if os.geteuid() != 0:
        return "only root may mount a file system"
    for needed in (FUSE, LOOP_CONTROL):
        if not os.access(needed, os.R_OK | os.W_OK):
            return f"{needed} cannot be used"
    return ""


@contextlib.contextmanager
def mounted(image: Path, folder: Path):
    """A copy of a disk, mounted as after the power came back: the journal is replayed."""
    folder.mkdir(exist_ok=True)
    _run("mount", "-t", "ext4", "-o", "loop", str(image), str(folder))
    try:
        yield folder
    finally:
        _unmount(folder)


def _unmount(what: Path) -> None:
    """Also when a process that is just ending still has a file open there. Raises NoDisk when that takes too long."""
    end = time.monotonic() + PATIENCE
    while f" {what} " in Path("/proc/mounts").read_text():
        tried = subprocess.run(["umount", str(what)], check=False, capture_output=True, text=True)
        if tried.returncode and time.monotonic() > end:
            subprocess.run(["umount", "--lazy", str(what)], check=False)
            raise NoDisk(f"umount {what}: {tried.stderr.strip()}")
        time.sleep(0.1 if tried.returncode else 0)


def _run(*command: str) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise NoDisk(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


# ---------- the disk's process ----------


class Platter:
    """The bytes: what was flushed is safe, what came after the last flush is in the cache."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._now, self._safe = bytearray(size), bytearray(size)
        self._cache: list[tuple[int, bytes]] = []
        self._used: set[int] = set()

    def read(self, at: int, size: int) -> bytes:
        return bytes(self._now[at : at + size])

    def write(self, at: int, data: bytes) -> None:
        self._now[at : at + len(data)] = data
        self._cache.append((at, data))

    def flush(self) -> None:
        for at, data in self._cache:
            self._safe[at : at + len(data)] = data
            self._used.update(range(at // PIECE, (at + len(data) - 1) // PIECE + 1))
        self._cache.clear()

    def cut(self, copy: str, cache: str, seed: int) -> dict[str, int]:
        """Write the copy: all that is safe, and of the cache what luck has written already."""
        dice = random.Random(seed)
        share = {"all": 1.0, "none": 0.0, "some": dice.random()}[cache]
        with open(copy, "wb") as file:
            file.truncate(self.size)
            for piece in sorted(self._used):
                at = piece * PIECE
                os.pwrite(file.fileno(), self._safe[at : at + PIECE], at)
            cached = kept = 0
            for at, data in self._cache:
                for start in range(0, len(data), PIECE):
                    cached += 1
                    if share == 1.0 or dice.random() < share:
                        kept += 1
                        os.pwrite(file.fileno(), data[start : start + PIECE], at + start)
        return {"cached": cached, "kept": kept}


def main() -> None:
    """Serve one file until it is unmounted or our maker closes the pipe."""
    target, size = sys.argv[1], int(sys.argv[2])
    platter, link = Platter(size), os.open(FUSE, os.O_RDWR)
    libc = ctypes.CDLL(None, use_errno=True)
    options = f"fd={link},rootmode={S_IFREG:o},user_id=0,group_id=0,allow_other"
    if libc.mount(b"disk", target.encode(), b"fuse.disk", 0, options.encode()):
        print(json.dumps({"error": f"mount of FUSE: {os.strerror(ctypes.get_errno())}"}), flush=True)
        return
    print(json.dumps({}), flush=True)
    poll = select.poll()
    poll.register(link, select.POLLIN)
    poll.register(0, select.POLLIN)
    while True:
        for ready, _ in poll.poll():
            if ready == link:
                try:
                    request = os.read(link, LARGEST + 65536)
                except OSError:
                    return  # unmounted
                if (answer := _answered(platter, request)) is not None:
                    with contextlib.suppress(FileNotFoundError):  # whoever asked has been interrupted
                        os.write(link, answer)
            else:
                order = sys.stdin.readline()
                if not order:
                    poll.unregister(0)
                    continue
                print(json.dumps(platter.cut(*json.loads(order))), flush=True)


def _answered(platter: Platter, request: bytes) -> bytes | None:
    _, what, unique, *_ = HEAD.unpack_from(request)
    if what in (FORGET, INTERRUPT, BATCH_FORGET):
        return None
    body, fault = b"", 0
    if what == INIT:
        major, minor, ahead, flags = struct.unpack_from("<IIII", request, HEAD.size)
        flags &= BIG_WRITES | MAX_PAGES
        body = struct.pack("<IIIIHHIIHH8I", major, min(minor, 31), ahead, flags, 16, 12, LARGEST, 1, 256, 0, *[0] * 8)
    elif what in (GETATTR, SETATTR):
        body = struct.pack("<QII", 3600, 0, 0)
        body += struct.pack("<6Q10I", 1, platter.size, platter.size // 512, *[0] * 6, S_IFREG, 1, 0, 0, 0, PIECE, 0)
    elif what == OPEN:
        body = struct.pack("<QII", 0, DIRECT_IO, 0)
    elif what == READ:
        _, at, size = struct.unpack_from("<QQI", request, HEAD.size)
        body = platter.read(at, size)
    elif what == WRITE:
        _, at, size = struct.unpack_from("<QQI", request, HEAD.size)
        platter.write(at, request[HEAD.size + 40 : HEAD.size + 40 + size])
        body = struct.pack("<II", size, 0)
    elif what == FSYNC:
        platter.flush()
    elif what not in (RELEASE, FLUSH, DESTROY):
        fault = -ENOSYS
    return ANSWER.pack(ANSWER.size + len(body), fault, unique) + body


if __name__ == "__main__":
    main()
