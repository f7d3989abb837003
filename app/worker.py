"""Claim a job, do it, finish it; send the pushes that are due; look for what needs a person. Never imports web/.

Each job runs in a child process with limits, and opens what people sent in a cell of its own (scanning/cell.py): a
photo that kills its decoder kills nothing else. The child comes from a server process that has the scanning engine
loaded, so it starts in milliseconds.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import multiprocessing
import os
import resource
import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from types import FrameType

from app import asks, handover, notify, retention
from app.alarms import LOOK_EVERY, Watch
from app.config import Config
from app.errors import ConfigError, DiskFull
from app.office import load_office
from app.pusher import make_sender
from app.store import Store, jobs, open_store
from app.store.database import Fault, Row

log = logging.getLogger("belegbote.worker")

PRELOADED = ["app.worker", "app.assembly", "app.reading", "app.showing", "scanning.warm"]  # each child has them
IDLE = 0.2
PUSH_THREADS = 8
AFTER_TROUBLE = 5.0
PASSING = 75  # sysexits' EX_TEMPFAIL: what stopped the scan has nothing to do with its photos
PASSING_WAIT = 30.0
HOLD_EVERY = jobs.LEASE / 4
# A scan: 60 pages that each take all the time a cell has, and the merging. Reading waits for everything else; its CPU
# time is what is limited.
MOST_SECONDS = {"scan": 1500.0, "show": 300.0, "read": 43200.0, "handover": 600.0}
MOST_CPU_SECONDS = 300
NICE = 19
MOST_MEMORY = 4 * 1024**3
PATIENCE = (1.0, 10.0, 60.0)
# Papers that nobody has read: how often one looks for them while there are some, and when there were none.
UNREAD_EVERY, UNREAD_REST = 10.0, 3600.0


@dataclass
class Task:
    """A job in hand and the child that does it; since when, and since when its lease holds."""

    job: Row
    child: BaseProcess
    begun: float
    held: float
    fault: str | None = None


class Worker:
    """One worker process: one scan, one notice, one reading and one package at a time, each in a child; pushes, the
    look at the alarms, and that at what was acknowledged and may go, in a thread each.

    Reading makes documents searchable and nobody waits for it: its child is nice to everything else on the machine.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._store = open_store(config.data)
        self._send = make_sender(self._store, config)
        self._stopping = threading.Event()
        self._tasks: dict[str, Task] = {}
        self._rests_until: dict[str, float] = {}  # kinds of jobs whose next one would be stopped by the same thing
        self._looks_for_unread: BaseProcess | None = None
        self._rounds = dict.fromkeys(("jobs", "pushes"), self._store.now())  # when each went its last round
        self._children: ForkServerContext = multiprocessing.get_context("forkserver")
        self._children.set_forkserver_preload(PRELOADED)

    def run(self) -> None:
        """Work until told to stop; what is running then is handed back at once."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        rounds = {"push": self._push, "watch": self._watch, "keep": self._keep}
        threads = [threading.Thread(target=target, name=name) for name, target in rounds.items()]
        for thread in threads:
            thread.start()
        log.info("worker is ready")
        unwanted = {"read": not self._config.read, "handover": self._config.handover is None}
        kinds = [what for what in WORK if not unwanted.get(what)]
        while not self._stopping.is_set():
            self._rounds["jobs"] = self._store.now()
            for what in kinds:
                self._see_to(what)
            if "read" in kinds and not self._tasks:
                self._take_up()
            children = [task.child.sentinel for task in self._tasks.values()]
            if children:
                wait(children, IDLE)
            else:
                self._stopping.wait(IDLE)
        for what in list(self._tasks):
            self._see_to(what)
        if self._looks_for_unread:
            _end(self._looks_for_unread)
        for thread in threads:
            thread.join()

    def stop(self, _number: int = 0, _frame: FrameType | None = None) -> None:
        """Finish soon."""
        self._stopping.set()

    def _see_to(self, what: str) -> None:
        """Look after the job of this kind that is in hand; when it is over, or there is none, take the next."""
        try:
            task = self._tasks.get(what)
            if task and not self._over(task):
                return
            if task:
                self._settle(task)
                del self._tasks[what]
            if not self._stopping.is_set() and self._store.now() >= self._rests_until.get(what, 0.0):
                self._take(what)
        except Exception:  # a locked database, no memory for a child: the job's lease runs out, and we go on
            log.exception("%s could not be seen to", what)
            if what in self._tasks:
                _end(self._tasks.pop(what).child)
            self._stopping.wait(AFTER_TROUBLE)

    def _take_up(self) -> None:
        """Nothing is in hand: let a child look for papers that were never read; it knows whether they can be here."""
        now, child = self._store.now(), self._looks_for_unread
        if child and not child.is_alive():
            child.join()
            self._looks_for_unread = None
            self._rests_until["unread"] = now + (UNREAD_EVERY if child.exitcode == 0 else UNREAD_REST)
        elif not child and now >= self._rests_until.get("unread", 0.0):
            self._rests_until["unread"] = now + UNREAD_EVERY  # also when it cannot begin
            child = self._children.Process(target=take_up, args=(self._config,))
            try:
                child.start()
                self._looks_for_unread = child
            except Exception:  # no memory for a child: nobody waits for it
                log.exception("no look for papers that were never read")

    def _take(self, what: str) -> None:
        store = self._store
        with store.atomic() as db:
            job = jobs.claim(db, store.now(), what)
        if job:
            child = self._children.Process(target=WORK[what], args=(self._config, jobs.subject(job), job["attempt"]))
            child.start()
            self._tasks[what] = Task(job, child, store.now(), store.now())

    def _over(self, task: Task) -> bool:
        """Whether a task has ended, or is ended here; until then its lease is held."""
        store = self._store
        most = MOST_SECONDS[task.job["what"]]
        if not task.child.is_alive():
            task.fault = None if task.child.exitcode == 0 else f"the child ended with {task.child.exitcode}"
        elif self._stopping.is_set() or store.now() - task.begun > most:
            task.fault = "stopped" if self._stopping.is_set() else f"took longer than {most:.0f} s"
        else:
            if store.now() - task.held > HOLD_EVERY:
                task.held = store.now()
                with store.atomic() as db:
                    jobs.hold(db, task.job, task.held)
            return False
        _end(task.child)
        return True

    def _settle(self, task: Task) -> None:
        """Write down how a job ended."""
        store, job, fault = self._store, task.job, task.fault
        with store.atomic() as db:
            if fault is None:
                jobs.finish(db, job)
            elif self._stopping.is_set():
                jobs.hand_back(db, job, store.now())
            elif task.child.exitcode == PASSING:
                jobs.hand_back(db, job, store.now() + PASSING_WAIT)
                if job["what"] == "handover":  # they all go into the same folder
                    self._rests_until["handover"] = store.now() + PASSING_WAIT
            else:
                log.error("%s of %s, try %s: %s", job["what"], jobs.subject(job), job["attempt"], fault)
                patience = PATIENCE[min(job["attempt"], len(PATIENCE)) - 1]
                jobs.put_back(db, job, store.now() + patience, fault)
            if job["what"] == "read":
                handover.text_settled(store, job["submission"])

    def _push(self) -> None:
        """Take the pushes that are due one by one, and send them side by side, one to each push service."""
        hosts = notify.Hosts()
        with ThreadPoolExecutor(PUSH_THREADS, "push") as threads:
            self._try(lambda: notify.hurry(self._store))
            while not self._stopping.is_set():
                self._rounds["pushes"] = self._store.now()
                push = self._try(lambda: notify.take(self._store, hosts))
                if push:
                    threads.submit(self._give, push, hosts)
                else:
                    self._stopping.wait(IDLE)
        self._store.close()

    def _watch(self) -> None:
        """The worker beats for its rounds, not for this thread: when one of them stands still, the beat does."""
        watch = Watch(self._store, self._config)
        while not self._stopping.is_set():
            for look in (lambda: watch.look(min(self._rounds.values())), lambda: asks.remind(self._store)):
                try:
                    look()
                except Exception:  # whatever it was, the next look may see again
                    log.exception("a look at what is due failed")
            self._stopping.wait(LOOK_EVERY)
        watch.stop()
        self._store.close()

    def _keep(self) -> None:
        """Take acknowledgements from the document system's folder, and delete what may go."""
        while not self._stopping.is_set():
            try:
                if self._config.handover:
                    handover.look(self._store, self._config.handover)
            except OSError as error:  # the job that wants to write there tells of it
                log.warning("no acknowledgement can be taken: %s", error)
            except Exception:
                log.exception("the look at the document system's folder failed")
            try:
                retention.look(self._store, self._config.retention_days)
                retention.clear(self._store, self._config)
            except Exception:
                log.exception("the look at what may go failed")
            self._stopping.wait(LOOK_EVERY)
        self._store.close()

    def _give(self, push: Row, hosts: notify.Hosts) -> None:
        self._try(lambda: notify.give(self._store, self._send, push, hosts))
        self._store.close()

    def _try(self, what: Callable[[], Row | None]) -> Row | None:
        """The next push must go out whatever happens to this one; its lease runs out."""
        try:
            return what()
        except Exception:
            log.exception("push failed")
            self._stopping.wait(AFTER_TROUBLE)
            return None


