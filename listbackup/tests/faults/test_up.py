"""`up --demo`: Ctrl-C leaves nothing, and a crash does not stand in the way of the next start."""

import os
import signal
import time
from pathlib import Path

import httpx
import pytest

from listbackup.testing.product import until
from listbackup.testing.stack import running_demo

pytestmark = pytest.mark.slow


def processes(var: Path) -> dict[int, str]:
    """Processes that were started with this data folder, by the kernel's own books."""
    mark, found = f"LB_VAR={var}".encode(), {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()[:200]
            except OSError:
                continue  # it has ended, or is not ours
    return found


def test_ctrl_c_leaves_no_process_and_a_crash_leaves_nothing_that_blocks(tmp_path: Path) -> None:
    var = tmp_path / "var"
    with running_demo(var) as demo:
        assert httpx.get(f"{demo.base}/api/v1/status").status_code == 200
        assert len(processes(var)) > 5
        demo.process.send_signal(signal.SIGTERM)  # and Ctrl-C right behind it, as an impatient person does
        time.sleep(0.5)
    assert processes(var) == {}

    with running_demo(var) as demo:
        demo.process.send_signal(signal.SIGKILL)
        demo.process.wait()
        until(
            lambda: not any("celery" in line or "gunicorn" in line for line in processes(var).values()),
            seconds=30,
            what="The end of the children of a supervisor that was killed",
        )

    begun = time.monotonic()
    with running_demo(var) as demo:
        assert httpx.get(f"{demo.base}/api/v1/status").status_code == 200
        assert time.monotonic() - begun < 60
    assert processes(var) == {}
