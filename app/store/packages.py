"""The folder that a document system looks into: one sub-folder for each package, which appears when it is whole.

.<name>       a package that is being made, or taken away; nobody else's to read
<name>/       a package: document.pdf, index.json, index.csv
<name>.ack    laid beside it by the document system, with anything in it: it has the package in its file
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from app.errors import CommandError
from app.store.files import CHUNK, NAME, sync_folder, write_all

ACK, GONE = ".ack", ".gone"
FILE, FOLDER = 0o640, 0o750  # the document system is another user, of the same group


class Packages:
    """Raises FileNotFoundError when the folder is not there: a share that is not mounted shall not go unnoticed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not folder.is_dir():
            raise FileNotFoundError(errno.ENOENT, "the folder for packages is not there", str(folder))

    def make(self, name: str, files: Mapping[str, bytes | Path]) -> None:
        """Write a package under its hidden name, durable; what an earlier try left there goes first. Raises OSError."""
        hidden = self._hidden(name)
        if hidden.exists():
            shutil.rmtree(hidden)
        hidden.mkdir(mode=FOLDER)
        for file, content in files.items():
            _write(hidden / file, content)
        sync_folder(hidden)
        sync_folder(self.folder)

    def made(self, name: str) -> bool:
        """Whether a package lies here under its hidden name."""
        return self._hidden(name).is_dir()

    def give(self, name: str) -> None:
        """Give a package that was made its name: from now on the document system sees it. Raises OSError."""
        os.replace(self._hidden(name), self.folder / name)
        sync_folder(self.folder)

    def lies(self, name: str) -> Path | None:
        """Where a package lies, or None when it is not made yet, or was taken away."""
        path = self.folder / _checked(name)
        return path if path.is_dir() else None

    def listed(self) -> tuple[list[str], list[str]]:
        """The names under which something lies here, hidden or not; and those that have an acknowledgement."""
        found = sorted(path.name for path in self.folder.iterdir())
        acks = [name.removesuffix(ACK) for name in found if name.endswith(ACK) and NAME.fullmatch(name)]
        names = dict.fromkeys(name.removeprefix(".").removesuffix(ACK).removesuffix(GONE) for name in found)
        return [name for name in names if NAME.fullmatch(name)], acks

    def clear(self, name: str) -> None:
        """Take a package away, hidden or not, and then what acknowledged it. Raises OSError."""
        going = self._hidden(name + GONE)
        for left in (going, self._hidden(name)):
            if left.exists():
                shutil.rmtree(left)
        if self.lies(name):
            os.replace(self.folder / name, going)  # nobody sees half of it
            shutil.rmtree(going)
        (self.folder / (name + ACK)).unlink(missing_ok=True)
        sync_folder(self.folder)

    def _hidden(self, name: str) -> Path:
        return self.folder / f".{_checked(name)}"


def _write(path: Path, content: bytes | Path) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE)
    try:
        if isinstance(content, bytes):
            write_all(file, content)
        else:
            with open(content, "rb") as source:
                while chunk := source.read(CHUNK):
                    write_all(file, chunk)
        os.fsync(file)
    finally:
        os.close(file)


def _checked(name: str) -> str:
    if not NAME.fullmatch(name):
        raise CommandError(f"{name!r} is no name for a package.")
    return name
