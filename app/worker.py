"""Claim a job, do it, finish it; and send the pushes that are due. Never imports web/.

Each scan runs in a child process with limits, and opens what people sent in a cell of its own (scanning/cell.py): a
photo that kills its decoder kills nothing else. The child comes from a server process that has the scanning engine
loaded, so it starts in milliseconds.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import resource
import signal
import threading
import traceback
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from types import FrameType

from app.config import Config
from app.errors import DiskFull
from app.notify import deliver
from app.office import load_office
from app.pusher import make_sender
from app.store import Store, jobs, open_store
from app.store.database import Fault, Row

log = logging.getLogger("belegbote.worker")

IDLE = 0.2
AFTER_TROUBLE = 5.0
PASSING = 75  # sysexits' EX_TEMPFAIL: what stopped the scan has nothing to do with its photos
PASSING_WAIT = 30.0
HOLD_EVERY = jobs.LEASE / 4
MOST_SECONDS, MOST_CPU_SECONDS = 1500.0, 300  # 60 pages that each take all the time a cell has, and the merging
MOST_MEMORY = 4 * 1024**3
PATIENCE = (1.0, 10.0, 60.0)


class Worker:
    """One worker process: scans in children, pushes in a thread of its own."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._store = open_store(config.data)
        self._stopping = threading.Event()
        self._children: ForkServerContext = multiprocessing.get_context("forkserver")
        self._children.set_forkserver_preload(["app.worker", "app.assembly"])

    def run(self) -> None:
        """Work until told to stop; what is running then is handed back at once."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        pushing = threading.Thread(target=self._push, name="push")
        pushing.start()
        log.info("worker is ready")
        while not self._stopping.is_set():
            try:
                if not self._scan_one():
                    self._stopping.wait(IDLE)
            except Exception:  # a locked database, no memory for a child: the job's lease runs out, and we go on
                log.exception("scan could not be seen to")
                self._stopping.wait(AFTER_TROUBLE)
        pushing.join()

    def stop(self, _number: int = 0, _frame: FrameType | None = None) -> None:
        """Finish soon."""
        self._stopping.set()

    def _scan_one(self) -> bool:
        store = self._store
        with store.atomic() as db:
            job = jobs.claim(db, store.now())
        if not job:
            return False
        child = self._children.Process(target=scan, args=(self._config, job["submission"], job["attempt"]))
        child.start()
        try:
            fault = self._wait_for(child, job)
        finally:
            child.kill()
        with store.atomic() as db:
            if fault is None:
                jobs.finish(db, job)
            elif self._stopping.is_set():
                jobs.hand_back(db, job, store.now())
            elif child.exitcode == PASSING:
                jobs.hand_back(db, job, store.now() + PASSING_WAIT)
            else:
                log.error("scan of %s, try %s: %s", job["submission"], job["attempt"], fault)
                wait = PATIENCE[min(job["attempt"], len(PATIENCE)) - 1]
                jobs.put_back(db, job, store.now() + wait, fault)
        return True

    def _wait_for(self, child: BaseProcess, job: Row) -> str | None:
        """Hold the job's lease while its child works; what went wrong, or None."""
        store, begun, held = self._store, self._store.now(), self._store.now()
        while child.is_alive():
            child.join(0.05)
            if store.now() - held > HOLD_EVERY:
                held = store.now()
                with store.atomic() as db:
                    jobs.hold(db, job, held)
            if self._stopping.is_set() or store.now() - begun > MOST_SECONDS:
                child.kill()
                child.join()
                return "stopped" if self._stopping.is_set() else f"took longer than {MOST_SECONDS:.0f} s"
        return None if child.exitcode == 0 else f"the scan ended with {child.exitcode}"

    def _push(self) -> None:
        send = make_sender(self._store, self._config)
        while not self._stopping.is_set():
            try:
                if not deliver(self._store, send):
                    self._stopping.wait(IDLE)
            except Exception:  # the next push must go out whatever happened to this one; its lease runs out
                log.exception("push failed")
                self._stopping.wait(AFTER_TROUBLE)
        self._store.close()


def scan(config: Config, submission: str, attempt: int) -> None:
    """One scan job, in its own process."""
    from app.assembly import assemble  # loaded in the server process already; never in the worker itself

    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the worker, which then ends us
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, resource.RLIM_INFINITY))  # a cell counts for itself
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    store: Store = open_store(config.data)
    try:
        assemble(store, load_office(config.data), submission, attempt=attempt, most_sheets=config.max_pages)
    except (OSError, DiskFull, Fault, MemoryError):
        traceback.print_exc()
        os._exit(PASSING)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    finally:
        store.close()


def main(config: Config | None = None) -> None:
    """Run a worker."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    Worker(config or Config.from_env()).run()


if __name__ == "__main__":
    main()
