"""B1: a worker is killed with -9 in mid-run; the next one goes on from the checkpoint and nothing is lost or doubled."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from backups.enums import JobState
from backups.models import Snapshot
from backups.pipeline.run import run_job
from backups.services.jobs import start_job
from backups.services.snapshots import verify_snapshot, view_of
from backups.services.sources import create_source
from backups.tests.platform import MANIFEST, SECRET, Answer, Platform
from integrations.services.connections import create_connection

WORKER = """
import sys
import django
django.setup()
from django.db import connection
from accounts.access.resolve import find_account, system_context
from accounts.access.schema import entered
from backups.pipeline import run
run.CHECKPOINT_RECORDS = 20
connection.settings_dict["NAME"] = sys.argv[3]
context = system_context(find_account(sys.argv[1]))
with entered(context.organization):
    run.run_job(context, sys.argv[2])
"""


@pytest.mark.slow
def test_b01_a_killed_worker_is_followed_by_one_that_goes_on(racing: Any, platform: Platform, storage: Path) -> None:
    from django.db import connection

    platform.put("items", *range(300))
    link = create_connection(
        racing, platform="custom", secrets={"token": SECRET}, config={"host": platform.host}, manifest=MANIFEST
    )
    source = create_source(racing, connection=link, schedule="manual", start=False, streams=["items"])
    job = start_job(racing, source=source)

    def slow_in_the_middle(path: str, query: dict[str, str], number: int) -> Answer | None:
        if path == "/items" and query.get("after", "") >= "000150":
            time.sleep(30 if platform.fault else 0)  # until the worker is killed
        return None

    platform.fault = slow_in_the_middle
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(racing.account_id), str(job.pk), connection.settings_dict["NAME"]],
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "listbackup.testing.settings",
            "SNAPSHOT_STORAGE_URL": settings.SNAPSHOT_STORAGE_URL,
        },
        cwd=settings.BASE_DIR,
    )
    deadline = time.monotonic() + 60
    while "000150" not in {query.get("after") for _, query in platform.requests} and time.monotonic() < deadline:
        time.sleep(0.05)
        assert worker.poll() is None, "the worker ended by itself"
    time.sleep(0.2)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    platform.fault = None

    job.refresh_from_db()
    assert job.state == JobState.RUNNING and json.loads(job.checkpoint)["writers"]
    assert not Snapshot.objects.exists(), "nothing half-made is visible"
    first = platform.pages_of("items")
    run_job(racing, job.pk)
    job.refresh_from_db()
    assert job.state == JobState.SUCCEEDED and job.attempt == 2
    assert job.counts["resumed_from"] >= 100
    assert job.counts["records_new"] == job.snapshot.records == 300
    assert platform.pages_of("items") - first <= 20, "what was durable is not read again"
    with view_of(job.snapshot) as view:
        stored = {row.key: json.loads(row.raw) for batch in view.iterate("items") for row in batch}
    assert stored == platform.records["items"]
    assert verify_snapshot(racing, job.snapshot) == []
