"""Section B: workers are killed and stopped in the middle of a backup; the snapshot is whole, and there is one."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from listbackup.testing.product import Product, until
from listbackup.tests.faults.conftest import RECORDS, Held

pytestmark = pytest.mark.slow


def check_truth(product: Product, source: str, held: Held, tmp_path: Path) -> dict[str, Any]:
    """Exactly one snapshot, readable to the last byte, equal to the platform. Returns its row."""
    [snapshot] = product.json("snapshots", source)["snapshots"]
    assert snapshot["records"] == RECORDS and snapshot["status"] == "complete"
    assert product.json("verify", source)["ok"]
    product.json("export", source, "--to", str(tmp_path / "out"))
    rows = map(json.loads, (tmp_path / "out" / "items.jsonl").read_text().splitlines())
    assert {row["id"]: row for row in rows} == held.platform.records["items"]
    return snapshot  # type: ignore[no-any-return]


def test_b01_the_child_of_a_real_worker_is_killed_and_the_job_goes_on(
    product: Product, held: Held, source: str, tmp_path: Path
) -> None:
    queues = "alerts,sync,backup,export,analytics,maintenance"
    product.popen(
        "-m", "celery", "-A", "listbackup", "worker", "-Q", queues, "-c", "2", "-B", "--pool", "prefork",
        log=tmp_path / "worker.log",
    )  # fmt: skip
    waiting = product.popen("manage.py", "backup", source, "--json")
    assert held.reached.wait(60), (tmp_path / "worker.log").read_text()[-2000:]
    [job] = product.jobs(source)
    assert job["state"] == "running" and json.loads(job["checkpoint"])["writers"]
    assert product.json("snapshots", source)["snapshots"] == [], "nothing half-made is visible"
    os.kill(int(job["lease_owner"].rsplit(":", 3)[1]), signal.SIGKILL)
    pages = held.platform.pages_of("items")
    held.free.set()
    out, _ = waiting.communicate(timeout=120)
    line = json.loads(out.splitlines()[-1])
    assert waiting.returncode == 0 and line["state"] == "succeeded" and line["resumed_from"] >= 50
    assert held.platform.pages_of("items") - pages < RECORDS / 10, "what was durable is not read again"
    [job] = product.jobs(source)
    assert job["attempt"] == 2 and job["fencing"] >= 2
    check_truth(product, source, held, tmp_path)


def test_b01_a_command_that_was_killed_goes_on_when_it_is_run_again(
    product: Product, held: Held, source: str, tmp_path: Path
) -> None:
    first = product.popen("manage.py", "backup", source, "--inline", "--json")
    assert held.reached.wait(60)
    first.kill()
    first.wait()
    held.free.set()
    line = product.json("backup", source, "--inline")
    assert line["ok"] and line["resumed_from"] >= 50 and line["records_new"] == RECORDS
    assert len(product.jobs(source)) == 1
    check_truth(product, source, held, tmp_path)


def test_b03_a_worker_that_was_stopped_past_its_lease_commits_nothing(
    product: Product, held: Held, source: str, tmp_path: Path
) -> None:
    stopped = product.popen("manage.py", "backup", source, "--inline", "--json")
    assert held.reached.wait(60)
    os.kill(stopped.pid, signal.SIGSTOP)
    held.free.set()
    line = product.json("backup", source, "--inline")  # waits for the lease to run out, then takes over
    assert line["ok"], line
    os.kill(stopped.pid, signal.SIGCONT)
    out, _ = stopped.communicate(timeout=60)
    late = json.loads(out.splitlines()[-1])
    assert late["snapshot"] == line["snapshot"], "the one that woke up reports the other's snapshot"
    [job] = product.jobs(source)
    assert job["fencing"] == 2 and job["state"] == "succeeded"
    check_truth(product, source, held, tmp_path)


def test_b06_a_broker_that_forgot_everything_loses_no_backup(
    product: Product, held: Held, source: str, tmp_path: Path
) -> None:
    held.free.set()
    waiting = product.popen("manage.py", "backup", source, "--json")
    until(lambda: product.jobs(source), seconds=30, what="The job's row")
    flush = "import redis; from django.conf import settings; redis.Redis.from_url(settings.REDIS_URL).flushall()"
    product.manage("shell", "-v", "0", "-c", flush)
    product.popen(
        "-m", "celery", "-A", "listbackup", "worker", "-Q", "sync,backup", "-c", "1", "-B", "--pool", "prefork",
        log=tmp_path / "worker.log",
    )  # fmt: skip
    out, _ = waiting.communicate(timeout=120)  # the bell is gone: the sweeper finds the row
    assert waiting.returncode == 0, (tmp_path / "worker.log").read_text()[-2000:]
    assert json.loads(out.splitlines()[-1])["state"] == "succeeded"
    check_truth(product, source, held, tmp_path)
