"""Erasing a source: it waits for what still ends, is tried until it is done, and leaves nothing of the source."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from accounts.activity.models import Entry
from backups.enums import JobKind, JobState, SourceStatus
from backups.errors import HeldBack, SourceNotFound, SourceNotReady
from backups.models import Job, Snapshot
from backups.pipeline.run import run_job
from backups.schedule.models import ActiveJob, DueCare
from backups.schedule.sweep import sweep
from backups.selectors.sources import deleted_sources, get_deleted, get_source
from backups.services import holds
from backups.services.jobs import retry_job, start_job
from backups.services.sources import bring_back, delete_source, erase_when_due
from backups.tests.platform import Platform
from listbackup.core.clock import now
from listbackup.core.errors import InvalidInput


@pytest.fixture(autouse=True)
def full(platform: Platform) -> None:
    platform.put("items", *range(12))


def files(storage: Path) -> list[Path]:
    return [path for path in (storage / "accounts").rglob("*") if path.is_file() and path.name != "keys.json"]


def delete_for_good(olga: Any, source: Any) -> None:
    """Deleted, and the thirty days passed over."""
    delete_source(olga, source, erase=True)
    source.refresh_from_db()
    assert erase_when_due(olga, source, now() + dt.timedelta(days=29)) is None
    assert erase_when_due(olga, source, now() + dt.timedelta(days=31)) is not None


def erasing(source: Any) -> Job:
    found: Job = Job.objects.get(source=source, kind=JobKind.CLEANUP)
    return found


def test_an_erased_source_leaves_no_object_and_no_snapshot(olga: Any, back_up: Any, source: Any, storage: Path) -> None:
    back_up()
    assert files(storage)
    delete_for_good(olga, source)
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


def test_a_deleted_source_can_be_brought_back_until_it_is_erased(
    olga: Any, back_up: Any, source: Any, storage: Path
) -> None:
    back_up()
    before = files(storage)
    delete_source(olga, source, erase=True)
    with pytest.raises(SourceNotFound):
        get_source(olga, source.pk)
    assert [one.pk for one in deleted_sources(olga)] == [source.pk]
    bring_back(olga, get_deleted(olga, source.pk))
    found = get_source(olga, source.pk)
    assert (found.status, found.erase_at) == (SourceStatus.PAUSED, None)
    assert erase_when_due(olga, found, now() + dt.timedelta(days=400)) is None and files(storage) == before
    with pytest.raises(SourceNotReady):
        bring_back(olga, found)

    delete_source(olga, found, erase=True)
    found.refresh_from_db()
    assert erase_when_due(olga, found, now() + dt.timedelta(days=31)) is not None
    with pytest.raises(SourceNotReady, match="being erased"):
        bring_back(olga, found)


def test_what_is_on_hold_is_not_erased(olga: Any, back_up: Any, source: Any, storage: Path) -> None:
    back_up()
    hold = holds.place(olga, reason="Case 12", source=source)
    with pytest.raises(HeldBack):
        delete_source(olga, source, erase=True)
    holds.release(olga, hold)
    delete_source(olga, source, erase=True)
    source.refresh_from_db()
    later = holds.place(olga, reason="Case 13")
    assert erase_when_due(olga, source, now() + dt.timedelta(days=31)) is None, "a hold on the account came meanwhile"
    holds.release(olga, later)
    assert erase_when_due(olga, source, now() + dt.timedelta(days=31)) is not None


def test_erasing_waits_for_a_job_that_is_still_ending_and_is_sent_again_by_the_sweeper(
    olga: Any, back_up: Any, source: Any, storage: Path, rung: list[str]
) -> None:
    back_up()
    running = start_job(olga, source=source)
    Job.objects.filter(pk=running.pk).update(state=JobState.RUNNING, lease_expires_at="2100-01-01T00:00:00Z")
    delete_for_good(olga, source)
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
    delete_for_good(olga, source)
    Job.objects.filter(kind=JobKind.CLEANUP).update(state=JobState.DEAD)
    again = retry_job(olga, erasing(source))
    assert again.kind == JobKind.CLEANUP and again.state == JobState.QUEUED


def test_nobody_can_ask_for_an_erasure_as_a_job(olga: Any, source: Any) -> None:
    with pytest.raises(InvalidInput):
        start_job(olga, source=source, kind="cleanup")
