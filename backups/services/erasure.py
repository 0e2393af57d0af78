"""Removing a deleted source's snapshots from the storage, for ever."""

from uuid import UUID

from django.db import transaction

from accounts.access.context import AccountContext
from accounts.activity.services import record
from backups.enums import ACTIVE_STATES, SourceStatus
from backups.errors import SourceNotReady
from backups.models import Job, Snapshot, Source
from backups.services.storage import snapshot_blobs
from backups.store.format import source_folder


def erase(context: AccountContext, source_id: UUID) -> int:
    """Rows first, so that nothing points to what is going; returns the number of objects. May run again after a kill.

    Raises SourceNotReady while a job of the source still runs.
    """
    with transaction.atomic():
        source = Source.objects.select_for_update(of=("self",)).filter(pk=source_id).first()
        if source is None or source.status != SourceStatus.DELETED:
            return 0
        if Job.objects.filter(source=source, state__in=ACTIVE_STATES).exists():
            raise SourceNotReady(f"A job of {source.name} is still ending.", remedy="Try again in a minute.")
        Snapshot.objects.filter(source=source).delete()
        source.last_snapshot, source.records, source.bytes_stored = None, 0, 0
        source.save()
    removed = 0
    blobs = snapshot_blobs()
    for info in list(blobs.list(source_folder(str(source.account_id), str(source.pk)))):
        blobs.delete(info.name)
        removed += 1
    with transaction.atomic():
        record(context, "source.erased", source, objects=removed)
    return removed
