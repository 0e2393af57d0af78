"""The whole product in processes of its own, for stories and fault tests."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 180


@dataclass
class Stack:
    """A running `manage.py up --demo`; `var` is its data folder."""

    base: str
    var: Path
    process: subprocess.Popen[str]

    @property
    def environment(self) -> dict[str, str]:
        """For further `manage.py` commands on the same data."""
        return {**os.environ, "LB_VAR": str(self.var), "DJANGO_SETTINGS_MODULE": "listbackup.settings"}

    def mails(self) -> list[str]:
        folder = self.var / "mail"
        return [file.read_text(errors="replace") for file in sorted(folder.glob("*.log"))] if folder.exists() else []


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_demo(var: Path, *, scale: int = 300) -> Iterator[Stack]:
    """Starts everything, gives it once it says Ready, and stops it with Ctrl-C as a person would."""
    port = free_port()
    command = [sys.executable, "manage.py", "up", "--demo", "--port", str(port), "--scale", str(scale)]
    environment = {**os.environ, "LB_VAR": str(var), "DJANGO_SETTINGS_MODULE": "listbackup.settings"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
    try:
        _until_ready(process)
        yield Stack(f"http://localhost:{port}", var, process)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()


def _until_ready(process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + START_SECONDS
    said = []
    assert process.stdout is not None
    while time.monotonic() < deadline:
        line = process.stdout.readline()
        said.append(line)
        if line.startswith("Ready"):
            return
        if not line and process.poll() is not None:
            break
    raise AssertionError(f"the demo did not start: {''.join(said)[-2000:]}")
