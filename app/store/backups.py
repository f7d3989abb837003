"""A folder of backups: each in a dated folder of its own that appears when it is whole, and not before.

    <dated>/backup.json     what it is: format, time, which key
    <dated>/data/...        without a key: the files of the data folder, under their own names
    <dated>/sealed/...      with a key: the same, sealed, under names that say nothing
    <dated>/manifest        all files with size and SHA-256, and what was lost already; sealed, too, with a key

What the last backup has is not written again: its file there is read, compared, and linked. A hard link and no shared
store: each folder is whole by itself, and an old one can be deleted by hand without a thought for the others.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from app.errors import BadBackup, CommandError, Damaged
from app.store.database import Row
from app.store.files import Files, alone, sync_tree, write_all
from app.store.refill import DATABASE
from app.store.sealing import Seal, chunks_of

log = logging.getLogger("belegbote.backup")

FORMAT = 1
HEADER, MANIFEST, UNFINISHED = "backup.json", "manifest", ".unfinished-"
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Backups:
    """The folder in which an office's backups lie. Raises CommandError when it is not there: a disk that is not
    mounted shall not go unnoticed."""

    def __init__(self, folder: Path, seal: Seal) -> None:
        self.folder, self.seal = folder, seal
        if not folder.is_dir():
            raise CommandError(f"{folder} is no folder. Make it, or mount the disk that it lies on.")

    def whole(self) -> list[Path]:
        """The backups that were finished, oldest first."""
        return sorted(path.parent for path in self.folder.glob(f"[!.]*/{HEADER}"))

    @contextlib.contextmanager
    def begin(self, at: str, spool: Path) -> Iterator[Unfinished]:
        """A new backup made at `at`, a UTC time as in the rows; `spool` is a file to be made, where its manifest grows.

        Whatever ends it before `finish` takes it away again: here, or, after a power cut, at the beginning of the next.
        Raises CommandError when nothing can be written, or somebody else is writing.
        """
        with contextlib.ExitStack() as held:
            with _told(self.folder):
                lock = os.open(self.folder / "backup.lock", os.O_RDWR | os.O_CREAT, 0o600)
                held.enter_context(alone(lock, f"Another backup into {self.folder} is running."))
                for old in self.folder.glob(f"{UNFINISHED}*"):
                    log.info("An earlier backup was interrupted; %s is cleared away.", old.name)
                    shutil.rmtree(old)
                folder = self.folder / f"{UNFINISHED}{at.replace(':', '-')}"
                folder.mkdir(mode=0o700)
            held.callback(shutil.rmtree, folder, ignore_errors=True)
            yield Unfinished(self, folder, at, held.enter_context(open(spool, "w+b")))

    def newest(self) -> Path | None:
        """The newest backup under the same key, or None."""
        for folder in reversed(self.whole()):
            with contextlib.suppress(BadBackup):
                return open_backup(folder, self.seal).folder
        return None


class Unfinished:
    """A backup that is being made."""

    def __init__(self, backups: Backups, folder: Path, at: str, manifest: IO[bytes]) -> None:
        self.folder, self.files, self.bytes, self.linked, self.lost = folder, 0, 0, 0, list[str]()
        self._backups, self._seal, self._at, self._manifest = backups, backups.seal, at, manifest
        self._earlier = backups.newest()
        self._write(HEADER, iter([json.dumps({"format": FORMAT, "made_at": at, "key": self._seal.id}).encode()]))
        self._note({"made_at": at, "format": FORMAT})

    def take(self, path: str, source: Path, size: int | None = None, sha256: str | None = None) -> None:
        """Take a file in, under its path below the data folder. Size and hash are those of its row, if it has one.

        Raises Damaged when the file is not as it should be, OSError when it cannot be read, and CommandError when the
        backup cannot be written.
        """
        lasting = sha256 is not None or self._seal.id != ""  # else another content under this name is no wonder
        if sha256 is None or size is None:
            with open(source, "rb") as file:
                size, sha256 = _measured(chunks_of(file))
        name = self._seal.name(path, sha256)
        if (self.folder / name).exists():
            return  # the same picture, sent twice
        if self._link(name, sha256, lasting):
            self.linked += 1
        else:
            self._copy(name, source, size, sha256)
        self._note({"path": path, "size": size, "sha256": sha256})
        self.files, self.bytes = self.files + 1, self.bytes + size

    def lose(self, path: str, why: str) -> None:
        """Write down that a file is lost already, so that whoever restores this backup is told."""
        self.lost.append(f"{path}: {why}")
        self._note({"lost": path, "why": why})

    def finish(self) -> Path:
        """Make all of it durable, then give it its name."""
        self._note({"end": self.files})
        self._manifest.seek(0)
        self._write(MANIFEST, chunks_of(self._manifest))
        with _told(self._backups.folder):
            sync_tree(self.folder)
            whole = _free_name(self._backups.folder / self._at.replace(":", "-"))
            self.folder.rename(whole)
            sync_tree(self._backups.folder, deep=False)
        return whole

    def _note(self, entry: Row) -> None:
        try:
            self._manifest.write(json.dumps(entry).encode() + b"\n")
            self._manifest.flush()
        except OSError as error:
            raise CommandError(f"The list of files cannot be written beside the rows: {error.strerror}.") from error

    def _link(self, name: str, sha256: str, lasting: bool) -> bool:
        """Whether the last backup has this file, undamaged, and could be linked to."""
        if not self._earlier or not (self._earlier / name).exists():
            return False
        try:
            with open(self._earlier / name, "rb") as file:
                if _measured(self._seal.unseal(file, name))[1] != sha256:
                    raise Damaged("another SHA-256 than it had")
            self._folder_of(name)
            os.link(self._earlier / name, self.folder / name)
        except Damaged as error:
            if lasting:
                log.warning("%s in the last backup: %s. It is copied anew; is that disk failing?", name, error)
            return False
        except OSError:  # a disk that knows no hard links, or that cannot be read: it is copied
            return False
        return True

    def _copy(self, name: str, source: Path, size: int, sha256: str) -> None:
        try:
            with open(source, "rb") as file:
                found = self._write(name, chunks_of(file))
            if found != (size, sha256):
                raise Damaged(_difference(found, size))
        except BaseException:
            (self.folder / name).unlink(missing_ok=True)
            raise

    def _write(self, name: str, chunks: Iterator[bytes]) -> tuple[int, str]:
        """Write a file and make it durable; returns size and hash of what went in. A fault of the source is its own."""
        meter = _Meter(chunks)
        with _told(self._backups.folder):
            self._folder_of(name)
            out = os.open(self.folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            for piece in self._seal.seal(iter(meter), name) if name != HEADER else meter:
                with _told(self._backups.folder):
                    write_all(out, piece)
            with _told(self._backups.folder):
                os.fsync(out)
        finally:
            os.close(out)
        return meter.size, meter.hash.hexdigest()

    def _folder_of(self, name: str) -> None:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)


class Backup:
    """A finished backup, to be read."""

    def __init__(self, folder: Path, seal: Seal) -> None:
        self.folder, self._seal = folder, seal

    def made_at(self) -> str:
        """When it was made, by the manifest: the header is not sealed."""
        return str(next(self._entries())["made_at"])

    def unpack(self, folder: Path) -> Iterator[str]:
        """Put all files into an empty folder, each compared with its hash; yields a line for each that is wrong."""
        files = Files(folder)
        for entry in self._entries():
            if "path" in entry:
                try:
                    self._unpack_one(files, entry)
                except FileNotFoundError:
                    yield f"{entry['path']}: missing"
                except (Damaged, ValueError) as error:
                    yield f"{entry['path']}: {error}"
        if not (folder / DATABASE).exists():
            yield f"{DATABASE}: missing"
        sync_tree(folder)

    def lost(self) -> list[str]:
        """What was lost already when the backup was made."""
        return [f"{entry['lost']}: {entry['why']}" for entry in self._entries() if "lost" in entry]

    def _unpack_one(self, files: Files, entry: Row) -> None:
        name = self._seal.name(entry["path"], entry["sha256"])
        with open(self.folder / name, "rb") as file:
            meter = _Meter(self._seal.unseal(file, name))
            files.fill(entry["path"], iter(meter))
        if (meter.size, meter.hash.hexdigest()) != (entry["size"], entry["sha256"]):
            raise Damaged(_difference((meter.size, meter.hash.hexdigest()), entry["size"]))

    def _entries(self) -> Iterator[Row]:
        """The manifest, line by line. Raises BadBackup when it is missing, damaged or without its end."""
        count = 0
        try:
            with open(self.folder / MANIFEST, "rb") as file:
                for line in _lines(self._seal.unseal(file, MANIFEST)):
                    entry = json.loads(line)
                    count += "path" in entry
                    yield entry
                    if entry.get("end") == count:
                        return
        except FileNotFoundError:
            raise BadBackup(f"{self.folder} is not whole: its list of files, {MANIFEST}, is missing.") from None
        except (Damaged, ValueError) as error:
            raise BadBackup(f"{self.folder}: its list of files, {MANIFEST}, cannot be read: {error}") from None
        raise BadBackup(f"{self.folder} is not whole: its list of files, {MANIFEST}, has no end.")


def open_backup(folder: Path, seal: Seal) -> Backup:
    """Open a backup to read it. Raises BadBackup when it is none, was interrupted, or needs another key."""
    if folder.name.startswith(UNFINISHED):
        raise BadBackup(f"{folder} was interrupted and is not whole.")
    try:
        header = json.loads((folder / HEADER).read_bytes())
        known, key = header["format"] == FORMAT, str(header["key"])
    except FileNotFoundError:
        raise BadBackup(_no_backup(folder, seal)) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadBackup(f"{folder / HEADER} cannot be read: {error}") from None
    if not known:
        raise BadBackup(f"{folder} was made by another Belegbote, in a format that this one does not know.")
    if key != seal.id:
        raise BadBackup(f"{folder} {_other_key(key, seal.id)}")
    return Backup(folder, seal)


def _no_backup(folder: Path, seal: Seal) -> str:
    inside = Backups(folder, seal).whole() if folder.is_dir() else []
    if inside:
        return f"{folder} holds backups and is none itself; the newest is {inside[-1]}."
    return f"{folder} is no backup, or not whole: it has no {HEADER}."


def _other_key(theirs: str, ours: str) -> str:
    if not ours:
        return f"is encrypted: --key FILE names the file with its key ({theirs})."
    if not theirs:
        return "is not encrypted, though a key was given. Leave --key out if you trust where it comes from."
    return f"was made with another key: it needs {theirs}, this one is {ours}."


class _Meter:
    """Passes chunks on, and knows their size and hash afterwards."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.size, self.hash, self._chunks = 0, hashlib.sha256(), chunks

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.size += len(chunk)
            self.hash.update(chunk)
            yield chunk


def _measured(chunks: Iterator[bytes]) -> tuple[int, str]:
    meter = _Meter(chunks)
    for _ in meter:
        pass
    return meter.size, meter.hash.hexdigest()


def _difference(found: tuple[int, str], size: int) -> str:
    if found[0] != size:
        return f"{found[0]} bytes instead of {size}"
    return f"its SHA-256 is wrong ({found[1][:12]}...)"


def _lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    held = b""
    for chunk in chunks:
        *whole, held = (held + chunk).split(b"\n")
        yield from whole


def _free_name(path: Path) -> Path:
    """This name, or with a number behind it, if two backups fall into one second."""
    n, free = 1, path
    while free.exists():
        n, free = n + 1, path.with_name(f"{path.name}-{n + 1}")
    return free


@contextlib.contextmanager
def _told(folder: Path) -> Iterator[None]:
    """A fault of the disk with the backups, as one clear sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise CommandError(f"{folder} is full. Earlier backups are as they were, nothing half is left.") from error
        raise CommandError(f"{folder} cannot be written to: {error.strerror}.") from error
