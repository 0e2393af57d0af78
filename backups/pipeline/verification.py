"""Verification jobs: one snapshot in whole, or the share of a source that is due."""

import datetime as dt
from collections.abc import Iterator

from django.db.models import F, Min, Sum

from accounts.access.context import AccountContext
from backups.models import Job, Snapshot, Source
from backups.pipeline.commit import finish_job
from backups.pipeline.lease import Keeper
from backups.selectors.snapshots import find_snapshot, get_snapshot
from backups.services.snapshots import verify_own_objects, verify_snapshot
from backups.store.errors import DAMAGE_CODES, DamagedObject
from backups.store.verify import Damage
from listbackup.core.clock import now

SHARE = 30  # days in which every byte is read once
DAY = dt.timedelta(days=1)
MOST = 1000  # snapshots of one run


def run_verification(context: AccountContext, job: Job, keeper: Keeper) -> None:
    """Verifies the snapshot that the job names, else the newest; with `share` what is due today of the whole source.

    Damage fails the job, loudly, with the code of its kind (`store.flipped`).
    Raises SnapshotMissing, SnapshotNotFound, DamagedObject, KeyUnavailable, StorageUnavailable, LeaseLost.
    """
    if (job.parameters or {}).get("share"):
        _share(context, job, keeper)
        return
    snapshot = _chosen(context, job)
    damages = verify_snapshot(context, snapshot)
    keeper.check()
    _refuse(damages)
    job.snapshot = snapshot
    counts = {"records": snapshot.records, "damages": 0}
    finish_job(context, job, counts=counts, action="verify.succeeded", detail={"snapshot": str(snapshot.pk)})


def _share(context: AccountContext, job: Job, keeper: Keeper) -> None:
    """Reads on after damage, so that one bad object does not hide others."""
    damages: list[Damage] = []
    read = count = 0
    for snapshot in due_today(job, now()):
        damages += verify_own_objects(context, snapshot)
        keeper.check()
        read, count = read + snapshot.bytes_stored, count + 1
    _refuse(damages)
    _note_oldest(job)
    counts = {"snapshots": count, "bytes": read, "damages": 0}
    finish_job(context, job, counts=counts, action="verify.share_succeeded", detail=counts)


def _note_oldest(job: Job) -> None:
    """Every byte of the source was read since the time that its source shows."""
    rows = Snapshot.objects.filter(source=job.source)
    if not rows.filter(objects_verified_at=None).exists():
        oldest = rows.aggregate(oldest=Min("objects_verified_at"))["oldest"]
        Source.objects.filter(pk=job.source_id).update(last_verified_at=oldest)


def due_today(job: Job, moment: dt.datetime) -> Iterator[Snapshot]:
    """Snapshots whose own objects must be read: those never read, then those read longest ago.

    It ends when a thirtieth of the source's bytes is reached: one large snapshot is read whole on its day, and the days
    after it read less, because nothing younger than a month is read again.
    """
    rows = Snapshot.objects.filter(source=job.source)
    budget = (rows.aggregate(sum=Sum("bytes_stored"))["sum"] or 0) / SHARE
    spent = 0
    for snapshot in rows.order_by(F("objects_verified_at").asc(nulls_first=True), "number")[:MOST]:
        last = snapshot.objects_verified_at
        if last is not None and (spent >= budget or moment - last < DAY * (SHARE - 1)):
            return
        spent += snapshot.bytes_stored
        yield snapshot


def _refuse(damages: list[Damage]) -> None:
    if damages:
        first = damages[0]
        raise DamagedObject(
            f"{len(damages)} stored objects are damaged; the first is {first.object}: {first.detail}.",
            code=DAMAGE_CODES[first.kind],
        )


def _chosen(context: AccountContext, job: Job) -> Snapshot:
    wanted = (job.parameters or {}).get("snapshot")
    if wanted:
        return get_snapshot(context, wanted, source=job.source)
    return find_snapshot(context, job.source)
