"""Web and worker as two child processes of one command; one that ends is started again."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from types import FrameType

from app.config import Config

log = logging.getLogger("belegbote.serve")

PATIENCE = 1.0
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
    return [sys.executable, "-m", "app.worker"]


class Serve:
    """Keeps web and worker running until it is told to stop."""

    def __init__(self, config: Config) -> None:
        self._commands = {"web": web_command(config), "worker": worker_command()}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._stopping = threading.Event()

    def run(self) -> None:
        """Start both, and start again whichever ends."""
        for number in (signal.SIGTERM, signal.SIGINT):
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
        self._running[name] = subprocess.Popen(command, start_new_session=True, env={**os.environ})

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
