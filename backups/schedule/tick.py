"""The scheduler: starts what is due. Its cost grows with what is due, never with the number of organizations."""

import datetime as dt

import structlog
from django.db import transaction

from accounts.access.resolve import system_context
from accounts.access.schema import entered
from accounts.enums import AccountStatus
from backups.enums import SourceStatus, Trigger
from backups.errors import JobAlreadyRunning
from backups.models import Source
from backups.schedule import table
from backups.schedule.models import DueSource
from backups.services.jobs import start_job
from listbackup.core.clock import now
from listbackup.core.errors import ListBackupError

log = structlog.get_logger(__name__)
BATCH = 200
LATER = dt.timedelta(minutes=5)


def tick(moment: dt.datetime | None = None, *, limit: int = BATCH) -> int:
    """Starts a job for every source that is due at `moment`; returns how many. Any number of schedulers may run."""
    started = 0
    for _ in range(limit):
        outcome = _next_one(moment or now())
        if outcome is None:
            break
        started += outcome
    return started


@transaction.atomic
def _next_one(moment: dt.datetime) -> int | None:
    """One due row: 1 when a job was started, 0 when not, None when nothing is due."""
    row = (
        DueSource.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("organization", "account__organization")
        .filter(due_at__lte=moment)
        .order_by("due_at")
        .first()
    )
    if row is None:
        return None
    with entered(row.organization):
        source = Source.objects.select_for_update(of=("self",)).filter(pk=row.source_id).first()
        if source is None or source.status != SourceStatus.ACTIVE or row.account.status != AccountStatus.ACTIVE:
            row.delete()
            return 0
        return _start(row, source, moment)


def _start(row: DueSource, source: Source, moment: dt.datetime) -> int:
    started = 0
    try:
        with transaction.atomic():
            start_job(system_context(row.account), source=source, trigger=Trigger.SCHEDULE, slot=row.slot)
        started = 1
    except JobAlreadyRunning:
        log.info("slot_joined_running_job", source=str(source.pk), slot=row.slot.isoformat())
    except ListBackupError as error:
        # One source that cannot start must not hold up the others.
        log.warning("slot_not_started", source=str(source.pk), code=error.code, error=error.message)
        row.due_at = moment + LATER
        row.save(update_fields=["due_at"])
        return 0
    # Slots that passed while nobody ticked are one run, not many.
    table.plan(source, after=max(moment, row.slot))
    source.save(update_fields=["next_run_at", "updated_at"])
    return started
