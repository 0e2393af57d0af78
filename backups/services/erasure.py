"""Removing a deleted source's snapshots from the storage, for ever."""

from django.db import transaction

from backups.enums import ACTIVE_STATES, SourceStatus
from backups.errors import SourceBusy
from backups.models import Job, Snapshot, Source
from backups.schedule import table
from backups.services.storage import erase_folder
from backups.store.format import source_folder


def erase(job: Job) -> int:
    """Rows first, so that nothing points to what is going; returns the number of objects. May run again after a kill.

    `job` is the clean-up that does it. Raises SourceBusy while another job of the source still runs.
    """
    with transaction.atomic():
        source = Source.objects.select_for_update(of=("self",)).get(pk=job.source_id)
        if source.status != SourceStatus.DELETED:
            return 0
        if Job.objects.filter(source=source, state__in=ACTIVE_STATES).exclude(pk=job.pk).exists():
            raise SourceBusy(f"A job of {source.name} is still ending.")
        Snapshot.everything.filter(source=source).delete()
        source.last_snapshot, source.records, source.bytes_stored = None, 0, 0
        source.save()
        table.forget_care(source)
    return erase_folder(source_folder(str(source.account_id), str(source.pk)))
