"""Clean-up jobs: what a deleted source left in the storage goes for ever."""

from accounts.access.context import AccountContext
from backups.models import Job
from backups.pipeline.commit import finish_job
from backups.pipeline.lease import Keeper
from backups.services.erasure import erase


def run_cleanup(context: AccountContext, job: Job, keeper: Keeper) -> None:
    """Raises SourceBusy, StorageUnavailable, LeaseLost."""
    counts = {"objects": erase(job)}
    keeper.check()
    finish_job(context, job, counts=counts, action="source.erased", detail={"source": str(job.source_id), **counts})
