"""Who may work on a job, by the database's clock."""

import datetime as dt
from typing import Any

import pytest

from backups.enums import JobState
from backups.errors import LeaseLost
from backups.models import Job
from backups.pipeline import lease
from backups.services.jobs import start_job


@pytest.fixture
def job(olga: Any, make_source: Any) -> Any:
    return start_job(olga, source=make_source())


def take_lease_away(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_expires_at=lease.Clock() - dt.timedelta(seconds=1))


def test_one_of_two_claims_gets_the_job(job: Any) -> None:
    first = lease.claim(job.pk)
    assert first is not None and first.fencing == 1 and first.attempt == 1
    assert lease.claim(job.pk) is None


def test_a_lost_lease_is_taken_over_with_a_higher_number_and_the_old_worker_is_fenced_off(job: Any) -> None:
    old = lease.claim(job.pk)
    assert old is not None
    take_lease_away(job)
    new = lease.claim(job.pk)
    assert new is not None and new.fencing == 2
    assert not lease.mine(old).exists() and lease.mine(new).exists()


def test_b03_a_worker_that_slept_past_its_lease_stops_itself(job: Any, olga: Any) -> None:
    claimed = lease.claim(job.pk)
    assert claimed is not None
    keeper = lease.Keeper(claimed, olga.organization)
    keeper.check()
    keeper._renewed -= lease.GIVE_UP_AFTER + 1
    with pytest.raises(LeaseLost):
        keeper.check()


def test_a_renewal_that_finds_another_owner_says_so(job: Any, olga: Any) -> None:
    old = lease.claim(job.pk)
    assert old is not None
    take_lease_away(job)
    lease.claim(job.pk)
    keeper = lease.Keeper(old, olga.organization)
    keeper.renew()
    with pytest.raises(LeaseLost):
        keeper.check()


def test_a_job_that_waits_for_its_time_cannot_be_claimed_before(job: Any) -> None:
    later = lease.Clock() + dt.timedelta(minutes=5)
    Job.objects.filter(pk=job.pk).update(state=JobState.WAITING, next_attempt_at=later)
    assert lease.claim(job.pk) is None
    Job.objects.filter(pk=job.pk).update(next_attempt_at=lease.Clock() - dt.timedelta(seconds=1))
    assert lease.claim(job.pk) is not None


def test_a_job_without_attempts_left_is_not_begun_again(job: Any) -> None:
    Job.objects.filter(pk=job.pk).update(attempt=5)
    assert lease.claim(job.pk) is None


def test_an_account_at_its_limit_begins_nothing_more(job: Any, olga: Any, make_source: Any, settings: Any) -> None:
    settings.JOBS_PER_ACCOUNT = 1
    assert lease.claim(job.pk) is not None
    other = start_job(olga, source=make_source())
    assert lease.claim(other.pk) is None


def test_the_lease_of_a_process_that_is_gone_from_this_machine_ends_at_once(job: Any) -> None:
    claimed = lease.claim(job.pk)
    assert claimed is not None
    assert not lease.release_dead(job.pk)
    machine = claimed.lease_owner.rsplit(":", 3)[0]
    # The number of a running process, but another one: it began at another time.
    Job.objects.filter(pk=job.pk).update(lease_owner=f"{machine}:1:0:abcd")
    assert lease.release_dead(job.pk)
    assert lease.claim(job.pk) is not None
