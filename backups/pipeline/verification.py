"""Verification jobs."""

from accounts.access.context import AccountContext
from backups.models import Job, Snapshot
from backups.pipeline.commit import finish_job
from backups.pipeline.lease import Keeper
from backups.selectors.snapshots import find_snapshot, get_snapshot
from backups.services.snapshots import verify_snapshot
from backups.store.errors import DamagedObject


def run_verification(context: AccountContext, job: Job, keeper: Keeper) -> None:
    """Verifies the snapshot that the job names, else the newest. Damage fails the job, loudly.

    Raises SnapshotMissing, SnapshotNotFound, DamagedObject, KeyUnavailable, StorageUnavailable, LeaseLost.
    """
    snapshot = _chosen(context, job)
    damages = verify_snapshot(context, snapshot)
    keeper.check()
    if damages:
        first = damages[0]
        raise DamagedObject(f"{len(damages)} stored objects are damaged; the first is {first.object}: {first.detail}.")
    job.snapshot = snapshot
    counts = {"records": snapshot.records, "damages": 0}
    finish_job(context, job, counts=counts, action="verify.succeeded", detail={"snapshot": str(snapshot.pk)})


def _chosen(context: AccountContext, job: Job) -> Snapshot:
    wanted = (job.parameters or {}).get("snapshot")
    if wanted:
        return get_snapshot(context, wanted, source=job.source)
    return find_snapshot(context, job.source)
