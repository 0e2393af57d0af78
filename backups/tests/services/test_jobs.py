"""The row is the truth: one active backup per source, states that only move forward."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.activity.models import Entry
from backups.enums import JobState
from backups.errors import JobAlreadyRunning, JobStateConflict, SourceNotReady
from backups.models import Job
from backups.schedule.models import ActiveJob
from backups.services import jobs, sources
from listbackup.core.errors import InvalidInput


def test_a_second_start_is_refused_and_names_the_running_job(olga: Any, make_source: Any) -> None:
    source = make_source()
    first = jobs.start_job(olga, source=source)
    with pytest.raises(JobAlreadyRunning) as refused:
        jobs.start_job(olga, source=source, kind="sync")
    assert refused.value.job.pk == first.pk
    assert Job.objects.count() == 1


def test_the_database_itself_refuses_a_second_active_backup(olga: Any, make_source: Any) -> None:
    source = make_source()
    jobs.start_job(olga, source=source)
    with pytest.raises(IntegrityError, match="job_one_active_per_source"), transaction.atomic():
        Job.objects.create(account=source.account, source=source, kind="sync")


def test_a_verification_may_run_beside_a_backup(olga: Any, make_source: Any) -> None:
    source = make_source()
    jobs.start_job(olga, source=source)
    assert jobs.start_job(olga, source=source, kind="verify").queue == "maintenance"


def test_starting_rings_once_on_commit_and_puts_the_job_under_watch(
    olga: Any, make_source: Any, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from backups.tasks import run_job

    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(run_job, "apply_async", lambda **options: sent.append(options))
    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.start_job(olga, source=make_source())
        assert not sent
    assert [(call["queue"], call["kwargs"], call["headers"]) for call in sent] == [
        ("backup", {"job_id": str(job.pk)}, {"lb_account": str(olga.account_id)})
    ]
    assert ActiveJob.objects.get().job_id == job.pk


def test_a_source_whose_connection_must_be_renewed_cannot_start(olga: Any, make_source: Any) -> None:
    source = make_source()
    source.connection.status = "needs_reconnect"
    source.connection.save()
    with pytest.raises(SourceNotReady) as refused:
        jobs.start_job(olga, source=source)
    assert "econnect" in refused.value.remedy


def test_cancelling_a_job_that_has_not_begun_ends_it_at_once(olga: Any, make_source: Any) -> None:
    job = jobs.cancel_job(olga, jobs.start_job(olga, source=make_source()))
    assert job.state == JobState.CANCELLED and job.finished_at
    assert not ActiveJob.objects.exists()
    with pytest.raises(JobStateConflict):
        jobs.cancel_job(olga, job)


def test_a_failed_job_can_be_repeated_and_a_good_one_cannot(olga: Any, make_source: Any) -> None:
    job = jobs.start_job(olga, source=make_source(), streams=["items"])
    Job.objects.filter(pk=job.pk).update(state=JobState.DEAD)
    again = jobs.retry_job(olga, job)
    assert again.pk != job.pk and again.trigger == "retry" and again.parameters == {"streams": ["items"]}
    Job.objects.filter(pk=again.pk).update(state=JobState.SUCCEEDED)
    with pytest.raises(JobStateConflict):
        jobs.retry_job(olga, again)


def test_only_finished_jobs_are_removed_and_the_activity_says_by_whom(olga: Any, make_source: Any) -> None:
    job = jobs.start_job(olga, source=make_source())
    with pytest.raises(JobStateConflict):
        jobs.delete_job(olga, job)
    jobs.cancel_job(olga, job)
    jobs.delete_job(olga, job)
    assert not Job.objects.exists()
    assert Entry.objects.filter(action="job.deleted", user=olga.user).count() == 1


def test_a_kind_that_is_not_offered_is_refused(olga: Any, make_source: Any) -> None:
    with pytest.raises(InvalidInput):
        jobs.start_job(olga, source=make_source(), kind="restore")


def test_deleting_a_source_cancels_its_job_and_takes_it_off_the_schedule(olga: Any, make_source: Any) -> None:
    from backups.schedule.models import DueSource

    source = make_source(schedule="hourly", start=True)
    assert DueSource.objects.get().source_id == source.pk
    sources.delete_source(olga, source, erase=False)
    assert Job.objects.get().state == JobState.CANCELLED
    assert not DueSource.objects.exists()
