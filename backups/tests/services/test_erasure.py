"""Erasing a source: it waits for what still ends, is tried until it is done, and leaves nothing of the source."""

from pathlib import Path
from typing import Any

import pytest

from accounts.activity.models import Entry
from backups.enums import JobKind, JobState, SourceStatus
from backups.models import Job, Snapshot
from backups.pipeline.run import run_job
from backups.schedule.models import ActiveJob, DueCare
from backups.schedule.sweep import sweep
from backups.services.jobs import retry_job, start_job
from backups.services.sources import delete_source
from backups.tests.platform import Platform
from listbackup.core.errors import InvalidInput


@pytest.fixture(autouse=True)
def full(platform: Platform) -> None:
    platform.put("items", *range(12))


def files(storage: Path) -> list[Path]:
    return [path for path in (storage / "accounts").rglob("*") if path.is_file() and path.name != "keys.json"]


def erasing(source: Any) -> Job:
    found: Job = Job.objects.get(source=source, kind=JobKind.CLEANUP)
    return found


def test_an_erased_source_leaves_no_object_and_no_snapshot(olga: Any, back_up: Any, source: Any, storage: Path) -> None:
    back_up()
    assert files(storage)
    delete_source(olga, source, erase=True)
    run_job(olga, erasing(source).pk)
    job = erasing(source)
    assert job.state == JobState.SUCCEEDED and job.counts["objects"] >= 3
    assert files(storage) == [] and not Snapshot.objects.exists()
    source.refresh_from_db()
    assert (source.status, source.records, source.bytes_stored) == (SourceStatus.DELETED, 0, 0)
    assert not DueCare.objects.exists()
    assert Entry.objects.filter(action="source.erased").count() == 1


def test_a_deleted_source_that_is_not_erased_keeps_everything(
    back_up: Any, source: Any, storage: Path, olga: Any
) -> None:
    back_up()
    before = files(storage)
    delete_source(olga, source, erase=False)
    assert files(storage) == before and Snapshot.objects.count() == 1
    assert not Job.objects.filter(kind=JobKind.CLEANUP).exists()


def test_erasing_waits_for_a_job_that_is_still_ending_and_is_sent_again_by_the_sweeper(
    olga: Any, back_up: Any, source: Any, storage: Path, rung: list[str]
) -> None:
    back_up()
    running = start_job(olga, source=source)
    Job.objects.filter(pk=running.pk).update(state=JobState.RUNNING, lease_expires_at="2100-01-01T00:00:00Z")
    delete_source(olga, source, erase=True)
    run_job(olga, erasing(source).pk)
    waiting = erasing(source)
    assert waiting.state == JobState.WAITING and waiting.error_code == "source.busy" and waiting.next_attempt_at
    assert files(storage), "nothing is taken from under a running job"

    Job.objects.filter(pk=running.pk).update(state=JobState.CANCELLED, lease_expires_at=None)
    Job.objects.filter(pk=waiting.pk).update(next_attempt_at="2020-01-01T00:00:00Z")
    ActiveJob.objects.filter(job_id=waiting.pk).update(next_check_at="2020-01-01T00:00:00Z")
    rung.clear()
    sweep()
    assert rung == [str(waiting.pk)]
    run_job(olga, waiting.pk)
    assert erasing(source).state == JobState.SUCCEEDED and files(storage) == []


def test_erasing_that_was_given_up_can_be_sent_again(olga: Any, source: Any) -> None:
    delete_source(olga, source, erase=True)
    Job.objects.filter(kind=JobKind.CLEANUP).update(state=JobState.DEAD)
    again = retry_job(olga, erasing(source))
    assert again.kind == JobKind.CLEANUP and again.state == JobState.QUEUED


def test_nobody_can_ask_for_an_erasure_as_a_job(olga: Any, source: Any) -> None:
    with pytest.raises(InvalidInput):
        start_job(olga, source=source, kind="cleanup")
