"""The supervisor of `up`."""

import sys
import time

from listbackup.embedded.processes import Supervisor, wait_for


def test_child_that_dies_then_is_started_again_and_said(tmp_path):
    supervisor = Supervisor(tmp_path)
    child = supervisor.start("brief", [sys.executable, "-c", "print('hello')"])
    said: list[str] = []
    wait_for(lambda: bool(said.extend(supervisor.watch()) or said), seconds=20, what="A restart")
    assert "brief ended with 0" in said[0] and child.deaths == 1
    supervisor.stop()
    assert "hello" in (tmp_path / "brief.log").read_text()


def test_stop_then_no_child_and_no_grandchild_is_left(tmp_path):
    supervisor = Supervisor(tmp_path)
    grandchild = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); time.sleep(60)"
    child = supervisor.start("parent", [sys.executable, "-c", grandchild])
    time.sleep(0.2)
    supervisor.stop()
    assert child.process is not None and child.process.poll() is not None
