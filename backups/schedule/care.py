"""Daily care of what is stored: a share of it is read again, the newest snapshot is rebuilt, and what dead runs left is collected."""

import datetime as dt

import structlog
from django.db import transaction

from accounts.access.resolve import system_context
from accounts.access.schema import entered
from backups.enums import ACTIVE_STATES, JobKind, Trigger
from backups.models import Job, Source
from backups.schedule.models import DueCare
from backups.services.jobs import start_job
from backups.services.replication import is_configured
from backups.services.sources import erase_when_due
from listbackup.core.clock import now

log = structlog.get_logger(__name__)
BATCH = 200
DAY = dt.timedelta(hours=24)
SLACK = dt.timedelta(hours=1)  # a verification that took a while must not put off the next one by a day


def look_after(moment: dt.datetime | None = None, *, limit: int = BATCH) -> int:
    """Starts the care that is due at `moment`; returns how many sources. Any number of schedulers may run."""
    seen = 0
    while seen < limit and _next_one(moment or now()):
        seen += 1
    return seen


@transaction.atomic
def _next_one(moment: dt.datetime) -> bool:
    row = (
        DueCare.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("organization", "account__organization")
        .filter(due_at__lte=moment)
        .order_by("due_at")
        .first()
    )
    if row is None:
        return False
    with entered(row.organization):
        source = Source.objects.filter(pk=row.source_id).first()
        if source is None:
            row.delete()
            return True
        _care(row, source, moment)
    # Days that passed while nobody looked are one, not many.
    row.due_at = row.due_at + DAY if row.due_at + DAY > moment else moment + DAY
    row.save(update_fields=["due_at"])
    return True


def _care(row: DueCare, source: Source, moment: dt.datetime) -> None:
    from backups.tasks import collect_parts, replicate  # late: leaf task

    if erase_when_due(system_context(row.account), source, moment):
        log.info("erasure_due", source=str(source.pk))
        return
    if wants_verification(source, moment):
        start_job(
            system_context(row.account),
            source=source,
            kind=JobKind.VERIFY,
            trigger=Trigger.SCHEDULE,
            parameters={"share": True},
        )
        log.info("verification_due", source=str(source.pk))
    if wants_drill(source, moment):
        start_job(system_context(row.account), source=source, kind=JobKind.DRILL, trigger=Trigger.SCHEDULE)
        log.info("drill_due", source=str(source.pk))
    if is_configured():
        replicate.ring_for(row.account_id, queue="maintenance", source_id=str(source.pk))
    collect_parts.ring_for(row.account_id, queue="maintenance", source_id=str(source.pk))


def wants_verification(source: Source, moment: dt.datetime) -> bool:
    """Whether no share of its bytes was read lately, and nobody is about to."""
    shares = Job.objects.filter(source=source, kind=JobKind.VERIFY, parameters__share=True, finished_at__isnull=False)
    last = shares.order_by("-finished_at").values_list("finished_at", flat=True).first()
    known = [time for time in (last, source.last_verified_at) if time is not None]
    return _is_due(source, JobKind.VERIFY, max(known, default=None), moment)


def wants_drill(source: Source, moment: dt.datetime) -> bool:
    """Whether it was not proved restorable lately, and nobody is about to."""
    return _is_due(source, JobKind.DRILL, source.proved_at, moment)


def _is_due(source: Source, kind: str, last: dt.datetime | None, moment: dt.datetime) -> bool:
    if source.last_snapshot_id is None:
        return False
    if last is not None and moment - last < DAY - SLACK:
        return False
    return not Job.objects.filter(source=source, kind=kind, state__in=ACTIVE_STATES).exists()
