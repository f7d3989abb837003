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
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from app.errors import CommandError, DiskFull, NotFound

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
CHUNK = 1024 * 1024
PICTURES = {".jpg": "image/jpeg", ".png": "image/png"}
ENDS = {".jpg": (b"\xff\xd8\xff", b"\xff\xd9"), ".png": (b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82")}
QUARANTINE = "quarantine"


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

    @contextlib.contextmanager
    def making(self, submission: str) -> Iterator[None]:
        """Whoever is in here is alone in making files of a submission; another one waits."""
        folder = os.open(self._folder("documents", submission), os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

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

    def made_names(self, submission: str) -> list[str]:
        """The names of all files that were made of a submission, those of a write that was killed too."""
        return sorted(path.name for path in self._folder("documents", submission).iterdir())

    def drop_made(self, submission: str, names: Iterable[str]) -> None:
        """Clear files away that were made of a submission; its folder stays, it is the lock."""
        going = set(names)
        for path in self._folder("documents", submission).iterdir():
            if path.name in going:
                path.unlink(missing_ok=True)

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

    # what goes for good

    @contextlib.contextmanager
    def alone_to_erase(self) -> Iterator[bool]:
        """Whoever is told True in here may delete; a backup waits until they have. False while one is made."""
        room, may = os.open(self._folder("documents"), os.O_RDONLY | os.O_DIRECTORY), True
        try:
            try:
                fcntl.flock(room, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                may = False
            yield may
        finally:
            os.close(room)

    @contextlib.contextmanager
    def nothing_erased(self) -> Iterator[None]:
        """While somebody is in here nothing is deleted; what is just being deleted is gone before."""
        with contextlib.ExitStack() as held:
            with contextlib.suppress(FileNotFoundError):
                room = os.open(self.root / "documents", os.O_RDONLY | os.O_DIRECTORY)
                held.callback(os.close, room)
                fcntl.flock(room, fcntl.LOCK_SH)
            yield

    def erase_made(self, submission: str) -> None:
        """Delete all that was made of a submission, and its folder; durable on return."""
        folder = self.root / "documents" / _checked(submission)
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
        sync_folder(folder.parent)

    def erase_blobs(self, person: str, hashes: list[str]) -> None:
        """Delete pages as they were sent; durable on return, also when an earlier try did it."""
        for sha256 in hashes:
            self.blob(person, sha256).unlink(missing_ok=True)
        if (self.root / "blobs" / _checked(person)).is_dir():
            sync_folder(self.root / "blobs" / _checked(person))

    # what lies here, for backup and check

    def lying(self, room: str) -> Iterator[tuple[str, str]]:
        """What lies in "parts", "blobs" or "documents": (folder, name) of each file, or (name, "") of a stray one."""
        for folder in _listed(self.root / room) or ():
            names = _listed(self.root / room / folder)
            if names is None:
                yield folder, ""
            yield from ((folder, name) for name in names or ())

    def set_aside(self, path: Path, when: str) -> Path:
        """Move something out of the way, into a folder that nothing else reads. Nothing is deleted."""
        to = self.root / QUARANTINE / when.replace(":", "-") / path.relative_to(self.root)
        to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.move(path, to)
        return to

    @contextlib.contextmanager
    def looking(self, submission: str, page: str) -> Iterator[Part]:
        """Hold one page's part still, without making anything: whoever writes to it has finished, or waits."""
        path = self.root / "parts" / _checked(submission) / _checked(page)
        with contextlib.ExitStack() as held:
            with contextlib.suppress(FileNotFoundError):
                lock = held.enter_context(open(path.with_name(path.name + ".lock")))
                fcntl.flock(lock, fcntl.LOCK_SH)
            yield Part(path)

    @staticmethod
    def measure(path: Path) -> tuple[int, str]:
        """Size and SHA-256 of a file. Raises OSError."""
        with open(path, "rb") as file:
            return os.fstat(file.fileno()).st_size, hashlib.file_digest(file, "sha256").hexdigest()

    @staticmethod
    def looks_whole(picture: Path) -> bool:
        """Whether a made picture begins and ends as its kind does: one that was cut, or is full of zeros, does not."""
        begins, ends = ENDS[picture.suffix]
        with open(picture, "rb") as file:
            head = file.read(len(begins))
            file.seek(-min(len(ends), os.fstat(file.fileno()).st_size), os.SEEK_END)
            return head == begins and file.read() == ends

    def name(self, path: Path) -> str:
        """A file's path below the data folder, as it is told to people."""
        return path.relative_to(self.root).as_posix()

    def fill(self, name: str, chunks: Iterator[bytes]) -> None:
        """Write a file that is not there yet, durable but for its folder. Raises ValueError for a name not ours."""
        path = self.root.joinpath(*map(_checked, name.split("/")))
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())

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


def write_all(file: int, data: bytes) -> None:
    """Write all of it at the end of an open file."""
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


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


def _listed(folder: Path) -> list[str] | None:
    """The names in a folder, sorted; none when it is gone, None when it is no folder."""
    try:
        return sorted(os.listdir(folder))
    except FileNotFoundError:
        return []
    except NotADirectoryError:
        return None


def sync_tree(folder: Path, *, deep: bool = True) -> None:
    """Make the names in a folder durable, and in all folders below it."""
    for below, folders, _ in os.walk(folder):
        if not deep:
            folders.clear()
        sync_folder(Path(below))


@contextlib.contextmanager
def alone(handle: int, otherwise: str) -> Iterator[None]:
    """Hold an open file or folder for this process alone, and close it. Raises CommandError when another has it."""
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(otherwise) from None
        yield
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
