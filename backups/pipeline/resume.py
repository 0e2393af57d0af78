"""Checkpoints: what a run knows to be durable, stored in its job's row, so that another worker goes on from there."""

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import Any

from backups.enums import WRITING_KINDS, JobState
from backups.errors import LeaseLost
from backups.models import Job, Source
from backups.pipeline.lease import mine
from listbackup.core.clock import now
from listbackup.core.ids import uuid7

VERSION = 1
FRESH = dt.timedelta(hours=24)  # orphaned parts are collected after a day


@dataclass(slots=True)
class RootState:
    """How far one root stream was read: `state` goes on after the last durable page."""

    state: dict[str, Any] | None = None
    done: bool = False
    error: str = ""

    def as_json(self) -> dict[str, Any]:
        return {"state": self.state, "done": self.done, "error": self.error}


@dataclass(slots=True)
class Checkpoint:
    """`previous` is the manifest this run builds upon; `writers` are the store's own checkpoints by stream."""

    snapshot: str
    date: str
    previous: str
    roots: dict[str, RootState] = field(default_factory=dict)
    writers: dict[str, dict[str, Any]] = field(default_factory=dict)
    totals: dict[str, float] = field(default_factory=dict)
    suspicious: dict[str, str] = field(default_factory=dict)
    resumed_from: int = 0

    def dumps(self) -> str:
        """ASCII: names and cursors of platforms may hold what PostgreSQL's text refuses."""
        value = {
            "version": VERSION,
            "snapshot": self.snapshot,
            "date": self.date,
            "previous": self.previous,
            "roots": {name: root.as_json() for name, root in self.roots.items()},
            "writers": self.writers,
            "totals": self.totals,
            "suspicious": self.suspicious,
        }
        return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


def loads(text: str) -> Checkpoint | None:
    """A stored checkpoint, None when there is none or it is of another version."""
    value = json.loads(text) if text else None
    if not value or value.get("version") != VERSION:
        return None
    return Checkpoint(
        snapshot=value["snapshot"],
        date=value["date"],
        previous=value["previous"],
        roots={name: RootState(**root) for name, root in value["roots"].items()},
        writers=value["writers"],
        totals=value["totals"],
        suspicious=value.get("suspicious", {}),
    )


def begin_or_resume(job: Job, previous: str) -> Checkpoint:
    """The job's own checkpoint; that of an attempt that failed lately; or a new run. `previous`: a manifest's name."""
    for text in (job.checkpoint, _left_behind(job)):
        found = loads(text)
        if found is not None and found.previous == previous:
            found.resumed_from = int(sum(sum(w["counts"].values()) for w in found.writers.values()))
            return found
    moment = now()
    return Checkpoint(snapshot=str(uuid7()), date=f"{moment:%Y-%m-%d}", previous=previous)


def _left_behind(job: Job) -> str:
    """The checkpoint of the source's last backup, when that one ended without a snapshot and wanted the same."""
    last = (
        Job.objects.filter(source_id=job.source_id, kind__in=WRITING_KINDS, pk__lt=job.pk)
        .order_by("-id")
        .only("state", "checkpoint", "parameters", "finished_at")
        .first()
    )
    ended_badly = (JobState.FAILED, JobState.DEAD, JobState.CANCELLED)
    if last is None or last.state not in ended_badly or last.finished_at is None:
        return ""
    before, wanted = last.parameters or {}, job.parameters or {}
    same = all(before.get(name) == wanted.get(name) for name in ("streams", "objects"))
    return last.checkpoint if same and now() - last.finished_at < FRESH else ""


def store(job: Job, checkpoint: Checkpoint) -> None:
    """Writes it to the row. Raises LeaseLost when the job is another worker's now."""
    text = checkpoint.dumps()
    if not mine(job).update(checkpoint=text):
        raise LeaseLost("Another worker took this job over.")
    job.checkpoint = text


def previous_manifest(source: Source) -> str:
    """The object name of the manifest of the source's last snapshot, or ''."""
    return source.last_snapshot.manifest_name if source.last_snapshot else ""
