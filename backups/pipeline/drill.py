"""Drill jobs: the newest snapshot is rebuilt and compared, and the source notes when it was last proved restorable."""

import time

from django.db import transaction

from accounts.access.context import AccountContext
from backups.errors import NotRestorable
from backups.models import Job, Source
from backups.pipeline.commit import finish_job
from backups.pipeline.lease import Keeper
from backups.query.drill import StreamDrill, drill
from backups.query.fields import Fields
from backups.selectors.snapshots import find_snapshot
from backups.services.fields import note_fields
from backups.services.snapshots import view_of
from listbackup.core.clock import now, rfc3339
from listbackup.core.db import plain


def run_drill(context: AccountContext, job: Job, keeper: Keeper) -> None:
    """Raises SnapshotMissing, NotRestorable, DamagedObject, KeyUnavailable, StorageUnavailable, LeaseLost."""
    snapshot = find_snapshot(context, job.source)
    begun = time.monotonic()
    with view_of(snapshot) as view:
        fields: dict[str, Fields] = {}
        found = drill(view, step=keeper.check, fields=fields)
    seconds = time.monotonic() - begun
    bad = [one for one in found if not one.proved]
    if bad:
        raise NotRestorable(_told(bad))
    job.snapshot = snapshot
    rebuilt = sum(one.rebuilt for one in found)
    proof = {
        "snapshot": str(snapshot.pk),
        "number": snapshot.number,
        "taken_at": rfc3339(snapshot.taken_at),
        "manifest_sha256": snapshot.manifest_sha256,
        "records": sum(one.expected for one in found),
        "rebuilt": rebuilt,
        "seconds": round(seconds, 3),
        # ASCII: names from platforms may hold what PostgreSQL's JSON refuses.
        "streams": [[plain(one.stream), one.expected, one.rebuilt] for one in found],
    }
    counts = {"records": rebuilt, "streams": len(found)}
    with transaction.atomic():
        finish_job(context, job, counts=counts, action="drill.succeeded", detail=counts)
        Source.objects.filter(pk=job.source_id).update(proved_at=now(), proof=proof)
        note_fields(context, job.source, snapshot, fields)


def _told(bad: list[StreamDrill]) -> str:
    first = bad[0]
    what = (
        f"{first.wrong:,} of {first.rebuilt:,} rebuilt records are not what was received"
        if first.wrong
        else f"{first.counted:,} records are there, {first.expected:,} were written"
    )
    more = f", and {len(bad) - 1} more stream{'' if len(bad) == 2 else 's'}" if len(bad) > 1 else ""
    return f"{first.stream}: {what}{more}."