def _end(child: BaseProcess) -> None:
    """Kill a child and whatever it has started."""
    if child.pid and child.is_alive():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.kill()
    child.join()


def scan(config: Config, submission: str, attempt: int) -> None:
    """One scan job, in its own process."""
    from app import assembly, reading  # loaded in the server process already; never in the worker itself

    with _limits(config) as store:
        office, later = load_office(config.data), config.read and reading.possible()
        assembly.assemble(store, office, submission, attempt=attempt, most_sheets=config.max_pages, read=later)


def read(config: Config, submission: str, _attempt: int) -> None:
    """One job that makes a document searchable, in its own process."""
    from app import reading

    os.nice(NICE)
    with _limits(config) as store:
        reading.read(store, submission)


def take_up(config: Config) -> None:
    """Queue the reading of a few papers that were never read, in its own process; it ends with 0 if there are some."""
    from app import finding, reading

    with _limits(config) as store:
        if not reading.possible() or not finding.take_up(store):
            os._exit(os.EX_UNAVAILABLE)


def hand_over(config: Config, submission: str, _attempt: int) -> None:
    """One package for the document system, in its own process: a share that hangs holds up nobody else."""
    with _limits(config) as store:
        if config.handover:
            handover.export(store, load_office(config.data), config.handover, submission)


