"""The supervisor of `up`."""

import sys
from pathlib import Path

import pytest

from listbackup.embedded.processes import Supervisor, wait_for


def test_child_that_dies_then_is_started_again_and_said(tmp_path):
    supervisor = Supervisor(tmp_path)
    child = supervisor.start("brief", [sys.executable, "-c", "print('hello')"])
    said: list[str] = []

    def restarted() -> bool:
        said.extend(supervisor.watch())
        return bool(said)

    wait_for(restarted, seconds=20, what="A restart")
    assert "brief ended with 0" in said[0] and child.deaths == 1
    supervisor.stop()
    assert "hello" in (tmp_path / "brief.log").read_text()


def gone(pid: int) -> bool:
    """Whether no such process runs; one that nobody has waited for yet counts as gone."""
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().split()[2] == "Z"


@pytest.mark.skipif(not Path("/proc").exists(), reason="needs /proc")
def test_stop_then_no_child_and_no_grandchild_is_left(tmp_path):
    note = tmp_path / "pid"
    sleeper = "import time; time.sleep(60)"
    code = (
        "import pathlib, subprocess, sys, time\n"
        f"child = subprocess.Popen([sys.executable, '-c', {sleeper!r}])\n"
        f"pathlib.Path({str(note)!r}).write_text(str(child.pid))\n"
        "time.sleep(60)"
    )
    supervisor = Supervisor(tmp_path)
    child = supervisor.start("parent", [sys.executable, "-c", code])
    wait_for(lambda: note.exists() and bool(note.read_text()), seconds=20, what="The grandchild")
    supervisor.stop()
    assert child.process is not None and child.process.poll() is not None
    wait_for(lambda: gone(int(note.read_text())), seconds=5, what="The end of the grandchild")
