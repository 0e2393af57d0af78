"""Export jobs: the ZIP goes straight into the scratch storage, in bounded memory."""

import io
from typing import IO, cast

from accounts.access.context import AccountContext
from backups.errors import JobCancelled
from backups.models import Job
from backups.pipeline.commit import finish_job
from backups.pipeline.lease import Keeper, mine
from backups.query.export import export_snapshot
from backups.query.export_difference import export_difference
from backups.selectors.snapshots import get_snapshot
from backups.services.comparison import difference_of
from backups.services.exports import blob_name
from backups.services.snapshots import view_of
from backups.services.storage import scratch_blobs
from listbackup.core.storage import BlobWriter


class _Stream(io.RawIOBase):
    """The storage's writer as a file that cannot seek: `zipfile` then writes sizes behind each member."""

    def __init__(self, out: BlobWriter) -> None:
        self._out, self.bytes = out, 0

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self._out.write(piece)
        self.bytes += len(piece)
        return len(piece)


def run_export(context: AccountContext, job: Job, keeper: Keeper) -> None:
    """Raises SnapshotNotFound, DamagedObject, StorageUnavailable, JobCancelled, LeaseLost."""
    parameters = job.parameters or {}
    snapshot = get_snapshot(context, parameters["snapshot"], source=job.source)
    records: dict[str, int] = {}

    def progress(stream: str, count: int) -> None:
        records[stream] = count
        keeper.check()
        if mine(job).filter(cancel_requested=True).exists():
            raise JobCancelled("The export was cancelled.")

    format, streams = parameters.get("format", "jsonl"), parameters.get("streams") or None
    with scratch_blobs().write(blob_name(job)) as out:
        stream = _Stream(out)
        file = cast(IO[bytes], stream)
        if parameters.get("compared_with"):
            older = get_snapshot(context, parameters["compared_with"], source=job.source)
            with difference_of(older, snapshot) as difference:
                sums = export_difference(difference, file, format, streams, progress=progress)
        else:
            with view_of(snapshot) as view:
                search = parameters.get("search", "")
                sums = export_snapshot(view, file, format, streams, progress=progress, search=search)
    job.snapshot = snapshot
    counts = {"records": sum(records.values()), "files": len(sums), "bytes": stream.bytes}
    finish_job(context, job, counts=counts, action="export.succeeded", detail=counts)
