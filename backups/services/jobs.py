"""Jobs: started, cancelled, repeated, put forward, removed. Running them is `backups.pipeline`."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.access.context import AccountContext
from accounts.access.resolve import open_accounts
from accounts.activity.services import record
from backups.enums import ACTIVE_STATES, WRITING_KINDS, JobKind, JobState, SourceStatus, Trigger
from backups.errors import JobAlreadyRunning, JobStateConflict, SourceNotReady
from backups.models import Job, Source
from backups.schedule import table
from backups.signals import job_finished, job_started
from integrations.enums import ConnectionStatus
from listbackup.core.clock import now
from listbackup.core.errors import InvalidInput

QUEUES: dict[str, str] = {
    JobKind.BACKUP: "backup",
    JobKind.SYNC: "backup",
    JobKind.RESTORE: "backup",
    JobKind.EXPORT: "export",
    JobKind.VERIFY: "maintenance",
    JobKind.DRILL: "maintenance",
    JobKind.CLEANUP: "maintenance",
}
OFFERED = (JobKind.BACKUP, JobKind.SYNC, JobKind.EXPORT, JobKind.VERIFY, JobKind.DRILL)
# 3 for what a person waits for and cannot see fail for long, 5 for backups, 10 for house-keeping.
ATTEMPTS: dict[str, int] = {
    JobKind.EXPORT: 3,
    JobKind.RESTORE: 3,
    JobKind.VERIFY: 10,
    JobKind.DRILL: 10,
    JobKind.CLEANUP: 10,
}
PRIORITIES: dict[str, int] = {
    Trigger.MANUAL: 1,
    Trigger.FIRST: 1,
    Trigger.API: 1,
    Trigger.RETRY: 2,
    Trigger.WEBHOOK: 3,
    Trigger.GROUP: 4,
    Trigger.SCHEDULE: 5,
}


@transaction.atomic
def start_job(
    context: AccountContext,
    *,
    source: Source,
    kind: str = JobKind.BACKUP,
    trigger: str = Trigger.MANUAL,
    streams: Sequence[str] = (),
    priority: int | None = None,
    batch_id: UUID | None = None,
    parameters: Mapping[str, Any] | None = None,
    slot: dt.datetime | None = None,
) -> Job:
    """Makes the row and rings the bell on commit.

    Raises JobAlreadyRunning (carries the job) when a backup of the source is active, SourceNotReady when it cannot run.
    """
    if kind not in OFFERED:
        raise InvalidInput(
            f"A {kind} job cannot be started this way.", fields={"kind": [f"One of: {', '.join(OFFERED)}."]}
        )
    return queue_job(
        context,
        source=source,
        kind=kind,
        trigger=trigger,
        streams=streams,
        priority=priority,
        batch_id=batch_id,
        parameters=parameters,
        slot=slot,
    )


@transaction.atomic
def queue_job(
    context: AccountContext,
    *,
    source: Source,
    kind: str,
    trigger: str = Trigger.MANUAL,
    streams: Sequence[str] = (),
    priority: int | None = None,
    batch_id: UUID | None = None,
    parameters: Mapping[str, Any] | None = None,
    slot: dt.datetime | None = None,
) -> Job:
    """`start_job` for every kind, also those that nobody may ask for directly. Raises the same."""
    locked = Source.objects.visible_to(context).select_for_update(of=("self",)).get(pk=source.pk)
    check_ready(locked, kind)
    if kind in WRITING_KINDS:
        check_account(locked)
        running = active_job(locked)
        if running is not None:
            raise JobAlreadyRunning(running)
    wanted = dict(parameters or {})
    if streams:
        wanted["streams"] = list(streams)
    job = Job(
        account=locked.account,
        source=locked,
        kind=kind,
        trigger=trigger,
        priority=PRIORITIES[trigger] if priority is None else priority,
        queue=QUEUES[kind],
        max_attempts=ATTEMPTS.get(kind, 5),
        batch_id=batch_id,
        parameters=wanted,
        slot=slot,
        created_by=context.user,
    )
    try:
        with transaction.atomic():
            job.save(force_insert=True)
    except IntegrityError:
        running = active_job(locked)
        if running is None:
            raise
        raise JobAlreadyRunning(running) from None
    table.watch(job)
    if trigger != Trigger.SCHEDULE:
        record(context, f"{kind}.requested", job, trigger=trigger)
    job_started.send(sender=Job, context=context, job=job)
    ring(job)
    return job


def check_account(source: Source) -> None:
    """Raises SourceNotReady while the source's account, or one above it, is suspended or being deleted."""
    if not open_accounts().filter(pk=source.account_id).exists():
        raise SourceNotReady(f"The account of {source.name} is closed.", remedy="Reactivate the account first.")


