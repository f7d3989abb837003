"""A warm child process for foreign bytes: what kills a decoder, or keeps it busy, costs one answer and no more.

    with Cell() as cell:
        page = cell.run(scan_page, photo)
        for page in cell.each(pdf_sheets, pdf, most=60): ...

The child is forked from its maker, so it has the engine loaded, and serves one piece of work after the other within
`walls.py`. When it dies, or takes too long, the work ends in a named error and the next piece gets a new child. It
dies with the thread that made it. Make a Cell in a process that has one thread only: a fork copies no others.
"""

import contextlib
import faulthandler
import fcntl
import gc
import io
import os
import pickle
import select
import signal
import struct
import sys
import time
import traceback
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self, TypeVar

import cv2

from . import errors, walls
from .errors import Died, OutOfMemory, ScanError, TookTooLong
from .walls import Limits

T = TypeVar("T")

PER_ANSWER = 0.25  # seconds that each answer of `each` adds to what is left, up to the limit
STRETCH = 5  # so many times its seconds a wait may take by the clock, when the machine is too busy to let it run
PIPE = 1024**2  # bytes; what a system without privileges allows at most
HEAD = struct.Struct("<BQ")  # of a message: its kind, the length of its body
PACKAGE = f"{__package__}."
ONE, ANSWER, END, REFUSAL, MEMORY, FAULT = b"1AERMF"


class Cell:
    """One child process at a time, made when it is needed.

    limits    of one piece of work; its `seconds` count while the maker waits and the child is not kept from running
    standing  the walls around the present child, see walls.build; empty before the first work
    queued    seconds that the last piece of work was ready to run on a machine too busy to let it
    """

    def __init__(self, limits: Limits = Limits()) -> None:  # noqa: B008  a NamedTuple cannot be changed
        self._limits = limits
        self._child: _Child | None = None
        self.queued = 0.0

    @property
    def standing(self) -> frozenset[str]:
        return self._child.standing if self._child else frozenset()

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    def run(self, work: Callable[..., T], *args: Any, **more: Any) -> T:
        """work(*args, **more) in the child.

        work      a function of a module, by name; it returns or yields what scanning defines, and plain values
        raises    the ScanError that `work` raises; TookTooLong, OutOfMemory, or Died for all else that befell it
        """
        with contextlib.closing(self.each(work, *args, **more)) as answers:
            for answer in answers:
                return answer
        raise Died("The work gave no answer.")

    def each(self, work: Callable[..., Any], *args: Any, **more: Any) -> Generator[Any]:
        """The same for work that yields: each answer as it comes. Whoever stops before the end costs the child."""
        child = self._child = self._child or _Child(self._limits)
        left, whole = self._limits.seconds, False
        try:
            left = child.meet(left)
            left = child.send(pickle.dumps((work, args, more)), left)
            while True:
                kind, body, left = child.receive(left)
                if kind in (ONE, ANSWER):
                    answer = _answer(body)
                    whole = kind == ONE
                    yield answer
                    left = min(left + PER_ANSWER, self._limits.seconds)
                else:
                    whole = kind in (END, REFUSAL)
                    if kind != END:
                        raise _error(kind, body)
                if whole:
                    return
        finally:
            self.queued = child.queued()
            if not whole:
                self.close()

    def close(self) -> None:
        """End the child."""
        if self._child:
            self._child.end()
            self._child = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()


