"""Bytes on the disk. A name given away only after fsync of the file and of its folder.

    parts/<submission>/<page>          what has arrived of a page
    blobs/<person>/<sha256>            a whole page, as sent; the same picture twice is one blob
    documents/<submission>/...         the PDF, and every sheet as the desk shows it

Names come from ids that were checked; a name that could leave its folder is refused all the same.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from app.errors import DiskFull, NotFound

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
CHUNK = 1024 * 1024
PICTURES = {".jpg": "image/jpeg", ".png": "image/png"}


class Files:
    """All files below one data folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    # what arrives

    @contextlib.contextmanager
    def receiving(self, submission: str, page: str) -> Iterator[Part]:
        """Hold one page's part for writing; a second client waits here until the first has finished."""
        with _no_space_means_disk_full(), self._lock_file(submission, page) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield Part(self._folder("parts", submission) / _checked(page))

    def _lock_file(self, submission: str, page: str) -> IO[str]:
        try:
            return open(self._folder("parts", submission) / (_checked(page) + ".lock"), "a")
        except FileNotFoundError:  # another client completed the submission, and its parts were cleared away
            return open(self._folder("parts", submission) / (_checked(page) + ".lock"), "a")

    def keep(self, part: Part, person: str, sha256: str) -> None:
        """Make a complete part the person's blob. Afterwards the part is gone and the blob is durable."""
        folder = self._folder("blobs", person)
        with _no_space_means_disk_full():
            os.replace(part.path, folder / _checked(sha256))
            sync_folder(folder)

    def kept(self, person: str, sha256: str) -> bool:
        """Whether a page is here as a blob; durable when it is, though whoever kept it may have been stopped."""
        blob = self.blob(person, sha256)
        if not blob.exists():
            return False
        sync_folder(blob.parent)
        return True

    def drop_parts(self, submission: str) -> None:
        """Clear away the folder of a submission that has arrived."""
        shutil.rmtree(self.root / "parts" / _checked(submission), ignore_errors=True)

    def blob(self, person: str, sha256: str) -> Path:
        """Where a page lies, as it was sent."""
        return self.root / "blobs" / _checked(person) / _checked(sha256)

    # what is made of it

    def write(self, submission: str, name: str, data: bytes) -> None:
        """Put a made file in place, whole or not at all."""
        folder = self._folder("documents", submission)
        mine = folder / f".{secrets.token_hex(8)}"
        with _no_space_means_disk_full():
            try:
                with open(mine, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(mine, folder / _checked(name))
                sync_folder(folder)
            finally:
                mine.unlink(missing_ok=True)

    def made(self, submission: str, name: str) -> Path:
        """Where a made file lies."""
        return self.root / "documents" / _checked(submission) / _checked(name)

    def picture(self, submission: str, name: str) -> Path:
        """Where a made picture lies; its name goes without the end, which tells its kind. Raises NotFound."""
        for end in PICTURES:
            path = self.made(submission, name + end)
            if path.exists():
                return path
        raise NotFound()

    def remove(self, submission: str, name: str) -> None:
        """Take a made file away."""
        self.made(submission, name).unlink(missing_ok=True)

    # the disk

    def free_bytes(self) -> int:
        """How much the disk still takes."""
        return shutil.disk_usage(self.root).free

    def _folder(self, *names: str) -> Path:
        folder = self.root.joinpath(*map(_checked, names))
        if not folder.is_dir():
            with _no_space_means_disk_full():
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                try:
                    for parent in (folder.parent, folder.parent.parent):
                        sync_folder(parent)
                except OSError:  # the next try finds no folder, and flushes its name again
                    with contextlib.suppress(OSError):
                        folder.rmdir()
                    raise
        return folder


class Part:
    """A page that is still arriving. Its row says how many bytes count; the file may hold more, never less."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def size(self) -> int:
        """How many bytes lie here."""
        return self.path.stat().st_size if self.path.exists() else 0

    def append(self, offset: int, data: bytes) -> None:
        """Write at `offset`, cutting off whatever an interrupted append left behind it; durable on return."""
        file = os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.ftruncate(file, offset)
            _write_all(file, data, offset)
            os.fsync(file)
        finally:
            os.close(file)
        if offset == 0:  # also when the file is here already: an earlier try may have failed right here
            sync_folder(self.path.parent)

    def sha256(self) -> str:
        """The hash of what lies here, in hexadecimal."""
        with open(self.path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def clear(self) -> None:
        """Forget what has arrived."""
        self.path.unlink(missing_ok=True)


def _write_all(file: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(file, view, offset)
        view, offset = view[written:], offset + written


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _checked(name: str) -> str:
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name for a file of ours.")
    return name


@contextlib.contextmanager
def _no_space_means_disk_full() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull() from error
        raise