def check_ready(source: Source, kind: str) -> None:
    """Raises SourceNotReady when a job of this kind cannot run now."""
    if kind not in WRITING_KINDS:
        return  # snapshots of a paused or deleted source can still be verified and exported
    if source.status == SourceStatus.DELETED:
        raise SourceNotReady(f"{source.name} was deleted.", remedy="Create a new source for the connection.")
    if source.connection.status == ConnectionStatus.NEEDS_RECONNECT:
        raise SourceNotReady(
            f"{source.connection.name} needs to be reconnected.", remedy="Reconnect it, then back up again."
        )
    if source.connection.status != ConnectionStatus.ACTIVE:
        raise SourceNotReady(f"{source.connection.name} is not connected any more.", remedy="Connect it again.")


def active_job(source: Source) -> Job | None:
    """The backup of the source that is queued, waiting or running."""
    found: Job | None = Job.objects.filter(source=source, state__in=ACTIVE_STATES, kind__in=WRITING_KINDS).first()
    return found


def ring(job: Job) -> None:
    """Tells the workers, on commit, that the job may be ready."""
    from backups.tasks import run_job  # late: leaf task

    run_job.ring_for(job.account_id, queue=job.queue, job_id=str(job.pk))


def ring_next(context: AccountContext) -> None:
    """A place became free in the account: the most urgent job that waits for one."""
    job = Job.objects.filter(account=context.account, state=JobState.QUEUED).order_by("priority", "id").first()
    if job is not None:
        ring(job)


def running_limit() -> int:
    """How many jobs of one account run at the same time, so that nobody starves the others."""
    return int(settings.JOBS_PER_ACCOUNT)


@transaction.atomic
def cancel_job(context: AccountContext, job: Job) -> Job:
    """Ends a job that does not run yet at once; a running one stops at its next page. Raises JobStateConflict."""
    locked = _locked(context, job)
    if not locked.is_active:
        raise JobStateConflict(
            f"This job is already over: {locked.get_state_display().lower()}.",
            remedy="Start a new one when you need to.",
        )
    locked.cancel_requested = True
    if locked.state == JobState.RUNNING:
        locked.save(update_fields=["cancel_requested"])
    else:
        locked.state, locked.finished_at = JobState.CANCELLED, now()
        locked.next_attempt_at = None
        locked.error_message = "The job was cancelled before it began."
        locked.save()
        table.forget_job(locked)
        job_finished.send(sender=Job, context=context, job=locked)
    record(context, f"{locked.kind}.cancelled", locked)
    return locked


@transaction.atomic
def retry_job(context: AccountContext, job: Job) -> Job:
    """A new job with the same order; a backup goes on from where the old one stopped, when it can.

    A job that waits for its next attempt is rung at once instead. Raises JobStateConflict, JobAlreadyRunning.
    """
    locked = _locked(context, job)
    if locked.state == JobState.WAITING:
        locked.state, locked.next_attempt_at = JobState.QUEUED, None
        locked.save(update_fields=["state", "next_attempt_at"])
        ring(locked)
        return locked
    if locked.is_active:
        raise JobStateConflict("This job is still running.", remedy="Wait for its end, or cancel it first.")
    if locked.state == JobState.SUCCEEDED:
        raise JobStateConflict("This job succeeded.", remedy="Start a new one instead.")
    return queue_job(
        context,
        source=locked.source,
        kind=locked.kind,
        trigger=Trigger.RETRY,
        priority=min(locked.priority, PRIORITIES[Trigger.RETRY]),
        batch_id=locked.batch_id,
        parameters=locked.parameters,
    )


@transaction.atomic
def change_priority(context: AccountContext, job: Job, priority: int) -> Job:
    """0 runs first, 9 last. Only for jobs that have not begun. Raises JobStateConflict."""
    locked = _locked(context, job)
    if locked.state not in (JobState.QUEUED, JobState.WAITING):
        raise JobStateConflict("Only a job that has not begun can be put forward or back.")
    locked.priority = max(0, min(9, priority))
    locked.save(update_fields=["priority"])
    record(context, "job.priority_changed", locked, priority=locked.priority)
    return locked


@transaction.atomic
def delete_job(context: AccountContext, job: Job) -> None:
    """Removes a finished job from the lists; its snapshot stays. Raises JobStateConflict."""
    locked = _locked(context, job)
    if locked.is_active:
        raise JobStateConflict("This job is not over.", remedy="Cancel it first.")
    record(context, "job.deleted", locked)
    locked.delete()


def requeue_dead(context: AccountContext, job: Job) -> Job:
    """For staff: sends a job again that used up its attempts."""
    if job.state != JobState.DEAD:
        raise JobStateConflict("Only a job that was given up can be sent again.")
    return retry_job(context, job)


def _locked(context: AccountContext, job: Job) -> Job:
    found: Job = Job.objects.visible_to(context).select_for_update(of=("self",)).get(pk=job.pk)
    return found
