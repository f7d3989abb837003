"""Filling an empty data folder from a backup, so that nobody ever sees it half full.

What comes lies in `.restoring` inside it, and moves up when all of it is right, the database last.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from app.errors import CommandError
from app.store.files import alone, sync_tree

DATABASE, STAGE = "belegbote.sqlite", ".restoring"
FRESH_DISK = {"lost+found"}


@contextlib.contextmanager
def refill(data: Path) -> Iterator[Path]:
    """A folder to fill; if that goes well it becomes the data folder, else the data folder is as before.

    Raises CommandError when the data folder holds anything, other than what an interrupted restore left on its stage.
    """
    fresh = not data.exists()
    _refuse_unless_empty(data)
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    stage = data / STAGE
    with alone(os.open(data, os.O_RDONLY | os.O_DIRECTORY), f"{data} is being restored by somebody else."):
        shutil.rmtree(stage, ignore_errors=True)
        _refuse_unless_empty(data)
        try:
            stage.mkdir(mode=0o700)
            yield stage
            _move_up(stage, data)
        except BaseException:
            shutil.rmtree(stage, ignore_errors=True)
            if fresh:
                with contextlib.suppress(OSError):
                    data.rmdir()
            raise


def half_full(data: Path) -> bool:
    """Whether a restore into this folder is running, or was interrupted."""
    return (data / STAGE).exists() and not (data / DATABASE).exists()


def _refuse_unless_empty(data: Path) -> None:
    if data.exists() and not data.is_dir():
        raise CommandError(f"{data} is no folder.")
    here = set(os.listdir(data)) - FRESH_DISK - {STAGE} if data.exists() else set()
    if here:
        held = ", ".join(sorted(here)[:5])
        raise CommandError(f"{data} is not empty (it holds {held}); nothing was touched. Move it away, then restore.")


def _move_up(stage: Path, data: Path) -> None:
    sync_tree(stage)
    for name in sorted(os.listdir(stage), key=lambda name: name == DATABASE):
        if name == DATABASE:
            sync_tree(data, deep=False)
        (stage / name).rename(data / name)
    stage.rmdir()
    sync_tree(data, deep=False)