def show(config: Config, notice: str, attempt: int) -> None:
    """One job that draws the pages of a notice, in its own process."""
    from app import showing

    with _limits(config) as store:
        showing.show(store, notice, attempt=attempt, most=config.max_pages)


@contextlib.contextmanager
def _limits(config: Config) -> Iterator[Store]:
    """What a child may take; how it ends says whether the job or the machine was at fault."""
    os.setsid()  # so that _end reaches what it starts
    _end_with_worker()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the worker, which then ends us
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, resource.RLIM_INFINITY))  # a cell counts for itself
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    store: Store = open_store(config.data)
    try:
        yield store
    except (OSError, DiskFull, Fault, MemoryError, ConfigError):
        traceback.print_exc()
        os._exit(PASSING)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    finally:
        store.close()


def _end_with_worker() -> None:
    """Ask the kernel to end us and all that we start when the worker is gone, be it by kill -9.

    The pipe that every child of multiprocessing shares with its parent closes then; a signal tells of it (SIGIO, whose
    default is to end), so nothing has to wait there and no second thread is in the way of a fork.
    """
    worker = multiprocessing.parent_process()
    if worker is None:
        return
    fcntl.fcntl(worker.sentinel, fcntl.F_SETOWN, -os.getpid())  # our process group
    fcntl.fcntl(worker.sentinel, fcntl.F_SETFL, fcntl.fcntl(worker.sentinel, fcntl.F_GETFL) | os.O_ASYNC)
    if not worker.is_alive():
        os._exit(1)


WORK = {"scan": scan, "show": show, "read": read, "handover": hand_over}


def main(config: Config | None = None) -> None:
    """Run a worker."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    Worker(config or Config.from_env()).run()


if __name__ == "__main__":
    main()
