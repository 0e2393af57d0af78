"""Children of `manage.py up`: started together, restarted when they die, stopped together."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1
STOP_SECONDS = 20
RESTART_PAUSE = 2.0


def _die_with_parent() -> None:
    """Linux: the kernel ends a child whose parent was killed, so that even `kill -9` leaves nothing behind."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    deaths: int = 0


class Supervisor:
    """Runs children with their output in `log_dir/<name>.log`."""

    def __init__(self, log_dir: Path) -> None:
        self.log_dir = log_dir
        self.children: list[Child] = []
        self.stopping = False
        log_dir.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, command: list[str], environment: dict[str, str] | None = None) -> Child:
        child = Child(name, command, environment or {})
        self.children.append(child)
        self._spawn(child)
        return child

    def _spawn(self, child: Child) -> None:
        with (self.log_dir / f"{child.name}.log").open("ab") as log:
            child.process = subprocess.Popen(  # noqa: S603
                child.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=os.environ | child.environment,
                # Ctrl-C reaches only us; we stop the children in order.
                start_new_session=True,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            )
        child.started_at = time.monotonic()

    def watch(self) -> list[str]:
        """One look at the children: what died is started again. Returns sentences about them for the person."""
        said = []
        for child in self.children:
            code = child.process.poll() if child.process is not None else None
            if code is None or self.stopping or time.monotonic() - child.started_at <= RESTART_PAUSE * child.deaths:
                continue
            child.deaths += 1
            said.append(f"{child.name} ended with {code} and is started again: see {self.log_dir / child.name}.log")
            self._spawn(child)
        return said

    def stop(self) -> None:
        """Asks all to end, waits, then insists. Nothing is left, also no grandchild."""
        self.stopping = True
        for child in self.children:
            self._signal(child, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.children:
            if child.process is None:
                continue
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.1, deadline - time.monotonic()))
            self._signal(child, signal.SIGKILL, group=True)
            child.process.wait()

    @staticmethod
    def _signal(child: Child, number: signal.Signals, *, group: bool = False) -> None:
        if child.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            if group:
                os.killpg(child.process.pid, number)
            else:
                child.process.send_signal(number)


def wait_for(ready: Callable[[], bool], *, seconds: float, what: str, supervisor: Supervisor | None = None) -> None:
    """Polls `ready` until it is true. Raises TimeoutError that names the log to read."""
    deadline = time.monotonic() + seconds
    while not ready():
        for line in supervisor.watch() if supervisor is not None else []:
            print(line, file=sys.stderr, flush=True)
        if time.monotonic() > deadline:
            where = f": see {supervisor.log_dir}" if supervisor else ""
            raise TimeoutError(f"{what} did not come up within {seconds:.0f} s{where}")
        time.sleep(0.1)
