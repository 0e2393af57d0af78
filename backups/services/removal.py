"""Deleting snapshots in two steps: marked with a date, and removed for good when it has come."""

import datetime as dt

import structlog
from django.db import transaction

from accounts.access.context import AccountContext
from accounts.activity.services import record
from backups.enums import ACTIVE_STATES, DeletedBy
from backups.errors import HeldBack, StillNeeded
from backups.models import Job, Snapshot, Source
from backups.services.retention import FROZEN, GRACE, HELD, decide
from listbackup.core.clock import now

log = structlog.get_logger(__name__)
ALWAYS = ("the newest", "the newest good one", FROZEN)  # reasons that no wish overrules


@transaction.atomic
def delete_snapshot(context: AccountContext, snapshot: Snapshot) -> Snapshot:
    """Marks it: it is removed after thirty days, until when it can be read, and kept after all.

    Raises HeldBack, StillNeeded.
    """
    source = Source.objects.select_for_update(of=("self",)).select_related("account").get(pk=snapshot.source_id)
    reasons = next(one.reasons for one in decide(source, now()) if one.snapshot.pk == snapshot.pk)
    if HELD in reasons:
        raise HeldBack(f"Snapshot {snapshot.number} is on hold.")
    needed = next((reason for reason in reasons if reason in ALWAYS), "")
    if needed:
        raise StillNeeded(f"Snapshot {snapshot.number} cannot be deleted now: {needed}.")
    snapshot.delete_at, snapshot.delete_by = now() + GRACE, DeletedBy.HAND
    snapshot.save(update_fields=["delete_at", "delete_by"])
    record(context, "snapshot.deleted", snapshot, number=snapshot.number, removed_after=snapshot.delete_at.isoformat())
    return snapshot


@transaction.atomic
def keep_snapshot(context: AccountContext, snapshot: Snapshot) -> Snapshot:
    """Takes the mark away. What the retention lets go is marked again at night, unless a hold or a rule keeps it."""
    if snapshot.delete_at is not None:
        snapshot.delete_at, snapshot.delete_by = None, ""
        snapshot.save(update_fields=["delete_at", "delete_by"])
        record(context, "snapshot.kept", snapshot, number=snapshot.number)
    return snapshot


@transaction.atomic
def remove_due(context: AccountContext, source: Source, moment: dt.datetime | None = None) -> list[int]:
    """Removes the snapshots whose date has come, as far as nothing speaks for them now; returns their numbers.

    From here on they cannot be read; their objects go with the collection.
    """
    moment = moment or now()
    source = Source.objects.select_for_update(of=("self",)).select_related("account").get(pk=source.pk)
    in_use = _in_use(source)
    going = [
        one.snapshot
        for one in decide(source, moment)
        if one.snapshot.delete_at is not None
        and one.snapshot.delete_at <= moment
        and str(one.snapshot.pk) not in in_use
        and _may_go(one.snapshot, one.reasons)
    ]
    if not going:
        return []
    Snapshot.objects.filter(pk__in=[row.pk for row in going]).update(removed_at=moment)
    numbers = sorted(row.number for row in going)
    record(context, "source.snapshots_removed", source, count=len(numbers), snapshots=numbers[:100])
    log.info("snapshots_removed", source=str(source.pk), count=len(numbers))
    return numbers


def _may_go(snapshot: Snapshot, reasons: list[str]) -> bool:
    if snapshot.delete_by == DeletedBy.HAND:
        return HELD not in reasons and not any(reason in ALWAYS for reason in reasons)
    return not reasons


def _in_use(source: Source) -> set[str]:
    """Snapshots that a job reads at this moment."""
    used: set[str] = set()
    for parameters, snapshot in Job.objects.filter(source=source, state__in=ACTIVE_STATES).values_list(
        "parameters", "snapshot_id"
    ):
        used |= {str(snapshot), str(parameters.get("snapshot")), str(parameters.get("compared_with"))}
    return used
