"""The one place that turns an error into a job's state: again later, waiting for the platform, reconnect, failed, given up."""

import datetime as dt
import random
from dataclasses import dataclass

import structlog
from django.db import DatabaseError, transaction

from accounts.access.context import AccountContext
from accounts.activity.services import record
from backups import live
from backups.enums import Health, JobState, SourceStatus
from backups.errors import JobCancelled, LeaseLost
from backups.models import Job, Source
from backups.pipeline.lease import mine
from backups.schedule import table
from backups.services.jobs import ring_next
from backups.signals import job_finished
from integrations.services.status import mark_needs_reconnect
from listbackup.core.clock import now
from listbackup.core.errors import ListBackupError, Unavailable

log = structlog.get_logger(__name__)
RECONNECT = frozenset({"auth.revoked", "auth.refused", "auth.expired"})
# Platform errors that a later attempt of the same job may well not meet.
PASSING = frozenset({"platform.unavailable", "response.truncated", "response.partial"})
FIRST_PAUSE, LONGEST_PAUSE = 30.0, 3600.0  # seconds
LONGEST_WAIT = dt.timedelta(hours=24)
OLDEST = dt.timedelta(days=7)
KEPT = "Nothing was lost: the last snapshot is as it was."


@dataclass(frozen=True, slots=True)
class Verdict:
    """`again_at` for a job that goes on by itself; `free` attempts do not count."""

    state: str
    code: str
    message: str
    remedy: str = ""
    effect: str = KEPT
    again_at: dt.datetime | None = None
    free: bool = False
    reconnect: bool = False


def is_passing(error: BaseException) -> bool:
    """Whether the same job may succeed later, without anybody doing anything."""
    if isinstance(error, ListBackupError):
        kind = getattr(error, "kind", "")
        return kind == "wait" or error.code in PASSING or (not kind and isinstance(error, Unavailable))
    return isinstance(error, OSError | DatabaseError)


def judge(job: Job, error: BaseException) -> Verdict:
    """What becomes of the job."""
    code = error.code if isinstance(error, ListBackupError) else "internal"
    message = error.message if isinstance(error, ListBackupError) else _plain(error)
    remedy = error.remedy if isinstance(error, ListBackupError) else ""
    if isinstance(error, JobCancelled) or code == "cancelled":
        return Verdict(JobState.CANCELLED, "job.cancelled", "The job was cancelled.", "Start it again when you like.")
    if code in RECONNECT:
        return Verdict(JobState.FAILED, code, message, remedy or "Reconnect the platform.", reconnect=True)
    if getattr(error, "kind", "") == "wait":
        return _wait(job, error, code, message, remedy)
    unexpected = not isinstance(error, ListBackupError)
    if not is_passing(error) and not unexpected:
        return Verdict(JobState.FAILED, code, message, remedy)
    if job.attempt >= job.max_attempts:
        effect = f"It was tried {job.attempt} times. {KEPT}"
        return Verdict(JobState.DEAD, code, message, remedy or "Tell support, or run it again.", effect)
    effect = f"Attempt {job.attempt} of {job.max_attempts}; it goes on where it stopped."
    return Verdict(JobState.WAITING, code, message, remedy, effect, again_at=now() + pause(job.attempt))


def pause(attempt: int) -> dt.timedelta:
    """Growing, with jitter: about 30 s, 2 min, 8 min, 32 min, an hour."""
    seconds = min(LONGEST_PAUSE, FIRST_PAUSE * 4 ** max(0, attempt - 1))
    return dt.timedelta(seconds=seconds * random.uniform(0.75, 1.25))


def settle(context: AccountContext, job: Job, error: BaseException) -> Job:
    """Writes the verdict, if the job is still this worker's; tells whoever must know."""
    if isinstance(error, LeaseLost):
        log.warning("job_lease_lost", job=str(job.pk))
        return job
    verdict = judge(job, error)
    with transaction.atomic():
        if not _write(context, job, verdict):
            log.warning("job_lease_lost", job=str(job.pk))
            return job
        transaction.on_commit(lambda: live.publish(job))
    log.info("job_settled", job=str(job.pk), state=job.state, code=verdict.code)
    return job


def _write(context: AccountContext, job: Job, verdict: Verdict) -> bool:
    source = (
        Source.objects.select_for_update(of=("self",)).select_related("connection", "account").get(pk=job.source_id)
    )
    if not mine(job).select_for_update(of=("self",)).exists():
        return False
    job.state, job.error_code = verdict.state, verdict.code[:60]
    job.error_message, job.error_effect, job.error_remedy = verdict.message, verdict.effect, verdict.remedy
    job.next_attempt_at, job.lease_expires_at = verdict.again_at, None
    if verdict.free:
        job.attempt = max(0, job.attempt - 1)
    if verdict.again_at is None:
        job.finished_at = now()
    fields = [
        "state", "error_code", "error_message", "error_effect", "error_remedy",
        "next_attempt_at", "lease_expires_at", "attempt", "finished_at",
    ]  # fmt: skip
    job.save(update_fields=fields)
    if verdict.again_at is not None:
        table.watch(job, at=verdict.again_at)
        return True
    _finish(context, job, source, verdict)
    return True


def _finish(context: AccountContext, job: Job, source: Source, verdict: Verdict) -> None:
    table.forget_job(job)
    if job.writes_snapshots and verdict.state != JobState.CANCELLED and not job.is_targeted:
        source.last_run_at = now()
        if source.status == SourceStatus.ACTIVE:
            source.health, source.health_reason, source.health_remedy = Health.FAILED, verdict.message, verdict.remedy
        source.save()
    elif job.writes_snapshots and source.health == Health.RUNNING:
        source.health = Health.UNKNOWN
        source.save(update_fields=["health"])
    record(context, f"{job.kind}.{verdict.state}", job, code=verdict.code, reason=verdict.message[:300])
    if verdict.reconnect:
        mark_needs_reconnect(source.connection, verdict.message, code=verdict.code, context=context)
    job_finished.send(sender=Job, context=context, job=job)
    ring_next(context)


def _wait(job: Job, error: BaseException, code: str, message: str, remedy: str) -> Verdict:
    """The platform names a time: the worker is free until then, and the attempt does not count."""
    moment = now()
    wanted = getattr(error, "retry_at", None) or moment + pause(job.attempt)
    if moment - job.created_at > OLDEST:
        return Verdict(JobState.DEAD, code, message, "The platform kept refusing for a week: ask for a higher quota.")
    again_at = min(max(wanted, moment + dt.timedelta(seconds=5)), moment + LONGEST_WAIT)
    effect = "What was read is kept; the job goes on by itself."
    return Verdict(JobState.WAITING, code, message, remedy, effect, again_at=again_at, free=True)


def _plain(error: BaseException) -> str:
    """Never the text of an unexpected error: it could hold a secret or a record."""
    if isinstance(error, OSError):
        return f"The server had a problem with its disk or network ({error.strerror or type(error).__name__})."
    return f"The server made a mistake ({type(error).__name__}). It is in the server's log."
