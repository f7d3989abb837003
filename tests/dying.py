"""kill -9 at every single point: processes that do some work and die at its first, second, third ... step.

A step is a statement of SQLite, or a write, rename, fsync, truncation or removal of a file. Real processes, really
killed: what is left behind is what a power cut would leave if the disk keeps what it was made to keep.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from app.store import database

ROOT = Path(__file__).resolve().parent.parent
STEPS = ("fsync", "pwrite", "replace", "ftruncate", "unlink", "rmdir")
MOST = 1000
# `make hunts` dies at every third of them; `make kills`, which takes longer, at each.
SPARSE = 1 if os.environ.get("EVERY_STEP") else 3


def die_everywhere(folder: Path, work: str, apart: int = SPARSE) -> list[Path]:
    """Do `work`, "module:function" of a data folder, in copies of the folder, and die some steps later in each.

    apart    how many steps lie from one death to the next

    Returns the copies in order; in the last one the work came to its end.
    """
    module, _, function = work.partition(":")
    here = f"from pathlib import Path; from {module} import {function}; from tests.dying import one_by_one"
    command = f"{here}; one_by_one(Path({str(folder)!r}), {function}, {apart})"
    subprocess.run([sys.executable, "-c", command], cwd=ROOT, check=True, timeout=600)
    return sorted(folder.parent.glob(f"{folder.name}-*"))


def one_by_one(folder: Path, work: Callable[[Path], None], apart: int) -> None:
    """The loop of `die_everywhere`; it forks, so it needs a process without threads.

    The work is done once before, so that what it loads is there for all that follow.
    """
    first = shutil.copytree(folder, folder.with_name(f"{folder.name}-000"))
    work(first)
    shutil.rmtree(first)
    for n in range(1, MOST, apart):
        copy = folder.with_name(f"{folder.name}-{n:03d}")
        shutil.copytree(folder, copy)
        child = os.fork()
        if not child:
            _die_at(n)
            work(copy)
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        if status == 0:
            return
        assert os.WIFSIGNALED(status), f"at step {n} it failed instead of being killed"
    raise AssertionError(f"no end after {MOST} steps")


def _die_at(n: int) -> None:
    """From now on the n-th step is the end of this process, before it is done."""
    left = iter(range(n - 1))

    def step(*_: object) -> None:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    _watch_database(step)
    for name in STEPS:
        _watch(name, step)


def _watch_database(step: Callable[..., None]) -> Any:
    connect = database.connect

    def watched(path: Path) -> Database:
        db = connect(path)
        db.conn.set_trace_callback(step)
        return db

    database.connect = watched


def _watch(name: str, step: Callable[..., None]) -> None:
    real = getattr(os, name)

    def watched(*args: Any, **more: Any) -> Any:
        step()
        return real(*args, **more)

    setattr(os, name, watched)
