"""A daily quota parks a job until it starts anew: no worker waits, nothing is lost, no attempt is used up."""

import datetime as dt

from backups.enums import JobState
from backups.models import Job
from backups.pipeline.run import run_job
from backups.services.jobs import start_job
from backups.services.sources import create_source
from backups.tests.platform import MANIFEST, SECRET
from integrations.services.connections import create_connection, update_connection
from integrations.services.outgoing import shared_limiter
from listbackup.core.clock import now


def test_a_share_of_the_quota_is_used_up_then_parked_until_midnight_and_gone_on_from_there(olga, platform, storage):
    platform.put("items", *range(60))
    text = MANIFEST.replace("limits:\n", "limits:\n  quotas: {day: {requests: 200}}\n")
    connection = create_connection(
        olga, platform="custom", secrets={"token": SECRET}, config={"host": platform.host}, manifest=text
    )
    update_connection(olga, connection, quota_share=2)
    source = create_source(olga, connection=connection, streams=["items"], schedule="manual", start=False)
    job = start_job(olga, source=source)
    run_job(olga, job.pk)
    job.refresh_from_db()
    midnight = (now() + dt.timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    assert (job.state, job.error_code, job.attempt) == (JobState.WAITING, "quota.exhausted", 0)
    assert job.next_attempt_at == midnight and "2 % of" in job.error_message
    assert len(platform.requests) <= 6 and job.lease_expires_at is None
    # A person gives more of the quota; the job goes on where it stopped.
    update_connection(olga, connection, quota_share=100)
    before = len(platform.requests)
    Job.objects.update(next_attempt_at=now())
    run_job(olga, job.pk)
    job.refresh_from_db()
    assert job.state == JobState.SUCCEEDED and job.counts["records_new"] == 60
    assert len(platform.requests) - before <= 6  # not from the first page


def test_the_shared_limiter_counts_for_all_workers_and_learns(settings):
    limiter, name = shared_limiter(), "test:quota"
    assert [limiter.count(name, most=3, seconds=60) for _ in range(5)] == [True, True, True, False, False]
    assert limiter.count(name, most=4, seconds=60)
    limiter.counted(name, used=2, seconds=60)
    assert not limiter.count(name, most=4, seconds=60)
    limiter.counted(name, used=9, seconds=60)
    assert not limiter.count(name, most=9, seconds=60) and limiter.count(name, most=10, seconds=60)
