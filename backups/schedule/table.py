"""The public tables of what is due, kept in step with the rows of the organizations, in the same transactions."""

import datetime as dt

from django.db.models import QuerySet

from backups.enums import SourceStatus
from backups.models import Job, Source
from backups.schedule.models import ActiveJob, DueCare, DueSource
from backups.schedule.timetable import next_slot
from listbackup.core.clock import now

FIRST_CARE = dt.timedelta(minutes=10)  # after the first run; then once a day
FIRST_CHECK = dt.timedelta(seconds=60)  # a bell that was heard has been answered by then


def seed_of(source: Source) -> int:
    """A steady number that spreads sources over the hour; the low bits of a UUIDv7 are random."""
    return source.pk.int & 0xFFFFFFFF


def plan(source: Source, *, after: dt.datetime | None = None) -> dt.datetime | None:
    """Writes when the source runs next, or that it does not; returns the time. Sets `next_run_at`, does not save it."""
    slot = None
    if source.status == SourceStatus.ACTIVE:
        slot = next_slot(source.schedule, after=after or now(), zone=source.account.time_zone, seed=seed_of(source))
    source.next_run_at = slot
    if slot is None:
        DueSource.objects.filter(source_id=source.pk).delete()
        return None
    DueSource.objects.update_or_create(
        source_id=source.pk,
        defaults={
            "organization_id": source.account.organization_id,
            "account_id": source.account_id,
            "due_at": slot,
            "slot": slot,
        },
    )
    return slot


def watch(job: Job, *, at: dt.datetime | None = None) -> None:
    """Has the sweeper look at the job at `at`, by default in a minute."""
    ActiveJob.objects.update_or_create(
        job_id=job.pk,
        defaults={
            "organization_id": job.account.organization_id,
            "account_id": job.account_id,
            "queue": job.queue,
            "next_check_at": at or now() + FIRST_CHECK,
        },
    )


def forget_job(job: Job) -> None:
    ActiveJob.objects.filter(job_id=job.pk).delete()


def forget_sources(sources: QuerySet[Source]) -> None:
    """Takes them out of the schedule."""
    DueSource.objects.filter(source_id__in=sources.values("pk")).delete()


def plan_care(source: Source) -> None:
    """Puts a source that has begun to store something under daily care; one that is there keeps its time."""
    DueCare.objects.get_or_create(
        source_id=source.pk,
        defaults={
            "organization_id": source.account.organization_id,
            "account_id": source.account_id,
            "due_at": now() + FIRST_CARE,
        },
    )


def forget_care(source: Source) -> None:
    DueCare.objects.filter(source_id=source.pk).delete()


def forget_care_of(sources: QuerySet[Source]) -> None:
    DueCare.objects.filter(source_id__in=sources.values("pk")).delete()
