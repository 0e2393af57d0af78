"""The sweeper: sends again what is due or whose worker died. It reads one public table, whatever the number of tenants."""

import datetime as dt

import structlog
from django.db import transaction

from accounts.access.resolve import system_context
from accounts.access.schema import entered
from backups.enums import JobState
from backups.models import Job
from backups.pipeline import outcome
from backups.pipeline.lease import Clock, claimable, release_dead
from backups.schedule.models import ActiveJob
from backups.services.jobs import ring
from listbackup.core.clock import now

log = structlog.get_logger(__name__)
BATCH = 500
AGAIN = dt.timedelta(seconds=60)  # until a bell that was rung is checked


def sweep(moment: dt.datetime | None = None, *, limit: int = BATCH) -> int:
    """Rings for jobs that nobody works on; returns how many. Any number of sweepers may run."""
    rung = 0
    for _ in range(limit):
        result = _next_one(moment or now())
        if result is None:
            break
        rung += result
    return rung


@transaction.atomic
def _next_one(moment: dt.datetime) -> int | None:
    row = (
        ActiveJob.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("organization", "account__organization")
        .filter(next_check_at__lte=moment)
        .order_by("next_check_at")
        .first()
    )
    if row is None:
        return None
    with entered(row.organization):
        release_dead(row.job_id)
        job = Job.objects.select_related("account").filter(pk=row.job_id).first()
        if job is None or job.is_finished:
            row.delete()
            return 0
        return _look_at(row, job, moment)


def _look_at(row: ActiveJob, job: Job, moment: dt.datetime) -> int:
    if not Job.objects.filter(claimable(), pk=job.pk).exists():
        # Somebody works on it, or it waits for its time: look again then.
        later = job.lease_expires_at if job.state == JobState.RUNNING else job.next_attempt_at
        row.next_check_at = max(later or moment, moment) + dt.timedelta(seconds=1)
        row.save(update_fields=["next_check_at"])
        return 0
    if job.state == JobState.RUNNING and job.attempt >= job.max_attempts:
        _give_up(row, job)
        return 0
    ring(job)
    row.rings += 1
    row.next_check_at = moment + AGAIN
    row.save(update_fields=["rings", "next_check_at"])
    log.info("job_rung_again", job=str(job.pk), state=job.state, rings=row.rings)
    return 1


def _give_up(row: ActiveJob, job: Job) -> None:
    """Its worker died as often as it was tried."""
    taken = Job.objects.filter(claimable(), pk=job.pk, state=JobState.RUNNING).update(lease_expires_at=Clock())
    if taken:
        job.refresh_from_db()
        error = ChildProcessError(None, "the worker stopped without an answer")
        outcome.settle(system_context(row.account), job, error)