class _Child:
    """The process and its two pipes, seen from its maker."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._queued = self._queued_before = 0.0
        theirs_in, self._to = os.pipe()
        self._from, theirs_out = os.pipe()
        for end in (self._to, self._from):
            os.set_blocking(end, False)
            with contextlib.suppress(OSError, AttributeError):  # fewer turns for a photo; not everywhere
                fcntl.fcntl(end, fcntl.F_SETPIPE_SZ, PIPE)
        maker = os.getpid()
        cv2.setNumThreads(1)  # OpenCV's threads do not come along, and the child would wait for them for ever
        from . import warm  # noqa: F401  here, because only who makes children needs it

        self.pid = os.fork()
        if self.pid == 0:
            _serve(theirs_in, theirs_out, maker, limits)
        os.close(theirs_in)
        os.close(theirs_out)
        self.standing = frozenset[str]()

    def meet(self, left: float) -> float:
        """Hear from a new child which walls stand around it; returns the seconds that are left."""
        if not self.standing:
            _, body, left = self.receive(left)
            self.standing = frozenset(_answer(body))
        return left

    def send(self, work: bytes, left: float) -> float:
        """Hand over one piece of work; returns the seconds that are left."""
        self._queued_before += self.queued()
        self._queued = 0.0
        for part in (struct.pack("<Q", len(work)), work):
            rest = memoryview(part)
            while rest:
                left = self._wait(self._to, select.POLLOUT, left)
                try:
                    rest = rest[os.write(self._to, rest) :]
                except BrokenPipeError:
                    raise self._death() from None
        return left

    def receive(self, left: float) -> tuple[int, bytes, float]:
        """One message: its kind, its body, and the seconds that are left."""
        head, left = self._read(HEAD.size, left)
        kind, size = HEAD.unpack(head)
        if size > self._limits.answer:
            raise Died("The decoder gave an answer without end.")
        body, left = self._read(size, left)
        return kind, body, left

    def _read(self, size: int, left: float) -> tuple[bytes, float]:
        got = bytearray()
        while len(got) < size:
            left = self._wait(self._from, select.POLLIN, left)
            piece = os.read(self._from, min(size - len(got), PIPE))
            if not piece:
                raise self._death()
            got += piece
        return bytes(got), left

    def _wait(self, end: int, event: int, left: float) -> float:
        """Until a pipe can be used; returns the seconds that are left. Raises TookTooLong."""
        poll = select.poll()
        poll.register(end, event)
        if poll.poll(0):
            return left
        begun, lost = time.monotonic(), self._lost()
        rest = left
        while not poll.poll(max(rest, 0) * 1000):
            waited = time.monotonic() - begun
            rest = left - waited + self._lost() - lost
            if rest < 0.001:
                raise TookTooLong(self._limits.seconds)
            if waited > STRETCH * self._limits.seconds:
                raise TookTooLong(waited, busy=True)
            rest = min(rest, STRETCH * self._limits.seconds - waited + 0.01)
        return left - max(0.0, time.monotonic() - begun - self._lost() + lost)

    def queued(self) -> float:
        """Seconds of this piece of work that the child was ready to run and had no core; 0 where Linux is not."""
        self._queued = max(self._queued, _queued(self.pid) - self._queued_before)
        return self._queued

    def _lost(self) -> float:
        """Seconds that a busy machine took from the child, or from the maker who was to hear of its answer."""
        return self.queued() + _queued("self")

    def _death(self) -> ScanError:
        """What the child died of."""
        for _ in range(100):  # its pipe closes a moment before it is gone
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                break
            time.sleep(0.01)
        else:
            return Died("The decoder closed its pipe and lived on.")
        self.pid = 0
        code = os.waitstatus_to_exitcode(status)
        if code == -signal.SIGXCPU:
            return TookTooLong(self._limits.seconds)
        if code == -signal.SIGKILL:  # nobody but the kernel does this, when the machine's memory is used up
            return OutOfMemory()
        return Died(f"The decoder died of {signal.Signals(-code).name if code < 0 else f'exit {code}'}.")

    def end(self) -> None:
        for end in (self._to, self._from):
            os.close(end)
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)


def _queued(process: int | str) -> float:
    """Seconds in all that a process was ready to run and had no core; 0 where Linux is not."""
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


# ---------- in the maker: what may come back ----------


class _Unpickler(pickle.Unpickler):
    """Makes plain values and the classes that scanning defines, so that a child taken over can ask for nothing else."""

    NUMBERS = {("numpy._core.multiarray", "scalar"), ("numpy", "dtype")}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in self.NUMBERS:
            return super().find_class(module, name)
        if module.startswith(PACKAGE) and module != __name__ and module in sys.modules:
            found = getattr(sys.modules[module], name, None)
            if isinstance(found, type) and found.__module__ == module:
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no answer")


def _answer(body: bytes) -> Any:
    try:
        return _Unpickler(io.BytesIO(body)).load()
    except Exception as error:
        raise Died("The decoder gave no answer that can be read.") from error


def _error(kind: int, body: bytes) -> ScanError:
    """The error that the child met."""
    if kind == MEMORY:
        return OutOfMemory()
    said = _answer(body)
    with contextlib.suppress(TypeError, ValueError, AttributeError):  # of a child that was taken over
        if kind == REFUSAL:
            name, message, details = said
            known = getattr(errors, name)
            if issubclass(known, ScanError):
                error = known.__new__(known, message)
                error.__dict__.update(details)
                return error
    failed = Died("The decoder failed.")
    failed.add_note(str(said))
    return failed


# ---------- in the child ----------


def _serve(orders: int, answers: int, maker: int, limits: Limits) -> NoReturn:
    """Be the child: work until there is no more, or death."""
    try:
        orders, answers = _settle(orders, answers, maker)
        standing = walls.build(limits)
        _say(answers, ANSWER, pickle.dumps(sorted(standing)))
        with open(orders, "rb", closefd=False) as given:
            while size := given.read(8):
                work, args, more = pickle.loads(given.read(int.from_bytes(size, "little")))
                walls.spend(limits.seconds)
                _work(answers, limits, work, args, more)
    finally:
        os._exit(1)


def _settle(orders: int, answers: int, maker: int) -> tuple[int, int]:
    """Keep nothing of the maker's but the two pipes; returns their ends."""
    walls.die_with_parent(maker)
    gc.freeze()  # what the maker left half-done is not ours to finish
    faulthandler.disable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the maker, which then ends us
    for number in (signal.SIGTERM, signal.SIGCHLD, signal.SIGALRM, signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, signal.SIG_DFL)
    orders, answers = (fcntl.fcntl(end, fcntl.F_DUPFD, 3) for end in (orders, answers))
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    last = 3
    for kept in sorted((orders, answers)):
        os.closerange(last, kept)
        last = kept + 1
    os.closerange(last, os.sysconf("SC_OPEN_MAX"))
    return orders, answers


def _work(answers: int, limits: Limits, work: Callable[..., Any], args: Any, more: Any) -> None:
    try:
        made = work(*args, **more)
        if not isinstance(made, Iterator):
            _say(answers, ONE, pickle.dumps(made))
            return
        for each in made:
            _say(answers, ANSWER, pickle.dumps(each))
            walls.spend(limits.seconds)
        _say(answers, END, b"")
    except ScanError as error:
        _say(answers, REFUSAL, pickle.dumps((type(error).__name__, str(error), vars(error))))
    except MemoryError:
        _say(answers, MEMORY, b"")
    except cv2.error as error:
        no_memory = error.code == cv2.Error.StsNoMem
        _say(answers, MEMORY if no_memory else FAULT, pickle.dumps(traceback.format_exc(limit=-8)))
    except Exception:
        _say(answers, FAULT, pickle.dumps(traceback.format_exc(limit=-8)))


def _say(answers: int, kind: int, body: bytes) -> None:
    rest = memoryview(HEAD.pack(kind, len(body)) + body)
    while rest:
        rest = rest[os.write(answers, rest) :]
