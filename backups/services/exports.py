"""Exports: a ZIP of a snapshot's live records, kept for seven days."""

import datetime as dt
from collections.abc import Iterator, Sequence

from django.db import transaction

from accounts.access import rules
from accounts.access.context import AccountContext
from accounts.activity.services import record
from backups.enums import ExportFormat, JobKind, JobState
from backups.errors import ExportExpired, SnapshotMissing, StreamUnknown
from backups.models import Job, Snapshot, Source
from backups.services.jobs import start_job
from backups.services.looking import open_records
from backups.services.storage import scratch_blobs
from listbackup.core.clock import now
from listbackup.core.errors import InvalidInput
from listbackup.core.storage import BlobMissing
from listbackup.core.web.downloads import Download

LIFETIME = dt.timedelta(days=7)
CHANGES = (ExportFormat.JSONL, ExportFormat.CSV)  # formats of what differs between two snapshots
PIECE = 1024 * 1024  # bytes a read


@transaction.atomic
def start_export(
    context: AccountContext,
    *,
    source: Source,
    snapshot: Snapshot | None,
    format: str = ExportFormat.JSONL,
    streams: Sequence[str] = (),
    compared_with: Snapshot | None = None,
    search: str = "",
) -> Job:
    """Queues the export of (some streams of) a snapshot, or of how it differs from an older one, `compared_with`; with
    `search`, of the records that contain that text.

    Raises InvalidInput, StreamUnknown, SnapshotMissing.
    """
    if snapshot is None:
        raise SnapshotMissing(f"{source.name} has no snapshot yet.")
    if format not in ExportFormat.values:
        raise InvalidInput(
            "This export format is not known.", fields={"format": [f"One of: {', '.join(ExportFormat.values)}."]}
        )
    if compared_with is not None and compared_with.source_id != source.pk:
        raise InvalidInput(
            "Only snapshots of one source can be compared.", fields={"compared_with": ["Another source."]}
        )
    if compared_with is not None and (search or format not in CHANGES):
        told = f"Changes are exported whole, as one of: {', '.join(CHANGES)}."
        raise InvalidInput(told, fields={"search" if search else "format": [told]})
    known = {stream["name"] for one in (snapshot, compared_with) if one for stream in one.streams}
    unknown = [name for name in streams if name not in known]
    if unknown:
        raise StreamUnknown("The snapshot has no such stream.", fields={"streams": [f"Unknown: {unknown[0][:60]}"]})
    parameters = {"snapshot": str(snapshot.pk), "format": str(format)}
    if compared_with is not None:
        parameters["compared_with"] = str(compared_with.pk)
    if search:
        parameters["search"] = search
    return start_job(context, source=source, kind=JobKind.EXPORT, streams=streams, parameters=parameters)


def open_export(context: AccountContext, job: Job) -> Download:
    """The finished file, for people who may see exports. Raises ExportExpired, PermissionMissing."""
    rules.require(context, "export.view")
    open_records(context, job.source)
    found = open_file(job)
    record(context, "export.downloaded", job)
    return found


def open_file(job: Job) -> Download:
    """The finished file, for who was found to be allowed. Raises ExportExpired."""
    name = blob_name(job)
    gone = ExportExpired("This export is not there any more.")
    if job.kind != JobKind.EXPORT or job.state != JobState.SUCCEEDED or is_expired(job):
        raise gone
    try:
        size = scratch_blobs().size(name)
    except BlobMissing:
        raise gone from None
    return Download(filename_of(job), "application/zip", _pieces(name, size), size)


def is_expired(job: Job) -> bool:
    return job.finished_at is None or now() - job.finished_at > LIFETIME


def expires_at(job: Job) -> dt.datetime | None:
    return job.finished_at + LIFETIME if job.finished_at else None


def blob_name(job: Job) -> str:
    """Where the file lies in the scratch storage. Never shown to anyone."""
    return f"exports/{job.account_id}/{job.pk}.zip"


def filename_of(job: Job) -> str:
    """A plain name for the person's disk."""
    letters = "".join(c if c.isascii() and c.isalnum() else "-" for c in job.source.name.lower())
    words = "-".join(part for part in letters.split("-") if part)[:60] or "export"
    parameters = job.parameters or {}
    what = "-changes" if parameters.get("compared_with") else ""
    return f"{words}{what}-{job.created_at:%Y-%m-%d}-{parameters.get('format', 'jsonl')}.zip"


def remove_expired(limit: int = 500) -> int:
    """Deletes files older than their lifetime, for all organizations; the storage knows their age. Returns how many."""
    removed, oldest = 0, now() - LIFETIME
    for info in scratch_blobs().list("exports/"):
        if info.modified < oldest:
            scratch_blobs().delete(info.name)
            removed += 1
            if removed >= limit:
                break
    return removed


def _pieces(name: str, size: int) -> Iterator[bytes]:
    blobs = scratch_blobs()
    for start in range(0, size, PIECE):
        yield blobs.read_range(name, start, min(PIECE, size - start))
