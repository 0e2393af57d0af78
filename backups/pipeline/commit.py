"""The last step of a backup: objects and manifest are in the storage, now one transaction makes the snapshot."""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts.access.context import AccountContext
from accounts.activity.services import record
from backups import live
from backups.enums import Health, JobState, SnapshotStatus, SourceStatus
from backups.errors import LeaseLost
from backups.models import Job, Snapshot, Source
from backups.pipeline.lease import mine
from backups.schedule import table
from backups.services.jobs import ring_next
from backups.signals import job_finished, snapshot_committed
from backups.store.snapshot import Committed
from listbackup.core.clock import now


@dataclass(slots=True)
class Result:
    """What a run found out beside its snapshot: totals, warnings, and sentences by stream."""

    totals: dict[str, float]
    warnings: list[str]
    failed: dict[str, str]
    suspicious: dict[str, str]
    resumed_from: int
    seconds: float

    @property
    def status(self) -> str:
        if self.suspicious:
            return SnapshotStatus.SUSPICIOUS
        return SnapshotStatus.PARTIAL if self.failed else SnapshotStatus.COMPLETE

    @property
    def message(self) -> str:
        return " ".join([*self.suspicious.values(), *self.failed.values()])

    @property
    def remedy(self) -> str:
        if self.suspicious:
            return "Look at the platform. If the records are really gone, accept the deletions with the next backup."
        return "The next backup tries again; open the job to see why." if self.failed else ""


def commit_rows(
    context: AccountContext, job: Job, committed: Committed, result: Result, *, phases: dict[str, float]
) -> Snapshot:
    """Snapshot, source, job, due table and activity at once. Raises LeaseLost when another worker has the job."""
    with transaction.atomic():
        source = Source.objects.select_for_update(of=("self",)).select_related("account").get(pk=job.source_id)
        if not mine(job).select_for_update(of=("self",)).exists():
            raise LeaseLost("Another worker took this job over; its result counts.")
        snapshot = _snapshot(job, source, committed, result)
        _source(source, snapshot, result, whole=not job.is_targeted)
        _job(job, snapshot, committed, result, phases)
        table.forget_job(job)
        record(
            context,
            "backup.completed" if result.status == SnapshotStatus.COMPLETE else f"backup.{result.status}",
            snapshot,
            records=snapshot.records,
            new=snapshot.new,
            changed=snapshot.changed,
            deleted=snapshot.deleted,
        )
        snapshot_committed.send(sender=Snapshot, context=context, snapshot=snapshot)
        job_finished.send(sender=Job, context=context, job=job)
        ring_next(context)
        transaction.on_commit(lambda: live.publish(job))
    return snapshot


def finish_job(
    context: AccountContext, job: Job, *, counts: dict[str, Any], action: str, detail: dict[str, Any]
) -> None:
    """The good end of a job that writes no snapshot. Raises LeaseLost."""
    with transaction.atomic():
        if not mine(job).select_for_update(of=("self",)).exists():
            raise LeaseLost("Another worker took this job over; its result counts.")
        job.state, job.finished_at, job.counts = JobState.SUCCEEDED, now(), counts
        job.error_code = job.error_message = job.error_effect = job.error_remedy = ""
        job.lease_expires_at = None
        job.save()
        table.forget_job(job)
        record(context, action, job, **detail)
        job_finished.send(sender=Job, context=context, job=job)
        ring_next(context)
        transaction.on_commit(lambda: live.publish(job))


def _snapshot(job: Job, source: Source, committed: Committed, result: Result) -> Snapshot:
    manifest = committed.manifest
    streams: list[dict[str, Any]] = [
        {
            "name": name,
            "label": stream.label or name,
            "records": stream.records,
            **{word: stream.counts.get(word, 0) for word in ("new", "changed", "unchanged", "deleted")},
            "state": "failed" if name in result.failed else "suspicious" if name in result.suspicious else "complete",
            "message": result.failed.get(name) or result.suspicious.get(name, ""),
        }
        for name, stream in manifest.streams.items()
    ]
    snapshot = Snapshot(
        id=UUID(manifest.snapshot),
        account=source.account,
        source=source,
        job=job,
        number=manifest.number,
        taken_at=dt.datetime.fromisoformat(manifest.taken_at),
        status=result.status,
        message=result.message,
        manifest_name=committed.name,
        manifest_sha256=committed.sha256,
        previous=source.last_snapshot,
        records=manifest.records,
        **{word: int(manifest.counts.get(word, 0)) for word in ("new", "changed", "unchanged", "deleted")},
        files=len(manifest.own_segments()) + 2,
        bytes_in=int(result.totals.get("bytes_in", 0)),
        bytes_stored=committed.stored_bytes,
        streams_json=json.dumps(streams, ensure_ascii=True),
    )
    snapshot.save(force_insert=True)
    return snapshot


def _source(source: Source, snapshot: Snapshot, result: Result, *, whole: bool) -> None:
    """Only a run over the whole source (`whole`) says whether it is protected."""
    source.last_snapshot = snapshot
    source.last_run_at = snapshot.taken_at
    if whole and result.status == SnapshotStatus.COMPLETE:
        source.last_good_at = snapshot.taken_at
    source.records = snapshot.records
    if whole and source.status == SourceStatus.ACTIVE:
        good = result.status == SnapshotStatus.COMPLETE
        source.health = Health.PROTECTED if good else Health.ATTENTION
        source.health_reason, source.health_remedy = result.message, result.remedy
    source.save()
    Source.objects.filter(pk=source.pk).update(bytes_stored=F("bytes_stored") + snapshot.bytes_stored)


def _job(job: Job, snapshot: Snapshot, committed: Committed, result: Result, phases: dict[str, float]) -> None:
    job.state = JobState.SUCCEEDED if result.status == SnapshotStatus.COMPLETE else JobState.PARTIAL
    job.snapshot, job.finished_at = snapshot, now()
    job.counts = {
        "records_read": int(result.totals.get("records_read", 0)),
        **{f"records_{word}": getattr(snapshot, word) for word in ("new", "changed", "unchanged", "deleted")},
        "files": snapshot.files,
        "bytes_in": snapshot.bytes_in,
        "bytes_stored": snapshot.bytes_stored,
        "requests": int(result.totals.get("requests", 0)),
        "waited_rate_limit_s": round(result.totals.get("waited_s", 0.0), 3),
        "resumed_from": result.resumed_from,
        "seconds": round(result.seconds, 3),
    }
    job.phases = {name: round(seconds, 3) for name, seconds in phases.items()}
    job.warnings = json.dumps([*result.warnings, *result.failed.values(), *result.suspicious.values()])
    job.error_code = "" if job.state == JobState.SUCCEEDED else f"snapshot.{result.status}"
    job.error_message, job.error_remedy = result.message, result.remedy
    job.error_effect = "" if job.state == JobState.SUCCEEDED else "The other streams are backed up completely."
    job.checkpoint, job.lease_expires_at = "", None
    job.save()
