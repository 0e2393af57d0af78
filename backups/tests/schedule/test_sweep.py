"""B6, B7: bells may be lost, doubled or wrong; the rows say what is to be done."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest

from accounts.access.schema import entered
from accounts.access.tasks import HEADER
from accounts.errors import NoTenant
from backups.enums import JobState
from backups.models import Job
from backups.pipeline import lease
from backups.schedule.models import ActiveJob
from backups.schedule.sweep import sweep
from backups.services.jobs import start_job
from backups.tasks import collect_parts, run_job
from listbackup.core.clock import now
from listbackup.core.ids import uuid7

SOON = dt.timedelta(seconds=61)


@pytest.fixture
def job(olga: Any, make_source: Any, rung: list[str]) -> Any:
    made = start_job(olga, source=make_source())
    rung.clear()
    return made


def call(task: Any, account: object, **arguments: Any) -> Any:
    """As a worker does it: the account comes in the message's headers."""
    task.push_request(headers={HEADER: str(account)})
    try:
        return task(**arguments)
    finally:
        task.pop_request()


def test_b06_a_bell_that_was_lost_is_rung_again_within_two_minutes(job: Any, rung: list[str]) -> None:
    assert sweep() == 0, "a bell that was just rung is given a minute"
    assert sweep(now() + SOON) == 1 and rung == [str(job.pk)]
    assert sweep(now() + SOON) == 0
    assert sweep(now() + 2 * SOON) == 1
    assert ActiveJob.objects.get().rings == 2


def test_a_job_that_somebody_works_on_is_left_alone_until_its_lease_ends(job: Any, rung: list[str]) -> None:
    assert lease.claim(job.pk) is not None
    assert sweep(now() + SOON) == 0 and rung == []
    assert ActiveJob.objects.get().next_check_at > now() + lease.LEASE / 2


def test_a_job_whose_lease_ran_out_is_handed_on(job: Any, rung: list[str]) -> None:
    lease.claim(job.pk)
    elsewhere = "another-machine:boot:1:2:abcd"
    Job.objects.filter(pk=job.pk).update(
        lease_owner=elsewhere, lease_expires_at=lease.Clock() - dt.timedelta(seconds=1)
    )
    assert sweep(now() + SOON) == 1 and rung == [str(job.pk)]
    assert lease.claim(job.pk).fencing == 2


def test_b07_a_job_that_kills_every_worker_is_parked_with_a_reason(job: Any, rung: list[str]) -> None:
    Job.objects.filter(pk=job.pk).update(
        state=JobState.RUNNING,
        attempt=job.max_attempts,
        lease_owner="another-machine:boot:1:2:abcd",
        lease_expires_at=lease.Clock() - dt.timedelta(seconds=1),
    )
    assert sweep(now() + SOON) == 0 and rung == []
    job.refresh_from_db()
    assert job.state == JobState.DEAD and "worker stopped" in job.error_message
    assert not ActiveJob.objects.exists()


def test_finished_and_removed_jobs_leave_the_watch(job: Any) -> None:
    Job.objects.filter(pk=job.pk).update(state=JobState.CANCELLED)
    assert sweep(now() + SOON) == 0
    assert not ActiveJob.objects.exists()


def test_b07_a_message_for_an_account_that_is_gone_is_done_with(job: Any) -> None:
    for account in (uuid4(), "not-an-id"):
        assert call(run_job, account, job_id=str(job.pk)) is None
    with entered(job.account.organization):
        assert Job.objects.get().state == JobState.QUEUED


def test_b07_a_message_without_an_account_touches_no_organization(job: Any) -> None:
    with pytest.raises(NoTenant):
        run_job(job_id=str(job.pk))


def test_b07_a_message_for_a_job_of_another_organization_finds_nothing(job: Any, people: Any) -> None:
    assert call(run_job, people.other.pk, job_id=str(job.pk)) is None


@pytest.mark.parametrize("poison", ["", "not-an-id", "1; DROP TABLE", "\0", "[]", "9" * 5000, None, 7, ["x"]])
def test_b07_poisoned_arguments_are_dropped_and_not_repeated(job: Any, poison: Any) -> None:
    assert call(run_job, job.account_id, job_id=poison) is None
    assert call(collect_parts, job.account_id, source_id=poison) in (None, 0)


def test_b07_an_unknown_job_is_nothing_to_do(olga: Any) -> None:
    assert call(run_job, olga.account_id, job_id=str(uuid7())) is None
    assert call(collect_parts, olga.account_id, source_id=str(uuid7())) == 0
