"""Web and worker as two child processes of one command; one that ends is started again."""

from __future__ import annotations

import contextlib
import ctypes
import logging
import signal
import socket
import subprocess
import sys
import threading
from types import FrameType

from app.config import Config
from app.errors import CommandError

log = logging.getLogger("belegbote.serve")

PATIENCE = 1.0
PR_SET_PDEATHSIG = 1  # linux/prctl.h
GRACE = 25.0


def web_command(config: Config) -> list[str]:
    """gunicorn with threads: a slow phone holds a thread, never a process."""
    return [
        sys.executable,
        "-m",
        "gunicorn",
        "app.main:create_app()",
        f"--bind={config.host}:{config.port}",
        "--worker-class=gthread",
        f"--workers={config.web_processes}",
        f"--threads={config.web_threads}",
        "--timeout=60",
        "--graceful-timeout=20",
        "--no-control-socket",
        "--log-level=warning",
    ]


def worker_command() -> list[str]:
    """The worker as a process of its own."""
    return [sys.executable, "-m", "app.cli", "worker"]


def check_port(config: Config) -> None:
    """Raises CommandError when somebody listens there already: else we would start in vain, again and again."""
    with socket.socket(socket.AF_INET6 if ":" in config.host else socket.AF_INET) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((config.host, config.port))
        except OSError as error:
            raise CommandError(
                f"{config.host}, port {config.port}, cannot be used: {error.strerror}. PORT names another."
            ) from error


def _end_with_us() -> None:
    """Ask Linux to end this child when we are killed, so that no old web or worker lives on."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Serve:
    """Keeps web and worker running until it is told to stop."""

    def __init__(self, config: Config) -> None:
        self._commands = {"web": web_command(config), "worker": worker_command()}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._stopping = threading.Event()

    def run(self) -> None:
        """Start both, and start again whichever ends; a closed terminal (SIGHUP) ends us like SIGTERM."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self.stop)
        while not self._stopping.is_set():
            for name, command in self._commands.items():
                self._see_to(name, command)
            self._stopping.wait(PATIENCE)
        self._end_all()

    def stop(self, _number: int = 0, _frame: FrameType | None = None) -> None:
        """Finish soon."""
        self._stopping.set()

    def _see_to(self, name: str, command: list[str]) -> None:
        process = self._running.get(name)
        if process and process.poll() is None:
            return
        if process:
            log.warning("%s ended with %s, starting it again", name, process.returncode)
        # a group of its own: Ctrl-C reaches us only, and we end both in good order
        self._running[name] = subprocess.Popen(command, start_new_session=True, preexec_fn=_end_with_us)

    def _end_all(self) -> None:
        for process in self._running.values():
            if process.poll() is None:
                process.terminate()
        for name, process in self._running.items():
            try:
                process.wait(GRACE)
            except subprocess.TimeoutExpired:
                log.warning("%s did not end by itself", name)
                process.kill()
                process.wait()
